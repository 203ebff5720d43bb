package server

import (
	"encoding/json"
	"net/url"

	"marquis/internal/page"
)

// beganField names the hidden field of a form that tells on what it was opened: of two who
// change the same, the later one is told what the other has changed.
const beganField = "began"

// beganWith is the field, of a record that the form was opened on.
func (r *request) beganWith(record any) *page.Field {
	text, _ := json.Marshal(record) // a record of numbers and texts
	return r.Hidden(beganField, string(text))
}

// beganOn is the record that a form was opened on. A form that tells none was opened on
// nothing.
func beganOn[T any](typed url.Values) (record T, err error) {
	text := typed.Get(beganField)
	if text == "" {
		return record, nil
	}
	if json.Unmarshal([]byte(text), &record) != nil {
		return record, page.ErrBadForm
	}
	return record, nil
}

// keepsSince lets a form be kept as keeps does, and tells of what was typed before what
// somebody else has changed since then: see since. The form of a record is made by form.
func keepsSince[T any](r *request, f *page.Form, path string, form func(T) *page.Form) error {
	u, err := r.typedBefore(path, f.Holds)
	if err != nil {
		return err
	}
	f.Kept = u.Kept
	if u.typed == nil {
		return nil
	}
	if !u.typed.Has(beganField) {
		f.Resume(u.typed)
		return nil
	}
	return since(r, f, u.typed, form)
}

// since fills a form, which has what stands there now, in with what was typed, and says
// beside each field that somebody else has changed since it was opened what stands there
// now. A field that the reader has left alone follows them.
func since[T any](r *request, f *page.Form, typed url.Values, form func(T) *page.Form) error {
	opened, err := beganOn[T](typed)
	if err != nil {
		return err
	}
	before := form(opened)
	for _, x := range f.Fields {
		if x.Kind == page.HiddenField {
			continue
		}
		was, now, mine := mustField(before, x.Name).Values, x.Values, typed[x.Name]
		if !sameValues(was, mine) {
			x.Values = mine
		}
		if !sameValues(was, now) && !sameValues(mine, now) {
			said := x.Written(now)
			if said == "" {
				said = r.Texts.Text("page.terms.nothing")
			}
			f.Blame(x.Name, r.Texts.Text("page.terms.changed", "Field", x.Label, "Now", said))
		}
	}
	f.Heading = r.Texts.Text("page.terms.since")
	return nil
}
