package reports

import (
	"cmp"
	"io"
	"unicode/utf8"

	"github.com/xuri/excelize/v2"

	"marquis/internal/locale"
	"marquis/internal/statistics"
)

// Sheet is one table as a workbook of its own. Its numbers are numbers, so that a spreadsheet
// of any country opens it right: nothing depends on what separates columns or decimals there.
type Sheet struct {
	Language string // of its texts
	Name     string // of the sheet
	Title    string
	About    []string // below the title: what the table is of, and what to know before it is read
	Warning  string   // that the samples are made up; empty for none
	Columns  []SheetColumn
	Rows     [][]any // a string, an int or a float64 for each column, or nil for nothing
	Notes    []SheetNote
}

// SheetColumn is a column of a sheet.
type SheetColumn struct {
	Title    string
	Number   bool
	Decimals int // of its numbers; below zero for as many as each has
}

// SheetNote says below a table what a figure of it counts.
type SheetNote struct{ Name, Text string }

const (
	sheetName = 28 // the width of columns of text
	sheetText = 90 // the width that a note runs over
)

// format shows the numbers of the column.
func (c SheetColumn) format() format {
	switch {
	case !c.Number:
		return formatText
	case c.Decimals < 0 || c.Decimals > 2:
		return formatExact
	}
	return []format{formatCount, formatNumber, formatAmount}[c.Decimals]
}

// WriteSheet writes a sheet as a workbook. It fails, having written nothing, when a text
// holds what a workbook cannot keep.
func WriteSheet(w io.Writer, x *Sheet) error {
	l, err := locale.New(x.Language)
	if err != nil {
		return err
	}
	b := &book{Annual: &statistics.Annual{}, locale: l, file: excelize.NewFile(), taken: map[string]bool{"history": true}, styles: map[look]int{}}
	defer func() { _ = b.file.Close() }()
	b.makeStyles()
	b.do(b.file.SetDocProps(&excelize.DocProperties{Title: x.Title, Creator: program, LastModifiedBy: program, Language: x.Language, Description: x.Warning}))
	s := &sheet{book: b, sheetPlan: sheetPlan{name: b.sheetName(x.Name), landscape: len(x.Columns) > 6}, next: 1, widths: map[int]float64{}}
	b.do(b.file.SetSheetName(b.file.GetSheetName(0), s.name))
	s.setPage(x.Title, x.Warning)
	s.single(x)
	s.finish()
	if b.err != nil {
		return b.err
	}
	b.sortTypes()
	return b.file.Write(w)
}

// single writes the one table of a workbook, what it is before it and what it counts after it.
func (s *sheet) single(x *Sheet) {
	s.put(1, s.next, x.Title, look{kind: kindTitle})
	s.height(s.next, 26)
	s.next++
	for _, line := range x.About {
		s.put(1, s.next, line, look{kind: kindNote})
		s.next++
	}
	if x.Warning != "" {
		s.put(1, s.next, x.Warning, look{kind: kindWarning})
		s.next++
	}
	s.next++
	t := table{rows: x.Rows}
	for i, c := range x.Columns {
		t.columns = append(t.columns, column{c.Title, c.format(), x.width(i), false})
	}
	p := s.table(t)
	s.repeat(p.head, p.head)
	s.freeze(p.head, 0)

	for _, n := range x.Notes {
		text := n.Text
		if n.Name != "" {
			text = n.Name + ": " + text
		}
		s.put(1, s.next, text, look{kind: kindWrapped})
		if last := s.over(sheetText); last > 1 {
			s.do(s.file.MergeCell(s.name, cell(1, s.next), cell(last, s.next)))
		}
		s.height(s.next, 13.5*float64(linesOf(text, sheetText))+3)
		s.next++
	}
}

// width is that of a column: the same for all of texts; of numbers what the words in it take.
func (x *Sheet) width(column int) float64 {
	if !x.Columns[column].Number {
		return sheetName
	}
	width := float64(numberWidth)
	for _, row := range x.Rows {
		if word, ok := row[column].(string); ok {
			width = max(width, float64(utf8.RuneCountInString(word))+1)
		}
	}
	return width
}

// over is the last of so many columns, from the first, that together are so wide.
func (s *sheet) over(width float64) int {
	column := 1
	for wide := s.widths[1]; wide < width; column++ {
		wide += cmp.Or(s.widths[column+1], numberWidth)
	}
	return column
}
