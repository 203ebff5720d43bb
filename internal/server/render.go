package server

import (
	"bytes"
	"fmt"
	"html/template"
	"net/http"
	"path"

	"marquis/internal/chart"
	"marquis/internal/locale"
	"marquis/web"
)

// templates are the pages of one language, with the frames that a server has drawn.
type templates struct {
	*parsed
	drawn frames
}

// parsed are the parsed pages of one language, by name.
type parsed struct {
	pages  map[string]*template.Template
	frames map[string]*template.Template // the same, with a gap where the main part goes
}

// printed is what every server shows its pages with. It comes from the program alone.
type printed struct {
	assets *assets
	texts  map[string]*locale.Locale // by language
	pages  map[string]*parsed
}

// readPrinted reads the texts, the assets and the templates of the pages. It fails where one
// of them is wrong.
func readPrinted(pages []string) (*printed, error) {
	a, err := readAssets()
	if err != nil {
		return nil, err
	}
	p := &printed{assets: a, texts: map[string]*locale.Locale{}, pages: map[string]*parsed{}}
	for _, lang := range locale.Languages {
		if p.texts[lang], err = locale.New(lang); err != nil {
			return nil, err
		}
		if p.pages[lang], err = parsePages(a, p.texts[lang], pages); err != nil {
			return nil, err
		}
	}
	return p, nil
}

// parsePages parses the templates of the pages in a language. A page whose template
// is missing is a mistake.
func parsePages(a *assets, l *locale.Locale, pages []string) (*parsed, error) {
	base, err := parseParts(a)
	if err != nil {
		return nil, err
	}
	t := &parsed{pages: map[string]*template.Template{}, frames: map[string]*template.Template{}}
	for _, name := range pages {
		page, err := parsePage(base, name)
		if err != nil {
			return nil, fmt.Errorf("page %s: %w", name, err)
		}
		translate(page, l)
		if t.frames[name], err = page.Clone(); err == nil {
			_, err = t.frames[name].Parse(`{{define "main"}}` + gap + `{{end}}`)
		}
		if err != nil {
			return nil, fmt.Errorf("page %s: %w", name, err)
		}
		t.pages[name] = page
	}
	return t, nil
}

// parseParts parses what pages are put together of.
func parseParts(a *assets) (*template.Template, error) {
	return template.New("base").Funcs(template.FuncMap{"asset": a.address}).ParseFS(web.Files, "templates/parts/*.html")
}

// parsePage parses the template of a page beside those that all pages share.
func parsePage(base *template.Template, name string) (*template.Template, error) {
	page, err := base.Clone()
	if err == nil {
		page, err = page.ParseFS(web.Files, path.Join("templates", name))
	}
	return page, err
}

// view is what a page shows around its content.
func (r *request) view(title string) view {
	return view{
		Texts: r.texts, Title: title, Place: r.Request.URL.Path, Languages: r.languageLinks(),
		Staff: r.staff(), Synthetic: r.site.madeUp, chosen: r.site.chosenLanguage(r.Request),
	}
}

// staff is what a page shows of who is signed in, nil for the public.
func (r *request) staff() *staffView {
	if r.signed == nil {
		return nil
	}
	return r.signed.view()
}

// page writes a page, whole or not at all.
func (r *request) page(status int, name string, data any) error {
	body, err := r.render(name, data)
	if err != nil {
		return err
	}
	r.Data(status, "text/html; charset=utf-8", body)
	return nil
}

// secretStep is what the size of a page is rounded up to, in bytes, where its size
// would tell who watches the line what it says: what is short of a step is filled.
const (
	secretStep  = 4 << 10
	secretLeast = 2 * secretStep // which most results fit in, whatever they say
)

// padded writes a page whose size tells nothing of what it says. No page that is
// written by this may be compressed.
func (r *request) padded(status int, name string, data any) error {
	body, err := r.render(name, data)
	if err != nil {
		return err
	}
	r.Data(status, "text/html; charset=utf-8", pad(body))
	return nil
}

// pad adds spaces at the end, which no browser shows.
func pad(body []byte) []byte {
	size := max(secretLeast, (len(body)+secretStep-1)/secretStep*secretStep)
	return append(body, bytes.Repeat([]byte{' '}, size-len(body))...)
}

// templates are those of the reader's language.
func (r *request) templates() *templates { return r.site.pages[r.texts.Language()] }

func (r *request) render(name string, data any) ([]byte, error) {
	page := r.templates().pages[name]
	if page == nil {
		return nil, fmt.Errorf("there is no page %s", name)
	}
	f, err := r.templates().frame(name, data)
	if err != nil {
		return nil, fmt.Errorf("page %s: %w", name, err)
	}
	text := bytes.NewBuffer(make([]byte, 0, len(f.before)+len(f.after)+secretLeast))
	text.Write(f.before)
	if err := page.ExecuteTemplate(text, "main", data); err != nil {
		return nil, fmt.Errorf("page %s: %w", name, err)
	}
	text.Write(f.after)
	return text.Bytes(), nil
}

// draw makes a file of a chart.
func (r *request) draw(d chart.Drawing) ([]byte, error) {
	var text bytes.Buffer
	err := r.templates().pages["figures.html"].ExecuteTemplate(&text, "chart.svg", d)
	return text.Bytes(), err
}

// show writes a page that is as it should be.
func (r *request) show(name string, data any) error { return r.page(http.StatusOK, name, data) }

// refill shows a form again with what was typed and the mistakes in it. An error
// that is none of the form's is returned.
func (r *request) refill(name string, data any, f *form, err error) error {
	if r.wantsJSON() {
		return err
	}
	if err := f.tell(r.texts, err); err != nil {
		return err
	}
	return r.page(http.StatusUnprocessableEntity, name, data)
}
