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

// writeContamination writes which adulterant was found how often in which product above a
// trace, of the samples that contain what was expected: as counts and as prevalence.
func (b *book) writeContamination(s *sheet) {
	columns, left := b.matrixColumns(func(a *statistics.Adulterant) int { return a.N })
	counts := b.matrix(columns, b.divided(formatCount), func(a *statistics.Adulterant) any { return a.N })
	counts.title, counts.note = b.text("report.contamination.counts"), b.matrixNote("report.contamination.note", left)
	prevalence := b.matrix(columns, b.divided(formatPercent), func(a *statistics.Adulterant) any { return a.Percent })
	prevalence.title, prevalence.note = b.text("report.contamination.prevalence"), b.text("report.contamination.prevalence_note")
	s.matrices(len(columns), counts, prevalence)
}

// writeTraces writes which adulterant was seen as less how often in which product: a sheet of its
// own, since the heads of one that is long stay in sight, and must be those of all of it.
func (b *book) writeTraces(s *sheet) {
	columns, left := b.matrixColumns(func(a *statistics.Adulterant) int { return a.Trace + a.Indicated })
	lead := b.divided(formatCount)[1:2]
	counts := func(title string, n func(*statistics.Adulterant) int) table {
		t := b.matrix(columns, lead, func(a *statistics.Adulterant) any {
			if n(a) == 0 {
				return nil
			}
			return n(a)
		})
		t.title, t.note = b.text(title), b.matrixNote("report.traces.note", left)
		return t
	}
	s.matrices(
		len(columns), counts("report.traces.traces", func(a *statistics.Adulterant) int { return a.Trace }),
		counts("report.traces.indicated", func(a *statistics.Adulterant) int { return a.Indicated }),
	)
}

// matrices writes tables of the same columns, the last of which are substances. The head of the
// first stays in sight.
func (s *sheet) matrices(substances int, tables ...table) {
	s.heading()
	for i, t := range tables {
		p := s.table(t)
		if i == 0 {
			s.freeze(p.head, 1)
			s.repeat(p.head, p.head)
		}
		s.scale(p, len(t.columns), substances)
	}
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

// scale colours the cells of a matrix by their value: those of so many of its last columns.
func (s *sheet) scale(p placed, columns, substances int) {
	if substances == 0 || p.last < p.first {
		return
	}
	s.do(s.file.SetConditionalFormat(s.name, cell(columns-substances+1, p.first)+":"+cell(columns, p.last), []excelize.ConditionalFormatOptions{{
		Type: "2_color_scale", Criteria: "=", MinType: "num", MinValue: "0", MaxType: "max", MinColor: string(colourWhite), MaxColor: string(colourOrange),
	}}))
}
