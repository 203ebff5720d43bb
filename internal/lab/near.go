package lab

import (
	"cmp"
	"iter"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Neighbour is a known substance of which a name is nearly the one that was typed.
type Neighbour struct {
	Substance *Substance
	Name      string // of its names the nearest
	Steps     int    // letters left out, put in, replaced or swapped with the next
	// Essential tells that they differ in what makes it another substance, such as a number
	// or a letter of a code, and not perhaps in spelling alone.
	Essential bool
	Basis     Basis // what the salt in the name that was typed says, if it has one
}

// mostNeighbours is how many neighbours of a name are told.
const mostNeighbours = 6

// stepsAllowed is how many steps make a name a neighbour: short names are codes, of which
// two steps make any other.
func stepsAllowed(folded string) int {
	if utf8.RuneCountInString(folded) > 8 {
		return 2
	}
	return 1
}

// neighbours finds the substances of which a name is within a step or two of what was
// typed, the nearest first; of a name with a salt also those of the rest, those with which
// the salt is misspelled, and what is expected in a product that is called so.
func (d *Dictionary) neighbours(typed string) []Neighbour {
	found := map[SubstanceID]Neighbour{}
	keep := func(n Neighbour) {
		if have, ok := found[n.Substance.ID]; !ok || compareNeighbours(n, have) < 0 {
			found[n.Substance.ID] = n
		}
	}
	folded := Fold(typed)
	for _, n := range slices.Concat(d.namesWithin(typed), d.joinedShort(folded)) {
		keep(n)
	}
	d.soldSo(typed, keep)
	ways, words := append([]salted{{rest: folded}}, readSalt(typed)...), d.longWords(typed)
	sounds := make([]string, len(ways))
	for i, way := range ways {
		sounds[i] = soundOf(way.rest)
	}
	for name, n := range d.substanceNames {
		s := d.Substances[n.SubstanceID]
		for i, way := range ways {
			off, sounds, ok := d.stepsTo(name, s, way.rest, sounds[i])
			if !ok || i > 0 && !s.hasSalt(way.code) {
				continue
			}
			near := Neighbour{Substance: s, Name: n.Name, Steps: off, Essential: !sounds && essential(n.Name, way.rest)}
			if i > 0 {
				near.Basis = s.basisOf(way)
			}
			keep(near)
		}
		for _, word := range words {
			if _, ok := stepsBetween(word, name, 1); ok {
				keep(Neighbour{Substance: s, Name: n.Name, Steps: stepsBeside, Essential: essential(n.Name, word)})
			}
		}
		if rest, ok := strings.CutPrefix(folded, name); ok && utf8.RuneCountInString(rest) > 3 {
			if w, off, ok := misspelledSalt(rest); ok && s.hasSalt(w.code) {
				keep(Neighbour{Substance: s, Name: n.Name, Steps: off, Basis: s.basisOf(salted{code: w.code, same: true})})
			}
		}
	}
	d.begunWith(typed, len(found), keep)
	d.ofGraveClass(typed, len(found), keep)
	all := make([]Neighbour, 0, len(found))
	for _, n := range found {
		all = append(all, n)
	}
	slices.SortFunc(all, compareNeighbours)
	return all[:min(len(all), mostNeighbours)]
}

// soldSo finds what is expected in the products that are called so, or by a part of the text, as
// in coke HCl: of a class its entry, or its substances where it has none.
func (d *Dictionary) soldSo(typed string, keep func(Neighbour)) {
	d.expectedIn(typed, keep)
	for _, way := range readSalt(typed) {
		d.expectedIn(way.rest, func(n Neighbour) {
			n.Basis = n.Substance.basisOf(way)
			keep(n)
		})
	}
	for part := range runsOf(wordsWithin(typed), " ") {
		if folded := Fold(part); utf8.RuneCountInString(folded) >= leastJoined && !emptyNames[folded] && !fillers[folded] && !isSalt(folded) {
			d.expectedIn(part, func(n Neighbour) {
				n.Steps, n.Essential = stepsBeside, true
				keep(n)
			})
		}
	}
}

// expectedIn finds what is expected in a product.
func (d *Dictionary) expectedIn(product string, keep func(Neighbour)) {
	p, ok := d.FindProduct(product)
	if !ok {
		return
	}
	for _, e := range p.Expected() {
		entry, whole := d.ClassEntry(e.Class)
		for id, s := range d.Substances {
			if id == SubstanceID(e.SubstanceID) || whole && id == entry || !whole && e.Class != "" && d.Within(s.Class, e.Class) {
				keep(Neighbour{Substance: s, Name: s.Name})
			}
		}
	}
}

// stepsTo counts the steps from a folded text to a name of a substance, or tells that it sounds
// the same, and false where it is none of both. With a danger two letters may be wrong in fewer.
func (d *Dictionary) stepsTo(name string, s *Substance, folded, sound string) (off int, sounds, ok bool) {
	most := stepsAllowed(folded)
	if most == 1 && utf8.RuneCountInString(folded) >= leastGrave && d.isGrave(s) {
		most = 2
	}
	if off, ok = stepsBetween(folded, name, most); ok {
		return off, false, true
	}
	sounds = len(sound) >= leastSound && sound == d.sounds[name]
	return stepsSound, sounds, sounds
}

// Within a text a known name may be said together with something that is no name, or be part
// of that of another substance: nobody but a person can tell.
const (
	stepsSound  = 2 // of what is written otherwise in another language
	stepsBeside = 3 // after all that is nearly the whole text
	mostWords   = 5 // of a known name, and that are compared with known names
	leastWord   = 6 // letters of a word that may be a misspelled name
	leastStart  = 4 // letters of what may be the beginning of a name
	leastGrave  = 8 // letters of what may be the name of a danger with two of them wrong
	leastPart   = 5 // letters of a name that is joined to another
)

// begunWith finds, where nothing is nearer, the known names of which a text is the beginning, as
// carfent is of one; and those of dangers of which a word of it is, as in fent/carf.
func (d *Dictionary) begunWith(typed string, nearer int, keep func(Neighbour)) {
	if nearer > 0 {
		return
	}
	long := func(word string) bool { return utf8.RuneCountInString(word) >= leastStart }
	folded, words := Fold(typed), wordsWithin(typed)
	var starts []string
	for _, word := range words {
		if word = Fold(word); len(words) > 1 && long(word) && !emptyNames[word] && !fillers[word] {
			starts = append(starts, word)
		}
	}
	for name, n := range d.substanceNames {
		s := d.Substances[n.SubstanceID]
		begins := func(word string) bool { return strings.HasPrefix(name, word) }
		if long(folded) && begins(folded) || slices.ContainsFunc(starts, begins) && d.isGrave(s) {
			keep(Neighbour{Substance: s, Name: n.Name, Steps: stepsBeside, Essential: true})
		}
	}
}

// handed is what says which of two mirror images a substance is, before its name.
var handed = regexp.MustCompile(`(?i)^\W*(?:rac|racemic|racemisch|rs|dl|d,l|levo|dextro|d|l|r|s)\b\W*`)

// wordsWithin are the words of a text; a hyphen or a point is part of a word.
func wordsWithin(typed string) []string {
	return strings.FieldsFunc(typed, func(r rune) bool {
		return unicode.IsSpace(r) || strings.ContainsRune(`()[]{}"“”,;:/\|=<>→·*#_+~`, r)
	})
}

// longWords are the words of a text of several that may be a misspelled name, folded.
func (d *Dictionary) longWords(typed string) (long []string) {
	words := wordsWithin(typed)
	for _, word := range words {
		word = Fold(word)
		if _, known := d.substanceNames[word]; !known && len(words) > 1 && len(long) < mostWords && utf8.RuneCountInString(word) >= leastWord {
			long = append(long, word)
		}
	}
	return long
}

// namesWithin lists the known names that a text holds as whole words, and what a salt beside
// one says.
func (d *Dictionary) namesWithin(typed string) (found []Neighbour) {
	words := wordsWithin(typed)
	seen := map[string]bool{Fold(typed): true, "": true}
	look := func(text string) {
		folded := Fold(text)
		if seen[folded] {
			return
		}
		seen[folded] = true
		near := Neighbour{Steps: stepsBeside, Essential: true}
		if n, known := d.substanceNames[folded]; known && utf8.RuneCountInString(folded) > 1 {
			near.Substance, near.Name = d.Substances[n.SubstanceID], n.Name
		} else if salt, is := d.saltOf(text); is {
			near.Substance, near.Name, near.Basis = salt.Substance, salt.Substance.Name, salt.Basis
		}
		if near.Substance != nil {
			found = append(found, near)
		}
	}
	look(handed.ReplaceAllString(typed, ""))
	for run := range runsOf(words, " ") {
		look(run)
	}
	for _, word := range words { // as in MDMA-d5
		for run := range runsOf(strings.FieldsFunc(word, isDash), "-") {
			if utf8.RuneCountInString(Fold(run)) >= leastJoined {
				look(run)
			}
		}
	}
	return found
}

func isDash(r rune) bool { return unicode.Is(unicode.Dash, r) }

// runsOf are the words that follow each other, the longest runs first.
func runsOf(words []string, between string) iter.Seq[string] {
	return func(yield func(string) bool) {
		for many := min(mostWords, len(words)); many > 0; many-- {
			for i := range len(words) - many + 1 {
				if !yield(strings.Join(words[i:i+many], between)) {
					return
				}
			}
		}
	}
}

// compareNeighbours sorts the nearest first; what may be a misspelling is before what is
// another substance.
func compareNeighbours(a, b Neighbour) int {
	essential := func(n Neighbour) int {
		if n.Essential {
			return 1
		}
		return 0
	}
	return cmp.Or(cmp.Compare(a.Steps, b.Steps), cmp.Compare(essential(a), essential(b)), strings.Compare(a.Name, b.Name),
		cmp.Compare(a.Substance.ID, b.Substance.ID))
}

// misspelledSalt finds the word of a salt that a text nearly is.
func misspelledSalt(folded string) (best saltWord, off int, ok bool) {
	for _, w := range saltWords {
		if len(w.folded) < 4 {
			continue
		}
		n, near := stepsBetween(folded, w.folded, stepsAllowed(folded))
		if near && (!ok || n < off) {
			best, off, ok = w, n, true
		}
	}
	return best, off, ok
}

// stepsBetween counts how many letters have to be left out, put in, replaced or swapped with
// the next to make one text of the other, or tells false where it takes more than most.
func stepsBetween(a, b string, most int) (int, bool) {
	if abs(len(a)-len(b)) > most*utf8.UTFMax {
		return 0, false
	}
	x, y := []rune(a), []rune(b)
	if abs(len(x)-len(y)) > most {
		return 0, false
	}
	for len(x) > 0 && len(y) > 0 && x[0] == y[0] {
		x, y = x[1:], y[1:]
	}
	for len(x) > 0 && len(y) > 0 && x[len(x)-1] == y[len(y)-1] {
		x, y = x[:len(x)-1], y[:len(y)-1]
	}
	if len(x) > 0 && len(y) > 0 && !mayBeWithin(x, y, most) {
		return 0, false
	}
	n := editRows(x, y)[len(x)][len(y)]
	return n, n <= most
}

// Alike tells that two names are within a step or two of each other, as neighbours are.
func Alike(a, b string) bool {
	a, b = Fold(a), Fold(b)
	if utf8.RuneCountInString(a) > utf8.RuneCountInString(b) {
		a, b = b, a
	}
	_, near := stepsBetween(a, b, stepsAllowed(a))
	return near
}

// mayBeWithin tells whether two texts have so many letters in common, about the same place,
// that they can be within so many steps.
func mayBeWithin(x, y []rune, most int) bool {
	missing := 0
	for i, r := range x {
		if !slices.Contains(y[min(len(y), max(0, i-most)):min(len(y), i+most+1)], r) {
			if missing++; missing > most {
				return false
			}
		}
	}
	return true
}

// editRows fills in the table of steps between the beginnings of two texts.
func editRows(x, y []rune) [][]int {
	rows := make([][]int, len(x)+1)
	for i := range rows {
		rows[i] = make([]int, len(y)+1)
		for j := range rows[i] {
			if i == 0 || j == 0 {
				rows[i][j] = i + j
				continue
			}
			cost := 1
			if x[i-1] == y[j-1] {
				cost = 0
			}
			rows[i][j] = min(rows[i-1][j]+1, rows[i][j-1]+1, rows[i-1][j-1]+cost)
			if i > 1 && j > 1 && x[i-1] == y[j-2] && x[i-2] == y[j-1] {
				rows[i][j] = min(rows[i][j], rows[i-2][j-2]+1)
			}
		}
	}
	return rows
}

func abs(n int) int {
	if n < 0 {
		return -n
	}
	return n
}

// essential tells whether a text differs from a known name in what makes it another
// substance: in a number, or in a part of the name that is a code.
func essential(name, typed string) bool {
	var letters []rune
	var code []bool
	for _, part := range strings.FieldsFunc(name, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !unicode.IsMark(r) }) {
		folded := []rune(Fold(part))
		for range folded {
			code = append(code, isNameCode(part))
		}
		letters = append(letters, folded...)
	}
	for _, e := range edits(letters, []rune(typed)) {
		from, to := e.at, e.at+e.wide
		if e.wide == 0 { // a letter more belongs to what it stands behind
			from, to = max(0, e.at-1), max(1, e.at)
		}
		if unicode.IsDigit(e.put) || slices.Contains(code[min(from, len(code)):min(to, len(code))], true) {
			return true
		}
	}
	return false
}

// edit replaces some letters of a text by others.
type edit struct {
	at, wide int
	put      rune // of one letter that replaces another, or is put in
}

// edits lists how one text becomes another in the fewest steps.
func edits(x, y []rune) []edit {
	rows := editRows(x, y)
	var list []edit
	for i, j := len(x), len(y); i > 0 || j > 0; {
		switch here := rows[i][j]; {
		case i > 0 && j > 0 && x[i-1] == y[j-1] && rows[i-1][j-1] == here:
			i, j = i-1, j-1
		case i > 1 && j > 1 && x[i-1] == y[j-2] && x[i-2] == y[j-1] && rows[i-2][j-2]+1 == here:
			i, j = i-2, j-2
			list = append(list, edit{i, 2, 0})
		case i > 0 && j > 0 && rows[i-1][j-1]+1 == here:
			i, j = i-1, j-1
			list = append(list, edit{i, 1, y[j]})
		case i > 0 && rows[i-1][j]+1 == here:
			i--
			list = append(list, edit{i, 1, 0})
		default:
			j--
			list = append(list, edit{i, 0, y[j]})
		}
	}
	return list
}

// isNameCode tells whether a part of a name is a code, of which every letter counts: it has
// a number, no more than three letters, or no four small letters in a row.
func isNameCode(part string) bool {
	if utf8.RuneCountInString(part) <= 3 || strings.ContainsFunc(part, unicode.IsDigit) {
		return true
	}
	small := 0
	for _, r := range part {
		if small++; !unicode.IsLower(r) {
			small = 0
		}
		if small == 4 {
			return false
		}
	}
	return true
}
