package intake

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"marquis/internal/lab"
	"marquis/internal/lab/dictionary"
)

// today is the day of import in the tests.
const today lab.Date = 2025_11_01

// rowsMapping reads one file with a row a finding. Tests change a line of it.
const rowsMapping = `
profile = "test"
decimal = ","

[[file]]
holds = "both"

[samples]
id = "nr"
received_on = { column = "in", date = "DD-MM-YYYY" }
sold_as = { column = "sold as", list = ";" }
form = { column = "form", values = { poeder = "powder", pil = "tablet" } }
region = "region"
price = "price"
price_currency = { value = "EUR" }
price_quantity = "quantity"
price_unit = { value = "g" }
not_analysed = "why not"

[findings]
layout = "rows"
nothing = ["nothing found"]
unclear = ["unclear"]

[findings.fields]
substance = "substance"
method = "method"
performed_on = { column = "on", date = "DD-MM-YYYY" }
amount = { column = "amount", unit = "%", values = { spoor = "trace", "n.d." = "not_detected" } }
basis = { column = "basis", values = { HCl = "hydrochloride" } }
uncertainty = "±"

[method.default]
kind = "lc_dad"
lab = "Test laboratory"
level = "confirmatory"
quantifies = true

[method.strip]
kind = "strip"
lab = "Test laboratory"
level = "presumptive"
`

// rowsHeader are the columns that rowsMapping reads, and one that it does not.
var rowsHeader = []string{
	"nr", "in", "sold as", "form", "region", "price", "quantity", "why not", "substance", "method", "on", "amount", "basis", "±", "remarks",
}

// cells is what a row says in the columns that a test names; the others hold
// something harmless.
type cells map[string]string

// harmless is a row about which there is nothing to say.
var harmless = cells{
	"nr": "1", "in": "02-03-2024", "sold as": "ketamine", "form": "poeder", "region": "Utrecht", "price": "25", "quantity": "1",
	"substance": "ketamine", "method": "lc", "on": "05-03-2024",
}

// line writes a row with a semicolon between its cells.
func line(row cells) string {
	texts := make([]string, len(rowsHeader))
	for i, heading := range rowsHeader {
		text, told := row[heading]
		if !told {
			text = harmless[heading]
		}
		if strings.ContainsAny(text, "\";\n") {
			text = `"` + strings.ReplaceAll(text, `"`, `""`) + `"`
		}
		texts[i] = text
	}
	return strings.Join(texts, ";") + "\n"
}

func file(rows ...cells) string {
	var b strings.Builder
	b.WriteString(strings.Join(rowsHeader, ";") + "\n")
	for _, row := range rows {
		b.WriteString(line(row))
	}
	return b.String()
}

func mustMapping(t testing.TB, text string) *Mapping {
	t.Helper()
	m, err := parseMapping([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func mustDictionary(t testing.TB) *lab.Dictionary {
	t.Helper()
	d, err := dictionary.Load()
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// planOf reads texts as files, with the embedded dictionary.
func planOf(t testing.TB, m *Mapping, texts ...string) (*Plan, *lab.Dictionary, error) {
	t.Helper()
	d := mustDictionary(t)
	plan, err := planWith(t, m, Known{Dictionary: d, Today: today}, texts...)
	return plan, d, err
}

func planWith(t testing.TB, m *Mapping, known Known, texts ...string) (*Plan, error) {
	t.Helper()
	dir := t.TempDir()
	paths := make([]string, len(texts))
	for i, text := range texts {
		paths[i] = filepath.Join(dir, fmt.Sprintf("file%d.csv", i+1))
		if err := os.WriteFile(paths[i], []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dutch(Read(m, paths, known, nil))
}

func mustPlan(t testing.TB, m *Mapping, texts ...string) (*Plan, *lab.Dictionary) {
	t.Helper()
	plan, d, err := planOf(t, m, texts...)
	if err != nil {
		t.Fatal(err)
	}
	return plan, d
}

// accept reads rows that must all be accepted or merged.
func accept(t testing.TB, rows ...cells) (*Plan, *lab.Dictionary) {
	t.Helper()
	plan, d := mustPlan(t, mustMapping(t, rowsMapping), file(rows...))
	if total := plan.Receipt.Total(); total.Rejected > 0 {
		t.Fatalf("rejected: %s", lines(plan))
	}
	return plan, d
}

// acceptOne reads rows of one sample with one analysis.
func acceptOne(t testing.TB, rows ...cells) (lab.Arrival, *lab.Dictionary) {
	t.Helper()
	plan, d := accept(t, rows...)
	if len(arrivalsOf(plan)) != 1 {
		t.Fatalf("got %d samples", len(arrivalsOf(plan)))
	}
	return arrivalsOf(plan)[0], d
}

// lines writes the lines of a receipt, to compare and to read in a failure.
func lines(plan *Plan) string {
	var texts []string
	for l := range plan.Receipt.Lines() {
		texts = append(texts, fmt.Sprintf("%s:%d %s %s %q %s", l.File, l.Row, l.Fate, l.Field, l.Value, l.Reason))
	}
	return strings.Join(texts, "\n")
}

// wantLine checks that the receipt says this of a row.
func wantLine(t testing.TB, plan *Plan, row int, fate, field, value, reason string) {
	t.Helper()
	if !slices.ContainsFunc(slices.Collect(plan.Receipt.Lines()), func(l Line) bool {
		return l.Row == row && l.Fate == fate && l.Field == field && l.Value == value && strings.Contains(l.Reason, reason)
	}) {
		t.Errorf("no line for row %d %s %s %q %q in:\n%s", row, fate, field, value, reason, lines(plan))
	}
}

// found tells a finding in one text: name, how it was found, amount and basis.
func foundText(d *lab.Dictionary, f lab.Finding) string {
	text := d.Substances[f.SubstanceID].Name + " " + string(f.Detection)
	if f.Detection == lab.Quantified {
		text += " " + f.Amount.Format(".") + " " + string(f.Basis)
	}
	return text
}

// findingTexts tells all findings of an arrival.
func findingTexts(d *lab.Dictionary, a lab.Arrival) []string {
	var texts []string
	for _, e := range a.Evidence {
		for _, f := range e.Findings {
			texts = append(texts, foundText(d, f))
		}
	}
	return texts
}

func writeFile(t testing.TB, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// arrivalsOf are all arrivals of a plan.
func arrivalsOf(plan *Plan) (all []lab.Arrival) {
	for a, err := range plan.Arrivals() {
		if err != nil {
			panic(err)
		}
		all = append(all, *a)
	}
	return all
}

// recordedBy are samples that were imported before, by their ids.
func recordedBy(digests map[string]string) func(groups []string) ([]lab.Recorded, error) {
	return func(groups []string) (all []lab.Recorded, err error) {
		for ref, digest := range digests {
			if slices.Contains(groups, lab.RefKeyOf(ref).Group()) {
				all = append(all, lab.Recorded{Ref: ref, Digest: digest})
			}
		}
		return all, nil
	}
}

// readTable reads the table of a file on disk.
func readTable(path string) (*Table, error) {
	f, err := openFile(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return ReadTableFrom(filepath.Base(path), f, Format{}, DefaultLimits())
}
