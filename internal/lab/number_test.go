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
		"two series":              "UTR-2024-AB00017",
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
