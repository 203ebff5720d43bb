package store

import (
	"cmp"
	"context"
	"errors"
	"fmt"

	"marquis/internal/lab"
)

// NewDraft keeps what somebody has typed of a sample so far, and returns the id
// under which it is found. Whoever receives samples at the service sees it.
// Drafts leave no events.
func (s *Store) NewDraft(ctx context.Context, by lab.Actor, service lab.ServiceID, content string) (lab.ID, error) {
	draft := lab.Draft{UserID: by.UserID, Content: content}
	err := s.do(ctx, by, func(w *work) error {
		if err := receives(by, service); err != nil {
			return err
		}
		if err := draft.Check(); err != nil {
			return err
		}
		draft.Key, draft.SavedAt = lab.Key{ServiceID: service, ID: w.ids.Next()}, w.at
		return w.tx.Create(&draft).Error
	})
	return draft.ID, err
}

// DraftWindow is the window from which a draft is saved, and the draft as it stood when
// it was shown there. The zero window overtakes every other.
type DraftWindow struct {
	Key   string
	Shown lab.Instant
}

// SaveDraft replaces the content of a draft. One that is not there any more,
// because it was registered, dropped or swept, is lab.ErrNotFound and is not made
// anew; one that was saved from another window since is lab.ErrConflict.
func (s *Store) SaveDraft(ctx context.Context, by lab.Actor, key lab.Key, content string, from DraftWindow) error {
	draft := lab.Draft{Content: content}
	return s.changeDraft(ctx, by, key, func(w *work) (int64, error) {
		if err := draft.Check(); err != nil {
			return 0, err
		}
		had, err := draftsTable.take(w, key)
		if err != nil {
			return 0, err
		}
		if had.Overtaken(from.Key, from.Shown) {
			return 0, fmt.Errorf("the draft was saved from another window: %w", lab.ErrConflict)
		}
		done := w.tx.Exec("UPDATE drafts SET content = ?, saved_at = ?, window_key = ? WHERE service_id = ? AND id = ?", content, w.at, from.Key, key.ServiceID, key.ID)
		return done.RowsAffected, done.Error
	})
}

// KeepDraftApart keeps what was typed in one window into a draft that is gone, or another's
// by now, as a draft of its own, and returns its id. A window has one, however often it is kept; where that
// is registered already, lab.ErrConflict comes back.
func (s *Store) KeepDraftApart(ctx context.Context, by lab.Actor, gone lab.Key, window, content string) (lab.ID, error) {
	draft := lab.Draft{Key: lab.Key{ServiceID: gone.ServiceID, ID: gone.ID.Beside(window)}, UserID: by.UserID, Content: content}
	return draft.ID, s.do(ctx, by, func(w *work) error {
		if err := receives(by, gone.ServiceID); err != nil {
			return err
		}
		if err := draft.Check(); err != nil {
			return err
		}
		switch _, err := samplesTable.at(w.tx, draft.Key); {
		case err == nil:
			return fmt.Errorf("the draft is registered already: %w", lab.ErrConflict)
		case !errors.Is(translate(err), lab.ErrNotFound):
			return err
		}
		draft.SavedAt = w.at
		return w.tx.Exec("INSERT INTO drafts (service_id, id, user_id, content, saved_at) VALUES (?, ?, ?, ?, ?) "+
			"ON CONFLICT (service_id, id) DO UPDATE SET content = excluded.content, saved_at = excluded.saved_at",
			draft.ServiceID, draft.ID, draft.UserID, draft.Content, draft.SavedAt).Error
	})
}

// DropDraft removes a draft, or returns lab.ErrNotFound.
func (s *Store) DropDraft(ctx context.Context, by lab.Actor, key lab.Key) error {
	return s.changeDraft(ctx, by, key, func(w *work) (int64, error) { return w.deleteDraft(key) })
}

func (s *Store) changeDraft(ctx context.Context, by lab.Actor, key lab.Key, change func(*work) (changed int64, err error)) error {
	return s.do(ctx, by, func(w *work) error {
		if err := receives(by, key.ServiceID); err != nil {
			return err
		}
		changed, err := change(w)
		if err == nil && changed == 0 {
			return lab.ErrNotFound
		}
		return err
	})
}

// deleteDraft returns how many drafts it removed: one or none.
func (w *work) deleteDraft(key lab.Key) (int64, error) {
	done := w.tx.Exec("DELETE FROM drafts WHERE service_id = ? AND id = ?", key.ServiceID, key.ID)
	return done.RowsAffected, done.Error
}

// finishDraft removes the draft that becomes a sample. Of many that finish it at
// once, all but the first wait here and then find it gone.
func (w *work) finishDraft(service lab.ServiceID, id lab.ID) error {
	if id.IsZero() {
		return nil
	}
	removed, err := w.deleteDraft(lab.Key{ServiceID: service, ID: id})
	if err == nil && removed == 0 {
		return fmt.Errorf("the draft is registered already, or dropped: %w", lab.ErrConflict)
	}
	return err
}

// Draft returns a draft, or lab.ErrNotFound.
func (s *Store) Draft(ctx context.Context, by lab.Actor, key lab.Key) (lab.Draft, error) {
	if err := receives(by, key.ServiceID); err != nil {
		return lab.Draft{}, err
	}
	draft, err := draftsTable.at(s.read.WithContext(ctx), key)
	return draft, translate(err)
}

// DraftBy is a draft with the name of the user who began it.
type DraftBy struct {
	lab.Draft
	Name string
}

// Drafts returns the drafts of a service, the one that was saved last first.
func (s *Store) Drafts(ctx context.Context, by lab.Actor, service lab.ServiceID) ([]DraftBy, error) {
	if err := receives(by, service); err != nil {
		return nil, err
	}
	tx := s.read.WithContext(ctx)
	rows, err := draftsTable.list(tx, "WHERE service_id = ? ORDER BY saved_at DESC, id DESC", service)
	if err != nil {
		return nil, translate(err)
	}
	users := make([]lab.Optional, len(rows))
	for i, d := range rows {
		users[i] = d.UserID
	}
	names, err := namesOf(tx, users)
	drafts := make([]DraftBy, len(rows))
	for i, d := range rows {
		drafts[i] = DraftBy{d, names[d.UserID]}
	}
	return drafts, translate(err)
}

// SweepDrafts removes the drafts of all services that nobody has saved for
// lab.DraftAge, and returns their number, and what was kept of forms for as long. While
// the clock may be wrong it removes none, and lab.ErrClockJumped comes back.
func (s *Store) SweepDrafts(ctx context.Context, by lab.Actor) (swept int64, err error) {
	err = s.do(ctx, by, func(w *work) error {
		if err := upkeep(by); err != nil {
			return err
		}
		if err := w.trustClock(); err != nil {
			return err
		}
		before := lab.At(w.at.Time().Add(-lab.DraftAge))
		done := w.tx.Exec("DELETE FROM drafts WHERE service_id IN (SELECT id FROM services) AND saved_at < ?", before)
		swept = done.RowsAffected
		return cmp.Or(done.Error, sweepForms(w.tx, before))
	})
	return swept, err
}
