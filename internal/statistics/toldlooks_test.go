package statistics

import (
	"math"
	"math/rand/v2"
	"testing"
)

// look is what a reader knows of amounts after a look at them: between what mean,
// standard deviation and ends of the interval lie.
type look struct {
	n             int
	mean, sd      Interval
	low, high     Interval
	hasConfidence bool
}

// lookAt tells the amounts as the public is told them.
func lookAt(values []float64) look {
	n := float64(len(values))
	sum, squares := 0.0, 0.0
	for _, v := range values {
		sum += v
	}
	mean := sum / n
	for _, v := range values {
		squares += (v - mean) * (v - mean)
	}
	sd := math.Sqrt(squares / (n - 1))
	half := tQuantile(len(values)-1) * sd / math.Sqrt(n)
	told := Summary{Mean: &mean, SD: &sd, MeanCI95: &Interval{mean - half, mean + half}}.told(len(values), 1)
	at := lastPlace(mean, len(values), 1)
	around := func(v float64, at int) Interval { step := math.Pow10(-at) / 2; return Interval{v - step, v + step} }
	l := look{n: len(values), mean: around(*told.Mean, at), sd: around(*told.SD, min(at, lastPlace(sd, len(values), at+1)-1))}
	l.sd[0] = max(0, l.sd[0])
	if l.hasConfidence = told.MeanCI95 != nil; l.hasConfidence {
		l.low, l.high = around(told.MeanCI95[0], at), around(told.MeanCI95[1], at)
	}
	return l
}

func (i Interval) holds(v float64) bool { return i[0]-1e-9 <= v && v <= i[1]+1e-9 }

// fits tells whether the amounts may have this mean and standard deviation.
func (l look) fits(mean, sd float64) bool {
	half := 0.0
	if l.hasConfidence {
		half = tQuantile(l.n-1) * sd / math.Sqrt(float64(l.n))
	}
	return l.mean.holds(mean) && l.sd.holds(sd) && (!l.hasConfidence || l.low.holds(mean-half) && l.high.holds(mean+half))
}

// leftOpen is in how wide a range the amount may lie that came between two looks.
func leftOpen(before, after look, most float64) float64 {
	const steps, grid = 24, 100
	n, open := float64(before.n), 0
	for i := range grid {
		x := most * (float64(i) + 0.5) / grid
		possible := false
		for j := 0; j <= steps && !possible; j++ {
			mean := before.mean[0] + (before.mean[1]-before.mean[0])*float64(j)/steps
			for k := 0; k <= steps && !possible; k++ {
				sd := before.sd[0] + (before.sd[1]-before.sd[0])*float64(k)/steps
				later := math.Sqrt(((n-1)*sd*sd + n/(n+1)*(x-mean)*(x-mean)) / n)
				possible = before.fits(mean, sd) && after.fits((n*mean+x)/(n+1), later)
			}
		}
		if possible {
			open++
		}
	}
	return most * float64(open) / grid
}

// TestTwoLooksAtMeanDeviationAndIntervalGiveNoSampleAway: of what came between them
// more than a fifth of the mean stays open, but of a few.
func TestTwoLooksAtMeanDeviationAndIntervalGiveNoSampleAway(t *testing.T) {
	draw := rand.New(rand.NewPCG(1, 2))
	kinds := map[string]func() float64{
		"purity": func() float64 { return min(100, max(1, 72+18*draw.NormFloat64())) },
		"dose":   func() float64 { return max(5, 160+50*draw.NormFloat64()) },
		"price":  func() float64 { return 25 * math.Exp(0.4*draw.NormFloat64()) },
	}
	for _, kind := range []string{"purity", "dose", "price"} {
		const looks = 60
		narrow := 0
		for range looks {
			values := make([]float64, 11+draw.IntN(140))
			total := 0.0
			for i := range values {
				values[i] = kinds[kind]()
				total += values[i]
			}
			mean := total / float64(len(values))
			if leftOpen(lookAt(values[:len(values)-1]), lookAt(values), 4*mean) < 0.2*mean {
				narrow++
			}
		}
		t.Logf("%s: %d of %d", kind, narrow, looks)
		if narrow > looks/20 {
			t.Errorf("%s: %d of %d looks leave less than a fifth of the mean open", kind, narrow, looks)
		}
	}
}

// TestWhyFewHaveNoAmountIsNotTold: nor are forms told beside which few are left.
func TestWhyFewHaveNoAmountIsNotTold(t *testing.T) {
	d := testDictionary(t)
	s := sourceOf(t, d, times(60), 60)
	row := Content{SubstanceID: ketamineID, Form: powderAndCrystal, N: 30, Detected: 33, NotQuantified: 3}
	s.entry().Purity, s.entry().Contains.Any = []Content{row}, newProportion(33, 60)
	p := published{publicTable(t, "purity", s)}
	for _, key := range []string{"detected", "below_loq", "not_quantified", "unknown_basis", "other_unit"} {
		if len(p.Rows) != 1 || p.row(0, key).State != TooFew {
			t.Errorf("%s is told: %+v", key, p.Rows)
		}
	}
	s.entry().Contains.Any = newProportion(38, 60)
	if p := publicTable(t, "purity", s); len(p.Rows) != 0 {
		t.Errorf("5 of another form are left: %+v", p.Rows)
	}
}
