package reports

import (
	"marquis/internal/statistics"
)

// minTrendYears is the number of years from which a trend is told: two points
// always lie on a line.
const minTrendYears = 3

// trendColumns are the columns of a table of trends. The effect and its interval
// come before the test.
func (b *book) trendColumns(change string) []column {
	return []column{
		{b.text("report.key.figure"), formatWrapped, keyColumn, false},
		{b.text("report.trend.years"), formatCount, 0, false},
		{change, formatTrend, 0, false},
		{b.text("report.trend.low"), formatTrend, 0, false},
		{b.text("report.trend.high"), formatTrend, 0, false},
		{b.text("report.trend.p"), formatRemark, 0, false},
	}
}

// shareTrends tells how the shares among the key figures change over the years at
// hand.
func (b *book) shareTrends() table {
	t := table{
		title: b.text("report.trend.shares"), note: b.text("report.trend.shares_note"),
		columns: b.trendColumns(b.text("report.trend.points")),
	}
	for _, f := range b.shareFigures() {
		var points []statistics.SharePoint
		for _, y := range b.Years {
			if n, of, _ := f.in(y); of > 0 {
				points = append(points, statistics.SharePoint{Year: y.Year, N: n, Of: of})
			}
		}
		if trend := statistics.TrendOfShares(points); trend.Years >= minTrendYears {
			t.rows = append(t.rows, b.trendRow(f.name, trend.Years, trend.Change, trend.CI95, trend.P))
		}
	}
	return t
}

// amountTrends tells how the medians among the key figures change over the years
// at hand.
func (b *book) amountTrends() table {
	t := table{
		title: b.text("report.trend.amounts"), note: b.text("report.trend.amounts_note"),
		columns: b.trendColumns(b.text("report.trend.amount")),
	}
	for _, f := range b.amountFigures() {
		var points []statistics.AmountPoint
		for _, y := range b.Years {
			if _, median := f.in(y); median != nil {
				points = append(points, statistics.AmountPoint{Year: y.Year, Median: *median})
			}
		}
		if trend := statistics.TrendOfAmounts(points); trend.Years >= minTrendYears {
			t.rows = append(t.rows, b.trendRow(f.name, trend.Years, trend.Change, trend.CI95, trend.P))
		}
	}
	return t
}

func (b *book) trendRow(name string, years int, change *float64, ci *statistics.Interval, p *float64) []any {
	row := []any{name, years, change, nil, nil, nil}
	if ci != nil {
		row[3], row[4] = ci[0], ci[1]
	}
	if p != nil {
		row[5] = b.probability(*p)
	}
	return row
}

// probability writes the result of a test, which nobody should read to more than
// three decimals.
func (b *book) probability(p float64) string {
	const least = 0.001
	if p < least {
		return "< " + b.locale.Decimal(least, 3)
	}
	return b.locale.Decimal(p, 3)
}
