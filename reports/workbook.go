package reports

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"sort"
	"strings"
	"time"
	"unicode/utf16"

	"github.com/xuri/excelize/v2"

	"marquis/internal/locale"
	"marquis/internal/statistics"
)

// program is the name under which workbooks are made.
const program = "Marquis"

// book is a report while it is written. The first error is kept, and all that
// follows is in vain.
type book struct {
	*statistics.Annual
	context context.Context
	file    *excelize.File
	locale  *locale.Locale
	year    *statistics.Year // of the report
	before  *statistics.Year // the year before it; nil if it is not at hand
	sheets  []*sheet
	taken   map[string]bool // names of sheets, in lower case
	styles  map[look]int
	err     error
}

func newBook(ctx context.Context, a *statistics.Annual, l *locale.Locale) *book {
	b := &book{
		Annual: a, context: ctx, file: excelize.NewFile(), locale: l, year: a.Years[len(a.Years)-1],
		// Excel keeps this name, in whatever language, for itself.
		taken: map[string]bool{"history": true}, styles: map[look]int{},
	}
	for _, y := range a.Years {
		if y.Year == b.year.Year-1 {
			b.before = y
		}
	}
	return b
}

// do keeps the first error.
func (b *book) do(err error) { b.err = cmp.Or(b.err, err) }

// text returns a text of the report's language.
func (b *book) text(key string, args ...any) string { return b.locale.Text(key, args...) }

func (b *book) reportTitle() string { return b.text("report.title", "Year", b.year.Year) }

// scope names the services that the report is about.
func (b *book) scope() string {
	if len(b.Scope.Services) == 0 {
		return b.text("report.scope_all")
	}
	return strings.Join(slices.Sorted(slices.Values(b.Scope.Services)), ", ")
}

func (b *book) describe() {
	made := b.MadeAt.UTC().Format(time.RFC3339)
	b.do(b.file.SetDocProps(&excelize.DocProperties{
		Title: b.reportTitle(), Subject: b.text("report.subject", "Scope", b.scope()), Creator: program, LastModifiedBy: program,
		Created: made, Modified: made, Language: b.Language, Version: b.Program, Description: b.warning(),
	}))
	b.do(b.file.SetAppProps(&excelize.AppProperties{Application: program}))
	recalculate := true
	b.do(b.file.SetCalcProps(&excelize.CalcPropsOptions{FullCalcOnLoad: &recalculate}))
}

// sortTypes puts the types of parts in order: excelize lists them in any.
func (b *book) sortTypes() {
	types := b.file.ContentTypes.Defaults
	sort.Slice(types, func(i, j int) bool { return types[i].Extension < types[j].Extension })
}

// warning is what every sheet says on top and in print.
func (b *book) warning() string {
	if b.Scope.Synthetic {
		return b.text("report.synthetic")
	}
	return b.text("report.staff_only")
}

// sheetPlan is what there is to know of a sheet before it is written.
type sheetPlan struct {
	name      string // wanted; what stands in the workbook may differ
	title     string
	about     string // one line for the contents
	tab       colour
	landscape bool
}

// sheet is one sheet while it is written, from the top down.
type sheet struct {
	*book
	sheetPlan
	next   int             // the next free row
	widths map[int]float64 // of columns, by number
}

// firstRow is the first row below the title of a sheet.
const firstRow = 5

// addSheet makes a sheet, with its title, the warning and a link back.
func (b *book) addSheet(p sheetPlan) *sheet {
	p.name = b.sheetName(p.name)
	s := &sheet{book: b, sheetPlan: p, next: firstRow, widths: map[int]float64{}}
	if len(b.sheets) == 0 {
		b.do(b.file.SetSheetName(b.file.GetSheetName(0), p.name))
	} else {
		_, err := b.file.NewSheet(p.name)
		b.do(err)
	}
	b.sheets = append(b.sheets, s)
	s.setPage(b.reportTitle(), b.warning())
	return s
}

// heading writes the rows above the first table.
func (s *sheet) heading() {
	s.put(1, 1, s.title, look{kind: kindTitle})
	s.height(1, 26)
	s.put(1, 2, s.text("report.heading", "Year", s.year.Year, "Scope", s.scope()), look{kind: kindNote})
	s.put(1, 3, s.warning(), look{kind: kindWarning})
	if contents := s.sheets[0]; s != contents {
		s.link(1, 4, s.text("report.back"), contents.name)
		s.height(4, 22)
	}
}

// streamHeading writes the rows above a table that is streamed, and its head.
func (s *sheet) streamHeading(stream *excelize.StreamWriter, note string, columns []column) {
	for i, line := range []struct {
		kind   kind
		text   string
		height float64
	}{{kindTitle, s.title, 26}, {kindNote, note, 14}, {kindWarning, s.warning(), 14}, {kindLink, s.text("report.back"), 22}} {
		value := []any{excelize.Cell{StyleID: s.styles[look{kind: line.kind}], Value: line.text}}
		s.do(stream.SetRow(cell(1, i+1), value, excelize.RowOpts{Height: line.height}))
	}
	s.do(s.file.SetCellHyperLink(s.name, cell(1, 4), quote(s.sheets[0].name)+"!A1", "Location"))
	var titles []any
	for _, c := range columns {
		titles = append(titles, excelize.Cell{StyleID: s.styles[look{kind: c.headKind()}], Value: c.title})
	}
	s.do(stream.SetRow(cell(1, firstRow), titles, excelize.RowOpts{Height: 32}))
}

// setProperties sets the colour of the tab, and that the width fits the page.
func (s *sheet) setProperties() {
	fit, tab := true, string(s.tab)
	s.do(s.file.SetSheetProps(s.name, &excelize.SheetPropsOptions{TabColorRGB: &tab, FitToPage: &fit}))
}

// setPage sets how the sheet is printed, and what stands above it on paper.
func (s *sheet) setPage(title, warning string) {
	a4, wide, tall, lines := 9, 1, 0, false
	orientation := "portrait"
	if s.landscape {
		orientation = "landscape"
	}
	margin, edge, header := 0.75, 0.5, 0.3
	s.setProperties()
	s.do(s.file.SetPageLayout(s.name, &excelize.PageLayoutOptions{Size: &a4, Orientation: &orientation, FitToWidth: &wide, FitToHeight: &tall}))
	s.do(s.file.SetPageMargins(s.name, &excelize.PageLayoutMarginsOptions{
		Left: &edge, Right: &edge, Top: &margin, Bottom: &margin, Header: &header, Footer: &header,
	}))
	s.do(s.file.SetSheetView(s.name, 0, &excelize.ViewOptions{ShowGridLines: &lines}))
	print := func(text string) string { return strings.ReplaceAll(text, "&", "&&") }
	s.do(s.file.SetHeaderFooter(s.name, &excelize.HeaderFooterOptions{
		OddHeader: "&L&9" + print(title) + "&R&9" + print(warning),
		OddFooter: "&L&9" + print(strings.TrimSpace(program+" "+s.Program)) + "&C&9&A&R&9" + print(s.text("report.page")) + " &P / &N",
	}))
}

// freeze keeps the rows down to the given one, and so many columns, in sight and
// on every printed page.
func (s *sheet) freeze(row, columns int) {
	pane := "bottomLeft"
	if columns > 0 {
		pane = "bottomRight"
	}
	s.do(s.file.SetPanes(s.name, &excelize.Panes{
		Freeze: true, XSplit: columns, YSplit: row, TopLeftCell: cell(columns+1, row+1), ActivePane: pane,
		Selection: []excelize.Selection{{SQRef: cell(columns+1, row+1), ActiveCell: cell(columns+1, row+1), Pane: pane}},
	}))
}

// repeat prints the rows on every page.
func (s *sheet) repeat(first, last int) {
	s.do(s.file.SetDefinedName(&excelize.DefinedName{
		Name: "_xlnm.Print_Titles", RefersTo: fmt.Sprintf("%s!$%d:$%d", quote(s.name), first, last), Scope: s.name,
	}))
}

// finish sets the widths of the columns, which are known only at the end.
func (s *sheet) finish() {
	for column := range len(s.widths) {
		if width, ok := s.widths[column+1]; ok {
			name, _ := excelize.ColumnNumberToName(column + 1)
			s.do(s.file.SetColWidth(s.name, name, name, width))
		}
	}
}

// sheetName makes of a text a name that no other sheet has and that a workbook
// accepts.
func (b *book) sheetName(text string) string {
	clean := strings.Map(func(r rune) rune {
		if strings.ContainsRune(`:\/?*[]`, r) || r < ' ' {
			return '-'
		}
		return r
	}, text)
	clean = strings.Trim(clean, "' ")
	if clean == "" {
		clean = "-"
	}
	for i := 1; ; i++ {
		suffix := ""
		if i > 1 {
			suffix = fmt.Sprintf(" (%d)", i)
		}
		name := strings.TrimRight(cut(clean, excelize.MaxSheetNameLength-len(suffix)), "' ") + suffix
		if lower := strings.ToLower(name); !b.taken[lower] {
			b.taken[lower] = true
			return name
		}
	}
}

// cut shortens a text to so many units of UTF-16, which is how workbooks count.
func cut(text string, units int) string {
	for i, r := range text {
		if units -= utf16.RuneLen(r); units < 0 {
			return text[:i]
		}
	}
	return text
}

// quote writes the name of a sheet as references do.
func quote(name string) string { return "'" + strings.ReplaceAll(name, "'", "''") + "'" }

// cell names a cell.
func cell(column, row int) string {
	name, err := excelize.CoordinatesToCellName(column, row)
	if err != nil {
		return "A1" // no sheet has that many columns or rows
	}
	return name
}
