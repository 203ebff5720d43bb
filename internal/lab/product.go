package lab

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
)

// Product is what visitors say they bought, with the substances that are usually
// expected in it.
type Product struct {
	ID         ProductID
	NameEN     string
	NameNL     string
	Unit       AmountUnit // in which its price is usually told
	Reviewed   bool       // false for entries that an import added
	MergedInto Optional   // the product that it turned out to be; 0 for most
	Version    int32      // raised by every change and review
	ChangedBy  Optional
	Provenance
	ProposedFor Optional // service at which it was proposed; zero for all, and for what nobody proposed
	Names       []ProductName
	Substances  []ProductSubstance
}

// ProductName is a street name or another name of a product.
type ProductName struct {
	ProductID ProductID
	Name      string
	Language  string
	Provenance
}

// ProductSubstance is an expected substance or class of a product (role
// expected), or the role that a substance has in this product if it was not
// expected, instead of its default.
type ProductSubstance struct {
	ProductID ProductID
	Position  int32
	Expected
	Role Role
}

// Expected is one expectation: a substance, or a class of which any member
// satisfies it. Exactly one is set.
type Expected struct {
	SubstanceID Optional
	Class       string
}

// String writes the expectation as one token: the substance's number or the
// class's code.
func (e Expected) String() string {
	if e.SubstanceID != 0 {
		return strconv.Itoa(int(e.SubstanceID))
	}
	return e.Class
}

// ParseExpected reads what String wrote.
func ParseExpected(token string) Expected {
	if n, err := strconv.Atoi(token); err == nil {
		return Expected{SubstanceID: Optional(n)}
	}
	return Expected{Class: token}
}

// Expected returns the product's expected set.
func (p *Product) Expected() []Expected {
	var set []Expected
	for _, ps := range p.Substances {
		if ps.Role == RoleExpected {
			set = append(set, ps.Expected)
		}
	}
	return set
}

func (p *Product) mentions(e Expected) bool {
	return slices.ContainsFunc(p.Substances, func(ps ProductSubstance) bool { return ps.Expected == e })
}

// setKey names a set of expectations whatever their order.
func setKey(set []Expected) string {
	tokens := make([]string, len(set))
	for i, e := range set {
		tokens[i] = e.String()
	}
	slices.Sort(tokens)
	return strings.Join(slices.Compact(tokens), " ")
}

// sortExpected sorts a set by substance, then class, and drops repetitions.
func sortExpected(set []Expected) []Expected {
	set = slices.Clone(set)
	slices.SortFunc(set, func(a, b Expected) int {
		return cmp.Or(cmp.Compare(a.SubstanceID, b.SubstanceID), strings.Compare(a.Class, b.Class))
	})
	return slices.Compact(set)
}

// isFreeText tells that an import called the product so, and that nobody knows what to expect
// of it.
func (p *Product) isFreeText() bool {
	return !p.Reviewed && p.ID >= LocalEntries && p.ProposedBy == 0 && len(p.Expected()) == 0
}

// OfferTo keeps what an import calls a product to its service, until somebody has reviewed it.
func (p *Product) OfferTo(service ServiceID) {
	if p.isFreeText() {
		p.ProposedFor = Optional(service)
	}
}
