package lab

import (
	"slices"
	"strconv"
	"strings"
)

// Move takes the sample to another state. The reason is a code of the
// vocabulary that the new state asks for, empty where it asks for none.
func (f *File) Move(to SampleState, by Actor, reason string) error {
	m, err := f.mayMove(to, by)
	if err != nil {
		return err
	}
	if err := m.checkReason(reason); err != nil {
		return err
	}
	var errs FieldErrors
	switch to {
	case Rejected:
		checkCode(&errs, "reason", reason, GivenRejections)
	case NotAnalysed:
		checkCode(&errs, "reason", reason, NotAnalysedReasons)
	default:
		reason = ""
	}
	if err := errs.Err(); err != nil {
		return err
	}
	f.Sample.State, f.Sample.StateReason = to, reason
	return nil
}

// mayMove finds the step of the sample to another state. What somebody found of it is not
// closed away: its visitor would read that nothing is known.
func (f *File) mayMove(to SampleState, by Actor) (*move, error) {
	s := &f.Sample
	m, err := permit(by, s.ServiceID, MoveSample, string(s.State), string(to))
	closes := to == Rejected || to == NotAnalysed
	switch {
	case err != nil:
		return nil, err
	case s.Undone():
		return nil, m.refusal("Its registration was undone: register the sample anew.")
	case closes && !s.HeldSince.IsZero():
		return nil, m.refusal("The sample is held for what an analysis found. Release that, at once or after its verification; or retract the analysis, where it is wrong.")
	case closes && f.Latest() == nil && f.Count(Verified) > 0:
		return nil, m.refusal("The sample has an analysis that is verified. Release the result; or retract the analysis, where it is wrong.")
	}
	return m, nil
}

// may finds the step of the sample that moves it nowhere, if the actor may take it.
func (s *Sample) may(act Action, by Actor) (*move, error) {
	from := string(s.State)
	switch {
	case (act == ExcludeSample || act == IncludeSample) && s.Excluded == "":
		from = included
	case act == ExcludeSample || act == IncludeSample:
		from = excluded
	}
	m, err := permit(by, s.ServiceID, act, from)
	if err == nil && s.Undone() {
		return nil, m.refusal("Its registration was undone: register the sample anew.")
	}
	return m, err
}

// MayReplaceCode refuses an actor who may not give the sample another code.
func (s *Sample) MayReplaceCode(by Actor) error {
	_, err := s.may(ReplaceCode, by)
	return err
}

// Enter records who entered an analysis of the sample, and when. The sample goes into
// analysis with it.
func (f *File) Enter(by Actor, at Instant, a *Analysis) error {
	if _, err := f.mayEnter(by); err != nil {
		return err
	}
	if err := a.Enter(by, at); err != nil {
		return err
	}
	f.Sample.NoRetest = "" // one follows after all
	if f.Sample.State == InAnalysis {
		return nil
	}
	return f.Move(InAnalysis, by, "")
}

func (f *File) mayEnter(by Actor) (*move, error) {
	m, err := permit(by, f.Sample.ServiceID, EnterAnalysis, "")
	if err == nil && f.Sample.State != InAnalysis {
		_, err = f.mayMove(InAnalysis, by)
	}
	return m, err
}

// Enter records who entered the analysis, and when.
func (a *Analysis) Enter(by Actor, at Instant) error {
	if _, err := a.may(EnterAnalysis, by, nil); err != nil {
		return err
	}
	a.State, a.EnteredBy, a.EnteredAt, a.TouchedBy = Entered, by.UserID, at, strconv.Itoa(int(by.UserID))
	return nil
}

// Describe takes over what another version says of the run: method, level, day,
// conclusion, notes, and why a warning is overruled.
func (a *Analysis) Describe(other *Analysis) {
	a.MethodID, a.Level, a.PerformedOn = other.MethodID, other.Level, other.PerformedOn
	a.Conclusion, a.Notes, a.Overruled = other.Conclusion, other.Notes, other.Overruled
}

// Change takes over another description of an analysis that is only entered, and
// records who changed it, and when: the laboratory, or at the counter whoever
// entered a presumptive one. Whoever entered or changed it before stays on record.
func (a *Analysis) Change(by Actor, at Instant, other *Analysis) error {
	_, err := a.may(ChangeAnalysis, by, nil)
	if err == nil && other.Level != Presumptive {
		_, err = permit(by, a.ServiceID, ChangeAnalysis, string(a.State)) // what is one's own stays presumptive
	}
	if err != nil {
		return err
	}
	touched := strings.Fields(a.TouchedBy)
	for _, id := range []Optional{a.EnteredBy, by.UserID} {
		if text := strconv.Itoa(int(id)); id != 0 && !slices.Contains(touched, text) {
			touched = append(touched, text)
		}
	}
	a.Describe(other)
	a.EnteredBy, a.EnteredAt, a.TouchedBy = by.UserID, at, strings.Join(touched, " ")
	return nil
}

// touched tells whether the user entered or changed the analysis.
func (a *Analysis) touched(user Optional) bool {
	return user == a.EnteredBy || slices.Contains(strings.Fields(a.TouchedBy), strconv.Itoa(int(user)))
}

// may finds the step of the analysis, if the actor may take it. Questions are those about
// the sample.
func (a *Analysis) may(act Action, by Actor, questions []Question) (*move, error) {
	m, err := moveOf(act, string(a.State))
	if err != nil {
		return nil, err
	}
	own := a.Level == Presumptive && a.EnteredBy == by.UserID && by.UserID != 0 && by.Has(a.ServiceID, m.own...)
	if own {
		return m, nil
	}
	if err := m.allow(by, a.ServiceID); err != nil {
		return m, err
	}
	if act == SetAsideFindings && a.touched(by.UserID) {
		return nil, m.refusal("A second person has to set aside what you entered or changed.", m.who...)
	}
	if act != VerifyAnalysis {
		return m, nil
	}
	if slices.ContainsFunc(questions, func(q Question) bool { return q.AnalysisID == a.ID && q.Open() }) {
		return nil, m.refusal("A question about it has not been answered yet.", Who(AnswerQuestion)...)
	}
	if a.signature(by) == OneSignature && a.Level != Presumptive && a.Level != Preliminary {
		return nil, m.refusal("A second person has to verify what you entered or changed.", m.who...)
	}
	return m, nil
}

// MayVerify tells that the actor may sign the analysis now. Questions are those about the
// sample.
func (a *Analysis) MayVerify(by Actor, questions []Question) bool {
	_, err := a.may(VerifyAnalysis, by, questions)
	return err == nil
}

// signature is what the analysis is worth when the user has signed it.
func (a *Analysis) signature(by Actor) Signature {
	if a.touched(by.UserID) {
		return OneSignature
	}
	return TwoSignatures
}

// Verify signs the analysis. A laboratory result needs a second person: nobody who
// entered or changed it. List recognition and field results, which are at most
// preliminary, may be signed by the one who entered them, and are marked so. What
// was asked about it has to be answered first.
func (a *Analysis) Verify(by Actor, at Instant, questions []Question) error {
	m, err := a.may(VerifyAnalysis, by, questions)
	if err != nil {
		return err
	}
	if at.Time().Before(a.EnteredAt.Time()) {
		return m.refusal("The clock is behind the moment at which it was entered.")
	}
	a.State, a.Signature, a.VerifiedBy, a.VerifiedAt = Verified, a.signature(by), by.UserID, at
	return nil
}

// Report marks a verified analysis as the one to report among analyses of the same worth,
// or takes the mark away.
func (a *Analysis) Report(by Actor, reported bool) error {
	if _, err := a.may(ReportAnalysis, by, nil); err != nil {
		return err
	}
	a.Reported = reported
	return nil
}

// Retract takes the analysis back, with a reason; it may be repeated as a new
// analysis of the same sample.
func (a *Analysis) Retract(by Actor, at Instant, reason string) error {
	m, err := a.may(RetractAnalysis, by, nil)
	if err != nil {
		return err
	}
	if err := m.checkReason(reason); err != nil {
		return err
	}
	if err := checkReason(reason); err != nil {
		return err
	}
	a.State, a.StateReason, a.RetractedBy, a.RetractedAt = Retracted, reason, by.UserID, at
	return nil
}

// VerifiedAtSource marks an imported analysis: its source verified and published
// it, and nobody here signs for it.
func (a *Analysis) VerifiedAtSource(importID ID, at Instant) {
	a.State, a.Signature, a.ImportID, a.EnteredAt, a.VerifiedAt = Verified, AtSource, importID, at, at
}

// Register begins the sample's life, in the state registered.
func (s *Sample) Register(by Actor, at Instant) error {
	if err := MayReceive(by, s.ServiceID); err != nil {
		return err
	}
	s.State, s.StateReason, s.RegisteredBy, s.RegisteredAt, s.Stage = Registered, "", by.UserID, at, StageToAnalyse
	s.HeldSince = Instant{}
	return nil
}

// Describe changes what is recorded of the sample itself. Identity, number, state,
// exclusion, visit and origin stay what they are, whatever the change does to them. A text
// that is written anew holds no lookup code.
func (s *Sample) Describe(by Actor, change func(*Sample)) error {
	if _, err := s.may(ChangeSample, by); err != nil {
		return err
	}
	before := *s
	change(s)
	s.Key, s.Version = before.Key, before.Version
	s.NumberYear, s.NumberRunning, s.NumberSeries = before.NumberYear, before.NumberRunning, before.NumberSeries
	s.State, s.StateReason, s.Excluded, s.Stage = before.State, before.StateReason, before.Excluded, before.Stage
	s.NoRetest, s.HeldSince = before.NoRetest, before.HeldSince
	s.SourceRef, s.SourceKey, s.SourceDigest = before.SourceRef, before.SourceKey, before.SourceDigest
	s.SourcePublishedOn, s.ImportID, s.VisitID = before.SourcePublishedOn, before.ImportID, before.VisitID
	s.RegisteredBy, s.RegisteredAt = before.RegisteredBy, before.RegisteredAt
	return s.checkNoCodes(&before)
}

// Exclude keeps the sample out of the statistics, for a reason of Exclusions.
func (s *Sample) Exclude(by Actor, reason string) error {
	m, err := s.may(ExcludeSample, by)
	if err != nil {
		return err
	}
	if err := m.checkReason(reason); err != nil {
		return err
	}
	var errs FieldErrors
	checkOptional(&errs, "reason", reason, Exclusions)
	if err := errs.Err(); err != nil {
		return err
	}
	s.Excluded = reason
	return nil
}

// Include lets the sample back into the statistics.
func (s *Sample) Include(by Actor) error {
	_, err := s.may(IncludeSample, by)
	if err == nil {
		s.Excluded = ""
	}
	return err
}
