package lab

import (
	"cmp"
	"encoding/json"
	"reflect"
	"slices"
	"strconv"
	"strings"
)

// Correction is on record of a sample that its source corrected: an import brought a file that
// says otherwise of it. It keeps what it takes to undo that.
type Correction struct {
	ServiceID ServiceID `gorm:"primaryKey"`
	ImportID  ID        `gorm:"type:uuid;primaryKey"` // that corrected it
	SampleID  ID        `gorm:"type:uuid;primaryKey"`
	Version   int32     // of the sample that it made, or that undoing it made
	Changes   string    // of the sample and what was expected of it, as the trail tells them
	Retracted string    // ids of the analyses that it retracted, or undoing it did, with single spaces between
	Undone    bool      // its import was taken back
}

// TableName returns the table.
func (Correction) TableName() string { return "corrections" }

// RecordedFile is the file of a sample that was imported, with its corrections.
type RecordedFile struct {
	File
	Corrections []Correction
}

// Correctable refuses a sample that a file cannot correct: people have worked on it here, and
// what they did is not to be lost.
func (r *RecordedFile) Correctable() error {
	errs := r.decidedHere()
	if len(errs) == 0 {
		errs.Check(r.Sample.Version == r.versionMade(), "id", "The source now says otherwise of a sample that somebody has changed here: correct it by hand.")
	}
	return errs.Err()
}

// decidedHere says what people have decided on the result since its source was last heard: no
// file changes that, nor does taking back what a file changed before.
func (r *RecordedFile) decidedHere() (errs FieldErrors) {
	latest := r.Latest()
	switch {
	case latest != nil && latest.ImportID.IsZero() && latest.Kind == WithdrawnResult:
		errs.Check(false, "id", "The source now says otherwise of a sample whose result was withdrawn here: correct it by hand.")
	case latest != nil && latest.ImportID.IsZero():
		errs.Check(false, "id", "The source now says otherwise of a sample whose result was released here: correct it by hand.")
	case len(r.Questions) > 0:
		errs.Check(false, "id", "The source now says otherwise of a sample of which somebody asked something here: correct it by hand.")
	}
	for i := range r.Evidence {
		if len(errs) == 0 {
			r.changedHere(&errs, &r.Evidence[i].Analysis)
		}
	}
	return errs
}

// changedHere notes that people entered an analysis, retracted it, or marked it.
func (r *RecordedFile) changedHere(errs *FieldErrors, a *Analysis) {
	switch {
	case a.ImportID.IsZero():
		errs.Check(false, "id", "The source now says otherwise of a sample of which an analysis was entered here: correct it by hand.")
	case a.Version == r.analysisMade(a.ID):
	case a.State == Retracted:
		errs.Check(false, "id", "The source now says otherwise of a sample of which an analysis was retracted here: correct it by hand.")
	default:
		errs.Check(false, "id", "The source now says otherwise of a sample of which a verifier marked an analysis here: correct it by hand.")
	}
}

// versionMade is the version of the sample that its source made, or taking that back.
func (r *RecordedFile) versionMade() int32 {
	made := int32(1)
	for _, c := range r.Corrections {
		made = max(made, c.Version)
	}
	return made
}

// analysisMade is the version of an analysis that its source made: as it was brought, or retracted
// by a correction.
func (r *RecordedFile) analysisMade(id ID) int32 {
	for _, c := range r.Corrections {
		if slices.Contains(strings.Fields(c.Retracted), id.String()) {
			return 2
		}
	}
	return 1
}

// errNoAnalysisAnyMore is for a source that takes all analyses back.
var errNoAnalysisAnyMore = FieldErrors{{Field: "id", Format: "The source tells of no analysis any more, and a result of this sample is released: withdraw that by hand."}}

// errAnother is for an id that a source gives anew every year.
var errAnother = FieldErrors{{Field: "id", Format: "A sample with this id is recorded already, of another day, and no analysis of it is the same: perhaps it is another sample. If it is the same, correct it by hand; if it is another, the ids need something that tells them apart, such as the year."}}

// Correct is the file once its source has said otherwise: the sample is described as the
// arrival says, an analysis of the source that it does not tell any more is retracted, and one
// that is new is added without an id.
func (d *Dictionary) Correct(f *File, a *Arrival, why Why) (after *File, err error) {
	after = f.Clone()
	after.Sample, after.Expected = f.Sample.correctedBy(a), slices.Clone(a.Expected)
	after.Sample.SourcePublishedOn = f.publishedBySource(a)
	told, kept := d.asRecorded(f, a), 0
	for i := range after.Evidence {
		e := &after.Evidence[i]
		if e.Analysis.State != Verified {
			continue
		}
		same := slices.IndexFunc(told, func(x Evidence) bool { return d.sameEvidence(e, &x) })
		if same < 0 {
			e.Analysis.State, e.Analysis.StateReason = Retracted, why.Brief()
			continue
		}
		told = slices.Delete(told, same, same+1)
		kept++
	}
	if f.Sample.ReceivedOn != a.Sample.ReceivedOn && kept == 0 {
		return nil, errAnother
	}
	after.Evidence = append(after.Evidence, told...)
	if len(after.verified()) == 0 && f.Stands() {
		return nil, errNoAnalysisAnyMore
	}
	return after, nil
}

// Follows is the next version of the result of a file whose analyses its source has changed,
// nil where it would say what the last says. The analyses have their ids, which it names.
func (d *Dictionary) Follows(f *File, why Why) (*Publication, error) {
	switch {
	case len(f.verified()) == 0 && f.Stands():
		return f.Withdraw(why)
	case len(f.verified()) == 0:
		return nil, nil
	}
	next, err := d.Next(f)
	if err != nil {
		return nil, err
	}
	if f.says(next) {
		return nil, nil
	}
	if !next.NeedsReason() {
		why = Why{}
	}
	return d.Publish(f, why)
}

// says tells that a version says what stands already.
func (f *File) says(next *Publication) bool { return f.Stands() && f.Repeats(next) != nil }

// correctedBy is the sample described as an arrival says: whatever was decided here stays, and so
// does what the mapping does not read.
func (s *Sample) correctedBy(a *Arrival) Sample {
	now := a.Sample
	for _, f := range SampleFields {
		if slices.Contains(a.Unread, f.Key) {
			reflect.ValueOf(f.At(&now)).Elem().Set(reflect.ValueOf(f.At(s)).Elem())
		}
	}
	if slices.Contains(a.Unread, UnreadNotAnalysed) && len(a.Evidence) == 0 && s.State == NotAnalysed {
		now.State, now.StateReason = s.State, s.StateReason
	}
	now.Key, now.Version = s.Key, s.Version
	now.NumberYear, now.NumberRunning, now.NumberSeries = s.NumberYear, s.NumberRunning, s.NumberSeries
	now.Stage, now.HeldSince, now.NoRetest, now.Overruled = s.Stage, s.HeldSince, s.NoRetest, s.Overruled
	now.SourceRef, now.SourceKey, now.ImportID = s.SourceRef, s.SourceKey, s.ImportID
	now.VisitID, now.RegisteredBy, now.RegisteredAt = s.VisitID, s.RegisteredBy, s.RegisteredAt
	if now.LocationID == 0 {
		now.LocationID = s.LocationID
	}
	return now
}

// publishedBySource is the day on which its source gave the result, as it says now. A mapping that
// reads no such day gives that of the last analysis: then a later day on record, which another
// mapping has read, stays.
func (f *File) publishedBySource(a *Arrival) Date {
	now, was := a.Sample.SourcePublishedOn, f.Sample.SourcePublishedOn
	if slices.Contains(a.Unread, UnreadPublishedOn) && was > lastPerformed(f.verified()) {
		return max(was, now)
	}
	return now
}

func lastPerformed(evidence []Evidence) (day Date) {
	for i := range evidence {
		day = max(day, evidence[i].Analysis.PerformedOn)
	}
	return day
}

// What a mapping may not read, beside fields of a sample: why it was not analysed, when the result
// was given, and these fields of a finding.
const (
	UnreadNotAnalysed = "not_analysed"
	UnreadPublishedOn = "published_on"
	UnreadBasis       = "findings.basis"
	UnreadUncertainty = "findings.uncertainty"
	UnreadStereo      = "findings.stereo"
	UnreadAbundance   = "findings.abundance"
)

// asRecorded are the analyses that an arrival tells, with what stands in the record of the same
// finding by the same method, and the mapping does not read.
func (d *Dictionary) asRecorded(f *File, a *Arrival) []Evidence {
	told := slices.Clone(a.Evidence)
	for i := range told {
		now := &told[i].Analysis
		was := find(f.Evidence, func(e *Evidence) bool {
			return e.Analysis.State == Verified && e.Analysis.MethodID == now.MethodID && e.Analysis.PerformedOn == now.PerformedOn
		})
		if was == nil {
			was = find(f.Evidence, func(e *Evidence) bool { return e.Analysis.State == Verified && e.Analysis.MethodID == now.MethodID })
		}
		if was == nil {
			continue
		}
		told[i].Findings = slices.Clone(told[i].Findings)
		for j := range told[i].Findings {
			x := &told[i].Findings[j]
			x.keepUnread(find(was.Findings, func(y *Finding) bool { return d.Resolve(y.SubstanceID) == d.Resolve(x.SubstanceID) }), a.Unread)
		}
	}
	return told
}

// keepUnread takes over from a finding on record what the mapping does not read. An uncertainty
// is that of its amount.
func (f *Finding) keepUnread(was *Finding, unread []string) {
	if was == nil {
		return
	}
	keeps := func(field string, still bool) bool { return still && slices.Contains(unread, field) }
	measured := f.Detection == Quantified && was.Detection == Quantified && f.Amount.Scale == was.Amount.Scale
	if keeps(UnreadBasis, measured && (f.Basis == "" || f.Basis == BasisUnknown)) {
		f.Basis = was.Basis
	}
	if keeps(UnreadUncertainty, measured && f.Amount.Value == was.Amount.Value && f.Uncertainty == 0) {
		f.Uncertainty = was.Uncertainty
	}
	if keeps(UnreadStereo, f.Stereo == "") {
		f.Stereo = was.Stereo
	}
	if keeps(UnreadAbundance, f.Abundance == "" && f.Detection.Found() == was.Detection.Found()) {
		f.Abundance = was.Abundance
	}
}

// sameEvidence tells that two analyses of a source say the same, as the dictionary reads them
// today.
func (d *Dictionary) sameEvidence(a, b *Evidence) bool {
	x, y := d.plain(a), d.plain(b)
	for _, e := range []*Evidence{&x, &y} {
		for i := range e.Findings {
			e.Findings[i].Amount.Decimals = 0 // 44 and 44.0 are one amount
		}
	}
	return reflect.DeepEqual(x, y)
}

// plain is an analysis with what its source said alone, in one order.
func (d *Dictionary) plain(e *Evidence) Evidence {
	said := Evidence{Analysis: Analysis{
		MethodID: e.Analysis.MethodID, Level: e.Analysis.Level, PerformedOn: e.Analysis.PerformedOn, Conclusion: e.Analysis.Conclusion,
		Notes: e.Analysis.Notes, Instrument: e.Analysis.Instrument, Run: e.Analysis.Run,
	}}
	for _, f := range e.Findings {
		f.Key, f.SampleID, f.AnalysisID = Key{}, ID{}, ID{}
		f.SubstanceID = d.Resolve(f.SubstanceID)
		said.Findings = append(said.Findings, f)
	}
	slices.SortStableFunc(said.Findings, func(a, b Finding) int { // two of one substance, where it was merged
		return cmp.Or(cmp.Compare(a.SubstanceID, b.SubstanceID), cmp.Compare(a.Amount.Value, b.Amount.Value), cmp.Compare(a.Detection, b.Detection))
	})
	return said
}

// Undo takes a correction of a file back: what it changed and nobody has changed since is as it
// was, the analyses that it brought are retracted, and those that it retracted are there again,
// without an id.
func (d *Dictionary) Undo(f *File, c *Correction, why Why) (after *File, err error) {
	after = f.Clone()
	if err := after.undoChanges(c); err != nil {
		return nil, err
	}
	retracted := strings.Fields(c.Retracted)
	for i := range f.Evidence {
		was, e := &f.Evidence[i], &after.Evidence[i]
		switch {
		case was.Analysis.ImportID == c.ImportID && was.Analysis.State == Verified:
			e.Analysis.State, e.Analysis.StateReason = Retracted, why.Brief()
		case slices.Contains(retracted, was.Analysis.ID.String()):
			again := d.plain(was)
			again.Findings = slices.Clone(was.Findings)
			again.Analysis.ImportID, again.Analysis.State, again.Analysis.Signature = was.Analysis.ImportID, Verified, AtSource
			after.Evidence = append(after.Evidence, again)
		}
	}
	return after, nil
}

// Undoing is what taking a correction back does to a sample.
type Undoing int

// What it does: nothing of what people decided on since is undone.
const (
	UndoesAll  Undoing = iota // it is again what it was
	UndoesPart                // but for what somebody has described otherwise since
	UndoesNone                // people have decided on the result, or entered an analysis
)

// Undoing tells what taking back the last of the corrections that stand does.
func (r *RecordedFile) Undoing() Undoing {
	switch {
	case len(r.decidedHere()) > 0:
		return UndoesNone
	case r.Sample.Version != r.versionMade():
		return UndoesPart
	}
	return UndoesAll
}

// undoChanges gives each field that still is what the correction made of it its content of before.
func (f *File) undoChanges(c *Correction) error {
	var changes []Difference
	if err := json.Unmarshal([]byte(c.Changes), &changes); err != nil {
		return err
	}
	for _, change := range changes {
		if change.Field == "expected" {
			if ValueOf(f.Expected) == change.New {
				f.Expected = expectedOf(change.Old)
			}
			continue
		}
		i := slices.IndexFunc(SampleFields, func(x SampleField) bool { return x.Key == change.Field })
		if i < 0 {
			continue
		}
		at := reflect.ValueOf(SampleFields[i].At(&f.Sample))
		if ValueOf(at.Elem().Interface()) != change.New {
			continue
		}
		at.Elem().SetZero()
		if err := json.Unmarshal([]byte(change.Old), at.Interface()); err != nil {
			return err
		}
	}
	return nil
}

// expectedOf reads what a value tells of what was expected.
func expectedOf(v Value) (list []Expected) {
	for _, token := range v.List() {
		if strings.HasPrefix(string(token), `"`) {
			list = append(list, Expected{Class: token.Text()})
		} else if n, err := strconv.Atoi(string(token)); err == nil {
			list = append(list, Expected{SubstanceID: Optional(n)})
		}
	}
	return list
}

// notOfPeople are the fields of a sample that tell nobody what its source has changed.
var notOfPeople = []string{"source_ref", "source_key", "source_digest"}

// Corrected is what a correction changes, for people.
type Corrected struct {
	Found       [][]Difference // of each analysis of its source, beside the one that it tells instead; those with dangers first
	Changes     []Difference   // of the sample, and of what was expected
	Gone, Fresh []Evidence     // the analyses that the source does not tell any more, and those that it tells instead
	Graves      []SubstanceID
}

// None tells that nothing is changed.
func (c *Corrected) None() bool { return len(c.Found)+len(c.Changes) == 0 }

// All lists what differs: of the analyses, and then of the sample.
func (c *Corrected) All() []Difference { return append(slices.Concat(c.Found...), c.Changes...) }

// Findings are those of all its analyses, which tell the scales of amounts.
func (c *Corrected) Findings() (list []Finding) {
	for _, e := range slices.Concat(c.Gone, c.Fresh) {
		list = append(list, e.Findings...)
	}
	return list
}

// CorrectionOf tells what differs between the file of a sample and what a correction makes of it.
func (d *Dictionary) CorrectionOf(before, after *File) (c Corrected) {
	c.Changes = slices.DeleteFunc(before.Differences(after), func(x Difference) bool { return slices.Contains(notOfPeople, x.Field) })
	for i := range after.Evidence {
		now := &after.Evidence[i]
		was := before.Analysis(now.Analysis.ID)
		switch {
		case now.Analysis.ID.IsZero() || was == nil:
			c.Fresh = append(c.Fresh, d.plain(now))
		case was.Analysis.State == Verified && now.Analysis.State != Verified:
			c.Gone = append(c.Gone, d.plain(was))
		}
	}
	// Each stands beside the one that is told instead: by the same method, else by any.
	instead, left := slices.Clone(c.Fresh), slices.Clone(c.Gone)
	for _, alike := range []func(a, b *Evidence) bool{
		func(a, b *Evidence) bool { return a.Analysis.MethodID == b.Analysis.MethodID },
		func(_, _ *Evidence) bool { return true },
	} {
		left = slices.DeleteFunc(left, func(old Evidence) bool {
			i := slices.IndexFunc(instead, func(now Evidence) bool { return alike(&old, &now) })
			if i < 0 {
				return false
			}
			c.Found = append(c.Found, differencesOf(old, instead[i]))
			instead = slices.Delete(instead, i, i+1)
			return true
		})
	}
	for _, old := range left {
		c.Found = append(c.Found, differencesOf(old, Evidence{}))
	}
	for _, now := range instead {
		c.Found = append(c.Found, differencesOf(Evidence{}, now))
	}
	for _, found := range c.Found {
		slices.SortStableFunc(found, func(a, b Difference) int { return cmp.Compare(d.weight(a), d.weight(b)) })
	}
	c.Graves = d.gravesIn(slices.Concat(c.Found...))
	slices.SortStableFunc(c.Found, func(a, b []Difference) int { return min(1, len(d.gravesIn(b))) - min(1, len(d.gravesIn(a))) })
	return c
}

// differencesOf lists what differs between two analyses, also where an analysis has several findings
// of one substance, because the dictionary merged what they were.
func differencesOf(before, after Evidence) []Difference {
	list := EvidenceDifferences(Evidence{before.Analysis, nthOf(before.Findings, 0)}, Evidence{after.Analysis, nthOf(after.Findings, 0)})
	for n := 1; ; n++ {
		old, now := nthOf(before.Findings, n), nthOf(after.Findings, n)
		if len(old)+len(now) == 0 {
			return list
		}
		list = append(list, EvidenceDifferences(Evidence{Findings: old}, Evidence{Findings: now})...)
	}
}

// nthOf are those findings before which n others are of the same substance.
func nthOf(findings []Finding, n int) (list []Finding) {
	before := map[SubstanceID]int{}
	for _, f := range findings {
		if before[f.SubstanceID] == n {
			list = append(list, f)
		}
		before[f.SubstanceID]++
	}
	return list
}

// weight tells what stands first where changes of an analysis are told: dangers, what else was
// found, the rest.
func (d *Dictionary) weight(c Difference) int {
	switch {
	case len(d.gravesIn([]Difference{c})) > 0:
		return 0
	case strings.HasPrefix(c.Field, "findings."):
		return 1
	}
	return 2
}

// gravesIn are the substances of high or extreme danger that differences of findings tell of.
func (d *Dictionary) gravesIn(changes []Difference) (graves []SubstanceID) {
	for _, c := range changes {
		rest, is := strings.CutPrefix(c.Field, "findings.")
		number, _, _ := strings.Cut(rest, ".")
		n, err := strconv.Atoi(number)
		if !is || err != nil {
			continue
		}
		if id := SubstanceID(n); d.isGrave(d.Substances[id]) && !slices.Contains(graves, id) {
			graves = append(graves, id)
		}
	}
	return graves
}

// MostCorrections is how many recorded samples one import corrects: all are corrected in one
// moment, for which others wait.
const MostCorrections = 200

// TooManyCorrections refuses an import that corrects more.
func TooManyCorrections() error {
	return FieldErrors{{
		Field: "id", Args: []any{MostCorrections},
		Format: "The files say otherwise of more than %d recorded samples. If they read otherwise as a whole, take the import back that brought these samples, and import the corrected files; or divide the files.",
	}}
}
