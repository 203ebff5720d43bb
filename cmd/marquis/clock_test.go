package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"marquis/internal/demo"
	"marquis/internal/keyring"
	"marquis/internal/lab"
	"marquis/internal/store"
	"marquis/internal/store/pgtest"
	"marquis/internal/store/storetest"
)

// ahead is a clock that goes, and is so far ahead of the right one.
func ahead(d time.Duration) func() time.Time {
	return func() time.Time { return time.Now().Add(d) }
}

// hourly is a clock that is ahead and goes an hour a second.
func hourly(d time.Duration) func() time.Time {
	started := time.Now()
	return func() time.Time { return started.Add(d + 3600*time.Since(started)) }
}

// serveBy serves by a clock until it is stopped.
func serveBy(t *testing.T, clock func() time.Time, environment map[string]string) *served {
	t.Helper()
	ctx, stop := context.WithCancel(t.Context())
	out, in := io.Pipe()
	x := &served{stop: stop, code: make(chan int, 1), stderr: &strings.Builder{}}
	go func() {
		p := &program{stdout: in, stderr: x.stderr, now: clock}
		root := p.root(func(name string) (string, bool) { value, ok := environment[name]; return value, ok })
		root.SetArgs([]string{"serve", "--listen", "127.0.0.1:0"})
		code := exitDone
		if err := root.ExecuteContext(ctx); err != nil {
			fmt.Fprintln(x.stderr, err)
			code = exitFailed
		}
		x.code <- code
		_ = in.Close()
	}()
	t.Cleanup(stop)
	x.address = addressIn(bufio.NewReader(out))
	return x
}

func (p *served) end(t *testing.T) {
	t.Helper()
	p.stop()
	if code := p.wait(t); code != exitDone {
		t.Fatalf("exit code %d: %s", code, p.stderr)
	}
}

// registry is a small demo, with codes that were given out in the last weeks.
type registry struct {
	environment map[string]string
	keys        string // file of the ring
	codes       []demo.Code
	place       store.Config
}

// made are demos that registries are copied from, by kind of database: making one
// takes seconds.
var made struct {
	sync.Mutex
	demos map[string]madeDemo
}

type madeDemo struct {
	url   string            // of the database; empty on SQLite
	files map[string][]byte // of the folder, with the key ring
}

func newRegistry(t *testing.T, kind string) registry {
	t.Helper()
	m := demoOf(t, kind)
	folder := t.TempDir()
	for name, data := range m.files {
		if err := os.WriteFile(filepath.Join(folder, name), data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	keys := filepath.Join(folder, "ring.json")
	x := registry{environment: map[string]string{"MARQUIS_KEYS": keys, "MARQUIS_DATA": folder}, keys: keys, place: store.Config{Folder: folder}}
	if kind == "postgres" {
		x.place = store.Config{DatabaseURL: pgtest.Start(t).Clone(t, m.url)}
		x.environment["MARQUIS_DATABASE_URL"] = x.place.DatabaseURL
	}
	guide, err := demo.ReadGuide(folder)
	if err != nil || len(guide.Codes) == 0 {
		t.Fatal(guide, err)
	}
	x.codes = guide.Codes
	return x
}

func demoOf(t *testing.T, kind string) madeDemo {
	t.Helper()
	made.Lock()
	defer made.Unlock()
	if m, ok := made.demos[kind]; ok {
		return m
	}
	folder := t.TempDir()
	m := madeDemo{files: map[string][]byte{}}
	environment := map[string]string{"MARQUIS_KEYS": filepath.Join(folder, "ring.json"), "MARQUIS_DATA": folder}
	if kind == "postgres" {
		m.url = pgtest.Start(t).Keep(t)
		environment["MARQUIS_DATABASE_URL"] = m.url
	}
	if code, out := runAt(t, time.Now(), environment, smallDemo...); code != exitDone {
		t.Fatal(out)
	}
	for _, name := range []string{"ring.json", "demo.json", store.SQLiteFile} {
		data, err := os.ReadFile(filepath.Join(folder, name))
		if errors.Is(err, fs.ErrNotExist) && kind == "postgres" {
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		m.files[name] = data
	}
	if made.demos == nil {
		made.demos = map[string]madeDemo{}
	}
	made.demos[kind] = m
	return m
}

// open opens the store by the right clock.
func (x registry) open(t *testing.T) *store.Store {
	t.Helper()
	return storetest.OpenAt(t, x.place, time.Now)
}

// look looks all codes up and returns how many are answered with the status.
func (x registry) look(t *testing.T, p *served, want int) (n int) {
	t.Helper()
	for _, c := range x.codes {
		if status, _ := lookUp(t, p, c.Code); status == want || want == http.StatusNotFound && status == http.StatusTooManyRequests { // as beyond the limit of unknown ones
			n++
		}
	}
	return n
}

// lookUp looks a code up as a visitor does, and returns what it led to.
func lookUp(t *testing.T, p *served, code string) (status int, page string) {
	t.Helper()
	answer, err := http.PostForm(p.address+"/lookup", url.Values{"code": {code}})
	if err != nil {
		t.Fatal(err, p.stderr)
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer.StatusCode, string(body)
}

// held is what could be destroyed: codes and keys of the database, keys of the ring,
// drafts.
func (x registry) held(t *testing.T, s *store.Store) string {
	t.Helper()
	codes, keys, err := s.OverdueCodes(t.Context(), lab.Operator("test"), 2999_01_01)
	if err != nil {
		t.Fatal(err)
	}
	ring, err := keyring.Open(x.keys, false)
	if err != nil {
		t.Fatal(err)
	}
	all, err := ring.All()
	if err != nil {
		t.Fatal(err)
	}
	intake, err := s.Account(t.Context(), "intake")
	if err != nil {
		t.Fatal(err)
	}
	drafts, err := s.Drafts(t.Context(), intake.Actor(), 1)
	if err != nil {
		t.Fatal(err)
	}
	return fmt.Sprintf("%d codes, %d keys, %d in the ring, %d drafts", codes, keys, len(all), len(drafts))
}

// passes waits until the server has gone through more than so many hours.
func passes(t *testing.T, clock func() time.Time, hours int) {
	t.Helper()
	end := clock().Add(time.Duration(hours) * time.Hour)
	for clock().Before(end) {
		time.Sleep(100 * time.Millisecond)
	}
}

// TestAWrongClockDestroysNothing starts the program three times with a clock that is
// 200 days ahead and goes on, for several marks each, and then with the right one.
func TestAWrongClockDestroysNothing(t *testing.T) {
	const wrong = 200 * 24 * time.Hour
	storetest.EachKind(t, func(t *testing.T, kind string) {
		x := newRegistry(t, kind)
		s := x.open(t)
		intake, err := s.Account(t.Context(), "intake")
		if err != nil {
			t.Fatal(err)
		}
		if _, err := s.NewDraft(t.Context(), intake.Actor(), 1, "{}"); err != nil {
			t.Fatal(err)
		}
		before := x.held(t, s)
		for range 3 {
			clock := hourly(wrong)
			p := serveBy(t, clock, x.environment)
			passes(t, clock, 5)
			if n := x.look(t, p, http.StatusNotFound); n != len(x.codes) {
				t.Errorf("by a clock that is ahead %d of %d codes have not ended", len(x.codes)-n, len(x.codes))
			}
			if ready := body(t, p.address+"/readyz?verbose"); !strings.Contains(ready, "not removed") {
				t.Errorf("ready: %q", ready)
			}
			p.end(t)
			if now := x.held(t, s); now != before {
				t.Fatalf("%s became %s", before, now)
			}
		}
		gaps, err := s.ClockGaps(t.Context(), lab.Operator("test"))
		if err != nil || len(gaps) == 0 || gaps[0].AfterAt.Time().Sub(gaps[0].BeforeAt.Time()) < wrong-time.Hour {
			t.Errorf("gaps %+v, %v", gaps, err)
		}

		p := serveBy(t, time.Now, x.environment)
		if n := x.look(t, p, http.StatusOK); n != len(x.codes) {
			t.Errorf("by the right clock %d of %d codes open", n, len(x.codes))
		}
		if code, out := runAt(t, time.Now(), x.environment, "code", "expire"); code != exitFailed || !strings.Contains(out, "the clock went from") || !strings.Contains(out, "0 codes and 0 keys") || !strings.Contains(out, "expire --yes") {
			t.Errorf("expire: %d, %s", code, out)
		}
		if back, err := s.ClockGaps(t.Context(), lab.Operator("test")); err != nil || len(back) != len(gaps)+1 {
			t.Errorf("gaps %+v, %v", back, err)
		}
		if code, out := runAt(t, time.Now(), x.environment, "code", "expire", "--yes"); code != exitDone || !strings.Contains(out, "0 removed, with the keys of 0 months") {
			t.Errorf("expire --yes: %d, %s", code, out)
		}
		if open, err := s.ClockGaps(t.Context(), lab.Operator("test")); err != nil || len(open) != 0 {
			t.Errorf("gaps %+v, %v", open, err)
		}
		if n := x.look(t, p, http.StatusOK); n != len(x.codes) || x.held(t, s) != before {
			t.Errorf("%d codes open; %s became %s", n, before, x.held(t, s))
		}
		p.end(t)
	})
}

// TestWhatIsOverItsTimeGoesOnceTheClockIsConfirmed: a registry that was switched off
// for so long that all its codes have ended.
func TestWhatIsOverItsTimeGoesOnceTheClockIsConfirmed(t *testing.T) {
	const off = 200 * 24 * time.Hour
	storetest.EachKind(t, func(t *testing.T, kind string) {
		x := newRegistry(t, kind)
		s := x.open(t)
		p := serveBy(t, time.Now, x.environment)
		if n := x.look(t, p, http.StatusOK); n != len(x.codes) {
			t.Fatalf("%d of %d codes open", n, len(x.codes))
		}
		p.end(t)
		before := x.held(t, s)
		clock := hourly(off)
		p = serveBy(t, clock, x.environment)
		passes(t, clock, 3)
		if now := x.held(t, s); now != before {
			t.Fatalf("%s became %s", before, now)
		}
		code, out := runAt(t, clock(), x.environment, "code", "expire")
		if code != exitFailed || strings.Contains(out, " 0 codes") || !strings.Contains(out, "go, for ever") {
			t.Errorf("expire: %d, %s", code, out)
		}
		day := lab.DateOf(clock(), time.UTC)
		later := storetest.OpenAt(t, x.place, clock)
		if err := later.ConfirmEnding(t.Context(), lab.Operator("test"), store.Confirmation{Day: day, Months: 3}); err != nil {
			t.Fatal(err)
		}
		for deadline := time.Now().Add(20 * time.Second); !strings.HasPrefix(x.held(t, s), "0 codes, 0 keys, 0 in the ring"); time.Sleep(100 * time.Millisecond) {
			if time.Now().After(deadline) {
				t.Fatalf("still %s", x.held(t, s))
			}
		}
		p.end(t)
	})
}

// TestTheFirstStartByAWrongClockDestroysNothing: nothing has served the registry yet.
func TestTheFirstStartByAWrongClockDestroysNothing(t *testing.T) {
	t.Parallel()
	for name, wrong := range map[string]time.Duration{"ahead": 200 * 24 * time.Hour, "behind": -2000 * 24 * time.Hour} {
		t.Run(name, func(t *testing.T) {
			x := newRegistry(t, "sqlite")
			s := x.open(t)
			before := x.held(t, s)
			if code, out := runAt(t, time.Now().Add(wrong), x.environment, "code", "expire"); code != exitFailed || !strings.Contains(out, "clock has jumped") {
				t.Errorf("%d, %s", code, out)
			}
			p := serveBy(t, ahead(wrong), x.environment)
			time.Sleep(2 * time.Second)
			p.end(t)
			if now := x.held(t, s); now != before {
				t.Errorf("%s became %s", before, now)
			}
		})
	}
}
