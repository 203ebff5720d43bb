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
		signIn := func(token string) { noError(t, storetest.StartSession(ctx, s, bob, tokenHash(token), false)) }
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
		noError(t, storetest.StartSession(ctx, s, eve, tokenHash("e"), true))
		told(t, s, "e", 9, 1, 0)
		all, err := s.FailuresOfAll(ctx, lab.Operator("test"), c.now().Add(-24*time.Hour))
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
			return storetest.StartSession(t.Context(), s, bob, tokenHash(string(rune('a'+i))), false)
		})
		noError(t, errors.Join(errs...))
		noError(t, storetest.StartSession(t.Context(), one, bob, tokenHash("z"), false))
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
			noError(t, storetest.StartSession(ctx, s, bob, tokenHash(token), false))
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
		all, err := s.FailuresOfAll(ctx, lab.Operator("test"), c.now().Add(-24*time.Hour))
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
			noError(t, storetest.StartSession(ctx, s, bob, tokenHash(token), false))
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

// TestWhatWasJudgedBeforeAChangeOpensNothing: somebody who has stolen the old password
// was just signing in when its owner chose another.
func TestWhatWasJudgedBeforeAChangeOpensNothing(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx, bob := t.Context(), bobWithFactor(t, s)
		for name, change := range map[string]func() error{
			"the password": func() error {
				noError(t, storetest.StartSession(ctx, s, bob, tokenHash("own"), true))
				return s.ChangePassword(ctx, bob, passwordHash+"1", store.Here{Session: tokenHash("own"), Renewed: tokenHash("own2")})
			},
			"an invitation that forgets the authenticator": func() error {
				until := lab.At(storetest.Now.Add(lab.InvitationAge))
				noError(t, s.Invite(ctx, operator, bob.UserID, tokenHash("i"), until, true))
				_, err := s.AcceptInvitation(ctx, tokenHash("i"), passwordHash+"2", store.Device{})
				return err
			},
		} {
			judged := accountOf(t, s, "bob").PasswordHash
			noError(t, change())
			for _, recovery := range []string{"", tokenHash("a")} {
				whole, err := s.SignIn(ctx, bob, store.Entry{Token: tokenHash("thief"), Password: judged, Recovery: recovery})
				refusedAs(t, err, lab.ErrConflict)
				if _, err := s.Session(ctx, tokenHash("thief")); whole || !errors.Is(err, lab.ErrNotFound) {
					t.Errorf("%s: whole %v, session %v", name, whole, err)
				}
			}
		}
	})
}

// TestADeviceIsKnownByALivingSessionAlone: whoever was signed out while signing in, or
// has not given the code, leaves none behind.
func TestADeviceIsKnownByALivingSessionAlone(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx, bob := t.Context(), bobWithFactor(t, s)
		noError(t, storetest.StartSession(ctx, s, bob, tokenHash("half"), false))
		noError(t, storetest.StartSession(ctx, s, bob, tokenHash("whole"), true))
		remember := func(session string) error {
			_, err := s.RememberDevice(ctx, tokenHash(session), store.Device{Network: "n", Fresh: tokenHash("d")})
			return err
		}
		refusedAs(t, remember("half"), lab.ErrNotFound)
		noError(t, s.EndSessions(ctx, bob, bob.UserID))
		refusedAs(t, remember("whole"), lab.ErrNotFound)
		if n := count(t, s, "devices"); n != 0 {
			t.Errorf("%d devices", n)
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
		enter := func(token, code string) (bool, error) {
			return s.SignIn(ctx, bob, store.Entry{Token: tokenHash(token), Password: accountOf(t, s, "bob").PasswordHash, Recovery: tokenHash(code)})
		}
		if whole, err := enter("1", "c"); whole || err != nil || len(eventsOf(t, s)) != events {
			t.Errorf("a wrong recovery code signed in, %v, or left an event: %v", whole, err)
		}
		one(t, atOnce(4, func(i int) error {
			whole, err := enter("at once "+fmt.Sprint(i), "a")
			if err == nil && !whole {
				err = errors.New("half")
			}
			return err
		}), func(err error) bool { return err.Error() == "half" })
		has(bob.UserID, "a", false)
		sessions, err := s.OwnSessions(ctx, bob)
		noError(t, err)
		whole := 0
		for _, x := range sessions {
			if !x.SecondFactorAt.IsZero() {
				whole++
			}
		}
		if whole != 1 {
			t.Errorf("the sessions are %+v", sessions)
		}
		if e := lastEvent(t, s); e.action != "log in" || e.reason != "password and recovery code" {
			t.Errorf("the event is %+v", e)
		}
		has(bob.UserID, "b", true)
		noError(t, s.DisableUser(ctx, operator, bob.UserID, true))
		has(bob.UserID, "b", false)
		_, err = enter("9", "b")
		refusedAs(t, err, lab.ErrNotFound)
	})
}

// TestWhatAWrongClockHasMadeNeverComesToLife: what was made while the clock was ahead
// ends, and does not begin when that time has come.
func TestWhatAWrongClockHasMadeNeverComesToLife(t *testing.T) {
	storetest.EachKind(t, func(t *testing.T, kind string) {
		clock, token := &hand{storetest.Now}, strings.Repeat("a", 64)
		s := storetest.OpenAt(t, storetest.Config(t, kind), clock.now)
		bob, ctx := bobWithFactor(t, s), t.Context()
		noError(t, s.MarkClock(ctx, lab.Operator("test")))
		ahead := storetest.Now.AddDate(0, 0, 200)
		clock.at = ahead
		noError(t, s.MarkClock(ctx, lab.Operator("test")))
		noError(t, storetest.StartSession(ctx, s, bob, token, true))
		noError(t, s.Invite(ctx, operator, bob.UserID, tokenHash("i"), lab.At(ahead.Add(lab.InvitationAge)), false))
		if _, err := s.RememberDevice(ctx, token, store.Device{Network: "home", Fresh: tokenHash("d")}); err != nil {
			t.Fatal(err)
		}
		noError(t, s.UseSecondFactor(ctx, bob, step(ahead.Unix()/30)))

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
		noError(t, s.UseSecondFactor(ctx, bob, func(a store.Account) (int64, bool, error) { return now, a.TOTPStep == 0, nil }))
		refusedAs(t, s.UseSecondFactor(ctx, bob, step(now)), lab.ErrConflict) // once

		noError(t, s.MarkClock(ctx, lab.Operator("test")))
		noError(t, s.SweepSessions(ctx, lab.Operator("test")))
		if n := count(t, s, "sessions"); n != 1 {
			t.Errorf("before the clock is confirmed %d sessions are kept", n)
		}
		storetest.ConfirmClock(t, s, clock.at)
		noError(t, s.SweepSessions(ctx, lab.Operator("test")))
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
		noError(t, storetest.StartSession(ctx, s, eve, tokenHash("e"), false))
		eves := c.now()
		c.move(time.Hour)
		noError(t, storetest.StartSession(ctx, s, bob, tokenHash("b"), true))
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
			noError(t, storetest.StartSession(ctx, s, want.user, token, true))
			session, err := s.Session(ctx, token)
			noError(t, err)
			if got := session.ToldSince; got != lab.At(want.at) && !(got.IsZero() && want.at.IsZero()) {
				t.Errorf("user %d signed in before at %s, want %s", want.user.UserID, got, want.at)
			}
		}
	})
}
