package lab_test

import (
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"marquis/internal/lab"
)

func unusual(lab.SubstanceID, lab.Scale) (int64, bool) { return 0, false }

// usually tells one usual amount of ketamine.
func usually(ppm int64) func(lab.SubstanceID, lab.Scale) (int64, bool) {
	return func(id lab.SubstanceID, scale lab.Scale) (int64, bool) {
		return ppm, id == ketamine && scale == lab.MassFraction
	}
}

func TestPlausibility(t *testing.T) {
	d := newDictionary(t)
	for _, test := range []struct {
		name     string
		form     lab.Form
		findings []lab.Finding
		usual    func(lab.SubstanceID, lab.Scale) (int64, bool)
		fields   []string
	}{
		{"nothing found", lab.Powder, nil, unusual, nil},
		{"at the ceiling", lab.Powder, []lab.Finding{percent(ketamine, 867_000, lab.BasisBase)}, unusual, nil},
		{"above it", lab.Powder, []lab.Finding{finding(mdma, lab.Trace), percent(ketamine, 900_000, lab.BasisBase)}, unusual, []string{"findings.1.amount"}},
		{"a rock can be base", lab.Rock, []lab.Finding{percent(ketamine, 900_000, lab.BasisBase)}, unusual, nil},
		{"100 %", lab.Powder, []lab.Finding{percent(ketamine, 500_000, lab.BasisBase), percent(caffeine, 500_000, lab.BasisBase)}, unusual, nil},
		{
			"more than 100 %, said once", lab.Powder,
			[]lab.Finding{percent(ketamine, 500_000, lab.BasisBase), percent(caffeine, 500_001, lab.BasisBase), percent(levamisole, 1, lab.BasisBase)},
			unusual,
			[]string{"findings.1.amount"},
		},
		{"ten times the usual", lab.Powder, []lab.Finding{percent(ketamine, 500_000, lab.BasisBase)}, usually(50_000), nil},
		{"more than that", lab.Powder, []lab.Finding{percent(ketamine, 500_010, lab.BasisBase)}, usually(50_000), []string{"findings.0.amount"}},
		{"a tenth of the usual", lab.Powder, []lab.Finding{percent(ketamine, 80_000, lab.BasisBase)}, usually(800_000), nil},
		{"less than that", lab.Powder, []lab.Finding{percent(ketamine, 79_999, lab.BasisBase)}, usually(800_000), []string{"findings.0.amount"}},
		{"told as its salt, compared as base", lab.Powder, []lab.Finding{percent(ketamine, 90_000, "hydrochloride")}, usually(800_000), []string{"findings.0.amount"}},
		{"of an unknown basis", lab.Powder, []lab.Finding{percent(ketamine, 1000, lab.BasisUnknown)}, usually(800_000), []string{"findings.0.amount"}},
		{"usually nothing", lab.Powder, []lab.Finding{percent(ketamine, 1000, lab.BasisBase)}, usually(0), nil},
		{"only identified", lab.Powder, []lab.Finding{finding(ketamine, lab.Identified)}, usually(800_000), nil},
		{"a substance that nobody knows", lab.Powder, []lab.Finding{percent(99, 900_000, lab.BasisBase)}, unusual, nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			warnings := lab.Plausibility(d, newSample(func(s *lab.Sample) { s.Form = test.form }), test.findings, test.usual)
			wantFields(t, lab.FieldErrors(warnings).Err(), test.fields...)
		})
	}
}

// TestPlausibleAmountsAreNotQuestioned: what lies between a tenth and ten times the
// usual, below the ceiling and the whole, never gives a warning.
func TestPlausibleAmountsAreNotQuestioned(t *testing.T) {
	d := newDictionary(t)
	rapid.Check(t, func(t *rapid.T) {
		ppm := rapid.Int64Range(1, 866_000).Draw(t, "amount")
		median := rapid.Int64Range((ppm+9)/10, min(10*ppm, 1_000_000)).Draw(t, "usual")
		warnings := lab.Plausibility(d, newSample(), []lab.Finding{percent(ketamine, ppm, lab.BasisBase)}, usually(median))
		if len(warnings) > 0 {
			t.Fatalf("%d of usually %d: %v", ppm, median, lab.FieldErrors(warnings))
		}
	})
}

func TestAWarningIsOverruledKnowingly(t *testing.T) {
	warnings := []lab.FieldError{{Field: "findings.0.amount", Format: "too much"}}
	for _, test := range []struct {
		name, reason string
		warnings     []lab.FieldError
		fields       []string
		kept         string
	}{
		{"nothing to overrule", "", nil, nil, ""},
		{"a reason for nothing", "repeated", nil, nil, ""},
		{"no reason", "", warnings, []string{"findings.0.amount", "overruled"}, ""},
		{"a blank one", " \n", warnings, []string{"findings.0.amount", "overruled"}, ""},
		{"a reason", " herhaald, 3× ", warnings, nil, "herhaald, 3×"},
	} {
		t.Run(test.name, func(t *testing.T) {
			a := lab.Analysis{Overruled: test.reason}
			wantFields(t, a.Overrule(test.warnings), test.fields...)
			if a.Overruled != test.kept {
				t.Errorf("kept %q", a.Overruled)
			}
		})
	}
	if len(warnings) != 1 {
		t.Error("the warnings were changed")
	}
}

func TestTheReasonForOverrulingIsText(t *testing.T) {
	d := newDictionary(t)
	for text, ok := range map[string]bool{strings.Repeat("é", 500): true, strings.Repeat("é", 501): false, "\x00": false} {
		e := verified(d, gcms, finding(ketamine, lab.Trace))
		e.Analysis.Overruled = text
		err := e.Analysis.Check(d, e.Findings, e.Analysis.PerformedOn, today)
		if got := slices.Equal(wrongFields(t, err), []string{"overruled"}); got == ok {
			t.Errorf("%d characters: %v", len([]rune(text)), err)
		}
	}
}
