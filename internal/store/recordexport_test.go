package store_test

import (
	"errors"
	"testing"

	"marquis/internal/lab"
	"marquis/internal/store"
	"marquis/internal/store/storetest"
)

func TestAnExportIsOnRecord(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		utrecht, elsewhere := storetest.Service(t, s, "UTR"), storetest.Service(t, s, "AMS")
		analyst := storetest.Person(t, s, "analyst", utrecht.ID, lab.DataAnalyst)
		coordinator := storetest.Person(t, s, "coordinator", 0, lab.Coordinator)
		verifier := storetest.Person(t, s, "verifier", utrecht.ID, lab.Verifier)
		before := len(eventsOf(t, s))
		for _, x := range []struct {
			by      lab.Actor
			service lab.ServiceID
			want    error
		}{
			{analyst, utrecht.ID, nil},
			{analyst, elsewhere.ID, lab.ErrNotFound},
			{analyst, 0, lab.ErrNotFound},
			{coordinator, 0, nil},
			{coordinator, elsewhere.ID, nil},
			{verifier, utrecht.ID, lab.ErrNotFound},
		} {
			if err := s.RecordExport(t.Context(), x.by, x.service, "report 2024"); !errors.Is(err, x.want) {
				t.Errorf("%s at service %d: %v, want %v", x.by.Name, x.service, err, x.want)
			}
		}
		events := eventsOf(t, s)
		var added []event
		for _, e := range events {
			if e.action == "export" {
				added = append(added, e)
			}
		}
		if len(added) != 3 || len(events) != before+3 {
			t.Fatalf("%d exports on record, want 3 of %d new events", len(added), len(events)-before)
		}
		if e := added[0]; e.service != 0 || e.actor != analyst.Name || e.subject != "report 2024" {
			t.Errorf("the record says %+v", e)
		}
		if _, err := s.VerifyAudit(t.Context(), lab.Operator("test")); err != nil {
			t.Error(err)
		}
	})
}
