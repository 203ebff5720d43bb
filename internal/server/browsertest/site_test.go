package browsertest

import (
	"log/slog"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"

	"marquis/internal/credential"
	"marquis/internal/keyring"
	"marquis/internal/lab"
	"marquis/internal/server"
	"marquis/internal/store"
	"marquis/internal/store/storetest"
)

// site is a running server on a registry with a service, its staff, its methods and
// two years of samples.
type site struct {
	store   *store.Store
	keys    *keyring.Ring
	clock   *clock
	config  store.Config
	address *url.URL
	words   *lab.Dictionary
	service lab.Service
	people  atomic.Int32 // newcomers so far, for their names

	admin, intake, analyst, verifier, coordinator, importer lab.Actor
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

// eachSite runs a test on a server over SQLite and on one over PostgreSQL.
func eachSite(t *testing.T, test func(t *testing.T, x *site)) {
	startChromium(t)
	storetest.EachKind(t, func(t *testing.T, kind string) { test(t, newSite(t, kind)) })
}

// newSite is a server on a registry that was prepared before anything was in it.
func newSite(t testing.TB, kind string, prepare ...func(*store.Store) error) *site {
	t.Helper()
	x := &site{clock: &clock{now: storetest.Now}}
	x.config = storetest.Config(t, kind)
	x.store = storetest.OpenAt(t, x.config, x.clock.Now)
	for _, f := range prepare {
		if err := f(x.store); err != nil {
			t.Fatal(err)
		}
	}
	x.fill(t)
	var err error
	if x.keys, err = keyring.Open(filepath.Join(t.TempDir(), "keys.json"), true); err != nil {
		t.Fatal(err)
	}
	listener := httptest.NewUnstartedServer(nil)
	x.address = &url.URL{Scheme: "http", Host: listener.Listener.Addr().String()}
	web, err := server.New(server.Config{
		Store: x.store, Keys: x.keys, Log: slog.New(slog.DiscardHandler), Now: x.clock.Now,
		Address: x.address, Currency: "EUR", CodeMonths: 3,
	})
	if err != nil {
		t.Fatal(err)
	}
	listener.Config.Handler = web.Handler()
	listener.Start()
	t.Cleanup(func() {
		listener.Close()
		web.Close()
	})
	return x
}

// fill records a service, its staff, and samples of this year and the one before.
func (x *site) fill(t testing.TB) {
	t.Helper()
	x.service = storetest.Service(t, x.store, "UTR")
	for _, name := range []string{"Kanaalstraat", "Festival tent"} {
		location := lab.Location{ServiceID: x.service.ID, Name: name, Kind: "office", Region: "Utrecht"}
		if _, err := x.store.AddLocation(t.Context(), lab.Operator("test"), location); err != nil {
			t.Fatal(err)
		}
	}
	x.admin = storetest.Person(t, x.store, "admin", 0, lab.Administrator)
	x.intake = storetest.Person(t, x.store, "intake", x.service.ID, lab.Intake)
	x.analyst = storetest.Person(t, x.store, "analyst", x.service.ID, lab.Laboratory)
	x.verifier = storetest.Person(t, x.store, "verifier", x.service.ID, lab.Verifier)
	x.importer = storetest.Person(t, x.store, "importer", x.service.ID, lab.Importer)
	x.coordinator = storetest.Person(t, x.store, "coordinator", 0, lab.Coordinator, lab.DataAnalyst)
	x.words = storetest.AddMethods(t, x.store)
	batch := &store.ImportBatch{
		Import:  lab.Import{Key: lab.Key{ServiceID: x.service.ID}, Profile: "generated", Digest: "x", Files: "x"},
		Samples: store.Arrivals(storetest.Generate(x.words, 1, 400, storetest.Now.Year()-2, storetest.Now.Year()-1)),
	}
	if err := x.store.Import(t.Context(), lab.Operator("import"), x.words, batch, func(int) {}); err != nil {
		t.Fatal(err)
	}
}

// visitor is a browser of somebody who is not signed in.
func (x *site) visitor(t testing.TB) *browser {
	t.Helper()
	return newBrowser(t, x.address)
}

// staff is a browser of somebody who is signed in, with the second factor.
func (x *site) staff(t testing.TB, actor lab.Actor) *browser {
	t.Helper()
	return x.signedIn(t, actor, true)
}

func (x *site) signedIn(t testing.TB, actor lab.Actor, secondFactor bool) *browser {
	t.Helper()
	token, hash := credential.NewToken()
	if err := storetest.StartSession(t.Context(), x.store, actor, hash, secondFactor); err != nil {
		t.Fatal(err)
	}
	b := newBrowser(t, x.address)
	cookie := network.SetCookieParams{Name: "marquis-session", Value: token, URL: x.address.String()}
	if _, err := chromedp.Call(b.ctx, network.SetCookie, cookie); err != nil {
		t.Fatal(err)
	}
	return b
}
