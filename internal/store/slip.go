package store

import (
	"context"
	"errors"
	"fmt"

	"gorm.io/gorm"

	"marquis/internal/lab"
)

// Slip is the slip of a code that is given out, sealed for the session that gives it.
// It is written with the code, or neither is.
type Slip struct {
	Session    string // hash of the session's token
	RequestKey string // of the form that was sent: once it has a slip, it does nothing any more
	Sealed     string
}

// ErrSignedOut means that the session has ended in which something was done.
var ErrSignedOut = errors.New("the session has ended")

// keepSlip keeps a slip for lab.SlipAge. A form that has one already is refused with
// lab.ErrConflict, and a session that has ended, or is another's, with ErrSignedOut.
func (w *work) keepSlip(slip *Slip) error {
	if slip == nil {
		return nil
	}
	switch r, _, err := readSession(w.tx, slip.Session, w.at); {
	case errors.Is(translate(err), lab.ErrNotFound), err == nil && r.UserID != w.by.UserID:
		return ErrSignedOut
	case err != nil:
		return err
	}
	ends := lab.At(w.at.Time().Add(lab.SlipAge))
	done := w.tx.Exec("INSERT INTO slips (session_hash, request_key, sealed, ends_at) VALUES (?, ?, ?, ?) ON CONFLICT (session_hash, request_key) DO NOTHING",
		slip.Session, slip.RequestKey, slip.Sealed, ends)
	if done.Error == nil && done.RowsAffected == 0 {
		return fmt.Errorf("this form has its slip already: %w", lab.ErrConflict)
	}
	return done.Error
}

// Slip returns the sealed slip of a form that the actor sent in the session, or
// lab.ErrNotFound, also where its time is over and it is not deleted yet.
func (s *Store) Slip(ctx context.Context, by lab.Actor, sessionHash, requestKey string) (sealed string, err error) {
	var ends lab.Instant
	err = s.read.WithContext(ctx).Raw("SELECT p.sealed, p.ends_at FROM slips p JOIN sessions s ON s.token_hash = p.session_hash "+
		"WHERE p.session_hash = ? AND p.request_key = ? AND s.user_id = ?", sessionHash, requestKey, by.UserID).Row().Scan(&sealed, &ends)
	if err == nil && !lab.SlipOpen(ends, lab.At(s.now())) {
		return "", lab.ErrNotFound
	}
	return sealed, translate(err)
}

// Slips returns the sealed slips of the forms that the actor sent in the session, by the
// request keys of those, without the slips whose time is over.
func (s *Store) Slips(ctx context.Context, by lab.Actor, sessionHash string) (map[string]string, error) {
	var rows []struct {
		RequestKey, Sealed string
		EndsAt             lab.Instant
	}
	err := s.read.WithContext(ctx).Raw("SELECT p.request_key, p.sealed, p.ends_at FROM slips p JOIN sessions s ON s.token_hash = p.session_hash "+
		"WHERE p.session_hash = ? AND s.user_id = ?", sessionHash, by.UserID).Scan(&rows).Error
	sealed := map[string]string{}
	for _, r := range rows {
		if lab.SlipOpen(r.EndsAt, lab.At(s.now())) {
			sealed[r.RequestKey] = r.Sealed
		}
	}
	return sealed, translate(err)
}

// SweepSlips deletes the slips whose time is over. Where there is none it writes nothing.
func (s *Store) SweepSlips(ctx context.Context, by lab.Actor) error {
	if err := upkeep(by); err != nil {
		return err
	}
	now, over := lab.At(s.now()), 0
	err := s.read.WithContext(ctx).Raw("SELECT count(*) FROM slips WHERE ends_at <= ?", now).Row().Scan(&over)
	if err != nil || over == 0 {
		return translate(err)
	}
	return s.transact(ctx, func(tx *gorm.DB) error { return sweepSlips(tx, now) })
}

// sweepSlips deletes the slips whose time is over, and those of a time to come.
func sweepSlips(tx *gorm.DB, now lab.Instant) error {
	latest := lab.At(now.Time().Add(lab.SlipAge + lab.ClockSlack))
	return tx.Exec("DELETE FROM slips WHERE ends_at <= ? OR ends_at > ?", now, latest).Error
}
