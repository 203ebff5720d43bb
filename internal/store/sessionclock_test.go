package store_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"marquis/internal/lab"
	"marquis/internal/store"
	"marquis/internal/store/storetest"
)

// TestASessionOfATimeToComeHasEnded: the clock was ahead when it began.
func TestASessionOfATimeToComeHasEnded(t *testing.T) {
	storetest.EachKind(t, func(t *testing.T, kind string) {
		clock, token := &hand{storetest.Now}, strings.Repeat("a", 64)
		s := storetest.OpenAt(t, storetest.Config(t, kind), clock.now)
		b := newBench(t, s)
		noError(t, storetest.StartSession(t.Context(), s, b.intake, token, false))
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

// TestAWrongClockForgetsNoDevice: nor after marks that follow the jump.
func TestAWrongClockForgetsNoDevice(t *testing.T) {
	storetest.EachKind(t, func(t *testing.T, kind string) {
		clock := &hand{storetest.Now}
		s := storetest.OpenAt(t, storetest.Config(t, kind), clock.now)
		b := newBench(t, s)
		if _, err := storetest.RememberDevice(t.Context(), s, b.intake, store.Device{Network: strings.Repeat("b", 64), Fresh: strings.Repeat("a", 64)}); err != nil {
			t.Fatal(err)
		}
		noError(t, s.MarkClock(t.Context(), lab.Operator("test")))
		clock.at = storetest.Now.AddDate(0, 7, 0)
		noError(t, s.SweepSessions(t.Context(), lab.Operator("test")))
		noError(t, s.MarkClock(t.Context(), lab.Operator("test")))
		noError(t, s.SweepSessions(t.Context(), lab.Operator("test")))
		if n := count(t, s, "devices"); n != 1 {
			t.Fatalf("%d devices", n)
		}
		storetest.ConfirmClock(t, s, clock.at)
		noError(t, s.SweepSessions(t.Context(), lab.Operator("test")))
		if n := count(t, s, "devices"); n != 0 {
			t.Errorf("confirmed: %d devices", n)
		}
	})
}
