package server

import (
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"marquis/internal/credential"
	"marquis/internal/lab"
	"marquis/internal/page"
	"marquis/internal/store"
)

// visitField names the visit in a draft and in the form: a further sample of a
// visit is registered to it.
const visitField = "visit_id"

// broughtField names the field that says how many samples were brought on the visit. Only
// slips tell it.
const broughtField = "brought"

// draftPath is the path of a draft at the counter.
const draftPath = "/counter/:service/drafts/:draft"

// draftContent writes what was typed into the fields of a form as a draft keeps it.
func draftContent(f *page.Form, typed url.Values) (string, error) {
	kept := url.Values{}
	for _, x := range f.Fields {
		if values := typed[x.Name]; strings.Join(values, "") != "" {
			kept[x.Name] = withoutCodes(values)
		}
	}
	if visit := typed.Get(visitField); visit != "" {
		kept.Set(visitField, visit)
	}
	return writeDraft(kept)
}

// withoutCodes leaves the lookup codes out of what was typed: no draft holds one.
func withoutCodes(values []string) []string {
	without := make([]string, len(values))
	for i, v := range values {
		without[i] = lab.WithoutCodes(v)
	}
	return without
}

// writeDraft writes what was typed as a draft keeps it.
func writeDraft(typed url.Values) (string, error) {
	text, err := json.Marshal(typed)
	return string(text), err
}

func readDraft(content string) (url.Values, error) {
	var kept url.Values
	err := json.Unmarshal([]byte(content), &kept)
	return kept, err
}

// draftKey is the draft that the address names.
func (r *request) draftKey() (lab.Key, error) {
	id, err := lab.ParseID(r.Param("draft"))
	if err != nil {
		return lab.Key{}, lab.ErrNotFound
	}
	return lab.Key{ServiceID: r.Service.ID, ID: id}, nil
}

func (r *request) draftAddress(id lab.ID) string {
	return r.counterAddress() + "/drafts/" + id.String()
}

// beginDraft keeps a new draft with what it begins with, and leads to it.
func (r *request) beginDraft(begun url.Values) error {
	f, err := r.sampleForm()
	if err != nil {
		return err
	}
	content, err := draftContent(f.Form, begun)
	if err != nil {
		return err
	}
	id, err := r.server.Store.NewDraft(r.Ctx(), r.Actor, r.Service.ID, content)
	if err != nil {
		return err
	}
	return r.See(r.draftAddress(id))
}

// startVisit begins the first sample of a visit.
func startVisit(r *request) error {
	in, err := r.Read()
	if err != nil {
		return err
	}
	begun := r.usual()
	begun.Set("location_id", in.Text("location_id"))
	return r.beginDraft(begun)
}

// usual is what nearly every sample begins with.
func (r *request) usual() url.Values {
	return url.Values{
		"received_on": {r.day().String()}, "channel": {string(lab.FrontOfHouse)}, "price_currency": {r.Service.Currency}, "give_code": {"yes"},
	}
}

// startNextSample begins another sample of the same visit as a registered one, with what
// belongs to the visit. Its look is copied where somebody asks for it: copyLook.
func startNextSample(r *request) error {
	key, err := r.key()
	if err != nil {
		return err
	}
	x, _, err := r.server.Store.Sample(r.Ctx(), r.Actor, key)
	if err != nil {
		return err
	}
	n, err := r.naming()
	if err != nil {
		return err
	}
	begun := r.usual()
	for name, values := range sampleFields.values(n, &lab.File{Sample: x.OfVisit()}) {
		begun[name] = values
	}
	if x.VisitID.IsZero() {
		return r.beginDraft(begun)
	}
	begun.Set(visitField, x.VisitID.String())
	visit, err := r.visit(x.VisitID.String())
	if err != nil {
		return err
	}
	brought, err := r.brought(&x)
	if err != nil {
		return err
	}
	if brought > visit.Taken {
		begun.Set(broughtField, strconv.Itoa(int(brought)))
	}
	return r.beginDraft(begun)
}

// settleDays writes days out that were told from today, such as yesterday: a draft may be
// opened on another.
func (r *request) settleDays(typed url.Values) {
	in := &sampleReader{Reader: r.reader(typed)}
	for _, x := range sampleFields {
		if x.kind.as == page.DateField {
			x.kind.read(in, x.name, &lab.File{})
		}
	}
}

// keepDraft keeps what was typed so far.
func (r *request) keepDraft(f *page.Form, typed url.Values) error {
	key, err := r.draftKey()
	if err != nil {
		return err
	}
	r.settleDays(typed)
	content, err := draftContent(f, typed)
	if err != nil {
		return err
	}
	return r.server.Store.SaveDraft(r.Ctx(), r.Actor, key, content, draftWindow(typed))
}

// shownField names the hidden field that tells when the draft was saved that is shown.
const shownField = "shown"

// draftWindow is the window that was sent. What tells none of a browser overtakes others.
func draftWindow(typed url.Values) store.DraftWindow {
	key := typed.Get(requestKeyField)
	micros, err := strconv.ParseInt(typed.Get(shownField), 10, 64)
	if err != nil || !credential.IsRequestKey(key) {
		return store.DraftWindow{}
	}
	return store.DraftWindow{Key: key, Shown: lab.At(time.UnixMicro(micros))}
}

// saveDraft keeps a draft while it is being typed, see web/static/draft.js.
func saveDraft(r *request) error {
	typed, err := r.Typed()
	if err != nil {
		return err
	}
	f, err := r.sampleForm()
	if err != nil {
		return err
	}
	kept := http.StatusNoContent
	err = r.keepDraft(f.Form, typed)
	if errors.Is(err, lab.ErrNotFound) || errors.Is(err, lab.ErrConflict) {
		kept = http.StatusCreated // as a draft of its own
		err = r.keepLate(typed, err)
	}
	if err != nil {
		return err
	}
	r.Status(kept)
	return nil
}

// keepLate keeps what is typed into a draft that somebody else has registered meanwhile,
// or saved from another window. What comes late of the form that registered it is none of
// that, and what was dropped stays so.
func (r *request) keepLate(typed url.Values, refused error) error {
	key, err := r.draftKey()
	if err != nil {
		return err
	}
	if errors.Is(refused, lab.ErrNotFound) {
		if _, _, err := r.server.Store.Sample(r.Ctx(), r.Actor, key); err != nil {
			return err
		}
	}
	shown, err := r.registerPage(typed)
	if err != nil {
		return err
	}
	if _, err := r.keptSlip(shown.Key); !errors.Is(err, lab.ErrNotFound) {
		return err
	}
	_, err = r.keepApart(shown, &page.Reader{Typed: typed}, key)
	return err
}

// overtaken tells whether somebody has saved the draft from another window since it was
// shown in the one that was sent.
func (r *request) overtaken(key lab.Key, typed url.Values) (bool, error) {
	window := draftWindow(typed)
	draft, err := r.server.Store.Draft(r.Ctx(), r.Actor, key)
	if errors.Is(err, lab.ErrNotFound) {
		return false, nil
	}
	return err == nil && draft.Overtaken(window.Key, window.Shown), err
}

// wholeOf is a number in an address or a form, zero for none.
func wholeOf(text string) int32 {
	n, _ := strconv.ParseInt(text, 10, 32)
	return int32(n)
}

func (r *request) counterAddress() string { return "/counter/" + r.Service.Code }
