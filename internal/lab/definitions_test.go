package lab_test

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"testing"

	"marquis/internal/lab"
	"marquis/internal/lab/labtest"
)

// factsOf is the digest of the facts that the rules of lab.Definitions and the dictionary of the
// program make of the whole results.
const factsOf = "47ebec23e8e43eb7"

// TestOtherFactsAreOtherDefinitions: where a rule makes other facts, registries have to count
// theirs anew.
func TestOtherFactsAreOtherDefinitions(t *testing.T) {
	d := labtest.Bench(t)
	sum := sha256.New()
	for _, right := range labtest.Wholes(t) {
		f := right.File(t, d)
		p, err := d.Publish(f, lab.Because("en", "a reason"))
		if err != nil {
			t.Fatal(err)
		}
		f.Publications = append(f.Publications, *p)
		if err := json.NewEncoder(sum).Encode(d.Classify(f)); err != nil {
			t.Fatal(err)
		}
	}
	if got := hex.EncodeToString(sum.Sum(nil))[:16]; got != factsOf {
		t.Errorf("the facts of the whole results are %s: where a rule has changed, and not the dictionary or the whole results, raise lab.Definitions; then write it here", got)
	}
}
