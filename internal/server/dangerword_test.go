package server_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// dangerFiles are those of the pages of the dictionary, which staff alone read.
var dangerFiles = map[string]bool{"dictionary.go": true, "entry.go": true, "substance.go": true, "judgement.go": true, "merge.go": true, "productmerge.go": true}

// TestTheWordForADangerStaysOnThePagesOfTheDictionary: whatever the public reads is made by
// files that do not know it.
func TestTheWordForADangerStaysOnThePagesOfTheDictionary(t *testing.T) {
	knows := regexp.MustCompile(`locale\.Dangers|lab\.DangerNone|\.Danger\(|DangerJudged|ClassDanger`)
	found := 0
	for _, folder := range []string{".", "../statistics", "../figures", "../intake", "../chart", "../../reports", "../page"} {
		files, err := filepath.Glob(folder + "/*.go")
		noError(t, err)
		for _, name := range files {
			text, err := os.ReadFile(name)
			noError(t, err)
			switch {
			case strings.HasSuffix(name, "_test.go") || !knows.Match(text):
			case folder == "." && dangerFiles[name]:
				found++
			default:
				t.Errorf("%s knows the danger of substances", name)
			}
		}
	}
	if found < 3 {
		t.Errorf("%d files of the dictionary's pages know it", found)
	}
	pages, err := filepath.Glob("../../web/templates/*.html")
	noError(t, err)
	for _, name := range pages {
		text, err := os.ReadFile(name)
		noError(t, err)
		staff := map[string]bool{"dictionary.html": true, "classes.html": true, "substance.html": true, "merge.html": true}
		if strings.Contains(string(text), "page.dictionary.danger") && !staff[filepath.Base(name)] {
			t.Errorf("%s tells a danger", name)
		}
	}
}
