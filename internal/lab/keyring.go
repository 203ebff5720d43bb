package lab

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// RingPrint is a key ring as the database knows it: fingerprints, but no key.
type RingPrint struct {
	Secret string // fingerprint of the ring's secret, in hex; empty: no ring was taken yet
	Keys   []KeyPrint
}

// KeyPrint is a key of the ring as the database knows it.
type KeyPrint struct {
	ID          string
	Month       string // of intake, as 2026-11
	Fingerprint string // in hex; empty where the database does not know it yet
	Ended       bool   // nothing is looked up under it any more, or nothing can be
}

// ErrRing means that a key ring does not belong to the database. What it says
// follows the name of the file.
var ErrRing = errors.New("does not belong to this database")

// Find returns the key with the id, nil where there is none.
func (r RingPrint) Find(id string) *KeyPrint {
	i := slices.IndexFunc(r.Keys, func(k KeyPrint) bool { return k.ID == id })
	if i < 0 {
		return nil
	}
	return &r.Keys[i]
}

// Check refuses a ring that is not the one which the database knows, or an older
// copy of it. One that has more keys than the database knows is a newer one, as
// after a restore of the database, and right.
func (r RingPrint) Check(known RingPrint) error {
	if known.Secret != "" && r.Secret != known.Secret {
		return fmt.Errorf("%w: it is the key ring of another registry (fingerprint %.8s; the database was used with %.8s). "+
			"Put back the key ring of this database, or name the database of this key ring", ErrRing, r.Secret, known.Secret)
	}
	var missing []string
	for _, k := range known.Keys {
		switch held := r.Find(k.ID); {
		case held == nil && !k.Ended:
			missing = append(missing, cmp.Or(k.Month, k.ID))
		case held != nil && k.Fingerprint != "" && held.Fingerprint != k.Fingerprint:
			return fmt.Errorf("%w: it has another key of %s than the database was used with, so it is the key ring of another registry or of another copy of this one. "+
				"Put back the key ring that was used with this database", ErrRing, k.Month)
		}
	}
	if len(missing) > 0 {
		slices.Sort(missing)
		return fmt.Errorf("%w: it is an older copy of the key ring, or that of another registry: it lacks the key of %s, which the database still uses. "+
			"Put back the newest copy; if that is lost for good, marquis keys adopt says what is lost with it", ErrRing, strings.Join(slices.Compact(missing), ", "))
	}
	return nil
}

// Closed are the months, oldest first, whose keys the ring has dropped and the database
// counts as used: it is older than the ring, as after a restore.
func (r RingPrint) Closed(known RingPrint) (months []string) {
	for _, k := range known.Keys {
		if held := r.Find(k.ID); held != nil && held.Ended && !k.Ended {
			months = append(months, cmp.Or(k.Month, held.Month))
		}
	}
	slices.Sort(months)
	return slices.Compact(months)
}

// News are the keys of a ring that the database does not know, or has given up as
// lost: a newer copy of the ring has them.
func (r RingPrint) News(known RingPrint, lost func(id string) bool) (news []KeyPrint) {
	for _, k := range r.Keys {
		if !k.Ended && (known.Find(k.ID) == nil || lost(k.ID)) {
			news = append(news, k)
		}
	}
	return news
}
