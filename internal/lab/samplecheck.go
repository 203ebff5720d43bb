package lab

import (
	"reflect"
	"slices"
	"strings"
	"unicode"
)

// Limits of a sample's fields.
const (
	maxText      = 2000
	maxShortText = 200
	decimetre    = 100_000       // micrometres
	kilogram     = 1_000_000_000 // micrograms
	// earliestYear is before any drug checking service began.
	earliestYear = 1960
)

// Check reports all mistakes of a sample at once, each with its field. Today is
// the day at the service.
func (s *Sample) Check(today Date) error {
	var errs FieldErrors
	s.checkDates(&errs, today)
	errs.Check(s.ProductID > 0, "product_id", "Choose the product it was sold as, or \"unknown\".")
	SampleFields.check(&errs, s)
	errs.Check((s.ReceivedAmount == 0) == (s.ReceivedUnit == ""), "received_unit", "Give the amount and its unit, or neither.")
	s.Price.check(&errs)
	s.checkState(&errs)
	checkRegion(&errs, s.Region)
	return errs.Err()
}

// check reports what the fields may not hold.
func (t sampleTable) check(errs *FieldErrors, s *Sample) {
	for _, f := range t {
		f.Holds.check(errs, f.Key, reflect.ValueOf(f.At(s)).Elem())
	}
}

func (c content) check(errs *FieldErrors, field string, v reflect.Value) {
	switch codes := Vocabulary[string](c.Codes); {
	case codes != nil && v.Kind() == reflect.Slice:
		checkCodes(errs, field, v.Interface().(Codes), codes)
	case codes != nil && c.needed:
		checkCode(errs, field, v.String(), codes)
	case codes != nil:
		checkOptional(errs, field, v.String(), codes)
	case c.most > 0 && v.Kind() == reflect.Slice:
		checkText(errs, field, strings.Join(v.Interface().(Codes), " "), int(c.most))
	case c.most > 0 && v.Kind() == reflect.String:
		checkText(errs, field, v.String(), int(c.most))
	case c.most > 0:
		errs.Check(v.Int() >= 0 && v.Int() <= c.most, field, "This is more than is possible, or less than nothing.")
	}
}

func (s *Sample) checkDates(errs *FieldErrors, today Date) {
	errs.Check(s.ReceivedOn != 0, "received_on", "Give the day on which the sample was received.")
	errs.Check(s.ReceivedOn == 0 || s.ReceivedOn.Year() >= earliestYear, "received_on", "%s is too long ago.", s.ReceivedOn)
	errs.Check(s.ReceivedOn <= today, "received_on", "%s lies in the future.", s.ReceivedOn)
	errs.Check(s.CollectedOn == 0 || s.CollectedOn.Year() >= earliestYear, "collected_on", "%s is too long ago.", s.CollectedOn)
	errs.Check(s.CollectedOn <= s.ReceivedOn || s.ReceivedOn == 0, "collected_on", "%s is after the day of receipt, %s.", s.CollectedOn, s.ReceivedOn)
	errs.Check(s.ExpectedReadyOn == 0 || s.ExpectedReadyOn >= s.ReceivedOn, "expected_ready_on", "%s is before the day of receipt, %s.", s.ExpectedReadyOn, s.ReceivedOn)
}

func (s *Sample) checkState(errs *FieldErrors) {
	switch s.State {
	case Rejected:
		checkCode(errs, "state_reason", s.StateReason, RejectionReasons)
	case NotAnalysed:
		checkCode(errs, "state_reason", s.StateReason, NotAnalysedReasons)
	default:
		errs.Check(s.StateReason == "", "state_reason", "Only a rejected or not analysed sample has a reason.")
	}
}

func checkText(errs *FieldErrors, field, text string, most int) {
	errs.Check(len([]rune(text)) <= most, field, "The text is longer than %d characters.", most)
	checkSigns(errs, field, text)
}

// checkSigns refuses a text that cannot be stored in every database, or printed.
func checkSigns(errs *FieldErrors, field, text string) {
	control := slices.ContainsFunc([]rune(text), func(r rune) bool {
		return unicode.IsControl(r) && r != '\n' && r != '\t' || unicode.Is(unicode.Bidi_Control, r) || r >= '\uFFFD' && r <= '\uFFFF'
	})
	errs.Check(!control, field, "The text has characters that cannot be stored or printed.")
}

func checkRegion(errs *FieldErrors, region string) {
	errs.Check(!IsPrecise(region), "region", "This looks like a postcode or an address. Give a coarse region only, such as a province.")
}

// IsPrecise tells whether a region holds a postcode (four digits in a row) or an
// address for mail: it could say who the visitor is.
func IsPrecise(region string) bool {
	digits := 0
	for i := range len(region) {
		if digits++; region[i] < '0' || region[i] > '9' {
			digits = 0
		}
		if digits == 4 || region[i] == '@' {
			return true
		}
	}
	return false
}

// CheckExpectations reports expectations that are empty, unknown or repeated.
func (d *Dictionary) CheckExpectations(expected []Expected) error {
	var errs FieldErrors
	for i, e := range expected {
		errs.Check(d.knows(e), "expected", "%q is not in the dictionary.", e)
		errs.Check(!slices.Contains(expected[:i], e), "expected", "The same substance or class is expected twice.")
	}
	return errs.Err()
}
