package intake

import (
	"fmt"
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

// sampleIDs finds the samples of a file whose ids people take for one another.
type sampleIDs map[string][]*draft

func (ids sampleIDs) add(d *draft) {
	for _, key := range lab.RefKeyOf(d.id).Keys() {
		ids[key] = append(ids[key], d)
	}
}

// alike lists the samples whose id is another spelling of the id.
func (ids sampleIDs) alike(id string) (all []*draft) {
	k := lab.RefKeyOf(id)
	for _, key := range k.Keys() {
		for _, d := range ids[key] {
			if d.id != id && !slices.Contains(all, d) && k.Meets(lab.RefKeyOf(d.id)) {
				all = append(all, d)
			}
		}
	}
	return all
}

// compareIDs rejects the samples that may be one with another of the file, or with one that
// is recorded: neither two of one, nor one of two people's. What is recorded by just this
// id is itself.
func (p *planner) compareIDs() {
	if p.mapping.ExactIDs {
		return
	}
	recorded := map[*draft]string{}
	for ref := range p.known.Digests {
		for _, d := range p.ids.alike(ref) {
			if before, told := recorded[d]; !told || ref < before {
				recorded[d] = ref
			}
		}
	}
	for _, d := range p.order {
		if p.isRecorded(d) {
			continue
		}
		if others := p.ids.alike(d.id); len(others) > 0 {
			d.doubt(fmt.Sprintf("%s, %s", shownID(others[0].id), others[0].at))
		} else if ref, is := recorded[d]; is {
			d.doubt(fmt.Sprintf("%s, which is recorded already", shownID(ref)))
		}
	}
}

func (p *planner) isRecorded(d *draft) bool {
	_, recorded := p.known.Digests[d.id]
	return recorded
}

// doubt rejects a sample that is perhaps another.
func (d *draft) doubt(other string) {
	d.at.reject(problem{"id", d.id, fmt.Sprintf("Perhaps %s: programs and people take one of these ids for the other. "+
		"Correct the one that is wrong; if both are right, write exact_ids = true in the mapping.", other)})
}

// lookElsewhere asks which samples of other services have the ids and days of these.
func (p *planner) lookElsewhere() (err error) {
	if p.known.Elsewhere == nil {
		return nil
	}
	i := slices.IndexFunc(p.sample.columns, func(c *column) bool { return c.spec.name == "received_on" })
	received := make(map[string]lab.Date, len(p.order))
	for _, d := range p.order {
		if day, err := p.sample.columns[i].date(d.at.row()); err == nil && !p.isRecorded(d) {
			received[d.id] = day
		}
	}
	p.elsewhere, err = p.known.Elsewhere(received)
	return err
}

// compareElsewhere rejects a sample that another service recorded, unless the mapping says
// that its ids are each service's own.
func (p *planner) compareElsewhere(d *draft, a *lab.Arrival) {
	for _, other := range p.elsewhere[d.id] {
		switch {
		case !p.dictionary.SameElsewhere(&a.File, &other.File):
		case p.mapping.IDsPerService:
			d.at.source.notes[fmt.Sprintf("samples with id, days and findings of one at service %s, which the mapping says are others", other.Service)]++
		default:
			d.at.reject(problem{"id", d.id, fmt.Sprintf("A sample of the same id, days and findings is recorded at service %s: it would be counted twice. "+
				"If it is another sample, because each service of this source has ids of its own, write ids_per_service = true in the mapping.", other.Service)})
			return
		}
	}
}

// homeless are rows with a finding that belongs to no sample.
type homeless struct {
	at  []place
	why string // of the first
}

func (h *homeless) add(at place, why string) {
	if h.at = append(h.at, at); len(h.at) == 1 {
		h.why = why
	}
}

// err refuses the files for a finding that belongs to no sample: the sample whose it is
// would lack it.
func (h *homeless) err() error {
	if len(h.at) == 0 {
		return nil
	}
	at := h.at[0]
	return fmt.Errorf("%s row %d: %s. A sample would lack this finding, so that nothing of the files is taken: correct them (%d such rows)",
		at.source.table.File, at.row().Number, h.why, len(h.at))
}

// tellsFinding tells that a row says something of a finding.
func (p *planner) tellsFinding(row Row) bool {
	return slices.ContainsFunc(p.sets, func(b *boundFinding) bool {
		return slices.ContainsFunc(b.columns, func(c *column) bool { return c != b.sample && c.at >= 0 && !isBlank(c.text(row)) })
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
	p.homeless.add(at, why)
}

// continueRows gives rows without an id the sample of the row directly above them, where the
// mapping says that they mean it. A row that describes a sample is one of its own.
func (p *planner) continueRows() {
	if !p.mapping.Findings.Continued {
		return
	}
	rows := p.findings().table.Rows
	id, described := p.sets[0].sample, []*column{}
	if len(p.sources) == 1 {
		id, described = p.sample.id, p.sample.columns
	}
	own := slices.DeleteFunc(slices.Clone(described), func(c *column) bool {
		return c.at < 0 || slices.ContainsFunc(p.sets[0].columns, func(f *column) bool { return f.at == c.at })
	})
	for i := range rows {
		describes := slices.ContainsFunc(own, func(c *column) bool { return !isBlank(c.text(rows[i])) })
		if i == 0 || describes || !isBlank(id.text(rows[i])) || !p.findings().table.follows(rows[i-1], rows[i]) {
			continue
		}
		rows[i].instead = map[int]string{id.at: id.text(rows[i-1])}
		for _, c := range own {
			rows[i].instead[c.at] = c.text(rows[i-1])
		}
	}
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
