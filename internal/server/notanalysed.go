package server

import (
	"errors"
	"net/http"
	"net/url"
	"slices"

	"marquis/internal/lab"
	"marquis/internal/store"
)

// notAnalysed closes the chosen samples, all or none.
func notAnalysed(r *request) error {
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
	if err == nil {
		return r.See("/work?" + url.Values{"service": {r.Service.Code}, "stage": {stage}, "done": {"not_analysed"}}.Encode())
	}
	page, failed := r.workPage(url.Values{"service": {r.Service.Code}, "stage": {stage}})
	if failed != nil {
		return failed
	}
	if page.Close == nil {
		return err
	}
	page.Close.Set("reason", in.Text("reason"))
	for i := range page.Rows {
		page.Rows[i].Chosen = slices.Contains(in.Typed["samples"], page.Rows[i].Value)
	}
	var refused lab.SampleErrors
	if !errors.As(err, &refused) {
		return r.Refill("work.html", page, page.Close, err)
	}
	for _, one := range refused {
		page.Refused = append(page.Refused, one.Number.String()+": "+r.Said(one.Err))
	}
	return r.Page(http.StatusConflict, "work.html", page)
}
