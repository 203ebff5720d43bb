package browsertest

import (
	"context"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
)

// The language, reloading and going back show the result again, with or without
// scripts, and neither asks for the code nor keeps it anywhere.
func TestAResultStaysThroughLanguageReloadAndBack(t *testing.T) {
	eachSite(t, func(t *testing.T, x *site) {
		s := x.published(t)
		for name, b := range map[string]*browser{"with scripts": x.visitor(t), "without scripts": x.visitor(t).withoutScripts()} {
			t.Run(name, func(t *testing.T) {
				b.t = t
				b.lookUp(s.code.Print())
				b.see("We found ketamine")
				at := b.place()
				if !strings.HasPrefix(at, "/result/") {
					t.Errorf("a result is at %s", at)
				}
				b.next(chromedp.Reload())
				b.see("We found ketamine")
				b.follow("Nederlands")
				b.see("79,5")
				b.next(chromedp.Reload())
				b.see("79,5")
				b.back()
				b.see("We found ketamine")
				b.follow("Figures")
				b.back()
				b.see("We found ketamine")
				if b.place() != at {
					t.Errorf("Back leads to %s", b.place())
				}
				b.storesNothing()
				b.asksForNoCode(s.code.Print())
				b.watch.quiet(t, x.address)
			})
		}
	})
}

// Who closes a result leaves it: the next person who goes back does not see it.
func TestAClosedResultIsNotBehindTheBackButton(t *testing.T) {
	x := newSite(t, "sqlite")
	s := x.published(t)
	b := x.visitor(t)
	b.lookUp(s.code.Print())
	b.see("We found ketamine")
	b.follow("Close this result")
	b.see("Type the code")
	read[bool](b, `() => { document.body.dataset.left = 'yes'; return true }`)
	b.back()
	b.until("go back", `() => document.body.dataset.left !== 'yes'`)
	b.see("Type the code")
	b.lacks("We found ketamine")
	b.holds("code", "")
}

// back goes to the page before, which the browser may have kept: what is seen next is
// waited for.
func (b *browser) back() {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, patience)
	defer cancel()
	// The page may be gone before it has answered.
	_, err := chromedp.Run(ctx, chromedp.Evaluate[bool](call(`() => { history.back(); return true }`)))
	if err != nil && !strings.Contains(err.Error(), "navigated") {
		b.t.Fatalf("go back: %v", err)
	}
}
