package store_test

import (
	"context"
	"sync"
	"testing"

	"marquis/internal/lab"
	"marquis/internal/store"
	"marquis/internal/store/storetest"
)

// ofBefore says that the facts of 2025 were made by other definitions, which counted the region
// of x otherwise and marked nothing as held.
func (b *bench) ofBefore(t *testing.T, s *store.Store, x lab.Sample) store.ServiceYear {
	t.Helper()
	noError(t, store.Exec(s, "UPDATE service_years SET definitions = 'of before' WHERE service_id = ?", b.service.ID))
	noError(t, store.Exec(s, "UPDATE sample_facts SET region = 'elsewhere' WHERE service_id = ? AND sample_id = ?", b.service.ID, x.ID))
	noError(t, store.Exec(s, "UPDATE samples SET held_since = NULL WHERE service_id = ? AND id = ?", b.service.ID, x.ID))
	return store.ServiceYear{ServiceID: b.service.ID, Year: 2025}
}

// TestAYearOfBeforeIsCountedAnew: once, and what nobody corrected does not move.
func TestAYearOfBeforeIsCountedAnew(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		b, by := newBench(t, s), lab.Operator("serve")
		x := b.register(t, s)
		b.dangerous(t, s, x)
		b.register(t, s)
		if list := must[[]store.ServiceYear](t)(s.Outdated(t.Context(), by)); len(list) != 0 {
			t.Errorf("what is registered is outdated: %v", list)
		}
		year := b.ofBefore(t, s, x)
		before := revision(t, s, b.service.ID)
		if list := must[[]store.ServiceYear](t)(s.Outdated(t.Context(), by)); len(list) != 1 || list[0] != year {
			t.Fatalf("outdated are %v", list)
		}
		moved := must[store.Moved](t)(s.CountAnew(t.Context(), by, year))
		if moved.Samples != 2 || moved.Changed != 1 || moved.Held != 1 || moved.Fields["region: elsewhere → "] != 1 {
			t.Errorf("moved %+v", moved)
		}
		if now(t, s, x).HeldSince.IsZero() || revision(t, s, b.service.ID) == before {
			t.Error("the sample is not held, or the revision of the year did not rise")
		}
		if list := must[[]store.ServiceYear](t)(s.Outdated(t.Context(), by)); len(list) != 0 {
			t.Errorf("still outdated: %v", list)
		}
		after := revision(t, s, b.service.ID)
		if again := must[store.Moved](t)(s.CountAnew(t.Context(), by, year)); again.Changed != 0 || revision(t, s, b.service.ID) != after {
			t.Errorf("the second time moved %+v", again)
		}
	})
}

// TestVerifyPassesOverAYearThatWaits: its facts are told as they were, and that is no fault.
func TestVerifyPassesOverAYearThatWaits(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		b := newBench(t, s)
		x := b.register(t, s)
		compared := func() (moved store.Moved) {
			t.Helper()
			noError(t, s.Snapshot(t.Context(), lab.Operator("verify"), func(at store.Snapshot) (err error) {
				moved, err = at.CompareFacts()
				return err
			}))
			return moved
		}
		year := b.ofBefore(t, s, x)
		if moved := compared(); moved.Samples != 1 || moved.Before != 1 || moved.Changed != 0 {
			t.Errorf("a year that waits: %+v", moved)
		}
		must[store.Moved](t)(s.CountAnew(t.Context(), lab.Operator("serve"), year))
		noError(t, store.Exec(s, "UPDATE sample_facts SET region = 'elsewhere' WHERE service_id = ? AND sample_id = ?", b.service.ID, x.ID))
		if moved := compared(); moved.Before != 0 || moved.Changed != 1 {
			t.Errorf("a year that is counted, and altered: %+v", moved)
		}
	})
}

// TestTwoInstancesCountAYearAnew: whatever becomes of the slower one, the year is counted, and
// work at the counter goes on meanwhile.
func TestTwoInstancesCountAYearAnew(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		b, by := newBench(t, s), lab.Operator("serve")
		x := b.register(t, s)
		for range 20 {
			b.register(t, s)
		}
		year := b.ofBefore(t, s, x)
		var wait sync.WaitGroup
		failed := make([]error, 2)
		for i := range failed {
			wait.Go(func() { _, failed[i] = s.CountAnew(context.WithoutCancel(t.Context()), by, year) })
		}
		b.register(t, s)
		wait.Wait()
		if failed[0] != nil && failed[1] != nil {
			t.Errorf("neither ended: %v, %v", failed[0], failed[1])
		}
		if list := must[[]store.ServiceYear](t)(s.Outdated(t.Context(), by)); len(list) != 0 {
			t.Errorf("still outdated: %v", list)
		}
		if moved := must[store.Moved](t)(s.Reclassify(t.Context(), by)); moved.Samples != 22 || moved.Changed != 0 {
			t.Errorf("moved %+v", moved)
		}
	})
}
