package lab_test

import (
	"errors"
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
		{
			"the counter, with a new sample", person(other, lab.Intake), analysed(lab.Confirmatory, handedIn),
			"move sample to in_analysis, move sample to rejected!, move sample to not_analysed!, change sample, replace code!, enter analysis",
		},
		{
			"the laboratory, with a new sample", person(other, lab.Laboratory), analysed(lab.Confirmatory, handedIn),
			"move sample to in_analysis, move sample to not_analysed!, enter analysis",
		},
		{
			"the laboratory, in analysis", person(enterer, lab.Laboratory), analysed(lab.Confirmatory),
			"move sample to completed, move sample to rejected!, move sample to not_analysed!, enter analysis, change analysis, retract analysis!",
		},
		{
			"a second person", person(other, lab.Verifier), analysed(lab.Confirmatory),
			"move sample to completed, move sample to rejected!, move sample to not_analysed!, change sample, exclude sample!, enter analysis, " +
				"verify analysis, retract analysis!, ask about analysis",
		},
		{
			"who entered it signs it not", person(enterer, lab.Verifier), analysed(lab.Confirmatory),
			"move sample to completed, move sample to rejected!, move sample to not_analysed!, change sample, exclude sample!, enter analysis, " +
				"retract analysis!, ask about analysis",
		},
		{
			"unless it is a field result", person(enterer, lab.Verifier), analysed(lab.Preliminary),
			"move sample to completed, move sample to rejected!, move sample to not_analysed!, change sample, exclude sample!, enter analysis, " +
				"verify analysis, retract analysis!, ask about analysis",
		},
		{
			"nobody signs what is asked about", person(other, lab.Verifier), analysed(lab.Confirmatory, asked),
			"move sample to completed, move sample to rejected!, move sample to not_analysed!, change sample, exclude sample!, enter analysis, " +
				"retract analysis!, ask about analysis",
		},
		{
			"the laboratory answers", person(other, lab.Laboratory), analysed(lab.Confirmatory, asked),
			"move sample to completed, move sample to rejected!, move sample to not_analysed!, enter analysis, change analysis, retract analysis!, " +
				"answer question",
		},
		{
			"once", person(other, lab.Laboratory), analysed(lab.Confirmatory, answered),
			"move sample to completed, move sample to rejected!, move sample to not_analysed!, enter analysis, change analysis, retract analysis!",
		},
		{
			"the counter changes its own strip", person(enterer, lab.Intake), analysed(lab.Presumptive),
			"change sample, replace code!, enter analysis, change analysis",
		},
		{"not that of another", person(other, lab.Intake), analysed(lab.Presumptive), "change sample, replace code!, enter analysis"},
		{"nor a field result", person(enterer, lab.Intake), analysed(lab.Preliminary), "change sample, replace code!, enter analysis"},
		{
			"what is verified is released", person(other, lab.Verifier), analysed(lab.Confirmatory, inState(lab.Verified)),
			"move sample to completed, change sample, exclude sample!, enter analysis, " +
				"retract analysis!, report analysis, set aside findings, publish result",
		},
		{
			"a released one is amended, withdrawn, told", person(other, lab.Verifier), analysed(lab.Confirmatory, inState(lab.Verified), released("confirmed")),
			"move sample to completed, move sample to rejected!, move sample to not_analysed!, change sample, exclude sample!, enter analysis, " +
				"retract analysis!, report analysis, set aside findings, publish result, withdraw result!, tell result",
		},
		{
			"a withdrawn one is told, by the counter", person(other, lab.Intake), analysed(lab.Confirmatory, inState(lab.Retracted), released("confirmed", "withdrawn")),
			"change sample, replace code!, enter analysis, tell result",
		},
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
		words[i] = string(s.Action)
		if s.Action == lab.MoveSample {
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

func TestWhoMayDoWhat(t *testing.T) {
	for act, want := range map[lab.Action]string{
		lab.RegisterSample: "intake", lab.MoveSample: "intake laboratory verifier", lab.ChangeSample: "intake verifier",
		lab.ExcludeSample: "verifier coordinator", lab.IncludeSample: "verifier coordinator", lab.ReplaceCode: "intake",
		lab.EnterAnalysis: "intake laboratory verifier", lab.ChangeAnalysis: "laboratory intake", lab.VerifyAnalysis: "verifier",
		lab.RetractAnalysis: "laboratory verifier", lab.ReportAnalysis: "verifier", lab.SetAsideFindings: "verifier", lab.AskAboutAnalysis: "verifier", lab.AnswerQuestion: "laboratory intake",
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
		1: `differs in: publication.kind ("withdrawn" there, "confirmed" here)`, 0: lab.ErrNotFound.Error(), 3: lab.ErrNotFound.Error(), -1: lab.ErrNotFound.Error(),
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
