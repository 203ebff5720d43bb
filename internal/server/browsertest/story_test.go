package browsertest

import (
	"testing"

	"marquis/internal/lab"
	"marquis/internal/store"
	"marquis/internal/store/storetest"
)

// received is a sample that was handed in, with the code on its slip.
type received struct {
	lab.Sample
	number string
	code   lab.LookupCode
}

// path is the address of a page of the sample.
func (x received) path(rest string) string { return "/samples/" + x.number + rest }

// handIn registers a powder sold as ketamine and gives out its code.
func (x *site) handIn(t testing.TB) received {
	t.Helper()
	code := lab.NewLookupCode()
	product := storetest.Product(t, x.words, "ketamine")
	r := store.Registration{File: lab.File{Sample: storetest.Sample(x.service.ID, product.ID, func(s *lab.Sample) {
		s.ReceivedOn = lab.DateOf(x.clock.Now(), x.clock.Now().Location())
		s.LocationID, s.Notes = 1, "Smells of solvent."
	}), Expected: product.Expected()}}
	hash, err := x.keys.Hash(code, r.Sample.ReceivedOn)
	if err != nil {
		t.Fatal(err)
	}
	entry := store.CodeHash(hash)
	r.Code = &entry
	sample, err := x.store.RegisterSample(t.Context(), x.intake, r)
	if err != nil {
		t.Fatal(err)
	}
	number := lab.SampleNumber{Service: x.service.Code, Year: int(sample.NumberYear), Running: int(sample.NumberRunning)}
	return received{sample, number.String(), code}
}

// gcms returns a GC-MS.
func (x *site) gcms(t testing.TB) *lab.Method {
	t.Helper()
	for _, m := range x.words.Methods {
		if m.Kind == lab.GCMS {
			return m
		}
	}
	t.Fatal("no GC-MS")
	return nil
}

// analyse enters an analysis by GC-MS: ketamine of a percentage as base, and
// levamisole.
func (x *site) analyse(t testing.TB, s received, percent string) lab.Analysis {
	t.Helper()
	amount, err := lab.ParseAmount(percent, "%")
	if err != nil {
		t.Fatal(err)
	}
	m := x.gcms(t)
	a := lab.Analysis{SampleID: s.ID, MethodID: m.ID, Level: m.Level, PerformedOn: s.ReceivedOn, Conclusion: lab.HasFindings}
	a.ServiceID = s.ServiceID
	a, err = x.store.EnterAnalysis(t.Context(), x.analyst, a, []lab.Finding{
		{SubstanceID: storetest.Substance(t, x.words, "ketamine"), Detection: lab.Quantified, Amount: amount, Basis: lab.BasisBase},
		{SubstanceID: storetest.Substance(t, x.words, "levamisole"), Detection: lab.Identified},
	})
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// verify signs an analysis as the verifier.
func (x *site) verify(t testing.TB, a lab.Analysis) {
	t.Helper()
	if _, err := x.store.VerifyAnalysis(t.Context(), x.verifier, a.Key, a.Version, false); err != nil {
		t.Fatal(err)
	}
}

// publish releases what is verified of a sample.
func (x *site) publish(t testing.TB, s received, reason string) {
	t.Helper()
	now, _, err := x.store.Sample(t.Context(), storetest.Reader, s.Key)
	if err != nil {
		t.Fatal(err)
	}
	p, err := x.store.Proposal(t.Context(), x.verifier, s.Key)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := x.store.PublishResult(t.Context(), x.verifier, s.Key, now.Version, p.Seen, lab.Because("en", reason), p.Publication.Result.LeftOutFields()...); err != nil {
		t.Fatal(err)
	}
}

// published is a sample with a released result.
func (x *site) published(t testing.TB) received {
	t.Helper()
	s := x.handIn(t)
	x.verify(t, x.analyse(t, s, "79.5"))
	x.publish(t, s, "")
	return s
}

// amended is a sample whose result was changed.
func (x *site) amended(t testing.TB) received {
	t.Helper()
	s := x.published(t)
	a := x.analyse(t, s, "61.2")
	x.verify(t, a)
	if _, err := x.store.ReportAnalysis(t.Context(), x.verifier, a.Key, a.Version+1, true); err != nil {
		t.Fatal(err)
	}
	x.publish(t, s, "The weighing was repeated.")
	return s
}

// withdrawn is a sample whose result was taken back.
func (x *site) withdrawn(t testing.TB) received {
	t.Helper()
	s := x.published(t)
	now, _, err := x.store.Sample(t.Context(), storetest.Reader, s.Key)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := x.store.WithdrawResult(t.Context(), x.verifier, s.Key, now.Version, lab.Because("en", "Two vials were exchanged.")); err != nil {
		t.Fatal(err)
	}
	return s
}

// dangerous is a sample of ketamine with a trace of a nitazene, entered by the analyst.
func (x *site) dangerous(t testing.TB) (received, lab.Analysis) {
	t.Helper()
	s, m := x.handIn(t), x.gcms(t)
	a := lab.Analysis{SampleID: s.ID, MethodID: m.ID, Level: m.Level, PerformedOn: s.ReceivedOn, Conclusion: lab.HasFindings}
	a.ServiceID = s.ServiceID
	a, err := x.store.EnterAnalysis(t.Context(), x.analyst, a, []lab.Finding{
		{SubstanceID: storetest.Substance(t, x.words, "ketamine"), Detection: lab.Identified},
		{SubstanceID: storetest.Substance(t, x.words, "protonitazene"), Detection: lab.Trace},
	})
	if err != nil {
		t.Fatal(err)
	}
	return s, a
}

// atOnce releases what a sample is held for.
func (x *site) atOnce(t testing.TB, s received) {
	t.Helper()
	p, err := x.store.HeldProposal(t.Context(), x.verifier, s.Key)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := x.store.PublishHeld(t.Context(), x.verifier, s.Key, p.Sample.Version, p.Seen, lab.Why{}); err != nil {
		t.Fatal(err)
	}
}
