package server

import (
	"marquis/internal/credential"
	"marquis/internal/lab"
)

type accountPage struct {
	view
	Form         *form
	Login        string
	Roles        []roleView
	Second       bool // an authenticator is set up
	RecoveryLeft int
}

// roleView is one role of somebody, and where.
type roleView struct{ Role, Service string }

func (r *request) accountPage() (*accountPage, error) {
	roles, err := r.roleViews(r.actor.Memberships)
	if err != nil {
		return nil, err
	}
	old := r.input("old", passwordField, "page.account.old")
	old.Autocomplete = "current-password"
	password := r.hint(r.input("password", passwordField, "page.invitation.password"), "page.invitation.password_hint")
	again := r.input("again", passwordField, "page.invitation.again")
	password.Autocomplete, again.Autocomplete = "new-password", "new-password"
	account := r.session.Account
	return &accountPage{
		view: r.view(r.texts.Text("page.account.title")), Form: newForm(old, password, again), Login: account.Login, Roles: roles,
		Second: account.TOTPSealed != "", RecoveryLeft: account.RecoveryLeft,
	}, nil
}

func accountForm(r *request) error {
	page, err := r.accountPage()
	if err != nil {
		return err
	}
	return r.show("account.html", page)
}

// changePassword sets a new password for who knows the old one, and ends all other
// sessions.
func changePassword(r *request) error {
	typed, err := r.typed()
	if err != nil {
		return err
	}
	account := r.session.Account
	err = r.server.checkNewPassword(typed.Get("password"), typed.Get("again"), account.User)
	if err == nil {
		var right bool
		if right, err = r.knowsOwnPassword(typed.Get("old")); err == nil && !right {
			err = lab.FieldErrors{{Field: "old", Format: "This is not your present password."}}
		}
	}
	if err != nil {
		page, failed := r.accountPage()
		if failed != nil {
			return failed
		}
		return r.refill("account.html", page, page.Form, err)
	}
	hash, err := r.hashPassword(typed.Get("password"))
	if err != nil {
		return err
	}
	token, err := r.Cookie(r.server.sessionCookie())
	if err != nil {
		return errSignIn
	}
	if err := r.server.Store.ChangePassword(r.context(), r.actor, hash, credential.HashToken(token)); err != nil {
		return err
	}
	return r.see("/account")
}

type authenticatorPage struct {
	view
	Form   *form
	Secret string // to be typed where no camera is at hand
	Code   qrView
}

type recoveryPage struct {
	view
	Codes []string
	Next  string // the page to go on to
}

func (r *request) authenticatorPage(secret, address string) (*authenticatorPage, error) {
	picture, err := drawQR(address, r.texts.Text("page.authenticator.picture"))
	if err != nil {
		return nil, err
	}
	hidden := &field{Name: "sealed", Kind: hiddenField}
	sealed, err := credential.Seal(r.server.Keys.Secret(), r.actor.UserID, credential.PendingFactor, secret)
	if err != nil {
		return nil, err
	}
	hidden.Values = []string{sealed}
	password := r.input("password", passwordField, "page.sign_in.password")
	password.Autocomplete = "current-password"
	code := r.input("code", textField, "page.second_factor.code")
	code.Autocomplete, code.Keyboard, code.Narrow, code.MaxLength = "one-time-code", "numeric", true, 10
	return &authenticatorPage{
		view: r.view(r.texts.Text("page.authenticator.title")), Form: newForm(hidden, password, code), Secret: secret, Code: picture,
	}, nil
}

// authenticatorForm shows a new secret for an authenticator. It travels sealed in
// the form, and is kept only once a code of it was typed. Who has an authenticator
// already must have used it in this session.
func authenticatorForm(r *request) error {
	if err := r.mayReplaceAuthenticator(); err != nil {
		return err
	}
	page, err := r.authenticatorPage(credential.NewTOTP(issuer, r.session.Account.Login))
	if err != nil {
		return err
	}
	return r.show("authenticator.html", page)
}

func (r *request) mayReplaceAuthenticator() error {
	if r.session.Account.TOTPSealed != "" && r.session.SecondFactorAt.IsZero() {
		return errSecondFactor
	}
	return nil
}

// setAuthenticator keeps the secret of an authenticator that gave a right code, and
// shows the recovery codes, once.
func setAuthenticator(r *request) error {
	if err := r.mayReplaceAuthenticator(); err != nil {
		return err
	}
	typed, err := r.typed()
	if err != nil {
		return err
	}
	account := r.session.Account
	secret, err := credential.Open(r.server.Keys.Secret(), account.ID, credential.PendingFactor, typed.Get("sealed"))
	if err != nil {
		return errBadForm
	}
	known, err := r.knowsOwnPassword(typed.Get("password"))
	if err != nil {
		return err
	}
	var errs lab.FieldErrors
	step, ok := r.server.shows(secret, typed.Get("code"), 0)
	errs.Check(ok, "code", "The code is wrong. Type the six digits that the authenticator shows now.")
	errs.Check(known, "password", "This is not your present password.")
	if len(errs) > 0 {
		page, err := r.authenticatorPage(secret, credential.TOTPAddress(issuer, account.Login, secret))
		if err != nil {
			return err
		}
		return r.refill("authenticator.html", page, page.Form, errs)
	}
	sealed, err := credential.Seal(r.server.Keys.Secret(), account.ID, credential.SecondFactor, secret)
	if err != nil {
		return err
	}
	codes, hashes := credential.NewRecoveryCodes()
	if err := r.server.Store.SetSecondFactor(r.context(), r.actor, sealed, step, hashes); err != nil {
		return err
	}
	if err := r.raiseSession(); err != nil {
		return err
	}
	if err := r.rememberDevice(r.actor); err != nil {
		return err
	}
	return r.show("recovery.html", recoveryPage{r.view(r.texts.Text("page.recovery.title")), codes, r.next()})
}
