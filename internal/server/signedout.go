package server

import (
	"cmp"
	"errors"
	"net/http"
	"net/url"

	"marquis/internal/credential"
	"marquis/internal/lab"
	"marquis/internal/page"
)

// What is typed into a session that has ended is not lost: it is kept for its user, who
// finds it in the form after signing in. Nothing of it is done before.

// keepSent keeps a form that was sent without what it takes, and returns the page on
// which its user goes on with it; empty where it is nobody's, none that its user may send,
// or no form that is kept.
func (r *request) keepSent(missing error) (back string, err error) {
	by, err := r.sender(missing)
	if errors.Is(err, lab.ErrNotFound) {
		return "", nil
	}
	if err != nil {
		return "", err
	}
	typed, err := r.Typed()
	if err != nil {
		return "", nil //nolint:nilerr // what cannot be read is kept nowhere
	}
	path := r.Request.URL.Path
	if r.Route.Path == keepFormPath {
		path = r.Query(formName)
	}
	switch k, params := keptFormAt(path); {
	case k != nil:
		if err = r.maySend(by, k.sent, params); err == nil {
			back, err = k.page(path, typed), r.keepForm(by, k, path, typed)
			if len(page.FieldErrors(err)) > 0 {
				back = page.WithQuery(back, unkeptName, path)
			}
		}
	case r.Param("draft") != "" && (r.Route.Path == draftPath || r.Route.Path == draftPath+"/save"):
		if err = r.maySend(by, draftPath, map[string]string{":service": r.Param("service")}); err == nil {
			back, err = r.keepAtCounter(by, typed)
		}
	}
	switch {
	case len(page.FieldErrors(err)) > 0, errors.Is(err, lab.ErrConflict): // too much is not kept, nor what was saved meanwhile
		return back, nil
	case errors.Is(err, lab.ErrNotFound): // it is none of theirs, or not any more
		return "", nil
	}
	return back, err
}

// sender is whose form was sent: of a session that has ended not long ago, or of one
// that lacks the second factor which the form takes.
func (r *request) sender(missing error) (lab.Actor, error) {
	switch {
	case errors.Is(missing, page.ErrSecondFactor) && r.Signed != nil && r.Signed.Owes == nil:
		return r.Actor, nil
	case !errors.Is(missing, page.ErrSignIn):
		return lab.Actor{}, lab.ErrNotFound
	}
	token, err := r.Cookie(r.server.sessionCookie())
	if errors.Is(err, http.ErrNoCookie) {
		return lab.Actor{}, lab.ErrNotFound
	}
	if err != nil {
		return lab.Actor{}, err
	}
	return r.server.Store.EndedSession(r.Ctx(), credential.HashToken(token))
}

// keepAtCounter keeps a sample that was being described in its draft, which is
// everybody's at the counter.
func (r *request) keepAtCounter(by lab.Actor, typed url.Values) (back string, err error) {
	theirs, asked := *r, *r.pageRequest
	theirs.pageRequest = &asked
	asked.Actor = by
	if asked.Service, err = r.server.Store.Service(r.Ctx(), by, r.Param("service")); err != nil {
		return "", err
	}
	f, err := theirs.sampleForm()
	if err != nil {
		return "", err
	}
	err = theirs.keepDraft(f.Form, typed)
	key, failed := theirs.draftKey()
	if failed != nil {
		return "", failed
	}
	if !errors.Is(err, lab.ErrNotFound) && !errors.Is(err, lab.ErrConflict) {
		return theirs.draftAddress(key.ID), err
	}
	shown, err := theirs.registerPage(typed)
	if err != nil {
		return "", err
	}
	apart, err := theirs.keepApart(shown, &page.Reader{Typed: typed}, key)
	return cmp.Or(apart, theirs.draftAddress(key.ID)), err
}
