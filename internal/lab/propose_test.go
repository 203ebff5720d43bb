package lab_test

import (
	"testing"

	"marquis/internal/lab"
)

// TestAProposedSubstanceCanBeUsedAtOnce, by precaution as one that acts, and nothing that is
// no name becomes one.
func TestAProposedSubstanceCanBeUsedAtOnce(t *testing.T) {
	full := lab.Proposal{Name: "zalpidone", Class: "stimulant", Why: "library match"}
	for _, test := range []struct {
		name   string
		edit   func(*lab.Proposal)
		fields []string
	}{
		{"whole", func(*lab.Proposal) {}, nil},
		{"nothing but the name", func(p *lab.Proposal) { p.Class, p.Why = "", "" }, []string{"substance"}},
		{"no class", func(p *lab.Proposal) { p.Class = "" }, []string{"class"}},
		{"a class that there is not", func(p *lab.Proposal) { p.Class = "magic" }, []string{"class"}},
		{"of what could not be identified", func(p *lab.Proposal) { p.Class = "unidentified" }, []string{"class"}},
		{"no why", func(p *lab.Proposal) { p.Why = "  " }, []string{"why"}},
		{"a why that says who", func(p *lab.Proposal) { p.Why = "ask 06 12345678" }, []string{"why"}},
		{"a word for nothing", func(p *lab.Proposal) { p.Name = "n/a" }, []string{"substance"}},
		{"a dose", func(p *lab.Proposal) { p.Name = "zalpidone 20 mg" }, []string{"substance"}},
		{"two substances", func(p *lab.Proposal) { p.Name = "heroin; fentanyl" }, []string{"substance"}},
		{"nearly a known one", func(p *lab.Proposal) { p.Name = "caffeinee" }, []string{"substance"}},
		{"nearly a known one, and another", func(p *lab.Proposal) { p.Name, p.Another = "caffeinee", true }, nil},
	} {
		d := newDictionary(t)
		p := full
		test.edit(&p)
		s, fresh, err := d.ProposeSubstance(p, person(7, lab.Laboratory), noon)
		wantFields(t, err, test.fields...)
		if err != nil {
			continue
		}
		if !fresh || s.Reviewed || !s.Active || !s.Psychoactive || s.Role != lab.RoleAdulterant || s.Class != p.Class || s.ProposedBy != 7 || s.ProposedWhy != p.Why {
			t.Errorf("%s: %+v", test.name, s)
		}
		again, fresh, err := d.ProposeSubstance(lab.Proposal{Name: p.Name}, person(8, lab.Laboratory), noon)
		if err != nil || fresh || again != s {
			t.Errorf("%s: the second who needs it gets %+v, %v", test.name, again, err)
		}
	}
}

// TestWhoMayProposeASubstance: who enters what was found.
func TestWhoMayProposeASubstance(t *testing.T) {
	for _, role := range lab.UserRoles {
		want := role == lab.Intake || role == lab.Laboratory || role == lab.Verifier
		if err := lab.MayPropose(person(1, role), 1); (err == nil) != want {
			t.Errorf("%s: %v", role, err)
		}
	}
	if lab.MayPropose(stranger(), 1) == nil {
		t.Error("somebody of another service may")
	}
}
