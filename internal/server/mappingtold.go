package server

import (
	"maps"
	"slices"
	"strings"

	"marquis/internal/intake"
)

// toldAlone are what a mapping says and its form does not ask, in the words of the reader: it stays
// as it is, and is changed in the text.
func (r *request) toldAlone(m *intake.Mapping) (told []string) {
	say := func(is bool, key string, args ...any) {
		if is {
			told = append(told, r.Texts.Text(key, args...))
		}
	}
	for _, c := range m.Confirmed {
		if ids := strings.Join(c.IDs, ", "); ids == "" {
			say(true, "page.mapping.told_confirmed", "Rule", c.Rule, "Reason", c.Reason)
		} else {
			say(true, "page.mapping.told_confirmed_of", "Rule", c.Rule, "Reason", c.Reason, "Samples", ids)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(m.Methods)) {
		scope := m.Methods[name].Scope
		say(len(scope) > 0, "page.mapping.told_scope", "Method", name, "Count", len(scope), "Names", strings.Join(scope, ", "))
	}
	f := &m.Findings
	say(m.Service.Code != "", "page.mapping.told_service", "Service", m.Service.Code)
	say(m.ExactIDs, "page.mapping.told_exact_ids")
	say(m.IDsPerService, "page.mapping.told_ids_per_service")
	say(f.Continued, "page.mapping.told_continued")
	say(len(f.Columns) > 0, "page.mapping.told_columns", "Names", strings.Join(f.Columns, ", "))
	say(len(f.NewSubstances) > 0, "page.mapping.told_new_substances", "Names", strings.Join(f.NewSubstances, ", "))
	say(len(f.Ignored) > 0, "page.mapping.told_ignored", "Names", strings.Join(f.Ignored, ", "))
	for _, file := range m.Files {
		say(file.Struck != "", "page.mapping.told_struck")
	}
	zeros := func(x intake.Field) bool { return x.Zeros != "" }
	say(slices.ContainsFunc(slices.Collect(maps.Values(m.Samples)), zeros) || slices.ContainsFunc(slices.Collect(maps.Values(f.Fields)), zeros), "page.mapping.told_zeros")
	say(f.Fields["amount"].Fractions == "read", "page.mapping.told_fractions_read")
	say(f.Fields["amount"].Fractions == "none", "page.mapping.told_fractions_none")
	return told
}
