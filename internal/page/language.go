package page

import (
	"net/http"
	"net/url"
	"strings"

	"github.com/gin-gonic/gin"
	"golang.org/x/text/language"

	"marquis/internal/locale"
)

// languageCookie remembers the language that a member of staff chose. The public
// gets no cookie: their choice stays in the address.
const languageCookie = "marquis-language"

// matcher finds the language that fits best what a browser asks for.
func matcher(languages []string) language.Matcher {
	tags := make([]language.Tag, len(languages))
	for i, lang := range languages {
		tags[i] = language.Make(lang)
	}
	return language.NewMatcher(tags)
}

// ChosenLanguage is the language that the address asks for, empty where it asks
// for none that there is.
func (s *Site) ChosenLanguage(r *http.Request) string {
	chosen := r.URL.Query().Get("lang")
	if s.Texts[chosen] == nil {
		return ""
	}
	return chosen
}

// language is the reader's: as chosen, else as remembered, else as the browser
// asks, else English.
func (s *Site) language(c *gin.Context) *locale.Locale {
	if chosen := s.ChosenLanguage(c.Request); chosen != "" {
		return s.Texts[chosen]
	}
	if remembered, err := c.Cookie(languageCookie); err == nil && s.Texts[remembered] != nil {
		return s.Texts[remembered]
	}
	_, i := language.MatchStrings(s.spoken, c.GetHeader("Accept-Language"))
	return s.Texts[s.Languages[i]]
}

// languageLinks lead to this page in each language. Of a result, and of an address
// that leads nowhere, they name no path: what was typed, or a ticket, is then neither
// in the page nor in the frame that is kept of it.
func (r *Request) languageLinks() []LanguageLink {
	path := r.FullPath()
	if path == "" || r.Route.Access.unnamed {
		return r.Site.languagesAt("", r.Texts.Language())
	}
	return r.Site.languagesAt(WithoutCode(r.Request.URL), r.Texts.Language())
}

// WithoutCode is an address as it was asked for. A lookup code that came in it goes
// on in none.
func WithoutCode(u *url.URL) string {
	query := u.Query()
	if !query.Has("code") {
		return u.RequestURI()
	}
	query.Del("code")
	return u.EscapedPath() + "?" + query.Encode()
}

// languagesAt lead to an address in each language. They keep what else it asks
// for; a page that answers a form is asked for anew.
func (s *Site) languagesAt(address, current string) []LanguageLink {
	links := make([]LanguageLink, len(s.Languages))
	for i, lang := range s.Languages {
		links[i] = LanguageLink{Code: lang, Name: s.Texts[lang].Name(), Address: withLanguage(address, lang), Current: lang == current}
	}
	return links
}

// withLanguage adds the language to an address of ours.
func withLanguage(address, lang string) string { return WithQuery(address, "lang", lang) }

// WithQuery sets a value in the query of an address of ours.
func WithQuery(address, name, value string) string {
	if !strings.ContainsAny(address, "?#") {
		return address + "?" + name + "=" + url.QueryEscape(value)
	}
	u, err := url.Parse(address)
	if err != nil {
		return address
	}
	query := u.Query()
	query.Set(name, value)
	u.RawQuery = query.Encode()
	return u.String()
}
