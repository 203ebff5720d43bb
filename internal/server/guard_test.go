package server

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"marquis/internal/lab"
	"marquis/internal/store"
	"marquis/internal/store/storetest"
)

// fill puts something into the places of a path.
func (g *gate) fill(path string) string {
	return strings.NewReplacer(":service", g.own.Code, ":number", g.samples[g.own.ID], ":year", "2024", ":name", "x", ":user", "1").Replace(path)
}

func TestEveryAnswerHasItsHeaders(t *testing.T) {
	g := newGate(t, storetest.Open(t, storetest.Config(t, "sqlite")))
	want := map[string]string{
		"Content-Security-Policy": contentPolicy, "X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer",
		"Cross-Origin-Opener-Policy": "same-origin", "Cross-Origin-Resource-Policy": "same-origin", "Cache-Control": "no-store",
	}
	if strings.Contains(contentPolicy, "unsafe") || !strings.Contains(contentPolicy, "default-src 'none'") {
		t.Errorf("the content policy is %s", contentPolicy)
	}
	paths := map[string]string{"/nowhere": http.MethodGet, "/%00": http.MethodGet, "/lookup": "BREW"}
	for _, r := range routes() {
		paths[g.fill(r.path)] = r.method
	}
	for path, method := range paths {
		answer := httptest.NewRecorder()
		g.Handler().ServeHTTP(answer, httptest.NewRequest(method, path, http.NoBody))
		for name, value := range want {
			if have := answer.Header().Get(name); have != value {
				t.Errorf("%s %s: %s is %q, want %q", method, path, name, have, value)
			}
		}
		if answer.Code >= 500 {
			t.Errorf("%s %s: status %d", method, path, answer.Code)
		}
	}
}

func TestOverHTTPSBrowsersAreHeldToIt(t *testing.T) {
	g := newGate(t, storetest.Open(t, storetest.Config(t, "sqlite")))
	g.Address = &url.URL{Scheme: "https", Host: "results.example.org"}
	answer := httptest.NewRecorder()
	g.Handler().ServeHTTP(answer, httptest.NewRequest(http.MethodGet, "/", http.NoBody))
	if have := answer.Header().Get("Strict-Transport-Security"); !strings.Contains(have, "max-age=31536000") {
		t.Errorf("Strict-Transport-Security is %q", have)
	}
	if name := g.sessionCookie(); !strings.HasPrefix(name, "__Host-") {
		t.Errorf("the session's cookie is called %s", name)
	}
}

// A form on another site must do nothing here, whoever is signed in.
func TestFormsOfOtherSitesAreRefused(t *testing.T) {
	g := newGate(t, storetest.Open(t, storetest.Config(t, "sqlite")))
	token := g.session(t, storetest.Person(t, g.Store, "admin", 0, lab.Administrator), true)
	for _, r := range routes() {
		if r.method == get {
			continue
		}
		for name, value := range map[string]string{"Sec-Fetch-Site": "cross-site", "Origin": "https://evil.example"} {
			request := httptest.NewRequest(r.method, g.fill(r.path), http.NoBody)
			request.Header.Set(name, value)
			request.AddCookie(&http.Cookie{Name: g.sessionCookie(), Value: token})
			answer := httptest.NewRecorder()
			g.Handler().ServeHTTP(answer, request)
			if answer.Code != http.StatusForbidden || !strings.Contains(answer.Body.String(), "Nothing was changed") {
				t.Errorf("%s %s with %s: status %d", r.method, r.path, name, answer.Code)
			}
		}
	}
}

// No GET changes anything, so each is let by from other sites; the wrong method of
// an address is refused, and what there is not is not found.
func TestMethodsAndAddressesThatThereAreNot(t *testing.T) {
	g := newGate(t, storetest.Open(t, storetest.Config(t, "sqlite")))
	methods := map[string]map[string]bool{}
	for _, r := range routes() {
		path := g.fill(r.path)
		if methods[path] == nil {
			methods[path] = map[string]bool{}
		}
		methods[path][r.method] = true
	}
	for path, known := range methods {
		for _, method := range []string{http.MethodDelete, http.MethodPut, http.MethodTrace, http.MethodPatch} {
			if known[method] {
				continue
			}
			answer := httptest.NewRecorder()
			g.Handler().ServeHTTP(answer, httptest.NewRequest(method, path, http.NoBody))
			if answer.Code != http.StatusMethodNotAllowed {
				t.Errorf("%s %s: status %d", method, path, answer.Code)
			}
		}
		answer := httptest.NewRecorder()
		g.Handler().ServeHTTP(answer, httptest.NewRequest(http.MethodGet, path+"/nowhere/at/all", http.NoBody))
		if answer.Code != http.StatusNotFound || strings.Contains(answer.Body.String(), "goroutine") {
			t.Errorf("GET %s/nowhere/at/all: status %d", path, answer.Code)
		}
	}
}

// Nobody's typing reaches the text of a statement, or breaks a page.
func TestWhatIsTypedIntoAddressesIsHarmless(t *testing.T) {
	storetest.Each(t, checkTyping)
}

func checkTyping(t *testing.T, s *store.Store) {
	g := newGate(t, s)
	whole, err := g.newEngine(routes())
	if err != nil {
		t.Fatal(err)
	}
	g.engine = whole
	token := g.session(t, storetest.Person(t, s, "everybody", 0, lab.UserRoles[:5]...), true)
	payloads := []string{
		`'; DROP TABLE samples; --`, `1 OR 1=1`, `%27`, `"><script>alert(1)</script>`, "\x00", strings.Repeat("9", 400), `-1`, `../../etc/passwd`, `{{.}}`, `кetamine`,
	}
	names := []string{"q", "service", "stage", "method", "product", "age", "after", "number", "year", "lang", "say", "location", "expected", "code"}
	for _, r := range routes() {
		if r.method != get {
			continue
		}
		for _, payload := range payloads {
			query := url.Values{}
			for _, name := range names {
				query.Set(name, payload)
			}
			request := httptest.NewRequest(get, g.fill(r.path)+"?"+query.Encode(), http.NoBody)
			request.AddCookie(&http.Cookie{Name: g.sessionCookie(), Value: token})
			answer := httptest.NewRecorder()
			g.Handler().ServeHTTP(answer, request)
			if body := answer.Body.String(); answer.Code >= 500 || strings.Contains(body, "<script>alert") || strings.Contains(body, "SQL") {
				t.Errorf("GET %s with %.20q: status %d", r.path, payload, answer.Code)
			}
		}
	}
	if _, err := s.Services(t.Context()); err != nil {
		t.Error(fmt.Errorf("the registry is damaged: %w", err))
	}
}
