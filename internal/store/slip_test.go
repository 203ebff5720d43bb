package store_test

import (
	"errors"
	"maps"
	"reflect"
	"testing"
	"time"

	"marquis/internal/lab"
	"marquis/internal/store"
	"marquis/internal/store/storetest"
)

// slipped is a registration by a session, with a slip.
func (b bench) slipped(session, key string) store.Registration {
	r := b.registration()
	r.Slip = &store.Slip{Session: tokenHash(session), RequestKey: key, Sealed: "sealed " + key}
	return r
}

func TestASlipIsOfOneFormOfOneSession(t *testing.T) {
	eachKind(t, func(t *testing.T, s *store.Store, kind string) {
		ctx, b := t.Context(), newBench(t, s)
		colleague := storetest.Person(t, s, "colleague", b.service.ID, lab.Intake)
		noError(t, storetest.StartSession(ctx, s, b.intake, tokenHash("a"), false))
		noError(t, storetest.StartSession(ctx, s, b.intake, tokenHash("b"), false))
		noError(t, storetest.StartSession(ctx, s, colleague, tokenHash("c"), false))
		x, err := s.RegisterSample(ctx, b.intake, b.slipped("a", "K"))
		noError(t, err)
		sealed, err := s.Slip(ctx, b.intake, tokenHash("a"), "K")
		if err != nil || sealed != "sealed K" {
			t.Errorf("the slip is %q, %v", sealed, err)
		}
		for name, ask := range map[string]func() (string, error){
			"another form":              func() (string, error) { return s.Slip(ctx, b.intake, tokenHash("a"), "L") },
			"another session of theirs": func() (string, error) { return s.Slip(ctx, b.intake, tokenHash("b"), "K") },
			"another user":              func() (string, error) { return s.Slip(ctx, colleague, tokenHash("a"), "K") },
			"nobody":                    func() (string, error) { return s.Slip(ctx, lab.Actor{}, tokenHash("a"), "K") },
		} {
			if sealed, err := ask(); !errors.Is(err, lab.ErrNotFound) || sealed != "" {
				t.Errorf("%s gets %q, %v", name, sealed, err)
			}
		}

		before := everything(t, s, kind)
		_, err = s.RegisterSample(ctx, b.intake, b.slipped("a", "K"))
		refusedAs(t, err, lab.ErrConflict) // the same form again
		code := store.CodeHash{KeyID: "a", Hash: []byte("h"), Month: "2025-02"}
		refusedAs(t, s.ReplaceCode(ctx, b.intake, x.Key, code, "lost", b.slipped("a", "K").Slip), lab.ErrConflict)
		for name, session := range map[string]string{"no session": "z", "another user's session": "c"} {
			if _, err := s.RegisterSample(ctx, b.intake, b.slipped(session, "M")); !errors.Is(err, store.ErrSignedOut) {
				t.Errorf("in %s: %v", name, err)
			}
		}
		if everything(t, s, kind) != before {
			t.Error("a refused registration changed something")
		}
		_, err = s.RegisterSample(ctx, b.intake, b.slipped("b", "K"))
		noError(t, err) // a form of another session
	})
}

func TestASessionFindsItsSlips(t *testing.T) {
	eachWithClock(t, func(t *testing.T, s *store.Store, c *movedClock) {
		ctx, b := t.Context(), newBench(t, s)
		colleague := storetest.Person(t, s, "colleague", b.service.ID, lab.Intake)
		noError(t, storetest.StartSession(ctx, s, b.intake, tokenHash("a"), false))
		noError(t, storetest.StartSession(ctx, s, b.intake, tokenHash("b"), false))
		for _, key := range []string{"K", "L"} {
			_, err := s.RegisterSample(ctx, b.intake, b.slipped("a", key))
			noError(t, err)
			c.move(time.Minute)
		}
		_, err := s.RegisterSample(ctx, b.intake, b.slipped("b", "M"))
		noError(t, err)
		found := func(name string, by lab.Actor, session string, want map[string]string) {
			t.Helper()
			have, err := s.Slips(ctx, by, tokenHash(session))
			if err != nil || !maps.Equal(have, want) {
				t.Errorf("%s: %v, %v; want %v", name, have, err, want)
			}
		}
		found("the session", b.intake, "a", map[string]string{"K": "sealed K", "L": "sealed L"})
		found("another session of theirs", b.intake, "b", map[string]string{"M": "sealed M"})
		found("no session", b.intake, "z", nil)
		found("another user", colleague, "a", nil)
		found("nobody", lab.Actor{}, "a", nil)
		c.move(lab.SlipAge - 2*time.Minute)
		found("after ten minutes of the first", b.intake, "a", map[string]string{"L": "sealed L"})
	})
}

func TestACodeThatWasReplacedIsOpenNoMore(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx, b := t.Context(), newBench(t, s)
		elsewhere := storetest.Service(t, s, "AMS")
		everywhere := storetest.Person(t, s, "everywhere", 0, lab.Intake)
		first, second, never := hashOf("2025-02", 1), hashOf("2025-02", 2), hashOf("2025-02", 3)
		r := b.registration()
		r.Code = &first
		x, err := s.RegisterSample(ctx, b.intake, r)
		noError(t, err)
		open := func(service lab.ServiceID, want ...store.CodeHash) {
			t.Helper()
			have, err := s.OpenCodes(ctx, everywhere, service, []store.CodeHash{first, second, never, hashOf("2025-03", 1)})
			if err != nil || len(have) != len(want) || len(want) > 0 && !reflect.DeepEqual(have, want) {
				t.Errorf("open are %v, %v; want %v", have, err, want)
			}
		}
		open(b.service.ID, first)
		open(elsewhere.ID)
		noError(t, s.ReplaceCode(ctx, b.intake, x.Key, second, "lost", nil))
		open(b.service.ID, second)
		_, err = s.OpenCodes(ctx, b.analyst, b.service.ID, []store.CodeHash{second})
		if err == nil {
			t.Error("who registers nothing asks for codes")
		}
	})
}

func TestASlipEnds(t *testing.T) {
	eachWithClock(t, func(t *testing.T, s *store.Store, c *movedClock) {
		ctx, b := t.Context(), newBench(t, s)
		for _, name := range []string{"a", "b"} {
			noError(t, storetest.StartSession(ctx, s, b.intake, tokenHash(name), false))
			_, err := s.RegisterSample(ctx, b.intake, b.slipped(name, "K"))
			noError(t, err)
		}
		shown := func(session string, want error) {
			t.Helper()
			_, err := s.Slip(ctx, b.intake, tokenHash(session), "K")
			refusedAs(t, err, want)
		}
		noError(t, s.EndSession(ctx, tokenHash("b")))
		shown("b", lab.ErrNotFound)
		if n := count(t, s, "slips"); n != 1 {
			t.Errorf("%d slips: that of an ended session stays", n)
		}
		c.move(lab.SlipAge - time.Second)
		shown("a", nil)
		noError(t, s.SweepSessions(ctx, lab.Operator("test")))
		shown("a", nil)
		c.move(time.Second)
		shown("a", lab.ErrNotFound) // though it is not deleted yet
		if n := count(t, s, "slips"); n != 1 {
			t.Errorf("%d slips", n)
		}
		noError(t, s.SweepSlips(ctx, lab.Operator("test")))
		if n := count(t, s, "slips"); n != 0 {
			t.Errorf("%d slips are left", n)
		}
	})
}

func TestASessionWithANewTokenHasNoSlipByTheOldOne(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx, b := t.Context(), newBench(t, s)
		noError(t, storetest.StartSession(ctx, s, b.intake, tokenHash("a"), false))
		_, err := s.RegisterSample(ctx, b.intake, b.slipped("a", "K"))
		noError(t, err)
		noError(t, s.ReplaceSession(ctx, tokenHash("a"), tokenHash("b"), true))
		_, err = s.Slip(ctx, b.intake, tokenHash("a"), "K")
		refusedAs(t, err, lab.ErrNotFound)
	})
}
