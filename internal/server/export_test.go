package server

import (
	"context"
	"io"
	"maps"
	"slices"
	"time"

	"marquis/internal/lab"
	"marquis/internal/locale"
	"marquis/internal/page"
	"marquis/internal/work"
)

// PublicRoutes lists the method and the path of every route that is open to
// everybody.
func PublicRoutes() (list [][2]string) {
	for _, r := range routes() {
		if r.access.Public {
			list = append(list, [2]string{r.method, r.path})
		}
	}
	return list
}

// RoutePaths lists the path of every route.
func RoutePaths() (list []string) {
	for _, r := range routes() {
		list = append(list, r.path)
	}
	return list
}

// AddFault adds a public page that does something with the code that was typed.
func (s *Server) AddFault(path string, fault func(code string) error) {
	s.engine.POST(path, s.serve(route{method: post, path: path, access: page.Everybody, handle: func(r *request) error {
		typed, err := r.Typed()
		if err != nil {
			return err
		}
		return fault(typed.Get("code"))
	}}))
}

// AddForm adds a public form with the field login, which leads to /privacy unless there
// is a fault. Again says whether its page still has the form, or why there is no page.
func (s *Server) AddForm(path string, fault error, again func() (form bool, err error)) {
	s.engine.POST(path, s.serve(route{method: post, path: path, access: page.Everybody, handle: func(r *request) error {
		typed, err := r.Typed()
		if err != nil {
			return err
		}
		return r.End(fault, "/privacy", "signin.html", func() (any, *page.Form, error) {
			shown := r.signInPage()
			shown.Form.Set("login", typed.Get("login"))
			form, err := again()
			if !form {
				return shown, nil, err
			}
			return shown, shown.Form, err
		})
	}}))
}

// Speak has the server speak the languages of other catalogues than the program's.
func (s *Server) Speak(c *locale.Catalogues) error {
	printed, err := page.ReadPrinted(slices.Sorted(maps.Keys(pages)), c)
	if err == nil {
		s.site = s.newSite(printed)
	}
	return err
}

// LimitKinds names every limit.
func LimitKinds() (kinds []string) {
	for _, l := range limits() {
		kinds = append(kinds, l.kind)
	}
	return kinds
}

// Forget drops what is kept of the dictionary of now.
func (s *Server) Forget() { s.made.now.Store(nil) }

// AddResult adds a public page that draws the result of a file by a dictionary.
func (s *Server) AddResult(path string, next func() (*lab.Dictionary, *lab.File, *lab.Service)) {
	s.engine.GET(path, s.serve(route{method: get, path: path, access: page.Everybody, handle: func(r *request) error {
		words, f, service := next()
		page, err := r.resultOf(naming{words: words, texts: r.Texts, all: r.Site.Texts}, f, service)
		if err != nil {
			return err
		}
		return r.Padded("result.html", page)
	}}))
}

// HoldImport begins to write an import of a file for a person, and returns where it is seen. It
// has written none of so many samples until it is let go.
func (s *Server) HoldImport(owner lab.Optional, service lab.Service, file string, samples int64) (address string, letGo func()) {
	x := &importJob{service: service, files: []lab.Upload{{Name: file}}, taking: &taking{}, begunAt: lab.At(s.Now())}
	x.taking.writing.Store(true)
	held := make(chan struct{})
	j := &work.Job{Owner: owner, Service: service.ID, Title: "Import", Result: x}
	j.Total.Store(samples)
	j, err := s.jobs.Start(j, func(context.Context, io.Writer) error {
		<-held
		return nil
	})
	if err != nil {
		panic(err)
	}
	return importJobAddress(j), func() {
		close(held)
		for j.State() == work.Running {
			time.Sleep(time.Millisecond)
		}
	}
}
