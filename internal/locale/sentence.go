package locale

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"

	"marquis/internal/lab"
)

// readSentences reads the sentences of the domain in a language: from the English
// format to the language's own, with the same verbs in the same order or numbered.
// English needs none.
func readSentences(files fs.FS, lang string) (map[string]string, error) {
	list := map[string]string{}
	data, err := fs.ReadFile(files, "sentences/"+lang+".json")
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
	filled := make([]any, len(args))
	for i, arg := range args {
		filled[i] = l.inWords(arg)
	}
	return fmt.Sprintf(format, filled...)
}

// inWords is what fills a sentence in, as the language writes it: amounts and dates
// with its marks and months, codes with their names.
func (l *Locale) inWords(arg any) any {
	switch x := arg.(type) {
	case lab.Amount:
		return x.Format(l.Mark())
	case lab.Thousandths:
		return x.Format(l.Mark())
	case lab.Date:
		return l.Date(x)
	case lab.Basis:
		return l.Code(Bases, string(x))
	case interface{ Strings() []string }:
		return l.names(x.Strings())
	case error:
		return l.Retell(x.Error())
	}
	return lab.Told(arg, l.Text("page.sentence.empty"))
}

// names lists the names of the codes of a vocabulary.
func (l *Locale) names(list []string) string {
	for v, known := range codes {
		if !slices.Equal(known, list) {
			continue
		}
		names := make([]string, len(list))
		for i, code := range list {
			names[i] = l.Code(v, code)
		}
		return strings.Join(names, ", ")
	}
	return strings.Join(list, ", ")
}
