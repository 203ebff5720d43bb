package intake

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
	"time"

	"marquis/internal/lab"
)

// earliestDay is before any drug checking service began. What is earlier is not a
// date but something else, such as a year that a workbook's serial number hides.
const earliestDay lab.Date = 1960_01_01

// dateForm is the form of a date, taken apart: YYYY, YY, MMM, MM, M, DD, D, of a time
// hh, h, mm, ss and AM, and single characters between them.
type dateForm struct {
	text  string
	parts []string
	timed bool // it names the time
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
		case "YYYY", "YY", "MMM", "MM", "M", "DD", "D", "hh", "h", "mm", "ss":
			if seen[letter] {
				return form, fmt.Errorf("the form of dates %q names %s twice", text, part)
			}
			if n := len(form.parts); n > 0 && part != "MMM" && strings.Contains("DMh", form.parts[n-1]) {
				return form, fmt.Errorf("the form of dates %q can be read in two ways: put something after %s, or use two digits", text, form.parts[n-1])
			}
			seen[letter] = true
		default:
			switch {
			case strings.HasPrefix(rest, "AM") && !seen['A']:
				seen['A'], run = true, 2
			case strings.Contains(" -/.,:T", rest[:1]):
				run = 1
			default:
				return form, fmt.Errorf("the form of dates %q holds %q: use YYYY, YY, MMM, MM, M, DD, D, hh, h, mm, ss, AM and spaces, dashes, slashes, points, commas or colons", text, part)
			}
		}
		form.parts = append(form.parts, rest[:run])
		rest = rest[run:]
	}
	switch {
	case !seen['D'] || !seen['M'] || !seen['Y']:
		return form, fmt.Errorf("the form of dates %q lacks the day, the month or the year", text)
	case !seen['h'] && (seen['m'] || seen['s'] || seen['A']):
		return form, fmt.Errorf("the form of dates %q has a time without hours: minutes are mm, months MM", text)
	}
	form.timed = seen['h']
	return form, nil
}

// midnight is a time that says nothing: programs write it after a day.
var midnight = regexp.MustCompile(`^[ T]0?0:00(:00(\.0+)?)?$`)

// read reads a date of the form. A time is read with the form that names it, and then
// left out.
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
		case "h", "hh", "mm", "ss", "AM":
			rest, ok = f.clock(part, rest)
		default:
			rest, ok = strings.CutPrefix(rest, part)
		}
		if !ok {
			break
		}
	}
	switch {
	case ok && rest != "" && !f.timed && startsTime.MatchString(rest):
		if !midnight.MatchString(rest) {
			return 0, fmt.Errorf("this is a date with a time, and the form %s names none: add it to the form, as in %s hh:mm", f.text, f.text)
		}
	case !ok || rest != "":
		return 0, fmt.Errorf("%w %s", errNotOfForm, f.text)
	}
	date, err := lab.NewDate(year, month, day)
	if err != nil {
		return 0, errors.New("there is no such day")
	}
	return date, notTooEarly(date)
}

var errNotOfForm = errors.New("this is not a date of the form")

var startsTime = regexp.MustCompile(`^[ T]\d{1,2}:\d{2}`)

// clock reads a part of a time, which must be one.
func (f dateForm) clock(part, text string) (rest string, ok bool) {
	if part == "AM" {
		return strings.TrimLeft(text, "aApPmM."), hasFoldedPrefix(text, "am") || hasFoldedPrefix(text, "pm")
	}
	number, rest, ok := digits(text, len(part), 2)
	if part == "h" || part == "hh" {
		return rest, ok && number < 24
	}
	return rest, ok && number < 60
}

// write writes a date of a workbook in the form, as a CSV file would have it. A date
// with a time needs a form that names it, as there.
func (f dateForm) write(at time.Time) (string, error) {
	if !f.timed && !at.Equal(at.Truncate(24*time.Hour)) {
		return "", fmt.Errorf("this is a date with a time, and the form %s names none: add it to the form, as in %s hh:mm", f.text, f.text)
	}
	var b strings.Builder
	for _, part := range f.parts {
		if layout, ok := timeLayouts[part]; ok {
			part = at.Format(layout)
		}
		b.WriteString(part)
	}
	written, day := b.String(), lab.DateOf(at, time.UTC)
	if err := notTooEarly(day); err != nil {
		return "", err
	}
	if read, err := f.read(written); err != nil || read != day {
		return "", fmt.Errorf("the year of %s cannot be told in two digits", day)
	}
	return written, nil
}

var timeLayouts = map[string]string{
	"YYYY": "2006", "YY": "06", "MMM": "Jan", "MM": "01", "M": "1", "DD": "02", "D": "2", "h": "15", "hh": "15", "mm": "04", "ss": "05", "AM": "PM",
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
