package server

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"marquis/internal/lab"
	"marquis/internal/page"
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
		"Content-Security-Policy": contentPolicy, "X-Content-Type-Options": "nosniff", "Referrer-Policy": "same-origin",
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

// ofTheDatabase is how SQLite and PostgreSQL begin or mark what they refuse; the random key of
// a form may hold any three letters.
var ofTheDatabase = regexp.MustCompile(`SQL logic error|SQLSTATE|syntax error|constraint failed`)

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
	token := g.session(t, storetest.Person(t, s, "everybody", 0, lab.UserRoles[:6]...), true)
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
			if body := answer.Body.String(); answer.Code >= 500 || strings.Contains(body, "<script>alert") || ofTheDatabase.MatchString(body) {
				t.Errorf("GET %s with %.20q: status %d", r.path, payload, answer.Code)
			}
		}
	}
	if _, err := s.Services(t.Context(), lab.Operator("test")); err != nil {
		t.Error(fmt.Errorf("the registry is damaged: %w", err))
	}
}

// Behind a known proxy visitors are told apart by the one header that it sets,
// however it writes addresses. Nobody else is believed, nor any other header.
func TestWhoAsksIsWhatAKnownProxySays(t *testing.T) {
	g := newGate(t, storetest.Open(t, storetest.Config(t, "sqlite")))
	g.Proxies = []netip.Prefix{netip.MustParsePrefix("127.0.0.1/32"), netip.MustParsePrefix("10.0.0.0/8")}
	engine, err := g.newEngine([]route{{get, "/who", page.Everybody, func(r *request) error {
		r.String(http.StatusOK, "%s", r.network())
		return nil
	}}})
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		peer      string
		forwarded []string
		want      string
	}{
		{"127.0.0.1:5000", []string{"192.0.2.7"}, "192.0.2.7"},
		{"127.0.0.1:5000", []string{"192.0.2.7:40112"}, "192.0.2.7"},
		{"127.0.0.1:5000", []string{"[2001:db8:1:2::9]:443"}, "2001:db8:1:2::/64"},
		{"127.0.0.1:5000", []string{"[2001:db8:1:2::9]"}, "2001:db8:1:2::/64"},
		{"127.0.0.1:5000", []string{"::ffff:192.0.2.7"}, "192.0.2.7"},
		{"127.0.0.1:5000", []string{"198.51.100.1, 192.0.2.7"}, "192.0.2.7"},
		{"127.0.0.1:5000", []string{"198.51.100.1", "192.0.2.7:1"}, "192.0.2.7"},
		{"127.0.0.1:5000", []string{"192.0.2.7, 10.1.2.3:80"}, "192.0.2.7"},
		{"127.0.0.1:5000", []string{"unknown"}, "127.0.0.1"},
		{"127.0.0.1:5000", nil, "127.0.0.1"},
		{"203.0.113.9:5000", []string{"192.0.2.7"}, "203.0.113.9"},
	} {
		request := httptest.NewRequest(get, "/who", http.NoBody)
		request.RemoteAddr = test.peer
		for _, value := range test.forwarded {
			request.Header.Add("X-Forwarded-For", value)
		}
		request.Header.Set("X-Real-IP", "198.51.100.99")
		request.Header.Set("Forwarded", "for=198.51.100.99")
		answer := httptest.NewRecorder()
		engine.ServeHTTP(answer, request)
		if have := answer.Body.String(); have != test.want {
			t.Errorf("%s forwards %q: %q, want %q", test.peer, test.forwarded, have, test.want)
		}
	}
}
