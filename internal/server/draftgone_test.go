package server_test

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"marquis/internal/lab"
	"marquis/internal/store/storetest"
)

var apartAddress = regexp.MustCompile(`<a href="(/counter/UTR/drafts/[0-9a-f-]{36})">Go on with the new draft`)

// apartOn is the address of the draft that a page tells of, empty for none.
func apartOn(p page) string {
	if m := apartAddress.FindStringSubmatch(p.body); m != nil {
		return m[1]
	}
	return ""
}

// What is typed into a draft that somebody else has registered is said to be another
// sample's, and kept as a draft of the same visit.
func TestWhatIsTypedIntoARegisteredDraftIsADraftOfItsOwn(t *testing.T) {
	eachSite(t, func(t *testing.T, x *site) {
		d := newDesk(t, x)
		colleague := x.staff(t, storetest.Person(t, x.store, "colleague", d.service.ID, lab.Intake))
		draft, mine := d.opened()
		theirs := keyOn(t, colleague.get(draft).want(t, http.StatusOK))
		d.clerk.post(draft, powder(with("request_key", mine))).want(t, http.StatusSeeOther)
		first, _ := d.sample("UTR-2025-00001")

		typed := powder(with("request_key", theirs), with("notes", "another bag"), with("received_amount", "0,5"))
		colleague.post(draft+"/save", typed).want(t, http.StatusCreated) // while it is typed
		for range 2 {                                                    // a double click
			p := colleague.post(draft, typed).want(t, http.StatusConflict, "This sample is UTR-2025-00001.", "clerk registered it", "kept as a new draft").
				lacks(t, `class="code"`)
			apart := apartOn(p)
			if apart == "" || apart == draft {
				t.Fatalf("the new draft is at %q", apart)
			}
			colleague.get(apart).want(t, http.StatusOK, "another bag", `value="0,5"`, "Sample 2 of this visit", `value="`+first.VisitID.String()+`"`)
		}
		if n := strings.Count(colleague.get("/counter/UTR").body, "/drop"); n != 1 {
			t.Errorf("%d drafts", n)
		}
		apart := apartOn(colleague.post(draft, typed))
		further := powder(with("request_key", keyOn(t, colleague.get(apart))), with("notes", "another bag"), with("visit_id", first.VisitID.String()))
		colleague.follow(colleague.post(apart, further)).want(t, http.StatusOK, "UTR-2025-00002")
		if second, _ := d.sample("UTR-2025-00002"); second.VisitID != first.VisitID || second.Notes != "another bag" {
			t.Errorf("the further sample is %+v", second)
		}
		// That is registered too: nothing is made of the window any more.
		if p := colleague.post(draft, typed).want(t, http.StatusConflict, "This sample is UTR-2025-00001."); apartOn(p) != "" {
			t.Error("one more draft is made of what was registered")
		}
	})
}

func TestTheSameSampleTwiceIsNoFurtherOne(t *testing.T) {
	x := oneSite(t)
	d := newDesk(t, x)
	colleague := x.staff(t, storetest.Person(t, x.store, "colleague", d.service.ID, lab.Intake))
	draft, mine := d.opened()
	theirs := keyOn(t, colleague.get(draft))
	d.clerk.post(draft, powder(with("request_key", mine)))
	for _, send := range []func() page{
		func() page { return colleague.post(draft, powder(with("request_key", theirs))) },
		func() page { return colleague.post(draft, powder(with("request_key", theirs), with("keep", "yes"))) },
		func() page { return colleague.get(draft) },
	} {
		if p := send().want(t, http.StatusConflict, "clerk registered it"); apartOn(p) != "" {
			t.Error("a further draft is made of the same sample")
		}
	}
	colleague.post(draft+"/save", powder(with("request_key", theirs))).want(t, http.StatusCreated)
	// What comes late from the window that registered it is no further sample either.
	d.clerk.post(draft+"/save", powder(with("request_key", mine), with("notes", "half a sen"))).want(t, http.StatusCreated)
	if n := strings.Count(d.clerk.get("/counter/UTR").body, "/drop"); n != 0 {
		t.Errorf("%d drafts", n)
	}
}

// A form that is sent twice leads to its slip. What was typed between the two is kept, and
// said, with the way to the slip.
func TestWhatIsTypedOnInTheWindowThatRegisteredIsKept(t *testing.T) {
	eachSite(t, func(t *testing.T, x *site) {
		d := newDesk(t, x)
		if err := x.store.SetTerms(t.Context(), lab.Operator("test"), d.service.ID, lab.Terms{}, lab.Terms{DaysToResult: 7}); err != nil {
			t.Fatal(err)
		}
		draft, key := d.opened()
		slip := "/samples/UTR-2025-00001/slips/" + key
		// What the registry adds and leaves out makes no other sample of it.
		send := func(edit ...func(url.Values)) page {
			edits := append([]func(url.Values){
				with("request_key", key), with("received_on", "3-3"), with("overruled", "a reason for nothing"), with("price_amount", "2500"),
				with("confirmed", "price_amount=2500000EUR/1000g width_um=1"),
			}, edit...)
			return d.clerk.post(draft, powder(edits...))
		}
		for range 2 { // a double click
			send().leads(t, slip)
		}
		if n := strings.Count(d.clerk.get("/counter/UTR").body, "/drop"); n != 0 {
			t.Fatalf("%d drafts of a double click", n)
		}
		first, _ := d.sample("UTR-2025-00001")
		for _, typed := range []func(url.Values){with("notes", "a second bag"), with("received_amount", "a lot"), with("keep", "yes")} {
			p := send(with("notes", "a second bag"), typed).want(t, http.StatusConflict, "Registered already", "This sample is UTR-2025-00001.", "kept as a new draft",
				`href="`+slip+`">Show its slip`).lacks(t, `class="code"`)
			d.clerk.get(apartOn(p)).want(t, http.StatusOK, "a second bag", "Sample 2 of this visit", `value="`+first.VisitID.String()+`"`)
			d.clerk.get(slip).want(t, http.StatusOK, `class="code"`)
		}
		if p := d.clerk.get("/counter/UTR"); strings.Count(p.body, "/drop") != 1 || strings.Count(p.body, "is-registered") != 1 {
			t.Error("more than one draft and one sample")
		}
		if again, _ := d.sample("UTR-2025-00001"); len(lab.Differences(first, again)) != 0 {
			t.Error("what was registered is changed")
		}
		send().leads(t, slip)
	})
}

func TestWhatIsTypedIntoADroppedDraftIsKept(t *testing.T) {
	x := oneSite(t)
	d := newDesk(t, x)
	draft, key := d.opened()
	x.staff(t, storetest.Person(t, x.store, "colleague", d.service.ID, lab.Intake)).post(draft+"/drop", nil).leads(t, "/counter/UTR")
	typed := powder(with("request_key", key), with("notes", "still typing"))
	d.clerk.post(draft+"/save", typed).want(t, http.StatusNotFound) // it may come late
	p := d.clerk.post(draft, typed).want(t, http.StatusConflict, "This draft is gone", "kept as a new draft")
	d.clerk.get(apartOn(p)).want(t, http.StatusOK, "still typing")
}

// A draft at the counter gets what is typed in a session that has ended, also where a
// colleague has registered it meanwhile.
func TestTheCountersDraftGetsWhatASessionThatHasEndedTyped(t *testing.T) {
	eachSite(t, func(t *testing.T, x *site) {
		d := newDesk(t, x)
		colleague := x.staff(t, storetest.Person(t, x.store, "colleague", d.service.ID, lab.Intake))
		draft, key := d.opened()
		d.clerk.post("/sign-out", nil)
		typed := powder(with("request_key", key), with("notes", "typed too late"), with("password", "secret words"))
		d.clerk.post(draft+"/save", typed).leads(t, "/sign-in?next="+url.QueryEscape(draft))
		colleague.get(draft).want(t, http.StatusOK, "typed too late").lacks(t, "secret words")
		colleague.post(draft, powder(with("request_key", keyOn(t, colleague.get(draft))))).want(t, http.StatusSeeOther)
		to, _ := url.Parse(d.clerk.post(draft, typed).want(t, http.StatusSeeOther).header.Get("Location"))
		back := to.Query().Get("next")
		if !strings.HasPrefix(back, "/counter/UTR/drafts/") || back == draft {
			t.Fatalf("leads back to %q", back)
		}
		x.staff(t, d.actor).get(back).want(t, http.StatusOK, "typed too late", "Sample 2 of this visit")
		if n := strings.Count(colleague.get("/counter/UTR").body, "is-registered"); n != 1 {
			t.Errorf("%d samples", n)
		}
	})
}

var shownForm = regexp.MustCompile(`name="shown" value="(\d+)"`)

// Two windows of a draft overwrite each other nowhere: the later one goes on in a draft of
// its own, and is told.
func TestTwoWindowsOfADraftAreTwoDrafts(t *testing.T) {
	eachSite(t, func(t *testing.T, x *site) {
		d := newDesk(t, x)
		draft := d.begin(d.clerk)
		open := func() func(notes string) url.Values {
			p := d.clerk.get(draft).want(t, http.StatusOK)
			key, shown := keyOn(t, p), shownForm.FindStringSubmatch(p.body)[1]
			return func(notes string) url.Values {
				return powder(with("request_key", key), with("shown", shown), with("notes", notes))
			}
		}
		first, second := open(), open()
		x.clock.pass(time.Second)
		d.clerk.post(draft+"/save", first("in the first")).want(t, http.StatusNoContent)
		x.clock.pass(time.Second)
		d.clerk.post(draft+"/save", second("in the second")).want(t, http.StatusCreated)
		d.clerk.post(draft+"/save", first("in the first, and more")).want(t, http.StatusNoContent)
		d.clerk.get(draft).want(t, http.StatusOK, "in the first, and more").lacks(t, "in the second")
		for _, more := range []func(url.Values){with("keep"), with("keep", "yes")} {
			typed := second("in the second, and more")
			more(typed)
			p := d.clerk.post(draft, typed).want(t, http.StatusConflict, "Typed in two windows", `href="`+draft+`"`)
			d.clerk.get(apartOn(p)).want(t, http.StatusOK, "in the second, and more").lacks(t, "in the first")
		}
		if n := strings.Count(d.clerk.get("/counter/UTR").body, "/drop"); n != 2 {
			t.Errorf("%d drafts", n)
		}
		third := open() // which has seen what was typed in the first
		x.clock.pass(time.Second)
		d.clerk.post(draft+"/save", third("in the third")).want(t, http.StatusNoContent)
		asked := d.clerk.post(draft+"/drop", second("in the second")).want(t, http.StatusOK, "in the second").lacks(t, "in the third")
		own := regexp.MustCompile(`action="(/counter/UTR/drafts/[^"]+/drop)"`).FindStringSubmatch(asked.body)[1] // of what this window has
		d.clerk.post(own, d.sure(asked)).leads(t, "/counter/UTR")
		d.clerk.get(draft).want(t, http.StatusOK, "in the third")
		d.clerk.follow(d.clerk.post(draft, third("in the third"))).want(t, http.StatusOK, "UTR-2025-00001")
		if n := strings.Count(d.clerk.get("/counter/UTR").body, "/drop"); n != 0 {
			t.Errorf("%d drafts are left", n)
		}
	})
}
