package server

import (
	"cmp"
	"math"
	"strconv"
	"unicode"
	"unicode/utf8"

	"marquis/internal/lab"
	"marquis/internal/statistics"
)

// cells tells a cell, in as many as its column takes.
func (t *teller) cells(x *statistics.Table, column int, row *statistics.Row) []cellView {
	c, cell := x.Columns[column], &row.Cells[column]
	views := make([]cellView, max(1, len(t.heads(c))))
	for i := range views {
		views[i].Num = !isName(c)
	}
	first := &views[0]
	first.Mark = t.mark(cell.Mark)
	if cell.State != statistics.Shown {
		first.Text = t.withheld(x, c, cell.State)
		return views
	}
	number := t.writer(x, c)
	switch c.Kind {
	case statistics.LabelKind:
		first.Text, first.Address = t.rowLabel(x, column, cell.Label)
		return views
	case statistics.YearKind:
		first.Text = t.year(*cell.N)
	case statistics.CountKind:
		first.Text = t.texts.Count(*cell.N)
	case statistics.ShareKind:
		first.Text, views[1].Text = t.orBelow(cell, c, number(*cell.Value)), t.of(cell)
	case statistics.AmountKind:
		if first.Text = number(*cell.Value); !x.Rounded {
			first.Text = t.orBelow(cell, c, first.Text)
		}
	}
	switch last := &views[len(views)-1]; {
	case cell.CI95 != nil && cell.CI95[0] < 0:
		last.Text = t.texts.Text("page.figures.from_to", "From", number(cell.CI95[0]), "To", number(cell.CI95[1]))
	case cell.CI95 != nil:
		last.Text = number(cell.CI95[0]) + "–" + number(cell.CI95[1])
	case c.Kind == statistics.ShareKind:
		last.Text = nothing
	}
	return views
}

// rowLabel names what a row is about, with the page about it.
func (t *teller) rowLabel(x *statistics.Table, column int, l *statistics.Label) (text, address string) {
	text = t.label(l)
	if column == 0 && l.ID == 0 {
		text = capital(text)
	}
	if t.product != nil && l.ID != 0 && x.Columns[column].Key == "product" {
		address = t.product(lab.ProductID(l.ID))
	}
	return text, address
}

// capital begins a text with a capital.
func capital(s string) string {
	first, size := utf8.DecodeRuneInString(s)
	if size == 0 {
		return s
	}
	return string(unicode.ToUpper(first)) + s[size:]
}

// of says n of N.
func (t *teller) of(c *statistics.Cell) string {
	return t.texts.Text("page.figures.n_of_all", "N", t.texts.Count(*c.N), "Of", t.texts.Count(*c.Of))
}

// writer writes the numbers of a column: those of a rounded table with the digits that
// its files have.
func (t *teller) writer(x *statistics.Table, c statistics.Column) func(float64) string {
	if x.Rounded && c.Kind == statistics.AmountKind {
		return t.digits
	}
	return func(v float64) string { return t.texts.Decimal(v, c.Decimals) }
}

// orBelow returns what a number is written as, or, of one that is more than nothing and
// is rounded to nothing, that it is below the last decimal.
func (t *teller) orBelow(cell *statistics.Cell, c statistics.Column, written string) string {
	step := math.Pow10(-c.Decimals)
	if *cell.Value < step/2 && (*cell.Value > 0 || cell.N != nil && *cell.N > 0) {
		return "<\u00a0" + t.texts.Decimal(step, c.Decimals)
	}
	return written
}

// year writes a year, and marks one that is not complete.
func (t *teller) year(y int) string {
	text := strconv.Itoa(y)
	if y == t.running {
		text += "*"
	}
	return text
}

// withheld says why a cell is not shown.
func (t *teller) withheld(x *statistics.Table, c statistics.Column, s statistics.State) string {
	switch {
	case s == statistics.Suppressed && x.Scope == statistics.ServiceTable:
		return t.texts.Text("page.figures.suppressed", "Most", 4)
	case s == statistics.Suppressed:
		return t.texts.Text("page.figures.suppressed", "Most", 9)
	case s == statistics.TooFew:
		return t.texts.Text("page.figures.too_few", "Least", cmp.Or(c.From, statistics.MeanFrom))
	}
	return nothing
}

func (t *teller) mark(m statistics.Mark) string {
	switch m {
	case statistics.Small:
		return t.texts.Text("page.statistics.small")
	case statistics.Secondary:
		return t.texts.Text("page.statistics.secondary")
	}
	return ""
}
