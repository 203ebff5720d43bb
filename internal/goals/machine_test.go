package goals

import (
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"runtime"
	"strconv"
	"strings"
	"testing"
)

// describeMachine says on what is measured, and how much data there is.
func (x *bench) describeMachine(t *testing.T, sets []*set) {
	t.Helper()
	about := func(text string, args ...any) { x.sheet.about = append(x.sheet.about, fmt.Sprintf(text, args...)) }
	about("Machine: %d cores, %s, %s/%s, %s.", runtime.NumCPU(), memory(), runtime.GOOS, runtime.GOARCH, runtime.Version())
	for _, s := range sets {
		pool := s.pool(t)
		count := func(table string) int64 { return number(t, pool, "SELECT count(*) FROM "+table) }
		about("%s: scale %v, %d samples, %d analyses, %d findings, %d facts of findings, %s.", s.databaseSays(t), *scale,
			count("samples"), count("analyses"), count("findings"), count("finding_facts"), size(s.made.Bytes))
	}
}

// databaseSays is the version of the database and how safely it writes.
func (s *set) databaseSays(t *testing.T) string {
	t.Helper()
	pool := s.pool(t)
	if s.kind == "sqlite" {
		return "SQLite " + text(t, pool, "SELECT sqlite_version()") + " (synchronous=FULL)"
	}
	said := "PostgreSQL " + text(t, pool, "SHOW server_version")
	var settings []string
	for _, name := range []string{"fsync", "synchronous_commit", "full_page_writes", "shared_buffers"} {
		settings = append(settings, name+"="+text(t, pool, "SHOW "+name))
	}
	return said + " (" + strings.Join(settings, ", ") + ")"
}

// memory is how much memory the machine has.
func memory() string {
	said, err := os.ReadFile("/proc/meminfo")
	if err != nil {
		return "memory unknown"
	}
	found := regexp.MustCompile(`MemTotal:\s+(\d+) kB`).FindSubmatch(said)
	if found == nil {
		return "memory unknown"
	}
	kilobytes, err := strconv.ParseInt(string(found[1]), 10, 64)
	if err != nil {
		return "memory unknown"
	}
	return size(kilobytes<<10) + " of memory"
}

var ratioForm = regexp.MustCompile(`([0-9.]+) ratio`)

// measureWorkbook has the benchmark of package reports compare its workbook with
// excelize alone.
func (x *bench) measureWorkbook(t *testing.T) {
	c := exec.CommandContext(t.Context(), "go", "test", "-run", "^$", "-bench", "^BenchmarkRows$", "-benchtime", "1x", "-count", strconv.Itoa(rounds), "marquis/reports")
	c.Env = append(os.Environ(), "CGO_ENABLED=0")
	out := run(t, c)
	var speeds []float64
	for _, found := range ratioForm.FindAllStringSubmatch(out, -1) {
		speed, err := strconv.ParseFloat(found[1], 64)
		if err != nil {
			t.Fatal(err)
		}
		speeds = append(speeds, speed)
	}
	if len(speeds) != rounds {
		t.Fatalf("the benchmark tells no ratio:\n%s", out)
	}
	for i := range kinds {
		x.sheet.set(workbook, i, median(speeds), "%.2f", median(speeds))
	}
}
