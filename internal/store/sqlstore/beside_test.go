//go:build darwin || dragonfly || freebsd || linux || netbsd || openbsd

package sqlstore

import (
	"sync"
	"testing"
)

// A process sees that another has the file of a folder open, as long as it has, and not itself.
func TestWhoElseHasTheFileOpenIsSeen(t *testing.T) {
	folder := t.TempDir()
	first := showPresence(folder)
	if first.beside() {
		t.Error("it takes itself for another")
	}
	second := showPresence(folder)
	for range 3 { // to look changes nothing
		if !first.beside() || !second.beside() {
			t.Error("two do not see each other")
		}
	}
	if err := second.end(); err != nil {
		t.Fatal(err)
	}
	if first.beside() {
		t.Error("one that has gone is seen")
	}
	if err := first.end(); err != nil {
		t.Fatal(err)
	}
	if nowhere := showPresence("/nowhere/at/all"); !nowhere.beside() || nowhere.end() != nil {
		t.Error("where it cannot be told, nobody is thought of")
	}
}

// Who waits to write is seen by all who have the file open, in the same process too, until the
// last has its turn.
func TestWhoWaitsIsSeen(t *testing.T) {
	folder := t.TempDir()
	first, second := showPresence(folder), showPresence(folder)
	seen := func(want bool, when string) {
		t.Helper()
		for range 3 { // to look changes nothing
			if first.awaited() != want || second.awaited() != want {
				t.Errorf("%s: %v and %v", when, first.awaited(), second.awaited())
			}
		}
	}
	seen(false, "nobody waits")
	one, other := first.wait(), first.wait()
	seen(true, "two wait")
	one()
	one()
	seen(true, "one of them has its turn, and says so twice")
	other()
	seen(false, "both had their turn")
	_ = second.wait()
	seen(true, "another process waits")
	if err := second.end(); err != nil { // as the system does for one that is killed
		t.Fatal(err)
	}
	if first.awaited() {
		t.Error("one that has gone still waits")
	}
	if err := first.end(); err != nil {
		t.Fatal(err)
	}
	nowhere := showPresence("/nowhere/at/all")
	nowhere.wait()()
	if !nowhere.awaited() {
		t.Error("where it cannot be told, nobody is thought of")
	}
}

// Whoever still waits when the file is closed is told so afterwards, and beside it.
func TestAWaitMayEndAfterTheFileIsClosed(t *testing.T) {
	p := showPresence(t.TempDir())
	var waiting sync.WaitGroup
	for range 40 {
		over := p.wait()
		waiting.Go(func() {
			over()
			p.wait()()
		})
	}
	if err := p.end(); err != nil {
		t.Fatal(err)
	}
	waiting.Wait()
	if !p.awaited() {
		t.Error("of a file that is closed, nobody is thought to wait")
	}
}
