package server

import (
	"errors"

	"marquis/internal/credential"
	"marquis/internal/lab"
)

// issuer is the name under which an authenticator shows its codes.
const issuer = "Marquis"

type signInPage struct {
	view
	Form *form
}

func (r *request) signInPage() *signInPage {
	login := r.input("login", textField, "page.sign_in.login")
	login.Autocomplete, login.Focus, login.MaxLength = "username", true, 40
	password := r.input("password", passwordField, "page.sign_in.password")
	password.Autocomplete = "current-password"
	return &signInPage{view: r.view(r.texts.Text("page.sign_in.title")), Form: newForm(login, password)}
}

func signInForm(r *request) error { return r.show("signin.html", r.signInPage()) }

// errSignInRefused is told alike for a wrong login, a wrong password, an account
// that is disabled and one without a password.
var errSignInRefused = lab.FieldErrors{{Field: "login", Format: "The login or the password is wrong."}}

// signIn signs a member of staff in. Whoever fails too often waits, whether there
// is such a user or not.
func signIn(r *request) error {
	typed, err := r.typed()
	if err != nil {
		return err
	}
	login, password := typed.Get("login"), typed.Get("password")
	if !r.server.logins.allow(login) {
		return errTooMany
	}
	account, err := r.server.Store.Account(r.context(), login)
	if err != nil && !errors.Is(err, lab.ErrNotFound) {
		return err
	}
	if err != nil || account.Disabled || account.PasswordHash == "" {
		credential.CheckNobody(password)
		return r.refuseSignIn(login)
	}
	if !r.server.knows(account.PasswordHash, password) {
		return r.refuseSignIn(login)
	}
	r.server.logins.succeed(login)
	if err := r.startSession(account.Actor(), false); err != nil {
		return err
	}
	if account.TOTPSealed != "" {
		return r.see("/second-factor")
	}
	return r.see("/staff")
}

func (r *request) refuseSignIn(login string) error {
	r.server.logins.fail(login)
	page := r.signInPage()
	page.Form.set("login", login)
	return r.refill("signin.html", page, page.Form, errSignInRefused)
}

func signOut(r *request) error {
	if err := r.endSession(); err != nil {
		return err
	}
	return r.see("/sign-in")
}

type secondFactorPage struct {
	view
	Form *form
}

func (r *request) secondFactorPage() *secondFactorPage {
	code := r.hint(r.input("code", textField, "page.second_factor.code"), "page.second_factor.hint")
	code.Autocomplete, code.Keyboard, code.Focus, code.Narrow, code.MaxLength = "one-time-code", "numeric", true, true, 40
	return &secondFactorPage{view: r.view(r.texts.Text("page.second_factor.title")), Form: newForm(code)}
}

// secondFactorForm asks for a code of the authenticator; who has none yet sets one
// up first.
func secondFactorForm(r *request) error {
	if r.session.Account.TOTPSealed == "" {
		return r.see("/account/authenticator")
	}
	return r.show("secondfactor.html", r.secondFactorPage())
}

// secondFactor takes a code of the authenticator, or a recovery code, once.
func secondFactor(r *request) error {
	if r.session.Account.TOTPSealed == "" {
		return r.see("/account/authenticator")
	}
	typed, err := r.typed()
	if err != nil {
		return err
	}
	who := "second factor of " + r.session.Account.Login
	if !r.server.logins.allow(who) {
		return errTooMany
	}
	err = r.useSecondFactor(typed.Get("code"))
	if errors.Is(err, lab.ErrConflict) || errors.Is(err, lab.ErrNotFound) {
		r.server.logins.fail(who)
		if err := r.server.Store.RefuseSecondFactor(r.context(), r.actor); err != nil {
			return err
		}
		page := r.secondFactorPage()
		return r.refill("secondfactor.html", page, page.Form, r.wrongCode("code"))
	}
	if err != nil {
		return err
	}
	r.server.logins.succeed(who)
	if err := r.raiseSession(); err != nil {
		return err
	}
	return r.see("/staff")
}

// useSecondFactor uses a code up. lab.ErrNotFound means that it is wrong,
// lab.ErrConflict that it was used before.
func (r *request) useSecondFactor(code string) error {
	account := r.session.Account
	secret, err := credential.Open(r.server.Keys.Secret(), account.ID, credential.SecondFactor, account.TOTPSealed)
	if err != nil {
		return err
	}
	if step, ok := r.server.shows(secret, code, account.TOTPStep); ok {
		return r.server.Store.UseSecondFactor(r.context(), account.ID, step)
	}
	return r.server.Store.UseRecoveryCode(r.context(), account.ID, credential.HashRecoveryCode(code))
}

type invitationPage struct {
	view
	Form *form
	User string // the login, once the invitation is known
}

func (r *request) invitationPage() *invitationPage {
	token := r.hint(r.input("invitation", textField, "page.invitation.token"), "page.invitation.token_hint")
	token.Focus, token.MaxLength = true, 100
	password := r.hint(r.input("password", passwordField, "page.invitation.password"), "page.invitation.password_hint")
	password.Autocomplete = "new-password"
	again := r.input("again", passwordField, "page.invitation.again")
	again.Autocomplete = "new-password"
	return &invitationPage{view: r.view(r.texts.Text("page.invitation.title")), Form: newForm(token, password, again)}
}

func invitationForm(r *request) error { return r.show("invitation.html", r.invitationPage()) }

// acceptInvitation sets the first password, or a new one, by a one-time invitation.
func acceptInvitation(r *request) error {
	typed, err := r.typed()
	if err != nil {
		return err
	}
	if !r.server.logins.allow("invitation") {
		return errTooMany
	}
	hash := credential.HashToken(typed.Get("invitation"))
	user, err := r.server.Store.Invitation(r.context(), hash)
	if err == nil {
		err = r.server.checkNewPassword(typed.Get("password"), typed.Get("again"), user)
	}
	if err == nil {
		err = r.accept(hash, typed.Get("password"))
	}
	if errors.Is(err, lab.ErrNotFound) {
		r.server.logins.fail("invitation")
		err = lab.FieldErrors{{Field: "invitation", Format: "This invitation is wrong, used or too old. Ask an administrator for a new one."}}
	}
	if err != nil {
		page := r.invitationPage()
		page.Form.set("invitation", typed.Get("invitation"))
		return r.refill("invitation.html", page, page.Form, err)
	}
	return r.see("/sign-in")
}

func (r *request) accept(tokenHash, password string) error {
	hash, err := credential.HashPassword(password)
	if err != nil {
		return err
	}
	_, err = r.server.Store.AcceptInvitation(r.context(), tokenHash, hash)
	return err
}

// checkNewPassword refuses a password that breaks the rules, or was not typed twice
// alike.
func (s *Server) checkNewPassword(password, again string, user lab.User) error {
	var errs lab.FieldErrors
	errs.Check(password == again, "again", "This is not the same password.")
	var broken lab.FieldErrors
	if err := credential.CheckNewPassword(password, user.Login, user.Name, s.synthetic); errors.As(err, &broken) {
		errs = append(errs, broken...)
	} else if err != nil {
		return err
	}
	return errs.Err()
}
