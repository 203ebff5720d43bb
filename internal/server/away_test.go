package server_test

import (
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"marquis/internal/lab"
	"marquis/internal/store"
	"marquis/internal/store/storetest"
)

// socketName is the name of PostgreSQL's socket in its folder, at its usual port.
const socketName = ".s.PGSQL.5432"

// cable leads to a PostgreSQL server and can be pulled out.
type cable struct {
	t        *testing.T
	far      string // socket of the server
	folder   string // of the near socket
	mu       sync.Mutex
	listener net.Listener
	open     []net.Conn
}

// newCable returns the place of an empty registry whose database is at the other
// end of a cable.
func newCable(t *testing.T) (*cable, store.Config) {
	t.Helper()
	config := storetest.Config(t, "postgres")
	u, err := url.Parse(config.DatabaseURL)
	if err != nil {
		t.Fatal(err)
	}
	folder, err := os.MkdirTemp("", "cable") // a short path: those of sockets are limited
	if err != nil {
		t.Fatal(err)
	}
	query := u.Query()
	c := &cable{t: t, far: filepath.Join(query.Get("host"), socketName), folder: folder}
	query.Set("host", folder)
	u.RawQuery = query.Encode()
	c.plugIn()
	t.Cleanup(func() {
		c.pullOut()
		if err := os.RemoveAll(folder); err != nil {
			t.Error(err)
		}
	})
	return c, store.Config{DatabaseURL: u.String()}
}

func (c *cable) plugIn() {
	c.t.Helper()
	listener, err := (&net.ListenConfig{}).Listen(c.t.Context(), "unix", filepath.Join(c.folder, socketName))
	if err != nil {
		c.t.Fatal(err)
	}
	c.listener = listener
	go func() {
		for {
			near, err := listener.Accept()
			if err != nil {
				return
			}
			c.join(near)
		}
	}()
}

func (c *cable) join(near net.Conn) {
	far, err := (&net.Dialer{}).Dial("unix", c.far)
	if err != nil {
		_ = near.Close()
		return
	}
	c.mu.Lock()
	c.open = append(c.open, near, far)
	c.mu.Unlock()
	for _, way := range [][2]net.Conn{{near, far}, {far, near}} {
		go func() {
			_, _ = io.Copy(way[0], way[1])
			_ = way[0].Close()
		}()
	}
}

func (c *cable) pullOut() {
	_ = c.listener.Close()
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, end := range c.open {
		_ = end.Close()
	}
	c.open = nil
}

// A database that is away is no fault of whoever asks: they are told to try again,
// nothing is half-written, and the program goes on by itself when it is back.
func TestADatabaseThatIsAway(t *testing.T) {
	c, config := newCable(t)
	x := newSiteAt(t, config)
	service := storetest.Service(t, x.store, "UTR")
	intake := x.staff(t, storetest.Person(t, x.store, "intake", service.ID, lab.Intake))
	draft := intake.post("/counter/UTR/new", nil).want(t, http.StatusSeeOther).header.Get("Location")
	typed := url.Values{"product_id": {"ketamine"}, "form": {"powder"}, "received_on": {"2025-03-03"}, "channel": {"front_of_house"}}

	code := lab.NewLookupCode()
	if _, err := x.keys.Hash(code, lab.DateOf(x.clock.Now(), time.UTC)); err != nil {
		t.Fatal(err)
	}

	c.pullOut()
	visitor := x.visitor(t)
	for _, p := range []page{
		visitor.post("/lookup", url.Values{"code": {code.Print()}}), visitor.get("/figures"),
		intake.get("/work"), intake.post(draft, typed), intake.post(draft+"/save", typed),
		visitor.post("/sign-in", url.Values{"login": {"intake"}, "password": {goodPassword}}),
	} {
		p.want(t, http.StatusServiceUnavailable, "Try again in half a minute.")
		if p.header.Get("Retry-After") == "" {
			t.Error("no word of when to try again")
		}
	}
	visitor.get("/readyz").want(t, http.StatusServiceUnavailable)
	visitor.get("/livez").want(t, http.StatusOK)

	c.plugIn()
	visitor.get("/readyz").want(t, http.StatusOK)
	intake.follow(intake.post(draft, typed)).want(t, http.StatusOK, "UTR-2025-00001")
	intake.get("/work?stage=to_analyse").want(t, http.StatusOK, "UTR-2025-00001").lacks(t, "UTR-2025-00002")
}
