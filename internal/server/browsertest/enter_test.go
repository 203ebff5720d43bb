package browsertest

import (
	"testing"

	"github.com/chromedp/chromedp"

	"marquis/internal/store"
)

// handedInToday is the number of samples that the service has got today.
func (x *site) handedInToday(t testing.TB) int {
	t.Helper()
	work, err := x.store.Worklist(t.Context(), x.intake, store.WorkFilter{Service: x.service.ID, Limit: store.WorkMost})
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for _, row := range work.Rows {
		if row.Sample.ImportID.IsZero() {
			n++
		}
	}
	return n
}

// Enter registers nothing, with scripts or without: a scanner ends each code with it.
func TestEnterRegistersNothing(t *testing.T) {
	startChromium(t)
	x := newSite(t, "sqlite")
	b := begun(t, x)
	draft := b.place()
	b.fill("product_id", "ketamine")
	b.choose("form", "powder")
	for _, field := range []string{"product_id", "form", "price_amount", "received_on", "expected_ready_on", "give_code", "brought"} {
		read[bool](b, `name => { document.getElementsByName(name)[0].focus(); return true; }`, field)
		b.press(enter + enter)
	}
	b.until("stay on the last field", `() => document.activeElement.name === 'brought'`)
	if b.place() != draft || x.handedInToday(t) != 0 {
		t.Errorf("at %s, %d registered", b.place(), x.handedInToday(t))
	}

	plain := x.staff(t, x.intake).withoutScripts()
	plain.open("/counter/UTR?location=1")
	plain.follow("New visit")
	plain.see("Register a sample")
	plain.do(chromedp.Focus(`[name=product_id]`))
	plain.press("ketamine" + tab + tab + "powder" + tab + enter)
	plain.open("/counter/UTR?location=1")
	if n := x.handedInToday(t); n != 0 {
		t.Errorf("%d are registered by Enter, without scripts", n)
	}
}

// Ctrl+Enter registers from wherever the focus is, and pressed twice it does so once.
func TestCtrlEnterRegistersFromEverywhere(t *testing.T) {
	startChromium(t)
	x := newSite(t, "sqlite")
	for where, focus := range map[string]string{
		"a fold":  `() => document.querySelector('#main form summary').focus()`,
		"nowhere": `() => document.activeElement.blur()`,
		"a field": `() => document.getElementsByName('region')[0].focus()`,
	} {
		b := begun(t, x)
		b.fill("product_id", "ketamine")
		b.choose("form", "powder")
		read[*bool](b, focus)
		b.next(ctrlEnter(), ctrlEnter())
		b.see("Registered as")
		if b.status != 200 {
			t.Errorf("from %s: %d", where, b.status)
		}
	}
	if n := x.handedInToday(t); n != 3 {
		t.Errorf("%d registered, want 3", n)
	}
}

// A field that is entered by a key is replaced by what is typed; what was copied is marked
// until then, and the words of the visitor go with the product.
func TestWhatWasCopiedIsTypedOver(t *testing.T) {
	startChromium(t)
	x := newSite(t, "sqlite")
	b := begun(t, x)
	b.fill("product_id", "xtc")
	b.fill("sold_as_text", "roze tesla")
	b.choose("form", "tablet")
	b.follow("Register")
	b.next(pressing("n"))
	b.until("focus the product", `() => document.activeElement.name === 'product_id'`)
	b.lacks("copied")
	b.next(pressing("d", chromedp.ModifierCtrl))
	b.until("mark three fields", `() => document.querySelectorAll('[data-copied]').length === 3`)
	b.holds("product_id", "ecstasy")
	b.holds("sold_as_text", "roze tesla")
	b.do(chromedp.Focus(`[name=expected_ready_on]`))
	read[bool](b, `() => { document.getElementsByName('product_id')[0].focus(); return true; }`)
	b.press("3mmc")
	b.holds("product_id", "3mmc")
	b.holds("sold_as_text", "")
	b.until("mark the form alone", `() => [...document.querySelectorAll('[data-copied]')].map(e => e.dataset.copied).join() === 'form'`)
	if usual := read[string](b, `() => document.getElementsByName('received_unit')[0].options[0].text`); usual != "as usual: piece" {
		t.Errorf("the unit of a tablet is %q", usual)
	}
	b.choose("form", "powder")
	if usual := read[string](b, `() => document.getElementsByName('price_unit')[0].options[0].text`); usual != "as usual: gram" {
		t.Errorf("the unit of a powder is %q", usual)
	}
}

// What can hardly be right is asked, and taken where somebody says that it is right.
func TestTheCounterAsksAndIsAnswered(t *testing.T) {
	startChromium(t)
	x := newSite(t, "sqlite")
	b := begun(t, x)
	b.fill("product_id", "xtc")
	b.choose("form", "tablet")
	b.fill("width_um", "92")
	b.fill("price_amount", "€ 350,-")
	b.next(ctrlEnter())
	b.see("A width of 92 mm is unusual.", "price", "Correct what looks implausible")
	b.fill("width_um", "9,2")
	b.next(ctrlEnter())
	b.see("price")
	b.lacks("A width of")
	b.click("I have looked again: this is right")
	b.next(ctrlEnter())
	b.see("Registered as")
}

// One key each prints the slip, and goes on to the next sample or the next visit.
func TestKeysOfASlip(t *testing.T) {
	startChromium(t)
	x := newSite(t, "sqlite")
	b := begun(t, x)
	b.fill("product_id", "ketamine")
	b.choose("form", "powder")
	b.next(ctrlEnter())
	b.see("Registered as", "Print the slip p")
	read[bool](b, `() => { window.print = () => document.body.dataset.printed = 'yes'; return true; }`)
	b.press("p")
	b.until("print", `() => document.body.dataset.printed === 'yes'`)
	b.next(pressing("v"))
	b.see("Register a sample")
	b.lacks("of this visit")
	b.fill("product_id", "ketamine")
	b.choose("form", "powder")
	b.next(ctrlEnter())
	b.next(pressing("n"))
	b.see("Sample 2 of this visit")
	b.fill("product_id", "ketamine")
	b.choose("form", "powder")
	b.next(ctrlEnter())
	b.follow("Undo this registration")
	b.see("is undone", "Sample 2 of this visit")
	b.holds("product_id", "ketamine")
}
