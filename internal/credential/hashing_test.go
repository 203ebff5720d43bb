package credential

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"
)

// waitUntil waits until so many wait in the queue.
func (q *queue) waitUntil(t *testing.T, waiting int) {
	t.Helper()
	for range 1000 {
		q.mu.Lock()
		now := q.waiting
		q.mu.Unlock()
		if now == waiting {
			return
		}
		time.Sleep(time.Millisecond)
	}
	t.Fatalf("%d do not wait", waiting)
}

// crowd has callers wait in a queue whose turn is taken, until the returned function
// ends that turn and all have had theirs.
func crowd(t *testing.T, q *queue, callers ...Caller) (end func()) {
	t.Helper()
	first, err := q.enter(t.Context(), Caller{Known: true})
	if err != nil {
		t.Fatal(err)
	}
	q.waitUntil(t, 0)
	var all sync.WaitGroup
	for i, c := range callers {
		all.Go(func() {
			leave, err := q.enter(t.Context(), c)
			if err != nil {
				t.Error(err)
				return
			}
			leave()
		})
		q.waitUntil(t, i+1)
	}
	return func() { first(); all.Wait() }
}

func strangers(n int) (list []Caller) {
	for i := range n {
		list = append(list, Caller{Network: fmt.Sprint(i)})
	}
	return list
}

func refused(t *testing.T, q *queue, c Caller, want bool) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	cancel() // whoever may wait is gone
	leave, err := q.enter(ctx, c)
	if errors.Is(err, ErrBusy) != want {
		t.Errorf("%+v: %v, want sent away: %v", c, err, want)
	}
	if err == nil {
		leave()
	}
}

func TestStrangersLeavePlacesToThoseWhoAreKnown(t *testing.T) {
	q := newQueue(1)
	end := crowd(t, q, strangers(12)...)
	refused(t, q, Caller{Network: "another"}, true)
	refused(t, q, Caller{Known: true}, false)
	end()
	known := append(strangers(12), Caller{Known: true}, Caller{Known: true}, Caller{Known: true}, Caller{Known: true})
	end = crowd(t, q, known...)
	refused(t, q, Caller{Known: true}, true)
	end()
	refused(t, q, Caller{Network: "another"}, false)
}

func TestStrangersOfOneNetworkCannotTakeAllPlaces(t *testing.T) {
	q := newQueue(1)
	same := Caller{Network: "a"}
	end := crowd(t, q, same, same, same, same)
	refused(t, q, same, true)
	refused(t, q, Caller{Network: "b"}, false)
	refused(t, q, Caller{Known: true, Network: "a"}, false)
	end()
	if len(q.networks) != 0 || q.waiting != 0 || q.strangers != 0 {
		t.Errorf("%+v is left", q.networks)
	}
}

func TestAWaitingCallerLeavesWithItsContext(t *testing.T) {
	q := newQueue(1)
	leave, err := q.enter(t.Context(), Caller{})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	gone := make(chan error, 1)
	go func() {
		_, err := q.enter(ctx, Caller{})
		gone <- err
	}()
	q.waitUntil(t, 1)
	cancel()
	if err := <-gone; !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
	q.waitUntil(t, 0)
	leave()
	leave, err = q.enter(t.Context(), Caller{})
	if err != nil {
		t.Fatal(err)
	}
	leave()
}

// Hundred strangers at once, hashed at the cost of the program: those who are sent
// away learn it at once, and never are more hashed than there are lanes.
func TestAFloodOfSignInsIsSentAway(t *testing.T) {
	var all sync.WaitGroup
	busy, looked := make(chan bool, 100), make(chan bool, 100)
	for i := range 100 {
		all.Go(func() {
			if _, err := (Caller{Network: fmt.Sprint(i)}).Check(t.Context(), "", "a password of a flood"); errors.Is(err, ErrBusy) {
				busy <- true
			} else {
				looked <- true
			}
			if n := len(hashing.turns); n > cap(hashing.turns) {
				t.Errorf("%d passwords were hashed at the same time", n)
			}
		})
	}
	all.Wait()
	if len(busy) == 0 || len(looked) < ofStrangers {
		t.Errorf("%d were sent away and %d looked at", len(busy), len(looked))
	}
}
