package server

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"runtime"
	"strings"
	"time"

	"marquis/internal/page"

	"github.com/gin-gonic/gin"
)

// observe logs and counts each request by its route, never by its path, and answers
// a panic with a page. No log holds an address, a header or anything that was typed.
func (s *Server) observe(c *gin.Context) {
	begun := time.Now()
	s.metrics.inFlight.Inc()
	defer s.metrics.inFlight.Dec()
	defer func() {
		if cause := recover(); cause != nil {
			s.metrics.panics.Inc()
			s.Log.Error("panic", "route", c.FullPath(), "cause", panicCause(cause), "at", callers())
			if !c.Writer.Written() {
				s.request(c, s.doorAt(c.FullPath())).Fail(page.ErrPanicked)
			}
		}
		took := time.Since(begun)
		s.metrics.answered(c.FullPath(), method(c.Request.Method), c.Writer.Status())
		s.metrics.took(c.FullPath(), took)
		s.Log.Info("request", "method", method(c.Request.Method), "route", c.FullPath(), "status", c.Writer.Status(),
			"ms", took.Milliseconds())
	}()
	c.Next()
}

// method keeps a method that a client made up out of the log and the metrics.
func method(name string) string {
	switch name {
	case http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete, http.MethodOptions:
		return name
	}
	return "other"
}

// panicCause tells what went wrong without what was typed: the text of errors of
// the runtime, else only the type.
func panicCause(cause any) string {
	if err, ok := cause.(runtime.Error); ok {
		return err.Error()
	}
	return fmt.Sprintf("%T", cause)
}

// callers names the functions that led to a panic, without their arguments.
func callers() string {
	var pcs [32]uintptr
	frames := runtime.CallersFrames(pcs[:runtime.Callers(4, pcs[:])])
	var names []string
	for {
		frame, more := frames.Next()
		names = append(names, fmt.Sprintf("%s:%d", frame.Function, frame.Line))
		if !more {
			return strings.Join(names, " ")
		}
	}
}

// discardAddresses logs of the HTTP server only that something happened: what it
// says holds the addresses of clients.
type discardAddresses struct{ slog.Handler }

// Handle replaces the message.
func (d discardAddresses) Handle(ctx context.Context, r slog.Record) error {
	return d.Handler.Handle(ctx, slog.NewRecord(r.Time, r.Level, "connection failed", r.PC))
}
