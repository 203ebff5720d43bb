package store

import (
	"context"
	"errors"

	"gorm.io/gorm"

	"marquis/internal/lab"
)

// endedSession remembers whose a session was that has ended by itself, or by signing
// out. It opens nothing. What somebody ends because the account is no longer theirs
// alone is not remembered: endSessionsOf forgets the user's others too.
type endedSession struct {
	TokenHash string `gorm:"primaryKey"`
	UserID    lab.Optional
	EndedAt   lab.Instant
}

// TableName returns the table.
func (endedSession) TableName() string { return "ended_sessions" }

// rememberEnd remembers whose the session was, unless nobody had signed in in full by it.
func (w *work) rememberEnd(r *sessionRow, a Account, ended lab.Instant) error {
	if a.Disabled || r.half(a) || !lab.SessionRemembered(ended, w.at) {
		return nil
	}
	return w.tx.Create(&endedSession{r.TokenHash, r.UserID, ended}).Error
}

// EndedSession returns whose the session was under the token with the hash, where it
// has ended less than lab.EndedSessionAge ago: idle, too old or signed out. Any other
// is lab.ErrNotFound. What that user has typed may be kept for them; nothing else may
// be done.
func (s *Store) EndedSession(ctx context.Context, tokenHash string) (lab.Actor, error) {
	tx, now := s.read.WithContext(ctx), lab.At(s.now())
	var user lab.Optional
	var half bool
	r, err := sessionsTable.one(tx, "WHERE token_hash = ?", tokenHash)
	switch err = translate(err); {
	case err == nil:
		if r.alive(now) || !lab.SessionRemembered(lab.SessionEnd(r.StartedAt, r.SeenAt), now) {
			return lab.Actor{}, lab.ErrNotFound
		}
		user, half = r.UserID, r.SecondFactorAt.IsZero()
	case errors.Is(err, lab.ErrNotFound):
		ended, err := endedTable.one(tx, "WHERE token_hash = ?", tokenHash)
		if err != nil || !lab.SessionRemembered(ended.EndedAt, now) {
			return lab.Actor{}, orNotFound(err)
		}
		user = ended.UserID
	default:
		return lab.Actor{}, err
	}
	a, err := readAccount(tx, "WHERE u.id = ?", user)
	if err != nil || a.Disabled || half && a.SecondFactor {
		return lab.Actor{}, orNotFound(err)
	}
	return a.Actor(), nil
}

// orNotFound is what a database says, and lab.ErrNotFound where it says nothing.
func orNotFound(err error) error {
	if err == nil {
		return lab.ErrNotFound
	}
	return translate(err)
}

// sweepEnded deletes the sessions that have ended by themselves, and remembers whose
// they were for a time.
func (w *work) sweepEnded() error {
	now := w.at.Time()
	idle, old := lab.At(now.Add(-lab.SessionIdle)), lab.At(now.Add(-lab.SessionAge))
	rows, err := sessionsTable.list(w.tx, "WHERE seen_at < ? OR started_at < ?", idle, old)
	if err != nil {
		return err
	}
	for i := range rows {
		a, err := readAccount(w.tx, "WHERE u.id = ?", rows[i].UserID)
		if err == nil {
			err = w.rememberEnd(&rows[i], a, lab.SessionEnd(rows[i].StartedAt, rows[i].SeenAt))
		}
		if err != nil {
			return err
		}
	}
	if err := w.tx.Exec("DELETE FROM sessions WHERE seen_at < ? OR started_at < ?", idle, old).Error; err != nil {
		return err
	}
	return forgetEnded(w.tx, w.at)
}

// forgetEnded forgets the sessions that ended long ago, and those of a time to come.
func forgetEnded(tx *gorm.DB, now lab.Instant) error {
	return tx.Exec("DELETE FROM ended_sessions WHERE ended_at <= ? OR ended_at > ?",
		lab.At(now.Time().Add(-lab.EndedSessionAge)), lab.At(now.Time().Add(lab.ClockSlack))).Error
}
