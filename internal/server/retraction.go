package server

import (
	"marquis/internal/lab"
	"marquis/internal/page"
)

// retractPage takes an analysis back.
type retractPage struct {
	page.View
	Number, Address string
	Analysis        analysisView
	Form            *page.Form
}

func (r *request) retractPage() (*retractPage, *lab.Evidence, error) {
	n, err := r.recordNaming()
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
		return nil, nil, page.ErrSecondFactor
	}
	tried := e.Analysis
	if err := tried.Retract(r.Actor, lab.At(r.server.Now()), "asked"); err != nil {
		return nil, nil, err
	}
	shown := &retractPage{
		View: r.View(r.Texts.Text("page.analysis.retract")), Number: record.Number.String(), Address: sampleAddress(record.Number),
		Analysis: r.analysisView(n, &record, e),
		Form:     page.NewForm(r.Hidden("version", versionText(e.Analysis.Version)), r.Input("reason", page.AreaField, "page.record.reason")),
	}
	return shown, e, r.keeps(shown.Form, shown.Analysis.Address+"/retraction")
}

func showRetractionForm(r *request) error {
	page, _, err := r.retractPage()
	if err != nil {
		return err
	}
	return r.Show("retraction.html", page)
}

func retractAnalysis(r *request) error {
	in, err := r.Read()
	if err != nil {
		return err
	}
	shown, e, err := r.retractPage()
	if err != nil {
		return err
	}
	_, err = r.server.Store.RetractAnalysis(r.Ctx(), r.Actor, e.Analysis.Key, in.Whole("version"), in.Text("reason"))
	return r.End(err, shown.Address+"?done=retracted", "retraction.html", func() (any, *page.Form, error) {
		shown.Form.Fill(in.Typed)
		return shown, shown.Form, nil
	})
}
