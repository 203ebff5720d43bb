package intake

import (
	"errors"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"marquis/internal/lab"
)

// sampleField is a field of a sample that a mapping can fill.
type sampleField struct {
	spec
	means string // for docs/import.md
	set   func(s *lab.Sample, c *column, row Row) error
}

// sampleFields are all of them. There is none for remarks: free text can say who
// a visitor is.
var sampleFields = []sampleField{
	textOf("id", "of the sample in the source; text, so that `08031` keeps its zero", idField, func(s *lab.Sample) *string { return &s.SourceRef }),
	dateOf("received_on", "day of receipt; the year in which the sample counts", func(s *lab.Sample) *lab.Date { return &s.ReceivedOn }),
	codeOf("received_basis", "what that day rests on; `recorded` if not mapped", lab.ReceivedBases, func(s *lab.Sample) *lab.ReceivedBasis { return &s.ReceivedBasis }),
	dateOf("collected_on", "day of collection, if it is told apart", func(s *lab.Sample) *lab.Date { return &s.CollectedOn }),
	dateOf("expected_ready_on", "day on which the result was promised", func(s *lab.Sample) *lab.Date { return &s.ExpectedReadyOn }),
	codeOf("channel", "how the sample came; `front_of_house` if not mapped. Only those are counted", lab.Channels, func(s *lab.Sample) *lab.Channel { return &s.Channel }),
	textOf("sold_as", "what the visitor was told it is; kept word for word", setField, func(s *lab.Sample) *string { return &s.SoldAsText }),
	codeOf("form", "physical form", lab.Forms, func(s *lab.Sample) *lab.Form { return &s.Form }),
	codesOf("colours", "colours", lab.Colours, func(s *lab.Sample) *lab.Codes { return &s.Colours }),
	textOf("logo", "of a tablet or blotter", textField, func(s *lab.Sample) *string { return &s.Logo }),
	codeOf("shape", "of a tablet or blotter", lab.Shapes, func(s *lab.Sample) *string { return &s.Shape }),
	codeOf("break_line", "of a tablet", lab.BreakLines, func(s *lab.Sample) *string { return &s.BreakLine }),
	numberOf("width", "in mm", func(s *lab.Sample) *int32 { return &s.WidthUM }),
	numberOf("height", "in mm", func(s *lab.Sample) *int32 { return &s.HeightUM }),
	numberOf("thickness", "in mm", func(s *lab.Sample) *int32 { return &s.ThickUM }),
	numberOf("weight", "in mg", func(s *lab.Sample) *int64 { return &s.WeightUG }),
	numberOf("received_amount", "how much was handed in", func(s *lab.Sample) *int64 { return &s.ReceivedAmount }),
	codeOf("received_unit", "of the amount handed in", lab.AmountUnits, func(s *lab.Sample) *lab.AmountUnit { return &s.ReceivedUnit }),
	numberOf("price", "what was paid", func(s *lab.Sample) *int64 { return &s.Price.Amount }),
	textOf("price_currency", "three letters, such as `EUR`", nameField, func(s *lab.Sample) *string { return &s.Price.Currency }),
	numberOf("price_quantity", "for how much it was paid", func(s *lab.Sample) *int64 { return &s.Price.Quantity }),
	codeOf("price_unit", "of that quantity", lab.AmountUnits, func(s *lab.Sample) *lab.AmountUnit { return &s.Price.Unit }),
	codeOf("acquired_via", "from whom or where", lab.AcquiredVias, func(s *lab.Sample) *string { return &s.AcquiredVia }),
	codeOf("acquired_context", "in which setting", lab.AcquiredContexts, func(s *lab.Sample) *string { return &s.AcquiredContext }),
	{spec{"region", nameField, nil}, "a province or state, nothing smaller. With `values`, only those are taken. Four digits in a row and `@` are rejected", setRegion},
	codeOf("used_before", "whether it was used before the test", lab.YesNoUnknown, func(s *lab.Sample) *string { return &s.UsedBefore }),
	codesOf("reasons", "for the test", lab.Reasons, func(s *lab.Sample) *lab.Codes { return &s.Reasons }),
	codesOf("effects", "reported after use", lab.Effects, func(s *lab.Sample) *lab.Codes { return &s.Effects }),
	codeOf("complaint", "whether there was one", lab.YesNoUnknown, func(s *lab.Sample) *string { return &s.Complaint }),
	codeOf("overdose", "whether one was involved", lab.OverdoseInvolvements, func(s *lab.Sample) *string { return &s.Overdose }),
	codeOf("decision", "of the visitor after the result", lab.Decisions, func(s *lab.Sample) *string { return &s.Decision }),
	codeOf("disposal", "of what is left", lab.Disposals, func(s *lab.Sample) *string { return &s.Disposal }),
	codeOf("not_analysed", "why it was not analysed; empty if it was, or waits", lab.NotAnalysedReasons, func(s *lab.Sample) *string { return &s.StateReason }),
	codeOf("excluded", "why it is kept out of the statistics; empty if it is counted", lab.Exclusions, func(s *lab.Sample) *string { return &s.Excluded }),
}

func textOf(name, means string, k kind, at func(*lab.Sample) *string) sampleField {
	return sampleField{spec{name, k, nil}, means, func(s *lab.Sample, c *column, row Row) error {
		if k == nameField {
			*at(s) = c.nameOf(row)
		} else {
			*at(s) = c.text(row)
		}
		return nil
	}}
}

func dateOf(name, means string, at func(*lab.Sample) *lab.Date) sampleField {
	return sampleField{spec{name, dateField, nil}, means, func(s *lab.Sample, c *column, row Row) (err error) {
		*at(s), err = c.date(row)
		return err
	}}
}

func codeOf[T ~string](name, means string, vocabulary lab.Vocabulary[T], at func(*lab.Sample) *T) sampleField {
	return sampleField{spec{name, codeField, vocabulary.Strings()}, means, func(s *lab.Sample, c *column, row Row) error {
		code, err := c.code(row)
		*at(s) = T(code)
		return err
	}}
}

func codesOf(name, means string, vocabulary lab.Vocabulary[string], at func(*lab.Sample) *lab.Codes) sampleField {
	return sampleField{spec{name, codesField, vocabulary}, means, func(s *lab.Sample, c *column, row Row) (err error) {
		*at(s), err = c.codesOf(row)
		return err
	}}
}

func numberOf[T int32 | int64](name, means string, at func(*lab.Sample) *T) sampleField {
	return sampleField{spec{name, numberField, nil}, means, func(s *lab.Sample, c *column, row Row) error {
		n, err := c.thousandths(row)
		if *at(s) = T(n); int64(*at(s)) != n {
			return errors.New("the value is outside the possible range")
		}
		return err
	}}
}

// setRegion takes over the region. Where the mapping lists values, no other is
// taken, so that no village slips in beside the provinces.
func setRegion(s *lab.Sample, c *column, row Row) error {
	text := c.text(row)
	region, listed := c.meaningOf(text)
	switch {
	case listed:
	case text == "" || len(c.Values) > 0:
		if text != "" && c.Default == "" {
			return errors.New("this is not among the mapping's values; say there to which region it belongs")
		}
		region = c.Default
	default:
		region = text
	}
	s.Region = region
	if lab.IsPrecise(region) {
		return errors.New("this looks like a postcode or an address; only a coarse region is recorded")
	}
	return nil
}

// problem is why a row cannot be taken.
type problem struct {
	field, value, reason string // where it is kept, the reason is without the value
}

// boundSample is the columns of the samples, each with where it goes.
type boundSample struct {
	columns []*column
	set     []func(s *lab.Sample, c *column, row Row) error
	id      *column
	soldAs  *column
	price   *column
	count   *column // quantity for which the price was paid

	notAnalysed *column
}

func bindSample(t *Table, m *Mapping) (b boundSample, missing []string) {
	units := map[string]*column{}
	for _, f := range sampleFields {
		columns, lacks := bind(t, "samples", m.Samples, []spec{f.spec}, m.Decimal, 0)
		missing = append(missing, lacks...)
		for _, c := range columns {
			b.columns, b.set = append(b.columns, c), append(b.set, f.set)
			switch f.name {
			case "id":
				b.id = c
			case "price_currency", "price_unit", "received_unit":
				units[f.name] = c
			case "sold_as":
				b.soldAs = c
			case "price":
				b.price = c
			case "price_quantity":
				b.count = c
			case "not_analysed":
				b.notAnalysed = c
			}
		}
	}
	for _, c := range b.columns {
		c.unit = units[map[string]string{"price": "price_currency", "price_quantity": "price_unit", "received_amount": "received_unit"}[c.name]]
	}
	return b, missing
}

// read makes the sample of a row. It is not registered yet. Priceless tells that
// a price had to be left out, because nobody says for how much of what it is.
func (b *boundSample) read(row Row, s *lab.Sample) (problems []problem, priceless bool) {
	s.Channel, s.ReceivedBasis, s.State = lab.FrontOfHouse, lab.ReceivedRecorded, lab.Registered
	for i, c := range b.columns {
		if err := b.set[i](s, c, row); err != nil {
			problems = append(problems, problem{c.spec.name, c.text(row), sentence(err)})
		}
	}
	if s.StateReason != "" {
		s.State = lab.NotAnalysed
	}
	if s.ReceivedAmount == 0 {
		s.ReceivedUnit = ""
	}
	if b.price == nil || b.price.isNone(row) || b.price.text(row) == "" && b.price.Default == "" {
		s.Price = lab.Price{}
		return problems, false
	}
	if b.count == nil {
		s.Price.Quantity = 1000 // the price of one
	}
	unsaid := s.Price.Quantity == 0 && (b.count.text(row) == "" || b.count.isNone(row))
	if unsaid || s.Price.Currency == "" || s.Price.Unit == "" {
		s.Price = lab.Price{}
		return problems, true
	}
	return problems, false
}

// sentence writes an error as a sentence.
func sentence(err error) string {
	if err == nil {
		return ""
	}
	text := err.Error()
	first, size := utf8.DecodeRuneInString(text)
	return string(unicode.ToUpper(first)) + strings.TrimSuffix(text[size:], ".") + "."
}

// inWords is an error as a sentence, which a page tells in its own language.
func inWords(err error) error { return errors.New(sentence(err)) }

// sentence says what is wrong with the row.
func (m Malformed) sentence() string {
	if strings.HasPrefix(m.Reason, "has ") {
		return fmt.Sprintf("The row %s.", m.Reason)
	}
	return strings.ToUpper(m.Reason[:1]) + m.Reason[1:] + "."
}
