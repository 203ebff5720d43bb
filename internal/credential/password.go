package credential

import (
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

// Parameters of argon2id: the second recommended option of RFC 9106, section 4, for
// where 2 GiB a password are too much. It is above the least that the OWASP Password
// Storage Cheat Sheet asks for (19 MiB, two passes).
const (
	passes    = 3
	memoryKiB = 64 * 1024
	lanes     = 4
	saltBytes = 16
	tagBytes  = 32
)

// mostParallel is the number of passwords that are hashed at the same time; the
// others wait, so that a flood of logins takes time and not memory.
const mostParallel = 2

var hashing = make(chan struct{}, mostParallel)

// cheap makes new hashes cost next to nothing, see CheapInTest.
var cheap atomic.Bool

// CheapInTest makes hashing cost next to nothing until a test ends, for tests that
// are about something else.
func CheapInTest(t interface{ Cleanup(end func()) }) {
	cheap.Store(true)
	t.Cleanup(func() { cheap.Store(false) })
}

// newHash is the hash of no password yet, at the cost of today.
func newHash() *passwordHash {
	h := &passwordHash{memory: memoryKiB, passes: passes, lanes: lanes, salt: make([]byte, saltBytes), tag: make([]byte, tagBytes)}
	if cheap.Load() {
		h.memory, h.passes, h.lanes = 64, 1, 1
	}
	return h
}

// HashPassword returns the argon2id hash of a password in the PHC string form, with
// a salt of its own. It refuses what no password can be: see CheckNewPassword for
// the rules.
func HashPassword(password string) (string, error) {
	if password == "" || utf8.RuneCountInString(password) > longestPassword {
		return "", errors.New("a password that is empty or too long cannot be hashed")
	}
	h := newHash()
	_, _ = rand.Read(h.salt) // crypto/rand.Read never returns an error
	h.tag = h.of(password, tagBytes)
	return h.String(), nil
}

// CheckPassword tells whether the hash is of the password. It takes as long for a
// hash that is none, such as that of a user who has no password yet.
func CheckPassword(hash, password string) (ok bool) {
	h, known := parsePasswordHash(hash)
	if !known {
		h = newHash()
	}
	tag := h.of(password, uint32(len(h.tag)))
	return subtle.ConstantTimeCompare(tag, h.tag) == 1 && known
}

// CheckNobody takes as long as checking the password of a user, so that time does
// not tell which logins exist.
func CheckNobody(password string) { CheckPassword("", password) }

// passwordHash is a hash in its parts.
type passwordHash struct {
	memory, passes uint32
	lanes          uint8
	salt, tag      []byte
}

// of hashes a password. The same letters typed on another keyboard may be other
// code points, so that they are brought to one form.
func (h *passwordHash) of(password string, size uint32) []byte {
	hashing <- struct{}{}
	defer func() { <-hashing }()
	return argon2.IDKey(norm.NFC.Bytes([]byte(password)), h.salt, h.passes, h.memory, h.lanes, size)
}

var unpadded = base64.RawStdEncoding.Strict()

// String writes the PHC string form.
func (h *passwordHash) String() string {
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, h.memory, h.passes, h.lanes,
		unpadded.EncodeToString(h.salt), unpadded.EncodeToString(h.tag))
}

// parsePasswordHash reads what String wrote. A hash that asks for more memory or
// time than this program ever did is not ours.
func parsePasswordHash(hash string) (*passwordHash, bool) {
	h := &passwordHash{}
	var version int
	var salt, tag string
	if _, err := fmt.Sscanf(hash, "$argon2id$v=%d$m=%d,t=%d,p=%d$%s", &version, &h.memory, &h.passes, &h.lanes, &salt); err != nil {
		return nil, false
	}
	salt, tag, _ = strings.Cut(salt, "$")
	var saltErr, tagErr error
	h.salt, saltErr = unpadded.DecodeString(salt)
	h.tag, tagErr = unpadded.DecodeString(tag)
	sound := saltErr == nil && tagErr == nil && len(h.salt) >= 8 && len(h.tag) >= 16 && len(h.tag) <= 64 &&
		version == argon2.Version && h.memory <= memoryKiB && h.passes >= 1 && h.passes <= passes && h.lanes >= 1
	return h, sound && h.String() == hash
}
