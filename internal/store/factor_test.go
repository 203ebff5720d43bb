package store_test

import (
	"errors"
	"testing"
	"time"

	"marquis/internal/lab"
	"marquis/internal/store"
	"marquis/internal/store/storetest"
)

// step judges a code to be of the step.
func step(n int64) func(store.Account) (int64, bool, error) {
	return func(store.Account) (int64, bool, error) { return n, true, nil }
}

// wrong judges a code to be wrong.
func wrong(store.Account) (int64, bool, error) { return 0, false, nil }

// waits fails unless the error says for how long no code is looked at.
func waits(t *testing.T, err error, want time.Duration) {
	t.Helper()
	var refused *lab.FactorError
	if !errors.As(err, &refused) || refused.Wait != want {
		t.Errorf("%v, want to wait %s", err, want)
	}
}

// bobWithFactor is a user with a second factor and two recovery codes.
func bobWithFactor(t *testing.T, s *store.Store) lab.Actor {
	t.Helper()
	bob := storetest.Person(t, s, "bob", 0, lab.Verifier)
	noError(t, s.SetSecondFactor(t.Context(), bob, "sealed", 1, []string{tokenHash("a"), tokenHash("b")}))
	return bob
}

func TestFiveWrongCodesMakeTheRightOneWait(t *testing.T) {
	eachWithClock(t, func(t *testing.T, s *store.Store, c *movedClock) {
		ctx, bob := t.Context(), bobWithFactor(t, s)
		for range 4 {
			refusedAs(t, s.UseSecondFactor(ctx, bob, wrong), lab.ErrConflict)
		}
		noError(t, s.UseSecondFactor(ctx, bob, step(2))) // forgives them
		for range 5 {
			refusedAs(t, s.UseSecondFactor(ctx, bob, wrong), lab.ErrConflict)
			c.move(time.Minute)
		}
		if e := lastEvent(t, s); e.action != "limit second factor" || e.actor != "bob" {
			t.Errorf("the event is %+v", e)
		}
		events := len(eventsOf(t, s))
		waits(t, s.UseSecondFactor(ctx, bob, step(3)), 10*time.Minute)
		if len(eventsOf(t, s)) != events {
			t.Error("an attempt that was not looked at left an event")
		}
		c.move(10*time.Minute - time.Microsecond)
		waits(t, s.UseSecondFactor(ctx, bob, step(3)), time.Microsecond)
		c.move(time.Microsecond)
		noError(t, s.UseSecondFactor(ctx, bob, step(3)))
	})
}

func TestTenWrongCodesInAnHourAskForARecoveryCode(t *testing.T) {
	eachWithClock(t, func(t *testing.T, s *store.Store, c *movedClock) {
		ctx, bob := t.Context(), bobWithFactor(t, s)
		lockOut := func() {
			t.Helper()
			for range 2 {
				for range 5 {
					refusedAs(t, s.UseSecondFactor(ctx, bob, wrong), lab.ErrConflict)
				}
				c.move(lab.FactorWait)
			}
			c.move(30 * 24 * time.Hour)
			waits(t, s.UseSecondFactor(ctx, bob, step(9)), 0)
			noError(t, s.SweepSessions(ctx, lab.Operator("test")))
			waits(t, s.UseSecondFactor(ctx, bob, step(9)), 0)
			if !accountOf(t, s, "bob").FactorLocked {
				t.Error("the account does not say so")
			}
			if e := lastEvent(t, s); e.action != "lock second factor" {
				t.Errorf("the event is %+v", e)
			}
		}
		lockOut()
		refusedAs(t, s.UseRecoveryCode(ctx, bob, tokenHash("c")), lab.ErrNotFound)
		noError(t, s.UseRecoveryCode(ctx, bob, tokenHash("a")))
		if accountOf(t, s, "bob").FactorLocked {
			t.Error("the account is still locked")
		}
		noError(t, s.UseSecondFactor(ctx, bob, step(10)))

		lockOut()
		noError(t, s.SetSecondFactor(ctx, bob, "sealed anew", 10, nil))
		noError(t, s.UseSecondFactor(ctx, bob, step(11)))

		lockOut()
		noError(t, s.Invite(ctx, operator, bob.UserID, tokenHash("1"), lab.At(c.now().Add(time.Hour)), true))
		_, err := s.AcceptInvitation(ctx, tokenHash("1"), passwordHash, store.Device{})
		noError(t, err)
		if accountOf(t, s, "bob").FactorLocked {
			t.Error("the account is still locked after a reset")
		}
	})
}

func TestManyWrongCodesAtOnceCannotPassTogether(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		bob, judged := bobWithFactor(t, s), make(chan bool, 200)
		for _, err := range atOnce(60, func(int) error {
			return s.UseSecondFactor(t.Context(), bob, func(store.Account) (int64, bool, error) {
				judged <- true
				return 0, false, nil
			})
		}) {
			var refused *lab.FactorError
			if !errors.Is(err, lab.ErrConflict) && !errors.As(err, &refused) {
				t.Error(err)
			}
		}
		if len(judged) != lab.FactorTries {
			t.Errorf("%d codes were looked at", len(judged))
		}
	})
}

// Of what cannot be judged, as without the key ring, nothing is counted.
func TestACodeThatCannotBeJudgedIsNotCounted(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		bob, broken := bobWithFactor(t, s), errors.New("no key")
		for range 8 {
			refusedAs(t, s.UseSecondFactor(t.Context(), bob, func(store.Account) (int64, bool, error) { return 0, false, broken }), broken)
		}
		noError(t, s.UseSecondFactor(t.Context(), bob, step(2)))
	})
}

func TestDevicesAreRememberedFor90Days(t *testing.T) {
	eachWithClock(t, func(t *testing.T, s *store.Store, c *movedClock) {
		ctx := t.Context()
		bob, eve := storetest.Person(t, s, "bob", 0, lab.Intake), storetest.Person(t, s, "eve", 0, lab.Intake)
		remember := func(by lab.Actor, has []string, network, token string, want bool) {
			t.Helper()
			fresh, err := storetest.RememberDevice(ctx, s, by, store.Device{Tokens: has, Network: network, Fresh: tokenHash(token)})
			noError(t, err)
			if fresh != want {
				t.Errorf("fresh is %v", fresh)
			}
		}
		known := func(user lab.Optional, token, network string, want store.Known) {
			t.Helper()
			have, err := s.KnownTo(ctx, user, []string{tokenHash("f"), tokenHash(token)}, network)
			noError(t, err)
			if have != want {
				t.Errorf("known is %+v, want %+v", have, want)
			}
		}
		remember(bob, nil, "home", "1", true)
		if e := lastEvent(t, s); e.action != "sign in on a new device" || e.subject != "bob" {
			t.Errorf("the event is %+v", e)
		}
		known(bob.UserID, "1", "home", store.Known{Device: tokenHash("1"), Network: true})
		known(bob.UserID, "1", "train", store.Known{Device: tokenHash("1")})
		known(bob.UserID, "9", "home", store.Known{Network: true})
		known(eve.UserID, "1", "home", store.Known{})
		known(0, "1", "home", store.Known{})

		c.move(60 * 24 * time.Hour)
		events := count(t, s, "audit_events WHERE action = 'sign in on a new device'")
		remember(bob, []string{tokenHash("1")}, "train", "2", false)
		known(bob.UserID, "1", "home", store.Known{Device: tokenHash("1"), Network: true})
		for range 20 { // to and fro
			remember(bob, []string{tokenHash("1")}, "tram", "t", false)
			remember(bob, []string{tokenHash("1")}, "train", "3", false)
		}
		if n := sqlRows(t, s, "SELECT count(*) FROM devices", 1)[0][0]; n != int64(4) {
			t.Errorf("%v devices of one person who moves about", n)
		}
		if count(t, s, "audit_events WHERE action = 'sign in on a new device'") != events {
			t.Error("a known device on another network left an event")
		}
		remember(eve, []string{tokenHash("1")}, "train", "4", true) // his device is new to her
		c.move(40 * 24 * time.Hour)
		known(bob.UserID, "1", "home", store.Known{Device: tokenHash("1")})
		known(bob.UserID, "1", "train", store.Known{Device: tokenHash("1"), Network: true})
		storetest.ConfirmClock(t, s, c.now())
		noError(t, s.SweepSessions(ctx, lab.Operator("test")))
		if n := sqlRows(t, s, "SELECT count(*) FROM devices", 1)[0][0]; n != int64(4) {
			t.Errorf("%v devices are left", n)
		}
		noError(t, s.DisableUser(ctx, operator, bob.UserID, true))
		known(bob.UserID, "1", "train", store.Known{})
	})
}

func TestOnlySoManyDevicesOfAUserAreRemembered(t *testing.T) {
	eachWithClock(t, func(t *testing.T, s *store.Store, c *movedClock) {
		bob := storetest.Person(t, s, "bob", 0, lab.Intake)
		for i := range 60 {
			c.move(time.Second)
			_, err := storetest.RememberDevice(t.Context(), s, bob, store.Device{Network: "n", Fresh: tokenHash(string(rune('a'+i/26)) + string(rune('a'+i%26)))})
			noError(t, err)
		}
		if n := sqlRows(t, s, "SELECT count(*) FROM devices", 1)[0][0]; n != int64(50) {
			t.Errorf("%v devices", n)
		}
	})
}

func TestALimitIsToldOnceAnHour(t *testing.T) {
	eachWithClock(t, func(t *testing.T, s *store.Store, c *movedClock) {
		bob := storetest.Person(t, s, "bob", 0, lab.Intake)
		told := func() (n int) {
			noError(t, s.WriteSignInFailures(t.Context()))
			for _, e := range eventsOf(t, s) {
				if e.action == "limit passwords" && e.subject == "bob" {
					n++
				}
			}
			return n
		}
		for range 3 {
			s.NoteSignInLimit(bob.UserID)
		}
		if n := told(); n != 1 {
			t.Errorf("told %d times", n)
		}
		s.NoteSignInLimit(bob.UserID)
		if n := told(); n != 1 {
			t.Errorf("told %d times in the hour", n)
		}
		c.move(time.Hour)
		s.NoteSignInLimit(bob.UserID)
		if n := told(); n != 2 {
			t.Errorf("told %d times in two hours", n)
		}
	})
}
