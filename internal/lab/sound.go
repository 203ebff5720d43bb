package lab

import (
	"slices"
	"strings"
	"unicode"
)

// spellings are what languages write otherwise for the same in names of substances: metadona,
// Kokain, cetamina, xilacina, eroina, ossicodone.
var spellings = strings.NewReplacer("ph", "f", "th", "t", "ck", "k", "c", "k", "q", "k", "z", "k", "x", "s", "y", "i", "h", "", "nf", "mf")

// leastSound are the letters of a name that is known by how it sounds: shorter ones are codes.
const leastSound = 5

// soundOf is a folded name without what languages write otherwise: k for c, f for ph, no h, one
// letter for two, no vowel at the end.
func soundOf(folded string) string {
	letters := []rune(spellings.Replace(folded))
	return strings.TrimRight(string(slices.Compact(letters)), "aeio")
}

// soundsLike tells that a folded text sounds as a known name does, which is written otherwise.
func (d *Dictionary) soundsLike(folded, name string) bool {
	sound := soundOf(folded)
	return len(sound) >= leastSound && sound == d.sounds[name]
}

// readsAsWord tells that some part of a name is a word, and not a code of which every letter counts.
func readsAsWord(name string) bool {
	return slices.ContainsFunc(strings.FieldsFunc(name, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsMark(r) }), func(part string) bool {
		return !isNameCode(part)
	})
}

// stems are parts of words by which substances of a class of high or extreme danger are named,
// folded or as they sound, and those at the end of a word. Whoever names a new one so means one of
// that class, or says that it is another.
var (
	stems = map[string]string{
		"fentan": "fentanyl_analogue", "fentalog": "fentanyl_analogue", "nitak": "nitazene", "brorfin": "orphine", "klorfin": "orphine", "fluorfin": "orphine", "morfin": "opiate",
		"etomidin": "alpha2_agonist", "nbome": "nbome", "nboh": "nboh", "mdmb": "synthetic_cannabinoid",
	}
	stemsBehind = map[string]string{
		"fent": "fentanyl_analogue", "zolam": "benzodiazepine", "zepam": "benzodiazepine", "inaca": "synthetic_cannabinoid", "mica": "synthetic_cannabinoid",
	}
)

// ofGraveClass finds, where nothing is nearer, the entries of the dangerous classes of which the
// names of members are made so: propoxynitazene is perhaps a nitazene.
func (d *Dictionary) ofGraveClass(typed string, nearer int, keep func(Neighbour)) {
	if nearer > 0 {
		return
	}
	for _, word := range append(wordsOf(typed), Fold(typed)) {
		sound := soundOf(word)
		d.eachGrave(stems, keep, func(stem string) bool { return strings.Contains(word, stem) || strings.Contains(sound, stem) })
		d.eachGrave(stemsBehind, keep, func(stem string) bool { return strings.HasSuffix(word, stem) })
	}
}

// eachGrave keeps the entries of those classes of which a stem is in a name.
func (d *Dictionary) eachGrave(stems map[string]string, keep func(Neighbour), within func(stem string) bool) {
	for stem, class := range stems {
		if s := d.Substances[d.classEntries[class]]; within(stem) && d.isGrave(s) {
			keep(Neighbour{Substance: s, Name: s.Name, Steps: stepsBeside, Essential: true})
		}
	}
}
