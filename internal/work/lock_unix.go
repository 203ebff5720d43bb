//go:build unix

package work

import (
	"errors"
	"os"
	"path/filepath"

	"golang.org/x/sys/unix"
)

// lockProof locks the folder of a proof until it is unlocked or the process ends.
func lockProof(folder string) (unlock func() error, err error) {
	path := filepath.Join(folder, proofLock)
	file, err := os.OpenFile(path+".new", os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return nil, err
	}
	err = unix.Flock(int(file.Fd()), unix.LOCK_EX|unix.LOCK_NB)
	if err == nil {
		err = os.Rename(path+".new", path)
	}
	if err != nil {
		return nil, errors.Join(err, file.Close())
	}
	return file.Close, nil
}

// proofState tells whether the folder of a proof is in use, or was left by a process that
// has ended; neither where that cannot be told.
func proofState(folder string) (used, left bool) {
	file, err := os.OpenFile(filepath.Join(folder, proofLock), os.O_RDWR, 0)
	if err != nil {
		return false, false
	}
	defer file.Close()
	err = unix.Flock(int(file.Fd()), unix.LOCK_EX|unix.LOCK_NB)
	return errors.Is(err, unix.EWOULDBLOCK), err == nil
}
