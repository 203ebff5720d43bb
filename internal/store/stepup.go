package store

import (
	"context"
	"slices"

	"gorm.io/gorm"

	"marquis/internal/lab"
)

// Here is where somebody changes what they sign in with. Whatever else is signed in
// as them ends.
type Here struct {
	Session string   // hash of the session's token
	Renewed string   // hash of its new token: the old one is worth nothing afterwards
	Devices []string // hashes of the tokens that the device holds
}

// stayHere gives the session another token, ends the user's others, and forgets the
// devices of the user but for this one. Proven means that a second factor has just
// been given.
func (w *work) stayHere(a Account, here Here, proven bool) error {
	r, _, err := readSession(w.tx, here.Session, w.at)
	if err != nil {
		return err
	}
	if r.UserID != a.ID {
		return lab.ErrNotFound
	}
	if proven || a.TOTPSealed != "" {
		r.SecondFactorAt = w.at
	}
	err = w.tx.Exec("UPDATE sessions SET token_hash = ?, seen_at = ?, second_factor_at = ?, pending_factor = '' WHERE token_hash = ?",
		here.Renewed, w.at, r.SecondFactorAt, here.Session).Error
	if err != nil {
		return err
	}
	if err := w.endSessionsOf(a.ID, here.Renewed); err != nil {
		return err
	}
	return w.forgetOtherDevices(a.ID, here.Devices)
}

func (w *work) forgetOtherDevices(id lab.Optional, keep []string) error {
	var known []string
	if err := w.tx.Raw("SELECT token_hash FROM devices WHERE user_id = ?", id).Scan(&known).Error; err != nil {
		return err
	}
	for _, hash := range known {
		if slices.Contains(keep, hash) {
			continue
		}
		if err := w.tx.Exec("DELETE FROM devices WHERE token_hash = ?", hash).Error; err != nil {
			return err
		}
	}
	return nil
}

// ConfirmSecondFactor gives the actor the second factor whose secret the session
// offers, instead of an earlier one: the secret as it is kept, the step of the code
// that proved it, and the hashes of new recovery codes. The session counts as one in
// which it was given; whatever is signed in elsewhere ends. It fails as Session does.
func (s *Store) ConfirmSecondFactor(ctx context.Context, by lab.Actor, sealed string, step int64, recoveryHashes []string, here Here) error {
	return s.doPeople(ctx, by, func(w *work) error {
		a, err := w.own()
		if err != nil {
			return err
		}
		if err := w.stayHere(a, here, true); err != nil {
			return err
		}
		if err := w.replaceSecondFactor(a.ID, sealed, step, recoveryHashes); err != nil {
			return err
		}
		return w.record(0, lab.SetFactor, a.Login, "", nil)
	})
}

// OfferFactor makes a session offer a sealed secret for an authenticator, if it still
// offers what it did when that was drawn. It returns the one that is offered now: of
// two requests at once both show the same. It fails as Session does.
func (s *Store) OfferFactor(ctx context.Context, tokenHash, before, sealed string) (offered string, err error) {
	err = s.transact(ctx, func(tx *gorm.DB) error {
		done := tx.Exec("UPDATE sessions SET pending_factor = ? WHERE token_hash = ? AND pending_factor = ?", sealed, tokenHash, before)
		if done.Error != nil {
			return done.Error
		}
		r, _, err := readSession(tx, tokenHash, lab.At(s.now()))
		offered = r.PendingFactor
		return err
	})
	return offered, err
}
