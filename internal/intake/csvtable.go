package intake

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode"
)

// csvText is the text of a CSV file from its header on.
type csvText struct {
	text    *spool // UTF-8
	start   int64  // of the header
	skipped int    // lines above
	comma   byte
	old     bool // lines end as on very old Macintoshes
}

func (t *Table) readCSV(r io.Reader, format Format, limits Limits) (err error) {
	text, err := t.spoolText(r, format.Encoding, limits)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, text.Close()) }()
	c, err := newCSVText(text, format)
	if err != nil {
		return err
	}
	t.Delimiter = string(rune(c.comma))
	want, err := c.count(limits)
	if err != nil {
		return err
	}
	if c.skipped > 0 {
		t.note("lines above the header that were not read: %d", c.skipped)
	}
	return t.readRecords(c, want, limits)
}

// reader reads the text from the header on.
func (c csvText) reader() *bufio.Reader {
	var r io.Reader = c.text.from(c.start)
	if c.old {
		r = newLines{r}
	}
	return bufio.NewReaderSize(r, 1<<16)
}

// newLines puts a new line in the place of each carriage return.
type newLines struct{ from io.Reader }

func (r newLines) Read(p []byte) (int, error) {
	n, err := r.from.Read(p)
	for i := range p[:n] {
		if p[i] == '\r' {
			p[i] = '\n'
		}
	}
	return n, err
}

// record returns a record as the file has it.
func (c csvText) record(start, end int64) string {
	text := make([]byte, end-start)
	_, _ = c.text.file.ReadAt(text, c.start+start) // it was read before; for a person to look at
	if c.old {
		text = bytes.ReplaceAll(text, []byte("\r"), []byte("\n"))
	}
	return string(bytes.Trim(text, "\r\n"))
}

// endsLine tells that the last line ends as the others do.
func (c csvText) endsLine() bool {
	last := make([]byte, 1)
	_, err := c.text.file.ReadAt(last, c.text.size-1)
	return err == nil && (last[0] == '\n' || c.old && last[0] == '\r')
}

// readRecords reads the header and all rows, of which there must be as many as
// counted.
func (t *Table) readRecords(c csvText, want int, limits Limits) error {
	r := csv.NewReader(c.reader())
	r.Comma, r.FieldsPerRecord, r.TrimLeadingSpace, r.ReuseRecord = rune(c.comma), -1, c.comma != '\t', t.spool != nil
	if t.spool == nil {
		t.Rows = make([]Row, 0, max(want-1, 0))
	}
	var got, long, longest, longestAt int
	var short *Malformed // the last row, where it has too few cells
	for {
		start := r.InputOffset()
		cells, err := r.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return csvError(err, c.skipped)
		}
		lines, before := linesOf(cells), len(t.Malformed)
		line, _ := r.FieldPos(0)
		if got++; got == 1 {
			err = t.setHeader(cells, limits)
		} else {
			err = t.addRow(line+c.skipped, cells, "", func() string { return c.record(start, r.InputOffset()) }, limits)
		}
		if err != nil {
			return fmt.Errorf("line %d: %w", line+c.skipped, err)
		}
		short = nil
		if len(t.Malformed) > before && len(cells) < len(t.Header) {
			short = &t.Malformed[before]
		}
		if lines > 1 {
			if long++; lines > longest {
				longest, longestAt = lines, line+c.skipped
			}
		}
	}
	if short != nil && !c.endsLine() {
		short.Reason = fmt.Sprintf("%s; it is the last one, and its line does not end: the file may have been cut off, so that more is missing: fetch it from the source again", short.Reason)
		t.note("the last line, %d, is shorter than the header and does not end: the file may have been cut off", short.Number)
	}
	if got != want {
		return fmt.Errorf("two ways of counting find %d and %d rows, so rows could be lost; look for stray quotation marks", got, want)
	}
	if long > 0 {
		t.note("rows that run over several lines: %d, the longest over lines %d–%d; if that is wrong, a quotation mark is missing or too many",
			long, longestAt, longestAt+longest-1)
	}
	return t.dropUnnamed()
}

// linesOf counts the lines of a record.
func linesOf(cells []string) int {
	lines := 1
	for _, cell := range cells {
		lines += strings.Count(cell, "\n")
	}
	return lines
}

// note keeps what a reader should know.
func (t *Table) note(format string, args ...any) {
	t.Notes = append(t.Notes, fmt.Sprintf(format, args...))
}

func csvError(err error, skipped int) error {
	var at *csv.ParseError
	if !errors.As(err, &at) {
		return err
	}
	place := fmt.Sprintf("line %d", at.Line+skipped)
	if at.StartLine != at.Line {
		place = fmt.Sprintf("the row that starts on line %d, at line %d", at.StartLine+skipped, at.Line+skipped)
	}
	switch {
	case errors.Is(err, csv.ErrBareQuote):
		return fmt.Errorf("%s: a quotation mark stands inside a cell that does not begin with one; quote the whole cell and double each mark inside it: %w", place, err)
	case errors.Is(err, csv.ErrQuote):
		return fmt.Errorf("%s: a quotation mark is not closed, or text follows the closing one; double each mark inside the cell: %w", place, err)
	}
	return fmt.Errorf("%s: %w", place, err)
}

// newCSVText finds the header line and the delimiter.
func newCSVText(text *spool, format Format) (csvText, error) {
	if !strings.ContainsRune("\x00,;\t|", format.Delimiter) {
		return csvText{}, fmt.Errorf("the delimiter %q is not known; use a comma, semicolon, tab or vertical bar", format.Delimiter)
	}
	c := csvText{text: text, comma: byte(format.Delimiter)}
	switch _, err := c.reader().ReadSlice('\n'); {
	case errors.Is(err, io.EOF):
		c.old = true
	case errors.Is(err, bufio.ErrBufferFull):
		var err error
		if c.old, err = lacks(c.reader(), '\n'); err != nil {
			return c, err
		}
	}
	start, _ := c.reader().Peek(16) // a text that is shorter has no more
	line, _, _ := bytes.Cut(start, []byte("\n"))
	line = bytes.TrimRight(line, "\r")
	if inner, quoted := bytes.CutPrefix(line, []byte(`"`)); quoted {
		line = bytes.TrimSuffix(inner, []byte(`"`))
	}
	if len(line) == 5 && hasFoldedPrefix(string(line), "sep=") {
		format.HeaderRow = max(format.HeaderRow, 2)
		if c.comma == 0 && strings.IndexByte(",;\t|", line[4]) >= 0 {
			c.comma = line[4]
		}
	}
	if err := c.skip(format.HeaderRow - 1); err != nil {
		return c, err
	}
	if c.comma == 0 {
		return c, c.findComma()
	}
	return c, nil
}

// lacks tells that a byte does not occur.
func lacks(r *bufio.Reader, b byte) (bool, error) {
	for {
		switch _, err := r.ReadSlice(b); {
		case errors.Is(err, bufio.ErrBufferFull):
		case errors.Is(err, io.EOF):
			return true, nil
		default:
			return false, err
		}
	}
}

// skip passes over the lines above the header, behind which there must be something.
func (c *csvText) skip(lines int) error {
	r := c.reader()
	for c.skipped < lines {
		passed, err := r.ReadBytes('\n')
		if c.start += int64(len(passed)); len(passed) > 0 {
			c.skipped++
		}
		if err != nil {
			break
		}
	}
	for {
		char, _, err := r.ReadRune()
		switch {
		case errors.Is(err, io.EOF):
			return errors.New("there is no header and no row; the file is empty, or the header row is set too low")
		case err != nil:
			return err
		case !unicode.IsSpace(char):
			return nil
		}
	}
}

// findComma takes the delimiter that the header has most of, outside quotes.
func (c *csvText) findComma() error {
	counts := map[byte]int{',': 0, ';': 0, '\t': 0, '|': 0}
	quoted, started := false, false
	r := c.reader()
header:
	for {
		b, err := r.ReadByte()
		if errors.Is(err, io.EOF) {
			break
		}
		switch {
		case err != nil:
			return err
		case b == '\n' && started && !quoted:
			break header
		case b == '"':
			quoted = !quoted
		case quoted:
		default:
			if _, divides := counts[b]; divides {
				counts[b]++
			}
		}
		started = started || b != '\n' && b != '\r'
	}
	c.comma = ','
	for _, b := range []byte(";\t|") {
		if counts[b] > counts[c.comma] {
			c.comma = b
		}
	}
	for b, n := range counts {
		if b != c.comma && n > 0 && n == counts[c.comma] {
			return errors.New("the header does not show whether columns are divided by comma, semicolon, tab or vertical bar; set the delimiter")
		}
	}
	return nil
}

// count counts the records, the header included, in a simpler way than the
// reader does, so that the two must agree; and stops at the limits before the
// reader spends memory on them.
func (c csvText) count(limits Limits) (int, error) {
	records, columns, line := 0, 1, c.skipped+1
	quoted, blank := false, true // so far the record is nothing, or a carriage return
	var before byte
	r := c.reader()
	for {
		b, err := r.ReadByte()
		if errors.Is(err, io.EOF) {
			break
		}
		switch {
		case err != nil:
			return 0, err
		case b == '"':
			quoted, blank = !quoted, false
		case b == '\n' && !quoted:
			if !blank {
				records++
			}
			columns, blank = 1, true
			line++
		case b == '\n':
			line++
		case b == c.comma && !quoted:
			blank = false
			if columns++; columns > limits.CSVColumns {
				return 0, fmt.Errorf("line %d: the row has more than %d columns", line, limits.CSVColumns)
			}
		default:
			blank = blank && b == '\r' && before != '\r'
		}
		before = b
	}
	if !blank {
		records++
	}
	if records-1 > limits.CSVRows {
		return 0, fmt.Errorf("the file has more than %d rows; divide it", limits.CSVRows)
	}
	return records, nil
}
