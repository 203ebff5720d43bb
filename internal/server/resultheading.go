package server

import (
	"strings"

	"marquis/internal/lab"
)

// heading says the outcome in one sentence.
func (t *telling) heading(p *lab.Publication) string {
	missing, traces := t.missing(p)
	var expected, others, everything []string
	for i := range p.Result.Findings {
		f := &p.Result.Findings[i]
		if !f.Detection.Counts() {
			continue
		}
		name := t.findingName(f)
		everything = append(everything, name)
		switch f.Role {
		case lab.RoleExpected:
			expected = append(expected, name)
		case lab.RoleAdulterant:
			others = append(others, name)
		}
	}
	switch {
	case p.Outcome == lab.OutcomeInconclusive:
		return t.Texts.Text("page.result.inconclusive")
	case p.Outcome == lab.NothingDetected && len(p.Result.Findings) > 0:
		return t.Texts.Text("page.result.traces_only")
	case p.Outcome == lab.NothingDetected:
		return t.Texts.Text("page.result.nothing")
	case p.Result.Recognised:
		return t.Texts.Text("page.result.looks_like", "Names", t.list(everything))
	case p.Outcome == lab.NotExpected && len(missing) > 0:
		return t.Texts.Text("page.result.missing", "Names", t.list(missing))
	case p.Outcome == lab.NotExpected && len(traces) > 0:
		return t.Texts.Text("page.result.missing_trace", "Names", t.list(traces))
	case p.Outcome == lab.NotExpected:
		return t.Texts.Text("page.result.missing_some")
	case p.Outcome == lab.ExpectedPlusAdulterant:
		return t.Texts.Text("page.result.plus", "Names", t.list(expected), "Others", t.list(others))
	case p.Outcome == lab.ExpectedOnly:
		return t.Texts.Text("page.result.expected_only", "Names", t.list(expected))
	}
	return t.Texts.Text("page.result.found", "Names", t.list(everything))
}

// missingWords say what was expected and not found, where the heading does not.
func (t *telling) missingWords(p *lab.Publication) (said []string) {
	if p.Outcome != lab.NotExpected {
		return nil
	}
	missing, traces := t.missing(p)
	if len(missing) > 0 {
		said = append(said, t.Texts.Text("page.result.missing_text", "Names", t.list(missing)))
	}
	if len(traces) > 0 {
		said = append(said, t.Texts.Text("page.result.missing_trace_text", "Names", t.list(traces)))
	}
	return said
}

// missing names what was expected and not found, and what was found as no more
// than a trace.
func (t *telling) missing(p *lab.Publication) (missing, traces []string) {
	if p.Outcome != lab.NotExpected {
		return nil, nil
	}
	absent, few := t.named.words.Missing(&p.Result, t.file.Expected)
	return t.expectedNames(absent), t.expectedNames(few)
}

// name is that of a substance, with those by which the result named it where these turned out
// to be the same.
func (t *telling) name(f *lab.Released) string {
	name := t.named.substance(f.SubstanceID)
	if s := t.named.words.Substances[f.SubstanceID]; s != nil && !s.Reviewed {
		name = t.Texts.Text("page.result.not_reviewed", "Name", name)
	}
	var before []string
	for _, id := range f.SignedAs {
		if s := t.named.words.Merged(id); s != nil {
			before = append(before, t.named.own(s.Name, s.NameNL))
		}
	}
	if len(before) == 0 {
		return name
	}
	return t.Texts.Text("page.result.called_before", "Name", name, "Before", t.list(before))
}

// findingName names a substance in a sentence, and says so where it is not proven.
func (t *telling) findingName(f *lab.Released) string {
	name := t.name(f)
	if f.Detection == lab.Indicated {
		return t.Texts.Text("page.result.name_not_proven", "Name", name)
	}
	return name
}

func (t *telling) expectedNames(list []lab.Expected) (names []string) {
	for _, e := range list {
		names = append(names, t.named.expected([]lab.Expected{e}))
	}
	return names
}

// list joins names as a sentence does.
func (t *telling) list(names []string) string {
	if len(names) < 2 {
		return strings.Join(names, "")
	}
	last := len(names) - 1
	return t.Texts.Text("page.result.and", "List", strings.Join(names[:last], ", "), "Last", names[last])
}
