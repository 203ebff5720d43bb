package store_test

import (
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"marquis/internal/store"
	"marquis/internal/store/storetest"
)

// modes are those of all files in a folder.
func modes(t *testing.T, folder string) map[string]os.FileMode {
	t.Helper()
	entries, err := os.ReadDir(folder)
	if err != nil {
		t.Fatal(err)
	}
	found := map[string]os.FileMode{}
	for _, e := range entries {
		info, err := e.Info()
		if err != nil {
			t.Fatal(err)
		}
		found[e.Name()] = info.Mode().Perm()
	}
	return found
}

// Not parallel: the umask is the process's.
func TestNobodyElseMayReadTheFiles(t *testing.T) {
	for _, umask := range []int{0, 0o022, 0o077, 0o277} {
		before := syscall.Umask(umask)
		c := store.Config{Folder: filepath.Join(t.TempDir(), "data")}
		s := storetest.Open(t, c)
		publishOne(t, s)
		syscall.Umask(before)
		found := modes(t, c.Folder)
		for _, name := range []string{"marquis.db", "marquis.db-wal", "marquis.db-shm", "migrate.lock"} {
			if found[name] != 0o600 {
				t.Errorf("umask %03o: %s has mode %v", umask, name, found[name])
			}
		}
		if info, err := os.Stat(c.Folder); err != nil || info.Mode().Perm() != 0o700 {
			t.Errorf("umask %03o: the folder: %v, %v", umask, info.Mode(), err)
		}
	}
}

func TestFilesThatOthersMayReadAreClosedToThem(t *testing.T) {
	c := storetest.Config(t, "sqlite")
	for _, name := range []string{"marquis.db", "migrate.lock"} {
		path := filepath.Join(c.Folder, name)
		f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
		if err == nil {
			err = f.Close()
		}
		if err == nil {
			err = os.Chmod(path, 0o644)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	s := storetest.Open(t, c)
	if _, err := store.Migrate(t.Context(), c, clock); err != nil {
		t.Fatal(err)
	}
	publishOne(t, s)
	for name, mode := range modes(t, c.Folder) {
		if mode&0o077 != 0 {
			t.Errorf("%s has mode %v", name, mode)
		}
	}
	if notes := s.Notes(); len(notes) != 0 {
		t.Errorf("notes %q", notes)
	}
}

// While the file could only be read, those beside it were made with its mode.
func TestFilesBesideOneThatCanBeWrittenAgainCanBeToo(t *testing.T) {
	c := storetest.Config(t, "sqlite")
	publishOne(t, storetest.Open(t, c))
	copied := store.Config{Folder: t.TempDir()}
	data, err := os.ReadFile(filepath.Join(c.Folder, store.SQLiteFile))
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(copied.Folder, store.SQLiteFile)
	for name, with := range map[string][]byte{path: data, path + "-wal": nil, path + "-shm": nil} {
		if err := os.WriteFile(name, with, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for _, suffix := range []string{"-wal", "-shm"} {
		if err := os.Chmod(path+suffix, 0o400); err != nil {
			t.Fatal(err)
		}
	}
	storetest.Open(t, copied)
	for _, suffix := range []string{"-wal", "-shm"} {
		info, err := os.Stat(path + suffix)
		if err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%s: %v, %v", suffix, info.Mode(), err)
		}
	}
}
