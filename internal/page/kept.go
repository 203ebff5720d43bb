package page

import (
	"net/url"
	"strconv"

	"marquis/internal/lab"
	"marquis/internal/locale"
)

// Kept is where what is typed into a form is kept until it is saved, and what was kept
// of it before. Parts of a page draw it: "unsaved" above the form, "keeps" in its tag,
// "keeping" within it.
type Kept struct {
	texts *locale.Locale

	User       string // who typed: nobody else sends it
	Save, Drop string // addresses
	Key        string // of the window
	From       string // the draft that the form shows, with when it was kept; empty: none
	At         string // when that was; empty where nothing is to be told of it
	Moved      bool   // the record has changed since
	Full       string // why nothing is kept of it, empty where it is
	Others     []KeptElsewhere
}

// KeptElsewhere is what was typed into the same form in another window.
type KeptElsewhere struct{ Address, At string }

// Names of the hidden fields by which a form that is kept tells its window.
const (
	KeyField  = "form_key"
	FromField = "form_from"
	UserField = "form_user"
)

// NewKept is where a form is kept, from the window with the key.
func (r *Request) NewKept(save, drop, key, from string) *Kept {
	return &Kept{texts: r.Texts, User: strconv.Itoa(int(r.Actor.UserID)), Save: save, Drop: drop, Key: key, From: from}
}

// Most is how many forms are kept.
func (k *Kept) Most() int { return lab.MaxFormDrafts }

// T is a text in the reader's language.
func (k *Kept) T(key string, args ...any) string { return k.texts.Text(key, args...) }

// Resume fills the fields in with what was kept, and leaves alone what the reader does
// not see.
func (f *Form) Resume(typed url.Values) {
	for _, x := range f.Fields {
		if x.Kind != PasswordField && x.Kind != HiddenField {
			x.Values = typed[x.Name]
		}
	}
}

// Holds tells whether something was typed into a field of the form that the reader sees.
func (f *Form) Holds(typed url.Values) bool {
	for _, x := range f.Fields {
		if x.Kind != PasswordField && x.Kind != HiddenField && len(typed[x.Name]) > 0 {
			return true
		}
	}
	return false
}

// Unfolded tells that the reader is to see the form at once: something is wrong in it, or
// was typed into it before.
func (f *Form) Unfolded() bool {
	return len(f.Mistakes) > 0 || f.Kept != nil && f.Kept.At+f.Kept.Full != ""
}
