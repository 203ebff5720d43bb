package lab_test

import (
	"errors"
	"testing"

	"marquis/internal/lab"
)

// takenBack is the file of a sample whose result was taken back: its analysis, the first
// version and the withdrawal, in the order of their ids.
func takenBack(t *testing.T, d *lab.Dictionary, edits ...func(*lab.File)) *lab.File {
	t.Helper()
	central := with(verified(d, gcms, percent(ketamine, 800_000, lab.BasisBase)), func(a *lab.Analysis) { a.ID = lab.ID{1, 1} })
	f := file(newSample(func(s *lab.Sample) { s.State = lab.Completed }), []lab.Expected{substance(ketamine)}, []lab.Evidence{central})
	first, err := d.Publish(f, lab.Why{})
	if err != nil {
		t.Fatal(err)
	}
	first.ID = lab.ID{1, 2}
	f = f.With(first)
	p, err := f.Withdraw(lab.Because("en", "swapped at weighing"))
	if err != nil {
		t.Fatal(err)
	}
	p.ID = lab.ID{1, 3}
	if f, err = f.Followed(p, person(other, lab.Verifier)); err != nil {
		t.Fatal(err)
	}
	for _, edit := range edits {
		edit(f)
	}
	return f
}

// anew adds an analysis with an id after or before the withdrawal.
func anew(d *lab.Dictionary, state lab.AnalysisState, id lab.ID) func(*lab.File) {
	return func(f *lab.File) {
		f.Evidence = append(f.Evidence, with(verified(d, gcms, percent(ketamine, 800_000, lab.BasisBase)), func(a *lab.Analysis) { a.ID, a.State = id, state }))
	}
}

func TestWhatWasTakenBackIsAnalysedAgain(t *testing.T) {
	d := newDictionary(t)
	before, after := lab.ID{1, 0}, lab.ID{1, 4}
	for _, test := range []struct {
		name string
		file *lab.File
		want lab.Stage
	}{
		{"nothing was done since", takenBack(t, d), lab.StageToAnalyse},
		{"another analysis that stood before", takenBack(t, d, anew(d, lab.Verified, before)), lab.StageToAnalyse},
		{"another that stood before is only entered", takenBack(t, d, anew(d, lab.Entered, before)), lab.StageToAnalyse},
		{"that one, sent back", takenBack(t, d, anew(d, lab.Entered, before), func(f *lab.File) {
			f.Questions = []lab.Question{{AnalysisID: before, Question: "Which vial?"}}
		}), lab.StageQuestions},
		{"that one, and one entered anew", takenBack(t, d, anew(d, lab.Entered, before), anew(d, lab.Entered, after)), lab.StageToVerify},
		{"that one, and the new one verified", takenBack(t, d, anew(d, lab.Entered, before), anew(d, lab.Verified, after)), lab.StageToVerify},
		{"that one, and the new one retracted", takenBack(t, d, anew(d, lab.Entered, before), anew(d, lab.Retracted, after)), lab.StageToAnalyse},
		{"that one, and none follows", takenBack(t, d, anew(d, lab.Entered, before), func(f *lab.File) {
			f.Sample.NoRetest, f.Sample.State = "nothing is left", lab.Completed
		}), lab.StageToVerify},
		{"entered anew", takenBack(t, d, anew(d, lab.Entered, after)), lab.StageToVerify},
		{"found the same anew", takenBack(t, d, anew(d, lab.Verified, after)), lab.StageToPublish},
		{"entered anew and retracted", takenBack(t, d, anew(d, lab.Retracted, after)), lab.StageToAnalyse},
		{"none follows", takenBack(t, d, func(f *lab.File) { f.Sample.NoRetest, f.Sample.State = "nothing is left", lab.Completed }), lab.StageReleased},
		{"taken back by its source", takenBack(t, d, func(f *lab.File) {
			f.Publications[1].ImportID, f.Sample.State = lab.ID{9}, lab.Completed
		}), lab.StageReleased},
		{"closed", takenBack(t, d, func(f *lab.File) { f.Sample.State = lab.NotAnalysed }), lab.StageNotAnalysed},
	} {
		if got := d.Stage(test.file); got != test.want {
			t.Errorf("%s: %s, want %s", test.name, got, test.want)
		}
	}
}

func TestARetestIsLinkedToWhatItRepeats(t *testing.T) {
	d := newDictionary(t)
	f := takenBack(t, d, anew(d, lab.Entered, lab.ID{1, 4}))
	if p := f.Retests(&f.Evidence[1].Analysis); p == nil || p.Version != 2 {
		t.Errorf("the new analysis repeats %+v", p)
	}
	if p := f.Retests(&f.Evidence[0].Analysis); p != nil {
		t.Errorf("the first analysis repeats %+v", p)
	}
	f.Evidence[1].Analysis.ID = lab.ID{1, 2, 1} // after the first version, before the withdrawal
	if p := f.Retests(&f.Evidence[1].Analysis); p != nil {
		t.Errorf("an analysis beside a result that stood repeats %+v", p)
	}
}

func TestWhatStoodBeforeTheWithdrawalIsDoubtful(t *testing.T) {
	d := newDictionary(t)
	if n := takenBack(t, d, anew(d, lab.Verified, lab.ID{1, 4})).Doubtful(); n != 1 {
		t.Errorf("%d analyses are doubtful beside the new one", n)
	}
	if n := takenBack(t, d, func(f *lab.File) { f.Evidence[0].Analysis.State = lab.Retracted }).Doubtful(); n != 0 {
		t.Errorf("%d analyses are doubtful once it is retracted", n)
	}
	standing := takenBack(t, d)
	standing.Publications = standing.Publications[:1]
	if n := standing.Doubtful(); n != 0 {
		t.Errorf("%d analyses are doubtful of a result that stands", n)
	}
}

func TestWhoSaysThatNoRetestFollows(t *testing.T) {
	d := newDictionary(t)
	for _, role := range lab.UserRoles {
		f := takenBack(t, d)
		err := f.DeclineRetest(person(other, role), "nothing is left")
		if may := role == lab.Verifier || role == lab.Coordinator; may != (err == nil) {
			t.Errorf("%s: %v", role, err)
		} else if may && (f.Sample.State != lab.Completed || f.AwaitsRetest()) {
			t.Errorf("%s leaves it %s", role, f.Sample.State)
		}
	}
	var mistakes lab.FieldErrors
	if err := takenBack(t, d).DeclineRetest(person(other, lab.Verifier), " "); !errors.As(err, &mistakes) || mistakes[0].Field != "reason" {
		t.Errorf("without a reason: %v", err)
	}
	var refused *lab.MoveError
	standing := analysed(lab.Confirmatory, released(lab.ConfirmedResult))
	if err := standing.DeclineRetest(person(other, lab.Verifier), "nothing is left"); !errors.As(err, &refused) {
		t.Errorf("of a result that stands: %v", err)
	}
	f := takenBack(t, d, func(f *lab.File) { f.Sample.NoRetest, f.Sample.State = "nothing is left", lab.Completed })
	if err := f.Enter(person(other, lab.Laboratory), noon, &lab.Analysis{Key: lab.Key{ServiceID: 1}}); err != nil || f.Sample.NoRetest != "" {
		t.Errorf("an analysis that follows after all leaves %q, %v", f.Sample.NoRetest, err)
	}
}
