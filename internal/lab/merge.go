package lab

import (
	"cmp"
	"maps"
	"slices"
)

// A merge is a pointer from an entry to the one that it turned out to be. What was signed
// keeps the number that it was signed with, and whoever reads it reads the entry that the
// number leads to. So a merge can be taken back, and nothing was changed by either.

// Merge is what an entry leads to, as the trail tells it.
type Merge struct{ MergedInto Optional }

// MayMerge refuses an actor who may not merge entries of the dictionary, which all services
// share: it takes the operator, or an administrator or coordinator of all services.
func MayMerge(by Actor) error {
	if by.isOperator() {
		return nil
	}
	m := &move{act: MergeSubstance, who: []UserRole{Administrator, Coordinator}}
	return m.allow(by, 0)
}

// resolved are the numbers that lead elsewhere, with where they end.
type resolved[K ~int32] map[K]K

// of is where a number leads.
func (r resolved[K]) of(id K) K {
	if into, merged := r[id]; merged {
		return into
	}
	return id
}

// flatten follows the pointers of entries to their ends. A number that leads round in a
// circle, or to nothing, is handed to refuse.
func flatten[K ~int32](pointers map[K]K, known func(K) bool, refuse func(id K)) resolved[K] {
	ends := resolved[K]{}
	for _, id := range slices.Sorted(maps.Keys(pointers)) {
		end := id
		for range len(pointers) + 1 {
			next, merged := pointers[end]
			if !merged {
				break
			}
			end = next
		}
		if _, on := pointers[end]; on || !known(end) {
			refuse(id)
			continue
		}
		ends[id] = end
	}
	return ends
}

// mergeSubstances lets the numbers and the names of merged substances lead to those that
// they were merged into.
func (d *Dictionary) mergeSubstances(errs *FieldErrors) {
	pointers := map[SubstanceID]SubstanceID{}
	for id, s := range d.Substances {
		if s.MergedInto != 0 {
			pointers[id] = SubstanceID(s.MergedInto)
		}
	}
	d.resolved = flatten(pointers, func(id SubstanceID) bool { return d.Substances[id] != nil }, func(id SubstanceID) {
		errs.Check(false, "substance "+d.Substances[id].Name, "It is merged round in a circle, or into nothing.")
	})
	for id, into := range d.resolved {
		d.merged[id], d.Substances[id] = d.Substances[id], d.Substances[into]
	}
	for folded, n := range d.substanceNames {
		n.SubstanceID = d.resolved.of(n.SubstanceID)
		d.substanceNames[folded] = n
	}
	for i := range d.substanceList {
		d.substanceList[i].entry = d.resolved.of(d.substanceList[i].entry)
	}
}

// mergeProducts is mergeSubstances for products. A set of expectations leads to the product
// that others of the same set were merged into.
func (d *Dictionary) mergeProducts(errs *FieldErrors) {
	pointers := map[ProductID]ProductID{}
	for id, p := range d.Products {
		if p.MergedInto != 0 {
			pointers[id] = ProductID(p.MergedInto)
		}
	}
	d.resolvedProducts = flatten(pointers, func(id ProductID) bool { return d.Products[id] != nil }, func(id ProductID) {
		errs.Check(false, "product "+d.Products[id].NameEN, "It is merged round in a circle, or into nothing.")
	})
	for id, into := range d.resolvedProducts {
		d.mergedProducts[id], d.Products[id] = d.Products[id], d.Products[into]
	}
	for folded, id := range d.productNames {
		d.productNames[folded] = d.resolvedProducts.of(id)
	}
	for key, id := range d.productSets {
		d.productSets[key] = d.resolvedProducts.of(id)
	}
	for i := range d.productList {
		d.productList[i].entry = d.resolvedProducts.of(d.productList[i].entry)
	}
}

// Resolve is the number of the entry that a number leads to: its own where it is not merged.
func (d *Dictionary) Resolve(id SubstanceID) SubstanceID { return d.resolved.of(id) }

// ResolveProduct is the number of the product that a number leads to.
func (d *Dictionary) ResolveProduct(id ProductID) ProductID { return d.resolvedProducts.of(id) }

// Merged is the entry that has the number where it is merged into another, or nil: what was
// signed with the number was signed by its name.
func (d *Dictionary) Merged(id SubstanceID) *Substance { return d.merged[id] }

// MergedProduct is the product that has the number where it is merged into another, or nil.
func (d *Dictionary) MergedProduct(id ProductID) *Product { return d.mergedProducts[id] }

// Family are the numbers that lead to the same entry as one of these, and the entries that
// stand for classes which hold them: what is said of a class hangs on its members.
func (d *Dictionary) Family(ids ...SubstanceID) (family []SubstanceID) {
	ends := map[SubstanceID]bool{}
	for _, id := range ids {
		ends[d.Resolve(id)] = true
	}
	for id, s := range d.Substances {
		for end := range ends {
			if s.ID == end || d.standsFor(id, end) {
				family = append(family, id)
				break
			}
		}
	}
	slices.Sort(family)
	return family
}

// ProductFamily are the products that lead to the same one as any of these.
func (d *Dictionary) ProductFamily(ids ...ProductID) (family []ProductID) {
	for id, p := range d.Products {
		if slices.ContainsFunc(ids, func(one ProductID) bool { return d.ResolveProduct(one) == p.ID }) {
			family = append(family, id)
		}
	}
	slices.Sort(family)
	return family
}

// CheckMerge refuses to merge a substance into another where it stands for a class, where
// the other leads back to it, or where one of them is what could not be identified; and one
// that was reviewed into one of less danger that was too, so that no danger is taken from a
// result by one person. An entry that is merged already has to be taken out of there first.
func (d *Dictionary) CheckMerge(id, into SubstanceID) error {
	from, end := d.Substances[id], d.Substances[into]
	if from == nil {
		return ErrNotFound
	}
	var errs FieldErrors
	if d.Merged(id) != nil {
		errs.Check(false, "into", "%q is merged into %q already: undo that first.", d.Merged(id).Name, from.Name)
		return errs
	}
	if end == nil {
		errs.Check(false, "into", "Choose the substance that it is.")
		return errs
	}
	errs.Check(end.ID != id, "into", "%q leads to %q itself: a merge would go round in a circle.", end.Name, from.Name)
	errs.Check(!from.WholeClass, "into", "%q stands for its class, and stays.", from.Name)
	peak := from.Class == UnidentifiedClass || end.Class == UnidentifiedClass
	errs.Check(!peak, "into", "What could not be identified is no substance: neither can be merged.")
	loses := from.Reviewed && end.Reviewed && d.Danger(id) != d.Danger(into) && d.Danger(id).AtLeast(d.Danger(into))
	errs.Check(!loses, "into", "%q is judged to be more dangerous than %q, and both are reviewed: results would lose that danger. If they are one substance, have one of them judged anew first.", from.Name, end.Name)
	return errs.Err()
}

// CheckProductMerge refuses to merge a product into another that leads back to it, or one
// that is merged already.
func (d *Dictionary) CheckProductMerge(id, into ProductID) error {
	from, end := d.Products[id], d.Products[into]
	if from == nil {
		return ErrNotFound
	}
	var errs FieldErrors
	switch {
	case d.MergedProduct(id) != nil:
		errs.Check(false, "into", "%q is merged into %q already: undo that first.", d.MergedProduct(id).NameEN, from.NameEN)
	case end == nil:
		errs.Check(false, "into", "Choose the product that it is.")
	default:
		errs.Check(end.ID != id, "into", "%q leads to %q itself: a merge would go round in a circle.", end.NameEN, from.NameEN)
	}
	return errs.Err()
}

// CheckUnmerge refuses to take apart what is not merged.
func (d *Dictionary) CheckUnmerge(id SubstanceID) error {
	if d.Substances[id] == nil {
		return ErrNotFound
	}
	var errs FieldErrors
	errs.Check(d.Merged(id) != nil, "into", "It is not merged: there is nothing to undo.")
	return errs.Err()
}

// CheckProductUnmerge is CheckUnmerge for products.
func (d *Dictionary) CheckProductUnmerge(id ProductID) error {
	if d.Products[id] == nil {
		return ErrNotFound
	}
	var errs FieldErrors
	errs.Check(d.MergedProduct(id) != nil, "into", "It is not merged: there is nothing to undo.")
	return errs.Err()
}

// Read is the file as the dictionary reads it today: with the entries that its numbers lead
// to. The file itself stays as it is, and is returned where nothing in it was merged.
func (d *Dictionary) Read(f *File) *File {
	if len(d.resolved)+len(d.resolvedProducts) == 0 {
		return f
	}
	read := f.Clone()
	read.Sample.ProductID = d.ResolveProduct(f.Sample.ProductID)
	read.Expected = d.readSet(f.Expected)
	for i := range read.Evidence {
		read.Evidence[i].Findings = d.readFindings(f.Evidence[i].Findings)
	}
	for i := range read.Publications {
		read.Publications[i].Result = d.ReadResult(&f.Publications[i].Result)
	}
	d.readOutcome(read, f)
	return read
}

// readOutcome lets the latest version say what it is beside what was expected, where either
// reads otherwise than it was signed: as it is counted.
func (d *Dictionary) readOutcome(read, signed *File) {
	latest := read.Latest()
	if latest == nil || latest.Kind == WithdrawnResult {
		return
	}
	merged := func(x Released) bool { return len(x.SignedAs) > 0 }
	if slices.ContainsFunc(latest.Result.Findings, merged) || !slices.Equal(read.Expected, signed.Expected) {
		latest.Result.Findings = slices.Clone(latest.Result.Findings)
		d.assess(&latest.Result, read)
		latest.Outcome, latest.OutcomeEUDA = d.outcomes(&latest.Result, read.Expected)
	}
}

// readSet is a set of expectations as it reads today, each once.
func (d *Dictionary) readSet(set []Expected) []Expected {
	if !slices.ContainsFunc(set, func(e Expected) bool { return d.Merged(SubstanceID(e.SubstanceID)) != nil }) {
		return set
	}
	var read []Expected
	for _, e := range set {
		e.SubstanceID = Optional(d.Resolve(SubstanceID(e.SubstanceID)))
		if !slices.Contains(read, e) {
			read = append(read, e)
		}
	}
	return read
}

// readFindings are the findings of an analysis as they read today. Of several that became
// one that stands which says most.
func (d *Dictionary) readFindings(list []Finding) []Finding {
	if !slices.ContainsFunc(list, func(f Finding) bool { return d.Merged(f.SubstanceID) != nil }) {
		return list
	}
	var read []Finding
	for _, f := range list {
		f.SubstanceID = d.Resolve(f.SubstanceID)
		same := find(read, func(have *Finding) bool { return have.SubstanceID == f.SubstanceID })
		switch {
		case same == nil:
			read = append(read, f)
		case d.moreTold(&f, same):
			*same = f
		}
	}
	return read
}

// moreTold tells that of two findings of one substance the one says more than the other: what
// stands more than what was set aside, what was found more than what was not, the more
// informative detection, then the larger amount.
func (d *Dictionary) moreTold(f, than *Finding) bool {
	rank := func(f *Finding) int {
		switch {
		case !f.Detection.Found():
			return 2
		case f.SetAside != "":
			return 1
		}
		return 0
	}
	order := cmp.Or(cmp.Compare(rank(f), rank(than)), cmp.Compare(f.Detection.told(), than.Detection.told()))
	if order == 0 && f.Amount.Scale == than.Amount.Scale {
		order = cmp.Compare(d.toCompare(than), d.toCompare(f))
	}
	return order < 0
}

// ReadResult is a released result as it reads today: of several findings that became one
// that stands which says most, and nothing is left out that stands.
func (d *Dictionary) ReadResult(r *Result) Result {
	read := *r
	merged := func(id SubstanceID) bool { return d.Merged(id) != nil }
	if !slices.ContainsFunc(r.Findings, func(f Released) bool { return merged(f.SubstanceID) }) &&
		!slices.ContainsFunc(r.LeftOut, func(x LeftOut) bool { return merged(x.SubstanceID) }) {
		return read
	}
	read.Findings, read.LeftOut = nil, slices.Clone(r.LeftOut)
	for _, f := range r.Findings {
		if merged(f.SubstanceID) {
			f.SignedAs, f.SubstanceID = []SubstanceID{f.SubstanceID}, d.Resolve(f.SubstanceID)
		}
		same := find(read.Findings, func(have *Released) bool { return have.SubstanceID == f.SubstanceID })
		if same == nil {
			read.Findings = append(read.Findings, f)
			continue
		}
		names := slices.Concat(same.SignedAs, f.SignedAs)
		if d.moreTold(f.finding(), same.finding()) {
			*same = f
		}
		same.SignedAs = names
	}
	for i := range read.LeftOut {
		read.LeftOut[i].SubstanceID = d.Resolve(read.LeftOut[i].SubstanceID)
	}
	read.LeftOut = slices.DeleteFunc(read.LeftOut, func(x LeftOut) bool {
		return x.Why != LeftReported && x.Why != LeftApart && slices.ContainsFunc(read.Findings, func(f Released) bool { return f.SubstanceID == x.SubstanceID })
	})
	slices.SortFunc(read.Findings, func(a, b Released) int { return cmp.Compare(a.SubstanceID, b.SubstanceID) })
	slices.SortFunc(read.LeftOut, byLeftOut)
	return read
}

// finding is what a released finding says, as the finding of an analysis.
func (f *Released) finding() *Finding {
	return &Finding{SubstanceID: f.SubstanceID, Detection: f.Detection, Amount: f.Amount, Basis: f.Basis}
}
