package browsertest

import (
	"fmt"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"

	"marquis/internal/figures"
	"marquis/internal/lab"
)

// The people of one sample: who takes it in by keyboard, who analyses, who asks and
// signs, and the visitor, who only has a slip.
func TestLifeOfASample(t *testing.T) {
	eachSite(t, func(t *testing.T, x *site) {
		intake := inviteSomebody(t, x)
		laboratory, verifier, visitor := x.staff(t, x.analyst), x.staff(t, x.verifier), x.visitor(t)

		number, code := registerByKeyboard(t, intake)
		landFromSlip(t, visitor, code)
		visitor.follow("Show the result")
		visitor.see("We have your sample")
		x.counts(t, visitor, 1, 0)

		enterFindings(laboratory, number)
		askAndAnswer(verifier, laboratory, number)
		verifyAndRelease(verifier, number)
		visitor.lookUp(code)
		visitor.see("We found ketamine", "79.5", "levamisole", "112", "Drugs Infolijn")
		visitor.lacks("safe", "pure")
		readOut(intake, number, 1)

		amend(laboratory, verifier, number)
		visitor.lookUp(code)
		visitor.see("71.2", "What it said before", "79.5", "The weighing was repeated.")
		x.counts(t, visitor, 1, 1)

		withdraw(verifier, number)
		visitor.lookUp(code)
		visitor.see("This result has been taken back", "Two vials were exchanged.")
		x.counts(t, visitor, 1, 0)
		readOut(intake, number, 3)

		for _, b := range []*browser{intake, laboratory, verifier, visitor} {
			b.watch.quiet(t, x.address)
			b.asksForNoCode(code)
		}
		visitor.storesNothing()
	})
}

// asksForNoCode fails when a code was part of an address.
func (b *browser) asksForNoCode(code string) {
	b.t.Helper()
	plain := strings.ReplaceAll(code, "-", "")
	for _, address := range b.watch.asked() {
		if strings.Contains(strings.ReplaceAll(address, "-", ""), plain) {
			b.t.Errorf("the code was sent in the address %s", address)
		}
	}
}

// inviteSomebody adds a colleague for the counter on the pages, who accepts the
// invitation and sets an authenticator up.
func inviteSomebody(t *testing.T, x *site) *browser {
	t.Helper()
	admin := x.staff(t, x.admin)
	admin.open("/people")
	admin.follow("Add a person")
	admin.fill("login", "noor")
	admin.fill("name", "Noor")
	admin.click("intake – Service UTR")
	admin.next(ctrlEnter())
	admin.follow("Make an invitation")
	admin.see("It is shown once")
	invitation := read[string](admin, `() => document.querySelector('main code.code, main code')?.textContent`)

	noor := x.visitor(t)
	noor.acceptInvitation(invitation)
	noor.signIn("noor")
	noor.see("Counter")
	secret := noor.setUpAuthenticator(x)

	again := x.visitor(t)
	again.signIn("noor")
	again.see("Authenticator code")
	x.clock.pass(time.Minute)
	code, err := totp.GenerateCode(secret, x.clock.Now())
	if err != nil {
		t.Fatal(err)
	}
	again.fill("code", code)
	again.next(ctrlEnter())
	again.see("Counter")
	admin.watch.quiet(t, x.address)
	noor.watch.quiet(t, x.address)
	return again
}

// registerByKeyboard registers a ketamine powder without touching the mouse, from
// the counter to the slip, and returns what the slip says.
func registerByKeyboard(t *testing.T, b *browser) (number, code string) {
	t.Helper()
	b.open("/counter/UTR?location=1")
	b.until("focus the button for a new visit", `() => document.activeElement.localName === 'button'`)
	b.next(pressing(enter))
	b.see("Register a sample")
	b.until("focus the product", `() => document.activeElement.name === 'product_id'`)
	b.press("keta")
	b.until("suggest ketamine", `() => document.querySelector('[role=option]')?.textContent.startsWith('ketamine')`)
	b.press(down)
	b.until("mark ketamine", `() => document.querySelector('[role=option][aria-selected=true]')?.dataset.value === 'ketamine'`)
	b.press(enter)
	b.holds("product_id", "ketamine")
	b.tabTo("form")
	b.press("pow") // the letters of a choice choose it
	b.tabTo("received_amount")
	b.press("0,5")
	b.tabTo("price_amount")
	b.press("24")
	b.tabTo("price_quantity")
	b.press("1")
	b.until("keep the draft", `() => document.querySelector('[data-draft-state]').textContent.startsWith('Kept as draft')`)
	b.next(ctrlEnter())
	b.see("Registered as", "Print this slip now.")
	code = read[string](b, `() => document.querySelector('.slip .code').textContent`)
	number = regexp.MustCompile(`UTR-\d{4}-\d{5}`).FindString(b.text())
	if _, err := lab.ParseLookupCode(code); err != nil || number == "" {
		t.Fatalf("the slip of %q says %q: %v", number, code, err)
	}
	b.open("/samples/" + number)
	b.see("ketamine", "powder", "registered")
	b.lacks(code)
	return number, code
}

// landFromSlip opens the address of the slip's QR code. The code is filled in, and
// gone from the address bar.
func landFromSlip(t *testing.T, b *browser, code string) {
	t.Helper()
	b.open("/#" + url.PathEscape(code))
	b.until("take the code over", `code => document.getElementsByName('code')[0].value.replaceAll('-', '') === code.replaceAll('-', '')`, code)
	if at := read[string](b, `() => location.href`); strings.Contains(at, "#") {
		t.Errorf("the address bar still shows %s", at)
	}
}

// enterFindings enters what GC-MS found.
func enterFindings(b *browser, number string) {
	b.t.Helper()
	b.open("/work")
	b.see(number)
	b.open("/samples/" + number)
	b.follow("New analysis")
	b.chooseGCMS()
	b.finding(0, "ketamine", "79,5", "base")
	b.finding(1, "levamisole", "", "")
	b.choose("findings.1.detection", "identified")
	b.next(ctrlEnter())
	b.see("The analysis is entered", "79.5", "levamisole")
}

// finding fills a row of findings in.
func (b *browser) finding(row int, substance, amount, basis string) {
	b.t.Helper()
	name := func(part string) string { return fmt.Sprintf("findings.%d.%s", row, part) }
	b.fill(name("substance"), substance)
	if amount != "" {
		b.fill(name("amount"), amount)
		b.choose(name("basis"), basis)
	}
}

// askAndAnswer sends the analysis back with a question, which the laboratory
// answers.
func askAndAnswer(verifier, laboratory *browser, number string) {
	verifier.t.Helper()
	verifier.open("/samples/" + number)
	verifier.follow("Verify or send back")
	verifier.see("79.5", "ketamine")
	verifier.click("Send back with a question")
	verifier.fill("question", "Is levamisole above the limit?")
	verifier.follow("Send back")
	verifier.see("Sent back with your question.")

	laboratory.open("/samples/" + number)
	laboratory.see("Is levamisole above the limit?")
	name := read[string](laboratory, `() => document.querySelector('[name^="answer-"]').name`)
	laboratory.fill(name, "Yes, but it was not quantified.")
	laboratory.follow("Send the answer")
	laboratory.see("Your answer is noted.")
}

func verifyAndRelease(b *browser, number string) {
	b.t.Helper()
	b.open("/samples/" + number)
	b.follow("Verify or send back")
	b.see("Yes, but it was not quantified.")
	b.follow("Verify")
	b.see("The analysis is verified.")
	b.open("/samples/" + number + "/release")
	b.see("The visitor will read", "79.5")
	b.follow("Release this result")
	b.see("The result is released.", "Version 1")
}

// amend repeats the analysis with another amount and releases the new version.
func amend(laboratory, verifier *browser, number string) {
	verifier.t.Helper()
	laboratory.open("/samples/" + number + "/analyses/new")
	laboratory.chooseGCMS()
	laboratory.finding(0, "ketamine", "71,2", "base")
	laboratory.next(ctrlEnter())
	laboratory.see("The analysis is entered")

	verifier.open("/samples/" + number)
	verifier.follow("Verify or send back")
	verifier.click("Report this one")
	verifier.follow("Verify")
	verifier.open("/samples/" + number + "/release")
	verifier.see("71.2", "79.5", "The visitor reads now")
	verifier.fill("reason", "The weighing was repeated.")
	verifier.click("It is right that this is left out") // the amount of before
	verifier.follow("Release this result")
	verifier.see("The result is released.", "Version 2")
}

func withdraw(b *browser, number string) {
	b.t.Helper()
	b.open("/samples/" + number + "/release")
	b.click("Withdraw the result")
	b.fillIn(`form[action$="/withdrawal"] textarea`, "Two vials were exchanged.")
	b.next(ctrlEnter())
	b.see("The result is withdrawn.")
}

// readOut tells a version by phone.
func readOut(b *browser, number string, version int) {
	b.t.Helper()
	b.open("/samples/" + number + "/read-out")
	b.follow(fmt.Sprintf("I have told version %d", version))
	b.see("Noted that you told this version.")
}

// counts fails unless the figures of staff count so many samples of this year and
// released results, and those of the public say nothing of it. They are a second old
// at most.
func (x *site) counts(t testing.TB, visitor *browser, registered, released int) {
	t.Helper()
	x.clock.pass(time.Second)
	year := x.clock.Now().Year()
	visitor.open(fmt.Sprintf("/figures/%d", year))
	visitor.see(fmt.Sprintf("The figures of %d come when that year is over", year))
	set, err := figures.New(x.store, x.clock.Now, "EUR").Set(t.Context(), "")
	if err != nil {
		t.Fatal(err)
	}
	y, err := set.Year(t.Context(), year)
	if err != nil || y.Registered != registered || y.Released != released {
		t.Errorf("%d: %d registered and %d released, want %d and %d; %v", year, y.Registered, y.Released, registered, released, err)
	}
}
