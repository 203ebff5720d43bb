package lab

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode"
)

// LookupCode is the secret on the visitor's slip: eleven random symbols of
// Crockford's base 32 and one check symbol. It opens one result and occurs in no
// log, URL, table or audit event: only Print shows it. Codes compare with ==.
type LookupCode struct{ symbols [codeLength]byte }

// codeSymbols are the digits of Crockford's base 32, which leaves out I, L, O and U.
const codeSymbols = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"

const codeLength = 12

// Why a typed code is not a code.
var (
	ErrCodeLength = errors.New("a code has 12 letters and digits")
	ErrCodeSymbol = errors.New("a code has letters and digits only")
	ErrCodeCheck  = errors.New("the code has a typing mistake")
)

// NewLookupCode draws a code.
func NewLookupCode() LookupCode {
	var random [codeLength - 1]byte
	_, _ = rand.Read(random[:]) // crypto/rand.Read never returns an error
	symbols := make([]byte, codeLength)
	for i, b := range random {
		symbols[i] = b & 31
	}
	symbols[codeLength-1] = checkSymbol(symbols[:codeLength-1])
	return spell(symbols)
}

// spell writes the values of the symbols as a code.
func spell(values []byte) (c LookupCode) {
	for i, v := range values {
		c.symbols[i] = codeSymbols[v]
	}
	return c
}

// ParseLookupCode reads a code as people type it: dashes, spaces and case do not
// matter, and I, L and O are read as 1, 1 and 0. A single wrong symbol and two
// symbols changed over are told as ErrCodeCheck.
func ParseLookupCode(typed string) (LookupCode, error) {
	symbols := make([]byte, 0, codeLength)
	for _, r := range strings.ToUpper(typed) {
		switch r {
		case '-', ' ', '\t', '\n', '\r', '\u00a0', '\u2010', '\u2011', '\u2012', '\u2013', '\u2014':
			continue
		case 'O':
			r = '0'
		case 'I', 'L':
			r = '1'
		}
		at := strings.IndexRune(codeSymbols, r)
		if at < 0 {
			return LookupCode{}, ErrCodeSymbol
		}
		if len(symbols) == codeLength {
			return LookupCode{}, ErrCodeLength
		}
		symbols = append(symbols, byte(at))
	}
	if len(symbols) != codeLength {
		return LookupCode{}, ErrCodeLength
	}
	if checkSymbol(symbols[:codeLength-1]) != symbols[codeLength-1] {
		return LookupCode{}, ErrCodeCheck
	}
	return spell(symbols), nil
}

const codeWithheld = "lookup code withheld"

// String hides the code, so that no log can print it.
func (LookupCode) String() string { return codeWithheld }

// Format hides the code from every verb of fmt, also those that pass String by.
func (LookupCode) Format(s fmt.State, _ rune) { _, _ = io.WriteString(s, codeWithheld) }

// MarshalText hides the code from JSON and structured logs.
func (LookupCode) MarshalText() ([]byte, error) { return []byte(codeWithheld), nil }

// Print returns the code as the slip shows it, XXXX-XXXX-XXXX, and nothing for
// the zero code.
func (c LookupCode) Print() string {
	if c == (LookupCode{}) {
		return ""
	}
	return string(c.symbols[:4]) + "-" + string(c.symbols[4:8]) + "-" + string(c.symbols[8:])
}

// Hash returns the keyed hash under which the directory knows the code
// (HMAC-SHA-256).
func (c LookupCode) Hash(key []byte) []byte {
	mac := hmac.New(sha256.New, key)
	mac.Write(c.symbols[:])
	return mac.Sum(nil)
}

// CodesSince returns the first day of the earliest month of intake whose codes
// still work on the day, where a code works for so many whole months.
func CodesSince(today Date, months int) Date {
	first := time.Date(today.Year(), today.Month()-time.Month(months), 1, 0, 0, 0, 0, time.UTC)
	return DateOf(first, time.UTC)
}

// CheckReplacement refuses to replace a code without a reason, or for one that
// holds a code itself: the reason goes into the audit trail.
func CheckReplacement(reason string) error {
	var errs FieldErrors
	errs.Check(!blank(reason), "reason", "Say why the code is replaced.")
	checkFree(&errs, "reason", reason, maxReason)
	return errs.Err()
}

// LooksLikeCode tells that a text where a sample number is asked for may be a lookup
// code, typed with a mistake or not, or the address on a slip. A number that is written
// out, of one of the services, is none.
func LooksLikeCode(typed string, services ...string) bool {
	if _, code, found := strings.Cut(typed, "#"); found {
		return strings.TrimSpace(code) != ""
	}
	if _, err := ParseSampleNumber(strings.ToUpper(strings.TrimSpace(typed))); err == nil {
		return false
	}
	n, number := SeekNumber(typed)
	dated := slices.Contains(services, n.Service) && n.Year >= earliestYear
	if _, err := ParseLookupCode(typed); err == nil && !dated {
		return true
	}
	if number && (n.Service == "" || slices.Contains(services, n.Service)) {
		return false
	}
	symbols := 0
	for _, r := range strings.ToUpper(typed) {
		switch {
		case r >= 'A' && r <= 'Z', r >= '0' && r <= '9':
			symbols++
		case unicode.IsSpace(r), unicode.Is(unicode.Dash, r):
		default:
			return false
		}
	}
	return symbols >= codeLength-1 && symbols <= codeLength+1
}

// writtenCode is what a code looks like in a text: its three parts in one, or with something
// small between them.
var writtenCode = regexp.MustCompile(`\b[0-9A-Za-z]{4}(?:[0-9A-Za-z]{8}|(?:` + betweenParts + `[0-9A-Za-z]{4}){2})\b`)

const betweenParts = `(?:\s{0,2}[\p{Pd}._/,:;|+*~·•]\s{0,2}|\s{1,3})`

// findCode is where the first code begins and ends in a text; both are 0 where it holds none.
// Codes that overlap are one: a word before a code may pass the check with its first two parts.
// A text is no secret: three words of four letters that happen to pass the check are none,
// nor one of twelve, unless they are written in capitals or with dashes; nor are numbers.
func findCode(text string) (begin, end int) {
	text = strings.ReplaceAll(text, "_", " ") // which would make one word of a code and its neighbour
	for from := 0; ; {
		at := writtenCode.FindStringIndex(text[from:])
		if at == nil {
			return begin, end
		}
		if from+at[0] >= end && end > 0 {
			return begin, end
		}
		if isCode(text[from+at[0] : from+at[1]]) {
			if end == 0 {
				begin = from + at[0]
			}
			end = from + at[1]
		}
		from += at[0] + codeLength/3 // a code may begin with the next part
	}
}

func isCode(found string) bool {
	dashed := strings.ContainsFunc(found, func(r rune) bool { return unicode.Is(unicode.Dash, r) })
	symbols := strings.Map(func(r rune) rune {
		if r < unicode.MaxASCII && (unicode.IsLetter(r) || unicode.IsDigit(r)) {
			return r
		}
		return -1
	}, found)
	letters, digits := strings.ContainsFunc(symbols, unicode.IsLetter), strings.ContainsAny(symbols, "0123456789")
	_, err := ParseLookupCode(symbols)
	return err == nil && letters && (digits || dashed || symbols == strings.ToUpper(symbols))
}

// holdsCode tells that a text holds a code, as it is or as it reads.
func holdsCode(text string) bool {
	_, end := findCode(text)
	_, seen := findCode(plainly(text))
	return end+seen > 0
}

// checkNoCode refuses a text that holds a lookup code: it is kept for ever, and whoever has
// the code reads the result.
func checkNoCode(errs *FieldErrors, field, text string) {
	errs.Check(!holdsCode(text), field, "This holds what can be a lookup code, by which a result is read: leave it out.")
}

// checkNoCodes refuses the texts of a sample that hold a lookup code, but for what stands
// there as before.
func (s *Sample) checkNoCodes(before *Sample) error {
	var errs FieldErrors
	for _, f := range SampleFields {
		text, isText := f.At(s).(*string)
		if isText && f.Holds.Codes == nil && (before == nil || *text != *f.At(before).(*string)) {
			checkNoCode(&errs, f.Key, *text)
		}
	}
	return errs.Err()
}

// checkSymbol is the sum over GF(32) of symbol × 2^position. Because the factors
// differ and none is zero, every single error and every exchange of two symbols
// changes it.
func checkSymbol(symbols []byte) byte {
	var sum byte
	for _, s := range symbols {
		sum = times2(sum ^ s)
	}
	return sum
}

// times2 multiplies by x in GF(32) modulo x^5 + x^2 + 1, which is primitive, so
// that the powers of x repeat only after 31.
func times2(b byte) byte {
	b <<= 1
	if b&32 != 0 {
		b ^= 0b100101
	}
	return b
}
