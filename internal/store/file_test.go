package store_test

import (
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
				return second(s.PublishResult(ctx, b.verifier, x.Key, p.Sample.Version, p.Seen, ""))
			}},
			{"WithdrawResult", func() error {
				return second(s.WithdrawResult(ctx, b.verifier, x.Key, p.Sample.Version+1, "wrong vial"))
			}},
			{"RetractAnalysis", func() error { return second(s.RetractAnalysis(ctx, b.verifier, a.Key, 3, "wrong vial")) }},
			{"ExcludeSample", func() error {
				return second(s.ExcludeSample(ctx, b.verifier, x.Key, p.Sample.Version+2, "duplicate"))
			}},
			{"IncludeSample", func() error { return second(s.IncludeSample(ctx, b.verifier, x.Key, p.Sample.Version+3)) }},
			{"MoveSample", func() error {
				return second(s.MoveSample(ctx, b.analyst, x.Key, p.Sample.Version+4, lab.InAnalysis, ""))
			}},
			{"NotAnalyse", func() error {
				return s.NotAnalyse(ctx, b.analyst, []store.VersionedKey{{Key: x.Key, Version: p.Sample.Version + 5}}, "capacity")
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
