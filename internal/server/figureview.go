package server

import (
	"strconv"
	"strings"

	"marquis/internal/chart"
	"marquis/internal/lab"
	"marquis/internal/locale"
	"marquis/internal/statistics"
)

// tableView is a table of figures as a page shows it, with its charts.
type tableView struct {
	Texts       *locale.Locale
	Key, Title  string
	Charts      []chartView
	Parts       []tablePart // none where there is nothing to tell
	Definitions []definitionView
	Notes       []string
	Files       []fileLink
}

// tablePart is one table of rows and columns. Groups are the names of columns that
// take several, above Heads; they may be absent.
type tablePart struct {
	Caption string
	Groups  []headView
	Heads   []headView
	Rows    []rowView
}

// headView is the head of one column or of several.
type headView struct {
	Text  string
	Num   bool
	Span  int  // columns
	Whole bool // it has no heads below it
}

// rowView is one row; its first cell names it.
type rowView struct {
	Total bool
	Cells []cellView
}

// cellView is one cell. Mark says to staff why the public does not see it.
type cellView struct {
	Text, Address, Mark string
	Num                 bool
}

// definitionView says what a figure counts, and of what.
type definitionView struct{ Name, Counts, Of string }

// fileLink leads to a file with the same figures.
type fileLink struct{ Label, Address string }

// chartView is a chart on a page. Key names it in addresses.
type chartView struct {
	Key, Title string
	Figure     chart.Figure
	chart      chart.Chart
}

// teller tells figures in the reader's language.
type teller struct {
	texts   *locale.Locale
	names   naming
	running int                                   // the year that is not over, zero where it is not told of
	product func(lab.ProductID) (address string)  // of the page of a product; nil for no links
	subject string                                // what the tables are about, such as "ketamine, 2020"
	files   func(name, ending string) (at string) // addresses of files; nil for none
}

// text is a text of the figures in the reader's language.
func (t *teller) text(x statistics.Text) string {
	if t.texts.Language() == "nl" {
		return x.Dutch
	}
	return x.English
}

// label names what a row is about.
func (t *teller) label(l *statistics.Label) string {
	if l.Name == (statistics.Text{}) {
		return t.texts.Code(locale.Vocabulary(l.Vocabulary), l.Code)
	}
	return t.text(l.Name)
}

// isName tells whether a column says what its rows are about.
func isName(c statistics.Column) bool {
	return c.Kind == statistics.LabelKind || c.Kind == statistics.YearKind
}

// heads are those below the head of a column that takes several.
func (t *teller) heads(c statistics.Column) []headView {
	head := func(text string) headView { return headView{Text: text, Num: true} }
	interval := head(t.texts.Text("page.figures.interval"))
	switch {
	case c.Kind == statistics.ShareKind:
		return []headView{head("%"), head(t.texts.Text("page.figures.n_of")), interval}
	case c.Interval && c.Unit == "":
		return []headView{head(t.texts.Text("page.figures.value")), interval}
	case c.Interval:
		return []headView{head(c.Unit), interval}
	}
	return nil
}

// digits writes an amount with the digits that it has.
func (t *teller) digits(v float64) string { return t.texts.Decimal(v, decimalsIn(v)) }

// decimalsIn counts the decimals of a number.
func decimalsIn(v float64) int {
	_, decimals, _ := strings.Cut(strconv.FormatFloat(v, 'f', -1, 64), ".")
	return len(decimals)
}

// money writes an amount of money, with no decimal or with two.
func (t *teller) money(currency string, v float64) string {
	sign := currency
	if currency == "EUR" {
		sign = "€"
	}
	decimals := decimalsIn(v)
	if decimals == 1 {
		decimals = 2
	}
	return sign + "\u00a0" + t.texts.Decimal(v, decimals)
}

// nothing stands where there is nothing to tell.
const nothing = "–"

// rowName joins what a row is about.
func (t *teller) rowName(x *statistics.Table, row *statistics.Row) string {
	var list []string
	for i, c := range x.Columns {
		if isName(c) {
			if text := t.cells(x, i, row)[0].Text; text != "" && text != nothing {
				list = append(list, text)
			}
		}
	}
	return strings.Join(list, ", ")
}
