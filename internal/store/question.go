package store

import (
	"context"
	"slices"

	"gorm.io/gorm"

	"marquis/internal/lab"
)

// AskAnalysis sends an analysis that is only entered back with a question. Until it
// is answered, the analysis cannot be verified.
func (s *Store) AskAnalysis(ctx context.Context, by lab.Actor, analysis lab.Key, version int32, question string) (lab.Question, error) {
	var asked lab.Question
	err := s.do(ctx, by, func(w *work) error {
		before, err := w.fileWith("analyses", analysis)
		if err != nil {
			return err
		}
		e := before.Analysis(analysis.ID)
		if err := w.freshAnalysis(e, version, nil); err != nil {
			return err
		}
		if asked, err = e.Analysis.Ask(by, w.at, question); err != nil {
			return err
		}
		asked.ID = w.ids.Next()
		after := before.Clone()
		after.Questions = append(after.Questions, asked)
		return w.save(before, after, update{asked.ID, lab.AskAboutAnalysis, ""})
	})
	return asked, err
}

// AnswerAnalysis answers a question about an analysis, once.
func (s *Store) AnswerAnalysis(ctx context.Context, by lab.Actor, question lab.Key, answer string) (lab.Question, error) {
	var answered lab.Question
	err := s.do(ctx, by, func(w *work) error {
		before, err := w.fileWith("analysis_questions", question)
		if err != nil {
			return err
		}
		after := before.Clone()
		q := after.Question(question.ID)
		if err := q.Reply(by, w.at, answer); err != nil {
			return err
		}
		answered = *q
		return w.save(before, after, update{question.ID, lab.AnswerQuestion, ""})
	})
	return answered, err
}

func questionsOf(tx *gorm.DB, sample lab.Key) ([]lab.Question, error) {
	questions, err := questionsTable.of(tx, sample, "")
	slices.SortFunc(questions, func(a, b lab.Question) int { return a.ID.Compare(b.ID) })
	return questions, err
}
