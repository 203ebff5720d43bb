package page

import (
	"context"
	"log/slog"
	"maps"
	"net/url"
	"slices"

	"golang.org/x/text/language"

	"marquis/internal/lab"
	"marquis/internal/locale"
)

// Site is what all pages are drawn with, and what they have to ask the program for.
type Site struct {
	log     *slog.Logger
	address *url.URL // at which the public finds the pages
	MadeUp  bool     // the samples are: every page says so

	assets    *assets
	Languages []string                  // that are offered
	spoken    language.Matcher          // of what browsers ask for
	Texts     map[string]*locale.Locale // by language
	Pages     map[string]*templates     // by language

	Service func(r *Request, code string) (lab.Service, error) // that an address names
	Patient func(ctx context.Context) context.Context          // of all that a request writes
	SignIn  func(r *Request, missing error) error              // leads to where what is missing is given
	Known   []Known                                            // errors of the program
	Explain func(r *Request, err error, p *Problem)            // adds what the program knows of an error
}

// NewSite makes a site of what was read once, and says which languages it cannot offer.
func NewSite(p *Printed, log *slog.Logger, address *url.URL) *Site {
	s := &Site{
		log: log, address: address, assets: p.assets, Languages: p.languages, spoken: matcher(p.languages), Texts: p.texts,
		Pages: map[string]*templates{},
	}
	for _, lang := range slices.Sorted(maps.Keys(p.lacking)) {
		log.Warn("a language is not offered: it lacks texts", "language", lang, "lacks", p.lacking[lang])
	}
	for lang, pages := range p.Pages {
		s.Pages[lang] = &templates{parsed: pages}
	}
	return s
}
