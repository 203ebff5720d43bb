package page

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strings"

	"github.com/gin-gonic/gin"

	"marquis/internal/lab"
	"marquis/internal/locale"
)

// Request is one request with what its route knows of it.
type Request struct {
	*gin.Context
	Site    *Site
	Route   Door
	Texts   *locale.Locale
	patient context.Context // see Ctx
	Signed  *Signed         // nil for the public
	Actor   lab.Actor
	Service lab.Service      // of the address, where it names one
	Number  lab.SampleNumber // of the address, where it names one
}

// Door is one way in: how, where, for whom.
type Door struct {
	Method, Path string
	Access       Access
}

// Signed is what pages have to know of who is signed in.
type Signed struct {
	Actor        lab.Actor
	SecondFactor bool              // was given in this session
	Owes         error             // what the session owes before its pages open: errSecondFactor, errSetUp or nil
	View         func() *StaffView // what a page shows of them
}

// Ask makes a request of what came in on a route.
func (s *Site) Ask(c *gin.Context, d Door) *Request {
	return &Request{Context: c, Site: s, Route: d, Texts: s.language(c)}
}

// Begin reads who asks, by who, and whether they may. Public pages look at nobody.
func (r *Request) Begin(who func() (*Signed, error)) error {
	if !IsAddress(r.Request.URL) && !strings.HasPrefix(r.Route.Path, "/suggest/") { // whose query is what is being typed
		return ErrNoPage
	}
	if !r.Route.Access.Public {
		if err := r.findWho(who); err != nil {
			return err
		}
	}
	if err := r.enter(); err != nil {
		return err
	}
	if r.Signed != nil && r.Site.ChosenLanguage(r.Request) != "" {
		r.PutCookie(languageCookie, r.Texts.Language(), 365*24*60*60)
	}
	if r.Route.Method == http.MethodPost { // before anything is done: what cannot be read is refused everywhere alike
		_, err := r.Typed()
		return err
	}
	return nil
}

func (r *Request) findWho(who func() (*Signed, error)) (err error) {
	if r.Signed, err = who(); r.Signed != nil {
		r.Actor = r.Signed.Actor
	}
	return err
}

// Ctx ends when the reader goes away. All that the request writes waits its turn
// for a time together.
func (r *Request) Ctx() context.Context {
	if r.patient == nil {
		r.patient = r.Site.Patient(r.Request.Context())
	}
	return r.patient
}

// Within lets all that the request does from now on be done in another context, made of
// that before.
func (r *Request) Within(made func(context.Context) context.Context) { r.patient = made(r.Ctx()) }

// BodyBytes is what a form may send at most, and FileBytes what a file may have that comes
// with one.
const (
	BodyBytes = 1 << 20
	FileBytes = 10 << 20
)

// Typed is what a form sent. One that is too large or not a form is refused.
func (r *Request) Typed() (url.Values, error) {
	if r.Route.Access.Streams > 0 { // nothing of it is read before the handler does
		return nil, nil //nolint:nilnil // no field was typed
	}
	most, tooLarge, parse := int64(BodyBytes), ErrTooLarge, r.Request.ParseForm
	if strings.HasPrefix(r.Request.Header.Get("Content-Type"), "multipart/form-data") && !r.Route.Access.Public { // of staff, with a file
		most = r.Route.Access.Bytes()
		parse = func() error { return r.Request.ParseMultipartForm(most) } // in memory, never on disk
		if r.Route.Access.File {
			tooLarge = errFileTooLarge
		}
	}
	if r.Request.ContentLength > most { // whatever it is
		return nil, tooLarge
	}
	r.Request.Body = http.MaxBytesReader(nil, r.Request.Body, most)
	var large *http.MaxBytesError
	switch err := parse(); {
	case errors.As(err, &large):
		return nil, tooLarge
	case err != nil:
		return nil, ErrBadForm
	}
	return r.Request.PostForm, nil
}

// Read is what a form sent, to be read field by field.
func (r *Request) Read() (*Reader, error) {
	typed, err := r.Typed()
	return &Reader{Typed: typed}, err
}

// See sends the reader on to another page, so that going back or reloading does
// not send the form again.
func (r *Request) See(address string) error {
	if chosen := r.Site.ChosenLanguage(r.Request); chosen != "" {
		address = withLanguage(address, chosen)
	}
	r.Header("Content-Type", "text/plain; charset=utf-8") // of nothing: else the address would be the body too
	r.Header("Content-Length", "0")
	r.Redirect(http.StatusSeeOther, address)
	return nil
}

// PutCookie sets a cookie that scripts cannot read and other sites cannot send.
// Age is in seconds; a negative one ends it.
func (r *Request) PutCookie(name, value string, age int) {
	http.SetCookie(r.Writer, &http.Cookie{
		Name: name, Value: value, Path: "/", MaxAge: age, HttpOnly: true,
		Secure: r.Site.address.Scheme == "https", SameSite: http.SameSiteStrictMode,
	})
}
