package statistics

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"math"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"marquis/internal/lab"
)

func TestAYearIsClosedWhenItIsOverEverywhere(t *testing.T) {
	for at, want := range map[string]int{
		"2026-11-28T22:00:00Z":      2025,
		"2026-12-31T23:59:59Z":      2025,
		"2027-01-01T00:00:00Z":      2025, // it is still 31 December in Honolulu
		"2027-01-01T11:59:59Z":      2025,
		"2027-01-01T12:00:00Z":      2026,
		"2027-01-01T12:00:00+12:00": 2025, // in Auckland the year is over, elsewhere not
		"2027-01-02T00:00:00+12:00": 2026,
	} {
		now, err := time.Parse(time.RFC3339, at)
		if err != nil {
			t.Fatal(err)
		}
		if got := LastClosedYear(now); got != want {
			t.Errorf("%s: %d, want %d", at, got, want)
		}
	}
}

func TestOnlyClosedYearsWithEnoughResultsAreTold(t *testing.T) {
	d := testDictionary(t)
	source := func(released, closedTo int) *Source {
		s := sourceOf(t, d, append(times(released), times(100, func(s *testSample) { s.class.Release, s.class.State = "", lab.InAnalysis })...), 10, 0)
		s.ClosedTo = closedTo
		s.Entries = s.Entries[2:]
		return s
	}
	for _, c := range []struct {
		name     string
		source   *Source
		want     bool
		released int
	}{
		{"50 released of a closed year", source(50, 2020), true, 50},
		{"49 released of a closed year", source(49, 2020), false, 49},
		{"50 released of a year that runs", source(50, 2019), false, 50},
		{"when nobody says what is closed", source(50, 0), false, 50},
	} {
		if c.source.Year.Released != c.released {
			t.Fatalf("%s: %d", c.name, c.source.Year.Released)
		}
		for _, spec := range Tables {
			table, err := spec.Public(c.source)
			if c.want != (err == nil) || !c.want && (table != nil || !errors.Is(err, lab.ErrNotFound)) {
				t.Errorf("%s, %s: %v", c.name, spec.Key, err)
			}
			if _, err := spec.Staff(c.source); err != nil {
				t.Errorf("%s, %s: staff see it: %v", c.name, spec.Key, err)
			}
		}
	}
}

// TestYearsThatAreNotToldAreInNoTableOverTheYears: neither as a row nor in a trend.
func TestYearsThatAreNotToldAreInNoTableOverTheYears(t *testing.T) {
	d := testDictionary(t)
	entry := func(year, n int) *Entry {
		return ComputeProduct(foldOf(d, times(n, holds(ketamineID, int64(year)*100), paid(int64(year)))...), d, Scope{Year: year, Currency: "EUR"}, ketamineProduct)
	}
	with := &Source{Dictionary: d, ClosedTo: 2020, Entries: []*Entry{entry(2017, 60), entry(2018, 49), entry(2019, 70), entry(2020, 80), entry(2021, 90)}}
	without := &Source{Dictionary: d, ClosedTo: 2020, Entries: []*Entry{with.Entries[0], with.Entries[2], with.Entries[3]}}
	for _, key := range TableKeys(ProductYearsTable) {
		one, other := writtenBy(t, publicTable(t, key, with).WriteJSON), writtenBy(t, publicTable(t, key, without).WriteJSON)
		if one != other || strings.Contains(one, "2021") || strings.Contains(one, "2018") {
			t.Errorf("%s:\n%s\n%s", key, one, other)
		}
	}
	// The table of a product in a year is never that of another year.
	if _, err := mustFind(t, "purity").Public(with); !errors.Is(err, lab.ErrNotFound) {
		t.Errorf("the running year: %v", err)
	}
}

// TestAServiceWithoutSamplesIsNotNamed: one that begins this year shows in no year before.
func TestAServiceWithoutSamplesIsNotNamed(t *testing.T) {
	d := testDictionary(t)
	s := sourceOf(t, d, times(60), 40, 20)
	before := writtenBy(t, publicTable(t, "services", s).WriteJSON)
	s.Services = append(s.Services, ServiceYear{"NEW", "A new service", Compute(foldOf(d), d, s.Year.Scope)})
	if after := writtenBy(t, publicTable(t, "services", s).WriteJSON); after != before {
		t.Errorf("a service without samples shows:\n%s\n%s", before, after)
	}
}

func TestLeaveOut(t *testing.T) {
	for _, c := range []struct {
		parts []int
		want  string
	}{
		{nil, ""},
		{[]int{12, 20}, "--"},
		{[]int{0, 20}, "--"},
		{[]int{9, 20, 0}, "xx-"},          // 9 would be the rest
		{[]int{9, 20, 15}, "x-x"},         // the smallest covers
		{[]int{9, 9, 30}, "xx-"},          // two of few are 18 together
		{[]int{5, 4, 30, 12}, "xx-x"},     // two of few are 9 together
		{[]int{1, 0, 0}, "xxx"},           // zeros beside it would tell which it is
		{[]int{3, 3, 3, 11, 10}, "xxx-x"}, // 9 together
		{[]int{10}, "-"},
	} {
		parts := make([][]int, len(c.parts))
		for i, n := range c.parts {
			parts[i] = []int{n}
		}
		got := ""
		for _, out := range leaveOut(parts) {
			got += map[bool]string{true: "x", false: "-"}[out]
		}
		if got != c.want {
			t.Errorf("%v: %s, want %s", c.parts, got, c.want)
		}
	}
	// A form that was only detected is few too, and its rest must not be found.
	if got := leaveOut([][]int{{0, 20}, {0, 5}}); !slices.Equal(got, []bool{true, true}) {
		t.Errorf("only detected: %v", got)
	}
}

func TestMethodsOfASingleSampleAreNotTold(t *testing.T) {
	found := func(counts ...int) (list []AdulterantMethod) {
		for i := 0; i < len(counts); i += 2 {
			list = append(list, AdulterantMethod{Proportion: newProportion(counts[i], counts[i+1])})
		}
		return list
	}
	for _, c := range []struct {
		n    int
		list []AdulterantMethod
		want int
	}{
		{1, found(0, 18, 1, 19), 0},
		{1, found(0, 18, 1, 1), 0},
		{12, found(12, 40, 0, 18), 2},
		{12, found(12, 40, 0, 3), 0},          // 3 were looked at by the other
		{12, found(11, 40, 0, 18, 1, 20), 0},  // nothing can cover the one
		{40, found(20, 40, 20, 30, 0, 18), 3}, // nothing is few
	} {
		if got := toldMethods(c.n, c.list); len(got) != c.want {
			t.Errorf("%d found, %v: %v is told", c.n, c.list, got)
		}
	}
}

func TestContainsLessTheFormsLeavesNoFew(t *testing.T) {
	row := func(form string, n int) Content {
		return Content{SubstanceID: ketamineID, Form: form, N: n, Detected: n}
	}
	purity := []Content{row("powder", 30), row("crystal", 20), row(powderAndCrystal, 50)}
	for _, c := range []struct{ contain, tablets, purity, dose int }{
		{62, 12, 3, 1}, // all are told
		{65, 12, 3, 0}, // 3 would be left: the tablets go with them
		{72, 12, 3, 1}, // 10 are left
		{51, 0, 0, 0},  // one liquid beside powder and crystal
	} {
		dose := []Dose{}
		if c.tablets > 0 {
			dose = append(dose, Dose{Content: row("tablet", c.tablets)})
		}
		p, d := withinContains(c.contain, slices.Clone(purity), dose)
		if len(p) != c.purity || len(d) != c.dose {
			t.Errorf("%+v: %d and %d rows", c, len(p), len(d))
		}
	}
}

func TestRound(t *testing.T) {
	for _, c := range []struct {
		v        float64
		decimals int
		want     float64
	}{
		{79.45, 1, 79.5},
		{79.449, 1, 79.4},
		{6.25, 1, 6.3},
		{0.25, 1, 0.3},
		{-0.25, 1, -0.3},
		{1.005, 2, 1.01},
		{2.5, 0, 3},
		{-0.04, 1, 0},
		{0, 1, 0},
		{155, -1, 160},
		{154.99, -1, 150},
		{1e-300, 3, 0},
		{81.85714285714286, 1, 81.9},
		{99.96, 1, 100},
		{123456, -3, 123000},
	} {
		if got := Round(c.v, c.decimals); got != c.want || math.Signbit(got) && got == 0 {
			t.Errorf("%v to %d: %v, want %v", c.v, c.decimals, got, c.want)
		}
	}
	for _, c := range []struct {
		v    float64
		n    int
		want float64
	}{
		{81.857, 10, 82},
		{81.857, 99, 82},
		{81.857, 100, 81.9},
		{81.857, 1000, 81.9},
		{163.44, 50, 160},
		{163.44, 100, 163},
		{163.44, 1000, 163.4},
		{0.09123, 12, 0.091},
		{0.09123, 500, 0.091},
		{9.96, 10, 10},
		{5.25, 10, 5.3},
		{0, 10, 0},
		{1000, 10, 1000},
	} {
		if got := *roundedTo(&c.v, c.n, 1); got != c.want {
			t.Errorf("%v of %d: %v, want %v", c.v, c.n, got, c.want)
		}
	}
}

// TestRoundIsThatOfTheWrittenNumber holds it against the digits themselves.
func TestRoundIsThatOfTheWrittenNumber(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		whole := rapid.IntRange(-3_000_000, 3_000_000).Draw(t, "thousandths")
		want, rest := whole/100, whole%100 // in tenths
		if rest >= 50 {
			want++
		} else if rest <= -50 {
			want--
		}
		if got := Round(float64(whole)/1000, 1); got != float64(want)/10 || math.Signbit(got) && got == 0 {
			t.Fatalf("%d thousandths: %v, want %d tenths", whole, got, want)
		}
	})
}

// TestAMeanBeforeAndAfterGivesNoSampleAway: of a mean of n and one of n + 1 more than a
// fifth of the mean stays open.
func TestAMeanBeforeAndAfterGivesNoSampleAway(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(toldFrom, 3000).Draw(t, "n")
		mean := float64(rapid.IntRange(1000, 900_000).Draw(t, "mean")) / 1000
		step := math.Pow10(-lastPlace(mean, n, 6))
		if open := step * float64(2*n+1); open < 0.2*mean {
			t.Fatalf("%v of %d is told to %v: %v stays open", mean, n, step, open)
		}
	})
}

// published is a public table, with what finds its cells.
type published struct{ *Table }

func (p published) row(i int, key string) Cell { return p.Rows[i].Cells[p.column(key)] }

// TestNothingOfFewIsPublished draws years and looks at all that is published of every
// product of each.
func TestNothingOfFewIsPublished(t *testing.T) {
	d, reached := testDictionary(t), withheld{}
	check := func(rt *rapid.T) {
		draw := drawSamples
		if rapid.IntRange(0, 3).Draw(rt, "few kinds") > 0 {
			draw = drawMarket
		}
		fold := foldOf(d, enough(draw(rt, d)...)...)
		year := Compute(fold, d, testScope)
		for id := range d.Products {
			e := ComputeProduct(fold, d, testScope, id)
			s := &Source{Dictionary: d, Year: year, Entries: []*Entry{e}, ClosedTo: 2020}
			for i := range Tables {
				if Tables[i].Scope == ServiceTable {
					continue
				}
				p := published{must(Tables[i].Public(s))(t)}
				checkColumns(rt, p)
				checkDigits(rt, p)
				checkRows(rt, p)
			}
			checkRest(rt, s, e)
			reached.look(t, s, e)
		}
		checkFound(rt, &Source{Dictionary: d, Year: year, ClosedTo: 2020})
		reached.lookAtFinds(year)
	}
	for try := 0; try < 5 && !t.Failed() && !reached.all(); try++ { // once, nearly always
		rapid.Check(t, check)
	}
	reached.want(t)
}

func checkColumns(t *rapid.T, p published) {
	for _, key := range staffColumns {
		if p.column(key) >= 0 {
			t.Fatalf("%s tells %s", p.Key, key)
		}
	}
	if !p.Rounded {
		t.Fatalf("%s is not rounded", p.Key)
	}
}

// checkRows: no amount rests on fewer than ten, and no outer quantile on fewer than 40.
func checkRows(t *rapid.T, p published) {
	checkLesser(t, p)
	if p.column("median") < 0 {
		return
	}
	for i, row := range p.Rows {
		n := p.row(i, "n")
		for k, c := range row.Cells {
			key, least := p.Columns[k].Key, toldFrom
			if key == "p5" || key == "p95" {
				least = toldTailsFrom
			}
			if p.Columns[k].Kind == AmountKind && c.State == Shown && (n.State != Shown || *n.N < least) {
				t.Fatalf("%s, row %d: %s of %+v samples", p.Key, i, key, n)
			}
		}
		if strings.HasPrefix(p.Key, "adulterants") {
			if share := p.row(i, "samples"); share.N != nil && isFew(*share.N) && p.row(i, "quantified").State != None {
				for k := p.column("quantified"); k < len(row.Cells); k++ {
					lesser := k == p.column("trace") || k == p.column("indicated")
					if !lesser && row.Cells[k].State != TooFew {
						t.Fatalf("%s, row %d: %d samples are divided: %+v", p.Key, i, *share.N, row.Cells[k])
					}
				}
			}
			for _, key := range []string{"n", "quantified", "below_loq", "identified", "trace", "indicated", "unknown_basis", "other_unit"} {
				if c := p.row(i, key); c.N != nil && isFew(*c.N) {
					t.Fatalf("%s, row %d: %s tells of %d", p.Key, i, key, *c.N)
				}
			}
		} else if n.State == Shown && isFew(*n.N) {
			t.Fatalf("%s, row %d: tells of %d samples", p.Key, i, *n.N)
		}
		if p.column("detected") >= 0 {
			if c := p.row(i, "detected"); c.N != nil && isFew(*c.N-*n.N) {
				t.Fatalf("%s, row %d: %d of %d have no amount", p.Key, i, *c.N-*n.N, *c.N)
			}
			for _, key := range []string{"below_loq", "not_quantified", "unknown_basis", "other_unit"} {
				if c := p.row(i, key); c.N != nil && isFew(*c.N) {
					t.Fatalf("%s, row %d: %s tells of %d", p.Key, i, key, *c.N)
				}
			}
		}
	}
}

// checkLesser: what was seen as a trace or indicated is told of none or of enough, and of both
// or of neither: a substance found in one product alone was found in so many together.
func checkLesser(t *rapid.T, p published) {
	if p.column("indicated") < 0 {
		return
	}
	for i := range p.Rows {
		trace, indicated := p.row(i, "trace"), p.row(i, "indicated")
		if trace.State != indicated.State || trace.State == Shown && (isFew(*trace.N) || isFew(*indicated.N)) {
			t.Fatalf("%s, row %d: a trace in %+v, indicated in %+v", p.Key, i, trace, indicated)
		}
	}
}

// checkRest: what a reader computes by taking published parts from a published whole
// rests on none or on enough.
func checkRest(t *rapid.T, s *Source, e *Entry) {
	told := s.Told().entry()
	enoughLeft := func(what string, whole int, parts ...int) {
		// Any of the parts may be taken away, alone or with others.
		for set := range 1 << len(parts) {
			rest := whole
			for i, n := range parts {
				if set>>i&1 == 1 {
					rest -= n
				}
			}
			if isFew(rest) {
				t.Fatalf("%s: %d less some of %v leaves %d", what, whole, parts, rest)
			}
		}
	}
	for _, all := range told.Purity {
		if all.Form != powderAndCrystal {
			continue
		}
		var n, detected []int
		for _, c := range told.Purity {
			if c.SubstanceID == all.SubstanceID && (c.Form == "powder" || c.Form == "crystal") {
				n, detected = append(n, c.N), append(detected, c.Detected)
			}
		}
		enoughLeft("purity", all.N, n...)
		enoughLeft("detected", all.Detected, detected...)
	}
	contained := map[lab.SubstanceID]int{}
	for _, c := range told.Purity {
		if !isPart(c) {
			contained[c.SubstanceID] += c.Detected
		}
	}
	for _, c := range told.Dose {
		contained[c.SubstanceID] += c.Detected
	}
	for id, n := range contained {
		if rest := told.Contains.Any.N - n; isFew(rest) {
			t.Fatalf("%d contain substance %d, of forms that are told %d", told.Contains.Any.N, id, n)
		}
	}
	for _, all := range told.Price {
		if all.Quantity != allQuantities {
			continue
		}
		var n []int
		for _, p := range told.Price {
			if p.Unit == all.Unit && p.Quantity != allQuantities {
				n = append(n, p.N)
			}
		}
		enoughLeft("price", all.N, n...)
	}
	for _, dose := range told.Dose {
		if len(dose.Bands) == 0 {
			continue
		}
		var low, high []int
		for i, b := range dose.Bands {
			switch {
			case b.hidden:
			case i < 2:
				low = append(low, b.N)
			case i < 4:
				high = append(high, b.N)
			}
		}
		if both := dose.Bands[4]; both.hidden {
			enoughLeft("bands", dose.N, append(low, high...)...)
		} else {
			enoughLeft("bands", dose.N, append(low, both.N)...)
			enoughLeft("bands above 150", both.N, high...)
		}
	}
	for i, a := range told.Adulterants {
		var n []int
		for _, m := range a.Methods {
			n = append(n, m.N)
		}
		if whole := e.Adulterants[i].N; len(n) > 0 && !isFew(whole) {
			enoughLeft("methods", whole, n...)
		}
		var traces, indicated []int
		for _, m := range a.Methods {
			if a.Lesser.withheld && !m.Lesser.withheld {
				t.Fatalf("%s is told of a method alone: %+v", a.Substance, m)
			}
			if !m.Lesser.withheld {
				traces, indicated = append(traces, m.Trace), append(indicated, m.Indicated)
			}
		}
		if len(traces) > 0 {
			enoughLeft("traces by method", a.Trace, traces...)
			enoughLeft("indicated by method", a.Indicated, indicated...)
		}
	}
	for currency, n := range told.PriceOtherCurrencies {
		if isFew(n) {
			t.Fatalf("%d paid in %s", n, currency)
		}
	}
	if w := told.ShareWithoutEcstasyTablets; isFew(told.PriceFree) || !w.hidden && isFew(e.Registered-w.Of) {
		t.Fatalf("%d free, %d tablets", told.PriceFree, e.Registered-w.Of)
	}
}

// checkDigits: CSV and JSON hold what the cell does, with no more digits than that.
func checkDigits(t *rapid.T, p published) {
	var text, lines bytes.Buffer
	if p.WriteJSON(&text) != nil || p.WriteCSV(&lines) != nil {
		t.Fatal("not written")
	}
	var table Table
	if err := json.Unmarshal(text.Bytes(), &table); err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(&lines).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	for i, row := range p.Rows {
		fields := rows[i+1]
		for k, c := range row.Cells {
			column := p.Columns[k]
			mine := fields[:len(column.csvNames())]
			fields = fields[len(mine):]
			if c.Value == nil {
				continue
			}
			at := 0
			if column.Kind == ShareKind {
				at = 2
			}
			numbers := []float64{*c.Value}
			if c.CI95 != nil {
				numbers = append(numbers, c.CI95[:]...)
			}
			for j, v := range numbers {
				if got := mine[at+j]; got != column.Write(v) || v != Round(v, 4) {
					t.Fatalf("%s, %s: CSV says %s of %v", p.Key, column.Key, got, v)
				}
			}
			other := table.Rows[i].Cells[k]
			if *other.Value != *c.Value || (other.CI95 == nil) != (c.CI95 == nil) || c.CI95 != nil && *other.CI95 != *c.CI95 {
				t.Fatalf("%s, %s: JSON says %+v of %+v", p.Key, column.Key, other, c)
			}
			if n := p.column("n"); column.Kind == AmountKind && n >= 0 {
				checkPlaces(t, p.Key+", "+column.Key, *c.Value, *row.Cells[n].N)
			}
		}
	}
}

// checkPlaces: an amount has no more digits than its number of samples has.
func checkPlaces(t *rapid.T, what string, v float64, n int) {
	text := strings.TrimLeft(strings.Replace(strconv.FormatFloat(v, 'f', -1, 64), ".", "", 1), "0")
	if most := len(strconv.Itoa(n)); len(strings.TrimRight(text, "0")) > most {
		t.Fatalf("%s: %v of %d samples", what, v, n)
	}
}

// checkFound: how the finds of a substance divide is not told of few, nor of few that
// are left when the products that tell it are taken away.
func checkFound(t *rapid.T, s *Source) {
	spec, err := FindTable("found")
	if err != nil {
		t.Fatal(err)
	}
	table, err := spec.Public(s)
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range table.Rows {
		id, rest := lab.SubstanceID(row.Cells[0].Label.ID), *row.Cells[1].N
		if row.Cells[2].State != Shown && row.Cells[3].State != Shown {
			continue
		}
		if isFew(rest) {
			t.Fatalf("%v is found in %d and divided", row.Cells[0].Label, rest)
		}
		// What products tell of it: the adulterants that divide, and what was seen as less.
		traces, told := *row.Cells[3].N, func(l Lesser) bool { return !isFew(l.Trace) && !isFew(l.Indicated) }
		for _, e := range s.Year.Products {
			for _, a := range e.Adulterants {
				if a.SubstanceID == id && !isFew(a.N) {
					rest -= a.N
				}
			}
		}
		if isFew(rest) {
			t.Fatalf("%v: %d are left", row.Cells[0].Label, rest)
		}
		for _, e := range s.Year.Products {
			for _, a := range e.Adulterants {
				if l := a.Lesser; a.SubstanceID == id && l.Trace+l.Indicated > 0 && told(l) {
					rest, traces = rest-l.Trace-l.Indicated, traces-l.Trace
					if isFew(a.N) {
						rest -= a.N
					}
				}
			}
		}
		if isFew(rest) || isFew(traces) {
			t.Fatalf("%v: %d are left, %d of them traces, beside the adulterants", row.Cells[0].Label, rest, traces)
		}
		for _, e := range s.Year.Products {
			for _, x := range e.Substitutes {
				if l := x.Lesser; x.SubstanceID == id && l.Trace+l.Indicated > 0 && told(l) {
					rest, traces = rest-x.N-l.Trace-l.Indicated, traces-l.Trace
				}
			}
		}
		if isFew(rest) || isFew(traces) {
			t.Fatalf("%v: %d are left, %d of them traces, beside the substitutes", row.Cells[0].Label, rest, traces)
		}
	}
}
