package locale

import "marquis/internal/lab"

// Vocabulary is the beginning of the keys that name the codes of one vocabulary.
type Vocabulary string

// The vocabularies that have names.
const (
	Outcomes           Vocabulary = "outcome"
	Forms              Vocabulary = "form"
	Roles              Vocabulary = "role"
	Detections         Vocabulary = "detection"
	SampleStates       Vocabulary = "sample_state"
	NotAnalysedReasons Vocabulary = "not_analysed_reason"
	Levels             Vocabulary = "level"
	MethodKinds        Vocabulary = "method"
	PriceBands         Vocabulary = "price_band"
	AmountUnits        Vocabulary = "amount_unit"
	Releases           Vocabulary = "release"
)

// codes lists the codes of each vocabulary; the tests hold every catalogue
// against it.
var codes = map[Vocabulary][]string{
	Outcomes:           lab.OutcomeClasses.Strings(),
	Forms:              lab.Forms.Strings(),
	Roles:              lab.Roles.Strings(),
	Detections:         lab.Detections.Strings(),
	SampleStates:       lab.SampleStates.Strings(),
	NotAnalysedReasons: lab.NotAnalysedReasons.Strings(),
	Levels:             lab.Levels.Strings(),
	MethodKinds:        lab.MethodKinds.Strings(),
	PriceBands:         lab.PriceBands.Strings(),
	AmountUnits:        lab.AmountUnits.Strings(),
	Releases:           {string(lab.IsReleased), string(lab.IsWithdrawn)},
}

// Code names a code of a vocabulary. An empty code, which means "not recorded",
// has an empty name. A code that the vocabulary lacks can only come from data, and
// is shown as it is.
func (l *Locale) Code(v Vocabulary, code string) string {
	if name, ok := l.plain[string(v)+"."+code]; ok {
		return name
	}
	return code
}
