package archive

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"marquis/internal/lab"
)

// Format is the form of archives that this package writes.
const Format = 1

// Manifest says what an archive holds. It is its last file, manifest.json: an archive
// without it is torn.
type Manifest struct {
	Dictionary string       `json:"dictionary"` // edition of the embedded dictionary
	Digest     string       `json:"digest"`     // of the content
	Format     int          `json:"format"`
	Life       int          `json:"life"` // how often the registry had been restored
	MadeAt     lab.Instant  `json:"made_at"`
	Program    string       `json:"program"` // that made it
	Ring       Ring         `json:"ring"`    // to which it belongs
	Samples    int64        `json:"samples"`
	Schema     int64        `json:"schema"`
	Synthetic  string       `json:"synthetic"` // what made up its samples; empty where people handed them in
	Tables     []TableEntry `json:"tables"`
}

// Ring is a key ring by its fingerprints, without those keys that have ended.
type Ring struct {
	Keys   []Key  `json:"keys"`
	Secret string `json:"secret"` // empty where the registry was never used with a ring
}

// Key is a key of the ring.
type Key struct {
	Fingerprint string `json:"fingerprint"`
	ID          string `json:"id"`
	Month       string `json:"month"`
}

// TableEntry is a table of the archive.
type TableEntry struct {
	Bytes  int64  `json:"bytes"`
	Name   string `json:"name"`
	Rows   int64  `json:"rows"`
	SHA256 string `json:"sha256"` // of its file
}

// digestOf is the digest of the content of tables.
func digestOf(tables []TableEntry) string {
	sum := sha256.New()
	for _, t := range tables {
		sum.Write([]byte(t.SHA256 + "  " + t.Name + tableSuffix + "\n"))
	}
	return hex.EncodeToString(sum.Sum(nil))
}

// Bytes is the size of all tables, before they are compressed.
func (m *Manifest) Bytes() (n int64) {
	for _, t := range m.Tables {
		n += t.Bytes
	}
	return n
}

// encode writes the manifest as RFC 8785 has it: no spaces, names in order, which they
// are in the structs above, and no number but whole ones.
func (m *Manifest) encode() ([]byte, error) {
	text, err := lab.CanonicalJSON(m)
	return []byte(text), err
}

// decode reads a manifest and refuses one of another form.
func decode(text []byte) (m Manifest, err error) {
	var form struct {
		Format  int
		Program string
	}
	if err := json.Unmarshal(text, &form); err != nil {
		return m, fmt.Errorf("%w: its manifest cannot be read", ErrChanged)
	}
	if form.Format < 1 {
		return m, fmt.Errorf("%w: its manifest is of form %d, which there never was", ErrChanged, form.Format)
	}
	if form.Format > Format {
		return m, fmt.Errorf("%w: it is of form %d, made by %s; this program knows form %d. Use the newer program", ErrNewer, form.Format, form.Program, Format)
	}
	if err := json.Unmarshal(text, &m); err != nil {
		return m, fmt.Errorf("%w: its manifest cannot be read", ErrChanged)
	}
	again, err := m.encode()
	if err != nil || !slices.Equal(again, text) {
		return m, fmt.Errorf("%w: its manifest is not written as this program writes it", ErrChanged)
	}
	if m.Digest != digestOf(m.Tables) {
		return m, fmt.Errorf("%w: its digest is not that of its tables", ErrChanged)
	}
	return m, nil
}

// RingOf is what a manifest tells of a ring.
func RingOf(print lab.RingPrint) Ring {
	r := Ring{Secret: print.Secret, Keys: []Key{}}
	for _, k := range print.Keys {
		if !k.Ended {
			r.Keys = append(r.Keys, Key{k.Fingerprint, k.ID, k.Month})
		}
	}
	slices.SortFunc(r.Keys, func(a, b Key) int { return strings.Compare(a.ID, b.ID) })
	return r
}

// Print is the ring as the registry knows it.
func (r Ring) Print() lab.RingPrint {
	print := lab.RingPrint{Secret: r.Secret}
	for _, k := range r.Keys {
		print.Keys = append(print.Keys, lab.KeyPrint{ID: k.ID, Month: k.Month, Fingerprint: k.Fingerprint})
	}
	return print
}
