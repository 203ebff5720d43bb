package lab_test

import (
	"slices"
	"testing"

	"marquis/internal/lab"
)

// entry numbers analyses in the order of entry.
func entry(n byte, e lab.Evidence) lab.Evidence {
	return with(e, func(a *lab.Analysis) { a.ID = lab.ID{n} })
}

func markedAsReported(e lab.Evidence) lab.Evidence {
	return with(e, func(a *lab.Analysis) { a.Reported = true })
}

func fromSource(e lab.Evidence) lab.Evidence {
	return with(e, func(a *lab.Analysis) { a.Signature = lab.AtSource })
}

// TestTwoAmounts: two laboratories measured the same substance by methods of one level.
func TestTwoAmounts(t *testing.T) {
	d := newDictionary(t)
	const hydrochloride = lab.Basis("hydrochloride")
	amount := func(ppm int64, basis lab.Basis) lab.Finding { return percent(ketamine, ppm, basis) }
	contents := func(ng int64) lab.Finding {
		return lab.Finding{SubstanceID: ketamine, Detection: lab.Quantified, Amount: lab.Amount{Value: ng, Scale: lab.PerUnit}, Basis: lab.BasisBase}
	}
	for _, test := range []struct {
		name       string
		one, other lab.Evidence
		want       int64 // as it is released, in ppm or ng
		basis      lab.Basis
		mean, tie  bool
		leftOut    int
	}{
		{"equal", verified(d, gcms, amount(800_000, "base")), verified(d, targeted, amount(800_000, "base")), 800_000, "base", true, false, 0},
		{"within a tenth of the larger: their mean", verified(d, gcms, amount(800_000, "base")), verified(d, targeted, amount(720_000, "base")), 760_000, "base", true, false, 0},
		{"the mean is rounded half away from zero", verified(d, gcms, amount(800_000, "base")), verified(d, targeted, amount(799_999, "base")), 800_000, "base", true, false, 0},
		{"further apart: one has to be marked", verified(d, gcms, amount(800_000, "base")), verified(d, targeted, amount(719_999, "base")), 800_000, "base", false, true, 0},
		{"the marked one, and the other is left out", verified(d, gcms, amount(800_000, "base")), markedAsReported(verified(d, targeted, amount(700_000, "base"))), 700_000, "base", false, false, 1},
		{"the marked one of two that are close", verified(d, gcms, amount(800_000, "base")), markedAsReported(verified(d, targeted, amount(780_000, "base"))), 780_000, "base", false, false, 0},
		{"both marked say nothing", markedAsReported(verified(d, gcms, amount(800_000, "base"))), markedAsReported(verified(d, targeted, amount(600_000, "base"))), 800_000, "base", false, true, 0},
		// 800 000 ppm of the hydrochloride are 693 625 ppm of base (× 237.727 ÷ 274.185).
		{"of two bases, as base", verified(d, gcms, amount(800_000, hydrochloride)), verified(d, targeted, amount(693_623, "base")), 693_624, "base", true, false, 0},
		{"of one salt, as that", verified(d, gcms, amount(800_000, hydrochloride)), verified(d, targeted, amount(790_000, hydrochloride)), 795_000, hydrochloride, true, false, 0},
		{"a basis that is not known compares with none", verified(d, gcms, amount(800_000, "base")), verified(d, targeted, amount(800_000, "unknown")), 800_000, "base", false, true, 0},
		{"nor does another unit", verified(d, gcms, contents(100_000_000)), verified(d, targeted, amount(300_000, "base")), 100_000_000, "base", false, true, 0},
		{"a source's own in two units: one of them, and the other is left out", fromSource(verified(d, gcms, contents(100_000_000))), fromSource(verified(d, targeted, amount(300_000, "base"))), 100_000_000, "base", false, false, 1},
		{"a source's own cannot be marked here: their mean", fromSource(verified(d, gcms, amount(800_000, "base"))), fromSource(verified(d, targeted, amount(400_000, "base"))), 600_000, "base", true, false, 0},
	} {
		for range 2 { // the order does not matter
			t.Run(test.name, func(t *testing.T) {
				f := soldAs(soldAsKetamine, nil, entry(1, test.one), entry(2, test.other))
				r, err := d.Propose(f)
				if err != nil || len(r.Findings) != 1 {
					t.Fatal(r, err)
				}
				got := r.Findings[0]
				if got.Amount.Value != test.want || got.Basis != test.basis || (len(got.MeanOf) == 2) != test.mean {
					t.Errorf("released as %d %s, mean of %d; want %d %s", got.Amount.Value, got.Basis, len(got.MeanOf), test.want, test.basis)
				}
				if ties := d.Ties(f, r); (len(ties) == 1) != test.tie {
					t.Errorf("ties %+v, want one: %t", ties, test.tie)
				}
				if len(r.LeftOut) != test.leftOut {
					t.Errorf("left out: %+v, want %d", r.LeftOut, test.leftOut)
				}
			})
			test.one, test.other = test.other, test.one
		}
	}
}

// TestATieIsNotReleased: the page demands a mark.
func TestATieIsNotReleased(t *testing.T) {
	d := newDictionary(t)
	tied := file(newSample(), nil, []lab.Evidence{
		entry(1, verified(d, gcms, percent(ketamine, 700_000, lab.BasisBase))), entry(2, verified(d, targeted, percent(ketamine, 500_000, lab.BasisBase))),
	})
	_, err := d.Publish(tied, lab.Why{})
	wantFields(t, err, "findings.0.amount")
	tied.Evidence[1].Analysis.Reported = true
	if _, err := d.Publish(tied, lab.Why{}); err != nil {
		t.Error(err)
	}
}

// TestATieIsToldAfterARelease: another analysis that measured something else is not passed
// over because the version that would follow says the same as the last.
func TestATieIsToldAfterARelease(t *testing.T) {
	d := newDictionary(t)
	first := entry(1, verified(d, gcms, percent(ketamine, 700_000, lab.BasisBase)))
	f := file(newSample(func(s *lab.Sample) { s.State = lab.Completed }), []lab.Expected{substance(ketamine)}, []lab.Evidence{first})
	p, err := d.Publish(f, lab.Why{})
	if err != nil {
		t.Fatal(err)
	}
	f = f.With(p)
	f.Evidence = append(f.Evidence, entry(2, verified(d, gcms, percent(ketamine, 500_000, lab.BasisBase))))
	if got := d.Stage(f); got != lab.StageToPublish {
		t.Errorf("it is on the list %s", got)
	}
	_, err = d.Publish(f, lab.Because("en", "measured again"))
	wantFields(t, err, "findings.0.amount")
	f.Evidence[0].Analysis.Reported = true
	if p, err := d.Publish(f, lab.Because("en", "measured again")); err != nil || len(p.Result.LeftOut) != 1 {
		t.Errorf("%+v, %v", p, err)
	}
}

// TestALesserTieIsNone: what is told without its amount needs no mark.
func TestALesserTieIsNone(t *testing.T) {
	d := newDictionary(t)
	f := soldAs(soldAsKetamine, nil,
		entry(1, verified(d, ftir, percent(mannitol, 300_000, lab.BasisBase))), entry(2, verified(d, ftir, percent(mannitol, 600_000, lab.BasisBase))),
		entry(3, verified(d, targeted, percent(ketamine, 500_000, lab.BasisBase))))
	r, err := d.Propose(f)
	if err != nil || says(r) != "1 quantified, 6 indicated" || len(d.Ties(f, r)) > 0 {
		t.Errorf("%q, %v, %v", says(r), d.Ties(f, r), err)
	}
}

// TestASourceThatMeasuredThrice: what compares is told as its mean, what does not is left out,
// and how far they are apart is told.
func TestASourceThatMeasuredThrice(t *testing.T) {
	d := newDictionary(t)
	of := func(n byte, method lab.MethodID, ppm int64, basis lab.Basis) lab.Evidence {
		return entry(n, fromSource(verified(d, method, percent(ketamine, ppm, basis))))
	}
	list := []lab.Evidence{of(1, gcms, 800_000, lab.BasisBase), of(2, gcms, 200_000, lab.BasisBase), of(3, targeted, 900_000, lab.BasisUnknown)}
	for range 2 {
		r := propose(t, d, soldAsKetamine, list...)
		f := r.Findings[0]
		if f.Amount.Value != 500_000 || f.Basis != lab.BasisBase || len(f.MeanOf) != 2 || f.Uncertainty != 300_000 {
			t.Errorf("released as %+v", f)
		}
		if len(r.LeftOut) != 1 || r.LeftOut[0].Amount.Value != 900_000 || r.LeftOut[0].Why != lab.LeftApart {
			t.Errorf("left out: %+v", r.LeftOut)
		}
		slices.Reverse(list)
	}
}

// TestLimitPerUnit: what a tablet holds is compared with a limit in percent by its weight:
// 4 mg in a tablet of 400 mg are 1 %.
func TestLimitPerUnit(t *testing.T) {
	d := newDictionary(t)
	lesser, better := twoMethods(d, lab.Method{Kind: lab.FTIR, Level: lab.Preliminary}, lab.Method{Kind: lab.GCMS, Level: lab.Confirmatory})
	lesser.Scope = []lab.MethodScope{{SubstanceID: caffeine}}
	content := func(ng int64) lab.Finding {
		return lab.Finding{SubstanceID: caffeine, Detection: lab.Quantified, Amount: lab.Amount{Value: ng, Scale: lab.PerUnit}, Basis: lab.BasisBase}
	}
	for _, test := range []struct {
		name     string
		finding  lab.Finding
		lod      lab.Amount
		weightUG int64
		want     string
	}{
		{"a limit of as much", content(4_000_000), lab.Amount{Value: 10_000, Scale: lab.MassFraction}, 400_000, ""},
		{"of a little more", content(4_000_000), lab.Amount{Value: 10_001, Scale: lab.MassFraction}, 400_000, "4 indicated"},
		{"of a tablet that was not weighed", content(4_000_000), lab.Amount{Value: 1, Scale: lab.MassFraction}, 0, "4 indicated"},
		{"a limit per unit, and a fraction of as much", percent(caffeine, 10_000, lab.BasisBase), lab.Amount{Value: 4_000_000, Scale: lab.PerUnit}, 400_000, ""},
		{"of a little less", percent(caffeine, 9_999, lab.BasisBase), lab.Amount{Value: 4_000_000, Scale: lab.PerUnit}, 400_000, "4 indicated"},
		{"24 ng of a piece of 10 mg are 2.4 ppm, and no less", percent(caffeine, 2, lab.BasisBase), lab.Amount{Value: 24, Scale: lab.PerUnit}, 10_000, "4 indicated"},
		{"nor what may be finer than the scale is", percent(caffeine, 1, lab.BasisBase), lab.Amount{Value: 1, Scale: lab.MassFraction}, 0, "4 indicated"},
		{"a concentration is not a fraction", percent(caffeine, 10_000, lab.BasisBase), lab.Amount{Value: 1, Scale: lab.Concentration}, 400_000, "4 indicated"},
	} {
		better.Scope = []lab.MethodScope{{SubstanceID: caffeine, LOD: test.lod}}
		f := soldAs(soldAsEcstasy, nil, entry(1, verified(d, theLesser, test.finding)), entry(2, verified(d, theBetter)))
		f.Sample.WeightUG = test.weightUG
		if r, err := d.Propose(f); err != nil || says(r) != test.want {
			t.Errorf("%s: %q, %v; want %q", test.name, says(r), err, test.want)
		}
	}
}

// TestTwoClassesAndOneMember: a strip says an opioid, another a nitazene; one laboratory
// finds which one it is. It is one line.
func TestTwoClassesAndOneMember(t *testing.T) {
	d := newDictionary(t)
	opioid := entry(1, verified(d, strip, finding(anOpioid, lab.Indicated)))
	nitazene := entry(2, verified(d, strip, finding(aNitazene, lab.Indicated)))
	for name, test := range map[string]struct {
		evidence []lab.Evidence
		want     string
	}{
		"unexplained, the narrower class":       {[]lab.Evidence{opioid, nitazene}, "16 indicated"},
		"the member":                            {[]lab.Evidence{opioid, nitazene, entry(3, verified(d, gcms, finding(etonitazene, lab.Identified)))}, "9 identified"},
		"a member of the wider class alone":     {[]lab.Evidence{opioid, nitazene, entry(3, verified(d, gcms, finding(fentanyl, lab.Identified)))}, "12 identified, 16 indicated"},
		"a class and a member of one analysis":  {[]lab.Evidence{entry(3, verified(d, gcms, finding(etonitazene, lab.Identified), finding(aNitazene, lab.Indicated)))}, "9 identified, 16 indicated"},
		"the member does not explain its own":   {[]lab.Evidence{entry(3, verified(d, gcms, finding(etonitazene, lab.Identified), finding(aNitazene, lab.Indicated))), entry(4, verified(d, targeted, finding(etonitazene, lab.Trace)))}, "9 identified, 16 indicated"},
		"what is set aside explains nothing":    {[]lab.Evidence{nitazene, entry(3, verified(d, ftir, aside(finding(etonitazene, lab.Identified))))}, "16 indicated"},
		"nor does what is not detected":         {[]lab.Evidence{nitazene, entry(3, verified(d, gcms, finding(etonitazene, lab.NotDetected)))}, "16 indicated"},
		"a class that is set aside is left out": {[]lab.Evidence{entry(2, verified(d, strip, aside(finding(aNitazene, lab.Indicated))))}, ""},
	} {
		for range 2 {
			if r := propose(t, d, soldAsHeroin, test.evidence...); says(r) != test.want {
				t.Errorf("%s: %q, want %q", name, says(r), test.want)
			}
			slices.Reverse(test.evidence)
		}
	}
}

func aside(f lab.Finding) lab.Finding {
	f.SetAside, f.SetAsideWith = lab.CrossReaction, "lidocaine"
	return f
}

// TestPeaks: two peaks are two, and nobody knows which of them two analyses have in common.
func TestPeaks(t *testing.T) {
	d := newDictionary(t)
	peaks := func(n int32) lab.Finding {
		f := finding(unknownPeak, lab.Unidentified)
		if n > 1 {
			f.Peaks = n
		}
		return f
	}
	for _, test := range []struct {
		name     string
		evidence []lab.Evidence
		want     int32
	}{
		{"one", []lab.Evidence{verified(d, gcms, peaks(1), finding(ketamine, lab.Identified))}, 1},
		{"two", []lab.Evidence{verified(d, gcms, peaks(2), finding(ketamine, lab.Identified))}, 2},
		{"of two analyses the most", []lab.Evidence{verified(d, gcms, peaks(1)), verified(d, ftir, peaks(3))}, 3},
		{"a better one that sees none explains none", []lab.Evidence{verified(d, targeted, finding(ketamine, lab.Identified)), verified(d, ftir, peaks(1))}, 1},
		{"unless they are set aside", []lab.Evidence{verified(d, targeted, finding(ketamine, lab.Identified)), verified(d, ftir, aside(peaks(1)))}, 0},
	} {
		r := propose(t, d, soldAsKetamine, test.evidence...)
		got := int32(0)
		for _, f := range r.Findings {
			if f.Detection == lab.Unidentified {
				got += f.HowMany()
			}
		}
		if got != test.want {
			t.Errorf("%s: %d, want %d", test.name, got, test.want)
		}
	}
}

// TestAClassThatIsExpected: a strip says of which class it is, and no more.
func TestAClassThatIsExpected(t *testing.T) {
	d := newDictionary(t)
	nitazenes := d.Classes["nitazene"]
	nitazenes.Danger = lab.DangerExtreme
	d.Classes["nitazene"] = nitazenes
	saysNitazene := verified(d, strip, finding(aNitazene, lab.Identified))
	for _, test := range []struct {
		name     string
		expected []lab.Expected
		want     lab.Outcome
	}{
		{"the class", []lab.Expected{class("nitazene")}, lab.ExpectedOnly},
		{"a wider class", []lab.Expected{class("opioid")}, lab.ExpectedOnly},
		{"a member: perhaps it is the one", []lab.Expected{substance(etonitazene)}, lab.OutcomeInconclusive},
		{"another opioid", []lab.Expected{substance(heroin)}, lab.NotExpected},
		{"a member and something else", []lab.Expected{substance(etonitazene), substance(ketamine)}, lab.NotExpected},
		{"nothing", nil, lab.ExpectationUnknown},
	} {
		p, err := d.Next(soldAs(soldAsUnknown, test.expected, saysNitazene))
		if err != nil || p.Outcome != test.want {
			t.Errorf("%s: %v, %v; want %s", test.name, p, err, test.want)
		}
	}
	points := verified(d, strip, finding(aNitazene, lab.Indicated))
	if p, err := d.Next(soldAs(soldAsUnknown, []lab.Expected{class("nitazene")}, points)); err != nil || p.Outcome != lab.OutcomeInconclusive {
		t.Errorf("what only points to the class: %v, %v", p, err)
	}
	another := verified(d, gcms, finding(heroin, lab.Identified), finding(anOpioid, lab.Identified))
	if p, err := d.Next(soldAs(soldAsHeroin, []lab.Expected{substance(heroin)}, another)); err != nil || p.Outcome != lab.ExpectedPlusAdulterant {
		t.Errorf("heroin, and an opioid that is another: %+v, %v", p, err)
	}
	one := verified(d, gcms, finding(anOpioid, lab.Identified))
	if p, err := d.Next(soldAs(soldAsHeroin, []lab.Expected{substance(heroin)}, one)); err != nil || p.Result.Findings[0].Role != lab.RoleExpected {
		t.Errorf("an opioid, which is perhaps the one: %+v, %v", p, err)
	}
	trace := verified(d, gcms, finding(ketamine, lab.Identified), finding(etonitazene, lab.Trace))
	p, err := d.Next(soldAs(soldAsKetamine, []lab.Expected{substance(ketamine)}, saysNitazene, trace))
	if err != nil || p.Outcome != lab.ExpectedPlusAdulterant || len(p.Result.Findings) != 2 || p.Result.Findings[1].Detection != lab.Trace {
		t.Errorf("a trace of the nitazene that the strip spoke of weighs less than the strip alone: %+v, %v", p, err)
	}
	if p, err := d.Next(soldAs(soldAsKetamine, []lab.Expected{substance(ketamine)}, trace)); err != nil || p.Outcome != lab.ExpectedPlusAdulterant {
		t.Errorf("a trace alone: %+v, %v", p, err)
	}
	beside := verified(d, gcms, finding(ketamine, lab.Identified))
	if p, err := d.Next(soldAs(soldAsKetamine, []lab.Expected{substance(ketamine)}, saysNitazene, beside)); err != nil || p.Outcome != lab.ExpectedUnclear {
		t.Errorf("a sign of a nitazene beside ketamine: %v, %v", p, err)
	}
}
