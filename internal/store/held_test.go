package store_test

import (
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"marquis/internal/lab"
	"marquis/internal/store"
	"marquis/internal/store/storetest"
)

// dangerous enters an analysis of ketamine with a trace of a nitazene.
func (b bench) dangerous(t testing.TB, s *store.Store, x lab.Sample) lab.Analysis {
	t.Helper()
	return b.analyse(t, s, x, "80", lab.Finding{SubstanceID: storetest.Substance(t, b.dictionary, "protonitazene"), Detection: lab.Trace})
}

// now is the sample as it stands.
func now(t testing.TB, s *store.Store, x lab.Sample) lab.Sample {
	t.Helper()
	x, _, err := s.Sample(t.Context(), storetest.Reader, x.Key)
	if err != nil {
		t.Fatal(err)
	}
	return x
}

// atOnce releases what is held of a sample.
func (b bench) atOnce(t testing.TB, s *store.Store, by lab.Actor, x lab.Sample) (lab.Publication, error) {
	t.Helper()
	p, err := s.HeldProposal(t.Context(), by, x.Key)
	if err != nil {
		return lab.Publication{}, err
	}
	return s.PublishHeld(t.Context(), by, x.Key, p.Sample.Version, p.Seen, lab.Why{})
}

func TestHeldFromTheBenchToItsConfirmation(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		b := newBench(t, s)
		colleague := storetest.Person(t, s, "second", b.service.ID, lab.Verifier)
		both := storetest.Person(t, s, "both", b.service.ID, lab.Laboratory, lab.Verifier)
		b.analyst = both // who enters it may verify others
		x := b.register(t, s)
		if _, err := b.atOnce(t, s, both, x); err == nil {
			t.Error("a sample that nobody analysed is released at once")
		}
		a := b.dangerous(t, s, x)
		held := now(t, s, x)
		if held.Stage != lab.StageToVerify || held.HeldSince != lab.At(storetest.Now) {
			t.Errorf("it is on %s, held since %q", held.Stage, held.HeldSince)
		}
		refusedStep(t, "who entered it verifies it", second(s.VerifyAnalysis(t.Context(), both, a.Key, a.Version, false)))
		p := must[lab.Publication](t)(b.atOnce(t, s, both, x))
		if p.Kind != lab.PreliminaryResult || !p.Result.BeingConfirmed || p.Result.Level != lab.Preliminary || p.PublishedBy != both.UserID {
			t.Errorf("released at once: %+v", p)
		}
		record := must[store.SampleRecord](t)(s.ReadSample(t.Context(), both, x.Key, lab.ForRelease))
		if e := record.Evidence[0].Analysis; e.State != lab.Entered || e.Signature != "" || !record.Latest().Result.BeingConfirmed {
			t.Errorf("the analysis is %s, signed %q", e.State, e.Signature)
		}
		if after := now(t, s, x); after.Stage != lab.StageToVerify || after.HeldSince != held.HeldSince || after.State != lab.InAnalysis {
			t.Errorf("after that it is on %s, held since %q", after.Stage, after.HeldSince)
		}
		refusedStep(t, "it is released at once twice", second(b.atOnce(t, s, colleague, x)))
		refusedStep(t, "who entered it confirms it", second(s.VerifyAndConfirm(t.Context(), both, a.Key, a.Version, false)))
		p = must[lab.Publication](t)(s.VerifyAndConfirm(t.Context(), colleague, a.Key, a.Version, false))
		if p.Kind != lab.ConfirmedResult || p.Result.BeingConfirmed || p.Version != 2 || p.Result.Level != lab.Confirmatory {
			t.Errorf("confirmed: %+v", p)
		}
		if after := now(t, s, x); after.Stage != lab.StageReleased || !after.HeldSince.IsZero() || after.State != lab.Completed {
			t.Errorf("in the end it is on %s, %s, held since %q", after.Stage, after.State, after.HeldSince)
		}
		if moved := must[store.Moved](t)(s.Reclassify(t.Context(), lab.Operator("test"))); moved.Changed != 0 || moved.Held != 0 {
			t.Errorf("reclassify moves %d, %d held", moved.Changed, moved.Held)
		}
		if _, err := s.VerifyAudit(t.Context(), lab.Operator("test")); err != nil {
			t.Error(err)
		}
	})
}

func refusedStep(t testing.TB, what string, err error) {
	t.Helper()
	var refused *lab.MoveError
	if !errors.As(err, &refused) {
		t.Errorf("%s: %v", what, err)
	}
}

// What says something else in the end is verified alone, and nothing is written otherwise.
func TestOnlyTheSameIsConfirmedByTheWay(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		b := newBench(t, s)
		x := b.register(t, s)
		a := b.dangerous(t, s, x)
		must[lab.Publication](t)(b.atOnce(t, s, b.verifier, x))
		changed := must[lab.Analysis](t)(s.ChangeAnalysis(t.Context(), b.analyst, a.Key, a.Version, a, ketamineAt(b, 800_000), ""))
		refusedStep(t, "another result is confirmed", second(s.VerifyAndConfirm(t.Context(), b.verifier, a.Key, changed.Version, false)))
		record := must[store.SampleRecord](t)(s.ReadSample(t.Context(), b.verifier, x.Key, lab.ForRelease))
		if len(record.Publications) != 1 || record.Evidence[0].Analysis.State != lab.Entered || record.Sample.HeldSince.IsZero() {
			t.Errorf("half of it was done: %+v", record.Sample)
		}
		changed = must[lab.Analysis](t)(s.VerifyAnalysis(t.Context(), b.verifier, a.Key, changed.Version, false))
		if after := now(t, s, x); after.Stage != lab.StageToPublish || after.HeldSince.IsZero() {
			t.Errorf("the visitor reads what is not so, and it is on %s, held since %q", after.Stage, after.HeldSince)
		}
	})
}

// An analysis that is retracted after it was released at once: somebody is to take the result
// back, before anything else.
func TestAResultThatHasLostItsAnalysisIsHeld(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		b := newBench(t, s)
		other := b.register(t, s)
		b.analyseAndVerify(t, s, other)
		x := b.register(t, s)
		a := b.dangerous(t, s, x)
		must[lab.Publication](t)(b.atOnce(t, s, b.verifier, x))
		must[lab.Analysis](t)(s.RetractAnalysis(t.Context(), b.verifier, a.Key, a.Version, "wrong vial"))
		work := must[store.Work](t)(s.Worklist(t.Context(), b.verifier, store.WorkFilter{Stage: lab.StageToPublish}))
		if len(work.Rows) != 2 || work.Rows[0].Sample.ID != x.ID || work.Rows[0].Sample.HeldSince.IsZero() {
			t.Errorf("the list begins with %s of %d", work.Rows[0].Number, len(work.Rows))
		}
		must[lab.Publication](t)(s.WithdrawResult(t.Context(), b.verifier, x.Key, now(t, s, x).Version, lab.Because("en", "wrong vial")))
		if after := now(t, s, x); !after.HeldSince.IsZero() || after.Stage != lab.StageToAnalyse {
			t.Errorf("taken back it is on %s, held since %q", after.Stage, after.HeldSince)
		}
	})
}

func (b bench) analyseAndVerify(t testing.TB, s *store.Store, x lab.Sample, more ...lab.Finding) {
	t.Helper()
	a := b.analyse(t, s, x, "80", more...)
	_ = must[lab.Analysis](t)(s.VerifyAnalysis(t.Context(), b.verifier, a.Key, a.Version, false))
}

// Among many it is refused also where somebody posts it all the same.
func TestWhatIsHeldIsNotReleasedAmongMany(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		b := newBench(t, s)
		x := b.register(t, s)
		a := b.dangerous(t, s, x)
		_ = must[lab.Analysis](t)(s.VerifyAnalysis(t.Context(), b.verifier, a.Key, a.Version, false))
		version := now(t, s, x).Version
		refusedStep(t, "it is released among many", second(s.PublishAmongMany(t.Context(), b.verifier, x.Key, version, seen(t, s, b.verifier, x.Key))))
		b.publish(t, s, x)
		if after := now(t, s, x); !after.HeldSince.IsZero() {
			t.Errorf("told by itself, and held since %q", after.HeldSince)
		}
		plain := b.register(t, s)
		b.analyseAndVerify(t, s, plain)
		if _, err := s.PublishAmongMany(t.Context(), b.verifier, plain.Key, now(t, s, plain).Version, seen(t, s, b.verifier, plain.Key)); err != nil {
			t.Error(err)
		}
	})
}

// Two who release it at the same moment: one does.
func TestTwoReleaseAtOnce(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		b := newBench(t, s)
		people := []lab.Actor{b.verifier, storetest.Person(t, s, "second", b.service.ID, lab.Verifier)}
		x := b.register(t, s)
		b.dangerous(t, s, x)
		p, err := s.HeldProposal(t.Context(), b.verifier, x.Key)
		if err != nil {
			t.Fatal(err)
		}
		var wait sync.WaitGroup
		failed := make([]error, len(people))
		for i, by := range people {
			wait.Go(func() { _, failed[i] = s.PublishHeld(t.Context(), by, x.Key, p.Sample.Version, p.Seen, lab.Why{}) })
		}
		wait.Wait()
		var stale *lab.StaleError
		if (failed[0] == nil) == (failed[1] == nil) || !errors.As(errors.Join(failed...), &stale) {
			t.Errorf("of two: %v", failed)
		}
	})
}

// A page of a list begins with what is held, the longest first, and none is passed over or
// shown twice.
func TestWhatIsHeldComesFirst(t *testing.T) {
	storetest.EachKind(t, func(t *testing.T, kind string) {
		clock := storetest.Now
		s := storetest.OpenAt(t, storetest.Config(t, kind), func() time.Time { return clock })
		b := newBench(t, s)
		var plain, held []lab.Sample
		for i := range 6 {
			clock = clock.Add(time.Minute)
			x := b.register(t, s, func(x *lab.Sample) { x.ReceivedOn = lab.DateOf(x.ReceivedOn.Time().AddDate(0, 0, 6-i), time.UTC) })
			if i%2 == 0 {
				b.dangerous(t, s, x)
				held = append(held, x)
			} else {
				b.analyse(t, s, x, "80")
				plain = append([]lab.Sample{x}, plain...) // received earlier
			}
		}
		var want, got []string
		for _, x := range append(held, plain...) {
			want = append(want, x.ID.String())
		}
		for size := 1; size <= 6; size++ {
			got = nil
			for f := (store.WorkFilter{Stage: lab.StageToVerify, Limit: size}); ; {
				work := must[store.Work](t)(s.Worklist(t.Context(), b.verifier, f))
				for _, row := range work.Rows {
					got = append(got, row.Sample.ID.String())
				}
				if f.After = work.Next; f.After == "" {
					break
				}
			}
			if strings.Join(got, " ") != strings.Join(want, " ") {
				t.Errorf("pages of %d: %v, want %v", size, got, want)
			}
		}
		all := must[store.Work](t)(s.Worklist(t.Context(), b.verifier, store.WorkFilter{Limit: 1}))
		rest := must[store.Work](t)(s.Worklist(t.Context(), b.verifier, store.WorkFilter{After: all.Next}))
		if len(all.Rows)+len(rest.Rows) != 6 {
			t.Errorf("of all there are %d", len(all.Rows)+len(rest.Rows))
		}
		long, err := s.HeldLong(t.Context(), b.analyst)
		if err != nil || len(long) != 0 {
			t.Errorf("held for long: %v, %v", long, err)
		}
		clock = clock.Add(lab.HeldLate)
		long, err = s.HeldLong(t.Context(), b.analyst)
		if err != nil || len(long) != 1 || long[0].N != 3 || long[0].Since != now(t, s, held[0]).HeldSince {
			t.Errorf("held for long: %v, %v", long, err)
		}
		stranger := storetest.Person(t, s, "stranger", storetest.Service(t, s, "AMS").ID, lab.Verifier)
		if long, err := s.HeldLong(t.Context(), stranger); err != nil || len(long) != 0 {
			t.Errorf("another service is told of %v, %v", long, err)
		}
	})
}

// A limit that is set, and a danger that is reviewed, change what is held at once.
func TestLimitsAndDangersChangeWhatIsHeld(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		b := newBench(t, s)
		coordinator := storetest.Person(t, s, "coordinator", 0, lab.Coordinator)
		tablet := b.register(t, s, func(x *lab.Sample) { x.Form = lab.Tablet })
		a := lab.Analysis{SampleID: tablet.ID, MethodID: b.gcms.ID, Level: lab.Confirmatory, PerformedOn: tablet.ReceivedOn, Conclusion: lab.HasFindings}
		a.ServiceID = tablet.ServiceID
		mg := lab.Amount{Value: 316_000_000, Scale: lab.PerUnit}
		must[lab.Analysis](t)(s.EnterAnalysis(t.Context(), b.analyst, a, []lab.Finding{{SubstanceID: b.ketamineID, Detection: lab.Quantified, Amount: mg, Basis: lab.BasisBase}}))
		isHeld := func(x lab.Sample) bool { return !now(t, s, x).HeldSince.IsZero() }
		if isHeld(tablet) {
			t.Error("it is held, and nobody has set a limit")
		}
		limit := lab.AlertLimit{SubstanceID: b.ketamineID, Amount: lab.Amount{Value: 300_000_000, Scale: lab.PerUnit}, Basis: lab.BasisBase, Source: " the ministry, 2025 "}
		for _, by := range []lab.Actor{b.verifier, b.analyst, storetest.Person(t, s, "local", b.service.ID, lab.Coordinator)} {
			wantNotFound(t, "somebody of one service sets a limit", s.SetAlertLimit(t.Context(), by, limit))
		}
		noError(t, s.SetAlertLimit(t.Context(), coordinator, limit))
		if !isHeld(tablet) {
			t.Error("above the limit, and not held")
		}
		var stale *lab.StaleError
		if err := s.SetAlertLimit(t.Context(), coordinator, limit); !errors.As(err, &stale) {
			t.Errorf("set without having seen the newest: %v", err)
		}
		limit.Version, limit.Amount.Value = 1, 320_000_000
		noError(t, s.SetAlertLimit(t.Context(), coordinator, limit))
		if isHeld(tablet) {
			t.Error("below the limit, and held")
		}
		limit.Version, limit.Amount, limit.Basis = 2, lab.Amount{}, ""
		noError(t, s.SetAlertLimit(t.Context(), coordinator, limit))
		d := must[*lab.Dictionary](t)(s.Dictionary(t.Context()))
		list := d.AlertLimits[b.ketamineID]
		if len(list) != 3 || list[0].AuthorID != coordinator.UserID || list[0].Source != "the ministry, 2025" || list[2].Amount.Value != 0 || list[1].At != lab.At(storetest.Now) {
			t.Errorf("the versions: %+v", list)
		}

		mixed := b.register(t, s)
		b.analyse(t, s, mixed, "80", lab.Finding{SubstanceID: b.levamisole, Detection: lab.Trace})
		if isHeld(mixed) {
			t.Error("held for levamisole")
		}
		noError(t, s.Judge(t.Context(), coordinator, lab.SubstanceJudgement{SubstanceID: b.levamisole, Danger: lab.DangerHigh, Source: "a paper, 2020, p. 1"}))
		if isHeld(mixed) {
			t.Error("held by what nobody has reviewed")
		}
		noError(t, s.ReviewJudgement(t.Context(), b.verifier, b.levamisole, 1))
		if !isHeld(mixed) {
			t.Error("judged high, and not held")
		}
		if _, err := s.VerifyAudit(t.Context(), lab.Operator("test")); err != nil {
			t.Error(err)
		}
	})
}

// What was there before the mark was is marked by reclassify.
func TestReclassifySaysWhatIsHeld(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		b := newBench(t, s)
		x := b.register(t, s)
		b.dangerous(t, s, x)
		noError(t, store.Exec(s, "UPDATE samples SET held_since = NULL -- service_id"))
		moved := must[store.Moved](t)(s.Reclassify(t.Context(), lab.Operator("test")))
		if moved.Held != 1 || moved.Changed != 0 || now(t, s, x).HeldSince != lab.At(storetest.Now) {
			t.Errorf("%d held, since %q", moved.Held, now(t, s, x).HeldSince)
		}
	})
}
