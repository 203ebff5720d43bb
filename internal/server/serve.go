package server

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"marquis/internal/lab"
	"marquis/internal/page"
	"marquis/internal/store"
)

// Waits of a request.
const (
	turnWait = 4 * time.Second        // to write: who waits longer has given up, or sends the form again
	askWait  = 200 * time.Millisecond // of a page, to hear whether anything can be saved
)

// newSite is the site of the server's pages.
func (s *Server) newSite(p *page.Printed) *page.Site {
	x := page.NewSite(p, s.Log, s.Address)
	x.MadeUp = s.synthetic
	x.Service = func(r *pageRequest, code string) (lab.Service, error) { return s.Store.Service(r.Ctx(), r.Actor, code) }
	x.Patient = func(ctx context.Context) context.Context { return store.WaitAtMost(ctx, turnWait) }
	x.SignIn = func(r *pageRequest, missing error) error { return s.whole(r).toSignIn(missing) }
	x.Known = ownErrors
	x.Explain = func(r *pageRequest, err error, p *page.Problem) { s.whole(r).explain(err, p) }
	return x
}

// serve answers the requests of a route.
func (s *Server) serve(rt route) gin.HandlerFunc {
	return func(c *gin.Context) {
		r := s.request(c, rt.door())
		err := r.Begin(r.readSession)
		if err == nil {
			err = r.answer(rt)
		}
		if err != nil {
			r.Fail(err)
		}
	}
}

func (s *Server) request(c *gin.Context, d page.Door) *request { return s.whole(s.site.Ask(c, d)) }

func (s *Server) whole(r *pageRequest) *request { return &request{pageRequest: r, server: s} }

// ownErrors are what errors of the server and of the store become.
var ownErrors = []page.Known{
	{Err: errOtherUser, Answer: page.Answer{Status: http.StatusConflict, Title: "page.error.other_user", Text: "page.error.other_user_text"}},
	unavailable(store.ErrNotNoted, "page.error.not_noted_text"),
	unavailable(store.ErrFull, "page.layout.unsaved_full"),
	unavailable(store.ErrReadOnly, "page.layout.unsaved_read_only"),
	unavailable(store.ErrBusy, "page.layout.unsaved_busy"),
}

func unavailable(err error, text string) page.Known {
	return page.Known{Err: err, Answer: page.Answer{Status: http.StatusServiceUnavailable, Title: "page.error.unavailable", Text: text}}
}

// noted notes that values of the record of the address are read, and tells its findings,
// and whether it could; an address that is about no record has none to note.
func (r *request) noted() ([]lab.Finding, bool) {
	if r.Number == (lab.SampleNumber{}) {
		return nil, true
	}
	record, err := r.record(r.purpose())
	return findingsOf(&record), err == nil
}

// explain adds to a problem what changed meanwhile, whom else to ask, and what was sent.
func (r *request) explain(err error, p *page.Problem) {
	var stale *lab.StaleError
	if errors.As(err, &stale) {
		findings, noted := r.noted()
		if n, err := r.recordNaming(); err == nil && noted {
			untold := func(c page.ChangeView) bool { return c.Old+c.New == "" }
			p.Changes = slices.DeleteFunc(n.changeViews(stale.Changed, findings), untold)
		}
	}
	var lost *notKeptError
	if errors.As(err, &lost) {
		p.Unkept = r.saidOfUnkept(lost.why)
	}
	if p.Status == http.StatusServiceUnavailable {
		p.Again = r.sentAgain()
	}
	signingIn := r.Route.Path == signInPath // which is for staff, though anybody can open it
	p.Public = p.Public && !signingIn
	p.Figures = strings.HasPrefix(r.Request.URL.Path, "/figures")
}

// doorAt is the route of a path. What there is no route for is public.
func (s *Server) doorAt(path string) page.Door {
	if i := slices.IndexFunc(s.routes, func(rt route) bool { return rt.path == path }); i >= 0 {
		return s.routes[i].door()
	}
	return page.Door{Access: page.Everybody}
}

func notFound(*request) error { return page.ErrNoPage }

func serveAsset(r *request) error { return r.Asset(r.Param("name")) }
