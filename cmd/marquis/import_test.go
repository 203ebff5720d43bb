package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"marquis/internal/intake"
)

const waitMapping = `profile = "waits"
[service]
code = "WTS"
name = "Service that waits (synthetic)"
country = "NL"
currency = "EUR"
time_zone = "Europe/Amsterdam"
[[file]]
holds = "both"
[samples]
id = "id"
received_on = "in"
sold_as = "sold as"
form = { value = "powder" }
[findings]
layout = "rows"
[findings.fields]
substance = "substance"
performed_on = "on"
[method.default]
kind = "gc_ms"
lab = "Case laboratory (synthetic)"
level = "confirmatory"
`

// waitFiles writes a mapping, and rows of three good samples and others.
func waitFiles(t *testing.T, others string) (mapping, data string) {
	t.Helper()
	folder := t.TempDir()
	mapping, data = filepath.Join(folder, "waits.toml"), filepath.Join(folder, "rows.csv")
	const good = "id,in,sold as,substance,on\nA1,2024-03-05,cocaine,cocaine,2024-03-06\nA2,2024-03-05,cocaine,cocaine,2024-03-06\nA3,2024-03-05,cocaine,cocaine,2024-03-06\n"
	for path, text := range map[string]string{mapping: waitMapping, data: good + others} {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return mapping, data
}

// An import that would leave much out, or something dangerous, writes nothing until a person
// says so; a dry run says the same.
func TestAnImportWaitsForAPerson(t *testing.T) {
	eachRegistry(t, func(t *testing.T, sh shell) {
		for _, test := range []struct{ others, told string }{
			{"B1,2024-03-05,cocaine,fentanyl,?\n", "1 of 4 samples would be left out.\nRows that would be left out name substances of high or extreme danger:\n  fentanyl: 1 row (first: row 5 of rows.csv)\n"},
			{"B1,?,cocaine,caffeine,2024-03-06\nB2,?,cocaine,caffeine,2024-03-06\nB3,?,cocaine,caffeine,2024-03-06\n", "3 of 6 samples (50 %) would be left out.\n"},
		} {
			mapping, data := waitFiles(t, test.others)
			args := []string{"import", "--profile", mapping, data}
			for _, dry := range []bool{true, false} {
				if dry {
					args = append(args, "--dry-run")
				} else {
					args = args[:4]
				}
				code, out, errs := sh.run(args...)
				if code != exitWaits || !strings.Contains(out, test.told) || !strings.Contains(errs, "--accept-rejected") {
					t.Errorf("exit %d\n%s%s", code, out, errs)
				}
				if !strings.HasPrefix(out, "Rows were rejected, for these reasons:\n") {
					t.Errorf("the reasons do not come first:\n%s", out)
				}
			}
			if list := sh.must("service", "list"); strings.Contains(list, "WTS") {
				t.Fatalf("something was written: %s", list)
			}
		}
		mapping, data := waitFiles(t, "B1,2024-03-05,cocaine,fentanyl,?\n")
		code, out, _ := sh.run("import", "--profile", mapping, data, "--accept-rejected")
		if code != exitRejected || !strings.Contains(out, "fentanyl: 1 row") || !strings.Contains(out, "Imported into service WTS.") {
			t.Errorf("exit %d\n%s", code, out)
		}
		if n := sh.entry("2024", "--expected", "cocaine").Registered; n != 3 {
			t.Errorf("%d samples", n)
		}
	})
}

// One sample that two services report is not counted twice in silence, and who imports for
// one learns no more of the other than its code.
func TestOneSampleThroughTwoServices(t *testing.T) {
	eachRegistry(t, func(t *testing.T, sh shell) {
		mapping, data := waitFiles(t, "")
		sh.must("migrate")
		sh.must("service", "add", "AAA", "Programme of the north")
		sh.must("service", "add", "BBB", "Programme of the south")
		sh.must("import", "--profile", mapping, "--service", "AAA", data)
		code, out, errs := sh.run("import", "--profile", mapping, "--service", "BBB", data)
		if code != exitWaits && code != exitRejected || !strings.Contains(out, "3 rows: id: A sample of the same id is recorded at service AAA") {
			t.Errorf("exit %d\n%s%s", code, out, errs)
		}
		if strings.Contains(out, "north") {
			t.Errorf("more is told than the code:\n%s", out)
		}
		text := "ids_per_service = true\n" + waitMapping
		if err := os.WriteFile(mapping, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if out := sh.must("import", "--profile", mapping, "--service", "BBB", data); !strings.Contains(out, "which the mapping says are others: 3") {
			t.Error(out)
		}
	})
}

// What a file brought by another import is missing once that is taken back: the file brings it
// again, though it was imported already.
func TestAFileBringsWhatWasTakenBackWithAnother(t *testing.T) {
	eachRegistry(t, func(t *testing.T, sh shell) {
		mapping, data := waitFiles(t, "")
		sh.must("import", "--profile", mapping, data)
		first, _ := sh.lastImport()
		_, grown := waitFiles(t, "C1,2024-03-05,cocaine,caffeine,2024-03-06\n")
		sh.must("import", "--profile", mapping, grown)
		sh.must("import", "take-back", first, "--because", "entry_mistake")
		if n := sh.entry("2024", "--expected", "cocaine").Registered; n != 1 {
			t.Fatalf("%d samples are left", n)
		}
		if out := sh.must("import", "--profile", mapping, grown); !strings.Contains(out, "3 new samples") {
			t.Error(out)
		}
		if n := sh.entry("2024", "--expected", "cocaine").Registered; n != 4 {
			t.Errorf("%d samples", n)
		}
		if out := sh.must("import", "--profile", mapping, grown); !strings.Contains(out, "already; nothing is changed") {
			t.Error(out)
		}
	})
}

// The name of the file says which form the receipt has.
func TestTheReceiptAsJSON(t *testing.T) {
	sh := newShell(t, "sqlite")
	mapping, data := waitFiles(t, "")
	receipt := filepath.Join(t.TempDir(), "receipt.JSON")
	sh.must("import", "--profile", mapping, data, "--dry-run", "--receipt", receipt)
	if text, err := os.ReadFile(receipt); err != nil || !strings.HasPrefix(string(text), "{\n  \"causes\"") {
		t.Errorf("%v: %s", err, text)
	}
}

// A receipt for a spreadsheet holds what the file holds, and nothing in it is a formula.
func TestAReceiptForASpreadsheet(t *testing.T) {
	mapping, data := waitFiles(t, "008,?,cocaine,=1+1,2024-03-06\n")
	sh := newShell(t, "sqlite")
	receipt := filepath.Join(t.TempDir(), "receipt.xlsx")
	sh.run("import", "--profile", mapping, data, "--dry-run", "--receipt", receipt)
	content, err := os.ReadFile(receipt)
	if err != nil {
		t.Fatal(err)
	}
	table, err := intake.ReadTableFrom("receipt.xlsx", bytes.NewReader(content), intake.Format{HeaderRow: 4}, intake.DefaultLimits())
	if err != nil {
		t.Fatal(err)
	}
	if strings.Join(table.Header, " ") != strings.Join(intake.ReceiptColumns, " ") {
		t.Errorf("the columns are %q", table.Header)
	}
	last := table.Rows[len(table.Rows)-1].Cells
	if last[0] != "rows.csv" || last[1] != "5" || last[2] != "rejected" || last[4] != "=1+1" {
		t.Errorf("the last row is %q", last)
	}
}
