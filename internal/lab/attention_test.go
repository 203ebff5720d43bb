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
	p, err := d.Publish(f, "a reason")
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
