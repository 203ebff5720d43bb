package lab

import (
	"slices"
	"strings"
)

// outOfTheUsual is how many times the usual amount, or which part of it, calls for
// a second look.
const outOfTheUsual = 10

// What is taken without a question where nothing better is known, in nanograms: of one
// substance in a tablet or a capsule, and in all in a blotter, which holds no more of
// anything. It is our judgement.
const (
	mostOfOne     = 1_000_000_000
	mostInBlotter = 5_000_000
)

// mostOfPotent is the same of the members of classes of which a piece holds far less than of others:
// several times what tablets of them hold, so that milligrams written for micrograms are asked
// about. It is our judgement, too.
var mostOfPotent = map[string]int64{
	"fentanyl_analogue": 20_000_000, "nitazene": 20_000_000, "orphine": 20_000_000,
	"lysergamide": 20_000_000, "nbome": 20_000_000, "nboh": 20_000_000, "dox": 50_000_000,
	"benzodiazepine": 100_000_000,
}

// mostInPiece is how much of a substance is taken without a question in a tablet or a capsule.
func (d *Dictionary) mostInPiece(s *Substance) int64 {
	class := s.Class
	for range len(d.Classes) {
		if most := mostOfPotent[class]; most > 0 {
			return most
		}
		class = d.Classes[class].Parent
	}
	return mostOfOne
}

// Late asks about a run that is entered long after it was performed. Of one that is changed,
// which was another before, it does where the day changes, or a reason is on record.
func (a *Analysis) Late(before *Analysis, today Date) []FieldError {
	var warnings FieldErrors
	same := before != nil && before.PerformedOn == a.PerformedOn && before.Overruled == ""
	warnings.Check(same || a.PerformedOn.DaysUntil(today) <= writtenIn, "performed_on", "This is more than a month ago: look at the day and the year.")
	return warnings
}

// Plausibility warns of findings that can hardly be right, each with the field of
// its row ("findings.2.amount", counted from 0): a unit in which the form is not told,
// an uncertainty larger than the amount, amounts that add up to more than the whole, more
// base than the purest salt holds, or far more or less than usual. Usual tells the usual
// amount of a substance as base, where one is known.
func Plausibility(d *Dictionary, s *Sample, findings []Finding, usual func(SubstanceID, Scale) (int64, bool)) []FieldError {
	var warnings FieldErrors
	sum, content := wholeOf(s), int64(0)
	for i := range findings {
		f := &findings[i]
		substance := d.Substances[f.SubstanceID]
		if f.Detection != Quantified || substance == nil {
			continue
		}
		field := FindingField(i, "amount")
		warnings.Check(s.Form.toldIn(f.Amount.Scale), FindingField(i, "unit"), "An amount in %s is unusual for this form: look at the number and its unit.", f.Amount.Unit())
		warnings.Check(f.Uncertainty <= f.Amount.Value, FindingField(i, "uncertainty"), "The uncertainty is larger than the amount itself: look at both numbers.")
		sum.add(&warnings, field, substance, f)
		if f.Amount.Scale == PerUnit && s.Form == Blotter {
			before := content
			content += f.Amount.Value
			warnings.Check(content <= mostInBlotter || before > mostInBlotter, field, "More than %s in all is unusual in a blotter: look at the number and its unit.", Amount{Value: mostInBlotter, Scale: PerUnit})
		}
		base, known := substance.ToBase(f.Amount.Value, f.Basis)
		if known && f.Amount.Scale == MassFraction {
			checkCeiling(&warnings, field, substance, base, s.Form)
		}
		if median, ok := usual(f.SubstanceID, f.Amount.Scale); ok && median > 0 {
			checkUsual(&warnings, field, substance, f, median)
		} else if f.Amount.Scale == PerUnit && (s.Form == Tablet || s.Form == Capsule) {
			most := d.mostInPiece(substance)
			warnings.Check(f.Amount.Value <= most, field, "More than %s of one substance is unusual in a tablet or a capsule: look at the number and its unit.", Amount{Value: most, Scale: PerUnit})
		}
	}
	return warnings
}

// checkUsual warns of an amount that is far more or far less than the usual one, as base; 0 where
// nobody knows it.
func checkUsual(warnings *FieldErrors, field string, substance *Substance, f *Finding, median int64) {
	if median <= 0 {
		return
	}
	base, known := substance.ToBase(f.Amount.Value, f.Basis)
	if !known {
		base = f.Amount.Value // ten times the usual is more than any salt makes out
	}
	about := Amount{Value: median, Scale: f.Amount.Scale, Decimals: max(f.Amount.Decimals, telling(median, f.Amount.Scale))}
	warnings.Check(base < outOfTheUsual*median, field, "This is ten times the usual amount, about %s as base, or more.", about)
	warnings.Check(outOfTheUsual*base > median, field, "This is a tenth of the usual amount, about %s as base, or less.", about)
}

// telling is how many decimals tell an amount that is less than one: 0.10 mg is not 0 mg.
func telling(value int64, scale Scale) int8 {
	decimals, step := 0, int64(1)
	for range shownPower[scale] {
		step *= 10
	}
	if value >= step {
		return 0
	}
	for ; decimals < shownPower[scale] && value < 10*step; decimals++ {
		step /= 10
	}
	return int8(decimals)
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
