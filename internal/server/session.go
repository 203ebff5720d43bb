package server

import (
	"errors"
	"net/http"

	"marquis/internal/credential"
	"marquis/internal/lab"
	"marquis/internal/store"
)

// sessionCookie holds the token of a session; the database holds its hash. Over
// HTTPS the browser is made to keep it to this host alone.
func (s *Server) sessionCookie() string {
	if s.Address.Scheme == "https" {
		return "__Host-marquis"
	}
	return "marquis-session"
}

// readSession finds out who asks. It is no error that nobody is signed in.
func (r *request) readSession() error {
	token, _ := r.Cookie(r.server.sessionCookie()) // empty where there is none
	if token == "" {
		return nil
	}
	session, err := r.server.Store.Session(r.context(), credential.HashToken(token))
	if errors.Is(err, lab.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	r.session, r.actor = &session, session.Account.Actor()
	return nil
}

// startSession begins a session of the account under a new token, once the password was
// right, and tells whether it is whole. A recovery code that was typed is used up for it.
func (a *attempt) startSession(account store.Account) (whole bool, err error) {
	ctx, by, registry := a.context(), account.Actor(), a.server.Store
	token, hash := credential.NewToken()
	whole = account.TOTPSealed == ""
	if a.recovery != "" {
		err = registry.StartSessionByRecoveryCode(ctx, by, hash, a.recovery)
		whole = !errors.Is(err, lab.ErrNotFound) // used meanwhile: a code is asked for
	}
	switch {
	case a.recovery != "" && whole:
	case a.caller().Known:
		err = registry.StartSession(ctx, by, hash, false)
	default:
		err = registry.StartSessionOfStranger(ctx, by, hash)
	}
	if err != nil {
		return false, err
	}
	a.setCookie(a.server.sessionCookie(), token, 0)
	return whole, nil
}

// raiseSession gives the session a new token, now that the second factor was given.
func (r *request) raiseSession() error {
	old, err := r.Cookie(r.server.sessionCookie())
	if err != nil {
		return errSignIn
	}
	token, hash := credential.NewToken()
	if err := r.server.Store.ReplaceSession(r.context(), credential.HashToken(old), hash, true); err != nil {
		return err
	}
	r.setCookie(r.server.sessionCookie(), token, 0)
	return nil
}

// endSession signs out, here and in the database.
func (r *request) endSession() error {
	token, err := r.Cookie(r.server.sessionCookie())
	r.setCookie(r.server.sessionCookie(), "", -1)
	if errors.Is(err, http.ErrNoCookie) {
		return nil
	}
	return r.server.Store.EndSession(r.context(), credential.HashToken(token))
}
