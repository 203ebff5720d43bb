package locale

import (
	"bufio"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode"
)

// tongue measures how plain a text is in one language. No measure knows whether a
// text is understood: it finds what people stumble over, long sentences, long words
// and words of offices and trades, and somebody has to decide on each.
type tongue struct {
	// ease is a text's reading ease, higher is easier: words a sentence, syllables
	// a word.
	ease      func(length, syllables float64) float64
	syllables func(word string) int
	stands    map[string]string // hard words that somebody let stand, with the reason
	rare      map[string]string // words of offices and trades, with what to say instead
}

// tongueOf returns the measures of a language.
//
// Dutch: W. H. Douma, De leesbaarheid van landbouwbladen: een onderzoek naar en een
// toepassing van leesbaarheidsformules, Landbouwhogeschool Wageningen, 1960, which fits
// Flesch's measure to the longer words and shorter sentences of Dutch. English: R. Flesch,
// A new readability yardstick, Journal of Applied Psychology 32, 1948. Both call 60 to 70
// "normal"; Douma's table puts it at the seventh year of primary school, which is where
// language level B1 is taken to begin. That is an assumption: the European framework
// describes what people can do, and no formula of texts.
func tongueOf(t *testing.T, lang string) tongue {
	t.Helper()
	if lang == "nl" {
		return tongue{
			ease:      func(length, syllables float64) float64 { return 206.84 - 0.93*length - 77*syllables },
			syllables: dutchSyllables, stands: standing(t, lang), rare: rareDutch,
		}
	}
	return tongue{
		ease:      func(length, syllables float64) float64 { return 206.835 - 1.015*length - 84.6*syllables },
		syllables: englishSyllables, stands: standing(t, lang), rare: rareEnglish,
	}
}

// standing reads the hard words that somebody let stand, each with the reason. No list of common Dutch words may be kept here: those that are to
// be had rest on texts under licences that bind whoever passes them on.
func standing(t *testing.T, lang string) map[string]string {
	t.Helper()
	file, err := os.Open("testdata/hardwords." + lang + ".txt")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	list, last := map[string]string{}, ""
	for lines := bufio.NewScanner(file); lines.Scan(); {
		word, why, _ := strings.Cut(lines.Text(), ": ")
		if why == "" || word <= last {
			t.Errorf("hardwords.%s.txt: %q: write a word, a colon and why it stands; keep them sorted", lang, lines.Text())
		}
		list[word], last = why, word
	}
	return list
}

// What offices, laboratories and programmers say, and people do not.
var (
	rareDutch = map[string]string{
		"aangaande": "over", "aangezien": "omdat", "alsmede": "en", "betreffende": "over", "conform": "zoals",
		"derhalve": "dus", "desgewenst": "als u dat wilt", "diens": "zijn, van hem of haar", "dient": "moet", "dienen": "moeten",
		"doch": "maar", "echter": "maar", "gedurende": "tijdens", "geschieden": "gebeuren", "hetgeen": "wat", "indien": "als",
		"inzake": "over", "middels": "met", "mits": "als", "omtrent": "over", "ongeacht": "ook als", "reeds": "al",
		"sindsdien": "daarna", "teneinde": "om", "tevens": "ook", "thans": "nu", "trachten": "proberen", "verzoeken": "vragen",
		"voorts": "ook", "zulks": "dat", "zodoende": "zo", "berust": "komt van", "bevoegd": "die dat mag", "bevoegde": "die dat mag",
		"aselecte": "door loting", "prevalentie": "hoe vaak", "tenzij": "behalve als", "toestaat": "wat mag", "hoogstens": "niet meer dan",
		"inert": "wat niets doet", "inerte": "wat niets doet", "racemisch": "beide vormen", "residu": "rest", "synthetisch": "verzonnen, of nagemaakt",
		"matrix": "wat eromheen zit", "verzegeld": "op slot", "sessie": "de tijd dat iemand is ingelogd", "stuip": "aanval",
		"insult": "aanval", "toeval": "aanval", "registratie": "wat de dienst bijhoudt", "capaciteit": "plaats, tijd", "narcose": "verdoving",
		"publiceert": "maakt bekend", "gepubliceerd": "bekendgemaakt", "identificatie": "herkenning", "versnijding": "andere werkzame stof",
		"toxisch": "giftig", "indicatief": "wat wijst op", "kwalitatief": "wat erin zit", "kwantitatief": "hoeveel",
	}
	rareEnglish = map[string]string{
		"accordingly": "so", "aforementioned": "this", "commence": "begin", "concerning": "about", "furthermore": "also",
		"hence": "so", "hereby": "now", "herein": "here", "hitherto": "until now", "however": "but", "moreover": "also",
		"nevertheless": "still", "notwithstanding": "although", "obtain": "get", "pursuant": "under", "regarding": "about",
		"shall": "will", "subsequently": "then", "terminate": "end", "therein": "in it", "thereof": "of it", "thus": "so",
		"utilise": "use", "whereas": "but", "prevalence": "how often", "inert": "that does nothing", "racemic": "both forms", "residue": "rest",
		"calibrated": "fitted", "presumptive": "that points to", "session": "the time that somebody is signed in", "matrix": "what is around it",
		"unless": "but not if", "lapses": "ends", "adulterant": "other active substance", "impurity": "what came along", "quantified": "measured",
	}
)

// phrase is one sentence of a text. Names, amounts and other things that a text is
// filled in with count to its length alone.
type phrase struct {
	text   string
	length int
	words  []string
	whole  bool // it ends as sentences do; headings and names of fields do not
}

var (
	sentenceEnd = regexp.MustCompile(`[.!?…]+(\s+|$)`)
	wordForm    = regexp.MustCompile(`\{\{\.\w+\}\}|\{n\}|[\pL\pN]+(?:['’.,][\pL\pN]+)*`)
)

func phrases(text string) (list []phrase) {
	start := 0
	cut := func(end int) {
		p := phrase{text: strings.TrimSpace(text[start:end])}
		p.whole = strings.ContainsAny(p.text[max(0, len(p.text)-1):], ".!?")
		for _, word := range wordForm.FindAllString(p.text, -1) {
			p.length++
			if !isName(word) {
				p.words = append(p.words, strings.ToLower(word))
			}
		}
		if p.length > 0 {
			list = append(list, p)
		}
		start = end
	}
	for _, end := range sentenceEnd.FindAllStringIndex(text, -1) {
		cut(end[1])
	}
	cut(len(text))
	return list
}

// names are those of things that have no other name.
var names = []string{"Armitage", "Cochran", "Drugs", "Infolijn", "Kendall", "Marquis", "Excel", "README", "Theil", "Sen"}

// isName tells whether a word is filled in, a number, an abbreviation or a name.
func isName(word string) bool {
	return strings.HasPrefix(word, "{") || strings.ContainsFunc(word, unicode.IsDigit) || slices.Contains(names, word) ||
		len(word) > 1 && word == strings.ToUpper(word)
}

// vowels are what Dutch writes for one vowel, the longest first.
var vowels = []string{
	"aai", "eau", "eeu", "ieu", "oei", "ooi",
	"aa", "ae", "ai", "au", "ee", "ei", "eu", "ie", "ij", "oe", "oi", "oo", "ou", "ui", "uu",
	"a", "à", "á", "â", "ä", "e", "è", "é", "ê", "ë", "i", "í", "ï", "o", "ó", "ô", "ö", "u", "ú", "û", "ü", "y",
}

// foreign are words that Dutch does not say as it writes.
var foreign = map[string]int{"online": 2, "service": 2, "site": 1, "sites": 1, "database": 3, "museum": 3, "testservice": 3, "testservices": 3}

// dutchSyllables counts the vowels that a word is written with. Two that stand beside
// each other and are no pair are two, as is whatever follows a diaeresis.
func dutchSyllables(word string) int {
	word = strings.ToLower(word)
	if n, ok := foreign[word]; ok {
		return n
	}
	word = strings.ReplaceAll(word, "qu", "kw")
	count := 0
next:
	for len(word) > 0 {
		for _, v := range vowels {
			if rest, ok := strings.CutPrefix(word, v); ok {
				word = rest
				count++
				continue next
			}
		}
		_, word = word[0], word[1:]
	}
	return max(count, 1)
}

var (
	englishVowels = regexp.MustCompile(`[aeiouy]+`)
	// What is written with one vowel more than is said, and with one less.
	silent = regexp.MustCompile(`(?:[^laeiouy]e|[aeiouyrl]les?|[^laeiouycgsxz]es|[^aeiouytd]ed)$`)
	split  = regexp.MustCompile(`i[au]|io(?:$|[^u])|ious$|ea$|eo|ua|uou|y[aeiou]|[aeiou]ing$`)
	joined = regexp.MustCompile(`[tscgx]i[ao]|^y[aeiou]|[gq]ua|eous$`)
	spoken = map[string]int{"people": 2, "being": 2, "science": 2, "something": 2, "sometimes": 2, "somebody": 3, "someone": 2, "anyone": 3, "anything": 3, "whether": 2, "before": 2, "therefore": 2, "create": 2, "does": 1, "one": 1, "once": 1, "result": 2, "cookies": 2, "cookie": 2, "everybody": 4, "every": 2}
)

// englishSyllables counts the groups of vowels that a word is said with, as far as
// English lets itself be counted.
func englishSyllables(word string) int {
	word = strings.ToLower(word)
	if n, ok := spoken[word]; ok {
		return n
	}
	count := len(englishVowels.FindAllString(word, -1)) + len(split.FindAllString(word, -1)) - len(joined.FindAllString(word, -1))
	if silent.MatchString(word) && count > 1 {
		count--
	}
	return max(count, 1)
}

// The numbers are counted by hand.
func TestSyllables(t *testing.T) {
	for lang, words := range map[string]map[string]int{
		"nl": {
			"de": 1, "uw": 1, "nieuw": 1, "nieuwe": 2, "strook": 1, "monster": 2, "monsters": 2, "uitslag": 2, "code": 2, "opzoeken": 3,
			"geanalyseerd": 5, "beoordeeld": 3, "geïdentificeerd": 6, "cocaïne": 4, "heroïne": 4, "patiënt": 3, "ideeën": 3,
			"reactie": 3, "methode": 3, "hoeveelheid": 3, "laboratorium": 6, "lawaai": 2, "mooie": 2, "bijvoorbeeld": 3, "vrij": 1,
			"niveau": 2, "geopend": 3, "zoals": 2, "analyse": 4, "medewerkers": 4, "versleutelde": 4, "eeuw": 1, "leeuwen": 2,
			"telefoon": 3, "typ": 1, "actueel": 3, "buiten": 2, "site": 1, "pagina's": 3, "bacteriën": 4,
			"officieel": 4, "radio": 3, "tweede": 2, "koeien": 2, "dieet": 2, "reageren": 4, "bijeen": 2, "testservice": 3, "type": 2, "jij": 1,
			"account": 2, "hoofdbestanddeel": 4, "opioïde": 5, "portie": 2, "ademhaling": 4, "verwacht": 2, "ongevaarlijk": 4, "vacuüm": 3,
		},
		"en": {
			"the": 1, "code": 1, "sample": 2, "samples": 2, "result": 2, "tested": 2, "typed": 1, "people": 2, "found": 1, "service": 2,
			"services": 3, "published": 2, "analysis": 4, "laboratory": 5, "information": 4, "somebody": 3, "minute": 2, "numbers": 2,
			"method": 2, "quantity": 3, "needed": 2, "changes": 2, "places": 2, "little": 2, "whole": 1, "file": 1, "create": 2,
			"area": 3, "medium": 3, "various": 3, "serious": 3, "cautious": 2, "nation": 2, "piano": 3, "going": 2, "you": 1, "year": 1, "question": 2, "browser": 2, "being": 2, "stimulant": 3,
		},
	} {
		count := tongueOf(t, lang).syllables
		for word, want := range words {
			if got := count(word); got != want {
				t.Errorf("%s: %s has %d syllables, not %d", lang, word, want, got)
			}
		}
	}
}

func TestPhrases(t *testing.T) {
	got := phrases("Een code heeft 12 letters; deze heeft er {{.Typed}}. Vergelijk hem met uw strook, zoals 7K3M-9QXD-2RTW! GC-MS.")
	if len(got) != 3 || got[0].length != 9 || len(got[0].words) != 7 || got[1].length != 9 || len(got[1].words) != 6 || len(got[2].words) != 0 {
		t.Errorf("cut into %+v", got)
	}
}
