package store

import (
	"context"

	"marquis/internal/lab"
)

// UndoSample takes a registration back that was a mistake: see lab.File.Undo. The sample
// keeps its number and is counted nowhere, its code opens nothing, and its visit has one
// sample less. What was typed is kept as a draft, of the visit where others of it are
// left, and the draft's id comes back.
func (s *Store) UndoSample(ctx context.Context, by lab.Actor, key lab.Key, typed func(ofVisit bool) (string, error)) (lab.ID, error) {
	draft := lab.Draft{UserID: by.UserID}
	err := s.do(ctx, by, func(w *work) error {
		before, err := w.file(key)
		if err != nil {
			return err
		}
		replaced, err := w.replacedCode(key)
		if err != nil {
			return err
		}
		after := before.Clone()
		if err := after.Undo(by, w.at, replaced); err != nil {
			return err
		}
		if err := w.deleteCodes(key); err != nil {
			return err
		}
		visit, err := w.leaveVisit(&before.Sample)
		if err != nil {
			return err
		}
		if draft.Content, err = typed(visit != nil && visit.Samples > 0); err != nil {
			return err
		}
		if err := draft.Check(); err != nil {
			return err
		}
		draft.Key, draft.SavedAt = lab.Key{ServiceID: key.ServiceID, ID: w.ids.Next()}, w.at
		if err := w.tx.Create(&draft).Error; err != nil {
			return err
		}
		return w.save(before, after, update{key.ID, lab.UndoSample, ""})
	})
	return draft.ID, err
}

// replacedCode tells that the sample got another code than its first.
func (w *work) replacedCode(sample lab.Key) (replaced bool, err error) {
	err = w.tx.Raw("SELECT EXISTS (SELECT 1 FROM audit_events WHERE service_id = ? AND subject = ? AND action = ?)",
		sample.ServiceID, sample.ID.String(), lab.ReplaceCode).Row().Scan(&replaced)
	return replaced, err
}

// leaveVisit takes a sample out of the count of its visit, nil where it has none.
func (w *work) leaveVisit(x *lab.Sample) (*lab.Visit, error) {
	if x.VisitID.IsZero() {
		return nil, nil
	}
	visit, err := w.takeVisit(lab.Key{ServiceID: x.ServiceID, ID: x.VisitID})
	if err != nil {
		return nil, err
	}
	return visit, w.countVisit(visit, -1, 0)
}
