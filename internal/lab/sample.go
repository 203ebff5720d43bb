package lab

import "slices"

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
	NumberSeries  int16 // 0 before the first restore of a backup, see SampleNumber
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
	Stage       Stage   // the worklist it is on; Dictionary.Stage decides
	HeldSince   Instant // when what it is held for was entered; zero where it is not: Dictionary.Held decides
	NoRetest    string  // why no new analysis follows after the result was taken back; empty: one does
	Excluded    string  // reason to keep it out of the statistics; empty means counted
	Overruled   string  // why it was taken although it is beyond the limits of the service
	Confirmed   Codes   // what looked implausible and was confirmed: see Doubts
	Notes       string  // for staff

	SourceRef         string // the sample's id in the file it was imported from
	SourceKey         string // of other spellings of that: see SourceKeyOf
	SourceDigest      string // of what that file said
	SourcePublishedOn Date   // the day on which its source gave the result, as it says now; zero: it gave none
	ImportID          ID
	RegisteredBy      Optional
	RegisteredAt      Instant
}

// SampleFields are the rules of each field of a sample. A field that is not named is
// neither shown to the laboratory nor taken over by another sample.
var SampleFields = sampleTable{
	{"service_id", seen, func(s *Sample) any { return &s.ServiceID }, anything, nil},
	{"id", seen, func(s *Sample) any { return &s.ID }, anything, nil},
	{"version", seen, func(s *Sample) any { return &s.Version }, anything, nil},
	{"number_year", seen, func(s *Sample) any { return &s.NumberYear }, anything, nil},
	{"number_running", seen, func(s *Sample) any { return &s.NumberRunning }, anything, nil},
	{"number_series", seen, func(s *Sample) any { return &s.NumberSeries }, anything, nil},
	{"visit_id", seen, func(s *Sample) any { return &s.VisitID }, anything, nil},
	{"location_id", seen | ofVisit, func(s *Sample) any { return &s.LocationID }, anything, nil},

	{"received_on", seen | ofVisit, func(s *Sample) any { return &s.ReceivedOn }, anything, nil},
	{"received_basis", seen, func(s *Sample) any { return &s.ReceivedBasis }, needs(ReceivedBases), nil},
	{"collected_on", seen, func(s *Sample) any { return &s.CollectedOn }, anything, nil},
	{"expected_ready_on", seen | ofVisit, func(s *Sample) any { return &s.ExpectedReadyOn }, anything, nil},
	{"channel", seen | ofVisit, func(s *Sample) any { return &s.Channel }, needs(Channels), nil},

	{"product_id", seen | ofLook, func(s *Sample) any { return &s.ProductID }, anything, nil},
	{"sold_as_text", seen | ofLook, func(s *Sample) any { return &s.SoldAsText }, upTo(maxShortText), nil},
	{"form", seen | ofLook, func(s *Sample) any { return &s.Form }, needs(Forms), nil},
	{"colours", seen | ofLook, func(s *Sample) any { return &s.Colours }, oneOf(Colours), nil},
	{"logo", seen | ofLook, func(s *Sample) any { return &s.Logo }, upTo(maxShortText), pieces},
	{"shape", seen | ofLook, func(s *Sample) any { return &s.Shape }, oneOf(Shapes), shaped},
	{"break_line", seen | ofLook, func(s *Sample) any { return &s.BreakLine }, oneOf(BreakLines), tablets},
	{"width_um", seen | ofLook, func(s *Sample) any { return &s.WidthUM }, upTo(decimetre), pieces},
	{"height_um", seen | ofLook, func(s *Sample) any { return &s.HeightUM }, upTo(decimetre), pieces},
	{"thick_um", seen | ofLook, func(s *Sample) any { return &s.ThickUM }, upTo(decimetre), pieces},
	{"weight_ug", seen, func(s *Sample) any { return &s.WeightUG }, upTo(kilogram), shaped},

	{"received_amount", seen, func(s *Sample) any { return &s.ReceivedAmount }, upTo(maxThousandths), amounts},
	{"received_unit", seen, func(s *Sample) any { return &s.ReceivedUnit }, oneOf(AmountUnits), amounts},
	{"price_amount", 0, func(s *Sample) any { return &s.Price.Amount }, anything, nil},
	{"price_currency", 0, func(s *Sample) any { return &s.Price.Currency }, anything, nil},
	{"price_quantity", 0, func(s *Sample) any { return &s.Price.Quantity }, anything, nil},
	{"price_unit", 0, func(s *Sample) any { return &s.Price.Unit }, anything, nil},

	{"acquired_via", ofVisit, func(s *Sample) any { return &s.AcquiredVia }, oneOf(AcquiredVias), nil},
	{"acquired_context", ofVisit, func(s *Sample) any { return &s.AcquiredContext }, oneOf(AcquiredContexts), nil},
	{"region", seen | ofVisit, func(s *Sample) any { return &s.Region }, upTo(maxShortText), nil},
	{"used_before", seen, func(s *Sample) any { return &s.UsedBefore }, oneOf(YesNoUnknown), nil},
	{"reasons", seen, func(s *Sample) any { return &s.Reasons }, oneOf(Reasons), nil},
	{"effects", 0, func(s *Sample) any { return &s.Effects }, oneOf(Effects), nil},
	{"complaint", 0, func(s *Sample) any { return &s.Complaint }, oneOf(YesNoUnknown), nil},
	{"overdose", 0, func(s *Sample) any { return &s.Overdose }, oneOf(OverdoseInvolvements), nil},
	{"decision", seen, func(s *Sample) any { return &s.Decision }, oneOf(Decisions), nil},
	{"disposal", seen, func(s *Sample) any { return &s.Disposal }, oneOf(Disposals), nil},

	{"state", seen, func(s *Sample) any { return &s.State }, needs(SampleStates), nil},
	{"state_reason", seen, func(s *Sample) any { return &s.StateReason }, anything, nil},
	{"stage", seen, func(s *Sample) any { return &s.Stage }, anything, nil},
	{"held_since", seen, func(s *Sample) any { return &s.HeldSince }, anything, nil},
	{"no_retest", seen, func(s *Sample) any { return &s.NoRetest }, upTo(maxReason), nil},
	{"excluded", seen, func(s *Sample) any { return &s.Excluded }, oneOf(Exclusions), nil},
	{"overruled", seen, func(s *Sample) any { return &s.Overruled }, upTo(maxReason), nil},
	{"confirmed", 0, func(s *Sample) any { return &s.Confirmed }, upTo(maxReason), nil},
	{"notes", 0, func(s *Sample) any { return &s.Notes }, upTo(maxText), nil},

	{"source_ref", seen, func(s *Sample) any { return &s.SourceRef }, upTo(maxShortText), nil},
	{"source_key", seen, func(s *Sample) any { return &s.SourceKey }, anything, nil},
	{"source_digest", seen, func(s *Sample) any { return &s.SourceDigest }, anything, nil},
	{"source_published_on", seen, func(s *Sample) any { return &s.SourcePublishedOn }, anything, nil},
	{"import_id", seen, func(s *Sample) any { return &s.ImportID }, anything, nil},
	{"registered_by", seen, func(s *Sample) any { return &s.RegisteredBy }, anything, nil},
	{"registered_at", seen, func(s *Sample) any { return &s.RegisteredAt }, anything, nil},
}

// Plain vocabularies of sample fields.
var (
	// Colours a sample may have, several at once.
	Colours = Vocabulary[string]{
		"white", "off_white", "grey", "black", "brown", "beige", "yellow", "orange", "red", "pink",
		"purple", "blue", "green", "turquoise", "clear", "multicoloured", "other",
	}
	// Shapes of tablets and blotters.
	Shapes = Vocabulary[string]{"round", "oval", "square", "rectangle", "triangle", "heart", "shield", "figure", "other"}
	// BreakLines of tablets.
	BreakLines = Vocabulary[string]{"none", "single", "cross"}
	// AcquiredVias say from whom or where the visitor had it.
	AcquiredVias = Vocabulary[string]{
		"dealer_known", "dealer_street", "friend", "online_surface", "darknet", "app_social", "shop",
		"pharmacy_diverted", "gift", "found", "other", "unknown",
	}
	// AcquiredContexts say in which setting the visitor had it.
	AcquiredContexts = Vocabulary[string]{"street", "club", "festival", "home", "online", "other"}
	// YesNoUnknown answers a question that may stay open.
	YesNoUnknown = Vocabulary[string]{"yes", "no", "unknown"}
	// Reasons for having a sample tested.
	Reasons = Vocabulary[string]{
		"own_health", "friends", "content", "purity", "adulteration", "unexpected_effect", "curiosity", "other",
	}
	// Effects that a visitor reports after use.
	Effects = Vocabulary[string]{
		"normal", "stronger", "weaker", "unpleasant", "pleasant", "hallucination", "sedating", "stimulating",
		"nausea", "burning", "long_lasting", "skin", "seizure", "unexpected", "other",
	}
	// OverdoseInvolvements say whether an overdose was involved.
	OverdoseInvolvements = Vocabulary[string]{"involved", "not_involved", "unknown"}
	// Decisions of a visitor after the result.
	Decisions = Vocabulary[string]{"take", "take_less", "discard", "return", "undecided"}
	// Disposals of what is left of a sample.
	Disposals = Vocabulary[string]{"returned", "used_up", "destroyed", "retained"}
	// Exclusions are reasons to keep a sample out of the statistics.
	Exclusions = Vocabulary[string]{"contaminated", "duplicate", "test_record", "other"}
	// NotAnalysedReasons are reasons why a sample was not analysed.
	NotAnalysedReasons = Vocabulary[string]{"capacity", TooLittle, "unsupported", "lost"}
	// GivenRejections are reasons that people give to reject a sample.
	GivenRejections = Vocabulary[string]{"outside_rules", "unsafe_packaging", "no_sample", "withdrawn_by_visitor", OtherRejection}
	// RejectionReasons are all reasons of a rejected sample.
	RejectionReasons = append(slices.Clone(GivenRejections), RegisteredByMistake)
)

// Reasons of which a visitor is told more than their names.
const (
	TooLittle      = "insufficient" // to be analysed
	OtherRejection = "other"        // which says nothing
)

// SampleExpectation is one expected substance or class of a sample.
type SampleExpectation struct {
	ServiceID ServiceID `gorm:"primaryKey;autoIncrement:false"`
	SampleID  ID        `gorm:"primaryKey"`
	Position  int32     `gorm:"primaryKey;autoIncrement:false"`
	Expected
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
