package store

import (
	"context"
	"errors"

	"gorm.io/gorm"

	"marquis/internal/lab"
)

// invitation is the one-time way to a user's first password, or to a new one.
type invitation struct {
	TokenHash         string `gorm:"primaryKey"`
	UserID            lab.Optional
	ExpiresAt         lab.Instant
	ResetSecondFactor bool
}

// Invite lets a user choose a password, once and until the given instant, with the
// token that has the hash. It ends an earlier invitation. Until it is accepted, the
// user's password stays what it is; the second factor is cleared at acceptance
// where that is asked for, because whoever lost a password has not lost it.
func (s *Store) Invite(ctx context.Context, by lab.Actor, id lab.Optional, tokenHash string, until lab.Instant, resetSecondFactor bool) error {
	return s.doPeople(ctx, by, func(w *work) error {
		a, err := w.administrated(id)
		if err != nil {
			return err
		}
		var errs lab.FieldErrors
		errs.Check(!a.Disabled, "login", "The user %q is disabled; enable the user first.", a.Login)
		if err := errs.Err(); err != nil {
			return err
		}
		if err := w.endInvitationOf(id); err != nil {
			return err
		}
		if err := w.tx.Create(&invitation{tokenHash, id, until, resetSecondFactor}).Error; err != nil {
			return err
		}
		changes := []lab.Difference{{Field: lab.TrailExpiresAt, Old: "null", New: lab.ValueOf(until)}}
		if resetSecondFactor {
			changes = append(changes, lab.Difference{Field: lab.TrailResetSecondFactor, Old: "false", New: "true"})
		}
		return w.record(0, lab.InviteUser, a.Login, "", changes)
	})
}

// Invitation returns the user whom the token with the hash invites, or
// lab.ErrNotFound where it is unknown, was accepted or replaced, has expired, or the
// user is disabled.
func (s *Store) Invitation(ctx context.Context, tokenHash string) (lab.User, error) {
	_, a, err := openInvitation(s.read.WithContext(ctx), tokenHash, lab.At(s.now()))
	return a.User, translate(err)
}

func openInvitation(tx *gorm.DB, tokenHash string, now lab.Instant) (x invitation, a Account, err error) {
	if x, err = invitationsTable.one(tx, "WHERE token_hash = ?", tokenHash); err != nil {
		return x, a, err
	}
	if a, err = readAccount(tx, "WHERE u.id = ?", x.UserID); err != nil {
		return x, a, err
	}
	if a.Disabled || !lab.InvitationOpen(x.ExpiresAt, now) {
		return x, Account{}, lab.ErrNotFound
	}
	return x, a, nil
}

// AcceptInvitation records the hash of the password that the invited user chose, and
// ends the invitation and all sessions of the user. The device, where one is
// given, is known from then on, and no other; it tells whether by the new token. It fails as Invitation does.
func (s *Store) AcceptInvitation(ctx context.Context, tokenHash, passwordHash string, d Device) (fresh bool, err error) {
	err = s.doPeople(ctx, lab.Actor{}, func(w *work) error {
		x, a, err := openInvitation(w.tx, tokenHash, w.at)
		if err != nil {
			return err
		}
		if err := w.changeUser("password_hash = ? WHERE id = ?", passwordHash, a.ID); err != nil {
			return err
		}
		if x.ResetSecondFactor {
			if err := w.replaceSecondFactor(a.ID, "", 0, nil); err != nil {
				return err
			}
		}
		if err := errors.Join(w.endSessionsOf(a.ID, ""), w.endInvitationOf(a.ID), w.forgetDevices(a.ID)); err != nil {
			return err
		}
		w.by = a.Actor()
		if err := w.record(0, lab.AcceptInvitation, a.Login, "", nil); err != nil || d.Fresh == "" {
			return err
		}
		fresh, err = w.rememberDevice(a, d)
		return err
	})
	return fresh, err
}

func (w *work) endInvitationOf(id lab.Optional) error {
	return w.tx.Exec("DELETE FROM invitations WHERE user_id = ?", id).Error
}
