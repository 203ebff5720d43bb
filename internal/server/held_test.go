package server_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"marquis/internal/lab"
	"marquis/internal/store/storetest"
)

// held enters ketamine with a trace of a nitazene in a sample, and returns its addresses.
func (b *bench) held(t *testing.T, by *reader) (address, analysis string) {
	t.Helper()
	address, _ = b.sample(t)
	typed := b.typed("79,5", "findings.1.substance", "protonitazene", "findings.1.detection", "trace", "findings.1.unit", "%")
	by.post(address+"/analyses/new", typed).leads(t, address+"?done=entered")
	return address, analysisAddress.FindString(by.get(address).want(t, http.StatusOK).body)
}

// atOnce is what the page posts that releases what is held.
func (p page) atOnce(t *testing.T, address string) url.Values {
	t.Helper()
	form := url.Values{}
	for _, name := range []string{"version", "seen"} {
		form.Set(name, p.hidden(t, address+"/at-once", name))
	}
	return form
}

// TestWhatIsHeldGoesOutAtOnceAndIsConfirmedByASecondPerson, from the worklist to the visitor.
func TestWhatIsHeldGoesOutAtOnceAndIsConfirmedByASecondPerson(t *testing.T) {
	eachSite(t, func(t *testing.T, x *site) {
		b := newBench(t, x)
		plain, _ := b.sample(t)
		b.entered(t, b.second, plain)
		address, analysis := b.held(t, b.second)
		b.verifier.get("/work?stage=to_verify").want(t, http.StatusOK, "Held for 0 minutes").inOrder(t, "UTR-2025-00002", "UTR-2025-00001")
		x.clock.pass(61 * time.Minute)
		b.verifier, b.second, b.analyst = x.staff(t, b.actors["verifier"]), x.staff(t, b.actors["second"]), x.staff(t, b.actors["analyst"])
		b.verifier.get("/work?stage=to_verify").want(t, http.StatusOK, "Held for 1 hour and 1 min")
		b.analyst.get(address).want(t, http.StatusOK, "Held at the bench.", "protonitazene: always held, expected or not").lacks(t, address+"/at-once")
		b.analyst.get(address+"/at-once").want(t, http.StatusForbidden)

		// Who entered it may release it, and may not verify it.
		seen := b.second.get(analysis+"/verify").want(t, http.StatusOK, "A second person has to verify", "Release at once, being confirmed", "A second person must still verify the analysis", "protonitazene")
		b.second.get(address+"/release").want(t, http.StatusOK, "Release at once, being confirmed", "No analysis of the sample is verified")
		form := seen.atOnce(t, address)
		b.second.post(address+"/at-once", form).leads(t, address+"?done=at_once")
		b.second.get(address+"?done=at_once").want(t, http.StatusOK, "is being confirmed", "Released at once: a second person has yet to verify it", "Result released at once, being confirmed")
		b.verifier.post(address+"/at-once", form).want(t, http.StatusConflict)
		b.second.get(address+"/at-once").want(t, http.StatusOK, "It was released at once. A second person must verify the analysis").lacks(t, `name="seen"`)
		b.second.get(analysis+"/verify").want(t, http.StatusOK).lacks(t, "Verify and publish confirmed")
		b.second.post(analysis+"/verify", url.Values{"version": {"1"}, "confirm": {"yes"}}).want(t, http.StatusConflict, "A second person has to verify")

		b.verifier.get(analysis+"/verify").want(t, http.StatusOK, "Verify and publish confirmed")
		b.verifier.post(analysis+"/verify", url.Values{"version": {"1"}, "confirm": {"yes"}}).leads(t, address+"?done=confirmed")
		b.verifier.get(address+"?done=confirmed").want(t, http.StatusOK, "the result is confirmed", "confirmed").lacks(t, "Held at the bench")
		b.verifier.get("/work?stage=released").want(t, http.StatusOK, "UTR-2025-00002").lacks(t, "Held for")
	})
}

// TestWhatSaysSomethingElseGoesOutWithItsReason: nothing is confirmed by the way.
func TestWhatSaysSomethingElseGoesOutWithItsReason(t *testing.T) {
	eachSite(t, func(t *testing.T, x *site) {
		b := newBench(t, x)
		address, analysis := b.held(t, b.analyst)
		b.verifier.post(address+"/at-once", b.verifier.get(address+"/at-once").want(t, http.StatusOK).atOnce(t, address)).leads(t, address+"?done=at_once")
		b.analyst.post(analysis, b.typed("79,5", "version", "1")).leads(t, address+"?done=changed")
		b.verifier.get(analysis+"/verify").want(t, http.StatusOK).lacks(t, "Verify and publish confirmed")
		b.verifier.post(analysis+"/verify", url.Values{"version": {"2"}, "confirm": {"yes"}}).want(t, http.StatusConflict, "something else than what was released at once")
		b.verifier.post(analysis+"/verify", url.Values{"version": {"2"}, "go_on": {"yes"}}).leads(t, address+"/release?done=verified")
		b.verifier.get(address+"/release").want(t, http.StatusOK, "Released at once, and nothing is left to verify", "protonitazene")
	})
}

// TestWhatIsHeldIsOutOfReleasesOfMany, on the page and where it is posted all the same.
func TestWhatIsHeldIsOutOfReleasesOfMany(t *testing.T) {
	eachSite(t, func(t *testing.T, x *site) {
		b := newBench(t, x)
		address, analysis := b.held(t, b.analyst)
		b.verifier.post(analysis+"/verify", url.Values{"version": {"1"}}).leads(t, address+"?done=verified")
		number := strings.TrimPrefix(address, "/samples/")
		b.verifier.get("/work/UTR/publish").want(t, http.StatusOK, "Held: look at each of these", `href="`+address+`/release"`, "protonitazene").lacks(t, `name="samples"`)
		seen := b.verifier.get(address+"/release").want(t, http.StatusOK, "Held at the bench.")
		value := number + "." + seen.hidden(t, address+"/release", "version") + "." + seen.hidden(t, address+"/release", "seen")
		b.verifier.post("/work/UTR/publish", url.Values{"samples": {value}}).want(t, http.StatusOK, "It is held: look at it, and release it by itself.")
		b.verifier.post(address+"/release", url.Values{"version": {seen.hidden(t, address+"/release", "version")}, "seen": {seen.hidden(t, address+"/release", "seen")}}).leads(t, address+"?done=published")
	})
}

// TestWhatIsHeldForTooLongIsOnEveryStartPage of who works with records of the service.
func TestWhatIsHeldForTooLongIsOnEveryStartPage(t *testing.T) {
	eachSite(t, func(t *testing.T, x *site) {
		b := newBench(t, x)
		b.held(t, b.analyst)
		readers := []string{"intake", "analyst", "verifier", "coordinator"}
		x.clock.pass(lab.HeldLate - time.Minute)
		for _, name := range readers {
			x.staff(t, b.actors[name]).get("/staff").want(t, http.StatusOK).lacks(t, "held for more than four hours")
		}
		x.clock.pass(time.Minute)
		for _, name := range readers {
			x.staff(t, b.actors[name]).get("/staff").want(t, http.StatusOK, "Results have been held for more than four hours.", "1 sample, since", `<a href="/work?stage=to_verify&amp;service=UTR">`)
		}
		for _, by := range []lab.Actor{b.actors["elsewhere"], b.at(t, "figures", "UTR", lab.DataAnalyst)} {
			x.staff(t, by).get("/staff").want(t, http.StatusOK).lacks(t, "four hours")
		}
	})
}

// TestAfterAConfirmedResultOneAtOnceAsksForItsReason on a page of its own.
func TestAfterAConfirmedResultOneAtOnceAsksForItsReason(t *testing.T) {
	eachSite(t, func(t *testing.T, x *site) {
		b := newBench(t, x)
		address, s := b.sample(t)
		analysis := b.entered(t, b.analyst, address)
		b.published(t, address, analysis)
		now, _, err := b.store.Sample(t.Context(), storetest.Reader, s.Key)
		noError(t, err)
		_, err = b.store.MoveSample(t.Context(), b.actors["analyst"], s.Key, now.Version, lab.InAnalysis, "")
		noError(t, err)
		typed := b.typed("79,5", "findings.1.substance", "protonitazene", "findings.1.detection", "trace", "findings.1.unit", "%")
		b.analyst.post(address+"/analyses/new", typed).leads(t, address+"?done=entered")
		b.verifier.get(address+"/release").want(t, http.StatusOK, `<a class="button" href="`+address+`/at-once">`, "An analysis that nobody has verified yet found what the sample is held for").
			lacks(t, `action="`+address+`/release"`)
		form := b.verifier.get(address+"/at-once").want(t, http.StatusOK, "Reason").atOnce(t, address)
		b.verifier.post(address+"/at-once", form).want(t, http.StatusUnprocessableEntity, "Choose the reason, or say it in words.", beside("reason_code"))
		form.Set("reason_code", "more_exact")
		b.verifier.post(address+"/at-once", form).leads(t, address+"?done=at_once")
		b.intake.get(address+"/read-out").want(t, http.StatusOK, "Reason: a more exact analysis found something else", "breathes slowly, or not at all", "Until help comes", "naloxone")
	})
}

// TestWhatIsHeldIsNotClosed: neither alone nor among many, for its visitor would read that
// nothing is known.
func TestWhatIsHeldIsNotClosed(t *testing.T) {
	eachSite(t, func(t *testing.T, x *site) {
		b := newBench(t, x)
		address, s := b.sample(t)
		typed := b.typed("79,5", "findings.1.substance", "protonitazene", "findings.1.detection", "trace", "findings.1.unit", "%")
		b.analyst.post(address+"/analyses/new", typed).leads(t, address+"?done=entered")
		const said = "The sample is held for what an analysis found."
		now, _, err := b.store.Sample(t.Context(), storetest.Reader, s.Key)
		noError(t, err)
		version := itoa(lab.Optional(now.Version))
		b.analyst.get(address).want(t, http.StatusOK).lacks(t, `value="not_analysed"`)
		b.analyst.post(address+"/move", url.Values{"version": {version}, "to": {"not_analysed"}, "not_analysed_reason": {"insufficient"}}).want(t, http.StatusConflict, said)
		many := url.Values{"stage": {"to_verify"}, "reason": {"capacity"}, "samples": {strings.TrimPrefix(address, "/samples/") + "." + version}}
		b.analyst.post("/work/UTR/not-analysed", many).want(t, http.StatusConflict, said)
		b.analyst.get("/work?stage=to_verify").want(t, http.StatusOK, address)
	})
}

// TestAlertLimitsAreSetByAPerson, for all services, in versions.
func TestAlertLimitsAreSetByAPerson(t *testing.T) {
	eachSite(t, func(t *testing.T, x *site) {
		b := newBench(t, x)
		all := x.staff(t, storetest.Person(t, x.store, "all", 0, lab.Coordinator))
		const limits = "/dictionary/limits"
		for _, r := range []*reader{b.analyst, b.coordinator} {
			r.get(limits).want(t, http.StatusOK, "Nobody has set a limit.").lacks(t, "<form method=\"post\" action=\""+limits)
		}
		typed := func(more ...string) url.Values {
			v := url.Values{"substance": {"ketamine"}, "form": {"tablet"}, "amount": {"300"}, "unit": {"mg"}, "basis": {"hydrochloride"}, "source": {"the ministry, 2025"}}
			for i := 0; i+1 < len(more); i += 2 {
				v.Set(more[i], more[i+1])
			}
			return v
		}
		b.analyst.post(limits, typed()).want(t, http.StatusForbidden)
		b.coordinator.post(limits, typed()).want(t, http.StatusNotFound)
		for _, wrong := range []struct{ field, value, says, beside string }{
			{"unit", "", "Choose the unit of the amount.", "unit"},
			{"amount", "", "Type what one unit may hold at most.", "amount"},
			{"amount", "much", "is not a possible amount", "amount"},
			{"amount", "0", "Nothing is less than zero", "amount"},
			{"substance", "zzz", "is not a substance of the dictionary", "substance"},
			{"substance", "nitazenes", "A class has no amount", "substance"},
			{"substance", "caffeine", "is no basis for this substance", "basis"},
			{"form", "powder", "is not a form that is taken one by one", "form"},
			{"source", " ", "Say what the limit rests on", "source"},
		} {
			all.post(limits, typed(wrong.field, wrong.value)).want(t, http.StatusUnprocessableEntity, wrong.says, beside(wrong.beside), `value="`)
		}
		all.post(limits, typed()).leads(t, limits+"?done=limit")
		all.get(limits+"?done=limit").want(t, http.StatusOK, "The limit is set.", "300 mg hydrochloride", "the ministry, 2025")
		b.analyst.get(limits).want(t, http.StatusOK, "300 mg hydrochloride").lacks(t, "Change or end")
		b.analyst.get(substanceOf(t, b, "ketamine")).want(t, http.StatusOK, "Alert limit", "300 mg hydrochloride")

		all.post(limits, typed("amount", "250")).want(t, http.StatusConflict, "Somebody has set this limit meanwhile", "300 mg hydrochloride", `value="250"`)
		change := limits + "?substance=ketamine&form=tablet"
		seen := all.get(change).want(t, http.StatusOK, `value="300"`, "End the limit").hidden(t, limits, "limit")
		all.post(limits, typed("amount", "250", "limit", seen)).leads(t, limits+"?done=limit")
		seen = all.get(change).want(t, http.StatusOK, `value="250"`).hidden(t, limits, "limit")
		all.post(limits, typed("end", "yes", "source", "", "limit", seen)).want(t, http.StatusUnprocessableEntity, beside("source"))
		all.post(limits, typed("end", "yes", "source", "the ministry took it back", "limit", seen)).leads(t, limits+"?done=limit")
		all.get(limits).want(t, http.StatusOK, "Nobody has set a limit.", "All versions", "ended", "the ministry took it back", "300 mg hydrochloride", "250 mg hydrochloride")
		all.get(limits+"?lang=nl").want(t, http.StatusOK)
	})
}

func substanceOf(t *testing.T, b *bench, name string) string {
	t.Helper()
	return "/dictionary/substances/" + itoa(lab.Optional(storetest.Substance(t, b.words, name)))
}
