package server

import (
	"errors"

	"marquis/internal/lab"
)

// checkOwed sends a session that owes something yet to where it is given, unless the
// route opens to it. Nothing else of the request is looked at before.
func (r *request) checkOwed() error {
	owed := r.owed()
	r.owes = owed != nil
	switch {
	case errors.Is(owed, errSetUp) && r.route.access.opens != afterAll:
		return nil
	case errors.Is(owed, errSecondFactor) && r.route.access.opens == afterPassword:
		return nil
	}
	return owed
}

// owed is what the session owes before pages open to it: errSecondFactor where the
// person has an authenticator and has given no code of it, errSetUp where the person
// has none and a service requires it.
func (r *request) owed() error {
	if !r.session.SecondFactorAt.IsZero() {
		return nil
	}
	if r.session.Account.TOTPSealed != "" {
		return errSecondFactor
	}
	services, err := r.server.Store.Services(r.context())
	if err == nil && lab.NeedsSecondFactor(r.actor.Memberships, services) {
		return errSetUp
	}
	return err
}
