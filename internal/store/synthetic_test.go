package store_test

import (
	"strings"
	"testing"

	"marquis/internal/lab"
	"marquis/internal/store"
	"marquis/internal/store/storetest"
)

const madeUp = "seed 1, years 2013-2024, scale 1"

// origin is what the registry says made its samples up.
func origin(t testing.TB, s *store.Store) string {
	t.Helper()
	text, err := s.Synthetic(t.Context())
	noError(t, err)
	return text
}

func TestARegistryIsMarkedSyntheticForGood(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		if got := origin(t, s); got != "" {
			t.Errorf("a new registry was made up by %q", got)
		}
		noError(t, s.MarkSynthetic(t.Context(), operator, madeUp))
		if got := origin(t, s); got != madeUp {
			t.Errorf("made up by %q", got)
		}
		if e := lastEvent(t, s); e.action != "mark synthetic" || e.subject != "synthetic" || !strings.Contains(e.changes, madeUp) {
			t.Errorf("the event is %+v", e)
		}
		storetest.Service(t, s, "UTR")
		storetest.Person(t, s, "anna", 0, lab.Administrator)
		refusedAs(t, s.MarkSynthetic(t.Context(), operator, ""), lab.ErrConflict)
		if got := origin(t, s); got != madeUp {
			t.Errorf("made up by %q after a refusal", got)
		}
	})
}

// Whoever has begun to work with a registry may have put real samples into it.
func TestARegistryInUseIsNotMarkedSynthetic(t *testing.T) {
	for name, use := range map[string]func(t *testing.T, s *store.Store){
		"a service": func(t *testing.T, s *store.Store) { storetest.Service(t, s, "UTR") },
		"a person":  func(t *testing.T, s *store.Store) { storetest.Person(t, s, "anna", 0, lab.Administrator) },
	} {
		t.Run(name, func(t *testing.T) {
			storetest.Each(t, func(t *testing.T, s *store.Store) {
				use(t, s)
				before := len(eventsOf(t, s))
				refusedAs(t, s.MarkSynthetic(t.Context(), operator, madeUp), lab.ErrConflict)
				if after := len(eventsOf(t, s)); origin(t, s) != "" || after != before {
					t.Errorf("made up by %q, %d events more", origin(t, s), after-before)
				}
			})
		})
	}
}

func TestOnlyTheOperatorMarksARegistrySynthetic(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		for _, by := range []lab.Actor{{}, {Name: "operator: demo"}, {Kind: lab.KindUser, UserID: 1, Name: "intake", Memberships: []lab.Membership{{Role: lab.Intake}}}} {
			if err := s.MarkSynthetic(t.Context(), by, madeUp); err == nil || origin(t, s) != "" {
				t.Errorf("%+v marked it: %v", by, err)
			}
		}
	})
}
