package server_test

import (
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"net/url"
	"regexp"
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

// tickedFile has the effects in a column each.
const tickedFile = "Number;Received;Sold as;Form;Effect: nausea;Effect: seizure;Skin;Paid;Substance;Amount;Unit;Date of analysis\n" +
	"K-001;13-02-2024;ketamine;powder;x;;1;yes;ketamine;82;%;20-02-2024\nK-002;14-02-2024;ketamine;powder;;x;;no;ketamine;80;%;20-02-2024\n"

// hashOf is by what the form names a heading, or a value, of a field.
func hashOf(t *testing.T, p page, field, kind, value string) string {
	t.Helper()
	m := regexp.MustCompile(`name="` + regexp.QuoteMeta(field+"."+kind) + `\.(\w+)" value="` + regexp.QuoteMeta(value) + `"`).FindStringSubmatch(p.body)
	if m == nil {
		t.Fatalf("the form does not ask what %q is for %s", value, field)
	}
	return m[1]
}

// TestColumnsOfTicksAreMappedOnTheForm: those whose headings name a choice are filled in, others
// are chosen, and one that is of something else is left.
func TestColumnsOfTicksAreMappedOnTheForm(t *testing.T) {
	i := newImporting(t, oneSite(t))
	upload := i.upload(t, []byte(tickedFile))
	shown := i.r.get(upload+"/mapping").want(t, http.StatusOK, "Columns that hold nothing but ticks")
	form, nausea, skin, paid := asSent(shown), hashOf(t, shown, "samples.effects", "heading", "Effect: nausea"), hashOf(t, shown, "samples.effects", "heading", "Skin"), hashOf(t, shown, "samples.effects", "heading", "Paid")
	for field, want := range map[string]string{"samples.effects.column": "=ticks", "samples.effects.tick." + nausea: "nausea", "samples.effects.tick." + paid: ""} {
		if got := form.Get(field); got != want {
			t.Errorf("guessed for %s: %q, not %q", field, got, want)
		}
	}
	if strings.Contains(shown.body, `name="samples.effects.heading.`+valueHash("Number")+`"`) {
		t.Error("a column of numbers can be ticked")
	}
	form.Set("samples.effects.tick."+skin, "skin")
	for field, value := range map[string]string{"profile": "survey", "decimal": ".", "method.0.kind": "gc_ms", "method.0.lab": "Lab", "method.0.level": "confirmatory", "method.0.quantifies": "yes"} {
		form.Set(field, value)
	}
	job := i.r.post(upload+"/mapping", form).want(t, http.StatusSeeOther).header.Get("Location")
	i.ended(t, job).want(t, http.StatusOK, "Nothing was written").lacks(t, "would be left out")
	text := i.r.get("/imports/UTR/mappings/survey.1").want(t, http.StatusOK, "[samples.effects.ticks]", `"Effect: nausea" = "nausea"`, `"Effect: seizure" = "seizure"`, `"Skin" = "skin"`).body
	if strings.Contains(text, "Paid") {
		t.Errorf("what is of something else is mapped:\n%s", text)
	}

	// From the mapping the form shows the same; without any choice it is refused.
	again := i.r.get(upload+"/mapping?from=survey.1").want(t, http.StatusOK)
	form = asSent(again)
	if got := form.Get("samples.effects.tick." + skin); got != "skin" {
		t.Errorf("the mapping's tick is %q", got)
	}
	for field := range form {
		if strings.HasPrefix(field, "samples.effects.tick.") {
			form.Set(field, "")
		}
	}
	i.r.post(upload+"/mapping", form).want(t, http.StatusUnprocessableEntity, "Say of at least one column for which choice a tick in it stands.")
}

func valueHash(value string) string {
	sum := sha256.Sum256([]byte(value))
	return hex.EncodeToString(sum[:6])
}

// TestWhatTheFormDoesNotAskIsToldAboveIt, stays when the form is saved, and is changed in the text.
func TestWhatTheFormDoesNotAskIsToldAboveIt(t *testing.T) {
	i := newImporting(t, oneSite(t))
	upload := i.upload(t, clinic(t))
	i.read(t, upload, said(i, t, upload))
	text := i.r.get("/imports/UTR/mappings/clinic.1").want(t, http.StatusOK).body
	text = "exact_ids = true\n" + strings.Replace(text, "quantifies = true", "quantifies = true\nscope = [\"cocaine\", \"MDMA\"]", 1) +
		"\n[[confirmed]]\nrule = \"size\"\nreason = \"weighed twice\"\nids = [\"K-001\"]\n"
	i.r.get(upload+"/mapping?from=clinic.1").want(t, http.StatusOK, "Change the text").lacks(t, "What the text of this mapping says besides")
	pasted := asSent(i.r.get(upload+"?text=clinic.1").want(t, http.StatusOK))
	pasted.Set("text", text)
	i.ended(t, i.r.post(upload+"/text", pasted).want(t, http.StatusSeeOther).header.Get("Location"))

	i.r.lang = "nl"
	shown := i.r.get(upload+"/mapping?from=clinic.2").want(t, http.StatusOK, "De methode default kan 2 stoffen zien: cocaine, MDMA.", "Klopt bij de monsters K-001", "weighed twice",
		"Nummers die mensen voor elkaar aanzien", upload+"?text=clinic.2#paste")
	i.r.get(upload+"?text=clinic.2").want(t, http.StatusOK, `id="paste" open`, "exact_ids = true")
	i.r.get(upload+"?text=other.2").want(t, http.StatusNotFound)

	i.r.post(upload+"/mapping", asSent(shown)).want(t, http.StatusSeeOther)
	i.r.get("/imports/UTR/mappings/clinic.3").want(t, http.StatusOK, "exact_ids = true", `scope = ["cocaine", "MDMA"]`, "weighed twice")
}
