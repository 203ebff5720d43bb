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
)

func sessionOf(t *testing.T, s *store.Store, token string) store.Session {
	t.Helper()
	session, err := s.Session(t.Context(), tokenHash(token))
	noError(t, err)
	return session
}

func here(session, renewed string) store.Here {
	return store.Here{Session: tokenHash(session), Renewed: tokenHash(renewed)}
}

// plantDevice adds a device of a user as signing in does.
func plantDevice(t *testing.T, s *store.Store, token string, user lab.Optional) {
	t.Helper()
	noError(t, store.Exec(s, "INSERT INTO devices (token_hash, user_id, network_hash, made_at, seen_at) VALUES (?, ?, 'n', ?, ?)",
		tokenHash(token), int(user), lab.At(storetest.Now), lab.At(storetest.Now)))
}

func devicesIn(t *testing.T, s *store.Store) (all []string) {
	t.Helper()
	for _, row := range sqlRows(t, s, "SELECT token_hash FROM devices ORDER BY token_hash", 1) {
		all = append(all, fmt.Sprint(row[0]))
	}
	return all
}

func TestANewSecondFactorEndsWhatIsSignedInElsewhere(t *testing.T) {
	eachWithClock(t, func(t *testing.T, s *store.Store, c *movedClock) {
		ctx := t.Context()
		bob, eve := storetest.Person(t, s, "bob", 0, lab.Intake), storetest.Person(t, s, "eve", 0, lab.Intake)
		for _, token := range []string{"1", "2"} {
			noError(t, storetest.StartSession(ctx, s, bob, tokenHash(token), false))
		}
		noError(t, storetest.StartSession(ctx, s, eve, tokenHash("3"), false))
		for device, user := range map[string]lab.Optional{"d1": bob.UserID, "d2": bob.UserID, "d3": eve.UserID} {
			plantDevice(t, s, device, user)
		}
		_, err := s.OfferFactor(ctx, tokenHash("1"), "", "offered")
		noError(t, err)
		c.move(5 * time.Minute)
		at := here("1", "4")
		at.Devices = []string{tokenHash("d2"), tokenHash("d3")}
		noError(t, s.ConfirmSecondFactor(ctx, bob, "sealed", 7, []string{tokenHash("a")}, at))
		if e := lastEvent(t, s); e.action != "set second factor" || e.actor != "bob" {
			t.Errorf("the event is %+v", e)
		}
		for token, want := range map[string]error{"1": lab.ErrNotFound, "2": lab.ErrNotFound, "3": nil, "4": nil} {
			_, err := s.Session(ctx, tokenHash(token))
			refusedAs(t, err, want)
		}
		if x := sessionOf(t, s, "4"); x.SecondFactorAt != lab.At(c.now()) || x.PendingFactor != "" {
			t.Errorf("the session is %+v", x)
		}
		if a := accountOf(t, s, "bob"); a.TOTPSealed != "sealed" || a.TOTPStep != 7 || a.RecoveryLeft != 1 {
			t.Errorf("the account is %+v", a)
		}
		left := strings.Join(devicesIn(t, s), " ")
		if strings.Contains(left, tokenHash("d1")) || !strings.Contains(left, tokenHash("d2")) || !strings.Contains(left, tokenHash("d3")) {
			t.Errorf("the devices that are left: %s", left)
		}
	})
}

func TestAStepUpIsRefusedOutsideOnesOwnSession(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx := t.Context()
		bob, eve := storetest.Person(t, s, "bob", 0, lab.Intake), storetest.Person(t, s, "eve", 0, lab.Intake)
		noError(t, storetest.StartSession(ctx, s, bob, tokenHash("b"), false))
		noError(t, storetest.StartSession(ctx, s, eve, tokenHash("e"), false))
		before := len(eventsOf(t, s))
		for _, at := range []store.Here{here("e", "1"), here("gone", "1"), {}} {
			refusedAs(t, s.ChangePassword(ctx, bob, passwordHash, at), lab.ErrNotFound)
			refusedAs(t, s.ConfirmSecondFactor(ctx, bob, "sealed", 1, nil, at), lab.ErrNotFound)
		}
		refusedAs(t, s.ConfirmSecondFactor(ctx, bob, "sealed", 1, nil, here("b", "e")), lab.ErrConflict)
		if a := accountOf(t, s, "bob"); a.PasswordHash != "" || a.TOTPSealed != "" || len(eventsOf(t, s)) != before {
			t.Errorf("the account is %+v", a)
		}
		sessionOf(t, s, "b")
		sessionOf(t, s, "e")
	})
}

func TestASessionOffersOneSecret(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx := t.Context()
		bob := storetest.Person(t, s, "bob", 0, lab.Intake)
		noError(t, storetest.StartSession(ctx, s, bob, tokenHash("1"), false))
		noError(t, storetest.StartSession(ctx, s, bob, tokenHash("2"), false))
		got := make(chan string, 8)
		for i, err := range atOnce(8, func(i int) error {
			offered, err := s.OfferFactor(ctx, tokenHash("1"), "", fmt.Sprint("secret ", i))
			got <- offered
			return err
		}) {
			if err != nil {
				t.Error(i, err)
			}
		}
		first := sessionOf(t, s, "1").PendingFactor
		for range 8 {
			if x := <-got; x != first || x == "" {
				t.Errorf("shown %q, kept %q", x, first)
			}
		}
		if x := sessionOf(t, s, "2"); x.PendingFactor != "" {
			t.Errorf("the other session offers %q", x.PendingFactor)
		}
		next, err := s.OfferFactor(ctx, tokenHash("1"), first, "another")
		noError(t, err)
		if next != "another" {
			t.Errorf("shown %q", next)
		}
		_, err = s.OfferFactor(ctx, tokenHash("gone"), "", "another")
		refusedAs(t, err, lab.ErrNotFound)
	})
}

// What failed is told since the sign-in before, and half a sign-in is none.
func TestASignInIsNotedOnceItIsWhole(t *testing.T) {
	eachWithClock(t, func(t *testing.T, s *store.Store, c *movedClock) {
		ctx := t.Context()
		bob := storetest.Person(t, s, "bob", 0, lab.Intake)
		since := func(token string, want time.Time) {
			t.Helper()
			if got := sessionOf(t, s, token).ToldSince; got != lab.At(want) && !(want.IsZero() && got.IsZero()) {
				t.Errorf("session %s is told since %s, want %s", token, got, want)
			}
		}
		first := c.now()
		noError(t, storetest.StartSession(ctx, s, bob, tokenHash("1"), false))
		since("1", time.Time{})
		c.move(time.Hour)
		second := c.now()
		noError(t, storetest.StartSession(ctx, s, bob, tokenHash("2"), false)) // there is no second factor: the password is all
		since("2", first)
		noError(t, s.ConfirmSecondFactor(ctx, bob, "sealed", 1, nil, here("2", "3")))
		since("3", first)

		c.move(time.Hour)
		noError(t, storetest.StartSession(ctx, s, bob, tokenHash("half"), false)) // somebody else may know the password
		since("half", time.Time{})
		c.move(time.Minute)
		noError(t, storetest.StartSession(ctx, s, bob, tokenHash("4"), false))
		noError(t, s.ReplaceSession(ctx, tokenHash("4"), tokenHash("5"), true))
		since("5", second)
		third := c.now()
		c.move(time.Minute)
		noError(t, s.ReplaceSession(ctx, tokenHash("5"), tokenHash("6"), true)) // the second factor once more
		since("6", second)
		noError(t, storetest.StartSession(ctx, s, bob, tokenHash("7"), true))
		since("7", third)
	})
}

func TestSessionsAreEndedFromAnother(t *testing.T) {
	eachWithClock(t, func(t *testing.T, s *store.Store, c *movedClock) {
		ctx := t.Context()
		bob, eve := storetest.Person(t, s, "bob", 0, lab.Intake), storetest.Person(t, s, "eve", 0, lab.Intake)
		noError(t, storetest.StartSession(ctx, s, bob, tokenHash("old"), false))
		c.move(lab.SessionIdle + time.Minute)
		for _, token := range []string{"1", "2", "3", "4"} {
			noError(t, storetest.StartSession(ctx, s, bob, tokenHash(token), token == "2"))
			c.move(time.Minute)
		}
		noError(t, storetest.StartSession(ctx, s, eve, tokenHash("e"), false))
		list, err := s.OwnSessions(ctx, bob)
		noError(t, err)
		if len(list) != 4 || list[0].ID != sessionOf(t, s, "4").ID || !list[0].SecondFactorAt.IsZero() || list[2].SecondFactorAt.IsZero() {
			t.Errorf("the sessions are %+v", list)
		}
		for _, x := range list {
			if len(x.ID) != 32 || strings.Contains(fmt.Sprint(sqlRows(t, s, "SELECT token_hash FROM sessions", 1)), x.ID) {
				t.Errorf("the id %q gives the hash of a token away", x.ID)
			}
		}
		one, hers := sessionOf(t, s, "1").ID, sessionOf(t, s, "e").ID
		for _, id := range []string{hers, "", tokenHash("1"), "x"} {
			refusedAs(t, s.EndOtherSession(ctx, bob, id), lab.ErrNotFound)
			refusedAs(t, s.EndOtherSessions(ctx, bob, id), lab.ErrNotFound)
		}
		noError(t, s.EndOtherSession(ctx, bob, one))
		if e := lastEvent(t, s); e.action != "end session" || e.actor != "bob" || e.reason != "from another session" {
			t.Errorf("the event is %+v", e)
		}
		refusedAs(t, s.EndOtherSession(ctx, bob, one), lab.ErrNotFound)
		noError(t, s.EndOtherSessions(ctx, bob, sessionOf(t, s, "3").ID))
		if e := lastEvent(t, s); e.action != "end sessions" || e.reason != "2, from another session" {
			t.Errorf("the event is %+v", e)
		}
		for token, want := range map[string]error{"1": lab.ErrNotFound, "2": lab.ErrNotFound, "3": nil, "4": lab.ErrNotFound, "e": nil} {
			_, err := s.Session(ctx, tokenHash(token))
			refusedAs(t, err, want)
		}
		before := len(eventsOf(t, s))
		noError(t, s.EndOtherSessions(ctx, bob, sessionOf(t, s, "3").ID)) // there is no other
		if len(eventsOf(t, s)) != before {
			t.Error("ending nothing left an event")
		}
	})
}

func TestAServiceRequiresASecondFactor(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx := t.Context()
		own, other := storetest.Service(t, s, "UTR"), storetest.Service(t, s, "AMS")
		ada := storetest.Person(t, s, "ada", own.ID, lab.Administrator)
		is := func(code string, want bool) {
			t.Helper()
			x, err := s.Service(ctx, lab.Operator("test"), code)
			noError(t, err)
			if x.SecondFactor != want {
				t.Errorf("%s requires it: %v", code, x.SecondFactor)
			}
		}
		noError(t, s.RequireSecondFactor(ctx, ada, own.ID, true))
		is("UTR", true)
		is("AMS", false)
		if e := lastEvent(t, s); e.action != "require second factor" || e.subject != "UTR" || e.changes != `[{"field":"second_factor","new":true,"old":false}]` {
			t.Errorf("the event is %+v", e)
		}
		before := len(eventsOf(t, s))
		noError(t, s.RequireSecondFactor(ctx, ada, own.ID, true))
		if len(eventsOf(t, s)) != before {
			t.Error("a change of nothing left an event")
		}
		refusedAs(t, s.RequireSecondFactor(ctx, ada, other.ID, true), lab.ErrNotFound)
		refusedMove(t, s.RequireSecondFactor(ctx, storetest.Person(t, s, "ver", own.ID, lab.Verifier), own.ID, false))
		refusedAs(t, s.RequireSecondFactor(ctx, operator, 99, true), lab.ErrNotFound)
		noError(t, s.RequireSecondFactor(ctx, operator, own.ID, false))
		is("UTR", false)
		added, err := s.AddService(ctx, operator, lab.Service{Code: "NEW", Name: "New", Country: "NL", Currency: "EUR", TimeZone: "UTC", SecondFactor: true})
		noError(t, err)
		is(added.Code, true)
	})
}

// TestNoStepUpReadsThroughThePool: see TestNoWorkOnPeopleReadsThroughThePool.
func TestNoStepUpReadsThroughThePool(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		service := storetest.Service(t, s, "UTR")
		bob := storetest.Person(t, s, "bob", 0, lab.Intake)
		store.OnePool(t, s)
		ctx := t.Context()
		done := make(chan error, 1)
		go func() {
			errs := []error{s.RequireSecondFactor(ctx, operator, service.ID, true), storetest.StartSession(ctx, s, bob, tokenHash("1"), false)}
			_, err := s.OfferFactor(ctx, tokenHash("1"), "", "offered")
			errs = append(errs, err,
				s.ConfirmSecondFactor(ctx, bob, "sealed", 1, nil, here("1", "2")),
				s.ChangePassword(ctx, bob, passwordHash, here("2", "3")),
				storetest.StartSession(ctx, s, bob, tokenHash("4"), true))
			x, err := s.Session(ctx, tokenHash("3"))
			_, listing := s.OwnSessions(ctx, bob)
			done <- errors.Join(append(errs, err, listing, s.EndOtherSessions(ctx, bob, x.ID))...)
		}()
		select {
		case err := <-done:
			noError(t, err)
		case <-time.After(time.Minute):
			t.Error("a unit of work waits for itself")
		}
	})
}
