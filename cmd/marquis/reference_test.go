package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"marquis/internal/realdata"
	"marquis/internal/statistics"
)

// importPP imports the PP pair of the UNC Street Drug Analysis Lab (Opioid Data
// Lab, drug checking datasets).
func importPP(t *testing.T, sh shell) string {
	t.Helper()
	return sh.must("import", "--profile", "unc-streetsafe", realdata.Path(t, "unc/unc_PP_analysis_dataset.csv"), realdata.Path(t, "unc/unc_PP_lab_detail.csv"))
}

// entry asks for the figures of a year as JSON.
func (sh shell) entry(args ...string) statistics.Entry {
	sh.t.Helper()
	var e struct {
		statistics.Entry
		Scope string `json:"scope"` // written as text only
	}
	if err := json.Unmarshal([]byte(sh.must(append([]string{"stats", "--format", "json"}, args...)...)), &e); err != nil {
		sh.t.Fatal(err)
	}
	return e.Entry
}

func TestReferenceResultsOfRealData(t *testing.T) {
	eachRegistry(t, func(t *testing.T, sh shell) {
		receipt := importPP(t, sh)
		if !strings.Contains(receipt, "together: 831 rows read = 831 accepted + 0 merged + 0 rejected") {
			t.Fatalf("receipt:\n%s", receipt)
		}
		t.Run("samples by year of collection", func(t *testing.T) {
			for year, want := range map[string]int{"2023": 76, "2024": 104} {
				if e := sh.entry(year, "--expected", "fentanyl"); e.Registered != want || e.Released != want {
					t.Errorf("%s: %d registered, %d released, want %d", year, e.Registered, e.Released, want)
				}
			}
		})
		t.Run("sold as, in any order", func(t *testing.T) {
			// Verbatim "fentanyl; xylazine" 69 and "xylazine; fentanyl" 4, and one
			// that added "unknown", are one product; so are "cocaine" 12 and
			// "cocaine; crack" 1.
			for product, want := range map[string]int{"fentanyl with xylazine": 74, "fentanyl": 55, "cocaine": 13, "methamphetamine": 6} {
				if n := sh.entry("2023", "--product", product).N + sh.entry("2024", "--product", product).N; n != want {
					t.Errorf("%s: %d, want %d", product, n, want)
				}
			}
		})
		t.Run("contains what was expected", func(t *testing.T) {
			// By token of the source cocaine is 14 of 14; the two that were sold as
			// crack only are expected to hold cocaine too.
			for substance, want := range map[string][3]int{
				"fentanyl": {129, 138, 113}, "cocaine": {16, 16, 16}, "methamphetamine": {7, 7, 7}, "ketamine": {5, 5, 5},
				"MDMA": {1, 2, 1}, "heroin": {3, 6, 2}, "xylazine": {72, 79, 67},
			} {
				a, b := sh.entry("2023", "--expected", substance), sh.entry("2024", "--expected", substance)
				got := [3]int{a.Contains.Any.N + b.Contains.Any.N, a.Contains.Any.Of + b.Contains.Any.Of, a.Contains.Main.N + b.Contains.Main.N}
				if got != want {
					t.Errorf("%s: any, of and main %v, want %v", substance, got, want)
				}
			}
			if a, b := sh.entry("2023", "--expected", "fentanyl"), sh.entry("2024", "--expected", "fentanyl"); a.N != 55 || b.N != 83 {
				t.Errorf("fentanyl expected: %d and %d", a.N, b.N)
			}
		})
		t.Run("found beside fentanyl", func(t *testing.T) {
			counts := map[string]int{}
			for _, year := range []string{"2023", "2024"} {
				for _, f := range sh.entry(year, "--expected", "fentanyl").Found {
					counts[f.Substance] += f.N
				}
			}
			for substance, want := range map[string]int{
				"4-ANPP": 109, "xylazine": 107, "caffeine": 22, "p-fluorofentanyl": 16, "diphenhydramine": 16,
			} {
				if counts[substance] != want {
					t.Errorf("%s: %d, want %d", substance, counts[substance], want)
				}
			}
		})
	})
}

func TestBothDatabasesAnswerToTheLastDigit(t *testing.T) {
	t.Parallel()
	answers := func(kind string) map[string]string {
		sh := newShell(t, kind)
		importPP(t, sh)
		got := map[string]string{}
		for _, year := range []string{"2022", "2023", "2024"} {
			for _, format := range []string{"json", "csv", "table"} {
				for _, about := range [][]string{nil, {"--product", "fentanyl"}, {"--expected", "benzodiazepine"}, {"--service", "UNC"}} {
					args := append([]string{"stats", year, "--format", format}, about...)
					got[strings.Join(args, " ")] = sh.must(args...)
				}
			}
		}
		return got
	}
	sqlite, postgres := answers("sqlite"), answers("postgres")
	for question, want := range sqlite {
		if postgres[question] != want {
			t.Errorf("marquis %s: PostgreSQL answers otherwise", question)
		}
		if strings.Contains(want, "NaN") {
			t.Errorf("marquis %s: NaN", question)
		}
	}
}

func TestDryRunAndTheSameFilesAgain(t *testing.T) {
	eachRegistry(t, func(t *testing.T, sh shell) {
		files := []string{"import", "--profile", "unc-streetsafe", realdata.Path(t, "unc/unc_PP_analysis_dataset.csv"), realdata.Path(t, "unc/unc_PP_lab_detail.csv")}
		dry := sh.must(append(files, "--dry-run")...)
		if !strings.Contains(dry, "Dry run: nothing was written.") || !strings.Contains(dry, "180 new samples") {
			t.Errorf("dry run:\n%s", dry)
		}
		if out := sh.must("service", "list"); strings.Contains(out, "UNC") {
			t.Errorf("the dry run wrote a service: %s", out)
		}
		sh.must(files...)
		before := sh.must("stats", "2024", "--format", "json")
		receipt := filepath.Join(t.TempDir(), "receipt.csv")
		again := sh.must(append(files, "--receipt", receipt)...)
		if !strings.Contains(again, "nothing is changed") || !strings.Contains(again, "0 accepted + 831 merged + 0 rejected") {
			t.Errorf("again:\n%s", again)
		}
		if sh.must("stats", "2024", "--format", "json") != before {
			t.Error("the second import changed the figures")
		}
		text, err := os.ReadFile(receipt)
		if err != nil || strings.Count(string(text), "\n") != 1+8+831 {
			t.Errorf("receipt of %d lines, %v", strings.Count(string(text), "\n"), err)
		}
		if out := sh.must("audit", "verify"); !strings.Contains(out, "4 events") { // the dictionary, the service, its laboratory, the import
			t.Errorf("audit: %s", out)
		}
		if out := sh.must("reclassify"); out != "180 samples looked at, 0 moved\n" {
			t.Errorf("reclassify: %s", out)
		}
	})
}

func TestADamagedRowRejectsItsSampleOnly(t *testing.T) {
	eachRegistry(t, func(t *testing.T, sh shell) {
		text, err := os.ReadFile(realdata.Path(t, "unc/unc_PP_analysis_dataset.csv"))
		if err != nil {
			t.Fatal(err)
		}
		damaged := filepath.Join(t.TempDir(), "analysis.csv")
		if err := os.WriteFile(damaged, []byte(strings.Replace(string(text), "01Oct2023", "31Sep2023", 1)), 0o600); err != nil {
			t.Fatal(err)
		}
		lab := realdata.Path(t, "unc/unc_PP_lab_detail.csv")
		code, stdout, stderr := sh.run("import", "--profile", "unc-streetsafe", damaged, lab, "--accept-rejected") // it holds fentanyl
		if code != exitRejected || !strings.Contains(stdout, "179 new samples") || !strings.Contains(stdout, `received_on "31Sep2023"`) {
			t.Fatalf("exit %d\n%s%s", code, stdout, stderr)
		}
		mended := sh.must("import", "--profile", "unc-streetsafe", realdata.Path(t, "unc/unc_PP_analysis_dataset.csv"), lab)
		if !strings.Contains(mended, "1 new samples") {
			t.Errorf("the corrected file:\n%s", mended)
		}
		if e := sh.entry("2023", "--expected", "fentanyl"); e.Registered != 76 {
			t.Errorf("%d registered in 2023", e.Registered)
		}
	})
}
