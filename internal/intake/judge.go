package intake

import (
	"maps"
	"slices"

	"marquis/internal/lab"
)

// lookedUp is what the registry has that may be one with a sample.
type lookedUp struct {
	isRecorded bool   // by just this id
	same       bool   // and the files say of it what they said
	digest     string // of what the source said of it
	alike      string // an id that people take for the sample's
	elsewhere  []lab.Elsewhere
}

// judgeAll checks all drafts, and counts what is taken of them. Where the registry knows too
// little of an amount or a price to say what is usual, the file itself does, once it is read:
// what is out of that is asked about in a second go.
func (p *planner) judgeAll() error {
	before := make([]*fate, 0, p.all)
	notes := make([]map[string]int, len(p.sources))
	for i, s := range p.sources {
		before = append(before, s.fates...)
		notes[i] = maps.Clone(s.notes)
	}
	products, done := p.newProducts, p.done
	own := lab.NewOwnUsual(p.known.Usual)
	if err := p.judge(own); err != nil || !own.Strays() {
		return err
	}
	for i, s := range p.sources {
		n := copy(s.fates, before)
		before, s.notes = before[n:], notes[i]
	}
	p.known.Usual.Own, p.fresh.used, p.newProducts = own, entries{}, products
	p.samples, p.findingsTaken, p.done, p.told = 0, 0, done, 0
	return p.judge(nil)
}

// lookedUpAtOnce is of how many drafts the registry is asked at a time.
const lookedUpAtOnce = 500

// judge checks all drafts, and gathers what is usual in those that are taken.
func (p *planner) judge(own *lab.OwnUsual) error {
	p.years, p.corrections = map[int]int{}, nil
	for from := 0; from < len(p.drafts); from += lookedUpAtOnce {
		to := min(from+lookedUpAtOnce, len(p.drafts))
		looked, err := p.lookUp(from, to)
		if err == nil {
			err = p.lookUpFiles(from, looked)
		}
		if err != nil {
			return err
		}
		for i := from; i < to; i++ {
			d, a := p.draft(i), &lab.Arrival{}
			p.doubtID(i, d, looked[i-from])
			p.drafts[i].sum = 0
			switch taken := p.finish(d, a, looked[i-from]); {
			case taken && looked[i-from].isRecorded:
				p.drafts[i].sum = sumOf(a)
				p.fresh.use(a)
			case taken:
				p.drafts[i].sum = sumOf(a)
				p.take(a, own)
			}
			p.step(len(d.rows))
		}
		if err := p.lost(); err != nil {
			return err
		}
	}
	if p.known.Amend && len(p.corrections) > lab.MostCorrections {
		return lab.TooManyCorrections()
	}
	if p.newSubstances > maxNewEntries || p.newProducts > maxNewEntries {
		return errTooManyNew
	}
	return nil
}

// take counts an arrival that will be written.
func (p *planner) take(a *lab.Arrival, own *lab.OwnUsual) {
	p.fresh.use(a)
	p.samples++
	p.years[a.Sample.ReceivedOn.Year()]++
	for _, e := range a.Evidence {
		p.findingsTaken += len(e.Findings)
		if own != nil {
			own.AddAmounts(p.dictionary, a.Sample.Form, e.Findings)
		}
	}
	if own != nil {
		own.AddPrice(&a.Sample)
	}
}

// lookUp asks the registry about some drafts.
func (p *planner) lookUp(from, to int) ([]lookedUp, error) {
	looked := make([]lookedUp, to-from)
	ids := make([]string, to-from)
	for i := range ids {
		ids[i] = p.idOf(from + i)
	}
	if p.known.Recorded != nil {
		if err := p.lookUpRecorded(ids, looked); err != nil {
			return nil, err
		}
	}
	if p.known.Elsewhere == nil {
		return looked, nil
	}
	received := make(map[string]lab.Date, len(ids))
	i := slices.IndexFunc(p.sample.columns, func(c *column) bool { return c.spec.name == "received_on" })
	for n, id := range ids {
		if day, err := p.sample.columns[i].date(p.placeOf(from + n).row()); err == nil && day != 0 && !looked[n].isRecorded {
			received[id] = day
		}
	}
	elsewhere, err := p.known.Elsewhere(received)
	for n, id := range ids {
		looked[n].elsewhere = elsewhere[id]
	}
	return looked, err
}

// lookUpRecorded finds what is recorded by the ids, or by other spellings of them.
func (p *planner) lookUpRecorded(ids []string, looked []lookedUp) error {
	keys := make([]lab.RefKey, len(ids))
	groups := make([]string, len(ids))
	of := make(map[string][]int, len(ids)) // ids by their group
	for i, id := range ids {
		keys[i] = lab.RefKeyOf(id)
		groups[i] = keys[i].Group()
		of[groups[i]] = append(of[groups[i]], i)
	}
	recorded, err := p.known.Recorded(groups)
	for _, r := range recorded {
		k := lab.RefKeyOf(r.Ref)
		for _, i := range of[k.Group()] {
			x := &looked[i]
			switch {
			case ids[i] == r.Ref:
				x.isRecorded, x.digest = true, r.Digest
			case (keys[i].Meets(k) || !p.zerosKept && lab.DroppedZeros(ids[i], r.Ref)) && (x.alike == "" || r.Ref < x.alike):
				x.alike = r.Ref
			}
		}
	}
	return err
}
