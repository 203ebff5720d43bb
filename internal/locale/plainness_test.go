package locale

import (
	"encoding/csv"
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// limits are what a text may ask of who reads it.
type limits struct {
	longest int     // words in one sentence
	middle  int     // words in the middle one of the sentences of an area
	ease    float64 // of the sentences of an area, at least
	words   bool    // hard and formal words are refused
}

var (
	// What everybody reads who has a result to look up, perhaps worried.
	everybody = limits{longest: 20, middle: 12, ease: 60, words: true}
	// The result itself, on a phone, perhaps with somebody lying there: what Douma calls
	// fairly easy.
	theResult = limits{longest: 18, middle: 9, ease: 75, words: true}
	// Figures and how they were counted are for who writes about them or works with
	// them: journalists, people of public health. A definition has to say exactly what
	// is counted, and the plain word is often another thing: a median is no average, and
	// what is adulterated is not all that was not expected. Douma's 45 begins what he calls
	// fairly hard, read by who had three or four years after primary school.
	readersOfFigures = limits{longest: 40, middle: 16, ease: 45}
)

// ofArea are the limits of areas that have others than everybody's.
var ofArea = map[string]limits{
	"page.result": theResult, "sign": theResult,
	"page.figures": readersOfFigures, "page.statistics": readersOfFigures, "definitions": readersOfFigures,
	"outcome": readersOfFigures, "price_band": readersOfFigures, // names of rows of the figures alone
}

// namesOfThings have no plainer word: those of salts, of techniques, and of roles of staff.
var namesOfThings = []Vocabulary{Bases, MethodKinds, UserRoles}

func limitsOf(area string) limits {
	if l, ok := ofArea[area]; ok {
		return l
	}
	return everybody
}

// publicTexts are all that the public reads in a language, by area and by key.
func publicTexts(t *testing.T, lang string) map[string]map[string]string {
	t.Helper()
	p, entries := toldToPublic(t), catalogue(t, lang)
	list := map[string]map[string]string{"classes": dictionaryTexts(t, "classes", "plain_"+lang), "lines": dictionaryTexts(t, "substances", "line_"+lang), "definitions": figureTexts(t, lang)}
	add := func(key string) {
		area := strings.Join(strings.SplitN(key, ".", 3)[:2], ".")
		if !strings.HasPrefix(key, "page.") {
			area, _, _ = strings.Cut(key, ".")
		}
		if list[area] == nil {
			list[area] = map[string]string{}
		}
		for form, text := range entries[key] {
			list[area][key+strings.TrimSuffix("/"+form, "/other")] = text
		}
	}
	for key := range p.keys {
		add(key)
	}
	for v := range p.vocabularies {
		if v == "" || slices.Contains(namesOfThings, v) {
			continue
		}
		for _, code := range codes[v] {
			add(string(v) + "." + code)
		}
	}
	return list
}

// groupName is the name of a group of substances, in brackets after its plain words.
var groupName = regexp.MustCompile(` \([^)]*\)$`)

// dictionaryTexts are what a column of a file of the dictionary says, names aside: the
// plain words for classes, the lines about substances.
func dictionaryTexts(t *testing.T, name, column string) map[string]string {
	t.Helper()
	file, err := os.Open("../lab/dictionary/data/" + name + ".csv")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	rows, err := csv.NewReader(file).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	place := slices.Index(rows[0], column)
	list := map[string]string{}
	for _, row := range rows[1:] {
		list[row[0]] = groupName.ReplaceAllString(row[place], "")
	}
	return list
}

// figureTexts are what the figures say in both languages of theirs: names of rows and
// columns, notes, and the definitions.
func figureTexts(t *testing.T, lang string) map[string]string {
	t.Helper()
	files, err := filepath.Glob("../statistics/*.go")
	if err != nil || len(files) == 0 {
		t.Fatalf("no source of the figures: %v", err)
	}
	list := map[string]string{}
	for _, file := range files {
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		set := token.NewFileSet()
		tree, err := parser.ParseFile(set, file, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(tree, func(n ast.Node) bool {
			for _, text := range textsOf(n) {
				if said, ok := text.Elts[slices.Index([]string{"en", "nl"}, lang)].(*ast.BasicLit); ok {
					place := set.Position(said.Pos())
					list[filepath.Base(file)+":"+strconv.Itoa(place.Line)+":"+strconv.Itoa(place.Column)], err = strconv.Unquote(said.Value)
					if err != nil {
						t.Fatal(err)
					}
				}
			}
			return true
		})
	}
	return list
}

// textsOf are the statistics.Text that a node of the source writes down.
func textsOf(n ast.Node) (list []*ast.CompositeLit) {
	literal, ok := n.(*ast.CompositeLit)
	if !ok {
		return nil
	}
	if array, ok := literal.Type.(*ast.ArrayType); ok && isText(array.Elt) {
		for _, element := range literal.Elts {
			if text, ok := element.(*ast.CompositeLit); ok && text.Type == nil && len(text.Elts) == 2 {
				list = append(list, text)
			}
		}
	}
	if isText(literal.Type) && len(literal.Elts) == 2 {
		list = append(list, literal)
	}
	return list
}

func isText(e ast.Expr) bool {
	name, ok := e.(*ast.Ident)
	return ok && name.Name == "Text"
}

// mistakes says what is too hard of a sentence.
func (g tongue) mistakes(p phrase, l limits) (list []string) {
	if l.words && strings.Contains(p.text, ";") {
		list = append(list, "has a semicolon: make two sentences of it")
	}
	if p.length > l.longest {
		list = append(list, "has "+strconv.Itoa(p.length)+" words, at most "+strconv.Itoa(l.longest)+" are easily read")
	}
	for _, word := range p.words {
		switch {
		case !l.words || g.stands[word] != "":
		case g.rare[word] != "":
			list = append(list, "says "+word+": say "+g.rare[word]+", or add it to the words that stand, with the reason")
		case g.syllables(word) >= hardFrom:
			list = append(list, "says "+word+": use a shorter word, or add it to the words that stand, with the reason")
		}
	}
	return list
}

// hardFrom is of how many syllables a word is hard.
const hardFrom = 4

// measure is how an area reads: the middle length of its sentences, and their ease.
func (g tongue) measure(sentences []phrase) (middle int, ease float64) {
	words, syllables := 0, 0
	lengths := make([]int, len(sentences))
	for i, p := range sentences {
		lengths[i] = p.length
		words += len(p.words)
		for _, word := range p.words {
			syllables += g.syllables(word)
		}
	}
	slices.Sort(lengths)
	all := 0
	for _, n := range lengths {
		all += n
	}
	return lengths[len(lengths)/2], g.ease(float64(all)/float64(len(lengths)), float64(syllables)/float64(words))
}

// What the public reads is plain: Dutch of level B1, and English as plain.
func TestPublicTextsArePlain(t *testing.T) {
	for _, lang := range []string{"nl", "en"} {
		g, said := tongueOf(t, lang), map[string]bool{}
		for area, texts := range publicTexts(t, lang) {
			l, sentences := limitsOf(area), []phrase{}
			for _, key := range slices.Sorted(maps.Keys(texts)) {
				for _, p := range phrases(texts[key]) {
					for _, word := range p.words {
						said[word] = true
					}
					if m := g.mistakes(p, l); len(m) > 0 {
						t.Errorf("%s: %s: %q %s", lang, key, p.text, strings.Join(m, "; "))
					}
					if p.whole && !strings.HasSuffix(key, "/one") {
						sentences = append(sentences, p)
					}
				}
			}
			if len(sentences) == 0 {
				continue
			}
			middle, ease := g.measure(sentences)
			t.Logf("%s: %s: %d sentences, %d words, ease %.0f", lang, area, len(sentences), middle, ease)
			if middle > l.middle || ease < l.ease {
				t.Errorf("%s: %s: the middle sentence has %d words (at most %d), and they read with an ease of %.0f (at least %.0f)",
					lang, area, middle, l.middle, ease, l.ease)
			}
		}
		for word := range g.stands {
			if !said[word] {
				t.Errorf("hardwords.%s.txt: nothing says %s any more: take it out", lang, word)
			}
		}
	}
}

// What the public reads is found by following their pages. These are of each kind of
// place, and none is what staff alone read.
func TestWhatThePublicReadsIsFound(t *testing.T) {
	p := toldToPublic(t)
	for _, key := range []string{
		"page.lookup.lead",        // a template
		"page.lookup.too_many",    // a handler
		"page.result.opioid_call", // what a handler calls
		"page.result.another",     // a part of a page, after its main one
		"page.layout.footer_note", // the frame of all pages
		"page.help.when",          // a part that pages share
		"page.error.unavailable",  // an error
		"page.privacy.guesses",    // one with a plural
		"page.figures.caveat",     // the figures
		"page.statistics.small",   // a cell of theirs
		"page.slip.keep",          // what is printed for the visitor
		"page.form.mistakes",      // a mistake in a form
		"page.result.sees_presumptive",
	} {
		if !p.keys[key] {
			t.Errorf("%s is not found", key)
		}
	}
	for _, key := range []string{"page.slip.undo_until", "page.release.left_out", "page.layout.menu", "page.sign_in.submit"} {
		if p.keys[key] {
			t.Errorf("%s is for staff", key)
		}
	}
	for _, v := range []Vocabulary{Signs, Forms, RejectionReasons, SetAsides, Outcomes, Levels} {
		if !p.vocabularies[v] {
			t.Errorf("the names of %s are not found", v)
		}
	}
	if p.vocabularies[Effects] || p.vocabularies[Purposes] {
		t.Error("the public is told names that are for staff")
	}
}
