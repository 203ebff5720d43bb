package server

import (
	"errors"
	"net/http"

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
	if err == nil {
		return r.See(sampleAddress(r.Number) + "?done=answered")
	}
	err = page.FieldAs(err, "answer", name)
	var mistakes lab.FieldErrors
	if !errors.As(err, &mistakes) {
		return err
	}
	page, failed := r.recordPage()
	if failed != nil {
		return failed
	}
	for _, f := range page.Answers {
		if _, missing := f.Field(name); missing == nil {
			f.Fill(in.Typed)
			return r.Refill("record.html", page, f, err)
		}
	}
	return r.Page(http.StatusUnprocessableEntity, "record.html", page)
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
	if err == nil {
		return r.See(sampleAddress(r.Number) + "?done=asked")
	}
	var mistakes lab.FieldErrors
	if !errors.As(err, &mistakes) {
		return err
	}
	page, failed := r.verifyPage()
	if failed != nil || page.Ask == nil {
		return errors.Join(err, failed)
	}
	page.Ask.Fill(in.Typed)
	return r.Refill("verify.html", page, page.Ask, err)
}
