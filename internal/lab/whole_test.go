package lab_test

import (
	"testing"

	"marquis/internal/lab"
)

// The right answers were written by hand: what an amount weighs at least, added up, less the
// uncertainty of all of it, is held against the whole.
func TestAmountsOfOneAnalysisAreHeldAgainstTheWhole(t *testing.T) {
	d := newDictionary(t)
	const whole, weight = "Up to here the amounts add up to more than 100 %.", "Up to here the amounts add up to more than it weighs, 250 mg."
	salts := func(percent string) string {
		return "Up to here the amounts add up to " + percent + " of the sample, where base is counted as the salt that powders are."
	}
	// about is a finding with its uncertainty, both in percent and of one decimal.
	about := func(id lab.SubstanceID, percents float64, half float64, basis lab.Basis) lab.Finding {
		f := percent(id, int64(percents*10_000), basis)
		f.Uncertainty = int64(half * 10_000)
		return f
	}
	for _, c := range []struct {
		name     string
		form     lab.Form
		weight   int64 // micrograms
		findings []lab.Finding
		want     string
	}{
		{"85 % and 40 %", lab.Powder, 0, []lab.Finding{about(cocaine, 85, 0, lab.BasisUnknown), about(caffeine, 40, 0, lab.BasisUnknown)}, "findings.1.amount: " + whole},
		{"85 % and 15 %", lab.Powder, 0, []lab.Finding{about(cocaine, 85, 0, lab.BasisUnknown), about(caffeine, 15, 0, lab.BasisUnknown)}, ""},
		{"three that pass it with the second, said once", lab.Powder, 0, []lab.Finding{
			about(cocaine, 60, 0, "hydrochloride"), about(caffeine, 50, 0, lab.BasisAsFound), about(mannitol, 5, 0, lab.BasisAsFound),
		}, "findings.1.amount: " + whole},

		// Powders are salts: 84 % of MDMA as base is all of a powder, 83.95 ÷ 0.8413 = 99.8 %.
		{"all of it as the salt, told as base", lab.Powder, 0, []lab.Finding{about(mdma, 84, 0, lab.BasisBase)}, ""},
		{"and a tenth besides", lab.Powder, 0, []lab.Finding{about(mdma, 84, 0, lab.BasisBase), about(caffeine, 10, 0, lab.BasisAsFound)}, "findings.1.amount: " + salts("109.8%")},
		{"the same in a crystal, in the other order", lab.Crystal, 0, []lab.Finding{about(caffeine, 10, 0, lab.BasisAsFound), about(mdma, 84, 0, lab.BasisBase)}, "findings.1.amount: " + salts("109.8%")},
		{"half of each as base is more than half of each as salt", lab.Powder, 0, []lab.Finding{about(ketamine, 50, 0, lab.BasisBase), about(caffeine, 50, 0, lab.BasisBase)}, "findings.1.amount: " + salts("107.6%")},
		{"a rock can be base", lab.Rock, 0, []lab.Finding{about(mdma, 84, 0, lab.BasisBase), about(caffeine, 10, 0, lab.BasisAsFound)}, ""},
		{"as the salt it is what it is", lab.Powder, 0, []lab.Finding{about(mdma, 84, 0, "hydrochloride"), about(caffeine, 10, 0, lab.BasisAsFound)}, ""},
		{"of an unknown basis it weighs that at least", lab.Powder, 0, []lab.Finding{about(mdma, 84, 0, lab.BasisUnknown), about(caffeine, 10, 0, lab.BasisAsFound)}, ""},
		{"a substance of which no salt is usual", lab.Powder, 0, []lab.Finding{about(heroin, 84, 0, lab.BasisBase), about(caffeine, 10, 0, lab.BasisAsFound)}, ""},
		// A half of the salt is 42.06 % of base; written with one decimal both come to 100.08 %.
		{"base that was rounded", lab.Powder, 0, []lab.Finding{about(mdma, 42.1, 0, lab.BasisBase), about(caffeine, 50, 0, lab.BasisAsFound)}, ""},

		// Both half widths are 2 %, together √(2² + 2²) = 2.8 %.
		{"100.4 %, within the uncertainty", lab.Powder, 0, []lab.Finding{about(cocaine, 60.2, 2, "hydrochloride"), about(caffeine, 40.2, 2, lab.BasisAsFound)}, ""},
		{"102.8 %, just within", lab.Powder, 0, []lab.Finding{about(cocaine, 62.4, 2, "hydrochloride"), about(caffeine, 40.4, 2, lab.BasisAsFound)}, ""},
		{"103 %, beyond it", lab.Powder, 0, []lab.Finding{about(cocaine, 62.6, 2, "hydrochloride"), about(caffeine, 40.4, 2, lab.BasisAsFound)}, "findings.1.amount: " + whole},
		{"100.4 %, of which nobody states an uncertainty", lab.Powder, 0, []lab.Finding{about(cocaine, 60.2, 0, "hydrochloride"), about(caffeine, 40.2, 0, lab.BasisAsFound)}, "findings.1.amount: " + whole},
		{"one uncertainty covers what the others add", lab.Powder, 0, []lab.Finding{about(cocaine, 95, 10, "hydrochloride"), about(caffeine, 10, 0, lab.BasisAsFound)}, ""},

		{"a tablet in mg, all of it", lab.Tablet, 250_000, []lab.Finding{mg(mdma, 150_000_000), mg(caffeine, 100_000_000)}, ""},
		{"more mg than it weighs", lab.Tablet, 250_000, []lab.Finding{mg(mdma, 150_000_000), mg(caffeine, 101_000_000)}, "findings.1.amount: " + weight},
		{"mg and a part of its powder", lab.Tablet, 250_000, []lab.Finding{mg(mdma, 150_000_000), about(caffeine, 40, 0, lab.BasisAsFound)}, ""},
		{"mg and more of its powder", lab.Tablet, 250_000, []lab.Finding{mg(mdma, 150_000_000), about(caffeine, 41, 0, lab.BasisAsFound)}, "findings.1.amount: " + whole},
		{"more of its powder, and mg", lab.Tablet, 250_000, []lab.Finding{about(caffeine, 41, 0, lab.BasisAsFound), mg(mdma, 150_000_000)}, "findings.1.amount: " + weight},
		{"nobody weighed it", lab.Tablet, 0, []lab.Finding{mg(mdma, 150_000_000), about(caffeine, 90, 0, lab.BasisAsFound)}, ""},
		{"its powder, of a tablet that nobody weighed", lab.Tablet, 0, []lab.Finding{about(mdma, 60, 0, "hydrochloride"), about(caffeine, 41, 0, lab.BasisAsFound)}, "findings.1.amount: " + whole},

		{"of a liquid mg/ml are no part of it", lab.Liquid, 0, []lab.Finding{
			{SubstanceID: mdma, Detection: lab.Quantified, Amount: lab.Amount{Value: 900_000, Scale: lab.Concentration}, Basis: lab.BasisBase}, about(caffeine, 90, 0, lab.BasisAsFound),
		}, ""},
		{"only what was measured has an amount", lab.Powder, 0, []lab.Finding{about(cocaine, 100, 0, "hydrochloride"), finding(caffeine, lab.Identified), finding(mannitol, lab.Trace)}, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := newSample(func(s *lab.Sample) { s.Form, s.WeightUG = c.form, c.weight })
			if got := lab.FieldErrors(lab.Plausibility(d, s, c.findings, unusual)).Error(); got != c.want {
				t.Errorf("%q, want %q", got, c.want)
			}
		})
	}
}
