// Package browsertest drives the pages in Chromium, on a real server over a real
// registry, as the people would for whom they are.
package browsertest

import (
	"flag"
	"os"
	"runtime"
	"strconv"
	"testing"

	"marquis/internal/store/pgtest"
)

func TestMain(m *testing.M) { os.Exit(run(m)) }

// run runs as many tests at once as there are processors at most, whatever the others
// do: each draws in processes of its own.
func run(m *testing.M) int {
	flag.Parse()
	at := flag.Lookup("test.parallel")
	if n, err := strconv.Atoi(at.Value.String()); err == nil && n > runtime.GOMAXPROCS(0) {
		_ = at.Value.Set(strconv.Itoa(runtime.GOMAXPROCS(0)))
	}
	defer pgtest.Stop()
	defer stopChromium()
	return m.Run()
}
