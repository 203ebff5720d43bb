package server

import "marquis/internal/lab"

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
	if err == nil && lab.NeedsSecondFactor(r.session.Account.Memberships, services) {
		return errSetUp
	}
	return err
}
