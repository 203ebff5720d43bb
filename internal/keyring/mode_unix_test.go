//go:build unix

package keyring_test

import (
	"io/fs"
	"os"
	"strings"
	"testing"

	"marquis/internal/keyring"
)

func TestARingThatOthersMayReadIsRefused(t *testing.T) {
	path := place(t)
	r := open(t, path, true)
	for _, mode := range []fs.FileMode{0o640, 0o604, 0o660, 0o777, 0o620} {
		if err := os.Chmod(path, mode); err != nil {
			t.Fatal(err)
		}
		if _, err := keyring.Open(path, true); err == nil || !strings.Contains(err.Error(), "chmod 600 "+path) {
			t.Errorf("%v: %v", mode, err)
		}
		if _, _, err := r.Month(november); err == nil {
			t.Errorf("%v: an open ring goes on", mode)
		}
	}
	if err := os.Chmod(path, 0o600); err != nil {
		t.Fatal(err)
	}
	month(t, r, november)
	if _, err := keyring.Open(t.TempDir(), true); err == nil {
		t.Error("a folder was opened")
	}
}
