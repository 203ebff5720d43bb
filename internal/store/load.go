package store

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"
	"gorm.io/gorm"

	"marquis/internal/lab"
	"marquis/internal/store/sqlstore"
)

// load is an import on its way in: it lies under a state that nobody sees until it is taken.
type load struct {
	*Store
	by      lab.Actor
	b       *ImportBatch
	words   *lab.Dictionary // with which it was read
	latest  *lab.Dictionary // as it is, where something was merged meanwhile
	at      lab.Counter
	results *resultsSum
	years   []int
	pace    *pace
	done    int // samples that lie there

	corrections []lab.Arrival // of recorded samples, for the moment in which it is taken
}

// begin writes that the import is being loaded, and by whom; or takes over what a load of the
// same batch has left.
func (l *load) begin(ctx context.Context) error {
	i := &l.b.Import
	known, err := knownImport(l.read.WithContext(ctx), i.ServiceID, i.Digest)
	switch {
	case err == nil && known.State == lab.ImportLoading:
		i.ID, i.ImportedAt, i.ImportedBy = known.ID, known.ImportedAt, known.ImportedBy
	case err == nil: // it was taken since, or is being taken back
		return fmt.Errorf("these files were imported already: %w", lab.ErrConflict)
	case !errors.Is(translate(err), lab.ErrNotFound):
		return translate(err)
	}
	if err := l.clearLeft(ctx); err != nil {
		return err
	}
	i.State, i.Loader, i.Written = lab.ImportLoading, l.ids.Next(), 0
	if i.ID.IsZero() {
		i.ID, i.ImportedAt, i.ImportedBy = l.ids.Next(), lab.At(l.Store.now()), l.by.Name
		err = l.do(ctx, l.by, func(w *work) error {
			if err := l.sameWords(w); err != nil {
				return err
			}
			return w.tx.Create(i).Error
		})
	} else {
		err = l.do(ctx, l.by, func(w *work) error { return w.handOver(i) })
	}
	if err != nil {
		return err
	}
	return l.visits(ctx)
}

// sameWords refuses a batch that was read before an entry was merged.
func (l *load) sameWords(w *work) error {
	merges, err := lockedSetting(w.tx, mergeSetting)
	if err == nil && merges != l.words.Merges {
		err = fmt.Errorf("an entry of the dictionary was merged meanwhile: %w", ErrBusy)
	}
	return err
}

// handOver gives an import to a loader: whoever wrote it before stops.
func (w *work) handOver(i *lab.Import) error {
	return w.still(i, "loader = ?", i.Loader)
}

// still changes an import that is in its state, and refuses where it is not any more.
func (w *work) still(i *lab.Import, set string, values ...any) error {
	done := w.tx.Exec("UPDATE imports SET "+set+" WHERE service_id = ? AND id = ? AND state = ?", append(values, i.ServiceID, i.ID, i.State)...)
	if done.Error == nil && done.RowsAffected != 1 {
		return lab.ImportAtWork()
	}
	return done.Error
}

// counts changes how much of an import lies there, by the loader that has it.
func (w *work) counts(i *lab.Import, more int) error {
	done := w.tx.Exec("UPDATE imports SET written = written + ? WHERE service_id = ? AND id = ? AND state = ? AND loader = ?", more, i.ServiceID, i.ID, i.State, i.Loader)
	if done.Error == nil && done.RowsAffected != 1 {
		return fmt.Errorf("%w: %w", ErrUnfinished, lab.ImportAtWork())
	}
	return done.Error
}

// visits writes the visits of an import that do not lie there yet, in their order.
func (l *load) visits(ctx context.Context) error {
	key := l.b.Import.Key
	var there []lab.ID
	if len(l.b.Visits) == 0 {
		return nil
	}
	err := l.read.WithContext(ctx).Raw("SELECT id FROM visits WHERE service_id = ? AND id > ? AND import_id = ? ORDER BY id", key.ServiceID, key.ID, key.ID).Scan(&there).Error
	if err != nil {
		return translate(err)
	}
	for i := range l.b.Visits {
		v := &l.b.Visits[i]
		v.Key, v.ImportID = lab.Key{ServiceID: key.ServiceID}, key.ID
		if i < len(there) {
			v.ID = there[i]
		} else {
			v.ID = l.ids.Next()
		}
	}
	rest := l.b.Visits[min(len(there), len(l.b.Visits)):]
	for len(rest) > 0 {
		some := rest[:min(l.pace.size(), len(rest))]
		err := l.pace.step(ctx, len(some), func(tx *gorm.DB, x sqlstore.Loader) error {
			if err := (&work{Store: l.Store, tx: tx}).counts(&l.b.Import, 0); err != nil {
				return err
			}
			return sqlstore.Load(x, func(yield func(*lab.Visit) bool) { yieldAll(some, yield) })
		})
		if err != nil {
			return err
		}
		rest = rest[len(some):]
	}
	return nil
}

// pour writes the samples, batch by batch, while the next batch is made ready.
func (l *load) pour(ctx context.Context, progress func(done int)) error {
	lying, err := l.lying(ctx)
	if err != nil {
		return err
	}
	group, ctx := errgroup.WithContext(ctx)
	ready := make(chan []loaded, 1) // so that one follows the other in a transaction
	group.Go(func() error {
		defer close(ready)
		return l.prepare(ctx, lying, ready)
	})
	group.Go(func() error {
		for batch := range ready {
			if err := l.write(ctx, batch, ready); err != nil {
				return err
			}
			progress(l.done)
		}
		return nil
	})
	if err := group.Wait(); err != nil {
		return err
	}
	if n := int(l.b.Import.Samples); n != 0 && n != l.done {
		return fmt.Errorf("%w: the files held %d samples when they were checked, and %d when they were written", ErrUnfinished, n, l.done)
	}
	return nil
}

// prepare makes batches ready: it checks and classifies the samples that do not lie there yet.
func (l *load) prepare(ctx context.Context, lying *lying, ready chan<- []loaded) (err error) {
	defer func() { err = errors.Join(err, lying.close()) }()
	batch := make([]loaded, 0, l.pace.size())
	send := func() error {
		select {
		case ready <- batch:
			batch = make([]loaded, 0, l.pace.size())
			return nil
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
	for a, err := range l.b.Samples {
		if err != nil {
			return fmt.Errorf("%w: %w", ErrUnfinished, err)
		}
		if a.Corrects > 0 {
			if err := l.correct(a); err != nil {
				return fmt.Errorf("sample %s: %w", a.Sample.SourceRef, err)
			}
			continue
		}
		switch there, err := lying.next(a); {
		case err != nil:
			return err
		case there:
			continue
		}
		x, err := l.admit(a)
		if err != nil {
			return fmt.Errorf("sample %s: %w", a.Sample.SourceRef, err)
		}
		if batch = append(batch, x); len(batch) >= l.pace.size() {
			if err := send(); err != nil {
				return err
			}
		}
	}
	if err := lying.end(); err != nil || len(batch) == 0 {
		return err
	}
	return send()
}

// admit gives a sample and all that hangs on it identity, checks it, publishes its result at
// source and classifies it. It has no number yet.
func (l *load) admit(a *lab.Arrival) (x loaded, err error) {
	i, at := &l.b.Import, lab.At(l.Store.now())
	a.Sample.Key = lab.Key{ServiceID: i.ServiceID, ID: l.ids.Next()}
	a.Sample.Version, a.Sample.ImportID, a.Sample.RegisteredAt = 1, i.ID, at
	a.Sample.SourceKey = lab.SourceKeyOf(a.Sample.SourceRef)
	if err := l.check(a); err != nil {
		return x, err
	}
	for n := range a.Evidence {
		e := &a.Evidence[n]
		e.Analysis.Key, e.Analysis.SampleID, e.Analysis.Version = lab.Key{ServiceID: i.ServiceID, ID: l.ids.Next()}, a.Sample.ID, 1
		e.Analysis.VerifiedAtSource(i.ID, at)
		for j := range e.Findings {
			f := &e.Findings[j]
			f.Key, f.SampleID, f.AnalysisID = lab.Key{ServiceID: i.ServiceID, ID: l.ids.Next()}, a.Sample.ID, e.Analysis.ID
		}
	}
	a.Sample.Stage = l.words.Stage(&lab.File{Sample: a.Sample}) // all that was verified will be published
	x.File = *a.File.Clone()
	x.Publications = nil
	for n := range x.Evidence {
		x.Evidence[n].Findings = slices.Clone(x.Evidence[n].Findings)
	}
	if len(x.Evidence) > 0 {
		p, err := l.words.Publish(&x.File, lab.Why{})
		if err != nil {
			return x, err
		}
		p.ID, p.PublishedOn, p.PublishedAt, p.ImportID = l.ids.Next(), a.Sample.SourcePublishedOn, at, i.ID
		x.Publications = []lab.Publication{*p}
	}
	x.facts = l.words.Classify(&x.File)
	return x, nil
}

// check reports what contradicts a rule of the registry in an arrival.
func (l *load) check(a *lab.Arrival) error {
	visit, noVisit := joinVisit(l.b, a)
	counter := l.b.Usual.Beside(&a.Sample, l.at)
	counter.Visit = visit
	if err := lab.Mistakes(l.words.CheckSample(&a.Sample, a.Expected, counter), a.Check(l.at.Today), noVisit); err != nil {
		return err
	}
	for n := range a.Evidence {
		e := &a.Evidence[n]
		e.Analysis.State, e.Analysis.Signature, e.Analysis.ServiceID = lab.Verified, lab.AtSource, a.Sample.ServiceID
		if err := e.Analysis.Check(l.words, e.Findings, a.Sample.Since(), l.at.Today); err != nil {
			return err
		}
		if err := e.Analysis.Overrule(l.b.Usual.Plausibility(l.words, &a.Sample, e.Findings)); err != nil {
			return err
		}
	}
	return nil
}

// write writes a batch in a transaction, and those that are ready after it for as long as
// nobody waits.
func (l *load) write(ctx context.Context, batch []loaded, ready <-chan []loaded) error {
	var released [][]lab.Publication // all that is kept of what was written
	batches, samples := 0, 0
	err := l.pace.transact(ctx, func(tx *gorm.DB, x sqlstore.Loader) error {
		w, since := &work{Store: l.Store, tx: tx, by: l.by}, time.Now()
		for batch != nil {
			if err := l.pace.timed(len(batch), func() error { return l.writeOne(w, x, batch) }); err != nil {
				return err
			}
			for i := range batch {
				released = append(released, batch[i].Publications)
			}
			batches, samples, batch = batches+1, samples+len(batch), nil
			if batches < l.batches.together && l.pace.goesOn(since) {
				select {
				case batch = <-ready:
				default:
				}
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	l.done += samples
	for _, publications := range released {
		if err := l.results.publish(publications); err != nil {
			return err
		}
	}
	return nil
}

// writeOne writes one batch, with the next numbers of its years.
func (l *load) writeOne(w *work, x sqlstore.Loader, batch []loaded) error {
	if err := l.readTheSame(w, batch); err != nil {
		return err
	}
	if err := w.counts(&l.b.Import, len(batch)); err != nil {
		return err
	}
	if err := l.number(w, batch); err != nil {
		return err
	}
	return loadSamples(x, batch)
}

// readTheSame refuses a batch that reads differently since an entry of the dictionary was merged
// or changed: what is merged later finds what this batch has written.
func (l *load) readTheSame(w *work, batch []loaded) error {
	merges, err := lockedSetting(w.tx, mergeSetting)
	if err != nil || merges == l.words.Merges {
		return err
	}
	if l.latest == nil || l.latest.Merges != merges {
		if l.latest, err = readDictionary(w.tx); err != nil {
			return err
		}
	}
	for i := range batch {
		if !reflect.DeepEqual(l.latest.Classify(&batch[i].File), batch[i].facts) {
			return fmt.Errorf("%w: an entry of the dictionary that sample %s has was merged or changed meanwhile; import the same files again", ErrUnfinished, batch[i].Sample.SourceRef)
		}
	}
	return nil
}

// number gives the samples of a batch the next numbers of their years.
func (l *load) number(w *work, batch []loaded) error {
	counts := map[int]int{}
	for i := range batch {
		counts[batch[i].Sample.ReceivedOn.Year()]++
	}
	series, next, err := w.nextNumbersOf(l.b.Import.ServiceID, counts)
	if err != nil {
		return err
	}
	for i := range batch {
		x := &batch[i].Sample
		year := x.ReceivedOn.Year()
		x.NumberYear, x.NumberSeries, x.NumberRunning = int32(year), series, next[year]
		next[year]++
		if !slices.Contains(l.years, year) {
			l.years = append(l.years, year)
		}
	}
	return nil
}

// take lets everybody see what lies there.
func (l *load) take(ctx context.Context) error {
	before := l.b.Import
	var taken lab.Import
	err := l.do(ctx, l.by, func(w *work) error {
		taken = before
		i := &taken
		if err := w.counts(i, 0); err != nil {
			return err
		}
		if err := i.Step(lab.ImportSamples); err != nil {
			return err
		}
		i.Corrected = int32(len(l.corrections)) //nolint:gosec // few: see lab.MostCorrections
		i.Samples, i.Written, i.ImportedAt, i.ImportedBy, i.Loader = int32(l.done), int32(l.done), w.at, w.by.Name, lab.ID{}
		err := w.still(&before, "state = ?, samples = ?, written = ?, imported_at = ?, imported_by = ?, loader = NULL, "+
			"profile = ?, files = ?, rows_read = ?, accepted = ?, merged = ?, rejected = ?, corrected = ?",
			i.State, i.Samples, i.Written, i.ImportedAt, i.ImportedBy, i.Profile, i.Files, i.RowsRead, i.Accepted, i.Merged, i.Rejected, i.Corrected)
		if err != nil {
			return err
		}
		if err := l.correctAll(w); err != nil {
			return err
		}
		w.touch(i.ServiceID, l.years...)
		changes := append(lab.Differences(lab.Import{}, *i), lab.Difference{Field: lab.TrailResultsSum, Old: "null", New: lab.ValueOf(l.results.String())})
		if len(l.b.Confirmed) > 0 {
			changes = append(changes, lab.Difference{Field: lab.TrailConfirmed, Old: "null", New: lab.ValueOf(l.b.Confirmed)})
		}
		if l.b.Loss != nil {
			changes = append(changes, lab.Difference{Field: lab.TrailLeftOut, Old: "null", New: lab.ValueOf(*l.b.Loss)})
		}
		return w.record(i.ServiceID, lab.ImportSamples, i.ID.String(), i.Profile, changes)
	})
	if err == nil {
		l.b.Import = taken
	}
	return err
}

// A batch of an import takes so long to write. After each it is seen whether anybody waits to
// write, and as long as nobody does, others follow in the same transaction.
const (
	holdAtMost    = 40 * time.Millisecond
	holdUnawaited = 250 * time.Millisecond
	holdAlone     = time.Second
)

// Where another process has the SQLite file open, which looks only now and then whether it is
// free, the loader rests between two transactions, and then for as long as somebody waits.
const (
	restBeside  = 20 * time.Millisecond
	restAwaited = 200 * time.Millisecond
	restLook    = 2 * time.Millisecond
)

// batchSizes are how many samples are written at a time: batches begin small, and become as
// large as the time for which one may take allows; and how many of them in one transaction.
type batchSizes struct{ first, least, most, together int }

// usualBatches are never so small that the transaction costs more than what it writes.
var usualBatches = batchSizes{first: 100, least: 50, most: 2000, together: 1000}

// pace measures how many samples are written at a time.
type pace struct {
	s     *Store
	alone bool // in this process
	n     atomic.Int64
}

func (s *Store) newPace(alone bool) *pace {
	p := &pace{s: s, alone: alone}
	p.n.Store(int64(s.batches.first))
	return p
}

func (p *pace) size() int { return int(p.n.Load()) }

// step writes a batch in a transaction.
func (p *pace) step(ctx context.Context, n int, write func(tx *gorm.DB, l sqlstore.Loader) error) error {
	return p.transact(ctx, func(tx *gorm.DB, l sqlstore.Loader) error {
		return p.timed(n, func() error { return write(tx, l) })
	})
}

// timed writes a batch, and learns from how long that takes.
func (p *pace) timed(n int, write func() error) error {
	since := time.Now()
	if err := write(); err != nil {
		return err
	}
	took := max(time.Since(since), time.Microsecond)
	next := int64(n) * int64(holdAtMost) / int64(took)
	sizes := p.s.batches
	p.n.Store(max(min(next, 2*int64(n), int64(sizes.most)), int64(sizes.least)))
	return nil
}

// goesOn tells whether a transaction may take another batch. On PostgreSQL nobody is seen who
// waits, for a row.
func (p *pace) goesOn(since time.Time) bool {
	hold := holdUnawaited
	switch {
	case !p.s.db.OnSQLite():
		hold = holdAtMost
	case p.alone && !p.s.db.Beside():
		hold = holdAlone
	}
	return time.Since(since) < hold && !p.s.db.Awaited()
}

// transact writes in one transaction, and then lets those go first who wait.
func (p *pace) transact(ctx context.Context, write func(tx *gorm.DB, l sqlstore.Loader) error) error {
	if err := p.s.db.TransactBulk(ctx, write); err != nil || !p.s.db.Beside() {
		return err
	}
	until := time.Now().Add(restAwaited)
	for rest := restBeside; ; rest = restLook {
		select {
		case <-time.After(rest):
		case <-ctx.Done():
			return ctx.Err()
		}
		if !p.s.db.Awaited() || time.Now().After(until) {
			return nil
		}
	}
}
