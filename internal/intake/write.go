package intake

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// ParseMapping reads a mapping from its text. All mistakes are reported at once, each with
// the place in the mapping.
func ParseMapping(text string) (*Mapping, error) { return parseMapping([]byte(text)) }

// Profile returns the text of a mapping that the program brings along, and whether it has it.
func Profile(name string) (text string, known bool) {
	if !slices.Contains(Profiles(), name) {
		return "", false
	}
	bytes, err := profiles.ReadFile("profiles/" + name + ".toml")
	return string(bytes), err == nil
}

// Text writes the mapping as ParseMapping reads it. Remarks of whoever wrote it are not kept.
func (m *Mapping) Text() string {
	w := &tomlWriter{}
	w.text("profile", m.Profile)
	w.text("decimal", m.Decimal)
	w.flag("exact_ids", m.ExactIDs)
	w.flag("ids_per_service", m.IDsPerService)
	if s := m.Service; s != (ServiceMapping{}) {
		w.head("[service]")
		w.text("code", s.Code)
		w.text("name", s.Name)
		w.text("country", s.Country)
		w.text("currency", s.Currency)
		w.text("time_zone", s.TimeZone)
	}
	for _, f := range m.Files {
		w.head("[[file]]")
		w.file(f)
	}
	specs := make([]spec, len(sampleFields))
	for i, f := range sampleFields {
		specs[i] = f.spec
	}
	w.fields("samples", m.Samples, specs)
	w.findings(&m.Findings)
	w.fields("findings.fields", m.Findings.Fields, findingFields)
	for _, name := range slices.Sorted(maps.Keys(m.Methods)) {
		x := m.Methods[name]
		w.head("[method." + quote(name) + "]")
		w.text("kind", string(x.Kind))
		w.text("lab", x.Lab)
		w.text("version", x.Version)
		w.text("level", string(x.Level))
		w.flag("quantifies", x.Quantifies)
		w.list("scope", x.Scope)
	}
	for _, c := range m.Confirmed {
		w.head("[[confirmed]]")
		w.text("rule", c.Rule)
		w.text("reason", c.Reason)
		w.list("ids", c.IDs)
	}
	return w.String()
}

// tomlWriter writes what is given, and leaves out what is empty.
type tomlWriter struct{ strings.Builder }

func (w *tomlWriter) line(format string, args ...any) { fmt.Fprintf(&w.Builder, format, args...) }

func (w *tomlWriter) head(line string) { w.line("\n%s\n", line) }

func (w *tomlWriter) text(key, value string) {
	if value != "" {
		w.line("%s = %s\n", key, quote(value))
	}
}

func (w *tomlWriter) flag(key string, value bool) {
	if value {
		w.line("%s = true\n", key)
	}
}

func (w *tomlWriter) number(key string, value int) {
	if value != 0 {
		w.line("%s = %d\n", key, value)
	}
}

func (w *tomlWriter) list(key string, values []string) {
	if len(values) == 0 {
		return
	}
	quoted := make([]string, len(values))
	for i, value := range values {
		quoted[i] = quote(value)
	}
	w.line("%s = [%s]\n", key, strings.Join(quoted, ", "))
}

func (w *tomlWriter) file(f FileMapping) {
	w.text("holds", f.Holds)
	w.text("sheet", f.Sheet)
	w.number("header_row", f.HeaderRow)
	w.text("delimiter", f.Delimiter)
	w.text("encoding", f.Encoding)
	w.text("struck", f.Struck)
}

func (w *tomlWriter) findings(f *FindingsMapping) {
	w.head("[findings]")
	w.text("layout", f.Layout)
	w.number("count", f.Count)
	w.list("columns", f.Columns)
	w.flag("continued", f.Continued)
	keys, lists := f.words()
	for _, key := range keys {
		w.list(key, lists[key])
	}
	w.list("new_substances", f.NewSubstances)
	w.list("ignored", f.Ignored)
}

// fields writes fields in the order in which the documentation has them: first those that are
// no more than a column.
func (w *tomlWriter) fields(where string, fields map[string]Field, specs []spec) {
	place := func(name string) int { return slices.IndexFunc(specs, func(s spec) bool { return s.name == name }) }
	names := slices.SortedFunc(maps.Keys(fields), func(a, b string) int { return cmp.Or(place(a)-place(b), strings.Compare(a, b)) })
	w.head("[" + where + "]")
	for _, name := range names {
		if f := fields[name]; f.plain() {
			w.text(quoteKey(name), f.Column)
		}
	}
	for _, name := range names {
		f := fields[name]
		if f.plain() {
			continue
		}
		w.head("[" + where + "." + quoteKey(name) + "]")
		w.text("column", f.Column)
		w.text("value", f.Value)
		w.text("default", f.Default)
		w.text("list", f.List)
		w.text("date", f.Date)
		w.text("unit", f.Unit)
		w.text("zeros", f.Zeros)
		w.text("fractions", f.Fractions)
		w.text("order", f.Order)
		w.table("["+where+"."+quoteKey(name)+".values]", f.Values)
		w.table("["+where+"."+quoteKey(name)+".ticks]", f.Ticks)
	}
}

// plain tells that a field is no more than a column.
func (f Field) plain() bool {
	return f.Column != "" && f.Value+f.Default+f.List+f.Date+f.Unit+f.Zeros+f.Fractions+f.Order == "" && len(f.Values)+len(f.Ticks) == 0
}

func (w *tomlWriter) table(head string, values map[string]string) {
	if len(values) == 0 {
		return
	}
	w.line("%s\n", head)
	for _, from := range slices.Sorted(maps.Keys(values)) {
		w.line("%s = %s\n", quote(from), quote(values[from]))
	}
}

// quoteKey writes a key, with marks where it is no word.
func quoteKey(key string) string {
	if key != "" && strings.Trim(key, "abcdefghijklmnopqrstuvwxyz_") == "" {
		return key
	}
	return quote(key)
}

// quote writes a text as TOML has it.
func quote(text string) string {
	var b strings.Builder
	b.WriteByte('"')
	for _, c := range text {
		switch {
		case c == '"' || c == '\\':
			b.WriteRune('\\')
			b.WriteRune(c)
		case c < ' ' || c == 0x7f:
			b.WriteString(`\u` + strings.Repeat("0", 4-len(strconv.FormatInt(int64(c), 16))) + strconv.FormatInt(int64(c), 16))
		default:
			b.WriteRune(c)
		}
	}
	b.WriteByte('"')
	return b.String()
}
