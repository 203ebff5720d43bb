package server

import (
	"cmp"
	"errors"
	"net/url"
	"slices"
	"strconv"

	"marquis/internal/lab"
	"marquis/internal/page"
	"marquis/internal/store"
)

// entry is an analysis that is being entered or changed.
type analysisEntry struct {
	naming
	record store.SampleRecord
	old    *lab.Evidence // nil for a new one
	today  lab.Date
	typed  typedBefore
}

// analysisEntry reads what an analysis belongs to. One that the actor may not
// change is refused.
func (r *request) analysisEntry() (*analysisEntry, error) {
	n, err := r.recordNaming()
	if err != nil {
		return nil, err
	}
	e := &analysisEntry{naming: n, today: r.day()}
	if e.record, err = r.record(lab.ForAnalysis); err != nil {
		return nil, err
	}
	if e.typed, err = r.typedBefore(e.action(r.Param("analysis")), func(url.Values) bool { return true }); err != nil {
		return nil, err
	}
	if r.Param("analysis") == "" {
		tried, a := e.record.Clone(), lab.Analysis{}
		a.ServiceID = r.Service.ID
		return e, tried.Enter(r.Actor, lab.At(r.server.Now()), &a)
	}
	if e.old, err = evidenceNamed(&e.record, r.Param("analysis")); err != nil {
		return nil, err
	}
	changed := e.old.Analysis
	return e, changed.Change(r.Actor, lab.At(r.server.Now()), &e.old.Analysis)
}

// before is what an analysis was that is changed, nil for a new one.
func (e *analysisEntry) before() *lab.Analysis {
	if e.old == nil {
		return nil
	}
	return &e.old.Analysis
}

// takenBack is why the result was taken back for which a new analysis is made, empty where
// none was.
func (e *analysisEntry) takenBack() string {
	if e.old != nil || !e.record.AwaitsRetest() {
		return ""
	}
	return e.reason(e.record.Latest()).Plain()
}

// evidenceNamed is the analysis of a sample that an address names.
func evidenceNamed(record *store.SampleRecord, text string) (*lab.Evidence, error) {
	id, err := lab.ParseID(text)
	if err != nil {
		return nil, lab.ErrNotFound
	}
	e := record.Analysis(id)
	if e == nil {
		return nil, lab.ErrNotFound
	}
	return e, nil
}

// action is the path that the form is sent to.
func (e *analysisEntry) action(analysis string) string {
	return sampleAddress(e.record.Number) + "/analyses/" + cmp.Or(analysis, "new")
}

// values are what the form holds at first: what was typed before and not saved, else
// what is recorded.
func (e *analysisEntry) values() url.Values {
	if typed := e.typed.typed; typed != nil {
		e.typed.Moved = e.old != nil && typed.Get("version") != versionText(e.old.Analysis.Version)
		return typed
	}
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
	row := 0
	for _, f := range e.old.Findings {
		for range f.HowMany() { // one row for each that could not be identified
			for part, value := range e.typedOf(f) {
				values.Set(lab.FindingField(row, part), value)
			}
			if f.Amount.Scale == "" {
				values.Set(lab.FindingField(row, "unit"), e.record.Sample.Form.ContentUnit())
			}
			row++
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
		values.Set(lab.FindingField(i, "substance"), "")
		values.Set(lab.FindingField(i, "unit"), e.record.Sample.Form.ContentUnit())
		values.Set(lab.FindingField(i, "basis"), "")
	}
}

func (e *analysisEntry) read(in *page.Reader, by lab.Actor) (lab.Analysis, typedFindings) {
	a := lab.Analysis{
		SampleID: e.record.Sample.ID, MethodID: lab.MethodID(in.Whole("method")), PerformedOn: in.Date("performed_on", lab.Latest),
		Conclusion: lab.Conclusion(in.Text("conclusion")), Notes: in.Text("notes"), Overruled: in.Text("overruled"),
	}
	a.ServiceID = e.record.Sample.ServiceID
	if m, ok := e.words.Methods[a.MethodID]; ok {
		a.Level = m.Level
	}
	return a, readFindings(in, e.words, by)
}

// check reports what cannot be read together with what the domain says of the
// rest, all at once.
func (e *analysisEntry) check(in *page.Reader, by lab.Actor, a *lab.Analysis, found typedFindings) error {
	if len(in.Mistakes) == 0 {
		return nil
	}
	all := slices.Clone(in.Mistakes)
	var rest lab.FieldErrors
	if errors.As(found.toRows(a.CheckEntry(e.words, by, e.before(), found.list, e.record.Sample.Since(), e.today)), &rest) {
		for _, m := range rest {
			told := slices.ContainsFunc(in.Mistakes, func(x lab.FieldError) bool { return x.Field == m.Field })
			unsure := found.skipped && m.Field == "conclusion" && a.Conclusion != ""
			if !told && !unsure {
				all = append(all, m)
			}
		}
	}
	return all
}
