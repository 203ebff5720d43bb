package store_test

import (
	"errors"
	"testing"
	"time"

	"marquis/internal/lab"
	"marquis/internal/store/storetest"
)

// TestAShorterTimeEndsNoCodeUnasked: a code of half a year ago that was given out for
// a year stays, until somebody has said that a shorter time is meant.
func TestAShorterTimeEndsNoCodeUnasked(t *testing.T) {
	storetest.EachKind(t, func(t *testing.T, kind string) {
		s := storetest.OpenAt(t, storetest.Config(t, kind), func() time.Time { return storetest.Now })
		b := newBench(t, s)
		month := lab.CodesSince(lab.DateOf(storetest.Now, time.UTC), 6)
		code := hashOf(month.YearMonth(), 1)
		r := b.registration()
		r.Code = &code
		if _, err := s.RegisterSample(t.Context(), b.intake, r); err != nil {
			t.Fatal(err)
		}
		noError(t, s.KeepCodeMonths(t.Context(), 12))
		noError(t, s.KeepCodeMonths(t.Context(), 3))
		if n, err := s.CodeMonths(t.Context()); err != nil || n != 12 {
			t.Fatalf("%d months are kept, %v", n, err)
		}
		short := lab.CodesSince(lab.DateOf(storetest.Now, time.UTC), 3)
		if n, err := s.ExpireCodes(t.Context(), lab.Operator("test"), short); !errors.Is(err, lab.ErrCodeMonths) || n != 0 {
			t.Fatalf("%d ended, %v", n, err)
		}
		if n, _, err := s.OverdueCodes(t.Context(), short); err != nil || n != 1 {
			t.Fatalf("%d codes are left, %v", n, err)
		}
		_, err := s.ShortenCodes(t.Context(), b.intake, 3)
		wantRefusal(t, "shortened by intake", err)
		if n, err := s.ShortenCodes(t.Context(), lab.Operator("test"), 3); err != nil || n != 1 {
			t.Fatalf("confirmed: %d ended, %v", n, err)
		}
		if n, err := s.CodeMonths(t.Context()); err != nil || n != 3 {
			t.Errorf("%d months are kept, %v", n, err)
		}
	})
}
