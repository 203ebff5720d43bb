package lab_test

import (
	"strings"
	"testing"

	"marquis/internal/lab"
)

func TestAPlacesOwnTermsWin(t *testing.T) {
	service := lab.Service{Terms: lab.Terms{MostGrams: 2000, DaysToResult: 7, Address: "Singel 1", Phone: "030 1"}}
	places := []lab.Location{{ID: 4, Terms: lab.Terms{MostGrams: 500, OpeningHours: "Fri 20-23", Phone: "06 2"}}, {ID: 5}}
	for _, test := range []struct {
		at   lab.Optional
		want lab.Terms
	}{
		{0, lab.Terms{MostGrams: 2000, MostMillilitres: 10_000, MostSamples: 3, DaysToResult: 7, Address: "Singel 1", Phone: "030 1"}},
		{5, lab.Terms{MostGrams: 2000, MostMillilitres: 10_000, MostSamples: 3, DaysToResult: 7, Address: "Singel 1", Phone: "030 1"}},
		{4, lab.Terms{MostGrams: 500, MostMillilitres: 10_000, MostSamples: 3, DaysToResult: 7, Address: "Singel 1", Phone: "06 2", OpeningHours: "Fri 20-23"}},
	} {
		if got := service.TermsAt(test.at, places); got != test.want {
			t.Errorf("at %d: %+v", test.at, got)
		}
	}
	if got := (&lab.Service{}).TermsAt(0, nil); got != lab.UsualTerms {
		t.Errorf("nobody says anything: %+v", got)
	}
}

func TestTermsAreAboveZeroAndPossible(t *testing.T) {
	for _, test := range []struct {
		terms lab.Terms
		field string
	}{
		{lab.Terms{}, ""},
		{lab.Terms{MostGrams: 1, MostMillilitres: 1, MostSamples: 1, DaysToResult: 1}, ""},
		{lab.Terms{OpeningHours: strings.Repeat("é", 300)}, ""},
		{lab.Terms{MostGrams: lab.NoNumber}, "most_grams"},
		{lab.Terms{MostMillilitres: lab.NoNumber}, "most_millilitres"},
		{lab.Terms{MostSamples: lab.NoNumber}, "most_samples"},
		{lab.Terms{DaysToResult: lab.NoNumber}, "days_to_result"},
		{lab.Terms{MostGrams: 1_000_001}, "most_grams"},
		{lab.Terms{MostMillilitres: 10_000_001}, "most_millilitres"},
		{lab.Terms{MostSamples: 101}, "most_samples"},
		{lab.Terms{DaysToResult: 366}, "days_to_result"},
		{lab.Terms{OpeningHours: strings.Repeat("é", 301)}, "opening_hours"},
		{lab.Terms{Address: strings.Repeat("x", 301)}, "address"},
		{lab.Terms{Phone: strings.Repeat("1", 41)}, "phone"},
		{lab.Terms{Address: "a\u202eb"}, "address"},
	} {
		var want []string
		if test.field != "" {
			want = append(want, test.field)
		}
		wantFields(t, test.terms.Check(), want...)
	}
	wantFields(t, (&lab.Location{Name: "x", Kind: "office", Terms: lab.Terms{MostGrams: lab.NoNumber}}).Check(), "most_grams")
}

func TestAPhoneIsATelephoneNumber(t *testing.T) {
	for phone, ok := range map[string]bool{
		"": true, "030 123 45 67": true, "+31 (0)30 123 45 67": true, "(030) 123-4567": true, "0900/1995": true, "14 030": true, "030 1234567 ext. 12": true, "030 1234567 tst 12": true,
		"ask for Jan": false, "112": false, "030 123 45 67 or ask": false, "30 + 12345": false, "jan@example.org": false, "----- 12": false, "030 1234567 ext.": false,
	} {
		var want []string
		if !ok {
			want = []string{"phone"}
		}
		terms := lab.Terms{Phone: phone}
		wantFields(t, terms.Check(), want...)
		wantFields(t, (&lab.Location{Name: "x", Kind: "office", Terms: terms}).Check(), want...)
	}
}

func TestLimitsFollowTheTerms(t *testing.T) {
	s := lab.Sample{Form: lab.Powder, ReceivedAmount: 600, ReceivedUnit: lab.Gram}
	for _, test := range []struct {
		terms   lab.Terms
		inVisit int
		want    string
	}{
		{lab.Terms{MostGrams: 600}, 1, ""},
		{lab.Terms{MostGrams: 500}, 1, "received_amount: This is more than 0.5 g."},
		{lab.Terms{MostGrams: 500, MostSamples: 1}, 2, "received_amount: This is more than 0.5 g.; visit_id: These are more than 1 samples in one visit."},
		{lab.Terms{MostSamples: 5}, 5, ""},
	} {
		if got := (lab.Counter{Service: lab.Service{Terms: test.terms}}).Limits(&s, test.inVisit).Error(); got != test.want {
			t.Errorf("%+v: %q", test.terms, got)
		}
	}
}

func TestTheExpectedDayIsTheServicesUnlessSomebodySaysIt(t *testing.T) {
	for _, test := range []struct {
		name  string
		days  int32
		typed lab.Date
		want  lab.Date
	}{
		{"nobody says so", 0, 0, 0},
		{"a week", 7, 0, 2024_06_08},
		{"over the end of a month", 30, 0, 2024_07_01},
		{"somebody says it", 7, 2024_06_03, 2024_06_03},
	} {
		s := newSample(func(s *lab.Sample) { s.ExpectedReadyOn = test.typed })
		if (lab.Terms{DaysToResult: test.days}).Expect(s); s.ExpectedReadyOn != test.want {
			t.Errorf("%s: %s", test.name, s.ExpectedReadyOn)
		}
	}
}

// TestAClosedPlaceReceivesNothing: but what was received there stays, and is corrected.
func TestAClosedPlaceReceivesNothing(t *testing.T) {
	d := newDictionary(t)
	places := []lab.Location{{ID: 4, ServiceID: 1, Name: "Festival", ClosedOn: 2024_05_01}, {ID: 5, ServiceID: 1, Name: "Office"}}
	s := newSample(func(s *lab.Sample) { s.LocationID = 4 })
	wantFields(t, d.CheckSample(s, nil, lab.Counter{Today: today, Locations: places, HandedIn: true}), "location_id")
	wantFields(t, d.CheckSample(s, nil, lab.Counter{Today: today, Locations: places}))
	s.LocationID = 5
	wantFields(t, d.CheckSample(s, nil, lab.Counter{Today: today, Locations: places, HandedIn: true}))
	if open := lab.Open(places); len(open) != 1 || open[0].ID != 5 || places[0].ID != 4 {
		t.Errorf("open are %+v", open)
	}
}

func TestWhoClosedByMistakeUndoesIt(t *testing.T) {
	mine := lab.Closing{By: enterer, On: today, From: lab.Registered, Version: 4}
	by := func(edit func(*lab.Closing)) lab.Closing { c := mine; edit(&c); return c }
	for _, test := range []struct {
		name    string
		by      lab.Actor
		state   lab.SampleState
		closing lab.Closing
		want    string
	}{
		{"whoever closed it", person(enterer, lab.Intake), lab.NotAnalysed, mine, ""},
		{"in analysis", person(enterer, lab.Laboratory), lab.NotAnalysed, by(func(c *lab.Closing) { c.From = lab.InAnalysis }), ""},
		{"somebody else", person(other, lab.Intake), lab.NotAnalysed, mine, "Only who closed it"},
		{"yesterday", person(enterer, lab.Intake), lab.NotAnalysed, by(func(c *lab.Closing) { c.On = today - 1 }), "another day"},
		{"changed since", person(enterer, lab.Intake), lab.NotAnalysed, by(func(c *lab.Closing) { c.Version = 3 }), "Something else"},
		{"something else was last", person(enterer, lab.Intake), lab.NotAnalysed, lab.Closing{}, "Something else"},
		{"opened already", person(enterer, lab.Intake), lab.Registered, mine, "not possible"},
		{"no role any more", person(enterer, lab.Coordinator), lab.NotAnalysed, mine, "Your role"},
	} {
		s := newSample(func(s *lab.Sample) { s.Version, s.State, s.StateReason = 4, test.state, reasonFor(test.state) })
		err := s.Reopen(test.by, today, test.closing)
		switch {
		case test.want == "" && (err != nil || s.State != test.closing.From || s.StateReason != ""):
			t.Errorf("%s: %s %q, %v", test.name, s.State, s.StateReason, err)
		case test.want != "" && (err == nil || !strings.Contains(err.Error(), test.want) || s.State != test.state):
			t.Errorf("%s: %s, %v", test.name, s.State, err)
		}
	}
}
