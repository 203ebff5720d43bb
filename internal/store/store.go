// Package store keeps the registry in SQLite or PostgreSQL. With internal/store/sqlstore
// beneath it, it is the only package that knows GORM. An exported method is one unit of
// work in one transaction; nothing of the database leaves it, neither a handle nor an
// error of a driver.
package store

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sync/singleflight"
	"gorm.io/gorm"

	"marquis/internal/lab"
	"marquis/internal/store/sqlstore"
)

// Config says where the registry is kept.
type Config = sqlstore.Config

// SQLiteFile is the name of the registry's file in its folder.
const SQLiteFile = sqlstore.FileName

// Why nothing can be saved just now, where that is known. Each is lab.ErrUnavailable.
var (
	ErrBusy     = sqlstore.ErrBusy
	ErrFull     = sqlstore.ErrFull
	ErrReadOnly = sqlstore.ErrReadOnly
)

// Store is an open registry. It is safe for concurrent use.
type Store struct {
	db           *sqlstore.DB
	read         *gorm.DB // of db
	now          func() time.Time
	ids          *lab.IDMaker
	words        atomic.Pointer[edition] // the dictionary as it was last read
	wording      singleflight.Group      // lets one read it for all
	wordsChanged atomic.Int64            // how often this process has changed it
	folding      chan struct{}           // a place for each that may read facts, see FactRows
	lookups      sync.Map                // prepared statements, see prepared
	failed       failures                // to sign in, that are not written yet
	batches      batchSizes              // of imports
}

// Open opens the registry. A new SQLite file is made with today's schema; any
// other database must have it already, see Migrate. The clock is given, so that
// tests have their own.
func Open(ctx context.Context, c Config, now func() time.Time) (*Store, error) {
	s, err := connect(ctx, c, now)
	if err != nil {
		return nil, err
	}
	if err := s.ready(ctx); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return s, nil
}

// ready refuses a database that the program should not work on.
func (s *Store) ready(ctx context.Context) error {
	if err := s.db.CheckRole(ctx); err != nil {
		return err
	}
	return s.checkSchema(ctx)
}

// connect connects to the registry. A file that is fresh gets its tables.
func connect(ctx context.Context, c Config, now func() time.Time) (*Store, error) {
	db, err := sqlstore.Open(ctx, c, sqlstore.Tables{OfServices: owned, OnlyAdded: onlyAdded}, now)
	if err != nil {
		return nil, err
	}
	s := &Store{db: db, read: db.Read, now: now, ids: lab.NewIDMaker(now), folding: make(chan struct{}, db.Readers/connectionsPerFold), batches: usualBatches}
	if db.Fresh {
		_, err = s.migrate(ctx)
	}
	if err == nil {
		err = db.Await(ctx)
	}
	if err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return s, nil
}

// Close closes the database.
func (s *Store) Close() error { return s.db.Close() }

// transact runs a unit of work in one transaction. Whatever runs in it must read
// through tx: see sqlstore.DB.Transact.
func (s *Store) transact(ctx context.Context, work func(tx *gorm.DB) error) error {
	return s.db.Transact(ctx, work)
}

// translate turns what a database says into the errors of the domain.
func translate(err error) error { return sqlstore.Translate(err) }

// WaitAtMost returns a context whose units of work wait their turn for so long at
// most, all together, and then give up with ErrBusy. What has begun is not cut off.
func WaitAtMost(ctx context.Context, d time.Duration) context.Context {
	return sqlstore.WaitAtMost(ctx, d)
}

// NewID returns an id that nothing has yet, for a form that is to count once.
func (s *Store) NewID() lab.ID { return s.ids.Next() }

// Notes are what whoever opened the registry should be told of its place, a sentence
// each.
func (s *Store) Notes() []string { return s.db.Notes }

// Ping tells whether look-ups can be answered: it looks up a code that nobody has.
func (s *Store) Ping(ctx context.Context) error {
	_, err := s.Lookup(ctx, CodeHash{})
	if errors.Is(err, lab.ErrNotFound) {
		return nil
	}
	return err
}

// Writable tells whether something can be saved: nil, or ErrFull, ErrReadOnly, ErrBusy
// or another lab.ErrUnavailable. What was found is kept for ten seconds, whoever asks;
// then one row is written. Who has no time for that, by the context, is told what was
// found before.
func (s *Store) Writable(ctx context.Context) error { return s.db.Writable(ctx) }

// PoolStats is how a pool of connections to the database is used.
type PoolStats = sqlstore.PoolStats

// PoolStats returns how each pool is used just now. It asks the database nothing.
func (s *Store) PoolStats() []PoolStats { return s.db.PoolStats() }

// owned are the tables of services. Every statement on one names service_id.
var owned = []string{
	"imports", "visits", "drafts", "sample_counters", "samples", "sample_expectations", "analyses", "findings", "publications",
	"service_years", "audit_heads", "audit_events", "sample_facts", "finding_facts",
	"analysis_questions", "record_views", "read_outs",
	"uploads", "upload_parts", "import_mappings", "corrections",
}

// onlyAdded are the tables whose rows nobody changes or removes.
var onlyAdded = []string{"audit_events", "publications", "substance_judgements", "alert_limits", "import_mappings"}
