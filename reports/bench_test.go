package reports

import (
	"context"
	"fmt"
	"io"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"

	"marquis/internal/locale"

	"marquis/internal/statistics"
)

// benchRows is a hundred thousand rows that share their classes, as those of a
// database do.
func benchRows() []statistics.SampleRow {
	distinct := samples(2024, testYears[2024])
	rows := make([]statistics.SampleRow, 100_000)
	for i := range rows {
		rows[i] = distinct[i%len(distinct)]
	}
	return rows
}

// BenchmarkRows compares the sheet of the rows with excelize's StreamWriter
// alone, which is handed the same cells ready made. The ratio is of their speeds.
func BenchmarkRows(b *testing.B) {
	d := testDictionary(b)
	rows := benchRows()
	a := annualOf(d, nil)
	a.Rows = sequence(rows)
	year := *a.Years[0]
	year.Registered = len(rows)
	a.Years[0] = &year
	l, err := locale.New(a.Language)
	if err != nil {
		b.Fatal(err)
	}
	open := func() (*book, *sheet) {
		k := newBook(context.Background(), &a, l)
		k.makeStyles()
		return k, k.addSheet(sheetPlan{name: "Samples", title: "Samples"})
	}
	cells := readyMade(open, rows)
	var ours, alone time.Duration
	for b.Loop() {
		start := time.Now()
		k, s := open()
		k.writeRows(s)
		finish(b, k)
		ours += time.Since(start)

		start = time.Now()
		k, s = open()
		streamAlone(k, s, cells)
		finish(b, k)
		alone += time.Since(start)
	}
	b.ReportMetric(float64(alone)/float64(ours), "ratio")
	b.ReportMetric(float64(b.N*len(rows))/ours.Seconds(), "rows/s")
}

// readyMade makes the cells of all rows.
func readyMade(open func() (*book, *sheet), rows []statistics.SampleRow) [][]any {
	k, _ := open()
	w := newRowWriter(k)
	cells := make([][]any, len(rows))
	for i := range rows {
		cells[i] = append([]any(nil), w.cells(&rows[i])...)
	}
	return cells
}

func streamAlone(k *book, s *sheet, cells [][]any) {
	stream, err := k.file.NewStreamWriter(s.name)
	k.do(err)
	var titles []any
	for i, c := range k.rowHeads() {
		k.do(stream.SetColStyle(i+1, i+1, k.styles[look{kindBare, c.format}]))
		titles = append(titles, c.title)
	}
	k.do(stream.SetRow(fmt.Sprintf("A%d", firstRow), titles))
	for i, row := range cells {
		k.do(stream.SetRow(fmt.Sprintf("A%d", firstRow+1+i), row))
	}
	k.do(stream.AddTable(&excelize.Table{Range: cell(1, firstRow) + ":" + cell(rowColumns, firstRow+len(cells))}))
	k.do(stream.Flush())
}

func finish(b *testing.B, k *book) {
	b.Helper()
	k.do(k.file.Write(io.Discard))
	if k.err != nil {
		b.Fatal(k.err)
	}
	_ = k.file.Close()
}
