package server

import (
	"errors"
	"slices"

	"marquis/internal/chart"
	"marquis/internal/statistics"
)

const mostBars = 15 // the table has the rest

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

// pictures are the charts that a table has.
func (g grid) pictures() []chartView {
	title := g.text(g.Title)
	switch g.Key {
	case "registered", "products", "found", "contains":
		share := g.Columns[slices.IndexFunc(g.Columns, func(c statistics.Column) bool { return c.Kind == statistics.ShareKind })]
		return []chartView{g.bars(title, share.Key)}
	case "substitutes", "adulterants":
		return []chartView{g.bars(g.texts.Text("page.figures.above_trace", "Title", title), "samples")}
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

// bars shows the shares of a column. What was only seen as less than the table counts is named
// and not drawn: a bar of nothing would say that it was not there.
func (g grid) bars(title, key string) chartView {
	var bars []chart.Bar
	var seen, less []string
	for i := range g.Rows {
		row := &g.Rows[i]
		c := g.cell(row, key)
		if c == nil || row.Total || g.besides() && isWhole(row) {
			continue
		}
		if g.besides() && *c.N == 0 {
			less = append(less, g.rowName(g.Table, row))
			continue
		}
		if len(bars) == mostBars {
			continue
		}
		b := chart.Bar{Label: g.rowName(g.Table, row), Value: *c.Value, Text: g.texts.Percent(*c.Value, 1), Note: g.of(c)}
		if g.Key == "contains" || g.besides() {
			b.Interval = interval(c.CI95)
		}
		bars = append(bars, b)
		seen = append(seen, b.Label+" "+b.Text)
	}
	most := 0.0
	if g.Key == "contains" {
		most = 100
	}
	description := g.list("page.figures.bars_seen", seen)
	if len(less) > 0 {
		description += " " + g.list("page.figures.only_less", less)
	}
	return chartView{Key: g.Key, Title: title, chart: chart.Bars{Frame: g.frame(g.Key, title, description), Bars: bars, Max: most}}
}

// stack shows how all samples divide over the rows.
func (g grid) stack(title, key string) chartView {
	var parts []chart.Part
	var seen []string
	for i := range g.Rows {
		row := &g.Rows[i]
		c := g.cell(row, key)
		if c == nil || row.Cells[0].Label != nil && row.Cells[0].Label.Code == statistics.Together {
			continue // the sum is no part
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
