package store_test

import (
	"context"
	"errors"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"marquis/internal/lab"
	"marquis/internal/store"
	"marquis/internal/store/storetest"
)

// place is where a registry is, as storetest.HoldWriting takes it.
func place(c store.Config) string {
	if c.DatabaseURL != "" {
		return c.DatabaseURL
	}
	return c.Folder
}

var heldToken = strings.Repeat("0123456789abcdef", 4)

// held opens a registry with a sample and a session of a verifier, and lets nobody
// write until it is released.
func held(t *testing.T, kind string, clock func() time.Time) (s *store.Store, by lab.Actor, sample lab.Sample, release func()) {
	t.Helper()
	c := storetest.Config(t, kind)
	s = storetest.OpenAt(t, c, clock)
	b := newBench(t, s)
	sample = b.register(t, s)
	by = storetest.Person(t, s, "reader", b.service.ID, lab.Verifier)
	if err := storetest.StartSession(t.Context(), s, by, heldToken, false); err != nil {
		t.Fatal(err)
	}
	return s, by, sample, storetest.HoldWriting(t, place(c))
}

func TestWhoCannotWriteGivesUp(t *testing.T) {
	storetest.EachKind(t, func(t *testing.T, kind string) {
		s, by, _, _ := held(t, kind, storetest.Clock)
		limit, done := context.WithTimeout(t.Context(), 10*time.Second)
		defer done()
		ctx, start := store.WaitAtMost(limit, time.Second), time.Now()
		for range 2 { // it is the wait of both together
			if err := s.EndSession(ctx, heldToken); !errors.Is(err, store.ErrBusy) || !errors.Is(err, lab.ErrUnavailable) {
				t.Errorf("%v", err)
			}
		}
		if took := time.Since(start); took < 900*time.Millisecond || took > 2*time.Second {
			t.Errorf("it took %s", took)
		}
		if _, err := s.Session(t.Context(), heldToken); err != nil {
			t.Errorf("%v: %v", by, err)
		}
	})
}

// A load takes batch after batch into a transaction, until somebody waits to write, in its
// process or another that has the same SQLite file open.
func TestALoadLetsThoseGoFirstWhoWait(t *testing.T) {
	c := storetest.Config(t, "sqlite")
	loading, other := storetest.Open(t, c), storetest.Open(t, c)
	release := storetest.HoldWriting(t, c.Folder)
	for name, waiting := range map[string]*store.Store{"its own process": loading, "another": other} {
		if !store.LoadGoesOn(loading) {
			t.Errorf("%s: nobody waits, and it does not go on", name)
		}
		ctx, leave := context.WithCancel(t.Context())
		left := make(chan error)
		go func() { left <- waiting.EndSession(ctx, heldToken) }()
		for limit := time.Now().Add(10 * time.Second); store.LoadGoesOn(loading) && time.Now().Before(limit); {
			time.Sleep(time.Millisecond)
		}
		if store.LoadGoesOn(loading) {
			t.Errorf("%s: somebody waits, and it goes on", name)
		}
		leave()
		if err := <-left; err == nil {
			t.Errorf("%s: it was done", name)
		}
	}
	release()
}

func TestWhoGoesAwayLeavesTheQueue(t *testing.T) {
	storetest.EachKind(t, func(t *testing.T, kind string) {
		s, _, _, release := held(t, kind, storetest.Clock)
		ctx, leave := context.WithTimeout(store.WaitAtMost(t.Context(), time.Minute), 300*time.Millisecond)
		defer leave()
		start := time.Now()
		if err := s.EndSession(ctx, heldToken); err == nil || time.Since(start) > 3*time.Second {
			t.Errorf("%v after %s", err, time.Since(start))
		}
		release()
		time.Sleep(300 * time.Millisecond)
		if _, err := s.Session(t.Context(), heldToken); err != nil {
			t.Errorf("it was done all the same: %v", err)
		}
	})
}

// The limit is on the wait: what takes longer once it has begun is not cut off.
func TestWhatHasBegunIsNotCutOff(t *testing.T) {
	storetest.EachKind(t, func(t *testing.T, kind string) {
		s := storetest.Open(t, storetest.Config(t, kind))
		d, service := storetest.AddMethods(t, s), storetest.Service(t, s, "UTR")
		importInto(t, s, d, service.ID, "long", storetest.Generate(d, 1, 2000, firstYear, lastYear))
		noError(t, store.Exec(s, "UPDATE sample_facts SET region = 'elsewhere' WHERE service_id = ?", service.ID))
		start := time.Now()
		if _, err := s.Reclassify(store.WaitAtMost(t.Context(), 60*time.Millisecond), lab.Operator("reclassify")); err != nil {
			t.Errorf("%v after %s", err, time.Since(start))
		}
		if took := time.Since(start); took < 100*time.Millisecond {
			t.Errorf("it took only %s, which proves nothing", took)
		}
	})
}

// A command has somebody before it who sees that it waits.
func TestACommandWaitsLongerThanARequest(t *testing.T) {
	storetest.EachKind(t, func(t *testing.T, kind string) {
		s, _, _, release := held(t, kind, storetest.Clock)
		time.AfterFunc(6*time.Second, release)
		start := time.Now()
		if err := s.EndSession(t.Context(), heldToken); err != nil || time.Since(start) < 5*time.Second {
			t.Errorf("%v after %s", err, time.Since(start))
		}
	})
}

// Whoever is signed in goes on reading what only is read, and no record is shown of
// which it cannot be noted that it was.
func TestReadingWhileNothingCanBeSaved(t *testing.T) {
	storetest.EachKind(t, func(t *testing.T, kind string) {
		var late atomic.Int64
		s, by, sample, release := held(t, kind, func() time.Time { return storetest.Now.Add(time.Duration(late.Load())) })
		late.Store(int64(5 * time.Minute))
		ctx, start := store.WaitAtMost(t.Context(), time.Second), time.Now()
		if _, err := s.Session(ctx, heldToken); err != nil || time.Since(start) > 900*time.Millisecond {
			t.Errorf("the session: %v after %s", err, time.Since(start))
		}
		purpose := lab.ForVerification
		if _, err := s.ReadSample(ctx, by, sample.Key, purpose); !errors.Is(err, store.ErrNotNoted) || !errors.Is(err, lab.ErrUnavailable) {
			t.Errorf("the record: %v", err)
		}
		release()
		if _, err := s.ReadSample(t.Context(), by, sample.Key, purpose); err != nil {
			t.Errorf("the record afterwards: %v", err)
		}
	})
}

// However many ask whether something can be saved, one row is written in ten seconds.
func TestAskingWhetherSomethingCanBeSavedWritesSeldom(t *testing.T) {
	storetest.EachKind(t, func(t *testing.T, kind string) {
		var asked atomic.Int64
		c := storetest.Config(t, kind)
		s := storetest.OpenAt(t, c, func() time.Time { return storetest.Now.Add(time.Duration(asked.Add(1)) * time.Hour) })
		written := func() string {
			return sqlRows(t, s, "SELECT CAST(written_at AS text) FROM write_probe", 1)[0][0].(string)
		}
		if err := s.Writable(t.Context()); err != nil {
			t.Fatal(err)
		}
		first := written()
		for range 200 {
			if err := s.Writable(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		if written() != first {
			t.Error("it was written again at once")
		}
		release := storetest.HoldWriting(t, place(c))
		if err := s.Writable(t.Context()); err != nil {
			t.Errorf("what was known is not kept: %v", err)
		}
		time.Sleep(10 * time.Second)
		start := time.Now()
		if err := s.Writable(t.Context()); !errors.Is(err, store.ErrBusy) || time.Since(start) > 6*time.Second {
			t.Errorf("%v after %s", err, time.Since(start))
		}
		release()
		if err := s.Writable(t.Context()); !errors.Is(err, store.ErrBusy) {
			t.Errorf("what was found is not kept: %v", err)
		}
		time.Sleep(10 * time.Second)
		if err := s.Writable(t.Context()); err != nil || written() == first {
			t.Errorf("%v, written at %s", err, written())
		}
	})
}

// A look-up is answered while everybody who writes waits.
func TestLookUpsDoNotWaitForThoseWhoWrite(t *testing.T) {
	storetest.EachKind(t, func(t *testing.T, kind string) {
		s, _, _, _ := held(t, kind, storetest.Clock)
		ctx, done := context.WithCancel(t.Context())
		for range 40 {
			go func() { _ = s.EndSession(ctx, heldToken) }()
		}
		time.Sleep(300 * time.Millisecond)
		for range 50 {
			soon, late := context.WithTimeout(t.Context(), 2*time.Second)
			if err := s.Ping(soon); err != nil {
				t.Fatal(err)
			}
			late()
		}
		done()
	})
}
