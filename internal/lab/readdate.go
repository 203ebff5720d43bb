package lab

import (
	"regexp"
	"strconv"
	"strings"
)

// Meant says which day is meant where a date names no year.
type Meant bool

// Days that are meant.
const (
	Latest Meant = false // the latest such day that is not in the future: something has happened
	Coming Meant = true  // the next such day, today among them: something is expected
)

// namedDays are days as people call them, counted from today.
var namedDays = map[string]int{
	"today": 0, "vandaag": 0, "yesterday": -1, "gisteren": -1, "tomorrow": 1, "morgen": 1,
}

// monthNames are the English and Dutch names of the months.
var monthNames = map[string]int{
	"jan": 1, "january": 1, "januari": 1,
	"feb": 2, "february": 2, "februari": 2,
	"mar": 3, "march": 3, "mrt": 3, "maart": 3,
	"apr": 4, "april": 4,
	"may": 5, "mei": 5,
	"jun": 6, "june": 6, "juni": 6,
	"jul": 7, "july": 7, "juli": 7,
	"aug": 8, "august": 8, "augustus": 8,
	"sep": 9, "sept": 9, "september": 9,
	"oct": 10, "october": 10, "okt": 10, "oktober": 10,
	"nov": 11, "november": 11,
	"dec": 12, "december": 12,
}

// MonthOf returns the month of an English or Dutch name, in capitals or not.
func MonthOf(name string) (month int, ok bool) {
	month, ok = monthNames[strings.ToLower(name)]
	return month, ok
}

// dayForm is a date as people write it: day, month in digits or as a name, and the year
// or none.
var dayForm = regexp.MustCompile(`^(\d{1,2})(?:[-/. ] ?(\d{1,2})|[-/. ]?([a-z]+)\.?)(?:[-/. ] ?(\d+))?$`)

// ReadDate reads a day as people write it: 28-11, 28/11/2026, 28 nov, vandaag, yesterday,
// or 2026-11-28. The day stands before the month. Nothing is zero, and so is what is no
// date, which is a mistake in the field.
func (e *FieldErrors) ReadDate(field, text string, today Date, meant Meant) Date {
	said := strings.ToLower(strings.Join(strings.Fields(text), " "))
	if said == "" {
		return 0
	}
	if days, ok := namedDays[said]; ok {
		return today.Plus(days)
	}
	if iso, err := ParseDate(said); err == nil {
		return iso
	}
	parts := dayForm.FindStringSubmatch(said)
	month := 0
	if parts != nil {
		if month, _ = MonthOf(parts[3]); month == 0 {
			month, _ = strconv.Atoi(parts[2])
		}
	}
	if parts == nil || parts[2] == "" && month == 0 {
		e.Check(false, field, "%q is not a date such as 28-11-2026, 28 nov or yesterday.", shortened(text))
		return 0
	}
	if n := len(parts[4]); n != 0 && n != 4 {
		e.Check(false, field, "%q can be read in several ways: write the year with four digits.", shortened(text))
		return 0
	}
	day, _ := strconv.Atoi(parts[1])
	year, _ := strconv.Atoi(parts[4])
	if year == 0 {
		return e.withoutYear(field, text, day, month, today, meant)
	}
	date, err := NewDate(year, month, day)
	e.Check(err == nil, field, "There is no day %q: write the day before the month.", shortened(text))
	return date
}

// withoutYear finds the day within a year of today.
func (e *FieldErrors) withoutYear(field, text string, day, month int, today Date, meant Meant) Date {
	if _, err := NewDate(2000, month, day); err != nil {
		e.Check(false, field, "There is no day %q: write the day before the month.", shortened(text))
		return 0
	}
	this, _ := NewDate(today.Year(), month, day)
	before, _ := NewDate(today.Year()-1, month, day)
	after, _ := NewDate(today.Year()+1, month, day)
	found := this
	switch {
	case meant == Latest && this > today:
		found = before
	case meant == Coming && this != 0 && this < today:
		found = after
	}
	e.Check(found != 0, field, "Write the year of %q too.", shortened(text))
	return found
}

// shortened is the beginning of what was typed, for a mistake that quotes it.
func shortened(text string) string {
	const most = 40
	if letters := []rune(text); len(letters) > most {
		return string(letters[:most]) + "…"
	}
	return text
}
