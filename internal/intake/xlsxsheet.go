package intake

import (
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
	strings []bool // for each shared string, whether it has text
	header  int    // row of the header, 0 until it is known

	filled  map[int]int       // row to number of cells with something in them
	shown   map[cellAt]string // numbers and booleans that are to read otherwise
	faults  map[int]string    // row to why it cannot be used
	hidden  []int             // rows with something in them
	columns [][2]int          // hidden columns, first and last

	at          cellAt
	rowHidden   bool
	kind        string
	value, text []byte // of v and of is
	values      int
}

// walkStrings returns for each shared string whether it has text.
func walkStrings(p *zipParts, name string) ([]bool, error) {
	var filled []bool
	err := p.walk(name, func(at []string, token xml.Token) error {
		if len(at) < 2 || at[1] != "si" {
			return nil
		}
		switch token := token.(type) {
		case xml.StartElement:
			if len(at) == 2 {
				filled = append(filled, false)
			}
		case xml.CharData:
			if isStringText(at[1:]) && len(token) > 0 {
				filled[len(filled)-1] = true
			}
		}
		return nil
	})
	return filled, err
}

// isStringText tells si/t and si/r/t from hints for pronunciation.
func isStringText(at []string) bool {
	return len(at) == 2 && at[1] == "t" || len(at) == 3 && at[1] == "r" && at[2] == "t"
}

// newSheetScan makes the scan of a sheet whose header stands in the given row,
// 0 if that is to be found out.
func newSheetScan(filledStrings []bool, header int, limits Limits) *sheetScan {
	return &sheetScan{
		limits: limits, strings: filledStrings, header: header,
		filled: map[int]int{}, shown: map[cellAt]string{}, faults: map[int]string{},
	}
}

// visit is the visitor of the sheet.
func (s *sheetScan) visit(at []string, token xml.Token) error {
	if len(at) < 3 {
		if len(at) == 1 && at[0] != "worksheet" {
			return errors.New("this is not a worksheet")
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
		switch {
		case hasForeignName(e):
			return fmt.Errorf("a cell below row %d is named in a way that programs read differently; open the workbook in Excel and save it anew", s.at.row)
		case len(at) == 3:
			return s.startRow(e)
		case len(at) == 4 && at[3] == "c":
			return s.startCell(e)
		case len(at) == 5 && at[3] == "c":
			return s.startValue(at[4])
		}
	case at[1] == "mergeCells" && at[2] == "mergeCell" && len(at) == 3:
		return s.merged(attribute(e, "ref"))
	case at[1] == "cols" && at[2] == "col" && len(at) == 3 && isTrue(attribute(e, "hidden")):
		first, _ := strconv.Atoi(attribute(e, "min"))
		last, _ := strconv.Atoi(attribute(e, "max"))
		s.columns = append(s.columns, [2]int{first, last})
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
	if number > s.limits.SheetRows {
		return fmt.Errorf("row %d is beyond the limit of %d rows; delete empty rows below the data, or save the sheet as CSV", number, s.limits.SheetRows)
	}
	s.at, s.rowHidden = cellAt{row: number}, isTrue(attribute(e, "hidden"))
	return nil
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
	case s.at.column > s.limits.SheetColumns:
		return fmt.Errorf("cell %s is beyond the limit of %d columns; delete empty columns right of the data", s.at, s.limits.SheetColumns)
	}
	s.kind, s.value, s.text, s.values = attribute(e, "t"), s.value[:0], s.text[:0], 0
	return nil
}

func (s *sheetScan) startValue(name string) error {
	switch name {
	case "f":
		if s.at.row >= s.header {
			return fmt.Errorf("cell %s holds a formula, whose value may be out of date; copy the sheet and paste it as values", s.at)
		}
	case "v", "is":
		if s.values++; s.values > 1 {
			return fmt.Errorf("cell %s has two values; open the workbook in Excel and save it anew", s.at)
		}
	}
	return nil
}

// endCell notes whether the cell has something in it and how it is to read.
func (s *sheetScan) endCell() error {
	value := string(s.value)
	filled := value != ""
	switch s.kind {
	case "s":
		index, err := strconv.Atoi(strings.TrimSpace(value))
		if filled && (err != nil || index < 0 || index >= len(s.strings)) {
			return fmt.Errorf("cell %s refers to text %q, which the workbook does not have; open it in Excel and save it anew", s.at, value)
		}
		filled = filled && s.strings[index]
	case "inlineStr":
		filled = filled || len(s.text) > 0
	case "", "n":
		number, ok := plainNumber(strings.TrimSpace(value))
		if filled && !ok {
			return fmt.Errorf("cell %s should hold a number but holds %q; open the workbook in Excel and save it anew", s.at, value)
		}
		s.show(value, number)
	case "b":
		shown, ok := map[string]string{"1": "TRUE", "0": "FALSE", "": ""}[value]
		if !ok {
			return fmt.Errorf("cell %s should hold a boolean but holds %q; open the workbook in Excel and save it anew", s.at, value)
		}
		s.show(value, shown)
	case "e":
		s.faults[s.at.row] = fmt.Sprintf("cell %s holds the error %s", s.at, value)
	case "str", "d":
	default:
		return fmt.Errorf("cell %s is of the unknown type %q; open the workbook in Excel and save it anew", s.at, s.kind)
	}
	if filled {
		s.fill()
	}
	return nil
}

func (s *sheetScan) show(value, shown string) {
	if value != "" && shown != value {
		s.shown[s.at] = shown
	}
}

// fill counts the cell. The first row with one is the header, unless another
// was named.
func (s *sheetScan) fill() {
	if s.header == 0 {
		s.header = s.at.row
	}
	if s.filled[s.at.row]++; s.filled[s.at.row] == 1 && s.rowHidden {
		s.hidden = append(s.hidden, s.at.row)
	}
}

// merged refuses merged cells, except wholly above the header.
func (s *sheetScan) merged(ref string) error {
	_, last, _ := strings.Cut(ref, ":")
	if end, ok := parseCell(last); ok && end.row < s.header {
		return nil
	}
	return fmt.Errorf("cells %s are merged, so it is unclear to which rows they belong; unmerge them and fill each one", ref)
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
