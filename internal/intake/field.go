package intake

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"marquis/internal/lab"
)

// column is a field of a mapping bound to a table.
type column struct {
	Field
	name       string // of the field
	at         int    // place of the cell, -1 where the mapping gives the value
	vocabulary []string
	table      *Table
	decimal    string
}

// bind finds the columns of the fields. The error names all that are missing.
func bind(t *Table, where string, fields map[string]Field, decimal string, number int) (map[string]*column, error) {
	columns := map[string]*column{}
	var missing []string
	for name, f := range fields {
		c := &column{Field: f, name: name, at: -1, table: t, decimal: decimal, vocabulary: vocabularies[name]}
		if f.Column != "" {
			heading := strings.ReplaceAll(f.Column, "{n}", strconv.Itoa(number))
			if c.at = slices.Index(t.Header, heading); c.at < 0 {
				missing = append(missing, fmt.Sprintf("%q (%s.%s)", heading, where, name))
			}
		}
		columns[name] = c
	}
	if len(missing) > 0 {
		slices.Sort(missing)
		return nil, fmt.Errorf("%s: the columns %s are missing; the file has %s", t.File, strings.Join(missing, ", "), strings.Join(t.Header, ", "))
	}
	return columns, nil
}

// text returns what stands in the row; a column that the mapping lacks is empty.
func (c *column) text(row Row) string {
	switch {
	case c == nil:
		return ""
	case c.at < 0:
		return c.Value
	}
	return row.Cells[c.at]
}

// tokens returns what stands in the row, taken apart where it is a list.
func (c *column) tokens(row Row) []string {
	text := c.text(row)
	if c == nil || c.List == "" {
		if text == "" {
			return nil
		}
		return []string{text}
	}
	var tokens []string
	for _, token := range strings.FieldsFunc(text, func(r rune) bool { return strings.ContainsRune(c.List, r) || r == '\n' }) {
		if token = strings.TrimSpace(token); token != "" {
			tokens = append(tokens, token)
		}
	}
	return tokens
}

// lookup returns the code for a token, and whether the mapping or the vocabulary
// knows it.
func (c *column) lookup(token string) (string, bool) {
	if code, ok := c.Values[fold(token)]; ok {
		return code, true
	}
	if len(c.vocabulary) == 0 || slices.Contains(c.vocabulary, token) {
		return token, true
	}
	folded := strings.ReplaceAll(fold(token), " ", "_")
	if slices.Contains(c.vocabulary, folded) {
		return folded, true
	}
	return token, false
}

// code returns the one code of the row: of a list, the first that is known. What
// nobody knows becomes the default, or comes back as it is and is refused later.
func (c *column) code(row Row) string {
	if c == nil {
		return ""
	}
	text := c.text(row)
	tokens := c.tokens(row)
	if len(tokens) == 0 {
		tokens = []string{text}
	}
	for _, token := range tokens {
		if code, known := c.lookup(token); known && code != "" {
			return code
		}
	}
	if _, known := c.lookup(tokens[0]); known {
		return ""
	}
	if text == "" || c.Default != "" {
		return c.Default
	}
	return tokens[0]
}

// codes returns all codes of the row, each once.
func (c *column) codes(row Row) lab.Codes {
	var codes lab.Codes
	for _, token := range c.tokens(row) {
		code, known := c.lookup(token)
		if !known && c.Default != "" {
			code = c.Default
		}
		if code != "" && !slices.Contains(codes, code) {
			codes = append(codes, code)
		}
	}
	return codes
}

var dateForms = strings.NewReplacer("YYYY", "2006", "YY", "06", "MMM", "Jan", "MM", "01", "M", "1", "DD", "02", "D", "2")

// date reads the row's date in the form that the mapping gives, YYYY-MM-DD
// without one. In a workbook it may be a serial number.
func (c *column) date(row Row) (lab.Date, error) {
	text := c.text(row)
	if text == "" {
		return 0, nil
	}
	if c.table.Workbook {
		if t, err := c.table.Date(text); err == nil {
			return lab.DateOf(t, time.UTC), nil
		}
	}
	form := c.Date
	if form == "" {
		form = "YYYY-MM-DD"
	}
	t, err := time.Parse(dateForms.Replace(form), text)
	if err != nil {
		return 0, fmt.Errorf("this is not a date of the form %s", form)
	}
	return lab.DateOf(t, time.UTC), nil
}

// number returns the row's number as text that has the right decimal mark.
func (c *column) number(row Row) (string, error) {
	text := c.text(row)
	if !c.table.Workbook && (c.decimal == "," && strings.Contains(text, ".") || c.decimal == "." && strings.Contains(text, ",")) {
		return "", fmt.Errorf("the decimal mark is %q, and marks between thousands are not read", c.decimal)
	}
	return text, nil
}

// thousandths reads the row's number in thousandths; empty is zero.
func (c *column) thousandths(row Row) (int64, error) {
	text, err := c.number(row)
	if err != nil || text == "" {
		return 0, err
	}
	return lab.ParseThousandths(text)
}

// micro32 reads a small number in thousandths: millimetres as micrometres.
func (c *column) micro32(row Row) (int32, error) {
	n, err := c.thousandths(row)
	if n > 1<<30 {
		return 0, errors.New("the value is outside the possible range")
	}
	return int32(n), err
}
