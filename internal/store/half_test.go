package store_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"marquis/internal/lab"
	"marquis/internal/store"
	"marquis/internal/store/storetest"
	"marquis/migrations"
)

// told fails unless a session tells so much.
func told(t *testing.T, s *store.Store, token string, failed, networks, half int) {
	t.Helper()
	if got, want := sessionOf(t, s, token).Told, (store.Told{Failed: failed, Networks: networks, Half: half}); got != want {
		t.Errorf("session %s tells %+v, want %+v", token, got, want)
	}
}

func TestWhatFailedIsToldOnce(t *testing.T) {
	eachWithClock(t, func(t *testing.T, s *store.Store, c *movedClock) {
		ctx := t.Context()
		bob, eve := storetest.Person(t, s, "bob", 0, lab.Intake), storetest.Person(t, s, "eve", 0, lab.Intake)
		fail := func(user lab.Actor, times int, network string) {
			for range times {
				s.NoteSignInFailure(store.FailedSignIn{UserID: user.UserID, NetworkHash: network})
			}
		}
		signIn := func(token string) { noError(t, s.StartSession(ctx, bob, tokenHash(token), false)) }
		fail(bob, 3, "a")
		fail(bob, 1, "b")
		fail(eve, 9, "a")
		s.NoteSignInFailure(store.FailedSignIn{LoginHash: "nobody", NetworkHash: "a"})
		signIn("1")
		told(t, s, "1", 4, 2, 0) // also what was not written yet
		signIn("2")
		told(t, s, "2", 0, 0, 0) // in the same hour, and not again
		fail(bob, 2, "a")
		told(t, s, "2", 0, 0, 0) // what comes later is none of the past
		told(t, s, "1", 4, 2, 0)
		c.move(61 * time.Minute)
		signIn("3")
		told(t, s, "3", 2, 1, 0)
		c.move(100 * time.Minute)
		signIn("4")
		told(t, s, "4", 0, 0, 0)
		noError(t, s.StartSession(ctx, eve, tokenHash("e"), true))
		told(t, s, "e", 9, 1, 0)
		all, err := s.FailuresOfAll(ctx, c.now().Add(-24*time.Hour))
		noError(t, err)
		if got := fmt.Sprint(all); got != fmt.Sprintf("{[{%d bob 6 2 0} {%d eve 9 1 0}] 1 1}", bob.UserID, eve.UserID) {
			t.Errorf("administrators see %s", got) // whatever the person was told
		}
	})
}

// Two servers of one registry count apart, and tell each failure once together.
func TestTwoServersTellEachFailureOnce(t *testing.T) {
	storetest.EachKind(t, func(t *testing.T, kind string) {
		config := storetest.Config(t, kind)
		clock := func() time.Time { return storetest.Now }
		one, other := storetest.OpenAt(t, config, clock), storetest.OpenAt(t, config, clock)
		bob := storetest.Person(t, one, "bob", 0, lab.Intake)
		servers := []*store.Store{one, other}
		errs := atOnce(16, func(i int) error {
			s := servers[i%2]
			for range 5 {
				s.NoteSignInFailure(store.FailedSignIn{UserID: bob.UserID, NetworkHash: "a"})
				if err := s.WriteSignInFailures(t.Context()); err != nil {
					return err
				}
			}
			return s.StartSession(t.Context(), bob, tokenHash(string(rune('a'+i))), false)
		})
		noError(t, errors.Join(errs...))
		noError(t, one.StartSession(t.Context(), bob, tokenHash("z"), false))
		sum := sessionOf(t, one, "z").Told.Failed
		for i := range 16 {
			sum += sessionOf(t, one, string(rune('a'+i))).Told.Failed
		}
		if sum != 80 {
			t.Errorf("%d failures are told, want 80", sum)
		}
	})
}

func TestARightPasswordWithoutACodeIsToldAndLeavesNoEvent(t *testing.T) {
	eachWithClock(t, func(t *testing.T, s *store.Store, c *movedClock) {
		ctx, bob := t.Context(), bobWithFactor(t, s)
		half := func(token string) {
			t.Helper()
			c.move(time.Second)
			noError(t, s.StartSessionOfStranger(ctx, bob, tokenHash(token)))
		}
		whole := func(half, token string) {
			t.Helper()
			c.move(time.Second)
			noError(t, s.ReplaceSession(ctx, tokenHash(half), tokenHash(token), true))
		}
		events := len(eventsOf(t, s))
		half("t1")
		half("t2")
		noError(t, s.EndSession(ctx, tokenHash("t2")))
		if n := len(eventsOf(t, s)); n != events {
			t.Errorf("%d events of somebody who has not signed in", n-events)
		}
		half("own")
		whole("own", "own2")
		if e := lastEvent(t, s); e.action != "log in" || e.reason != "password and second factor" || e.actor != "bob" {
			t.Errorf("the event is %+v", e)
		}
		told(t, s, "own2", 0, 0, 2)
		half("a")
		half("b")
		whole("b", "b2")
		told(t, s, "b2", 0, 0, 1) // a waits still
		whole("a", "a2")
		told(t, s, "a2", 0, 0, 0) // nobody else
		half("t3")
		c.move(3 * time.Hour)
		half("c")
		whole("c", "c2")
		told(t, s, "c2", 0, 0, 1)
		all, err := s.FailuresOfAll(ctx, c.now().Add(-24*time.Hour))
		noError(t, err)
		if len(all.Users) != 1 || all.Users[0].N != 0 || all.Users[0].Half != 3 {
			t.Errorf("administrators see %+v, want 3 without a code", all)
		}
	})
}

// What was told of, and finished after all, hides no other.
func TestAFinishedSignInTakesNoOtherFromTheCount(t *testing.T) {
	eachWithClock(t, func(t *testing.T, s *store.Store, c *movedClock) {
		ctx, bob := t.Context(), bobWithFactor(t, s)
		start := func(token string) {
			c.move(time.Second)
			noError(t, s.StartSession(ctx, bob, tokenHash(token), false))
		}
		start("own")
		start("b")
		noError(t, s.ReplaceSession(ctx, tokenHash("b"), tokenHash("b2"), true))
		told(t, s, "b2", 0, 0, 1)
		start("thief")
		c.move(time.Second)
		noError(t, s.ReplaceSession(ctx, tokenHash("own"), tokenHash("own2"), true))
		told(t, s, "own2", 0, 0, 1)
	})
}

func TestFewSessionsWaitForACode(t *testing.T) {
	eachWithClock(t, func(t *testing.T, s *store.Store, c *movedClock) {
		ctx, bob := t.Context(), bobWithFactor(t, s)
		noError(t, s.StartSession(ctx, bob, tokenHash("whole"), true))
		noError(t, s.StartSession(ctx, bob, tokenHash("own"), false))
		for i := range 3 * lab.HalfSessions {
			c.move(time.Second)
			noError(t, s.StartSessionOfStranger(ctx, bob, tokenHash(string(rune('A'+i)))))
		}
		if n := sqlRows(t, s, "SELECT count(*) FROM sessions", 1)[0][0]; n != int64(lab.HalfSessions+2) {
			t.Errorf("%v sessions", n)
		}
		for _, token := range []string{"whole", "own", "O", "K"} {
			sessionOf(t, s, token)
		}
		_, err := s.Session(ctx, tokenHash("J"))
		refusedAs(t, err, lab.ErrNotFound)
		for i := range lab.HalfSessions {
			c.move(time.Second)
			noError(t, s.StartSession(ctx, bob, tokenHash(fmt.Sprint(i)), false))
		}
		_, err = s.Session(ctx, tokenHash("own"))
		refusedAs(t, err, lab.ErrNotFound)
		// Of whoever has no authenticator the password is all.
		eve := storetest.Person(t, s, "eve", 0, lab.Intake)
		for i := range 2 * lab.HalfSessions {
			noError(t, s.StartSession(ctx, eve, tokenHash(string(rune('a'+i))), false))
		}
		if all, err := s.OwnSessions(ctx, eve.UserID); err != nil || len(all) != 2*lab.HalfSessions {
			t.Errorf("%d sessions, %v", len(all), err)
		}
	})
}

func TestARecoveryCodeAndThePasswordSignInTogether(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx, bob := t.Context(), bobWithFactor(t, s)
		eve := storetest.Person(t, s, "eve", 0, lab.Intake)
		has := func(user lab.Optional, code string, want bool) {
			t.Helper()
			if got, err := s.HasRecoveryCode(ctx, user, tokenHash(code)); err != nil || got != want {
				t.Errorf("user %d has %s: %v, %v", user, code, got, err)
			}
		}
		has(bob.UserID, "a", true)
		has(bob.UserID, "c", false)
		has(eve.UserID, "a", false)
		has(0, "a", false)
		events := len(eventsOf(t, s))
		refusedAs(t, s.StartSessionByRecoveryCode(ctx, bob, tokenHash("1"), tokenHash("c")), lab.ErrNotFound)
		refusedAs(t, s.StartSessionByRecoveryCode(ctx, eve, tokenHash("1"), tokenHash("a")), lab.ErrNotFound)
		if _, err := s.Session(ctx, tokenHash("1")); !errors.Is(err, lab.ErrNotFound) || len(eventsOf(t, s)) != events {
			t.Errorf("a wrong recovery code left a session or an event: %v", err)
		}
		one(t, atOnce(4, func(i int) error {
			return s.StartSessionByRecoveryCode(ctx, bob, tokenHash(fmt.Sprint(i)), tokenHash("a"))
		}), func(err error) bool { return errors.Is(err, lab.ErrNotFound) })
		has(bob.UserID, "a", false)
		sessions, err := s.OwnSessions(ctx, bob.UserID)
		noError(t, err)
		if len(sessions) != 1 || sessions[0].SecondFactorAt.IsZero() {
			t.Errorf("the sessions are %+v", sessions)
		}
		if e := lastEvent(t, s); e.action != "log in" || e.reason != "password and recovery code" {
			t.Errorf("the event is %+v", e)
		}
		has(bob.UserID, "b", true)
		noError(t, s.DisableUser(ctx, operator, bob.UserID, true))
		has(bob.UserID, "b", false)
		refusedAs(t, s.StartSessionByRecoveryCode(ctx, bob, tokenHash("9"), tokenHash("b")), lab.ErrNotFound)
	})
}

// TestWhatAWrongClockHasMadeNeverComesToLife: what was made while the clock was ahead
// ends, and does not begin when that time has come.
func TestWhatAWrongClockHasMadeNeverComesToLife(t *testing.T) {
	storetest.EachKind(t, func(t *testing.T, kind string) {
		clock, token := &hand{storetest.Now}, strings.Repeat("a", 64)
		s := storetest.OpenAt(t, storetest.Config(t, kind), clock.now)
		bob, ctx := bobWithFactor(t, s), t.Context()
		noError(t, s.MarkClock(ctx))
		ahead := storetest.Now.AddDate(0, 0, 200)
		clock.at = ahead
		noError(t, s.MarkClock(ctx))
		noError(t, s.StartSession(ctx, bob, token, true))
		noError(t, s.Invite(ctx, operator, bob.UserID, tokenHash("i"), lab.At(ahead.Add(lab.InvitationAge)), false))
		if _, err := s.RememberDevice(ctx, bob, nil, "home", tokenHash("d")); err != nil {
			t.Fatal(err)
		}
		noError(t, s.UseSecondFactor(ctx, bob.UserID, step(ahead.Unix()/30)))

		clock.at = storetest.Now
		ended := func() {
			t.Helper()
			_, err := s.Session(ctx, token)
			refusedAs(t, err, lab.ErrNotFound)
			_, err = s.Invitation(ctx, tokenHash("i"))
			refusedAs(t, err, lab.ErrNotFound)
		}
		ended()
		if known, err := s.KnownTo(ctx, bob.UserID, []string{tokenHash("d")}, "home"); err != nil || known != (store.Known{}) {
			t.Errorf("known is %+v, %v", known, err)
		}
		now := storetest.Now.Unix() / 30
		noError(t, s.UseSecondFactor(ctx, bob.UserID, func(a store.Account) (int64, bool, error) { return now, a.TOTPStep == 0, nil }))
		refusedAs(t, s.UseSecondFactor(ctx, bob.UserID, step(now)), lab.ErrConflict) // once

		noError(t, s.MarkClock(ctx))
		noError(t, s.SweepSessions(ctx))
		if n := count(t, s, "sessions"); n != 1 {
			t.Errorf("before the clock is confirmed %d sessions are kept", n)
		}
		storetest.ConfirmClock(t, s, clock.at)
		noError(t, s.SweepSessions(ctx))
		if known, err := s.KnownTo(ctx, bob.UserID, []string{tokenHash("d")}, "home"); err != nil || known.Device == "" {
			t.Errorf("confirmed: known is %+v, %v", known, err)
		}
		clock.at = storetest.Now.Add(lab.DeviceAge + time.Minute)
		if known, err := s.KnownTo(ctx, bob.UserID, []string{tokenHash("d")}, "home"); err != nil || known.Device != "" {
			t.Errorf("90 days later: known is %+v, %v", known, err)
		}
		clock.at = ahead
		ended()
	})
}

// TestTheTrailKnowsWhoSignedInBeforeTheUpgrade: else people would read that they never
// did.
func TestTheTrailKnowsWhoSignedInBeforeTheUpgrade(t *testing.T) {
	eachWithClock(t, func(t *testing.T, s *store.Store, c *movedClock) {
		ctx, bob := t.Context(), bobWithFactor(t, s)
		eve, fay := storetest.Person(t, s, "eve", 0, lab.Intake), storetest.Person(t, s, "fay", 0, lab.Intake)
		noError(t, s.StartSession(ctx, eve, tokenHash("e"), false))
		eves := c.now()
		c.move(time.Hour)
		noError(t, s.StartSession(ctx, bob, tokenHash("b"), true))
		c.move(time.Minute)
		noError(t, s.ReplaceSession(ctx, tokenHash("b"), tokenHash("b2"), true))
		bobs := c.now()
		noError(t, store.Exec(s, "UPDATE users SET signed_in_at = NULL"))
		c.move(time.Hour)
		text, err := migrations.Files.ReadFile("0012_told.sql")
		noError(t, err)
		_, statement, found := strings.Cut(string(text), "UPDATE users")
		if !found {
			t.Fatal("the migration does not look")
		}
		noError(t, store.Exec(s, "UPDATE users"+statement))
		for i, want := range []struct {
			user lab.Actor
			at   time.Time
		}{{bob, bobs}, {eve, eves}, {fay, time.Time{}}} {
			token := tokenHash(fmt.Sprint(i))
			noError(t, s.StartSession(ctx, want.user, token, true))
			session, err := s.Session(ctx, token)
			noError(t, err)
			if got := session.ToldSince; got != lab.At(want.at) && !(got.IsZero() && want.at.IsZero()) {
				t.Errorf("user %d signed in before at %s, want %s", want.user.UserID, got, want.at)
			}
		}
	})
}
