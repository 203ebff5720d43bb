package server

import (
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"marquis/internal/lab"
	"marquis/internal/locale"
	"marquis/internal/store"
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

// scopeView is what a method can see.
type scopeView struct {
	wording
	Method, Level    string
	Quantifies, Open bool
	Substances       []scopeRow
}

// scopeRow is a substance with the limits of a method for it.
type scopeRow struct{ Substance, LOD, LOQ string }

func (n naming) scope(id lab.MethodID) *scopeView {
	m, ok := n.words.Methods[id]
	if !ok {
		return nil
	}
	v := &scopeView{wording: wording{n.texts}, Method: n.method(id), Level: n.texts.Code(locale.Levels, string(m.Level)), Quantifies: m.Quantifies, Open: m.OpenScope}
	limit := func(a lab.Amount) string {
		if a.Value == 0 {
			return ""
		}
		return n.amount(a)
	}
	for _, s := range m.Scope {
		v.Substances = append(v.Substances, scopeRow{n.substance(s.SubstanceID), limit(s.LOD), limit(s.LOQ)})
	}
	slices.SortFunc(v.Substances, func(a, b scopeRow) int { return compareFolded(a.Substance, b.Substance) })
	return v
}

// entry is an analysis that is being entered or changed.
type analysisEntry struct {
	naming
	record store.SampleRecord
	old    *lab.Evidence // nil for a new one
	today  lab.Date
}

// analysisEntry reads what an analysis belongs to. One that the actor may not
// change is refused.
func (r *request) analysisEntry() (*analysisEntry, error) {
	n, err := r.naming()
	if err != nil {
		return nil, err
	}
	e := &analysisEntry{naming: n, today: r.day()}
	if e.record, err = r.record(lab.ForAnalysis); err != nil {
		return nil, err
	}
	if r.Param("analysis") == "" {
		a := lab.Analysis{}
		a.ServiceID = r.service.ID
		x := e.record.Sample
		if x.State != lab.InAnalysis {
			err = x.Move(lab.InAnalysis, r.actor, "")
		}
		return e, errors.Join(err, a.Enter(r.actor, lab.At(r.server.Now())))
	}
	if e.old, err = evidenceNamed(&e.record, r.Param("analysis")); err != nil {
		return nil, err
	}
	changed := e.old.Analysis
	return e, changed.Change(r.actor, lab.At(r.server.Now()), &e.old.Analysis)
}

// evidenceNamed is the analysis of a sample that an address names.
func evidenceNamed(record *store.SampleRecord, text string) (*lab.Evidence, error) {
	id, err := lab.ParseID(text)
	if err != nil {
		return nil, lab.ErrNotFound
	}
	i := slices.IndexFunc(record.Evidence, func(e lab.Evidence) bool { return e.Analysis.ID == id })
	if i < 0 {
		return nil, lab.ErrNotFound
	}
	return &record.Evidence[i], nil
}

// values are what the form holds before anything is typed.
func (e *analysisEntry) values() url.Values {
	values := url.Values{"performed_on": {e.today.String()}, "conclusion": {string(lab.HasFindings)}}
	if e.old == nil {
		e.addRows(values, firstRows)
		return values
	}
	a := &e.old.Analysis
	values = url.Values{
		"version": {versionText(a.Version)}, "method": {strconv.Itoa(int(a.MethodID))}, "performed_on": {a.PerformedOn.String()},
		"conclusion": {string(a.Conclusion)}, "notes": {a.Notes}, "overruled": {a.Overruled},
	}
	for i, f := range e.old.Findings {
		for part, value := range e.typedOf(f) {
			values.Set(findingField(strconv.Itoa(i), part), value)
		}
	}
	e.addRows(values, 1)
	return values
}

// addRows adds empty rows after the last.
func (e *analysisEntry) addRows(values url.Values, count int) {
	next := 0
	if rows := typedRows(values); len(rows) > 0 {
		next = rows[len(rows)-1] + 1
	}
	for i := next; i < next+count && i < mostRows; i++ {
		values.Set(findingField(strconv.Itoa(i), "substance"), "")
		values.Set(findingField(strconv.Itoa(i), "unit"), e.usualUnit())
		values.Set(findingField(strconv.Itoa(i), "basis"), "")
	}
}

// usualUnit is the unit in which amounts of such a sample are usually told.
func (e *analysisEntry) usualUnit() string {
	switch {
	case e.record.Sample.Form.Dosed():
		return "mg"
	case e.record.Sample.Form == lab.Liquid:
		return "mg/ml"
	}
	return "%"
}

func (r *request) analysisPage(e *analysisEntry, values url.Values) *analysisPage {
	n := e.naming
	title, action := "page.analysis.new", "/analyses/new"
	if e.old != nil {
		title, action = "page.analysis.change", "/analyses/"+e.old.Analysis.ID.String()
	}
	address := sampleAddress(e.record.Number)
	page := &analysisPage{
		view: r.view(r.texts.Text(title)), Number: e.record.Number.String(), Address: address, Action: address + action,
		Facts: []factView{
			{r.texts.Text("page.field.product"), n.product(e.record.Sample.ProductID)},
			{r.texts.Text("page.field.form"), r.texts.Code(locale.Forms, string(e.record.Sample.Form))},
			{r.texts.Text("page.field.expected"), n.expected(e.record.Expected)},
			{r.texts.Text("page.field.received_on"), r.texts.Date(e.record.Sample.ReceivedOn)},
		},
		Form: r.analysisForm(n), Empty: r.findingRow(n, "__n__", e.usualUnit()), Overrule: values.Get("overruled") != "",
	}
	rest := slices.Clone(page.Form.Fields[4:])
	page.Form.Fields = page.Form.Fields[:4:4]
	for _, number := range typedRows(values) {
		row := r.findingRow(n, strconv.Itoa(number), e.usualUnit())
		page.Rows = append(page.Rows, row)
		page.Form.Fields = append(page.Form.Fields, row.fields()...)
	}
	page.Form.Fields = append(page.Form.Fields, rest...)
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
		err = found.toRows(r.storeAnalysis(in, e, analysis, found.list), e.words)
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

func (e *analysisEntry) read(in *reader) (lab.Analysis, typedFindings) {
	a := lab.Analysis{
		SampleID: e.record.Sample.ID, MethodID: lab.MethodID(in.whole("method")), PerformedOn: in.date("performed_on"),
		Conclusion: lab.Conclusion(in.text("conclusion")), Notes: in.text("notes"), Overruled: in.text("overruled"),
	}
	a.ServiceID = e.record.Sample.ServiceID
	if m, ok := e.words.Methods[a.MethodID]; ok {
		a.Level = m.Level
	}
	return a, in.findings(e.words)
}

// check reports what cannot be read together with what the domain says of the
// rest, all at once.
func (e *analysisEntry) check(in *reader, a *lab.Analysis, found typedFindings) error {
	if len(in.mistakes) == 0 {
		return nil
	}
	all := slices.Clone(in.mistakes)
	var rest lab.FieldErrors
	if errors.As(found.toRows(a.Check(e.words, found.list, e.record.Sample.Since(), e.today), e.words), &rest) {
		for _, m := range rest {
			told := slices.ContainsFunc(in.mistakes, func(x lab.FieldError) bool { return x.Field == m.Field })
			unsure := found.skipped && m.Field == "conclusion" && a.Conclusion != ""
			if !told && !unsure {
				all = append(all, m)
			}
		}
	}
	return all
}

func (r *request) storeAnalysis(in *reader, e *analysisEntry, a lab.Analysis, findings []lab.Finding) (err error) {
	if e.old == nil {
		_, err = r.server.Store.EnterAnalysis(r.context(), r.actor, a, findings)
		return err
	}
	_, err = r.server.Store.ChangeAnalysis(r.context(), r.actor, e.old.Analysis.Key, in.whole("version"), a, findings, in.text("answer"))
	return err
}

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
	return r.refill("retraction.html", page, page.Form, reasonMistake(err, "reason"))
}
