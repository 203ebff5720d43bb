package server

import (
	"net/http"
	"time"

	"marquis/internal/page"
	"marquis/internal/store"
)

// pageRequest is a request as every page knows it.
type pageRequest = page.Request

// request is a request as the server's own handlers know it.
type request struct {
	*pageRequest
	server  *Server
	session *store.Session // nil for the public
	clocks  *time.Location // see shownIn
}

// handler answers a request with a page, or with an error.
type handler func(*request) error

// route is one way in: how, where, for whom, and who answers.
type route struct {
	method, path string
	access       page.Access
	handle       handler
}

func (rt route) door() page.Door {
	return page.Door{Method: rt.method, Path: rt.path, Access: rt.access}
}

const (
	get  = http.MethodGet
	post = http.MethodPost
)
