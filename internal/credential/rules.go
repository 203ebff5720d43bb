package credential

import (
	_ "embed"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"marquis/internal/lab"
)

const (
	shortestPassword = 15 // code points; ASVS 5.0, 6.2.9 and NIST SP 800-63B-4
	longestPassword  = 256
)

// CheckNewPassword reports what is wrong with a new password of a user, as
// lab.FieldErrors: one that is short, that somebody who guesses tries early, or,
// where samples are real and not synthetic, that of a demo login. It asks for no
// capitals, digits or signs.
func CheckNewPassword(password, login, name string, synthetic bool) error {
	var errs lab.FieldErrors
	length := utf8.RuneCountInString(norm.NFC.String(password))
	errs.Check(length >= shortestPassword, "password", "Use at least %d characters; a sentence of a few words is good.", shortestPassword)
	errs.Check(length <= longestPassword, "password", "Use at most %d characters.", longestPassword)
	errs.Check(utf8.ValidString(password), "password", "The password holds a character that cannot be used.")
	if len(errs) > 0 {
		return errs
	}
	letters := fold(password)
	errs.Check(!isPersonal(letters, login, name), "password", "The password is your name or login; use something that others do not know.")
	errs.Check(synthetic || !IsDemoPassword(password), "password", "This password is for the demo, and everybody knows it; use another.")
	errs.Check(!isCommon(letters), "password", "This password is guessed easily; use a few words that nobody else puts together.")
	return errs.Err()
}

// fold brings a text to what guessing tries first: lower case, without spaces and
// the signs that are put between and after words, and with letters where other
// signs stand for them.
func fold(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) || strings.ContainsRune(between, r) {
			return -1
		}
		if as, ok := written[r]; ok {
			return as
		}
		return unicode.ToLower(r)
	}, norm.NFKC.String(text))
}

const between = `-_.,;:!?'"`

var written = map[rune]rune{'@': 'a', '$': 's', '€': 'e'}

const digits = "0123456789"

// isPersonal tells that the letters are made of the login and the names alone,
// whatever digits stand around them.
func isPersonal(letters, login, name string) bool {
	words := append(strings.Fields(name), strings.FieldsFunc(login, func(r rune) bool { return r == '.' || r == '-' })...)
	words = append(words, login, name)
	for i, word := range words {
		words[i] = fold(word)
	}
	slices.SortFunc(words, func(a, b string) int { return len(b) - len(a) })
	rest := letters
	for _, word := range words {
		if len(word) >= shortestRun {
			rest = strings.ReplaceAll(rest, word, "")
		}
	}
	return rest != letters && strings.Trim(rest, digits) == ""
}

//go:embed common.txt
var commonText string

// common are the words and phrases of common.txt, folded.
var common = func() (list []string) {
	for line := range strings.Lines(commonText) {
		if folded := fold(line); folded != "" && !strings.HasPrefix(line, "#") {
			list = append(list, folded)
		}
	}
	return list
}()

// isCommon tells that the letters are a repeat of a few characters, or that common
// words, runs of a keyboard or an alphabet, and digits between them make them,
// forwards or backwards.
func isCommon(letters string) bool {
	return isRepeat(letters) || isPredictable(letters) || isPredictable(reverse(letters))
}

// mostRepeated is the longest part that, repeated, makes no new password.
const mostRepeated = 4

// isRepeat tells that one short part, over and over, makes the letters.
func isRepeat(letters string) bool {
	runes := []rune(letters)
	for period := 1; period <= mostRepeated; period++ {
		same := true
		for i := period; i < len(runes) && same; i++ {
			same = runes[i] == runes[i-period]
		}
		if same {
			return true
		}
	}
	return false
}

// isPredictable tells that words of the list and runs, one after the other, make
// the letters, with any digits between them; digits alone have to be runs.
func isPredictable(letters string) bool {
	onlyDigits := strings.Trim(letters, digits) == ""
	reached := make([]bool, len(letters)+1)
	reached[0] = true
	for at := range letters {
		if !reached[at] {
			continue
		}
		rest := letters[at:]
		for n := shortestRun; n <= longestRun(rest); n++ {
			reached[at+n] = true
		}
		if !onlyDigits && strings.IndexByte(digits, rest[0]) >= 0 {
			reached[at+1] = true
		}
		for _, word := range common {
			if strings.HasPrefix(rest, word) {
				reached[at+len(word)] = true
			}
		}
	}
	return reached[len(letters)]
}

// rows are what fingers and children run along.
var rows = []string{
	"01234567890123456789", "abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyz",
	"qwertyuiop", "asdfghjkl", "zxcvbnm", "azertyuiop", "qsdfghjklm", "wxcvbn", "qwertzuiop", "yxcvbnm",
	"1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik9ol0p", "qazwsxedcrfvtgbyhnujmikolp", "1q2w3e4r5t6y7u8i9o0p",
}

// shortestRun is the length from which neighbours are a run.
const shortestRun = 3

// longestRun is the length of the run with which the letters begin.
func longestRun(letters string) int {
	longest := 0
	for _, row := range rows {
		for _, line := range []string{row, reverse(row)} {
			for longest < len(letters) && strings.Contains(line, letters[:longest+1]) {
				longest++
			}
		}
	}
	return longest
}

func reverse(text string) string {
	runes := []rune(text)
	slices.Reverse(runes)
	return string(runes)
}
