package demo

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"slices"

	"marquis/internal/lab"
)

// country deals out the market of the years to the services. It is safe for use by
// one goroutine at a time.
type country struct {
	plan       Plan
	methods    []*lab.Method // by place
	dictionary *lab.Dictionary
	classes    map[string]lab.SubstanceID       // what stands for each class
	covered    [places]map[lab.SubstanceID]bool // what they see
	services   []lab.ServiceID
	places     [][]lab.Location // of each service
	wares      []*ware
	unknown    *compound // what nobody could identify
}

// ware is goods in the words of the dictionary.
type ware struct {
	*goods
	product  *lab.Product
	expected []lab.Expected
	share    trend
	parcels  []*parcel
}

// parcel is a lot in the words of the dictionary, with the published figures in the
// place of the invented ones.
type parcel struct {
	*lot
	ware     *ware
	holds    []holding
	cuts     []mixin
	instead  []*compound // nil for nothing at all
	contains trend
	price    trend
}

type holding struct {
	*compound
	mean  trend
	shape shape // nil for that of the compound
}

type mixin struct {
	*compound
	*cut
}

// newCountry prepares the market for the services. The dictionary has the methods; a
// word that it lacks is an error.
func newCountry(p Plan, d *lab.Dictionary, services []lab.Service, locations []lab.Location) (*country, error) {
	if err := p.Check(); err != nil {
		return nil, err
	}
	if len(services) == 0 {
		return nil, fmt.Errorf("services: %w", lab.ErrNotFound)
	}
	c := &country{plan: p}
	var err error
	if c.methods, err = findMethods(d); err != nil {
		return nil, err
	}
	for _, s := range services {
		c.services = append(c.services, s.ID)
		own := slices.DeleteFunc(slices.Clone(locations), func(l lab.Location) bool { return l.ServiceID != s.ID })
		c.places = append(c.places, own)
	}
	w := &words{dictionary: d, methods: c.methods, compounds: map[string]*compound{}}
	for i := range market {
		c.wares = append(c.wares, w.ware(&market[i]))
	}
	c.unknown = w.compound("unidentified substance")
	c.dictionary, c.classes = d, map[string]lab.SubstanceID{}
	for id, s := range d.Substances {
		if s.WholeClass {
			c.classes[s.Class] = id
		}
	}
	for by := range c.covered {
		c.covered[by] = map[lab.SubstanceID]bool{}
		for _, x := range w.compounds {
			c.covered[by][x.ID] = x.seen[by]
		}
	}
	return c, w.err
}

// words finds the words of the market in the dictionary. It keeps the first error.
type words struct {
	dictionary *lab.Dictionary
	methods    []*lab.Method
	compounds  map[string]*compound
	err        error
}

// compound finds a substance; no name is no compound.
func (w *words) compound(name string) *compound {
	c, ok := w.compounds[name]
	if ok || name == "" {
		return c
	}
	s, _, ok := w.dictionary.FindSubstance(name)
	if !ok {
		w.err = cmp.Or(w.err, fmt.Errorf("substance %q: %w", name, lab.ErrNotFound))
		s = &lab.Substance{Name: name}
	}
	c = newCompound(s)
	for i, m := range w.methods {
		c.seen[i] = m.OpenScope || slices.ContainsFunc(m.Scope, func(row lab.MethodScope) bool { return row.SubstanceID == s.ID }) // by its name
	}
	w.compounds[name] = c
	return c
}

func (w *words) ware(g *goods) *ware {
	product, ok := w.dictionary.FindProduct(g.product)
	if !ok {
		w.err = cmp.Or(w.err, fmt.Errorf("product %q: %w", g.product, lab.ErrNotFound))
		product = &lab.Product{}
	}
	x := &ware{goods: g, product: product, expected: product.Expected(), share: g.share.publish(shareOf, g.product, g.form)}
	for _, k := range trend(nil).publish(samplesOf, g.product, g.form) {
		x.share = x.share.with(knot{k.year, 100 * k.value / registered.at(k.year)})
	}
	for i := range g.lots {
		x.parcels = append(x.parcels, w.parcel(x, &g.lots[i]))
	}
	return x
}

func (w *words) parcel(g *ware, l *lot) *parcel {
	p := &parcel{
		lot: l, ware: g, contains: l.contains.publish(containsOf, g.goods.product, ""),
		price: l.price.publish(priceOf, g.goods.product, ""),
	}
	for _, x := range l.holds {
		mean := x.mean.publish(purityOf, g.goods.product, "")
		if l.forms[0].Dosed() {
			mean = x.mean.publish(doseOf, g.goods.product, l.forms[0])
		}
		p.holds = append(p.holds, holding{w.compound(x.substance), mean, x.shape})
	}
	for i := range l.cuts {
		p.cuts = append(p.cuts, mixin{w.compound(l.cuts[i].substance), &l.cuts[i]})
	}
	for _, name := range l.instead {
		p.instead = append(p.instead, w.compound(name))
	}
	return p
}

// what a stream of random numbers is for, so that each has its own.
const (
	forSupply = iota
	forServices
	forVisits
	forBesides
)

// random is the random numbers of a year for a purpose, the same in each run.
func (c *country) random(year int, purpose uint64) *rand.Rand {
	return rand.New(rand.NewPCG(c.plan.Seed, uint64(year)<<8|purpose))
}

// load is the samples of a service in a year, with their visits.
type load struct {
	service  lab.ServiceID
	year     int
	visits   []lab.Visit
	arrivals []lab.Arrival
}

// year makes the samples of a year: a load a service, in order of the services, its
// arrivals in order of their receipt.
func (c *country) year(year int) []load {
	s := c.supply(year)
	return c.deal(s.items, s.calendar, year)
}

// supply makes the samples of the whole country, in no particular order.
func (c *country) supply(year int) *supply {
	s := &supply{Rand: c.random(year, forSupply), calendar: newCalendar(year), country: c, year: year}
	counted := c.counts(year)
	weights := make([]float64, len(counted))
	for i, n := range counted {
		weights[i] = float64(n)
	}
	others := split(c.plan.others(year), weights)
	s.items = make([]item, 0, c.plan.counted(year)+c.plan.others(year))
	for i, w := range c.wares {
		portions := make([]float64, len(w.parcels))
		for j, p := range w.parcels {
			portions[j] = p.portion
		}
		own, rest := split(counted[i], portions), split(others[i], portions)
		for j, p := range w.parcels {
			s.produce(p, own[j])
			s.setAside(s.produce(p, rest[j]))
		}
	}
	return s
}

// counts is the number of counted samples of each ware: of most by their share, of
// those that fill by their weight in what is left.
func (c *country) counts(year int) []int {
	total := c.plan.counted(year)
	counts, weights := make([]int, len(c.wares)), make([]float64, len(c.wares))
	left := total
	for i, w := range c.wares {
		if w.fills {
			weights[i] = w.share.at(year)
			continue
		}
		counts[i] = quota(total, w.share.at(year))
		left -= counts[i]
	}
	for ; left < 0; left++ { // where so few come in that rounding up makes more of them
		counts[slices.Index(counts, slices.Max(counts))]--
	}
	for i, n := range split(left, weights) {
		counts[i] += n
	}
	return counts
}
