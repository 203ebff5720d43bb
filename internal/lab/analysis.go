package lab

// AnalysisState is where an analysis is in its life.
type AnalysisState string

// The states of an analysis.
const (
	Entered   AnalysisState = "entered"
	Verified  AnalysisState = "verified"
	Retracted AnalysisState = "retracted"
)

// AnalysisStates is the vocabulary of AnalysisState.
var AnalysisStates = Vocabulary[AnalysisState]{Entered, Verified, Retracted}

// Signature says on whose word a result rests.
type Signature string

// The signatures: a second authorised person, one authorised person (only for
// list recognition and field results), or the source of an import.
const (
	TwoSignatures Signature = "two"
	OneSignature  Signature = "one"
	AtSource      Signature = "source"
)

// Signatures is the vocabulary of Signature.
var Signatures = Vocabulary[Signature]{TwoSignatures, OneSignature, AtSource}

// Conclusion is what an analysis says as a whole.
type Conclusion string

// The conclusions: it has findings, it saw nothing of interest, or it could not tell.
const (
	HasFindings  Conclusion = "findings"
	NothingSeen  Conclusion = "nothing_detected"
	Inconclusive Conclusion = "inconclusive"
)

// Conclusions is the vocabulary of Conclusion.
var Conclusions = Vocabulary[Conclusion]{HasFindings, NothingSeen, Inconclusive}

// Analysis is one method run once on one sample by one laboratory.
type Analysis struct {
	Key
	SampleID    ID
	Version     int32
	MethodID    MethodID
	Level       Level // of the method when it was run
	PerformedOn Date
	Conclusion  Conclusion
	Reported    bool // among equals, the verifier reports this one
	State       AnalysisState
	StateReason string // of a retraction
	Signature   Signature
	EnteredBy   Optional // whoever entered or last changed it
	EnteredAt   Instant
	TouchedBy   string // numbers of all users who entered or changed it, with single spaces between
	VerifiedBy  Optional
	VerifiedAt  Instant
	RetractedBy Optional
	RetractedAt Instant
	ImportID    ID
	Notes       string
	Overruled   string // why findings that look implausible are right
}

// Detection says how a substance was found.
type Detection string

// The detections. Identified means found with certainty, its amount not
// determined; indicated means found by a method that proves nothing yet.
const (
	Quantified   Detection = "quantified"
	BelowLOQ     Detection = "below_loq"
	Identified   Detection = "identified"
	Trace        Detection = "trace"
	Indicated    Detection = "indicated"
	NotDetected  Detection = "not_detected"
	Unidentified Detection = "unidentified"
)

// Detections is the vocabulary of Detection.
var Detections = Vocabulary[Detection]{Quantified, BelowLOQ, Identified, Trace, Indicated, NotDetected, Unidentified}

// Found tells that the substance is in the sample, in whatever amount.
func (d Detection) Found() bool {
	return d == Quantified || d == BelowLOQ || d == Identified || d == Trace || d == Indicated
}

// Abundance is how much of the sample a finding makes up, where the source says
// so without an amount.
type Abundance string

// Primary is a main component by the source's own account; Minor is said not to be.
const (
	Primary Abundance = "primary"
	Minor   Abundance = "minor"
)

// Abundances is the vocabulary of Abundance.
var Abundances = Vocabulary[Abundance]{Primary, Minor}

// Finding is one substance reported by one analysis, at most once in it.
type Finding struct {
	Key
	SampleID    ID
	AnalysisID  ID
	SubstanceID SubstanceID
	ReportedAs  string // the name in the source, where it differs
	Detection   Detection
	Amount      Amount `gorm:"embedded;embeddedPrefix:amount_"`
	Basis       Basis  // of the amount
	Uncertainty int64  // half width of the interval, on the amount's scale; 0 if not stated
	Stereo      Stereo
	Abundance   Abundance
}

// Check reports all mistakes of an analysis with its findings. Received is the
// day on which the sample was received, or collected if that is earlier.
func (a *Analysis) Check(d *Dictionary, findings []Finding, received, today Date) error {
	var errs FieldErrors
	method, ok := d.Methods[a.MethodID]
	errs.Check(ok, "method", "Choose the method that was run.")
	errs.Check(!ok || method.Level == a.Level, "level", "This is not the level of the method.")
	errs.Check(a.PerformedOn != 0 && a.PerformedOn <= today, "performed_on", "Give the day of the analysis, today at the latest.")
	errs.Check(a.PerformedOn == 0 || a.PerformedOn >= received, "performed_on", "%s is before the sample was there, %s.", a.PerformedOn, received)
	checkCode(&errs, "conclusion", a.Conclusion, Conclusions)
	checkText(&errs, "notes", a.Notes, maxText)
	checkText(&errs, "overruled", a.Overruled, maxReason)
	found := 0
	seen := map[SubstanceID]bool{}
	for i := range findings {
		f := &findings[i]
		f.check(&errs, d, method)
		if substance := d.Substances[f.SubstanceID]; substance != nil {
			errs.Check(!seen[f.SubstanceID], "finding "+substance.Name, "This substance is reported twice: leave one of them.")
		}
		seen[f.SubstanceID] = true
		if f.Detection != NotDetected {
			found++
		}
	}
	errs.Check((a.Conclusion == HasFindings) == (found > 0) || a.Conclusion == Inconclusive || !Conclusions.Has(a.Conclusion), "conclusion",
		"The conclusion does not fit the number of substances found, %d.", found)
	return errs.Err()
}

func (f *Finding) check(errs *FieldErrors, d *Dictionary, method *Method) {
	substance, ok := d.Substances[f.SubstanceID]
	if !ok {
		errs.Check(false, "substance", "Substance %d is not in the dictionary.", f.SubstanceID)
		return
	}
	field := "finding " + substance.Name
	checkCode(errs, field, f.Detection, Detections)
	checkOptional(errs, field, f.Stereo, Stereos)
	checkOptional(errs, field, f.Abundance, Abundances)
	checkText(errs, field, f.ReportedAs, maxShortText)
	errs.Check(method == nil || f.Detection == Unidentified || method.Covers(f.SubstanceID), field, "The method cannot see it: it is not in the method's scope.")
	if f.Detection != Quantified {
		errs.Check(f.Amount == Amount{} && f.Basis == "" && f.Uncertainty == 0, field, "Only a quantified finding has an amount.")
		return
	}
	f.checkAmount(errs, field, substance, method)
}

func (f *Finding) checkAmount(errs *FieldErrors, field string, substance *Substance, method *Method) {
	errs.Check(method == nil || method.Quantifies, field, "The method does not measure amounts: leave the amount out, or choose another method.")
	checkCode(errs, field, f.Amount.Scale, Scales)
	errs.Check(f.Amount.Value >= 0 && f.Amount.Value <= maxAmount[f.Amount.Scale], field, "The amount is outside the possible range.")
	errs.Check(f.Amount.Decimals >= 0 && int(f.Amount.Decimals) <= shownPower[f.Amount.Scale], field, "The amount has more decimals than can be kept.")
	errs.Check(f.Uncertainty >= 0 && f.Uncertainty <= maxAmount[f.Amount.Scale], field, "The uncertainty is outside the possible range.")
	_, salt := substance.Salt(string(f.Basis))
	known := salt || f.Basis == BasisBase || f.Basis == BasisAsFound || f.Basis == BasisUnknown
	errs.Check(known, field, "%q is no basis for this substance: use base, as found, unknown or one of its salts.", f.Basis)
	if f.Amount.Scale == MassFraction {
		base, ok := substance.ToBase(f.Amount.Value, f.Basis)
		errs.Check(!ok || base <= 1_000_000, field, "The amount is more than the whole sample.")
	}
}
