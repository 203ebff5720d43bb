package server

import (
	"errors"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"marquis/internal/lab"
	"marquis/internal/locale"
	"marquis/internal/page"
)

// analysisPage is where an analysis is entered, or changed while it is only
// entered.
type analysisPage struct {
	page.View
	Number, Address, Action string
	Retraction              string // where a change may take it back instead, empty for a new one
	Facts                   []factView
	Form                    *page.Form
	Rows                    []findingRow
	Empty                   findingRow // that scripts copy
	Scope                   *scopeView // of the chosen method
	Questions               []questionView
	Earlier                 []analysisView
	Changes                 []page.ChangeView // what another wrote meanwhile, beside what was typed
	Overrule                bool              // something looks implausible
}

func (r *request) analysisPage(e *analysisEntry, values url.Values) (*analysisPage, error) {
	n := e.naming
	title, id := "page.analysis.new", ""
	if e.old != nil {
		title, id = "page.analysis.change", e.old.Analysis.ID.String()
	}
	address := sampleAddress(e.record.Number)
	chosen := methodOf(values)
	fields, after := r.analysisFields(n, chosen)
	shown := &analysisPage{
		View: r.View(r.Texts.Text(title)), Number: e.record.Number.String(), Address: address, Action: e.action(id),
		Facts: []factView{
			{r.Texts.Text("page.field.product"), n.product(e.record.Sample.ProductID)},
			{r.Texts.Text("page.field.form"), r.Texts.Code(locale.Forms, string(e.record.Sample.Form))},
			{r.Texts.Text("page.field.expected"), n.expected(e.record.Expected)},
			{r.Texts.Text("page.field.received_on"), r.Texts.Date(e.record.Sample.ReceivedOn)},
			{r.Texts.Text("page.analysis.taken_back"), e.takenBack()},
		},
		Empty: r.findingRow(n, "__n__", e.record.Sample.Form.ContentUnit()), Overrule: values.Get("overruled") != "",
	}
	for _, number := range typedRows(values) {
		row := r.findingRow(n, strconv.Itoa(number), e.record.Sample.Form.ContentUnit())
		typed := values.Get(lab.FindingField(number, "substance"))
		n.offerBasesOf(&row, typed, r)
		if err := r.offerProposal(n, &row, typed); err != nil {
			return nil, err
		}
		shown.Rows = append(shown.Rows, row)
		fields = append(fields, row.fields()...)
	}
	shown.Form = page.NewForm(append(fields, after...)...)
	shown.Form.Fill(values)
	shown.Form.Kept = e.typed.Kept
	shown.Scope = n.scope(chosen)
	r.addBeside(shown, e)
	return shown, nil
}

// methodOf is the method that a form has chosen, zero where it has none.
func methodOf(values url.Values) lab.MethodID {
	id, err := strconv.ParseInt(values.Get("method"), 10, 32)
	if err != nil {
		return 0
	}
	return lab.MethodID(id)
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

func showAnalysisForm(r *request) error {
	e, err := r.analysisEntry()
	if err != nil {
		return err
	}
	values := e.values()
	shown, err := r.analysisPage(e, values)
	if err != nil {
		return err
	}
	in := &page.Reader{Typed: maps.Clone(values), Today: e.today}
	a, _ := e.read(in, r.Actor)
	for _, m := range e.words.CheckUse(r.Actor, e.before(), &a) { // a method may end while a form is open
		shown.Form.Blame(m.Field, r.Texts.Sentence(m.Format, m.Args...))
	}
	return r.Show("analysis.html", shown)
}

// saveAnalysis enters an analysis, or changes one that is only entered.
func saveAnalysis(r *request) error {
	in, err := r.Read()
	if err != nil {
		return err
	}
	e, err := r.analysisEntry()
	if err != nil {
		return err
	}
	if in.Text("more") == "yes" {
		e.addRows(in.Typed, moreRows)
	}
	if in.Text("more") == "yes" || in.Text("scope") == "yes" {
		shown, err := r.analysisPage(e, in.Typed)
		if err != nil {
			return err
		}
		return r.Show("analysis.html", shown)
	}
	analysis, found := e.read(in, r.Actor)
	if err = e.check(in, r.Actor, &analysis, found); err == nil {
		err = r.propose(&found)
	}
	if err == nil {
		err = found.toRows(r.storeAnalysis(in, e, analysis, found.list))
	}
	var stale *lab.StaleError
	if errors.As(err, &stale) {
		shown, failed := r.analysisPage(e, in.Typed)
		if failed != nil {
			return failed
		}
		shown.Changes = e.changeViews(stale.Changed, found.list)
		shown.Form.Set("version", versionText(stale.Have))
		return r.Instead(err, http.StatusConflict, "analysis.html", shown)
	}
	done := "entered"
	if e.old != nil {
		done = "changed"
	}
	return r.End(err, sampleAddress(e.record.Number)+"?done="+done, "analysis.html", func() (any, *page.Form, error) {
		shown, failed := r.analysisPage(e, in.Typed)
		if failed != nil {
			return nil, nil, failed
		}
		var mistakes lab.FieldErrors
		shown.Overrule = shown.Overrule || errors.As(err, &mistakes) &&
			slices.ContainsFunc(mistakes, func(m lab.FieldError) bool { return m.Field == "overruled" })
		return shown, shown.Form, nil
	})
}

func (r *request) storeAnalysis(in *page.Reader, e *analysisEntry, a lab.Analysis, findings []lab.Finding) (err error) {
	if e.old == nil {
		_, err = r.server.Store.EnterAnalysis(r.Ctx(), r.Actor, a, findings)
		return err
	}
	_, err = r.server.Store.ChangeAnalysis(r.Ctx(), r.Actor, e.old.Analysis.Key, in.Whole("version"), a, findings, in.Text("answer"))
	return err
}
