package demo

import (
	"cmp"
	"math"
	"math/rand/v2"
	"slices"
	"strconv"
	"time"

	"marquis/internal/lab"
)

// serviceWeights are how many samples in a hundred each service has.
var serviceWeights = []float64{6, 3, 4, 11, 9, 4.5, 12, 20, 5.5, 13, 2, 10}

// season is how busy a month is, and weekdays how busy a day of the week, from Sunday.
var (
	season   = [12]float64{0.85, 0.85, 0.95, 1.05, 1.12, 1.25, 1.3, 1.3, 1.1, 1.05, 0.95, 0.9}
	weekdays = [7]float64{0.15, 0.8, 1, 1.1, 1.6, 1.4, 0.35}
)

// calendar is the days of a year.
type calendar struct {
	dates []lab.Date // and those of January of the next year, until which results are published
	days  int
	busy  []float64 // how much comes in up to and with a day
}

func newCalendar(year int) *calendar {
	const january = 31
	c := &calendar{days: time.Date(year, time.December, 31, 0, 0, 0, 0, time.UTC).YearDay()}
	sum := 0.0
	for i := range c.days + january {
		day := time.Date(year, time.January, 1+i, 0, 0, 0, 0, time.UTC)
		c.dates = append(c.dates, lab.DateOf(day, time.UTC))
		if i < c.days {
			sum += season[day.Month()-1] * weekdays[day.Weekday()] * open(day)
			c.busy = append(c.busy, sum)
		}
	}
	return c
}

// open is how far services are open: hardly in the spring of 2020.
func open(day time.Time) float64 {
	switch {
	case day.Year() != 2020:
		return 1
	case day.Month() == time.April, day.Month() == time.May, day.Month() == time.March && day.Day() > 15:
		return 0.04
	case day.Month() == time.June:
		return 0.6
	}
	return 1
}

// comingIn is how much comes in between two days, both within.
func (c *calendar) comingIn(from, to int16) float64 { return c.busy[to] - c.before(from) }

func (c *calendar) before(day int16) float64 {
	if day == 0 {
		return 0
	}
	return c.busy[day-1]
}

// draw draws a day between two days, both within.
func (c *calendar) draw(r *rand.Rand, from, to int16) int16 {
	at := c.before(from) + r.Float64()*c.comingIn(from, to)
	i, _ := slices.BinarySearch(c.busy[from:to], at)
	return from + int16(i)
}

// deal gives the samples of a year services and days, and makes visits of them.
func (c *country) deal(items []item, days *calendar, year int) []load {
	r := c.random(year, forServices)
	upTo := make([]float64, len(c.services))
	sum := 0.0
	for i := range upTo {
		sum += serviceWeights[i%len(serviceWeights)]
		upTo[i] = sum
	}
	counts := make([]int, len(c.services))
	for i := range items {
		x := &items[i]
		at, _ := slices.BinarySearch(upTo, r.Float64()*sum)
		x.service, x.order = int16(at), r.Uint32()
		counts[at]++
		x.day = days.draw(r, 0, int16(days.days-1))
		if x.batch != nil {
			x.day = days.draw(r, x.batch.from, x.batch.to)
		}
	}
	slices.SortFunc(items, func(a, b item) int {
		return cmp.Or(cmp.Compare(a.service, b.service), cmp.Compare(a.day, b.day), cmp.Compare(a.order, b.order))
	})
	loads := make([]load, len(c.services))
	for i, service := range c.services {
		own := items[:counts[i]]
		items = items[counts[i]:]
		k := &counter{
			supply: supply{Rand: rand.New(rand.NewPCG(c.plan.Seed, uint64(year)<<16|uint64(i)<<8|forVisits)), calendar: days, country: c, year: year},
			beside: rand.New(rand.NewPCG(c.plan.Seed, uint64(year)<<16|uint64(i)<<8|forBesides)),
			places: c.places[i],
		}
		k.receive(own)
		loads[i] = load{service: service, year: year, visits: k.visits, arrivals: k.arrivals}
	}
	return loads
}

// counter is where a service receives its samples.
type counter struct {
	supply
	beside   *rand.Rand // for what stands beside: see besides
	places   []lab.Location
	visits   []lab.Visit
	arrivals []lab.Arrival
}

// receive makes visits of samples in order of their days.
func (k *counter) receive(items []item) {
	k.arrivals = make([]lab.Arrival, 0, len(items))
	k.visits = make([]lab.Visit, 0, len(items))
	for len(items) > 0 {
		n := oneOf(k.Rand, 1, 1, 1, 1, 1, 2, 2, 3)
		for n = min(n, len(items)); items[n-1].day != items[0].day; n-- {
			continue
		}
		place := k.place(items[0].day)
		visit := lab.Visit{
			LocationID: lab.Optional(place.ID), VisitedOn: k.dates[items[0].day], Samples: int32(n), Taken: int32(n),
		}
		if k.chance(4) {
			visit.TurnedAway = int32(1 + k.IntN(2))
			visit.Samples += visit.TurnedAway
		}
		k.visits = append(k.visits, visit)
		for i := range items[:n] {
			k.arrive(&items[i], &place)
		}
		items = items[n:]
	}
}

// place draws where samples of a day come in: at an event, in summer at the weekend,
// else at an office.
func (k *counter) place(day int16) lab.Location {
	at := k.dates[day]
	weekday := at.Time().Weekday()
	weekend := weekday == time.Friday || weekday == time.Saturday || weekday == time.Sunday
	event := weekend && at.Month() >= time.May && at.Month() <= time.September && at.Year() != 2020 && k.chance(35)
	var fitting [16]lab.Location
	n := 0
	for _, l := range k.places {
		if (l.Kind == "event") == event && n < len(fitting) {
			fitting[n] = l
			n++
		}
	}
	switch {
	case n > 0:
		return fitting[k.IntN(n)]
	case len(k.places) > 0:
		return k.places[0]
	}
	return lab.Location{}
}

// arrive adds a sample of the last visit.
func (k *counter) arrive(x *item, place *lab.Location) {
	k.arrivals = append(k.arrivals, lab.Arrival{File: lab.File{Expected: x.ware.expected}, Visit: len(k.visits)})
	a := &k.arrivals[len(k.arrivals)-1]
	ref := reference(k.year, len(k.arrivals))
	a.Sample = lab.Sample{
		LocationID: lab.Optional(place.ID), ReceivedOn: k.dates[x.day], ReceivedBasis: lab.ReceivedRecorded, Channel: x.channel,
		ProductID: x.ware.product.ID, Form: x.form, Price: x.paid, State: lab.Completed, StateReason: x.reason, Excluded: x.excluded,
		SourceRef: ref, SourceDigest: "demo " + ref, Region: place.Region,
	}
	s := &a.Sample
	switch x.fate {
	case notAnalysed:
		s.State = lab.NotAnalysed
	case rejected:
		s.State = lab.Rejected
	default:
		k.examine(x, a)
	}
	k.describe(x, s)
	if s.Channel == lab.FrontOfHouse {
		k.ask(x, s)
	} else { // nobody was there to be asked
		s.Price, s.SoldAsText = lab.Price{}, ""
	}
}

// reference is the number of a sample at its source: 2019-000123.
func reference(year, n int) string {
	text := make([]byte, 0, 16)
	text = append(strconv.AppendInt(text, int64(year), 10), '-')
	for limit := 100_000; n < limit && limit > 1; limit /= 10 {
		text = append(text, '0')
	}
	return string(strconv.AppendInt(text, int64(n), 10))
}

// colours are those of forms that are not pressed; what stands several times is as
// often more common.
var colours = map[lab.Form][]lab.Codes{
	lab.Powder: {{"white"}, {"white"}, {"white"}, {"off_white"}, {"off_white"}, {"beige"}, {"yellow"}}, lab.Crystal: {{"clear"}, {"white"}, {"beige"}, {"brown"}, {"off_white"}},
	lab.Paste: {{"white"}, {"off_white"}, {"yellow"}, {"pink"}}, lab.Rock: {{"off_white"}, {"white"}, {"yellow"}}, lab.Tablet: {{"white"}, {"blue"}, {"pink"}},
	lab.Capsule: {{"clear"}, {"white"}, {"red", "white"}}, lab.Liquid: {{"clear"}}, lab.Blotter: {{"multicoloured"}, {"white"}, {"blue"}, {"multicoloured"}},
	lab.Plant: {{"brown"}}, lab.OtherForm: {{"other"}},
}

// describe notes what a sample looks like, and how much of it there is.
func (k *counter) describe(x *item, s *lab.Sample) {
	switch {
	case x.form.Dosed():
		s.ReceivedAmount, s.ReceivedUnit = 1000, lab.Piece
	case x.form == lab.Liquid:
		s.ReceivedAmount, s.ReceivedUnit = int64(1+k.IntN(10))*1000, lab.Millilitre
	default:
		s.ReceivedAmount, s.ReceivedUnit = int64(3+k.IntN(48))*20, lab.Gram
	}
	b := x.batch
	switch {
	case b == nil && x.colours != nil:
		s.Colours = oneOf(k.Rand, x.colours...)
		return
	case b == nil:
		s.Colours = oneOf(k.Rand, colours[x.form]...)
		return
	}
	s.Logo, s.Colours, s.Shape, s.BreakLine = b.logo, b.colours, b.shape, b.breakLine
	off := func() int32 { return int32(k.IntN(13)-6) * 10 } // presses and callipers differ a little
	s.WidthUM, s.HeightUM, s.ThickUM = b.width+off(), b.height+off(), b.thick+off()
	s.WeightUG = b.weight + b.weight/1000*int64(k.IntN(61)-30)/1000*1000
}

// ask notes what the visitor tells.
func (k *counter) ask(x *item, s *lab.Sample) {
	s.AcquiredVia = x.via
	if list, ok := contexts[x.via]; ok {
		s.AcquiredContext = oneOf(k.Rand, list...)
	} else if k.chance(70) {
		s.AcquiredContext = oneOf(k.Rand, otherContexts...)
	}
	if k.chance(80) && len(x.ware.soldAs) > 0 {
		s.SoldAsText = oneOf(k.Rand, x.ware.soldAs...)
	}
	if k.chance(7) { // bought in another province
		if elsewhere := k.country.places[k.IntN(len(k.country.places))]; len(elsewhere) > 0 {
			s.Region = elsewhere[0].Region
		}
	}
	s.Reasons = oneOf(k.Rand, reasons...)
	s.UsedBefore = oneOf(k.Rand, "no", "no", "no", "no", "yes", "unknown", "")
	if s.UsedBefore == "yes" {
		k.askEffects(s)
	}
	if k.chance(6) {
		s.Decision = oneOf(k.Rand, "take", "take_less", "take_less", "discard", "undecided")
	}
	if s.State == lab.Completed {
		s.Disposal = oneOf(k.Rand, "used_up", "destroyed", "destroyed", "destroyed", "returned")
	}
}

// reasons are why visitors come; what stands several times is as often more common.
var reasons = []lab.Codes{
	{"content"},
	{"content"},
	{"content"},
	{"content", "purity"},
	{"purity"},
	{"own_health"},
	{"own_health", "content"},
	{"adulteration"},
	{"friends"},
	{"curiosity"},
	{"content", "adulteration"},
	{"other"},
	nil,
}

// effects are what visitors noticed who used it before.
var effects = []lab.Codes{
	{"normal"},
	{"normal"},
	{"pleasant"},
	{"stronger"},
	{"weaker"},
	{"weaker"},
	{"unpleasant", "nausea"},
	{"stimulating"},
	{"sedating"},
	{"burning"},
	{"hallucination"},
	{"long_lasting"},
	{"unexpected", "unpleasant"},
	{"skin"},
	nil, nil, nil,
}

func (k *counter) askEffects(s *lab.Sample) {
	s.Effects = oneOf(k.Rand, effects...)
	s.Complaint = oneOf(k.Rand, "no", "no", "no", "")
	for _, e := range s.Effects {
		if e == "unpleasant" || e == "unexpected" || e == "nausea" {
			s.Complaint = "yes"
			s.Reasons = lab.Codes{"unexpected_effect"}
		}
	}
	switch {
	case k.chance(0.6):
		s.Overdose = "involved"
	case k.chance(30):
		s.Overdose = "not_involved"
	}
}

// examine makes the evidence of a sample, and when it was published.
func (k *counter) examine(x *item, a *lab.Arrival) {
	day := int(x.day)
	last := len(k.dates) - 1
	switch x.fate {
	case recognised:
		a.Evidence = []lab.Evidence{k.analysis(byList, x.found, day)}
	case presumed:
		by := byReagent
		if !x.holds[0].seen[byReagent] {
			by = byStrip
		}
		a.Evidence = []lab.Evidence{k.analysis(by, x.found, day)}
	case atCounter:
		day = min(last, day+k.IntN(3))
		a.Evidence = []lab.Evidence{k.analysis(byFTIR, x.found, day)}
	default:
		const usual, tail = 7, 0.5 // days: the median, and how far it spreads
		ready := min(last, day+max(1, int(math.Round(usual*math.Exp(k.NormFloat64()*tail)))))
		a.Sample.ExpectedReadyOn = k.dates[min(last, day+usual)]
		a.Evidence = k.laboratory(x, day, ready)
		day = ready
	}
	a.Sample.SourcePublishedOn = k.dates[day]
}

// laboratory is the evidence of a sample that went to the laboratory: what the FTIR
// saw before, where it did, and one method or two, the one that measures as the last.
func (k *counter) laboratory(x *item, received, ready int) []lab.Evidence {
	done := max(received, ready-k.IntN(3))
	by := byGCMS
	for _, f := range x.found {
		if x.form.Dosed() && k.covers(byLCDAD, f.SubstanceID) {
			by = byLCDAD
		}
	}
	pair := by == byGCMS && x.fate == inLaboratory && len(x.found) > 0 && k.allCovered(byLCDAD, x.found) && k.chance(18)
	evidence := make([]lab.Evidence, 0, 2)
	switch {
	case x.fate == inBoth:
		evidence = append(evidence, k.analysis(byFTIR, k.glimpsed(x), received))
	case pair:
		named := k.findings(len(x.found))
		twice := slices.Contains(oftenMeasuredTwice, x.ware.goods.product) && k.rarely(measuredTwice)
		for i, f := range x.found {
			named[i] = lab.Finding{SubstanceID: f.SubstanceID, Detection: lab.Identified}
			if twice && f.Detection == lab.Quantified && f.Amount.Scale == lab.MassFraction {
				named[i] = k.again(f)
			}
		}
		evidence, by = append(evidence, k.analysis(byGCMS, named, max(received, done-1))), byLCDAD
	}
	if by == byLCDAD && !k.allCovered(byLCDAD, x.found) {
		by = byGCMS
	}
	e := k.analysis(by, x.found, done)
	if x.fate == unsettled {
		e.Analysis.Conclusion = lab.Inconclusive
	}
	return k.besides(x, append(evidence, e), received)
}

// glimpsed is what the FTIR sees of what is in a sample: what makes out much of it.
func (k *counter) glimpsed(x *item) []lab.Finding {
	const much = 50_000 // parts per million
	list := k.findings(len(x.found))
	n := 0
	for i, f := range x.found {
		measured := f.Detection == lab.Quantified && (f.Amount.Value >= much || f.Amount.Scale != lab.MassFraction)
		if (measured || i == 0 && f.Detection.Found()) && k.covers(byFTIR, f.SubstanceID) {
			list[n] = lab.Finding{SubstanceID: f.SubstanceID, Detection: lab.Identified}
			n++
		}
	}
	return list[:n:n]
}

func (k *counter) covers(by place, id lab.SubstanceID) bool { return k.country.covered[by][id] }

func (k *counter) allCovered(by place, found []lab.Finding) bool {
	for _, f := range found {
		if !k.covers(by, f.SubstanceID) {
			return false
		}
	}
	return true
}

// analysis is what a method found on a day.
func (k *counter) analysis(by place, found []lab.Finding, day int) lab.Evidence {
	m := k.country.methods[by]
	e := lab.Evidence{
		Analysis: lab.Analysis{MethodID: m.ID, Level: m.Level, PerformedOn: k.dates[day], Conclusion: lab.NothingSeen}, Findings: found,
	}
	if len(found) > 0 {
		e.Analysis.Conclusion = lab.HasFindings
	}
	return e
}
