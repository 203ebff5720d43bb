package store

import (
	"context"
	"encoding/hex"
	"errors"

	"marquis/internal/lab"
)

// codeEntry is a row of the directory of lookup codes.
type codeEntry struct {
	CodeHash  string `gorm:"primaryKey"`
	KeyID     string `gorm:"primaryKey"`
	ServiceID lab.ServiceID
	SampleID  lab.ID
}

// TableName returns the table.
func (codeEntry) TableName() string { return "lookup_codes" }

// CodeHash is a lookup code as the directory knows it: its keyed hash, and the
// name of the key, which is the month of intake, as 2026-11.
type CodeHash struct {
	KeyID string
	Hash  []byte
}

func (w *work) insertCode(sample lab.Key, code CodeHash) error {
	return w.tx.Create(&codeEntry{hex.EncodeToString(code.Hash), code.KeyID, sample.ServiceID, sample.ID}).Error
}

// HasCodes tells whether any code was given out that can still be looked up.
func (s *Store) HasCodes(ctx context.Context) (bool, error) {
	var n int
	err := s.read.WithContext(ctx).Raw("SELECT count(*) FROM (SELECT 1 FROM lookup_codes LIMIT 1) one").Scan(&n).Error
	return n > 0, translate(err)
}

// ReplaceCode gives a sample another code, for a reason such as a lost slip. The
// codes that it had open nothing any more.
func (s *Store) ReplaceCode(ctx context.Context, by lab.Actor, sample lab.Key, code CodeHash, reason string) error {
	return s.do(ctx, by, func(w *work) error {
		if err := lab.MayReceive(by, sample.ServiceID); err != nil {
			return err
		}
		if err := lab.CheckReplacement(reason); err != nil {
			return err
		}
		if _, err := take[lab.Sample](w, "samples", sample); err != nil {
			return err
		}
		err := w.tx.Exec("DELETE FROM lookup_codes WHERE service_id = ? AND sample_id = ?", sample.ServiceID, sample.ID).Error
		if err != nil {
			return err
		}
		if err := w.insertCode(sample, code); err != nil {
			return err
		}
		return w.record(sample.ServiceID, "replace code", sample.ID.String(), reason, nil)
	})
}

// ExpireCodes removes from the directory what was hashed under the keys of months
// before that of the day, and returns how much that was. Their keys are dropped
// from the key ring after this: until then the key says what is left to do, so
// that whatever breaks off can be repeated as a whole.
func (s *Store) ExpireCodes(ctx context.Context, by lab.Actor, before lab.Date) (expired int64, err error) {
	if before == 0 {
		return 0, errors.New("say before which month the codes end")
	}
	month := before.String()[:len("2026-11")]
	err = s.do(ctx, by, func(w *work) error {
		if err := lab.MayEquip(by, 0); err != nil {
			return err
		}
		done := w.tx.Exec("DELETE FROM lookup_codes WHERE key_id < ?", month)
		if expired = done.RowsAffected; done.Error != nil || expired == 0 {
			return done.Error
		}
		return w.record(0, "expire codes", "before "+month, "", nil)
	})
	return expired, err
}
