package server

import (
	"marquis/internal/lab"
	"marquis/internal/page"
)

// answerQuestion answers a question about an analysis.
func answerQuestion(r *request) error {
	in, err := r.Read()
	if err != nil {
		return err
	}
	id, err := lab.ParseID(r.Param("question"))
	if err != nil {
		return lab.ErrNotFound
	}
	name := answerField(id)
	_, err = r.server.Store.AnswerAnalysis(r.Ctx(), r.Actor, lab.Key{ServiceID: r.Service.ID, ID: id}, in.Text(name))
	err = page.FieldAs(err, "answer", name)
	return r.End(err, sampleAddress(r.Number)+"?done=answered", "record.html", func() (any, *page.Form, error) {
		shown, err := r.recordPage()
		if err != nil {
			return nil, nil, err
		}
		for _, f := range shown.Answers {
			if _, missing := f.Field(name); missing == nil {
				f.Fill(in.Typed)
				return shown, f, nil
			}
		}
		return nil, nil, nil
	})
}

// askAnalysis sends an analysis back with a question.
func askAnalysis(r *request) error {
	in, err := r.Read()
	if err != nil {
		return err
	}
	key, err := r.analysisKey()
	if err != nil {
		return err
	}
	_, err = r.server.Store.AskAnalysis(r.Ctx(), r.Actor, key, in.Whole("version"), in.Text("question"))
	return r.End(err, sampleAddress(r.Number)+"?done=asked", "verify.html", func() (any, *page.Form, error) {
		shown, err := r.verifyPage()
		if err != nil || shown.Ask == nil {
			return nil, nil, err
		}
		shown.Ask.Fill(in.Typed)
		return shown, shown.Ask, nil
	})
}
