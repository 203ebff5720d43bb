package server

import (
	"errors"
	"net/http"
	"net/url"
	"strings"

	"marquis/internal/credential"
	"marquis/internal/lab"
	"marquis/internal/page"
	"marquis/internal/store"
)

// issuer is the name under which an authenticator shows its codes.
const issuer = "Marquis"

type signInPage struct {
	page.View
	Form     *page.Form
	Recovery bool // a recovery code is asked for too
}

func (r *request) signInPage() *signInPage {
	login := r.Input("login", page.TextField, "page.sign_in.login")
	login.Autocomplete, login.Focus, login.MaxLength = "username", true, 40
	password := r.Input("password", page.PasswordField, "page.sign_in.password")
	password.Autocomplete = "current-password"
	return &signInPage{View: r.View(r.Texts.Text("page.sign_in.title")), Form: page.NewForm(login, password)}
}

func showSignInForm(r *request) error { return r.Show("signin.html", r.signInPage()) }

// errSignInRefused is told alike for a wrong login, a wrong password, an account
// that is disabled and one without a password.
var errSignInRefused = lab.FieldErrors{{Field: "login", Format: "The login or the password is wrong."}}

// signIn signs a member of staff in. Whoever fails too often waits, whether there
// is such a user or not: see attempt.
func signIn(r *request) error {
	typed, err := r.Typed()
	if err != nil {
		return err
	}
	login := typed.Get("login")
	account, err := r.server.Store.Account(r.Ctx(), login)
	if err != nil && !errors.Is(err, lab.ErrNotFound) {
		return err
	}
	attempt, err := r.attempt(login, account.ID, typed.Get("recovery"))
	if err != nil {
		return r.refuseSignIn(typed, err)
	}
	defer attempt.leave()
	session, whole, err := attempt.enter(account, typed.Get("password"))
	if errors.Is(err, lab.ErrConflict) { // the password was changed, or hashed anew, while it was looked at
		if account, err = r.server.Store.Account(r.Ctx(), login); err == nil {
			session, whole, err = attempt.enter(account, typed.Get("password"))
		}
	}
	if errors.Is(err, lab.ErrConflict) || errors.Is(err, lab.ErrNotFound) { // it goes on changing, or may not sign in any more
		err = errSignInRefused
	}
	if err != nil {
		return r.refuseSignIn(typed, err)
	}
	if !whole {
		return r.See(r.onward("/second-factor"))
	}
	if err := r.rememberDevice(session); err != nil {
		return err
	}
	return r.See(r.next())
}

// enter begins a session where the password is that of the account, and tells whether
// it is whole.
func (a *attempt) enter(account store.Account, password string) (session string, whole bool, err error) {
	right, err := a.right(account, password)
	if err == nil && !right {
		err = errSignInRefused
	}
	if err != nil {
		return "", false, err
	}
	session, whole, err = a.startSession(account.Actor())
	if whole {
		a.succeed()
	}
	return session, whole, err
}

// refuseSignIn shows the form again, with what is wrong. Where the password was not
// looked at, it says when it will be, and asks for what makes it be looked at now.
func (r *request) refuseSignIn(typed url.Values, err error) error {
	shown := r.signInPage()
	shown.Form.Set("login", typed.Get("login"))
	unseen := errors.Is(err, page.ErrTooMany) || errors.Is(err, credential.ErrBusy)
	if shown.Recovery = unseen || typed.Get("recovery") != ""; shown.Recovery {
		recovery := r.Hint(r.Input("recovery", page.TextField, "page.sign_in.recovery"), "page.sign_in.recovery_hint")
		recovery.MaxLength = 40
		shown.Form.Fields = append(shown.Form.Fields, recovery)
	}
	if !unseen {
		return r.Again(err, "signin.html", func() (any, *page.Form, error) { return shown, shown.Form, nil })
	}
	status, heading, text := http.StatusTooManyRequests, "page.error.too_many", "page.error.too_many_sign_in"
	if errors.Is(err, credential.ErrBusy) {
		status, heading, text = http.StatusServiceUnavailable, "page.error.busy", "page.error.busy_text"
	}
	shown.Form.Heading = r.Texts.Text(heading)
	shown.Form.Blame("login", strings.TrimSpace(r.Texts.Text(text)+" "+r.WaitText(err)))
	r.RetryAfter(err)
	return r.Instead(err, status, "signin.html", shown)
}

func signOut(r *request) error {
	if err := r.endSession(); err != nil {
		return err
	}
	return r.See("/sign-in")
}

type secondFactorPage struct {
	page.View
	Form   *page.Form
	Locked bool // too many codes were wrong: only a recovery code is taken
}

func (r *request) secondFactorPage() *secondFactorPage {
	code := r.Hint(r.Input("code", page.TextField, "page.second_factor.code"), "page.second_factor.hint")
	code.Autocomplete, code.Keyboard, code.Focus, code.Narrow, code.MaxLength = "one-time-code", "numeric", true, true, 40
	return &secondFactorPage{
		View: r.View(r.Texts.Text("page.second_factor.title")), Form: page.NewForm(code), Locked: r.session.Account.FactorLocked,
	}
}

// showSecondFactorForm asks for a code of the authenticator; who has none yet sets one
// up first.
func showSecondFactorForm(r *request) error {
	if !r.session.Account.SecondFactor {
		return r.See(r.onward("/account/authenticator"))
	}
	return r.Show("secondfactor.html", r.secondFactorPage())
}

// giveSecondFactor takes a code of the authenticator, or a recovery code, once.
func giveSecondFactor(r *request) error {
	if !r.session.Account.SecondFactor {
		return r.See(r.onward("/account/authenticator"))
	}
	typed, err := r.Typed()
	if err != nil {
		return err
	}
	if err := r.useSecondFactor(typed.Get("code")); err != nil {
		return r.refuseSecondFactor(err)
	}
	session, err := r.raiseSession()
	if err != nil {
		return err
	}
	if err := r.forgive(); err != nil {
		return err
	}
	if err := r.rememberDevice(session); err != nil {
		return err
	}
	return r.See(r.next())
}

// refuseSecondFactor shows the form again, and says what is wrong with a code, or
// when the next is looked at.
func (r *request) refuseSecondFactor(err error) error {
	shown := r.secondFactorPage()
	var refused *page.TooManyError
	if !errors.As(err, &refused) {
		err = r.factorMistake("code", err)
		return r.Again(err, "secondfactor.html", func() (any, *page.Form, error) { return shown, shown.Form, nil })
	}
	shown.Locked = refused.Wait == 0
	shown.Form.Blame("code", r.unseenText(refused))
	return r.refillUnseen("secondfactor.html", shown, shown.Form, err)
}

// useSecondFactor uses a code up: of the authenticator, which is looked at only while
// few were wrong, or a recovery code, which always is. lab.ErrNotFound and
// lab.ErrConflict mean that it is wrong or was used before, errTooMany that it was
// not looked at.
func (r *request) useSecondFactor(code string) error {
	if credential.IsRecoveryCode(code) {
		return r.limitedFactor(r.server.Store.UseRecoveryCode(r.Ctx(), r.Actor, credential.HashRecoveryCode(code)))
	}
	return r.limitedFactor(r.server.Store.UseSecondFactor(r.Ctx(), r.Actor, r.server.judge(code)))
}

// judge tells of which step of a user's authenticator a code is, and whether it is
// right.
func (s *Server) judge(code string) func(store.Account) (int64, bool, error) {
	return func(a store.Account) (int64, bool, error) {
		secret, err := credential.Open(s.Keys.Secret(), a.ID, credential.SecondFactor, a.TOTPSealed)
		if err != nil {
			return 0, false, err
		}
		step, right := s.shows(secret, code, a.TOTPStep)
		return step, right, nil
	}
}

// limitedFactor counts a code that was wrong or not looked at.
func (r *request) limitedFactor(err error) error {
	var refused *lab.FactorError
	switch {
	case errors.As(err, &refused):
		r.failed(r.session.Account.ID, "")
		if refused.Wait == 0 {
			return r.server.refuse(factorLock, 0)
		}
		return r.server.refuse(factorLimit, refused.Wait)
	case errors.Is(err, lab.ErrConflict), errors.Is(err, lab.ErrNotFound):
		r.failed(r.session.Account.ID, "")
	}
	return err
}

type invitationPage struct {
	page.View
	Form *page.Form
	User string // the login, once the invitation is known
}

func (r *request) invitationPage() *invitationPage {
	token := r.Hint(r.Input("invitation", page.TextField, "page.invitation.token"), "page.invitation.token_hint")
	token.Focus, token.MaxLength = true, 100
	password := r.Hint(r.Input("password", page.PasswordField, "page.invitation.password"), "page.invitation.password_hint")
	password.Autocomplete = "new-password"
	again := r.Input("again", page.PasswordField, "page.invitation.again")
	again.Autocomplete = "new-password"
	return &invitationPage{View: r.View(r.Texts.Text("page.invitation.title")), Form: page.NewForm(token, password, again)}
}

func showInvitationForm(r *request) error { return r.Show("invitation.html", r.invitationPage()) }

// acceptInvitation sets the first password, or a new one, by a one-time invitation.
// Wrong ones need no limit: there are 2 to the power of 256.
func acceptInvitation(r *request) error {
	typed, err := r.Typed()
	if err != nil {
		return err
	}
	hash := credential.HashToken(typed.Get("invitation"))
	user, err := r.server.Store.Invitation(r.Ctx(), hash)
	if err == nil {
		err = r.server.checkNewPassword(typed.Get("password"), typed.Get("again"), user)
	}
	if err == nil {
		err = r.accept(hash, typed.Get("password"))
	}
	if errors.Is(err, lab.ErrNotFound) {
		err = lab.FieldErrors{{Field: "invitation", Format: "This invitation is wrong, used or too old. Ask an administrator for a new one."}}
	}
	return r.End(err, "/sign-in", "invitation.html", func() (any, *page.Form, error) {
		shown := r.invitationPage()
		shown.Form.Set("invitation", typed.Get("invitation"))
		return shown, shown.Form, nil
	})
}

func (r *request) accept(tokenHash, password string) error {
	hash, err := r.hashPassword(password)
	if err != nil {
		return err
	}
	d, token := r.device()
	fresh, err := r.server.Store.AcceptInvitation(r.Ctx(), tokenHash, hash, d)
	if err == nil {
		r.keepDevice(fresh, token)
	}
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
