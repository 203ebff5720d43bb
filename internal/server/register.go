package server

import (
	"errors"
	"net/http"
	"net/url"

	"marquis/internal/lab"
	"marquis/internal/page"
	"marquis/internal/store"
)

type registerPage struct {
	page.View
	sampleForm
	Service lab.Service
	Address string     // of the draft
	Visit   string     // to which the sample belongs, empty for a new one
	InVisit int        // the number of the sample within it
	Clock   string     // that the clock may be wrong; empty where it is not
	visit   *lab.Visit // nil for a new one
}

// registerPage is the form on which a draft becomes a sample.
func (r *request) registerPage(typed url.Values) (*registerPage, error) {
	f, err := r.sampleForm()
	if err != nil {
		return nil, err
	}
	key, err := r.draftKey()
	if err != nil {
		return nil, err
	}
	f.Form.Fill(typed)
	doubt, err := r.clockDoubt()
	if err != nil {
		return nil, err
	}
	page := &registerPage{
		View: r.View(r.Texts.Text("page.register.title")), sampleForm: f, Service: r.Service, Address: r.draftAddress(key.ID),
		Visit: typed.Get(visitField), InVisit: 1, Clock: doubt,
	}
	if page.Visit == "" {
		return page, nil
	}
	visit, err := r.visit(page.Visit)
	page.InVisit, page.visit = int(visit.Taken)+1, &visit
	return page, err
}

// visit finds a visit to the service.
func (r *request) visit(text string) (lab.Visit, error) {
	id, err := lab.ParseID(text)
	if err != nil {
		return lab.Visit{}, lab.ErrNotFound
	}
	return r.server.Store.Visit(r.Ctx(), r.Actor, lab.Key{ServiceID: r.Service.ID, ID: id})
}

// showDraft opens a draft with all that was typed.
func showDraft(r *request) error {
	key, err := r.draftKey()
	if err != nil {
		return err
	}
	draft, err := r.server.Store.Draft(r.Ctx(), r.Actor, key)
	if errors.Is(err, lab.ErrNotFound) {
		return r.finished(key)
	}
	if err != nil {
		return err
	}
	typed, err := readDraft(draft.Content)
	if err != nil {
		return err
	}
	page, err := r.registerPage(typed)
	if err != nil {
		return err
	}
	page.warn(r, typed)
	return r.Show("register.html", page)
}

// warn tells what is beyond the limits of the service in a reason that was given
// before, so that it can be looked at again.
func (p *registerPage) warn(r *request, typed url.Values) {
	if typed.Get("overruled") == "" {
		return
	}
	var f lab.File
	in := sampleReader{Reader: &page.Reader{Typed: typed}}
	sampleFields.only(append(sampleFields.names(groupLooks), "form", "location_id")...).read(&in, &f)
	p.Warnings = r.warnings(&f.Sample, p.InVisit, p.locations)
}

// warnings says what is beyond the limits of the service.
func (r *request) warnings(x *lab.Sample, inVisit int, locations []lab.Location) []string {
	var list []string
	for _, w := range lab.Limits(x, inVisit, r.Service.TermsAt(x.LocationID, locations)) {
		list = append(list, r.Texts.Sentence(w.Format, w.Args...))
	}
	return list
}

// registerDraft makes a sample of a draft and answers with its slip, or keeps the
// draft for later.
func registerDraft(r *request) error {
	in, err := r.Read()
	if err != nil {
		return err
	}
	shown, err := r.registerPage(in.Typed)
	if err != nil {
		return err
	}
	if in.Text("keep") != "" {
		return r.End(r.keepDraft(shown.Form, in.Typed), r.counterAddress(), "register.html", shown.again)
	}
	registered, code, err := r.register(shown, in)
	if errors.Is(err, lab.ErrConflict) {
		return r.finishedDraft()
	}
	if err != nil {
		return r.correct(shown, in, err)
	}
	return r.slip(registered, code, false)
}

// register makes a sample of what was typed. Where a code is given out, it comes
// with the sample and is kept nowhere.
func (r *request) register(page *registerPage, in *page.Reader) (lab.Sample, lab.LookupCode, error) {
	var code lab.LookupCode
	key, err := r.draftKey()
	if err != nil {
		return lab.Sample{}, code, err
	}
	x, expected, err := r.readSample(page, in)
	if err != nil {
		return x, code, err
	}
	registration := store.Registration{File: lab.File{Sample: x, Expected: expected}, Draft: key.ID}
	if in.Text("give_code") != "" {
		var hash store.CodeHash
		if code, hash, err = r.newCode(); err != nil {
			return x, code, err
		}
		registration.Code = &hash
	}
	x, err = r.server.Store.RegisterSample(r.Ctx(), r.Actor, registration)
	return x, code, err
}

// readSample reads the typed sample, and puts its warnings on the page.
func (r *request) readSample(page *registerPage, in *page.Reader) (lab.Sample, []lab.Expected, error) {
	x := lab.Sample{State: lab.Registered, ReceivedBasis: lab.ReceivedRecorded}
	x.ServiceID = r.Service.ID
	if page.visit != nil {
		x.VisitID = page.visit.ID
	}
	n, err := r.naming()
	if err != nil {
		return x, nil, err
	}
	described := &sampleReader{Reader: in, naming: n, locations: page.locations, service: r.Service}
	expected := described.describe(&x)
	if page.Warnings = r.warnings(&x, page.InVisit, page.locations); len(page.Warnings) == 0 {
		x.Overruled = ""
	}
	return x, expected, described.check(&x, expected, r.day(), page.visit)
}

// correct shows the form again with what was typed and what is wrong with it, and
// keeps the draft so.
func (r *request) correct(shown *registerPage, in *page.Reader, err error) error {
	keepSaid(shown.Form, err)
	if kept := r.keepDraft(shown.Form, in.Typed); errors.Is(kept, lab.ErrNotFound) {
		return r.finishedDraft()
	} else if kept != nil && len(page.FieldErrors(kept)) == 0 {
		return kept
	}
	return r.Again(err, "register.html", shown.again)
}

// again is the page with what was typed, which it was made of.
func (p *registerPage) again() (any, *page.Form, error) { return p, p.Form, nil }

// keepSaid takes over a name like which the list of products has none as what the
// visitor said, so that it need not be typed again.
func keepSaid(f *page.Form, err error) {
	said, product := mustField(f, "sold_as_text"), mustField(f, "product_id")
	for _, m := range page.FieldErrors(err) {
		if m.Field == "product_id" && m.Format == unheardOf && said.Value() == "" {
			said.Values = product.Values
		}
	}
}

type finishedPage struct {
	page.View
	Number  string // of the sample that the draft became, empty where it was dropped
	Counter string
}

func (r *request) finishedDraft() error {
	key, err := r.draftKey()
	if err != nil {
		return err
	}
	return r.finished(key)
}

// finished tells what became of a draft that is not there any more.
func (r *request) finished(draft lab.Key) error {
	page := finishedPage{View: r.View(r.Texts.Text("page.register.finished")), Counter: r.counterAddress()}
	x, _, err := r.server.Store.Sample(r.Ctx(), r.Actor, draft)
	switch {
	case errors.Is(err, lab.ErrNotFound):
		page.Title = r.Texts.Text("page.register.dropped")
	case err != nil:
		return err
	default:
		page.Number = r.numberOf(&x).String()
	}
	return r.Instead(lab.ErrConflict, http.StatusConflict, "finished.html", page)
}
