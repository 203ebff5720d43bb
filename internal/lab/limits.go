package lab

import "strings"

// What a service takes of one visitor at most.
const (
	maxGrams       = 1
	maxMillilitres = 10
	maxSamples     = 3
)

// Limits returns what is beyond the limits of a service: more than 1 g or 10 ml, a
// tablet that is not whole, or more than three samples in the visit, of which
// inVisit is the number with this one. They are warnings: a sample beyond them may
// be taken if Overruled says why, see CheckLimits.
func Limits(s *Sample, inVisit int) FieldErrors {
	var beyond FieldErrors
	beyond.Check(s.ReceivedUnit != Gram || s.ReceivedAmount <= maxGrams*1000, "received_amount", "This is more than %d g.", maxGrams)
	beyond.Check(s.ReceivedUnit != Millilitre || s.ReceivedAmount <= maxMillilitres*1000, "received_amount", "This is more than %d ml.", maxMillilitres)
	if s.Form == Tablet {
		beyond.Check(s.ReceivedUnit != Piece || s.ReceivedAmount%1000 == 0, "received_amount", "The tablet is not whole.")
		beyond.Check(s.ReceivedUnit == Piece || s.ReceivedUnit == "", "received_unit", "A tablet that is weighed and not counted is not whole.")
	}
	beyond.Check(inVisit <= maxSamples, "visit_id", "These are more than %d samples in one visit.", maxSamples)
	return beyond
}

// CheckLimits refuses a sample beyond the limits that nobody has overruled. It is
// for samples that are handed in, not for imported ones.
func (s *Sample) CheckLimits(inVisit int) error {
	var errs FieldErrors
	errs.Check(len(Limits(s, inVisit)) == 0 || strings.TrimSpace(s.Overruled) != "", "overruled",
		"The sample is beyond the limits of the service; say why it is taken.")
	return errs.Err()
}
