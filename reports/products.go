package reports

import (
	"marquis/internal/statistics"
)

// productSheet is the sheet of one product.
type productSheet struct {
	sheet *sheet
	entry *statistics.Entry
}

// addProductSheets makes the sheets of the products with enough samples, those
// with the most first.
func (b *book) addProductSheets() []productSheet {
	var list []productSheet
	for i := range b.year.Products {
		e := &b.year.Products[i]
		if e.N < minProductSheet || len(list) == maxProductSheets {
			continue
		}
		name := b.entryName(e)
		list = append(list, productSheet{b.addSheet(sheetPlan{
			name: name, title: b.text("report.product.title", "Product", name, "Year", b.year.Year),
			about: b.text("report.product.about", "Count", e.N), tab: colourSky, landscape: true,
		}), e})
	}
	return list
}

// nameColumn is the width of the names of products and substances.
const nameColumn = 26

// writeRanking lists all products of the year, and how many samples and which
// share they had in the years at hand.
func (b *book) writeRanking(s *sheet) {
	s.heading()
	t := table{columns: []column{
		{b.text("report.product_name"), formatText, nameColumn, false},
		{b.text("report.registered"), formatCount, 10, false},
		{b.text("report.of_all"), formatCount, 0, false},
		{b.text("report.share"), formatPercent, 0, false},
		{b.text("report.ci_low"), formatPercent, 0, false},
		{b.text("report.ci_high"), formatPercent, 0, false},
		{b.text("report.share_without_n"), formatCount, 11, false},
		{b.text("report.share_without_of"), formatCount, 11, false},
		{b.text("report.share_without"), formatPercent, 11, false},
		{b.text("report.released"), formatCount, 0, false},
		{b.text("report.withdrawn"), formatCount, 0, false},
		{b.text("report.unreleased"), formatCount, 0, false},
		{b.text("report.recognised"), formatCount, 11, false},
	}}
	for _, line := range statistics.OutcomeLines() {
		t.columns = append(t.columns, column{b.outcomeName(line), formatCount, 11, false})
	}
	earlier := b.Years[:len(b.Years)-1]
	for _, y := range earlier {
		t.columns = append(t.columns, column{b.text("report.products.registered_in", "Year", y.Year), formatCount, 10, false})
	}
	for _, y := range earlier {
		t.columns = append(t.columns, column{b.text("report.products.share_in", "Year", y.Year), formatPercent, 0, false})
	}
	for i := range b.year.Products {
		t.rows = append(t.rows, b.rankingRow(&b.year.Products[i], earlier))
	}
	p := s.table(t)
	s.freeze(p.head, 1)
	s.repeat(p.head, p.head)
	s.filter(p, len(t.columns))
}

func (b *book) rankingRow(e *statistics.Entry, earlier []*statistics.Year) []any {
	row := append([]any{b.entryName(e)}, proportion(e.Share)...)
	without := e.ShareWithoutEcstasyTablets
	row = append(row, without.N, without.Of, without.Percent, e.ReleasedN, e.Withdrawn, sum(e.Unreleased), e.Recognised)
	for _, line := range statistics.OutcomeLines() {
		row = append(row, line.Count(e.Outcomes))
	}
	var shares []any
	for _, y := range earlier {
		x := y.Product(e.ProductID)
		if x == nil {
			row, shares = append(row, 0), append(shares, nil)
			continue
		}
		row, shares = append(row, x.N), append(shares, x.Share.Percent)
	}
	return append(row, shares...)
}

// filter lets readers sort and filter a table.
func (s *sheet) filter(p placed, columns int) {
	if p.last >= p.first {
		s.do(s.file.AutoFilter(s.name, cell(1, p.head)+":"+cell(columns, p.last), nil))
		s.setProperties() // the filter forgets them
	}
}
