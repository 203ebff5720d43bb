package page

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
	ErrNoPage       = errors.New("no such page")
	ErrWrongMethod  = errors.New("no such method for this page")
	ErrBadForm      = errors.New("the form cannot be read")
	ErrTooLarge     = errors.New("the form is too large")
	errFileTooLarge = errors.New("the file is too large")
	ErrForbidden    = errors.New("not allowed")
	ErrSignIn       = errors.New("not signed in")
	ErrSecondFactor = errors.New("second factor missing")
	ErrSetUp        = errors.New("no second factor set up")
	ErrTooMany      = errors.New("too many attempts")
	ErrOrigin       = errors.New("sent from another site")
	ErrPanicked     = errors.New("panic") // which is in the log already
)

// Answer is what a known error becomes.
type Answer struct {
	Status int
	Title  string // key of what went wrong; its last part is the code
	Text   string // key of what to do
	Public string // key of the text for the public, where that for staff says what the public cannot use
}

// Known is an error with what it becomes.
type Known struct {
	Err error
	Answer
}

var answers = []Known{
	{ErrNoPage, Answer{http.StatusNotFound, "page.error.not_found", "page.error.not_found_text", "page.error.not_found_public"}},
	{lab.ErrNotFound, Answer{http.StatusNotFound, "page.error.not_found", "page.error.not_found_text", "page.error.not_found_public"}},
	{ErrWrongMethod, Answer{http.StatusMethodNotAllowed, "page.error.method", "page.error.method_text", ""}},
	{ErrBadForm, Answer{http.StatusBadRequest, "page.error.form", "page.error.form_text", ""}},
	{ErrTooLarge, Answer{http.StatusRequestEntityTooLarge, "page.error.too_large", "page.error.too_large_text", ""}},
	{errFileTooLarge, Answer{http.StatusRequestEntityTooLarge, "page.error.file_too_large", "page.error.file_too_large_text", ""}},
	{ErrForbidden, Answer{http.StatusForbidden, "page.error.forbidden", "page.error.forbidden_text", ""}},
	{ErrOrigin, Answer{http.StatusForbidden, "page.error.origin", "page.error.origin_text", ""}},
	{ErrTooMany, Answer{http.StatusTooManyRequests, "page.error.too_many", "page.error.too_many_text", ""}},
	{credential.ErrBusy, busyAnswer},
	{lab.ErrConflict, Answer{http.StatusConflict, "page.error.conflict", "page.error.conflict_text", ""}},
	{ErrPanicked, unexpected},
	{lab.ErrUnavailable, Answer{http.StatusServiceUnavailable, "page.error.unavailable", "page.error.unavailable_text", ""}},
	{context.DeadlineExceeded, Answer{http.StatusServiceUnavailable, "page.error.unavailable", "page.error.unavailable_text", ""}},
}

// What other errors become.
var (
	busyAnswer = Answer{http.StatusServiceUnavailable, "page.error.busy", "page.error.busy_text", ""} // while too many sign in
	unexpected = Answer{http.StatusInternalServerError, "page.error.unexpected", "page.error.unexpected_text", "page.error.unexpected_public"}
	signedOut  = Answer{http.StatusUnauthorized, "page.error.sign_in", "page.error.sign_in_text", ""}
)

// Problem is an error as whoever asked is told of it: what went wrong and what to do,
// in the reader's language. A page shows it to people, problem+json tells programs.
type Problem struct {
	Status   int
	Code     string // the same in all languages and releases
	Title    string
	Text     string
	Sentence string // what the domain says of it
	Fields   []FieldProblem
	Who      []string // the roles that could do it
	Changes  []ChangeView
	Unkept   string     // why what was typed is not kept, empty where it is
	Again    *SentAgain // what was sent, where the registry may take it later; nil where nothing is to be sent
	Public   bool       // whom to call, and other ways to a result, are told too
	Figures  bool       // where to look for other figures is told
}

// FieldProblem is what is wrong with a field of a form.
type FieldProblem struct {
	Field  string `json:"field"`
	Detail string `json:"detail"`
}

// ChangeView is one field that somebody else changed meanwhile.
type ChangeView struct{ Field, Old, New string }

// SentAgain is a form that could not be taken just now, with what was typed into it.
type SentAgain struct {
	Address string
	Typed   []string // as people read it
	Fields  []SentField
}

// SentField is a field of a form as it was sent.
type SentField struct{ Name, Value string }

// ErrorPage shows a problem.
type ErrorPage struct {
	View
	Problem Problem
}

// Cause is what the log says of an error: enough to find it, never long enough for
// somebody's notes.
func Cause(err error) string {
	text := err.Error()
	return text[:min(len(text), 300)]
}

// Fail answers with an error.
func (r *Request) Fail(err error) {
	if r.Writer.Written() {
		r.Site.log.Error("answer cut short", "route", r.FullPath(), "error", Cause(err))
		return
	}
	if errors.Is(err, context.Canceled) {
		r.AbortWithStatus(499) // the reader has gone
		return
	}
	missing := errors.Is(err, ErrSignIn) || errors.Is(err, ErrSecondFactor) || errors.Is(err, ErrSetUp)
	if missing && !r.wantsJSON() {
		failed := r.Site.SignIn(r, err)
		if failed == nil {
			return
		}
		err = failed
	}
	p := r.Problem(err)
	if p.Status == http.StatusServiceUnavailable || p.Status == http.StatusTooManyRequests {
		r.RetryAfter(err)
	}
	r.tell(p)
}

// Problem is what an error is to whoever asked.
func (r *Request) Problem(err error) Problem {
	p := Problem{Public: r.Route.Access.Public}
	a := r.answerTo(err, &p)
	p.Status, p.Title, p.Text = a.Status, r.Texts.Text(a.Title), r.Texts.Text(a.Text)
	p.Code = strings.TrimPrefix(a.Title, "page.error.")
	r.Site.Explain(r, err, &p)
	if p.Public && a.Public != "" {
		p.Text = r.Texts.Text(a.Public)
	}
	return p
}

// answerTo says what an error becomes, and writes what the domain says of it.
func (r *Request) answerTo(err error, p *Problem) Answer {
	var move *lab.MoveError
	var stale *lab.StaleError
	var fields lab.FieldErrors
	var samples lab.SampleErrors
	switch {
	case errors.As(err, &move):
		p.Sentence = r.Texts.Sentence(move.Format, move.Args...)
		for _, role := range move.Who {
			p.Who = append(p.Who, r.Texts.Code(locale.UserRoles, string(role)))
		}
		return Answer{http.StatusConflict, "page.error.move", "page.error.move_text", ""}
	case errors.As(err, &samples):
		p.Sentence = strings.Join(r.SaidOfEach(samples), " ")
		return Answer{http.StatusConflict, "page.error.move", "page.error.move_text", ""}
	case errors.As(err, &stale):
		return Answer{http.StatusConflict, "page.error.stale", "page.error.stale_text", ""}
	case errors.As(err, &fields):
		var list []string
		for _, f := range fields {
			p.Fields = append(p.Fields, FieldProblem{f.Field, r.Texts.Sentence(f.Format, f.Args...)})
			list = append(list, p.Fields[len(p.Fields)-1].Detail)
		}
		p.Sentence = strings.Join(list, " ")
		return Answer{http.StatusUnprocessableEntity, "page.error.fields", "page.error.fields_text", ""}
	}
	return r.knownAnswer(err, p)
}

func (r *Request) knownAnswer(err error, p *Problem) Answer {
	for _, k := range slices.Concat(r.Site.Known, answers) {
		if errors.Is(err, k.Err) {
			p.Sentence = r.WaitText(err)
			if k.Status == http.StatusServiceUnavailable && k.Answer != busyAnswer {
				r.Site.log.Error("unavailable", "route", r.FullPath(), "error", Cause(err))
			}
			return k.Answer
		}
	}
	if errors.Is(err, ErrSignIn) || errors.Is(err, ErrSecondFactor) || errors.Is(err, ErrSetUp) {
		return signedOut
	}
	r.Site.log.Error("unexpected", "route", r.FullPath(), "error", Cause(err))
	return unexpected
}

// tell answers with a problem: as a page, or as problem+json where that is asked for.
func (r *Request) tell(p Problem) {
	if r.wantsJSON() {
		r.tellJSON(p)
		return
	}
	if err := r.page(p.Status, "error.html", ErrorPage{r.View(p.Title), p}); err != nil {
		r.Site.log.Error("error page", "error", err.Error())
		r.String(http.StatusInternalServerError, "500")
	}
}

// wantsJSON tells whether a program asks that reads JSON and no pages.
func (r *Request) wantsJSON() bool {
	accepts := strings.Join(r.Request.Header.Values("Accept"), ",")
	return strings.Contains(accepts, "json") && !strings.Contains(accepts, "text/html")
}

// tellJSON answers as RFC 9457 says, with the code and the fields besides.
func (r *Request) tellJSON(p Problem) {
	r.Header("Content-Type", "application/problem+json; charset=utf-8")
	r.JSON(p.Status, struct {
		Title  string         `json:"title"`
		Status int            `json:"status"`
		Detail string         `json:"detail"`
		Code   string         `json:"code"`
		Fields []FieldProblem `json:"fields,omitempty"`
		Who    []string       `json:"who,omitempty"`
	}{p.Title, p.Status, strings.TrimSpace(p.Text + " " + p.Sentence), p.Code, p.Fields, p.Who})
}

// SaidOfEach is what the domain says of each sample that was refused.
func (r *Request) SaidOfEach(refused lab.SampleErrors) []string {
	said := make([]string, len(refused))
	for i, one := range refused {
		said[i] = one.Number.String() + ": " + r.Said(one.Err)
	}
	return said
}

// Said is what the domain says of a refusal, in the reader's language.
func (r *Request) Said(err error) string {
	p := r.Problem(err)
	text := p.Sentence
	if text == "" {
		text = p.Title + "."
	}
	if len(p.Who) > 0 {
		text += " " + r.Texts.Text("page.error.who") + " " + strings.Join(p.Who, ", ") + "."
	}
	return text
}
