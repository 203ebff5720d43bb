package store_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"marquis/internal/lab"
	"marquis/internal/store"
	"marquis/internal/store/storetest"
)

// rawFile is the digest of a file of an instrument.
var rawFile = strings.Repeat("ab", 32)

// entry is what a file says of a sample: ketamine of so many parts in a million, as base.
func (b bench) entry(x lab.Sample, ppm int64, edit ...func(*store.BatchEntry)) store.BatchEntry {
	e := store.BatchEntry{Number: x.Number(b.service.Code), Version: x.Version, Findings: ketamineAt(b, ppm), Analysis: lab.Analysis{
		MethodID: b.gcms.ID, Level: lab.Confirmatory, PerformedOn: x.ReceivedOn, Conclusion: lab.HasFindings, Instrument: "QP2020", Run: "12", RawFile: rawFile,
	}}
	for _, change := range edit {
		change(&e)
	}
	return e
}

// refusedOf is what was refused of the samples of a batch, by their numbers.
func refusedOf(t *testing.T, err error) map[string]error {
	t.Helper()
	var refused lab.SampleErrors
	if !errors.As(err, &refused) {
		t.Fatalf("got %v, want what is wrong with samples", err)
	}
	byNumber := map[string]error{}
	for _, x := range refused {
		byNumber[x.Number.String()] = x.Err
	}
	return byNumber
}

func TestAFileOfAnInstrumentIsEnteredAndWaitsForTheSecondPerson(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		b := newBench(t, s)
		x, y := b.register(t, s), b.register(t, s)
		entries := []store.BatchEntry{b.entry(x, 800_000), b.entry(y, 700_000)}
		trials := must[[]store.BatchTrial](t)(s.TryBatch(t.Context(), b.analyst, entries))
		for i, trial := range trials {
			if trial.Refused != nil || len(trial.Asked)+len(trial.Confirm)+len(trial.Before) > 0 || trial.Held || trial.Sample.Version != entries[i].Version {
				t.Errorf("tried: %+v", trial)
			}
		}
		if e := must[[]lab.Evidence](t)(s.Evidence(t.Context(), x.Key)); len(e) > 0 {
			t.Fatalf("a trial wrote %+v", e)
		}
		noError(t, s.EnterBatch(t.Context(), b.analyst, entries, "decimal = \",\""))

		e := must[[]lab.Evidence](t)(s.Evidence(t.Context(), x.Key))
		if len(e) != 1 || e[0].Analysis.State != lab.Entered || e[0].Analysis.EnteredBy != b.analyst.UserID || e[0].Findings[0].Amount.Value != 800_000 ||
			e[0].Analysis.Instrument != "QP2020" || e[0].Analysis.Run != "12" || e[0].Analysis.RawFile != rawFile {
			t.Fatalf("entered %+v", e)
		}
		both := storetest.Person(t, s, "both", b.service.ID, lab.Laboratory, lab.Verifier)
		_ = must[lab.Analysis](t)(s.VerifyAnalysis(t.Context(), both, e[0].Analysis.Key, 1, false))
		told := sqlRows(t, s, "SELECT changes FROM audit_events WHERE service_id > 0 AND action = 'enter analysis' AND changes LIKE '%\"raw_file\",\"new\":\""+rawFile+"\"%'", 1)
		if len(told) != 2 {
			t.Errorf("%d events of the trail name the file", len(told))
		}
		if mapping := must[string](t)(s.MappingOf(t.Context(), b.analyst, b.gcms.ID)); mapping != "decimal = \",\"" {
			t.Errorf("it remembers %q", mapping)
		}
		batches := must[[]store.Batch](t)(s.Batches(t.Context(), b.verifier))
		if len(batches) != 1 || batches[0].Entered != 1 || batches[0].Verified != 1 || batches[0].By != b.analyst.Name || batches[0].Instrument != "QP2020" {
			t.Errorf("listed %+v", batches)
		}
		if _, err := s.VerifyAudit(t.Context(), lab.Operator("test")); err != nil {
			t.Error(err)
		}
	})
}

func TestWhoEntersAFileVerifiesNothingOfIt(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		b := newBench(t, s)
		both := storetest.Person(t, s, "both", b.service.ID, lab.Laboratory, lab.Verifier)
		x := b.register(t, s)
		noError(t, s.EnterBatch(t.Context(), both, []store.BatchEntry{b.entry(x, 800_000)}, ""))
		e := must[[]lab.Evidence](t)(s.Evidence(t.Context(), x.Key))
		wantRefused(t, "by who entered it", second(s.VerifyAnalysis(t.Context(), both, e[0].Analysis.Key, 1, false)))
	})
}

func TestAFileIsEnteredOnceByAMethod(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		b := newBench(t, s)
		x, y := b.register(t, s), b.register(t, s)
		noError(t, s.EnterBatch(t.Context(), b.analyst, []store.BatchEntry{b.entry(x, 800_000)}, ""))
		now, _, err := s.Sample(t.Context(), storetest.Reader, x.Key)
		noError(t, err)
		again := []store.BatchEntry{b.entry(now, 800_000), b.entry(y, 700_000)}
		other := storetest.Person(t, s, "other", b.service.ID, lab.Laboratory)
		for name, err := range map[string]error{"tried": second(s.TryBatch(t.Context(), other, again)), "entered": s.EnterBatch(t.Context(), other, again, "")} {
			wantMistakes(t, err, "file")
			if text := err.Error(); !strings.Contains(text, "by "+b.analyst.Name+", on "+lab.DateOf(storetest.Now, time.UTC).String()) {
				t.Errorf("%s: %s names neither who nor when", name, text)
			}
		}
		if e := must[[]lab.Evidence](t)(s.Evidence(t.Context(), y.Key)); len(e) > 0 {
			t.Errorf("of the file the rest was entered: %+v", e)
		}
		e := must[[]lab.Evidence](t)(s.Evidence(t.Context(), x.Key))
		_ = must[lab.Analysis](t)(s.RetractAnalysis(t.Context(), b.analyst, e[0].Analysis.Key, 1, "wrong mapping"))
		now, _, err = s.Sample(t.Context(), storetest.Reader, x.Key)
		noError(t, err)
		noError(t, s.EnterBatch(t.Context(), other, []store.BatchEntry{b.entry(now, 790_000)}, "")) // what was taken back may come again
	})
}

func TestAllOfAFileIsEnteredOrNothing(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		b := newBench(t, s)
		x, y, z := b.register(t, s), b.register(t, s), b.register(t, s)
		entries := []store.BatchEntry{b.entry(x, 800_000), b.entry(y, 700_000), b.entry(z, 600_000)}
		_ = must[lab.Sample](t)(s.DescribeSample(t.Context(), b.intake, y.Key, y.Version, nil, func(x *lab.Sample) { x.Notes = "weighed" }))
		refused := refusedOf(t, s.EnterBatch(t.Context(), b.analyst, entries, "")) // changed meanwhile
		wantStale(t, "changed meanwhile", refused[y.Number(b.service.Code).String()])
		if len(refused) != 1 {
			t.Errorf("refused %v", refused)
		}
		for _, sample := range []lab.Sample{x, y, z} {
			if e := must[[]lab.Evidence](t)(s.Evidence(t.Context(), sample.Key)); len(e) > 0 {
				t.Errorf("entered %+v", e)
			}
		}
	})
}

func TestWhatAFileSaysOfASampleThatNobodyMayKnowOf(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		b := newBench(t, s)
		theirs := storetest.Service(t, s, "AMS")
		away := storetest.Person(t, s, "away", theirs.ID, lab.Laboratory)
		x, y := b.register(t, s), b.register(t, s)
		none := b.entry(y, 700_000)
		none.Number.Running = 999
		entries := []store.BatchEntry{b.entry(x, 800_000), none}
		trials := must[[]store.BatchTrial](t)(s.TryBatch(t.Context(), away, entries))
		if trials[0].Refused == nil || trials[0].Refused.Error() != trials[1].Refused.Error() || trials[0].Sample.Version != 0 {
			t.Errorf("of another service %v and of nobody %v are told apart", trials[0], trials[1])
		}
		refused := refusedOf(t, s.EnterBatch(t.Context(), away, entries, ""))
		if len(refused) != 2 {
			t.Errorf("refused %v", refused)
		}
		if _, err := s.MappingOf(t.Context(), away, 99999); !errors.Is(err, lab.ErrNotFound) {
			t.Error(err)
		}
	})
}

func TestWhatAFileIsAskedAbout(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		b := newBench(t, s)
		x, y, gone := b.register(t, s), b.register(t, s), b.register(t, s)
		b.analyse(t, s, y, "80")
		y, _, err := s.Sample(t.Context(), storetest.Reader, y.Key)
		noError(t, err)
		gone = must[lab.Sample](t)(s.MoveSample(t.Context(), b.intake, gone.Key, gone.Version, lab.Rejected, lab.RejectionReasons.Strings()[0]))

		much := b.entry(x, 990_000, func(e *store.BatchEntry) { e.Findings[0].Basis = lab.BasisBase }) // more than the purest salt holds
		repeat := b.entry(y, 700_000)
		trials := must[[]store.BatchTrial](t)(s.TryBatch(t.Context(), b.analyst, []store.BatchEntry{much, repeat, b.entry(gone, 1)}))
		if len(trials[0].Asked) != 1 || len(trials[1].Confirm) != 1 || len(trials[1].Before) != 1 || trials[2].Refused == nil {
			t.Fatalf("asked %+v", trials)
		}
		enter := func(e ...store.BatchEntry) error { return s.EnterBatch(t.Context(), b.analyst, e, "") }
		number := func(x lab.Sample) string { return x.Number(b.service.Code).String() }
		wantMistakes(t, refusedOf(t, enter(much))[number(x)], "findings.0.amount")
		much.Ticked = []string{trials[0].Asked[0].Tick()}
		wantMistakes(t, refusedOf(t, enter(much))[number(x)], "findings.0.amount", "overruled") // without a reason
		much.Analysis.Overruled = "pure, weighed twice"
		wantMistakes(t, refusedOf(t, enter(much, repeat))[number(y)], "method")
		repeat.Ticked = []string{trials[1].Confirm[0].Tick()}
		noError(t, enter(much, repeat))
		if e := must[[]lab.Evidence](t)(s.Evidence(t.Context(), x.Key)); e[0].Analysis.Overruled != "pure, weighed twice" {
			t.Errorf("recorded %+v", e)
		}
	})
}

func TestAFileHoldsAResultBackAsItsPageDoes(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		b := newBench(t, s)
		x := b.register(t, s)
		e := b.entry(x, 1, func(e *store.BatchEntry) {
			e.Findings = []lab.Finding{{SubstanceID: storetest.Substance(t, b.dictionary, "protonitazene"), Detection: lab.Trace}}
		})
		if trials := must[[]store.BatchTrial](t)(s.TryBatch(t.Context(), b.analyst, []store.BatchEntry{e})); !trials[0].Held {
			t.Errorf("%+v", trials)
		}
		noError(t, s.EnterBatch(t.Context(), b.analyst, []store.BatchEntry{e}, ""))
		if now, _, err := s.Sample(t.Context(), storetest.Reader, x.Key); err != nil || now.HeldSince.IsZero() {
			t.Errorf("%+v, %v", now, err)
		}
	})
}

// Of two people who take a file at once, one does.
func TestAFileThatTwoTakeAtOnce(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		b := newBench(t, s)
		x, y := b.register(t, s), b.register(t, s)
		people := []lab.Actor{b.analyst, storetest.Person(t, s, "other", b.service.ID, lab.Laboratory)}
		orders := [][]store.BatchEntry{{b.entry(x, 800_000), b.entry(y, 700_000)}, {b.entry(y, 700_000), b.entry(x, 800_000)}}
		failed := make([]error, 2)
		var all sync.WaitGroup
		for i := range people {
			all.Go(func() { failed[i] = s.EnterBatch(context.WithoutCancel(t.Context()), people[i], orders[i], "") })
		}
		all.Wait()
		if (failed[0] == nil) == (failed[1] == nil) {
			t.Fatalf("one takes it: %v, %v", failed[0], failed[1])
		}
		wantMistakes(t, errors.Join(failed[0], failed[1]), "file")
		if e := must[[]lab.Evidence](t)(s.Evidence(t.Context(), x.Key)); len(e) != 1 {
			t.Errorf("entered %d times", len(e))
		}
	})
}

func TestAFileOfAMethodOfAnotherLaboratory(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		b := newBench(t, s)
		m := must[*lab.Method](t)(s.AddMethod(t.Context(), lab.Operator("test"), lab.Method{Kind: lab.LCMS, Lab: "Far away", Level: lab.Confirmatory, Quantifies: true, OpenScope: true}))
		x := b.register(t, s)
		e := b.entry(x, 800_000, func(e *store.BatchEntry) { e.Analysis.MethodID = m.ID })
		wantMistakes(t, refusedOf(t, s.EnterBatch(t.Context(), b.analyst, []store.BatchEntry{e}, ""))[e.Number.String()], "method")
		if _, err := s.MappingOf(t.Context(), b.analyst, m.ID); !errors.Is(err, lab.ErrNotFound) {
			t.Error(err)
		}
	})
}
