package statistics

import (
	"slices"

	"marquis/internal/lab"
)

// cellKey names a cell: the samples of a product with one set of expectations.
// Where several were expected there is, beside the cell of them all, one for each
// token, in which only that one has to be found.
type cellKey struct {
	product  lab.ProductID
	expected string // SampleClass.Expected
	token    string // empty for all of them
}

// samples counts what is known of samples apart from their findings.
type samples struct {
	forms        tally[lab.Form] // of registered samples
	months       [12]int         // likewise
	withdrawn    int
	unreleased   tally[string]
	released     int
	recognised   int
	levels       tally[lab.Level]
	outcomes     tally[lab.Outcome]
	outcomesEUDA tally[lab.Outcome]
	published    counts // days from receipt, of released samples
	confirmed    counts
}

func newSamples() samples {
	return samples{
		forms: tally[lab.Form]{}, unreleased: tally[string]{}, levels: tally[lab.Level]{},
		outcomes: tally[lab.Outcome]{}, outcomesEUDA: tally[lab.Outcome]{},
	}
}

func (s *samples) registered() int { return s.forms.total() }

// counters lists all counters that a sample of the class adds one to.
func (s *samples) counters(list []*int, class *lab.SampleClass) []*int {
	list = append(list, s.forms.at(class.Form))
	switch class.Release {
	case lab.IsWithdrawn:
		return append(list, &s.withdrawn)
	case lab.IsReleased:
		list = append(list, &s.released, s.levels.at(class.Level), s.outcomes.at(class.Outcome), s.outcomesEUDA.at(class.OutcomeEUDA))
		if class.Recognised {
			list = append(list, &s.recognised)
		}
		return list
	}
	return append(list, s.unreleased.at(unreleasedReason(class)))
}

// unreleasedReason says why a sample has no result: its state, and for one that
// was not analysed also the reason.
func unreleasedReason(class *lab.SampleClass) string {
	if class.State != lab.NotAnalysed {
		return string(class.State)
	}
	if class.StateReason == "" {
		return "not analysed"
	}
	return "not analysed: " + class.StateReason
}

func (s *samples) merge(o *samples) {
	s.forms.merge(o.forms)
	for i, n := range o.months {
		s.months[i] += n
	}
	s.withdrawn += o.withdrawn
	s.unreleased.merge(o.unreleased)
	s.released += o.released
	s.recognised += o.recognised
	s.levels.merge(o.levels)
	s.outcomes.merge(o.outcomes)
	s.outcomesEUDA.merge(o.outcomesEUDA)
	s.published.merge(&o.published)
	s.confirmed.merge(&o.confirmed)
}

// cell counts the samples of one cellKey, or of several merged.
type cell struct {
	samples
	identified   int // the denominator of contains: see identified
	contains     int
	containsMain int
	clean        int // contain, and no adulterant was found
	onlyTraces   int // contain, and adulterants were found, but none above a trace
	prices       map[priceKey]*counts
	free         int
	substances   map[lab.SubstanceID]*substance
	methods      map[string]*methodSet // by SampleClass.Methods, of identified samples that contain
	pairs        map[[2]lab.SubstanceID]int
}

// priceKey names the prices that may be summarised together.
type priceKey struct {
	currency string
	unit     lab.AmountUnit
	band     lab.PriceBand
}

// methodSet counts samples that contain what was expected and were analysed by
// the same methods, and of them those in which a method found a substance.
type methodSet struct {
	n    int
	seen map[sighting]*finds
}

func newMethodSet() *methodSet { return &methodSet{seen: map[sighting]*finds{}} }

// sighted returns the counters of a sighting.
func (m *methodSet) sighted(key sighting) *finds {
	f, ok := m.seen[key]
	if !ok {
		f = &finds{}
		m.seen[key] = f
	}
	return f
}

func (m *methodSet) merge(o *methodSet) {
	m.n += o.n
	for key, f := range o.seen {
		m.sighted(key).add(*f)
	}
}

// sighting is a substance as found by a method.
type sighting struct {
	substance  lab.SubstanceID
	method     lab.MethodID
	adulterant bool // its role; as an expectation of a mixture it is none
}

// finds counts samples in which a substance was found: above a trace, and beside these as a
// trace or only indicated.
type finds struct {
	above int
	Lesser
}

// at returns the counter of what was found in this way.
func (f *finds) at(detection lab.Detection) *int {
	switch {
	case detection.AboveTrace():
		return &f.above
	case detection == lab.Trace:
		return &f.Trace
	}
	return &f.Indicated
}

func (f *finds) total() int { return f.above + f.Lesser.total() }

func (f *finds) add(o finds) {
	f.above, f.Trace, f.Indicated = f.above+o.above, f.Trace+o.Trace, f.Indicated+o.Indicated
}

// substance counts samples in which one substance was found.
type substance struct {
	found         tally[foundKey] // of released samples
	substitute    finds           // in identified samples that do not contain
	adulterant    tally[lab.Detection]
	concentration amounts               // as an adulterant
	contents      map[lab.Form]*content // nil if it was never expected; so with the next
	purePrices    map[string]*counts    // by currency
}

type foundKey struct {
	role      lab.Role
	detection lab.Detection
	main      bool
}

// content counts samples of one form in which a substance was found as expected.
type content struct {
	detected int
	belowLOQ int
	amounts
}

// amounts counts quantified findings on one scale, as base.
type amounts struct {
	known     counts
	unknown   int // the basis is not known
	otherUnit int // on another scale
}

// add counts a quantified finding.
func (a *amounts) add(x *lab.FindingRow, scale lab.Scale) {
	switch {
	case x.Scale != scale:
		a.otherUnit++
	case !x.BaseKnown:
		a.unknown++
	default:
		a.known.add(x.Base)
	}
}

func (a *amounts) merge(o *amounts) {
	a.known.merge(&o.known)
	a.unknown += o.unknown
	a.otherUnit += o.otherUnit
}

func newCell() *cell {
	return &cell{
		samples: newSamples(), prices: map[priceKey]*counts{}, substances: map[lab.SubstanceID]*substance{},
		methods: map[string]*methodSet{}, pairs: map[[2]lab.SubstanceID]int{},
	}
}

// substance returns the counters of a substance.
func (c *cell) substance(id lab.SubstanceID) *substance {
	s, ok := c.substances[id]
	if !ok {
		s = &substance{found: tally[foundKey]{}}
		c.substances[id] = s
	}
	return s
}

// content returns the counters of a form.
func (s *substance) content(form lab.Form) *content {
	x, ok := s.contents[form]
	if !ok {
		if s.contents == nil {
			s.contents = map[lab.Form]*content{}
		}
		x = &content{}
		s.contents[form] = x
	}
	return x
}

// purePrice returns the prices of a pure gram in a currency.
func (s *substance) purePrice(currency string) *counts {
	c, ok := s.purePrices[currency]
	if !ok {
		if s.purePrices == nil {
			s.purePrices = map[string]*counts{}
		}
		c = &counts{}
		s.purePrices[currency] = c
	}
	return c
}

// adulterants returns the counters of the substance as an adulterant.
func (s *substance) adulterants() tally[lab.Detection] {
	if s.adulterant == nil {
		s.adulterant = tally[lab.Detection]{}
	}
	return s.adulterant
}

// price returns the prices of a key.
func (c *cell) price(key priceKey) *counts {
	paid, ok := c.prices[key]
	if !ok {
		paid = &counts{}
		c.prices[key] = paid
	}
	return paid
}

// methodSet returns the counters of the samples with these methods.
func (c *cell) methodSet(methods string) *methodSet {
	m, ok := c.methods[methods]
	if !ok {
		m = newMethodSet()
		c.methods[methods] = m
	}
	return m
}

func (c *cell) merge(o *cell) {
	c.samples.merge(&o.samples)
	c.identified += o.identified
	c.contains += o.contains
	c.containsMain += o.containsMain
	c.clean += o.clean
	c.onlyTraces += o.onlyTraces
	for key, paid := range o.prices {
		c.price(key).merge(paid)
	}
	c.free += o.free
	for id, s := range o.substances {
		c.substance(id).merge(s)
	}
	for methods, m := range o.methods {
		c.methodSet(methods).merge(m)
	}
	for pair, n := range o.pairs {
		c.pairs[pair] += n
	}
}

func (s *substance) merge(o *substance) {
	s.found.merge(o.found)
	s.substitute.add(o.substitute)
	if len(o.adulterant) > 0 {
		s.adulterants().merge(o.adulterant)
	}
	s.concentration.merge(&o.concentration)
	for form, x := range o.contents {
		into := s.content(form)
		into.detected += x.detected
		into.belowLOQ += x.belowLOQ
		into.amounts.merge(&x.amounts)
	}
	for currency, paid := range o.purePrices {
		s.purePrice(currency).merge(paid)
	}
}

// settle puts all amounts in order.
func (c *cell) settle() {
	c.published.settle()
	c.confirmed.settle()
	for _, paid := range c.prices {
		paid.settle()
	}
	for _, s := range c.substances {
		s.concentration.known.settle()
		for _, x := range s.contents {
			x.known.settle()
		}
		for _, paid := range s.purePrices {
			paid.settle()
		}
	}
}

// identified tells whether samples of the class belong to those of which we ask
// whether they contain what was expected: the result is released, rests on more
// than a presumptive method or a look at the tablet, is not inconclusive, and
// something was expected.
func identified(class *lab.SampleClass) bool {
	return class.Release == lab.IsReleased && class.Level.Rank() >= lab.Preliminary.Rank() && !class.Recognised &&
		class.Outcome != lab.OutcomeInconclusive && class.Outcome != lab.ExpectationUnknown && class.Expected != ""
}

// contentScale returns the scale on which the content of a form is told, empty
// for forms of which it is not.
func contentScale(form lab.Form) lab.Scale {
	switch {
	case form.Dosed():
		return lab.PerUnit
	case slices.Contains(purityForms, form):
		return lab.MassFraction
	}
	return ""
}
