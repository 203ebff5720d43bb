package reports

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"
)

// office converts a workbook with LibreOffice and returns the folder of what it
// made.
func office(t *testing.T, workbook []byte, to string) string {
	t.Helper()
	return officeOf(t, workbook, to, "en-US")
}

// officeOf is that of a person in whose country numbers are written so.
func officeOf(t *testing.T, workbook []byte, to, country string) string {
	t.Helper()
	program, err := exec.LookPath("soffice")
	if err != nil {
		if os.Getenv("CI") != "" {
			t.Fatal("LibreOffice is needed: install libreoffice-calc")
		}
		t.Skip("LibreOffice is not installed")
	}
	dir := t.TempDir()
	name := filepath.Join(dir, "annual.xlsx")
	if err := os.WriteFile(name, workbook, 0o600); err != nil {
		t.Fatal(err)
	}
	settings := filepath.Join(dir, "profile", "user")
	if err := os.MkdirAll(settings, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(settings, "registrymodifications.xcu"), []byte(fmt.Sprintf(officeSettings, country)), 0o600); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Minute)
	defer cancel()
	out, err := exec.CommandContext(ctx, program, "-env:UserInstallation=file://"+filepath.Join(dir, "profile"), "--headless", "--convert-to", to, "--outdir", dir, name).CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	return dir
}

// officeSettings have LibreOffice count every formula when it opens a workbook, and write
// numbers as in a country.
const officeSettings = `<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry" xmlns:xs="http://www.w3.org/2001/XMLSchema" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">
<item oor:path="/org.openoffice.Office.Calc/Formula/Load"><prop oor:name="OOXMLRecalcMode" oor:op="fuse"><value>0</value></prop></item>
<item oor:path="/org.openoffice.Setup/L10N"><prop oor:name="ooSetupSystemLocale" oor:op="fuse"><value>%s</value></prop></item>
</oor:items>
`

// allSheets makes a CSV file of each sheet, with values as they are shown.
const allSheets = "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true,false,false,false,-1"

func readCSV(t *testing.T, name string) [][]string {
	t.Helper()
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	r := csv.NewReader(bytes.NewReader(data))
	r.FieldsPerRecord = -1
	rows, err := r.ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	return rows
}

// cached finds the number that stands for a formula until it is counted anew.
var cached = regexp.MustCompile(`</f><v>\d+</v>`)

// spoil puts a wrong number behind every formula, so that a right one was counted.
func spoil(t *testing.T, workbook []byte) []byte {
	t.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	spoiled := 0
	for _, f := range archive(t, workbook).File {
		text := part(t, workbook, f.Name)
		if strings.HasPrefix(f.Name, "xl/worksheets/sheet") {
			spoiled += len(cached.FindAllString(text, -1))
			text = cached.ReplaceAllString(text, "</f><v>777777</v>")
		}
		to, err := w.Create(f.Name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := to.Write([]byte(text)); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if spoiled == 0 {
		t.Fatal("there is no formula with its number")
	}
	return b.Bytes()
}

// TestLibreOfficeCountsTheSame has LibreOffice count the control formulas anew,
// and finds no formula where a name from the data looks like one.
func TestLibreOfficeCountsTheSame(t *testing.T) {
	workbook := written(t, testAnnual(t, "en"))
	for name, w := range map[string][]byte{"as written": workbook, "counted anew": spoil(t, workbook)} {
		t.Run(name, func(t *testing.T) {
			dir := office(t, w, allSheets)
			checks := 0
			for _, row := range readCSV(t, filepath.Join(dir, "annual-Control.csv"))[firstRow:] {
				checks++
				if row[1] != row[2] || row[3] != "0" {
					t.Errorf("%q", row)
				}
			}
			if checks != 28 {
				t.Errorf("%d figures are counted again, want 28", checks)
			}
			rows := readCSV(t, filepath.Join(dir, "annual-Samples.csv"))[firstRow:]
			product, substance := 0, 0
			for _, row := range rows {
				if row[rowProduct] == formulaProductName {
					product++
				}
				if strings.Contains(row[rowFound], formulaSubstanceName) {
					substance++
				}
			}
			if len(rows) != 87 || product != 10 || substance != 9 {
				t.Errorf("%d rows, %d of the product and %d of the substance that look like formulas; want 87, 10 and 9", len(rows), product, substance)
			}
		})
	}
}

// TestLibreOfficePrints has LibreOffice lay out every page: each sheet has pages that say
// whose they are, and they are counted to the last. One language is enough: the golden
// files hold the headers and the layout of both.
func TestLibreOfficePrints(t *testing.T) {
	workbook := written(t, testAnnual(t, "en"))
	pages := printedPages(t, filepath.Join(office(t, workbook, "pdf"), "annual.pdf"))
	for i, page := range pages {
		if !strings.Contains(page, "Annual report 2024") || !strings.Contains(page, "holds small numbers") {
			t.Errorf("page %d does not say what it is of: %s", i+1, page)
		}
		if want := fmt.Sprintf("Page %d / %d", i+1, len(pages)); !strings.Contains(page, want) {
			t.Errorf("page %d does not say %q: %s", i+1, want, page)
		}
	}
	file, err := excelize.OpenReader(bytes.NewReader(workbook))
	if err != nil {
		t.Fatal(err)
	}
	for _, sheet := range file.GetSheetList() {
		footer := regexp.MustCompile(`Marquis 0\.1\.0 +` + regexp.QuoteMeta(sheet) + ` +Page`)
		if !slices.ContainsFunc(pages, footer.MatchString) {
			t.Errorf("no page is of the sheet %s", sheet)
		}
	}
}

// printedPages are the texts of the pages of a PDF.
func printedPages(t *testing.T, name string) []string {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), "pdftotext", "-layout", name, "-").Output()
	if errors.Is(err, exec.ErrNotFound) && os.Getenv("CI") == "" {
		t.Skip("pdftotext is not installed: poppler-utils")
	}
	if err != nil {
		t.Fatal(err)
	}
	return strings.Split(strings.TrimSuffix(string(out), "\f"), "\f")
}
