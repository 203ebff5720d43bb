package lab

import "math"

// whole adds up what the amounts of one analysis make up of the sample: in nanograms of what
// a unit of known weight holds, else in parts per million.
type whole struct {
	sample *Sample
	all    int64   // that there can be
	sum    int64   // of the least that each amount weighs
	doubt  float64 // the sum of the squares of the uncertainties
	salts  bool    // base was counted as a salt
	passed bool    // the sum was more than there can be
}

func wholeOf(s *Sample) whole {
	w := whole{sample: s, all: maxAmount[MassFraction]}
	if s.WeightUG > 0 {
		w.all = 1000 * s.WeightUG
	}
	return w
}

// add adds a finding of the substance, and asks once where the amounts are more than the
// sample with all uncertainties. Those are of measurements that know nothing of one another,
// so their squares add up. Two analyses are never added: they may have measured the same.
func (w *whole) add(warnings *FieldErrors, field string, x *Substance, f *Finding) {
	least, half, salt, ok := w.least(x, f)
	if !ok {
		return
	}
	w.sum += least
	w.doubt += float64(half) * float64(half)
	w.salts = w.salts || salt
	if w.passed || float64(w.sum-w.all) <= math.Sqrt(w.doubt) {
		return
	}
	w.passed = true
	weighed := f.Amount.Scale == PerUnit
	warnings.Check(!weighed, field, "Up to here the amounts add up to more than it weighs, %s mg.", Thousandths(w.sample.WeightUG))
	warnings.Check(weighed || w.salts, field, "Up to here the amounts add up to more than 100 %%.")
	warnings.Check(weighed || !w.salts, field, "Up to here the amounts add up to %s of the sample, where base is counted as the salt that powders are.",
		Amount{Value: mulDiv(w.sum, maxAmount[MassFraction], w.all), Scale: MassFraction, Decimals: 1})
}

// least is what a finding weighs at least, and the half width of its interval. Base in a powder
// or crystal is the usual salt of the substance, which weighs more, by the least amount that is
// rounded to the one that is told: see checkCeiling. An amount of unknown basis weighs what it
// says at least. It tells false of what is no part of the sample.
func (w *whole) least(x *Substance, f *Finding) (weighs, half int64, salt, ok bool) {
	scale := MassFraction
	if w.sample.WeightUG > 0 {
		scale = PerUnit
	}
	told := func(value int64) int64 {
		n, known := Amount{Value: value, Scale: f.Amount.Scale}.inScale(scale, w.sample.WeightUG)
		ok = known
		return n
	}
	weighs, half = told(f.Amount.Value), told(f.Uncertainty)
	ceiling := x.Ceiling()
	if !ok || !w.sample.Form.Dry() || f.Basis != BasisBase || ceiling == maxAmount[MassFraction] {
		return weighs, half, false, ok
	}
	exact := told(max(0, f.Amount.Value-f.Amount.halfStep()))
	asSalt := mulDiv(exact, maxAmount[MassFraction], ceiling)
	return max(weighs, min(asSalt, w.all)), mulDiv(half, maxAmount[MassFraction], ceiling), true, true
}

// halfStep is half a step of the last decimal that was told: what rounding can hide.
func (a Amount) halfStep() int64 {
	step := int64(1)
	for range shownPower[a.Scale] - int(a.Decimals) {
		step *= 10
	}
	return step / 2
}
