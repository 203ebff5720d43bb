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

// matrixColumn is one substance of the contamination matrix.
type matrixColumn struct {
	id   lab.SubstanceID
	name string
	n    int // samples, of all products
}

// writeContamination writes which adulterant was found how often in which
// product, of the samples that contain what was expected: as counts and as
// prevalence.
func (b *book) writeContamination(s *sheet) {
	s.heading()
	columns, left := b.matrixColumns()
	note := b.text("report.contamination.note")
	if left > 0 {
		note += " " + b.text("report.contamination.left", "Count", left, "Most", maxMatrix)
	}
	counts := b.matrix(columns, formatCount, func(a *statistics.Adulterant) any { return a.N })
	counts.title, counts.note = b.text("report.contamination.counts"), note
	p := s.table(counts)
	s.freeze(p.head, 1)
	s.repeat(p.head, p.head)
	s.scale(p, len(columns))

	prevalence := b.matrix(columns, formatPercent, func(a *statistics.Adulterant) any { return a.Percent })
	prevalence.title, prevalence.note = b.text("report.contamination.prevalence"), b.text("report.contamination.prevalence_note")
	s.scale(s.table(prevalence), len(columns))
}

// matrixColumns lists the adulterants, found most often first, and how many are
// left out.
func (b *book) matrixColumns() (columns []matrixColumn, left int) {
	for i := range b.year.Products {
		for _, a := range b.year.Products[i].Adulterants {
			at := slices.IndexFunc(columns, func(c matrixColumn) bool { return c.id == a.SubstanceID })
			if at < 0 {
				at = len(columns)
				columns = append(columns, matrixColumn{id: a.SubstanceID, name: b.substanceName(a.SubstanceID, a.Substance)})
			}
			columns[at].n += a.N
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

// matrixLead is the number of columns before the substances.
const matrixLead = 3

func (b *book) matrix(columns []matrixColumn, f format, value func(*statistics.Adulterant) any) table {
	t := table{columns: []column{
		{b.text("report.product_name"), formatText, nameColumn, false},
		{b.text("report.containing_n"), formatCount, 11, false},
		{b.text("report.no_adulterant"), f, 11, false},
	}}
	for _, c := range columns {
		t.columns = append(t.columns, column{c.name, f, 7, true})
	}
	for i := range b.year.Products {
		e := &b.year.Products[i]
		if e.Contains.Any.N == 0 {
			continue
		}
		row := []any{b.entryName(e), e.Contains.Any.N, e.NoAdulterant.N}
		if f == formatPercent {
			row[2] = e.NoAdulterant.Percent
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

// scale colours the cells of a matrix by their value.
func (s *sheet) scale(p placed, columns int) {
	if columns == 0 || p.last < p.first {
		return
	}
	s.do(s.file.SetConditionalFormat(s.name, cell(matrixLead+1, p.first)+":"+cell(matrixLead+columns, p.last), []excelize.ConditionalFormatOptions{{
		Type: "2_color_scale", Criteria: "=", MinType: "num", MinValue: "0", MaxType: "max", MinColor: string(colourWhite), MaxColor: string(colourOrange),
	}}))
}
