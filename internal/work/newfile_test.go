package work

import (
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// TestTwoFilesOfOneName: the first that is whole gets the name, and each has its own
// content until then.
func TestTwoFilesOfOneName(t *testing.T) {
	name := filepath.Join(t.TempDir(), "copy")
	var files []*newFile
	for _, text := range []string{"first", "second"} {
		f, err := openNewFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := f.file.WriteString(text); err != nil {
			t.Fatal(err)
		}
		files = append(files, f)
	}
	if err := files[0].keep(); err != nil {
		t.Fatal(err)
	}
	if err := files[1].keep(); !errors.Is(err, ErrThere) {
		t.Errorf("the second: %v", err)
	}
	for _, f := range files {
		if err := f.discard(); err != nil {
			t.Error(err)
		}
	}
	if data, err := os.ReadFile(name); err != nil || string(data) != "first" {
		t.Errorf("it holds %q, %v", data, err)
	}
	if left, err := os.ReadDir(filepath.Dir(name)); err != nil || len(left) != 1 {
		t.Errorf("left: %v, %v", left, err)
	}
}

// TestAProofInUseStays, however old it is; one whose process has ended goes at once, and
// one that nobody has locked yet by its age.
func TestAProofInUseStays(t *testing.T) {
	within := t.TempDir()
	folder, unlock, err := proofFolder(within)
	if err != nil {
		t.Fatal(err)
	}
	young, err := os.MkdirTemp(within, proofPattern)
	if err != nil {
		t.Fatal(err)
	}
	isThere := func(path string) bool { _, err := os.Stat(path); return err == nil }
	if err := removeLeft(within, time.Now()); err != nil || !isThere(folder) || !isThere(young) {
		t.Errorf("while it is used: %t, before it is locked: %t, %v", isThere(folder), isThere(young), err)
	}
	if err := removeLeft(within, time.Now().Add(2*leftAge)); err != nil || !isThere(folder) || isThere(young) {
		t.Errorf("a day later, while it is used: %t, never locked: %t, %v", isThere(folder), isThere(young), err)
	}
	if err := unlock(); err != nil {
		t.Fatal(err)
	}
	if err := removeLeft(within, time.Now()); err != nil || isThere(folder) {
		t.Errorf("once its process has ended: %t, %v", isThere(folder), err)
	}
}
