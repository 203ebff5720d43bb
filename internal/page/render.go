package page

import (
	"bytes"
	"fmt"
	"html/template"
	"net/http"
	"path"
	"sync"

	"marquis/internal/locale"
	"marquis/web"
)

// templates are the pages of one language, with the frames that a server has drawn.
type templates struct {
	*parsed
	Drawn frames
}

// parsed are the parsed pages of one language, by name.
type parsed struct {
	Pages  map[string]*template.Template
	frames map[string]*template.Template // the same, with a gap where the main part goes
}

// Printed is what every server shows its pages with. It comes from the program alone.
type Printed struct {
	assets    *assets
	languages []string                  // that are offered
	lacking   map[string][]string       // what the others lack, by language
	texts     map[string]*locale.Locale // by language
	Pages     map[string]*parsed
}

// ReadPrinted reads the assets and the templates of the pages, in each language that is
// offered. It fails where one of them is wrong.
func ReadPrinted(pages []string, c *locale.Catalogues) (*Printed, error) {
	a, err := readAssets()
	if err != nil {
		return nil, err
	}
	p := &Printed{assets: a, languages: c.Languages, lacking: c.Lacking, texts: map[string]*locale.Locale{}, Pages: map[string]*parsed{}}
	for _, lang := range c.Languages {
		if p.texts[lang], err = c.New(lang); err != nil {
			return nil, err
		}
		if p.Pages[lang], err = parsePages(a, p.texts[lang], pages); err != nil {
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
	t := &parsed{Pages: map[string]*template.Template{}, frames: map[string]*template.Template{}}
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
		t.Pages[name] = page
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

// View is what a page shows around its content.
func (r *Request) View(title string) View {
	return View{
		Texts: r.Texts, Title: title, Place: r.Request.URL.Path, Languages: r.languageLinks(),
		Staff: r.staff(), Synthetic: r.Site.MadeUp, chosen: r.Site.ChosenLanguage(r.Request),
	}
}

// staff is what a page shows of who is signed in, nil for the public.
func (r *Request) staff() *StaffView {
	if r.Signed == nil {
		return nil
	}
	return r.Signed.View()
}

// page writes a page, whole or not at all. What is no answer to be glad of goes by Fail,
// Instead, Again or RefusePadded, which tell programs too.
func (r *Request) page(status int, name string, data any) error {
	body, err := r.whole(name, data)
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

// Padded writes a page whose size tells nothing of what it says. No page that is
// written by this may be compressed.
func (r *Request) Padded(name string, data any) error {
	return r.padded(http.StatusOK, name, data)
}

func (r *Request) padded(status int, name string, data any) error {
	text := drawn.Get().(*bytes.Buffer)
	defer drawn.Put(text)
	text.Reset()
	if err := r.render(text, name, data); err != nil {
		return err
	}
	pad(text)
	r.Data(status, "text/html; charset=utf-8", text.Bytes())
	return nil
}

// drawn are what padded pages are drawn in, one at a time: a look-up would else leave most of
// its memory behind by this alone.
var drawn = sync.Pool{New: func() any { return bytes.NewBuffer(make([]byte, 0, secretLeast)) }}

// pad adds spaces at the end, which no browser shows.
func pad(text *bytes.Buffer) {
	size := max(secretLeast, (text.Len()+secretStep-1)/secretStep*secretStep)
	text.Write(spaces[:size-text.Len()])
}

var spaces = bytes.Repeat([]byte{' '}, secretLeast)

// templates are those of the reader's language.
func (r *Request) templates() *templates { return r.Site.Pages[r.Texts.Language()] }

// whole is a page as it is sent.
func (r *Request) whole(name string, data any) ([]byte, error) {
	text := bytes.NewBuffer(make([]byte, 0, 2*secretLeast))
	err := r.render(text, name, data)
	return text.Bytes(), err
}

// render draws a page.
func (r *Request) render(text *bytes.Buffer, name string, data any) error {
	page := r.templates().Pages[name]
	if page == nil {
		return fmt.Errorf("there is no page %s", name)
	}
	f, err := r.templates().frame(name, data)
	if err != nil {
		return fmt.Errorf("page %s: %w", name, err)
	}
	text.Write(f.Before)
	if err := page.ExecuteTemplate(text, "main", data); err != nil {
		return fmt.Errorf("page %s: %w", name, err)
	}
	text.Write(f.After)
	return nil
}

// Part draws a part of a page alone, as a file of its own.
func (r *Request) Part(name, part string, data any) ([]byte, error) {
	var text bytes.Buffer
	err := r.templates().Pages[name].ExecuteTemplate(&text, part, data)
	return text.Bytes(), err
}

// Show writes a page that is as it should be.
func (r *Request) Show(name string, data any) error { return r.page(http.StatusOK, name, data) }
