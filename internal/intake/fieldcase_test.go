package intake

import (
	"os"
	"slices"
	"strings"
	"testing"

	"marquis/internal/realdata"
)

// fieldCase returns the path of a file made after trouble that people had, which
// stands beside the real data.
func fieldCase(t *testing.T, name string) string {
	t.Helper()
	return realdata.Path(t, "../cases/"+name)
}

// fieldMapping is the mapping of the cases, with something of it replaced.
func fieldMapping(t *testing.T, replaced ...string) *Mapping {
	t.Helper()
	text, err := os.ReadFile(fieldCase(t, "mapping.toml"))
	if err != nil {
		t.Fatal(err)
	}
	return mustMapping(t, strings.NewReplacer(replaced...).Replace(string(text)))
}

// told writes what a plan would record, one line a sample, or why nothing.
func told(t *testing.T, m *Mapping, path string) string {
	t.Helper()
	d := mustDictionary(t)
	plan, err := dutch(Read(m, []string{path}, Known{Dictionary: d, Today: today}, nil))
	if err != nil {
		return "refused: " + err.Error()
	}
	var texts []string
	for _, a := range arrivalsOf(plan) {
		texts = append(texts, a.Sample.SourceRef+" "+a.Sample.ReceivedOn.String()+" "+strings.Join(findingTexts(d, a), ", "))
	}
	if len(slices.Collect(plan.Receipt.Lines())) > 0 {
		texts = append(texts, lines(plan))
	}
	return strings.Join(texts, "\n")
}

// Each file is read right, or refused with what to do. Silence is not right where the
// file may be wrong.
func TestFieldCases(t *testing.T) {
	timed := []string{"DD/MM/YYYY", "DD/MM/YYYY hh:mm"}
	tests := []struct {
		file     string
		replaced []string
		want     []string // parts of what is told
	}{
		{"02-percent-cells.xlsx", nil, []string{"P-1 2024-03-05 cocaine quantified 79.5% base\nP-2 2024-03-05 ketamine quantified 79.5% base"}},
		{"03-long-ids.xlsx", nil, []string{"refused: ", `the column "sample": rows 2, 3 (`, "a number of more than 15 digits has lost its end", "with the column as text"}},
		{"07-text-numbers.xlsx", nil, []string{`2 rejected amount "1.250" The decimal mark is ","`, `3 rejected amount "1.250" The decimal mark is ","`}},
		{"08-mixed-dates.xlsx", nil, []string{"refused: ", `the column "received": row 2: dates, where other cells of the column are texts (row 3 ("13/03/2024"))`, `the column "analysed": row 2`}},
		{"09a-leading-zero.csv", nil, []string{"08031 2024-03-05 cocaine quantified 79.5% base"}},
		{"09b-leading-zero.xlsx", nil, []string{"08031 2024-03-05 cocaine quantified 79.5% base"}},
		{"15-struck-through.xlsx", nil, []string{"X-1 2024-03-05 cocaine quantified 79.5% base\n", `3 rejected id "X-2" The cell is struck through`, `3 rejected substance "fentanyl" The cell is struck through`}},
		{"15-struck-through.xlsx", []string{`holds = "both"`, "holds = \"both\"\nstruck = \"read\""}, []string{"X-1 2024-03-05 cocaine quantified 79.5% base\nX-2 2024-03-05 fentanyl quantified 79.5% base"}},
		{"16-double-encoded.csv", nil, []string{"refused: ", `the column "sold as": row 2 ("cocaÃ¯ne"): the text has signs of a wrong encoding`, `the column "substance": row 2`}},
		{"18-date-times.csv", nil, []string{`2 rejected received_on "05/03/2024 14:22" This is a date with a time, and the form DD/MM/YYYY names none: add it to the form, as in DD/MM/YYYY hh:mm.`}},
		{"18-date-times.csv", timed, []string{"K-1 2024-03-05 cocaine quantified 79.5% base"}},
		{"22-trailing-columns.csv", nil, []string{"F-1 2024-03-05 cocaine quantified 79.5% base"}},
		{"23-last-row.xlsx", nil, []string{"L-1 2024-03-05 cocaine quantified 79.5% base"}},
	}
	for _, test := range tests {
		t.Run(test.file, func(t *testing.T) {
			got := told(t, fieldMapping(t, test.replaced...), fieldCase(t, test.file))
			for _, want := range test.want {
				if !strings.Contains(got, want) {
					t.Errorf("got %s\nwithout %s", got, want)
				}
			}
			if len(test.want) == 1 && !strings.Contains(test.want[0], "rejected") && got != test.want[0] {
				t.Errorf("got %s", got)
			}
		})
	}
}

// One column a choice, as surveys export it, is mapped by its ticks.
func TestFieldCaseOfTicks(t *testing.T) {
	text, err := os.ReadFile(fieldCase(t, "25-ticked-columns.md"))
	if err != nil {
		t.Fatal(err)
	}
	var csv strings.Builder
	for line := range strings.Lines(string(text)) {
		if code, indented := strings.CutPrefix(line, "    "); indented {
			csv.WriteString(code)
		}
	}
	m := fieldMapping(t, `logo = "logo"`, `effects = { ticks = { "effects___nausea" = "nausea", "effects___seizure" = "seizure" } }`,
		`, date = "DD/MM/YYYY"`, "", `amount = {`, `# `, `unit = "unit"`, "", `basis = {`, `# `)
	plan, _ := mustPlan(t, m, csv.String())
	if len(arrivalsOf(plan)) != 1 || strings.Join(arrivalsOf(plan)[0].Sample.Effects, " ") != "nausea" {
		t.Errorf("got %+v\n%s", arrivalsOf(plan), lines(plan))
	}
}

// A sample that one file calls 08031 is the one that a workbook shows as 08031.
func TestFieldCaseOfLeadingZero(t *testing.T) {
	m := fieldMapping(t)
	read := func(known map[string]string, file string) *Plan {
		plan, err := dutch(Read(m, []string{fieldCase(t, file)}, Known{Dictionary: mustDictionary(t), Recorded: recordedBy(known), Today: today}, nil))
		if err != nil {
			t.Fatal(err)
		}
		return plan
	}
	first := arrivalsOf(read(nil, "09a-leading-zero.csv"))[0].Sample
	second := read(map[string]string{first.SourceRef: first.SourceDigest}, "09b-leading-zero.xlsx")
	wantLine(t, second, 2, Rejected, "id", "08031", "The sample is recorded already")
	if len(arrivalsOf(second)) > 0 {
		t.Errorf("a second sample: %+v", arrivalsOf(second))
	}
}
