package server

import (
	"errors"
	"fmt"
	"net/http"
	"slices"

	"marquis/internal/lab"
	"marquis/internal/page"
)

// errJobGone tells that there is no such job of the reader, or none any more: jobs end with the
// program, and an hour after they have ended.
var errJobGone = fmt.Errorf("there is no such job: %w", lab.ErrNotFound)

// importGonePage leads on from a job that is gone.
type importGonePage struct {
	page.View
	Service lab.Service
	Address string       // of the imports of the service
	InHand  []uploadView // files that are still there
	CutOff  []importView
}

// unlessJobGone shows where to go on where a job is gone.
func unlessJobGone(handle func(r *request) error) func(r *request) error {
	return func(r *request) error {
		err := handle(r)
		if !errors.Is(err, errJobGone) {
			return err
		}
		shown := &importGonePage{View: r.View(r.Texts.Text("page.imports.gone")), Service: r.Service, Address: importPlace(r.Service)}
		var failed error
		if shown.InHand, failed = r.uploadsInHand(); failed != nil {
			return failed
		}
		if shown.CutOff, failed = r.importViews(); failed != nil {
			return failed
		}
		shown.InHand = slices.DeleteFunc(shown.InHand, func(u uploadView) bool { return !u.Whole })
		shown.CutOff = slices.DeleteFunc(shown.CutOff, func(i importView) bool { return !i.Unfinished })
		return r.Instead(err, http.StatusNotFound, "importgone.html", shown)
	}
}
