package lab

import (
	"fmt"
	"math/big"
	"strings"
)

// Scale is the fixed integer scale of an amount: each kind of amount has one,
// so that amounts add and compare exactly.
type Scale string

// The scales.
const (
	// MassFraction counts parts per million: 79.5 % is 795 000.
	MassFraction Scale = "ppm"
	// PerUnit counts nanograms per tablet, capsule or blotter: 120 mg is 120 000 000.
	PerUnit Scale = "ng"
	// Concentration counts micrograms per millilitre.
	Concentration Scale = "ug/ml"
	// Ratio counts thousandths of a relative amount that has no unit.
	Ratio Scale = "ratio"
)

// Scales is the vocabulary of Scale.
var Scales = Vocabulary[Scale]{MassFraction, PerUnit, Concentration, Ratio}

// maxAmount bounds amounts by scale: 100 %, 10 g a unit, pure liquid, and ratios.
var maxAmount = map[Scale]int64{
	MassFraction: 1_000_000, PerUnit: 10_000_000_000, Concentration: 2_000_000, Ratio: 1_000_000_000,
}

// unit says how a written unit maps to its scale: value × 10^power steps.
type unit struct {
	scale Scale
	power int
}

var units = map[string]unit{
	"%": {MassFraction, 4}, "% w/w": {MassFraction, 4}, "%w/w": {MassFraction, 4}, "% (w/w)": {MassFraction, 4}, "%(w/w)": {MassFraction, 4}, "% m/m": {MassFraction, 4},
	"percent": {MassFraction, 4}, "procent": {MassFraction, 4}, "wt%": {MassFraction, 4}, "mg/g": {MassFraction, 3}, "ppm": {MassFraction, 0},
	"mg": {PerUnit, 6}, "mg/unit": {PerUnit, 6}, "mg/tablet": {PerUnit, 6}, "mg/pill": {PerUnit, 6}, "mg/pil": {PerUnit, 6}, "mg/capsule": {PerUnit, 6}, "mg/blotter": {PerUnit, 6},
	"µg": {PerUnit, 3}, "ug": {PerUnit, 3}, "mcg": {PerUnit, 3}, "µg/unit": {PerUnit, 3}, "ug/unit": {PerUnit, 3}, "mcg/unit": {PerUnit, 3},
	"µg/blotter": {PerUnit, 3}, "ug/blotter": {PerUnit, 3}, "µg/tablet": {PerUnit, 3}, "ug/tablet": {PerUnit, 3}, "ng": {PerUnit, 0},
	"mg/ml": {Concentration, 3}, "g/l": {Concentration, 3}, "µg/ml": {Concentration, 0}, "ug/ml": {Concentration, 0}, "mcg/ml": {Concentration, 0},
	"ratio": {Ratio, 3},
}

// Amount is an exact quantity of a substance. Decimals is the number of decimals
// with which it was entered, in the scale's unit: %, mg, mg/ml or ratio.
type Amount struct {
	Value    int64
	Scale    Scale
	Decimals int8
}

// shownPower is the power of ten between a scale's step and its shown unit.
var shownPower = map[Scale]int{MassFraction: 4, PerUnit: 6, Concentration: 3, Ratio: 3}

// ParseAmount reads a number and its unit, such as "79,5" and "%". It is kept on
// the scale of the unit, rounded half away from zero where it is finer than the
// scale, and refused where it is negative or more than the scale can mean.
func ParseAmount(number, unitText string) (Amount, error) {
	plain := strings.ReplaceAll(strings.ToLower(strings.Join(strings.Fields(unitText), " ")), "μ", "µ") // Greek mu, micro sign
	u, ok := units[plain]
	if !ok {
		return Amount{}, fmt.Errorf("unit %q is not known; use %%, mg/g, ppm, mg, µg, mg/ml, µg/ml or ratio", unitText)
	}
	d, err := ParseDecimal(number)
	if err != nil {
		return Amount{}, err
	}
	factor := new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(u.power)), nil)
	value, err := d.Scaled(new(big.Rat).SetInt(factor))
	if err != nil || value < 0 || value > maxAmount[u.scale] {
		return Amount{}, fmt.Errorf("%s %s is outside the possible range", number, unitText)
	}
	decimals := d.Places() + shownPower[u.scale] - u.power
	return Amount{Value: value, Scale: u.scale, Decimals: int8(min(max(0, decimals), shownPower[u.scale]))}, nil
}

// Format writes the amount in its unit (%, mg or µg, mg/ml or a bare ratio) with the
// decimals it was entered with and the given decimal mark.
func (a Amount) Format(mark string) string { return a.Told(a.Number(mark)) }

// Number writes the amount's number alone, in its unit.
func (a Amount) Number(mark string) string { return a.NumberIn(a.Unit(), mark) }

// NumberIn writes the amount's number in a unit of its scale.
func (a Amount) NumberIn(text, mark string) string {
	power := shownPower[a.Scale]
	if u, known := units[text]; known {
		power = u.power
	}
	return formatScaled(a.Value, power, max(0, int(a.Decimals)-shownPower[a.Scale]+power), mark)
}

// microgram is the unit in which little is told of a piece.
const microgram = "µg"

// Unit is the unit in which the amount is told: that of its scale, but micrograms where a
// piece holds less than a milligram.
func (a Amount) Unit() string {
	if a.Scale == PerUnit && a.Value > 0 && a.Value < 1_000_000 {
		return microgram
	}
	return a.Scale.Unit()
}

// Told writes a number that is in the amount's unit with the unit behind it.
func (a Amount) Told(number string) string {
	if a.Scale == MassFraction {
		return number + a.Unit()
	}
	return strings.TrimSpace(number + " " + a.Unit())
}

// Unit is the unit in which amounts of the scale are told, empty for a ratio.
func (s Scale) Unit() string {
	switch s {
	case MassFraction:
		return "%"
	case PerUnit:
		return "mg"
	case Concentration:
		return "mg/ml"
	}
	return ""
}

// String writes the amount as English does.
func (a Amount) String() string { return a.Format(".") }

// Basis says what an amount counts: the base, a salt, whatever was found, or
// nobody knows. A salt's basis is the name of the salt in the dictionary.
type Basis string

// The bases that are not salts.
const (
	BasisBase    Basis = "base"
	BasisAsFound Basis = "as_found"
	BasisUnknown Basis = "unknown"
)

// ToBase converts an amount of the substance to its base by the salt's molar
// masses, rounded half away from zero to the scale. It tells false where the
// basis is unknown, or "as found" for a substance that has salts. A substance
// without salts in the dictionary is its own base, however it was found.
func (s *Substance) ToBase(value int64, basis Basis) (int64, bool) {
	switch basis {
	case BasisBase:
		return value, true
	case BasisAsFound:
		return value, len(s.Salts) == 0
	case BasisUnknown, "":
		return 0, false
	}
	salt, ok := s.Salt(string(basis))
	if !ok || s.MolarMass == 0 {
		return 0, false
	}
	return mulDiv(value, int64(salt.BasesPerSalt)*s.MolarMass, salt.MolarMass), true
}
