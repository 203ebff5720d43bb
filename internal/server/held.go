package server

import (
	"errors"
	"net/http"
	"time"

	"marquis/internal/lab"
	"marquis/internal/page"
	"marquis/internal/store"
)

// heldView is for what a sample is held, and the form that releases it at once.
type heldView struct {
	page.View
	Since, Address string
	Preview        string // address of the page that the visitor would see
	Why            []string
	Refused        string        // why it cannot go out as it is
	Form           *page.Form    // nil where it cannot be released at once here
	Elsewhere      bool          // it is released at once on a page of its own, which asks for more
	Will           *resultPage   // what the visitor would read
	LeftOut        []leftOutView // what was found, and would not be told
}

// held tells for what a sample is held; nil where it is not.
func (r *request) held(n naming, f *lab.File) *heldView {
	why := n.words.Held(f)
	if len(why) == 0 {
		return nil
	}
	since := f.Sample.HeldSince
	if since.IsZero() { // it is marked with the next change of it, or by reclassify
		since = n.words.HeldSince(f)
	}
	address := sampleAddress(f.Sample.Number(r.Service.Code))
	v := &heldView{
		View: r.View(""), Since: n.heldFor(since, r.server.Now()), Address: address + "/at-once", Preview: address + "/result?of=" + previewAtOnce,
	}
	v.Why = n.heldWhy(why)
	return v
}

// heldWhy says for what a sample is held, each reason once.
func (n naming) heldWhy(why []lab.HeldReason) (said []string) {
	told := map[string]bool{}
	for _, r := range why {
		text := n.heldReason(r)
		if !told[text] {
			told[text] = true
			said = append(said, text)
		}
	}
	return said
}

func (n naming) heldReason(r lab.HeldReason) string {
	key := map[lab.HeldKind]string{
		lab.HeldExtreme: "page.held.extreme", lab.HeldUnexpected: "page.held.unexpected", lab.HeldAboveLimit: "page.held.above_limit",
		lab.HeldContradiction: "page.held.contradiction",
	}[r.Kind]
	switch {
	case r.Kind == lab.HeldUnconfirmed:
		return n.texts.Text("page.held.unconfirmed")
	case key == "":
		return n.texts.Text("page.held.being_confirmed")
	}
	return n.texts.Text(key, "Substance", n.recorded(r.SubstanceID))
}

// heldFor says for how long a sample is held: minutes, and from an hour on hours with them.
func (n naming) heldFor(since lab.Instant, now time.Time) string {
	minutes := max(0, int(now.Sub(since.Time())/time.Minute))
	if minutes < 60 {
		return n.texts.Text("page.held.minutes", "Count", minutes)
	}
	return n.texts.Text("page.held.hours", "Count", minutes/60, "Minutes", n.texts.Count(minutes%60))
}

// heldBeside is held on a page on which something else is done: what is released at once
// without a word more can be released there.
func (r *request) heldBeside(n naming, f *lab.File) (*heldView, error) {
	v := r.held(n, f)
	if v == nil || !lab.Allowed(r.Actor, f).Has(lab.PublishHeld, f.Sample.ID) {
		return v, nil
	}
	if err := r.offerAtOnce(n, v); err != nil || v.Form == nil {
		return v, err
	}
	for _, field := range v.Form.Fields {
		if field.Kind != page.HiddenField { // else it might stand on the page twice
			v.Form, v.Elsewhere = nil, true
			break
		}
	}
	return v, nil
}

// offerAtOnce offers to release what is held, and shows what the visitor would read.
func (r *request) offerAtOnce(n naming, v *heldView) error {
	key, err := r.key()
	if err != nil {
		return err
	}
	p, err := r.server.Store.HeldProposal(r.Ctx(), r.Actor, key)
	var refused *lab.MoveError
	if errors.As(err, &refused) {
		return nil
	}
	if err != nil {
		return err
	}
	if saysTheSame(&p) {
		v.Refused = r.Texts.Text("page.held.waits")
		return nil
	}
	for _, m := range p.Refusals {
		row, _, _ := lab.ParseFindingField(m.Field)
		v.Refused = n.substance(p.Publication.Result.Findings[row].SubstanceID) + ": " + r.Texts.Sentence(m.Format, m.Args...)
		return nil
	}
	after, err := r.afterRelease(&p)
	if err != nil {
		return err
	}
	service, err := r.serviceAt(p.Sample.LocationID)
	if err != nil {
		return err
	}
	if v.Will, err = r.result(after, service); err != nil {
		return err
	}
	v.Form = page.NewForm(r.Hidden("version", versionText(p.Sample.Version)), r.Hidden("seen", p.Seen))
	if p.Publication.NeedsReason() {
		v.Form.Fields = append(v.Form.Fields, r.reasonFields("")...)
	}
	v.LeftOut = n.leftOut(&p.Publication.Result)
	r.confirmLeftOut(v.Form, v.LeftOut)
	return r.keeps(v.Form, v.Address)
}

// saysTheSame tells that the version would say what the latest says already.
func saysTheSame(p *store.Proposal) bool { return p.Repeats(&p.Publication) != nil }

// atOncePage releases at once what a sample is held for.
type atOncePage struct {
	page.View
	Number, Address string
	Held            *heldView
	Apart           []string // what the analyses say differently
	Moved           bool     // it is not what the reader saw when confirming
}

func (r *request) atOncePage() (*atOncePage, error) {
	n, err := r.recordNaming()
	if err != nil {
		return nil, err
	}
	record, err := r.record(lab.ForRelease)
	if err != nil {
		return nil, err
	}
	shown := &atOncePage{
		View: r.View(r.Texts.Text("page.held.at_once")), Number: record.Number.String(), Address: sampleAddress(record.Number),
		Held: r.held(n, &record.File), Apart: n.disagreements(&record.File),
	}
	if shown.Held == nil {
		shown.Held = &heldView{View: r.View(""), Refused: r.Texts.Text("page.held.none")}
		return shown, nil
	}
	return shown, r.offerAtOnce(n, shown.Held)
}

func showAtOnceForm(r *request) error {
	shown, err := r.atOncePage()
	if err != nil {
		return err
	}
	return r.Show("atonce.html", shown)
}

// publishHeld releases at once what was seen. Where anything else would be released, it is
// shown again.
func publishHeld(r *request) error {
	in, err := r.Read()
	if err != nil {
		return err
	}
	key, err := r.key()
	if err != nil {
		return err
	}
	_, err = r.server.Store.PublishHeld(r.Ctx(), r.Actor, key, in.Whole("version"), in.Text("seen"), readWhy(in, ""), confirmedLeftOut(in)...)
	again := func() (*atOncePage, error) {
		shown, err := r.atOncePage()
		if err != nil || shown.Held.Form == nil {
			return shown, err
		}
		fillReason(shown.Held.Form, in, "")
		tickAgain(shown.Held.LeftOut, in)
		return shown, nil
	}
	var stale *lab.StaleError
	if errors.As(err, &stale) {
		shown, failed := again()
		if failed != nil {
			return failed
		}
		shown.Moved = true
		return r.Instead(err, http.StatusConflict, "atonce.html", shown)
	}
	return r.End(err, sampleAddress(r.Number)+"?done=at_once", "atonce.html", func() (any, *page.Form, error) {
		shown, err := again()
		if err != nil {
			return nil, nil, err
		}
		return shown, shown.Held.Form, nil
	})
}

// heldRow is a sample that is not released among many, because it is held.
type heldRow struct {
	Address, Number, Since string
	Why                    []string
}

func (r *request) heldRow(n naming, number lab.SampleNumber, f *lab.File) heldRow {
	v := r.held(n, f)
	if v == nil { // somebody has released it meanwhile
		return heldRow{Address: sampleAddress(number), Number: number.String()}
	}
	return heldRow{sampleAddress(number), number.String(), v.Since, v.Why}
}

// heldLong leads to where samples are held for too long, for all who work with records there.
func (r *request) heldLong() (list []link, err error) {
	held, err := r.server.Store.HeldLong(r.Ctx(), r.Actor)
	for _, x := range held {
		text := r.Texts.Text("page.held.late_at", "Count", x.N, "Service", x.Service.Name, "Since", r.moment(x.Since))
		list = append(list, link{"/work?stage=" + string(x.Stage) + "&service=" + x.Service.Code, text})
	}
	return list, err
}
