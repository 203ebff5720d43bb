package server

import (
	"net/url"
	"slices"
	"strings"

	"marquis/internal/lab"
	"marquis/internal/page"
)

// sampleGroup is the part of the form where a field stands.
type sampleGroup string

// The parts of the form. In each, the fields stand in the order of sampleFields.
const (
	groupSoldAs  sampleGroup = "sold_as"
	groupLooks   sampleGroup = "looks"
	groupOrigin  sampleGroup = "origin"
	groupSizes   sampleGroup = "sizes"
	groupUse     sampleGroup = "use"
	groupNotes   sampleGroup = "notes"
	groupSeldom  sampleGroup = "seldom" // folded away
	groupReceipt sampleGroup = "receipt"
	groupApart   sampleGroup = "apart" // the page says where each stands
)

// sampleField is a field that describes a sample.
type sampleField struct {
	name  string // its column, by which its mistakes are told
	group sampleGroup
	label string // key of what staff read that it is called
	kind  sampleKind

	question string // key of what the form calls it
	hint     string // key, empty for none
	must     bool   // it is not marked as optional
}

func fieldOf(name string, group sampleGroup, label string, kind sampleKind) sampleField {
	return sampleField{name: name, group: group, label: label, kind: kind, question: label}
}

// asked calls the field something else on the form.
func (x sampleField) asked(question string) sampleField {
	x.question = question
	return x
}

func (x sampleField) hinted(hint string) sampleField {
	x.hint = hint
	return x
}

func (x sampleField) needed() sampleField {
	x.must = true
	return x
}

// field is the field on a form, with nothing in it.
func (x sampleField) field(r *request) *page.Field {
	f := r.Choice(x.name, x.kind.as, x.question, x.kind.codes, x.kind.codes.Codes())
	if !x.must {
		f = r.Optional(f)
	}
	if x.hint != "" {
		f = r.Hint(f, x.hint)
	}
	if x.kind.draw != nil {
		x.kind.draw(f)
	}
	if f.Usual != "" {
		f.Unchosen = r.Texts.Text("page.describe.unit_usual")
	}
	return f
}

// particular tells that only samples of some forms have the field.
func (x sampleField) particular() bool {
	n := len(formsOf(x.name))
	return n > 0 && n < len(lab.Forms)
}

// sampleTable is fields that describe a sample.
type sampleTable []sampleField

// names are the names of the fields of a group.
func (t sampleTable) names(group sampleGroup) []string {
	var names []string
	for _, x := range t {
		if x.group == group {
			names = append(names, x.name)
		}
	}
	return names
}

// named adds what the fields are called, and how their values are written, to the
// names of others.
func (t sampleTable) named(names map[string]fieldName) map[string]fieldName {
	for _, x := range t {
		names[x.name] = fieldName{x.label, x.kind.tell}
	}
	return names
}

// particular are the names of the fields that only samples of some forms have.
func (t sampleTable) particular() []string {
	var names []string
	for _, x := range t {
		if x.particular() {
			names = append(names, x.name)
		}
	}
	return names
}

// values writes a sample as the form holds it.
func (t sampleTable) values(n naming, f *lab.File) url.Values {
	v := url.Values{}
	for _, x := range t {
		if values := x.kind.hold(n, f); strings.Join(values, "") != "" {
			v[x.name] = values
		}
	}
	return v
}

// read writes what was typed into a sample. How it looks is refused where its form
// has no such thing, unless that is recorded already.
func (t sampleTable) read(in *sampleReader, f *lab.File) {
	for _, x := range t {
		form := f.Sample.Form
		refused := x.particular() && in.Text(x.name) != "" && lab.Forms.Has(form) && !form.Has(x.name) && !slices.Contains(in.kept, x.name)
		in.Mistakes.Check(!refused, x.name, "A sample of this form has no such thing. Empty it, or choose another form.")
		x.kind.read(in, x.name, f)
	}
}
