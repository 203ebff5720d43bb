package lab

// DoseBand says from which amounts on a piece of a form, taken by a route, holds little, as
// much as is usual, much or very much of a substance: in nanograms of base. An amount is in a
// band where it is more than the number. A number of 0 is not known. A dose is compared with
// these and with nothing else, least of all with what is common just now.
type DoseBand struct {
	SubstanceID                SubstanceID
	Form                       Form
	Route                      string // oral
	Low, Usual, High, VeryHigh int64
	Source                     string // key of what the numbers rest on
	Reviewer                   string // who has reviewed them; empty: nobody has
}

// Dose is how much there is in a piece, in the words of DoseBand.
type Dose string

// The doses that are pointed out.
const (
	DoseHigh     Dose = "high"
	DoseVeryHigh Dose = "very_high"
)

// InPiece is how much of a finding is in one piece of the sample, in nanograms: as base where it
// is known as that, and of what was measured as a part of the piece by what it weighs. It tells
// false where nobody can know.
func (f *Released) InPiece(x *Sample) (ng int64, ok bool) {
	if !x.Form.Dosed() {
		return 0, false
	}
	return f.counted().inScale(PerUnit, x.WeightUG)
}

// counted is the amount as base where it is known as that, else as it was measured.
func (f *Released) counted() Amount {
	if f.BaseKnown {
		return Amount{Value: f.Base, Scale: f.Amount.Scale, Decimals: f.Amount.Decimals}
	}
	return f.Amount
}

// doseOf tells the dose of a finding in a piece: empty where it is not high, was not measured,
// or nobody knows what is. An amount of which nobody knows whether it counts the base or a
// salt is taken for base: it may be. Above the country's alert limit it is very high.
func (d *Dictionary) doseOf(f *Released, x *Sample) Dose {
	amount, known := f.InPiece(x)
	switch {
	case f.Detection != Quantified || !x.Form.Dosed():
		return ""
	case d.AboveAlertLimit(f.SubstanceID, x, f.Amount, f.Basis):
		return DoseVeryHigh
	case !known:
		return ""
	}
	for _, b := range d.DoseBands {
		switch {
		case d.Resolve(b.SubstanceID) != d.Resolve(f.SubstanceID) || b.Form != x.Form:
		case b.VeryHigh > 0 && amount > b.VeryHigh:
			return DoseVeryHigh
		case b.High > 0 && amount > b.High:
			return DoseHigh
		}
	}
	return ""
}
