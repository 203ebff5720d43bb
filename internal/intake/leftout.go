package intake

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"marquis/internal/lab"
)

// LeftOut is what of the files would not be written, because it is rejected.
type LeftOut struct {
	Samples int          `json:"samples"` // rejected
	Of      int          `json:"of"`      // samples of the files
	Dangers []LeftDanger `json:"dangers"`
}

// LeftDanger is a substance of high or extreme danger that rejected rows name.
type LeftDanger struct {
	Name string `json:"name"`
	Rows int    `json:"rows"`
	File string `json:"file"`
	Row  int    `json:"row"` // the first
}

// Of few samples a part says little: below so many only a danger keeps the others back.
const (
	mostLeftOut  = 5 // per cent of the samples
	leastLeftOut = 3
)

// TooMuch tells that what is left may mislead: a wrong mapping leaves those samples in which
// nothing was found, and a danger that is left out is missed. Nothing is to be written of
// such files, unless a person says so.
func (l LeftOut) TooMuch() bool { return l.manySamples() || len(l.Dangers) > 0 }

func (l LeftOut) manySamples() bool {
	return l.Samples >= leastLeftOut && 100*l.Samples > mostLeftOut*l.Of
}

// Text says what would be left out, empty where that is nothing to wait for.
func (l LeftOut) Text() string {
	var b strings.Builder
	if l.manySamples() {
		fmt.Fprintf(&b, "%s of %s samples (%s %%) would be left out.\n", grouped(l.Samples), grouped(l.Of), tenths(l.Samples, l.Of))
	} else if len(l.Dangers) > 0 {
		fmt.Fprintf(&b, "%s of %s samples would be left out.\n", grouped(l.Samples), grouped(l.Of))
	}
	if len(l.Dangers) > 0 {
		b.WriteString("Rows that would be left out name substances of high or extreme danger:\n")
		for _, d := range l.Dangers {
			fmt.Fprintf(&b, "  %s: %s (first: row %d of %s)\n", d.Name, rowsText(d.Rows), d.Row, d.File)
		}
	}
	return b.String()
}

// tenths writes a part in per cent, with one decimal where it has one.
func tenths(n, of int) string {
	return strings.TrimSuffix(fmt.Sprintf("%.1f", 100*float64(n)/float64(of)), ".0")
}

// leftOut looks at all that is rejected; but for what would be corrected where recorded samples are
// amended.
func (p *planner) leftOut(amending bool) LeftOut {
	l := LeftOut{Of: len(p.drafts)}
	drafts, rows := p.amended(amending)
	for i := range p.drafts {
		if p.drafts[i].sum == 0 && !drafts[i] && p.draft(i).rejected() {
			l.Samples++
		}
	}
	dangers := dangersLeft{places: map[string]int{}, named: map[string][]string{}}
	samples := p.sources[0]
	l.Of, l.Samples = l.Of+len(samples.table.Malformed), l.Samples+len(samples.table.Malformed)
	for i, fate := range samples.fates {
		if fate.rejected() && noID(p.sample.id.text(place{samples, i}.row())) {
			l.Of, l.Samples = l.Of+1, l.Samples+1
		}
	}
	findings := p.findings()
	for i, fate := range findings.fates {
		if fate.rejected() && !rows[i] {
			row := place{findings, i}.row()
			dangers.add(findings.table.File, row.Number, p.dangersIn(&dangers, row))
		}
	}
	for _, m := range findings.table.Malformed { // nobody knows which of its cells is which
		var names []string
		for _, cell := range strings.FieldsFunc(m.Text, func(r rune) bool { return strings.ContainsRune(",;\t|\"\n", r) }) {
			names = append(names, dangers.of(p.before, strings.TrimSpace(cell))...)
		}
		dangers.add(findings.table.File, m.Number, names)
	}
	l.Dangers = dangers.all
	slices.SortStableFunc(l.Dangers, func(a, b LeftDanger) int { return cmp.Compare(b.Rows, a.Rows) })
	return l
}

// dangersIn lists the dangers that a row names and does not say were absent.
func (p *planner) dangersIn(dangers *dangersLeft, row Row) (names []string) {
	for _, b := range p.sets {
		if b.saysAbsent(row) || b.named && !b.saysOf(row) {
			continue
		}
		texts := []string{b.substance.text(row)}
		if b.substance.List != "" {
			texts = p.namesIn(b.substance, texts[0])
		}
		for _, text := range texts {
			if means, told := b.substance.meaningOf(text); told {
				text = means
			}
			names = append(names, dangers.of(p.before, text)...)
		}
	}
	return names
}

// dangersLeft counts the rows that name each danger, and remembers what names one.
type dangersLeft struct {
	all    []LeftDanger
	places map[string]int
	named  map[string][]string
}

func (d *dangersLeft) of(words *lab.Dictionary, text string) []string {
	names, known := d.named[text]
	if !known && text != "" {
		names = words.Dangerous(text)
		if len(d.named) < maxRemembered {
			d.named[text] = names
		}
	}
	return names
}

func (d *dangersLeft) add(file string, row int, names []string) {
	slices.Sort(names)
	for _, name := range slices.Compact(names) {
		i, known := d.places[name]
		if !known {
			i = len(d.all)
			d.places[name] = i
			d.all = append(d.all, LeftDanger{Name: name, File: file, Row: row})
		}
		d.all[i].Rows++
	}
}
