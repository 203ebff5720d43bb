package lab_test

import (
	"errors"
	"slices"
	"testing"

	"marquis/internal/lab"
)

func TestMistakesOfAProduct(t *testing.T) {
	for _, test := range []struct {
		name   string
		edit   func(*lab.ProductProposal)
		fields []string
	}{
		{"whole", func(*lab.ProductProposal) {}, nil},
		{"nothing expected", func(p *lab.ProductProposal) { p.Expected = nil }, nil},
		{"a class expected", func(p *lab.ProductProposal) { p.Expected = []lab.Expected{class("opioid")} }, nil},
		{"called after a substance and what it looks like", func(p *lab.ProductProposal) { p.NameEN = "caffeine powder" }, nil},
		{"called after several substances", func(p *lab.ProductProposal) { p.NameEN = "heroin and fentanyl" }, nil},
		{"no name", func(p *lab.ProductProposal) { p.NameEN = " " }, []string{"name_en"}},
		{"a word for nothing", func(p *lab.ProductProposal) { p.NameEN = "onbekend" }, []string{"name_en"}},
		{"a telephone number", func(p *lab.ProductProposal) { p.NameEN = "blue monday 06 12345678" }, []string{"name_en"}},
		{"a dose", func(p *lab.ProductProposal) { p.NameEN = "blue monday 120 mg" }, []string{"name_en"}},
		{"a dose of a substance", func(p *lab.ProductProposal) { p.NameEN = "caffeine 200" }, []string{"name_en"}},
		{"nearly another product", func(p *lab.ProductProposal) { p.NameEN = "ecstassy" }, []string{"name_en"}},
		{"nearly another product, and another", func(p *lab.ProductProposal) { p.NameEN, p.Another = "ecstassy", true }, nil},
		{"the Dutch name of another", func(p *lab.ProductProposal) { p.NameNL = "Heroïne" }, []string{"name_nl"}},
		{"no unit", func(p *lab.ProductProposal) { p.Unit = "" }, []string{"unit"}},
		{"a unit that there is not", func(p *lab.ProductProposal) { p.Unit = "barrel" }, []string{"unit"}},
		{"expected what is not known", func(p *lab.ProductProposal) { p.Expected = []lab.Expected{substance(4711)} }, []string{"expected"}},
		{"expected twice", func(p *lab.ProductProposal) { p.Expected = []lab.Expected{substance(mdma), substance(mdma)} }, []string{"expected"}},
		{"expected nothing in a row", func(p *lab.ProductProposal) { p.Expected = []lab.Expected{{}} }, []string{"expected"}},
		{"no why", func(p *lab.ProductProposal) { p.Why = "" }, []string{"why"}},
		{"a why that says who", func(p *lab.ProductProposal) { p.Why = "jan@example.org says so" }, []string{"why"}},
	} {
		d := newDictionary(t)
		p := lab.ProductProposal{ProductEntry: lab.ProductEntry{NameEN: "blue monday", Unit: lab.Gram, Expected: []lab.Expected{substance(mdma)}}, Why: "heard at the desk"}
		test.edit(&p)
		got, fresh, err := d.ProposeProduct(p, person(7, lab.Intake), 1, noon)
		if fields := wrongFields(t, err); !slices.Equal(fields, test.fields) {
			t.Errorf("%s: mistakes in %q: %v", test.name, fields, err)
			continue
		}
		if err != nil {
			continue
		}
		if !fresh || got.Reviewed || got.ProposedBy != 7 || got.ChangedBy != 7 || got.Version != 1 || got.ID < lab.LocalEntries || !slices.Equal(got.Expected(), p.Expected) {
			t.Errorf("%s: %+v", test.name, got)
		}
		again, fresh, err := d.ProposeProduct(lab.ProductProposal{ProductEntry: lab.ProductEntry{NameEN: p.NameEN}}, person(8, lab.Intake), 1, noon)
		if err != nil || fresh || again != got {
			t.Errorf("%s: the second who needs it gets %+v, %v", test.name, again, err)
		}
	}
}

// A change keeps what the product was called, and what is in it without being expected; the
// embedded ones stay.
func TestAProductIsWrittenAnew(t *testing.T) {
	d := newDictionary(t)
	p, _, err := d.ProposeProduct(lab.ProductProposal{
		ProductEntry: lab.ProductEntry{NameEN: "blue monday", NameNL: "blauwe maandag", Unit: lab.Gram, Expected: []lab.Expected{substance(mdma)}}, Why: "heard",
	}, person(7, lab.Intake), 1, noon)
	if err != nil {
		t.Fatal(err)
	}
	p.Substances = append(p.Substances, lab.ProductSubstance{Expected: substance(norcocaine), Role: lab.RoleByProduct})
	e := lab.ProductEntry{NameEN: "blue munday", Unit: lab.Gram, Expected: []lab.Expected{substance(ketamine), substance(cocaine)}}
	if err := d.CheckProductEntry(p.ID, e, false, person(8, lab.Verifier)); err != nil {
		t.Errorf("nearly its own name: %v", err)
	}
	x := p.With(e)
	if x.NameNL != "blue munday" || !slices.Equal(x.Expected(), e.Expected) || len(x.Substances) != 3 || x.Substances[2].Role != lab.RoleByProduct || x.Substances[2].Position != 3 {
		t.Errorf("it is %+v", x)
	}
	var names []string
	for _, n := range x.Names {
		names = append(names, n.Name)
	}
	if !slices.Equal(names, []string{"blue monday", "blauwe maandag"}) {
		t.Errorf("it was called %q", names)
	}
	e.NameEN = "XTC"
	wantFields(t, d.CheckProductEntry(p.ID, e, true, person(8, lab.Verifier)), "name_en")
	var refused *lab.MoveError
	if err := d.CheckProductEntry(soldAsEcstasy, e, false, person(8, lab.Verifier)); !errors.As(err, &refused) {
		t.Errorf("what came with the program: %v", err)
	}
	if err := d.CheckProductEntry(4711, e, false, person(8, lab.Verifier)); !errors.Is(err, lab.ErrNotFound) {
		t.Errorf("what is not there: %v", err)
	}
	var stale *lab.StaleError
	if err := p.CheckVersion(9, e); !errors.As(err, &stale) || len(stale.Changed) == 0 {
		t.Errorf("another version: %v", err)
	}
}

// Who receives samples hears what they are called; who enters analyses may be the same person.
func TestWhoMayProposeAProduct(t *testing.T) {
	for _, role := range lab.UserRoles {
		want := role == lab.Intake || role == lab.Laboratory || role == lab.Verifier
		if err := lab.MayProposeProduct(person(1, role), 1); (err == nil) != want {
			t.Errorf("%s: %v", role, err)
		}
	}
	if lab.MayProposeProduct(stranger(), 1) == nil {
		t.Error("somebody of another service may")
	}
}

// TestWhoReadsAProductThatNobodyHasReviewed: those who review it, and the service that needs
// it; of one that was proposed for all services everybody at a counter.
func TestWhoReadsAProductThatNobodyHasReviewed(t *testing.T) {
	here, all := &lab.Product{ProposedFor: 1}, &lab.Product{}
	here.ProposedBy, all.ProposedBy = 7, 7
	for _, test := range []struct {
		name          string
		by            lab.Actor
		ofHere, ofAll bool
	}{
		{"the counter that needs it", person(8, lab.Intake), true, true},
		{"another counter", lab.Actor{Kind: lab.KindUser, UserID: 9, Memberships: []lab.Membership{{UserID: 9, ServiceID: 2, Role: lab.Intake}}}, false, true},
		{"a coordinator", person(9, lab.Coordinator), true, true},
		{"nobody", lab.Actor{}, false, false},
	} {
		if got := test.by.SeesProduct(here); got != test.ofHere {
			t.Errorf("%s reads that of the service: %v", test.name, got)
		}
		if got := test.by.SeesProduct(all); got != test.ofAll {
			t.Errorf("%s reads that of all: %v", test.name, got)
		}
	}
}

// What an import calls a product in words of its source is for its own service, and for those
// who review it; a set of known names is for all.
func TestWhoReadsAProductOfAnImport(t *testing.T) {
	free, old := &lab.Product{ID: lab.LocalEntries}, &lab.Product{ID: lab.LocalEntries}
	set := &lab.Product{ID: lab.LocalEntries, Substances: []lab.ProductSubstance{{Expected: lab.Expected{SubstanceID: 1}, Role: lab.RoleExpected}}}
	free.OfferTo(1)
	set.OfferTo(1)
	for _, test := range []struct {
		name           string
		by             lab.Actor
		free, old, set bool
	}{
		{"its own counter", person(8, lab.Intake), true, false, true},
		{"another counter", lab.Actor{Kind: lab.KindUser, UserID: 9, Memberships: []lab.Membership{{UserID: 9, ServiceID: 2, Role: lab.Intake}}}, false, false, true},
		{"a coordinator", person(9, lab.Coordinator), true, true, true},
	} {
		if got := [3]bool{test.by.SeesProduct(free), test.by.SeesProduct(old), test.by.SeesProduct(set)}; got != [3]bool{test.free, test.old, test.set} {
			t.Errorf("%s reads %v", test.name, got)
		}
	}
}
