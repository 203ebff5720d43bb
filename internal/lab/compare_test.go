package lab_test

import (
	"fmt"
	"slices"
	"testing"

	"marquis/internal/lab"
)

// twoAnalyses is a file with two analyses, the second of which is the other.
func twoAnalyses(one, other lab.Evidence) *lab.File {
	one.Analysis.ID, other.Analysis.ID = theAnalysis, lab.ID{6}
	return soldAs(soldAsKetamine, nil, one, other)
}

// contradictions writes what Compare lists.
func contradictions(list []lab.Contradiction) []string {
	var said []string
	for _, c := range list {
		s := fmt.Sprint(c.Kind, " ", c.SubstanceID, " by ", c.MethodID)
		if c.Other != nil {
			s += " " + string(c.Other.Detection)
		}
		said = append(said, s)
	}
	return said
}

func TestWhatContradicts(t *testing.T) {
	d := newDictionary(t)
	entered := func(a *lab.Analysis) { a.State = lab.Entered }
	for _, test := range []struct {
		name       string
		one, other lab.Evidence
		want       []string
	}{
		{"the same", verified(d, gcms, percent(ketamine, 800_000, "base")), verified(d, ftir, percent(ketamine, 800_000, "base")), nil},
		{"ten percent of the larger", verified(d, gcms, percent(ketamine, 720_000, "base")), verified(d, ftir, percent(ketamine, 800_000, "base")), nil},
		{
			"more than that", verified(d, gcms, percent(ketamine, 719_999, "base")), verified(d, ftir, percent(ketamine, 800_000, "base")),
			[]string{"amounts 1 by 1 quantified"},
		},
		{
			"more than that, the other way round", verified(d, gcms, percent(ketamine, 800_000, "base")), verified(d, ftir, percent(ketamine, 719_999, "base")),
			[]string{"amounts 1 by 1 quantified"},
		},
		{ // of which 867 030 is base
			"one is told as salt", verified(d, gcms, percent(ketamine, 1_000_000, "hydrochloride")), verified(d, ftir, percent(ketamine, 867_030, "base")), nil,
		},
		{
			"the same number of another basis", verified(d, gcms, percent(ketamine, 800_000, "hydrochloride")), verified(d, ftir, percent(ketamine, 800_000, "base")),
			[]string{"amounts 1 by 1 quantified"},
		},
		{
			"of which the basis is not known, as it was reported",
			verified(d, gcms, percent(ketamine, 800_000, lab.BasisUnknown)), verified(d, ftir, percent(ketamine, 800_000, "base")), nil,
		},
		{
			"a trace of what the other measured", verified(d, gcms, finding(ketamine, lab.Trace)), verified(d, ftir, percent(ketamine, 300_000, "base")),
			[]string{"detection 1 by 1 quantified"},
		},
		{
			"the other way round, of what the other identified", verified(d, gcms, finding(ketamine, lab.Identified)), verified(d, ftir, finding(ketamine, lab.Trace)),
			[]string{"detection 1 by 1 trace"},
		},
		{"a trace of what a strip points to", verified(d, gcms, finding(etonitazene, lab.Trace)), verified(d, strip, finding(etonitazene, lab.Indicated)), nil},
		{"a look says nothing by its silence", verified(d, list, finding(mdma, lab.Identified)), verified(d, gcms, finding(mdma, lab.Identified), finding(caffeine, lab.Identified)), nil},
		{"nor does it the other way round", verified(d, gcms, finding(mdma, lab.Identified), finding(caffeine, lab.Identified)), verified(d, list, finding(mdma, lab.Identified)), nil},
		{
			"on scales that cannot be compared",
			verified(d, gcms, percent(ketamine, 800_000, "base")),
			verified(d, ftir, lab.Finding{SubstanceID: ketamine, Detection: lab.Quantified, Amount: lab.Amount{Value: 1, Scale: lab.PerUnit}, Basis: "base"}), nil,
		},
		{"measured and only found", verified(d, gcms, percent(ketamine, 800_000, "base")), verified(d, ftir, finding(ketamine, lab.Identified)), nil},
		{
			"found and expressly not", verified(d, gcms, finding(ketamine, lab.Identified)), verified(d, ftir, finding(ketamine, lab.NotDetected)),
			[]string{"detection 1 by 1 not_detected"},
		},
		{
			"expressly not and found", verified(d, gcms, finding(ketamine, lab.NotDetected)), verified(d, ftir, finding(ketamine, lab.Trace)),
			[]string{"detection 1 by 1 trace"},
		},
		{
			"the other would have listed it", verified(d, gcms, finding(ketamine, lab.Identified)), verified(d, targeted),
			[]string{"here_alone 1 by 4"},
		},
		{"the other could not see it", verified(d, gcms, finding(ketamine, lab.Identified)), verified(d, strip), nil},
		{"an open scope proves no absence", verified(d, targeted, finding(ketamine, lab.Identified)), verified(d, gcms), nil},
		{"nor is it missed where it was not found", verified(d, gcms, finding(ketamine, lab.NotDetected)), verified(d, targeted), nil},
		{
			"this one could have seen it", verified(d, gcms), verified(d, ftir, finding(ketamine, lab.Trace)),
			[]string{"there_alone 1 by 1 trace"},
		},
		{"this one could not", verified(d, strip), verified(d, ftir, finding(ketamine, lab.Identified)), nil},
		{"there was nothing to see", verified(d, gcms), verified(d, ftir, finding(ketamine, lab.NotDetected)), nil},
		{
			"the other is only entered", verified(d, gcms), with(verified(d, ftir, finding(ketamine, lab.Trace)), entered),
			[]string{"there_alone 1 by 1 trace"},
		},
		{
			"the other was taken back", verified(d, gcms),
			with(verified(d, ftir, finding(ketamine, lab.Trace)), func(a *lab.Analysis) { a.State = lab.Retracted }), nil,
		},
		{
			"several, what is reported first", verified(d, targeted, finding(cocaine, lab.Identified), finding(ketamine, lab.Identified)),
			verified(d, targeted, finding(mdma, lab.Identified), finding(ketamine, lab.NotDetected)),
			[]string{"here_alone 3 by 4", "detection 1 by 4 not_detected", "there_alone 2 by 4 identified"},
		},
	} {
		if got := contradictions(d.Compare(twoAnalyses(test.one, test.other), theAnalysis)); !slices.Equal(got, test.want) {
			t.Errorf("%s: %q, want %q", test.name, got, test.want)
		}
	}
	if got := d.Compare(twoAnalyses(verified(d, gcms), verified(d, ftir)), lab.ID{99}); got != nil {
		t.Errorf("an analysis that is not there: %v", got)
	}
}

// TestWhatTheAnalysesOfAResultDisagreeAbout: the one that is worth more is told first, and
// nothing is told twice.
func TestWhatTheAnalysesOfAResultDisagreeAbout(t *testing.T) {
	d := newDictionary(t)
	in := func(state lab.AnalysisState) func(*lab.Analysis) {
		return func(a *lab.Analysis) { a.State = state }
	}
	unclear := func(a *lab.Analysis) { a.Conclusion = lab.Inconclusive }
	for _, test := range []struct {
		name     string
		evidence []lab.Evidence
		want     []string
	}{
		{"one alone", []lab.Evidence{verified(d, gcms, percent(ketamine, 800_000, "base"))}, nil},
		{"ten percent of the larger", []lab.Evidence{
			verified(d, gcms, percent(ketamine, 800_000, "base")), verified(d, ftir, percent(ketamine, 720_000, "base")),
		}, nil},
		{"more than that, whichever was entered first", []lab.Evidence{
			verified(d, ftir, percent(ketamine, 719_999, "base")), verified(d, gcms, percent(ketamine, 800_000, "base")),
		}, []string{"1: 2 800000, 1 719999"}},
		{"one is only entered", []lab.Evidence{
			verified(d, gcms, percent(ketamine, 800_000, "base")), with(verified(d, ftir, percent(ketamine, 400_000, "base")), in(lab.Entered)),
		}, nil},
		{"one is retracted", []lab.Evidence{
			verified(d, gcms, percent(ketamine, 800_000, "base")), with(verified(d, ftir, percent(ketamine, 400_000, "base")), in(lab.Retracted)),
		}, nil},
		{"one found what the other's list holds", []lab.Evidence{
			verified(d, gcms, finding(ketamine, lab.Identified)), verified(d, targeted),
		}, []string{"1: 2 identified, 4 -"}},
		{"the other way round", []lab.Evidence{verified(d, targeted, finding(ketamine, lab.Identified)), verified(d, ftir)}, []string{"1: 4 identified, 1 -"}},
		{"what the one of an open scope could have seen", []lab.Evidence{
			verified(d, ftir, finding(caffeine, lab.Trace)), verified(d, gcms),
		}, []string{"4: 2 -, 1 trace"}},
		{"but for one that could not tell", []lab.Evidence{
			verified(d, ftir, finding(caffeine, lab.Trace)), with(verified(d, gcms), unclear),
		}, nil},
		{"which contradicts by what it does say", []lab.Evidence{
			verified(d, ftir, finding(caffeine, lab.Trace)), with(verified(d, gcms, finding(caffeine, lab.NotDetected)), unclear),
		}, []string{"4: 2 not_detected, 1 trace"}},
		{"three, each with each", []lab.Evidence{
			verified(d, gcms, percent(ketamine, 800_000, "base")), verified(d, ftir, percent(ketamine, 600_000, "base")), verified(d, strip, finding(ketamine, lab.NotDetected)),
		}, []string{"1: 2 800000, 1 600000", "1: 2 800000, 3 not_detected", "1: 1 600000, 3 not_detected"}},
	} {
		for i := range test.evidence {
			test.evidence[i].Analysis.ID = lab.ID{byte(i + 1)}
		}
		var got []string
		says := func(e *lab.Evidence, id lab.SubstanceID) string {
			switch f := e.Finding(id); {
			case f == nil:
				return "-"
			case f.Detection == lab.Quantified:
				return fmt.Sprint(f.Amount.Value)
			default:
				return string(f.Detection)
			}
		}
		for _, x := range d.Disagreements(soldAs(soldAsKetamine, nil, test.evidence...)) {
			got = append(got, fmt.Sprintf("%d: %d %s, %d %s", x.SubstanceID,
				x.One.Analysis.MethodID, says(x.One, x.SubstanceID), x.Other.Analysis.MethodID, says(x.Other, x.SubstanceID)))
		}
		if !slices.Equal(got, test.want) {
			t.Errorf("%s: %q, want %q", test.name, got, test.want)
		}
	}
}

// TestWhatIsOfEqualWorth: of those one is reported, and whoever signs says which.
func TestWhatIsOfEqualWorth(t *testing.T) {
	d := newDictionary(t)
	for _, test := range []struct {
		name       string
		one, other lab.MethodID
		state      lab.AnalysisState // of the other
		want       bool
	}{
		{"of one level", gcms, targeted, lab.Verified, true},
		{"also while it is only entered", gcms, targeted, lab.Entered, true},
		{"not once it is taken back", gcms, targeted, lab.Retracted, false},
		{"a field method beside the laboratory", gcms, ftir, lab.Verified, false},
		{"the laboratory beside a field method", ftir, gcms, lab.Verified, false},
	} {
		other := with(verified(d, test.other), func(a *lab.Analysis) { a.State = test.state })
		if f := twoAnalyses(verified(d, test.one), other); f.HasEqual(theAnalysis) != test.want {
			t.Errorf("%s: %t", test.name, !test.want)
		}
	}
	alone := soldAs(soldAsKetamine, nil, verified(d, gcms))
	if alone.HasEqual(alone.Evidence[0].Analysis.ID) || alone.HasEqual(lab.ID{99}) {
		t.Error("an analysis alone has an equal")
	}
}

func TestWhatIsMissing(t *testing.T) {
	d := newDictionary(t)
	both := []lab.Expected{substance(ketamine), substance(mdma)}
	for _, test := range []struct {
		name            string
		expected        []lab.Expected
		detection       lab.Detection // of ketamine
		missing, traces []lab.Expected
	}{
		{"all of it", both[:1], lab.Quantified, nil, nil},
		{"what points to it is not it", both[:1], lab.Indicated, nil, both[:1]},
		{"one of two", both, lab.Identified, both[1:], nil},
		{"a trace", both[:1], lab.Trace, nil, both[:1]},
		{"a trace of one, nothing of the other", both, lab.Trace, both[1:], both[:1]},
		{"a peak that nobody knows is nothing that was expected", both[:1], lab.Unidentified, both[:1], nil},
		{"a member of the class", []lab.Expected{class("dissociative")}, lab.Identified, nil, nil},
		{"a trace of one", []lab.Expected{class("dissociative")}, lab.Trace, nil, []lab.Expected{class("dissociative")}},
		{"none of the class", []lab.Expected{class("opioid")}, lab.Identified, []lab.Expected{class("opioid")}, nil},
		{"nothing was expected", nil, lab.Identified, nil, nil},
	} {
		r := &lab.Result{Findings: []lab.Released{{SubstanceID: ketamine, Detection: test.detection}}}
		missing, traces := d.Missing(r, test.expected)
		if !slices.Equal(missing, test.missing) || !slices.Equal(traces, test.traces) {
			t.Errorf("%s: missing %v, traces %v", test.name, missing, traces)
		}
	}
}

// TestMissingIsNotExpected: a result that lacks something is not as expected, and the
// other way round.
func TestMissingIsNotExpected(t *testing.T) {
	d := newDictionary(t)
	expected := []lab.Expected{substance(ketamine), class("benzodiazepine")}
	for _, one := range lab.Detections {
		for _, two := range lab.Detections {
			p := publish(t, d, newSample(), expected, verified(d, gcms, asFinding(ketamine, one), asFinding(diazepam, two), finding(caffeine, lab.Identified)))
			missing, traces := d.Missing(&p.Result, expected)
			if lacks := len(missing)+len(traces) > 0; lacks != (p.Outcome == lab.NotExpected) {
				t.Errorf("%s, %s: missing %v, traces %v, yet %s", one, two, missing, traces, p.Outcome)
			}
		}
	}
}

func asFinding(id lab.SubstanceID, detection lab.Detection) lab.Finding {
	if detection == lab.Quantified {
		return percent(id, 300_000, lab.BasisUnknown)
	}
	return finding(id, detection)
}

func TestWhatCounts(t *testing.T) {
	for detection, want := range map[lab.Detection]bool{
		lab.Quantified: true, lab.BelowLOQ: true, lab.Identified: true, lab.Indicated: true,
		lab.Trace: false, lab.NotDetected: false, lab.Unidentified: false, "": false, "nonsense": false,
	} {
		if detection.Counts() != want {
			t.Errorf("%q: %t", detection, !want)
		}
	}
}
