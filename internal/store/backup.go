package store

import (
	"context"

	"marquis/internal/lab"
)

// Backup is a backup that was made of the registry.
type Backup struct {
	ID          lab.ID      `gorm:"type:uuid;primaryKey"`
	MadeAt      lab.Instant // the moment that it shows
	Digest      string      // of its content
	SampleCount int64
	WithKeys    bool        // the key ring was written with it: without it codes open nothing
	ProvenAt    lab.Instant // when it was restored and verified; zero: it was not
}

// TableName returns the table.
func (Backup) TableName() string { return "backups" }

// NoteBackup keeps that a backup was made. It takes the operator, or an administrator of
// all services.
func (s *Store) NoteBackup(ctx context.Context, by lab.Actor, b Backup) error {
	if err := upkeep(by); err != nil {
		return err
	}
	return s.doPeople(ctx, by, func(w *work) error {
		b.ID = w.ids.Next()
		return w.tx.Create(&b).Error
	})
}

// LastBackups tells when the registry was last backed up together with its key ring, and
// which of these backups was proven. One that was made while the clock was ahead does not
// count before it is over. It takes the operator, or an administrator of all
// services.
func (s *Store) LastBackups(ctx context.Context, by lab.Actor) (last lab.Backups, err error) {
	if err := upkeep(by); err != nil {
		return last, err
	}
	tx := s.read.WithContext(ctx)
	now := lab.At(s.now())
	var made, proven Backup
	err = tx.Raw("SELECT made_at FROM backups WHERE with_keys AND made_at <= ? ORDER BY made_at DESC LIMIT 1", now).Scan(&made).Error
	if err == nil {
		err = tx.Raw("SELECT made_at FROM backups WHERE with_keys AND proven_at IS NOT NULL AND made_at <= ? ORDER BY made_at DESC LIMIT 1", now).Scan(&proven).Error
	}
	return lab.Backups{MadeAt: made.MadeAt, ProvenAt: proven.MadeAt}, translate(err)
}
