package server_test

import (
	"net/http"
	"regexp"
	"strings"
	"testing"

	"marquis/internal/lab"
	"marquis/internal/store/storetest"
)

var (
	mainPart = regexp.MustCompile(`(?s)<main [^>]*>\n(.*)\n</main>`)
	ownPart  = regexp.MustCompile(`(?s)^<nav class="note no-print".*?</nav>\n(<p class="on-paper".*?</p>)?`)
)

// previews looks at a result with staff's eyes beside its visitor's.
type previews struct {
	*counter
	number           string
	x                lab.Sample
	code             lab.LookupCode
	clerk, verifying *reader
}

func (c *counter) previews(t testing.TB, product string, edit ...func(*lab.Sample)) *previews {
	t.Helper()
	p := &previews{counter: c, clerk: c.staff(t, c.intake), verifying: c.staff(t, c.verifier)}
	p.x, p.code = c.handIn(t, product, edit...)
	p.number = p.x.Number(c.service.Code).String()
	return p
}

// address is where staff see the visitor's page.
func (p *previews) address() string { return "/samples/" + p.number + "/result" }

// main is what a page says within its frame.
func (p page) main(t testing.TB) string {
	t.Helper()
	m := mainPart.FindStringSubmatch(p.want(t, http.StatusOK).body)
	if m == nil {
		t.Fatalf("the page has no main part:\n%s", p.body)
	}
	return m[1]
}

// seen is what staff see of the visitor's page in a language, without what is said to them.
func (p *previews) seen(t testing.TB, by *reader, query string) string {
	t.Helper()
	shown := by.get(p.address()+query).want(t, http.StatusOK, `<body class="public">`).lacks(t, "<script", "Sign out")
	if shown.header.Get("Cache-Control") != "no-store" || shown.header.Get("Set-Cookie") != "" {
		t.Errorf("headers %v", shown.header)
	}
	whole := shown.main(t)
	bar := ownPart.FindString(whole)
	if bar == "" {
		t.Errorf("nothing says what it is:\n%s", whole)
	}
	return whole[len(bar):]
}

// both are what staff see in both languages.
func (p *previews) both(t testing.TB, by *reader, of string) [2]string {
	t.Helper()
	return [2]string{p.seen(t, by, "?say=en"+of), p.seen(t, by, "?say=nl"+of)}
}

// read is what the visitor reads in both languages.
func (p *previews) read(t testing.TB) [2]string {
	t.Helper()
	en, nl := p.counter.both(t, p.code)
	return [2]string{en.main(t), nl.main(t)}
}

// wantSame fails unless staff saw, byte for byte, what the visitor reads.
func (p *previews) wantSame(t testing.TB, when string, seen [2]string) {
	t.Helper()
	for i, read := range p.read(t) {
		if seen[i] != read {
			t.Errorf("%s: staff saw\n%s\nthe visitor reads\n%s", when, seen[i], read)
		}
	}
}

// wantNow fails unless all who may tell see what the visitor reads now.
func (p *previews) wantNow(t testing.TB, when string) {
	t.Helper()
	p.wantSame(t, when+", intake", p.both(t, p.clerk, ""))
	p.wantSame(t, when+", verifier", p.both(t, p.verifying, "&of=now"))
}

// TestPreviewIsWhatTheVisitorReads, before and after each release of one sample's life.
func TestPreviewIsWhatTheVisitorReads(t *testing.T) {
	eachSite(t, func(t *testing.T, x *site) {
		c := newCounter(t, x)
		look := func(s *lab.Sample) {
			s.Colours, s.Logo, s.ExpectedReadyOn = lab.Codes{"white"}, "tesla", 2025_03_10
		}
		p := c.previews(t, "ketamine", look)
		p.wantNow(t, "received")
		p.wantSame(t, "with nothing to release", p.both(t, p.verifying, ""))
		c.move(t, p.x, c.analyst, lab.InAnalysis, "")
		p.wantNow(t, "in analysis")

		c.analyse(t, p.x, lab.FTIR, lab.HasFindings, c.found(t, "ketamine", lab.Identified, "", ""))
		p.wantNow(t, "with an analysis that is verified")
		before := p.both(t, p.verifying, "")
		p.verifying.get(p.address()).want(t, http.StatusOK, "if you released it now", "Not released yet. Not for the visitor.").lacks(t, "of=now", "Tell by phone")
		p.clerk.get(p.address()).want(t, http.StatusOK, "Your sample is being analysed").lacks(t, "ketamine was", "Not released yet")
		c.release(t, p.x, "")
		p.wantSame(t, "preliminary, before", before)
		p.wantNow(t, "preliminary")

		c.move(t, p.x, c.analyst, lab.InAnalysis, "")
		p.wantNow(t, "preliminary, and goes on")
		if en := p.read(t)[0]; !strings.Contains(en, "The analysis goes on.") {
			t.Errorf("the visitor does not read that the analysis goes on:\n%s", en)
		}
		p.clerk.get("/samples/"+p.number+"/read-out").want(t, http.StatusOK, "The analysis goes on.")
		c.analyse(t, p.x, lab.GCMS, lab.HasFindings, c.found(t, "ketamine", lab.Identified, "", ""))
		before = p.both(t, p.verifying, "")
		p.verifying.get(p.address()).want(t, http.StatusOK, `href="?of=now&amp;say=en"`, "Tell by phone")
		c.release(t, p.x, "")
		p.wantSame(t, "confirmed, before", before)
		p.wantNow(t, "confirmed")

		c.move(t, p.x, c.analyst, lab.InAnalysis, "")
		c.analyse(t, p.x, lab.GCMS, lab.HasFindings, c.found(t, "cocaine", lab.Identified, "", ""))
		before = p.both(t, p.verifying, "")
		p.verifying.get(p.address()).want(t, http.StatusOK, "Your reason comes with it.")
		c.release(t, p.x, "Another vial.")
		after := p.read(t)
		for i := range after { // what is typed with the release was not there to be seen
			after[i] = strings.NewReplacer("<p>Reason: Another vial.</p>\n", "",
				"<p>Reden: <q lang=\"en\">Another vial.</q></p>\n<p class=\"small\">Dit is in het Engels geschreven en niet vertaald.</p>", "").Replace(after[i])
		}
		if before != after {
			t.Errorf("amended: staff saw\n%s\nthe visitor reads\n%s", before, after)
		}
		p.wantNow(t, "amended")

		now := c.now(t, p.x)
		_, err := c.store.WithdrawResult(t.Context(), c.verifier, p.x.Key, now.Version, lab.Because("en", "Exchanged."))
		noError(t, err)
		p.wantNow(t, "withdrawn")
		p.verifying.get(p.address()+"?of=now").want(t, http.StatusOK, "What would be released", `href="?say=en"`)
	})
}

func TestPreviewOfWhatIsNotAnalysed(t *testing.T) {
	c := newCounter(t, oneSite(t))
	p := c.previews(t, "ketamine")
	c.move(t, p.x, c.intake, lab.NotAnalysed, "insufficient")
	p.wantNow(t, "not analysed")
	p = c.previews(t, "ketamine")
	c.move(t, p.x, c.intake, lab.Rejected, "no_sample")
	p.wantNow(t, "rejected")
}

// TestPreviewOfWhatIsReleasedAtOnce: it is still being analysed then, and the page says so.
func TestPreviewOfWhatIsReleasedAtOnce(t *testing.T) {
	eachSite(t, func(t *testing.T, x *site) {
		c := newCounter(t, x)
		p := c.previews(t, "ketamine")
		c.analyse(t, p.x, lab.FTIR, lab.HasFindings, c.found(t, "ketamine", lab.Identified, "", ""))
		m := c.methods[lab.GCMS]
		a := lab.Analysis{SampleID: p.x.ID, MethodID: m.ID, Level: m.Level, PerformedOn: p.x.ReceivedOn, Conclusion: lab.HasFindings}
		a.ServiceID = p.x.ServiceID
		_, err := c.store.EnterAnalysis(t.Context(), c.analyst, a, []lab.Finding{c.found(t, "protonitazene", lab.Trace, "", "")})
		noError(t, err)
		// What is verified alone would be silent on it, and cannot be released.
		first, before := p.both(t, p.verifying, ""), p.both(t, p.verifying, "&of=at-once")
		if first != before || !strings.Contains(before[0], "protonitazene") {
			t.Errorf("what would be released:\n%s\nat once:\n%s", first[0], before[0])
		}
		held, err := c.store.HeldProposal(t.Context(), c.verifier, p.x.Key)
		noError(t, err)
		_, err = c.store.PublishHeld(t.Context(), c.verifier, p.x.Key, held.Sample.Version, held.Seen, lab.Why{}, held.Publication.Result.LeftOutFields()...)
		noError(t, err)
		p.wantSame(t, "at once, before", before)
		p.wantNow(t, "at once")
	})
}

// TestPreviewOfADoseByWeight: what is told as a part of a tablet is above the country's limit
// by the weight of it, for the visitor as for staff.
func TestPreviewOfADoseByWeight(t *testing.T) {
	eachSite(t, func(t *testing.T, x *site) {
		c := newCounter(t, x)
		limit := lab.AlertLimit{
			SubstanceID: storetest.Substance(t, c.words, "MDMA"), Form: lab.Tablet, Amount: lab.Amount{Value: 150_000_000, Scale: lab.PerUnit},
			Basis: lab.BasisBase, Source: "A bulletin, 2025, page 3",
		}
		noError(t, x.store.SetAlertLimit(t.Context(), storetest.Person(t, x.store, "head", 0, lab.Coordinator), limit))
		tablet := func(s *lab.Sample) { s.Form, s.WeightUG = lab.Tablet, 400_000 }
		p := c.previews(t, "xtc", tablet)
		c.analyse(t, p.x, lab.GCMS, lab.HasFindings, c.found(t, "MDMA", lab.Quantified, "50 %", lab.BasisBase))
		before := p.both(t, p.verifying, "")
		c.release(t, p.x, "")
		p.wantSame(t, "above the limit, before", before)
		p.wantNow(t, "above the limit")
		if en := p.read(t)[0]; !strings.Contains(en, "is-serious") {
			t.Errorf("200 mg of a limit of 150 is not serious:\n%s", en)
		}
	})
}

// TestPreviewIsForWhoTellsAndReleases, of their own service, and is noted as a view.
func TestPreviewIsForWhoTellsAndReleases(t *testing.T) {
	eachSite(t, func(t *testing.T, x *site) {
		c := newCounter(t, x)
		p := c.previews(t, "ketamine")
		foreign := storetest.Service(t, x.store, "AMS")
		x.staff(t, c.analyst).get(p.address()).want(t, http.StatusForbidden)
		x.staff(t, storetest.Person(t, x.store, "coordinator", c.service.ID, lab.Coordinator)).get(p.address()).want(t, http.StatusForbidden)
		x.staff(t, storetest.Person(t, x.store, "elsewhere", foreign.ID, lab.Verifier)).get(p.address()).want(t, http.StatusNotFound)
		x.visitor(t).get(p.address()).asksFor(t, "/sign-in")
		p.clerk.get("/samples/UTR-2025-99999/result").want(t, http.StatusNotFound)
		p.clerk.get(p.address()+"?say=xx&of=nonsense").want(t, http.StatusOK, `<html lang="en">`, "This is what the visitor reads now.")
		p.verifying.get(p.address()).want(t, http.StatusOK)
		seen := must(x.store.Views(t.Context(), c.verifier, p.x.Key))
		have := func(who string, what lab.Purpose) bool {
			for _, v := range seen {
				if v.Name == who && v.Purpose == what {
					return true
				}
			}
			return false
		}
		if len(seen) != 2 || !have("intake", lab.ForReadOut) || !have("verifier", lab.ForRelease) {
			t.Errorf("views %+v", seen)
		}
	})
}

// TestPreviewsAreLinked from where somebody decides, reads or tells.
func TestPreviewsAreLinked(t *testing.T) {
	c := newCounter(t, oneSite(t))
	p := c.previews(t, "ketamine")
	link := `href="` + p.address()
	record := "/samples/" + p.number
	p.clerk.get(record).want(t, http.StatusOK, link+`"`)
	c.staff(t, c.analyst).get(record).want(t, http.StatusOK).lacks(t, link)
	c.analyse(t, p.x, lab.GCMS, lab.HasFindings, c.found(t, "ketamine", lab.Identified, "", ""))
	p.verifying.get(record+"/release").want(t, http.StatusOK, link+`"`).lacks(t, link+"?of=now")
	c.release(t, p.x, "")
	p.verifying.get(record+"/release").want(t, http.StatusOK, link+`?of=now"`)
	p.clerk.get(record+"/read-out?say=nl").want(t, http.StatusOK, link+`?of=now&amp;say=nl"`)
	p.clerk.get(p.address()).want(t, http.StatusOK, `href="`+record+`/read-out"`, `href="`+record+`"`)
}

// TestPreviewOfASampleOfAPlace tells how to reach that place, as its visitor reads.
func TestPreviewOfASampleOfAPlace(t *testing.T) {
	c := newCounter(t, oneSite(t))
	place, err := c.store.AddLocation(t.Context(), lab.Operator("test"), lab.Location{
		ServiceID: c.service.ID, Name: "Tent", Kind: "event", Terms: lab.Terms{Phone: "030 765 43 21"},
	})
	noError(t, err)
	p := c.previews(t, "ketamine", func(s *lab.Sample) { s.LocationID = lab.Optional(place.ID) })
	p.wantNow(t, "at a place")
	if en := p.read(t)[0]; !strings.Contains(en, "030 765 43 21") {
		t.Errorf("the visitor does not read the number of the place:\n%s", en)
	}
}
