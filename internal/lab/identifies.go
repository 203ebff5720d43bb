package lab

import (
	"regexp"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// How people write what tells who somebody is, and what looks like it and is none.
var (
	mailForm = regexp.MustCompile(`[^\s@]@[^\s@]+\.\pL{2,}`)
	// atSpelt and dotSpelt are how signs of an address are written to hide it.
	atSpelt  = regexp.MustCompile(`(?i)\s*[(\[{]\s*at\s*[)\]}]\s*`)
	dotSpelt = regexp.MustCompile(`(?i)\s*[(\[{]\s*(?:dot|punt|punkt|point|punto)\s*[)\]}]\s*`)
	// calledForm is a number of 8 to 15 digits that is said to be that of a telephone: in some
	// countries it has no 0 before it.
	calledForm   = regexp.MustCompile(`(?i)(?:^|[^\pL])(?:tel|tél|telefoon|telefon|téléphone|teléfono|telephone|phone|mobile|mobiel|gsm|handy|móvil|whatsapp)[.:\s]*(?:nr\.?\s*)?[+(]?\d(?:[\s()./-]*\d){7,14}(?:$|\D)`)
	germanMobile = regexp.MustCompile(`^01[5-7]`) // of which some have 12 digits
	// looseSign stands apart between the digits of an area and the rest.
	looseSign = regexp.MustCompile(`\b(0[1-9]\d{1,4})\s+[-/]\s+(\d{3,})`)
	// numberWord is a part of a number of a person: digits with what stands between them.
	numberWord = regexp.MustCompile(`^\+?[0-9][0-9()./-]*$`)
	plainDate  = regexp.MustCompile(`^(?:[0-9]{1,2}[-/.][0-9]{1,2}[-/.](?:[0-9]{2}|[0-9]{4})|[0-9]{4}[-/.][0-9]{1,2}[-/.][0-9]{1,2})$`)
	// trunkForm begins as telephone numbers do: with 0, 00 or + before another digit, or as
	// a Dutch mobile one without any.
	trunkForm = regexp.MustCompile(`^(?:(?:\+|00?)\(?[1-9]|316[0-9]{8}$)`)
)

// Identifies tells that a text seems to say who somebody is: it has an e-mail address, a street
// with the number of a house, a box of the post, a telephone number, a number of a bank account, or nine digits that pass the test of Dutch
// citizen service numbers.
// Sample numbers, dates, times, CAS numbers, amounts and numbers of batches and runs are
// none, but for one in eleven of those with nine digits.
func Identifies(text string) bool {
	if text = plainly(text); !strings.ContainsAny(text, "0123456789@([{") {
		return false
	}
	spelt := dotSpelt.ReplaceAllString(atSpelt.ReplaceAllString(text, "@"), ".")
	if mailForm.MatchString(spelt) || hasAccount(text) || calledForm.MatchString(text) || houseForm.MatchString(text) || boxForm.MatchString(text) {
		return true
	}
	text = looseSign.ReplaceAllString(strings.Map(plainDash, text), "$1-$2")
	// Whatever is between numbers, but a space, ends them: a colon, a word, a comma that is
	// no decimal mark.
	text = strings.ReplaceAll(text, ", ", "\n")
	for part := range strings.FieldsFuncSeq(text, func(r rune) bool { return strings.ContainsRune(";:\n", r) }) {
		words := strings.Fields(strings.Map(plainDash, part))
		for i := range words {
			if startsNumber(words[i:]) {
				return true
			}
		}
	}
	return false
}

// houseForm is a street with the number of a house, as it is written in Dutch and German. What can
// be a word of its own, such as onderweg 2, has a capital.
var houseForm = regexp.MustCompile(`\pL(?i:straat|straße|strasse|laan|plein|gracht|singel|steeg)\s+\d{1,5}\s?[a-zA-Z]?(?:$|[^\pL\pN])|` +
	`(?:^|[^\pL])\p{Lu}\pL{3,}(?:weg|dijk|dreef|kade|hof|plantsoen)\s+\d{1,5}\s?[a-zA-Z]?(?:$|[^\pL\pN])`)

// plainly is a text as it reads: without signs that nobody sees, and with the usual form of
// those that have another, such as wide ones.
func plainly(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.Is(unicode.Cf, r) {
			return -1
		}
		return r
	}, norm.NFKC.String(text))
}

// blank tells that nothing of a text can be read: it holds no letter and no digit.
func blank(text string) bool { return !strings.ContainsFunc(plainly(text), readable) }

// readable tells letters and digits from signs and from letters that only fill a place.
func readable(r rune) bool {
	return (unicode.IsLetter(r) || unicode.IsNumber(r)) && !unicode.Is(unicode.Other_Default_Ignorable_Code_Point, r)
}

// startsNumber tells that some words from the first on are a number of a person.
func startsNumber(words []string) bool {
	said := ""
	for _, word := range words {
		word = strings.TrimFunc(word, unicode.IsPunct)
		if said == "" {
			word = strings.TrimPrefix(word, "tel.")
		}
		if !numberWord.MatchString(word) || plainDate.MatchString(word) || casForm.MatchString(word) {
			return false
		}
		said = strings.TrimSpace(said + " " + word)
		digits := strings.Map(onlyDigits, said)
		switch n := len(digits); {
		case n > 15:
			return false
		case n >= 9 && trunkForm.MatchString(said) && (n <= 11 || digits[:2] == "00" || said[0] == '+' || n == 12 && germanMobile.MatchString(digits)):
			return true
		case n == 9 && (digits == said || strings.Count(said, ".") == 2) && citizenNumber(digits):
			return true
		}
	}
	return false
}

// accountLengths are the lengths of numbers of bank accounts (IBAN) by country.
var accountLengths = map[string]int{
	"AT": 20, "BE": 16, "CH": 21, "DE": 22, "DK": 18, "ES": 24, "FI": 18, "FR": 27, "GB": 22, "IE": 22, "IT": 27, "LT": 20, "LU": 20, "NL": 18,
	"NO": 15, "PL": 28, "PT": 25, "SE": 24,
}

// accountBegins is how the number of an account begins, of which two digits are a test.
var accountBegins = regexp.MustCompile(`(?i)\b[a-z]{2}[0-9]{2}`)

// hasAccount tells that a text holds the number of a bank account that passes its test.
func hasAccount(text string) bool {
	text = strings.ToUpper(text)
	for _, at := range accountBegins.FindAllStringIndex(text, -1) {
		number := strings.NewReplacer(" ", "", "-", "").Replace(text[at[0]:])
		if length := accountLengths[number[:2]]; length > 0 && len(number) >= length && isAccount(number[:length]) {
			return true
		}
	}
	return false
}

// isAccount tells whether a text passes the test of numbers of bank accounts.
func isAccount(number string) bool {
	rest := 0
	for _, r := range number[4:] + number[:4] {
		switch {
		case r >= '0' && r <= '9':
			rest = (rest*10 + int(r-'0')) % 97
		case r >= 'A' && r <= 'Z':
			rest = (rest*100 + int(r-'A') + 10) % 97
		default:
			return false
		}
	}
	return rest == 1
}

// citizenNumber tells that nine digits pass the test of Dutch citizen service numbers.
func citizenNumber(digits string) bool {
	sum := -int(digits[8] - '0')
	for i := range 8 {
		sum += (9 - i) * int(digits[i]-'0')
	}
	return sum%11 == 0
}

func onlyDigits(r rune) rune {
	if r >= '0' && r <= '9' {
		return r
	}
	return -1
}

// plainDash is the character, with every dash as the plain one.
func plainDash(r rune) rune {
	if unicode.Is(unicode.Dash, r) {
		return '-'
	}
	return r
}

// checkFree refuses a free text that is too long, cannot be stored, seems to say who
// somebody is, or holds a lookup code.
func checkFree(errs *FieldErrors, field, text string, most int) {
	checkOfNobody(errs, field, text, most)
	checkNoCode(errs, field, text)
}

// checkOfNobody is checkFree of what may come from a source, whose own numbers can look like
// codes.
func checkOfNobody(errs *FieldErrors, field, text string, most int) {
	checkText(errs, field, text, most)
	errs.Check(!Identifies(text), field, "This looks like a telephone number, another number of a person or an address: leave it out.")
}

// checkName refuses what is wrong with a text that names or tells of something that is no
// sample, such as a place: it may have a telephone number.
func checkName(errs *FieldErrors, field, text string, most int) {
	checkText(errs, field, text, most)
	checkNoCode(errs, field, text)
}
