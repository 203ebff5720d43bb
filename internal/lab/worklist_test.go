package lab_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"marquis/internal/lab"
)

func entered(e lab.Evidence) lab.Evidence {
	return with(e, func(a *lab.Analysis) { a.State = lab.Entered })
}

func retracted(e lab.Evidence) lab.Evidence {
	return with(e, func(a *lab.Analysis) { a.State = lab.Retracted })
}

func TestStages(t *testing.T) {
	d := newDictionary(t)
	field := verified(d, ftir, finding(ketamine, lab.Identified))
	central := verified(d, gcms, percent(ketamine, 800_000, lab.BasisBase))
	open := []lab.Question{{AnalysisID: central.Analysis.ID, Question: "Which vial?"}}
	answered := []lab.Question{{AnalysisID: central.Analysis.ID, Question: "Which vial?", Answer: "This one.", AnsweredAt: noon}}
	expected := []lab.Expected{substance(ketamine)}
	published := func(evidence ...lab.Evidence) []lab.Publication {
		return []lab.Publication{*publish(t, d, newSample(), expected, evidence...)}
	}
	withdrawn := func(evidence ...lab.Evidence) []lab.Publication {
		first := published(evidence...)
		p, err := file(newSample(), nil, nil, first...).Withdraw(lab.Because("en", "wrong vial"))
		if err != nil {
			t.Fatal(err)
		}
		return append(first, *p)
	}
	for _, test := range []struct {
		name         string
		state        lab.SampleState
		evidence     []lab.Evidence
		publications []lab.Publication
		questions    []lab.Question
		want         lab.Stage
	}{
		{"just registered", lab.Registered, nil, nil, nil, lab.StageToAnalyse},
		{"rejected", lab.Rejected, nil, nil, nil, lab.StageRejected},
		{"not analysed, whatever was entered", lab.NotAnalysed, []lab.Evidence{entered(field)}, nil, nil, lab.StageNotAnalysed},
		{"in the laboratory", lab.InAnalysis, nil, nil, nil, lab.StageInAnalysis},
		{"all retracted", lab.InAnalysis, []lab.Evidence{retracted(central)}, nil, open, lab.StageInAnalysis},
		{"entered", lab.InAnalysis, []lab.Evidence{entered(central)}, nil, nil, lab.StageToVerify},
		{"one verified, one entered", lab.InAnalysis, []lab.Evidence{field, entered(central)}, nil, nil, lab.StageToVerify},
		{"sent back", lab.InAnalysis, []lab.Evidence{entered(central)}, nil, open, lab.StageQuestions},
		{"answered", lab.InAnalysis, []lab.Evidence{entered(central)}, nil, answered, lab.StageToVerify},
		{"verified", lab.InAnalysis, []lab.Evidence{central}, nil, nil, lab.StageToPublish},
		{"published", lab.Completed, []lab.Evidence{central}, published(central), nil, lab.StageReleased},
		{"preliminary", lab.Completed, []lab.Evidence{field}, published(field), nil, lab.StageReleased},
		{"preliminary, and on to the laboratory", lab.InAnalysis, []lab.Evidence{field}, published(field), nil, lab.StageInAnalysis},
		{"preliminary, now confirmed", lab.InAnalysis, []lab.Evidence{field, central}, published(field), nil, lab.StageToPublish},
		{"published, then retracted", lab.Completed, []lab.Evidence{retracted(central)}, published(central), nil, lab.StageToPublish},
		{"withdrawn", lab.InAnalysis, []lab.Evidence{retracted(central)}, withdrawn(central), nil, lab.StageToAnalyse},
		{"withdrawn before that moved the sample", lab.Completed, []lab.Evidence{retracted(central)}, withdrawn(central), nil, lab.StageToAnalyse},
		{"withdrawn, not analysed any more", lab.NotAnalysed, []lab.Evidence{retracted(central)}, withdrawn(central), nil, lab.StageNotAnalysed},
		{"withdrawn, found anew", lab.Completed, []lab.Evidence{verified(d, gcms, finding(ketamine, lab.Trace))}, withdrawn(central), nil, lab.StageToPublish},
		{"completed elsewhere, nothing on record", lab.Completed, nil, nil, nil, lab.StageReleased},
		{"by a method that nobody knows", lab.InAnalysis, []lab.Evidence{with(central, func(a *lab.Analysis) { a.MethodID = 99 })}, published(central), nil, lab.StageToPublish},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := newSample(func(s *lab.Sample) { s.State = test.state })
			if got := d.Stage(&lab.File{*s, expected, test.evidence, test.publications, test.questions}); got != test.want {
				t.Errorf("%s instead of %s", got, test.want)
			}
		})
	}
}

// TestACorrectedRoleIsNoNewResult: what the dictionary makes of findings may change
// without a sample coming back to the worklist.
func TestACorrectedRoleIsNoNewResult(t *testing.T) {
	d := newDictionary(t)
	e := verified(d, gcms, percent(ketamine, 800_000, lab.BasisBase))
	p := publish(t, d, newSample(), nil, e)
	p.Result.Findings[0].Role, p.Result.Findings[0].Main, p.Result.Findings[0].Base = lab.RoleByProduct, false, 1
	s := newSample(func(s *lab.Sample) { s.State = lab.Completed })
	if got := d.Stage(file(s, nil, []lab.Evidence{e}, *p)); got != lab.StageReleased {
		t.Error(got)
	}
}

// TestAResultThatWasExpectedOtherwiseIsANewOne: what a sample was sold as is corrected
// after its result was released.
func TestAResultThatWasExpectedOtherwiseIsANewOne(t *testing.T) {
	d := newDictionary(t)
	asKetamine, asMDMA := []lab.Expected{substance(ketamine)}, []lab.Expected{substance(mdma)}
	e := verified(d, gcms, percent(ketamine, 800_000, lab.BasisBase))
	s := newSample(func(s *lab.Sample) { s.State = lab.Completed })
	for name, c := range map[string]struct {
		then, now []lab.Expected
		want      lab.Stage
	}{
		"the same":                    {asKetamine, asKetamine, lab.StageReleased},
		"found, and expected no more": {asKetamine, asMDMA, lab.StageToPublish},
		"found, and expected now":     {asMDMA, asKetamine, lab.StageToPublish},
		"nothing in particular now":   {asKetamine, nil, lab.StageToPublish},
		"something after nothing":     {nil, asMDMA, lab.StageToPublish},
	} {
		t.Run(name, func(t *testing.T) {
			f := file(s, c.then, []lab.Evidence{e}, *publish(t, d, s, c.then, e))
			if f.Expected = c.now; d.Stage(f) != c.want || d.Misfits(f) != (c.want == lab.StageToPublish) {
				t.Errorf("%s instead of %s; it misfits: %v", d.Stage(f), c.want, d.Misfits(f))
			}
			next, err := d.Next(f)
			if err != nil {
				t.Fatal(err)
			}
			if err := f.Repeats(next); (err == nil) != (c.want == lab.StageToPublish) {
				t.Errorf("released anew: %v", err)
			}
			taken := f.Publications[0]
			taken.Kind, taken.Version = lab.WithdrawnResult, 2
			if f.Publications = append(f.Publications, taken); d.Misfits(f) {
				t.Error("a result that was taken back misfits")
			}
		})
	}
}

func TestWhoSeesRecords(t *testing.T) {
	for _, role := range lab.UserRoles {
		want := role != lab.DataAnalyst && role != lab.Importer && role != lab.Administrator
		if got := person(7, role).SeesRecords(1); got != want {
			t.Errorf("%s: %t", role, got)
		}
		if person(7, role).SeesRecords(2) {
			t.Errorf("%s sees another service's", role)
		}
	}
	if lab.Operator("export").SeesRecords(1) {
		t.Error("the operator does")
	}
}

// TestAnEventWithholdsWhatTheSampleDoes: the laboratory's view of the trail follows
// its view of the sample.
func TestAnEventWithholdsWhatTheSampleDoes(t *testing.T) {
	s := newSample()
	event := lab.Event{Subject: s.ID.String(), Changes: []lab.Difference{
		{Field: "price_amount", Old: "0", New: "24000"},
		{Field: "effects", Old: "[]", New: `["nausea"]`},
		{Field: "notes", Old: `""`, New: `"about the visitor"`},
		{Field: "logo", Old: `""`, New: `"crown"`},
	}}
	if got := event.SeenBy(person(7, lab.Intake), s.Key); !slices.Equal(got.Changes, event.Changes) {
		t.Errorf("intake sees %v", got.Changes)
	}
	got := event.SeenBy(person(7, lab.Laboratory), s.Key)
	for i, c := range got.Changes {
		if hidden := i < 3; hidden != (c.New == "" && c.Old == "") || c.Field != event.Changes[i].Field {
			t.Errorf("the laboratory sees %v", c)
		}
	}
	if event.Changes[2].New == "" {
		t.Error("the event itself was changed")
	}
	of := lab.Event{Subject: "an analysis", Changes: []lab.Difference{{Field: "notes", New: `"diluted"`}}}
	if got := of.SeenBy(person(7, lab.Laboratory), s.Key); got.Changes[0].New != `"diluted"` {
		t.Error("the laboratory does not see its own notes")
	}
}

func TestEvidenceDifferences(t *testing.T) {
	before := lab.Evidence{Findings: []lab.Finding{percent(ketamine, 800_000, lab.BasisBase), finding(mdma, lab.Trace)}}
	after := lab.Evidence{Findings: []lab.Finding{finding(caffeine, lab.Identified), percent(ketamine, 810_000, lab.BasisBase)}}
	for i := range before.Findings {
		before.Findings[i].ID = lab.ID{1} // another row, the same finding
	}
	after.Analysis.Notes = "again"
	want := []lab.Difference{
		{Field: "notes", Old: `""`, New: `"again"`},
		{Field: "findings." + substance(ketamine).String() + ".amount_value", Old: "800000", New: "810000"},
		{Field: "findings." + substance(mdma).String() + ".substance_id", Old: lab.ValueOf(mdma), New: "0"},
		{Field: "findings." + substance(mdma).String() + ".detection", Old: `"trace"`, New: `""`},
		{Field: "findings." + substance(caffeine).String() + ".substance_id", Old: "0", New: lab.ValueOf(caffeine)},
		{Field: "findings." + substance(caffeine).String() + ".detection", Old: `""`, New: `"identified"`},
	}
	if got := lab.EvidenceDifferences(before, after); !slices.Equal(got, want) {
		t.Errorf("%v", got)
	}
	if got := lab.EvidenceDifferences(before, before); len(got) > 0 {
		t.Errorf("differs from itself in %v", got)
	}
}

func TestPurposes(t *testing.T) {
	wantFields(t, lab.ForAnalysis.Check())
	wantFields(t, lab.Purpose("curiosity").Check(), "purpose")
	wantFields(t, lab.Purpose("").Check(), "purpose")
}

func TestAskingAndAnswering(t *testing.T) {
	at := lab.Key{ServiceID: 1, ID: lab.ID{5}}
	refusedMove := func(err error) bool { var m *lab.MoveError; return errors.As(err, &m) }
	for _, role := range lab.UserRoles {
		a := lab.Analysis{Key: at, SampleID: lab.ID{1}, State: lab.Entered}
		q, err := a.Ask(person(7, role), noon, " Welk buisje? ")
		if (err == nil) != (role == lab.Verifier) {
			t.Errorf("%s asks: %v", role, err)
		}
		if err == nil && (q.Question != "Welk buisje?" || q.AnalysisID != at.ID || q.SampleID != a.SampleID || !q.Open() || q.AskedBy != 7) {
			t.Errorf("%+v", q)
		}
		q = lab.Question{Key: at, Question: "Welk buisje?"}
		err = q.Reply(person(8, role), noon, " dit ")
		if (err == nil) != (role == lab.Laboratory || role == lab.Intake) || err == nil == q.Open() {
			t.Errorf("%s answers: %v", role, err)
		}
		if err == nil && (q.Answer != "dit" || !refusedMove(q.Reply(person(8, role), noon, "dat")) || q.Answer != "dit") {
			t.Errorf("%+v", q)
		}
	}
	for _, state := range []lab.AnalysisState{lab.Verified, lab.Retracted} {
		a := lab.Analysis{Key: at, State: state}
		if _, err := a.Ask(person(7, lab.Verifier), noon, "?"); !refusedMove(err) {
			t.Errorf("asked about what is %s: %v", state, err)
		}
	}
	a := lab.Analysis{Key: at, State: lab.Entered}
	for _, text := range []string{"", " \n", strings.Repeat("x", 2001), "\x00"} {
		_, err := a.Ask(person(7, lab.Verifier), noon, text)
		wantFields(t, err, "question")
		wantFields(t, (&lab.Question{Key: at}).Reply(person(7, lab.Intake), noon, text), "answer")
	}
}

func TestAnOpenQuestionForbidsVerification(t *testing.T) {
	a := lab.Analysis{Key: lab.Key{ServiceID: 1, ID: lab.ID{5}}, State: lab.Entered, Level: lab.Confirmatory, EnteredBy: 3}
	q := lab.Question{AnalysisID: a.ID}
	var refused *lab.MoveError
	if err := a.Verify(person(7, lab.Verifier), noon, []lab.Question{q}); !errors.As(err, &refused) || !slices.Contains(refused.Who, lab.Laboratory) {
		t.Errorf("verified with an open question: %v", err)
	}
	q.AnsweredAt = noon
	if err := a.Verify(person(7, lab.Verifier), noon, []lab.Question{q, {AnalysisID: lab.ID{6}}}); err != nil {
		t.Error(err)
	}
}

func TestWhoMayChangeAnAnalysis(t *testing.T) {
	for _, test := range []struct {
		name          string
		by            lab.Actor
		state         lab.AnalysisState
		level, wanted lab.Level
		ok            bool
	}{
		{"the laboratory", person(7, lab.Laboratory), lab.Entered, lab.Confirmatory, lab.Confirmatory, true},
		{"the counter its own strip", person(3, lab.Intake), lab.Entered, lab.Presumptive, lab.Presumptive, true},
		{"the counter another's strip", person(4, lab.Intake), lab.Entered, lab.Presumptive, lab.Presumptive, false},
		{"the counter its own GC-MS", person(3, lab.Intake), lab.Entered, lab.Confirmatory, lab.Confirmatory, false},
		{"the counter its strip into a GC-MS", person(3, lab.Intake), lab.Entered, lab.Presumptive, lab.Confirmatory, false},
		{"the verifier", person(7, lab.Verifier), lab.Entered, lab.Confirmatory, lab.Confirmatory, false},
		{"verified", person(7, lab.Laboratory), lab.Verified, lab.Confirmatory, lab.Confirmatory, false},
		{"retracted", person(7, lab.Laboratory), lab.Retracted, lab.Confirmatory, lab.Confirmatory, false},
		{"nothing", person(7, lab.Laboratory), "", lab.Confirmatory, lab.Confirmatory, false},
		{"the operator", lab.Operator("change"), lab.Entered, lab.Presumptive, lab.Presumptive, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			a := lab.Analysis{Key: lab.Key{ServiceID: 1}, State: test.state, Level: test.level, EnteredBy: 3, TouchedBy: "3"}
			before := a
			err := a.Change(test.by, noon, &lab.Analysis{Level: test.wanted, Notes: "changed", State: lab.Verified, Reported: true})
			if (err == nil) != test.ok {
				t.Fatal(err)
			}
			if err != nil && a != before {
				t.Error("refused, yet changed")
			}
			if err == nil && (a.Notes != "changed" || a.State != lab.Entered || a.Reported || a.EnteredBy != test.by.UserID) {
				t.Errorf("%+v", a)
			}
		})
	}
}

func TestNobodyVerifiesWhatTheyTouched(t *testing.T) {
	a := lab.Analysis{Key: lab.Key{ServiceID: 1}, Level: lab.Confirmatory}
	both := []lab.UserRole{lab.Laboratory, lab.Verifier}
	for _, err := range []error{
		a.Enter(person(3, both...), noon),
		a.Change(person(13, both...), noon, &lab.Analysis{Level: lab.Confirmatory}),
		a.Change(person(4, both...), noon, &lab.Analysis{Level: lab.Confirmatory}),
		a.Change(person(4, both...), noon, &lab.Analysis{Level: lab.Confirmatory}),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	if a.TouchedBy != "3 13 4" {
		t.Errorf("touched by %q", a.TouchedBy)
	}
	for _, id := range []lab.Optional{3, 13, 4} {
		if err := a.Verify(person(id, both...), noon, nil); err == nil {
			t.Fatalf("verified by %d", id)
		}
	}
	if err := a.Verify(person(1, both...), noon, nil); err != nil || a.Signature != lab.TwoSignatures {
		t.Errorf("signature %q, %v", a.Signature, err)
	}
}

func TestARefusedMoveSaysWhoInWords(t *testing.T) {
	err := &lab.MoveError{What: "sample", From: "a", To: "b", Format: "Your role does not allow this.", Who: []lab.UserRole{lab.Intake, lab.Verifier}}
	if got := err.Error(); got != `sample cannot go from "a" to "b": Your role does not allow this. It can be done by: intake, verifier.` {
		t.Error(got)
	}
	err.Who = nil
	if strings.Contains(err.Error(), "can be done by") {
		t.Error(err)
	}
}

func TestSeveralSamplesAreNamedByTheirNumbers(t *testing.T) {
	err := lab.SampleErrors{
		{Number: lab.SampleNumber{Service: "UTR", Year: 2024, Running: 17}, Err: lab.ErrConflict},
		{Number: lab.SampleNumber{Service: "UTR", Year: 2024, Running: 18}, Err: lab.ErrNotFound},
	}
	if got := err.Error(); !strings.Contains(got, "UTR-2024-00017: conflicts") || !strings.Contains(got, "UTR-2024-00018: not found") {
		t.Error(got)
	}
}

func TestTheDigestTellsProposalsApart(t *testing.T) {
	d := newDictionary(t)
	digest := func(p *lab.Publication) string {
		text, err := p.Digest()
		if err != nil {
			t.Fatal(err)
		}
		return text
	}
	e := verified(d, gcms, percent(ketamine, 800_000, lab.BasisBase))
	one := publish(t, d, newSample(), nil, e)
	if digest(one) != digest(publish(t, d, newSample(), nil, e)) {
		t.Error("the same twice differs")
	}
	seen := map[string]bool{digest(one): true}
	for name, p := range map[string]*lab.Publication{
		"another amount":      publish(t, d, newSample(), nil, verified(d, gcms, percent(ketamine, 800_001, lab.BasisBase))),
		"another sample":      publish(t, d, newSample(func(s *lab.Sample) { s.ID = lab.ID{9} }), nil, e),
		"another expectation": publish(t, d, newSample(), []lab.Expected{substance(mdma)}, e),
	} {
		if text := digest(p); seen[text] {
			t.Errorf("%s is the same", name)
		} else {
			seen[text] = true
		}
	}
}

func TestReasonsAreText(t *testing.T) {
	d := newDictionary(t)
	e := verified(d, gcms, finding(ketamine, lab.Identified))
	first := []lab.Publication{*publish(t, d, newSample(), nil, verified(d, gcms, finding(ketamine, lab.Trace)))}
	for _, reason := range []string{strings.Repeat("x", 501), "spilt\x00"} {
		_, err := d.Publish(file(newSample(), nil, []lab.Evidence{e}, first...), lab.Because("en", reason))
		wantFields(t, err, "reason")
		_, err = file(newSample(), nil, nil, first...).Withdraw(lab.Because("en", reason))
		wantFields(t, err, "reason")
		a := e.Analysis
		wantFields(t, a.Retract(person(7, lab.Verifier), noon, reason), "reason")
	}
}
