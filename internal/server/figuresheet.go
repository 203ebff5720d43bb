package server

import (
	"bytes"
	"encoding/csv"
	"slices"
	"strconv"

	"marquis/internal/page"
	"marquis/internal/statistics"
	"marquis/reports"
)

// A workbook as a file.
const (
	sheetKind   = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
	sheetEnding = ".xlsx"
)

// sheetFile is a sheet as a file to fetch.
func sheetFile(s *reports.Sheet, name string) (*page.Content, error) {
	var body bytes.Buffer
	err := reports.WriteSheet(&body, s)
	return page.NewContent(sheetKind, name, body.Bytes()), err
}

// sheet is a table for a spreadsheet: the numbers of its CSV, with the words of its page.
func (t *teller) sheet(x *statistics.Table) *reports.Sheet {
	s := t.emptySheet(t.text(x.Title), x.Definitions, x.Synthetic)
	for _, c := range x.Columns {
		s.Columns = append(s.Columns, t.sheetColumns(c, x.Rounded)...)
	}
	for i := range x.Rows {
		var row []any
		for k, c := range x.Columns {
			row = append(row, t.sheetCells(x, c, &x.Rows[i].Cells[k])...)
		}
		s.Rows = append(s.Rows, row)
	}
	for _, n := range x.Notes {
		s.Notes = append(s.Notes, reports.SheetNote{Text: t.text(n)})
	}
	return s
}

// emptySheet is a sheet without columns yet, with what its figures count.
func (t *teller) emptySheet(title string, definitions []statistics.Definition, synthetic bool) *reports.Sheet {
	s := &reports.Sheet{
		Language: t.texts.Language(), Name: title, Title: title + ": " + t.subject,
		About: []string{t.texts.Text("page.figures.caveat"), t.texts.Text("page.figures.sheet_below")},
	}
	if synthetic {
		s.Warning = t.texts.Text("page.figures.synthetic")
	}
	for _, d := range definitions {
		text := t.text(d.Counts)
		if of := t.text(d.Of); of != "" {
			text += " " + t.texts.Text("page.figures.sheet_of", "Of", of)
		}
		s.Notes = append(s.Notes, reports.SheetNote{Name: t.text(d.Name), Text: text})
	}
	return s
}

// sheetColumns are the columns that one of the table takes: of a share its n, its denominator,
// the percentage and the bounds of its interval.
func (t *teller) sheetColumns(c statistics.Column, rounded bool) []reports.SheetColumn {
	name := t.text(c.Name)
	column := func(title string, decimals int) reports.SheetColumn {
		return reports.SheetColumn{Title: title, Number: true, Decimals: decimals}
	}
	decimals := c.Decimals
	if rounded && c.Kind == statistics.AmountKind {
		decimals = -1 // it has no more than may be told
	}
	whole := name
	if c.Unit != "" {
		whole += " (" + c.Unit + ")"
	}
	bounds := []reports.SheetColumn{
		column(t.texts.Text("page.figures.sheet_low", "Name", name), decimals), column(t.texts.Text("page.figures.sheet_high", "Name", name), decimals),
	}
	switch {
	case c.Kind == statistics.LabelKind:
		return []reports.SheetColumn{{Title: name}}
	case c.Kind == statistics.YearKind:
		return []reports.SheetColumn{column(name, -1)}
	case c.Kind == statistics.CountKind:
		return []reports.SheetColumn{column(whole, 0)}
	case c.Kind == statistics.ShareKind:
		return append([]reports.SheetColumn{column(name+", n", 0), column(name+", N", 0), column(name+" (%)", decimals)}, bounds...)
	case c.Interval:
		return append([]reports.SheetColumn{column(whole, decimals)}, bounds...)
	}
	return []reports.SheetColumn{column(whole, decimals)}
}

// sheetCells are the values of a cell in the columns that its own takes. What is not shown is
// said in a word in each of them.
func (t *teller) sheetCells(x *statistics.Table, c statistics.Column, cell *statistics.Cell) []any {
	values := make([]any, len(t.sheetColumns(c, x.Rounded)))
	if cell.State != statistics.Shown {
		for i := range values {
			if cell.State != statistics.None {
				values[i] = t.withheld(x, c, cell.State)
			}
		}
		return values
	}
	var known []any
	switch c.Kind {
	case statistics.LabelKind:
		return []any{capital(t.label(cell.Label))}
	case statistics.ShareKind:
		known = []any{*cell.N, *cell.Of, *cell.Value}
	case statistics.AmountKind:
		known = []any{*cell.Value}
	default:
		known = []any{*cell.N}
	}
	if cell.CI95 != nil {
		known = append(known, cell.CI95[0], cell.CI95[1])
	}
	copy(values, known)
	return values
}

// allSheet are all figures at once for a spreadsheet, of their CSV.
func (t *teller) allSheet(title string, file []byte, synthetic bool) (*reports.Sheet, error) {
	lines, err := csv.NewReader(bytes.NewReader(file)).ReadAll()
	if err != nil {
		return nil, err
	}
	s := t.emptySheet(title, statistics.Definitions, synthetic)
	for _, head := range lines[0] {
		s.Columns = append(s.Columns, reports.SheetColumn{Title: head, Number: slices.Contains(statistics.NumberColumns, head), Decimals: -1})
	}
	for _, line := range lines[1:] {
		row := make([]any, len(line))
		for i, text := range line {
			row[i] = text
			if number, err := strconv.ParseFloat(text, 64); s.Columns[i].Number && err == nil {
				row[i] = number
			}
		}
		s.Rows = append(s.Rows, row)
	}
	return s, nil
}
