package page

import (
	"net/url"
	"strings"
	"unicode"
	"unicode/utf8"
)

// IsAddress tells whether an address can be one of ours: its path holds text without
// control characters, and its query text that a database takes. What is none leads
// nowhere, on either database, and no handler sees it.
func IsAddress(u *url.URL) bool {
	if !utf8.ValidString(u.Path) || strings.ContainsFunc(u.Path, unicode.IsControl) {
		return false
	}
	if u.RawQuery == "" {
		return true
	}
	for name, values := range u.Query() {
		for _, text := range append(values, name) {
			if !utf8.ValidString(text) || strings.Contains(text, "\x00") {
				return false
			}
		}
	}
	return true
}
