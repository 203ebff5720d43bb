package server

import (
	"cmp"
	"context"
	"errors"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"marquis/internal/credential"
	"marquis/internal/lab"
	"marquis/internal/page"
	"marquis/internal/store"
)

// Addresses by which forms are kept and dropped; the query names the form.
const (
	keepFormPath = "/drafts"
	dropFormPath = "/drafts/drop"
	formName     = "form"
	windowName   = "draft" // in the query of a page: of the window whose draft is shown
)

// typedBefore is what a form shows of what was typed before and not saved.
type typedBefore struct {
	*page.Kept
	typed url.Values // nil where there is none, and where the form itself was sent
}

// typedBefore finds what was typed into the form that is sent to a path and holds something
// of it. Of several windows the latest is shown, or the one that the address names; the
// others are told. A form that was sent goes on in its window.
func (r *request) typedBefore(path string, holds func(url.Values) bool) (typedBefore, error) {
	kept := r.NewKept(page.WithQuery(keepFormPath, formName, path), page.WithQuery(dropFormPath, formName, path), credential.NewRequestKey(), "")
	if r.Request.Method == http.MethodPost && r.Request.URL.Path == path {
		typed, err := r.Typed()
		x, told := formWindow(path, typed)
		if err != nil || !told {
			return typedBefore{Kept: kept}, err
		}
		kept.Key, kept.From = x.Key, typed.Get(page.FromField)
		kept.Full, err = r.notKept(x, typed)
		return typedBefore{Kept: kept}, err
	}
	if err := r.notKeptBefore(kept, path); err != nil {
		return typedBefore{}, err
	}
	drafts, err := r.server.Store.FormDrafts(r.Ctx(), r.Actor, path)
	if err != nil {
		return typedBefore{}, err
	}
	var all []url.Values
	var kinds []lab.FormDraft
	for _, d := range drafts {
		typed, err := readDraft(d.Content)
		if err != nil {
			return typedBefore{}, err
		}
		if holds(typed) {
			all, kinds = append(all, typed), append(kinds, d)
		}
	}
	if len(all) == 0 {
		return typedBefore{Kept: kept}, nil
	}
	shown := max(0, slices.IndexFunc(kinds, func(d lab.FormDraft) bool { return d.FormKey == r.Query(windowName) }))
	k, _ := keptFormAt(path)
	for i, d := range kinds {
		if i != shown {
			kept.Others = append(kept.Others, page.KeptElsewhere{Address: page.WithQuery(k.page(path, all[i]), windowName, d.FormKey), At: r.moment(d.SavedAt)})
		}
	}
	kept.From, kept.At = kinds[shown].FormKey+"."+strconv.FormatInt(kinds[shown].SavedAt.Time().UnixMicro(), 10), r.moment(kinds[shown].SavedAt)
	return typedBefore{kept, all[shown]}, nil
}

// keeps lets a form be kept while it is typed, under the path that it is sent to, and
// fills in what was typed before and not saved. What is hidden stays as the page has it:
// whoever saves has seen the record as it is now, and is told where it has changed.
func (r *request) keeps(f *page.Form, path string) error {
	u, err := r.typedBefore(path, f.Holds)
	if err != nil {
		return err
	}
	f.Kept = u.Kept
	if u.typed == nil {
		return nil
	}
	if version, missing := f.Field("version"); missing == nil && version.Kind == page.HiddenField {
		u.Moved = version.Value() != u.typed.Get("version")
	}
	f.Resume(u.typed)
	return nil
}

// formWindow is a form in the window from which it was sent, and whether it tells one.
func formWindow(path string, typed url.Values) (x store.FormWindow, told bool) {
	x = store.FormWindow{Address: path, Key: typed.Get(page.KeyField)}
	from, saved, _ := strings.Cut(typed.Get(page.FromField), ".")
	if micros, err := strconv.ParseInt(saved, 10, 64); err == nil && credential.IsRequestKey(from) {
		x.From, x.FromSaved = from, lab.At(time.UnixMicro(micros))
	}
	return x, credential.IsRequestKey(x.Key)
}

// keepForm keeps what was typed into a form for its user. Where nothing is left of it,
// what was kept before goes.
func (r *request) keepForm(by lab.Actor, k *keptForm, path string, typed url.Values) error {
	content, err := k.content(typed)
	if err != nil {
		return err
	}
	x, told := formWindow(path, typed)
	switch {
	case content == "" && told:
		return r.server.Store.DropForm(r.Ctx(), by, path, x.Key)
	case content == "":
		return nil
	case !told:
		x.Key = credential.NewRequestKey()
	}
	return r.server.Store.KeepForm(r.Ctx(), by, x, content)
}

// errOtherUser refuses a form that somebody else has opened, who has signed out since:
// it would be signed by the wrong person.
var errOtherUser = errors.New("opened by another user")

// answer answers a request. What is sent to a form that is kept goes from what is kept
// where it is saved, and is kept where it is not.
func (r *request) answer(rt route) error {
	if rt.method != post || rt.access.Public {
		return rt.handle(r)
	}
	typed, err := r.Typed()
	if err != nil {
		return err
	}
	if user := typed.Get(page.UserField); user != "" && user != strconv.Itoa(int(r.Actor.UserID)) {
		return errOtherUser
	}
	k, _ := keptFormAt(r.Request.URL.Path)
	if k == nil {
		return rt.handle(r)
	}
	x, told := formWindow(r.Request.URL.Path, typed)
	if !told {
		return rt.handle(r)
	}
	r.Within(func(ctx context.Context) context.Context { return store.SavesForm(ctx, x) })
	err = rt.handle(r)
	var kept error
	switch saved := err == nil && (r.Writer.Status() == http.StatusSeeOther || store.FormIsSaved(r.Ctx())); {
	case !saved:
		kept = r.keepForm(r.Actor, k, x.Address, typed)
	case !store.FormIsSaved(r.Ctx()): // it changed nothing
		kept = r.server.Store.DropForm(r.Ctx(), r.Actor, x.Address, x.Key)
	}
	if kept != nil {
		r.server.Log.Warn("keep a form", "route", r.FullPath(), "error", page.Cause(kept))
	}
	if err != nil && len(page.FieldErrors(kept)) > 0 {
		return &notKeptError{err, kept}
	}
	return err
}

// unsavedForm is a form in a list of what somebody has typed and not saved.
type unsavedForm struct {
	Label, Address, At string
	Typed              []string // for whom the form cannot be opened any more
	Drop, From         string   // where it is dropped, and which
}

// unsavedForms are the forms that the reader has typed into and not saved.
func (r *request) unsavedForms() ([]unsavedForm, error) {
	drafts, err := r.server.Store.OwnFormDrafts(r.Ctx(), r.Actor)
	var list []unsavedForm
	for _, d := range drafts {
		if x, failed := r.unsavedForm(d); failed == nil { // else a form of another version of the program
			list = append(list, x)
		}
	}
	return list, err
}

func (r *request) unsavedForm(d lab.FormDraft) (unsavedForm, error) {
	k, params := keptFormAt(d.Address)
	if k == nil {
		return unsavedForm{}, lab.ErrNotFound
	}
	typed, err := readDraft(d.Content)
	label := r.Texts.Text(k.named)
	if about := cmp.Or(params[":number"], params[":service"]); about != "" {
		label = about + ": " + label
	}
	return unsavedForm{
		Label: label, Address: page.WithQuery(k.page(d.Address, typed), windowName, d.FormKey), At: r.moment(d.SavedAt), Typed: textsOf(typed),
		Drop: page.WithQuery(dropFormPath, formName, d.Address), From: d.FormKey,
	}, err
}

// textsOf is what somebody has typed, in the order of its fields, without what the page
// had hidden.
func textsOf(typed url.Values) (texts []string) {
	for _, name := range slices.Sorted(maps.Keys(typed)) {
		if name == "version" || name == "began" || name == "stage" {
			continue
		}
		for _, text := range typed[name] {
			if text != "" {
				texts = append(texts, text)
			}
		}
	}
	return texts
}

// askedForm is the form that the query names, if the reader may send it.
func (r *request) askedForm() (k *keptForm, path string, err error) {
	path = r.Query(formName)
	k, params := keptFormAt(path)
	if k == nil {
		return nil, "", lab.ErrNotFound
	}
	return k, path, r.maySend(r.Actor, k.sent, params)
}

// maySend refuses an actor who may not send what goes to a route, at the service that its
// parameters name.
func (r *request) maySend(by lab.Actor, sent string, params map[string]string) (err error) {
	code := params[":service"]
	if text := params[":number"]; text != "" {
		number, err := lab.ParseSampleNumber(text)
		if err != nil {
			return lab.ErrNotFound
		}
		code = number.Service
	}
	var service lab.Service
	if code != "" {
		if service, err = r.server.Store.Service(r.Ctx(), by, code); err != nil {
			return err
		}
	}
	at := slices.IndexFunc(r.server.routes, func(rt route) bool { return rt.method == post && rt.path == sent })
	if at < 0 || !r.server.routes[at].access.Lets(by, service.ID) {
		return lab.ErrNotFound
	}
	return nil
}

// keepTyped keeps a form while it is being typed, see web/static/draft.js.
func keepTyped(r *request) error {
	typed, err := r.Typed()
	if err != nil {
		return err
	}
	k, path, err := r.askedForm()
	if err != nil {
		return err
	}
	if _, told := formWindow(path, typed); !told {
		return page.ErrBadForm
	}
	if err := r.keepForm(r.Actor, k, path, typed); err != nil {
		return err
	}
	r.Status(http.StatusNoContent)
	return nil
}
