package server

import (
	"errors"

	"marquis/internal/credential"
	"marquis/internal/lab"
	"marquis/internal/store"
)

// presentCode asks again for the second factor that somebody has already; nil where
// there is none.
func (r *request) presentCode() *field {
	if r.session.Account.TOTPSealed == "" {
		return nil
	}
	code := r.hint(r.input("present", textField, "page.step_up.code"), "page.step_up.code_hint")
	code.Keyboard, code.Narrow, code.MaxLength = "numeric", true, 40
	return code
}

// provePresent asks for the second factor again, where there is one: a code that was
// not used yet, or a recovery code, which are used up by it. It is asked last, when
// all else that was typed is right.
func (r *request) provePresent(code string) error {
	if r.session.Account.TOTPSealed == "" {
		return nil
	}
	err := r.useSecondFactor(code)
	if !errors.Is(err, lab.ErrConflict) && !errors.Is(err, lab.ErrNotFound) {
		return err
	}
	return r.wrongCode("present")
}

// wrongCode is what is told of a code that is wrong. Where the last one that was used
// is of a time to come, right ones are refused too.
func (r *request) wrongCode(field string) lab.FieldErrors {
	if credential.StepAhead(r.session.Account.TOTPStep, r.server.Now()) {
		r.server.Log.Warn("codes of an authenticator are refused, because one was used that is of a time to come: the clock of this machine may have been set back")
		return lab.FieldErrors{{Field: field, Format: "No code is taken now: the clock of this registry, or that of your device, may be wrong. " +
			"Tell whoever runs the registry; a recovery code is taken."}}
	}
	return lab.FieldErrors{{Field: field, Format: "The code is wrong, or it was used already. Wait for the next one."}}
}

// stepUp runs a change of what somebody signs in with: the session goes on under a
// new token, and all else that is signed in ends.
func (r *request) stepUp(change func(here store.Here) error) error {
	old, err := r.Cookie(r.server.sessionCookie())
	if err != nil {
		return errSignIn
	}
	token, hash := credential.NewToken()
	err = change(store.Here{Session: credential.HashToken(old), Renewed: hash, Devices: r.deviceHashes()})
	if errors.Is(err, lab.ErrNotFound) {
		return errSignIn // the session has ended meanwhile
	}
	if err == nil {
		r.setCookie(r.server.sessionCookie(), token, 0)
	}
	return err
}
