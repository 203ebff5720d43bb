package lab

import (
	"slices"
	"strings"
)

// outOfTheUsual is how many times the usual amount, or which part of it, calls for
// a second look.
const outOfTheUsual = 10

// Plausibility warns of findings that can hardly be right, each with the field of
// its row ("findings.2.amount", counted from 0): mass fractions that add up to more
// than the whole, more base than the purest salt holds, or far more or less than
// usual. Usual tells the usual amount of a substance as base, where one is known.
func Plausibility(d *Dictionary, s *Sample, findings []Finding, usual func(SubstanceID, Scale) (int64, bool)) []FieldError {
	var warnings FieldErrors
	sum := int64(0)
	for i := range findings {
		f := &findings[i]
		substance := d.Substances[f.SubstanceID]
		if f.Detection != Quantified || substance == nil {
			continue
		}
		field := FindingField(i, "amount")
		if f.Amount.Scale == MassFraction {
			before := sum
			sum += f.Amount.Value
			warnings.Check(sum <= 1_000_000 || before > 1_000_000, field, "Up to here the amounts add up to more than 100 %%.")
		}
		base, known := substance.ToBase(f.Amount.Value, f.Basis)
		if known && f.Amount.Scale == MassFraction {
			checkCeiling(&warnings, field, substance, base, s.Form)
		}
		if !known {
			base = f.Amount.Value // ten times the usual is more than any salt makes out
		}
		if median, ok := usual(f.SubstanceID, f.Amount.Scale); ok && median > 0 {
			about := Amount{Value: median, Scale: f.Amount.Scale, Decimals: f.Amount.Decimals}
			warnings.Check(base <= outOfTheUsual*median, field, "This is more than ten times the usual amount, about %s as base.", about)
			warnings.Check(base >= median/outOfTheUsual, field, "This is less than a tenth of the usual amount, about %s as base.", about)
		}
	}
	return warnings
}

// Overrule refuses an analysis with warnings unless it says why they are overruled;
// the warnings come with the refusal. Without warnings there is nothing to overrule.
func (a *Analysis) Overrule(warnings []FieldError) error {
	a.Overruled = strings.TrimSpace(a.Overruled)
	if len(warnings) == 0 {
		a.Overruled = ""
	}
	if len(warnings) == 0 || a.Overruled != "" {
		return nil
	}
	errs := FieldErrors(slices.Clone(warnings))
	errs.Check(false, "overruled", "Correct what looks implausible, or write why it is right.")
	return errs
}
