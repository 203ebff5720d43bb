package intake

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"marquis/internal/lab"
)

// clue is something that cells of a column say against the way in which the column
// is read.
type clue struct {
	says    string // what the cells hold, and what to do
	rows    []int  // the first of them
	count   int
	example string
}

func (c *clue) add(row int, example string) {
	if c.count++; len(c.rows) < mostTold {
		c.rows = append(c.rows, row)
	}
	if c.example == "" {
		c.example = example
	}
}

// The numbers of rows that an error names, and of characters that it shows of a cell.
const mostTold, maxExample = 5, 40

// where names the rows, and shows one of the cells.
func (c *clue) where() string {
	numbers := make([]string, len(c.rows))
	for i, row := range c.rows {
		numbers[i] = strconv.Itoa(row)
	}
	text := fmt.Sprintf("rows %s", strings.Join(numbers, ", "))
	if more := c.count - len(c.rows); more > 0 {
		text = fmt.Sprintf("rows %s and %d more", strings.Join(numbers, ", "), more)
	} else if c.count == 1 {
		text = fmt.Sprintf("row %d", c.rows[0])
	}
	if c.example != "" {
		text = fmt.Sprintf("%s (%q)", text, clip(c.example, maxExample))
	}
	return text
}

// evidence is what all cells of a column together say of how it is to be read.
type evidence struct {
	column *column
	coded  clue // signs of a wrong encoding

	unread   clue            // ids that cannot be taken
	padded   clue            // ids of digits with leading zeros
	widest   int             // length of the longest of those
	bare     map[int]*clue   // ids of digits without, by their length
	cut      clue            // ids of more than 15 digits that end in zeros
	cutZeros map[string]bool // those, each once
	fraction int             // digits behind the point of ids that are numbers with one, at most
	pointed  map[int]*clue   // those ids, by how many digits they have behind it
	zeroLast bool            // one of them ends in a zero
	whole    clue            // ids of more than 15 digits that do not

	dates, texts clue     // days as dates, and as texts of the form
	day          lab.Date // of the row that is being read, 0 where it has none
	told         string   // what stands there
	isCell       bool     // it is a date of a workbook
	late         bool     // one of the dates is of a day after the 12th, or could not have been exchanged
	swap         dateForm // with day and month exchanged
	swapped      clue     // texts of that form
	otherForm    clue     // days in yet another form
	turned       dateForm // with day and year exchanged, where the year has two digits
	years        span     // of the days as they are read
	turnedYears  span     // and with day and year exchanged

	numbers, right, wrong clue // numbers, and texts with the decimal mark of the mapping and with the other one
	datesInNumbers        clue
	percents, small       clue // numbers that are shown as percent, and plain ones that may have been some
	thousands, threes     clue // numbers with several marks, and with one before three digits
	upToOne, aboveOne     clue // amounts in %
}

// weigh looks at every column as a whole before anything is planned. What a field
// cannot take rejects its row. Where some cells contradict the way in which the others
// are read, nobody can tell which of all are right, and the file is refused.
func (p *planner) weigh() error {
	var errs []error
	for i, s := range p.sources {
		var columns []*column
		if i == 0 {
			columns = append(columns, p.sample.columns...)
		}
		if s == p.findings() {
			for _, b := range p.sets {
				columns = append(columns, b.columns...)
			}
		}
		type bound struct {
			name string
			at   int
		}
		seen := map[bound]bool{}
		var all []*evidence
		for _, c := range columns {
			key := bound{c.name, c.at}
			if c.at < 0 && c.ticks == nil || seen[key] {
				continue // in numbered columns the day stands once for all
			}
			seen[key] = true
			all = append(all, newEvidence(c))
		}
		days := &dayOrders{today: p.known.Today}
		s.weigh(all, days)
		for _, e := range all {
			p.zerosKept = p.zerosKept || e.column == p.sample.id && (e.zeroLast || e.column.Zeros == "kept")
		}
		for _, err := range append(days.errors(), fractions(all), neighbours(all), exchangedDates(all)) {
			if err != nil {
				errs = append(errs, fmt.Errorf("%s: %w", s.table.File, err))
			}
		}
		for _, e := range all {
			for _, err := range e.errors() {
				err = fmt.Errorf("%s: %w", s.table.File, inColumn(e.column, err))
				if !slices.ContainsFunc(errs, func(told error) bool { return told.Error() == err.Error() }) {
					errs = append(errs, err)
				}
			}
		}
	}
	if len(errs) > 0 {
		errs = append(errs, errors.New("nothing of the import was written"))
	}
	return errors.Join(errs...)
}

// heading names the column as the file does.
func (c *column) heading() string {
	if c.ticks != nil {
		return c.ticks[0].heading
	}
	return c.table.Header[c.at]
}

func newEvidence(c *column) *evidence {
	e := &evidence{column: c, cutZeros: map[string]bool{}, bare: map[int]*clue{}, pointed: map[int]*clue{}}
	e.swap, _ = parseDateForm(exchanged(c.form.text))
	e.turned, _ = parseDateForm(turnedAround(c.form.text))
	return e
}

// weigh reads the columns to their end. Days may be nil, where nobody asks.
func (s *source) weigh(all []*evidence, days *dayOrders) {
	for i := range s.fates {
		row := s.table.row(i)
		for _, e := range all {
			c := e.column
			text, err := c.says(row)
			e.add(row, text, err)
			if err != nil && (c.kind != idField || errors.Is(err, errStruck) || errors.Is(err, errRaised)) {
				place{s, i}.reject(problem{c.name, text, sentence(err)})
			}
		}
		days.add(row.Number, all)
	}
}

// add takes in one cell.
func (e *evidence) add(row Row, text string, err error) {
	e.day = 0
	if text == "" && err == nil {
		return
	}
	c := e.column
	var at cell
	if cells := c.table.cells[row.Number]; cells != nil && c.at >= 0 {
		at = cells[c.at]
	}
	if _, told := c.meaningOf(text); !told && at.kind == textCell && isSpoilt(text) {
		e.coded.add(row.Number, text)
	}
	switch c.kind {
	case idField:
		e.addID(row.Number, text, err)
	case dateField:
		e.addDate(row.Number, text, at, err)
	case numberField, amountField:
		e.addNumber(row, text, at, err)
	}
}

// isSpoilt tells signs of a wrong encoding.
func isSpoilt(text string) bool {
	for i := range len(text) {
		if text[i] > '~' {
			return strings.Contains(text, "\ufffd") || lab.WronglyDecoded(text)
		}
	}
	return false
}

func (e *evidence) addNumber(row Row, text string, at cell, err error) {
	if err == nil {
		e.addPercent(row, text, at)
	}
	switch at.kind {
	case dateCell:
		e.datesInNumbers.add(row.Number, text)
		return
	case numberCell:
		s, _ := at.section()
		switch {
		case err != nil || s == nil:
		case s.percent > 0:
			e.percents.add(row.Number, "")
		case s.general || s.digits > 0:
			e.numbers.add(row.Number, "")
			if whole, _, _ := strings.Cut(at.value, "."); (whole == "0" && at.value != "0" || at.value == "1") && isPercent(e.column.unitOf(row)) {
				e.small.add(row.Number, text)
			}
		}
		return
	}
	if _, told := e.column.meaningOf(text); told || err != nil {
		return
	}
	if numericDate.MatchString(text) || isShortDate(text) {
		e.datesInNumbers.add(row.Number, text)
		return
	}
	e.addMarks(row, text)
}

// addMarks takes in the marks of a number that is a text.
func (e *evidence) addMarks(row Row, text string) {
	number := strings.TrimSpace(strings.TrimLeft(text, "<>~±"))
	switch {
	case strings.Trim(number, "+-0123456789.,") != "":
	case e.column.decimalMark(number) != nil:
		e.wrong.add(row.Number, text)
	case severalMarks.MatchString(number):
		e.thousands.add(row.Number, text)
	case strings.ContainsAny(number, ",."):
		e.right.add(row.Number, text)
		if oneMark.MatchString(number) {
			e.threes.add(row.Number, text)
		}
	}
}

// A mark between thousands stands before every three digits; one alone may be either.
var (
	severalMarks = regexp.MustCompile(`^-?\d{1,3}(\.\d{3}){2,}$|^-?\d{1,3}(,\d{3}){2,}$`)
	oneMark      = regexp.MustCompile(`^-?[1-9]\d{0,2}[.,]\d{3}$`)
)

// addPercent takes in an amount in %.
func (e *evidence) addPercent(row Row, text string, at cell) {
	c := e.column
	if _, told := c.meaningOf(text); told || c.kind != amountField && c.name != "uncertainty" {
		return
	}
	if strings.HasSuffix(text, "%") && strings.ContainsAny(text, "0123456789") && isPercent(c.unitOf(row)) {
		e.percents.add(row.Number, text)
	}
	if strings.Trim(text, "0123456789.,") != "" {
		return
	}
	value, err := strconv.ParseFloat(strings.Replace(text, ",", ".", 1), 64)
	switch {
	case err != nil || value == 0 || !isPercent(c.unitOf(row)):
	case value > 1:
		e.aboveOne.add(row.Number, text)
	default:
		e.upToOne.add(row.Number, text)
		if at.kind == textCell {
			e.small.add(row.Number, text)
		}
	}
}

// leastFractions is how many amounts of at most 1 %, and none above, are no chance: one of
// five of what is found in powders is as little.
const leastFractions = 5

// fewAboveOne is how many amounts of at most 1 % there are for each above, where those above may
// be what somebody wrote otherwise.
const fewAboveOne = 10

// fractions asks about amounts in % of which none, or nearly none, is more than 1: a spreadsheet keeps 79.5 % as
// 0.795, and so it stands where nobody sees the sign. A source writes all its columns alike.
func fractions(all []*evidence) error {
	var first *evidence
	few, more := 0, 0
	for _, e := range all {
		if e.column.Fractions != "" {
			return nil
		}
		if e.column.kind != amountField {
			continue
		}
		more += e.aboveOne.count
		if few += e.upToOne.count; first == nil && e.upToOne.count > 0 {
			first = e
		}
	}
	if few < leastFractions || more*fewAboveOne > few {
		return nil
	}
	return fmt.Errorf("the column %q: %s: nearly no amount in %% is more than 1, so that they may be parts of one, 0.795 for 79.5 %%: say of amount in the mapping fractions = \"read\" if 1 is all of it, or fractions = \"none\" if the amounts are what they say",
		clip(first.column.heading(), maxShown), first.upToOne.where())
}

// neighbours asks about a column of plain amounts of at most 1, all of them, beside one that is shown
// as percent: what is 12 % in the one may stand as 0.12 in the other.
func neighbours(all []*evidence) error {
	for _, e := range all {
		if e.column.Fractions != "" || e.upToOne.count == 0 || e.aboveOne.count > 0 || e.percents.count > 0 {
			continue
		}
		for _, other := range all {
			if other.column.kind == amountField && other.percents.count > 0 {
				return fmt.Errorf("the column %q: %s: plain numbers up to 1, all of them, where the column %q is shown as percent (%s): they may mean percent too. Give all amounts one format, or say of amount in the mapping fractions = \"none\" if they are what they say",
					clip(e.column.heading(), maxShown), e.upToOne.where(), clip(other.column.heading(), maxShown), other.percents.where())
			}
		}
	}
	return nil
}

// inColumn is what is wrong in a column.
func inColumn(c *column, err error) error {
	return fmt.Errorf("the column %q: %w", clip(c.heading(), maxShown), err)
}

// errors tells what contradicts the way in which the column is read.
func (e *evidence) errors() (errs []error) {
	against := func(is bool, c *clue, format string, args ...any) {
		if is && c.count > 0 {
			errs = append(errs, fmt.Errorf("%s: %s", c.where(), fmt.Sprintf(format, args...)))
		}
	}
	c := e.column
	against(true, &e.coded, "the text has signs of a wrong encoding, as of an ï that became Ã¯, so that other cells may be spoilt too: say the right encoding of the file in the mapping, or fetch it from the source again")
	against(true, &e.unread, "%s. Nobody can tell which sample that is", e.unread.says)
	against(e.lostEnds() && e.whole.count == 0, &e.cut, "%v", errTooLong)
	against(true, e.lostZeros(), "ids of digits alone that are shorter than others, which begin with a zero (%s): they may have lost theirs. Give the source's own ids, or say zeros = \"kept\" of the field in the mapping if they are right", e.padded.where())
	against(true, e.droppedZeros(), "ids with fewer digits behind the point than others (%s), where none ends in a zero: a spreadsheet may have dropped it, as of 2024.10, which becomes 2024.1. Give the source's own ids, with the column as text, or say zeros = \"kept\" of the field in the mapping if they are right", e.longestFraction().where())
	against(e.texts.count > 0 && !c.form.isPlain(), &e.dates, "dates, where other cells of the column are texts (%s): a spreadsheet of another country may have exchanged day and month of those up to the 12th. Write all as dates or all as text, in the source itself", e.texts.where())
	against(true, &e.swapped, "the day stands where %s has the month, so that all others may be read wrongly: correct the form in the mapping or the file", c.form.text)
	against(e.yearFirst(), &e.texts, "as %s they are from %s to %s, and as %s from %s to %s: say in the mapping which stands first, or write the years in four digits", c.form.text, e.years.first, e.years.last, e.turned.text, e.turnedYears.first, e.turnedYears.last)
	against(true, &e.otherForm, "a day in another form than %s: a program may have changed the others, and exchanged day and month. Write all days in one form, in the source itself", c.form.text)
	against(e.right.count+e.numbers.count > 0, &e.wrong, "the decimal mark is %q in the mapping, and other cells are numbers or have that mark: nobody can tell which were changed. Write all numbers in one way", c.decimal)
	against(true, &e.datesInNumbers, "dates, where numbers should be: a spreadsheet of another country may have made them of numbers such as 1.3, and changed others too. Fetch the file from the source again")
	against(e.threes.count > 0, &e.thousands, "marks between thousands, where other cells have the same mark before three digits (%s), which would be read as decimals. Write all numbers without marks between thousands, in the source itself", e.threes.where())
	against(e.percents.count > 0 && c.Fractions == "", &e.small, "plain numbers up to 1, where other cells are shown as percent (%s): they may mean percent too. Give all cells of the column one format, and check them", e.percents.where())
	return errs
}
