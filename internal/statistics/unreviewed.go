package statistics

import (
	"slices"

	"marquis/internal/lab"
)

// notReviewed stands in figures for all substances that nobody has reviewed yet: a name that
// somebody typed may be wrong, or say more than it should, and what is published stays
// published. They are one line together, in which a sample counts once.
const notReviewed lab.SubstanceID = -1

// notReviewedName is what that line is called.
var notReviewedName = Text{"a substance not yet reviewed", "een nog niet beoordeelde stof"}

// SubstanceName is what figures call a substance.
func SubstanceName(d *lab.Dictionary, id lab.SubstanceID) Text {
	if unreviewed(d, id) {
		return notReviewedName
	}
	if s := d.Substances[id]; s != nil {
		return bilingual(s.Name, s.NameNL)
	}
	return Text{}
}

// ProductName is what figures call a product. One that a person proposed and nobody has
// reviewed is not named, nor is one of which an import knew the name alone. One that was added
// here and holds a substance that nobody has reviewed is called after that.
func ProductName(d *lab.Dictionary, id lab.ProductID) Text {
	p := d.Products[id]
	if p == nil {
		return Text{}
	}
	if !p.Reviewed && (p.ProposedBy != 0 || len(p.Expected()) == 0) {
		return Text{"a product not yet reviewed", "een nog niet beoordeeld product"}
	}
	holds := func(x lab.ProductSubstance) bool { return unreviewed(d, lab.SubstanceID(x.SubstanceID)) }
	if !p.Reviewed && slices.ContainsFunc(p.Substances, holds) {
		return Text{"a product with a substance not yet reviewed", "een product met een nog niet beoordeelde stof"}
	}
	return bilingual(p.NameEN, p.NameNL)
}

// unreviewed tells that a name must not be told in figures.
func unreviewed(d *lab.Dictionary, id lab.SubstanceID) bool {
	s := d.Substances[id]
	return id == notReviewed || s != nil && !s.Reviewed
}

// withhold puts the findings of a sample that nobody has reviewed into one, the adulterant of
// them before others and the more informative first. Their amounts are left out: those of
// several substances are none together.
func (f *Fold) withhold(findings []lab.FindingRow) []lab.FindingRow {
	is := func(x lab.FindingRow) bool { return f.unreviewed[x.SubstanceID] }
	if len(f.unreviewed) == 0 || !slices.ContainsFunc(findings, is) {
		return findings
	}
	f.room = f.room[:0]
	var one *lab.FindingClass
	for _, x := range findings {
		if !is(x) {
			f.room = append(f.room, x)
			continue
		}
		if class := f.withheld(x.FindingClass); one == nil || tellsMore(class, one) {
			one = class
		}
	}
	f.room = append(f.room, lab.FindingRow{FindingClass: one})
	return f.room
}

func tellsMore(a, b *lab.FindingClass) bool {
	if is := a.Role == lab.RoleAdulterant; is != (b.Role == lab.RoleAdulterant) {
		return is
	}
	return a.Detection.TellsMore(b.Detection)
}

// withheld is the class of a finding without its name and amount, the same for the same class.
func (f *Fold) withheld(class *lab.FindingClass) *lab.FindingClass {
	if known := f.nameless[class]; known != nil {
		return known
	}
	nameless := *class
	nameless.SubstanceID, nameless.Scale, nameless.BaseKnown = notReviewed, "", false
	if nameless.Detection == lab.Quantified {
		nameless.Detection = lab.Identified
	}
	if f.nameless == nil {
		f.nameless = map[*lab.FindingClass]*lab.FindingClass{}
	}
	f.nameless[class] = &nameless
	return &nameless
}
