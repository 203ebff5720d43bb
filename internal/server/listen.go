package server

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"time"

	"github.com/gin-gonic/gin"

	"marquis/internal/credential"
	"marquis/internal/figures"
	"marquis/internal/page"
	"marquis/internal/work"
)

// Limits on requests. Slow clients are cut off; downloads may take longer.
const (
	readHeaderTime = 5 * time.Second
	readTime       = 15 * time.Second
	writeTime      = 30 * time.Second
	idleTime       = 60 * time.Second
	headerBytes    = 16 << 10
	drainTime      = 20 * time.Second // for requests under way when the program is stopped
)

// New makes a server. It fails where a template or a catalogue is wrong.
func New(c Config) (*Server, error) {
	printed, err := printing()
	if err != nil {
		return nil, err
	}
	s := &Server{Config: c, routes: routes(), large: map[string]int64{}, looks: &looks{}}
	for _, x := range s.routes {
		if most := x.access.Bytes(); most > page.BodyBytes {
			s.large[x.method+" "+x.path] = most
		}
	}
	if err := s.readOrigin(); err != nil {
		return nil, err
	}
	s.site = s.newSite(printed)
	s.guesses, s.logins = newGuesses(c.Now), newLogins(c.Now)
	if s.hider, err = credential.NewHider(c.Keys.Secret()); err != nil {
		return nil, err
	}
	if s.tickets, err = credential.NewTickets(c.Keys.Secret()); err != nil {
		return nil, err
	}
	s.years, s.kept, s.jobs = figures.New(c.Store, c.Now, c.Currency), &page.Cache{}, work.NewJobs()
	s.metrics = newMetrics(s)
	s.sentAway = make(chan struct{}, busyMost)
	s.connections = &connections{waiting: map[string]int{}, refused: s.metrics.refused.WithLabelValues(connectionLimit.kind).Inc}
	s.engine, err = s.newEngine(s.routes)
	return s, err
}

func newRouter() *gin.Engine {
	gin.SetMode(gin.ReleaseMode)
	engine := gin.New()
	engine.HandleMethodNotAllowed = true
	engine.RedirectTrailingSlash = false
	return engine
}

func (s *Server) newEngine(list []route) (*gin.Engine, error) {
	engine := newRouter()
	var proxies []string
	for _, p := range s.Proxies {
		proxies = append(proxies, p.String())
	}
	engine.RemoteIPHeaders = []string{forwardedFor}
	if err := engine.SetTrustedProxies(proxies); err != nil {
		return nil, fmt.Errorf("trusted proxies: %w", err)
	}
	engine.Use(plainForwarded, s.observe, s.protect, s.limitWaiting)
	for _, r := range list {
		engine.Handle(r.method, r.path, s.serve(r))
		if r.method == get {
			engine.Handle(http.MethodHead, r.path, s.serve(r)) // whose body the HTTP server leaves out
		}
	}
	engine.NoRoute(s.serve(route{handle: notFound, access: page.Everybody}))
	engine.NoMethod(s.serve(route{handle: wrongMethod, access: page.Everybody}))
	return engine, nil
}

// Handler is the server without its listener. State-changing requests from other
// origins are refused.
func (s *Server) Handler() http.Handler {
	return s.guard(s.engine)
}

// Close ends the reports that are being made, and forgets those that nobody has
// fetched.
func (s *Server) Close() {
	s.jobs.Close()
}

// Serve answers requests until the context ends, and then lets those under way
// finish, but for reports.
func (s *Server) Serve(ctx context.Context, listener net.Listener) error {
	defer s.Close()
	serving, stop := context.WithCancel(ctx)
	var behind sync.WaitGroup
	behind.Go(func() { s.goRound(serving) })
	defer func() { stop(); behind.Wait() }()
	return s.answerUntil(ctx, s.connections.limit(listener, s.Proxies), s.Handler())
}

// ServeMetrics tells what Metrics tells until the context ends. The listener must
// be one that the public cannot reach.
func (s *Server) ServeMetrics(ctx context.Context, listener net.Listener) error {
	return s.answerUntil(ctx, listener, s.Metrics())
}

// answerUntil answers the requests of a listener until the context ends, and then
// lets those under way finish.
func (s *Server) answerUntil(ctx context.Context, listener net.Listener, handler http.Handler) error {
	server := &http.Server{
		Handler: handler, ReadHeaderTimeout: readHeaderTime, ReadTimeout: readTime, WriteTimeout: writeTime,
		IdleTimeout: idleTime, MaxHeaderBytes: headerBytes, ConnContext: inContext,
		ErrorLog: slog.NewLogLogger(discardAddresses{s.Log.Handler()}, slog.LevelDebug),
	}
	ended := make(chan error, 1)
	go func() { ended <- server.Serve(listener) }()
	select {
	case err := <-ended:
		return err
	case <-ctx.Done():
	}
	drain, cancel := context.WithTimeout(context.WithoutCancel(ctx), drainTime)
	defer cancel()
	err := server.Shutdown(drain)
	if served := <-ended; !errors.Is(served, http.ErrServerClosed) {
		err = errors.Join(err, served)
	}
	return err
}
