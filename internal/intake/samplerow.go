package intake

import (
	"maps"
	"slices"

	"marquis/internal/lab"
)

// vocabularies are the codes of the fields that have a vocabulary.
var vocabularies = map[string][]string{
	"received_basis":   lab.ReceivedBases.Strings(),
	"channel":          lab.Channels.Strings(),
	"form":             lab.Forms.Strings(),
	"colours":          lab.Colours,
	"shape":            lab.Shapes,
	"break_line":       lab.BreakLines,
	"received_unit":    lab.AmountUnits.Strings(),
	"price_unit":       lab.AmountUnits.Strings(),
	"acquired_via":     lab.AcquiredVias,
	"acquired_context": lab.AcquiredContexts,
	"used_before":      lab.YesNoUnknown,
	"reasons":          lab.Reasons,
	"effects":          lab.Effects,
	"complaint":        lab.YesNoUnknown,
	"overdose":         lab.OverdoseInvolvements,
	"decision":         lab.Decisions,
	"disposal":         lab.Disposals,
	"not_analysed":     lab.NotAnalysedReasons,
	"excluded":         lab.Exclusions,
	"detection":        lab.Detections.Strings(),
	"abundance":        lab.Abundances.Strings(),
	"stereo":           lab.Stereos.Strings(),
}

// setters put a field of a row into the sample.
var setters = map[string]func(s *lab.Sample, c *column, row Row) error{
	"id":          func(s *lab.Sample, c *column, row Row) error { s.SourceRef = c.text(row); return nil },
	"received_on": func(s *lab.Sample, c *column, row Row) (err error) { s.ReceivedOn, err = c.date(row); return err },
	"received_basis": func(s *lab.Sample, c *column, row Row) error {
		s.ReceivedBasis = lab.ReceivedBasis(c.code(row))
		return nil
	},
	"collected_on":      func(s *lab.Sample, c *column, row Row) (err error) { s.CollectedOn, err = c.date(row); return err },
	"expected_ready_on": func(s *lab.Sample, c *column, row Row) (err error) { s.ExpectedReadyOn, err = c.date(row); return err },
	"channel":           func(s *lab.Sample, c *column, row Row) error { s.Channel = lab.Channel(c.code(row)); return nil },
	"sold_as":           func(s *lab.Sample, c *column, row Row) error { s.SoldAsText = c.text(row); return nil },
	"form":              func(s *lab.Sample, c *column, row Row) error { s.Form = lab.Form(c.code(row)); return nil },
	"colours":           func(s *lab.Sample, c *column, row Row) error { s.Colours = c.codes(row); return nil },
	"logo":              func(s *lab.Sample, c *column, row Row) error { s.Logo = c.text(row); return nil },
	"shape":             func(s *lab.Sample, c *column, row Row) error { s.Shape = c.code(row); return nil },
	"break_line":        func(s *lab.Sample, c *column, row Row) error { s.BreakLine = c.code(row); return nil },
	"width":             func(s *lab.Sample, c *column, row Row) (err error) { s.WidthUM, err = c.micro32(row); return err },
	"height":            func(s *lab.Sample, c *column, row Row) (err error) { s.HeightUM, err = c.micro32(row); return err },
	"thickness":         func(s *lab.Sample, c *column, row Row) (err error) { s.ThickUM, err = c.micro32(row); return err },
	"weight":            func(s *lab.Sample, c *column, row Row) (err error) { s.WeightUG, err = c.thousandths(row); return err },
	"received_amount": func(s *lab.Sample, c *column, row Row) (err error) {
		s.ReceivedAmount, err = c.thousandths(row)
		return err
	},
	"received_unit": func(s *lab.Sample, c *column, row Row) error {
		s.ReceivedUnit = lab.AmountUnit(c.code(row))
		return nil
	},
	"price": func(s *lab.Sample, c *column, row Row) (err error) {
		s.Price.Amount, err = c.thousandths(row)
		return err
	},
	"price_currency": func(s *lab.Sample, c *column, row Row) error { s.Price.Currency = c.code(row); return nil },
	"price_quantity": func(s *lab.Sample, c *column, row Row) (err error) {
		s.Price.Quantity, err = c.thousandths(row)
		return err
	},
	"price_unit":       func(s *lab.Sample, c *column, row Row) error { s.Price.Unit = lab.AmountUnit(c.code(row)); return nil },
	"acquired_via":     func(s *lab.Sample, c *column, row Row) error { s.AcquiredVia = c.code(row); return nil },
	"acquired_context": func(s *lab.Sample, c *column, row Row) error { s.AcquiredContext = c.code(row); return nil },
	"region":           func(s *lab.Sample, c *column, row Row) error { s.Region = c.text(row); return nil },
	"used_before":      func(s *lab.Sample, c *column, row Row) error { s.UsedBefore = c.code(row); return nil },
	"reasons":          func(s *lab.Sample, c *column, row Row) error { s.Reasons = c.codes(row); return nil },
	"effects":          func(s *lab.Sample, c *column, row Row) error { s.Effects = c.codes(row); return nil },
	"complaint":        func(s *lab.Sample, c *column, row Row) error { s.Complaint = c.code(row); return nil },
	"overdose":         func(s *lab.Sample, c *column, row Row) error { s.Overdose = c.code(row); return nil },
	"decision":         func(s *lab.Sample, c *column, row Row) error { s.Decision = c.code(row); return nil },
	"disposal":         func(s *lab.Sample, c *column, row Row) error { s.Disposal = c.code(row); return nil },
	"not_analysed":     func(s *lab.Sample, c *column, row Row) error { s.StateReason = c.code(row); return nil },
	"excluded":         func(s *lab.Sample, c *column, row Row) error { s.Excluded = c.code(row); return nil },
}

var sampleFields = slices.Sorted(maps.Keys(setters))

// problem is why a row cannot be taken.
type problem struct {
	field, value, reason string
}

// sampleOf makes the sample of a row. It is not registered yet.
func sampleOf(columns map[string]*column, row Row) (s lab.Sample, problems []problem) {
	s.Channel, s.ReceivedBasis, s.State = lab.FrontOfHouse, lab.ReceivedRecorded, lab.Registered
	for _, name := range sampleFields {
		c := columns[name]
		if c == nil {
			continue
		}
		if err := setters[name](&s, c, row); err != nil {
			problems = append(problems, problem{name, c.text(row), err.Error()})
		}
	}
	if s.SourceRef == "" {
		problems = append(problems, problem{"id", "", "The row does not say which sample it is."})
	}
	if s.StateReason != "" {
		s.State = lab.NotAnalysed
	}
	s.Price = tidyPrice(s.Price, columns["price"].text(row))
	if s.ReceivedAmount == 0 {
		s.ReceivedUnit = ""
	}
	return s, problems
}

// tidyPrice forgets currency, quantity and unit where no price was told, and
// takes one unit where no quantity was.
func tidyPrice(p lab.Price, told string) lab.Price {
	if told == "" {
		return lab.Price{}
	}
	if p.Quantity == 0 {
		p.Quantity = 1000
	}
	return p
}
