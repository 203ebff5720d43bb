package intake

import (
	"cmp"
	"encoding/xml"
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
)

// cellAt is the place of a cell, both counted from 1.
type cellAt struct{ row, column int }

func (c cellAt) String() string { return columnLetters(c.column) + strconv.Itoa(c.row) }

// sheetScan is what a strict walk through a sheet finds, against which the
// reading of the sheet is held.
type sheetScan struct {
	limits  Limits
	strings []sharedText
	styles  styles
	header  int // row of the header, 0 until it is known

	filled     map[int]int    // row to number of cells with something in them
	last       int            // row with something in it
	cells      map[int][]cell // by row, up to the last that has something in it
	hidden     []int          // rows with something in them
	columns    [][2]int       // hidden columns, first and last
	conditions []condition
	inherited  []condition // styles of columns, for cells without one
	through    []cellAt    // cells below the header that are struck through
	pale       []cellAt    // and those whose letters nobody sees
	merged     []string    // areas of cells that are merged

	at          cellAt
	rowHidden   bool
	rowStyle    int // for cells without one, -1 if there is none
	kind        string
	style       string
	value, text []byte // of v and of is
	values      int
	formula     bool
	run         marks  // of the run of rich text
	marks       marks  // of a part of the text in the cell
	areas       string // to which a condition applies
}

// sharedText is what counts of a text that cells share.
type sharedText struct {
	filled bool
	marks
}

// marks are what is done to a text for the eye, at least to a part of it, that changes what it says.
type marks struct {
	struck bool // through
	raised bool // as a note or a power: 7² is not 72
}

// marked takes in the marks of a part of the text.
func (m *marks) marked(part []byte, run marks) {
	if strings.TrimSpace(string(part)) != "" {
		m.struck, m.raised = m.struck || run.struck, m.raised || run.raised
	}
}

// walkStrings returns what counts of each shared text.
func walkStrings(p *zipParts, name string) ([]sharedText, error) {
	var texts []sharedText
	var run marks
	err := p.walk(name, func(at []string, token xml.Token) error {
		if len(at) < 2 || at[1] != "si" {
			return nil
		}
		switch token := token.(type) {
		case xml.StartElement:
			if len(at) == 2 {
				texts = append(texts, sharedText{})
			}
			run = run.of(at[1:], token)
		case xml.CharData:
			if isStringText(at[1:]) && len(token) > 0 {
				text := &texts[len(texts)-1]
				text.filled = true
				text.marked(token, run)
			}
		}
		return nil
	})
	return texts, err
}

// of are the marks of the run of a rich text in which an element begins: si/r/rPr/strike and
// si/r/rPr/vertAlign say them.
func (m marks) of(at []string, e xml.StartElement) marks {
	switch {
	case len(at) < 3 || at[1] != "r":
		return marks{}
	case len(at) == 4 && at[2] == "rPr" && at[3] == "strike":
		m.struck = isOn(attribute(e, "val"))
	case len(at) == 4 && at[2] == "rPr" && at[3] == "vertAlign":
		m.raised = attribute(e, "val") == "superscript"
	}
	return m
}

// isStringText tells si/t and si/r/t from hints for pronunciation.
func isStringText(at []string) bool {
	return len(at) == 2 && at[1] == "t" || len(at) == 3 && at[1] == "r" && at[2] == "t"
}

// newSheetScan makes the scan of a sheet whose header stands in the given row,
// 0 if that is to be found out.
func newSheetScan(texts []sharedText, styles styles, header int, limits Limits) *sheetScan {
	return &sheetScan{
		limits: limits, strings: texts, styles: styles, header: header, filled: map[int]int{}, cells: map[int][]cell{},
	}
}

// visit is the visitor of the sheet.
func (s *sheetScan) visit(at []string, token xml.Token) error {
	if len(at) < 3 {
		if len(at) == 1 && at[0] != "worksheet" {
			return errors.New("this is not a worksheet")
		}
		if e, ok := token.(xml.StartElement); ok && len(at) == 2 && at[1] == "conditionalFormatting" {
			s.areas = attribute(e, "sqref")
		}
		return nil
	}
	switch token := token.(type) {
	case xml.StartElement:
		return s.start(at, token)
	case xml.EndElement:
		return s.end(at)
	case xml.CharData:
		if at[1] == "sheetData" && len(at) > 4 && at[3] == "c" {
			s.characters(at[4:], token)
		}
	}
	return nil
}

func (s *sheetScan) start(at []string, e xml.StartElement) error {
	switch {
	case at[1] == "sheetData" && at[2] == "row":
		return s.startInRow(at, e)
	case len(at) == 3 && at[2] == "mergeCell":
		s.merged = append(s.merged, attribute(e, "ref"))
	case len(at) == 3 && at[2] == "col":
		s.startColumns(e)
	case len(at) == 3 && at[2] == "cfRule":
		s.conditionOf(e)
	case at[1] == "extLst" && at[len(at)-1] == "strike" && isOn(attribute(e, "val")):
		s.conditions = append(s.conditions, condition{parseAreas("1:1048576")[0], cellStyle{struck: true}})
	}
	return nil
}

func (s *sheetScan) end(at []string) error {
	if at[1] == "sheetData" && at[2] == "row" && len(at) == 4 && at[3] == "c" {
		return s.endCell()
	}
	return nil
}

func (s *sheetScan) characters(at []string, text []byte) {
	switch {
	case len(at) == 1 && at[0] == "v":
		s.value = append(s.value, text...)
	case at[0] == "is" && isStringText(at):
		s.text = append(s.text, text...)
		if len(at) == 3 {
			s.marks.marked(text, s.run)
		}
	}
}

// startInRow begins a row or something in it.
func (s *sheetScan) startInRow(at []string, e xml.StartElement) error {
	switch {
	case hasForeignName(e):
		return fmt.Errorf("a cell below row %d is named in a way that programs read differently; open the workbook in Excel and save it anew", s.at.row)
	case len(at) == 3:
		return s.startRow(e)
	case len(at) == 4 && at[3] == "c":
		return s.startCell(e)
	case len(at) == 5 && at[3] == "c":
		return s.startValue(at[4])
	case len(at) > 5 && at[3] == "c" && at[4] == "is":
		s.run = s.run.of(at[4:], e)
	}
	return nil
}

// startColumns keeps which columns are hidden, and the style of cells in them that
// have none.
func (s *sheetScan) startColumns(e xml.StartElement) {
	first, _ := strconv.Atoi(attribute(e, "min"))
	last, _ := strconv.Atoi(attribute(e, "max"))
	if isTrue(attribute(e, "hidden")) || isNought(attribute(e, "width")) {
		s.columns = append(s.columns, [2]int{first, last})
	}
	if number, err := strconv.Atoi(attribute(e, "style")); err == nil {
		style, _ := s.styles.at(number)
		s.inherited = append(s.inherited, condition{[2]cellAt{{1, first}, {1 << 30, last}}, style})
	}
}

func (s *sheetScan) startRow(e xml.StartElement) error {
	number := s.at.row + 1
	if r := attribute(e, "r"); r != "" {
		var err error
		if number, err = strconv.Atoi(r); err != nil || number <= s.at.row {
			return fmt.Errorf("row %q follows row %d, so rows could be lost; open the workbook in Excel and save it anew", r, s.at.row)
		}
	}
	if number > lastRow {
		return s.beyond(number)
	}
	s.at, s.rowHidden, s.rowStyle = cellAt{row: number}, isTrue(attribute(e, "hidden")) || isNought(attribute(e, "ht")), -1
	if style, err := strconv.Atoi(attribute(e, "s")); err == nil && isTrue(attribute(e, "customFormat")) {
		s.rowStyle = style
	}
	return nil
}

// lastRow is the last that a worksheet can have.
const lastRow = 1_048_576

func (s *sheetScan) beyond(row int) error {
	return fmt.Errorf("row %d is beyond the limit of %d rows; divide the sheet, or save it as CSV", row, s.limits.SheetRows)
}

func (s *sheetScan) startCell(e xml.StartElement) error {
	before := s.at
	s.at.column++
	if r := attribute(e, "r"); r != "" {
		at, ok := parseCell(r)
		if !ok || at.row != before.row {
			return fmt.Errorf("row %d holds a cell named %q, so cells could be lost; open the workbook in Excel and save it anew", before.row, r)
		}
		s.at = at
	}
	switch {
	case s.at.column <= before.column:
		return fmt.Errorf("cell %s stands twice or out of order, so cells could be lost; open the workbook in Excel and save it anew", s.at)
	}
	s.kind, s.value, s.text, s.values = attribute(e, "t"), s.value[:0], s.text[:0], 0
	s.style, s.run, s.marks, s.formula = attribute(e, "s"), marks{}, marks{}, false
	return nil
}

func (s *sheetScan) startValue(name string) error {
	switch name {
	case "f":
		if s.header == 0 || s.at.row == s.header {
			return fmt.Errorf("cell %s holds a formula, where a heading should be; copy the sheet and paste it as values", s.at)
		}
		s.formula = true
	case "v", "is":
		if s.values++; s.values > 1 {
			return fmt.Errorf("cell %s has two values; open the workbook in Excel and save it anew", s.at)
		}
	}
	return nil
}

// endCell keeps the cell, if it has something in it.
func (s *sheetScan) endCell() error {
	at := cell{value: string(s.value), marks: s.marks, formula: s.formula}
	switch err := s.setKind(&at); {
	case err != nil:
		return err
	case !at.filled && (at.formula || at.kind == errorCell):
		return s.lose(at)
	case !at.filled:
		return nil
	}
	if err := s.setStyle(&at); err != nil {
		return err
	}
	return s.fill(at)
}

// setKind says what the cell holds, and whether it is something.
func (s *sheetScan) setKind(at *cell) error {
	at.filled = at.value != ""
	wrong := func(holds string) error {
		return fmt.Errorf("cell %s should hold %s but holds %q; open the workbook in Excel and save it anew", s.at, holds, at.value)
	}
	switch s.kind {
	case "s":
		return s.setShared(at)
	case "inlineStr":
		at.filled = at.filled || len(s.text) > 0
	case "", "n":
		number, ok := plainNumber(strings.TrimSpace(at.value))
		if at.filled && !ok {
			return wrong("a number")
		}
		at.kind, at.value = numberCell, number
	case "b":
		shown, ok := map[string]string{"1": "TRUE", "0": "FALSE", "": ""}[at.value]
		if !ok {
			return wrong("a boolean")
		}
		at.kind, at.value = booleanCell, shown
	case "e":
		if s.header == 0 || s.at.row == s.header {
			return fmt.Errorf("cell %s holds the error %s, where a heading should be", s.at, at.value)
		}
		at.kind = errorCell
	case "d":
		at.kind = dateCell
	case "str":
	default:
		return fmt.Errorf("cell %s is of the unknown type %q; open the workbook in Excel and save it anew", s.at, s.kind)
	}
	return nil
}

// setShared takes over what counts of a text that cells share.
func (s *sheetScan) setShared(at *cell) error {
	if !at.filled {
		return nil
	}
	index, err := strconv.Atoi(strings.TrimSpace(at.value))
	if err != nil || index < 0 || index >= len(s.strings) {
		return fmt.Errorf("cell %s refers to text %q, which the workbook does not have; open it in Excel and save it anew", s.at, at.value)
	}
	at.filled, at.marks = s.strings[index].filled, s.strings[index].marks
	return nil
}

// setStyle says how the cell is shown. One without a style of its own has that of
// its row or its column in some programs, and none in others.
func (s *sheetScan) setStyle(at *cell) error {
	style := cellStyle{}
	switch number, err := strconv.Atoi(s.style); {
	case s.style == "" && s.rowStyle >= 0:
		style, _ = s.styles.at(s.rowStyle)
		at.unsure = style.format != nil
	case s.style == "":
		for _, c := range s.inherited {
			if c.covers(s.at) {
				style = c.style
				at.unsure = style.format != nil
			}
		}
	default:
		known := err == nil
		if known {
			style, known = s.styles.at(number)
		}
		if !known {
			return fmt.Errorf("cell %s has the style %q, which the workbook does not have; open it in Excel and save it anew", s.at, s.style)
		}
	}
	at.format = style.format
	at.struck, at.pale = at.struck || style.struck, style.pale
	if section, _ := at.section(); at.kind == numberCell && section != nil && section.isDate() {
		at.kind = dateCell
	}
	return nil
}

// fill keeps the cell. The first row with one is the header, unless another was
// named.
func (s *sheetScan) fill(at cell) error {
	switch {
	case s.at.row > s.limits.SheetRows:
		return s.beyond(s.at.row)
	case s.at.column > s.limits.SheetColumns:
		return fmt.Errorf("cell %s is beyond the limit of %d columns; delete columns right of the data", s.at, s.limits.SheetColumns)
	case s.header == 0:
		s.header = s.at.row
	}
	if s.filled[s.at.row]++; s.filled[s.at.row] == 1 && s.rowHidden {
		s.hidden = append(s.hidden, s.at.row)
	}
	s.keep(at)
	return nil
}

// lose keeps a formula or an error without a value. What a formula would say nobody knows before a
// spreadsheet has reckoned it; one that it reckoned to an empty text is something only beside
// something else.
func (s *sheetScan) lose(at cell) error {
	at.lost = true
	if s.kind != "str" {
		at.value = noValue
	}
	switch {
	case s.at.row > s.limits.SheetRows && at.value != "":
		return s.beyond(s.at.row)
	case s.at.row <= s.limits.SheetRows && s.at.column <= s.limits.SheetColumns:
		s.keep(at)
	}
	return nil
}

// noValue stands for what a cell would say.
const noValue = "="

// keep puts the cell into its row.
func (s *sheetScan) keep(at cell) {
	cells := s.cells[s.at.row]
	for len(cells) < s.at.column {
		cells = append(cells, cell{})
	}
	cells[s.at.column-1] = at
	s.cells[s.at.row], s.last = cells, s.at.row
}

// applyConditions marks the cells that a condition may show otherwise, and gathers
// those that are struck through.
func (s *sheetScan) applyConditions() {
	for row := s.header + 1; row <= s.last; row++ {
		for i := range s.cells[row] {
			c, at := &s.cells[row][i], cellAt{row, i + 1}
			for _, rule := range s.conditions {
				if c.filled && rule.covers(at) {
					c.struck = c.struck || rule.style.struck
					if rule.style.format != nil {
						c.unsure, c.format = true, cmp.Or(c.format, rule.style.format)
					}
				}
			}
			if c.struck {
				s.through = append(s.through, at)
			}
			if c.filled && c.pale {
				s.pale = append(s.pale, at)
			}
		}
	}
}

// plainNumber returns the number with at most 15 significant digits, as Excel
// shows it, and without exponent: 79.299999999999997 is how Excel stores 79.3.
func plainNumber(s string) (string, bool) {
	if strings.Trim(s, "+-.0123456789eE") != "" {
		return "", false
	}
	exact, err := strconv.ParseFloat(s, 64)
	if err != nil || math.IsInf(exact, 0) {
		return "", false
	}
	if len(s) <= 15 && !strings.ContainsAny(s, "eE+") {
		return s, true
	}
	rounded, err := strconv.ParseFloat(strconv.FormatFloat(exact, 'g', 15, 64), 64)
	return strconv.FormatFloat(rounded, 'f', -1, 64), err == nil
}

// parseCell reads a name such as AB12.
func parseCell(name string) (cellAt, bool) {
	digits := strings.TrimLeft(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZ")
	letters := name[:len(name)-len(digits)]
	row, err := strconv.Atoi(digits)
	if err != nil || digits[0] < '1' || digits[0] > '9' || letters == "" || len(letters) > 3 {
		return cellAt{}, false
	}
	column := 0
	for _, letter := range letters {
		column = column*26 + int(letter-'A') + 1
	}
	return cellAt{row, column}, true
}

func attribute(e xml.StartElement, name string) string {
	for _, a := range e.Attr {
		if a.Name.Local == name && a.Name.Space == "" {
			return a.Value
		}
	}
	return ""
}

// hasForeignName says that an attribute r, s or t has a name space, which one
// reader heeds and another does not.
func hasForeignName(e xml.StartElement) bool {
	for _, a := range e.Attr {
		if a.Name.Space != "" && len(a.Name.Local) == 1 && a.Name.Space != "xmlns" {
			return true
		}
	}
	return false
}

func isTrue(s string) bool { return s == "1" || s == "true" }

// isNought tells that a height or a width leaves nothing to be seen.
func isNought(s string) bool {
	size, err := strconv.ParseFloat(s, 64)
	return err == nil && size <= 0
}
