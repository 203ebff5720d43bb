package demo

import (
	"slices"
	"testing"

	"marquis/internal/lab"
)

// TestWhatIsRareStandsInTheDemo: strips that a laboratory explains and strips that none does,
// something unidentified beside a substance, one peak or two, amounts of two methods. Else no
// look at the demo would show how they are told.
func TestWhatIsRareStandsInTheDemo(t *testing.T) {
	d, c := prepared(t, Plan{Seed: 1, From: 2022, To: 2022, Scale: 0.5})
	r := newReader(d)
	seen := map[string]int{}
	for _, x := range c.year(2022) {
		for i := range x.arrivals {
			a := &x.arrivals[i]
			if _, err := r.admit(&x, a); err != nil {
				t.Fatal(err)
			}
			if len(a.Evidence) == 0 {
				continue
			}
			p, err := d.Next(&a.File)
			if err != nil {
				t.Fatal(err)
			}
			strip := slices.ContainsFunc(a.Evidence, func(e lab.Evidence) bool { return d.Methods[e.Analysis.MethodID].Kind == lab.Strip })
			class, named := false, false
			for _, f := range p.Result.Findings {
				class = class || d.Substances[f.SubstanceID].WholeClass
				named = named || f.Detection.Found() && !d.Substances[f.SubstanceID].WholeClass
			}
			for what, is := range map[string]bool{
				"a strip that a laboratory explains":     strip && p.Result.Level == lab.Confirmatory && !class,
				"a strip beside what a laboratory found": strip && p.Result.Level == lab.Confirmatory && class && named,
				"one peak beside a substance":            named && peaks(p) == 1,
				"two peaks beside a substance":           named && peaks(p) == 2,
				"the mean of two amounts":                slices.ContainsFunc(p.Result.Findings, func(f lab.Released) bool { return len(f.MeanOf) == 2 }),
			} {
				if is {
					seen[what]++
				}
			}
		}
	}
	for _, what := range []string{
		"a strip that a laboratory explains", "a strip beside what a laboratory found", "one peak beside a substance", "two peaks beside a substance", "the mean of two amounts",
	} {
		if seen[what] == 0 {
			t.Errorf("%s is nowhere: %v", what, seen)
		}
	}
	t.Log(seen)
}

func peaks(p *lab.Publication) (n int32) {
	for _, f := range p.Result.Findings {
		if f.Detection == lab.Unidentified {
			n += f.HowMany()
		}
	}
	return n
}
