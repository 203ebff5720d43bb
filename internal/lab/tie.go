package lab

import "slices"

// tied are the amounts of one substance of which none says more than the other: measured by
// analyses of the same worth, of which the marked ones alone count where some are marked.
// The first is the one that is told where they have no mean.
func (d *Dictionary) tied(found []positive) (list []positive) {
	for _, p := range found {
		if p.Detection == Quantified && sameWorth(found[0], p) == 0 && p.Analysis.Reported == found[0].Analysis.Reported {
			list = append(list, p)
		}
	}
	return list
}

// setMean makes the amount that is told the mean of the amounts that are tied, where they
// can be told in one another: as they were reported where all have one basis, else as base.
// It is rounded half away from zero. Its uncertainty is the largest of theirs, and no less
// than what the farthest of them is from it where a source gave amounts that are apart.
func (d *Dictionary) setMean(r *Released, list []positive) {
	source := atSource(list)
	if source {
		list = d.comparableWith(list[0], list)
	}
	if len(list) < 2 || !d.close(list) && !source {
		return
	}
	basis, comparable := d.commonBasis(list)
	if !comparable {
		return
	}
	sum := int64(0)
	for _, p := range list {
		value, _ := d.amountIn(p, basis)
		sum += value
		r.Uncertainty = max(r.Uncertainty, p.Uncertainty)
		r.Amount.Decimals = max(r.Amount.Decimals, p.Amount.Decimals)
		r.MeanOf = append(r.MeanOf, p.Analysis.ID)
	}
	n := int64(len(list))
	r.Amount.Value, r.Basis = (sum+n/2)/n, basis
	if !d.close(list) {
		for _, p := range list {
			value, _ := d.amountIn(p, basis)
			r.Uncertainty = max(r.Uncertainty, value-r.Amount.Value, r.Amount.Value-value)
		}
	}
	slices.SortFunc(r.MeanOf, ID.Compare)
}

// comparableWith are the amounts that can be told in one another with the one.
func (d *Dictionary) comparableWith(one positive, list []positive) (same []positive) {
	for _, p := range list {
		if _, ok := d.commonBasis([]positive{one, p}); ok {
			same = append(same, p)
		}
	}
	return same
}

// commonBasis is the basis in which all amounts can be told, on the scale that all have.
func (d *Dictionary) commonBasis(list []positive) (Basis, bool) {
	basis := list[0].Basis
	for _, p := range list {
		if p.Amount.Scale != list[0].Amount.Scale {
			return "", false
		}
		if p.Basis != basis {
			basis = BasisBase
		}
	}
	for _, p := range list {
		if _, ok := d.amountIn(p, basis); !ok {
			return "", false
		}
	}
	return basis, true
}

func (d *Dictionary) amountIn(p positive, basis Basis) (int64, bool) {
	if p.Basis == basis {
		return p.Amount.Value, true
	}
	return d.Substances[p.SubstanceID].ToBase(p.Amount.Value, p.Basis)
}

// close tells that the amounts are no further apart than ApartPercent of the largest.
func (d *Dictionary) close(list []positive) bool {
	basis, ok := d.commonBasis(list)
	if !ok {
		return false
	}
	var values []int64
	for _, p := range list {
		value, _ := d.amountIn(p, basis)
		values = append(values, value)
	}
	return !apart(slices.Min(values), slices.Max(values))
}

// atSource tells that a source vouches for all of them: nobody here can mark one.
func atSource(list []positive) bool {
	return !slices.ContainsFunc(list, func(p positive) bool { return p.Analysis.Signature != AtSource })
}

// Tie is a substance of which analyses of the same worth measured amounts that are apart:
// one of them has to be marked as the one to report.
type Tie struct {
	SubstanceID SubstanceID
	Row         int // of the finding in the result
	Analyses    []ID
}

// Ties are the amounts of a result of which nobody has said yet which is to be reported.
func (d *Dictionary) Ties(f *File, r *Result) (ties []Tie) {
	f = d.Read(f)
	standing, _ := d.positives(f, f.verified())
	for i := range r.Findings {
		list := d.tied(standing[r.Findings[i].SubstanceID])
		if r.Findings[i].Detection != Quantified || len(list) < 2 || d.close(list) || atSource(list) {
			continue
		}
		t := Tie{SubstanceID: r.Findings[i].SubstanceID, Row: i}
		for _, p := range list {
			t.Analyses = append(t.Analyses, p.Analysis.ID)
		}
		ties = append(ties, t)
	}
	return ties
}

// replaces tells why the amount of another analysis of the same worth is left out where this
// one is told: it is marked as the one to report, and they are apart; or a source, which
// cannot be asked, gave both in units that cannot be compared. Empty where it is not.
func (d *Dictionary) replaces(p, other positive) WhyLeftOut {
	two := []positive{p, other}
	_, comparable := d.commonBasis(two)
	switch {
	case p == other || p.Detection != Quantified || other.Detection != Quantified || sameWorth(p, other) != 0:
		return ""
	case p.Analysis.Reported && !other.Analysis.Reported && !d.close(two):
		return LeftReported
	case p.Analysis.Reported == other.Analysis.Reported && !comparable && atSource(two):
		return LeftApart
	}
	return ""
}
