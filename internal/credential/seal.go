package credential

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"

	"golang.org/x/crypto/chacha20poly1305"

	"marquis/internal/lab"
)

// KeyBytes is the length of the key for Seal and Open.
const KeyBytes = 32

// Purpose says what a secret is sealed for: it opens for nothing else.
type Purpose string

// What secrets are sealed for.
const (
	SecondFactor  Purpose = "second factor"         // with which a user signs in
	PendingFactor Purpose = "second factor pending" // that a session offers, until a code of it was typed
)

// sealedForm begins what is sealed to a user and a purpose.
const sealedForm = "v2:"

// ErrSealed says no more: whoever tries keys learns nothing.
var ErrSealed = errors.New("what is sealed cannot be opened: it was changed, or sealed for another user or purpose, or under another key")

// Seal encrypts a secret of a user by XChaCha20-Poly1305 under a key that stays
// outside the database, so that a copy of the database does not give it away. It is
// bound to the user and the purpose: put in the place of another's, it does not
// open.
func Seal(key []byte, user lab.Optional, purpose Purpose, plaintext string) (string, error) {
	sealer, err := newSealer(key)
	if err != nil {
		return "", err
	}
	nonce := make([]byte, sealer.NonceSize())
	_, _ = rand.Read(nonce) // crypto/rand.Read never returns an error
	return sealedForm + base64.StdEncoding.EncodeToString(sealer.Seal(nonce, nonce, []byte(plaintext), boundTo(user, purpose))), nil
}

// Open returns the secret that was sealed under the key for the user and purpose.
func Open(key []byte, user lab.Optional, purpose Purpose, sealed string) (string, error) {
	sealer, err := newSealer(key)
	if err != nil {
		return "", err
	}
	text, ours := strings.CutPrefix(sealed, sealedForm)
	data, err := base64.StdEncoding.Strict().DecodeString(text)
	if err != nil || !ours || len(data) < sealer.NonceSize() {
		return "", ErrSealed
	}
	plaintext, err := sealer.Open(nil, data[:sealer.NonceSize()], data[sealer.NonceSize():], boundTo(user, purpose))
	if err != nil {
		return "", ErrSealed
	}
	return string(plaintext), nil
}

// boundTo is what a sealed secret is bound to.
func boundTo(user lab.Optional, purpose Purpose) []byte {
	return fmt.Appendf(nil, "%d %s", user, purpose)
}

// newSealer derives a key of its own, because the given one has other uses too.
func newSealer(key []byte) (cipher.AEAD, error) {
	own, err := derive(key, "marquis secrets of users")
	if err != nil {
		return nil, err
	}
	return chacha20poly1305.NewX(own)
}

func derive(key []byte, label string) ([]byte, error) {
	if len(key) != KeyBytes {
		return nil, fmt.Errorf("the key has %d bytes instead of %d", len(key), KeyBytes)
	}
	return hkdf.Key(sha256.New, key, nil, label, KeyBytes)
}

// Reseal seals anew, for the user and purpose, what a program before this form of
// sealing had sealed under the same key, by AES-256-GCM and bound to nobody. What
// has today's form already comes back as it is, if it opens. Nothing else opens the
// old form.
func Reseal(key []byte, user lab.Optional, purpose Purpose, sealed string) (string, error) {
	if strings.HasPrefix(sealed, sealedForm) {
		_, err := Open(key, user, purpose, sealed)
		return sealed, err
	}
	own, err := derive(key, "marquis second factor")
	if err != nil {
		return "", err
	}
	block, err := aes.NewCipher(own)
	if err != nil {
		return "", err
	}
	old, err := cipher.NewGCMWithRandomNonce(block)
	if err != nil {
		return "", err
	}
	data, err := base64.StdEncoding.Strict().DecodeString(sealed)
	if err != nil {
		return "", ErrSealed
	}
	plaintext, err := old.Open(nil, nil, data, nil)
	if err != nil {
		return "", ErrSealed
	}
	return Seal(key, user, purpose, string(plaintext))
}
