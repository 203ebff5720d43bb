package lab

import (
	"regexp"
	"strings"
	"unicode"
)

// isMark tells a sign that belongs to no name. Beside one it denies it, doubts it, ticks it or
// leads to a note: nobody can tell which. Signs of a trade mark and quotes say nothing.
func isMark(r rune) bool {
	switch {
	case strings.ContainsRune("®©™℠´`∆", r), '₀' <= r && r <= '₉': // vitamin B₃
		return false
	case unicode.Is(unicode.Po, r):
		return !strings.ContainsRune(`'".,:;′″‴`, r)
	}
	return unicode.In(r, unicode.S, unicode.Pd, unicode.Pc, unicode.No, unicode.Me, unicode.Variation_Selector)
}

var (
	// marksAnywhere stand in no name at all: questions and pictures.
	marksAnywhere = regexp.MustCompile("[?¬⍻\u2705\u2713-\u2718\u274c\u2753-\u2757]|[\u2610-\u2612\u26a0\u2b55\U0001f000-\U0001faff]")
	// linesThrough lie over the letters before them.
	linesThrough = regexp.MustCompile("[\u0335-\u0338\u20d2\u20d3\u20e0\u20e5]")
	// rotationBefore says to which side a substance turns light, as in (+)-MDMA: a hyphen joins
	// it to the name.
	rotationBefore = regexp.MustCompile(`^\(\s*(?:[+±\p{Pd}−]|\+/[\p{Pd}−])\s*\)[\p{Pd}−][^\s\p{Pd}−]`)
	// Brackets in which stands no letter and no digit.
	bracketsBefore = regexp.MustCompile(`^[(\[{][^\pL\pN()\[\]{}]*[)\]}]`)
	bracketsBehind = regexp.MustCompile(`[(\[{][^\pL\pN()\[\]{}]*[)\]}]$`)
	dotsBehind     = regexp.MustCompile(`\.\.+$`)
)

// unmarked is a text without the signs that stand beside it, and whether there are any.
func unmarked(typed string) (string, bool) {
	text := strings.TrimSpace(typed)
	without := strings.TrimSpace(marksAnywhere.ReplaceAllString(linesThrough.ReplaceAllString(text, ""), " "))
	for again := true; again; {
		shorter := strings.TrimFunc(without, isMark)
		if !rotationBefore.MatchString(shorter) {
			shorter = bracketsBefore.ReplaceAllString(shorter, "")
		}
		shorter = strings.TrimSpace(dotsBehind.ReplaceAllString(bracketsBehind.ReplaceAllString(shorter, ""), ""))
		again, without = shorter != without, shorter
	}
	return without, without != text
}

// Marked tells that signs stand beside a name: it is that of no substance as it is.
func Marked(typed string) bool {
	_, marked := unmarked(strings.Map(visible, typed))
	return marked
}

// withoutMark is a known name without what stands beside it: what it says of the substance nobody
// can tell. A name that the dictionary writes with a sign is that.
func (d *Dictionary) withoutMark(typed string) (string, bool) {
	without, marked := unmarked(typed)
	if !marked || strings.EqualFold(d.substanceNames[Fold(typed)].Name, strings.TrimSpace(typed)) {
		return "", false
	}
	without = tidied(without)
	return without, d.names(without)
}
