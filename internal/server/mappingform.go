package server

import (
	"net/url"
	"slices"
	"strconv"
	"strings"

	"marquis/internal/intake"
	"marquis/internal/locale"
	"marquis/internal/page"
)

// mappingPage asks what the columns of files mean.
type mappingPage struct {
	page.View
	Address string // of the files
	Form    *page.Form
	Told    []string // what the text of the mapping says and the form does not ask
	Text    string   // address at which the text is changed; empty for a mapping that is only guessed
	Files   []mappingFile
	Named   []*page.Field
	Layout  []*page.Field
	Samples fieldGroups
	Found   fieldGroups
	Words   []*page.Field
	Nothing []string // what in the column of substances names none
	Methods [][]*page.Field
}

// mappingFile is a file with the fields of its format.
type mappingFile struct {
	fileView
	Fields []*page.Field
}

// fieldGroups are the rows of a mapping: those that are needed or filled in, and the others.
type fieldGroups struct{ First, Rest []mappingRow }

// mappingRow is one field of a sample or a finding, with the columns and values of the files.
type mappingRow struct {
	Name     string
	Legend   string
	Meaning  string // what is asked of the values
	OfTicks  string // and of the columns that are ticked
	Column   *page.Field
	Value    *page.Field   // what it is in all rows; nil where that cannot be said
	More     []*page.Field // what else is said of it
	Examples []string
	Values   []valueRow
	Ticks    []valueRow // headings of columns that are ticked
	TooMany  bool
}

// valueRow is one value of the file with the code that it stands for.
type valueRow struct {
	Value string
	From  *page.Field
	To    *page.Field
}

// What a select of columns offers beside columns.
const (
	ofAllRows = "=value" // the same for all rows
	ofTicks   = "=ticks" // a column a choice, in which it is ticked
)

// mappingForm makes the page of a mapping.
type mappingForm struct {
	*request
	m       *intake.Mapping
	looks   []*intake.Look // nil where a file cannot be read
	fields  []*page.Field
	columns [2][]page.Option // of the file of samples and that of findings
	kept    url.Values       // what was typed; nil: nothing yet
}

func (b *mappingForm) add(f *page.Field) *page.Field {
	proposed := strings.HasSuffix(f.Name, ".date") && b.kept.Get(f.Name) == "" // that days have no form nobody chooses
	if b.kept.Has(f.Name) && !proposed && f.Kind != page.HiddenField {
		f.Values = b.kept[f.Name]
	} else if b.kept != nil && f.Kind == page.CheckField {
		f.Values = nil
	}
	b.fields = append(b.fields, f)
	return f
}

func (b *mappingForm) text(name, label, value string) *page.Field {
	f := b.Input(name, page.TextField, label)
	f.Values = []string{value}
	return b.add(f)
}

func (b *mappingForm) choice(name, label, value string, options ...page.Option) *page.Field {
	f := b.Input(name, page.SelectField, label)
	f.Options, f.Values = options, []string{value}
	if value != "" && !f.Offers(value) {
		f.Options = append(f.Options, page.Option{Value: value, Label: value})
	}
	return b.add(f)
}

func plainOptions(values ...string) (list []page.Option) {
	for _, v := range values {
		list = append(list, page.Option{Value: v, Label: v})
	}
	return list
}

// look is that of the file in which the findings stand, or the samples.
func (b *mappingForm) look(findings bool) *intake.Look {
	if findings {
		return b.looks[len(b.looks)-1]
	}
	return b.looks[0]
}

// offerColumns lists the columns of each file, and of findings the numbered ones.
func (b *mappingForm) offerColumns() {
	for i := range b.columns {
		l := b.look(i == 1)
		if l == nil {
			continue
		}
		headings, counts := l.Numbered()
		for _, h := range headings {
			if i == 1 {
				b.columns[i] = append(b.columns[i], page.Option{Value: h, Label: h + " (1–" + strconv.Itoa(counts[h]) + ")"})
			}
		}
		for _, c := range l.Columns {
			b.columns[i] = append(b.columns[i], page.Option{Value: c.Heading, Label: c.Heading})
		}
	}
}

// rows make the rows of the fields of a sample or a finding.
func (b *mappingForm) rows(prefix string, fields []intake.FieldInfo, have map[string]intake.Field, findings bool) (g fieldGroups) {
	for _, f := range fields {
		if f.Name == "sample" && len(b.looks) == 1 {
			continue
		}
		x, told := have[f.Name]
		row := b.row(prefix+f.Name, f, x, findings)
		if told || f.Needed || row.Column.Value() != "" || f.Name == "sample" {
			g.First = append(g.First, row)
		} else {
			g.Rest = append(g.Rest, row)
		}
	}
	return g
}

func (b *mappingForm) row(name string, f intake.FieldInfo, x intake.Field, findings bool) mappingRow {
	side := 0
	if findings {
		side = 1
	}
	options := slices.Clone(b.columns[side])
	if slices.Contains(f.Keys, "value") {
		options = append([]page.Option{{Value: ofAllRows, Label: b.Texts.Text("page.mapping.all_rows")}}, options...)
	}
	chosen := x.Column
	switch {
	case len(x.Ticks) > 0:
		chosen = ofTicks
	case x.Value != "":
		chosen = ofAllRows
	}
	if slices.Contains(f.Keys, "ticks") {
		options = append(options, page.Option{Value: ofTicks, Label: b.Texts.Text("page.mapping.ticks")})
	}
	column := b.choice(name+".column", "page.imports.column", chosen, options...)
	column.Unchosen = b.Texts.Text("page.mapping.not_there")
	if !f.Needed {
		b.Optional(column)
	}
	row := mappingRow{Name: name, Legend: b.Texts.Text(mappingLabel(f.Name)), Meaning: b.Texts.Text("page.mapping.stands_for"), OfTicks: b.Texts.Text("page.mapping.ticks_text"), Column: column}
	look := b.look(findings)
	if c := look.Column(column.Value()); c != nil {
		row.Examples = c.Examples
	}
	if slices.Contains(f.Keys, "value") {
		row.Value = b.value(name, f, x)
	}
	if column.Value() == ofTicks {
		b.ticks(&row, f, x, look)
		return row
	}
	row.More = append(row.More, b.particulars(name, f, x, look, column.Value())...)
	if slices.Contains(f.Keys, "values") && len(f.Codes) > 0 && f.Kind != "amount" || f.Name == "unit" || f.Name == "basis" || f.Name == "region" {
		b.values(&row, f, x, look)
	}
	return row
}

// value is what a field is in all rows.
func (b *mappingForm) value(name string, f intake.FieldInfo, x intake.Field) *page.Field {
	if len(f.Codes) > 0 {
		return b.choice(name+".value", "page.mapping.value", x.Value, b.codes(f)...)
	}
	return b.text(name+".value", "page.mapping.value", x.Value)
}

func (b *mappingForm) codes(f intake.FieldInfo) (list []page.Option) {
	for _, code := range f.Codes {
		list = append(list, page.Option{Value: code, Label: b.Texts.Code(mappingVocabularies[f.Name], code)})
	}
	return list
}

// particulars are the other keys that a field takes.
func (b *mappingForm) particulars(name string, f intake.FieldInfo, x intake.Field, look *intake.Look, column string) (list []*page.Field) {
	has := func(key string) bool { return slices.Contains(f.Keys, key) }
	if has("date") {
		list = append(list, b.dates(name, x, look, column))
		if c := look.Column(column); x.Order != "" || c != nil && len(c.Dates) > 1 {
			list = append(list, b.order(name, x))
		}
	}
	if has("list") && f.Name != "unit" && f.Name != "basis" {
		list = append(list, b.Hint(b.text(name+".list", "page.mapping.list", x.List), "page.mapping.list_hint"))
	}
	if has("default") && len(f.Codes) > 0 {
		list = append(list, b.choice(name+".default", "page.mapping.default", x.Default, b.codes(f)...))
	}
	if has("unit") {
		list = append(list, b.Hint(b.text(name+".unit", "page.mapping.unit", x.Unit), "page.mapping.unit_hint"))
	}
	for _, f := range list {
		f.Narrow = f.Kind == page.TextField
	}
	return list
}

// dates offers the forms in which all dates of the column can be read, each with an example.
func (b *mappingForm) dates(name string, x intake.Field, look *intake.Look, column string) *page.Field {
	var options []page.Option
	form := x.Date
	if c := look.Column(column); c != nil {
		for _, g := range c.Dates {
			options = append(options, page.Option{Value: g.Form, Label: b.Texts.Text("page.mapping.date_example", "Form", g.Form, "Example", g.Example, "Day", b.Texts.Date(g.Day))})
		}
		if len(c.Dates) == 1 && form == "" {
			form = c.Dates[0].Form
		}
	}
	f := b.choice(name+".date", "page.mapping.date", form, options...)
	if len(options) > 1 && f.Value() == "" {
		f = b.Hint(f, "page.mapping.date_several")
	}
	return f
}

// order asks whether somebody has checked that days and months are not exchanged.
func (b *mappingForm) order(name string, x intake.Field) *page.Field {
	f := b.Hint(b.Input(name+".order", page.CheckField, "page.mapping.order"), "page.mapping.order_hint")
	if x.Order != "" {
		f.Values = []string{"yes"}
	}
	return b.add(f)
}

// mappingLabel is the key of what a field is called.
func mappingLabel(field string) string {
	if label, own := mappingLabels[field]; own {
		return label
	}
	return "page.field." + field
}

var mappingLabels = map[string]string{
	"id": "page.mapping.id", "sample": "page.mapping.sample", "received_basis": "page.mapping.received_basis", "published_on": "page.mapping.published_on",
	"not_analysed": "page.mapping.not_analysed", "sold_as": "page.field.product", "price_currency": "page.field.currency",
}

// mappingVocabularies name the codes of fields.
var mappingVocabularies = map[string]locale.Vocabulary{
	"channel": locale.Channels, "form": locale.Forms, "colours": locale.Colours, "shape": locale.Shapes, "break_line": locale.BreakLines,
	"received_unit": locale.AmountUnits, "price_unit": locale.AmountUnits, "acquired_via": locale.AcquiredVias, "acquired_context": locale.AcquiredContexts,
	"used_before": locale.YesNoUnknown, "reasons": locale.Reasons, "effects": locale.Effects, "complaint": locale.YesNoUnknown,
	"overdose": locale.OverdoseInvolvements, "decision": locale.Decisions, "disposal": locale.Disposals, "not_analysed": locale.NotAnalysedReasons,
	"excluded": locale.Exclusions, "detection": locale.Detections, "stereo": locale.Stereos, "abundance": locale.Abundances,
	"received_basis": locale.ReceivedBases,
}
