package statistics

import (
	"math"
	"math/big"
	"testing"

	"pgregory.net/rapid"
)

func near(t *testing.T, name string, got, want, within float64) {
	t.Helper()
	if !(math.Abs(got-want) <= within) {
		t.Errorf("%s: got %v, want %v", name, got, want)
	}
}

func setOf(values ...int64) *counts {
	c := &counts{}
	for _, v := range values {
		c.add(v)
	}
	return c
}

func TestWilson(t *testing.T) {
	for _, c := range []struct {
		n, of             int
		low, high, within float64
	}{
		{129, 138, 88.07023020857076, 96.53126853355334, 1e-11}, // by the textbook form, in other arithmetic
		{81, 263, 25.53, 36.62, 5e-3},                           // Newcombe, R. G. (1998), Statistics in Medicine 17, 857–872, table I
		{15, 148, 6.24, 16.05, 5e-3},
		{0, 20, 0, 16.11, 5e-3},
		{1, 29, 0.61, 17.18, 5e-3},
		{20, 20, 83.89, 100, 5e-3},
	} {
		p := newProportion(c.n, c.of)
		near(t, "low", p.CI95[0], c.low, c.within)
		near(t, "high", p.CI95[1], c.high, c.within)
	}
	if p := newProportion(0, 0); p.Percent != nil || p.CI95 != nil {
		t.Errorf("of nothing: %+v", p)
	}
	if got := *newProportion(376, 421).Percent; got != 37600.0/421 {
		t.Errorf("percent: %v", got)
	}
}

func TestStudent(t *testing.T) {
	for freedom, want := range map[int]float64{ // from printed tables
		9: 2.262157162740992, 10: 2.228138852, 20: 2.085963447, 30: 2.042272456, 100: 1.983971519, 1000: 1.962339081, 100_000: 1.959987708,
	} {
		near(t, "quantile", tQuantile(freedom), want, 1e-8)
	}
}

func TestQuantiles(t *testing.T) {
	// Type 7 by hand: h = 9 p; of 1 to 10 the quartiles are 3.25, 5.5 and 7.75.
	s := newSeries(setOf(10, 1, 9, 2, 8, 3, 7, 4, 6, 5), 1)
	for percent, want := range map[int]float64{0: 1, 5: 1.45, 25: 3.25, 50: 5.5, 75: 7.75, 90: 9.1, 95: 9.55, 100: 10} {
		if got := *s.quantile(percent); got != want {
			t.Errorf("%d %%: got %v, want %v", percent, got, want)
		}
	}
	// 79.5 %, 80.1 % and twice 86.7 %: the median lies midway between 80.1 and 86.7.
	if got := *newSeries(setOf(867_000, 795_000, 867_000, 801_000), perPercent).quantile(50); got != 83.4 {
		t.Errorf("median: %v", got)
	}
}

func TestMoments(t *testing.T) {
	// 2, 4, 4, 4, 5, 5, 7, 9: mean 5, sum of squared deviations 32.
	mean, sd := newSeries(setOf(2, 4, 4, 4, 5, 5, 7, 9), 1).moments()
	if mean != 5 || sd != math.Sqrt(32.0/7) {
		t.Errorf("got %v, %v", mean, sd)
	}
	// A spread of one step on a large amount is lost by sums of squares in floats.
	_, sd = newSeries(setOf(1_000_000_000_000_001, 1_000_000_000_000_003), 1).moments()
	if sd != math.Sqrt2 {
		t.Errorf("large amounts: %v", sd)
	}
	if _, sd = newSeries(setOf(795_000, 795_000, 795_000), perPercent).moments(); sd != 0 {
		t.Errorf("equal amounts: %v", sd)
	}
}

// TestNearest compares mean, standard deviation and quantiles with exact
// arithmetic of the definitions, to the last bit.
func TestNearest(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		values := rapid.SliceOfN(rapid.OneOf(rapid.Int64Range(0, 1_000_000), rapid.Int64Range(0, math.MaxInt64)), 2, 60).Draw(t, "values")
		per := rapid.SampledFrom([]int64{perDay, perPercent, perMilligram}).Draw(t, "per")
		s := newSeries(setOf(values...), per)
		n := int64(len(values))
		sum := new(big.Rat)
		for _, v := range values {
			sum.Add(sum, big.NewRat(v, per))
		}
		exactMean := new(big.Rat).Mul(sum, big.NewRat(1, n))
		variance := new(big.Rat)
		for _, v := range values {
			d := new(big.Rat).Sub(big.NewRat(v, per), exactMean)
			variance.Add(variance, d.Mul(d, d))
		}
		variance.Mul(variance, big.NewRat(1, n-1))
		mean, sd := s.moments()
		if want, _ := exactMean.Float64(); mean != want {
			t.Fatalf("mean %v, want %v", mean, want)
		}
		root := new(big.Float).SetPrec(600).SetRat(variance)
		if want, _ := root.Sqrt(root).Float64(); sd != want {
			t.Fatalf("sd %v, want %v", sd, want)
		}
		percent := rapid.IntRange(0, 100).Draw(t, "percent")
		h := big.NewRat((n-1)*int64(percent), 100)
		i := new(big.Int).Quo(h.Num(), h.Denom()).Int64()
		exact := big.NewRat(s.at(int(i)), per)
		if i+1 < n {
			step := new(big.Rat).Sub(big.NewRat(s.at(int(i)+1), per), exact)
			exact.Add(exact, step.Mul(step, h.Sub(h, big.NewRat(i, 1))))
		}
		if want, _ := exact.Float64(); *s.quantile(percent) != want {
			t.Fatalf("quantile %v, want %v", *s.quantile(percent), want)
		}
	})
}

func TestPerPure(t *testing.T) {
	for _, c := range []struct{ price, ppm, want int64 }{
		{23_800_000, 795_000, 29_937_107},
		{10, 1_000_000, 10},
		{3, 2_000_000, 2},
		{0, 5, 0},
		{1, 3_000_000, 0},
		{math.MaxInt64, 1, math.MaxInt64},
		{math.MaxInt64, 999_999, math.MaxInt64},
	} {
		if got := perPure(c.price, c.ppm); got != c.want {
			t.Errorf("%d at %d ppm: got %d, want %d", c.price, c.ppm, got, c.want)
		}
	}
}

func TestTrendOfShares(t *testing.T) {
	// Smokers among patients, the example of R's prop.trend.test:
	// X-squared = 8.2249, df = 1, p-value = 0.004132.
	got := TrendOfShares([]SharePoint{{2004, 70, 82}, {2001, 83, 86}, {2003, 129, 136}, {2002, 90, 93}})
	near(t, "X-squared", *got.Z**got.Z, 8.2249, 5e-5)
	near(t, "p", *got.P, 0.004132, 5e-7)
	near(t, "change", *got.Change, -3.341562641, 1e-8)
	near(t, "low", got.CI95[0], -3.341562641-1.959963985*1.280516759, 1e-7)
	// Malformations by alcohol (Agresti, Categorical Data Analysis, 2nd edition,
	// section 5.3): z² = 6.57, p = 0.010, with scores twice those of the book.
	got = TrendOfShares([]SharePoint{{0, 48, 17114}, {1, 38, 14502}, {3, 5, 793}, {8, 1, 127}, {14, 1, 38}})
	near(t, "z²", *got.Z**got.Z, 6.57, 5e-3)
	near(t, "p", *got.P, 0.0104, 5e-5)

	if got := TrendOfShares([]SharePoint{{2019, 3, 10}, {2020, 0, 0}}); got.Change != nil || got.P != nil || got.Years != 1 {
		t.Errorf("one year with samples: %+v", got)
	}
	if got := TrendOfShares(nil); got.Change != nil {
		t.Errorf("no years: %+v", got)
	}
	if got := TrendOfShares([]SharePoint{{2019, 0, 10}, {2020, 0, 20}}); *got.Change != 0 || got.P != nil {
		t.Errorf("never any: %+v", got)
	}
}

func TestTrendOfAmounts(t *testing.T) {
	// Rainfall in target and control areas (Hollander and Wolfe, Nonparametric
	// Statistical Methods, example 9.1): slope −0.056.
	points := []AmountPoint{{5, 1.03}, {1, 1.26}, {2, 1.27}, {3, 1.12}, {4, 1.16}}
	got := TrendOfAmounts(points)
	near(t, "change", *got.Change, -0.05625, 1e-12)
	near(t, "low", got.CI95[0], -0.15, 1e-12) // the smallest and the largest slope:
	near(t, "high", got.CI95[1], 0.04, 1e-12) // 98.3 %, since the next pair gives 91.7 %
	near(t, "p", *got.P, 2*14.0/120, 1e-12)   // K = −6, at most 2 pairs out of order: 1 + 4 + 9 of 120
	// Of 5 values in rising order, Kendall's p is 2 ÷ 120.
	rising := TrendOfAmounts([]AmountPoint{{1, 1}, {2, 2}, {3, 3}, {4, 4}, {5, 5}})
	near(t, "p", *rising.P, 2.0/120, 1e-12)
	if rising.CI95[0] != 1 || rising.CI95[1] != 1 {
		t.Errorf("interval: %v", rising.CI95)
	}
	if got := TrendOfAmounts(points[:4]); got.CI95 != nil || got.Change == nil {
		t.Errorf("four years: %+v", got)
	}
	if got := TrendOfAmounts(points[:1]); got.Change != nil || got.P != nil {
		t.Errorf("one year: %+v", got)
	}
	// Kendall's distribution for n = 10: P(K ≥ 23) = 0.023 (Hollander and Wolfe, table A.30).
	near(t, "Kendall", inversions(10)[(45-23)/2], 0.023, 5e-4)
}
