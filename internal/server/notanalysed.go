package server

import (
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"marquis/internal/lab"
	"marquis/internal/locale"
	"marquis/internal/page"
	"marquis/internal/store"
)

// notAnalysedPage tells what was closed, and offers to undo it; or what became of that.
type notAnalysedPage struct {
	page.View
	Said    string
	Work    string   // address of the worklist
	Action  string   // that undoes it, empty where there is nothing to undo
	Closed  []string // values of the samples in the version that they have since
	Numbers []string
	Refused []string // why samples could not be opened again
}

// closeNotAnalysed closes the chosen samples, all or none.
func closeNotAnalysed(r *request) error {
	in, err := r.Read()
	if err != nil {
		return err
	}
	var chosen []store.VersionedKey
	for _, value := range in.Typed["samples"] {
		key, err := r.seenSample(value)
		if err != nil {
			return err
		}
		chosen = append(chosen, key)
	}
	stage, reason := in.Text("stage"), in.Text("reason")
	err = r.server.Store.NotAnalyse(r.Ctx(), r.Actor, chosen, reason)
	var refused lab.SampleErrors
	if errors.As(err, &refused) {
		return r.notAnalysedRefused(stage, in, refused)
	}
	if err == nil {
		return r.showClosed(stage, reason, in.Typed["samples"], chosen)
	}
	return r.Again(err, "work.html", func() (any, *page.Form, error) {
		shown, err := r.closeAgain(stage, in)
		if err != nil {
			return nil, nil, err
		}
		return shown, shown.Close, nil
	})
}

// showClosed tells which samples were closed.
func (r *request) showClosed(stage, reason string, values []string, closed []store.VersionedKey) error {
	shown := &notAnalysedPage{
		View: r.View(r.Texts.Text("page.closed.title")), Work: r.workOf(stage), Action: "/work/" + r.Service.Code + "/not-analysed/undo",
		Said: r.Texts.Text("page.closed.said", "Count", len(closed), "Reason", r.Texts.Code(locale.NotAnalysedReasons, reason)),
	}
	for i, value := range values {
		text, _, _ := strings.Cut(value, ".")
		number, err := lab.ParseSampleNumber(text)
		if err != nil {
			return err
		}
		shown.Numbers = append(shown.Numbers, text)
		shown.Closed = append(shown.Closed, seenValue(number, closed[i].Version+1))
	}
	return r.Show("notanalysed.html", shown)
}

// workOf is the address of a worklist of the service.
func (r *request) workOf(stage string) string {
	return "/work?" + url.Values{"service": {r.Service.Code}, "stage": {stage}}.Encode()
}

// undoNotAnalysed opens samples again that were closed by mistake, each for itself, and
// tells of those that could not be.
func undoNotAnalysed(r *request) error {
	in, err := r.Read()
	if err != nil {
		return err
	}
	shown := &notAnalysedPage{View: r.View(r.Texts.Text("page.closed.undone")), Work: r.workOf(string(lab.StageToAnalyse))}
	for _, value := range in.Typed["samples"] {
		key, err := r.seenSample(value)
		if err != nil {
			return err
		}
		number, _, _ := strings.Cut(value, ".")
		err = r.server.Store.Reopen(r.Ctx(), r.Actor, key)
		switch {
		case errors.Is(err, lab.ErrUnavailable) && len(shown.Numbers) == 0:
			return err // else it is told which were opened before
		case err != nil:
			shown.Refused = append(shown.Refused, number+": "+r.Said(err))
		default:
			shown.Numbers = append(shown.Numbers, number)
		}
	}
	shown.Said = r.Texts.Text("page.closed.undone_said", "Count", len(shown.Numbers))
	return r.Show("notanalysed.html", shown)
}

// reopenSample undoes the same for one sample, from its own page.
func reopenSample(r *request) error {
	in, err := r.Read()
	if err != nil {
		return err
	}
	key, err := r.key()
	if err != nil {
		return err
	}
	if err := r.server.Store.Reopen(r.Ctx(), r.Actor, store.VersionedKey{Key: key, Version: in.Whole("version")}); err != nil {
		return err
	}
	return r.See(sampleAddress(r.Number) + "?done=moved")
}

// reopening is the form of reopenSample, nil where the actor may not.
func (r *request) reopening(x *lab.Sample) (*moveForm, error) {
	if x.State != lab.NotAnalysed {
		return nil, nil
	}
	closing, err := r.server.Store.Closing(r.Ctx(), r.Actor, x.Key)
	if err != nil {
		return nil, err
	}
	if !x.MayReopen(r.Actor, r.day(), closing) {
		return nil, nil
	}
	f := page.NewForm(r.Hidden("version", versionText(x.Version)))
	return &moveForm{r.Texts.Text("page.closed.undo"), sampleAddress(r.Number) + "/reopening", "", f, false}, nil
}

// notAnalysedRefused shows the samples again, and why some of them cannot be closed.
func (r *request) notAnalysedRefused(stage string, in *page.Reader, refused lab.SampleErrors) error {
	shown, err := r.closeAgain(stage, in)
	if err != nil {
		return err
	}
	if shown.Close == nil {
		return refused
	}
	shown.Refused = r.SaidOfEach(refused)
	return r.Instead(refused, http.StatusConflict, "work.html", shown)
}

// closeAgain is the worklist with what was chosen and typed, where it still offers to
// close samples.
func (r *request) closeAgain(stage string, in *page.Reader) (*workPage, error) {
	shown, err := r.workPage(url.Values{"service": {r.Service.Code}, "stage": {stage}})
	if err != nil || shown.Close == nil {
		return shown, err
	}
	shown.Close.Set("reason", in.Text("reason"))
	for i := range shown.Rows {
		shown.Rows[i].Chosen = slices.Contains(in.Typed["samples"], shown.Rows[i].Value)
	}
	return shown, nil
}
