package store_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"marquis/internal/lab"
	"marquis/internal/store/storetest"
)

// TestASessionOfATimeToComeHasEnded: the clock was ahead when it began.
func TestASessionOfATimeToComeHasEnded(t *testing.T) {
	storetest.EachKind(t, func(t *testing.T, kind string) {
		clock, token := &hand{storetest.Now}, strings.Repeat("a", 64)
		s := storetest.OpenAt(t, storetest.Config(t, kind), clock.now)
		b := newBench(t, s)
		noError(t, s.StartSession(t.Context(), b.intake, token, false))
		clock.at = storetest.Now.Add(-time.Minute)
		if _, err := s.Session(t.Context(), token); err != nil {
			t.Errorf("a minute ahead: %v", err)
		}
		clock.at = storetest.Now.Add(-time.Minute - time.Second)
		if _, err := s.Session(t.Context(), token); !errors.Is(err, lab.ErrNotFound) {
			t.Errorf("more than a minute ahead: %v", err)
		}
	})
}
