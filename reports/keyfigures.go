package reports

import (
	"marquis/internal/lab"
	"marquis/internal/locale"
	"marquis/internal/statistics"
)

// keyProducts is the number of products among the key figures.
const keyProducts = 10

// writeKeyFigures writes what changed from the year before: counts, shares and
// amounts, each with the numbers that it rests on.
func (b *book) writeKeyFigures(s *sheet) {
	s.heading()
	s.freeze(firstRow-1, 0)
	if b.before == nil {
		s.put(1, s.next, b.text("report.key.no_year_before", "Year", b.year.Year-1), look{kind: kindNote})
		s.next += 2
	}
	s.table(b.keyCounts())
	s.table(b.keyShares())
	s.table(b.keyAmounts())
	if len(b.Years) >= minTrendYears {
		s.table(b.shareTrends())
		s.table(b.amountTrends())
	}
}

// years returns the titles of a pair of columns: the year of the report, and the
// year before it.
func (b *book) years(key string) (this, before string) {
	return b.text(key, "Year", b.year.Year), b.text(key, "Year", b.year.Year-1)
}

// keyColumn is the width of the names of key figures.
const keyColumn = 44

func (b *book) keyCounts() table {
	this, before := b.years("report.key.value_in")
	t := table{title: b.text("report.key.counts"), columns: []column{
		{b.text("report.key.figure"), formatWrapped, keyColumn, false},
		{this, formatCount, 0, false},
		{before, formatCount, 0, false},
		{b.text("report.key.change"), formatDelta, 0, false},
		{b.text("report.key.change_percent"), formatChange, 0, false},
	}}
	add := func(name string, count func(*statistics.Year) int) {
		row := []any{name, count(b.year), nil, nil, nil}
		if b.before != nil {
			was := count(b.before)
			row[2], row[3] = was, count(b.year)-was
			if was > 0 {
				row[4] = *percent(count(b.year)-was, was)
			}
		}
		t.rows = append(t.rows, row)
	}
	add(b.text("report.registered"), func(y *statistics.Year) int { return y.Registered })
	add(b.text("report.released"), func(y *statistics.Year) int { return y.Released })
	add(b.text("report.withdrawn"), func(y *statistics.Year) int { return y.Withdrawn })
	add(b.text("report.unreleased"), func(y *statistics.Year) int { return sum(y.Unreleased) })
	add(b.text("report.recognised"), func(y *statistics.Year) int { return y.Recognised })
	add(b.text("report.key.products"), func(y *statistics.Year) int { return len(y.Products) })
	return t
}

// keyShares tells shares in percent, and their change in percentage points.
func (b *book) keyShares() table {
	this, before := b.years("report.key.percent_in")
	thisN, beforeN := b.years("report.key.n_in")
	thisOf, beforeOf := b.years("report.key.of_in")
	t := table{title: b.text("report.key.shares"), note: b.text("report.key.shares_note"), columns: []column{
		{b.text("report.key.figure"), formatWrapped, keyColumn, false},
		{thisN, formatCount, 0, false},
		{thisOf, formatCount, 0, false},
		{this, formatPercent, 0, false},
		{beforeN, formatCount, 0, false},
		{beforeOf, formatCount, 0, false},
		{before, formatPercent, 0, false},
		{b.text("report.key.change_points"), formatPoints, 11, false},
	}}
	for _, f := range b.shareFigures() {
		t.rows = append(t.rows, b.shareRow(f))
	}
	return t
}

// shareFigure is a share among the key figures: in a year n of so many samples,
// in percent.
type shareFigure struct {
	name string
	in   func(*statistics.Year) (n, of int, percent *float64)
}

// shareFigures lists the shares among the key figures.
func (b *book) shareFigures() []shareFigure {
	var list []shareFigure
	for _, line := range statistics.OutcomeLines() {
		name := b.text("report.key.outcome", "Outcome", b.outcomeName(line))
		list = append(list, shareFigure{name, func(y *statistics.Year) (int, int, *float64) {
			n := line.Count(y.Outcomes)
			return n, y.Released, percent(n, y.Released)
		}})
	}
	for i := range b.year.Products[:min(keyProducts, len(b.year.Products))] {
		id := b.year.Products[i].ProductID
		name := b.entryName(&b.year.Products[i])
		figure := func(of func(*statistics.Entry) statistics.Proportion) func(*statistics.Year) (int, int, *float64) {
			return func(y *statistics.Year) (int, int, *float64) {
				e := y.Product(id)
				if e == nil {
					return 0, 0, nil
				}
				p := of(e)
				return p.N, p.Of, p.Percent
			}
		}
		list = append(list,
			shareFigure{b.text("report.key.share_of", "Product", name), figure(func(e *statistics.Entry) statistics.Proportion { return e.Share })},
			shareFigure{b.text("report.key.contains_of", "Product", name), figure(func(e *statistics.Entry) statistics.Proportion { return e.Contains.Any })})
	}
	return list
}

func (b *book) shareRow(f shareFigure) []any {
	n, of, p := f.in(b.year)
	row := []any{f.name, n, of, p, nil, nil, nil, nil}
	if b.before == nil {
		return row
	}
	n, of, was := f.in(b.before)
	if of > 0 {
		row[4], row[5], row[6] = n, of, was
	}
	if p != nil && was != nil {
		row[7] = *p - *was
	}
	return row
}

// keyAmounts tells medians, with the number of amounts that they rest on.
func (b *book) keyAmounts() table {
	this, before := b.years("report.key.median_in")
	thisN, beforeN := b.years("report.key.n_in")
	t := table{title: b.text("report.key.amounts"), note: b.text("report.key.amounts_note", "Least", statistics.MeanFrom), columns: []column{
		{b.text("report.key.figure"), formatWrapped, keyColumn, false},
		{thisN, formatCount, 0, false},
		{this, formatNumber, 0, false},
		{beforeN, formatCount, 0, false},
		{before, formatNumber, 0, false},
		{b.text("report.key.change"), formatDifference, 0, false},
		{b.text("report.key.change_percent"), formatChange, 0, false},
	}}
	for _, f := range b.amountFigures() {
		t.rows = append(t.rows, b.amountRow(f))
	}
	return t
}

// amountFigure is a median among the key figures: in a year, of n samples.
type amountFigure struct {
	name   string
	in     func(*statistics.Year) (n int, median *float64)
	format format
}

// amountFigures lists the medians among the key figures.
func (b *book) amountFigures() []amountFigure {
	list := []amountFigure{{b.text("report.key.turnaround"), func(y *statistics.Year) (int, *float64) {
		return y.TurnaroundDays.N, y.TurnaroundDays.Median
	}, formatNumber}}
	for i := range b.year.Products[:min(keyProducts, len(b.year.Products))] {
		e := &b.year.Products[i]
		name := b.entryName(e)
		if c := mainContent(e); c != nil {
			label := b.text("report.key.purity_of", "Product", name, "Substance", b.substanceName(c.SubstanceID, c.Substance), "Form", b.formName(c.Form))
			if c.Unit != percentUnit {
				label = b.text("report.key.dose_of", "Product", name, "Substance", b.substanceName(c.SubstanceID, c.Substance), "Form", b.formName(c.Form), "Unit", c.Unit)
			}
			list = append(list, amountFigure{label, amountOf(e.ProductID, func(x *statistics.Entry) (int, *float64) {
				if same := sameContent(x, c); same != nil {
					return same.N, same.Median
				}
				return 0, nil
			}), formatNumber})
		}
		if p := mainPrice(e); p != nil {
			label := b.text("report.key.price_of", "Product", name, "Currency", p.Currency, "Unit", b.locale.Code(locale.AmountUnits, string(p.Unit)))
			list = append(list, amountFigure{label, amountOf(e.ProductID, func(x *statistics.Entry) (int, *float64) {
				if same := samePrice(x, p.Unit, p.Quantity); same != nil {
					return same.N, same.Median
				}
				return 0, nil
			}), formatMoney})
		}
	}
	return list
}

// amountOf takes a figure of a product from a year.
func amountOf(id lab.ProductID, figure func(*statistics.Entry) (int, *float64)) func(*statistics.Year) (int, *float64) {
	return func(y *statistics.Year) (int, *float64) {
		if e := y.Product(id); e != nil {
			return figure(e)
		}
		return 0, nil
	}
}

func (b *book) amountRow(f amountFigure) []any {
	n, median := f.in(b.year)
	row := []any{f.name, n, formatted{median, f.format}, nil, nil, nil, nil}
	if b.before == nil {
		return row
	}
	n, was := f.in(b.before)
	row[3], row[4] = n, formatted{was, f.format}
	if median != nil && was != nil {
		row[5] = *median - *was
		if *was != 0 {
			row[6] = 100 * (*median - *was) / *was
		}
	}
	return row
}
