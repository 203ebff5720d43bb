//go:build unix

package sqlstore

import (
	"errors"
	"os"
	"path/filepath"
	"time"

	"golang.org/x/sys/unix"
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
		if err = flock(file, unix.LOCK_SH); err == nil {
			return &presence{file}
		}
		time.Sleep(time.Millisecond)
	}
	_ = file.Close()
	return nil
}

func flock(file *os.File, how int) error {
	err := unix.EINTR
	for errors.Is(err, unix.EINTR) {
		err, _ = unix.Flock(int(file.Fd()), how|unix.LOCK_NB).(unix.Errno)
	}
	if err == 0 {
		return nil
	}
	return err
}

// beside tells whether somebody else has the file open, or that cannot be told.
func (p *presence) beside() bool {
	if p == nil || flock(p.file, unix.LOCK_EX) != nil {
		return true
	}
	return flock(p.file, unix.LOCK_SH) != nil
}

func (p *presence) end() error {
	if p == nil {
		return nil
	}
	return p.file.Close()
}
