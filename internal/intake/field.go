package intake

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"marquis/internal/lab"
)

// meaning is what the mapping's values say of a text, if they say anything.
type meaning struct {
	text  string
	known bool
}

// column is a field of a mapping bound to a table. It remembers what it has read,
// because a column says the same few things over and over.
type column struct {
	Field
	spec
	at      int // place of the cell, -1 where the mapping gives the value, or where it has ticks
	ticks   []tick
	unit    *column // that tells the unit of its numbers
	table   *Table
	decimal string
	form    dateForm
	folded  map[string]string // code by folded spelling

	means   map[string]meaning
	dates   map[string]lab.Date
	numbers map[string]int64
	codes   map[string]lab.Codes
}

func newColumn(f Field, s spec, decimal string) *column {
	c := &column{
		Field: f, spec: s, at: -1, decimal: decimal, table: &Table{}, folded: make(map[string]string, len(s.vocabulary)),
		means: map[string]meaning{}, dates: map[string]lab.Date{}, numbers: map[string]int64{}, codes: map[string]lab.Codes{},
	}
	for _, code := range s.vocabulary {
		c.folded[spelling(code)] = code
	}
	c.Default, _ = c.canonical(f.Default)
	c.Values = make(map[string]string, len(f.Values))
	for from, to := range f.Values {
		c.Values[from], _ = c.canonical(to)
	}
	if len(f.Ticks) > 0 {
		c.List = ticksMark
	}
	c.form, _ = parseDateForm(f.form()) // the mapping was checked
	return c
}

// spelling reduces a code to what it shares with the ways in which people write it.
func spelling(code string) string {
	return strings.NewReplacer("_", " ", "-", " ").Replace(fold(code))
}

// bind finds the columns of the fields, in the order of their specs. Missing tells
// the headings that the table lacks.
func bind(t *Table, where string, fields map[string]Field, specs []spec, decimal string, number int) (columns []*column, missing []string) {
	for _, s := range specs {
		f, ok := fields[s.name]
		if !ok {
			continue
		}
		c := newColumn(f, s, decimal)
		c.table = t
		for _, heading := range slices.Sorted(maps.Keys(f.Ticks)) {
			at := t.column(heading)
			if at < 0 {
				missing = append(missing, fmt.Sprintf("%q (%s.%s)", heading, where, s.name))
			}
			c.ticks = append(c.ticks, tick{at, heading, f.Ticks[heading]})
		}
		if f.Column != "" {
			heading := f.Column
			if number > 0 {
				heading = strings.ReplaceAll(heading, "{n}", strconv.Itoa(number))
			}
			if c.at = t.column(heading); c.at < 0 {
				missing = append(missing, fmt.Sprintf("%q (%s.%s)", heading, where, s.name))
			}
		}
		columns = append(columns, c)
	}
	return columns, missing
}

// column returns where a heading stands, -1 where it does not. Spaces of any kind are one, and what
// nobody sees is nothing, unless two headings differ by that.
func (t *Table) column(heading string) int {
	if at := slices.Index(t.Header, heading); at >= 0 {
		return at
	}
	plain := func(text string) string { return strings.Join(strings.Fields(visible(text)), " ") }
	like := func(other string) bool { return plain(other) == plain(heading) }
	at := slices.IndexFunc(t.Header, like)
	if at >= 0 && slices.ContainsFunc(t.Header[at+1:], like) {
		return -1
	}
	return at
}

// readsAny tells that the field reads one of some columns.
func (c *column) readsAny(places map[int]bool) bool {
	return places[c.at] || slices.ContainsFunc(c.ticks, func(t tick) bool { return places[t.at] })
}

// text returns what the row says; a column that the mapping lacks is empty. Of a
// cell that the field cannot take, which has rejected the row by now, it is what is
// seen there.
func (c *column) text(row Row) string {
	switch {
	case c == nil:
		return ""
	case row.instead != nil && c.at >= 0:
		if text, told := row.instead[c.at]; told {
			return text
		}
		row.instead = nil
		return c.text(row)
	case c.at >= 0 && !c.table.Workbook:
		return row.Cells[c.at]
	}
	text, _ := c.says(row)
	return text
}

// stored returns what the file has in the column, by which a sample that was imported
// before is known again. The number of a date and of an amount stand for themselves;
// of others, and where the number alone would say something else, it is what is seen.
func (c *column) stored(row Row) string {
	if c.ticks != nil {
		return c.text(row)
	}
	if c.at < 0 {
		return ""
	}
	cells := c.table.cells[row.Number]
	if cells == nil {
		return row.Cells[c.at]
	}
	at := cells[c.at]
	if s, _ := at.section(); at.kind == dateCell || at.kind == numberCell && s != nil && s.percent == 0 && (s.general || s.digits > 0) {
		return at.value
	}
	return row.Cells[c.at]
}

// maxRemembered bounds what a column remembers.
const maxRemembered = 1 << 14

// recall returns what was read from the text before, or reads it.
func recall[T any](known map[string]T, c *column, text string, read func(*column, string) (T, error)) (T, error) {
	if value, ok := known[text]; ok {
		return value, nil
	}
	value, err := read(c, text)
	if err == nil && len(known) < maxRemembered {
		known[text] = value
	}
	return value, err
}

// tokens takes a text apart where it is a list.
func (c *column) tokens(text string) []string {
	parts := []string{text}
	if c.List != "" {
		parts = strings.FieldsFunc(text, func(r rune) bool { return strings.ContainsRune(c.List, r) || r == '\n' })
	}
	var tokens []string
	for _, token := range parts {
		if token = strings.TrimSpace(token); token != "" {
			tokens = append(tokens, token)
		}
	}
	return tokens
}

// meaningOf returns what the mapping's values say of a text, whatever its case and
// spaces, and whether they say anything.
func (c *column) meaningOf(text string) (string, bool) {
	if c == nil || len(c.Values) == 0 {
		return "", false
	}
	m, ok := c.means[text]
	if !ok {
		m.text, m.known = c.Values[fold(text)]
		if len(c.means) < maxRemembered {
			c.means[text] = m
		}
	}
	return m.text, m.known
}

// canonical returns a code as the vocabulary writes it, and whether it has it. Any
// text is right where there is no vocabulary.
func (c *column) canonical(code string) (string, bool) {
	if len(c.vocabulary) == 0 || code == "" {
		return code, true
	}
	code, ok := c.folded[spelling(code)]
	return code, ok
}

// find returns what a token means, and whether the mapping or the vocabulary
// knows it.
func (c *column) find(token string) (string, bool) {
	if code, ok := c.meaningOf(token); ok {
		return code, true
	}
	return c.canonical(token)
}

// readCodes returns the codes of a cell, each once. What nobody knows becomes the
// default; without one it is refused.
func (c *column) readCodes(text string) (lab.Codes, error) {
	var codes lab.Codes
	unknown := false
	add := func(code string) {
		if code != "" && !slices.Contains(codes, code) {
			codes = append(codes, code)
		}
	}
	for _, token := range c.tokens(text) {
		code, known := c.find(token)
		switch {
		case known:
			add(code)
		case c.Default != "" && (c.name != "detection" || c.List != ""):
			unknown = true // but how a substance was found nobody knows of a word that nobody knows
		default:
			return nil, fmt.Errorf("%q is none of: %s; say in the mapping's values what it means", clip(token, maxShown), strings.Join(c.vocabulary, ", "))
		}
	}
	if text == "" {
		code, known := c.Values[""]
		add(code)
		unknown = !known && c.kind == codeField
	}
	if unknown && (c.kind == codesField || len(codes) == 0) {
		add(c.Default)
	}
	return slices.Clip(codes), nil
}

// codesOf returns all codes of the row.
func (c *column) codesOf(row Row) (lab.Codes, error) {
	return recall(c.codes, c, c.text(row), (*column).readCodes)
}

// code returns the one code of the row: of a list, the first.
func (c *column) code(row Row) (string, error) {
	if c == nil {
		return "", nil
	}
	codes, err := c.codesOf(row)
	if err != nil || len(codes) == 0 {
		return "", err
	}
	return codes[0], nil
}

// nameOf returns the row's text with its value replaced, or the default where the
// cell is empty.
func (c *column) nameOf(row Row) string {
	text := c.text(row)
	if name, ok := c.meaningOf(text); ok {
		return name
	}
	if text == "" && c != nil {
		return c.Default
	}
	return text
}

// date reads the row's date in the form that the mapping gives.
func (c *column) date(row Row) (lab.Date, error) {
	text := c.text(row)
	if text == "" {
		return 0, nil
	}
	return recall(c.dates, c, text, (*column).readDate)
}

// differs tells that two rows say different things. Two times of a day are one day.
func (c *column) differs(one, other Row) bool {
	if c.text(one) == c.text(other) {
		return false
	}
	a, err := c.date(one)
	b, err2 := c.date(other)
	return c.kind != dateField || err != nil || err2 != nil || a != b
}

func (c *column) readDate(text string) (lab.Date, error) { return c.form.read(text) }

// decimalMark refuses a number that has another decimal mark than the mapping
// says: 1.250 would be read as little more than one.
func (c *column) decimalMark(text string) error {
	if c.decimal == "," && strings.Contains(text, ".") || c.decimal == "." && strings.Contains(text, ",") {
		return fmt.Errorf("the decimal mark is %q, and marks between thousands are not read", c.decimal)
	}
	return nil
}

// thousandths reads the row's number in thousandths; an empty cell is the
// default, or zero.
func (c *column) thousandths(row Row) (int64, error) {
	text := c.text(row)
	if c.isNone(row) || text == "" && c.Default == "" {
		return 0, nil
	}
	return recall(c.numbers, c, text, (*column).readThousandths)
}

var errNoWord = errors.New("this is not a number; say in the mapping's values what it stands for: a number, or \"\" for none")

// isNone tells that the mapping's values say that the row's number is none.
func (c *column) isNone(row Row) bool {
	meant, told := c.meaningOf(c.text(row))
	return told && meant == ""
}

// numberText is the row's number as a text, with what the mapping's values say of a word.
func (c *column) numberText(row Row) string {
	text := c.text(row)
	if number, told := c.meaningOf(text); told {
		return strings.NewReplacer(".", c.decimal, ",", c.decimal).Replace(number)
	}
	return text
}

func (c *column) readThousandths(text string) (int64, error) {
	if text == "" {
		return lab.ParseThousandths(c.Default)
	}
	if number, told := c.meaningOf(text); told {
		return lab.ParseThousandths(number)
	}
	if !strings.ContainsAny(text, "0123456789") {
		return 0, errNoWord
	}
	if c.at >= 0 {
		if err := c.decimalMark(text); err != nil {
			return 0, err
		}
	}
	if len(text) > maxShown {
		return 0, fmt.Errorf("this is not a number")
	}
	return lab.ParseThousandths(text)
}

// The numbers of characters of a value and of a reason that a receipt shows.
const maxShown, maxReason = 200, 2000

// clip shortens what a receipt or a message shows.
func clip(text string, most int) string {
	if utf8.RuneCountInString(text) <= most {
		return text
	}
	return string([]rune(text)[:most]) + "…"
}
