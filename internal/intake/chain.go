package intake

import (
	"hash/maphash"

	"marquis/internal/lab"
)

// chain is a draft at rest: the first and the last of its rows in the file of samples, and in
// that of findings, -1 where there is none. The next row of each is kept with the source.
type chain struct {
	first, last [2]int32
	sum         uint32 // of the arrival that was made of it; 0: none was
}

// noRows are so many places without a row.
func noRows(n int) []int32 {
	rows := make([]int32, n)
	for i := range rows {
		rows[i] = -1
	}
	return rows
}

// add adds a row of one of the files.
func (c *chain) add(file int, at place) {
	i := int32(at.index) //nolint:gosec // there are fewer rows: see DefaultLimits
	if c.first[file] < 0 {
		c.first[file] = i
	} else {
		at.source.next[c.last[file]] = i
	}
	c.last[file] = i
}

var idSeed = maphash.MakeSeed()

// find returns the draft of an id.
func (p *planner) find(id string) (int, bool) {
	n, _, known := p.lookFor(id)
	return n, known
}

// lookFor returns the draft of an id, or the hash under which it is to be kept.
func (p *planner) lookFor(id string) (n int, hash uint64, known bool) {
	for hash = maphash.String(idSeed, id); ; hash++ {
		n, taken := p.ids[hash]
		if !taken || p.idOf(int(n)) == id {
			return int(n), hash, taken
		}
	}
}

// begin begins the draft of an id with the row that describes it.
func (p *planner) begin(id string, at place) {
	_, hash, _ := p.lookFor(id)
	if p.ids == nil {
		p.ids = map[uint64]int32{}
	}
	p.ids[hash] = int32(len(p.drafts)) //nolint:gosec // as above
	c := chain{first: [2]int32{-1, -1}}
	c.add(0, at)
	p.drafts = append(p.drafts, c)
}

// placeOf is the row that describes a draft.
func (p *planner) placeOf(n int) place { return place{p.sources[0], int(p.drafts[n].first[0])} }

func (p *planner) idOf(n int) string { return p.sample.id.text(p.placeOf(n).row()) }

// draft takes up a draft. It is valid until the next is taken up.
func (p *planner) draft(n int) *draft {
	d := &p.current
	*d = draft{n: n, id: p.idOf(n), at: p.placeOf(n), rows: d.rows[:0]}
	for file, s := range p.sources {
		for i := p.drafts[n].first[file]; i >= 0; i = s.next[i] {
			d.rows = append(d.rows, place{s, int(i)})
		}
	}
	return d
}

// sumOf sums up an arrival, never to 0.
func sumOf(a *lab.Arrival) uint32 {
	var h maphash.Hash
	h.SetSeed(idSeed)
	s := &a.Sample
	h.WriteString(s.SourceDigest) // of all that the source says
	for _, code := range s.Confirmed {
		h.WriteString(code)
	}
	maphash.WriteComparable(&h, struct {
		lab.ProductID
		lab.Price
		lab.SampleState
		lab.Date
	}{s.ProductID, s.Price, s.State, a.Sample.SourcePublishedOn})
	for _, e := range a.Expected {
		maphash.WriteComparable(&h, e)
	}
	for i := range a.Evidence {
		e := &a.Evidence[i]
		h.WriteString(e.Analysis.Overruled)
		maphash.WriteComparable(&h, struct {
			lab.MethodID
			lab.Date
			lab.Conclusion
		}{e.Analysis.MethodID, e.Analysis.PerformedOn, e.Analysis.Conclusion})
		for j := range e.Findings {
			f := &e.Findings[j]
			h.WriteString(f.ReportedAs)
			maphash.WriteComparable(&h, struct {
				lab.SubstanceID
				lab.Detection
				lab.Amount
				lab.Basis
				lab.Stereo
				lab.Abundance
			}{f.SubstanceID, f.Detection, f.Amount, f.Basis, f.Stereo, f.Abundance})
		}
	}
	return uint32(h.Sum64()) | 1 //nolint:gosec // a part of it will do
}
