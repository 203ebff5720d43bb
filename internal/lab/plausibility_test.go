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
		{"100 %", lab.Powder, []lab.Finding{percent(ketamine, 500_000, "hydrochloride"), percent(caffeine, 500_000, lab.BasisBase)}, unusual, nil},
		{
			"more than 100 %, said once", lab.Powder,
			[]lab.Finding{percent(ketamine, 500_000, lab.BasisBase), percent(caffeine, 500_001, lab.BasisBase), percent(levamisole, 1, lab.BasisBase)},
			unusual,
			[]string{"findings.1.amount"},
		},
		{"less than ten times the usual", lab.Powder, []lab.Finding{percent(ketamine, 499_999, lab.BasisBase)}, usually(50_000), nil},
		{"more than that", lab.Powder, []lab.Finding{percent(ketamine, 500_010, lab.BasisBase)}, usually(50_000), []string{"findings.0.amount"}},
		{"more than a tenth of the usual", lab.Powder, []lab.Finding{percent(ketamine, 80_001, lab.BasisBase)}, usually(800_000), nil},
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
		median := rapid.Int64Range(ppm/10+1, min(10*ppm-1, 1_000_000)).Draw(t, "usual")
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

// mg is so much of a substance in a unit, in nanograms.
func mg(id lab.SubstanceID, nanograms int64) lab.Finding {
	return lab.Finding{SubstanceID: id, Detection: lab.Quantified, Amount: lab.Amount{Value: nanograms, Scale: lab.PerUnit}, Basis: lab.BasisAsFound}
}

func TestContentsOfAUnitAreAskedAbout(t *testing.T) {
	d := newDictionary(t)
	const weight, much, blotter = "Up to here the amounts add up to more than it weighs, 250 mg.",
		"More than 1000 mg of one substance is unusual in a tablet or a capsule: look at the number and its unit.",
		"More than 5 mg in all is unusual in a blotter: look at the number and its unit."
	for name, c := range map[string]struct {
		form     lab.Form
		weight   int64 // micrograms
		findings []lab.Finding
		want     string
	}{
		"an ordinary tablet":           {lab.Tablet, 250_000, []lab.Finding{mg(mdma, 180_000_000), mg(caffeine, 70_000_000)}, ""},
		"more than it weighs":          {lab.Tablet, 250_000, []lab.Finding{mg(mdma, 250_000_001)}, "findings.0.amount: " + weight},
		"together more, said once":     {lab.Capsule, 250_000, []lab.Finding{mg(mdma, 200_000_000), mg(caffeine, 60_000_000), mg(mannitol, 1)}, "findings.1.amount: " + weight},
		"a weight that nobody told":    {lab.Tablet, 0, []lab.Finding{mg(mdma, 900_000_000)}, ""},
		"only traces weigh nothing":    {lab.Tablet, 250_000, []lab.Finding{finding(mdma, lab.Trace)}, ""},
		"a gram in a tablet":           {lab.Tablet, 0, []lab.Finding{mg(mdma, 1_000_000_000)}, ""},
		"more than a gram":             {lab.Tablet, 0, []lab.Finding{mg(mdma, 1_000_000_001)}, "findings.0.amount: " + much},
		"more than a gram, edible":     {lab.Edible, 0, []lab.Finding{mg(caffeine, 1_000_000_001)}, ""},
		"a strong blotter":             {lab.Blotter, 0, []lab.Finding{mg(mdma, 3_000_000), mg(caffeine, 2_000_000)}, ""},
		"micrograms typed as mg":       {lab.Blotter, 0, []lab.Finding{mg(mdma, 110_000_000)}, "findings.0.amount: " + blotter},
		"a blotter, together too much": {lab.Blotter, 0, []lab.Finding{mg(mdma, 4_000_000), mg(caffeine, 1_000_001)}, "findings.1.amount: " + blotter},
	} {
		s := newSample(func(s *lab.Sample) { s.Form, s.WeightUG = c.form, c.weight })
		if got := lab.FieldErrors(lab.Plausibility(d, s, c.findings, unusual)); got.Error() != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
	// What is usual is known better.
	usual := func(lab.SubstanceID, lab.Scale) (int64, bool) { return 900_000_000, true }
	if got := lab.Plausibility(d, newSample(func(s *lab.Sample) { s.Form = lab.Tablet }), []lab.Finding{mg(mdma, 1_500_000_000)}, usual); got != nil {
		t.Errorf("%v", got)
	}
}

// A usual amount of less than one is told with the decimals that it needs.
func TestATinyUsualAmountIsNotToldAsNothing(t *testing.T) {
	d := newDictionary(t)
	for usual, about := range map[int64]string{100_000: "about 100 µg", 85_000: "about 85 µg", 5: "about 0.005 µg", 1_200_000: "about 1 mg", 90_000_000: "about 90 mg"} {
		warnings := lab.Plausibility(d, newSample(), []lab.Finding{mg(mdma, 11*usual)}, func(lab.SubstanceID, lab.Scale) (int64, bool) { return usual, true })
		if got := lab.FieldErrors(warnings).Error(); !strings.Contains(got, about+" as base") {
			t.Errorf("usually %d: %q", usual, got)
		}
	}
}

// A run that is entered more than 31 days later is asked about, and one that is changed where
// its day is another, or a reason would be lost.
func TestALateEntryIsAskedAbout(t *testing.T) {
	const entered lab.Date = 2026_11_29
	run := func(day lab.Date, reason string) *lab.Analysis {
		return &lab.Analysis{PerformedOn: day, Overruled: reason}
	}
	for name, c := range map[string]struct {
		before *lab.Analysis
		day    lab.Date
		want   bool
	}{
		"today":                            {nil, entered, false},
		"31 days":                          {nil, 2026_10_29, false},
		"32 days":                          {nil, 2026_10_28, true},
		"last year's":                      {nil, 2025_11_30, true},
		"changed later, the same day":      {run(2026_09_01, ""), 2026_09_01, false},
		"changed later, another day":       {run(2026_09_01, ""), 2026_09_02, true},
		"changed later, with its reason":   {run(2025_11_30, "sent in by post"), 2025_11_30, true},
		"changed to a day that is not old": {run(2025_11_30, "sent in by post"), 2026_11_28, false},
	} {
		a := run(c.day, "")
		if warnings := a.Late(c.before, entered); len(warnings) > 0 != c.want || c.want && warnings[0].Field != "performed_on" {
			t.Errorf("%s: %v", name, warnings)
		}
	}
}

// An amount is told on the scale of its form: of a tablet also in percent of its powder, and of
// a liquid in percent. A ratio has no unit.
func TestAUnitThatTheFormCannotHaveIsAskedAbout(t *testing.T) {
	d := newDictionary(t)
	all := []lab.Scale{lab.MassFraction, lab.PerUnit, lab.Concentration, lab.Ratio}
	for form, fits := range map[lab.Form][]lab.Scale{
		lab.Tablet: {lab.PerUnit, lab.MassFraction, lab.Ratio}, lab.Capsule: {lab.PerUnit, lab.MassFraction, lab.Ratio}, lab.Blotter: {lab.PerUnit, lab.Ratio},
		lab.Powder: {lab.MassFraction, lab.Ratio}, lab.Crystal: {lab.MassFraction, lab.Ratio}, lab.Paste: {lab.MassFraction, lab.Ratio},
		lab.Liquid: {lab.Concentration, lab.MassFraction, lab.Ratio},
		lab.Rock:   all, lab.Gel: all, lab.Plant: all, lab.Edible: all, lab.Residue: all, lab.OtherForm: all,
	} {
		if !slices.Contains(fits, form.Scale()) {
			t.Errorf("a %s is usually told in %s", form, form.Scale())
		}
		for _, scale := range all {
			found := []lab.Finding{finding(caffeine, lab.Trace), {SubstanceID: mdma, Detection: lab.Quantified, Amount: lab.Amount{Value: 1000, Scale: scale}, Basis: lab.BasisBase}}
			want := ""
			if !slices.Contains(fits, scale) {
				want = "findings.1.unit: An amount in " + found[1].Amount.Unit() + " is unusual for this form: look at the number and its unit."
			}
			s := newSample(func(s *lab.Sample) { s.Form = form })
			if got := lab.FieldErrors(lab.Plausibility(d, s, found, unusual)).Error(); got != want {
				t.Errorf("%s in %s: %q, want %q", form, scale, got, want)
			}
		}
	}
}

func TestAnUncertaintyLargerThanTheAmountIsAskedAbout(t *testing.T) {
	d := newDictionary(t)
	for uncertainty, want := range map[int64]string{
		0: "", 50_000: "", 800_000: "",
		800_001: "findings.0.uncertainty: The uncertainty is larger than the amount itself: look at both numbers.",
	} {
		f := percent(ketamine, 800_000, lab.BasisBase)
		f.Uncertainty = uncertainty
		if got := lab.FieldErrors(lab.Plausibility(d, newSample(), []lab.Finding{f}, unusual)).Error(); got != want {
			t.Errorf("80 %% ± %d ppm: %q, want %q", uncertainty, got, want)
		}
	}
}
