package store

import (
	"cmp"
	"context"
	"errors"
	"slices"

	"marquis/internal/lab"
)

// Registration is the file of a sample that is handed in: the sample and what is
// expected of it. It belongs to the visit that the sample names; where it names none
// and comes over the counter, a visit is opened.
type Registration struct {
	lab.File
	Code  *CodeHash // on the visitor's slip; nil where none is given out
	Draft lab.ID    // that becomes the sample, under the same id; zero for none
	Slip  *Slip     // that the session can fetch again; nil for none
}

// RegisterSample records a sample that was handed in, under the next number of
// its service and year, with its facts, and counts it in its visit. Mistakes come
// back as lab.FieldErrors, among them a sample beyond the limits that nobody has
// overruled. The draft goes: whoever finishes it first registers, everybody else
// gets lab.ErrConflict, and so does a code that was given out before, or a form that has
// its slip already.
func (s *Store) RegisterSample(ctx context.Context, by lab.Actor, r Registration) (lab.Sample, error) {
	f := &lab.File{Sample: r.Sample, Expected: r.Expected}
	sample := &f.Sample
	err := s.do(ctx, by, func(w *work) error {
		sample.ID, sample.Version = r.Draft, 1
		if sample.ID.IsZero() {
			sample.ID = w.ids.Next()
		}
		if err := receives(by, sample.ServiceID); err != nil {
			return err
		}
		if err := sample.Register(by, w.at); err != nil {
			return err
		}
		if err := w.finishDraft(sample.ServiceID, r.Draft); err != nil {
			return err
		}
		if err := w.keepSlip(r.Slip); err != nil {
			return err
		}
		d, err := w.dictionary()
		if err != nil {
			return err
		}
		if err := w.admitSample(d, f); err != nil {
			return err
		}
		sample.NumberYear = int32(sample.ReceivedOn.Year())
		if sample.NumberSeries, sample.NumberRunning, err = w.nextNumbers(sample.ServiceID, sample.ReceivedOn.Year(), 1); err != nil {
			return err
		}
		return w.insertFile(d, f, r.Code)
	})
	return *sample, err
}

// admitSample reports all mistakes of a sample that is handed in, and counts it in
// its visit.
func (w *work) admitSample(d *lab.Dictionary, f *lab.File) error {
	sample := &f.Sample
	today, err := w.today(sample.ServiceID)
	if err != nil {
		return err
	}
	locations, err := locationsOf(w.tx, sample.ServiceID)
	if err != nil {
		return err
	}
	lab.Counter{Locations: locations}.Place(sample)
	visit, noVisit := w.visitOf(sample)
	service, err := servicesTable.one(w.tx, "WHERE id = ?", sample.ServiceID)
	if err != nil {
		return err
	}
	service.TermsAt(sample.LocationID, locations).Expect(sample)
	at := lab.Counter{Today: today, Locations: locations, HandedIn: true, Service: service, Visit: visit}
	if at.UsualPrice, err = usualPrice(w.tx, sample.ProductID, sample.Price, today.Year()); err != nil {
		return err
	}
	err = lab.Mistakes(d.CheckSample(sample, f.Expected, at), noVisit)
	if err != nil || visit == nil {
		return err
	}
	if err := w.countVisit(visit, 1, 0); err != nil {
		return err
	}
	sample.VisitID = visit.ID
	return nil
}

// locationsFor are the locations of the service, read where one of them is told.
func (w *work) locationsFor(service lab.ServiceID, location lab.Optional) ([]lab.Location, error) {
	if location == 0 {
		return nil, nil
	}
	return locationsOf(w.tx, service)
}

// insertFile writes the file of a sample that is handed in.
func (w *work) insertFile(d *lab.Dictionary, f *lab.File, code *CodeHash) error {
	sample := &f.Sample
	if err := w.tx.Create(sample).Error; err != nil {
		return err
	}
	if err := create(w.tx, expectations(f)); err != nil {
		return err
	}
	if code != nil {
		if err := w.insertCode(sample.Key, *code); err != nil {
			return err
		}
	}
	if err := w.replaceFacts(d.Classify(f), sample.ReceivedOn.Year()); err != nil {
		return err
	}
	return w.record(sample.ServiceID, lab.RegisterSample, sample.ID.String(), "", lab.Differences(lab.Sample{}, *sample))
}

// Sample returns a sample, as the actor may see it, with its expectations. One of a
// service in which the actor does not work with records is lab.ErrNotFound, as one that
// does not exist.
func (s *Store) Sample(ctx context.Context, by lab.Actor, key lab.Key) (lab.Sample, []lab.Expected, error) {
	if err := seen(by.SeesRecords(key.ServiceID)); err != nil {
		return lab.Sample{}, nil, err
	}
	tx := s.read.WithContext(ctx)
	sample, err := samplesTable.at(tx, key)
	if err != nil {
		return sample, nil, translate(err)
	}
	expected, err := expectedOf(tx, key)
	return sample.SeenBy(by), expected, translate(err)
}

// FindSample returns the key of the sample with the number, or lab.ErrNotFound, as
// Sample does.
func (s *Store) FindSample(ctx context.Context, by lab.Actor, number lab.SampleNumber) (lab.Key, error) {
	var key lab.Key
	err := s.read.WithContext(ctx).Raw("SELECT x.service_id, x.id FROM services v JOIN "+seenSamples+" x ON x.service_id = v.id "+
		"WHERE v.code = ? AND x.number_year = ? AND x.number_series = ? AND x.number_running = ?", number.Service, number.Year, number.Series, number.Running).Take(&key).Error
	if err != nil || !by.SeesRecords(key.ServiceID) {
		return lab.Key{}, cmp.Or(translate(err), lab.ErrNotFound)
	}
	return key, nil
}

// DescribeSample changes the description of a sample that the actor saw in the given
// version, and what is expected of it, both or neither; what was published stays as
// it is. If the sample has moved on meanwhile, it is refused with a *lab.StaleError,
// and nothing is changed: the error lists the fields in which the change, made to the
// sample as it is now, would alter it. A change that sets all fields of a form thus
// gets what others wrote into them beside what was typed. The sample's identity,
// number, visit and state are not changed by it.
func (s *Store) DescribeSample(ctx context.Context, by lab.Actor, key lab.Key, version int32, expected []lab.Expected, change func(*lab.Sample)) (lab.Sample, error) {
	return s.changeSample(ctx, by, lab.ChangeSample, key, version, "", func(f *lab.File) error {
		f.Expected = expected
		return f.Sample.Describe(by, change)
	})
}

// MoveSample takes a sample to another state, with a reason where the move asks
// for one.
func (s *Store) MoveSample(ctx context.Context, by lab.Actor, key lab.Key, version int32, to lab.SampleState, reason string) (lab.Sample, error) {
	return s.changeSample(ctx, by, lab.MoveSample, key, version, reason, func(f *lab.File) error { return f.Move(to, by, reason) })
}

// ExcludeSample keeps a sample out of the statistics for a reason.
func (s *Store) ExcludeSample(ctx context.Context, by lab.Actor, key lab.Key, version int32, reason string) (lab.Sample, error) {
	return s.changeSample(ctx, by, lab.ExcludeSample, key, version, reason, func(f *lab.File) error { return f.Sample.Exclude(by, reason) })
}

// IncludeSample lets a sample back into the statistics.
func (s *Store) IncludeSample(ctx context.Context, by lab.Actor, key lab.Key, version int32) (lab.Sample, error) {
	return s.changeSample(ctx, by, lab.ExcludeSample, key, version, "", func(f *lab.File) error { return f.Sample.Include(by) })
}

// changeSample is an update of the sample that the actor saw in the given version.
func (s *Store) changeSample(ctx context.Context, by lab.Actor, action lab.Action, key lab.Key, version int32, reason string, decide func(*lab.File) error) (lab.Sample, error) {
	var changed lab.Sample
	err := s.do(ctx, by, func(w *work) error {
		before, err := w.file(key)
		if err != nil {
			return err
		}
		after := before.Clone()
		if err := decide(after); err != nil {
			return err
		}
		err = fresh(before.Sample.Version, version, func() ([]lab.Difference, error) { return before.Differences(after), nil })
		if err != nil {
			return err
		}
		err = w.save(before, after, update{key.ID, action, reason})
		changed = after.Sample
		return err
	})
	return changed, err
}

// VersionedKey is a record in the version that the actor saw.
type VersionedKey struct {
	lab.Key
	Version int32
}

// notAnalysedMost is the number of samples that are moved at once.
const notAnalysedMost = 500

// NotAnalyse closes samples that will not be analysed, with one reason of
// lab.NotAnalysedReasons: all of them or none. Those that cannot be closed come back
// as lab.SampleErrors.
func (s *Store) NotAnalyse(ctx context.Context, by lab.Actor, samples []VersionedKey, reason string) error {
	var errs lab.FieldErrors
	errs.Check(len(samples) > 0, "samples", "Choose at least one sample.")
	errs.Check(len(samples) <= notAnalysedMost, "samples", "Choose at most %d samples.", notAnalysedMost)
	errs.Check(lab.NotAnalysedReasons.Has(reason), "reason", "Choose one of: %s.", lab.NotAnalysedReasons)
	if err := errs.Err(); err != nil {
		return err
	}
	sorted := slices.Clone(samples) // locked in one order by all
	slices.SortFunc(sorted, func(a, b VersionedKey) int {
		return cmp.Or(cmp.Compare(a.ServiceID, b.ServiceID), a.ID.Compare(b.ID))
	})
	return s.do(ctx, by, func(w *work) error {
		var refused lab.SampleErrors
		for _, key := range sorted {
			before, err := w.file(key.Key)
			if err != nil {
				return err
			}
			err = w.notAnalyse(before, key.Version, reason)
			if !refusal(err) {
				return err
			}
			if err == nil {
				continue
			}
			code, problem := codeOf(w.tx, key.ServiceID)
			if problem != nil {
				return problem
			}
			refused = append(refused, lab.SampleError{Key: key.Key, Number: before.Sample.Number(code), Err: err})
		}
		if len(refused) > 0 {
			return refused
		}
		return nil
	})
}

func (w *work) notAnalyse(before *lab.File, version int32, reason string) error {
	if err := fresh(before.Sample.Version, version, nil); err != nil {
		return err
	}
	after := before.Clone()
	if err := after.Move(lab.NotAnalysed, w.by, reason); err != nil {
		return err
	}
	return w.save(before, after, update{after.Sample.ID, lab.MoveSample, reason})
}

// refusal tells that the rules refused it, or nothing did; any other error is a fault.
func refusal(err error) bool {
	var stale *lab.StaleError
	var move *lab.MoveError
	var fields lab.FieldErrors
	return err == nil || errors.As(err, &stale) || errors.As(err, &move) || errors.As(err, &fields)
}
