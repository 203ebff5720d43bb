package server

import (
	"net/http"

	"marquis/internal/page"
)

// headersAlone tells whether only the headers of a page are asked for. Whatever notes
// that somebody read or fetched something asks this first.
func (r *request) headersAlone() bool { return r.Request.Method == http.MethodHead }

// wrongMethod answers a method that an address does not know, and OPTIONS, which
// asks for those that it does.
func wrongMethod(r *request) error {
	allowed := r.Writer.Header().Get("Allow") // as the router found it
	r.Header("Allow", allowed+", "+http.MethodOptions)
	if r.Request.Method != http.MethodOptions {
		return page.ErrWrongMethod
	}
	r.Status(http.StatusNoContent)
	r.Writer.WriteHeaderNow()
	return nil
}
