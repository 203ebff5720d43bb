package server

import (
	"errors"
	"net/http"

	"marquis/internal/lab"
	"marquis/internal/page"
	"marquis/internal/store"
)

// releasePage shows what would be released of a sample, and what was said before.
type releasePage struct {
	page.View
	Number, Address string
	Next            *publicationView // nil where nothing is verified
	Before          *publicationView // the latest version, nil for none
	Will, Said      *resultPage      // what the visitor would read, and reads now
	Refusals        []string         // for which it would be refused as it is
	Apart           []string         // what the analyses say differently
	LeftOut         []leftOutView    // what was found, and would not be told
	Ties            []tieView        // amounts of which one has to be marked
	Marked          []tiedView       // analyses that are marked as the one to report
	Aside           []tabView        // analyses of which findings can be set aside
	Entered         int              // analyses that do not count yet
	Doubtful        int              // analyses that count and were made before the result was taken back
	Nothing         string           // why there is nothing to release
	Moved           bool             // it is not what the reader saw when confirming
	Form            *page.Form       // nil where it cannot be released
	Following       *nextView        // on the worklist, nil for none
	Withdraws       bool             // the reader is here to take it back
	Exchanged       bool             // with a sample whose result was taken back just now
	Withdrawal      *page.Form       // nil where there is nothing to take back
	Held            *heldView        // nil where the sample is not held
}

func (r *request) releasePage() (*releasePage, error) {
	n, err := r.recordNaming()
	if err != nil {
		return nil, err
	}
	record, err := r.record(lab.ForRelease)
	if err != nil {
		return nil, err
	}
	following, err := r.nextOf(n, &record.Sample)
	if err != nil {
		return nil, err
	}
	shown := &releasePage{View: r.View(r.Texts.Text("page.release.title")), Number: record.Number.String(), Address: sampleAddress(record.Number), Following: following}
	shown.Exchanged, shown.Withdraws = r.Query("done") == "withdrawn", r.Query("withdraw") != ""
	if shown.Held, err = r.heldBeside(n, &record.File); err != nil {
		return nil, err
	}
	version := versionText(record.Sample.Version)
	service, err := r.serviceAt(record.Sample.LocationID)
	if err != nil {
		return nil, err
	}
	if latest := record.Latest(); latest != nil {
		before := n.publicationView(latest)
		shown.Before = &before
		if shown.Said, err = r.result(&record.File, service); err != nil {
			return nil, err
		}
		if lab.Allowed(r.Actor, &record.File).Has(lab.WithdrawResult, record.Sample.ID) {
			shown.Withdrawal = r.withdrawalForm(version)
			if err := r.keeps(shown.Withdrawal, shown.Address+"/withdrawal"); err != nil {
				return nil, err
			}
		}
	}
	p, err := r.server.Store.Proposal(r.Ctx(), r.Actor, record.Sample.Key)
	var refused *lab.MoveError
	if errors.As(err, &refused) {
		shown.Nothing = r.Said(err)
		return shown, nil
	}
	if err != nil {
		return nil, err
	}
	return shown, r.addProposal(shown, n, p, service)
}

// addProposal shows what would be released, and offers to.
func (r *request) addProposal(shown *releasePage, n naming, p store.Proposal, service *lab.Service) (err error) {
	shown.Entered = p.Count(lab.Entered)
	shown.Aside, shown.Marked = r.asideLinks(n, &p.File), r.markedAnalyses(n, &p.File)
	unsaid := n.words.Unsaid(&p.File, &p.Publication)
	if err := p.Repeats(&p.Publication); err != nil && len(p.Refusals) == 0 && unsaid == nil {
		shown.Nothing = r.Said(err)
		return nil
	}
	shown.Doubtful, shown.Apart = p.Doubtful(), n.disagreements(&p.File)
	shown.LeftOut, shown.Ties = n.leftOut(&p.Publication.Result), n.ties(&p.Publication, &p.File, p.Sample.Number(r.Service.Code))
	next := n.publicationView(&p.Publication)
	shown.Next = &next
	after, err := r.afterRelease(&p)
	if err != nil {
		return err
	}
	if shown.Will, err = r.result(after, service); err != nil {
		return err
	}
	for _, m := range p.Refusals {
		row, _, _ := lab.ParseFindingField(m.Field)
		substance := n.substance(p.Publication.Result.Findings[row].SubstanceID)
		shown.Refusals = append(shown.Refusals, substance+": "+r.Texts.Sentence(m.Format, m.Args...))
	}
	if unsaid != nil {
		shown.Refusals = append(shown.Refusals, r.Said(unsaid))
	}
	if len(shown.Refusals) > 0 {
		return nil
	}
	shown.Form = page.NewForm(r.Hidden("version", versionText(p.Sample.Version)), r.Hidden("seen", p.Seen))
	if p.Publication.NeedsReason() {
		shown.Form.Fields = append(shown.Form.Fields, r.reasonFields("")...)
	}
	r.confirmLeftOut(shown.Form, shown.LeftOut)
	return r.keeps(shown.Form, shown.Address+"/release")
}

// asideLinks lead to where findings of an analysis are set aside.
func (r *request) asideLinks(n naming, f *lab.File) (links []tabView) {
	may := lab.Allowed(r.Actor, f)
	for i := range f.Evidence {
		if a := &f.Evidence[i].Analysis; may.Has(lab.SetAsideFindings, a.ID) && len(f.Evidence[i].Findings) > 0 {
			links = append(links, tabView{Label: n.method(a.MethodID), Address: sampleAddress(f.Sample.Number(r.Service.Code)) + "/analyses/" + a.ID.String() + "/aside"})
		}
	}
	return links
}

func showReleaseForm(r *request) error {
	page, err := r.releasePage()
	if err != nil {
		return err
	}
	page.Notice = r.notice()
	return r.Show("release.html", page)
}

// publishResult publishes what was seen, and goes on to the next sample of the worklist
// where that is asked for. Where anything else would be released, it is shown again.
func publishResult(r *request) error {
	in, err := r.Read()
	if err != nil {
		return err
	}
	key, err := r.key()
	if err != nil {
		return err
	}
	_, err = r.server.Store.PublishResult(r.Ctx(), r.Actor, key, in.Whole("version"), in.Text("seen"), readWhy(in, ""), confirmedLeftOut(in)...)
	var stale *lab.StaleError
	if errors.As(err, &stale) {
		shown, failed := r.releaseAgain(in)
		if failed != nil {
			return failed
		}
		shown.Moved = true
		return r.Instead(err, http.StatusConflict, "release.html", shown)
	}
	if err == nil && in.Text("go_on") == "yes" {
		return r.goOn(key, "published")
	}
	return r.End(err, sampleAddress(r.Number)+"?done=published", "release.html", func() (any, *page.Form, error) {
		shown, err := r.releaseAgain(in)
		if err != nil {
			return nil, nil, err
		}
		tickAgain(shown.LeftOut, in)
		return shown, shown.Form, nil
	})
}

// releaseAgain is the page with the reason that was typed, where it still asks for one.
func (r *request) releaseAgain(in *page.Reader) (*releasePage, error) {
	shown, err := r.releasePage()
	if err == nil && shown.Form != nil {
		fillReason(shown.Form, in, "")
	}
	return shown, err
}
