// Package demo makes a registry to look at: synthetic samples of a country, from
// published national figures. Every person and every sample in it is invented by a
// random generator; nobody handed anything in. The same seed makes the same data.
package demo

import (
	"fmt"
	"math"

	"marquis/internal/lab"
)

// Plan says how much demo data is made.
type Plan struct {
	Seed     uint64
	From, To int     // years of receipt, both within
	Scale    float64 // 1 is a country: about 150 000 samples in all years
}

// FirstYear and LastYear are the years of which there is a market.
const (
	FirstYear = 2013
	LastYear  = 2024
)

// Scales from a handful of samples a year to more than ten million in all.
const (
	leastScale = 0.001
	mostScale  = 100
)

// Check reports all mistakes of a plan.
func (p Plan) Check() error {
	var errs lab.FieldErrors
	errs.Check(p.From >= FirstYear && p.From <= p.To && p.To <= LastYear, "years", "Choose years between %d and %d, the first one first.", FirstYear, LastYear)
	errs.Check(p.Scale >= leastScale && p.Scale <= mostScale, "scale", "The scale must be between %v and %v.", leastScale, mostScale)
	return errs.Err()
}

// String tells the plan in a line: from it the same data can be made again.
func (p Plan) String() string {
	return fmt.Sprintf("seed %d, years %d-%d, scale %v", p.Seed, p.From, p.To, p.Scale)
}

// counted is the number of samples of a year that count as registered, and others
// that of those that do not.
func (p Plan) counted(year int) int { return int(math.Round(registered.at(year) * p.Scale)) }
func (p Plan) others(year int) int  { return int(math.Round(float64(p.counted(year)) * uncounted)) }

// samples is the number of samples of all years.
func (p Plan) samples() int {
	n := 0
	for year := p.From; year <= p.To; year++ {
		n += p.counted(year) + p.others(year)
	}
	return n
}
