package lab_test

import (
	"testing"

	"marquis/internal/lab"
)

// TestSettingAside: with a reason from the list, by a verifier who did not enter it.
func TestSettingAside(t *testing.T) {
	with := func(why lab.SetAside, what string) lab.Aside {
		return lab.Aside{SubstanceID: etonitazene, Why: why, With: what}
	}
	for _, test := range []struct {
		name   string
		by     lab.Actor
		state  lab.AnalysisState
		aside  lab.Aside
		fields []string // of mistakes
		ok     bool
	}{
		{"negative on dilution", person(other, lab.Verifier), lab.Verified, with(lab.NegativeOnDilution, ""), nil, true},
		{"a cross-reaction, with what", person(other, lab.Verifier), lab.Verified, with(lab.CrossReaction, "lidocaine"), nil, true},
		{"a cross-reaction with nobody knows what", person(other, lab.Verifier), lab.Verified, with(lab.CrossReaction, " "), []string{"aside.9.with"}, false},
		{"no reason of the list", person(other, lab.Verifier), lab.Verified, with("mistake", ""), []string{"aside.9.why"}, false},
		{"words without a reason", person(other, lab.Verifier), lab.Verified, with("", "surely nothing"), []string{"aside.9.why"}, false},
		{"words that say who somebody is", person(other, lab.Verifier), lab.Verified, with(lab.CrossReaction, "call 06 12345678"), []string{"aside.9.with"}, false},
		{"it stands", person(other, lab.Verifier), lab.Verified, with("", ""), nil, true},
		{"a substance that it does not report", person(other, lab.Verifier), lab.Verified, lab.Aside{SubstanceID: ketamine, Why: lab.FinerRepeat}, nil, false},
		{"by who entered it", person(enterer, lab.Verifier), lab.Verified, with(lab.NegativeOnDilution, ""), nil, false},
		{"by the laboratory", person(other, lab.Laboratory), lab.Verified, with(lab.NegativeOnDilution, ""), nil, false},
		{"what is only entered", person(other, lab.Verifier), lab.Entered, with(lab.NegativeOnDilution, ""), nil, false},
	} {
		f := analysed(lab.Presumptive, inState(test.state))
		e := &f.Evidence[0]
		e.Findings = []lab.Finding{finding(etonitazene, lab.Indicated)}
		err := e.SetAside(test.by, test.aside)
		if (err == nil) != test.ok {
			t.Errorf("%s: %v", test.name, err)
		}
		if test.fields != nil {
			wantFields(t, err, test.fields...)
		}
		if want := test.ok && test.aside.Why != ""; (e.Findings[0].SetAside != "") != want {
			t.Errorf("%s: set aside: %q", test.name, e.Findings[0].SetAside)
		}
	}
}

// TestWhatIsLeftOutIsConfirmedOneByOne: nothing that was found is dropped without a word.
func TestWhatIsLeftOutIsConfirmedOneByOne(t *testing.T) {
	d := newDictionary(t)
	r := propose(t, d, soldAsHeroin,
		entry(1, verified(d, strip, aside(finding(aNitazene, lab.Indicated)))),
		entry(2, verified(d, ftir, aside(finding(fentanyl, lab.Identified)), finding(heroin, lab.Identified))))
	if len(r.LeftOut) != 2 {
		t.Fatalf("left out: %+v", r.LeftOut)
	}
	one, two := r.LeftOutFields()[0], r.LeftOutFields()[1]
	wantFields(t, r.CheckLeftOut(nil), one, two)
	wantFields(t, r.CheckLeftOut([]string{two, "something else"}), one)
	wantFields(t, r.CheckLeftOut([]string{two, one}))
	wantFields(t, propose(t, d, soldAsHeroin, verified(d, gcms, finding(heroin, lab.Identified))).CheckLeftOut(nil))
}

// TestAnAmountThatIsSetAsideIsLeftOut, although its substance is told for all that: as less,
// or in another amount.
func TestAnAmountThatIsSetAsideIsLeftOut(t *testing.T) {
	d := newDictionary(t)
	measured := func(ppm int64) lab.Finding { return percent(ketamine, ppm, lab.BasisBase) }
	for name, test := range map[string]struct {
		aside, stands lab.Evidence
		want          int
	}{
		"an amount, and it is only indicated":  {verified(d, gcms, aside(measured(800_000))), verified(d, strip, finding(ketamine, lab.Indicated)), 1},
		"identified, and it is only indicated": {verified(d, gcms, aside(finding(ketamine, lab.Identified))), verified(d, strip, finding(ketamine, lab.Indicated)), 1},
		"another amount":                       {verified(d, gcms, aside(measured(800_000))), verified(d, targeted, measured(400_000)), 1},
		"an amount in another unit": {verified(d, gcms, aside(measured(800_000))), verified(d, targeted, lab.Finding{
			SubstanceID: ketamine, Detection: lab.Quantified, Amount: lab.Amount{Value: 100_000_000, Scale: lab.PerUnit}, Basis: lab.BasisBase,
		}), 1},
		"about the same amount":          {verified(d, gcms, aside(measured(800_000))), verified(d, targeted, measured(790_000)), 0},
		"less than is told all the same": {verified(d, strip, aside(finding(ketamine, lab.Indicated))), verified(d, gcms, measured(800_000)), 0},
	} {
		r := propose(t, d, soldAsKetamine, entry(1, test.aside), entry(2, test.stands))
		if len(r.LeftOut) != test.want || test.want == 1 && r.LeftOut[0].Why != lab.LeftSetAside || len(r.Findings) != 1 {
			t.Errorf("%s: %+v is left out of %q", name, r.LeftOut, says(r))
		}
	}
}

// TestReviewOfWhatIsNotReleasedToday: of two amounts, of which an older rule took one, today
// one has to be marked.
func TestReviewOfWhatIsNotReleasedToday(t *testing.T) {
	d := newDictionary(t)
	first := entry(1, verified(d, gcms, percent(ketamine, 700_000, lab.BasisBase)))
	settled := file(newSample(func(s *lab.Sample) { s.State, s.Stage = lab.Completed, lab.StageReleased }), []lab.Expected{substance(ketamine)}, []lab.Evidence{first})
	p, err := d.Publish(settled, lab.Why{})
	if err != nil {
		t.Fatal(err)
	}
	old := settled.With(p)
	old.Evidence = append(old.Evidence, entry(2, verified(d, gcms, percent(ketamine, 500_000, lab.BasisBase))))
	if got := d.Review(old); got != lab.StageToReview {
		t.Errorf("it is %s", got)
	}
}

// TestReviewOfALookThatWasToldAsMeasured: an older rule did so where a strip was tried too.
func TestReviewOfALookThatWasToldAsMeasured(t *testing.T) {
	d := newDictionary(t)
	settled := file(newSample(func(s *lab.Sample) { s.State, s.Stage = lab.Completed, lab.StageReleased }), []lab.Expected{substance(mdma)},
		[]lab.Evidence{entry(1, verified(d, list, finding(mdma, lab.Identified))), entry(2, verified(d, strip))})
	p, err := d.Publish(settled, lab.Why{})
	if err != nil {
		t.Fatal(err)
	}
	if got := d.Review(settled.With(p)); got != lab.StageReleased {
		t.Errorf("what today's rule made is %s", got)
	}
	p.Result.Recognised = false
	if got := d.Review(settled.With(p)); got != lab.StageToReview {
		t.Errorf("what an older rule made is %s", got)
	}
}

// TestReviewOfNothingDetectedThatIsInconclusiveToday: a strip saw nothing, and what would have
// known better could not tell.
func TestReviewOfNothingDetectedThatIsInconclusiveToday(t *testing.T) {
	d := newDictionary(t)
	unsure := with(verified(d, ftir), func(a *lab.Analysis) { a.Conclusion = lab.Inconclusive })
	settled := file(newSample(func(s *lab.Sample) { s.State, s.Stage = lab.Completed, lab.StageReleased }), []lab.Expected{substance(mdma)},
		[]lab.Evidence{entry(1, verified(d, strip)), entry(2, unsure)})
	p, err := d.Publish(settled, lab.Why{})
	if err != nil || p.Outcome != lab.OutcomeInconclusive {
		t.Fatal(p, err)
	}
	if got := d.Review(settled.With(p)); got != lab.StageReleased {
		t.Errorf("what today's rule made is %s", got)
	}
	p.Result.Conclusion = lab.NothingSeen
	if got := d.Review(settled.With(p)); got != lab.StageToReview {
		t.Errorf("what an older rule made is %s", got)
	}
}

// TestReview: what was settled and would be told otherwise by today's rule is to be
// reviewed, until a version follows or something else is found.
func TestReview(t *testing.T) {
	d := newDictionary(t)
	settled := file(newSample(func(s *lab.Sample) { s.State, s.Stage = lab.Completed, lab.StageReleased }), []lab.Expected{substance(ketamine)},
		[]lab.Evidence{entry(1, verified(d, ftir, finding(mdma, lab.Identified))), entry(2, verified(d, targeted, finding(ketamine, lab.Identified)))})
	p, err := d.Publish(settled, lab.Why{})
	if err != nil {
		t.Fatal(err)
	}
	today := settled.With(p)
	if got := d.Review(today); got != lab.StageReleased {
		t.Errorf("what today's rule made is %s", got)
	}
	before := *p
	before.Result.Findings = before.Result.Findings[:1] // an older rule left MDMA out
	old := settled.With(&before)
	if got := d.Review(old); got != lab.StageToReview {
		t.Errorf("what an older rule made is %s", got)
	}
	old.Sample.Stage = lab.StageToReview
	again := old.Clone()
	again.Sample.Notes = "the visitor called"
	if d.Settle(old, again); again.Sample.Stage != lab.StageToReview {
		t.Errorf("after a note it is %s", again.Sample.Stage)
	}
	more := old.Clone()
	more.Evidence = append(more.Evidence, entry(3, verified(d, gcms, finding(caffeine, lab.Identified))))
	if d.Settle(old, more); more.Sample.Stage != lab.StageToPublish {
		t.Errorf("after another analysis it is %s", more.Sample.Stage)
	}
	amended := old.With(p)
	if d.Settle(old, amended); amended.Sample.Stage != lab.StageReleased {
		t.Errorf("after a version it is %s", amended.Sample.Stage)
	}
	settled.Sample.Stage = lab.StageToPublish
	if got := d.Review(settled); got != lab.StageToPublish {
		t.Errorf("what waits to be released is %s", got)
	}
}
