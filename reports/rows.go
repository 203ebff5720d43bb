package reports

import (
	"fmt"

	"github.com/xuri/excelize/v2"

	"marquis/internal/lab"
	"marquis/internal/locale"
	"marquis/internal/statistics"
)

// The columns of the rows, counted from zero.
const (
	rowMonth = iota
	rowService
	rowProduct
	rowExpected
	rowForm
	rowState
	rowReason
	rowRelease
	rowLevel
	rowOutcome
	rowOutcomeEUDA
	rowContains
	rowContainsMain
	rowAmountOf
	rowAmount
	rowAmountUnit
	rowFound
	rowPrice
	rowCurrency
	rowPriceUnit
	rowBand
	rowDays
	rowColumns
)

const (
	// maxRows is what fits below the heading of a sheet.
	maxRows = excelize.TotalRows - firstRow
	// progressRows is the number of rows after which the caller hears of it.
	progressRows = 1000
)

// rowRange is where the rows stand.
type rowRange struct {
	sheet string
	count int
	left  bool // they were left out, being too many
}

// column refers to the values of a column.
func (r rowRange) column(i int) string {
	return fmt.Sprintf("%s!%s:%s", quote(r.sheet), absolute(i+1, firstRow+1), absolute(i+1, firstRow+r.count))
}

func (b *book) rowHeads() [rowColumns]column {
	return [rowColumns]column{
		rowMonth:        {b.text("report.rows.month"), formatLeft, 8, false},
		rowService:      {b.text("report.service"), formatText, 10, false},
		rowProduct:      {b.text("report.rows.product"), formatText, 20, false},
		rowExpected:     {b.text("report.rows.expected"), formatText, 20, false},
		rowForm:         {b.text("report.form"), formatText, 12, false},
		rowState:        {b.text("report.rows.state"), formatText, 14, false},
		rowReason:       {b.text("report.rows.reason"), formatText, 16, false},
		rowRelease:      {b.text("report.rows.release"), formatText, 12, false},
		rowLevel:        {b.text("report.level"), formatText, 13, false},
		rowOutcome:      {b.text("report.rows.outcome"), formatText, 26, false},
		rowOutcomeEUDA:  {b.text("report.rows.outcome_euda"), formatText, 26, false},
		rowContains:     {b.text("report.rows.contains"), formatText, 11, false},
		rowContainsMain: {b.text("report.rows.contains_main"), formatText, 14, false},
		rowAmountOf:     {b.text("report.rows.amount_of"), formatText, 18, false},
		rowAmount:       {b.text("report.rows.amount"), formatNumber, 12, false},
		rowAmountUnit:   {b.text("report.rows.amount_unit"), formatRemark, 9, false},
		rowFound:        {b.text("report.rows.found"), formatText, 56, false},
		rowPrice:        {b.text("report.rows.price"), formatAmount, 11, false},
		rowCurrency:     {b.text("report.currency"), formatRemark, 10, false},
		rowPriceUnit:    {b.text("report.rows.price_unit"), formatText, 10, false},
		rowBand:         {b.text("report.rows.quantity"), formatText, 12, false},
		rowDays:         {b.text("report.rows.days"), formatCount, 14, false},
	}
}

// writeRows streams the samples of the year as a table, without anything that
// leads to one of them: no number, no day, no place, no notes.
func (b *book) writeRows(s *sheet) rowRange {
	r := rowRange{sheet: s.name, left: b.year.Registered > maxRows}
	s.freeze(firstRow, 3)
	s.repeat(firstRow, firstRow)
	stream, err := b.file.NewStreamWriter(s.name)
	b.do(err)
	if b.err != nil {
		return r
	}
	heads := b.rowHeads()
	for i, c := range heads {
		b.do(stream.SetColWidth(i+1, i+1, c.headWidth()))
		b.do(stream.SetColStyle(i+1, i+1, b.styles[look{kindBare, c.format}]))
	}
	about := b.text("report.rows.note")
	if r.left {
		about = b.text("report.rows.left", "Most", b.locale.Count(maxRows))
	}
	s.streamHeading(stream, about, heads[:])
	if !r.left {
		r.count = b.streamRows(stream)
		if r.count != b.year.Registered {
			b.do(fmt.Errorf("there are %d rows of samples and %d registered in the figures: the data changed in between, so make the report again", r.count, b.year.Registered))
		}
	}
	if r.count > 0 {
		b.do(stream.AddTable(&excelize.Table{
			Range: cell(1, firstRow) + ":" + cell(rowColumns, firstRow+r.count), Name: "Samples", StyleName: "TableStyleLight1",
		}))
	}
	b.do(stream.Flush())
	return r
}

// streamRows writes the rows and counts them.
func (b *book) streamRows(stream *excelize.StreamWriter) int {
	w := newRowWriter(b)
	n := 0
	if b.Rows == nil {
		return n
	}
	for row, err := range b.Rows {
		if b.do(err); b.err != nil {
			return n
		}
		n++
		if n > maxRows {
			return n
		}
		if n%progressRows == 0 {
			b.do(b.context.Err())
			if b.Progress != nil {
				b.Progress(n)
			}
		}
		b.do(stream.SetRow(cell(1, firstRow+n), w.cells(&row)))
		b.do(w.err)
	}
	if b.Progress != nil {
		b.Progress(n)
	}
	return n
}

// rowWriter makes the cells of rows. Rows share their classes, so what follows
// from a class is made once.
type rowWriter struct {
	book     *book
	classes  map[*lab.SampleClass][]any
	findings map[findingOf]*findingText
	services map[string]any
	row      [rowColumns]any
	present  []present
	text     []byte
	mark     byte // of decimals
	err      error
}

// present is a finding of the row at hand.
type present struct {
	*findingText
	base int64
}

// findingOf is a class of findings, of blotters or of anything else.
type findingOf struct {
	*lab.FindingClass
	blotter bool
}

// findingText is what a row says of a finding, but for its amount.
type findingText struct {
	name     string
	cell     any // the name
	after    string
	rank     int
	unit     string
	unitCell any     // nil for none
	per      float64 // steps of the scale in the shown unit; 0 without an amount
	found    bool    // or unidentified, but not "not detected"
	expected bool    // with an amount as base
}

func newRowWriter(b *book) *rowWriter {
	return &rowWriter{
		book: b, classes: map[*lab.SampleClass][]any{}, findings: map[findingOf]*findingText{},
		services: map[string]any{}, mark: b.locale.Mark()[0],
	}
}

// cells returns the cells of a row; they are valid until the next.
func (w *rowWriter) cells(r *statistics.SampleRow) []any {
	class, ok := w.classes[r.SampleClass]
	if !ok {
		class = w.classCells(r.SampleClass)
		w.classes[r.SampleClass] = class
	}
	copy(w.row[:], class)
	w.row[rowMonth], w.row[rowService] = int(r.Month), w.service(r.Service)
	w.row[rowAmountOf], w.row[rowAmount], w.row[rowAmountUnit], w.row[rowFound] = nil, nil, nil, nil
	w.row[rowPrice], w.row[rowDays] = nil, nil
	if r.PriceCurrency != "" && !r.PriceFree {
		w.row[rowPrice] = float64(r.UnitPrice) / lab.UnitPriceScale
	}
	if r.PublishedDays > 0 {
		w.row[rowDays] = int(r.PublishedDays) - 1
	}
	w.findingCells(r.Findings, r.Form == lab.Blotter)
	return w.row[:]
}

// service returns the cell of a service.
func (w *rowWriter) service(code string) any {
	c, ok := w.services[code]
	if !ok {
		w.check(code)
		c = code
		w.services[code] = c
	}
	return c
}

func (w *rowWriter) check(text string) {
	if w.err == nil {
		w.err = checkText(text)
	}
}

// classCells makes the cells that follow from a class.
func (w *rowWriter) classCells(c *lab.SampleClass) []any {
	b := w.book
	row := make([]any, rowColumns)
	code := func(column int, v locale.Vocabulary, code string) {
		if name := b.locale.Code(v, code); name != "" {
			row[column] = name
			w.check(name)
		}
	}
	row[rowProduct] = b.productName(c.ProductID, fmt.Sprintf("product %d", c.ProductID))
	w.check(row[rowProduct].(string))
	if name := b.expectedName(c.Expected); name != "" {
		row[rowExpected] = name
		w.check(name)
	}
	code(rowForm, locale.Forms, string(c.Form))
	code(rowState, locale.SampleStates, string(c.State))
	code(rowReason, locale.NotAnalysedReasons, c.StateReason)
	code(rowRelease, locale.Releases, string(c.Release))
	code(rowLevel, locale.Levels, string(c.Level))
	code(rowOutcome, locale.Outcomes, string(c.Outcome))
	code(rowOutcomeEUDA, locale.Outcomes, string(c.OutcomeEUDA))
	if c.Release == lab.IsReleased && c.Expected != "" {
		row[rowContains], row[rowContainsMain] = b.yesNo(c.Contains), b.yesNo(c.ContainsMain)
	}
	if c.PriceCurrency != "" {
		row[rowCurrency] = c.PriceCurrency
		w.check(c.PriceCurrency)
		code(rowPriceUnit, locale.AmountUnits, string(c.PriceUnit))
		code(rowBand, locale.PriceBands, string(c.PriceBand))
	}
	return row
}

func (b *book) yesNo(yes bool) string {
	if yes {
		return b.text("report.yes")
	}
	return b.text("report.no")
}
