package store

import (
	"context"
	"errors"

	"marquis/internal/lab"
)

// Registration is a sample that is handed in. It belongs to the visit that the
// sample names; where it names none and comes over the counter, a visit is opened.
type Registration struct {
	Sample   lab.Sample
	Expected []lab.Expected
	Code     *CodeHash // on the visitor's slip; nil where none is given out
	Draft    lab.ID    // that becomes the sample, under the same id; zero for none
}

// RegisterSample records a sample that was handed in, under the next number of
// its service and year, with its facts, and counts it in its visit. Mistakes come
// back as lab.FieldErrors, among them a sample beyond the limits that nobody has
// overruled. The draft goes: whoever finishes it first registers, everybody else
// gets lab.ErrConflict, and so does a code that was given out before.
func (s *Store) RegisterSample(ctx context.Context, by lab.Actor, r Registration) (lab.Sample, error) {
	sample := r.Sample
	err := s.do(ctx, by, func(w *work) error {
		sample.ID, sample.Version = r.Draft, 1
		if sample.ID.IsZero() {
			sample.ID = w.ids.Next()
		}
		if err := sample.Register(by, w.at); err != nil {
			return err
		}
		if err := w.finishDraft(sample.ServiceID, r.Draft); err != nil {
			return err
		}
		d, err := w.dictionary()
		if err != nil {
			return err
		}
		if err := w.admitSample(d, &sample, r.Expected); err != nil {
			return err
		}
		sample.NumberYear = int32(sample.ReceivedOn.Year())
		if sample.NumberRunning, err = w.nextNumbers(sample.ServiceID, sample.ReceivedOn.Year(), 1); err != nil {
			return err
		}
		return w.insertSample(d, &sample, r.Expected, r.Code)
	})
	return sample, err
}

// admitSample reports all mistakes of a sample that is handed in, and counts it in
// its visit.
func (w *work) admitSample(d *lab.Dictionary, sample *lab.Sample, expected []lab.Expected) error {
	today, err := w.today(sample.ServiceID)
	if err != nil {
		return err
	}
	visit, wrongVisit := w.visitOf(sample)
	inVisit := 1
	if visit != nil {
		inVisit = int(visit.Taken) + 1
	}
	err = mistakes(
		checkSample(d, sample, expected, today), w.checkLocation(sample.ServiceID, sample.LocationID), wrongVisit, sample.CheckLimits(inVisit),
	)
	if err != nil || visit == nil {
		return err
	}
	if err := w.countVisit(visit, 1, 0); err != nil {
		return err
	}
	sample.VisitID = visit.ID
	return nil
}

// mistakes puts the mistakes of several checks together. Another error comes back
// as it is.
func mistakes(errs ...error) error {
	var all lab.FieldErrors
	for _, err := range errs {
		var some lab.FieldErrors
		if err != nil && !errors.As(err, &some) {
			return err
		}
		all = append(all, some...)
	}
	return all.Err()
}

// checkSample reports the mistakes of a sample together with its expectations.
func checkSample(d *lab.Dictionary, sample *lab.Sample, expected []lab.Expected, today lab.Date) error {
	var errs lab.FieldErrors
	_, known := d.Products[sample.ProductID]
	errs.Check(known || sample.ProductID <= 0, "product_id", "Product %d is not in the dictionary.", sample.ProductID)
	return mistakes(sample.Check(today), d.CheckExpectations(expected), errs.Err())
}

// checkLocation refuses a location of another service.
func (w *work) checkLocation(service lab.ServiceID, location lab.Optional) error {
	if location == 0 {
		return nil
	}
	locations, err := locationsOf(w.tx, service)
	if err != nil {
		return err
	}
	return lab.CheckLocation(location, locations)
}

func (w *work) insertSample(d *lab.Dictionary, sample *lab.Sample, expected []lab.Expected, code *CodeHash) error {
	if err := w.tx.Create(sample).Error; err != nil {
		return err
	}
	if err := create(w.tx, expectations(sample, expected)); err != nil {
		return err
	}
	if code != nil {
		if err := w.insertCode(sample.Key, *code); err != nil {
			return err
		}
	}
	if err := w.refreshFacts(d, sample, sample.ReceivedOn.Year()); err != nil {
		return err
	}
	return w.record(sample.ServiceID, "register sample", sample.ID.String(), "", lab.Differences(lab.Sample{}, *sample))
}

func expectations(sample *lab.Sample, expected []lab.Expected) []lab.SampleExpectation {
	rows := make([]lab.SampleExpectation, len(expected))
	for i, e := range expected {
		rows[i] = lab.SampleExpectation{ServiceID: sample.ServiceID, SampleID: sample.ID, Position: int32(i + 1), Expected: e}
	}
	return rows
}

// Sample returns a sample with its expectations, or lab.ErrNotFound.
func (s *Store) Sample(ctx context.Context, key lab.Key) (lab.Sample, []lab.Expected, error) {
	var sample lab.Sample
	tx := s.read.WithContext(ctx)
	err := tx.Raw("SELECT * FROM samples WHERE service_id = ? AND id = ?", key.ServiceID, key.ID).Take(&sample).Error
	if err != nil {
		return sample, nil, translate(err)
	}
	expected, err := expectedOf(tx, key)
	return sample, expected, translate(err)
}

// FindSample returns the key of the sample with the number, or lab.ErrNotFound.
func (s *Store) FindSample(ctx context.Context, number lab.SampleNumber) (lab.Key, error) {
	var key lab.Key
	err := s.read.WithContext(ctx).Raw("SELECT x.service_id, x.id FROM services v JOIN samples x ON x.service_id = v.id "+
		"WHERE v.code = ? AND x.number_year = ? AND x.number_running = ?", number.Service, number.Year, number.Running).Take(&key).Error
	return key, translate(err)
}

func (w *work) replaceExpectations(sample *lab.Sample, version int32, expected []lab.Expected) ([]lab.Difference, error) {
	d, err := w.dictionary()
	if err != nil {
		return nil, err
	}
	if err := d.CheckExpectations(expected); err != nil {
		return nil, err
	}
	old, err := expectedOf(w.tx, sample.Key)
	if err != nil {
		return nil, err
	}
	type set struct{ Expected []lab.Expected }
	changes := lab.Differences(set{old}, set{expected})
	if sample.Version != version {
		return nil, &lab.StaleError{Have: sample.Version, Want: version, Changed: changes}
	}
	err = w.tx.Exec("DELETE FROM sample_expectations WHERE service_id = ? AND sample_id = ?", sample.ServiceID, sample.ID).Error
	if err != nil {
		return nil, err
	}
	return changes, create(w.tx, expectations(sample, expected))
}

// DescribeSample changes the description of a sample that the actor saw in the given
// version, and what is expected of it, both or neither; what was published stays as
// it is. If the sample has moved on meanwhile, it is refused with a *lab.StaleError,
// and nothing is changed: the error lists the fields in which the change, made to the
// sample as it is now, would alter it. A change that sets all fields of a form thus
// gets what others wrote into them beside what was typed. The sample's identity,
// number, visit and state are not changed by it.
func (s *Store) DescribeSample(ctx context.Context, by lab.Actor, key lab.Key, version int32, expected []lab.Expected, change func(*lab.Sample)) (lab.Sample, error) {
	var after lab.Sample
	err := s.do(ctx, by, func(w *work) error {
		before, err := take[lab.Sample](w, "samples", key)
		if err != nil {
			return err
		}
		after = *before
		if err := after.Describe(by, change); err != nil {
			return err
		}
		changes, err := w.replaceExpectations(before, version, expected)
		var stale *lab.StaleError
		if errors.As(err, &stale) {
			stale.Changed = append(lab.Differences(*before, after), stale.Changed...)
		}
		if err != nil {
			return err
		}
		return w.saveSample(before, &after, "change sample", "", changes...)
	})
	return after, err
}

// MoveSample takes a sample to another state, with a reason where the move asks
// for one.
func (s *Store) MoveSample(ctx context.Context, by lab.Actor, key lab.Key, version int32, to lab.SampleState, reason string) (lab.Sample, error) {
	return s.changeSample(ctx, by, "move sample", key, version, reason, func(sample *lab.Sample) error {
		return sample.Move(to, by, reason)
	})
}

// ExcludeSample keeps a sample out of the statistics for a reason, or, without
// one, lets it back in.
func (s *Store) ExcludeSample(ctx context.Context, by lab.Actor, key lab.Key, version int32, reason string) (lab.Sample, error) {
	return s.changeSample(ctx, by, "exclude sample", key, version, reason, func(sample *lab.Sample) error {
		return sample.Exclude(by, reason)
	})
}

func (s *Store) changeSample(ctx context.Context, by lab.Actor, action string, key lab.Key, version int32, reason string, change func(*lab.Sample) error) (lab.Sample, error) {
	var after lab.Sample
	err := s.do(ctx, by, func(w *work) error {
		before, err := take[lab.Sample](w, "samples", key)
		if err != nil {
			return err
		}
		after = *before
		if err := change(&after); err != nil {
			return err
		}
		if before.Version != version {
			return &lab.StaleError{Have: before.Version, Want: version, Changed: lab.Differences(*before, after)}
		}
		return w.saveSample(before, &after, action, reason)
	})
	return after, err
}

// saveSample writes a changed sample, its facts and the event, which tells more
// than the sample's own changes where something else changed with it.
func (w *work) saveSample(before, after *lab.Sample, action, reason string, more ...lab.Difference) error {
	today, err := w.today(after.ServiceID)
	if err != nil {
		return err
	}
	d, err := w.dictionary()
	if err != nil {
		return err
	}
	if err := mistakes(checkSample(d, after, nil, today), w.checkLocation(after.ServiceID, after.LocationID)); err != nil {
		return err
	}
	changes := append(lab.Differences(*before, *after), more...)
	after.Version = before.Version + 1
	if after.Stage, err = w.stageOf(after); err != nil {
		return err
	}
	if err := replace(w, after, before.Key, before.Version); err != nil {
		return err
	}
	if err := w.refreshFacts(d, after, before.ReceivedOn.Year()); err != nil {
		return err
	}
	return w.record(after.ServiceID, action, after.ID.String(), reason, changes)
}
