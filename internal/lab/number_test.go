package lab_test

import (
	"strings"
	"testing"

	"pgregory.net/rapid"

	"marquis/internal/lab"
)

func TestSampleNumberRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := lab.SampleNumber{
			Service: rapid.StringMatching(`[A-Z][A-Z0-9]{1,7}`).Draw(t, "service"),
			Year:    rapid.IntRange(1960, 9999).Draw(t, "year"),
			Series:  rapid.IntRange(0, lab.MaxSeries).Draw(t, "series"),
			Running: rapid.IntRange(1, 999_999_999).Draw(t, "running"),
		}
		if parsed, err := lab.ParseSampleNumber(n.String()); err != nil || parsed != n {
			t.Fatalf("%s is read as %+v, %v", n, parsed, err)
		}
	})
}

func TestSampleNumberForm(t *testing.T) {
	for _, test := range []struct {
		number lab.SampleNumber
		want   string
	}{
		{lab.SampleNumber{Service: "UTR", Year: 2024, Running: 17}, "UTR-2024-00017"},
		{lab.SampleNumber{Service: "A2", Year: 2019, Running: 123456}, "A2-2019-123456"},
		{lab.SampleNumber{Service: "UTR", Year: 2026, Series: 1, Running: 17}, "UTR-2026-A00017"},
		{lab.SampleNumber{Service: "UTR", Year: 2026, Series: 26, Running: 17}, "UTR-2026-Z00017"},
		{lab.SampleNumber{Service: "UTR", Year: 2026, Series: 27, Running: 17}, "UTR-2026-AA00017"},
		{lab.SampleNumber{Service: "UTR", Year: 2026, Series: 52, Running: 17}, "UTR-2026-AZ00017"},
		{lab.SampleNumber{Service: "UTR", Year: 2026, Series: 53, Running: 17}, "UTR-2026-BA00017"},
		{lab.SampleNumber{Service: "UTR", Year: 2026, Series: 702, Running: 123456}, "UTR-2026-ZZ123456"},
	} {
		if got := test.number.String(); got != test.want {
			t.Errorf("%+v is written %q, want %q", test.number, got, test.want)
		}
	}
}

func TestSampleNumberRefusals(t *testing.T) {
	for name, text := range map[string]string{
		"nothing":                 "",
		"small letters":           "utr-2024-00017",
		"number zero":             "UTR-2024-00000",
		"too few digits":          "UTR-2024-0017",
		"padded too far":          "UTR-2024-0000017",
		"too many digits":         "UTR-2024-1234567890",
		"a year of two digits":    "UTR-24-00017",
		"no service":              "-2024-00017",
		"a service of one letter": "U-2024-00017",
		"a long service":          "UTRECHTNL-2024-00017",
		"a digit first":           "1UT-2024-00017",
		"spaces":                  "UTR 2024 00017",
		"a line break":            "UTR-2024-00017\n",
		"Arabic digits":           "UTR-2024-٠٠٠١٧",
		"more behind":             "UTR-2024-00017-1",
		"a small series":          "UTR-2024-a00017",
		"three letters":           "UTR-2024-ABC00017",
		"a small second letter":   "UTR-2024-Ab00017",
		"a series alone":          "UTR-2024-A",
		"100 000 characters":      "UTR-2024-" + strings.Repeat("1", 100_000),
	} {
		t.Run(name, func(t *testing.T) {
			if n, err := lab.ParseSampleNumber(text); err == nil {
				t.Errorf("%q was read as %+v", text, n)
			}
		})
	}
}

// TestNumbersGoOnInAnotherSeriesAfterARestore: whatever the last one was, there is a next,
// and nobody skips so many that they would run out.
func TestNumbersGoOnInAnotherSeriesAfterARestore(t *testing.T) {
	for _, test := range []struct{ last, asked, want int }{
		{0, 0, 1},
		{1, 0, 2},
		{26, 0, 27},
		{701, 0, 702},
		{702, 0, 0},
		{0, 3, 3},
		{0, 27, 27},
		{0, 28, 0},
		{26, 53, 53},
		{26, 54, 0},
		{3, 3, 0},
		{3, 2, 0},
		{701, 702, 702},
		{702, 703, 0},
		{702, 702, 0},
		{3, -1, 0},
	} {
		if got, err := lab.NextSeries(test.last, test.asked); got != test.want || (err == nil) != (test.want > 0) {
			t.Errorf("after %q, asked for %d: %d, %v; want %d", lab.SeriesLetter(test.last), test.asked, got, err, test.want)
		}
	}
}

func TestASeriesIsReadAsItIsWritten(t *testing.T) {
	for series := range lab.MaxSeries + 1 {
		if got, ok := lab.SeriesOf(lab.SeriesLetter(series)); !ok || got != series {
			t.Errorf("%d is written %q and read as %d, %v", series, lab.SeriesLetter(series), got, ok)
		}
	}
	for _, text := range []string{"a", "1", "AAA", "A1", "é", "Aa", "-"} {
		if got, ok := lab.SeriesOf(text); ok {
			t.Errorf("%q is read as %d", text, got)
		}
	}
}

func FuzzParseSampleNumber(f *testing.F) {
	for _, seed := range []string{"UTR-2024-00017", "A2-2019-123456", "UTR-2024-00000", "utr-2024-1", "", "UTR-2024-00017\n"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if n, err := lab.ParseSampleNumber(text); err == nil && (n.String() != text || n.Running < 1) {
			t.Fatalf("%q was read as %+v", text, n)
		}
	})
}
