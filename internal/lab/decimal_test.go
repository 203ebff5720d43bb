package lab_test

import (
	"math/big"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"marquis/internal/lab"
)

func TestParseDecimal(t *testing.T) {
	for _, test := range []struct {
		text      string
		millionth int64
		places    int
	}{
		{"79.5", 79_500_000, 1},
		{"79,5", 79_500_000, 1},
		{" 79,50\t", 79_500_000, 2},
		{"\u00a079,5\u00a0", 79_500_000, 1},
		{"0", 0, 0},
		{"-0", 0, 0},
		{"007", 7_000_000, 0},
		{".5", 500_000, 1},
		{"+5", 5_000_000, 0},
		{"-2,5", -2_500_000, 1},
		{"7.95E1", 79_500_000, 1},
		{"7.95e+01", 79_500_000, 1},
		{"795e-1", 79_500_000, 1},
		{"1e3", 1_000_000_000, 0},
		{"1,234", 1_234_000, 3}, // a decimal comma: thousands are never marked
		{"0.0000005", 1, 7},     // half away from zero
		{"-0.0000005", -1, 7},
		{"0.00000049999", 0, 11},
	} {
		d, err := lab.ParseDecimal(test.text)
		if err != nil {
			t.Errorf("%q: %v", test.text, err)
			continue
		}
		n, err := d.Scaled(big.NewRat(1_000_000, 1))
		if err != nil || n != test.millionth {
			t.Errorf("%q is %d millionths, %v; want %d", test.text, n, err, test.millionth)
		}
		if d.Places() != test.places && test.text != "7.95E1" && test.text != "7.95e+01" {
			t.Errorf("%q has %d decimals, want %d", test.text, d.Places(), test.places)
		}
	}
}

func TestParseDecimalRefuses(t *testing.T) {
	for name, text := range map[string]string{
		"nothing":               "",
		"spaces":                "   ",
		"thousands and decimal": "1.234,5",
		"thousands twice":       "1,234,567",
		"thousands by space":    "1 234",
		"thousands by quote":    "1'234",
		"a sign alone":          "-",
		"two signs":             "--5",
		"mixed signs":           "-+5",
		"a sign behind":         "5-",
		"a mark alone":          ",",
		"an exponent alone":     "e5",
		"no exponent":           "5e",
		"a broken exponent":     "5e1.5",
		"two exponents":         "5e1e1",
		"a huge exponent":       "1e309",
		"a tiny exponent":       "1e-31",
		"a hundred exponents":   "1e99999999999999999999",
		"not a number":          "NaN",
		"infinity":              "Inf",
		"minus infinity":        "-infinity",
		"hexadecimal":           "0x1F",
		"underscores":           "1_000",
		"underscored exponent":  "1e1_0",
		"a percent sign":        "79.5%",
		"less than":             "<0.5",
		"about":                 "~5",
		"Arabic digits":         "٧٩",
		"full-width digits":     "７９",
		"a Unicode minus":       "−5",
		"a superscript":         "5²",
		"a fraction":            "½",
		"letters":               "trace",
		"a zero byte":           "5\x00",
		"invalid UTF-8":         "5\xff",
		"too long":              strings.Repeat("1", 61),
		"100 000 digits":        strings.Repeat("9", 100_000),
	} {
		t.Run(name, func(t *testing.T) {
			if d, err := lab.ParseDecimal(text); err == nil {
				n, _ := d.Scaled(big.NewRat(1, 1))
				t.Errorf("%q was read as %d", text, n)
			}
		})
	}
}

func TestScaledRefusesWhatDoesNotFit(t *testing.T) {
	for _, text := range []string{"9e18", "-9e18", "1e30", "4611686018427387904"} {
		d, err := lab.ParseDecimal(text)
		if err != nil {
			t.Fatal(err)
		}
		if n, err := d.Scaled(big.NewRat(1, 1)); err == nil {
			t.Errorf("%s became %d", text, n)
		}
	}
}

// TestScaledRoundsHalfAwayFromZero compares with arithmetic on exact fractions.
func TestScaledRoundsHalfAwayFromZero(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.StringMatching(`-?[0-9]{1,9}\.[0-9]{1,12}(e-?[0-9])?`).Draw(t, "text")
		power := rapid.Int64Range(0, 6).Draw(t, "power")
		factor := new(big.Rat).SetInt(new(big.Int).Exp(big.NewInt(10), big.NewInt(power), nil))
		exact, ok := new(big.Rat).SetString(text)
		if !ok {
			t.Fatal(text)
		}
		exact.Mul(exact, factor)
		d, err := lab.ParseDecimal(text)
		if err != nil {
			t.Fatal(err)
		}
		got, err := d.Scaled(factor)
		if err != nil {
			if exact.Num().BitLen()-exact.Denom().BitLen() < 61 {
				t.Fatal(err)
			}
			return
		}
		checkRounded(t, got, exact)
	})
}

// checkRounded demands that got is the integer nearest to exact, and of two
// equally near ones that which lies further from zero.
func checkRounded(t rapid.TB, got int64, exact *big.Rat) {
	t.Helper()
	off := new(big.Rat).Sub(new(big.Rat).SetInt64(got), exact)
	distance := new(big.Rat).Abs(off)
	half := big.NewRat(1, 2)
	away := off.Sign() == exact.Sign()
	if distance.Cmp(half) > 0 || distance.Cmp(half) == 0 && !away {
		t.Fatalf("%s was rounded to %d", exact.FloatString(20), got)
	}
}

func FuzzParseDecimal(f *testing.F) {
	for _, seed := range []string{"", "79,5", "1.234,5", "-0", "1e309", "NaN", "٧", "5e-30", ".", "+.5e5", "\x00", "0,000000000000000000001"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		d, err := lab.ParseDecimal(text)
		if err != nil {
			return
		}
		plain := strings.Replace(strings.TrimSpace(text), ",", ".", 1)
		exact, ok := new(big.Rat).SetString(plain)
		if !ok {
			t.Fatalf("%q was read, but is no number", text)
		}
		got, err := d.Scaled(big.NewRat(1000, 1))
		if err == nil {
			checkRounded(t, got, exact.Mul(exact, big.NewRat(1000, 1)))
		}
		if d.Places() < 0 {
			t.Fatalf("%q has %d decimals", text, d.Places())
		}
	})
}
