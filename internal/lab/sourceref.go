package lab

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// RefKey is what the spellings of a sample's id at its source share that people take for
// one another, and that programs turn into one another: capitals, leading zeros, the .0 of
// a number, a power of ten, whatever is no letter and no digit, full-width letters, letters of
// another alphabet that look like Latin ones, o and l beside digits, a word for number before
// them, what nobody sees and what programs leave of it.
type RefKey struct {
	key    string // a dash stands where signs are between two digits: 1-12 is not 11-2
	joined string // without it: 2024001 may be 2024-001
}

// RefKeyOf is the key of an id.
func RefKeyOf(ref string) RefKey {
	spelled := strings.ToLower(ref)
	if !isASCII(ref) {
		spelled = latin.Replace(strings.ToLower(norm.NFKC.String(strings.Map(printed, ref))))
	}
	if strings.ContainsAny(spelled, `_<&%\\`) {
		spelled = leftBehind.ReplaceAllString(spelled, " ")
	}
	if spelled = strings.TrimPrefix(spelled, "+"); spelled != "" && (spelled[0] < '0' || spelled[0] > '9') {
		spelled = numbered.ReplaceAllString(spelled, "$1")
	}
	if spelled = writtenOut(spelled); strings.Contains(spelled, "+") { // A+ and A are two, A+7 and A7 are not
		inside, last := spelled[:len(spelled)-1], spelled[len(spelled)-1:]
		spelled = strings.ReplaceAll(inside, "+", "-") + last
	}
	text := []rune(withoutDecimals(strings.Map(asDigit, spelled)))
	readAsDigits(text)
	k := RefKey{key: reduced(text), joined: reduced(slices.DeleteFunc(slices.Clone(text), isRefSign))}
	if k.key == "" { // signs alone
		k = RefKey{ref, ref}
	}
	return k
}

// numbered is a word for number or sample before the digits of an id.
var numbered = regexp.MustCompile(`^\W*(?:nr|no|num|nummer|number|numero|número|numéro|n°|№|id|sample|monster|sample (?:no|nr|id)|monster(?:nr|nummer)|case|probe|muestra|échantillon|echantillon|campione)[\s.:#°_-]*(\d[\d\s.,-]*)$`)

// leftBehind is what programs write for a sign that nobody sees: of workbooks, of pages, of addresses,
// of tables of text.
var leftBehind = regexp.MustCompile(`_x[0-9a-f]{4}_|<br ?/?>|&(?:nbsp|amp|quot|#[0-9]+);|%(?:20|09|0a|0d|a0)|\\[nrt]$`)

// writtenOut writes a power of ten as the number that a spreadsheet makes of it: 1e5.
func writtenOut(text string) string {
	if !strings.Contains(text, "e") {
		return text
	}
	m := power.FindStringSubmatch(text)
	if m == nil {
		return text
	}
	zeros, err := strconv.Atoi(m[2])
	if err != nil || len(m[1])+zeros > 15 {
		return text
	}
	return m[1] + strings.Repeat("0", zeros)
}

var power = regexp.MustCompile(`^\W*(\d+)e\+?(\d{1,2})\W*$`)

// asDigit writes the digits of any writing as ours.
func asDigit(r rune) rune {
	if r <= unicode.MaxASCII || !unicode.Is(unicode.Nd, r) {
		return r
	}
	for zero := r; ; zero-- { // ten of them stand together
		if r-zero == 9 || !unicode.Is(unicode.Nd, zero-1) {
			return '0' + (r - zero)
		}
	}
}

// readAsDigits takes the letters that look like digits for those where they stand beside one.
func readAsDigits(text []rune) {
	for i := len(text) - 2; i >= 0; i-- {
		text[i] = beside(text[i], text[i+1])
	}
	for i := 1; i < len(text); i++ {
		text[i] = beside(text[i], text[i-1])
	}
}

// beside is a sign as it is taken where the other stands beside it.
func beside(r, other rune) rune {
	if digit, looks := likeDigits[r]; looks && unicode.IsDigit(other) {
		return digit
	}
	return r
}

var likeDigits = map[rune]rune{'o': '0', 'l': '1', 'i': '1', '|': '1'}

// isASCII tells that a text is of printed ASCII alone, as nearly every id is.
func isASCII(text string) bool {
	return strings.IndexFunc(text, func(r rune) bool { return r < ' ' || r > '~' }) < 0
}

// Meets tells that people take the ids of two keys for one another.
func (k RefKey) Meets(other RefKey) bool {
	return k.key == other.key || k.key == other.joined || k.joined == other.key
}

// Keys are the texts of which two ids that meet have one in common.
func (k RefKey) Keys() []string {
	if k.key == k.joined {
		return []string{k.key}
	}
	return []string{k.key, k.joined}
}

// Group is what the keys of all ids that meet have in common, by which ids are looked up: Meets
// tells which of a group are taken for one another.
func (k RefKey) Group() string {
	if group := ungrouped.Replace(k.key); group != "" {
		return group
	}
	return "0"
}

// ungrouped leaves out what two ids that meet can differ in.
var ungrouped = strings.NewReplacer("-", "", "0", "")

// SourceKeyOf is the group of an id as it is recorded with a sample, empty for none.
func SourceKeyOf(ref string) string {
	if ref == "" {
		return ""
	}
	return RefKeyOf(ref).Group()
}

// latin puts Latin letters in the place of Cyrillic and Greek ones that look like them, in
// capitals or small.
var latin = strings.NewReplacer("а", "a", "в", "b", "с", "c", "е", "e", "н", "h", "і", "i", "ј", "j", "к", "k", "м", "m", "о", "o", "р", "p", "ѕ", "s", "т", "t", "у", "y", "х", "x",
	"α", "a", "β", "b", "ε", "e", "η", "h", "ι", "i", "κ", "k", "μ", "m", "ν", "n", "ο", "o", "ρ", "p", "τ", "t", "υ", "y", "χ", "x", "ζ", "z")

// NoRef tells that a text is no id of a sample: signs alone, a word for nothing or a number
// for it, or several words without any digit of which one is such: label lost.
func NoRef(text string) bool {
	seen := strings.TrimSpace(strings.Map(printed, text))
	folded := Fold(seen)
	switch {
	case folded == "", strings.Trim(folded, "x") == "" && len(folded) > 1, slices.Contains(noNumbers, seen):
		return true
	case cellError.MatchString(text), otherError.MatchString(seen), slices.Contains(noRefs, folded):
		return true
	}
	words := strings.Fields(seen)
	return len(words) > 1 && !strings.ContainsFunc(folded, unicode.IsDigit) &&
		slices.ContainsFunc(words, func(word string) bool { return slices.Contains(noRefs, Fold(word)) })
}

// otherError is an error of a spreadsheet in another language, or of LibreOffice, and what databases
// write for nothing.
var otherError = regexp.MustCompile(`^#\s?[¡¿]?[\p{L}/0]+\s?[!?]?$|^(?i:err|fout|fehler|erreur):\d{3}$|^\\[Nn]$`)

// noRefs are words for nothing in the languages of the services, folded.
var noRefs = strings.Fields("na nan nn null nil none no not nvt geen niets niet unknown onbekend unk onb tbd tba ntb nb idem ditto dito same zelfde dezelfde missing ontbreekt empty leeg blank " +
	"blanco void undefined error fout test pending volgt nieuw new lost kwijt zoek onleesbaar illegible unreadable anoniem anonymous anonym total totaal subtotal subtotaal sum som " +
	"nolabel geenlabel noid geenid nonumber geennummer zondernr zondernummer sn ohne kein keine nichts unbekannt neu gesamt sans aucun aucune rien inconnu inconnue nouveau sin ninguno ninguna nada desconocido nuevo " +
	"true false waar onwaar wahr falsch vrai faux verdadero falso zonder without zie see volgen object")

// noNumbers are the numbers that programs write for nothing.
var noNumbers = strings.Fields("-1 -9 -99 -999 -9999")

// printed leaves out of a text what nobody sees.
func printed(r rune) rune {
	if ' ' <= r && r <= '~' {
		return r
	}
	if unicode.In(r, unicode.Cf, unicode.Cc, unicode.Variation_Selector, unicode.Other_Default_Ignorable_Code_Point) && !unicode.IsSpace(r) {
		return -1
	}
	return r
}

// withoutDecimals leaves out the zeros that make a number of an id: 8031.0.
func withoutDecimals(text string) string {
	number := strings.TrimFunc(text, isRefSign)
	i := strings.LastIndexAny(number, ".,")
	if i < 1 || strings.Trim(number[i+1:], "0") != "" || strings.Trim(number[:i], "0123456789") != "" {
		return text
	}
	return number[:i]
}

// Pointed is what stands behind the point of an id that is a number with one, such as 2024.10; empty
// for all others.
func Pointed(ref string) string {
	m := pointedRef.FindStringSubmatch(ref)
	if m == nil {
		return ""
	}
	return m[1]
}

var pointedRef = regexp.MustCompile(`^\d+[.,](\d+)$`)

// DroppedZeros tells that a spreadsheet, which takes an id for a number, makes the one of the other:
// 2024.1 of 2024.10. Where ids are texts these are two.
func DroppedZeros(short, long string) bool {
	zeros, longer := strings.CutPrefix(long, short)
	return longer && zeros != "" && strings.Trim(zeros, "0") == "" && Pointed(short) != ""
}

// isRefSign tells that a sign stands in an id for the eye alone: whatever is no
// letter and no digit, and means nothing by itself.
func isRefSign(r rune) bool {
	if '0' <= r && r <= '9' || 'a' <= r && r <= 'z' {
		return false
	}
	return !unicode.IsLetter(r) && !unicode.IsDigit(r) && r != '+' && r != '|'
}

// reduced leaves out signs and the zeros before numbers; of signs between two digits a dash
// is left.
func reduced(text []rune) string {
	var kept []rune
	between := false
	for i, r := range text {
		if isRefSign(r) {
			between = true
			continue
		}
		goesOn := len(kept) > 0 && unicode.IsDigit(kept[len(kept)-1])
		if goesOn && between && unicode.IsDigit(r) {
			kept, goesOn = append(kept, '-'), false
		}
		between = false
		if r == '0' && !goesOn && i+1 < len(text) && unicode.IsDigit(text[i+1]) {
			continue
		}
		kept = append(kept, r)
	}
	return string(kept)
}
