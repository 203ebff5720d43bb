package locale

import "marquis/internal/lab"

// Vocabulary is the beginning of the keys that name the codes of one vocabulary.
type Vocabulary string

// The vocabularies that have names.
const (
	Outcomes             Vocabulary = "outcome"
	Forms                Vocabulary = "form"
	Roles                Vocabulary = "role"
	Detections           Vocabulary = "detection"
	SampleStates         Vocabulary = "sample_state"
	NotAnalysedReasons   Vocabulary = "not_analysed_reason"
	Levels               Vocabulary = "level"
	MethodKinds          Vocabulary = "method"
	PriceBands           Vocabulary = "price_band"
	AmountUnits          Vocabulary = "amount_unit"
	Releases             Vocabulary = "release"
	Channels             Vocabulary = "channel"
	Colours              Vocabulary = "colour"
	Shapes               Vocabulary = "shape"
	BreakLines           Vocabulary = "break_line"
	AcquiredVias         Vocabulary = "acquired_via"
	AcquiredContexts     Vocabulary = "acquired_context"
	YesNoUnknown         Vocabulary = "yes_no_unknown"
	Reasons              Vocabulary = "reason"
	Effects              Vocabulary = "effect"
	OverdoseInvolvements Vocabulary = "overdose"
	Decisions            Vocabulary = "decision"
	Disposals            Vocabulary = "disposal"
	Exclusions           Vocabulary = "exclusion"
	RejectionReasons     Vocabulary = "rejection_reason"
	UserRoles            Vocabulary = "user_role"
	PublicationKinds     Vocabulary = "publication_kind"
	AnalysisStates       Vocabulary = "analysis_state"
	Conclusions          Vocabulary = "conclusion"
	Scales               Vocabulary = "scale"
	Stereos              Vocabulary = "stereo"
	Abundances           Vocabulary = "abundance"
	LocationKinds        Vocabulary = "location_kind"
	Signatures           Vocabulary = "signature"
	Bases                Vocabulary = "basis"
	Stages               Vocabulary = "stage"
	Purposes             Vocabulary = "purpose"
)

// codes lists the codes of each vocabulary; the tests hold every catalogue
// against it.
var codes = map[Vocabulary][]string{
	Outcomes:             lab.OutcomeClasses.Strings(),
	Forms:                lab.Forms.Strings(),
	Roles:                lab.Roles.Strings(),
	Detections:           lab.Detections.Strings(),
	SampleStates:         lab.SampleStates.Strings(),
	NotAnalysedReasons:   lab.NotAnalysedReasons.Strings(),
	Levels:               lab.Levels.Strings(),
	MethodKinds:          lab.MethodKinds.Strings(),
	PriceBands:           lab.PriceBands.Strings(),
	AmountUnits:          lab.AmountUnits.Strings(),
	Releases:             {string(lab.IsReleased), string(lab.IsWithdrawn)},
	Channels:             lab.Channels.Strings(),
	Colours:              lab.Colours.Strings(),
	Shapes:               lab.Shapes.Strings(),
	BreakLines:           lab.BreakLines.Strings(),
	AcquiredVias:         lab.AcquiredVias.Strings(),
	AcquiredContexts:     lab.AcquiredContexts.Strings(),
	YesNoUnknown:         lab.YesNoUnknown.Strings(),
	Reasons:              lab.Reasons.Strings(),
	Effects:              lab.Effects.Strings(),
	OverdoseInvolvements: lab.OverdoseInvolvements.Strings(),
	Decisions:            lab.Decisions.Strings(),
	Disposals:            lab.Disposals.Strings(),
	Exclusions:           lab.Exclusions.Strings(),
	RejectionReasons:     lab.RejectionReasons.Strings(),
	UserRoles:            lab.UserRoles.Strings(),
	PublicationKinds:     lab.PublicationKinds.Strings(),
	AnalysisStates:       lab.AnalysisStates.Strings(),
	Conclusions:          lab.Conclusions.Strings(),
	Scales:               lab.Scales.Strings(),
	Stereos:              lab.Stereos.Strings(),
	Abundances:           lab.Abundances.Strings(),
	LocationKinds:        lab.LocationKinds.Strings(),
	Signatures:           lab.Signatures.Strings(),
	Bases: {
		string(lab.BasisBase), string(lab.BasisAsFound), string(lab.BasisUnknown), "citrate", "fumarate", "hydrobromide", "hydrochloride",
		"hydrogen_tartrate", "maleate", "oxalate", "phosphate", "sodium", "succinate", "sulfate", "tartrate",
	},
	Stages:   lab.Stages.Strings(),
	Purposes: lab.Purposes.Strings(),
}

// Code names a code of a vocabulary. An empty code, which means "not recorded",
// has an empty name. A code that the vocabulary lacks can only come from data, and
// is shown as it is.
func (l *Locale) Code(v Vocabulary, code string) string {
	if t, ok := l.texts[string(v)+"."+code]; ok {
		return t.other.said[0]
	}
	return code
}
