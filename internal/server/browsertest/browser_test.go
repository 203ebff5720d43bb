package browsertest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// patience is how long a page may take to show something on a busy machine.
const patience = 30 * time.Second

// browser is what one person does in Chromium, in a window that shares neither
// cookies nor storage with another.
type browser struct {
	t       testing.TB
	ctx     context.Context
	address *url.URL
	watch   *watch
	status  int64 // of the page that is shown
}

// step is one thing that is done in a page.
type step = chromedp.Action[chromedp.Void]

func newBrowser(t testing.TB, address *url.URL) *browser {
	t.Helper()
	w := takeWindow(t)
	t.Cleanup(func() { w.giveBack(t) })
	return in(t, w, address)
}

// in is what one person does in a window.
func in(t testing.TB, w *window, address *url.URL) *browser {
	t.Helper()
	b := &browser{t: t, ctx: w.ctx, address: address, watch: w.watch}
	b.look(wide, light)
	return b
}

// Widths of windows in pixels, and colour schemes.
const (
	wide   = 1280
	narrow = 320
	light  = "light"
	dark   = "dark"
)

// look sets the window's width and the colours that the reader prefers.
func (b *browser) look(width int64, colours string) {
	b.t.Helper()
	b.do(chromedp.EmulateViewport(width, 900))
	media := emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{
		{Name: "prefers-color-scheme", Value: colours}, {Name: "prefers-reduced-motion", Value: "reduce"},
	}}
	if _, err := chromedp.Call(b.ctx, emulation.SetEmulatedMedia, media); err != nil {
		b.t.Fatal(err)
	}
}

// withoutScripts turns the scripts of pages off.
func (b *browser) withoutScripts() *browser {
	b.t.Helper()
	if _, err := chromedp.Call(b.ctx, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true}); err != nil {
		b.t.Fatal(err)
	}
	return b
}

// do does something that leads to no other page.
func (b *browser) do(steps ...step) {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, patience)
	defer cancel()
	if err := chromedp.Do(ctx, steps...); err != nil {
		b.t.Fatalf("at %s: %v", b.place(), err)
	}
}

// next does something that leads to another page, and waits for that.
func (b *browser) next(steps ...step) {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, patience)
	defer cancel()
	answer, err := chromedp.RunResponse(ctx, steps...)
	if err != nil {
		b.t.Fatalf("leaving %s: %v\n%.2000s", b.place(), err, b.text())
	}
	b.status = answer.Status
}

// open goes to a page of the site.
func (b *browser) open(path string) {
	b.t.Helper()
	b.next(chromedp.Navigate(b.address.String() + path))
}

// place is the path of the page that is shown.
func (b *browser) place() string {
	ctx, cancel := context.WithTimeout(b.ctx, patience)
	defer cancel()
	at, err := chromedp.Run(ctx, chromedp.Location())
	if err != nil {
		return err.Error()
	}
	return strings.TrimPrefix(at, b.address.String())
}

// read calls a function of the page's world with arguments.
func read[T any](b *browser, function string, args ...any) T {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, patience)
	defer cancel()
	value, err := chromedp.Run(ctx, chromedp.Evaluate[T](call(function, args...), chromedp.EvalAwaitPromise))
	if err != nil {
		b.t.Fatalf("at %s: %v", b.place(), err)
	}
	return value
}

// call writes a call of a function in JavaScript.
func call(function string, args ...any) string {
	list := make([]string, len(args))
	for i, a := range args {
		text, err := json.Marshal(a)
		if err != nil {
			panic(err)
		}
		list[i] = string(text)
	}
	return "(" + function + ")(" + strings.Join(list, ", ") + ")"
}

// text is all that the page shows.
func (b *browser) text() string {
	b.t.Helper()
	return read[string](b, `() => document.body.innerText`)
}

// see waits until the page shows the texts. Words of it may stand on several lines.
func (b *browser) see(texts ...string) {
	b.t.Helper()
	for _, text := range texts {
		b.until(fmt.Sprintf("see %q", text), `text => document.body?.innerText.replace(/\s+/g, ' ').includes(text)`, text)
	}
}

// lacks fails when the page shows one of the texts.
func (b *browser) lacks(texts ...string) {
	b.t.Helper()
	shown := b.text()
	for _, text := range texts {
		if strings.Contains(shown, text) {
			b.t.Errorf("%s shows %q", b.place(), text)
		}
	}
}

// until waits until a function of the page's world is true.
func (b *browser) until(what, function string, args ...any) {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, patience)
	defer cancel()
	every := time.NewTicker(20 * time.Millisecond)
	defer every.Stop()
	for {
		// A page that is just being left has no world to ask.
		if ok, err := chromedp.Run(ctx, chromedp.Evaluate[bool](call(function, args...))); err == nil && ok {
			return
		}
		select {
		case <-every.C:
		case <-ctx.Done():
			b.t.Fatalf("waited in vain at %s (%d) to %s:\n%.2000s", b.place(), b.status, what, b.text())
		}
	}
}

// button finds a link, a button, a label or the like by its text, the whole of it if
// there is one, and returns where to click on it.
const button = `text => {
	const said = e => (e.innerText ?? '').replace(/\s+/g, ' ').trim();
	const all = [...document.querySelectorAll('a[href], button, summary, label')].filter(e => e.checkVisibility());
	const found = all.find(e => said(e) === text) ?? all.find(e => said(e).startsWith(text));
	if (!found) return null;
	found.scrollIntoView({block: 'center'});
	const {x, y, width, height} = found.getClientRects()[0];
	return [x + width / 2, y + height / 2];
}`

// settled tells whether the page has given the focus to the field that asks for it,
// which scrolls there.
const settled = `() => !document.querySelector('[autofocus]') || document.activeElement !== document.body`

// awaitSettled waits for it a second at most: what is in the address may keep it back.
func awaitSettled(ctx context.Context, t *chromedp.Target) error {
	for range 50 {
		if is, err := chromedp.Evaluate[bool](call(settled))(ctx, t); is || err != nil {
			return err
		}
		time.Sleep(20 * time.Millisecond)
	}
	return nil
}

// look is for how long people look at what they sign; before, a page takes no signature.
const look = 1100 * time.Millisecond

// awaitLooked looks at a page that asks for a signature.
func awaitLooked(ctx context.Context, t *chromedp.Target) error {
	signs, err := chromedp.Evaluate[bool](`document.querySelector('form[data-signs]') !== null`)(ctx, t)
	if signs {
		time.Sleep(look)
	}
	return err
}

// clickOn clicks on what has the text, where it will stay.
func clickOn(text string) step {
	return chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		if err := errors.Join(awaitSettled(ctx, t), awaitLooked(ctx, t)); err != nil {
			return err
		}
		at, err := chromedp.Evaluate[[]float64](call(button, text))(ctx, t)
		if err != nil || len(at) == 0 {
			return fmt.Errorf("nothing to click says %q (%w)", text, err)
		}
		_, err = chromedp.MouseClickXY(at[0], at[1])(ctx, t)
		return err
	})
}

// click clicks on what has the text, and stays on the page.
func (b *browser) click(text string) {
	b.t.Helper()
	b.do(clickOn(text))
}

// follow clicks on what has the text, and waits for the next page.
func (b *browser) follow(text string) {
	b.t.Helper()
	b.next(clickOn(text))
}

// Keys that people press.
const (
	tab   = kb.Tab
	enter = kb.Enter
	down  = kb.ArrowDown
)

// pressing presses keys one after the other. A key and what it types are one event,
// as from a keyboard: a script that takes the key keeps it from typing too.
func pressing(keys string, modifiers ...chromedp.Modifier) step {
	return chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		for _, key := range keys {
			events := kb.Encode(key)
			down, up := events[0], events[len(events)-1]
			if typed := events[1]; typed.Type == kb.KeyChar && len(modifiers) == 0 {
				down.Type, down.Text, down.UnmodifiedText = input.DispatchKeyEventTypeKeyDown, typed.Text, typed.UnmodifiedText
			}
			for _, event := range []*input.DispatchKeyEventParams{down, up} {
				chromedp.KeyModifiers(modifiers...)(event)
				if _, err := cdp.Call(ctx, t, input.DispatchKeyEvent, *event); err != nil {
					return err
				}
			}
		}
		return nil
	})
}

// press presses keys, with what has the focus.
func (b *browser) press(keys ...string) {
	b.t.Helper()
	b.do(pressing(strings.Join(keys, "")))
}

// ctrlEnter sends the form that has the focus, once somebody has looked at it.
func ctrlEnter() step {
	return chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		if err := awaitLooked(ctx, t); err != nil {
			return err
		}
		_, err := pressing(enter, chromedp.ModifierCtrl)(ctx, t)
		return err
	})
}

// fill replaces what stands in a field.
func (b *browser) fill(name, value string) {
	b.t.Helper()
	found := read[bool](b, `name => {
		const field = [...document.getElementsByName(name)].find(e => e.type !== 'hidden');
		if (!field?.checkVisibility()) return false;
		field.focus();
		field.select();
		return document.activeElement === field;
	}`, name)
	if !found {
		b.t.Fatalf("%s has no field %s to fill:\n%s", b.place(), name, b.text())
	}
	if value == "" {
		b.press(kb.Delete)
		return
	}
	if _, err := chromedp.Call(b.ctx, input.InsertText, input.InsertTextParams{Text: value}); err != nil {
		b.t.Fatal(err)
	}
}

// choose chooses an option of a field, radio buttons among them, by its value.
func (b *browser) choose(name, value string) {
	b.t.Helper()
	found := read[bool](b, `(name, value) => {
		const fields = [...document.getElementsByName(name)].filter(e => e.type !== 'hidden');
		const field = fields.find(e => e.localName === 'select' || e.value === value);
		if (!field?.checkVisibility()) return false;
		field.focus();
		if (field.localName === 'select') field.value = value;
		else field.checked = true;
		field.dispatchEvent(new Event('input', {bubbles: true}));
		field.dispatchEvent(new Event('change', {bubbles: true}));
		return field.value === value;
	}`, name, value)
	if !found {
		b.t.Fatalf("%s has no choice %q of %s:\n%s", b.place(), value, name, b.text())
	}
}

// fillIn replaces what stands in the field that a selector finds.
func (b *browser) fillIn(selector, value string) {
	b.t.Helper()
	name := read[string](b, `selector => document.querySelector(selector)?.name ?? ''`, selector)
	b.fill(name, value)
}

// chooseGCMS chooses the method of that kind.
func (b *browser) chooseGCMS() {
	b.t.Helper()
	b.choose("method", read[string](b, `() => [...document.getElementsByName('method')[0].options].find(o => o.text.startsWith('GC-MS'))?.value ?? ''`))
}

// holds fails unless a field holds a value.
func (b *browser) holds(name, want string) {
	b.t.Helper()
	got := read[string](b, `name => [...document.getElementsByName(name)].find(e => e.type !== 'hidden')?.value ?? 'no such field'`, name)
	if got != want {
		b.t.Errorf("%s: the field %s holds %q, want %q", b.place(), name, got, want)
	}
}
