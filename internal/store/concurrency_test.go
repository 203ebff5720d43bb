package store_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"marquis/internal/lab"
	"marquis/internal/store"
	"marquis/internal/store/storetest"
)

func TestFiftyRegisterAtOnce(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		const clients = 50
		b := newBench(t, s)
		before := len(eventsOf(t, s))
		numbers := make([]int32, clients)
		errs := atOnce(clients, func(i int) error {
			x, err := s.RegisterSample(t.Context(), b.intake, b.registration())
			numbers[i] = x.NumberRunning
			return err
		})
		if err := errors.Join(errs...); err != nil {
			t.Fatal(err)
		}
		slices.Sort(numbers)
		for i, n := range numbers {
			if n != int32(i+1) {
				t.Fatalf("numbers %v", numbers)
			}
		}
		if n := revision(t, s, b.service.ID); n != clients {
			t.Errorf("revision %d", n)
		}
		if n := len(eventsOf(t, s)) - before; n != clients {
			t.Errorf("%d events", n)
		}
		if _, err := s.VerifyAudit(t.Context(), lab.Operator("test")); err != nil {
			t.Error(err)
		}
		if n := sqlRows(t, s, "SELECT count(*) FROM sample_facts", 1)[0][0]; n != int64(clients) {
			t.Errorf("%v facts", n)
		}
	})
}

func TestOfManyWithTheSameCodeOneRegisters(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		b := newBench(t, s)
		errs := atOnce(50, func(int) error {
			_, err := s.RegisterSample(t.Context(), b.intake, store.Registration{
				File: lab.File{Sample: storetest.Sample(b.service.ID, b.ketamine.ID), Expected: b.ketamine.Expected()},
				Code: &store.CodeHash{KeyID: "2025-02", Hash: []byte("the same"), Month: "2025-02"},
			})
			return err
		})
		one(t, errs, func(err error) bool { return errors.Is(err, lab.ErrConflict) })
		if x := b.register(t, s); x.NumberRunning != 2 {
			t.Errorf("the refused took numbers: the next is %d", x.NumberRunning)
		}
	})
}

// one checks that exactly one succeeded, and that the others were refused as they
// should be.
func one(t *testing.T, errs []error, refused func(error) bool) {
	t.Helper()
	succeeded := 0
	for _, err := range errs {
		switch {
		case err == nil:
			succeeded++
		case !refused(err):
			t.Errorf("refused with %v", err)
		}
	}
	if succeeded != 1 {
		t.Errorf("%d succeeded: %v", succeeded, errs)
	}
}

func staleOrImpossible(err error) bool {
	var stale *lab.StaleError
	var impossible *lab.MoveError
	return errors.As(err, &stale) || errors.As(err, &impossible)
}

func TestOfManyAtOneRecordOneSucceeds(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		b := newBench(t, s)
		x := b.register(t, s)
		one(t, atOnce(8, func(i int) error {
			_, err := s.DescribeSample(t.Context(), b.intake, x.Key, x.Version, b.ketamine.Expected(), func(x *lab.Sample) { x.Logo = fmt.Sprint(i) })
			return err
		}), staleOrImpossible)
		a := b.analyse(t, s, x, "80")
		one(t, atOnce(8, func(int) error {
			_, err := s.VerifyAnalysis(t.Context(), b.verifier, a.Key, a.Version, false)
			return err
		}), staleOrImpossible)
		now, _, err := s.Sample(t.Context(), storetest.Reader, x.Key)
		if err != nil {
			t.Fatal(err)
		}
		proposed := seen(t, s, b.verifier, x.Key)
		one(t, atOnce(8, func(int) error {
			_, err := s.PublishResult(t.Context(), b.verifier, x.Key, now.Version, proposed, lab.Why{})
			return err
		}), staleOrImpossible)
		if versions, err := s.Publications(t.Context(), x.Key); err != nil || len(versions) != 1 {
			t.Errorf("%d versions, %v", len(versions), err)
		}
		if _, err := s.VerifyAudit(t.Context(), lab.Operator("test")); err != nil {
			t.Error(err)
		}
	})
}

func TestManyAddPeopleServicesAndMethodsAtOnce(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		const n = 8
		operator := lab.Operator("test")
		errs := atOnce(4*n, func(i int) error {
			var err error
			switch i % 4 {
			case 0:
				_, err = s.AddService(t.Context(), operator, lab.Service{
					Code: fmt.Sprintf("S%02d", i), Name: "Service", Country: "NL", Currency: "EUR", TimeZone: "Europe/Amsterdam",
				})
			case 1:
				_, err = s.AddUser(t.Context(), operator, lab.User{Login: fmt.Sprint("user-", i), Name: "User"}, nil)
			case 2:
				_, err = s.AddMethod(t.Context(), operator, lab.Method{Kind: lab.FTIR, Lab: fmt.Sprint("Lab ", i), Level: lab.Preliminary, OpenScope: true})
			case 3:
				_, err = s.Dictionary(t.Context())
			}
			return err
		})
		if err := errors.Join(errs...); err != nil {
			t.Fatal(err)
		}
		for _, table := range []string{"services", "users", "methods"} {
			if got := sqlRows(t, s, "SELECT count(*) FROM "+table, 1)[0][0]; got != int64(n) {
				t.Errorf("%v %s", got, table)
			}
		}
		if _, err := s.VerifyAudit(t.Context(), lab.Operator("test")); err != nil {
			t.Error(err)
		}
	})
}

// TestNoWorkReadsThroughThePool has a time limit: a unit of work that read through
// the pool while its transaction is open would wait for SQLite's one writing
// connection until the limit.
func TestNoWorkReadsThroughThePool(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		b := newBench(t, s)
		storetest.AddMethods(t, s)
		store.OnePool(t, s)
		done := make(chan error, 1)
		go func() {
			for _, d := range deeds(t, s, b) {
				if !s.OnSQLite() && slices.Contains([]string{"Import", "Imports and ImportUses", "TakeBack", "Abandon"}, d.name) {
					continue // on PostgreSQL the lock of an import has a connection of its own
				}
				if err := d.do(); err != nil {
					done <- fmt.Errorf("%s: %w", d.name, err)
					return
				}
			}
			done <- nil
		}()
		select {
		case err := <-done:
			if err != nil {
				t.Error(err)
			}
		case <-time.After(5 * time.Minute):
			t.Fatal("a unit of work waits for a connection that it holds itself")
		}
	})
}

func TestACancelledContextWritesNothing(t *testing.T) {
	eachKind(t, func(t *testing.T, s *store.Store, kind string) {
		store.SmallBatches(s)
		b := newBench(t, s)
		d := storetest.AddMethods(t, s)
		x := b.register(t, s)
		before := everything(t, s, kind)
		ctx, cancel := context.WithCancel(t.Context())
		batch := &store.ImportBatch{Import: newImport("x"), Samples: store.Arrivals(storetest.Generate(d, 1, 500, 2023, 2023))}
		batch.Import.ServiceID = b.service.ID
		cancel()
		if err := s.Import(ctx, lab.Operator("import"), d, batch, func(int) {}); !errors.Is(err, context.Canceled) {
			t.Errorf("imported: %v", err)
		}
		if _, err := s.RegisterSample(ctx, b.intake, b.registration()); !errors.Is(err, context.Canceled) {
			t.Errorf("registered: %v", err)
		}
		later, stopLater := context.WithCancel(t.Context())
		_, err := s.DescribeSample(later, b.intake, x.Key, x.Version, b.ketamine.Expected(), func(x *lab.Sample) {
			x.Logo = "crown"
			stopLater()
		})
		if !errors.Is(err, context.Canceled) {
			t.Errorf("changed: %v", err)
		}
		if everything(t, s, kind) != before {
			t.Error("something was written")
		}
		b.register(t, s)
	})
}

// TestManyReadFactsAtOnce: each reader of facts holds two connections, so that
// with too many of them everybody would wait for a second one for ever.
func TestManyReadFactsAtOnce(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		b := newBench(t, s)
		for range 5 {
			b.register(t, s)
		}
		ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
		defer cancel()
		errs := make(chan error, 40)
		for range cap(errs) {
			go func() {
				n := 0
				for _, err := range s.FactRows(ctx, lab.Program("test"), b.service.ID, 2025) {
					if err != nil {
						errs <- err
						return
					}
					n++
					time.Sleep(time.Millisecond)
				}
				if n != 5 {
					errs <- fmt.Errorf("%d facts", n)
					return
				}
				errs <- nil
			}()
		}
		for range cap(errs) {
			if err := <-errs; err != nil {
				t.Error(err)
			}
		}
	})
}
