package browsertest

import (
	"errors"
	"fmt"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/pquerna/otp/totp"

	"marquis/internal/credential"
	"marquis/internal/lab"
	"marquis/internal/store"
	"marquis/internal/store/storetest"
)

const goodPassword = "a long sentence about the weather"

// stop is a page of the tour: the template that draws it, what it says, and how
// somebody gets there.
type stop struct {
	template, variant string
	says              string
	reach             func(t testing.TB, x *site) *browser
}

func (s stop) name() string {
	if s.variant == "" {
		return s.template
	}
	return s.template + " " + s.variant
}

// at opens a page as somebody.
func at(who func(x *site, t testing.TB) *browser, path string) func(testing.TB, *site) *browser {
	return func(t testing.TB, x *site) *browser {
		t.Helper()
		b := who(x, t)
		b.open(path)
		return b
	}
}

// Who opens pages.
var (
	anybody     = func(x *site, t testing.TB) *browser { t.Helper(); return x.visitor(t) }
	admin       = func(x *site, t testing.TB) *browser { t.Helper(); return x.staff(t, x.admin) }
	intake      = func(x *site, t testing.TB) *browser { t.Helper(); return x.staff(t, x.intake) }
	analyst     = func(x *site, t testing.TB) *browser { t.Helper(); return x.staff(t, x.analyst) }
	verifier    = func(x *site, t testing.TB) *browser { t.Helper(); return x.staff(t, x.verifier) }
	coordinator = func(x *site, t testing.TB) *browser { t.Helper(); return x.staff(t, x.coordinator) }
)

// lookUp opens a result by its code.
func (b *browser) lookUp(code string) {
	b.t.Helper()
	b.open("/")
	b.fill("code", code)
	b.follow("Show the result")
}

// result opens the result of a sample.
func result(made func(x *site, t testing.TB) received) func(testing.TB, *site) *browser {
	return func(t testing.TB, x *site) *browser {
		t.Helper()
		b := x.visitor(t)
		b.lookUp(made(x, t).code.Print())
		return b
	}
}

// of opens a page of a sample.
func of(who func(*site, testing.TB) *browser, made func(*site, testing.TB) received, rest string) func(testing.TB, *site) *browser {
	return func(t testing.TB, x *site) *browser {
		t.Helper()
		s, b := made(x, t), who(x, t)
		b.open(s.path(rest))
		return b
	}
}

// ofAnalysis opens a page of an analysis that is entered.
func ofAnalysis(who func(*site, testing.TB) *browser, rest string) func(testing.TB, *site) *browser {
	return func(t testing.TB, x *site) *browser {
		t.Helper()
		s := x.handIn(t)
		a := x.analyse(t, s, "79.5")
		b := who(x, t)
		b.open(s.path("/analyses/" + a.ID.String() + rest))
		return b
	}
}

// begun opens the form of a new sample.
func begun(t testing.TB, x *site) *browser {
	t.Helper()
	b := x.staff(t, x.intake)
	b.open("/counter/UTR?location=1")
	b.follow("New visit")
	return b
}

// newcomer is a verifier who accepts an invitation and signs in for the first time.
func newcomer(t testing.TB, x *site) *browser {
	t.Helper()
	login := fmt.Sprintf("newcomer-%d", x.people.Add(1))
	actor, err := x.store.AddUser(t.Context(), lab.Operator("test"), lab.User{Login: login, Name: "Noor Newcomer"}, []lab.Membership{{ServiceID: x.service.ID, Role: lab.Verifier}})
	if err != nil {
		t.Fatal(err)
	}
	token, hash := credential.NewToken()
	if err := x.store.Invite(t.Context(), lab.Operator("test"), actor.UserID, hash, lab.At(x.clock.Now().Add(lab.InvitationAge)), false); err != nil {
		t.Fatal(err)
	}
	b := x.visitor(t)
	b.acceptInvitation(token)
	b.signIn(login)
	return b
}

// acceptInvitation sets a first password.
func (b *browser) acceptInvitation(invitation string) {
	b.t.Helper()
	b.open("/invitation")
	b.fill("invitation", invitation)
	b.fill("password", goodPassword)
	b.fill("again", goodPassword)
	b.next(pressing(enter))
}

func (b *browser) signIn(login string) {
	b.t.Helper()
	b.open("/sign-in")
	b.fill("login", login)
	b.fill("password", goodPassword)
	b.next(pressing(enter))
}

// setUpAuthenticator sets an authenticator up, and stops at its recovery codes.
func (b *browser) setUpAuthenticator(x *site) (secret string) {
	b.t.Helper()
	b.open("/account/authenticator")
	secret = read[string](b, `() => [...document.querySelectorAll('code')].map(e => e.textContent).find(s => /^[A-Z2-7]{32}$/.test(s))`)
	code, err := totp.GenerateCode(secret, x.clock.Now())
	if err != nil {
		b.t.Fatal(err)
	}
	b.fill("code", code)
	b.fill("password", goodPassword)
	b.next(pressing(enter))
	b.see("Recovery codes")
	return secret
}

// toldOfFailures has three attempts to sign in as a newcomer fail, signs the newcomer in
// again, and opens the account.
func toldOfFailures(t testing.TB, x *site) *browser {
	t.Helper()
	b := newcomer(t, x)
	b.open("/account")
	account, err := x.store.Account(t.Context(), read[string](b, `() => document.querySelector('main dd').textContent`))
	if err != nil {
		t.Fatal(err)
	}
	for range 3 {
		x.store.NoteSignInFailure(store.FailedSignIn{UserID: account.ID, NetworkHash: "n"})
	}
	again := x.visitor(t)
	again.signIn(account.Login)
	again.open("/account")
	return again
}

// Samples at several times of their lives.
var (
	handedIn  = func(x *site, t testing.TB) received { t.Helper(); return x.handIn(t) }
	published = func(x *site, t testing.TB) received { t.Helper(); return x.published(t) }
	amended   = func(x *site, t testing.TB) received { t.Helper(); return x.amended(t) }
	withdrawn = func(x *site, t testing.TB) received { t.Helper(); return x.withdrawn(t) }
)

func verified(x *site, t testing.TB) received {
	t.Helper()
	s := x.handIn(t)
	x.verify(t, x.analyse(t, s, "79.5"))
	return s
}

// apart is a sample of which two analyses contradict each other.
func apart(t testing.TB, x *site) received {
	t.Helper()
	s := x.handIn(t)
	x.verify(t, x.analyse(t, s, "79.5"))
	x.verify(t, x.analyse(t, s, "60"))
	return s
}

// sendFile chooses a file of an instrument, tells its run and has it read.
func (b *browser) sendFile(x *site, content string) {
	b.t.Helper()
	b.open("/batches/new")
	b.do(chromedp.Evaluate[chromedp.Void](call(`text => {
		const chosen = new DataTransfer();
		chosen.items.add(new File([text], 'run.csv', {type: 'text/csv'}));
		document.querySelector('[name=file]').files = chosen.files;
	}`, content)))
	b.chooseGCMS()
	b.fill("performed_on", lab.DateOf(x.clock.Now(), x.clock.Now().Location()).String())
	b.fill("instrument", "QP2020")
	b.fill("run", "2025-12")
	b.follow("Read and look")
}

// triedFile is a file of which one sample is asked about, one is measured again, and a row
// cannot be taken.
func triedFile(t testing.TB, x *site) *browser {
	t.Helper()
	much, again := x.handIn(t), x.handIn(t)
	x.analyse(t, again, "79.5")
	b := x.staff(t, x.analyst)
	b.sendFile(x, "number,substance,amount,unit,basis\n"+much.number+",ketamine,99,%,base\n"+again.number+",ketamine,70,%,base\n"+
		again.number+",caffeine,5,%,base\nUTR-2025-99999,ketamine,1,%,base\nBLK1,ketamine,1,%,base\n")
	return b
}

// tour is every page, as those see it for whom it is, and every form that is sent
// with mistakes.
var tour = []stop{
	// the public
	{"home", "", "Look up", at(anybody, "/")},
	{"home", "with a mistake", "typing mistake", func(t testing.TB, x *site) *browser {
		b := x.visitor(t)
		b.lookUp("7K3M-9QXD-2RT0")
		return b
	}},
	{"home", "after a ticket", "This result is not shown here any more", at(anybody, "/result/x")},
	{"result", "received", "We have your sample", result(handedIn)},
	{"result", "confirmed", "levamisole", result(published)},
	{"result", "amended", "What it said before", result(amended)},
	{"result", "withdrawn", "taken back", result(withdrawn)},
	{"result", "as staff see it before its release", "if you released it now", of(verifier, verified, "/result")},
	{"result", "as staff see it in Dutch", "This is what the visitor reads now.", of(intake, published, "/result?say=nl")},
	{"result", "as staff see one that is not there", "We have your sample", of(intake, handedIn, "/result")},
	{"privacy", "", "Privacy", at(anybody, "/privacy")},
	{"figures", "", "Figures", at(anybody, "/figures")},
	{"figuresfound", "", "ketamine", at(anybody, "/figures/search?product=keta")},
	{"figurestables", "of a year", "Figures of 2024", at(anybody, "/figures/2024")},
	{"figurestables", "of a product in a year", "ketamine", at(anybody, "/figures/2024/ketamine")},
	{"figurestables", "of a product", "ketamine", at(anybody, "/figures/products/ketamine")},
	{"figureselsewhere", "of a running year", "Figures of 2025", at(anybody, "/figures/2025")},
	{"figureselsewhere", "404", "No figures here", at(anybody, "/figures/1999")},
	{"error", "404", "There is no such page", at(anybody, "/nothing")},
	{"error", "404 of figures", "All years and products", at(anybody, "/figures/2024/no/such/page")},

	// signing in
	{"signin", "", "Sign in", at(anybody, "/sign-in")},
	{"signin", "refused", "Sign in", func(t testing.TB, x *site) *browser {
		b := x.visitor(t)
		b.signIn("nobody")
		return b
	}},
	{"signin", "not looked at", "Recovery code", func(t testing.TB, x *site) *browser {
		b := x.visitor(t)
		for range 6 {
			b.signIn("kept-out")
		}
		return b
	}},
	{"invitation", "", "Accept an invitation", at(anybody, "/invitation")},
	{"invitation", "refused", "wrong, used or too old", func(t testing.TB, x *site) *browser {
		b := x.visitor(t)
		b.acceptInvitation("wrong")
		return b
	}},
	{"account", "", "Your account", at(intake, "/account")},
	{"account", "with an authenticator", "Code of your present authenticator", func(t testing.TB, x *site) *browser {
		b := newcomer(t, x)
		b.setUpAuthenticator(x)
		b.open("/account")
		return b
	}},
	{"account", "told what failed", "3 attempts to sign in as you failed", func(t testing.TB, x *site) *browser {
		return toldOfFailures(t, x)
	}},
	{"sessions", "", "Your sessions", func(t testing.TB, x *site) *browser {
		x.signedIn(t, x.intake, false)
		return at(intake, "/account/sessions")(t, x)
	}},
	{"authenticator", "instead of another", "Code of your present authenticator", func(t testing.TB, x *site) *browser {
		b := newcomer(t, x)
		b.setUpAuthenticator(x)
		b.open("/account/authenticator")
		return b
	}},
	{"authenticator", "", "Set up an authenticator", func(t testing.TB, x *site) *browser {
		b := newcomer(t, x)
		b.open("/account/authenticator")
		return b
	}},
	{"recovery", "", "Recovery codes", func(t testing.TB, x *site) *browser {
		b := newcomer(t, x)
		b.setUpAuthenticator(x)
		return b
	}},
	{"secondfactor", "", "Authenticator code", func(t testing.TB, x *site) *browser {
		b := newcomer(t, x)
		b.setUpAuthenticator(x)
		b.open("/second-factor")
		return b
	}},
	{"staff", "", "Start", at(intake, "/staff")},
	{"error", "403", "You may not do this", at(intake, "/people")},

	// the counter
	{"counter", "", "Where are you today?", at(intake, "/counter?choose=yes")},
	{"counterday", "", "Counter of", at(intake, "/counter/UTR")},
	{"register", "", "Register a sample", begun},
	{"register", "with mistakes", "Sold as", func(t testing.TB, x *site) *browser {
		b := begun(t, x)
		b.follow("Register")
		return b
	}},
	{"register", "asked what is implausible", "A width of 92 mm is unusual.", func(t testing.TB, x *site) *browser {
		b := begun(t, x)
		b.fill("product_id", "xtc")
		b.choose("form", "tablet")
		b.fill("width_um", "92")
		b.fill("received_amount", "0,5")
		b.follow("Register")
		return b
	}},
	{"register", "with a look that was copied", "Sample 2 of this visit", func(t testing.TB, x *site) *browser {
		b := begun(t, x)
		b.fill("product_id", "xtc")
		b.choose("form", "tablet")
		b.fill("colours", "or")
		b.fill("logo", "tesla")
		b.follow("Register")
		b.follow("Next sample of this visit")
		b.follow("Copy the look of")
		return b
	}},
	{"slip", "", "Registered as", func(t testing.TB, x *site) *browser {
		b := begun(t, x)
		b.fill("product_id", "ketamine")
		b.choose("form", "powder")
		b.follow("Register")
		return b
	}},
	{"slip", "with what the visitor wants", "Leave number", func(t testing.TB, x *site) *browser {
		b := begun(t, x)
		b.fill("product_id", "xtc")
		b.choose("form", "tablet")
		b.fill("colours", "pink, white")
		b.fill("logo", "tesla")
		b.fill("brought", "3")
		b.follow("Register")
		b.follow("Print number, logo and product too")
		return b
	}},
	{"finished", "", "Registered already", func(t testing.TB, x *site) *browser {
		b := begun(t, x)
		draft := b.place()
		b.fill("product_id", "ketamine")
		b.choose("form", "powder")
		b.follow("Register")
		b.open(draft)
		return b
	}},
	{"drop", "", "Drop what was typed?", func(t testing.TB, x *site) *browser {
		b := begun(t, x)
		b.fill("product_id", "ketamine")
		b.choose("form", "powder")
		b.fill("received_amount", "0,3")
		b.follow("Drop the draft")
		return b
	}},
	{"register", "of a draft that was kept", "Not registered yet.", func(t testing.TB, x *site) *browser {
		b := begun(t, x)
		draft := b.place()
		b.fill("product_id", "ketamine")
		b.choose("form", "powder")
		b.follow("Keep as draft")
		b.open(draft)
		return b
	}},
	{"replacecode", "", "Another code", of(intake, handedIn, "/code")},
	{"describe", "", "Description of", of(intake, handedIn, "/description")},
	{"describe", "stale", "Somebody else has changed this meanwhile", func(t testing.TB, x *site) *browser {
		s := x.handIn(t)
		first, second := x.staff(t, x.intake), x.staff(t, x.intake)
		for _, b := range []*browser{first, second} {
			b.open(s.path("/description"))
		}
		first.fill("notes", "White, no smell.")
		first.follow("Save the description")
		second.fill("notes", "Smells of vinegar.")
		second.follow("Save the description")
		return second
	}},

	// the laboratory, verification and release
	{"work", "", "Work", at(analyst, "/work")},
	{"work", "looking for a number", "Near it there are", func(t testing.TB, x *site) *browser {
		x.handIn(t)
		b := x.staff(t, x.analyst)
		b.open("/work")
		b.fill("number", "900")
		b.next(pressing(enter))
		return b
	}},
	{"record", "", "Analyses", of(verifier, amended, "")},
	{"record", "of a result that was taken back", "waits to be analysed again", of(coordinator, withdrawn, "")},
	{"notanalysed", "", "closed as not analysed", func(t testing.TB, x *site) *browser {
		x.handIn(t)
		b := x.staff(t, x.analyst)
		b.open("/work?stage=to_analyse")
		b.do(chromedp.Evaluate[chromedp.Void](`document.querySelector('[name=samples]').checked = true`))
		b.choose("reason", "capacity")
		b.follow("Close as not analysed")
		return b
	}},
	{"analysis", "", "New analysis", of(analyst, handedIn, "/analyses/new")},
	{"analysis", "with mistakes", "New analysis", func(t testing.TB, x *site) *browser {
		b := x.staff(t, x.analyst)
		b.open(x.handIn(t).path("/analyses/new"))
		b.fill("findings.0.substance", "moonshine")
		b.fill("findings.0.amount", "130")
		b.follow("Save the analysis")
		return b
	}},
	{"retraction", "", "Retract the analysis", ofAnalysis(analyst, "/retraction")},
	{"verify", "", "Verify the analysis", ofAnalysis(verifier, "/verify")},
	{"verify", "beside another analysis", "more than 10 % apart", func(t testing.TB, x *site) *browser {
		s := x.handIn(t)
		x.verify(t, x.analyse(t, s, "79.5"))
		a := x.analyse(t, s, "60")
		b := x.staff(t, x.verifier)
		b.open(s.path("/analyses/" + a.ID.String() + "/verify"))
		return b
	}},
	{"error", "409", "This step is not possible", func(t testing.TB, x *site) *browser {
		s := x.handIn(t)
		a := x.analyse(t, s, "79.5")
		x.verify(t, a)
		b := x.staff(t, x.analyst)
		b.open(s.path("/analyses/" + a.ID.String()))
		return b
	}},
	{"release", "", "Release the result", of(verifier, verified, "/release")},
	{"release", "of what contradicts", "The analyses contradict each other.", func(t testing.TB, x *site) *browser {
		s := apart(t, x)
		b := x.staff(t, x.verifier)
		b.open(s.path("/release"))
		return b
	}},
	{"release", "that leaves an amount out", "Left out of this result", func(t testing.TB, x *site) *browser {
		s := apart(t, x)
		b := x.staff(t, x.verifier)
		b.open(s.path("/release"))
		b.follow("Report this one")
		return b
	}},
	{"aside", "", "Set findings aside", func(t testing.TB, x *site) *browser {
		s := x.handIn(t)
		a := x.analyse(t, s, "79.5")
		x.verify(t, a)
		b := x.staff(t, x.verifier)
		b.open(s.path("/analyses/" + a.ID.String() + "/aside"))
		return b
	}},
	{"release", "of another version", "Withdraw the result", of(verifier, amended, "/release")},
	{"releaseall", "", "Release all", func(t testing.TB, x *site) *browser {
		verified(x, t)
		apart(t, x)
		b := x.staff(t, x.verifier)
		b.open("/work/UTR/publish")
		return b
	}},
	{"verify", "of what is held", "Release at once, being confirmed", func(t testing.TB, x *site) *browser {
		s, a := x.dangerous(t)
		b := x.staff(t, x.verifier)
		b.open(s.path("/analyses/" + a.ID.String() + "/verify"))
		return b
	}},
	{"verify", "of what was released at once", "Verify and publish confirmed", func(t testing.TB, x *site) *browser {
		s, a := x.dangerous(t)
		x.atOnce(t, s)
		b := x.staff(t, x.verifier)
		b.open(s.path("/analyses/" + a.ID.String() + "/verify"))
		return b
	}},
	{"release", "of what is held", "Held at the bench.", func(t testing.TB, x *site) *browser {
		s, a := x.dangerous(t)
		x.verify(t, a)
		b := x.staff(t, x.verifier)
		b.open(s.path("/release"))
		return b
	}},
	{"record", "of what is held", "Held at the bench.", func(t testing.TB, x *site) *browser {
		s, _ := x.dangerous(t)
		b := x.staff(t, x.verifier)
		b.open(s.path(""))
		return b
	}},
	{"work", "with what is held", "Held for 0 minutes", func(t testing.TB, x *site) *browser {
		x.dangerous(t)
		b := x.staff(t, x.verifier)
		b.open("/work?stage=to_verify")
		return b
	}},
	{"atonce", "", "Release at once, being confirmed", func(t testing.TB, x *site) *browser {
		s := x.published(t)
		now, _, err := x.store.Sample(t.Context(), storetest.Reader, s.Key)
		if err == nil {
			_, err = x.store.MoveSample(t.Context(), x.analyst, s.Key, now.Version, lab.InAnalysis, "")
		}
		m := x.gcms(t)
		a := lab.Analysis{SampleID: s.ID, MethodID: m.ID, Level: m.Level, PerformedOn: s.ReceivedOn, Conclusion: lab.HasFindings}
		a.ServiceID = s.ServiceID
		if err == nil {
			_, err = x.store.EnterAnalysis(t.Context(), x.analyst, a, []lab.Finding{{SubstanceID: storetest.Substance(t, x.words, "protonitazene"), Detection: lab.Trace}})
		}
		if err != nil {
			t.Fatal(err)
		}
		b := x.staff(t, x.verifier)
		b.open(s.path("/at-once"))
		return b
	}},
	{"alertlimits", "", "Alert limits", func(t testing.TB, x *site) *browser {
		mdma, amount := storetest.Substance(t, x.words, "MDMA"), lab.Amount{Value: 300_000_000, Scale: lab.PerUnit}
		err := x.store.SetAlertLimit(t.Context(), x.admin, lab.AlertLimit{SubstanceID: mdma, Form: lab.Tablet, Amount: amount, Basis: lab.BasisUnknown, Source: "A bulletin, 2025, page 3"})
		var stale *lab.StaleError // it was set for another look at the page
		if err != nil && !errors.As(err, &stale) {
			t.Fatal(err)
		}
		b := x.staff(t, x.admin)
		b.open("/dictionary/limits?substance=MDMA&form=tablet")
		return b
	}},
	{"readout", "", "Tell the result", of(intake, published, "/read-out")},
	{"batches", "", "Nothing was entered from a file yet.", at(analyst, "/batches")},
	{"batchform", "", "Read a file", at(analyst, "/batches/new")},
	{"batchform", "with mistakes", "Choose a file first.", func(t testing.TB, x *site) *browser {
		b := x.staff(t, x.analyst)
		b.open("/batches/new")
		b.follow("Read and look")
		return b
	}},
	{"batch", "", "would be entered", func(t testing.TB, x *site) *browser { return triedFile(t, x) }},
	{"batchmapping", "", "What is no sample and no substance", func(t testing.TB, x *site) *browser {
		b := triedFile(t, x)
		b.follow("Fill the mapping in on a form")
		return b
	}},
	{"batch", "with what is not ticked", "tick that this is right", func(t testing.TB, x *site) *browser {
		b := triedFile(t, x)
		b.follow("Enter what is ticked")
		return b
	}},
	{"batch", "that cannot be read", "cannot be read like this", func(t testing.TB, x *site) *browser {
		b := x.staff(t, x.analyst)
		b.sendFile(x, "sample;result\nUTR-2025-00001;\"1\n")
		return b
	}},
	{"methods", "", "Methods", at(analyst, "/methods")},
	{"method", "", "Scope", func(t testing.TB, x *site) *browser {
		b := x.staff(t, x.analyst)
		b.open(methodPath(x.wideScope(t)))
		return b
	}},
	{"method", "with a version before it", "The new version is made", func(t testing.TB, x *site) *browser {
		b := x.staff(t, x.admin)
		b.open(methodPath(x.wideScope(t)))
		b.fill("scope.0.substance", "isotonitazene")
		b.fill("scope.0.lod", "200")
		b.choose("scope.0.unit", "ng/ml")
		b.fill("scope.0.sample_per_ml", "2")
		b.follow("Add to the scope")
		return b
	}},
	{"methodform", "", "New method", at(admin, "/methods/new")},
	{"methodform", "of the next version", "New version of", func(t testing.TB, x *site) *browser {
		b := x.staff(t, x.admin)
		b.open(methodPath(x.wideScope(t)) + "/next")
		return b
	}},
	{"methodform", "with rows that were pasted", "is not in the dictionary", func(t testing.TB, x *site) *browser {
		b := x.staff(t, x.admin)
		b.open("/methods/new")
		b.click("Paste rows, or read them from a file")
		b.fill("paste", "ketamine;0,1;0,3;%\nmoonshine;1;;mg\ncocaine;3;1;%")
		b.follow("Fill the rows in")
		return b
	}},
	{"laboratories", "", "Laboratories", at(admin, "/laboratories")},
	{"laboratory", "", "Who works there", at(admin, "/laboratories/LAB1")},

	// the dictionary
	{"dictionary", "", "to be reviewed", func(t testing.TB, x *site) *browser {
		x.proposed(t)
		b := x.staff(t, x.analyst)
		b.open("/dictionary?find=al&state=")
		return b
	}},
	{"dictionary", "of products", "Propose a product", at(intake, "/dictionary/products")},
	{"classes", "", "nitazenes", at(analyst, "/dictionary/classes")},
	{"substance", "that is to be reviewed", "It is right", func(t testing.TB, x *site) *browser {
		id := x.proposed(t)
		b := x.staff(t, x.verifier)
		b.open(substancePath(id))
		return b
	}},
	{"substance", "with a judgement", "A judgement is to be reviewed", func(t testing.TB, x *site) *browser {
		id := storetest.Substance(t, x.dictionary(t), "levamisole")
		j := lab.SubstanceJudgement{SubstanceID: id, Version: x.dictionary(t).LastJudgement(id).Version, Danger: lab.DangerHigh, Source: "A report on blood cells, 2024, page 3"}
		if err := x.store.Judge(t.Context(), x.analyst, j); err != nil && j.Version == 0 {
			t.Fatal(err)
		}
		b := x.staff(t, x.verifier)
		b.open(substancePath(id))
		return b
	}},
	{"substanceform", "", "Propose a substance", at(analyst, "/dictionary/substances/new")},
	{"substanceform", "with a name that is near", "Called nearly so", func(t testing.TB, x *site) *browser {
		b := x.staff(t, x.analyst)
		b.open("/dictionary/substances/new")
		b.fill("substance", "metonitazepin")
		b.choose("class", "nitazene")
		b.fill("why", "library match")
		b.follow("Propose")
		return b
	}},
	{"substanceform", "of a change", "Molar mass", func(t testing.TB, x *site) *browser {
		id := x.proposed(t)
		b := x.staff(t, x.analyst)
		b.open(substancePath(id) + "/change")
		b.fill("cas", "6740-88-2")
		b.follow("Save")
		return b
	}},
	{"product", "", "Other names", func(t testing.TB, x *site) *browser {
		b := x.staff(t, x.intake)
		b.open("/dictionary/products/1")
		return b
	}},
	{"productform", "", "Propose a product", at(intake, "/dictionary/products/new")},
	{"merge", "", "What would read differently", func(t testing.TB, x *site) *browser {
		id := x.proposed(t)
		b := x.staff(t, x.coordinator)
		b.open(substancePath(id) + "/merge?into=ketamine")
		return b
	}},

	// figures for staff
	{"statistics", "", "Statistics", at(coordinator, "/statistics")},
	// imports
	{"imports", "", "Send files in", at(importer, "/imports/UTR")},
	{"importfile", "", "How is this to be read?", sentIn},
	{"mapping", "guessed", "In the column stand", mapped},
	{"mapping", "with mistakes", "things to correct", func(t testing.TB, x *site) *browser {
		b := mapped(t, x)
		b.follow("Save, and do a dry run")
		return b
	}},
	{"importjob", "dry run", "Names to decide", dryRun},
	{"importjob", "superseded", "which was corrected since", superseded},
	{"importgone", "", "Your files are still there", importGone},
	{"importtake", "", "What for", toTake},
	{"importtake", "corrects", "Correct them as the file says", corrects},
	{"importtaken", "", "Take the import back", imported},

	{"reports", "", "Reports", at(coordinator, "/reports")},
	{"report", "", "2024", func(t testing.TB, x *site) *browser {
		b := x.staff(t, x.coordinator)
		b.open("/reports")
		b.choose("year", "2024")
		b.follow("Make the report")
		b.see("Download") // until then the page may go on by itself
		return b
	}},

	// people and services
	{"people", "", "People", at(admin, "/people")},
	{"newperson", "", "Add a person", at(admin, "/people/new")},
	{"newperson", "with mistakes", "Add a person", func(t testing.TB, x *site) *browser {
		b := x.staff(t, x.admin)
		b.open("/people/new")
		b.fill("login", "Not A Login")
		b.next(ctrlEnter())
		return b
	}},
	{"person", "", "intake", func(t testing.TB, x *site) *browser {
		b := x.staff(t, x.admin)
		b.open(fmt.Sprintf("/people/%d", x.intake.UserID))
		return b
	}},
	{"invited", "", "Invitation", func(t testing.TB, x *site) *browser {
		b := x.staff(t, x.admin)
		b.open(fmt.Sprintf("/people/%d", x.coordinator.UserID))
		b.follow("Make an invitation")
		return b
	}},
	{"clock", "", "Clock", at(admin, "/clock")},
	{"services", "", "Services", at(admin, "/services")},
	{"newservice", "", "service", at(admin, "/services/new")},
	{"service", "", "Kanaalstraat", at(admin, "/services/UTR")},
	{"settings", "", "Opening hours", at(admin, "/services/UTR/settings")},
	{"settings", "with mistakes", "above 0", func(t testing.TB, x *site) *browser {
		b := x.staff(t, x.admin)
		b.open("/services/UTR/settings")
		b.fill("most_grams", "0")
		b.fill("days_to_result", "soon")
		b.next(ctrlEnter())
		return b
	}},
	{"settings", "changed by somebody else meanwhile", "somebody else has changed this", func(t testing.TB, x *site) *browser {
		b := x.staff(t, x.admin)
		b.open("/services/UTR/settings")
		service, err := x.store.Service(t.Context(), x.admin, "UTR")
		if err != nil {
			t.Fatal(err)
		}
		theirs := service.Terms
		theirs.Phone = fmt.Sprintf("030 765 43 %02d", x.people.Add(1))
		err = x.store.SetTerms(t.Context(), x.admin, x.service.ID, service.Terms, theirs)
		if err != nil && !errors.Is(err, lab.ErrConflict) { // then somebody else has changed it anyway
			t.Fatal(err)
		}
		b.fill("phone", "030 123 45 67")
		b.next(ctrlEnter())
		return b
	}},
	{"counterday", "with a slip that can still be seen", "Show its slip", func(t testing.TB, x *site) *browser {
		b := begun(t, x)
		b.fill("product_id", "ketamine")
		b.choose("form", "powder")
		b.follow("Register")
		b.see("Registered as")
		b.open("/counter/UTR?location=1")
		return b
	}},
	{"record", "of a visit that goes on", "Next sample of this visit", func(t testing.TB, x *site) *browser {
		b := begun(t, x)
		b.fill("product_id", "ketamine")
		b.choose("form", "powder")
		b.follow("Register")
		b.follow("See ")
		return b
	}},
	{"location", "", "Close this location", func(t testing.TB, x *site) *browser {
		b := x.staff(t, x.admin)
		b.open("/services/UTR")
		b.follow("Kanaalstraat")
		return b
	}},
}
