package credential

import (
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"errors"

	"golang.org/x/crypto/chacha20poly1305"
)

// slipLabel keeps the key of slips apart from whatever else is made of a token.
const slipLabel = "marquis slip 1"

// SealSlip encrypts what a slip says under a key made of the token of a session, so
// that the database, which holds the token's hash alone, does not give it away. It is
// bound to the request key, and opens in the place of no other.
func SealSlip(token, requestKey, said string) (string, error) {
	box, err := slipBox(token)
	if err != nil {
		return "", err
	}
	nonce := make([]byte, box.NonceSize())
	_, _ = rand.Read(nonce) // crypto/rand.Read never returns an error
	return base64.StdEncoding.EncodeToString(box.Seal(nonce, nonce, []byte(said), []byte(requestKey))), nil
}

// OpenSlip returns what a slip says that was sealed under the token and the request
// key, or ErrSealed.
func OpenSlip(token, requestKey, sealed string) (string, error) {
	box, err := slipBox(token)
	if err != nil {
		return "", err
	}
	data, err := base64.StdEncoding.Strict().DecodeString(sealed)
	if err != nil || len(data) < box.NonceSize() {
		return "", ErrSealed
	}
	said, err := box.Open(nil, data[:box.NonceSize()], data[box.NonceSize():], []byte(requestKey))
	if err != nil {
		return "", ErrSealed
	}
	return string(said), nil
}

func slipBox(token string) (cipher.AEAD, error) {
	if token == "" {
		return nil, errors.New("slips are sealed under the token of a session")
	}
	key, err := hkdf.Key(sha256.New, []byte(token), nil, slipLabel, chacha20poly1305.KeySize)
	if err != nil {
		return nil, err
	}
	return chacha20poly1305.NewX(key)
}

// NewRequestKey draws what tells a form that is sent twice from one that is sent anew:
// 130 random bits, 26 characters that an address takes as they are.
func NewRequestKey() string { return rand.Text() }

const requestKeyLength = 26 // of rand.Text

// IsRequestKey tells whether a text has the form of a request key.
func IsRequestKey(text string) bool {
	if len(text) != requestKeyLength {
		return false
	}
	for _, c := range text {
		if (c < 'A' || c > 'Z') && (c < '2' || c > '7') {
			return false
		}
	}
	return true
}
