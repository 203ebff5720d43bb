package lab

import (
	"database/sql/driver"
	"fmt"
	"slices"
	"strings"
)

// Vocabulary is the closed list of the codes that a field may hold, in the order
// in which they are shown.
type Vocabulary[T ~string] []T

// Has tells whether the code belongs to the vocabulary.
func (v Vocabulary[T]) Has(code T) bool { return slices.Contains(v, code) }

// Strings returns the codes as plain text.
func (v Vocabulary[T]) Strings() []string {
	texts := make([]string, len(v))
	for i, code := range v {
		texts[i] = string(code)
	}
	return texts
}

// String lists the codes with commas between them.
func (v Vocabulary[T]) String() string { return strings.Join(v.Strings(), ", ") }

// Codes is a field with several values of one vocabulary. It is stored as the
// codes with single spaces between them.
type Codes []string

// Value stores the codes with single spaces between them.
func (c Codes) Value() (driver.Value, error) { return strings.Join(c, " "), nil }

// Scan reads what Value stored.
func (c *Codes) Scan(src any) error {
	switch v := src.(type) {
	case string:
		*c = strings.Fields(v)
	case []byte:
		*c = strings.Fields(string(v))
	case nil:
		*c = nil
	default:
		return fmt.Errorf("cannot read %T as codes", src)
	}
	if len(*c) == 0 {
		*c = nil // none recorded, as in a record that was never stored
	}
	return nil
}

// checkCodes reports each code that the vocabulary lacks, and repetitions.
func checkCodes[T ~string](errs *FieldErrors, field string, codes Codes, vocabulary Vocabulary[T]) {
	for i, code := range codes {
		checkCode(errs, field, T(code), vocabulary)
		errs.Check(!slices.Contains(codes[:i], code), field, "%q is given twice.", code)
	}
}

func checkCode[T ~string](errs *FieldErrors, field string, code T, vocabulary Vocabulary[T]) {
	switch {
	case vocabulary.Has(code): // nothing to say, and nothing is made of it: an import asks millions of times
	case code == "":
		errs.Check(false, field, "Choose one of: %s.", vocabulary)
	default:
		errs.Check(false, field, "%q is not one of: %s.", string(code), vocabulary)
	}
}

func checkOptional[T ~string](errs *FieldErrors, field string, code T, vocabulary Vocabulary[T]) {
	if code != "" {
		checkCode(errs, field, code, vocabulary)
	}
}

// Form is the physical form of a sample.
type Form string

// The forms.
const (
	Powder    Form = "powder"
	Crystal   Form = "crystal"
	Paste     Form = "paste"
	Rock      Form = "rock"
	Tablet    Form = "tablet"
	Capsule   Form = "capsule"
	Liquid    Form = "liquid"
	Blotter   Form = "blotter"
	Gel       Form = "gel"
	Plant     Form = "plant"
	Edible    Form = "edible"
	Residue   Form = "residue"
	OtherForm Form = "other"
)

// Forms is the vocabulary of Form.
var Forms = Vocabulary[Form]{
	Powder, Crystal, Paste, Rock, Tablet, Capsule, Liquid, Blotter, Gel, Plant, Edible, Residue, OtherForm,
}

// Dosed tells that one piece is one dose, so that content is told per unit.
func (f Form) Dosed() bool { return f == Tablet || f == Capsule || f == Blotter }

// Dry tells that a sample of the form is the substance or its salt, with what it is cut with: no
// more of it can be base than the purest salt holds.
func (f Form) Dry() bool { return f == Powder || f == Crystal }

// Channel is the way by which a sample came to the service.
type Channel string

// The channels. Only samples of FrontOfHouse are counted in the statistics.
const (
	FrontOfHouse Channel = "front_of_house"
	BackOfHouse  Channel = "back_of_house"
	Amnesty      Channel = "amnesty"
	FoundSample  Channel = "found"
	Police       Channel = "police"
)

// Channels is the vocabulary of Channel.
var Channels = Vocabulary[Channel]{FrontOfHouse, BackOfHouse, Amnesty, FoundSample, Police}

// ReceivedBasis says what the date of receipt rests on.
type ReceivedBasis string

// A sample's ReceivedOn is what the service recorded, or, where a source does
// not tell it, the day the sample was collected or analysed.
const (
	ReceivedRecorded  ReceivedBasis = "recorded"
	ReceivedCollected ReceivedBasis = "collected"
	ReceivedAnalysed  ReceivedBasis = "analysed"
)

// ReceivedBases is the vocabulary of ReceivedBasis.
var ReceivedBases = Vocabulary[ReceivedBasis]{ReceivedRecorded, ReceivedCollected, ReceivedAnalysed}

// AmountUnit is the unit of the quantity handed in or bought.
type AmountUnit string

// Quantities are in grams, millilitres or pieces.
const (
	Gram       AmountUnit = "g"
	Millilitre AmountUnit = "ml"
	Piece      AmountUnit = "piece"
)

// AmountUnits is the vocabulary of AmountUnit.
var AmountUnits = Vocabulary[AmountUnit]{Gram, Millilitre, Piece}
