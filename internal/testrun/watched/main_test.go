package main

import (
	"os"
	"path/filepath"
	"slices"
	"testing"
)

const someTests = `package x

func TestStartsOne(t *testing.T)     { go work() }
func TestStartsAGroup(t *testing.T)  { var g sync.WaitGroup; g.Go(work) }
func TestThroughOthers(t *testing.T) { each(t, func() { s := site{}; s.many() }) }
func TestByItself(t *testing.T)      { work() }
func TestMain(m *testing.M)          { go work() }

func each(t *testing.T, f func()) { f() }
func (site) many()                { go work() }
func work()                       { work() }
`

func TestTestsThatStartGoroutinesAreWatched(t *testing.T) {
	folder := t.TempDir()
	if err := os.WriteFile(filepath.Join(folder, "x_test.go"), []byte(someTests), 0o600); err != nil {
		t.Fatal(err)
	}
	got, err := watched(folder)
	slices.Sort(got)
	if want := []string{"TestStartsAGroup", "TestStartsOne", "TestThroughOthers"}; err != nil || !slices.Equal(got, want) {
		t.Errorf("%q, %v instead of %q", got, err, want)
	}
}

func TestAFolderWithoutTestsIsAMistake(t *testing.T) {
	if got, err := watched(t.TempDir()); err == nil {
		t.Errorf("%q", got)
	}
}
