package page

import (
	"marquis/internal/lab"
	"marquis/internal/locale"
)

// View is what every page shows around its content. Each page's struct embeds it.
type View struct {
	Texts     *locale.Locale
	Title     string
	Place     string // path of the page, without its query
	Languages []LanguageLink
	Staff     *StaffView // nil for the public
	Notice    string     // what has just been done, said on top
	Synthetic bool       // the samples are made up: said on top too
	chosen    string     // the language in the address, empty where the browser's decides
}

// LanguageLink leads to the same page in a language.
type LanguageLink struct {
	Code, Name, Address string
	Current             bool
}

// StaffView is what staff see of themselves.
type StaffView struct {
	Name    string
	Menu    []MenuItem
	Short   bool   // signed in, but without the second factor that some of their pages ask for
	Unsaved string // why nothing can be saved just now, empty where it can
}

// MenuItem is one entry of the menu for staff.
type MenuItem struct {
	Label, Address string
	Current        bool
}

// T is a text in the reader's language.
func (v View) T(key string, args ...any) string { return v.Texts.Text(key, args...) }

// Code names a code of a vocabulary.
func (v View) Code(vocabulary locale.Vocabulary, code string) string {
	return v.Texts.Code(vocabulary, code)
}

// Lang is the code of the reader's language.
func (v View) Lang() string { return v.Texts.Language() }

// Link is the address of another page, in the language that the reader chose. The
// public has no cookie that could remember it.
func (v View) Link(address string) string {
	if v.chosen == "" || v.Staff != nil {
		return address
	}
	return withLanguage(address, v.chosen)
}

// Date writes a day.
func (v View) Date(d lab.Date) string { return v.Texts.Date(d) }

// Count writes a whole number.
func (v View) Count(n int) string { return v.Texts.Count(n) }
