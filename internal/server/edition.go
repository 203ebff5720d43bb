package server

import (
	"context"

	"marquis/internal/page"
	"marquis/internal/statistics"
)

// edition is what public figures are made from. A page that was made from another
// is made anew.
type edition struct {
	stamp uint64 // of the figures
	words string // of the dictionary
	year  int    // the latest that is over
}

// edition is the current one, at most a second old.
func (s *Server) edition(ctx context.Context) (e edition, err error) {
	words, err := s.Store.Words(ctx)
	if err != nil {
		return e, err
	}
	e.words, e.year = words.Edition, statistics.LastClosedYear(s.Now())
	e.stamp, err = s.years.Stamp(ctx)
	return e, err
}

// keep answers with a page that depends on its path and language alone. Whatever
// else the address asks for is left aside. What makes the page does not end when
// the reader goes away: others may wait for it.
func (r *request) keep(draw func(ctx context.Context) (*page.Content, error)) error {
	e, err := r.server.edition(r.Ctx())
	if err != nil {
		return err
	}
	key := page.Key{Path: r.Request.URL.Path, Lang: r.Texts.Language(), Chosen: r.Site.ChosenLanguage(r.Request) != ""}
	p, err := r.server.kept.Page(r.Ctx(), e, key, draw)
	if err != nil {
		return err
	}
	r.Answer(p)
	return nil
}
