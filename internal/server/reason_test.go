package server_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"marquis/internal/lab"
	"marquis/internal/lab/labtest"
)

// TestAReasonReadsInBothLanguages: a code reads in either, a text in the one it is written
// in. Who reads the other gets the translation, or the text as it is, said so, with its lang.
func TestAReasonReadsInBothLanguages(t *testing.T) {
	const spilt, gemorst = "Water got into the bag.", "Er kwam water in het zakje."
	untranslated := []string{`<q lang="en">` + spilt + `</q>`, "Dit is in het Engels geschreven en niet vertaald."}
	for name, test := range map[string]struct {
		why        lab.Why
		en, nl     []string
		enNo, nlNo []string
	}{
		"a code": {
			lab.Why{ReasonCode: lab.ReasonExchanged},
			[]string{"Reason: this sample may have been exchanged with another"},
			[]string{"Reden: dit monster is misschien verwisseld met een ander"},
			[]string{"<q"},
			[]string{"<q"},
		},
		"a text": {lab.Because("en", spilt), []string{"Reason: " + spilt}, untranslated, []string{"<q", "translated"}, nil},
		"a text with its translation": {
			lab.Why{Reason: spilt, ReasonLang: "en", ReasonTranslation: gemorst},
			[]string{"Reason: " + spilt},
			[]string{"Reden: " + gemorst},
			[]string{"<q", gemorst},
			[]string{"<q", spilt},
		},
		"a code and a text": {
			lab.Why{ReasonCode: lab.ReasonAmount, Reason: spilt, ReasonLang: "en"},
			[]string{"Reason: an amount was wrong. " + spilt},
			append(untranslated, "Reden: een hoeveelheid klopte niet"),
			[]string{"<q"},
			nil,
		},
		"other, in words": {lab.Why{ReasonCode: lab.OtherReason, Reason: spilt, ReasonLang: "en"}, []string{"Reason: " + spilt}, untranslated, []string{"in words", "<q"}, []string{"in woorden"}},
		"a text on record of which nobody knows the language": {
			lab.Why{Reason: spilt},
			[]string{`<q lang="">` + spilt + `</q>`, "This is how the service wrote it. It may be in another language."},
			[]string{`<q lang="">` + spilt + `</q>`, "Zo schreef de testservice het op. Het kan in een andere taal zijn."},
			nil, nil,
		},
	} {
		t.Run(name, func(t *testing.T) {
			d := newDrawing(t)
			right := labtest.Wholes(t)[0]
			d.release(t, right.File(t, d.words))
			d.file.Publications[0].Why = lab.Why{}
			back, err := d.file.Withdraw(lab.Because("en", "to be replaced"))
			noError(t, err)
			back.PublishedOn, back.Why = 2024_06_08, test.why
			d.file.Publications = append(d.file.Publications, *back)
			d.draw(t, "en").want(t, http.StatusOK, test.en...).lacks(t, test.enNo...)
			d.draw(t, "nl").want(t, http.StatusOK, test.nl...).lacks(t, test.nlNo...)
		})
	}
}

// TestAResultIsTakenBackWithoutTyping: an urgent withdrawal asks for a choice and nothing else.
func TestAResultIsTakenBackWithoutTyping(t *testing.T) {
	eachSite(t, func(t *testing.T, x *site) {
		b := newBench(t, x)
		address := b.released(t)
		form := b.verifier.get(address + "/release?withdraw=yes")
		version := form.hidden(t, address+"/withdrawal", "version")
		send := func(fields url.Values) page {
			fields.Set("version", version)
			return b.verifier.post(address+"/withdrawal", fields)
		}
		send(url.Values{"withdrawal_reason_code": {"other"}}).
			want(t, http.StatusUnprocessableEntity, "Say in words what the reason is.", beside("withdrawal_reason"), `<option value="other" selected>`)
		send(url.Values{"withdrawal_reason": {"Spilt."}}).
			want(t, http.StatusUnprocessableEntity, "Say in which language the text is written.", beside("withdrawal_reason_lang"), "Spilt.</textarea>")
		send(url.Values{"withdrawal_reason_translation": {"Gemorst."}, "withdrawal_reason_code": {"equipment"}}).
			want(t, http.StatusUnprocessableEntity, "There is no text of which this is the translation.", beside("withdrawal_reason_translation"))
		code := lab.NewLookupCode().Print()
		send(url.Values{"withdrawal_reason": {"as on " + code}, "withdrawal_reason_lang": {"en"}}).
			want(t, http.StatusUnprocessableEntity, "lookup code", beside("withdrawal_reason"))
		b.verifier.get(address).lacks(t, "awaits a new analysis")
		send(url.Values{"withdrawal_reason_code": {"equipment"}}).leads(t, address+"?done=withdrawn")
		b.verifier.get(address).want(t, http.StatusOK, "the equipment or the method did not work as it should")
	})
}

// TestASampleThatIsNotAnalysedSaysWhatToDo: "other" says nothing to whoever handed it in.
func TestASampleThatIsNotAnalysedSaysWhatToDo(t *testing.T) {
	d := newDrawing(t)
	for _, test := range []struct {
		state          lab.SampleState
		reason, en, nl string
	}{
		{lab.Rejected, "other", "The service can tell you why.", "De testservice kan u vertellen waarom."},
		{lab.Rejected, "no_sample", "Reason: ", "Reden: "},
		{lab.NotAnalysed, "insufficient", "You may bring more of it to the service.", "U kunt meer hiervan naar de testservice brengen."},
	} {
		d.file = labtest.File(1, lab.Powder, nil)
		d.file.Sample.State, d.file.Sample.StateReason = test.state, test.reason
		for lang, said := range map[string]string{"en": test.en, "nl": test.nl} {
			drawn := d.draw(t, lang).want(t, http.StatusOK, said)
			if test.reason == "other" && strings.Contains(drawn.body, "anders") {
				t.Error("a reason that says nothing is told")
			}
		}
	}
}

// TestADangerThatIsLeftOutStandsBesideTheHeading: that one test saw it, and that a finer one did
// not, nobody should have to look for. Of less danger it is told further down.
func TestADangerThatIsLeftOutStandsBesideTheHeading(t *testing.T) {
	d := newDrawing(t)
	for substance, beside := range map[string]bool{"PMMA": true, "caffeine": false} {
		whole := labtest.Whole{Sold: "ecstasy, tablet", Analyses: []string{"ftir: MDMA identified; " + substance + " identified", "gcms: MDMA 80 mg"}}
		d.release(t, whole.File(t, d.words))
		said := "There was a sign of " + substance + " (FTIR). A more exact test did not find it."
		drawn := d.draw(t, "en").want(t, http.StatusOK, said)
		if got := strings.Index(drawn.body, said) < strings.Index(drawn.body, "Which sample this is") && strings.Contains(drawn.body, "<strong>"+said); got != beside {
			t.Errorf("%s beside the heading: %v", substance, got)
		}
	}
}

// TestAMethodListsWhatItLooksFor: by name and limit, behind the fold; not one that is left out.
func TestAMethodListsWhatItLooksFor(t *testing.T) {
	d := newDrawing(t)
	whole := labtest.Whole{Sold: "ecstasy, tablet", Analyses: []string{"gcms: MDMA 80 mg"}}
	d.release(t, whole.File(t, d.words))
	body := d.draw(t, "en").body
	fold := body[strings.Index(body, "<details>"):strings.Index(body, "</details>")]
	if !strings.Contains(fold, "From 0.1%: ") || !strings.Contains(fold, "MDMA, ") || !strings.Contains(fold, "protonitazene") || strings.Contains(fold, "which one is not known") {
		t.Errorf("the method lists\n%.400s", fold)
	}
	whole.Analyses = append(whole.Analyses, "ftir: MDMA identified; caffeine identified")
	d.release(t, whole.File(t, d.words))
	if n := strings.Count(d.draw(t, "nl").want(t, http.StatusOK, "Vanaf 0,1%: ").body, "Vanaf 5%: "); n != 0 {
		t.Error("a test of which something is left out is cited as having looked")
	}
}
