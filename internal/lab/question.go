package lab

import "strings"

// maxReason is the length of a reason, in characters.
const maxReason = 500

// Question is what a verifier asks about an analysis that is only entered, and
// what the laboratory answers. While it is open, the analysis is not verified.
type Question struct {
	Key
	SampleID   ID
	AnalysisID ID
	AskedBy    Optional
	AskedAt    Instant
	Question   string
	AnsweredBy Optional
	AnsweredAt Instant
	Answer     string
}

// TableName returns the table.
func (Question) TableName() string { return "analysis_questions" }

// Open tells that the question has no answer yet.
func (q *Question) Open() bool { return q.AnsweredAt.IsZero() }

// Ask sends an analysis that is only entered back with a question.
func (a *Analysis) Ask(by Actor, at Instant, question string) (Question, error) {
	q := Question{SampleID: a.SampleID, AnalysisID: a.ID, AskedBy: by.UserID, AskedAt: at, Question: strings.TrimSpace(question)}
	q.ServiceID = a.ServiceID
	if _, err := a.may(AskAboutAnalysis, by, nil); err != nil {
		return q, err
	}
	var errs FieldErrors
	errs.Check(q.Question != "", "question", "Write the question.")
	checkFree(&errs, "question", q.Question, maxText)
	return q, errs.Err()
}

// Reply answers the question, once.
func (q *Question) Reply(by Actor, at Instant, answer string) error {
	if _, err := q.mayReply(by); err != nil {
		return err
	}
	answer = strings.TrimSpace(answer)
	var errs FieldErrors
	errs.Check(answer != "", "answer", "Write the answer.")
	checkFree(&errs, "answer", answer, maxText)
	if err := errs.Err(); err != nil {
		return err
	}
	q.AnsweredBy, q.AnsweredAt, q.Answer = by.UserID, at, answer
	return nil
}

func (q *Question) mayReply(by Actor) (*move, error) {
	from := answered
	if q.Open() {
		from = asked
	}
	return permit(by, q.ServiceID, AnswerQuestion, from)
}
