//go:build darwin || dragonfly || freebsd || linux || netbsd || openbsd

package sqlstore

import (
	"cmp"
	"errors"
	"os"
	"path/filepath"
	"sync"
	"syscall"
	"time"
)

// openLock is the name of the file that everybody shares who has the SQLite file open. It is
// apart from the lock that keeps restores away, which a process cannot try while it shares it.
const openLock = "open.lock"

// waitLock is the name of the file that everybody shares who waits to write to the SQLite file,
// and until the wait is over.
const waitLock = "wait.lock"

// presence is that this process has a SQLite file open, and whether it waits to write to it.
type presence struct {
	file *os.File

	marks   sync.Mutex
	mark    *os.File // shared while somebody here waits; nil where that cannot be shown
	waiting int
	look    *os.File // by which it is seen whether anybody does; nil where it cannot be
}

// showPresence lets others see that the file in a folder is open here; nil where that cannot be
// shown.
func showPresence(folder string) *presence {
	open := func(name string) (*os.File, error) {
		return os.OpenFile(filepath.Join(folder, name), os.O_RDWR|os.O_CREATE, 0o600)
	}
	file, err := open(openLock)
	if err != nil {
		return nil
	}
	p := &presence{file: file}
	p.mark, _ = open(waitLock)
	p.look, _ = open(waitLock) // a second time: what is opened once does not see itself
	for range 50 {             // whoever looks for others keeps it for a moment
		if err := flock(p.file, syscall.LOCK_SH); err == nil {
			return p
		}
		time.Sleep(time.Millisecond)
	}
	_ = p.end()
	return nil
}

// flock changes what is held of a file, or refuses where it has been closed meanwhile: whoever
// waited to write may be told so after the registry was closed, and the number of a closed file
// may be that of another.
func flock(file *os.File, how int) error {
	conn, err := file.SyscallConn()
	if err != nil {
		return err
	}
	var held error
	err = conn.Control(func(fd uintptr) {
		for again := true; again; again = errors.Is(held, syscall.EINTR) {
			held = syscall.Flock(int(fd), how|syscall.LOCK_NB)
		}
	})
	return cmp.Or(err, held)
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

// wait shows others that somebody here waits to write, until the wait is over.
func (p *presence) wait() (over func()) {
	if p == nil || p.mark == nil {
		return func() {}
	}
	p.changeWaiting(1)
	return sync.OnceFunc(func() { p.changeWaiting(-1) })
}

func (p *presence) changeWaiting(by int) {
	p.marks.Lock()
	defer p.marks.Unlock()
	before := p.waiting
	p.waiting += by
	switch {
	case before == 0:
		for range 50 { // whoever looks keeps it for a moment
			if flock(p.mark, syscall.LOCK_SH) == nil {
				return
			}
			time.Sleep(100 * time.Microsecond)
		}
	case p.waiting == 0:
		_ = flock(p.mark, syscall.LOCK_UN)
	}
}

// awaited tells whether anybody waits to write, here or elsewhere, or that cannot be told.
func (p *presence) awaited() bool {
	if p == nil || p.look == nil || flock(p.look, syscall.LOCK_EX) != nil {
		return true
	}
	return flock(p.look, syscall.LOCK_UN) != nil
}

func (p *presence) end() error {
	if p == nil {
		return nil
	}
	var errs []error
	for _, file := range []*os.File{p.file, p.mark, p.look} {
		if file != nil {
			errs = append(errs, file.Close())
		}
	}
	return errors.Join(errs...)
}
