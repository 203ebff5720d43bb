package chart

import (
	"math"
	"strings"
	"unicode"
	"unicode/utf8"
)

// clean takes out what XML cannot hold, so that a file stays readable whatever
// a label says.
func clean(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r) && r != '\u00a0' && r != '\u202f':
			return ' '
		case unicode.IsControl(r), r == utf8.RuneError, r == '\ufffe', r == '\uffff':
			return -1
		}
		return r
	}, s)
}

// textWidth estimates how wide a text is in a wide one of the common sans-serif
// typefaces, such as DejaVu: a server does not know the reader's fonts.
func textWidth(s string) float64 {
	sum := 0.0
	for _, r := range s {
		sum += runeWidth(r)
	}
	return sum * letter
}

// bold is how much wider the type is that values are set in.
const bold = 1.12

func valueWidth(s string) float64 { return bold * textWidth(s) }

func runeWidth(r rune) float64 {
	switch {
	case unicode.In(r, unicode.Mn, unicode.Me, unicode.Cf):
		return 0
	case r >= 0x1100: // East Asian scripts, emoji; and a few dashes
		if unicode.In(r, unicode.Zs, unicode.Pd, unicode.Pi, unicode.Pf) {
			return 0.5
		}
		return 1.05
	case strings.ContainsRune("ijlI.,:;'|!() \u00a0", r):
		return 0.32
	case strings.ContainsRune("frt-/\"[]", r):
		return 0.42
	case strings.ContainsRune("mwMW%@", r):
		return 0.99
	case unicode.IsUpper(r):
		return 0.75
	}
	return 0.64
}

func widest(texts []string) float64 {
	most := 0.0
	for _, s := range texts {
		most = math.Max(most, textWidth(s))
	}
	return most
}

// wrap breaks a text at its spaces into lines no wider than width. What does
// not fit, in a line or in the number of lines, is cut with an ellipsis, and
// whole is false.
func wrap(s string, width float64, most int) (lines []string, whole bool) {
	whole = true
	words := strings.FieldsFunc(clean(s), func(r rune) bool { return r == ' ' }) // not at no-break spaces
	for len(words) > 0 {
		line := words[0]
		words = words[1:]
		for len(words) > 0 && textWidth(line+" "+words[0]) <= width {
			line += " " + words[0]
			words = words[1:]
		}
		if len(lines) == most-1 && len(words) > 0 {
			line += " " + strings.Join(words, " ")
			words = nil
		}
		fitting := cut(line, width)
		whole = whole && fitting == line
		lines = append(lines, fitting)
	}
	return lines, whole
}

// cut shortens a text that is wider than width, and says so with an ellipsis.
func cut(s string, width float64) string {
	s = strings.TrimSpace(clean(s))
	if textWidth(s) <= width {
		return s
	}
	runes := []rune(s)
	for len(runes) > 0 && textWidth(string(runes)+"…") > width {
		runes = runes[:len(runes)-1]
	}
	return strings.TrimRight(string(runes), " ") + "…"
}

// block is a label that wants to stand at a height, but not on another label.
type block struct{ centre, height float64 }

func blockHeight(lines []string) float64 { return float64(len(lines))*lineStep + 4 }

// firstLine is the baseline of the first of so many lines around a height.
func firstLine(centre float64, lines int) float64 {
	return centre - float64(lines-1)*lineStep/2 + middle
}

// spread moves blocks, sorted by centre, as little up and down as two passes
// can, until none overlaps and all lie from low to high, where they fit.
func spread(blocks []block, low, high float64) {
	edge := low
	for i := range blocks {
		b := &blocks[i]
		b.centre = math.Max(b.centre, edge+b.height/2)
		edge = b.centre + b.height/2
	}
	edge = high
	for i := len(blocks) - 1; i >= 0; i-- {
		b := &blocks[i]
		b.centre = math.Min(b.centre, edge-b.height/2)
		edge = b.centre - b.height/2
	}
}
