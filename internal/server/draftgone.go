package server

import (
	"cmp"
	"errors"
	"net/http"
	"net/url"

	"marquis/internal/lab"
	"marquis/internal/page"
)

// finishedPage tells what became of a draft, or of a slip.
type finishedPage struct {
	page.View
	Number  string // of the sample, empty where a draft was dropped
	By, At  string // who registered it, and when
	Text    string // more of it
	Slip    string // address of the slip, where this session can still see it
	Apart   string // address of the draft of what was typed since, empty for none
	Other   string // address of what was typed in another window, empty for none
	Counter string
}

// finished tells what became of a draft that is not there any more, and where what was
// typed into it since is kept.
func (r *request) finished(draft lab.Key, apart string) error {
	page := finishedPage{View: r.View(r.Texts.Text("page.register.finished")), Counter: r.counterAddress(), Apart: apart}
	record, err := r.server.Store.ReadSampleUnseen(r.Ctx(), r.Actor, draft)
	switch {
	case errors.Is(err, lab.ErrNotFound):
		page.Title, page.Text = r.Texts.Text("page.register.dropped"), r.Texts.Text("page.register.dropped_text")
	case err != nil:
		return err
	default:
		page.Number, page.Text = record.Number.String(), r.Texts.Text("page.register.no_slip")
		page.By, page.At = record.People[record.Sample.RegisteredBy], r.moment(record.Sample.RegisteredAt)
		if page.Slip, err = r.ownSlip(&record.Sample); err != nil {
			return err
		}
		if page.Slip != "" {
			page.Text = r.Texts.Text("page.register.own_slip")
		}
	}
	return r.Instead(lab.ErrConflict, http.StatusConflict, "finished.html", page)
}

// draftOvertaken answers a form whose draft somebody has saved from another window since
// it was shown: neither overwrites the other.
func (r *request) draftOvertaken(shown *registerPage, in *page.Reader, key lab.Key) error {
	apart, err := r.keepApart(shown, in, key)
	if err != nil {
		return err
	}
	return r.Instead(lab.ErrConflict, http.StatusConflict, "finished.html", finishedPage{
		View: r.View(r.Texts.Text("page.register.overtaken")), Counter: r.counterAddress(), Apart: apart,
		Text: r.Texts.Text("page.register.overtaken_text"), Other: r.draftAddress(key.ID),
	})
}

// draftGone answers a form that was refused because its draft is gone. The form that
// registered it gets its slip, unless something was typed since. What was typed is kept as a
// draft of its own, of the same visit, unless it is what was registered.
func (r *request) draftGone(shown *registerPage, in *page.Reader, refused error) error {
	key, err := r.draftKey()
	if err != nil {
		return err
	}
	if kept, err := r.keptSlip(shown.Key); err == nil && kept.Sample == key {
		apart, err := r.keepApart(shown, in, key)
		if err != nil {
			return err
		}
		if apart != "" {
			return r.finished(key, apart)
		}
	}
	if err := r.sentBefore(shown.Key, lab.ErrConflict); !errors.Is(err, lab.ErrConflict) {
		return err
	}
	if _, err := r.server.Store.Draft(r.Ctx(), r.Actor, key); !errors.Is(err, lab.ErrNotFound) {
		return cmp.Or(err, refused) // it is refused for something else
	}
	apart, err := r.keepApart(shown, in, key)
	if err != nil {
		return err
	}
	return r.finished(key, apart)
}

// keepApart keeps what was typed in this window into a draft that is gone, and returns
// the address of its draft; empty where there is nothing to keep.
func (r *request) keepApart(shown *registerPage, in *page.Reader, gone lab.Key) (string, error) {
	record, err := r.server.Store.ReadSampleUnseen(r.Ctx(), r.Actor, gone)
	registered := err == nil
	if err != nil && !errors.Is(err, lab.ErrNotFound) {
		return "", err
	}
	typed := url.Values{}
	for name, values := range in.Typed {
		typed[name] = values
	}
	if registered {
		same, err := r.sameSample(shown, in, &record.File)
		if err != nil || same {
			return "", err
		}
		typed.Del(visitField)
		if visit := record.Sample.VisitID; !visit.IsZero() {
			typed.Set(visitField, visit.String())
		}
	}
	content, err := draftContent(shown.Form, typed)
	if err != nil {
		return "", err
	}
	id, err := r.server.Store.KeepDraftApart(r.Ctx(), r.Actor, gone, shown.Key, content)
	if errors.Is(err, lab.ErrConflict) { // it was registered as a further sample
		return "", nil
	}
	return r.draftAddress(id), err
}

// sameSample tells whether what was typed is what was registered, of which the day that is
// usual, a reason for nothing and what was confirmed are no part.
func (r *request) sameSample(shown *registerPage, in *page.Reader, registered *lab.File) (bool, error) {
	n, err := r.naming()
	if err != nil {
		return false, err
	}
	var typed lab.File
	typed.Sample.ServiceID = r.Service.ID
	described := &sampleReader{Reader: r.reader(in.Typed), naming: n, locations: shown.locations}
	typed.Expected = described.describe(&typed.Sample)
	if shown.visit != nil {
		typed.Sample.VisitID = shown.visit.ID
	}
	described.counter().Place(&typed.Sample)
	if len(described.Mistakes) > 0 {
		return false, nil
	}
	r.Service.TermsAt(typed.Sample.LocationID, shown.locations).Expect(&typed.Sample)
	if registered.Sample.Overruled == "" {
		typed.Sample.Overruled = ""
	}
	typed.Sample.Confirmed = registered.Sample.Confirmed
	was, is := sampleFields.values(n, registered), sampleFields.values(n, &typed)
	for _, x := range sampleFields {
		if !sameValues(was[x.name], is[x.name]) {
			return false, nil
		}
	}
	return true, nil
}
