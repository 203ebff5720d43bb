package server_test

import (
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"marquis/internal/lab"
	"marquis/internal/store/storetest"
)

// TestWhatAStripPointsToIsToldBesideWhatALaboratoryDidNotSee: the strip is finer than the
// GC-MS for it, so nothing rules it out, and nothing is left out.
func TestWhatAStripPointsToIsToldBesideWhatALaboratoryDidNotSee(t *testing.T) {
	eachSite(t, func(t *testing.T, x *site) {
		c := newCounter(t, x)
		sample, code := c.handIn(t, "oxycodone")
		c.analyse(t, sample, lab.Strip, lab.HasFindings, c.found(t, "protonitazene", lab.Indicated, "", ""))
		c.analyse(t, sample, lab.GCMS, lab.HasFindings, c.found(t, "oxycodone", lab.Identified, "", ""))
		c.release(t, sample, "")
		en, nl := c.both(t, code)
		en.want(t, http.StatusOK, "is-serious", "We found oxycodone and a sign of protonitazene, a very strong opioid.", "a test pointed to it", "It looked for").lacks(t, "not in this result")
		nl.want(t, http.StatusOK, "een test wees erop")
	})
}

// TestAClassIsToldUntilItsMemberIsFound: which one it is, is not known until then; after it
// there is one line.
func TestAClassIsToldUntilItsMemberIsFound(t *testing.T) {
	eachSite(t, func(t *testing.T, x *site) {
		c := newCounter(t, x)
		sample, code := c.handIn(t, "oxycodone")
		c.analyse(t, sample, lab.Strip, lab.HasFindings, c.found(t, "nitazenes", lab.Indicated, "", ""))
		c.release(t, sample, "")
		en, nl := c.both(t, code)
		en.want(t, http.StatusOK, "a nitazene, which one is not known", "not proven")
		nl.want(t, http.StatusOK, "een nitazeen, welke is niet bekend")

		c.move(t, sample, c.analyst, lab.InAnalysis, "")
		c.analyse(t, sample, lab.GCMS, lab.HasFindings, c.found(t, "oxycodone", lab.Identified, "", ""), c.found(t, "metonitazene", lab.Identified, "", ""))
		c.release(t, sample, "measured by the laboratory")
		en, _ = c.both(t, code)
		en.want(t, http.StatusOK, ">metonitazene <span", "is-serious")
		if n := strings.Count(en.body, `class="name">a nitazene`); n != 1 {
			t.Errorf("the class is told %d times, want once, by the first version", n)
		}
	})
}

// TestWhatAFinerMethodOverrulesIsConfirmedAndTold: nothing that was found is dropped without
// a word, to staff or visitor; and the method is not said to have looked for it.
func TestWhatAFinerMethodOverrulesIsConfirmedAndTold(t *testing.T) {
	eachSite(t, func(t *testing.T, x *site) {
		c := newCounter(t, x)
		sample, code := c.handIn(t, "ketamine")
		c.analyse(t, sample, lab.FTIR, lab.HasFindings, c.found(t, "ketamine", lab.Identified, "", ""), c.found(t, "caffeine", lab.Identified, "", ""))
		c.analyse(t, sample, lab.GCMS, lab.HasFindings, c.found(t, "ketamine", lab.Identified, "", ""))
		verifier, address := x.staff(t, c.verifier), addressOf(c.now(t, sample))

		seen := verifier.get(address+"/release").want(t, http.StatusOK, "Left out of this result", "caffeine: identified (FTIR", "is finer, could have seen it and did not")
		form := url.Values{"version": {seen.hidden(t, address+"/release", "version")}, "seen": {seen.hidden(t, address+"/release", "seen")}}
		verifier.post(address+"/release", form).want(t, http.StatusUnprocessableEntity, "tick that it is", beside(seen.leftOut(t)))
		form.Set(seen.leftOut(t), "yes")
		verifier.post(address+"/release", form).leads(t, address+"?done=published")
		verifier.get(address).want(t, http.StatusOK, "Left out of this result")
		en, nl := c.both(t, code)
		en.want(t, http.StatusOK, "There was a sign of caffeine (FTIR). A more exact test did not find it. So it is not in this result.", "is-caution", "Two tests do not say the same")
		if n := strings.Count(en.body, "It looked for"); n != 1 {
			t.Errorf("%d methods are said to have looked, want the GC-MS alone", n)
		}
		nl.want(t, http.StatusOK, "Er was een aanwijzing voor cafeïne")
	})
}

// TestAVerifierSetsAFindingAside: with a reason of the list, and not one's own.
func TestAVerifierSetsAFindingAside(t *testing.T) {
	eachSite(t, func(t *testing.T, x *site) {
		c := newCounter(t, x)
		sample, code := c.handIn(t, "ketamine")
		strip := c.analyse(t, sample, lab.Strip, lab.HasFindings, c.found(t, "fentanyl", lab.Indicated, "", ""))
		c.analyse(t, sample, lab.GCMS, lab.HasFindings, c.found(t, "ketamine", lab.Identified, "", ""))
		verifier, analyst := x.staff(t, c.verifier), x.staff(t, c.analyst)
		address := addressOf(c.now(t, sample))
		aside := address + "/analyses/" + strip.ID.String() + "/aside"
		fentanyl := storetest.Substance(t, c.words, "fentanyl")
		why, with := lab.AsideField(fentanyl, "why"), lab.AsideField(fentanyl, "with")

		analyst.get(aside).want(t, http.StatusForbidden)
		verifier.get(address+"/release").want(t, http.StatusOK, `href="`+aside+`"`)
		version := verifier.get(aside).want(t, http.StatusOK, "fentanyl: indicated").hidden(t, aside, "version")
		verifier.post(aside, url.Values{"version": {version}, why: {"cross_reaction"}}).want(t, http.StatusUnprocessableEntity, "Say with what it reacts.", beside(with))
		verifier.post(aside, url.Values{"version": {version}, why: {"surely_wrong"}}).want(t, http.StatusUnprocessableEntity, beside(why))
		verifier.post(aside, url.Values{"version": {version}, why: {"cross_reaction"}, with: {"lidocaine"}}).leads(t, address+"/release?done=aside")
		verifier.post(aside, url.Values{"version": {version}, why: {""}}).want(t, http.StatusConflict) // somebody was faster
		verifier.get(address).want(t, http.StatusOK, "set aside: this test also reacts to another substance: lidocaine", "Findings set aside")
		c.release(t, sample, "")
		en, _ := c.both(t, code)
		en.want(t, http.StatusOK, "There was a sign of fentanyl (test strip). The laboratory looked into it and does not count it as found: this test also reacts to another substance.", "<h1>")
	})
}

// TestWhatIsFoundOutsideTheScopeIsTakenAndMarked, and what could not be identified is
// counted.
func TestWhatIsFoundOutsideTheScopeIsTakenAndMarked(t *testing.T) {
	eachSite(t, func(t *testing.T, x *site) {
		c := newCounter(t, x)
		sample, code := c.handIn(t, "ketamine")
		analyst, verifier := x.staff(t, c.analyst), x.staff(t, c.verifier)
		address := addressOf(sample)
		typed := url.Values{
			"method": {strconv.Itoa(int(c.methods[lab.GCMS].ID))}, "performed_on": {sample.ReceivedOn.String()}, "conclusion": {"findings"},
			"findings.0.substance": {"PMA"}, "findings.0.detection": {"identified"}, "findings.0.unit": {"%"},
			"findings.1.substance": {"unidentified"}, "findings.1.unit": {"%"}, "findings.2.substance": {"unidentified"}, "findings.2.unit": {"%"},
		}
		refused := url.Values{}
		for name, values := range typed {
			refused[name] = values
		}
		refused.Set("findings.0.detection", "not_detected")
		analyst.post(address+"/analyses/new", refused).want(t, http.StatusUnprocessableEntity, "The method cannot rule it out", beside("findings.0.substance"))
		for _, zero := range []string{"0", "0,00001"} {
			refused.Set("findings.0.detection", "")
			refused.Set("findings.0.amount", zero)
			refused.Set("findings.0.basis", "base")
			analyst.post(address+"/analyses/new", refused).want(t, http.StatusUnprocessableEntity, "Zero is not an amount of what was found", beside("findings.0.amount"))
		}
		refused.Set("findings.0.basis", "")
		refused.Set("findings.0.amount", "<0,0")
		analyst.post(address+"/analyses/new", refused).want(t, http.StatusUnprocessableEntity, "Nothing is less than zero", beside("findings.0.amount"))
		analyst.post(address+"/analyses/new", typed).leads(t, address+"?done=entered")
		analysis := analysisAddress.FindString(analyst.get(address).want(t, http.StatusOK, "outside the method&#39;s scope", "2 × unidentified substance").body)
		if rows := strings.Count(analyst.get(analysis).body, `value="unidentified substance"`); rows != 2 {
			t.Errorf("%d rows of what could not be identified, want two", rows)
		}
		verifier.get(analysis+"/verify").want(t, http.StatusOK, "Look at the identification again before you sign it")
		verifier.post(analysis+"/verify", url.Values{"version": {"1"}}).leads(t, address+"?done=verified")
		c.release(t, sample, "")
		en, _ := c.both(t, code)
		en.want(t, http.StatusOK, "PMA", "2 substances could not be identified")
	})
}

var leftOutName = regexp.MustCompile(`name="(left_out\.[^"]+)"`)

// leftOut is the name of the first finding that the page asks to confirm as left out.
func (p page) leftOut(t testing.TB) string {
	t.Helper()
	found := leftOutName.FindStringSubmatch(p.body)
	if found == nil {
		t.Fatalf("nothing is to be confirmed:\n%s", p.body)
	}
	return found[1]
}

// addressOf is the address of the page of a sample.
func addressOf(x lab.Sample) string { return "/samples/" + x.Number("UTR").String() }

// TestASubstanceUnknownInTheMorningIsReadByItsVisitor: proposed with the analysis, verified,
// released and told, marked as new; nothing that is no name gets into the dictionary.
func TestASubstanceUnknownInTheMorningIsReadByItsVisitor(t *testing.T) {
	eachSite(t, func(t *testing.T, x *site) {
		c := newCounter(t, x)
		sample, code := c.handIn(t, "ketamine")
		analyst, verifier, address := x.staff(t, c.analyst), x.staff(t, c.verifier), addressOf(sample)
		post := func(name string, more ...string) page {
			v := url.Values{
				"method": {strconv.Itoa(int(c.methods[lab.GCMS].ID))}, "performed_on": {sample.ReceivedOn.String()}, "conclusion": {"findings"},
				"findings.0.substance": {name}, "findings.0.detection": {"identified"}, "findings.0.unit": {"%"},
			}
			for i := 0; i+1 < len(more); i += 2 {
				v.Set("findings.0."+more[i], more[i+1])
			}
			return analyst.post(address+"/analyses/new", v)
		}
		wrong := func(p page, field string, says ...string) {
			t.Helper()
			p.want(t, http.StatusUnprocessableEntity, append(says, beside("findings.0."+field))...)
		}
		wrong(post("n/a"), "substance", "names no substance")
		wrong(post("zalpidone 20 mg", "class", "stimulant", "why", "library"), "substance")
		wrong(post("zalpidone"), "substance", "is not in the dictionary", "Class of the new substance", `value="nitazene"`)
		wrong(post("zalpidone", "class", "stimulant"), "why", "Say how it was identified.")
		wrong(post("zalpidone", "why", "library"), "class", "Choose the class")
		wrong(post("metonitazena", "class", "nitazene", "why", "library"), "substance", "metonitazene (nitazenes)", "It is another substance than these")
		if d := must(x.store.Dictionary(t.Context())); len(d.Substances) != len(c.words.Substances) {
			t.Errorf("%d substances, before %d", len(d.Substances), len(c.words.Substances))
		}
		post("metonitazena", "class", "nitazene", "why", "library match 96 %", "another", "yes").leads(t, address+"?done=entered")
		analysis := analysisAddress.FindString(analyst.get(address).want(t, http.StatusOK, "metonitazena").body)
		verifier.post(analysis+"/verify", url.Values{"version": {"1"}}).leads(t, address+"?done=verified")
		c.release(t, sample, "")
		en, nl := c.both(t, code)
		en.want(t, http.StatusOK, "metonitazena", "not yet reviewed")
		nl.want(t, http.StatusOK, "metonitazena", "nog niet beoordeeld")
	})
}

// TestASaltInANameIsItsBasis, and no other can be chosen beside it.
func TestASaltInANameIsItsBasis(t *testing.T) {
	c := newCounter(t, oneSite(t))
	sample, _ := c.handIn(t, "ketamine")
	analyst, address := c.staff(t, c.analyst), addressOf(sample)
	typed := url.Values{
		"method": {strconv.Itoa(int(c.methods[lab.GCMS].ID))}, "performed_on": {sample.ReceivedOn.String()}, "conclusion": {"findings"},
		"findings.0.substance": {"Ketamine HCl"}, "findings.0.amount": {"80"}, "findings.0.unit": {"%"}, "findings.0.basis": {"base"},
	}
	analyst.post(address+"/analyses/new", typed).want(t, http.StatusUnprocessableEntity, "The name says hydrochloride", beside("findings.0.basis"))
	typed.Set("findings.0.basis", "")
	analyst.post(address+"/analyses/new", typed).leads(t, address+"?done=entered")
	analyst.get(address).want(t, http.StatusOK, "hydrochloride", "69%")
}

// TestAnAmountThatIsSetAsideIsTold, although its substance stands by another analysis.
func TestAnAmountThatIsSetAsideIsTold(t *testing.T) {
	x := oneSite(t)
	c := newCounter(t, x)
	sample, code := c.handIn(t, "ketamine")
	a := c.analyse(t, sample, lab.GCMS, lab.HasFindings, c.found(t, "ketamine", lab.Quantified, "80 %", lab.BasisBase))
	c.analyse(t, sample, lab.GCMS, lab.HasFindings, c.found(t, "ketamine", lab.Quantified, "40 %", lab.BasisBase))
	aside := lab.Aside{SubstanceID: storetest.Substance(t, c.words, "ketamine"), Why: lab.FinerRepeat}
	if _, err := x.store.SetAsideFindings(t.Context(), c.verifier, a.Key, a.Version, aside); err != nil {
		t.Fatal(err)
	}
	x.staff(t, c.verifier).get(addressOf(c.now(t, sample))+"/release").want(t, http.StatusOK, "Left out of this result", "ketamine: 80% base (GC-MS").leftOut(t)
	c.release(t, sample, "")
	en, nl := c.both(t, code)
	en.want(t, http.StatusOK, "of 100 mg about 40 mg", "Another test (GC-MS) says something else of ketamine.", "<h1>We found ketamine.</h1>")
	nl.want(t, http.StatusOK, "Een andere test (GC-MS) zegt iets anders over ketamine.")
}

// TestALookIsNotToldAsMeasuredBesideAStrip: the strip says nothing of how much there is.
func TestALookIsNotToldAsMeasuredBesideAStrip(t *testing.T) {
	eachSite(t, func(t *testing.T, x *site) {
		c := newCounter(t, x)
		sample, code := c.handIn(t, "ecstasy", func(s *lab.Sample) { s.Form = lab.Tablet })
		c.analyse(t, sample, lab.ListRecognition, lab.HasFindings, c.found(t, "MDMA", lab.Quantified, "150 mg", lab.BasisBase))
		c.analyse(t, sample, lab.Strip, lab.NothingSeen)
		c.release(t, sample, "")
		en, nl := c.both(t, code)
		en.want(t, http.StatusOK, "<h1>It looks like something that held MDMA. Your sample was not analysed.</h1>", "was read from how it looks", "It looked for 6 substances")
		nl.want(t, http.StatusOK, "gelezen uit hoe het eruitziet")
	})
}

// TestAMarkIsTakenAway: of two marked amounts neither is the one, and a mark that was a
// mistake is no more than one; also after the result was released.
func TestAMarkIsTakenAway(t *testing.T) {
	x := oneSite(t)
	c := newCounter(t, x)
	sample, _ := c.handIn(t, "ketamine")
	one := c.analyse(t, sample, lab.GCMS, lab.HasFindings, c.found(t, "ketamine", lab.Quantified, "80 %", lab.BasisBase))
	two := c.analyse(t, sample, lab.GCMS, lab.HasFindings, c.found(t, "ketamine", lab.Quantified, "50 %", lab.BasisBase))
	verifier, address := x.staff(t, c.verifier), addressOf(c.now(t, sample))
	at := func(a lab.Analysis) string { return address + "/analyses/" + a.ID.String() + "/report" }
	mark := func(a lab.Analysis, reported, done string) {
		t.Helper()
		seen := verifier.get(address+"/release").want(t, http.StatusOK)
		verifier.post(at(a), url.Values{"version": {seen.hidden(t, at(a), "version")}, "reported": {reported}}).leads(t, address+"/release?done="+done)
	}
	verifier.get(address+"/release").want(t, http.StatusOK, "the amounts are apart").lacks(t, "Take the mark away")
	mark(one, "yes", "reported")
	verifier.get(address+"/release").want(t, http.StatusOK, "Take the mark away").lacks(t, "the amounts are apart")
	mark(one, "no", "unmarked")
	mark(two, "yes", "reported")
	c.release(t, sample, "")
	c.move(t, sample, c.analyst, lab.InAnalysis, "")
	verifier.get(address+"/release").want(t, http.StatusOK, "Nothing has changed since version 1", "Take the mark away", `href="`+address+"/analyses/"+two.ID.String()+`/aside"`)
	mark(two, "no", "unmarked")
	verifier.get(address+"/release?done=unmarked").want(t, http.StatusOK, "the amounts are apart", "no longer marked")
}

// TestATickIsOfOneFinding: one that was typed and kept, or sent with a mistake, is of no other
// finding which has taken its place.
func TestATickIsOfOneFinding(t *testing.T) {
	x := oneSite(t)
	c := newCounter(t, x)
	sample, _ := c.handIn(t, "ketamine")
	c.analyse(t, sample, lab.GCMS, lab.HasFindings, c.found(t, "ketamine", lab.Identified, "", ""))
	ftir := c.analyse(t, sample, lab.FTIR, lab.HasFindings, c.found(t, "ketamine", lab.Identified, "", ""), c.found(t, "levamisole", lab.Identified, "", ""), c.found(t, "caffeine", lab.Identified, "", ""))
	aside := func(a lab.Analysis, list ...lab.Aside) lab.Analysis {
		t.Helper()
		a, err := x.store.SetAsideFindings(t.Context(), c.verifier, a.Key, a.Version, list...)
		if err != nil {
			t.Fatal(err)
		}
		return a
	}
	levamisole, caffeine := storetest.Substance(t, c.words, "levamisole"), storetest.Substance(t, c.words, "caffeine")
	ftir = aside(ftir, lab.Aside{SubstanceID: levamisole, Why: lab.FinerRepeat}, lab.Aside{SubstanceID: caffeine, Why: lab.FinerRepeat})
	verifier, address := x.staff(t, c.verifier), addressOf(c.now(t, sample))+"/release"
	seen := verifier.get(address)
	names := leftOutName.FindAllStringSubmatch(seen.body, -1)
	if len(names) != 2 {
		t.Fatalf("%d are to be confirmed, want two", len(names))
	}
	form := url.Values{"version": {seen.hidden(t, address, "version")}, "seen": {seen.hidden(t, address, "seen")}, names[0][1]: {"yes"}}
	ticked := func(name string) string { return `name="` + name + `" value="yes" checked` }
	verifier.post(address, form).want(t, http.StatusUnprocessableEntity, ticked(names[0][1]), beside(names[1][1])).lacks(t, ticked(names[1][1]))
	form.Set("form_key", seen.hidden(t, address, "form_key"))
	verifier.post("/drafts?form="+url.QueryEscape(address), form)
	verifier.get(address).want(t, http.StatusOK, ticked(names[0][1]))
	first, _ := strconv.Atoi(strings.Split(names[0][1], ".")[2])
	aside(ftir, lab.Aside{SubstanceID: lab.SubstanceID(first)}) // it stands again
	verifier.get(address).want(t, http.StatusOK, `name="`+names[1][1]+`"`).lacks(t, names[0][1], ticked(names[1][1]))
}
