package server

import (
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"marquis/internal/page"
)

// Whoever asks for a page of staff without being signed in is led back to it after
// that. Its address goes along in the query of the pages in between, whose forms post
// to their own address, and so keep it.

const (
	nextName = "next"
	nextMost = 2000 // bytes of an address that goes along
)

const (
	startPage        = "/staff" // where staff begin
	signInPath       = "/sign-in"
	secondFactorPath = "/second-factor"
)

// toSignIn leads to a page where what is missing is given, and then back to what was
// asked for. Nobody is led back to what a form was sent to, but to the page on which it
// stands, where what was sent is kept.
func (r *request) toSignIn(missing error) error {
	shown := signInPath
	switch {
	case errors.Is(missing, page.ErrSecondFactor):
		shown = secondFactorPath
	case errors.Is(missing, page.ErrSetUp):
		shown = "/account/authenticator"
	}
	if r.Request.Method == http.MethodPost {
		back, err := r.keepSent(missing)
		if err != nil {
			return err
		}
		if back != "" {
			return r.See(r.withNext(shown, back))
		}
		return r.See(r.onward(shown))
	}
	if r.Route.Path == secondFactorPath {
		return r.See(r.onward(shown))
	}
	return r.See(r.withNext(shown, page.WithoutCode(r.Request.URL)))
}

// onward is a page in between, with the address that goes along.
func (r *request) onward(page string) string { return r.withNext(page, r.Query(nextName)) }

// next is the page that was asked for before signing in, else the start page.
func (r *request) next() string {
	if asked := r.Query(nextName); leadsBack(r.server.routes, asked) {
		return asked
	}
	return startPage
}

// withNext lets an address go along, if it is one to lead back to.
func (r *request) withNext(shown, asked string) string {
	if asked == startPage || !leadsBack(r.server.routes, asked) {
		return shown
	}
	return page.WithQuery(shown, nextName, asked)
}

// leadsBack tells whether an address is of one of our pages for staff, written as we
// write it, and none of those that sign in. No other is ever gone to.
func leadsBack(ways []route, address string) bool {
	u, err := url.Parse(address)
	if err != nil || len(address) > nextMost || u.RequestURI() != address || !page.IsAddress(u) {
		return false
	}
	return slices.ContainsFunc(ways, func(rt route) bool {
		return rt.method == get && !rt.access.Public && rt.path != secondFactorPath && rt.matches(u.Path)
	})
}

// matches tells whether a path is one of the route's.
func (rt route) matches(path string) bool {
	want, have := strings.Split(rt.path, "/"), strings.Split(path, "/")
	return slices.EqualFunc(want, have, func(w, h string) bool { return w == h || strings.HasPrefix(w, ":") && h != "" })
}
