package server

import (
	"context"
	"errors"
	"net/http"
	"strings"

	"marquis/internal/lab"
	"marquis/internal/page"
	"marquis/internal/store"
)

// serveLivez says that the program runs.
func serveLivez(r *request) error {
	r.String(http.StatusOK, "ok\n")
	return nil
}

// need is what look-ups need, and what is said where it is missing.
type need struct {
	missing string
	check   func(*Server, context.Context) error
}

// needs are all that look-ups need. What is not among them makes nobody turn the
// program off: it still answers visitors.
var needs = []need{
	{"the database does not answer", func(s *Server, ctx context.Context) error { return s.Store.Ping(ctx) }},
	{"the key ring does not match the database", func(s *Server, ctx context.Context) error { return s.checkKeys(ctx) }},
}

// serveReadyz says that look-ups can be answered, or why they cannot, a line each. Asked for
// more (?verbose), it also says what should have been destroyed.
func serveReadyz(r *request) error {
	missing := r.server.missing(r.Ctx())
	if _, verbose := r.GetQuery("verbose"); verbose && len(missing) == 0 {
		if left := r.server.notDestroyed(r.Ctx()); left != "" {
			r.String(http.StatusOK, "ok\n"+left+"\n")
			return nil
		}
	}
	return r.sayReady(missing...)
}

// missing is what look-ups need and is not there.
func (s *Server) missing(ctx context.Context) (missing []string) {
	for _, n := range needs {
		if err := n.check(s, ctx); err != nil {
			s.Log.Error("not ready", "error", page.Cause(err))
			missing = append(missing, n.missing)
		}
	}
	return missing
}

// serveReadyzWrite says that something can be saved, or why it cannot.
func serveReadyzWrite(r *request) error {
	err := r.server.Store.Writable(r.Ctx())
	if err == nil {
		return r.sayReady()
	}
	for _, known := range unsaved {
		if errors.Is(err, known.err) {
			return r.sayReady(known.said)
		}
	}
	r.server.Log.Error("nothing can be saved", "error", page.Cause(err))
	return r.sayReady("nothing can be saved")
}

func (r *request) sayReady(missing ...string) error {
	if len(missing) == 0 {
		r.String(http.StatusOK, "ok\n")
		return nil
	}
	r.String(http.StatusServiceUnavailable, strings.Join(missing, "\n")+"\n")
	return nil
}

// unsaved are the reasons for which nothing can be saved: what monitoring is told, and
// the text for staff.
var unsaved = []struct {
	err       error
	said, key string
}{
	{store.ErrFull, "the disk is full", "page.layout.unsaved_full"},
	{store.ErrReadOnly, "the database can only be read", "page.layout.unsaved_read_only"},
	{store.ErrBusy, "another program keeps the database locked", "page.layout.unsaved_busy"},
	{lab.ErrUnavailable, "the database does not answer", "page.layout.unsaved"},
}

// unsavedText tells staff that nothing can be saved just now, and why; empty where it
// can. A page waits for the answer only for a moment.
func (r *request) unsavedText() string {
	ctx, cancel := context.WithTimeout(r.Ctx(), askWait)
	defer cancel()
	err := r.server.Store.Writable(ctx)
	for _, known := range unsaved {
		if errors.Is(err, known.err) {
			return r.Texts.Text(known.key)
		}
	}
	return ""
}
