package store

import (
	"context"
	"fmt"
	"iter"
	"maps"
	"slices"

	"gorm.io/gorm"

	"marquis/internal/lab"
	"marquis/internal/store/sqlstore"
)

// ImportBatch is what one import brings in: entries that the dictionary lacks, and
// samples with what their source found, verified and published.
type ImportBatch struct {
	Import     lab.Import
	Service    *lab.Service // to be added first, nil where it is known
	Substances []*lab.Substance
	Products   []*lab.Product
	Methods    []*lab.Method
	Visits     []lab.Visit // to which samples refer by their place
	Samples    []lab.Arrival

	Usual     lab.Usual         // amounts and prices, with which the batch was read
	Confirmed lab.Confirmations // why what looks implausible in it is right
}

// loaded is an arrival on its way into the tables.
type loaded struct {
	*lab.Arrival
	publications []lab.Publication
	facts        lab.Facts
}

// KnownImport returns the import with the digest, or lab.ErrNotFound.
func (s *Store) KnownImport(ctx context.Context, by lab.Actor, service lab.ServiceID, digest string) (lab.Import, error) {
	if err := brings(by, service); err != nil {
		return lab.Import{}, err
	}
	known, err := importsTable.one(s.read.WithContext(ctx), "WHERE service_id = ? AND digest = ?", service, digest)
	return known, translate(err)
}

// SourceDigests returns, of all samples of a service that were imported, the
// digest of what their source said, by the source's id.
func (s *Store) SourceDigests(ctx context.Context, by lab.Actor, service lab.ServiceID) (map[string]string, error) {
	if err := brings(by, service); err != nil {
		return nil, err
	}
	rows, err := s.query(ctx, "SELECT source_ref, source_digest FROM samples WHERE service_id = $1 AND source_ref <> ''", service)
	if err != nil {
		return nil, translate(err)
	}
	defer rows.Close()
	digests := map[string]string{}
	for rows.Next() {
		var ref, digest string
		if err := rows.Scan(&ref, &digest); err != nil {
			return nil, translate(err)
		}
		digests[ref] = digest
	}
	return digests, translate(rows.Err())
}

// Import writes a batch in one transaction, as one event of the audit trail. The
// dictionary is the one that the batch was read with, its new entries included.
// Progress is told the number of samples written so far. It takes the operator, or an
// importer of the service; to add a service, who may do that.
func (s *Store) Import(ctx context.Context, by lab.Actor, d *lab.Dictionary, b *ImportBatch, progress func(done int)) error {
	if err := brings(by, b.Import.ServiceID); err != nil {
		return err
	}
	if err := seen(b.Service == nil || lab.MayEquip(by, 0) == nil); err != nil {
		return err
	}
	if err := b.Import.Check(); err != nil {
		return err
	}
	defer s.wordsChanged.Add(1)
	return s.db.TransactBulk(ctx, func(tx *gorm.DB, l sqlstore.Loader) error {
		w := &work{Store: s, tx: tx, by: by, at: lab.At(s.now()), words: d}
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
		if err := s.addEntries(tx, b.Substances, b.Products, b.Methods); err != nil {
			return err
		}
		results := newResultsSum()
		if err := w.importSamples(l, d, b, results, progress); err != nil {
			return err
		}
		changes := append(lab.Differences(lab.Import{}, b.Import), lab.Difference{Field: lab.TrailResultsSum, Old: "null", New: lab.ValueOf(results.String())})
		if len(b.Confirmed) > 0 {
			changes = append(changes, lab.Difference{Field: lab.TrailConfirmed, Old: "null", New: lab.ValueOf(b.Confirmed)})
		}
		if err := w.record(b.Import.ServiceID, lab.ImportSamples, b.Import.ID.String(), b.Import.Profile, changes); err != nil {
			return err
		}
		return w.end()
	})
}

// importBatch is the number of samples that are written at a time, with all that
// hangs on them: few enough that what refers to what is still in memory.
var importBatch = 2000

// importSamples writes the import and its samples, batch by batch, and sums what it
// publishes.
func (w *work) importSamples(l sqlstore.Loader, d *lab.Dictionary, b *ImportBatch, results *resultsSum, progress func(done int)) error {
	b.Import.ID, b.Import.ImportedAt, b.Import.ImportedBy = w.ids.Next(), w.at, w.by.Name
	today, err := w.today(b.Import.ServiceID)
	if err != nil {
		return err
	}
	numbers, err := w.importNumbers(b)
	if err != nil {
		return err
	}
	if err := w.tx.Create(&b.Import).Error; err != nil {
		return err
	}
	locations, err := locationsOf(w.tx, b.Import.ServiceID)
	if err != nil {
		return err
	}
	at := lab.Counter{Today: today, Locations: locations, Imported: true}
	if err := w.importVisits(l, b, at); err != nil {
		return err
	}
	done := 0
	for arrivals := range slices.Chunk(b.Samples, importBatch) {
		samples := make([]loaded, len(arrivals))
		for i := range arrivals {
			samples[i].Arrival = &arrivals[i]
			if err := w.admit(d, b, &samples[i], numbers, at); err != nil {
				return fmt.Errorf("sample %s: %w", arrivals[i].Sample.SourceRef, err)
			}
			if err := results.publish(samples[i].publications); err != nil {
				return err
			}
		}
		if err := loadSamples(l, samples); err != nil {
			return err
		}
		done += len(arrivals)
		progress(done)
	}
	return nil
}

// importVisits writes the visits of an import.
func (w *work) importVisits(l sqlstore.Loader, b *ImportBatch, at lab.Counter) error {
	for i := range b.Visits {
		v := &b.Visits[i]
		v.Key = lab.Key{ServiceID: b.Import.ServiceID, ID: w.ids.Next()}
		var errs lab.FieldErrors
		errs.Check(v.VisitedOn <= at.Today, "visited_on", "%s lies in the future.", v.VisitedOn)
		if err := lab.Mistakes(v.Check(), errs.Err(), lab.CheckLocation(v.LocationID, at.Locations)); err != nil {
			return fmt.Errorf("visit %d: %w", i+1, err)
		}
	}
	return sqlstore.Load(l, func(yield func(*lab.Visit) bool) { yieldAll(b.Visits, yield) })
}

// joinVisit ties a sample to its visit, nil for none.
func joinVisit(b *ImportBatch, x *loaded) (*lab.Visit, error) {
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

// nextNumber is the number that the next sample of a year gets.
type nextNumber struct {
	series  int16
	running int32
}

// importNumbers takes running numbers for all samples, year by year, and returns
// the first of each year.
func (w *work) importNumbers(b *ImportBatch) (map[int32]*nextNumber, error) {
	counts := map[int32]int{}
	for i := range b.Samples {
		counts[int32(b.Samples[i].Sample.ReceivedOn.Year())]++
	}
	numbers := map[int32]*nextNumber{}
	for _, year := range slices.Sorted(maps.Keys(counts)) {
		series, first, err := w.nextNumbers(b.Import.ServiceID, int(year), counts[year])
		if err != nil {
			return nil, err
		}
		numbers[year] = &nextNumber{series, first}
	}
	return numbers, nil
}

// admit gives a sample and all that hangs on it identity and number, checks it,
// publishes its result at source and classifies it.
func (w *work) admit(d *lab.Dictionary, b *ImportBatch, x *loaded, numbers map[int32]*nextNumber, at lab.Counter) error {
	year := int32(x.Sample.ReceivedOn.Year())
	x.Sample.Key = lab.Key{ServiceID: b.Import.ServiceID, ID: w.ids.Next()}
	x.Sample.Version, x.Sample.ImportID, x.Sample.RegisteredAt = 1, b.Import.ID, w.at
	x.Sample.NumberYear, x.Sample.NumberSeries, x.Sample.NumberRunning = year, numbers[year].series, numbers[year].running
	numbers[year].running++
	w.touch(b.Import.ServiceID, int(year))
	visit, noVisit := joinVisit(b, x)
	at.Visit, at.UsualPrice = visit, b.Usual.PriceOf(&x.Sample)
	if err := lab.Mistakes(d.CheckSample(&x.Sample, x.Expected, at), x.Check(at.Today), noVisit); err != nil {
		return err
	}
	for i := range x.Evidence {
		e := &x.Evidence[i]
		e.Analysis.Key, e.Analysis.SampleID, e.Analysis.Version = lab.Key{ServiceID: b.Import.ServiceID, ID: w.ids.Next()}, x.Sample.ID, 1
		e.Analysis.VerifiedAtSource(b.Import.ID, w.at)
		if err := e.Analysis.Check(d, e.Findings, x.Sample.Since(), at.Today); err != nil {
			return err
		}
		if err := e.Analysis.Overrule(lab.Plausibility(d, &x.Sample, e.Findings, b.Usual.In(x.Sample.Form))); err != nil {
			return err
		}
		for j := range e.Findings {
			f := &e.Findings[j]
			f.Key, f.SampleID, f.AnalysisID = lab.Key{ServiceID: b.Import.ServiceID, ID: w.ids.Next()}, x.Sample.ID, e.Analysis.ID
		}
	}
	released := x.File
	released.Publications = nil
	if len(x.Evidence) > 0 {
		p, err := d.Publish(&released, lab.Why{})
		if err != nil {
			return err
		}
		p.ID, p.PublishedOn, p.PublishedAt, p.ImportID = w.ids.Next(), x.PublishedOn, w.at, b.Import.ID
		released.Publications = []lab.Publication{*p}
	}
	x.Sample.Stage = d.Stage(&lab.File{Sample: x.Sample}) // all that was verified is published
	x.publications, x.facts = released.Publications, d.Classify(&released)
	return nil
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
			return sqlstore.Load(l, each(samples, func(x *loaded, yield func(*lab.Publication) bool) bool { return yieldAll(x.publications, yield) }))
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
