package server_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/gin-gonic/gin"
)

// BenchmarkFiguresPage is the page of a year when nothing has changed, against a
// bare gin handler that writes the same bytes. Goal: at least 0.8 of it.
func BenchmarkFiguresPage(b *testing.B) {
	x := oneSite(b)
	fill(b, x, "UTR", 1, 2000)
	page := x.visitor(b).get("/figures/2024").want(b, http.StatusOK)
	gin.SetMode(gin.ReleaseMode)
	bare := gin.New()
	body := []byte(page.body)
	bare.GET("/figures/2024", func(c *gin.Context) { c.Data(http.StatusOK, "text/html; charset=utf-8", body) })
	for name, handler := range map[string]http.Handler{"marquis": x.web.Handler(), "bare": bare} {
		b.Run(name, func(b *testing.B) {
			server := httptest.NewServer(handler)
			defer server.Close()
			client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 64, DisableCompression: true}}
			b.SetParallelism(32) // with two processors 64 connections
			b.RunParallel(func(p *testing.PB) {
				for p.Next() {
					fetch(b, client, server.URL+"/figures/2024")
				}
			})
		})
	}
}

func fetch(b *testing.B, client *http.Client, address string) {
	request, err := http.NewRequestWithContext(b.Context(), http.MethodGet, address, nil)
	if err != nil {
		b.Error(err)
		return
	}
	answer, err := client.Do(request)
	if err != nil {
		b.Error(err)
		return
	}
	defer answer.Body.Close()
	if _, err := io.Copy(io.Discard, answer.Body); err != nil || answer.StatusCode != http.StatusOK {
		b.Errorf("status %d, %v", answer.StatusCode, err)
	}
}

// BenchmarkYearPage is the page of a year made anew from folds in memory.
func BenchmarkYearPage(b *testing.B) {
	x := oneSite(b)
	fill(b, x, "UTR", 1, 2000)
	r := x.visitor(b)
	for b.Loop() {
		b.StopTimer()
		x.clock.pass(400 * 24 * time.Hour) // another running year makes all pages anew
		b.StartTimer()
		r.get("/figures/2024").want(b, http.StatusOK)
	}
}
