package lab_test

import (
	"testing"

	"pgregory.net/rapid"

	"marquis/internal/lab"
)

func TestAnalysisMistakes(t *testing.T) {
	d := newDictionary(t)
	quantified := func(edit func(*lab.Finding)) []lab.Finding {
		f := percent(ketamine, 800_000, "hydrochloride")
		edit(&f)
		return []lab.Finding{f}
	}
	for _, test := range []struct {
		name     string
		edit     func(*lab.Analysis)
		findings []lab.Finding
		fields   []string
	}{
		{"none", nil, quantified(func(*lab.Finding) {}), nil},
		{"as base", nil, quantified(func(f *lab.Finding) { f.Basis = lab.BasisBase }), nil},
		{"all detections", nil, []lab.Finding{
			finding(ketamine, lab.BelowLOQ), finding(mdma, lab.Identified), finding(cocaine, lab.Trace), finding(caffeine, lab.Indicated),
			finding(levamisole, lab.NotDetected), finding(unknownPeak, lab.Unidentified),
		}, nil},
		{"nothing seen", func(a *lab.Analysis) { a.Conclusion = lab.NothingSeen }, nil, nil},
		{"not detected is nothing seen", func(a *lab.Analysis) { a.Conclusion = lab.NothingSeen }, []lab.Finding{finding(ketamine, lab.NotDetected)}, nil},
		{"inconclusive", func(a *lab.Analysis) { a.Conclusion = lab.Inconclusive }, nil, nil},
		{"inconclusive with a finding", func(a *lab.Analysis) { a.Conclusion = lab.Inconclusive }, []lab.Finding{finding(ketamine, lab.Trace)}, nil},
		{"performed today", func(a *lab.Analysis) { a.PerformedOn = today }, quantified(func(*lab.Finding) {}), nil},

		{"method", func(a *lab.Analysis) { a.MethodID = 99 }, []lab.Finding{finding(ketamine, lab.Trace)}, []string{"method"}},
		{"level", func(a *lab.Analysis) { a.Level = lab.Presumptive }, []lab.Finding{finding(ketamine, lab.Trace)}, []string{"level"}},
		{"no day", func(a *lab.Analysis) { a.PerformedOn = 0 }, []lab.Finding{finding(ketamine, lab.Trace)}, []string{"performed_on"}},
		{"tomorrow", func(a *lab.Analysis) { a.PerformedOn = today + 1 }, []lab.Finding{finding(ketamine, lab.Trace)}, []string{"performed_on"}},
		{"before the sample", func(a *lab.Analysis) { a.PerformedOn = 2024_05_31 }, []lab.Finding{finding(ketamine, lab.Trace)}, []string{"performed_on"}},
		{"conclusion", func(a *lab.Analysis) { a.Conclusion = "fine" }, nil, []string{"conclusion"}},
		{"findings without any", nil, nil, []string{"conclusion"}},
		{"findings, all not detected", nil, []lab.Finding{finding(ketamine, lab.NotDetected)}, []string{"conclusion"}},
		{"nothing seen, yet found", func(a *lab.Analysis) { a.Conclusion = lab.NothingSeen }, []lab.Finding{finding(ketamine, lab.Trace)}, []string{"conclusion"}},
		{"notes", func(a *lab.Analysis) { a.Notes = "\x00" }, []lab.Finding{finding(ketamine, lab.Trace)}, []string{"notes"}},
		{"one substance twice", nil, []lab.Finding{finding(ketamine, lab.Trace), finding(ketamine, lab.Identified)}, []string{"findings.1.substance"}},
		{"a substance that is not there", nil, []lab.Finding{finding(99, lab.Trace)}, []string{"findings.0.substance"}},
		{"detection", nil, []lab.Finding{finding(ketamine, "perhaps")}, []string{"findings.0.detection"}},
		{"stereo", nil, quantified(func(f *lab.Finding) { f.Stereo = "L" }), []string{"findings.0.stereo"}},
		{"abundance", nil, quantified(func(f *lab.Finding) { f.Abundance = "plenty" }), []string{"findings.0.abundance"}},
		{"the name in the source", nil, quantified(func(f *lab.Finding) { f.ReportedAs = "k\x07" }), []string{"findings.0.reported_as"}},
		{"scale", nil, quantified(func(f *lab.Finding) { f.Amount.Scale = "spoons" }), []string{"findings.0.unit", "findings.0.amount"}},
		{"negative", nil, quantified(func(f *lab.Finding) { f.Amount.Value = -1 }), []string{"findings.0.amount"}},
		{"more than all", nil, quantified(func(f *lab.Finding) { f.Amount.Value = 1_000_001 }), []string{"findings.0.amount"}},
		{"decimals", nil, quantified(func(f *lab.Finding) { f.Amount.Decimals = -1 }), []string{"findings.0.amount"}},
		{"too many decimals", nil, quantified(func(f *lab.Finding) { f.Amount.Decimals = 5 }), []string{"findings.0.amount"}},
		{"uncertainty", nil, quantified(func(f *lab.Finding) { f.Uncertainty = -1 }), []string{"findings.0.uncertainty"}},
		{"no basis", nil, quantified(func(f *lab.Finding) { f.Basis = "" }), []string{"findings.0.basis"}},
		{"the salt of another", nil, quantified(func(f *lab.Finding) { f.Basis = "sulfate" }), []string{"findings.0.basis"}},
		{"an amount of a trace", nil, quantified(func(f *lab.Finding) { f.Detection = lab.Trace }), []string{"findings.0.amount"}},
		{"a basis of nothing", nil, []lab.Finding{{SubstanceID: ketamine, Detection: lab.Identified, Basis: lab.BasisBase}}, []string{"findings.0.amount"}},
		{
			"all at once",
			func(a *lab.Analysis) { a.MethodID, a.PerformedOn, a.Conclusion, a.Notes = 0, 0, "", "\x00" },
			[]lab.Finding{finding(ketamine, "x"), finding(mdma, "y"), finding(99, lab.Trace)},
			[]string{"method", "performed_on", "conclusion", "notes", "findings.0.detection", "findings.1.detection", "findings.2.substance"},
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			a := lab.Analysis{MethodID: gcms, Level: lab.Confirmatory, PerformedOn: 2024_06_05, Conclusion: lab.HasFindings}
			if test.edit != nil {
				test.edit(&a)
			}
			wantFields(t, a.Check(d, test.findings, 2024_06_01, today), test.fields...)
		})
	}
}

func TestFindingsOutsideTheMethod(t *testing.T) {
	d := newDictionary(t)
	for _, test := range []struct {
		name    string
		method  lab.MethodID
		finding lab.Finding
		fields  []string
	}{
		{"in its scope", strip, finding(etonitazene, lab.Indicated), nil},
		{"outside its scope", strip, finding(ketamine, lab.Indicated), nil},
		{"not detected outside its scope", strip, finding(ketamine, lab.NotDetected), []string{"findings.0.substance", "conclusion"}},
		{"what it could not identify", targeted, finding(unknownPeak, lab.Unidentified), nil},
		{"quantified by what does not quantify", list, percent(ketamine, 500_000, lab.BasisBase), []string{"findings.0.amount"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			a := lab.Analysis{MethodID: test.method, Level: d.Methods[test.method].Level, PerformedOn: today, Conclusion: lab.HasFindings}
			wantFields(t, a.Check(d, []lab.Finding{test.finding}, today, today), test.fields...)
		})
	}
}

func TestFound(t *testing.T) {
	for _, d := range lab.Detections {
		if want := d != lab.NotDetected && d != lab.Unidentified; d.Found() != want {
			t.Errorf("%s: %v", d, d.Found())
		}
	}
}

func TestFieldsOfFindingsAreReadAsTheyAreWritten(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		row, part := rapid.IntRange(0, 1_000_000).Draw(t, "row"), rapid.StringMatching("[a-z_]*").Draw(t, "part")
		if gotRow, gotPart, ok := lab.ParseFindingField(lab.FindingField(row, part)); !ok || gotRow != row || gotPart != part {
			t.Errorf("%d %q came back as %d %q, %v", row, part, gotRow, gotPart, ok)
		}
	})
	for _, name := range []string{"", "findings", "findings.", "findings.1", "findings.x.amount", "findings.-1.amount", "conclusion", "finding ketamine"} {
		if row, part, ok := lab.ParseFindingField(name); ok {
			t.Errorf("%q is read as part %q of row %d", name, part, row)
		}
	}
}
