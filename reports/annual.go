// Package reports writes workbooks from statistics. It is given its figures and
// reads neither database nor clock, so that the same input makes the same
// workbook. What comes from data is written as numbers and as text, never as a
// formula.
package reports

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"

	"marquis/internal/locale"
	"marquis/internal/statistics"
)

const (
	// minProductSheet is the number of registered samples from which a product
	// has a sheet of its own.
	minProductSheet = 10
	// maxProductSheets bounds the workbook: beyond that nobody finds anything.
	maxProductSheets = 40
)

// WriteAnnual writes the annual report as a workbook. It fails, having written
// nothing, when the rows are not as many as the year counts, or when a text holds
// what a workbook cannot keep.
func WriteAnnual(ctx context.Context, w io.Writer, a statistics.Annual) error {
	if len(a.Years) == 0 {
		return errors.New("the annual report needs the figures of its year")
	}
	if !slices.IsSortedFunc(a.Years, func(x, y *statistics.Year) int { return x.Year - y.Year }) {
		return errors.New("the years of the annual report must rise")
	}
	l, err := locale.New(a.Language)
	if err != nil {
		return err
	}
	b := newBook(ctx, &a, l)
	defer func() { _ = b.file.Close() }()
	b.write()
	if b.err != nil {
		return fmt.Errorf("annual report of %d: %w", b.year.Year, b.err)
	}
	b.sortTypes()
	return b.file.Write(w)
}

// write writes all sheets. They are made first, so that each knows its place and
// the others' names, and the one with the rows is written before those that tell
// what it holds.
func (b *book) write() {
	b.makeStyles()
	b.describe()
	contents := b.addSheet(sheetPlan{
		name: b.text("report.sheet.contents"), title: b.reportTitle(), tab: colourBlue, landscape: true,
	})
	key := b.addSheet(sheetPlan{
		name: b.text("report.sheet.key"), title: b.text("report.key.title", "Year", b.year.Year),
		about: b.text("report.key.about"), tab: colourBlue,
	})
	ranking := b.addSheet(sheetPlan{
		name: b.text("report.sheet.products"), title: b.text("report.products.title", "Year", b.year.Year),
		about: b.text("report.products.about"), tab: colourBlue, landscape: true,
	})
	products := b.addProductSheets()
	rest := b.addOverviewSheets()
	control := b.addSheet(sheetPlan{
		name: b.text("report.sheet.control"), title: b.text("report.control.title"), about: b.text("report.control.about"), tab: colourGrey,
	})
	rows := b.addSheet(sheetPlan{
		name: b.text("report.sheet.rows"), title: b.text("report.rows.title", "Year", b.year.Year),
		about: b.text("report.rows.about"), tab: colourGrey, landscape: true,
	})
	b.writeKeyFigures(key)
	b.writeRanking(ranking)
	for _, p := range products {
		b.writeProduct(p.sheet, p.entry)
	}
	b.writeContamination(rest.contamination)
	b.writeTraces(rest.traces)
	b.writePrices(rest.prices)
	b.writeServices(rest.services)
	b.writeMonths(rest.months)
	b.writeControl(control, b.writeRows(rows))
	b.writeContents(contents)
	for _, s := range b.sheets {
		s.finish()
	}
	b.file.SetActiveSheet(0)
}

// overview is the sheets that compare products, services and months.
type overview struct{ contamination, traces, prices, services, months *sheet }

func (b *book) addOverviewSheets() overview {
	add := func(name, title, about string) *sheet {
		return b.addSheet(sheetPlan{name: name, title: title, about: about, tab: colourOrange, landscape: true})
	}
	year := b.year.Year
	return overview{
		contamination: add(b.text("report.sheet.contamination"), b.text("report.contamination.title", "Year", year), b.text("report.contamination.about")),
		traces:        add(b.text("report.sheet.traces"), b.text("report.traces.title", "Year", year), b.text("report.traces.about")),
		prices:        add(b.text("report.sheet.prices"), b.text("report.prices.title", "Year", year), b.text("report.prices.about")),
		services:      add(b.text("report.sheet.services"), b.text("report.services.title", "Year", year), b.text("report.services.about")),
		months:        add(b.text("report.sheet.months"), b.text("report.months.title", "Year", year), b.text("report.months.about")),
	}
}
