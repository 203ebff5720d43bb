package server

import (
	"errors"
	"net/url"
	"strconv"

	"marquis/internal/credential"
	"marquis/internal/lab"
	"marquis/internal/page"
	"marquis/internal/store"
)

type registerPage struct {
	page.View
	sampleForm
	Service lab.Service
	Address string     // of the draft
	Key     string     // that tells a form which is sent twice, and windows apart
	Shown   string     // when the draft was saved that is shown, in microseconds
	User    string     // who typed: nobody else sends it
	Visit   string     // to which the sample belongs, empty for a new one
	InVisit int        // the number of the sample within it
	Before  string     // the number of the sample before it in the visit, of which the look can be copied
	Kept    string     // when the draft was kept of which something is typed, empty for none
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
	doubt, err := r.clockDoubt()
	if err != nil {
		return nil, err
	}
	page := &registerPage{
		View: r.View(r.Texts.Text("page.register.title")), sampleForm: f, Service: r.Service, Address: r.draftAddress(key.ID),
		Visit: typed.Get(visitField), InVisit: 1, Clock: doubt, Key: typed.Get(requestKeyField), Shown: typed.Get(shownField), User: strconv.Itoa(int(r.Actor.UserID)),
	}
	if !credential.IsRequestKey(page.Key) {
		page.Key = credential.NewRequestKey()
	}
	if page.Visit == "" {
		f.Form.Fill(typed)
		return page, nil
	}
	visit, err := r.visit(page.Visit)
	if err != nil {
		return nil, err
	}
	page.InVisit, page.visit = int(visit.Taken)+1, &visit
	return page, r.markCopied(page, typed)
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
		return r.finished(key, "")
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
	if r.typedInto(typed) {
		page.Kept = r.moment(draft.SavedAt)
	}
	page.Shown = strconv.FormatInt(draft.SavedAt.Time().UnixMicro(), 10)
	if number, err := lab.ParseSampleNumber(r.Query("undone")); err == nil {
		page.Notice = r.Texts.Text("page.register.undone", "Number", number.String())
	}
	if typed.Get("overruled")+typed.Get("confirmed") != "" { // it was asked before, and is to be looked at again
		if _, _, _, err := r.readTyped(page, r.reader(typed)); err != nil {
			return err
		}
	}
	return r.Show("register.html", page)
}

// registerDraft makes a sample of a draft and leads to its slip, or keeps the draft for
// later.
func registerDraft(r *request) error {
	in, err := r.Read()
	if err != nil {
		return err
	}
	shown, err := r.registerPage(in.Typed)
	if err != nil {
		return err
	}
	key, err := r.draftKey()
	if err != nil {
		return err
	}
	switch overtaken, err := r.overtaken(key, in.Typed); {
	case err != nil:
		return err
	case overtaken:
		return r.draftOvertaken(shown, in, key)
	}
	if in.Text("copy") != "" {
		return r.copyLook(shown, in.Typed)
	}
	if in.Text("keep") != "" {
		err := r.keepDraft(shown.Form, in.Typed)
		if errors.Is(err, lab.ErrNotFound) {
			return r.draftGone(shown, in, err)
		}
		return r.End(err, r.counterAddress(), "register.html", shown.again)
	}
	registered, requestKey, err := r.register(shown, in)
	if errors.Is(err, lab.ErrConflict) {
		return r.draftGone(shown, in, err)
	}
	if err != nil {
		return r.correct(shown, in, err)
	}
	return r.See(slipAddress(r.numberOf(&registered), requestKey))
}

// register makes a sample of what was typed. Where a code is given out, it comes with
// the sample. The slip is kept under the key, for this session alone.
func (r *request) register(page *registerPage, in *page.Reader) (x lab.Sample, key string, err error) {
	draft, err := r.draftKey()
	if err != nil {
		return x, "", err
	}
	x, expected, err := r.readSample(page, in)
	if err != nil {
		return x, "", err
	}
	given, err := r.newSlip(in, keptSlip{Sample: draft, Brought: in.Whole(broughtField)}, in.Text("give_code") != "")
	if err != nil {
		return x, "", err
	}
	x, err = r.server.Store.RegisterSample(r.Ctx(), r.Actor, store.Registration{
		File: lab.File{Sample: x, Expected: expected}, Draft: draft.ID, Code: given.hash, Slip: given.slip,
	})
	return x, given.slip.RequestKey, r.signedOut(err)
}

// readSample reads the typed sample, and puts on the page what it has to be asked.
func (r *request) readSample(page *registerPage, in *page.Reader) (lab.Sample, []lab.Expected, error) {
	x, expected, described, err := r.readTyped(page, in)
	if err != nil {
		return x, nil, err
	}
	described.counter().KeepReason(&x, page.InVisit)
	checkBrought(in, page.InVisit)
	return x, expected, described.check(&x, expected, page.visit)
}

// checkBrought notes what is wrong with the number of samples that were brought, where
// somebody says it with the nth of them.
func checkBrought(in *page.Reader, nth int) {
	before := len(in.Mistakes)
	if brought := in.Whole(broughtField); in.Text(broughtField) != "" && len(in.Mistakes) == before {
		in.Mistakes = append(in.Mistakes, lab.CheckBrought(brought, nth)...)
	}
}

func (r *request) readTyped(page *registerPage, in *page.Reader) (x lab.Sample, expected []lab.Expected, described *sampleReader, err error) {
	x = lab.Sample{State: lab.Registered, ReceivedBasis: lab.ReceivedRecorded}
	x.ServiceID = r.Service.ID
	if page.visit != nil {
		x.VisitID = page.visit.ID
	}
	n, err := r.naming()
	if err != nil {
		return x, nil, nil, err
	}
	described = &sampleReader{Reader: in, naming: n, locations: page.locations, service: r.Service}
	expected = described.describe(&x)
	described.counter().Place(&x)
	if described.usualPrice, err = r.usualPrice(&x); err != nil {
		return x, nil, nil, err
	}
	page.ask(r, &x, page.InVisit, described.counter())
	return x, expected, described, nil
}

// correct shows the form again with what was typed and what is wrong with it, and
// keeps the draft so.
func (r *request) correct(shown *registerPage, in *page.Reader, err error) error {
	shown.Form.Fill(in.Typed) // with the days that were understood
	keepSaid(shown.Form, err)
	if kept := r.keepDraft(shown.Form, in.Typed); errors.Is(kept, lab.ErrNotFound) {
		return r.draftGone(shown, in, kept)
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
