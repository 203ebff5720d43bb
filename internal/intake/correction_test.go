package intake

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"marquis/internal/lab"
)

const wardMapping = `profile = "ward"
decimal = "."
[[file]]
holds = "both"
[samples]
id = "id"
received_on = "in"
sold_as = "sold as"
form = { value = "powder" }
weight = "weight"
[findings]
layout = "rows"
[findings.fields]
substance = "substance"
amount = "amount"
unit = { value = "%" }
performed_on = "on"
[method.default]
kind = "gc_ms"
lab = "Ward"
level = "confirmatory"
quantifies = true
`

// wardFile has samples that were sold as one thing and hold an amount of another.
func wardFile(n int, soldAs, weight, amount string) string {
	var text strings.Builder
	text.WriteString("id,in,sold as,weight,substance,amount,on\n")
	for i := range n {
		fmt.Fprintf(&text, "A%d,2024-02-05,%s,%s,ketamine,%s,2024-02-06\n", i+1, soldAs, weight, amount)
	}
	return text.String()
}

// recordedAs is what a registry knows that has recorded the samples of a text, and how often it
// was asked for how many of their files.
func recordedAs(t *testing.T, m *Mapping, text string) (known Known, asked *[]int) {
	t.Helper()
	plan, d := mustPlan(t, m, text)
	all := arrivalsOf(plan)
	asked = &[]int{}
	known = Known{Dictionary: d, Today: today, Amend: true}
	known.Recorded = func([]string) (found []lab.Recorded, err error) {
		for i := range all {
			found = append(found, lab.Recorded{Ref: all[i].Sample.SourceRef, Digest: all[i].Sample.SourceDigest})
		}
		return found, nil
	}
	known.Files = func(ids []string) (found []lab.RecordedFile, err error) {
		*asked = append(*asked, len(ids))
		for i := range all {
			if slices.Contains(ids, all[i].Sample.SourceRef) {
				r := lab.RecordedFile{File: *all[i].Clone()}
				r.Sample.Version, r.Sample.ImportID = 1, lab.ID{1}
				for n := range r.Evidence {
					a := &r.Evidence[n].Analysis
					a.ID, a.ImportID, a.Version = lab.ID{2, byte(n)}, lab.ID{1}, 1
				}
				found = append(found, r)
			}
		}
		return found, nil
	}
	return known, asked
}

// A file that says otherwise is told in words and units of people.
func TestWhatACorrectionChangesIsToldInWords(t *testing.T) {
	m, err := ParseMapping(wardMapping)
	if err != nil {
		t.Fatal(err)
	}
	known, _ := recordedAs(t, m, wardFile(1, "cocaine", "300", "45"))
	plan, err := planWith(t, m, known, wardFile(1, "ketamine", "350", "54"))
	if err != nil {
		t.Fatal(err)
	}
	got := strings.Join(plan.Receipt.Corrections[0].Texts, "; ")
	if want := "ketamine: 45% → 54%; product_id: cocaine → ketamine; sold_as_text: cocaine → ketamine; weight_ug: 300 mg → 350 mg; expected: cocaine → ketamine"; got != want {
		t.Errorf("told: %s", got)
	}
}

// Recorded samples of which a file says otherwise are asked for many at a time, only those, and no
// more once too many are corrected.
func TestRecordedSamplesAreReadByTheBlock(t *testing.T) {
	m, err := ParseMapping(wardMapping)
	if err != nil {
		t.Fatal(err)
	}
	const before, now = "45", "54"
	known, asked := recordedAs(t, m, wardFile(600, "ketamine", "", before))
	same, rest, _ := strings.Cut(wardFile(600, "ketamine", "", before), "A101,")
	if _, err := planWith(t, m, known, same+strings.ReplaceAll("A101,"+rest, ","+before+",", ","+now+",")); err == nil {
		t.Error("500 are corrected")
	}
	if !slices.Equal(*asked, []int{400}) {
		t.Errorf("asked for %v", *asked)
	}
	if plan, err := planWith(t, m, known, same); err != nil || plan.Corrected > 0 || len(*asked) > 1 {
		t.Errorf("%v, asked for %v", err, *asked)
	}
}

// What was taken back while the files were read is told once, and nothing is taken.
func TestWhatGoesWhileFilesAreReadIsTold(t *testing.T) {
	m, err := ParseMapping(wardMapping)
	if err != nil {
		t.Fatal(err)
	}
	known, _ := recordedAs(t, m, wardFile(3, "ketamine", "", "45"))
	known.Files = func([]string) ([]lab.RecordedFile, error) { return nil, nil }
	_, err = planWith(t, m, known, wardFile(3, "ketamine", "", "54"))
	if !errors.Is(err, ErrMeanwhile) || !errors.Is(err, lab.ErrConflict) || strings.Count(err.Error(), "\n") > 0 {
		t.Error(err)
	}
}
