package lab_test

import (
	"fmt"
	"math/big"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"marquis/internal/lab"
	"marquis/internal/lab/dictionary"
)

func TestParseAmount(t *testing.T) {
	for _, test := range []struct {
		number, unit string
		want         lab.Amount
		shown        string
	}{
		{"79.5", "%", lab.Amount{Value: 795_000, Scale: lab.MassFraction, Decimals: 1}, "79.5%"},
		{"79,5", "% w/w", lab.Amount{Value: 795_000, Scale: lab.MassFraction, Decimals: 1}, "79.5%"},
		{"79.5", "%w/w", lab.Amount{Value: 795_000, Scale: lab.MassFraction, Decimals: 1}, "79.5%"},
		{"79.5", "Percent", lab.Amount{Value: 795_000, Scale: lab.MassFraction, Decimals: 1}, "79.5%"},
		{"150", "mcg", lab.Amount{Value: 150_000, Scale: lab.PerUnit, Decimals: 3}, "150 µg"},
		{"120", "mg/pill", lab.Amount{Value: 120_000_000, Scale: lab.PerUnit}, "120 mg"},
		{"795", "mg/g", lab.Amount{Value: 795_000, Scale: lab.MassFraction, Decimals: 1}, "79.5%"},
		{"120", "ppm", lab.Amount{Value: 120, Scale: lab.MassFraction, Decimals: 4}, "0.0120%"},
		{"100", "%", lab.Amount{Value: 1_000_000, Scale: lab.MassFraction}, "100%"},
		{"0", "%", lab.Amount{Scale: lab.MassFraction}, "0%"},
		{"80.00", "%", lab.Amount{Value: 800_000, Scale: lab.MassFraction, Decimals: 2}, "80.00%"},
		{"0.00005", "%", lab.Amount{Value: 1, Scale: lab.MassFraction, Decimals: 4}, "0.0001%"},
		{"0.00004", "%", lab.Amount{Scale: lab.MassFraction, Decimals: 4}, "0.0000%"},
		{"120", "mg", lab.Amount{Value: 120_000_000, Scale: lab.PerUnit}, "120 mg"},
		{"120", "MG/Tablet", lab.Amount{Value: 120_000_000, Scale: lab.PerUnit}, "120 mg"},
		{"85", "µg", lab.Amount{Value: 85_000, Scale: lab.PerUnit, Decimals: 3}, "85 µg"},
		{"85", "\u03bcg", lab.Amount{Value: 85_000, Scale: lab.PerUnit, Decimals: 3}, "85 µg"}, // Greek mu
		{"85", "ug / unit", lab.Amount{}, ""},
		{"0.11", "mg", lab.Amount{Value: 110_000, Scale: lab.PerUnit, Decimals: 2}, "110 µg"},
		{"12.5", "ug", lab.Amount{Value: 12_500, Scale: lab.PerUnit, Decimals: 4}, "12.5 µg"},
		{"999.999", "µg", lab.Amount{Value: 999_999, Scale: lab.PerUnit, Decimals: 6}, "999.999 µg"},
		{"1000", "µg", lab.Amount{Value: 1_000_000, Scale: lab.PerUnit, Decimals: 3}, "1.000 mg"},
		{"5", "ng", lab.Amount{Value: 5, Scale: lab.PerUnit, Decimals: 6}, "0.005 µg"},
		{"0", "mg", lab.Amount{Scale: lab.PerUnit}, "0 mg"},
		{"650", "mg/ml", lab.Amount{Value: 650_000, Scale: lab.Concentration}, "650 mg/ml"},
		{"650", " g/L ", lab.Amount{Value: 650_000, Scale: lab.Concentration}, "650 mg/ml"},
		{"5", "µg/mL", lab.Amount{Value: 5, Scale: lab.Concentration, Decimals: 3}, "0.005 mg/ml"},
		{"3.3", "ratio", lab.Amount{Value: 3300, Scale: lab.Ratio, Decimals: 1}, "3.3"},
	} {
		a, err := lab.ParseAmount(test.number, test.unit)
		if (err != nil) != (test.shown == "") || a != test.want {
			t.Errorf("%s %s is %+v, %v; want %+v", test.number, test.unit, a, err, test.want)
		}
		if test.shown != "" && a.Format(".") != test.shown {
			t.Errorf("%s %s is shown as %q, want %q", test.number, test.unit, a.Format("."), test.shown)
		}
	}
}

func TestParseAmountRefuses(t *testing.T) {
	for _, test := range [][2]string{
		{"5", ""},
		{"5", "percentage"},
		{"5", "% v/v"},
		{"5", "kg"},
		{"5", "%%"},
		{"-1", "%"},
		{"-0.1", "mg"},
		{"100.1", "%"},
		{"1001", "mg/g"},
		{"1000001", "ppm"},
		{"10001", "mg"},
		{"2001", "mg/ml"},
		{"1e30", "%"},
		{"1e309", "%"},
		{"NaN", "%"},
		{"", "%"},
		{"79.5 %", "%"},
		{"79,", "%"},
		{"79.", "%"},
		{"1.e2", "%"},
		{strings.Repeat("9", 60), "ng"},
	} {
		if a, err := lab.ParseAmount(test[0], test[1]); err == nil {
			t.Errorf("%s %s was read as %+v", test[0], test[1], a)
		}
	}
}

func TestAmountIsShownWithTheReadersMark(t *testing.T) {
	a, err := lab.ParseAmount("79.5", "%")
	if err != nil || a.Format(",") != "79,5%" {
		t.Errorf("%q, %v", a.Format(","), err)
	}
}

func TestAmountIsRoundedHalfAwayFromZeroWhenShown(t *testing.T) {
	for _, test := range []struct {
		ppm      int64
		decimals int8
		want     string
	}{
		{794_999, 1, "79.5%"},
		{794_499, 1, "79.4%"},
		{794_500, 1, "79.5%"},
		{794_449, 1, "79.4%"},
		{995_000, 0, "100%"},
		{994_999, 0, "99%"},
		{49, 2, "0.00%"},
		{50, 2, "0.01%"},
		{1, 4, "0.0001%"},
	} {
		a := lab.Amount{Value: test.ppm, Scale: lab.MassFraction, Decimals: test.decimals}
		if a.Format(".") != test.want {
			t.Errorf("%d ppm with %d decimals is %q, want %q", test.ppm, test.decimals, a.Format("."), test.want)
		}
	}
}

// A number is written in another unit of its scale exactly, with the decimals that it was
// entered with.
func TestAmountInAnotherUnit(t *testing.T) {
	for _, test := range []struct{ number, unit, in, want string }{
		{"0.5", "mg", "µg", "500"}, {"150", "µg", "mg", "0.150"}, {"12.5", "µg", "mg", "0.0125"}, {"1.25", "mg", "µg", "1250"}, {"120", "mg", "mg", "120"}, {"79.5", "%", "%", "79.5"},
	} {
		a, err := lab.ParseAmount(test.number, test.unit)
		if got := a.NumberIn(test.in, "."); err != nil || got != test.want {
			t.Errorf("%s %s is %s %s, want %s, %v", test.number, test.unit, got, test.in, test.want, err)
		}
	}
}

// TestAmountRoundTrip: what fits a scale is shown exactly as it was written.
func TestAmountRoundTrip(t *testing.T) {
	shown := []struct {
		unit     string
		suffix   string
		decimals int
		least    int64
		most     int64
	}{{"%", "%", 4, 0, 99}, {"mg", " mg", 6, 1, 9_999}, {"µg", " µg", 3, 1, 999}, {"mg/ml", " mg/ml", 3, 0, 1_999}, {"ratio", "", 3, 0, 999_999}}
	rapid.Check(t, func(t *rapid.T) {
		unit := rapid.SampledFrom(shown).Draw(t, "unit")
		number := fmt.Sprint(rapid.Int64Range(unit.least, unit.most).Draw(t, "whole"))
		mark := rapid.SampledFrom([]string{",", "."}).Draw(t, "mark")
		if n := rapid.IntRange(0, unit.decimals).Draw(t, "decimals"); n > 0 {
			number += mark + rapid.StringMatching(fmt.Sprintf("[0-9]{%d}", n)).Draw(t, "fraction")
		}
		a, err := lab.ParseAmount(number, unit.unit)
		if err != nil {
			t.Fatal(err)
		}
		if got := a.Format(mark); got != number+unit.suffix {
			t.Fatalf("%s %s is shown as %q", number, unit.unit, got)
		}
	})
}

// TestBaseOfSalts holds the factors of the definitions of the statistics.
func TestBaseOfSalts(t *testing.T) {
	d, err := dictionary.Load()
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		substance string
		salt      lab.Basis
		factor    string
	}{
		{"ketamine", "hydrochloride", "0.867"},
		{"MDMA", "hydrochloride", "0.841"},
		{"cocaine", "hydrochloride", "0.893"},
		{"levamisole", "hydrochloride", "0.849"},
		{"amphetamine", "sulfate", "0.734"}, // two bases per salt
	} {
		s, _, ok := d.FindSubstance(test.substance)
		if !ok {
			t.Errorf("%s is not in the dictionary", test.substance)
			continue
		}
		base, known := s.ToBase(1_000_000, test.salt)
		if got := big.NewRat(base, 1_000_000).FloatString(3); !known || got != test.factor {
			t.Errorf("%s %s: %s, want %s", test.substance, test.salt, got, test.factor)
		}
	}
}

func TestBaseByBasis(t *testing.T) {
	d := newDictionary(t)
	for _, test := range []struct {
		name  string
		id    lab.SubstanceID
		basis lab.Basis
		base  int64
		known bool
	}{
		{"base stays", ketamine, lab.BasisBase, 795_000, true},
		{"of a salt", ketamine, "hydrochloride", 689_290, true},
		{"as found, with salts", ketamine, lab.BasisAsFound, 795_000, false},
		{"as found, without salts", caffeine, lab.BasisAsFound, 795_000, true},
		{"unknown", ketamine, lab.BasisUnknown, 0, false},
		{"unknown, without salts", caffeine, lab.BasisUnknown, 0, false},
		{"none", ketamine, "", 0, false},
		{"a salt it lacks", ketamine, "sulfate", 0, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			base, known := d.Substances[test.id].ToBase(795_000, test.basis)
			if known != test.known || known && base != test.base {
				t.Errorf("%d, %v; want %d, %v", base, known, test.base, test.known)
			}
		})
	}
}

// TestBaseIsExact compares with exact fractions, and demands that an amount of a
// salt never becomes more base than the pure salt holds.
func TestBaseIsExact(t *testing.T) {
	d, err := dictionary.Load()
	if err != nil {
		t.Fatal(err)
	}
	var salted []*lab.Substance
	for _, id := range sortedIDs(d.Substances) {
		if s := d.Substances[id]; len(s.Salts) > 0 {
			salted = append(salted, s)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		s := rapid.SampledFrom(salted).Draw(t, "substance")
		salt := rapid.SampledFrom(s.Salts).Draw(t, "salt")
		value := rapid.Int64Range(0, 10_000_000_000).Draw(t, "value")
		base, ok := s.ToBase(value, lab.Basis(salt.Salt))
		if !ok {
			t.Fatalf("%s %s has no base", s.Name, salt.Salt)
		}
		exact := new(big.Rat).Mul(new(big.Rat).SetInt64(value), big.NewRat(int64(salt.BasesPerSalt)*s.MolarMass, salt.MolarMass))
		checkRounded(t, base, exact)
		if base > value || base < 0 {
			t.Fatalf("%d of %s %s is %d base", value, s.Name, salt.Salt, base)
		}
		ppm := value % 1_000_001
		base, _ = s.ToBase(ppm, lab.Basis(salt.Salt))
		if base > s.Ceiling() && salt.Usual {
			t.Fatalf("%d ppm of %s %s is %d base, above the ceiling %d", ppm, s.Name, salt.Salt, base, s.Ceiling())
		}
	})
}

func TestCeiling(t *testing.T) {
	d := newDictionary(t)
	for id, want := range map[lab.SubstanceID]int64{ketamine: 867_031, amphetamine: 733_856, caffeine: 1_000_000} {
		if got := d.Substances[id].Ceiling(); got != want {
			t.Errorf("%s: %d, want %d", d.Substances[id].Name, got, want)
		}
	}
}

func TestCeilingIsThatOfTheUsualSalt(t *testing.T) {
	lighter := lab.Salt{Salt: "sodium", MolarMass: 122_000, BasesPerSalt: 1}
	s := lab.Substance{MolarMass: 100_000, Salts: append([]lab.Salt{lighter}, hydrochloride(136_000)...)}
	if got := s.Ceiling(); got != 735_294 {
		t.Errorf("%d", got)
	}
	s.Salts = s.Salts[:1]
	if got := s.Ceiling(); got != 1_000_000 {
		t.Errorf("%d where no salt is usual", got)
	}
}
