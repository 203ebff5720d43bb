package server

import (
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"marquis/internal/lab"
	"marquis/internal/locale"
)

// analysisPage is where an analysis is entered, or changed while it is only
// entered.
type analysisPage struct {
	view
	Number, Address, Action string
	Retraction              string // where a change may take it back instead, empty for a new one
	Facts                   []factView
	Form                    *form
	Rows                    []findingRow
	Empty                   findingRow // that scripts copy
	Scope                   *scopeView // of the chosen method
	Questions               []questionView
	Earlier                 []analysisView
	Changes                 []changeView // what another wrote meanwhile, beside what was typed
	Overrule                bool         // something looks implausible
}

func (r *request) analysisPage(e *analysisEntry, values url.Values) *analysisPage {
	n := e.naming
	title, action := "page.analysis.new", "/analyses/new"
	if e.old != nil {
		title, action = "page.analysis.change", "/analyses/"+e.old.Analysis.ID.String()
	}
	address := sampleAddress(e.record.Number)
	fields, after := r.analysisFields(n)
	page := &analysisPage{
		view: r.view(r.texts.Text(title)), Number: e.record.Number.String(), Address: address, Action: address + action,
		Facts: []factView{
			{r.texts.Text("page.field.product"), n.product(e.record.Sample.ProductID)},
			{r.texts.Text("page.field.form"), r.texts.Code(locale.Forms, string(e.record.Sample.Form))},
			{r.texts.Text("page.field.expected"), n.expected(e.record.Expected)},
			{r.texts.Text("page.field.received_on"), r.texts.Date(e.record.Sample.ReceivedOn)},
		},
		Empty: r.findingRow(n, "__n__", e.usualUnit()), Overrule: values.Get("overruled") != "",
	}
	for _, number := range typedRows(values) {
		row := r.findingRow(n, strconv.Itoa(number), e.usualUnit())
		page.Rows = append(page.Rows, row)
		fields = append(fields, row.fields()...)
	}
	page.Form = newForm(append(fields, after...)...)
	page.Form.fill(values)
	if method, err := strconv.ParseInt(values.Get("method"), 10, 32); err == nil {
		page.Scope = n.scope(lab.MethodID(method))
	}
	r.addBeside(page, e)
	return page
}

// addBeside shows the other analyses of the sample, and what was asked about this
// one.
func (r *request) addBeside(page *analysisPage, e *analysisEntry) {
	for _, v := range r.analysisViews(e.naming, &e.record) {
		if e.old == nil || v.Anchor != "a-"+e.old.Analysis.ID.String() {
			page.Earlier = append(page.Earlier, v)
			continue
		}
		page.Questions, page.Retraction = v.Questions, v.Address+"/retraction"
	}
}

func analysisForm(r *request) error {
	e, err := r.analysisEntry()
	if err != nil {
		return err
	}
	return r.show("analysis.html", r.analysisPage(e, e.values()))
}

// saveAnalysis enters an analysis, or changes one that is only entered.
func saveAnalysis(r *request) error {
	in, err := r.read()
	if err != nil {
		return err
	}
	e, err := r.analysisEntry()
	if err != nil {
		return err
	}
	if in.text("more") == "yes" {
		e.addRows(in.typed, moreRows)
	}
	if in.text("more") == "yes" || in.text("scope") == "yes" {
		return r.show("analysis.html", r.analysisPage(e, in.typed))
	}
	analysis, found := e.read(in)
	if err = e.check(in, &analysis, found); err == nil {
		err = found.toRows(r.storeAnalysis(in, e, analysis, found.list))
	}
	if err == nil {
		done := "entered"
		if e.old != nil {
			done = "changed"
		}
		return r.see(sampleAddress(e.record.Number) + "?done=" + done)
	}
	page := r.analysisPage(e, in.typed)
	var stale *lab.StaleError
	if errors.As(err, &stale) {
		page.Changes = e.changeViews(stale.Changed, found.list)
		page.Form.set("version", versionText(stale.Have))
		return r.page(http.StatusConflict, "analysis.html", page)
	}
	var mistakes lab.FieldErrors
	page.Overrule = page.Overrule || errors.As(err, &mistakes) &&
		slices.ContainsFunc(mistakes, func(m lab.FieldError) bool { return m.Field == "overruled" })
	return r.refill("analysis.html", page, page.Form, err)
}

func (r *request) storeAnalysis(in *reader, e *analysisEntry, a lab.Analysis, findings []lab.Finding) (err error) {
	if e.old == nil {
		_, err = r.server.Store.EnterAnalysis(r.context(), r.actor, a, findings)
		return err
	}
	_, err = r.server.Store.ChangeAnalysis(r.context(), r.actor, e.old.Analysis.Key, in.whole("version"), a, findings, in.text("answer"))
	return err
}
