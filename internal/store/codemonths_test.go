package store_test

import (
	"errors"
	"testing"
	"time"

	"marquis/internal/lab"
	"marquis/internal/store"
	"marquis/internal/store/storetest"
)

// halfAYearAgo is a registry with one code, that was given out half a year ago.
func halfAYearAgo(t *testing.T, kind string) (*store.Store, bench) {
	t.Helper()
	s := storetest.OpenAt(t, storetest.Config(t, kind), func() time.Time { return storetest.Now })
	b := newBench(t, s)
	code := hashOf(lab.CodesSince(lab.DateOf(storetest.Now, time.UTC), 6).YearMonth(), 1)
	r := b.registration()
	r.Code = &code
	if _, err := s.RegisterSample(t.Context(), b.intake, r); err != nil {
		t.Fatal(err)
	}
	return s, b
}

// wantCode expects that the code stays, for all that a program set to three months does.
func wantCode(t *testing.T, s *store.Store, months int) {
	t.Helper()
	noError(t, s.KeepCodeMonths(t.Context(), lab.Operator("test"), 3))
	short := lab.CodesSince(lab.DateOf(storetest.Now, time.UTC), 3)
	if n, err := s.ExpireCodes(t.Context(), lab.Operator("test"), short); !errors.Is(err, lab.ErrCodeMonths) || n != 0 {
		t.Fatalf("%d ended, %v", n, err)
	}
	if n, _, err := s.OverdueCodes(t.Context(), lab.Operator("test"), short); err != nil || n != 1 {
		t.Fatalf("%d codes are left, %v", n, err)
	}
	if p, err := s.CodePeriod(t.Context(), lab.Operator("test")); err != nil || p.Months != months || !p.Longer(3) {
		t.Fatalf("kept is %+v, %v", p, err)
	}
}

// wantConfirmed expects that the code ends once somebody has said that three months
// are meant, and that the trail says who.
func wantConfirmed(t *testing.T, s *store.Store, b bench) {
	t.Helper()
	today := lab.DateOf(storetest.Now, time.UTC)
	wantRefusal(t, "confirmed by intake", s.ConfirmEnding(t.Context(), b.intake, store.Confirmation{Day: today, Months: 3}))
	noError(t, s.ConfirmEnding(t.Context(), lab.Operator("test"), store.Confirmation{Months: 3}))
	if p, err := s.CodePeriod(t.Context(), lab.Operator("test")); err != nil || p.Months != 3 || p.Longer(3) {
		t.Errorf("kept is %+v, %v", p, err)
	}
	if n, err := s.ExpireCodes(t.Context(), lab.Operator("test"), lab.CodesSince(today, 3)); err != nil || n != 1 {
		t.Errorf("confirmed: %d ended, %v", n, err)
	}
	if n := count(t, s, "audit_events WHERE action = 'set code months' AND actor = 'operator: test'"); n == 0 {
		t.Error("the trail does not say it")
	}
}

// TestAShorterTimeEndsNoCodeUnasked: a code of half a year ago that was given out for
// a year stays, until somebody has said that a shorter time is meant.
func TestAShorterTimeEndsNoCodeUnasked(t *testing.T) {
	storetest.EachKind(t, func(t *testing.T, kind string) {
		s, b := halfAYearAgo(t, kind)
		noError(t, s.ConfirmEnding(t.Context(), lab.Operator("test"), store.Confirmation{Months: 12}))
		wantCode(t, s, 12)
		wantConfirmed(t, s, b)
	})
}

// TestWhereNobodyKnowsTheTimeNoCodeEndsUnasked: a registry of an earlier version,
// which did not note for how long it gave codes out.
func TestWhereNobodyKnowsTheTimeNoCodeEndsUnasked(t *testing.T) {
	storetest.EachKind(t, func(t *testing.T, kind string) {
		s, b := halfAYearAgo(t, kind)
		wantCode(t, s, 0)
		wantConfirmed(t, s, b)
	})
}

// TestANewRegistryKeepsItsMonths: no code was given out for another time.
func TestANewRegistryKeepsItsMonths(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		for _, test := range []struct{ set, kept int }{{3, 3}, {2, 3}, {12, 12}, {3, 12}} {
			noError(t, s.KeepCodeMonths(t.Context(), lab.Operator("test"), test.set))
			if p, err := s.CodePeriod(t.Context(), lab.Operator("test")); err != nil || p.Months != test.kept {
				t.Errorf("set to %d: %+v, %v", test.set, p, err)
			}
		}
	})
}

// TestTheClockIsTrustedAsItWasBeforeItJumped: whatever it shows since.
func TestTheClockIsTrustedAsItWasBeforeItJumped(t *testing.T) {
	storetest.EachKind(t, func(t *testing.T, kind string) {
		clock := &hand{storetest.Now}
		s := storetest.OpenAt(t, storetest.Config(t, kind), clock.now)
		newBench(t, s)
		want := func(what string, at time.Time) {
			t.Helper()
			if got, err := s.TrustedAt(t.Context(), lab.Operator("test")); err != nil || got != lab.At(at) {
				t.Errorf("%s: %v, %v", what, got, err)
			}
		}
		mark := func(at time.Time) {
			t.Helper()
			clock.at = at
			noError(t, s.MarkClock(t.Context(), lab.Operator("test")))
		}
		want("before any mark", storetest.Now)
		mark(storetest.Now.Add(time.Hour))
		want("after a mark", storetest.Now.Add(time.Hour))
		mark(storetest.Now.AddDate(-2, 0, 0))
		want("set back", storetest.Now.Add(time.Hour))
		mark(storetest.Now.AddDate(-2, 0, 1))
		mark(storetest.Now.AddDate(1, 0, 0))
		want("and set forward", storetest.Now.Add(time.Hour))
		mark(storetest.Now.Add(5 * time.Hour))
		storetest.ConfirmClock(t, s, clock.at)
		want("confirmed", storetest.Now.Add(5*time.Hour))
	})
}
