package server

import (
	"marquis/internal/lab"
)

// retractPage takes an analysis back.
type retractPage struct {
	view
	Number, Address string
	Analysis        analysisView
	Form            *form
}

func (r *request) retractPage() (*retractPage, *lab.Evidence, error) {
	n, err := r.naming()
	if err != nil {
		return nil, nil, err
	}
	record, err := r.record(r.purpose())
	if err != nil {
		return nil, nil, err
	}
	e, err := evidenceNamed(&record, r.Param("analysis"))
	if err != nil {
		return nil, nil, err
	}
	if e.Analysis.State == lab.Verified && r.session.SecondFactorAt.IsZero() {
		return nil, nil, errSecondFactor
	}
	tried := e.Analysis
	if err := tried.Retract(r.actor, lab.At(r.server.Now()), "-"); err != nil {
		return nil, nil, err
	}
	return &retractPage{
		view: r.view(r.texts.Text("page.analysis.retract")), Number: record.Number.String(), Address: sampleAddress(record.Number),
		Analysis: r.analysisView(n, &record, e),
		Form:     newForm(r.hidden("version", versionText(e.Analysis.Version)), r.input("reason", areaField, "page.record.reason")),
	}, e, nil
}

func retractionForm(r *request) error {
	page, _, err := r.retractPage()
	if err != nil {
		return err
	}
	return r.show("retraction.html", page)
}

func retractAnalysis(r *request) error {
	in, err := r.read()
	if err != nil {
		return err
	}
	page, e, err := r.retractPage()
	if err != nil {
		return err
	}
	_, err = r.server.Store.RetractAnalysis(r.context(), r.actor, e.Analysis.Key, in.whole("version"), in.text("reason"))
	if err == nil {
		return r.see(page.Address + "?done=retracted")
	}
	page.Form.fill(in.typed)
	return r.refill("retraction.html", page, page.Form, err)
}
