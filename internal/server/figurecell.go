package server

import (
	"math"
	"strconv"
	"unicode"
	"unicode/utf8"

	"marquis/internal/lab"
	"marquis/internal/statistics"
)

// nothing stands where there is nothing to tell.
const nothing = "–"

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
		first.Text = t.withheld(c, cell.State)
		return views
	}
	decimals := columnDecimals(x, column)
	switch c.Kind {
	case statistics.LabelKind:
		first.Text, first.Address = t.rowLabel(x, column, cell.Label)
		return views
	case statistics.YearKind:
		first.Text = t.year(*cell.N)
	case statistics.CountKind:
		first.Text = t.texts.Count(*cell.N)
	case statistics.ShareKind:
		first.Text, views[1].Text = t.number(*cell.Value, decimals), t.of(cell)
	case statistics.AmountKind:
		first.Text = t.number(*cell.Value, decimals)
	}
	if cell.CI95 != nil {
		views[len(views)-1].Text = t.texts.Decimal(cell.CI95[0], decimals) + "–" + t.texts.Decimal(cell.CI95[1], decimals)
		if cell.CI95[0] < 0 {
			views[len(views)-1].Text = t.texts.Text("page.figures.from_to",
				"From", t.texts.Decimal(cell.CI95[0], decimals), "To", t.texts.Decimal(cell.CI95[1], decimals))
		}
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

// number writes a number; one that would be rounded to nothing is told as below
// the last decimal.
func (t *teller) number(v float64, decimals int) string {
	if step := math.Pow10(-decimals); v > 0 && v < step/2 {
		return "<\u00a0" + t.texts.Decimal(step, decimals)
	}
	return t.texts.Decimal(v, decimals)
}

// year writes a year, and marks one that is not complete.
func (t *teller) year(y int) string {
	text := strconv.Itoa(y)
	if y == t.running {
		text += "*"
	}
	return text
}

// columnDecimals is how many decimals a column shows: more where its numbers are small.
func columnDecimals(x *statistics.Table, column int) int {
	c := x.Columns[column]
	if c.Kind != statistics.AmountKind || c.Unit == "" || c.Unit == "%" {
		return c.Decimals
	}
	most := 0.0
	for i := range x.Rows {
		if v := x.Rows[i].Cells[column].Value; v != nil {
			most = max(most, *v)
		}
	}
	if most > 0 && most < 1 {
		return c.Decimals + 2
	}
	return c.Decimals
}

// withheld says why a cell is not shown.
func (t *teller) withheld(c statistics.Column, s statistics.State) string {
	switch s {
	case statistics.Suppressed:
		return t.texts.Text("page.figures.suppressed")
	case statistics.TooFew:
		least := statistics.MeanFrom
		if c.Key == "p5" || c.Key == "p95" {
			least = statistics.TailsFrom
		}
		return t.texts.Text("page.figures.too_few", "Least", least)
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
