package lab

import (
	"slices"
	"unicode"
)

// SampleState is where a sample is in its life.
type SampleState string

// The states of a sample.
const (
	Registered  SampleState = "registered"
	InAnalysis  SampleState = "in_analysis"
	Completed   SampleState = "completed"
	Rejected    SampleState = "rejected"
	NotAnalysed SampleState = "not_analysed"
)

// SampleStates is the vocabulary of SampleState.
var SampleStates = Vocabulary[SampleState]{Registered, InAnalysis, Completed, Rejected, NotAnalysed}

// Sample is one portion of one product, handed in on a visit. No field holds
// anything about who the visitor is. An empty text, a zero number and an empty
// list mean "not recorded".
type Sample struct {
	Key
	Version       int32 // rises with every change
	NumberYear    int32
	NumberRunning int32
	VisitID       ID
	LocationID    Optional

	ReceivedOn      Date
	ReceivedBasis   ReceivedBasis
	CollectedOn     Date
	ExpectedReadyOn Date
	Channel         Channel

	ProductID  ProductID
	SoldAsText string // what the visitor said, verbatim
	Form       Form
	Colours    Codes
	Logo       string
	Shape      string
	BreakLine  string
	WidthUM    int32 // micrometres
	HeightUM   int32
	ThickUM    int32
	WeightUG   int64 // micrograms

	ReceivedAmount int64 // thousandths of ReceivedUnit
	ReceivedUnit   AmountUnit
	Price          Price `gorm:"embedded;embeddedPrefix:price_"`

	AcquiredVia     string
	AcquiredContext string
	Region          string // coarse only
	UsedBefore      string
	Reasons         Codes
	Effects         Codes
	Complaint       string
	Overdose        string
	Decision        string
	Disposal        string

	State       SampleState
	StateReason string
	Stage       Stage  // the worklist it is on; Dictionary.Stage decides
	Excluded    string // reason to keep it out of the statistics; empty means counted
	Overruled   string // why it was taken although it is beyond the limits of the service
	Notes       string // for staff

	SourceRef    string // the sample's id in the file it was imported from
	SourceDigest string // of what that file said
	ImportID     ID
	RegisteredBy Optional
	RegisteredAt Instant
}

// SampleExpectation is one expected substance or class of a sample.
type SampleExpectation struct {
	ServiceID ServiceID `gorm:"primaryKey;autoIncrement:false"`
	SampleID  ID        `gorm:"primaryKey"`
	Position  int32     `gorm:"primaryKey;autoIncrement:false"`
	Expected
}

// Limits of a sample's fields.
const (
	maxText      = 2000
	maxShortText = 200
	// earliestYear is before any drug checking service began.
	earliestYear = 1960
)

// Check reports all mistakes of a sample at once, each with its field. Today is
// the day at the service.
func (s *Sample) Check(today Date) error {
	var errs FieldErrors
	s.checkDates(&errs, today)
	checkCode(&errs, "channel", s.Channel, Channels)
	errs.Check(s.ProductID > 0, "product_id", "Choose the product it was sold as, or \"unknown\".")
	checkCode(&errs, "form", s.Form, Forms)
	checkCodes(&errs, "colours", s.Colours, Colours)
	checkOptional(&errs, "shape", s.Shape, Shapes)
	checkOptional(&errs, "break_line", s.BreakLine, BreakLines)
	s.checkMeasures(&errs)
	s.Price.check(&errs)
	checkOptional(&errs, "acquired_via", s.AcquiredVia, AcquiredVias)
	checkOptional(&errs, "acquired_context", s.AcquiredContext, AcquiredContexts)
	checkOptional(&errs, "used_before", s.UsedBefore, YesNoUnknown)
	checkCodes(&errs, "reasons", s.Reasons, Reasons)
	checkCodes(&errs, "effects", s.Effects, Effects)
	checkOptional(&errs, "complaint", s.Complaint, YesNoUnknown)
	checkOptional(&errs, "overdose", s.Overdose, OverdoseInvolvements)
	checkOptional(&errs, "decision", s.Decision, Decisions)
	checkOptional(&errs, "disposal", s.Disposal, Disposals)
	s.checkState(&errs)
	s.checkTexts(&errs)
	checkRegion(&errs, s.Region)
	return errs.Err()
}

func (s *Sample) checkDates(errs *FieldErrors, today Date) {
	errs.Check(s.ReceivedOn != 0, "received_on", "Give the day on which the sample was received.")
	errs.Check(s.ReceivedOn == 0 || s.ReceivedOn.Year() >= earliestYear, "received_on", "%s is too long ago.", s.ReceivedOn)
	errs.Check(s.ReceivedOn <= today, "received_on", "%s lies in the future.", s.ReceivedOn)
	checkCode(errs, "received_basis", s.ReceivedBasis, ReceivedBases)
	errs.Check(s.CollectedOn <= s.ReceivedOn || s.ReceivedOn == 0, "collected_on", "%s is after the day of receipt, %s.", s.CollectedOn, s.ReceivedOn)
	errs.Check(s.ExpectedReadyOn == 0 || s.ExpectedReadyOn >= s.ReceivedOn, "expected_ready_on", "%s is before the day of receipt, %s.", s.ExpectedReadyOn, s.ReceivedOn)
}

func (s *Sample) checkMeasures(errs *FieldErrors) {
	const decimetre, kilogram = 100_000, 1_000_000_000
	for _, m := range []struct {
		field string
		value int64
		most  int64
	}{
		{"width_um", int64(s.WidthUM), decimetre},
		{"height_um", int64(s.HeightUM), decimetre},
		{"thick_um", int64(s.ThickUM), decimetre},
		{"weight_ug", s.WeightUG, kilogram},
		{"received_amount", s.ReceivedAmount, maxThousandths},
	} {
		errs.Check(m.value >= 0 && m.value <= m.most, m.field, "This is more than is possible, or less than nothing.")
	}
	checkOptional(errs, "received_unit", s.ReceivedUnit, AmountUnits)
	errs.Check((s.ReceivedAmount == 0) == (s.ReceivedUnit == ""), "received_unit", "Give the amount and its unit, or neither.")
}

func (s *Sample) checkState(errs *FieldErrors) {
	checkCode(errs, "state", s.State, SampleStates)
	switch s.State {
	case Rejected:
		checkCode(errs, "state_reason", s.StateReason, RejectionReasons)
	case NotAnalysed:
		checkCode(errs, "state_reason", s.StateReason, NotAnalysedReasons)
	default:
		errs.Check(s.StateReason == "", "state_reason", "Only a rejected or not analysed sample has a reason.")
	}
	checkOptional(errs, "excluded", s.Excluded, Exclusions)
}

func (s *Sample) checkTexts(errs *FieldErrors) {
	for _, t := range []struct {
		field, text string
		most        int
	}{
		{"sold_as_text", s.SoldAsText, maxShortText},
		{"logo", s.Logo, maxShortText},
		{"region", s.Region, maxShortText},
		{"overruled", s.Overruled, maxReason},
		{"notes", s.Notes, maxText},
		{"source_ref", s.SourceRef, maxShortText},
	} {
		checkText(errs, t.field, t.text, t.most)
	}
}

func checkText(errs *FieldErrors, field, text string, most int) {
	errs.Check(len([]rune(text)) <= most, field, "The text is longer than %d characters.", most)
	control := slices.ContainsFunc([]rune(text), func(r rune) bool {
		return unicode.IsControl(r) && r != '\n' && r != '\t' || unicode.Is(unicode.Bidi_Control, r) || r >= '\uFFFD' && r <= '\uFFFF'
	})
	errs.Check(!control, field, "The text has characters that cannot be stored or printed.")
}

func checkRegion(errs *FieldErrors, region string) {
	errs.Check(!IsPrecise(region), "region", "This looks like a postcode or an address. Give a coarse region only, such as a province.")
}

// IsPrecise tells whether a region holds a postcode (four digits in a row) or an
// address for mail: it could say who the visitor is.
func IsPrecise(region string) bool {
	digits := 0
	for i := range len(region) {
		if digits++; region[i] < '0' || region[i] > '9' {
			digits = 0
		}
		if digits == 4 || region[i] == '@' {
			return true
		}
	}
	return false
}

// CheckExpectations reports expectations that are empty, unknown or repeated.
func (d *Dictionary) CheckExpectations(expected []Expected) error {
	var errs FieldErrors
	for i, e := range expected {
		errs.Check(d.knows(e), "expected", "%q is not in the dictionary.", e)
		errs.Check(!slices.Contains(expected[:i], e), "expected", "The same substance or class is expected twice.")
	}
	return errs.Err()
}

// Counted tells whether the sample is counted as registered: front of house, not
// rejected and not excluded.
func (s *Sample) Counted() bool {
	return s.Channel == FrontOfHouse && s.State != Rejected && s.Excluded == ""
}

// Since returns the day from which the sample can have been analysed: that of its
// collection where it is known, else of its receipt.
func (s *Sample) Since() Date {
	if s.CollectedOn != 0 {
		return s.CollectedOn
	}
	return s.ReceivedOn
}
