package lab

import (
	"encoding/json"
	"time"
	"unicode/utf8"
)

// Draft is a sample that somebody is still describing: the typed fields as the
// page keeps them. It never holds a lookup code. It goes when its sample is
// registered, when it is dropped, or when nobody has saved it for DraftAge.
type Draft struct {
	Key
	UserID  Optional // who began it
	Content string   // JSON
	SavedAt Instant

	WindowKey string // from which it was last saved; empty: from none
}

// Overtaken tells whether somebody has saved the draft from another window since it was
// shown in the one with the key, as it stood at an instant.
func (d *Draft) Overtaken(window string, shown Instant) bool {
	return window != "" && d.WindowKey != window && d.SavedAt.Time().After(shown.Time())
}

const (
	// DraftAge is how long a draft is kept after it was last saved.
	DraftAge = 7 * 24 * time.Hour
	// maxDraft is the size of a draft in bytes.
	maxDraft = 64 << 10
)

// Check reports all mistakes of a draft.
func (d *Draft) Check() error {
	var errs FieldErrors
	errs.Check(len(d.Content) <= maxDraft, "content", "The draft is too long: at most %d bytes are kept.", maxDraft)
	errs.Check(utf8.ValidString(d.Content) && json.Valid([]byte(d.Content)), "content", "The draft cannot be read.")
	return errs.Err()
}
