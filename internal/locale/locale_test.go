package locale

import (
	"bytes"
	"encoding/json"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"marquis/internal/lab"
)

func open(t testing.TB, lang string) *Locale {
	t.Helper()
	l, err := New(lang)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// entry is one entry of a catalogue: a text, or its plural forms.
type entry map[string]string

// catalogue reads the catalogues of a language and reports keys that occur twice
// or out of order.
func catalogue(t *testing.T, lang string) map[string]entry {
	t.Helper()
	names, err := fs.Glob(files, "catalogue/*."+lang+".json")
	if err != nil || len(names) == 0 {
		t.Fatalf("no catalogues of %q: %v", lang, err)
	}
	entries := map[string]entry{}
	for _, name := range names {
		readCatalogue(t, name, entries)
	}
	return entries
}

func readCatalogue(t *testing.T, name string, entries map[string]entry) {
	t.Helper()
	data, err := files.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	d := json.NewDecoder(bytes.NewReader(data))
	if _, err := d.Token(); err != nil {
		t.Fatal(err)
	}
	last := ""
	for d.More() {
		token, err := d.Token()
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		key := token.(string)
		if key <= last {
			t.Errorf("%s: %s comes after %s; keep the keys sorted, each once", name, key, last)
		}
		last = key
		if entries[key] != nil {
			t.Errorf("%s: %s is in another catalogue too", name, key)
		}
		var value any
		if err := d.Decode(&value); err != nil {
			t.Fatalf("%s: %s: %v", name, key, err)
		}
		entries[key] = entry{}
		switch v := value.(type) {
		case string:
			entries[key]["other"] = v
		case map[string]any:
			for form, text := range v {
				entries[key][form] = fmt.Sprint(text)
			}
		}
	}
}

var placeholder = regexp.MustCompile(`\{\{[^}]*\}\}`)

// placeholders lists what a text is filled in with.
func placeholders(e entry) string {
	list := placeholder.FindAllString(e["other"], -1)
	slices.Sort(list)
	return strings.Join(slices.Compact(list), " ")
}

func TestLanguagesSayTheSame(t *testing.T) {
	written := catalogue(t, english)
	for _, lang := range []string{english, dutch} {
		entries := catalogue(t, lang)
		for key, e := range entries {
			if written[key] == nil {
				t.Errorf("%s: %s is not in English", lang, key)
				continue
			}
			for form, text := range e {
				if strings.TrimSpace(text) == "" {
					t.Errorf("%s: %s is empty (%s)", lang, key, form)
				}
			}
			if len(e) != len(written[key]) {
				t.Errorf("%s: %s has other plural forms than in English", lang, key)
			}
			if got, want := placeholders(e), placeholders(written[key]); got != want {
				t.Errorf("%s: %s is filled in with %q, in English with %q", lang, key, got, want)
			}
		}
		for key := range written {
			if entries[key] == nil {
				t.Errorf("%s lacks %s", lang, key)
			}
		}
	}
}

func TestEveryCodeHasAName(t *testing.T) {
	for _, lang := range []string{english, dutch} {
		l := open(t, lang)
		for v, list := range codes {
			names := map[string]string{}
			for _, code := range list {
				named, ok := l.texts[string(v)+"."+code]
				name := strings.Join(named.other.said, "")
				if !ok {
					t.Errorf("%s: %s.%s has no name", lang, v, code)
				}
				if other, taken := names[name]; taken {
					t.Errorf("%s: %s and %s of %s are both called %q", lang, code, other, v, name)
				}
				names[name] = code
			}
		}
		if got := l.Code(Outcomes, "of old"); got != "of old" {
			t.Errorf("%s: a code that is unknown became %q", lang, got)
		}
		if got := l.Code(Outcomes, ""); got != "" {
			t.Errorf("%s: nothing became %q", lang, got)
		}
	}
}

// keyForm is what looks like a key: a part of the program, a dot, words.
var keyForm = regexp.MustCompile(`^(date|month|number|page|report)\.[a-z0-9_]+(\.[a-z0-9_]+)*$`)

// quoted finds the texts in quotation marks of a template.
var quoted = regexp.MustCompile("\"[^\"\n]*\"|`[^`]*`")

// usedKeys lists the keys that stand in the source, with a place for each.
func usedKeys(t *testing.T) map[string]string {
	t.Helper()
	used := map[string]string{}
	err := filepath.WalkDir("../..", func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir():
			if name := d.Name(); name == "testdata" || strings.HasPrefix(name, ".") && len(name) > 2 {
				return filepath.SkipDir
			}
		case strings.HasSuffix(path, ".go") && !strings.HasSuffix(path, "_test.go"):
			return keysOfSource(path, used)
		case strings.HasSuffix(path, ".html"):
			data, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			// Only within actions: attributes have quotation marks around them.
			for _, action := range placeholder.FindAllString(string(data), -1) {
				for _, text := range quoted.FindAllString(action, -1) {
					note(used, text[1:len(text)-1], path)
				}
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return used
}

// fileName is what looks like a key but names a file.
var fileName = regexp.MustCompile(`\.(csv|go|html|json|md|sql|toml|xlsx|zip)$`)

func note(used map[string]string, text, place string) {
	if keyForm.MatchString(text) && !fileName.MatchString(text) {
		used[text] = place
	}
}

func keysOfSource(path string, used map[string]string) error {
	files := token.NewFileSet()
	file, err := parser.ParseFile(files, path, nil, parser.SkipObjectResolution)
	if err != nil {
		return err
	}
	ast.Inspect(file, func(n ast.Node) bool {
		if literal, ok := n.(*ast.BasicLit); ok && literal.Kind == token.STRING {
			if text, err := strconv.Unquote(literal.Value); err == nil {
				note(used, text, files.Position(literal.Pos()).String())
			}
		}
		return true
	})
	return nil
}

func TestEveryKeyIsUsed(t *testing.T) {
	used, entries := usedKeys(t), catalogue(t, "en")
	for key, place := range used {
		if entries[key] == nil {
			t.Errorf("%s: %s is in no catalogue", place, key)
		}
	}
	vocabulary := map[string]bool{}
	for v, list := range codes {
		for _, code := range list {
			vocabulary[string(v)+"."+code] = true
		}
	}
	for key := range entries {
		if used[key] == "" && !vocabulary[key] {
			t.Errorf("%s is used nowhere", key)
		}
	}
}

func TestTextRefusesWhatItLacks(t *testing.T) {
	l := open(t, "nl")
	for name, call := range map[string]func(){
		"an unknown key":      func() { l.Text("report.no_such_key") },
		"nothing to fill in":  func() { l.Text("date.day") },
		"a name alone":        func() { l.Text("date.day", "Day") },
		"a name without text": func() { l.Text("date.day", 1, 2) },
	} {
		t.Run(name, func(t *testing.T) {
			defer func() {
				if recover() == nil {
					t.Error("no panic")
				}
			}()
			call()
		})
	}
	if _, err := New("xx"); err == nil || !strings.Contains(err.Error(), "en, nl") {
		t.Errorf("New of an unknown language: %v", err)
	}
}

func TestNumbersAndDates(t *testing.T) {
	at := time.Date(2024, 3, 5, 14, 7, 0, 0, time.UTC)
	for lang, want := range map[string]string{
		"en": "79.5 -0.3 0.0 | 12 1,234 -1,234,567 | 5.2% | 5 March 2024 | 5 March 2024, 14:07 UTC",
		"nl": "79,5 -0,3 0,0 | 12 1.234 -1.234.567 | 5,2% | 5 maart 2024 | 5 maart 2024, 14:07 UTC",
	} {
		l := open(t, lang)
		day, err := lab.NewDate(2024, 3, 5)
		if err != nil {
			t.Fatal(err)
		}
		got := strings.Join([]string{
			l.Decimal(79.5, 1) + " " + l.Decimal(-0.3, 1) + " " + l.Decimal(-0.01, 1),
			l.Count(12) + " " + l.Count(1234) + " " + l.Count(-1234567), l.Percent(5.2, 1), l.Date(day), l.Instant(at),
		}, " | ")
		if got != want {
			t.Errorf("%s: %s, want %s", lang, got, want)
		}
		if l.Date(0) != "" || l.Language() != lang {
			t.Errorf("%s: no day is %q", l.Language(), l.Date(0))
		}
	}
}

// One thing has one word, in texts and sentences.
func TestDutchCallsAThingByOneName(t *testing.T) {
	sentences, err := readSentences(files, "nl")
	if err != nil {
		t.Fatal(err)
	}
	texts := map[string]string{}
	for key, e := range catalogue(t, "nl") {
		texts[key] = e["one"] + " " + e["other"]
	}
	maps.Copy(texts, sentences)
	other := regexp.MustCompile(`(?i)\b(bon|bonnen|bonnetje|kwantificatiegrens)\b`) // briefje, bepalingsgrens
	for key, text := range texts {
		if found := other.FindString(text); found != "" {
			t.Errorf("%s says %q", key, found)
		}
	}
}

// A reason is what somebody typed, with a full stop or without: no sentence follows it.
func TestNothingFollowsAReason(t *testing.T) {
	follows := regexp.MustCompile(`\{\{\.Reason\}\}\s+\S`)
	for _, lang := range []string{"en", "nl"} {
		for key, e := range catalogue(t, lang) {
			if follows.MatchString(e["other"]) {
				t.Errorf("%s: %s runs on after the reason: %s", lang, key, e["other"])
			}
		}
	}
}
