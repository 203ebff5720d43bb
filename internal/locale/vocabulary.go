package locale

import "marquis/internal/lab"

// Vocabulary is the beginning of the keys that name the codes of one vocabulary.
type Vocabulary string

// codes lists the codes of each vocabulary; the tests hold every catalogue
// against it.
var codes = map[Vocabulary][]string{}

// named says that the keys of a vocabulary's names begin so.
func named[T ~string](name Vocabulary, v lab.Vocabulary[T]) Vocabulary {
	codes[name] = v.Strings()
	return name
}

// The vocabularies that have names.
var (
	Outcomes             = named("outcome", lab.OutcomeClasses)
	Attentions           = named("attention", lab.Attentions)
	Signs                = named("sign", lab.Signs)
	Forms                = named("form", lab.Forms)
	Roles                = named("role", lab.Roles)
	Detections           = named("detection", lab.Detections)
	SampleStates         = named("sample_state", lab.SampleStates)
	NotAnalysedReasons   = named("not_analysed_reason", lab.NotAnalysedReasons)
	Levels               = named("level", lab.Levels)
	MethodKinds          = named("method", lab.MethodKinds)
	PriceBands           = named("price_band", lab.PriceBands)
	AmountUnits          = named("amount_unit", lab.AmountUnits)
	Releases             = named("release", lab.Vocabulary[lab.Release]{lab.IsReleased, lab.IsWithdrawn})
	ReceivedBases        = named("received_basis", lab.ReceivedBases)
	Channels             = named("channel", lab.Channels)
	Colours              = named("colour", lab.Colours)
	Shapes               = named("shape", lab.Shapes)
	BreakLines           = named("break_line", lab.BreakLines)
	AcquiredVias         = named("acquired_via", lab.AcquiredVias)
	AcquiredContexts     = named("acquired_context", lab.AcquiredContexts)
	YesNoUnknown         = named("yes_no_unknown", lab.YesNoUnknown)
	Reasons              = named("reason", lab.Reasons)
	Effects              = named("effect", lab.Effects)
	OverdoseInvolvements = named("overdose", lab.OverdoseInvolvements)
	Decisions            = named("decision", lab.Decisions)
	Disposals            = named("disposal", lab.Disposals)
	Exclusions           = named("exclusion", lab.Exclusions)
	RejectionReasons     = named("rejection_reason", lab.RejectionReasons)
	UserRoles            = named("user_role", lab.UserRoles)
	PublicationReasons   = named("publication_reason", lab.PublicationReasons)
	PublicLanguages      = named("language", lab.PublicLanguages)
	PublicationKinds     = named("publication_kind", lab.PublicationKinds)
	AnalysisStates       = named("analysis_state", lab.AnalysisStates)
	Conclusions          = named("conclusion", lab.Conclusions)
	Scales               = named("scale", lab.Scales)
	Stereos              = named("stereo", lab.Stereos)
	Abundances           = named("abundance", lab.Abundances)
	SetAsides            = named("set_aside", lab.SetAsides)
	LocationKinds        = named("location_kind", lab.LocationKinds)
	Signatures           = named("signature", lab.Signatures)
	Bases                = named("basis", append(lab.Vocabulary[lab.Basis]{lab.BasisBase, lab.BasisAsFound, lab.BasisUnknown}, lab.Salts()...))
	Dangers              = named("danger", lab.Dangers)
	Stages               = named("stage", lab.Stages)
	Purposes             = named("purpose", lab.Purposes)
	ImportStates         = named("import_state", lab.ImportStates)
)

// Codes are the codes of the vocabulary, in the order in which they are shown.
func (v Vocabulary) Codes() []string { return codes[v] }

// Code names a code of a vocabulary. An empty code, which means "not recorded",
// has an empty name. A code that the vocabulary lacks can only come from data, and
// is shown as it is.
func (l *Locale) Code(v Vocabulary, code string) string {
	if t, ok := l.texts[string(v)+"."+code]; ok {
		return t.other.said[0]
	}
	return code
}
