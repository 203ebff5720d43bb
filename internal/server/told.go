package server

import (
	"time"

	"marquis/internal/store"
)

// toldView tells somebody what failed to sign in as them since the time before.
type toldView struct {
	Since  string // when they signed in before; empty: never
	Text   string // what failed; empty: nothing
	Failed int
}

// toldFailures counts what failed to sign in as the reader since the time before, for as long
// as failures are kept.
func (r *request) toldFailures() (toldView, error) {
	since := r.session.ToldSince.Time()
	oldest := r.server.Now().Add(-store.FailureAge)
	n, networks, err := r.server.Store.SignInFailures(r.context(), r.actor.UserID, latest(since, oldest))
	v := toldView{Failed: n}
	key := "page.told.failed_first"
	if !since.IsZero() {
		v.Since, key = r.moment(r.session.ToldSince), "page.told.failed"
	}
	if n > 0 {
		v.Text = r.texts.Text(key, "Count", n, "Networks", r.texts.Text("page.told.networks", "Count", networks), "When", v.Since)
	}
	return v, err
}

func latest(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// failuresFor is how far back administrators are told of failures.
const failuresFor = 7 * 24 * time.Hour

// failures counts what failed to sign in of late: by user, and under logins that
// nobody has.
func (r *request) failures() (failed map[string]string, unknown string, err error) {
	all, err := r.server.Store.FailuresOfAll(r.context(), r.server.Now().Add(-failuresFor))
	failed = map[string]string{}
	for _, u := range all.Users {
		failed[u.Login] = r.texts.Text("page.people.failed_from", "Count", u.N, "Networks", r.texts.Text("page.told.networks", "Count", u.Networks))
	}
	if all.Unknown > 0 {
		unknown = r.texts.Text("page.people.failed_unknown", "Count", all.Unknown, "Logins", r.texts.Text("page.people.failed_logins", "Count", all.Logins))
	}
	return failed, unknown, err
}
