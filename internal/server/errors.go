package server

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"

	"marquis/internal/credential"
	"marquis/internal/lab"
	"marquis/internal/locale"
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
	errPanicked     = errors.New("panic") // which is in the log already
)

// answer is what a known error becomes.
type answer struct {
	status int
	title  string // key of what went wrong; its last part is the code
	text   string // key of what to do
	public string // of the text for the public, where that for staff says what the public cannot use
}

// known is an error with what it becomes.
type known struct {
	err error
	answer
}

var answers = []known{
	{errNoPage, answer{http.StatusNotFound, "page.error.not_found", "page.error.not_found_text", "page.error.not_found_public"}},
	{lab.ErrNotFound, answer{http.StatusNotFound, "page.error.not_found", "page.error.not_found_text", "page.error.not_found_public"}},
	{errWrongMethod, answer{http.StatusMethodNotAllowed, "page.error.method", "page.error.method_text", ""}},
	{errBadForm, answer{http.StatusBadRequest, "page.error.form", "page.error.form_text", ""}},
	{errTooLarge, answer{http.StatusRequestEntityTooLarge, "page.error.too_large", "page.error.too_large_text", ""}},
	{errForbidden, answer{http.StatusForbidden, "page.error.forbidden", "page.error.forbidden_text", ""}},
	{errOrigin, answer{http.StatusForbidden, "page.error.origin", "page.error.origin_text", ""}},
	{errTooMany, answer{http.StatusTooManyRequests, "page.error.too_many", "page.error.too_many_text", ""}},
	{credential.ErrBusy, busyAnswer},
	{lab.ErrConflict, answer{http.StatusConflict, "page.error.conflict", "page.error.conflict_text", ""}},
	{errPanicked, unexpected},
	{lab.ErrUnavailable, answer{http.StatusServiceUnavailable, "page.error.unavailable", "page.error.unavailable_text", ""}},
	{context.DeadlineExceeded, answer{http.StatusServiceUnavailable, "page.error.unavailable", "page.error.unavailable_text", ""}},
}

// What other errors become.
var (
	busyAnswer = answer{http.StatusServiceUnavailable, "page.error.busy", "page.error.busy_text", ""} // while too many sign in
	unexpected = answer{http.StatusInternalServerError, "page.error.unexpected", "page.error.unexpected_text", "page.error.unexpected_public"}
	signedOut  = answer{http.StatusUnauthorized, "page.error.sign_in", "page.error.sign_in_text", ""}
)

// problem is an error as whoever asked is told of it: what went wrong and what to do,
// in the reader's language. A page shows it to people, problem+json tells programs.
type problem struct {
	Status   int
	Code     string // the same in all languages and releases
	Title    string
	Text     string
	Sentence string // what the domain says of it
	Fields   []fieldProblem
	Who      []string // the roles that could do it
	Changes  []changeView
	Public   bool // whom to call, and other ways to a result, are told too
	Figures  bool // where to look for other figures is told
}

// fieldProblem is what is wrong with a field of a form.
type fieldProblem struct {
	Field  string `json:"field"`
	Detail string `json:"detail"`
}

// changeView is one field that somebody else changed meanwhile.
type changeView struct{ Field, Old, New string }

// errorPage shows a problem.
type errorPage struct {
	view
	Problem problem
}

// cause is what the log says of an error: enough to find it, never long enough for
// somebody's notes.
func cause(err error) string {
	text := err.Error()
	return text[:min(len(text), 300)]
}

// fail answers with an error.
func (r *request) fail(err error) {
	if r.Writer.Written() {
		r.site.log.Error("answer cut short", "route", r.FullPath(), "error", cause(err))
		return
	}
	if errors.Is(err, context.Canceled) {
		r.AbortWithStatus(499) // the reader has gone
		return
	}
	missing := errors.Is(err, errSignIn) || errors.Is(err, errSecondFactor) || errors.Is(err, errSetUp)
	if missing && !r.wantsJSON() {
		_ = r.site.signIn(r, err)
		return
	}
	p := r.problem(err)
	if p.Status == http.StatusServiceUnavailable || p.Status == http.StatusTooManyRequests {
		r.retryAfter(err)
	}
	r.tell(p)
}

// problem is what an error is to whoever asked.
func (r *request) problem(err error) problem {
	p := problem{Public: r.route.access.public}
	a := r.answerTo(err, &p)
	p.Status, p.Title, p.Text = a.status, r.texts.Text(a.title), r.texts.Text(a.text)
	p.Code = strings.TrimPrefix(a.title, "page.error.")
	r.site.explain(r, err, &p)
	if p.Public && a.public != "" {
		p.Text = r.texts.Text(a.public)
	}
	return p
}

// answerTo says what an error becomes, and writes what the domain says of it.
func (r *request) answerTo(err error, p *problem) answer {
	var move *lab.MoveError
	var stale *lab.StaleError
	var fields lab.FieldErrors
	switch {
	case errors.As(err, &move):
		p.Sentence = r.texts.Sentence(move.Format)
		for _, role := range move.Who {
			p.Who = append(p.Who, r.texts.Code(locale.UserRoles, string(role)))
		}
		return answer{http.StatusConflict, "page.error.move", "page.error.move_text", ""}
	case errors.As(err, &stale):
		return answer{http.StatusConflict, "page.error.stale", "page.error.stale_text", ""}
	case errors.As(err, &fields):
		var list []string
		for _, f := range fields {
			p.Fields = append(p.Fields, fieldProblem{f.Field, r.texts.Sentence(f.Format, f.Args...)})
			list = append(list, p.Fields[len(p.Fields)-1].Detail)
		}
		p.Sentence = strings.Join(list, " ")
		return answer{http.StatusUnprocessableEntity, "page.error.fields", "page.error.fields_text", ""}
	}
	return r.knownAnswer(err, p)
}

func (r *request) knownAnswer(err error, p *problem) answer {
	for _, k := range slices.Concat(r.site.known, answers) {
		if errors.Is(err, k.err) {
			p.Sentence = r.waitText(err)
			if k.status == http.StatusServiceUnavailable && k.answer != busyAnswer {
				r.site.log.Error("unavailable", "route", r.FullPath(), "error", cause(err))
			}
			return k.answer
		}
	}
	if errors.Is(err, errSignIn) || errors.Is(err, errSecondFactor) || errors.Is(err, errSetUp) {
		return signedOut
	}
	r.site.log.Error("unexpected", "route", r.FullPath(), "error", cause(err))
	return unexpected
}

// tell answers with a problem: as a page, or as problem+json where that is asked for.
func (r *request) tell(p problem) {
	if r.wantsJSON() {
		r.tellJSON(p)
		return
	}
	if err := r.page(p.Status, "error.html", errorPage{r.view(p.Title), p}); err != nil {
		r.site.log.Error("error page", "error", err.Error())
		r.String(http.StatusInternalServerError, "500")
	}
}

// wantsJSON tells whether a program asks that reads JSON and no pages.
func (r *request) wantsJSON() bool {
	accepts := strings.Join(r.Request.Header.Values("Accept"), ",")
	return strings.Contains(accepts, "json") && !strings.Contains(accepts, "text/html")
}

// tellJSON answers as RFC 9457 says, with the code and the fields besides.
func (r *request) tellJSON(p problem) {
	r.Header("Content-Type", "application/problem+json; charset=utf-8")
	r.JSON(p.Status, struct {
		Title  string         `json:"title"`
		Status int            `json:"status"`
		Detail string         `json:"detail"`
		Code   string         `json:"code"`
		Fields []fieldProblem `json:"fields,omitempty"`
		Who    []string       `json:"who,omitempty"`
	}{p.Title, p.Status, strings.TrimSpace(p.Text + " " + p.Sentence), p.Code, p.Fields, p.Who})
}

// said is what the domain says of a refusal, in the reader's language.
func (r *request) said(err error) string {
	p := r.problem(err)
	text := p.Sentence
	if text == "" {
		text = p.Title + "."
	}
	if len(p.Who) > 0 {
		text += " " + r.texts.Text("page.error.who") + " " + strings.Join(p.Who, ", ") + "."
	}
	return text
}
