package browsertest

import (
	"strings"
	"testing"
	"time"

	"marquis/internal/lab"
	"marquis/internal/store"
	"marquis/internal/store/storetest"
)

// tally counts the keys that somebody presses. A key that is held is one of its own.
type tally struct {
	*browser
	keys  int
	pages int // that were loaded
}

func (k *tally) strike(keys ...string) {
	k.t.Helper()
	for _, key := range keys {
		k.keys += len([]rune(key))
	}
	k.press(keys...)
}

// on presses keys that lead to another page.
func (k *tally) on(keys string) {
	k.t.Helper()
	k.keys += len([]rune(keys))
	k.pages++
	k.next(pressing(keys))
}

func (k *tally) ctrlEnter() {
	k.t.Helper()
	k.keys += 2
	k.pages++
	k.next(ctrlEnter())
}

// ready waits until the finder of the worklist has the focus.
func (k *tally) ready() {
	k.t.Helper()
	k.until("focus the finder", `() => document.activeElement.name === 'number'`)
}

// The keys that the same took on the pages before: down the list and by Tab to the
// button of each page.
const (
	verifyKeysBefore  = 28
	releaseKeysBefore = 24
	findingKeysBefore = 28 // 28 to 32
)

// A verifier signs and releases one sample after the other without the mouse, and what is
// saved is what was on the pages.
func TestKeysToVerifyAndRelease(t *testing.T) {
	eachSite(t, func(t *testing.T, x *site) {
		one, two := x.handIn(t), x.handIn(t)
		x.analyse(t, one, "79.5")
		x.analyse(t, two, "61.2")
		k := &tally{browser: x.staff(t, x.verifier)}
		k.open("/work")
		k.ready()
		k.strike(down)
		k.on(enter)
		k.see("Verify the analysis", one.number, "79.5")
		k.ctrlEnter()
		k.see("Release the result", "The analysis is verified.", "79.5")
		k.ctrlEnter()
		k.see("Verify the analysis", one.number+": The result is released.", two.number, "61.2")
		first := k.keys
		k.ctrlEnter()
		k.see("Release the result", "61.2")
		k.ctrlEnter()
		k.see("The result is released.", two.number)
		next := k.keys - first
		t.Logf("verify and release one sample: %d keys before, %d now, %d for the next of the list; %d pages for both", verifyKeysBefore+releaseKeysBefore, first, next, k.pages)
		if first > 24 || next > 24 {
			t.Errorf("%d keys, and %d for the next", first, next)
		}
		for _, s := range []received{one, two} {
			record, err := x.store.ReadSample(t.Context(), x.verifier, s.Key, lab.ForAudit)
			if err != nil {
				t.Fatal(err)
			}
			latest := record.Latest()
			if latest == nil || latest.Kind != lab.ConfirmedResult || latest.PublishedBy != x.verifier.UserID || record.Evidence[0].Analysis.Signature != lab.TwoSignatures {
				t.Errorf("%s: %+v", s.number, latest)
			}
		}
		k.watch.quiet(t, x.address)
	})
}

// Ctrl+Enter signs only what the reader is at: not from a fold of the page that asks for
// something else.
func TestKeysSignNothingByTheWay(t *testing.T) {
	startChromium(t)
	x := newSite(t, "sqlite")
	s := x.handIn(t)
	a := x.analyse(t, s, "79.5")
	b := x.staff(t, x.verifier)
	b.open(s.path("/analyses/" + a.ID.String() + "/verify"))
	b.click("Send back with a question")
	b.until("focus the fold", `() => document.activeElement.localName === 'summary'`)
	b.do(ctrlEnter())
	if at := b.place(); !strings.HasSuffix(at, "/verify") {
		t.Errorf("Ctrl+Enter on a fold leads to %s", at)
	}
	record, err := x.store.ReadSample(t.Context(), x.verifier, s.Key, lab.ForAudit)
	if err != nil || record.Evidence[0].Analysis.State != lab.Entered {
		t.Errorf("it is %s, %v", record.Evidence[0].Analysis.State, err)
	}
}

// waitingLongest is a sample that waits for its analysis before all others.
func (x *site) waitingLongest(t testing.TB) received {
	t.Helper()
	product := storetest.Product(t, x.words, "ketamine")
	sample, err := x.store.RegisterSample(t.Context(), x.intake, store.Registration{File: lab.File{
		Sample: storetest.Sample(x.service.ID, product.ID, func(s *lab.Sample) {
			s.LocationID, s.ReceivedOn = 1, lab.DateOf(x.clock.Now().AddDate(-5, 0, 0), time.UTC)
		}), Expected: product.Expected(),
	}})
	if err != nil {
		t.Fatal(err)
	}
	number := lab.SampleNumber{Service: x.service.Code, Year: int(sample.NumberYear), Running: int(sample.NumberRunning)}
	return received{Sample: sample, number: number.String()}
}

// The laboratory enters what it found, from the worklist to the next sample.
func TestKeysToEnterAnAnalysis(t *testing.T) {
	eachSite(t, func(t *testing.T, x *site) {
		one, two := x.waitingLongest(t), x.waitingLongest(t)
		k := &tally{browser: x.staff(t, x.analyst)}
		k.open("/work")
		k.ready()
		k.strike(down)
		k.on(enter)
		k.see("New analysis", one.number)
		k.until("focus the method", `() => document.activeElement.name === 'method'`)
		k.strike("g", tab, tab, tab) // the day and the conclusion are as usual
		k.strike("keta")
		k.until("suggest ketamine", `() => document.querySelector('[role=option]')?.dataset.value === 'ketamine'`)
		k.strike(down)
		k.until("mark ketamine", `() => document.querySelector('[role=option][aria-selected=true]')?.dataset.value === 'ketamine'`)
		k.strike(tab)
		k.strike("79,5", tab, tab)
		k.until("offer the salts of ketamine alone", `() => document.activeElement.name === 'findings.0.basis' && document.activeElement.options.length === 5`)
		k.strike("hy")
		k.holds("findings.0.basis", "hydrochloride")
		k.ctrlEnter()
		k.see("The analysis is entered", "79.5", "Next: "+two.number)
		t.Logf("an analysis with one finding, from the worklist: %d keys before, without the list; %d now", findingKeysBefore, k.keys)
		if k.keys > 22 {
			t.Errorf("%d keys", k.keys)
		}
		k.on("n")
		k.see("New analysis", two.number)
		record, err := x.store.ReadSample(t.Context(), x.analyst, one.Key, lab.ForAudit)
		if err != nil || len(record.Evidence) != 1 || len(record.Evidence[0].Findings) != 1 {
			t.Fatalf("%+v, %v", record.Evidence, err)
		}
		f := record.Evidence[0].Findings[0]
		if x.words.Substances[f.SubstanceID].Name != "ketamine" || f.Amount.Value != 795_000 || f.Basis != "hydrochloride" || f.Detection != lab.Quantified ||
			record.Evidence[0].Analysis.MethodID != x.gcms(t).ID {
			t.Errorf("saved is %+v of %+v", f, record.Evidence[0].Analysis)
		}
		k.watch.quiet(t, x.address)
	})
}

// Of a substance without salts the base goes without saying, and the bases follow the
// substance when it is another.
func TestTheBasesFollowTheSubstance(t *testing.T) {
	startChromium(t)
	x := newSite(t, "sqlite")
	s := x.handIn(t)
	b := x.staff(t, x.analyst)
	b.open(s.path("/analyses/new"))
	basis := func(want string) {
		t.Helper()
		b.until("offer "+want, `want => [...document.getElementsByName('findings.0.basis')[0].options].map(o => o.value).join(' ') === want`, want)
	}
	b.fill("findings.0.substance", "ketamine")
	b.press(tab)
	basis(" hydrochloride base as_found unknown")
	b.holds("findings.0.basis", "")
	b.choose("findings.0.basis", "hydrochloride")
	b.fill("findings.0.substance", "paracetamol")
	b.press(tab)
	basis(" base as_found unknown")
	b.holds("findings.0.basis", "base")
}

// A scanner types into the page as it opens, and ends with Enter.
func TestAScannerFindsASample(t *testing.T) {
	startChromium(t)
	x := newSite(t, "sqlite")
	s := x.handIn(t)
	b := x.staff(t, x.analyst)
	b.open("/work")
	b.until("focus the finder", `() => document.activeElement.name === 'number'`)
	b.press(s.number)
	b.next(pressing(enter))
	b.see(s.number, "Trail")
	b.open("/work")
	b.until("focus the finder", `() => document.activeElement.name === 'number'`)
	b.press(x.address.String() + "/#" + s.code.Print())
	b.next(pressing(enter))
	b.see("This is the visitor's code.")
	b.holds("number", "")
	b.lacks(s.code.Print())
	b.asksForNoCode(s.code.Print())
}
