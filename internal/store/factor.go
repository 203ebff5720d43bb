package store

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"gorm.io/gorm"

	"marquis/internal/lab"
)

// factorFailure counts the wrong codes of an authenticator that a user gave at an
// instant.
type factorFailure struct {
	UserID   lab.Optional `gorm:"primaryKey;autoIncrement:false"`
	FailedAt lab.Instant  `gorm:"primaryKey"`
	N        int
}

// SetSecondFactor gives the actor a second factor instead of an earlier one: its
// sealed secret, the step of the code that proved it, and the hashes of new
// recovery codes.
func (s *Store) SetSecondFactor(ctx context.Context, by lab.Actor, sealed string, step int64, recoveryHashes []string) error {
	return s.doPeople(ctx, by, func(w *work) error {
		a, err := w.own()
		if err != nil {
			return err
		}
		if err := w.replaceSecondFactor(a.ID, sealed, step, recoveryHashes); err != nil {
			return err
		}
		return w.record(0, lab.SetFactor, a.Login, "", nil)
	})
}

func (w *work) replaceSecondFactor(id lab.Optional, sealed string, step int64, recoveryHashes []string) error {
	if err := w.changeUser("totp_sealed = ?, totp_step = ? WHERE id = ?", sealed, step, id); err != nil {
		return err
	}
	if err := w.clearFactorFailures(id); err != nil {
		return err
	}
	if err := w.tx.Exec("DELETE FROM recovery_codes WHERE user_id = ?", id).Error; err != nil {
		return err
	}
	rows := make([]recoveryCode, len(recoveryHashes))
	for i, hash := range recoveryHashes {
		rows[i] = recoveryCode{id, hash}
	}
	return create(w.tx, rows)
}

// UseSecondFactor has a code of the actor's authenticator judged, once at a time:
// judge is given the account as it is, and returns the step that the code is of and
// whether it is right. The attempt is counted in the same transaction, so that many
// at once, sessions, instances and restarts do not help to guess. It fails with
// lab.ErrConflict where the code is wrong, or its step or a later one was used
// before, and with *lab.FactorError where too many were wrong for another to be
// judged. A right code forgives the wrong ones.
func (s *Store) UseSecondFactor(ctx context.Context, by lab.Actor, judge func(Account) (step int64, right bool, err error)) error {
	id := by.UserID
	if err := s.factorOpen(s.read.WithContext(ctx), id); err != nil {
		return translate(err) // without waiting for a connection that writes
	}
	var refused error
	err := s.doPeople(ctx, by, func(w *work) error {
		if err := w.lockUser(id); err != nil {
			return err
		}
		a, err := w.own()
		if err != nil {
			return err
		}
		if err := s.factorOpen(w.tx, id); err != nil {
			return err
		}
		if err := w.countFactorFailure(id); err != nil {
			return err
		}
		w.by = a.Actor()
		a.TOTPStep = lab.UsedStep(a.TOTPStep, w.at.Time())
		step, right, err := judge(a)
		switch {
		case err != nil:
			return err
		case right && step > a.TOTPStep:
			return cmp.Or(w.changeUser("totp_step = ? WHERE id = ?", step, id), w.clearFactorFailures(id))
		}
		refused = fmt.Errorf("code of the second factor: %w", lab.ErrConflict)
		return w.limitFactor(a)
	})
	return cmp.Or(err, refused)
}

// lockUser makes others who change the user wait until the transaction ends.
func (w *work) lockUser(id lab.Optional) error {
	var found lab.Optional
	return w.tx.Raw("SELECT id FROM users WHERE id = ?"+w.db.Lock(), int(id)).Scan(&found).Error
}

// factorOpen returns *lab.FactorError where no code of the user is judged now.
func (s *Store) factorOpen(tx *gorm.DB, id lab.Optional) error {
	var row struct{ FactorLockedAt lab.Instant }
	if err := tx.Raw("SELECT factor_locked_at FROM users WHERE id = ?", int(id)).Scan(&row).Error; err != nil {
		return err
	}
	if !row.FactorLockedAt.IsZero() {
		return &lab.FactorError{}
	}
	wrong, err := factorFailures(tx, id, s.now())
	if wait := wrong.Wait(s.now()); err == nil && wait > 0 {
		return &lab.FactorError{Wait: wait}
	}
	return err
}

// factorFailures reads the wrong codes of the last hour. Those of a clock that was
// far ahead count no more.
func factorFailures(tx *gorm.DB, id lab.Optional, now time.Time) (wrong lab.FactorFailures, err error) {
	rows, err := wrongCodesTable.list(tx, "WHERE user_id = ? AND failed_at > ? AND failed_at < ? ORDER BY failed_at DESC",
		int(id), lab.At(now.Add(-lab.FactorHour)), lab.At(now.Add(lab.FactorHour)))
	for _, r := range rows {
		wrong = append(wrong, slices.Repeat([]lab.Instant{r.FailedAt}, r.N)...)
	}
	return wrong, err
}

func (w *work) countFactorFailure(id lab.Optional) error {
	return w.tx.Exec("INSERT INTO factor_failures (user_id, failed_at, n) VALUES (?, ?, 1) "+
		"ON CONFLICT (user_id, failed_at) DO UPDATE SET n = factor_failures.n + 1", int(id), w.at).Error
}

func (w *work) clearFactorFailures(id lab.Optional) error {
	return cmp.Or(
		w.tx.Exec("DELETE FROM factor_failures WHERE user_id = ?", int(id)).Error,
		w.changeUser("factor_locked_at = NULL WHERE id = ?", int(id)),
	)
}

// limitFactor notes in the trail that a limit of wrong codes is reached, and ends
// the use of the authenticator at the second.
func (w *work) limitFactor(a Account) error {
	wrong, err := factorFailures(w.tx, a.ID, w.at.Time())
	switch {
	case err != nil:
		return err
	case wrong.Lock():
		if err := w.changeUser("factor_locked_at = ? WHERE id = ?", w.at, int(a.ID)); err != nil {
			return err
		}
		return w.record(0, lab.LockFactor, a.Login, fmt.Sprintf("%d wrong codes in an hour", len(wrong)), nil)
	case wrong.Wait(w.at.Time()) > 0:
		return w.record(0, lab.LimitFactor, a.Login, fmt.Sprintf("%d wrong codes", lab.FactorTries), nil)
	}
	return nil
}

// UseRecoveryCode records that a recovery code of the actor was used, which ends it.
// An unknown one, or one that was used before, is lab.ErrNotFound.
func (s *Store) UseRecoveryCode(ctx context.Context, by lab.Actor, codeHash string) error {
	known, err := s.HasRecoveryCode(ctx, by.UserID, codeHash)
	if err != nil || !known {
		return cmp.Or(err, lab.ErrNotFound)
	}
	return s.doPeople(ctx, by, func(w *work) error {
		a, err := w.own()
		if err != nil {
			return err
		}
		w.by = a.Actor()
		return w.spendRecoveryCode(a, codeHash)
	})
}

// spendRecoveryCode ends a recovery code of the user. Codes of the authenticator are
// taken again after it.
func (w *work) spendRecoveryCode(a Account, codeHash string) error {
	done := w.tx.Exec("DELETE FROM recovery_codes WHERE user_id = ? AND code_hash = ?", int(a.ID), codeHash)
	if done.Error != nil || done.RowsAffected != 1 {
		return cmp.Or(done.Error, lab.ErrNotFound)
	}
	if err := w.clearFactorFailures(a.ID); err != nil {
		return err
	}
	return w.record(0, lab.UseRecoveryCode, a.Login, fmt.Sprintf("%d left", a.RecoveryLeft-1), nil)
}

// HasRecoveryCode tells whether a user, who is not disabled, has the recovery code with
// the hash and has not used it. Nobody has one as user zero, which takes as long to tell.
func (s *Store) HasRecoveryCode(ctx context.Context, id lab.Optional, codeHash string) (known bool, err error) {
	err = s.read.WithContext(ctx).Raw("SELECT EXISTS (SELECT 1 FROM recovery_codes c JOIN users u ON u.id = c.user_id "+
		"WHERE c.user_id = ? AND c.code_hash = ? AND NOT u.disabled)", int(id), codeHash).Scan(&known).Error
	return known, translate(err)
}
