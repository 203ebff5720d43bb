package locale

import (
	"strconv"
	"strings"
	"time"

	"marquis/internal/lab"
)

// Decimal writes a number with so many decimals and the language's decimal mark.
func (l *Locale) Decimal(v float64, decimals int) string {
	text := strconv.FormatFloat(v, 'f', decimals, 64)
	if strings.Trim(text, "-0.") == "" {
		text = strings.TrimPrefix(text, "-") // what rounds to nothing has no sign
	}
	return strings.Replace(text, ".", l.Mark(), 1)
}

// Mark returns the decimal mark.
func (l *Locale) Mark() string { return l.Text("number.decimal_mark") }

// Count writes a whole number, with the language's mark between thousands.
func (l *Locale) Count(n int) string {
	text := strconv.Itoa(n)
	for i := len(text) - 3; i > 0 && text[i-1] != '-'; i -= 3 {
		text = text[:i] + l.Text("number.thousands_mark") + text[i:]
	}
	return text
}

// Percent writes a percentage.
func (l *Locale) Percent(v float64, decimals int) string {
	return l.Text("number.percent", "Number", l.Decimal(v, decimals))
}

// Date writes a day, nothing for no day.
func (l *Locale) Date(d lab.Date) string {
	if d == 0 {
		return ""
	}
	return l.Text("date.day", "Day", int(d)%100, "Month", l.Month(d.Month()), "Year", d.Year())
}

// Instant writes a moment, in the time zone it is given in.
func (l *Locale) Instant(t time.Time) string {
	return l.Text("date.moment", "Day", l.Date(lab.DateOf(t, t.Location())), "Time", t.Format("15:04"), "Zone", t.Format("MST"))
}

// monthKeys are the keys of the names of the months.
var monthKeys = [12]string{
	"month.january", "month.february", "month.march", "month.april", "month.may", "month.june",
	"month.july", "month.august", "month.september", "month.october", "month.november", "month.december",
}

// Month names a month.
func (l *Locale) Month(m time.Month) string { return l.Text(monthKeys[m-1]) }
