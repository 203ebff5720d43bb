package reports

import (
	"slices"
	"strconv"

	"marquis/internal/lab"
	"marquis/internal/locale"
	"marquis/internal/statistics"
)

// profile is one product over the years at hand, while its sheet is written.
type profile struct {
	*sheet
	name    string
	entry   *statistics.Entry // of the year of the report
	entries []yearEntry       // all years, rising
}

// yearEntry is what a year says of a product: nil if no sample was sold as it.
type yearEntry struct {
	year *statistics.Year
	*statistics.Entry
}

// writeProduct writes all that is known of a product: the charts on top, then a
// table for each subject with a row for each year, and at the end the figures that
// the charts show.
func (b *book) writeProduct(s *sheet, e *statistics.Entry) {
	p := &profile{sheet: s, name: b.entryName(e), entry: e}
	for _, y := range b.Years {
		p.entries = append(p.entries, yearEntry{y, y.Product(e.ProductID)})
	}
	s.heading()
	s.freeze(firstRow-1, 0)
	charts := p.charts()
	s.next = firstRow + bands(len(charts))*bandRows
	p.shareTable()
	p.containsTable()
	p.outcomeTable(p.text("report.outcomes_ours"), p.text("report.outcomes_ours_note"), statistics.OutcomeLines(), func(e *statistics.Entry) map[lab.Outcome]int { return e.Outcomes })
	p.outcomeTable(p.text("report.outcomes_euda"), p.text("report.outcomes_euda_note"), statistics.OutcomeLinesEUDA(), func(e *statistics.Entry) map[lab.Outcome]int { return e.OutcomesEUDA })
	p.purityTable()
	p.doseTables()
	p.priceTables()
	p.adulterantTables()
	p.substituteTable()
	p.foundTable()
	p.turnaroundTable()
	p.unreleasedTable()
	p.placeCharts(charts)
}

// yearly makes a row for each year; for a year without a sample it has the zeros
// that lead and nothing else.
func (p *profile) yearly(columns int, row func(yearEntry) []any) [][]any {
	var rows [][]any
	for _, e := range p.entries {
		cells := make([]any, columns)
		cells[0], cells[1] = e.year.Year, 0
		if e.Entry != nil {
			cells = append([]any{e.year.Year}, row(e)...)
		}
		rows = append(rows, cells)
	}
	return rows
}

// proportionColumns are the columns of a proportion and its interval.
func (b *book) proportionColumns(n, of, share string) []column {
	return []column{
		{n, formatCount, 0, false},
		{of, formatCount, 0, false},
		{share, formatPercent, 0, false},
		{b.text("report.ci_low"), formatPercent, 0, false},
		{b.text("report.ci_high"), formatPercent, 0, false},
	}
}

func (p *profile) yearColumn() column {
	return column{p.text("report.year"), formatYear, nameColumn, false}
}

func (p *profile) shareTable() {
	columns := append([]column{p.yearColumn()}, p.proportionColumns(p.text("report.registered"), p.text("report.of_all"), p.text("report.share"))...)
	columns = append(columns,
		column{p.text("report.share_without_n"), formatCount, 0, false},
		column{p.text("report.share_without_of"), formatCount, 0, false},
		column{p.text("report.share_without"), formatPercent, 0, false},
		column{p.text("report.released"), formatCount, 0, false},
		column{p.text("report.withdrawn"), formatCount, 0, false},
		column{p.text("report.unreleased"), formatCount, 0, false},
		column{p.text("report.recognised"), formatCount, 0, false})
	p.table(table{title: p.text("report.share_title"), columns: columns, rows: p.yearly(len(columns), func(e yearEntry) []any {
		without := e.ShareWithoutEcstasyTablets
		return append(proportion(e.Share), without.N, without.Of, without.Percent, e.ReleasedN, e.Entry.Withdrawn, sum(e.Entry.Unreleased), e.Entry.Recognised)
	})})
}

func (p *profile) containsTable() {
	columns := append([]column{p.yearColumn()}, p.proportionColumns(p.text("report.contains_any"), p.text("report.contains_of"), p.text("report.percent"))...)
	columns = append(columns, p.proportionColumns(p.text("report.contains_main"), p.text("report.contains_of"), p.text("report.percent"))...)
	for _, key := range []string{"report.no_adulterant", "report.only_traces", "report.any_adulterant"} {
		columns = append(columns, p.proportionColumns(p.text(key), p.text("report.of_containing"), p.text("report.percent"))...)
	}
	p.table(table{
		title: p.text("report.contains_title"), note: p.text("report.contains_note"), columns: columns,
		rows: p.yearly(len(columns), func(e yearEntry) []any {
			return slices.Concat(
				proportion(e.Contains.Any), proportion(e.Contains.Main), proportion(e.NoAdulterant), proportion(e.OnlyTraces), proportion(e.AnyAdulterant),
			)
		}),
	})
}

// outcomeName names a line of a table of outcomes.
func (b *book) outcomeName(line statistics.OutcomeLine) string {
	if line.Code == statistics.Together {
		return b.text("report.outcome_together")
	}
	return b.locale.Code(locale.Outcomes, line.Code)
}

func (p *profile) outcomeTable(title, note string, lines []statistics.OutcomeLine, outcomes func(*statistics.Entry) map[lab.Outcome]int) {
	columns := []column{p.yearColumn(), {p.text("report.released"), formatCount, 0, false}}
	for _, line := range lines {
		columns = append(columns, column{p.outcomeName(line), formatCount, 0, true})
	}
	for _, line := range lines {
		columns = append(columns, column{p.text("report.outcome_percent", "Outcome", p.outcomeName(line)), formatPercent, 0, true})
	}
	p.table(table{title: title, note: note, columns: columns, rows: p.yearly(len(columns), func(e yearEntry) []any {
		counts := outcomes(e.Entry)
		row := []any{e.ReleasedN}
		for _, line := range lines {
			row = append(row, line.Count(counts))
		}
		for _, line := range lines {
			row = append(row, percent(line.Count(counts), e.ReleasedN))
		}
		return row
	})})
}

func (p *profile) turnaroundTable() {
	columns := []column{
		p.yearColumn(),
		{p.text("report.turnaround_n"), formatCount, 0, false},
		{p.text("report.median_days"), formatNumber, 0, false},
		{p.text("report.p90_days"), formatNumber, 0, false},
		{p.text("report.confirmed_n"), formatCount, 0, false},
		{p.text("report.median_days"), formatNumber, 0, false},
		{p.text("report.p90_days"), formatNumber, 0, false},
		{p.text("report.remark"), formatRemark, 0, false},
	}
	p.table(table{title: p.text("report.turnaround_title"), columns: columns, rows: p.yearly(len(columns), func(e yearEntry) []any {
		t := e.Entry.TurnaroundDays
		return []any{t.N, t.Median, t.P90, t.Confirmed.N, t.Confirmed.Median, t.Confirmed.P90, p.withheld(min(t.N, t.Confirmed.N), false)}
	})})
}

// unreleasedTable tells why samples have no result, over the years at hand.
func (p *profile) unreleasedTable() {
	var list []map[string]int
	for _, e := range p.entries {
		if e.Entry != nil {
			list = append(list, e.Entry.Unreleased)
		}
	}
	reasons := keysOf(list...)
	if len(reasons) == 0 {
		return
	}
	columns := []column{p.yearColumn(), {p.text("report.unreleased"), formatCount, 0, false}}
	for _, reason := range reasons {
		columns = append(columns, column{p.reasonName(reason), formatCount, 0, true})
	}
	p.table(table{title: p.text("report.unreleased_title"), columns: columns, rows: p.yearly(len(columns), func(e yearEntry) []any {
		row := []any{sum(e.Entry.Unreleased)}
		for _, reason := range reasons {
			row = append(row, e.Entry.Unreleased[reason])
		}
		return row
	})})
}

// label is a year and the number that its figure rests on, as charts write it under
// an axis: without marks, at which a narrow label would be broken.
func (p *profile) label(year, n int) string {
	return p.text("report.chart.year_n", "Year", strconv.Itoa(year), "N", strconv.Itoa(n))
}
