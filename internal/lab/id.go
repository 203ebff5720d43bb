package lab

import (
	"bytes"
	"crypto/rand"
	"crypto/sha256"
	"database/sql/driver"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"sync"
	"time"
)

// ID identifies a record that a service owns. It is a UUID of version 7 (RFC
// 9562): made by the program, ordered by time of making, never reused and never
// shown to the public, because it tells when it was made. The zero ID means
// "none" and is NULL in the database.
type ID [16]byte

// Key is the identity of every record that a service owns. Both columns are in
// every key and every statement, so that the record's service is always named.
type Key struct {
	ServiceID ServiceID `gorm:"primaryKey;autoIncrement:false"`
	ID        ID        `gorm:"type:uuid;primaryKey"`
}

// Numbers of dictionary entries. Entries of the embedded dictionary have small
// fixed numbers; entries added locally start at LocalEntries.
type (
	// ServiceID numbers a service.
	ServiceID int32
	// SubstanceID numbers a substance.
	SubstanceID int32
	// ProductID numbers a product.
	ProductID int32
	// MethodID numbers a method.
	MethodID int32
)

// LocalEntries is the first number of dictionary entries that are added locally.
const LocalEntries = 1_000_000

// Optional is a reference to a numbered entry that may be absent: zero in the
// program, NULL in the database.
type Optional int32

// Value stores zero as NULL.
func (o Optional) Value() (driver.Value, error) {
	if o == 0 {
		return nil, nil
	}
	return int64(o), nil
}

// Scan reads NULL as zero.
func (o *Optional) Scan(src any) error {
	switch v := src.(type) {
	case nil:
		*o = 0
	case int64:
		*o = Optional(v)
	default:
		return fmt.Errorf("cannot read %T as an optional number", src)
	}
	return nil
}

// IDMaker makes IDs that rise strictly, also within one millisecond, so that
// rows made together lie together. It is safe for concurrent use.
type IDMaker struct {
	now  func() time.Time
	mu   sync.Mutex
	last uint64 // milliseconds since 1970 << 12 | counter
}

// NewIDMaker makes IDs by the given clock.
func NewIDMaker(now func() time.Time) *IDMaker { return &IDMaker{now: now} }

// Next returns a new ID.
func (m *IDMaker) Next() ID {
	tick := uint64(m.now().UnixMilli()) << 12
	m.mu.Lock()
	m.last = max(tick, m.last+1)
	tick = m.last
	m.mu.Unlock()

	var id ID
	_, _ = rand.Read(id[8:]) // crypto/rand.Read never returns an error
	binary.BigEndian.PutUint64(id[:8], tick>>12<<16|0x7000|tick&0xfff)
	id[8] = id[8]&0x3f | 0x80
	return id
}

// ParseID reads the 36-character form.
func ParseID(s string) (ID, error) {
	var id ID
	if len(s) != 36 || s[8] != '-' || s[13] != '-' || s[18] != '-' || s[23] != '-' {
		return ID{}, fmt.Errorf("%q is not an id", s)
	}
	at := 0
	for _, part := range []string{s[:8], s[9:13], s[14:18], s[19:23], s[24:]} {
		n, err := hex.Decode(id[at:], []byte(part))
		if err != nil {
			return ID{}, fmt.Errorf("%q is not an id", s)
		}
		at += n
	}
	return id, nil
}

// Beside returns an ID of the same time that the ID and a text make up: the same for the
// same, so that what is done twice makes one record.
func (id ID) Beside(text string) ID {
	sum := sha256.Sum256(append(id[:], text...))
	other := id
	copy(other[8:], sum[:])
	other[8] = other[8]&0x3f | 0x80
	return other
}

// Compare orders IDs as they were made: it returns -1, 0 or 1.
func (id ID) Compare(other ID) int { return bytes.Compare(id[:], other[:]) }

// IsZero tells that there is no record.
func (id ID) IsZero() bool { return id == ID{} }

// String returns the 36-character form.
func (id ID) String() string {
	var b [36]byte
	hex.Encode(b[:8], id[:4])
	hex.Encode(b[9:13], id[4:6])
	hex.Encode(b[14:18], id[6:8])
	hex.Encode(b[19:23], id[8:10])
	hex.Encode(b[24:], id[10:])
	b[8], b[13], b[18], b[23] = '-', '-', '-', '-'
	return string(b[:])
}

// MarshalText writes the 36-character form.
func (id ID) MarshalText() ([]byte, error) { return []byte(id.String()), nil }

// UnmarshalText reads the 36-character form.
func (id *ID) UnmarshalText(text []byte) error {
	parsed, err := ParseID(string(text))
	*id = parsed
	return err
}

// Value stores the 36-character form, the zero ID as NULL.
func (id ID) Value() (driver.Value, error) {
	if id.IsZero() {
		return nil, nil
	}
	return id.String(), nil
}

// Scan reads what Value stored, on either database.
func (id *ID) Scan(src any) (err error) {
	switch v := src.(type) {
	case nil:
		*id = ID{}
	case string:
		*id, err = ParseID(v)
	case []byte:
		*id, err = ParseID(string(v))
	case [16]byte:
		*id = v
	default:
		err = fmt.Errorf("cannot read %T as an id", src)
	}
	return err
}
