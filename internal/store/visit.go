package store

import (
	"context"
	"errors"
	"maps"
	"slices"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"marquis/internal/lab"
)

// visitOf returns the visit to which a sample belongs: the one it names, locked, or
// a new one where it comes over the counter, or none. Mistakes come back as
// lab.FieldErrors.
func (w *work) visitOf(sample *lab.Sample) (*lab.Visit, error) {
	if sample.VisitID.IsZero() {
		if sample.Channel != lab.FrontOfHouse {
			return nil, nil
		}
		return &lab.Visit{Key: lab.Key{ServiceID: sample.ServiceID}, LocationID: sample.LocationID, VisitedOn: sample.ReceivedOn}, nil
	}
	return w.takeVisit(lab.Key{ServiceID: sample.ServiceID, ID: sample.VisitID})
}

func (w *work) takeVisit(key lab.Key) (*lab.Visit, error) {
	visit, err := visitsTable.take(w, key)
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return nil, lab.FieldErrors{{Field: "visit_id", Format: "There is no such visit at the service."}}
	}
	return visit, err
}

// Visit returns a visit, or lab.ErrNotFound.
func (s *Store) Visit(ctx context.Context, by lab.Actor, key lab.Key) (lab.Visit, error) {
	if err := receives(by, key.ServiceID); err != nil {
		return lab.Visit{}, err
	}
	visit, err := visitsTable.at(s.read.WithContext(ctx), key)
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
	return w.tx.Exec("UPDATE visits SET samples = ?, taken = ?, turned_away = ?, turn_away_form = ? WHERE service_id = ? AND id = ?",
		visit.Samples, visit.Taken, visit.TurnedAway, visit.TurnAwayForm, visit.ServiceID, visit.ID).Error
}

// TurnAway counts samples that were handed in on a visit and not taken. A visit
// without an id is opened, at its location and on its day. The form is the one that
// says so: sent again, it counts nothing more. Without one, a count is one of its own.
func (s *Store) TurnAway(ctx context.Context, by lab.Actor, visit lab.Visit, form lab.ID, samples int32) (lab.Visit, error) {
	if form.IsZero() {
		form = s.NewID()
	}
	var after lab.Visit
	err := s.do(ctx, by, func(w *work) error {
		if err := receives(by, visit.ServiceID); err != nil {
			return err
		}
		var errs lab.FieldErrors
		errs.Check(samples > 0 && samples <= 100, "turned_away", "Say how many samples were not taken, 1 to 100.")
		before, wrongVisit := w.turnAwayFrom(visit, form)
		if err := lab.Mistakes(wrongVisit, errs.Err()); err != nil {
			return err
		}
		if after = *before; after.TurnAwayForm == form {
			return nil
		}
		after.TurnAwayForm = form
		if err := w.countVisit(&after, 0, samples); err != nil {
			return err
		}
		if before.Samples == 0 { // it has just been opened
			before = &lab.Visit{}
		}
		before.TurnAwayForm = form // no news to anybody
		return w.record(after.ServiceID, lab.TurnAway, after.ID.String(), "", lab.Differences(*before, after))
	})
	return after, err
}

// turnAwayFrom returns the visit, locked, or opens one under the id of the form, so
// that of two that are sent at once the second finds the first.
func (w *work) turnAwayFrom(visit lab.Visit, form lab.ID) (*lab.Visit, error) {
	if !visit.ID.IsZero() {
		return w.takeVisit(visit.Key)
	}
	if err := w.checkNewVisit(&visit); err != nil {
		return nil, err
	}
	opened := &lab.Visit{Key: lab.Key{ServiceID: visit.ServiceID, ID: form}, LocationID: visit.LocationID, VisitedOn: visit.VisitedOn}
	if err := w.tx.Clauses(clause.OnConflict{DoNothing: true}).Create(opened).Error; err != nil {
		return nil, err
	}
	return w.takeVisit(opened.Key)
}

func (w *work) checkNewVisit(visit *lab.Visit) error {
	today, err := w.today(visit.ServiceID)
	if err != nil {
		return err
	}
	var errs lab.FieldErrors
	errs.Check(visit.VisitedOn != 0, "visited_on", "Give the day of the visit.")
	errs.Check(visit.VisitedOn <= today, "visited_on", "%s lies in the future.", visit.VisitedOn)
	locations, err := w.locationsFor(visit.ServiceID, visit.LocationID)
	if err != nil {
		return err
	}
	return lab.Mistakes(errs.Err(), lab.CheckLocation(visit.LocationID, locations))
}

// LastOfVisit returns the sample of a visit that was registered last, with what is expected
// of it, or lab.ErrNotFound where none is left. One whose registration was undone is none.
func (s *Store) LastOfVisit(ctx context.Context, by lab.Actor, visit lab.Key) (lab.File, error) {
	if err := receives(by, visit.ServiceID); err != nil {
		return lab.File{}, err
	}
	tx := s.read.WithContext(ctx)
	var f lab.File
	var err error
	f.Sample, err = samplesTable.one(tx, "WHERE service_id = ? AND visit_id = ? AND state_reason <> ? ORDER BY number_year DESC, number_series DESC, number_running DESC LIMIT 1",
		visit.ServiceID, visit.ID, lab.RegisteredByMistake)
	if err != nil {
		return f, translate(err)
	}
	f.Expected, err = expectedOf(tx, f.Sample.Key)
	return f, translate(err)
}

// NumberInVisit tells which sample of its visit one is: see lab.NumberInVisit. It is 0 where
// it belongs to none, or was not registered here.
func (s *Store) NumberInVisit(ctx context.Context, by lab.Actor, x *lab.Sample) (int, error) {
	if err := receives(by, x.ServiceID); err != nil || x.VisitID.IsZero() {
		return 0, err
	}
	tx := s.read.WithContext(ctx)
	var ids []lab.ID
	if err := tx.Raw("SELECT id FROM "+seenSamples+" samples WHERE service_id = ? AND visit_id = ?", x.ServiceID, x.VisitID).Scan(&ids).Error; err != nil {
		return 0, translate(err)
	}
	of := map[string]lab.ID{}
	for _, id := range ids {
		of[id.String()] = id
	}
	events, err := eventsAbout(tx, x.ServiceID, slices.Collect(maps.Keys(of))...)
	var trail []lab.Admitted
	for _, e := range events {
		if e.Action == lab.RegisterSample || e.Action == lab.UndoSample {
			trail = append(trail, lab.Admitted{Sample: of[e.Subject], Undone: e.Action == lab.UndoSample})
		}
	}
	return lab.NumberInVisit(trail, x.ID), translate(err)
}
