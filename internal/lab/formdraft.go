package lab

import (
	"encoding/json"
	"strings"
	"unicode/utf8"
)

// FormDraft is what somebody has typed into a form and not saved: the typed fields as
// the page keeps them. It belongs to the user, to the address that the form is sent to,
// and to the window in which it was typed, so that two windows do not overwrite each
// other. It never holds a password, a lookup code or another secret. It goes when the
// form is saved, when it is dropped, or when nobody has saved it for DraftAge.
type FormDraft struct {
	UserID  Optional
	Address string
	FormKey string // of the window
	Content string // JSON; empty: the form was saved, and nothing that comes late is kept
	SavedAt Instant
}

const (
	// MaxFormDraft is the size of what is kept of a form, in bytes.
	MaxFormDraft = 256 << 10
	// MaxFormDrafts is how many forms are kept for a user. Whoever has so many drops one
	// before another is kept: none goes unsaid.
	MaxFormDrafts = 100
	maxAddress    = 300
)

// Check reports all mistakes of what is kept of a form.
func (d *FormDraft) Check() error {
	var errs FieldErrors
	errs.Check(len(d.Content) <= MaxFormDraft, "content", "The draft is too long: at most %d bytes are kept.", MaxFormDraft)
	errs.Check(d.Content != "" && utf8.ValidString(d.Content) && json.Valid([]byte(d.Content)), "content", "The draft cannot be read.")
	errs.Check(d.Address != "" && len(d.Address) <= maxAddress && d.FormKey != "", "content", "The draft is of no form.")
	return errs.Err()
}

// CheckFormDrafts refuses to keep one more form beside those that are kept already.
func CheckFormDrafts(kept int) error {
	var errs FieldErrors
	errs.Check(kept < MaxFormDrafts, "content", "You have %d forms that are not saved. Save or drop one of them first.", MaxFormDrafts)
	return errs.Err()
}

// WithoutCodes leaves out the lookup codes of a text that somebody is still typing.
func WithoutCodes(text string) string {
	without := withoutCodes(text)
	if holdsCode(without) {
		return withoutCodes(plainly(text))
	}
	return without
}

func withoutCodes(text string) string {
	var kept strings.Builder
	for {
		begin, end := findCode(text)
		if end == 0 {
			return kept.String() + text
		}
		kept.WriteString(text[:begin] + "…")
		text = text[end:]
	}
}
