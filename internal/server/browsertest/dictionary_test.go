package browsertest

import (
	"fmt"
	"testing"
	"time"

	"marquis/internal/lab"
)

func substancePath(id lab.SubstanceID) string { return fmt.Sprintf("/dictionary/substances/%d", id) }

// dictionary is the dictionary as it is now.
func (x *site) dictionary(t testing.TB) *lab.Dictionary {
	t.Helper()
	d, err := x.store.Dictionary(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// proposed is a substance that the analyst proposed and nobody has reviewed.
func (x *site) proposed(t testing.TB) lab.SubstanceID {
	t.Helper()
	p := lab.Proposal{Name: "zalpidone", Class: "stimulant", Why: "library match 96 %"}
	s, err := x.store.ProposeSubstance(t.Context(), x.analyst, x.service.ID, p)
	if err != nil {
		t.Fatal(err)
	}
	return s.ID
}

// A substance that the dictionary lacks in the morning is recorded, verified, released and
// read by its visitor, with few keys more than one that it has. The substance is marked as
// new wherever it stands, until somebody else has reviewed it.
func TestKeysFromAnUnknownSubstanceToItsVisitor(t *testing.T) {
	eachSite(t, func(t *testing.T, x *site) {
		known, _ := x.found(t, "cocaine", nil)
		unknown, extra := x.found(t, "zalpidone", func(k *tally) {
			k.until("focus what is wrong", `() => document.activeElement.classList.contains('errors')`)
			k.strike(tab, enter) // from there to the field
			k.until("focus the name", `() => document.activeElement.name === 'findings.0.substance'`)
			k.strike(tab)
			k.until("focus what is asked", `() => document.activeElement.name === 'findings.0.class'`)
			k.strike("sti", tab, "GC-MS library")
			k.ctrlEnter()
		})
		t.Logf("from the form of the analysis to the visitor: %d keys with a known substance, %d with an unknown one, in %.1f s", known, unknown, extra.Seconds())
		if more := unknown - known - len("zalpidone") + len("cocaine"); more > 25 {
			t.Errorf("%d keys more", more)
		}
	})
}

// found enters that a substance was identified in a sample, verifies and releases it, and
// lets its visitor read it; ask does what is asked of a substance that is new.
func (x *site) found(t *testing.T, name string, ask func(*tally)) (keys int, took time.Duration) {
	t.Helper()
	s := x.handIn(t)
	enters, signs, reads := x.staff(t, x.analyst), x.staff(t, x.verifier), x.visitor(t)
	began := time.Now()
	k := &tally{browser: enters}
	k.open(s.path("/analyses/new"))
	k.until("focus the method", `() => document.activeElement.name === 'method'`)
	k.strike("g", tab, tab, tab, name, tab, tab, tab, tab)
	k.until("be at the detection", `() => document.activeElement.name === 'findings.0.detection'`)
	k.strike("id")
	k.ctrlEnter()
	if ask != nil {
		k.see("is not in the dictionary")
		ask(k)
	}
	k.see("The analysis is entered", name)
	keys = k.keys
	k = &tally{browser: signs}
	k.open(s.path(""))
	record, err := x.store.ReadSample(t.Context(), x.verifier, s.Key, lab.ForAudit)
	if err != nil {
		t.Fatal(err)
	}
	k.open(s.path("/analyses/" + record.Evidence[0].Analysis.ID.String() + "/verify"))
	k.ctrlEnter()
	k.see("Release the result", name)
	k.ctrlEnter()
	k.see("The result is released.")
	reads.lookUp(s.code.Print())
	reads.see(name)
	if ask != nil {
		reads.see("new here, not yet reviewed", "a stimulant")
	}
	return keys + k.keys, time.Since(began)
}
