package credential

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"
)

// waitUntil waits until so many wait in the queue.
func (q *queue) waitUntil(t *testing.T, waiting int) {
	t.Helper()
	for range 1000 {
		q.mu.Lock()
		now := len(q.known) + len(q.strangers)
		q.mu.Unlock()
		if now == waiting {
			return
		}
		time.Sleep(time.Millisecond)
	}
	t.Fatalf("%d do not wait", waiting)
}

// crowd has callers wait in a queue whose one turn is taken, until the returned
// function ends that turn. It returns in which order the others had theirs.
func crowd(t *testing.T, q *queue, callers ...Caller) (end func() []Caller) {
	t.Helper()
	if err := q.enter(t.Context(), Caller{}); err != nil {
		t.Fatal(err)
	}
	var all sync.WaitGroup
	var order []Caller // only whoever has the turn writes it
	for i, c := range callers {
		all.Go(func() {
			if err := q.enter(t.Context(), c); err != nil {
				t.Error(err)
				return
			}
			order = append(order, c)
			q.leave()
		})
		q.waitUntil(t, i+1)
	}
	return func() []Caller {
		q.leave()
		all.Wait()
		return order
	}
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
	err := q.enter(ctx, c)
	if errors.Is(err, ErrBusy) != want {
		t.Errorf("%+v: %v, want sent away: %v", c, err, want)
	}
	if err == nil {
		q.leave()
	}
}

func TestWhoIsKnownGoesBeforeStrangers(t *testing.T) {
	q := newQueue(1)
	first, second, known, another := Caller{Network: "a"}, Caller{Network: "b"}, Caller{Known: true, Network: "c"}, Caller{Known: true, Network: "d"}
	if order := crowd(t, q, first, second, known, another)(); !slices.Equal(order, []Caller{known, another, first, second}) {
		t.Errorf("the order was %+v", order)
	}
	if q.free != 1 {
		t.Errorf("%d turns are free", q.free)
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
	if len(q.known)+len(q.strangers) != 0 || q.free != 1 {
		t.Errorf("%+v is left", q)
	}
}

func TestAWaitingCallerLeavesWithItsContext(t *testing.T) {
	q := newQueue(1)
	if err := q.enter(t.Context(), Caller{}); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	gone := make(chan error, 1)
	go func() { gone <- q.enter(ctx, Caller{}) }()
	q.waitUntil(t, 1)
	cancel()
	if err := <-gone; !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
	q.waitUntil(t, 0)
	q.leave()
	if q.free != 1 {
		t.Errorf("%d turns are free", q.free)
	}
}

// A turn that is given to a caller just as it goes must not be lost.
func TestNoTurnIsLost(t *testing.T) {
	q := newQueue(2)
	var all sync.WaitGroup
	for i := range 2000 {
		all.Go(func() {
			ctx, cancel := context.WithTimeout(t.Context(), time.Duration(i%7)*100*time.Microsecond)
			defer cancel()
			if q.enter(ctx, Caller{Known: i%3 == 0, Network: fmt.Sprint(i)}) == nil {
				time.Sleep(50 * time.Microsecond)
				q.leave()
			}
		})
	}
	all.Wait()
	if q.free != 2 || len(q.known)+len(q.strangers) != 0 {
		t.Errorf("%+v is left", q)
	}
}

// Hundred strangers at once, hashed at the cost of the program: those who are sent
// away learn it at once.
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
		})
	}
	all.Wait()
	if len(busy) == 0 || len(looked) < ofStrangers {
		t.Errorf("%d were sent away and %d looked at", len(busy), len(looked))
	}
}
