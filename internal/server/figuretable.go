package server

import (
	"slices"

	"marquis/internal/statistics"
)

const (
	manyColumns = 8 // from here on a table of few rows is turned, so that it need not scroll
	fewRows     = 6
)

// table tells a table.
func (t *teller) table(x *statistics.Table) (tableView, error) {
	v := tableView{Texts: t.texts, Key: x.Key, Title: t.text(x.Title)}
	for _, d := range x.Definitions {
		v.Definitions = append(v.Definitions, definitionView{t.text(d.Name), t.text(d.Counts), t.text(d.Of)})
	}
	for _, n := range x.Notes {
		v.Notes = append(v.Notes, t.text(n))
	}
	if len(x.Rows) > 0 {
		v.Parts = t.parts(x)
	}
	var err error
	if v.Charts, err = t.charts(x); err != nil {
		return v, err
	}
	if t.files != nil {
		v.Files = t.numbers(x.Key)
		for _, c := range v.Charts {
			v.Files = append(v.Files, fileLink{t.texts.Text("page.figures.picture", "Title", c.Title), t.files(c.Key, ".svg")})
		}
	}
	return v, nil
}

// numbers are the files with the numbers of a table: for a spreadsheet, and for programs.
func (t *teller) numbers(key string) []fileLink {
	return []fileLink{{"Excel", t.files(key, sheetEnding)}, {"CSV", t.files(key, ".csv")}, {"JSON", t.files(key, ".json")}}
}

// parts divides a table into what fits on a page: one of few rows is turned, and of
// one that begins with counts the amounts are told apart.
func (t *teller) parts(x *statistics.Table) []tablePart {
	caption := t.text(x.Title) + ": " + t.subject
	all := make([]int, len(x.Columns))
	for i := range all {
		all[i] = i
	}
	if len(x.Columns) > manyColumns && len(x.Rows) <= fewRows {
		return []tablePart{t.turned(x, caption)}
	}
	n := slices.IndexFunc(x.Columns, func(c statistics.Column) bool { return c.Key == "n" })
	leads := slices.IndexFunc(x.Columns, func(c statistics.Column) bool { return !isName(c) })
	if n < 0 || leads == n {
		return []tablePart{t.part(x, caption, all, x.Rows)}
	}
	measured := slices.DeleteFunc(slices.Clone(x.Rows), func(r statistics.Row) bool { return r.Cells[n].N == nil || *r.Cells[n].N == 0 })
	parts := []tablePart{t.part(x, caption, all[:n], x.Rows)}
	if len(measured) > 0 {
		columns := append(slices.Clone(all[:leads]), all[n:]...)
		parts = append(parts, t.part(x, t.texts.Text("page.figures.measured", "Title", caption), columns, measured))
	}
	return parts
}

// part tells the given columns of the given rows.
func (t *teller) part(x *statistics.Table, caption string, columns []int, rows []statistics.Row) tablePart {
	p := tablePart{Caption: caption}
	for _, i := range columns {
		c := x.Columns[i]
		under := t.heads(c)
		head := headView{Text: t.name(c), Num: !isName(c), Span: max(1, len(under)), Whole: len(under) == 0}
		p.Groups = append(p.Groups, head)
		p.Heads = append(p.Heads, under...)
	}
	if len(p.Heads) == 0 {
		p.Heads, p.Groups = p.Groups, nil
	}
	for _, row := range rows {
		r := rowView{Total: row.Total}
		for _, i := range columns {
			r.Cells = append(r.Cells, t.cells(x, i, &row)...)
		}
		p.Rows = append(p.Rows, r)
	}
	return p
}

// turned tells a table with its rows as columns.
func (t *teller) turned(x *statistics.Table, caption string) tablePart {
	p := tablePart{Caption: caption, Heads: []headView{{Text: t.texts.Text("page.figures.figure")}}}
	for _, row := range x.Rows {
		p.Heads = append(p.Heads, headView{Text: t.rowName(x, &row), Num: true})
	}
	for i, c := range x.Columns {
		if isName(c) {
			continue
		}
		under := t.heads(c)
		if len(under) == 0 {
			under = []headView{{}}
		}
		lines := make([]rowView, len(under))
		for k, h := range under {
			name := t.name(c)
			if h.Text != "" {
				name += ", " + h.Text
			}
			lines[k].Cells = []cellView{{Text: name}}
		}
		for _, row := range x.Rows {
			for k, cell := range t.cells(x, i, &row) {
				lines[k].Cells = append(lines[k].Cells, cell)
			}
		}
		p.Rows = append(p.Rows, lines...)
	}
	return p
}

// name is the head of a column, with its unit where nothing below it says that.
func (t *teller) name(c statistics.Column) string {
	if c.Unit != "" && len(t.heads(c)) == 0 {
		return t.text(c.Name) + " (" + c.Unit + ")"
	}
	return t.text(c.Name)
}
