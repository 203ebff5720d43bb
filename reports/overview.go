package reports

import (
	"time"

	"marquis/internal/lab"
	"marquis/internal/locale"
	"marquis/internal/statistics"
)

// writePrices lists the prices of all products over the years at hand.
func (b *book) writePrices(s *sheet) {
	s.heading()
	t := table{columns: append([]column{
		{b.text("report.product_name"), formatText, nameColumn, false},
		{b.text("report.per_unit"), formatText, 14, false},
		{b.text("report.quantity"), formatText, 14, false},
		{b.text("report.currency"), formatText, 0, false},
		{b.text("report.year"), formatYear, 0, false},
	}, b.priceColumns()...)}
	other := table{title: b.text("report.prices.left_out"), note: b.text("report.prices.left_out_note"), columns: []column{
		{b.text("report.product_name"), formatText, nameColumn, false},
		{b.text("report.prices.free"), formatCount, 14, false},
		{b.text("report.prices.other"), formatText, 14, false},
	}}
	for i := range b.year.Products {
		e := &b.year.Products[i]
		name := b.entryName(e)
		t.rows = append(t.rows, overYears(b.entriesOf(e.ProductID), func(x *statistics.Entry) []statistics.Price { return x.Price }, keyOfPrice,
			func(x statistics.Price, y yearEntry) []any {
				return append([]any{name, b.locale.Code(locale.AmountUnits, string(x.Unit)), b.quantityName(x.Quantity), x.Currency, y.year.Year}, b.priceCells(x)...)
			})...)
		if e.PriceFree > 0 || len(e.PriceOtherCurrencies) > 0 {
			other.rows = append(other.rows, []any{name, e.PriceFree, otherCurrencies(e.PriceOtherCurrencies)})
		}
	}
	p := s.table(t)
	s.freeze(p.head, 1)
	s.repeat(p.head, p.head)
	s.filter(p, len(t.columns))
	if len(other.rows) > 0 {
		s.table(other)
	}
}

// entriesOf returns a product's figures of all years.
func (b *book) entriesOf(id lab.ProductID) []yearEntry {
	var list []yearEntry
	for _, y := range b.Years {
		list = append(list, yearEntry{y, y.Product(id)})
	}
	return list
}

// writeServices compares the services, with all of them together at the end.
func (b *book) writeServices(s *sheet) {
	s.heading()
	t := table{strong: 1, columns: []column{
		{b.text("report.service"), formatText, nameColumn, false},
		{b.text("report.code"), formatText, 0, false},
		{b.text("report.registered"), formatCount, 10, false},
		{b.text("report.released"), formatCount, 10, false},
		{b.text("report.withdrawn"), formatCount, 10, false},
		{b.text("report.unreleased"), formatCount, 10, false},
		{b.text("report.recognised"), formatCount, 11, false},
	}}
	for _, line := range statistics.OutcomeLines() {
		t.columns = append(t.columns, column{b.outcomeName(line), formatCount, 11, false})
	}
	t.columns = append(t.columns,
		column{b.text("report.turnaround_n"), formatCount, 12, false},
		column{b.text("report.median_days"), formatNumber, 0, false},
		column{b.text("report.p90_days"), formatNumber, 0, false},
		column{b.text("report.confirmed_n"), formatCount, 12, false},
		column{b.text("report.median_days"), formatNumber, 0, false},
		column{b.text("report.p90_days"), formatNumber, 0, false},
		column{b.text("report.remark"), formatRemark, 12, false})
	for _, x := range b.Services {
		t.rows = append(t.rows, b.serviceRow(x.Name, x.Code, x.Year))
	}
	t.rows = append(t.rows, b.serviceRow(b.text("report.all_together"), "", b.year))
	p := s.table(t)
	s.freeze(p.head, 1)
	s.repeat(p.head, p.head)
}

func (b *book) serviceRow(name, code string, y *statistics.Year) []any {
	row := []any{name, code, y.Registered, y.Released, y.Withdrawn, sum(y.Unreleased), y.Recognised}
	for _, line := range statistics.OutcomeLines() {
		row = append(row, line.Count(y.Outcomes))
	}
	t := y.TurnaroundDays
	return append(row, t.N, t.Median, t.P90, t.Confirmed.N, t.Confirmed.Median, t.Confirmed.P90, b.withheld(min(t.N, t.Confirmed.N), false))
}

// monthProducts is the number of products that are told by month.
const monthProducts = 15

// writeMonths tells when samples were received: of all products over the years
// at hand, and of the most frequent products in the year of the report.
func (b *book) writeMonths(s *sheet) {
	s.heading()
	t := table{title: b.text("report.months.years"), strong: 1, columns: []column{{b.text("report.month"), formatText, nameColumn, false}}}
	var lists [][12]int
	for _, y := range b.Years {
		t.columns = append(t.columns, column{b.text("report.months.registered_in", "Year", y.Year), formatCount, 11, false})
		lists = append(lists, y.Months)
	}
	t.rows = b.monthRows(lists)
	p := s.table(t)
	s.freeze(firstRow-1, 1)

	byProduct := table{title: b.text("report.months.products", "Year", b.year.Year), strong: 1, columns: []column{{b.text("report.month"), formatText, nameColumn, false}}}
	lists = nil
	for i := range b.year.Products[:min(monthProducts, len(b.year.Products))] {
		byProduct.columns = append(byProduct.columns, column{b.entryName(&b.year.Products[i]), formatCount, 11, false})
		lists = append(lists, b.year.Products[i].Months)
	}
	byProduct.rows = b.monthRows(lists)
	s.table(byProduct)
	if b.year.Registered > 0 {
		s.finish()
		s.monthChart(p)
	}
}

// monthRows makes a row for each month and one of their sums.
func (b *book) monthRows(lists [][12]int) [][]any {
	var rows [][]any
	for m := time.January; m <= time.December; m++ {
		row := []any{b.locale.Month(m)}
		for _, list := range lists {
			row = append(row, list[m-1])
		}
		rows = append(rows, row)
	}
	total := []any{b.text("report.all_together")}
	for _, list := range lists {
		n := 0
		for _, x := range list {
			n += x
		}
		total = append(total, n)
	}
	return append(rows, total)
}

// monthChart draws the months of the year of the report beside their table.
func (s *sheet) monthChart(p placed) {
	p.last-- // without the sum
	c := chart{
		title: s.text("report.chart.months", "Year", s.year.Year, "N", s.locale.Count(s.year.Registered)),
		names: []string{s.text("report.registered")}, colours: []colour{colourBlue}, bars: true, wide: true, format: formatCount,
	}
	for m, n := range s.year.Months {
		v := float64(n)
		c.points = append(c.points, point{year: m + 1, n: n, values: []*float64{&v}})
	}
	s.draw(c, p, len(s.Years), cell(len(s.Years)+3, p.head), 0)
}
