package server_test

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"marquis/internal/lab"
	"marquis/internal/store"
	"marquis/internal/store/storetest"
)

// problem is an error as a program reads it.
type problem struct {
	Title, Detail, Code string
	Status              int
	Fields              []struct{ Field, Detail string }
	Who                 []string
}

// A browser that reads pages gets one, whatever else it says that it takes.
func TestWhoReadsPagesGetsAPage(t *testing.T) {
	x := oneSite(t)
	for _, accept := range []string{"text/html,application/json;q=0.9", "*/*", ""} {
		request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, x.address.String()+"/nowhere", http.NoBody)
		if err != nil {
			t.Fatal(err)
		}
		request.Header.Set("Accept", accept)
		request.Header.Set("Accept-Language", "en")
		x.visitor(t).do(request).want(t, http.StatusNotFound, "<h1>There is no such page")
	}
}

// asProblem sends a request as a program does that reads JSON alone.
func (r *reader) asProblem(method, path string, typed ...string) problem {
	r.t.Helper()
	form := url.Values{}
	for i := 0; i < len(typed); i += 2 {
		form.Set(typed[i], typed[i+1])
	}
	request, err := http.NewRequestWithContext(r.t.Context(), method, r.site.address.String()+path, strings.NewReader(form.Encode()))
	if err != nil {
		r.t.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	request.Header.Set("Accept", "application/json")
	request.Header.Set("Accept-Language", r.lang)
	told := r.do(request)
	var p problem
	if err := json.NewDecoder(strings.NewReader(told.body)).Decode(&p); err != nil && err != io.EOF {
		r.t.Fatalf("%s %s: %v in %s", method, path, err, told.body)
	}
	if kind := told.header.Get("Content-Type"); kind != "application/problem+json; charset=utf-8" || told.status != p.Status {
		r.t.Errorf("%s %s: %d as %q, want %d as a problem", method, path, told.status, kind, p.Status)
	}
	return p
}

// What goes wrong has one meaning for who reads pages and for programs: the status is
// the same, and what a page says in words a program reads as a code and by field.
func TestAnErrorIsAPageOrAProblem(t *testing.T) {
	x := oneSite(t)
	service := storetest.Service(t, x.store, "UTR")
	for path, fault := range map[string]error{
		"fields": lab.FieldErrors{{Field: "reason", Format: "Give the reason."}}, "stale": &lab.StaleError{Have: 2, Want: 1}, "conflict": lab.ErrConflict,
		"move": &lab.MoveError{What: "sample", Format: "Your role does not allow this.", Who: []lab.UserRole{lab.Verifier}},
		"away": lab.ErrUnavailable, "full": store.ErrFull, "none": errors.New("fault"),
	} {
		x.web.AddFault("/fault/"+path, func(string) error { return fault })
	}
	counter := x.staff(t, storetest.Person(t, x.store, "counter", service.ID, lab.Intake))
	administrator := x.staff(t, storetest.Person(t, x.store, "administrator", service.ID, lab.Administrator))
	for _, c := range []struct {
		who          *reader
		method, path string
		status       int
		code         string
		page         string // what the page says
	}{
		{x.visitor(t), http.MethodGet, "/nowhere", http.StatusNotFound, "not_found", "There is no such page"},
		{x.visitor(t), http.MethodDelete, "/privacy", http.StatusMethodNotAllowed, "method", "cannot be used like that"},
		{counter, http.MethodGet, "/people", http.StatusForbidden, "forbidden", "You may not do this"},
		{counter, http.MethodGet, "/samples/UTR-2024-00009/code", http.StatusNotFound, "not_found", "There is no such page"},
		{x.visitor(t), http.MethodPost, "/fault/fields", http.StatusUnprocessableEntity, "fields", "Give the reason."},
		{x.visitor(t), http.MethodPost, "/fault/move", http.StatusConflict, "move", "Your role does not allow this."},
		{x.visitor(t), http.MethodPost, "/fault/stale", http.StatusConflict, "stale", "Somebody else has changed this"},
		{x.visitor(t), http.MethodPost, "/fault/conflict", http.StatusConflict, "conflict", "done already"},
		{x.visitor(t), http.MethodPost, "/fault/away", http.StatusServiceUnavailable, "unavailable", "Not available just now"},
		{x.visitor(t), http.MethodPost, "/fault/full", http.StatusServiceUnavailable, "unavailable", "disk"},
		{x.visitor(t), http.MethodPost, "/fault/none", http.StatusInternalServerError, "unexpected", "Something went wrong"},
		{administrator, http.MethodPost, "/people", http.StatusUnprocessableEntity, "fields", "mistake"},
	} {
		c.who.send(c.method, c.path, strings.NewReader("")).want(t, c.status, c.page)
		p := c.who.asProblem(c.method, c.path)
		if p.Status != c.status || p.Code != c.code || p.Title == "" || p.Detail == "" {
			t.Errorf("%s %s: %+v", c.method, c.path, p)
		}
	}
}

// A program learns which fields are wrong, and who could do what it may not.
func TestAProblemNamesFieldsAndRoles(t *testing.T) {
	x := oneSite(t)
	x.web.AddFault("/fault/fields", func(string) error { return lab.FieldErrors{{Field: "reason", Format: "Give the reason."}} })
	x.web.AddFault("/fault/move", func(string) error {
		return &lab.MoveError{What: "sample", Format: "Your role does not allow this.", Who: []lab.UserRole{lab.Verifier}}
	})
	fields := x.visitor(t).asProblem(http.MethodPost, "/fault/fields").Fields
	if len(fields) != 1 || fields[0].Field != "reason" || fields[0].Detail != "Give the reason." {
		t.Errorf("fields: %+v", fields)
	}
	if who := x.visitor(t).asProblem(http.MethodPost, "/fault/move").Who; len(who) != 1 || who[0] != "verifier" {
		t.Errorf("who: %q", who)
	}
}

// Where people get a page that shows more, as what they typed or where to go on, a
// program is told what is wrong alone.
func TestAProgramIsToldWherePeopleAreShownMore(t *testing.T) {
	eachSite(t, func(t *testing.T, x *site) {
		b := newBench(t, x)
		fill(t, x, "GRO", 1, 50)
		address, _ := b.sample(t)
		analysis := b.entered(t, b.analyst, address)
		b.published(t, address, analysis)
		release := b.verifier.get(address + "/release")
		b.verifier.post(address+"/withdrawal", url.Values{
			"version": {release.hidden(t, address+"/withdrawal", "version")}, "withdrawal_reason_code": {"exchanged"},
		}).leads(t, address+"?done=withdrawn")
		visitor, administrator := x.visitor(t), x.staff(t, storetest.Person(t, x.store, "administrator", 0, lab.Administrator))
		draft := b.intake.post("/counter/UTR/new", nil).header.Get("Location")
		b.intake.post(draft+"/drop", nil)
		for _, c := range []struct {
			who          *reader
			method, path string
			typed        []string
			status       int
			code         string
		}{
			{visitor, http.MethodPost, "/lookup", []string{"code", "7K3M"}, http.StatusUnprocessableEntity, "fields"},
			{visitor, http.MethodPost, "/lookup", []string{"code", lab.NewLookupCode().Print()}, http.StatusNotFound, "not_found"},
			{visitor, http.MethodGet, "/result/abcdefgh", nil, http.StatusNotFound, "not_found"},
			{visitor, http.MethodGet, "/figures/1999", nil, http.StatusNotFound, "not_found"},
			{visitor, http.MethodGet, "/figures/2024/tables/nosuch.json", nil, http.StatusNotFound, "not_found"},
			{b.intake, http.MethodPost, draft, nil, http.StatusConflict, "conflict"},
			{b.intake, http.MethodPost, address + "/read-out", []string{"version", "1"}, http.StatusConflict, "stale"},
			{administrator, http.MethodPost, "/clock", []string{"day", "2025-03-03", "months", "99"}, http.StatusConflict, "conflict"},
			{b.analyst, http.MethodPost, "/work/UTR/not-analysed", []string{"samples", strings.TrimPrefix(address, "/samples/") + ".1", "reason", "capacity", "stage", "to_analyse"}, http.StatusConflict, "move"},
			{b.verifier, http.MethodPost, address + "/release", []string{"version", "1"}, http.StatusConflict, "stale"},
		} {
			p := c.who.asProblem(c.method, c.path, c.typed...)
			if p.Status != c.status || p.Code != c.code || p.Title == "" || p.Detail == "" {
				t.Errorf("%s %s: %+v", c.method, c.path, p)
			}
		}
		if fields := visitor.asProblem(http.MethodPost, "/lookup", "code", "7K3M").Fields; len(fields) != 1 || fields[0].Field != "code" || fields[0].Detail == "" {
			t.Errorf("a code: %+v", fields)
		}
	})
}

// A program that signs in learns that its password was not looked at, and until when.
func TestAProgramIsToldToWait(t *testing.T) {
	x := oneSite(t)
	storetest.Person(t, x.store, "anna", storetest.Service(t, x.store, "UTR").ID, lab.Intake)
	var last problem
	for range 6 {
		last = x.visitor(t).asProblem(http.MethodPost, "/sign-in", "login", "anna", "password", "a wrong password, long enough")
	}
	if last.Status != http.StatusTooManyRequests || last.Code != "too_many" {
		t.Errorf("the sixth: %+v", last)
	}
}

// A page leads to where one signs in; a program, which cannot, is told to.
func TestWhoHasToSignInIsLedOrTold(t *testing.T) {
	x := oneSite(t)
	nobody := x.visitor(t)
	nobody.get("/work").leads(t, "/sign-in?next=%2Fwork")
	if p := nobody.asProblem(http.MethodGet, "/work"); p.Status != http.StatusUnauthorized || p.Code != "sign_in" {
		t.Errorf("%+v", p)
	}
	nobody.lang = "nl"
	if p := nobody.asProblem(http.MethodGet, "/work"); p.Title != "Log eerst in" {
		t.Errorf("in Dutch: %+v", p)
	}
}
