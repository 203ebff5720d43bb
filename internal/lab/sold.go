package lab

import (
	"regexp"

	"golang.org/x/text/unicode/norm"
)

// Sold is what the dictionary says of the words by which something was sold.
type Sold struct {
	Product  *Product   // nil where the words are those of a class, of a substance that is no product, or of several names for one
	Expected []Expected // empty where nobody knows what to expect
	Several  []string   // the parts, where they name several things: nobody knows whether all are meant
	Known    bool       // what to expect is told by the dictionary
}

// AskSold tells what words let expect by which something was sold: those of a product, of a
// class, or of a substance, also with a salt. Several names of one thing, as in coke (cocaine),
// are that. A product that an import added, and of which nobody knows what to expect, takes no
// such parts together: coke/ket is both, though a file said cokeket.
func (d *Dictionary) AskSold(said string) Sold {
	one := d.soldAsOne(said)
	if p := one.Product; one.Known && (p == nil || p.Reviewed || len(one.Expected) > 0) {
		return one
	}
	text := norm.NFKC.String(said)
	for _, between := range []*regexp.Regexp{betweenNames, perhaps, joinedNames} {
		if s := d.soldAsParts(text, between); s.Known || s.Several != nil {
			return s
		}
	}
	return one
}

// soldAsOne is what one name lets expect.
func (d *Dictionary) soldAsOne(name string) Sold {
	if p, ok := d.FindProduct(name); ok {
		return Sold{Product: p, Expected: p.Expected(), Known: true}
	}
	if c, ok := d.FindClass(name); ok {
		return Sold{Expected: []Expected{{Class: c.Code}}, Known: true}
	}
	s, _, ok := d.FindSubstance(name)
	if !ok {
		salt, is := d.saltOf(name)
		if !is {
			return Sold{}
		}
		if p, ok := d.FindProduct(salt.Substance.Name); ok {
			return Sold{Product: p, Expected: p.Expected(), Known: true}
		}
		s = salt.Substance
	}
	return Sold{Expected: []Expected{{SubstanceID: Optional(s.ID)}}, Known: true}
}

// soldAsParts looks at what a sign divides: several known things, or one by several names.
func (d *Dictionary) soldAsParts(said string, between *regexp.Regexp) Sold {
	var parts []string
	sets, all := map[string]Sold{}, true
	for _, part := range between.Split(said, -1) {
		if part = tidied(part); Fold(part) == "" {
			continue
		}
		parts = append(parts, part)
		s := d.soldAsOne(part)
		if all = all && s.Known; s.Known && len(s.Expected) > 0 {
			sets[setKey(d.readSet(s.Expected))] = s
		}
	}
	switch {
	case len(sets) > 1:
		return Sold{Several: parts}
	case len(sets) == 1 && all && len(parts) > 1:
		for _, s := range sets {
			return Sold{Expected: s.Expected, Known: true}
		}
	}
	return Sold{}
}
