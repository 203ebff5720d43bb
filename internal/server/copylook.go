package server

import (
	"cmp"
	"errors"
	"net/url"
	"slices"

	"marquis/internal/lab"
	"marquis/internal/page"
)

// copiedField names, in a draft and in the form, the fields that were copied from the
// sample before.
const copiedField = "copied"

// lookBefore is the number of the sample before in the visit, and its look as the form
// holds it; nothing where there is none.
func (r *request) lookBefore(visit *lab.Visit) (number string, look url.Values, err error) {
	if visit == nil || visit.Taken == 0 {
		return "", nil, nil
	}
	before, err := r.server.Store.LastOfVisit(r.Ctx(), r.Actor, visit.Key)
	if errors.Is(err, lab.ErrNotFound) {
		return "", nil, nil
	}
	if err != nil {
		return "", nil, err
	}
	n, err := r.naming()
	if err != nil {
		return "", nil, err
	}
	look = sampleFields.values(n, &lab.File{Sample: before.Sample.Look(), Expected: before.Expected})
	return r.numberOf(&before.Sample).String(), look, nil
}

// copyLook fills the fields that tell the product, the form and the look with those of the
// sample before, where nothing was typed yet, and keeps the draft so.
func (r *request) copyLook(shown *registerPage, typed url.Values) error {
	_, look, err := r.lookBefore(shown.visit)
	if err != nil {
		return err
	}
	other := typed.Get("product_id") != "" && !sameValues(typed["product_id"], look["product_id"])
	form := cmp.Or(typed.Get("form"), look.Get("form"))
	for name, values := range look {
		fits := (!other || !follower(name)) && (lab.Form(form).Has(name) || name == "expected")
		if typed.Get(name) == "" && fits {
			typed[name] = values
			typed.Add(copiedField, name)
		}
	}
	if err := r.keepDraft(shown.Form, typed); err != nil {
		return r.End(err, shown.Address, "register.html", shown.again)
	}
	return r.See(shown.Address)
}

// follower tells that a field goes with the product, so that another product does not keep
// what was copied into it.
func follower(name string) bool { return name == "sold_as_text" || name == "expected" }

// markCopied fills the form in, and marks what stands in it as it was copied. What was
// typed over is marked no more, and with the product goes what was copied with it.
func (r *request) markCopied(p *registerPage, typed url.Values) error {
	number, look, err := r.lookBefore(p.visit)
	if err != nil {
		return err
	}
	p.Before = number
	as := func(name string) bool { return sameValues(typed[name], look[name]) }
	still := slices.DeleteFunc(typed[copiedField], func(name string) bool { return !as(name) })
	if !slices.Contains(still, "product_id") {
		still = slices.DeleteFunc(still, func(name string) bool {
			if follower(name) {
				typed.Del(name)
			}
			return follower(name)
		})
	}
	typed.Del(copiedField)
	if len(still) > 0 {
		typed[copiedField] = still
	}
	p.Form.Fill(typed)
	for _, name := range still {
		if x, missing := p.Form.Field(name); missing == nil && x.Kind != page.HiddenField {
			x.Mark = r.Texts.Text("page.describe.copied")
		}
	}
	if len(still) > 0 {
		mustField(p.Form, "product_id").Focus = false
		mustField(p.Form, "received_amount").Focus = true
	}
	return nil
}
