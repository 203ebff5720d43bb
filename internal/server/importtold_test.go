package server_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"marquis/internal/intake"
)

// TestAnImportIsToldInTheReadersLanguage: why rows are rejected, what stops a file and the workbook
// of the receipt are Dutch to who reads Dutch, and English to who reads English; what a program reads
// of the receipt is English to both.
func TestAnImportIsToldInTheReadersLanguage(t *testing.T) {
	const near = "his is close to amphetamine"
	const nah = "Dit lijkt op amphetamine"
	for lang, want := range map[string]struct {
		says, lacks string
		cells       []string
	}{
		"en": {near, nah, []string{"fate", "rejected", "Substance", "This is close to amphetamine"}},
		"nl": {nah, near, []string{"wat ermee gebeurde", "geweigerd", "Stof", "Dit lijkt op amphetamine"}},
	} {
		t.Run(lang, func(t *testing.T) {
			eachSite(t, func(t *testing.T, x *site) {
				i := newImporting(t, x)
				i.r.lang = lang
				upload := i.upload(t, clinic(t))
				job, told := i.read(t, upload, said(i, t, upload))
				told.want(t, http.StatusOK, want.says).lacks(t, want.lacks, `lang="en">This`)

				cells := receiptCells(t, i.r.get(job+"/receipt/receipt.xlsx").want(t, http.StatusOK).body)
				for _, text := range want.cells {
					if !slices.ContainsFunc(cells, func(cell string) bool { return strings.Contains(cell, text) }) {
						t.Errorf("the workbook does not say %q: %q", text, cells)
					}
				}
				i.r.get(job+"/receipt/receipt.csv").want(t, http.StatusOK, "file,row,fate", near)
				i.r.get(job+"/receipt/receipt.json").want(t, http.StatusOK, near)
			})
		})
	}
}

// What stops the files as a whole is told in Dutch, with the names of the file as they are; so is
// why a file cannot be looked at.
func TestWhatStopsAFileIsToldInTheReadersLanguage(t *testing.T) {
	eachSite(t, func(t *testing.T, x *site) {
		i := newImporting(t, x)
		i.r.lang = "nl"
		twice := i.upload(t, []byte(strings.Replace(string(clinic(t)), "Vorm;Kleur", "Vorm;Vorm", 1)))
		i.r.get(twice).want(t, http.StatusOK, "clinic.csv: regel 1: de kolommen D (4) en E (5) heten allebei").lacks(t, "are both called")

		short := i.upload(t, append(clinic(t), "K-009;x\n"...))
		_, told := i.read(t, short, said(i, t, short))
		told.want(t, http.StatusOK, "clinic.csv rij 8: De rij heeft 2 cellen waar er 10 koppen zijn. Niemand kan zeggen").lacks(t, "Nobody can tell", "The row has")
	})
}

// receiptCells are the texts of all cells of a workbook of a receipt, its heading too.
func receiptCells(t *testing.T, workbook string) []string {
	t.Helper()
	table, err := intake.ReadTableFrom("receipt.xlsx", strings.NewReader(workbook), intake.Format{HeaderRow: 4}, intake.DefaultLimits())
	noError(t, err)
	cells := slices.Clone(table.Header)
	for _, row := range table.Rows {
		cells = append(cells, row.Cells...)
	}
	return cells
}
