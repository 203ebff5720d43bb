package lab_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"marquis/internal/lab"
)

// all gives a person a role at all services.
func all(id lab.Optional, role lab.UserRole) lab.Actor {
	return lab.Actor{Kind: lab.KindUser, UserID: id, Memberships: []lab.Membership{{UserID: id, Role: role}}}
}

// What is added to the dictionary is everybody's: who describes and reviews it need not be of
// the service, and who said what there is told to the service alone.
func TestWhoDoesWhatWithEntries(t *testing.T) {
	names := func(may func(lab.Actor) bool) string {
		var roles []string
		for _, role := range lab.UserRoles {
			if may(person(1, role)) {
				roles = append(roles, string(role))
			}
			if may(all(1, role)) {
				roles = append(roles, string(role)+"*")
			}
		}
		for name, by := range map[string]lab.Actor{"operator": lab.Operator("test"), "program": lab.Program("test"), "nobody": {}} {
			if may(by) {
				roles = append(roles, name)
			}
		}
		return strings.Join(roles, " ")
	}
	for what, x := range map[string]struct {
		may  func(lab.Actor) bool
		want string
	}{
		"MayReview": {
			func(a lab.Actor) bool { return lab.MayReview(a) == nil },
			"laboratory laboratory* verifier verifier* coordinator coordinator* administrator*",
		},
		"MayNameProduct": {
			func(a lab.Actor) bool { return lab.MayNameProduct(a) == nil },
			"intake intake* laboratory laboratory* verifier verifier* coordinator coordinator* administrator*",
		},
		"SeesProposal of another service": {
			func(a lab.Actor) bool { return a.SeesProposal(2) },
			"intake* laboratory* verifier* data_analyst* coordinator* importer* administrator* operator",
		},
		"SeesProposal of its service": {
			func(a lab.Actor) bool { return a.SeesProposal(1) },
			"intake intake* laboratory laboratory* verifier verifier* data_analyst data_analyst* coordinator coordinator* importer importer* administrator administrator* operator",
		},
		"SeesEntryHistory": {
			lab.Actor.SeesEntryHistory,
			"laboratory* verifier* coordinator* administrator* operator",
		},
		"SeesEntries": {
			lab.Actor.SeesEntries,
			"laboratory laboratory* verifier verifier* coordinator coordinator* administrator* operator",
		},
	} {
		if got := names(x.may); got != x.want {
			t.Errorf("%s: %s\nwant: %s", what, got, x.want)
		}
	}
}

// Nobody reviews what is their own, whether they proposed it here or for another service, or
// changed it last; who has seen another version, or comes second, is told so.
func TestWhoReviewsASubstance(t *testing.T) {
	d, id := proposed(t)
	s := d.Substances[id]
	s.ChangedBy, s.Version = 8, 3
	s.Proposals = []lab.ServiceProposal{{SubstanceID: id, ServiceID: 1, ProposedBy: 7}, {SubstanceID: id, ServiceID: 2, ProposedBy: 9}}
	var refused *lab.MoveError
	for _, by := range []lab.Actor{person(7, lab.Verifier), person(8, lab.Verifier), person(9, lab.Verifier), person(5, lab.Intake), lab.Operator("test")} {
		if err := d.CheckReview(by, id, 3); !errors.As(err, &refused) {
			t.Errorf("by %d: %v", by.UserID, err)
		}
	}
	other := person(5, lab.Verifier)
	var stale *lab.StaleError
	if err := d.CheckReview(other, id, 2); !errors.As(err, &stale) || stale.Have != 3 {
		t.Errorf("who has seen another version: %v", err)
	}
	if err := d.CheckReview(other, id, 3); err != nil {
		t.Errorf("somebody else: %v", err)
	}
	s.Reviewed = true
	if err := d.CheckReview(other, id, 3); !errors.As(err, &refused) {
		t.Errorf("what is reviewed: %v", err)
	}
	if err := d.CheckReview(other, 4711, 1); !errors.Is(err, lab.ErrNotFound) {
		t.Errorf("what is not there: %v", err)
	}
}

func TestWhoReviewsAProduct(t *testing.T) {
	d := newDictionary(t)
	p, _, err := d.ProposeProduct(lab.ProductProposal{ProductEntry: lab.ProductEntry{NameEN: "blue monday", Unit: lab.Gram}, Why: "heard"}, person(7, lab.Intake), 1, noon)
	if err != nil {
		t.Fatal(err)
	}
	p.ChangedBy = 8
	var refused *lab.MoveError
	for _, by := range []lab.Actor{person(7, lab.Verifier), person(8, lab.Verifier), person(5, lab.Intake)} {
		if err := d.CheckProductReview(by, p.ID, 1); !errors.As(err, &refused) {
			t.Errorf("by %d: %v", by.UserID, err)
		}
	}
	other := person(5, lab.Coordinator)
	var stale *lab.StaleError
	if err := d.CheckProductReview(other, p.ID, 2); !errors.As(err, &stale) {
		t.Errorf("who has seen another version: %v", err)
	}
	if err := d.CheckProductReview(other, p.ID, 1); err != nil {
		t.Errorf("somebody else: %v", err)
	}
	p.Reviewed = true
	if err := d.CheckProductReview(other, p.ID, 1); !errors.As(err, &refused) {
		t.Errorf("what is reviewed: %v", err)
	}
}

func TestWhoReviewsAName(t *testing.T) {
	open := lab.Provenance{ProposedBy: 7}
	var refused *lab.MoveError
	for what, x := range map[string]struct {
		p  lab.Provenance
		by lab.Actor
	}{
		"who proposed it":        {open, person(7, lab.Verifier)},
		"one that is reviewed":   {lab.Provenance{ProposedBy: 7, ReviewedBy: 5}, person(6, lab.Verifier)},
		"one of the edition":     {lab.Provenance{}, person(6, lab.Verifier)},
		"who only receives":      {open, person(6, lab.Intake)},
		"who looks at a service": {open, person(6, lab.Administrator)},
	} {
		if err := x.p.CheckNameReview(x.by); !errors.As(err, &refused) {
			t.Errorf("%s: %v", what, err)
		}
	}
	if err := open.CheckNameReview(person(6, lab.Laboratory)); err != nil {
		t.Error(err)
	}
}

func TestFurtherNames(t *testing.T) {
	for _, test := range []struct {
		name   string
		edit   func(*lab.NameProposal)
		fields []string
	}{
		{"whole", func(*lab.NameProposal) {}, nil},
		{"nearly its own", func(n *lab.NameProposal) { n.Name = "cocainne" }, nil},
		{"its own", func(n *lab.NameProposal) { n.Name = "Cocaïnum" }, []string{"name"}},
		{"that of another", func(n *lab.NameProposal) { n.Name = "esketamine" }, []string{"name"}},
		{"nearly that of another", func(n *lab.NameProposal) { n.Name = "etonitazenne" }, []string{"name"}},
		{"nearly that of another, and another", func(n *lab.NameProposal) { n.Name, n.Another = "etonitazenne", true }, nil},
		{"its own with a salt", func(n *lab.NameProposal) { n.Name = "cocaine hydrochloride" }, []string{"name"}},
		{"a dose", func(n *lab.NameProposal) { n.Name = "snow 20 mg" }, []string{"name"}},
		{"nothing", func(n *lab.NameProposal) { n.Name = "n/a" }, []string{"name"}},
		{"two lines", func(n *lab.NameProposal) { n.Name = "snow\nwhite" }, []string{"name"}},
		{"a telephone number", func(n *lab.NameProposal) { n.Name = "snow 06 12345678" }, []string{"name"}},
		{"a language that there is not", func(n *lab.NameProposal) { n.Language = "de" }, []string{"language"}},
		{"a stereo mark that there is not", func(n *lab.NameProposal) { n.Stereo = "left" }, []string{"stereo"}},
		{"no why", func(n *lab.NameProposal) { n.Why = " " }, []string{"why"}},
		{"a why that says who", func(n *lab.NameProposal) { n.Why = "ask 06 12345678" }, []string{"why"}},
	} {
		d := newDictionary(t)
		n := lab.NameProposal{Name: "schneewitt", Why: "heard at the desk"}
		test.edit(&n)
		if got := wrongFields(t, d.CheckSubstanceName(cocaine, n)); !slices.Equal(got, test.fields) {
			t.Errorf("%s: mistakes in %q: %v", test.name, got, d.CheckSubstanceName(cocaine, n))
		}
	}
	d := newDictionary(t)
	if err := d.CheckSubstanceName(4711, lab.NameProposal{Name: "snow", Why: "heard"}); !errors.Is(err, lab.ErrNotFound) {
		t.Errorf("what is not there: %v", err)
	}
	if got := (lab.NameProposal{Name: " snow \u200b white ", Why: " heard "}).Tidied(); got.Name != "snow white" || got.Why != "heard" {
		t.Errorf("tidied it is %+v", got)
	}
}

func TestFurtherNamesOfProducts(t *testing.T) {
	d := newDictionary(t)
	for name, fields := range map[string][]string{
		"pingers": nil, "ketamine crystals": nil, "snow and ice": nil,
		"XTC": {"name"}, "Heroïne": {"name"}, "tucibbi": {"name"}, "niets": {"name"}, "pingers 120 mg": {"name"}, "pingers 06 12345678": {"name"},
	} {
		if got := wrongFields(t, d.CheckProductName(soldAsEcstasy, lab.NameProposal{Name: name, Why: "heard"}, person(8, lab.Intake))); !slices.Equal(got, fields) {
			t.Errorf("%s: mistakes in %q", name, got)
		}
	}
	if err := d.CheckProductName(soldAsEcstasy, lab.NameProposal{Name: "ecstassy", Why: "heard"}, person(8, lab.Intake)); err != nil {
		t.Errorf("nearly its own: %v", err)
	}
	if err := d.CheckProductName(4711, lab.NameProposal{Name: "pingers", Why: "heard"}, person(8, lab.Intake)); !errors.Is(err, lab.ErrNotFound) {
		t.Errorf("what is not there: %v", err)
	}
}

func TestANameIsWithdrawnWithAReason(t *testing.T) {
	wantFields(t, lab.CheckWithdrawal("  "), "reason")
	wantFields(t, lab.CheckWithdrawal("ask 06 12345678"), "reason")
	wantFields(t, lab.CheckWithdrawal("it is another"))
	s := &lab.Substance{ShortName: "2-FDCK"}
	wantFields(t, s.CheckNameWithdrawal("2fdck", ""), "name", "reason")
	wantFields(t, s.CheckNameWithdrawal("2-fluoroketamine", "it is another"))
}

// Another service is told that a substance is there, and not who needed it and why.
func TestWhoIsToldOfAProposal(t *testing.T) {
	first := lab.ServiceProposal{ServiceID: 1, ProposedBy: 7, ProposedAt: noon, ProposedWhy: "ours"}
	second := lab.ServiceProposal{ServiceID: 2, ProposedBy: 9, ProposedAt: noon, ProposedWhy: "theirs"}
	s := &lab.Substance{Name: "zalpidone", Provenance: lab.Provenance{ProposedBy: 7, ProposedAt: noon, ProposedWhy: "ours"}, Proposals: []lab.ServiceProposal{first, second}}
	here := s.ToldTo(person(5, lab.Intake))
	if here.ProposedWhy != "ours" || !slices.Equal(here.Proposals, []lab.ServiceProposal{first}) {
		t.Errorf("the service itself is told %+v", here)
	}
	there := s.ToldTo(stranger())
	if there.Name != "zalpidone" || there.ProposedBy != 0 || there.ProposedWhy != "" || !slices.Equal(there.Proposals, []lab.ServiceProposal{second}) {
		t.Errorf("another service is told %+v", there)
	}
	if !s.NeededAt(2) || s.NeededAt(3) {
		t.Error("who needs it is lost")
	}
}

func TestWhatIsOpen(t *testing.T) {
	for p, want := range map[lab.Provenance]bool{{}: false, {ProposedBy: 7}: true, {ProposedBy: 7, ReviewedBy: 8}: false} {
		if p.IsOpen() != want {
			t.Errorf("%+v: %v", p, p.IsOpen())
		}
	}
}
