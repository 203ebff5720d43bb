package server_test

import (
	"context"
	"net"
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

var keyForm = regexp.MustCompile(`name="request_key" value="([A-Z2-7]{26})"`)

// keyOn is the request key of the form on a page.
func keyOn(t *testing.T, p page) string {
	t.Helper()
	m := keyForm.FindStringSubmatch(p.body)
	if m == nil {
		t.Fatalf("no form has a request key:\n%s", p.body)
	}
	return m[1]
}

// opened is a draft as it is opened, with the key of its form.
func (d *desk) opened() (draft, key string) {
	d.t.Helper()
	draft = d.begin(d.clerk)
	return draft, keyOn(d.t, d.clerk.get(draft).want(d.t, http.StatusOK))
}

func TestTheSameFormGivesTheSameSlip(t *testing.T) {
	eachSite(t, func(t *testing.T, x *site) {
		d := newDesk(t, x)
		draft, key := d.opened()
		typed := powder(with("request_key", key))
		first := d.clerk.post(draft, typed).want(t, http.StatusSeeOther)
		at := first.header.Get("Location")
		if at != "/samples/UTR-2025-00001/slips/"+key {
			t.Fatalf("the slip is at %s", at)
		}
		slip := d.clerk.get(at).want(t, http.StatusOK, "UTR-2025-00001")
		code := codeOn(slip.body)
		if slip.header.Get("Cache-Control") != "no-store" || code == "" || !d.opens(code) {
			t.Errorf("the slip says %q, Cache-Control %q", code, slip.header.Get("Cache-Control"))
		}
		for name, again := range map[string]page{
			"sent again":            d.clerk.post(draft, typed),
			"sent to be kept":       d.clerk.post(draft, powder(with("request_key", key), with("keep", "yes"))),
			"sent of another draft": d.clerk.post(d.begin(d.clerk), typed),
		} {
			if to := again.want(t, http.StatusSeeOther).header.Get("Location"); to != at {
				t.Errorf("%s: leads to %s", name, to)
			}
			if p := d.clerk.get(at).want(t, http.StatusOK); codeOn(p.body) != code {
				t.Errorf("%s: the slip says %q", name, codeOn(p.body))
			}
		}
		if n := strings.Count(d.clerk.get("/counter/UTR").body, "is-registered"); n != 1 {
			t.Errorf("%d samples are registered", n)
		}
		none, key := d.opened()
		d.clerk.follow(d.clerk.post(none, powder(with("give_code"), with("request_key", key)))).want(t, http.StatusOK, "No code is given out.")
		d.clerk.get("/samples/UTR-2025-00002/slips/"+key).want(t, http.StatusOK, "No code is given out.")
	})
}

func TestAFormSentFiftyTimesGivesOneSlip(t *testing.T) {
	eachSite(t, func(t *testing.T, x *site) {
		d := newDesk(t, x)
		draft, key := d.opened()
		atOnce(50, func(int) {
			if p := d.again(draft, powder(with("request_key", key))); p.status != http.StatusSeeOther || !strings.HasSuffix(p.header.Get("Location"), "/slips/"+key) {
				t.Errorf("status %d, leads to %s", p.status, p.header.Get("Location"))
			}
		})
		if n := strings.Count(d.clerk.get("/counter/UTR").body, "is-registered"); n != 1 {
			t.Errorf("%d samples are registered", n)
		}
	})
}

func TestASlipThatCannotBeShownSaysWhichSampleItWas(t *testing.T) {
	eachSite(t, func(t *testing.T, x *site) {
		d := newDesk(t, x)
		draft, key := d.opened()
		at := d.clerk.post(draft, powder(with("request_key", key))).header.Get("Location")
		code := codeOn(d.clerk.get(at).body)
		other, otherKey := d.opened()
		d.clerk.post(other, powder(with("request_key", otherKey)))
		over := func(name string, by *reader, address string) {
			t.Helper()
			t.Log(name)
			number := numberForm.FindString(address)
			by.get(address).want(t, http.StatusGone, "cannot be shown any more", "sample "+number, `href="/samples/`+number+`/code"`).lacks(t, code, `class="code"`)
		}
		over("a key that nothing was sent by", d.clerk, "/samples/UTR-2025-00001/slips/AAAAAAAAAAAAAAAAAAAAAAAAAA")
		over("the slip of another sample", d.clerk, "/samples/UTR-2025-00001/slips/"+otherKey)
		over("another session of the same person", x.staff(t, d.actor), at)
		over("a colleague", x.staff(t, storetest.Person(t, x.store, "colleague", d.service.ID, lab.Intake)), at)
		x.visitor(t).get(at).asksFor(t, "/sign-in")
		x.staff(t, storetest.Person(t, x.store, "elsewhere", storetest.Service(t, x.store, "AMS").ID, lab.Intake)).get(at).want(t, http.StatusNotFound)
		d.clerk.get("/samples/UTR-2025-99999/slips/"+key).want(t, http.StatusNotFound)

		d.clerk.get(at).want(t, http.StatusOK, code)
		x.clock.pass(lab.SlipAge)
		over("after ten minutes", d.clerk, at)
		d.clerk.post(draft, powder(with("request_key", key))).want(t, http.StatusConflict, "This sample is UTR-2025-00001", `href="/samples/UTR-2025-00001/code"`).lacks(t, code)
	})
}

func TestAReplacedCodeHasASlipToo(t *testing.T) {
	eachSite(t, func(t *testing.T, x *site) {
		d := newDesk(t, x)
		draft, key := d.opened()
		first := d.clerk.post(draft, powder(with("request_key", key))).header.Get("Location")
		lost := codeOn(d.clerk.get(first).body)
		address := "/samples/UTR-2025-00001/code"
		form := url.Values{"reason": {" "}, "request_key": {keyOn(t, d.clerk.get(address).want(t, http.StatusOK))}}
		refused := d.clerk.post(address, form).want(t, http.StatusUnprocessableEntity)
		if keyOn(t, refused) != form.Get("request_key") {
			t.Error("the form has another key after a mistake")
		}
		form.Set("reason", "slip lost")
		at := d.clerk.post(address, form).want(t, http.StatusSeeOther).header.Get("Location")
		slip := d.clerk.get(at).want(t, http.StatusOK, "opens nothing any more", "Another code for UTR-2025-00001")
		code := codeOn(slip.body)
		if code == lost || !d.opens(code) || d.opens(lost) {
			t.Error("the code is not replaced")
		}
		d.clerk.post(address, form).leads(t, at) // a double click replaces it once
		if again := codeOn(d.clerk.get(at).body); again != code || !d.opens(code) {
			t.Errorf("the second click made %q of %q", again, code)
		}
		// The slip of a code that opens nothing any more is not shown.
		d.clerk.get(first).want(t, http.StatusGone, "cannot be shown any more").lacks(t, lost)
	})
}

func TestASessionWithAnotherTokenSeesNoSlipOfBefore(t *testing.T) {
	x := oneSite(t)
	d := newDesk(t, x)
	draft, key := d.opened()
	at := d.clerk.post(draft, powder(with("request_key", key))).header.Get("Location")
	token, hash := credential.NewToken()
	old := d.clerk.cookie()
	if err := x.store.ReplaceSession(t.Context(), credential.HashToken(old), hash, true); err != nil {
		t.Fatal(err)
	}
	d.clerk.client.Jar.SetCookies(x.address, []*http.Cookie{{Name: "marquis-session", Value: token, Path: "/"}})
	d.clerk.get(at).want(t, http.StatusGone, "cannot be shown any more")
}

func TestWhoSignsOutWhileRegisteringRegistersNothing(t *testing.T) {
	x := oneSite(t)
	d := newDesk(t, x)
	draft, key := d.opened()
	d.clerk.post("/sign-out", nil)
	d.clerk.post(draft, powder(with("request_key", key), with("notes", "typed in time"))).leads(t, "/sign-in?next="+url.QueryEscape(draft))
	again := x.staff(t, d.actor)
	again.get(draft).want(t, http.StatusOK, "typed in time")
	if n := strings.Count(again.get("/counter/UTR").body, "is-registered"); n != 0 {
		t.Errorf("%d samples are registered", n)
	}
}

// cut sends a form and hangs up: before the server has read all of it, or without
// waiting for what it answers.
func (d *desk) cut(path string, form url.Values, whole bool) {
	d.t.Helper()
	body := form.Encode()
	sent := body
	if !whole {
		sent = body[:len(body)/2]
	}
	before := strings.Count(d.log.String(), `"msg":"request"`)
	c, err := (&net.Dialer{}).DialContext(d.t.Context(), "tcp", d.address.Host)
	if err != nil {
		d.t.Fatal(err)
	}
	defer c.Close()
	text := "POST " + path + " HTTP/1.1\r\nHost: " + d.address.Host + "\r\nCookie: marquis-session=" + d.clerk.cookie() +
		"\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: " + itoa(lab.Optional(len(body))) + "\r\n\r\n" + sent
	if _, err := c.Write([]byte(text)); err != nil {
		d.t.Fatal(err)
	}
	if !whole {
		_ = c.Close()
	}
	// The work is done, and its answer goes nowhere.
	d.soon(func() bool { return strings.Count(d.log.String(), `"msg":"request"`) > before })
}

// soon waits until something is so.
func (d *desk) soon(is func() bool) {
	ctx, cancel := context.WithTimeout(d.t.Context(), 5*time.Second)
	defer cancel()
	for !is() && ctx.Err() == nil {
		time.Sleep(10 * time.Millisecond)
	}
}

// A connection that is lost before a form has arrived does nothing, and one that is lost
// after it loses nothing: what was sent is sent again, and answers as it would have.
func TestALostConnectionLosesNothingOfAVisit(t *testing.T) {
	eachSite(t, func(t *testing.T, x *site) {
		d := newDesk(t, x)
		drafts := func() int { return strings.Count(d.clerk.get("/counter/UTR").body, "/drop") }
		samples := func() int { return strings.Count(d.clerk.get("/counter/UTR").body, "is-registered") }
		check := func(step string, wantDrafts, wantSamples int) {
			t.Helper()
			if have, registered := drafts(), samples(); have != wantDrafts || registered != wantSamples {
				t.Errorf("%s: %d drafts and %d samples, want %d and %d", step, have, registered, wantDrafts, wantSamples)
			}
		}
		d.cut("/counter/UTR/new", url.Values{"location_id": {"00000000000000000000"}}, false)
		check("a visit, before", 0, 0)
		d.cut("/counter/UTR/new", nil, true)
		check("a visit, after: nothing was typed into it, so that it is not in the list", 0, 0)

		draft := d.begin(d.clerk)
		d.clerk.post(draft+"/save", powder()).want(t, http.StatusNoContent)
		check("a visit into which something was typed", 1, 0)
		key := keyOn(t, d.clerk.get(draft))
		typed := powder(with("request_key", key))
		d.cut(draft, typed, false)
		check("registering, before", 1, 0)
		d.cut(draft, typed, true)
		check("registering, after", 0, 1)
		slip := d.clerk.follow(d.clerk.post(draft, typed)).want(t, http.StatusOK, "UTR-2025-00001")
		if !d.opens(codeOn(slip.body)) {
			t.Error("the slip opens nothing")
		}
		check("registering again", 0, 1)

		d.cut("/samples/UTR-2025-00001/next", url.Values{"location_id": {"00000000000000000000"}}, false)
		check("the next sample, before", 0, 1)
		d.cut("/samples/UTR-2025-00001/next", nil, true)
		check("the next sample, after", 0, 1)

		away := url.Values{"form_id": {formOn(t, d.clerk.get("/counter/UTR"))}, "turned_away": {"2"}}
		turnedAway := func() any {
			var n int
			pool := storetest.Pool(t, x.config)
			defer func() { _ = pool.Close() }()
			if err := pool.QueryRowContext(t.Context(), "SELECT coalesce(sum(turned_away), 0) FROM visits").Scan(&n); err != nil {
				t.Fatal(err)
			}
			return n
		}
		d.cut("/counter/UTR/turned-away", away, false)
		if n := turnedAway(); n != 0 {
			t.Errorf("turned away, before: %v", n)
		}
		d.cut("/counter/UTR/turned-away", away, true)
		d.clerk.post("/counter/UTR/turned-away", away).want(t, http.StatusSeeOther)
		if n := turnedAway(); n != 2 {
			t.Errorf("turned away, after and again: %v", n)
		}
	})
}

// linked is the address of the slip that a page leads to, empty for none.
func linked(p page) string {
	if m := regexp.MustCompile(`href="(/samples/[A-Z0-9-]+/slips/[A-Z2-7]{26})"`).FindStringSubmatch(p.body); m != nil {
		return m[1]
	}
	return ""
}

// The answer that led to the slip was lost: the pages that whoever registered it finds lead
// there, for them and for as long as it is kept.
func TestALostSlipIsFoundAgain(t *testing.T) {
	eachSite(t, func(t *testing.T, x *site) {
		d := newDesk(t, x)
		colleague := x.staff(t, storetest.Person(t, x.store, "colleague", d.service.ID, lab.Intake))
		analyst := x.staff(t, storetest.Person(t, x.store, "analyst", d.service.ID, lab.Laboratory))
		again := x.staff(t, d.actor) // another session of the same person
		draft, key := d.opened()
		at := d.clerk.post(draft, powder(with("request_key", key))).header.Get("Location")
		const record = "/samples/UTR-2025-00001"
		look := func(by *reader) (slips [3]string) {
			t.Helper()
			finished := by.get(draft).want(t, http.StatusConflict, "This sample is UTR-2025-00001.")
			return [3]string{linked(finished), linked(by.get(record).want(t, http.StatusOK)), linked(by.get("/counter/UTR").want(t, http.StatusOK))}
		}
		all, none := [3]string{at, at, at}, [3]string{}
		if have := look(d.clerk); have != all {
			t.Errorf("the slip is linked at %v", have)
		}
		for name, by := range map[string]*reader{"a colleague": colleague, "another session": again} {
			if have := look(by); have != none {
				t.Errorf("%s is led to %v", name, have)
			}
		}
		if have := linked(analyst.get(record).want(t, http.StatusOK)); have != "" {
			t.Errorf("the laboratory is led to %s", have)
		}
		plain, plainKey := d.opened()
		d.clerk.post(plain, powder(with("give_code"), with("request_key", plainKey)))
		if have := linked(d.clerk.get("/samples/UTR-2025-00002")); have != "/samples/UTR-2025-00002/slips/"+plainKey {
			t.Errorf("the slip without a code is at %q", have)
		}

		// A colleague replaces the code: the slip of the first opens nothing any more.
		d.clerk.get(at).want(t, http.StatusOK)
		lost := url.Values{"reason": {"lost"}, "request_key": {keyOn(t, colleague.get(record+"/code"))}}
		second := colleague.post(record+"/code", lost).header.Get("Location")
		if have := linked(d.clerk.get(record)); have != "" {
			t.Errorf("the slip of a replaced code is linked: %s", have)
		}
		if have := look(colleague); have != [3]string{second, second, second} {
			t.Errorf("the second slip is linked at %v", have)
		}
		x.clock.pass(lab.SlipAge)
		if have := look(colleague); have != none {
			t.Errorf("after ten minutes %v are linked", have)
		}
	})
}

func TestAVisitGoesOnFromItsSampleAndTheCounter(t *testing.T) {
	eachSite(t, func(t *testing.T, x *site) {
		d := newDesk(t, x)
		analyst := x.staff(t, storetest.Person(t, x.store, "analyst", d.service.ID, lab.Laboratory))
		d.register(d.clerk)
		const first, second = `action="/samples/UTR-2025-00001/next"`, `action="/samples/UTR-2025-00002/next"`
		d.clerk.get("/samples/UTR-2025-00001").want(t, http.StatusOK, first, `data-key="n"`)
		analyst.get("/samples/UTR-2025-00001").want(t, http.StatusOK).lacks(t, first)
		draft := d.clerk.post("/samples/UTR-2025-00001/next", nil).want(t, http.StatusSeeOther).header.Get("Location")
		one, _ := d.sample("UTR-2025-00001")
		d.clerk.follow(d.clerk.post(draft, powder(with("visit_id", one.VisitID.String())))).want(t, http.StatusOK)
		d.clerk.get("/counter/UTR").want(t, http.StatusOK, second).lacks(t, first) // the visit's latest

		d.clerk.post("/samples/UTR-2025-00002/undo", nil).want(t, http.StatusSeeOther)
		d.clerk.get("/samples/UTR-2025-00002").want(t, http.StatusOK).lacks(t, second)
		d.clerk.get("/counter/UTR").want(t, http.StatusOK, first).lacks(t, second)
		d.register(d.clerk, with("channel", "police"))
		d.clerk.get("/samples/UTR-2025-00003").want(t, http.StatusOK).lacks(t, "/next\"") // it has no visit
		x.clock.pass(24 * time.Hour)
		later := x.staff(t, d.actor)
		later.get("/samples/UTR-2025-00001").want(t, http.StatusOK).lacks(t, first)
		later.get("/counter/UTR").want(t, http.StatusOK).lacks(t, "/next\"")
	})
}

func TestCountingWhoWasTurnedAwayLeadsBackToTheSlip(t *testing.T) {
	eachSite(t, func(t *testing.T, x *site) {
		d := newDesk(t, x)
		draft, key := d.opened()
		at := d.clerk.post(draft, powder(with("request_key", key))).header.Get("Location")
		sample, _ := d.sample("UTR-2025-00001")
		away := url.Values{"visit_id": {sample.VisitID.String()}, "form_id": {formOn(t, d.clerk.get(at))}, "request_key": {keyOn(t, d.clerk.get(at))}, "turned_away": {"none"}}
		refused := d.clerk.post("/counter/UTR/turned-away", away).want(t, http.StatusUnprocessableEntity)
		if keyOn(t, refused) != key {
			t.Error("the form forgets its slip after a mistake")
		}
		away.Set("turned_away", "2")
		d.clerk.post("/counter/UTR/turned-away", away).leads(t, at+"?done=turned-away")
		d.clerk.get(at+"?done=turned-away").want(t, http.StatusOK, "have been counted", "/next\"", `class="code"`)
		away.Set("request_key", "AAAAAAAAAAAAAAAAAAAAAAAAAA")
		d.clerk.post("/counter/UTR/turned-away", away).leads(t, "/counter/UTR?done=turned-away")
		x.clock.pass(lab.SlipAge)
		away.Set("request_key", key)
		d.clerk.post("/counter/UTR/turned-away", away).leads(t, "/counter/UTR?done=turned-away")
	})
}

func TestAPlaceIsAskedForWhereThereAreSeveral(t *testing.T) {
	eachSite(t, func(t *testing.T, x *site) {
		d := newDesk(t, x)
		office := d.place("Office")
		d.register(d.clerk)
		if one, _ := d.sample("UTR-2025-00001"); one.LocationID != lab.Optional(office.ID) {
			t.Errorf("registered at %d, and not at the only place", one.LocationID)
		}
		d.place("Van")
		draft := d.begin(d.clerk)
		asked := d.clerk.post(draft, powder()).want(t, http.StatusUnprocessableEntity, "No location is chosen: choose where the sample was handed in.", `href="#field-location_id"`, `value="location_id=0"`)
		asked.lacks(t, `class="code"`)
		d.clerk.follow(d.clerk.post(draft, powder(with("confirmed", "location_id=0")))).want(t, http.StatusOK, "UTR-2025-00002")
		d.register(d.clerk, with("channel", "police"))
		// One that is described anew and had no place is asked nothing.
		const none = "/samples/UTR-2025-00002/description"
		d.clerk.get(none).want(t, http.StatusOK).lacks(t, "No location is chosen")
	})
}
