package credential

import (
	"context"
	"errors"
	"runtime"
	"sync"
	"sync/atomic"
)

// ErrBusy means that too many wait for a password to be hashed: nothing was looked
// at, and the same may succeed in a moment.
var ErrBusy = errors.New("too many passwords wait to be looked at")

// Caller says for whom a password is hashed. Hashing takes memory and time, so that
// few are hashed at once, some wait, and the others are sent away.
type Caller struct {
	Known   bool   // a place is kept for whoever is known already
	Network string // strangers of one network share a few places
}

// PlacesToWait is how many callers wait at most. Strangers leave one place in four
// to those who are known, and those of one network cannot take them all.
const (
	PlacesToWait = 16
	ofStrangers  = PlacesToWait * 3 / 4
	ofOneNetwork = PlacesToWait / 4
)

// hashing is the one queue of this process.
var hashing = newQueue(max(1, runtime.NumCPU()/2))

// queue lets few in at the same time, and some wait.
type queue struct {
	turns chan struct{} // one for each that is let in

	mu        sync.Mutex
	waiting   int
	strangers int
	networks  map[string]int // of strangers
}

func newQueue(turns int) *queue {
	return &queue{turns: make(chan struct{}, turns), networks: map[string]int{}}
}

// enter waits for a turn, in the order of arrival, and returns how to end it. It
// fails with ErrBusy where there is no place to wait, and with the context's error
// where the caller has gone meanwhile.
func (q *queue) enter(ctx context.Context, from Caller) (leave func(), err error) {
	if !q.join(from) {
		return nil, ErrBusy
	}
	defer q.quit(from)
	select {
	case q.turns <- struct{}{}:
		return func() { <-q.turns }, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// enterAtLast waits however many do.
func (q *queue) enterAtLast() (leave func()) {
	q.turns <- struct{}{}
	return func() { <-q.turns }
}

func (q *queue) join(from Caller) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	full := q.waiting >= PlacesToWait
	if !from.Known {
		full = full || q.strangers >= ofStrangers || q.networks[from.Network] >= ofOneNetwork
	}
	if full {
		return false
	}
	q.waiting++
	if !from.Known {
		q.strangers++
		q.networks[from.Network]++
	}
	return true
}

func (q *queue) quit(from Caller) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.waiting--
	if from.Known {
		return
	}
	q.strangers--
	if q.networks[from.Network]--; q.networks[from.Network] == 0 {
		delete(q.networks, from.Network)
	}
}

// collectAfter is after how many hashes their memory is collected. The collector by
// itself lets much more of it pile up: it looks at how large the heap has become.
const collectAfter = 2

var hashed atomic.Int64

// collect collects the memory of hashes from time to time.
func collect() {
	if hashed.Add(1)%collectAfter == 0 && !cheap.Load() {
		runtime.GC()
	}
}
