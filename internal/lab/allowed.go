package lab

import "slices"

// Step is something that can be done with the file of a sample as it stands.
type Step struct {
	Action Action
	About  ID     // the analysis or the question that it is done with; else the sample
	To     string // the state that it leads to, empty where it leaves every state as it is
	Reason bool   // whether it asks for one
}

// Steps are what an actor may do.
type Steps []Step

// Has tells that something may be done with a sample, an analysis or a question.
func (s Steps) Has(act Action, about ID) bool {
	return slices.ContainsFunc(s, func(x Step) bool { return x.Action == act && x.About == about })
}

// Allowed lists what the actor may do with a file as it stands: exactly what the moves
// accept of this actor, apart from what is given to them, such as a reason, findings or
// the time.
func Allowed(by Actor, f *File) (steps Steps) {
	offer := func(about ID, m *move, err error) {
		if err == nil {
			steps = append(steps, Step{m.act, about, m.to, m.reason})
		}
	}
	x := &f.Sample
	for _, to := range SampleStates {
		m, err := f.mayMove(to, by)
		offer(x.ID, m, err)
	}
	for _, act := range [...]Action{ChangeSample, ReplaceCode, ExcludeSample, IncludeSample} {
		m, err := x.may(act, by)
		offer(x.ID, m, err)
	}
	m, err := f.mayUndo(by)
	offer(x.ID, m, err)
	m, err = f.mayEnter(by)
	offer(x.ID, m, err)
	for i := range f.Evidence {
		a := &f.Evidence[i].Analysis
		for _, act := range [...]Action{ChangeAnalysis, VerifyAnalysis, RetractAnalysis, ReportAnalysis, SetAsideFindings, AskAboutAnalysis} {
			m, err := a.may(act, by, f.Questions)
			offer(a.ID, m, err)
		}
	}
	for i := range f.Questions {
		m, err := f.Questions[i].mayReply(by)
		offer(f.Questions[i].ID, m, err)
	}
	for _, act := range [...]Action{PublishResult, PublishHeld} {
		if _, err := f.mayResult(act, by); err == nil {
			steps = append(steps, Step{Action: act, About: x.ID}) // the version itself says what it is and whether it asks for a reason
		}
	}
	for _, act := range [...]Action{WithdrawResult, TellResult} {
		m, err := f.mayResult(act, by)
		offer(x.ID, m, err)
	}
	m, err = f.mayDecline(by)
	offer(x.ID, m, err)
	return steps
}
