package store

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"

	"gorm.io/gorm"

	"marquis/internal/lab"
)

// uploadPart is a part of a file that was sent in.
type uploadPart struct {
	ServiceID lab.ServiceID
	UploadID  lab.ID
	File      int16
	Part      int32
	Content   []byte
}

// TableName is the name of its table.
func (uploadPart) TableName() string { return "upload_parts" }

// brings refuses an actor who may not import samples of the service: to them there is no such
// thing as an import.
func brings(by lab.Actor, service lab.ServiceID) error {
	return seen(lab.MayImport(by, service) == nil)
}

// BeginUpload begins to take files that are read as one import, of which names and sizes are
// given, and returns their id.
func (s *Store) BeginUpload(ctx context.Context, by lab.Actor, service lab.ServiceID, files []lab.Upload) (lab.ID, error) {
	id := s.ids.Next()
	return id, s.do(ctx, by, func(w *work) error {
		if err := brings(by, service); err != nil {
			return err
		}
		var have int
		err := w.tx.Raw("SELECT count(*) FROM uploads WHERE service_id IN (SELECT id FROM services) AND user_id = ? AND file = 1 AND typed = ''", by.UserID).Row().Scan(&have)
		if err != nil {
			return err
		}
		if err := lab.Mistakes(lab.CheckUploads(files), lab.CheckUploading(have)); err != nil {
			return err
		}
		for i, f := range files {
			f.Key, f.File, f.UserID, f.Digest, f.BegunAt = lab.Key{ServiceID: service, ID: id}, int16(i+1), by.UserID, "", w.at
			if err := w.tx.Create(&f).Error; err != nil {
				return err
			}
		}
		return nil
	})
}

// AddUploadPart keeps a part of a file, counted from 0. One that is there already stays as it
// is: what is sent twice is the same.
func (s *Store) AddUploadPart(ctx context.Context, by lab.Actor, key lab.Key, file int16, part int, content []byte) error {
	return s.do(ctx, by, func(w *work) error {
		u, err := uploadOf(w.tx, by, key, file)
		switch {
		case err != nil:
			return err
		case u.Digest != "":
			return fmt.Errorf("the file is whole already: %w", lab.ErrConflict)
		case u.PartSize(part) == 0 || int64(len(content)) != u.PartSize(part):
			return lab.FieldErrors{{Field: "files", Format: "The file was not sent whole. Send it again."}}
		}
		return w.tx.Exec("INSERT INTO upload_parts (service_id, upload_id, file, part, content) VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
			key.ServiceID, key.ID, file, part, content).Error
	})
}

// FinishUpload notes that all of the files is there, with their digests, by which they are
// named from then on. What lacks a part is refused.
func (s *Store) FinishUpload(ctx context.Context, by lab.Actor, key lab.Key) error {
	files, err := s.Upload(ctx, by, key)
	if err != nil {
		return err
	}
	for i := range files {
		u := &files[i]
		if u.Digest != "" {
			continue
		}
		sum := sha256.New()
		for part := range u.Parts() {
			content, err := s.uploadPart(ctx, u, part)
			if err != nil {
				return err
			}
			sum.Write(content)
		}
		u.Digest = hex.EncodeToString(sum.Sum(nil))
		err := s.do(ctx, by, func(w *work) error {
			return w.tx.Exec("UPDATE uploads SET digest = ? WHERE service_id = ? AND id = ? AND file = ? AND digest = ''", u.Digest, u.ServiceID, u.ID, u.File).Error
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// Upload returns the files of an upload of the actor in their order, or lab.ErrNotFound.
func (s *Store) Upload(ctx context.Context, by lab.Actor, key lab.Key) ([]lab.Upload, error) {
	if err := brings(by, key.ServiceID); err != nil {
		return nil, err
	}
	files, err := uploadsTable.list(s.read.WithContext(ctx), "WHERE service_id = ? AND id = ? AND user_id = ? AND typed = '' ORDER BY file", key.ServiceID, key.ID, by.UserID)
	if err == nil && len(files) == 0 {
		return nil, lab.ErrNotFound
	}
	return files, translate(err)
}

// Uploads returns the files that the actor has sent in for a service, the latest first.
func (s *Store) Uploads(ctx context.Context, by lab.Actor, service lab.ServiceID) ([]lab.Upload, error) {
	if err := brings(by, service); err != nil {
		return nil, err
	}
	files, err := uploadsTable.list(s.read.WithContext(ctx), "WHERE service_id = ? AND user_id = ? AND typed = '' ORDER BY begun_at DESC, id DESC, file", service, by.UserID)
	return files, translate(err)
}

// UploadPart returns a part of a file of the actor, counted from 0.
func (s *Store) UploadPart(ctx context.Context, by lab.Actor, key lab.Key, file int16, part int) ([]byte, error) {
	u, err := uploadOf(s.read.WithContext(ctx), by, key, file)
	if err != nil {
		return nil, translate(err)
	}
	return s.uploadPart(ctx, &u, part)
}

func (s *Store) uploadPart(ctx context.Context, u *lab.Upload, part int) ([]byte, error) {
	var content []byte
	err := s.read.WithContext(ctx).Raw("SELECT content FROM upload_parts WHERE service_id = ? AND upload_id = ? AND file = ? AND part = ?",
		u.ServiceID, u.ID, u.File, part).Row().Scan(&content)
	if err = translate(err); err != nil {
		return nil, fmt.Errorf("part %d of a file that was sent in: %w", part, err)
	}
	return content, nil
}

// uploadOf reads what is known of a file of the actor.
func uploadOf(tx *gorm.DB, by lab.Actor, key lab.Key, file int16) (lab.Upload, error) {
	if err := brings(by, key.ServiceID); err != nil {
		return lab.Upload{}, err
	}
	return uploadsTable.one(tx, "WHERE service_id = ? AND id = ? AND file = ? AND user_id = ? AND typed = ''", key.ServiceID, key.ID, file, by.UserID)
}

// DropUpload removes files that the actor sent in, or returns lab.ErrNotFound.
func (s *Store) DropUpload(ctx context.Context, by lab.Actor, key lab.Key) error {
	return s.do(ctx, by, func(w *work) error {
		if _, err := uploadOf(w.tx, by, key, 1); err != nil {
			return err
		}
		return removeUploads(w.tx, "service_id = ? AND id = ?", key.ServiceID, key.ID)
	})
}

// SweepUploads removes what was sent in longer than lab.UploadAge ago.
func (s *Store) SweepUploads(ctx context.Context, by lab.Actor) error {
	return s.do(ctx, by, func(w *work) error {
		if err := upkeep(by); err != nil {
			return err
		}
		return removeUploads(w.tx, "service_id IN (SELECT id FROM services) AND begun_at < ?", lab.At(w.at.Time().Add(-lab.UploadAge)))
	})
}

// removeUploads removes the files that a condition, a text of ours, finds, with their parts.
func removeUploads(tx *gorm.DB, which string, values ...any) error {
	err := tx.Exec("DELETE FROM upload_parts WHERE (service_id, upload_id, file) IN (SELECT service_id, id, file FROM uploads WHERE "+which+")", values...).Error
	if err != nil {
		return err
	}
	return tx.Exec("DELETE FROM uploads WHERE "+which, values...).Error
}
