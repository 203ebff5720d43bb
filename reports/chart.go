package reports

import (
	"strings"

	"github.com/xuri/excelize/v2"

	"marquis/internal/lab"
	"marquis/internal/locale"
)

// The size of a chart in pixels, and the place it takes on a sheet: so many
// charts beside each other, and so many rows for them.
const (
	chartWidth  = 520
	chartHeight = 270
	chartGap    = 14
	chartsBand  = 3
	bandRows    = 15
	rowPixels   = 20
)

// bands counts the bands that so many charts fill.
func bands(charts int) int { return (charts + chartsBand - 1) / chartsBand }

// chart is one chart over the years: one or more series of figures, and for each
// year a label that tells the number they rest on.
type chart struct {
	title   string
	unit    string // of the values, for the alternative text
	stacked bool
	bars    bool
	wide    bool    // for the names of months
	most    float64 // where the axis ends; 0 for where it likes
	format  format
	points  []point
	names   []string // of the series
	colours []colour
}

// point is a year in a chart. A value is nil where the figure is not shown.
type point struct {
	year, n int
	values  []*float64
}

// shown tells whether there is anything to draw.
func (c chart) shown() bool {
	for _, p := range c.points {
		for _, v := range p.values {
			if v != nil {
				return true
			}
		}
	}
	return false
}

// single starts a chart with one series.
func single(title, unit, series string, f format) chart {
	return chart{title: title, unit: unit, format: f, names: []string{series}, colours: []colour{colourBlue}}
}

// charts returns the charts of a product that have something to show.
func (p *profile) charts() []chart {
	var list []chart
	for _, c := range []chart{p.shareChart(), p.containsChart(), p.outcomeChart(), p.contentChart(), p.priceChart()} {
		if c.shown() {
			list = append(list, c)
		}
	}
	return list
}

// each adds a point for each year.
func (p *profile) each(c chart, values func(yearEntry) (n int, values []*float64)) chart {
	for _, e := range p.entries {
		x := point{year: e.year.Year, values: make([]*float64, len(c.names))}
		if e.Entry != nil {
			x.n, x.values = values(e)
		}
		c.points = append(c.points, x)
	}
	return c
}

func (p *profile) shareChart() chart {
	c := single(p.text("report.chart.share", "Product", p.name), percentUnit, p.text("report.share"), formatPercent)
	return p.each(c, func(e yearEntry) (int, []*float64) { return e.N, []*float64{e.Share.Percent} })
}

func (p *profile) containsChart() chart {
	c := single(p.text("report.chart.contains", "Product", p.name), percentUnit, p.text("report.contains_any"), formatPercent)
	c.names, c.colours, c.most = append(c.names, p.text("report.contains_main")), append(c.colours, colourOrange), 1
	return p.each(c, func(e yearEntry) (int, []*float64) {
		return e.Contains.Any.Of, []*float64{e.Contains.Any.Percent, e.Contains.Main.Percent}
	})
}

// outcomeColours go with lab.OutcomeClasses, and differ in lightness too.
var outcomeColours = []colour{colourBlue, colourSky, colourOrange, colourVermillion, colourLine, colourPurple, colourGrey}

func (p *profile) outcomeChart() chart {
	c := chart{title: p.text("report.chart.outcome", "Product", p.name), unit: percentUnit, stacked: true, most: 1, format: formatPercent, colours: outcomeColours}
	for _, o := range lab.OutcomeClasses {
		c.names = append(c.names, p.locale.Code(locale.Outcomes, string(o)))
	}
	return p.each(c, func(e yearEntry) (int, []*float64) {
		var values []*float64
		for _, o := range lab.OutcomeClasses {
			values = append(values, percent(e.Outcomes[o], e.ReleasedN))
		}
		return e.ReleasedN, values
	})
}

func (p *profile) contentChart() chart {
	main := mainContent(p.entry)
	if main == nil {
		return chart{}
	}
	substance, form := p.substanceName(main.SubstanceID, main.Substance), p.formName(main.Form)
	title, f := p.text("report.chart.purity", "Substance", substance, "Form", form), formatPercent
	if main.Unit != percentUnit {
		title, f = p.text("report.chart.dose", "Substance", substance, "Form", form, "Unit", main.Unit), formatNumber
	}
	c := single(title, main.Unit, p.text("report.mean"), f)
	return p.each(c, func(e yearEntry) (int, []*float64) {
		same := sameContent(e.Entry, main)
		if same == nil {
			return 0, []*float64{nil}
		}
		return same.N, []*float64{same.Mean}
	})
}

func (p *profile) priceChart() chart {
	main := mainPrice(p.entry)
	if main == nil {
		return chart{}
	}
	unit := p.locale.Code(locale.AmountUnits, string(main.Unit))
	c := single(p.text("report.chart.price", "Currency", main.Currency, "Unit", unit), main.Currency, p.text("report.median"), formatMoney)
	return p.each(c, func(e yearEntry) (int, []*float64) {
		same := samePrice(e.Entry, main.Unit, main.Quantity)
		if same == nil {
			return 0, []*float64{nil}
		}
		return same.N, []*float64{same.Median}
	})
}

// placeCharts writes the figures of the charts at the end of the sheet, so that
// they can be read as a table too, and draws the charts on top.
func (p *profile) placeCharts(charts []chart) {
	if len(charts) == 0 {
		return
	}
	p.put(1, p.next, p.text("report.chart.data"), look{kind: kindTableTitle})
	p.next++
	var tables []placed
	for _, c := range charts {
		tables = append(tables, p.chartTable(c))
	}
	p.finish() // charts take their places from the widths of the columns
	for i, c := range charts {
		at, x := p.columnAt((i%chartsBand)*(chartWidth+chartGap) + 4)
		p.draw(c, tables[i], 1, cell(at, firstRow+i/chartsBand*bandRows), x)
	}
}

// columnAt returns the column that so many pixels from the left lie in, and how
// many of them lie in it.
func (s *sheet) columnAt(pixels int) (column, rest int) {
	for column = 1; ; column++ {
		width := int(s.widths[column]*7 + 5)
		if s.widths[column] == 0 || pixels < width {
			return column, pixels
		}
		pixels -= width
	}
}

func (p *profile) chartTable(c chart) placed {
	t := table{note: c.title, columns: []column{{p.text("report.chart.label"), formatText, nameColumn, false}}}
	for _, name := range c.names {
		t.columns = append(t.columns, column{name, c.format, 0, false})
	}
	for _, x := range c.points {
		row := []any{p.label(x.year, x.n)}
		for _, v := range x.values {
			row = append(row, v)
		}
		t.rows = append(t.rows, row)
	}
	return p.table(t)
}

// draw draws a chart of a table: its first column names the points, and the
// series begin at the given one, counted from zero.
func (s *sheet) draw(c chart, from placed, first int, at string, x int) {
	kind := excelize.Line
	switch {
	case c.stacked:
		kind = excelize.ColPercentStacked
	case c.bars || len(c.points) == 1:
		kind = excelize.Col
	}
	legend := excelize.ChartLegend{Position: "none"}
	if len(c.names) > 1 {
		legend = excelize.ChartLegend{Position: "bottom", Font: chartFont(8)}
	}
	var series []excelize.ChartSeries
	for i := range c.names {
		dash := excelize.LineDashSolid
		if i > 0 {
			dash = excelize.LineDashDash // to be told apart without colour
		}
		series = append(series, excelize.ChartSeries{
			Name: from.titleOf(first + i), Categories: from.column(0), Values: from.column(first + i), Fill: solid(c.colours[i]),
			Line:   excelize.LineOptions{Type: excelize.LineSolid, Width: 2, Dash: dash, Fill: solid(c.colours[i])},
			Marker: excelize.ChartMarker{Symbol: markers[i%len(markers)], Size: 6, Fill: solid(c.colours[i])},
		})
	}
	gap, zero, plain, width := uint(60), 0.0, false, uint(chartWidth)
	if c.wide {
		width += chartWidth / 2
	}
	axis := excelize.ChartAxis{Minimum: &zero, MajorGridLines: true, Font: *chartFont(8), NumFmt: excelize.ChartNumFmt{CustomNumFmt: s.axisFormat(c)}}
	if len(c.points) == 1 {
		gap = 300 // a single column need not fill the chart
	}
	if c.most > 0 {
		axis.Maximum = &c.most
	}
	s.do(s.file.AddChart(s.name, at, &excelize.Chart{
		Type: kind, Series: series, Dimension: excelize.ChartDimension{Width: width, Height: chartHeight}, Legend: legend, GapWidth: &gap,
		Title:      excelize.ChartTitle{Paragraph: []excelize.RichTextRun{{Text: c.title, Font: &excelize.Font{Size: 10, Bold: true, Color: string(colourInk), Family: "Calibri"}}}},
		XAxis:      excelize.ChartAxis{Font: *chartFont(8)},
		YAxis:      axis,
		VaryColors: &plain, ShowBlanksAs: "gap",
		Format: excelize.GraphicOptions{AltText: s.altText(c), Name: c.title, OffsetX: x, OffsetY: 2, Positioning: "oneCell"},
		Border: excelize.LineOptions{Type: excelize.LineNone},
	}))
}

var markers = []string{"circle", "diamond"}

func chartFont(size float64) *excelize.Font {
	return &excelize.Font{Size: size, Color: string(colourInk), Family: "Calibri"}
}

// axisFormat shows whole percentages and whole amounts.
func (s *sheet) axisFormat(c chart) string {
	switch c.format {
	case formatPercent:
		return "0%"
	case formatNumber:
		return "0"
	}
	return s.numberFormat(c.format)
}

// altText tells in words what a chart shows.
func (s *sheet) altText(c chart) string {
	var years []string
	for _, x := range c.points {
		var values []string
		for i, v := range x.values {
			figure := s.text("report.chart.not_shown")
			if v != nil {
				figure = s.locale.Decimal(*v, 1) + " " + c.unit
			}
			values = append(values, strings.ToLower(c.names[i])+" "+figure)
		}
		years = append(years, s.text("report.chart.alt_year", "Year", x.year, "Values", strings.Join(values, ", "), "N", s.locale.Count(x.n)))
	}
	return s.text("report.chart.alt", "Title", c.title, "Years", strings.Join(years, "; "))
}
