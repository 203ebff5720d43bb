package server

import (
	"cmp"
	"slices"
	"strings"

	"marquis/internal/lab"
	"marquis/internal/locale"
)

// roleOrder is the order in which substances are told.
var roleOrder = []lab.Role{lab.RoleExpected, lab.RoleAdulterant, lab.RolePrecursor, lab.RoleByProduct, lab.RoleExcipient}

// substances lists what was found, after what was expected and not found. Traces
// come last.
func (t *telling) substances(p *lab.Publication) []substanceView {
	var list []substanceView
	missing, _ := t.missing(p)
	for _, name := range missing {
		list = append(list, substanceView{name, t.Texts.Text("page.result.not_found"), t.Texts.Text("page.result.role_expected")})
	}
	findings := slices.Clone(p.Result.Findings)
	slices.SortStableFunc(findings, func(a, b lab.Released) int {
		return cmp.Or(traceLast(a)-traceLast(b), slices.Index(roleOrder, a.Role)-slices.Index(roleOrder, b.Role), cmp.Compare(b.Amount.Value, a.Amount.Value))
	})
	for i := range findings {
		f := &findings[i]
		amount, more := t.amount(f)
		if f.Detection != lab.Unidentified {
			more = append(t.what(f.SubstanceID), append(more, t.role(f, p.Outcome))...)
		}
		more = slices.DeleteFunc(more, func(s string) bool { return s == "" })
		list = append(list, substanceView{t.name(f), amount, strings.Join(more, " · ")})
	}
	return list
}

// what says what a substance is: its class in plain words, and of one that is described in a
// line which somebody has reviewed that too.
func (t *telling) what(id lab.SubstanceID) []string {
	s := t.named.words.Substances[id]
	if s == nil {
		return nil
	}
	said := []string{t.named.own(t.named.words.Plain(s.Class))}
	if s.LineReviewed {
		said = append(said, t.named.own(s.LineEN, s.LineNL))
	}
	return said
}

func traceLast(f lab.Released) int {
	if f.Detection == lab.Trace {
		return 1
	}
	return 0
}

// role says what a substance does in the sample. Where nobody knows what was
// expected, nothing is unexpected.
func (t *telling) role(f *lab.Released, outcome lab.Outcome) string {
	switch f.Role {
	case lab.RoleExpected:
		return t.Texts.Text("page.result.role_expected")
	case lab.RoleExcipient:
		return t.Texts.Text("page.result.role_excipient")
	case lab.RoleByProduct:
		return t.Texts.Text("page.result.role_by_product")
	case lab.RolePrecursor:
		return t.Texts.Text("page.result.role_precursor")
	}
	if outcome == lab.ExpectationUnknown {
		return ""
	}
	return t.Texts.Text("page.result.role_adulterant")
}

// amount says how much there is of a substance, and how that is to be read.
func (t *telling) amount(f *lab.Released) (amount string, more []string) {
	switch f.Detection {
	case lab.Quantified:
		amount, more = t.measured(f)
	case lab.BelowLOQ:
		amount = t.belowLOQ(f)
	case lab.Identified:
		amount = t.Texts.Text("page.result.found_it")
		more = append(more, t.Texts.Text("page.result.not_measured"), t.Texts.Code(locale.Abundances, string(f.Abundance)))
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

// measured writes an amount with what it counts and how exact it is.
func (t *telling) measured(f *lab.Released) (amount string, more []string) {
	amount = t.quantity(f.Amount)
	base := lab.Amount{Value: f.Base, Scale: f.Amount.Scale, Decimals: f.Amount.Decimals}
	switch f.Basis {
	case lab.BasisBase:
		amount = t.Texts.Text("page.result.as_base", "Amount", amount)
	case lab.BasisAsFound, lab.BasisUnknown:
		if !f.BaseKnown {
			more = append(more, t.Texts.Text("page.result.basis_unknown"))
		}
	default:
		amount = t.Texts.Text("page.result.as_salt", "Amount", amount, "Salt", t.named.basis(f.Basis))
		if f.BaseKnown {
			more = append(more, t.Texts.Text("page.result.that_is_base", "Amount", t.quantity(base)))
		}
	}
	if n := len(f.MeanOf); n > 0 {
		more = append(more, t.Texts.Text("page.result.mean_of", "Count", n))
	}
	if f.Amount.Scale == lab.Ratio {
		more = append(more, t.Texts.Text("page.result.relative"))
	}
	if f.Uncertainty > 0 {
		width := t.named.exact(lab.Amount{Value: f.Uncertainty, Scale: f.Amount.Scale})
		more = append(more, t.Texts.Text("page.result.uncertainty", "Amount", width))
	}
	return amount, more
}

// quantity writes an amount, that of a piece as such.
func (t *telling) quantity(a lab.Amount) string {
	text := t.named.amount(a)
	if a.Scale != lab.PerUnit {
		return text
	}
	if t.file.Sample.Form.Dosed() {
		return t.Texts.Text("page.result.per_form", "Amount", text, "Form", t.Texts.Code(locale.Forms, string(t.file.Sample.Form)))
	}
	return t.Texts.Text("page.result.per_piece", "Amount", text)
}

// belowLOQ names the limit that the amount is below, where the method states it.
func (t *telling) belowLOQ(f *lab.Released) string {
	if m := t.named.words.Methods[f.MethodID]; m != nil {
		if row := t.named.words.Row(m, f.SubstanceID); row != nil && row.LOQ.Value > 0 {
			return t.Texts.Text("page.result.below", "Amount", t.quantity(row.LOQ))
		}
	}
	return t.Texts.Text("page.result.below_limit")
}

func (t *telling) stereo(s lab.Stereo) string {
	switch s {
	case lab.Racemic:
		return t.Texts.Text("page.result.racemic")
	case lab.StereoS:
		return t.Texts.Text("page.result.stereo_s")
	case lab.StereoR:
		return t.Texts.Text("page.result.stereo_r")
	}
	return ""
}
