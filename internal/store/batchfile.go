package store

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"net/url"

	"gorm.io/gorm"

	"marquis/internal/lab"
)

// A file of an instrument waits in the table of uploads, with what was typed beside it, until it
// is entered. Nobody reads it but who sent it, and it goes with the other uploads.

// ofBatches finds the files of instruments of an actor.
const ofBatches = "service_id IN (SELECT id FROM services) AND user_id = ? AND typed <> ''"

// KeepBatchFile keeps a file of an instrument, of which the name is given and what was typed
// beside it, and returns its id. The oldest goes where the actor has several.
func (s *Store) KeepBatchFile(ctx context.Context, by lab.Actor, name string, typed url.Values, content []byte) (lab.ID, error) {
	sum := sha256.Sum256(content)
	u := lab.Upload{
		Key: lab.Key{ID: s.ids.Next()}, File: 1, UserID: by.UserID, Name: name, Bytes: int64(len(content)),
		Digest: hex.EncodeToString(sum[:]), Typed: typed.Encode(),
	}
	return u.ID, s.do(ctx, by, func(w *work) (err error) {
		if u.ServiceID, err = sendsBatches(w.tx, by); err != nil {
			return err
		}
		if err = checkTyped(&u, typed); err != nil {
			return err
		}
		if err = w.makeRoom(by); err != nil {
			return err
		}
		u.BegunAt = w.at
		if err = w.tx.Create(&u).Error; err != nil {
			return err
		}
		for part := range u.Parts() {
			from := int64(part) * lab.UploadPart
			err := w.tx.Exec("INSERT INTO upload_parts (service_id, upload_id, file, part, content) VALUES (?, ?, ?, ?, ?)",
				u.ServiceID, u.ID, u.File, part, content[from:from+u.PartSize(part)]).Error
			if err != nil {
				return err
			}
		}
		return nil
	})
}

// sendsBatches is the service for which files of instruments of an actor count; to who may not
// send any there is no such thing.
func sendsBatches(tx *gorm.DB, by lab.Actor) (service lab.ServiceID, err error) {
	service, may := lab.MaySendBatch(by)
	if !may {
		return 0, lab.ErrNotFound
	}
	if service == 0 {
		err = tx.Raw("SELECT coalesce(min(id), 0) FROM services").Row().Scan(&service)
	}
	if err == nil && service == 0 {
		err = lab.ErrNotFound
	}
	return service, err
}

func checkTyped(u *lab.Upload, typed url.Values) error {
	texts := map[string]string{}
	for name := range typed {
		texts[name] = typed.Get(name)
	}
	return lab.CheckBatchFile(u, texts)
}

// makeRoom removes the oldest files of instruments of an actor who has as many as may be.
func (w *work) makeRoom(by lab.Actor) error {
	files, err := uploadsTable.list(w.tx, "WHERE "+ofBatches+" ORDER BY begun_at, id", by.UserID)
	if err != nil {
		return err
	}
	for i := 0; i+lab.MaxBatchFiles <= len(files); i++ {
		if err := removeUploads(w.tx, "service_id = ? AND id = ?", files[i].ServiceID, files[i].ID); err != nil {
			return err
		}
	}
	return nil
}

// BatchFiles returns the files of instruments of the actor that wait, the latest first.
func (s *Store) BatchFiles(ctx context.Context, by lab.Actor) ([]lab.Upload, error) {
	if _, may := lab.MaySendBatch(by); !may {
		return nil, lab.ErrNotFound
	}
	files, err := uploadsTable.list(s.read.WithContext(ctx), "WHERE "+ofBatches+" ORDER BY begun_at DESC, id DESC", by.UserID)
	return files, translate(err)
}

// BatchFile returns a file of an instrument of the actor, and what is in it.
func (s *Store) BatchFile(ctx context.Context, by lab.Actor, id lab.ID) (lab.Upload, []byte, error) {
	u, err := batchFileOf(s.read.WithContext(ctx), by, id)
	if err != nil {
		return u, nil, translate(err)
	}
	var content bytes.Buffer
	for part := range u.Parts() {
		some, err := s.uploadPart(ctx, &u, part)
		if err != nil {
			return u, nil, err
		}
		content.Write(some)
	}
	return u, content.Bytes(), nil
}

func batchFileOf(tx *gorm.DB, by lab.Actor, id lab.ID) (lab.Upload, error) {
	if _, may := lab.MaySendBatch(by); !may {
		return lab.Upload{}, lab.ErrNotFound
	}
	return uploadsTable.one(tx, "WHERE "+ofBatches+" AND id = ?", by.UserID, id)
}

// DescribeBatchFile changes what was typed beside a file of an instrument of the actor.
func (s *Store) DescribeBatchFile(ctx context.Context, by lab.Actor, id lab.ID, typed url.Values) error {
	return s.do(ctx, by, func(w *work) error {
		u, err := batchFileOf(w.tx, by, id)
		if err != nil {
			return err
		}
		u.Typed = typed.Encode()
		if err := checkTyped(&u, typed); err != nil {
			return err
		}
		return w.tx.Exec("UPDATE uploads SET typed = ? WHERE service_id = ? AND id = ? AND file = ?", u.Typed, u.ServiceID, u.ID, u.File).Error
	})
}

// DropBatchFile removes a file of an instrument of the actor.
func (s *Store) DropBatchFile(ctx context.Context, by lab.Actor, id lab.ID) error {
	return s.do(ctx, by, func(w *work) error {
		u, err := batchFileOf(w.tx, by, id)
		if err != nil {
			return err
		}
		return removeUploads(w.tx, "service_id = ? AND id = ?", u.ServiceID, u.ID)
	})
}
