package intake

import (
	"errors"
	"strings"
	"unicode"
	"unicode/utf8"

	"marquis/internal/lab"
)

// sampleField is a field of a sample that a mapping can fill.
type sampleField struct {
	spec
	set func(s *lab.Sample, c *column, row Row) error
}

// sampleFields are all of them. There is none for remarks: free text can say who
// a visitor is.
var sampleFields = []sampleField{
	textOf("id", idField, func(s *lab.Sample) *string { return &s.SourceRef }),
	dateOf("received_on", func(s *lab.Sample) *lab.Date { return &s.ReceivedOn }),
	codeOf("received_basis", lab.ReceivedBases, func(s *lab.Sample) *lab.ReceivedBasis { return &s.ReceivedBasis }),
	dateOf("collected_on", func(s *lab.Sample) *lab.Date { return &s.CollectedOn }),
	dateOf("expected_ready_on", func(s *lab.Sample) *lab.Date { return &s.ExpectedReadyOn }),
	codeOf("channel", lab.Channels, func(s *lab.Sample) *lab.Channel { return &s.Channel }),
	textOf("sold_as", setField, func(s *lab.Sample) *string { return &s.SoldAsText }),
	codeOf("form", lab.Forms, func(s *lab.Sample) *lab.Form { return &s.Form }),
	codesOf("colours", lab.Colours, func(s *lab.Sample) *lab.Codes { return &s.Colours }),
	textOf("logo", textField, func(s *lab.Sample) *string { return &s.Logo }),
	codeOf("shape", lab.Shapes, func(s *lab.Sample) *string { return &s.Shape }),
	codeOf("break_line", lab.BreakLines, func(s *lab.Sample) *string { return &s.BreakLine }),
	numberOf("width", func(s *lab.Sample) *int32 { return &s.WidthUM }),
	numberOf("height", func(s *lab.Sample) *int32 { return &s.HeightUM }),
	numberOf("thickness", func(s *lab.Sample) *int32 { return &s.ThickUM }),
	numberOf("weight", func(s *lab.Sample) *int64 { return &s.WeightUG }),
	numberOf("received_amount", func(s *lab.Sample) *int64 { return &s.ReceivedAmount }),
	codeOf("received_unit", lab.AmountUnits, func(s *lab.Sample) *lab.AmountUnit { return &s.ReceivedUnit }),
	numberOf("price", func(s *lab.Sample) *int64 { return &s.Price.Amount }),
	textOf("price_currency", nameField, func(s *lab.Sample) *string { return &s.Price.Currency }),
	numberOf("price_quantity", func(s *lab.Sample) *int64 { return &s.Price.Quantity }),
	codeOf("price_unit", lab.AmountUnits, func(s *lab.Sample) *lab.AmountUnit { return &s.Price.Unit }),
	codeOf("acquired_via", lab.AcquiredVias, func(s *lab.Sample) *string { return &s.AcquiredVia }),
	codeOf("acquired_context", lab.AcquiredContexts, func(s *lab.Sample) *string { return &s.AcquiredContext }),
	{spec{"region", nameField, nil}, setRegion},
	codeOf("used_before", lab.YesNoUnknown, func(s *lab.Sample) *string { return &s.UsedBefore }),
	codesOf("reasons", lab.Reasons, func(s *lab.Sample) *lab.Codes { return &s.Reasons }),
	codesOf("effects", lab.Effects, func(s *lab.Sample) *lab.Codes { return &s.Effects }),
	codeOf("complaint", lab.YesNoUnknown, func(s *lab.Sample) *string { return &s.Complaint }),
	codeOf("overdose", lab.OverdoseInvolvements, func(s *lab.Sample) *string { return &s.Overdose }),
	codeOf("decision", lab.Decisions, func(s *lab.Sample) *string { return &s.Decision }),
	codeOf("disposal", lab.Disposals, func(s *lab.Sample) *string { return &s.Disposal }),
	codeOf("not_analysed", lab.NotAnalysedReasons, func(s *lab.Sample) *string { return &s.StateReason }),
	codeOf("excluded", lab.Exclusions, func(s *lab.Sample) *string { return &s.Excluded }),
}

func textOf(name string, k kind, at func(*lab.Sample) *string) sampleField {
	return sampleField{spec{name, k, nil}, func(s *lab.Sample, c *column, row Row) error {
		if k == nameField {
			*at(s) = c.nameOf(row)
		} else {
			*at(s) = c.text(row)
		}
		return nil
	}}
}

func dateOf(name string, at func(*lab.Sample) *lab.Date) sampleField {
	return sampleField{spec{name, dateField, nil}, func(s *lab.Sample, c *column, row Row) (err error) {
		*at(s), err = c.date(row)
		return err
	}}
}

func codeOf[T ~string](name string, vocabulary lab.Vocabulary[T], at func(*lab.Sample) *T) sampleField {
	return sampleField{spec{name, codeField, vocabulary.Strings()}, func(s *lab.Sample, c *column, row Row) error {
		code, err := c.code(row)
		*at(s) = T(code)
		return err
	}}
}

func codesOf(name string, vocabulary lab.Vocabulary[string], at func(*lab.Sample) *lab.Codes) sampleField {
	return sampleField{spec{name, codesField, vocabulary}, func(s *lab.Sample, c *column, row Row) (err error) {
		*at(s), err = c.codesOf(row)
		return err
	}}
}

func numberOf[T int32 | int64](name string, at func(*lab.Sample) *T) sampleField {
	return sampleField{spec{name, numberField, nil}, func(s *lab.Sample, c *column, row Row) error {
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
	field, value, reason string
}

// boundSample is the columns of the samples, each with where it goes.
type boundSample struct {
	columns []*column
	set     []func(s *lab.Sample, c *column, row Row) error
	id      *column
	soldAs  *column
	price   *column
	count   *column // quantity for which the price was paid
}

func bindSample(t *Table, m *Mapping) (b boundSample, missing []string) {
	for _, f := range sampleFields {
		columns, lacks := bind(t, "samples", m.Samples, []spec{f.spec}, m.Decimal, 0)
		missing = append(missing, lacks...)
		for _, c := range columns {
			b.columns, b.set = append(b.columns, c), append(b.set, f.set)
			switch f.name {
			case "id":
				b.id = c
			case "sold_as":
				b.soldAs = c
			case "price":
				b.price = c
			case "price_quantity":
				b.count = c
			}
		}
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
	if b.price == nil || b.price.text(row) == "" && b.price.Default == "" {
		s.Price = lab.Price{}
		return problems, false
	}
	if b.count == nil {
		s.Price.Quantity = 1000 // the price of one
	}
	unsaid := s.Price.Quantity == 0 && b.count.text(row) == ""
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

// sentence says what is wrong with the row.
func (m Malformed) sentence() string {
	if strings.HasPrefix(m.Reason, "has ") {
		return "The row " + m.Reason + "."
	}
	return strings.ToUpper(m.Reason[:1]) + m.Reason[1:] + "."
}
