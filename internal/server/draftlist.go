package server

import (
	"net/url"
	"strings"

	"marquis/internal/lab"
	"marquis/internal/page"
)

// draftView is an open draft in the list.
type draftView struct{ Address, So, By, At string }

// draftViews tells of the open drafts whose they are and what they hold so far. One into
// which nothing was typed is not listed.
func (r *request) draftViews() ([]draftView, error) {
	drafts, err := r.server.Store.Drafts(r.Ctx(), r.Actor, r.Service.ID)
	if err != nil {
		return nil, err
	}
	var views []draftView
	for _, d := range drafts {
		typed, err := readDraft(d.Content)
		if err != nil {
			return nil, err
		}
		if r.typedInto(typed) {
			views = append(views, draftView{r.draftAddress(d.ID), r.draftSummary(typed), d.Name, r.moment(d.SavedAt)})
		}
	}
	return views, nil
}

// typedInto tells that a draft holds more than it began with: what nearly every sample
// begins with, or what belongs to the visit of which it is a further sample.
func (r *request) typedInto(draft url.Values) bool {
	begun := r.usual()
	begun.Set("location_id", "")
	for name, values := range draft {
		ofVisit := draft.Get(visitField) != "" && (lab.OfVisit(name) || name == broughtField)
		if name != visitField && !begun.Has(name) && !ofVisit && strings.Join(values, "") != "" {
			return true
		}
	}
	return false
}

// draftSummary is the product and the form of a draft.
func (r *request) draftSummary(typed url.Values) string {
	so := strings.TrimSpace(typed.Get("product_id"))
	if so == "" {
		so = r.Texts.Text("page.counter.draft_nameless")
	}
	if form := typed.Get("form"); lab.Forms.Has(lab.Form(form)) {
		so += ", " + r.Texts.Code("form", form)
	}
	return page.Short(so)
}
