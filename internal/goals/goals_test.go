package goals

import (
	"flag"
	"os"
	"runtime/debug"
	"testing"
	"time"

	"marquis/internal/store/pgtest"
)

var (
	measure = flag.Bool("goals", false, "measure the goals (make bench)")
	scale   = flag.Float64("scale", 1, "part of the demo's 150 000 samples, or how many times as many")
	keep    = flag.String("keep", "", "folder in which data sets are kept and found again (default none)")
	lasting = flag.Duration("lasting", 0, "how long each measurement under load takes (default 5s, 1s below scale 0.5)")
)

// rounds is how often a measurement and what it is compared with are taken in turn.
const rounds = 3

// fewScale makes about the ten thousand samples that list pages are compared with.
const fewScale = 0.067

// collectAt is at how much growth of the memory in use, in percent, garbage is
// collected: as "marquis serve" does.
const collectAt = 300

// memoryLimit is from where on garbage is collected more often, in bytes.
const memoryLimit = 10 << 30

func TestMain(m *testing.M) {
	if body := os.Getenv(bareBody); body != "" {
		os.Exit(serveBare(body))
	}
	os.Exit(pgtest.Main(m))
}

// bench is a run of all measurements.
type bench struct {
	program string         // the program that is measured
	folder  string         // of the data sets
	server  *pgtest.Server // the PostgreSQL that is measured on
	sheet   sheet
}

// TestGoals measures everything that has a goal and prints where the program
// stands. It asserts that what is measured is right, and of no time that it is
// short enough: that is for people to judge.
func TestGoals(t *testing.T) {
	if !*measure {
		t.Skip("measures only with -goals: make bench")
	}
	debug.SetGCPercent(collectAt)
	debug.SetMemoryLimit(memoryLimit)
	x := newBench(t)
	defer x.sheet.print(os.Stdout)
	sets := x.measureSetUp(t)
	x.describeMachine(t, sets)
	for _, s := range sets {
		t.Run("pages/"+s.kind, func(t *testing.T) { x.measurePages(t, s) })
	}
	t.Run("figures", func(t *testing.T) { x.measureFigures(t, sets) })
	for _, s := range sets {
		t.Run("start/"+s.kind, func(t *testing.T) { x.measureStart(t, s) })
	}
	t.Run("workbook", x.measureWorkbook)
	for _, s := range sets {
		t.Run("floods/"+s.kind, func(t *testing.T) { x.measureFloods(t, s) })
	}
}

func newBench(t *testing.T) *bench {
	t.Helper()
	x := &bench{program: buildProgram(t), folder: *keep}
	cluster := ""
	if x.folder == "" {
		x.folder = t.TempDir()
	} else {
		cluster = x.folder + "/postgres"
		if err := os.MkdirAll(x.folder, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	x.server = pgtest.StartDurable(t, cluster)
	return x
}

// load is how long a measurement under load takes.
func load() time.Duration {
	switch {
	case *lasting > 0:
		return *lasting
	case *scale < 0.5:
		return time.Second
	}
	return 5 * time.Second
}
