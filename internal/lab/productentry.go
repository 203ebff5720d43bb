package lab

import (
	"slices"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// ProductEntry is what people write of a product that was added here.
type ProductEntry struct {
	NameEN   string
	NameNL   string
	Unit     AmountUnit
	Expected []Expected // in order; empty where nobody knows what to expect
}

// ProductProposal is a product that somebody needs and the dictionary lacks.
type ProductProposal struct {
	ProductEntry
	Why     string
	Another bool // somebody has looked at the names that are nearly the same
}

// Entry is what is written of the product.
func (p *Product) Entry() ProductEntry {
	return ProductEntry{p.NameEN, p.NameNL, p.Unit, p.Expected()}
}

// With is the product as an entry writes it. What it was called stays one of its names, and
// substances that are there without being expected stay what they are.
func (p *Product) With(e ProductEntry) *Product {
	x := *p
	x.NameEN, x.NameNL, x.Unit = tidy(e.NameEN), tidy(e.NameNL), e.Unit
	if x.NameNL == "" {
		x.NameNL = x.NameEN
	}
	x.Substances = nil
	for _, expected := range e.Expected {
		x.Substances = append(x.Substances, ProductSubstance{Expected: expected, Role: RoleExpected})
	}
	for _, ps := range p.Substances {
		if ps.Role != RoleExpected && !x.mentions(ps.Expected) {
			x.Substances = append(x.Substances, ps)
		}
	}
	for i := range x.Substances {
		x.Substances[i].ProductID, x.Substances[i].Position = p.ID, int32(i+1)
	}
	x.Names = slices.Clone(p.Names)
	for _, old := range []string{p.NameEN, p.NameNL} {
		called := slices.ContainsFunc(x.allNames(), func(n ProductName) bool { return Fold(n.Name) == Fold(old) })
		if Fold(old) != "" && !called {
			x.Names = append(x.Names, ProductName{ProductID: p.ID, Name: old})
		}
	}
	return &x
}

// CheckProductEntry reports the mistakes of what is written of a product that was added here,
// as CheckEntry does of substances.
func (d *Dictionary) CheckProductEntry(id ProductID, e ProductEntry, another bool, by Actor) error {
	p := d.OwnProduct(id)
	if p == nil {
		return ErrNotFound
	}
	if id < LocalEntries {
		return (&move{act: ChangeProduct}).refusal("What came with the program is not changed here. Give it a name, or merge another into it.")
	}
	if d.MergedProduct(id) != nil {
		return (&move{act: ChangeProduct}).refusal("It is merged into another: take that back first.")
	}
	return d.productMistakes(id, e, another, by).Err()
}

func (d *Dictionary) productMistakes(id ProductID, e ProductEntry, another bool, by Actor) (errs FieldErrors) {
	d.checkProductName(&errs, "name_en", e.NameEN, id, another, by)
	if tidy(e.NameNL) != "" {
		d.checkProductName(&errs, "name_nl", e.NameNL, id, another, by)
	}
	checkCode(&errs, "unit", e.Unit, AmountUnits)
	for i, x := range e.Expected {
		errs.Check(d.knows(x), "expected", "%q is not in the dictionary.", x)
		errs.Check(!slices.Contains(e.Expected[:i], x), "expected", "The same substance or class is expected twice.")
	}
	return errs
}

// CheckImportedProduct refuses a name that no product can have, and one that is nearly that of
// another unless it is said to be another, as where people propose a product. Sold is the field.
func (d *Dictionary) CheckImportedProduct(sold, name string, another bool, by Actor) error {
	var errs FieldErrors
	d.checkProductName(&errs, sold, name, 0, another, by)
	return errs.Err()
}

// checkProductName refuses a name that is none, or that of another product, and asks about
// one that is nearly that of another. A product may be called like a substance, like several,
// and after what it looks like.
func (d *Dictionary) checkProductName(errs *FieldErrors, field, typed string, id ProductID, another bool, by Actor) {
	a := d.AskName(typed)
	dose := a.Kind == DoseName && (doseForm.MatchString(norm.NFKC.String(a.Typed)) || looseNumber.MatchString(a.Typed))
	if dose || slices.Contains([]NameKind{BrokenName, EmptyName, PrivateName}, a.Kind) {
		a.Check(errs, field, another)
		return
	}
	if _, taken := d.FindProduct(typed); taken {
		owner := d.productNamedSo(id, typed)
		if !by.SeesProduct(owner) {
			errs.Check(false, field, "%q is the name of a product that nobody has reviewed yet.", a.Typed)
			return
		}
		errs.Check(owner.ID == id, field, "%q is the name of %s. If both are the same, merge them.", a.Typed, owner.NameEN)
		return
	}
	near, hidden := d.nearProducts(typed, id, by)
	switch {
	case a.Kind == KnownName:
	case len(near) > 0:
		errs.Check(another, field, "%q is close to %s. Choose the one that is meant, or confirm that this is another.", a.Typed, strings.Join(near, ", "))
	case hidden:
		errs.Check(another, field, "%q is close to the name of a product that nobody has reviewed yet. Confirm that this is another.", a.Typed)
	}
}

// nearProducts are the names of other products that are nearly the one that was typed, and
// whether there are some that are not told.
func (d *Dictionary) nearProducts(typed string, id ProductID, by Actor) (near []string, hidden bool) {
	folded := Fold(typed)
	sound := soundOf(folded)
	for name, other := range d.productNames {
		p := d.Products[other]
		if p == nil || p.ID == d.ResolveProduct(id) || slices.Contains(near, p.NameEN) {
			continue
		}
		if _, ok := stepsBetween(folded, name, stepsAllowed(folded)); !ok && (len(sound) < leastSound || soundOf(name) != sound) {
			continue
		}
		if !by.SeesProduct(p) {
			hidden = true
			continue
		}
		near = append(near, p.NameEN)
	}
	for _, p := range d.joinedProducts(folded) {
		if by.SeesProduct(p) && !slices.Contains(near, p.NameEN) {
			near = append(near, p.NameEN)
		}
	}
	slices.Sort(near)
	return near[:min(len(near), mostNeighbours)], hidden
}

// joinedProducts are two products, of both of which it is known what to expect, whose names make a text with
// no more than spaces between them: coke ket.
func (d *Dictionary) joinedProducts(folded string) []*Product {
	for i := range folded {
		first, rest := folded[:i], folded[i:]
		if min(utf8.RuneCountInString(first), utf8.RuneCountInString(rest)) < leastJoined {
			continue
		}
		one, other := d.Products[d.productNames[first]], d.Products[d.productNames[rest]]
		if one != nil && other != nil && one != other && len(one.Expected()) > 0 && len(other.Expected()) > 0 {
			return []*Product{one, other}
		}
	}
	return nil
}

// MayProposeProduct refuses an actor who may not propose products: it takes who receives
// samples at the service, or enters analyses there.
func MayProposeProduct(by Actor, service ServiceID) error {
	if MayReceive(by, service) == nil {
		return nil
	}
	return may(EnterAnalysis, by, service)
}

// ProposeProduct adds a product that nobody has reviewed yet, under the next local number; it
// can be used at once. One that is known by the name is returned as it is: fresh is false.
func (d *Dictionary) ProposeProduct(x ProductProposal, by Actor, service ServiceID, at Instant) (p *Product, fresh bool, err error) {
	if known, taken := d.FindProduct(x.NameEN); taken {
		return known, false, nil
	}
	errs := d.productMistakes(0, x.ProductEntry, x.Another, by)
	errs.Check(strings.TrimSpace(x.Why) != "", "why", "Say where it is called so, or why it is needed.")
	checkFree(&errs, "why", x.Why, maxReason)
	if err := errs.Err(); err != nil {
		return nil, false, err
	}
	p = (&Product{ID: nextLocal(d.Products)}).With(x.ProductEntry)
	p.Version, p.ChangedBy, p.ProposedFor = 1, by.UserID, Optional(service)
	p.Provenance = Provenance{ProposedBy: by.UserID, ProposedAt: at, ProposedWhy: strings.TrimSpace(x.Why)}
	return p, true, d.addProduct(p)
}
