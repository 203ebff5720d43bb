package store

import (
	"context"
	"errors"
	"slices"

	"gorm.io/gorm"

	"marquis/internal/lab"
	"marquis/internal/store/sqlstore"
)

// Imports lists the imports of a service, the newest first.
func (s *Store) Imports(ctx context.Context, by lab.Actor, service lab.ServiceID) ([]lab.Import, error) {
	if err := brings(by, service); err != nil {
		return nil, err
	}
	list, err := importsTable.list(s.read.WithContext(ctx), "WHERE service_id = ? ORDER BY id DESC", service)
	return list, translate(err)
}

// UnfinishedImports lists the imports of all services that are neither whole nor gone: a
// program that was stopped has left them, or one is at work on them.
func (s *Store) UnfinishedImports(ctx context.Context, by lab.Actor) ([]lab.Import, error) {
	if err := upkeep(by); err != nil {
		return nil, err
	}
	list, err := importsTable.list(s.read.WithContext(ctx), "WHERE service_id IN (SELECT id FROM services) AND "+unfinished+" ORDER BY service_id, id")
	return list, translate(err)
}

const unfinished = "(state IN ('loading', 'undoing') OR state = 'abandoned' AND written > 0)"

// ImportUses tells what has used the samples of an import since it was taken.
func (s *Store) ImportUses(ctx context.Context, by lab.Actor, key lab.Key) (uses lab.ImportUses, err error) {
	if err := brings(by, key.ServiceID); err != nil {
		return uses, err
	}
	tx := s.read.WithContext(ctx)
	if _, err := importsTable.at(tx, key); err != nil {
		return uses, translate(err)
	}
	const ofImport = " JOIN " + seenSamples + " x ON x.service_id = ? AND x.id > ? AND x.import_id = ? AND "
	for _, count := range []struct {
		n    *int
		what string
	}{
		{&uses.Analyses, "FROM analyses a" + ofImport + "a.service_id = x.service_id AND a.sample_id = x.id WHERE a.import_id IS NULL"},
		{&uses.Publications, "FROM publications p" + ofImport + "p.service_id = x.service_id AND p.sample_id = x.id WHERE p.import_id IS NULL"},
		{&uses.ReadOuts, "FROM read_outs r" + ofImport + "r.service_id = x.service_id AND r.sample_id = x.id"},
		{&uses.Codes, "FROM lookup_codes c" + ofImport + "c.service_id = x.service_id AND c.sample_id = x.id"},
		{&uses.Changed, "FROM (SELECT DISTINCT service_id, subject FROM audit_events WHERE action = 'change sample') e" + ofImport +
			"e.service_id = x.service_id AND e.subject = CAST(x.id AS text)"},
		{&uses.Excluded, "FROM (SELECT DISTINCT service_id, subject FROM audit_events WHERE action = 'exclude sample') e" + ofImport +
			"e.service_id = x.service_id AND e.subject = CAST(x.id AS text) WHERE x.excluded <> ''"},
		{&uses.Corrected, "FROM corrections c" + ofImport + "c.service_id = x.service_id AND c.sample_id = x.id WHERE NOT c.undone"},
	} {
		if err := tx.Raw("SELECT count(*) "+count.what, key.ServiceID, key.ID, key.ID).Scan(count.n).Error; err != nil {
			return uses, translate(err)
		}
	}
	return uses, translate(countUndone(tx, key, &uses))
}

// TakeBack takes an import back, with a reason: from one moment on nothing of it is seen, and
// a lookup code of one of its samples tells that the result was withdrawn. Then a version that
// says so is added to each result, the facts go, and the ids of the source are free for another
// import. What was cut off in the middle goes on with the reason that was given. Progress is
// told the number of samples taken back so far. It takes who may import.
func (s *Store) TakeBack(ctx context.Context, by lab.Actor, key lab.Key, why lab.Why, progress func(done int)) error {
	if err := brings(by, key.ServiceID); err != nil {
		return err
	}
	return s.alone(ctx, key.ServiceID, func() error {
		i, err := importsTable.at(s.read.WithContext(ctx), key)
		if err != nil {
			return translate(err)
		}
		if err := s.hide(ctx, by, &i, why); err != nil {
			return err
		}
		if err := s.clear(ctx, by, &i, progress); err != nil {
			return err
		}
		return s.cleared(ctx, by, &i)
	})
}

// hide lets nobody see an import any more.
func (s *Store) hide(ctx context.Context, by lab.Actor, i *lab.Import, why lab.Why) error {
	before := *i
	i.Loader = s.ids.Next()
	if i.State == lab.ImportUndoing {
		return s.do(ctx, by, func(w *work) error { return w.handOver(i) })
	}
	later, err := correctedLater(s.read.WithContext(ctx), i.Key)
	if err != nil {
		return translate(err)
	}
	if err := lab.Mistakes(i.LaterFirst(later), i.TakeBack(why)); err != nil {
		return err
	}
	return s.do(ctx, by, func(w *work) (err error) {
		if i.EndedOn, err = w.today(i.ServiceID); err != nil {
			return err
		}
		i.EndedBy = w.by.Name
		err = w.still(&before, "state = ?, loader = ?, ended_on = ?, ended_by = ?, reason = ?, reason_code = ?, reason_lang = ?, reason_translation = ?",
			i.State, i.Loader, i.EndedOn, i.EndedBy, i.Reason, i.ReasonCode, i.ReasonLang, i.ReasonTranslation)
		if err != nil {
			return err
		}
		if err := w.undoCorrections(i, why); err != nil {
			return err
		}
		if err := w.touchAll(i.ServiceID); err != nil {
			return err
		}
		told := *i
		told.Loader = lab.ID{} // which is nobody's record
		return w.record(i.ServiceID, lab.TakeBackImport, i.ID.String(), why.Brief(), lab.Differences(before, told))
	})
}

// touchAll notes that what every year of a service counts may have changed.
func (w *work) touchAll(service lab.ServiceID) error {
	var years []int
	err := w.tx.Raw("SELECT year FROM service_years WHERE service_id = ? ORDER BY year", service).Scan(&years).Error
	w.touch(service, years...)
	return err
}

// cleared ends the taking back, with the sum of the versions by which it withdrew results.
func (s *Store) cleared(ctx context.Context, by lab.Actor, i *lab.Import) error {
	sum := newResultsSum()
	err := eachPublication(s.read.WithContext(ctx), i.ServiceID, " AND id > ? AND import_id = ? AND kind = ? AND sample_id NOT IN (SELECT sample_id FROM corrections WHERE service_id = ? AND import_id = ?)",
		[]any{i.ID, i.ID, lab.WithdrawnResult, i.ServiceID, i.ID},
		func(p *lab.Publication, text string) { sum.add(p.ID, toldSum(p.ToldOf(text))) })
	if err != nil {
		return translate(err)
	}
	before := *i
	if err := i.Step(lab.ClearImport); err != nil {
		return err
	}
	return s.do(ctx, by, func(w *work) error {
		if err := w.counts(&before, 0); err != nil {
			return err
		}
		i.Written, i.Loader = 0, lab.ID{}
		if err := w.still(&before, "state = ?, written = 0, loader = NULL", i.State); err != nil {
			return err
		}
		changes := []lab.Difference{
			{Field: "state", Old: lab.ValueOf(before.State), New: lab.ValueOf(i.State)},
			{Field: lab.TrailResultsSum, Old: "null", New: lab.ValueOf(sum.String())},
		}
		return w.record(i.ServiceID, lab.ClearImport, i.ID.String(), "", changes)
	})
}

// Abandon gives an import up that was not taken yet, so that the same files can be imported
// again. The numbers of its samples are gaps. It takes who may import.
func (s *Store) Abandon(ctx context.Context, by lab.Actor, key lab.Key, progress func(done int)) error {
	if err := brings(by, key.ServiceID); err != nil {
		return err
	}
	return s.alone(ctx, key.ServiceID, func() error {
		i, err := importsTable.at(s.read.WithContext(ctx), key)
		if err != nil {
			return translate(err)
		}
		return s.abandon(ctx, by, &i, progress)
	})
}

func (s *Store) abandon(ctx context.Context, by lab.Actor, i *lab.Import, progress func(done int)) error {
	before := *i
	i.Loader = s.ids.Next()
	if i.State == lab.ImportAbandoned && i.Written > 0 { // it was cut off
		if err := s.do(ctx, by, func(w *work) error { return w.handOver(i) }); err != nil {
			return err
		}
		return s.clear(ctx, by, i, progress)
	}
	if err := i.Step(lab.AbandonImport); err != nil {
		return err
	}
	err := s.do(ctx, by, func(w *work) (err error) {
		if i.EndedOn, err = w.today(i.ServiceID); err != nil {
			return err
		}
		i.EndedBy = w.by.Name
		if err := w.still(&before, "state = ?, loader = ?, ended_on = ?, ended_by = ?", i.State, i.Loader, i.EndedOn, i.EndedBy); err != nil {
			return err
		}
		changes := []lab.Difference{{Field: "state", Old: lab.ValueOf(before.State), New: lab.ValueOf(i.State)}}
		return w.record(i.ServiceID, lab.AbandonImport, i.ID.String(), "", changes)
	})
	if err != nil {
		return err
	}
	return s.clear(ctx, by, i, progress)
}

// clearLeft clears what an import of the service has left that was being abandoned.
func (l *load) clearLeft(ctx context.Context) error {
	left, err := importsTable.list(l.read.WithContext(ctx), "WHERE service_id = ? AND state = 'abandoned' AND written > 0", l.b.Import.ServiceID)
	for i := range left {
		err = errors.Join(err, l.abandon(ctx, l.by, &left[i], func(int) {}))
	}
	return translate(err)
}

// clear takes facts and ids of the source from the samples of an import that nobody sees, in
// short transactions. Results that were seen are withdrawn.
func (s *Store) clear(ctx context.Context, by lab.Actor, i *lab.Import, progress func(done int)) error {
	today, err := (&work{Store: s, tx: s.read.WithContext(ctx), at: lab.At(s.now())}).today(i.ServiceID)
	if err != nil {
		return translate(err)
	}
	pace, after, done := s.newPace(false), i.ID, 0
	for {
		var ids []string
		err := s.read.WithContext(ctx).Raw("SELECT id FROM samples WHERE service_id = ? AND id > ? AND import_id = ? AND import_live ORDER BY id LIMIT ?",
			i.ServiceID, after, i.ID, pace.size()).Scan(&ids).Error
		if err != nil {
			return translate(err)
		}
		if len(ids) == 0 {
			return nil
		}
		err = pace.step(ctx, len(ids), func(tx *gorm.DB, l sqlstore.Loader) error {
			w := &work{Store: s, tx: tx, by: by, at: lab.At(s.now())}
			if err := w.counts(i, -len(ids)); err != nil {
				return err
			}
			return w.clearSamples(l, i, ids, today)
		})
		if err != nil {
			return err
		}
		if after, err = lab.ParseID(ids[len(ids)-1]); err != nil {
			return err
		}
		done += len(ids)
		progress(done)
	}
}

// clearSamples clears some samples of an import, which are locked first: whoever changed one
// before it was hidden has ended.
func (w *work) clearSamples(l sqlstore.Loader, i *lab.Import, ids []string, today lab.Date) error {
	var samples []lab.Sample
	err := w.tx.Raw("UPDATE samples SET import_live = ?, version = version + 1 WHERE service_id = ? AND id IN ? AND import_live RETURNING *", false, i.ServiceID, ids).
		Scan(&samples).Error
	if err != nil {
		return err
	}
	years := map[int][]string{}
	for n := range samples {
		x := &samples[n]
		years[x.ReceivedOn.Year()] = append(years[x.ReceivedOn.Year()], x.ID.String())
	}
	for year, some := range years {
		for _, table := range []string{"finding_facts", "sample_facts"} {
			if err := w.tx.Exec("DELETE FROM "+table+" WHERE service_id = ? AND year = ? AND sample_id IN ?", i.ServiceID, year, some).Error; err != nil {
				return err
			}
		}
	}
	if i.State != lab.ImportUndoing {
		return nil
	}
	slices.SortFunc(samples, func(a, b lab.Sample) int { return a.ID.Compare(b.ID) })
	return w.withdrawAll(l, i, samples, today)
}

// withdrawAll adds to each result of some samples that stands the version that takes it back.
func (w *work) withdrawAll(l sqlstore.Loader, i *lab.Import, samples []lab.Sample, today lab.Date) error {
	released, err := manyOf(w.tx, publicationsTable, "version", i.ServiceID, idsOf(samples))
	if err != nil {
		return err
	}
	var withdrawn []lab.Publication
	for n := range samples {
		f := &lab.File{Sample: samples[n], Publications: released[samples[n].ID]}
		if !f.Stands() {
			continue
		}
		p, err := f.Withdraw(i.Why)
		if err != nil {
			return err
		}
		p.ID, p.PublishedOn, p.PublishedAt, p.ImportID = w.ids.Next(), today, w.at, i.ID
		withdrawn = append(withdrawn, *p)
	}
	return sqlstore.Load(l, func(yield func(*lab.Publication) bool) { yieldAll(withdrawn, yield) })
}
