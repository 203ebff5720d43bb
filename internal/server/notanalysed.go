package server

import (
	"errors"
	"net/http"
	"net/url"
	"slices"

	"marquis/internal/lab"
	"marquis/internal/locale"
	"marquis/internal/store"
)

func (r *request) closeForm() *form {
	return newForm(r.input("stage", hiddenField, "page.work.title"),
		r.choice("reason", selectField, "page.work.reason", locale.NotAnalysedReasons, lab.NotAnalysedReasons.Strings()))
}

// notAnalysed closes the chosen samples, all or none.
func notAnalysed(r *request) error {
	in, err := r.read()
	if err != nil {
		return err
	}
	var chosen []store.VersionedKey
	for _, value := range in.typed["samples"] {
		key, err := r.seenSample(value)
		if err != nil {
			return err
		}
		chosen = append(chosen, key)
	}
	stage := in.text("stage")
	err = r.server.Store.NotAnalyse(r.context(), r.actor, chosen, in.text("reason"))
	if err == nil {
		return r.see("/work?" + url.Values{"service": {r.service.Code}, "stage": {stage}, "done": {"not_analysed"}}.Encode())
	}
	page, failed := r.workPage(url.Values{"service": {r.service.Code}, "stage": {stage}})
	if failed != nil {
		return failed
	}
	if page.Close == nil {
		return err
	}
	page.Close.set("reason", in.text("reason"))
	for i := range page.Rows {
		page.Rows[i].Chosen = slices.Contains(in.typed["samples"], page.Rows[i].Value)
	}
	var refused lab.SampleErrors
	if !errors.As(err, &refused) {
		return r.refill("work.html", page, page.Close, err)
	}
	for _, one := range refused {
		page.Refused = append(page.Refused, one.Number.String()+": "+r.said(one.Err))
	}
	return r.page(http.StatusConflict, "work.html", page)
}
