package main

import (
	"errors"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"marquis/internal/keyring"
	"marquis/internal/lab"
	"marquis/internal/store"
	"marquis/internal/store/storetest"
)

// put puts a ring in the place of the registry's, as somebody does who restores it.
func (x registry) put(t *testing.T, data []byte) {
	t.Helper()
	fresh := x.keys + ".put"
	if err := os.WriteFile(fresh, data, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(fresh, x.keys); err != nil {
		t.Fatal(err)
	}
}

// foreignRing is the ring of another registry, with a key of this month.
func foreignRing(t *testing.T) []byte {
	t.Helper()
	other := registry{keys: filepath.Join(t.TempDir(), "keys.json")}
	ring, err := keyring.Open(other.keys, true)
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := ring.Month(lab.DateOf(time.Now(), time.UTC)); err != nil {
		t.Fatal(err)
	}
	return other.ring(t)
}

func (x registry) ring(t *testing.T) []byte {
	t.Helper()
	data, err := os.ReadFile(x.keys)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// use gives a code out in a month of its own, and returns the ring.
func (x registry) use(t *testing.T, s *store.Store, month lab.Date) *keyring.Ring {
	t.Helper()
	ring, err := keyring.Open(x.keys, false)
	if err != nil {
		t.Fatal(err)
	}
	hash, err := ring.Hash(lab.NewLookupCode(), month)
	if err != nil {
		t.Fatal(err)
	}
	intake, err := s.Account(t.Context(), "intake")
	if err != nil {
		t.Fatal(err)
	}
	d, err := s.Dictionary(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	code := store.CodeHash(hash)
	sample := storetest.Sample(1, storetest.Product(t, d, "ketamine").ID, func(s *lab.Sample) { s.LocationID = 1 })
	if _, err := s.RegisterSample(t.Context(), intake.Actor(), store.Registration{File: lab.File{Sample: sample}, Code: &code}); err != nil {
		t.Fatal(err)
	}
	return ring
}

// refused tells that neither the server nor a command takes the ring that is there,
// and that both say why, and of which file.
func (x registry) refused(t *testing.T, what string, want ...string) {
	t.Helper()
	before, _ := os.ReadFile(x.keys)
	for _, args := range [][]string{{"serve", "--listen", "127.0.0.1:0"}, {"code", "expire"}, {"code", "expire", "--yes"}} {
		code, out := runAt(t, time.Now(), x.environment, args...)
		for _, part := range append(want, x.keys) {
			if code != exitFailed || !strings.Contains(out, part) {
				t.Errorf("%s, %v: exit %d, %s", what, args, code, out)
			}
		}
	}
	if after, _ := os.ReadFile(x.keys); string(after) != string(before) {
		t.Errorf("%s: the file was changed", what)
	}
}

func TestARingThatIsNotOfTheRegistryIsRefused(t *testing.T) {
	foreign := foreignRing(t)
	storetest.EachKind(t, func(t *testing.T, kind string) {
		x := newRegistry(t, kind)
		s := x.open(t)
		older := x.ring(t)
		x.use(t, s, 2031_05_01)
		right := x.ring(t)

		x.put(t, foreign)
		x.refused(t, "the ring of another registry", "another registry", "Put back")
		x.put(t, older)
		x.refused(t, "an older ring", "older copy", "2031-05", "Put back the newest copy", "keys adopt")
		then := time.Date(2031, time.August, 10, 0, 0, 0, 0, time.UTC)
		later := storetest.OpenAt(t, x.place, func() time.Time { return then })
		storetest.ConfirmClock(t, later, then)
		if _, err := later.ExpireCodes(t.Context(), lab.Operator("test"), 2031_05_01); err != nil {
			t.Fatal(err)
		}
		x.refused(t, "an older ring, where all but one code have ended", "older copy", "2031-05")
		if err := os.Remove(x.keys); err != nil {
			t.Fatal(err)
		}
		x.refused(t, "no ring", "there is no key ring")
		if _, err := os.Stat(x.keys); !errors.Is(err, fs.ErrNotExist) {
			t.Error("a ring was made")
		}
		x.put(t, right)
		p := serveBy(t, time.Now, x.environment)
		if status(t, p.address+"/readyz") != http.StatusOK {
			t.Errorf("the right ring: %s", p.stderr)
		}
		p.end(t)
	})
}

func TestANewerRingIsTaken(t *testing.T) {
	storetest.EachKind(t, func(t *testing.T, kind string) {
		x := newRegistry(t, kind)
		s := x.open(t)
		ring, err := keyring.Open(x.keys, false)
		if err != nil {
			t.Fatal(err)
		}
		id, _, err := ring.Month(2031_05_01) // and the program ended before the first code was given out
		if err != nil {
			t.Fatal(err)
		}
		_, before, err := s.OverdueCodes(t.Context(), lab.Operator("test"), 2999_01_01)
		if err != nil {
			t.Fatal(err)
		}
		p := serveBy(t, time.Now, x.environment)
		if n := x.look(t, p, http.StatusOK); n != len(x.codes) {
			t.Errorf("%d of %d codes open", n, len(x.codes))
		}
		p.end(t)
		if _, keys, err := s.OverdueCodes(t.Context(), lab.Operator("test"), 2999_01_01); err != nil || keys != before+1 {
			t.Errorf("%d keys became %d, %v", before, keys, err)
		}
		if again, _, err := ring.Month(2031_05_02); err != nil || again != id {
			t.Errorf("the key of the month was %s, and is %s, %v", id, again, err)
		}
	})
}

// TestARingThatIsExchangedWhileServing: look-ups say that they cannot be answered,
// not that the code is unknown, and go on when the right file is there again.
func TestARingThatIsExchangedWhileServing(t *testing.T) {
	foreign := foreignRing(t)
	storetest.EachKind(t, func(t *testing.T, kind string) {
		x := newRegistry(t, kind)
		older := x.ring(t)
		x.use(t, x.open(t), 2031_05_01)
		right := x.ring(t)
		p := serveBy(t, time.Now, x.environment)
		for name, wrong := range map[string][]byte{"another registry's": foreign, "an older copy": older, "none": nil} {
			if n := x.look(t, p, http.StatusOK); n != len(x.codes) {
				t.Fatalf("%d of %d codes open", n, len(x.codes))
			}
			if wrong == nil {
				if err := os.Remove(x.keys); err != nil {
					t.Fatal(err)
				}
			} else {
				x.put(t, wrong)
			}
			if n := x.look(t, p, http.StatusServiceUnavailable); n != len(x.codes) {
				t.Errorf("%s: %d of %d look-ups say that the code cannot be looked up", name, n, len(x.codes))
			}
			if ready := status(t, p.address+"/readyz"); ready != http.StatusServiceUnavailable {
				t.Errorf("%s: ready %d", name, ready)
			}
			x.put(t, right)
			if ready := status(t, p.address+"/readyz"); ready != http.StatusOK {
				t.Errorf("put back after %s: ready %d", name, ready)
			}
		}
		p.end(t)
	})
}

func TestAdoptingARingSaysWhatIsLost(t *testing.T) {
	storetest.EachKind(t, func(t *testing.T, kind string) {
		x := newRegistry(t, kind)
		s := x.open(t)
		older := x.ring(t)
		x.use(t, s, 2031_05_01)
		right := x.ring(t)

		x.put(t, older)
		code, out := runAt(t, time.Now(), x.environment, "keys", "adopt")
		if code != exitFailed || !strings.Contains(out, "1 codes open nothing any more: it lacks the keys of 2031-05") || !strings.Contains(out, x.keys) || !strings.Contains(out, "keys adopt --yes") {
			t.Errorf("exit %d, %s", code, out)
		}
		x.refused(t, "not adopted yet", "older copy")
		if code, out := runAt(t, time.Now(), x.environment, "keys", "adopt", "--yes"); code != exitDone {
			t.Fatal(out)
		}
		p := serveBy(t, time.Now, x.environment)
		if n := x.look(t, p, http.StatusOK); n != len(x.codes) {
			t.Errorf("%d of %d codes open", n, len(x.codes))
		}
		p.end(t)

		x.put(t, right) // it was found after all
		p = serveBy(t, time.Now, x.environment)
		if n := x.look(t, p, http.StatusOK); n != len(x.codes) {
			t.Errorf("%d of %d codes open", n, len(x.codes))
		}
		p.end(t)
		x.put(t, older)
		x.refused(t, "older again", "older copy", "2031-05")

		if err := os.Remove(x.keys); err != nil {
			t.Fatal(err)
		}
		code, out = runAt(t, time.Now(), x.environment, "keys", "adopt")
		if code != exitFailed || !strings.Contains(out, "a new one would be made") || !strings.Contains(out, "4 authenticators do not open") || !strings.Contains(out, "verifier") {
			t.Errorf("exit %d, %s", code, out)
		}
		if _, err := os.Stat(x.keys); !errors.Is(err, fs.ErrNotExist) {
			t.Error("a ring was made")
		}
		if code, out := runAt(t, time.Now(), x.environment, "keys", "adopt", "--yes"); code != exitDone {
			t.Fatal(out)
		}
		p = serveBy(t, time.Now, x.environment)
		if n := x.look(t, p, http.StatusNotFound); n != len(x.codes) || status(t, p.address+"/readyz") != http.StatusOK {
			t.Errorf("%d codes are unknown", n)
		}
		p.end(t)
	})
}
