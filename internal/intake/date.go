package intake

import (
	"errors"
	"fmt"
	"strings"

	"marquis/internal/lab"
)

// earliestDay is before any drug checking service began. What is earlier is not a
// date but something else, such as a year that a workbook's serial number hides.
const earliestDay lab.Date = 1960_01_01

// dateForm is the form of a date, taken apart: YYYY, YY, MMM, MM, M, DD, D, and
// single characters between them.
type dateForm struct {
	text  string
	parts []string
}

// parseDateForm takes a form apart. It refuses one that could be read in two ways
// or that does not tell the day.
func parseDateForm(text string) (dateForm, error) {
	form := dateForm{text: text}
	seen := map[byte]bool{}
	for rest := text; rest != ""; {
		letter := rest[0]
		run := len(rest) - len(strings.TrimLeft(rest, rest[:1]))
		part := rest[:run]
		switch part {
		case "YYYY", "YY", "MMM", "MM", "M", "DD", "D":
			if seen[letter] {
				return form, fmt.Errorf("the form of dates %q names %s twice", text, part)
			}
			if n := len(form.parts); n > 0 && part != "MMM" && (form.parts[n-1] == "D" || form.parts[n-1] == "M") {
				return form, fmt.Errorf("the form of dates %q can be read in two ways: put something after %s, or use two digits", text, form.parts[n-1])
			}
			seen[letter] = true
		default:
			if !strings.Contains(" -/.,", rest[:1]) {
				return form, fmt.Errorf("the form of dates %q holds %q: use YYYY, YY, MMM, MM, M, DD, D and spaces, dashes, slashes, points or commas", text, part)
			}
			run = 1
		}
		form.parts = append(form.parts, rest[:run])
		rest = rest[run:]
	}
	if len(seen) != 3 {
		return form, fmt.Errorf("the form of dates %q lacks the day, the month or the year", text)
	}
	return form, nil
}

// read reads a date of the form.
func (f dateForm) read(text string) (lab.Date, error) {
	var year, month, day int
	ok, rest := true, text
	for _, part := range f.parts {
		switch part {
		case "YYYY":
			year, rest, ok = digits(rest, 4, 4)
		case "YY":
			year, rest, ok = digits(rest, 2, 2)
			year += 1900
			if year < 1969 {
				year += 100
			}
		case "MMM":
			month, rest, ok = monthName(rest)
		case "MM", "M":
			month, rest, ok = digits(rest, len(part), 2)
		case "DD", "D":
			day, rest, ok = digits(rest, len(part), 2)
		default:
			rest, ok = strings.CutPrefix(rest, part)
		}
		if !ok {
			break
		}
	}
	if !ok || rest != "" {
		return 0, fmt.Errorf("this is not a date of the form %s", f.text)
	}
	date, err := lab.NewDate(year, month, day)
	if err != nil {
		return 0, errors.New("there is no such day")
	}
	return date, notTooEarly(date)
}

func notTooEarly(date lab.Date) error {
	if date < earliestDay {
		return fmt.Errorf("%s is too long ago", date)
	}
	return nil
}

// digits reads a number of at least and at most so many digits.
func digits(text string, least, most int) (number int, rest string, ok bool) {
	n := 0
	for n < len(text) && n < most && text[n] >= '0' && text[n] <= '9' {
		number = number*10 + int(text[n]-'0')
		n++
	}
	return number, text[n:], n >= least
}

// monthName reads the name of a month, in capitals or not.
func monthName(text string) (month int, rest string, ok bool) {
	n := 0
	for n < len(text) && (text[n]|0x20 >= 'a' && text[n]|0x20 <= 'z') {
		n++
	}
	month, ok = lab.MonthOf(text[:n])
	return month, text[n:], ok
}

// form returns the form of the field's dates.
func (f Field) form() string {
	if f.Date == "" {
		return "YYYY-MM-DD"
	}
	return f.Date
}
