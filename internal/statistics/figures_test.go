package statistics

import (
	"slices"
	"testing"

	"marquis/internal/lab"
)

func TestCountedSamples(t *testing.T) {
	edit := func(change func(*lab.SampleClass)) func(*testSample) {
		return func(s *testSample) { change(&s.class) }
	}
	unreleased := func(state lab.SampleState, reason string) func(*testSample) {
		return edit(func(c *lab.SampleClass) { c.Release, c.State, c.StateReason = "", state, reason })
	}
	e := ketamineEntry(
		t, newSample(holds(ketamineID, 795_000)),
		newSample(edit(func(c *lab.SampleClass) { c.Release = lab.IsWithdrawn })),
		newSample(edit(func(c *lab.SampleClass) { c.Counted = false })),
		newSample(unreleased(lab.NotAnalysed, "capacity")), newSample(unreleased(lab.NotAnalysed, "capacity")),
		newSample(unreleased(lab.InAnalysis, "")),
		newSample(edit(func(c *lab.SampleClass) { c.ProductID, c.Expected, c.Form = ecstasyProduct, "2", lab.Tablet })),
		newSample(edit(func(c *lab.SampleClass) { c.ProductID, c.Expected, c.Form = ecstasyProduct, "2", lab.Powder })),
	)
	if e.N != 5 || e.Registered != 7 || e.ReleasedN != 1 || e.Withdrawn != 1 || e.Released != 3 {
		t.Errorf("%+v", e)
	}
	if len(e.Unreleased) != 2 || e.Unreleased["not analysed: capacity"] != 2 || e.Unreleased["in_analysis"] != 1 {
		t.Errorf("unreleased: %v", e.Unreleased)
	}
	if s := e.Share; s.N != 5 || s.Of != 7 {
		t.Errorf("share: %+v", s)
	}
	if s := e.ShareWithoutEcstasyTablets; s.N != 5 || s.Of != 6 {
		t.Errorf("share without ecstasy tablets: %+v", s)
	}
	if e.Months[2] != 5 || total(e.Outcomes) != 1 || len(e.Outcomes) != 7 || len(e.OutcomesEUDA) != 6 {
		t.Errorf("months %v, outcomes %v", e.Months, e.Outcomes)
	}
}

func TestContainsDenominator(t *testing.T) {
	for _, c := range []struct {
		name        string
		edit        func(*testSample)
		any, of     int
		main, found int
	}{
		{"quantified", holds(ketamineID, 795_000), 1, 1, 1, 1},
		{"nothing detected", func(*testSample) {}, 0, 1, 0, 0},
		{"a trace", detects(lab.FindingClass{SubstanceID: ketamineID, Role: lab.RoleExpected, Detection: lab.Trace}, 0), 1, 1, 0, 1},
		{"another", holds(mdmaID, 500_000), 0, 1, 0, 1},
		{"preliminary", func(s *testSample) { holds(ketamineID, 1)(s); s.class.Level = lab.Preliminary }, 1, 1, 1, 1},
		{"presumptive", func(s *testSample) { holds(ketamineID, 1)(s); s.class.Level = lab.Presumptive }, 0, 0, 0, 1},
		{"recognised", func(s *testSample) { holds(ketamineID, 1)(s); s.class.Recognised = true }, 0, 0, 0, 1},
		{"inconclusive", func(s *testSample) { s.class.Outcome = lab.OutcomeInconclusive }, 0, 0, 0, 0},
		{"expectation unknown", func(s *testSample) {
			s.class.Expected, s.class.Outcome = "", lab.ExpectationUnknown
			holds(ketamineID, 1)(s)
		}, 0, 0, 0, 1},
	} {
		e := ketamineEntry(t, newSample(c.edit))
		if got := e.Contains; got.Any.N != c.any || got.Any.Of != c.of || got.Main.N != c.main || got.Main.Of != c.of || len(e.Found) != c.found {
			t.Errorf("%s: %+v, found %v", c.name, got, e.Found)
		}
	}
}

func TestContainsOfExpected(t *testing.T) {
	d := testDictionary(t)
	tucibi := func(s *testSample) { s.class.ProductID, s.class.Expected = tucibiProduct, "1 2" }
	finding := func(id lab.SubstanceID, main bool) func(*testSample) {
		return func(s *testSample) {
			s.findings = append(s.findings, testFinding{class: lab.FindingClass{
				SubstanceID: id, Role: lab.RoleExpected, Detection: lab.Identified, Main: main, MethodID: gcmsMethod,
			}})
		}
	}
	f := foldOf(
		d, newSample(tucibi, finding(ketamineID, true)), // half of what was expected, so the product does not contain it
		newSample(tucibi, finding(mdmaID, true), finding(ketamineID, false), func(s *testSample) { s.class.Contains = true }),
		newSample(holds(ketamineID, 1)), newSample(),
	)
	if got := ComputeProduct(f, d, testScope, tucibiProduct).Contains; got.Any.N != 1 || got.Any.Of != 2 || got.Main.N != 0 {
		t.Errorf("tucibi: %+v", got)
	}
	e := ComputeExpected(f, d, testScope, lab.Expected{SubstanceID: 1})
	if got := e.Contains; got.Any.N != 3 || got.Any.Of != 4 || got.Main.N != 2 {
		t.Errorf("expected ketamine: %+v", got)
	}
	if e.Product != "" || e.Expected != "ketamine" || e.N != 4 || e.Share.Of != 4 {
		t.Errorf("expected ketamine: %+v", e)
	}
	if e := ComputeExpected(f, d, testScope, lab.Expected{SubstanceID: 2}); e.N != 2 || e.Contains.Any.N != 1 || len(e.Substitutes) != 1 {
		t.Errorf("expected MDMA: %+v", e)
	}
	if e := ComputeExpected(f, d, testScope, lab.Expected{}); e.N != 0 {
		t.Errorf("nothing expected: %+v", e)
	}
}

func TestSubstitutes(t *testing.T) {
	trace := detects(lab.FindingClass{SubstanceID: levamisoleID, Detection: lab.Trace, MethodID: gcmsMethod}, 0)
	filler := detects(lab.FindingClass{SubstanceID: lactoseID, Role: lab.RoleExcipient, Detection: lab.Identified, MethodID: ftirMethod}, 0)
	e := ketamineEntry(t, newSample(holds(mdmaID, 1), filler), newSample(holds(mdmaID, 1), trace), newSample(), newSample(holds(ketamineID, 1), filler))
	if len(e.Substitutes) != 3 || e.Substitutes[0].Substance != "MDMA" || e.Substitutes[0].N != 2 || e.Substitutes[0].Of != 3 ||
		e.Substitutes[1].Substance != "lactose" || e.Substitutes[1].N != 1 ||
		e.Substitutes[2].Substance != "levamisole" || e.Substitutes[2].N != 0 || e.Substitutes[2].Trace != 1 {
		t.Errorf("%+v", e.Substitutes)
	}
}

func TestAdulterants(t *testing.T) {
	ftir := func(s *testSample) { s.class.Methods, s.class.Level = "3", lab.Preliminary }
	strip := func(s *testSample) { s.class.Methods = "2 3" }
	caffeine := func(detection lab.Detection, by lab.MethodID) func(*testSample) {
		return detects(lab.FindingClass{SubstanceID: caffeineID, Detection: detection, MethodID: by}, 0)
	}
	levamisole := func(by lab.MethodID) func(*testSample) {
		return detects(lab.FindingClass{SubstanceID: levamisoleID, Detection: lab.Indicated, MethodID: by}, 0)
	}
	e := ketamineEntry(
		t, newSample(holds(ketamineID, 1)), newSample(holds(ketamineID, 1), caffeine(lab.Trace, gcmsMethod)),
		newSample(holds(ketamineID, 1), ftir, caffeine(lab.Identified, ftirMethod), levamisole(ftirMethod)), // seen outside the scope
		newSample(holds(ketamineID, 1), ftir), newSample(holds(ketamineID, 1), strip, levamisole(stripMethod)),
		newSample(caffeine(lab.Identified, gcmsMethod)), // holds no ketamine
	)
	if len(e.Adulterants) != 2 || e.NoAdulterant.N != 2 || e.NoAdulterant.Of != 5 {
		t.Fatalf("%+v, none in %+v", e.Adulterants, e.NoAdulterant)
	}
	c, l := e.Adulterants[0], e.Adulterants[1]
	if c.Substance != "caffeine" || c.N != 1 || c.Of != 5 || c.Trace != 1 || c.Identified != 1 {
		t.Errorf("caffeine: %+v", c)
	}
	if l.N != 0 || l.Of != 4 || l.Indicated != 2 { // two by GC-MS, one by strip, one seen out of scope
		t.Errorf("levamisole: %+v", l)
	}
	type row struct {
		method lab.MethodKind
		n, of  int
	}
	var methods []row
	for _, m := range slices.Concat(c.Methods, l.Methods) {
		methods = append(methods, row{m.Method, m.N, m.Of})
	}
	want := []row{{lab.GCMS, 0, 2}, {lab.FTIR, 1, 3}, {lab.GCMS, 0, 2}, {lab.FTIR, 0, 1}, {lab.Strip, 0, 1}}
	if !slices.Equal(methods, want) {
		t.Errorf("by method: %v, want %v", methods, want)
	}
	if len(e.CoOccurrence) != 0 { // levamisole was only indicated beside caffeine
		t.Errorf("together: %+v", e.CoOccurrence)
	}
}

func TestConcentration(t *testing.T) {
	samples := times(9, holds(ketamineID, 700_000), holds(levamisoleID, 50_000))
	unknown := detects(lab.FindingClass{SubstanceID: levamisoleID, Detection: lab.Quantified}, 900_000)
	other := detects(lab.FindingClass{SubstanceID: levamisoleID, Detection: lab.Quantified, Scale: lab.Ratio, BaseKnown: true}, 900_000)
	samples = append(samples, newSample(holds(ketamineID, 700_000), holds(levamisoleID, 150_000)))
	samples = append(samples, newSample(holds(ketamineID, 700_000), unknown), newSample(holds(ketamineID, 700_000), other))
	a := ketamineEntry(t, samples...).Adulterants[0]
	if c := a.Concentration; a.N != 12 || a.Quantified != 12 || c.N != 10 || c.UnknownBasis != 1 || c.OtherUnit != 1 ||
		number(c.Mean) != "6" || number(c.Median) != "5" || number(c.Max) != "15" || c.Unit != "%" {
		t.Errorf("%+v", a)
	}
}

func TestPurity(t *testing.T) {
	form := func(f lab.Form) func(*testSample) { return func(s *testSample) { s.class.Form = f } }
	below := detects(lab.FindingClass{SubstanceID: ketamineID, Detection: lab.BelowLOQ}, 0)
	unknown := detects(lab.FindingClass{SubstanceID: ketamineID, Detection: lab.Quantified}, 0)
	recognised := func(s *testSample) { s.class.Recognised = true }
	for _, c := range []struct {
		name                           string
		samples                        []testSample
		n, detected, belowLOQ, unknown int
		mean, sd, median, p5, lowest   string
	}{
		{name: "one", samples: times(1, holds(ketamineID, 795_000)), n: 1, detected: 1, mean: "-", sd: "-", median: "-", p5: "-", lowest: "79.5"},
		{name: "nine", samples: times(9, holds(ketamineID, 795_000)), n: 9, detected: 9, mean: "-", sd: "-", median: "-", p5: "-", lowest: "79.5"},
		{name: "ten equal", samples: times(10, holds(ketamineID, 795_000)), n: 10, detected: 10, mean: "79.5", sd: "0", median: "79.5", p5: "-", lowest: "79.5"},
		{name: "twenty equal", samples: times(20, holds(ketamineID, 795_000)), n: 20, detected: 20, mean: "79.5", sd: "0", median: "79.5", p5: "79.5", lowest: "79.5"},
		{name: "all below LOQ", samples: times(12, below), detected: 12, belowLOQ: 12, mean: "-", sd: "-", median: "-", p5: "-", lowest: "-"},
		{name: "unknown basis only", samples: times(12, unknown), detected: 12, unknown: 12, mean: "-", sd: "-", median: "-", p5: "-", lowest: "-"},
	} {
		rows := ketamineEntry(t, c.samples...).Purity
		if len(rows) != 2 || rows[0].Form != "powder" || rows[1].Form != powderAndCrystal {
			t.Fatalf("%s: %+v", c.name, rows)
		}
		for _, r := range rows {
			if r.N != c.n || r.Detected != c.detected || r.BelowLOQ != c.belowLOQ || r.UnknownBasis != c.unknown ||
				number(r.Mean) != c.mean || number(r.SD) != c.sd || number(r.Median) != c.median || number(r.P5) != c.p5 ||
				number(r.Min) != c.lowest || number(r.Max) != c.lowest || (r.MeanCI95 == nil) != (c.mean == "-") || r.Unit != "%" || r.Basis != "base" {
				t.Errorf("%s: %+v", c.name, r)
			}
		}
	}
	e := ketamineEntry(
		t, newSample(holds(ketamineID, 1)), newSample(form(lab.Crystal), holds(ketamineID, 3)), newSample(form(lab.Paste), holds(ketamineID, 1)),
		newSample(form(lab.Liquid), holds(ketamineID, 1)), newSample(holds(ketamineID, 1), recognised), newSample(holds(mdmaID, 1)),
	)
	var got []string
	for _, r := range e.Purity {
		got = append(got, r.Form)
	}
	if !slices.Equal(got, []string{"powder", "crystal", "paste", powderAndCrystal}) || e.Purity[0].N != 1 || e.Purity[3].N != 2 || len(e.Dose) != 0 {
		t.Errorf("forms: %+v", e.Purity)
	}
}

// A blotter is told in micrograms, and a table of doses in one unit: that of the form of which
// most were quantified.
func TestDoseOfBlotters(t *testing.T) {
	d := testDictionary(t)
	of := func(form lab.Form) func(*testSample) {
		return func(s *testSample) { s.class.ProductID, s.class.Expected, s.class.Form = ecstasyProduct, "2", form }
	}
	blotters := []testSample{newSample(of(lab.Tablet), holds(mdmaID, 120_000_000))}
	for _, ng := range []int64{80_000, 85_000, 90_000, 95_000, 100_000, 105_000, 110_000, 115_000, 120_000, 125_400} {
		blotters = append(blotters, newSample(of(lab.Blotter), holds(mdmaID, ng)))
	}
	e := ComputeProduct(foldOf(d, blotters...), d, testScope, ecstasyProduct)
	tablet, blotter := e.Dose[0], e.Dose[1]
	if blotter.Unit != "µg" || number(blotter.Max) != "125.4" || number(blotter.Median) != "102.5" || tablet.Unit != "mg" || number(tablet.Max) != "120" {
		t.Errorf("%+v", e.Dose)
	}
	if unit := DoseUnit(e.Dose); unit != "µg" || number(tablet.In(unit).Max) != "120000" || number(blotter.In(unit).Max) != "125.4" {
		t.Errorf("together in %s", unit)
	}
	if in := blotter.In("mg"); in.Unit != "mg" || number(in.Max) != "0.1254" || number(in.Mean) != "0.10254" || number(blotter.Max) != "125.4" || in.N != 10 {
		t.Errorf("%+v", in)
	}
	if DoseUnit(nil) != "mg" {
		t.Error("where there is nothing")
	}
}

func TestDose(t *testing.T) {
	d := testDictionary(t)
	tablet := func(s *testSample) {
		s.class.ProductID, s.class.Expected, s.class.Form = ecstasyProduct, "2", lab.Tablet
	}
	var samples []testSample
	for _, tenths := range []int64{0, 999, 1000, 1500, 1501, 2000, 2001, 3000} {
		samples = append(samples, newSample(tablet, holds(mdmaID, tenths*100_000)))
	}
	samples = append(samples, newSample(tablet, detects(lab.FindingClass{SubstanceID: mdmaID, Detection: lab.Quantified, Scale: lab.MassFraction, BaseKnown: true}, 1)))
	e := ComputeProduct(foldOf(d, samples...), d, testScope, ecstasyProduct)
	if len(e.Dose) != 1 || e.Dose[0].N != 8 || e.Dose[0].OtherUnit != 1 || e.Dose[0].Unit != "mg" || number(e.Dose[0].Max) != "300" {
		t.Fatalf("%+v", e.Dose)
	}
	var got []int
	for _, b := range e.Dose[0].Bands {
		got = append(got, b.N)
	}
	if !slices.Equal(got, []int{2, 2, 2, 2, 4}) || e.Dose[0].Bands[4].Of != 8 || e.Dose[0].Bands[4].Band != ">150" {
		t.Errorf("bands: %+v", e.Dose[0].Bands)
	}
}

func TestPrice(t *testing.T) {
	with := func(edit func(*lab.SampleClass)) func(*testSample) {
		return func(s *testSample) { paid(20_000_000)(s); edit(&s.class) }
	}
	samples := times(10, paid(23_800_000), holds(ketamineID, 500_000))
	samples = append(
		samples, newSample(with(func(c *lab.SampleClass) { c.PriceBand = lab.OverFive })),
		newSample(with(func(c *lab.SampleClass) { c.PriceUnit = lab.Piece })),
		newSample(with(func(c *lab.SampleClass) { c.PriceCurrency = "GBP" })),
		newSample(with(func(c *lab.SampleClass) { c.PriceFree = true })),
		newSample(with(func(c *lab.SampleClass) { c.Release, c.State = "", lab.InAnalysis })),
		newSample(with(func(c *lab.SampleClass) { c.Counted = false })),
	)
	e := ketamineEntry(t, samples...)
	type row struct {
		unit     lab.AmountUnit
		quantity string
		n        int
		median   string
	}
	var got []row
	for _, p := range e.Price {
		got = append(got, row{p.Unit, p.Quantity, p.N, number(p.Median)})
	}
	want := []row{{lab.Gram, "all", 11, "23.8"}, {lab.Gram, "<=1", 10, "23.8"}, {lab.Gram, ">5", 1, "-"}, {lab.Piece, "all", 1, "-"}, {lab.Piece, "<=1", 1, "-"}}
	if !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	if e.PriceFree != 1 || len(e.PriceOtherCurrencies) != 1 || e.PriceOtherCurrencies["GBP"] != 1 {
		t.Errorf("free %d, other %v", e.PriceFree, e.PriceOtherCurrencies)
	}
	if p := e.PricePerPureGram; len(p) != 1 || p[0].Substance != "ketamine" || p[0].N != 10 || number(p[0].Mean) != "47.6" {
		t.Errorf("pure: %+v", p)
	}
}

func TestTurnaround(t *testing.T) {
	var samples []testSample
	for day := range 11 {
		samples = append(samples, newSample(func(s *testSample) { s.published = lab.Optional(day + 1) }))
	}
	samples = append(samples, newSample(func(s *testSample) { s.published = 0 }), newSample(func(s *testSample) { s.published, s.class.Release = 90, lab.IsWithdrawn }))
	got := ketamineEntry(t, samples...).TurnaroundDays
	if got.N != 11 || number(got.Median) != "5" || number(got.P90) != "9" || got.Confirmed.N != 0 || got.Confirmed.Median != nil {
		t.Errorf("%+v", got)
	}
}

func TestYearOrder(t *testing.T) {
	d := testDictionary(t)
	sold := func(id lab.ProductID) func(*testSample) { return func(s *testSample) { s.class.ProductID = id } }
	y := Compute(foldOf(d, newSample(sold(tucibiProduct)), newSample(sold(99)), newSample(sold(ecstasyProduct)), newSample(), newSample()), d, testScope)
	var names []string
	for _, e := range y.Products {
		names = append(names, e.Product)
	}
	if !slices.Equal(names, []string{"ketamine powder", "ecstasy", "product 99", "tucibi"}) {
		t.Errorf("got %v", names)
	}
	if y.Product(ketamineProduct).N != 2 || y.Product(benzoProduct) != nil {
		t.Error("Product finds the wrong entry")
	}
}
