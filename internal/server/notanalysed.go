package server

import (
	"errors"
	"net/http"
	"net/url"
	"slices"

	"marquis/internal/lab"
	"marquis/internal/page"
	"marquis/internal/store"
)

// closeNotAnalysed closes the chosen samples, all or none.
func closeNotAnalysed(r *request) error {
	in, err := r.Read()
	if err != nil {
		return err
	}
	var chosen []store.VersionedKey
	for _, value := range in.Typed["samples"] {
		key, err := r.seenSample(value)
		if err != nil {
			return err
		}
		chosen = append(chosen, key)
	}
	stage := in.Text("stage")
	err = r.server.Store.NotAnalyse(r.Ctx(), r.Actor, chosen, in.Text("reason"))
	var refused lab.SampleErrors
	if errors.As(err, &refused) {
		return r.notAnalysedRefused(stage, in, refused)
	}
	next := "/work?" + url.Values{"service": {r.Service.Code}, "stage": {stage}, "done": {"not_analysed"}}.Encode()
	return r.End(err, next, "work.html", func() (any, *page.Form, error) {
		shown, err := r.notAnalysedPage(stage, in)
		if err != nil {
			return nil, nil, err
		}
		return shown, shown.Close, nil
	})
}

// notAnalysedRefused shows the samples again, and why some of them cannot be closed.
func (r *request) notAnalysedRefused(stage string, in *page.Reader, refused lab.SampleErrors) error {
	shown, err := r.notAnalysedPage(stage, in)
	if err != nil {
		return err
	}
	if shown.Close == nil {
		return refused
	}
	shown.Refused = r.SaidOfEach(refused)
	return r.Instead(refused, http.StatusConflict, "work.html", shown)
}

// notAnalysedPage is the page with what was chosen and typed, where it still offers to
// close samples.
func (r *request) notAnalysedPage(stage string, in *page.Reader) (*workPage, error) {
	shown, err := r.workPage(url.Values{"service": {r.Service.Code}, "stage": {stage}})
	if err != nil || shown.Close == nil {
		return shown, err
	}
	shown.Close.Set("reason", in.Text("reason"))
	for i := range shown.Rows {
		shown.Rows[i].Chosen = slices.Contains(in.Typed["samples"], shown.Rows[i].Value)
	}
	return shown, nil
}
