package figures_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"marquis/internal/figures"
	"marquis/internal/lab"
	"marquis/internal/store"
	"marquis/internal/store/storetest"
)

// soon is enough for an answer that waits for nobody; who is still waiting then waits
// for somebody.
const soon = 10 * time.Second

// moment is for how long somebody is left waiting.
const moment = 200 * time.Millisecond

// wantSoon runs something that must not wait.
func wantSoon(t *testing.T, what string, run func() error) {
	t.Helper()
	done := make(chan error, 1)
	go func() { done <- run() }()
	select {
	case err := <-done:
		if err != nil {
			t.Errorf("%s: %v", what, err)
		}
	case <-time.After(soon):
		t.Fatalf("%s waits", what)
	}
}

// begin runs something that waits, and returns how it ended.
func begin(t *testing.T, what string, run func() error) (ended <-chan error) {
	t.Helper()
	done := make(chan error, 1)
	go func() { done <- run() }()
	select {
	case err := <-done:
		t.Fatalf("%s did not wait: %v", what, err)
	case <-time.After(moment):
	}
	return done
}

// leaves wants somebody whose context ends to stop waiting.
func leaves(t *testing.T, what string, run func(context.Context) error) {
	t.Helper()
	ctx, leave := context.WithTimeout(t.Context(), moment)
	defer leave()
	wantSoon(t, what, func() error {
		if err := run(ctx); !errors.Is(err, context.DeadlineExceeded) {
			return errors.Join(errors.New("it ended otherwise"), err)
		}
		return nil
	})
}

// TestAnAnswerThatHangsStopsNobodyElse: while the registry does not say what has
// changed, figures that are known are told, and who waits may leave.
func TestAnAnswerThatHangsStopsNobodyElse(t *testing.T) {
	c := storetest.Config(t, "postgres")
	s := storetest.Open(t, c)
	registry(t, s, "UTR", 1)
	at := &clock{now: storetest.Now}
	source := figures.New(s, at.Now, "EUR")
	known := national(t, source, 2024)
	set, err := source.Set(t.Context(), "")
	if err != nil {
		t.Fatal(err)
	}

	release := storetest.HoldTable(t, c.DatabaseURL, "service_years")
	wantSoon(t, "a stamp within the second", func() error {
		_, err := source.Stamp(t.Context())
		return err
	})
	at.pass(2 * time.Second)
	waiting := begin(t, "a stamp after it", func() error {
		_, err := source.Stamp(t.Context())
		return err
	})
	wantSoon(t, "a fold that is known", func() error {
		fold, _, err := set.Fold(t.Context(), 2024)
		if fold != known {
			t.Error("another fold")
		}
		return err
	})
	wantSoon(t, "a fold that nobody asked for yet", func() error {
		_, _, err := set.Fold(t.Context(), 2023)
		return err
	})
	leaves(t, "another stamp", func(ctx context.Context) error {
		_, err := source.Stamp(ctx)
		return err
	})
	release()
	if err := <-waiting; err != nil {
		t.Errorf("the stamp at last: %v", err)
	}
	if national(t, source, 2024) != known {
		t.Error("folded again although nothing has changed")
	}
}

// TestAnAnswerThatTookLongIsNotTakenForFresh: who asks while an old question hangs is
// told what the registry says after that.
func TestAnAnswerThatTookLongIsNotTakenForFresh(t *testing.T) {
	c := storetest.Config(t, "postgres")
	s := storetest.Open(t, c)
	service := registry(t, s, "UTR", 1)
	at := &clock{now: storetest.Now}
	source := figures.New(s, at.Now, "EUR")
	release := storetest.HoldTable(t, c.DatabaseURL, "settings") // asked for after the revisions
	first := begin(t, "the first", func() error {
		_, err := source.Set(t.Context(), "")
		return err
	})
	storetest.NewRevision(t, c.DatabaseURL, service.ID, 2022)
	at.pass(2 * time.Second)
	second := begin(t, "the second", func() error {
		set, err := source.Set(t.Context(), "")
		if err == nil && len(set.Years()) != 3 {
			t.Errorf("years %v, before the change", set.Years())
		}
		return err
	})
	release()
	if err := errors.Join(<-first, <-second); err != nil {
		t.Fatal(err)
	}
}

// TestAFoldThatHangsStopsNobodyElse: all places for reading facts are taken.
func TestAFoldThatHangsStopsNobodyElse(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		service := registry(t, s, "UTR", 1)
		source := figures.New(s, time.Now, "EUR")
		known := national(t, source, 2024)
		set, err := source.Set(t.Context(), "")
		if err != nil {
			t.Fatal(err)
		}
		release := holdAll(t, s, service.ID)
		fold := func(year int) func(context.Context) error {
			return func(ctx context.Context) error {
				_, _, err := set.Fold(ctx, year)
				return err
			}
		}
		waiting := begin(t, "a year that is not known", func() error { return fold(2023)(t.Context()) })
		leaves(t, "another who asks for it", fold(2023))
		wantSoon(t, "a year that is known", func() error {
			if national(t, source, 2024) != known {
				t.Error("folded again")
			}
			return nil
		})
		release()
		if err := <-waiting; err != nil {
			t.Error(err)
		}
	})
}

// holdAll takes all places for reading facts, and more wait for one.
func holdAll(t *testing.T, s *store.Store, service lab.ServiceID) (release func()) {
	t.Helper()
	var reading sync.WaitGroup
	held, on := make(chan struct{}), make(chan struct{})
	ctx, leave := context.WithCancel(context.WithoutCancel(t.Context()))
	for range 100 {
		reading.Go(func() {
			for _, err := range s.FactRows(ctx, lab.Program("test"), service, 2024) {
				if err != nil {
					return // there was no place until the end
				}
				select {
				case held <- struct{}{}:
				case <-on:
				}
				<-on
				return
			}
		})
	}
	release = sync.OnceFunc(func() {
		close(on)
		leave()
		reading.Wait()
	})
	t.Cleanup(release)
	select {
	case <-held:
	case <-time.After(time.Minute):
		t.Fatal("nobody reads facts")
	}
	for {
		select {
		case <-held:
		case <-time.After(moment):
			return release
		}
	}
}
