package lab_test

import (
	"testing"

	"marquis/internal/lab"
	"marquis/internal/lab/labtest"
)

// What is said of a result that was released does not change because somebody describes its
// sample anew: staff are told that it has to be released again.
func TestADescriptionDoesNotChangeWhatWasReleased(t *testing.T) {
	d := labtest.Bench(t)
	mdma, pmma := labtest.Named(t, d, "MDMA"), labtest.Named(t, d, "PMMA")
	for name, test := range map[string]struct {
		finding lab.Finding
		change  func(*lab.File)
	}{
		"what was not expected is expected": {
			lab.Finding{SubstanceID: pmma, Detection: lab.Identified},
			func(f *lab.File) { f.Expected = []lab.Expected{{SubstanceID: lab.Optional(pmma)}} },
		},
		"a tablet is something else": {
			lab.Finding{SubstanceID: mdma, Detection: lab.Quantified, Amount: lab.Amount{Value: 240_000_000, Scale: lab.PerUnit}, Basis: lab.BasisBase},
			func(f *lab.File) { f.Sample.Form = lab.OtherForm },
		},
		"it weighs less": {
			lab.Finding{SubstanceID: mdma, Detection: lab.Quantified, Amount: lab.Amount{Value: 500_000, Scale: lab.MassFraction}, Basis: lab.BasisBase},
			func(f *lab.File) { f.Sample.WeightUG = 100_000 },
		},
	} {
		f := labtest.File(1, lab.Tablet, []lab.Expected{{SubstanceID: lab.Optional(mdma)}}, labtest.Verified(d, labtest.Methods["gcms"], test.finding))
		f.Sample.WeightUG = 412_000
		p, err := d.Publish(f, lab.Why{})
		if err != nil {
			t.Fatal(err)
		}
		f.Publications = append(f.Publications, *p)
		before := d.Weigh(f)
		if before.Attention == "" || d.Misfits(f) {
			t.Errorf("%s: attention %q, misfits %v", name, before.Attention, d.Misfits(f))
		}
		test.change(f)
		if after := d.Weigh(f); after.Attention != before.Attention || after.Outcome != before.Outcome {
			t.Errorf("%s: %s, %s has become %s, %s", name, before.Outcome, before.Attention, after.Outcome, after.Attention)
		}
		if !d.Misfits(f) {
			t.Errorf("%s: nobody is told that it has to be released anew", name)
		}
		again, err := d.Publish(f, lab.Why{ReasonCode: lab.ReasonExpectation})
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		f.Publications = append(f.Publications, *again)
		if d.Misfits(f) || d.Weigh(f).Attention == before.Attention && !d.Weigh(f).Has(lab.EarlierWrong) {
			t.Errorf("%s: released anew it still asks for %q", name, d.Weigh(f).Attention)
		}
	}
}

// Results that were released before the description was kept are read by the one of today.
func TestAResultOfBeforeIsReadByTheDescriptionOfToday(t *testing.T) {
	d := labtest.Bench(t)
	f := labtest.File(1, lab.Tablet, []lab.Expected{{SubstanceID: lab.Optional(labtest.Named(t, d, "MDMA"))}},
		labtest.Verified(d, labtest.Methods["gcms"], lab.Finding{SubstanceID: labtest.Named(t, d, "MDMA"), Detection: lab.Identified}))
	p, err := d.Publish(f, lab.Why{})
	if err != nil {
		t.Fatal(err)
	}
	p.Result.Of = ""
	f.Publications = append(f.Publications, *p)
	if _, err := d.Publish(f, lab.Why{}); err == nil {
		t.Error("the same result is released again, because the description was not kept")
	}
	f.Expected = nil
	if got := d.Weigh(f).Outcome; got != lab.ExpectationUnknown {
		t.Errorf("it is %s", got)
	}
}
