package browsertest

import (
	"context"
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"

	"marquis/internal/lab"
)

// clickTwice presses the mouse twice on what has the text, so long after each other, and
// waits for nothing.
func clickTwice(text string, apart time.Duration) step {
	return chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		if err := awaitSettled(ctx, t); err != nil {
			return err
		}
		at, err := chromedp.Evaluate[[]float64](call(button, text))(ctx, t)
		if err != nil || len(at) == 0 {
			return fmt.Errorf("nothing to click says %q (%w)", text, err)
		}
		for n := int64(1); n <= 2; n++ {
			for _, kind := range []input.DispatchMouseEventType{input.DispatchMouseEventTypeMousePressed, input.DispatchMouseEventTypeMouseReleased} {
				event := input.DispatchMouseEventParams{Type: kind, X: at[0], Y: at[1], Button: input.MouseButtonLeft, ClickCount: n}
				if _, err := cdp.Call(ctx, t, input.DispatchMouseEvent, event); err != nil {
					return err
				}
			}
			time.Sleep(apart)
		}
		return nil
	})
}

// described fills in what a sample needs.
func (b *browser) described() {
	b.t.Helper()
	b.open("/counter/UTR?location=1")
	b.follow("New visit")
	b.fill("product_id", "ketamine")
	b.choose("form", "powder")
}

// slipSeen fails unless the page is a slip with a code, and stays so.
func (b *browser) slipSeen() (code string) {
	b.t.Helper()
	b.see("Registered as", "Print this slip now.")
	time.Sleep(300 * time.Millisecond) // a second click would lead on
	b.until("be a slip", `() => document.readyState === 'complete' && document.querySelector('.slip .code') !== null`)
	code = read[string](b, `() => document.querySelector('.slip .code')?.textContent ?? ''`)
	if _, err := lab.ParseLookupCode(code); err != nil || !strings.Contains(b.place(), "/slips/") {
		b.t.Fatalf("%s shows the code %q: %v\n%.1000s", b.place(), code, err, b.text())
	}
	return code
}

// A double click registers once, and the slip is seen, always.
func TestADoubleClickOnRegisterShowsTheSlip(t *testing.T) {
	eachSite(t, func(t *testing.T, x *site) {
		b := x.staff(t, x.intake)
		codes := map[string]bool{}
		tries := 0
		for _, apart := range []time.Duration{0, 5 * time.Millisecond, 20 * time.Millisecond, 50 * time.Millisecond} {
			for range 3 {
				b.described()
				b.do(clickTwice("Register", apart))
				codes[b.slipSeen()] = true
				tries++
			}
		}
		b.open("/counter/UTR?location=1")
		if n := read[int](b, `() => document.querySelectorAll('.is-registered').length`); n != tries || len(codes) != tries {
			t.Errorf("%d samples and %d codes of %d double clicks", n, len(codes), tries)
		}
		b.watch.quiet(t, x.address)
	})
}

// Reloading and going back show the same slip.
func TestASlipIsSeenAgain(t *testing.T) {
	eachSite(t, func(t *testing.T, x *site) {
		b := x.staff(t, x.intake)
		b.described()
		b.follow("Register")
		code, at := b.slipSeen(), b.place()
		b.open(at)
		if again := b.slipSeen(); again != code {
			t.Errorf("a reload shows %s instead of %s", again, code)
		}
		b.follow("Done")
		b.see("Counter of")
		b.back()
		b.until("go back to the slip", `() => location.pathname.includes('/slips/') && document.readyState === 'complete'`)
		if again := b.slipSeen(); again != code {
			t.Errorf("going back shows %s instead of %s", again, code)
		}
		b.asksForNoCode(code)
		x.clock.pass(lab.SlipAge)
		b.open(at)
		if b.status != 410 {
			t.Errorf("status %d", b.status)
		}
		b.see("cannot be shown any more", "Give another code")
		b.lacks(code)
	})
}

// Half an hour at the bench, and the typed findings are there.
func TestTypedFindingsComeBackAfterTheSessionHasEnded(t *testing.T) {
	eachSite(t, func(t *testing.T, x *site) {
		s := x.handIn(t)
		b := x.staff(t, x.analyst)
		form := s.path("/analyses/new")
		b.open(form)
		b.chooseGCMS()
		b.finding(0, "ketamine", "79,5", "base")
		b.fill("notes", "Weighed twice.")
		b.until("keep what is typed", `() => document.querySelector('[data-draft-state]').textContent.startsWith('Kept as draft')`)
		b.open(form)
		b.see("Not saved yet.", "Drop what I typed")
		b.holds("findings.0.amount", "79,5")
		b.holds("notes", "Weighed twice.")

		b.fill("notes", "Weighed three times.")
		x.clock.pass(lab.SessionIdle + time.Minute)
		b.next(ctrlEnter())
		if want := "/sign-in?next=" + url.QueryEscape(form); b.place() != want {
			t.Fatalf("saving leads to %s, want %s", b.place(), want)
		}
		other := x.staff(t, x.verifier)
		other.open(s.path(""))
		other.lacks("Weighed")
		again := x.staff(t, x.analyst)
		again.open(form)
		again.see("Not saved yet.")
		again.holds("findings.0.substance", "ketamine")
		again.holds("notes", "Weighed three times.")
		again.next(chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
			if _, err := chromedp.Evaluate[bool]("document.querySelector('[name=notes]').focus() || true")(ctx, t); err != nil {
				return err
			}
			_, err := ctrlEnter()(ctx, t)
			return err
		}))
		again.see("The analysis is entered", "79.5", "Weighed three times.")
		again.open(form)
		again.lacks("Not saved yet.")
		for _, name := range []*browser{b, again} {
			name.watch.quiet(t, x.address)
		}
	})
}

// A row that is added after others were taken away has a number of its own.
func TestRowsOfADraftKeepTheirNumbers(t *testing.T) {
	startChromium(t)
	x := newSite(t, "sqlite")
	s := x.handIn(t)
	b := x.staff(t, x.analyst)
	form := s.path("/analyses/new")
	b.open(form)
	b.finding(0, "ketamine", "79,5", "base")
	b.finding(2, "levamisole", "", "")
	read[bool](b, `() => { document.querySelectorAll('[data-row]')[1].querySelector('[data-remove]').click(); return true }`)
	b.until("keep what is typed", `() => document.querySelector('[data-draft-state]').textContent.startsWith('Kept as draft')`)
	b.open(form)
	b.click("Add a row")
	names := read[[]string](b, `() => [...document.querySelectorAll('[data-row] [name$=".substance"]')].map(e => e.name)`)
	if fmt.Sprint(names) != "[findings.0.substance findings.2.substance findings.3.substance]" {
		t.Errorf("the rows are %v", names)
	}
	b.holds("findings.2.substance", "levamisole")
}

// A browser sends no more than 64 kB on its own account when a page is left; what is
// longer is kept while the page is there.
func TestALongFormIsKeptToo(t *testing.T) {
	startChromium(t)
	x := newSite(t, "sqlite")
	s := x.handIn(t)
	b := x.staff(t, x.analyst)
	form := s.path("/analyses/new")
	b.open(form)
	long := strings.Repeat("weighed ", 15_000)
	read[bool](b, `text => {
		const notes = document.querySelector('[name=notes]');
		notes.value = text;
		return notes.dispatchEvent(new Event('input', {bubbles: true}));
	}`, long)
	b.until("keep what is typed", `() => document.querySelector('[data-draft-state]').textContent.startsWith('Kept as draft')`)
	b.open(form)
	if n := read[int](b, `() => document.querySelector('[name=notes]').value.length`); n != len(long) {
		t.Errorf("%d characters are kept of %d", n, len(long))
	}
}
