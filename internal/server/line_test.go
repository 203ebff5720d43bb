package server

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"marquis/internal/credential"
)

func TestThoseOfOneLineFollowOneAnother(t *testing.T) {
	l := &lines{byKey: map[string]*line{}}
	var inside, most, done atomic.Int32
	var all sync.WaitGroup
	for i := range 2 * credential.PlacesToWait {
		who := "a"
		if i >= credential.PlacesToWait {
			who = "b"
		}
		all.Go(func() {
			leave, err := l.enter(t.Context(), who)
			if err != nil {
				t.Error(err)
				return
			}
			if n := inside.Add(1); n > most.Load() {
				most.Store(n)
			}
			time.Sleep(time.Millisecond)
			inside.Add(-1)
			done.Add(1)
			leave()
		})
	}
	all.Wait()
	if most.Load() > 2 || done.Load() != 2*credential.PlacesToWait {
		t.Errorf("%d at once in two lines, %d done", most.Load(), done.Load())
	}
	if len(l.byKey) != 0 {
		t.Errorf("%d lines are remembered", len(l.byKey))
	}
}

func TestALineIsShortAndWhoeverGoesLeavesIt(t *testing.T) {
	l := &lines{byKey: map[string]*line{}}
	leave, err := l.enter(t.Context(), "a")
	if err != nil {
		t.Fatal(err)
	}
	gone, cancel := context.WithCancel(t.Context())
	ended := make(chan error)
	for range credential.PlacesToWait {
		go func() {
			_, err := l.enter(gone, "a")
			ended <- err
		}()
	}
	full := func() bool {
		l.mu.Lock()
		defer l.mu.Unlock()
		return l.byKey["a"].in > credential.PlacesToWait
	}
	for !full() {
		time.Sleep(time.Millisecond)
	}
	if _, err := l.enter(t.Context(), "a"); !errors.Is(err, credential.ErrBusy) {
		t.Errorf("one more waits: %v", err)
	}
	other, err := l.enter(t.Context(), "b")
	if err != nil {
		t.Errorf("another waits too: %v", err)
	}
	other()
	cancel()
	for range credential.PlacesToWait {
		if err := <-ended; !errors.Is(err, context.Canceled) {
			t.Errorf("whoever has gone: %v", err)
		}
	}
	leave()
	if len(l.byKey) != 0 {
		t.Errorf("%d lines are remembered", len(l.byKey))
	}
}
