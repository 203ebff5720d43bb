package browsertest

import "testing"

// The later of two people gets to see the difference, loses nothing of what they
// typed, and overwrites nothing without knowing.
func TestTwoPeopleEditTheSameSample(t *testing.T) {
	eachSite(t, func(t *testing.T, x *site) {
		s := x.handIn(t)
		noor, sam := x.staff(t, x.intake), x.staff(t, x.intake)
		for _, b := range []*browser{noor, sam} {
			b.open(s.path("/description"))
			b.holds("notes", "Smells of solvent.")
		}
		noor.fill("notes", "Smells of vinegar.")
		noor.fill("price_amount", "24")
		noor.fill("price_quantity", "1")
		noor.follow("Save the description")
		noor.see("Smells of vinegar.", "24")

		sam.fill("notes", "No smell at all.")
		sam.fill("region", "Utrecht")
		sam.follow("Save the description")
		if sam.status != 409 {
			t.Errorf("status %d", sam.status)
		}
		sam.see("Somebody else has changed this meanwhile", "Smells of solvent.", "Smells of vinegar.", "No smell at all.")
		for name, want := range map[string]string{"notes": "No smell at all.", "region": "Utrecht", "price_amount": "24"} {
			sam.holds(name, want)
		}
		sam.follow("Save the description")
		sam.see("No smell at all.", "Utrecht")
		sam.lacks("Somebody else has changed")
		noor.watch.quiet(t, x.address)
		sam.watch.quiet(t, x.address)
	})
}

// Two analysts at the same analysis, as at the counter.
func TestTwoPeopleEditTheSameAnalysis(t *testing.T) {
	eachSite(t, func(t *testing.T, x *site) {
		s := x.handIn(t)
		a := x.analyse(t, s, "79.5")
		first, second := x.staff(t, x.analyst), x.staff(t, x.analyst)
		for _, b := range []*browser{first, second} {
			b.open(s.path("/analyses/" + a.ID.String()))
		}
		first.fill("findings.0.amount", "78,1")
		first.next(ctrlEnter())
		second.fill("findings.0.amount", "80,3")
		second.next(ctrlEnter())
		if second.status != 409 {
			t.Errorf("status %d", second.status)
		}
		second.see("Somebody else has changed this analysis meanwhile", "78.1", "80.3")
		second.holds("findings.0.amount", "80,3")
	})
}
