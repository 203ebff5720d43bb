package browsertest

import (
	"fmt"
	"testing"
	"time"

	"marquis/internal/lab"
)

// found is a row of findings as the laboratory types it: fields with Tab between them.
type found struct{ substance, amount, unit, basis string }

// row types a finding. A row that comes next is reached by Enter in the last field.
func (k *tally) row(n int, f found) {
	k.t.Helper()
	name := func(part string) string { return fmt.Sprintf("findings.%d.%s", n, part) }
	k.strike(f.substance, tab, f.amount, tab, f.unit, tab)
	if at := k.focused(); at != name("basis") {
		k.t.Fatalf("the focus is on %q, want %q", at, name("basis"))
	}
	k.until("offer the bases of "+f.substance, `name => !document.getElementsByName(name)[0].textContent.includes('hydrobromide')`, name("basis"))
	k.strike(f.basis)
}

// analysis opens the form of a sample and chooses its method; the day and the conclusion
// are as usual.
func (k *tally) analysis(s received, method string) {
	k.t.Helper()
	k.open(s.path("/analyses/new"))
	k.until("focus the method", `() => document.activeElement.name === 'method'`)
	k.strike(method, tab, tab, tab)
}

// tabs presses Tab until what has the focus says so.
func (k *tally) tabs(text string) {
	k.t.Helper()
	for range 60 {
		if read[bool](k.browser, `text => document.activeElement.textContent.trim() === text`, text) {
			return
		}
		k.strike(tab)
	}
	k.t.Fatalf("Tab never gets to %q", text)
}

// TestKeysOfTheRestOfTheDay counts the keys of what else the counter and the laboratory do,
// from where the focus is when the page opens, and reads back what became of it.
func TestKeysOfTheRestOfTheDay(t *testing.T) {
	startChromium(t)
	x := newSite(t, "sqlite")
	for _, c := range []struct {
		what         string
		before, most int // keys before this was counted, and at most
		who          lab.Actor
		do           func(k *tally, s received)
		kept         func(f *lab.File) bool
	}{
		{"find a sample by its number", 12, 6, x.intake, func(k *tally, s received) {
			k.open("/work")
			k.ready()
			k.strike(fmt.Sprint(s.Sample.NumberRunning))
			k.on(enter)
			k.see(s.number, "Trail")
		}, func(f *lab.File) bool { return f.Sample.State == lab.Registered }},
		{"an analysis with two findings", 55, 45, x.analyst, func(k *tally, s received) {
			k.analysis(s, "g")
			k.row(0, found{"ketamine", "79,5", "", "hy"})
			k.strike(enter)
			k.row(1, found{"levamisole", "3", "", "b"})
			k.ctrlEnter()
			k.see("The analysis is entered", "79.5", "levamisole")
		}, func(f *lab.File) bool { return len(f.Evidence[0].Findings) == 2 }},
		{"an analysis with four findings", 81, 81, x.analyst, func(k *tally, s received) {
			k.analysis(s, "g")
			for i, f := range []found{{"ketamine", "70", "", "hy"}, {"levamisole", "3", "", "b"}, {"caffeine", "12", "", "b"}, {"phenacetin", "5", "", "b"}} {
				if i > 0 {
					k.strike(enter)
				}
				k.row(i, f)
			}
			k.ctrlEnter()
			k.see("The analysis is entered", "phenacetin")
		}, func(f *lab.File) bool { return len(f.Evidence[0].Findings) == 4 }},
		{"a tablet that is recognised from the list", 29, 29, x.analyst, func(k *tally, s received) {
			k.analysis(s, "l")
			k.row(0, found{"ketamine", "80", "", "b"})
			k.ctrlEnter()
			k.see("The analysis is entered", "80")
		}, func(f *lab.File) bool { return f.Evidence[0].Findings[0].Basis == lab.BasisBase }},
		{"replace a lost code", 20, 26, x.intake, func(k *tally, s received) {
			k.open(s.path(""))
			k.tabs("Replace the code")
			k.on(enter)
			k.until("focus the reason", `() => document.activeElement.name === 'reason'`)
			k.strike("lost")
			k.ctrlEnter()
			k.see("Another code")
		}, func(f *lab.File) bool { return f.Sample.State == lab.Registered }},
		{"change three fields of a description", 40, 40, x.intake, func(k *tally, s received) {
			k.open(s.path(""))
			k.tabs("Change the description")
			k.on(enter)
			k.until("focus the product", `() => document.activeElement.name === 'product_id'`)
			k.strike("3mmc", enter, enter, "c", enter, enter, "0,2")
			k.ctrlEnter()
			k.see("crystal", "0.2")
		}, func(f *lab.File) bool { return f.Sample.Form == lab.Crystal && f.Sample.ReceivedAmount == 200 }},
		{"release seven results at once", 0, 40, x.verifier, func(k *tally, s received) {
			x.verify(k.t, x.analyse(k.t, s, "79.5"))
			for range 6 {
				x.verify(k.t, x.analyse(k.t, x.handIn(k.t), "61.2"))
			}
			k.open("/work?stage=to_publish")
			k.ready()
			k.tabs("Release all that is verified")
			k.on(enter)
			k.see("Each ticked result is released")
			for k.focused() != "samples" {
				k.strike(tab)
			}
			k.ctrlEnter()
			k.see("Released: 7.")
		}, func(f *lab.File) bool { return f.Latest() != nil }},
	} {
		t.Run(c.what, func(t *testing.T) {
			s := x.handIn(t)
			k := &tally{browser: x.staff(t, c.who)}
			began := time.Now()
			c.do(k, s)
			t.Logf("| %s | %d | %d | %.1f s |", c.what, c.before, k.keys, time.Since(began).Seconds())
			if k.keys > c.most {
				t.Errorf("%d keys, at most %d", k.keys, c.most)
			}
			record, err := x.store.ReadSample(t.Context(), x.verifier, s.Key, lab.ForAudit)
			if err != nil || !c.kept(&record.File) {
				t.Errorf("kept is %+v, %v", record.File, err)
			}
		})
	}
}
