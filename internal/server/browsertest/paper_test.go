package browsertest

import (
	"regexp"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"

	"marquis/internal/lab"
)

var sheet = regexp.MustCompile(`/Type\s*/Page\b[^s]`)

// sheets is on how many sheets the page is printed, of the size that it asks for.
func (b *browser) sheets() int {
	b.t.Helper()
	paper, err := chromedp.Run(b.ctx, chromedp.PrintToPDF(chromedp.PDFPreferCSSPageSize()))
	if err != nil {
		b.t.Fatal(err)
	}
	return len(sheet.FindAll(paper, -1))
}

// onPaper is what is printed of the page.
func (b *browser) onPaper() string {
	b.t.Helper()
	if _, err := chromedp.Call(b.ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Media: "print"}); err != nil {
		b.t.Fatal(err)
	}
	return read[string](b, `() => document.body.innerText`)
}

// A slip is one sheet, also with all that can stand on it, and holds the number, logo and
// product where they were asked for alone, without scripts too.
func TestASlipIsOneSheet(t *testing.T) {
	startChromium(t)
	x := newSite(t, "sqlite")
	terms := lab.Terms{
		Address: "Testservice Utrecht\nKanaalstraat 123, eerste verdieping\n3531 CJ Utrecht", Phone: "030 123 45 67",
		OpeningHours: "maandag en woensdag 17-20 uur\ndonderdag 12-14 uur\nniet op feestdagen", DaysToResult: 7,
	}
	if err := x.store.SetTerms(t.Context(), lab.Operator("test"), x.service.ID, lab.Terms{}, terms); err != nil {
		t.Fatal(err)
	}
	b := begun(t, x)
	b.fill("product_id", "xtc")
	b.choose("form", "tablet")
	b.fill("colours", "pink, white, orange, turquoise")
	b.fill("logo", "a bear that holds a honey pot")
	b.fill("brought", "3")
	b.next(ctrlEnter())
	b.see("Registered as")
	at := b.place()
	bare := b.onPaper()
	for _, text := range []string{"Sample 1 of the 3 you brought", "tablet, pink", "donderdag 12-14", "030 123 45 67"} {
		if !strings.Contains(bare, text) {
			t.Errorf("the slip does not say %q:\n%s", text, bare)
		}
	}
	for _, text := range []string{"UTR-", "honey", "Registered", "Only if the visitor"} {
		if strings.Contains(bare, text) {
			t.Errorf("the slip says %q", text)
		}
	}
	if n := b.sheets(); n != 1 {
		t.Errorf("it is %d sheets", n)
	}

	b.look(narrow, light)
	b.next(pressing("m"))
	b.see("Leave number, logo and product out")
	full := b.onPaper()
	if !strings.Contains(full, "UTR-2025-") || !strings.Contains(full, "honey") || !strings.Contains(full, "Sold as: ") {
		t.Errorf("with what the visitor wants it says\n%s", full)
	}
	if n := b.sheets(); n != 1 {
		t.Errorf("with what the visitor wants it is %d sheets", n)
	}
	b.look(narrow, light)
	b.next(pressing("m"))
	if b.place() != at {
		t.Errorf("at %s, want %s", b.place(), at)
	}

	plain := begun(t, x).withoutScripts()
	plain.fill("product_id", "ketamine")
	plain.choose("form", "powder")
	plain.follow("Register")
	plain.follow("Print number, logo and product too")
	if full := plain.onPaper(); !strings.Contains(full, "UTR-2025-") {
		t.Errorf("without scripts it says\n%s", full)
	}
}

// The visitor's page as staff see it is printed as the visitor prints it: on one sheet,
// without what is said to staff. Of what is not released it says so.
func TestAPreviewIsOneSheetWithoutItsBar(t *testing.T) {
	startChromium(t)
	x := newSite(t, "sqlite")
	s := verified(x, t)
	b := x.staff(t, x.verifier)
	b.open(s.path("/result"))
	b.see("This is what the visitor would read if you released it now.")
	b.lacks("Not for the visitor.")
	before := b.onPaper()
	if !strings.Contains(before, "Not released yet. Not for the visitor.") || strings.Contains(before, "if you released it now") {
		t.Errorf("before its release it says\n%s", before)
	}
	if n := b.sheets(); n != 1 {
		t.Errorf("before its release it is %d sheets", n)
	}
	x.publish(t, s, "")
	for _, lang := range []string{"en", "nl"} {
		b.open(s.path("/result?say=" + lang))
		seen := b.onPaper()
		visitor := x.visitor(t)
		visitor.lookUp(s.code.Print())
		visitor.open(visitor.place() + "?lang=" + lang)
		if read := visitor.onPaper(); seen != read {
			t.Errorf("%s: staff print\n%s\nthe visitor prints\n%s", lang, seen, read)
		}
		if n := b.sheets(); n != 1 {
			t.Errorf("%s: it is %d sheets", lang, n)
		}
	}
}

// What was changed or taken back is printed on one sheet too, without what it said before.
func TestAChangedResultIsOneSheet(t *testing.T) {
	startChromium(t)
	x := newSite(t, "sqlite")
	for name, s := range map[string]received{"changed": x.amended(t), "taken back": x.withdrawn(t)} {
		b := x.staff(t, x.verifier)
		for _, lang := range []string{"en", "nl"} {
			b.open(s.path("/result?of=now&say=" + lang))
			if paper := b.onPaper(); strings.Contains(paper, "Version 1") || strings.Contains(paper, "Versie 1") {
				t.Errorf("%s: it prints\n%s", name, paper)
			}
			if n := b.sheets(); n != 1 {
				t.Errorf("%s, %s: it is %d sheets", name, lang, n)
			}
		}
	}
}
