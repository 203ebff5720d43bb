package sqlstore

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"gorm.io/gorm"
	modernc "modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"marquis/internal/lab"
)

// FileName is the name of the SQLite file in its folder.
const FileName = "marquis.db"

// readers is the number of connections that read at the same time.
const readers = 8

// What connections to the file are told. A writer waits for other processes a fifth
// of a second at a time: between two tries it sees who has gone away, see inTurn.
const (
	sqliteWriting = "_pragma=busy_timeout(200)" + sqliteUsual + sqliteAlways + "&_pragma=cache_size(-49152)&_txlock=immediate"
	sqliteReading = "_pragma=busy_timeout(10000)" + sqliteUsual + sqliteAlways + readerCache + "&_pragma=query_only(1)"
	sqliteFrozen  = "mode=ro&immutable=1" + sqliteAlways + readerCache
	sqliteUsual   = "&_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)"
	sqliteAlways  = "&_pragma=foreign_keys(1)&_pragma=secure_delete(1)&_pragma=trusted_schema(0)"

	// Each reader has a cache of its own, in KiB: what is not in it the system still has in memory.
	readerCache = "&_pragma=cache_size(-16384)"
)

// openSQLite opens the file, which is made where there is none. Where nothing can be
// written just now it is opened for reading, see sqliteFile.
func (d *DB) openSQLite(ctx context.Context, c Config) error {
	path, err := filepath.Abs(filepath.Join(c.Folder, FileName))
	if err != nil {
		return err
	}
	folder := filepath.Dir(path)
	if err := makeFolder(folder); err != nil {
		return fmt.Errorf("make the data folder: %w", err)
	}
	if err := d.stayOpen(ctx, folder); err != nil {
		return err
	}
	if err := notCutOff(folder); err != nil {
		return errors.Join(err, d.Close())
	}
	if d.Fresh, err = d.makePrivate(path); err != nil {
		return errors.Join(fmt.Errorf("make the registry's file: %w", err), d.Close())
	}
	d.dialect, d.file, d.Readers = sqliteDialect{filepath.Dir(path)}, &sqliteFile{path: path}, readers
	if d.Write, err = d.file.pool(1, d.file.write); err == nil {
		d.Read, err = d.file.pool(readers, d.file.read)
	}
	if err == nil {
		err = d.file.ping(ctx, 0)
	}
	if err != nil && !unwritable(err) {
		return errors.Join(err, d.Close())
	}
	return nil
}

// ping opens a connection of a pool. Who makes the file holds it for a moment, and
// SQLite does not wait for that by itself.
func (f *sqliteFile) ping(ctx context.Context, pool int) (err error) {
	for range 200 {
		if err = f.pools[pool].PingContext(ctx); !isBusy(err) {
			break
		}
		time.Sleep(50 * time.Millisecond)
	}
	if err != nil {
		return fmt.Errorf("open %s: %w", f.path, err)
	}
	return nil
}

// makeFolder makes a folder where it is missing, for its owner alone.
func makeFolder(path string) error {
	if _, err := os.Stat(path); !errors.Is(err, fs.ErrNotExist) {
		return nil // what else is wrong with it its file says
	}
	return errors.Join(os.MkdirAll(path, 0o700), os.Chmod(path, 0o700))
}

// makePrivate makes the file where it is missing, and keeps others
// from reading it, whatever the process's umask. It tells whether the file is empty,
// and notes what it cannot keep from others. It opens no file that is there: closing
// it would end the locks that this process has on it.
func (d *DB) makePrivate(path string) (fresh bool, err error) {
	if err := makeFile(path); err != nil {
		return false, err
	}
	for _, path := range []string{path, path + "-wal", path + "-shm", filepath.Join(filepath.Dir(path), migrateLock)} {
		if err := closeToOthers(path); err != nil {
			d.Notes = append(d.Notes, err.Error())
		}
	}
	openToOwner(path)
	info, err := os.Stat(path)
	return err == nil && info.Size() == 0, err
}

// openToOwner lets the owner of the file write those beside it too: made while the
// file could only be read they have its mode, and with it nothing could be saved when
// the file can be written again.
func openToOwner(path string) {
	file, err := os.Stat(path)
	if err != nil || runtime.GOOS == "windows" || file.Mode().Perm()&0o200 == 0 {
		return
	}
	for _, suffix := range []string{"-wal", "-shm"} {
		if beside, err := os.Stat(path + suffix); err == nil && beside.Mode().Perm()&0o200 == 0 {
			_ = os.Chmod(path+suffix, beside.Mode().Perm()|0o200) // whoever may not goes on reading
		}
	}
}

// makeFile makes an empty file that only its owner may read, unless there is one.
// SQLite gives the files beside it the same mode.
func makeFile(path string) error {
	if _, err := os.Stat(path); err == nil {
		return nil
	}
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if errors.Is(err, fs.ErrExist) { // another process was first
		return nil
	}
	if err != nil {
		return err
	}
	return errors.Join(f.Close(), os.Chmod(path, 0o600))
}

// closeToOthers takes from everybody but its owner the right to a file.
func closeToOthers(path string) error {
	info, err := os.Stat(path)
	if err != nil || runtime.GOOS == "windows" || info.Mode().Perm()&0o077 == 0 {
		return nil //nolint:nilerr // there is no such file
	}
	if err := os.Chmod(path, info.Mode().Perm()&0o700); err != nil {
		return fmt.Errorf("others on this machine may read %s, and its mode cannot be changed from here; as its owner type: chmod 600 %[1]s", path)
	}
	return nil
}

// sqliteFile opens connections to the file. Where the file or its folder cannot be
// written, or the disk is full, SQLite cannot open it as usual, since it writes two
// files beside it. Then it is read as it lies, for one statement at a time and by
// connections of which nothing is kept, so that the usual ones come back by
// themselves when there is room. Nothing is written while such a connection is open:
// it would not see that the file changes.
type sqliteFile struct {
	path   string
	pools  []*sql.DB    // the one that writes, the one that reads
	unkept atomic.Bool  // connections are not kept between statements
	frozen atomic.Int64 // connections that read the file as it lies
	gate   sync.Mutex   // held while one of these, or one that writes, is opened
}

// connecting is a way to open a connection, as database/sql asks for it.
type connecting func(context.Context) (driver.Conn, error)

func (c connecting) Connect(ctx context.Context) (driver.Conn, error) { return c(ctx) }
func (c connecting) Driver() driver.Driver                            { return &modernc.Driver{} }

// pool makes a pool of so many connections.
func (f *sqliteFile) pool(most int, connect connecting) (*gorm.DB, error) {
	pool := sql.OpenDB(connect)
	pool.SetMaxOpenConns(most)
	pool.SetMaxIdleConns(most)
	f.pools = append(f.pools, pool)
	return gorm.Open(sqliteDialector{pool}, gormConfig())
}

// keep says whether connections are kept between statements.
func (f *sqliteFile) keep(kept bool) {
	if kept && !f.unkept.Swap(false) {
		return
	}
	f.unkept.Store(!kept)
	for _, pool := range f.pools {
		if most := pool.Stats().MaxOpenConnections; kept {
			pool.SetMaxIdleConns(most)
		} else {
			pool.SetMaxIdleConns(-1)
		}
	}
}

func (f *sqliteFile) connect(ctx context.Context, options string) (driver.Conn, error) {
	source := url.URL{Scheme: "file", Path: f.path, RawQuery: options}
	connector, err := modernc.NewConnector(source.String())
	if err != nil {
		return nil, err
	}
	return connector.Connect(ctx)
}

// write opens a connection for writing, once nobody reads the file as it lies.
func (f *sqliteFile) write(ctx context.Context) (driver.Conn, error) {
	f.gate.Lock()
	defer f.gate.Unlock()
	for until := time.Now().Add(frozenWait); f.frozen.Load() > 0; time.Sleep(frozenWait / 100) {
		if time.Now().After(until) {
			return nil, fmt.Errorf("%w: it is being read as it lies", ErrReadOnly)
		}
	}
	openToOwner(f.path)
	return f.connect(ctx, sqliteWriting)
}

// frozenWait is for how long who reads the file as it lies is waited for; meanwhile no
// other begins to.
const frozenWait = 200 * time.Millisecond

// read opens a connection for reading, as usual or as the file lies.
func (f *sqliteFile) read(ctx context.Context) (driver.Conn, error) {
	conn, err := f.connect(ctx, sqliteReading)
	if err == nil || !unwritable(err) {
		return conn, err
	}
	if err := f.leftover(); err != nil {
		return nil, err
	}
	f.gate.Lock()
	defer f.gate.Unlock()
	if conn, frozenErr := f.connect(ctx, sqliteFrozen); frozenErr == nil {
		f.keep(false)
		f.frozen.Add(1)
		return &frozen{Conn: conn, file: f}, nil
	}
	return nil, err
}

// leftover refuses to read a file as it lies beside which there is something that
// SQLite has not written into it yet.
func (f *sqliteFile) leftover() error {
	for _, suffix := range []string{"-wal", "-journal"} {
		if info, err := os.Stat(f.path + suffix); err == nil && info.Size() > 0 {
			return fmt.Errorf("%w: %s holds what was saved last, and cannot be read while nothing can be written there; make room or "+
				"give the folder back its right to be written, and start again. Do not remove that file", lab.ErrUnavailable, f.path+suffix)
		}
	}
	return nil
}

// frozen is a connection that reads the file as it lies.
type frozen struct {
	driver.Conn
	file *sqliteFile
}

// Close ends the connection.
func (c *frozen) Close() error {
	defer c.file.frozen.Add(-1)
	return c.Conn.Close()
}

// sqliteCode is the kind of an error of SQLite, 0 for any other.
func sqliteCode(err error) int {
	var known *modernc.Error
	if !errors.As(err, &known) {
		return 0
	}
	return known.Code() & 0xff // the first byte is the kind
}

func isBusy(err error) bool { return sqliteCode(err) == sqlite3.SQLITE_BUSY }

// unwritable tells that SQLite could not write what it writes in order to read.
func unwritable(err error) bool {
	switch sqliteCode(err) {
	case sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_FULL, sqlite3.SQLITE_READONLY:
		return true
	}
	return false
}

// sqliteAway tells that the file cannot be read or written just now, and why.
func sqliteAway(err error) error {
	var known *modernc.Error
	switch {
	case !errors.As(err, &known):
		return nil
	case known.Code() == sqlite3.SQLITE_IOERR_SHMSIZE: // no room for the file beside it
		return ErrFull
	}
	switch sqliteCode(err) {
	case sqlite3.SQLITE_FULL:
		return ErrFull
	case sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN:
		return ErrReadOnly
	case sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED:
		return ErrBusy
	case sqlite3.SQLITE_IOERR:
		return lab.ErrUnavailable
	}
	return nil
}
