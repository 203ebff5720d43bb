package server_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/gin-gonic/gin"

	"marquis/internal/lab"
)

// BenchmarkLookup answers look-ups of a released result, of both requests together:
// the code that is typed, and the result that it leads to. Beside it stand bare gin
// handlers that lead on and write the same bytes. Both are measured without the network, which costs
// each the same and hides the difference.
func BenchmarkLookup(b *testing.B) {
	for _, kind := range []string{"sqlite", "postgres"} {
		c := newCounter(b, newSite(b, kind))
		sample, code := c.handIn(b, "ketamine")
		c.analyse(b, sample, lab.GCMS, lab.HasFindings, c.found(b, "ketamine", lab.Quantified, "79.5 %", lab.BasisBase), c.found(b, "levamisole", lab.Identified, "", ""))
		c.release(b, sample, "")
		form := url.Values{"code": {code.Print()}}.Encode()
		answer := func(h http.Handler, method, address, body string) *httptest.ResponseRecorder {
			request := httptest.NewRequestWithContext(b.Context(), method, address, strings.NewReader(body))
			request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			answer := httptest.NewRecorder()
			h.ServeHTTP(answer, request)
			return answer
		}
		send := func(h http.Handler) *httptest.ResponseRecorder {
			on := answer(h, http.MethodPost, "/lookup", form)
			return answer(h, http.MethodGet, on.Header().Get("Location"), "")
		}
		web := c.web.Handler()
		page := send(web)
		if page.Code != http.StatusOK {
			b.Fatalf("status %d", page.Code)
		}
		gin.SetMode(gin.ReleaseMode)
		bare := gin.New()
		bare.POST("/lookup", func(g *gin.Context) { g.Redirect(http.StatusSeeOther, "/result/x") })
		bare.GET("/result/:ticket", func(g *gin.Context) { g.Data(http.StatusOK, "text/html; charset=utf-8", page.Body.Bytes()) })
		b.Run(kind+"/bare", func(b *testing.B) {
			for b.Loop() {
				send(bare)
			}
		})
		b.Run(kind+"/page", func(b *testing.B) {
			b.ReportMetric(float64(page.Body.Len()), "bytes")
			for b.Loop() {
				if answer := send(web); answer.Code != http.StatusOK {
					b.Fatalf("status %d", answer.Code)
				}
			}
		})
	}
}
