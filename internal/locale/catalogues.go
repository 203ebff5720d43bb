package locale

import (
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"

	"golang.org/x/text/language"
)

//go:embed catalogue/*.json sentences/*.json
var files embed.FS

// The language that all others are held against, and the one in which the tests hold the
// domain's sentences against the sources.
const (
	english = "en"
	dutch   = "nl"
)

// Catalogues are the texts that there are. A language in which one is missing is not
// offered: half a page in another language is worse than a whole one.
type Catalogues struct {
	Languages []string            // that are offered, English first
	Lacking   map[string][]string // what the others lack, by language

	texts map[string]*Locale
}

// Embedded are the catalogues of the program.
var Embedded = sync.OnceValues(func() (*Catalogues, error) { return Read(files) })

// Read reads the catalogues, catalogue/AREA.LANGUAGE.json, the domain's sentences,
// sentences/LANGUAGE.json, and what is said of files, sentences/files.LANGUAGE.json, of every
// language that there are files of.
func Read(files fs.FS) (*Catalogues, error) {
	names, err := fs.Glob(files, "catalogue/*.json")
	if err != nil {
		return nil, err
	}
	c := &Catalogues{Lacking: map[string][]string{}, texts: map[string]*Locale{}}
	for _, name := range names {
		parts := strings.Split(name, ".")
		if len(parts) != 3 {
			return nil, fmt.Errorf("%s: a catalogue is called catalogue/AREA.LANGUAGE.json", name)
		}
		if err := c.add(files, name, parts[1]); err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
	}
	if c.texts[english] == nil || c.texts[dutch] == nil {
		return nil, errors.New("there are no catalogues of English, or none of Dutch")
	}
	for lang := range c.texts {
		if lacks := c.lacking(lang); len(lacks) > 0 {
			c.Lacking[lang] = lacks
		}
	}
	if lacks := c.Lacking[english]; lacks != nil {
		return nil, fmt.Errorf("the texts in English lack %s", strings.Join(lacks, ", "))
	}
	maps.DeleteFunc(c.texts, func(lang string, _ *Locale) bool { return c.Lacking[lang] != nil })
	c.Languages = slices.SortedFunc(maps.Keys(c.texts), englishFirst)
	return c, nil
}

func englishFirst(a, b string) int {
	switch english {
	case a:
		return -1
	case b:
		return 1
	}
	return strings.Compare(a, b)
}

// add reads a catalogue, and with the first of a language its sentences.
func (c *Catalogues) add(files fs.FS, name, lang string) error {
	l := c.texts[lang]
	if l == nil {
		tag, err := language.Parse(lang)
		if err != nil {
			return err
		}
		l = &Locale{language: lang, tag: tag, texts: map[string]text{}}
		if l.sentences, err = readSentences(files, lang); err != nil {
			return err
		}
		if l.aboutFiles, err = readSentences(files, "files."+lang); err != nil {
			return err
		}
		l.heard = sync.OnceValue(func() []*heard { return readHeard(l.sentences, l.aboutFiles) })
		c.texts[lang] = l
	}
	data, err := fs.ReadFile(files, name)
	if err != nil {
		return err
	}
	return json.Unmarshal(data, &l.texts)
}

// New returns the texts of a language that is offered.
func (c *Catalogues) New(lang string) (*Locale, error) {
	if !slices.Contains(c.Languages, lang) {
		return nil, fmt.Errorf("there are no texts in the language %q; use one of: %s", lang, strings.Join(c.Languages, ", "))
	}
	return c.texts[lang], nil
}

// New returns the texts of the program in a language that is offered.
func New(lang string) (*Locale, error) {
	c, err := Embedded()
	if err != nil {
		return nil, err
	}
	return c.New(lang)
}

// lacking tells what a language lacks of what the program says.
func (c *Catalogues) lacking(lang string) (list []string) {
	own := c.texts[lang]
	for _, key := range slices.Sorted(maps.Keys(c.texts[english].texts)) {
		said, ok := own.texts[key]
		if !ok {
			list = append(list, key)
		} else if why := said.differs(c.texts[english].texts[key]); why != "" {
			list = append(list, key+" ("+why+")")
		}
	}
	if lang == english {
		return list
	}
	for _, format := range slices.Sorted(maps.Keys(c.texts[dutch].sentences)) {
		if said := own.sentences[format]; strings.TrimSpace(said) == "" {
			list = append(list, strconv.Quote(format))
		} else if !maps.Equal(verbs(said), verbs(format)) {
			list = append(list, strconv.Quote(format)+" (filled in with other things)")
		}
	}
	for _, format := range slices.Sorted(maps.Keys(c.texts[dutch].aboutFiles)) {
		if said := own.aboutFiles[format]; strings.TrimSpace(said) == "" {
			list = append(list, strconv.Quote(format))
		} else if len(verbs(said)) != len(verbs(format)) {
			list = append(list, strconv.Quote(format)+" (filled in with other things)")
		}
	}
	return list
}

// differs says in what a text cannot stand for another, nothing where it can.
func (t text) differs(other text) string {
	switch {
	case t.other.isEmpty() || t.one.said != nil && t.one.isEmpty():
		return "empty"
	case (t.one.said == nil) != (other.one.said == nil):
		return "other plural forms"
	case !slices.Equal(t.other.filledWith(), other.other.filledWith()), !subset(t.one.names, other.other.names):
		return "filled in with other things"
	}
	return ""
}

func (f filling) isEmpty() bool {
	return len(f.names) == 0 && strings.TrimSpace(strings.Join(f.said, "")) == ""
}

// filledWith are the names of what the text is filled in with, each once.
func (f filling) filledWith() []string { return slices.Compact(slices.Sorted(slices.Values(f.names))) }

func subset(some, all []string) bool {
	return !slices.ContainsFunc(some, func(name string) bool { return !slices.Contains(all, name) })
}

var verb = regexp.MustCompile(`%(?:\[(\d+)\])?[-+# 0]*\d*(?:\.\d+)?([a-zA-Z%])`)

// verbs tells how a format writes each of its arguments.
func verbs(format string) map[int]string {
	found := map[int]string{}
	next := 1
	for _, m := range verb.FindAllStringSubmatch(format, -1) {
		if m[2] == "%" {
			continue
		}
		if number, err := strconv.Atoi(m[1]); err == nil {
			next = number
		}
		found[next] += m[2]
		next++
	}
	return found
}
