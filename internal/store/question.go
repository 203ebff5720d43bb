package store

import (
	"context"
	"fmt"
	"slices"

	"gorm.io/gorm"

	"marquis/internal/lab"
)

// AskAnalysis sends an analysis that is only entered back with a question. Until it
// is answered, the analysis cannot be verified.
func (s *Store) AskAnalysis(ctx context.Context, by lab.Actor, analysis lab.Key, version int32, question string) (lab.Question, error) {
	var asked lab.Question
	err := s.do(ctx, by, func(w *work) error {
		sample, a, err := w.takeFresh(analysis, version)
		if err != nil {
			return err
		}
		if asked, err = a.Ask(by, w.at, question); err != nil {
			return err
		}
		asked.ID = w.ids.Next()
		if err := w.tx.Create(&asked).Error; err != nil {
			return err
		}
		if err := w.record(a.ServiceID, "ask about analysis", a.ID.String(), "", lab.Differences(lab.Question{}, asked)); err != nil {
			return err
		}
		return w.refreshStage(sample)
	})
	return asked, err
}

// AnswerAnalysis answers a question about an analysis, once.
func (s *Store) AnswerAnalysis(ctx context.Context, by lab.Actor, question lab.Key, answer string) (lab.Question, error) {
	var answered lab.Question
	err := s.do(ctx, by, func(w *work) error {
		var analysisID lab.ID
		err := w.tx.Raw("SELECT analysis_id FROM analysis_questions WHERE service_id = ? AND id = ?", question.ServiceID, question.ID).
			Row().Scan(&analysisID)
		if err != nil {
			return err
		}
		sample, _, err := w.takeAnalysis(lab.Key{ServiceID: question.ServiceID, ID: analysisID})
		if err != nil {
			return err
		}
		q, err := take[lab.Question](w, "analysis_questions", question)
		if err != nil {
			return err
		}
		if answered, err = w.answer(*q, answer); err != nil {
			return err
		}
		return w.refreshStage(sample)
	})
	return answered, err
}

// answerAll answers the open questions about an analysis.
func (w *work) answerAll(a *lab.Analysis, answer string) error {
	questions, err := questionsOf(w.tx, lab.Key{ServiceID: a.ServiceID, ID: a.SampleID})
	if err != nil {
		return err
	}
	for _, q := range questions {
		if q.AnalysisID != a.ID || !q.Open() {
			continue
		}
		if _, err := w.answer(q, answer); err != nil {
			return err
		}
	}
	return nil
}

func (w *work) answer(q lab.Question, answer string) (lab.Question, error) {
	before := q
	if err := q.Reply(w.by, w.at, answer); err != nil {
		return q, err
	}
	done := w.tx.Exec("UPDATE analysis_questions SET answered_by = ?, answered_at = ?, answer = ? WHERE service_id = ? AND id = ? AND answered_at IS NULL",
		q.AnsweredBy, q.AnsweredAt, q.Answer, q.ServiceID, q.ID)
	if done.Error == nil && done.RowsAffected != 1 {
		return q, fmt.Errorf("question %s: %w", q.ID, lab.ErrConflict)
	}
	if done.Error != nil {
		return q, done.Error
	}
	return q, w.record(q.ServiceID, "answer question", q.AnalysisID.String(), "", lab.Differences(before, q))
}

func questionsOf(tx *gorm.DB, sample lab.Key) ([]lab.Question, error) {
	var questions []lab.Question
	err := tx.Raw("SELECT * FROM analysis_questions WHERE service_id = ? AND sample_id = ?", sample.ServiceID, sample.ID).Scan(&questions).Error
	slices.SortFunc(questions, func(a, b lab.Question) int { return a.ID.Compare(b.ID) })
	return questions, err
}
