package store

import (
	"context"
	"errors"

	"gorm.io/gorm"

	"marquis/internal/lab"
)

// visitOf returns the visit to which a sample belongs: the one it names, locked, or
// a new one where it comes over the counter, or none. Mistakes come back as
// lab.FieldErrors.
func (w *work) visitOf(sample *lab.Sample) (*lab.Visit, error) {
	fresh := &lab.Visit{LocationID: sample.LocationID, VisitedOn: sample.ReceivedOn}
	fresh.ServiceID = sample.ServiceID
	if sample.VisitID.IsZero() {
		if sample.Channel != lab.FrontOfHouse {
			return nil, nil
		}
		return fresh, nil
	}
	visit, err := w.takeVisit(lab.Key{ServiceID: sample.ServiceID, ID: sample.VisitID})
	if err != nil {
		return nil, err
	}
	var errs lab.FieldErrors
	errs.Check(visit.LocationID == fresh.LocationID && visit.VisitedOn == fresh.VisitedOn, "visit_id",
		"The visit was at another location or on another day.")
	return visit, errs.Err()
}

func (w *work) takeVisit(key lab.Key) (*lab.Visit, error) {
	visit, err := take[lab.Visit](w, "visits", key)
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return nil, lab.FieldErrors{{Field: "visit_id", Format: "There is no such visit at the service."}}
	}
	return visit, err
}

// Visit returns a visit, or lab.ErrNotFound.
func (s *Store) Visit(ctx context.Context, by lab.Actor, key lab.Key) (lab.Visit, error) {
	var visit lab.Visit
	if err := lab.MayReceive(by, key.ServiceID); err != nil {
		return visit, err
	}
	err := s.read.WithContext(ctx).Raw("SELECT * FROM visits WHERE service_id = ? AND id = ?", key.ServiceID, key.ID).Take(&visit).Error
	return visit, translate(err)
}

// countVisit counts samples in a visit, which is written for the first time where
// it is new.
func (w *work) countVisit(visit *lab.Visit, taken, turnedAway int32) error {
	if err := visit.Count(taken, turnedAway); err != nil {
		return err
	}
	if visit.ID.IsZero() {
		visit.ID = w.ids.Next()
		return w.tx.Create(visit).Error
	}
	return w.tx.Exec("UPDATE visits SET samples = ?, taken = ?, turned_away = ? WHERE service_id = ? AND id = ?",
		visit.Samples, visit.Taken, visit.TurnedAway, visit.ServiceID, visit.ID).Error
}

// TurnAway counts samples that were handed in on a visit and not taken. A visit
// without an id is opened, at its location and on its day.
func (s *Store) TurnAway(ctx context.Context, by lab.Actor, visit lab.Visit, samples int32) (lab.Visit, error) {
	after := visit
	err := s.do(ctx, by, func(w *work) error {
		if err := lab.MayReceive(by, visit.ServiceID); err != nil {
			return err
		}
		before := &lab.Visit{}
		if visit.ID.IsZero() {
			if err := w.checkNewVisit(&visit); err != nil {
				return err
			}
			after = lab.Visit{Key: visit.Key, LocationID: visit.LocationID, VisitedOn: visit.VisitedOn}
		} else {
			var err error
			if before, err = w.takeVisit(visit.Key); err != nil {
				return err
			}
			after = *before
		}
		var errs lab.FieldErrors
		errs.Check(samples > 0 && samples <= 100, "turned_away", "Say how many samples were not taken, 1 to 100.")
		if err := errs.Err(); err != nil {
			return err
		}
		if err := w.countVisit(&after, 0, samples); err != nil {
			return err
		}
		return w.record(after.ServiceID, "turn away", after.ID.String(), "", lab.Differences(*before, after))
	})
	return after, err
}

func (w *work) checkNewVisit(visit *lab.Visit) error {
	today, err := w.today(visit.ServiceID)
	if err != nil {
		return err
	}
	var errs lab.FieldErrors
	errs.Check(visit.VisitedOn != 0, "visited_on", "Give the day of the visit.")
	errs.Check(visit.VisitedOn <= today, "visited_on", "%s lies in the future.", visit.VisitedOn)
	return mistakes(errs.Err(), w.checkLocation(visit.ServiceID, visit.LocationID))
}
