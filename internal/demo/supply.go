package demo

import (
	"cmp"
	"math"
	"math/rand/v2"
	"slices"

	"marquis/internal/lab"
)

// fate is what becomes of a sample.
type fate uint8

const (
	inLaboratory fate = iota
	inBoth            // seen by FTIR first
	atCounter         // by FTIR alone
	recognised        // on the list of tablets
	presumed          // by a reagent or a strip alone
	unsettled         // nobody could tell what it is
	notAnalysed
	rejected
)

// item is a sample before it has a service and a day.
type item struct {
	*parcel
	form     lab.Form
	fate     fate
	reason   string // why it was not analysed or rejected
	channel  lab.Channel
	excluded string
	found    []lab.Finding // by the method that decides
	batch    *batch
	paid     lab.Price
	via      string
	service  int16
	day      int16 // of the year, counted from 0
	order    uint32
}

// supply makes the samples of a year.
type supply struct {
	*rand.Rand
	*calendar
	country *country
	year    int
	items   []item
	room    []lab.Finding // for findings to come
}

func (s *supply) chance(percent float64) bool { return s.Float64()*100 < percent }

func oneOf[T any](r *rand.Rand, list ...T) T { return list[r.IntN(len(list))] }

// findings is room for n findings that nothing else uses.
func (s *supply) findings(n int) []lab.Finding {
	const slab = 4096
	if len(s.room) < n {
		s.room = make([]lab.Finding, slab)
	}
	list := s.room[:n:n]
	s.room = s.room[n:]
	return list
}

// produce makes n samples of a parcel, whose counts and means are as the year asks
// for.
func (s *supply) produce(p *parcel, n int) []item {
	first := len(s.items)
	s.items = s.items[:first+n]
	items := s.items[first:]
	for i := range items {
		items[i] = item{parcel: p, form: oneOf(s.Rand, p.forms...), channel: lab.FrontOfHouse}
	}
	holding, identified := s.decide(p, items)
	s.fill(p, items[:holding])
	for i := holding; i < identified; i++ {
		s.substitute(&items[i])
	}
	for i := identified; i < n; i++ {
		s.glance(&items[i])
	}
	s.shapePieces(p, items)
	s.setPrices(p, items)
	return items
}

// lostRates are how many samples in a hundred are not analysed, by the reason.
var lostRates = []struct {
	reason  string
	percent float64
}{{"insufficient", 0.5}, {"unsupported", 0.25}, {"lost", 0.15}}

// decide gives the samples their fates. It returns how many, at the front, hold what
// they should, and how many are identified at all.
func (s *supply) decide(p *parcel, items []item) (holding, identified int) {
	rest := len(items)
	take := func(n int, to fate, reason string) {
		for range min(n, rest) {
			rest--
			items[rest].fate, items[rest].reason = to, reason
		}
	}
	n := len(items)
	capacity := 0.2
	if len(p.heldBack) > 0 {
		capacity = p.heldBack.at(s.year)
	}
	take(quota(n, capacity), notAnalysed, "capacity")
	for _, x := range lostRates {
		take(quota(n, x.percent), notAnalysed, x.reason)
	}
	if len(p.recognised) > 0 {
		take(quota(rest, p.recognised.at(s.year)), recognised, "")
	}
	if len(p.holds) > 0 && (p.holds[0].seen[byReagent] || p.holds[0].seen[byStrip]) {
		rate := 0.6
		if p.looks == medicine { // strips are for them above all
			rate = 6
		}
		take(quota(rest, rate), presumed, "")
	}
	take(quota(rest, 0.8), unsettled, "")
	holding, identified = quota(rest, p.contains.at(s.year)), rest
	if f, ok := publishedOf(containsOf, p.ware.goods.product, "", s.year); ok {
		holding, identified = ratio(f.value, f.decimals, rest)
		take(rest-identified, notAnalysed, "insufficient")
	}
	for i := range items[:identified] {
		items[i].fate = s.route(&items[i])
	}
	return holding, identified
}

// route draws how a sample is identified: by the laboratory, from 2017 on also by
// FTIR at the service, before it or alone.
func (s *supply) route(x *item) fate {
	if s.year < 2017 || x.form.Dosed() || x.form == lab.Plant {
		return inLaboratory
	}
	for _, h := range x.holds {
		if !h.seen[byFTIR] {
			return inLaboratory
		}
	}
	switch drawn := s.IntN(100); {
	case drawn < 8:
		return atCounter
	case drawn < 34:
		return inBoth
	}
	return inLaboratory
}

// mixed is what a sample holds beside what it should.
type mixed struct {
	*compound
	amount float64 // in the shown unit
}

// fill makes the content of samples that hold what they should.
func (s *supply) fill(p *parcel, items []item) {
	within := make([][]mixed, len(items))
	for _, x := range p.cuts {
		rate := x.rate.at(s.year)
		for _, i := range s.Perm(len(items))[:quota(len(items), rate)] {
			drawn := s.Float64()
			if x.low < 20 { // much of it is rare
				drawn *= drawn
			}
			within[i] = append(within[i], mixed{x.compound, x.low + (x.high-x.low)*drawn})
		}
	}
	measured := map[lab.Form][]int{}
	for i := range items {
		switch {
		case items[i].fate == atCounter:
			s.note(&items[i], lab.Identified, within[i])
		case s.chance(0.5):
			s.note(&items[i], lab.BelowLOQ, nil)
		case s.chance(2):
			s.note(&items[i], lab.Identified, within[i])
		default:
			measured[items[i].form] = append(measured[items[i].form], i)
		}
	}
	for _, form := range lab.Forms {
		if list := measured[form]; len(list) > 0 {
			s.measure(p, form, items, list, within)
		}
	}
}

// note writes down what a sample holds where no amounts are known.
func (s *supply) note(x *item, how lab.Detection, within []mixed) {
	list := s.findings(len(x.holds) + len(within))
	for i, h := range x.holds {
		list[i] = lab.Finding{SubstanceID: h.ID, Detection: how}
	}
	n := len(x.holds)
	for _, m := range within {
		if x.fate != atCounter || m.seen[byFTIR] {
			list[n] = lab.Finding{SubstanceID: m.ID, Detection: lab.Identified}
			n++
		}
	}
	x.found = list[:n:n]
}

// measure gives the listed samples, all of one form, their amounts. What is cut most
// holds least of what it should.
func (s *supply) measure(p *parcel, form lab.Form, items []item, list []int, within [][]mixed) {
	s.rank(form, list, within)
	amounts, gauges := make([][]amount, len(p.holds)), make([]gauge, len(p.holds))
	for k, h := range p.holds {
		spread := h.spread(p.ware, form, s.year)
		gauges[k] = gaugeOf(form, spread[len(spread)-1].value)
		amounts[k] = s.contents(&h, gauges[k], spread, len(list))
		if k > 0 {
			s.Shuffle(len(list), func(i, j int) { amounts[k][i], amounts[k][j] = amounts[k][j], amounts[k][i] })
		}
	}
	for at, i := range list {
		x := &items[i]
		x.found = s.findings(len(p.holds) + len(within[i]))
		room := 1.0
		for k, h := range p.holds {
			a := amounts[k][at]
			room -= float64(a.base) / h.top / 1_000_000
			x.found[k] = lab.Finding{
				SubstanceID: h.ID, Detection: lab.Quantified, Basis: a.basis, Uncertainty: s.uncertainty(a.value, gauges[k]),
				Amount: lab.Amount{Value: a.value, Scale: gauges[k].scale, Decimals: gauges[k].decimals},
			}
		}
		s.addCuts(x, within[i], room)
	}
	if p.looks != plain {
		s.makeBatches(p, items, list, amounts[0])
	}
}

// rank puts those that are cut most first, and mixes the others.
func (s *supply) rank(form lab.Form, list []int, within [][]mixed) {
	type ranked struct {
		key  float64
		item int
	}
	ranks := make([]ranked, len(list))
	for at, i := range list {
		key := s.Float64() * 6 // some of it is chance
		if !form.Dosed() {
			for _, m := range within[i] {
				key += m.amount / m.top
			}
		}
		ranks[at] = ranked{key, i}
	}
	slices.SortFunc(ranks, func(a, b ranked) int { return cmp.Or(cmp.Compare(b.key, a.key), cmp.Compare(a.item, b.item)) })
	for at, r := range ranks {
		list[at] = r.item
	}
}

// contents makes n amounts of what is expected, from the least to the most. Of one in
// a hundred nobody knows the basis; those are in no mean.
func (s *supply) contents(h *holding, g gauge, spread shape, n int) []amount {
	unsure := quota(n, 1)
	list := h.amounts(s.Rand, g, spread, h.meanOf(s.year), n-unsure)
	if unsure == 0 {
		return list
	}
	for _, a := range h.amounts(s.Rand, g, spread, h.meanOf(s.year), unsure) {
		a.value, a.basis = a.base, lab.BasisUnknown
		list = append(list, a)
	}
	slices.SortStableFunc(list, func(a, b amount) int { return cmp.Compare(a.base, b.base) })
	return list
}

// addCuts writes down what a measured sample holds beside what it should, as far as
// there is room in it.
func (s *supply) addCuts(x *item, within []mixed, room float64) {
	total := 0.0
	for _, m := range within {
		total += m.amount / m.top / 100
	}
	shrink := 1.0
	if x.found[0].Amount.Scale == lab.MassFraction && total > room {
		shrink = max(0, room) / total
	}
	for i, m := range within {
		x.found[len(x.holds)+i] = s.finding(m.compound, x.form, m.amount*shrink)
	}
}

// finding is what the laboratory says of an amount in the shown unit: a number, or
// less than that where there is little of it.
func (s *supply) finding(c *compound, form lab.Form, shown float64) lab.Finding {
	f := lab.Finding{SubstanceID: c.ID, Detection: lab.Quantified}
	little := !form.Dosed() && form != lab.Liquid && shown < 3
	switch {
	case little && (shown < 0.3 || s.chance(12)):
		f.Detection = lab.Trace
	case little && s.chance(14):
		f.Detection = lab.BelowLOQ
	case shown < 20 && s.chance(4):
		f.Detection = lab.Identified
	default:
		g := gaugeOf(form, shown)
		a := c.record(g, shown*float64(g.per), c.basis(s.Rand))
		f.Amount, f.Basis = lab.Amount{Value: a.value, Scale: g.scale, Decimals: g.decimals}, a.basis
	}
	return f
}

// uncertainty is that of an amount, 5 to 10 % of it, where the laboratory tells it:
// from 2018 on, of some.
func (s *supply) uncertainty(value int64, g gauge) int64 {
	if s.year < 2018 || !s.chance(30) {
		return 0
	}
	half := float64(value) * (0.05 + 0.05*s.Float64())
	return max(1, int64(math.Round(half/float64(g.step)))) * g.step
}

// spread is how the content of a form is spread in a year.
func (h *holding) spread(w *ware, form lab.Form, year int) shape {
	switch {
	case w.goods.product == "ecstasy" && form == lab.Tablet:
		return tabletShape(year)
	case h.shape != nil:
		return h.shape
	}
	return h.compound.shape(form)
}

// meanOf is the mean of the year, 0 where there is none to come out with.
func (h *holding) meanOf(year int) float64 {
	if len(h.mean) == 0 {
		return 0
	}
	return h.mean.at(year)
}

// substitute makes the content of a sample that is not what it should be.
func (s *supply) substitute(x *item) {
	c := oneOf(s.Rand, x.instead...)
	if c == nil {
		return
	}
	if (x.fate == inBoth || x.fate == atCounter) && !c.seen[byFTIR] {
		x.fate = inLaboratory
	}
	list := []*compound{c}
	if other := oneOf(s.Rand, x.instead...); other != nil && other != c && s.chance(15) && x.fate == inLaboratory {
		list = append(list, other)
	}
	x.found = s.findings(len(list))
	for i, c := range list {
		if x.fate == atCounter {
			x.found[i] = lab.Finding{SubstanceID: c.ID, Detection: lab.Identified}
			continue
		}
		spread := c.shape(x.form)
		g := gaugeOf(x.form, spread[len(spread)-1].value)
		shown, _, _ := spread.at(s.Float64(), 1)
		a := c.record(g, shown/float64(len(list))*float64(g.per), c.basis(s.Rand))
		x.found[i] = lab.Finding{
			SubstanceID: c.ID, Detection: lab.Quantified, Basis: a.basis,
			Amount: lab.Amount{Value: a.value, Scale: g.scale, Decimals: g.decimals},
		}
	}
}

// glance makes what is known of samples that nobody identified: what a reagent or a
// strip points to, or something that is in no library.
func (s *supply) glance(x *item) {
	switch {
	case x.fate == presumed:
		x.found = s.findings(1)
		x.found[0] = lab.Finding{SubstanceID: x.holds[0].ID, Detection: lab.Indicated}
	case x.fate == unsettled && s.chance(50):
		x.found = s.findings(1)
		x.found[0] = lab.Finding{SubstanceID: s.country.unknown.ID, Detection: lab.Unidentified}
	}
}

// setAside makes samples of a kind that counts nowhere.
func (s *supply) setAside(items []item) {
	for i := range items {
		x := &items[i]
		switch drawn := s.IntN(100); {
		case drawn < 30:
			x.channel = oneOf(s.Rand, lab.BackOfHouse, lab.BackOfHouse, lab.FoundSample, lab.Amnesty)
		case drawn < 45:
			x.channel = lab.Police
		case drawn < 65:
			x.excluded = oneOf(s.Rand, "duplicate", "duplicate", "contaminated", "test_record", "other")
		default:
			x.fate, x.found = rejected, nil
			x.reason = oneOf(s.Rand, "outside_rules", "outside_rules", "unsafe_packaging", "no_sample", "withdrawn_by_visitor", "other")
		}
	}
}
