package server

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"marquis/internal/store/storetest"
)

// TestFormsAreTakenFromTheKnownAddress: what a browser says of where a form comes from
// is held against the public address, whatever Host a proxy or a stranger says.
func TestFormsAreTakenFromTheKnownAddress(t *testing.T) {
	g := newGate(t, storetest.Open(t, storetest.Config(t, "sqlite")))
	const public, local = "https://results.example.org", "http://127.0.0.1:8080"
	for _, x := range []struct {
		address, host, origin, site string
		taken                       bool
	}{
		{public, "127.0.0.1:8080", "https://results.example.org", "", true}, // a proxy that does not pass Host on, an old browser
		{public, "results.example.org", "https://results.example.org", "", true},
		{public, "127.0.0.1:8080", "https://results.example.org", "same-origin", true},
		{public, "127.0.0.1:8080", "null", "same-origin", true}, // a page that sends no referrer
		{public, "127.0.0.1:8080", "", "same-origin", true},
		{public, "127.0.0.1:8080", "", "none", true},
		{public, "127.0.0.1:8080", "", "", true}, // no browser
		{public, "x", "https://RESULTS.example.org", "", true},
		{public, "x", "HTTPS://results.example.org:443", "", true},
		{public, "x", "https://results.example.org.", "", true},
		{"https://Results.Example.org:443", "x", "https://results.example.org", "", true},
		{"https://results.example.org:8443", "x", "https://results.example.org:8443", "", true},
		{"https://[2001:db8::1]", "x", "https://[2001:db8:0:0::1]", "", true},

		{public, "evil.example", "https://evil.example", "", false},
		{public, "evil.example", "https://evil.example", "same-origin", false},
		{public, "evil.example", "https://evil.example", "none", false},
		{public, "results.example.org", "https://evil.example", "", false},
		{public, "results.example.org", "http://results.example.org", "", false},
		{public, "results.example.org", "https://results.example.org:8443", "", false},
		{"https://results.example.org:8443", "results.example.org", "https://results.example.org", "", false},
		{public, "results.example.org", "https://results.example.org.evil.example", "", false},
		{public, "results.example.org", "https://evil.example/results.example.org", "", false},
		{public, "results.example.org", "https://results.example.org@evil.example", "", false},
		{public, "results.example.org", "https://evil.example@results.example.org", "", false},
		{public, "results.example.org", "https://www.results.example.org", "", false},
		{public, "results.example.org", "results.example.org", "", false},
		{public, "results.example.org", "//results.example.org", "", false},
		{public, "results.example.org", "https://results.example.org, https://evil.example", "", false},
		{public, "results.example.org", "null", "", false},
		{public, "results.example.org", "null", "cross-site", false},
		{public, "results.example.org", "null", "same-site", false},
		{public, "results.example.org", "", "cross-site", false},
		{public, "results.example.org", "", "same-site", false},
		{public, "results.example.org", "", "sideways", false},
		{public, "results.example.org", "https://results.example.org", "cross-site", false},
		{public, "127.0.0.1:8080", "http://127.0.0.1:8080", "", false},

		{local, "127.0.0.1:8080", "http://127.0.0.1:8080", "", true},
		{local, "localhost:8080", "http://localhost:8080", "", true},
		{local, "LOCALHOST:8080", "http://localhost:8080", "", true},
		{local, "[::1]:8080", "http://[::1]:8080", "", true},
		{local, "localhost:8080", "null", "same-origin", true},
		{local, "localhost:9000", "http://localhost:9000", "same-origin", true}, // a port that is forwarded
		{local, "x", "", "", true},                                              // no browser

		{local, "localhost:9000", "http://localhost:9000", "", false},
		{local, "localhost:8080", "http://localhost:9000", "same-site", false},
		{local, "localhost:8080", "https://localhost:8080", "", false},
		{local, "evil.example:8080", "http://evil.example:8080", "", false}, // a name that was made to lead here
		{local, "evil.example:8080", "http://evil.example:8080", "same-origin", false},
		{local, "evil.example:8080", "null", "same-origin", false},
		{local, "evil.example:8080", "", "same-origin", false},
		{local, "localhost.evil.example:8080", "", "none", false},
		{local, "127.0.0.1.evil.example", "null", "same-origin", false},
	} {
		address, err := url.Parse(x.address)
		if err != nil {
			t.Fatal(err)
		}
		g.Address = address
		request := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/lookup", http.NoBody)
		request.Host = x.host
		for name, value := range map[string]string{"Origin": x.origin, "Sec-Fetch-Site": x.site} {
			if value != "" {
				request.Header.Set(name, value)
			}
		}
		answer := httptest.NewRecorder()
		g.Handler().ServeHTTP(answer, request)
		if want := map[bool]int{true: http.StatusNoContent, false: http.StatusForbidden}[x.taken]; answer.Code != want {
			t.Errorf("at %s by Host %s from %q, said to be %q: status %d, want %d", x.address, x.host, x.origin, x.site, answer.Code, want)
		}
	}
}

// A form that is refused is answered with a page like any other.
func TestAFormOfAnotherSiteIsAnsweredWithAPage(t *testing.T) {
	g := newGate(t, storetest.Open(t, storetest.Config(t, "sqlite")))
	for path, says := range map[string]string{"/lookup": "was not sent from here", "/lookup?lang=nl": "is niet vanaf hier verstuurd", "/work/x": "Nothing was changed."} {
		request := httptest.NewRequestWithContext(t.Context(), http.MethodPost, path, http.NoBody)
		request.Header.Set("Origin", "https://evil.example")
		answer := httptest.NewRecorder()
		g.Handler().ServeHTTP(answer, request)
		for name, want := range map[string]string{
			"Content-Security-Policy": contentPolicy, "Cache-Control": "no-store", "X-Content-Type-Options": "nosniff", "Content-Type": "text/html; charset=utf-8",
		} {
			if have := answer.Header().Get(name); have != want {
				t.Errorf("%s: %s is %q", path, name, have)
			}
		}
		if answer.Code != http.StatusForbidden || !strings.Contains(answer.Body.String(), says) || !strings.Contains(answer.Body.String(), `href="tel:112"`) {
			t.Errorf("%s: status %d:\n%s", path, answer.Code, answer.Body)
		}
	}
}
