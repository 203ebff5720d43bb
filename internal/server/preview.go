package server

import (
	"errors"
	"net/url"

	"marquis/internal/lab"
	"marquis/internal/page"
	"marquis/internal/store"
)

// What a preview is asked for by name; by none it is of what would be released, or else of
// what is.
const (
	previewNow    = "now"
	previewAtOnce = "at-once"
)

// previewBar says to staff, in their own language, what they see of a visitor's page. It is
// not printed.
type previewBar struct {
	wording
	Lang, What      string
	Number, Address string
	Languages       []page.LanguageLink
	Other           *link // what is released, or what would be; nil where there is no other
	Amends          bool  // the reason is still to be given
	Unreleased      bool  // paper says so too
	Released        bool  // something is: it can be noted that the visitor was told
}

// showPreview shows the page of a sample as its visitor reads it, or would after a release.
func showPreview(r *request) error {
	record, err := r.record(r.previewPurpose())
	if err != nil {
		return err
	}
	if err := lab.MayTell(r.Actor, r.Service.ID); err != nil {
		return err
	}
	if record.Sample.Undone() { // its code opens nothing
		return lab.ErrNotFound
	}
	visitor := r.listener()
	visitor.Signed = nil // the page around it is the public's
	file, bar, err := r.previewed(&record, visitor.Texts.Language())
	if err != nil {
		return err
	}
	service, err := r.serviceAt(file.Sample.LocationID)
	if err != nil {
		return err
	}
	shown, err := visitor.result(file, service)
	if err != nil {
		return err
	}
	shown.Bar, shown.Languages = bar, bar.Languages
	return visitor.Show("result.html", shown)
}

// previewed is the file of which the page is shown, with the bar above it.
func (r *request) previewed(record *store.SampleRecord, said string) (*lab.File, *previewBar, error) {
	of := r.Query("of")
	bar := &previewBar{
		wording: wording{r.Texts}, Lang: r.Texts.Language(), Number: record.Number.String(), Address: sampleAddress(record.Number),
		Released: record.Latest() != nil, What: r.Texts.Text("page.preview.now"),
	}
	for _, lang := range r.Site.Languages {
		bar.Languages = append(bar.Languages, page.LanguageLink{Code: lang, Name: r.Site.Texts[lang].Name(), Address: previewQuery(of, lang), Current: lang == said})
	}
	next, err := r.previewable(record.Sample.Key)
	switch {
	case err != nil:
		return nil, nil, err
	case next == nil:
		return &record.File, bar, nil
	case of == previewNow:
		bar.Other = &link{previewQuery("", said), r.Texts.Text("page.preview.see_next")}
		return &record.File, bar, nil
	}
	bar.What, bar.Unreleased, bar.Amends = r.Texts.Text("page.preview.next"), true, next.Publication.NeedsReason()
	if bar.Released {
		bar.Other = &link{previewQuery(previewNow, said), r.Texts.Text("page.preview.see_now")}
	}
	after, err := r.afterRelease(next)
	return after, bar, err
}

// previewQuery asks for the same preview in a language. It names no path, so that the frame
// which is kept of the page names no sample.
func previewQuery(of, lang string) string {
	query := url.Values{"say": {lang}}
	if of != "" {
		query.Set("of", of)
	}
	return "?" + query.Encode()
}

// previewPurpose is what a preview is looked at for: who may not release only tells.
func (r *request) previewPurpose() lab.Purpose {
	if lab.MayPublish(r.Actor, r.Service.ID) != nil || r.Query("of") == previewNow {
		return lab.ForReadOut
	}
	return lab.ForRelease
}

// previewable is what the actor would release of a sample now, or at once where it is held;
// nil where that is nothing.
func (r *request) previewable(key lab.Key) (*store.Proposal, error) {
	if lab.MayPublish(r.Actor, r.Service.ID) != nil {
		return nil, nil //nolint:nilerr // who may not release sees what is released
	}
	n, err := r.naming()
	if err != nil {
		return nil, err
	}
	proposals := []func() (store.Proposal, error){
		func() (store.Proposal, error) { return r.server.Store.Proposal(r.Ctx(), r.Actor, key) },
		func() (store.Proposal, error) { return r.server.Store.HeldProposal(r.Ctx(), r.Actor, key) },
	}
	if r.Query("of") == previewAtOnce {
		proposals = proposals[1:]
	}
	for _, propose := range proposals {
		p, err := propose()
		var refused *lab.MoveError
		switch {
		case errors.As(err, &refused):
		case err != nil:
			return nil, err
		case !saysTheSame(&p) && n.words.Unsaid(&p.File, &p.Publication) == nil: // else it is refused
			return &p, nil
		}
	}
	return nil, nil
}

// afterRelease is the file of a sample as its code opens it once what is proposed is released.
func (r *request) afterRelease(p *store.Proposal) (*lab.File, error) {
	next := p.Publication
	next.PublishedOn = r.day()
	return p.Followed(&next, r.Actor)
}
