package lab

import (
	"cmp"
	"regexp"
	"time"
)

// Terms are what a service, or one of its places, takes of a visitor at most, and what it
// tells them. What is zero or empty is not said: a place's terms are then those of its
// service, and a service's the usual ones.
type Terms struct {
	MostGrams       int64 // thousandths
	MostMillilitres int64 // thousandths
	MostSamples     int32 // in a visit
	DaysToResult    int32 // by which a result is usually ready; zero where nobody says so
	OpeningHours    string
	Address         string
	Phone           string
}

// UsualTerms hold where neither the place nor the service says anything else.
var UsualTerms = Terms{MostGrams: 1000, MostMillilitres: 10_000, MostSamples: 3}

// Limits of terms.
const (
	mostGrams       = 1_000_000  // a kilogram
	mostMillilitres = 10_000_000 // ten litres
	mostSamples     = 100
	mostDays        = 365
	maxTermsText    = 300
	maxPhone        = 40
)

// phoneForm is a telephone number with its extension or without: visitors read it on a slip.
var phoneForm = regexp.MustCompile(`^\+?(?:[ ()/-]*[0-9]){5,}[ ()/-]*(?i:(?:ext\.?|x|tst\.?|toestel) ?[0-9]{1,6})?$`)

// NoNumber is in the place of a number that was given and is none above zero.
const NoNumber = -1

func (t *Terms) check(errs *FieldErrors) {
	number := func(field string, value, most, unit int64) {
		errs.Check(value >= 0, field, "Give a number above 0, or leave it empty.")
		errs.Check(value <= most, field, "This is more than %d.", most/unit)
	}
	number("most_grams", t.MostGrams, mostGrams, 1000)
	number("most_millilitres", t.MostMillilitres, mostMillilitres, 1000)
	number("most_samples", int64(t.MostSamples), mostSamples, 1)
	number("days_to_result", int64(t.DaysToResult), mostDays, 1)
	checkName(errs, "opening_hours", t.OpeningHours, maxTermsText)
	checkName(errs, "address", t.Address, maxTermsText)
	checkName(errs, "phone", t.Phone, maxPhone)
	errs.Check(t.Phone == "" || len(t.Phone) > maxPhone || phoneForm.MatchString(t.Phone), "phone", "%q is not a telephone number: write digits and spaces, such as 030 123 45 67 or +31 30 123 45 67 ext. 8.", shortened(t.Phone))
}

// Check reports all mistakes of terms.
func (t *Terms) Check() error {
	var errs FieldErrors
	t.check(&errs)
	return errs.Err()
}

// Or is the terms, with what they do not say taken from others.
func (t Terms) Or(others Terms) Terms {
	return Terms{
		MostGrams: cmp.Or(t.MostGrams, others.MostGrams), MostMillilitres: cmp.Or(t.MostMillilitres, others.MostMillilitres),
		MostSamples: cmp.Or(t.MostSamples, others.MostSamples), DaysToResult: cmp.Or(t.DaysToResult, others.DaysToResult),
		OpeningHours: cmp.Or(t.OpeningHours, others.OpeningHours), Address: cmp.Or(t.Address, others.Address), Phone: cmp.Or(t.Phone, others.Phone),
	}
}

// TermsAt are the terms that hold at a place of a service, of which the locations are
// given; zero is no place in particular.
func (s *Service) TermsAt(id Optional, locations []Location) Terms {
	var own Terms
	if l := find(locations, func(l *Location) bool { return id != 0 && l.ID == int32(id) }); l != nil {
		own = l.Terms
	}
	return own.Or(s.Terms).Or(UsualTerms)
}

// Expect says by when the result of a sample that is handed in is ready, where nobody has
// said so: after the usual days, of which the laboratory's closed ones are counted too.
func (t Terms) Expect(s *Sample) {
	if s.ExpectedReadyOn == 0 && s.ReceivedOn != 0 && t.DaysToResult > 0 {
		s.ExpectedReadyOn = DateOf(s.ReceivedOn.Time().AddDate(0, 0, int(t.DaysToResult)), time.UTC)
	}
}
