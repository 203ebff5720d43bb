package server_test

import (
	"errors"
	"net/http"
	"net/url"
	"testing"

	"marquis/internal/lab"
)

// A form that is done leads on. One with mistakes is shown again with what was typed;
// its page is made for nothing else, and for no program.
func TestAFormEndsInOneWay(t *testing.T) {
	x := oneSite(t)
	mistake := lab.FieldErrors{{Field: "login", Format: "Give a login."}}
	made := 0
	page := func(form bool, err error) func() (bool, error) {
		return func() (bool, error) { made++; return form, err }
	}
	x.web.AddForm("/form/done", nil, page(true, nil))
	x.web.AddForm("/form/mistake", mistake, page(true, nil))
	x.web.AddForm("/form/gone", mistake, page(false, nil))
	x.web.AddForm("/form/away", mistake, page(true, lab.ErrUnavailable))
	x.web.AddForm("/form/conflict", lab.ErrConflict, page(true, nil))
	x.web.AddForm("/form/fault", errors.New("fault"), page(true, nil))

	const field = `id="field-login"`
	visitor, typed := x.visitor(t), url.Values{"login": {"somebody"}}
	visitor.post("/form/mistake", typed).want(t, http.StatusUnprocessableEntity, field, `value="somebody"`, `id="field-login-mistake"`, "Give a login.")
	visitor.post("/form/gone", typed).want(t, http.StatusUnprocessableEntity, "Give a login.").lacks(t, field)
	visitor.post("/form/away", typed).want(t, http.StatusServiceUnavailable).lacks(t, field)
	made = 0
	visitor.post("/form/done", typed).leads(t, "/privacy")
	visitor.post("/form/conflict", typed).want(t, http.StatusConflict).lacks(t, field)
	visitor.post("/form/fault", typed).want(t, http.StatusInternalServerError).lacks(t, field)
	if p := visitor.asProblem(http.MethodPost, "/form/mistake"); p.Code != "fields" || len(p.Fields) != 1 || p.Fields[0].Field != "login" {
		t.Errorf("a program is told %+v", p)
	}
	if made > 0 {
		t.Errorf("the page was made %d times for nothing", made)
	}
}
