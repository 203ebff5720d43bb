package statistics

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"marquis/internal/lab"
)

// nitazeneID is of extreme danger, and in the scope of no method of the test.
const nitazeneID = lab.SubstanceID(8)

// contaminated are ten ketamine powders and what was found in them, by GC-MS unless it says
// otherwise:
//
//	1  ketamine
//	2  ketamine, caffeine 10 %
//	3  ketamine, caffeine identified, a trace of levamisole
//	4  ketamine, a trace of levamisole
//	5  ketamine; a strip, which sees levamisole too, indicates alprazolam
//	6  ketamine, a trace of a nitazene
//	7  ketamine, a trace of caffeine, levamisole below the limit
//	8  ketamine, caffeine 20 %, levamisole 5 %
//	9  caffeine 90 %, a trace of a nitazene; a strip indicates alprazolam
//	10 ketamine, and a peak that nobody could name
func contaminated() []testSample {
	ketamine := holds(ketamineID, 700_000)
	as := func(id lab.SubstanceID, detection lab.Detection, by lab.MethodID) func(*testSample) {
		return detects(lab.FindingClass{SubstanceID: id, Detection: detection, MethodID: by}, 0)
	}
	withStrip := func(s *testSample) { s.class.Methods = "2 4" }
	outcome := func(o lab.Outcome) func(*testSample) { return func(s *testSample) { s.class.Outcome = o } }
	return []testSample{
		newSample(ketamine),
		newSample(ketamine, holds(caffeineID, 100_000), outcome(lab.ExpectedPlusAdulterant)),
		newSample(ketamine, as(caffeineID, lab.Identified, gcmsMethod), as(levamisoleID, lab.Trace, gcmsMethod), outcome(lab.ExpectedPlusAdulterant)),
		newSample(ketamine, as(levamisoleID, lab.Trace, gcmsMethod), outcome(lab.ExpectedUnclear)),
		newSample(ketamine, withStrip, as(alprazolamID, lab.Indicated, stripMethod), outcome(lab.ExpectedUnclear)),
		newSample(ketamine, as(nitazeneID, lab.Trace, gcmsMethod), outcome(lab.ExpectedPlusAdulterant)),
		newSample(ketamine, as(caffeineID, lab.Trace, gcmsMethod), as(levamisoleID, lab.BelowLOQ, gcmsMethod), outcome(lab.ExpectedPlusAdulterant)),
		newSample(ketamine, holds(caffeineID, 200_000), holds(levamisoleID, 50_000), outcome(lab.ExpectedPlusAdulterant)),
		newSample(holds(caffeineID, 900_000), withStrip, as(nitazeneID, lab.Trace, gcmsMethod), as(alprazolamID, lab.Indicated, stripMethod), outcome(lab.NotExpected)),
		newSample(ketamine, as(lactoseID, lab.Unidentified, gcmsMethod), outcome(lab.ExpectedUnclear)),
	}
}

// contaminatedEntry is the figures of those samples.
func contaminatedEntry(t testing.TB) *Entry {
	t.Helper()
	d := testDictionary(t)
	d.Substances[nitazeneID] = &lab.Substance{ID: nitazeneID, Name: "protonitazene", Class: "other", Role: lab.RoleAdulterant, Active: true, Reviewed: true}
	return ComputeProduct(foldOf(d, contaminated()...), d, testScope, ketamineProduct)
}

// Nine of the ten contain ketamine. Four hold an adulterant above a trace (2, 3, 7, 8), three
// only traces or indications (4, 5, 6), and in two nothing was found (1, 10).
func TestContaminationIsWhatIsAboveATrace(t *testing.T) {
	e := contaminatedEntry(t)
	for name, c := range map[string]struct {
		got   Proportion
		n, of int
	}{
		"contains": {e.Contains.Any, 9, 10}, "an adulterant": {e.AnyAdulterant, 4, 9},
		"only traces or indications": {e.OnlyTraces, 3, 9}, "none": {e.NoAdulterant, 2, 9},
	} {
		if c.got.N != c.n || c.got.Of != c.of {
			t.Errorf("%s: %d of %d, want %d of %d", name, c.got.N, c.got.Of, c.n, c.of)
		}
	}

	var got []string
	for _, a := range e.Adulterants {
		got = append(got, fmt.Sprintf("%s %d of %d: %d+%d+%d, besides %d and %d, concentration of %d",
			a.Substance, a.N, a.Of, a.Quantified, a.BelowLOQ, a.Identified, a.Trace, a.Indicated, a.Concentration.N))
	}
	want := []string{
		"caffeine 3 of 9: 2+0+1, besides 1 and 0, concentration of 2",
		"levamisole 2 of 9: 1+1+0, besides 2 and 0, concentration of 1",
		"protonitazene 0 of 1: 0+0+0, besides 1 and 0, concentration of 0", // seen only where it was found
		"alprazolam 0 of 1: 0+0+0, besides 0 and 1, concentration of 0",
	}
	if !slices.Equal(got, want) {
		t.Errorf("the adulterants are\n%q\nwant\n%q", got, want)
	}
}

// An adulterant that was seen as a trace or indicated stays in the table of methods, too.
func TestContaminationByMethod(t *testing.T) {
	var got []string
	for _, a := range contaminatedEntry(t).Adulterants {
		for _, m := range a.Methods {
			got = append(got, fmt.Sprintf("%s by %s: %d of %d, besides %d and %d", a.Substance, m.Method, m.N, m.Of, m.Trace, m.Indicated))
		}
	}
	want := []string{
		"caffeine by gc_ms: 3 of 9, besides 1 and 0",
		"levamisole by gc_ms: 2 of 9, besides 2 and 0", "levamisole by strip: 0 of 1, besides 0 and 0",
		"protonitazene by gc_ms: 0 of 1, besides 1 and 0",
		"alprazolam by strip: 0 of 1, besides 0 and 1",
	}
	if !slices.Equal(got, want) {
		t.Errorf("by method they are\n%q\nwant\n%q", got, want)
	}
}

// Caffeine and levamisole are together in 3, 7 and 8; in two of these one is only a trace.
func TestAdulterantsTogetherAreAboveATrace(t *testing.T) {
	pairs := contaminatedEntry(t).CoOccurrence
	if len(pairs) != 1 || pairs[0].Substances != [2]string{"caffeine", "levamisole"} || pairs[0].N != 1 || pairs[0].Of != 9 {
		t.Errorf("together: %+v", pairs)
	}
}

// Of what was found instead of ketamine, in the one that has none, nothing goes unseen.
func TestSubstitutionIsWhatIsAboveATrace(t *testing.T) {
	var got []string
	for _, x := range contaminatedEntry(t).Substitutes {
		got = append(got, fmt.Sprintf("%s %d of %d, besides %d and %d", x.Substance, x.N, x.Of, x.Trace, x.Indicated))
	}
	want := []string{"caffeine 1 of 1, besides 0 and 0", "protonitazene 0 of 1, besides 1 and 0", "alprazolam 0 of 1, besides 0 and 1"}
	if !slices.Equal(got, want) {
		t.Errorf("instead there is\n%q\nwant\n%q", got, want)
	}
}

// What nobody has reviewed is one line: a sample with one of them above a trace and another as
// a trace is counted above a trace, and one with traces of both once, as a trace.
func TestContaminationOfWhatIsNotReviewed(t *testing.T) {
	d := testDictionary(t)
	d.Substances[caffeineID].Reviewed, d.Substances[levamisoleID].Reviewed = false, false
	as := func(id lab.SubstanceID, detection lab.Detection) func(*testSample) {
		return detects(lab.FindingClass{SubstanceID: id, Detection: detection, MethodID: gcmsMethod}, 0)
	}
	e := ComputeProduct(foldOf(
		d, newSample(holds(ketamineID, 1), as(levamisoleID, lab.Trace), holds(caffeineID, 100_000)),
		newSample(holds(ketamineID, 1), as(levamisoleID, lab.Indicated), as(caffeineID, lab.Trace)),
		newSample(holds(ketamineID, 1), as(levamisoleID, lab.Indicated)), newSample(holds(ketamineID, 1)),
	), d, testScope, ketamineProduct)
	if e.AnyAdulterant.N != 1 || e.OnlyTraces.N != 2 || e.NoAdulterant.N != 1 || len(e.Adulterants) != 1 {
		t.Fatalf("%+v, %+v, %+v; %+v", e.AnyAdulterant, e.OnlyTraces, e.NoAdulterant, e.Adulterants)
	}
	if a := e.Adulterants[0]; a.Substance != notReviewedName.English || a.N != 1 || a.Identified != 1 || a.Trace != 1 || a.Indicated != 1 {
		t.Errorf("%+v", a)
	}
}

// Before the substances stands how all samples divide; a substance without any above a trace
// has its row, and is not among them.
func TestTableOfAdulterants(t *testing.T) {
	table := published{must(mustFind(t, "adulterants").Staff(&Source{Dictionary: testDictionary(t), Entries: []*Entry{contaminatedEntry(t)}}))(t)}
	var got []string
	for i := range table.Rows {
		line := table.row(i, "substance").Label.Code + table.row(i, "substance").Label.Name.English + fmt.Sprintf(" %d/%d", *table.row(i, "samples").N, *table.row(i, "samples").Of)
		for _, key := range []string{"trace", "indicated"} {
			if c := table.row(i, key); c.N != nil {
				line += fmt.Sprintf(" %s %d", key, *c.N)
			}
		}
		got = append(got, line)
	}
	want := []string{
		"noneno adulterant 2/9", "only_tracesadulterants only as traces or indicated 3/9", "anyan adulterant above a trace 4/9",
		"caffeine 3/9 trace 1 indicated 0", "levamisole 2/9 trace 2 indicated 0",
		"protonitazene 0/1 trace 1 indicated 0", "alprazolam 0/1 trace 0 indicated 1",
	}
	if !slices.Equal(got, want) {
		t.Errorf("the table is\n%q\nwant\n%q", got, want)
	}
}

// In CSV each row of outcomes is keyed by a code, also the sum, which pages call by a name.
func TestRowsOfOutcomesAreKeyedByCodes(t *testing.T) {
	var got []string
	for line := range strings.Lines(csvText(t, must(mustFind(t, "outcomes").Staff(&Source{Dictionary: testDictionary(t), Entries: []*Entry{contaminatedEntry(t)}}))(t))) {
		key, _, _ := strings.Cut(line, ",")
		got = append(got, key)
	}
	want := []string{
		"expected_only", "expected_unclear", "expected_together", "expected_plus_adulterant", "not_expected", "nothing_detected",
		"inconclusive", "expectation_unknown",
	}
	if !slices.Equal(got, want) {
		t.Errorf("the rows are of %q, want %q", got, want)
	}
}

// What was seen as less is told to everybody of ten samples on, and of both ways or of neither.
func TestFewTracesAreNotTold(t *testing.T) {
	caffeine := func(detection lab.Detection) func(*testSample) {
		return detects(lab.FindingClass{SubstanceID: caffeineID, Detection: detection, MethodID: gcmsMethod}, 0)
	}
	for _, c := range []struct {
		above, traces, indicated int
		lesser, splits           State
	}{
		{12, 12, 0, Shown, Shown},
		{12, 12, 10, Shown, Shown},
		{12, 12, 2, TooFew, Shown}, // 2 of the 14 that are not above a trace
		{12, 3, 0, TooFew, Shown},
		{12, 0, 0, Shown, Shown},
		{3, 12, 0, Shown, TooFew}, // how the three divide is not told
		{0, 12, 0, Shown, Shown},  // of none nothing divides
		{0, 1, 0, TooFew, Shown},
		{0, 0, 1, TooFew, Shown}, // which of both it is
	} {
		list := times(60, holds(ketamineID, 700_000))
		list = append(list, times(c.above, holds(ketamineID, 700_000), caffeine(lab.Identified))...)
		list = append(list, times(c.traces, holds(ketamineID, 700_000), caffeine(lab.Trace))...)
		list = append(list, times(c.indicated, holds(ketamineID, 700_000), caffeine(lab.Indicated))...)
		s := sourceOf(t, testDictionary(t), list, len(list))
		p := published{publicTable(t, "adulterants", s)}
		i := slices.IndexFunc(p.Rows, func(r Row) bool { return r.Cells[0].Label.ID == int(caffeineID) })
		if i < 0 {
			if c.above+c.traces+c.indicated > 0 {
				t.Errorf("%+v: caffeine has no row", c)
			}
			continue
		}
		if n := p.row(i, "samples").N; *n != c.above {
			t.Errorf("%+v: found in %d", c, *n)
		}
		for key, want := range map[string]State{"trace": c.lesser, "indicated": c.lesser, "identified": c.splits} {
			if got := p.row(i, key).State; got != want {
				t.Errorf("%+v: %s is %s, want %s", c, key, got, want)
			}
		}
		methods := published{publicTable(t, "adulterant_methods", s)}
		if len(methods.Rows) != btoi(!isFew(c.above)) || len(methods.Rows) == 1 && methods.row(0, "trace").State != c.lesser {
			t.Errorf("%+v: by method %+v", c, methods.Rows)
		}
	}
}

// By which methods an adulterant was seen as less is told where no method saw few, and none are
// left over for the methods that are not told.
func TestMethodsOfFewTracesAreNotTold(t *testing.T) {
	seen := func(traces ...int) (list []AdulterantMethod) {
		for _, n := range traces {
			list = append(list, AdulterantMethod{Lesser: Lesser{Trace: n}})
		}
		return list
	}
	for _, c := range []struct {
		whole   Lesser
		methods []AdulterantMethod
		want    bool
	}{
		{Lesser{Trace: 20}, seen(20), true},
		{Lesser{Trace: 20}, seen(10, 10), true},
		{Lesser{Trace: 20}, seen(20, 0), true},
		{Lesser{Trace: 20}, seen(15, 5), false},
		{Lesser{Trace: 20}, seen(12), false}, // 8 by one that is left out
		{Lesser{Trace: 22}, seen(12), true},
		{Lesser{Trace: 20, Indicated: 4}, seen(20), false}, // 4 by one that is left out
		{Lesser{withheld: true}, seen(12), false},
		{Lesser{}, seen(0, 0), true},
	} {
		tellLesser(c.methods, c.whole)
		for _, m := range c.methods {
			if m.withheld == c.want {
				t.Errorf("of %+v by method: %+v", c.whole, c.methods)
			}
		}
	}
}
