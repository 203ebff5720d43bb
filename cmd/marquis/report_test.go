package main

import (
	"archive/zip"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestReportOfRealData(t *testing.T) {
	eachRegistry(t, func(t *testing.T, sh shell) {
		importPP(t, sh)
		for _, language := range []string{"en", "nl"} {
			out := filepath.Join(t.TempDir(), "report.xlsx")
			if said := sh.must("report", "2024", "--lang", language, "--out", out); !strings.Contains(said, "104 samples") {
				t.Errorf("said %q", said)
			}
			book, err := zip.OpenReader(out)
			if err != nil {
				t.Fatal(err)
			}
			defer book.Close()
			charts := 0
			for _, part := range book.File {
				if strings.HasPrefix(part.Name, "xl/charts/chart") {
					charts++
				}
			}
			if charts < 6 {
				t.Errorf("%s: %d charts on the sheets of two products", language, charts)
			}
			onlyFile(t, filepath.Dir(out))
		}
	})
}

// onlyFile checks that a report left nothing beside itself.
func onlyFile(t *testing.T, folder string) {
	t.Helper()
	files, err := os.ReadDir(folder)
	if err != nil || len(files) != 1 {
		t.Errorf("files %v, %v", files, err)
	}
}

func TestAReportOfAnEmptyYear(t *testing.T) {
	sh := newShell(t, "sqlite")
	out := filepath.Join(t.TempDir(), "report.xlsx")
	if said := sh.must("report", "2024", "--out", out); !strings.Contains(said, "0 samples") {
		t.Errorf("said %q", said)
	}
	onlyFile(t, filepath.Dir(out))
}

func TestAFailedReportKeepsTheOneThatWasThere(t *testing.T) {
	sh := newShell(t, "sqlite")
	folder := t.TempDir()
	out := filepath.Join(folder, "report.xlsx")
	if err := os.Mkdir(out, 0o700); err != nil { // what cannot be replaced
		t.Fatal(err)
	}
	if code, _, stderr := sh.run("report", "2024", "--out", out); code != exitFailed || !strings.Contains(stderr, "write the report") {
		t.Errorf("exit %d, %q", code, stderr)
	}
	onlyFile(t, folder)
}
