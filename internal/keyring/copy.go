package keyring

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"marquis/internal/lab"
)

// Copy returns the ring as its file holds it now, to be kept elsewhere, and what may be
// known of it. Whoever has the copy has the keys.
func (r *Ring) Copy() (file []byte, print lab.RingPrint, err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if err := r.refresh(); err != nil {
		return nil, print, err
	}
	held := r.held
	file, err = held.encode()
	return file, held.print(), err
}

// ErrThere means that there is a key ring already where one should be put.
var ErrThere = errors.New("there is a key ring already")

var errNoCopy = errors.New("the copy of the key ring is damaged, or is no key ring")

// ReadCopy tells what may be known of a copy of a ring.
func ReadCopy(file []byte) (lab.RingPrint, error) {
	held, ok := decode(file)
	if !ok {
		return lab.RingPrint{}, errNoCopy
	}
	return held.print(), nil
}

// OpenCopy opens a copy of a ring that lies in no file, to be looked at.
func OpenCopy(file []byte) (*Ring, error) {
	held, ok := decode(file)
	if !ok {
		return nil, errNoCopy
	}
	return &Ring{held: held}, nil
}

// Put writes a copy of a ring where there is none yet, so that only its owner may read
// it: whole or not at all.
func Put(path string, file []byte) error {
	if _, err := ReadCopy(file); err != nil {
		return err
	}
	if _, err := os.Lstat(path); !errors.Is(err, fs.ErrNotExist) {
		return errors.Join(fmt.Errorf("%w at %s", ErrThere, path), err)
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	fresh := path + ".new"
	if err := os.Remove(fresh); err != nil && !errors.Is(err, fs.ErrNotExist) { // of a try that was cut off
		return err
	}
	if err := writeDurably(fresh, file); err != nil {
		return err
	}
	err := os.Link(fresh, path) // which replaces nothing
	if errors.Is(err, fs.ErrExist) {
		return errors.Join(fmt.Errorf("%w at %s", ErrThere, path), os.Remove(fresh))
	}
	if err == nil {
		err = os.Remove(fresh)
	} else { // the file system has no links
		err = os.Rename(fresh, path)
	}
	return errors.Join(err, syncFolder(filepath.Dir(path)))
}
