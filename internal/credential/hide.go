package credential

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
)

// Hider hides what staff sign in from and with, so that the database can tell
// whether two are the same, and nobody can read from a copy of it which they are.
type Hider struct{ key []byte }

// NewHider derives a key of its own from one that stays outside the database.
func NewHider(key []byte) (Hider, error) {
	own, err := derive(key, "marquis networks and logins")
	return Hider{own}, err
}

// Hash returns 64 hexadecimal digits for a text of a kind.
func (h Hider) Hash(kind, text string) string {
	mac := hmac.New(sha256.New, h.key)
	mac.Write([]byte(kind + "\x00" + text))
	return hex.EncodeToString(mac.Sum(nil))
}
