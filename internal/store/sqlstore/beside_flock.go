//go:build darwin || dragonfly || freebsd || linux || netbsd || openbsd

package sqlstore

import (
	"errors"
	"os"
	"path/filepath"
	"syscall"
	"time"
)

// openLock is the name of the file that everybody shares who has the SQLite file open. It is
// apart from the lock that keeps restores away, which a process cannot try while it shares it.
const openLock = "open.lock"

// presence is that this process has a SQLite file open.
type presence struct{ file *os.File }

// showPresence lets others see that the file in a folder is open here; nil where that cannot be
// shown.
func showPresence(folder string) *presence {
	file, err := os.OpenFile(filepath.Join(folder, openLock), os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil
	}
	for range 50 { // whoever looks for others keeps it for a moment
		if err = flock(file, syscall.LOCK_SH); err == nil {
			return &presence{file}
		}
		time.Sleep(time.Millisecond)
	}
	_ = file.Close()
	return nil
}

func flock(file *os.File, how int) (err error) {
	for again := true; again; again = errors.Is(err, syscall.EINTR) {
		err = syscall.Flock(int(file.Fd()), how|syscall.LOCK_NB)
	}
	return err
}

// beside tells whether somebody else has the file open, or that cannot be told.
func (p *presence) beside() bool {
	if p == nil {
		return true
	}
	alone := flock(p.file, syscall.LOCK_EX) == nil
	shared := flock(p.file, syscall.LOCK_SH) == nil // a try that fails lets go of it, too
	return !alone || !shared
}

func (p *presence) end() error {
	if p == nil {
		return nil
	}
	return p.file.Close()
}
