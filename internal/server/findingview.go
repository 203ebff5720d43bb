package server

import (
	"slices"
	"strings"

	"marquis/internal/lab"
	"marquis/internal/locale"
)

// findingView is one finding, its number written apart from its unit so that
// columns align.
type findingView struct {
	Substance, Detection, Number, Unit, Basis, Stereo, Role, Differs string
	Marks                                                            []string // outside the scope, set aside
	Base                                                             string   // the amount as base, where that is another
}

func (n naming) findingView(f lab.Finding, role lab.Role) findingView {
	v := findingView{
		Substance: n.recorded(f.SubstanceID), Detection: n.texts.Code(locale.Detections, string(f.Detection)),
		Basis: n.basis(f.Basis), Stereo: n.texts.Code(locale.Stereos, string(f.Stereo)),
	}
	if f.Detection != lab.NotDetected {
		v.Role = n.texts.Code(locale.Roles, string(role))
	}
	if f.Peaks > 1 {
		v.Substance = n.texts.Text("page.field.peaks_of", "Count", f.Peaks, "Substance", v.Substance)
	}
	v.Number, v.Unit = n.number(f.Amount), f.Amount.Unit()
	if f.Uncertainty > 0 {
		v.Unit = "± " + n.exact(lab.Amount{Value: f.Uncertainty, Scale: f.Amount.Scale})
	}
	if s := n.words.Substances[f.SubstanceID]; s != nil && f.Detection == lab.Quantified && f.Basis != lab.BasisBase {
		if base, ok := s.ToBase(f.Amount.Value, f.Basis); ok {
			v.Base = n.amount(lab.Amount{Value: base, Scale: f.Amount.Scale, Decimals: f.Amount.Decimals})
		}
	}
	return v
}

// marks are what is to be known of a finding: that its method's scope does not list it, and
// that it is set aside.
func (n naming) marks(method lab.MethodID, f *lab.Finding) (marks []string) {
	if n.words.Outside(n.words.Methods[method], f) {
		marks = append(marks, n.texts.Text("page.record.outside"))
	}
	marks = append(marks, n.newHere(f.SubstanceID)...)
	if f.SetAside != "" {
		why := n.texts.Code(locale.SetAsides, string(f.SetAside))
		if f.SetAsideWith != "" {
			why += ": " + f.SetAsideWith
		}
		marks = append(marks, n.texts.Text("page.record.set_aside", "Why", why))
	}
	return marks
}

// findingList is the findings of one table, which leaves columns out that are empty.
type findingList []findingView

// Base tells that an amount is written as base too.
func (l findingList) Base() bool {
	return slices.ContainsFunc(l, func(f findingView) bool { return f.Base != "" })
}

// Stereo tells that the stereochemistry of a substance was determined.
func (l findingList) Stereo() bool {
	return slices.ContainsFunc(l, func(f findingView) bool { return f.Stereo != "" })
}

// Roles tells that a role is told: of what is not entered yet none is.
func (l findingList) Roles() bool {
	return slices.ContainsFunc(l, func(f findingView) bool { return f.Role != "" })
}

// alignFindings pads numbers with spaces as wide as digits, so that their decimal
// marks stand under each other.
func alignFindings(findings []findingView, mark string) {
	most := 0
	for _, f := range findings {
		most = max(most, decimalsOf(f.Number, mark))
	}
	for i := range findings {
		f := &findings[i]
		if missing := most - decimalsOf(f.Number, mark); f.Number != "" && missing > 0 {
			pad := strings.Repeat("\u2007", missing)
			if missing == most {
				pad += "\u2008"
			}
			f.Number += pad
		}
	}
}

func decimalsOf(number, mark string) int {
	_, fraction, _ := strings.Cut(number, mark)
	return len([]rune(fraction))
}
