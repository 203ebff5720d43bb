package sqlstore

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"path/filepath"

	"github.com/pressly/goose/v3/lock"
)

// migrateLock is the name of the file that one who migrates holds.
const migrateLock = "migrate.lock"

func (d sqliteDialect) locker() (lock.SessionLocker, error) {
	return &folderLock{path: filepath.Join(d.folder, migrateLock), wait: 60_000}, nil
}

// folderLock is held by an exclusive transaction in a database of its own, so that
// it ends with the process, however that ends.
type folderLock struct {
	path string
	wait int // for it, in milliseconds
	pool *sql.DB
	tx   *sql.Tx
}

// SessionLock waits for the lock, at most a minute.
func (l *folderLock) SessionLock(ctx context.Context, _ *sql.Conn) (err error) {
	if err := l.take(ctx); err != nil {
		return fmt.Errorf("wait for another migration: %w", err)
	}
	return nil
}

func (l *folderLock) take(ctx context.Context) error { return l.begin(ctx, "exclusive") }

// share takes the lock together with others who share it, and keeps away who takes it.
func (l *folderLock) share(ctx context.Context) error {
	if err := l.begin(ctx, "deferred"); err != nil {
		return err
	}
	var tables int
	if err := l.tx.QueryRowContext(ctx, "SELECT count(*) FROM sqlite_master").Scan(&tables); err != nil {
		return errors.Join(err, l.release())
	}
	return nil
}

func (l *folderLock) begin(ctx context.Context, kind string) (err error) {
	if err := makeFile(l.path); err != nil {
		return err
	}
	source := url.URL{Scheme: "file", Path: l.path, RawQuery: fmt.Sprintf("_pragma=busy_timeout(%d)&_txlock=%s", l.wait, kind)}
	if l.pool, err = sql.Open("sqlite", source.String()); err != nil {
		return err
	}
	if l.tx, err = l.pool.BeginTx(context.WithoutCancel(ctx), nil); err != nil { // it is held for longer than whoever takes it waits
		return errors.Join(err, l.pool.Close())
	}
	return nil
}

// SessionUnlock gives the lock back.
func (l *folderLock) SessionUnlock(context.Context, *sql.Conn) error { return l.release() }

func (l *folderLock) release() error { return errors.Join(l.tx.Rollback(), l.pool.Close()) }

// tryFolderLock takes the lock of a folder with the name, or returns false.
func tryFolderLock(ctx context.Context, folder, name string) (unlock func() error, ok bool, err error) {
	l := &folderLock{path: filepath.Join(folder, name+".lock")}
	switch err := l.take(ctx); {
	case isBusy(err):
		return nil, false, nil
	case err != nil:
		return nil, false, err
	}
	return l.release, true, nil
}

// TryLock takes a lock of the database that one process has at a time, or returns false.
// It ends with the process, however that ends.
func (d *DB) TryLock(ctx context.Context, name string) (unlock func() error, ok bool, err error) {
	return d.dialect.tryLock(ctx, d, name)
}

// tryLock needs a file beside the database; where none can be made nobody can be kept
// out, and what only reads goes on.
func (d sqliteDialect) tryLock(ctx context.Context, _ *DB, name string) (unlock func() error, ok bool, err error) {
	unlock, ok, err = tryFolderLock(ctx, d.folder, name)
	if err != nil {
		return func() error { return nil }, true, nil //nolint:nilerr // see above
	}
	return unlock, ok, nil
}

func (postgresDialect) tryLock(ctx context.Context, d *DB, name string) (unlock func() error, ok bool, err error) {
	pool, err := d.Write.DB()
	if err != nil {
		return nil, false, err
	}
	conn, err := pool.Conn(ctx)
	if err != nil {
		return nil, false, err
	}
	err = conn.QueryRowContext(ctx, "SELECT pg_try_advisory_lock(hashtext('marquis ' || $1))", name).Scan(&ok)
	if err != nil || !ok {
		return nil, false, errors.Join(err, conn.Close())
	}
	return func() error {
		_, err := conn.ExecContext(context.WithoutCancel(ctx), "SELECT pg_advisory_unlock(hashtext('marquis ' || $1))", name)
		return errors.Join(err, conn.Close())
	}, true, nil
}
