// Package browsertest drives the pages in Chromium, on a real server over a real
// registry, as the people would for whom they are.
package browsertest

import (
	"os"
	"testing"

	"marquis/internal/store/pgtest"
)

func TestMain(m *testing.M) { os.Exit(run(m)) }

func run(m *testing.M) int {
	defer pgtest.Stop()
	defer stopChromium()
	return m.Run()
}
