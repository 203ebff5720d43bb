package server_test

import (
	"bytes"
	"html"
	"mime/multipart"
	"net/http"
	"net/url"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"marquis/internal/lab"
	"marquis/internal/store/storetest"
)

// clinic is a file as nobody has seen it before: headings, dates, marks and words of its own.
// What it says is made up.
func clinic(t *testing.T) []byte {
	t.Helper()
	content, err := os.ReadFile("testdata/clinic.csv")
	noError(t, err)
	return content
}

// importing is a service with somebody who imports for it.
type importing struct {
	*site
	service  lab.Service
	importer lab.Actor
	r        *reader
}

func newImporting(t *testing.T, x *site) *importing {
	t.Helper()
	i := &importing{site: x, service: storetest.Service(t, x.store, "UTR")}
	i.importer = storetest.Person(t, x.store, "importer", i.service.ID, lab.Importer)
	i.r = x.staff(t, i.importer)
	return i
}

// send sends files in as a browser without scripts does.
func (i *importing) send(t *testing.T, files map[string][]byte) page {
	t.Helper()
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	for _, field := range []string{"files", "second"} {
		for name, content := range files {
			if strings.HasPrefix(name, field+":") {
				part, err := form.CreateFormFile(field, strings.TrimPrefix(name, field+":"))
				noError(t, err)
				_, err = part.Write(content)
				noError(t, err)
			}
		}
	}
	noError(t, form.Close())
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, i.r.site.address.String()+"/imports/UTR/files", &body)
	noError(t, err)
	request.Header.Set("Content-Type", form.FormDataContentType())
	request.Header.Set("Accept-Language", i.r.lang)
	return i.r.do(request)
}

// upload sends one file in and returns where it is read.
func (i *importing) upload(t *testing.T, content []byte) string {
	t.Helper()
	return i.send(t, map[string][]byte{"files:clinic.csv": content}).want(t, http.StatusSeeOther).header.Get("Location")
}

var (
	inputTag    = regexp.MustCompile(`<input type="(\w+)"[^>]*?name="([^"]*)"[^>]*?>`)
	valueOfTag  = regexp.MustCompile(` value="([^"]*)"`)
	selectTag   = regexp.MustCompile(`(?s)<select[^>]*?name="([^"]*)"[^>]*>(.*?)</select>`)
	selectedTag = regexp.MustCompile(`<option value="([^"]*)" selected`)
	areaTag     = regexp.MustCompile(`(?s)<textarea[^>]*?name="([^"]*)"[^>]*>\n?(.*?)</textarea>`)
)

// asSent are the fields of all forms of a page as a browser would send them.
func asSent(p page) url.Values {
	fields := url.Values{}
	for _, m := range inputTag.FindAllStringSubmatch(p.body, -1) {
		if (m[1] == "checkbox" || m[1] == "radio") && !strings.Contains(m[0], " checked") || m[1] == "file" {
			continue
		}
		value := ""
		if v := valueOfTag.FindStringSubmatch(m[0]); v != nil {
			value = html.UnescapeString(v[1])
		}
		fields.Add(m[2], value)
	}
	for _, m := range selectTag.FindAllStringSubmatch(p.body, -1) {
		value := ""
		if v := selectedTag.FindStringSubmatch(m[2]); v != nil {
			value = html.UnescapeString(v[1])
		}
		fields.Add(m[1], value)
	}
	for _, m := range areaTag.FindAllStringSubmatch(p.body, -1) {
		fields.Add(m[1], html.UnescapeString(m[2]))
	}
	return fields
}

// ended waits for a job and returns its page.
func (i *importing) ended(t *testing.T, address string) page {
	t.Helper()
	for range 400 {
		if strings.Contains(i.r.get(address+"/progress").body, `"href"`) {
			return i.r.get(address).want(t, http.StatusOK)
		}
		time.Sleep(25 * time.Millisecond)
	}
	t.Fatal("the job does not end")
	return page{}
}

// read reads a file by what is set in the form beside what was guessed, and returns the address
// of the job and its page.
func (i *importing) read(t *testing.T, upload string, set url.Values) (string, page) {
	t.Helper()
	form := asSent(i.r.get(upload+"/mapping").want(t, http.StatusOK))
	for name, values := range set {
		form[name] = values
	}
	job := i.newest(t, upload+"/mapping", form)
	return job, i.ended(t, job)
}

// newest sends a mapping, and again where it is asked whether it is to be the newest of its name. It
// returns the address of the reading.
func (i *importing) newest(t *testing.T, address string, form url.Values) string {
	t.Helper()
	sent := i.r.post(address, form)
	if over := regexp.MustCompile(`name="over" value="(\d+)"`).FindStringSubmatch(sent.body); over != nil {
		form.Set("over", over[1])
		sent = i.r.post(address, form)
	}
	return sent.want(t, http.StatusSeeOther).header.Get("Location")
}

// said is what a person says of the clinic's file beside what was guessed.
func said(i *importing, t *testing.T, upload string) url.Values {
	t.Helper()
	form := i.r.get(upload+"/mapping").want(t, http.StatusOK)
	set := url.Values{
		"profile": {"clinic"}, "findings.nothing": {"niets gevonden"}, "method.0.kind": {"gc_ms"}, "method.0.lab": {"Clinic"},
		"method.0.level": {"confirmatory"}, "method.0.quantifies": {"yes"},
	}
	for value, code := range map[string]string{"poeder": "powder", "kristallen": "crystal", "wit": "white", "roze": "pink", "bruin": "brown"} {
		row := regexp.MustCompile(`name="([\w.]+)\.from\.(\w+)" value="` + value + `"`).FindStringSubmatch(form.body)
		if row == nil {
			t.Fatalf("the form does not ask what %q stands for", value)
		}
		set.Set(row[1]+".to."+row[2], code)
	}
	return set
}

// TestAFileThatNobodyHasSeenIsMappedAndImported: from sending it in to samples, by pages alone.
func TestAFileThatNobodyHasSeenIsMappedAndImported(t *testing.T) {
	eachSite(t, func(t *testing.T, x *site) {
		i := newImporting(t, x)
		upload := i.upload(t, clinic(t))
		i.r.get(upload).want(t, http.StatusOK, "6 rows", "Monsternr", "K-001")

		form := asSent(i.r.get(upload + "/mapping"))
		for field, want := range map[string]string{
			"samples.id.column": "Monsternr", "samples.received_on.column": "Datum ontvangen", "samples.received_on.date": "DD-MM-YYYY",
			"samples.sold_as.column": "Verkocht als", "samples.form.column": "Vorm", "findings.fields.substance.column": "Stof",
			"findings.fields.amount.column": "Gehalte", "findings.fields.unit.column": "Eenheid", "findings.fields.performed_on.column": "Datum analyse",
			"decimal": ",", "file.1.delimiter": ";",
		} {
			if got := form.Get(field); got != want {
				t.Errorf("guessed for %s: %q, not %q", field, got, want)
			}
		}
		job, told := i.read(t, upload, said(i, t, upload))
		i.r.get("/imports/UTR").want(t, http.StatusOK, "What you are having done", `<a href="`+job+`">Dry run: clinic.csv</a> <span class="small muted">`)
		told.want(t, http.StatusOK, "Nothing was written", "amfetamien", "1 of 5 samples would be left out")
		if list, err := i.store.Imports(t.Context(), i.importer, i.service.ID); err != nil || len(list) > 0 {
			t.Errorf("a dry run has written %v, %v", list, err)
		}

		// A name that is nearly a known one is decided by a person, into a version of the mapping.
		names := asSent(told)
		known := regexp.MustCompile(`name="names\.0" value="(known\.\d)"[^>]*><label[^>]*>amphetamine</label>`).FindStringSubmatch(told.body)
		if known == nil {
			t.Fatalf("amphetamine is not offered for amfetamien:\n%s", told.body)
		}
		names.Set("names.0", known[1])
		job = i.r.post(job+"/names", names).want(t, http.StatusSeeOther).header.Get("Location")
		told = i.ended(t, job)
		told.lacks(t, "would be left out")
		mappings, err := i.store.Mappings(t.Context(), i.importer, i.service.ID)
		noError(t, err)
		if len(mappings) != 1 || mappings[0].Version != 2 || !strings.Contains(mappings[0].Text, `"amfetamien" = "amphetamine"`) {
			t.Errorf("mappings: %+v", mappings)
		}

		// Taking asks what for.
		take := asSent(i.r.get(job+"/take").want(t, http.StatusOK, "New samples"))
		i.r.post(job+"/take", take).want(t, http.StatusUnprocessableEntity, "Say what these samples are imported for.")
		take.Set("purpose", "results of 2024")
		taking := i.r.post(job+"/take", take).want(t, http.StatusSeeOther).header.Get("Location")
		i.ended(t, taking).want(t, http.StatusOK, "This was imported.")
		list, err := i.store.Imports(t.Context(), i.importer, i.service.ID)
		noError(t, err)
		if len(list) != 1 || list[0].State != lab.ImportTaken || list[0].Samples != 5 || list[0].Purpose != "results of 2024" {
			t.Fatalf("imports: %+v", list)
		}

		// Once more, from the same page: nothing is written twice.
		again := i.r.post(job+"/take", take).want(t, http.StatusSeeOther).header.Get("Location")
		i.ended(t, again).want(t, http.StatusOK, "already")

		// And back, with a reason.
		address := "/imports/UTR/taken/" + list[0].ID.String()
		i.r.get("/imports/UTR").want(t, http.StatusOK, address, "results of 2024", "taken")
		i.r.get(address).want(t, http.StatusOK, "Nothing has used it")
		i.r.post(address, url.Values{}).want(t, http.StatusUnprocessableEntity, "Choose the reason, or say it in words.")
		back := i.r.post(address, url.Values{"reason_code": {"entry_mistake"}}).want(t, http.StatusSeeOther).header.Get("Location")
		i.ended(t, back).want(t, http.StatusOK, "This is done.")
		i.r.get(address).want(t, http.StatusOK, "taken back")
		if list, err = i.store.Imports(t.Context(), i.importer, i.service.ID); err != nil || list[0].State != lab.ImportUndone {
			t.Errorf("after it was taken back: %+v, %v", list, err)
		}
	})
}

// TestWordsOfTheReadersLanguageAreKnownCodes: who reads Dutch need not say what poeder stands for.
func TestWordsOfTheReadersLanguageAreKnownCodes(t *testing.T) {
	i := newImporting(t, oneSite(t))
	form := i.upload(t, clinic(t)) + "/mapping"
	for lang, want := range map[string]string{"nl": "powder", "en": ""} {
		i.r.lang = lang
		p := i.r.get(form).want(t, http.StatusOK)
		row := regexp.MustCompile(`name="([\w.]+)\.from\.(\w+)" value="poeder"`).FindStringSubmatch(p.body)
		if row == nil {
			t.Fatal("the form does not ask what poeder stands for")
		}
		if got := asSent(p).Get(row[1] + ".to." + row[2]); got != want {
			t.Errorf("%s: poeder is %q, not %q", lang, got, want)
		}
	}
}

// TestWhatStandsInAChosenColumnIsAskedAbout: of a column that nobody could guess, each value is
// sent with what it stands for.
func TestWhatStandsInAChosenColumnIsAskedAbout(t *testing.T) {
	i := newImporting(t, oneSite(t))
	address := i.upload(t, clinic(t)) + "/mapping"
	form := asSent(i.r.get(address))
	form.Set("samples.shape.column", "Kleur")
	form.Set("more", "look")
	shown := asSent(i.r.post(address, form).want(t, http.StatusOK))
	var values []string
	for name := range shown {
		if strings.HasPrefix(name, "samples.shape.from.") {
			values = append(values, shown.Get(name))
		}
	}
	if slices.Sort(values); !slices.Equal(values, []string{"bruin", "roze", "wit"}) {
		t.Errorf("asked about: %q", values)
	}
}

// TestWhatIsWrongInAMappingStandsBesideItsField, with all that was typed.
func TestWhatIsWrongInAMappingStandsBesideItsField(t *testing.T) {
	i := newImporting(t, oneSite(t))
	upload := i.upload(t, clinic(t))
	form := asSent(i.r.get(upload + "/mapping"))
	form.Set("profile", "clinic")
	form.Set("samples.id.column", "")
	form.Set("findings.nothing", "niets gevonden")
	form.Set("findings.count", "many")
	i.r.post(upload+"/mapping", form).want(t, http.StatusUnprocessableEntity, "is not a whole number", `value="many"`, "niets gevonden")
	form.Set("findings.count", "")
	form.Set("samples.region.column", "=value")
	i.r.post(upload+"/mapping", form).want(t, http.StatusUnprocessableEntity, `id="field-samples.region.value-mistake"`)
	form.Set("samples.region.column", "")
	i.r.post(upload+"/mapping", form).want(t, http.StatusUnprocessableEntity, `id="field-samples.id.column-mistake"`, `id="field-method.0.kind-mistake"`, "niets gevonden")
	if list, err := i.store.Mappings(t.Context(), i.importer, i.service.ID); err != nil || len(list) > 0 {
		t.Errorf("it is kept all the same: %v, %v", list, err)
	}
}

// TestTakingRefusesWhatThePersonHasNotSeen: another file or mapping, or more or less than was shown.
func TestTakingRefusesWhatThePersonHasNotSeen(t *testing.T) {
	i := newImporting(t, oneSite(t))
	upload := i.upload(t, clinic(t))
	job, _ := i.read(t, upload, said(i, t, upload))
	seen := asSent(i.r.get(job+"/take").want(t, http.StatusOK))
	seen.Set("purpose", "a test")
	for name, c := range map[string]struct{ field, value, says string }{
		"another digest": {"digest", strings.Repeat("0", 64), "are not those of the dry run"},
		"more samples":   {"samples", "3", "More or less would be written"},
		"less left out":  {"left_out", "0", "More or less would be written"},
	} {
		form := url.Values{}
		for k, v := range seen {
			form[k] = v
		}
		form.Set(c.field, c.value)
		taking := i.r.post(job+"/take", form).want(t, http.StatusSeeOther).header.Get("Location")
		i.ended(t, taking).want(t, http.StatusOK, c.says)
		if list, err := i.store.Imports(t.Context(), i.importer, i.service.ID); err != nil || len(list) > 0 {
			t.Fatalf("%s: %v, %v", name, list, err)
		}
	}
}

// TestTooMuchLeftOutIsConfirmed before the rest is written.
func TestTooMuchLeftOutIsConfirmed(t *testing.T) {
	i := newImporting(t, oneSite(t))
	text := strings.ReplaceAll(string(clinic(t)), "71,5;%", "lots;%")
	text = strings.ReplaceAll(text, ";ketamine;82;%", ";fentanyl;much;%")
	upload := i.upload(t, []byte(text))
	job, told := i.read(t, upload, said(i, t, upload))
	told.want(t, http.StatusOK, "names substances of high or extreme danger", "fentanyl")
	form := asSent(i.r.get(job + "/take"))
	form.Set("purpose", "a test")
	i.r.post(job+"/take", form).want(t, http.StatusUnprocessableEntity, "Confirm that what is named here is left out")
	form.Set("accept", "yes")
	taking := i.r.post(job+"/take", form).want(t, http.StatusSeeOther).header.Get("Location")
	i.ended(t, taking).want(t, http.StatusOK, "This was imported.")
	var changes string
	pool := storetest.Pool(t, i.config)
	defer func() { _ = pool.Close() }()
	err := pool.QueryRowContext(t.Context(), "SELECT changes FROM audit_events WHERE action = 'import' AND changes LIKE '%accepted_left_out%'").Scan(&changes)
	if err != nil || !strings.Contains(changes, `"dangers":["fentanyl"]`) {
		t.Errorf("the trail does not tell that it was accepted: %v %s", err, changes)
	}
}

// TestFilesInPartsAreTheSameFile as those that are sent at once; what is too large is refused by
// its length, and nobody else reads it.
func TestFilesInPartsAreTheSameFile(t *testing.T) {
	i := newImporting(t, oneSite(t))
	content := clinic(t)
	begun := i.r.post("/imports/UTR/begin", url.Values{"name": {`C:\files\clinic.csv`}, "bytes": {strconv.Itoa(len(content))}}).want(t, http.StatusOK)
	address := regexp.MustCompile(`/imports/UTR/files/[\w-]+`).FindString(begun.body)
	i.r.get(address).want(t, http.StatusNotFound) // not before it is whole
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, i.r.site.address.String()+address+"/parts/1-0", bytes.NewReader(content))
	noError(t, err)
	request.Header.Set("Content-Type", "application/octet-stream")
	i.r.do(request).want(t, http.StatusOK)
	i.r.post(address+"/whole", nil).want(t, http.StatusOK, address)
	i.r.get(address).want(t, http.StatusOK, "clinic.csv", "6 rows").lacks(t, `C:\`)

	colleague := i.staff(t, storetest.Person(t, i.store, "colleague", i.service.ID, lab.Importer))
	colleague.get(address).want(t, http.StatusNotFound)
	colleague.get("/imports/UTR").want(t, http.StatusOK).lacks(t, "clinic.csv")

	i.r.post("/imports/UTR/begin", url.Values{"name": {"a.xlsx"}, "bytes": {"2000000000"}}).want(t, http.StatusUnprocessableEntity)
	large, err := http.NewRequestWithContext(t.Context(), http.MethodPost, i.r.site.address.String()+"/imports/UTR/files", http.NoBody)
	noError(t, err)
	large.Header.Set("Content-Type", "multipart/form-data; boundary=x")
	large.ContentLength, large.Body = 2_000_000_000, &endless{}
	large.Header.Set("Accept-Language", i.r.lang)
	i.r.do(large).want(t, http.StatusUnprocessableEntity, "larger than 200 MB")
	i.r.post(address+"/drop", nil).leads(t, "/imports/UTR")
	i.r.get(address).want(t, http.StatusNotFound)
}

// endless is a body that never ends.
type endless struct{}

func (*endless) Read(p []byte) (int, error) { return len(p), nil }
func (*endless) Close() error               { return nil }
