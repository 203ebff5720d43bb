package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"iter"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/pressly/goose/v3/lock"
	"gorm.io/driver/sqlite"
	"gorm.io/gorm"
	modernc "modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

// SQLiteFile is the name of the registry's file in its folder.
const SQLiteFile = "marquis.db"

// readers is the number of connections that read at the same time.
const readers = 8

type sqliteDialect struct{ folder string }

func (sqliteDialect) name() string { return "sqlite" }
func (sqliteDialect) lock() string { return "" }

func (d sqliteDialect) locker() (lock.SessionLocker, error) {
	return &folderLock{path: filepath.Join(d.folder, "migrate.lock")}, nil
}

// folderLock is held by an exclusive transaction in a database of its own, so that
// it ends with the process, however that ends.
type folderLock struct {
	path string
	pool *sql.DB
	tx   *sql.Tx
}

// SessionLock waits for the lock, at most a minute.
func (l *folderLock) SessionLock(ctx context.Context, _ *sql.Conn) (err error) {
	source := url.URL{Scheme: "file", Path: l.path, RawQuery: "_pragma=busy_timeout(60000)&_txlock=exclusive"}
	if l.pool, err = sql.Open("sqlite", source.String()); err != nil {
		return err
	}
	if l.tx, err = l.pool.BeginTx(ctx, nil); err != nil {
		return errors.Join(fmt.Errorf("wait for another migration: %w", err), l.pool.Close())
	}
	return nil
}

// SessionUnlock gives the lock back.
func (l *folderLock) SessionUnlock(context.Context, *sql.Conn) error {
	return errors.Join(l.tx.Rollback(), l.pool.Close())
}

// check has nothing to refuse: triggers keep the audit trail on SQLite.
func (sqliteDialect) check(context.Context, *gorm.DB) error { return nil }

func (sqliteDialect) month(column string) string { return "substr(" + column + ", 6, 2)" }

// sqliteDialector translates the errors of modernc's driver, which GORM's own
// dialector does not know.
type sqliteDialector struct{ *sqlite.Dialector }

func (d sqliteDialector) Translate(err error) error {
	var known *modernc.Error
	if !errors.As(err, &known) {
		return err
	}
	switch known.Code() {
	case sqlite3.SQLITE_CONSTRAINT_UNIQUE, sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY:
		return fmt.Errorf("%w: %w", gorm.ErrDuplicatedKey, err)
	case sqlite3.SQLITE_CONSTRAINT_FOREIGNKEY:
		return fmt.Errorf("%w: %w", gorm.ErrForeignKeyViolated, err)
	}
	return err
}

// sqliteAway tells that the file cannot be read or written just now.
func sqliteAway(err error) bool {
	var known *modernc.Error
	if !errors.As(err, &known) {
		return false
	}
	switch known.Code() & 0xff { // the first byte is the kind of error
	case sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_FULL, sqlite3.SQLITE_READONLY:
		return true
	}
	return false
}

func (s *Store) openSQLite(ctx context.Context, c Config) error {
	if err := os.MkdirAll(c.Folder, 0o700); err != nil {
		return fmt.Errorf("make the data folder: %w", err)
	}
	path, err := filepath.Abs(filepath.Join(c.Folder, SQLiteFile))
	if err != nil {
		return err
	}
	info, err := os.Stat(path)
	fresh := errors.Is(err, os.ErrNotExist) || err == nil && info.Size() == 0
	if s.write, err = openSQLitePool(path, 1, "_txlock=immediate"); err != nil {
		return err
	}
	s.dialect = sqliteDialect{filepath.Dir(path)}
	if fresh {
		if _, err := s.migrate(ctx); err != nil {
			return errors.Join(err, s.Close())
		}
	}
	s.folding = make(chan struct{}, readers/connectionsPerFold)
	s.read, err = openSQLitePool(path, readers, "_pragma=query_only(1)")
	return err
}

func openSQLitePool(path string, connections int, options string) (*gorm.DB, error) {
	source := url.URL{Scheme: "file", Path: path, RawQuery: "_pragma=busy_timeout(10000)&_pragma=journal_mode(WAL)" +
		"&_pragma=synchronous(FULL)&_pragma=foreign_keys(1)&_pragma=secure_delete(1)&_pragma=trusted_schema(0)" +
		"&_pragma=cache_size(-65536)&" + options}
	pool, err := sql.Open("sqlite", source.String())
	if err != nil {
		return nil, err
	}
	pool.SetMaxOpenConns(connections)
	pool.SetMaxIdleConns(connections)
	db, err := gorm.Open(sqliteDialector{&sqlite.Dialector{Conn: pool}}, gormConfig())
	for range 200 { // who makes the file holds it for a moment, and SQLite does not wait for that by itself
		if !isBusy(err) {
			break
		}
		time.Sleep(50 * time.Millisecond)
		db, err = gorm.Open(sqliteDialector{&sqlite.Dialector{Conn: pool}}, gormConfig())
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("open %s: %w", path, err), pool.Close())
	}
	return db, nil
}

func isBusy(err error) bool {
	var known *modernc.Error
	return errors.As(err, &known) && known.Code()&0xff == sqlite3.SQLITE_BUSY
}

// insert runs one prepared statement for many rows at a time.
func (sqliteDialect) insert(ctx context.Context, _ *sql.Conn, tx *gorm.DB, table string, columns []string, rows iter.Seq[[]any]) error {
	const most = 900 // values in a statement
	width := max(1, most/len(columns)) * len(columns)
	full, err := prepareInsert(ctx, tx, table, columns, width) //nolint:sqlclosecheck // it is closed below, after its last use in the loop
	if err != nil {
		return err
	}
	defer full.Close()
	values := make([]any, 0, width)
	for row := range rows {
		values = append(values, row...)
		if len(values) < width {
			continue
		}
		if _, err := full.ExecContext(ctx, values...); err != nil {
			return sqliteDialector{}.Translate(err)
		}
		values = values[:0]
	}
	if len(values) == 0 {
		return nil
	}
	rest, err := prepareInsert(ctx, tx, table, columns, len(values))
	if err != nil {
		return err
	}
	defer rest.Close()
	if _, err = rest.ExecContext(ctx, values...); err != nil {
		return sqliteDialector{}.Translate(err)
	}
	return nil
}

// prepareInsert prepares a statement that takes so many values at once.
func prepareInsert(ctx context.Context, tx *gorm.DB, table string, columns []string, values int) (*sql.Stmt, error) {
	one := "(" + strings.Repeat("?,", len(columns)-1) + "?)"
	all := one + strings.Repeat(","+one, values/len(columns)-1)
	return tx.Statement.ConnPool.PrepareContext(ctx, "INSERT INTO "+table+" ("+strings.Join(columns, ",")+") VALUES "+all)
}

func (sqliteDialect) plain(v any) any {
	if valuer, ok := v.(driver.Valuer); ok {
		value, err := valuer.Value()
		if err != nil {
			return err // no driver takes an error: the insert fails and names it
		}
		return value
	}
	return plainValue(v)
}
