package locale

import (
	"encoding/json"
	"fmt"
	"strings"

	"golang.org/x/text/feature/plural"
	"golang.org/x/text/language"
)

// Locale is the texts of one language. It is safe for concurrent use.
type Locale struct {
	language   string
	tag        language.Tag
	texts      map[string]text
	sentences  map[string]string // of the domain, by their English
	aboutFiles map[string]string // what is said of files, by its English
	heard      func() []*heard   // both, to be recognised
}

// text is one text of a catalogue, in its plural forms.
type text struct {
	one, other filling // one is nil where the text has no singular
}

// filling is a text in pieces: what stands there, and in turn what it is filled in
// with.
type filling struct {
	said  []string // one more than names
	names []string
}

// UnmarshalJSON reads a text, or its plural forms.
func (t *text) UnmarshalJSON(data []byte) error {
	var forms struct{ One, Other string }
	if err := json.Unmarshal(data, &forms.Other); err != nil {
		if err := json.Unmarshal(data, &forms); err != nil {
			return err
		}
	}
	var err error
	if forms.One != "" {
		if t.one, err = parseFilling(forms.One); err != nil {
			return err
		}
	}
	t.other, err = parseFilling(forms.Other)
	return err
}

// parseFilling takes a text to pieces at its {{.Name}}.
func parseFilling(said string) (f filling, err error) {
	for {
		before, rest, found := strings.Cut(said, "{{.")
		f.said = append(f.said, before)
		if !found {
			return f, nil
		}
		name, after, closed := strings.Cut(rest, "}}")
		if !closed || strings.ContainsAny(name, " .{") {
			return f, fmt.Errorf("%q is filled in with something else than {{.Name}}", said)
		}
		f.names, said = append(f.names, name), after
	}
}

// Language returns the code of the language.
func (l *Locale) Language() string { return l.language }

// Name is what its speakers call the language.
func (l *Locale) Name() string { return l.Text("page.layout.language_name") }

// Text returns the text of a key. What it is to be filled in with follows as
// pairs of a name and a value; a whole number under the name Count also chooses
// between singular and plural. A key that the catalogue lacks is a mistake in the
// program, so Text panics.
func (l *Locale) Text(key string, args ...any) string {
	t, ok := l.texts[key]
	if !ok {
		panic(fmt.Sprintf("locale: there is no text %q in %q", key, l.language))
	}
	filled := t.other
	if t.one.said != nil && l.isOne(args) {
		filled = t.one
	}
	if len(filled.names) == 0 {
		return filled.said[0]
	}
	return filled.with(key, args)
}

// isOne tells whether the number under the name Count takes the singular.
func (l *Locale) isOne(args []any) bool {
	count, ok := valueOf("Count", args).(int)
	return ok && plural.Cardinal.MatchPlural(l.tag, count, 0, 0, 0, 0) == plural.One
}

// with fills a text in.
func (f filling) with(key string, args []any) string {
	var b strings.Builder
	for i, name := range f.names {
		value := valueOf(name, args)
		if value == nil {
			panic(fmt.Sprintf("locale: text %q is not told its %s", key, name))
		}
		b.WriteString(f.said[i])
		if s, ok := value.(string); ok {
			b.WriteString(s)
		} else {
			fmt.Fprint(&b, value)
		}
	}
	b.WriteString(f.said[len(f.names)])
	return b.String()
}

// valueOf finds a value by its name among pairs of both.
func valueOf(name string, args []any) any {
	for i := 0; i+1 < len(args); i += 2 {
		if args[i] == name {
			return args[i+1]
		}
	}
	return nil
}
