package server_test

import (
	"bytes"
	"io"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"marquis/internal/credential"
	"marquis/internal/keyring"
	"marquis/internal/lab"
	"marquis/internal/server"
	"marquis/internal/store"
	"marquis/internal/store/storetest"
)

// codeMonths is for how many whole months lookup codes work here.
const codeMonths = 3

// site is a running server on a registry of its own.
type site struct {
	config  store.Config
	store   *store.Store
	web     *server.Server
	keys    *keyring.Ring
	clock   *clock
	log     *logBook
	address *url.URL
	folder  string // of the key ring
}

// clock is a clock that a test moves.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) pass(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// logBook gathers what the server logs.
type logBook struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (l *logBook) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(p)
}

func (l *logBook) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

// eachSite runs a test on a server over SQLite and on one over PostgreSQL.
func eachSite(t *testing.T, test func(t *testing.T, x *site)) {
	storetest.EachKind(t, func(t *testing.T, kind string) { test(t, newSite(t, kind)) })
}

// oneSite is a server over SQLite, for what has nothing to do with the database.
func oneSite(t testing.TB) *site {
	return newSite(t, "sqlite")
}

func newSite(t testing.TB, kind string) *site {
	t.Helper()
	return newSiteAt(t, storetest.Config(t, kind))
}

// syntheticSite is a server on a registry of synthetic samples.
func syntheticSite(t testing.TB, kind string) *site {
	t.Helper()
	return newSiteAt(t, storetest.Config(t, kind), func(s *store.Store) error {
		return s.MarkSynthetic(t.Context(), lab.Operator("test"), "seed 1, years 2023-2024")
	})
}

// newSiteAt is a server on a registry that was prepared before.
func newSiteAt(t testing.TB, config store.Config, prepare ...func(*store.Store) error) *site {
	t.Helper()
	credential.CheapInTest(t)
	clock := &clock{now: storetest.Now}
	s := storetest.OpenAt(t, config, clock.Now)
	for _, f := range prepare {
		if err := f(s); err != nil {
			t.Fatal(err)
		}
	}
	folder := t.TempDir()
	keys, err := keyring.Open(filepath.Join(folder, "keys.json"), true)
	if err != nil {
		t.Fatal(err)
	}
	x := &site{config: config, store: s, keys: keys, clock: clock, log: &logBook{}, folder: folder}
	listener := httptest.NewUnstartedServer(nil)
	x.address = &url.URL{Scheme: "http", Host: listener.Listener.Addr().String()}
	web, err := server.New(server.Config{
		Store: s, Keys: keys, Log: slog.New(slog.NewJSONHandler(x.log, &slog.HandlerOptions{Level: slog.LevelDebug})), Now: x.clock.Now,
		Address: x.address, Currency: "EUR", CodeMonths: codeMonths,
	})
	if err != nil {
		t.Fatal(err)
	}
	x.web = web
	t.Cleanup(web.Close)
	listener.Config.Handler = web.Handler()
	listener.Start()
	t.Cleanup(listener.Close)
	return x
}

// reader is a browser without scripts: it keeps cookies and follows no redirect.
type reader struct {
	t      testing.TB
	site   *site
	client *http.Client
	lang   string
}

// page is an answer.
type page struct {
	status int
	header http.Header
	body   string
}

// visitor is a reader who is not signed in.
func (x *site) visitor(t testing.TB) *reader {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	return &reader{t: t, site: x, lang: "en", client: &http.Client{
		Transport: transport, // not the usual one, of which each test server that ends closes the connections
		Jar:       jar, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
}

// staff is a reader who is signed in, with the second factor.
func (x *site) staff(t testing.TB, actor lab.Actor) *reader {
	t.Helper()
	return x.signedIn(t, actor, true)
}

func (x *site) signedIn(t testing.TB, actor lab.Actor, secondFactor bool) *reader {
	t.Helper()
	token, hash := credential.NewToken()
	if err := storetest.StartSession(t.Context(), x.store, actor, hash, secondFactor); err != nil {
		t.Fatal(err)
	}
	r := x.visitor(t)
	r.client.Jar.SetCookies(x.address, []*http.Cookie{{Name: "marquis-session", Value: token, Path: "/"}})
	return r
}

func (r *reader) get(path string) page { return r.send(http.MethodGet, path, nil) }

// post sends a form.
func (r *reader) post(path string, fields url.Values) page {
	return r.send(http.MethodPost, path, strings.NewReader(fields.Encode()))
}

func (r *reader) send(method, path string, body io.Reader) page {
	r.t.Helper()
	request, err := http.NewRequestWithContext(r.t.Context(), method, r.site.address.String()+path, body)
	if err != nil {
		r.t.Fatal(err)
	}
	if body != nil {
		request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	request.Header.Set("Accept-Language", r.lang)
	return r.do(request)
}

func (r *reader) do(request *http.Request) page {
	r.t.Helper()
	answer, err := r.client.Do(request)
	if err != nil {
		r.t.Fatal(err)
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		r.t.Fatal(err)
	}
	return page{answer.StatusCode, answer.Header, string(body)}
}

// want fails unless the page has the status and says all of the texts.
func (p page) want(t testing.TB, status int, texts ...string) page {
	t.Helper()
	if p.status != status {
		t.Fatalf("status %d, want %d (location %q):\n%s", p.status, status, p.header.Get("Location"), p.body)
	}
	for _, text := range texts {
		if !strings.Contains(p.body, text) {
			t.Errorf("the page does not say %q:\n%s", text, p.body)
		}
	}
	return p
}

// leads fails unless the page sends the reader on to the address.
func (p page) leads(t testing.TB, address string) {
	t.Helper()
	p.want(t, http.StatusSeeOther)
	if to := p.header.Get("Location"); to != address {
		t.Errorf("leads to %q, want %q", to, address)
	}
}

// asksFor fails unless the answer leads to a page that stands before others, which
// leads back afterwards.
func (p page) asksFor(t testing.TB, address string) {
	t.Helper()
	p.want(t, http.StatusSeeOther)
	if to, _, _ := strings.Cut(p.header.Get("Location"), "?next="); to != address {
		t.Errorf("leads to %q, want %q", to, address)
	}
}

// lacks fails when the page says one of the texts.
func (p page) lacks(t testing.TB, texts ...string) page {
	t.Helper()
	for _, text := range texts {
		if strings.Contains(p.body, text) {
			t.Errorf("the page says %q", text)
		}
	}
	return p
}
