package store

import (
	"context"
	"fmt"
	"sync/atomic"

	"gorm.io/gorm"

	"marquis/internal/lab"
)

// FormWindow is a form as it stands in one window. Where the window shows what was kept
// before, it takes the place of that, unless somebody has gone on typing there.
type FormWindow struct {
	Address   string      // that the form is sent to
	Key       string      // of the window
	From      string      // key of the window whose draft is shown; empty: none
	FromSaved lab.Instant // when that was kept
}

// saving is a form that is being saved by a request, which may be several units of work.
type saving struct {
	window FormWindow
	done   atomic.Bool
}

type savingKey struct{}

// SavesForm returns a context whose unit of work saves a form: with what it records goes
// what was kept of the form. A form that was saved already is refused with
// lab.ErrDoneAlready, and nothing is done.
func SavesForm(ctx context.Context, window FormWindow) context.Context {
	return context.WithValue(ctx, savingKey{}, &saving{window: window})
}

// FormIsSaved tells whether a unit of work of the context has saved its form.
func FormIsSaved(ctx context.Context) bool {
	x, _ := ctx.Value(savingKey{}).(*saving)
	return x != nil && x.done.Load()
}

// finishForm removes what was kept of the form that this unit of work saves, and marks
// it, so that a draft which comes late does not bring it back.
func (w *work) finishForm() error {
	if w.form == nil || w.by.UserID == 0 || len(w.events) == 0 || w.form.done.Load() {
		return nil
	}
	x := w.form.window
	done := w.tx.Exec("INSERT INTO form_drafts (user_id, address, form_key, content, saved_at) VALUES (?, ?, ?, '', ?) "+
		"ON CONFLICT (user_id, address, form_key) DO UPDATE SET content = '', saved_at = excluded.saved_at WHERE form_drafts.content <> ''",
		w.by.UserID, x.Address, x.Key, w.at)
	switch {
	case done.Error != nil:
		return done.Error
	case done.RowsAffected == 0:
		return fmt.Errorf("this form was saved: %w", lab.ErrDoneAlready)
	}
	w.form.done.Store(true)
	return w.takeOver(x)
}

// takeOver removes the draft that a window has shown and goes on with, unless somebody
// has gone on typing where it was kept.
func (w *work) takeOver(x FormWindow) error {
	if x.From == "" || x.From == x.Key {
		return nil
	}
	return w.tx.Exec("DELETE FROM form_drafts WHERE user_id = ? AND address = ? AND form_key = ? AND saved_at = ? AND content <> ''",
		w.by.UserID, x.Address, x.From, x.FromSaved).Error
}

// KeepForm keeps what the actor has typed into a form in a window and not saved. A form
// that was saved meanwhile is lab.ErrConflict, and not kept. Drafts leave no events.
func (s *Store) KeepForm(ctx context.Context, by lab.Actor, x FormWindow, content string) error {
	draft := lab.FormDraft{UserID: by.UserID, Address: x.Address, FormKey: x.Key, Content: content}
	if by.UserID == 0 {
		return lab.ErrNotFound
	}
	if err := draft.Check(); err != nil {
		return err
	}
	return s.do(ctx, by, func(w *work) error {
		if err := roomForForm(w.tx, by, x); err != nil {
			return err
		}
		done := w.tx.Exec("INSERT INTO form_drafts (user_id, address, form_key, content, saved_at) VALUES (?, ?, ?, ?, ?) "+
			"ON CONFLICT (user_id, address, form_key) DO UPDATE SET content = excluded.content, saved_at = excluded.saved_at WHERE form_drafts.content <> ''",
			by.UserID, x.Address, x.Key, content, w.at)
		switch {
		case done.Error != nil:
			return done.Error
		case done.RowsAffected == 0:
			return fmt.Errorf("this form was saved: %w", lab.ErrConflict)
		}
		return w.takeOver(x)
	})
}

// RoomForForm refuses what KeepForm would for its size, or for the number of forms that are
// kept already.
func (s *Store) RoomForForm(ctx context.Context, by lab.Actor, x FormWindow, content string) error {
	draft := lab.FormDraft{UserID: by.UserID, Address: x.Address, FormKey: x.Key, Content: content}
	if err := draft.Check(); err != nil {
		return err
	}
	return translate(roomForForm(s.read.WithContext(ctx), by, x))
}

// roomForForm refuses one more form where many are kept.
func roomForForm(tx *gorm.DB, by lab.Actor, x FormWindow) error {
	var others int
	err := tx.Raw("SELECT count(*) FROM form_drafts WHERE user_id = ? AND content <> '' AND NOT (address = ? AND form_key = ?)",
		by.UserID, x.Address, x.Key).Row().Scan(&others)
	if err != nil {
		return err
	}
	return lab.CheckFormDrafts(others)
}

// FormDrafts returns what the actor has typed into the form that is sent to an address,
// and not saved, the latest first.
func (s *Store) FormDrafts(ctx context.Context, by lab.Actor, address string) ([]lab.FormDraft, error) {
	drafts, err := formDraftsTable.list(s.read.WithContext(ctx), "WHERE user_id = ? AND address = ? AND content <> '' ORDER BY saved_at DESC, form_key", by.UserID, address)
	return drafts, translate(err)
}

// OwnFormDrafts returns all that the actor has typed into forms and not saved, the
// latest first.
func (s *Store) OwnFormDrafts(ctx context.Context, by lab.Actor) ([]lab.FormDraft, error) {
	drafts, err := formDraftsTable.list(s.read.WithContext(ctx), "WHERE user_id = ? AND content <> '' ORDER BY saved_at DESC, address, form_key", by.UserID)
	return drafts, translate(err)
}

// DropForm removes what was kept of a form in a window; one that is gone is no mistake.
func (s *Store) DropForm(ctx context.Context, by lab.Actor, address, key string) error {
	return s.do(ctx, by, func(w *work) error {
		return w.tx.Exec("DELETE FROM form_drafts WHERE user_id = ? AND address = ? AND form_key = ? AND content <> ''", by.UserID, address, key).Error
	})
}

// sweepForms removes what was kept of forms for longer than lab.DraftAge.
func sweepForms(tx *gorm.DB, before lab.Instant) error {
	return tx.Exec("DELETE FROM form_drafts WHERE saved_at < ?", before).Error
}
