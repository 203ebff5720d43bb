package server

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strings"

	"github.com/gin-gonic/gin"

	"marquis/internal/lab"
	"marquis/internal/locale"
	"marquis/internal/store"
)

// request is one request with what its route knows of it.
type request struct {
	*gin.Context
	site    *site
	server  *Server
	route   door
	texts   *locale.Locale
	patient context.Context // see context
	signed  *signed         // nil for the public
	session *store.Session  // nil for the public
	actor   lab.Actor
	service lab.Service      // of the address, where it names one
	number  lab.SampleNumber // of the address, where it names one
}

// door is one way in: how, where, for whom.
type door struct {
	method, path string
	access       access
}

// signed is what pages have to know of who is signed in.
type signed struct {
	actor        lab.Actor
	secondFactor bool              // was given in this session
	owes         error             // what the session owes before its pages open: errSecondFactor, errSetUp or nil
	view         func() *staffView // what a page shows of them
}

// ask makes a request of what came in on a route.
func (s *site) ask(c *gin.Context, d door) *request {
	return &request{Context: c, site: s, route: d, texts: s.language(c)}
}

// begin reads who asks, by who, and whether they may. Public pages look at nobody.
func (r *request) begin(who func() (*signed, error)) error {
	if !isAddress(r.Request.URL) && !strings.HasPrefix(r.route.path, "/suggest/") { // whose query is what is being typed
		return errNoPage
	}
	if !r.route.access.public {
		if err := r.findWho(who); err != nil {
			return err
		}
	}
	if err := r.enter(); err != nil {
		return err
	}
	if r.signed != nil && r.site.chosenLanguage(r.Request) != "" {
		r.setCookie(languageCookie, r.texts.Language(), 365*24*60*60)
	}
	if r.route.method == http.MethodPost { // before anything is done: what cannot be read is refused everywhere alike
		_, err := r.typed()
		return err
	}
	return nil
}

func (r *request) findWho(who func() (*signed, error)) (err error) {
	if r.signed, err = who(); r.signed != nil {
		r.actor = r.signed.actor
	}
	return err
}

// context ends when the reader goes away. All that the request writes waits its turn
// for a time together.
func (r *request) context() context.Context {
	if r.patient == nil {
		r.patient = r.site.patient(r.Request.Context())
	}
	return r.patient
}

// bodyBytes is what a request may send at most.
const bodyBytes = 1 << 20

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
	if chosen := r.site.chosenLanguage(r.Request); chosen != "" {
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
		Secure: r.site.address.Scheme == "https", SameSite: http.SameSiteStrictMode,
	})
}
