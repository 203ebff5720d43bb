package lab

import "strings"

// Limits returns what is beyond the limits of a service: more grams or millilitres than
// its terms take, a tablet that is not whole, or more samples in the visit, of which
// inVisit is the number with this one. They are warnings: a sample beyond them may
// be taken if Overruled says why, see CheckLimits.
func Limits(s *Sample, inVisit int, t Terms) FieldErrors {
	t = t.Or(UsualTerms)
	var beyond FieldErrors
	beyond.Check(s.ReceivedUnit != Gram || s.ReceivedAmount <= t.MostGrams, "received_amount", "This is more than %s g.", Thousandths(t.MostGrams))
	beyond.Check(s.ReceivedUnit != Millilitre || s.ReceivedAmount <= t.MostMillilitres, "received_amount", "This is more than %s ml.", Thousandths(t.MostMillilitres))
	if s.Form == Tablet {
		beyond.Check(s.ReceivedUnit != Piece || s.ReceivedAmount%1000 == 0, "received_amount", "The tablet is not whole.")
		beyond.Check(s.ReceivedUnit == Piece || s.ReceivedUnit == "", "received_unit", "A tablet that is weighed and not counted is not whole.")
	}
	beyond.Check(inVisit <= int(t.MostSamples), "visit_id", "These are more than %d samples in one visit.", t.MostSamples)
	return beyond
}

// CheckLimits refuses a sample beyond the limits that nobody has overruled. It is
// for samples that are handed in, not for imported ones.
func (s *Sample) CheckLimits(inVisit int, t Terms) error {
	var errs FieldErrors
	errs.Check(len(Limits(s, inVisit, t)) == 0 || strings.TrimSpace(s.Overruled) != "", "overruled",
		"The sample is beyond the limits of the service; say why it is taken.")
	return errs.Err()
}
