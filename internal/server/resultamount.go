package server

import (
	"cmp"

	"marquis/internal/lab"
	"marquis/internal/locale"
)

// amount says how much there is of a substance as people use it, and how that is to be read.
// Of what was only recognised it is that of another piece.
func (t *telling) amount(x *lab.Weight, recognised bool) (amount string, more []string) {
	f := &x.Released
	switch f.Detection {
	case lab.Quantified:
		amount, more = t.measured(f)
		if recognised {
			amount = t.Texts.Text("page.result.in_another", "Amount", amount)
		}
		more = append(t.doseWords(x), more...)
	case lab.BelowLOQ:
		amount = t.belowLOQ(f)
	case lab.Identified:
		amount = t.Texts.Text("page.result.found_it")
		more = append(more, t.Texts.Text("page.result.not_measured"), t.part(f.Abundance))
	case lab.Trace:
		amount = t.Texts.Text("page.result.trace")
	case lab.Indicated:
		amount = t.Texts.Text("page.result.not_proven")
		more = append(more, t.Texts.Text("page.result.indicated"))
	default:
		amount = t.Texts.Text("page.result.unidentified")
		if n := f.HowMany(); n > 1 {
			amount = t.Texts.Text("page.result.peaks", "Count", n)
		}
	}
	return amount, append(more, t.stereo(f.Stereo))
}

// part says whether a source calls what it did not measure a main component.
func (t *telling) part(a lab.Abundance) string {
	switch a {
	case lab.Primary:
		return t.Texts.Text("page.result.part_main")
	case lab.Minor:
		return t.Texts.Text("page.result.part_minor")
	}
	return ""
}

func (t *telling) doseWords(x *lab.Weight) []string {
	switch x.Dose {
	case lab.DoseVeryHigh:
		return []string{t.Texts.Text("page.result.dose_very_high")}
	case lab.DoseHigh:
		return []string{t.Texts.Text("page.result.dose_high")}
	}
	return nil
}

// measured writes an amount, as base where that is known, with what was measured and how exact
// it is.
func (t *telling) measured(f *lab.Released) (amount string, more []string) {
	told := t.told(f)
	amount = t.quantity(told)
	if piece, ok := t.reckoned(f); ok {
		amount = t.perForm(piece)
	}
	switch {
	case f.Amount.Scale == lab.Ratio:
		more = append(more, t.Texts.Text("page.result.relative"))
	case f.Basis != lab.BasisBase && f.Basis != lab.BasisAsFound && f.Basis != lab.BasisUnknown:
		more = append(more, t.Texts.Text("page.result.as_salt", "Amount", t.named.amount(f.Amount), "Salt", t.named.basis(f.Basis)))
	case told.Scale == lab.MassFraction:
		more = append(more, t.named.amount(told))
	}
	if _, ok := t.reckoned(f); ok {
		more = append(more, t.Texts.Text("page.result.by_weight", "Weight", t.named.exact(lab.Amount{Value: t.file.Sample.WeightUG * 1000, Scale: lab.PerUnit})))
	}
	if !f.BaseKnown && f.Amount.Scale != lab.Ratio {
		more = append(more, t.Texts.Text("page.result.basis_unknown"))
	}
	if n := len(f.MeanOf); n > 0 {
		more = append(more, t.Texts.Text("page.result.mean_of", "Count", n))
	}
	if f.Uncertainty > 0 {
		width := t.named.exact(lab.Amount{Value: f.Uncertainty, Scale: f.Amount.Scale})
		more = append(more, t.Texts.Text("page.result.uncertainty", "Amount", width))
	}
	return amount, more
}

// told is the amount that is told: as base where it is known as that.
func (t *telling) told(f *lab.Released) lab.Amount {
	if f.BaseKnown {
		return lab.Amount{Value: f.Base, Scale: f.Amount.Scale, Decimals: f.Amount.Decimals}
	}
	return f.Amount
}

// quantity writes an amount as people use it: of a powder how much of 100 mg it is, of a piece
// how much is in one, of a liquid how much is in a millilitre.
func (t *telling) quantity(a lab.Amount) string {
	switch a.Scale {
	case lab.MassFraction:
		return t.Texts.Text("page.result.of_hundred", "Amount", t.hundredth(a))
	case lab.PerUnit:
		text := t.named.amount(a)
		if t.file.Sample.Form.Dosed() {
			return t.perForm(text)
		}
		return t.Texts.Text("page.result.per_piece", "Amount", text)
	}
	return t.named.amount(a)
}

func (t *telling) perForm(amount string) string {
	return t.Texts.Text("page.result.per_form", "Amount", amount, "Form", t.Texts.Code(locale.Forms, string(t.file.Sample.Form)))
}

// reckoned is how much there is in a piece of what was measured as a part of it, by what it
// weighs, in three digits at most: people take pieces.
func (t *telling) reckoned(f *lab.Released) (amount string, ok bool) {
	if f.Detection != lab.Quantified || f.Amount.Scale != lab.MassFraction {
		return "", false
	}
	ng, ok := f.InPiece(&t.file.Sample)
	if !ok {
		return "", false
	}
	step := int64(1)
	for ng/step >= 1000 {
		step *= 10
	}
	return t.named.exact(lab.Amount{Value: (ng + step/2) / step * step, Scale: lab.PerUnit}), true
}

// hundredth is how many milligrams of 100 a mass fraction is: whole ones from ten on, and the
// less there is the more exactly, rounded half away from zero.
func (t *telling) hundredth(a lab.Amount) string {
	const milligram = 10_000 // parts per million
	step := int64(1)
	switch {
	case a.Value >= 10*milligram:
		step = milligram
	case a.Value >= milligram:
		step = milligram / 10
	case a.Value >= milligram/10:
		step = milligram / 100
	}
	rounded := (a.Value + step/2) / step * step
	return t.named.exactNumber(lab.Amount{Value: rounded, Scale: lab.MassFraction}) + " mg"
}

// pieceAmount is how much of a finding is in a piece: empty where that was not measured.
func (t *telling) pieceAmount(x *lab.Weight) string {
	if amount, ok := t.reckoned(&x.Released); ok {
		return amount
	}
	if x.Detection != lab.Quantified || x.Amount.Scale != lab.PerUnit {
		return ""
	}
	return t.named.amount(t.told(&x.Released))
}

// dose is the sentence of a heading about a high dose, of the first that is the highest.
func (t *telling) dose() []string {
	several := len(t.notable(false)) > 1
	for _, high := range []struct {
		dose     lab.Dose
		key, one string
	}{{lab.DoseVeryHigh, "page.result.much_very", "page.result.much_very_of"}, {lab.DoseHigh, "page.result.much", "page.result.much_of"}} {
		for i := range t.weighed.Findings {
			if x := &t.weighed.Findings[i]; x.Dose == high.dose {
				key := high.key
				if several {
					key = high.one
				}
				return []string{t.Texts.Text(key, "Name", t.short(&x.Released), "Amount", cmp.Or(t.pieceAmount(x), t.quantity(t.told(&x.Released))))}
			}
		}
	}
	return nil
}

// belowLOQ names the limit that the amount is below, where the method states it and it can be
// told of the form.
func (t *telling) belowLOQ(f *lab.Released) string {
	if m := t.named.words.Methods[f.MethodID]; m != nil {
		row := t.named.words.Row(m, f.SubstanceID)
		if row != nil && row.LOQ.Value > 0 && (row.LOQ.Scale != lab.MassFraction || !t.file.Sample.Form.Dosed()) {
			return t.Texts.Text("page.result.below", "Amount", t.named.exact(row.LOQ))
		}
	}
	return t.Texts.Text("page.result.below_limit")
}

// salts says once how amounts are to be read: that they count the substance without its salt,
// and of the largest in a powder how much of that there can be at most.
func (t *telling) salts() (said []string) {
	var largest *lab.Weight
	counted := false
	for i := range t.weighed.Findings {
		x := &t.weighed.Findings[i]
		s := t.named.words.Substances[x.SubstanceID]
		if x.Detection != lab.Quantified || !x.BaseKnown || s == nil || len(s.Salts) == 0 {
			continue
		}
		counted = true
		if t.file.Sample.Form.Dry() && x.Amount.Scale == lab.MassFraction && s.Ceiling() < 1_000_000 && (largest == nil || x.Base > largest.Base) {
			largest = x
		}
	}
	if !counted {
		return nil
	}
	said = append(said, t.Texts.Text("page.result.without_salt"))
	if largest != nil {
		most := lab.Amount{Value: t.named.words.Substances[largest.SubstanceID].Ceiling(), Scale: lab.MassFraction}
		said = append(said, t.Texts.Text("page.result.ceiling", "Name", t.short(&largest.Released), "Amount", t.hundredth(most)))
	}
	return said
}
