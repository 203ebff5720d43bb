package intake

import (
	"cmp"
	"fmt"
	"hash/maphash"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"marquis/internal/lab"
)

// isBlank tells that a text has nothing that anybody sees.
func isBlank(text string) bool { return strings.TrimSpace(visible(text)) == "" }

// noID tells that a text names no sample: nothing, or a word for it.
func noID(text string) bool { return isBlank(text) || lab.NoRef(text) }

// shownID writes an id as a reader can tell it from another: what is not seen, escaped.
func shownID(id string) string {
	if strings.ContainsFunc(id, func(r rune) bool { return r > unicode.MaxASCII || r == ' ' }) {
		return strconv.QuoteToASCII(id)
	}
	return id
}

// compareIDs finds the drafts whose ids people take for one another: the other one of each.
func (p *planner) compareIDs() error {
	p.ids = nil // all rows have their draft
	if p.mapping.ExactIDs {
		return nil
	}
	type grouped struct {
		hash  uint64
		draft int32
	}
	all := make([]grouped, len(p.drafts))
	for i := range p.drafts {
		all[i] = grouped{maphash.String(idSeed, lab.RefKeyOf(p.idOf(i)).Group()), int32(i)} //nolint:gosec // see DefaultLimits
	}
	slices.SortFunc(all, func(a, b grouped) int {
		return cmp.Or(cmp.Compare(a.hash, b.hash), cmp.Compare(a.draft, b.draft))
	})
	p.alike = map[int]int{}
	for len(all) > 0 {
		n := 1
		for n < len(all) && all[n].hash == all[0].hash {
			n++
		}
		if n > 1 {
			some := sampleIDs{}
			for _, x := range all[:n] {
				some.add(p.idOf(int(x.draft)), int(x.draft))
			}
			for _, x := range all[:n] {
				if other, met := some.meets(int(x.draft)); met {
					p.alike[int(x.draft)] = other
				}
			}
		}
		all = all[n:]
	}
	return nil
}

// sampleIDs are drafts by the keys of their ids.
type sampleIDs struct {
	byKey map[string][]int
	ids   map[int]string
}

func (s *sampleIDs) add(id string, draft int) {
	if s.ids == nil {
		s.byKey, s.ids = map[string][]int{}, map[int]string{}
	}
	s.ids[draft] = id
	for _, key := range lab.RefKeyOf(id).Keys() {
		s.byKey[key] = append(s.byKey[key], draft)
	}
}

// meets returns the first other draft whose id is another spelling of the draft's.
func (s *sampleIDs) meets(draft int) (other int, met bool) {
	k := lab.RefKeyOf(s.ids[draft])
	for _, key := range k.Keys() {
		for _, other := range s.byKey[key] {
			if other != draft && k.Meets(lab.RefKeyOf(s.ids[other])) {
				return other, true
			}
		}
	}
	return 0, false
}

// doubtID rejects a sample that may be one with another of the file, or with one that is
// recorded: neither two of one, nor one of two people's. What is recorded by just this id is
// itself.
func (p *planner) doubtID(n int, d *draft, looked lookedUp) {
	if p.mapping.ExactIDs || looked.isRecorded {
		return
	}
	if other, met := p.alike[n]; met {
		d.doubt(fmt.Sprintf("Perhaps %s, %s: "+alikeIDs, shownID(p.idOf(other)), p.placeOf(other)))
	} else if looked.alike != "" {
		d.doubt(fmt.Sprintf("Perhaps %s, which is recorded already: "+alikeIDs, shownID(looked.alike)))
	}
}

// alikeIDs is why a sample is perhaps another, and what to do.
const alikeIDs = "programs and people take one of these ids for the other. " +
	"Correct the one that is wrong; if both are right, write exact_ids = true in the mapping."

// doubt rejects a sample that is perhaps another.
func (d *draft) doubt(why string) { d.at.reject(problem{"id", d.id, why}) }

// compareElsewhere rejects a sample that another service recorded, unless the mapping says
// that its ids are each service's own.
func (p *planner) compareElsewhere(d *draft, a *lab.Arrival, elsewhere []lab.Elsewhere) {
	for _, other := range elsewhere {
		switch {
		case p.mapping.ExactIDs && other.Sample.SourceRef != d.id, !p.dictionary.SameElsewhere(&a.File, &other.File):
		case p.mapping.IDsPerService:
			d.at.source.notes[fmt.Sprintf("samples with the id of one at service %s, of which nothing that both tell differs, and which the mapping says are others", other.Service)]++
		default:
			id := "the same id"
			if other.Sample.SourceRef != d.id {
				id = "an id that people take for this one"
			}
			d.at.reject(problem{"id", d.id, fmt.Sprintf("A sample of %s is recorded at service %s, received on the same day or one beside it, and nothing that is told of both differs: it would be counted twice. "+
				"If it is another sample, because each service of this source has ids of its own, write ids_per_service = true in the mapping.", id, other.Service)})
			return
		}
	}
}

// homeless are rows with a finding that belongs to no sample.
type homeless struct {
	at  place  // the first
	why string // it is one
	all int
}

func (h *homeless) add(at place, why func() string) {
	if h.all++; h.all == 1 {
		h.at, h.why = at, why()
	}
}

// err refuses the files for a finding that belongs to no sample: the sample whose it is
// would lack it.
func (h *homeless) err() error {
	if h.all == 0 {
		return nil
	}
	return fmt.Errorf("%s row %d: %s. A sample would lack this finding, so that nothing of the files is taken: correct them (%d such rows)",
		h.at.source.table.File, h.at.row().Number, h.why, h.all)
}

// tellsFinding tells that a row says something of a finding. A unit that was filled down is nothing.
func (p *planner) tellsFinding(row Row) bool {
	return slices.ContainsFunc(p.sets, func(b *boundFinding) bool {
		return slices.ContainsFunc(b.columns, func(c *column) bool {
			return c != b.sample && c != b.unit && c != b.basis && c.at >= 0 && !isBlank(c.text(row))
		})
	})
}

// withoutID deals with a row that does not say which sample it is about.
func (p *planner) withoutID(at place, field string) {
	if at.source != p.findings() || !p.tellsFinding(at.row()) {
		at.reject(problem{field, "", "The row does not say which sample it is."})
		p.step(1)
		return
	}
	why := "the row holds a finding and does not say of which sample; if it belongs to the sample above, write continued = true under [findings] of the mapping"
	if p.mapping.Findings.Continued {
		why = "the row holds a finding and does not say of which sample, and it does not stand directly below a row of one, or describes a sample itself"
	}
	p.homeless.add(at, func() string { return why })
}

// continueRows gives rows without an id the sample of the row directly above them, where the
// mapping says that they mean it. A row that describes a sample is one of its own.
func (p *planner) continueRows() error {
	if !p.mapping.Findings.Continued {
		return nil
	}
	s := p.findings()
	t, id, own := s.table, p.continuedID(), p.continuedColumns()
	s.above = noRows(t.len())
	var before Row
	for i := range s.above {
		row := t.row(i)
		describes := slices.ContainsFunc(own, func(c *column) bool { return !isBlank(c.text(row)) })
		if i > 0 && !describes && isBlank(id.text(row)) && t.follows(before, row) {
			s.above[i] = int32(i - 1) //nolint:gosec // see DefaultLimits
			if above := s.above[i-1]; above >= 0 {
				s.above[i] = above
			}
		}
		before = row
	}
	s.continued = append([]*column{id}, own...)
	return nil
}

// continuedID is the column of the id that a row takes over.
func (p *planner) continuedID() *column {
	if len(p.sources) == 1 {
		return p.sample.id
	}
	return p.sets[0].sample
}

// continuedColumns are the other columns that it takes over: those that describe a sample and
// hold nothing of a finding.
func (p *planner) continuedColumns() []*column {
	if len(p.sources) == 2 {
		return nil
	}
	return slices.DeleteFunc(slices.Clone(p.sample.columns), func(c *column) bool {
		return c.at < 0 || slices.ContainsFunc(p.sets[0].columns, func(f *column) bool { return f.at == c.at })
	})
}

// row is a row, with what it takes over from the one that it continues.
func (s *source) row(i int) Row {
	row := s.table.row(i)
	if s.above == nil || s.above[i] < 0 {
		return row
	}
	above := s.table.row(int(s.above[i]))
	row.instead = make(map[int]string, len(s.continued))
	for _, c := range s.continued {
		row.instead[c.at] = c.text(above)
	}
	return row
}

// follows tells that no row, not even a blank one, stands between two rows. In a text file a
// row can have several lines.
func (t *Table) follows(above, row Row) bool {
	lines := 1
	if !t.Workbook {
		for _, cell := range above.Cells {
			lines += strings.Count(cell, "\n")
		}
	}
	return row.Number == above.Number+lines
}
