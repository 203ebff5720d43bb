package demo

import (
	"errors"
	"fmt"
	"math"
	"reflect"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"marquis/internal/lab"
	"marquis/internal/lab/dictionary"
	"marquis/internal/statistics"
)

// theDay is long after the last result.
const theDay = lab.Date(20261122)

// prepared is a country as set-up makes it: a dictionary with the methods, and twelve
// services with an office and an event each.
func prepared(t testing.TB, p Plan) (*lab.Dictionary, *country) {
	t.Helper()
	d, err := dictionary.Load()
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range methods(d) {
		if _, _, err := d.AddMethod(m); err != nil {
			t.Fatal(err)
		}
	}
	var services []lab.Service
	var locations []lab.Location
	for i, x := range provinces {
		id := lab.ServiceID(i + 1)
		services = append(services, lab.Service{ID: id, Code: x.code})
		locations = append(locations,
			lab.Location{ID: int32(2*i + 1), ServiceID: id, Kind: "office", Region: x.name},
			lab.Location{ID: int32(2*i + 2), ServiceID: id, Kind: "event", Region: x.name})
	}
	c, err := newCountry(p, d, services, locations)
	if err != nil {
		t.Fatal(err)
	}
	return d, c
}

// reader turns arrivals into the rows that the statistics fold, as the store does:
// checked, published and classified, with the classes shared.
type reader struct {
	*lab.Dictionary
	next     uint64
	classes  map[lab.SampleClass]*lab.SampleClass
	findings map[lab.FindingClass]*lab.FindingClass
	facts    []lab.Facts // of the last year
}

func newReader(d *lab.Dictionary) *reader {
	return &reader{Dictionary: d, classes: map[lab.SampleClass]*lab.SampleClass{}, findings: map[lab.FindingClass]*lab.FindingClass{}}
}

func (r *reader) id() (id lab.ID) {
	r.next++
	for i := range 8 {
		id[8+i] = byte(r.next >> (56 - 8*i))
	}
	return id
}

// admit checks an arrival, publishes and classifies it.
func (r *reader) admit(x *load, a *lab.Arrival) (lab.Facts, error) {
	s := &a.Sample
	s.Key = lab.Key{ServiceID: x.service, ID: r.id()}
	if a.Visit < 1 || a.Visit > len(x.visits) {
		return lab.Facts{}, fmt.Errorf("visit %d of %d", a.Visit, len(x.visits))
	}
	visit := &x.visits[a.Visit-1]
	for _, err := range []error{s.Check(theDay), r.CheckExpectations(a.Expected), visit.Check(), visit.Admits(s), lab.Counter{}.CheckLimits(s, 1)} {
		if err != nil {
			return lab.Facts{}, err
		}
	}
	for i := range a.Evidence {
		e := &a.Evidence[i]
		e.Analysis.Key = lab.Key{ServiceID: x.service, ID: r.id()}
		e.Analysis.VerifiedAtSource(lab.ID{}, lab.Instant{})
		if err := e.Analysis.Check(r.Dictionary, e.Findings, s.Since(), theDay); err != nil {
			return lab.Facts{}, err
		}
		if e.Analysis.PerformedOn > a.Sample.SourcePublishedOn {
			return lab.Facts{}, fmt.Errorf("analysed on %s, published on %s", e.Analysis.PerformedOn, a.Sample.SourcePublishedOn)
		}
	}
	f := a.File
	if len(a.Evidence) > 0 {
		p, err := r.Publish(&f, lab.Why{})
		if err != nil {
			return lab.Facts{}, err
		}
		p.PublishedOn = a.Sample.SourcePublishedOn
		f.Publications = append(f.Publications, *p)
	}
	if (len(a.Evidence) > 0) != (s.State == lab.Completed) || (a.Sample.SourcePublishedOn > 0) != (s.State == lab.Completed) {
		return lab.Facts{}, fmt.Errorf("%s with %d analyses, published on %s", s.State, len(a.Evidence), a.Sample.SourcePublishedOn)
	}
	return r.Classify(&f), nil
}

// figures are what the statistics say of the loads of a year.
func (r *reader) figures(t testing.TB, year int, loads []load) *statistics.Year {
	t.Helper()
	fold := statistics.NewFold(r.Dictionary)
	r.facts = nil
	for i := range loads {
		for j := range loads[i].arrivals {
			a := &loads[i].arrivals[j]
			facts, err := r.admit(&loads[i], a)
			if err != nil {
				t.Fatalf("service %d, sample %s (%s): %v", loads[i].service, a.Sample.SourceRef, r.Products[a.Sample.ProductID].NameEN, err)
			}
			r.facts = append(r.facts, facts)
			fold.Add(r.row(&facts))
		}
	}
	fold.Seal()
	return statistics.Compute(fold, r.Dictionary, statistics.Scope{Year: year, Currency: euro})
}

func (r *reader) row(f *lab.Facts) lab.FactRow {
	class := f.Sample.SampleClass
	if r.classes[class] == nil {
		r.classes[class] = &class
	}
	row := lab.FactRow{
		SampleClass: r.classes[class], Month: f.Sample.ReceivedOn.Month(), UnitPrice: f.Sample.UnitPrice,
		PublishedDays: f.Sample.PublishedDays, ConfirmedDays: f.Sample.ConfirmedDays,
	}
	for _, x := range f.Findings {
		class := x.FindingClass
		if r.findings[class] == nil {
			r.findings[class] = &class
		}
		row.Findings = append(row.Findings, lab.FindingRow{FindingClass: r.findings[class], Base: x.Base})
	}
	return row
}

// stated is a number that the statistics state, of how many samples, and how much one
// of them moves it.
type stated struct {
	what  string
	value *float64
	n     int
	one   float64
}

// statedOf looks a published figure up in the figures of its year.
func statedOf(t *testing.T, d *lab.Dictionary, y *statistics.Year, f figure) (list []stated) {
	t.Helper()
	p, ok := d.FindProduct(f.product)
	if !ok {
		t.Fatalf("no product %s", f.product)
	}
	e := y.Product(p.ID)
	if e == nil {
		t.Fatalf("no %s in %d", f.product, f.year)
	}
	percent := func(what string, n, of int) {
		value := 100 * float64(n) / float64(of)
		list = append(list, stated{what, &value, of, 100 / float64(of)})
	}
	switch f.measure {
	case samplesOf:
		value := float64(e.N)
		list = append(list, stated{"samples", &value, e.N, 1})
	case shareOf:
		n := e.N
		if f.form != "" {
			n = e.Forms[f.form]
		}
		percent("share", n, y.Registered)
	case containsOf:
		percent("contains", e.Contains.Any.N, e.Contains.Any.Of)
	case purityOf:
		for _, x := range e.Purity {
			if x.Form != "paste" && x.Substance == f.product {
				list = append(list, stated{x.Form, x.Mean, x.N, 0})
			}
		}
	case priceOf:
		for _, x := range e.Price {
			if x.Unit == lab.Gram && x.Quantity == "all" {
				list = append(list, stated{"price", x.Mean, x.N, 0})
			}
		}
	default:
		list = append(list, statedDose(e, f))
	}
	if len(list) == 0 {
		t.Fatalf("%s of %s in %d: not stated", f.measure, f.product, f.year)
	}
	return list
}

func statedDose(e *statistics.Entry, f figure) stated {
	i := slices.IndexFunc(e.Dose, func(x statistics.Dose) bool { return x.Form == string(f.form) && x.Substance == "MDMA" })
	if i < 0 {
		return stated{what: "no dose"}
	}
	x := e.Dose[i]
	band := func(name string) stated {
		at := slices.IndexFunc(x.Bands, func(b statistics.Band) bool { return b.Band == name })
		return stated{name, x.Bands[at].Percent, x.N, 100 / float64(x.N)}
	}
	switch f.measure {
	case doseOf:
		return stated{"mean", x.Mean, x.N, 0}
	case doseMaxOf:
		return stated{"max", x.Max, x.N, 0}
	case doseP25Of:
		return stated{"p25", x.P25, x.N, 1}
	case doseP75Of:
		return stated{"p75", x.P75, x.N, 1}
	case dose100Of:
		return band("<100")
	case dose150Of:
		return band(">150")
	}
	return band(">200")
}

// rounded is a value as it is published with so many decimals.
func rounded(value float64, decimals int) float64 {
	digit := math.Pow10(decimals)
	return math.Round(value*digit) / digit
}

// checkPublished holds the figures of a year against what was published. Below scale
// 1 shares hold as far as whole samples allow.
func checkPublished(t *testing.T, d *lab.Dictionary, y *statistics.Year, scale float64) {
	t.Helper()
	for _, f := range published {
		if f.year != y.Year {
			continue
		}
		want := f.value
		if f.measure == samplesOf {
			want *= scale
		}
		for _, got := range statedOf(t, d, y, f) {
			if got.value == nil {
				if got.n >= 10 || scale >= 1 {
					t.Errorf("%d: %s of %s %s (%s): not stated", f.year, f.measure, f.product, f.form, got.what)
				}
				continue
			}
			near := scale < 1 && math.Abs(*got.value-want) <= got.one
			if scale >= 1 || got.one == 0 || !near {
				if rounded(*got.value, f.decimals) != rounded(want, f.decimals) {
					t.Errorf("%d: %s of %s %s (%s, n = %d) is %v, want %v", f.year, f.measure, f.product, f.form, got.what, got.n, *got.value, want)
				}
			}
		}
	}
}

func TestPublishedFigures(t *testing.T) {
	plan := Plan{Seed: 1, From: FirstYear, To: LastYear, Scale: 1}
	d, c := prepared(t, plan)
	r := newReader(d)
	seen := map[string]int{}
	told := toldFigures{}
	total := 0
	for year := FirstYear; year <= LastYear; year++ {
		loads := c.year(year)
		y := r.figures(t, year, loads)
		if want := int(registered.at(year)); y.Registered != want {
			t.Errorf("%d: %d registered, want %d", year, y.Registered, want)
		}
		checkPublished(t, d, y, 1)
		told.add(t, d, y)
		checkKetamine(t, d, y)
		checkCocaine(t, d, y)
		for _, x := range loads {
			total += len(x.arrivals)
			see(seen, d, x)
		}
		for _, f := range r.facts {
			seen["outcome "+string(f.Sample.Outcome)]++
			checkCeiling(t, d, &f)
		}
	}
	if want := plan.samples(); total != want {
		t.Errorf("%d samples, the plan says %d", total, want)
	}
	told.check(t)
	for _, what := range everything() {
		if seen[what] == 0 {
			t.Errorf("none with %s", what)
		}
	}
}

// checkCeiling holds that no powder or crystal has more of a base than its salt.
func checkCeiling(t *testing.T, d *lab.Dictionary, f *lab.Facts) {
	t.Helper()
	for _, x := range f.Findings {
		powder := x.Form == lab.Powder || x.Form == lab.Crystal
		if s := d.Substances[x.SubstanceID]; powder && x.BaseKnown && x.Base > s.Ceiling() {
			t.Errorf("%s powder with %d ppm of base, more than %d", s.Name, x.Base, s.Ceiling())
		}
	}
}

// adulterant is the figures of an adulterant, empty where it was not found.
func adulterant(e *statistics.Entry, name string) statistics.Adulterant {
	i := slices.IndexFunc(e.Adulterants, func(a statistics.Adulterant) bool { return a.Substance == name })
	if i < 0 {
		return statistics.Adulterant{}
	}
	return e.Adulterants[i]
}

// checkKetamine holds what the factsheet says in words.
func checkKetamine(t *testing.T, d *lab.Dictionary, y *statistics.Year) {
	t.Helper()
	p, _ := d.FindProduct("ketamine")
	e := y.Product(p.ID)
	levamisole, caffeine := adulterant(e, "levamisole"), adulterant(e, "caffeine")
	if y.Year < 2019 && levamisole.N > 0 {
		t.Errorf("%d: levamisole in %d, want none before 2019", y.Year, levamisole.N)
	}
	if y.Year >= 2019 {
		if *levamisole.Percent < 1 || *levamisole.Percent > 5 {
			t.Errorf("%d: levamisole in %.1f %%, want it sporadic", y.Year, *levamisole.Percent)
		}
		if low := levamisole.Concentration.Min; low == nil || *low < 15 {
			t.Errorf("%d: levamisole at %v %%, want it high", y.Year, low)
		}
	}
	if *caffeine.Percent < 1 || *caffeine.Percent > 5 {
		t.Errorf("%d: caffeine in %.1f %%, want it sometimes", y.Year, *caffeine.Percent)
	}
	if *e.NoAdulterant.Percent < 85 {
		t.Errorf("%d: no adulterant in %.1f %%, want most", y.Year, *e.NoAdulterant.Percent)
	}
	for _, x := range e.Purity {
		if *x.Max > 86.7 {
			t.Errorf("%d: ketamine %s of %v %% base", y.Year, x.Form, *x.Max)
		}
	}
	if share := *e.Share.Percent; share < 1.9 || share > 5.3 {
		t.Errorf("%d: share %.2f %%, want 2 to 5", y.Year, share)
	}
	for _, x := range e.Price {
		if x.Quantity == "all" && (*x.Mean < 23 || *x.Mean > 25.5) {
			t.Errorf("%d: € %.2f a gram, want it stable", y.Year, *x.Mean)
		}
	}
}

// checkCocaine holds that levamisole falls, and that samples are held back. What was published
// of levamisole counts it however little there was; our figure has traces beside it.
func checkCocaine(t *testing.T, d *lab.Dictionary, y *statistics.Year) {
	t.Helper()
	p, _ := d.FindProduct("cocaine")
	e := y.Product(p.ID)
	want := map[int]float64{2013: 62, 2018: 35, 2022: 10}
	if percent, ok := want[y.Year]; ok {
		a := adulterant(e, "levamisole")
		if got := 100 * float64(a.N+a.Trace+a.Indicated) / float64(a.Of); math.Abs(got-percent) > 0.5 {
			t.Errorf("%d: levamisole in %.1f %% of cocaine, traces and indications with it, want %v", y.Year, got, percent)
		}
	}
	back := 100 * float64(e.Unreleased["not analysed: capacity"]) / float64(e.N)
	if held := y.Year == 2021 || y.Year == 2022; held != (back > 12 && back < 15) || !held && back > 1 {
		t.Errorf("%d: %.1f %% of cocaine held back", y.Year, back)
	}
}

// see notes what occurs in a load.
func see(seen map[string]int, d *lab.Dictionary, x load) {
	for i := range x.visits {
		v := &x.visits[i]
		seen[fmt.Sprintf("visit of %d", v.Taken)]++
		if v.TurnedAway > 0 {
			seen["turned away"]++
		}
	}
	for i := range x.arrivals {
		a := &x.arrivals[i]
		s := &a.Sample
		seen["product "+d.Products[s.ProductID].NameEN]++
		seen["form "+string(s.Form)]++
		seen["channel "+string(s.Channel)]++
		seen["state "+string(s.State)+s.StateReason]++
		seen["via "+s.AcquiredVia]++
		seen["context "+s.AcquiredContext]++
		seen["excluded "+s.Excluded]++
		seen["overdose "+s.Overdose]++
		seen["complaint "+s.Complaint]++
		seen["shape "+s.Shape]++
		seen["break line "+s.BreakLine]++
		seen["currency "+s.Price.Currency]++
		if s.Price.Recorded() && s.Price.Amount == 0 {
			seen["gift"]++
		}
		for _, codes := range []lab.Codes{s.Reasons, s.Effects, s.Colours} {
			for _, code := range codes {
				seen["code "+code]++
			}
		}
		for _, e := range a.Evidence {
			seen["method "+string(d.Methods[e.Analysis.MethodID].Kind)]++
			seen["conclusion "+string(e.Analysis.Conclusion)]++
			for _, f := range e.Findings {
				seen["detection "+string(f.Detection)]++
				seen["basis "+string(f.Basis)]++
				if f.Uncertainty > 0 {
					seen["uncertainty"]++
				}
			}
		}
	}
}

// everything is what a reader of the demo can find.
func everything() []string {
	list := []string{"turned away", "gift", "uncertainty", "visit of 1", "visit of 2", "visit of 3", "currency EUR", "currency USD", "currency "}
	for _, g := range market {
		list = append(list, "product "+g.product)
	}
	add := func(lead string, codes []string) {
		for _, code := range codes {
			list = append(list, lead+" "+code)
		}
	}
	add("form", []string{"powder", "crystal", "paste", "rock", "tablet", "capsule", "liquid", "blotter", "plant", "other"})
	add("channel", lab.Channels.Strings())
	add("via", lab.AcquiredVias.Strings())
	add("context", lab.AcquiredContexts.Strings())
	add("excluded", lab.Exclusions.Strings())
	add("state not_analysed", nil)
	for _, reason := range lab.NotAnalysedReasons {
		list = append(list, "state not_analysed"+reason)
	}
	for _, reason := range lab.GivenRejections {
		list = append(list, "state rejected"+reason)
	}
	add("overdose", []string{"involved", "not_involved"})
	add("complaint", []string{"yes", "no"})
	add("shape", []string{"round", "oval", "square", "rectangle", "triangle", "heart", "shield", "figure"})
	add("break line", lab.BreakLines.Strings())
	add("code", lab.Reasons.Strings())
	add("code", []string{"normal", "stronger", "weaker", "burning", "nausea", "pink", "turquoise"})
	add("method", []string{"list_recognition", "reagent", "strip", "ftir", "gc_ms", "lc_dad"})
	add("conclusion", lab.Conclusions.Strings())
	add("detection", []string{"quantified", "below_loq", "identified", "trace", "indicated", "unidentified"})
	add("basis", []string{"base", "hydrochloride", "sulfate", "as_found", "unknown"})
	add("outcome", lab.OutcomeClasses.Strings())
	return list
}

func TestYearsStandAlone(t *testing.T) {
	_, c := prepared(t, Plan{Seed: 7, From: 2018, To: 2020, Scale: 0.02})
	_, again := prepared(t, Plan{Seed: 7, From: 2020, To: 2020, Scale: 0.02})
	_, other := prepared(t, Plan{Seed: 8, From: 2020, To: 2020, Scale: 0.02})
	c.year(2018)
	c.year(2019)
	loads := c.year(2020)
	if !reflect.DeepEqual(loads, again.year(2020)) || !reflect.DeepEqual(loads, c.year(2020)) {
		t.Error("the same year of the same seed differs")
	}
	if reflect.DeepEqual(loads, other.year(2020)) {
		t.Error("two seeds make the same year")
	}
}

// checkLoads holds what the store relies on.
func checkLoads(t testing.TB, c *country, loads []load) {
	t.Helper()
	if len(loads) != len(c.services) {
		t.Fatalf("%d loads for %d services", len(loads), len(c.services))
	}
	for i, x := range loads {
		if x.service != c.services[i] {
			t.Fatalf("load %d is of service %d", i, x.service)
		}
		refs, digests, taken := map[string]bool{}, map[string]bool{}, make([]int32, len(x.visits)+1)
		before, limit := lab.Date(0), lab.Date((x.year+1)*10000+131)
		for j := range x.arrivals {
			a := &x.arrivals[j]
			s := &a.Sample
			if s.ReceivedOn < before || s.ReceivedOn.Year() != x.year || a.Sample.SourcePublishedOn > limit {
				t.Fatalf("sample %s came in on %s after %s, published on %s", s.SourceRef, s.ReceivedOn, before, a.Sample.SourcePublishedOn)
			}
			if refs[s.SourceRef] || digests[s.SourceDigest] {
				t.Fatalf("sample %s (%s) twice", s.SourceRef, s.SourceDigest)
			}
			refs[s.SourceRef], digests[s.SourceDigest] = true, true
			before = s.ReceivedOn
			taken[a.Visit]++
		}
		for j, v := range x.visits {
			if v.Taken != taken[j+1] || v.Taken < 1 || v.Taken > 3 {
				t.Fatalf("visit %d took %d samples and has %d", j+1, v.Taken, taken[j+1])
			}
		}
	}
}

func TestOtherScales(t *testing.T) {
	for _, x := range []struct {
		scale float64
		years []int
	}{{0.02, []int{2016, 2020, 2022}}, {0.3, []int{2017, 2022}}, {2, []int{2020}}} {
		t.Run(fmt.Sprint(x.scale), func(t *testing.T) {
			d, c := prepared(t, Plan{Seed: 3, From: FirstYear, To: LastYear, Scale: x.scale})
			r := newReader(d)
			for _, year := range x.years {
				loads := c.year(year)
				checkLoads(t, c, loads)
				checkPublished(t, d, r.figures(t, year, loads), x.scale)
			}
		})
	}
}

func TestServicesAreUneven(t *testing.T) {
	_, c := prepared(t, Plan{Seed: 1, From: 2019, To: 2019, Scale: 1})
	loads := c.year(2019)
	checkLoads(t, c, loads)
	total, largest := 0, 0
	for _, x := range loads {
		total += len(x.arrivals)
		largest = max(largest, len(x.arrivals))
	}
	if part := float64(largest) / float64(total); part < 0.18 || part > 0.22 {
		t.Errorf("the largest service has %.0f %%, want about 20", 100*part)
	}
}

// Tablets of a batch look alike: most of them have others of their look and nearly
// their size, and those hold about the same.
func TestBatchesLookAlike(t *testing.T) {
	d, c := prepared(t, Plan{Seed: 1, From: 2019, To: 2019, Scale: 1})
	mdma, _, _ := d.FindSubstance("MDMA")
	type looks struct{ logo, colour, shape, line string }
	byLook := map[looks][]*lab.Arrival{}
	for _, x := range c.year(2019) {
		for i := range x.arrivals {
			if a := &x.arrivals[i]; a.Sample.Logo != "" {
				s := &a.Sample
				k := looks{s.Logo, s.Colours[0], s.Shape, s.BreakLine}
				byLook[k] = append(byLook[k], a)
			}
		}
	}
	alike, near, both, total := 0, 0, 0, 0
	for _, list := range byLook {
		for _, a := range list {
			total++
			i := slices.IndexFunc(list, func(b *lab.Arrival) bool {
				off := func(a, b int32) bool { return max(a-b, b-a) <= 150 }
				return a != b && off(a.Sample.WidthUM, b.Sample.WidthUM) && off(a.Sample.HeightUM, b.Sample.HeightUM) && off(a.Sample.ThickUM, b.Sample.ThickUM)
			})
			if i < 0 {
				continue
			}
			alike++
			one, other := dose(a, mdma), dose(list[i], mdma)
			if one > 0 && other > 0 {
				both++
				if math.Abs(float64(one-other)) <= 0.2*float64(max(one, other)) {
					near++
				}
			}
		}
	}
	if total < 10_000 || alike < total*90/100 || both < alike*80/100 || near < both*85/100 {
		t.Errorf("of %d tablets with a logo %d look like another; of %d such with MDMA %d hold about as much", total, alike, both, near)
	}
}

// dose is how much of a substance the last analysis measured, as base.
func dose(a *lab.Arrival, s *lab.Substance) int64 {
	if len(a.Evidence) == 0 {
		return 0
	}
	for _, f := range a.Evidence[len(a.Evidence)-1].Findings {
		if f.SubstanceID == s.ID {
			base, _ := s.ToBase(f.Amount.Value, f.Basis)
			return base
		}
	}
	return 0
}

func TestAnySmallPlan(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		year := rapid.IntRange(FirstYear, LastYear).Draw(rt, "year")
		p := Plan{Seed: rapid.Uint64().Draw(rt, "seed"), From: year, To: year, Scale: rapid.Float64Range(leastScale, 0.02).Draw(rt, "scale")}
		d, c := prepared(t, p)
		loads := c.year(year)
		checkLoads(t, c, loads)
		n := 0
		for _, x := range loads {
			n += len(x.arrivals)
		}
		if n != p.samples() {
			rt.Fatalf("%d samples, the plan says %d", n, p.samples())
		}
		if y := newReader(d).figures(t, year, loads); y.Registered != p.counted(year) {
			rt.Fatalf("%d registered, want %d", y.Registered, p.counted(year))
		}
	})
}

func TestPlanCheck(t *testing.T) {
	nan := math.NaN()
	for _, x := range []struct {
		plan  Plan
		field string
	}{
		{Plan{1, 2013, 2024, 1}, ""},
		{Plan{0, 2020, 2020, 0.001}, ""},
		{Plan{1, 2013, 2024, 100}, ""},
		{Plan{1, 2012, 2024, 1}, "years"},
		{Plan{1, 2013, 2025, 1}, "years"},
		{Plan{1, 2020, 2019, 1}, "years"},
		{Plan{1, 0, 0, 1}, "years"},
		{Plan{1, 2013, 2024, 0}, "scale"},
		{Plan{1, 2013, 2024, -1}, "scale"},
		{Plan{1, 2013, 2024, 101}, "scale"},
		{Plan{1, 2013, 2024, nan}, "scale"},
		{Plan{1, 2013, 2024, math.Inf(1)}, "scale"},
	} {
		var mistakes lab.FieldErrors
		refused := errors.As(x.plan.Check(), &mistakes)
		if x.field == "" && !refused || len(mistakes) == 1 && mistakes[0].Field == x.field {
			continue
		}
		t.Errorf("%s: %v, want a mistake in %q", x.plan, mistakes, x.field)
	}
	if got, want := (Plan{1, 2013, 2024, 1}).String(), "seed 1, years 2013-2024, scale 1"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}

func TestNewCountryRefuses(t *testing.T) {
	p := Plan{Seed: 1, From: 2020, To: 2020, Scale: 1}
	d, err := dictionary.Load()
	if err != nil {
		t.Fatal(err)
	}
	one := []lab.Service{{ID: 1, Code: "A1"}}
	if _, err := newCountry(p, d, one, nil); err == nil {
		t.Error("a dictionary without the methods is accepted")
	}
	full, _ := prepared(t, p)
	if _, err := newCountry(p, full, nil, nil); err == nil {
		t.Error("a country without services is accepted")
	}
	if _, err := newCountry(Plan{}, full, one, nil); err == nil {
		t.Error("an empty plan is accepted")
	}
	c, err := newCountry(p, full, one, nil)
	if err != nil {
		t.Fatal(err)
	}
	loads := c.year(2020)
	if len(loads) != 1 || len(loads[0].arrivals) != p.samples() {
		t.Errorf("one service without locations has %d loads", len(loads))
	}
}

func BenchmarkYears(b *testing.B) {
	_, c := prepared(b, Plan{Seed: 1, From: FirstYear, To: LastYear, Scale: 1})
	for b.Loop() {
		for year := FirstYear; year <= LastYear; year++ {
			c.year(year)
		}
	}
}
