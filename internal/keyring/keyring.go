// Package keyring keeps what the database must not know: the keys under which the
// directory of lookup codes is hashed, one for each month of intake, and a secret
// of the installation. They are in one file that only its owner may read. A month's
// codes end for ever when its key is dropped; the database says when that is.
package keyring

import (
	"bytes"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path/filepath"
	"slices"
	"sync"

	"marquis/internal/lab"
)

// keyLength is the length of keys and of the secret, in bytes.
const keyLength = 32

const withheld = "key withheld"

// Key is the key of one month of intake.
type Key struct {
	ID    string // that no other key has, in no other ring
	Month string // as 2026-11
	key   []byte
}

// String hides the key, so that no log can print it.
func (Key) String() string { return withheld }

// Format hides the key from every verb of fmt.
func (Key) Format(s fmt.State, _ rune) { _, _ = io.WriteString(s, withheld) }

// MarshalText hides the key from JSON and structured logs.
func (Key) MarshalText() ([]byte, error) { return []byte(withheld), nil }

// Hash is a lookup code as the directory knows it: its keyed hash, and what may be
// known of the key.
type Hash struct {
	KeyID       string
	Hash        []byte
	Month       string
	Fingerprint string
}

// Ring is an open key ring. It is safe for concurrent use, and follows what other
// processes do to its file.
type Ring struct {
	path string

	mu   sync.Mutex
	seen fs.FileInfo // of the file whose contents these are
	held contents
}

// String hides the ring, so that no log can print it.
func (*Ring) String() string { return withheld }

// Format hides the ring from every verb of fmt.
func (*Ring) Format(s fmt.State, _ rune) { _, _ = io.WriteString(s, withheld) }

// MarshalText hides the ring from JSON and structured logs.
func (*Ring) MarshalText() ([]byte, error) { return []byte(withheld), nil }

// ErrMissing means that there is no key ring at the place. Without it none of the
// codes that were given out can be found.
var ErrMissing = errors.New("there is no key ring")

// Open opens the key ring in the file. Where there is none it is made if create
// allows it; otherwise the error is ErrMissing. A file that others may read, or
// that is damaged, is refused and left as it is.
func Open(path string, create bool) (*Ring, error) {
	if file, err := filepath.EvalSymlinks(path); err == nil {
		path = file // a link would be replaced by the file
	}
	r := &Ring{path: path}
	err := r.refresh()
	if create && errors.Is(err, ErrMissing) {
		err = r.change(func(c *contents) bool {
			if c.Secret != nil { // another process was first
				return false
			}
			c.Secret = newKey()
			return true
		}, true)
	}
	if err != nil {
		return nil, err
	}
	return r, nil
}

// Path is the file.
func (r *Ring) Path() string { return r.path }

func newKey() []byte {
	key := make([]byte, keyLength)
	_, _ = rand.Read(key) // crypto/rand.Read never returns an error
	return key
}

// newID draws the id of a key. It does not say the month, so that no two keys of a
// month, made under two copies of a ring, are taken for one.
func newID() string { return hex.EncodeToString(newKey()[:8]) }

// fingerprint is what others may know of a key: it tells keys apart and gives none
// away.
func fingerprint(key []byte) string {
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte("marquis fingerprint"))
	return hex.EncodeToString(mac.Sum(nil)[:16])
}

// Print returns what the database may know of the ring: of its secret, of its keys
// and of those that were dropped.
func (r *Ring) Print() (lab.RingPrint, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if err := r.refresh(); err != nil {
		return lab.RingPrint{}, err
	}
	return r.held.print(), nil
}

func (c *contents) print() lab.RingPrint {
	print := lab.RingPrint{Secret: fingerprint(c.Secret)}
	for _, k := range c.Keys {
		print.Keys = append(print.Keys, lab.KeyPrint{ID: k.ID, Month: k.Month, Fingerprint: fingerprint(k.Key)})
	}
	for _, k := range c.Ended {
		print.Keys = append(print.Keys, lab.KeyPrint{ID: k.ID, Month: k.Month, Fingerprint: k.Fingerprint, Ended: true})
	}
	return print
}

// Month returns the key of the month in which the day lies, and its id. A key that
// is not there yet is made, and lies safely in the file when this returns.
func (r *Ring) Month(d lab.Date) (keyID string, key []byte, err error) {
	k, err := r.month(d)
	return k.ID, k.key, err
}

func (r *Ring) month(d lab.Date) (Key, error) {
	if d == 0 {
		return Key{}, errors.New("a key belongs to a month, and no day was given")
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	month := d.YearMonth()
	if err := r.refresh(); err != nil {
		return Key{}, err
	}
	if r.held.find(month) == nil {
		err := r.change(func(c *contents) bool {
			if c.find(month) != nil { // another process was first
				return false
			}
			c.add(month)
			return true
		}, false)
		if err != nil {
			return Key{}, err
		}
	}
	k := r.held.find(month)
	return Key{k.ID, k.Month, bytes.Clone(k.Key)}, nil
}

// All returns the keys of all months, newest first.
func (r *Ring) All() ([]Key, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if err := r.refresh(); err != nil {
		return nil, err
	}
	keys := make([]Key, 0, len(r.held.Keys))
	for _, k := range slices.Backward(r.held.Keys) {
		keys = append(keys, Key{k.ID, k.Month, k.Key})
	}
	return keys, nil
}

// Hash returns what the directory keeps of a code that is given out on the day.
func (r *Ring) Hash(code lab.LookupCode, d lab.Date) (Hash, error) {
	k, err := r.month(d)
	if err != nil {
		return Hash{}, err
	}
	return Hash{k.ID, code.Hash(k.key), k.Month, fingerprint(k.key)}, nil
}

// Hashes returns all that the directory may have kept of a code that still works:
// its hash under the key of every month from that of the day on, newest first. By
// this alone a code ends: with another day it works again, as long as its key is
// there.
func (r *Ring) Hashes(code lab.LookupCode, since lab.Date) ([]Hash, error) {
	keys, err := r.All()
	if err != nil {
		return nil, err
	}
	oldest := since.YearMonth()
	hashes := make([]Hash, 0, len(keys))
	for _, k := range keys {
		if k.Month >= oldest {
			hashes = append(hashes, Hash{KeyID: k.ID, Hash: code.Hash(k.key), Month: k.Month})
		}
	}
	return hashes, nil
}

// Drop removes the keys with the ids and returns their months, oldest first. Nothing
// that was hashed under them can be found any more. That they have ended, and on
// which day, stays in the file. The old contents of the file are overwritten, as far
// as the file system does that in place.
func (r *Ring) Drop(ids []string, on lab.Date) (dropped []string, err error) {
	if on == 0 {
		return nil, errors.New("say on which day the keys are dropped")
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if err := r.refresh(); err != nil || !r.held.hasAny(ids) {
		return nil, err
	}
	err = r.change(func(c *contents) bool {
		dropped = c.drop(ids, on)
		return len(dropped) > 0
	}, false)
	return dropped, err
}

// Secret returns the secret of the installation, as it was when the ring was
// opened or last read.
func (r *Ring) Secret() []byte {
	r.mu.Lock()
	defer r.mu.Unlock()
	return bytes.Clone(r.held.Secret)
}
