package store

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"
	"time"

	"gorm.io/gorm"

	"marquis/internal/lab"
	"marquis/internal/store/sqlstore"
)

// ImportBatch is what one import brings in: entries that the dictionary lacks, and
// samples with what their source found, verified and published.
type ImportBatch struct {
	Import     lab.Import   // with the number of its samples, where that is known beforehand
	Service    *lab.Service // to be added first, nil where it is known
	Substances []*lab.Substance
	Products   []*lab.Product
	Methods    []*lab.Method
	Visits     []lab.Visit                    // to which samples refer by their place
	Samples    iter.Seq2[*lab.Arrival, error] // read once; each is valid until the next is asked for

	// Alone says that nobody else works in this process: where no other process has the SQLite
	// file open either, nobody waits for its transactions.
	Alone bool

	// Why is the reason for which recorded samples are corrected; without one none is.
	Why lab.Why

	Usual     lab.Usual         // amounts and prices, with which the batch was read
	Confirmed lab.Confirmations // why what looks implausible in it is right
}

// Arrivals yields samples that are all in memory.
func Arrivals(all []lab.Arrival) iter.Seq2[*lab.Arrival, error] {
	return func(yield func(*lab.Arrival, error) bool) {
		for i := range all {
			if !yield(&all[i], nil) {
				return
			}
		}
	}
}

// KnownImport returns the import with the digest that is in motion or taken, or lab.ErrNotFound.
func (s *Store) KnownImport(ctx context.Context, by lab.Actor, service lab.ServiceID, digest string) (lab.Import, error) {
	if err := brings(by, service); err != nil {
		return lab.Import{}, err
	}
	known, err := knownImport(s.read.WithContext(ctx), service, digest)
	return known, translate(err)
}

func knownImport(tx *gorm.DB, service lab.ServiceID, digest string) (lab.Import, error) {
	return importsTable.one(tx, "WHERE service_id = ? AND digest = ? AND state IN ('loading', 'taken', 'undoing')", service, digest)
}

// ErrUnfinished means that a load stopped for a reason that passes: nobody sees what lies there,
// and the next load of the same batch goes on from it.
var ErrUnfinished = errors.New("the import is not finished")

// Import writes a batch in short transactions, under the state that nobody sees, and then
// takes it: one event of the audit trail. Where a load of the same batch was cut off it goes on
// after what lies there. The dictionary is the one that the batch was read with, its new entries
// included; they are added first, and stay. What contradicts a rule of the registry abandons the
// import; what passes leaves it for the next load. Progress is told the number of samples
// written so far. It takes the operator, or an
// importer of the service; to add a service, who may do that.
func (s *Store) Import(ctx context.Context, by lab.Actor, d *lab.Dictionary, b *ImportBatch, progress func(done int)) (err error) {
	if err := brings(by, b.Import.ServiceID); err != nil {
		return err
	}
	if err := seen(b.Service == nil || lab.MayEquip(by, 0) == nil); err != nil {
		return err
	}
	if err := b.Import.Check(); err != nil {
		return err
	}
	if b.Service == nil {
		if err := s.mayLoad(ctx, b); err != nil {
			return err
		}
	}
	at, err := s.counterOf(ctx, b)
	if err != nil {
		return err
	}
	if err := checkVisits(b, at); err != nil {
		return err
	}
	if b.Samples == nil {
		b.Samples = Arrivals(nil)
	}
	defer s.wordsChanged.Add(1)
	if err := s.addWords(ctx, by, d, b); err != nil {
		return err
	}
	return s.alone(ctx, b.Import.ServiceID, func() error {
		l := &load{Store: s, by: by, b: b, words: d, at: at, results: newResultsSum(), pace: s.newPace(b.Alone)}
		if err := l.begin(ctx); err != nil {
			return err
		}
		err := l.pour(ctx, progress)
		if err == nil {
			err = l.take(ctx)
		}
		switch {
		case err == nil || errors.Is(err, ErrUnfinished):
			return err
		case ctx.Err() != nil || errors.Is(err, lab.ErrUnavailable):
			return fmt.Errorf("%w: %w", ErrUnfinished, err)
		}
		return errors.Join(err, s.abandon(ctx, by, &b.Import, func(int) {}))
	})
}

// mayLoad refuses a batch that was taken, and any while another of the service is in motion.
func (s *Store) mayLoad(ctx context.Context, b *ImportBatch) error {
	tx := s.read.WithContext(ctx)
	known, err := knownImport(tx, b.Import.ServiceID, b.Import.Digest)
	switch {
	case err == nil && known.State == lab.ImportTaken:
		return fmt.Errorf("these files were imported already: %w", lab.ErrConflict)
	case err == nil && known.State == lab.ImportLoading:
		return nil
	case err != nil && !errors.Is(translate(err), lab.ErrNotFound):
		return translate(err)
	}
	others, err := importsTable.list(tx, "WHERE service_id = ? AND state IN ('loading', 'undoing')", b.Import.ServiceID)
	for i := range others {
		return others[i].OtherFirst()
	}
	return translate(err)
}

// addWords adds the service and the entries of the dictionary, in a transaction of their own.
func (s *Store) addWords(ctx context.Context, by lab.Actor, d *lab.Dictionary, b *ImportBatch) error {
	if b.Service == nil && len(b.Substances)+len(b.Products)+len(b.Methods) == 0 {
		return nil
	}
	return s.do(ctx, by, func(w *work) error {
		if err := w.addLaboratoriesOf(d, b.Methods); err != nil {
			return err
		}
		if b.Service != nil {
			if err := w.addService(b.Service); err != nil {
				return err
			}
			b.Import.ServiceID = b.Service.ID
		}
		for _, p := range b.Products {
			p.OfferTo(b.Import.ServiceID)
		}
		return s.addEntries(w.tx, b.Substances, b.Products, b.Methods)
	})
}

// alone runs what writes or clears an import of a service while nobody else does.
func (s *Store) alone(ctx context.Context, service lab.ServiceID, work func() error) (err error) {
	name := fmt.Sprintf("import-%d", service)
	unlock, ok, err := s.db.TryLock(ctx, name)
	// PostgreSQL keeps what a process has that was killed until it notices that.
	for range 10 {
		if ok || err != nil || s.db.OnSQLite() {
			break
		}
		time.Sleep(100 * time.Millisecond)
		unlock, ok, err = s.db.TryLock(ctx, name)
	}
	switch {
	case err != nil:
		return fmt.Errorf("see whether another import is at work: %w", translate(err))
	case !ok:
		return lab.ImportAtWork()
	}
	defer func() { err = errors.Join(err, unlock()) }()
	return work()
}

// counterOf is what each sample of a batch is checked against.
func (s *Store) counterOf(ctx context.Context, b *ImportBatch) (at lab.Counter, err error) {
	at.Imported = true
	tx := s.read.WithContext(ctx)
	if b.Service != nil {
		place, err := time.LoadLocation(b.Service.TimeZone)
		if err != nil {
			return at, err
		}
		at.Today = lab.DateOf(s.now(), place)
		return at, nil
	}
	w := &work{Store: s, tx: tx, at: lab.At(s.now())}
	if at.Today, err = w.today(b.Import.ServiceID); err == nil {
		at.Locations, err = locationsOf(tx, b.Import.ServiceID)
	}
	return at, translate(err)
}

// checkVisits reports the first mistake of the visits of an import.
func checkVisits(b *ImportBatch, at lab.Counter) error {
	for i := range b.Visits {
		v := &b.Visits[i]
		var errs lab.FieldErrors
		errs.Check(v.VisitedOn <= at.Today, "visited_on", "%s lies in the future.", v.VisitedOn)
		if err := lab.Mistakes(v.Check(), errs.Err(), lab.CheckLocation(v.LocationID, at.Locations)); err != nil {
			return fmt.Errorf("visit %d: %w", i+1, err)
		}
	}
	return nil
}

// joinVisit ties a sample to its visit, nil for none.
func joinVisit(b *ImportBatch, x *lab.Arrival) (*lab.Visit, error) {
	if x.Visit == 0 {
		return nil, nil
	}
	if x.Visit < 0 || x.Visit > len(b.Visits) {
		return nil, lab.FieldErrors{{Field: "visit_id", Format: "The import has no visit %d.", Args: []any{x.Visit}}}
	}
	visit := &b.Visits[x.Visit-1]
	x.Sample.VisitID = visit.ID
	return visit, nil
}

// loaded is an arrival on its way into the tables.
type loaded struct {
	lab.File
	facts lab.Facts
}

// loadSamples writes samples with all that hangs on them, parents first.
func loadSamples(l sqlstore.Loader, samples []loaded) error {
	for _, table := range []func() error{
		func() error {
			return sqlstore.Load(l, each(samples, func(x *loaded, yield func(*lab.Sample) bool) bool { return yield(&x.Sample) }))
		},
		func() error {
			return sqlstore.Load(l, each(samples, func(x *loaded, yield func(*lab.SampleExpectation) bool) bool {
				return yieldAll(expectations(&x.File), yield)
			}))
		},
		func() error {
			return sqlstore.Load(l, each(samples, func(x *loaded, yield func(*lab.Analysis) bool) bool {
				return !slices.ContainsFunc(x.Evidence, func(e lab.Evidence) bool { return !yield(&e.Analysis) })
			}))
		},
		func() error {
			return sqlstore.Load(l, each(samples, func(x *loaded, yield func(*lab.Finding) bool) bool {
				return !slices.ContainsFunc(x.Evidence, func(e lab.Evidence) bool { return !yieldAll(e.Findings, yield) })
			}))
		},
		func() error {
			return sqlstore.Load(l, each(samples, func(x *loaded, yield func(*lab.Publication) bool) bool { return yieldAll(x.Publications, yield) }))
		},
		func() error {
			return sqlstore.Load(l, each(samples, func(x *loaded, yield func(*lab.SampleFact) bool) bool { return yield(&x.facts.Sample) }))
		},
		func() error {
			return sqlstore.Load(l, each(samples, func(x *loaded, yield func(*lab.FindingFact) bool) bool { return yieldAll(x.facts.Findings, yield) }))
		},
	} {
		if err := table(); err != nil {
			return err
		}
	}
	return nil
}

// each yields the rows of one table, sample by sample.
func each[T any](samples []loaded, rows func(x *loaded, yield func(*T) bool) bool) iter.Seq[*T] {
	return func(yield func(*T) bool) {
		for i := range samples {
			if !rows(&samples[i], yield) {
				return
			}
		}
	}
}

func yieldAll[T any](rows []T, yield func(*T) bool) bool {
	for i := range rows {
		if !yield(&rows[i]) {
			return false
		}
	}
	return true
}
