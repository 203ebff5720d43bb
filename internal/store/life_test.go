package store_test

import (
	"errors"
	"strings"
	"testing"

	"marquis/internal/lab"
	"marquis/internal/store"
	"marquis/internal/store/storetest"
)

// bench is a service with staff and a method, for tests of a sample's life.
type bench struct {
	service                       lab.Service
	intake, analyst, verifier     lab.Actor
	dictionary                    *lab.Dictionary
	ketamine                      *lab.Product
	gcms                          *lab.Method
	ketamineID, levamisole, sugar lab.SubstanceID
}

func newBench(t testing.TB, s *store.Store) bench {
	t.Helper()
	b := bench{service: storetest.Service(t, s, "UTR")}
	b.intake = storetest.Person(t, s, "intake", b.service.ID, lab.Intake)
	b.analyst = storetest.Person(t, s, "analyst", b.service.ID, lab.Laboratory)
	b.verifier = storetest.Person(t, s, "verifier", b.service.ID, lab.Verifier)
	var err error
	storetest.Benches(t, s, "Lab")
	b.gcms, err = s.AddMethod(t.Context(), lab.Operator("test"), lab.Method{
		Kind: lab.GCMS, Lab: "Lab", Level: lab.Confirmatory, Quantifies: true, OpenScope: true,
	})
	if err != nil {
		t.Fatal(err)
	}
	if b.dictionary, err = s.Dictionary(t.Context()); err != nil {
		t.Fatal(err)
	}
	b.ketamine = storetest.Product(t, b.dictionary, "ketamine")
	b.ketamineID = storetest.Substance(t, b.dictionary, "ketamine")
	b.levamisole = storetest.Substance(t, b.dictionary, "levamisole")
	b.sugar = storetest.Substance(t, b.dictionary, "lactose")
	return b
}

// registration is a valid sample sold as ketamine, with the given changes.
func (b bench) registration(edit ...func(*lab.Sample)) store.Registration {
	return store.Registration{File: lab.File{Sample: storetest.Sample(b.service.ID, b.ketamine.ID, edit...), Expected: b.ketamine.Expected()}}
}

// asItIs changes nothing of a sample itself.
func asItIs(*lab.Sample) {}

func (b bench) register(t testing.TB, s *store.Store, edit ...func(*lab.Sample)) lab.Sample {
	t.Helper()
	x, err := s.RegisterSample(t.Context(), b.intake, b.registration(edit...))
	if err != nil {
		t.Fatal(err)
	}
	return x
}

// analyse enters an analysis with ketamine of the given percentage as base.
func (b bench) analyse(t testing.TB, s *store.Store, x lab.Sample, percent string, more ...lab.Finding) lab.Analysis {
	t.Helper()
	amount, err := lab.ParseAmount(percent, "%")
	if err != nil {
		t.Fatal(err)
	}
	a := lab.Analysis{
		SampleID: x.ID, MethodID: b.gcms.ID, Level: lab.Confirmatory, PerformedOn: x.ReceivedOn, Conclusion: lab.HasFindings,
	}
	a.ServiceID = x.ServiceID
	findings := append([]lab.Finding{{
		SubstanceID: b.ketamineID, Detection: lab.Quantified, Amount: amount, Basis: lab.BasisBase,
	}}, more...)
	a, err = s.EnterAnalysis(t.Context(), b.analyst, a, findings)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func (b bench) publish(t testing.TB, s *store.Store, x lab.Sample) lab.Publication {
	t.Helper()
	x, _, err := s.Sample(t.Context(), storetest.Reader, x.Key)
	if err != nil {
		t.Fatal(err)
	}
	p, err := s.PublishResult(t.Context(), b.verifier, x.Key, x.Version, seen(t, s, b.verifier, x.Key), lab.Why{})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// released enters, verifies and publishes an analysis of the sample.
func (b bench) released(t testing.TB, s *store.Store, x lab.Sample) {
	t.Helper()
	a := b.analyse(t, s, x, "80")
	_ = must[lab.Analysis](t)(s.VerifyAnalysis(t.Context(), b.verifier, a.Key, a.Version, false))
	b.publish(t, s, x)
}

// withdraw takes the result of the sample back.
func (b bench) withdraw(t testing.TB, s *store.Store, x lab.Sample) {
	t.Helper()
	now, _, err := s.Sample(t.Context(), storetest.Reader, x.Key)
	if err != nil {
		t.Fatal(err)
	}
	_ = must[lab.Publication](t)(s.WithdrawResult(t.Context(), b.verifier, x.Key, now.Version, lab.Because("en", "wrong vial")))
}

// seen is what a page shows before a result is released.
func seen(t testing.TB, s *store.Store, by lab.Actor, sample lab.Key) string {
	t.Helper()
	p, err := s.Proposal(t.Context(), by, sample)
	if err != nil {
		t.Fatal(err)
	}
	return p.Seen
}

func TestSampleLifeFromCounterToWithdrawal(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		b := newBench(t, s)
		x := b.register(t, s)
		if x.NumberYear != 2025 || x.NumberRunning != 1 || x.State != lab.Registered {
			t.Fatalf("registered as %d-%d %s", x.NumberYear, x.NumberRunning, x.State)
		}
		a := b.analyse(t, s, x, "79,5", lab.Finding{SubstanceID: b.levamisole, Detection: lab.Identified})
		if _, err := s.VerifyAnalysis(t.Context(), b.verifier, a.Key, a.Version, false); err != nil {
			t.Fatal(err)
		}
		p := b.publish(t, s, x)
		if p.Kind != lab.ConfirmedResult || p.Outcome != lab.ExpectedPlusAdulterant || p.OutcomeEUDA != lab.ExpectedOnly {
			t.Fatalf("published %s with %s and %s", p.Kind, p.Outcome, p.OutcomeEUDA)
		}
		now, _, err := s.Sample(t.Context(), storetest.Reader, x.Key)
		if err != nil || now.State != lab.Completed {
			t.Fatalf("state %s, %v", now.State, err)
		}
		facts := factsOf(t, s, x)
		if facts.Release != lab.IsReleased || !facts.Contains || !facts.ContainsMain {
			t.Errorf("facts %+v", facts.SampleClass)
		}

		if _, err := s.WithdrawResult(t.Context(), b.verifier, x.Key, now.Version, lab.Why{}); err == nil {
			t.Error("withdrawn without a reason")
		}
		if _, err := s.WithdrawResult(t.Context(), b.verifier, x.Key, now.Version, lab.Because("en", "vials were exchanged")); err != nil {
			t.Fatal(err)
		}
		if facts := factsOf(t, s, x); facts.Release != lab.IsWithdrawn || facts.Outcome != "" {
			t.Errorf("facts after withdrawal %+v", facts.SampleClass)
		}
		versions, err := s.Publications(t.Context(), x.Key)
		if err != nil || len(versions) != 2 || versions[0].Result.Findings[0].Amount.Value != 795_000 {
			t.Errorf("what was said before is gone: %+v, %v", versions, err)
		}
		if n, err := s.VerifyAudit(t.Context(), lab.Operator("test")); err != nil || n < 8 {
			t.Errorf("audit: %d events, %v", n, err)
		}
	})
}

// factsOf reads the one row of the year of the sample, which is the only one.
func factsOf(t testing.TB, s *store.Store, x lab.Sample) lab.FactRow {
	t.Helper()
	var found []lab.FactRow
	for row, err := range s.FactRows(t.Context(), lab.Program("test"), x.ServiceID, x.ReceivedOn.Year()) {
		if err != nil {
			t.Fatal(err)
		}
		found = append(found, row)
	}
	if len(found) != 1 {
		t.Fatalf("%d facts", len(found))
	}
	return found[0]
}

func TestNobodyVerifiesTheirOwnLaboratoryResult(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		b := newBench(t, s)
		both := storetest.Person(t, s, "both", b.service.ID, lab.Laboratory, lab.Verifier)
		b.analyst = both
		a := b.analyse(t, s, b.register(t, s), "80")
		var refused *lab.MoveError
		if _, err := s.VerifyAnalysis(t.Context(), both, a.Key, a.Version, false); !errors.As(err, &refused) {
			t.Errorf("verified by the one who entered it: %v", err)
		}
	})
}

func TestStaleVersionIsRefusedWithWhatDiffers(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		b := newBench(t, s)
		x := b.register(t, s)
		if _, err := s.DescribeSample(t.Context(), b.intake, x.Key, x.Version, b.ketamine.Expected(), func(x *lab.Sample) { x.Logo = "mine" }); err != nil {
			t.Fatal(err)
		}
		_, err := s.DescribeSample(t.Context(), b.intake, x.Key, x.Version, b.ketamine.Expected(), func(x *lab.Sample) { x.Logo = "theirs" })
		var stale *lab.StaleError
		if !errors.As(err, &stale) {
			t.Fatalf("stale change: %v", err)
		}
		if want := (lab.Difference{Field: "logo", Old: `"mine"`, New: `"theirs"`}); len(stale.Changed) != 1 || stale.Changed[0] != want {
			t.Errorf("differs in %v", stale.Changed)
		}
		if now, _, _ := s.Sample(t.Context(), storetest.Reader, x.Key); now.Logo != "mine" {
			t.Errorf("the stale change was written: %q", now.Logo)
		}
	})
}

func TestMistakesAreRefusedTogetherAndNothingIsWritten(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		b := newBench(t, s)
		bad := storetest.Sample(b.service.ID, 999_999, func(x *lab.Sample) { x.Form, x.Shape = "jelly", "star" })
		_, err := s.RegisterSample(t.Context(), b.intake, store.Registration{File: lab.File{Sample: bad}})
		var mistakes lab.FieldErrors
		if !errors.As(err, &mistakes) || len(mistakes) != 3 {
			t.Fatalf("mistakes: %v", err)
		}
		if x := b.register(t, s); x.NumberRunning != 1 {
			t.Errorf("a refused sample took number 1; the next is %d", x.NumberRunning)
		}
	})
}

func TestAStrangerMayNotRegister(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		b := newBench(t, s)
		other := storetest.Service(t, s, "AMS")
		_, err := s.RegisterSample(t.Context(), b.intake, store.Registration{File: lab.File{Sample: storetest.Sample(other.ID, b.ketamine.ID)}})
		wantNotFound(t, "registered at another service", err)
		_, err = s.RegisterSample(t.Context(), b.analyst, b.registration())
		var refused *lab.MoveError
		if !errors.As(err, &refused) || !strings.Contains(err.Error(), "intake") {
			t.Errorf("registered by an analyst: %v", err)
		}
	})
}

func TestReclassifyChangesNothingUntilSomethingIsCorrected(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		b := newBench(t, s)
		x := b.register(t, s)
		a := b.analyse(t, s, x, "80", lab.Finding{SubstanceID: b.sugar, Detection: lab.Identified})
		if _, err := s.VerifyAnalysis(t.Context(), b.verifier, a.Key, a.Version, false); err != nil {
			t.Fatal(err)
		}
		b.publish(t, s, x)
		b.register(t, s)
		before := revision(t, s, b.service.ID)
		moved, err := s.Reclassify(t.Context(), lab.Operator("reclassify"))
		if err != nil || moved.Samples != 2 || moved.Changed != 0 || revision(t, s, b.service.ID) != before {
			t.Fatalf("moved %+v, %v", moved, err)
		}
		store.CorrectRole(t, s, b.sugar, lab.RoleAdulterant)
		moved, err = s.Reclassify(t.Context(), lab.Operator("reclassify"))
		if err != nil || moved.Changed != 1 || moved.Fields["outcome: expected_only → expected_plus_adulterant"] != 1 {
			t.Fatalf("moved %+v, %v", moved, err)
		}
		if revision(t, s, b.service.ID) == before {
			t.Error("the year's revision did not rise")
		}
	})
}

func revision(t testing.TB, s *store.Store, service lab.ServiceID) int64 {
	t.Helper()
	revisions, err := s.Revisions(t.Context(), lab.Program("test"))
	if err != nil {
		t.Fatal(err)
	}
	return revisions[2025][service]
}

func TestAMovedDateTouchesBothYears(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		b := newBench(t, s)
		x := b.register(t, s)
		earlier, _ := lab.ParseDate("2024-12-31")
		if _, err := s.DescribeSample(t.Context(), b.intake, x.Key, x.Version, b.ketamine.Expected(), func(x *lab.Sample) { x.ReceivedOn = earlier }); err != nil {
			t.Fatal(err)
		}
		revisions, err := s.Revisions(t.Context(), lab.Program("test"))
		if err != nil || len(revisions) != 2 {
			t.Errorf("revisions %v, %v", revisions, err)
		}
		x.ReceivedOn = earlier
		if factsOf(t, s, x).Month != 12 {
			t.Error("the fact did not move with the date")
		}
		if now := revision(t, s, b.service.ID); now != 2 {
			t.Errorf("revision of the year it left is %d", now)
		}
	})
}

func TestALocationOfAnotherServiceIsRefused(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		b := newBench(t, s)
		other := storetest.Service(t, s, "AMS")
		for id, owner := range map[int]lab.ServiceID{1: b.service.ID, 2: other.ID} {
			if err := store.Exec(s, "INSERT INTO locations (id, service_id, name, kind, region) VALUES (?, ?, 'Office', 'office', 'Utrecht')", id, owner); err != nil {
				t.Fatal(err)
			}
		}
		x := b.register(t, s, func(x *lab.Sample) { x.LocationID = 1 })
		var mistakes lab.FieldErrors
		_, err := s.DescribeSample(t.Context(), b.intake, x.Key, x.Version, b.ketamine.Expected(), func(x *lab.Sample) { x.LocationID = 2 })
		if !errors.As(err, &mistakes) || mistakes[0].Field != "location_id" {
			t.Errorf("moved to another service's office: %v", err)
		}
		if _, err := s.RegisterSample(t.Context(), b.intake, b.registration(func(x *lab.Sample) { x.LocationID = 2 })); !errors.As(err, &mistakes) {
			t.Errorf("registered at another service's office: %v", err)
		}
	})
}
