package server

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"

	"github.com/gin-gonic/gin"

	"marquis/internal/credential"
	"marquis/internal/lab"
	"marquis/internal/locale"
	"marquis/internal/store"
)

// Why a request is refused before a handler sees it, or by one.
var (
	errNoPage       = errors.New("no such page")
	errWrongMethod  = errors.New("no such method for this page")
	errBadForm      = errors.New("the form cannot be read")
	errTooLarge     = errors.New("the form is too large")
	errForbidden    = errors.New("not allowed")
	errSignIn       = errors.New("not signed in")
	errSecondFactor = errors.New("second factor missing")
	errSetUp        = errors.New("no second factor set up")
	errTooMany      = errors.New("too many attempts")
	errOrigin       = errors.New("sent from another site")
)

func notFound(*request) error { return errNoPage }

// answer is the page that an error becomes: its status, its title and what to do.
type answer struct {
	status      int
	title, text string // keys of texts
	public      string // of the text for the public, where that for staff says what the public cannot use
}

var answers = []struct {
	err error
	answer
}{
	{errNoPage, answer{http.StatusNotFound, "page.error.not_found", "page.error.not_found_text", "page.error.not_found_public"}},
	{lab.ErrNotFound, answer{http.StatusNotFound, "page.error.not_found", "page.error.not_found_text", "page.error.not_found_public"}},
	{errWrongMethod, answer{http.StatusMethodNotAllowed, "page.error.method", "page.error.method_text", ""}},
	{errBadForm, answer{http.StatusBadRequest, "page.error.form", "page.error.form_text", ""}},
	{errTooLarge, answer{http.StatusRequestEntityTooLarge, "page.error.too_large", "page.error.too_large_text", ""}},
	{errForbidden, answer{http.StatusForbidden, "page.error.forbidden", "page.error.forbidden_text", ""}},
	{errOrigin, answer{http.StatusForbidden, "page.error.origin", "page.error.origin_text", ""}},
	{errTooMany, answer{http.StatusTooManyRequests, "page.error.too_many", "page.error.too_many_text", ""}},
	{credential.ErrBusy, errBusyAnswer},
	{lab.ErrConflict, answer{http.StatusConflict, "page.error.conflict", "page.error.conflict_text", ""}},
	{store.ErrNotNoted, answer{http.StatusServiceUnavailable, "page.error.unavailable", "page.error.not_noted_text", ""}},
	{store.ErrFull, answer{http.StatusServiceUnavailable, "page.error.unavailable", "page.layout.unsaved_full", ""}},
	{store.ErrReadOnly, answer{http.StatusServiceUnavailable, "page.error.unavailable", "page.layout.unsaved_read_only", ""}},
	{store.ErrBusy, answer{http.StatusServiceUnavailable, "page.error.unavailable", "page.layout.unsaved_busy", ""}},
	{lab.ErrUnavailable, answer{http.StatusServiceUnavailable, "page.error.unavailable", "page.error.unavailable_text", ""}},
	{context.DeadlineExceeded, answer{http.StatusServiceUnavailable, "page.error.unavailable", "page.error.unavailable_text", ""}},
}

// unexpected is what the reader is told of an error that nobody foresaw.
var unexpected = answer{http.StatusInternalServerError, "page.error.unexpected", "page.error.unexpected_text", "page.error.unexpected_public"}

// errorPage tells what went wrong and what to do.
type errorPage struct {
	view
	Text     string
	Sentence string   // what the domain says of it
	Who      []string // the roles that could do it
	Changes  []changeView
	Public   bool // whom to call, and other ways to a result, are told too
	Figures  bool // where to look for other figures is told
}

// changeView is one field that somebody else changed meanwhile.
type changeView struct{ Field, Old, New string }

// cause is what the log says of an error: enough to find it, never long enough for
// somebody's notes.
func cause(err error) string {
	text := err.Error()
	return text[:min(len(text), 300)]
}

// fail turns an error into a page.
func (r *request) fail(err error) {
	if r.Writer.Written() {
		r.server.Log.Error("answer cut short", "route", r.FullPath(), "error", cause(err))
		return
	}
	switch {
	case errors.Is(err, errSignIn):
		_ = r.toSignIn("/sign-in")
		return
	case errors.Is(err, errSecondFactor):
		_ = r.toSignIn("/second-factor")
		return
	case errors.Is(err, errSetUp):
		_ = r.toSignIn("/account/authenticator")
		return
	case errors.Is(err, context.Canceled):
		r.AbortWithStatus(499) // the reader has gone
		return
	}
	page := errorPage{}
	a := r.answerFor(err, &page)
	r.tell(&page, a)
	if a.status == http.StatusServiceUnavailable || a.status == http.StatusTooManyRequests {
		r.retryAfter(err)
	}
	if err := r.page(a.status, "error.html", page); err != nil {
		r.server.Log.Error("error page", "error", err.Error())
		r.String(http.StatusInternalServerError, "500")
	}
}

// tell fills the page in, in the words of who reads it.
func (r *request) tell(page *errorPage, a answer) {
	page.view, page.Text = r.view(r.texts.Text(a.title)), r.texts.Text(a.text)
	signingIn := r.route.path == signInPath // which is for staff, though anybody can open it
	page.Public = r.route.access.public && !signingIn
	if page.Public && a.public != "" {
		page.Text = r.texts.Text(a.public)
	}
	page.Figures = strings.HasPrefix(r.Request.URL.Path, "/figures")
}

func (r *request) answerFor(err error, page *errorPage) answer {
	var move *lab.MoveError
	var stale *lab.StaleError
	var fields lab.FieldErrors
	switch {
	case errors.As(err, &move):
		page.Sentence = r.texts.Sentence(move.Format)
		for _, role := range move.Who {
			page.Who = append(page.Who, r.texts.Code(locale.UserRoles, string(role)))
		}
		return answer{http.StatusConflict, "page.error.move", "page.error.move_text", ""}
	case errors.As(err, &stale):
		if n, err := r.naming(); err == nil {
			page.Changes = n.changeViews(stale.Changed, nil)
		}
		return answer{http.StatusConflict, "page.error.stale", "page.error.stale_text", ""}
	case errors.As(err, &fields):
		var list []string
		for _, f := range fields {
			list = append(list, r.texts.Sentence(f.Format, f.Args...))
		}
		page.Sentence = strings.Join(list, " ")
		return answer{http.StatusUnprocessableEntity, "page.error.fields", "page.error.fields_text", ""}
	}
	for _, known := range answers {
		if errors.Is(err, known.err) {
			page.Sentence = r.waitText(err)
			if known.status == http.StatusServiceUnavailable && known.answer != errBusyAnswer {
				r.server.Log.Error("unavailable", "route", r.FullPath(), "error", cause(err))
			}
			return known.answer
		}
	}
	r.server.Log.Error("unexpected", "route", r.FullPath(), "error", cause(err))
	return unexpected
}

// answerError writes the page of an error that no handler returned.
func (s *Server) answerError(c *gin.Context, status int) {
	r := &request{Context: c, server: s, route: routeAt(c.FullPath()), texts: s.language(c)}
	page := errorPage{}
	r.tell(&page, unexpected)
	if err := r.page(status, "error.html", page); err != nil {
		c.String(status, "500")
	}
}

// routeAt is a route of the path. What there is no route for is public.
func routeAt(path string) route {
	all := routes()
	if i := slices.IndexFunc(all, func(rt route) bool { return rt.path == path }); i >= 0 {
		return all[i]
	}
	return route{access: everybody}
}

// said is what the domain says of a refusal, in the reader's language.
func (r *request) said(err error) string {
	var page errorPage
	a := r.answerFor(err, &page)
	text := page.Sentence
	if text == "" {
		text = r.texts.Text(a.title) + "."
	}
	if len(page.Who) > 0 {
		text += " " + r.texts.Text("page.error.who") + " " + strings.Join(page.Who, ", ") + "."
	}
	return text
}
