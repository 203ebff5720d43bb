package reports

import (
	"cmp"
	"slices"

	"marquis/internal/lab"
	"marquis/internal/statistics"

	"github.com/xuri/excelize/v2"
)

// maxMatrix bounds the substances of the contamination matrix.
const maxMatrix = 40

// matrixColumn is one substance of a contamination matrix.
type matrixColumn struct {
	id   lab.SubstanceID
	name string
	n    int // samples, of all products
}

// writeContamination writes which adulterant was found how often in which product, of the
// samples that contain what was expected: above a trace, as counts and as prevalence; then, each
// by itself, what was only a trace and what was only indicated.
func (b *book) writeContamination(s *sheet) {
	s.heading()
	above := func(a *statistics.Adulterant) int { return a.N }
	columns, left := b.matrixColumns(above)
	counts := b.matrix(columns, b.divided(formatCount), func(a *statistics.Adulterant) any { return a.N })
	counts.title, counts.note = b.text("report.contamination.counts"), b.matrixNote("report.contamination.note", left)
	p := s.table(counts)
	s.freeze(p.head, 1)
	s.repeat(p.head, p.head)
	s.scale(p, counts, len(columns))

	prevalence := b.matrix(columns, b.divided(formatPercent), func(a *statistics.Adulterant) any { return a.Percent })
	prevalence.title, prevalence.note = b.text("report.contamination.prevalence"), b.text("report.contamination.prevalence_note")
	s.scale(s.table(prevalence), prevalence, len(columns))

	b.writeLesser(s, "report.contamination.traces", func(a *statistics.Adulterant) int { return a.Trace })
	b.writeLesser(s, "report.contamination.indicated", func(a *statistics.Adulterant) int { return a.Indicated })
}

// writeLesser writes how often adulterants were seen as less than the matrices above it count.
func (b *book) writeLesser(s *sheet, title string, n func(*statistics.Adulterant) int) {
	columns, left := b.matrixColumns(n)
	if len(columns) == 0 {
		return
	}
	t := b.matrix(columns, nil, func(a *statistics.Adulterant) any {
		if n(a) == 0 {
			return nil
		}
		return n(a)
	})
	t.title, t.note = b.text(title), b.matrixNote("report.contamination.lesser_note", left)
	s.scale(s.table(t), t, len(columns))
}

// matrixNote is the text of the key, with how many substances are left out.
func (b *book) matrixNote(key string, left int) string {
	note := b.text(key)
	if left > 0 {
		note += " " + b.text("report.contamination.left", "Count", left, "Most", maxMatrix)
	}
	return note
}

// matrixColumns lists the adulterants that a matrix counts, found most often first, and how
// many are left out.
func (b *book) matrixColumns(count func(*statistics.Adulterant) int) (columns []matrixColumn, left int) {
	for i := range b.year.Products {
		for k := range b.year.Products[i].Adulterants {
			a := &b.year.Products[i].Adulterants[k]
			n := count(a)
			if n == 0 {
				continue
			}
			at := slices.IndexFunc(columns, func(c matrixColumn) bool { return c.id == a.SubstanceID })
			if at < 0 {
				at = len(columns)
				columns = append(columns, matrixColumn{id: a.SubstanceID, name: b.substanceName(a.SubstanceID, a.Substance)})
			}
			columns[at].n += n
		}
	}
	slices.SortStableFunc(columns, func(x, y matrixColumn) int {
		return cmp.Or(cmp.Compare(y.n, x.n), cmp.Compare(x.name, y.name))
	})
	if len(columns) > maxMatrix {
		return columns[:maxMatrix], len(columns) - maxMatrix
	}
	return columns, 0
}

// divided are the columns of how the samples that contain what was expected divide.
func (b *book) divided(f format) []dividedColumn {
	value := func(p statistics.Proportion) any {
		if f == formatPercent {
			return p.Percent
		}
		return p.N
	}
	of := func(key string, share func(*statistics.Entry) statistics.Proportion) dividedColumn {
		return dividedColumn{column{b.text(key), f, 11, false}, func(e *statistics.Entry) any { return value(share(e)) }}
	}
	return []dividedColumn{
		of("report.no_adulterant", func(e *statistics.Entry) statistics.Proportion { return e.NoAdulterant }),
		of("report.only_traces", func(e *statistics.Entry) statistics.Proportion { return e.OnlyTraces }),
		of("report.any_adulterant", func(e *statistics.Entry) statistics.Proportion { return e.AnyAdulterant }),
	}
}

// dividedColumn is a column with what it tells of a product.
type dividedColumn struct {
	column
	value func(*statistics.Entry) any
}

// matrix has a row for each product in which anything was found as expected, with what leads
// and a column for each substance, in the format of the last that leads.
func (b *book) matrix(columns []matrixColumn, lead []dividedColumn, value func(*statistics.Adulterant) any) table {
	t := table{columns: []column{
		{b.text("report.product_name"), formatText, nameColumn, false},
		{b.text("report.containing_n"), formatCount, 11, false},
	}}
	for _, l := range lead {
		t.columns = append(t.columns, l.column)
	}
	f := t.columns[len(t.columns)-1].format
	for _, c := range columns {
		t.columns = append(t.columns, column{c.name, f, 7, true})
	}
	for i := range b.year.Products {
		e := &b.year.Products[i]
		if e.Contains.Any.N == 0 {
			continue
		}
		row := []any{b.entryName(e), e.Contains.Any.N}
		for _, l := range lead {
			row = append(row, l.value(e))
		}
		for _, c := range columns {
			at := slices.IndexFunc(e.Adulterants, func(a statistics.Adulterant) bool { return a.SubstanceID == c.id })
			if at < 0 {
				row = append(row, nil)
				continue
			}
			row = append(row, value(&e.Adulterants[at]))
		}
		t.rows = append(t.rows, row)
	}
	return t
}

// scale colours the cells of a matrix by their value: those of its last columns.
func (s *sheet) scale(p placed, t table, columns int) {
	if columns == 0 || p.last < p.first {
		return
	}
	last := len(t.columns)
	s.do(s.file.SetConditionalFormat(s.name, cell(last-columns+1, p.first)+":"+cell(last, p.last), []excelize.ConditionalFormatOptions{{
		Type: "2_color_scale", Criteria: "=", MinType: "num", MinValue: "0", MaxType: "max", MinColor: string(colourWhite), MaxColor: string(colourOrange),
	}}))
}
