package store

import (
	"context"
	"errors"

	"gorm.io/gorm"

	"marquis/internal/lab"
)

// Reopen undoes that a sample, which the actor saw in the given version, was closed as not
// analysed: see lab.Sample.Reopen.
func (s *Store) Reopen(ctx context.Context, by lab.Actor, key VersionedKey) error {
	return s.do(ctx, by, func(w *work) error {
		before, err := w.file(key.Key)
		if err != nil {
			return err
		}
		if err := fresh(before.Sample.Version, key.Version, nil); err != nil {
			return err
		}
		closing, err := closingOf(w.tx, key.Key)
		if err != nil {
			return err
		}
		today, err := w.today(key.ServiceID)
		if err != nil {
			return err
		}
		after := before.Clone()
		if err := after.Sample.Reopen(by, today, closing); err != nil {
			return err
		}
		return w.save(before, after, update{key.ID, lab.ReopenSample, ""})
	})
}

// Closing tells how a sample was closed as not analysed.
func (s *Store) Closing(ctx context.Context, by lab.Actor, key lab.Key) (lab.Closing, error) {
	if err := seen(by.SeesRecords(key.ServiceID)); err != nil {
		return lab.Closing{}, err
	}
	closing, err := closingOf(s.read.WithContext(ctx), key)
	return closing, translate(err)
}

// closingOf reads it from the last event about the sample in the trail.
func closingOf(tx *gorm.DB, key lab.Key) (c lab.Closing, err error) {
	e, err := eventsTable.one(tx, "WHERE service_id = ? AND subject = ? ORDER BY seq DESC LIMIT 1", key.ServiceID, key.ID.String())
	if err != nil || e.Action != lab.MoveSample {
		if errors.Is(err, gorm.ErrRecordNotFound) {
			err = nil // an import leaves one event for all its samples
		}
		return c, err
	}
	changes, err := e.changes()
	if err != nil {
		return c, err
	}
	place, err := placeOf(tx, key.ServiceID)
	if err != nil {
		return c, err
	}
	c.By, c.On = e.ActorID, lab.DateOf(e.At.Time(), place)
	for _, change := range changes {
		switch {
		case change.Field == "state" && change.New.Text() == string(lab.NotAnalysed):
			c.From = lab.SampleState(change.Old.Text())
		case change.Field == lab.TrailVersion:
			c.Version = int32(change.New.Number())
		}
	}
	return c, nil
}
