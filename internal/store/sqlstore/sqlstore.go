// Package sqlstore is the database beneath internal/store: connections to a SQLite
// file or to PostgreSQL, turns to write, migrations, loads and rights. It knows no
// record: of lab it has the errors that a database may end in, and the ids, days and
// instants that the two databases keep each in their own way.
package sqlstore

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"iter"
	"time"

	"github.com/pressly/goose/v3/lock"
	"gorm.io/gorm"
	"gorm.io/gorm/logger"
)

// Config says where the registry is kept. Without a URL it is the SQLite file
// marquis.db in the folder.
type Config struct {
	Folder      string
	DatabaseURL string // postgres://…
	Plain       bool   // what goes to PostgreSQL on another machine may be open to read on the way
}

// Tables says which rules of their own tables have, by their names.
type Tables struct {
	OfServices []string // every statement on one names service_id
	OnlyAdded  []string // nobody changes or removes their rows
}

// DB is an open database. It is safe for concurrent use.
type DB struct {
	Write   *gorm.DB // on SQLite a pool of one connection, whose transactions lock at once
	Read    *gorm.DB // on PostgreSQL the same pool
	Readers int      // connections that may read at the same time
	Fresh   bool     // the file has just been made and has no tables
	Notes   []string // what whoever opened it should be told of its place, a sentence each

	dialect  dialect
	tables   Tables
	now      func() time.Time
	file     *sqliteFile   // nil on PostgreSQL
	presence *presence     // shows others that the SQLite file is open; nil where that cannot be shown
	release  func() error  // lets restores come to the file again; nil where they are not kept away
	writing  chan struct{} // on PostgreSQL a place for each that may write, so that some connections are left for reading
	writable writability
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
	// connection of the transaction. The values were made by plain; a row is valid until
	// the next is asked for.
	insert(ctx context.Context, conn *sql.Conn, tx *gorm.DB, table string, columns []string, rows iter.Seq[[]any]) error
	// plain turns what the domain writes in its own way, of which it is given the address,
	// into what insert takes.
	plain(v driver.Valuer) any
	// lock is the clause that locks the rows that a SELECT reads, empty where the
	// whole transaction holds the lock.
	lock() string
	// columns is the statement that tells the columns of a table, their types in small
	// letters, and their places in its primary key.
	columns() string
	// text is the SQL that writes the values of a column as text, the same on both.
	text(c Column) string
	// inByteOrder sorts texts by their bytes.
	inByteOrder(name string) string
	// isolation is that of a transaction which sees all tables as of one moment, and
	// oneMoment refuses a database where it would not.
	isolation() sql.IsolationLevel
	oneMoment(tx *gorm.DB) error
	// tryLock takes a lock that one process has at a time, or returns false.
	tryLock(ctx context.Context, d *DB, name string) (unlock func() error, ok bool, err error)
	// limitWaits limits for how long a transaction waits for locks of others.
	limitWaits(tx *gorm.DB, most time.Duration) error
}

// Open connects to the database, whatever schema it has. A SQLite file is made where
// there is none. Before anything is read, whoever opens it gives a fresh one its tables
// and then waits, see Migrate and Await. The clock is given.
func Open(ctx context.Context, c Config, tables Tables, now func() time.Time) (*DB, error) {
	d := &DB{tables: tables, now: now}
	open := d.openSQLite
	if c.DatabaseURL != "" {
		open = d.openPostgres
	}
	if err := open(ctx, c); err != nil {
		return nil, err
	}
	for _, db := range []*gorm.DB{d.Write, d.Read} {
		if err := guard(db, tables.OfServices); err != nil {
			return nil, errors.Join(err, d.Close())
		}
	}
	return d, nil
}

// Await returns when the database can be read.
func (d *DB) Await(ctx context.Context) error {
	if d.file == nil {
		return nil
	}
	return d.file.ping(ctx, 1)
}

// CheckRole refuses a role of the database that could change what is only added to,
// or that may not read everything.
func (d *DB) CheckRole(ctx context.Context) error { return d.dialect.check(ctx, d.Read) }

// OnSQLite tells that the database is a SQLite file.
func (d *DB) OnSQLite() bool { return d.file != nil }

// Lock is the clause that locks the rows that a SELECT reads until the transaction
// ends, empty where the whole transaction holds the lock.
func (d *DB) Lock() string { return d.dialect.lock() }

// gormConfig keeps GORM silent: its logger prints values.
func gormConfig() *gorm.Config {
	return &gorm.Config{Logger: logger.Discard, TranslateError: true, SkipDefaultTransaction: true, DisableAutomaticPing: true}
}

// Close closes the database.
func (d *DB) Close() error {
	var errs []error
	for _, db := range []*gorm.DB{d.Write, d.Read} {
		if db == nil {
			continue
		}
		pool, err := db.DB()
		if err == nil {
			err = pool.Close()
		}
		errs = append(errs, err)
	}
	presence := d.presence
	d.presence = nil
	errs = append(errs, presence.end())
	if release := d.release; release != nil {
		d.release = nil
		errs = append(errs, release())
	}
	return errors.Join(errs...)
}

// Transact runs a unit of work in one transaction. Whatever runs in it must read
// through tx: reading through the pool could wait for ever for SQLite's one
// writing connection.
//
// It waits its turn no longer than the context allows, see WaitAtMost.
func (d *DB) Transact(ctx context.Context, work func(tx *gorm.DB) error) error {
	return d.inTurn(ctx, func(ctx context.Context, begin func(tx *gorm.DB) error) error {
		return d.Write.WithContext(ctx).Transaction(func(tx *gorm.DB) error {
			if err := begin(tx); err != nil {
				return err
			}
			return work(tx)
		})
	})
}
