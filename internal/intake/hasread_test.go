package intake

import (
	"crypto/sha256"
	"encoding/hex"
	"testing"

	"marquis/internal/lab"
)

// What was imported is told to have been read by the mapping of which the text is in its digest,
// and by no other.
func TestAnImportTellsWhichMappingReadIt(t *testing.T) {
	const first, second = "profile = \"a\"", "profile = \"a\"\n"
	one, other := sha256.Sum256([]byte("x")), sha256.Sum256([]byte("y"))
	h := sha256.New()
	h.Write([]byte(first))
	h.Write(one[:])
	h.Write(other[:])
	digest := hex.EncodeToString(h.Sum(nil))
	r := &Receipt{Files: []FileReceipt{{Name: "a, (b).csv", SHA256: hex.EncodeToString(one[:])}, {Name: "c.csv", SHA256: hex.EncodeToString(other[:])}}}
	for _, again := range []string{"", ", 2"} {
		i := &lab.Import{Digest: digest + again, Files: r.Summary()}
		if !HasRead(first, i) {
			t.Errorf("%q: the mapping that read it is not known", again)
		}
		if HasRead(second, i) {
			t.Errorf("%q: another mapping is said to have read it", again)
		}
	}
	if HasRead(first, &lab.Import{Digest: digest, Files: "c.csv (SHA-256 " + hex.EncodeToString(other[:]) + ")"}) {
		t.Error("other files are said to have been read")
	}
}
