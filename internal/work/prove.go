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

// proofLock is the file in a proof's folder that its process keeps locked. Renamed into
// its place once it is locked, it is never there unlocked while its process lives.
const proofLock = "lock"

// proofRegistry is where in its folder a proof restores.
const proofRegistry = "registry"

// Prove restores an archive into a folder of its own within the given one, whatever
// database it is from, verifies it there, and removes the folder again. Meanwhile all that
// the archive holds lies there unencrypted; of the key ring nothing does.
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
		return v, fmt.Errorf("%w: --scratch FOLDER", err)
	}
	ring, err := ringOf(from)
	if err != nil {
		return v, err
	}
	folder, unlock, err := proofFolder(within)
	if err != nil {
		return v, err
	}
	defer func() { err = errors.Join(err, removeProof(folder), unlock()) }()
	place := store.Config{Folder: filepath.Join(folder, proofRegistry)}
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

// proofFolder makes a folder for a proof, which is known to be in use until it is unlocked
// or the process ends.
func proofFolder(within string) (folder string, unlock func() error, err error) {
	if folder, err = os.MkdirTemp(within, proofPattern); err != nil {
		return "", nil, fmt.Errorf("make a folder for the proof (another place: --scratch FOLDER): %w", err)
	}
	if unlock, err = lockProof(folder); err != nil {
		return "", nil, errors.Join(fmt.Errorf("lock the folder of the proof (another place: --scratch FOLDER): %w", err), os.RemoveAll(folder))
	}
	return folder, unlock, nil
}

// removeProof removes the folder of a proof, and its lock last: what is cut off in between
// is known as left.
func removeProof(folder string) error {
	if err := os.RemoveAll(filepath.Join(folder, proofRegistry)); err != nil {
		return err
	}
	return os.RemoveAll(folder)
}

// ringOf opens the copy of the key ring, which stays in memory; nil where there is none.
func ringOf(from Source) (*keyring.Ring, error) {
	file, err := from.copyOfKeys()
	if err != nil || file == nil {
		return nil, err
	}
	return keyring.OpenCopy(file)
}

// sizeOfFile is how much room a registry takes as a SQLite file while it is restored, in
// bytes: with its keys and indexes a half more than its texts, and the file beside it,
// from which it is written into it, as much again.
func sizeOfFile(m archive.Manifest) int64 { return 3*m.Bytes() + 16<<20 }
