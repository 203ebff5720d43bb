package server

import (
	"errors"
	"net/http"
	"slices"

	"marquis/internal/lab"
	"marquis/internal/page"
)

// readOutPage is what is said of a result by phone, and the note that it was.
type readOutPage struct {
	page.View
	Number, Address string
	Said            page.LanguageLink // the language of the words
	Others          []page.LanguageLink
	Words           wording // of the one who listens
	Version         int32
	Result          *resultPage
	Form            *page.Form
	Told            []string // when which version was told, and by whom
	Newer           bool     // another version came while the page was open
}

func (r *request) readOutPage() (*readOutPage, error) {
	record, err := r.record(lab.ForReadOut)
	if err != nil {
		return nil, err
	}
	if err := lab.MayTell(r.Actor, r.Service.ID); err != nil {
		return nil, err
	}
	latest := record.Latest()
	if latest == nil {
		return nil, lab.ErrNotFound
	}
	shown := &readOutPage{
		View: r.View(r.Texts.Text("page.readout.title")), Number: record.Number.String(), Address: sampleAddress(record.Number), Version: latest.Version,
		Form: page.NewForm(r.Hidden("version", versionText(latest.Version))),
	}
	listener := r.listener() // the page around it stays in the language of who reads it out
	shown.Words = wording{listener.Texts}
	for _, lang := range r.Site.Languages {
		link := page.LanguageLink{Code: lang, Name: r.Site.Texts[lang].Name(), Address: shown.Address + "/read-out?say=" + lang, Current: lang == listener.Texts.Language()}
		if link.Current {
			shown.Said = link
		}
		shown.Others = append(shown.Others, link)
	}
	service, err := r.serviceAt(record.Sample.LocationID)
	if err != nil {
		return nil, err
	}
	if shown.Result, err = listener.result(&record.File, service); err != nil {
		return nil, err
	}
	shown.Told = r.told(&record)
	slices.Reverse(shown.Told)
	return shown, nil
}

// listener is the request in the language in which a result is told.
func (r *request) listener() *request {
	listener, hearing := *r, *r.pageRequest
	listener.pageRequest = &hearing
	if chosen := r.Query("say"); slices.Contains(r.Site.Languages, chosen) {
		listener.Texts = r.Site.Texts[chosen]
	}
	return &listener
}

func showReadOut(r *request) error {
	page, err := r.readOutPage()
	if err != nil {
		return err
	}
	page.Notice = r.notice()
	return r.Show("readout.html", page)
}

// tellResult notes that a version was told. Where there is a newer one, that is
// shown, to be told instead.
func tellResult(r *request) error {
	in, err := r.Read()
	if err != nil {
		return err
	}
	key, err := r.key()
	if err != nil {
		return err
	}
	err = r.server.Store.TellResult(r.Ctx(), r.Actor, key, in.Whole("version"))
	if err == nil {
		return r.See(sampleAddress(r.Number) + "/read-out?done=told")
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
	return r.Instead(err, http.StatusConflict, "readout.html", page)
}
