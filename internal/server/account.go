package server

import (
	"marquis/internal/lab"
	"marquis/internal/page"
	"marquis/internal/store"
)

type accountPage struct {
	page.View
	Form         *page.Form
	Login        string
	Roles        []roleView
	Second       bool // an authenticator is set up
	RecoveryLeft int
	Told         toldView
}

func (r *request) accountPage() (*accountPage, error) {
	places, err := r.rolePlaces()
	if err != nil {
		return nil, err
	}
	old := r.Input("old", page.PasswordField, "page.account.old")
	old.Autocomplete = "current-password"
	password := r.Hint(r.Input("password", page.PasswordField, "page.invitation.password"), "page.invitation.password_hint")
	again := r.Input("again", page.PasswordField, "page.invitation.again")
	password.Autocomplete, again.Autocomplete = "new-password", "new-password"
	account := r.session.Account
	page := &accountPage{
		View: r.View(r.Texts.Text("page.account.title")), Form: page.NewForm(old, password, again), Login: account.Login, Roles: r.roleViews(r.Actor.Memberships, places),
		Second: account.SecondFactor, RecoveryLeft: account.RecoveryLeft, Told: r.toldFailures(),
	}
	if code := r.presentCode(); code != nil {
		page.Form.Fields = append(page.Form.Fields, code)
	}
	return page, nil
}

func showAccount(r *request) error {
	page, err := r.accountPage()
	if err != nil {
		return err
	}
	return r.Show("account.html", page)
}

// changePassword sets a new password for who knows the old one and gives the second
// factor again, and ends all other sessions.
func changePassword(r *request) error {
	typed, err := r.Typed()
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
	if err == nil {
		err = r.provePresent(typed.Get("present"))
	}
	if err != nil {
		return r.stepUpAgain(err, "old", "account.html", func() (any, *page.Form, error) {
			shown, err := r.accountPage()
			if err != nil {
				return nil, nil, err
			}
			return shown, shown.Form, nil
		})
	}
	hash, err := r.hashPassword(typed.Get("password"))
	if err != nil {
		return err
	}
	_, err = r.stepUp(func(here store.Here) error { return r.server.Store.ChangePassword(r.Ctx(), r.Actor, hash, here) })
	if err != nil {
		return err
	}
	return r.See("/account?done=password")
}
