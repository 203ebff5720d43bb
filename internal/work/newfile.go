package work

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"marquis/internal/archive"
)

// partSuffix ends the name of a file that is being written.
const partSuffix = ".marquis-part"

// newFile is a file that gets its name when it is whole. Only its owner may read it.
type newFile struct {
	file *os.File
	name string
}

// ErrThere means that there is a file already where one should be written.
var ErrThere = errors.New("there is a file already; give another name")

// leftAge is after how long what lies in a folder of backups and is not whole was left by
// a backup that was cut off: others may be making theirs in the same folder.
const leftAge = 12 * time.Hour

// leftPatterns are the names of what may be left.
var leftPatterns = []string{proofPattern, archive.SpoolPattern, "*" + partSuffix}

// removeLeft removes from a folder what backups have left that were cut off: a proof, which
// lies there unencrypted, as soon as its process has ended, and the rest by its age.
func removeLeft(folder string, now time.Time) error {
	var err error
	for _, pattern := range leftPatterns {
		found, _ := filepath.Glob(filepath.Join(folder, pattern)) // the patterns are right
		for _, path := range found {
			info, gone := os.Lstat(path)
			if gone != nil {
				continue
			}
			used, left := false, false
			if info.IsDir() {
				used, left = proofState(path)
			}
			switch {
			case left:
				err = errors.Join(err, removeProof(path))
			case !used && now.Sub(info.ModTime()) > leftAge:
				err = errors.Join(err, os.RemoveAll(path))
			}
		}
	}
	return err
}

// openNewFile begins a file, under a name that no other has.
func openNewFile(name string) (*newFile, error) {
	if _, err := os.Lstat(name); !errors.Is(err, fs.ErrNotExist) {
		return nil, errors.Join(fmt.Errorf("%s: %w", name, ErrThere), err)
	}
	file, err := os.CreateTemp(filepath.Dir(name), filepath.Base(name)+".*"+partSuffix)
	if err != nil {
		return nil, err
	}
	return &newFile{file: file, name: name}, nil
}

// keep gives the file, which lies safely on the disk, its name, unless somebody else has
// it by now.
func (f *newFile) keep() error {
	err := os.Link(f.file.Name(), f.name) // which replaces nothing
	if errors.Is(err, fs.ErrExist) {
		return fmt.Errorf("%s: %w", f.name, ErrThere)
	}
	if err != nil { // the file system has no links
		if _, there := os.Lstat(f.name); !errors.Is(there, fs.ErrNotExist) {
			return errors.Join(fmt.Errorf("%s: %w", f.name, ErrThere), there)
		}
		err = os.Rename(f.file.Name(), f.name)
	}
	return errors.Join(err, syncFolder(filepath.Dir(f.name)))
}

// discard closes the file, and removes what is left of it under its first name.
func (f *newFile) discard() error {
	err := f.file.Close()
	if gone := os.Remove(f.file.Name()); !errors.Is(gone, fs.ErrNotExist) {
		err = errors.Join(err, gone)
	}
	return err
}

// syncFolder makes the names in a folder lie safely on the disk, where the system can.
func syncFolder(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	_ = f.Sync()
	return f.Close()
}
