package server

import (
	"io/fs"
	"maps"
	"path"
	"slices"
	"testing"

	"github.com/jba/templatecheck"

	"marquis/internal/locale"
	"marquis/internal/page"
	"marquis/web"
)

func TestEveryTemplateFitsItsPage(t *testing.T) {
	texts, err := locale.Embedded()
	if err != nil {
		t.Fatal(err)
	}
	printed, err := page.ReadPrinted(slices.Collect(maps.Keys(pages)), texts) // not those that are shown: drawing changes them
	if err != nil {
		t.Fatal(err)
	}
	for lang, parsed := range printed.Pages {
		for name, data := range pages {
			if err := templatecheck.CheckHTML(parsed.Pages[name].Lookup("base"), data); err != nil {
				t.Errorf("%s: %s: %v", lang, name, err)
			}
		}
	}
}

func TestEveryTemplateIsAPage(t *testing.T) {
	files, err := fs.Glob(web.Files, "templates/*.html")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		if pages[path.Base(file)] == nil {
			t.Errorf("%s is drawn by no page", file)
		}
	}
}
