package browsertest

import (
	"context"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"marquis/internal/lab"
)

// hold holds a key down for a time, over all the pages to which that leads.
func (b *browser) hold(key string, long time.Duration, modifiers ...chromedp.Modifier) {
	b.t.Helper()
	events := kb.Encode([]rune(key)[0])
	down, up := events[0], events[len(events)-1]
	if typed := events[1]; typed.Type == kb.KeyChar && len(modifiers) == 0 {
		down.Type, down.Text, down.UnmodifiedText = input.DispatchKeyEventTypeKeyDown, typed.Text, typed.UnmodifiedText
	}
	chromedp.KeyModifiers(modifiers...)(down)
	again := true
	b.do(chromedp.Func(func(ctx context.Context, t *chromedp.Target) (err error) {
		for begun := time.Now(); time.Since(begun) < long && err == nil; time.Sleep(30 * time.Millisecond) {
			_, err = cdp.Call(ctx, t, input.DispatchKeyEvent, *down)
			down.AutoRepeat = &again
		}
		if err == nil {
			_, err = cdp.Call(ctx, t, input.DispatchKeyEvent, *up)
		}
		return err
	}))
}

// signed is how many analyses of the samples are verified, and how many results released.
func (x *site) signed(t *testing.T, samples ...received) (verified, released int) {
	t.Helper()
	for _, s := range samples {
		record, err := x.store.ReadSample(t.Context(), x.verifier, s.Key, lab.ForAudit)
		if err != nil {
			t.Fatal(err)
		}
		if record.Evidence[0].Analysis.State == lab.Verified {
			verified++
		}
		if record.Latest() != nil {
			released++
		}
	}
	return verified, released
}

// A key that is held signs what is on the screen, and nothing of the pages that follow.
func TestAHeldKeySignsNothingUnseen(t *testing.T) {
	startChromium(t)
	x := newSite(t, "sqlite")
	one, two := x.handIn(t), x.handIn(t)
	a := x.analyse(t, one, "79.5")
	x.analyse(t, two, "61.2")
	b := x.staff(t, x.verifier)
	b.open(one.path("/analyses/" + a.ID.String() + "/verify"))
	time.Sleep(look)
	b.hold(enter, 3*time.Second, chromedp.ModifierCtrl)
	b.see("Release the result", "79.5")
	if verified, released := x.signed(t, one, two); verified != 1 || released != 0 {
		t.Errorf("%d verified, %d released by one key", verified, released)
	}
	b.next(ctrlEnter())
	if verified, released := x.signed(t, one, two); verified != 1 || released != 1 {
		t.Errorf("%d verified, %d released by another", verified, released)
	}
	b.watch.quiet(t, x.address)
}

// atOnce runs in each page that opens as soon as it is there, until that is ended.
func (b *browser) atOnce(script string) (end func()) {
	b.t.Helper()
	added, err := chromedp.Call(b.ctx, page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{Source: script})
	if err != nil {
		b.t.Fatal(err)
	}
	return func() {
		removed := page.RemoveScriptToEvaluateOnNewDocumentParams(added)
		if _, err := chromedp.Call(b.ctx, page.RemoveScriptToEvaluateOnNewDocument, removed); err != nil {
			b.t.Fatal(err)
		}
	}
}

// What was not on the screen for a moment is not signed, by whichever key or click.
func TestNobodySignsWhatHasJustOpened(t *testing.T) {
	startChromium(t)
	for how, press := range map[string]string{
		"by key":   `document.body.dispatchEvent(new KeyboardEvent('keydown', {key: 'Enter', code: 'Enter', ctrlKey: true, bubbles: true, cancelable: true}))`,
		"by mouse": `document.querySelector('form[data-signs] .actions button').click()`,
	} {
		x := newSite(t, "sqlite")
		s := x.handIn(t)
		a := x.analyse(t, s, "79.5")
		b := x.staff(t, x.verifier)
		b.open(s.path("/analyses/" + a.ID.String() + "/verify"))
		end := b.atOnce(`addEventListener('load', () => ` + press + `)`)
		b.next(ctrlEnter())
		end()
		b.see("Release the result", "Look first, then press again.")
		b.look(narrow, dark)
		b.fits()
		b.look(wide, light)
		if verified, released := x.signed(t, s); verified != 1 || released != 0 {
			t.Errorf("%s: %d verified, %d released", how, verified, released)
		}
		b.next(ctrlEnter())
		if verified, released := x.signed(t, s); verified != 1 || released != 1 {
			t.Errorf("%s: %d verified, %d released by who has looked", how, verified, released)
		}
	}
}

// A key that leads on from a slip types nothing into the form that it leads to.
func TestAHeldKeyTypesNothingIntoTheNextPage(t *testing.T) {
	startChromium(t)
	x := newSite(t, "sqlite")
	b := begun(t, x)
	b.fill("product_id", "ketamine")
	b.choose("form", "powder")
	b.next(ctrlEnter())
	b.see("Registered as")
	b.hold("v", 2*time.Second)
	b.see("Register a sample")
	b.until("focus the product", `() => document.activeElement.name === 'product_id'`)
	typed := read[string](b, `() => document.activeElement.value`)
	if len(typed) > 15 { // of some sixty: those that came before the script of the page
		t.Errorf("the product is %q", typed)
	}
	b.fill("product_id", "")
	b.press("v")
	b.holds("product_id", "v")
	b.fill("product_id", "")
	b.hold("x", 300*time.Millisecond) // which was pressed here
	b.until("type as long as the key is held", `() => document.activeElement.value.startsWith('xx')`)
}
