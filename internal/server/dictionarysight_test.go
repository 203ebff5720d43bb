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

// at is somebody who has roles at the service with a code.
func (b *bench) at(t *testing.T, login, code string, roles ...lab.UserRole) lab.Actor {
	t.Helper()
	return storetest.Person(t, b.store, login, must(b.store.Service(t.Context(), lab.Operator("test"), code)).ID, roles...)
}

// Whoever types a name at the counter that is nearly one which nobody has reviewed is told that
// there is such a name, and does not read it.
func TestTheCounterIsNotToldANearNameThatNobodyReviewed(t *testing.T) {
	eachSite(t, func(t *testing.T, x *site) {
		b := newBench(t, x)
		b.proposed(t, "zalpidone")
		add := url.Values{"substance": {"zalpidome"}, "class": {"stimulant"}, "why": {"seen"}, "service": {itoa(lab.Optional(b.service.ID))}}
		b.intake.post("/dictionary/substances/new", add).want(t, http.StatusUnprocessableEntity, "close to the name of a substance that nobody has reviewed yet", "It is another substance").lacks(t, "zalpidone")
		b.analyst.post("/dictionary/substances/new", add).want(t, http.StatusUnprocessableEntity, "is close to zalpidone")
		add.Set("another", "yes")
		b.intake.post("/dictionary/substances/new", add).want(t, http.StatusSeeOther)
	})
}

// A product that holds a substance which nobody has reviewed does not name it to the counter,
// and what another service proposed is named neither beside a substance nor as being near.
func TestAProductTellsTheCounterNoNameThatNobodyReviewed(t *testing.T) {
	eachSite(t, func(t *testing.T, x *site) {
		b := newBench(t, x)
		substance, id := b.proposed(t, "zalpidone")
		ketamine, _, _ := b.words.FindSubstance("ketamine")
		p := must(b.store.ProposeProduct(t.Context(), b.actors["analyst"], b.service.ID, lab.ProductProposal{
			ProductEntry: lab.ProductEntry{NameEN: "pink cloud", Unit: lab.Gram, Expected: []lab.Expected{{SubstanceID: lab.Optional(id)}, {SubstanceID: lab.Optional(ketamine.ID)}}}, Why: "heard",
		}))
		product, list := "/dictionary/products/"+itoa(lab.Optional(p.ID)), "/dictionary/products?find=pink"
		for _, at := range []string{product, list, "/suggest/products?q=pink"} {
			b.analyst.get(at).want(t, http.StatusOK, "pink cloud", "zalpidone")
			b.intake.get(at).want(t, http.StatusOK, "pink cloud", "a substance not yet reviewed").lacks(t, "zalpidone")
		}
		b.analyst.get(substance).want(t, http.StatusOK, "pink cloud")

		far := x.staff(t, b.at(t, "far", "AMS", lab.Intake))
		far.get("/dictionary/substances/"+itoa(lab.Optional(ketamine.ID))).want(t, http.StatusOK).lacks(t, "pink cloud")
		add := url.Values{"name_en": {"pink clouds"}, "unit": {"g"}, "why": {"heard"}, "service": {itoa(lab.Optional(must(b.store.Service(t.Context(), lab.Operator("test"), "AMS")).ID))}}
		far.post("/dictionary/products/new", add).want(t, http.StatusUnprocessableEntity, "close to the name of a product that nobody has reviewed yet").lacks(t, "is close to pink cloud")
	})
}

// Who proposes what others have proposed goes on with it, or with the list where others are not
// to be told of.
func TestWhatIsProposedTwiceLeadsToAPage(t *testing.T) {
	eachSite(t, func(t *testing.T, x *site) {
		b := newBench(t, x)
		address, _ := b.proposed(t, "zalpidone")
		far := x.staff(t, b.at(t, "far", "AMS", lab.Intake))
		ams := itoa(lab.Optional(must(b.store.Service(t.Context(), lab.Operator("test"), "AMS")).ID))
		follow := func(r *reader, path string, add url.Values) string {
			t.Helper()
			next := r.post(path, add).want(t, http.StatusSeeOther).header.Get("Location")
			r.get(next).want(t, http.StatusOK, "It stands in the dictionary and can be used")
			at, _, _ := strings.Cut(next, "?")
			return at
		}
		add := url.Values{"substance": {"zalpidone"}, "class": {"stimulant"}, "why": {"seen"}, "service": {ams}}
		if at := follow(far, "/dictionary/substances/new", add); at != address {
			t.Errorf("the service that joined is led to %s", at)
		}
		add.Set("service", itoa(lab.Optional(b.service.ID)))
		if at := follow(b.intake, "/dictionary/substances/new", add); at != "/dictionary" {
			t.Errorf("the counter of the service that proposed it is led to %s", at)
		}
		b.proposedProduct(t, "pink cloud")
		product := url.Values{"name_en": {"pink cloud"}, "unit": {"g"}, "why": {"heard"}, "service": {ams}}
		if at := follow(far, "/dictionary/products/new", product); at != "/dictionary/products" {
			t.Errorf("the other service is led to %s", at)
		}
	})
}

// Of two who judge the same, the later one is told so and finds what was typed in the form.
func TestAJudgementThatCameLaterIsNotLost(t *testing.T) {
	eachSite(t, func(t *testing.T, x *site) {
		b := newBench(t, x)
		address, _ := b.proposed(t, "zalpidone")
		b.analyst.post(address+"/judgements", url.Values{"judged": {"0"}, "danger": {"high"}, "source": {"a report of 2024"}}).leads(t, address+"?done=judged")
		mine := url.Values{"judged": {"0"}, "danger": {"extreme"}, "source": {"a report of 2025"}}
		b.second.post(address+"/judgements", mine).want(t, http.StatusConflict, "a report of 2024", `value="a report of 2025"`, "What you typed is still here", `name="judged" value="1"`, "<details open>")
		mine.Set("judged", "1")
		b.second.post(address+"/judgements", mine).leads(t, address+"?done=judged")
	})
}

// What waits for a review is told on the start page to who may review it, and to nobody else.
func TestWhoMayReviewIsToldWhatWaits(t *testing.T) {
	eachSite(t, func(t *testing.T, x *site) {
		b := newBench(t, x)
		b.second.get("/staff").want(t, http.StatusOK).lacks(t, "/dictionary?state=open", "/dictionary/products?state=open")
		b.proposed(t, "zalpidone")
		b.proposedProduct(t, "pink cloud")
		b.second.get("/staff").want(t, http.StatusOK, `<a href="/dictionary?state=open">Substances to review: 1</a>`, `<a href="/dictionary/products?state=open">Products to review: 1</a>`)
		b.analyst.get("/staff").want(t, http.StatusOK, "Products to review: 1").lacks(t, "Substances to review") // it is their own
		b.intake.get("/staff").want(t, http.StatusOK).lacks(t, "to review: ")
	})
}

// A name that somebody else has withdrawn meanwhile is not a page that does not exist.
func TestANameThatIsGoneIsToldSo(t *testing.T) {
	eachSite(t, func(t *testing.T, x *site) {
		b := newBench(t, x)
		address, id := b.proposed(t, "zalpidone")
		noError(t, b.store.NameSubstance(t.Context(), b.actors["analyst"], id, lab.NameProposal{Name: "zalpi", Why: "a paper"}))
		b.second.post(address+"/names/withdrawal", url.Values{"withdrawn": {"zalpi"}, "reason": {"nobody says so"}}).leads(t, address+"?done=withdrawn_name")
		b.verifier.post(address+"/names/review", url.Values{"reviewed": {"zalpi"}}).want(t, http.StatusConflict, "no such name that was given here")
		b.verifier.post(address+"/names/withdrawal", url.Values{"withdrawn": {"zalpidone"}, "reason": {"no"}}).want(t, http.StatusConflict, "no such name that was given here")
		b.verifier.post("/dictionary/substances/99999/names/review", url.Values{"reviewed": {"zalpi"}}).want(t, http.StatusNotFound)
	})
}

// A line that came with the program stands in the form with what it rests on, so that who
// judges the danger alone has nothing to add to it.
func TestTheFormOfAJudgementHoldsWhatTheLineRestsOn(t *testing.T) {
	eachSite(t, func(t *testing.T, x *site) {
		b := newBench(t, x)
		ketamine, _, _ := b.words.FindSubstance("ketamine")
		address := "/dictionary/substances/" + itoa(lab.Optional(ketamine.ID))
		form, shown := url.Values{"judged": {"0"}, "danger": {"high"}, "source": {"a report of 2025"}}, b.verifier.get(address)
		for _, name := range []string{"line_en", "line_nl", "line_source"} {
			m := regexp.MustCompile(`name="` + name + `"[^>]* value="([^"]+)"`).FindStringSubmatch(shown.body)
			if m == nil {
				t.Fatalf("%s is empty", name)
			}
			form.Set(name, html.UnescapeString(m[1]))
		}
		b.verifier.post(address+"/judgements", form).leads(t, address+"?done=judged")
	})
}
