package store

import (
	"context"
	"fmt"

	"marquis/internal/lab"
)

// codeEntry is a row of the directory of lookup codes.
type codeEntry struct {
	CodeHash  string `gorm:"primaryKey"`
	KeyID     string `gorm:"primaryKey"`
	ServiceID lab.ServiceID
	SampleID  lab.ID
}

// TableName returns the table.
func (codeEntry) TableName() string { return "lookup_codes" }

// CodeHash is a lookup code as the directory knows it: its keyed hash, and the
// name of the key.
type CodeHash struct {
	KeyID string
	Hash  []byte
}

// RegisterSample records a sample that was handed in, under the next number of
// its service and year, with its facts. Mistakes come back as lab.FieldErrors.
func (s *Store) RegisterSample(ctx context.Context, by lab.Actor, sample lab.Sample, expected []lab.Expected, code *CodeHash) (lab.Sample, error) {
	err := s.do(ctx, by, func(w *work) error {
		today, err := w.today(sample.ServiceID)
		if err != nil {
			return err
		}
		d, err := w.dictionary()
		if err != nil {
			return err
		}
		sample.ID, sample.Version = w.ids.Next(), 1
		if err := sample.Register(by, w.at); err != nil {
			return err
		}
		if err := checkSample(d, &sample, expected, today); err != nil {
			return err
		}
		if err := w.checkLocation(&sample); err != nil {
			return err
		}
		sample.NumberYear = int32(sample.ReceivedOn.Year())
		if sample.NumberRunning, err = w.nextNumbers(sample.ServiceID, sample.ReceivedOn.Year(), 1); err != nil {
			return err
		}
		return w.insertSample(d, &sample, expected, code)
	})
	return sample, err
}

// checkSample reports the mistakes of a sample together with its expectations.
func checkSample(d *lab.Dictionary, sample *lab.Sample, expected []lab.Expected, today lab.Date) error {
	var errs lab.FieldErrors
	for _, err := range []error{sample.Check(today), d.CheckExpectations(expected)} {
		mistakes, ok := err.(lab.FieldErrors) //nolint:errorlint // both return exactly this type
		if err != nil && !ok {
			return err
		}
		errs = append(errs, mistakes...)
	}
	_, known := d.Products[sample.ProductID]
	errs.Check(known || sample.ProductID <= 0, "product", "Product %d is not in the dictionary.", sample.ProductID)
	return errs.Err()
}

// checkLocation refuses a location of another service.
func (w *work) checkLocation(sample *lab.Sample) error {
	if sample.LocationID == 0 {
		return nil
	}
	var n int
	err := w.tx.Raw("SELECT count(*) FROM locations WHERE id = ? AND service_id = ?", sample.LocationID, sample.ServiceID).Scan(&n).Error
	if err != nil {
		return err
	}
	var errs lab.FieldErrors
	errs.Check(n == 1, "location", "Location %d is not one of the service.", sample.LocationID)
	return errs.Err()
}

func (w *work) insertSample(d *lab.Dictionary, sample *lab.Sample, expected []lab.Expected, code *CodeHash) error {
	if err := w.tx.Create(sample).Error; err != nil {
		return err
	}
	if err := create(w.tx, expectations(sample, expected)); err != nil {
		return err
	}
	if code != nil {
		entry := codeEntry{fmt.Sprintf("%x", code.Hash), code.KeyID, sample.ServiceID, sample.ID}
		if err := w.tx.Create(&entry).Error; err != nil {
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

// ChangeSample changes the description of a sample that the actor saw in the given
// version. If the sample has moved on meanwhile, it is refused with a
// *lab.StaleError that says what differs, and nothing is changed. The sample's
// identity, number and state are not changed by it.
func (s *Store) ChangeSample(ctx context.Context, by lab.Actor, key lab.Key, version int32, change func(*lab.Sample)) (lab.Sample, error) {
	return s.changeSample(ctx, by, "change sample", key, version, "", func(sample *lab.Sample) error {
		return sample.Describe(by, change)
	})
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
	if err := checkSample(d, after, nil, today); err != nil {
		return err
	}
	if err := w.checkLocation(after); err != nil {
		return err
	}
	changes := append(lab.Differences(*before, *after), more...)
	after.Version = before.Version + 1
	if err := replace(w, after, before.Key, before.Version); err != nil {
		return err
	}
	if err := w.refreshFacts(d, after, before.ReceivedOn.Year()); err != nil {
		return err
	}
	return w.record(after.ServiceID, action, after.ID.String(), reason, changes)
}
