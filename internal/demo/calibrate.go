package demo

import (
	"cmp"
	"math"
	"math/rand/v2"
	"slices"

	"marquis/internal/lab"
)

// quantile is the value below which a part of a distribution lies.
type quantile struct{ part, value float64 }

// shape is a distribution by some of its quantiles, the least and the most among
// them. Between two quantiles it bends, as much as its mean asks for, so that these
// stay what they are.
type shape []quantile

// at is the value at a part, and the quantiles between which it lies. Power bends: at
// 1 values are even between two quantiles, above it the lower ones are the more common.
func (s shape) at(part, power float64) (value, low, high float64) {
	i := 1
	for i < len(s)-1 && part > s[i].part {
		i++
	}
	a, b := s[i-1], s[i]
	within := (part - a.part) / (b.part - a.part)
	return a.value + (b.value-a.value)*math.Pow(within, power), a.value, b.value
}

// part is where the i-th of n values lies, the least and the most at the ends.
func part(i, n int) float64 {
	if n == 1 {
		return 0.5
	}
	return float64(i) / float64(n-1)
}

// power finds how much the shape must bend for n of its values to have the mean.
func (s shape) power(mean float64, n int) float64 {
	const enough = 2000 // values tell the mean of more well enough
	n = min(n, enough)
	low, high := 0.01, 100.0
	for range 50 {
		middle := math.Sqrt(low * high)
		sum := 0.0
		for i := range n {
			value, _, _ := s.at(part(i, n), middle)
			sum += value
		}
		if sum > mean*float64(n) {
			low = middle
		} else {
			high = middle
		}
	}
	return math.Sqrt(low * high)
}

// gauge is how amounts are recorded: on which scale, and how finely.
type gauge struct {
	scale    lab.Scale
	per      int64 // steps of the scale in one shown unit
	decimals int8
	step     int64 // by which recorded amounts differ
}

// gaugeOf is the gauge for a form, fine enough for amounts up to most, in the shown
// unit.
func gaugeOf(form lab.Form, most float64) gauge {
	g := gauge{scale: lab.MassFraction, per: 10_000, decimals: 1}
	switch form.Scale() {
	case lab.PerUnit:
		g = gauge{scale: lab.PerUnit, per: 1_000_000}
	case lab.Concentration:
		g = gauge{scale: lab.Concentration, per: 1000}
	}
	for limit := 40.0; most < limit && g.decimals < 3 && (g.scale != lab.MassFraction || most < 4 && g.decimals < 2); limit /= 10 {
		g.decimals++
	}
	g.step = g.per
	for range g.decimals {
		g.step /= 10
	}
	return g
}

// compound is a substance with what is needed to record amounts of it.
type compound struct {
	*lab.Substance
	salt lab.Basis // in which it is usual, or at least known; empty for none
	top  float64   // largest part that is base
	seen [places]bool
}

func newCompound(s *lab.Substance) *compound {
	c := &compound{Substance: s, top: 1}
	for _, salt := range s.Salts {
		base, ok := s.ToBase(1_000_000, lab.Basis(salt.Salt))
		if ok && (c.salt == "" || salt.Usual) {
			c.salt, c.top = lab.Basis(salt.Salt), float64(base)/1_000_000
		}
	}
	return c
}

// shape is how amounts of the compound are spread where nothing else is said.
func (c *compound) shape(form lab.Form) shape {
	usual, known := doses[c.Name], form.Dosed()
	if form == lab.Liquid {
		usual, known = strengths[c.Name], true
	}
	switch {
	case known && usual[1] == 0:
		usual = [2]float64{5, 50}
	case !known:
		return shape{{0, 25 * c.top}, {0.06, 60 * c.top}, {0.3, 86 * c.top}, {1, 98.5 * c.top}}
	}
	low, high := usual[0], usual[1]
	return shape{{0, low / 2}, {0.1, low}, {0.9, high}, {1, high * 1.3}}
}

// amount is what is recorded of a compound in a sample.
type amount struct {
	value, base int64
	basis       lab.Basis
	low, high   int64 // between which the base may move
}

// basis draws as what an amount is recorded: mostly the base, else a salt.
func (c *compound) basis(r *rand.Rand) lab.Basis {
	switch {
	case c.salt == "":
		return lab.BasisAsFound
	case r.IntN(8) == 0, c.salt == "sulfate" && r.IntN(3) == 0:
		return c.salt
	}
	return lab.BasisBase
}

// record makes the amount whose base is nearest to the wanted one.
func (c *compound) record(g gauge, base float64, basis lab.Basis) amount {
	whole, most := 1.0, int64(1_000_000)
	if basis == c.salt {
		whole = c.top
	} else if c.salt != "" {
		most = int64(c.top * 1_000_000)
	}
	value := int64(math.Round(base/whole/float64(g.step))) * g.step
	if g.scale == lab.MassFraction {
		value = min(value, most/g.step*g.step)
	}
	value = max(value, g.step)
	known, _ := c.ToBase(value, basis)
	return amount{value: value, base: known, basis: basis}
}

// amounts makes n amounts of the shape, in rising order, whose base has the mean, in
// the shown unit; 0 leaves the mean to the shape.
func (c *compound) amounts(r *rand.Rand, g gauge, s shape, mean float64, n int) []amount {
	power := 1.0
	if mean > 0 && n > 0 {
		power = s.power(mean, n)
	}
	list := make([]amount, n)
	sum := int64(0)
	for i := range list {
		value, low, high := s.at(part(i, n), power)
		basis := c.basis(r)
		if i == 0 || i == n-1 && basis == c.salt {
			basis = plainBasis(c)
		}
		list[i] = c.record(g, value*float64(g.per), basis)
		list[i].low, list[i].high = int64(low*float64(g.per)), int64(high*float64(g.per))
		sum += list[i].base
	}
	if mean > 0 {
		c.settle(list, g, int64(math.Round(mean*float64(g.per)*float64(n)))-sum)
	}
	return list
}

// plainBasis is the basis in which the amount is its own base.
func plainBasis(c *compound) lab.Basis {
	if c.salt == "" {
		return lab.BasisAsFound
	}
	return lab.BasisBase
}

// settle moves amounts by single steps until what is missing of the sum of their
// bases is next to nothing. The least and the most stay.
func (c *compound) settle(list []amount, g gauge, missing int64) {
	stepped := func(i int, by int64) amount {
		a := list[i]
		a.value += by * g.step
		a.base, _ = c.ToBase(a.value, a.basis)
		return a
	}
	n := len(list)
	approach(n, missing, int64(n)*g.step/5, func(i int, by int64) int64 {
		a := stepped(i, by)
		if n > 2 && (i == 0 || i == n-1) || a.base < a.low || a.base > a.high {
			return 0
		}
		return a.base - list[i].base
	}, func(i int, by int64) { list[i] = stepped(i, by) })
	slices.SortFunc(list, func(a, b amount) int { return cmp.Compare(a.base, b.base) })
}

// approach takes steps with n values, again and again each one, until what is missing
// of their sum is within bounds or no step brings it nearer. Gain tells what a step
// of a value by 1 or -1 would add, 0 where it may not be taken.
func approach(n int, missing, within int64, gain func(i int, by int64) int64, take func(i int, by int64)) {
	for moved := true; moved; {
		moved = false
		for i := range n {
			if max(missing, -missing) <= within {
				return
			}
			by := int64(1)
			if missing < 0 {
				by = -1
			}
			d := gain(i, by)
			if rest := missing - d; d != 0 && max(rest, -rest) < max(missing, -missing) {
				take(i, by)
				missing, moved = rest, true
			}
		}
	}
}

// quota is a percentage of n, to the nearest whole.
func quota(n int, percent float64) int { return int(math.Round(float64(n) * percent / 100)) }

// ratio finds counts, the second as near below most as it can be, whose ratio is the
// percentage to its decimals; where there are none, the nearest count of most.
func ratio(percent float64, decimals, most int) (n, of int) {
	const leave = 20 // at most every so-many-th is left out for it
	digit := math.Pow10(-decimals)
	for of = most; of > most-most/leave; of-- {
		n = quota(of, percent)
		if math.Abs(100*float64(n)/float64(of)-percent) < 0.45*digit {
			return n, of
		}
	}
	return quota(most, percent), most
}

// split divides n by weights into whole counts, by the largest remainders.
func split(n int, weights []float64) []int {
	total := 0.0
	for _, w := range weights {
		total += w
	}
	counts := make([]int, len(weights))
	if total == 0 {
		return counts
	}
	rest := n
	order := make([]int, len(weights))
	remainder := make([]float64, len(weights))
	for i, w := range weights {
		exact := float64(n) * w / total
		counts[i] = int(exact)
		remainder[i], order[i] = exact-float64(counts[i]), i
		rest -= counts[i]
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(remainder[b], remainder[a]) })
	for _, i := range order[:min(rest, len(order))] {
		counts[i]++
	}
	return counts
}
