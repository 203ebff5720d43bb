package server_test

import (
	"fmt"
	"net/http"
	"testing"

	"marquis/internal/lab/labtest"
)

// TestADoseBandIsShownWithWhatItRestsOn: and that nobody has reviewed it.
func TestADoseBandIsShownWithWhatItRestsOn(t *testing.T) {
	b := newBench(t, oneSite(t))
	words, err := b.store.Words(t.Context())
	noError(t, err)
	of := func(name string) page {
		return b.verifier.get(fmt.Sprintf("/dictionary/substances/%d", labtest.Named(t, words, name)))
	}
	of("MDMA").want(t, http.StatusOK, "High doses", "tablet, by mouth, as base: high above 100 mg, very high above 170 mg.", "Nobody has reviewed them yet.")
	of("ketamine").want(t, http.StatusOK).lacks(t, "High doses")
}
