package server_test

import (
	"net/http"
	"net/url"
	"testing"
	"time"

	"marquis/internal/lab"
)

// Who follows a link to a page without being signed in gets there after the password,
// and after the digits where those are asked for, mistakes in between or not.
func TestSigningInLeadsBackToThePageThatWasAskedFor(t *testing.T) {
	eachSite(t, func(t *testing.T, x *site) {
		const page = "/work?service=UT&q=a+b"
		along := "?next=" + url.QueryEscape(page)
		_, invitation := x.newcomer(t, "anna", lab.Verifier)
		r := x.visitor(t)
		r.signIn(t, "anna", invitation)
		secret, _ := r.setUpAuthenticator(t)
		right := url.Values{"login": {"anna"}, "password": {goodPassword}}

		again := x.visitor(t)
		again.get(page).leads(t, "/sign-in"+along)
		form := again.get("/sign-in"+along).want(t, http.StatusOK, `<form method="post" novalidate>`) // posts to its own address
		form.lacks(t, "action=")
		again.post("/sign-in"+along, url.Values{"login": {"anna"}, "password": {"wrong"}}).want(t, http.StatusUnprocessableEntity, `<form method="post" novalidate>`)
		again.post("/sign-in"+along, right).leads(t, "/second-factor"+along)
		again.get("/second-factor"+along).want(t, http.StatusOK, `<form method="post" novalidate>`)
		again.post("/second-factor"+along, url.Values{"code": {"000000"}}).want(t, http.StatusUnprocessableEntity)
		x.clock.pass(time.Minute)
		again.post("/second-factor"+along, url.Values{"code": {again.authenticatorCode(t, secret)}}).leads(t, page)

		dutch := x.visitor(t)
		dutch.get("/people?lang=nl").leads(t, "/sign-in?lang=nl&next=%2Fpeople%3Flang%3Dnl")
		for _, path := range []string{"/work/UT/publish", "/samples/UT-2024-00001/move"} {
			x.visitor(t).post(path, nil).leads(t, "/sign-in")
		}
		x.visitor(t).get("/people?code=7K3M-9QXD-2RTW").leads(t, "/sign-in?next=%2Fpeople%3F")
	})
}

// Whoever made the link decides only among our own pages.
func TestSigningInLeadsToNoOtherSite(t *testing.T) {
	x := oneSite(t)
	_, invitation := x.newcomer(t, "anna", lab.Intake)
	x.visitor(t).signIn(t, "anna", invitation)
	right := url.Values{"login": {"anna"}, "password": {goodPassword}}
	for _, next := range []string{
		"//evil.example", "https://evil.example/staff", `/\evil.example`, "/%5cevil.example", "%2f%2fevil.example", "/sign-out", "/sign-in", "/lookup", "javascript:alert(1)",
		"/staff\r\nLocation: https://evil.example", "/staff#//evil.example", "/second-factor",
	} {
		r := x.visitor(t)
		address := "/sign-in?next=" + url.QueryEscape(next)
		r.get(address).want(t, http.StatusOK)
		r.post(address, right).leads(t, "/staff")
	}
	r := x.visitor(t)
	r.post("/sign-in?next=/people&next=//evil.example", right).leads(t, "/people")
}

// It goes along while an authenticator is set up, too.
func TestSettingUpAnAuthenticatorLeadsBackToo(t *testing.T) {
	x := oneSite(t)
	_, invitation := x.newcomer(t, "anna", lab.Verifier)
	r := x.visitor(t)
	r.signIn(t, "anna", invitation)
	const along = "?next=%2Fwork%2FUT%2Fpublish"
	r.get("/second-factor"+along).leads(t, "/account/authenticator"+along)
	page := r.get("/account/authenticator"+along).want(t, http.StatusOK, `<form method="post" novalidate>`)
	secret := secretForm.FindStringSubmatch(page.body)[1]
	form := url.Values{"code": {r.authenticatorCode(t, secret)}, "password": {goodPassword}}
	r.post("/account/authenticator"+along, form).want(t, http.StatusOK, `href="/work/UT/publish"`)
}
