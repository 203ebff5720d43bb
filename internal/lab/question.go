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

// answerers are the roles that answer a question about an analysis.
var answerers = []UserRole{Laboratory, Intake}

// Open tells that the question has no answer yet.
func (q *Question) Open() bool { return q.AnsweredAt.IsZero() }

// Ask sends an analysis that is only entered back with a question.
func (a *Analysis) Ask(by Actor, at Instant, question string) (Question, error) {
	q := Question{SampleID: a.SampleID, AnalysisID: a.ID, AskedBy: by.UserID, AskedAt: at, Question: strings.TrimSpace(question)}
	q.ServiceID = a.ServiceID
	m := &move{from: string(a.State), to: string(a.State), who: []UserRole{Verifier}}
	if a.State != Entered {
		return q, &MoveError{What: "question", From: m.from, To: m.to, Format: "Only what is entered and not yet verified can be sent back."}
	}
	if err := m.allow("question", by, a.ServiceID); err != nil {
		return q, err
	}
	var errs FieldErrors
	errs.Check(q.Question != "", "question", "Write the question.")
	checkText(&errs, "question", q.Question, maxText)
	return q, errs.Err()
}

// Reply answers the question, once.
func (q *Question) Reply(by Actor, at Instant, answer string) error {
	m := &move{from: "asked", to: "answered", who: answerers}
	if !q.Open() {
		return &MoveError{What: "question", From: m.to, To: m.to, Format: "It has been answered already."}
	}
	if err := m.allow("question", by, q.ServiceID); err != nil {
		return err
	}
	answer = strings.TrimSpace(answer)
	var errs FieldErrors
	errs.Check(answer != "", "answer", "Write the answer.")
	checkText(&errs, "answer", answer, maxText)
	if err := errs.Err(); err != nil {
		return err
	}
	q.AnsweredBy, q.AnsweredAt, q.Answer = by.UserID, at, answer
	return nil
}
