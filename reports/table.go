package reports

import (
	"fmt"
	"math"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/xuri/excelize/v2"
)

// column is one column of a table.
type column struct {
	title  string
	format format
	width  float64 // 0 for the width of a number
	turned bool    // the title is written upwards
}

// numberWidth is the width of columns that hold numbers.
const numberWidth = 10

// formatted is a value that is not shown as its column is.
type formatted struct {
	value  any
	format format
}

// table is a title, a note and rows of values, each as its column shows it. A
// value is nil for nothing, a string, an int, a float64, or a *float64, which is
// nil for a figure that is not shown; percentages are in percent.
type table struct {
	title   string
	note    string
	columns []column
	rows    [][]any
	strong  int // so many rows at the end are totals
}

// placed is where a table stands.
type placed struct {
	sheet       *sheet
	head        int // row of the column titles
	first, last int // rows of the values; last < first if there are none
}

// column refers to the values of a column, counted from zero.
func (p placed) column(i int) string {
	return fmt.Sprintf("%s!%s:%s", quote(p.sheet.name), absolute(i+1, p.first), absolute(i+1, p.last))
}

// titleOf refers to the title of a column.
func (p placed) titleOf(i int) string {
	return fmt.Sprintf("%s!%s", quote(p.sheet.name), absolute(i+1, p.head))
}

func absolute(column, row int) string {
	name, err := excelize.CoordinatesToCellName(column, row, true)
	if err != nil {
		return "$A$1"
	}
	return name
}

// table writes a table at the next free row, and leaves one row free below it.
func (s *sheet) table(t table) placed {
	if t.title != "" {
		s.put(1, s.next, t.title, look{kind: kindTableTitle})
		s.height(s.next, 18)
		s.next++
	}
	if t.note != "" {
		s.put(1, s.next, t.note, look{kind: kindNote})
		s.next++
	}
	p := placed{sheet: s, head: s.next}
	s.head(t.columns)
	p.first, p.last = s.next, s.next+len(t.rows)-1
	for i, row := range t.rows {
		strong := i >= len(t.rows)-t.strong
		for c, value := range row {
			s.value(c+1, s.next, value, t.columns[c].format, strong)
		}
		s.fitRow(row, t.columns)
		s.next++
	}
	s.next++
	return p
}

// head writes the titles of columns.
func (s *sheet) head(columns []column) {
	lines, turned := 1, 0
	for i, c := range columns {
		width := c.headWidth()
		s.widths[i+1] = max(s.widths[i+1], width)
		if c.turned {
			turned = max(turned, utf8.RuneCountInString(c.title))
		} else {
			lines = max(lines, linesOf(c.title, width-1))
		}
		s.put(i+1, s.next, c.title, look{kind: c.headKind()})
	}
	s.height(s.next, max(float64(14*lines+4), 24+5.6*float64(turned)))
	s.next++
}

// headWidth is the width of a column: at least that of the longest word of its
// title, in bold type.
func (c column) headWidth() float64 {
	width := c.width
	if width == 0 {
		width = numberWidth
	}
	if c.turned {
		return width
	}
	if c.format == formatRemark {
		width += 2 // for the space before it
	}
	for word := range strings.FieldsSeq(c.title) {
		width = max(width, 1.05*float64(utf8.RuneCountInString(word))+1)
	}
	return width
}

// headKind is the kind of cell that the title of a column is.
func (c column) headKind() kind {
	switch {
	case c.turned:
		return kindTurned
	case c.format == formatRemark:
		return kindHeadIndented
	case c.format.right():
		return kindHeadRight
	}
	return kindHead
}

// fitRow makes a row as high as its wrapped texts need.
func (s *sheet) fitRow(row []any, columns []column) {
	lines := 1
	for i, value := range row {
		if text, ok := value.(string); ok && columns[i].format == formatWrapped {
			lines = max(lines, linesOf(text, s.widths[i+1]))
		}
	}
	if lines > 1 {
		s.height(s.next, float64(13.5*float64(lines)+2))
	}
}

// linesOf estimates over how many lines a text runs.
func linesOf(text string, width float64) int {
	lines := 0
	for paragraph := range strings.SplitSeq(text, "\n") {
		used := 0
		lines++
		for word := range strings.FieldsSeq(paragraph) {
			n := utf8.RuneCountInString(word)
			if used > 0 && float64(used+1+n) > width {
				lines, used = lines+1, 0
			}
			lines += int(float64(max(n-1, 0)) / width) // a word that does not fit is broken
			used += n + 1
		}
	}
	return lines
}

// value writes a value as its column shows it.
func (s *sheet) value(column, row int, value any, f format, strong bool) {
	l := look{format: f}
	if strong {
		l.kind = kindStrong
	}
	switch v := value.(type) {
	case formatted:
		s.value(column, row, v.value, v.format, strong)
	case *float64:
		if v == nil {
			s.put(column, row, nil, look{kindHidden, f})
			return
		}
		s.put(column, row, scaled(*v, f), l)
	case float64:
		s.put(column, row, scaled(v, f), l)
	default:
		s.put(column, row, value, l)
	}
}

// scaled returns a number as a workbook wants it: percentages as fractions.
func scaled(v float64, f format) float64 {
	if f == formatPercent || f == formatChange {
		return v / 100
	}
	return v
}

// escaped is how workbooks write characters by their number. A text that looks
// so is escaped itself; excelize does that only where it streams.
var escaped = regexp.MustCompile(`_x[0-9A-Fa-f]{4}_`)

// put writes a cell: nothing, a text, a whole number or a number.
func (s *sheet) put(column, row int, value any, l look) {
	if s.err != nil {
		return
	}
	at := cell(column, row)
	switch v := value.(type) {
	case nil:
	case string:
		s.do(checkText(v))
		s.do(s.file.SetCellStr(s.name, at, escaped.ReplaceAllString(v, "_x005F$0")))
	case int:
		s.do(s.file.SetCellInt(s.name, at, int64(v)))
	case float64:
		if math.IsNaN(v) || math.IsInf(v, 0) {
			s.do(fmt.Errorf("%s!%s would hold %v", s.name, at, v))
		}
		s.do(s.file.SetCellFloat(s.name, at, v, -1, 64))
	default:
		s.do(fmt.Errorf("%s!%s cannot hold a %T", s.name, at, value))
	}
	s.do(s.file.SetCellStyle(s.name, at, at, s.styles[l]))
}

// link writes a text that leads to another sheet.
func (s *sheet) link(column, row int, text, to string) {
	s.put(column, row, text, look{kind: kindLink})
	s.do(s.file.SetCellHyperLink(s.name, cell(column, row), quote(to)+"!A1", "Location"))
}

func (s *sheet) height(row int, points float64) {
	s.do(s.file.SetRowHeight(s.name, row, min(points, excelize.MaxRowHeight)))
}

// checkText refuses a text that a workbook would change: what is no UTF-8,
// control characters, and what is too long.
func checkText(text string) error {
	if !utf8.ValidString(text) || strings.ContainsFunc(text, func(r rune) bool {
		return unicode.IsControl(r) && r != '\n' || r == '\uFFFE' || r == '\uFFFF'
	}) {
		return fmt.Errorf("the text %q holds characters that a workbook cannot keep", text)
	}
	if len(text) > excelize.TotalCellChars && len(utf16.Encode([]rune(text))) > excelize.TotalCellChars {
		return fmt.Errorf("the text that begins with %q is longer than a cell of a workbook", cut(text, 60))
	}
	return nil
}
