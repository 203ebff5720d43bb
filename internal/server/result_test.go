package server_test

import (
	"encoding/json"
	"fmt"
	"html"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"marquis/internal/lab"
	"marquis/internal/lab/labtest"
	"marquis/internal/store/storetest"
)

// found is a finding of a substance by its name, with an amount such as "79.5%".
func (c *counter) found(t testing.TB, name string, detection lab.Detection, amount string, basis lab.Basis, edit ...func(*lab.Finding)) lab.Finding {
	t.Helper()
	f := lab.Finding{SubstanceID: storetest.Substance(t, c.words, name), Detection: detection, Basis: basis}
	if amount != "" {
		var err error
		number, unit, _ := strings.Cut(amount, " ")
		if f.Amount, err = lab.ParseAmount(number, unit); err != nil {
			t.Fatal(err)
		}
	}
	for _, change := range edit {
		change(&f)
	}
	return f
}

// analyse enters and verifies an analysis of a sample.
func (c *counter) analyse(t testing.TB, x lab.Sample, by lab.MethodKind, conclusion lab.Conclusion, findings ...lab.Finding) lab.Analysis {
	t.Helper()
	m := c.methods[by]
	a := lab.Analysis{SampleID: x.ID, MethodID: m.ID, Level: m.Level, PerformedOn: x.ReceivedOn, Conclusion: conclusion}
	a.ServiceID = x.ServiceID
	a, err := c.store.EnterAnalysis(t.Context(), c.analyst, a, findings)
	if err != nil {
		t.Fatal(err)
	}
	if a, err = c.store.VerifyAnalysis(t.Context(), c.verifier, a.Key, a.Version, false); err != nil {
		t.Fatal(err)
	}
	return a
}

// now is the sample as it stands.
func (c *counter) now(t testing.TB, x lab.Sample) lab.Sample {
	t.Helper()
	x, _, err := c.store.Sample(t.Context(), storetest.Reader, x.Key)
	if err != nil {
		t.Fatal(err)
	}
	return x
}

func (c *counter) release(t testing.TB, x lab.Sample, reason string) {
	t.Helper()
	p, err := c.store.Proposal(t.Context(), c.verifier, x.Key)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.store.PublishResult(t.Context(), c.verifier, x.Key, p.Sample.Version, p.Seen, lab.Because("en", reason), p.Publication.Result.LeftOutFields()...); err != nil {
		t.Fatal(err)
	}
}

func (c *counter) move(t testing.TB, x lab.Sample, by lab.Actor, to lab.SampleState, reason string) {
	t.Helper()
	x = c.now(t, x)
	if _, err := c.store.MoveSample(t.Context(), by, x.Key, x.Version, to, reason); err != nil {
		t.Fatal(err)
	}
}

// both looks a code up in English and in Dutch. Every result says where help is,
// the emergency number first.
func (c *counter) both(t testing.TB, code lab.LookupCode) (english, dutch page) {
	t.Helper()
	english = c.look(t, "en", code.Print()).want(t, http.StatusOK, "cannot be woken, has trouble breathing or has a seizure", "0900-1995")
	dutch = c.look(t, "nl", code.Print()).want(t, http.StatusOK, "niet wakker wordt of moeite heeft met ademen", "0900-1995")
	for _, p := range []page{english, dutch} {
		emergency, questions := strings.Index(p.body, `<a href="tel:112">112</a>`), strings.Index(p.body, "Drugs Infolijn")
		if emergency < 0 || questions < emergency {
			t.Error("112 is not the first help")
		}
		if p.header.Get("Set-Cookie") != "" || p.header.Get("Cache-Control") != "no-store" {
			t.Errorf("headers %v", p.header)
		}
		wantCalm(t, p.body)
	}
	return english, dutch
}

var (
	tags      = regexp.MustCompile(`<[^>]*>`)
	forbidden = regexp.MustCompile(`(?i)(^|[^\pL])(safe|safely|pure|good|veilig|veilige|zuiver|zuivere|goed|goede)([^\pL]|$)`)
)

// wantCalm fails when a text says of a drug what no test can say.
func wantCalm(t testing.TB, text string) {
	t.Helper()
	if found := forbidden.FindString(tags.ReplaceAllString(text, " ")); found != "" {
		t.Errorf("the text says %q", found)
	}
}

// inOrder fails unless the page says the texts one after the other.
func (p page) inOrder(t testing.TB, texts ...string) {
	t.Helper()
	at := 0
	for _, text := range texts {
		i := strings.Index(p.body[at:], text)
		if i < 0 {
			t.Errorf("the page does not say %q after what comes before it:\n%s", text, p.body)
			return
		}
		at += i
	}
}

func TestASampleWithoutAResultTellsWhereItIs(t *testing.T) {
	eachSite(t, func(t *testing.T, x *site) {
		c := newCounter(t, x)
		due := func(s *lab.Sample) { s.ExpectedReadyOn = 2025_03_10 }
		sample, code := c.handIn(t, "ketamine", due)
		en, nl := c.both(t, code)
		en.want(t, http.StatusOK, "<h1>We have your sample</h1>", "not been analysed yet", "by 10 March 2025", "<dd>ketamine</dd>", "<dd>powder</dd>", "<dd>3 February 2025</dd>", "<dd>Service UTR</dd>")
		nl.want(t, http.StatusOK, "<h1>We hebben uw monster</h1>", "uiterlijk op 10 maart 2025", "<dd>poeder</dd>")

		c.move(t, sample, c.analyst, lab.InAnalysis, "")
		en, _ = c.both(t, code)
		en.want(t, http.StatusOK, "<h1>Your sample is being analysed</h1>", "no result yet", "by 10 March 2025")
		x.clock.pass(30 * 24 * 3600e9)
		en, _ = c.both(t, code)
		en.want(t, http.StatusOK, "was expected by 10 March 2025. It takes longer")

		_, code = c.handIn(t, "ketamine")
		en, _ = c.both(t, code)
		en.want(t, http.StatusOK, "We do not know yet when")

		sample, code = c.handIn(t, "ketamine")
		c.move(t, sample, c.intake, lab.NotAnalysed, "insufficient")
		en, nl = c.both(t, code)
		en.want(t, http.StatusOK, "<h1>Your sample was not analysed</h1>", "We know nothing about this sample.", "Reason: too little material")
		nl.want(t, http.StatusOK, "We weten niets over dit monster.", "Reden: te weinig")

		sample, code = c.handIn(t, "ketamine")
		c.move(t, sample, c.intake, lab.Rejected, "outside_rules")
		en, _ = c.both(t, code)
		en.want(t, http.StatusOK, "<h1>Your sample was not accepted</h1>", "We know nothing about this sample.", "Reason: outside the rules").
			lacks(t, "what could not be seen")
	})
}

func TestAResultIsToldInPlainWords(t *testing.T) {
	eachSite(t, func(t *testing.T, x *site) {
		c := newCounter(t, x)
		tablet := func(s *lab.Sample) { s.Form = lab.Tablet }
		for name, r := range map[string]struct {
			product    string
			edit       []func(*lab.Sample)
			by         lab.MethodKind
			conclusion lab.Conclusion
			findings   []lab.Finding
			english    []string
			dutch      []string
		}{
			"what was expected, as base": {
				"ketamine", nil, lab.GCMS, lab.HasFindings,
				[]lab.Finding{c.found(t, "ketamine", lab.Quantified, "79.5 %", lab.BasisBase, func(f *lab.Finding) { f.Uncertainty, f.Stereo = 20_000, lab.Racemic })},
				[]string{
					"<h1>We found ketamine.</h1>", "of 100 mg about 80 mg", "79.5%", "give or take 2%", "as much R form as S form", "was expected", "at most 87 mg of ketamine",
					"GC-MS, Generated (confirmatory).", "It looked for", "It does not see others.", "The result holds for the portion that was tested",
					"This is the answer of the laboratory. Released on 3 March 2025, version 1. Checked by two people.",
				},
				[]string{"<h1>We vonden ketamine.</h1>", "van 100 mg ongeveer 80 mg", "79,5%", "plus of min 2%", "Andere ziet deze test niet.", "3 maart 2025, versie 1"},
			},
			"as a salt, with what the measurement may be off by": {
				"speed", nil, lab.GCMS, lab.HasFindings,
				[]lab.Finding{c.found(t, "amphetamine", lab.Quantified, "3 %", "sulfate", func(f *lab.Finding) { f.Uncertainty = 5000 })},
				[]string{"of 100 mg about 2.2 mg", "measured as 3% of its salt (sulfate)", "give or take 0.5%"},
				[]string{"van 100 mg ongeveer 2,2 mg", "gemeten als 3% van het zout (sulfaat)", "plus of min 0,5%"},
			},
			"something else, first": {
				"ketamine", nil, lab.GCMS, lab.HasFindings,
				[]lab.Finding{c.found(t, "cocaine", lab.Quantified, "60 %", "hydrochloride"), c.found(t, "mannitol", lab.Identified, "", "")},
				[]string{"is-serious", "<h1>This is not ketamine. It holds cocaine.</h1>", "not found", "of 100 mg about 54 mg", "measured as 60% of its salt (hydrochloride)", "not expected", "filler or carrier", "how much was not measured", "is very hot"},
				[]string{"<h1>Dit is geen ketamine. Er zit cocaïne in.</h1>", "niet gevonden", "niet verwacht", "pijn op de borst"},
			},
			"an addition below the limit, and a trace": {
				"ketamine", nil, lab.GCMS, lab.HasFindings,
				[]lab.Finding{
					c.found(t, "ketamine", lab.Quantified, "70 %", lab.BasisUnknown), c.found(t, "levamisole", lab.BelowLOQ, "", ""), c.found(t, "caffeine", lab.Trace, "", ""),
				},
				[]string{"<h1>We found ketamine, levamisole and a trace of caffeine.</h1>", "we do not know whether the salt is counted too", "a small amount, below 0.5%", "a trace"},
				[]string{"een kleine hoeveelheid, minder dan 0,5%", "een spoor"},
			},
			"a trace of what was expected": {
				"ketamine", nil, lab.GCMS, lab.HasFindings,
				[]lab.Finding{c.found(t, "cocaine", lab.Identified, "", ""), c.found(t, "ketamine", lab.Trace, "", "")},
				[]string{"<h1>There is no more than a trace of ketamine. We found cocaine.</h1>"},
				nil,
			},
			"a tablet": {
				"ecstasy",
				[]func(*lab.Sample){tablet},
				lab.GCMS, lab.HasFindings,
				[]lab.Finding{c.found(t, "MDMA", lab.Quantified, "120 mg", lab.BasisBase)},
				[]string{"<h1>We found MDMA. The amount is high: 120 mg.</h1>", "120 mg per tablet", "a high amount for one piece", "without the salt"},
				[]string{"120 mg per tablet", "veel voor één stuk"},
			},
			"recognised by its looks": {
				"ecstasy",
				[]func(*lab.Sample){tablet},
				lab.ListRecognition, lab.HasFindings,
				[]lab.Finding{c.found(t, "MDMA", lab.Quantified, "150 mg", lab.BasisBase)},
				[]string{"is-note", "<h1>It looks like something that held MDMA. Your sample was not analysed.</h1>", "in another one: 150 mg per tablet", "This sample itself was not analysed.", "It sees nothing of what is in it"},
				[]string{"Dit monster zelf is niet onderzocht.", "in een andere: 150 mg per tablet"},
			},
			"a strip": {
				"alprazolam",
				[]func(*lab.Sample){tablet},
				lab.Strip, lab.HasFindings,
				[]lab.Finding{c.found(t, "protonitazene", lab.Indicated, "", "")},
				[]string{"is-serious", "<h1>We found a sign of protonitazene, a very strong opioid. We could not tell what else is in it.</h1>", "points to substances and proves nothing", "a test pointed to it", "not proven", "It looked for 6 substances", "does not measure how much", "Give naloxone"},
				[]string{"een test wees erop", "Zocht naar 6 stoffen", "Gebruik nooit alleen."},
			},
			"a quick method": {
				"ketamine", nil, lab.FTIR, lab.HasFindings,
				[]lab.Finding{c.found(t, "ketamine", lab.Identified, "", "")},
				[]string{"is-note", "This result is preliminary. The quick test", "It looked for ", "does not measure how much"},
				[]string{"Deze uitslag is voorlopig"},
			},
			"nothing": {
				"ketamine", nil, lab.GCMS, lab.NothingSeen, nil,
				[]string{"is-caution", "<h1>We found nothing that we looked for.</h1>", "does not mean that there is nothing in it", "not found"},
				[]string{"<h1>We vonden niets van wat we zochten.</h1>"},
			},
			"traces alone": {
				"ketamine", nil, lab.GCMS, lab.HasFindings,
				[]lab.Finding{c.found(t, "caffeine", lab.Trace, "", "")},
				[]string{"is-caution", "<h1>We could not tell what is in it. We found a trace of caffeine.</h1>"},
				nil,
			},
			"inconclusive": {
				"ketamine", nil, lab.FTIR, lab.Inconclusive, nil,
				[]string{"is-caution", "<h1>We could not tell what is in it.</h1>", "We do not know what is in this sample", "gave no clear answer for this sample"},
				[]string{"We weten niet wat er in dit monster zit"},
			},
			"something unidentified": {
				"ketamine", nil, lab.FTIR, lab.HasFindings,
				[]lab.Finding{c.found(t, "unidentified substance", lab.Unidentified, "", "")},
				[]string{"is-caution", "<h1>We could not tell what is in it. We found something that we could not identify.</h1>", "unidentified substance", "could not be identified"},
				[]string{"konden we niet herkennen"},
			},
			"nobody knows what was expected": {
				"unknown", nil, lab.GCMS, lab.HasFindings,
				[]lab.Finding{c.found(t, "ketamine", lab.Identified, "", ""), c.found(t, "MDMA", lab.Identified, "", "")},
				[]string{"<h1>We found ", "We do not know what was expected in this sample"},
				[]string{"<dd>onbekend</dd>"},
			},
		} {
			t.Run(name, func(t *testing.T) {
				sample, code := c.handIn(t, r.product, r.edit...)
				c.analyse(t, sample, r.by, r.conclusion, r.findings...)
				c.release(t, sample, "")
				en, nl := c.both(t, code)
				en.want(t, http.StatusOK, r.english...)
				nl.want(t, http.StatusOK, r.dutch...)
				if r.product == "unknown" {
					en.lacks(t, "not expected<")
				}
			})
		}
	})
}

// TestTheWorstIsToldFirst, then what was expected, what is inert, and last what was not found.
func TestTheWorstIsToldFirst(t *testing.T) {
	c := newCounter(t, oneSite(t))
	sample, code := c.handIn(t, "ketamine")
	c.analyse(t, sample, lab.GCMS, lab.HasFindings, c.found(t, "caffeine", lab.Trace, "", ""), c.found(t, "mannitol", lab.Identified, "", ""), c.found(t, "cocaine", lab.Identified, "", ""))
	c.release(t, sample, "")
	en, _ := c.both(t, code)
	en.inOrder(t, "<h1>This is not ketamine.", "is very hot", "tel:112", "Which sample this is", ">cocaine <span", ">caffeine <span", ">mannitol</span>", ">ketamine</span>", "not found",
		"What could not be seen", "This is the answer", "What you can do now", "Service UTR", "tel:112", "Drugs Infolijn")
}

func TestALaboratoryConfirmsWhatAStripPointedTo(t *testing.T) {
	c := newCounter(t, oneSite(t))
	sample, code := c.handIn(t, "ketamine")
	c.analyse(t, sample, lab.FTIR, lab.HasFindings, c.found(t, "ketamine", lab.Identified, "", ""), c.found(t, "25I-NBOMe", lab.Identified, "", ""))
	c.release(t, sample, "")
	c.move(t, sample, c.analyst, lab.InAnalysis, "")
	en, _ := c.both(t, code)
	en.want(t, http.StatusOK, "This result is preliminary", "The analysis goes on")

	c.analyse(t, sample, lab.GCMS, lab.HasFindings, c.found(t, "ketamine", lab.Quantified, "80 %", lab.BasisBase))
	c.release(t, sample, "measured by the laboratory")
	en, _ = c.both(t, code)
	en.want(t, http.StatusOK, "This is a changed answer.", "a sign of 25I-NBOMe", "What we told you before was wrong.", "What it said before", "Version 1, 3 March 2025: preliminary").
		lacks(t, "This result is preliminary")
}

func TestAChangedAndATakenBackResultSayWhatTheySaidBefore(t *testing.T) {
	eachSite(t, func(t *testing.T, x *site) {
		c := newCounter(t, x)
		sample, code := c.handIn(t, "ketamine")
		first := c.analyse(t, sample, lab.GCMS, lab.HasFindings, c.found(t, "ketamine", lab.Quantified, "79.5 %", lab.BasisBase))
		c.release(t, sample, "")
		if _, err := x.store.RetractAnalysis(t.Context(), c.verifier, first.Key, first.Version, "vials exchanged"); err != nil {
			t.Fatal(err)
		}
		c.analyse(t, sample, lab.GCMS, lab.HasFindings, c.found(t, "cocaine", lab.Quantified, "61 %", lab.BasisBase))
		c.release(t, sample, "vials <exchanged>")
		en, nl := c.both(t, code)
		en.inOrder(t, "<h1>This is not ketamine. It holds cocaine.", "is-serious", "What we told you before was wrong.", "was changed on 3 March 2025", "Reason: vials &lt;exchanged&gt;", "about 61 mg", "This is a changed answer",
			"What it said before", "Version 1", "We found ketamine.", "about 80 mg")
		nl.want(t, http.StatusOK, "Dit antwoord is veranderd op 3 maart 2025", "Wat er eerder stond")

		if _, err := x.store.WithdrawResult(t.Context(), c.verifier, sample.Key, c.now(t, sample).Version, lab.Because("en", "two samples mixed up")); err != nil {
			t.Fatal(err)
		}
		en, nl = c.both(t, code)
		en.inOrder(t, "<h1>This result has been taken back</h1>", "We know nothing about this sample now.", "Do not rely on what we said before", "Reason: two samples mixed up", "Have you taken some already?",
			"taken back on 3 March 2025", "<details><summary>What we said before. It is withdrawn.</summary>", "Version 2", "about 61 mg", "Version 1", "about 80 mg", "</details>")
		if first := strings.Index(en.body, `class="substances"`); first < strings.Index(en.body, "What we said before.") {
			t.Error("a result that was taken back is shown as one that holds")
		}
		nl.want(t, http.StatusOK, "<h1>Deze uitslag is ingetrokken</h1>")

		c.analyse(t, sample, lab.FTIR, lab.HasFindings, c.found(t, "ketamine", lab.Identified, "", ""))
		c.release(t, sample, "analysed again")
		en, _ = c.both(t, code)
		en.want(t, http.StatusOK, "This is a changed answer.", "Version 3, 3 March 2025: withdrawn", "Reason: two samples mixed up", "Reason: analysed again")
	})
}

func TestTheTitleThatABrowserRemembersTellsNothing(t *testing.T) {
	c := newCounter(t, oneSite(t))
	sample, code := c.handIn(t, "ketamine")
	c.analyse(t, sample, lab.GCMS, lab.HasFindings, c.found(t, "ketamine", lab.Identified, "", ""))
	c.release(t, sample, "")
	c.look(t, "en", code.Print()).want(t, http.StatusOK, "<title>Your result – Marquis</title>")
}

func TestWhatStaffNotedIsNotShown(t *testing.T) {
	c := newCounter(t, oneSite(t))
	_, code := c.handIn(t, "ketamine", func(s *lab.Sample) { s.Notes, s.Region, s.Logo = "a secret note", "Friesland", "crown" })
	c.look(t, "en", code.Print()).want(t, http.StatusOK).
		lacks(t, "a secret note", "Friesland", "as the visitor said", "intake").
		want(t, http.StatusOK, "crown", "UTR-2025-00001") // what tells which of several samples this is
}

func TestThePrivacyPageIsTrueToTheSettings(t *testing.T) {
	x := oneSite(t)
	for lang, texts := range map[string][]string{
		"en": {fmt.Sprintf("%d more months", codeMonths), "is gone within 10 minutes", "No cookie"},
		"nl": {fmt.Sprintf("nog %d maanden", codeMonths), "Binnen 10 minuten is ze weg", "geen cookie"},
	} {
		p := x.visitor(t).get("/privacy?lang="+lang).want(t, http.StatusOK, texts...)
		if p.header.Get("Set-Cookie") != "" {
			t.Error("the page that says so sets a cookie")
		}
		wantCalm(t, p.body)
	}
	wantCalm(t, x.visitor(t).get("/").body)
}

func TestTheTextsForThePublicClaimNothingThatATestCannotShow(t *testing.T) {
	for _, lang := range []string{"en", "nl"} {
		data, err := os.ReadFile(filepath.Join("..", "locale", "catalogue", "lookup."+lang+".json"))
		if err != nil {
			t.Fatal(err)
		}
		var texts map[string]any
		if err := json.Unmarshal(data, &texts); err != nil {
			t.Fatal(err)
		}
		for key, text := range texts {
			if found := forbidden.FindString(fmt.Sprint(text)); found != "" {
				t.Errorf("%s of %s says %q", key, lang, found)
			}
		}
	}
}

// TestANumberIsDialledAsItIs: what is written for the eye is not dialled.
func TestANumberIsDialledAsItIs(t *testing.T) {
	d := newDrawing(t)
	d.release(t, labtest.Wholes(t)[0].File(t, d.words))
	for written, dialled := range map[string]string{
		"030 123 45 67": "0301234567", "+31 (0)30 123 4567": "+31301234567", "+31 30 1234567": "+31301234567", "(030) 123 4567": "0301234567",
		"0900-1234 / 030-1234567": "09001234", "030 1234567 ext. 8": "0301234567", "030 1234567 tst 8": "0301234567", "0900-1234; 030-1": "09001234",
	} {
		d.service.Terms.Phone = written
		if page := d.draw(t, "nl"); !strings.Contains(html.UnescapeString(page.body), `<a href="tel:`+dialled+`">`) {
			t.Errorf("%q does not dial %s", written, dialled)
		}
	}
}

// TestWhatIsSaidUnderAHeadingFitsIt: where something was seen it is not said that nothing could
// be recognised.
func TestWhatIsSaidUnderAHeadingFitsIt(t *testing.T) {
	d := newDrawing(t)
	const nothing, signs = "or found something that we could not identify", "What we saw was a trace or a sign."
	seen := 0
	for _, right := range labtest.Wholes(t) {
		d.release(t, right.File(t, d.words))
		if d.file.Latest().Outcome != lab.OutcomeInconclusive {
			continue
		}
		seen++
		page, names := d.draw(t, "en"), strings.Contains(right.EN, "We found")
		if strings.Contains(page.body, signs) != names || strings.Contains(page.body, nothing) == names {
			t.Errorf("%s: under %q", right.Name, right.EN)
		}
	}
	if seen < 3 {
		t.Errorf("only %d results are inconclusive", seen)
	}
}
