package server

import (
	"marquis/internal/lab"
	"marquis/internal/locale"
	"marquis/internal/page"
	"marquis/internal/store"
)

// recordPage is all that is recorded of a sample, as the actor may see it, and
// what the actor may do with it.
type recordPage struct {
	page.View
	Number   string
	Address  string
	Version  int32
	State    tagView
	Stage    string
	Reason   string // of the state
	Pending  string // what is to be done about the result; empty where that is nothing
	Excluded string // why it is kept out of the statistics
	Links    []entryView
	Facts    []factView
	Expected string
	Analyses []analysisView
	Versions []publicationView // of the result, the latest first
	Told     []string
	Trail    []eventView
	Views    []viewedView
	Moves    []moveForm
	Answers  []*page.Form // to open questions, for the summary of mistakes
	Undo     *undoView    // nil where its registration cannot be undone
	GoesOn   bool         // a further sample of its visit can be registered
	Next     *nextView    // of the worklist, after something was done; nil for none
	Held     *heldView    // nil where it is not held
}

// key finds the sample that the address names.
func (r *request) key() (lab.Key, error) {
	return r.server.Store.FindSample(r.Ctx(), r.Actor, r.Number)
}

// record reads the sample that the address names, and notes what for. Of a HEAD,
// whose page nobody sees, nothing is noted.
func (r *request) record(purpose lab.Purpose) (store.SampleRecord, error) {
	key, err := r.key()
	if err != nil {
		return store.SampleRecord{}, err
	}
	if r.headersAlone() {
		return r.server.Store.ReadSampleUnseen(r.Ctx(), r.Actor, key)
	}
	return r.server.Store.ReadSample(r.Ctx(), r.Actor, key, purpose)
}

// purpose is what the actor usually reads a sample for.
func (r *request) purpose() lab.Purpose {
	for _, of := range []struct {
		role    lab.UserRole
		purpose lab.Purpose
	}{{lab.Verifier, lab.ForVerification}, {lab.Laboratory, lab.ForAnalysis}, {lab.Intake, lab.ForIntake}} {
		if r.Actor.Has(r.Service.ID, of.role) {
			return of.purpose
		}
	}
	return lab.ForAudit
}

func (r *request) recordPage() (*recordPage, error) {
	record, err := r.record(r.purpose())
	if err != nil {
		return nil, err
	}
	n, err := r.recordNaming()
	if err != nil {
		return nil, err
	}
	views, err := r.server.Store.Views(r.Ctx(), r.Actor, record.Sample.Key)
	if err != nil {
		return nil, err
	}
	x := &record.Sample
	page := &recordPage{
		View: r.View(record.Number.String()), Number: record.Number.String(), Address: sampleAddress(record.Number), Version: x.Version,
		State: n.tag(locale.SampleStates, string(x.State)), Stage: n.texts.Code(locale.Stages, string(x.Stage)),
		Reason:   codeName(n, x.StateReason, locale.RejectionReasons, locale.NotAnalysedReasons),
		Excluded: n.texts.Code(locale.Exclusions, x.Excluded), Facts: n.sampleFacts(x), Expected: n.expected(record.Expected),
		Analyses: r.analysisViews(n, &record), Versions: r.publicationViews(n, &record), Trail: r.eventViews(n, &record), Views: r.viewedViews(views),
		Told: r.told(&record), Pending: r.pending(n, &record.File), Held: r.held(n, &record.File),
	}
	may := lab.Allowed(r.Actor, &record.File)
	page.Undo = r.undo(&record.File)
	page.GoesOn = r.goesOn(x)
	page.Links, page.Moves = r.recordLinks(&record, may), r.moveForms(x, may)
	slip, err := r.ownSlip(x)
	if err != nil {
		return nil, err
	}
	if slip != "" {
		page.Links = append(page.Links, entryView{Label: r.Texts.Text("page.register.see_slip"), Address: slip})
	}
	reopening, err := r.reopening(x)
	if err != nil {
		return nil, err
	}
	if reopening != nil {
		page.Moves = append(page.Moves, *reopening)
	}
	if r.notice() != "" {
		if page.Next, err = r.nextOf(n, x); err != nil {
			return nil, err
		}
	}
	for i := range page.Analyses {
		for j := range page.Analyses[i].Questions {
			if f := page.Analyses[i].Questions[j].Form; f != nil {
				page.Answers = append(page.Answers, f)
				if err := r.keeps(f, page.Analyses[i].Questions[j].Address); err != nil {
					return nil, err
				}
			}
		}
	}
	for _, m := range page.Moves {
		if err := r.keeps(m.Form, m.Address); err != nil {
			return nil, err
		}
	}
	return page, nil
}

func showRecord(r *request) error {
	page, err := r.recordPage()
	if err != nil {
		return err
	}
	page.Notice = r.notice()
	return r.Show("record.html", page)
}

// sampleFacts are the fields of a sample that hold something, an amount with its
// unit and a price with its quantity.
func (n naming) sampleFacts(x *lab.Sample) []factView {
	plain := *x
	plain.State, plain.StateReason, plain.Excluded, plain.NoRetest, plain.ReceivedAmount, plain.ReceivedUnit, plain.Price = "", "", "", "", 0, "", lab.Price{}
	var facts []factView
	for _, v := range n.changeViews(lab.Differences(lab.Sample{}, plain), nil) {
		if v.New != "" { // else it is withheld, or nothing that people read
			facts = append(facts, factView{v.Field, v.New})
		}
	}
	quantity := func(number int64, unit lab.AmountUnit) string {
		said := n.texts.Code(locale.AmountUnits, string(unit))
		if unit == lab.Piece && number != 1000 {
			said = n.texts.Text("page.record.pieces")
		}
		return n.thousandths(number, said)
	}
	if x.ReceivedUnit != "" {
		facts = append(facts, factView{n.texts.Text("page.field.received_amount"), quantity(x.ReceivedAmount, x.ReceivedUnit)})
	}
	if x.Price.Recorded() {
		price := n.thousandths(x.Price.Amount, x.Price.Currency) + " / " + quantity(x.Price.Quantity, x.Price.Unit)
		facts = append(facts, factView{n.texts.Text("page.field.price"), price})
	}
	return facts
}

// pending tells of a sample whose result was taken back what follows, and of one that was
// described anew, or is read by other rules now, that its result does not fit any more.
func (r *request) pending(n naming, f *lab.File) string {
	last := f.Latest()
	switch {
	case f.AwaitsRetest():
		return r.Texts.Text("page.record.awaits_retest", "Reason", n.reason(last).Plain())
	case n.words.Misfits(f) && f.DescribedAnew():
		return r.Texts.Text("page.record.misfits", "Version", last.Version)
	case f.Sample.Stage == lab.StageToReview, n.words.Misfits(f):
		return r.Texts.Text("page.record.reads_otherwise", "Version", last.Version)
	case last != nil && last.Kind == lab.WithdrawnResult && f.Sample.NoRetest != "":
		return r.Texts.Text("page.record.no_retest", "Reason", f.Sample.NoRetest)
	}
	return ""
}

// recordLinks lead to what the actor may do now.
func (r *request) recordLinks(record *store.SampleRecord, may lab.Steps) []entryView {
	var links []entryView
	add := func(offered bool, label, path string) {
		if offered {
			links = append(links, entryView{Label: r.Texts.Text(label), Address: sampleAddress(record.Number) + path})
		}
	}
	x := &record.Sample
	add(may.Has(lab.EnterAnalysis, x.ID), "page.record.new_analysis", "/analyses/new")
	add(may.Has(lab.PublishHeld, x.ID), "page.held.at_once", "/at-once")
	add(may.Has(lab.PublishResult, x.ID), "page.record.release", "/release")
	add(may.Has(lab.WithdrawResult, x.ID), "page.release.withdraw", "/release?withdraw=yes#field-withdrawal_reason_code")
	add(may.Has(lab.TellResult, x.ID), "page.record.read_out", "/read-out")
	add(lab.MayTell(r.Actor, x.ServiceID) == nil, "page.preview.see", "/result")
	add(may.Has(lab.ChangeSample, x.ID), "page.record.describe", "/description")
	add(may.Has(lab.ReplaceCode, x.ID), "page.record.new_code", "/code")
	return links
}

// told says who told which version to the visitor, in order.
func (r *request) told(record *store.SampleRecord) []string {
	said := make([]string, len(record.ReadOuts))
	for i, t := range record.ReadOuts {
		said[i] = r.Texts.Text("page.record.told", "Version", t.Version, "Name", record.People[t.ToldBy], "When", r.moment(t.ToldAt))
	}
	return said
}
