package statistics

import (
	"slices"
	"time"

	"marquis/internal/lab"
)

// What the public is told of figures, in one place. Told takes everything away that
// could lead to one sample; the tables, the charts and the sentences of public pages
// are made of what is left. docs/decisions/0019-public-figures.md has the reasons.

// The numbers of samples from which the public is told something.
const (
	YearFrom      = 50       // released in a year: with fewer only registered and released are told
	toldFrom      = MeanFrom // an amount, a price, a form, a method, a way of buying; and whatever is the rest beside them
	toldTailsFrom = 40       // P5 and P95
)

// lastHours is for how long the last day of a year goes on somewhere on Earth after
// it has ended in UTC.
const lastHours = 12 * time.Hour

// LastClosedYear is the latest year that is over, everywhere on Earth. Nothing that is
// dated to a later one is public.
func LastClosedYear(now time.Time) int { return now.UTC().Add(-lastHours).Year() - 1 }

// YearIsTold tells whether the public is told more of a year than how many samples
// were registered and released: it is over, and enough of them were released.
func YearIsTold(year, released, closedTo int) bool { return year <= closedTo && released >= YearFrom }

// isFew tells whether so many samples are too few to be told of, other than that they
// were counted.
func isFew(n int) bool { return 0 < n && n < toldFrom }

// Told returns what the public is told of the source. A year that is not told, or the
// entry of one, is absent.
func (s *Source) Told() *Source {
	if s.told {
		return s
	}
	told := &Source{Dictionary: s.Dictionary, ClosedTo: s.ClosedTo, told: true}
	if y := s.Year; y != nil && YearIsTold(y.Year, y.Released, s.ClosedTo) {
		told.Year, told.Services = y.told(), withSamples(s.Services)
	}
	for _, e := range s.Entries {
		if e != nil && YearIsTold(e.Year, e.Released, s.ClosedTo) {
			told.Entries = append(told.Entries, e.told())
		}
	}
	return told
}

// withSamples leaves out the services that registered nothing in the year: who is new
// now is not news of a year that is over.
func withSamples(services []ServiceYear) []ServiceYear {
	return slices.DeleteFunc(slices.Clone(services), func(x ServiceYear) bool { return x.Year != nil && x.Year.Registered == 0 })
}

// told names what is told, so that a new figure is not told unless somebody says so.
func (y *Year) told() *Year {
	told := &Year{
		Year: y.Year, Scope: y.Scope, Registered: y.Registered, Released: y.Released, Withdrawn: y.Withdrawn,
		Unreleased: y.Unreleased, Recognised: y.Recognised, Products: make([]Entry, len(y.Products)), undivided: y.toldUndivided(),
	}
	for i := range y.Products {
		told.Products[i] = *y.Products[i].told()
	}
	return told
}

// toldUndivided are the substances of which is only told in how many samples they were
// found: few, or few more than those of which products tell more. A reader takes away first
// the adulterants that are told to divide, then what is told as less of adulterants, and then
// of substitutes.
func (y *Year) toldUndivided() map[lab.SubstanceID]bool {
	found, traces, undivided := map[lab.SubstanceID]int{}, map[lab.SubstanceID]int{}, map[lab.SubstanceID]bool{}
	take := func(id lab.SubstanceID, n int, l Lesser) {
		l = l.told()
		if l.total() == 0 {
			n = 0
		}
		found[id] -= n + l.total()
		traces[id] -= l.Trace
	}
	for _, step := range []func(*Entry){
		func(e *Entry) {
			for _, f := range e.Found {
				found[f.SubstanceID] += f.N
				traces[f.SubstanceID] += f.Trace
			}
		},
		func(e *Entry) {
			for _, a := range e.Adulterants {
				if !isFew(a.N) {
					found[a.SubstanceID] -= a.N
				}
			}
		},
		func(e *Entry) {
			for _, a := range e.Adulterants {
				n := a.N
				if !isFew(n) {
					n = 0 // it is taken already
				}
				take(a.SubstanceID, n, a.Lesser)
			}
		},
		func(e *Entry) {
			for _, x := range e.Substitutes {
				take(x.SubstanceID, x.N, x.Lesser)
			}
		},
	} {
		for i := range y.Products {
			step(&y.Products[i])
		}
		for id, n := range found {
			undivided[id] = undivided[id] || isFew(n) || isFew(traces[id])
		}
	}
	return undivided
}

// told is like that of a year. Counts stay as they are: a sample that was counted is
// nobody yet.
func (e *Entry) told() *Entry {
	purity, dose := withinContains(e.Contains.Any.N, toldPurity(e.Purity), toldDose(e.Dose))
	return &Entry{
		Year: e.Year, Scope: e.Scope, Registered: e.Registered, Released: e.Released, Product: e.Product, Expected: e.Expected,
		N: e.N, Share: e.Share, ShareWithoutEcstasyTablets: e.toldWithoutTablets(), ReleasedN: e.ReleasedN,
		Contains: e.Contains, Outcomes: e.Outcomes, OutcomesEUDA: e.OutcomesEUDA, Substitutes: toldSubstitutes(e.Substitutes),
		NoAdulterant: e.NoAdulterant, OnlyTraces: e.OnlyTraces, AnyAdulterant: e.AnyAdulterant, CoOccurrence: e.CoOccurrence, Found: e.Found,
		Purity: purity, Dose: dose, Adulterants: toldAdulterants(e.Adulterants),
		Price: toldPrice(e.Price), PricePerPureGram: toldPurePrice(e.PricePerPureGram),
		PriceOtherCurrencies: toldCurrencies(e.PriceOtherCurrencies), PriceFree: toldCount(e.PriceFree),
		ProductID: e.ProductID, Token: e.Token,
	}
}

// toldCount is the number, or zero where it is not told.
func toldCount(n int) int {
	if isFew(n) {
		return 0
	}
	return n
}

// toldWithoutTablets hides the share if it would tell how few samples of ecstasy were
// tablets, or were not.
func (e *Entry) toldWithoutTablets() Proportion {
	tablets := e.Registered - e.ShareWithoutEcstasyTablets.Of
	if isFew(tablets) || isFew(e.ecstasyOther) {
		return Proportion{hidden: true}
	}
	return e.ShareWithoutEcstasyTablets
}

// leaveOut tells which parts of a whole that is told are not. A part is a list of
// counts. Left out are those that hold few, and then the smallest others, until what is
// left out together, which is the whole less what is told, holds none or enough. If
// there are none such, all are, and those that hold nothing too.
func leaveOut(parts [][]int) []bool {
	out := make([]bool, len(parts))
	for i, p := range parts {
		out[i] = slices.ContainsFunc(p, isFew)
	}
	for slices.ContainsFunc(restOf(parts, out), isFew) {
		least := -1
		for i, p := range parts {
			if !out[i] && slices.Max(p) > 0 && (least < 0 || p[0] < parts[least][0]) {
				least = i
			}
		}
		if least < 0 { // a zero beside what is left out would tell which it is
			for i := range out {
				out[i] = true
			}
			return out
		}
		out[least] = true
	}
	return out
}

// restOf adds up the counts of the parts that are left out.
func restOf(parts [][]int, out []bool) []int {
	var rest []int
	for i, p := range parts {
		for k, n := range p {
			if len(rest) <= k {
				rest = append(rest, 0)
			}
			if out[i] {
				rest[k] += n
			}
		}
	}
	return rest
}

// staffColumns are not told at all: single samples, and tests that a reader would take
// for proof.
var staffColumns = []string{"min", "max", "p"}

// public turns a table of what is told into what is published of it.
func (t *Table) public() {
	t.dropColumns(staffColumns)
	if t.Key == "adulterants" {
		t.hideSplits()
		t.hideDetections()
	}
	if t.column("detected") >= 0 {
		t.hideUnmeasured()
	}
	for i := range t.Columns {
		c := &t.Columns[i]
		if c.From == TailsFrom {
			c.From = toldTailsFrom
		}
		for _, row := range t.Rows {
			row.Cells[i] = row.Cells[i].public()
			if c.Kind == ShareKind || c.Kind == AmountKind && c.Unit == "" { // other amounts are rounded as told
				row.Cells[i].round(c.Decimals)
			}
		}
	}
	t.Rounded = true
	t.Notes = slices.DeleteFunc(slices.Clone(t.Notes), func(n Text) bool { return slices.Contains(staffNotes, n) })
	if t.leavesOut() {
		t.Notes = append(t.Notes, toldNote)
	}
}

// leavesOut tells whether the table is one of which something may be left out, other
// than of services.
func (t *Table) leavesOut() bool {
	return t.column("trace") >= 0 || t.column("median") >= 0
}

// staffNotes are about what the public is not told.
var staffNotes = []Text{Methods[2], testNote}

var toldNote = Text{
	"Of fewer than 10 samples no amount, price, form, method, trace or indication is told, nor anything from which an amount, price, form or method could be computed; P5 and P95 are told from 40 on. The smallest and the largest are not told. Amounts have as many digits as their number of samples has: two from 10 on, three from 100 on. The standard deviation has one digit less; the interval of a mean is told from 1,000 on.",
	"Van minder dan 10 monsters wordt geen gehalte, prijs, vorm, methode, spoor of aanwijzing verteld, en ook niets waaruit een gehalte, prijs, vorm of methode te berekenen is; P5 en P95 vanaf 40. De kleinste en de grootste waarde worden niet verteld. Gehalten en prijzen hebben zoveel cijfers als hun aantal monsters: twee vanaf 10, drie vanaf 100. De standaarddeviatie heeft één cijfer minder; het interval van een gemiddelde wordt vanaf 1000 verteld.",
}

// column is the place of the column with the key, -1 for none.
func (t *Table) column(key string) int {
	return slices.IndexFunc(t.Columns, func(c Column) bool { return c.Key == key })
}

func (t *Table) dropColumns(keys []string) {
	for _, key := range keys {
		i := t.column(key)
		if i < 0 {
			continue
		}
		t.Columns = slices.Delete(t.Columns, i, i+1)
		for k := range t.Rows {
			t.Rows[k].Cells = slices.Delete(t.Rows[k].Cells, i, i+1)
		}
	}
}

// hideSplits hides of rows of few samples all that follows the column with their share:
// how these divide. What was seen as less is not among them.
func (t *Table) hideSplits() {
	share, lesser := t.column("samples"), t.columns("trace", "indicated")
	for _, row := range t.Rows {
		if n := row.Cells[share].N; n == nil || !isFew(*n) || row.Cells[share+1].State == None {
			continue
		}
		for i := share + 1; i < len(row.Cells); i++ {
			if !slices.Contains(lesser, i) {
				row.hide(i) // also what is empty: that it is would tell
			}
		}
	}
}

// hideUnmeasured hides of a content why samples have no amount, and how many they are,
// where it is so of few.
func (t *Table) hideUnmeasured() {
	n, detected := t.column("n"), t.column("detected")
	unmeasured := t.columns("below_loq", "not_quantified", "unknown_basis", "other_unit")
	for _, row := range t.Rows {
		few := isFew(*row.Cells[detected].N - *row.Cells[n].N)
		for _, i := range unmeasured {
			few = few || isFew(*row.Cells[i].N)
		}
		if few {
			row.hide(detected)
			row.hide(unmeasured...)
		}
	}
}

// hideDetections hides of an adulterant how it was detected in few samples, and the
// numbers from which that could be computed: the parts add up to its samples.
func (t *Table) hideDetections() {
	columns := t.columns("n", "unknown_basis", "other_unit", "below_loq", "identified")
	quantified := t.column("quantified")
	for _, row := range t.Rows {
		if row.Cells[quantified].State != Shown {
			continue
		}
		parts := make([][]int, len(columns))
		for i, at := range columns {
			parts[i] = []int{*row.Cells[at].N}
		}
		for i, out := range leaveOut(parts) {
			if !out {
				continue
			}
			row.hide(columns[i])
			if i < 3 { // these are quantified, and the amounts are of n
				row.hide(quantified)
			}
			if i == 0 {
				row.hide(t.columns("mean", "sd", "median", "p5", "p25", "p75", "p95")...)
			}
		}
	}
}

// columns are the places of the columns with the keys.
func (t *Table) columns(keys ...string) []int {
	places := make([]int, len(keys))
	for i, key := range keys {
		places[i] = t.column(key)
	}
	return places
}

// hide says of cells only that they tell of too few samples.
func (r Row) hide(places ...int) {
	for _, i := range places {
		r.Cells[i] = Cell{State: TooFew}
	}
}

// round rounds what the cell holds.
func (c *Cell) round(decimals int) {
	if c.Value != nil {
		v := Round(*c.Value, decimals)
		c.Value = &v
	}
	if c.CI95 != nil {
		c.CI95 = &Interval{Round(c.CI95[0], decimals), Round(c.CI95[1], decimals)}
	}
}
