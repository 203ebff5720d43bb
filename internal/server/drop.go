package server

import (
	"errors"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"marquis/internal/credential"
	"marquis/internal/lab"
	"marquis/internal/page"
)

// dropPage asks whether what was typed is to be dropped, and tells what that is.
type dropPage struct {
	page.View
	About  string   // the form, or the draft
	Typed  []string // what goes
	Action string
	Form   *page.Form // what goes along
	Back   string
}

// sureField names the field that says that one has seen what is dropped.
const sureField = "sure"

func (r *request) askToDrop(p dropPage, along ...*page.Field) error {
	p.View = r.View(r.Texts.Text("page.draft.drop_title"))
	p.Form = page.NewForm(append(along, r.Hidden(sureField, "yes"))...)
	return r.Show("drop.html", p)
}

// dropDraft removes a draft once whoever drops it has seen what it holds; one that is gone
// already is no mistake. What somebody has typed since is not dropped.
func dropDraft(r *request) error {
	typed, err := r.Typed()
	if err != nil {
		return err
	}
	key, err := r.draftKey()
	if err != nil {
		return err
	}
	overtaken, err := r.overtaken(key, typed)
	switch {
	case err != nil:
		return err
	case typed.Get(sureField) == "":
		return r.askToDropDraft(key, typed, overtaken)
	case overtaken:
		return r.See(r.draftAddress(key.ID))
	}
	return r.dropNow(key)
}

func (r *request) dropNow(key lab.Key) error {
	if err := r.server.Store.DropDraft(r.Ctx(), r.Actor, key); err != nil && !errors.Is(err, lab.ErrNotFound) {
		return err
	}
	return r.See(r.counterAddress())
}

// askToDropDraft keeps what was sent of a draft, and asks whether it is to be dropped. One
// into which nothing was typed is dropped unasked.
func (r *request) askToDropDraft(key lab.Key, typed url.Values, overtaken bool) error {
	shown, err := r.registerPage(typed)
	if err != nil {
		return err
	}
	switch sent := typed.Has(requestKeyField); {
	case overtaken: // this window has a draft of its own
		_, err = r.keepApart(shown, &page.Reader{Typed: typed}, key)
		key.ID = key.ID.Beside(shown.Key)
	case sent:
		err = r.keepDraft(shown.Form, typed)
	}
	if err != nil && !errors.Is(err, lab.ErrNotFound) {
		return r.Again(err, "register.html", shown.again)
	}
	draft, err := r.server.Store.Draft(r.Ctx(), r.Actor, key)
	if errors.Is(err, lab.ErrNotFound) {
		return r.See(r.counterAddress())
	}
	if err != nil {
		return err
	}
	holds, err := readDraft(draft.Content)
	if err != nil {
		return err
	}
	if !r.typedInto(holds) {
		return r.dropNow(key)
	}
	asks := dropPage{About: r.draftSummary(holds), Action: r.draftAddress(key.ID) + "/drop", Back: r.draftAddress(key.ID)}
	for _, x := range shown.Form.Fields {
		if values := holds[x.Name]; strings.Join(values, "") != "" && x.Name != "give_code" {
			asks.Typed = append(asks.Typed, x.Label+": "+x.Written(values))
		}
	}
	window := r.Hidden(requestKeyField, credential.NewRequestKey())
	return r.askToDrop(asks, window, r.Hidden(shownField, strconv.FormatInt(draft.SavedAt.Time().UnixMicro(), 10)))
}

// dropTyped drops what was kept of a form once its user has seen it, and leads back to it.
func dropTyped(r *request) error {
	typed, err := r.Typed()
	if err != nil {
		return err
	}
	k, path, err := r.askedForm()
	if err != nil {
		return err
	}
	key, _, _ := strings.Cut(typed.Get(page.FromField), ".")
	next := k.page(path, nil)
	if typed.Get("next") == "staff" {
		next = "/staff"
	}
	if typed.Get(sureField) == "" {
		drafts, err := r.server.Store.FormDrafts(r.Ctx(), r.Actor, path)
		if err != nil {
			return err
		}
		if at := slices.IndexFunc(drafts, func(d lab.FormDraft) bool { return d.FormKey == key }); at >= 0 {
			return r.askToDropForm(drafts[at], typed)
		}
		return r.See(next)
	}
	if err := r.server.Store.DropForm(r.Ctx(), r.Actor, path, key); err != nil {
		return err
	}
	return r.See(next)
}

func (r *request) askToDropForm(d lab.FormDraft, typed url.Values) error {
	shown, err := r.unsavedForm(d)
	if err != nil {
		return err
	}
	asks := dropPage{About: shown.Label, Typed: shown.Typed, Action: shown.Drop, Back: shown.Address}
	return r.askToDrop(asks, r.Hidden(page.FromField, d.FormKey), r.Hidden("next", typed.Get("next")))
}
