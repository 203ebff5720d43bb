package page

import (
	"errors"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"marquis/internal/lab"
	"marquis/internal/locale"
)

// Form is what a page shows of a form: its fields with what was typed, and the
// mistakes in them.
type Form struct {
	Fields   []*Field
	Mistakes []mistake // for the summary on top, in the order of the fields
	Heading  string    // of the summary
	Kept     *Kept     // where what is typed is kept until it is saved; nil: nowhere
}

// mistake is one mistake, in the summary with a link to its field.
type mistake struct {
	Field string // id of the field, empty where the mistake is in none
	Text  string
}

// FieldKind is how a field is drawn.
type FieldKind string

// The kinds of fields.
const (
	TextField     FieldKind = "text"
	PasswordField FieldKind = "password"
	DateField     FieldKind = "date"
	AreaField     FieldKind = "area"   // several lines
	SelectField   FieldKind = "select" // one of Options, or none
	RadioField    FieldKind = "radio"  // one of Options
	ChecksField   FieldKind = "checks" // any of Options
	CheckField    FieldKind = "check"  // yes or no
	FileField     FieldKind = "file"   // sent along, and never kept
	HiddenField   FieldKind = "hidden"
)

// Field is one field of a form.
type Field struct {
	Name     string
	Kind     FieldKind
	Label    string
	Hint     string
	Unit     string // shown after the field
	Mark     string // shown beside the label: that what stands in the field was copied
	Unchosen string // what the empty choice of a select says
	Usual    string // what the empty choice means for each form of a sample, see web/static/counter.js
	Values   []string
	Options  []Option
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

// Option is one choice of a field.
type Option struct {
	Value, Label string
}

// ID is the id of the field in the page.
func (f *Field) ID() string { return "field-" + f.Name }

// Value is what stands in a field with one value.
func (f *Field) Value() string {
	if len(f.Values) == 0 {
		return ""
	}
	return f.Values[0]
}

// Has tells whether an option is chosen.
func (f *Field) Has(value string) bool { return slices.Contains(f.Values, value) }

// Described lists the ids of what describes the field: its hint and its mistake.
func (f *Field) Described() string {
	var ids []string
	if f.Hint != "" {
		ids = append(ids, f.ID()+"-hint")
	}
	if f.Mistake != "" {
		ids = append(ids, f.ID()+"-mistake")
	}
	return strings.Join(ids, " ")
}

// Written is what values of the field look like to people.
func (f *Field) Written(values []string) string {
	names := slices.Clone(values)
	for i, v := range names {
		if at := slices.IndexFunc(f.Options, func(o Option) bool { return o.Value == v }); at >= 0 {
			names[i] = f.Options[at].Label
		}
	}
	return strings.Join(names, ", ")
}

// Offers tells whether a value is one of the options.
func (f *Field) Offers(value string) bool {
	return slices.ContainsFunc(f.Options, func(o Option) bool { return o.Value == value })
}

// Given tells that something stands in the field, or is wrong with it.
func (f *Field) Given() bool { return f.Mistake != "" || strings.Join(f.Values, "") != "" }

// Rows is the number of lines that an area shows.
func (f *Field) Rows() int { return min(3+strings.Count(f.Value(), "\n"), 12) }

// NewForm is a form of the given fields.
func NewForm(fields ...*Field) *Form { return &Form{Fields: fields} }

// Field returns a field by its name. One that the form lacks is a mistake in the
// program: the template's test finds it.
func (f *Form) Field(name string) (*Field, error) {
	if i := slices.IndexFunc(f.Fields, func(x *Field) bool { return x.Name == name }); i >= 0 {
		return f.Fields[i], nil
	}
	return nil, errors.New("the form has no field " + name)
}

// Set fills fields in.
func (f *Form) Set(name string, values ...string) {
	if x, err := f.Field(name); err == nil {
		x.Values = values
	}
}

// Fill fills the fields in with what was typed. Passwords are typed anew.
func (f *Form) Fill(typed url.Values) {
	for _, x := range f.Fields {
		if x.Kind != PasswordField {
			x.Values = typed[x.Name]
		}
	}
}

// Tell puts mistakes beside their fields and in the summary. It returns an error
// that is none of the form's.
func (f *Form) Tell(l *locale.Locale, err error) error {
	var mistakes lab.FieldErrors
	if !errors.As(err, &mistakes) {
		return err
	}
	f.Heading = l.Text("page.form.mistakes", "Count", len(mistakes))
	for _, m := range mistakes {
		f.Blame(m.Field, l.Sentence(m.Format, m.Args...))
	}
	slices.SortStableFunc(f.Mistakes, func(a, b mistake) int { return f.place(a.Field) - f.place(b.Field) })
	return nil
}

// Blame puts what is wrong beside its field and in the summary.
func (f *Form) Blame(name, text string) {
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

func (f *Form) place(id string) int {
	return slices.IndexFunc(f.Fields, func(x *Field) bool { return x.ID() == id })
}

// Reader reads typed fields into a record and gathers mistakes.
type Reader struct {
	Typed    url.Values
	Mistakes lab.FieldErrors
	Today    lab.Date // at the service: dates may be told from it
}

// Text is a line or several, without spaces around.
func (r *Reader) Text(name string) string {
	return strings.TrimSpace(strings.ReplaceAll(r.Typed.Get(name), "\r\n", "\n"))
}

// Short is the beginning of what was typed, for a mistake that quotes it.
func Short(text string) string {
	const most = 40
	if letters := []rune(text); len(letters) > most {
		return string(letters[:most]) + "…"
	}
	return text
}

// Date is a day, zero where none is given. What was understood takes the place of what
// was typed, so that the form shows it.
func (r *Reader) Date(name string, meant lab.Meant) lab.Date {
	d := r.Mistakes.ReadDate(name, r.Text(name), r.Today, meant)
	if d != 0 {
		r.Typed.Set(name, d.String())
	}
	return d
}

// Thousandths is a decimal number of at most three decimals, zero where none is
// given.
func (r *Reader) Thousandths(name string) int64 {
	text := r.Text(name)
	if text == "" {
		return 0
	}
	n, err := lab.ParseThousandths(text)
	r.Mistakes.Check(err == nil, name, "%q is not a number of at most three decimals.", Short(text))
	return n
}

// Whole is a whole number, zero where none is given.
func (r *Reader) Whole(name string) int32 {
	text := r.Text(name)
	if text == "" {
		return 0
	}
	n, err := strconv.ParseInt(text, 10, 32)
	r.Mistakes.Check(err == nil, name, "%q is not a whole number.", Short(text))
	return int32(n)
}

// Codes is the chosen options of a field with several.
func (r *Reader) Codes(name string) lab.Codes { return lab.Codes(r.Typed[name]) }

// Input is a field with its label in the reader's language.
func (r *Request) Input(name string, kind FieldKind, label string) *Field {
	return &Field{Name: name, Kind: kind, Label: r.Texts.Text(label), Autocomplete: "off"}
}

// Choice is a field with the codes of a vocabulary as its options.
func (r *Request) Choice(name string, kind FieldKind, label string, v locale.Vocabulary, codes []string) *Field {
	f := r.Input(name, kind, label)
	for _, code := range codes {
		f.Options = append(f.Options, Option{Value: code, Label: r.Texts.Code(v, code)})
	}
	return f
}

// Optional marks a field that may stay empty.
func (r *Request) Optional(f *Field) *Field {
	f.Optional = r.Texts.Text("page.form.optional")
	return f
}

// Hint adds a hint to a field.
func (r *Request) Hint(f *Field, key string) *Field {
	f.Hint = r.Texts.Text(key)
	return f
}

// Hidden is a field that the reader does not see.
func (r *Request) Hidden(name, value string) *Field {
	return &Field{Name: name, Kind: HiddenField, Values: []string{value}}
}

// FieldAs puts the mistakes in a field of the domain to the field that a form has
// for it.
func FieldAs(err error, field, name string) error {
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

// FieldErrors are the mistakes that an error holds, none where it is another.
func FieldErrors(err error) lab.FieldErrors {
	list, _ := err.(lab.FieldErrors) //nolint:errorlint // the checks of lab return nothing else
	return slices.Clone(list)
}
