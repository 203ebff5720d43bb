package lab_test

import (
	"strings"
	"testing"

	"marquis/internal/lab"
)

// A number in a file is read where nothing of it is missing, whatever stands between its parts.
func TestNumbersInFiles(t *testing.T) {
	for text, want := range map[string]string{
		"UTR-2024-00017": "UTR-2024-00017", "utr-2024-00017": "UTR-2024-00017", "UTR 2024 17": "UTR-2024-00017", "UTR_2024/0017": "UTR-2024-00017", "UTR-2024-A00017": "UTR-2024-A00017",
		"17": "", "2024-00017": "", "UTR-00017": "", "UTR-2O24-00017": "", "UTR-2024-00017-2": "", "UTR-2024-00017 rep": "", "UTR-2024-00000": "", "": "", "BLK1": "", "UTR-2024-00017\u200b": "",
	} {
		n, ok := lab.ReadNumber(text)
		if ok != (want != "") || ok && n.String() != want {
			t.Errorf("%q is read as %s, %v, want %q", text, n, ok, want)
		}
	}
}

// A tick is for what it stands beside alone.
func TestATickIsForOneSentence(t *testing.T) {
	much := lab.FieldError{Field: "findings.0.amount", Format: "This is ten times the usual amount, about %s as base, or more.", Args: []any{"7 %"}}
	other := much
	other.Args = []any{"8 %"}
	elsewhere := much
	elsewhere.Field = "findings.1.amount"
	open := lab.FieldErrors{much, other, elsewhere}.Unticked([]string{much.Tick()})
	if len(open) != 2 || open[0].Tick() == much.Tick() || strings.Contains(much.Tick(), " ") {
		t.Errorf("%v is left", open)
	}
}

func TestWhatIsAskedOfASampleInAFile(t *testing.T) {
	analysed := func(state lab.AnalysisState) lab.Evidence {
		return lab.Evidence{Analysis: lab.Analysis{MethodID: 7, State: state, PerformedOn: 2025_02_03}}
	}
	for name, test := range map[string]struct {
		file lab.File
		want int
	}{
		"nothing":                       {lab.File{Sample: lab.Sample{State: lab.Registered}}, 0},
		"by another method":             {lab.File{Sample: lab.Sample{State: lab.InAnalysis}, Evidence: []lab.Evidence{{Analysis: lab.Analysis{MethodID: 8, State: lab.Verified}}}}, 0},
		"retracted":                     {lab.File{Sample: lab.Sample{State: lab.InAnalysis}, Evidence: []lab.Evidence{analysed(lab.Retracted)}}, 0},
		"a repeat":                      {lab.File{Sample: lab.Sample{State: lab.InAnalysis}, Evidence: []lab.Evidence{analysed(lab.Entered), analysed(lab.Verified)}}, 1},
		"closed":                        {lab.File{Sample: lab.Sample{State: lab.Completed}}, 1},
		"a repeat in what is closed":    {lab.File{Sample: lab.Sample{State: lab.Completed}, Evidence: []lab.Evidence{analysed(lab.Verified)}}, 2},
		"closed without being analysed": {lab.File{Sample: lab.Sample{State: lab.NotAnalysed}}, 1},
	} {
		if asked := test.file.AskFile(&lab.Analysis{MethodID: 7}); len(asked) != test.want {
			t.Errorf("%s: %v", name, asked)
		}
	}
}
