package store_test

import (
	"errors"
	"slices"
	"testing"

	"marquis/internal/lab"
	"marquis/internal/store"
	"marquis/internal/store/storetest"
)

// TestAnUpdateReadsTheFileOnce: what is decided and what is saved rest on one reading,
// under one lock.
func TestAnUpdateReadsTheFileOnce(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		b := newBench(t, s)
		parts := []string{"samples", "sample_expectations", "analyses", "findings", "publications", "analysis_questions"}
		reads := store.Reads(t, s, parts...)
		ctx, x := t.Context(), b.register(t, s)
		var a lab.Analysis
		var q lab.Question
		var p store.Proposal
		finding := []lab.Finding{{SubstanceID: b.ketamineID, Detection: lab.Identified}}
		entered := lab.Analysis{SampleID: x.ID, MethodID: b.gcms.ID, Level: lab.Confirmatory, PerformedOn: x.ReceivedOn, Conclusion: lab.HasFindings}
		entered.ServiceID = x.ServiceID
		for _, step := range []struct {
			name string
			run  func() error
		}{
			{"DescribeSample", func() (err error) {
				x, err = s.DescribeSample(ctx, b.intake, x.Key, x.Version, nil, func(x *lab.Sample) { x.Logo = "crown" })
				return err
			}},
			{"EnterAnalysis", func() (err error) { a, err = s.EnterAnalysis(ctx, b.analyst, entered, finding); return err }},
			{"AskAnalysis", func() (err error) { q, err = s.AskAnalysis(ctx, b.verifier, a.Key, 1, "Which vial?"); return err }},
			{"AnswerAnalysis", func() error { return second(s.AnswerAnalysis(ctx, b.intake, q.Key, "The second.")) }},
			{"ChangeAnalysis", func() error { return second(s.ChangeAnalysis(ctx, b.analyst, a.Key, 1, entered, finding, "")) }},
			{"VerifyAnalysis", func() error { return second(s.VerifyAnalysis(ctx, b.verifier, a.Key, 2, false)) }},
			{"Proposal", func() (err error) { p, err = s.Proposal(ctx, b.verifier, x.Key); return err }},
			{"PublishResult", func() error {
				return second(s.PublishResult(ctx, b.verifier, x.Key, p.Sample.Version, p.Seen, lab.Why{}))
			}},
			{"WithdrawResult", func() error {
				return second(s.WithdrawResult(ctx, b.verifier, x.Key, p.Sample.Version+1, lab.Because("en", "wrong vial")))
			}},
			{"RetractAnalysis", func() error { return second(s.RetractAnalysis(ctx, b.verifier, a.Key, 3, "wrong vial")) }},
			{"ExcludeSample", func() error {
				return second(s.ExcludeSample(ctx, b.verifier, x.Key, p.Sample.Version+2, "duplicate"))
			}},
			{"IncludeSample", func() error { return second(s.IncludeSample(ctx, b.verifier, x.Key, p.Sample.Version+3)) }},
			{"DeclineRetest", func() error {
				return second(s.DeclineRetest(ctx, b.verifier, x.Key, p.Sample.Version+4, "nothing is left"))
			}},
			{"MoveSample", func() error {
				return second(s.MoveSample(ctx, b.analyst, x.Key, p.Sample.Version+5, lab.InAnalysis, ""))
			}},
			{"NotAnalyse", func() error {
				return s.NotAnalyse(ctx, b.analyst, []store.VersionedKey{{Key: x.Key, Version: p.Sample.Version + 6}}, "capacity")
			}},
			{"Reopen", func() error {
				return s.Reopen(ctx, b.analyst, store.VersionedKey{Key: x.Key, Version: p.Sample.Version + 7})
			}},
		} {
			clear(reads)
			if err := step.run(); err != nil {
				t.Fatalf("%s: %v", step.name, err)
			}
			for _, part := range parts {
				if n := reads[part]; n > 1 {
					t.Errorf("%s reads %s %d times", step.name, part, n)
				}
			}
			if reads["samples"] == 0 {
				t.Errorf("%s: nothing is counted: %v", step.name, reads)
			}
		}
	})
}

// TestAnUpdateThatChangesNothingIsOnRecord: whoever saved a form as it was has vouched
// for it, and whoever saw it before is stale.
func TestAnUpdateThatChangesNothingIsOnRecord(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		b := newBench(t, s)
		x := b.register(t, s)
		now, err := s.DescribeSample(t.Context(), b.intake, x.Key, x.Version, b.ketamine.Expected(), asItIs)
		if err != nil || now.Version != x.Version+1 {
			t.Errorf("version %d after %d, %v", now.Version, x.Version, err)
		}
		events := must[[]lab.Event](t)(s.Trail(t.Context(), b.intake, x.Key))
		if last := events[len(events)-1]; len(events) != 2 || last.Action != "change sample" || len(last.Changes) != 1 || last.Changes[0].Field != "version" {
			t.Errorf("trail %+v", events)
		}
		var stale *lab.StaleError
		_, err = s.MoveSample(t.Context(), b.intake, x.Key, x.Version, lab.NotAnalysed, "capacity")
		if !errors.As(err, &stale) || stale.Have != now.Version || stale.Want != x.Version {
			t.Errorf("an older version is moved: %v", err)
		}
	})
}

// TestOneUpdateWritesWhatFollowsFromIt: an answer that comes with a correction, and the
// state into which an analysis takes its sample, are told as events of their own, after
// that of the update; the reason is that of the update alone.
func TestOneUpdateWritesWhatFollowsFromIt(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		b := newBench(t, s)
		x := b.register(t, s)
		a := b.analyse(t, s, x, "80")
		q := must[lab.Question](t)(s.AskAnalysis(t.Context(), b.verifier, a.Key, 1, "Which vial?"))
		findings := []lab.Finding{{SubstanceID: b.ketamineID, Detection: lab.Identified}}
		changed := must[lab.Analysis](t)(s.ChangeAnalysis(t.Context(), b.analyst, a.Key, 1, a, findings, ""))
		if changed.Version != 2 {
			t.Errorf("version %d", changed.Version)
		}
		must[lab.Analysis](t)(s.ChangeAnalysis(t.Context(), b.analyst, a.Key, 2, a, findings, "The second."))
		must[lab.Analysis](t)(s.RetractAnalysis(t.Context(), b.analyst, a.Key, 3, "leaked"))
		var told []string
		for _, e := range must[[]lab.Event](t)(s.Trail(t.Context(), b.verifier, x.Key)) {
			told = append(told, string(e.Action)+" "+e.Reason)
		}
		want := []string{
			"register sample ", "enter analysis ", "move sample ", "ask about analysis ", "change analysis ", "change analysis ", "answer question ",
			"retract analysis leaked",
		}
		if !slices.Equal(told, want) {
			t.Errorf("told %q", told)
		}
		record := must[store.SampleRecord](t)(s.ReadSample(t.Context(), b.verifier, x.Key, lab.ForVerification))
		if got := record.Question(q.ID); got.Answer != "The second." || record.Sample.Version != x.Version+1 || record.Sample.Stage != lab.StageInAnalysis {
			t.Errorf("%+v, version %d, stage %s", got, record.Sample.Version, record.Sample.Stage)
		}
		if e := record.Analysis(a.ID); len(e.Findings) != 1 || e.Analysis.Version != 4 {
			t.Errorf("%+v", e)
		}
	})
}
