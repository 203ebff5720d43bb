package store_test

import (
	"errors"
	"fmt"
	"slices"
	"testing"

	"marquis/internal/lab"
	"marquis/internal/store"
	"marquis/internal/store/storetest"
)

// signedAs are the numbers under which the findings of an analysis are recorded.
func signedAs(t *testing.T, s *store.Store, b bench, x lab.Sample, a lab.Analysis) (ids []lab.SubstanceID) {
	t.Helper()
	record := must[store.SampleRecord](t)(s.ReadSample(t.Context(), b.verifier, x.Key, lab.ForVerification))
	for _, f := range record.Analysis(a.ID).Findings {
		ids = append(ids, f.SubstanceID)
	}
	slices.Sort(ids)
	return ids
}

// Whoever has a page open while a substance is merged loses nothing and signs nothing else. A
// verifier signs what was entered, by the number by which it was entered, and it reads as the
// other from then on; what is released is shown again before, since it says something else.
func TestASubstanceIsMergedWhileAnAnalysisIsVerifiedAndReleased(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		b := newBench(t, s)
		old, now := storetest.Substance(t, b.dictionary, "PMA"), storetest.Substance(t, b.dictionary, "PMMA")
		x := b.register(t, s, asItIs)
		of := func(id lab.SubstanceID, percent string) lab.Finding {
			amount := must[lab.Amount](t)(lab.ParseAmount(percent, "%"))
			return lab.Finding{SubstanceID: id, Detection: lab.Quantified, Amount: amount, Basis: lab.BasisBase}
		}
		a := b.analyse(t, s, x, "40", of(old, "12"), of(now, "3"))
		opened := b.analyse(t, s, b.register(t, s, asItIs), "40", of(old, "5"))

		_ = must[store.Moved](t)(s.MergeSubstance(t.Context(), operator, old, now, "the same"))
		a = must[lab.Analysis](t)(s.VerifyAnalysis(t.Context(), b.verifier, a.Key, a.Version, false))
		both := []lab.SubstanceID{b.ketamineID, old, now}
		slices.Sort(both)
		if got := signedAs(t, s, b, x, a); a.State != lab.Verified || !slices.Equal(got, both) {
			t.Errorf("%s, signed as %v, want %v", a.State, got, both)
		}
		p := must[store.Proposal](t)(s.Proposal(t.Context(), b.verifier, x.Key))
		told := func(r lab.Result) (amount int64, lines int) {
			for _, f := range r.Findings {
				if f.SubstanceID == now {
					amount = f.Amount.Value
				}
			}
			return amount, len(r.Findings)
		}
		if amount, lines := told(p.Publication.Result); amount != 120_000 || lines != 2 {
			t.Errorf("the result would tell %d lines, of it %d", lines, amount)
		}

		// Taken apart again while the release is on the screen: it is not what was seen.
		_ = must[store.Moved](t)(s.UnmergeSubstance(t.Context(), operator, old, "they are two"))
		var stale *lab.StaleError
		if _, err := s.PublishResult(t.Context(), b.verifier, x.Key, p.Sample.Version, p.Seen, lab.Why{}); !errors.As(err, &stale) {
			t.Errorf("released unseen: %v", err)
		}
		p = must[store.Proposal](t)(s.Proposal(t.Context(), b.verifier, x.Key))
		_ = must[store.Moved](t)(s.MergeSubstance(t.Context(), operator, old, now, "the same after all"))
		if _, err := s.PublishResult(t.Context(), b.verifier, x.Key, p.Sample.Version, p.Seen, lab.Why{}); !errors.As(err, &stale) {
			t.Errorf("released unseen: %v", err)
		}
		released := b.publish(t, s, x)
		if amount, lines := told(released.Result); amount != 120_000 || lines != 2 {
			t.Errorf("released are %d lines, of it %d", lines, amount)
		}
		if moved, err := s.Reclassify(t.Context(), operator); err != nil || moved.Changed != 0 {
			t.Errorf("making the facts anew moved %+v, %v", moved, err)
		}

		// A form that was opened before, of an analysis that is changed and of one that is new.
		change := func(a lab.Analysis, list ...lab.Finding) (lab.Analysis, error) {
			return s.ChangeAnalysis(t.Context(), b.analyst, a.Key, a.Version, a, list, "")
		}
		var mistakes lab.FieldErrors
		if _, err := change(opened, of(old, "5"), of(now, "1")); !errors.As(err, &mistakes) || len(mistakes) != 1 || mistakes[0].Field != "findings.1.substance" {
			t.Errorf("both names in one analysis: %v", err)
		}
		if _, err := change(opened, of(old, "6")); err != nil {
			t.Error(err)
		}
		later := b.analyse(t, s, b.register(t, s, asItIs), "40", of(old, "7"))
		if p, err := s.VerifyAnalysis(t.Context(), b.verifier, later.Key, later.Version, false); err != nil || p.State != lab.Verified {
			t.Errorf("%s, %v", p.State, err)
		}
		if _, err := s.VerifyAudit(t.Context(), operator); err != nil {
			t.Error(err)
		}
	})
}

// Merges and un-merges while samples are analysed, verified and released: whoever is told to
// try again does, nobody is told anything else, and in the end facts and worklists are what the
// dictionary gives.
func TestMergesWhileOthersWork(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		b := newBench(t, s)
		old, now := storetest.Substance(t, b.dictionary, "PMA"), storetest.Substance(t, b.dictionary, "PMMA")
		again := func(what string, act func() error) error {
			for range 200 {
				err := act()
				var stale *lab.StaleError
				switch {
				case err == nil:
					return nil
				case !errors.Is(err, store.ErrBusy) && !errors.Is(err, lab.ErrConflict) && !errors.As(err, &stale):
					return fmt.Errorf("%s: %w", what, err)
				}
			}
			return errors.New(what + " never ends")
		}
		life := func(ids ...lab.SubstanceID) error {
			var x lab.Sample
			if err := again("registering", func() (err error) {
				x, err = s.RegisterSample(t.Context(), b.intake, b.registration(asItIs))
				return err
			}); err != nil {
				return err
			}
			a := lab.Analysis{SampleID: x.ID, MethodID: b.gcms.ID, Level: lab.Confirmatory, PerformedOn: x.ReceivedOn, Conclusion: lab.HasFindings}
			a.ServiceID = x.ServiceID
			var findings []lab.Finding
			for _, id := range ids {
				findings = append(findings, lab.Finding{SubstanceID: id, Detection: lab.Identified})
			}
			if err := again("entering", func() error {
				entered, err := s.EnterAnalysis(t.Context(), b.analyst, a, slices.Clone(findings))
				if err == nil {
					a = entered
				}
				return err
			}); err != nil {
				return err
			}
			if err := again("verifying", func() error {
				_, err := s.VerifyAnalysis(t.Context(), b.verifier, a.Key, a.Version, false)
				return err
			}); err != nil {
				return err
			}
			return again("releasing", func() error {
				p, err := s.Proposal(t.Context(), b.verifier, x.Key)
				if err == nil {
					_, err = s.PublishResult(t.Context(), b.verifier, x.Key, p.Sample.Version, p.Seen, lab.Why{})
				}
				return err
			})
		}
		done := make(chan error)
		const workers, samples, merges = 3, 4, 6
		for range workers {
			go func() {
				var err error
				for i := range samples {
					id := old
					if i%2 == 0 {
						id = now
					}
					err = errors.Join(err, life(b.ketamineID, id))
				}
				done <- err
			}()
		}
		for range merges {
			noError(t, again("merging", func() error { _, err := s.MergeSubstance(t.Context(), operator, old, now, "the same"); return err }))
			noError(t, again("taking apart", func() error { _, err := s.UnmergeSubstance(t.Context(), operator, old, "not the same"); return err }))
		}
		for range workers {
			noError(t, <-done)
		}
		_ = must[store.Moved](t)(s.MergeSubstance(t.Context(), operator, old, now, "the same"))
		if moved, err := s.Reclassify(t.Context(), operator); err != nil || moved.Changed != 0 || moved.ToReview != 0 {
			t.Errorf("making the facts anew moved %+v, %v", moved, err)
		}
		if _, err := s.VerifyAudit(t.Context(), operator); err != nil {
			t.Error(err)
		}
	})
}
