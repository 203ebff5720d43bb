package server_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
)

// coveredBook is the clinic's file as a workbook: a page in front, and a title above the headings.
func coveredBook(t *testing.T) []byte {
	t.Helper()
	rows := [][]any{{"Results of the clinic"}, {}}
	for line := range strings.Lines(string(clinic(t))) {
		var row []any
		for _, cell := range strings.Split(strings.TrimSpace(line), ";") {
			row = append(row, cell)
		}
		rows = append(rows, row)
	}
	return workbookOf(t, sheetOf{"Cover", [][]any{{"Clinic"}, {"made on", "2 January"}}}, sheetOf{"Results", rows})
}

// TestTheSheetAndTheRowOfTheHeadingsAreGuessed: behind a page in front, below a title; both can be
// chosen otherwise, and what the rows hold is seen beside.
func TestTheSheetAndTheRowOfTheHeadingsAreGuessed(t *testing.T) {
	i := newImporting(t, oneSite(t))
	upload := i.send(t, map[string][]byte{"files:clinic.xlsx": coveredBook(t)}).want(t, http.StatusSeeOther).header.Get("Location")
	i.r.get(upload).want(t, http.StatusOK, "Monsternr", "K-001").lacks(t, "cannot be read as it is")
	shown := i.r.get(upload+"/mapping").want(t, http.StatusOK, "Results (8 rows)", "Cover (2 rows)", "row 1: Results of the clinic", "row 3: Monsternr · Datum ontvangen", "K-001")
	form := asSent(shown)
	for field, want := range map[string]string{
		"file.1.sheet": "Results", "file.1.header_row": "3", "samples.id.column": "Monsternr", "findings.fields.substance.column": "Stof", "samples.received_on.date": "DD-MM-YYYY",
	} {
		if got := form.Get(field); got != want {
			t.Errorf("guessed for %s: %q, not %q", field, got, want)
		}
	}

	// What was guessed is kept with the mapping, and reads the file.
	set := said(i, t, upload)
	_, told := i.read(t, upload, set)
	told.want(t, http.StatusOK, "1 of 5 samples would be left out")
	i.r.get("/imports/UTR/mappings/clinic.1").want(t, http.StatusOK, `sheet = "Results"`, "header_row = 3")

	// Another sheet: its rows are offered, and what was typed stays.
	form.Set("file.1.sheet", "Cover")
	form.Set("file.1.header_row", "")
	form.Set("profile", "clinic")
	form.Set("more", "look")
	other := i.r.post(upload+"/mapping", form).want(t, http.StatusOK, "row 2: made on · 2 January", `value="clinic"`)
	if got := asSent(other).Get("file.1.sheet"); got != "Cover" {
		t.Errorf("the sheet that was chosen is %q", got)
	}
}

// TestAWorkbookOfOneSheetNamesNone, so that the next month's is read by the same mapping.
func TestAWorkbookOfOneSheetNamesNone(t *testing.T) {
	i := newImporting(t, oneSite(t))
	upload := i.send(t, map[string][]byte{"files:clinic.xlsx": workbook(t, []any{"Monsternr", "Stof"}, []any{"K-001", "MDMA"})}).want(t, http.StatusSeeOther).header.Get("Location")
	form := asSent(i.r.get(upload+"/mapping").want(t, http.StatusOK, "the only one", "Scope (2 rows)"))
	if got := (url.Values{"": {form.Get("file.1.sheet"), form.Get("file.1.header_row")}}).Encode(); got != "=&=" {
		t.Errorf("the sheet and the row are named: %s", got)
	}
}
