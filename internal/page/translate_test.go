package page

import (
	"html/template"
	"strings"
	"testing"

	"marquis/internal/locale"
)

// A page's own texts are put in; those of another reader's part are asked for.
func TestATextIsThatOfItsReader(t *testing.T) {
	texts := map[string]*locale.Locale{}
	for _, lang := range []string{"en", "nl"} {
		l, err := locale.New(lang)
		if err != nil {
			t.Fatal(err)
		}
		texts[lang] = l
	}
	page, err := template.New("main").Parse(`{{.T "page.sign_in.submit"}}|{{if .Texts}}{{.T "page.sign_in.submit"}}{{end}}|` +
		`{{range .Others}}{{.T "page.sign_in.submit"}}={{$.T "page.sign_in.submit"}};{{end}}|{{template "part" .Other}}{{define "part"}}{{.T "page.sign_in.submit"}}{{end}}`)
	if err != nil {
		t.Fatal(err)
	}
	translate(page, texts["en"])
	if source := page.Tree.Root.String(); strings.Count(source, "T ") != 1 {
		t.Errorf("texts are asked for that could have been put in: %s", source)
	}
	dutch := View{Texts: texts["nl"]}
	var text strings.Builder
	err = page.Execute(&text, struct {
		View
		Other  View
		Others []View
	}{View{Texts: texts["en"]}, dutch, []View{dutch}})
	if want := "Sign in|Sign in|Inloggen=Sign in;|Inloggen"; err != nil || text.String() != want {
		t.Errorf("%q, %v, want %q", text.String(), err, want)
	}
}
