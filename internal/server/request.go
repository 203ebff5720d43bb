package server

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"marquis/internal/lab"
	"marquis/internal/locale"
	"marquis/internal/store"
)

// request is one request with what its route knows of it.
type request struct {
	*gin.Context
	server  *Server
	route   route
	texts   *locale.Locale
	patient context.Context // see context
	session *store.Session  // nil for the public
	actor   lab.Actor
	owes    bool             // the session owes something before its pages open, see owed
	service lab.Service      // of the address, where it names one
	number  lab.SampleNumber // of the address, where it names one
}

// handler answers a request with a page, or with an error.
type handler func(*request) error

// route is one way in: how, where, for whom.
type route struct {
	method, path string
	access       access
	handle       handler
}

// serve answers the requests of a route.
func (s *Server) serve(rt route) gin.HandlerFunc {
	return func(c *gin.Context) {
		r := &request{Context: c, server: s, route: rt, texts: s.language(c)}
		err := r.begin()
		if err == nil {
			err = rt.handle(r)
		}
		if err != nil {
			r.fail(err)
		}
	}
}

// begin reads who asks and whether they may. Public pages look at nobody.
func (r *request) begin() error {
	if !isAddress(r.Request.URL) && !strings.HasPrefix(r.route.path, "/suggest/") { // whose query is what is being typed
		return errNoPage
	}
	if !r.route.access.public {
		if err := r.readSession(); err != nil {
			return err
		}
	}
	if err := r.enter(); err != nil {
		return err
	}
	if r.session != nil && r.server.chosenLanguage(r.Request) != "" {
		r.setCookie(languageCookie, r.texts.Language(), 365*24*60*60)
	}
	if r.route.method == post { // before anything is done: what cannot be read is refused everywhere alike
		_, err := r.typed()
		return err
	}
	return nil
}

// Waits of a request.
const (
	turnWait = 4 * time.Second        // to write: who waits longer has given up, or sends the form again
	askWait  = 200 * time.Millisecond // of a page, to hear whether anything can be saved
)

// context ends when the reader goes away. All that the request writes waits its turn
// for so long together.
func (r *request) context() context.Context {
	if r.patient == nil {
		r.patient = store.WaitAtMost(r.Request.Context(), turnWait)
	}
	return r.patient
}

// typed is what a form sent. One that is too large or not a form is refused.
func (r *request) typed() (url.Values, error) {
	if r.Request.ContentLength > bodyBytes { // whatever it is
		return nil, errTooLarge
	}
	var large *http.MaxBytesError
	switch err := r.Request.ParseForm(); {
	case errors.As(err, &large):
		return nil, errTooLarge
	case err != nil:
		return nil, errBadForm
	}
	return r.Request.PostForm, nil
}

// read is what a form sent, to be read field by field.
func (r *request) read() (*reader, error) {
	typed, err := r.typed()
	return &reader{typed: typed}, err
}

// see sends the reader on to another page, so that going back or reloading does
// not send the form again.
func (r *request) see(address string) error {
	if chosen := r.server.chosenLanguage(r.Request); chosen != "" {
		address = withLanguage(address, chosen)
	}
	r.Header("Content-Type", "text/plain; charset=utf-8") // of nothing: else the address would be the body too
	r.Header("Content-Length", "0")
	r.Redirect(http.StatusSeeOther, address)
	return nil
}

// setCookie sets a cookie that scripts cannot read and other sites cannot send.
// Age is in seconds; a negative one ends it.
func (r *request) setCookie(name, value string, age int) {
	http.SetCookie(r.Writer, &http.Cookie{
		Name: name, Value: value, Path: "/", MaxAge: age, HttpOnly: true,
		Secure: r.server.Address.Scheme == "https", SameSite: http.SameSiteStrictMode,
	})
}
