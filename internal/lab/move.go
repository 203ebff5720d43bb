package lab

import (
	"slices"
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
	i := slices.IndexFunc(moves, func(m move) bool { return m.from == from && m.to == to })
	if i < 0 {
		return nil
	}
	return &moves[i]
}

func publicationMove(from string, to PublicationKind) *move {
	return findMove(publicationMoves, from, string(to))
}

// check refuses a step that does not exist or lacks its reason.
func (m *move) check(what, from, to, reason string) error {
	switch {
	case m == nil:
		return &MoveError{What: what, From: from, To: to, Why: "there is no such step"}
	case m.reason && strings.TrimSpace(reason) == "":
		return &MoveError{What: what, From: from, To: to, Why: "give the reason"}
	}
	return nil
}

// allow refuses an actor who holds none of the step's roles at the service. The
// operator at the shell has no roles and is refused too.
func (m *move) allow(what string, by Actor, service ServiceID) error {
	if by.UserID != 0 && by.Has(service, m.who...) {
		return nil
	}
	names := make([]string, len(m.who))
	for i, r := range m.who {
		names[i] = string(r)
	}
	return &MoveError{What: what, From: m.from, To: m.to, Why: "this can be done by: " + strings.Join(names, ", ")}
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
		checkCode(&errs, "state_reason", reason, RejectionReasons)
	case NotAnalysed:
		checkCode(&errs, "state_reason", reason, NotAnalysedReasons)
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
	a.State, a.EnteredBy, a.EnteredAt = Entered, by.UserID, at
	return nil
}

// Verify signs the analysis. A laboratory result needs a second person: never
// the one who entered it. List recognition and field results, which are at most
// preliminary, may be signed by the one who entered them, and are marked so.
func (a *Analysis) Verify(by Actor, at Instant) error {
	m := findMove(analysisMoves, string(a.State), string(Verified))
	if err := m.check("analysis", string(a.State), string(Verified), ""); err != nil {
		return err
	}
	if err := m.allow("analysis", by, a.ServiceID); err != nil {
		return err
	}
	refuse := func(why string) error {
		return &MoveError{What: "analysis", From: string(a.State), To: string(Verified), Why: why}
	}
	signature := TwoSignatures
	if by.UserID == a.EnteredBy {
		signature = OneSignature
		if a.Level != Presumptive && a.Level != Preliminary {
			return refuse("a second person has to verify what you entered")
		}
	}
	if at.Time().Before(a.EnteredAt.Time()) {
		return refuse("the clock is behind the moment it was entered")
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

// Register begins the sample's life, in the state registered.
func (s *Sample) Register(by Actor, at Instant) error {
	m := &move{to: string(Registered), who: []UserRole{Intake}}
	if err := m.allow("sample", by, s.ServiceID); err != nil {
		return err
	}
	s.State, s.StateReason, s.RegisteredBy, s.RegisteredAt = Registered, "", by.UserID, at
	return nil
}

// Describe changes what is recorded of the sample itself. Identity, number, state,
// exclusion and origin stay what they are, whatever the change does to them.
func (s *Sample) Describe(by Actor, change func(*Sample)) error {
	m := &move{from: string(s.State), to: string(s.State), who: []UserRole{Intake, Verifier}}
	if err := m.allow("description of the sample", by, s.ServiceID); err != nil {
		return err
	}
	before := *s
	change(s)
	s.Key, s.Version, s.NumberYear, s.NumberRunning = before.Key, before.Version, before.NumberYear, before.NumberRunning
	s.State, s.StateReason, s.Excluded = before.State, before.StateReason, before.Excluded
	s.SourceRef, s.SourceDigest, s.ImportID = before.SourceRef, before.SourceDigest, before.ImportID
	s.RegisteredBy, s.RegisteredAt = before.RegisteredBy, before.RegisteredAt
	return nil
}

// Exclude keeps the sample out of the statistics, for a reason of Exclusions; an
// empty reason lets it back in.
func (s *Sample) Exclude(by Actor, reason string) error {
	m := &move{from: string(s.State), to: string(s.State), who: []UserRole{Verifier, Coordinator}}
	if err := m.allow("exclusion of the sample", by, s.ServiceID); err != nil {
		return err
	}
	var errs FieldErrors
	checkOptional(&errs, "excluded", reason, Exclusions)
	if err := errs.Err(); err != nil {
		return err
	}
	s.Excluded = reason
	return nil
}
