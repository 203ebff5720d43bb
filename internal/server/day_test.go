package server_test

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"marquis/internal/lab"
	"marquis/internal/store/storetest"
)

// current is the worklist that a page shows.
func (p page) current(t *testing.T) string {
	t.Helper()
	_, tabs, _ := strings.Cut(p.body, `<nav class="tabs"`)
	m := regexp.MustCompile(`aria-current="page">([^<]+)<`).FindStringSubmatch(tabs)
	if m == nil {
		t.Fatalf("no worklist is the current one:\n%s", p.body)
	}
	return strings.TrimSpace(m[1])
}

func TestAWorklistOpensOnWhatOneCanDo(t *testing.T) {
	eachSite(t, func(t *testing.T, x *site) {
		b := newBench(t, x)
		address, _ := b.sample(t)
		opens := func(by *reader, want string) {
			t.Helper()
			if got := by.get("/work").want(t, http.StatusOK).current(t); got != want {
				t.Errorf("%q opens, want %q", got, want)
			}
		}
		opens(b.analyst, "To analyse")
		opens(b.second, "To analyse") // signs too, and has nothing to sign
		b.entered(t, b.analyst, address)
		opens(b.verifier, "To verify")
		opens(b.second, "To verify") // nothing waits where it was before
		b.sample(t)
		opens(b.second, "To verify")
	})
}

func TestAWorklistRemembersWhatWasOpenLast(t *testing.T) {
	eachSite(t, func(t *testing.T, x *site) {
		b := newBench(t, x)
		b.sample(t)
		everywhere := storetest.Person(t, x.store, "everywhere", 0, lab.Laboratory)
		first := x.staff(t, everywhere)
		first.get("/work").want(t, http.StatusOK, "UTR-2025-00001", "choose one service:", `href="/work?service=UTR&amp;stage=to_analyse">Service UTR</a>`)
		first.get("/work?service=AMS&stage=").want(t, http.StatusOK).lacks(t, "UTR-2025-00001")
		again := x.staff(t, everywhere) // a session of its own
		if got := again.get("/work").want(t, http.StatusOK, `value="AMS" selected`).current(t); got != "All" {
			t.Errorf("%q opens instead of what was open last", got)
		}
		again.get("/work?service=&stage=to_analyse").want(t, http.StatusOK, "UTR-2025-00001")
		first.get("/work").want(t, http.StatusOK, "UTR-2025-00001")
		// What one narrows by besides is not kept: a sample that is not seen is not analysed.
		first.get("/work?stage=to_analyse&age=90").want(t, http.StatusOK).lacks(t, "UTR-2025-00001")
		first.get("/work").want(t, http.StatusOK, "UTR-2025-00001")
		first.send(http.MethodHead, "/work?stage=in_analysis", nil).want(t, http.StatusOK)
		if got := first.get("/work").current(t); got != "To analyse" {
			t.Errorf("a page that nobody saw is remembered: %q", got)
		}
	})
}

// TestVerifyingGoesOnToReleaseAndToTheNext: two pages a sample, from the list to its end.
func TestVerifyingGoesOnToReleaseAndToTheNext(t *testing.T) {
	eachSite(t, func(t *testing.T, x *site) {
		b := newBench(t, x)
		one, _ := b.sample(t)
		two, _ := b.sample(t)
		first, second := b.entered(t, b.analyst, one), b.entered(t, b.analyst, two)
		b.verifier.get("/work").want(t, http.StatusOK, `data-step href="`+first+`/verify"`)
		seen := b.verifier.get(first+"/verify").want(t, http.StatusOK, "Verify and go on to release")
		b.verifier.post(first+"/verify", url.Values{"version": {"1"}, "then": {seen.hidden(t, first+"/verify", "then")}, "go_on": {"yes"}}).
			leads(t, one+"/release?done=verified")
		release := func(address string) url.Values {
			p := b.verifier.get(address+"/release?done=verified").want(t, http.StatusOK, "The analysis is verified.")
			return url.Values{"version": {p.hidden(t, address+"/release", "version")}, "seen": {p.hidden(t, address+"/release", "seen")}, "go_on": {"yes"}}
		}
		fields := release(one)
		b.verifier.get(one+"/release").want(t, http.StatusOK, "Release, and on to UTR-2025-00002")
		b.verifier.post(one+"/release", fields).leads(t, second+"/verify?done=published&of=UTR-2025-00001")
		b.verifier.get(second+"/verify?done=published&of=UTR-2025-00001").want(t, http.StatusOK, "UTR-2025-00001: The result is released.")
		b.verifier.post(second+"/verify", url.Values{"version": {"1"}, "go_on": {"yes"}}).leads(t, two+"/release?done=verified")
		fields = release(two)
		b.verifier.get(two+"/release").lacks(t, "and on to")
		b.verifier.post(two+"/release", fields).leads(t, two+"?done=published") // the list is at its end
		b.verifier.get(one).want(t, http.StatusOK, "two signatures", "Released by verifier")
	})
}

// TestGoingOnSignsNothingThatOneMayNotSign: four eyes and the second factor hold as ever.
func TestGoingOnSignsNothingThatOneMayNotSign(t *testing.T) {
	b := newBench(t, oneSite(t))
	address, _ := b.sample(t)
	own := b.entered(t, b.second, address)
	b.second.get("/work?stage=to_verify").want(t, http.StatusOK, address).lacks(t, "data-step")
	b.second.post(own+"/verify", url.Values{"version": {"1"}, "go_on": {"yes"}}).want(t, http.StatusConflict, "A second person has to verify")
	short := b.signedIn(t, b.actors["verifier"], false)
	short.post(own+"/verify", url.Values{"version": {"1"}, "go_on": {"yes"}}).leads(t, "/second-factor?next="+url.QueryEscape(own+"/verify"))
	b.analyst.get("/work?stage=to_verify").want(t, http.StatusOK, address).lacks(t, "data-step")
}

// TestTheOtherAnalysisIsVerifiedBeforeTheRelease: else a result would go out without it.
func TestTheOtherAnalysisIsVerifiedBeforeTheRelease(t *testing.T) {
	b := newBench(t, oneSite(t))
	address, _ := b.sample(t)
	first := b.entered(t, b.analyst, address)
	b.second.post(address+"/analyses/new", b.typed("60")).leads(t, address+"?done=entered")
	var other string
	for _, found := range analysisAddress.FindAllString(b.second.get(address).body, -1) {
		if found != first {
			other = found
		}
	}
	then := b.verifier.get(first+"/verify").want(t, http.StatusOK, "Verify and go on to the next analysis").hidden(t, first+"/verify", "then")
	b.verifier.post(first+"/verify", url.Values{"version": {"1"}, "then": {then}, "go_on": {"yes"}}).leads(t, other+"/verify?done=verified")
	b.verifier.get(other+"/verify").want(t, http.StatusOK, "Verify and go on to release")
}

func TestTheNextSampleIsOfferedAfterEachStep(t *testing.T) {
	b := newBench(t, oneSite(t))
	one, _ := b.sample(t)
	two, _ := b.sample(t)
	b.analyst.get("/work").want(t, http.StatusOK, `data-step href="`+one+`/analyses/new"`)
	b.entered(t, b.analyst, one)
	b.analyst.get(one+"?done=entered").want(t, http.StatusOK, "Next: UTR-2025-00002", `href="`+two+`/analyses/new"`)
	b.analyst.get(one).lacks(t, "Next: ") // nothing was done
	b.entered(t, b.analyst, two)
	b.analyst.get(two+"?done=entered").lacks(t, "Next: ") // nothing is left
	b.analyst.get("/work?stage=").want(t, http.StatusOK)
	b.sample(t)
	b.analyst.get(two+"?done=entered").lacks(t, "Next: ") // all samples are no list of work
}

func TestOnlyTheSaltsOfTheSubstanceAreOffered(t *testing.T) {
	b := newBench(t, oneSite(t))
	address, _ := b.sample(t)
	options := func(p page, row string) string {
		_, rest, _ := strings.Cut(p.body, `name="findings.`+row+`.basis"`)
		rest, _, _ = strings.Cut(rest, "</select>")
		var values []string
		for _, m := range regexp.MustCompile(`<option value="([^"]+)"`).FindAllStringSubmatch(rest, -1) {
			values = append(values, m[1])
		}
		return strings.Join(values, " ")
	}
	again := b.analyst.post(address+"/analyses/new", b.typed("70", "more", "yes", "findings.3.substance", "caffeine")).want(t, http.StatusOK)
	if got := options(again, "0"); got != "hydrochloride base as_found unknown" {
		t.Errorf("of ketamine: %s", got)
	}
	if got := options(again, "4"); !strings.Contains(got, "sulfate") {
		t.Errorf("a row without a substance offers %s", got)
	}
	said := b.analyst.get("/suggest/bases?q=Ketamine").want(t, http.StatusOK).body
	if !strings.HasPrefix(said, `{"bases":[{"value":"hydrochloride","label":"hydrochloride"`) || !strings.Contains(said, `"only":""`) {
		t.Errorf("ketamine: %s", said)
	}
	if said := b.analyst.get("/suggest/bases?q=nonsense").want(t, http.StatusOK).body; !strings.HasPrefix(said, `{"bases":[]`) {
		t.Errorf("of a substance that nobody knows: %s", said)
	}
	b.analyst.post(address+"/analyses/new", b.typed("70", "findings.0.basis", "sulfate")).
		want(t, http.StatusUnprocessableEntity, "is no basis for this substance")
}

func TestAPlaceIsCalledByItsName(t *testing.T) {
	b := newBench(t, oneSite(t))
	place := must(b.store.AddLocation(t.Context(), lab.Operator("test"), lab.Location{ServiceID: b.service.ID, Name: "Kanaalstraat", Kind: "office"}))
	address, _ := b.sample(t, func(s *lab.Sample) { s.LocationID = lab.Optional(place.ID) })
	analysis := b.entered(t, b.analyst, address)
	b.verifier.get(analysis+"/verify").want(t, http.StatusOK, "<dt>Location</dt><dd>Kanaalstraat</dd>")
	b.intake.get(address).want(t, http.StatusOK, "Kanaalstraat")
}
