package intake

import (
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"

	"marquis/internal/lab"
)

// checkUnread looks at the columns of the table of findings that hold something and are not read,
// and that the mapping does not leave out knowingly. One that belongs to those that are read, by
// its number or as one of a column a substance, refuses the table: what was found would be lost.
// One that is named after a substance is told.
func (p *planner) checkUnread() error {
	t, m := p.findings().table, &p.mapping.Findings
	read := map[int]bool{}
	for _, c := range p.columnsOf(p.findings()) {
		read[c.at] = true
		for _, tick := range c.ticks {
			read[tick.at] = true
		}
	}
	var numbered, named, told []string
	for at, heading := range t.Header {
		if read[at] || contains(m.Ignored, heading) {
			continue
		}
		label, fits := m.labelOf(heading)
		number, _ := strconv.Atoi(label)
		switch {
		case fits && m.Count > 0 && number > m.Count && t.holds(at):
			numbered = append(numbered, strconv.Quote(heading))
		case fits && m.namesSubstances() && p.namesSubstance(label, true) && t.holds(at):
			named = append(named, strconv.Quote(heading))
		case p.namesSubstance(heading, false) && t.holds(at):
			told = append(told, strconv.Quote(heading))
		}
	}
	if len(told) > 0 {
		t.note("columns that are named after substances and were not read: %s", strings.Join(told, ", "))
	}
	var errs []error
	if len(numbered) > 0 {
		errs = append(errs, fmt.Errorf("%s: the mapping reads what is numbered up to %d, and there is more: %s; raise findings.count, or, if that is to be left out, add it to findings.ignored", t.File, m.Count, strings.Join(numbered, ", ")))
	}
	if len(named) > 0 {
		errs = append(errs, fmt.Errorf("%s: in this table of a column a substance these are not read: %s; add their names to findings.columns, or, if they are to be left out, their headings to findings.ignored", t.File, strings.Join(named, ", ")))
	}
	return errors.Join(errs...)
}

// namesSubstances tells that the columns are named after substances.
func (f *FindingsMapping) namesSubstances() bool {
	return len(f.Columns) > 0 && strings.Contains(f.Fields["substance"].Value, "{n}")
}

// labelOf is what stands for {n} in a heading, and whether the heading is made as those of the
// fields of findings are.
func (f *FindingsMapping) labelOf(heading string) (label string, fits bool) {
	what := `\d+`
	if len(f.Columns) > 0 {
		what = `.+`
	}
	for _, field := range f.Fields {
		if !strings.Contains(field.Column, "{n}") {
			continue
		}
		form := strings.Replace(regexp.QuoteMeta(fold(field.Column)), `\{n\}`, "("+what+")", 1)
		if m := regexp.MustCompile("^" + form + "$").FindStringSubmatch(fold(heading)); m != nil {
			return m[1], true
		}
	}
	return "", false
}

// namesSubstance tells that a heading is the name of a substance, alone or with a unit or a sign
// behind it, or, if that is enough, nearly.
func (p *planner) namesSubstance(heading string, nearly bool) bool {
	for label := heading; label != ""; label = strings.TrimRight(label[:max(0, strings.LastIndexAny(label, " (_-[/"))], " ") {
		a := p.before.AskName(label)
		if a.Kind == lab.DoseName {
			a = p.before.AskName(a.Without)
		}
		near := len(a.Neighbours) > 0 && a.Neighbours[0].Steps <= 1 && utf8.RuneCountInString(lab.Fold(label)) >= leastNear
		if a.Kind == lab.KnownName || a.Kind == lab.SaltName || nearly && near {
			return true
		}
	}
	return false
}

// leastNear are the letters of what may be a misspelled name in a heading.
const leastNear = 5

// holds tells that some row says something in the column.
func (t *Table) holds(at int) bool {
	for n := range t.len() {
		if row := t.row(n); at < len(row.Cells) && !isBlank(row.Cells[at]) {
			return true
		}
	}
	return false
}
