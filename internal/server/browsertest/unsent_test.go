package browsertest

import (
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"

	"marquis/internal/lab"
	"marquis/internal/store/storetest"
)

// connection lets all that the window asks for go as the conditions say, and returns what
// ends that.
func (b *browser) connection(as network.Conditions) (end func()) {
	b.t.Helper()
	set := func(all ...*network.Conditions) {
		b.t.Helper()
		rules := network.EmulateNetworkConditionsByRuleParams{MatchedNetworkConditions: append([]*network.Conditions{}, all...)}
		if _, err := chromedp.Call(b.ctx, network.EmulateNetworkConditionsByRule, rules); err != nil {
			b.t.Fatal(err)
		}
	}
	as.DownloadThroughput, as.UploadThroughput = -1, -1
	set(&as)
	return func() { set() }
}

// away is a network that is gone, and slow one on which nothing arrives for long.
var (
	away = network.Conditions{Offline: true}
	slow = network.Conditions{Latency: 60_000}
)

func (b *browser) state(begins string) {
	b.t.Helper()
	b.until("say "+begins, `begins => document.querySelector('[data-draft-state]').textContent.startsWith(begins)`, begins)
}

// place is where the registry is kept, as storetest names it.
func (x *site) place() string {
	if x.config.DatabaseURL != "" {
		return x.config.DatabaseURL
	}
	return x.config.Folder
}

// What cannot be sent stays on the screen with all that was typed, says so, and can be
// sent again.
func TestAFormThatNobodyAnswersIsNotLost(t *testing.T) {
	eachSite(t, func(t *testing.T, x *site) {
		for what, cut := range map[string]func(b *browser) (end func()){
			"without a network":   func(b *browser) func() { return b.connection(away) },
			"without an answer":   func(b *browser) func() { return b.connection(slow) },
			"while it is written": func(*browser) func() { return storetest.HoldAll(t, x.place()) },
		} {
			s := x.handIn(t)
			b := x.staff(t, x.analyst)
			form := s.path("/analyses/new")
			b.open(form)
			b.chooseGCMS()
			b.finding(0, "ketamine", "79,5", "base")
			b.fill("notes", "Weighed twice.")
			end := cut(b)
			b.do(ctrlEnter(), ctrlEnter())
			b.state("Not sent")
			b.look(narrow, dark)
			b.fits()
			b.look(wide, light)
			end()
			if b.place() != form {
				t.Fatalf("%s: at %s", what, b.place())
			}
			b.holds("notes", "Weighed twice.")
			b.next(ctrlEnter())
			b.see("The analysis is entered", "79.5", "Weighed twice.")
			b.open("/staff")
			b.lacks("Typed and not saved")
		}
	})
}

// The button that was pressed is the one that is sent, once it can be.
func TestTheButtonThatWasPressedIsSent(t *testing.T) {
	startChromium(t)
	x := newSite(t, "sqlite")
	b := begun(t, x)
	b.fill("product_id", "ketamine")
	b.choose("form", "powder")
	end := b.connection(away)
	b.click("Keep as draft")
	b.state("Not sent")
	end()
	b.follow("Keep as draft")
	b.see("Counter of")
	if n := x.handedInToday(t); n != 0 {
		t.Errorf("%d are registered by what keeps a draft", n)
	}
}

// A draft is told why it is not kept: who is signed out has a connection.
func TestADraftSaysWhyItIsNotKept(t *testing.T) {
	startChromium(t)
	x := newSite(t, "sqlite")
	b := begun(t, x)
	draft := b.place()
	b.fill("product_id", "ketamine")
	b.state("Kept as draft")
	other := x.staff(t, x.intake)
	other.open(draft)
	other.follow("Drop the draft")
	other.follow("Drop it")
	b.choose("form", "powder")
	b.state("Not kept here any more")
	b.next(ctrlEnter())
	b.see("Somebody dropped it", "It is kept as a new draft")

	analysis := x.handIn(t).path("/analyses/new")
	out := x.staff(t, x.analyst)
	out.open(analysis)
	out.fill("notes", "Weighed twice.")
	out.state("Kept as draft")
	x.clock.pass(lab.SessionIdle + time.Minute)
	out.fill("notes", "Weighed three times.")
	out.state("You are signed out. Sign in again in another window")
	out.next(ctrlEnter())
	if at := out.place(); at == analysis {
		t.Errorf("sent from a session that has ended, it stays at %s", at)
	}
}

// refused sends a form that is kept already while somebody else holds the database.
func refused(t *testing.T, x *site) *browser {
	t.Helper()
	b := x.staff(t, x.analyst)
	b.open(x.handIn(t).path("/analyses/new"))
	b.chooseGCMS()
	b.finding(0, "ketamine", "79,5", "base")
	b.fill("notes", "Weighed twice, since the first of the two was "+strings.Repeat("very", 30)+" far off.")
	b.state("Kept as draft")
	release := storetest.HoldAll(t, x.place())
	defer release()
	b.next(ctrlEnter())
	return b
}

// The page of an error shows what it could not take, and sends it again.
func TestThePageOfAnErrorSendsAgain(t *testing.T) {
	eachSite(t, func(t *testing.T, x *site) {
		b := refused(t, x)
		if b.status != 503 {
			t.Errorf("status %d", b.status)
		}
		b.see("Not available just now", "What I typed", "Weighed twice")
		b.look(narrow, dark)
		b.fits()
		b.look(wide, light)
		b.follow("Send it again")
		b.see("The analysis is entered", "79.5", "Weighed twice")
	})
}

func TestThePageOfAnErrorThatSendsAgainPassesAxe(t *testing.T) {
	startChromium(t)
	axe := axeSource(t)
	b := refused(t, newSite(t, "sqlite"))
	b.passesAxe(axe)
	b.look(narrow, dark)
	b.passesAxe(axe)
}
