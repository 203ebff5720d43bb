package store_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"marquis/internal/lab"
	"marquis/internal/statistics"
	"marquis/internal/store"
	"marquis/internal/store/storetest"
)

var importer = lab.Operator("import")

// importYears are those of the samples that these tests import.
var importYears = [2]int{2022, 2024}

// batchOf is an import of samples.
func batchOf(service lab.ServiceID, digest string, arrivals []lab.Arrival) *store.ImportBatch {
	b := &store.ImportBatch{Import: newImport(digest), Samples: store.Arrivals(arrivals)}
	b.Import.ServiceID, b.Import.Samples = service, int32(len(arrivals))
	return b
}

// shownOf is all that people see of a service: lists, numbers, counts, and the figures of all
// years and products.
func shownOf(t testing.TB, s *store.Store, b bench) string {
	t.Helper()
	ctx := t.Context()
	var all strings.Builder
	tell := func(what string, x any, err error) { fmt.Fprintf(&all, "%s: %+v %v\n", what, x, err) }
	f := store.WorkFilter{Service: b.service.ID, Limit: store.WorkMost}
	for {
		list, err := s.Worklist(ctx, b.verifier, f)
		tell("worklist", list.Rows, err)
		if f.After = list.Next; f.After == "" || err != nil {
			break
		}
	}
	counts, err := s.StageCounts(ctx, b.verifier, b.service.ID)
	tell("stages", counts, err)
	held, err := s.HeldLong(ctx, b.verifier)
	tell("held", held, err)
	recorded, err := s.Recorded(ctx, importer, b.service.ID, generatedGroups())
	tell("recorded", recorded, err)
	for year := importYears[0]; year <= 2025; year++ {
		near, err := s.NearNumber(ctx, b.verifier, lab.SoughtNumber{Year: year, Running: 2})
		tell("near", near, err)
		found, err := s.Numbered(ctx, b.verifier, lab.SoughtNumber{Year: year, Running: 1})
		tell("number", found, err)
		rows := 0
		fold := statistics.NewFold(b.dictionary)
		for row, err := range s.FactRows(ctx, lab.Program("test"), b.service.ID, year) {
			noError(t, err)
			fold.Add(row)
			rows++
		}
		fold.Seal()
		figures, err := json.Marshal(statistics.Compute(statistics.Merge(fold), b.dictionary, statistics.Scope{Year: year, Currency: "EUR"}))
		tell("facts", rows, nil)
		tell("figures", string(figures), err)
	}
	usual, enough, err := s.Usual(ctx, b.ketamineID, lab.Powder, lab.MassFraction)
	tell("usual", fmt.Sprint(usual, enough), err)
	return all.String()
}

// Nobody sees anything of an import while it is loaded: all of it is there at once, when it is
// taken, and gone at once, when it is taken back. Then everything reads as it did before, and the
// same files can be imported again.
func TestAnImportIsSeenWhenItIsTakenAndAtNoOtherTime(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		store.SmallBatches(s)
		ctx, b := t.Context(), newBench(t, s)
		b.dictionary = storetest.AddMethods(t, s)
		b.released(t, s, b.register(t, s))
		before := shownOf(t, s, b)
		arrivals := storetest.Generate(b.dictionary, 1, 430, importYears[0], importYears[1])
		batch := batchOf(b.service.ID, "digest", arrivals)
		looked := 0
		noError(t, s.Import(ctx, importer, b.dictionary, batch, func(int) {
			looked++
			if shownOf(t, s, b) != before {
				t.Error("something is seen while it is loaded")
			}
			if key := arrivals[0].Sample.Key; looked > 1 {
				if _, _, err := s.Sample(ctx, storetest.Reader, key); !errors.Is(err, lab.ErrNotFound) {
					t.Errorf("a sample that is loaded: %v", err)
				}
			}
			_, err := s.VerifyAudit(ctx, importer)
			noError(t, err)
		}))
		if looked < 4 {
			t.Fatalf("looked %d times", looked)
		}
		taken := shownOf(t, s, b)
		if taken == before {
			t.Fatal("nothing is seen of what is taken")
		}
		// What uses it since.
		x := arrivals[slices.IndexFunc(arrivals, func(a lab.Arrival) bool { return len(a.Evidence) > 0 && a.Sample.State == lab.Completed })].Sample
		now := func() lab.Sample {
			sample, _, err := s.Sample(ctx, storetest.Reader, x.Key)
			noError(t, err)
			return sample
		}
		code := hashOf("2025-01", 7, 7)
		noError(t, s.ReplaceCode(ctx, b.intake, x.Key, code, "slip lost", nil))
		noError(t, s.TellResult(ctx, b.verifier, x.Key, 1))
		_ = must[lab.Sample](t)(s.ExcludeSample(ctx, b.verifier, x.Key, now().Version, "duplicate"))
		_ = must[lab.Sample](t)(s.DescribeSample(ctx, b.intake, x.Key, now().Version, b.ketamine.Expected(), func(x *lab.Sample) { x.Logo = "crown" }))
		uses, err := s.ImportUses(ctx, importer, batch.Import.Key)
		if want := (lab.ImportUses{ReadOuts: 1, Codes: 1, Changed: 1, Excluded: 1}); err != nil || uses != want {
			t.Errorf("it is used by %+v, %v", uses, err)
		}
		if _, err := s.ImportUses(ctx, importer, lab.Key{ServiceID: b.service.ID + 1, ID: batch.Import.ID}); !errors.Is(err, lab.ErrNotFound) {
			t.Errorf("uses at another service: %v", err)
		}
		// Taking it back.
		wantMistakes(t, s.TakeBack(ctx, importer, batch.Import.Key, lab.Why{}, func(int) {}), "reason_code")
		why := lab.Because("en", "the wrong column was read")
		looked = 0
		noError(t, s.TakeBack(ctx, importer, batch.Import.Key, why, func(int) {
			looked++
			if got := shownOf(t, s, b); got != before {
				t.Error("something is seen of what is taken back")
			}
			found, err := s.Lookup(ctx, code)
			latest := found.Latest()
			if err != nil || latest == nil || latest.Kind != lab.WithdrawnResult || latest.Reason != why.Reason || latest.Version != 2 || latest.PublishedOn != lab.DateOf(storetest.Now, time.UTC) || found.AwaitsRetest() {
				t.Errorf("the code tells %+v, %v", latest, err)
			}
			var refused *lab.MoveError
			for what, err := range map[string]error{
				"another import":      s.Import(ctx, importer, b.dictionary, batchOf(b.service.ID, "other", nil), func(int) {}),
				"the import again":    s.Import(ctx, importer, b.dictionary, batchOf(b.service.ID, "digest", arrivals), func(int) {}),
				"taking back at once": s.TakeBack(ctx, importer, batch.Import.Key, why, func(int) {}),
			} {
				if !errors.As(err, &refused) {
					t.Errorf("%s meanwhile: %v", what, err)
				}
			}
			_, err = s.VerifyAudit(ctx, importer)
			noError(t, err)
		}))
		if looked < 4 {
			t.Fatalf("looked %d times", looked)
		}
		goneForEver(t, s, b, batch.Import.Key, why)
		if moved, err := s.Reclassify(ctx, importer); err != nil || moved.Changed != 0 {
			t.Errorf("moved %+v, %v", moved, err)
		}
		if shownOf(t, s, b) != before {
			t.Error("something is seen of what was taken back, after all was counted anew")
		}
		// Another reading of the same files, and the files again.
		for _, digest := range []string{"another reading", "digest"} {
			again := batchOf(b.service.ID, digest, storetest.Generate(b.dictionary, 1, 430, importYears[0], importYears[1]))
			noError(t, s.Import(ctx, importer, b.dictionary, again, func(int) {}))
			if n := len(must[[]lab.Recorded](t)(s.Recorded(ctx, importer, b.service.ID, generatedGroups()))); n != 430 {
				t.Errorf("%d samples", n)
			}
			if digest != "digest" {
				noError(t, s.TakeBack(ctx, importer, again.Import.Key, lab.Why{ReasonCode: lab.ReasonEntry}, func(int) {}))
			}
		}
		_, err = s.VerifyAudit(ctx, importer)
		noError(t, err)
	})
}

// goneForEver expects that an import which was taken back stays so.
func goneForEver(t testing.TB, s *store.Store, b bench, key lab.Key, why lab.Why) {
	t.Helper()
	ctx := t.Context()
	list, err := s.Imports(ctx, importer, b.service.ID)
	if err != nil || len(list) != 1 || list[0].State != lab.ImportUndone || list[0].Written != 0 || list[0].Why != why || list[0].EndedBy != importer.Name {
		t.Errorf("imports %+v, %v", list, err)
	}
	var refused *lab.MoveError
	for what, err := range map[string]error{
		"taking it back": s.TakeBack(ctx, importer, key, why, func(int) {}),
		"abandoning it":  s.Abandon(ctx, importer, key, func(int) {}),
	} {
		if !errors.As(err, &refused) || refused.From != "undone" {
			t.Errorf("%s again: %v", what, err)
		}
	}
	if left, err := s.UnfinishedImports(ctx, importer); err != nil || len(left) != 0 {
		t.Errorf("unfinished: %v, %v", left, err)
	}
	for _, table := range []string{"sample_facts", "finding_facts"} {
		if n := sqlRows(t, s, "SELECT count(*) FROM "+table+" WHERE import_id IS NOT NULL", 1)[0][0]; n != int64(0) {
			t.Errorf("%v rows are left in %s", n, table)
		}
	}
	if n := sqlRows(t, s, "SELECT count(*) FROM publications p WHERE import_id IS NOT NULL AND kind <> 'withdrawn' AND NOT EXISTS "+
		"(SELECT 1 FROM publications q WHERE q.service_id = p.service_id AND q.sample_id = p.sample_id AND q.kind = 'withdrawn')", 1)[0][0]; n != int64(0) {
		t.Errorf("%v results are not withdrawn", n)
	}
}

// cutOff ends a load or a taking back after so many steps.
func cutOff(t testing.TB, steps int) (context.Context, func(int)) {
	t.Helper()
	ctx, stop := context.WithCancel(t.Context())
	t.Cleanup(stop)
	return ctx, func(int) {
		if steps--; steps == 0 {
			stop()
		}
	}
}

// A load that was cut off goes on after what lies there, and a taking back too: in the end both
// are as if they had never been cut off.
func TestWhatWasCutOffGoesOn(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		store.SmallBatches(s)
		b := newBench(t, s)
		b.dictionary = storetest.AddMethods(t, s)
		before := shownOf(t, s, b)
		generate := func() []lab.Arrival {
			return storetest.Generate(b.dictionary, 1, 430, importYears[0], importYears[1])
		}
		for i := range 3 {
			ctx, stop := cutOff(t, 1)
			err := s.Import(ctx, importer, b.dictionary, batchOf(b.service.ID, "digest", generate()), stop)
			if !errors.Is(err, store.ErrUnfinished) {
				t.Fatalf("the load ends with %v", err)
			}
			left, err := s.UnfinishedImports(t.Context(), importer)
			if err != nil || len(left) != 1 || left[0].State != lab.ImportLoading || int(left[0].Written) != 100*(i+1) || left[0].Samples != 430 {
				t.Fatalf("left is %+v, %v", left, err)
			}
			if shownOf(t, s, b) != before {
				t.Error("something is seen of what was cut off")
			}
			_, err = s.VerifyAudit(t.Context(), importer)
			noError(t, err)
		}
		var refused *lab.MoveError
		if err := s.Import(t.Context(), importer, b.dictionary, batchOf(b.service.ID, "other", nil), func(int) {}); !errors.As(err, &refused) || refused.From != "loading" {
			t.Errorf("another import: %v", err)
		}
		key := must[[]lab.Import](t)(s.UnfinishedImports(t.Context(), importer))[0].Key
		if err := s.TakeBack(t.Context(), importer, key, lab.Because("en", "no"), func(int) {}); !errors.As(err, &refused) || refused.From != "loading" {
			t.Errorf("taking back what is not taken: %v", err)
		}
		var done []int
		noError(t, s.Import(t.Context(), importer, b.dictionary, batchOf(b.service.ID, "digest", generate()), func(n int) { done = append(done, n) }))
		if len(done) == 0 || done[0] <= 300 || done[len(done)-1] != 430 {
			t.Errorf("progress tells %v", done)
		}
		if n := sqlRows(t, s, "SELECT count(DISTINCT source_ref) FROM samples WHERE import_live", 1)[0][0]; n != int64(430) {
			t.Errorf("%v samples", n)
		}
		list := must[[]lab.Import](t)(s.Imports(t.Context(), importer, b.service.ID))
		if len(list) != 1 || list[0].State != lab.ImportTaken || list[0].Samples != 430 || list[0].Written != 430 {
			t.Errorf("imports: %+v", list)
		}
		_, err := s.VerifyAudit(t.Context(), importer)
		noError(t, err)
		if moved, err := s.Reclassify(t.Context(), importer); err != nil || moved.Samples != 430 || moved.Changed != 0 {
			t.Errorf("moved %+v, %v", moved, err)
		}
		for range 3 {
			ctx, stop := cutOff(t, 1)
			if err := s.TakeBack(ctx, importer, list[0].Key, lab.Because("en", "wrong file"), stop); !errors.Is(err, context.Canceled) {
				t.Fatalf("the taking back ends with %v", err)
			}
			if shownOf(t, s, b) != before {
				t.Error("something is seen of what is being taken back")
			}
			_, err = s.VerifyAudit(t.Context(), importer)
			noError(t, err)
		}
		if err := s.Abandon(t.Context(), importer, key, func(int) {}); !errors.As(err, &refused) || refused.From != "undoing" {
			t.Errorf("abandoning what is being taken back: %v", err)
		}
		noError(t, s.TakeBack(t.Context(), importer, list[0].Key, lab.Why{}, func(int) {})) // the reason was given
		goneForEver(t, s, b, list[0].Key, lab.Because("en", "wrong file"))
		_, err = s.VerifyAudit(t.Context(), importer)
		noError(t, err)
	})
}

// What lies there and the files do not say any more is not gone on from: it is abandoned, also
// where that is cut off, and the files are imported anew, in new numbers.
func TestWhatLiesThereIsAbandoned(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		store.SmallBatches(s)
		b := newBench(t, s)
		b.dictionary = storetest.AddMethods(t, s)
		before := shownOf(t, s, b)
		generate := func() []lab.Arrival { return storetest.Generate(b.dictionary, 1, 430, 2023, 2023) }
		ctx, stop := cutOff(t, 3)
		if err := s.Import(ctx, importer, b.dictionary, batchOf(b.service.ID, "digest", generate()), stop); !errors.Is(err, store.ErrUnfinished) {
			t.Fatalf("the load ends with %v", err)
		}
		for what, change := range map[string]func(all []lab.Arrival) []lab.Arrival{
			"another sample": func(all []lab.Arrival) []lab.Arrival { return all[1:] },
			"other words": func(all []lab.Arrival) []lab.Arrival {
				all[250].Sample.SourceDigest += "'"
				return all
			},
			"fewer samples": func(all []lab.Arrival) []lab.Arrival { return all[:200] },
		} {
			err := s.Import(t.Context(), importer, b.dictionary, batchOf(b.service.ID, "digest", change(generate())), func(int) {})
			if !errors.Is(err, store.ErrUnfinished) || !strings.Contains(err.Error(), "abandon the import") {
				t.Errorf("%s: %v", what, err)
			}
		}
		key := must[[]lab.Import](t)(s.UnfinishedImports(t.Context(), importer))[0].Key
		ctx, stop = cutOff(t, 1)
		if err := s.Abandon(ctx, importer, key, stop); !errors.Is(err, context.Canceled) {
			t.Fatalf("abandoning ends with %v", err)
		}
		if left := must[[]lab.Import](t)(s.UnfinishedImports(t.Context(), importer)); len(left) != 1 || left[0].State != lab.ImportAbandoned || left[0].Written == 0 {
			t.Errorf("left is %+v", left)
		}
		noError(t, s.Import(t.Context(), importer, b.dictionary, batchOf(b.service.ID, "digest", generate()), func(int) {})) // which clears it first
		if left := must[[]lab.Import](t)(s.UnfinishedImports(t.Context(), importer)); len(left) > 0 {
			t.Errorf("left is %+v", left)
		}
		if lowest := sqlRows(t, s, "SELECT min(number_running) FROM samples WHERE import_live", 1)[0][0]; fmt.Sprint(lowest) != "301" {
			t.Errorf("numbers begin at %v", lowest)
		}
		taken := must[[]lab.Import](t)(s.Imports(t.Context(), importer, b.service.ID))[0]
		noError(t, s.TakeBack(t.Context(), importer, taken.Key, lab.Because("en", "a test"), func(int) {}))
		if shownOf(t, s, b) != before {
			t.Error("something is seen of what was abandoned")
		}
		_, err := s.VerifyAudit(t.Context(), importer)
		noError(t, err)
	})
}

// Two loaders never write one import: the second finds it locked, and where a lock was lost the
// first stops, since the import is the other's.
func TestTwoLoadersNeverWriteOneImport(t *testing.T) {
	storetest.EachKind(t, func(t *testing.T, kind string) {
		c := storetest.Config(t, kind)
		s, other := storetest.Open(t, c), storetest.OpenAt(t, c, func() time.Time { return storetest.Now.Add(time.Minute) })
		store.SmallBatches(s)
		store.SmallBatches(other)
		b := newBench(t, s)
		b.dictionary = storetest.AddMethods(t, s)
		generate := func() []lab.Arrival { return storetest.Generate(b.dictionary, 1, 430, 2023, 2023) }
		var refused *lab.MoveError
		steps := 0
		err := s.Import(t.Context(), importer, b.dictionary, batchOf(b.service.ID, "digest", generate()), func(int) {
			if steps++; steps == 1 {
				err := other.Import(t.Context(), importer, b.dictionary, batchOf(b.service.ID, "digest", generate()), func(int) {})
				if !errors.As(err, &refused) {
					t.Errorf("another loader: %v", err)
				}
				noError(t, store.Exec(s, "UPDATE imports SET loader = ? WHERE service_id = ?", s.NewID(), b.service.ID))
			}
		})
		if !errors.Is(err, store.ErrUnfinished) || steps != 1 {
			t.Errorf("who lost the import writes %d batches, and ends with %v", steps, err)
		}
		noError(t, other.Import(t.Context(), importer, b.dictionary, batchOf(b.service.ID, "digest", generate()), func(int) {}))
		if n := sqlRows(t, s, "SELECT count(*) FROM samples", 1)[0][0]; n != int64(430) {
			t.Errorf("%v samples", n)
		}
		_, err = s.VerifyAudit(t.Context(), importer)
		noError(t, err)
	})
}

// An entry that is merged while an import is loaded: what lies there reads as the merge makes
// it, and the load goes on where none of its samples reads differently, and stops where one does.
func TestAMergeWhileAnImportIsLoaded(t *testing.T) {
	storetest.EachKind(t, func(t *testing.T, kind string) {
		for _, used := range []bool{false, true} {
			s := storetest.Open(t, storetest.Config(t, kind))
			store.SmallBatches(s)
			b := newBench(t, s)
			b.dictionary = storetest.AddMethods(t, s)
			from, into := storetest.Substance(t, b.dictionary, "PMA"), storetest.Substance(t, b.dictionary, "PMMA")
			if used {
				from, into = storetest.Substance(t, b.dictionary, "caffeine"), b.sugar
			}
			generate := func() []lab.Arrival { return storetest.Generate(b.dictionary, 1, 430, importYears[0], importYears[1]) }
			steps := 0
			err := s.Import(t.Context(), importer, b.dictionary, batchOf(b.service.ID, "digest", generate()), func(int) {
				if steps++; steps == 2 {
					moved, err := s.MergeSubstance(t.Context(), operator, from, into, "a test")
					if noError(t, err); used != (moved.Changed > 0) || len(moved.Numbers) > 0 {
						t.Errorf("merged: %+v", moved)
					}
				}
			})
			if used != errors.Is(err, store.ErrUnfinished) {
				t.Fatalf("the load ends with %v", err)
			}
			if used {
				now, err := s.Dictionary(t.Context())
				noError(t, err)
				noError(t, s.Import(t.Context(), importer, now, batchOf(b.service.ID, "digest", generate()), func(int) {}))
			}
			if moved, err := s.Reclassify(t.Context(), operator); err != nil || moved.Samples != 430 || moved.Changed != 0 {
				t.Errorf("moved %+v, %v", moved, err)
			}
			_, err = s.VerifyAudit(t.Context(), importer)
			noError(t, err)
		}
	})
}

// The trail tells where an import stands: one that is put elsewhere past the program is found.
func TestAnImportThatComesBackIsFound(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		b := newBench(t, s)
		b.dictionary = storetest.AddMethods(t, s)
		batch := batchOf(b.service.ID, "digest", storetest.Generate(b.dictionary, 1, 20, 2023, 2023))
		noError(t, s.Import(t.Context(), importer, b.dictionary, batch, func(int) {}))
		noError(t, s.TakeBack(t.Context(), importer, batch.Import.Key, lab.Because("en", "a test"), func(int) {}))
		for _, state := range []lab.ImportState{lab.ImportTaken, lab.ImportUndoing, lab.ImportLoading} {
			noError(t, store.Exec(s, "UPDATE imports SET state = ? WHERE service_id = ?", state, b.service.ID))
			if _, err := s.VerifyAudit(t.Context(), importer); err == nil || !strings.Contains(err.Error(), "import") {
				t.Errorf("put to %s: %v", state, err)
			}
		}
	})
}

// A backup has a load as it lies, and a restore brings it back so: hidden, and to go on with.
func TestARestoreBringsALoadBackAsItLies(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		store.SmallBatches(s)
		b := newBench(t, s)
		b.dictionary = storetest.AddMethods(t, s)
		before := shownOf(t, s, b)
		generate := func() []lab.Arrival { return storetest.Generate(b.dictionary, 1, 430, 2023, 2023) }
		ctx, stop := cutOff(t, 2)
		if err := s.Import(ctx, importer, b.dictionary, batchOf(b.service.ID, "digest", generate()), stop); !errors.Is(err, store.ErrUnfinished) {
			t.Fatalf("the load ends with %v", err)
		}
		for _, kind := range kinds {
			there := emptyPlace(t, kind)
			_, err := store.Restore(t.Context(), there, storetest.Clock, content(t, tablesOf(t, s)))
			noError(t, err)
			restored := storetest.OpenAt(t, there, func() time.Time { return storetest.Now.Add(time.Minute) })
			if left, err := restored.UnfinishedImports(t.Context(), importer); err != nil || len(left) != 1 || left[0].Written != 200 {
				t.Errorf("%s: left is %+v, %v", kind, left, err)
			}
			if shownOf(t, restored, b) != before {
				t.Errorf("%s: something is seen", kind)
			}
			noError(t, restored.Import(t.Context(), importer, b.dictionary, batchOf(b.service.ID, "digest", generate()), func(int) {}))
			_, err = restored.VerifyAudit(t.Context(), importer)
			noError(t, err)
			if n := len(must[[]lab.Recorded](t)(restored.Recorded(t.Context(), importer, b.service.ID, generatedGroups()))); n != 430 {
				t.Errorf("%s: %d samples", kind, n)
			}
		}
	})
}

// generatedGroups are the groups of the ids that samples are generated with.
func generatedGroups() (groups []string) {
	for i := range 430 {
		groups = append(groups, lab.SourceKeyOf(fmt.Sprintf("G%d", i+1)))
	}
	return groups
}
