package lab

import "strings"

// Limits returns what is beyond the limits of a service: more grams or millilitres than
// its terms take, a tablet that is not whole, or more samples in the visit, of which
// inVisit is the number with this one. They are warnings: a sample beyond them may
// be taken if Overruled says why, see CheckLimits. What was taken without a reason is not
// held against limits of today.
func (at Counter) Limits(s *Sample, inVisit int) FieldErrors {
	if at.taken(s) && at.Before.Overruled == "" {
		return nil
	}
	t := at.Service.TermsAt(s.LocationID, at.Locations)
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

// taken tells that a sample is, in all that limits are about, what was recorded.
func (at Counter) taken(s *Sample) bool {
	b := at.Before
	return b != nil && b.ReceivedAmount == s.ReceivedAmount && b.ReceivedUnit == s.ReceivedUnit && b.Form == s.Form && b.VisitID == s.VisitID && b.LocationID == s.LocationID
}

// CheckLimits refuses a sample beyond the limits that nobody has overruled. It is
// for samples that are handed in, not for imported ones.
func (at Counter) CheckLimits(s *Sample, inVisit int) error {
	var errs FieldErrors
	errs.Check(len(at.Limits(s, inVisit)) == 0 || strings.TrimSpace(s.Overruled) != "", "overruled",
		"The sample is beyond the limits of the service; say why it is taken.")
	return errs.Err()
}

// KeepReason drops a reason for nothing, and keeps the recorded one of what is as it was.
func (at Counter) KeepReason(s *Sample, inVisit int) {
	switch {
	case len(at.Limits(s, inVisit)) > 0:
	case at.taken(s):
		s.Overruled = at.Before.Overruled
	default:
		s.Overruled = ""
	}
}
