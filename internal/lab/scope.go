package lab

import (
	"math/big"
	"regexp"
	"strconv"
	"strings"
)

// MethodScope is a substance that a method can see, and from how much on. A limit stands
// there twice: as an amount on the scale on which it compares with what is found, and as it
// was typed, for those who read it.
type MethodScope struct {
	MethodID    MethodID
	SubstanceID SubstanceID
	LOD         Amount // limit of detection; zero Value if not stated
	LOQ         Amount // limit of quantification; zero Value if not stated
	LODTyped    string // number and unit, as "200 ng/ml"; empty where only the amount is known
	LOQTyped    string
	SamplePerML string // milligrams of sample in a millilitre of what was dipped into; empty: no dilution
}

// ScopeRow is a row of a scope as somebody typed, pasted or imported it.
type ScopeRow struct {
	Name, LOD, LOQ, Unit, SamplePerML string
	Line                              int // as people count it
}

// IsEmpty tells that nothing was typed in the row. A unit alone stands there from the start.
func (r *ScopeRow) IsEmpty() bool { return r.Name+r.LOD+r.LOQ+r.SamplePerML == "" }

// ScopeField names a part of a row of a scope by its place, counted from 0, as the mistakes
// of ReadScope and Method.Check do: "scope.2.lod".
func ScopeField(row int, part string) string { return "scope." + strconv.Itoa(row) + "." + part }

// ParseScopeField tells the row and the part that ScopeField named.
func ParseScopeField(name string) (row int, part string, ok bool) {
	rest, ok := strings.CutPrefix(name, "scope.")
	number, part, found := strings.Cut(rest, ".")
	row, err := strconv.Atoi(number)
	return row, part, ok && found && err == nil && row >= 0
}

// ReadScope reads the rows of a scope, through whatever door they come. Its mistakes are
// named by the places of the rows in the list.
func (d *Dictionary) ReadScope(rows []ScopeRow) (scope []MethodScope, mistakes FieldErrors) {
	type place struct {
		in   MethodScope
		line int
	}
	var seen []place
	for i, row := range rows {
		var errs FieldErrors
		s := row.limits(&errs)
		if d.sees(&errs, &s, row) {
			for _, before := range seen {
				errs.Check(!before.in.sees(s), "substance", "Rows %[1]d and %[2]d are both %[3]s: leave one of them.", before.line, row.Line, row.Name)
			}
			seen = append(seen, place{s, row.Line})
		}
		if len(errs) == 0 {
			errs = s.check()
		}
		for _, m := range errs {
			m.Field = ScopeField(i, m.Field)
			mistakes = append(mistakes, m)
		}
		scope = append(scope, s)
	}
	return scope, mistakes
}

// sees finds what a row is about.
func (d *Dictionary) sees(errs *FieldErrors, s *MethodScope, row ScopeRow) bool {
	if row.Name == "" {
		errs.Check(false, "substance", "Row %d has limits and no name: name the substance.", row.Line)
		return false
	}
	substance, _, ok := d.FindSubstance(row.Name)
	if salt, is := d.saltOf(row.Name); !ok && is {
		errs.Check(false, "substance", "%[1]q, in row %[2]d, names a salt, and limits are of the substance itself. Write %[3]s.", shortened(row.Name), row.Line, salt.Substance.Name)
		return false
	}
	if !ok {
		errs.Check(false, "substance", "%[1]q, in row %[2]d, is not in the dictionary. Choose a name from the list, or add it to the dictionary first.", shortened(row.Name), row.Line)
		return false
	}
	s.SubstanceID = substance.ID
	return true
}

// sees tells whether two rows are about the same.
func (s *MethodScope) sees(other MethodScope) bool { return s.SubstanceID == other.SubstanceID }

// limits reads the limits of a row.
func (r *ScopeRow) limits(errs *FieldErrors) (s MethodScope) {
	var per Decimal
	if r.SamplePerML != "" {
		d, err := ParseDecimal(r.SamplePerML)
		if err != nil || d.rat().Sign() <= 0 {
			errs.Check(false, "sample_per_ml", "%q is not a dilution. Write how many milligrams of sample are in a millilitre, such as 2.", shortened(r.SamplePerML))
			return s
		}
		per, s.SamplePerML = d, pointed(r.SamplePerML)
	}
	s.LOD, s.LODTyped = readLimit(errs, "lod", r.LOD, r.Unit, per)
	s.LOQ, s.LOQTyped = readLimit(errs, "loq", r.LOQ, r.Unit, per)
	return s
}

// limitForm is a number, and a unit behind it where one is written: 0,1 or 5 µg.
var limitForm = regexp.MustCompile(`^<?\s*([0-9.,]+(?:[eE][-+]?[0-9]+)?)\s*(\S.*)?$`)

// concentrations are the units of what is dipped into, in micrograms a millilitre.
var concentrations = map[string]*big.Rat{
	"ng/ml": big.NewRat(1, 1000), "µg/ml": big.NewRat(1, 1), "µg/l": big.NewRat(1, 1000), "mg/l": big.NewRat(1, 1), "mg/ml": big.NewRat(1000, 1),
}

// readLimit reads a limit in the unit that stands behind it, else in that of its row; of a
// dilution, in which so many milligrams of sample are in a millilitre, as a part of the sample.
func readLimit(errs *FieldErrors, field, text, unit string, perML Decimal) (Amount, string) {
	if text == "" {
		return Amount{}, ""
	}
	parts := limitForm.FindStringSubmatch(text)
	if parts == nil {
		errs.Check(false, field, "%q is not a possible limit. Write a number such as 0.1.", shortened(text))
		return Amount{}, ""
	}
	if parts[2] != "" {
		unit = parts[2]
	}
	unit = plainUnit(unit)
	number, err := ParseDecimal(parts[1])
	if err != nil {
		errs.Check(false, field, "%q is not a possible limit. Write a number such as 0.1.", shortened(text))
		return Amount{}, ""
	}
	if number.rat().Sign() == 0 {
		errs.Check(false, field, "A limit is more than 0. Leave it out where it is not known.")
		return Amount{}, ""
	}
	scale, steps, ok := limitSteps(errs, field, number, unit, perML)
	if !ok {
		return Amount{}, ""
	}
	n := roundRat(steps)
	if n.Sign() == 0 {
		n.SetInt64(1) // a limit that is finer than the scale is its finest step, not none
	}
	if n.Cmp(big.NewInt(maxAmount[scale])) > 0 {
		errs.Check(false, field, "%q is more than there can be.", shortened(text))
		return Amount{}, ""
	}
	return trimmed(Amount{Value: n.Int64(), Scale: scale}), pointed(parts[1]) + " " + unit
}

// limitSteps is a limit in steps of the scale on which it compares.
func limitSteps(errs *FieldErrors, field string, number Decimal, text string, perML Decimal) (Scale, *big.Rat, bool) {
	if perML.digits != nil {
		micrograms, ok := concentrations[text]
		errs.Check(ok, field, "A dilution goes with ng/ml, µg/ml or mg/ml, not with %q.", shortened(text))
		if !ok {
			return "", nil, false
		}
		// µg/ml ÷ mg/ml is a thousandth, which is 1000 ppm.
		steps := new(big.Rat).Mul(number.rat(), micrograms)
		return MassFraction, steps.Quo(steps.Mul(steps, big.NewRat(1000, 1)), perML.rat()), true
	}
	if text == "ng/ml" {
		errs.Check(false, "sample_per_ml", "ng/ml is of a dilution: say how many milligrams of sample are in a millilitre.")
		return "", nil, false
	}
	u, ok := units[text]
	if !ok {
		errs.Check(false, "unit", "%q is no unit of a limit: use %%, mg/g, ppm, µg, mg, mg/ml, or ng/ml with its dilution.", shortened(text))
		return "", nil, false
	}
	factor := new(big.Rat).SetInt(new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(u.power)), nil))
	return u.scale, factor.Mul(factor, number.rat()), true
}

// plainUnit is a unit as the table of units has it.
func plainUnit(text string) string {
	unit := strings.ReplaceAll(strings.ToLower(strings.Join(strings.Fields(text), " ")), "μ", "µ") // Greek mu, micro sign
	if of, isMicro := strings.CutPrefix(unit, "ug"); isMicro {
		return microgram + of
	}
	return unit
}

// pointed is a number with a point before its decimals.
func pointed(text string) string { return strings.Replace(strings.TrimSpace(text), ",", ".", 1) }

// trimmed is an amount with as many decimals as it needs.
func trimmed(a Amount) Amount {
	a.Decimals = int8(shownPower[a.Scale])
	for step := int64(10); a.Decimals > 0 && a.Value%step == 0; step *= 10 {
		a.Decimals--
	}
	return a
}

// check reports the mistakes in the limits of a row, by its parts.
func (s *MethodScope) check() (errs FieldErrors) {
	if s.LOD.Value == 0 || s.LOQ.Value == 0 {
		return nil
	}
	if s.LOD.Scale != s.LOQ.Scale {
		errs.Check(false, "loq", "Give both limits in the same kind of unit: %[1]s and %[2]s do not compare.", s.LOD, s.LOQ)
		return errs
	}
	errs.Check(s.LOQ.Value >= s.LOD.Value, "loq", "The limit of quantification, %[1]s, is below the limit of detection, %[2]s.", s.LOQ, s.LOD)
	return errs
}

// Shown are the limits as people read them: as they were typed, with the given decimal mark.
func (s *MethodScope) Shown(mark string) (lod, loq string) {
	shown := func(typed string, a Amount) string {
		number, unit, _ := strings.Cut(typed, " ")
		switch {
		case a.Value == 0:
			return ""
		case typed == "":
			return a.Format(mark)
		}
		if number = strings.Replace(number, ".", mark, 1); unit == MassFraction.Unit() {
			return number + unit
		}
		return number + " " + unit
	}
	return shown(s.LODTyped, s.LOD), shown(s.LOQTyped, s.LOQ)
}

// Row is the row as it would be typed again, in one unit.
func (s *MethodScope) Row(name, mark string) ScopeRow {
	row := ScopeRow{Name: name, SamplePerML: strings.Replace(s.SamplePerML, ".", mark, 1)}
	part := func(typed string, a Amount) (number, unit string) {
		if typed == "" && a.Value != 0 {
			typed = a.Number(".") + " " + a.Unit()
		}
		number, unit, _ = strings.Cut(typed, " ")
		return strings.Replace(number, ".", mark, 1), unit
	}
	lod, unit := part(s.LODTyped, s.LOD)
	loq, other := part(s.LOQTyped, s.LOQ)
	row.LOD, row.LOQ, row.Unit = lod, loq, unit
	if unit == "" {
		row.Unit = other
	} else if other != "" && other != unit {
		row.LOQ += " " + other
	}
	return row
}
