package store_test

import (
	"fmt"
	"testing"
	"time"

	"marquis/internal/lab"
	"marquis/internal/store"
	"marquis/internal/store/storetest"
)

func TestFailuresToSignInAreCountedByTheHour(t *testing.T) {
	eachWithClock(t, func(t *testing.T, s *store.Store, c *movedClock) {
		ctx := t.Context()
		bob, ada := storetest.Person(t, s, "bob", 0, lab.Intake), storetest.Person(t, s, "ada", 0, lab.Intake)
		began := c.now()
		fail := func(times int, f store.FailedSignIn) {
			for range times {
				s.NoteSignInFailure(f)
			}
		}
		fail(3, store.FailedSignIn{UserID: bob.UserID, NetworkHash: "a"})
		fail(2, store.FailedSignIn{UserID: bob.UserID, NetworkHash: "b"})
		fail(1, store.FailedSignIn{UserID: ada.UserID, LoginHash: "is none of a user", NetworkHash: "a"})
		fail(4, store.FailedSignIn{LoginHash: "x", NetworkHash: "a"})
		fail(1, store.FailedSignIn{LoginHash: "y", NetworkHash: "c"})
		want := func(user lab.Optional, since time.Time, n, networks int) {
			t.Helper()
			gotN, gotNetworks, err := s.SignInFailures(ctx, user, since)
			noError(t, err)
			if gotN != n || gotNetworks != networks {
				t.Errorf("%d failures from %d networks, want %d from %d", gotN, gotNetworks, n, networks)
			}
		}
		want(bob.UserID, began, 5, 2)
		want(bob.UserID, began.Add(59*time.Minute), 5, 2) // the whole hour counts
		want(ada.UserID, began, 1, 1)
		want(99, began, 0, 0)
		all, err := s.FailuresOfAll(ctx, began)
		noError(t, err)
		if fmt.Sprint(all) != fmt.Sprintf("{[{%d ada 1 1} {%d bob 5 2}] 5 2}", ada.UserID, bob.UserID) {
			t.Errorf("all are %v", all)
		}

		c.move(time.Hour)
		fail(1, store.FailedSignIn{UserID: bob.UserID, NetworkHash: "a"})
		noError(t, s.WriteSignInFailures(ctx))
		noError(t, s.WriteSignInFailures(ctx)) // what is written is not written again
		want(bob.UserID, began, 6, 2)
		want(bob.UserID, c.now(), 1, 1)

		c.move(store.FailureAge - 30*time.Minute)
		storetest.ConfirmClock(t, s, c.now())
		noError(t, s.SweepSessions(ctx))
		want(bob.UserID, began, 1, 1)
		c.move(time.Hour)
		noError(t, s.SweepSessions(ctx))
		want(bob.UserID, began, 0, 0)
	})
}

// Whoever makes up logins must not fill the database, nor hide what others do.
func TestVeryManyFailuresAreAddedUp(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		bob := storetest.Person(t, s, "bob", 0, lab.Intake)
		for i := range 3000 {
			s.NoteSignInFailure(store.FailedSignIn{LoginHash: fmt.Sprint("login ", i), NetworkHash: fmt.Sprint("network ", i)})
		}
		s.NoteSignInFailure(store.FailedSignIn{UserID: bob.UserID, NetworkHash: "a"})
		all, err := s.FailuresOfAll(t.Context(), storetest.Now)
		noError(t, err)
		if all.Unknown != 3000 || all.Logins > 501 || len(all.Users) != 1 || all.Users[0].N != 1 {
			t.Errorf("all are %v", all)
		}
		if n := sqlRows(t, s, "SELECT count(*) FROM sign_in_failures", 1)[0][0]; n != int64(502) {
			t.Errorf("%v rows", n)
		}
	})
}

func TestFailuresThatCannotBeWrittenAreKept(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		bob := storetest.Person(t, s, "bob", 0, lab.Intake)
		noError(t, store.Exec(s, "ALTER TABLE sign_in_failures RENAME TO away"))
		s.NoteSignInFailure(store.FailedSignIn{UserID: bob.UserID, NetworkHash: "a"})
		if err := s.WriteSignInFailures(t.Context()); err == nil {
			t.Fatal("they are written to nowhere")
		}
		noError(t, store.Exec(s, "ALTER TABLE away RENAME TO sign_in_failures"))
		n, _, err := s.SignInFailures(t.Context(), bob.UserID, storetest.Now)
		noError(t, err)
		if n != 1 {
			t.Errorf("%d failures, want 1", n)
		}
	})
}
