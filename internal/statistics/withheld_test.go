package statistics

import (
	"math/rand/v2"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"marquis/internal/lab"
)

// withheldRules are the rules of what the public is not told that draws have to reach:
// a property that no draw comes near is not tested.
var withheldRules = []string{
	"an amount of few", "outer quantiles of fewer than 40", "the interval of a mean of fewer than 1000", "told: the interval of a mean",
	"powder or crystal beside the two together", "forms beside all that contain it",
	"bands of a dose", "bands above 150 mg", "a price of few", "a quantity beside all", "a price a pure gram of few",
	"a currency of few", "free of few", "the share without tablets",
	"how few adulterated divide", "how an adulterant was detected", "few traces or indications", "by which methods few were traces", "the amounts of an adulterant, whose number is left out",
	"methods of an adulterant", "why few have no amount", "how few finds divide", "finds of which few are left",
}

// withheld counts how often each rule took something away.
type withheld map[string]int

func (w withheld) note(rule string, took bool) {
	if took {
		w[rule]++
	}
}

// all tells whether each rule took something away.
func (w withheld) all() bool {
	return !slices.ContainsFunc(withheldRules, func(rule string) bool { return w[rule] == 0 })
}

// want fails unless each rule took something away.
func (w withheld) want(t *testing.T) {
	t.Helper()
	for _, rule := range withheldRules {
		t.Logf("%5d times: %s", w[rule], rule)
		if w[rule] == 0 {
			t.Errorf("no draw reaches the rule of %s", rule)
		}
	}
	for rule := range w {
		if !slices.Contains(withheldRules, rule) {
			t.Errorf("there is no rule of %s", rule)
		}
	}
}

// look counts what is taken away of a product.
func (w withheld) look(t testing.TB, s *Source, e *Entry) {
	told := s.Told().entry()
	for _, c := range e.Purity {
		w.note("an amount of few", c.isFew())
		w.note("powder or crystal beside the two together", !c.isFew() && slices.Contains(formsLeftOut(e.Purity, c.SubstanceID), c.Form))
	}
	for _, c := range told.Purity {
		w.note("outer quantiles of fewer than 40", c.N < toldTailsFrom)
		w.note("the interval of a mean of fewer than 1000", c.N < toldIntervalFrom && c.MeanCI95 == nil)
		w.note("told: the interval of a mean", c.MeanCI95 != nil)
	}
	w.note("forms beside all that contain it", len(told.Purity)+len(told.Dose) < len(toldPurity(e.Purity))+len(toldDose(e.Dose)))
	for _, x := range told.Dose {
		hidden := func(b Band) bool { return b.hidden }
		w.note("bands of a dose", slices.ContainsFunc(x.Bands, hidden))
		w.note("bands above 150 mg", len(x.Bands) == 5 && !x.Bands[4].hidden && (x.Bands[2].hidden || x.Bands[3].hidden))
	}
	w.lookAtPrices(e, told)
	w.note("the share without tablets", told.ShareWithoutEcstasyTablets.hidden)
	for i, a := range e.Adulterants {
		methods := told.Adulterants[i].Methods
		w.note("methods of an adulterant", !isFew(a.N) && len(methods) < len(a.Methods))
		w.note("by which methods few were traces", !told.Adulterants[i].Lesser.withheld && len(methods) > 0 && methods[0].Lesser.withheld)
	}
	w.lookAtTables(t, s)
}

func (w withheld) lookAtPrices(e, told *Entry) {
	for _, p := range e.Price {
		w.note("a price of few", p.Quantity == allQuantities && isFew(p.N))
		kept := slices.ContainsFunc(told.Price, func(x Price) bool { return x.Unit == p.Unit && x.Quantity == p.Quantity })
		whole := slices.ContainsFunc(told.Price, func(x Price) bool { return x.Unit == p.Unit && x.Quantity == allQuantities })
		w.note("a quantity beside all", whole && !kept && !isFew(p.N))
	}
	w.note("a price a pure gram of few", len(told.PricePerPureGram) < len(e.PricePerPureGram))
	w.note("a currency of few", len(told.PriceOtherCurrencies) < len(e.PriceOtherCurrencies))
	w.note("free of few", told.PriceFree < e.PriceFree)
}

// lookAtTables counts what is taken away of the cells of tables.
func (w withheld) lookAtTables(t testing.TB, s *Source) {
	t.Helper()
	adulterants := published{must(mustFind(t, "adulterants").Public(s))(t)}
	for i := range adulterants.Rows {
		n := adulterants.row(i, "samples").N
		if n == nil {
			continue
		}
		few := isFew(*n)
		cell := func(key string) bool { return adulterants.row(i, key).State == TooFew }
		w.note("how few adulterated divide", few && cell("identified"))
		w.note("few traces or indications", cell("trace"))
		parts := []string{"n", "unknown_basis", "other_unit", "below_loq", "identified"}
		w.note("how an adulterant was detected", !few && slices.ContainsFunc(parts[3:], cell))
		w.note("the amounts of an adulterant, whose number is left out", !few && cell("n"))
	}
	for _, key := range []string{"purity", "dose"} {
		p := published{must(mustFind(t, key).Public(s))(t)}
		for i := range p.Rows {
			w.note("why few have no amount", p.row(i, "detected").State == TooFew)
		}
	}
}

// lookAtFinds counts of which substances it is not told how their finds divide.
func (w withheld) lookAtFinds(y *Year) {
	for id, undivided := range y.toldUndivided() {
		n := 0
		for _, e := range y.Products {
			for _, f := range e.Found {
				if f.SubstanceID == id {
					n += f.N
				}
			}
		}
		w.note("how few finds divide", undivided && isFew(n))
		w.note("finds of which few are left", undivided && !isFew(n))
	}
}

// drawMarket draws samples of few kinds, some of which come often: so that something
// is told, and few are left beside it.
func drawMarket(t *rapid.T, d *lab.Dictionary) (samples []testSample) {
	seed := rapid.Uint64().Draw(t, "seed")
	r := rand.New(rand.NewPCG(seed, 3))
	add := func(kind testSample, n int) { samples = append(samples, slices.Repeat([]testSample{kind}, n)...) }
	for _, kind := range randomSamples(d, seed, rapid.IntRange(1, 150).Draw(t, "kinds")) {
		add(kind, pick(r, 1, 1, 2, 5, 10, 12, 40))
	}
	for range 6 * rapid.IntRange(0, 4).Draw(t, "tablets") { // of all doses
		add(drawKind(d, r, ecstasyProduct, lab.Tablet), pick(r, 3, 10, 12, 20))
	}
	if rapid.IntRange(0, 5).Draw(t, "many") == 0 {
		add(drawKind(d, r, ketamineProduct, lab.Crystal), toldIntervalFrom+r.IntN(100))
	}
	return samples
}

// drawKind draws a released sample of a product in a form that contains what was
// expected of it.
func drawKind(d *lab.Dictionary, r *rand.Rand, product lab.ProductID, form lab.Form) testSample {
	for {
		s := randomSample(d, r)
		if c := s.class; c.ProductID == product && c.Form == form && c.Counted && c.Release == lab.IsReleased && c.Contains {
			return s
		}
	}
}

// TestTheIntervalOfAMeanIsToldFromAThousandOn: of amounts and of prices.
func TestTheIntervalOfAMeanIsToldFromAThousandOn(t *testing.T) {
	d := testDictionary(t)
	for n, want := range map[int]bool{999: false, 1000: true, 1001: true} {
		list := times(n, holds(ketamineID, 800_000), paid(25_000_000))
		for i := range list { // not all the same
			list[i].price += int64(i%7) * 100_000
			for k := range list[i].findings {
				list[i].findings[k].base += int64(i%9) * 1000
			}
		}
		s := sourceOf(t, d, list, n)
		for _, key := range []string{"purity", "price"} {
			p, looked := published{publicTable(t, key, s)}, false
			for i := range p.Rows {
				if c := p.row(i, "n"); c.N == nil || *c.N != n {
					continue
				}
				looked = true
				if has := p.row(i, "mean").CI95 != nil; has != want {
					t.Errorf("%s of %d: an interval is told: %v", key, n, has)
				}
			}
			if !looked {
				t.Errorf("%s has no row of %d samples: %+v", key, n, p.Rows)
			}
		}
	}
}
