package lab_test

import (
	"fmt"
	"slices"
	"testing"

	"marquis/internal/lab"
	"marquis/internal/lab/labtest"
)

// TestAttentionByDangerDetectionExpectationAndMethod goes through the whole grid.
func TestAttentionByDangerDetectionExpectationAndMethod(t *testing.T) {
	d := labtest.Bench(t)
	table := readAnswers(t, "attention.csv")
	substances := labtest.Substances
	crossed, filled := 0, 0
	for _, danger := range lab.Dangers {
		id := labtest.Named(t, d, substances[danger])
		if d.Danger(id) != danger {
			t.Fatalf("the danger of %s is %s", substances[danger], d.Danger(id))
		}
		for _, detection := range lab.Detections {
			for _, expectation := range labtest.Expectations {
				for _, method := range labtest.Kinds {
					cell := fmt.Sprint(danger, " ", detection, " ", expectation, " ", method)
					right, ok := table.of(string(danger), string(detection), expectation, method)
					switch {
					case !ok || len(right) != 2 || right[1] == "":
						t.Fatalf("%s is neither filled nor crossed out", cell)
					case right[0] == "x":
						crossed++
						continue
					}
					filled++
					if got := weighCell(t, d, id, detection, expectation, method); !slices.Equal(got, right) {
						t.Errorf("%s: %v, want %v", cell, got, right)
					}
				}
			}
		}
	}
	t.Logf("%d cells, %d crossed out", filled, crossed)
}

// weighCell releases the finding of one cell, and tells its attention and outcome.
func weighCell(t *testing.T, d *lab.Dictionary, id lab.SubstanceID, detection lab.Detection, expectation, method string) []string {
	t.Helper()
	w, p := weigh(t, d, labtest.Cell(t, d, id, detection, expectation, method))
	if p.Outcome != w.Outcome {
		t.Errorf("released as %s, read as %s", p.Outcome, w.Outcome)
	}
	return []string{dash(string(w.Attention)), string(w.Outcome)}
}

func dash(text string) string {
	if text == "" {
		return "-"
	}
	return text
}

// weigh releases what a file says, with a reason, and weighs it.
func weigh(t testing.TB, d *lab.Dictionary, f *lab.File) (*lab.Weighed, *lab.Publication) {
	t.Helper()
	p, err := d.Publish(f, lab.Because("en", "a reason"))
	if err != nil {
		t.Fatal(err)
	}
	f.Publications = append(f.Publications, *p)
	return d.Weigh(f), p
}

// TestWholeResults: what a released result asks of its reader, and what it tells first.
func TestWholeResults(t *testing.T) {
	d := labtest.Bench(t)
	list := labtest.Wholes(t)
	if len(list) < 60 {
		t.Fatalf("%d results", len(list))
	}
	for _, right := range list {
		t.Run(right.Name, func(t *testing.T) {
			f := right.File(t, d)
			w, p := weigh(t, d, f)
			first := "-"
			if len(w.Findings) > 0 {
				first = d.Substances[w.Findings[0].SubstanceID].Short()
			}
			if string(p.Outcome) != right.Outcome || dash(string(w.Attention)) != right.Attention || first != right.First {
				t.Errorf("%s, %s, %s for %v; want %s, %s, %s", p.Outcome, dash(string(w.Attention)), first, w.Concerns, right.Outcome, right.Attention, right.First)
			}
			if f := d.Classify(f); f.Sample.Attention != w.Attention || string(f.Sample.Outcome) != right.Outcome {
				t.Errorf("its facts say %q and %q", f.Sample.Outcome, f.Sample.Attention)
			}
		})
	}
}

// TestADoseAboveTheCountrysLimitIsSerious: the limit is what a person set, and there is none
// before.
func TestADoseAboveTheCountrysLimitIsSerious(t *testing.T) {
	d := labtest.Bench(t)
	mdma := labtest.Named(t, d, "MDMA")
	read := func(mg int64, basis lab.Basis) *lab.Weighed {
		f := lab.Finding{SubstanceID: mdma, Detection: lab.Quantified, Amount: lab.Amount{Value: mg * 1_000_000, Scale: lab.PerUnit}, Basis: basis}
		w, _ := weigh(t, d, labtest.File(1, lab.Tablet, []lab.Expected{substance(mdma)}, labtest.Verified(d, labtest.Methods["gcms"], f)))
		return w
	}
	if w := read(316, lab.BasisBase); w.Attention != lab.Caution || w.Has(lab.AboveAlert) {
		t.Errorf("without a limit: %v", w.Concerns)
	}
	d.SetAlertLimits([]lab.AlertLimit{{SubstanceID: mdma, Form: lab.Tablet, Version: 1, Amount: lab.Amount{Value: 300_000_000, Scale: lab.PerUnit}, Basis: lab.BasisBase}})
	for _, test := range []struct {
		mg    int64
		basis lab.Basis
		above bool
	}{{316, lab.BasisBase, true}, {300, lab.BasisBase, false}, {316, "hydrochloride", false}, {360, "hydrochloride", true}, {301, lab.BasisUnknown, true}} {
		if w := read(test.mg, test.basis); w.Has(lab.AboveAlert) != test.above || (w.Attention == lab.Serious) != test.above || w.Findings[0].Dose != lab.DoseVeryHigh {
			t.Errorf("%d mg as %s: %s for %v", test.mg, test.basis, w.Attention, w.Concerns)
		}
	}
}

// TestAReaderOfAnEarlierAnswerIsTold, also where another version came between.
func TestAReaderOfAnEarlierAnswerIsTold(t *testing.T) {
	d := labtest.Bench(t)
	mdma, pmma := labtest.Named(t, d, "MDMA"), labtest.Named(t, d, "PMMA")
	f := labtest.File(1, lab.Tablet, []lab.Expected{substance(mdma)}, labtest.Verified(d, labtest.Methods["list"], lab.Finding{SubstanceID: mdma, Detection: lab.Identified}))
	weigh(t, d, f)
	f.Evidence = append(f.Evidence, labtest.Verified(d, labtest.Methods["gcms"], lab.Finding{SubstanceID: pmma, Detection: lab.Identified}))
	if w, p := weigh(t, d, f); !w.Has(lab.EarlierWrong) || p.Kind != lab.AmendedResult {
		t.Errorf("%s, %v", p.Kind, w.Concerns)
	}
	withdrawn, err := f.Withdraw(lab.Because("en", "vials exchanged"))
	if err != nil {
		t.Fatal(err)
	}
	f.Publications = append(f.Publications, *withdrawn)
	if d.Weigh(f) != nil {
		t.Error("what was taken back is weighed")
	}
	f.Evidence[1].Findings[0].Detection, f.Evidence[1].Findings[0].Amount, f.Evidence[1].Findings[0].Basis = lab.Quantified, lab.Amount{Value: 60_000_000, Scale: lab.PerUnit}, lab.BasisBase
	if w, p := weigh(t, d, f); !w.Has(lab.EarlierWrong) || p.Kind != lab.AmendedResult {
		t.Errorf("after a version that was taken back: %s, %v", p.Kind, w.Concerns)
	}
}
