package store_test

import (
	"errors"
	"testing"
	"time"

	"marquis/internal/lab"
	"marquis/internal/store"
	"marquis/internal/store/storetest"
)

// hand is a clock that a test sets.
type hand struct{ at time.Time }

func (h *hand) now() time.Time { return h.at }

// TestAJumpOfTheClockIsAnOpenGap: marks go on, and nothing is destroyed, until
// somebody has said that the clock is right.
func TestAJumpOfTheClockIsAnOpenGap(t *testing.T) {
	const day = 24 * time.Hour
	storetest.EachKind(t, func(t *testing.T, kind string) {
		for _, test := range []struct {
			name  string
			jumps []time.Duration
			gaps  int
		}{
			{"hour by hour", []time.Duration{time.Hour, time.Hour, time.Hour}, 0},
			{"a weekend", []time.Duration{3*day - time.Second}, 0},
			{"three days", []time.Duration{3 * day}, 1},
			{"200 days, and marks after it", []time.Duration{200 * day, time.Hour, time.Hour}, 1},
			{"three weeks in winter", []time.Duration{21 * day, time.Hour}, 1},
			{"there and back", []time.Duration{200 * day, time.Hour, -200 * day, time.Hour}, 2},
			{"back", []time.Duration{-3 * day}, 1},
			{"back a little", []time.Duration{-3*day + time.Second}, 0},
		} {
			t.Run(test.name, func(t *testing.T) {
				c := storetest.Config(t, kind)
				clock := &hand{storetest.Now}
				s := storetest.OpenAt(t, c, clock.now)
				b := newBench(t, s)
				storetest.KeepMonths(t, s, 1)
				code := hashOf("2024-11", 1)
				r := b.registration()
				r.Code = &code
				if _, err := s.RegisterSample(t.Context(), b.intake, r); err != nil {
					t.Fatal(err)
				}
				noError(t, s.MarkClock(t.Context(), lab.Operator("test")))
				for _, d := range test.jumps {
					clock.at = clock.at.Add(d)
					noError(t, s.MarkClock(t.Context(), lab.Operator("test")))
				}
				gaps, err := s.ClockGaps(t.Context(), lab.Operator("test"))
				if err != nil || len(gaps) != test.gaps {
					t.Fatalf("gaps %+v, %v", gaps, err)
				}
				_, err = s.ExpireCodes(t.Context(), lab.Operator("test"), 2025_01_01)
				_, drafts := s.SweepDrafts(t.Context(), lab.Operator("test"))
				if jumped := test.gaps > 0; errors.Is(err, lab.ErrClockJumped) != jumped || errors.Is(drafts, lab.ErrClockJumped) != jumped {
					t.Fatalf("codes: %v; drafts: %v", err, drafts)
				}
				if test.gaps == 0 {
					return
				}
				today := lab.DateOf(clock.at, time.UTC)
				wantRefusal(t, "closed by intake", s.ConfirmEnding(t.Context(), b.intake, store.Confirmation{Day: today}))
				of := storetest.Person(t, s, "one-service", b.service.ID, lab.Administrator)
				wantRefusal(t, "closed by the administrator of one service", s.ConfirmEnding(t.Context(), of, store.Confirmation{Day: today}))
				all := storetest.Person(t, s, "all-services", 0, lab.Administrator)
				if err := s.ConfirmEnding(t.Context(), all, store.Confirmation{Day: today + 1, Months: 12}); !errors.Is(err, lab.ErrConflict) {
					t.Errorf("closed on another day than was seen: %v", err)
				}
				if n, _, err := s.OverdueCodes(t.Context(), lab.Operator("test"), 2025_01_01); err != nil || n != 1 {
					t.Errorf("%d codes are left, %v", n, err)
				}
				noError(t, s.ConfirmEnding(t.Context(), all, store.Confirmation{Day: today}))
				if n, err := s.ExpireCodes(t.Context(), lab.Operator("test"), 2025_01_01); err != nil || n != 1 {
					t.Errorf("closed: %d ended, %v", n, err)
				}
			})
		}
	})
}

// TestTheNewestEventStandsForTheFirstMark: a registry from before there were marks.
func TestTheNewestEventStandsForTheFirstMark(t *testing.T) {
	storetest.EachKind(t, func(t *testing.T, kind string) {
		c := storetest.Config(t, kind)
		newBench(t, storetest.Open(t, c))
		later := storetest.OpenAt(t, c, func() time.Time { return storetest.Now.AddDate(0, 6, 0) })
		if _, err := later.ExpireCodes(t.Context(), lab.Operator("test"), 2025_01_01); !errors.Is(err, lab.ErrClockJumped) {
			t.Errorf("before any mark: %v", err)
		}
		noError(t, later.MarkClock(t.Context(), lab.Operator("test")))
		gaps, err := later.ClockGaps(t.Context(), lab.Operator("test"))
		if err != nil || len(gaps) != 1 || gaps[0].BeforeAt != lab.At(storetest.Now) {
			t.Errorf("gaps %+v, %v", gaps, err)
		}
	})
}

func TestManyServersMarkAtOnce(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		if err := errors.Join(atOnce(10, func(int) error { return s.MarkClock(t.Context(), lab.Operator("test")) })...); err != nil {
			t.Error(err)
		}
		if n := count(t, s, "clock_marks"); n != 11 { // with the one that the newest event stands for
			t.Errorf("%d marks", n)
		}
	})
}

// TestTheClockAndTheMonthsAreConfirmedApart: whoever says that the clock is right has
// said nothing of the months, and months are not confirmed by a doubtful clock.
func TestTheClockAndTheMonthsAreConfirmedApart(t *testing.T) {
	storetest.EachKind(t, func(t *testing.T, kind string) {
		clock := &hand{storetest.Now}
		s := storetest.OpenAt(t, storetest.Config(t, kind), clock.now)
		newBench(t, s)
		storetest.KeepMonths(t, s, 12)
		noError(t, s.MarkClock(t.Context(), lab.Operator("test")))
		clock.at = storetest.Now.AddDate(0, 1, 0)
		want := func(what string, gaps, months int) {
			t.Helper()
			open, err := s.ClockGaps(t.Context(), lab.Operator("test"))
			p, failed := s.CodePeriod(t.Context(), lab.Operator("test"))
			if err != nil || failed != nil || len(open) != gaps || p.Months != months {
				t.Errorf("%s: gaps %+v, kept %+v; %v, %v", what, open, p, err, failed)
			}
		}
		confirm := func(right store.Confirmation) error {
			return s.ConfirmEnding(t.Context(), lab.Operator("test"), right)
		}
		today := lab.DateOf(clock.at, time.UTC)
		if err := confirm(store.Confirmation{Months: 3}); !errors.Is(err, lab.ErrClockJumped) {
			t.Errorf("months, before the jump is marked: %v", err)
		}
		noError(t, s.MarkClock(t.Context(), lab.Operator("test")))
		if err := confirm(store.Confirmation{Months: 3}); !errors.Is(err, lab.ErrClockJumped) {
			t.Errorf("months, while a gap is open: %v", err)
		}
		if err := confirm(store.Confirmation{Day: today - 1, Months: 3}); !errors.Is(err, lab.ErrConflict) {
			t.Errorf("another day: %v", err)
		}
		want("refused", 1, 12)
		noError(t, confirm(store.Confirmation{Day: today}))
		want("the clock", 0, 12)
		noError(t, confirm(store.Confirmation{Months: 3}))
		want("the months", 0, 3)
	})
}
