package main

import (
	"strings"
	"testing"
)

// A merge is first told, then done, and can be taken back; one round in a circle is refused.
func TestEntriesOfTheDictionaryAreMerged(t *testing.T) {
	eachRegistry(t, func(t *testing.T, sh shell) {
		sh.must("migrate")
		if out := sh.must("dictionary", "adopt"); !strings.Contains(out, "no entry that was added here") {
			t.Errorf("adopt says %q", out)
		}
		if out := sh.must("dictionary", "merge", "1", "2"); !strings.Contains(out, "1 → 2: of 0 samples 0 would read differently") || !strings.Contains(out, "nothing has changed yet") {
			t.Errorf("it would: %q", out)
		}
		if code, _, stderr := sh.run("dictionary", "unmerge", "1"); code != exitFailed || !strings.Contains(stderr, "It is not merged") {
			t.Errorf("a merge that was only tried is taken back: %d, %q", code, stderr)
		}
		if out := sh.must("dictionary", "merge", "1", "2", "--yes", "--reason", "the same"); !strings.Contains(out, "read differently now") {
			t.Errorf("it does: %q", out)
		}
		if code, _, stderr := sh.run("dictionary", "merge", "2", "1", "--yes"); code != exitFailed || !strings.Contains(stderr, "circle") {
			t.Errorf("round in a circle: %d, %q", code, stderr)
		}
		if code, _, stderr := sh.run("dictionary", "merge", "caffeine", "1"); code == exitDone || !strings.Contains(stderr, `"caffeine" is not the number`) {
			t.Errorf("by its name: %d, %q", code, stderr)
		}
		sh.must("dictionary", "unmerge", "1", "--reason", "two after all")
		sh.must("audit", "verify")
	})
}
