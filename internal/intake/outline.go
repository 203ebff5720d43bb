package intake

import (
	"bytes"
	"encoding/csv"
	"encoding/xml"
	"io"
	"slices"
	"strings"
	"unicode"

	"github.com/xuri/excelize/v2"
)

// Outline is how a file is divided, as far as it is seen without a mapping: a text is one sheet
// without a name.
type Outline struct{ Sheets []SheetOutline }

// SheetOutline is a sheet that people see, with its first rows.
type SheetOutline struct {
	Name   string
	Rows   int          // in which something stands; of a text no more than its first
	First  []OutlineRow // with something in them
	Header int          // row of the headings, as it looks; zero for the first of all
}

// OutlineRow is a row, counted from 1, with what stands in its columns.
type OutlineRow struct {
	Number int
	Cells  []string
}

const (
	rowsOutlined = 25 // of a sheet
	headOutlined = 64 << 10
)

// OutlineOf looks at how a file is divided. What cannot be read so has no sheets: the reading
// itself says what is wrong with it.
func OutlineOf(open func() (io.ReadCloser, error)) (*Outline, error) {
	f, err := open()
	if err != nil {
		return nil, err
	}
	defer f.Close()
	head := make([]byte, headOutlined)
	n, err := io.ReadFull(f, head)
	switch head = head[:n]; {
	case n == 0 || isOLE(head):
		return &Outline{}, nil
	case !isZip(head):
		return outlineOfText(head, err == nil), nil
	}
	data, err := readBounded(io.MultiReader(bytes.NewReader(head), f), n, DefaultLimits().WorkbookBytes)
	if err != nil {
		return &Outline{}, nil // the reading says it
	}
	return outlineOfBook(data, DefaultLimits()), nil
}

// Format is that by which a file is probably read: the sheet with the most rows where there are
// several, and the row of its headings where others stand above.
func (o *Outline) Format() (f Format) {
	best := -1
	for i := range o.Sheets {
		if best < 0 || o.Sheets[i].Rows > o.Sheets[best].Rows {
			best = i
		}
	}
	if best < 0 {
		return f
	}
	if len(o.Sheets) > 1 {
		f.Sheet = o.Sheets[best].Name
	}
	f.HeaderRow = o.Sheets[best].Header
	return f
}

// Sheet is that of a name, or the only one; nil where there is none.
func (o *Outline) Sheet(name string) *SheetOutline {
	for i := range o.Sheets {
		if strings.EqualFold(o.Sheets[i].Name, name) || name == "" && len(o.Sheets) == 1 {
			return &o.Sheets[i]
		}
	}
	return nil
}

// header is the row of the headings: the first of which most cells are texts, and which names
// every column in which something stands below.
func (s *SheetOutline) header() int {
	for i := 0; i+1 < len(s.First); i++ {
		texts, filled := 0, 0
		for _, cell := range s.First[i].Cells {
			if strings.TrimSpace(cell) == "" {
				continue
			}
			filled++
			if strings.ContainsFunc(cell, unicode.IsLetter) {
				texts++
			}
		}
		if filled > 1 && texts*2 > filled && s.covers(i) {
			if i == 0 {
				return 0
			}
			return s.First[i].Number
		}
	}
	return 0
}

// covers tells that a row has something in every column in which a row below has.
func (s *SheetOutline) covers(i int) bool {
	row := s.First[i].Cells
	return !slices.ContainsFunc(s.First[i+1:], func(below OutlineRow) bool {
		for at, cell := range below.Cells {
			if strings.TrimSpace(cell) != "" && (at >= len(row) || strings.TrimSpace(row[at]) == "") {
				return true
			}
		}
		return false
	})
}

// outlineOfText looks at the first lines of a text, by the delimiter that divides them into the
// most cells. The last line may be cut off.
func outlineOfText(head []byte, cut bool) *Outline {
	if looksUTF16(head) {
		return &Outline{}
	}
	if at := bytes.LastIndexByte(head, '\n'); cut && at > 0 {
		head = head[:at]
	}
	head = bytes.TrimPrefix(head, []byte("\ufeff"))
	best, most := SheetOutline{}, 0
	for _, comma := range ";,\t|" {
		sheet, cells := SheetOutline{}, 0
		r := csv.NewReader(bytes.NewReader(head))
		r.Comma, r.FieldsPerRecord, r.LazyQuotes = comma, -1, true
		for len(sheet.First) < rowsOutlined {
			row, err := r.Read()
			if err != nil {
				break
			}
			if filled := countFilled(row); filled > 0 {
				line, _ := r.FieldPos(0)
				sheet.First, sheet.Rows, cells = append(sheet.First, OutlineRow{line, clipped(row)}), sheet.Rows+1, cells+filled
			}
		}
		if cells > most {
			best, most = sheet, cells
		}
	}
	best.Header = best.header()
	return &Outline{[]SheetOutline{best}}
}

func clipped(cells []string) []string {
	short := make([]string, len(cells))
	for i, cell := range cells {
		short[i] = clip(strings.TrimSpace(strings.ToValidUTF8(cell, "�")), longestShown)
	}
	return short
}

// outlineOfBook looks at the sheets of a workbook that are not hidden.
func outlineOfBook(data []byte, limits Limits) *Outline {
	o := &Outline{}
	parts, err := openParts(data, limits)
	if err != nil {
		return o
	}
	w, err := openWorkbook(parts)
	if err != nil {
		return o
	}
	book, err := excelize.OpenReader(bytes.NewReader(data), excelize.Options{
		UnzipSizeLimit: int64(limits.UnzippedBytes), UnzipXMLSizeLimit: int64(limits.PartBytes), RawCellValue: true,
	})
	if err != nil {
		return o
	}
	defer book.Close()
	for _, s := range w.list.Sheets {
		target := w.targets[s.ID]
		if s.isHidden() || !strings.HasSuffix(target.Type, "/worksheet") {
			continue
		}
		sheet := SheetOutline{Name: s.Name, Rows: rowsIn(parts, target.Target), First: firstRows(book, s.Name)}
		sheet.Header = sheet.header()
		o.Sheets = append(o.Sheets, sheet)
	}
	return o
}

// rowsIn counts the rows of a sheet in which something stands.
func rowsIn(parts *zipParts, name string) (rows int) {
	counted := true                                                 // the row that is walked through
	_ = parts.walk(name, func(at []string, token xml.Token) error { // the reading says what is wrong
		_, starts := token.(xml.StartElement)
		switch {
		case !starts || len(at) < 3 || at[1] != "sheetData":
		case len(at) == 3:
			counted = false
		case len(at) == 5 && (at[4] == "v" || at[4] == "is") && !counted:
			rows, counted = rows+1, true
		}
		return nil
	})
	return rows
}

// firstRows are the first rows of a sheet in which something stands.
func firstRows(book *excelize.File, sheet string) (list []OutlineRow) {
	rows, err := book.Rows(sheet)
	if err != nil {
		return nil
	}
	defer rows.Close()
	for number := 1; len(list) < rowsOutlined && rows.Next(); number++ {
		cells, err := rows.Columns()
		if err != nil {
			return list
		}
		if countFilled(cells) > 0 {
			list = append(list, OutlineRow{number, clipped(cells)})
		}
	}
	return list
}
