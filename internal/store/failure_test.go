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
		want := func(since time.Time, want string) {
			t.Helper()
			all, err := s.FailuresOfAll(ctx, lab.Operator("test"), since)
			noError(t, err)
			if got := fmt.Sprint(all); got != want {
				t.Errorf("all are %s, want %s", got, want)
			}
		}
		want(began.Add(59*time.Minute), fmt.Sprintf("{[{%d ada 1 1 0} {%d bob 5 2 0}] 5 2}", ada.UserID, bob.UserID)) // the whole hour counts

		c.move(time.Hour)
		fail(1, store.FailedSignIn{UserID: bob.UserID, NetworkHash: "a"})
		noError(t, s.WriteSignInFailures(ctx))
		noError(t, s.WriteSignInFailures(ctx)) // what is written is not written again
		want(began, fmt.Sprintf("{[{%d ada 1 1 0} {%d bob 6 2 0}] 5 2}", ada.UserID, bob.UserID))
		last := fmt.Sprintf("{[{%d bob 1 1 0}] 0 0}", bob.UserID)
		want(c.now(), last)

		c.move(store.FailureAge - 30*time.Minute)
		storetest.ConfirmClock(t, s, c.now())
		noError(t, s.SweepSessions(ctx, lab.Operator("test")))
		want(began, last)
		c.move(time.Hour)
		noError(t, s.SweepSessions(ctx, lab.Operator("test")))
		want(began, "{[] 0 0}")
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
		all, err := s.FailuresOfAll(t.Context(), lab.Operator("test"), storetest.Now)
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
		all, err := s.FailuresOfAll(t.Context(), lab.Operator("test"), storetest.Now)
		noError(t, err)
		if len(all.Users) != 1 || all.Users[0].N != 1 {
			t.Errorf("all are %v, want 1 failure", all)
		}
	})
}
