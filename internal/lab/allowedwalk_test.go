package lab_test

import (
	"fmt"
	"slices"
	"testing"

	"marquis/internal/lab"
)

// attempt is a move with all that it asks for, or with no reason.
type attempt struct {
	lab.Step
	try func(f *lab.File, by lab.Actor, reason bool) error
}

// attempts are all moves that there are, with every part of a file.
func attempts(d *lab.Dictionary, f *lab.File) []attempt {
	given := func(is bool, text string) string {
		if is {
			return text
		}
		return ""
	}
	var list []attempt
	add := func(act lab.Action, about lab.ID, to string, try func(*lab.File, lab.Actor, bool) error) {
		list = append(list, attempt{lab.Step{Action: act, About: about, To: to}, try})
	}
	for _, to := range lab.SampleStates {
		add(lab.MoveSample, theSample, string(to), func(f *lab.File, by lab.Actor, reason bool) error {
			return f.Move(to, by, given(reason, reasonFor(to)))
		})
	}
	add(lab.UndoSample, theSample, "rejected", func(f *lab.File, by lab.Actor, _ bool) error { return f.Undo(by, f.Sample.RegisteredAt, false) })
	add(lab.ChangeSample, theSample, "", func(f *lab.File, by lab.Actor, _ bool) error { return f.Sample.Describe(by, func(*lab.Sample) {}) })
	add(lab.ReplaceCode, theSample, "", func(f *lab.File, by lab.Actor, reason bool) error {
		if err := f.Sample.MayReplaceCode(by); err != nil {
			return err
		}
		return lab.CheckReplacement(given(reason, "lost"))
	})
	add(lab.ExcludeSample, theSample, "excluded", func(f *lab.File, by lab.Actor, reason bool) error {
		return f.Sample.Exclude(by, given(reason, "duplicate"))
	})
	add(lab.IncludeSample, theSample, "included", func(f *lab.File, by lab.Actor, _ bool) error { return f.Sample.Include(by) })
	add(lab.EnterAnalysis, theSample, "entered", func(f *lab.File, by lab.Actor, _ bool) error {
		return f.Enter(by, noon, &lab.Analysis{Key: lab.Key{ServiceID: 1}})
	})
	for i := range f.Evidence {
		theAnalysis := f.Evidence[i].Analysis.ID
		add(lab.ChangeAnalysis, theAnalysis, "entered", func(f *lab.File, by lab.Actor, _ bool) error {
			as := f.Evidence[i].Analysis
			return f.Evidence[i].Analysis.Change(by, noon, &as)
		})
		add(lab.VerifyAnalysis, theAnalysis, "verified", func(f *lab.File, by lab.Actor, _ bool) error {
			return f.Evidence[i].Analysis.Verify(by, noon, f.Questions)
		})
		add(lab.RetractAnalysis, theAnalysis, "retracted", func(f *lab.File, by lab.Actor, reason bool) error {
			return f.Evidence[i].Analysis.Retract(by, noon, given(reason, "wrong vial"))
		})
		add(lab.ReportAnalysis, theAnalysis, "verified", func(f *lab.File, by lab.Actor, _ bool) error {
			return f.Evidence[i].Analysis.Report(by, true)
		})
		add(lab.SetAsideFindings, theAnalysis, "verified", func(f *lab.File, by lab.Actor, _ bool) error { return f.Evidence[i].SetAside(by) })
		add(lab.AskAboutAnalysis, theAnalysis, "entered", func(f *lab.File, by lab.Actor, _ bool) error {
			_, err := f.Evidence[i].Analysis.Ask(by, noon, "Which vial?")
			return err
		})
	}
	for i := range f.Questions {
		add(lab.AnswerQuestion, theQuestion, "answered", func(f *lab.File, by lab.Actor, _ bool) error { return f.Questions[i].Reply(by, noon, "This.") })
	}
	add(lab.PublishResult, theSample, "", func(f *lab.File, by lab.Actor, _ bool) error { // in whatever version
		if err := lab.MayPublish(by, 1); err != nil {
			return err
		}
		_, err := d.Publish(f, lab.Because("en", "a reason"))
		return err
	})
	add(lab.PublishHeld, theSample, "", func(f *lab.File, by lab.Actor, _ bool) error { // in whatever version
		if err := lab.MayPublish(by, 1); err != nil {
			return err
		}
		_, err := d.PublishHeld(f, lab.Because("en", "a reason"))
		return err
	})
	add(lab.WithdrawResult, theSample, "withdrawn", func(f *lab.File, by lab.Actor, reason bool) error {
		if err := lab.MayPublish(by, 1); err != nil {
			return err
		}
		_, err := f.Withdraw(lab.Because("en", given(reason, "a reason")))
		return err
	})
	add(lab.DeclineRetest, theSample, "declined", func(f *lab.File, by lab.Actor, reason bool) error {
		return f.DeclineRetest(by, given(reason, "nothing is left"))
	})
	add(lab.TellResult, theSample, "told", func(f *lab.File, by lab.Actor, _ bool) error {
		_, err := f.Tell(by, noon, int32(len(f.Publications)))
		return err
	})
	return list
}

// everybody is each role alone and all together, of who entered the analysis and of
// another, and those who may do nothing.
func everybody() []lab.Actor {
	list := []lab.Actor{lab.Operator("verify"), person(0, lab.UserRoles...), person(other), stranger(), {}}
	for _, id := range []lab.Optional{enterer, other} {
		list = append(list, person(id, lab.UserRoles...))
		for _, role := range lab.UserRoles {
			list = append(list, person(id, role))
		}
	}
	return list
}

// everyFile is a file in every state that its parts can have.
func everyFile() map[string]*lab.File {
	files := map[string]*lab.File{}
	for _, state := range lab.SampleStates {
		for _, excluded := range []string{"", "other"} {
			files[fmt.Sprintf("a sample %s %s", state, excluded)] = file(newSample(func(s *lab.Sample) {
				s.State, s.StateReason, s.Excluded = state, reasonFor(state), excluded
			}), nil, nil)
		}
	}
	elsewhere := func(f *lab.File) { asked(f); f.Questions[0].AnalysisID = lab.ID{6} }
	questions := map[string]func(*lab.File){"not asked about": func(*lab.File) {}, "asked about": asked, "answered": answered, "beside one asked about": elsewhere}
	for _, level := range append(lab.Levels, "") {
		for _, state := range lab.AnalysisStates {
			for said, ask := range questions {
				files[fmt.Sprintf("a %s analysis %s %s", level, state, said)] = analysed(level, inState(state), ask)
			}
			for _, kinds := range [][]lab.PublicationKind{{"preliminary"}, {"confirmed"}, {"confirmed", "amended"}, {"preliminary", "withdrawn"}} {
				files[fmt.Sprintf("a %s analysis %s of a result %s", level, state, kinds)] = analysed(level, inState(state), released(kinds...))
			}
		}
	}
	for _, state := range lab.AnalysisStates {
		for _, kinds := range [][]lab.PublicationKind{nil, {"preliminary"}, {"confirmed"}, {"confirmed", "amended"}, {"preliminary", "withdrawn"}} {
			files[fmt.Sprintf("a danger %s of a result %s", state, kinds)] = analysed(lab.Confirmatory, inState(state), released(kinds...), dangerous)
		}
	}
	inconclusive := analysed(lab.Confirmatory, inState(lab.Verified))
	inconclusive.Evidence[0].Analysis.Conclusion = lab.Inconclusive
	files["a laboratory that could not tell"] = inconclusive
	field := inconclusive.Clone()
	field.Evidence = append(field.Evidence, with(field.Evidence[0], func(a *lab.Analysis) {
		a.ID, a.MethodID, a.Level, a.Conclusion = lab.ID{6}, ftir, lab.Preliminary, lab.NothingSeen
	}))
	files["a laboratory that could not tell what a field method could"] = field
	return files
}

// dangerous lets the analysis find what its sample is held for.
func dangerous(f *lab.File) {
	e := &f.Evidence[0]
	e.Findings, e.Analysis.Conclusion = []lab.Finding{finding(etonitazene, lab.Trace)}, lab.HasFindings
	if e.Analysis.State != lab.Retracted {
		f.Sample.HeldSince = noon
	}
}

// TestAllowedIsWhatTheMovesAccept: nothing is offered that is then refused, nothing is
// refused silently that could be done, and a reason is asked for where one is needed.
func TestAllowedIsWhatTheMovesAccept(t *testing.T) {
	d := newDictionary(t)
	offered := map[lab.Action]int{}
	for name, f := range everyFile() {
		for _, by := range everybody() {
			steps := lab.Allowed(by, f)
			var accepted lab.Steps
			for _, a := range attempts(d, f) {
				if a.try(f.Clone(), by, true) != nil {
					continue
				}
				a.Reason = a.try(f.Clone(), by, false) != nil
				accepted = append(accepted, a.Step)
				offered[a.Action]++
			}
			if !sameSteps(steps, accepted) {
				t.Errorf("%s, user %d as %v:\noffered  %s\naccepted %s", name, by.UserID, by.Memberships, acts(steps), acts(accepted))
			}
			for _, s := range steps {
				if !slices.ContainsFunc(lab.Who(s.Action), func(role lab.UserRole) bool { return by.Has(1, role) }) {
					t.Errorf("%s is offered to %v, none of %v", s.Action, by.Memberships, lab.Who(s.Action))
				}
			}
		}
	}
	if len(offered) != 19 {
		t.Errorf("acts that were accepted at all: %v", offered)
	}
}

func sameSteps(a, b lab.Steps) bool {
	inA := func(s lab.Step) bool { return slices.Contains(a, s) }
	inB := func(s lab.Step) bool { return slices.Contains(b, s) }
	return len(a) == len(b) && !slices.ContainsFunc(a, func(s lab.Step) bool { return !inB(s) }) && !slices.ContainsFunc(b, func(s lab.Step) bool { return !inA(s) })
}
