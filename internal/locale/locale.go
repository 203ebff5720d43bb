package locale

import (
	"embed"
	"fmt"
	"io/fs"
	"slices"
	"strings"

	"github.com/nicksnyder/go-i18n/v2/i18n"
	"golang.org/x/text/language"
)

//go:embed catalogue/*.json
var catalogues embed.FS

// Languages are the languages that there are catalogues of.
var Languages = []string{"en", "nl"}

// Locale is the texts of one language. It is safe for concurrent use.
type Locale struct {
	language  string
	localizer *i18n.Localizer
	plain     map[string]string // texts without anything to fill in
	sentences map[string]string // of the domain, by their English
}

// New returns the texts of a language of Languages.
func New(lang string) (*Locale, error) {
	if !slices.Contains(Languages, lang) {
		return nil, fmt.Errorf("there are no texts in the language %q; use one of: %s", lang, strings.Join(Languages, ", "))
	}
	// One bundle for each language: a text that it lacks is a mistake, not a
	// reason to show another language.
	bundle := i18n.NewBundle(language.Make(lang))
	said, err := readSentences(lang)
	if err != nil {
		return nil, err
	}
	l := &Locale{language: lang, localizer: i18n.NewLocalizer(bundle, lang), plain: map[string]string{}, sentences: said}
	names, err := fs.Glob(catalogues, "catalogue/*."+lang+".json")
	if err != nil {
		return nil, err
	}
	for _, name := range names {
		file, err := bundle.LoadMessageFileFS(catalogues, name)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		for _, m := range file.Messages {
			if m.One == "" && !strings.Contains(m.Other, "{{") {
				l.plain[m.ID] = m.Other
			}
		}
	}
	return l, nil
}

// Language returns the code of the language.
func (l *Locale) Language() string { return l.language }

// Text returns the text of a key. What it is to be filled in with follows as
// pairs of a name and a value; a whole number under the name Count also chooses
// between singular and plural. A key that the catalogue lacks is a mistake in the
// program, so Text panics.
func (l *Locale) Text(key string, args ...any) string {
	if text, ok := l.plain[key]; ok && len(args) == 0 {
		return text
	}
	if len(args)%2 != 0 {
		panic(fmt.Sprintf("locale: text %q: a name without a value", key))
	}
	data := make(map[string]any, len(args)/2)
	for i := 0; i < len(args); i += 2 {
		name, ok := args[i].(string)
		if !ok {
			panic(fmt.Sprintf("locale: text %q: %v is no name", key, args[i]))
		}
		data[name] = args[i+1]
	}
	text, err := l.localizer.Localize(&i18n.LocalizeConfig{MessageID: key, TemplateData: data, PluralCount: data["Count"]})
	if err != nil || strings.Contains(text, "<no value>") {
		panic(fmt.Sprintf("locale: text %q in %q: %q, %v", key, l.language, text, err))
	}
	return text
}
