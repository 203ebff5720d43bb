package lab

import (
	"slices"
	"strings"
)

// Action is what was done, as the audit trail keeps it: a word stays what it is.
type Action string

// What is done with samples and their results; the page of a record tells of it.
const (
	RegisterSample   Action = "register sample"
	UndoSample       Action = "undo sample"
	ChangeSample     Action = "change sample"
	MoveSample       Action = "move sample"
	ReopenSample     Action = "reopen sample"
	ExcludeSample    Action = "exclude sample"
	ReplaceCode      Action = "replace code"
	EnterAnalysis    Action = "enter analysis"
	ChangeAnalysis   Action = "change analysis"
	VerifyAnalysis   Action = "verify analysis"
	RetractAnalysis  Action = "retract analysis"
	ReportAnalysis   Action = "report analysis"
	SetAsideFindings Action = "set aside findings"
	AskAboutAnalysis Action = "ask about analysis"
	AnswerQuestion   Action = "answer question"
	PublishResult    Action = "publish result"
	PublishHeld      Action = "publish held result"
	WithdrawResult   Action = "withdraw result"
	TellResult       Action = "tell result"
	DeclineRetest    Action = "decline retest"
	ImportSamples    Action = "import"
	CorrectSample    Action = "correct sample"
)

// What is done with the registry and the people who work with it.
const (
	AddService         Action = "add service"
	RequireFactor      Action = "require second factor"
	SetTerms           Action = "set terms of service"
	AddLocation        Action = "add location"
	ChangeLocation     Action = "change location"
	CloseLocation      Action = "close location"
	OpenLocation       Action = "open location"
	AddLaboratory      Action = "add laboratory"
	ChangeLaboratory   Action = "change laboratory"
	AddMethod          Action = "add method"
	AddMapping         Action = "add mapping"
	ProposeSubstance   Action = "propose substance"
	ChangeSubstance    Action = "change substance"
	ReviewSubstance    Action = "review substance"
	JudgeSubstance     Action = "judge substance"
	ReviewJudgement    Action = "review judgement"
	SetAlertLimit      Action = "set alert limit"
	ProposeProduct     Action = "propose product"
	ChangeProduct      Action = "change product"
	ReviewProduct      Action = "review product"
	ProposeName        Action = "propose name"
	ReviewName         Action = "review name"
	WithdrawName       Action = "withdraw name"
	RetireMethod       Action = "retire method"
	ReinstateMethod    Action = "reinstate method"
	LoadDictionary     Action = "load dictionary"
	MergeSubstance     Action = "merge substance"
	UnmergeSubstance   Action = "unmerge substance"
	MergeProduct       Action = "merge product"
	UnmergeProduct     Action = "unmerge product"
	ReclassifyFacts    Action = "reclassify"
	ExportFigures      Action = "export"
	MarkSynthetic      Action = "mark synthetic"
	TurnAway           Action = "turn away"
	AdoptRing          Action = "adopt key ring"
	BeginLife          Action = "begin life"
	ExpireCodes        Action = "expire codes"
	SetCodeMonths      Action = "set code months"
	ConfirmClock       Action = "confirm clock"
	AbandonImport      Action = "abandon import"
	TakeBackImport     Action = "take back import"
	ClearImport        Action = "clear import"
	AddUser            Action = "add user"
	InviteUser         Action = "invite user"
	AcceptInvitation   Action = "accept invitation"
	RenameUser         Action = "rename user"
	SetMemberships     Action = "set memberships"
	DisableUser        Action = "disable user"
	EnableUser         Action = "enable user"
	ChangePassword     Action = "change password"
	SetFactor          Action = "set second factor"
	GiveFactor         Action = "give second factor"
	LockFactor         Action = "lock second factor"
	LimitFactor        Action = "limit second factor"
	LimitPasswords     Action = "limit passwords"
	UseRecoveryCode    Action = "use recovery code"
	LogIn              Action = "log in"
	LogOut             Action = "log out"
	RenewSession       Action = "renew session"
	EndSession         Action = "end session"
	EndSessions        Action = "end sessions"
	SignInOnANewDevice Action = "sign in on a new device"
)

// IncludeSample lets an excluded sample back in. The trail tells of it as of an exclusion
// that has no reason.
const IncludeSample Action = "include sample"

// about is what something is done with: the last word of the action.
func (a Action) about() string { return string(a)[strings.LastIndex(string(a), " ")+1:] }

// RecordActions are the actions of which the page of a record tells.
var RecordActions = Vocabulary[Action]{
	RegisterSample, UndoSample, ChangeSample, MoveSample, ReopenSample, ExcludeSample, ReplaceCode, EnterAnalysis, ChangeAnalysis, VerifyAnalysis, RetractAnalysis,
	ReportAnalysis, SetAsideFindings,
	AskAboutAnalysis, AnswerQuestion, PublishResult, PublishHeld, WithdrawResult, TellResult, DeclineRetest, ImportSamples, CorrectSample,
}

// RegistryActions are the others, which no record is about.
var RegistryActions = Vocabulary[Action]{
	AddService, RequireFactor, SetTerms, AddLocation, ChangeLocation, CloseLocation, OpenLocation, AddLaboratory, ChangeLaboratory, AddMethod, AddMapping, RetireMethod, ReinstateMethod,
	LoadDictionary, ProposeSubstance, ChangeSubstance, ReviewSubstance, JudgeSubstance, ReviewJudgement, SetAlertLimit, ProposeProduct, ChangeProduct, ReviewProduct,
	ProposeName, ReviewName, WithdrawName, MergeSubstance, UnmergeSubstance, MergeProduct, UnmergeProduct, ReclassifyFacts, ExportFigures, MarkSynthetic, TurnAway, AdoptRing,
	BeginLife,
	ExpireCodes, SetCodeMonths, ConfirmClock, AbandonImport, TakeBackImport, ClearImport, AddUser, InviteUser, AcceptInvitation, RenameUser, SetMemberships, DisableUser, EnableUser,
	ChangePassword, SetFactor, GiveFactor, LockFactor, LimitFactor, LimitPasswords, UseRecoveryCode, LogIn, LogOut, RenewSession, EndSession,
	EndSessions, SignInOnANewDevice,
}

// Actions is the vocabulary of Action.
var Actions = slices.Concat(RecordActions, RegistryActions)
