// Package realdata finds the files of real data that tests read. They stand beside
// the project, in ../shared/data, and are never part of it; its SOURCES.md says
// whose they are and on what terms.
package realdata

import (
	"os"
	"path/filepath"
	"testing"
)

// Path returns the path of a file or folder of the real data, such as
// "unc/unc_chemdictionary.csv". Where it is not at hand the test is skipped, or
// fails if the environment variable CI is set.
func Path(t testing.TB, name string) string {
	t.Helper()
	path := filepath.Join(root(t), "..", "shared", "data", filepath.FromSlash(name))
	if _, err := os.Stat(path); err != nil {
		if os.Getenv("CI") != "" {
			t.Fatalf("real data are not at hand, and CI is set: %v", err)
		}
		t.Skipf("real data are not at hand: %v", err)
	}
	return path
}

// root returns the folder of go.mod, at or above that of the test.
func root(t testing.TB) string {
	t.Helper()
	folder, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for {
		if _, err := os.Stat(filepath.Join(folder, "go.mod")); err == nil {
			return folder
		}
		above := filepath.Dir(folder)
		if above == folder {
			t.Fatal("the test does not run within the project: there is no go.mod above it")
		}
		folder = above
	}
}
