package lab_test

import (
	"database/sql/driver"
	"errors"
	"reflect"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"marquis/internal/lab"
)

func TestReleasedResult(t *testing.T) {
	d := newDictionary(t)
	later := func(e lab.Evidence) lab.Evidence {
		return with(e, func(a *lab.Analysis) { a.PerformedOn, a.ID = 2024_06_10, lab.ID{9} })
	}
	reported := func(e lab.Evidence) lab.Evidence { return with(e, func(a *lab.Analysis) { a.Reported = true }) }
	inState := func(e lab.Evidence, s lab.AnalysisState) lab.Evidence {
		return with(e, func(a *lab.Analysis) { a.State = s })
	}
	unsure := func(e lab.Evidence) lab.Evidence {
		return with(e, func(a *lab.Analysis) { a.Conclusion = lab.Inconclusive })
	}
	base := lab.BasisBase
	for _, test := range []struct {
		name       string
		evidence   []lab.Evidence
		level      lab.Level
		conclusion lab.Conclusion
		want       string // substance and detection
	}{
		{
			"one analysis",
			[]lab.Evidence{verified(d, ftir, percent(ketamine, 800_000, base))},
			lab.Preliminary, lab.HasFindings, "1 quantified",
		},
		{
			"FTIR, then GC-MS, which decides",
			[]lab.Evidence{verified(d, ftir, percent(ketamine, 900_000, base)), verified(d, gcms, percent(ketamine, 800_000, base), finding(caffeine, lab.Trace))},
			lab.Confirmatory, lab.HasFindings, "1 quantified, 4 trace",
		},
		{
			"a confirmatory not detected of unknown limit does not override a preliminary positive",
			[]lab.Evidence{verified(d, ftir, finding(ketamine, lab.Identified)), verified(d, gcms, finding(ketamine, lab.NotDetected))},
			lab.Confirmatory, lab.HasFindings, "1 indicated",
		},
		{
			"nor does a listed scope that does not report it",
			[]lab.Evidence{verified(d, ftir, finding(ketamine, lab.Identified)), verified(d, targeted)},
			lab.Confirmatory, lab.HasFindings, "1 indicated",
		},
		{
			"an open scope that does not report it does not",
			[]lab.Evidence{verified(d, ftir, finding(ketamine, lab.Identified)), verified(d, gcms)},
			lab.Confirmatory, lab.HasFindings, "1 indicated",
		},
		{
			"a nitazene strip outside the listed scope stays, as indicated",
			[]lab.Evidence{verified(d, strip, finding(etonitazene, lab.Indicated)), verified(d, targeted, finding(ketamine, lab.Identified))},
			lab.Confirmatory, lab.HasFindings, "1 identified, 9 indicated",
		},
		{
			"a strip alone",
			[]lab.Evidence{verified(d, strip, finding(etonitazene, lab.Indicated))},
			lab.Presumptive, lab.HasFindings, "9 indicated",
		},
		{
			"what a lesser method quantified stays without its amount",
			[]lab.Evidence{verified(d, ftir, percent(mannitol, 300_000, base)), verified(d, targeted, percent(ketamine, 500_000, base))},
			lab.Confirmatory, lab.HasFindings, "1 quantified, 6 indicated",
		},
		{
			"a trace outside the scope stays a trace",
			[]lab.Evidence{verified(d, ftir, finding(diazepam, lab.Trace)), verified(d, targeted, finding(ketamine, lab.Identified))},
			lab.Confirmatory, lab.HasFindings, "1 identified, 10 trace",
		},
		{
			"what a lesser method could not identify stays unidentified",
			[]lab.Evidence{verified(d, ftir, finding(unknownPeak, lab.Unidentified)), verified(d, targeted, finding(ketamine, lab.Identified))},
			lab.Confirmatory, lab.HasFindings, "1 identified, 13 unidentified",
		},
		{
			"of equals the more informative, whichever is marked",
			[]lab.Evidence{later(verified(d, gcms, percent(ketamine, 800_000, base))), reported(verified(d, gcms, finding(ketamine, lab.Trace)))},
			lab.Confirmatory, lab.HasFindings, "1 quantified",
		},
		{
			"marked as reported, what does not report it takes nothing from its equals",
			[]lab.Evidence{later(verified(d, gcms, finding(ketamine, lab.Identified))), reported(verified(d, targeted))},
			lab.Confirmatory, lab.HasFindings, "1 identified",
		},
		{
			"marked as reported does not outweigh a higher level",
			[]lab.Evidence{reported(verified(d, ftir, finding(ketamine, lab.Trace))), verified(d, gcms, finding(ketamine, lab.Identified))},
			lab.Confirmatory, lab.HasFindings, "1 identified",
		},
		{
			"of equals without a mark, the one that quantified it",
			[]lab.Evidence{verified(d, gcms, percent(ketamine, 800_000, base)), later(verified(d, gcms, finding(ketamine, lab.Identified)))},
			lab.Confirmatory, lab.HasFindings, "1 quantified",
		},
		{
			"of equals not the latest",
			[]lab.Evidence{verified(d, gcms, finding(ketamine, lab.Identified)), later(verified(d, gcms, finding(ketamine, lab.Trace)))},
			lab.Confirmatory, lab.HasFindings, "1 identified",
		},
		{
			"equals complete each other",
			[]lab.Evidence{verified(d, gcms, finding(ketamine, lab.Identified)), later(verified(d, gcms, finding(caffeine, lab.Identified)))},
			lab.Confirmatory, lab.HasFindings, "1 identified, 4 identified",
		},
		{
			"retracted and entered analyses say nothing",
			[]lab.Evidence{
				verified(d, ftir, finding(ketamine, lab.Identified)), inState(verified(d, gcms, finding(mdma, lab.Identified)), lab.Retracted),
				inState(verified(d, gcms, finding(cocaine, lab.Identified)), lab.Entered),
			},
			lab.Preliminary, lab.HasFindings, "1 identified",
		},
		{
			"what a listed scope could not identify stays too",
			[]lab.Evidence{verified(d, targeted, finding(unknownPeak, lab.Unidentified), finding(ketamine, lab.Identified))},
			lab.Confirmatory, lab.HasFindings, "1 identified, 13 unidentified",
		},
		{"nothing detected", []lab.Evidence{verified(d, gcms)}, lab.Confirmatory, lab.NothingSeen, ""},
		{"inconclusive", []lab.Evidence{unsure(verified(d, gcms))}, lab.Confirmatory, lab.Inconclusive, ""},
		{
			"what could not tell proves no absence",
			[]lab.Evidence{verified(d, ftir, finding(ketamine, lab.Identified)), unsure(verified(d, targeted))},
			lab.Preliminary, lab.HasFindings, "1 identified",
		},
		{"a strip that saw nothing settles nothing that a better one could not tell", []lab.Evidence{verified(d, strip), unsure(verified(d, ftir))}, lab.Presumptive, lab.Inconclusive, ""},
		{"nor does what looks like nothing that is known", []lab.Evidence{verified(d, list), unsure(verified(d, ftir))}, lab.Presumptive, lab.Inconclusive, ""},
		{"a lesser one that could not tell takes nothing back", []lab.Evidence{unsure(verified(d, ftir)), verified(d, gcms)}, lab.Confirmatory, lab.NothingSeen, ""},
		{
			"inconclusive but for a trace",
			[]lab.Evidence{unsure(verified(d, gcms, finding(caffeine, lab.Trace)))},
			lab.Confirmatory, lab.Inconclusive, "4 trace",
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			for range 2 { // the order in which analyses are given does not matter
				r := propose(t, d, soldAsKetamine, test.evidence...)
				if r.Level != test.level || r.Conclusion != test.conclusion || says(r) != test.want {
					t.Errorf("%s, %s: %q; want %s, %s: %q", r.Level, r.Conclusion, says(r), test.level, test.conclusion, test.want)
				}
				slices.Reverse(test.evidence)
			}
		})
	}
}

func TestIndicatedLosesItsAmount(t *testing.T) {
	d := newDictionary(t)
	r := propose(t, d, soldAsKetamine, verified(d, ftir, percent(mannitol, 300_000, lab.BasisBase)), verified(d, targeted, percent(ketamine, 500_000, lab.BasisBase)))
	f := r.Findings[1]
	if f.SubstanceID != mannitol || f.Amount != (lab.Amount{}) || f.Basis != "" || f.BaseKnown || f.Level != lab.Preliminary || f.MethodID != ftir {
		t.Errorf("%+v", f)
	}
}

func TestResultNamesItsMethodsAndSignatures(t *testing.T) {
	d := newDictionary(t)
	one := with(verified(d, ftir, finding(ketamine, lab.Identified)), func(a *lab.Analysis) { a.Signature = lab.OneSignature })
	r := propose(t, d, soldAsKetamine, verified(d, gcms, finding(ketamine, lab.Identified)), one, verified(d, gcms))
	if !slices.Equal(r.Methods, []lab.MethodID{ftir, gcms}) || !slices.Equal(r.Signatures, []lab.Signature{lab.OneSignature, lab.TwoSignatures}) {
		t.Errorf("%v, %v", r.Methods, r.Signatures)
	}
}

// TestRecognised: what is told of a look alone is never told as measured, whatever a strip or
// a reagent beside it says, and no instrument makes it so that could not tell.
func TestRecognised(t *testing.T) {
	d := newDictionary(t)
	const reagent lab.MethodID = 101
	d.Methods[reagent] = &lab.Method{ID: reagent, Kind: lab.Reagent, Lab: "field", Level: lab.Presumptive, Scope: []lab.MethodScope{{SubstanceID: mdma}}}
	tablet := lab.Finding{SubstanceID: mdma, Detection: lab.Quantified, Amount: lab.Amount{Value: 150_000_000, Scale: lab.PerUnit}, Basis: lab.BasisBase}
	looks := verified(d, list, tablet)
	unsure := func(e lab.Evidence) lab.Evidence {
		return with(e, func(a *lab.Analysis) { a.Conclusion = lab.Inconclusive })
	}
	for name, test := range map[string]struct {
		beside     []lab.Evidence
		recognised bool
		level      lab.Level
		want       string
	}{
		"the look alone":                        {nil, true, lab.Preliminary, "2 quantified"},
		"a strip that saw no nitazene":          {[]lab.Evidence{verified(d, strip)}, true, lab.Preliminary, "2 quantified"},
		"a reagent that coloured as it should":  {[]lab.Evidence{verified(d, reagent, finding(mdma, lab.Identified))}, true, lab.Preliminary, "2 quantified"},
		"a strip that saw a nitazene":           {[]lab.Evidence{verified(d, strip, finding(etonitazene, lab.Indicated))}, false, lab.Presumptive, "2 indicated, 9 indicated"},
		"a reagent that coloured otherwise too": {[]lab.Evidence{verified(d, reagent, finding(amphetamine, lab.Indicated))}, false, lab.Presumptive, "2 indicated, 15 indicated"},
		"an instrument that could not tell":     {[]lab.Evidence{unsure(verified(d, ftir))}, false, lab.Presumptive, "2 indicated"},
		"one that saw something else":           {[]lab.Evidence{verified(d, ftir, finding(caffeine, lab.Identified))}, false, lab.Preliminary, "2 indicated, 4 identified"},
		"one that saw it":                       {[]lab.Evidence{verified(d, ftir, finding(mdma, lab.Identified))}, false, lab.Preliminary, "2 identified"},
	} {
		r := propose(t, d, soldAsEcstasy, append(test.beside, looks)...)
		if r.Recognised != test.recognised || r.Level != test.level || says(r) != test.want {
			t.Errorf("%s: recognised %t, %s, %q; want %t, %s, %q", name, r.Recognised, r.Level, says(r), test.recognised, test.level, test.want)
		}
	}
	if r := propose(t, d, soldAsEcstasy, verified(d, strip), verified(d, list)); r.Recognised {
		t.Error("what looks like nothing that is known is recognised")
	}
	if r := propose(t, d, soldAsEcstasy, verified(d, reagent, finding(mdma, lab.Identified))); says(r) != "2 indicated" {
		t.Errorf("a reagent alone: %q", says(r))
	}
}

func TestNoResultWithoutAVerifiedAnalysis(t *testing.T) {
	d := newDictionary(t)
	for name, evidence := range map[string][]lab.Evidence{
		"none":      nil,
		"entered":   {with(verified(d, gcms), func(a *lab.Analysis) { a.State = lab.Entered })},
		"retracted": {with(verified(d, gcms), func(a *lab.Analysis) { a.State = lab.Retracted })},
	} {
		var refused *lab.MoveError
		if _, err := d.Propose(soldAs(soldAsKetamine, nil, evidence...)); !errors.As(err, &refused) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestNoResultOfWhatIsNotInTheDictionary(t *testing.T) {
	d := newDictionary(t)
	for name, e := range map[string]lab.Evidence{
		"method":    with(verified(d, gcms), func(a *lab.Analysis) { a.MethodID = 99 }),
		"substance": verified(d, gcms, finding(99, lab.Identified)),
	} {
		if _, err := d.Propose(soldAs(soldAsKetamine, nil, e)); !errors.Is(err, lab.ErrNotFound) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestMainComponents(t *testing.T) {
	d := newDictionary(t)
	bare := func(ppm int64, id lab.SubstanceID) lab.Finding { return percent(id, ppm, lab.BasisBase) }
	marked := func(f lab.Finding, a lab.Abundance) lab.Finding { f.Abundance = a; return f }
	for _, test := range []struct {
		name     string
		product  lab.ProductID
		findings []lab.Finding
		want     []lab.SubstanceID
	}{
		{"alone", soldAsKetamine, []lab.Finding{finding(ketamine, lab.Identified)}, []lab.SubstanceID{ketamine}},
		{"by the source's account", soldAsKetamine, []lab.Finding{
			marked(finding(ketamine, lab.Identified), lab.Minor), marked(finding(caffeine, lab.Identified), lab.Primary),
		}, []lab.SubstanceID{caffeine}},
		{"the larger of two", soldAsKetamine, []lab.Finding{bare(300_000, ketamine), bare(400_000, caffeine)}, []lab.SubstanceID{caffeine}},
		{"both of equal ones", soldAsKetamine, []lab.Finding{bare(300_000, ketamine), bare(300_000, caffeine)}, []lab.SubstanceID{ketamine, caffeine}},
		{
			"as base, not as salt", soldAsKetamine,
			[]lab.Finding{percent(ketamine, 440_000, "hydrochloride"), bare(400_000, caffeine)},
			[]lab.SubstanceID{caffeine},
		},
		{"an inert rival is none", soldAsCocaine, []lab.Finding{bare(200_000, cocaine), bare(700_000, mannitol)}, []lab.SubstanceID{cocaine, mannitol}},
		{"two that are both expected", soldAsTucibi, []lab.Finding{bare(600_000, ketamine), bare(100_000, mdma)}, []lab.SubstanceID{ketamine, mdma}},
		{"identified beside quantified", soldAsKetamine, []lab.Finding{finding(ketamine, lab.Identified), bare(100_000, caffeine)}, []lab.SubstanceID{caffeine}},
		{"two identified", soldAsKetamine, []lab.Finding{finding(ketamine, lab.Identified), finding(caffeine, lab.Identified)}, nil},
		{"beside a trace", soldAsKetamine, []lab.Finding{finding(ketamine, lab.Identified), finding(caffeine, lab.Trace)}, []lab.SubstanceID{ketamine}},
		{"a trace is none", soldAsKetamine, []lab.Finding{finding(ketamine, lab.Trace)}, nil},
		{"indicated is none", soldAsKetamine, []lab.Finding{finding(ketamine, lab.Indicated)}, nil},
		{"below the limit is none", soldAsKetamine, []lab.Finding{finding(ketamine, lab.BelowLOQ)}, nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			var got []lab.SubstanceID
			for _, f := range propose(t, d, test.product, verified(d, gcms, test.findings...)).Findings {
				if f.Main {
					got = append(got, f.SubstanceID)
				}
			}
			if !slices.Equal(got, test.want) {
				t.Errorf("main: %v, want %v", got, test.want)
			}
		})
	}
}

func TestResultRoundTrip(t *testing.T) {
	d := newDictionary(t)
	rapid.Check(t, func(t *rapid.T) {
		r, err := d.Propose(soldAs(soldAsKetamine, []lab.Expected{substance(ketamine)}, drawEvidence(t, d)...))
		if err != nil {
			t.Fatal(err)
		}
		stored, err := r.Value()
		if err != nil {
			t.Fatal(err)
		}
		for _, src := range []any{stored, []byte(stored.(string))} {
			// A destination that was used before keeps nothing of what it held.
			scanned := lab.Result{Level: lab.Presumptive, Recognised: true, Findings: []lab.Released{{Main: true, Base: 1}, {Main: true}}}
			if err := scanned.Scan(src); err != nil {
				t.Fatal(err)
			}
			if !reflect.DeepEqual(scanned, *r) {
				t.Fatalf("stored %+v, read %+v", *r, scanned)
			}
		}
	})
	for _, src := range []driver.Value{nil, int64(1), "", "{"} {
		var r lab.Result
		if err := r.Scan(src); err == nil {
			t.Errorf("%v was read as a result", src)
		}
	}
}

// drawEvidence draws verified analyses as they could be.
func drawEvidence(t *rapid.T, d *lab.Dictionary) []lab.Evidence {
	methods := []lab.MethodID{ftir, gcms, strip, targeted, list}
	var evidence []lab.Evidence
	for i := range rapid.IntRange(1, 4).Draw(t, "analyses") {
		method := d.Methods[rapid.SampledFrom(methods).Draw(t, "method")]
		var findings []lab.Finding
		for id := ketamine; id <= anOpioid; id++ {
			if !d.Covers(method, id) || rapid.IntRange(0, 3).Draw(t, "reports it") > 0 {
				continue
			}
			f := finding(id, rapid.SampledFrom(lab.Detections).Draw(t, "detection"))
			switch {
			case id == unknownPeak:
				f.Detection, f.Peaks = lab.Unidentified, rapid.SampledFrom([]int32{0, 2, 3}).Draw(t, "peaks")
			case f.Detection == lab.Unidentified, f.Detection == lab.Quantified && (!method.Quantifies || d.Substances[id].WholeClass):
				f.Detection = lab.Identified
			}
			if f.Detection.Found() && rapid.IntRange(0, 9).Draw(t, "set aside") == 0 {
				f.SetAside, f.SetAsideWith = lab.CrossReaction, "another substance"
			}
			if f.Detection == lab.Quantified {
				bases := []lab.Basis{lab.BasisBase, lab.BasisAsFound, lab.BasisUnknown}
				f.Amount = lab.Amount{Value: rapid.Int64Range(0, 700_000).Draw(t, "ppm"), Scale: lab.MassFraction, Decimals: 1}
				f.Basis = rapid.SampledFrom(bases).Draw(t, "basis")
			}
			findings = append(findings, f)
		}
		e := verified(d, method.ID, findings...)
		e.Analysis.ID[15] = byte(i)
		e.Analysis.PerformedOn = lab.Date(2024_06_01 + rapid.IntRange(0, 3).Draw(t, "day"))
		e.Analysis.Reported = rapid.Bool().Draw(t, "reported")
		if rapid.IntRange(0, 4).Draw(t, "inconclusive") == 0 {
			e.Analysis.Conclusion = lab.Inconclusive
		}
		evidence = append(evidence, e)
	}
	return evidence
}

// TestProposalDoesNotDependOnOrder: shuffling analyses and findings changes nothing.
func TestProposalDoesNotDependOnOrder(t *testing.T) {
	d := newDictionary(t)
	rapid.Check(t, func(t *rapid.T) {
		evidence := drawEvidence(t, d)
		before, err := d.Propose(soldAs(soldAsKetamine, nil, evidence...))
		if err != nil {
			t.Fatal(err)
		}
		shuffled := rapid.Permutation(evidence).Draw(t, "order")
		for i := range shuffled {
			shuffled[i].Findings = slices.Clone(shuffled[i].Findings)
			slices.Reverse(shuffled[i].Findings)
		}
		after, err := d.Propose(soldAs(soldAsKetamine, nil, shuffled...))
		if err != nil || !reflect.DeepEqual(before, after) {
			t.Fatalf("%+v became %+v, %v", before, after, err)
		}
	})
}
