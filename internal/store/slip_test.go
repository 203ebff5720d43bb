package store_test

import (
	"errors"
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
