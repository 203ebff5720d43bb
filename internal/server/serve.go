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
	"marquis/internal/store"
)

// handler answers a request with a page, or with an error.
type handler func(*request) error

// route is one way in: how, where, for whom, and who answers.
type route struct {
	method, path string
	access       access
	handle       handler
}

func (rt route) door() door { return door{rt.method, rt.path, rt.access} }

// Waits of a request.
const (
	turnWait = 4 * time.Second        // to write: who waits longer has given up, or sends the form again
	askWait  = 200 * time.Millisecond // of a page, to hear whether anything can be saved
)

// newSite is the site of the server's pages.
func (s *Server) newSite(p *printed) *site {
	x := newSite(p, s.Log, s.Address)
	x.madeUp = s.synthetic
	x.service = func(r *request, code string) (lab.Service, error) { return s.Store.Service(r.context(), r.actor, code) }
	x.patient = func(ctx context.Context) context.Context { return store.WaitAtMost(ctx, turnWait) }
	x.signIn = func(r *request, missing error) error { return s.whole(r).toSignIn(missing) }
	x.known = storeErrors
	x.explain = func(r *request, err error, p *problem) { s.whole(r).explain(err, p) }
	return x
}

// serve answers the requests of a route.
func (s *Server) serve(rt route) gin.HandlerFunc {
	return func(c *gin.Context) {
		r := s.request(c, rt.door())
		err := r.begin(r.readSession)
		if err == nil {
			err = rt.handle(r)
		}
		if err != nil {
			r.fail(err)
		}
	}
}

func (s *Server) request(c *gin.Context, d door) *request { return s.whole(s.site.ask(c, d)) }

// whole is a request as the server's own handlers know it.
func (s *Server) whole(r *request) *request {
	r.server = s
	return r
}

// storeErrors are what errors of the store become.
var storeErrors = []known{
	{store.ErrNotNoted, answer{http.StatusServiceUnavailable, "page.error.unavailable", "page.error.not_noted_text", ""}},
	{store.ErrFull, answer{http.StatusServiceUnavailable, "page.error.unavailable", "page.layout.unsaved_full", ""}},
	{store.ErrReadOnly, answer{http.StatusServiceUnavailable, "page.error.unavailable", "page.layout.unsaved_read_only", ""}},
	{store.ErrBusy, answer{http.StatusServiceUnavailable, "page.error.unavailable", "page.layout.unsaved_busy", ""}},
}

// explain adds to a problem what changed meanwhile, and whom else to ask.
func (r *request) explain(err error, p *problem) {
	var stale *lab.StaleError
	if errors.As(err, &stale) {
		if n, err := r.naming(); err == nil {
			p.Changes = n.changeViews(stale.Changed, nil)
		}
	}
	signingIn := r.route.path == signInPath // which is for staff, though anybody can open it
	p.Public = p.Public && !signingIn
	p.Figures = strings.HasPrefix(r.Request.URL.Path, "/figures")
}

// doorAt is the route of a path. What there is no route for is public.
func doorAt(path string) door {
	all := routes()
	if i := slices.IndexFunc(all, func(rt route) bool { return rt.path == path }); i >= 0 {
		return all[i].door()
	}
	return door{access: everybody}
}

func notFound(*request) error { return errNoPage }

func showAsset(r *request) error { return r.asset(r.Param("name")) }
