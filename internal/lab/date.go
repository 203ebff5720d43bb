package lab

import (
	"database/sql/driver"
	"fmt"
	"time"
)

// Date is a calendar day without a time zone, kept as the number YYYYMMDD. The
// zero Date means "not recorded" and is NULL in the database.
type Date int32

// NewDate returns the day, or an error when the calendar has no such day.
func NewDate(year, month, day int) (Date, error) {
	t := time.Date(year, time.Month(month), day, 0, 0, 0, 0, time.UTC)
	if year < 1 || year > 9999 || t.Year() != year || int(t.Month()) != month || t.Day() != day {
		return 0, fmt.Errorf("there is no day %04d-%02d-%02d", year, month, day)
	}
	return Date(year*10000 + month*100 + day), nil
}

// DateOf returns the day of an instant at a place.
func DateOf(t time.Time, place *time.Location) Date {
	y, m, d := t.In(place).Date()
	return Date(y*10000 + int(m)*100 + d)
}

// ParseDate reads the form YYYY-MM-DD.
func ParseDate(s string) (Date, error) {
	t, err := time.Parse(time.DateOnly, s)
	if err != nil {
		return 0, fmt.Errorf("%q is not a date of the form YYYY-MM-DD", s)
	}
	return NewDate(t.Year(), int(t.Month()), t.Day())
}

// Year returns the calendar year, zero for no date.
func (d Date) Year() int { return int(d) / 10000 }

// Month returns the calendar month.
func (d Date) Month() time.Month { return time.Month(int(d) / 100 % 100) }

// YearMonth writes the month in which the day lies, as 2026-11.
func (d Date) YearMonth() string { return fmt.Sprintf("%04d-%02d", d.Year(), d.Month()) }

// Time returns midnight UTC of the day.
func (d Date) Time() time.Time {
	return time.Date(d.Year(), d.Month(), int(d)%100, 0, 0, 0, 0, time.UTC)
}

// DaysUntil counts the days from d to later; negative when later comes first.
func (d Date) DaysUntil(later Date) int {
	return int((later.Time().Unix() - d.Time().Unix()) / (24 * 60 * 60))
}

// Beside tells that two days are one, or that one follows the other.
func (d Date) Beside(other Date) bool {
	days := d.DaysUntil(other)
	return -1 <= days && days <= 1
}

// Plus is the day so many days later.
func (d Date) Plus(days int) Date {
	t := d.Time().AddDate(0, 0, days)
	return Date(t.Year()*10000 + int(t.Month())*100 + t.Day())
}

// String returns the form YYYY-MM-DD, empty for no date.
func (d Date) String() string {
	if d == 0 {
		return ""
	}
	text, at := []byte("0000-00-00"), len("0000-00-00") // an import writes ten a sample
	for rest := int(d); rest > 0 && at > 0; rest /= 10 {
		if at--; text[at] == '-' {
			at--
		}
		text[at] = byte('0' + rest%10) //nolint:gosec // a digit
	}
	return string(text)
}

// MarshalText writes the form YYYY-MM-DD.
func (d Date) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalText reads the form YYYY-MM-DD, or nothing as no date.
func (d *Date) UnmarshalText(text []byte) (err error) {
	*d = 0
	if len(text) > 0 {
		*d, err = ParseDate(string(text))
	}
	return err
}

// Value stores the form YYYY-MM-DD, no date as NULL.
func (d Date) Value() (driver.Value, error) {
	if d == 0 {
		return nil, nil
	}
	return d.String(), nil
}

// Scan reads a date of either database.
func (d *Date) Scan(src any) (err error) {
	switch v := src.(type) {
	case nil:
		*d = 0
	case time.Time:
		*d = DateOf(v, time.UTC)
	case string:
		*d, err = ParseDate(v[:min(len(v), len(time.DateOnly))])
	default:
		err = fmt.Errorf("cannot read %T as a date", src)
	}
	return err
}

// Instant is a moment in UTC, exact to the microsecond, as both databases keep
// it. The zero Instant means "not yet" and is NULL in the database.
type Instant struct{ t time.Time }

const instantForm = "2006-01-02T15:04:05.000000Z"

// At returns the moment, cut to the microsecond.
func At(t time.Time) Instant { return Instant{t.UTC().Truncate(time.Microsecond)} }

// Time returns the moment in UTC.
func (i Instant) Time() time.Time { return i.t }

// IsZero tells that it has not happened.
func (i Instant) IsZero() bool { return i.t.IsZero() }

// String returns the moment in the form of RFC 3339, empty for none.
func (i Instant) String() string {
	if i.IsZero() {
		return ""
	}
	return i.t.Format(instantForm)
}

// MarshalText writes the form of RFC 3339.
func (i Instant) MarshalText() ([]byte, error) { return []byte(i.String()), nil }

// UnmarshalText reads the form of RFC 3339, or nothing as none.
func (i *Instant) UnmarshalText(text []byte) error {
	if len(text) == 0 {
		*i = Instant{}
		return nil
	}
	return i.Scan(string(text))
}

// Value stores text of fixed width, so that the order of texts is the order of time.
func (i Instant) Value() (driver.Value, error) {
	if i.IsZero() {
		return nil, nil
	}
	return i.String(), nil
}

// Scan reads an instant of either database.
func (i *Instant) Scan(src any) error {
	switch v := src.(type) {
	case nil:
		*i = Instant{}
	case time.Time:
		*i = At(v)
	case string:
		t, err := time.Parse(time.RFC3339Nano, v)
		if err != nil {
			return fmt.Errorf("%q is not an instant of RFC 3339", v)
		}
		*i = At(t)
	default:
		return fmt.Errorf("cannot read %T as an instant", src)
	}
	return nil
}
