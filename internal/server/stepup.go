package server

import (
	"errors"
	"math"
	"net/http"

	"marquis/internal/credential"
	"marquis/internal/lab"
	"marquis/internal/page"
	"marquis/internal/store"
)

// presentCode asks again for the second factor that somebody has already; nil where
// there is none.
func (r *request) presentCode() *page.Field {
	if !r.session.Account.SecondFactor {
		return nil
	}
	code := r.Hint(r.Input("present", page.TextField, "page.step_up.code"), "page.step_up.code_hint")
	code.Keyboard, code.Narrow, code.MaxLength = "numeric", true, 40
	return code
}

// provePresent asks for the second factor again, where there is one: a code that was
// not used yet, or a recovery code, which are used up by it. It is asked last, when
// all else that was typed is right.
func (r *request) provePresent(code string) error {
	if !r.session.Account.SecondFactor {
		return nil
	}
	return r.factorMistake("present", r.useSecondFactor(code))
}

// factorMistake is what is told of a code that is wrong, or cannot be looked at; any other
// error comes back as it is. Where the last code that was used is of a time to come,
// right ones are refused too.
func (r *request) factorMistake(field string, err error) error {
	account := r.session.Account
	used := lab.UsedStep(account.TOTPStep, r.server.Now())
	switch {
	case errors.Is(err, credential.ErrSealed):
		r.server.Log.Warn("the secret of an authenticator does not open under the key ring: its codes cannot be looked at, until a recovery code or a reset", "user", int(account.ID))
		return lab.FieldErrors{{Field: field, Format: "No code of your authenticator can be looked at: the key ring of this registry does not open its secret. " +
			"Type a recovery code, or ask an administrator for an invitation that forgets the authenticator."}}
	case !errors.Is(err, lab.ErrConflict) && !errors.Is(err, lab.ErrNotFound):
		return err
	case credential.StepAhead(used, r.server.Now()):
		r.server.Log.Warn("codes of an authenticator are refused, because one was used that is of a time to come: the clock of this machine may have been set back")
		return lab.FieldErrors{{Field: field, Format: "No code is taken now: the clock of this registry, or that of your device, may be wrong. " +
			"Tell whoever runs the registry; a recovery code is taken."}}
	}
	return lab.FieldErrors{{Field: field, Format: "The code is wrong, or it was used already. Wait for the next one."}}
}

// stepUpAgain shows the form of a step-up again, with what is wrong, or with what was
// not looked at and when it will be.
func (r *request) stepUpAgain(err error, password, name string, again func() (any, *page.Form, error)) error {
	var refused *page.TooManyError
	if !errors.As(err, &refused) {
		return r.Again(err, name, again)
	}
	data, f, failed := again()
	if failed != nil {
		return failed
	}
	field := "present"
	if refused.Kind == ownPasswordLimit.kind {
		field = password
	}
	f.Blame(field, r.unseenText(refused))
	return r.refillUnseen(name, data, f, err)
}

// unseenText says why a code or the own password was not looked at.
func (r *request) unseenText(refused *page.TooManyError) string {
	minutes := int(math.Ceil(refused.Wait.Minutes()))
	switch {
	case refused.Kind == ownPasswordLimit.kind:
		return r.Texts.Text("page.step_up.wait", "Count", minutes)
	case refused.Wait == 0:
		return r.Texts.Text("page.second_factor.only_recovery")
	}
	return r.Texts.Text("page.second_factor.wait", "Count", minutes)
}

// refillUnseen shows a form again of which something was not looked at.
func (r *request) refillUnseen(name string, data any, f *page.Form, err error) error {
	f.Heading = r.Texts.Text("page.form.mistakes", "Count", len(f.Mistakes))
	r.RetryAfter(err)
	return r.Instead(err, http.StatusTooManyRequests, name, data)
}

// stepUp runs a change of what somebody signs in with: the session goes on under a
// new token, whose hash it returns, and all else that is signed in ends.
func (r *request) stepUp(change func(here store.Here) error) (session string, err error) {
	old, err := r.Cookie(r.server.sessionCookie())
	if err != nil {
		return "", page.ErrSignIn
	}
	token, session := credential.NewToken()
	err = change(store.Here{Session: credential.HashToken(old), Renewed: session, Devices: r.deviceHashes()})
	if errors.Is(err, lab.ErrNotFound) {
		return "", page.ErrSignIn // the session has ended meanwhile
	}
	if err == nil {
		r.PutCookie(r.server.sessionCookie(), token, 0)
	}
	return session, err
}
