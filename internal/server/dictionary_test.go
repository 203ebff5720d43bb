package server_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"marquis/internal/lab"
	"marquis/internal/store/storetest"
)

// proposed is the address of a substance that the analyst proposed and nobody has reviewed.
func (b *bench) proposed(t *testing.T, name string) (address string, id lab.SubstanceID) {
	t.Helper()
	s := must(b.store.ProposeSubstance(t.Context(), b.actors["analyst"], b.service.ID, lab.Proposal{Name: name, Class: "stimulant", Why: "library match 96 %"}))
	return fmt.Sprintf("/dictionary/substances/%d", s.ID), s.ID
}

// proposedProduct is the address of a product that the counter proposed and nobody has reviewed.
func (b *bench) proposedProduct(t *testing.T, name string) (address string, id lab.ProductID) {
	t.Helper()
	p := must(b.store.ProposeProduct(t.Context(), b.actors["intake"], b.service.ID, lab.ProductProposal{ProductEntry: lab.ProductEntry{NameEN: name, Unit: lab.Gram}, Why: "heard at the counter"}))
	return fmt.Sprintf("/dictionary/products/%d", p.ID), p.ID
}

// entryForm is what is written of a substance that was never changed.
func entryForm(name string) url.Values {
	return url.Values{"version": {"1"}, "name": {name}, "class": {"stimulant"}, "role": {"adulterant"}, "active": {"yes"}, "psychoactive": {"yes"}}
}

// sentToTheDictionary is what is sent to entries of the dictionary.
func (b *bench) sentToTheDictionary(t *testing.T, admin *reader) []aSending {
	t.Helper()
	substance, id := b.proposed(t, "zalpidone")
	merged, mergedID := b.proposed(t, "pluvamine")
	product, productID := b.proposedProduct(t, "pink cloud")
	mergedProduct, mergedProductID := b.proposedProduct(t, "blue lagoon")
	ctx, analyst := t.Context(), b.actors["analyst"]
	_, err := b.store.MergeSubstance(ctx, b.actors["admin"], mergedID, id, "the same")
	noError(t, err)
	_, err = b.store.MergeProduct(ctx, b.actors["admin"], mergedProductID, productID, "the same")
	noError(t, err)
	noError(t, b.store.NameSubstance(ctx, analyst, id, lab.NameProposal{Name: "zalpi", Why: "a paper"}))
	noError(t, b.store.NameProduct(ctx, b.actors["intake"], productID, lab.NameProposal{Name: "roze wolk", Why: "the counter"}))
	noError(t, b.store.Judge(ctx, analyst, lab.SubstanceJudgement{SubstanceID: id, Danger: lab.DangerHigh, Source: "a report of 2024"}))
	into := fmt.Sprint(storetest.Substance(t, must(b.store.Dictionary(ctx)), "ketamine"))
	return []aSending{
		{b.verifier, substance + "/review", url.Values{"version": {"1"}}},
		{b.verifier, substance + "/names", url.Values{"name": {"zalpidon X1"}, "why": {"a paper"}, "another": {"yes"}}},
		{b.verifier, substance + "/names/review", url.Values{"reviewed": {"zalpi"}}},
		{b.verifier, substance + "/names/withdrawal", url.Values{"withdrawn": {"zalpi"}, "reason": {"nobody says so"}}},
		{b.verifier, substance + "/judgements", url.Values{"judged": {"1"}, "danger": {"extreme"}, "source": {"a report of 2025"}}},
		{b.verifier, substance + "/judgements/review", url.Values{"judged": {"1"}}},
		{admin, substance + "/merge", url.Values{"into_number": {into}, "reason": {"the same"}}},
		{admin, merged + "/unmerge", url.Values{"reason": {"not the same"}}},
		{b.verifier, product + "/review", url.Values{"version": {"1"}}},
		{b.intake, product + "/names", url.Values{"name": {"pinkie"}, "why": {"the counter"}, "another": {"yes"}}},
		{b.verifier, product + "/names/review", url.Values{"reviewed": {"roze wolk"}}},
		{b.verifier, product + "/names/withdrawal", url.Values{"withdrawn": {"roze wolk"}, "reason": {"nobody says so"}}},
		{admin, product + "/merge", url.Values{"into_number": {"1"}, "reason": {"the same"}}},
		{admin, mergedProduct + "/unmerge", url.Values{"reason": {"not the same"}}},
		{admin, "/dictionary/limits", url.Values{"substance": {"MDMA"}, "amount": {"300"}, "unit": {"mg"}, "basis": {"base"}, "source": {"a report of 2025"}}},
	}
}

// An unknown substance is proposed by one, reviewed by another, and told what it is at each
// step; who wrote it cannot review it, nor can two.
func TestASubstanceIsProposedAndReviewedOnPages(t *testing.T) {
	eachSite(t, func(t *testing.T, x *site) {
		b := newBench(t, x)
		add := url.Values{"substance": {"zalpidone"}, "class": {"stimulant"}, "why": {"library match 96 %"}, "service": {itoa(lab.Optional(b.service.ID))}}
		page := b.analyst.post("/dictionary/substances/new", add).want(t, http.StatusSeeOther)
		address, _, _ := strings.Cut(page.header.Get("Location"), "?")

		own := b.analyst.get(address).want(t, http.StatusOK, "New here, not yet reviewed", "somebody else has to review it", "library match 96 %", "high")
		own.lacks(t, "It is right: reviewed")
		b.analyst.post(address+"/review", url.Values{"version": {"1"}}).want(t, http.StatusConflict)

		b.verifier.get(address).want(t, http.StatusOK, "It is right: reviewed")
		b.second.post(address+"/review", url.Values{"version": {"1"}}).leads(t, address+"?done=reviewed")
		b.verifier.post(address+"/review", url.Values{"version": {"1"}}).want(t, http.StatusConflict, "Somebody else has changed or reviewed it meanwhile")
		b.intake.get(address).want(t, http.StatusOK).lacks(t, "not yet reviewed")
	})
}

// Who is at the counter does not read the name of a substance that nobody has reviewed.
func TestTheCounterReadsNoNameThatNobodyReviewed(t *testing.T) {
	eachSite(t, func(t *testing.T, x *site) {
		b := newBench(t, x)
		address, _ := b.proposed(t, "zalpidone")
		b.intake.get(address).want(t, http.StatusNotFound)
		b.intake.get("/dictionary?find=zalpi").want(t, http.StatusOK).lacks(t, "zalpidone")
		b.intake.get("/suggest/substances?q=zalpi").lacks(t, "zalpidone")
		b.analyst.get("/dictionary?find=zalpi").want(t, http.StatusOK, "zalpidone")
	})
}

// A CAS number that is mistyped, or another's, is refused beside its field, and what was typed
// stays.
func TestAWrongCASIsRefusedAtItsField(t *testing.T) {
	eachSite(t, func(t *testing.T, x *site) {
		b := newBench(t, x)
		address, _ := b.proposed(t, "zalpidone")
		for _, cas := range []string{"6740-88-2", "6740-88", "6740-88-1"} { // mistyped; cut off; that of ketamine
			form := entryForm("zalpidone")
			form.Set("cas", cas)
			b.second.post(address+"/change", form).want(t, http.StatusUnprocessableEntity, `id="field-cas-mistake"`, cas)
		}
		form := entryForm("zalpidone")
		form.Set("formula", "C13H16ClNO")
		b.second.post(address+"/change", form).leads(t, address+"?done=entry")
		b.verifier.post(address+"/change", entryForm("zalpidon")).want(t, http.StatusConflict, "C13H16ClNO")
	})
}

// A merge is shown before it is done, with both dangers, and can be taken back.
func TestAMergeIsShownFirstOnItsPage(t *testing.T) {
	eachSite(t, func(t *testing.T, x *site) {
		b := newBench(t, x)
		admin := x.staff(t, storetest.Person(t, x.store, "admin", 0, lab.Administrator))
		address, _ := b.proposed(t, "zalpidone")
		b.verifier.get(address+"/merge").want(t, http.StatusForbidden)
		admin.get(address+"/merge?into=moonshine").want(t, http.StatusOK, "Choose the substance that it is.")
		into := fmt.Sprint(storetest.Substance(t, b.words, "ketamine"))
		admin.get(address+"/merge?into=ketamine").want(t, http.StatusOK, "What would read differently", "high", "raised")
		admin.post(address+"/merge", url.Values{"into_number": {into}}).want(t, http.StatusUnprocessableEntity, "Say why they are the same")
		admin.post(address+"/merge", url.Values{"into_number": {into}, "reason": {"the same"}}).leads(t, address+"?done=merged")
		admin.get(address).want(t, http.StatusOK, "It is merged into", "Take the merge back")
		admin.get("/dictionary/substances/"+into+"/merge?into=zalpidone").want(t, http.StatusOK, "a merge would go round in a circle")
		admin.post(address+"/merge", url.Values{"into_number": {"0"}, "reason": {"the same"}}).want(t, http.StatusNotFound)
		admin.get(address).want(t, http.StatusOK, "It is merged into")
		admin.post(address+"/unmerge", url.Values{"reason": {"not the same"}}).leads(t, address+"?done=unmerged")
		admin.get(address).want(t, http.StatusOK).lacks(t, "It is merged into")
	})
}

// A street name is given by the counter, finds its product at once, and is reviewed by
// another.
func TestAStreetNameIsGivenAtTheCounter(t *testing.T) {
	eachSite(t, func(t *testing.T, x *site) {
		b := newBench(t, x)
		const product = "/dictionary/products/1"
		b.intake.post(product+"/names", url.Values{"name": {"wobblers"}, "why": {"heard twice"}}).leads(t, product+"?done=named")
		d := must(x.store.Dictionary(t.Context()))
		if p, ok := d.FindProduct("wobblers"); !ok || p.ID != 1 {
			t.Errorf("it finds %v", p)
		}
		b.intake.post(product+"/names/review", url.Values{"reviewed": {"wobblers"}}).want(t, http.StatusForbidden)
		b.intake.get(product).want(t, http.StatusOK, "wobblers", "heard twice")
		x.staff(t, b.at(t, "far", "AMS", lab.Intake)).get(product).want(t, http.StatusOK, "wobblers").lacks(t, "heard twice")
		b.verifier.get(product).want(t, http.StatusOK, "wobblers is right: reviewed", "heard twice")
		b.verifier.post(product+"/names/review", url.Values{"reviewed": {"wobblers"}}).leads(t, product+"?done=reviewed")
		b.verifier.get(product).want(t, http.StatusOK).lacks(t, "wobblers is right: reviewed")
	})
}

func noError(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// A visitor reads what a substance is in plain words, and the line about it once somebody
// other than its author has reviewed it.
func TestALineIsReadOnceItIsReviewed(t *testing.T) {
	eachSite(t, func(t *testing.T, x *site) {
		c := newCounter(t, x)
		sample, code := c.handIn(t, "ketamine")
		c.analyse(t, sample, lab.GCMS, lab.HasFindings, c.found(t, "ketamine", lab.Identified, "", ""))
		c.release(t, sample, "")
		analyst, verifier := x.staff(t, c.analyst), x.staff(t, c.verifier)
		second := x.staff(t, storetest.Person(t, x.store, "second", 0, lab.Coordinator))
		const line = "Used for anaesthesia of people and animals."
		reads := func() page {
			en, _ := c.both(t, code)
			return en
		}
		reads().want(t, http.StatusOK, "a numbing trip drug (ketamine type)").lacks(t, line)

		ketamine := "/dictionary/substances/" + fmt.Sprint(storetest.Substance(t, c.words, "ketamine"))
		judgement := url.Values{"judged": {"0"}, "line_en": {line}, "line_nl": {"Gebruikt voor narcose van mens en dier."}, "line_source": {"A leaflet, 2024"}}
		promise := url.Values{"judged": {"0"}, "line_en": {"Safe up to 50 mg."}, "line_nl": {"Veilig."}, "line_source": {"A leaflet, 2024"}}
		analyst.post(ketamine+"/judgements", promise).want(t, http.StatusUnprocessableEntity, "Leave out words such as safe")
		analyst.post(ketamine+"/judgements", judgement).leads(t, ketamine+"?done=judged")
		reads().lacks(t, line)
		analyst.post(ketamine+"/judgements/review", url.Values{"judged": {"1"}}).want(t, http.StatusConflict)
		verifier.post(ketamine+"/judgements/review", url.Values{"judged": {"1"}}).leads(t, ketamine+"?done=reviewed")
		reads().want(t, http.StatusOK, line)
		second.post(ketamine+"/judgements/review", url.Values{"judged": {"1"}}).want(t, http.StatusConflict)
	})
}

// A form that had mistakes, or that somebody else was faster with, goes on being kept while it
// is typed.
func TestWhatIsTypedAfterAMistakeIsKept(t *testing.T) {
	eachSite(t, func(t *testing.T, x *site) {
		b := newBench(t, x)
		entry, _ := b.proposed(t, "zalpidone")
		product, _ := b.proposedProduct(t, "pink cloud")
		wrong := entryForm("zalpidone")
		wrong.Set("cas", "6740-88-2")
		late := entryForm("zalpidone")
		late.Set("version", "7")
		for _, send := range []struct {
			path   string
			form   url.Values
			status int
		}{
			{"/dictionary/substances/new", url.Values{"substance": {"n/a"}, "service": {itoa(lab.Optional(b.service.ID))}}, http.StatusUnprocessableEntity},
			{entry + "/change", wrong, http.StatusUnprocessableEntity},
			{entry + "/change", late, http.StatusConflict},
			{"/dictionary/products/new", url.Values{"name_en": {"n/a"}, "unit": {"g"}, "service": {itoa(lab.Optional(b.service.ID))}}, http.StatusUnprocessableEntity},
			{product + "/change", url.Values{"version": {"1"}, "name_en": {"n/a"}, "unit": {"g"}}, http.StatusUnprocessableEntity},
		} {
			b.analyst.post(send.path, send.form).want(t, send.status, `data-draft="`+strings.ReplaceAll(keepAt(send.path), "&", "&amp;"))
		}
	})
}
