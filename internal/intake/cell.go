package intake

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"regexp"
	"strconv"
	"strings"
	"time"

	"marquis/internal/lab"
)

// cellKind is what a cell of a workbook holds.
type cellKind uint8

// The kinds of cells.
const (
	textCell cellKind = iota
	numberCell
	booleanCell
	dateCell // a number that is shown as a date, or a date in ISO form
	errorCell
)

// cell is what a workbook says of a cell beside its text, kept until the field in
// which it is read has judged it.
type cell struct {
	kind   cellKind
	filled bool
	marks
	formula bool   // made the value
	lost    bool   // a formula or an error of which the workbook keeps no value, or an empty one
	unsure  bool   // programs, or conditions, show it differently
	pale    bool   // white on white
	value   string // as stored, a number without its exponent
	format  *numberFormat
}

// isoForms are the forms of a date in ISO form.
var isoForms = []string{"2006-01-02", "2006-01-02T15:04", "2006-01-02T15:04:05.999999999", "2006-01-02T15:04:05.999999999Z"}

// date returns the instant that the cell shows.
func (t *Table) date(c cell) (time.Time, error) {
	if strings.Contains(c.value, "-") {
		for _, form := range isoForms {
			at, err := time.Parse(form, c.value)
			if err == nil && strings.HasSuffix(c.value, "Z") && !at.Equal(at.Truncate(24*time.Hour)) {
				return at, errors.New("its time is that of Greenwich, where it may be another day: write the day itself")
			}
			if err == nil {
				return at, nil
			}
		}
	}
	return t.Date(c.value)
}

// shown is the cell for readers that know no fields: as it is seen, as far as that
// does not depend on the computer. What is no plain number then does not look like
// one.
func (t *Table) shown(c cell) string {
	switch c.kind {
	case dateCell:
		at, err := t.date(c)
		switch {
		case err != nil:
			return c.value
		case at.Equal(at.Truncate(24 * time.Hour)):
			return at.Format("2006-01-02")
		}
		return at.Format("2006-01-02 15:04:05")
	case numberCell:
		s, signed := c.section()
		if s == nil {
			return c.value
		}
		if text, only := s.onlyText(); only && text != "" {
			return text
		}
		if s.percent == 1 {
			return timesHundred(c.value) + "%"
		}
		if text, ok := s.integer(c.value, signed); ok && text != "" && isWhole(c.value) {
			return text
		}
	}
	return c.value
}

var generalSection = &formatSection{general: true}

// section returns the section of the cell's format that shows its number.
func (c cell) section() (s *formatSection, signed bool) {
	if c.format == nil {
		return generalSection, false
	}
	value, err := strconv.ParseFloat(c.value, 64)
	if err != nil {
		return generalSection, false
	}
	return c.format.choose(value)
}

func isWhole(number string) bool {
	return strings.Trim(strings.TrimPrefix(number, "-"), "0123456789") == ""
}

// timesHundred moves the decimal point of a plain number, which is exact.
func timesHundred(number string) string {
	number, negative := strings.CutPrefix(number, "-")
	whole, fraction, _ := strings.Cut(number, ".")
	for len(fraction) < 2 {
		fraction += "0"
	}
	whole, fraction = strings.TrimLeft(whole+fraction[:2], "0"), strings.TrimRight(fraction[2:], "0")
	if whole == "" {
		whole = "0"
	}
	if fraction != "" {
		whole += "." + fraction
	}
	if negative {
		return "-" + whole
	}
	return whole
}

// says returns what the row says in the column: the text that a CSV file of the same
// sheet would hold, in the mapping's own forms of dates and numbers, so that the same
// rules hold for both. The error says why the field cannot take the cell.
func (c *column) says(row Row) (string, error) {
	switch {
	case c == nil:
		return "", nil
	case c.ticks != nil:
		return c.ticked(row)
	case c.at < 0:
		return c.Value, nil
	}
	return c.saysAt(row, c.at)
}

func (c *column) saysAt(row Row, at int) (string, error) {
	text := row.Cells[at]
	cells := c.table.cells[row.Number]
	if cells == nil {
		return text, c.judgeText(text)
	}
	if text == "" {
		return c.judgeBlank(cells[at])
	}
	judged, err := c.judge(cells[at], text, row)
	switch {
	case cells[at].formula:
		return text, errFormula
	case err != nil:
		return text, err
	case cells[at].struck && c.table.Struck != "read":
		return judged, errStruck
	case cells[at].raised && c.kind != textField:
		return judged, errRaised
	}
	return judged, nil
}

var errStruck = errors.New(`the cell is struck through, at least in part or under a condition, so that nobody can tell whether it still holds: delete the row or lift the strike, or, if it means nothing, say struck = "read" of the file in the mapping`)

var errFormula = errors.New("the cell holds a formula, whose value may be out of date: copy the sheet and paste it as values")

var errRaised = errors.New("a part of the cell is raised, as a power or the sign of a footnote, and would be read as part of the text: delete it, or write the note in a column of its own")

// judgeBlank refuses a cell that shows nothing and yet holds something.
func (c *column) judgeBlank(at cell) (string, error) {
	if at.value != "" && at.kind != textCell {
		return "", errHidden
	}
	return "", nil
}

var errHidden = errors.New("the cell holds something that its number format does not show: give it the format General, or empty it")

// judge reads a cell of a workbook by what the field takes.
func (c *column) judge(at cell, text string, row Row) (string, error) {
	if _, told := c.meaningOf(text); told && at.kind != dateCell && at.kind != numberCell {
		return text, nil
	}
	switch at.kind {
	case numberCell:
		return c.judgeNumber(at, row)
	case dateCell:
		return c.judgeDate(at)
	case booleanCell:
		if c.kind == codeField || c.kind == codesField {
			return text, nil
		}
		return text, errors.New("the cell is true or false, which a spreadsheet shows in its own language: say in the mapping's values what it means, or write it as text")
	case errorCell:
		return text, errExcel
	}
	if f := at.format; f != nil && f.text != nil && !f.text.isAsItIs() {
		if len(f.text.places) == 0 {
			return text, errHidden
		}
		return text, errors.New("the number format of the cell shows another text than it holds: give it the format General, and write what it should say")
	}
	return text, c.judgeText(text)
}

var errExcel = errors.New("this is an error of a spreadsheet, and not what somebody wrote: mend the cell")

// excelErrors are the errors of spreadsheets as their text stands in a CSV file, in
// English and Dutch.
var excelErrors = map[string]bool{
	"#N/A": true, "#N/B": true, "#DIV/0!": true, "#DEEL/0!": true, "#REF!": true, "#VERW!": true, "#VALUE!": true, "#WAARDE!": true, "#NAME?": true,
	"#NAAM?": true, "#NUM!": true, "#GETAL!": true, "#NULL!": true, "#LEEG!": true, "#SPILL!": true, "#CALC!": true, "#GETTING_DATA": true,
}

var (
	powerOfTen  = regexp.MustCompile(`^[+-]?\d+([.,]\d*)?[eE]\+\d+$`)
	shortDate   = regexp.MustCompile(`^(\d{1,2})-([A-Za-z]{3,4})$|^([A-Za-z]{3,4})-(\d{2})$`)
	numericDate = regexp.MustCompile(`^(\d{1,2}[-/]\d{1,2}[-/]\d{4}|\d{4}[-/]\d{1,2}[-/]\d{1,2})( \d{1,2}:\d{2}(:\d{2})?)?$`)
)

// judgeText refuses a text that a spreadsheet put in the place of another one, unless
// the mapping says what it means.
func (c *column) judgeText(text string) error {
	err := madeBySpreadsheet(text, c.kind)
	if err != nil {
		if _, told := c.meaningOf(text); told {
			return nil
		}
	}
	return err
}

func madeBySpreadsheet(text string, k kind) error {
	if text == "" {
		return nil
	}
	isName := k == nameField || k == namesField || k == setField
	switch {
	case text[0] == '#' && (excelErrors[strings.ToUpper(text)] || len(text) > 3 && strings.Trim(text, "#") == ""):
		return errExcel
	case k == idField && strings.ContainsAny(text, "©®™"):
		return errSign
	case k != idField && k != textField && !isName, len(text) > maxExample, !isDigit(text[0]) && !isDigit(text[len(text)-1]):
		return nil // what follows is short, and begins or ends with a digit
	case powerOfTen.MatchString(text):
		return errPowerOfTen
	case isShortDate(text), isName && numericDate.MatchString(text):
		return errTurnedToDate
	}
	return nil
}

func isDigit(c byte) bool { return c >= '0' && c <= '9' }

// isShortDate tells that a text is a day or a month as spreadsheets show it, such as
// 1-mrt or Mar-24.
func isShortDate(text string) bool {
	m := shortDate.FindStringSubmatch(text)
	if m == nil {
		return false
	}
	_, is := lab.MonthOf(m[2] + m[3])
	return is
}

var (
	errPowerOfTen   = errors.New("a spreadsheet wrote a long number as a power of ten, and its end is lost: fetch it from the source again, with the column as text")
	errTurnedToDate = errors.New("this is a date, which a spreadsheet may have made of something else, such as 1-3: fetch it from the source again, with the column as text")
	errSign         = errors.New("a spreadsheet may have made the sign of (C), (R) or (TM): fetch the ids from the source again, with the column as text")
	errTooLong      = errors.New("a number of more than 15 digits has lost its end in a spreadsheet: fetch it from the source again, with the column as text")
	errUnsure       = errors.New("programs differ in how they show the cell, since its number format is that of its row or column, or depends on a condition: give the cell its own format")
)

// judgeDate reads a cell that is shown as a date.
func (c *column) judgeDate(at cell) (string, error) {
	switch c.kind {
	case dateField:
	case numberField, amountField:
		return "", errors.New("the cell is a date, which a spreadsheet may have made of a number such as 1.3: write the number anew")
	default:
		return "", errTurnedToDate
	}
	if at.unsure {
		return "", errUnsure
	}
	if at.kind == dateCell && at.format != nil {
		if s, _ := at.section(); s != nil && s.isDate() && !(s.year && s.month && s.day) {
			return "", errors.New("the cell does not show day, month and year, so that nobody saw the rest: give it a format that shows the whole date, and check it")
		}
	}
	when, err := c.table.date(at)
	if err != nil {
		return "", err
	}
	return c.form.write(when)
}

// judgeNumber reads a number by how it is shown.
func (c *column) judgeNumber(at cell, row Row) (string, error) {
	s, signed := at.section()
	switch {
	case s == nil:
		return "", errHidden
	case at.unsure && at.format != nil:
		return "", errUnsure
	}
	if text, only := s.onlyText(); only {
		if text == "" {
			return "", errHidden
		}
		return text, nil
	}
	value, err := strconv.ParseFloat(at.value, 64)
	if err != nil {
		return "", err
	}
	if s.leavesOut(value) {
		return "", errHidden
	}
	switch c.kind {
	case numberField, amountField:
		return c.judgeQuantity(at, row)
	case dateField:
		if text, ok := s.integer(at.value, signed); ok && isWhole(at.value) {
			if _, err := c.form.read(text); err == nil {
				return text, nil
			}
		}
		return "", errors.New("the cell shows a number and no date: give it the format of a date, and check it")
	}
	if math.Abs(value) >= 1e15 {
		return "", errTooLong
	}
	if isWhole(at.value) {
		if text, ok := s.integer(at.value, signed); ok {
			return text, nil
		}
	} else if s.isPlain(signed) && c.kind != idField {
		return strings.Replace(at.value, ".", cmp.Or(c.decimal, "."), 1), nil
	}
	return "", errors.New("the cell is a number that spreadsheets show differently, with a decimal mark, marks between thousands, a percent sign or a power of ten: make the column text, and check what it says")
}

var errMisleads = errors.New("the number format of the cell writes signs about the digits, so that another number is seen than the cell holds: give it the format General, and check what it says")

// judgeQuantity reads a number that is counted with. What the format writes beside
// the digits must be its unit.
func (c *column) judgeQuantity(at cell, row Row) (string, error) {
	s, signed := at.section()
	value, err := strconv.ParseFloat(at.value, 64)
	if err != nil {
		return "", err
	}
	number, beside := at.value, s.literals()
	switch {
	case s.misleads(signed):
		return "", errMisleads
	case s.scaled:
		return "", errors.New("the cell shows the number in thousands: give it the format General, and check it")
	case s.showsZero(value):
		return "", errors.New("the cell shows zero, but holds a number that is not: give it more decimals, and check it")
	}
	unit := c.unitOf(row)
	if s.percent > 0 {
		if s.percent > 1 || beside != "" || !isPercent(unit) {
			return "", fmt.Errorf("the cell shows %s%%, and its unit is %s: write the number in its unit, with the format General", timesHundred(number), cmp.Or(unit, "no %"))
		}
		if !c.isFraction(unit) {
			number = timesHundred(number)
		}
	} else if beside != "" && !sameUnit(beside, unit) {
		return "", fmt.Errorf("the cell shows %q beside the number, and its unit is %s: write what it should say, with the format General", clip(beside, 20), cmp.Or(unit, "none"))
	}
	return strings.Replace(number, ".", cmp.Or(c.decimal, "."), 1), nil
}

// ownUnits are the units of the numbers that have but one.
var ownUnits = map[string]string{"width": "mm", "height": "mm", "thickness": "mm", "weight": "mg"}

// unitOf returns the unit of the row's number, as far as the mapping tells it.
func (c *column) unitOf(row Row) string {
	switch {
	case c.unit != nil:
		return c.unit.nameOf(row)
	case c.Unit != "":
		return c.Unit
	}
	return ownUnits[c.name]
}

// isPercent tells that a unit is parts of a hundred, however it is written.
func isPercent(unit string) bool {
	if unit == "%" || unit == "" {
		return unit != ""
	}
	one, err := lab.ParseAmount("1", unit)
	return err == nil && one == onePercent
}

var onePercent, _ = lab.ParseAmount("1", "%")

// currencySigns are the ways in which a number format writes a currency.
var currencySigns = map[string][]string{
	"EUR": {"€"}, "USD": {"$", "US$"}, "CAD": {"$", "C$", "CA$"}, "AUD": {"$", "A$", "AU$"}, "NZD": {"$", "NZ$"}, "GBP": {"£"}, "CHF": {"Fr.", "SFr."},
	"SEK": {"kr"}, "NOK": {"kr"}, "DKK": {"kr", "kr."}, "PLN": {"zł"}, "CZK": {"Kč"},
}

// sameUnit tells whether what a format writes beside a number is its unit.
func sameUnit(beside, unit string) bool {
	plain := func(s string) string {
		return strings.ReplaceAll(strings.ToLower(strings.Join(strings.Fields(s), "")), "μ", "µ")
	}
	if beside == unit || plain(beside) == plain(unit) {
		return true
	}
	one, err := lab.ParseAmount("1", unit)
	other, err2 := lab.ParseAmount("1", beside)
	if err == nil && err2 == nil && one == other {
		return true
	}
	for _, sign := range currencySigns[strings.ToUpper(unit)] {
		if plain(sign) == plain(beside) {
			return true
		}
	}
	return false
}
