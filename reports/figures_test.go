package reports

import (
	"fmt"
	"strconv"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"

	"marquis/internal/lab"
	"marquis/internal/statistics"
)

// reader reads tables back from a workbook, by their titles.
type reader struct {
	t     *testing.T
	sheet string
	rows  [][]string
}

func read(t *testing.T, f *excelize.File, sheet string) *reader {
	t.Helper()
	rows, err := f.GetRows(sheet, excelize.Options{RawCellValue: true})
	if err != nil {
		t.Fatal(err)
	}
	return &reader{t, sheet, rows}
}

// table returns the rows below the title and head of a table; the title is empty
// for the only table of a sheet.
func (r *reader) table(title string) [][]string {
	r.t.Helper()
	at := firstRow - 1
	if title != "" {
		for at = 0; at < len(r.rows) && (len(r.rows[at]) == 0 || r.rows[at][0] != title); at++ {
		}
		at++
	}
	for at < len(r.rows) && len(r.rows[at]) < 2 { // the note
		at++
	}
	var list [][]string
	for at++; at < len(r.rows) && len(r.rows[at]) > 0; at++ {
		list = append(list, r.rows[at])
	}
	return list
}

// row compares one row of a table, found by its first cells, with what it should
// hold.
func (r *reader) row(title string, label []any, want ...any) {
	r.t.Helper()
	for _, row := range r.table(title) {
		if !begins(row, label) {
			continue
		}
		for i, w := range want {
			got := ""
			if n := len(label) + i; n < len(row) {
				got = row[n]
			}
			if got != plain(w) {
				r.t.Errorf("%s, %s, %v, cell %d: %q, want %q", r.sheet, title, label, len(label)+i, got, plain(w))
			}
		}
		return
	}
	r.t.Errorf("%s has no row %v under %q", r.sheet, label, title)
}

func begins(row []string, label []any) bool {
	for i, l := range label {
		if i >= len(row) || row[i] != plain(l) {
			return false
		}
	}
	return true
}

// fraction is a percentage as a workbook keeps it.
type fraction struct{ percent *float64 }

func plain(v any) string {
	switch v := v.(type) {
	case nil:
		return ""
	case fraction:
		if v.percent == nil {
			return ""
		}
		return strconv.FormatFloat(*v.percent/100, 'f', -1, 64)
	case *float64:
		if v == nil {
			return ""
		}
		return strconv.FormatFloat(*v, 'f', -1, 64)
	}
	return fmt.Sprint(v)
}

func share(p statistics.Proportion) []any {
	cells := []any{p.N, p.Of, fraction{p.Percent}, nil, nil}
	if p.CI95 != nil {
		cells[3], cells[4] = fraction{&p.CI95[0]}, fraction{&p.CI95[1]}
	}
	return cells
}

func total[K comparable](m map[K]int) int {
	n := 0
	for _, x := range m {
		n += x
	}
	return n
}

// ours are the counts of our outcomes as they stand in a table: the sum of the first two is the
// third.
func ours(counts map[lab.Outcome]int) []int {
	only, unclear := counts[lab.ExpectedOnly], counts[lab.ExpectedUnclear]
	return []int{
		only, unclear, only + unclear, counts[lab.ExpectedPlusAdulterant], counts[lab.NotExpected], counts[lab.NothingDetected],
		counts[lab.OutcomeInconclusive], counts[lab.ExpectationUnknown],
	}
}

// TestFiguresAreTheStatistics reads every figure of the products back.
func TestFiguresAreTheStatistics(t *testing.T) {
	a := testAnnual(t, "en")
	f := opened(t, a)
	report := a.Years[2]
	sheets := 0
	for i := range report.Products {
		name := report.Products[i].Product
		if report.Products[i].N < minProductSheet {
			continue
		}
		sheets++
		r := read(t, f, name)
		for _, y := range a.Years {
			if e := y.Product(report.Products[i].ProductID); e != nil {
				r.entry(y.Year, e)
			}
		}
	}
	if sheets != 4 {
		t.Errorf("%d products have enough samples for a sheet, want 4", sheets)
	}
}

// entry compares the tables of a product with one year of its figures.
func (r *reader) entry(year int, e *statistics.Entry) {
	r.t.Helper()
	join := func(lists ...[]any) []any {
		var all []any
		for _, l := range lists {
			all = append(all, l...)
		}
		return all
	}
	without := e.ShareWithoutEcstasyTablets
	r.row("Share of all samples", []any{year}, join(share(e.Share), []any{
		without.N, without.Of, fraction{without.Percent}, e.ReleasedN, e.Withdrawn, total(e.Unreleased), e.Recognised,
	})...)
	r.row("Contains what was expected", []any{year}, join(
		share(e.Contains.Any), share(e.Contains.Main), share(e.NoAdulterant), share(e.OnlyTraces), share(e.AnyAdulterant),
	)...)
	for title, counts := range map[string][]int{
		"Outcomes: active adulterants": ours(e.Outcomes), "Outcomes: psychoactive adulterants (EUDA)": {
			e.OutcomesEUDA[lab.ExpectedOnly], e.OutcomesEUDA[lab.ExpectedPlusAdulterant], e.OutcomesEUDA[lab.NotExpected],
			e.OutcomesEUDA[lab.NothingDetected], e.OutcomesEUDA[lab.OutcomeInconclusive], e.OutcomesEUDA[lab.ExpectationUnknown],
		},
	} {
		cells := []any{e.ReleasedN}
		for _, n := range counts {
			cells = append(cells, n)
		}
		for _, n := range counts {
			p := 100 * float64(n) / float64(e.ReleasedN)
			cells = append(cells, fraction{&p})
		}
		r.row(title, []any{year}, cells...)
	}
	t := e.TurnaroundDays
	r.row("Turnaround, in days from receipt", []any{year}, t.N, t.Median, t.P90, t.Confirmed.N, t.Confirmed.Median, t.Confirmed.P90)
	for reason, n := range e.Unreleased {
		if reason == "not analysed: capacity" {
			r.row("Not released, by reason", []any{year}, total(e.Unreleased), n)
		}
	}
	r.contents(year, e)
	r.prices(year, e)
	r.substances(year, e)
}

var formNames = map[string]string{powderAndCrystal: "powder and crystal"}

func formName(form string) string {
	if name, ok := formNames[form]; ok {
		return name
	}
	return form
}

// amounts are the cells of a summary: as fractions, or as numbers.
func amounts(n int, s statistics.Summary, percent bool) []any {
	cells := []any{n}
	values := []*float64{s.Mean, nil, nil, s.SD, s.Median, s.P5, s.P25, s.P75, s.P95, s.Min, s.Max}
	if s.MeanCI95 != nil {
		values[1], values[2] = &s.MeanCI95[0], &s.MeanCI95[1]
	}
	for _, v := range values {
		if percent {
			cells = append(cells, fraction{v})
			continue
		}
		cells = append(cells, v)
	}
	return cells
}

func (r *reader) contents(year int, e *statistics.Entry) {
	r.t.Helper()
	compare := func(title string, c statistics.Content, percent bool) {
		cells := append([]any{c.Detected, c.BelowLOQ, c.NotQuantified}, amounts(c.N, c.Summary, percent)...)
		r.row(title, []any{c.Substance, formName(c.Form), year}, append(cells, c.UnknownBasis, c.OtherUnit)...)
	}
	for _, c := range e.Purity {
		compare("Purity: mass fraction as base", c, true)
	}
	for _, d := range e.Dose {
		compare("Dose: mg per unit, as base", d.Content, false)
		for _, band := range d.Bands {
			r.row("MDMA by band of the dose", []any{d.Substance, formName(d.Form), year, band.Band}, share(band.Proportion)...)
		}
	}
}

var quantityNames = map[string]string{"all": "all", "<=1": "up to 1", ">1-5": "over 1 to 5", ">5": "over 5"}

var unitNames = map[lab.AmountUnit]string{lab.Gram: "gram", lab.Piece: "piece", lab.Millilitre: "millilitre"}

func priceOf(x statistics.Price) []any {
	cells := []any{x.N, x.Mean, nil, nil, x.SD, x.Median, x.P25, x.P75, x.Min, x.Max}
	if x.MeanCI95 != nil {
		cells[2], cells[3] = &x.MeanCI95[0], &x.MeanCI95[1]
	}
	return cells
}

func (r *reader) prices(year int, e *statistics.Entry) {
	r.t.Helper()
	for _, x := range e.Price {
		r.row("Price", []any{quantityNames[x.Quantity], unitNames[x.Unit], x.Currency, year}, priceOf(x)...)
	}
	for _, x := range e.PricePerPureGram {
		r.row("Price per pure gram", []any{x.Substance, "pure gram (base)", x.Currency, year}, priceOf(x.Price)...)
	}
}

func (r *reader) substances(year int, e *statistics.Entry) {
	r.t.Helper()
	for _, x := range e.Adulterants {
		cells := append(share(x.Proportion), x.Quantified, x.BelowLOQ, x.Identified, x.Trace, x.Indicated)
		r.row("Adulterants", []any{x.Substance, year}, cells...)
		if x.Quantified > 0 {
			c := x.Concentration
			r.row("Concentration of adulterants, as base", []any{x.Substance, year}, append(amounts(c.N, c.Summary, true), c.UnknownBasis, c.OtherUnit)...)
		}
		for _, m := range x.Methods {
			if year == 2024 {
				r.row("Adulterants by method, 2024", []any{x.Substance, map[lab.MethodKind]string{lab.GCMS: "GC-MS", lab.FTIR: "FTIR"}[m.Method], string(m.Level)}, append(share(m.Proportion), m.Trace, m.Indicated)...)
			}
		}
	}
	for _, x := range e.CoOccurrence {
		if year == 2024 {
			r.row("Adulterants found together, 2024", []any{x.Substances[0], x.Substances[1]}, share(x.Proportion)...)
		}
	}
	for _, x := range e.Found {
		if year == 2024 {
			cells := append(share(x.Proportion), x.Main, x.Trace)
			for _, role := range lab.Roles {
				cells = append(cells, x.Roles[role])
			}
			r.row("Everything that was found, 2024", []any{x.Substance}, cells...)
		}
	}
	for _, x := range e.Substitutes {
		r.row("Substitutes: what was found instead", []any{x.Substance, year}, append(share(x.Proportion), x.Trace, x.Indicated)...)
	}
}

// TestOverviewsAreTheStatistics reads the sheets that compare products, services
// and months back.
func TestOverviewsAreTheStatistics(t *testing.T) {
	a := testAnnual(t, "en")
	f := opened(t, a)
	report, before := a.Years[2], a.Years[1]
	key, products, services := read(t, f, "Key figures"), read(t, f, "Products"), read(t, f, "Services")
	change := 100 * float64(report.Registered-before.Registered) / float64(before.Registered)
	key.row("Counts", []any{"Registered"}, report.Registered, before.Registered, report.Registered-before.Registered, fraction{&change})
	for i := range report.Products {
		e := &report.Products[i]
		without := e.ShareWithoutEcstasyTablets
		cells := append(share(e.Share), without.N, without.Of, fraction{without.Percent}, e.ReleasedN, e.Withdrawn, total(e.Unreleased), e.Recognised)
		for _, n := range ours(e.Outcomes) {
			cells = append(cells, n)
		}
		products.row("", []any{e.Product}, cells...)
		if was := before.Product(e.ProductID); was != nil {
			points := *e.Share.Percent - *was.Share.Percent
			key.row("Shares", []any{e.Product + ": share"}, e.Share.N, e.Share.Of, fraction{e.Share.Percent}, was.Share.N, was.Share.Of, fraction{was.Share.Percent}, points)
		}
		for _, x := range e.Price {
			read(t, f, "Prices").row("", []any{e.Product, unitNames[x.Unit], quantityNames[x.Quantity], x.Currency, 2024}, priceOf(x)...)
		}
		matrixRow(t, f, e)
	}
	for _, s := range append(a.Services, statistics.ServiceYear{Name: "All together", Year: report}) {
		cells := []any{s.Code, s.Year.Registered, s.Year.Released, s.Year.Withdrawn, total(s.Year.Unreleased), s.Year.Recognised}
		for _, n := range ours(s.Year.Outcomes) {
			cells = append(cells, n)
		}
		d := s.Year.TurnaroundDays
		services.row("", []any{s.Name}, append(cells, d.N, d.Median, d.P90, d.Confirmed.N, d.Confirmed.Median, d.Confirmed.P90)...)
	}
	months := read(t, f, "Months")
	for m := range 12 {
		months.row("Registered samples by month of receipt", []any{time.Month(m + 1).String()}, a.Years[0].Months[m], before.Months[m], report.Months[m])
	}
}

// matrixRow compares a product's row of the contamination matrices. Of the 25 samples of 2024
// that hold ketamine, levamisole was found above a trace in three and was only indicated in two;
// caffeine is a trace in four, so that its cell of the matrix above a trace is 0.
func matrixRow(t *testing.T, f *excelize.File, e *statistics.Entry) {
	t.Helper()
	r, less := read(t, f, "Contamination"), read(t, f, "Traces")
	if e.Contains.Any.N == 0 {
		return
	}
	of := func(name string, value func(*statistics.Adulterant) any) any {
		for i := range e.Adulterants {
			if e.Adulterants[i].Substance == name {
				return value(&e.Adulterants[i])
			}
		}
		return nil
	}
	counts := []any{e.Contains.Any.N, e.NoAdulterant.N, e.OnlyTraces.N, e.AnyAdulterant.N}
	shares := []any{e.Contains.Any.N, fraction{e.NoAdulterant.Percent}, fraction{e.OnlyTraces.Percent}, fraction{e.AnyAdulterant.Percent}}
	for _, name := range []string{formulaSubstanceName, "caffeine", "levamisole"} { // by number, then by name
		counts = append(counts, of(name, func(a *statistics.Adulterant) any { return a.N }))
		shares = append(shares, of(name, func(a *statistics.Adulterant) any { return fraction{a.Percent} }))
	}
	r.row("Number of samples, above a trace", []any{e.Product}, counts...)
	r.row("Prevalence, above a trace", []any{e.Product}, shares...)
	if e.Product == "ketamine" {
		r.row("Number of samples, above a trace", []any{"ketamine"}, 25, 16, 6, 3, nil, 0, 3)
		less.row("As a trace: number of samples", []any{"ketamine"}, 25, 6, 4, nil)
		less.row("Only indicated: number of samples", []any{"ketamine"}, 25, 6, nil, 2)
	}
	filled := func(n int) any {
		if n == 0 {
			return nil
		}
		return n
	}
	traces, indicated := []any{e.Contains.Any.N, e.OnlyTraces.N}, []any{e.Contains.Any.N, e.OnlyTraces.N}
	for _, name := range []string{"caffeine", "levamisole"} {
		traces = append(traces, of(name, func(a *statistics.Adulterant) any { return filled(a.Trace) }))
		indicated = append(indicated, of(name, func(a *statistics.Adulterant) any { return filled(a.Indicated) }))
	}
	less.row("As a trace: number of samples", []any{e.Product}, traces...)
	less.row("Only indicated: number of samples", []any{e.Product}, indicated...)
}
