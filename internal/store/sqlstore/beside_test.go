//go:build darwin || dragonfly || freebsd || linux || netbsd || openbsd

package sqlstore

import "testing"

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
