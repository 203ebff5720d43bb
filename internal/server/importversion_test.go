package server_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"marquis/internal/lab"
	"marquis/internal/store/storetest"
)

// TestADryRunByAnOldMappingIsNotTaken: once the mapping has a newer version, what was read by the
// older one is refused, also from a page that was opened before. An import names the version that
// read it.
func TestADryRunByAnOldMappingIsNotTaken(t *testing.T) {
	eachSite(t, func(t *testing.T, x *site) {
		i := newImporting(t, x)
		upload := i.upload(t, clinic(t))
		old, told := i.read(t, upload, said(i, t, upload))
		told.want(t, http.StatusOK, "clinic, version 1", old+"/take")
		seen := asSent(i.r.get(old+"/take").want(t, http.StatusOK))
		seen.Set("purpose", "results of 2024")

		names := asSent(told)
		names.Set("names.0", "another")
		job := i.r.post(old+"/names", names).want(t, http.StatusSeeOther).header.Get("Location")
		i.ended(t, job).want(t, http.StatusOK, "clinic, version 2")

		says := []string{
			"read by version 1 of the mapping clinic, which was corrected since. Read them again by version 2", `href="/imports/UTR/mappings/clinic.1"`,
			`href="/imports/UTR/mappings/clinic.2"`, `action="` + upload + `/reading"`, `name="mapping" value="clinic.2"`,
		}
		i.r.get(old).want(t, http.StatusOK, says...).lacks(t, old+"/take", `name="names.0"`, "mapping?from=")
		names.Set("names.0", "known.0") // it would undo what version 2 says
		i.r.post(old+"/names", names).want(t, http.StatusConflict, says...)
		i.r.get(old+"/take").want(t, http.StatusOK, says...).lacks(t, `action="`+old+`/take"`)
		i.r.post(old+"/take", seen).want(t, http.StatusConflict, says...)
		list, err := i.store.Imports(t.Context(), i.importer, i.service.ID)
		if err != nil || len(list) > 0 {
			t.Fatalf("it is taken all the same: %v, %v", list, err)
		}

		i.takes(t, job, nil).want(t, http.StatusOK, "This was imported.")
		list, err = i.store.Imports(t.Context(), i.importer, i.service.ID)
		noError(t, err)
		for _, address := range []string{"/imports/UTR", "/imports/UTR/taken/" + list[0].ID.String()} {
			i.r.get(address).want(t, http.StatusOK, "clinic, version 2", `href="/imports/UTR/mappings/clinic.2"`)
		}
	})
}

// TestNothingElseIsBegunWhileAnImportIsWritten: the person is told which, and what was typed is kept.
func TestNothingElseIsBegunWhileAnImportIsWritten(t *testing.T) {
	x := oneSite(t)
	i := newImporting(t, x)
	i.importer = storetest.Person(t, x.store, "both", i.service.ID, lab.Importer, lab.DataAnalyst)
	i.r = x.staff(t, i.importer)
	fill(t, x, "AMS", 2, 50)
	upload := i.upload(t, clinic(t))
	job, _ := i.read(t, upload, said(i, t, upload))
	form := asSent(i.r.get(job+"/take").want(t, http.StatusOK))
	form.Set("purpose", "the tent of June")
	goesOn, letGo := i.web.HoldImport(i.importer.UserID, i.service, "big.csv", 1094)
	i.r.get(goesOn).want(t, http.StatusOK, "Written 0 of 1,094 samples.")

	const says = "You are having something else done: Import: big.csv. This was not begun"
	i.r.post(job+"/take", form).want(t, http.StatusUnprocessableEntity, says, `value="the tent of June"`)
	i.r.post(upload+"/reading", url.Values{"mapping": {"clinic.1"}}).want(t, http.StatusUnprocessableEntity, says)
	i.r.post("/reports", url.Values{"year": {"2024"}, "language": {"en"}, "service": {"UTR"}}).want(t, http.StatusUnprocessableEntity, says)
	letGo()
	i.takes(t, job, nil).want(t, http.StatusOK, "This was imported.")
}

// TestAnImportThatGoesOnKeepsWhatItIsFor: it is shown and not asked again.
func TestAnImportThatGoesOnKeepsWhatItIsFor(t *testing.T) {
	i := newImporting(t, oneSite(t))
	upload := i.upload(t, clinic(t))
	job, _ := i.read(t, upload, said(i, t, upload))
	digest := asSent(i.r.get(job+"/take").want(t, http.StatusOK, `name="purpose"`)).Get("digest")
	pool := storetest.Pool(t, i.config)
	defer pool.Close()
	_, err := pool.ExecContext(t.Context(), "INSERT INTO imports (service_id, id, profile, digest, files, rows_read, accepted, merged, rejected, samples, imported_at, imported_by, state, written, purpose) "+
		"VALUES ($1, $2, 'clinic', $3, '', 6, 5, 0, 1, 4, $4, 'importer', 'loading', 0, 'the tent of June')", i.service.ID, i.store.NewID(), digest, lab.At(storetest.Now))
	noError(t, err)

	job = i.r.post(upload+"/reading", url.Values{"mapping": {"clinic.1"}}).want(t, http.StatusSeeOther).header.Get("Location")
	i.ended(t, job)
	form := asSent(i.r.get(job+"/take").want(t, http.StatusOK, "the tent of June", "goes on with an import that was cut off").lacks(t, `name="purpose"`))
	i.ended(t, i.r.post(job+"/take", form).want(t, http.StatusSeeOther).header.Get("Location")).want(t, http.StatusOK, "This was imported.")
	list, err := i.store.Imports(t.Context(), i.importer, i.service.ID)
	if err != nil || len(list) != 1 || list[0].Purpose != "the tent of June" || list[0].State != lab.ImportTaken {
		t.Errorf("imports: %+v, %v", list, err)
	}
}

// TestAllRowsThatWereNotAcceptedAreCounted, not only those that are shown; what differs from row to
// row is told of the first.
func TestAllRowsThatWereNotAcceptedAreCounted(t *testing.T) {
	i := newImporting(t, oneSite(t))
	text := string(clinic(t))
	upload := i.upload(t, []byte(text))
	set := said(i, t, upload)
	var rows strings.Builder
	rows.WriteString(text)
	for n := range 1100 {
		rows.WriteString("L-" + strings.Repeat("0", n%2) + "X" + string(rune('A'+n/100)) + string(rune('A'+n/10%10)) + string(rune('A'+n%10)) + ";13-02-2024;cocaïne;poeder;wit;cocaine;lots;%;20-02-2024;\n")
	}
	upload = i.upload(t, []byte(rows.String()))
	job, told := i.read(t, upload, set)
	told.want(t, http.StatusOK, "1,101 rows that were not accepted", "And 1,061 more", "<strong>1,100 ×</strong>", "row 8: “lots”)").lacks(t, "40 rows", "<strong>1100")
	i.r.lang = "nl"
	i.r.get(job).want(t, http.StatusOK, "1.101 rijen die niet werden aangenomen", "<strong>1.100 ×</strong>")
}

// TestTheFormOfDaysIsProposedForAChosenColumn that was not chosen when the form was opened.
func TestTheFormOfDaysIsProposedForAChosenColumn(t *testing.T) {
	i := newImporting(t, oneSite(t))
	address := i.upload(t, clinic(t)) + "/mapping"
	form := asSent(i.r.get(address))
	form.Set("samples.received_on.date", "")
	form.Set("more", "look")
	shown := asSent(i.r.post(address, form).want(t, http.StatusOK))
	if got := shown.Get("samples.received_on.date"); got != "DD-MM-YYYY" {
		t.Errorf("the form of the days is %q", got)
	}
	form.Del("more") // sent as it is, it is asked for, and nothing blames the file
	form.Set("profile", "clinic")
	form.Set("samples.received_on.date", "")
	asked := i.r.post(address, form).want(t, http.StatusUnprocessableEntity, "Choose the form in which the dates of this column stand.", `id="field-samples.received_on.date-mistake"`)
	if got := asSent(asked).Get("samples.received_on.date"); got != "DD-MM-YYYY" {
		t.Errorf("the form of the days is then %q", got)
	}
	form.Set("more", "look")
	form.Set("samples.received_on.date", "MM-DD-YYYY") // what was chosen stays
	shown = asSent(i.r.post(address, form).want(t, http.StatusOK))
	if got := shown.Get("samples.received_on.date"); got == "DD-MM-YYYY" {
		t.Error("what was chosen is replaced")
	}
}

// TestFilesThatAreSmallAreNotNothing: in kB below 1 MB.
func TestFilesThatAreSmallAreNotNothing(t *testing.T) {
	i := newImporting(t, oneSite(t))
	i.r.get(i.upload(t, clinic(t))).want(t, http.StatusOK, "0.5 kB").lacks(t, "0.0 MB")
}

// TestWhatStopsTheFilesIsToldInLines: that nothing was written is said once, and no two sentences run
// together.
func TestWhatStopsTheFilesIsToldInLines(t *testing.T) {
	i := newImporting(t, oneSite(t))
	for lang, want := range map[string][2]string{
		"en": {"Nothing was written: the files cannot be read by this mapping.</p><p>clinic.csv: the column", "nothing of the import was written"},
		"nl": {"Er is niets geschreven: de bestanden kunnen met deze toewijzing niet gelezen worden.</p><p>clinic.csv: de kolom", "van de import is niets geschreven"},
	} {
		i.r.lang = lang
		upload := i.upload(t, []byte(strings.ReplaceAll(string(clinic(t)), "16-02-2024", "02-16-2024")))
		set := said(i, t, upload)
		set.Set("samples.received_on.date", "DD-MM-YYYY")
		_, told := i.read(t, upload, set)
		told.want(t, http.StatusOK, want[0]).lacks(t, want[1], "\n</p><p><a")
	}
}
