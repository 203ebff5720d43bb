package server_test

import (
	"bytes"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"marquis/internal/lab"
)

// sendFile sends the form of a file of an instrument.
func (r *reader) sendFile(t *testing.T, fields url.Values, name string, content []byte) page {
	t.Helper()
	kind, body := withFile(t, fields, name, content)
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, r.site.address.String()+"/batches/new", bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Content-Type", kind)
	request.Header.Set("Accept-Language", r.lang)
	return r.do(request)
}

// run is which run a file is of, by GC-MS.
func (b *bench) run(more ...string) url.Values {
	v := url.Values{"method": {itoa(lab.Optional(b.gcms.ID))}, "performed_on": {"2025-02-04"}, "instrument": {"QP2020"}, "run": {"12"}}
	for i := 0; i+1 < len(more); i += 2 {
		v.Set(more[i], more[i+1])
	}
	return v
}

// sentFile sends a file and returns the address of what it would enter.
func (b *bench) sentFile(t *testing.T, by *reader, content string) string {
	t.Helper()
	return by.sendFile(t, b.run(), "run.csv", []byte(content)).want(t, http.StatusSeeOther).header.Get("Location")
}

var (
	seenField   = regexp.MustCompile(`name="seen" value="([0-9a-f]{64})"`)
	chosenField = regexp.MustCompile(`name="samples" value="([^"]+)" checked`)
	rightFields = regexp.MustCompile(`name="(right\.[^"]+)" value="([0-9a-f]+)"`)
)

// entry is what the page would send as it stands.
func (p page) entry(t *testing.T, more ...string) url.Values {
	t.Helper()
	v := url.Values{}
	if m := seenField.FindStringSubmatch(p.body); m != nil {
		v.Set("seen", m[1])
	}
	for _, m := range chosenField.FindAllStringSubmatch(p.body, -1) {
		v.Add("samples", m[1])
	}
	for i := 0; i+1 < len(more); i += 2 {
		v.Set(more[i], more[i+1])
	}
	return v
}

const plainHead = "number,substance,amount,unit,basis\n"

func TestAFileOfAnInstrumentFromUploadToVerification(t *testing.T) {
	eachSite(t, func(t *testing.T, x *site) {
		b := newBench(t, x)
		one, _ := b.sample(t)
		two, _ := b.sample(t)
		b.analyst.get("/batches/new").want(t, http.StatusOK, "GC-MS", `name="file"`)
		address := b.sentFile(t, b.analyst, plainHead+"UTR-2025-00001,ketamine,79.5,%,base\nUTR-2025-00002,ketamine,70,%,base\nUTR-2025-00002,caffeine,5,%,base\n")
		shown := b.analyst.get(address).want(t, http.StatusOK, "2 samples would be entered", "79.5", "caffeine", "QP2020", "substance = &#34;substance&#34;")
		if n := len(chosenField.FindAllString(shown.body, -1)); n != 2 {
			t.Fatalf("%d samples are ticked", n)
		}
		b.analyst.get(one).want(t, http.StatusOK, "Nothing has been analysed yet.") // nothing is entered yet

		b.analyst.post(address+"/entry", shown.entry(t)).leads(t, "/batches?done=batch")
		b.analyst.get("/batches?done=batch").want(t, http.StatusOK, "They wait to be verified.", "QP2020", "analyst")
		record := b.verifier.get(two).want(t, http.StatusOK, "From a file of QP2020, run 12", "SHA-256")
		analysis := analysisAddress.FindString(record.body)
		b.verifier.get(analysis+"/verify").want(t, http.StatusOK, "From a file of QP2020, run 12")
		b.verifier.post(analysis+"/verify", url.Values{"version": {"1"}}).leads(t, two+"?done=verified")

		// The same file again, and what was remembered.
		again := b.sentFile(t, b.second, plainHead+"UTR-2025-00001,ketamine,79.5,%,base\nUTR-2025-00002,ketamine,70,%,base\nUTR-2025-00002,caffeine,5,%,base\n")
		refused := b.second.get(again).want(t, http.StatusOK, "This file was entered already: by analyst, on 3 March 2025.")
		if strings.Contains(refused.body, "/entry") {
			t.Error("it can be entered again")
		}
		b.analyst.get(address).leads(t, "/batches?done=batch_gone")
		b.analyst.get("/batches?done=batch_gone").want(t, http.StatusOK, "not here any more")
	})
}

func TestWhatIsAskedOfAFileIsTickedSampleBySample(t *testing.T) {
	b := newBench(t, oneSite(t))
	_, _ = b.sample(t)
	two, _ := b.sample(t)
	b.entered(t, b.analyst, two)
	address := b.sentFile(t, b.analyst, plainHead+"UTR-2025-00001,ketamine,99,%,base\nUTR-2025-00002,ketamine,70,%,base\n")
	shown := b.analyst.get(address).want(t, http.StatusOK, "more than the purest salt holds", "confirm that this is a repeat", "Before: 79.5% base", "By this method already")
	b.analyst.post(address+"/entry", shown.entry(t)).want(t, http.StatusUnprocessableEntity,
		"UTR-2025-00001: tick that this is right", "UTR-2025-00002: tick that this is right", `href="#field-right.UTR-2025-00001"`)
	form := shown.entry(t)
	for _, m := range rightFields.FindAllStringSubmatch(shown.body, -1) {
		form.Add(m[1], m[2])
	}
	b.analyst.post(address+"/entry", form).want(t, http.StatusUnprocessableEntity, "UTR-2025-00001: write why what looks implausible is right.", " checked")
	form.Set("why.UTR-2025-00001", "weighed twice")
	b.analyst.post(address+"/entry", form).leads(t, "/batches?done=batch")
	b.analyst.get("/samples/UTR-2025-00001").want(t, http.StatusOK, "weighed twice")
}

func TestWhatIsRefusedOfAFileIsLeftOutOnlyWhenThatIsSaid(t *testing.T) {
	b := newBench(t, oneSite(t))
	_, _ = b.sample(t)
	address := b.sentFile(t, b.analyst, plainHead+"UTR-2025-00001,ketamine,79.5,%,base\nAMS-2025-00001,ketamine,1,%,base\nUTR-2025-00099,ketamine,1,%,base\nUTR-2025-00001x,ketamine,1,%,base\nUTR-2025-1,caffeine,,,\n")
	shown := b.analyst.get(address).want(t, http.StatusOK, "No sample of this number is known here.", "This is no sample number", "written in two ways")
	if strings.Count(shown.body, "No sample of this number is known here.") != 2 {
		t.Error("a sample of another service is told apart from none")
	}
	if seenField.MatchString(shown.body) {
		t.Error("a sample of two spellings can be entered")
	}
	address = b.sentFile(t, b.analyst, plainHead+"UTR-2025-00001,ketamine,79.5,%,base\nUTR-2025-00099,ketamine,1,%,base\n")
	shown = b.analyst.get(address).want(t, http.StatusOK, "Leave out what cannot be taken")
	b.analyst.post(address+"/entry", shown.entry(t)).want(t, http.StatusUnprocessableEntity, "tick that it is left out")
	b.analyst.post(address+"/entry", shown.entry(t, "leave_out", "yes")).leads(t, "/batches?done=batch")
}

// TestADangerInWhatIsRefusedIsNamed: whatever is wrong with its row or its sample.
func TestADangerInWhatIsRefusedIsNamed(t *testing.T) {
	b := newBench(t, oneSite(t))
	_, _ = b.sample(t)
	const fine = "UTR-2025-00001,ketamine,79.5,%,base\n"
	for name, row := range map[string]string{
		"an amount that is none": "UTR-2025-00001,metonitazene,1x,%,base\n", "a number that is none": "UTR-2025-0000I,metonitazene,1,%,base\n",
		"a sample that is not there": "UTR-2025-00099,metonitazene,1,%,base\n", "a name that is nearly it": "UTR-2025-00099,metonitazen,1,%,base\n",
	} {
		file := plainHead + fine + row
		if strings.HasPrefix(row, "UTR-2025-00001,") {
			file = plainHead + row
		}
		b.analyst.get(b.sentFile(t, b.analyst, file)).want(t, http.StatusOK, "names substances of high or extreme danger: ", "metonitazene")
		if t.Failed() {
			t.Fatal(name)
		}
	}
	shown := b.analyst.get(b.sentFile(t, b.analyst, plainHead+fine+"UTR-2025-00099,metonitazene,1,%,base\n"))
	shown.want(t, http.StatusOK, "Leave out what cannot be taken, also of metonitazene")
	b.analyst.get(b.sentFile(t, b.analyst, plainHead+fine+"UTR-2025-00099,caffeine,1,%,base\n")).want(t, http.StatusOK).lacks(t, "extreme danger")
}

func TestAFileIsEnteredAsItWasSeen(t *testing.T) {
	eachSite(t, func(t *testing.T, x *site) {
		b := newBench(t, x)
		sample, registered := b.sample(t)
		address := b.sentFile(t, b.analyst, plainHead+"UTR-2025-00001,ketamine,79.5,%,base\n")
		shown := b.analyst.get(address).want(t, http.StatusOK)
		mapping := b.run("mapping", "decimal = \".\"\n[findings]\nlayout = \"rows\"\n[findings.fields]\nsample = \"number\"\nsubstance = \"substance\"\namount = { column = \"amount\", unit = \"mg\" }\n")
		b.analyst.post(address, mapping).leads(t, address)
		b.analyst.post(address+"/entry", shown.entry(t)).want(t, http.StatusConflict, "The file is read otherwise now than when you looked at it.")

		// Others enter nothing of it, and know nothing of it.
		b.second.get(address).leads(t, "/batches?done=batch_gone")
		b.second.post(address+"/entry", shown.entry(t)).leads(t, "/batches?done=batch_gone")
		b.intake.get("/batches").want(t, http.StatusForbidden)
		b.intake.post(address+"/entry", shown.entry(t)).want(t, http.StatusForbidden)

		// A sample that was changed meanwhile.
		address = b.sentFile(t, b.analyst, plainHead+"UTR-2025-00001,ketamine,79.5,%,base\n")
		shown = b.analyst.get(address).want(t, http.StatusOK)
		_ = must(x.store.DescribeSample(t.Context(), b.actors["intake"], registered.Key, registered.Version, nil, func(s *lab.Sample) { s.Logo = ""; s.Notes = "meanwhile" }))
		b.analyst.post(address+"/entry", shown.entry(t)).want(t, http.StatusUnprocessableEntity, "UTR-2025-00001: ")
		b.analyst.get(sample).want(t, http.StatusOK, "Nothing has been analysed yet.")
	})
}

func TestWhatCannotBeSentAsAFileOfAnInstrument(t *testing.T) {
	b := newBench(t, oneSite(t))
	_, _ = b.sample(t)
	b.analyst.sendFile(t, b.run("method", "", "instrument", "", "run", "", "performed_on", "2025-04-04"), "run.csv", []byte("a,b\n1,2\n")).
		want(t, http.StatusUnprocessableEntity, "Choose the method that was run.", "Say which instrument made the file.", "Say in which run it was made", "Give the day of the analysis")
	b.analyst.post("/batches/new", b.run()).want(t, http.StatusUnprocessableEntity, "Choose a file first.")
	b.analyst.sendFile(t, b.run(), "run.csv", bytes.Repeat([]byte("7"), 12<<20)).want(t, http.StatusRequestEntityTooLarge, "That file is too large", "10 MB")
	address := b.sentFile(t, b.analyst, "PK\x03\x04 no workbook")
	b.analyst.get(address).want(t, http.StatusOK, "# The file cannot be read as it is")
	address = b.sentFile(t, b.analyst, "sample;compound;result\nUTR-2025-00001;ketamine;79,5\n")
	b.analyst.get(address).want(t, http.StatusOK, "unit", "UTR-2025-00001") // what nobody can guess is left open
	b.analyst.get("/batches/nonsense").want(t, http.StatusNotFound)
	b.elsewhere.get("/batches/new").want(t, http.StatusOK)
}

// What left as a worklist comes back as it was filled in, in the reader's language.
func TestAWorklistComesBack(t *testing.T) {
	b := newBench(t, oneSite(t))
	_, _ = b.sample(t)
	b.analyst.lang = "nl"
	rows := sheetRows(t, b.analyst.get("/work/list.xlsx?stage=to_analyse").want(t, http.StatusOK).body)
	var book [][]any
	for _, row := range rows {
		cells := make([]any, len(row))
		for i, text := range row {
			cells[i] = text
		}
		book = append(book, cells)
	}
	last := book[len(book)-1]
	copy(last[9:], []any{"ketamine", "79,5", "%", "base", "hoeveelheid bepaald"})
	address := b.analyst.sendFile(t, b.run(), "werklijst.xlsx", workbook(t, book...)).want(t, http.StatusSeeOther).header.Get("Location")
	b.analyst.get(address).want(t, http.StatusOK, "1 monster zou worden ingevoerd", "79,5")
}

func TestAPersonHasFewFilesAtATime(t *testing.T) {
	b := newBench(t, oneSite(t))
	_, _ = b.sample(t)
	first := b.sentFile(t, b.analyst, plainHead+"UTR-2025-00001,ketamine,60,%,base\n")
	var last string
	for range 3 {
		last = b.sentFile(t, b.analyst, plainHead+"UTR-2025-00001,ketamine,70,%,base\n")
	}
	b.analyst.get(first).leads(t, "/batches?done=batch_gone")

	// What waits is listed to who sent it alone, as what is not entered, and can be removed.
	list := b.analyst.get("/batches").want(t, http.StatusOK, "Nothing was entered from a file yet.", "Sent and not entered", last+`">run.csv`)
	if n := strings.Count(list.body, "/drop\""); n != 3 {
		t.Errorf("%d files wait", n)
	}
	b.second.get("/batches").want(t, http.StatusOK).lacks(t, "Sent and not entered")
	b.second.post(last+"/drop", nil).leads(t, "/batches?done=batch_gone")
	b.analyst.post(last+"/drop", nil).leads(t, "/batches")
	b.analyst.get("/batches").want(t, http.StatusOK).lacks(t, last)
}

// A mapping of one's own gives way to a proposal by what stands in the file, and back.
func TestAMappingIsProposedAnew(t *testing.T) {
	b := newBench(t, oneSite(t))
	_, _ = b.sample(t)
	address := b.sentFile(t, b.analyst, plainHead+"UTR-2025-00001,ketamine,70,%,base\n")
	b.analyst.post(address, b.run("mapping", "[findings]\nlayout = \"rows\"\n")).leads(t, address)
	b.analyst.get(address).want(t, http.StatusOK, "In the mapping, findings.fields.sample").lacks(t, "would be entered")
	b.analyst.post(address, b.run("mapping", "[findings]", "more", "propose")).leads(t, address)
	b.analyst.get(address).want(t, http.StatusOK, "1 sample would be entered", "substance = &#34;substance&#34;")
}

// What holds a lookup code, or more than a mapping can be, is not kept.
func TestWhatIsTypedBesideAFileIsChecked(t *testing.T) {
	b := newBench(t, oneSite(t))
	_, _ = b.sample(t)
	address := b.sentFile(t, b.analyst, plainHead+"UTR-2025-00001,ketamine,70,%,base\n")
	b.analyst.post(address, b.run("run", "9A22-6JWM-WTYS")).want(t, http.StatusUnprocessableEntity, "This holds what can be a lookup code").lacks(t, "/entry")
	b.analyst.get(address).want(t, http.StatusOK, `value="12"`).lacks(t, "9A22")
	b.analyst.sendFile(t, b.run("run", "9A22-6JWM-WTYS"), "run.csv", []byte(plainHead)).want(t, http.StatusUnprocessableEntity, "This holds what can be a lookup code")
}

// A preliminary method needs no second person, and the page says so.
func TestWhoVerifiesIsSaidForTheLevelOfTheMethod(t *testing.T) {
	b := newBench(t, oneSite(t))
	_, _ = b.sample(t)
	content := plainHead + "UTR-2025-00001,ketamine,,,\n"
	b.analyst.get(b.sentFile(t, b.analyst, content)).want(t, http.StatusOK, "A second person verifies it.")
	ftir := must(b.store.AddMethod(t.Context(), lab.Operator("test"), lab.Method{Kind: lab.FTIR, Lab: "Lab", Level: lab.Preliminary, OpenScope: true}))
	sent := b.analyst.sendFile(t, b.run("method", itoa(lab.Optional(ftir.ID))), "run.csv", []byte(content)).want(t, http.StatusSeeOther).header.Get("Location")
	b.analyst.get(sent).want(t, http.StatusOK, "A verifier verifies it, also one who entered it: then it bears one signature.").lacks(t, "A second person verifies it.")
}
