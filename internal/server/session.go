package server

import (
	"errors"
	"net/http"

	"marquis/internal/credential"
	"marquis/internal/lab"
	"marquis/internal/page"
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
func (r *request) readSession() (*page.Signed, error) {
	token, _ := r.Cookie(r.server.sessionCookie()) // empty where there is none
	if token == "" {
		return nil, nil
	}
	session, err := r.server.Store.Session(r.Ctx(), credential.HashToken(token))
	if errors.Is(err, lab.ErrNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	r.session = &session
	return &page.Signed{
		Actor: session.Account.Actor(), SecondFactor: !session.SecondFactorAt.IsZero(), Owes: r.owed(), View: r.staffView,
	}, nil
}

// startSession begins a session of the account under a new token, once the password was
// right, and tells whether it is whole. A recovery code that was typed is used up for it.
func (a *attempt) startSession(by lab.Actor) (session string, whole bool, err error) {
	token, session := credential.NewToken()
	whole, err = a.server.Store.SignIn(a.Ctx(), by, store.Entry{Token: session, Password: a.judged, Recovery: a.recovery})
	if err != nil {
		return "", false, err
	}
	a.PutCookie(a.server.sessionCookie(), token, 0)
	return session, whole, nil
}

// raiseSession gives the session a new token, now that the second factor was given, and
// returns its hash.
func (r *request) raiseSession() (session string, err error) {
	old, err := r.Cookie(r.server.sessionCookie())
	if err != nil {
		return "", page.ErrSignIn
	}
	token, session := credential.NewToken()
	if err := r.server.Store.ReplaceSession(r.Ctx(), credential.HashToken(old), session, true); err != nil {
		return "", err
	}
	r.PutCookie(r.server.sessionCookie(), token, 0)
	return session, nil
}

// endSession signs out. The browser keeps the token, which opens nothing any more: it
// tells whose a form is that is sent from another window afterwards, see keepSent.
func (r *request) endSession() error {
	token, err := r.Cookie(r.server.sessionCookie())
	if errors.Is(err, http.ErrNoCookie) {
		return nil
	}
	return r.server.Store.EndSession(r.Ctx(), credential.HashToken(token))
}
