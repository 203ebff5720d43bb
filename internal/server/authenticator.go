package server

import (
	"errors"
	"net/url"
	"strconv"
	"strings"
	"time"

	"marquis/internal/credential"
	"marquis/internal/lab"
	"marquis/internal/page"
	"marquis/internal/store"
)

type authenticatorPage struct {
	page.View
	Form    *page.Form
	Secret  string // to be typed where no camera is at hand
	Code    qrView
	Present bool // there is an authenticator already, of which a code is asked
	Must    bool // a service requires one before anything else
}

type recoveryPage struct {
	page.View
	Codes []string
	Next  string // the page to go on to
}

func (r *request) authenticatorPage(secret string) (*authenticatorPage, error) {
	address := credential.TOTPAddress(issuer, r.session.Account.Login, secret)
	picture, err := drawQR(address, r.Texts.Text("page.authenticator.picture"))
	if err != nil {
		return nil, err
	}
	code := r.Input("code", page.TextField, "page.authenticator.code")
	code.Autocomplete, code.Keyboard, code.Narrow, code.MaxLength = "one-time-code", "numeric", true, 10
	password := r.Input("password", page.PasswordField, "page.sign_in.password")
	password.Autocomplete = "current-password"
	page := &authenticatorPage{
		View: r.View(r.Texts.Text("page.authenticator.title")), Form: page.NewForm(code, password), Secret: secret, Code: picture, Must: r.Signed.Owes != nil,
	}
	if present := r.presentCode(); present != nil {
		page.Present = true
		page.Form.Fields = append(page.Form.Fields, present)
	}
	return page, nil
}

// offer is the secret that the session shows for an authenticator. It is drawn and
// kept here: nothing that a form sends is ever shown as a secret.
type offer struct {
	secret string
	fresh  bool // drawn just now: nobody can have scanned it
}

// offer is what the session offers already, so that a reload and a wrong code change
// nothing that was scanned; another one where that has come to its end.
func (r *request) offer() (offer, error) {
	sealed := r.session.PendingFactor
	if secret, err := r.openOffer(sealed); err == nil {
		return offer{secret: secret}, nil
	}
	secret, _ := credential.NewTOTP(issuer, r.session.Account.Login)
	until := strconv.FormatInt(r.server.Now().Add(lab.PendingFactorAge).Unix(), 10)
	drawn, err := credential.Seal(r.server.Keys.Secret(), r.Actor.UserID, credential.PendingFactor, until+" "+secret)
	if err != nil {
		return offer{}, err
	}
	token, err := r.Cookie(r.server.sessionCookie())
	if err != nil {
		return offer{}, page.ErrSignIn
	}
	kept, err := r.server.Store.OfferFactor(r.Ctx(), credential.HashToken(token), sealed, drawn)
	if errors.Is(err, lab.ErrNotFound) {
		return offer{}, page.ErrSignIn // the session has ended meanwhile
	}
	if err != nil {
		return offer{}, err
	}
	secret, err = r.openOffer(kept)
	return offer{secret, true}, err
}

// errOfferOver tells that a secret is offered no more.
var errOfferOver = errors.New("the secret for an authenticator is offered no more")

func (r *request) openOffer(sealed string) (string, error) {
	if sealed == "" {
		return "", errOfferOver
	}
	text, err := credential.Open(r.server.Keys.Secret(), r.Actor.UserID, credential.PendingFactor, sealed)
	if err != nil {
		return "", err
	}
	until, secret, _ := strings.Cut(text, " ")
	end, err := strconv.ParseInt(until, 10, 64)
	left := time.Unix(end, 0).Sub(r.server.Now())
	if err != nil || left <= 0 || left > lab.PendingFactorAge {
		return "", errOfferOver
	}
	return secret, nil
}

// showAuthenticatorForm shows the secret for an authenticator, which counts only once a
// code of it was typed.
func showAuthenticatorForm(r *request) error {
	x, err := r.offer()
	if err != nil {
		return err
	}
	page, err := r.authenticatorPage(x.secret)
	if err != nil {
		return err
	}
	return r.Show("authenticator.html", page)
}

// setAuthenticator keeps the secret that the session offers once a code of it was
// typed, and shows the recovery codes, once. An authenticator that is there already
// has to be used for it.
func setAuthenticator(r *request) error {
	typed, err := r.Typed()
	if err != nil {
		return err
	}
	x, err := r.offer()
	if err != nil {
		return err
	}
	step, ok := r.server.shows(x.secret, typed.Get("code"), 0)
	if err = r.checkAuthenticator(x, ok, typed); err != nil {
		return r.stepUpAgain(err, "password", "authenticator.html", func() (any, *page.Form, error) {
			shown, err := r.authenticatorPage(x.secret)
			if err != nil {
				return nil, nil, err
			}
			return shown, shown.Form, nil
		})
	}
	return r.keepAuthenticator(x.secret, step)
}

// checkAuthenticator refuses a code that is not of the secret that was offered, and
// whoever does not prove who they are.
func (r *request) checkAuthenticator(x offer, right bool, typed url.Values) error {
	known, err := r.knowsOwnPassword(typed.Get("password"))
	if err != nil {
		return err
	}
	var errs lab.FieldErrors
	if x.fresh {
		errs.Check(false, "code", "The secret that was shown before is taken no more. Scan this one.")
	} else {
		errs.Check(right, "code", "The code is wrong. Type the six digits that the authenticator shows now.")
	}
	errs.Check(known, "password", "This is not your present password.")
	if err := errs.Err(); err != nil {
		return err
	}
	return r.provePresent(typed.Get("present"))
}

func (r *request) keepAuthenticator(secret string, step int64) error {
	sealed, err := credential.Seal(r.server.Keys.Secret(), r.Actor.UserID, credential.SecondFactor, secret)
	if err != nil {
		return err
	}
	codes, hashes := credential.NewRecoveryCodes()
	session, err := r.stepUp(func(here store.Here) error {
		return r.server.Store.ConfirmSecondFactor(r.Ctx(), r.Actor, sealed, step, hashes, here)
	})
	if err != nil {
		return err
	}
	r.Signed.Owes = nil
	if err := r.rememberDevice(session); err != nil {
		return err
	}
	return r.Show("recovery.html", recoveryPage{r.View(r.Texts.Text("page.recovery.title")), codes, r.next()})
}
