package intake

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"

	"marquis/internal/lab"
)

// draft is a sample that is being put together from its rows.
type draft struct {
	n    int // its place among all
	id   string
	at   place   // the row that describes it
	rows []place // all its rows
}

// sum stands for the cells of a row that the mapping reads.
type sum [sha256.Size]byte

// sumOf sums up what a row says in the columns: by the names of the fields, so
// that columns may move and others be added.
func (p *planner) rowSum(row Row, sets ...[]*column) sum {
	p.cells = p.cells[:0]
	for _, columns := range sets {
		for _, c := range columns {
			stored := c.stored(row)
			if stored == "" {
				continue
			}
			p.cells = append(p.cells, c.spec.name...)
			p.cells = append(p.cells, 0)
			p.cells = append(p.cells, stored...)
			p.cells = append(p.cells, 0)
		}
		p.cells = append(p.cells, 0)
	}
	return sha256.Sum256(p.cells)
}

// finish checks a draft whole and makes its arrival, or rejects or merges all its
// rows and returns false.
func (p *planner) finish(d *draft, a *lab.Arrival, looked lookedUp) bool {
	if looked.same {
		d.isRecorded(recordedBefore)
		return false
	}
	rows, digest := p.distinct(d)
	a.Sample.SourceDigest = digest
	problems, priceless := p.sample.read(d.at.row(), &a.Sample)
	d.at.reject(problems...)
	p.readFindings(d, rows)
	if !d.rejected() {
		p.complete(a, d)
	}
	if !d.rejected() && !looked.isRecorded {
		p.compareElsewhere(d, a, looked.elsewhere)
	}
	if !d.rejected() && looked.isRecorded && !p.correct(d, a) && !d.rejected() {
		return false
	}
	if d.rejected() {
		d.rejectRest()
		return false
	}
	if priceless {
		d.at.source.notes["prices without currency, quantity or unit, which were left out"]++
	}
	return true
}

// What becomes of rows of samples that are recorded already: one for all, since these are most
// rows of a file that grows.
var (
	recordedBefore = &fate{merged: "The sample is recorded already, and says the same."}
	recordedAlike  = &fate{merged: "The sample is recorded already, and what is written otherwise here changes nothing of it."}
)

// isRecorded merges the rows of a draft with the sample that is recorded.
func (d *draft) isRecorded(how *fate) {
	for _, at := range d.rows {
		if at.told() == nil {
			at.source.fates[at.index] = how
			continue
		}
		at.becomes(func(f *fate) { f.merged, f.with = how.merged, nil })
	}
}

// distinct returns the rows that hold the findings of a draft, each once, and the
// digest of all that the source says of the sample. Rows that repeat another are
// merged with it.
func (p *planner) distinct(d *draft) (rows []place, digest string) {
	columns := make([][]*column, len(p.sets))
	for i, b := range p.sets {
		columns[i] = b.columns
	}
	rows = make([]place, 0, len(d.rows))
	said, sums := make([]place, 0, len(d.rows)), make([]sum, 0, len(d.rows)) // of rows that differ
	var peaks []sum                                                          // of rows that repeat another, and are another peak
	var seen map[sum]int                                                     // of many rows, where each stands in sums
	for _, at := range d.rows {
		if at.source != p.findings() {
			continue
		}
		s := p.rowSum(at.row(), columns...)
		first := -1
		if seen == nil {
			first = slices.Index(sums, s)
		} else if i, again := seen[s]; again {
			first = i
		}
		if first >= 0 && p.isPeak(at) {
			rows, peaks = append(rows, at), append(peaks, s) // two peaks that nobody could name look alike, and are two
			continue
		}
		if first >= 0 {
			at.merge("It says the same as another row, in all columns that are read.", said[first])
			continue
		}
		rows, said, sums = append(rows, at), append(said, at), append(sums, s)
		if len(sums) == 32 {
			seen = make(map[sum]int, 2*len(sums))
			for i, s := range sums {
				seen[s] = i
			}
		} else if seen != nil {
			seen[s] = len(sums) - 1
		}
	}
	return rows, p.digest(d, sums, peaks)
}

// digestOf is the digest of distinct alone: nothing becomes of the rows.
func (p *planner) digestOf(d *draft) string {
	columns := make([][]*column, len(p.sets))
	for i, b := range p.sets {
		columns[i] = b.columns
	}
	type summed struct {
		sum
		at place
	}
	all := make([]summed, 0, len(d.rows))
	for _, at := range d.rows {
		if at.source == p.findings() {
			all = append(all, summed{p.rowSum(at.row(), columns...), at})
		}
	}
	slices.SortFunc(all, func(a, b summed) int { return bytes.Compare(a.sum[:], b.sum[:]) })
	sums, peaks := make([]sum, 0, len(all)), []sum(nil)
	for i, x := range all {
		switch again := i > 0 && x.sum == all[i-1].sum; {
		case !again:
			sums = append(sums, x.sum)
		case p.isPeak(x.at):
			peaks = append(peaks, x.sum)
		}
	}
	return p.digest(d, sums, peaks)
}

// digest stands for how a draft is described, and for the sums of its rows, each once, but for those
// of peaks that nobody could name: each of them is one more.
func (p *planner) digest(d *draft, sums, peaks []sum) string {
	described := p.rowSum(d.at.row(), p.sample.columns)
	h := sha256.New()
	h.Write(described[:])
	for _, list := range [][]sum{sums, peaks} {
		slices.SortFunc(list, func(a, b sum) int { return bytes.Compare(a[:], b[:]) })
		for _, s := range list {
			h.Write(s[:])
		}
	}
	return hex.EncodeToString(h.Sum(nil))
}

// isPeak tells that a row of one finding is of what could not be identified.
func (p *planner) isPeak(at place) bool {
	if len(p.sets) != 1 {
		return false
	}
	called := p.sets[0].substance.nameOf(at.row())
	s, _, known := p.dictionary.FindSubstance(called)
	return known && s.Class == lab.UnidentifiedClass || contains(p.mapping.Findings.Unidentified, called) || contains(p.mapping.Findings.Other, called)
}

// readFindings reads the findings of the rows, and rejects rows that have
// mistakes. In the sample's own row there may be none; a row that has none is
// merged where another row tells more.
func (p *planner) readFindings(d *draft, rows []place) {
	p.found = p.found[:0]
	var bare, denied []place
	for _, at := range rows {
		before, waits := len(p.found), p.isNotAnalysed(at)
		for _, b := range p.sets {
			if len(p.sources) == 1 {
				if empty, problems := b.empty(at.row()); empty {
					at.reject(problems...)
					continue
				}
			}
			if contains(p.mapping.Findings.NotAnalysed, b.substance.nameOf(at.row())) {
				waits, denied = true, append(denied, at)
				continue
			}
			p.readCell(b, at)
		}
		if len(p.found) == before && (waits || !p.readNothing(at)) {
			bare = append(bare, at)
		}
	}
	p.deny(denied)
	if len(bare) == 0 {
		return
	}
	if len(p.sources) > 1 { // the sample's row is in the other file
		for _, at := range bare {
			at.merge("It says nothing of the sample but that it was not analysed.", d.at)
		}
		return
	}
	told := bare[0]
	if len(p.found) > 0 {
		told = p.found[0].at
	}
	for _, at := range bare {
		if at != told {
			at.merge("It says nothing of the sample that another row does not say.", told)
		}
	}
}

// deny rejects rows that say that the sample was not analysed, where another row tells what was
// found by the same method: one of both is wrong.
func (p *planner) deny(denied []place) {
	b := p.sets[0]
	for _, at := range denied {
		i := slices.IndexFunc(p.found, func(f found) bool { return b.method.nameOf(f.at.row()) == b.method.nameOf(at.row()) })
		if i >= 0 {
			at.reject(problem{"substance", b.substance.text(at.row()), fmt.Sprintf("This row says that the sample was not analysed, and %s tells what was found: correct the one that is wrong.", p.found[i].at)})
		}
	}
}

func (p *planner) readFinding(b *boundFinding, at place, row Row) {
	f, problems := p.findingOf(b, at, row)
	at.reject(problems...)
	p.found = append(p.found, f)
}

// isNotAnalysed tells that the sample's own row says why there was no analysis: a day that
// stands there nevertheless is not that of one.
func (p *planner) isNotAnalysed(at place) bool {
	if len(p.sources) > 1 || p.sample.notAnalysed == nil {
		return false
	}
	why, err := p.sample.notAnalysed.code(at.row())
	return err == nil && why != ""
}

// readNothing reads a row without any substance. If it was analysed nevertheless,
// the mapping must say that this means nothing was found: a result that nobody
// typed in looks the same. It tells whether the row says anything of an analysis.
func (p *planner) readNothing(at place) bool {
	i := slices.IndexFunc(p.sets, func(b *boundFinding) bool { return b.performedOn.at >= 0 && b.performedOn.text(at.row()) != "" })
	if i < 0 {
		return false // it waits to be analysed
	}
	if p.sets[i].named {
		at.reject(problem{"substance", "", "The sample was analysed, but no cell says of any substance whether it was found: write it, or leave out the day of the analysis."})
		return true
	}
	if !contains(p.mapping.Findings.Nothing, "") && !contains(p.mapping.Findings.Unclear, "") {
		at.reject(problem{"substance", "", `The sample was analysed, but no substance stands in the row; if that means that nothing was found, add "" to the mapping's findings.nothing.`})
		return true
	}
	p.readFinding(p.sets[i], at, at.row())
	return true
}

func (d *draft) rejected() bool {
	return slices.ContainsFunc(d.rows, func(at place) bool { return at.told().isWrong() })
}

// rejectRest rejects the rows in which nothing is wrong, because of one that is.
func (d *draft) rejectRest() {
	i := slices.IndexFunc(d.rows, func(at place) bool { return at.told().isWrong() })
	why := &problem{"", strings.Clone(d.id), fmt.Sprintf("The sample is rejected because of %s.", d.rows[i])}
	all := &fate{follows: why}
	for _, at := range d.rows {
		switch told := at.told(); {
		case told == nil:
			at.source.fates[at.index] = all
		case !told.isWrong():
			at.becomes(func(f *fate) { f.follows = why })
		}
	}
}
