package server

import (
	"slices"
	"strings"

	"marquis/internal/chart"
	"marquis/internal/statistics"
)

const mostSeries = 6 // that can be told apart

// grid finds the cells of a table by the keys of its columns.
type grid struct {
	*statistics.Table
	*teller
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

// isWhole tells whether a row is about how all samples divide, where the others are about
// substances.
func isWhole(row *statistics.Row) bool {
	return row.Cells[0].Label != nil && row.Cells[0].Label.Code != ""
}

// besides tells that the table counts what was found above a trace, with what was seen as less
// beside it.
func (g grid) besides() bool { return g.Key == "adulterants" || g.Key == "substitutes" }

// list says in words what is seen in a chart.
func (g grid) list(key string, seen []string) string {
	return g.texts.Text(key, "List", strings.Join(seen, "; "))
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
