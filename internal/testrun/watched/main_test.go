package main

import (
	"os"
	"path/filepath"
	"slices"
	"testing"
)

const someTests = `package x

func TestStartsOne(t *testing.T)      { go work() }
func TestStartsAGroup(t *testing.T)   { var g sync.WaitGroup; g.Go(work) }
func TestThroughOthers(t *testing.T)  { each(t, func() { s := site{}; s.many() }) }
func TestThroughProgram(t *testing.T) { read() }
func TestByItself(t *testing.T)       { work() }
func TestMain(m *testing.M)           { go work() }

func each(t *testing.T, f func()) { f() }
func (site) many()                { go work() }
func work()                       { work() }
`

const someProgram = `package x

func read() { var g errgroup.Group; g.Go(work) }
`

func TestTestsThatStartGoroutinesAreWatched(t *testing.T) {
	folder := t.TempDir()
	tests, program := filepath.Join(folder, "x_test.go"), filepath.Join(folder, "x.go")
	for name, text := range map[string]string{tests: someTests, program: someProgram} {
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	of := []string{"TestStartsAGroup", "TestStartsOne", "TestThroughOthers"}
	if got, err := watched([]string{tests}); err != nil || !slices.Equal(got, of) {
		t.Errorf("of the tests alone: %q, %v", got, err)
	}
	if got, err := watched([]string{program, tests}); err != nil || !slices.Equal(got, append(of, "TestThroughProgram")) {
		t.Errorf("with the program: %q, %v", got, err)
	}
	if got, err := watched([]string{program}); err == nil {
		t.Errorf("of files without tests: %q", got)
	}
	if got, err := watched([]string{filepath.Join(folder, "none.go")}); err == nil {
		t.Errorf("of a file that is not there: %q", got)
	}
}
