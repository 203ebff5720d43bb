package reports

import (
	"fmt"
	"time"

	"github.com/xuri/excelize/v2"

	"marquis/internal/lab"
	"marquis/internal/locale"
)

// check is one figure of the report that the rows can be counted for.
type check struct {
	name    string
	figure  int
	formula string
}

// writeControl counts the rows again with live formulas, each beside the figure
// that the report prints. It is streamed, as only that writes a formula together
// with its number.
func (b *book) writeControl(s *sheet, rows rowRange) {
	checks := b.checks(rows)
	s.freeze(firstRow, 0)
	s.repeat(firstRow, firstRow)
	stream, err := b.file.NewStreamWriter(s.name)
	b.do(err)
	if b.err != nil {
		return
	}
	b.do(stream.SetColWidth(1, 1, keyColumn))
	b.do(stream.SetColWidth(2, 4, 16))
	note := b.text("report.control.note")
	if rows.left {
		note = b.text("report.control.none")
	}
	s.streamHeading(stream, note, []column{
		{b.text("report.control.figure"), formatText, 0, false},
		{b.text("report.control.report"), formatCount, 0, false},
		{b.text("report.control.counted"), formatCount, 0, false},
		{b.text("report.control.difference"), formatCount, 0, false},
	})
	text, count := b.styles[look{kindPlain, formatText}], b.styles[look{kindPlain, formatCount}]
	for i, c := range checks {
		row := firstRow + 1 + i
		b.do(stream.SetRow(cell(1, row), []any{
			excelize.Cell{StyleID: text, Value: c.name},
			excelize.Cell{StyleID: count, Value: c.figure},
			excelize.Cell{StyleID: count, Value: c.figure, Formula: c.formula},
			excelize.Cell{StyleID: count, Value: 0, Formula: fmt.Sprintf("C%d-B%d", row, row)},
		}))
	}
	b.do(stream.Flush())
}

// checks lists what is counted again. The criteria are numbers and words of this
// program; no formula holds anything that comes from data.
func (b *book) checks(rows rowRange) []check {
	if rows.left || rows.count == 0 {
		return nil
	}
	list := []check{{b.text("report.registered"), b.year.Registered, fmt.Sprintf("COUNT(%s)", rows.column(rowMonth))}}
	count := func(name string, figure, column int, criterion string) {
		list = append(list, check{name, figure, fmt.Sprintf("COUNTIFS(%s,%s)", rows.column(column), criterion)})
	}
	word := func(text string) string { return `"` + text + `"` }
	count(b.text("report.released"), b.year.Released, rowRelease, word(b.locale.Code(locale.Releases, string(lab.IsReleased))))
	count(b.text("report.withdrawn"), b.year.Withdrawn, rowRelease, word(b.locale.Code(locale.Releases, string(lab.IsWithdrawn))))
	for _, o := range lab.OutcomeClasses {
		name := b.locale.Code(locale.Outcomes, string(o))
		count(b.text("report.control.outcome", "Outcome", name), b.year.Outcomes[o], rowOutcome, word(name))
	}
	for _, o := range lab.OutcomeClassesEUDA {
		name := b.locale.Code(locale.Outcomes, string(o))
		count(b.text("report.control.outcome_euda", "Outcome", name), b.year.OutcomesEUDA[o], rowOutcomeEUDA, word(name))
	}
	for m := time.January; m <= time.December; m++ {
		count(b.text("report.control.month", "Month", b.locale.Month(m)), b.year.Months[m-1], rowMonth, fmt.Sprint(int(m)))
	}
	return list
}
