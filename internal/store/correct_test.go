package store_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"marquis/internal/lab"
	"marquis/internal/store"
	"marquis/internal/store/storetest"
	"marquis/migrations"
)

var sourceMistake = lab.Why{ReasonCode: lab.ReasonEntry}

// importSome imports generated samples, and returns the arrivals as the source told them.
func (b *bench) importSome(t testing.TB, s *store.Store) (told func() []lab.Arrival) {
	t.Helper()
	b.dictionary = storetest.AddMethods(t, s)
	told = func() []lab.Arrival {
		all := storetest.Generate(b.dictionary, 1, 30, importYears[0], importYears[1])
		return slices.DeleteFunc(all, func(a lab.Arrival) bool { return len(a.Evidence) == 0 || len(a.Evidence[0].Findings) == 0 })
	}
	noError(t, s.Import(t.Context(), importer, b.dictionary, batchOf(b.service.ID, "first", told()), func(int) {}))
	return told
}

// correcting is a batch that corrects the samples, of which the source now says that nothing was
// seen by the first analysis.
func (b *bench) correcting(digest string, arrivals []lab.Arrival, version int32) *store.ImportBatch {
	for i := range arrivals {
		a := &arrivals[i]
		a.Corrects, a.Sample.SourceDigest = version, digest
		a.Evidence[0].Findings, a.Evidence[0].Analysis.Conclusion = nil, lab.NothingSeen
		a.Evidence = a.Evidence[:1]
	}
	batch := batchOf(b.service.ID, digest, arrivals)
	batch.Import.Samples, batch.Why = 0, sourceMistake
	return batch
}

func (b *bench) recorded(t testing.TB, s *store.Store, ref string) lab.RecordedFile {
	t.Helper()
	files, err := s.RecordedFiles(t.Context(), importer, b.service.ID, []string{ref})
	noError(t, err)
	if len(files) != 1 {
		t.Fatalf("%s: %d files", ref, len(files))
	}
	return files[0]
}

// A correction is there for all at once, with the import that brings it, and gone at once.
func TestCorrectionsAreTakenWithTheirImport(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx, b := t.Context(), newBench(t, s)
		told := b.importSome(t, s)
		before := shownOf(t, s, b)
		batch := b.correcting("second", told()[:3], 1)
		noError(t, s.Import(ctx, importer, b.dictionary, batch, func(int) {}))
		r := b.recorded(t, s, told()[0].Sample.SourceRef)
		if latest := r.Latest(); latest.Version != 2 || latest.Kind != lab.AmendedResult || latest.Why != sourceMistake || len(latest.Result.Findings) > 0 || r.Sample.SourceDigest != "second" {
			t.Errorf("%+v", latest)
		}
		if stage := r.Sample.Stage; stage != lab.StageReleased {
			t.Errorf("it waits on %s", stage)
		}
		if i := batch.Import; i.Corrected != 3 || i.Samples != 0 || i.State != lab.ImportTaken {
			t.Errorf("%+v", i)
		}
		if shownOf(t, s, b) == before {
			t.Error("nobody sees it")
		}
		for range 2 {
			if _, err := s.VerifyAudit(ctx, lab.Operator("test")); err != nil {
				t.Error(err)
			}
			if moved, err := s.Reclassify(ctx, lab.Operator("test")); err != nil || moved.Changed > 0 {
				t.Errorf("%+v, %v", moved, err)
			}
			if r = b.recorded(t, s, told()[0].Sample.SourceRef); r.Latest().Version == 3 {
				break
			}
			noError(t, s.TakeBack(ctx, importer, batch.Import.Key, sourceMistake, func(int) {}))
		}
		r = b.recorded(t, s, told()[0].Sample.SourceRef)
		for _, f := range r.Latest().Result.Findings {
			if e := r.Analysis(f.AnalysisID); e == nil || e.Analysis.State != lab.Verified {
				t.Errorf("the result names analysis %s, which there is not", f.AnalysisID)
			}
		}
		if r.Sample.Stage != lab.StageReleased {
			t.Errorf("it waits on %s", r.Sample.Stage)
		}
		if first, last := r.Publications[0], r.Latest(); last.Version != 3 || last.Outcome != first.Outcome || len(last.Result.Findings) != len(first.Result.Findings) || r.Sample.SourceDigest != told()[0].Sample.SourceDigest {
			t.Errorf("%+v", last)
		}
	})
}

// Without a reason, or of a sample that is another by now, nothing is corrected.
func TestACorrectionThatNobodySawIsRefused(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx, b := t.Context(), newBench(t, s)
		told := b.importSome(t, s)
		batch := b.correcting("without a reason", told()[:1], 1)
		batch.Why = lab.Why{}
		wantMistakes(t, s.Import(ctx, importer, b.dictionary, batch, func(int) {}), "reason_code")
		many := make([]lab.Arrival, 0, lab.MostCorrections+1)
		for range lab.MostCorrections + 1 {
			many = append(many, told()[0])
		}
		wantMistakes(t, s.Import(ctx, importer, b.dictionary, b.correcting("too many", many, 1), func(int) {}), "id")

		x := b.recorded(t, s, told()[0].Sample.SourceRef).Sample
		_, err := s.DescribeSample(ctx, b.intake, x.Key, x.Version, told()[0].Expected, func(x *lab.Sample) { x.Notes = "by hand" })
		noError(t, err)
		if err := s.Import(ctx, importer, b.dictionary, b.correcting("meanwhile", told()[:1], 1), func(int) {}); !errors.Is(err, store.ErrUnfinished) {
			t.Errorf("changed meanwhile: %v", err)
		}
		noError(t, s.Abandon(ctx, importer, lastImport(t, s, b).Key, func(int) {}))
		wantMistakes(t, s.Import(ctx, importer, b.dictionary, b.correcting("by hand", told()[:1], 2), func(int) {}), "id")
		if r := b.recorded(t, s, x.SourceRef); r.Latest().Version != 1 || r.Sample.Notes != "by hand" {
			t.Errorf("%+v", r.Sample)
		}
	})
}

// What people decided since an import corrected a sample stays when that is taken back: a result
// that was withdrawn is not released again, and a file corrects it no more. The others are undone.
func TestWhatPeopleDecidedIsNotUndone(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx, b := t.Context(), newBench(t, s)
		told := b.importSome(t, s)
		batch := b.correcting("second", told()[:5], 1)
		noError(t, s.Import(ctx, importer, b.dictionary, batch, func(int) {}))
		refs := [5]string{}
		for i := range refs {
			refs[i] = told()[i].Sample.SourceRef
		}
		x := b.recorded(t, s, refs[0]).Sample
		_, err := s.WithdrawResult(ctx, b.verifier, x.Key, x.Version, lab.Because("en", "wrong"))
		noError(t, err)
		y := b.recorded(t, s, refs[1]).Sample
		entry := b.entry(y, 795_000)
		entry.Analysis.ServiceID, entry.Analysis.SampleID, entry.Analysis.Overruled = y.ServiceID, y.ID, "measured again"
		_, err = s.EnterAnalysis(ctx, b.analyst, entry.Analysis, entry.Findings)
		noError(t, err)
		z := b.recorded(t, s, refs[2]).Sample
		_, err = s.DescribeSample(ctx, b.intake, z.Key, z.Version, told()[2].Expected, func(x *lab.Sample) { x.Notes = "by hand" })
		noError(t, err)
		b.retract(t, s, refs[4])
		if uses, err := s.ImportUses(ctx, importer, batch.Import.Key); err != nil || uses.Kept != 3 || uses.Partly != 1 || uses.Restored != 1 {
			t.Errorf("%+v, %v", uses, err)
		}
		noError(t, s.TakeBack(ctx, importer, batch.Import.Key, sourceMistake, func(int) {}))
		for i, want := range []struct {
			version int32
			kind    lab.PublicationKind
			kept    bool
		}{{3, lab.WithdrawnResult, true}, {2, lab.AmendedResult, true}, {3, lab.AmendedResult, true}, {3, lab.AmendedResult, false}, {2, lab.AmendedResult, true}} {
			r := b.recorded(t, s, refs[i])
			if latest := r.Latest(); latest.Version != want.version || latest.Kind != want.kind || (r.Correctable() != nil) != want.kept {
				t.Errorf("%s: version %d, %s, %v", refs[i], latest.Version, latest.Kind, r.Correctable())
			}
		}
		if r := b.recorded(t, s, refs[2]); r.Sample.Notes != "by hand" {
			t.Error("what somebody wrote is gone")
		}
		if r := b.recorded(t, s, refs[4]); r.Count(lab.Verified) > 0 || r.Sample.Stage != lab.StageToPublish {
			t.Errorf("what somebody retracted counts again, and it waits on %s", r.Sample.Stage)
		}
		if _, err := s.VerifyAudit(ctx, lab.Operator("test")); err != nil {
			t.Error(err)
		}
	})
}

// retract retracts the first analysis of a sample that counts, as a verifier does.
func (b *bench) retract(t testing.TB, s *store.Store, ref string) {
	t.Helper()
	r := b.recorded(t, s, ref)
	i := slices.IndexFunc(r.Evidence, func(e lab.Evidence) bool { return e.Analysis.State == lab.Verified })
	a := r.Evidence[i].Analysis
	_, err := s.RetractAnalysis(t.Context(), b.verifier, a.Key, a.Version, "The instrument was contaminated.")
	noError(t, err)
}

// A file does not bring back what a verifier retracted, nor is that anything else than what a
// correction retracted: that a later file corrects again.
func TestAFileBringsNothingBackThatAVerifierRetracted(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx, b := t.Context(), newBench(t, s)
		told := b.importSome(t, s)
		ref := told()[0].Sample.SourceRef
		b.retract(t, s, ref)
		wantMistakes(t, s.Import(ctx, importer, b.dictionary, b.correcting("second", told()[:1], 1), func(int) {}), "id")
		if r := b.recorded(t, s, ref); r.Latest().Version != 1 || r.Sample.Stage != lab.StageToPublish {
			t.Errorf("version %d, and it waits on %s", r.Latest().Version, r.Sample.Stage)
		}

		again := told()[1:2]
		noError(t, s.Import(ctx, importer, b.dictionary, b.correcting("third", again, 1), func(int) {}))
		back := b.correcting("fourth", again, 2)
		again[0].Evidence[0].Analysis.Conclusion = lab.Inconclusive
		noError(t, s.Import(ctx, importer, b.dictionary, back, func(int) {}))
		noError(t, s.TakeBack(ctx, importer, back.Import.Key, sourceMistake, func(int) {}))
		if r := b.recorded(t, s, told()[1].Sample.SourceRef); r.Correctable() != nil || r.Undoing() != lab.UndoesAll {
			t.Errorf("nobody worked on it, and %v", r.Correctable())
		}
	})
}

// Corrections are taken back in the order in which they were made, the last first; and with the
// import that brought their samples nothing is left of them to be seen.
func TestCorrectionsAreTakenBackInTheirOrder(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx, b := t.Context(), newBench(t, s)
		told := b.importSome(t, s)
		first := lastImport(t, s, b)
		second := b.correcting("second", told()[:2], 1)
		noError(t, s.Import(ctx, importer, b.dictionary, second, func(int) {}))
		some := told()[1:3]
		third := b.correcting("third", some, 2)
		some[0].Evidence[0].Analysis.Conclusion, some[1].Evidence[0].Analysis.Conclusion = lab.Inconclusive, lab.Inconclusive
		some[1].Corrects = 1
		noError(t, s.Import(ctx, importer, b.dictionary, third, func(int) {}))
		wantRefusal(t, "the second before the third", s.TakeBack(ctx, importer, second.Import.Key, sourceMistake, func(int) {}))
		if uses, err := s.ImportUses(ctx, importer, first.Key); err != nil || uses.Corrected != 4 {
			t.Errorf("%+v, %v", uses, err)
		}
		if uses, err := s.ImportUses(ctx, importer, third.Import.Key); err != nil || uses != (lab.ImportUses{Restored: 2}) || !uses.None() {
			t.Errorf("of the third: %+v, %v", uses, err)
		}
		noError(t, s.TakeBack(ctx, importer, first.Key, sourceMistake, func(int) {}))
		if uses, err := s.ImportUses(ctx, importer, third.Import.Key); err != nil || uses != (lab.ImportUses{}) {
			t.Errorf("of samples that nobody sees: %+v, %v", uses, err)
		}
		for _, batch := range []*store.ImportBatch{third, second} {
			noError(t, s.TakeBack(ctx, importer, batch.Import.Key, sourceMistake, func(int) {}))
		}
		if seen, err := s.RecordedFiles(ctx, importer, b.service.ID, []string{told()[0].Sample.SourceRef}); err != nil || len(seen) > 0 {
			t.Errorf("it is seen: %v", err)
		}
		if _, err := s.VerifyAudit(ctx, lab.Operator("test")); err != nil {
			t.Error(err)
		}
	})
}

// What was corrected later is taken back first, also where the clock of the machine stood before
// when that was: two amounts of one analysis would be told as their mean, which nobody measured.
func TestWhatWasCorrectedLaterIsNotToldByTheClock(t *testing.T) {
	storetest.EachKind(t, func(t *testing.T, kind string) {
		ctx, c := t.Context(), storetest.Config(t, kind)
		ahead := storetest.OpenAt(t, c, func() time.Time { return storetest.Now.Add(2 * time.Hour) })
		b := newBench(t, ahead)
		told := b.importSome(t, ahead)
		second := b.correcting("second", told()[:1], 1)
		noError(t, ahead.Import(ctx, importer, b.dictionary, second, func(int) {}))
		s, err := store.Open(ctx, c, storetest.Clock)
		noError(t, err)
		t.Cleanup(func() { noError(t, s.Close()) })
		some := told()[:1]
		third := b.correcting("third", some, 2)
		some[0].Evidence[0].Analysis.Conclusion = lab.Inconclusive
		noError(t, s.Import(ctx, importer, b.dictionary, third, func(int) {}))
		if third.Import.ID.Compare(second.Import.ID) > 0 {
			t.Fatal("the clock was not set back")
		}
		wantRefusal(t, "the second before the third", s.TakeBack(ctx, importer, second.Import.Key, sourceMistake, func(int) {}))
		for _, batch := range []*store.ImportBatch{third, second} {
			noError(t, s.TakeBack(ctx, importer, batch.Import.Key, sourceMistake, func(int) {}))
		}
	})
}

// A first result that a correction brought leaves no figure when it is taken back, whoever looks
// it up reads that it was withdrawn, and the sample waits again as it did.
func TestAFirstResultThatIsTakenBackLeavesNoFigure(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx, b := t.Context(), newBench(t, s)
		b.dictionary = storetest.AddMethods(t, s)
		all := storetest.Generate(b.dictionary, 1, 30, importYears[0], importYears[1])
		i := slices.IndexFunc(all, func(a lab.Arrival) bool { return len(a.Evidence) > 0 && len(a.Evidence[0].Findings) > 0 })
		waits, told := all[i], all[i]
		waits.Evidence, waits.Sample.State = nil, lab.Registered
		noError(t, s.Import(ctx, importer, b.dictionary, batchOf(b.service.ID, "first", []lab.Arrival{waits}), func(int) {}))
		ref := told.Sample.SourceRef
		before := figuresRead(t, s, b.service.ID, ref)
		batch := b.correcting("second", []lab.Arrival{told}, 1)
		noError(t, s.Import(ctx, importer, b.dictionary, batch, func(int) {}))
		if figuresRead(t, s, b.service.ID, ref) == before {
			t.Fatal("the result is not counted")
		}
		if r := b.recorded(t, s, ref); r.Latest().PublishedOn != told.Sample.SourcePublishedOn {
			t.Errorf("it is of %s, and its source gave it on %s", r.Latest().PublishedOn, told.Sample.SourcePublishedOn)
		}
		noError(t, s.TakeBack(ctx, importer, batch.Import.Key, sourceMistake, func(int) {}))
		if now := figuresRead(t, s, b.service.ID, ref); now != before {
			t.Errorf("figures read %s, and read %s before", now, before)
		}
		r := b.recorded(t, s, ref)
		if r.Latest().Kind != lab.WithdrawnResult || r.Latest().Why != sourceMistake || r.Sample.Stage != lab.StageToAnalyse {
			t.Errorf("%+v, and it waits on %s", r.Latest(), r.Sample.Stage)
		}
		if moved, err := s.Reclassify(ctx, lab.Operator("test")); err != nil || moved.Changed > 0 {
			t.Errorf("%+v, %v", moved, err)
		}
		if _, err := s.VerifyAudit(ctx, lab.Operator("test")); err != nil {
			t.Error(err)
		}
	})
}

// A file that tells another day of publication and nothing else corrects that day: what is released
// stays the version that it was, and days to the result are counted from the day of now. Taking it
// back counts them as before.
func TestACorrectedDayOfPublicationIsCounted(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx, b := t.Context(), newBench(t, s)
		told := b.importSome(t, s)
		ref, day := told()[0].Sample.SourceRef, told()[0].Sample.SourcePublishedOn
		before := figuresRead(t, s, b.service.ID, ref)
		if r := b.recorded(t, s, ref); r.Sample.SourcePublishedOn != day || r.Latest().PublishedOn != day {
			t.Fatalf("recorded as of %s", r.Sample.SourcePublishedOn)
		}
		later := told()[:1]
		later[0].Corrects, later[0].Sample.SourceDigest, later[0].Sample.SourcePublishedOn = 1, "second", day+1_00_00 // a year later
		batch := batchOf(b.service.ID, "second", later)
		batch.Import.Samples, batch.Why = 0, sourceMistake
		noError(t, s.Import(ctx, importer, b.dictionary, batch, func(int) {}))
		check := func(version int32, on lab.Date) {
			t.Helper()
			r := b.recorded(t, s, ref)
			if latest := r.Latest(); latest.Version != 1 || latest.PublishedOn != day || r.Sample.SourcePublishedOn != on || r.Sample.Version != version || r.Count(lab.Retracted) > 0 {
				t.Errorf("version %d of %s, and of its source of %s", latest.Version, latest.PublishedOn, r.Sample.SourcePublishedOn)
			}
			if moved, err := s.Reclassify(ctx, lab.Operator("test")); err != nil || moved.Changed > 0 {
				t.Errorf("%+v, %v", moved, err)
			}
			if _, err := s.VerifyAudit(ctx, lab.Operator("test")); err != nil {
				t.Error(err)
			}
		}
		check(2, day+1_00_00)
		if now := figuresRead(t, s, b.service.ID, ref); batch.Import.Corrected != 1 || now == before {
			t.Errorf("%d corrected, and figures read %s", batch.Import.Corrected, now)
		}
		noError(t, s.TakeBack(ctx, importer, batch.Import.Key, sourceMistake, func(int) {}))
		check(3, day)
		if now := figuresRead(t, s, b.service.ID, ref); now != before {
			t.Errorf("figures read %s, and read %s before", now, before)
		}
	})
}

// An upgrade reads the day on which a source gave a result from what is recorded: of results that an
// import brought, corrected, and corrected and took back, and none of those that nobody gave.
func TestTheDayOfASourceIsReadFromWhatIsRecorded(t *testing.T) {
	storetest.EachKind(t, func(t *testing.T, kind string) {
		s := storetest.Open(t, storetest.Config(t, kind))
		ctx, b := t.Context(), newBench(t, s)
		b.dictionary = storetest.AddMethods(t, s)
		all := func() []lab.Arrival {
			return storetest.Generate(b.dictionary, 1, 30, importYears[0], importYears[1])
		}
		first := all()
		seen := func(a lab.Arrival) bool { return len(a.Evidence) > 0 && len(a.Evidence[0].Findings) > 0 }
		waits := slices.IndexFunc(first, seen)
		first[waits].Evidence, first[waits].Sample.State, first[waits].Sample.SourcePublishedOn = nil, lab.Registered, 0
		noError(t, s.Import(ctx, importer, b.dictionary, batchOf(b.service.ID, "first", first), func(int) {}))
		found := slices.DeleteFunc(all(), func(a lab.Arrival) bool { return !seen(a) })
		for i, digest := range []string{"of no result", "stands", "taken back"} {
			batch := b.correcting(digest, found[i:i+1], 1)
			noError(t, s.Import(ctx, importer, b.dictionary, batch, func(int) {}))
			if digest != "stands" {
				noError(t, s.TakeBack(ctx, importer, batch.Import.Key, sourceMistake, func(int) {}))
			}
		}
		_, err := s.RegisterSample(ctx, b.intake, store.Registration{File: lab.File{
			Sample: storetest.Sample(b.service.ID, b.ketamine.ID, func(*lab.Sample) {}), Expected: b.ketamine.Expected(),
		}})
		noError(t, err)

		db := store.Pool(t, s)
		days := func() (list []string) {
			t.Helper()
			rows, err := db.QueryContext(ctx, "SELECT CAST(coalesce(CAST(source_published_on AS text), 'none') AS text) FROM samples ORDER BY id")
			noError(t, err)
			defer rows.Close()
			for rows.Next() {
				var day string
				noError(t, rows.Scan(&day))
				list = append(list, day)
			}
			noError(t, rows.Err())
			return list
		}
		want := days()
		if none := len(slices.DeleteFunc(slices.Clone(want), func(day string) bool { return day != "none" })); none < 2 || none > len(want)/2 {
			t.Fatalf("%d of %d samples have no day", none, len(want))
		}
		_, err = db.ExecContext(ctx, "UPDATE samples SET source_published_on = NULL")
		noError(t, err)
		text, err := migrations.Files.ReadFile("0044_source_published_on.sql")
		noError(t, err)
		_, fill, _ := strings.Cut(string(text), "UPDATE ")
		_, err = db.ExecContext(ctx, "UPDATE "+fill)
		noError(t, err)
		if got := days(); !slices.Equal(got, want) {
			t.Errorf("read %v\nwant %v", got, want)
		}
	})
}

// figuresRead is what the figures read of the samples of the year of a sample.
func figuresRead(t testing.TB, s *store.Store, service lab.ServiceID, ref string) string {
	t.Helper()
	files, err := s.RecordedFiles(t.Context(), importer, service, []string{ref})
	noError(t, err)
	var text strings.Builder
	for row, err := range s.FactRows(t.Context(), lab.Program("test"), service, files[0].Sample.ReceivedOn.Year()) {
		noError(t, err)
		fmt.Fprintf(&text, "%+v %d %d %d %d\n", *row.SampleClass, row.UnitPrice, row.PublishedDays, row.ConfirmedDays, len(row.Findings))
	}
	return text.String()
}

// lastImport is the newest import of a service.
func lastImport(t testing.TB, s *store.Store, b bench) lab.Import {
	t.Helper()
	list, err := s.Imports(t.Context(), importer, b.service.ID)
	noError(t, err)
	return list[0]
}
