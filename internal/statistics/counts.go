package statistics

import "slices"

// tally counts by key. The counters keep their place, so that Add can hold on to
// them.
type tally[K comparable] map[K]*int

// at returns the counter of a key.
func (t tally[K]) at(key K) *int {
	n, ok := t[key]
	if !ok {
		n = new(int)
		t[key] = n
	}
	return n
}

// merge adds what another tally counted.
func (t tally[K]) merge(o tally[K]) {
	for key, n := range o {
		*t.at(key) += *n
	}
}

// total is the sum of all counters.
func (t tally[K]) total() int {
	sum := 0
	for _, n := range t {
		sum += *n
	}
	return sum
}

// count returns the counter of a key, without making one.
func (t tally[K]) count(key K) int {
	if n, ok := t[key]; ok {
		return *n
	}
	return 0
}

// plain returns the tally as numbers, with all keys that it must have.
func plain[K comparable](t tally[K], always []K) map[K]int {
	m := make(map[K]int, len(t)+len(always))
	for _, key := range always {
		m[key] = 0
	}
	for key, n := range t {
		m[key] = *n
	}
	return m
}

// run is one amount and how often it occurs.
type run struct {
	value int64
	n     int
}

// counts is a set of exact amounts, none negative. Amounts repeat, as people and
// instruments round them, so they are kept as runs. The runs are never changed
// once made, and so may be shared between sets.
type counts struct {
	parts [][]run // each in rising order
	fresh []int64 // added since, in any order
}

// add adds an amount.
func (c *counts) add(value int64) { c.fresh = append(c.fresh, value) }

// merge adds what another set holds.
func (c *counts) merge(o *counts) {
	c.parts = append(c.parts, o.parts...)
	if len(o.fresh) > 0 {
		c.parts = append(c.parts, runsOf(slices.Clone(o.fresh)))
	}
}

// settle puts the set in order, once, for all who read it later.
func (c *counts) settle() {
	if len(c.fresh) > 0 {
		c.parts, c.fresh = append(c.parts, runsOf(c.fresh)), nil
	}
	if len(c.parts) > 1 {
		c.parts = [][]run{c.runs()}
	}
}

// runs returns the set in rising order, each amount once.
func (c *counts) runs() []run {
	parts := c.parts
	if len(c.fresh) > 0 {
		parts = append(slices.Clone(parts), runsOf(slices.Clone(c.fresh)))
	}
	for len(parts) > 1 {
		var merged [][]run
		for pair := range slices.Chunk(parts, 2) {
			merged = append(merged, mergeRuns(pair))
		}
		parts = merged
	}
	if len(parts) == 0 {
		return nil
	}
	return parts[0]
}

// runsOf puts amounts in order, where they stand.
func runsOf(values []int64) []run {
	slices.Sort(values)
	distinct := 1
	for i := range values[1:] {
		if values[i] != values[i+1] {
			distinct++
		}
	}
	runs := make([]run, 0, distinct)
	for i, v := range values {
		if i > 0 && v == values[i-1] {
			runs[len(runs)-1].n++
			continue
		}
		runs = append(runs, run{v, 1})
	}
	return runs
}

// mergeRuns makes one of one or two parts.
func mergeRuns(pair [][]run) []run {
	if len(pair) == 1 {
		return pair[0]
	}
	a, b := pair[0], pair[1]
	merged := make([]run, 0, len(a)+len(b))
	for len(a) > 0 && len(b) > 0 {
		switch {
		case a[0].value < b[0].value:
			merged, a = append(merged, a[0]), a[1:]
		case a[0].value > b[0].value:
			merged, b = append(merged, b[0]), b[1:]
		default:
			merged = append(merged, run{a[0].value, a[0].n + b[0].n})
			a, b = a[1:], b[1:]
		}
	}
	return append(append(merged, a...), b...)
}

// both returns two sets as one, without changing either.
func both(a, b *counts) *counts {
	sum := &counts{}
	sum.merge(a)
	sum.merge(b)
	return sum
}
