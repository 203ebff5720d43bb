package server

import (
	"slices"
	"strconv"
	"strings"

	"marquis/internal/chart"
	"marquis/internal/statistics"
)

// lines shows shares over the years, a line a column.
func (g grid) lines(key, title string, columns []string, most float64) chartView {
	l := chart.Lines{Axis: chart.Axis{Label: "%", Max: most, Format: g.texts.Decimal}, NoteHead: "n"}
	first := g.steps(&l)
	var seen []string
	for _, column := range columns {
		i := slices.IndexFunc(g.Columns, func(c statistics.Column) bool { return c.Key == column })
		s := chart.Series{Name: g.text(g.Columns[i].Name), Notes: g.blanks(len(l.Labels))}
		for k := range g.Rows {
			row := &g.Rows[k]
			c := g.cell(row, column)
			if c == nil {
				continue
			}
			at := *row.Cells[0].N - first
			s.Notes[at] = g.texts.Count(*c.N)
			tip := l.Labels[at] + ": " + g.texts.Percent(*c.Value, 1) + " (" + g.of(c) + ")"
			s.Points = append(s.Points, chart.Point{At: at, Value: *c.Value, Interval: interval(c.CI95), Tip: tip})
			seen = append(seen, tip)
		}
		if len(s.Points) > 0 {
			l.Series = append(l.Series, s)
		}
	}
	l.Frame = g.frame(key, title, g.list("page.figures.lines_seen", seen))
	return chartView{Key: key, Title: title, chart: l}
}

// steps fills in the years from the first row's to the last, and returns the first.
func (g grid) steps(l *chart.Lines) int {
	if len(g.Rows) == 0 {
		return 0
	}
	first, last := *g.Rows[0].Cells[0].N, 0
	for _, row := range g.Rows {
		first, last = min(first, *row.Cells[0].N), max(last, *row.Cells[0].N)
	}
	for y := first; y <= last; y++ {
		l.Labels = append(l.Labels, g.year(y))
	}
	return first
}

func (g grid) blanks(n int) []string {
	list := make([]string, n)
	for i := range list {
		list[i] = nothing
	}
	return list
}

// medians shows the medians over the years, a line for each form or kind of price.
func (g grid) medians(title string) chartView {
	unit, write := g.unit()
	l := chart.Lines{Axis: g.axis(), NoteHead: "n"}
	first := g.steps(&l)
	var seen []string
	for i := range g.Rows {
		row := &g.Rows[i]
		if q := g.cell(row, "quantity"); q != nil && q.Label.Code != "all" || !g.reported(row, unit) {
			continue
		}
		name := g.boxName(row)
		s := g.series(&l, name)
		if s == nil {
			continue
		}
		at := *row.Cells[0].N - first
		s.Notes[at] = g.n(row)
		if v, ok := g.value(row, "median"); ok {
			tip := strings.TrimSpace(name+" "+l.Labels[at]) + ": " + write(v)
			s.Points = append(s.Points, chart.Point{At: at, Value: v, Tip: tip})
			seen = append(seen, tip)
		}
	}
	l.Series = slices.DeleteFunc(l.Series, func(s chart.Series) bool { return len(s.Points) == 0 })
	title = g.texts.Text("page.figures.medians", "Title", title)
	l.Frame = g.frame(g.Key, title, g.list("page.figures.lines_seen", seen))
	return chartView{Key: g.Key, Title: title, chart: l}
}

// series is the line of a name, a new one where there is none yet; nil where there
// are more than can be told apart.
func (g grid) series(l *chart.Lines, name string) *chart.Series {
	i := slices.IndexFunc(l.Series, func(s chart.Series) bool { return s.Name == name })
	if i < 0 {
		if len(l.Series) == mostSeries {
			return nil
		}
		l.Series = append(l.Series, chart.Series{Name: name, Notes: g.blanks(len(l.Labels))})
		i = len(l.Series) - 1
	}
	return &l.Series[i]
}

// months shows counts by month.
func (t *teller) months(title string, counts [12]int) chart.Chart {
	c := chart.Columns{Axis: chart.Axis{Label: "n", Format: t.texts.Decimal}}
	var seen []string
	for i, n := range counts {
		c.Bars = append(c.Bars, chart.Bar{Label: strconv.Itoa(i + 1), Value: float64(n), Text: t.texts.Count(n)})
		seen = append(seen, strconv.Itoa(i+1)+": "+t.texts.Count(n))
	}
	c.Frame = chart.Frame{ID: "chart-months", Title: title, Description: t.texts.Text("page.figures.bars_seen", "List", strings.Join(seen, "; "))}
	return c
}
