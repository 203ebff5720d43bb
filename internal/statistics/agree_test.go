package statistics

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"marquis/internal/lab"
)

func TestAgreesWithDefinitions(t *testing.T) {
	d := testDictionary(t)
	rapid.Check(t, func(t *rapid.T) {
		samples := drawSamples(t, d)
		f := foldOf(d, samples...)
		for id := range d.Products {
			w := &slow{d: d, figures: map[string]float64{}}
			mine := slices.DeleteFunc(slices.Clone(samples), func(s testSample) bool { return s.class.ProductID != id })
			w.entry(samples, mine, func(s testSample, main bool) bool {
				return main && s.class.ContainsMain || !main && s.class.Contains
			}, func(testSample, lab.FindingClass) bool { return true })
			compareFigures(t, d.Products[id].NameEN, fast(ComputeProduct(f, d, testScope, id)), w.figures)
		}
		for _, e := range []lab.Expected{{SubstanceID: 1}, {SubstanceID: 2}, {Class: "benzodiazepine"}} {
			w := &slow{d: d, figures: map[string]float64{}}
			mine := slices.DeleteFunc(slices.Clone(samples), func(s testSample) bool {
				return !slices.Contains(strings.Fields(s.class.Expected), e.String())
			})
			w.entry(samples, mine, func(s testSample, main bool) bool {
				return len(s.finding(func(c lab.FindingClass) bool { return d.Satisfies(c.SubstanceID, e) && (!main || c.Main) })) > 0
			}, func(_ testSample, c lab.FindingClass) bool { return d.Satisfies(c.SubstanceID, e) })
			compareFigures(t, "expected "+e.String(), fast(ComputeExpected(f, d, testScope, e)), w.figures)
		}
	})
}

// fast names the figures of an entry as slow does.
func fast(e *Entry) map[string]float64 {
	w := &slow{figures: map[string]float64{}}
	optional := func(name string, v *float64) {
		if v != nil {
			w.set(name, *v)
		}
	}
	proportion := func(name string, p Proportion) {
		w.set(name+" n", float64(p.N))
		w.set(name+" of", float64(p.Of))
		if p.Percent != nil {
			w.set(name+" percent", *p.Percent)
			w.set(name+" low", p.CI95[0])
			w.set(name+" high", p.CI95[1])
		}
	}
	summary := func(name string, n int, s Summary) {
		w.set(name+" n", float64(n))
		for suffix, v := range map[string]*float64{
			"min": s.Min, "max": s.Max, "mean": s.Mean, "sd": s.SD, "p50": s.Median, "p25": s.P25, "p75": s.P75, "p5": s.P5, "p95": s.P95,
		} {
			optional(name+" "+suffix, v)
		}
	}
	price := func(name string, p Price) {
		summary(name, p.N, Summary{Mean: p.Mean, SD: p.SD, Median: p.Median, P25: p.P25, P75: p.P75, Min: p.Min, Max: p.Max})
	}
	content := func(c Content) {
		key := "content " + c.Substance + " " + c.Form
		summary(key, c.N, c.Summary)
		w.set(key+" detected", float64(c.Detected))
		w.set(key+" below", float64(c.BelowLOQ))
		w.set(key+" unknown", float64(c.UnknownBasis))
		w.set(key+" other", float64(c.OtherUnit))
	}
	w.set("n", float64(e.N))
	w.set("released_n", float64(e.ReleasedN))
	w.set("withdrawn", float64(e.Withdrawn))
	w.set("free", float64(e.PriceFree))
	proportion("share", e.Share)
	proportion("share without", e.ShareWithoutEcstasyTablets)
	proportion("any", e.Contains.Any)
	proportion("main", e.Contains.Main)
	proportion("no adulterant", e.NoAdulterant)
	proportion("only traces", e.OnlyTraces)
	proportion("any adulterant", e.AnyAdulterant)
	lesser := func(name string, l Lesser) {
		w.set(name+" trace", float64(l.Trace))
		w.set(name+" indicated", float64(l.Indicated))
	}
	for k, v := range e.Unreleased {
		w.set("unreleased "+k, float64(v))
	}
	for k, v := range e.Outcomes {
		if v > 0 {
			w.set("outcome "+string(k), float64(v))
		}
	}
	for _, p := range e.Price {
		price("price "+string(p.Unit)+" "+p.Quantity, p)
	}
	for _, p := range e.PricePerPureGram {
		price("pure "+p.Substance, p.Price)
	}
	w.set("published n", float64(e.TurnaroundDays.N))
	w.set("confirmed n", float64(e.TurnaroundDays.Confirmed.N))
	optional("published median", e.TurnaroundDays.Median)
	optional("published p90", e.TurnaroundDays.P90)
	for _, f := range e.Found {
		proportion("found "+f.Substance, f.Proportion)
		w.set("found "+f.Substance+" trace", float64(f.Trace))
		w.set("found "+f.Substance+" main", float64(f.Main))
	}
	for _, s := range e.Substitutes {
		proportion("substitute "+s.Substance, s.Proportion)
		lesser("substitute "+s.Substance, s.Lesser)
	}
	for _, p := range e.Purity {
		content(p)
	}
	for _, p := range e.Dose {
		content(p.Content)
		for _, b := range p.Bands {
			if b.Band == ">150" && p.Form == "tablet" {
				proportion("content MDMA tablet >150", b.Proportion)
			}
		}
	}
	for _, a := range e.Adulterants {
		name := "adulterant " + a.Substance
		proportion(name, a.Proportion)
		lesser(name, a.Lesser)
		summary(name+" concentration", a.Concentration.N, a.Concentration.Summary)
		for _, m := range a.Methods {
			by := fmt.Sprint(name, " by ", m.Method, m.Level)
			proportion(by, m.Proportion)
			lesser(by, m.Lesser)
		}
	}
	for _, p := range e.CoOccurrence {
		proportion("pair "+p.Substances[0]+"+"+p.Substances[1], p.Proportion)
	}
	return w.figures
}

func compareFigures(t *rapid.T, name string, got, want map[string]float64) {
	for k, v := range want {
		g, ok := got[k]
		if tail := strings.HasSuffix(k, " p5") || strings.HasSuffix(k, " p95"); tail && strings.HasPrefix(k, "p") {
			continue // those of prices are not told
		}
		if !ok || math.Abs(g-v) > 1e-9*max(1, math.Abs(v)) {
			t.Fatalf("%s: %s: got %v (there: %v), want %v", name, k, g, ok, v)
		}
	}
	for k, v := range got {
		if _, ok := want[k]; !ok {
			t.Fatalf("%s: %s: got %v, want nothing", name, k, v)
		}
	}
}
