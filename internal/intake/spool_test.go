package intake

import (
	"bufio"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// Whatever rows say, and in whatever order they are asked for, they come back as they were.
func TestRowsComeBackFromTheirSpool(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		file, err := newSpool()
		if err != nil {
			t.Fatal(err)
		}
		s := &rowSpool{spool: file}
		defer s.Close()
		width := rapid.IntRange(1, 5).Draw(t, "width")
		rows := rapid.SliceOfN(rapid.SliceOfN(rapid.OneOf(rapid.String(), rapid.Just(strings.Repeat("x", blockSize/2))), width, width), 1, 50).Draw(t, "rows")
		for i, cells := range rows {
			if err := s.add(i+2, cells); err != nil {
				t.Fatal(err)
			}
		}
		if err := s.end(); err != nil {
			t.Fatal(err)
		}
		for _, i := range rapid.SliceOfN(rapid.IntRange(0, len(rows)-1), 1, 100).Draw(t, "asked for") {
			if row := s.row(i); row.Number != i+2 || !slices.Equal(row.Cells, rows[i]) {
				t.Fatalf("row %d is %q", i, row.Cells)
			}
		}
		if s.err != nil {
			t.Fatal(s.err)
		}
	})
}

// Where there is no room for what is read, nothing is taken, and it is said what to do.
func TestWithoutRoomForWhatIsReadNothingIsTaken(t *testing.T) {
	t.Run("no folder", func(t *testing.T) {
		path := filepath.Join(t.TempDir(), "a.csv")
		writeFile(t, path, file(cells{}))
		t.Setenv("TMPDIR", filepath.Join(t.TempDir(), "gone"))
		_, err := Read(mustMapping(t, rowsMapping), []string{path}, Known{Dictionary: mustDictionary(t), Today: today}, nil)
		wantError(t, err, "make room there, or let TMPDIR name a folder that has it")
	})
	t.Run("a full disk", func(t *testing.T) {
		full, err := os.OpenFile("/dev/full", os.O_RDWR, 0)
		if err != nil {
			if os.Getenv("CI") != "" {
				t.Fatalf("no disk that is always full, and CI is set: %v", err)
			}
			t.Skip("this system has no disk that is always full")
		}
		s := &rowSpool{spool: &spool{file: full, out: bufio.NewWriterSize(full, 16)}}
		defer full.Close()
		wantError(t, s.add(2, []string{strings.Repeat("x", 100)}), "make room there, or let TMPDIR name a folder that has it: write /dev/full: no space left on device")
	})
	t.Run("rows that are gone", func(t *testing.T) {
		plan, _ := mustPlan(t, mustMapping(t, rowsMapping), file(cells{}))
		table := plan.planner.sources[0].table
		if err := table.spool.file.Truncate(0); err != nil {
			t.Fatal(err)
		}
		table.spool.block, plan.planner.sources[0].recent = nil, [4]recentRow{}
		for _, err := range plan.Arrivals() {
			wantError(t, err, "what is read is kept in a temporary file")
		}
	})
}

// A file that is changed while it is imported is imported as it was read.
func TestAFileThatChangesMeanwhile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.csv")
	writeFile(t, path, file(cells{}))
	plan, err := Read(mustMapping(t, rowsMapping), []string{path}, Known{Dictionary: mustDictionary(t), Today: today}, nil)
	if err != nil {
		t.Fatal(err)
	}
	writeFile(t, path, file(cells{"nr": "another"}))
	if all := arrivalsOf(plan); len(all) != 1 || all[0].Sample.SourceRef != "1" {
		t.Errorf("got %+v", all)
	}
	if err := plan.Close(); err != nil {
		t.Error(err)
	}
}

// written is a file to which somebody writes once its beginning was read.
type written struct {
	*os.File
	write func(path string) error
}

func (w *written) Read(p []byte) (int, error) {
	n, err := w.File.Read(p)
	if w.write != nil && n > 0 {
		err = errors.Join(err, w.write(w.Name()))
		w.write = nil
	}
	return n, err
}

// A file to which somebody still writes is refused, whatever is read of it, and not taken for
// whole; one that was only read by others is not.
func TestAFileThatIsStillWritten(t *testing.T) {
	grow := func(path string) error {
		f, err := os.OpenFile(path, os.O_APPEND|os.O_WRONLY, 0)
		if err != nil {
			return err
		}
		_, err = f.WriteString("3,4\n")
		return errors.Join(err, f.Close())
	}
	for name, test := range map[string]struct {
		text  string
		write func(path string) error
		whole bool
	}{
		"nobody writes":         {"a,b\n1,2\n", nil, true},
		"it grows":              {"a,b\n1,2\n", grow, false},
		"it ends within quotes": {"a,b\n1,\"x", grow, false},
		"it is cut off":         {"a,b\n1,2\n", func(path string) error { return os.Truncate(path, 4) }, false},
		"it is written anew":    {"a,b\n1,2\n", func(path string) error { return os.Chtimes(path, time.Time{}, time.Unix(1_700_000_000, 0)) }, false},
		"a part of a workbook":  {"PK\x03\x04", grow, false},
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "a.csv")
			writeFile(t, path, test.text)
			f, err := os.Open(path)
			if err != nil {
				t.Fatal(err)
			}
			defer f.Close()
			_, err = ReadTableFrom("a.csv", &written{f, test.write}, Format{}, DefaultLimits())
			if !test.whole {
				wantError(t, err, "a.csv: the file changed while it was read, so that its end may be missing: wait until it is whole, copy it, and read the copy")
			} else if err != nil {
				t.Error(err)
			}
		})
	}
}
