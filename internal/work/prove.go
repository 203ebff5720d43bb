package work

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"marquis/internal/archive"
	"marquis/internal/keyring"
	"marquis/internal/lab"
	"marquis/internal/store"
)

// mostKeys is the size of a copy of a key ring that is read, in bytes.
const mostKeys = 16 << 20

// readSmall reads a file that is sealed or not.
func readSmall(file io.Reader, opens []archive.Identity) ([]byte, error) {
	in, err := archive.Unseal(file, opens...)
	if err != nil {
		return nil, err
	}
	return io.ReadAll(io.LimitReader(in, mostKeys))
}

// proofPattern is how a folder is called in which an archive is tried.
const proofPattern = ".marquis-proof-*"

// Prove restores an archive into a folder of its own within the given one, whatever
// database it is from, verifies it there, and removes the folder again.
func Prove(ctx context.Context, from Source, within string, now func() time.Time) (m archive.Manifest, v Verified, err error) {
	if m, err = from.read(nil); err != nil {
		return m, v, fmt.Errorf("%s: %w", from.File, err)
	}
	if err := fits(m); err != nil {
		return m, v, err
	}
	v, err = prove(ctx, from, within, now)
	return m, v, err
}

func prove(ctx context.Context, from Source, within string, now func() time.Time) (v Verified, err error) {
	m, err := from.read(nil)
	if err != nil {
		return v, err
	}
	if err := removeLeft(within, now()); err != nil {
		return v, err
	}
	if err := hasRoom(within, sizeOfFile(m)); err != nil {
		return v, err
	}
	folder, err := os.MkdirTemp(within, proofPattern)
	if err != nil {
		return v, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(folder)) }()
	ring, err := ringOf(from, filepath.Join(folder, "keys.json"))
	if err != nil {
		return v, err
	}
	place := store.Config{Folder: filepath.Join(folder, "registry")}
	if _, _, err := fill(ctx, RestorePlan{Source: from, Place: place, Now: now}, m); err != nil {
		return v, err
	}
	s, err := store.Open(ctx, place, now)
	if err != nil {
		return v, err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	if v, err = Verify(ctx, s, lab.Operator("backup"), ring); err != nil {
		return v, err
	}
	return v, v.held.Compare(m)
}

// ringOf opens the copy of the key ring at a place of its own; nil where there is none.
func ringOf(from Source, path string) (*keyring.Ring, error) {
	file, err := from.copyOfKeys()
	if err != nil || file == nil {
		return nil, err
	}
	if err := keyring.Put(path, file); err != nil {
		return nil, err
	}
	return keyring.Open(path, false)
}

// sizeOfFile is how much room a registry takes as a SQLite file while it is restored, in
// bytes: with its keys and indexes a half more than its texts, and the file beside it,
// from which it is written into it, as much again.
func sizeOfFile(m archive.Manifest) int64 { return 3*m.Bytes() + 16<<20 }
