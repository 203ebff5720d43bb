package lab_test

import (
	"errors"
	"testing"

	"marquis/internal/lab"
)

// TestEveryCheckOfASample breaks one thing at a time, and all of them together.
func TestEveryCheckOfASample(t *testing.T) {
	d := newDictionary(t)
	office := []lab.Location{{ID: 4, ServiceID: 1}}
	visit := &lab.Visit{LocationID: 4, VisitedOn: 2024_06_01, Samples: 1, Taken: 1}
	at := lab.Counter{Today: today, Locations: office, HandedIn: true, Visit: visit}
	third, fourth := *visit, *visit
	third.Taken, fourth.Taken = 2, 3
	for _, test := range []struct {
		name     string
		edit     func(*lab.Sample)
		expected []lab.Expected
		at       lab.Counter
		want     []string
	}{
		{"nothing wrong", nil, []lab.Expected{substance(ketamine)}, at, nil},
		{"a field", func(s *lab.Sample) { s.Form = "cube" }, nil, at, []string{"form"}},
		{"the day, of which the counter knows", func(s *lab.Sample) {}, nil, lab.Counter{Today: 2024_05_31, Locations: office}, []string{"received_on"}},
		{"no product", func(s *lab.Sample) { s.ProductID = 0 }, nil, at, []string{"product_id"}},
		{"a product that there is not", func(s *lab.Sample) { s.ProductID = 999 }, nil, at, []string{"product_id"}},
		{"an expectation that there is not", nil, []lab.Expected{substance(999)}, at, []string{"expected"}},
		{"the location of another service", func(s *lab.Sample) { s.LocationID = 5 }, nil, lab.Counter{Today: today, Locations: office}, []string{"location_id"}},
		{"another day than the visit", func(s *lab.Sample) { s.ReceivedOn = 2024_06_02 }, nil, at, []string{"visit_id"}},
		{"no day, which is no other day than the visit's", func(s *lab.Sample) { s.ReceivedOn = 0 }, nil, at, []string{"received_on"}},
		{"a day of long ago", func(s *lab.Sample) { s.ReceivedOn = 2023_06_02 }, nil, lab.Counter{Today: today, Locations: office, HandedIn: true}, []string{"received_on", "confirmed"}},
		{"a day of long ago, but not handed in", func(s *lab.Sample) { s.ReceivedOn = 2023_06_02 }, nil, lab.Counter{Today: today, Locations: office}, nil},
		{"without a visit, any day", func(s *lab.Sample) { s.ReceivedOn = 2024_06_02 }, nil, lab.Counter{Today: today, Locations: office, HandedIn: true}, nil},
		{"too much", tooMuch, nil, at, []string{"overruled"}},
		{"too much, without a visit", tooMuch, nil, lab.Counter{Today: today, Locations: office, HandedIn: true}, []string{"overruled"}},
		{"too much, and said why", func(s *lab.Sample) { tooMuch(s); s.Overruled = "one rock" }, nil, at, nil},
		{"too much, but not handed in", tooMuch, nil, lab.Counter{Today: today, Locations: office}, nil},
		{"the third of a visit", nil, nil, lab.Counter{Today: today, Locations: office, HandedIn: true, Visit: &third}, nil},
		{"the fourth of a visit", nil, nil, lab.Counter{Today: today, Locations: office, HandedIn: true, Visit: &fourth}, []string{"overruled"}},
		{"all at once", func(s *lab.Sample) {
			tooMuch(s)
			s.Form, s.ProductID, s.LocationID = "cube", 999, 5
		}, []lab.Expected{class("none")}, at, []string{"form", "expected", "product_id", "location_id", "visit_id", "overruled"}},
	} {
		s := newSample(func(s *lab.Sample) { s.LocationID = 4 })
		if test.edit != nil {
			test.edit(s)
		}
		t.Run(test.name, func(t *testing.T) { wantFields(t, d.CheckSample(s, test.expected, test.at), test.want...) })
	}
}

func tooMuch(s *lab.Sample) { s.ReceivedAmount, s.ReceivedUnit = 1_001, lab.Gram }

func TestMistakesAreGathered(t *testing.T) {
	one, two := lab.FieldErrors{{Field: "one"}}, lab.FieldErrors{{Field: "two"}}
	var all lab.FieldErrors
	if err := lab.Mistakes(one, nil, two); !errors.As(err, &all) || len(all) != 2 || all[0].Field != "one" || all[1].Field != "two" {
		t.Errorf("%v", err)
	}
	if err := lab.Mistakes(one, lab.ErrUnavailable, two); !errors.Is(err, lab.ErrUnavailable) {
		t.Errorf("a fault is lost among mistakes: %v", err)
	}
	if err := lab.Mistakes(nil, nil); err != nil {
		t.Error(err)
	}
}
