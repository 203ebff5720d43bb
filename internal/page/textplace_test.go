package page

import (
	"html/template"
	"io"
	"io/fs"
	"path"
	"strings"
	"testing"
	"text/template/parse"

	"marquis/web"
)

// asHTML are the escapers of html/template that do to a text what translate does: those
// of HTML's text, of a quoted attribute, and of a title.
var asHTML = []string{"_html_template_htmlescaper", "_html_template_attrescaper", "_html_template_rcdataescaper"}

// misplaced lists the texts of a page that stand where HTML's escaping is not enough, as
// in a script, a style, an address or an attribute without quotes.
func misplaced(page *template.Template, root string) []string {
	asked := map[*parse.ActionNode]string{}
	translator(func(asks *parse.ActionNode, key string) parse.Node {
		asked[asks] = key
		return asks
	}).page(page)
	_ = page.ExecuteTemplate(io.Discard, root, nil) // which adds to each action what escapes it there
	var keys []string
	for asks, key := range asked {
		_, escaper, ok := strings.Cut(asks.Pipe.String(), " | ")
		for _, known := range asHTML {
			if escaper == known {
				ok = false
			}
		}
		if ok {
			keys = append(keys, key)
		}
	}
	return keys
}

// pages names the templates of all pages.
func pages(t *testing.T) []string {
	t.Helper()
	files, err := fs.Glob(web.Files, "templates/*.html")
	if err != nil || len(files) < 40 {
		t.Fatalf("%d pages, %v", len(files), err)
	}
	for i := range files {
		files[i] = path.Base(files[i])
	}
	return files
}

func TestTextsStandWhereEscapingHTMLIsEnough(t *testing.T) {
	a, err := readAssets()
	if err != nil {
		t.Fatal(err)
	}
	base, err := parseParts(a)
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range pages(t) {
		page, err := parsePage(base, name)
		if err != nil {
			t.Fatal(err)
		}
		for _, key := range misplaced(page, "base") {
			t.Errorf("%s: the text %s stands where it would be escaped wrongly", name, key)
		}
	}
}

// A text in a place that is no text of HTML is found.
func TestAMisplacedTextIsFound(t *testing.T) {
	for source, found := range map[string]bool{
		`<p>{{.T "key"}}</p>`:                                 false,
		`<p title="{{.T "key"}}">`:                            false,
		`<title>{{$.T "key"}}</title>`:                        false,
		`{{if .}}<input value='{{$.T "key"}}'>{{end}}`:        false,
		`<script>let a = {{.T "key"}}</script>`:               true,
		`<script>let a = "{{.T "key"}}"</script>`:             true,
		`<style>p::after { content: "{{.T "key"}}" }</style>`: true,
		`<a href="{{.T "key"}}">x</a>`:                        true,
		`<p style="color: {{.T "key"}}">`:                     true,
		`<p onclick="{{.T "key"}}">`:                          true,
		`<p title={{.T "key"}}>`:                              true,
		`{{range .}}<p title={{$.T "key"}}>{{end}}`:           true,
	} {
		page := template.Must(template.New("base").Parse(source))
		if got := len(misplaced(page, "base")) > 0; got != found {
			t.Errorf("%s: misplaced %t, want %t", source, got, found)
		}
	}
}
