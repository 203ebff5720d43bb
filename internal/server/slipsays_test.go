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

var slipPart = regexp.MustCompile(`(?s)<section class="slip".*?</section>`)

// slip registers a sample, and returns its slip and where it is.
func (d *desk) slip(draft string, edit ...func(url.Values)) (at string, slip page) {
	d.t.Helper()
	key := keyOn(d.t, d.clerk.get(draft).want(d.t, http.StatusOK))
	typed := powder(append(edit, with("request_key", key))...)
	at = d.clerk.post(draft, typed).want(d.t, http.StatusSeeOther).header.Get("Location")
	return at, d.paper(at)
}

// paper is what is printed of a slip.
func (d *desk) paper(at string) page {
	d.t.Helper()
	p := d.clerk.get(at).want(d.t, http.StatusOK)
	return page{p.status, p.header, slipPart.FindString(p.body)}
}

// nextOf begins the next sample of the visit of the sample with a slip.
func (d *desk) nextOf(at string) (draft string, ofVisit url.Values) {
	d.t.Helper()
	draft = d.clerk.post("/samples/"+numberForm.FindString(at)+"/next", nil).want(d.t, http.StatusSeeOther).header.Get("Location")
	body := d.clerk.get(draft).want(d.t, http.StatusOK).body
	ofVisit = url.Values{}
	for _, name := range []string{"visit_id", "brought"} {
		if m := regexp.MustCompile(`name="` + name + `"[^>]* value="([^"]*)"`).FindStringSubmatch(body); m != nil {
			ofVisit.Set(name, m[1])
		}
	}
	return draft, ofVisit
}

// along types what the form of the next sample of a visit holds.
func along(ofVisit url.Values) func(url.Values) {
	return func(v url.Values) {
		for name, values := range ofVisit {
			v[name] = values
		}
	}
}

func TestSlipSaysWhichSampleItIs(t *testing.T) {
	eachSite(t, func(t *testing.T, x *site) {
		d := newDesk(t, x)
		terms := lab.Terms{Address: "Kanaalstraat 1, Utrecht", Phone: "030 123 45 67", OpeningHours: "Mondays 17-20", DaysToResult: 7}
		noError(t, x.store.SetTerms(t.Context(), lab.Operator("test"), d.service.ID, lab.Terms{}, terms))
		tablet := []func(url.Values){
			with("product_id", "xtc"), with("form", "tablet"), with("colours", "pink, white"), with("logo", "tesla"), with("received_amount", "1"),
			with("price_quantity"), with("price_amount"),
		}
		at, slip := d.slip(d.begin(d.clerk), append(tablet, with("brought", "3"))...)
		slip.want(t, http.StatusOK, "Sample 1 of the 3 you brought", "Monster 1 van de 3 die u meebracht", "tablet, pink, white", "tablet, roze, wit",
			"Kanaalstraat 1, Utrecht", "030 123 45 67", "Mondays 17-20", "expected on 10 March 2025", "verwacht op 10 maart 2025").
			lacks(t, "UTR-2025", "tesla", "xtc", "ecstasy")
		slip.inOrder(t, "Service UTR", "Sample 1 of", `class="code"`)

		draft, ofVisit := d.nextOf(at)
		if ofVisit.Get("brought") != "3" {
			t.Errorf("the next sample begins with %v", ofVisit)
		}
		second, slip := d.slip(draft, along(ofVisit))
		slip.want(t, http.StatusOK, "Sample 2 of the 3 you brought", "powder").lacks(t, "powder,")
		draft, ofVisit = d.nextOf(second)
		delete(ofVisit, "brought")
		third, slip := d.slip(draft, along(ofVisit))
		slip.want(t, http.StatusOK, "Sample 3 of your visit", "Monster 3 van uw bezoek").lacks(t, "you brought")
		if _, ofVisit = d.nextOf(third); ofVisit.Has("brought") && ofVisit.Get("brought") != "" {
			t.Errorf("nobody said how many were brought, and the next begins with %v", ofVisit)
		}
		if _, ofVisit = d.nextOf(at); ofVisit.Get("brought") != "" { // three are there
			t.Errorf("all are there, and the next begins with %v", ofVisit)
		}
		if again := d.paper(at); !strings.Contains(again.body, "Sample 1 of the 3 you brought") {
			t.Errorf("seen again it says\n%s", again.body)
		}
		_, slip = d.slip(d.begin(d.clerk))
		slip.want(t, http.StatusOK, "Sample 1 of your visit")
		_, slip = d.slip(d.begin(d.clerk), with("brought", "1"))
		slip.want(t, http.StatusOK, "Sample 1 of 1", "Monster 1 van 1")
	})
}

// TestSlipTellsMoreWhereTheVisitorWantsIt: number, logo and product, once, when asked for.
func TestSlipTellsMoreWhereTheVisitorWantsIt(t *testing.T) {
	eachSite(t, func(t *testing.T, x *site) {
		d := newDesk(t, x)
		at, _ := d.slip(d.begin(d.clerk), with("product_id", "xtc"), with("form", "tablet"), with("logo", "tesla"), with("received_amount", "1"), with("price_quantity"), with("price_amount"))
		number := numberForm.FindString(at)
		shown := d.clerk.get(at).want(t, http.StatusOK, `href="`+at+`?full=yes"`, "Registered as "+number, "<title>Slip for the visitor")
		if strings.Contains(slipPart.FindString(shown.body), number) {
			t.Error("the number is on the slip, and nobody asked for it")
		}
		full := d.paper(at + "?full=yes")
		full.want(t, http.StatusOK, number, "Logo: tesla", "Sold as: ", "Verkocht als: ")
		d.clerk.get(at+"?full=yes").want(t, http.StatusOK, `href="`+at+`"`, "Leave number, logo and product out")
		for _, other := range []string{"?full=", "?full=no", "?full=YES", "?number=yes", ""} {
			d.paper(at+other).lacks(t, number, "tesla", "Sold as")
		}

		// A wish does not open the slip of another sample, session or service.
		elsewhere, _ := d.slip(d.begin(d.clerk))
		wrong := "/samples/" + numberForm.FindString(elsewhere) + "/slips/" + at[strings.LastIndex(at, "/")+1:] + "?full=yes"
		d.clerk.get(wrong).want(t, http.StatusGone).lacks(t, "tesla", `class="code"`)
		x.staff(t, storetest.Person(t, x.store, "colleague", d.service.ID, lab.Intake)).get(at+"?full=yes").want(t, http.StatusGone).lacks(t, "tesla")
		x.staff(t, storetest.Person(t, x.store, "stranger", storetest.Service(t, x.store, "AMS").ID, lab.Intake)).get(at+"?full=yes").want(t, http.StatusNotFound)

		log := x.log.String()
		for _, secret := range []string{codeOn(shown.body), "full=yes", "tesla", at} {
			if strings.Contains(log, secret) {
				t.Errorf("the log says %q", secret)
			}
		}
	})
}

// TestSlipOfASampleOfWhichLittleIsKnown: a line that would be empty is not there.
func TestSlipOfASampleOfWhichLittleIsKnown(t *testing.T) {
	x := oneSite(t)
	d := newDesk(t, x)
	at, slip := d.slip(d.begin(d.clerk), with("form", "other"), with("product_id", "unknown"), with("sold_as_text", "wokkel"))
	slip.want(t, http.StatusOK, "</strong>: other", "It is not known yet when", "Het is nog niet bekend wanneer").lacks(t, "expected on", "wokkel", "<br>")
	d.paper(at+"?full=yes").want(t, http.StatusOK, "UTR-2025-00001", "Sold as: unknown").lacks(t, "Logo", "wokkel")

	// It did not come over the counter, and is of no visit.
	_, slip = d.slip(d.begin(d.clerk), with("channel", "found"))
	slip.want(t, http.StatusOK, ">powder</p>", ">poeder</p>").lacks(t, "of your visit", ": powder")
}

func TestWhatWasBroughtIsTypedRight(t *testing.T) {
	eachSite(t, func(t *testing.T, x *site) {
		d := newDesk(t, x)
		draft, key := d.opened()
		for typed, says := range map[string]string{
			"0": "This is sample 1 of the visit.", "-1": "This is sample 1 of the visit.", "101": "1 to 100", "three": "is not a whole number", "2,5": "is not a whole number",
			"99999999999999999999": "is not a whole number",
		} {
			p := d.clerk.post(draft, powder(with("request_key", key), with("brought", typed), with("product_id", "")))
			p.want(t, http.StatusUnprocessableEntity, says, `href="#field-brought"`, `href="#field-product_id"`, `value="`+typed+`"`)
		}
		at, _ := d.slip(draft, with("brought", " 2 "), with("request_key", key))
		next, ofVisit := d.nextOf(at)
		ofVisit.Set("brought", "1")
		d.clerk.post(next, powder(along(ofVisit))).want(t, http.StatusUnprocessableEntity, "This is sample 2 of the visit. Type how many were brought in all, 2 to 100, or nothing.")
		if n := strings.Count(d.clerk.get("/counter/UTR").body, "is-registered"); n != 1 {
			t.Errorf("%d samples are registered", n)
		}
	})
}

// TestSlipAfterARegistrationWasUndone: what was typed is kept, and no two slips say the same.
func TestSlipAfterARegistrationWasUndone(t *testing.T) {
	eachSite(t, func(t *testing.T, x *site) {
		d := newDesk(t, x)
		first, _ := d.slip(d.begin(d.clerk), with("brought", "2"))
		draft, ofVisit := d.nextOf(first)
		second, _ := d.slip(draft, along(ofVisit))
		undone := d.clerk.post("/samples/"+numberForm.FindString(second)+"/undo", nil).want(t, http.StatusSeeOther).header.Get("Location")
		d.clerk.get(undone).want(t, http.StatusOK, `name="brought"`, `value="2"`)
		d.clerk.get(second+"?full=yes").want(t, http.StatusGone).lacks(t, `class="code"`)
		again, _, _ := strings.Cut(undone, "?")
		_, slip := d.slip(again, along(ofVisit))
		slip.want(t, http.StatusOK, "Sample 2 of the 2 you brought")

		// The slip of the second says 2: the first, registered anew, is none of two that say so.
		undone = d.clerk.post("/samples/"+numberForm.FindString(first)+"/undo", nil).want(t, http.StatusSeeOther).header.Get("Location")
		again, _, _ = strings.Cut(undone, "?")
		_, slip = d.slip(again, along(ofVisit))
		slip.want(t, http.StatusOK, "Sample 3 of your visit").lacks(t, "you brought")
	})
}

// TestSlipOfAReplacedCodeSaysWhichSampleItIs, and how many were brought while somebody knows.
func TestSlipOfAReplacedCodeSaysWhichSampleItIs(t *testing.T) {
	eachSite(t, func(t *testing.T, x *site) {
		d := newDesk(t, x)
		first, _ := d.slip(d.begin(d.clerk), with("brought", "2"))
		number := numberForm.FindString(first)
		replaced := func() page {
			t.Helper()
			form := url.Values{"reason": {"slip lost"}, "request_key": {keyOn(t, d.clerk.get("/samples/"+number+"/code").want(t, http.StatusOK))}}
			at := d.clerk.post("/samples/"+number+"/code", form).want(t, http.StatusSeeOther).header.Get("Location")
			d.paper(at+"?full=yes").want(t, http.StatusOK, number)
			return d.paper(at)
		}
		replaced().want(t, http.StatusOK, "Sample 1 of the 2 you brought", "powder").lacks(t, number, "ketamine")
		x.clock.pass(lab.SlipAge)
		replaced().want(t, http.StatusOK, "Sample 1 of your visit", "powder").lacks(t, number, "ketamine")
	})
}

// TestASlipOfAResultThatIsThereSaysSo: another code for a sample that is done with promises no day on
// which something is still to come.
func TestASlipOfAResultThatIsThereSaysSo(t *testing.T) {
	eachSite(t, func(t *testing.T, x *site) {
		c := newCounter(t, x)
		clerk := c.staff(t, c.intake)
		sample, _ := c.handIn(t, "ketamine")
		address := sampleAddressOf(sample) + "/code"
		slip := func(lang string) page {
			clerk.lang = lang
			return clerk.follow(clerk.post(address, url.Values{"reason": {"slip lost"}}))
		}
		slip("en").want(t, http.StatusOK, "It is not known yet when the result is ready.").lacks(t, "You can look up already")
		c.analyse(t, sample, lab.GCMS, lab.HasFindings, c.found(t, "ketamine", lab.Identified, "", ""))
		c.release(t, sample, "")
		slip("nl").want(t, http.StatusOK, "U kunt al opzoeken wat er bekend is.", "You can look up already what is known.").lacks(t, "It is not known yet", "nog niet bekend wanneer")
	})
}
