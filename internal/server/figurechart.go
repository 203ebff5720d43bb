package server

import (
	"errors"
	"slices"
	"strings"

	"marquis/internal/chart"
	"marquis/internal/statistics"
)

// chartView is a chart on a page. Key names it in addresses.
type chartView struct {
	Key, Title string
	Figure     chart.Figure
	chart      chart.Chart
}

const (
	mostBars   = 15 // the table has the rest
	mostSeries = 6  // that can be told apart
)

// charts draws the charts of a table, from what the table says.
func (t *teller) charts(x *statistics.Table) ([]chartView, error) {
	g := grid{Table: x, teller: t}
	var views []chartView
	for _, c := range g.pictures() {
		figure, err := chart.Responsive(c.chart)
		if errors.Is(err, chart.ErrEmpty) {
			continue
		}
		if err != nil {
			return nil, err
		}
		c.Figure = figure
		views = append(views, c)
	}
	return views, nil
}

// grid finds the cells of a table by the keys of its columns.
type grid struct {
	*statistics.Table
	*teller
}

// pictures are the charts that a table has.
func (g grid) pictures() []chartView {
	title := g.text(g.Title)
	switch g.Key {
	case "registered", "products", "found", "substitutes", "adulterants", "contains":
		share := g.Columns[slices.IndexFunc(g.Columns, func(c statistics.Column) bool { return c.Kind == statistics.ShareKind })]
		return []chartView{g.bars(title, share.Key)}
	case "outcomes":
		return []chartView{g.stack(title, "samples")}
	case "purity", "dose", "price":
		return []chartView{g.quartiles(title)}
	case "years":
		contents := g.texts.Text("page.figures.contains")
		return []chartView{
			g.lines("share", g.texts.Text("page.figures.share"), []string{"share", "share_without_ecstasy_tablets"}, 0),
			g.lines("contains", contents, []string{"contains_any", "contains_main"}, 100),
		}
	case "purity_years", "dose_years", "price_years":
		return []chartView{g.medians(title)}
	}
	return nil
}

// frame names a chart and says what is seen in it.
func (g grid) frame(key, title, seen string) chart.Frame {
	return chart.Frame{ID: "chart-" + key, Title: title + ": " + g.subject, Description: seen}
}

// cell is the cell of a row in the column with the key; nil where it is not shown.
func (g grid) cell(row *statistics.Row, key string) *statistics.Cell {
	i := slices.IndexFunc(g.Columns, func(c statistics.Column) bool { return c.Key == key })
	if i < 0 || row.Cells[i].State != statistics.Shown {
		return nil
	}
	return &row.Cells[i]
}

func (g grid) value(row *statistics.Row, key string) (float64, bool) {
	c := g.cell(row, key)
	if c == nil || c.Value == nil {
		return 0, false
	}
	return *c.Value, true
}

// n is the number of samples that a row rests on.
func (g grid) n(row *statistics.Row) string {
	if c := g.cell(row, "n"); c != nil {
		return g.texts.Count(*c.N)
	}
	return nothing
}

func interval(ci *statistics.Interval) *chart.Interval {
	if ci == nil {
		return nil
	}
	return &chart.Interval{Low: ci[0], High: ci[1]}
}

// bars shows the shares of a column.
func (g grid) bars(title, key string) chartView {
	var bars []chart.Bar
	var seen []string
	for i := range g.Rows {
		row := &g.Rows[i]
		c := g.cell(row, key)
		if c == nil || row.Total || isNone(row) || len(bars) == mostBars {
			continue
		}
		b := chart.Bar{Label: g.rowName(g.Table, row), Value: *c.Value, Text: g.texts.Percent(*c.Value, 1), Note: g.of(c)}
		if g.Key == "contains" || g.Key == "adulterants" || g.Key == "substitutes" {
			b.Interval = interval(c.CI95)
		}
		bars = append(bars, b)
		seen = append(seen, b.Label+" "+b.Text)
	}
	most := 0.0
	if g.Key == "contains" {
		most = 100
	}
	return chartView{Key: g.Key, Title: title, chart: chart.Bars{
		Frame: g.frame(g.Key, title, g.list("page.figures.bars_seen", seen)), Bars: bars, Max: most,
	}}
}

// isNone tells whether a row is about samples without anything of what the others
// are about.
func isNone(row *statistics.Row) bool {
	return row.Cells[0].Label != nil && row.Cells[0].Label.Code == "none"
}

// list says in words what is seen in a chart.
func (g grid) list(key string, seen []string) string {
	return g.texts.Text(key, "List", strings.Join(seen, "; "))
}

// stack shows how all samples divide over the rows.
func (g grid) stack(title, key string) chartView {
	var parts []chart.Part
	var seen []string
	for i := range g.Rows {
		row := &g.Rows[i]
		c := g.cell(row, key)
		if c == nil {
			continue
		}
		p := chart.Part{
			Label: g.rowName(g.Table, row), Value: float64(*c.N),
			Text: g.texts.Percent(*c.Value, 1) + " (" + g.of(c) + ")",
		}
		parts = append(parts, p)
		seen = append(seen, p.Label+" "+p.Text)
	}
	return chartView{Key: g.Key, Title: title, chart: chart.Stack{
		Frame: g.frame(g.Key, title, g.list("page.figures.stack_seen", seen)), Parts: parts,
	}}
}

// unit is that of the amounts of the table, with what writes them.
func (g grid) unit() (unit string, write func(float64) string) {
	i := slices.IndexFunc(g.Columns, func(c statistics.Column) bool { return c.Key == "median" })
	return g.Columns[i].Unit, g.writer(g.Table, g.Columns[i])
}

// axis is that of the amounts of the table.
func (g grid) axis() chart.Axis {
	unit, _ := g.unit()
	return chart.Axis{Label: unit, Format: g.texts.Decimal}
}

// quartiles shows the distribution that each row summarises.
func (g grid) quartiles(title string) chartView {
	unit, write := g.unit()
	q := chart.Quartiles{Axis: g.axis(), NoteHead: "n"}
	var seen []string
	for i := range g.Rows {
		row := &g.Rows[i]
		if n := g.cell(row, "n"); n == nil || *n.N == 0 || !g.reported(row, unit) {
			continue
		}
		box := chart.Box{Label: g.boxName(row), Note: g.n(row), Instead: g.texts.Text("page.figures.too_few", "Least", statistics.MeanFrom)}
		if box.Spread = g.spread(row); box.Spread != nil {
			box.Text = write(box.Spread.Median)
			seen = append(seen, box.Label+" "+box.Text)
		}
		q.Boxes = append(q.Boxes, box)
	}
	if len(seen) == 0 {
		q.Boxes = nil
	}
	title = g.texts.Text("page.figures.boxes", "Title", title)
	q.Frame = g.frame(g.Key, title, g.list("page.figures.medians_seen", seen))
	return chartView{Key: g.Key, Title: title, chart: q}
}

// reported leaves out prices in other currencies, and those of no currency.
func (g grid) reported(row *statistics.Row, unit string) bool {
	c := g.cell(row, "currency")
	return c == nil || c.Label.Name.English == unit
}

// boxName names a row without what all rows share.
func (g grid) boxName(row *statistics.Row) string {
	var list []string
	for _, key := range []string{"substance", "unit", "quantity", "form"} {
		if c := g.cell(row, key); c != nil && (g.differs(key) || key == "form" || key == "quantity") {
			list = append(list, g.label(c.Label))
		}
	}
	return strings.Join(list, ", ")
}

// differs tells whether a column names several things.
func (g grid) differs(key string) bool {
	seen := ""
	for i := range g.Rows {
		c := g.cell(&g.Rows[i], key)
		if c == nil {
			continue
		}
		if name := c.Label.String(); seen == "" {
			seen = name
		} else if name != seen {
			return true
		}
	}
	return false
}

// spread is the distribution of a row, nil where too few amounts tell it.
func (g grid) spread(row *statistics.Row) *chart.Spread {
	var s chart.Spread
	for key, to := range map[string]*float64{"p25": &s.P25, "median": &s.Median, "p75": &s.P75, "mean": &s.Mean} {
		v, ok := g.value(row, key)
		if !ok {
			return nil
		}
		*to = v
	}
	low, hasLow := g.value(row, "p5")
	if high, ok := g.value(row, "p95"); ok && hasLow {
		s.Tails = &chart.Interval{Low: low, High: high}
	}
	return &s
}
