package server_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"marquis/internal/lab"
	"marquis/internal/store/storetest"
)

// takes takes what a dry run has read, with what is said beside, and waits for it.
func (i *importing) takes(t *testing.T, job string, said url.Values) page {
	t.Helper()
	form := asSent(i.r.get(job+"/take").want(t, http.StatusOK))
	form.Set("purpose", "results of 2024")
	for name, values := range said {
		form[name] = values
	}
	return i.ended(t, i.r.post(job+"/take", form).want(t, http.StatusSeeOther).header.Get("Location"))
}

// TestACorrectedFileIsShownAndAmends: what differs stands on the page of the dry run, as it is
// recorded and as the file says now. A person says whether it is corrected, and why.
func TestACorrectedFileIsShownAndAmends(t *testing.T) {
	eachSite(t, func(t *testing.T, x *site) {
		i := newImporting(t, x)
		upload := i.upload(t, clinic(t))
		set := said(i, t, upload)
		job, _ := i.read(t, upload, set)
		i.takes(t, job, url.Values{"accept": {"yes"}}).want(t, http.StatusOK, "This was imported.", "1 of 5 samples was left out.", "What was written").lacks(t, "would be")

		corrected := strings.Replace(string(clinic(t)), ";ketamine;82;%", ";fentanyl;8,2;%", 1)
		if corrected == string(clinic(t)) {
			t.Fatal("nothing is corrected")
		}
		// What is new in the files has its name, too.
		upload = i.upload(t, []byte(strings.Replace(string(clinic(t)), ";ketamine;82;%", ";plimboxate;8,2;%", 1)))
		set.Set("profile", "clinic2")
		_, named := i.read(t, upload, set)
		named.want(t, http.StatusOK, "One recorded sample reads otherwise now", "plimboxate: ")

		upload = i.upload(t, []byte(corrected))
		job, told := i.read(t, upload, set)
		told.want(t, http.StatusOK, "One recorded sample reads otherwise now", "fentanyl", "<del>82%</del>", "<ins>8.2%</ins>")

		form := asSent(i.r.get(job + "/take"))
		form.Set("purpose", "results of 2024")
		form.Set("accept", "yes")
		i.r.post(job+"/take", form).want(t, http.StatusUnprocessableEntity, "Say whether the recorded samples are to be corrected.")
		form.Set("corrections", "amend")
		i.r.post(job+"/take", form).want(t, http.StatusUnprocessableEntity, "Choose the reason, or say it in words.")

		other := url.Values{"corrections": {"amend"}, "reason_code": {"entry_mistake"}, "accept": {"yes"}, "corrections_sum": {strings.Repeat("0", 64)}}
		i.takes(t, job, other).want(t, http.StatusOK, "Other samples would be corrected now")
		i.takes(t, job, url.Values{"corrections": {"keep"}, "accept": {"yes"}}).want(t, http.StatusOK, "There is nothing new")
		other.Del("corrections_sum")
		i.takes(t, job, other).want(t, http.StatusOK, "This was imported.", "One recorded sample was corrected, for the reason that you gave.").lacks(t, "unless you say so", "would be")

		list, err := i.store.Imports(t.Context(), i.importer, i.service.ID)
		noError(t, err)
		if len(list) != 2 || list[0].Corrected != 1 || list[0].Samples != 0 {
			t.Fatalf("imports: %+v", list)
		}
		of, err := recordedAs(t, i, corrections(t, i, list[0]))
		noError(t, err)
		latest := of.Latest()
		if latest.Version != 2 || latest.Kind != lab.AmendedResult || latest.ReasonCode != lab.ReasonEntry || latest.Result.Findings[0].Detection != lab.Quantified {
			t.Errorf("released: %+v", latest)
		}

		// On the record an import did it, for a reason in words.
		verifier := i.staff(t, storetest.Person(t, i.store, "verifier", i.service.ID, lab.Verifier))
		verifier.get(sampleAddressOf(of.Sample)).want(t, http.StatusOK, "Retracted by", " an import, ", "something was typed wrongly")

		// Taking it back says what that does, and each is again what it was.
		address := "/imports/UTR/taken/" + list[0].ID.String()
		i.r.get(address).want(t, http.StatusOK, "One recorded sample that it corrected will be again what it was before")
		i.r.get("/imports/UTR/taken/"+list[1].ID.String()).want(t, http.StatusOK, "Samples that later imports corrected")
		back := i.r.post(address, url.Values{"reason_code": {"entry_mistake"}}).want(t, http.StatusSeeOther).header.Get("Location")
		i.ended(t, back).want(t, http.StatusOK, "This is done.")
		again, err := recordedAs(t, i, of.Sample.SourceRef)
		noError(t, err)
		first, last := again.Publications[0].Result, again.Latest()
		if last.Version != 3 || last.Kind != lab.AmendedResult || len(last.Result.Findings) != len(first.Findings) || last.Result.Findings[0].SubstanceID != first.Findings[0].SubstanceID {
			t.Errorf("after taking back: %+v", last)
		}
	})
}

// TestACorrectedDayOfPublicationIsShown: it stands on the page of the dry run and on the record,
// and whoever looks the result up reads the version that was there.
func TestACorrectedDayOfPublicationIsShown(t *testing.T) {
	published := func(first string) []byte {
		lines := strings.Split(strings.TrimSpace(string(clinic(t))), "\n")
		for n, line := range lines {
			day := "26-02-2024"
			switch n {
			case 0:
				day = "Vrijgegeven op"
			case 1, 2: // of the first sample
				day = first
			}
			lines[n] = strings.TrimSuffix(line, "\r") + ";" + day
		}
		return []byte(strings.Join(lines, "\n") + "\n")
	}
	eachSite(t, func(t *testing.T, x *site) {
		i := newImporting(t, x)
		upload := i.upload(t, published("26-02-2024"))
		set := said(i, t, upload)
		job, _ := i.read(t, upload, set)
		i.takes(t, job, url.Values{"accept": {"yes"}}).want(t, http.StatusOK, "This was imported.")

		upload = i.upload(t, published("28-02-2024"))
		job, told := i.read(t, upload, set)
		told.want(t, http.StatusOK, "One recorded sample reads otherwise now", "Published by the source on", "<del>26 February 2024</del>", "<ins>28 February 2024</ins>")
		i.takes(t, job, url.Values{"corrections": {"amend"}, "reason_code": {"entry_mistake"}, "accept": {"yes"}}).want(t, http.StatusOK, "This was imported.")
		r, err := recordedAs(t, i, "K-001")
		noError(t, err)
		if latest := r.Latest(); latest.Version != 1 || latest.PublishedOn != 2024_02_26 || r.Sample.SourcePublishedOn != 2024_02_28 {
			t.Errorf("version %d of %s, and of its source of %s", latest.Version, latest.PublishedOn, r.Sample.SourcePublishedOn)
		}
		verifier := i.staff(t, storetest.Person(t, i.store, "verifier", i.service.ID, lab.Verifier))
		verifier.get(sampleAddressOf(r.Sample)).want(t, http.StatusOK, "Published by the source on", "28 February 2024")
	})
}

// corrections is the id of the one sample that an import corrected.
func corrections(t *testing.T, i *importing, of lab.Import) string {
	t.Helper()
	for _, ref := range []string{"K-001", "K-002", "K-003", "K-004", "K-005"} {
		r, err := recordedAs(t, i, ref)
		if err == nil && len(r.Corrections) == 1 && r.Corrections[0].ImportID == of.ID {
			return ref
		}
	}
	t.Fatal("no sample is corrected")
	return ""
}

// recordedAs is the file of the sample that was imported by an id.
func recordedAs(t *testing.T, i *importing, ref string) (lab.RecordedFile, error) {
	t.Helper()
	files, err := i.store.RecordedFiles(t.Context(), i.importer, i.service.ID, []string{ref})
	if err == nil && len(files) == 0 {
		err = lab.ErrNotFound
	}
	if err != nil {
		return lab.RecordedFile{}, err
	}
	return files[0], nil
}
