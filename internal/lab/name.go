package lab

import (
	"cmp"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/unicode/norm"
)

// NameKind says what a name is that somebody gives a substance.
type NameKind string

// The kinds of name. Only the first two name a substance of the dictionary, and only the
// third can become one.
const (
	KnownName   NameKind = "known"
	SaltName    NameKind = "salt"    // a known substance with a salt, or base, in its name
	NewName     NameKind = "new"     // nothing is known that is like it
	NearName    NameKind = "near"    // nearly a known name: asked, never corrected
	EmptyName   NameKind = "empty"   // a word for nothing: not detected, not told, not filled in
	DoseName    NameKind = "dose"    // says more than which substance it is, such as how much there is of it
	SeveralName NameKind = "several" // several substances
	PrivateName NameKind = "private" // tells who or where somebody is, or holds a lookup code
	BrokenName  NameKind = "broken"  // cannot be read or stored as it is
)

// NameAnswer is what the dictionary says of a name that was typed.
type NameAnswer struct {
	Kind       NameKind
	Typed      string // in one line and without what nobody sees: as it would be added
	Substance  *Substance
	Stereo     Stereo
	Basis      Basis       // SaltName: what an amount counts; unknown where the dictionary does not list the salt
	Salt       string      // SaltName: the salt by its name in the dictionary, listed or not; empty where none is told
	Neighbours []Neighbour // NearName: the nearest first
	Joined     []string    // NearName: of which names it may be made, with nothing between them
	Without    string      // DoseName: the name without the dose
	Several    []string    // SeveralName: the names that were found

	broken FieldErrors
	hidden int // neighbours whose names are not told
}

// maxName is the longest name of a substance.
const maxName = 200

// AskName tells what a name is that somebody gives a substance. Nothing is corrected: what
// is nearly a known name is asked about.
func (d *Dictionary) AskName(typed string) NameAnswer {
	typed = strings.ReplaceAll(strings.TrimSpace(strings.Map(visible, typed)), "\r\n", "\n")
	a := NameAnswer{Typed: strings.Join(strings.Fields(typed), " ")}
	if a.broken = mistakesOf(typed); len(a.broken) > 0 {
		a.Kind = BrokenName
		return a
	}
	if without, is := d.withoutMark(typed); is {
		a.Kind, a.Without = DoseName, without
		return a
	}
	for _, folded := range []string{Fold(typed), dried(Fold(typed))} {
		if n, known := d.substanceNames[folded]; known && !d.isSeveral(typed, n) {
			a.Kind, a.Substance, a.Stereo = KnownName, d.Substances[n.SubstanceID], n.Stereo
			return a
		}
	}
	if s, stereo, both := d.twiceNamed(typed); both {
		a.Kind, a.Substance, a.Stereo = KnownName, s, stereo
		return a
	}
	switch {
	case holdsCode(typed) || Identifies(typed) || isAddress(typed):
		a.Kind = PrivateName
		return a
	case d.isEmptyName(typed):
		a.Kind = EmptyName
		return a
	}
	if salt, ok := d.saltOf(typed); ok {
		salt.Typed = a.Typed
		return salt
	}
	if a.Several = d.severalNames(typed); len(a.Several) > 0 {
		a.Kind = SeveralName
		return a
	}
	if without, is := d.withoutDose(typed); is {
		a.Kind, a.Without = DoseName, without
		return a
	}
	a.broken.Check(!strings.Contains(typed, "\n"), "", "Write the name in one line, and one substance in a name.")
	a.broken.Check(!strings.HasPrefix(typed, "="), "", "This begins as a formula of a spreadsheet does: write the name itself.")
	if len(a.broken) > 0 {
		a.Kind, a.broken = BrokenName, a.broken[:1]
		return a
	}
	if without, marked := unmarked(typed); marked { // of a name that nobody knows yet
		a.Kind, a.Without = DoseName, tidied(without)
		return a
	}
	a.Kind = NewName
	if a.Neighbours = d.neighbours(typed); len(a.Neighbours) > 0 {
		a.Kind = NearName
	}
	for _, n := range d.joinedShort(Fold(typed)) {
		a.Joined = append(a.Joined, n.Name)
	}
	return a
}

// withAnother is a name with another behind it in brackets.
var withAnother = regexp.MustCompile(`^(.+?)\s*[(\[]\s*([^()\[\]]+?)\s*[)\]]$`)

// twiceNamed finds the substance of a name behind which another of its names stands in brackets,
// as in cannabidiol (CBD).
func (d *Dictionary) twiceNamed(typed string) (*Substance, Stereo, bool) {
	m := withAnother.FindStringSubmatch(typed)
	if m == nil {
		return nil, "", false
	}
	first, stereo, known := d.FindSubstance(m[1])
	second, other, both := d.FindSubstance(m[2])
	if !known || !both || first != second || stereo != "" && other != "" && stereo != other {
		return nil, "", false
	}
	return first, cmp.Or(stereo, other), true
}

// ToldTo is the answer without the names of neighbours that the actor may not read: it says
// that there are some.
func (a NameAnswer) ToldTo(by Actor) NameAnswer {
	all := a.Neighbours
	a.Neighbours = nil
	for _, n := range all {
		if by.SeesEntry(n.Substance) {
			a.Neighbours = append(a.Neighbours, n)
		}
	}
	if a.hidden = len(all) - len(a.Neighbours); a.hidden > 0 {
		a.Joined = nil
	}
	return a
}

// HidesNeighbours tells that there are neighbours whose names are not told.
func (a NameAnswer) HidesNeighbours() bool { return a.hidden > 0 }

// Check refuses a name that is none, and asks about one that is nearly a known one, unless
// somebody said that it is another substance. A known name, and one with a salt, is right.
func (a NameAnswer) Check(errs *FieldErrors, field string, another bool) {
	switch a.Kind {
	case BrokenName:
		for _, m := range a.broken {
			m.Field = field
			*errs = append(*errs, m)
		}
	case EmptyName:
		errs.Check(a.Typed != "", field, "Name the substance.")
		errs.Check(a.Typed == "", field, "%q names no substance. If nothing was detected or it could not be told, say that instead; if there is nothing to say, leave the row out.", a.Typed)
	case PrivateName:
		errs.Check(false, field, "This looks like a telephone number, an address, a link or a code, which no name of a substance holds: leave it out.")
	case DoseName:
		errs.Check(a.Without != "", field, "%q is an amount: name the substance, and write the amount in its own field.", a.Typed)
		errs.Check(a.Without == "", field, "%q says more than which substance it is. Write %q here, and the rest in its own field.", a.Typed, a.Without)
	case SeveralName:
		errs.Check(false, field, "%q is several substances: give each a row of its own (%s).", a.Typed, strings.Join(a.Several, "; "))
	case NearName:
		if len(a.Neighbours) == 0 {
			errs.Check(another, field, "%q is close to the name of a substance that nobody has reviewed yet. Ask the laboratory whether it is the same, or confirm that this is another substance.", a.Typed)
			return
		}
		if len(a.Joined) > 0 {
			errs.Check(another, field, "%q may be several substances with nothing between them (%s): give each a row of its own, or confirm that this is another substance.", a.Typed, strings.Join(a.Joined, "; "))
			return
		}
		near, spelling := a.nearNames()
		errs.Check(another || spelling, field, "%q differs from %s in what makes it another substance. Choose the one that is meant, or confirm that this is another.", a.Typed, near)
		errs.Check(another || !spelling, field, "%q is close to %s. Choose the one that is meant, or confirm that this is another substance.", a.Typed, near)
	}
}

// CheckBasis is what an amount counts beside the name: what was chosen, else what a salt in
// the name says. It refuses one that contradicts the other, as base does any salt.
func (a NameAnswer) CheckBasis(errs *FieldErrors, field string, chosen Basis) Basis {
	if chosen == "" {
		return a.Basis
	}
	fits := chosen == a.Basis || chosen == Basis(a.Salt) || a.Salt == "" && chosen != BasisBase
	known := a.Basis != BasisUnknown
	errs.Check(a.Kind != SaltName || fits || !known, field, "The name says %s: choose that, or name the substance without it.", string(a.Basis))
	errs.Check(a.Kind != SaltName || fits || known, field, "The name says a salt or a hydrate of which nobody knows how much base it is: choose unknown, or name the substance without it.")
	return chosen
}

// IsNew tells that the dictionary has no such name, and that it can become one.
func (a NameAnswer) IsNew() bool { return a.Kind == NewName || a.Kind == NearName }

// nearNames lists the neighbours, and tells whether the name may be one of theirs misspelled.
func (a NameAnswer) nearNames() (list string, spelling bool) {
	var names []string
	for _, n := range a.Neighbours {
		name := n.Name
		if name != n.Substance.Name {
			name += " (" + n.Substance.Name + ")"
		}
		names = append(names, name)
		spelling = spelling || !n.Essential
	}
	return strings.Join(names, ", "), spelling
}

// visible leaves out characters that nobody sees, such as those that turn the direction of
// writing.
func visible(r rune) rune {
	if unicode.Is(unicode.Cf, r) {
		return -1
	}
	return r
}

// mistakesOf lists what keeps a text from being read or stored as a name.
func mistakesOf(typed string) FieldErrors {
	var errs FieldErrors
	checkText(&errs, "", typed, maxName)
	errs.Check(!WronglyDecoded(typed) && !escapes.MatchString(typed), "", "The text has signs of a wrong encoding, as of an ï that became Ã¯. Write the name anew, or read the file in its own encoding.")
	errs.Check(len(errs) > 0 || !mixesAlphabets(typed), "", "Some letters are of another alphabet and look like Latin ones. Type the name anew.")
	errs.Check(len(errs) > 0 || isLatin(typed), "", "Write the name in Latin letters: nobody can tell whether it is one that is known here.")
	return errs
}

// escapes are how programs write a letter by its number.
var escapes = regexp.MustCompile(`\\u[0-9a-fA-F]{4}|%[0-9A-F]{2}|=[0-9A-F]{2}=[0-9A-F]{2}|_x[0-9A-Fa-f]{4}_|&(?:[a-z]{2,8}|#\d+);`)

// isLatin tells that a text has a Latin letter, or none of any alphabet.
func isLatin(text string) bool {
	return !strings.ContainsFunc(text, unicode.IsLetter) || strings.ContainsFunc(text, func(r rune) bool { return unicode.Is(unicode.Latin, r) })
}

// mixesAlphabets tells that beside Latin letters there are some of an alphabet in which
// letters look like them. Greek ones are part of many names.
func mixesAlphabets(text string) bool {
	is := func(table *unicode.RangeTable) bool {
		return strings.ContainsFunc(text, func(r rune) bool { return unicode.Is(table, r) })
	}
	return is(unicode.Latin) && (is(unicode.Cyrillic) || is(unicode.Armenian) || is(unicode.Cherokee))
}

// otherTable is what an accented letter becomes where the table of signs is another: of DOS read
// as of Windows, m‚th‚drone and coca‹ne; of Windows read as of DOS or of a Mac, amfÚtamine and
// mÈthÈdrone; of UTF-8 read as of a Mac or of DOS, √© and ├®; and what is left of it at a blank.
var otherTable = regexp.MustCompile(`\p{Ll}[‚„ˆ‰‹›¢£¤¥¡¿¦§¨©ª«»¬¶¸ŠŒŽ]\p{Ll}|\p{Ll}[À-ÖØ-Þ]\p{Ll}|[√├][\p{L}\p{S}\p{P}]|\p{Ll}[ÂÃ][\x{a0} ]`)

// WronglyDecoded tells that a text holds what UTF-8 becomes when it is read as
// windows-1252, several signs for one letter, or what the letters of one table of signs are in
// another.
func WronglyDecoded(text string) bool {
	if otherTable.MatchString(text) {
		return true
	}
	var bytes []byte
	for _, r := range text + " " {
		b, ok := charmap.Windows1252.EncodeRune(r)
		if ok && r > unicode.MaxASCII {
			bytes = append(bytes, b)
			continue
		}
		for len(bytes) > 0 {
			if r, n := utf8.DecodeRune(bytes); n > 1 && r != utf8.RuneError {
				return true
			}
			bytes = bytes[1:]
		}
	}
	return false
}

// names tells whether a text is a known name, or one with a salt.
func (d *Dictionary) names(text string) bool {
	return d.named(text) != nil
}

// named is the substance of a known name, or of one with a salt; nil for none.
func (d *Dictionary) named(text string) *Substance {
	if s, _, known := d.FindSubstance(text); known {
		return s
	}
	salt, _ := d.saltOf(text)
	return salt.Substance
}

// wordsOf are the words of a text, folded.
func wordsOf(text string) []string {
	words := strings.FieldsFunc(text, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !unicode.IsMark(r) })
	for i := range words {
		words[i] = Fold(words[i])
	}
	return words
}

// How people write where somebody is or can be reached: a street with a number, a postcode,
// a box, a place on earth, an address of the web, of a network or of a messenger; and a
// telephone number that is joined to something.
var (
	streetForm   = regexp.MustCompile(`(?i)\pL(?:straat|straße|strasse|str\.?|laan|weg|plein|gracht|kade|steeg|singel|dijk|dreef|plantsoen|hof|rak)\s*\d+\s?[a-z]?(?:$|[^\pL\pN])`)
	roadForm     = regexp.MustCompile(`(?i)\b\d+[a-z]?\s+\pL+\s+(?:street|road|avenue|lane|drive|square)\b|\s(?:street|road|avenue|lane|drive|square)\s+\d|\brue\s+d.*\d|\d\s+rue\s`)
	boxForm      = regexp.MustCompile(`(?i)\b(?:postbus|p\.?o\.? ?box)\s*\d`)
	postcodeForm = regexp.MustCompile(`(?:^|[\s,])[1-9]\d{3}\s?[A-Z]{2}(?:$|[\s,.])|^[1-9]\d{3}\s?[a-z]{2}(?:$|[\s,.])`)
	placeForm    = regexp.MustCompile(`(?i)\d\s*°|\b[ns]\s?\d{1,2}[.,]\d+\W+[eow]\s?\d{1,3}[.,]\d|^\W*\d{1,2}[.,]\d{3,}\W+\d{1,3}[.,]\d{3,}\W*$`)
	linkForm     = regexp.MustCompile(`(?i)://|\bwww\.|\pL\.(?:com|org|net|nl|be|de|eu|uk|io|info|onion)(?:/|$|\s)|\pL\.(?:me|gg|ly|to|cc|co|app|chat|link|shop|xyz|fr|ch|at|es|it|pl|ru)/`)
	handleForm   = regexp.MustCompile(`(?i)(?:^|[\s(:,])@\w{2,}|\b(?:telegram|whatsapp|snapchat|instagram|wickr|threema|facebook|discord)\b|\b(?:snap|insta)\b\W`)
	birthForm    = regexp.MustCompile(`\pL.*\d{1,2}[-/.]\d{1,2}[-/.](?:19|20)\d\d\b|\b\d{1,2}[-/.]\d{1,2}[-/.](?:19|20)\d\d\b.*\pL`)
	joinedNumber = regexp.MustCompile(`(?:^|\D)(?:(?:\+|00)[1-9]\d|0[1-9])(?:[\s()./_-]*\d){7,12}(?:$|\D)`)
)

func isAddress(typed string) bool {
	composed := norm.NFKC.String(typed)
	for _, form := range []*regexp.Regexp{streetForm, roadForm, boxForm, placeForm, linkForm, handleForm, birthForm, joinedNumber} {
		if form.MatchString(composed) || form.MatchString(typed) {
			return true
		}
	}
	return postcodeForm.MatchString(composed) && !doseForm.MatchString(composed)
}

var (
	// doseForm is a number with a unit, of which neither is part of a word.
	doseForm = regexp.MustCompile(`(?i)(^|[^\pL\pN]|[^\pN]{3})((?:\d+\s*[x×]\s*)?\d+(?:[.,]\d+)*(?:e[-+]?\d+)?(?:\s*(?:[-–]|to|tot)\s*\d+(?:[.,]\d+)*)?\s*` +
		`(?:(?:%|‰)(?:\s?[wmv]/[wmv])?|(?:mgs?|g|gr|gram|grams|kg|ng|ug|mcg|[µμ]g?|mics?|gamma|mill?igram(?:men|s)?|microgram(?:men|s)?|nanogram|kilo|ml|cc|l|ppm|ppb|pct|perc|procent|percent|mol|mmol|iu|ie)` +
		`(?:\s*/\s*(?:mg|g|kg|ml|l|tablet|pil|pill|unit|stuk))?))($|[^\pL\pN%])`)
	// codeBefore is a number with a capital, as a code begins to which a hyphen joins letters: 25G-NBOMe.
	codeBefore = regexp.MustCompile(`^(\d{1,2}\p{Lu}\p{Pd})(\pL.*)$`)
	// looseNumber is a number in a word of its own, or joined to a word as amounts are, at the end.
	looseNumber = regexp.MustCompile(`(?:\s+[x×]?\s*\d+(?:[.,]\d+)?|\s*\(\d+(?:[.,]\d+)?\)|[-_]\d{2,4})$`)
	// besides are words that say how a substance was found, or what it looked like.
	besides = regexp.MustCompile(`(?i)(?:^|[\s(,-])(?:traces?(?: of)?|spoor|spoortje|sporen(?: van)?|possibly|possible|probably|probable|suspected|mogelijk|waarschijnlijk|vermoedelijk|` +
		`indication of|aanwijzing(?: voor)?|positive|positief|pos|detected|found|aangetoond|gevonden|high|low|hoog|laag|veel|weinig|[<>]\s*lo[dq]|pure|puur|zuiver|powder|poeder|crystals?|kristal(?:len)?|tablets?|tabletten|pills?|pil|pillen|` +
		`capsules?|blotters?|zegels?|liquid|vloeibaar|vloeistof|rocks?|crack|paste|pasta|ca\.?|circa|ongeveer|about|approx\.?)(?:$|[\s),:])`)
)

// withoutDose takes what is no name out of a name: a number with its unit, wherever it
// stands, and beside a known name also a number alone and words such as trace or powder.
func (d *Dictionary) withoutDose(typed string) (string, bool) {
	composed := norm.NFKC.String(typed)
	without := d.withoutUnits(composed)
	is := without != composed
	for _, form := range []*regexp.Regexp{looseNumber, besides} {
		if shorter := tidied(form.ReplaceAllString(tidied(without), " ")); d.names(shorter) {
			is = is || shorter != tidied(without)
			without = shorter
		}
	}
	return tidied(without), is
}

// withoutUnits takes every number with its unit out of a text. The capital of a code is no unit,
// unless the name of a substance stands behind it: 25G-KETAMINE.
func (d *Dictionary) withoutUnits(text string) string {
	code := ""
	if m := codeBefore.FindStringSubmatch(text); m != nil {
		if s := d.named(tidied(d.withoutUnits(m[2]))); s == nil || s.WholeClass {
			code, text = m[1], m[2]
		}
	}
	for again := true; again; {
		shorter := doseForm.ReplaceAllString(text, "$1 $3")
		again, text = shorter != text, shorter
	}
	return code + text
}

// tidied leaves out what stands about a name that something was taken from.
func tidied(name string) string {
	name = strings.NewReplacer("()", " ", "( )", " ", "[]", " ").Replace(strings.Join(strings.Fields(name), " "))
	name = strings.Trim(strings.Join(strings.Fields(name), " "), " ,;:-–/+~=<>±.")
	if strings.Count(name, "(") != strings.Count(name, ")") {
		name = strings.TrimSpace(strings.NewReplacer("(", " ", ")", " ").Replace(name))
	}
	return strings.Join(strings.Fields(name), " ")
}
