package locale

import (
	"encoding/json"
	"io/fs"
	"maps"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
)

// withGerman are the files of the program and a language more: what English says, as
// German would. A change is made to what its files say.
func withGerman(t *testing.T, change func(texts map[string]any, sentences map[string]string)) fstest.MapFS {
	t.Helper()
	all := fstest.MapFS{}
	put := func(name string, v any) {
		data, err := json.Marshal(v)
		noError(t, err)
		all[name] = &fstest.MapFile{Data: data}
	}
	noError(t, fs.WalkDir(files, ".", func(name string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			all[name] = &fstest.MapFile{Data: data(t, name)}
		}
		return err
	}))
	texts, sentences := map[string]any{}, map[string]string{}
	names, err := fs.Glob(files, "catalogue/*.en.json")
	noError(t, err)
	for _, name := range names {
		noError(t, json.Unmarshal(data(t, name), &texts))
	}
	noError(t, json.Unmarshal(data(t, "sentences/nl.json"), &sentences))
	for format := range sentences {
		sentences[format] = format
	}
	texts["page.layout.language_name"] = "Deutsch"
	change(texts, sentences)
	put("catalogue/all.de.json", texts)
	put("sentences/de.json", sentences)
	aboutFiles := map[string]string{}
	noError(t, json.Unmarshal(data(t, "sentences/files.nl.json"), &aboutFiles))
	for format := range aboutFiles {
		aboutFiles[format] = format
	}
	put("sentences/files.de.json", aboutFiles)
	return all
}

func data(t *testing.T, name string) []byte {
	t.Helper()
	data, err := files.ReadFile(name)
	noError(t, err)
	return data
}

func noError(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// A language is added by its files, and offered once they say all.
func TestALanguageIsOfferedOnceItIsWhole(t *testing.T) {
	c, err := Read(withGerman(t, func(map[string]any, map[string]string) {}))
	noError(t, err)
	if !slices.Equal(c.Languages, []string{"en", "de", "nl"}) || len(c.Lacking) != 0 {
		t.Fatalf("offered: %v; lacking: %v", c.Languages, c.Lacking)
	}
	german, err := c.New("de")
	noError(t, err)
	if german.Name() != "Deutsch" || german.Language() != "de" || german.Text("page.lookup.title") != "Look up your result" {
		t.Errorf("%s, %s says %q", german.Name(), german.Language(), german.Text("page.lookup.title"))
	}
	if n := german.Text("page.error.too_many_wait", "Count", 1); n != "Try again in 1 minute." {
		t.Errorf("one minute is %q", n)
	}
}

// One thing that is missing is enough, and it is named.
func TestALanguageThatLacksSomethingIsNotOffered(t *testing.T) {
	const sentence = "Use at most %d characters."
	for name, c := range map[string]struct {
		change func(texts map[string]any, sentences map[string]string)
		lacks  string
	}{
		"a text":                    {func(x map[string]any, _ map[string]string) { delete(x, "page.lookup.title") }, "page.lookup.title"},
		"its name":                  {func(x map[string]any, _ map[string]string) { delete(x, "page.layout.language_name") }, "page.layout.language_name"},
		"the name of a code":        {func(x map[string]any, _ map[string]string) { delete(x, "form.powder") }, "form.powder"},
		"what a text says":          {func(x map[string]any, _ map[string]string) { x["page.lookup.title"] = " " }, "page.lookup.title (empty)"},
		"what it is filled in with": {func(x map[string]any, _ map[string]string) { x["date.day"] = "{{.Day}}. {{.Month}}" }, "date.day (filled in with other things)"},
		"what nobody fills in":      {func(x map[string]any, _ map[string]string) { x["date.day"] = "{{.Day}} {{.Month}} {{.Year}} {{.Era}}" }, "date.day (filled in with other things)"},
		"what the singular is filled in with": {func(x map[string]any, _ map[string]string) {
			x["page.error.too_many_wait"] = map[string]string{"one": "{{.Minutes}}", "other": "{{.Count}}"}
		}, "page.error.too_many_wait (filled in with other things)"},
		"a plural": {func(x map[string]any, _ map[string]string) { x["page.error.too_many_wait"] = "{{.Count}}" }, "page.error.too_many_wait (other plural forms)"},
		"a singular where there is none": {func(x map[string]any, _ map[string]string) {
			x["page.lookup.title"] = map[string]string{"one": "one", "other": "other"}
		}, "page.lookup.title (other plural forms)"},
		"a sentence":                        {func(_ map[string]any, s map[string]string) { delete(s, sentence) }, `"` + sentence + `"`},
		"what a sentence is filled in with": {func(_ map[string]any, s map[string]string) { s[sentence] = "Kürzer." }, `"` + sentence + `" (filled in with other things)`},
	} {
		t.Run(name, func(t *testing.T) {
			read, err := Read(withGerman(t, c.change))
			noError(t, err)
			if !slices.Equal(read.Languages, []string{"en", "nl"}) || !slices.Equal(read.Lacking["de"], []string{c.lacks}) {
				t.Errorf("offered: %v; German lacks %q, not %q", read.Languages, read.Lacking["de"], c.lacks)
			}
			if l, err := read.New("de"); err == nil || !strings.Contains(err.Error(), "use one of: en, nl") {
				t.Errorf("German is given: %v, %v", l, err)
			}
		})
	}
}

// Dutch, by whose sentences others are held, can lack a text like any other.
func TestDutchCanLackAText(t *testing.T) {
	all := withGerman(t, func(texts map[string]any, _ map[string]string) { texts["page.more"] = "more" })
	all["catalogue/more.en.json"] = &fstest.MapFile{Data: []byte(`{"page.more": "more"}`)}
	c, err := Read(all)
	noError(t, err)
	if !slices.Equal(c.Languages, []string{"en", "de"}) || !slices.Equal(c.Lacking["nl"], []string{"page.more"}) {
		t.Errorf("offered: %v; Dutch lacks %q", c.Languages, c.Lacking["nl"])
	}
}

// What cannot be read at all is a mistake, and no language that lacks something.
func TestCataloguesThatCannotBeRead(t *testing.T) {
	for name, spoil := range map[string]func(all fstest.MapFS){
		"no JSON":            func(all fstest.MapFS) { all["catalogue/all.de.json"].Data = []byte("{") },
		"no such language":   func(all fstest.MapFS) { all["catalogue/all.x.json"] = all["catalogue/all.de.json"] },
		"a name without one": func(all fstest.MapFS) { all["catalogue/all.json"] = all["catalogue/all.de.json"] },
		"sentences, no JSON": func(all fstest.MapFS) { all["sentences/de.json"].Data = []byte("[]") },
		"English that lacks what it says": func(all fstest.MapFS) {
			all["catalogue/more.en.json"] = &fstest.MapFile{Data: []byte(`{"page.more": ""}`)}
		},
		"no English": func(all fstest.MapFS) {
			maps.DeleteFunc(all, func(n string, _ *fstest.MapFile) bool { return strings.HasSuffix(n, ".en.json") })
		},
	} {
		t.Run(name, func(t *testing.T) {
			all := withGerman(t, func(map[string]any, map[string]string) {})
			spoil(all)
			if c, err := Read(all); err == nil {
				t.Errorf("read: %v", c.Languages)
			}
		})
	}
}

// English and Dutch are whole. What another language lacks is told here until it is offered.
func TestTheProgramsOwnLanguages(t *testing.T) {
	c, err := Embedded()
	noError(t, err)
	for lang, lacks := range c.Lacking {
		t.Logf("%s is not offered: it lacks %s", lang, strings.Join(lacks, ", "))
	}
	for _, lang := range []string{english, dutch} {
		if !slices.Contains(c.Languages, lang) {
			t.Errorf("%s is not offered: it lacks %s", lang, strings.Join(c.Lacking[lang], ", "))
		}
	}
}
