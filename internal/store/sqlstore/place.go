package sqlstore

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"
)

// ErrThere means that there is a file already where one should be made.
var ErrThere = errors.New("there is a file already")

// ErrRestoring means that another restore is at work at a place, or the program itself.
var ErrRestoring = errors.New("another restore, or the program itself, is at work there; wait until it has ended, or stop it")

// restoreLock is the name of the lock that one who restores has, and that all share who
// have the file open: whoever goes on with a file that was moved away would save there what
// is lost.
const restoreLock = "restore"

// stayOpen keeps restores away from the folder for as long as the file in it is open. Where
// no lock can be had, since nothing can be written there, nothing can be restored either.
func (d *DB) stayOpen(ctx context.Context, folder string) error {
	l := &folderLock{path: filepath.Join(folder, restoreLock+".lock")}
	switch err := l.share(ctx); {
	case isBusy(err):
		return fmt.Errorf("%w: a restore is at work in %s; wait until it has ended", ErrBusy, folder)
	case err == nil:
		d.release = l.release
	}
	d.presence = showPresence(folder)
	return nil
}

// Beside tells whether another process has the SQLite file open, as far as that can be told:
// it does not see when this one lets go of the file, and has to find it free as it looks.
func (d *DB) Beside() bool { return d.file != nil && d.presence.beside() }

// Awaited tells whether anybody waits to write to the SQLite file, in this process or another,
// or that it cannot be told. On PostgreSQL nobody waits for a load.
func (d *DB) Awaited() bool { return d.file != nil && d.presence.awaited() }

// notCutOff refuses to begin a registry where one was being restored.
func notCutOff(folder string) error {
	aside := filepath.Join(folder, draftFolder)
	if _, err := os.Lstat(aside); err != nil {
		return nil //nolint:nilerr // there is none
	}
	if _, err := os.Lstat(filepath.Join(folder, FileName)); err == nil {
		return nil
	}
	return fmt.Errorf("a restore into %s was cut off: type it again, or remove %s to begin a registry with nothing in it", folder, aside)
}

// RestoreAlone runs work on an empty database while no other restore does, or returns
// ErrRestoring. For a SQLite file NewFile sees to that.
func (d *DB) RestoreAlone(ctx context.Context, work func() error) (err error) {
	if d.file != nil {
		return work()
	}
	unlock, ok, err := d.TryLock(ctx, "restore")
	// PostgreSQL keeps what a restore has that was killed until it notices that.
	for range 25 {
		if ok || err != nil {
			break
		}
		time.Sleep(200 * time.Millisecond)
		unlock, ok, err = d.TryLock(ctx, "restore")
	}
	switch {
	case err != nil:
		return fmt.Errorf("see whether another restore is at work: %w", err)
	case !ok:
		return ErrRestoring
	}
	defer func() { err = errors.Join(err, unlock()) }()
	return work()
}

// MayMakeFile refuses a folder in which a SQLite file lies, or in which somebody is at
// work, and changes nothing there.
func MayMakeFile(ctx context.Context, c Config) error {
	if err := noFile(c); err != nil {
		return err
	}
	if _, err := os.Lstat(filepath.Join(c.Folder, restoreLock+".lock")); err != nil {
		return nil //nolint:nilerr // nobody has it
	}
	unlock, ok, err := tryFolderLock(ctx, c.Folder, restoreLock)
	switch {
	case err != nil:
		return err
	case !ok:
		return fmt.Errorf("%s: %w", c.Folder, ErrRestoring)
	}
	return unlock()
}

// noFile refuses a folder in which a SQLite file lies, or something of one.
func noFile(c Config) error {
	for _, suffix := range []string{"", "-wal", "-journal"} {
		path := filepath.Join(c.Folder, FileName+suffix)
		if _, err := os.Lstat(path); !errors.Is(err, fs.ErrNotExist) {
			return errors.Join(fmt.Errorf("%w: %s", ErrThere, path), err)
		}
	}
	return nil
}

// draftFolder is where a SQLite file lies until it is whole.
const draftFolder = ".restoring"

// NewFile makes a SQLite file in its folder, whole or not at all: it is made aside, and
// gets its place when make has ended without an error and it lies safely on the disk.
// Whoever has made a file there meanwhile keeps it. What was cut off before is removed.
func NewFile(ctx context.Context, c Config, make func(aside Config) error) (err error) {
	if c.Folder, err = filepath.Abs(c.Folder); err != nil {
		return err
	}
	if err := os.MkdirAll(c.Folder, 0o700); err != nil {
		return err
	}
	unlock, ok, err := tryFolderLock(ctx, c.Folder, restoreLock)
	switch {
	case err != nil:
		return err
	case !ok:
		return fmt.Errorf("%s: %w", c.Folder, ErrRestoring)
	}
	defer func() { err = errors.Join(err, unlock()) }()
	aside := c
	aside.Folder = filepath.Join(c.Folder, draftFolder)
	if err := os.RemoveAll(aside.Folder); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(aside.Folder)) }()
	if err := errors.Join(noFile(c), os.Mkdir(aside.Folder, 0o700)); err != nil {
		return err
	}
	if err := make(aside); err != nil {
		return err
	}
	return place(filepath.Join(aside.Folder, FileName), filepath.Join(c.Folder, FileName))
}

// place gives a whole file its name, which nobody may have yet.
func place(file, name string) error {
	if err := syncPath(file); err != nil {
		return err
	}
	err := os.Link(file, name) // which replaces nothing
	if errors.Is(err, fs.ErrExist) {
		return fmt.Errorf("%w: %s was made meanwhile, and stays as it is", ErrThere, name)
	}
	if err != nil { // the file system has no links
		err = os.Rename(file, name)
	}
	return errors.Join(err, syncPath(filepath.Dir(name)))
}

// syncPath makes a file, or the names in a folder, lie safely on the disk.
func syncPath(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}
