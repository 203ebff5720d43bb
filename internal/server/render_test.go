package server

import (
	"io/fs"
	"path"
	"testing"

	"github.com/jba/templatecheck"

	"marquis/internal/locale"
	"marquis/web"
)

func TestEveryTemplateFitsItsPage(t *testing.T) {
	a, err := readAssets()
	if err != nil {
		t.Fatal(err)
	}
	for _, lang := range locale.Languages {
		l, err := locale.New(lang)
		if err != nil {
			t.Fatal(err)
		}
		parsed, err := parsePages(a, l)
		if err != nil {
			t.Fatal(err)
		}
		for name, data := range pages {
			if err := templatecheck.CheckHTML(parsed.pages[name].Lookup("base"), data); err != nil {
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
	parts := map[string]bool{}
	for _, file := range shared {
		parts[file] = true
	}
	for _, file := range files {
		if pages[path.Base(file)] == nil && !parts[file] {
			t.Errorf("%s is drawn by no page", file)
		}
	}
}
