package server

import (
	"marquis/internal/lab"
	"marquis/internal/locale"
	"marquis/internal/page"
)

// asidePage sets findings of a verified analysis aside, each with its reason.
type asidePage struct {
	page.View
	Number, Address string
	Analysis        analysisView
	Rows            []asideRow
	Form            *page.Form
}

// asideRow is a finding with the reason for which it is set aside.
type asideRow struct {
	Finding   string
	Why, With *page.Field
}

func (r *request) asidePage() (*asidePage, *lab.Evidence, error) {
	n, err := r.recordNaming()
	if err != nil {
		return nil, nil, err
	}
	record, err := r.record(lab.ForRelease)
	if err != nil {
		return nil, nil, err
	}
	e, err := evidenceNamed(&record, r.Param("analysis"))
	if err != nil {
		return nil, nil, err
	}
	tried := *e
	if err := tried.SetAside(r.Actor); err != nil {
		return nil, nil, err
	}
	shown := &asidePage{
		View: r.View(r.Texts.Text("page.aside.title")), Number: record.Number.String(), Address: sampleAddress(record.Number),
		Analysis: r.analysisView(n, &record, e), Form: page.NewForm(r.Hidden("version", versionText(e.Analysis.Version))),
	}
	for i := range e.Findings {
		if f := &e.Findings[i]; f.Detection != lab.NotDetected {
			row := r.asideRow(n, f)
			shown.Rows = append(shown.Rows, row)
			shown.Form.Fields = append(shown.Form.Fields, row.Why, row.With)
		}
	}
	return shown, e, r.keeps(shown.Form, shown.Analysis.Address+"/aside")
}

func (r *request) asideRow(n naming, f *lab.Finding) asideRow {
	v := n.findingView(*f, "")
	row := asideRow{
		Finding: v.Substance + ": " + v.Detection,
		Why:     r.Optional(r.Choice(lab.AsideField(f.SubstanceID, "why"), page.SelectField, "page.aside.why", locale.SetAsides, lab.SetAsides.Strings())),
		With:    r.Optional(r.Hint(r.Input(lab.AsideField(f.SubstanceID, "with"), page.TextField, "page.aside.with"), "page.aside.with_hint")),
	}
	row.Why.Values, row.With.Values = []string{string(f.SetAside)}, []string{f.SetAsideWith}
	return row
}

func showAsideForm(r *request) error {
	page, _, err := r.asidePage()
	if err != nil {
		return err
	}
	return r.Show("aside.html", page)
}

func setAsideFindings(r *request) error {
	in, err := r.Read()
	if err != nil {
		return err
	}
	shown, e, err := r.asidePage()
	if err != nil {
		return err
	}
	var list []lab.Aside
	for i := range e.Findings {
		id := e.Findings[i].SubstanceID
		if why := lab.AsideField(id, "why"); in.Typed.Has(why) {
			list = append(list, lab.Aside{SubstanceID: id, Why: lab.SetAside(in.Text(why)), With: in.Text(lab.AsideField(id, "with"))})
		}
	}
	_, err = r.server.Store.SetAsideFindings(r.Ctx(), r.Actor, e.Analysis.Key, in.Whole("version"), list...)
	return r.End(err, shown.Address+"/release?done=aside", "aside.html", func() (any, *page.Form, error) {
		shown.Form.Fill(in.Typed)
		return shown, shown.Form, nil
	})
}

// reportAnalysis marks an analysis as the one to report, or takes the mark away.
func reportAnalysis(r *request) error {
	in, err := r.Read()
	if err != nil {
		return err
	}
	key, err := r.analysisKey()
	if err != nil {
		return err
	}
	reported, done := in.Text("reported") == "yes", "unmarked"
	if reported {
		done = "reported"
	}
	if _, err := r.server.Store.ReportAnalysis(r.Ctx(), r.Actor, key, in.Whole("version"), reported); err != nil {
		return err
	}
	return r.See(sampleAddress(r.Number) + "/release?done=" + done)
}
