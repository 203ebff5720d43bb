package intake

import (
	"bytes"
	"encoding/csv"
	"os"
	"slices"
	"strings"
	"testing"

	"marquis/internal/lab"
	"marquis/internal/realdata"
)

// uncFile returns a file of the UNC Street Drug Analysis Lab (Opioid Data Lab), drug
// checking datasets.
func uncFile(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(realdata.Path(t, "unc/"+name))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func readProfile(t *testing.T, profile string, texts ...string) (*Plan, *lab.Dictionary) {
	t.Helper()
	m, err := LoadMapping(profile)
	if err != nil {
		t.Fatal(err)
	}
	return mustPlan(t, m, texts...)
}

// ppPair returns both files of the PP data set.
func ppPair(t *testing.T) (samples, findings string) {
	return uncFile(t, "unc_PP_analysis_dataset.csv"), uncFile(t, "unc_PP_lab_detail.csv")
}

func TestUNCStreetSafe(t *testing.T) {
	samples, findings := ppPair(t)
	plan, d := readProfile(t, "unc-streetsafe", samples, findings)
	if total := plan.Receipt.Total(); total.Read != 831 || total.Accepted != 831 || len(arrivalsOf(plan)) != 180 || len(plan.Substances) > 0 {
		t.Fatalf("got %+v, %v\n%s", total, plan.Receipt.Substances, lines(plan))
	}
	said, years, traces := map[string]int{}, map[int]int{}, 0
	var counts, turnaround []int
	for _, a := range arrivalsOf(plan) {
		said[a.Sample.SoldAsText]++
		years[a.Sample.ReceivedOn.Year()]++
		turnaround = append(turnaround, a.Sample.ReceivedOn.DaysUntil(a.Sample.SourcePublishedOn))
		if a.Sample.Region != "Pennsylvania" || a.Sample.ReceivedBasis != lab.ReceivedCollected {
			t.Errorf("got %+v", a.Sample)
		}
		n := 0
		for _, e := range a.Evidence {
			n += len(e.Findings)
			for _, f := range e.Findings {
				if f.Detection == lab.Trace {
					traces++
				} else if f.Detection != lab.Identified || f.Abundance != lab.Primary {
					t.Errorf("got %s", foundText(d, f))
				}
			}
		}
		counts = append(counts, n)
	}
	for text, want := range map[string]int{"fentanyl; xylazine": 69, "fentanyl": 55, "cocaine": 12, "methamphetamine": 6} {
		if said[text] != want {
			t.Errorf("sold as %q: got %d, want %d", text, said[text], want)
		}
	}
	if years[2023] != 76 || years[2024] != 104 || traces != 213 {
		t.Errorf("got %v and %d traces", years, traces)
	}
	// "no compounds of interest detected" is a row, but no substance: 650 of the
	// 651 rows make 3.611 a sample, with none in one sample, as the source counts.
	slices.Sort(counts)
	slices.Sort(turnaround)
	sum := 0
	for _, n := range counts {
		sum += n
	}
	if sum != 650 || counts[0] != 0 || counts[89] != 3 || counts[90] != 3 || counts[179] != 12 || turnaround[89]+turnaround[90] != 2*17 {
		t.Errorf("got %d findings, %v, turnaround %v", sum, counts, turnaround)
	}
}

func TestUNCGCMS(t *testing.T) {
	plan, d := readProfile(t, "unc-gcms", uncFile(t, "unc_gcms_2023-02.csv"))
	if total := plan.Receipt.Total(); total.Read != 232 || total.Rejected != 0 || len(arrivalsOf(plan)) != 94 {
		t.Fatalf("got %+v\n%s", total, lines(plan))
	}
	ketamine, _, _ := d.FindSubstance("ketamine")
	precursor, _, _ := d.FindSubstance("ketamine precursor")
	with, primary, beside := 0, 0, 0
	for _, a := range arrivalsOf(plan) {
		found := map[lab.SubstanceID]lab.Finding{}
		for _, e := range a.Evidence {
			for _, f := range e.Findings {
				found[f.SubstanceID] = f
			}
		}
		f, ok := found[ketamine.ID]
		if !ok {
			continue
		}
		with++
		if f.Abundance == lab.Primary {
			primary++
		}
		if _, ok := found[precursor.ID]; ok {
			beside++
		}
	}
	if with != 18 || primary != 16 || beside != 9 {
		t.Errorf("ketamine in %d, primary in %d, with its precursor in %d", with, primary, beside)
	}
}

// Other ways of writing the same table say the same.
func TestUNCInOtherForms(t *testing.T) {
	samples, findings := ppPair(t)
	want, _ := readProfile(t, "unc-streetsafe", samples, findings)
	for name, form := range map[string]func(string) string{
		"CRLF":             func(s string) string { return strings.ReplaceAll(s, "\n", "\r\n") },
		"byte order mark":  func(s string) string { return "\ufeff" + s },
		"no final newline": func(s string) string { return strings.TrimRight(s, "\r\n") },
		"semicolons": func(s string) string {
			records, err := csv.NewReader(strings.NewReader(s)).ReadAll()
			if err != nil {
				t.Fatal(err)
			}
			var b bytes.Buffer
			w := csv.NewWriter(&b)
			w.Comma = ';'
			if err := w.WriteAll(records); err != nil {
				t.Fatal(err)
			}
			return b.String()
		},
	} {
		got, _ := readProfile(t, "unc-streetsafe", form(samples), form(findings))
		if got.Digest == want.Digest || len(arrivalsOf(got)) != 180 {
			t.Fatalf("%s: got %d samples", name, len(arrivalsOf(got)))
		}
		right := arrivalsOf(want)
		for i, a := range arrivalsOf(got) {
			if a.Sample.SourceDigest != right[i].Sample.SourceDigest || len(lab.Differences(right[i].Sample, a.Sample)) > 0 {
				t.Fatalf("%s: sample %s differs", name, a.Sample.SourceRef)
			}
		}
	}
}

func TestUNCDamaged(t *testing.T) {
	samples, findings := ppPair(t)
	// The first sample, 600240, has 8 rows of findings.
	first := `"600240","Mancester","","PA","Pennsylvania",01Oct2023`
	cut := func(text, from string) (row string) {
		i := strings.Index(text, from)
		return text[i : i+strings.Index(text[i:], "\n")+1]
	}
	finding := cut(findings, `"600240"`)
	tests := []struct {
		name              string
		samples, findings string
		accepted          int // samples
		merged, rejected  int // rows
		row               int
		field, value      string
		reason            string
	}{
		{"impossible date", strings.Replace(samples, first, strings.Replace(first, "01Oct", "31feb", 1), 1), findings, 179, 0, 9, 2, "received_on", "31feb2023", "There is no such day."},
		{"month without day", strings.Replace(samples, first, strings.Replace(first, "01Oct2023", "Nov 2021", 1), 1), findings, 179, 0, 9, 2, "received_on", "Nov 2021", "not a date of the form DDMMMYYYY"},
		{"unknown abundance", samples, strings.Replace(findings, `"400224","fentanyl",3345,"437-38-7","UF599785JZ",""`, `"400224","fentanyl",3345,"437-38-7","UF599785JZ","lots"`, 1), 179, 0, 12, 4, "detection", "lots", `"lots" is none of: quantified`},
		{"doubled rows", strings.Replace(samples, cut(samples, first), cut(samples, first)+cut(samples, first), 1), strings.Replace(findings, finding, finding+finding, 1), 180, 2, 0, 3, "", "row 2 of file1.csv", "It says the same as another row"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			plan, _ := readProfile(t, "unc-streetsafe", test.samples, test.findings)
			total := plan.Receipt.Total()
			if len(arrivalsOf(plan)) != test.accepted || total.Merged != test.merged || total.Rejected != test.rejected {
				t.Errorf("got %d samples, %+v\n%s", len(arrivalsOf(plan)), total, lines(plan))
			}
			found := slices.ContainsFunc(slices.Collect(plan.Receipt.Lines()), func(l Line) bool {
				return (l.Row == test.row || test.row == 0) && l.Field == test.field && l.Value == test.value && strings.Contains(l.Reason, test.reason)
			})
			if !found {
				t.Errorf("no such line in\n%s", lines(plan))
			}
		})
	}
	m, err := LoadMapping("unc-streetsafe")
	if err != nil {
		t.Fatal(err)
	}
	_, _, err = planOf(t, m, samples, strings.Replace(findings, finding, "1,"+finding, 1))
	wantError(t, err, "Nobody can tell to which sample such a row belongs")
	// A finding of a sample that is not there, or of one that may be another, stops all.
	const lost = "sample 600240 has no row in file1.csv that can be read"
	for _, samples := range []string{strings.Replace(samples, first, first+",", 1), strings.Replace(samples, cut(samples, first), "", 1)} {
		_, _, err = planOf(t, m, samples, findings)
		wantError(t, err, lost)
	}
	_, _, err = planOf(t, m, strings.Replace(samples, `"600240"`, `"600-240"`, 1), findings)
	wantError(t, err, lost+"; perhaps it is 600-240, row 2 of file1.csv")
}

// TestUNCContainsWhatWasExpectedByToken takes each word of what was expected by
// itself, as the source's own tables do: there, "crack" is not "cocaine".
func TestUNCContainsWhatWasExpectedByToken(t *testing.T) {
	samples, findings := ppPair(t)
	plan, d := readProfile(t, "unc-streetsafe", samples, findings)
	for token, want := range map[string][2]int{
		"cocaine": {14, 14}, "methamphetamine": {7, 7}, "ketamine": {5, 5}, "MDMA": {1, 2}, "heroin": {3, 6}, "xylazine": {72, 79},
		"fentanyl": {129, 138},
	} {
		substance, _, _ := d.FindSubstance(token)
		var got [2]int
		for _, a := range arrivalsOf(plan) {
			if !slices.Contains(strings.Split(a.Sample.SoldAsText, "; "), token) {
				continue
			}
			got[1]++
			if slices.ContainsFunc(a.Evidence, func(e lab.Evidence) bool {
				return slices.ContainsFunc(e.Findings, func(f lab.Finding) bool { return f.SubstanceID == substance.ID })
			}) {
				got[0]++
			}
		}
		if got != want {
			t.Errorf("%s: %d of %d, want %d of %d", token, got[0], got[1], want[0], want[1])
		}
	}
}
