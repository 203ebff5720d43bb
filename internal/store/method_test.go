package store_test

import (
	"errors"
	"fmt"
	"testing"

	"marquis/internal/lab"
	"marquis/internal/store"
	"marquis/internal/store/storetest"
)

func TestAMethodIsForThePeopleOfItsLaboratory(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		b := newBench(t, s)
		operator := lab.Operator("test")
		national := must[lab.Lab](t)(s.AddLaboratory(t.Context(), operator, lab.Lab{Code: "NAT", Name: "National", People: []lab.Optional{b.analyst.UserID}}))
		m := must[*lab.Method](t)(s.AddMethod(t.Context(), operator, lab.Method{
			LaboratoryID: national.ID, Kind: lab.GCMS, Level: lab.Confirmatory, Quantifies: true, OpenScope: true,
		}))
		if m.Lab != "National" {
			t.Errorf("it is a method of %q", m.Lab)
		}
		x := b.register(t, s)
		a := lab.Analysis{SampleID: x.ID, MethodID: m.ID, Level: lab.Confirmatory, PerformedOn: x.ReceivedOn, Conclusion: lab.NothingSeen}
		a.ServiceID = x.ServiceID
		for _, by := range []lab.Actor{b.intake, b.verifier} {
			wantMistakes(t, second(s.EnterAnalysis(t.Context(), by, a, nil)), "method")
		}
		if n := len(must[store.SampleRecord](t)(s.ReadSampleUnseen(t.Context(), storetest.Reader, x.Key)).Evidence); n != 0 {
			t.Errorf("%d analyses were entered", n)
		}
		entered := must[lab.Analysis](t)(s.EnterAnalysis(t.Context(), b.analyst, a, nil))

		// From the next moment on only who is still of the laboratory.
		after := national
		after.People = []lab.Optional{b.intake.UserID}
		if err := s.ChangeLaboratory(t.Context(), operator, national, after); err != nil {
			t.Fatal(err)
		}
		wantMistakes(t, second(s.EnterAnalysis(t.Context(), b.analyst, a, nil)), "method")
		wantMistakes(t, second(s.ChangeAnalysis(t.Context(), b.analyst, entered.Key, 1, entered, nil, "")), "method")
		if _, err := s.EnterAnalysis(t.Context(), b.intake, a, nil); err != nil {
			t.Errorf("who came: %v", err)
		}
		wantMistakes(t, s.ChangeLaboratory(t.Context(), operator, after, lab.Lab{ID: national.ID, Name: "National", People: []lab.Optional{4711}, Services: []lab.ServiceID{99}}), "people", "services")
		if err := s.ChangeLaboratory(t.Context(), operator, national, lab.Lab{ID: national.ID, Name: "North"}); !errors.Is(err, lab.ErrConflict) {
			t.Errorf("over what another has changed: %v", err)
		}
	})
}

func TestAnalysesKeepTheVersionOfTheirMethod(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		b := newBench(t, s)
		operator := lab.Operator("test")
		today := lab.DateOf(storetest.Now, storetest.Now.Location())
		x := b.register(t, s)
		a := b.analyse(t, s, x, "80")
		row := lab.ScopeRow{Name: "isotonitazene", LOD: "200", Unit: "ng/ml", SamplePerML: "2"}
		next := must[*lab.Method](t)(s.AddToScope(t.Context(), operator, b.gcms.ID, row))
		d := must[*lab.Dictionary](t)(s.Words(t.Context()))
		kept := d.Methods[next.ID].Scope[0]
		if want := (lab.Amount{Value: 100, Scale: lab.MassFraction, Decimals: 2}); kept.LOD != want || kept.LODTyped != "200 ng/ml" || kept.SamplePerML != "2" {
			t.Errorf("the row is kept as %+v", kept)
		}
		old := d.Methods[b.gcms.ID]
		if old.RetiredOn != today || len(old.Scope) != 0 || d.Methods[next.ID].Replaces != lab.Optional(old.ID) || d.Methods[next.ID].Version != "2" {
			t.Errorf("%+v follows %+v", d.Methods[next.ID], old)
		}
		if e := must[store.SampleRecord](t)(s.ReadSampleUnseen(t.Context(), storetest.Reader, x.Key)).Evidence[0]; e.Analysis.ID != a.ID || e.Analysis.MethodID != b.gcms.ID {
			t.Errorf("the analysis is now %+v", e.Analysis)
		}
		// What was begun before is saved, of a run up to the day on which the version ended.
		b.analyse(t, s, b.register(t, s), "79")
		if _, err := s.VerifyAnalysis(t.Context(), b.verifier, a.Key, 1, false); err != nil {
			t.Errorf("verified: %v", err)
		}
		if err := s.RetireMethod(t.Context(), operator, b.gcms.ID, x.ReceivedOn-1); err != nil {
			t.Fatal(err)
		}
		later := lab.Analysis{SampleID: x.ID, MethodID: b.gcms.ID, Level: lab.Confirmatory, PerformedOn: x.ReceivedOn, Conclusion: lab.NothingSeen}
		later.ServiceID = x.ServiceID
		wantMistakes(t, second(s.EnterAnalysis(t.Context(), b.analyst, later, nil)), "method")
		wantMistakes(t, second(s.AddToScope(t.Context(), operator, b.gcms.ID, row)), "version")
		wantMistakes(t, s.RetireMethod(t.Context(), operator, b.gcms.ID, 0), "retired_on")
		wantMistakes(t, second(s.AddToScope(t.Context(), operator, next.ID, row)), "scope.0.substance")
	})
}

// Of many who add to the scope of one version at once, one makes the next.
func TestTheNextVersionIsMadeOnce(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		b := newBench(t, s)
		errs := atOnce(6, func(i int) error {
			_, err := s.AddToScope(t.Context(), lab.Operator("test"), b.gcms.ID, lab.ScopeRow{Name: []string{"ketamine", "cocaine", "MDMA"}[i%3]})
			return err
		})
		made := 0
		for _, err := range errs {
			if err == nil {
				made++
				continue
			}
			wantMistakes(t, err, "version")
		}
		rows := sqlRows(t, s, "SELECT count(*) FROM methods WHERE replaces = "+fmt.Sprint(b.gcms.ID), 1)
		if made != 1 || rows[0][0] != int64(1) {
			t.Errorf("%d of 6 made %v versions", made, rows)
		}
	})
}

func TestMethodsAndLaboratoriesAreForAdministratorsOfAllServices(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		b := newBench(t, s)
		l := lab.Lab{Code: "NEW", Name: "New"}
		for _, by := range []lab.Actor{b.analyst, b.verifier, {}, storetest.Person(t, s, "local", b.service.ID, lab.Administrator)} {
			wantRefused(t, by.Name, second(s.AddLaboratory(t.Context(), by, l)))
			wantRefused(t, by.Name, s.ChangeLaboratory(t.Context(), by, lab.Lab{}, lab.Lab{ID: b.gcms.LaboratoryID, Name: "Mine"}))
			wantRefused(t, by.Name, second(s.AddToScope(t.Context(), by, b.gcms.ID, lab.ScopeRow{Name: "ketamine"})))
			wantRefused(t, by.Name, second(s.AddVersion(t.Context(), by, b.gcms.ID, *b.gcms)))
			wantRefused(t, by.Name, s.RetireMethod(t.Context(), by, b.gcms.ID, 2025_01_01))
		}
		general := storetest.Person(t, s, "general", 0, lab.Administrator)
		if _, err := s.AddLaboratory(t.Context(), general, l); err != nil {
			t.Error(err)
		}
		wantMistakes(t, second(s.AddLaboratory(t.Context(), general, l)), "code", "name")
	})
}
