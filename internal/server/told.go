package server

import (
	"strings"
	"time"

	"marquis/internal/lab"
	"marquis/internal/store"
)

// failed counts a failure to sign in, as a user or under a login that nobody has, also
// one that was refused unseen.
func (r *request) failed(user lab.Optional, login string) {
	f := store.FailedSignIn{UserID: user, NetworkHash: r.networkHash()}
	if user == 0 {
		f.LoginHash = r.server.hider.Hash("login", login)
	}
	r.server.Store.NoteSignInFailure(f)
}

// toldView tells somebody what they were not told before: once, for as long as the
// session lasts that began with it.
type toldView struct {
	Since string // when they signed in before; empty: never
	Text  string // what failed; empty: nothing
	Half  string // that the right password was given and no code followed; empty: it was not
}

// toldFailures says what the reader was told when signing in.
func (r *request) toldFailures() (v toldView) {
	told, key := r.session.Told, "page.told.failed_first"
	if !r.session.ToldSince.IsZero() {
		v.Since, key = r.moment(r.session.ToldSince), "page.told.failed"
	}
	if told.Failed > 0 {
		v.Text = r.Texts.Text(key, "Count", told.Failed, "Networks", r.Texts.Text("page.told.networks", "Count", told.Networks), "When", v.Since)
	}
	if told.Half > 0 {
		v.Half = r.Texts.Text("page.told.half", "Count", told.Half)
	}
	return v
}

// failuresFor is how far back administrators are told of failures.
const failuresFor = 7 * 24 * time.Hour

// failures counts what failed to sign in of late: by user, and under logins that
// nobody has.
func (r *request) failures() (failed map[string]string, unknown string, err error) {
	all, err := r.server.Store.FailuresOfAll(r.Ctx(), r.Actor, r.server.Now().Add(-failuresFor))
	failed = map[string]string{}
	for _, u := range all.Users {
		var texts []string
		if u.N > 0 {
			texts = append(texts, r.Texts.Text("page.people.failed_from", "Count", u.N, "Networks", r.Texts.Text("page.told.networks", "Count", u.Networks)))
		}
		if u.Half > 0 {
			texts = append(texts, r.Texts.Text("page.people.half", "Count", u.Half))
		}
		failed[u.Login] = strings.Join(texts, "; ")
	}
	if all.Unknown > 0 {
		unknown = r.Texts.Text("page.people.failed_unknown", "Count", all.Unknown, "Logins", r.Texts.Text("page.people.failed_logins", "Count", all.Logins))
	}
	return failed, unknown, err
}
