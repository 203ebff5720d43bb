package credential

import (
	"bytes"
	"encoding/base64"
	"errors"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func ticketsOf(t interface {
	Helper()
	Fatal(args ...any)
}, secret []byte,
) Tickets {
	t.Helper()
	tickets, err := NewTickets(secret)
	if err != nil {
		t.Fatal(err)
	}
	return tickets
}

func newTicket(t *testing.T, secret []byte, ticket Ticket) string {
	t.Helper()
	text, err := ticketsOf(t, secret).Seal(ticket)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

var ticketNow = time.Unix(1_800_000_000, 0)

func TestATicketTellsWhatWasSealedUntilItsEnd(t *testing.T) {
	secret, hash := bytes.Repeat([]byte{7}, 32), bytes.Repeat([]byte{9}, 32)
	text := newTicket(t, secret, Ticket{KeyID: "2026-11", Hash: hash, Ends: ticketNow.Add(TicketTime)})
	if strings.Trim(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_") != "" {
		t.Errorf("%q is not what an address can hold", text)
	}
	for after, good := range map[time.Duration]bool{
		0: true, TicketTime - time.Second: true, TicketTime - time.Nanosecond: true, TicketTime: false, TicketTime + time.Second: false, time.Hour: false,
		-time.Nanosecond: false, -time.Hour: false, // a clock that was set back
	} {
		ticket, err := ticketsOf(t, secret).Open(text, ticketNow.Add(after))
		if good && (err != nil || ticket.KeyID != "2026-11" || !bytes.Equal(ticket.Hash, hash)) {
			t.Errorf("after %s: %+v, %v", after, ticket, err)
		}
		if !good && !errors.Is(err, ErrTicket) {
			t.Errorf("after %s: %+v, %v", after, ticket, err)
		}
	}
	if again := newTicket(t, secret, Ticket{KeyID: "2026-11", Hash: hash, Ends: ticketNow.Add(TicketTime)}); again == text {
		t.Error("the same result has the same ticket twice")
	}
}

// TestATicketIsNotForged: changed in any bit, cut, lengthened, or sealed elsewhere, a
// ticket opens nothing, and the error says no more.
func TestATicketIsNotForged(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		secret := rapid.SliceOfN(rapid.Byte(), 32, 32).Draw(r, "secret")
		ticket := Ticket{KeyID: rapid.String().Draw(r, "key"), Hash: bytes.Repeat([]byte{1}, 32), Ends: ticketNow.Add(time.Minute)}
		text, err := ticketsOf(r, secret).Seal(ticket)
		if err != nil {
			r.Fatal(err)
		}
		sealed, err := base64.RawURLEncoding.DecodeString(text)
		if err != nil {
			r.Fatal(err)
		}
		changed := bytes.Clone(sealed)
		changed[rapid.IntRange(0, len(sealed)-1).Draw(r, "byte")] ^= byte(rapid.IntRange(1, 255).Draw(r, "change"))
		cut := sealed[:rapid.IntRange(0, len(sealed)-1).Draw(r, "cut")]
		other := append([]byte{^secret[0]}, secret[1:]...)
		for name, try := range map[string]struct {
			secret []byte
			text   string
		}{
			"changed":        {secret, base64.RawURLEncoding.EncodeToString(changed)},
			"cut":            {secret, base64.RawURLEncoding.EncodeToString(cut)},
			"longer":         {secret, base64.RawURLEncoding.EncodeToString(append(bytes.Clone(sealed), 0))},
			"another secret": {other, text},
			"padded":         {secret, text + "="},
			"with a newline": {secret, text + "\n"},
			"twice":          {secret, text + text},
		} {
			if have, err := ticketsOf(r, try.secret).Open(try.text, ticketNow); err == nil || !errors.Is(err, ErrTicket) {
				r.Errorf("%s: opened as %+v, %v", name, have, err)
			}
		}
	})
}

func TestWhatIsNoTicketOpensNothing(t *testing.T) {
	tickets := ticketsOf(t, bytes.Repeat([]byte{7}, 32))
	for _, text := range []string{"", "x", "%", "7K3M-9QXD-2RTW", "\x00", "\xff\xfe", strings.Repeat("A", 116), strings.Repeat("A", 1<<16), "../../etc/passwd", "ünï"} {
		if _, err := tickets.Open(text, ticketNow); !errors.Is(err, ErrTicket) {
			t.Errorf("%.20q: %v", text, err)
		}
	}
	for _, bad := range [][]byte{nil, {}} {
		if _, err := NewTickets(bad); err == nil {
			t.Errorf("without a secret: %v", err)
		}
	}
	if _, err := tickets.Seal(Ticket{Hash: []byte("short"), Ends: ticketNow}); err == nil {
		t.Error("a hash that is none was sealed")
	}
}
