package statistics

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"marquis/internal/lab"
)

// ecstasy is the product whose tablets move every other share, since they are so
// many: shares are told without them too.
const ecstasy = "ecstasy"

// Compute makes the figures of the year that was folded.
func Compute(f *Fold, d *lab.Dictionary, scope Scope) *Year {
	c := newComputation(f, d, scope)
	t := c.total
	y := &Year{
		Year: scope.Year, Scope: scope, Registered: t.registered(), Released: t.released, Withdrawn: t.withdrawn,
		Unreleased: plain(t.unreleased, nil), Products: []Entry{}, Recognised: t.recognised,
		Level: plain(t.levels, lab.Levels), Outcomes: plain(t.outcomes, lab.OutcomeClasses),
		OutcomesEUDA: plain(t.outcomesEUDA, lab.OutcomeClassesEUDA), Forms: plain(t.forms, nil), Months: t.months,
		TurnaroundDays: turnaround(t),
	}
	products := map[lab.ProductID][]cellKey{}
	for key := range f.cells {
		if key.token == "" {
			products[key.product] = append(products[key.product], key)
		}
	}
	for id, keys := range products {
		y.Products = append(y.Products, *c.product(id, keys))
	}
	slices.SortFunc(y.Products, func(a, b Entry) int {
		return cmp.Or(cmp.Compare(b.N, a.N), strings.Compare(a.Product, b.Product), cmp.Compare(a.ProductID, b.ProductID))
	})
	return y
}

// ComputeProduct makes the figures of one product, also where no sample was sold
// as it.
func ComputeProduct(f *Fold, d *lab.Dictionary, scope Scope, id lab.ProductID) *Entry {
	c := newComputation(f, d, scope)
	return c.product(id, c.keys(func(key cellKey) bool { return key.product == id && key.token == "" }))
}

// ComputeExpected makes the figures of the samples in which a substance or class
// was among the expected, whatever they were sold as.
func ComputeExpected(f *Fold, d *lab.Dictionary, scope Scope, expected lab.Expected) *Entry {
	c := newComputation(f, d, scope)
	token := expected.String()
	keys := c.keys(func(key cellKey) bool {
		alone := key.token == "" && key.expected == token
		return token != "" && (alone || key.token == token)
	})
	e := c.entry(keys)
	e.Token, e.Expected = expected, c.expectedName(expected)
	return e
}

// computation is what all entries of a year share.
type computation struct {
	fold       *Fold
	dictionary *lab.Dictionary
	scope      Scope
	total      *samples
	ecstasy    lab.ProductID // zero if the dictionary has none
	tablets    int           // registered, sold as ecstasy
	other      int           // likewise, in other forms
}

func newComputation(f *Fold, d *lab.Dictionary, scope Scope) *computation {
	total := newSamples()
	c := &computation{fold: f, dictionary: d, scope: scope, total: &total}
	if p, ok := d.FindProduct(ecstasy); ok {
		c.ecstasy = p.ID
	}
	keys := c.keys(func(key cellKey) bool { return key.token == "" })
	for _, key := range keys {
		total.merge(&f.cells[key].samples)
	}
	c.tablets = c.ecstasyTablets(keys)
	for _, key := range keys {
		if key.product == c.ecstasy {
			c.other += f.cells[key].registered()
		}
	}
	c.other -= c.tablets
	return c
}

func (c *computation) keys(match func(cellKey) bool) []cellKey {
	var keys []cellKey
	for key := range c.fold.cells {
		if match(key) {
			keys = append(keys, key)
		}
	}
	return keys
}

// ecstasyTablets counts the registered tablets sold as ecstasy.
func (c *computation) ecstasyTablets(keys []cellKey) int {
	n := 0
	for _, key := range keys {
		if key.product == c.ecstasy {
			n += c.fold.cells[key].forms.count(lab.Tablet)
		}
	}
	return n
}

// cell returns the cells of the keys as one, without changing any.
func (c *computation) cell(keys []cellKey) *cell {
	if len(keys) == 1 {
		return c.fold.cells[keys[0]]
	}
	sum := newCell()
	for _, key := range keys {
		sum.merge(c.fold.cells[key])
	}
	return sum
}

func (c *computation) product(id lab.ProductID, keys []cellKey) *Entry {
	e := c.entry(keys)
	e.ProductID, e.Product = id, fmt.Sprintf("product %d", id)
	if p, ok := c.dictionary.Products[id]; ok {
		e.Product = ProductName(c.dictionary, p.ID).English
	}
	return e
}

// entry makes the figures of the cells, but for whose they are.
func (c *computation) entry(keys []cellKey) *Entry {
	x := c.cell(keys)
	n, tablets := x.registered(), c.ecstasyTablets(keys)
	return &Entry{
		Year: c.scope.Year, Scope: c.scope, Registered: c.total.registered(), Released: c.total.released, N: n,
		Share:    newProportion(n, c.total.registered()),
		Contains: Contains{Any: newProportion(x.contains, x.identified), Main: newProportion(x.containsMain, x.identified)},
		Outcomes: plain(x.outcomes, lab.OutcomeClasses), OutcomesEUDA: plain(x.outcomesEUDA, lab.OutcomeClassesEUDA),
		Substitutes: c.substitutes(x), Purity: c.purity(x), Dose: c.dose(x), Price: c.price(x),
		Adulterants: c.adulterants(x), TurnaroundDays: turnaround(&x.samples),

		ShareWithoutEcstasyTablets: newProportion(n-tablets, c.total.registered()-c.tablets),
		ReleasedN:                  x.released, Withdrawn: x.withdrawn, Unreleased: plain(x.unreleased, nil), Recognised: x.recognised,
		Level: plain(x.levels, lab.Levels), Forms: plain(x.forms, nil), Months: x.months,
		NoAdulterant: newProportion(x.clean, x.contains), OnlyTraces: newProportion(x.onlyTraces, x.contains),
		AnyAdulterant: newProportion(x.contains-x.clean-x.onlyTraces, x.contains), CoOccurrence: c.pairs(x), Found: c.found(x),
		PriceOtherCurrencies: c.otherCurrencies(x), PriceFree: x.free, PricePerPureGram: c.purePrice(x),

		ecstasyOther: c.other,
	}
}

func (c *computation) name(id lab.SubstanceID) string {
	if name := SubstanceName(c.dictionary, id); name != (Text{}) {
		return name.English
	}
	return fmt.Sprintf("substance %d", id)
}

func (c *computation) expectedName(e lab.Expected) string {
	if e.SubstanceID != 0 {
		return c.name(lab.SubstanceID(e.SubstanceID))
	}
	return cmp.Or(c.dictionary.Classes[e.Class].NameEN, e.Class)
}

// turnaround summarises the days to publication.
func turnaround(s *samples) Turnaround {
	return Turnaround{Delay: delay(&s.published), Confirmed: delay(&s.confirmed)}
}

func delay(c *counts) Delay {
	s := newSeries(c, perDay)
	d := Delay{N: s.n}
	if s.n >= MeanFrom {
		d.Median, d.P90 = s.quantile(50), s.quantile(90)
	}
	return d
}

// byN puts the substance that was found most often first, then goes by name.
func byN(a, b Proportion, nameA, nameB string) int {
	return cmp.Or(cmp.Compare(b.N, a.N), strings.Compare(nameA, nameB))
}

// byFinds puts the substance that was found most often above a trace first, then goes by
// traces, indications and name.
func byFinds(a, b Proportion, lessA, lessB Lesser, nameA, nameB string) int {
	return cmp.Or(
		cmp.Compare(b.N, a.N), cmp.Compare(lessB.Trace, lessA.Trace), cmp.Compare(lessB.Indicated, lessA.Indicated),
		strings.Compare(nameA, nameB),
	)
}

// substitutes lists what samples held that did not contain what was expected, also what was
// only seen as a trace or indicated.
func (c *computation) substitutes(x *cell) []Substitute {
	list := []Substitute{}
	for id, s := range x.substances {
		if s.substitute.total() > 0 {
			list = append(list, Substitute{c.name(id), newProportion(s.substitute.above, x.identified-x.contains), s.substitute.Lesser, id})
		}
	}
	slices.SortFunc(list, func(a, b Substitute) int {
		return byFinds(a.Proportion, b.Proportion, a.Lesser, b.Lesser, a.Substance, b.Substance)
	})
	return list
}

// found lists everything that was found in released samples.
func (c *computation) found(x *cell) []Found {
	list := []Found{}
	for id, s := range x.substances {
		f := Found{Substance: c.name(id), SubstanceID: id, Roles: map[lab.Role]int{}}
		for key, n := range s.found {
			f.Roles[key.role] += *n
			if key.main {
				f.Main += *n
			}
			if key.detection == lab.Trace {
				f.Trace += *n
			}
		}
		f.Proportion = newProportion(s.found.total(), x.released)
		list = append(list, f)
	}
	slices.SortFunc(list, func(a, b Found) int { return byN(a.Proportion, b.Proportion, a.Substance, b.Substance) })
	return list
}
