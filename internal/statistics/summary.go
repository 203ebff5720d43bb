package statistics

import (
	"math"
	"math/big"
	"math/bits"

	"gonum.org/v1/gonum/mathext"
)

// The numbers of samples from which a statistic is shown: with fewer it would say
// more about single samples than about the product.
const (
	MeanFrom  = 10 // mean, its interval, standard deviation and quantiles
	TailsFrom = 20 // P5 and P95
)

// Steps of the exact scales in one shown unit.
const (
	perPercent   = 10_000    // of a mass fraction, which is in parts per million
	perMilligram = 1_000_000 // of a content per unit, which is in nanograms
	perMicrogram = 1_000     // of that of a blotter
	perCurrency  = 1_000_000 // of a unit price
	perDay       = 1
)

// Summary describes a set of amounts; what too few samples cannot tell is absent.
// Quantiles are those of Hyndman and Fan's type 7 (The American Statistician 50
// (1996), 361–365), as Excel's PERCENTILE.INC; the standard deviation has n − 1;
// the interval of the mean is Student's t.
type Summary struct {
	Mean     *float64  `json:"mean"`      // from 10 samples on
	MeanCI95 *Interval `json:"mean_ci95"` // likewise
	SD       *float64  `json:"sd"`        // likewise
	Median   *float64  `json:"median"`    // likewise
	P5       *float64  `json:"p5"`        // from 20 samples on
	P25      *float64  `json:"p25"`       // from 10 samples on
	P75      *float64  `json:"p75"`       // likewise
	P95      *float64  `json:"p95"`       // from 20 samples on
	Min      *float64  `json:"min"`       // from one sample on
	Max      *float64  `json:"max"`       // likewise
}

// times is the summary in steps of another unit.
func (s Summary) times(factor float64) Summary {
	in := func(v *float64) *float64 {
		if v == nil {
			return nil
		}
		x := Round(*v*factor, 9)
		return &x
	}
	t := Summary{Mean: in(s.Mean), SD: in(s.SD), Median: in(s.Median), P5: in(s.P5), P25: in(s.P25), P75: in(s.P75), P95: in(s.P95), Min: in(s.Min), Max: in(s.Max)}
	if s.MeanCI95 != nil {
		t.MeanCI95 = &Interval{*in(&s.MeanCI95[0]), *in(&s.MeanCI95[1])}
	}
	return t
}

// summarise describes amounts that have per steps in one shown unit. It returns
// their number too.
func summarise(c *counts, per int64) (int, Summary) {
	s := newSeries(c, per)
	var sum Summary
	if s.n > 0 {
		sum.Min, sum.Max = s.quantile(0), s.quantile(100)
	}
	if s.n >= MeanFrom {
		sum.Median, sum.P25, sum.P75 = s.quantile(50), s.quantile(25), s.quantile(75)
		mean, sd := s.moments()
		half := float64(tQuantile(s.n-1)*sd) / math.Sqrt(float64(s.n))
		sum.Mean, sum.SD, sum.MeanCI95 = &mean, &sd, &Interval{mean - half, mean + half}
	}
	if s.n >= TailsFrom {
		sum.P5, sum.P95 = s.quantile(5), s.quantile(95)
	}
	return s.n, sum
}

// tQuantile is the 97.5 % quantile of Student's t distribution, by the inverse of the
// regularized incomplete beta function (NIST DLMF 8.17; Abramowitz and Stegun
// 26.7.1: the two tails beyond t are I(n/2, 1/2) of n/(n+t²)).
func tQuantile(freedom int) float64 {
	n := float64(freedom)
	x := mathext.InvRegIncBeta(n/2, 0.5, 2*(1-0.975))
	return math.Sqrt(n * (1 - x) / x)
}

// series is a sorted set of amounts.
type series struct {
	runs []run
	n    int
	per  int64
}

func newSeries(c *counts, per int64) series {
	s := series{runs: c.runs(), per: per}
	for _, r := range s.runs {
		s.n += r.n
	}
	return s
}

// at returns the amount of rank i, counted from zero.
func (s series) at(i int) int64 {
	for _, r := range s.runs {
		if i < r.n {
			return r.value
		}
		i -= r.n
	}
	return 0
}

// quantile returns the type 7 quantile at a percentage, in the shown unit: with h
// = (n − 1) × percent ÷ 100, the amounts of rank ⌊h⌋ and the next, interpolated.
func (s series) quantile(percent int) *float64 {
	h := (s.n - 1) * percent
	low, rest := s.at(h/100), int64(h%100)
	high := low
	if rest > 0 {
		high = s.at(h/100 + 1)
	}
	var q float64
	if high < 1<<46 { // numerator and denominator are exact, so that the division rounds once
		q = float64(low*(100-rest)+high*rest) / float64(100*s.per)
	} else {
		num := new(big.Int).Mul(big.NewInt(low), big.NewInt(100-rest))
		num.Add(num, new(big.Int).Mul(big.NewInt(high), big.NewInt(rest)))
		q = nearest(num, big.NewInt(100*s.per))
	}
	return &q
}

// moments returns the mean and the standard deviation in the shown unit, from the
// exact sums of the amounts and of their squares.
func (s series) moments() (mean, sd float64) {
	var sum, squares wide
	for _, r := range s.runs {
		value, n := uint64(r.value), uint64(r.n)
		sum.add(0, value, n)
		hi, lo := bits.Mul64(value, value)
		squares.add(hi, lo, n)
	}
	n, total := big.NewInt(int64(s.n)), sum.big()
	mean = nearest(total, new(big.Int).Mul(n, big.NewInt(s.per)))

	// variance = (n Σx² − (Σx)²) ÷ (n (n − 1))
	num := new(big.Int).Mul(n, squares.big())
	num.Sub(num, new(big.Int).Mul(total, total))
	den := big.NewInt(int64(s.n) * int64(s.n-1))
	den.Mul(den, big.NewInt(s.per)).Mul(den, big.NewInt(s.per))
	return mean, root(num, den)
}

// nearest returns the float64 nearest to num ÷ den.
func nearest(num, den *big.Int) float64 {
	f, _ := new(big.Rat).SetFrac(num, den).Float64()
	return f
}

// root returns the square root of num ÷ den.
func root(num, den *big.Int) float64 {
	const precision = 192 // far beyond a float64's, so that only the last step rounds
	q := new(big.Float).SetPrec(precision).SetInt(num)
	q.Quo(q, new(big.Float).SetPrec(precision).SetInt(den))
	f, _ := q.Sqrt(q).Float64()
	return f
}

// wide is a sum of 192 bits, the lowest first: room for the squares of any
// amounts.
type wide [3]uint64

// add adds (hi × 2⁶⁴ + lo) × times.
func (w *wide) add(hi, lo, times uint64) {
	h0, l0 := bits.Mul64(lo, times)
	h1, l1 := bits.Mul64(hi, times)
	mid, carry := bits.Add64(h0, l1, 0)
	top := h1 + carry
	w[0], carry = bits.Add64(w[0], l0, 0)
	w[1], carry = bits.Add64(w[1], mid, carry)
	w[2], _ = bits.Add64(w[2], top, carry)
}

func (w *wide) big() *big.Int {
	n := new(big.Int)
	for i := len(w) - 1; i >= 0; i-- {
		n.Lsh(n, 64).Or(n, new(big.Int).SetUint64(w[i]))
	}
	return n
}
