package intake

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// Table is one sheet or one CSV file, read whole and checked.
//
// Every data row below the header that is not blank is in Rows or in
// Malformed, in the order of the file.
type Table struct {
	File      string   // base name of the file
	Sheet     string   // name of the sheet, empty for CSV
	SHA256    [32]byte // of the bytes of the file
	Header    []string // unique, none empty
	Rows      []Row
	Malformed []Malformed
	Workbook  bool     // its cells have types and formats
	Date1904  bool     // the serial numbers of its dates count from 1904
	Notes     []string // what a reader should know, such as hidden rows
	Delimiter string   // of a CSV file
	Struck    string   // "read" if a line through a cell means nothing

	spool   *rowSpool      // of the rows, which then are not in Rows
	cells   map[int][]cell // of a workbook, by number of the row
	unnamed []unnamed      // columns without a heading
	merged  []mergedCells  // of a workbook, below the header
}

// unnamed is a column without a heading, and the first row with a cell in it, 0 where there is none.
type unnamed struct{ at, row int }

// Row is one row that has a cell for every column of the header.
//
// Cells are as in the file, but for surrounding white space, which is gone,
// and for accents, which are composed (NFC). In a workbook a number has at
// most 15 significant digits, as Excel shows it, and neither exponent nor
// thousands separator; a boolean is TRUE or FALSE.
type Row struct {
	Number int // line of the file where it starts, or row of the sheet, from 1
	Cells  []string

	instead map[int]string // what some cells say, where that is a part of the cell, or stands in the row above
}

// Malformed is a row that cannot be used.
type Malformed struct {
	Number int    // as in Row
	Reason string // what is wrong with it
	Text   string // as in the file; the cells of a sheet are separated by tabs
}

// Format says what cannot be seen, or is seen wrongly, from the file itself.
// The zero Format finds everything out.
type Format struct {
	Sheet     string // zero: the only visible sheet
	HeaderRow int    // line or row of the header; zero: the first that is not blank
	Delimiter rune   // comma, semicolon, tab or vertical bar; zero: found out
	Encoding  string // "utf-8" or "windows-1252"; empty: utf-8
}

// Limits bounds what a file may cost.
type Limits struct {
	CSVBytes, CSVRows, CSVColumns int
	WorkbookBytes, Entries        int // of the zip file
	UnzippedBytes, PartBytes      int // as counted, not as the zip file says
	SheetRows, SheetColumns       int
	CellCharacters                int
}

// DefaultLimits returns the limits for files from outside.
func DefaultLimits() Limits {
	return Limits{
		CSVBytes: 512 << 20, CSVRows: 2_000_000, CSVColumns: 500,
		WorkbookBytes: 10 << 20, Entries: 2_000,
		UnzippedBytes: 64 << 20, PartBytes: 16 << 20,
		SheetRows: 50_000, SheetColumns: 200,
		CellCharacters: 32_767,
	}
}

// openFile opens a file on disk.
func openFile(path string) (io.ReadCloser, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("read table: %w", err)
	}
	return f, nil
}

// spoolTable is ReadTableFrom for files of any size: the rows of a text are not kept in memory.
func spoolTable(name string, r io.Reader, format Format, limits Limits) (*Table, error) {
	rows, err := newSpool()
	if err != nil {
		return nil, err
	}
	t, err := (&Table{spool: &rowSpool{spool: rows}}).readFrom(name, r, format, limits)
	if err != nil {
		return nil, errors.Join(err, rows.Close())
	}
	return t, nil
}

// ReadTableFrom reads and checks a file; name is what the errors call it. They name the place in
// it and what to do.
func ReadTableFrom(name string, r io.Reader, format Format, limits Limits) (*Table, error) {
	return new(Table).readFrom(name, r, format, limits)
}

func (t *Table) readFrom(name string, r io.Reader, format Format, limits Limits) (*Table, error) {
	t.File = name
	before := stateOf(r)
	err := t.read(r, format, limits)
	if stateOf(r) != before {
		err = errStillWritten // whatever else is wrong comes of that
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return t, nil
}

var errStillWritten = errors.New("the file changed while it was read, so that its end may be missing: wait until it is whole, copy it, and read the copy")

// fileState is what changes of a file on disk when somebody writes to it.
type fileState struct {
	size    int64
	written time.Time
}

// stateOf returns the state of a file on disk; all else does not change while it is read.
func stateOf(r io.Reader) fileState {
	file, is := r.(interface{ Stat() (os.FileInfo, error) })
	if !is {
		return fileState{}
	}
	info, err := file.Stat()
	if err != nil || !info.Mode().IsRegular() {
		return fileState{}
	}
	return fileState{info.Size(), info.ModTime()}
}

func (t *Table) read(r io.Reader, format Format, limits Limits) error {
	if format.HeaderRow < 0 {
		return fmt.Errorf("the header cannot stand in row %d; rows count from 1", format.HeaderRow)
	}
	size := sizeOf(r)
	in := bufio.NewReader(r)
	start, err := in.Peek(8)
	if err != nil && !errors.Is(err, io.EOF) {
		return fmt.Errorf("cannot be read: %w", err)
	}
	t.Workbook = isZip(start)
	ext := strings.ToLower(filepath.Ext(t.File))
	switch {
	case isOLE(start):
		return errors.New("the workbook is encrypted or in the old .xls format; open it in Excel and save it without a password as .xlsx")
	case t.Workbook:
		data, err := readBounded(in, size, limits.WorkbookBytes)
		if err != nil {
			return err
		}
		t.SHA256 = sha256.Sum256(data)
		if err := t.readWorkbook(data, format, limits); err != nil {
			return err
		}
	case strings.HasPrefix(ext, ".xls"):
		return fmt.Errorf("the name ends in %s but the file is not an Excel workbook; open it in Excel and save it as .xlsx, or name it .csv if it is text", ext)
	case format.Sheet != "":
		return fmt.Errorf("sheet %q was asked for, but the file is not an Excel workbook", format.Sheet)
	case size > limits.CSVBytes:
		return errTooLarge(limits.CSVBytes, "CSV file")
	default:
		if err := t.readCSV(in, format, limits); err != nil {
			return err
		}
	}
	if t.spool != nil {
		return t.spool.end()
	}
	return nil
}

// Close lets go of the rows.
func (t *Table) Close() error {
	if t.spool == nil {
		return nil
	}
	return t.spool.Close()
}

// len is the number of rows.
func (t *Table) len() int {
	if t.spool != nil {
		return len(t.spool.starts)
	}
	return len(t.Rows)
}

// row is one of the rows, by its place.
func (t *Table) row(i int) Row {
	if t.spool != nil {
		return t.spool.row(i)
	}
	return t.Rows[i]
}

// lost is why rows could not be read any more.
func (t *Table) lost() error {
	if t.spool != nil {
		return t.spool.err
	}
	return nil
}

// readBounded reads the whole of a workbook, of a size that may be known, or fails if it is
// more than there may be.
func readBounded(r io.Reader, size, most int) ([]byte, error) {
	var buf bytes.Buffer
	buf.Grow(min(size, most) + bytes.MinRead)
	if _, err := buf.ReadFrom(io.LimitReader(r, int64(most)+1)); err != nil {
		return nil, fmt.Errorf("cannot be read: %w", err)
	}
	if buf.Len() > most {
		return nil, errTooLarge(most, "workbook")
	}
	return buf.Bytes(), nil
}

// sizeOf returns how much there is to read, 0 if that is not known.
func sizeOf(r io.Reader) int {
	switch r := r.(type) {
	case *os.File:
		if info, err := r.Stat(); err == nil {
			return int(info.Size())
		}
	case interface{ Len() int }:
		return r.Len()
	}
	return 0
}

func isZip(data []byte) bool {
	return bytes.HasPrefix(data, []byte("PK\x03\x04")) || bytes.HasPrefix(data, []byte("PK\x05\x06"))
}

func isOLE(data []byte) bool {
	return bytes.HasPrefix(data, []byte("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"))
}

// setHeader cleans and keeps the header, which every other row is held
// against.
func (t *Table) setHeader(cells []string, limits Limits) error {
	places := make(map[string]int, len(cells))
	t.Header, t.unnamed = nil, nil
	for i, cell := range cells {
		name, problem := cleanCell(cell)
		switch before, taken := places[name]; {
		case problem != "":
			return fmt.Errorf("the header of column %s holds %s; rename it", columnName(i), problem)
		case name == "":
			t.unnamed = append(t.unnamed, unnamed{at: i})
			t.Header = append(t.Header, "")
			continue
		case utf8.RuneCountInString(name) > limits.CellCharacters:
			return fmt.Errorf("the header of column %s has more than %d characters", columnName(i), limits.CellCharacters)
		case taken:
			return fmt.Errorf("columns %s and %s are both called %q; rename one", columnName(before), columnName(i), name)
		}
		places[name] = i
		t.Header = append(t.Header, name)
	}
	if len(places) == 0 {
		return errors.New("there is no heading in the header row; it is set wrongly")
	}
	return nil
}

// dropUnnamed leaves out the columns that have neither a heading nor a cell, as
// spreadsheets leave them. One with a cell is refused: nobody can tell what it says.
func (t *Table) dropUnnamed() error {
	slices.Reverse(t.unnamed)
	for _, u := range t.unnamed {
		if u.row > 0 {
			return fmt.Errorf("row %d: the header of column %s is empty, but here is a cell in it; name the column or delete it", u.row, columnName(u.at))
		}
	}
	for _, u := range t.unnamed {
		t.Header = slices.Delete(t.Header, u.at, u.at+1)
		for row, cells := range t.cells {
			t.cells[row] = slices.Delete(cells, u.at, u.at+1)
		}
	}
	return nil
}

// named returns the cells of a row that have a heading.
func (t *Table) named(number int, cells []string) []string {
	for i := range slices.Backward(t.unnamed) {
		u := &t.unnamed[i]
		if u.row == 0 && cells[u.at] != "" {
			u.row = number
		}
		cells = slices.Delete(cells, u.at, u.at+1)
	}
	return cells
}

// addRow cleans the cells in place and adds them as a row, or as a malformed
// row if fault or something in them says so. Blank rows are not rows. It fails
// only where a limit is passed.
func (t *Table) addRow(number int, cells []string, fault string, text func() string, limits Limits) error {
	blank := true
	for i, cell := range cells {
		clean, problem := cleanCell(cell)
		if len(clean) > limits.CellCharacters && utf8.RuneCountInString(clean) > limits.CellCharacters {
			return fmt.Errorf("column %s has more than %d characters; a quotation mark may be missing, or the cell must be shortened", columnName(i), limits.CellCharacters)
		}
		if problem != "" && fault == "" {
			fault = fmt.Sprintf("column %s holds %s", columnName(i), problem)
		}
		cells[i] = clean
		blank = blank && clean == ""
	}
	switch {
	case blank:
	case fault != "":
		t.Malformed = append(t.Malformed, Malformed{number, fault, text()})
	case len(cells) != len(t.Header):
		fault = fmt.Sprintf("has %d cells where the header has %d", len(cells), len(t.Header))
		t.Malformed = append(t.Malformed, Malformed{number, fault, text()})
	case t.spool != nil:
		return t.spool.add(number, t.named(number, cells))
	default:
		t.Rows = append(t.Rows, Row{Number: number, Cells: t.named(number, cells)})
	}
	return nil
}

// cleanCell returns the text trimmed and composed, and names the first control
// character in it.
func cleanCell(s string) (clean, problem string) {
	if isPlain(s) {
		return s, ""
	}
	s = strings.TrimSpace(strings.ReplaceAll(s, "\r\n", "\n"))
	for _, r := range s {
		if unicode.IsControl(r) && r != '\n' && r != '\t' {
			return s, fmt.Sprintf("the control character %U", r)
		}
	}
	if !norm.NFC.IsNormalString(s) {
		s = norm.NFC.String(s)
	}
	return s, ""
}

// isPlain says that there is nothing to clean; nearly every cell is so.
func isPlain(s string) bool {
	for i := range len(s) {
		if s[i] < ' ' || s[i] > '~' {
			return false
		}
	}
	return s == "" || s[0] != ' ' && s[len(s)-1] != ' '
}

// columnName names a column, counted from 0, as both a spreadsheet and a
// person counting would: "C (3)".
func columnName(index int) string {
	return fmt.Sprintf("%s (%d)", columnLetters(index+1), index+1)
}

func columnLetters(number int) string {
	var letters []byte
	for ; number > 0; number = (number - 1) / 26 {
		letters = append([]byte{byte('A' + (number-1)%26)}, letters...)
	}
	return string(letters)
}

// Date returns the instant, to the second and in UTC, that a number in a
// workbook stands for. It fails for CSV, for what is not a number, and outside
// March 1900 to 9999; before, Excel counts a day that never was.
func (t *Table) Date(cell string) (time.Time, error) {
	serial, err := strconv.ParseFloat(cell, 64)
	switch {
	case !t.Workbook:
		return time.Time{}, fmt.Errorf("%q is not a date: only a workbook has dates that are numbers", cell)
	case err != nil || math.IsNaN(serial):
		return time.Time{}, fmt.Errorf("%q is not the number of a date", cell)
	}
	epoch, first := time.Date(1899, 12, 30, 0, 0, 0, 0, time.UTC), 61.0
	if t.Date1904 {
		epoch, first = time.Date(1904, 1, 1, 0, 0, 0, 0, time.UTC), 0
	}
	if serial < first || serial >= 2_958_466 {
		return time.Time{}, fmt.Errorf("%q is out of the range of dates", cell)
	}
	days := math.Floor(serial)
	seconds := time.Duration(math.Round((serial-days)*86_400)) * time.Second
	return epoch.AddDate(0, 0, int(days)).Add(seconds), nil
}
