package intake

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
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
	timed bool           // it names the time
	place *time.Location // where the day is that of the service; nil: nobody knows
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
	var at clock
	ok, rest := true, text
	for i, part := range f.parts {
		if rest, ok = at.take(part, rest); !ok {
			break
		}
		if part == "MMM" && (i+1 == len(f.parts) || f.parts[i+1] != ".") {
			rest = strings.TrimPrefix(rest, ".") // mrt. beside mei
		}
	}
	zone := afterTime.FindStringSubmatch(rest)
	switch {
	case ok && rest != "" && !f.timed && startsTime.MatchString(rest):
		if !midnight.MatchString(rest) {
			return 0, f.lacksTime(rest)
		}
		zone = nil
	case !ok || rest != "" && (zone == nil || !f.timed || slices.Contains(f.parts, "AM")):
		return 0, otherFormError(f.text)
	}
	date, err := lab.NewDate(at.year, at.month, at.day)
	if err != nil {
		return 0, errors.New("there is no such day")
	}
	if zone != nil && zone[1] != "" {
		if date, err = f.dayAt(time.Date(at.year, time.Month(at.month), at.day, at.hour, at.minute, 0, 0, time.UTC), zone[1]); err != nil {
			return 0, err
		}
	}
	return date, notTooEarly(date)
}

// clock is what a text says of a day and its time.
type clock struct{ year, month, day, hour, minute, second int }

// take reads a part of a form from the beginning of a text.
func (c *clock) take(part, text string) (rest string, ok bool) {
	switch part {
	case "YYYY":
		c.year, rest, ok = digits(text, 4, 4)
	case "YY":
		c.year, rest, ok = digits(text, 2, 2)
		c.year += 1900
		if c.year < 1969 {
			c.year += 100
		}
	case "MMM":
		c.month, rest, ok = monthName(text)
	case "MM", "M":
		c.month, rest, ok = digits(text, len(part), 2)
	case "DD", "D":
		c.day, rest, ok = digits(text, len(part), 2)
	case "h", "hh":
		c.hour, rest, ok = digits(text, len(part), 2)
		ok = ok && c.hour < 24
	case "mm":
		c.minute, rest, ok = digits(text, 2, 2)
		ok = ok && c.minute < 60
	case "ss":
		c.second, rest, ok = digits(text, 2, 2)
		ok = ok && c.second < 60
	case "AM":
		m := halfDay.FindString(text)
		ok, rest = c.hour <= 12 && m != "", text[len(m):]
	default:
		rest, ok = strings.CutPrefix(text, part)
	}
	return rest, ok
}

// halfDay is before or after noon as programs and people write it, as in 2:22 p.m.
var halfDay = regexp.MustCompile(`^[aApP](?:\.\s?)?[mM]\.?`)

// afterTime is what programs write behind a time: parts of a second, and how far its clock was
// ahead of UTC.
var afterTime = regexp.MustCompile(`^(?:[.,]\d{1,9})?\s?(Z|UTC|[+-]\d{2}:?\d{2}|[+-]\d{2})?$`)

// dayAt is the day at the service of a time on a clock that is so far ahead of UTC.
func (f dateForm) dayAt(told time.Time, zone string) (lab.Date, error) {
	if f.place == nil {
		return 0, errors.New("the time is told in a time zone, and it is not known in which the service is")
	}
	var ahead time.Duration
	if zone != "Z" && zone != "UTC" {
		hours, rest, _ := digits(zone[1:], 2, 2)
		minutes, _, _ := digits(strings.TrimPrefix(rest, ":"), 0, 2)
		if hours > 14 || minutes > 59 {
			return 0, fmt.Errorf("there is no time zone %s", zone)
		}
		ahead = time.Duration(hours)*time.Hour + time.Duration(minutes)*time.Minute
		if zone[0] == '-' {
			ahead = -ahead
		}
	}
	return lab.DateOf(told.Add(-ahead), f.place), nil
}

// lacksTime says how to name the time of a date in its form.
func (f dateForm) lacksTime(rest string) error {
	named := f.text + rest[:1] + "hh:mm"
	if secondsToo.MatchString(rest) {
		named += ":ss"
	}
	return fmt.Errorf("this is a date with a time, and the form %s names none: add it to the form, as in %s", f.text, named)
}

var secondsToo = regexp.MustCompile(`^[ T]\d{1,2}:\d{2}:\d{2}`)

// otherFormError is a text that is not of a form of dates.
type otherFormError string

func (form otherFormError) Error() string {
	return fmt.Sprintf("this is not a date of the form %s", string(form))
}

func isOfOtherForm(err error) bool {
	var other otherFormError
	return errors.As(err, &other)
}

var startsTime = regexp.MustCompile(`^[ T]\d{1,2}:\d{2}`)

// write writes a date of a workbook in the form, as a CSV file would have it. A date
// with a time needs a form that names it, as there.
func (f dateForm) write(at time.Time) (string, error) {
	if !f.timed && !at.Equal(at.Truncate(24*time.Hour)) {
		return "", fmt.Errorf("this is a date with a time, and the form %s names none: add it to the form, as in %s hh:mm", f.text, f.text)
	}
	var b strings.Builder
	for _, part := range f.parts {
		layout, ok := timeLayouts[part]
		if part[0] == 'h' && slices.Contains(f.parts, "AM") {
			layout = "03"[2-len(part):]
		}
		if ok {
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
	switch {
	case date < earliestDay:
		return fmt.Errorf("%s is too long ago", date)
	case date == firstOfClocks || date == eveOfClocks:
		return fmt.Errorf("%s is the day from which computers count, which programs write where they know none: write the day, or leave the cell empty", date)
	}
	return nil
}

// The day from which the clocks of computers count, and what it is west of Greenwich.
const firstOfClocks, eveOfClocks lab.Date = 1970_01_01, 1969_12_31

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
