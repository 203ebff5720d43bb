package server

import (
	"fmt"
	"testing"
	"time"
)

// A flood goes on for a minute after its last wrong code, and is told for a day; before one nothing
// is told.
func TestAFloodIsToldForADay(t *testing.T) {
	now := time.Date(2025, time.July, 1, 12, 0, 0, 0, time.UTC)
	g := newGuesses(func() time.Time { return now })
	told := func(goesOn, isTold bool) {
		t.Helper()
		if g.flooding() != goesOn || g.told() != isTold {
			t.Errorf("after %s it goes on: %t, and is told: %t", now, g.flooding(), g.told())
		}
	}
	typed := 0
	for ; g.last.IsZero() && typed < 1000; typed++ {
		told(false, false)
		g.wrong(fmt.Sprint(typed))
	}
	if typed != codeFloodLimit.many+1 {
		t.Errorf("wrong code %d begins a flood", typed)
	}
	told(true, true)
	now = now.Add(floodPause)
	told(true, true)
	now = now.Add(time.Second)
	told(false, true)
	now = now.Add(floodTold - floodPause - time.Second)
	told(false, true)
	now = now.Add(time.Second)
	told(false, false)
}
