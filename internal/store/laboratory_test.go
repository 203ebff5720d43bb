package store_test

import (
	"context"
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

func wantNotFound(t testing.TB, what string, err error) {
	t.Helper()
	if !errors.Is(err, lab.ErrNotFound) {
		t.Errorf("%s: %v", what, err)
	}
}

func wantRefused(t testing.TB, what string, err error) {
	t.Helper()
	var refused *lab.MoveError
	if !errors.As(err, &refused) {
		t.Errorf("%s: %v", what, err)
	}
}

func wantStale(t testing.TB, what string, err error) lab.StaleError {
	t.Helper()
	var stale *lab.StaleError
	if !errors.As(err, &stale) {
		t.Fatalf("%s: %v", what, err)
	}
	return *stale
}

func wantFields(t testing.TB, what string, err error, fields ...string) {
	t.Helper()
	var mistakes lab.FieldErrors
	var got []string
	if errors.As(err, &mistakes) {
		for _, m := range mistakes {
			got = append(got, m.Field)
		}
	}
	if !slices.Equal(got, fields) {
		t.Errorf("%s: mistakes in %q: %v", what, got, err)
	}
}

// must returns what succeeded.
func must[T any](t testing.TB) func(T, error) T {
	return func(v T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

// stageOf is the worklist on which a sample stands.
func stageOf(t testing.TB, s *store.Store, x lab.Sample) lab.Stage {
	t.Helper()
	now, _, err := s.Sample(t.Context(), storetest.Reader, x.Key)
	if err != nil {
		t.Fatal(err)
	}
	return now.Stage
}

func ketamineAt(b bench, ppm int64) []lab.Finding {
	return []lab.Finding{{
		SubstanceID: b.ketamineID, Detection: lab.Quantified, Basis: lab.BasisBase,
		Amount: lab.Amount{Value: ppm, Scale: lab.MassFraction, Decimals: 1},
	}}
}

func TestASampleMovesFromWorklistToWorklist(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		b := newBench(t, s)
		x := b.register(t, s)
		var a lab.Analysis
		var q lab.Question
		publish := func() error { b.publish(t, s, x); return nil }
		for _, step := range []struct {
			name string
			do   func() error
			want lab.Stage
		}{
			{"registered", func() error { return nil }, lab.StageToAnalyse},
			{"entered", func() error { a = b.analyse(t, s, x, "80"); return nil }, lab.StageToVerify},
			{"sent back", func() (err error) {
				q, err = s.AskAnalysis(t.Context(), b.verifier, a.Key, 1, "Welk buisje?")
				return err
			}, lab.StageQuestions},
			{"answered", func() error {
				_, err := s.AnswerAnalysis(t.Context(), b.analyst, q.Key, "Het tweede.")
				return err
			}, lab.StageToVerify},
			{"verified", func() error {
				_, err := s.VerifyAnalysis(t.Context(), b.verifier, a.Key, 1, false)
				return err
			}, lab.StageToPublish},
			{"published", publish, lab.StageReleased},
			{"retracted", func() error {
				_, err := s.RetractAnalysis(t.Context(), b.verifier, a.Key, 2, "wrong vial")
				return err
			}, lab.StageToPublish},
			{"withdrawn", func() error {
				now, _, _ := s.Sample(t.Context(), storetest.Reader, x.Key)
				_, err := s.WithdrawResult(t.Context(), b.verifier, x.Key, now.Version, lab.Because("en", "wrong vial"))
				return err
			}, lab.StageToAnalyse},
			{"no retest follows", func() error {
				now, _, _ := s.Sample(t.Context(), storetest.Reader, x.Key)
				_, err := s.DeclineRetest(t.Context(), b.verifier, x.Key, now.Version, "nothing is left")
				return err
			}, lab.StageReleased},
			{"analysed again", func() error { a = b.analyse(t, s, x, "70"); return nil }, lab.StageToVerify},
			{"not analysed after all", func() error {
				now, _, _ := s.Sample(t.Context(), storetest.Reader, x.Key)
				return s.NotAnalyse(t.Context(), b.analyst, []store.VersionedKey{{Key: x.Key, Version: now.Version}}, "insufficient")
			}, lab.StageNotAnalysed},
		} {
			if err := step.do(); err != nil {
				t.Fatalf("%s: %v", step.name, err)
			}
			if got := stageOf(t, s, x); got != step.want {
				t.Errorf("%s: %s instead of %s", step.name, got, step.want)
			}
			work := must[store.Work](t)(s.Worklist(t.Context(), b.analyst, store.WorkFilter{Stage: step.want}))
			if len(work.Rows) != 1 || work.Rows[0].Sample.ID != x.ID || work.Rows[0].Number.String() != "UTR-2025-00001" {
				t.Errorf("%s: the worklist has %+v", step.name, work.Rows)
			}
		}
	})
}

func TestImplausibleFindingsNeedAReason(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		b := newBench(t, s)
		x := b.register(t, s)
		a := lab.Analysis{SampleID: x.ID, MethodID: b.gcms.ID, Level: lab.Confirmatory, PerformedOn: x.ReceivedOn, Conclusion: lab.HasFindings}
		a.ServiceID = x.ServiceID
		_, err := s.EnterAnalysis(t.Context(), b.analyst, a, ketamineAt(b, 900_000))
		wantFields(t, "above the ceiling", err, "findings.0.amount", "overruled")
		if stageOf(t, s, x) != lab.StageToAnalyse {
			t.Error("something was written")
		}
		a.Overruled = strings.Repeat("x", 501)
		_, err = s.EnterAnalysis(t.Context(), b.analyst, a, ketamineAt(b, 900_000))
		wantFields(t, "a reason too long", err, "overruled")
		a.Overruled = "Herhaald, 3×: vrije base."
		entered := must[lab.Analysis](t)(s.EnterAnalysis(t.Context(), b.analyst, a, ketamineAt(b, 900_000)))
		evidence := must[[]lab.Evidence](t)(s.Evidence(t.Context(), x.Key))
		if evidence[0].Analysis != entered || entered.Overruled != a.Overruled {
			t.Errorf("read back %+v", evidence[0].Analysis)
		}
	})
}

func TestALateEntryNeedsAReason(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		b := newBench(t, s)
		x := b.register(t, s, func(x *lab.Sample) { x.ReceivedOn = 2024_03_04 })
		a := lab.Analysis{SampleID: x.ID, MethodID: b.gcms.ID, Level: lab.Confirmatory, PerformedOn: 2024_03_04, Conclusion: lab.HasFindings}
		a.ServiceID = x.ServiceID
		_, err := s.EnterAnalysis(t.Context(), b.analyst, a, ketamineAt(b, 800_000))
		wantFields(t, "a year ago", err, "performed_on", "overruled")
		a.Overruled = "it came by post"
		a = must[lab.Analysis](t)(s.EnterAnalysis(t.Context(), b.analyst, a, ketamineAt(b, 800_000)))
		kept := must[lab.Analysis](t)(s.ChangeAnalysis(t.Context(), b.analyst, a.Key, a.Version, a, ketamineAt(b, 790_000), ""))
		if kept.Overruled != "it came by post" {
			t.Errorf("changed, and the reason is %q", kept.Overruled)
		}
		kept.PerformedOn = 2025_03_03
		kept = must[lab.Analysis](t)(s.ChangeAnalysis(t.Context(), b.analyst, a.Key, kept.Version, kept, ketamineAt(b, 790_000), ""))
		if kept.Overruled != "" {
			t.Errorf("of today, and the reason is %q", kept.Overruled)
		}
	})
}

func TestUsualIsTheMedianOfWhatIsOnRecord(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		b := newBench(t, s)
		ask := func(form lab.Form) (int64, bool) {
			median, ok, err := s.Usual(t.Context(), b.ketamineID, form, lab.MassFraction)
			if err != nil {
				t.Fatal(err)
			}
			return median, ok
		}
		x := b.register(t, s)
		add := func(n int, year int, form lab.Form, base int64) {
			for range n {
				x = b.register(t, s)
				err := store.Exec(s, "INSERT INTO finding_facts (service_id, year, sample_id, substance_id, product_id, form, role, detection, main, method_id, scale, base_known, base) "+
					"VALUES (?, ?, ?, ?, 1, ?, 'expected', 'quantified', true, ?, 'ppm', true, ?)", x.ServiceID, year, x.ID, b.ketamineID, form, b.gcms.ID, base)
				if err != nil {
					t.Fatal(err)
				}
			}
		}
		add(10, 2025, lab.Powder, 600_000)
		add(9, 2025, lab.Powder, 800_000)
		if _, ok := ask(lab.Powder); ok {
			t.Error("19 are enough")
		}
		add(1, 2025, lab.Powder, 800_000)
		add(1, 2025, lab.Powder, 850_000)
		if median, ok := ask(lab.Powder); !ok || median != 800_000 {
			t.Errorf("median %d, %t", median, ok)
		}
		if _, ok := ask(lab.Tablet); ok {
			t.Error("powders say what tablets hold")
		}
		x = b.register(t, s)
		a := lab.Analysis{SampleID: x.ID, MethodID: b.gcms.ID, Level: lab.Confirmatory, PerformedOn: x.ReceivedOn, Conclusion: lab.HasFindings}
		a.ServiceID = x.ServiceID
		_, err := s.EnterAnalysis(t.Context(), b.analyst, a, ketamineAt(b, 79_000))
		wantFields(t, "a tenth of the usual", err, "findings.0.amount", "overruled")
		_ = must[lab.Analysis](t)(s.EnterAnalysis(t.Context(), b.analyst, a, ketamineAt(b, 81_000)))
	})
}

func TestCorrectingAnAnalysis(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		b := newBench(t, s)
		x := b.register(t, s)
		a := b.analyse(t, s, x, "80", lab.Finding{SubstanceID: b.levamisole, Detection: lab.Trace})
		both := storetest.Person(t, s, "both", b.service.ID, lab.Laboratory, lab.Verifier)
		better := a
		better.Notes, better.State, better.SampleID = "verdund – 1:10", lab.Verified, lab.ID{1}

		_, err := s.ChangeAnalysis(t.Context(), b.verifier, a.Key, 1, better, ketamineAt(b, 700_000), "")
		wantRefused(t, "by the verifier", err)
		_, err = s.ChangeAnalysis(t.Context(), b.intake, a.Key, 1, better, ketamineAt(b, 700_000), "")
		wantRefused(t, "by the counter", err)
		_, err = s.ChangeAnalysis(t.Context(), both, a.Key, 1, better, nil, "")
		wantFields(t, "without findings", err, "conclusion")
		_, err = s.ChangeAnalysis(t.Context(), both, a.Key, 1, better, ketamineAt(b, 900_000), "")
		wantFields(t, "above the ceiling", err, "findings.0.amount", "overruled")

		changed := must[lab.Analysis](t)(s.ChangeAnalysis(t.Context(), both, a.Key, 1, better, ketamineAt(b, 700_000), ""))
		if changed.Version != 2 || changed.State != lab.Entered || changed.EnteredBy != both.UserID || changed.SampleID != x.ID {
			t.Errorf("%+v", changed)
		}
		evidence := must[[]lab.Evidence](t)(s.Evidence(t.Context(), x.Key))
		if len(evidence) != 1 || evidence[0].Analysis != changed || len(evidence[0].Findings) != 1 || evidence[0].Findings[0].Amount.Value != 700_000 {
			t.Errorf("read back %+v", evidence)
		}

		stale := wantStale(t, "on what is older", second(s.ChangeAnalysis(t.Context(), b.analyst, a.Key, 1, a, ketamineAt(b, 750_000), "")))
		field := fmt.Sprintf("findings.%d.amount_value", b.ketamineID)
		if !slices.Contains(stale.Changed, lab.Difference{Field: field, Old: "700000", New: "750000"}) ||
			!slices.Contains(stale.Changed, lab.Difference{Field: "notes", Old: `"verdund – 1:10"`, New: `""`}) {
			t.Errorf("differs in %v", stale.Changed)
		}
		stale = wantStale(t, "verified as it was", second(s.VerifyAnalysis(t.Context(), b.verifier, a.Key, 1, false)))
		if !slices.Contains(stale.Changed, lab.Difference{Field: field, Old: "700000", New: "800000"}) {
			t.Errorf("the other's change is %v", stale.Changed)
		}

		wantRefused(t, "verified by who changed it", second(s.VerifyAnalysis(t.Context(), both, a.Key, 2, false)))
		again := must[lab.Analysis](t)(s.ChangeAnalysis(t.Context(), b.analyst, a.Key, 2, changed, ketamineAt(b, 710_000), ""))
		wantRefused(t, "verified by who changed it before", second(s.VerifyAnalysis(t.Context(), both, a.Key, again.Version, false)))
		err = store.Exec(s, "UPDATE analyses SET state = 'verified', signature = 'two', verified_by = ?, verified_at = entered_at WHERE service_id = ? AND id = ?",
			both.UserID, a.ServiceID, a.ID)
		if err == nil {
			t.Error("the database lets whoever touched it verify it")
		}
		verified := must[lab.Analysis](t)(s.VerifyAnalysis(t.Context(), b.verifier, a.Key, again.Version, false))
		wantRefused(t, "changed once verified", second(s.ChangeAnalysis(t.Context(), b.analyst, a.Key, verified.Version, a, ketamineAt(b, 1), "")))
	})
}

func second[T any](_ T, err error) error { return err }

func TestMethodsAreAddedByAdministratorsOfAllServices(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		b := newBench(t, s)
		ftir := lab.Method{Kind: lab.FTIR, Lab: "Lab Noord", Level: lab.Preliminary, OpenScope: true}
		_ = must[*lab.Dictionary](t)(s.Words(t.Context()))
		for _, by := range []lab.Actor{
			b.analyst, b.verifier, {}, storetest.Person(t, s, "local", b.service.ID, lab.Administrator),
		} {
			wantRefused(t, by.Name, second(s.AddMethod(t.Context(), by, ftir)))
		}
		m := must[*lab.Method](t)(s.AddMethod(t.Context(), storetest.Person(t, s, "general", 0, lab.Administrator), ftir))
		if words := must[*lab.Dictionary](t)(s.Words(t.Context())); words.Methods[m.ID] == nil {
			t.Error("the method cannot be chosen yet")
		}
	})
}

func TestTheCounterCorrectsItsOwnStrip(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		b := newBench(t, s)
		x := b.register(t, s)
		storetest.Benches(t, s, "Counter")
		strip := must[*lab.Method](t)(s.AddMethod(t.Context(), lab.Operator("test"), lab.Method{
			Kind: lab.Strip, Lab: "Counter", Level: lab.Presumptive, OpenScope: true,
		}))
		a := lab.Analysis{SampleID: x.ID, MethodID: strip.ID, Level: lab.Presumptive, PerformedOn: x.ReceivedOn, Conclusion: lab.HasFindings}
		a.ServiceID = x.ServiceID
		a = must[lab.Analysis](t)(s.EnterAnalysis(t.Context(), b.intake, a, []lab.Finding{{SubstanceID: b.ketamineID, Detection: lab.Indicated}}))
		none := a
		none.Conclusion = lab.NothingSeen
		colleague := storetest.Person(t, s, "colleague", b.service.ID, lab.Intake)
		wantRefused(t, "a colleague's", second(s.ChangeAnalysis(t.Context(), colleague, a.Key, 1, none, nil, "")))
		gcms := none
		gcms.MethodID, gcms.Level = b.gcms.ID, lab.Confirmatory
		wantRefused(t, "into a laboratory result", second(s.ChangeAnalysis(t.Context(), b.intake, a.Key, 1, gcms, nil, "")))
		if got := must[lab.Analysis](t)(s.ChangeAnalysis(t.Context(), b.intake, a.Key, 1, none, nil, "")); got.Conclusion != lab.NothingSeen {
			t.Errorf("%+v", got)
		}
	})
}

// TestAnAnalysisIsFoundInItsSample, by who works with records of the service.
func TestAnAnalysisIsFoundInItsSample(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		b := newBench(t, s)
		x, another := b.register(t, s), b.register(t, s)
		a := b.analyse(t, s, x, "80")
		if key := must[lab.Key](t)(s.FindAnalysis(t.Context(), b.verifier, x.Key, a.ID)); key != a.Key {
			t.Errorf("found %v, not %v", key, a.Key)
		}
		wantNotFound(t, "in another sample", second(s.FindAnalysis(t.Context(), b.verifier, another.Key, a.ID)))
		wantNotFound(t, "one that there is not", second(s.FindAnalysis(t.Context(), b.verifier, x.Key, x.ID)))
		stranger := storetest.Person(t, s, "stranger", storetest.Service(t, s, "AMS").ID, lab.UserRoles[:5]...)
		wantNotFound(t, "by a stranger", second(s.FindAnalysis(t.Context(), stranger, x.Key, a.ID)))
	})
}

func TestQuestionsAboutAnAnalysis(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		b := newBench(t, s)
		x := b.register(t, s)
		a := b.analyse(t, s, x, "80")
		wantRefused(t, "asked by the laboratory", second(s.AskAnalysis(t.Context(), b.analyst, a.Key, 1, "?")))
		wantStale(t, "asked about another version", second(s.AskAnalysis(t.Context(), b.verifier, a.Key, 2, "?")))
		wantFields(t, "asked nothing", second(s.AskAnalysis(t.Context(), b.verifier, a.Key, 1, " ")), "question")
		wantNotFound(t, "asked about nothing", second(s.AskAnalysis(t.Context(), b.verifier, lab.Key{ServiceID: 1, ID: lab.ID{1}}, 1, "?")))
		first := must[lab.Question](t)(s.AskAnalysis(t.Context(), b.verifier, a.Key, 1, "Welk buisje? 🧪"))
		next := must[lab.Question](t)(s.AskAnalysis(t.Context(), b.verifier, a.Key, 1, "En de verdunning?"))
		wantRefused(t, "verified with open questions", second(s.VerifyAnalysis(t.Context(), b.verifier, a.Key, 1, false)))
		work := must[store.Work](t)(s.Worklist(t.Context(), b.analyst, store.WorkFilter{Stage: lab.StageQuestions}))
		if len(work.Rows) != 1 || work.Rows[0].Questions != 2 {
			t.Errorf("worklist %+v", work.Rows)
		}

		wantRefused(t, "answered by the verifier", second(s.AnswerAnalysis(t.Context(), b.verifier, first.Key, "x")))
		wantFields(t, "answered nothing", second(s.AnswerAnalysis(t.Context(), b.analyst, first.Key, "")), "answer")
		wantNotFound(t, "answered no question", second(s.AnswerAnalysis(t.Context(), b.analyst, lab.Key{ServiceID: 1, ID: lab.ID{1}}, "x")))
		answered := must[lab.Question](t)(s.AnswerAnalysis(t.Context(), b.intake, first.Key, "Het tweede."))
		wantRefused(t, "answered twice", second(s.AnswerAnalysis(t.Context(), b.intake, first.Key, "Toch niet.")))

		changed := must[lab.Analysis](t)(s.ChangeAnalysis(t.Context(), b.analyst, a.Key, 1, a, ketamineAt(b, 80_000), "1:10, verbeterd"))
		all := must[[]lab.Question](t)(s.Questions(t.Context(), x.Key))
		if len(all) != 2 || all[0] != answered || all[1].ID != next.ID || all[1].Answer != "1:10, verbeterd" || all[1].AnsweredBy != b.analyst.UserID {
			t.Errorf("%+v", all)
		}
		_ = must[lab.Analysis](t)(s.VerifyAnalysis(t.Context(), b.verifier, a.Key, changed.Version, false))
		wantRefused(t, "asked once verified", second(s.AskAnalysis(t.Context(), b.verifier, a.Key, changed.Version+1, "?")))
	})
}

func TestWhatIsReleasedIsWhatWasSeen(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		b := newBench(t, s)
		x := b.register(t, s)
		a := b.analyse(t, s, x, "80")
		_, err := s.Proposal(t.Context(), b.verifier, x.Key)
		wantRefused(t, "proposed without a verified analysis", err)
		_ = must[lab.Analysis](t)(s.VerifyAnalysis(t.Context(), b.verifier, a.Key, 1, false))
		other := b.analyse(t, s, x, "60")

		p := must[store.Proposal](t)(s.Proposal(t.Context(), b.verifier, x.Key))
		if p.Publication.Kind != lab.ConfirmedResult || p.Publication.NeedsReason() || len(p.Publications) != 0 || len(p.Refusals) != 0 || p.Count(lab.Entered) != 1 {
			t.Errorf("%+v", p)
		}
		for _, seen := range []string{"", "another"} {
			wantStale(t, "published unseen", second(s.PublishResult(t.Context(), b.verifier, x.Key, p.Sample.Version, seen, lab.Why{})))
		}
		wantRefused(t, "by the laboratory", second(s.PublishResult(t.Context(), b.analyst, x.Key, p.Sample.Version, p.Seen, lab.Why{})))
		_ = must[lab.Analysis](t)(s.VerifyAnalysis(t.Context(), b.verifier, other.Key, 1, true))
		stale := wantStale(t, "after another was verified", second(s.PublishResult(t.Context(), b.verifier, x.Key, p.Sample.Version, p.Seen, lab.Why{})))
		if len(stale.Changed) != 1 || stale.Changed[0].Field != "publication.result" {
			t.Errorf("differs in %v", stale.Changed)
		}
		p = must[store.Proposal](t)(s.Proposal(t.Context(), b.verifier, x.Key))
		wantFields(t, "not confirmed", second(s.PublishResult(t.Context(), b.verifier, x.Key, p.Sample.Version, p.Seen, lab.Why{})), p.Publication.Result.LeftOutFields()...)
		published := must[lab.Publication](t)(s.PublishResult(t.Context(), b.verifier, x.Key, p.Sample.Version, p.Seen, lab.Why{}, p.Publication.Result.LeftOutFields()...))
		if published.Result.Findings[0].Amount.Value != 600_000 {
			t.Errorf("%+v", published.Result)
		}

		p = must[store.Proposal](t)(s.Proposal(t.Context(), b.verifier, x.Key))
		wantRefused(t, "released again unchanged", second(s.PublishResult(t.Context(), b.verifier, x.Key, p.Sample.Version, p.Seen, lab.Because("nl", "Typfout"))))
		last := b.analyse(t, s, x, "61")
		_ = must[lab.Analysis](t)(s.VerifyAnalysis(t.Context(), b.verifier, last.Key, 1, true))
		p = must[store.Proposal](t)(s.Proposal(t.Context(), b.verifier, x.Key))
		if p.Publication.Kind != lab.AmendedResult || !p.Publication.NeedsReason() || len(p.Publications) != 1 {
			t.Errorf("%+v", p)
		}
		wantFields(t, "amended without a reason", second(s.PublishResult(t.Context(), b.verifier, x.Key, p.Sample.Version, p.Seen, lab.Because("en", " "))), append([]string{"reason_code"}, p.Publication.Result.LeftOutFields()...)...)
		wantFields(t, "with an endless one", second(s.PublishResult(t.Context(), b.verifier, x.Key, p.Sample.Version, p.Seen, lab.Because("en", strings.Repeat("x", 501)), p.Publication.Result.LeftOutFields()...)), "reason")
		amended := must[lab.Publication](t)(s.PublishResult(t.Context(), b.verifier, x.Key, p.Sample.Version, p.Seen, lab.Because("nl", "Typfout ✎"), p.Publication.Result.LeftOutFields()...))
		if amended.Version != 2 || amended.Reason != "Typfout ✎" {
			t.Errorf("%+v", amended)
		}
	})
}

func TestWhatCannotBeReleasedIsToldBefore(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		b := newBench(t, s)
		x := b.register(t, s)
		a := lab.Analysis{SampleID: x.ID, MethodID: b.gcms.ID, Level: lab.Confirmatory, PerformedOn: x.ReceivedOn, Conclusion: lab.HasFindings, Overruled: "free base"}
		a.ServiceID = x.ServiceID
		a = must[lab.Analysis](t)(s.EnterAnalysis(t.Context(), b.analyst, a, ketamineAt(b, 900_000)))
		_ = must[lab.Analysis](t)(s.VerifyAnalysis(t.Context(), b.verifier, a.Key, 1, false))
		p := must[store.Proposal](t)(s.Proposal(t.Context(), b.verifier, x.Key))
		if len(p.Refusals) != 1 {
			t.Errorf("refusals %v", p.Refusals)
		}
		wantFields(t, "published", second(s.PublishResult(t.Context(), b.verifier, x.Key, p.Sample.Version, p.Seen, lab.Why{})), "findings.0.amount")
	})
}

func TestManyAreNotAnalysedAllOrNone(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		b := newBench(t, s)
		keyOf := func(x lab.Sample) store.VersionedKey { return store.VersionedKey{Key: x.Key, Version: x.Version} }
		one, two, stale, done := b.register(t, s), b.register(t, s), b.register(t, s), b.register(t, s)
		b.analyse(t, s, stale, "80")
		b.analyse(t, s, done, "80")
		now, _, _ := s.Sample(t.Context(), storetest.Reader, done.Key)
		done = must[lab.Sample](t)(s.MoveSample(t.Context(), b.analyst, done.Key, now.Version, lab.Completed, ""))

		err := s.NotAnalyse(t.Context(), b.analyst, []store.VersionedKey{keyOf(one), keyOf(stale), keyOf(done), keyOf(two)}, "capacity")
		var refused lab.SampleErrors
		if !errors.As(err, &refused) || len(refused) != 2 || !strings.Contains(err.Error(), "UTR-2025-00003") || !strings.Contains(err.Error(), "UTR-2025-00004") {
			t.Fatalf("%v", err)
		}
		wantStale(t, "the third", refused[0].Err)
		wantRefused(t, "the fourth", refused[1].Err)
		if stageOf(t, s, one) != lab.StageToAnalyse || stageOf(t, s, two) != lab.StageToAnalyse {
			t.Error("something was written")
		}
		wantFields(t, "for no reason", s.NotAnalyse(t.Context(), b.analyst, []store.VersionedKey{keyOf(one)}, ""), "reason")
		wantFields(t, "for another reason", s.NotAnalyse(t.Context(), b.analyst, []store.VersionedKey{keyOf(one)}, "outside_rules"), "reason")
		wantFields(t, "none", s.NotAnalyse(t.Context(), b.analyst, nil, "capacity"), "samples")
		wantFields(t, "too many", s.NotAnalyse(t.Context(), b.analyst, make([]store.VersionedKey, 501), "capacity"), "samples")
		wantNotFound(t, "one that is not there", s.NotAnalyse(t.Context(), b.analyst, []store.VersionedKey{keyOf(one), {Key: lab.Key{ServiceID: 1, ID: lab.ID{1}}, Version: 1}}, "lost"))
		if err := s.NotAnalyse(t.Context(), b.analyst, []store.VersionedKey{keyOf(one), keyOf(one)}, "lost"); !errors.As(err, &refused) {
			t.Errorf("one twice: %v", err)
		}
		if err := s.NotAnalyse(t.Context(), b.analyst, []store.VersionedKey{keyOf(two), keyOf(one)}, "capacity"); err != nil {
			t.Fatal(err)
		}
		if stageOf(t, s, one) != lab.StageNotAnalysed || stageOf(t, s, two) != lab.StageNotAnalysed {
			t.Error("they are still on the list")
		}
	})
}

// TestAnotherServicesRecordsDoNotExist walks through everything that reads or
// changes a record, as somebody of another service and as one without such a role.
func TestAnotherServicesRecordsDoNotExist(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		b := newBench(t, s)
		x := b.register(t, s)
		a := b.analyse(t, s, x, "80")
		q := must[lab.Question](t)(s.AskAnalysis(t.Context(), b.verifier, a.Key, 1, "?"))
		elsewhere := storetest.Service(t, s, "AMS")
		for _, by := range []lab.Actor{
			storetest.Person(t, s, "elsewhere", elsewhere.ID, lab.Intake, lab.Laboratory, lab.Verifier, lab.Coordinator),
			storetest.Person(t, s, "figures", b.service.ID, lab.DataAnalyst),
			storetest.Person(t, s, "people", b.service.ID, lab.Administrator),
			lab.Operator("look"),
			{},
		} {
			ctx := t.Context()
			for name, err := range map[string]error{
				"ReadSample":       second(s.ReadSample(ctx, by, x.Key, lab.ForIntake)),
				"Views":            second(s.Views(ctx, by, x.Key)),
				"Proposal":         second(s.Proposal(ctx, by, x.Key)),
				"DescribeSample":   second(s.DescribeSample(ctx, by, x.Key, x.Version, nil, asItIs)),
				"MoveSample":       second(s.MoveSample(ctx, by, x.Key, x.Version, lab.Rejected, "no_sample")),
				"ExcludeSample":    second(s.ExcludeSample(ctx, by, x.Key, x.Version, "duplicate")),
				"IncludeSample":    second(s.IncludeSample(ctx, by, x.Key, x.Version)),
				"ReplaceCode":      s.ReplaceCode(ctx, by, x.Key, store.CodeHash{KeyID: "2025-02", Hash: []byte{1}, Month: "2025-02"}, "lost", nil),
				"EnterAnalysis":    second(s.EnterAnalysis(ctx, by, a, nil)),
				"ChangeAnalysis":   second(s.ChangeAnalysis(ctx, by, a.Key, 1, a, nil, "")),
				"VerifyAnalysis":   second(s.VerifyAnalysis(ctx, by, a.Key, 1, false)),
				"RetractAnalysis":  second(s.RetractAnalysis(ctx, by, a.Key, 1, "x")),
				"ReportAnalysis":   second(s.ReportAnalysis(ctx, by, a.Key, 1, true)),
				"SetAsideFindings": second(s.SetAsideFindings(ctx, by, a.Key, 1)),
				"AskAnalysis":      second(s.AskAnalysis(ctx, by, a.Key, 1, "x")),
				"AnswerAnalysis":   second(s.AnswerAnalysis(ctx, by, q.Key, "x")),
				"PublishResult":    second(s.PublishResult(ctx, by, x.Key, x.Version, "", lab.Why{})),
				"WithdrawResult":   second(s.WithdrawResult(ctx, by, x.Key, x.Version, lab.Because("en", "x"))),
				"NotAnalyse":       s.NotAnalyse(ctx, by, []store.VersionedKey{{Key: x.Key, Version: x.Version}}, "lost"),
				"TellResult":       s.TellResult(ctx, by, x.Key, 1),
				"Worklist":         second(s.Worklist(ctx, by, store.WorkFilter{Service: b.service.ID})),
				"StageCounts":      second(s.StageCounts(ctx, by, b.service.ID)),
			} {
				wantNotFound(t, by.Name+" "+name, err)
			}
		}
		if views := must[[]store.ViewedBy](t)(s.Views(t.Context(), b.verifier, x.Key)); len(views) != 0 {
			t.Errorf("views %+v", views)
		}
	})
}

func TestWorklistPages(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		b := newBench(t, s)
		other := storetest.Service(t, s, "AMS")
		both := storetest.Person(t, s, "everywhere", 0, lab.Intake, lab.Laboratory)
		cocaine := storetest.Product(t, b.dictionary, "cocaine")
		days := []string{"2025-02-03", "2025-02-01", "2025-02-03", "2025-01-15", "2025-02-02"}
		for i := range 15 {
			service, product := b.service.ID, b.ketamine.ID
			if i%3 == 0 {
				service, product = other.ID, cocaine.ID
			}
			x := storetest.Sample(service, product, func(x *lab.Sample) {
				x.ReceivedOn, _ = lab.ParseDate(days[i%len(days)])
				x.Price = lab.Price{Amount: 24_000, Currency: "EUR", Quantity: 1000, Unit: lab.Gram}
			})
			_ = must[lab.Sample](t)(s.RegisterSample(t.Context(), both, store.Registration{File: lab.File{Sample: x}}))
		}
		read := func(by lab.Actor, f store.WorkFilter) (all []store.WorkRow) {
			for {
				work := must[store.Work](t)(s.Worklist(t.Context(), by, f))
				all = append(all, work.Rows...)
				if f.After = work.Next; f.After == "" {
					return all
				}
			}
		}
		inOrder := func(rows []store.WorkRow, newestFirst bool) bool {
			return slices.IsSortedFunc(rows, func(a, b store.WorkRow) int {
				order := int(a.Sample.ReceivedOn - b.Sample.ReceivedOn)
				if order == 0 {
					order = slices.Compare(a.Sample.ID[:], b.Sample.ID[:])
				}
				if newestFirst {
					return -order
				}
				return order
			})
		}
		for _, limit := range []int{1, 2, 7, 14, 15, 16, 0, 1 << 40} {
			rows := read(both, store.WorkFilter{Stage: lab.StageToAnalyse, Limit: limit})
			if len(rows) != 15 || !inOrder(rows, false) {
				t.Errorf("%d a page: %d rows", limit, len(rows))
			}
			if rows := read(both, store.WorkFilter{Limit: limit}); len(rows) != 15 || !inOrder(rows, true) {
				t.Errorf("all, %d a page: %d rows", limit, len(rows))
			}
		}
		before, _ := lab.ParseDate("2025-02-02")
		for name, test := range map[string]struct {
			by   lab.Actor
			f    store.WorkFilter
			want int
		}{
			"one service":        {both, store.WorkFilter{Service: other.ID}, 5},
			"that of the actor":  {b.intake, store.WorkFilter{}, 10},
			"one product":        {both, store.WorkFilter{Product: cocaine.ID}, 5},
			"received before":    {both, store.WorkFilter{ReceivedBefore: before}, 6},
			"by a method":        {both, store.WorkFilter{Method: b.gcms.ID}, 0},
			"nothing to verify":  {both, store.WorkFilter{Stage: lab.StageToVerify}, 0},
			"a product not sold": {both, store.WorkFilter{Product: -1}, 0},
		} {
			test.f.Limit = 4
			if rows := read(test.by, test.f); len(rows) != test.want {
				t.Errorf("%s: %d instead of %d", name, len(rows), test.want)
			}
		}
		wantNotFound(t, "no such service", second(s.Worklist(t.Context(), both, store.WorkFilter{Service: 99})))
		wantFields(t, "nonsense", second(s.Worklist(t.Context(), both, store.WorkFilter{Stage: "lost", Limit: -1, After: "2025-02-30_x' OR 1=1"})), "stage", "limit", "after")

		x := read(b.intake, store.WorkFilter{})[0].Sample
		a := b.analyse(t, s, x, "80")
		if rows := read(b.intake, store.WorkFilter{Method: b.gcms.ID}); len(rows) != 1 || rows[0].Entered != 1 || rows[0].Verified != 0 || !slices.Equal(rows[0].Methods, []lab.MethodID{b.gcms.ID}) || rows[0].Sample.Price.Amount == 0 {
			t.Errorf("%+v", rows)
		}
		_ = must[lab.Analysis](t)(s.VerifyAnalysis(t.Context(), b.verifier, a.Key, 1, false))
		b.publish(t, s, x)
		rows := read(b.analyst, store.WorkFilter{Stage: lab.StageReleased})
		if len(rows) != 1 || rows[0].Verified != 1 || rows[0].Published != lab.ConfirmedResult || rows[0].Version != 1 {
			t.Errorf("%+v", rows)
		}
		if rows[0].Sample.Price.Amount != 0 {
			t.Error("the laboratory sees a price")
		}
		counts := must[map[lab.Stage]store.StageCount](t)(s.StageCounts(t.Context(), both, 0))
		if counts[lab.StageToAnalyse] != (store.StageCount{N: 14}) || counts[lab.StageReleased] != (store.StageCount{N: 1}) || len(counts) != len(lab.Stages) {
			t.Errorf("%v", counts)
		}
	})
}

func TestReadingARecordIsNotedOnceInAQuarter(t *testing.T) {
	for _, kind := range kinds {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			c := storetest.Config(t, kind)
			s := storetest.Open(t, c)
			b := newBench(t, s)
			x := b.register(t, s, func(x *lab.Sample) { x.Notes, x.Effects = "about the visitor", lab.Codes{"nausea"} })
			a := b.analyse(t, s, x, "80")
			_ = must[lab.Question](t)(s.AskAnalysis(t.Context(), b.verifier, a.Key, 1, "?"))
			errs := atOnce(10, func(int) error { return second(s.ReadSample(t.Context(), b.analyst, x.Key, lab.ForAnalysis)) })
			if err := errors.Join(errs...); err != nil {
				t.Fatal(err)
			}
			wantFields(t, "for no purpose", second(s.ReadSample(t.Context(), b.analyst, x.Key, "")), "purpose")
			wantNotFound(t, "what is not there", second(s.ReadSample(t.Context(), b.analyst, lab.Key{ServiceID: 1, ID: lab.ID{1}}, lab.ForAnalysis)))
			r := must[store.SampleRecord](t)(s.ReadSample(t.Context(), b.verifier, x.Key, lab.ForVerification))
			if r.Sample.Notes == "" || r.Number.String() != "UTR-2025-00001" || len(r.Expected) != 1 || len(r.Evidence) != 1 || len(r.Questions) != 1 ||
				len(r.Trail) != 4 || r.People[b.analyst.UserID] != b.analyst.Name || r.People[b.intake.UserID] != b.intake.Name {
				t.Errorf("%+v", r)
			}
			views := must[[]store.ViewedBy](t)(s.Views(t.Context(), b.verifier, x.Key))
			if len(views) != 2 || views[0].Name != b.analyst.Name || views[0].Purpose != lab.ForAnalysis || views[1].Purpose != lab.ForVerification {
				t.Errorf("%+v", views)
			}
			for _, test := range []struct {
				after time.Duration
				views int
			}{{14 * time.Minute, 2}, {15 * time.Minute, 3}} {
				later := must[*store.Store](t)(store.Open(t.Context(), c, func() time.Time { return storetest.Now.Add(test.after) }))
				_ = must[store.SampleRecord](t)(later.ReadSample(t.Context(), b.analyst, x.Key, lab.ForAnalysis))
				if views := must[[]store.ViewedBy](t)(later.Views(t.Context(), b.verifier, x.Key)); len(views) != test.views {
					t.Errorf("after %s: %d views instead of %d", test.after, len(views), test.views)
				}
				if err := later.Close(); err != nil {
					t.Error(err)
				}
			}
		})
	}
}

func TestTheTrailOfASample(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		b := newBench(t, s)
		x := b.register(t, s, func(x *lab.Sample) { x.Notes = "about the visitor" })
		b.register(t, s) // its neighbour's events are not in it
		a := b.analyse(t, s, x, "80")
		_ = must[lab.Analysis](t)(s.VerifyAnalysis(t.Context(), b.verifier, a.Key, 1, false))
		b.publish(t, s, x)
		now, _, _ := s.Sample(t.Context(), storetest.Reader, x.Key)
		_ = must[lab.Publication](t)(s.WithdrawResult(t.Context(), b.verifier, x.Key, now.Version, lab.Because("nl", "verwisseld")))
		events := must[[]lab.Event](t)(s.Trail(t.Context(), b.verifier, x.Key))
		var actions []string
		for _, e := range events {
			actions = append(actions, string(e.Action))
		}
		want := []string{"register sample", "enter analysis", "move sample", "verify analysis", "publish result", "withdraw result"}
		if !slices.Equal(actions, want) {
			t.Errorf("%q", actions)
		}
		if last := events[5]; last.Reason != "verwisseld" || last.Actor != b.verifier.Name || last.ActorID != b.verifier.UserID || last.At != lab.At(storetest.Now) {
			t.Errorf("%+v", last)
		}
		noted := lab.Difference{Field: "notes", Old: `""`, New: `"about the visitor"`}
		if !slices.Contains(events[0].Changes, noted) {
			t.Errorf("%v", events[0].Changes)
		}
		for _, e := range must[[]lab.Event](t)(s.Trail(t.Context(), b.analyst, x.Key)) {
			if slices.Contains(e.Changes, noted) {
				t.Error("the laboratory reads the notes in the trail")
			}
		}
	})
}

func TestTellingAResultByPhone(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		b := newBench(t, s)
		x := b.register(t, s)
		a := b.analyse(t, s, x, "80")
		wantNotFound(t, "told before it was published", s.TellResult(t.Context(), b.intake, x.Key, 1))
		_ = must[lab.Analysis](t)(s.VerifyAnalysis(t.Context(), b.verifier, a.Key, 1, false))
		b.publish(t, s, x)
		wantRefused(t, "told by the laboratory", s.TellResult(t.Context(), b.analyst, x.Key, 1))
		for _, version := range []int32{-1, 0, 2} {
			wantNotFound(t, "no such version", s.TellResult(t.Context(), b.intake, x.Key, version))
		}
		if err := s.TellResult(t.Context(), b.intake, x.Key, 1); err != nil {
			t.Fatal(err)
		}
		now, _, _ := s.Sample(t.Context(), storetest.Reader, x.Key)
		_ = must[lab.Publication](t)(s.WithdrawResult(t.Context(), b.verifier, x.Key, now.Version, lab.Because("nl", "verwisseld")))
		stale := wantStale(t, "what was withdrawn", s.TellResult(t.Context(), b.intake, x.Key, 1))
		if stale.Have != 2 || !slices.Contains(stale.Changed, lab.Difference{Field: "publication.kind", Old: `"withdrawn"`, New: `"confirmed"`}) {
			t.Errorf("%+v", stale)
		}
		if err := s.TellResult(t.Context(), b.verifier, x.Key, 2); err != nil {
			t.Fatal(err)
		}
		told := must[[]lab.ReadOut](t)(s.ReadOuts(t.Context(), x.Key))
		if len(told) != 2 || told[0].Version != 1 || told[0].ToldBy != b.intake.UserID || told[1].Version != 2 || told[1].ToldAt != lab.At(storetest.Now) {
			t.Errorf("%+v", told)
		}
	})
}

// TestVerifyAndPublishAtOnce: whoever verifies, asks, changes and publishes at the
// same moment waits for each other in one order, and nothing is released unseen.
func TestVerifyAndPublishAtOnce(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		b := newBench(t, s)
		ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
		defer cancel()
		x := b.register(t, s)
		first := b.analyse(t, s, x, "80")
		_ = must[lab.Analysis](t)(s.VerifyAnalysis(ctx, b.verifier, first.Key, 1, false))
		other := b.analyse(t, s, x, "60")
		p := must[store.Proposal](t)(s.Proposal(ctx, b.verifier, x.Key))
		errs := atOnce(12, func(i int) error {
			switch i % 4 {
			case 0:
				return second(s.VerifyAnalysis(ctx, b.verifier, other.Key, 1, true))
			case 1:
				return second(s.ChangeAnalysis(ctx, b.analyst, other.Key, 1, other, ketamineAt(b, 610_000), ""))
			case 2:
				return second(s.AskAnalysis(ctx, b.verifier, other.Key, 1, "?"))
			}
			return second(s.PublishResult(ctx, b.verifier, x.Key, p.Sample.Version, p.Seen, lab.Why{}))
		})
		for _, err := range errs {
			if err != nil && !staleOrImpossible(err) {
				t.Error(err)
			}
		}
		for _, published := range must[[]lab.Publication](t)(s.Publications(ctx, x.Key)) {
			if published.Result.Findings[0].Amount.Value != 800_000 {
				t.Errorf("released unseen: %+v", published.Result)
			}
		}
		if _, err := s.VerifyAudit(ctx, lab.Operator("test")); err != nil {
			t.Error(err)
		}
	})
}

// TestARetestIsAskedForBesideAnOlderAnalysis: what was entered before the result was taken
// back waits too, and comes to its turn with the new one. The migration puts what stood on
// the wrong list where lab does.
func TestARetestIsAskedForBesideAnOlderAnalysis(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		b := newBench(t, s)
		taken := func() lab.Sample {
			x := b.register(t, s)
			b.released(t, s, x)
			b.analyse(t, s, x, "60") // entered, and looked at by nobody
			b.withdraw(t, s, x)
			return x
		}
		waits, repeated, declined := taken(), taken(), taken()
		b.analyse(t, s, repeated, "70")
		now, _, _ := s.Sample(t.Context(), storetest.Reader, declined.Key)
		_ = must[lab.Sample](t)(s.DeclineRetest(t.Context(), b.verifier, declined.Key, now.Version, "nothing is left"))
		look := func(when string) {
			for _, step := range []struct {
				name string
				x    lab.Sample
				want lab.Stage
			}{{"waits", waits, lab.StageToAnalyse}, {"repeated", repeated, lab.StageToVerify}, {"declined", declined, lab.StageToVerify}} {
				if got := stageOf(t, s, step.x); got != step.want {
					t.Errorf("%s, %s: %s instead of %s", when, step.name, got, step.want)
				}
			}
		}
		look("as it is recorded")
		text, err := migrations.Files.ReadFile("0020_retest.sql")
		if err != nil {
			t.Fatal(err)
		}
		_, fill, _ := strings.Cut(string(text), "UPDATE samples")
		for _, statement := range []string{"UPDATE samples SET stage = 'to_verify' WHERE service_id > 0", "UPDATE samples" + fill} {
			if err := store.Exec(s, statement); err != nil {
				t.Fatal(err)
			}
		}
		look("by the migration")
	})
}

// TestTheMigrationPutsWhatWasImportedOnItsList runs the migration's own statement on
// imported samples: it agrees with lab.
func TestTheMigrationPutsWhatWasImportedOnItsList(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		b := newBench(t, s)
		d := storetest.AddMethods(t, s)
		importInto(t, s, d, b.service.ID, "generated", storetest.Generate(d, 1, 300, 2023, 2024))
		b.analyse(t, s, b.register(t, s), "80")
		stages := func() string {
			return fmt.Sprint(sqlRows(t, s, "SELECT number_year, number_running, stage FROM samples ORDER BY number_year, number_running", 3))
		}
		before := stages()
		text, err := migrations.Files.ReadFile("0007_laboratory.sql")
		if err != nil {
			t.Fatal(err)
		}
		_, fill, _ := strings.Cut(string(text), "UPDATE samples")
		fill, _, _ = strings.Cut(fill, ";")
		for _, statement := range []string{"UPDATE samples SET stage = 'to_publish' WHERE service_id > 0", "UPDATE samples" + fill} {
			if err := store.Exec(s, statement); err != nil {
				t.Fatal(err)
			}
		}
		if after := stages(); after != before {
			t.Errorf("the migration says %s\ninstead of %s", after, before)
		}
	})
}

// TestWhatAReaderMissedFollowsTheVersions: also where a version was made by an action of
// which this test alone knows.
func TestWhatAReaderMissedFollowsTheVersions(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		b := newBench(t, s)
		x := b.register(t, s)
		a := b.analyse(t, s, x, "80")
		seen := must[lab.Analysis](t)(s.Reassign(t.Context(), b.analyst, a.Key, a.Version, "elsewhere"))
		must[lab.Analysis](t)(s.ChangeAnalysis(t.Context(), b.analyst, a.Key, seen.Version, seen, ketamineAt(b, 700_000), ""))

		stale := wantStale(t, "what was changed since", second(s.VerifyAnalysis(t.Context(), b.verifier, a.Key, seen.Version, false)))
		amount := lab.Difference{Field: fmt.Sprintf("findings.%d.amount_value", b.ketamineID), Old: "700000", New: "800000"}
		isNotes := func(d lab.Difference) bool { return d.Field == "notes" }
		if !slices.Contains(stale.Changed, amount) || slices.ContainsFunc(stale.Changed, isNotes) {
			t.Errorf("who saw version 2 is told %v", stale.Changed)
		}
		stale = wantStale(t, "both", second(s.VerifyAnalysis(t.Context(), b.verifier, a.Key, a.Version, false)))
		if !slices.Contains(stale.Changed, amount) || !slices.ContainsFunc(stale.Changed, isNotes) {
			t.Errorf("who saw version 1 is told %v", stale.Changed)
		}
	})
}

// TestWhatAnotherRuleWouldReleaseIsToBeReviewed: a limit of detection that was not right let
// the GC-MS overrule the FTIR. The result stays as it was said, and in the figures, until a
// person amends it.
func TestWhatAnotherRuleWouldReleaseIsToBeReviewed(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		b := newBench(t, s)
		d := storetest.AddMethods(t, s)
		x := b.register(t, s)
		caffeine, ketamine := storetest.Substance(t, d, "caffeine"), storetest.Substance(t, d, "ketamine")
		for _, run := range []struct {
			kind  lab.MethodKind
			found []lab.SubstanceID
		}{{lab.FTIR, []lab.SubstanceID{ketamine, caffeine}}, {lab.GCMS, []lab.SubstanceID{ketamine}}} {
			var m *lab.Method
			for _, have := range d.Methods {
				if have.Kind == run.kind && !have.OpenScope {
					m = have
				}
			}
			a := lab.Analysis{Key: lab.Key{ServiceID: b.service.ID}, SampleID: x.ID, MethodID: m.ID, Level: m.Level, PerformedOn: x.ReceivedOn, Conclusion: lab.HasFindings}
			var findings []lab.Finding
			for _, id := range run.found {
				findings = append(findings, lab.Finding{SubstanceID: id, Detection: lab.Identified})
			}
			a = must[lab.Analysis](t)(s.EnterAnalysis(t.Context(), b.analyst, a, findings))
			_ = must[lab.Analysis](t)(s.VerifyAnalysis(t.Context(), b.verifier, a.Key, a.Version, false))
		}
		release := func(reason string) {
			p := must[store.Proposal](t)(s.Proposal(t.Context(), b.verifier, x.Key))
			_ = must[lab.Publication](t)(s.PublishResult(t.Context(), b.verifier, x.Key, p.Sample.Version, p.Seen, lab.Because("en", reason), p.Publication.Result.LeftOutFields()...))
		}
		waiting := func() int {
			counts := must[map[lab.Stage]store.StageCount](t)(s.StageCounts(t.Context(), b.verifier, b.service.ID))
			return counts[lab.StageToReview].N
		}
		reclassify := func() store.Moved { return must[store.Moved](t)(s.Reclassify(t.Context(), lab.Operator("test"))) }

		release("")
		if moved := reclassify(); moved.ToReview != 0 || moved.Changed != 0 || waiting() != 0 {
			t.Errorf("by the rule of the day: %+v, %d wait", moved, waiting())
		}
		for _, statement := range []string{"UPDATE method_scopes SET lod_value = 0, lod_scale = ''", "UPDATE settings SET value = 'corrected' WHERE name = 'dictionary_change'"} {
			if err := store.Exec(s, statement); err != nil {
				t.Fatal(err)
			}
		}
		for range 2 {
			if moved := reclassify(); moved.ToReview != 1 || moved.Changed != 0 || waiting() != 1 {
				t.Errorf("by another rule: %+v, %d wait", moved, waiting())
			}
		}
		release("The limit of detection was not right.")
		if moved := reclassify(); moved.ToReview != 0 || moved.Changed != 0 || waiting() != 0 {
			t.Errorf("after it was amended: %+v, %d wait", moved, waiting())
		}
	})
}
