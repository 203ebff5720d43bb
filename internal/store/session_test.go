package store_test

import (
	"errors"
	"math/rand/v2"
	"strconv"
	"testing"
	"time"

	"marquis/internal/lab"
	"marquis/internal/store"
	"marquis/internal/store/storetest"
)

func TestASessionFromLoginToLogout(t *testing.T) {
	eachWithClock(t, func(t *testing.T, s *store.Store, c *movedClock) {
		ctx := t.Context()
		bob := storetest.Person(t, s, "bob", 0, lab.Verifier)
		began := lab.At(c.now())
		noError(t, storetest.StartSession(ctx, s, bob, tokenHash("1"), false))
		if e := lastEvent(t, s); e.action != "log in" || e.actorID != int64(bob.UserID) || e.subject != "bob" || e.reason != "password" {
			t.Errorf("the event is %+v", e)
		}
		session, err := s.Session(ctx, tokenHash("1"))
		noError(t, err)
		if session.Account.Login != "bob" || session.StartedAt != began || session.SeenAt != began || !session.SecondFactorAt.IsZero() {
			t.Errorf("the session is %+v", session)
		}

		c.move(10 * time.Minute)
		stepped := lab.At(c.now())
		noError(t, s.ReplaceSession(ctx, tokenHash("1"), tokenHash("2"), true))
		if e := lastEvent(t, s); e.action != "give second factor" || e.actor != "bob" {
			t.Errorf("the event is %+v", e)
		}
		_, err = s.Session(ctx, tokenHash("1"))
		refusedAs(t, err, lab.ErrNotFound)
		c.move(time.Minute)
		noError(t, s.ReplaceSession(ctx, tokenHash("2"), tokenHash("3"), false))
		session, err = s.Session(ctx, tokenHash("3"))
		noError(t, err)
		if session.StartedAt != began || session.SecondFactorAt != stepped {
			t.Errorf("after the step-up the session is %+v", session)
		}

		noError(t, s.EndSession(ctx, tokenHash("3")))
		if e := lastEvent(t, s); e.action != "log out" || e.actor != "bob" {
			t.Errorf("the event is %+v", e)
		}
		for _, hash := range []string{tokenHash("3"), "", tokenHash("9")} {
			_, err := s.Session(ctx, hash)
			refusedAs(t, err, lab.ErrNotFound)
			refusedAs(t, s.ReplaceSession(ctx, hash, tokenHash("4"), true), lab.ErrNotFound)
			noError(t, s.EndSession(ctx, hash))
		}
	})
}

func TestStartingASessionIsRefused(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx := t.Context()
		bob := bobWithFactor(t, s)
		noError(t, storetest.StartSession(ctx, s, bob, tokenHash("1"), true))
		if e := lastEvent(t, s); e.reason != "password and second factor" {
			t.Errorf("the event is %+v", e)
		}
		refusedAs(t, storetest.StartSession(ctx, s, bob, tokenHash("1"), true), lab.ErrConflict)
		refusedAs(t, storetest.StartSession(ctx, s, lab.Actor{Kind: lab.KindUser, UserID: 99, Name: "Nobody"}, tokenHash("2"), true), lab.ErrNotFound)
		refusedAs(t, storetest.StartSession(ctx, s, operator, tokenHash("2"), true), lab.ErrNotFound)
		if err := storetest.StartSession(ctx, s, bob, "a token in clear", true); err == nil {
			t.Error("the database takes a token in clear")
		}
		noError(t, storetest.StartSession(ctx, s, bob, tokenHash("2"), false))
		refusedAs(t, s.ReplaceSession(ctx, tokenHash("2"), tokenHash("1"), true), lab.ErrConflict)
	})
}

func TestSessionsEndByThemselves(t *testing.T) {
	eachWithClock(t, func(t *testing.T, s *store.Store, c *movedClock) {
		ctx := t.Context()
		bob := storetest.Person(t, s, "bob", 0, lab.Verifier)
		use := func(want error) {
			t.Helper()
			_, err := s.Session(ctx, tokenHash("1"))
			refusedAs(t, err, want)
		}
		noError(t, storetest.StartSession(ctx, s, bob, tokenHash("1"), false))
		noError(t, storetest.StartSession(ctx, s, bob, tokenHash("2"), false))
		c.move(lab.SessionIdle)
		use(nil)
		c.move(lab.SessionIdle)
		use(nil)
		_, err := s.Session(ctx, tokenHash("2"))
		refusedAs(t, err, lab.ErrNotFound) // nobody used it
		noError(t, s.SweepSessions(ctx, lab.Operator("test")))
		if n := sqlRows(t, s, "SELECT count(*) FROM sessions", 1)[0][0]; n != int64(1) {
			t.Errorf("%v sessions are left", n)
		}
		for c.now().Add(lab.SessionIdle).Before(storetest.Now.Add(lab.SessionAge)) {
			c.move(lab.SessionIdle)
			use(nil)
		}
		c.move(storetest.Now.Add(lab.SessionAge).Sub(c.now()))
		use(nil)
		c.move(time.Microsecond)
		use(lab.ErrNotFound)
		refusedAs(t, s.ReplaceSession(ctx, tokenHash("1"), tokenHash("3"), true), lab.ErrNotFound)
		noError(t, s.SweepSessions(ctx, lab.Operator("test")))
		if n := sqlRows(t, s, "SELECT count(*) FROM sessions", 1)[0][0]; n != int64(0) {
			t.Errorf("%v sessions are left", n)
		}
	})
}

func TestUseIsRecordedOnceAMinute(t *testing.T) {
	eachWithClock(t, func(t *testing.T, s *store.Store, c *movedClock) {
		ctx := t.Context()
		bob := storetest.Person(t, s, "bob", 0, lab.Verifier)
		noError(t, storetest.StartSession(ctx, s, bob, tokenHash("1"), false))
		seen := func() lab.Instant {
			session, err := s.Session(ctx, tokenHash("1"))
			noError(t, err)
			return session.SeenAt
		}
		began := lab.At(c.now())
		c.move(59 * time.Second)
		if got := seen(); got != began {
			t.Errorf("after 59 seconds it was seen at %s", got)
		}
		c.move(time.Second)
		now := lab.At(c.now())
		if first, second := seen(), seen(); first != now || second != now {
			t.Errorf("after a minute it was seen at %s, %s", first, second)
		}
		before := len(eventsOf(t, s))
		seen()
		if len(eventsOf(t, s)) != before {
			t.Error("use of a session left an event")
		}
	})
}

func TestEndingAllSessions(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx := t.Context()
		ada, bob, eve := storetest.Person(t, s, "ada", 0, lab.Administrator), storetest.Person(t, s, "bob", 0, lab.Intake), storetest.Person(t, s, "eve", 0, lab.Intake)
		for _, by := range []lab.Actor{ada, bob, operator} {
			noError(t, storetest.StartSession(ctx, s, bob, tokenHash("b1"), false))
			noError(t, storetest.StartSession(ctx, s, bob, tokenHash("b2"), true))
			noError(t, s.EndSessions(ctx, by, bob.UserID))
			for _, token := range []string{"b1", "b2"} {
				_, err := s.Session(ctx, tokenHash(token))
				refusedAs(t, err, lab.ErrNotFound)
			}
			if e := lastEvent(t, s); e.action != "end sessions" || e.subject != "bob" || e.actor != by.Name {
				t.Errorf("the event is %+v", e)
			}
		}
		noError(t, storetest.StartSession(ctx, s, bob, tokenHash("b3"), false))
		refusedAs(t, s.EndSessions(ctx, eve, bob.UserID), lab.ErrNotFound)
		refusedAs(t, s.EndSessions(ctx, ada, 99), lab.ErrNotFound)
		if _, err := s.Session(ctx, tokenHash("b3")); err != nil {
			t.Error(err)
		}
	})
}

// TestASessionIsAliveWithinBothLimits moves the clock in random steps and compares
// with the two limits worked out beside it.
func TestASessionIsAliveWithinBothLimits(t *testing.T) {
	eachWithClock(t, func(t *testing.T, s *store.Store, c *movedClock) {
		bob := storetest.Person(t, s, "bob", 0, lab.Verifier)
		chance := rand.New(rand.NewPCG(1, 2))
		for i := range 12 {
			hash := tokenHash(strconv.Itoa(i))
			noError(t, storetest.StartSession(t.Context(), s, bob, hash, false))
			began, seen := c.now(), c.now()
			longest := lab.SessionIdle + time.Duration(i%4)*time.Minute // one in four lasts till the end
			for alive := true; alive; {
				c.move(time.Duration(chance.Int64N(int64(longest))))
				alive = c.now().Sub(seen) <= lab.SessionIdle && c.now().Sub(began) <= lab.SessionAge
				_, err := s.Session(t.Context(), hash)
				if alive != (err == nil) || err != nil && !errors.Is(err, lab.ErrNotFound) {
					t.Fatalf("after %s, %s of them idle: %v", c.now().Sub(began), c.now().Sub(seen), err)
				}
				if c.now().Sub(seen) >= time.Minute {
					seen = c.now()
				}
			}
		}
	})
}
