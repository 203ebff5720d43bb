package sqlstore

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"iter"
	"net/url"
	"path/filepath"
	"strings"

	"github.com/pressly/goose/v3/lock"
	"gorm.io/gorm"
)

// migrateLock is the name of the file that one who migrates holds.
const migrateLock = "migrate.lock"

type sqliteDialect struct{ folder string }

func (sqliteDialect) name() string { return "sqlite" }
func (sqliteDialect) lock() string { return "" }

func (d sqliteDialect) locker() (lock.SessionLocker, error) {
	return &folderLock{path: filepath.Join(d.folder, migrateLock)}, nil
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
	if err := makeFile(l.path); err != nil {
		return err
	}
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
