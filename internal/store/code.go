package store

import (
	"context"
	"encoding/hex"
	"errors"
	"slices"

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

// CodeHash is a lookup code as the directory knows it: its keyed hash, and what may be
// known of the key. To look a code up, the first two are enough.
type CodeHash struct {
	KeyID       string
	Hash        []byte
	Month       string // of intake, as 2026-11
	Fingerprint string
}

// insertCode gives a sample a code. The first code under a key makes the key known
// to the database; one whose key has ended, or is another than the known one, is
// refused with lab.ErrConflict.
func (w *work) insertCode(sample lab.Key, code CodeHash) error {
	if err := w.useKey(code); err != nil {
		return err
	}
	return w.tx.Create(&codeEntry{hex.EncodeToString(code.Hash), code.KeyID, sample.ServiceID, sample.ID}).Error
}

// deleteCodes ends the codes of a sample.
func (w *work) deleteCodes(sample lab.Key) error {
	return w.tx.Exec("DELETE FROM lookup_codes WHERE service_id = ? AND sample_id = ?", sample.ServiceID, sample.ID).Error
}

// OpenCodes are those of some codes by which a sample of the service is looked up.
func (s *Store) OpenCodes(ctx context.Context, by lab.Actor, service lab.ServiceID, codes []CodeHash) ([]CodeHash, error) {
	if err := receives(by, service); err != nil || len(codes) == 0 {
		return nil, err
	}
	hashes := make([]string, len(codes))
	for i, c := range codes {
		hashes[i] = hex.EncodeToString(c.Hash)
	}
	var known []codeEntry
	err := s.read.WithContext(ctx).Raw("SELECT code_hash, key_id FROM lookup_codes WHERE service_id = ? AND code_hash IN ?", service, hashes).Scan(&known).Error
	open := slices.DeleteFunc(slices.Clone(codes), func(c CodeHash) bool {
		return !slices.ContainsFunc(known, func(e codeEntry) bool { return e.CodeHash == hex.EncodeToString(c.Hash) && e.KeyID == c.KeyID })
	})
	return open, translate(err)
}

// ReplaceCode gives a sample another code, for a reason such as a lost slip. The
// codes that it had open nothing any more. A form that has its slip already is refused
// with lab.ErrConflict.
func (s *Store) ReplaceCode(ctx context.Context, by lab.Actor, sample lab.Key, code CodeHash, reason string, slip *Slip) error {
	return s.do(ctx, by, func(w *work) error {
		x, err := w.takeSample(sample)
		if err != nil {
			return err
		}
		if err := x.MayReplaceCode(by); err != nil {
			return err
		}
		if err := lab.CheckReplacement(reason); err != nil {
			return err
		}
		if err := w.keepSlip(slip); err != nil {
			return err
		}
		if err := w.deleteCodes(sample); err != nil {
			return err
		}
		if err := w.insertCode(sample, code); err != nil {
			return err
		}
		return w.record(sample.ServiceID, lab.ReplaceCode, sample.ID.String(), reason, nil)
	})
}

// ExpireCodes ends, for ever, the codes of months before that of the day and their
// keys, and returns the number of codes. EndedKeys are dropped from the key ring
// after this: whatever breaks off can be repeated as a whole. While the clock may be
// wrong nothing ends, and lab.ErrClockJumped comes back; nor where codes would end that
// are in time by the months that are kept, or any where none are: that is
// lab.ErrCodeMonths.
func (s *Store) ExpireCodes(ctx context.Context, by lab.Actor, before lab.Date) (expired int64, err error) {
	if before == 0 {
		return 0, errors.New("say before which month the codes end")
	}
	month := before.YearMonth()
	err = s.do(ctx, by, func(w *work) error {
		if err := lab.MayEquip(by, 0); err != nil {
			return err
		}
		if err := w.trustMonths(before); err != nil {
			return err
		}
		if err := w.trustClock(); err != nil {
			return err
		}
		expired, err = w.expireCodes(month)
		return err
	})
	return expired, err
}

// expireCodes ends the codes of the months before one.
func (w *work) expireCodes(month string) (expired int64, err error) {
	done := w.tx.Exec("DELETE FROM lookup_codes WHERE key_id IN (SELECT key_id FROM code_keys WHERE month < ?)", month)
	if expired = done.RowsAffected; done.Error != nil {
		return 0, done.Error
	}
	if err := w.tx.Exec("UPDATE code_keys SET ended_at = ? WHERE month < ? AND ended_at IS NULL", w.at, month).Error; err != nil || expired == 0 {
		return expired, err
	}
	return expired, w.record(0, lab.ExpireCodes, "before "+month, "", nil)
}

// OverdueCodes is the number of codes, and of keys, that ExpireCodes would end.
func (s *Store) OverdueCodes(ctx context.Context, by lab.Actor, before lab.Date) (codes, keys int64, err error) {
	if err := upkeep(by); err != nil {
		return 0, 0, err
	}
	month := before.YearMonth()
	err = s.read.WithContext(ctx).Raw("SELECT (SELECT count(*) FROM lookup_codes WHERE key_id IN (SELECT key_id FROM code_keys WHERE month < ?)), "+
		"(SELECT count(*) FROM code_keys WHERE month < ? AND ended_at IS NULL)", month, month).Row().Scan(&codes, &keys)
	return codes, keys, translate(err)
}
