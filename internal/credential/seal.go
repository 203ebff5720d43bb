package credential

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
)

// KeyBytes is the length of the key for Seal and Open.
const KeyBytes = 32

// errSealed says no more: whoever tries keys learns nothing.
var errSealed = errors.New("what is sealed cannot be opened: it was changed, or sealed under another key")

// Seal encrypts a text by AES-256-GCM under a key that stays outside the database,
// so that a copy of the database does not give the text away.
func Seal(key []byte, plaintext string) (string, error) {
	sealer, err := newSealer(key)
	if err != nil {
		return "", err
	}
	return base64.StdEncoding.EncodeToString(sealer.Seal(nil, nil, []byte(plaintext), nil)), nil
}

// Open returns the text that was sealed under the key.
func Open(key []byte, sealed string) (string, error) {
	sealer, err := newSealer(key)
	if err != nil {
		return "", err
	}
	data, err := base64.StdEncoding.Strict().DecodeString(sealed)
	if err != nil {
		return "", errSealed
	}
	plaintext, err := sealer.Open(nil, nil, data, nil)
	if err != nil {
		return "", errSealed
	}
	return string(plaintext), nil
}

// newSealer derives a key of its own, because the given one has other uses too.
func newSealer(key []byte) (cipher.AEAD, error) {
	if len(key) != KeyBytes {
		return nil, fmt.Errorf("the key has %d bytes instead of %d", len(key), KeyBytes)
	}
	own, err := hkdf.Key(sha256.New, key, nil, "marquis second factor", KeyBytes)
	if err != nil {
		return nil, err
	}
	block, err := aes.NewCipher(own)
	if err != nil {
		return nil, err
	}
	return cipher.NewGCMWithRandomNonce(block)
}
