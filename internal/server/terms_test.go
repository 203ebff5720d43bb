package server_test

import (
	"fmt"
	"html"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"marquis/internal/credential"
	"marquis/internal/lab"
	"marquis/internal/store/storetest"
)

// terms is what an administrator types into the settings.
func terms(more ...string) url.Values {
	v := url.Values{
		"most_grams": {"0,5"}, "most_millilitres": {""}, "most_samples": {"1"}, "days_to_result": {"7"},
		"opening_hours": {"Fridays\r\n20:00 to 23:00"}, "address": {"Singel 1, Utrecht"}, "phone": {"030 123 45 67"},
	}
	for i := 0; i+1 < len(more); i += 2 {
		v.Set(more[i], more[i+1])
	}
	return v
}

var beganForm = regexp.MustCompile(`name="began" value="([^"]+)"`)

// beganOn is what the form of a page was opened on.
func beganOn(t *testing.T, p page) string {
	t.Helper()
	m := beganForm.FindStringSubmatch(p.body)
	if m == nil {
		t.Fatalf("no form tells what it was opened on:\n%s", p.body)
	}
	return html.UnescapeString(m[1])
}

// Of two administrators who change the same, the later one overwrites nothing unsaid.
func TestTheLaterAdministratorIsToldWhatTheOtherChanged(t *testing.T) {
	eachSite(t, func(t *testing.T, x *site) {
		d := newDesk(t, x)
		place := d.place("Tent")
		ada := x.staff(t, storetest.Person(t, x.store, "ada", d.service.ID, lab.Administrator))
		bob := x.staff(t, storetest.Person(t, x.store, "bob", d.service.ID, lab.Administrator))
		location := fmt.Sprintf("/services/UTR/locations/%d", place.ID)
		for address, done := range map[string]string{"/services/UTR/settings": "/services/UTR?done=settings", location: location + "?done=settings"} {
			opened := beganOn(t, ada.get(address).want(t, http.StatusOK))
			form := func(began, address, phone string) url.Values {
				return url.Values{"name": {"Tent"}, "kind": {"office"}, "began": {began}, "address": {address}, "phone": {phone}}
			}
			bob.post(address, form(opened, "Singel 1", "030 111 11 11")).leads(t, done)
			ada.post(address, form(opened, "", "ask Jan")).want(t, http.StatusUnprocessableEntity, "is not a telephone number")
			told := ada.post(address, form(opened, "", "030 222 22 22")).
				want(t, http.StatusConflict, "Somebody else has changed this", "Address: somebody else has changed this. Now it says: Singel 1",
					"Phone: somebody else has changed this. Now it says: 030 111 11 11", `value="030 222 22 22"`, "\nSingel 1</textarea>").
				lacks(t, "Opening hours: somebody")
			bob.get(address).want(t, http.StatusOK, `value="030 111 11 11"`, "Singel 1</textarea>")
			ada.post(address, form(beganOn(t, told), "Singel 1", "030 222 22 22")).leads(t, done)
			bob.get(address).want(t, http.StatusOK, `value="030 222 22 22"`, "Singel 1</textarea>")
			bob.post(address, form("{", "", "")).want(t, http.StatusBadRequest)
		}
		// A place that was closed meanwhile says no less what it said.
		opened := beganOn(t, ada.get(location))
		bob.post(location+"/closed", url.Values{"close": {"yes"}}).leads(t, location+"?done=settings")
		ada.post(location, url.Values{"name": {"Big tent"}, "kind": {"office"}, "began": {opened}}).leads(t, location+"?done=settings")
		ada.post(location, url.Values{"name": {"Tent"}, "kind": {"office"}, "began": {beganOn(t, ada.get(location))}}).leads(t, location+"?done=settings")
	})
}

// What was typed into the settings and not saved is told too what has changed since.
func TestKeptTermsAreToldWhatHasChangedSince(t *testing.T) {
	x := oneSite(t)
	d := newDesk(t, x)
	ada := x.staff(t, storetest.Person(t, x.store, "ada", d.service.ID, lab.Administrator))
	bob := x.staff(t, storetest.Person(t, x.store, "bob", d.service.ID, lab.Administrator))
	const address = "/services/UTR/settings"
	opened := beganOn(t, ada.get(address))
	ada.post(address, url.Values{"began": {opened}, "most_samples": {"many"}, "form_key": {credential.NewRequestKey()}}).want(t, http.StatusUnprocessableEntity)
	bob.post(address, url.Values{"began": {opened}, "address": {"Singel 1"}}).leads(t, "/services/UTR?done=settings")
	ada.get(address).want(t, http.StatusOK, `value="many"`, "\nSingel 1</textarea>")
}

func TestTheServicesTermsHoldAtItsCounter(t *testing.T) {
	eachSite(t, func(t *testing.T, x *site) {
		d := newDesk(t, x)
		ada := x.staff(t, storetest.Person(t, x.store, "ada", d.service.ID, lab.Administrator))
		ada.get("/services/UTR/settings").want(t, http.StatusOK, "Empty: 1<", "Empty: 10<", "Empty: 3<", "Empty: no day is told")
		ada.post("/services/UTR/settings", terms()).leads(t, "/services/UTR?done=settings")
		ada.get("/services/UTR/settings").want(t, http.StatusOK, `value="0.5"`, `value="7"`, "Singel 1, Utrecht", "030 123 45 67")
		ada.get("/services/UTR?done=settings").want(t, http.StatusOK, "Saved.")

		draft := d.begin(d.clerk)
		d.clerk.post(draft, powder(with("received_amount", "0,6"))).want(t, http.StatusUnprocessableEntity, "This is more than 0.5 g.")
		slip := d.clerk.follow(d.clerk.post(draft, powder(with("received_amount", "0,5")))).
			want(t, http.StatusOK, "Singel 1, Utrecht", "030 123 45 67", "20:00 to 23:00", "10 March 2025")
		sample, _ := d.sample(numberForm.FindString(slip.body))
		if sample.ExpectedReadyOn != 2025_03_10 {
			t.Errorf("expected by %s", sample.ExpectedReadyOn)
		}
		next := d.clerk.post("/samples/"+numberForm.FindString(slip.body)+"/next", nil).want(t, http.StatusSeeOther).header.Get("Location")
		d.clerk.post(next, powder(with("visit_id", sample.VisitID.String()))).
			want(t, http.StatusUnprocessableEntity, "These are more than 1 samples in one visit.")
		typed := d.clerk.follow(d.clerk.post(d.begin(d.clerk), powder(with("expected_ready_on", "2025-03-05")))).want(t, http.StatusOK, "5 March 2025")
		typed.lacks(t, "10 March 2025")
	})
}

func TestAPlacesOwnTermsArePrinted(t *testing.T) {
	eachSite(t, func(t *testing.T, x *site) {
		d := newDesk(t, x)
		ada := x.staff(t, storetest.Person(t, x.store, "ada", d.service.ID, lab.Administrator))
		ada.post("/services/UTR/settings", terms()).leads(t, "/services/UTR?done=settings")
		place := d.place("Festivl")
		d.place("Office")
		page := fmt.Sprintf("/services/UTR/locations/%d", place.ID)
		ada.get("/services/UTR").want(t, http.StatusOK, `href="`+page+`"`)
		ada.get(page).want(t, http.StatusOK, "Empty: 0.5<", "Empty: Singel 1, Utrecht", `value="Festivl"`)
		fields := url.Values{"name": {"Festival"}, "kind": {"event"}, "address": {"Field 4"}, "most_grams": {"2"}, "began": {beganOn(t, ada.get(page))}}
		ada.post(page, fields).leads(t, page+"?done=settings")
		fields.Set("name", "Office")
		fields.Set("began", beganOn(t, ada.get(page)))
		ada.post(page, fields).want(t, http.StatusUnprocessableEntity, "has a location called", `id="field-name-mistake"`)
		at := with("location_id", fmt.Sprint(place.ID))
		d.clerk.follow(d.clerk.post(d.begin(d.clerk), powder(at, with("received_amount", "2")))).
			want(t, http.StatusOK, "Field 4", "030 123 45 67").lacks(t, "Singel 1, Utrecht")
		d.clerk.get("/counter/UTR").want(t, http.StatusOK, "Service UTR, Festival").lacks(t, "Festivl")
	})
}

func TestNumbersOfTermsAreRefusedInWords(t *testing.T) {
	x := oneSite(t)
	d := newDesk(t, x)
	ada := x.staff(t, storetest.Person(t, x.store, "ada", d.service.ID, lab.Administrator))
	for _, wrong := range []string{"0", "-1", "0,0"} {
		ada.post("/services/UTR/settings", terms("most_grams", wrong, "most_samples", "0", "days_to_result", "-3", "most_millilitres", "0")).
			want(t, http.StatusUnprocessableEntity, `href="#field-most_grams"`, `href="#field-most_samples"`, `href="#field-days_to_result"`, `href="#field-most_millilitres"`,
				"Give a number above 0, or leave it empty.", `value="`+wrong+`"`)
	}
	ada.post("/services/UTR/settings", terms("most_grams", "a little", "most_samples", "2,5")).
		want(t, http.StatusUnprocessableEntity, "is not a number of at most three decimals", "is not a whole number")
	ada.post("/services/UTR/settings", terms("opening_hours", strings.Repeat("x", 301))).want(t, http.StatusUnprocessableEntity, `href="#field-opening_hours"`)
	ada.post("/services/UTR/settings", terms("phone", "ask for Jan")).want(t, http.StatusUnprocessableEntity, `href="#field-phone"`, "is not a telephone number: write digits", `value="ask for Jan"`)
	if now := must(x.store.Service(t.Context(), lab.Operator("test"), "UTR")); now.Terms != (lab.Terms{}) {
		t.Errorf("what was refused is kept: %+v", now.Terms)
	}
	d.clerk.get("/services/UTR/settings").want(t, http.StatusForbidden)
	elsewhere := storetest.Service(t, x.store, "AMS")
	eve := x.staff(t, storetest.Person(t, x.store, "eve", elsewhere.ID, lab.Administrator))
	eve.get("/services/UTR/settings").want(t, http.StatusNotFound)
	eve.post("/services/UTR/settings", terms()).want(t, http.StatusNotFound)
}

func TestAClosedPlaceLeavesTheCounterAndNotTheRecord(t *testing.T) {
	eachSite(t, func(t *testing.T, x *site) {
		d := newDesk(t, x)
		ada := x.staff(t, storetest.Person(t, x.store, "ada", d.service.ID, lab.Administrator))
		festival, office := d.place("Festival"), d.place("Office")
		page := fmt.Sprintf("/services/UTR/locations/%d", festival.ID)
		at := func(l lab.Location) func(url.Values) { return with("location_id", fmt.Sprint(l.ID)) }
		number, _ := d.register(d.clerk, at(festival))
		begun := d.begin(d.clerk)

		ada.post(page+"/closed", url.Values{"close": {"yes"}}).leads(t, page+"?done=settings")
		ada.get("/services/UTR").want(t, http.StatusOK, "Festival", "Closed since 3 March 2025")
		ada.post(page+"/closed", url.Values{"close": {"yes"}}).leads(t, page+"?done=settings") // twice is once
		d.clerk.get("/counter").leads(t, fmt.Sprintf("/counter/UTR?location=%d", office.ID))
		d.clerk.get(d.begin(d.clerk)).want(t, http.StatusOK, "Office").lacks(t, ">Festival<")
		d.clerk.post(begun, powder(at(festival))).want(t, http.StatusUnprocessableEntity, "Festival is closed and receives nothing.", `href="#field-location_id"`)
		d.clerk.get("/samples/"+number).want(t, http.StatusOK, "Festival")
		d.clerk.get("/samples/"+number+"/description").want(t, http.StatusOK, ">Festival<")

		ada.post(page+"/closed", url.Values{"close": {"no"}}).leads(t, page+"?done=settings")
		d.clerk.follow(d.clerk.post(begun, powder(at(festival)))).want(t, http.StatusOK, "Registered as")
		eve := x.staff(t, storetest.Person(t, x.store, "eve", storetest.Service(t, x.store, "AMS").ID, lab.Administrator))
		eve.post(page+"/closed", url.Values{"close": {"yes"}}).want(t, http.StatusNotFound)
		ada.get("/services/UTR/locations/999").want(t, http.StatusNotFound)
	})
}

func TestTheCounterKnowsWhereOneStoodLast(t *testing.T) {
	eachSite(t, func(t *testing.T, x *site) {
		d := newDesk(t, x)
		office, festival := d.place("Office"), d.place("Festival")
		d.clerk.get("/counter").want(t, http.StatusOK, "Office", "Festival")
		stands := fmt.Sprintf("/counter/UTR?location=%d", festival.ID)
		d.clerk.get(stands).want(t, http.StatusOK).lacks(t, "Another place") // the tabs have all
		x.staff(t, storetest.Person(t, x.store, "everywhere", 0, lab.Intake)).get(stands).want(t, http.StatusOK, "Another place")
		again := x.staff(t, d.actor) // signed in anew
		again.get("/counter").leads(t, stands)
		again.get("/counter?choose=yes").want(t, http.StatusOK, "Office", "Festival")
		if err := x.store.CloseLocation(t.Context(), lab.Operator("test"), d.service.ID, festival.ID, true); err != nil {
			t.Fatal(err)
		}
		again.get("/counter").leads(t, fmt.Sprintf("/counter/UTR?location=%d", office.ID))
		again.get("/counter/UTR").want(t, http.StatusOK, fmt.Sprintf(`name="location_id" value="%d"`, office.ID)) // the only one
		x.staff(t, storetest.Person(t, x.store, "new", d.service.ID, lab.Intake)).get("/counter").leads(t, fmt.Sprintf("/counter/UTR?location=%d", office.ID))
	})
}

// TestClosingByMistakeIsUndone: by who closed, on the same day, and each sample for itself.
func TestClosingByMistakeIsUndone(t *testing.T) {
	eachSite(t, func(t *testing.T, x *site) {
		b := newBench(t, x)
		one, _ := b.sample(t)
		two, _ := b.sample(t)
		three, _ := b.sample(t)
		value := func(address, version string) string { return strings.TrimPrefix(address, "/samples/") + "." + version }
		closed := b.intake.follow(b.intake.post("/work/UTR/not-analysed", url.Values{
			"samples": {value(one, "1"), value(two, "1"), value(three, "1")}, "reason": {"capacity"}, "stage": {"to_analyse"},
		})).want(t, http.StatusOK, "3 samples are closed as not analysed", value(one, "2"), `action="/work/UTR/not-analysed/undo"`)
		closed.lacks(t, value(one, "1"))
		b.analyst.get(one).want(t, http.StatusOK).lacks(t, "Undo the closing")
		b.analyst.post(one+"/reopening", url.Values{"version": {"2"}}).want(t, http.StatusConflict, "Only who closed it can undo that.")
		b.analyst.post(two+"/move", url.Values{"to": {"in_analysis"}, "version": {"2"}}).leads(t, two+"?done=moved")
		undo := url.Values{"samples": {value(one, "2"), value(two, "2")}}
		b.intake.follow(b.intake.post("/work/UTR/not-analysed/undo", undo)).want(t, http.StatusOK, "1 sample is where it stood before.", "1 sample could not be opened again", "UTR-2025-00002: ")
		b.intake.get(one).want(t, http.StatusOK, "registered", "sample opened again")
		b.intake.follow(b.intake.post("/work/UTR/not-analysed/undo", undo)).want(t, http.StatusOK, "0 samples are where")
		b.analyst.get("/work?stage=to_analyse").want(t, http.StatusOK, one).lacks(t, two, three)

		b.intake.get(three).want(t, http.StatusOK, "Undo the closing")
		b.intake.post(three+"/reopening", url.Values{"version": {"2"}}).leads(t, three+"?done=moved")
		b.intake.post(three+"/move", url.Values{"to": {"not_analysed"}, "version": {"3"}, "not_analysed_reason": {"lost"}}).leads(t, three+"?done=moved")
		b.elsewhere.post(three+"/reopening", url.Values{"version": {"4"}}).want(t, http.StatusNotFound)
	})
}

func TestAnotherDayIsTooLateToUndoAClosing(t *testing.T) {
	x := oneSite(t)
	b := newBench(t, x)
	address, sample := b.sample(t)
	b.intake.post(address+"/move", url.Values{"to": {"not_analysed"}, "version": {fmt.Sprint(sample.Version)}, "not_analysed_reason": {"lost"}}).leads(t, address+"?done=moved")
	x.clock.pass(24 * time.Hour)
	later := x.staff(t, b.actors["intake"])
	later.get(address).want(t, http.StatusOK).lacks(t, "Undo the closing")
	later.post(address+"/reopening", url.Values{"version": {"2"}}).want(t, http.StatusConflict, "It was closed on another day.")
}
