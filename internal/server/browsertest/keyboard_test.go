package browsertest

import (
	"testing"

	"github.com/chromedp/chromedp"
)

// focused is the name of the field that has the focus.
func (b *browser) focused() string {
	b.t.Helper()
	return read[string](b, `() => document.activeElement?.name ?? ''`)
}

// tabTo presses Tab until a field has the focus.
func (b *browser) tabTo(name string) {
	b.t.Helper()
	for range 60 {
		b.press(tab)
		if b.focused() == name {
			return
		}
	}
	b.t.Fatalf("Tab never gets to %s", name)
}

// focus is what has the focus: where it is, and how it shows that it has it.
type focus struct {
	What      string
	Top, Left float64
	Box       int     // a part of the page that scrolls by itself, 0 for none
	BoxTop    float64 // of that part
	Drawn     bool    // an outline or a shadow
	Hidden    string  // what covers it
}

// above tells that it stands higher on the page than another; fields beside each
// other are a row.
func (f *focus) above(other *focus) bool {
	const row = 60 // pixels
	if f.Box != other.Box {
		return f.BoxTop < other.BoxTop-row && f.Left <= other.Left
	}
	return f.Top < other.Top-row && f.Left <= other.Left
}

const whereFocus = `() => {
	const e = document.activeElement;
	if (!e || e === document.body) return null;
	const box = e.getBoundingClientRect(), style = getComputedStyle(e);
	const drawn = style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) > 0 || style.boxShadow !== 'none';
	const scroller = e.parentElement.closest('.scroll');
	const down = scrollY + (scroller?.scrollTop ?? 0), right = scrollX + (scroller?.scrollLeft ?? 0);
	const at = document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2);
	const same = at && (e.contains(at) || at.contains(e) || [...(e.labels ?? [])].some(l => l.contains(at)));
	return {
		What: e.outerHTML.slice(0, 120), Top: box.top + down, Left: box.left + right,
		Box: [...document.querySelectorAll('.scroll')].indexOf(scroller) + 1, BoxTop: (scroller ?? e).getBoundingClientRect().top + scrollY,
		Drawn: drawn, Hidden: same ? '' : at?.outerHTML.slice(0, 120) ?? 'the edge of the window',
	};
}`

// Tab goes down the page in the order in which it is read, the focus is always
// seen, and nothing covers it.
func TestTabGoesDownThePage(t *testing.T) {
	startChromium(t)
	x := newSite(t, "sqlite")
	for name, reach := range map[string]func(testing.TB, *site) *browser{
		"look-up": at(anybody, "/"), "result": result(published), "register": begun, "work": at(analyst, "/work"),
		"analysis": of(analyst, handedIn, "/analyses/new"),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := reach(t, x)
			for _, width := range []int64{wide, narrow} {
				b.look(width, light)
				b.walk()
			}
		})
	}
}

// walk presses Tab from the top of the page to its end.
func (b *browser) walk() {
	b.t.Helper()
	b.do(chromedp.Evaluate[chromedp.Void](`document.activeElement.blur(), scrollTo(0, 0)`))
	read[bool](b, `() => { getSelection().collapse(document.body, 0); return true; }`)
	var last *focus
	stops := 0
	for range 200 {
		b.press(tab)
		now := read[*focus](b, whereFocus)
		if now == nil {
			break
		}
		stops++
		if !now.Drawn {
			b.t.Errorf("%s: the focus is not seen on %s", b.place(), now.What)
		}
		if now.Hidden != "" {
			b.t.Errorf("%s: %s is covered by %s", b.place(), now.What, now.Hidden)
		}
		if last != nil && now.above(last) {
			b.t.Errorf("%s: Tab goes up from %s to %s", b.place(), last.What, now.What)
		}
		last = now
	}
	if stops < 5 || stops == 200 {
		b.t.Errorf("%s: Tab stops %d times", b.place(), stops)
	}
}
