package store_test

import (
	"testing"
	"time"

	"marquis/internal/lab"
	"marquis/internal/store"
	"marquis/internal/store/storetest"
)

// ended fails unless the session with the token is remembered as the user's, or is not.
func ended(t *testing.T, s *store.Store, token string, want error, whose lab.Actor) {
	t.Helper()
	by, err := s.EndedSession(t.Context(), tokenHash(token))
	refusedAs(t, err, want)
	if want == nil && by.UserID != whose.UserID {
		t.Errorf("the session was of %v, want %v", by.UserID, whose.UserID)
	}
	if want != nil && by.UserID != 0 {
		t.Errorf("it is told of a session that is not remembered: %v", by.UserID)
	}
}

func TestItIsRememberedWhoseASessionWasThatEnded(t *testing.T) {
	eachWithClock(t, func(t *testing.T, s *store.Store, c *movedClock) {
		ctx, b := t.Context(), newBench(t, s)
		for _, token := range []string{"idle", "out"} {
			noError(t, storetest.StartSession(ctx, s, b.intake, tokenHash(token), false))
		}
		ended(t, s, "idle", lab.ErrNotFound, b.intake) // it goes on
		ended(t, s, "unknown", lab.ErrNotFound, b.intake)
		noError(t, s.EndSession(ctx, tokenHash("out")))
		ended(t, s, "out", nil, b.intake)
		_, err := s.Session(ctx, tokenHash("out"))
		refusedAs(t, err, lab.ErrNotFound) // it opens nothing

		c.move(lab.SessionIdle + time.Second)
		ended(t, s, "idle", nil, b.intake)
		noError(t, s.SweepSessions(ctx, lab.Operator("test")))
		ended(t, s, "idle", nil, b.intake)
		if n := count(t, s, "sessions"); n != 0 {
			t.Errorf("%d sessions are left", n)
		}
		c.move(lab.EndedSessionAge - lab.SessionIdle - 2*time.Second)
		ended(t, s, "out", nil, b.intake)
		c.move(time.Second)
		ended(t, s, "out", lab.ErrNotFound, b.intake) // though it is not deleted yet
		ended(t, s, "idle", nil, b.intake)
		noError(t, s.SweepSessions(ctx, lab.Operator("test")))
		ended(t, s, "idle", nil, b.intake)
		c.move(lab.SessionIdle + time.Second)
		ended(t, s, "idle", lab.ErrNotFound, b.intake)
		noError(t, s.SweepSessions(ctx, lab.Operator("test")))
		if n := count(t, s, "ended_sessions"); n != 0 {
			t.Errorf("%d ended sessions are left", n)
		}
	})
}

func TestASessionThatReachedItsAgeIsRememberedFromThen(t *testing.T) {
	eachWithClock(t, func(t *testing.T, s *store.Store, c *movedClock) {
		ctx, b := t.Context(), newBench(t, s)
		noError(t, storetest.StartSession(ctx, s, b.intake, tokenHash("1"), false))
		for range lab.SessionAge / (20 * time.Minute) {
			c.move(20 * time.Minute)
			_, err := s.Session(ctx, tokenHash("1"))
			noError(t, err)
		}
		c.move(time.Second)
		ended(t, s, "1", nil, b.intake)
		c.move(lab.EndedSessionAge)
		ended(t, s, "1", lab.ErrNotFound, b.intake) // not swept for so long
	})
}

// What ends because the account may be in other hands keeps nothing, nor does what
// ended before that.
func TestASessionThatSomebodyEndedIsNotRemembered(t *testing.T) {
	for name, end := range map[string]func(t *testing.T, s *store.Store, user lab.Actor){
		"disabled": func(t *testing.T, s *store.Store, user lab.Actor) {
			noError(t, s.DisableUser(t.Context(), operator, user.UserID, true))
		},
		"by an administrator": func(t *testing.T, s *store.Store, user lab.Actor) {
			noError(t, s.EndSessions(t.Context(), operator, user.UserID))
		},
		"everywhere by the owner": func(t *testing.T, s *store.Store, user lab.Actor) {
			noError(t, s.EndSessions(t.Context(), user, user.UserID))
		},
		"as not mine by the owner": notMine(false),
		"all but one by the owner": notMine(true),
		"by a new password": func(t *testing.T, s *store.Store, user lab.Actor) {
			noError(t, storetest.StartSession(t.Context(), s, user, tokenHash("here"), false))
			noError(t, s.ChangePassword(t.Context(), user, "$argon2id$another", store.Here{Session: tokenHash("here"), Renewed: tokenHash("renewed")}))
		},
	} {
		t.Run(name, func(t *testing.T) {
			storetest.Each(t, func(t *testing.T, s *store.Store) {
				user := storetest.Person(t, s, "user", 0, lab.Intake)
				noError(t, storetest.StartSession(t.Context(), s, user, tokenHash("1"), false))
				end(t, s, user)
				ended(t, s, "1", lab.ErrNotFound, user)
				_, err := s.Session(t.Context(), tokenHash("1"))
				refusedAs(t, err, lab.ErrNotFound)
			})
		})
	}
}

func notMine(all bool) func(*testing.T, *store.Store, lab.Actor) {
	return func(t *testing.T, s *store.Store, user lab.Actor) {
		ctx := t.Context()
		before, err := s.OwnSessions(ctx, user)
		noError(t, err)
		noError(t, storetest.StartSession(ctx, s, user, tokenHash("here"), false))
		if !all {
			noError(t, s.EndOtherSession(ctx, user, before[0].ID))
			return
		}
		now, err := s.OwnSessions(ctx, user)
		noError(t, err)
		for _, o := range now {
			if o.ID != before[0].ID {
				noError(t, s.EndOtherSessions(ctx, user, o.ID))
			}
		}
	}
}

// What ended by itself before is forgotten with the rest.
func TestEndingAllForgetsWhatEndedBefore(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		user := storetest.Person(t, s, "user", 0, lab.Intake)
		noError(t, storetest.StartSession(t.Context(), s, user, tokenHash("1"), false))
		noError(t, s.EndSession(t.Context(), tokenHash("1")))
		ended(t, s, "1", nil, user)
		noError(t, s.EndSessions(t.Context(), operator, user.UserID))
		ended(t, s, "1", lab.ErrNotFound, user)
	})
}

// By a right password alone nobody had signed in.
func TestASessionThatWaitedForACodeIsNotRemembered(t *testing.T) {
	eachWithClock(t, func(t *testing.T, s *store.Store, c *movedClock) {
		bob := bobWithFactor(t, s)
		for _, token := range []string{"1", "2"} {
			noError(t, storetest.StartSession(t.Context(), s, bob, tokenHash(token), false))
		}
		noError(t, s.EndSession(t.Context(), tokenHash("1")))
		ended(t, s, "1", lab.ErrNotFound, bob)
		c.move(lab.SessionIdle + time.Second)
		ended(t, s, "2", lab.ErrNotFound, bob)
		noError(t, s.SweepSessions(t.Context(), lab.Operator("test")))
		ended(t, s, "2", lab.ErrNotFound, bob)
	})
}
