package credential

import (
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"strings"
	"time"

	"golang.org/x/crypto/chacha20poly1305"
)

// TicketTime is for how long a ticket opens a result.
const TicketTime = 15 * time.Minute

// ErrTicket is told alike of a ticket that is over, was changed, is of another
// installation, or never was one.
var ErrTicket = errors.New("this ticket opens nothing")

// Ticket stands in the address of a result in place of the lookup code, of which it
// holds the keyed hash alone. Nobody keeps it: all that it says is sealed in it.
type Ticket struct {
	KeyID string // of the key under which the code was hashed
	Hash  []byte
	Ends  time.Time // to the second
}

// ticketLabel keeps the key of tickets apart from whatever else is made of the
// secret of the installation.
const ticketLabel = "marquis result ticket 1"

// ticketText is how a ticket is written. Strict, so that one ticket has one text.
var ticketText = base64.RawURLEncoding.Strict()

const (
	ticketEndBytes  = 8
	ticketHashBytes = sha256.Size
)

// Tickets writes and reads the tickets of an installation.
type Tickets struct{ box cipher.AEAD }

// NewTickets makes them by the secret of the installation.
func NewTickets(secret []byte) (Tickets, error) {
	if len(secret) == 0 {
		return Tickets{}, errors.New("tickets need the secret of the installation")
	}
	key, err := hkdf.Key(sha256.New, secret, nil, ticketLabel, chacha20poly1305.KeySize)
	if err != nil {
		return Tickets{}, err
	}
	box, err := chacha20poly1305.NewX(key)
	return Tickets{box}, err
}

// Seal writes a ticket as it stands in an address.
func (x Tickets) Seal(t Ticket) (string, error) {
	if len(t.Hash) != ticketHashBytes {
		return "", errors.New("a ticket is for one keyed hash of a code")
	}
	box := x.box
	plain := binary.BigEndian.AppendUint64(nil, uint64(t.Ends.Unix()))
	plain = append(append(plain, t.Hash...), t.KeyID...)
	nonce := make([]byte, box.NonceSize(), box.NonceSize()+len(plain)+box.Overhead())
	_, _ = rand.Read(nonce) // crypto/rand.Read never returns an error
	return ticketText.EncodeToString(box.Seal(nonce, nonce, plain, nil)), nil
}

// Open reads a ticket. It returns ErrTicket where it opens nothing at this
// moment. One that ends later than any does that was made by now is refused too, so
// that a clock that is set back makes none last longer.
func (x Tickets) Open(text string, now time.Time) (Ticket, error) {
	box := x.box
	sealed, err := ticketText.DecodeString(text)
	if err != nil || len(sealed) < box.NonceSize() || strings.ContainsAny(text, "\r\n") { // which base64 leaves out
		return Ticket{}, ErrTicket
	}
	plain, err := box.Open(nil, sealed[:box.NonceSize()], sealed[box.NonceSize():], nil)
	if err != nil || len(plain) < ticketEndBytes+ticketHashBytes {
		return Ticket{}, ErrTicket
	}
	ends := time.Unix(int64(binary.BigEndian.Uint64(plain)), 0)
	if !now.Before(ends) || ends.After(now.Add(TicketTime)) {
		return Ticket{}, ErrTicket
	}
	hash := plain[ticketEndBytes:]
	return Ticket{KeyID: string(hash[ticketHashBytes:]), Hash: hash[:ticketHashBytes], Ends: ends}, nil
}
