package server

import (
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
	return r.endMove(err, in, to, "moved")
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
	return r.endMove(err, in, exclusion, "excluded")
}

// declineRetest says that no new analysis follows after the result was taken back.
func declineRetest(r *request) error {
	in, err := r.Read()
	if err != nil {
		return err
	}
	key, err := r.key()
	if err != nil {
		return err
	}
	_, err = r.server.Store.DeclineRetest(r.Ctx(), r.Actor, key, in.Whole("version"), in.Text(reasonField(noRetest)))
	return r.endMove(err, in, noRetest, "no_retest")
}

// endMove leads back to the record with what was done, or shows it again with the
// mistakes in the form of one step.
func (r *request) endMove(err error, in *page.Reader, to, done string) error {
	err = page.FieldAs(err, "reason", reasonField(to))
	return r.End(err, sampleAddress(r.Number)+"?done="+done, "record.html", func() (any, *page.Form, error) {
		shown, err := r.recordPage()
		if err != nil {
			return nil, nil, err
		}
		for _, m := range shown.Moves {
			if m.To == to {
				m.Form.Fill(in.Typed)
				return shown, m.Form, nil
			}
		}
		return nil, nil, nil
	})
}
