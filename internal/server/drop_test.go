package server_test

import (
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"marquis/internal/lab"
	"marquis/internal/store"
	"marquis/internal/store/storetest"
)

// sure is what the page sends that asks whether a draft is to be dropped.
func (d *desk) sure(p page) url.Values {
	d.t.Helper()
	form := url.Values{}
	_, asked, _ := strings.Cut(p.want(d.t, http.StatusOK, "Drop what was typed?").body, `/drop"`)
	for _, m := range regexp.MustCompile(`type="hidden" name="([a-z_]+)" value="([^"]*)"`).FindAllStringSubmatch(asked, -1) {
		form.Set(m[1], m[2])
	}
	return form
}

// TestADraftIsDroppedByWhoHasSeenWhatItHolds: what was typed and not kept yet is kept
// before it is asked, and what a colleague types meanwhile is not dropped.
func TestADraftIsDroppedByWhoHasSeenWhatItHolds(t *testing.T) {
	eachSite(t, func(t *testing.T, x *site) {
		d := newDesk(t, x)
		draft, key := d.opened()
		shown := shownForm.FindStringSubmatch(d.clerk.get(draft).body)[1]
		asked := d.clerk.post(draft+"/drop", powder(with("request_key", key), with("shown", shown), with("notes", "typed just now"))).
			want(t, http.StatusOK, "ketamine, powder", "typed just now", `href="`+draft+`"`)
		d.clerk.get(draft).want(t, http.StatusOK, "typed just now", "Not registered yet.")

		x.clock.pass(time.Second)
		colleague := x.staff(t, storetest.Person(t, x.store, "colleague", d.service.ID, lab.Intake))
		other := shownForm.FindStringSubmatch(colleague.get(draft).body)[1]
		colleague.post(draft+"/save", powder(with("request_key", "BBBBBBBBBBBBBBBBBBBBBBBBBB"), with("shown", other), with("notes", "and more"))).want(t, http.StatusNoContent)
		d.clerk.post(draft+"/drop", d.sure(asked)).leads(t, draft)
		d.clerk.get(draft).want(t, http.StatusOK, "and more")

		d.clerk.post(draft+"/drop", d.sure(d.clerk.post(draft+"/drop", nil))).leads(t, "/counter/UTR")
		d.clerk.get(draft).want(t, http.StatusConflict, "This draft is gone")
	})
}

// TestAVisitIntoWhichNothingWasTypedIsNotListed: it is dropped unasked too, and is no
// less there for who has it open.
func TestAVisitIntoWhichNothingWasTypedIsNotListed(t *testing.T) {
	eachSite(t, func(t *testing.T, x *site) {
		d := newDesk(t, x)
		number, _ := d.register(d.clerk, with("region", "Utrecht"))
		first := d.begin(d.clerk)
		next := d.clerk.post("/samples/"+number+"/next", nil).header.Get("Location")
		d.clerk.get("/counter/UTR").want(t, http.StatusOK).lacks(t, first, next)
		for _, empty := range []string{first, next} {
			d.clerk.get(empty).want(t, http.StatusOK).lacks(t, "Not registered yet.")
		}
		d.clerk.post(first+"/save", url.Values{"region": {"Utrecht"}}).want(t, http.StatusNoContent) // of no visit yet
		d.clerk.get("/counter/UTR").want(t, http.StatusOK, first).lacks(t, next)
		d.clerk.get(first).want(t, http.StatusOK, "Not registered yet.")
		d.clerk.post(next+"/drop", nil).leads(t, "/counter/UTR")
		d.clerk.get(next).want(t, http.StatusConflict, "This draft is gone")
	})
}

// TestWhatIsNotKeptIsSaid: to who has so many forms that no more are kept, on the form, on
// the page of an error, and after signing in again.
func TestWhatIsNotKeptIsSaid(t *testing.T) {
	eachSite(t, func(t *testing.T, x *site) {
		b := newBench(t, x)
		address, _ := b.sample(t)
		analysis := b.entered(t, b.analyst, address)
		action := address + "/analyses/new"
		f := aForm{page: action, action: action, typed: b.typed("not a number", "notes", "weighed twice")}
		refused := func() page {
			return b.analyst.post(action, f.send(t, b.analyst.get(action))).want(t, http.StatusUnprocessableEntity, "weighed twice")
		}
		refused().lacks(t, "What you typed is not kept.")
		for i := 1; i < lab.MaxFormDrafts; i++ { // one is kept already
			window := store.FormWindow{Address: "/samples/UTR-2024-00001/analyses/new", Key: fmt.Sprint("K", i)}
			if err := x.store.KeepForm(t.Context(), b.actors["analyst"], window, `{"notes":["x"]}`); err != nil {
				t.Fatal(err)
			}
		}
		const why = "You have 100 forms that are not saved. Save or drop one of them first."
		refused().want(t, http.StatusUnprocessableEntity, "What you typed is not kept.", why)
		retraction := aForm{page: analysis + "/retraction", action: analysis + "/retraction", typed: url.Values{"reason": {"the wrong vial"}}}
		stale := retraction.send(t, b.analyst.get(retraction.page))
		stale.Set("version", "9")
		b.analyst.post(retraction.action, stale).want(t, http.StatusConflict, "What you typed is not kept.", why)

		sent := f.send(t, b.analyst.get(action))
		b.analyst.post("/sign-out", nil)
		to, _ := url.Parse(b.analyst.post(action, sent).want(t, http.StatusSeeOther).header.Get("Location"))
		b.analyst = x.staff(t, b.actors["analyst"])
		b.analyst.get(to.Query().Get("next")).want(t, http.StatusOK, "What you typed is not kept.", why)
		b.analyst.get(action).want(t, http.StatusOK).lacks(t, "What you typed is not kept.")
	})
}

// TestMomentsAreToldByTheClocksOfTheService: also on a page that is about no service, unless
// one works at several whose clocks differ.
func TestMomentsAreToldByTheClocksOfTheService(t *testing.T) {
	x := oneSite(t)
	b := newBench(t, x)
	address, _ := b.sample(t)
	action := address + "/analyses/new"
	f := aForm{page: action, action: action, typed: b.typed("70")}
	b.analyst.post(keepAt(action), f.send(t, b.analyst.get(action))).want(t, http.StatusNoContent)
	at := regexp.MustCompile(`You typed this on ([^<]*)\.</p>`).FindStringSubmatch(b.analyst.get(action).body)
	if at == nil || !strings.Contains(at[1], "CET") {
		t.Fatalf("the form tells %q", at)
	}
	b.analyst.get("/staff").want(t, http.StatusOK, at[1])
	far, err := x.store.AddService(t.Context(), lab.Operator("test"), lab.Service{Code: "AZO", Name: "Azores", Country: "PT", Currency: "EUR", TimeZone: "Atlantic/Azores"})
	if err != nil {
		t.Fatal(err)
	}
	both, err := x.store.AddUser(t.Context(), lab.Operator("test"), lab.User{Login: "both", Name: "both"},
		[]lab.Membership{{ServiceID: b.service.ID, Role: lab.Laboratory}, {ServiceID: far.ID, Role: lab.Laboratory}})
	if err != nil {
		t.Fatal(err)
	}
	traveller := x.staff(t, both)
	traveller.post(keepAt(action), f.send(t, traveller.get(action))).want(t, http.StatusNoContent)
	traveller.get("/staff").want(t, http.StatusOK, "UTC")
}
