package server_test

import (
	"encoding/json"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"marquis/internal/locale"
)

// speakGerman has a server speak a language more, in which every text of a page begins
// with DE, but for those that are left out.
func (x *site) speakGerman(t *testing.T, without ...string) {
	t.Helper()
	all := fstest.MapFS{}
	put := func(name string, v any) {
		data, err := json.Marshal(v)
		noError(t, err)
		all[name] = &fstest.MapFile{Data: data}
	}
	from := os.DirFS("../locale")
	names, err := fs.Glob(from, "*/*.json")
	noError(t, err)
	for _, name := range names {
		data, err := fs.ReadFile(from, name)
		noError(t, err)
		all[name] = &fstest.MapFile{Data: data}
		said := map[string]any{}
		noError(t, json.Unmarshal(data, &said))
		switch area, isEnglish := strings.CutSuffix(name, ".en.json"); {
		case isEnglish:
			for key, text := range said {
				if one, ok := text.(string); ok && strings.HasPrefix(key, "page.") {
					said[key] = "DE " + one
				}
			}
			for _, key := range without {
				delete(said, key)
			}
			put(area+".de.json", said)
		case filepath.Dir(name) == "sentences":
			for format := range said {
				said[format] = "DE " + format
			}
			put(strings.Replace(name, "nl.json", "de.json", 1), said)
		}
	}
	c, err := locale.Read(all)
	noError(t, err)
	noError(t, x.web.Speak(c))
}

// A third language is in each list of languages, and is spoken when it is asked for. Of what
// has names in English and Dutch alone it says the English.
func TestAWholeLanguageIsOfferedEverywhere(t *testing.T) {
	x := oneSite(t)
	x.speakGerman(t)
	b := newBench(t, x)
	clerk := x.visitor(t)
	clerk.lang = "de"
	clerk.get("/").want(t, http.StatusOK, `<html lang="de">`, `lang="de" hreflang="de" aria-current="true">DE English</a>`, `hreflang="nl">Nederlands</a>`, "DE Look up your result")
	clerk.get("/?lang=nl").want(t, http.StatusOK, `<html lang="nl">`, `<a href="/?lang=de" lang="de" hreflang="de">`)
	x.visitor(t).get("/privacy?lang=de").want(t, http.StatusOK, `<html lang="de">`, "DE No cookie is set")

	d := &desk{site: x, t: t, service: b.service, clerk: b.intake}
	slip := d.clerk.follow(d.clerk.post(d.begin(d.clerk), powder(with("give_code", "yes")))).want(t, http.StatusOK)
	_, printed, _ := strings.Cut(slip.body, `<section class="slip"`)
	for _, lang := range []string{"en", "de", "nl"} {
		if !strings.Contains(printed, `<p class="small" lang="`+lang+`">`) {
			t.Errorf("the slip does not speak %s", lang)
		}
	}

	address, _ := b.sample(t)
	b.published(t, address, b.entered(t, b.analyst, address))
	b.intake.get(address+"/read-out").want(t, http.StatusOK, address+"/read-out?say=de")
	b.intake.get(address+"/read-out?say=de").want(t, http.StatusOK, "DE We found ketamine.", "79.5%", `aria-current="page">DE English</a>`)
	b.coordinator.get("/reports").want(t, http.StatusOK, `value="de"`)
	c := &counter{site: x, service: b.service, words: b.words, intake: b.actors["intake"]}
	_, code := c.handIn(t, "cocaine")
	c.look(t, "de", code.Print()).want(t, http.StatusOK, "<dd>cocaine</dd>").lacks(t, "cocaïne")
}

// One text too few, and nobody is offered it.
func TestALanguageThatLacksATextIsOfferedNowhere(t *testing.T) {
	x := oneSite(t)
	x.speakGerman(t, "page.result.opioid_call")
	b := newBench(t, x)
	visitor := x.visitor(t)
	visitor.lang = "de"
	for _, address := range []string{"/", "/?lang=de", "/privacy?lang=de", "/figures"} {
		visitor.get(address).want(t, http.StatusOK, `<html lang="en">`, `hreflang="nl"`).lacks(t, `hreflang="de"`, "DE ")
	}
	visitor.lang = "de, nl;q=0.5"
	visitor.get("/").want(t, http.StatusOK, `<html lang="nl">`)
	address, _ := b.sample(t)
	b.published(t, address, b.entered(t, b.analyst, address))
	b.intake.get(address+"/read-out?say=de").want(t, http.StatusOK, "We found ketamine.").lacks(t, "DE ", `/read-out?say=de"`)
	if !strings.Contains(x.log.String(), `"msg":"a language is not offered: it lacks texts","language":"de","lacks":["page.result.opioid_call"]`) {
		t.Errorf("the log does not say so: %s", x.log)
	}
}
