package figures_test

import (
	"errors"
	"sync"
	"testing"
	"time"

	"marquis/internal/figures"
	"marquis/internal/lab"
	"marquis/internal/statistics"
	"marquis/internal/store"
	"marquis/internal/store/storetest"
)

// registry fills a service with generated samples of two years.
func registry(t *testing.T, s *store.Store, code string, seed uint64) lab.Service {
	t.Helper()
	service := storetest.Service(t, s, code)
	d := storetest.AddMethods(t, s)
	batch := &store.ImportBatch{
		Import:  lab.Import{Key: lab.Key{ServiceID: service.ID}, Profile: "generated", Digest: code, Files: code},
		Samples: store.Arrivals(storetest.Generate(d, seed, 300, 2023, 2024)),
	}
	if err := s.Import(t.Context(), lab.Operator("import"), d, batch, func(int) {}); err != nil {
		t.Fatal(err)
	}
	return service
}

// clock is a clock that a test moves.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) pass(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// national is the fold of a year of all services.
func national(t *testing.T, source *figures.Source, year int) *statistics.Fold {
	t.Helper()
	set, err := source.Set(t.Context(), "")
	if err != nil {
		t.Fatal(err)
	}
	f, _, err := set.Fold(t.Context(), year)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func registered(t *testing.T, source *figures.Source, code string, year int) int {
	t.Helper()
	set, err := source.Set(t.Context(), code)
	if err != nil {
		t.Fatal(err)
	}
	y, err := set.Year(t.Context(), year)
	if err != nil {
		t.Fatal(err)
	}
	return y.Registered
}

func TestServicesAddUpToAll(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		registry(t, s, "UTR", 1)
		registry(t, s, "AMS", 2)
		source := figures.New(s, time.Now, "EUR")
		for _, year := range []int{2023, 2024} {
			if all, parts := registered(t, source, "", year), registered(t, source, "UTR", year)+registered(t, source, "AMS", year); all != parts || all == 0 {
				t.Errorf("%d: %d registered at all services, %d at each together", year, all, parts)
			}
		}
		set, err := source.Set(t.Context(), "")
		if err != nil || len(set.Years()) != 2 {
			t.Errorf("years %v, %v", set.Years(), err)
		}
		if _, err := source.Set(t.Context(), "NONE"); err == nil {
			t.Error("an unknown service has figures")
		}
	})
}

func TestWhatWasFoldedIsKeptUntilTheYearChanges(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		service := registry(t, s, "UTR", 1)
		at := &clock{now: storetest.Now}
		source := figures.New(s, at.Now, "EUR")
		before, other := national(t, source, 2024), national(t, source, 2023)
		stamp, err := source.Stamp(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		at.pass(time.Hour)
		if national(t, source, 2024) != before {
			t.Error("folded again although nothing has changed")
		}

		intake := storetest.Person(t, s, "intake", service.ID, lab.Intake)
		registerSample(t, s, intake, service.ID)
		if national(t, source, 2024) != before {
			t.Error("the revision was read again within a second")
		}
		at.pass(time.Second)
		if national(t, source, 2024) == before || national(t, source, 2023) != other {
			t.Error("a sample of 2024 has to change the fold of that year alone")
		}
		if now, err := source.Stamp(t.Context()); err != nil || now == stamp {
			t.Errorf("the stamp stays %d, %v", now, err)
		}
	})
}

// TestTheStampIsOfYearsThatAreOver: a sample of a running year changes its figures, and
// not the stamp of public pages, until the year is over.
func TestTheStampIsOfYearsThatAreOver(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		service := registry(t, s, "UTR", 1)
		at := &clock{now: time.Date(2024, 11, 1, 12, 0, 0, 0, time.UTC)}
		source := figures.New(s, at.Now, "EUR")
		stamp := func() uint64 {
			t.Helper()
			at.pass(2 * time.Second)
			n, err := source.Stamp(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			return n
		}
		before, had := stamp(), registered(t, source, "", 2024)
		registerSample(t, s, storetest.Person(t, s, "intake", service.ID, lab.Intake), service.ID)
		if now := stamp(); now != before || registered(t, source, "", 2024) != had+1 {
			t.Errorf("the stamp was %d and is %d", before, now)
		}
		at.pass(100 * 24 * time.Hour)
		if stamp() == before {
			t.Error("the year is over and the stamp is as it was")
		}
	})
}

func TestManyAskAtOnce(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		registry(t, s, "UTR", 1)
		source := figures.New(s, time.Now, "EUR")
		folds := make([]*statistics.Fold, 20)
		var all sync.WaitGroup
		for i := range folds {
			all.Go(func() { folds[i] = national(t, source, 2024) })
		}
		all.Wait()
		for _, f := range folds {
			if f != folds[0] {
				t.Fatal("the year was folded more than once")
			}
		}
	})
}

func TestTheAnnualReportHasAllYearsUpToItsOwn(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		registry(t, s, "UTR", 1)
		set, err := figures.New(s, time.Now, "EUR").Set(t.Context(), "")
		if err != nil {
			t.Fatal(err)
		}
		annual, err := set.Annual(t.Context(), 2024)
		if err != nil || len(annual.Years) != 2 || annual.Years[1].Year != 2024 || len(annual.Services) != 1 {
			t.Fatalf("%d years, %d services, %v", len(annual.Years), len(annual.Services), err)
		}
		rows := 0
		for _, err := range annual.Rows {
			if err != nil {
				t.Fatal(err)
			}
			rows++
		}
		if rows != annual.Years[1].Registered {
			t.Errorf("%d rows of %d registered samples", rows, annual.Years[1].Registered)
		}
	})
}

func TestFiguresOfASyntheticRegistrySaySo(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		if err := s.MarkSynthetic(t.Context(), lab.Operator("test"), "seed 1"); err != nil {
			t.Fatal(err)
		}
		registry(t, s, "UTR", 1)
		registry(t, s, "AMS", 2)
		for code, want := range map[string]string{"": "all, synthetic", "UTR": "UTR, synthetic"} {
			set, err := figures.New(s, time.Now, "EUR").Set(t.Context(), code)
			if err != nil {
				t.Fatal(err)
			}
			year, yearErr := set.Year(t.Context(), 2024)
			tables, tablesErr := set.Tables(t.Context(), 2024)
			annual, annualErr := set.Annual(t.Context(), 2024)
			if err := errors.Join(yearErr, tablesErr, annualErr); err != nil {
				t.Fatal(err)
			}
			for _, scope := range []statistics.Scope{year.Scope, year.Products[0].Scope, tables.Year.Scope, annual.Scope} {
				if scope.String() != want {
					t.Errorf("the scope is %q, want %q", scope, want)
				}
			}
			if of := tables.Services[0].Year.Scope; !of.Synthetic {
				t.Errorf("the scope of a service is %q", of)
			}
		}
	})
}

func registerSample(t *testing.T, s *store.Store, by lab.Actor, service lab.ServiceID) {
	t.Helper()
	d, err := s.Dictionary(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	received, err := lab.ParseDate("2024-06-01")
	if err != nil {
		t.Fatal(err)
	}
	sample := storetest.Sample(service, storetest.Product(t, d, "ketamine").ID, func(x *lab.Sample) { x.ReceivedOn = received })
	if _, err := s.RegisterSample(t.Context(), by, store.Registration{File: lab.File{Sample: sample}}); err != nil {
		t.Fatal(err)
	}
}
