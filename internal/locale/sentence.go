package locale

import (
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
)

//go:embed sentences/*.json
var sentences embed.FS

// readSentences reads the sentences of the domain in a language: from the English
// format to the language's own, with the same verbs in the same order or numbered.
// English needs none.
func readSentences(lang string) (map[string]string, error) {
	list := map[string]string{}
	data, err := sentences.ReadFile("sentences/" + lang + ".json")
	if errors.Is(err, fs.ErrNotExist) {
		return list, nil
	}
	if err != nil {
		return nil, err
	}
	return list, json.Unmarshal(data, &list)
}

// Sentence writes what the domain has to say of a mistake, which it says as an
// English format and what fills it in (lab.FieldError, lab.MoveError). The tests
// hold the catalogues against the sources.
func (l *Locale) Sentence(format string, args ...any) string {
	if own, ok := l.sentences[format]; ok {
		format = own
	}
	return fmt.Sprintf(format, args...)
}
