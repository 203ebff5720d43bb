package lab_test

import (
	"reflect"
	"testing"

	"pgregory.net/rapid"

	"marquis/internal/lab"
)

func TestFactsOfASampleThatIsNotReleased(t *testing.T) {
	d := newDictionary(t)
	s := newSample(func(s *lab.Sample) {
		s.State, s.StateReason, s.LocationID, s.Region = lab.NotAnalysed, "capacity", 4, "Utrecht"
	})
	got := d.Classify(file(s, []lab.Expected{substance(mdma), substance(ketamine)}, nil))
	want := lab.Facts{Sample: lab.SampleFact{
		ServiceID: 1, Year: 2024, SampleID: s.ID, ReceivedOn: 2024_06_01, LocationID: 4, Region: "Utrecht",
		SampleClass: lab.SampleClass{
			ProductID: soldAsKetamine, Expected: "1 2", Form: lab.Powder, Channel: lab.FrontOfHouse, Counted: true,
			State: lab.NotAnalysed, StateReason: "capacity",
		},
	}}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v, want %+v", got, want)
	}
}

func TestFactsOfAReleasedSample(t *testing.T) {
	d := newDictionary(t)
	s, expected := newSample(), []lab.Expected{substance(ketamine)}
	p := publish(t, d, s, expected,
		verified(d, gcms, percent(ketamine, 800_000, "hydrochloride"), percent(caffeine, 50_000, lab.BasisUnknown), finding(mannitol, lab.Trace)),
		verified(d, ftir, finding(ketamine, lab.Identified)))
	p.PublishedOn = 2024_06_08
	got := d.Classify(file(s, expected, nil, *p))
	want := lab.Facts{
		Sample: lab.SampleFact{
			ServiceID: 1, Year: 2024, SampleID: s.ID, ReceivedOn: 2024_06_01, PublishedDays: 8, ConfirmedDays: 8, Attention: lab.Serious,
			SampleClass: lab.SampleClass{
				ProductID: soldAsKetamine, Expected: "1", Form: lab.Powder, Channel: lab.FrontOfHouse, Counted: true, State: lab.Registered,
				Release: lab.IsReleased, Outcome: lab.ExpectedPlusAdulterant, OutcomeEUDA: lab.ExpectedPlusAdulterant,
				Level: lab.Confirmatory, Contains: true, ContainsMain: true, Methods: "1 2",
			},
		},
		Findings: []lab.FindingFact{
			{Base: 693_625, FindingClass: lab.FindingClass{
				SubstanceID: ketamine, Role: lab.RoleExpected, Detection: lab.Quantified, Main: true, MethodID: gcms, Scale: lab.MassFraction, BaseKnown: true,
			}},
			{FindingClass: lab.FindingClass{
				SubstanceID: caffeine, Role: lab.RoleAdulterant, Detection: lab.Quantified, MethodID: gcms, Scale: lab.MassFraction,
			}},
			{FindingClass: lab.FindingClass{SubstanceID: mannitol, Role: lab.RoleExcipient, Detection: lab.Trace, MethodID: gcms}},
		},
	}
	for i := range want.Findings {
		f := &want.Findings[i]
		f.ServiceID, f.Year, f.SampleID, f.ProductID, f.Form = 1, 2024, s.ID, soldAsKetamine, lab.Powder
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v, want %+v", got, want)
	}
}

func TestPriceFacts(t *testing.T) {
	d := newDictionary(t)
	for _, test := range []struct {
		name string
		edit func(*lab.Sample)
		unit int64
		band lab.PriceBand
		free bool
	}{
		{"none", func(*lab.Sample) {}, 0, "", false},
		{"one gram", func(s *lab.Sample) {
			s.Price = lab.Price{Amount: 23_800, Currency: "EUR", Quantity: 1000, Unit: lab.Gram}
		}, 23_800_000, lab.UpToOne, false},
		{"three grams", func(s *lab.Sample) {
			s.Price = lab.Price{Amount: 50_000, Currency: "EUR", Quantity: 3000, Unit: lab.Gram}
		}, 16_666_667, lab.OneToFive, false},
		{"priced at nothing", func(s *lab.Sample) { s.Price = lab.Price{Currency: "EUR", Quantity: 1000, Unit: lab.Gram} }, 0, lab.UpToOne, true},
		{"a gift with a price", func(s *lab.Sample) {
			s.Price, s.AcquiredVia = lab.Price{Amount: 60_000, Currency: "EUR", Quantity: 6000, Unit: lab.Gram}, "gift"
		}, 10_000_000, lab.OverFive, true},
		{"found with a price", func(s *lab.Sample) {
			s.Price, s.AcquiredVia = lab.Price{Amount: 60_000, Currency: "EUR", Quantity: 6000, Unit: lab.Gram}, "found"
		}, 10_000_000, lab.OverFive, true},
		{"a gift without a price", func(s *lab.Sample) { s.AcquiredVia = "gift" }, 0, "", false},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := newSample(test.edit)
			f := d.Classify(file(s, nil, nil)).Sample
			if f.UnitPrice != test.unit || f.PriceBand != test.band || f.PriceFree != test.free || f.PriceCurrency != s.Price.Currency || f.PriceUnit != s.Price.Unit {
				t.Errorf("%+v", f)
			}
		})
	}
}

func TestTurnaround(t *testing.T) {
	d := newDictionary(t)
	version := func(kind lab.PublicationKind, on lab.Date, level lab.Level) lab.Publication {
		return lab.Publication{Kind: kind, PublishedOn: on, Result: lab.Result{Level: level}}
	}
	for _, test := range []struct {
		name                 string
		versions             []lab.Publication
		published, confirmed lab.Optional // days plus one
	}{
		{"not published", nil, 0, 0},
		{"on the same day", []lab.Publication{version(lab.ConfirmedResult, 2024_06_01, lab.Confirmatory)}, 1, 1},
		{"preliminary", []lab.Publication{version(lab.PreliminaryResult, 2024_06_03, lab.Preliminary)}, 3, 0},
		{"preliminary, then confirmed", []lab.Publication{
			version(lab.PreliminaryResult, 2024_06_03, lab.Preliminary), version(lab.ConfirmedResult, 2024_06_15, lab.Confirmatory),
		}, 3, 15},
		{"amended later", []lab.Publication{
			version(lab.ConfirmedResult, 2024_06_11, lab.Confirmatory), version(lab.AmendedResult, 2024_06_30, lab.Confirmatory),
		}, 11, 11},
		{"preliminary, then amended by the laboratory", []lab.Publication{
			version(lab.PreliminaryResult, 2024_06_03, lab.Preliminary), version(lab.AmendedResult, 2024_06_05, lab.Preliminary),
			version(lab.AmendedResult, 2024_06_15, lab.Confirmatory),
		}, 3, 15},
		{"withdrawn", []lab.Publication{
			version(lab.PreliminaryResult, 2024_06_03, lab.Preliminary), version(lab.WithdrawnResult, 2024_06_05, lab.Confirmatory),
		}, 3, 0},
		{"over the turn of the year", []lab.Publication{version(lab.ConfirmedResult, 2025_01_01, lab.Confirmatory)}, 215, 215},
		{"published before receipt, by the source's dates", []lab.Publication{version(lab.ConfirmedResult, 2024_05_01, lab.Confirmatory)}, 1, 1},
		{"nobody knows when", []lab.Publication{version(lab.ConfirmedResult, 0, lab.Confirmatory)}, 0, 0},
	} {
		t.Run(test.name, func(t *testing.T) {
			f := d.Classify(file(newSample(), nil, nil, test.versions...)).Sample
			if f.PublishedDays != test.published || f.ConfirmedDays != test.confirmed {
				t.Errorf("published %d, confirmed %d; want %d, %d", f.PublishedDays, f.ConfirmedDays, test.published, test.confirmed)
			}
		})
	}
}

// The first version that a source brought is of the day on which it gave that, as it says now. What
// an import amended, or people released, is of the day on which that was done here.
func TestTurnaroundOfASourceIsByItsDayOfNow(t *testing.T) {
	d := newDictionary(t)
	version := func(by lab.ID, on lab.Date, level lab.Level) lab.Publication {
		return lab.Publication{Kind: lab.PreliminaryResult, ImportID: by, PublishedOn: on, Result: lab.Result{Level: level}}
	}
	amended := version(amending, 2024_06_20, lab.Confirmatory)
	for name, c := range map[string]struct {
		source               lab.Date
		versions             []lab.Publication
		published, confirmed lab.Optional // days plus one
	}{
		"it says the same":       {2024_06_05, []lab.Publication{version(firstImport, 2024_06_05, lab.Confirmatory)}, 5, 5},
		"it says another day":    {2024_06_12, []lab.Publication{version(firstImport, 2024_06_05, lab.Confirmatory)}, 12, 12},
		"it is not known":        {0, []lab.Publication{version(firstImport, 2024_06_05, lab.Confirmatory)}, 5, 5},
		"it amended later":       {2024_06_12, []lab.Publication{version(firstImport, 2024_06_05, lab.Presumptive), amended}, 12, 20},
		"people released first":  {2024_06_12, []lab.Publication{version(lab.ID{}, 2024_06_03, lab.Presumptive), amended}, 3, 12},
		"people released after":  {2024_06_12, []lab.Publication{version(firstImport, 2024_06_05, lab.Presumptive), version(lab.ID{}, 2024_06_30, lab.Confirmatory)}, 12, 30},
		"people released it all": {0, []lab.Publication{version(lab.ID{}, 2024_06_03, lab.Confirmatory)}, 3, 3},
	} {
		f := d.Classify(file(newSample(func(s *lab.Sample) { s.SourcePublishedOn = c.source }), nil, nil, c.versions...)).Sample
		if f.PublishedDays != c.published || f.ConfirmedDays != c.confirmed {
			t.Errorf("%s: published %d, confirmed %d; want %d, %d", name, f.PublishedDays, f.ConfirmedDays, c.published, c.confirmed)
		}
	}
}

func TestAWithdrawnResultHasNoOutcome(t *testing.T) {
	d := newDictionary(t)
	s, expected := newSample(), []lab.Expected{substance(ketamine)}
	p := publish(t, d, s, expected, verified(d, gcms, finding(ketamine, lab.Identified)))
	w, err := file(s, nil, nil, *p).Withdraw(lab.Because("en", "wrong vial"))
	if err != nil {
		t.Fatal(err)
	}
	got := d.Classify(file(s, expected, nil, *p, *w))
	f := got.Sample
	if f.Release != lab.IsWithdrawn || f.Outcome != "" || f.OutcomeEUDA != "" || f.Level != "" || f.Contains || f.ContainsMain || len(got.Findings) != 0 {
		t.Errorf("%+v", got)
	}
	amended, err := d.Publish(file(s, expected, []lab.Evidence{verified(d, gcms)}, *p, *w), lab.Because("en", "the right vial"))
	if err != nil {
		t.Fatal(err)
	}
	f = d.Classify(file(s, expected, nil, *p, *w, *amended)).Sample
	if f.Release != lab.IsReleased || f.Outcome != lab.NothingDetected {
		t.Errorf("amended after withdrawal: %+v", f)
	}
}

func TestContains(t *testing.T) {
	d := newDictionary(t)
	both := []lab.Expected{substance(ketamine), substance(mdma)}
	for _, test := range []struct {
		name      string
		expected  []lab.Expected
		findings  []lab.Finding
		any, main bool
	}{
		{"as main component", both[:1], []lab.Finding{finding(ketamine, lab.Identified)}, true, true},
		{"as a trace", both[:1], []lab.Finding{finding(ketamine, lab.Trace), finding(caffeine, lab.Identified)}, true, false},
		{"beside a larger rival", both[:1], []lab.Finding{percent(ketamine, 100_000, lab.BasisBase), percent(caffeine, 500_000, lab.BasisBase)}, true, false},
		{"one of two", both, []lab.Finding{finding(ketamine, lab.Identified)}, false, false},
		{"both", both, []lab.Finding{finding(ketamine, lab.Identified), finding(mdma, lab.Identified)}, true, true},
		{"a member of a class", []lab.Expected{class("opioid")}, []lab.Finding{finding(heroin, lab.Identified)}, true, true},
		{"not detected", both[:1], []lab.Finding{finding(ketamine, lab.NotDetected)}, false, false},
		{"nobody knows what was expected", nil, []lab.Finding{finding(ketamine, lab.Identified)}, false, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := newSample()
			f := d.Classify(file(s, test.expected, nil, *publish(t, d, s, test.expected, verified(d, gcms, test.findings...)))).Sample
			if f.Contains != test.any || f.ContainsMain != test.main {
				t.Errorf("contains %v, as main component %v", f.Contains, f.ContainsMain)
			}
		})
	}
}

// TestFactsSurviveStorage: the facts made of a result as it is stored are those
// made of it when it was published.
func TestFactsSurviveStorage(t *testing.T) {
	d := newDictionary(t)
	rapid.Check(t, func(t *rapid.T) {
		s, expected := newSample(func(s *lab.Sample) { s.Form = lab.Rock }), drawExpected(t)
		p, err := d.Next(file(s, expected, drawEvidence(t, d)))
		if err != nil {
			t.Fatal(err)
		}
		before := d.Classify(file(s, expected, nil, *p))
		stored, err := p.Result.Value()
		if err != nil {
			t.Fatal(err)
		}
		again := *p
		if err := again.Result.Scan(stored); err != nil {
			t.Fatal(err)
		}
		if after := d.Classify(file(s, expected, nil, again)); !reflect.DeepEqual(before, after) {
			t.Fatalf("%+v became %+v", before, after)
		}
		if before.Sample.Outcome != p.Outcome || before.Sample.OutcomeEUDA != p.OutcomeEUDA {
			t.Fatalf("published as %s, classified as %s", p.Outcome, before.Sample.Outcome)
		}
	})
}

func TestReclassificationUsesTheDictionaryAsItIsNow(t *testing.T) {
	d := newDictionary(t)
	s, expected := newSample(), []lab.Expected{substance(ketamine)}
	p := publish(t, d, s, expected, verified(d, gcms, percent(ketamine, 800_000, "hydrochloride"), percent(levamisole, 100_000, lab.BasisBase)))
	stored, _ := p.Result.Value()
	d.Substances[levamisole].Role = lab.RoleByProduct
	d.Substances[ketamine].Salts[0].MolarMass = 475_454
	got := d.Classify(file(s, expected, nil, *p))
	if got.Sample.Outcome != lab.ExpectedOnly || got.Findings[1].Role != lab.RoleByProduct {
		t.Errorf("outcome %s, levamisole is %s", got.Sample.Outcome, got.Findings[1].Role)
	}
	if got.Findings[0].Base != 400_000 {
		t.Errorf("ketamine is %d base", got.Findings[0].Base)
	}
	if after, _ := p.Result.Value(); after != stored {
		t.Error("classifying changed what was published")
	}
	if p.Outcome != lab.ExpectedPlusAdulterant {
		t.Errorf("the publication now says %s", p.Outcome)
	}
}
