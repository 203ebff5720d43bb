package lab

import (
	"maps"
	"slices"
	"strings"
)

// What people add to the dictionary can be used at once and counts by precaution, until
// somebody else has reviewed it.

// Provenance is who proposed something of the dictionary here, and who reviewed it.
type Provenance struct {
	ProposedBy  Optional // zero for what an edition or an import brought
	ProposedAt  Instant
	ProposedWhy string
	ReviewedBy  Optional // zero where nobody has, and for what an edition brought
	ReviewedAt  Instant
}

// IsOpen tells that a person proposed it and that nobody has reviewed it.
func (p Provenance) IsOpen() bool { return p.ProposedBy != 0 && p.ReviewedBy == 0 }

// wordRoles are the roles that describe and review what is added to the dictionary, of
// whichever service: it is everybody's.
var wordRoles = []UserRole{Laboratory, Verifier, Coordinator}

// ReviewRoles are the roles with which somebody may review, an administrator's if it is held
// for all services.
func ReviewRoles() []UserRole { return append(slices.Clone(wordRoles), Administrator) }

// MayReview refuses an actor who may not describe, judge and review entries of the
// dictionary: it takes a person who analyses, verifies or coordinates at any service, or an
// administrator of all services.
func MayReview(by Actor) error {
	all, some := by.ServicesOf(wordRoles...)
	if by.UserID != 0 && (all || len(some) > 0 || AdministratesAll(by.Memberships)) {
		return nil
	}
	return (&move{act: ReviewSubstance}).refusal("Your role does not allow this.", ReviewRoles()...)
}

// SeesEntries tells whether the actor sees what nobody has reviewed on the pages of the
// dictionary: who reviews it, and who is offered it while typing.
func (a Actor) SeesEntries() bool { return a.isOperator() || a.SeesUnreviewed() || MayReview(a) == nil }

// SeesProposal tells whether the actor may know who at a service proposed a substance, and
// why: other services are not told.
func (a Actor) SeesProposal(service ServiceID) bool {
	return a.isOperator() || AdministratesAll(a.Memberships) || a.Has(service, UserRoles...)
}

// reviewable refuses a reviewer of what is one's own.
func reviewable(act Action, by Actor, authors ...Optional) error {
	if err := MayReview(by); err != nil {
		return err
	}
	if slices.Contains(authors, by.UserID) {
		return (&move{act: act}).refusal("You have proposed or changed it yourself: somebody else has to review it.", ReviewRoles()...)
	}
	return nil
}

// ServiceProposal is a service that needs a substance, with who said so first there.
type ServiceProposal struct {
	SubstanceID SubstanceID
	ServiceID   ServiceID // 0 for all
	ProposedBy  Optional
	ProposedAt  Instant
	ProposedWhy string
}

// CheckReview refuses the review of a substance by who proposed or changed it, of one that
// is reviewed, and by who has seen another version of it.
func (d *Dictionary) CheckReview(by Actor, id SubstanceID, seen int32) error {
	s := d.Own(id)
	if s == nil {
		return ErrNotFound
	}
	authors := []Optional{s.ProposedBy, s.ChangedBy}
	for _, p := range s.Proposals {
		authors = append(authors, p.ProposedBy)
	}
	if err := reviewable(ReviewSubstance, by, authors...); err != nil {
		return err
	}
	if s.Version != seen {
		return &StaleError{Have: s.Version, Want: seen}
	}
	if s.Reviewed {
		return (&move{act: ReviewSubstance}).refusal("It is reviewed already.")
	}
	return nil
}

// CheckProductReview is CheckReview for products.
func (d *Dictionary) CheckProductReview(by Actor, id ProductID, seen int32) error {
	p := d.OwnProduct(id)
	if p == nil {
		return ErrNotFound
	}
	if err := reviewable(ReviewProduct, by, p.ProposedBy, p.ChangedBy); err != nil {
		return err
	}
	if p.Version != seen {
		return &StaleError{Have: p.Version, Want: seen}
	}
	if p.Reviewed {
		return (&move{act: ReviewProduct}).refusal("It is reviewed already.")
	}
	return nil
}

// CheckNameReview refuses to review a name that is not open, or that the actor proposed.
func (p Provenance) CheckNameReview(by Actor) error {
	if err := reviewable(ReviewName, by, p.ProposedBy); err != nil {
		return err
	}
	if !p.IsOpen() {
		return (&move{act: ReviewName}).refusal("It is reviewed already.")
	}
	return nil
}

// MayReviewSomeOf tells whether a substance, a name or the newest judgement of it waits for a
// review that the actor may give.
func (d *Dictionary) MayReviewSomeOf(by Actor, s *Substance) bool {
	if d.Merged(s.ID) != nil {
		return false
	}
	_, err := d.ReviewJudgement(by, s.ID, d.LastJudgement(s.ID).Version)
	named := slices.ContainsFunc(s.Names, func(n SubstanceName) bool { return n.CheckNameReview(by) == nil })
	return err == nil || named || d.CheckReview(by, s.ID, s.Version) == nil
}

// MayReviewSomeOfProduct is MayReviewSomeOf for products.
func (d *Dictionary) MayReviewSomeOfProduct(by Actor, p *Product) bool {
	if d.MergedProduct(p.ID) != nil {
		return false
	}
	named := slices.ContainsFunc(p.Names, func(n ProductName) bool { return n.CheckNameReview(by) == nil })
	return named || d.CheckProductReview(by, p.ID, p.Version) == nil
}

// NoSuchName refuses to do something with a name that was not given to an entry here, or is
// gone.
func NoSuchName(act Action) error {
	return (&move{act: act}).refusal("It has no such name that was given here: somebody may have withdrawn it meanwhile.")
}

// Own is the entry that has the number itself, merged or not, or nil.
func (d *Dictionary) Own(id SubstanceID) *Substance {
	if s := d.merged[id]; s != nil {
		return s
	}
	return d.Substances[id]
}

// OwnProduct is the product that has the number itself, merged or not, or nil.
func (d *Dictionary) OwnProduct(id ProductID) *Product {
	if p := d.mergedProducts[id]; p != nil {
		return p
	}
	return d.Products[id]
}

// NameProposal is a further name that somebody gives an entry of the dictionary.
type NameProposal struct {
	Name     string
	Language string // en, nl or empty for the names of chemists and of the street that both use
	Stereo   Stereo // that the name tells; only of substances
	Why      string
	Another  bool // somebody has looked at the names that are nearly the same
}

func (n NameProposal) check(errs *FieldErrors) {
	errs.Check(slices.Contains([]string{"", "en", "nl"}, n.Language), "language", "%q is not one of these.", n.Language)
	checkOptional(errs, "stereo", n.Stereo, Stereos)
	errs.Check(strings.TrimSpace(n.Why) != "", "why", "Say where the name is used, or who says that it is one.")
	checkFree(errs, "why", n.Why, maxReason)
}

// CheckSubstanceName refuses a further name of a substance that is none, or that of another.
func (d *Dictionary) CheckSubstanceName(id SubstanceID, n NameProposal) error {
	s := d.Own(id)
	if s == nil {
		return ErrNotFound
	}
	var errs FieldErrors
	a := d.AskName(n.Name)
	errs.Check(a.Kind != KnownName || a.Substance.ID != d.Resolve(id), "name", "It is called %q already.", a.Typed)
	if a.Kind != KnownName || a.Substance.ID != d.Resolve(id) {
		d.checkFresh(&errs, "name", a, id, n.Another)
	}
	n.check(&errs)
	return errs.Err()
}

// checkFresh refuses a name that is none or that of another entry, and asks about one that is
// nearly that of another.
func (d *Dictionary) checkFresh(errs *FieldErrors, field string, a NameAnswer, id SubstanceID, another bool) {
	a.Neighbours = slices.DeleteFunc(a.Neighbours, func(n Neighbour) bool { return n.Substance.ID == d.Resolve(id) })
	switch {
	case a.Kind == KnownName:
		owner := d.namedSo(id, a.Typed)
		errs.Check(owner.ID == id, field, "%q is the name of %s. If both are the same, merge them.", a.Typed, owner.Name)
	case a.Kind == SaltName:
		errs.Check(false, field, "%q is %s with its salt, and is read as that already.", a.Typed, a.Substance.Name)
	case a.Kind == NearName && len(a.Neighbours) == 0: // near what it is called itself
	default:
		a.Check(errs, field, another)
	}
}

// namedSo is the entry that has a known name itself: the one with the number, one that is
// merged and keeps the name when that is taken back, or what the name leads to.
func (d *Dictionary) namedSo(id SubstanceID, name string) *Substance {
	for _, s := range append([]*Substance{d.Own(id)}, slices.Collect(maps.Values(d.merged))...) {
		if s != nil && slices.ContainsFunc(s.allNames(), func(n SubstanceName) bool { return Fold(n.Name) == Fold(name) }) {
			return s
		}
	}
	return d.Substances[d.substanceNames[Fold(name)].SubstanceID]
}

// productNamedSo is namedSo for products.
func (d *Dictionary) productNamedSo(id ProductID, name string) *Product {
	for _, p := range append([]*Product{d.OwnProduct(id)}, slices.Collect(maps.Values(d.mergedProducts))...) {
		if p != nil && slices.ContainsFunc(p.allNames(), func(n ProductName) bool { return Fold(n.Name) == Fold(name) }) {
			return p
		}
	}
	return d.Products[d.productNames[Fold(name)]]
}

// CheckProductName refuses a further name of a product that is none, or that of another.
func (d *Dictionary) CheckProductName(id ProductID, n NameProposal, by Actor) error {
	p := d.OwnProduct(id)
	if p == nil {
		return ErrNotFound
	}
	var errs FieldErrors
	if other, taken := d.FindProduct(n.Name); taken && other.ID == d.ResolveProduct(id) {
		errs.Check(false, "name", "It is called %q already.", tidy(n.Name))
	} else {
		d.checkProductName(&errs, "name", n.Name, id, n.Another, by)
	}
	n.check(&errs)
	return errs.Err()
}

// Tidied is the name in one line, without space about it.
func (n NameProposal) Tidied() NameProposal {
	n.Name, n.Why = tidy(n.Name), strings.TrimSpace(n.Why)
	return n
}

// CheckWithdrawal refuses to withdraw a name without a reason.
func CheckWithdrawal(reason string) error {
	var errs FieldErrors
	errs.Check(!blank(reason), "reason", "Give the reason.")
	checkFree(&errs, "reason", reason, maxReason)
	return errs.Err()
}

// CheckNameWithdrawal is CheckWithdrawal of a name of the substance: one by which it is
// called in short stays.
func (s *Substance) CheckNameWithdrawal(name, reason string) error {
	var errs FieldErrors
	errs.Check(Fold(name) != Fold(s.ShortName), "name", "%q is the short name of the entry: change that first.", name)
	return Mistakes(errs.Err(), CheckWithdrawal(reason))
}

// MayNameProduct refuses an actor who may not give products further names: it takes who may
// review entries, or who receives samples at any service and hears what they are called.
func MayNameProduct(by Actor) error {
	if all, some := by.ServicesOf(Intake); all || len(some) > 0 {
		return nil
	}
	return MayReview(by)
}

// SeesEntryHistory tells whether the actor may read what the trail tells of entries: who
// describes them and has a role at all services, or keeps the registry.
func (a Actor) SeesEntryHistory() bool {
	all, _ := a.ServicesOf(wordRoles...)
	return all || a.isOperator() || AdministratesAll(a.Memberships)
}

// NeededAt tells whether a service has said that it needs the substance.
func (s *Substance) NeededAt(service ServiceID) bool {
	return slices.ContainsFunc(s.Proposals, func(p ServiceProposal) bool { return p.ServiceID == service })
}

// CheckVersion refuses a change of another version than the one that was seen, and tells
// what it would change.
func (s *Substance) CheckVersion(seen int32, e SubstanceEntry) error {
	if s.Version == seen {
		return nil
	}
	return &StaleError{Have: s.Version, Want: seen, Changed: Differences(s.Entry(), e)}
}

// CheckVersion refuses a change of another version than the one that was seen.
func (p *Product) CheckVersion(seen int32, e ProductEntry) error {
	if p.Version == seen {
		return nil
	}
	return &StaleError{Have: p.Version, Want: seen, Changed: Differences(p.Entry(), e)}
}

// tidy is a name in one line, without what nobody sees.
func tidy(name string) string { return strings.Join(strings.Fields(strings.Map(visible, name)), " ") }

// ClassEntry is the entry that stands for a class, where there is one.
func (d *Dictionary) ClassEntry(class string) (SubstanceID, bool) {
	id, ok := d.classEntries[class]
	return id, ok
}

// CheckMergeReason refuses a merge, or one that is taken back, without a reason.
func CheckMergeReason(reason string) error {
	var errs FieldErrors
	errs.Check(!blank(reason), "reason", "Say why they are the same, or are not.")
	checkFree(&errs, "reason", reason, maxReason)
	return errs.Err()
}
