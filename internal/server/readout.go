package server

import (
	"errors"
	"net/http"
	"slices"

	"marquis/internal/lab"
	"marquis/internal/locale"
	"marquis/internal/store"
)

// readOutPage is what is said of a result by phone, and the note that it was.
type readOutPage struct {
	view
	Number, Address string
	Said            languageLink // the language of the words
	Others          []languageLink
	Words           wording // of the one who listens
	Version         int32
	Result          *resultPage
	Form            *form
	Told            []string // when which version was told, and by whom
	Newer           bool     // another version came while the page was open
}

func (r *request) readOutPage() (*readOutPage, error) {
	record, err := r.record(lab.ForReadOut)
	if err != nil {
		return nil, err
	}
	if err := lab.MayTell(r.actor, r.service.ID); err != nil {
		return nil, err
	}
	latest := record.Latest()
	if latest == nil {
		return nil, lab.ErrNotFound
	}
	page := &readOutPage{
		view: r.view(r.texts.Text("page.readout.title")), Number: record.Number.String(), Address: sampleAddress(record.Number), Version: latest.Version,
		Form: newForm(r.hidden("version", versionText(latest.Version))),
	}
	listener := *r
	if chosen := r.Query("say"); slices.Contains(locale.Languages, chosen) {
		listener.texts = r.site.texts[chosen]
	}
	page.Words = wording{listener.texts}
	for _, lang := range locale.Languages {
		link := languageLink{Code: lang, Name: languageNames[lang], Address: page.Address + "/read-out?say=" + lang, Current: lang == listener.texts.Language()}
		if link.Current {
			page.Said = link
		}
		page.Others = append(page.Others, link)
	}
	if page.Result, err = listener.result(asReleased(record.File), r.service.Name); err != nil {
		return nil, err
	}
	page.Told = r.told(&record)
	slices.Reverse(page.Told)
	return page, nil
}

// told says who told which version to the visitor, in order.
func (r *request) told(record *store.SampleRecord) []string {
	said := make([]string, len(record.ReadOuts))
	for i, t := range record.ReadOuts {
		said[i] = r.texts.Text("page.record.told", "Version", t.Version, "Name", record.People[t.ToldBy], "When", r.moment(t.ToldAt))
	}
	return said
}

func readOut(r *request) error {
	page, err := r.readOutPage()
	if err != nil {
		return err
	}
	page.Notice = r.notice()
	return r.show("readout.html", page)
}

// tellResult notes that a version was told. Where there is a newer one, that is
// shown, to be told instead.
func tellResult(r *request) error {
	in, err := r.read()
	if err != nil {
		return err
	}
	key, err := r.key()
	if err != nil {
		return err
	}
	err = r.server.Store.TellResult(r.context(), r.actor, key, in.whole("version"))
	if err == nil {
		return r.see(sampleAddress(r.number) + "/read-out?done=told")
	}
	var stale *lab.StaleError
	if !errors.As(err, &stale) {
		return err
	}
	page, failed := r.readOutPage()
	if failed != nil {
		return failed
	}
	page.Newer = true
	return r.page(http.StatusConflict, "readout.html", page)
}
