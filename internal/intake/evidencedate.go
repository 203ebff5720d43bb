package intake

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"marquis/internal/lab"
)

func (e *evidence) addDate(row int, text string, at cell, err error) {
	if at.kind == dateCell {
		e.dates.add(row, "")
		if day, err := e.column.form.read(text); err == nil {
			e.day, e.told, e.isCell = day, text, true
			e.late = e.late || day.Time().Day() > 12
		}
		return
	}
	if err != nil {
		return
	}
	form := e.column.form
	day, err := recall(e.column.dates, e.column, text, (*column).readDate)
	if err == nil {
		e.day, e.told, e.isCell = day, text, false
		e.texts.add(row, text)
		if e.turned.text != form.text {
			e.years.add(day, nil)
			e.turnedYears.add(e.turned.read(text))
		}
		return
	}
	if _, err := e.swap.read(text); err == nil && e.swap.text != form.text {
		e.swapped.add(row, text)
	} else if isOfOtherForm(err) && looksLikeDay(text) && !form.isNear(text) {
		e.otherForm.add(row, text)
	}
}

var (
	anyDay   = regexp.MustCompile(`^(\d{1,4})[-/. ](\d{1,2})[-/. ](\d{4}|\d{1,2})([ T]\d{1,2}:\d{2}.*)?$`)
	namedDay = regexp.MustCompile(`^\d{1,2}[-/. ]?([A-Za-z]{3,9})[-/. ]?(\d{4}|\d{2})$`)
)

// looksLikeDay tells that a text is a day in one of the forms that people use.
func looksLikeDay(text string) bool {
	if m := namedDay.FindStringSubmatch(text); m != nil {
		_, is := lab.MonthOf(m[1])
		return is
	}
	m := anyDay.FindStringSubmatch(text)
	if m == nil {
		return false
	}
	first, _ := strconv.Atoi(m[1])
	second, _ := strconv.Atoi(m[2])
	third, _ := strconv.Atoi(m[3])
	if len(m[1]) < 3 {
		_, dayFirst := lab.NewDate(2000+third%100, second, first)
		_, monthFirst := lab.NewDate(2000+third%100, first, second)
		return dayFirst == nil || monthFirst == nil
	}
	_, err := lab.NewDate(first, second, third)
	return err == nil
}

// skeleton is a day, or a form of days, without its digits or letters.
func skeleton(text string) string {
	return strings.Trim(strings.Map(func(r rune) rune {
		if unicode.IsDigit(r) || strings.ContainsRune("YMDhmsAP", r) {
			return -1
		}
		return r
	}, text), " ")
}

// isNear tells that a text is of the form but for a digit or a time, so that it says
// nothing against other cells.
func (f dateForm) isNear(text string) bool {
	day, _, _ := strings.Cut(strings.Replace(text, "T", " ", 1), " ")
	return skeleton(day) == skeleton(f.text) && strings.HasPrefix(f.text, "YYYY") == yearFirst.MatchString(day) &&
		strings.Contains(f.text, "YYYY") == fourDigits.MatchString(day)
}

var yearFirst, fourDigits = regexp.MustCompile(`^\d{4}`), regexp.MustCompile(`\d{4}`)

// span is from the first to the last of some days, none where one of them could not be read.
type span struct {
	first, last lab.Date
	broken      bool
}

func (s *span) add(day lab.Date, err error) {
	if s.broken = s.broken || err != nil; s.broken {
		return
	}
	if s.first == 0 {
		s.first, s.last = day, day
	}
	s.first, s.last = min(s.first, day), max(s.last, day)
}

func (s *span) years() float64 {
	return s.last.Time().Sub(s.first.Time()).Hours() / 24 / 365.25
}

// Days that spread over so many years, and with the year first over so small a part of them, are
// no chance.
const (
	mostYears  = 3
	fewerTimes = 4
)

// yearFirst tells that the days spread over many years, and over few if the year stands first.
func (e *evidence) yearFirst() bool {
	return e.texts.count > 2 && e.turned.text != e.column.form.text && !e.years.broken && !e.turnedYears.broken &&
		e.years.years() > mostYears && e.turnedYears.years()*fewerTimes < e.years.years()
}

// exchangedDates tells that the days of one column are dates, all of the first twelve days of a
// month, and those of another are texts of the same form: a spreadsheet of another country may
// have taken the day of the first for the month.
func exchangedDates(all []*evidence) error {
	for _, e := range all {
		if e.dates.count == 0 || e.texts.count > 0 || e.late || e.column.form.isPlain() {
			continue
		}
		for _, other := range all {
			if other.texts.count > 0 && other.dates.count == 0 && other.column.form.text == e.column.form.text {
				return fmt.Errorf("the column %q: %s: dates, none of a day after the 12th, where the column %q has texts (%s): a spreadsheet of another country may have exchanged day and month. Write all as dates or all as text, in the source itself",
					clip(e.column.heading(), maxShown), e.dates.where(), clip(other.column.heading(), maxShown), other.texts.where())
			}
		}
	}
	return nil
}

// isPlain tells that no spreadsheet takes the day of the form for the month: the year
// stands first in four digits, or the month is a name.
func (f dateForm) isPlain() bool {
	return strings.HasPrefix(f.text, "YYYY") || slices.Contains(f.parts, "MMM")
}

// turnedAround returns the form with the day and a year of two digits exchanged.
func turnedAround(form string) string {
	if strings.Contains(form, "YYYY") || strings.Contains(form, "MMM") || !strings.Contains(form, "YY") {
		return form
	}
	return strings.NewReplacer("YY", "DD", "DD", "YY", "D", "YY").Replace(form)
}

// exchanged returns the form with day and month exchanged.
func exchanged(form string) string {
	if strings.Contains(form, "MMM") {
		return form
	}
	return strings.NewReplacer("DD", "MM", "MM", "DD", "D", "M", "M", "D").Replace(form)
}
