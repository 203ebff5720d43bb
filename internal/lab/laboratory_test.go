package lab_test

import (
	"errors"
	"strings"
	"testing"

	"marquis/internal/lab"
)

// Laboratories of these tests: one that works for all, and the bench of service 1.
const (
	central lab.LaboratoryID = iota + 1
	bench
)

// withLaboratories is the small dictionary with a chemist of the central laboratory.
func withLaboratories(t *testing.T) *lab.Dictionary {
	t.Helper()
	d := newDictionary(t)
	for _, m := range d.Methods {
		m.LaboratoryID = bench
		if m.Lab == "central" {
			m.LaboratoryID = central
		}
	}
	d.Methods[99] = &lab.Method{ID: 99, LaboratoryID: bench, Kind: lab.LCMS, Version: "a", Level: lab.Confirmatory, OpenScope: true}
	d.SetLaboratories([]*lab.Lab{
		{ID: central, Code: "NAT", Name: "central", People: []lab.Optional{7}}, {ID: bench, Code: "UTR", Name: "field", Services: []lab.ServiceID{1}},
	})
	return d
}

func staffOf(id lab.Optional, service lab.ServiceID, roles ...lab.UserRole) lab.Actor {
	a := lab.Actor{Kind: lab.KindUser, UserID: id}
	for _, role := range roles {
		a.Memberships = append(a.Memberships, lab.Membership{UserID: id, ServiceID: service, Role: role})
	}
	return a
}

func TestWhoMayRunAMethod(t *testing.T) {
	d := withLaboratories(t)
	for _, test := range []struct {
		name   string
		by     lab.Actor
		method lab.MethodID
		of     lab.ServiceID
		may    bool
	}{
		{"a chemist by the own laboratory's GC-MS", staffOf(7, 0, lab.Laboratory), gcms, 1, true},
		{"who works there, in whatever role", staffOf(7, 1, lab.Intake), gcms, 1, true},
		{"the counter by a GC-MS of another", staffOf(2, 1, lab.Intake), gcms, 1, false},
		{"the laboratory of a service by a GC-MS of another", staffOf(3, 1, lab.Laboratory), gcms, 1, false},
		{"a verifier by a GC-MS of another", staffOf(4, 0, lab.Verifier), gcms, 1, false},
		{"the counter by a strip of the bench", staffOf(2, 1, lab.Intake), strip, 1, true},
		{"the counter by the bench's FTIR", staffOf(2, 1, lab.Intake), ftir, 1, true},
		{"the counter by what confirms, at the bench", staffOf(2, 1, lab.Intake), 99, 1, false},
		{"the laboratory of the service by what confirms, at the bench", staffOf(3, 1, lab.Laboratory), 99, 1, true},
		{"a chemist of elsewhere at the bench", staffOf(7, 2, lab.Laboratory), strip, 1, false},
		{"the counter of another service", staffOf(5, 2, lab.Intake), strip, 2, false},
		{"a coordinator", staffOf(6, 1, lab.Coordinator), strip, 1, false},
		{"the operator", lab.Operator("x"), strip, 1, false},
		{"nobody", lab.Actor{}, strip, 1, false},
	} {
		if may := d.MayRun(test.by, test.of, d.Methods[test.method]); may != test.may {
			t.Errorf("%s: %v", test.name, may)
		}
	}
	d.Laboratories[bench].Services = []lab.ServiceID{0}
	if !d.MayRun(staffOf(5, 2, lab.Intake), 2, d.Methods[strip]) {
		t.Error("the bench of all services is not that of each")
	}
	delete(d.Laboratories, bench)
	if d.MayRun(staffOf(2, 1, lab.Intake), 1, d.Methods[strip]) {
		t.Error("a method of no laboratory is anybody's")
	}
}

func TestARetiredMethod(t *testing.T) {
	run := func(on lab.Date) *lab.Analysis {
		return &lab.Analysis{Key: lab.Key{ServiceID: 1}, MethodID: gcms, Level: lab.Confirmatory, PerformedOn: on, Conclusion: lab.NothingSeen}
	}
	d, chemist := withLaboratories(t), staffOf(7, 1, lab.Laboratory)
	if !d.Offered(chemist, 1, d.Methods[gcms]) {
		t.Error("a method in use is not offered")
	}
	d.Methods[gcms].RetiredOn = 2024_06_10
	if d.Offered(chemist, 1, d.Methods[gcms]) {
		t.Error("a retired method is offered")
	}
	says := func(err error, texts ...string) {
		t.Helper()
		wantFields(t, err, "method")
		for _, text := range texts {
			if !strings.Contains(err.Error(), text) {
				t.Errorf("%v says nothing of %q", err, text)
			}
		}
	}
	enter := func(before, a *lab.Analysis) error { return a.CheckEntry(d, chemist, before, nil, 2024_06_01, today) }
	wantFields(t, enter(nil, run(2024_06_10)))
	says(enter(nil, run(2024_06_11)), "2024-06-10")
	wantFields(t, enter(run(2024_06_11), run(2024_06_11))) // as it stands there
	says(enter(run(2024_06_11), run(2024_06_12)), "2024-06-10")

	next, before, err := d.AddVersion(gcms, lab.Method{Version: "2", Level: lab.Confirmatory, OpenScope: true}, today)
	if err != nil || next.Kind != lab.GCMS || next.Lab != "central" || next.Replaces != lab.Optional(gcms) || before.RetiredOn != 2024_06_10 {
		t.Fatalf("version %+v of %+v, %v", next, before, err)
	}
	says(enter(nil, run(2024_06_11)), "Choose version 2")

	d.Methods[targeted].LaboratoryID = central
	d.Laboratories[central].RetiredOn = 2024_06_05
	if d.Offered(chemist, 1, d.Methods[targeted]) || d.RetiredOn(d.Methods[gcms]) != 2024_06_05 || d.RetiredOn(d.Methods[strip]) != 0 {
		t.Error("a laboratory that has ended goes on")
	}
}

func TestTheNextVersionOfAMethod(t *testing.T) {
	d := withLaboratories(t)
	first := d.Methods[targeted]
	if _, _, err := d.AddVersion(12345, lab.Method{}, today); !errors.Is(err, lab.ErrNotFound) {
		t.Error(err)
	}
	same := *first
	_, _, err := d.AddVersion(targeted, same, today)
	wantFields(t, err, "version")

	row := lab.ScopeRow{Name: "fentanyl", LOD: "0,1", Unit: "%"}
	longer, err := d.WithRow(targeted, row)
	if err != nil || longer.Version != "targeted 2" || len(longer.Scope) != len(first.Scope)+1 {
		t.Fatalf("%+v, %v", longer, err)
	}
	next, ended, err := d.AddVersion(targeted, longer, today)
	if err != nil || next.Replaces != lab.Optional(targeted) || next.RetiredOn != 0 || ended.RetiredOn != today || len(ended.Scope) != 5 || !d.Covers(next, fentanyl) {
		t.Fatalf("%+v, %+v, %v", next, ended, err)
	}
	if next.Scope[0].MethodID != next.ID || d.Methods[targeted].Scope[0].MethodID == next.ID {
		t.Error("the versions share their scope")
	}
	_, _, err = d.AddVersion(targeted, lab.Method{Version: "x", Level: lab.Confirmatory, OpenScope: true}, today)
	wantFields(t, err, "version")

	_, err = d.WithRow(next.ID, row)
	wantFields(t, err, "scope.0.substance")
	_, err = d.WithRow(next.ID, lab.ScopeRow{Name: "mystery"})
	wantFields(t, err, "scope.0.substance")

	for version, want := range map[string]string{"": "2", "1": "2", "9": "10", "09": "10", "2024-03": "2024-04", "v1.2": "v1.3", "targeted": "targeted 2", "99999999999": "99999999999 2"} {
		if m := (lab.Method{Version: version}); m.ProposedVersion() != want {
			t.Errorf("after %q comes %q", version, m.ProposedVersion())
		}
	}
}

func TestAMethodIsRetiredAndTakenUpAgain(t *testing.T) {
	d := withLaboratories(t)
	if _, after, err := d.Retire(gcms, today, today); err != nil || after.RetiredOn != today {
		t.Errorf("%+v, %v", after, err)
	}
	if _, after, err := d.Retire(gcms, 0, today); err != nil || after.RetiredOn != 0 {
		t.Errorf("%+v, %v", after, err)
	}
	_, _, err := d.Retire(gcms, today+1, today)
	wantFields(t, err, "retired_on")
	if _, _, err := d.Retire(4711, today, today); !errors.Is(err, lab.ErrNotFound) {
		t.Error(err)
	}
	if _, _, err := d.AddVersion(gcms, lab.Method{Version: "2", Level: lab.Confirmatory, OpenScope: true}, today); err != nil {
		t.Fatal(err)
	}
	_, _, err = d.Retire(gcms, 0, today)
	wantFields(t, err, "retired_on")
}

func TestLaboratoryMistakes(t *testing.T) {
	d := withLaboratories(t)
	for _, test := range []struct {
		name   string
		l      lab.Lab
		fields []string
	}{
		{"none", lab.Lab{Code: "LAB9", Name: "North"}, nil},
		{"nothing", lab.Lab{Code: "?"}, []string{"code", "name"}},
		{"small letters", lab.Lab{Code: "nat", Name: "East"}, []string{"code"}},
		{"a code that is taken", lab.Lab{Code: "NAT", Name: "West"}, []string{"code"}},
		{"a name that is taken, written otherwise", lab.Lab{Code: "NAT2", Name: " CENTRAL "}, []string{"name"}},
		{"a name that cannot be shown", lab.Lab{Code: "NAT2", Name: "No\x00rth"}, []string{"name"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, err := d.AddLaboratory(test.l)
			wantFields(t, err, test.fields...)
		})
	}
	wantFields(t, d.CheckLaboratory(&lab.Lab{ID: central, Code: "NAT", Name: "central", RetiredOn: today + 1}, today), "retired_on")
	wantFields(t, d.CheckLaboratory(&lab.Lab{ID: central, Code: "NAT", Name: "field"}, today), "name")

	// Names of before may differ in their spelling alone: each laboratory keeps its own.
	d.Laboratories[77] = &lab.Lab{ID: 77, Code: "OLD", Name: "Field "}
	wantFields(t, d.CheckLaboratory(&lab.Lab{ID: 77, Code: "OLD", Name: "Field "}, today))
	if l, _ := d.FindLaboratory("FIELD"); l.ID != bench {
		t.Errorf("found %+v", l)
	}
}

func TestALaboratoryWithoutACodeGetsOneThatIsFree(t *testing.T) {
	d := newDictionary(t)
	first, err := d.AddLaboratory(lab.Lab{Name: "one", Code: "LAB2", People: []lab.Optional{9, 3, 9}})
	if err != nil || first.ID != 1 || len(first.People) != 2 {
		t.Fatalf("%+v, %v", first, err)
	}
	m, fresh, err := d.AddMethod(lab.Method{Kind: lab.NMR, Lab: "two", Level: lab.Confirmatory, OpenScope: true})
	if err != nil || !fresh || m.LaboratoryID != 2 || d.Laboratories[2].Code != "LAB3" || d.Laboratories[2].Name != "two" {
		t.Errorf("%+v, %+v, %v", m, d.Laboratories[2], err)
	}
	if again, fresh, err := d.AddMethod(lab.Method{Kind: lab.NMR, Lab: "TWO ", Level: lab.Confirmatory, OpenScope: true}); again != m || fresh || err != nil {
		t.Errorf("the same by another spelling: %+v, %v, %v", again, fresh, err)
	}
}
