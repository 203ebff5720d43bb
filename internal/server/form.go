package server

import (
	"errors"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"marquis/internal/lab"
	"marquis/internal/locale"
)

// form is what a page shows of a form: its fields with what was typed, and the
// mistakes in them.
type form struct {
	Fields   []*field
	Mistakes []mistake // for the summary on top, in the order of the fields
	Heading  string    // of the summary
}

// mistake is one mistake, in the summary with a link to its field.
type mistake struct {
	Field string // id of the field, empty where the mistake is in none
	Text  string
}

// fieldKind is how a field is drawn.
type fieldKind string

const (
	textField     fieldKind = "text"
	passwordField fieldKind = "password"
	dateField     fieldKind = "date"
	areaField     fieldKind = "area"   // several lines
	selectField   fieldKind = "select" // one of Options, or none
	radioField    fieldKind = "radio"  // one of Options
	checksField   fieldKind = "checks" // any of Options
	checkField    fieldKind = "check"  // yes or no
	hiddenField   fieldKind = "hidden"
)

// field is one field of a form.
type field struct {
	Name     string
	Kind     fieldKind
	Label    string
	Hint     string
	Unit     string // shown after the field
	Values   []string
	Options  []option
	Mistake  string
	Optional string // the word "optional" in the reader's language, empty where the field has to be filled in

	Suggest      string // address of the type-ahead, see web/static/suggest.js
	Autocomplete string // what the browser may fill in; "off" otherwise
	Keyboard     string // inputmode: decimal, numeric …
	Capitals     bool   // a touch keyboard begins with capitals
	MaxLength    int
	Narrow       bool // for a few characters
	Focus        bool // where the cursor stands first
}

// option is one choice of a field.
type option struct {
	Value, Label string
}

// ID is the id of the field in the page.
func (f *field) ID() string { return "field-" + f.Name }

// Value is what stands in a field with one value.
func (f *field) Value() string {
	if len(f.Values) == 0 {
		return ""
	}
	return f.Values[0]
}

// Has tells whether an option is chosen.
func (f *field) Has(value string) bool { return slices.Contains(f.Values, value) }

// Described lists the ids of what describes the field: its hint and its mistake.
func (f *field) Described() string {
	var ids []string
	if f.Hint != "" {
		ids = append(ids, f.ID()+"-hint")
	}
	if f.Mistake != "" {
		ids = append(ids, f.ID()+"-mistake")
	}
	return strings.Join(ids, " ")
}

// written is what values of the field look like to people.
func (f *field) written(values []string) string {
	names := slices.Clone(values)
	for i, v := range names {
		if at := slices.IndexFunc(f.Options, func(o option) bool { return o.Value == v }); at >= 0 {
			names[i] = f.Options[at].Label
		}
	}
	return strings.Join(names, ", ")
}

// offers tells whether a value is one of the options.
func (f *field) offers(value string) bool {
	return slices.ContainsFunc(f.Options, func(o option) bool { return o.Value == value })
}

// Given tells that something stands in the field, or is wrong with it.
func (f *field) Given() bool { return f.Mistake != "" || strings.Join(f.Values, "") != "" }

// Rows is the number of lines that an area shows.
func (f *field) Rows() int { return min(3+strings.Count(f.Value(), "\n"), 12) }

// newForm is a form of the given fields.
func newForm(fields ...*field) *form { return &form{Fields: fields} }

// Field returns a field by its name. One that the form lacks is a mistake in the
// program: the template's test finds it.
func (f *form) Field(name string) (*field, error) {
	if i := slices.IndexFunc(f.Fields, func(x *field) bool { return x.Name == name }); i >= 0 {
		return f.Fields[i], nil
	}
	return nil, errors.New("the form has no field " + name)
}

// set fills fields in.
func (f *form) set(name string, values ...string) {
	if x, err := f.Field(name); err == nil {
		x.Values = values
	}
}

// fill fills the fields in with what was typed. Passwords are typed anew.
func (f *form) fill(typed url.Values) {
	for _, x := range f.Fields {
		if x.Kind != passwordField {
			x.Values = typed[x.Name]
		}
	}
}

// tell puts mistakes beside their fields and in the summary. It returns an error
// that is none of the form's.
func (f *form) tell(l *locale.Locale, err error) error {
	var mistakes lab.FieldErrors
	if !errors.As(err, &mistakes) {
		return err
	}
	f.Heading = l.Text("page.form.mistakes", "Count", len(mistakes))
	for _, m := range mistakes {
		f.blame(m.Field, l.Sentence(m.Format, m.Args...))
	}
	slices.SortStableFunc(f.Mistakes, func(a, b mistake) int { return f.place(a.Field) - f.place(b.Field) })
	return nil
}

// blame puts what is wrong beside its field and in the summary.
func (f *form) blame(name, text string) {
	x, missing := f.Field(name)
	if missing != nil {
		f.Mistakes = append(f.Mistakes, mistake{Text: text})
		return
	}
	if x.Mistake == "" {
		x.Mistake = text
	}
	f.Mistakes = append(f.Mistakes, mistake{Field: x.ID(), Text: text})
}

func (f *form) place(id string) int {
	return slices.IndexFunc(f.Fields, func(x *field) bool { return x.ID() == id })
}

// reader reads typed fields into a record and gathers mistakes.
type reader struct {
	typed    url.Values
	mistakes lab.FieldErrors
}

// text is a line or several, without spaces around.
func (r *reader) text(name string) string {
	return strings.TrimSpace(strings.ReplaceAll(r.typed.Get(name), "\r\n", "\n"))
}

// short is the beginning of what was typed, for a mistake that quotes it.
func short(text string) string {
	const most = 40
	if letters := []rune(text); len(letters) > most {
		return string(letters[:most]) + "…"
	}
	return text
}

// date is a day, zero where none is given.
func (r *reader) date(name string) lab.Date {
	text := r.text(name)
	if text == "" {
		return 0
	}
	d, err := lab.ParseDate(text)
	r.mistakes.Check(err == nil, name, "%q is not a date such as 2026-03-31.", short(text))
	return d
}

// thousandths is a decimal number of at most three decimals, zero where none is
// given.
func (r *reader) thousandths(name string) int64 {
	text := r.text(name)
	if text == "" {
		return 0
	}
	n, err := lab.ParseThousandths(text)
	r.mistakes.Check(err == nil, name, "%q is not a number of at most three decimals.", short(text))
	return n
}

// whole is a whole number, zero where none is given.
func (r *reader) whole(name string) int32 {
	text := r.text(name)
	if text == "" {
		return 0
	}
	n, err := strconv.ParseInt(text, 10, 32)
	r.mistakes.Check(err == nil, name, "%q is not a whole number.", short(text))
	return int32(n)
}

// codes is the chosen options of a field with several.
func (r *reader) codes(name string) lab.Codes { return lab.Codes(r.typed[name]) }

// input is a field with its label in the reader's language.
func (r *request) input(name string, kind fieldKind, label string) *field {
	return &field{Name: name, Kind: kind, Label: r.texts.Text(label), Autocomplete: "off"}
}

// choice is a field with the codes of a vocabulary as its options.
func (r *request) choice(name string, kind fieldKind, label string, v locale.Vocabulary, codes []string) *field {
	f := r.input(name, kind, label)
	for _, code := range codes {
		f.Options = append(f.Options, option{Value: code, Label: r.texts.Code(v, code)})
	}
	return f
}

// optional marks a field that may stay empty.
func (r *request) optional(f *field) *field {
	f.Optional = r.texts.Text("page.form.optional")
	return f
}

// hint adds a hint to a field.
func (r *request) hint(f *field, key string) *field {
	f.Hint = r.texts.Text(key)
	return f
}

// hidden is a field that the reader does not see.
func (r *request) hidden(name, value string) *field {
	return &field{Name: name, Kind: hiddenField, Values: []string{value}}
}

// fieldAs puts the mistakes in a field of the domain to the field that a form has
// for it.
func fieldAs(err error, field, name string) error {
	var mistakes lab.FieldErrors
	if !errors.As(err, &mistakes) {
		return err
	}
	mistakes = slices.Clone(mistakes)
	for i := range mistakes {
		if mistakes[i].Field == field {
			mistakes[i].Field = name
		}
	}
	return mistakes
}

// fieldErrors are the mistakes that an error holds, none where it is another.
func fieldErrors(err error) lab.FieldErrors {
	list, _ := err.(lab.FieldErrors) //nolint:errorlint // the checks of lab return nothing else
	return slices.Clone(list)
}
