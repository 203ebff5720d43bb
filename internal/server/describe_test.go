package server_test

import (
	"html"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"marquis/internal/lab"
	"marquis/internal/store/storetest"
)

var hiddenField = regexp.MustCompile(`<input type="hidden" name="(version|began)" value="([^"]*)">`)

// description is the form of a sample as a browser holds it.
func (d *desk) description(by *reader, number string, edit ...func(url.Values)) url.Values {
	d.t.Helper()
	return held(by.get("/samples/"+number+"/description").want(d.t, http.StatusOK), edit...)
}

// held is what a browser would send of a page: what the sample was, with changes.
func held(p page, edit ...func(url.Values)) url.Values {
	hidden := url.Values{}
	for _, m := range hiddenField.FindAllStringSubmatch(p.body, -1) {
		hidden.Set(m[1], html.UnescapeString(m[2]))
	}
	v, _ := url.ParseQuery(hidden.Get("began"))
	for name, values := range hidden {
		v[name] = values
	}
	for _, change := range edit {
		change(v)
	}
	return v
}

func TestADescriptionIsChanged(t *testing.T) {
	eachSite(t, func(t *testing.T, x *site) {
		d := newDesk(t, x)
		p := d.clerk.follow(d.clerk.post(d.begin(d.clerk), tablet())).want(t, http.StatusOK)
		number := numberForm.FindString(p.body)
		before, expected := d.sample(number)
		address := "/samples/" + number + "/description"
		d.clerk.get(address).want(t, http.StatusOK, `value="a blue Punisher"`, `value="8.1"`, `value="MDMA; caffeine"`, `value="blue, white"`)

		verifier := x.staff(t, storetest.Person(t, x.store, "verifier", d.service.ID, lab.Verifier))
		verifier.post(address, d.description(verifier, number, with("logo", "crown"), with("expected", ""))).leads(t, "/samples/"+number)
		after, expectedAfter := d.sample(number)
		if after.Logo != "crown" || after.Version != 2 || len(expected) != 2 || len(expectedAfter) != 1 {
			t.Errorf("logo %q, version %d, expected %v", after.Logo, after.Version, expectedAfter)
		}
		before.Logo, before.Version = "crown", 2
		if got := lab.Differences(before, after); len(got) != 0 {
			t.Errorf("other fields changed with it: %v", got)
		}
		d.clerk.post("/samples/UTR-2025-99999/description", powder()).want(t, http.StatusNotFound)
	})
}

func TestMistakesInADescriptionChangeNothing(t *testing.T) {
	x := oneSite(t)
	d := newDesk(t, x)
	number, _ := d.register(d.clerk)
	address := "/samples/" + number + "/description"
	typed := d.description(d.clerk, number, with("received_amount", "lots"), with("expected", "moon dust"), with("notes", "kept as typed"))
	p := d.clerk.post(address, typed).want(t, http.StatusUnprocessableEntity, beside("received_amount"), beside("expected"), `value="lots"`, "kept as typed")
	if got, _ := d.sample(number); got.Version != 1 {
		t.Errorf("version %d", got.Version)
	}
	corrected := held(p, with("received_amount", "2"))
	d.clerk.post(address, corrected).want(t, http.StatusUnprocessableEntity, "This is more than 1 g.", beside("overruled"))
	corrected.Set("overruled", "weighed again")
	d.clerk.post(address, corrected).leads(t, "/samples/"+number)
	if got, _ := d.sample(number); got.ReceivedAmount != 2000 || got.Overruled != "weighed again" {
		t.Errorf("%d, %q", got.ReceivedAmount, got.Overruled)
	}
	d.clerk.post(address, d.description(d.clerk, number, with("version", "nonsense"))).want(t, http.StatusConflict)
	d.clerk.post(address, d.description(d.clerk, number, with("version", "1"), with("began", "%zz"))).want(t, http.StatusBadRequest)
}

func TestTwoWhoDescribeTheSameSampleLoseNothing(t *testing.T) {
	eachSite(t, func(t *testing.T, x *site) {
		d := newDesk(t, x)
		number, _ := d.register(d.clerk, with("notes", "as registered"), with("region", "Utrecht"))
		address := "/samples/" + number + "/description"
		colleague := x.staff(t, storetest.Person(t, x.store, "colleague", d.service.ID, lab.Intake))

		mine := d.description(d.clerk, number, with("notes", "my notes"), with("colours", "white"))
		theirs := d.description(colleague, number, with("notes", "their notes"), with("region", "Groningen"), with("reasons", "friends"))
		colleague.post(address, theirs).leads(t, "/samples/"+number)

		p := d.clerk.post(address, mine).want(t, http.StatusConflict, "Somebody else has changed this meanwhile",
			"<td>as registered</td><td>their notes</td><td>my notes</td>", "<td>Utrecht</td><td>Groningen</td><td>not changed by you</td>",
			"<td>–</td><td>health of friends</td>", "my notes</textarea>", `value="Groningen"`, `value="friends" checked`, `name="colours" value="white"`)
		if got, _ := d.sample(number); got.Notes != "their notes" || got.Version != 2 {
			t.Errorf("notes %q in version %d", got.Notes, got.Version)
		}

		again := held(p, with("notes", "my notes"), with("colours", "white"))
		if again.Get("version") != "2" || again.Get("region") != "Groningen" {
			t.Errorf("the form begins from %v", again)
		}
		d.clerk.post(address, again).leads(t, "/samples/"+number)
		got, _ := d.sample(number)
		if got.Notes != "my notes" || got.Region != "Groningen" || strings.Join(got.Colours, " ") != "white" || strings.Join(got.Reasons, " ") != "friends" {
			t.Errorf("notes %q, region %q, colours %v, reasons %v", got.Notes, got.Region, got.Colours, got.Reasons)
		}
	})
}

func TestAChangeOfAnotherKindIsToldToo(t *testing.T) {
	x := oneSite(t)
	d := newDesk(t, x)
	number, _ := d.register(d.clerk)
	d.clerk.lang = "nl"
	mine := d.description(d.clerk, number, with("notes", "my notes"))
	before, _ := d.sample(number)
	if _, err := x.store.MoveSample(t.Context(), d.actor, before.Key, before.Version, lab.InAnalysis, ""); err != nil {
		t.Fatal(err)
	}
	d.clerk.post("/samples/"+number+"/description", mine).want(t, http.StatusConflict, "Het was niet de beschrijving.", "my notes</textarea>")
}

// TestAResultThatNoLongerFitsIsReleasedAnew: what the sample was sold as is corrected after
// its result was released.
func TestAResultThatNoLongerFitsIsReleasedAnew(t *testing.T) {
	eachSite(t, func(t *testing.T, x *site) {
		b := newBench(t, x)
		address := b.released(t)
		const misfits = "does not fit any more"
		b.intake.get(address).want(t, http.StatusOK).lacks(t, misfits)
		form := b.intake.get(address+"/description").want(t, http.StatusOK, "until it is released anew")
		b.intake.post(address+"/description", held(form, with("logo", ""), with("product_id", "cocaine"))).leads(t, address)
		for _, by := range []*reader{b.intake, b.analyst, b.verifier} {
			by.get(address).want(t, http.StatusOK, misfits, "To publish")
		}
		b.verifier.get("/work?stage=to_publish").want(t, http.StatusOK, address)
		seen := b.verifier.get(address+"/release").want(t, http.StatusOK, "We did not see cocaine.")
		b.verifier.post(address+"/release", url.Values{
			"version": {seen.hidden(t, address+"/release", "version")}, "seen": {seen.hidden(t, address+"/release", "seen")}, "reason": {"It was sold as cocaine."}, "reason_lang": {"en"},
		}).leads(t, address+"?done=published")
		b.verifier.get(address).want(t, http.StatusOK).lacks(t, misfits, "To publish")
		b.intake.get(address+"/read-out").want(t, http.StatusOK, "We did not see cocaine.", "It was sold as cocaine.")
	})
}

// What was taken is not held against a limit that was lowered since, until its amount changes;
// and a reason stays that nobody is asked for any more.
func TestALoweredLimitAsksNothingOfWhatWasTaken(t *testing.T) {
	eachSite(t, func(t *testing.T, x *site) {
		d := newDesk(t, x)
		var terms lab.Terms
		limit := func(grams int64) {
			next := lab.Terms{MostGrams: grams}
			if err := x.store.SetTerms(t.Context(), lab.Operator("test"), d.service.ID, terms, next); err != nil {
				t.Fatal(err)
			}
			terms = next
		}
		limit(1500)
		taken, _ := d.register(d.clerk, with("received_amount", "1,2"))
		much, _ := d.register(d.clerk, with("received_amount", "2"), with("overruled", "one rock"))
		limit(500)
		address := "/samples/" + taken + "/description"
		d.clerk.get(address).want(t, http.StatusOK).lacks(t, `name="overruled"`)
		d.clerk.post(address, d.description(d.clerk, taken, with("notes", "a bag"))).leads(t, "/samples/"+taken)
		d.clerk.post(address, d.description(d.clerk, taken, with("received_amount", "1,1"))).want(t, http.StatusUnprocessableEntity, "This is more than 0.5 g.", beside("overruled"))
		if got, _ := d.sample(taken); got.Notes != "a bag" || got.Overruled != "" || got.ReceivedAmount != 1200 {
			t.Errorf("%q, overruled because of %q", got.Notes, got.Overruled)
		}

		limit(5000)
		d.clerk.get("/samples/"+much+"/description").want(t, http.StatusOK).lacks(t, `name="overruled"`)
		d.clerk.post("/samples/"+much+"/description", d.description(d.clerk, much, with("notes", "a bag"), with("overruled"))).leads(t, "/samples/"+much)
		if got, _ := d.sample(much); got.Notes != "a bag" || got.Overruled != "one rock" {
			t.Errorf("%q, overruled because of %q", got.Notes, got.Overruled)
		}
	})
}
