package statistics

import (
	"cmp"
	"slices"
	"strings"

	"marquis/internal/lab"
)

// powderAndCrystal is the form under which both are told together.
const powderAndCrystal = "powder+crystal"

var (
	// purityForms are the forms of which purity is told.
	purityForms = []lab.Form{lab.Powder, lab.Crystal, lab.Paste}
	// doseForms are the forms of which the dose is told.
	doseForms = []lab.Form{lab.Tablet, lab.Capsule, lab.Blotter}
)

// purity lists the mass fractions of the expected substances: per substance each
// form, and powder and crystal together.
func (c *computation) purity(x *cell) []Content {
	list := []Content{}
	for _, id := range expectedIn(x, c.name) {
		contents := x.substances[id].contents
		for _, form := range purityForms {
			if k, ok := contents[form]; ok {
				list = append(list, c.contentRow(id, string(form), "%", perPercent, k))
			}
		}
		if total := powderCrystal(contents); total != nil {
			list = append(list, c.contentRow(id, powderAndCrystal, "%", perPercent, total))
		}
	}
	return list
}

// expectedIn returns the substances whose contents are counted, those detected
// most often first, then by name.
func expectedIn(x *cell, name func(lab.SubstanceID) string) []lab.SubstanceID {
	detected := map[lab.SubstanceID]int{}
	var ids []lab.SubstanceID
	for id, s := range x.substances {
		for _, k := range s.contents {
			detected[id] += k.detected
		}
		if detected[id] > 0 {
			ids = append(ids, id)
		}
	}
	slices.SortFunc(ids, func(a, b lab.SubstanceID) int {
		return cmp.Or(cmp.Compare(detected[b], detected[a]), strings.Compare(name(a), name(b)))
	})
	return ids
}

// powderCrystal returns powder and crystal together, nil if there is neither.
func powderCrystal(contents map[lab.Form]*content) *content {
	powder, crystal := contents[lab.Powder], contents[lab.Crystal]
	if powder == nil || crystal == nil {
		return cmp.Or(powder, crystal)
	}
	return &content{
		detected: powder.detected + crystal.detected, belowLOQ: powder.belowLOQ + crystal.belowLOQ,
		amounts: amounts{
			known: *both(&powder.known, &crystal.known), unknown: powder.unknown + crystal.unknown,
			otherUnit: powder.otherUnit + crystal.otherUnit,
		},
	}
}

func (c *computation) contentRow(id lab.SubstanceID, form, unit string, per int64, k *content) Content {
	n, summary := summarise(&k.known, per)
	return Content{
		Substance: c.name(id), Form: form, Unit: unit, Basis: string(lab.BasisBase), N: n, Detected: k.detected,
		BelowLOQ: k.belowLOQ, Summary: summary, UnknownBasis: k.unknown, OtherUnit: k.otherUnit,
		NotQuantified: k.detected - k.belowLOQ - k.unknown - k.otherUnit - n, SubstanceID: id,
	}
}

// dose lists what one unit holds of the expected substances, per form.
func (c *computation) dose(x *cell) []Dose {
	list := []Dose{}
	mdma, _, _ := c.dictionary.FindSubstance("MDMA")
	for _, id := range expectedIn(x, c.name) {
		for _, form := range doseForms {
			k, ok := x.substances[id].contents[form]
			if !ok {
				continue
			}
			per := int64(perMilligram)
			if form == lab.Blotter {
				per = perMicrogram
			}
			d := Dose{Content: c.contentRow(id, string(form), form.ContentUnit(), per, k), Bands: []Band{}}
			if mdma != nil && mdma.ID == id {
				d.Bands = bands(&k.known, d.N)
			}
			list = append(list, d)
		}
	}
	return list
}

// DoseUnit is the unit in which doses are told together: that of the form of which most were
// quantified.
func DoseUnit(list []Dose) string {
	n := map[lab.Form]int{}
	most := lab.Tablet
	for _, d := range list {
		form := lab.Form(d.Form)
		if n[form] += d.N; n[form] > n[most] {
			most = form
		}
	}
	return most.ContentUnit()
}

// In is the dose with its amounts in a unit: milligrams or micrograms.
func (d Dose) In(unit string) Dose {
	factor := 1000.0
	switch {
	case d.Unit == unit:
		return d
	case unit == lab.Tablet.ContentUnit():
		factor = 1.0 / 1000
	}
	d.Unit, d.Summary = unit, d.Summary.times(factor)
	return d
}

// mdmaBands are the bands of the dose of MDMA, named in milligrams; the last is the
// two before it together.
var mdmaBands = []struct {
	name      string
	low, high int64 // in nanograms; both are within
}{
	{"<100", 0, 100*perMilligram - 1},
	{"100-150", 100 * perMilligram, 150 * perMilligram},
	{">150-200", 150*perMilligram + 1, 200 * perMilligram},
	{">200", 200*perMilligram + 1, 1 << 62},
	{">150", 150*perMilligram + 1, 1 << 62},
}

func bands(known *counts, of int) []Band {
	list := make([]Band, len(mdmaBands))
	for i, b := range mdmaBands {
		n := 0
		for _, r := range known.runs() {
			if b.low <= r.value && r.value <= b.high {
				n += r.n
			}
		}
		list[i] = Band{b.name, newProportion(n, of)}
	}
	return list
}
