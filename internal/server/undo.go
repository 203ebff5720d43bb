package server

import (
	"strconv"

	"marquis/internal/lab"
	"marquis/internal/page"
)

// undoView is the button by which a registration is undone.
type undoView struct{ Address, Until string }

// undo offers to undo the registration of a sample while that is possible, nil where it
// is not.
func (r *request) undo(f *lab.File) *undoView {
	until := f.Sample.UndoableUntil()
	if !lab.Allowed(r.Actor, f).Has(lab.UndoSample, f.Sample.ID) || r.server.Now().After(until.Time()) {
		return nil
	}
	number := r.numberOf(&f.Sample)
	return &undoView{sampleAddress(number) + "/undo", until.Time().In(r.place()).Format("15:04:05")}
}

// undoRegistration takes a registration back that was a mistake, and leads to a draft with
// what was typed, so that the sample can be registered as it is.
func undoRegistration(r *request) error {
	key, err := r.key()
	if err != nil {
		return err
	}
	x, expected, err := r.server.Store.Sample(r.Ctx(), r.Actor, key)
	if err != nil {
		return err
	}
	n, err := r.naming()
	if err != nil {
		return err
	}
	f, err := r.sampleForm()
	if err != nil {
		return err
	}
	begun := r.usual()
	for name, values := range sampleFields.values(n, &lab.File{Sample: x, Expected: expected}) {
		begun[name] = values
	}
	brought, err := r.brought(&x)
	if err != nil {
		return err
	}
	if brought > 0 {
		begun.Set(broughtField, strconv.Itoa(int(brought)))
	}
	draft, err := r.server.Store.UndoSample(r.Ctx(), r.Actor, key, func(ofVisit bool) (string, error) {
		if ofVisit {
			begun.Set(visitField, x.VisitID.String())
		}
		return draftContent(f.Form, begun)
	})
	if err != nil {
		return err
	}
	return r.See(page.WithQuery(r.draftAddress(draft), "undone", r.Number.String()))
}
