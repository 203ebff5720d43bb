package server

import (
	"context"
	"log/slog"
	"net/url"

	"marquis/internal/lab"
	"marquis/internal/locale"
)

// site is what all pages are drawn with, and what they have to ask the program for.
type site struct {
	log     *slog.Logger
	address *url.URL // at which the public finds the pages
	madeUp  bool     // the samples are: every page says so

	assets *assets
	texts  map[string]*locale.Locale // by language
	pages  map[string]*templates     // by language

	service func(r *request, code string) (lab.Service, error) // that an address names
	patient func(ctx context.Context) context.Context          // of all that a request writes
	signIn  func(r *request, missing error) error              // leads to where what is missing is given
	known   []known                                            // errors of the program
	explain func(r *request, err error, p *problem)            // adds what the program knows of an error
}

// newSite makes a site of what was read once.
func newSite(p *printed, log *slog.Logger, address *url.URL) *site {
	s := &site{log: log, address: address, assets: p.assets, texts: p.texts, pages: map[string]*templates{}}
	for lang, pages := range p.pages {
		s.pages[lang] = &templates{parsed: pages}
	}
	return s
}
