package server

import (
	"errors"

	"marquis/internal/lab"
	"marquis/internal/page"
)

// moveSample takes the sample to another state.
func moveSample(r *request) error {
	in, err := r.Read()
	if err != nil {
		return err
	}
	to := in.Text("to")
	key, err := r.key()
	if err != nil {
		return err
	}
	_, err = r.server.Store.MoveSample(r.Ctx(), r.Actor, key, in.Whole("version"), lab.SampleState(to), in.Text(reasonField(to)))
	if err == nil {
		return r.See(sampleAddress(r.Number) + "?done=moved")
	}
	return r.refillMove(in, to, err)
}

// excludeSample keeps the sample out of the statistics, or lets it back in.
func excludeSample(r *request) error {
	in, err := r.Read()
	if err != nil {
		return err
	}
	key, err := r.key()
	if err != nil {
		return err
	}
	if in.Typed.Has(reasonField(exclusion)) {
		_, err = r.server.Store.ExcludeSample(r.Ctx(), r.Actor, key, in.Whole("version"), in.Text(reasonField(exclusion)))
	} else {
		_, err = r.server.Store.IncludeSample(r.Ctx(), r.Actor, key, in.Whole("version"))
	}
	if err == nil {
		return r.See(sampleAddress(r.Number) + "?done=excluded")
	}
	return r.refillMove(in, exclusion, err)
}

// refillMove shows the page again with the mistakes in the form of one step.
func (r *request) refillMove(in *page.Reader, to string, err error) error {
	err = page.FieldAs(err, "reason", reasonField(to))
	var mistakes lab.FieldErrors
	if !errors.As(err, &mistakes) {
		return err
	}
	page, failed := r.recordPage()
	if failed != nil {
		return failed
	}
	for _, m := range page.Moves {
		if m.To == to {
			m.Form.Fill(in.Typed)
			return r.Refill("record.html", page, m.Form, err)
		}
	}
	return err
}
