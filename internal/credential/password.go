package credential

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
	"unicode/utf8"

	"golang.org/x/crypto/argon2"
	"golang.org/x/text/unicode/norm"
)

// Parameters of argon2id: the first of those that the OWASP Password Storage Cheat
// Sheet offers as equal. One pass in one lane takes a twentieth of a second of one
// core, so that a flood of sign-ins leaves the others to those who look up.
const (
	passes    = 1
	memoryKiB = 46 * 1024
	lanes     = 1
	saltBytes = 16
	tagBytes  = 32
)

// The most that a hash of an earlier program took: more is not ours.
const (
	mostPasses    = 3
	mostMemoryKiB = 64 * 1024
)

// cheap makes new hashes cost next to nothing, see CheapInTest.
var cheap atomic.Int32 // of how many tests at once

// CheapInTest makes hashing cost next to nothing until a test ends, for tests that
// are about something else.
func CheapInTest(t interface{ Cleanup(end func()) }) {
	cheap.Add(1)
	t.Cleanup(func() { cheap.Add(-1) })
}

// newHash is the hash of no password yet, at the cost of today.
func newHash() *passwordHash {
	h := &passwordHash{memory: memoryKiB, passes: passes, lanes: lanes, salt: make([]byte, saltBytes), tag: make([]byte, tagBytes)}
	if cheap.Load() > 0 {
		h.memory, h.passes, h.lanes = 64, 1, 1
	}
	return h
}

// HashPassword returns the argon2id hash of a password in the PHC string form, with
// a salt of its own. It refuses what no password can be: see CheckNewPassword for
// the rules. It waits for its turn however long that takes: the server uses
// Caller.Hash.
func HashPassword(password string) (string, error) {
	hashing.enterAtLast()
	defer hashing.leave()
	return hashPassword(password)
}

// Hash is HashPassword for a caller, who waits in the queue. It fails as Check does.
func (c Caller) Hash(ctx context.Context, password string) (string, error) {
	if err := hashing.enter(ctx, c); err != nil {
		return "", err
	}
	defer hashing.leave()
	return hashPassword(password)
}

func hashPassword(password string) (string, error) {
	if password == "" || utf8.RuneCountInString(password) > longestPassword {
		return "", errors.New("a password that is empty or too long cannot be hashed")
	}
	h := newHash()
	_, _ = rand.Read(h.salt) // crypto/rand.Read never returns an error
	h.tag = h.of(password, tagBytes)
	return h.String(), nil
}

// Check tells whether the hash is of the password. It takes as long for a hash that
// is none, such as that of a user who has no password yet, or of nobody. It fails
// with ErrBusy where too many wait, and with the context's error where the caller
// has gone; then the password was not looked at.
func (c Caller) Check(ctx context.Context, hash, password string) (ok bool, err error) {
	if err := hashing.enter(ctx, c); err != nil {
		return false, err
	}
	defer hashing.leave()
	h, known := parsePasswordHash(hash)
	if !known {
		h = newHash()
	}
	tag := h.of(password, uint32(len(h.tag)))
	return subtle.ConstantTimeCompare(tag, h.tag) == 1 && known, nil
}

// Outdated tells that a hash has not the parameters of today: the password is to be
// hashed anew when it is next known.
func Outdated(hash string) bool { return !strings.HasPrefix(hash, HashForm()) }

// HashForm is how the hashes of today's parameters begin.
func HashForm() string {
	h := newHash()
	return fmt.Sprintf(hashForm, argon2.Version, h.memory, h.passes, h.lanes)
}

// passwordHash is a hash in its parts.
type passwordHash struct {
	memory, passes uint32
	lanes          uint8
	salt, tag      []byte
}

// of hashes a password. The same letters typed on another keyboard may be other
// code points, so that they are brought to one form.
func (h *passwordHash) of(password string, size uint32) []byte {
	collect()
	return argon2.IDKey(norm.NFC.Bytes([]byte(password)), h.salt, h.passes, h.memory, h.lanes, size)
}

// hashForm is how the PHC string form begins, up to the salt.
const hashForm = "$argon2id$v=%d$m=%d,t=%d,p=%d$"

var unpadded = base64.RawStdEncoding.Strict()

// String writes the PHC string form.
func (h *passwordHash) String() string {
	return fmt.Sprintf(hashForm, argon2.Version, h.memory, h.passes, h.lanes) +
		unpadded.EncodeToString(h.salt) + "$" + unpadded.EncodeToString(h.tag)
}

// parsePasswordHash reads what String wrote. A hash that asks for more memory or
// time than this program ever did is not ours.
func parsePasswordHash(hash string) (*passwordHash, bool) {
	h := &passwordHash{}
	var version int
	var salt, tag string
	if _, err := fmt.Sscanf(hash, hashForm+"%s", &version, &h.memory, &h.passes, &h.lanes, &salt); err != nil {
		return nil, false
	}
	salt, tag, _ = strings.Cut(salt, "$")
	var saltErr, tagErr error
	h.salt, saltErr = unpadded.DecodeString(salt)
	h.tag, tagErr = unpadded.DecodeString(tag)
	sound := saltErr == nil && tagErr == nil && len(h.salt) >= 8 && len(h.tag) >= 16 && len(h.tag) <= 64 &&
		version == argon2.Version && h.memory <= mostMemoryKiB && h.passes >= 1 && h.passes <= mostPasses && h.lanes >= 1
	return h, sound && h.String() == hash
}
