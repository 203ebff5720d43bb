package store_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"marquis/internal/credential"
	"marquis/internal/lab"
	"marquis/internal/store"
	"marquis/internal/store/storetest"
)

func TestAnInvitationIsAcceptedOnce(t *testing.T) {
	eachWithClock(t, func(t *testing.T, s *store.Store, c *movedClock) {
		ctx := t.Context()
		bob := storetest.Person(t, s, "bob", 0, lab.Intake)
		until := lab.At(c.now().Add(lab.InvitationAge))
		noError(t, s.Invite(ctx, operator, bob.UserID, tokenHash("1"), until, false))
		if e := lastEvent(t, s); e.action != "invite user" || e.subject != "bob" || !strings.Contains(e.changes, until.String()) {
			t.Errorf("the event is %+v", e)
		}
		noError(t, storetest.StartSession(ctx, s, bob, tokenHash("b0b"), false))
		c.move(lab.InvitationAge - time.Microsecond)
		if u, err := s.Invitation(ctx, tokenHash("1")); err != nil || u.Login != "bob" {
			t.Errorf("invited %+v, %v", u, err)
		}
		one(t, atOnce(8, func(int) error {
			_, err := s.AcceptInvitation(ctx, tokenHash("1"), passwordHash, store.Device{})
			return err
		}), func(err error) bool { return errors.Is(err, lab.ErrNotFound) })
		if got := accountOf(t, s, "bob").PasswordHash; got != passwordHash {
			t.Errorf("the hash is %q", got)
		}
		if e := lastEvent(t, s); e.action != "accept invitation" || e.actorID != int64(bob.UserID) || e.actor != "bob" {
			t.Errorf("the event is %+v", e)
		}
		_, err := s.Invitation(ctx, tokenHash("1"))
		refusedAs(t, err, lab.ErrNotFound)
	})
}

func TestInvitationsThatOpenNothing(t *testing.T) {
	eachWithClock(t, func(t *testing.T, s *store.Store, c *movedClock) {
		ctx := t.Context()
		ada, bob := storetest.Person(t, s, "ada", 0, lab.Administrator), storetest.Person(t, s, "bob", 0, lab.Intake)
		until := func() lab.Instant { return lab.At(c.now().Add(lab.InvitationAge)) }
		nothing := func(hash, why string) {
			t.Helper()
			if u, err := s.Invitation(ctx, hash); !errors.Is(err, lab.ErrNotFound) || u.ID != 0 {
				t.Errorf("%s: %+v, %v", why, u, err)
			}
			if _, err := s.AcceptInvitation(ctx, hash, passwordHash, store.Device{}); !errors.Is(err, lab.ErrNotFound) {
				t.Errorf("%s: %v", why, err)
			}
		}
		noError(t, s.Invite(ctx, ada, bob.UserID, tokenHash("1"), until(), false))
		noError(t, s.Invite(ctx, ada, bob.UserID, tokenHash("2"), until(), false))
		nothing(tokenHash("1"), "replaced")
		nothing("", "no token")
		nothing(tokenHash("3"), "unknown")
		c.move(lab.InvitationAge)
		nothing(tokenHash("2"), "expired")
		if got := accountOf(t, s, "bob").PasswordHash; got != "" {
			t.Errorf("the hash is %q", got)
		}
		noError(t, s.SweepSessions(ctx, lab.Operator("test")))
		if n := sqlRows(t, s, "SELECT count(*) FROM invitations", 1)[0][0]; n != int64(0) {
			t.Errorf("%v invitations are left", n)
		}
		refusedAs(t, s.Invite(ctx, bob, ada.UserID, tokenHash("4"), until(), true), lab.ErrNotFound)
		refusedMove(t, s.Invite(ctx, bob, bob.UserID, tokenHash("4"), until(), true))
		refusedAs(t, s.Invite(ctx, ada, 99, tokenHash("4"), until(), false), lab.ErrNotFound)
		noError(t, s.Invite(ctx, ada, bob.UserID, tokenHash("5"), until(), false))
		refusedAs(t, s.Invite(ctx, ada, ada.UserID, tokenHash("5"), until(), false), lab.ErrConflict)
		if err := s.Invite(ctx, ada, ada.UserID, "a token in clear", until(), false); err == nil {
			t.Error("the database takes a token in clear")
		}
	})
}

// TestAResetKeepsTheSecondFactorUnlessAsked: whoever can read somebody's mail has
// not yet got in.
func TestAResetKeepsTheSecondFactorUnlessAsked(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx := t.Context()
		bob := storetest.Person(t, s, "bob", 0, lab.Verifier)
		for reset, want := range map[bool]string{false: "sealed", true: ""} {
			noError(t, s.SetSecondFactor(ctx, bob, "sealed", 7, []string{tokenHash("a")}))
			noError(t, storetest.StartSession(ctx, s, bob, tokenHash("b0b"), true))
			noError(t, s.Invite(ctx, operator, bob.UserID, tokenHash("1"), lab.At(storetest.Now.Add(time.Hour)), reset))
			if got := accountOf(t, s, "bob"); got.TOTPSealed != "sealed" {
				t.Error("the invitation alone cleared the second factor")
			}
			_, err := s.AcceptInvitation(ctx, tokenHash("1"), passwordHash, store.Device{})
			noError(t, err)
			if got := accountOf(t, s, "bob"); got.TOTPSealed != want || (got.RecoveryLeft == 0) != reset {
				t.Errorf("reset %t: the account is %+v", reset, got)
			}
			_, err = s.Session(ctx, tokenHash("b0b"))
			refusedAs(t, err, lab.ErrNotFound)
		}
	})
}

// TestACopyOfTheDatabaseLetsNobodyIn walks through all that people log in with, and
// looks for it in every column, in the trail and, on SQLite, in the files.
func TestACopyOfTheDatabaseLetsNobodyIn(t *testing.T) {
	for _, kind := range kinds {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			place := storetest.Config(t, kind)
			s := storetest.Open(t, place)
			ctx, key := t.Context(), []byte(strings.Repeat("k", credential.KeyBytes))
			bob := storetest.Person(t, s, "bob", 0, lab.Verifier)
			const password = "vijf woorden die samen niets zijn"
			credential.CheapInTest(t)
			hash, err := credential.HashPassword(password)
			noError(t, err)
			invitation, invitationHash := credential.NewToken()
			open, openHash := credential.NewToken()
			session, sessionHash := credential.NewToken()
			stepped, steppedHash := credential.NewToken()
			renewed, renewedHash := credential.NewToken()
			offered, err := credential.Seal(key, bob.UserID, credential.PendingFactor, "the secret that is offered")
			noError(t, err)
			secret, _ := credential.NewTOTP("Marquis", "bob")
			sealed, err := credential.Seal(key, bob.UserID, credential.SecondFactor, secret)
			noError(t, err)
			codes, codeHashes := credential.NewRecoveryCodes()

			until := lab.At(storetest.Now.Add(time.Hour))
			noError(t, s.Invite(ctx, operator, bob.UserID, invitationHash, until, true))
			_, err = s.AcceptInvitation(ctx, invitationHash, hash, store.Device{})
			noError(t, err)
			noError(t, storetest.StartSession(ctx, s, bob, sessionHash, false))
			noError(t, s.SetSecondFactor(ctx, bob, sealed, 1, codeHashes))
			noError(t, s.UseSecondFactor(ctx, bob, step(2)))
			noError(t, s.ReplaceSession(ctx, sessionHash, steppedHash, true))
			noError(t, s.UseRecoveryCode(ctx, bob, codeHashes[0]))
			refusedAs(t, s.UseSecondFactor(ctx, bob, step(0)), lab.ErrConflict)
			noError(t, s.ChangePassword(ctx, bob, hash, store.Here{Session: steppedHash, Renewed: renewedHash}))
			_, err = s.OfferFactor(ctx, renewedHash, "", offered)
			noError(t, err)
			noError(t, s.Invite(ctx, operator, bob.UserID, openHash, until, false))

			all := everyValue(t, s, kind)
			if place.DatabaseURL == "" {
				all += filesIn(t, place.Folder)
			}
			secrets := append([]string{password, invitation, open, session, stepped, renewed, secret, string(key), "the secret that is offered"}, codes...)
			for _, code := range codes {
				secrets = append(secrets, strings.ReplaceAll(code, "-", ""))
			}
			for _, text := range secrets {
				if strings.Contains(all, text) {
					t.Errorf("the database holds %q", text)
				}
			}
			for _, text := range []string{hash, renewedHash, openHash, sealed, offered, codeHashes[1]} { // that this test would see them
				if !strings.Contains(all, text) {
					t.Errorf("the database lacks %q", text)
				}
			}
			for _, e := range eventsOf(t, s) {
				for _, text := range append(secrets, hash, invitationHash, sessionHash, steppedHash, renewedHash, openHash, sealed, offered, codeHashes[0], codeHashes[1]) {
					if strings.Contains(strings.Join([]string{e.actor, e.action, e.subject, e.changes, e.reason}, "\n"), text) {
						t.Errorf("the event %q holds %q", e.action, text)
					}
				}
			}
			// What was copied does not serve as a token.
			for _, copied := range []string{renewedHash, openHash} {
				if _, err := s.Session(ctx, credential.HashToken(copied)); !errors.Is(err, lab.ErrNotFound) {
					t.Errorf("a hash opens a session: %v", err)
				}
				if _, err := s.Invitation(ctx, credential.HashToken(copied)); !errors.Is(err, lab.ErrNotFound) {
					t.Errorf("a hash opens an invitation: %v", err)
				}
			}
			if ok, err := (credential.Caller{}).Check(ctx, hash, hash); ok || err != nil {
				t.Errorf("a hash is its own password: %v", err)
			}
			if _, err := s.VerifyAudit(ctx, lab.Operator("test")); err != nil {
				t.Error(err)
			}
		})
	}
}
