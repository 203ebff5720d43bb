// Package store keeps the registry in SQLite or PostgreSQL. It is the only
// package that knows GORM. An exported method is one unit of work in one
// transaction; nothing of the database leaves it, neither a handle nor an error
// of a driver.
package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"iter"
	"net"
	"regexp"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/pressly/goose/v3/lock"
	"gorm.io/gorm"
	"gorm.io/gorm/logger"

	"marquis/internal/lab"
)

// Config says where the registry is kept. Without a URL it is the SQLite file
// marquis.db in the folder.
type Config struct {
	Folder      string
	DatabaseURL string // postgres://…
	Plain       bool   // what goes to PostgreSQL on another machine may be open to read on the way
}

// Store is an open registry. It is safe for concurrent use.
type Store struct {
	write        *gorm.DB // on SQLite a pool of one connection, whose transactions lock at once
	read         *gorm.DB
	dialect      dialect
	now          func() time.Time
	ids          *lab.IDMaker
	words        atomic.Pointer[edition] // the dictionary as it was last read
	wording      sync.Mutex              // held by the one who reads it
	wordsChanged atomic.Int64            // how often this process has changed it
	folding      chan struct{}           // a place for each that may read facts, see FactRows
	lookups      sync.Map                // prepared statements, see Lookup
	file         *sqliteFile             // nil on PostgreSQL
	notes        []string                // see Notes
	writing      chan struct{}           // on PostgreSQL a place for each that may write, so that some connections are left for reading
	writable     writability
	failed       failures // to sign in, that are not written yet
}

// dialect is what SQLite and PostgreSQL do each in their own way.
type dialect interface {
	// name is the suffix of the dialect's own migrations.
	name() string
	// locker makes processes that migrate the same database wait for each other.
	locker() (lock.SessionLocker, error)
	// check refuses a connection under which the audit trail could be changed.
	check(ctx context.Context, db *gorm.DB) error
	// insert adds many rows to a table by the fastest way of the driver, on the
	// connection of the transaction. The values were made by plain.
	insert(ctx context.Context, conn *sql.Conn, tx *gorm.DB, table string, columns []string, rows iter.Seq[[]any]) error
	// plain turns a value of the domain into one that insert takes.
	plain(v any) any
	// lock is the clause that locks the rows that a SELECT reads, empty where the
	// whole transaction holds the lock.
	lock() string
	// limitWaits limits for how long a transaction waits for locks of others.
	limitWaits(tx *gorm.DB, most time.Duration) error
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
	if err := s.dialect.check(ctx, s.read); err != nil {
		return err
	}
	return s.checkSchema(ctx)
}

func connect(ctx context.Context, c Config, now func() time.Time) (*Store, error) {
	s := &Store{now: now, ids: lab.NewIDMaker(now)}
	open := s.openSQLite
	if c.DatabaseURL != "" {
		open = s.openPostgres
	}
	if err := open(ctx, c); err != nil {
		return nil, err
	}
	for _, db := range []*gorm.DB{s.write, s.read} {
		if err := guard(db); err != nil {
			return nil, errors.Join(err, s.Close())
		}
	}
	return s, nil
}

// gormConfig keeps GORM silent: its logger prints values.
func gormConfig() *gorm.Config {
	return &gorm.Config{Logger: logger.Discard, TranslateError: true, SkipDefaultTransaction: true, DisableAutomaticPing: true}
}

// Close closes the database.
func (s *Store) Close() error {
	var errs []error
	for _, db := range []*gorm.DB{s.write, s.read} {
		if db == nil {
			continue
		}
		pool, err := db.DB()
		if err == nil {
			err = pool.Close()
		}
		errs = append(errs, err)
	}
	return errors.Join(errs...)
}

// transact runs a unit of work in one transaction. Whatever runs in it must read
// through tx: reading through the pool could wait for ever for SQLite's one
// writing connection.
//
// It waits its turn no longer than the context allows, see WaitAtMost.
func (s *Store) transact(ctx context.Context, work func(tx *gorm.DB) error) error {
	return s.inTurn(ctx, func(ctx context.Context, begin func(tx *gorm.DB) error) error {
		return s.write.WithContext(ctx).Transaction(func(tx *gorm.DB) error {
			if err := begin(tx); err != nil {
				return err
			}
			return work(tx)
		})
	})
}

// translate turns what a database says into the errors of the domain.
func translate(err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, gorm.ErrRecordNotFound), errors.Is(err, sql.ErrNoRows):
		return lab.ErrNotFound
	case errors.Is(err, gorm.ErrDuplicatedKey), errors.Is(err, gorm.ErrForeignKeyViolated):
		return fmt.Errorf("%w (%w)", lab.ErrConflict, err)
	case errors.Is(err, lab.ErrUnavailable): // it is translated already
		return err
	}
	if why := away(err); why != nil {
		return fmt.Errorf("%w (%w)", why, err)
	}
	return err
}

// Why nothing can be saved just now, where that is known. Each is lab.ErrUnavailable.
var (
	ErrBusy     = fmt.Errorf("%w: another program writes to it, or keeps it locked", lab.ErrUnavailable)
	ErrFull     = fmt.Errorf("%w: the disk is full", lab.ErrUnavailable)
	ErrReadOnly = fmt.Errorf("%w: it can be read, but not written", lab.ErrUnavailable)
)

// away is why a database could not be reached, or could not write; nil for an error
// that means something else.
func away(err error) error {
	var network net.Error
	if errors.Is(err, driver.ErrBadConn) || errors.Is(err, io.ErrUnexpectedEOF) || errors.As(err, &network) {
		return lab.ErrUnavailable
	}
	if why := sqliteAway(err); why != nil {
		return why
	}
	return postgresAway(err)
}

// NewID returns an id that nothing has yet, for a form that is to count once.
func (s *Store) NewID() lab.ID { return s.ids.Next() }

// Notes are what whoever opened the registry should be told of its place, a sentence
// each.
func (s *Store) Notes() []string { return s.notes }

// Ping tells whether look-ups can be answered: it looks up a code that nobody has.
func (s *Store) Ping(ctx context.Context) error {
	_, err := s.Lookup(ctx, []CodeHash{{}})
	if errors.Is(err, lab.ErrNotFound) {
		return nil
	}
	return err
}

// owned are the tables of services. Every statement on one names service_id.
var owned = []string{
	"imports", "visits", "drafts", "sample_counters", "samples", "sample_expectations", "analyses", "findings", "publications",
	"service_years", "audit_heads", "audit_events", "sample_facts", "finding_facts",
	"analysis_questions", "record_views", "read_outs",
}

var namesOwned = regexp.MustCompile(`(?i)(\b(from|join|update|into)\b|,)\s*"?` + "`?(" + strings.Join(owned, "|") + ")\\b")

// guard makes every statement on a table of services fail that does not name
// service_id: on Citus it would go to all shards or be refused.
func guard(db *gorm.DB) error {
	check := func(tx *gorm.DB) {
		statement := tx.Statement.SQL.String()
		if namesOwned.MatchString(statement) && !strings.Contains(statement, "service_id") {
			_ = tx.AddError(fmt.Errorf("statement on a service's table without service_id: %s", statement))
		}
	}
	on := db.Callback()
	return errors.Join( // before it runs where the statement is given, after where GORM makes it
		on.Raw().Before("gorm:raw").Register("marquis:guard", check),
		on.Row().Before("gorm:row").Register("marquis:guard given", check),
		on.Row().After("gorm:row").Register("marquis:guard", check),
		on.Query().Before("gorm:query").Register("marquis:guard given", check),
		on.Query().After("gorm:query").Register("marquis:guard", check),
		on.Create().After("gorm:create").Register("marquis:guard", check),
		on.Update().After("gorm:update").Register("marquis:guard", check),
		on.Delete().After("gorm:delete").Register("marquis:guard", check),
	)
}
