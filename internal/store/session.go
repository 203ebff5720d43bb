package store

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"time"

	"gorm.io/gorm"

	"marquis/internal/lab"
)

// sessionRow is a row of sessions.
type sessionRow struct {
	TokenHash      string `gorm:"primaryKey"`
	UserID         lab.Optional
	StartedAt      lab.Instant
	SeenAt         lab.Instant
	SecondFactorAt lab.Instant
	ToldSince      lab.Instant // the sign-in before this one; zero: there was none
	ToldFailed     int         // what was told at this one, as in Told
	ToldNetworks   int
	ToldHalf       int
	PendingFactor  string // the sealed secret that is offered for an authenticator
}

// TableName returns the table.
func (sessionRow) TableName() string { return "sessions" }

// Session is a login that has not ended, with the account as it is now.
type Session struct {
	OwnSession
	Account       Account
	ToldSince     lab.Instant // when the user signed in in full the time before; zero: never
	Told          Told        // what the user was told when this session became whole
	PendingFactor string      // the sealed secret that it shows for an authenticator; empty: none
}

// session is what is told of a row, with the account of its user.
func (r *sessionRow) session(a Account) Session {
	return Session{
		OwnSession: r.own(), Account: a,
		ToldSince: r.ToldSince, Told: Told{r.ToldFailed, r.ToldNetworks, r.ToldHalf}, PendingFactor: r.PendingFactor,
	}
}

// seenEvery is how exactly a session's last use is recorded.
const seenEvery = time.Minute

func (r *sessionRow) alive(now lab.Instant) bool {
	return lab.SessionAlive(r.StartedAt, r.SeenAt, now)
}

// readSession reads a session that has not ended, with its account.
func readSession(tx *gorm.DB, tokenHash string, now lab.Instant) (r sessionRow, a Account, err error) {
	if r, err = sessionsTable.one(tx, "WHERE token_hash = ?", tokenHash); err != nil {
		return r, a, err
	}
	if a, err = readAccount(tx, "WHERE u.id = ?", r.UserID); err != nil {
		return r, a, err
	}
	if a.Disabled || !r.alive(now) {
		return r, Account{}, lab.ErrNotFound
	}
	return r, a, nil
}

// Entry is a sign-in whose password was right.
type Entry struct {
	Token    string // hash of the token of the session that begins
	Password string // hash by which the password was judged
	Recovery string // hash of a recovery code that was typed; empty: none
}

// SignIn begins a session of the actor, whose password was right, and tells whether it
// is whole. Where the user has an authenticator it is so only by a recovery code, which
// is used up by it; else, also where the code is unknown or was used meanwhile, the
// session waits for a code and leaves no event. If the password is another by now, or
// hashed anew, lab.ErrConflict comes back and nobody is signed in: what was judged opens
// nothing after the change. A disabled user is refused with lab.ErrNotFound.
func (s *Store) SignIn(ctx context.Context, by lab.Actor, e Entry) (whole bool, err error) {
	if err := s.writeFirst(ctx); err != nil {
		return false, err
	}
	err = s.doPeople(ctx, by, func(w *work) error {
		a, err := w.own()
		if err != nil {
			return err
		}
		if a.PasswordHash != e.Password {
			return fmt.Errorf("the password was changed meanwhile: %w", lab.ErrConflict)
		}
		r, how := sessionRow{TokenHash: e.Token}, "password"
		if e.Recovery != "" {
			switch err := w.spendRecoveryCode(a, e.Recovery); {
			case err == nil:
				r.SecondFactorAt, how = w.at, "password and recovery code"
			case !errors.Is(err, lab.ErrNotFound):
				return err
			}
		}
		whole = !r.half(a)
		return w.startSession(a, &r, how)
	})
	return whole && err == nil, err
}

// startSession begins a session of the user, now, and notes how in the trail where it is
// whole.
func (w *work) startSession(a Account, r *sessionRow, how string) error {
	r.UserID, r.StartedAt, r.SeenAt = a.ID, w.at, w.at
	if r.half(a) {
		if err := w.startHalf(r); err != nil {
			return err
		}
		return w.tx.Create(r).Error
	}
	if err := w.signInFully(r); err != nil {
		return err
	}
	if err := w.tx.Create(r).Error; err != nil {
		return err
	}
	return w.record(0, lab.LogIn, a.Login, how, nil)
}

// signInFully notes that the user of a session has signed in in full, and in the
// session when that was so the time before, and what the user is told.
func (w *work) signInFully(r *sessionRow) error {
	if err := w.tx.Raw("SELECT signed_in_at FROM users WHERE id = ?", r.UserID).Row().Scan(&r.ToldSince); err != nil {
		return err
	}
	if err := w.tell(r); err != nil {
		return err
	}
	return w.changeUser("signed_in_at = ? WHERE id = ?", w.at, r.UserID)
}

// Session returns the session whose token has the hash, and records that it was
// used. It is lab.ErrNotFound where it is unknown or has ended: idle for longer than
// lab.SessionIdle, older than lab.SessionAge, or of a user who is disabled.
func (s *Store) Session(ctx context.Context, tokenHash string) (Session, error) {
	now := lab.At(s.now())
	r, a, err := readSession(s.read.WithContext(ctx), tokenHash, now)
	if err != nil {
		return Session{}, translate(err)
	}
	if now.Time().Sub(r.SeenAt.Time()) >= seenEvery {
		r.SeenAt = now
		err = s.noteSeen(ctx, tokenHash, now)
	}
	return r.session(a), err
}

// seenWait is for how long a page waits to record that its reader's session is used.
const seenWait = 500 * time.Millisecond

// noteSeen records that a session is used. Where nothing can be written just now that
// is left: who only reads must be able to, and the session ends no later than it would.
func (s *Store) noteSeen(ctx context.Context, tokenHash string, now lab.Instant) error {
	err := s.transact(WaitAtMost(ctx, seenWait), func(tx *gorm.DB) error {
		return tx.Exec("UPDATE sessions SET seen_at = ? WHERE token_hash = ? AND seen_at < ?", now, tokenHash, now).Error
	})
	if errors.Is(err, lab.ErrUnavailable) {
		return nil
	}
	return err
}

// ReplaceSession gives a session another token, so that one which was stolen before
// is worth nothing after a step-up: with a second factor, this is when it was given,
// which the first time is signing in in full; without, an earlier one stays. The
// session still ends lab.SessionAge after login. It fails as Session does.
func (s *Store) ReplaceSession(ctx context.Context, oldHash, newHash string, secondFactor bool) error {
	if err := s.writeFirst(ctx); err != nil {
		return err
	}
	return s.doPeople(ctx, lab.Actor{}, func(w *work) error {
		r, a, err := readSession(w.tx, oldHash, w.at)
		if err != nil {
			return err
		}
		w.by = a.Actor()
		action, reason := lab.RenewSession, ""
		switch {
		case secondFactor && r.half(a):
			action, reason = lab.LogIn, "password and second factor"
			if err := cmp.Or(w.endHalf(&r), w.signInFully(&r)); err != nil {
				return err
			}
			r.SecondFactorAt = w.at
		case secondFactor:
			action, r.SecondFactorAt = lab.GiveFactor, w.at
		}
		r.TokenHash, r.SeenAt = newHash, w.at
		if err := w.rewriteSession(oldHash, &r); err != nil {
			return err
		}
		return w.record(0, action, a.Login, reason, nil)
	})
}

// rewriteSession puts a session in the place of the one whose token has the hash.
func (w *work) rewriteSession(oldHash string, r *sessionRow) error {
	return w.tx.Exec("UPDATE sessions SET token_hash = ?, seen_at = ?, second_factor_at = ?, told_since = ?, told_failed = ?, told_networks = ?, told_half = ? WHERE token_hash = ?",
		r.TokenHash, r.SeenAt, r.SecondFactorAt, r.ToldSince, r.ToldFailed, r.ToldNetworks, r.ToldHalf, oldHash).Error
}

// EndSession logs out. A session that has ended already is no mistake, and one that
// waits for a code leaves no event: nobody had signed in.
func (s *Store) EndSession(ctx context.Context, tokenHash string) error {
	return s.doPeople(ctx, lab.Actor{}, func(w *work) error {
		r, a, err := readSession(w.tx, tokenHash, w.at)
		if errors.Is(translate(err), lab.ErrNotFound) {
			return nil
		}
		if err != nil {
			return err
		}
		if err := w.tx.Exec("DELETE FROM sessions WHERE token_hash = ?", tokenHash).Error; err != nil || r.half(a) {
			return err
		}
		if err := w.rememberEnd(&r, a, w.at); err != nil {
			return err
		}
		w.by = a.Actor()
		return w.record(0, lab.LogOut, a.Login, "", nil)
	})
}

// EndSessions ends all sessions of a user, who does it, or an administrator.
func (s *Store) EndSessions(ctx context.Context, by lab.Actor, id lab.Optional) error {
	return s.doPeople(ctx, by, func(w *work) error {
		find := w.administrated
		if by.UserID == id {
			find = func(lab.Optional) (Account, error) { return w.own() }
		}
		a, err := find(id)
		if err != nil {
			return err
		}
		if err := w.endSessionsOf(id, ""); err != nil {
			return err
		}
		return w.record(0, lab.EndSessions, a.Login, "", nil)
	})
}

// endSessionsOf ends the sessions of a user but for the one whose token has the hash
// keep. It forgets those that have ended before: nothing that is typed into any of them
// is kept.
func (w *work) endSessionsOf(id lab.Optional, keep string) error {
	return cmp.Or(
		w.tx.Exec("DELETE FROM sessions WHERE user_id = ? AND token_hash <> ?", id, keep).Error,
		w.tx.Exec("DELETE FROM ended_sessions WHERE user_id = ?", id).Error)
}

// SweepSessions deletes sessions, slips and invitations that have ended by themselves, and, unless
// the clock may be wrong, what is of a time to come and what is remembered of signing in
// beyond its time.
func (s *Store) SweepSessions(ctx context.Context, by lab.Actor) error {
	if err := upkeep(by); err != nil {
		return err
	}
	return s.doPeople(ctx, by, func(w *work) error {
		err := cmp.Or(
			w.sweepEnded(),
			sweepSlips(w.tx, w.at),
			w.tx.Exec("DELETE FROM invitations WHERE expires_at <= ?", w.at).Error,
			w.trustClock(),
		)
		switch {
		case errors.Is(err, lab.ErrClockJumped):
			return nil
		case err != nil:
			return err
		}
		return cmp.Or(forgetFuture(w.tx, w.at), forgetSignIns(w.tx, w.at.Time()))
	})
}
