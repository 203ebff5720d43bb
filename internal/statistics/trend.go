package statistics

import (
	"cmp"
	"math"
	"slices"
)

// SharePoint is a share in one year.
type SharePoint struct {
	Year  int
	N, Of int
}

// ShareTrend is the linear trend of a share over the years. It is absent for
// fewer than two years with samples, and Z and P where the share never varies.
type ShareTrend struct {
	Years  int       `json:"years"`  // with samples
	Change *float64  `json:"change"` // percentage points a year
	CI95   *Interval `json:"ci95"`
	Z      *float64  `json:"z"`
	P      *float64  `json:"p"` // two-sided
}

// TrendOfShares fits the share by least squares, each year weighing as its
// samples, and tests it as Cochran and Armitage do (Armitage, P. (1955),
// Biometrics 11, 375–386). The interval is Wald's and does not suppose that there
// is no trend; z does. It is as if submissions were a random sample.
func TrendOfShares(points []SharePoint) ShareTrend {
	points = slices.DeleteFunc(slices.Clone(points), func(p SharePoint) bool { return p.Of == 0 })
	slices.SortFunc(points, func(a, b SharePoint) int { return cmp.Compare(a.Year, b.Year) })
	trend := ShareTrend{Years: len(points)}
	var of, n, moment float64
	for _, p := range points {
		of, n, moment = of+float64(p.Of), n+float64(p.N), moment+float64(p.Of*p.Year)
	}
	mean, overall := moment/of, n/of
	var spread, covariance, variance float64
	for _, p := range points {
		x, weight, share := float64(p.Year)-mean, float64(p.Of), float64(p.N)/float64(p.Of)
		spread += float64(weight * x * x)
		covariance += float64(x * (float64(p.N) - float64(weight*overall)))
		variance += float64(weight * x * x * share * (1 - share))
	}
	if len(points) < 2 || spread == 0 {
		return trend
	}
	change, half := 100*covariance/spread, z95*100*math.Sqrt(variance)/spread
	trend.Change, trend.CI95 = &change, &Interval{change - half, change + half}
	if under := overall * (1 - overall) * spread; under > 0 {
		z := covariance / math.Sqrt(under)
		p := math.Erfc(math.Abs(z) / math.Sqrt2)
		trend.Z, trend.P = &z, &p
	}
	return trend
}

// AmountPoint is the median of an amount or a price in one year.
type AmountPoint struct {
	Year   int
	Median float64
}

// AmountTrend is the trend of yearly medians. It is absent for fewer than two
// years, and the interval for fewer than five, which cannot give one of 95 %.
type AmountTrend struct {
	Years  int       `json:"years"`
	Change *float64  `json:"change"` // of the amount a year
	CI95   *Interval `json:"ci95"`
	P      *float64  `json:"p"` // two-sided
}

// TrendOfAmounts returns the slope of Theil and Sen, the median of the slopes
// between all pairs of years, with the interval and test that follow from the
// exact distribution of Kendall's statistic (Sen, P. K. (1968), Journal of the
// American Statistical Association 63, 1379–1389). Each year occurs once.
func TrendOfAmounts(points []AmountPoint) AmountTrend {
	points = slices.Clone(points)
	slices.SortFunc(points, func(a, b AmountPoint) int { return cmp.Compare(a.Year, b.Year) })
	trend := AmountTrend{Years: len(points)}
	var slopes []float64
	balance := 0 // rising pairs minus falling ones
	for i, a := range points {
		for _, b := range points[i+1:] {
			slopes = append(slopes, (b.Median-a.Median)/float64(b.Year-a.Year))
			balance += cmp.Compare(b.Median, a.Median)
		}
	}
	if len(slopes) == 0 {
		return trend
	}
	slices.Sort(slopes)
	change := (slopes[(len(slopes)-1)/2] + slopes[len(slopes)/2]) / 2
	below := inversions(len(points))
	p := min(1, 2*below[(len(slopes)-max(balance, -balance))/2])
	trend.Change, trend.P = &change, &p
	rank := 0 // the slopes of this rank from either end bound the interval
	for rank < len(slopes)/2 && 2*below[rank] <= 0.05 {
		rank++
	}
	if rank > 0 {
		trend.CI95 = &Interval{slopes[rank-1], slopes[len(slopes)-rank]}
	}
	return trend
}

// inversions returns, for k from zero, the probability that n values in random
// order have at most k pairs out of order.
func inversions(n int) []float64 {
	chance := []float64{1}
	for i := 2; i <= n; i++ { // the i-th value has 0 to i − 1 of those before it out of order
		next := make([]float64, len(chance)+i-1)
		for k, p := range chance {
			for more := range i {
				next[k+more] += p / float64(i)
			}
		}
		chance = next
	}
	for k := 1; k < len(chance); k++ {
		chance[k] += chance[k-1]
	}
	return chance
}
