package statistics

import (
	"bytes"
	"flag"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write the golden files anew")

// TestFilesThatLeaveTheProgramKeepTheirForm compares the JSON and CSV that commands,
// pages and downloads hand out with files that a person can review. Others read them by
// program: a name that is renamed, moved or dropped is a change that they must be told
// of. The figures themselves are counted a second time elsewhere.
func TestFilesThatLeaveTheProgramKeepTheirForm(t *testing.T) {
	d := testDictionary(t)
	source := sourceOf(t, d, randomSamples(d, 1, 400), 200, 100, 100)
	source.Year.Scope.Services = nil
	entry := source.Entries[len(source.Entries)-1]
	files := map[string]func(io.Writer) error{
		"year.json": source.Year.WriteJSON, "year.csv": source.Year.WriteCSV, "product.json": entry.WriteJSON, "product.csv": entry.WriteCSV,
	}
	for i := range Tables {
		table, err := Tables[i].Public(source)
		if err != nil {
			t.Fatal(err)
		}
		files[filepath.Join("tables", table.Key+".json")], files[filepath.Join("tables", table.Key+".csv")] = table.WriteJSON, table.WriteCSV
	}
	for name, write := range files {
		t.Run(name, func(t *testing.T) { wantGolden(t, filepath.Join("testdata", name), writtenBy(t, write)) })
	}
	if *update {
		return
	}
	kept, err := filepath.Glob(filepath.Join("testdata", "tables", "*"))
	if err != nil || len(kept) != 2*len(Tables) {
		t.Errorf("there are %d files of %d tables, %v: a table that is gone takes its files along", len(kept), len(Tables), err)
	}
}

func wantGolden(t *testing.T, name, got string) {
	t.Helper()
	if *update {
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if bytes.Equal(want, []byte(got)) {
		return
	}
	is, was := strings.Split(got, "\n"), strings.Split(string(want), "\n")
	for i := range min(len(is), len(was)) {
		if is[i] != was[i] {
			t.Fatalf("%s: line %d is %s\nand was %s\nif that is right, type: go test ./internal/statistics -update, review the difference, and tell it in the CHANGELOG", name, i+1, is[i], was[i])
		}
	}
	t.Errorf("%s: %d lines instead of %d", name, len(is), len(was))
}

// How bad a substance is to meet unannounced is for the registry's own reckoning: no file that
// leaves the program has it.
func TestNoFileTellsADanger(t *testing.T) {
	danger := regexp.MustCompile(`(?i)danger|gevaar`)
	files := 0
	err := filepath.WalkDir("testdata", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		files++
		text, err := os.ReadFile(path)
		if found := danger.Find(text); found != nil {
			t.Errorf("%s has %q", path, found)
		}
		return err
	})
	if err != nil || files < 10 {
		t.Errorf("%d files are read, %v", files, err)
	}
}
