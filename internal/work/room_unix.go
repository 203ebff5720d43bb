//go:build unix

package work

import (
	"fmt"
	"os"
	"path/filepath"

	"golang.org/x/sys/unix"
)

// hasRoom refuses a folder, which may not be there yet, on whose disk so many bytes are
// not free.
func hasRoom(folder string, bytes int64) error {
	at, err := filepath.Abs(folder)
	if err != nil {
		return err
	}
	for at != filepath.Dir(at) {
		if _, err := os.Stat(at); err == nil {
			break
		}
		at = filepath.Dir(at)
	}
	var disk unix.Statfs_t
	if err := unix.Statfs(at, &disk); err != nil {
		return fmt.Errorf("see how much room there is at %s: %w", at, err)
	}
	if free := int64(disk.Bavail) * int64(disk.Bsize); free < bytes { //nolint:unconvert // types differ between systems
		return fmt.Errorf("%w at %s: %d MB are free, %d MB are needed. Make room, or use another disk", ErrNoRoom, at, free>>20, bytes>>20+1)
	}
	return nil
}
