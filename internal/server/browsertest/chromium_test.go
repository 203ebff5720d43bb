package browsertest

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
)

// Names under which Chromium is installed, the first that is found is used. The first,
// which has no window to draw, takes least processor time.
var programs = []string{"chromium-headless-shell", "chromium", "chromium-browser", "google-chrome-stable", "google-chrome"}

// chromium is the one browser of this test process. Each test has windows of its own
// in it, which share nothing with those of others.
var chromium struct {
	sync.Mutex
	tab  context.Context // its first, in which nothing is done
	free []*window
	stop []context.CancelFunc
	err  error
}

// lacks skips a test for which something is not installed, or fails it where the
// environment variable CI is set.
func lacks(t testing.TB, what error) {
	t.Helper()
	if os.Getenv("CI") != "" {
		t.Fatalf("%v, and CI is set", what)
	}
	t.Skip(what)
}

// startChromium returns a context of the browser of this test process, which the
// first call starts.
func startChromium(t testing.TB) context.Context {
	t.Helper()
	at := slices.IndexFunc(programs, func(name string) bool { _, err := exec.LookPath(name); return err == nil })
	if at < 0 {
		lacks(t, fmt.Errorf("chromium is not in PATH"))
	}
	chromium.Lock()
	defer chromium.Unlock()
	if chromium.tab == nil && chromium.err == nil {
		chromium.err = launch(programs[at])
	}
	if chromium.err != nil {
		t.Fatalf("start Chromium: %v", chromium.err)
	}
	return chromium.tab
}

// quickScripts are settings of V8 for scripts that run a few times on each of many
// pages, as axe does: compiling them well, and collecting garbage often, took half of
// the processor time.
const quickScripts = "--no-opt --no-maglev --min-semi-space-size=64"

func launch(program string) error {
	profile, err := os.MkdirTemp("", "marquis-chromium-")
	if err != nil {
		return err
	}
	options := append(slices.Clone(chromedp.DefaultExecAllocatorOptions[:]),
		chromedp.ExecPath(program), chromedp.UserDataDir(profile), chromedp.NoSandbox, chromedp.DisableGPU,
		chromedp.Flag("disable-quic", true), chromedp.Flag("disable-component-update", true),
		chromedp.Flag("js-flags", quickScripts),
	)
	process, stopProcess := chromedp.NewExecAllocator(context.Background(), options...)
	tab, closeTab := chromedp.NewContext(process)
	chromium.tab = tab
	chromium.stop = []context.CancelFunc{closeTab, stopProcess, func() { _ = os.RemoveAll(profile) }}
	return chromedp.Do(tab)
}

// stopChromium ends the browser and removes what it has written.
func stopChromium() {
	chromium.Lock()
	defer chromium.Unlock()
	if chromium.tab == nil {
		return
	}
	ending, cancel := context.WithTimeout(chromium.tab, 10*time.Second)
	defer cancel()
	_ = chromedp.Cancel(ending) // one that hangs is ended by what follows
	for _, stop := range chromium.stop {
		stop()
	}
}

// projectFolder is that of go.mod.
func projectFolder(t testing.TB) string {
	t.Helper()
	folder, err := filepath.Abs("../../..")
	if err != nil {
		t.Fatal(err)
	}
	return folder
}
