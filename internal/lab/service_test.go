package lab_test

import (
	"math"
	"strings"
	"testing"

	"marquis/internal/lab"
)

func TestServiceMistakes(t *testing.T) {
	for _, test := range []struct {
		name   string
		edit   func(*lab.Service)
		fields []string
	}{
		{"none", func(*lab.Service) {}, nil},
		{"UTC", func(s *lab.Service) { s.TimeZone = "UTC" }, nil},
		{"a code in small letters", func(s *lab.Service) { s.Code = "utr" }, []string{"code"}},
		{"a code with a dash", func(s *lab.Service) { s.Code = "UT-R" }, []string{"code"}},
		{"no name", func(s *lab.Service) { s.Name = "" }, []string{"name"}},
		{"country", func(s *lab.Service) { s.Country = "Netherlands" }, []string{"country"}},
		{"currency", func(s *lab.Service) { s.Currency = "€" }, []string{"currency"}},
		{"no time zone", func(s *lab.Service) { s.TimeZone = "" }, []string{"time_zone"}},
		{"a wrong time zone", func(s *lab.Service) { s.TimeZone = "Europe/Utrecht" }, []string{"time_zone"}},
		{"the machine's time zone", func(s *lab.Service) { s.TimeZone = "Local" }, []string{"time_zone"}},
		{"all at once", func(s *lab.Service) { *s = lab.Service{} }, []string{"code", "name", "country", "currency", "time_zone"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := lab.Service{ID: 1, Code: "UTR", Name: "Utrecht", Country: "NL", Currency: "EUR", TimeZone: "Europe/Amsterdam"}
			test.edit(&s)
			wantFields(t, s.Check(), test.fields...)
		})
	}
}

func TestVisitMistakes(t *testing.T) {
	for _, test := range []struct {
		name   string
		visit  lab.Visit
		fields []string
	}{
		{"none", lab.Visit{VisitedOn: today, Samples: 3, Taken: 2, TurnedAway: 1}, nil},
		{"no sample", lab.Visit{VisitedOn: today}, nil},
		{"no day", lab.Visit{Samples: 1, Taken: 1}, []string{"visited_on"}},
		{"too many", lab.Visit{VisitedOn: today, Samples: 101, Taken: 101}, []string{"samples"}},
		{"one unaccounted for", lab.Visit{VisitedOn: today, Samples: 3, Taken: 2}, []string{"taken"}},
		{"negative", lab.Visit{VisitedOn: today, Samples: 1, Taken: 2, TurnedAway: -1}, []string{"taken"}},
		{"overflow", lab.Visit{VisitedOn: today, Taken: math.MaxInt32, TurnedAway: math.MaxInt32}, []string{"taken"}},
	} {
		t.Run(test.name, func(t *testing.T) { wantFields(t, test.visit.Check(), test.fields...) })
	}
}

func TestMethodMistakes(t *testing.T) {
	scope := []lab.MethodScope{{SubstanceID: ketamine}}
	for _, test := range []struct {
		name   string
		method lab.Method
		fields []string
	}{
		{"open scope", lab.Method{Kind: lab.FTIR, Lab: "field", Level: lab.Preliminary, OpenScope: true}, nil},
		{"a list", lab.Method{Kind: lab.Strip, Lab: "field", Level: lab.Presumptive, Scope: scope}, nil},
		{"no text", lab.Method{Kind: lab.FTIR, Lab: "field\x00", Version: "\xff2", Level: lab.Preliminary, OpenScope: true}, []string{"lab", "version"}},
		{"a novel", lab.Method{Kind: lab.FTIR, Lab: strings.Repeat("a", 201), Level: lab.Preliminary, OpenScope: true}, []string{"lab"}},
		{"all at once", lab.Method{Kind: "nose", Level: "sure"}, []string{"kind", "level", "lab", "scope"}},
	} {
		t.Run(test.name, func(t *testing.T) { wantFields(t, test.method.Check(), test.fields...) })
	}
}

func TestLevelsRise(t *testing.T) {
	if lab.Presumptive.Rank() >= lab.Preliminary.Rank() || lab.Preliminary.Rank() >= lab.Confirmatory.Rank() || lab.Level("").Rank() >= 0 {
		t.Error("the levels do not rise")
	}
}

func TestReportingCurrencyIsTheServicesOwnWhereTheyAgree(t *testing.T) {
	eur, usd := lab.Service{Currency: "EUR"}, lab.Service{Currency: "USD"}
	for _, test := range []struct {
		services []lab.Service
		want     string
	}{
		{nil, "GBP"},
		{[]lab.Service{usd}, "USD"},
		{[]lab.Service{eur, eur}, "EUR"},
		{[]lab.Service{eur, usd}, "GBP"},
	} {
		if got := lab.ReportingCurrency(test.services, "GBP"); got != test.want {
			t.Errorf("%v: %s, want %s", test.services, got, test.want)
		}
	}
}
