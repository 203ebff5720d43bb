package lab_test

import (
	"reflect"
	"slices"
	"strings"
	"testing"

	"marquis/internal/lab"
)

var (
	firstImport = lab.ID{7}
	amending    = lab.ID{8} // import that corrects
	because     = lab.Why{ReasonCode: lab.ReasonEntry}
)

// atSource is an analysis that an import brought.
func atSource(d *lab.Dictionary, id byte, findings ...lab.Finding) lab.Evidence {
	return with(verified(d, gcms, findings...), func(a *lab.Analysis) {
		a.ID, a.Signature, a.EnteredBy, a.VerifiedBy, a.ImportID = lab.ID{1, id}, lab.AtSource, 0, 0, firstImport
		a.Version = 1
	})
}

// imported is a sample as an import recorded it: ketamine of 79.5 % with caffeine, published.
func imported(t *testing.T, d *lab.Dictionary) *lab.RecordedFile {
	t.Helper()
	f := lab.File{
		Sample: *newSample(func(s *lab.Sample) {
			s.ImportID, s.State, s.SourceRef, s.SourceDigest, s.RegisteredBy = firstImport, lab.Completed, "A1", "first", 0
			s.SourcePublishedOn = 2024_06_10
		}),
		Expected: d.Products[soldAsKetamine].Expected(),
		Evidence: []lab.Evidence{atSource(d, 1, percent(ketamine, 795_000, lab.BasisBase)), with(atSource(d, 2, finding(caffeine, lab.Identified)), func(a *lab.Analysis) { a.MethodID = targeted })},
	}
	p, err := d.Publish(&f, lab.Why{})
	if err != nil {
		t.Fatal(err)
	}
	p.ImportID, p.PublishedOn = firstImport, f.Sample.SourcePublishedOn
	f.Publications = []lab.Publication{*p}
	return &lab.RecordedFile{File: f}
}

// saysNow is what the source now says of the sample: as it is recorded, but for what is edited.
func saysNow(r *lab.RecordedFile, edit func(a *lab.Arrival)) *lab.Arrival {
	a := &lab.Arrival{File: *r.Clone()}
	a.Publications, a.Sample.ImportID, a.Sample.SourceDigest = nil, lab.ID{}, "second"
	for i := range a.Evidence {
		e := &a.Evidence[i]
		e.Analysis.Key, e.Analysis.ImportID, e.Findings = lab.Key{ServiceID: 1}, lab.ID{}, slices.Clone(e.Findings)
	}
	edit(a)
	return a
}

// correct makes a correction with the version of the result that follows.
func correct(d *lab.Dictionary, f *lab.File, a *lab.Arrival) (after *lab.File, next *lab.Publication, err error) {
	if after, err = d.Correct(f, a, because); err == nil {
		next, err = d.Follows(after, because)
	}
	return after, next, err
}

// undo takes a correction back, with the version of the result that follows.
func undo(d *lab.Dictionary, f *lab.File, c *lab.Correction) (after *lab.File, next *lab.Publication, err error) {
	if after, err = d.Undo(f, c, because); err == nil {
		next, err = d.Follows(after, because)
	}
	return after, next, err
}

// Only the analysis of which the source says otherwise is retracted; the other stands.
func TestACorrectionReplacesWhatTheSourceSaysOtherwise(t *testing.T) {
	d := newDictionary(t)
	r := imported(t, d)
	after, next, err := correct(d, &r.File, saysNow(r, func(a *lab.Arrival) {
		a.Evidence[0].Findings[0].Amount.Value = 695_000
		a.Sample.Colours = lab.Codes{"white"}
	}))
	if err != nil {
		t.Fatal(err)
	}
	if len(after.Evidence) != 3 || after.Evidence[0].Analysis.State != lab.Retracted || after.Evidence[0].Analysis.StateReason != "entry_mistake" ||
		after.Evidence[1].Analysis.State != lab.Verified || after.Evidence[2].Findings[0].Amount.Value != 695_000 {
		t.Errorf("%+v", after.Evidence)
	}
	if next.Version != 2 || next.Kind != lab.AmendedResult || next.Why != because || next.Result.Findings[0].Amount.Value != 695_000 || says(&next.Result) != "1 quantified, 4 identified" {
		t.Errorf("%+v", next)
	}
	x := after.Sample
	if !slices.Equal(x.Colours, lab.Codes{"white"}) || x.SourceDigest != "second" || x.ImportID != firstImport || x.NumberRunning != 17 || x.SourceRef != "A1" {
		t.Errorf("%+v", x)
	}
	c := d.CorrectionOf(&r.File, after)
	var fields []string
	for _, change := range c.All() {
		fields = append(fields, change.Field)
	}
	if got := strings.Join(fields, " "); got != "findings.1.amount_value colours" {
		t.Errorf("told: %s", got)
	}
}

// A day on which its source gave the result is corrected without another version of that: it tells
// visitors of an amendment that amends nothing. It is taken back as any field is.
func TestACorrectedDayOfPublicationAmendsNoResult(t *testing.T) {
	d := newDictionary(t)
	r := imported(t, d)
	after, next, err := correct(d, &r.File, saysNow(r, func(a *lab.Arrival) { a.Sample.SourcePublishedOn = 2024_06_17 }))
	if err != nil || next != nil || len(after.Evidence) != 2 || after.Publications[0].PublishedOn != 2024_06_10 {
		t.Fatalf("%+v, %v", next, err)
	}
	told := d.CorrectionOf(&r.File, after)
	if changes := told.All(); len(changes) != 1 || changes[0] != (lab.Difference{Field: "source_published_on", Old: `"2024-06-10"`, New: `"2024-06-17"`}) {
		t.Errorf("told: %v", changes)
	}
	days := func(f *lab.File) lab.Optional { return d.Classify(f).Sample.PublishedDays }
	if was, now := days(&r.File), days(after); now != was+7 {
		t.Errorf("%d days, and %d before", now, was)
	}
	text, err := lab.CanonicalJSON(r.Differences(after))
	if err != nil {
		t.Fatal(err)
	}
	undone, next, err := undo(d, after, &lab.Correction{ImportID: amending, Changes: text})
	if err != nil || next != nil || undone.Sample.SourcePublishedOn != 2024_06_10 || days(undone) != days(&r.File) {
		t.Errorf("%+v, %v", undone.Sample, err)
	}
}

// A mapping that reads no day of publication gives that of the last analysis: a day that another
// mapping read stays, and one that was that of the last analysis is so again.
func TestADayOfPublicationThatIsNotReadStays(t *testing.T) {
	d := newDictionary(t)
	for name, c := range map[string]struct {
		before, performed lab.Date // on record; of the analyses, as the source says now
		read              bool
		want              lab.Date
	}{
		"another mapping read it":         {2024_06_10, 2024_06_05, false, 2024_06_10},
		"measured after that":             {2024_06_10, 2024_06_12, false, 2024_06_12},
		"it was that of the analysis":     {2024_06_04, 2024_06_03, false, 2024_06_03},
		"read, and that of the analysis":  {2024_06_10, 2024_06_05, true, 2024_06_05},
		"no result of its source is held": {0, 2024_06_05, false, 2024_06_05},
	} {
		r := imported(t, d)
		r.Sample.SourcePublishedOn = c.before
		for i := range r.Evidence {
			r.Evidence[i].Analysis.PerformedOn = 2024_06_04
		}
		after, _, err := correct(d, &r.File, saysNow(r, func(a *lab.Arrival) {
			if a.Sample.SourcePublishedOn = c.performed; !c.read {
				a.Unread = []string{lab.UnreadPublishedOn}
			}
			for i := range a.Evidence {
				a.Evidence[i].Analysis.PerformedOn = c.performed
			}
		}))
		if err != nil || after.Sample.SourcePublishedOn != c.want {
			t.Errorf("%s: %s, %v", name, after.Sample.SourcePublishedOn, err)
		}
	}
}

// What changes nothing of the result makes no version of it.
func TestACorrectionOfThePriceReleasesNothing(t *testing.T) {
	d := newDictionary(t)
	r := imported(t, d)
	_, next, err := correct(d, &r.File, saysNow(r, func(a *lab.Arrival) { a.Sample.Notes = "of the source" }))
	if next != nil || err != nil {
		t.Errorf("%+v, %v", next, err)
	}
	after, _, err := correct(d, &r.File, saysNow(r, func(*lab.Arrival) {}))
	if c := d.CorrectionOf(&r.File, after); !c.None() || err != nil {
		t.Errorf("nothing was changed, and is told as %v, %v", c.All(), err)
	}
}

func TestACorrectionThatLeavesNoAnalysisIsRefused(t *testing.T) {
	d := newDictionary(t)
	r := imported(t, d)
	if _, _, err := correct(d, &r.File, saysNow(r, func(a *lab.Arrival) { a.Evidence = nil })); !slices.Equal(wrongFields(t, err), []string{"id"}) {
		t.Error(err)
	}
}

// An id that a source gives anew every year is no correction: another day, and nothing that was
// found is the same.
func TestAnotherSampleWithTheSameIDIsNoCorrection(t *testing.T) {
	d := newDictionary(t)
	r := imported(t, d)
	another := func(a *lab.Arrival) {
		a.Sample.ReceivedOn, a.Evidence[0].Analysis.PerformedOn, a.Evidence[1].Analysis.PerformedOn = 2024_06_03, 2024_06_06, 2024_06_06
	}
	if _, _, err := correct(d, &r.File, saysNow(r, another)); !slices.Equal(wrongFields(t, err), []string{"id"}) {
		t.Error(err)
	}
	for name, edit := range map[string]func(a *lab.Arrival){
		"the day":             func(a *lab.Arrival) { a.Sample.ReceivedOn = 2024_05_31 },
		"what it was sold as": func(a *lab.Arrival) { a.Sample.ProductID = soldAsCocaine },
	} {
		if _, _, err := correct(d, &r.File, saysNow(r, edit)); err != nil {
			t.Errorf("only %s is another: %v", name, err)
		}
	}
}

// What a mapping does not read, its source has not taken back; and 79.5 is 79.50.
func TestWhatIsNotReadStays(t *testing.T) {
	d := newDictionary(t)
	r := imported(t, d)
	r.Sample.Logo, r.Sample.Colours = "star", lab.Codes{"white"}
	a := saysNow(r, func(a *lab.Arrival) {
		a.Sample.Logo, a.Sample.Colours, a.Unread = "", nil, []string{"logo"}
		a.Evidence[0].Findings[0].Amount.Decimals = 2
	})
	after, next, err := correct(d, &r.File, a)
	if err != nil || after.Sample.Logo != "star" || len(after.Sample.Colours) > 0 || next != nil {
		t.Errorf("%+v, %+v, %v", after.Sample, next, err)
	}
}

// An amount by another method stands beside the one that it replaces, and two analyses that found
// one substance are told apart.
func TestACorrectionTellsEachAnalysisByItself(t *testing.T) {
	d := newDictionary(t)
	r := imported(t, d)
	after, _, err := correct(d, &r.File, saysNow(r, func(a *lab.Arrival) {
		a.Evidence[0].Analysis.MethodID, a.Evidence[0].Findings[0].Amount.Value = ftir, 695_000
		a.Evidence[0].Analysis.Level = lab.Preliminary
		a.Evidence[1].Findings = append(a.Evidence[1].Findings, percent(ketamine, 690_000, lab.BasisBase))
	}))
	if err != nil {
		t.Fatal(err)
	}
	c := d.CorrectionOf(&r.File, after)
	if len(c.Found) != 2 {
		t.Fatalf("%v", c.Found)
	}
	// The targeted analysis stands beside itself, and so the others beside each other.
	for i, want := range []string{"findings.1.amount_value 0 690000", "findings.1.amount_value 795000 695000"} {
		if !slices.ContainsFunc(c.Found[i], func(x lab.Difference) bool { return x.Field+" "+string(x.Old)+" "+string(x.New) == want }) {
			t.Errorf("%v lacks %s", c.Found[i], want)
		}
	}
}

// A danger that the source takes back, or tells anew, is named.
func TestACorrectionNamesDangers(t *testing.T) {
	d := newDictionary(t)
	d.Substances[fentanyl].Danger = lab.DangerExtreme
	r := imported(t, d)
	with := saysNow(r, func(a *lab.Arrival) {
		a.Evidence[0].Findings = append(a.Evidence[0].Findings, finding(fentanyl, lab.Identified))
	})
	after, _, err := correct(d, &r.File, with)
	if err != nil {
		t.Fatal(err)
	}
	if c := d.CorrectionOf(&r.File, after); !slices.Equal(c.Graves, []lab.SubstanceID{fentanyl}) {
		t.Errorf("%v", c.Graves)
	}
}

// Where people have decided on a result, or entered an analysis, nothing is undone under their
// hands; what they only described stays as they described it.
func TestWhatIsUndoneUnderWhoseHands(t *testing.T) {
	d := newDictionary(t)
	for name, edit := range map[string]func(r *lab.RecordedFile){
		"released":        func(r *lab.RecordedFile) { r.Publications[0].ImportID = lab.ID{} },
		"analysed":        func(r *lab.RecordedFile) { r.Evidence = append(r.Evidence, verified(d, ftir)) },
		"asked":           func(r *lab.RecordedFile) { r.Questions = []lab.Question{{}} },
		"retracted":       retractedByHand,
		"marked":          markedByHand,
		"retracted again": func(r *lab.RecordedFile) { retractedByCorrection(r); r.Evidence[0].Analysis.Version = 3 },
	} {
		r := imported(t, d)
		if edit(r); r.Undoing() != lab.UndoesNone {
			t.Error(name)
		}
	}
	r := imported(t, d)
	if r.Sample.Version = 2; r.Undoing() != lab.UndoesPart {
		t.Error("described")
	}
	retractedByCorrection(r)
	if r.Undoing() != lab.UndoesAll {
		t.Error("nobody but the source has")
	}
	r.Corrections = append(r.Corrections, lab.Correction{Version: 4, Undone: true})
	if r.Sample.Version = 4; r.Undoing() != lab.UndoesAll {
		t.Error("a later correction was taken back, which nobody's hand was")
	}
}

// retractedByHand retracts an analysis of an import, as a verifier does.
func retractedByHand(r *lab.RecordedFile) {
	a := &r.Evidence[0].Analysis
	a.State, a.StateReason, a.Version = lab.Retracted, "The instrument was contaminated", 2
}

// markedByHand is an analysis of an import of which a verifier set a finding aside.
func markedByHand(r *lab.RecordedFile) { r.Evidence[0].Analysis.Version = 2 }

// retractedByCorrection retracts it, as a file that says otherwise does.
func retractedByCorrection(r *lab.RecordedFile) {
	a := &r.Evidence[0].Analysis
	a.State, a.StateReason, a.Version = lab.Retracted, "entry_mistake", 2
	r.Sample.Version, r.Corrections = 2, []lab.Correction{{Version: 2, Retracted: a.ID.String()}}
}

// What people have done here is never written over.
func TestAFileCorrectsNoSampleOnWhichSomebodyWorked(t *testing.T) {
	d := newDictionary(t)
	for name, edit := range map[string]func(r *lab.RecordedFile){
		"described":   func(r *lab.RecordedFile) { r.Sample.Version++ },
		"analysed":    func(r *lab.RecordedFile) { r.Evidence = append(r.Evidence, verified(d, ftir)) },
		"asked about": func(r *lab.RecordedFile) { r.Questions = []lab.Question{{}} },
		"retracted":   retractedByHand,
		"set aside":   markedByHand,
		"amended":     func(r *lab.RecordedFile) { r.Publications[0].ImportID = lab.ID{} },
		"withdrawn": func(r *lab.RecordedFile) {
			r.Publications[0].ImportID, r.Publications[0].Kind = lab.ID{}, lab.WithdrawnResult
		},
		"corrected, and described": func(r *lab.RecordedFile) { r.Sample.Version, r.Corrections = 3, []lab.Correction{{Version: 2}} },
	} {
		r := imported(t, d)
		if edit(r); !slices.Equal(wrongFields(t, r.Correctable()), []string{"id"}) {
			t.Errorf("%s: %v", name, r.Correctable())
		}
	}
	r := imported(t, d)
	r.Sample.Version, r.Corrections = 2, []lab.Correction{{Version: 2}}
	if err := r.Correctable(); err != nil {
		t.Errorf("a sample that a file corrected before: %v", err)
	}
}

// corrected is the file after a correction, as it is stored.
func corrected(t *testing.T, d *lab.Dictionary, r *lab.RecordedFile, a *lab.Arrival) (*lab.File, *lab.Correction) {
	t.Helper()
	after, next, err := correct(d, &r.File, a)
	if err != nil {
		t.Fatal(err)
	}
	var gone []string
	for i := range after.Evidence {
		e := &after.Evidence[i]
		if e.Analysis.ID.IsZero() {
			e.Analysis.ID, e.Analysis.ImportID = lab.ID{2, byte(i)}, amending
		} else if e.Analysis.State == lab.Retracted {
			gone = append(gone, e.Analysis.ID.String())
		}
	}
	if next != nil {
		next.ImportID = amending
		after = after.With(next)
	}
	text, err := lab.CanonicalJSON(r.Differences(after))
	if err != nil {
		t.Fatal(err)
	}
	return after, &lab.Correction{ServiceID: 1, ImportID: amending, SampleID: r.Sample.ID, Version: 2, Changes: text, Retracted: strings.Join(gone, " ")}
}

// Undone, the result says what it said, and of the sample only what nobody changed since is put back.
func TestACorrectionIsUndone(t *testing.T) {
	d := newDictionary(t)
	r := imported(t, d)
	after, c := corrected(t, d, r, saysNow(r, func(a *lab.Arrival) {
		a.Evidence[0].Findings[0].Amount.Value = 695_000
		a.Sample.Colours, a.Sample.Logo, a.Sample.WeightUG, a.Sample.CollectedOn = lab.Codes{"white"}, "star", 250_000, 2024_05_30
		a.Expected = []lab.Expected{substance(mdma), class("opioid")}
	}))
	after.Sample.Logo = "heart" // by hand, since
	undone, next, err := undo(d, after, c)
	if err != nil {
		t.Fatal(err)
	}
	x, was := undone.Sample, r.Sample
	if len(x.Colours) > 0 || x.WeightUG != was.WeightUG || x.CollectedOn != was.CollectedOn || x.SourceDigest != "first" || x.Logo != "heart" {
		t.Errorf("%+v", x)
	}
	if !slices.Equal(undone.Expected, r.Expected) {
		t.Errorf("expected: %v", undone.Expected)
	}
	if next.Version != 3 || next.Kind != lab.AmendedResult || says(&next.Result) != "1 quantified, 4 identified" || next.Result.Findings[0].Amount.Value != 795_000 {
		t.Errorf("%+v", next)
	}
}

// A sample that was not analysed, and of which a correction brought a result: undone, it is withdrawn.
func TestUndoneWhereThereWasNoResultItIsWithdrawn(t *testing.T) {
	d := newDictionary(t)
	whole := imported(t, d)
	r := &lab.RecordedFile{File: lab.File{Sample: whole.Sample, Expected: whole.Expected}}
	r.Sample.State, r.Sample.StateReason = lab.NotAnalysed, "capacity"
	a := saysNow(whole, func(*lab.Arrival) {})
	after, c := corrected(t, d, r, a)
	if latest := after.Latest(); latest == nil || latest.Kind != lab.ConfirmedResult || latest.Given() || after.Sample.State != lab.Completed {
		t.Fatalf("%+v", latest)
	}
	undone, next, err := undo(d, after, c)
	if next != nil {
		next.ImportID = amending
		if got, want := d.Classify(undone.With(next)), d.Classify(&r.File); !reflect.DeepEqual(got, want) {
			t.Errorf("figures read %+v, and read %+v before", got, want)
		}
	}
	if err != nil || next.Kind != lab.WithdrawnResult || undone.Sample.State != lab.NotAnalysed || undone.Sample.StateReason != "capacity" {
		t.Errorf("%+v, %v", next, err)
	}
}

// A correction that is taken back leaves no figure behind: neither that the result was confirmed,
// nor when. What a person withdrew stays withdrawn.
func TestFiguresReadNothingOfACorrectionThatWasTakenBack(t *testing.T) {
	d := newDictionary(t)
	version := func(kind lab.PublicationKind, by lab.ID, day lab.Date, level lab.Level) lab.Publication {
		p := lab.Publication{Kind: kind, ImportID: by, PublishedOn: day}
		p.Result.Level = level
		return p
	}
	later := lab.ID{9}
	for name, c := range map[string]struct {
		versions             []lab.Publication
		release              lab.Release
		published, confirmed lab.Optional // days from 3 June, plus one
	}{
		"a first result": {
			[]lab.Publication{version(lab.ConfirmedResult, amending, 2024_06_10, lab.Confirmatory), version(lab.WithdrawnResult, amending, 2024_06_20, lab.Confirmatory)}, "", 0, 0,
		},
		"one that confirmed": {
			[]lab.Publication{
				version(lab.PreliminaryResult, firstImport, 2024_06_05, lab.Presumptive), version(lab.ConfirmedResult, amending, 2024_06_10, lab.Confirmatory),
				version(lab.AmendedResult, amending, 2024_06_20, lab.Presumptive),
			}, lab.IsReleased, 3, 0,
		},
		"two, the last first": {
			[]lab.Publication{
				version(lab.ConfirmedResult, amending, 2024_06_10, lab.Confirmatory), version(lab.AmendedResult, later, 2024_06_11, lab.Confirmatory),
				version(lab.AmendedResult, later, 2024_06_12, lab.Confirmatory), version(lab.WithdrawnResult, amending, 2024_06_20, lab.Confirmatory),
			}, "", 0, 0,
		},
		"and then a person's": {
			[]lab.Publication{
				version(lab.ConfirmedResult, amending, 2024_06_10, lab.Confirmatory), version(lab.WithdrawnResult, amending, 2024_06_20, lab.Confirmatory),
				version(lab.AmendedResult, lab.ID{}, 2024_06_23, lab.Confirmatory),
			}, lab.IsReleased, 21, 21,
		},
		"one that its source says was not confirmed": {
			[]lab.Publication{version(lab.ConfirmedResult, firstImport, 2024_06_05, lab.Confirmatory), version(lab.AmendedResult, amending, 2024_06_10, lab.Presumptive)}, lab.IsReleased, 3, 0,
		},
		"which a person withdrew": {
			[]lab.Publication{version(lab.ConfirmedResult, amending, 2024_06_10, lab.Confirmatory), version(lab.WithdrawnResult, lab.ID{}, 2024_06_20, lab.Confirmatory)}, lab.IsWithdrawn, 8, 8,
		},
	} {
		f := &lab.File{Sample: *newSample(func(s *lab.Sample) { s.ReceivedOn = 2024_06_03 }), Publications: c.versions}
		got := d.Classify(f).Sample
		if got.Release != c.release || got.PublishedDays != c.published || got.ConfirmedDays != c.confirmed {
			t.Errorf("%s: %q, published on day %d, confirmed on day %d", name, got.Release, got.PublishedDays, got.ConfirmedDays)
		}
	}
}

// Nor has its source taken back why it was not analysed, or what an amount counts, where the
// mapping does not read that. What is told instead counts; and an uncertainty is that of its amount.
func TestWhatIsNotReadOfAFindingStays(t *testing.T) {
	d := newDictionary(t)
	r := imported(t, d)
	r.Evidence[0].Findings[0].Uncertainty, r.Evidence[0].Findings[0].Stereo = 12_000, lab.StereoS
	bare := func(a *lab.Arrival) {
		x := &a.Evidence[0].Findings[0]
		x.Basis, x.Uncertainty, x.Stereo = lab.BasisUnknown, 0, ""
		a.Unread = []string{lab.UnreadBasis, lab.UnreadUncertainty, lab.UnreadStereo, lab.UnreadAbundance}
	}
	for name, c := range map[string]struct {
		edit        func(a *lab.Arrival)
		kept        bool
		basis       lab.Basis
		uncertainty int64
		stereo      lab.Stereo
	}{
		"nothing else":    {bare, true, lab.BasisBase, 12_000, lab.StereoS},
		"read, and empty": {func(a *lab.Arrival) { bare(a); a.Unread = nil }, false, lab.BasisUnknown, 0, ""},
		"another amount":  {func(a *lab.Arrival) { bare(a); a.Evidence[0].Findings[0].Amount.Value = 695_000 }, false, lab.BasisBase, 0, lab.StereoS},
	} {
		after, _, err := correct(d, &r.File, saysNow(r, c.edit))
		if err != nil {
			t.Fatal(name, err)
		}
		if kept := len(after.Evidence) == 2; kept != c.kept {
			t.Errorf("%s: the analysis is kept: %v", name, kept)
		}
		if x := after.Evidence[len(after.Evidence)-1].Findings[0]; !c.kept && (x.Basis != c.basis || x.Uncertainty != c.uncertainty || x.Stereo != c.stereo) {
			t.Errorf("%s: %+v", name, x)
		}
	}
	waits := &lab.RecordedFile{File: lab.File{Sample: r.Sample, Expected: r.Expected}}
	waits.Sample.State, waits.Sample.StateReason = lab.NotAnalysed, "capacity"
	for _, unread := range []bool{true, false} {
		after, _, err := correct(d, &waits.File, saysNow(waits, func(a *lab.Arrival) {
			a.Sample.State, a.Sample.StateReason = lab.Registered, ""
			if unread {
				a.Unread = []string{lab.UnreadNotAnalysed}
			}
		}))
		if err != nil || (after.Sample.State == lab.NotAnalysed) != unread || (after.Sample.StateReason == "capacity") != unread {
			t.Errorf("%s, %q, %v", after.Sample.State, after.Sample.StateReason, err)
		}
	}
}

// Two findings of one analysis that the dictionary has made one substance are two still: the one
// that the source does not tell any more is told, and first where it is dangerous.
func TestWhatWasMergedIsToldWhereItGoes(t *testing.T) {
	d := newDictionary(t)
	r := imported(t, d)
	e := &r.Evidence[1]
	e.Findings = append(e.Findings, percent(caffeine, 100_000, lab.BasisUnknown)) // as another entry, which was merged
	after, _, err := correct(d, &r.File, saysNow(r, func(a *lab.Arrival) { a.Evidence[1].Findings = a.Evidence[1].Findings[:1] }))
	if err != nil {
		t.Fatal(err)
	}
	c := d.CorrectionOf(&r.File, after)
	if !slices.ContainsFunc(c.All(), func(x lab.Difference) bool {
		return x.Field == "findings.4.amount_value" && x.Old == "100000" && x.New == "0"
	}) {
		t.Errorf("told: %v", c.All())
	}
}

// Each field of a sample comes back as it was.
func TestEachFieldOfASampleIsUndone(t *testing.T) {
	d := newDictionary(t)
	r := imported(t, d)
	full := saysNow(r, func(a *lab.Arrival) {
		x := &a.Sample
		x.CollectedOn, x.ReceivedBasis, x.Channel = 2024_05_30, lab.ReceivedCollected, lab.FoundSample
		x.ProductID, x.SoldAsText, x.Form, x.Colours, x.Logo, x.Shape, x.BreakLine = soldAsEcstasy, "xtc", lab.Tablet, lab.Codes{"pink"}, "star", "round", "single"
		x.WidthUM, x.HeightUM, x.ThickUM, x.WeightUG, x.ReceivedAmount, x.ReceivedUnit = 1, 2, 3, 4, 5, lab.Piece
		x.Price = lab.Price{Amount: 1000, Currency: "EUR", Quantity: 1000, Unit: lab.Piece}
		x.AcquiredVia, x.AcquiredContext, x.Region, x.UsedBefore, x.Reasons, x.Effects = "friend", "party", "Utrecht", "yes", lab.Codes{"purity"}, lab.Codes{"none"}
		x.Complaint, x.Overdose, x.Decision, x.Disposal, x.Confirmed, x.Notes = "yes", "no", "x", "y", lab.Codes{"a=b"}, "note"
	})
	after, c := corrected(t, d, r, full)
	undone, _, err := undo(d, after, c)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range lab.Differences(r.Sample, undone.Sample) {
		t.Errorf("%s is %s, and was %s", f.Field, f.New, f.Old)
	}
}
