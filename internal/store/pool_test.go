package store_test

import (
	"testing"

	"marquis/internal/lab"
	"marquis/internal/store"
	"marquis/internal/store/storetest"
)

func TestPoolsTellHowTheyAreUsed(t *testing.T) {
	storetest.EachKind(t, func(t *testing.T, kind string) {
		s := storetest.Open(t, storetest.Config(t, kind))
		b := newBench(t, s)
		b.register(t, s)
		reading := map[string]string{"sqlite": "read", "postgres": "all"}[kind]

		rows := 0
		for _, err := range s.FactRows(t.Context(), lab.Program("test"), b.service.ID, 2025) {
			if err != nil {
				t.Fatal(err)
			}
			rows++
			for _, p := range s.PoolStats() {
				if busy := p.InUse > 0; busy != (p.Pool == reading) || p.Open < p.InUse || p.Open > p.Most || p.Waits < 0 || p.Waited < 0 {
					t.Errorf("while reading: %+v", p)
				}
			}
		}
		if rows == 0 {
			t.Error("nothing was read")
		}
		for _, p := range s.PoolStats() {
			if p.InUse != 0 || p.Open == 0 {
				t.Errorf("at rest: %+v", p)
			}
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		for _, p := range s.PoolStats() {
			if p.InUse != 0 || p.Open != 0 {
				t.Errorf("closed: %+v", p)
			}
		}
	})
}

func TestSQLiteHasOneWriter(t *testing.T) {
	most := func(s *store.Store) map[string]int {
		most := map[string]int{}
		for _, p := range s.PoolStats() {
			most[p.Pool] = p.Most
		}
		return most
	}
	if have := most(storetest.Open(t, storetest.Config(t, "sqlite"))); len(have) != 2 || have["write"] != 1 || have["read"] < 2 {
		t.Errorf("SQLite: %v", have)
	}
	if have := most(storetest.Open(t, storetest.Config(t, "postgres"))); len(have) != 1 || have["all"] < 2 {
		t.Errorf("PostgreSQL: %v", have)
	}
}
