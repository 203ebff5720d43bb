package goals

import (
	"errors"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strings"
	"testing"
	"time"

	"marquis/internal/credential"
	"marquis/internal/keyring"
	"marquis/internal/lab"
	"marquis/internal/store"
	"marquis/internal/store/storetest"
)

// site is a data set that is served, with what the test itself needs of it.
type site struct {
	*process
	store   *store.Store
	keys    *keyring.Ring
	service lab.Service // the one with the most samples
}

// site serves a data set.
func (x *bench) site(t *testing.T, s *set) *site {
	t.Helper()
	return x.siteOf(t, s, x.serve(t, s))
}

// siteOf is a data set that a server serves.
func (x *bench) siteOf(t *testing.T, s *set, p *process) *site {
	t.Helper()
	w := &site{store: s.open(t, time.Now), process: p}
	var err error
	if w.keys, err = keyring.Open(s.keys(), false); err != nil {
		t.Fatal(err)
	}
	w.service = busiest(t, s, w.store)
	return w
}

// busiest is the service with the most samples.
func busiest(t *testing.T, s *set, registry *store.Store) lab.Service {
	t.Helper()
	code := text(t, s.pool(t), "SELECT code FROM services ORDER BY (SELECT count(*) FROM samples WHERE service_id = services.id) DESC, id LIMIT 1")
	service, err := registry.Service(t.Context(), lab.Operator("test"), code)
	if err != nil {
		t.Fatal(err)
	}
	return service
}

// person is somebody of this test's own with roles at all services, who stays in a
// data set that is kept.
func person(t *testing.T, s *store.Store, login string, roles ...lab.UserRole) lab.Actor {
	t.Helper()
	account, err := s.Account(t.Context(), login)
	if errors.Is(err, lab.ErrNotFound) {
		return storetest.Person(t, s, login, 0, roles...)
	}
	if err != nil {
		t.Fatal(err)
	}
	return account.Actor()
}

// reader is a browser without scripts: it keeps cookies and follows no redirect.
type reader struct {
	site   *site
	client *http.Client
}

// page is an answer.
type page struct {
	status int
	header http.Header
	body   string
}

// visitor is a reader who is not signed in.
func (w *site) visitor(t *testing.T) *reader {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	return &reader{w, &http.Client{
		Jar: jar, Transport: &http.Transport{}, // a connection of one's own
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
}

// staff is a reader who is signed in, with the second factor.
func (w *site) staff(t *testing.T, actor lab.Actor) *reader {
	t.Helper()
	token, hash := credential.NewToken()
	if err := storetest.StartSession(t.Context(), w.store, actor, hash, true); err != nil {
		t.Fatal(err)
	}
	r := w.visitor(t)
	r.client.Jar.SetCookies(w.address, []*http.Cookie{{Name: "marquis-session", Value: token, Path: "/"}})
	return r
}

func (r *reader) get(t *testing.T, path string) page {
	t.Helper()
	return r.send(t, http.MethodGet, path, nil)
}

// post sends a form.
func (r *reader) post(t *testing.T, path string, fields url.Values) page {
	t.Helper()
	return r.send(t, http.MethodPost, path, strings.NewReader(fields.Encode()))
}

// lookUp reads what a code leads to.
func (r *reader) lookUp(t *testing.T, code string) page {
	t.Helper()
	on := r.post(t, "/lookup", url.Values{"code": {code}}).want(t, http.StatusSeeOther)
	return r.get(t, on.header.Get("Location")).want(t, http.StatusOK)
}

func (r *reader) send(t *testing.T, method, path string, body io.Reader) page {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), method, r.site.address.String()+path, body)
	if err != nil {
		t.Fatal(err)
	}
	if body != nil {
		request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	request.Header.Set("Accept-Language", "en")
	answer, err := r.client.Do(request)
	if err != nil {
		t.Error(err) // it may be one of many that read at once
		return page{}
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Error(err)
	}
	return page{answer.StatusCode, answer.Header, string(text)}
}

// want notes an error unless the page has the status.
func (p page) want(t *testing.T, status int) page {
	t.Helper()
	if p.status != status {
		t.Errorf("status %d, want %d (location %q):\n%.2000s", p.status, status, p.header.Get("Location"), p.body)
	}
	return p
}
