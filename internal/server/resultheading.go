package server

import (
	"slices"
	"strings"

	"marquis/internal/lab"
)

// headingOthers is how many unexpected substances a heading names.
const headingOthers = 3

// phrase is a finding as a sentence names it.
type phrase struct {
	text   string
	amount string
	aside  string // what is said of it besides
}

// whole is the phrase with what is said of it: between commas, or between brackets where
// it stands among so many that a comma would make another of it.
func (p phrase) whole(among int) string {
	text := p.text
	switch {
	case among > 2 && p.amount != "" && p.aside != "":
		return text + " (" + p.amount + ", " + p.aside + ")"
	case among > 2 && p.aside != "":
		return text + " (" + p.aside + ")"
	case p.amount != "":
		text += " (" + p.amount + ")"
	}
	if p.aside != "" {
		text += ", " + p.aside
	}
	return text
}

// heading says a result in a sentence or two: what was expected and found, and the worst that
// was not expected; or what it is not, and what it holds instead.
func (t *telling) heading(r *lab.Result) string {
	w := t.weighed
	missing := slices.Concat(w.Missing, w.Unsure)
	switch {
	case w.Outcome == lab.NothingDetected:
		return t.Texts.Text("page.result.nothing")
	case r.Recognised:
		return t.Texts.Text("page.result.looks_like", "Names", t.phrases(t.notable(false), false))
	case w.Outcome == lab.OutcomeInconclusive:
		return t.headingInconclusive()
	case w.Outcome == lab.NotExpected && len(t.file.Expected) == 1 && len(missing) == 1:
		return t.headingInstead(r, missing[0])
	}
	said := []string{t.Texts.Text("page.result.found", "Names", t.phrases(t.notable(false), false))}
	if w.Outcome == lab.NotExpected && len(w.Missing) > 0 {
		said = append(said, t.Texts.Text("page.result.missing", "Names", t.or(t.noneOf(w.Missing))))
	}
	return strings.Join(append(said, t.dose()...), " ")
}

// headingInconclusive says that nobody could tell, and what there is a sign of: first where
// that is of extreme danger.
func (t *telling) headingInconclusive() string {
	found := t.notable(false)
	switch {
	case len(found) == 0:
		return t.Texts.Text("page.result.inconclusive")
	case t.weighed.Has(lab.ExtremeDanger):
		return t.Texts.Text("page.result.found", "Names", t.phrases(found, false)) + " " + t.Texts.Text("page.result.unknown_else")
	}
	return t.Texts.Text("page.result.inconclusive") + " " + t.Texts.Text("page.result.found", "Names", t.phrases(found, false))
}

// headingInstead says of a sample that is not what it was sold as what it is. That something is
// not there is said only where a confirmatory method looked for it.
func (t *telling) headingInstead(r *lab.Result, e lab.Expected) string {
	others := t.notable(true)
	found := t.Texts.Text("page.result.found", "Names", t.phrases(others, false))
	if len(t.weighed.Unsure) > 0 {
		key := "page.result.no_more_sign"
		if slices.ContainsFunc(t.weighed.Findings, func(x lab.Weight) bool {
			return x.Detection == lab.Trace && t.named.words.Satisfies(x.SubstanceID, e)
		}) {
			key = "page.result.no_more_trace"
		}
		return t.Texts.Text(key, "Name", t.someOf(e)) + " " + found
	}
	absent := t.named.words.Absent(r, e)
	name := t.noneOf([]lab.Expected{e})[0]
	switch {
	case absent.Proven:
		return t.Texts.Text("page.result.is_not", "Name", name) + " " + t.holds(others)
	case absent.Limit.Value > 0:
		return t.Texts.Text("page.result.not_seen_from", "Name", name, "Limit", t.named.exact(absent.Limit)) + " " + found
	case absent.Looked:
		return t.Texts.Text("page.result.not_seen", "Name", name) + " " + found
	}
	return t.Texts.Text("page.result.cannot_see", "Name", name) + " " + found
}

// holds says what it is instead: one substance with its amount, or several with theirs.
func (t *telling) holds(others []lab.Weight) string {
	if len(others) == 1 {
		name, what := t.phraseOf(&others[0]), t.aside(&others[0])
		if amount := t.pieceAmount(&others[0]); amount != "" && !t.weighed.Has(lab.OnlyRecognised) {
			what = strings.TrimPrefix(what+", "+amount, ", ")
		}
		if what != "" {
			return t.Texts.Text("page.result.holds_that", "Name", name, "What", what)
		}
		return t.Texts.Text("page.result.holds", "Name", name)
	}
	return t.Texts.Text("page.result.holds_several", "Names", t.phrases(others, true))
}

// notable are the findings that a heading names: what was expected, then the worst of what was
// not. Where there is nothing else, what is inert.
func (t *telling) notable(unexpected bool) (list []lab.Weight) {
	var others []lab.Weight
	for _, x := range t.weighed.Findings {
		switch {
		case !t.named.words.Notable(&x):
		case x.Role == lab.RoleExpected && !unexpected:
			list = append(list, x)
		case x.Role != lab.RoleExpected:
			others = append(others, x)
		}
	}
	if list = append(list, others...); len(list) > 0 {
		return list
	}
	return slices.DeleteFunc(slices.Clone(t.weighed.Findings), func(x lab.Weight) bool { return unexpected && x.Role == lab.RoleExpected })
}

// phrases names findings as a sentence does: of many unexpected ones the worst, and how many
// more there are.
func (t *telling) phrases(list []lab.Weight, amounts bool) string {
	var said []phrase
	others := 0
	for i := range list {
		if list[i].Role != lab.RoleExpected {
			others++
		}
		if others > headingOthers {
			more := len(list) - i
			if more == 1 {
				said = append(said, t.phraseIn(&list[i], amounts))
			} else {
				said = append(said, phrase{text: t.Texts.Text("page.result.more", "Count", more)})
			}
			break
		}
		said = append(said, t.phraseIn(&list[i], amounts))
	}
	return t.and(said)
}

func (t *telling) phraseIn(x *lab.Weight, amounts bool) phrase {
	p := phrase{text: t.phraseOf(x), aside: t.aside(x)}
	if amounts {
		p.amount = t.pieceAmount(x)
	}
	return p
}

// phraseOf names a finding, and how sure it is.
func (t *telling) phraseOf(x *lab.Weight) string {
	name := t.short(&x.Released)
	switch x.Detection {
	case lab.Trace:
		return t.Texts.Text("page.result.trace_of", "Name", name)
	case lab.Indicated:
		return t.Texts.Text("page.result.sign_of", "Name", name)
	case lab.Unidentified:
		if n := x.HowMany(); n > 1 {
			return t.Texts.Text("page.result.unidentified_several", "Count", n)
		}
		return t.Texts.Text("page.result.unidentified_one")
	}
	return name
}

// aside says in plain words what a substance of extreme danger is.
func (t *telling) aside(x *lab.Weight) string {
	if x.Danger != lab.DangerExtreme {
		return ""
	}
	what, _, _ := strings.Cut(t.named.own(t.named.words.Plain(t.named.words.Substances[x.SubstanceID].Class)), " (")
	return what
}

// and joins phrases as a sentence does.
func (t *telling) and(list []phrase) string {
	text := ""
	for i, p := range list {
		said := p.whole(len(list))
		switch {
		case i == 0:
			text = said
		case i < len(list)-1:
			text += ", " + said
		default:
			if len(list) == 2 && list[0].aside != "" {
				text += ","
			}
			text = t.Texts.Text("page.result.and", "List", text, "Last", said)
		}
	}
	return text
}

// or joins names of which none was found.
func (t *telling) or(names []string) string {
	if len(names) < 2 {
		return strings.Join(names, "")
	}
	last := len(names) - 1
	return t.Texts.Text("page.result.or", "List", strings.Join(names[:last], ", "), "Last", names[last])
}

// noneOf names what was expected, where it is said that it is not there.
func (t *telling) noneOf(list []lab.Expected) (names []string) {
	for _, e := range list {
		name := t.expectedName(e)
		if e.Class != "" {
			name = t.Texts.Text("page.result.none_of_class", "Class", name)
		}
		names = append(names, name)
	}
	return names
}

// someOf names what was expected, where it is said that there is some of it.
func (t *telling) someOf(e lab.Expected) string {
	if e.Class != "" {
		return t.Texts.Text("page.result.one_of_class", "Class", t.expectedName(e))
	}
	return t.expectedName(e)
}

func (t *telling) expectedName(e lab.Expected) string {
	if s := t.named.words.Substances[lab.SubstanceID(e.SubstanceID)]; s != nil && s.ShortName != "" {
		return s.ShortName
	}
	return t.named.expected([]lab.Expected{e})
}
