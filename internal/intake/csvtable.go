package intake

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"
)

// csvText is the text of a CSV file from its header on.
type csvText struct {
	text    []byte // UTF-8
	skipped int    // lines above
	comma   byte
}

func (t *Table) readCSV(data []byte, format Format, limits Limits) error {
	text, err := decodeText(data, format.Encoding)
	if err != nil {
		return err
	}
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

// readRecords reads the header and all rows, of which there must be as many as
// counted.
func (t *Table) readRecords(c csvText, want int, limits Limits) error {
	r := csv.NewReader(bytes.NewReader(c.text))
	r.Comma, r.FieldsPerRecord, r.TrimLeadingSpace = rune(c.comma), -1, c.comma != '\t'
	t.Rows = make([]Row, 0, max(want-1, 0))
	var got, long, longest, longestAt int
	for {
		start := r.InputOffset()
		cells, err := r.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return csvError(err, c.skipped)
		}
		record := bytes.Trim(c.text[start:r.InputOffset()], "\r\n")
		line, _ := r.FieldPos(0)
		if got++; got == 1 {
			err = t.setHeader(cells, limits)
		} else {
			err = t.addRow(line+c.skipped, cells, "", func() string { return string(record) }, limits)
		}
		if err != nil {
			return fmt.Errorf("line %d: %w", line+c.skipped, err)
		}
		if lines := bytes.Count(record, []byte("\n")) + 1; lines > 1 {
			if long++; lines > longest {
				longest, longestAt = lines, line+c.skipped
			}
		}
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

// decodeText returns the text as UTF-8 without its byte order mark. Text that
// is not in the encoding is refused, never patched.
func decodeText(data []byte, encoding string) ([]byte, error) {
	if bytes.HasPrefix(data, []byte("\xff\xfe")) || bytes.HasPrefix(data, []byte("\xfe\xff")) {
		if encoding != "" && !strings.EqualFold(encoding, "utf-16") {
			return nil, fmt.Errorf("the text is UTF-16, not %s; remove the encoding setting", strings.ToLower(encoding))
		}
		return decodeUTF16(data)
	}
	text, marked := bytes.CutPrefix(data, []byte("\xef\xbb\xbf"))
	switch {
	case strings.EqualFold(encoding, "utf-16") || looksUTF16(text):
		return nil, errors.New(`the text is not UTF-16 with a byte order mark, or has lost it, so that nobody can tell how its bytes are ordered; save the file as "CSV UTF-8"`)
	case bytes.IndexByte(text, 0) >= 0:
		return nil, fmt.Errorf(`line %d holds a zero byte, so this is not text in UTF-8; save the file as "CSV UTF-8"`, lineAt(text, bytes.IndexByte(text, 0)))
	case encoding == "" || strings.EqualFold(encoding, "utf-8"):
		if at := invalidAt(text); at >= 0 {
			return nil, fmt.Errorf("line %d: byte 0x%02X is not UTF-8; save the file as \"CSV UTF-8\", or set encoding: windows-1252 if it comes from an older Excel", lineAt(text, at), text[at])
		}
		return text, nil
	case !strings.EqualFold(encoding, "windows-1252"):
		return nil, fmt.Errorf("encoding %q is not known; use utf-8, utf-16 or windows-1252", encoding)
	case marked || utf8.Valid(text) && bytes.ContainsFunc(text, func(r rune) bool { return r > '~' }):
		return nil, errors.New("the text is UTF-8, not windows-1252; remove the encoding setting")
	}
	for at, b := range text {
		switch b {
		case 0x81, 0x8d, 0x8f, 0x90, 0x9d:
			return nil, fmt.Errorf("line %d holds byte 0x%02X, which windows-1252 does not have; save the file as \"CSV UTF-8\"", lineAt(text, at), b)
		}
	}
	return charmap.Windows1252.NewDecoder().Bytes(text)
}

// decodeUTF16 returns text in UTF-16 with its byte order mark as UTF-8 without one.
func decodeUTF16(data []byte) ([]byte, error) {
	if len(data)%2 != 0 {
		return nil, errors.New(`the text is UTF-16 and ends within a character; fetch the file again, or save it as "CSV UTF-8"`)
	}
	text, err := unicode.UTF16(unicode.LittleEndian, unicode.ExpectBOM).NewDecoder().Bytes(data)
	if err != nil {
		return nil, fmt.Errorf("the text is UTF-16 and cannot be read: %w", err)
	}
	for i, wrong := range map[string]string{"\ufffd": "a character that is not whole", "\x00": "a zero character"} {
		if at := bytes.Index(text, []byte(i)); at >= 0 {
			return nil, fmt.Errorf(`line %d of the text, which is UTF-16, holds %s; save the file as "CSV UTF-8"`, lineAt(text, at), wrong)
		}
	}
	return text, nil
}

// looksUTF16 tells that about every other byte is zero, as in Latin text in UTF-16.
func looksUTF16(text []byte) bool {
	start := text[:min(len(text), 1000)]
	return len(start) >= 2 && 3*bytes.Count(start, []byte{0}) >= len(start)
}

// invalidAt returns the place of the first byte that is not UTF-8, or -1.
func invalidAt(text []byte) int {
	if utf8.Valid(text) {
		return -1
	}
	i := 0
	for {
		r, size := utf8.DecodeRune(text[i:])
		if r == utf8.RuneError && size <= 1 {
			return i
		}
		i += size
	}
}

func lineAt(text []byte, offset int) int {
	return 1 + bytes.Count(text[:offset], []byte("\n"))
}

// newCSVText finds the header line and the delimiter.
func newCSVText(text []byte, format Format) (csvText, error) {
	if !strings.ContainsRune("\x00,;\t|", format.Delimiter) {
		return csvText{}, fmt.Errorf("the delimiter %q is not known; use a comma, semicolon, tab or vertical bar", format.Delimiter)
	}
	if bytes.IndexByte(text, '\n') < 0 {
		text = bytes.ReplaceAll(text, []byte("\r"), []byte("\n")) // as on very old Macintoshes
	}
	c := csvText{text: text, comma: byte(format.Delimiter)}
	line, _, _ := bytes.Cut(text, []byte("\n"))
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
	for c.skipped < format.HeaderRow-1 && len(c.text) > 0 {
		_, c.text, _ = bytes.Cut(c.text, []byte("\n"))
		c.skipped++
	}
	if len(bytes.TrimSpace(c.text)) == 0 {
		return csvText{}, errors.New("there is no header and no row; the file is empty, or the header row is set too low")
	}
	if c.comma == 0 {
		return c, c.findComma()
	}
	return c, nil
}

// findComma takes the delimiter that the header has most of, outside quotes.
func (c *csvText) findComma() error {
	var commas, semicolons, tabs int
	quoted, started := false, false
header:
	for _, b := range c.text {
		switch {
		case b == '\n' && started && !quoted:
			break header
		case b == '"':
			quoted = !quoted
		case quoted:
		case b == ',':
			commas++
		case b == ';':
			semicolons++
		case b == '\t':
			tabs++
		}
		started = started || b != '\n' && b != '\r'
	}
	switch {
	case semicolons > commas && semicolons > tabs:
		c.comma = ';'
	case tabs > commas && tabs > semicolons:
		c.comma = '\t'
	case commas > semicolons && commas > tabs, commas+semicolons+tabs == 0:
		c.comma = ','
	default:
		return errors.New("the header does not show whether columns are divided by comma, semicolon or tab; set the delimiter")
	}
	return nil
}

// count counts the records, the header included, in a simpler way than the
// reader does, so that the two must agree; and stops at the limits before the
// reader spends memory on them.
func (c csvText) count(limits Limits) (int, error) {
	records, columns, line, start := 0, 1, c.skipped+1, 0
	quoted := false
	for i, b := range c.text {
		switch {
		case b == '"':
			quoted = !quoted
		case b == '\n' && !quoted:
			records += oneUnlessBlank(c.text[start:i])
			start, columns = i+1, 1
			line++
		case b == '\n':
			line++
		case b == c.comma && !quoted:
			if columns++; columns > limits.CSVColumns {
				return 0, fmt.Errorf("line %d: the row has more than %d columns", line, limits.CSVColumns)
			}
		}
	}
	records += oneUnlessBlank(c.text[start:])
	if records-1 > limits.CSVRows {
		return 0, fmt.Errorf("the file has more than %d rows; divide it", limits.CSVRows)
	}
	return records, nil
}

func oneUnlessBlank(record []byte) int {
	if len(record) == 0 || string(record) == "\r" {
		return 0
	}
	return 1
}
