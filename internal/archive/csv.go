package archive

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"strings"
)

// null stands for NULL; the text of the same letters is in quotes.
const null = `\N`

// appendRow appends a row as a line.
func appendRow(line []byte, values []*string) []byte {
	for i, v := range values {
		if i > 0 {
			line = append(line, ',')
		}
		switch {
		case v == nil:
			line = append(line, null...)
		case *v == null || strings.ContainsAny(*v, ",\"\r\n"):
			line = append(line, '"')
			line = append(line, strings.ReplaceAll(*v, `"`, `""`)...)
			line = append(line, '"')
		default:
			line = append(line, *v...)
		}
	}
	return append(line, '\n')
}

// csvReader reads what appendRow wrote, and nothing else. A reader of the standard
// library would take \r\n within a text for \n, and could not tell NULL from the text
// \N.
type csvReader struct {
	in     *bufio.Reader
	width  int
	values []string
	row    []*string
	field  strings.Builder
}

func newCSVReader(in *bufio.Reader, width int) *csvReader {
	return &csvReader{in: in, width: width, values: make([]string, width), row: make([]*string, width)}
}

// mostLine is how long a value, and a line of column names, may be, in bytes: more than
// the program lets anybody write, and less than a machine's memory.
const mostLine = 64 << 20

var errForm = errors.New("it is not written as an archive's tables are")

// next returns the next row, which is gone when the one after it is read; io.EOF after
// the last.
func (r *csvReader) next() ([]*string, error) {
	if _, err := r.in.Peek(1); err != nil {
		return nil, err
	}
	for i := range r.width {
		text, isNull, end, err := r.value()
		if err != nil {
			return nil, err
		}
		want := byte(',')
		if i == r.width-1 {
			want = '\n'
		}
		if end != want {
			return nil, fmt.Errorf("%w: a row does not have %d values", errForm, r.width)
		}
		if r.row[i] = nil; !isNull {
			r.values[i] = text
			r.row[i] = &r.values[i]
		}
	}
	return r.row, nil
}

// value reads a value and the sign that ends it.
func (r *csvReader) value() (text string, isNull bool, end byte, err error) {
	r.field.Reset()
	first, err := r.byte()
	if err != nil {
		return "", false, 0, err
	}
	if first == '"' {
		return r.quoted()
	}
	for c := first; ; {
		switch c {
		case ',', '\n':
			text = r.field.String()
			return text, text == null, c, nil
		case '"', '\r':
			return "", false, 0, errForm
		}
		if err := r.keep(c); err != nil {
			return "", false, 0, err
		}
		if c, err = r.byte(); err != nil {
			return "", false, 0, err
		}
	}
}

// quoted reads the rest of a value in quotes.
func (r *csvReader) quoted() (text string, isNull bool, end byte, err error) {
	for {
		c, err := r.byte()
		if err != nil {
			return "", false, 0, err
		}
		if c == '"' {
			after, err := r.byte()
			if err != nil {
				return "", false, 0, err
			}
			if after != '"' {
				return r.field.String(), false, after, nil
			}
		}
		if err := r.keep(c); err != nil {
			return "", false, 0, err
		}
	}
}

// keep adds to the value.
func (r *csvReader) keep(c byte) error {
	if r.field.Len() >= mostLine {
		return fmt.Errorf("%w: a value has more than %d bytes", errForm, mostLine)
	}
	return r.field.WriteByte(c)
}

// byte reads the next byte of a row that has begun.
func (r *csvReader) byte() (byte, error) {
	c, err := r.in.ReadByte()
	if errors.Is(err, io.EOF) {
		err = fmt.Errorf("%w: a row is cut off", errForm)
	}
	return c, err
}
