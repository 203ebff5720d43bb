package server

import (
	"net/http"

	"marquis/internal/page"

	"github.com/gin-gonic/gin"
)

// contentPolicy lets a page load its own styles, scripts and pictures, and nothing
// else from anywhere.
const contentPolicy = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; " +
	"form-action 'self'; base-uri 'none'; frame-ancestors 'none'; object-src 'none'"

// protect sets the headers of every answer and limits what a request may send.
// Nothing is kept by browsers or proxies unless a handler says otherwise.
func (s *Server) protect(c *gin.Context) {
	h := c.Writer.Header()
	h.Set("Content-Security-Policy", contentPolicy)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "same-origin") // to other sites none; without any, browsers hide where our own forms come from
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("Permissions-Policy", "camera=(), geolocation=(), microphone=()")
	h.Set("Cache-Control", "no-store")
	if s.Address.Scheme == "https" {
		h.Set("Strict-Transport-Security", "max-age=31536000; includeSubDomains")
	}
	c.Request.Body = http.MaxBytesReader(c.Writer, c.Request.Body, max(page.BodyBytes, s.large[c.Request.Method+" "+c.FullPath()]))
	c.Next()
}
