package statistics

import (
	"cmp"
	"math"
	"math/bits"
	"strings"

	"marquis/internal/lab"
)

// Fold counts the samples of any set: of one service and year, or of many. Folds
// of different samples merge into the fold of them all. Adding is for one
// goroutine; a fold that nothing is added to any more can be read by many.
type Fold struct {
	dictionary *lab.Dictionary
	cells      map[cellKey]*cell

	// Add resolves each class once; Seal forgets this.
	routes  map[*lab.SampleClass]*route
	counter map[*cell]*counter
	active  []lab.SubstanceID // adulterants of the sample at hand, above a trace

	unreviewed map[lab.SubstanceID]bool // whose names are not told
	room       []lab.FindingRow         // for findings of the sample at hand, see withhold
	nameless   map[*lab.FindingClass]*lab.FindingClass
}

// NewFold returns an empty fold. The dictionary tells which substances belong to
// an expected class.
func NewFold(d *lab.Dictionary) *Fold {
	f := &Fold{dictionary: d, cells: map[cellKey]*cell{}, unreviewed: map[lab.SubstanceID]bool{}}
	for id := range d.Substances {
		if unreviewed(d, id) {
			f.unreviewed[id] = true
		}
	}
	return f
}

// Add counts one sample: nothing of those that are not counted as registered, and
// of the others whatever their release allows. A substance occurs at most once
// among its findings.
func (f *Fold) Add(row lab.FactRow) {
	if !row.Counted {
		return
	}
	r, ok := f.routes[row.SampleClass]
	if !ok {
		r = f.newRoute(row.SampleClass)
	}
	for _, n := range r.counters {
		*n++
	}
	row.Findings = f.withhold(row.Findings)
	for i := range r.places {
		f.active = r.places[i].add(&row, f.active)
	}
}

// Seal puts a fold that is kept in order, so that not every reader has to, and
// frees what only Add needs.
func (f *Fold) Seal() {
	f.routes, f.counter, f.active, f.room, f.nameless = nil, nil, nil, nil, nil
	for _, c := range f.cells {
		c.settle()
	}
}

// Merge returns the sealed fold of all samples of the folds, and leaves those as
// they are.
func Merge(folds ...*Fold) *Fold {
	sum := &Fold{cells: map[cellKey]*cell{}}
	for _, f := range folds {
		sum.dictionary = cmp.Or(sum.dictionary, f.dictionary)
		for key, c := range f.cells {
			sum.cell(key).merge(c)
		}
	}
	sum.Seal()
	return sum
}

// Released counts the released samples.
func (f *Fold) Released() int {
	n := 0
	for key, c := range f.cells {
		if key.token == "" {
			n += c.released
		}
	}
	return n
}

func (f *Fold) cell(key cellKey) *cell {
	c, ok := f.cells[key]
	if !ok {
		c = newCell()
		f.cells[key] = c
	}
	return c
}

// route is where the samples of one class are counted.
type route struct {
	counters []*int
	places   []place
}

// place is where the samples of one class are counted in one cell.
type place struct {
	*counter
	class      *lab.SampleClass
	identified bool
	price      *counts // nil for none
	methods    *methodSet
	scale      lab.Scale // of contents, empty for none
}

func (f *Fold) newRoute(class *lab.SampleClass) *route {
	if f.routes == nil {
		f.routes, f.counter = map[*lab.SampleClass]*route{}, map[*cell]*counter{}
	}
	r := &route{counters: make([]*int, 0, 8)}
	f.addPlace(r, class, "")
	if strings.Contains(class.Expected, " ") {
		for token := range strings.SplitSeq(class.Expected, " ") {
			f.addPlace(r, class, token)
		}
	}
	f.routes[class] = r
	return r
}

func (f *Fold) addPlace(r *route, class *lab.SampleClass, token string) {
	c := f.cell(cellKey{class.ProductID, class.Expected, token})
	r.counters = c.counters(r.counters, class)
	n, ok := f.counter[c]
	if !ok {
		n = &counter{cell: c, dictionary: f.dictionary, token: token, findings: map[*lab.FindingClass]*finding{}}
		f.counter[c] = n
	}
	p := place{counter: n, class: class, identified: identified(class)}
	switch {
	case class.Release != lab.IsReleased:
	case class.PriceFree:
		r.counters = append(r.counters, &c.free)
	case class.PriceCurrency != "":
		p.price = c.price(priceKey{class.PriceCurrency, class.PriceUnit, class.PriceBand})
	}
	if p.identified {
		r.counters = append(r.counters, &c.identified)
		p.methods = c.methodSet(class.Methods)
	}
	if !class.Recognised {
		p.scale = contentScale(class.Form)
	}
	r.places = append(r.places, p)
}

// counter counts findings in one cell.
type counter struct {
	cell       *cell
	dictionary *lab.Dictionary
	token      string
	findings   map[*lab.FindingClass]*finding
}

// finding is where the findings of one class are counted in one cell.
type finding struct {
	*substance
	found      *int // nil if it was not found
	instead    *int // of samples that do not contain what was expected
	adulterant *int // nil if it is none
	above      bool // a trace
	expected   bool // by what the cell is about

	methods *methodSet // of the last sample
	seen    *int       // its counter there
}

// see counts the finding among samples that were analysed by the same methods.
func (to *finding) see(x *lab.FindingRow, by *methodSet) {
	if to.methods != by {
		to.methods, to.seen = by, by.sighted(sighting{x.SubstanceID, x.MethodID, to.adulterant != nil}).at(x.Detection)
	}
	*to.seen++
}

func (c *counter) finding(class *lab.FindingClass) *finding {
	x, ok := c.findings[class]
	if ok {
		return x
	}
	x = &finding{}
	c.findings[class] = x
	if !class.Detection.Found() {
		return x
	}
	x.substance = c.cell.substance(class.SubstanceID)
	x.found = x.substance.found.at(foundKey{class.Role, class.Detection, class.Main})
	x.instead, x.above = x.substitute.at(class.Detection), class.Detection.AboveTrace()
	if class.Role == lab.RoleAdulterant {
		x.adulterant = x.adulterants().at(class.Detection)
	}
	x.expected = class.Role == lab.RoleExpected &&
		(c.token == "" || c.dictionary.Satisfies(class.SubstanceID, lab.ParseExpected(c.token)))
	return x
}

// add counts a sample. It uses active as room for the adulterants and returns it
// for the next.
func (p *place) add(row *lab.FactRow, active []lab.SubstanceID) []lab.SubstanceID {
	c := p.cell
	c.months[row.Month-1]++
	if p.price != nil {
		p.price.add(row.UnitPrice)
	}
	if p.class.Release != lab.IsReleased {
		return active
	}
	addDays(&c.published, row.PublishedDays)
	addDays(&c.confirmed, row.ConfirmedDays)
	contains, lesser := p.contains(row), false
	active = active[:0]
	for i := range row.Findings {
		x := &row.Findings[i]
		to := p.finding(x.FindingClass)
		if to.found == nil {
			continue
		}
		*to.found++
		if to.expected && !p.class.Recognised {
			p.addContent(row, to.substance, x)
		}
		switch {
		case contains:
			p.addContained(to, x)
		case p.identified:
			*to.instead++
		}
		switch {
		case !contains || to.adulterant == nil:
		case to.above:
			active = append(active, x.SubstanceID)
		default:
			lesser = true
		}
	}
	if contains {
		p.addAdulterants(active, lesser)
	}
	return active
}

// addDays counts a number of days, which is kept plus one.
func addDays(c *counts, plusOne lab.Optional) {
	if plusOne > 0 {
		c.add(int64(plusOne) - 1)
	}
}

// contains counts, among identified samples, whether the sample contains what
// the cell is about, and as a main component.
func (p *place) contains(row *lab.FactRow) bool {
	if !p.identified {
		return false
	}
	found, main := p.class.Contains, p.class.ContainsMain
	if p.token != "" {
		found, main = false, false
		for i := range row.Findings {
			to := p.finding(row.Findings[i].FindingClass)
			found = found || to.expected
			main = main || to.expected && row.Findings[i].Main
		}
	}
	if found {
		p.cell.contains++
		p.methods.n++
	}
	if main {
		p.cell.containsMain++
	}
	return found
}

// addContent counts how much of what was expected the sample holds, and the price
// of a pure gram where its price per gram is known too.
func (p *place) addContent(row *lab.FactRow, s *substance, x *lab.FindingRow) {
	if p.scale != "" {
		to := s.content(p.class.Form)
		to.detected++
		switch x.Detection {
		case lab.Quantified:
			to.add(x, p.scale)
		case lab.BelowLOQ:
			to.belowLOQ++
		}
	}
	pure := x.Detection == lab.Quantified && x.Scale == lab.MassFraction && x.BaseKnown && x.Base > 0
	if pure && p.price != nil && p.class.PriceUnit == lab.Gram {
		s.purePrice(p.class.PriceCurrency).add(perPure(row.UnitPrice, x.Base))
	}
}

// perPure divides a price by a mass fraction in parts per million, rounded half
// away from zero. A price that no integer can hold is the largest.
func perPure(price, ppm int64) int64 {
	hi, lo := bits.Mul64(uint64(price), 1_000_000)
	lo, carry := bits.Add64(lo, uint64(ppm)/2, 0)
	if hi += carry; hi >= uint64(ppm) {
		return math.MaxInt64
	}
	quotient, _ := bits.Div64(hi, lo, uint64(ppm))
	return int64(min(quotient, math.MaxInt64))
}

// addContained counts a substance found in a sample that contains what was
// expected.
func (p *place) addContained(to *finding, x *lab.FindingRow) {
	to.see(x, p.methods)
	if to.adulterant == nil {
		return
	}
	*to.adulterant++
	if x.Detection == lab.Quantified {
		to.concentration.add(x, lab.MassFraction)
	}
}

// addAdulterants counts a sample by the adulterants that are in it above a trace, and which of
// these it holds together. Lesser tells that it has others, as traces or indicated.
func (p *place) addAdulterants(active []lab.SubstanceID, lesser bool) {
	switch {
	case len(active) > 0:
	case lesser:
		p.cell.onlyTraces++
	default:
		p.cell.clean++
	}
	for i, a := range active {
		for _, b := range active[i+1:] {
			p.cell.pairs[[2]lab.SubstanceID{min(a, b), max(a, b)}]++
		}
	}
}
