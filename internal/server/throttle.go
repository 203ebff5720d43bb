package server

import (
	"container/list"
	"crypto/rand"
	"crypto/sha256"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// throttle holds each of many to a limit, in memory alone, under keys that are
// hashed with a salt of this run of the program. The idlest are forgotten where
// there are too many, but for those who have used most of their attempts up, and all
// whose attempts have lapsed.
type throttle struct {
	limit
	now  func() time.Time
	salt [32]byte

	mu    sync.Mutex
	byKey map[[16]byte]*list.Element
	used  *list.List // of *tokens, those used last first
}

// tokens are what is left to one of many.
type tokens struct {
	key  [16]byte
	at   time.Time // of the last use
	left *rate.Limiter
}

func newThrottle(now func() time.Time, l limit) *throttle {
	t := &throttle{limit: l, now: now, byKey: map[[16]byte]*list.Element{}, used: list.New()}
	_, _ = rand.Read(t.salt[:]) // crypto/rand.Read never returns an error
	return t
}

func (l limit) limiter() *rate.Limiter { return rate.NewLimiter(rate.Every(l.every), l.many) }

// take uses one of the attempts of who up, and returns zero; or for how long there
// is none. Taken before the attempt is judged, it cannot be passed by many at once.
func (t *throttle) take(who string) (wait time.Duration) {
	t.mu.Lock()
	defer t.mu.Unlock()
	now := t.now()
	x := t.of(t.key(who), now)
	if x.left.AllowN(now, 1) {
		return 0
	}
	missing := 1 - x.left.TokensAt(now)
	return max(time.Second, time.Duration(missing*float64(t.every)))
}

// giveBack returns an attempt that was not judged, or was right. Of whom nothing is
// taken any more nothing is remembered: what is not judged pushes nobody out.
func (t *throttle) giveBack(who string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	found := t.byKey[t.key(who)]
	if found == nil {
		return
	}
	now, left := t.now(), found.Value.(*tokens).left
	left.AllowN(now, -1)
	if left.TokensAt(now) >= float64(t.many) {
		t.drop(found)
	}
}

// forget forgets the attempts of who.
func (t *throttle) forget(who string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if found := t.byKey[t.key(who)]; found != nil {
		t.drop(found)
	}
}

// lapse forgets those who have all their attempts again.
func (t *throttle) lapse() {
	t.mu.Lock()
	defer t.mu.Unlock()
	now, after := t.now(), time.Duration(t.many)*t.every
	for e := t.used.Back(); e != nil; {
		before := e.Prev()
		if now.Sub(e.Value.(*tokens).at) > after {
			t.drop(e)
		}
		e = before
	}
}

// passedOver is how many are passed over at most where one has to make place.
const passedOver = 64

// makePlace forgets the idlest of those who have half of their attempts or more. Else
// whoever comes with very many others would be looked at again.
func (t *throttle) makePlace(now time.Time) {
	for range passedOver {
		last := t.used.Back()
		if last.Value.(*tokens).left.TokensAt(now) >= float64(t.many)/2 {
			break
		}
		t.used.MoveToFront(last)
	}
	t.drop(t.used.Back())
}

// of finds what is left to a key. Another makes place for a new one.
func (t *throttle) of(key [16]byte, now time.Time) *tokens {
	if found := t.byKey[key]; found != nil {
		t.used.MoveToFront(found)
		x := found.Value.(*tokens)
		x.at = now
		return x
	}
	if t.used.Len() >= t.keys {
		t.makePlace(now)
	}
	x := &tokens{key, now, t.limiter()}
	t.byKey[key] = t.used.PushFront(x)
	return x
}

func (t *throttle) drop(e *list.Element) {
	delete(t.byKey, t.used.Remove(e).(*tokens).key)
}

func (t *throttle) key(who string) (key [16]byte) {
	sum := sha256.Sum256(append(t.salt[:], who...))
	copy(key[:], sum[:])
	return key
}
