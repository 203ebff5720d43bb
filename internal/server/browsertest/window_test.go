package browsertest

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"

	"github.com/chromedp/cdproto/audits"
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/storage"
	"github.com/chromedp/chromedp"
)

// window is a window of Chromium that shares neither cookies nor storage with another.
// Tests have one after the other, each as if it were new: opening one takes longer than
// most of what is done in it.
type window struct {
	ctx   context.Context
	close context.CancelFunc
	watch *watch
}

// takeWindow returns a window in which nothing has happened.
func takeWindow(t testing.TB) *window {
	t.Helper()
	first := startChromium(t)
	chromium.Lock()
	defer chromium.Unlock()
	if last := len(chromium.free) - 1; last >= 0 {
		w := chromium.free[last]
		chromium.free = chromium.free[:last]
		return w
	}
	w := &window{watch: &watch{}}
	w.ctx, w.close = chromedp.NewContext(first, chromedp.WithNewBrowserContext(), chromedp.WithListener(w.watch.see))
	// The first thing done opens the window, which lives as long as its context.
	if _, err := chromedp.Call(w.ctx, audits.Enable, cdp.Empty{}); err != nil {
		t.Fatal(err)
	}
	return w
}

// giveBack leaves the window to the next test, or closes it where something is amiss.
func (w *window) giveBack(t testing.TB) {
	t.Helper()
	if err := w.forget(); err != nil || t.Failed() {
		w.close()
		return
	}
	chromium.Lock()
	defer chromium.Unlock()
	chromium.free = append(chromium.free, w)
}

// forget makes the window as if it were new: nothing runs in it, it has been nowhere and
// keeps nothing.
func (w *window) forget() error {
	ctx, cancel := context.WithTimeout(w.ctx, patience)
	defer cancel()
	origin, err := chromedp.Run(ctx, chromedp.Evaluate[string](`origin`))
	if err != nil {
		return err
	}
	if _, err := chromedp.RunResponse(ctx, chromedp.Navigate(nowhere())); err != nil {
		return err
	}
	if err := errors.Join(
		tell(ctx, storage.ClearDataForOrigin, storage.ClearDataForOriginParams{Origin: origin, StorageTypes: "all"}),
		tell(ctx, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{}),
		tell(ctx, network.ClearBrowserCache, cdp.Empty{}),
		tell(ctx, page.ResetNavigationHistory, cdp.Empty{}),
	); err != nil {
		return err
	}
	w.watch.forget()
	return nil
}

// tell has the browser do what has no answer.
func tell[P any](ctx context.Context, command cdp.Command[P, cdp.Empty], with P) error {
	_, err := chromedp.Call(ctx, command, with)
	return err
}

// nowhere is the address of an empty page, on the host of all sites: a window that never
// leaves it needs no new process.
var nowhere = sync.OnceValue(func() string {
	return httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {})).URL
})

// Nobody finds in a window what the one before did there.
func TestAWindowIsAsNewForTheNextTest(t *testing.T) {
	x := newSite(t, "sqlite")
	w := takeWindow(t)
	b := in(t, w, x.address)
	b.open("/")
	read[bool](b, `() => { document.cookie = 'left=behind'; localStorage.left = sessionStorage.left = 'behind'; console.log('left'); return true }`)
	b.open("/figures")
	b.withoutScripts()
	w.giveBack(t)

	again := takeWindow(t)
	t.Cleanup(func() { again.giveBack(t) })
	if again != w {
		t.Fatal("it is another window")
	}
	b = in(t, again, x.address)
	if b.watch.complaints != nil || len(b.watch.asked()) > 0 {
		t.Errorf("the window tells of %q and %q", b.watch.complaints, b.watch.asked())
	}
	b.open("/#7K3M-9QXD-2RTW")
	b.until("run scripts", `() => location.hash === ''`)
	b.storesNothing()
	if pages := read[int](b, `() => history.length`); pages > 2 {
		t.Errorf("Back leads through %d pages", pages)
	}
}
