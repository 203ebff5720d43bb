package intake

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"

	"marquis/internal/lab"
)

var update = flag.Bool("update", false, "write the table of the fields of a sample in docs/import.md anew")

const importDocs = "../../docs/import.md"

// docTable returns the rows of the first table after a text of docs/import.md.
func docTable(t *testing.T, after string) []string {
	t.Helper()
	text, err := os.ReadFile(importDocs)
	if err != nil {
		t.Fatal(err)
	}
	_, rest, found := strings.Cut(string(text), after)
	if !found {
		t.Fatalf("docs/import.md lacks %q", after)
	}
	_, rest, _ = strings.Cut(rest, "|---")
	_, rest, _ = strings.Cut(rest, "\n")
	table, _, _ := strings.Cut(rest, "\n\n")
	return strings.Split(strings.TrimSpace(table), "\n")
}

// writeTable writes other rows into the first table after a text of docs/import.md.
func writeTable(t *testing.T, after string, rows []string) {
	t.Helper()
	old := strings.Join(docTable(t, after), "\n")
	text, err := os.ReadFile(importDocs)
	if err == nil {
		err = os.WriteFile(importDocs, []byte(strings.Replace(string(text), old, strings.Join(rows, "\n"), 1)), 0o644)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// wantRows checks that the rows of a table begin so, one by one.
func wantRows(t *testing.T, rows, want []string) {
	t.Helper()
	if len(rows) != len(want) {
		t.Errorf("the documentation has %d rows, not %d", len(rows), len(want))
		return
	}
	for i, row := range rows {
		if !strings.HasPrefix(row, want[i]) {
			t.Errorf("the documentation says\n%s\ninstead of\n%s", row, want[i])
		}
	}
}

func codeList(codes []string) string {
	if len(codes) == 0 {
		return ""
	}
	return "`" + strings.Join(codes, "` `") + "`"
}

// The documentation lists every field with its kind and all its codes, and no
// other. The table of the fields of a sample is made from theirs.
func TestDocumentedFields(t *testing.T) {
	row := func(s spec) string { return fmt.Sprintf("| `%s` | %s | %s | ", s.name, s.kind, codeList(s.vocabulary)) }
	var samples, findings []string
	for _, f := range sampleFields {
		samples = append(samples, row(f.spec)+f.means+" |")
		if f.means == "" {
			t.Errorf("nobody says what %s means", f.name)
		}
	}
	if *update {
		writeTable(t, "### Fields of a sample", samples)
	}
	for _, s := range findingFields {
		findings = append(findings, row(s))
	}
	wantRows(t, docTable(t, "### Fields of a sample"), samples)
	wantRows(t, docTable(t, "### Fields of a finding"), findings)
}

func TestDocumentedKeys(t *testing.T) {
	var kinds []string
	for _, k := range []kind{idField, textField, nameField, setField, dateField, numberField, codeField, codesField, amountField, namesField} {
		kinds = append(kinds, fmt.Sprintf("| %s | %s |", k, codeList(keysOf[k])))
	}
	wantRows(t, docTable(t, "| Kind of field"), kinds)
	if len(kinds) != len(keysOf) {
		t.Errorf("there are %d kinds of field", len(keysOf))
	}
	wantRows(t, docTable(t, "| Key of `[method.NAME]`"), []string{
		"| `kind` | " + codeList(lab.MethodKinds.Strings()) + " |", "| `lab` |", "| `version` |", "| `level` | " + codeList(lab.Levels.Strings()) + " |",
		"| `quantifies` |", "| `scope` |",
	})
}

func TestDocumentedDates(t *testing.T) {
	for _, row := range docTable(t, "### Forms of dates") {
		cells := strings.Split(strings.Trim(row, "| "), " | ")
		form, err := parseDateForm(strings.Trim(cells[0], "`"))
		if err != nil {
			t.Fatal(err)
		}
		for text := range strings.SplitSeq(cells[1], " and ") {
			if date, err := form.read(text); err != nil || date != 2024_03_05 {
				t.Errorf("%s does not read %s: %s %v", form.text, text, date, err)
			}
		}
	}
}

func TestDocumentedLimits(t *testing.T) {
	l := DefaultLimits()
	spaced := func(n int) string {
		text := fmt.Sprint(n)
		for i := len(text) - 3; i > 0; i -= 3 {
			text = text[:i] + " " + text[i:]
		}
		return text
	}
	wantRows(t, docTable(t, "## Limits of files"), []string{
		fmt.Sprintf("| size | %d MiB | %d MiB, %d MiB unzipped |", l.CSVBytes>>20, l.WorkbookBytes>>20, l.UnzippedBytes>>20),
		fmt.Sprintf("| rows | %s | %s |", spaced(l.CSVRows), spaced(l.SheetRows)),
		fmt.Sprintf("| columns | %s | %s |", spaced(l.CSVColumns), spaced(l.SheetColumns)),
		fmt.Sprintf("| characters in a cell | %s | %s |", spaced(l.CellCharacters), spaced(l.CellCharacters)),
	})
}

// The documentation lists the rules that a mapping can confirm, and no other.
func TestDocumentedRules(t *testing.T) {
	var rules []string
	for _, name := range lab.Confirmable() {
		rules = append(rules, "| `"+name+"` | ")
	}
	wantRows(t, docTable(t, "## What looks implausible"), rules)
}
