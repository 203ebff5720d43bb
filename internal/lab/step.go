package lab

import (
	"slices"
	"strings"
)

// move is one allowed step in the life of a sample, an analysis, a question or a
// result, and who may take it.
type move struct {
	act      Action
	from, to string
	who      []UserRole
	own      []UserRole // who else may take it with a presumptive analysis of their own
	reason   bool       // something is taken back or left undone, so say why
}

// anyState is where a step begins that is taken in every state and leaves it as it is.
const anyState = "*"

// Where things stand that have no state of their own.
const (
	included    = "included" // in the statistics
	excluded    = "excluded"
	asked       = "asked"
	answered    = "answered"
	unpublished = "unpublished"
	published   = "published" // in whatever version
	told        = "told"

	awaitingRetest = "awaiting_retest" // the result was taken back
	declined       = "declined"
)

// moves are all steps. Whoever decides or tells what may be done by whom in which state
// reads this table: the moves, Allowed and Who.
var moves = []move{
	{act: RegisterSample, from: "", to: "registered", who: []UserRole{Intake}},
	{act: UndoSample, from: "registered", to: "rejected", who: []UserRole{Intake}}, // by who registered it: File.Undo

	{act: MoveSample, from: "registered", to: "in_analysis", who: []UserRole{Intake, Laboratory, Verifier}},
	{act: MoveSample, from: "registered", to: "rejected", who: []UserRole{Intake}, reason: true},
	{act: MoveSample, from: "registered", to: "not_analysed", who: []UserRole{Intake, Laboratory}, reason: true},
	{act: MoveSample, from: "in_analysis", to: "completed", who: []UserRole{Laboratory, Verifier}},
	{act: MoveSample, from: "in_analysis", to: "rejected", who: []UserRole{Laboratory, Verifier}, reason: true},
	{act: MoveSample, from: "in_analysis", to: "not_analysed", who: []UserRole{Laboratory, Verifier}, reason: true},
	{act: MoveSample, from: "completed", to: "in_analysis", who: []UserRole{Laboratory, Verifier}},
	{act: MoveSample, from: "not_analysed", to: "in_analysis", who: []UserRole{Laboratory, Verifier}},
	{act: MoveSample, from: "rejected", to: "registered", who: []UserRole{Verifier}},

	// Who closed a sample by mistake undoes it within the day: see Reopen.
	{act: ReopenSample, from: "not_analysed", to: "registered", who: []UserRole{Intake, Laboratory, Verifier}},
	{act: ReopenSample, from: "not_analysed", to: "in_analysis", who: []UserRole{Intake, Laboratory, Verifier}},

	{act: ChangeSample, from: anyState, who: []UserRole{Intake, Verifier}},
	{act: ReplaceCode, from: anyState, who: []UserRole{Intake}, reason: true},
	{act: ExcludeSample, from: included, to: excluded, who: []UserRole{Verifier, Coordinator}, reason: true},
	{act: ExcludeSample, from: excluded, to: excluded, who: []UserRole{Verifier, Coordinator}, reason: true},
	{act: IncludeSample, from: excluded, to: included, who: []UserRole{Verifier, Coordinator}},

	// An analysis is retracted, never changed, once it is verified.
	{act: EnterAnalysis, from: "", to: "entered", who: []UserRole{Intake, Laboratory, Verifier}},
	{act: ChangeAnalysis, from: "entered", to: "entered", who: []UserRole{Laboratory}, own: []UserRole{Intake}},
	{act: VerifyAnalysis, from: "entered", to: "verified", who: []UserRole{Verifier}},
	{act: RetractAnalysis, from: "entered", to: "retracted", who: []UserRole{Laboratory, Verifier}, reason: true},
	{act: RetractAnalysis, from: "verified", to: "retracted", who: []UserRole{Verifier}, reason: true},
	{act: ReportAnalysis, from: "verified", to: "verified", who: []UserRole{Verifier}},
	{act: SetAsideFindings, from: "verified", to: "verified", who: []UserRole{Verifier}},
	{act: AskAboutAnalysis, from: "entered", to: "entered", who: []UserRole{Verifier}},
	{act: AnswerQuestion, from: asked, to: answered, who: []UserRole{Laboratory, Intake}},

	{act: PublishResult, from: unpublished, to: "preliminary", who: []UserRole{Verifier}},
	{act: PublishResult, from: unpublished, to: "confirmed", who: []UserRole{Verifier}},
	{act: PublishResult, from: "preliminary", to: "preliminary", who: []UserRole{Verifier}},
	{act: PublishResult, from: "preliminary", to: "confirmed", who: []UserRole{Verifier}},
	{act: PublishResult, from: "preliminary", to: "amended", who: []UserRole{Verifier}, reason: true},
	{act: PublishResult, from: "confirmed", to: "amended", who: []UserRole{Verifier}, reason: true},
	{act: PublishResult, from: "amended", to: "amended", who: []UserRole{Verifier}, reason: true},
	{act: PublishResult, from: "withdrawn", to: "amended", who: []UserRole{Verifier}, reason: true},
	// What is held goes out at once, on one signature, before a second person verifies it.
	{act: PublishHeld, from: unpublished, to: "preliminary", who: []UserRole{Verifier}},
	{act: PublishHeld, from: "preliminary", to: "preliminary", who: []UserRole{Verifier}},
	{act: PublishHeld, from: "preliminary", to: "amended", who: []UserRole{Verifier}, reason: true},
	{act: PublishHeld, from: "confirmed", to: "amended", who: []UserRole{Verifier}, reason: true},
	{act: PublishHeld, from: "amended", to: "amended", who: []UserRole{Verifier}, reason: true},
	{act: PublishHeld, from: "withdrawn", to: "amended", who: []UserRole{Verifier}, reason: true},
	{act: WithdrawResult, from: "preliminary", to: "withdrawn", who: []UserRole{Verifier}, reason: true},
	{act: WithdrawResult, from: "confirmed", to: "withdrawn", who: []UserRole{Verifier}, reason: true},
	{act: WithdrawResult, from: "amended", to: "withdrawn", who: []UserRole{Verifier}, reason: true},
	{act: DeclineRetest, from: awaitingRetest, to: declined, who: []UserRole{Verifier, Coordinator}, reason: true},
	{act: TellResult, from: published, to: told, who: []UserRole{Intake, Verifier}},
}

// Who tells the roles that may do something in some state.
func Who(act Action) (roles []UserRole) {
	for _, m := range moves {
		for _, role := range slices.Concat(m.who, m.own) {
			if m.act == act && !slices.Contains(roles, role) {
				roles = append(roles, role)
			}
		}
	}
	return roles
}

// moveOf finds the step from one state to another, or where none is given to the only one
// that there is, and refuses what is no step.
func moveOf(act Action, from string, to ...string) (*move, error) {
	m := find(moves, func(m *move) bool {
		return m.act == act && (m.from == from || m.from == anyState) && (len(to) == 0 || m.to == to[0])
	})
	if m != nil {
		return m, nil
	}
	refused := &MoveError{What: act.about(), From: from, To: strings.Join(to, ""), Format: "This step is not possible from where it stands now."}
	switch act {
	case AskAboutAnalysis:
		refused.Format = "Only what is entered and not yet verified can be sent back."
	case AnswerQuestion:
		refused.Format = "It has been answered already."
	}
	return nil, refused
}

// permit is moveOf for an actor who may take the step at the service.
func permit(by Actor, service ServiceID, act Action, from string, to ...string) (*move, error) {
	m, err := moveOf(act, from, to...)
	if err != nil {
		return nil, err
	}
	return m, m.allow(by, service)
}

// allow refuses an actor who holds none of the step's roles at the service. The
// operator at the shell has no roles and is refused too.
func (m *move) allow(by Actor, service ServiceID) error {
	if by.UserID != 0 && by.Has(service, m.who...) {
		return nil
	}
	return m.refusal("Your role does not allow this.", m.who...)
}

// refusal refuses the step, and says who could do something about it.
func (m *move) refusal(format string, who ...UserRole) error {
	return &MoveError{What: m.act.about(), From: m.from, To: m.to, Format: format, Who: who}
}

// checkReason refuses a step that lacks its reason, as a mistake in the field "reason".
func (m *move) checkReason(reason string) error {
	var errs FieldErrors
	errs.Check(!m.reason || !blank(reason), "reason", "Give the reason.")
	return errs.Err()
}

// may refuses an actor who may nowhere do what the act is, whatever the state.
func may(act Action, by Actor, service ServiceID) error {
	m := find(moves, func(m *move) bool { return m.act == act })
	return m.allow(by, service)
}

// MayPublish refuses an actor who may not release results of the service.
func MayPublish(by Actor, service ServiceID) error { return may(PublishResult, by, service) }

// MayReceive refuses an actor who may not receive samples of the service: count
// visits, keep drafts and register.
func MayReceive(by Actor, service ServiceID) error { return may(RegisterSample, by, service) }

// MayTell refuses an actor who may not tell results of the service by phone.
func MayTell(by Actor, service ServiceID) error { return may(TellResult, by, service) }

// MayEquip refuses an actor who may not change what a service has, such as its
// locations: it takes the operator, or an administrator of the service. Service 0
// stands for all.
func MayEquip(by Actor, service ServiceID) error {
	if by.isOperator() {
		return nil
	}
	m := &move{act: "equip service", who: []UserRole{Administrator}}
	return m.allow(by, service)
}
