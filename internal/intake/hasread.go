package intake

import (
	"crypto/sha256"
	"encoding/hex"
	"regexp"
	"strings"

	"marquis/internal/lab"
)

// digestOf identifies an import: the text of its mapping and the hashes of its files.
func digestOf(mapping []byte, files [][sha256.Size]byte) [sha256.Size]byte {
	h := sha256.New()
	h.Write(mapping)
	for _, sum := range files {
		h.Write(sum[:])
	}
	return [sha256.Size]byte(h.Sum(nil))
}

// summed finds the hashes in what Receipt.Summary says.
var summed = regexp.MustCompile(`\(SHA-256\s([0-9a-f]{64})\)(?:,\s|$)`)

// HasRead tells whether it was a mapping of this text that read what was imported.
func HasRead(text string, i *lab.Import) bool {
	var files [][sha256.Size]byte
	for _, m := range summed.FindAllStringSubmatch(i.Files, -1) {
		sum, err := hex.DecodeString(m[1])
		if err != nil {
			return false
		}
		files = append(files, [sha256.Size]byte(sum))
	}
	digest := digestOf([]byte(text), files)
	first, _, _ := strings.Cut(i.Digest, ", ") // behind it stands of which time of the same files it is
	return first == hex.EncodeToString(digest[:])
}
