package lab_test

import (
	"slices"
	"strings"
	"testing"

	"marquis/internal/lab"
	"marquis/internal/lab/dictionary"
)

// Each row was worked out by hand from the rules.
func TestLimitsAreReadInTheUnitPeopleUse(t *testing.T) {
	for _, test := range []struct {
		row         lab.ScopeRow
		lod, loq    lab.Amount
		said, saidQ string
	}{
		{lab.ScopeRow{LOD: "0,1", LOQ: "0.30", Unit: "%"}, lab.Amount{Value: 1_000, Scale: lab.MassFraction, Decimals: 1}, lab.Amount{Value: 3_000, Scale: lab.MassFraction, Decimals: 1}, "0,1%", "0,30%"},
		{lab.ScopeRow{LOD: "5", LOQ: "10", Unit: "µg"}, lab.Amount{Value: 5_000, Scale: lab.PerUnit, Decimals: 3}, lab.Amount{Value: 10_000, Scale: lab.PerUnit, Decimals: 2}, "5 µg", "10 µg"},
		{lab.ScopeRow{LOD: "5", Unit: "μG"}, lab.Amount{Value: 5_000, Scale: lab.PerUnit, Decimals: 3}, lab.Amount{}, "5 µg", ""}, // a Greek mu
		{lab.ScopeRow{LOD: "5 ug", Unit: "%"}, lab.Amount{Value: 5_000, Scale: lab.PerUnit, Decimals: 3}, lab.Amount{}, "5 µg", ""},
		{lab.ScopeRow{LOD: "0,5", Unit: "mg"}, lab.Amount{Value: 500_000, Scale: lab.PerUnit, Decimals: 1}, lab.Amount{}, "0,5 mg", ""},
		{lab.ScopeRow{LOD: "50 µg", LOQ: "0.1", Unit: "mg"}, lab.Amount{Value: 50_000, Scale: lab.PerUnit, Decimals: 2}, lab.Amount{Value: 100_000, Scale: lab.PerUnit, Decimals: 1}, "50 µg", "0,1 mg"},
		{lab.ScopeRow{LOQ: "2", Unit: "mg/ml"}, lab.Amount{}, lab.Amount{Value: 2_000, Scale: lab.Concentration}, "", "2 mg/ml"},
		{lab.ScopeRow{LOD: "<1E-1", Unit: "%"}, lab.Amount{Value: 1_000, Scale: lab.MassFraction, Decimals: 1}, lab.Amount{}, "1E-1%", ""},
		// 200 ng/ml ÷ 2 mg/ml = 100 ng/mg = 100 ppm = 0.01 %.
		{lab.ScopeRow{LOD: "200", Unit: "ng/ml", SamplePerML: "2"}, lab.Amount{Value: 100, Scale: lab.MassFraction, Decimals: 2}, lab.Amount{}, "200 ng/ml", ""},
		// 1 µg/ml ÷ 5 mg/ml = 0.2 µg/mg = 200 ppm.
		{lab.ScopeRow{LOD: "1", Unit: "µg/ml", SamplePerML: "5"}, lab.Amount{Value: 200, Scale: lab.MassFraction, Decimals: 2}, lab.Amount{}, "1 µg/ml", ""},
		// 5 ÷ 2 = 2.5 ppm, half away from zero 3; 1 ÷ 8 = 0.125 ppm, the finest step is 1.
		{lab.ScopeRow{LOD: "5", Unit: "ng/ml", SamplePerML: "2"}, lab.Amount{Value: 3, Scale: lab.MassFraction, Decimals: 4}, lab.Amount{}, "5 ng/ml", ""},
		{lab.ScopeRow{LOD: "1", Unit: "ng/ml", SamplePerML: "8"}, lab.Amount{Value: 1, Scale: lab.MassFraction, Decimals: 4}, lab.Amount{}, "1 ng/ml", ""},
		{lab.ScopeRow{LOD: "0.00001", Unit: "%"}, lab.Amount{Value: 1, Scale: lab.MassFraction, Decimals: 4}, lab.Amount{}, "0,00001%", ""},
		{lab.ScopeRow{}, lab.Amount{}, lab.Amount{}, "", ""},
	} {
		test.row.Name, test.row.Line = "ketamine", 1
		scope, mistakes := newDictionary(t).ReadScope([]lab.ScopeRow{test.row})
		if len(mistakes) > 0 || scope[0].SubstanceID != ketamine || scope[0].LOD != test.lod || scope[0].LOQ != test.loq {
			t.Errorf("%+v is %+v, %v", test.row, scope, mistakes)
			continue
		}
		if lod, loq := scope[0].Shown(","); lod != test.said || loq != test.saidQ {
			t.Errorf("%+v is told as %q and %q", test.row, lod, loq)
		}
		again := scope[0].Row("ketamine", ",")
		again.Line = 1
		if second, mistakes := newDictionary(t).ReadScope([]lab.ScopeRow{again}); len(mistakes) > 0 || second[0] != scope[0] {
			t.Errorf("%+v, typed again as %+v, is %+v, %v", scope[0], again, second, mistakes)
		}
	}
}

func TestMistakesInAScope(t *testing.T) {
	good := lab.ScopeRow{Name: "MDMA", LOD: "0.1", Unit: "%", Line: 1}
	for _, test := range []struct {
		name  string
		row   lab.ScopeRow
		field string
		says  []string
	}{
		{"unknown", lab.ScopeRow{Name: "mystery", Line: 4}, "scope.1.substance", []string{"mystery", "row 4", "dictionary"}},
		{"a salt", lab.ScopeRow{Name: "Ketamine HCl", LOD: "1", Unit: "%", Line: 4}, "scope.1.substance", []string{"Ketamine HCl", "Write ketamine."}},
		{"no name", lab.ScopeRow{LOD: "1", Unit: "%", Line: 4}, "scope.1.substance", []string{"Row 4"}},
		{"twice", lab.ScopeRow{Name: "mdma", Line: 4}, "scope.1.substance", []string{"Rows 1 and 4", "mdma"}},
		{"LOQ under LOD", lab.ScopeRow{Name: "ketamine", LOD: "0.3", LOQ: "0.1", Unit: "%"}, "scope.1.loq", []string{"0.1%", "0.3%"}},
		{"LOQ under LOD in other units", lab.ScopeRow{Name: "ketamine", LOD: "1 mg", LOQ: "900 µg"}, "scope.1.loq", nil},
		{"units that do not compare", lab.ScopeRow{Name: "ketamine", LOD: "1 mg", LOQ: "2", Unit: "%"}, "scope.1.loq", []string{"1 mg", "2%"}},
		{"a limit of 0", lab.ScopeRow{Name: "ketamine", LOD: "0", Unit: "%"}, "scope.1.lod", nil},
		{"a limit of 0,0", lab.ScopeRow{Name: "ketamine", LOQ: "0,0", Unit: "%"}, "scope.1.loq", nil},
		{"negative", lab.ScopeRow{Name: "ketamine", LOD: "-1", Unit: "%"}, "scope.1.lod", nil},
		{"no number", lab.ScopeRow{Name: "ketamine", LOD: "low", Unit: "%"}, "scope.1.lod", []string{"low"}},
		{"two marks", lab.ScopeRow{Name: "ketamine", LOD: "1.000,5", Unit: "%"}, "scope.1.lod", nil},
		{"more than all", lab.ScopeRow{Name: "ketamine", LOD: "101", Unit: "%"}, "scope.1.lod", nil},
		{"more than all of a dilution", lab.ScopeRow{Name: "ketamine", LOD: "3", Unit: "mg/ml", SamplePerML: "2"}, "scope.1.lod", nil},
		{"no unit", lab.ScopeRow{Name: "ketamine", LOD: "1"}, "scope.1.unit", nil},
		{"no such unit", lab.ScopeRow{Name: "ketamine", LOD: "1", Unit: "spoon"}, "scope.1.unit", []string{"spoon"}},
		{"ng/ml of nothing", lab.ScopeRow{Name: "ketamine", LOD: "200", Unit: "ng/ml"}, "scope.1.sample_per_ml", nil},
		{"a dilution of 0", lab.ScopeRow{Name: "ketamine", LOD: "200", Unit: "ng/ml", SamplePerML: "0"}, "scope.1.sample_per_ml", nil},
		{"a dilution in %", lab.ScopeRow{Name: "ketamine", LOD: "1", Unit: "%", SamplePerML: "2"}, "scope.1.lod", []string{`"%"`}},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, mistakes := newDictionary(t).ReadScope([]lab.ScopeRow{good, test.row})
			if len(mistakes) != 1 || mistakes[0].Field != test.field {
				t.Fatalf("mistakes %v, want one in %s", mistakes, test.field)
			}
			for _, said := range test.says {
				if !strings.Contains(mistakes[0].Message(), said) {
					t.Errorf("%q says nothing of %q", mistakes[0].Message(), said)
				}
			}
		})
	}
}

// A row is about a class as it is about a substance: a strip shows some member.
func TestARowOfAScopeMayBeAClass(t *testing.T) {
	d, err := dictionary.Load()
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"nitazenes", "nitazenen", "a nitazene, which one is not known"} {
		scope, mistakes := d.ReadScope([]lab.ScopeRow{{Name: name, LOD: "2000", Unit: "ng/ml", SamplePerML: "2", Line: 1}, {Name: "isotonitazene", Line: 2}})
		if s := d.Substances[scope[0].SubstanceID]; len(mistakes) > 0 || s == nil || !s.WholeClass || s.Class != "nitazene" || scope[0].LOD.Value != 1000 {
			t.Errorf("%s: %+v, %v", name, scope, mistakes)
		}
	}
	_, mistakes := d.ReadScope([]lab.ScopeRow{{Name: "nitazenes", Line: 1}, {Name: "nitazenen", Line: 2}})
	if len(mistakes) != 1 || mistakes[0].Field != "scope.1.substance" {
		t.Errorf("twice: %v", mistakes)
	}
}

// What is said of all rows of a scope is said at once.
func TestAllMistakesOfAScopeAreToldAtOnce(t *testing.T) {
	_, mistakes := newDictionary(t).ReadScope([]lab.ScopeRow{
		{Name: "mystery", LOD: "x", Unit: "%", Line: 1}, {Name: "ketamine", Line: 2}, {Name: "Ketamine", LOD: "2", LOQ: "1", Unit: "%", Line: 3},
	})
	var fields []string
	for _, m := range mistakes {
		fields = append(fields, m.Field)
	}
	if want := []string{"scope.0.lod", "scope.0.substance", "scope.2.substance"}; !slices.Equal(fields, want) {
		t.Errorf("mistakes in %v, want %v", fields, want)
	}
}

func TestTheScopeOfAMethodIsCheckedWhereverItComesFrom(t *testing.T) {
	percent := func(n int64) lab.Amount { return lab.Amount{Value: n, Scale: lab.MassFraction} }
	m := lab.Method{Kind: lab.GCMS, Lab: "central", Level: lab.Confirmatory}
	m.Scope = []lab.MethodScope{
		{SubstanceID: mdma, LOD: percent(1000), LOQ: percent(1000)},
		{SubstanceID: ketamine, LOD: percent(1000), LOQ: percent(999)},
		{SubstanceID: cocaine, LOD: percent(1000), LOQ: lab.Amount{Value: 2000, Scale: lab.PerUnit}},
	}
	wantFields(t, m.Check(), "scope.1.loq", "scope.2.loq")
}
