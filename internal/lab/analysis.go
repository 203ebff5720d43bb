package lab

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
)

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

	// Of an analysis that came as a file from an instrument:
	Instrument string
	Run        string // as the laboratory calls it
	RawFile    string // SHA-256 of the file, in hexadecimal digits
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

// Counts tells that the substance was found as more than a trace, also where that is not
// proven.
func (d Detection) Counts() bool { return d.Found() && d != Trace }

// AboveTrace tells that the substance is in the sample, in more than a trace: it was measured,
// identified, or seen below what can be measured. What is only indicated may not be there.
func (d Detection) AboveTrace() bool { return d.Counts() && d != Indicated }

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
	SampleID     ID
	AnalysisID   ID
	SubstanceID  SubstanceID
	ReportedAs   string // the name in the source, where it differs
	Detection    Detection
	Amount       Amount `gorm:"embedded;embeddedPrefix:amount_"`
	Basis        Basis  // of the amount
	Uncertainty  int64  // half width of the interval, on the amount's scale; 0 if not stated
	Stereo       Stereo
	Abundance    Abundance
	Peaks        int32    // of what could not be identified: how many, where more than one; else 0
	SetAside     SetAside // why a verifier sets it aside, empty where it stands
	SetAsideWith string   // what the verifier says of it: of a cross-reaction, with what
}

// HowMany is how many substances could not be identified.
func (f *Finding) HowMany() int32 { return max(1, f.Peaks) }

// UnidentifiedClass is the class of the entry under which is recorded what could not be
// identified.
const UnidentifiedClass = "unidentified"

// maxPeaks is how many unidentified substances one analysis can report: beyond it the run
// says nothing.
const maxPeaks = 99

// FindingField names a part of a finding by its row, counted from 0, as the mistakes
// of Analysis.Check, Plausibility and Refusals do: "findings.2.amount".
func FindingField(row int, part string) string {
	return "findings." + strconv.Itoa(row) + "." + part
}

// ParseFindingField tells the row and the part that FindingField named.
func ParseFindingField(name string) (row int, part string, ok bool) {
	rest, ok := strings.CutPrefix(name, "findings.")
	if !ok {
		return 0, "", false
	}
	number, part, ok := strings.Cut(rest, ".")
	row, err := strconv.Atoi(number)
	return row, part, ok && err == nil && row >= 0
}

// Check reports all mistakes of an analysis with its findings, theirs under the
// names of FindingField. Received is the day on which the sample was received, or
// collected if that is earlier.
func (a *Analysis) Check(d *Dictionary, findings []Finding, received, today Date) error {
	var errs FieldErrors
	method, ok := d.Methods[a.MethodID]
	errs.Check(ok, "method", "Choose the method that was run.")
	errs.Check(!ok || method.Level == a.Level, "level", "This is not the level of the method.")
	errs.Check(a.PerformedOn != 0 && a.PerformedOn <= today, "performed_on", "Give the day of the analysis, today at the latest.")
	errs.Check(a.PerformedOn == 0 || a.PerformedOn >= received, "performed_on", "%s is before the sample was there, %s.", a.PerformedOn, received)
	checkCode(&errs, "conclusion", a.Conclusion, Conclusions)
	check := checkFree
	if !a.ImportID.IsZero() {
		check = checkOfNobody
	}
	check(&errs, "notes", a.Notes, maxText)
	check(&errs, "overruled", a.Overruled, maxReason)
	a.checkRun(&errs)
	found := 0
	seen := map[SubstanceID]bool{}
	for i := range findings {
		f := &findings[i]
		own := f.check(d, method)
		if s := d.Substances[f.SubstanceID]; s != nil {
			own.Check(!seen[s.ID], "substance", "This substance is reported twice, by one name or by two that mean %s: leave one of the rows.", s.Name)
			seen[s.ID] = true
		}
		for _, mistake := range own {
			mistake.Field = FindingField(i, mistake.Field)
			errs = append(errs, mistake)
		}
		if f.Detection != NotDetected {
			found++
		}
	}
	errs.Check((a.Conclusion == HasFindings) == (found > 0) || a.Conclusion == Inconclusive || !Conclusions.Has(a.Conclusion), "conclusion",
		"The conclusion does not fit the number of substances found, %d.", found)
	return errs.Err()
}

// rawFileForm is how the digest of a file is written.
var rawFileForm = regexp.MustCompile(`^[0-9a-f]{64}$`)

// checkRun reports what is wrong in what is told of a file from an instrument.
func (a *Analysis) checkRun(errs *FieldErrors) {
	checkFree(errs, "instrument", a.Instrument, maxShortText)
	checkFree(errs, "run", a.Run, maxShortText)
	errs.Check(a.RawFile == "" || rawFileForm.MatchString(a.RawFile), "raw_file", "%q is not the SHA-256 of a file.", a.RawFile)
	errs.Check(a.RawFile == "" || !blank(a.Instrument), "instrument", "Say which instrument made the file.")
	errs.Check(a.RawFile == "" || !blank(a.Run), "run", "Say in which run it was made, as the laboratory calls it.")
	errs.Check(a.RawFile != "" || a.Instrument+a.Run == "", "raw_file", "An instrument and a run are told of a file alone.")
}

// check reports the mistakes of a finding by its parts.
func (f *Finding) check(d *Dictionary, method *Method) (errs FieldErrors) {
	substance, ok := d.Substances[f.SubstanceID]
	if !ok {
		errs.Check(false, "substance", "Substance %d is not in the dictionary.", f.SubstanceID)
		return errs
	}
	checkCode(&errs, "detection", f.Detection, Detections)
	checkOptional(&errs, "stereo", f.Stereo, Stereos)
	checkOptional(&errs, "abundance", f.Abundance, Abundances)
	checkText(&errs, "reported_as", f.ReportedAs, maxShortText)
	unknown := substance.Class == UnidentifiedClass
	errs.Check(unknown || f.Detection != Unidentified, "detection", "What is named is not unidentified: choose how it was found, or name it an unidentified substance.")
	errs.Check(!unknown || f.Detection == Unidentified || !Detections.Has(f.Detection), "detection", "Of what could not be identified say unidentified, without an amount.")
	errs.Check(f.Peaks == 0 || unknown && f.Peaks > 1 && f.Peaks <= maxPeaks, "substance", "At most %d substances can be recorded as unidentified.", maxPeaks)
	errs.Check(method == nil || f.Detection != NotDetected || d.Covers(method, f.SubstanceID), "substance",
		"The method cannot rule it out: it is not in the method's scope. Leave the row out.")
	if f.Detection != Quantified {
		errs.Check(f.Amount == Amount{} && f.Basis == "" && f.Uncertainty == 0, "amount", "Only a quantified finding has an amount.")
		return errs
	}
	f.checkAmount(&errs, substance, method)
	return errs
}

func (f *Finding) checkAmount(errs *FieldErrors, substance *Substance, method *Method) {
	most := maxAmount[f.Amount.Scale]
	errs.Check(method == nil || method.Quantifies, "amount", "The method does not measure amounts: leave the amount out, or choose another method.")
	checkCode(errs, "unit", f.Amount.Scale, Scales)
	errs.Check(!substance.WholeClass, "amount", "A class has no amount: name the substance that was measured, or leave the amount out.")
	errs.Check(f.Amount.Value != 0, "amount", "Zero is not an amount of what was found: choose not detected, below the limit of quantification, or trace.")
	errs.Check(f.Amount.Value >= 0 && f.Amount.Value <= most, "amount", "The amount is outside the possible range.")
	errs.Check(f.Amount.Decimals >= 0 && int(f.Amount.Decimals) <= shownPower[f.Amount.Scale], "amount", "The amount has more decimals than can be kept.")
	errs.Check(f.Uncertainty >= 0 && f.Uncertainty <= most, "uncertainty", "The uncertainty is outside the possible range.")
	errs.Check(slices.Contains(substance.Bases(), f.Basis), "basis", "%q is no basis for this substance: use base, as found, unknown or one of its salts.", f.Basis)
	if f.Amount.Scale == MassFraction {
		base, ok := substance.ToBase(f.Amount.Value, f.Basis)
		errs.Check(!ok || base <= 1_000_000, "amount", "The amount is more than the whole sample.")
	}
}
