package credential

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"strings"
)

const tokenBytes = 32

// NewToken draws a token of 256 random bits, 43 characters that a URL fragment, a
// form field and a cookie take as they are, and returns it with its hash.
func NewToken() (token, hash string) {
	var random [tokenBytes]byte
	_, _ = rand.Read(random[:]) // crypto/rand.Read never returns an error
	token = base64.RawURLEncoding.EncodeToString(random[:])
	return token, HashToken(token)
}

// HashToken returns what is stored of a token: its SHA-256 as 64 hexadecimal
// digits. A token is drawn from so many that it needs no slower hash.
func HashToken(token string) string {
	sum := sha256.Sum256([]byte(token))
	return hex.EncodeToString(sum[:])
}

// RecoveryCodes is the number of codes that stand in for a second factor that was
// lost. Each is used once.
const RecoveryCodes = 8

const (
	recoveryLength = 16 // of 5 bits
	recoveryGroup  = 4
)

// NewRecoveryCodes draws the codes as they are shown, XXXX-XXXX-XXXX-XXXX with 80
// random bits, and their hashes.
func NewRecoveryCodes() (codes, hashes []string) {
	for range RecoveryCodes {
		symbols := rand.Text()[:recoveryLength]
		var groups []string
		for at := 0; at < recoveryLength; at += recoveryGroup {
			groups = append(groups, symbols[at:at+recoveryGroup])
		}
		codes = append(codes, strings.Join(groups, "-"))
		hashes = append(hashes, HashToken(symbols))
	}
	return codes, hashes
}

var recoveryFold = strings.NewReplacer("-", "", " ", "", "\t", "", "\u00a0", "", "0", "O", "1", "I", "8", "B")

// HashRecoveryCode returns what is stored of a recovery code, as it was typed:
// dashes, spaces and case do not matter, and digits that the codes do not have are
// read as the letters they look like.
func HashRecoveryCode(typed string) string {
	return HashToken(recoveryFold.Replace(strings.ToUpper(typed)))
}

// IsRecoveryCode tells whether what was typed has the form of a recovery code.
func IsRecoveryCode(typed string) bool {
	symbols := recoveryFold.Replace(strings.ToUpper(typed))
	return len(symbols) == recoveryLength && strings.Trim(symbols, "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567") == ""
}
