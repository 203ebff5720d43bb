package server

import (
	"fmt"
	"strconv"
	"sync"
	"testing"
	"time"
)

// Of many attempts a millisecond apart no more are let by than the limit allows. A
// limiter before this one let all by as soon as its clock moved.
func TestAThrottleLimitsOnAClockThatMoves(t *testing.T) {
	now := time.Date(2025, time.March, 3, 10, 0, 0, 0, time.UTC)
	x := newThrottle(func() time.Time { now = now.Add(time.Millisecond); return now }, codeLimit)
	let := 0
	for range 5000 {
		if x.take("a") == 0 {
			let++
		}
	}
	if let != codeLimit.many {
		t.Errorf("%d of 5000 are let by, want %d", let, codeLimit.many)
	}
	if wait := x.take("a"); wait < 50*time.Second || wait > time.Minute {
		t.Errorf("wait %s", wait)
	}
	now = now.Add(time.Minute)
	if first, second := x.take("a"), x.take("a"); first != 0 || second == 0 {
		t.Errorf("after a minute: %s, %s", first, second)
	}
	if x.take("b") != 0 {
		t.Error("another is held to it too")
	}
}

func TestAThrottleTakesBeforeItIsJudged(t *testing.T) {
	x := newThrottle(time.Now, passwordLimit)
	let := make(chan bool, 200)
	var all sync.WaitGroup
	for range 200 {
		all.Go(func() {
			if x.take("a") == 0 {
				let <- true
			}
		})
	}
	all.Wait()
	if len(let) != passwordLimit.many {
		t.Errorf("%d of 200 at once are let by", len(let))
	}
	x.giveBack("a")
	if first, second := x.take("a"), x.take("a"); first != 0 || second == 0 {
		t.Errorf("after one was given back: %s, %s", first, second)
	}
	x.forget("a")
	for range 3 {
		x.giveBack("a") // of nothing, and never more than there are
	}
	for range passwordLimit.many {
		if x.take("a") != 0 {
			t.Error("what was forgotten is held against somebody")
		}
	}
	if x.take("a") == 0 {
		t.Error("more are let by than the limit allows")
	}
}

func TestAThrottleForgetsTheIdlestAndWhatHasLapsed(t *testing.T) {
	now := time.Date(2025, time.March, 3, 10, 0, 0, 0, time.UTC)
	few := codeLimit
	few.keys = 100
	x := newThrottle(func() time.Time { return now }, few)
	for range codeLimit.many {
		x.take("guesser")
	}
	for i := range 1000 {
		x.take(fmt.Sprint(i))
		if x.take("guesser") == 0 {
			t.Fatal("whoever goes on is forgotten")
		}
	}
	if len(x.byKey) != 100 || x.used.Len() != 100 {
		t.Errorf("%d are remembered", len(x.byKey))
	}
	x.lapse()
	if len(x.byKey) != 100 {
		t.Errorf("%d are left of those who have not lapsed", len(x.byKey))
	}
	now = now.Add(11 * time.Minute)
	x.lapse()
	if len(x.byKey) != 0 || x.used.Len() != 0 {
		t.Errorf("%d are left", len(x.byKey))
	}
}

func TestNoMoreThanAHundredThousandKeysAreRemembered(t *testing.T) {
	keys := codeLimit.keys
	for _, x := range newLogins(time.Now).all() {
		keys += x.keys
	}
	if keys > 100_000 {
		t.Errorf("%d keys", keys)
	}
}

func TestWhatIsGivenBackPushesNobodyOut(t *testing.T) {
	x := newThrottle(time.Now, limit{many: 5, every: time.Hour, keys: 10})
	for range 5 {
		x.take("anna")
	}
	for i := range 1000 {
		who := strconv.Itoa(i)
		x.take(who)
		x.giveBack(who)
	}
	if x.take("anna") == 0 {
		t.Error("attempts that were given back made one of the limited forgotten")
	}
	if len(x.byKey) != 1 {
		t.Errorf("%d are remembered, want anna alone", len(x.byKey))
	}
}

// TestWhoeverUsedMostUpIsNotPushedOutByManyOthers: or a stranger could be looked at again
// after very many logins that nobody has, and so tell these from those that somebody has.
func TestWhoeverUsedMostUpIsNotPushedOutByManyOthers(t *testing.T) {
	x := newThrottle(time.Now, passwordLoginLimit)
	for range passwordLoginLimit.many {
		if x.take("tried") != 0 {
			t.Fatal("refused too early")
		}
	}
	for i := range 3 * passwordLoginLimit.keys {
		x.take(strconv.Itoa(i))
	}
	if x.take("tried") == 0 {
		t.Error("forgotten")
	}
	if n := x.used.Len(); n != passwordLoginLimit.keys {
		t.Errorf("%d are remembered", n)
	}
}
