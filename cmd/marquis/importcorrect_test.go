package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// correctFiles writes a mapping with amounts, and the file of a source before and after it was
// corrected: of A1 the amount was wrong, of A2 too, and fentanyl was found by mistake, A3 says the same,
// and C1 is new.
func correctFiles(t *testing.T) (mapping, first, corrected string) {
	t.Helper()
	const heading = "id,in,sold as,substance,amount,unit,on\n"
	folder := t.TempDir()
	write := func(name, text string) string {
		path := filepath.Join(folder, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	mapping = write("waits.toml", "decimal = \".\"\n"+strings.Replace(waitMapping, `substance = "substance"`, "substance = \"substance\"\namount = \"amount\"\nunit = \"unit\"", 1)+"quantifies = true\n")
	first = write("first.csv", heading+"A1,2024-03-05,cocaine,cocaine,45,%,2024-03-06\nA2,2024-03-05,cocaine,cocaine,60,%,2024-03-06\nA2,2024-03-05,cocaine,fentanyl,,,2024-03-06\nA3,2024-03-05,cocaine,cocaine,30,%,2024-03-06\n")
	corrected = write("corrected.csv", heading+"A1,2024-03-05,cocaine,cocaine,54,%,2024-03-06\nA2,2024-03-05,cocaine,cocaine,61,%,2024-03-06\nA3,2024-03-05,cocaine,cocaine,30,%,2024-03-06\nC1,2024-03-05,cocaine,cocaine,10,%,2024-03-06\n")
	return mapping, first, corrected
}

// figuresOf are how many samples there are, how many of them contain fentanyl, and all that is
// said of those that were sold as cocaine.
func (sh shell) figuresOf(t *testing.T) (samples, fentanyl int, told string) {
	t.Helper()
	e := sh.entry("2024", "--expected", "cocaine")
	for _, a := range e.Adulterants {
		if a.Substance == "fentanyl" {
			fentanyl = a.N
		}
	}
	return e.Registered, fentanyl, sh.must("stats", "2024", "--expected", "cocaine")
}

// A source corrects what it reported: the receipt shows what differs, dangers first, and nothing
// recorded is changed without a reason. With one the results are amended, and taking that import
// back gives each what it was before.
func TestASourceCorrectsItsFile(t *testing.T) {
	eachRegistry(t, func(t *testing.T, sh shell) {
		mapping, first, corrected := correctFiles(t)
		sh.must("import", "--profile", mapping, first)
		_, _, before := sh.figuresOf(t)

		code, out, errs := sh.run("import", "--profile", mapping, corrected, "--dry-run")
		const told = "2 recorded samples of which the source now says otherwise, not changed without a reason:\n" +
			"  A2 (row 3 of corrected.csv): fentanyl (high or extreme danger): identified → not told; cocaine: 60% → 61%\n" +
			"  A1 (row 2 of corrected.csv): cocaine: 45% → 54%\n"
		if code != exitRejected || !strings.Contains(out, told) || !strings.Contains(out, "to correct them give the reason") {
			t.Fatalf("exit %d\n%s%s", code, out, errs)
		}
		if out = sh.must("import", "--profile", mapping, corrected, "--dry-run", "--because", "entry_mistake"); !strings.Contains(out, "to be corrected:\n  A2") || !strings.Contains(out, "4 rows read = 3 accepted + 1 merged + 0 rejected") {
			t.Error(out)
		}
		if _, _, now := sh.figuresOf(t); now != before {
			t.Error("a dry run changed figures")
		}

		code, out, _ = sh.run("import", "--profile", mapping, corrected) // what is new comes in without a reason
		if code != exitRejected || !strings.Contains(out, "1 new samples") {
			t.Fatalf("exit %d\n%s", code, out)
		}
		_, _, before = sh.figuresOf(t)
		out = sh.must("import", "--profile", mapping, corrected, "--because", "entry_mistake")
		if !strings.Contains(out, "Imported into service WTS; 2 recorded samples were corrected.") || !strings.Contains(out, "0 new samples") {
			t.Error(out)
		}
		n, fentanyl, after := sh.figuresOf(t)
		if n != 4 || fentanyl != 0 || after == before {
			t.Errorf("%d samples, %d with fentanyl\n%s", n, fentanyl, after)
		}
		sh.must("audit", "verify")
		if out := sh.must("import", "--profile", mapping, corrected, "--because", "entry_mistake"); !strings.Contains(out, "already; nothing is changed") {
			t.Error(out)
		}

		last, _ := sh.lastImport()
		if out = sh.must("import", "take-back", last); !strings.Contains(out, "2 recorded samples that it corrected will be again what they were before") {
			t.Error(out)
		}
		sh.must("import", "take-back", last, "--because", "entry_mistake")
		if n, fentanyl, again := sh.figuresOf(t); n != 4 || fentanyl != 1 || again != before {
			t.Errorf("%d samples, %d with fentanyl; before\n%s\nnow\n%s", n, fentanyl, before, again)
		}
		sh.must("audit", "verify")
		if out := sh.must("import", "--profile", mapping, corrected, "--because", "equipment"); !strings.Contains(out, "2 recorded samples were corrected") {
			t.Error(out)
		}
		sh.must("audit", "verify")
		sh.must("reclassify")
		if _, fentanyl, again := sh.figuresOf(t); fentanyl != 0 || again != after {
			t.Errorf("corrected again:\n%s\nand before\n%s", again, after)
		}
	})
}
