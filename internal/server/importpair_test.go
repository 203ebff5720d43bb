package server_test

import (
	"bytes"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"marquis/internal/intake"
	"marquis/internal/lab"
	"marquis/internal/realdata"
	"marquis/internal/store/storetest"
	"marquis/internal/work"
)

// TestThePairOfAServiceReadsAlikeByPageAndCommand: two files of real data, by the profile that
// the program has for them, sent in and read on pages, and read by what the command does: one receipt.
func TestThePairOfAServiceReadsAlikeByPageAndCommand(t *testing.T) {
	names := []string{"unc_PP_analysis_dataset.csv", "unc_PP_lab_detail.csv"}
	paths := []string{realdata.Path(t, "unc/"+names[0]), realdata.Path(t, "unc/"+names[1])}
	mapping, err := intake.LoadMapping("unc-streetsafe")
	noError(t, err)
	eachSite(t, func(t *testing.T, x *site) {
		i := newImporting(t, x)
		files := map[string][]byte{}
		for n, field := range []string{"files:", "second:"} {
			if files[field+names[n]], err = os.ReadFile(paths[n]); err != nil {
				t.Fatal(err)
			}
		}
		upload := i.send(t, files).want(t, http.StatusSeeOther).header.Get("Location")
		job := i.r.post(upload+"/text", url.Values{"text": {mapping.Text()}}).want(t, http.StatusSeeOther).header.Get("Location")
		i.ended(t, job).want(t, http.StatusOK, "Nothing was written")
		read := &work.Import{Store: x.store, By: lab.Operator("import"), Now: storetest.Clock, Mapping: mapping, Service: i.service, Files: paths}
		reading, err := read.Read(t.Context(), func(int, int) {})
		noError(t, err)
		defer func() { noError(t, reading.Plan.Close()) }()
		var want bytes.Buffer
		noError(t, reading.Plan.Receipt.WriteJSON(&want))
		if got := i.r.get(job+"/receipt/receipt.json").want(t, http.StatusOK).body; strings.TrimSpace(got) != strings.TrimSpace(want.String()) {
			t.Errorf("the page says\n%.2000s\nand the command\n%.2000s", got, want.String())
		}
		i.takes(t, job, nil).want(t, http.StatusOK, "This was imported.")
		list, err := x.store.Imports(t.Context(), i.importer, i.service.ID)
		noError(t, err)
		if len(list) != 1 || list[0].Samples != 180 || list[0].RowsRead != 831 || list[0].Accepted != 831 {
			t.Errorf("%+v", list)
		}
	})
}

// TestAWrongMappingIsTakenBackAndTheFileReadAgain: a mapping that took the amounts for milligrams is
// taken; the figures are those of before it once it is taken back, and right after the files are
// read by the corrected one.
func TestAWrongMappingIsTakenBackAndTheFileReadAgain(t *testing.T) {
	eachSite(t, func(t *testing.T, x *site) {
		i := newImporting(t, x)
		folder := t.TempDir()
		path := filepath.Join(folder, "rows.csv")
		rows := "id,in,sold as,substance,amount,on\nA1,2024-02-05,ketamine,ketamine,79.5,2024-02-06\nA2,2024-02-05,ketamine,ketamine,60,2024-02-06\n"
		noError(t, os.WriteFile(path, []byte(rows), 0o600))
		const text = "profile = \"ward\"\ndecimal = \".\"\n[[file]]\nholds = \"both\"\n[samples]\nid = \"id\"\nreceived_on = \"in\"\nsold_as = \"sold as\"\nform = { value = \"FORM\" }\n" +
			"[findings]\nlayout = \"rows\"\n[findings.fields]\nsubstance = \"substance\"\namount = \"amount\"\nunit = { value = \"UNIT\" }\nperformed_on = \"on\"\n" +
			"[method.default]\nkind = \"gc_ms\"\nlab = \"Ward\"\nlevel = \"confirmatory\"\nquantifies = true\n"
		amounts := func() (told string) {
			for _, ref := range []string{"A1", "A2"} {
				r, err := recordedAs(t, i, ref)
				if err == nil {
					told += r.Latest().Result.Findings[0].Amount.String() + " "
				}
			}
			return told
		}
		take := func(form, unit string) {
			t.Helper()
			upload := i.upload(t, []byte(rows))
			m := strings.NewReplacer("FORM", form, "UNIT", unit).Replace(text)
			job := i.newest(t, upload+"/text", url.Values{"text": {m}})
			i.ended(t, job).want(t, http.StatusOK, "Nothing was written")
			i.takes(t, job, nil).want(t, http.StatusOK, "This was imported.")
		}
		take("tablet", "mg")
		if got := amounts(); got != "79.5 mg 60 mg " {
			t.Fatalf("by the wrong mapping: %s", got)
		}
		list, err := x.store.Imports(t.Context(), i.importer, i.service.ID)
		noError(t, err)
		back := i.r.post("/imports/UTR/taken/"+list[0].ID.String(), url.Values{"reason_code": {"entry_mistake"}}).want(t, http.StatusSeeOther).header.Get("Location")
		i.ended(t, back).want(t, http.StatusOK, "This is done.")
		if got := amounts(); got != "" {
			t.Errorf("after it was taken back: %s", got)
		}
		take("powder", "%")
		if got := amounts(); got != "79.5% 60% " {
			t.Errorf("by the right mapping: %s", got)
		}
	})
}
