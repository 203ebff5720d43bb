package statistics

import "math"

// z95 is the 97.5 % quantile of the normal distribution.
const z95 = 1.959963984540054

// Interval is a low and a high bound.
type Interval [2]float64

// Proportion is a number of samples out of the samples it could have been, with
// its share in percent and Wilson's 95 % interval; both are absent where there
// was nothing to be counted.
type Proportion struct {
	N       int       `json:"n"`
	Of      int       `json:"of"`
	Percent *float64  `json:"percent"`
	CI95    *Interval `json:"ci95"`

	hidden bool // from the public
}

// newProportion counts n out of of.
func newProportion(n, of int) Proportion {
	if of == 0 {
		return Proportion{N: n, Of: of}
	}
	percent := float64(100*n) / float64(of) // both are exact, so this rounds once
	ci := wilson(n, of)
	return Proportion{N: n, Of: of, Percent: &percent, CI95: &ci}
}

// wilson returns the 95 % score interval of a binomial proportion, in percent
// (Wilson, E. B. (1927), Journal of the American Statistical Association 22,
// 209–212). Its bounds are exact at none and all.
func wilson(n, of int) Interval {
	x, m := float64(n), float64(of)
	centre := float64(2*x) + float64(z95*z95)
	spread := z95 * math.Sqrt(float64(z95*z95)+float64(4*x*(m-x))/m)
	whole := 2 * (m + float64(z95*z95))
	ci := Interval{100 * (centre - spread) / whole, 100 * (centre + spread) / whole}
	if n == 0 {
		ci[0] = 0
	}
	if n == of {
		ci[1] = 100
	}
	return ci
}
