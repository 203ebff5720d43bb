package credential

import (
	"context"
	"errors"
	"runtime"
	"runtime/debug"
	"runtime/metrics"
	"slices"
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

// queue lets few in at the same time, and some wait: those who are known go before
// strangers, and each in the order of arrival.
type queue struct {
	mu        sync.Mutex
	free      int // turns that nobody has
	known     []*ticket
	strangers []*ticket
}

// ticket is a place to wait.
type ticket struct {
	network string
	turn    chan struct{} // closed when it has its turn
}

func newQueue(turns int) *queue { return &queue{free: turns} }

// enter waits for a turn, which leave ends. It fails with ErrBusy where there is no
// place to wait, and with the context's error where the caller has gone meanwhile.
func (q *queue) enter(ctx context.Context, from Caller) error {
	mine, err := q.join(from, true)
	if mine == nil || err != nil {
		return err
	}
	select {
	case <-mine.turn:
		return nil
	case <-ctx.Done():
		q.quit(mine)
		return ctx.Err()
	}
}

// enterAtLast waits however many do.
func (q *queue) enterAtLast() {
	if mine, _ := q.join(Caller{Known: true}, false); mine != nil {
		<-mine.turn
	}
}

// join returns a place to wait, or none where there is a turn at once.
func (q *queue) join(from Caller, limited bool) (*ticket, error) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.free > 0 {
		q.free--
		return nil, nil
	}
	if limited && q.full(from) {
		return nil, ErrBusy
	}
	mine := &ticket{from.Network, make(chan struct{})}
	if from.Known {
		q.known = append(q.known, mine)
	} else {
		q.strangers = append(q.strangers, mine)
	}
	return mine, nil
}

func (q *queue) full(from Caller) bool {
	if from.Known {
		return len(q.known)+len(q.strangers) >= PlacesToWait
	}
	same := 0
	for _, other := range q.strangers {
		if other.network == from.Network {
			same++
		}
	}
	return len(q.known)+len(q.strangers) >= PlacesToWait || len(q.strangers) >= ofStrangers || same >= ofOneNetwork
}

// leave gives the turn to the next.
func (q *queue) leave() {
	q.mu.Lock()
	defer q.mu.Unlock()
	for _, waiting := range []*[]*ticket{&q.known, &q.strangers} {
		if len(*waiting) > 0 {
			close((*waiting)[0].turn)
			*waiting = (*waiting)[1:]
			return
		}
	}
	q.free++
}

// quit gives up a place, or the turn that was given to it at the same moment.
func (q *queue) quit(mine *ticket) {
	q.mu.Lock()
	is := func(t *ticket) bool { return t == mine }
	waits := slices.ContainsFunc(q.known, is) || slices.ContainsFunc(q.strangers, is)
	q.known, q.strangers = slices.DeleteFunc(q.known, is), slices.DeleteFunc(q.strangers, is)
	q.mu.Unlock()
	if !waits {
		q.leave()
	}
}

// collectEvery is before which of the hashes memory is collected: that of the ones
// before, and before the first what has grown while nobody signed in. The collector by
// itself lets much more of it pile up: it looks at how large the heap has become.
const collectEvery = 2

var hashed atomic.Int64

// freeAtMost is how much collected memory, in bytes, stays for what comes next: a little
// more than what is collected at once. The rest goes back to the system, or the memory
// that was needed before many sign-ins would add to what they need.
const freeAtMost = 128 << 20

// collect collects memory before a hash, from time to time.
func collect() {
	if (hashed.Add(1)-1)%collectEvery != 0 || cheap.Load() > 0 {
		return
	}
	runtime.GC()
	free := []metrics.Sample{{Name: "/memory/classes/heap/free:bytes"}}
	if metrics.Read(free); free[0].Value.Uint64() > freeAtMost {
		debug.FreeOSMemory()
	}
}
