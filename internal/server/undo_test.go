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

func TestARegistrationIsUndone(t *testing.T) {
	eachSite(t, func(t *testing.T, x *site) {
		d := newDesk(t, x)
		p := d.clerk.follow(d.clerk.post(d.begin(d.clerk), powder(with("notes", "of the wrong bag")))).want(t, http.StatusOK, "Undo this registration")
		number, code := numberForm.FindString(p.body), codeOn(p.body)
		d.clerk.get("/samples/"+number).want(t, http.StatusOK, "Undo this registration")

		colleague := x.staff(t, storetest.Person(t, x.store, "colleague", d.service.ID, lab.Intake))
		colleague.get("/samples/"+number).want(t, http.StatusOK).lacks(t, "Undo this registration")
		colleague.post("/samples/"+number+"/undo", nil).want(t, http.StatusConflict, "Only who registered it can undo it.")
		if !d.opens(code) {
			t.Fatal("refused, and the code is gone")
		}

		draft := d.clerk.post("/samples/"+number+"/undo", nil).want(t, http.StatusSeeOther).header.Get("Location")
		form := d.clerk.get(draft).want(t, http.StatusOK, "The registration of "+number+" is undone", `value="ketamine"`, "of the wrong bag", `value="0.3"`, `value="25"`)
		form.lacks(t, "of this visit", code)
		if d.opens(code) {
			t.Error("the code still opens something")
		}
		x2, _ := d.sample(number)
		if x2.State != lab.Rejected || x2.StateReason != lab.RegisteredByMistake {
			t.Errorf("%s because of %q", x2.State, x2.StateReason)
		}
		visit, err := x.store.Visit(t.Context(), d.actor, lab.Key{ServiceID: d.service.ID, ID: x2.VisitID})
		if err != nil || visit.Samples != 0 || visit.Taken != 0 {
			t.Errorf("%+v, %v", visit, err)
		}
		d.clerk.get("/samples/"+number).want(t, http.StatusOK, "registered by mistake", "Registration undone").lacks(t, "Undo this registration", "/code\"")
		d.clerk.post("/samples/"+number+"/undo", nil).want(t, http.StatusConflict, "This step is not possible")
		d.clerk.post("/samples/"+number+"/code", url.Values{"reason": {"slip lost"}}).want(t, http.StatusConflict, "Its registration was undone")

		typed := sent(form)
		typed.Set("received_amount", "0,4")
		again := numberForm.FindString(d.clerk.follow(d.clerk.post(strings.TrimSuffix(draft, "?undone="+number), typed)).want(t, http.StatusOK).body)
		if right, _ := d.sample(again); again == number || right.ReceivedAmount != 400 {
			t.Errorf("%s is registered as %s: %+v", number, again, right)
		}
	})
}

// One of several is undone: the others of the visit stay, and so does the visit of the draft.
func TestOneOfAVisitIsUndone(t *testing.T) {
	d := newDesk(t, oneSite(t))
	draft, typed, before := d.second(with("region", "Drenthe"))
	for name, values := range powder() {
		typed[name] = values
	}
	typed.Set("received_on", "2025-03-01")
	number := numberForm.FindString(d.clerk.follow(d.clerk.post(draft, typed)).want(t, http.StatusOK).body)
	again := d.clerk.post("/samples/"+number+"/undo", nil).want(t, http.StatusSeeOther).header.Get("Location")
	d.clerk.get(again).want(t, http.StatusOK, "Sample 2 of this visit", "Copy the look of "+before)
	d.clerk.get(again+"&undone=rubbish").want(t, http.StatusOK)
}

func TestWhatHangsOnASampleKeepsItsRegistration(t *testing.T) {
	for name, c := range map[string]struct {
		do   func(d *desk, number string)
		says string
	}{
		"a change": {func(d *desk, number string) {
			typed := held(d.clerk.get("/samples/" + number + "/description"))
			typed.Set("notes", "changed")
			d.clerk.post("/samples/"+number+"/description", typed).want(d.t, http.StatusSeeOther)
		}, "It was changed after it was registered."},
		"a second code": {func(d *desk, number string) {
			d.clerk.follow(d.clerk.post("/samples/"+number+"/code", url.Values{"reason": {"slip lost"}})).want(d.t, http.StatusOK)
		}, "It has got a second code, which somebody may hold."},
		"two minutes": {func(d *desk, _ string) { d.clock.pass(lab.UndoTime + time.Second) }, "The two minutes in which a registration can be undone are over."},
	} {
		t.Run(name, func(t *testing.T) {
			d := newDesk(t, oneSite(t))
			number, _ := d.register(d.clerk)
			c.do(d, number)
			d.clerk.post("/samples/"+number+"/undo", nil).want(t, http.StatusConflict, c.says)
			if x, _ := d.sample(number); x.State != lab.Registered {
				t.Errorf("refused, and %s", x.State)
			}
		})
	}
}
