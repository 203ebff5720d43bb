package lab_test

import (
	"encoding/json"
	"testing"
	"time"

	"pgregory.net/rapid"

	"marquis/internal/lab"
)

func TestDatesThatExist(t *testing.T) {
	for _, test := range []struct {
		text string
		ok   bool
	}{
		{"2024-02-29", true},
		{"2000-02-29", true},
		{"0001-01-01", true},
		{"9999-12-31", true},
		{"2023-02-29", false},
		{"1900-02-29", false},
		{"2024-04-31", false},
		{"2024-13-01", false},
		{"2024-00-10", false},
		{"2024-01-00", false},
		{"0000-01-01", false},
		{"2024-1-1", false},
		{"24-01-01", false},
		{"01-02-2024", false},
		{"2024/01/02", false},
		{"2024-01-02 ", false},
		{"2024-01-02T00:00:00Z", false},
		{"٢٠٢٤-01-02", false},
		{"", false},
	} {
		d, err := lab.ParseDate(test.text)
		if (err == nil) != test.ok {
			t.Errorf("%q was read as %s, %v", test.text, d, err)
		}
		if test.ok && d.String() != test.text {
			t.Errorf("%q is written %q", test.text, d)
		}
	}
}

func TestNewDateRefusesWhatTheCalendarLacks(t *testing.T) {
	for _, ymd := range [][3]int{{2023, 2, 29}, {2024, 2, 30}, {0, 1, 1}, {-1, 1, 1}, {10000, 1, 1}, {2024, 13, 1}, {2024, 1, 0}, {2024, 1, -1}} {
		if d, err := lab.NewDate(ymd[0], ymd[1], ymd[2]); err == nil {
			t.Errorf("%v was taken as %s", ymd, d)
		}
	}
}

func TestDateIsTheDayAtThePlace(t *testing.T) {
	amsterdam := time.FixedZone("summer", 2*60*60)
	late := time.Date(2024, 6, 30, 22, 30, 0, 0, time.UTC)
	if d := lab.DateOf(late, amsterdam); d != 2024_07_01 {
		t.Errorf("it is %s there", d)
	}
	if d := lab.DateOf(late, time.UTC); d != 2024_06_30 {
		t.Errorf("it is %s in UTC", d)
	}
}

func TestDaysUntil(t *testing.T) {
	for _, test := range []struct {
		from, to lab.Date
		days     int
	}{
		{2024_02_28, 2024_03_01, 2},
		{2023_02_28, 2023_03_01, 1},
		{2024_03_01, 2024_02_28, -2},
		{2024_03_30, 2024_04_01, 2}, // a clock change lies between
		{2024_06_15, 2024_06_15, 0},
		{1900_01_01, 2000_01_01, 36524},
		{1_01_01, 9999_12_31, 3652058},
	} {
		if got := test.from.DaysUntil(test.to); got != test.days {
			t.Errorf("from %s to %s: %d days, want %d", test.from, test.to, got, test.days)
		}
	}
}

func TestDateRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		at := time.Unix(rapid.Int64Range(-62135596800, 253402300799).Draw(t, "seconds"), 0)
		d := lab.DateOf(at, time.UTC)
		parsed, err := lab.ParseDate(d.String())
		if err != nil || parsed != d {
			t.Fatalf("%s is read as %s, %v", d, parsed, err)
		}
		stored, err := d.Value()
		if err != nil {
			t.Fatal(err)
		}
		for _, src := range []any{stored, d.Time(), d.String() + "T00:00:00Z"} {
			var scanned lab.Date
			if err := scanned.Scan(src); err != nil || scanned != d {
				t.Fatalf("%v is read as %s, %v; want %s", src, scanned, err, d)
			}
		}
		text, _ := json.Marshal(d)
		var unmarshalled lab.Date
		if err := json.Unmarshal(text, &unmarshalled); err != nil || unmarshalled != d {
			t.Fatalf("%s is read as %s, %v", text, unmarshalled, err)
		}
		next := lab.DateOf(d.Time().AddDate(0, 0, 1), time.UTC)
		if next > d && (d.DaysUntil(next) != 1 || d.Time().Year() != d.Year() || d.Time().Month() != d.Month()) {
			t.Fatalf("from %s to %s are %d days", d, next, d.DaysUntil(next))
		}
	})
}

func TestNoDate(t *testing.T) {
	var d lab.Date
	if d.String() != "" {
		t.Errorf("no date is written %q", d)
	}
	if v, err := d.Value(); v != nil || err != nil {
		t.Errorf("no date is stored as %v, %v", v, err)
	}
	d = today
	if err := d.Scan(nil); err != nil || d != 0 {
		t.Errorf("NULL is read as %s, %v", d, err)
	}
	d = today
	if err := d.UnmarshalText(nil); err != nil || d != 0 {
		t.Errorf("nothing is read as %s, %v", d, err)
	}
	for _, src := range []any{int64(20240601), "yesterday", ""} {
		if err := d.Scan(src); err == nil {
			t.Errorf("%v was read as %s", src, d)
		}
	}
}

func TestInstantRoundTrip(t *testing.T) {
	zone := time.FixedZone("east", 3*60*60)
	rapid.Check(t, func(t *rapid.T) {
		at := time.Unix(rapid.Int64Range(0, 4102444800).Draw(t, "seconds"), rapid.Int64Range(0, 999_999_999).Draw(t, "nanoseconds")).In(zone)
		i := lab.At(at)
		if i.Time().Location() != time.UTC || i.Time().Nanosecond()%1000 != 0 || at.Sub(i.Time()) >= time.Microsecond || at.Before(i.Time()) {
			t.Fatalf("%s became %s", at, i)
		}
		stored, err := i.Value()
		if err != nil || len(stored.(string)) != len("2006-01-02T15:04:05.000000Z") {
			t.Fatalf("stored as %v, %v", stored, err)
		}
		for _, src := range []any{stored, at} {
			var scanned lab.Instant
			if err := scanned.Scan(src); err != nil || scanned != i {
				t.Fatalf("%v is read as %s, %v; want %s", src, scanned, err, i)
			}
		}
		text, _ := json.Marshal(i)
		var unmarshalled lab.Instant
		if err := json.Unmarshal(text, &unmarshalled); err != nil || unmarshalled != i {
			t.Fatalf("%s is read as %s, %v", text, unmarshalled, err)
		}
	})
}

func TestOrderOfStoredInstantsIsOrderOfTime(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		micros := rapid.Int64Range(0, 4_102_444_800_000_000)
		a, b := lab.At(time.UnixMicro(micros.Draw(t, "a"))), lab.At(time.UnixMicro(micros.Draw(t, "b")))
		if a.Time().Before(b.Time()) != (a.String() < b.String()) {
			t.Fatalf("%s and %s", a, b)
		}
	})
}

func TestNoInstant(t *testing.T) {
	var i lab.Instant
	if v, err := i.Value(); v != nil || err != nil || i.String() != "" || !i.IsZero() {
		t.Errorf("none is stored as %v, %v and written %q", v, err, i)
	}
	i = noon
	if err := i.Scan(nil); err != nil || !i.IsZero() {
		t.Errorf("NULL is read as %s, %v", i, err)
	}
	i = noon
	if err := i.UnmarshalText(nil); err != nil || !i.IsZero() {
		t.Errorf("nothing is read as %s, %v", i, err)
	}
	for _, src := range []any{int64(1), "noon", "2024-06-15", "2024-02-30T00:00:00Z"} {
		if err := i.Scan(src); err == nil {
			t.Errorf("%v was read as %s", src, i)
		}
	}
}
