package lab_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"marquis/internal/lab"
)

// Users of these tests: enterer has entered what there is.
const enterer, other = 3, 7

// The ids in a file of these tests.
var (
	theSample   = lab.ID{1}
	theAnalysis = lab.ID{5}
	theQuestion = lab.ID{9}
)

// analysed is the file of a sample in analysis with one analysis that is only entered.
func analysed(level lab.Level, edits ...func(*lab.File)) *lab.File {
	a := lab.Analysis{
		Key: lab.Key{ServiceID: 1, ID: theAnalysis}, SampleID: theSample, MethodID: gcms, Level: level, State: lab.Entered, EnteredBy: enterer,
		EnteredAt: noon, Conclusion: lab.NothingSeen,
	}
	f := file(newSample(func(s *lab.Sample) { s.State = lab.InAnalysis }), nil, []lab.Evidence{{Analysis: a}})
	for _, edit := range edits {
		edit(f)
	}
	return f
}

func asked(f *lab.File) {
	f.Questions = []lab.Question{{Key: lab.Key{ServiceID: 1, ID: theQuestion}, SampleID: theSample, AnalysisID: theAnalysis}}
}

func answered(f *lab.File) {
	asked(f)
	f.Questions[0].AnsweredAt = noon
}

func inState(state lab.AnalysisState) func(*lab.File) {
	return func(f *lab.File) { f.Evidence[0].Analysis.State = state }
}

func released(kinds ...lab.PublicationKind) func(*lab.File) {
	return func(f *lab.File) {
		for i, kind := range kinds {
			f.Publications = append(f.Publications, lab.Publication{Version: int32(i + 1), Kind: kind})
		}
	}
}

// TestWhatIsAllowed holds what people at a service know by heart.
func TestWhatIsAllowed(t *testing.T) {
	kept := func(f *lab.File) { f.Sample.Excluded = "duplicate" }
	handedIn := func(f *lab.File) { f.Sample.State, f.Evidence = lab.Registered, nil }
	for _, test := range []struct {
		name string
		by   lab.Actor
		file *lab.File
		want string // acts, with the states where they lead to more than one; ! asks for a reason
	}{
		{"the counter, with a new sample", person(other, lab.Intake), analysed(lab.Confirmatory, handedIn),
			"move sample to in_analysis, move sample to rejected!, move sample to not_analysed!, describe sample, replace code!, enter analysis"},
		{"the laboratory, with a new sample", person(other, lab.Laboratory), analysed(lab.Confirmatory, handedIn),
			"move sample to in_analysis, move sample to not_analysed!, enter analysis"},
		{"the laboratory, in analysis", person(enterer, lab.Laboratory), analysed(lab.Confirmatory),
			"move sample to completed, move sample to rejected!, move sample to not_analysed!, enter analysis, change analysis, retract analysis!"},
		{"a second person", person(other, lab.Verifier), analysed(lab.Confirmatory),
			"move sample to completed, move sample to rejected!, move sample to not_analysed!, describe sample, exclude sample!, enter analysis, " +
				"verify analysis, retract analysis!, ask question"},
		{"who entered it signs it not", person(enterer, lab.Verifier), analysed(lab.Confirmatory),
			"move sample to completed, move sample to rejected!, move sample to not_analysed!, describe sample, exclude sample!, enter analysis, " +
				"retract analysis!, ask question"},
		{"unless it is a field result", person(enterer, lab.Verifier), analysed(lab.Preliminary),
			"move sample to completed, move sample to rejected!, move sample to not_analysed!, describe sample, exclude sample!, enter analysis, " +
				"verify analysis, retract analysis!, ask question"},
		{"nobody signs what is asked about", person(other, lab.Verifier), analysed(lab.Confirmatory, asked),
			"move sample to completed, move sample to rejected!, move sample to not_analysed!, describe sample, exclude sample!, enter analysis, " +
				"retract analysis!, ask question"},
		{"the laboratory answers", person(other, lab.Laboratory), analysed(lab.Confirmatory, asked),
			"move sample to completed, move sample to rejected!, move sample to not_analysed!, enter analysis, change analysis, retract analysis!, " +
				"answer question"},
		{"once", person(other, lab.Laboratory), analysed(lab.Confirmatory, answered),
			"move sample to completed, move sample to rejected!, move sample to not_analysed!, enter analysis, change analysis, retract analysis!"},
		{"the counter changes its own strip", person(enterer, lab.Intake), analysed(lab.Presumptive),
			"describe sample, replace code!, enter analysis, change analysis"},
		{"not that of another", person(other, lab.Intake), analysed(lab.Presumptive), "describe sample, replace code!, enter analysis"},
		{"nor a field result", person(enterer, lab.Intake), analysed(lab.Preliminary), "describe sample, replace code!, enter analysis"},
		{"what is verified is released", person(other, lab.Verifier), analysed(lab.Confirmatory, inState(lab.Verified)),
			"move sample to completed, move sample to rejected!, move sample to not_analysed!, describe sample, exclude sample!, enter analysis, " +
				"retract analysis!, publish result to confirmed"},
		{"a released one is amended, withdrawn, told", person(other, lab.Verifier), analysed(lab.Confirmatory, inState(lab.Verified), released("confirmed")),
			"move sample to completed, move sample to rejected!, move sample to not_analysed!, describe sample, exclude sample!, enter analysis, " +
				"retract analysis!, publish result to amended!, withdraw result!, tell result"},
		{"a withdrawn one is told, by the counter", person(other, lab.Intake), analysed(lab.Confirmatory, inState(lab.Retracted), released("confirmed", "withdrawn")),
			"describe sample, replace code!, enter analysis, tell result"},
		{"the coordinator", person(other, lab.Coordinator), analysed(lab.Confirmatory), "exclude sample!"},
		{"lets back in", person(other, lab.Coordinator), analysed(lab.Confirmatory, kept), "exclude sample!, include sample"},
		{"the analyst of figures", person(other, lab.DataAnalyst), analysed(lab.Confirmatory), ""},
		{"the administrator of access", person(other, lab.Administrator), analysed(lab.Confirmatory), ""},
		{"the operator has no signature", lab.Operator("verify"), analysed(lab.Confirmatory), ""},
		{"nor has who has all roles and no name", person(0, lab.UserRoles...), analysed(lab.Confirmatory), ""},
		{"somebody of another service", stranger(), analysed(lab.Confirmatory, asked), ""},
	} {
		if got := acts(lab.Allowed(test.by, test.file)); got != test.want {
			t.Errorf("%s:\n%s\nwant:\n%s", test.name, got, test.want)
		}
	}
}

// acts writes steps in words.
func acts(steps lab.Steps) string {
	words := make([]string, len(steps))
	for i, s := range steps {
		words[i] = string(s.Act)
		if s.Act == lab.MoveSample || s.Act == lab.PublishResult {
			words[i] += " to " + s.To
		}
		if s.Reason {
			words[i] += "!"
		}
	}
	return strings.Join(words, ", ")
}

// stranger has all roles at another service.
func stranger() lab.Actor {
	a := person(other, lab.UserRoles...)
	for i := range a.Memberships {
		a.Memberships[i].ServiceID = 2
	}
	return a
}

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
	add := func(act lab.Act, about lab.ID, to string, try func(*lab.File, lab.Actor, bool) error) {
		list = append(list, attempt{lab.Step{Act: act, About: about, To: to}, try})
	}
	for _, to := range lab.SampleStates {
		add(lab.MoveSample, theSample, string(to), func(f *lab.File, by lab.Actor, reason bool) error {
			return f.Sample.Move(to, by, given(reason, reasonFor(to)))
		})
	}
	add(lab.DescribeSample, theSample, "", func(f *lab.File, by lab.Actor, _ bool) error { return f.Sample.Describe(by, func(*lab.Sample) {}) })
	add(lab.ReplaceCode, theSample, "", func(_ *lab.File, by lab.Actor, reason bool) error {
		if err := lab.MayReplaceCode(by, 1); err != nil {
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
		add(lab.AskAnalysis, theAnalysis, "entered", func(f *lab.File, by lab.Actor, _ bool) error {
			_, err := f.Evidence[i].Analysis.Ask(by, noon, "Which vial?")
			return err
		})
	}
	for i := range f.Questions {
		add(lab.AnswerQuestion, theQuestion, "answered", func(f *lab.File, by lab.Actor, _ bool) error { return f.Questions[i].Reply(by, noon, "This.") })
	}
	for _, kind := range lab.PublicationKinds {
		add(lab.PublishResult, theSample, string(kind), func(f *lab.File, by lab.Actor, reason bool) error {
			if err := lab.MayPublish(by, 1); err != nil {
				return err
			}
			p, err := d.Publish(f, given(reason, "a reason"))
			if err == nil && p.Kind != kind {
				return fmt.Errorf("it is %s", p.Kind)
			}
			return err
		})
	}
	add(lab.WithdrawResult, theSample, "withdrawn", func(f *lab.File, by lab.Actor, reason bool) error {
		if err := lab.MayPublish(by, 1); err != nil {
			return err
		}
		_, err := f.Withdraw(given(reason, "a reason"))
		return err
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

// TestAllowedIsWhatTheMovesAccept: nothing is offered that is then refused, nothing is
// refused silently that could be done, and a reason is asked for where one is needed.
func TestAllowedIsWhatTheMovesAccept(t *testing.T) {
	d := newDictionary(t)
	offered := map[lab.Act]int{}
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
				offered[a.Act]++
			}
			if !sameSteps(steps, accepted) {
				t.Errorf("%s, user %d as %v:\noffered  %s\naccepted %s", name, by.UserID, by.Memberships, acts(steps), acts(accepted))
			}
			for _, s := range steps {
				if !slices.ContainsFunc(lab.Who(s.Act), func(role lab.UserRole) bool { return by.Has(1, role) }) {
					t.Errorf("%s is offered to %v, none of %v", s.Act, by.Memberships, lab.Who(s.Act))
				}
			}
		}
	}
	if len(offered) != 14 {
		t.Errorf("acts that were accepted at all: %v", offered)
	}
}

func sameSteps(a, b lab.Steps) bool {
	inA := func(s lab.Step) bool { return slices.Contains(a, s) }
	inB := func(s lab.Step) bool { return slices.Contains(b, s) }
	return len(a) == len(b) && !slices.ContainsFunc(a, func(s lab.Step) bool { return !inB(s) }) && !slices.ContainsFunc(b, func(s lab.Step) bool { return !inA(s) })
}

func TestWhoMayDoWhat(t *testing.T) {
	for act, want := range map[lab.Act]string{
		lab.RegisterSample: "intake", lab.MoveSample: "intake laboratory verifier", lab.DescribeSample: "intake verifier",
		lab.ExcludeSample: "verifier coordinator", lab.IncludeSample: "verifier coordinator", lab.ReplaceCode: "intake",
		lab.EnterAnalysis: "intake laboratory verifier", lab.ChangeAnalysis: "laboratory intake", lab.VerifyAnalysis: "verifier",
		lab.RetractAnalysis: "laboratory verifier", lab.AskAnalysis: "verifier", lab.AnswerQuestion: "laboratory intake",
		lab.PublishResult: "verifier", lab.WithdrawResult: "verifier", lab.TellResult: "intake verifier", "nonsense": "",
	} {
		if got := strings.Join(lab.Vocabulary[lab.UserRole](lab.Who(act)).Strings(), " "); got != want {
			t.Errorf("%s: %s, want %s", act, got, want)
		}
	}
}

// TestTheNewestVersionIsTold, and none that there never was.
func TestTheNewestVersionIsTold(t *testing.T) {
	f := analysed(lab.Confirmatory, released("confirmed", "withdrawn"))
	told, err := f.Tell(person(other, lab.Intake), noon, 2)
	if want := (lab.ReadOut{Key: lab.Key{ServiceID: 1}, SampleID: theSample, Version: 2, ToldBy: other, ToldAt: noon}); err != nil || told != want {
		t.Errorf("%+v, %v", told, err)
	}
	for version, want := range map[int32]string{
		1: `differs in: Kind ("withdrawn" there, "confirmed" here)`, 0: lab.ErrNotFound.Error(), 3: lab.ErrNotFound.Error(), -1: lab.ErrNotFound.Error(),
	} {
		if _, err := f.Tell(person(other, lab.Intake), noon, version); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("version %d: %v", version, err)
		}
	}
	var refused *lab.MoveError
	if _, err := f.Tell(person(other, lab.Laboratory), noon, 2); !errors.As(err, &refused) {
		t.Errorf("the laboratory told it: %v", err)
	}
}
