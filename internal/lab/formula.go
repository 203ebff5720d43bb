package lab

import (
	"strings"
	"unicode/utf8"
)

// NoFormula keeps a spreadsheet from taking a text of a CSV file for a formula: it
// puts an apostrophe before a sign that could begin one, full-width or hidden by white
// space included. A real number stays what it is. Whoever writes texts that came from
// people or files to CSV writes them through it.
func NoFormula(text string) string {
	first, _ := utf8.DecodeRuneInString(text)
	if text == "" || !strings.ContainsRune("=+-@＝＋－＠\t\r\n\x00", first) {
		return text
	}
	if _, err := ParseDecimal(text); err == nil {
		return text
	}
	return "'" + text
}
