package reports

import (
	"marquis/internal/lab"
	"marquis/internal/locale"
	"marquis/internal/statistics"
)

// percentUnit is the unit of mass fractions in the statistics.
const percentUnit = "%"

// summaryColumns are the columns of a summary of amounts and of what it leaves
// out.
func (b *book) summaryColumns(f format, n string) []column {
	columns := []column{{n, formatCount, 0, false}}
	for _, title := range []string{
		b.text("report.mean"), b.text("report.ci_low"), b.text("report.ci_high"), b.text("report.sd"), b.text("report.median"), b.text("report.p5"),
		b.text("report.p25"), b.text("report.p75"), b.text("report.p95"), b.text("report.min"), b.text("report.max"),
	} {
		columns = append(columns, column{title, f, 0, false})
	}
	return append(columns,
		column{b.text("report.unknown_basis"), formatCount, 0, false},
		column{b.text("report.other_unit"), formatCount, 0, false},
		column{b.text("report.remark"), formatRemark, 0, false})
}

// summary returns the cells of summaryColumns.
func (b *book) summary(n int, s statistics.Summary, unknownBasis, otherUnit int) []any {
	low, high := interval(s.MeanCI95)
	return []any{n, s.Mean, low, high, s.SD, s.Median, s.P5, s.P25, s.P75, s.P95, s.Min, s.Max, unknownBasis, otherUnit, b.withheld(n, true)}
}

// contentColumns are the columns of purity and of dose.
func (p *profile) contentColumns(f format) []column {
	return append([]column{
		{p.text("report.substance"), formatText, nameColumn, false},
		{p.text("report.form"), formatText, 16, false},
		{p.text("report.year"), formatYear, 0, false},
		{p.text("report.detected"), formatCount, 0, false},
		{p.text("report.below_loq"), formatCount, 0, false},
		{p.text("report.not_quantified"), formatCount, 0, false},
	}, p.summaryColumns(f, p.text("report.quantified_n"))...)
}

func (p *profile) contentRow(c statistics.Content, e yearEntry) []any {
	row := []any{p.substanceName(c.SubstanceID, c.Substance), p.formName(c.Form), e.year.Year, c.Detected, c.BelowLOQ, c.NotQuantified}
	return append(row, p.summary(c.N, c.Summary, c.UnknownBasis, c.OtherUnit)...)
}

// contentKey names a series of contents through the years.
type contentKey struct {
	substance lab.SubstanceID
	form      string
}

func keyOfContent(c statistics.Content) contentKey { return contentKey{c.SubstanceID, c.Form} }

func (p *profile) purityTable() {
	rows := overYears(p.entries, func(e *statistics.Entry) []statistics.Content { return e.Purity }, keyOfContent, p.contentRow)
	if len(rows) > 0 {
		p.table(table{title: p.text("report.purity_title"), note: p.text("report.purity_note"), columns: p.contentColumns(formatPercent), rows: rows})
	}
}

func (p *profile) doseTables() {
	doses := func(e *statistics.Entry) []statistics.Dose { return e.Dose }
	key := func(d statistics.Dose) contentKey { return keyOfContent(d.Content) }
	var all []statistics.Dose
	for _, e := range p.entries {
		if e.Entry != nil {
			all = append(all, e.Dose...)
		}
	}
	unit := statistics.DoseUnit(all)
	rows := overYears(p.entries, doses, key, func(d statistics.Dose, e yearEntry) []any { return p.contentRow(d.In(unit).Content, e) })
	if len(rows) == 0 {
		return
	}
	p.table(table{title: p.text("report.dose_title", "Unit", unit), note: p.text("report.dose_note"), columns: p.contentColumns(formatNumber), rows: rows})

	columns := append([]column{
		{p.text("report.substance"), formatText, nameColumn, false},
		{p.text("report.form"), formatText, 16, false},
		{p.text("report.year"), formatYear, 0, false},
		{p.text("report.band"), formatText, 0, false},
	}, p.proportionColumns(p.text("report.found_n"), p.text("report.of_quantified"), p.text("report.percent"))...)
	rows = nil
	for _, group := range overYears(p.entries, doses, key, func(d statistics.Dose, e yearEntry) []any {
		var list []any
		for _, band := range d.Bands {
			list = append(list, append([]any{p.substanceName(d.SubstanceID, d.Substance), p.formName(d.Form), e.year.Year, band.Band}, proportion(band.Proportion)...))
		}
		return list
	}) {
		for _, row := range group {
			rows = append(rows, row.([]any))
		}
	}
	if len(rows) > 0 {
		p.table(table{title: p.text("report.bands_title"), columns: columns, rows: rows})
	}
}

// priceColumns are the columns of prices, after those that say of what.
func (b *book) priceColumns() []column {
	columns := []column{{b.text("report.prices_n"), formatCount, 0, false}}
	for _, title := range []string{
		b.text("report.mean"), b.text("report.ci_low"), b.text("report.ci_high"), b.text("report.sd"), b.text("report.median"),
		b.text("report.p25"), b.text("report.p75"), b.text("report.min"), b.text("report.max"),
	} {
		columns = append(columns, column{title, formatMoney, 0, false})
	}
	return append(columns, column{b.text("report.remark"), formatRemark, 0, false})
}

func (b *book) priceCells(x statistics.Price) []any {
	low, high := interval(x.MeanCI95)
	return []any{x.N, x.Mean, low, high, x.SD, x.Median, x.P25, x.P75, x.Min, x.Max, b.withheld(x.N, false)}
}

func (p *profile) priceTables() {
	columns := append([]column{
		{p.text("report.quantity"), formatText, nameColumn, false},
		{p.text("report.per_unit"), formatText, 16, false},
		{p.text("report.currency"), formatText, 0, false},
		{p.text("report.year"), formatYear, 0, false},
	}, p.priceColumns()...)
	rows := overYears(p.entries, func(e *statistics.Entry) []statistics.Price { return e.Price }, keyOfPrice, func(x statistics.Price, e yearEntry) []any {
		return append([]any{p.quantityName(x.Quantity), p.locale.Code(locale.AmountUnits, string(x.Unit)), x.Currency, e.year.Year}, p.priceCells(x)...)
	})
	if len(rows) > 0 {
		p.table(table{title: p.text("report.price_title"), note: p.text("report.price_note"), columns: columns, rows: rows})
	}
	columns = append([]column{
		{p.text("report.substance"), formatText, nameColumn, false},
		{p.text("report.per_unit"), formatText, 16, false},
		{p.text("report.currency"), formatText, 0, false},
		{p.text("report.year"), formatYear, 0, false},
	}, p.priceColumns()...)
	rows = overYears(p.entries, func(e *statistics.Entry) []statistics.PurePrice { return e.PricePerPureGram },
		func(x statistics.PurePrice) lab.SubstanceID { return x.SubstanceID },
		func(x statistics.PurePrice, e yearEntry) []any {
			return append([]any{p.substanceName(x.SubstanceID, x.Substance), p.text("report.pure_gram"), x.Currency, e.year.Year}, p.priceCells(x.Price)...)
		})
	if len(rows) > 0 {
		p.table(table{title: p.text("report.pure_title"), note: p.text("report.pure_note"), columns: columns, rows: rows})
	}
}

type priceKey struct {
	currency string
	unit     lab.AmountUnit
	quantity string
}

func keyOfPrice(x statistics.Price) priceKey { return priceKey{x.Currency, x.Unit, x.Quantity} }

// mainContent returns the content that says most of a product: that of the most
// quantified samples, powder and crystal together.
func mainContent(e *statistics.Entry) *statistics.Content {
	var most *statistics.Content
	for i := range e.Purity {
		single := e.Purity[i].Form == string(lab.Powder) || e.Purity[i].Form == string(lab.Crystal)
		if c := &e.Purity[i]; !single && c.N > 0 && (most == nil || c.N > most.N) {
			most = c
		}
	}
	for i := range e.Dose {
		if c := &e.Dose[i].Content; c.N > 0 && (most == nil || c.N > most.N) {
			most = c
		}
	}
	return most
}

// sameContent returns what another year says of the same substance and form.
func sameContent(e *statistics.Entry, as *statistics.Content) *statistics.Content {
	for i := range e.Purity {
		if c := &e.Purity[i]; keyOfContent(*c) == keyOfContent(*as) {
			return c
		}
	}
	for i := range e.Dose {
		if c := &e.Dose[i].Content; keyOfContent(*c) == keyOfContent(*as) {
			return c
		}
	}
	return nil
}

// mainPrice returns the price, of all quantities, of the most samples.
func mainPrice(e *statistics.Entry) *statistics.Price {
	var most *statistics.Price
	for i := range e.Price {
		if x := &e.Price[i]; x.Quantity == allQuantities && x.N > 0 && (most == nil || x.N > most.N) {
			most = x
		}
	}
	return most
}

// samePrice returns a price of another year.
func samePrice(e *statistics.Entry, unit lab.AmountUnit, quantity string) *statistics.Price {
	for i := range e.Price {
		if x := &e.Price[i]; x.Unit == unit && x.Quantity == quantity {
			return x
		}
	}
	return nil
}
