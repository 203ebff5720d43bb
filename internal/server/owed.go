package server

import (
	"marquis/internal/lab"
	"marquis/internal/page"
)

// owed is what the session owes before pages open to it: errSecondFactor where the
// person has an authenticator and has given no code of it, errSetUp where the person
// has none and a service requires it.
func (r *request) owed() error {
	if !r.session.SecondFactorAt.IsZero() {
		return nil
	}
	if r.session.Account.SecondFactor {
		return page.ErrSecondFactor
	}
	by := r.session.Account.Actor()
	services, err := r.server.Store.Services(r.Ctx(), by)
	if err == nil && lab.NeedsSecondFactor(by.Memberships, services) {
		return page.ErrSetUp
	}
	return err
}
