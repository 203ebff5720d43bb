package lab

import "slices"

// What an actor may see. Whatever one may not looks as if it did not exist: the answer
// is ErrNotFound, or a list without it.

// IsStaff tells whether the actor belongs to the house: a user with a role anywhere, the
// operator or the program.
func (a Actor) IsStaff() bool {
	return a.isOperator() || a.isProgram() || a.Kind == KindUser && len(a.Memberships) > 0
}

// SeesService tells whether the actor may know of the service and of what it has, as its
// locations: the operator, the program, and whoever has a role there.
func (a Actor) SeesService(service ServiceID) bool {
	return a.isOperator() || a.isProgram() || a.Has(service, UserRoles...)
}

// SeesUpkeep tells whether the actor may know how the registry as a whole is kept: its
// keys, clock, trails and imports. It takes the operator, the program or an administrator
// of all services.
func (a Actor) SeesUpkeep() bool { return a.isProgram() || MayEquip(a, 0) == nil }

// SeesFacts tells whether the actor may read what figures are made from, before anything
// is kept back in them: the program, which shows it to nobody.
func (a Actor) SeesFacts() bool { return a.isProgram() }

// SeesUnreviewed tells whether the names of substances that nobody has reviewed yet are
// offered to the actor while typing: those who analyse and verify, at any service. Others
// would take them for substances that are known.
func (a Actor) SeesUnreviewed() bool {
	all, some := a.ServicesOf(Laboratory, Verifier)
	return all || len(some) > 0
}

// SeesEntry tells whether the actor may read what a substance is called: of one that nobody
// has reviewed, who is shown such entries, and who needed it.
func (a Actor) SeesEntry(s *Substance) bool {
	needs := func(p ServiceProposal) bool { return p.ProposedBy != 0 && p.ProposedBy == a.UserID }
	return s.Reviewed || a.SeesEntries() || s.ProposedBy != 0 && s.ProposedBy == a.UserID || slices.ContainsFunc(s.Proposals, needs)
}

// SeesProduct tells whether the actor may read what a product is called: what nobody has
// reviewed is for those who review it, and for the service that needs it, or all where it was
// proposed for all. What an import called a product in words of its source, of which nobody
// knows what to expect, is for no other service: the words may be anything.
func (a Actor) SeesProduct(p *Product) bool {
	if p.Reviewed || a.SeesEntries() || p.ProposedFor != 0 && a.Has(ServiceID(p.ProposedFor), UserRoles...) {
		return true
	}
	if p.ProposedBy == 0 {
		return !p.isFreeText()
	}
	return p.ProposedFor == 0 && a.IsStaff()
}

// SeesPerson tells whether the actor may know of a person with these memberships: who may
// administrate all of them, or one.
func (a Actor) SeesPerson(memberships []Membership) bool {
	one := func(m Membership) bool { return MayAdministrate(a, []Membership{m}) == nil }
	return MayAdministrate(a, memberships) == nil || slices.ContainsFunc(memberships, one)
}
