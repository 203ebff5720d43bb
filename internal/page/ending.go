package page

import (
	"errors"
	"net/http"

	"marquis/internal/lab"
)

// End ends what a form was sent for: where it is done, now or by the same form before,
// it leads to the page of the address next, and else it goes on as Again.
func (r *Request) End(err error, next, name string, again func() (data any, f *Form, err error)) error {
	if err == nil || errors.Is(err, lab.ErrDoneAlready) {
		return r.See(next)
	}
	return r.Again(err, name, again)
}

// Instead shows a page that says what err became, with what was typed and what to do.
// It returns err where a program is told that alone.
func (r *Request) Instead(err error, status int, name string, data any) error {
	if r.wantsJSON() {
		return err
	}
	return r.page(status, name, data)
}

// RefusePadded shows a page that tells the problem, by a size that tells nothing of it.
// A program is told the problem alone.
func (r *Request) RefusePadded(p Problem, name string, data any) error {
	if r.wantsJSON() {
		r.tellJSON(p)
		return nil
	}
	return r.padded(p.Status, name, data)
}

// Again shows the form that again makes once more, with the mistakes in it; again
// fills in what was typed. It returns an error that is no mistake in a form, without
// asking for the page; one that the page has no form for, or that a program is told;
// and one of making the page.
func (r *Request) Again(err error, name string, again func() (data any, f *Form, err error)) error {
	var mistakes lab.FieldErrors
	if r.wantsJSON() || !errors.As(err, &mistakes) {
		return err
	}
	data, f, failed := again()
	if failed != nil {
		return failed
	}
	if f == nil {
		return err
	}
	if failed = f.Tell(r.Texts, mistakes); failed != nil {
		return failed
	}
	return r.page(http.StatusUnprocessableEntity, name, data)
}
