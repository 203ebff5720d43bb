package server

import (
	"crypto/rand"
	"crypto/sha256"
	"net/netip"
	"sync"
	"sync/atomic"
	"time"
)

// limits say how many failures are let by. Each failure counts against the one who
// failed and against everybody together; both recover with time.
type limits struct {
	each        int           // failures in a row of one
	eachRecover time.Duration // for one failure to be forgotten
	all         int
	allRecover  time.Duration
}

// guessLimits hold for wrong lookup codes. A code has 55 random bits, so they are
// to keep the noise down, not to keep the codes.
var guessLimits = limits{each: 10, eachRecover: time.Minute, all: 600, allRecover: 200 * time.Millisecond}

// loginLimits hold for wrong passwords and codes of authenticators, for each login
// name, whether there is such a user or not.
var loginLimits = limits{each: 5, eachRecover: 3 * time.Minute, all: 300, allRecover: time.Second}

// throttleMost is how many are remembered at most.
const throttleMost = 100_000

// throttle counts failures in memory alone, under keys that are hashed with a salt
// of this run of the program, and forgets them.
type throttle struct {
	limits
	now     func() time.Time
	salt    [32]byte
	refused atomic.Int64 // attempts that were not let by

	mu     sync.Mutex
	failed map[[16]byte]bucket
	total  bucket
}

// bucket holds failures that leak away.
type bucket struct {
	level float64
	at    time.Time
}

func newThrottle(now func() time.Time, l limits) *throttle {
	t := &throttle{limits: l, now: now, failed: map[[16]byte]bucket{}}
	_, _ = rand.Read(t.salt[:]) // crypto/rand.Read never returns an error
	return t
}

// allow tells whether one may try, and counts those who may not. While everybody
// together has failed too often, only those may who have not failed lately.
func (t *throttle) allow(who string) bool {
	ok := t.may(who)
	if !ok {
		t.refused.Add(1)
	}
	return ok
}

func (t *throttle) may(who string) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	now := t.now()
	one := t.failed[t.key(who)].after(now, t.eachRecover)
	if one.level >= float64(t.each) {
		return false
	}
	return one.level == 0 || t.total.after(now, t.allRecover).level < float64(t.all)
}

// fail notes a failure.
func (t *throttle) fail(who string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	now := t.now()
	if len(t.failed) >= throttleMost {
		t.forget(now)
	}
	key := t.key(who)
	t.failed[key] = t.failed[key].after(now, t.eachRecover).more(t.each)
	t.total = t.total.after(now, t.allRecover).more(t.all)
}

// succeed forgets the failures of one.
func (t *throttle) succeed(who string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	delete(t.failed, t.key(who))
}

// forget drops what has leaked away, and everything where that is nothing: a flood
// of addresses must not fill the memory.
func (t *throttle) forget(now time.Time) {
	for key, b := range t.failed {
		if b.after(now, t.eachRecover).level == 0 {
			delete(t.failed, key)
		}
	}
	if len(t.failed) >= throttleMost {
		clear(t.failed)
	}
}

func (t *throttle) key(who string) (key [16]byte) {
	sum := sha256.Sum256(append(t.salt[:], who...))
	copy(key[:], sum[:])
	return key
}

// after is the bucket at a later time.
func (b bucket) after(now time.Time, recover time.Duration) bucket {
	leaked := float64(now.Sub(b.at)) / float64(recover)
	return bucket{max(0, b.level-max(0, leaked)), now}
}

func (b bucket) more(most int) bucket {
	b.level = min(b.level+1, float64(most))
	return b
}

// visitor is what the throttle knows a client by: the address, of version 6 only
// the network, which one household or provider holds.
func (r *request) visitor() string {
	address, err := netip.ParseAddr(r.ClientIP())
	if err != nil {
		return ""
	}
	if address = address.Unmap(); address.Is4() {
		return address.String()
	}
	network, err := address.Prefix(64)
	if err != nil {
		return ""
	}
	return network.String()
}
