package server_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"marquis/internal/lab"
)

// withdraw takes the result of a sample back.
func (b *bench) withdraw(t *testing.T, address string, more ...string) page {
	t.Helper()
	fields := url.Values{
		"version":           {b.verifier.get(address+"/release").hidden(t, address+"/withdrawal", "version")},
		"withdrawal_reason": {"Swapped at weighing."}, "withdrawal_reason_lang": {"en"},
	}
	for i := 0; i+1 < len(more); i += 2 {
		fields.Set(more[i], more[i+1])
	}
	return b.verifier.post(address+"/withdrawal", fields)
}

// released registers, analyses and releases a sample.
func (b *bench) released(t *testing.T) string {
	t.Helper()
	address, _ := b.sample(t)
	b.published(t, address, b.entered(t, b.analyst, address))
	return address
}

func TestAWithdrawnResultGoesBackToTheLaboratory(t *testing.T) {
	eachSite(t, func(t *testing.T, x *site) {
		b := newBench(t, x)
		address := b.released(t)
		b.withdraw(t, address).leads(t, address+"?done=withdrawn")
		b.analyst.get("/work?stage=to_analyse").want(t, http.StatusOK, address, "withdrawn", "Swapped at weighing.", `data-step href="`+address+`/analyses/new"`)
		b.intake.get(address+"/read-out").want(t, http.StatusOK, "This result has been taken back", "A new analysis is being made.")
		b.analyst.get(address+"/analyses/new").want(t, http.StatusOK, "Result taken back:", "Swapped at weighing.")
		// The same is found again: that is to be said, although it is what was said before.
		b.analyst.post(address+"/analyses/new", b.typed("79,5")).leads(t, address+"?done=entered")
		b.analyst.get("/work?stage=to_verify").want(t, http.StatusOK, address)
		anew := ""
		for _, found := range analysisAddress.FindAllString(b.verifier.get(address).want(t, http.StatusOK, "Made anew because version 2 took the result back").body, -1) {
			if b.verifier.get(found+"/verify").want(t, http.StatusOK).status == http.StatusOK && strings.Contains(b.verifier.get(found+"/verify").body, "Verify and go on") {
				anew = found
			}
		}
		b.verifier.post(anew+"/verify", url.Values{"version": {"1"}}).leads(t, address+"?done=verified")
		b.verifier.get("/work?stage=to_publish").want(t, http.StatusOK, address)
		b.verifier.get(address+"/release").want(t, http.StatusOK, "1 analysis from before the result was taken back still counts.")
	})
}

func TestNoRetestFollowsWhereSomebodySaysWhy(t *testing.T) {
	eachSite(t, func(t *testing.T, x *site) {
		b := newBench(t, x)
		address := b.released(t)
		b.withdraw(t, address).leads(t, address+"?done=withdrawn")
		version := b.coordinator.get(address).want(t, http.StatusOK, "waits to be analysed again").hidden(t, address+"/no-retest", "version")
		b.analyst.get(address).lacks(t, "/no-retest")
		b.analyst.post(address+"/no-retest", url.Values{"version": {version}, "no_retest_reason": {"x"}}).want(t, http.StatusForbidden)
		b.coordinator.post(address+"/no-retest", url.Values{"version": {version}}).want(t, http.StatusUnprocessableEntity, "Give the reason.", `href="#field-no_retest_reason"`)
		b.coordinator.post(address+"/no-retest", url.Values{"version": {version}, "no_retest_reason": {"Nothing is left."}}).leads(t, address+"?done=no_retest")
		b.coordinator.get(address).want(t, http.StatusOK, "No new analysis follows: Nothing is left.", "said that no new analysis follows")
		b.analyst.get("/work?stage=to_analyse").lacks(t, address)
		b.intake.get(address+"/read-out").want(t, http.StatusOK, "No new analysis follows.").lacks(t, "Nothing is left", "is being made")
	})
}

func TestWhatWasTakenBackIsClosedAsNotAnalysed(t *testing.T) {
	b := newBench(t, oneSite(t))
	address := b.released(t)
	b.withdraw(t, address).leads(t, address+"?done=withdrawn")
	list := b.analyst.get("/work?stage=to_analyse").want(t, http.StatusOK, address)
	_, value, _ := strings.Cut(list.body, `name="samples" value="`)
	value, _, _ = strings.Cut(value, `"`)
	b.analyst.post("/work/UTR/not-analysed", url.Values{"samples": {value}, "reason": {"insufficient"}, "stage": {"to_analyse"}}).want(t, http.StatusOK, "1 sample is closed as not analysed")
	b.analyst.get("/work?stage=to_analyse").lacks(t, address)
	b.intake.get(address+"/read-out").want(t, http.StatusOK, "The sample was not analysed any further.").lacks(t, "is being made")
}

// TestTheOtherOfTwoExchangedSamplesIsAskedFor: its result may be as wrong, and still stands.
func TestTheOtherOfTwoExchangedSamplesIsAskedFor(t *testing.T) {
	eachSite(t, func(t *testing.T, x *site) {
		b := newBench(t, x)
		one, other := b.released(t), b.released(t)
		b.verifier.get(one+"/release").want(t, http.StatusOK, "Other sample")
		b.withdraw(t, one, "exchanged_with", "7").want(t, http.StatusUnprocessableEntity, "There is no other sample", `href="#field-exchanged_with"`, "Swapped at weighing.")
		b.withdraw(t, one, "exchanged_with", "1").want(t, http.StatusUnprocessableEntity, "There is no other sample")
		code := lab.NewLookupCode().Print()
		b.withdraw(t, one, "exchanged_with", code).want(t, http.StatusUnprocessableEntity, "This is the visitor&#39;s code.").lacks(t, code)
		b.verifier.get(one).lacks(t, "waits to be analysed again") // nothing was done by halves
		waiting, _ := b.sample(t)
		analysis := b.entered(t, b.analyst, waiting)
		b.withdraw(t, one, "exchanged_with", "3").want(t, http.StatusUnprocessableEntity, "analyses that are not released yet", "Swapped at weighing.")
		b.verifier.post(analysis+"/verify", url.Values{"version": {"1"}}).want(t, http.StatusSeeOther)
		b.withdraw(t, one, "exchanged_with", "3").want(t, http.StatusUnprocessableEntity, "analyses that are not released yet")
		b.verifier.get(one).lacks(t, "waits to be analysed again")
		b.withdraw(t, one, "exchanged_with", "2").leads(t, other+"/release?done=withdrawn&of=UTR-2025-00001")
		b.verifier.get(other+"/release?done=withdrawn&of=UTR-2025-00001").
			want(t, http.StatusOK, "UTR-2025-00001: The result is withdrawn.", "The two may have been exchanged.", "<details id=\"withdraw\" open><summary>Withdraw the result")
		b.analyst.get("/work?stage=in_analysis").want(t, http.StatusOK, other).lacks(t, one)
		b.analyst.get("/work?stage=to_analyse").want(t, http.StatusOK, one)
		b.verifier.get(other).want(t, http.StatusOK, "Swapped at weighing.")
		b.intake.get(other+"/read-out").want(t, http.StatusOK, "79.5")
	})
}
