package store

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"

	"gorm.io/gorm"

	"marquis/internal/lab"
)

// OwnSession is a session as its user sees it.
type OwnSession struct {
	ID             string // names it among those of its user; not its token, nor the token's hash
	StartedAt      lab.Instant
	SeenAt         lab.Instant
	SecondFactorAt lab.Instant // zero: not given in this session
}

func (r *sessionRow) own() OwnSession {
	return OwnSession{r.id(), r.StartedAt, r.SeenAt, r.SecondFactorAt}
}

// id names a session to its own user. The hash of the token, which the database
// holds, cannot be found from it.
func (r *sessionRow) id() string {
	sum := sha256.Sum256([]byte("session " + r.TokenHash))
	return hex.EncodeToString(sum[:16])
}

// OwnSessions returns the sessions of the actor that have not ended, that which began
// last first.
func (s *Store) OwnSessions(ctx context.Context, by lab.Actor) ([]OwnSession, error) {
	rows, err := sessionsOf(s.read.WithContext(ctx), by.UserID, lab.At(s.now()))
	sessions := make([]OwnSession, len(rows))
	for i := range rows {
		sessions[i] = rows[i].own()
	}
	return sessions, translate(err)
}

func sessionsOf(tx *gorm.DB, user lab.Optional, now lab.Instant) (rows []sessionRow, err error) {
	rows, err = sessionsTable.list(tx, "WHERE user_id = ? ORDER BY started_at DESC, token_hash", user)
	return slices.DeleteFunc(rows, func(r sessionRow) bool { return !r.alive(now) }), err
}

// ownSession finds the session with the id among those of the actor, or
// lab.ErrNotFound.
func (w *work) ownSession(id string) (a Account, rows []sessionRow, at int, err error) {
	if a, err = w.own(); err != nil {
		return a, nil, 0, err
	}
	if rows, err = sessionsOf(w.tx, a.ID, w.at); err != nil {
		return a, nil, 0, err
	}
	if at = slices.IndexFunc(rows, func(r sessionRow) bool { return r.id() == id }); at < 0 {
		return a, nil, 0, lab.ErrNotFound
	}
	return a, rows, at, nil
}

// EndOtherSession ends the actor's session with the id, from another. One that has
// ended already, or is somebody else's, is lab.ErrNotFound.
func (s *Store) EndOtherSession(ctx context.Context, by lab.Actor, id string) error {
	return s.doPeople(ctx, by, func(w *work) error {
		a, rows, at, err := w.ownSession(id)
		if err != nil {
			return err
		}
		if err := w.tx.Exec("DELETE FROM sessions WHERE token_hash = ?", rows[at].TokenHash).Error; err != nil {
			return err
		}
		return w.record(0, lab.EndSession, a.Login, "from another session", []lab.Difference{{Field: lab.TrailStartedAt, Old: lab.ValueOf(rows[at].StartedAt), New: "null"}})
	})
}

// EndOtherSessions ends the actor's sessions but for the one with the id.
func (s *Store) EndOtherSessions(ctx context.Context, by lab.Actor, id string) error {
	return s.doPeople(ctx, by, func(w *work) error {
		a, rows, at, err := w.ownSession(id)
		if err != nil {
			return err
		}
		if err := w.endSessionsOf(a.ID, rows[at].TokenHash); err != nil || len(rows) == 1 {
			return err // those that had ended before are forgotten too
		}
		return w.record(0, lab.EndSessions, a.Login, fmt.Sprintf("%d, from another session", len(rows)-1), nil)
	})
}
