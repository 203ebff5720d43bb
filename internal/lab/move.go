package lab

import (
	"slices"
	"strconv"
	"strings"
)

// move is one allowed step in the life of a sample, an analysis or a publication.
type move struct {
	from, to string
	who      []UserRole
	reason   bool // something is taken back or left undone, so say why
}

// sampleMoves are the steps of a sample's life.
var sampleMoves = []move{
	{from: "registered", to: "in_analysis", who: []UserRole{Intake, Laboratory, Verifier}},
	{from: "registered", to: "rejected", who: []UserRole{Intake}, reason: true},
	{from: "registered", to: "not_analysed", who: []UserRole{Intake, Laboratory}, reason: true},
	{from: "in_analysis", to: "completed", who: []UserRole{Laboratory, Verifier}},
	{from: "in_analysis", to: "rejected", who: []UserRole{Laboratory, Verifier}, reason: true},
	{from: "in_analysis", to: "not_analysed", who: []UserRole{Laboratory, Verifier}, reason: true},
	{from: "completed", to: "in_analysis", who: []UserRole{Laboratory, Verifier}},
	{from: "not_analysed", to: "in_analysis", who: []UserRole{Laboratory, Verifier}},
	{from: "rejected", to: "registered", who: []UserRole{Verifier}},
}

// analysisMoves are the steps of an analysis's life. An analysis is retracted,
// never changed, once it is verified.
var analysisMoves = []move{
	{from: "", to: "entered", who: []UserRole{Intake, Laboratory, Verifier}},
	{from: "entered", to: "verified", who: []UserRole{Verifier}},
	{from: "entered", to: "retracted", who: []UserRole{Laboratory, Verifier}, reason: true},
	{from: "verified", to: "retracted", who: []UserRole{Verifier}, reason: true},
}

// analysisChange corrects an analysis that is only entered.
var analysisChange = move{from: "entered", to: "entered", who: []UserRole{Laboratory}}

// publicationMoves are the steps of a result's life.
var publicationMoves = []move{
	{from: "unpublished", to: "preliminary", who: []UserRole{Verifier}},
	{from: "unpublished", to: "confirmed", who: []UserRole{Verifier}},
	{from: "preliminary", to: "confirmed", who: []UserRole{Verifier}},
	{from: "preliminary", to: "amended", who: []UserRole{Verifier}, reason: true},
	{from: "confirmed", to: "amended", who: []UserRole{Verifier}, reason: true},
	{from: "amended", to: "amended", who: []UserRole{Verifier}, reason: true},
	{from: "withdrawn", to: "amended", who: []UserRole{Verifier}, reason: true},
	{from: "preliminary", to: "withdrawn", who: []UserRole{Verifier}, reason: true},
	{from: "confirmed", to: "withdrawn", who: []UserRole{Verifier}, reason: true},
	{from: "amended", to: "withdrawn", who: []UserRole{Verifier}, reason: true},
}

func findMove(moves []move, from, to string) *move {
	return find(moves, func(m *move) bool { return m.from == from && m.to == to })
}

func publicationMove(from string, to PublicationKind) *move {
	return findMove(publicationMoves, from, string(to))
}

// check refuses a step that does not exist or lacks its reason, the latter as a
// mistake in the field "reason".
func (m *move) check(what, from, to, reason string) error {
	switch {
	case m == nil:
		return &MoveError{What: what, From: from, To: to, Format: "This step is not possible from where it stands now."}
	case m.reason && strings.TrimSpace(reason) == "":
		return FieldErrors{{Field: "reason", Format: "Give the reason."}}
	}
	return nil
}

// allow refuses an actor who holds none of the step's roles at the service. The
// operator at the shell has no roles and is refused too.
func (m *move) allow(what string, by Actor, service ServiceID) error {
	if by.UserID != 0 && by.Has(service, m.who...) {
		return nil
	}
	return &MoveError{What: what, From: m.from, To: m.to, Format: "Your role does not allow this.", Who: m.who}
}

// Move takes the sample to another state. The reason is a code of the
// vocabulary that the new state asks for, empty where it asks for none.
func (s *Sample) Move(to SampleState, by Actor, reason string) error {
	m := findMove(sampleMoves, string(s.State), string(to))
	if err := m.check("sample", string(s.State), string(to), reason); err != nil {
		return err
	}
	if err := m.allow("sample", by, s.ServiceID); err != nil {
		return err
	}
	var errs FieldErrors
	switch to {
	case Rejected:
		checkCode(&errs, "reason", reason, RejectionReasons)
	case NotAnalysed:
		checkCode(&errs, "reason", reason, NotAnalysedReasons)
	default:
		reason = ""
	}
	if err := errs.Err(); err != nil {
		return err
	}
	s.State, s.StateReason = to, reason
	return nil
}

// Enter records who entered the analysis, and when.
func (a *Analysis) Enter(by Actor, at Instant) error {
	m := findMove(analysisMoves, string(a.State), string(Entered))
	if err := m.check("analysis", string(a.State), string(Entered), ""); err != nil {
		return err
	}
	if err := m.allow("analysis", by, a.ServiceID); err != nil {
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
	m := &analysisChange
	if a.State != Entered {
		m = nil
	}
	if err := m.check("analysis", string(a.State), string(Entered), ""); err != nil {
		return err
	}
	presumptive := a.Level == Presumptive && other.Level == Presumptive
	own := presumptive && a.EnteredBy == by.UserID && by.UserID != 0 && by.Has(a.ServiceID, Intake)
	if !own {
		if err := m.allow("analysis", by, a.ServiceID); err != nil {
			return err
		}
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

// Verify signs the analysis. A laboratory result needs a second person: nobody who
// entered or changed it. List recognition and field results, which are at most
// preliminary, may be signed by the one who entered them, and are marked so. What
// was asked about it has to be answered first.
func (a *Analysis) Verify(by Actor, at Instant, questions []Question) error {
	m := findMove(analysisMoves, string(a.State), string(Verified))
	if err := m.check("analysis", string(a.State), string(Verified), ""); err != nil {
		return err
	}
	if err := m.allow("analysis", by, a.ServiceID); err != nil {
		return err
	}
	refuse := func(format string, who ...UserRole) error {
		return &MoveError{What: "analysis", From: string(a.State), To: string(Verified), Format: format, Who: who}
	}
	if slices.ContainsFunc(questions, func(q Question) bool { return q.AnalysisID == a.ID && q.Open() }) {
		return refuse("A question about it has not been answered yet.", answerers...)
	}
	signature := TwoSignatures
	if a.touched(by.UserID) {
		signature = OneSignature
		if a.Level != Presumptive && a.Level != Preliminary {
			return refuse("A second person has to verify what you entered or changed.", m.who...)
		}
	}
	if at.Time().Before(a.EnteredAt.Time()) {
		return refuse("The clock is behind the moment at which it was entered.")
	}
	a.State, a.Signature, a.VerifiedBy, a.VerifiedAt = Verified, signature, by.UserID, at
	return nil
}

// Retract takes the analysis back, with a reason; it may be repeated as a new
// analysis of the same sample.
func (a *Analysis) Retract(by Actor, at Instant, reason string) error {
	m := findMove(analysisMoves, string(a.State), string(Retracted))
	if err := m.check("analysis", string(a.State), string(Retracted), reason); err != nil {
		return err
	}
	if err := m.allow("analysis", by, a.ServiceID); err != nil {
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

// MayPublish refuses an actor who may not release results of the service.
func MayPublish(by Actor, service ServiceID) error {
	return publicationMoves[0].allow("publication", by, service)
}

// MayReceive refuses an actor who may not receive samples of the service: count
// visits, keep drafts, register and give out codes.
func MayReceive(by Actor, service ServiceID) error {
	m := &move{to: string(Registered), who: []UserRole{Intake}}
	return m.allow("sample", by, service)
}

// MayEquip refuses an actor who may not change what a service has, such as its
// locations: it takes the operator, or an administrator of the service. Service 0
// stands for all.
func MayEquip(by Actor, service ServiceID) error {
	if by.isOperator() {
		return nil
	}
	m := &move{who: []UserRole{Administrator}}
	return m.allow("service", by, service)
}

// Register begins the sample's life, in the state registered.
func (s *Sample) Register(by Actor, at Instant) error {
	if err := MayReceive(by, s.ServiceID); err != nil {
		return err
	}
	s.State, s.StateReason, s.RegisteredBy, s.RegisteredAt, s.Stage = Registered, "", by.UserID, at, StageToAnalyse
	return nil
}

// Describe changes what is recorded of the sample itself. Identity, number, state,
// exclusion, visit and origin stay what they are, whatever the change does to them.
func (s *Sample) Describe(by Actor, change func(*Sample)) error {
	m := &move{from: string(s.State), to: string(s.State), who: []UserRole{Intake, Verifier}}
	if err := m.allow("description of the sample", by, s.ServiceID); err != nil {
		return err
	}
	before := *s
	change(s)
	s.Key, s.Version, s.NumberYear, s.NumberRunning = before.Key, before.Version, before.NumberYear, before.NumberRunning
	s.State, s.StateReason, s.Excluded, s.Stage = before.State, before.StateReason, before.Excluded, before.Stage
	s.SourceRef, s.SourceDigest, s.ImportID, s.VisitID = before.SourceRef, before.SourceDigest, before.ImportID, before.VisitID
	s.RegisteredBy, s.RegisteredAt = before.RegisteredBy, before.RegisteredAt
	return nil
}

// Exclude keeps the sample out of the statistics, for a reason of Exclusions.
func (s *Sample) Exclude(by Actor, reason string) error {
	if err := s.mayExclude(by); err != nil {
		return err
	}
	var errs FieldErrors
	errs.Check(reason != "", "reason", "Give the reason.")
	checkOptional(&errs, "reason", reason, Exclusions)
	if err := errs.Err(); err != nil {
		return err
	}
	s.Excluded = reason
	return nil
}

// Include lets the sample back into the statistics.
func (s *Sample) Include(by Actor) error {
	err := s.mayExclude(by)
	if err == nil {
		s.Excluded = ""
	}
	return err
}

func (s *Sample) mayExclude(by Actor) error {
	m := &move{from: string(s.State), to: string(s.State), who: []UserRole{Verifier, Coordinator}}
	return m.allow("exclusion of the sample", by, s.ServiceID)
}
