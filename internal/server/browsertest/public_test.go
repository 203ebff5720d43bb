package browsertest

import "testing"

func TestPublicPagesWorkWithoutScripts(t *testing.T) {
	eachSite(t, func(t *testing.T, x *site) {
		s := x.published(t)
		b := x.visitor(t).withoutScripts()
		b.open("/")
		b.fill("code", s.code.Print())
		b.follow("Show the result")
		b.see("We found ketamine", "79.5", "112")
		b.follow("Look up another code")
		b.follow("Show the result")
		b.see("Type the code on your slip")
		b.follow("Nederlands")
		b.fill("code", s.code.Print())
		b.press(enter)
		b.see("79,5")

		b.open("/figures")
		b.fill("product", "ketamine")
		b.next(pressing(enter))
		b.see("etamine")
		b.open("/figures/2024/ketamine")
		b.see("2024", "CSV")
		b.storesNothing()
		b.watch.quiet(t, x.address)
		b.asksForNoCode(s.code.Print())
	})
}
