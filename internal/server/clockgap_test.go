package server_test

import (
	"errors"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"testing"
	"time"

	"marquis/internal/keyring"
	"marquis/internal/lab"
	"marquis/internal/store/storetest"
)

func TestAnAdministratorOfAllServicesConfirmsTheClock(t *testing.T) {
	eachSite(t, func(t *testing.T, x *site) {
		c := newCounter(t, x)
		storetest.KeepMonths(t, x.store, 3)
		_, given := c.handIn(t, "ketamine", func(s *lab.Sample) { s.ReceivedOn = 2024_12_31 })
		all := storetest.Person(t, x.store, "all", 0, lab.Administrator)
		one := storetest.Person(t, x.store, "one", c.service.ID, lab.Administrator)
		mark := func() {
			t.Helper()
			if err := x.store.MarkClock(t.Context(), lab.Operator("test")); err != nil {
				t.Fatal(err)
			}
		}
		mark()
		x.staff(t, all).get("/clock").want(t, http.StatusOK, "has not jumped")
		x.staff(t, all).get("/staff").want(t, http.StatusOK).lacks(t, "has to be looked at")

		x.clock.pass(40 * 24 * time.Hour) // 12 April: the code of December has ended
		mark()
		r := x.staff(t, all)
		r.get("/staff").want(t, http.StatusOK, "has to be looked at", `href="/clock"`)
		r.get("/clock").want(t, http.StatusOK, "12 April 2025", "3 March 2025", "2025-01: lookup codes 1, keys 1", `value="2025-04-12"`, "more than 7 days ago")
		x.visitor(t).get("/readyz?verbose").want(t, http.StatusOK, "not removed", "/clock", "marquis code expire --yes\n")
		x.staff(t, one).get("/staff").want(t, http.StatusOK).lacks(t, "has to be looked at")
		x.staff(t, one).get("/clock").want(t, http.StatusForbidden)
		x.staff(t, one).post("/clock", url.Values{"day": {"2025-04-12"}, "months": {"3"}}).want(t, http.StatusForbidden)
		r.post("/clock", url.Values{"day": {"2025-03-03"}, "months": {"3"}}).want(t, http.StatusConflict, "has jumped")
		r.post("/clock", url.Values{"day": {""}, "months": {"3"}}).want(t, http.StatusConflict, "has jumped")
		if gaps, err := x.store.ClockGaps(t.Context(), lab.Operator("test")); err != nil || len(gaps) != 1 {
			t.Fatalf("gaps %+v, %v", gaps, err)
		}
		r.post("/clock", url.Values{"day": {"2025-04-12"}, "months": {"3"}}).leads(t, "/clock?done=clock")
		r.get("/clock?done=clock").want(t, http.StatusOK, "within the hour", "has not jumped")
		if n, err := x.store.ExpireCodes(t.Context(), lab.Operator("test"), 2025_01_01); err != nil || n != 1 {
			t.Errorf("%d codes ended, %v", n, err)
		}
		c.look(t, "en", given.Print()).want(t, http.StatusNotFound)
	})
}

// TestAnAdministratorOfAllServicesConfirmsForHowLongCodesWork: a registry of an earlier
// version does not know it, and a shorter time may be a mistake.
func TestAnAdministratorOfAllServicesConfirmsForHowLongCodesWork(t *testing.T) {
	eachSite(t, func(t *testing.T, x *site) {
		c := newCounter(t, x)
		c.handIn(t, "ketamine", func(s *lab.Sample) { s.ReceivedOn = 2024_11_30 })
		r := x.staff(t, storetest.Person(t, x.store, "all", 0, lab.Administrator))
		ready := x.visitor(t)
		ready.get("/readyz?verbose").want(t, http.StatusOK, "a time that nobody has said yet", "MARQUIS_CODE_MONTHS is 3", "/clock", "marquis code expire --months 3\n")
		r.get("/staff").want(t, http.StatusOK, "has to be looked at", `href="/clock"`)
		r.get("/clock").want(t, http.StatusOK, "Nobody has said yet", "2024-12: lookup codes 1, keys 1", "Codes work for 3 months").lacks(t, "has jumped")
		for name, months := range map[string]string{"others": "12", "none": ""} {
			r.post("/clock", url.Values{"day": {"2025-03-03"}, "months": {months}}).want(t, http.StatusConflict, "Nobody has said yet")
			if p, err := x.store.CodePeriod(t.Context(), lab.Operator("test")); err != nil || p.Months != 0 {
				t.Fatalf("%s confirmed: %+v, %v", name, p, err)
			}
		}
		r.post("/clock", url.Values{"months": {"3"}}).want(t, http.StatusConflict, "Nobody has said yet")
		if p, err := x.store.CodePeriod(t.Context(), lab.Operator("test")); err != nil || p.Months != 0 {
			t.Fatalf("confirmed without a day: %+v, %v", p, err)
		}
		r.post("/clock", url.Values{"day": {"2025-03-03"}, "months": {"3"}}).leads(t, "/clock?done=clock")
		ready.get("/readyz?verbose").want(t, http.StatusOK).lacks(t, "nobody has said yet")

		storetest.KeepMonths(t, x.store, 12)
		ready.get("/readyz?verbose").want(t, http.StatusOK, "for 12 months")
		r.get("/clock").want(t, http.StatusOK, "given out for 12 months", "set to 3")
		if _, err := x.store.ExpireCodes(t.Context(), lab.Operator("test"), 2024_12_01); !errors.Is(err, lab.ErrCodeMonths) {
			t.Errorf("before it is confirmed: %v", err)
		}
		r.post("/clock", url.Values{"day": {"2025-03-03"}, "months": {"3"}}).leads(t, "/clock?done=clock")
		r.get("/clock").want(t, http.StatusOK, "nothing to confirm")
		if n, err := x.store.ExpireCodes(t.Context(), lab.Operator("test"), 2024_12_01); err != nil || n != 1 {
			t.Errorf("%d codes ended, %v", n, err)
		}
	})
}

// TestACodeOfACounterWhoseClockIsBehindLastsAsLongAsAnyOther: the slip of a day on
// which the clock was two years behind still works once the clock is right.
func TestACodeOfACounterWhoseClockIsBehindLastsAsLongAsAnyOther(t *testing.T) {
	eachSite(t, func(t *testing.T, x *site) {
		c := newCounter(t, x)
		storetest.KeepMonths(t, x.store, 3)
		clerk := x.staff(t, storetest.Person(t, x.store, "clerk", 0, lab.Intake))
		begin := func() string {
			return clerk.post("/counter/"+c.service.Code+"/new", nil).want(t, http.StatusSeeOther).header.Get("Location")
		}
		mark := func() {
			t.Helper()
			if err := x.store.MarkClock(t.Context(), lab.Operator("test")); err != nil {
				t.Fatal(err)
			}
		}
		mark()
		clerk.get(begin()).want(t, http.StatusOK).lacks(t, "clock may be wrong")
		x.clock.pass(-2 * 365 * 24 * time.Hour)
		mark()
		clerk = x.staff(t, storetest.Person(t, x.store, "clerk-2", 0, lab.Intake))
		draft := begin()
		clerk.get(draft).want(t, http.StatusOK, "clock may be wrong", "2023")
		slip := clerk.follow(clerk.post(draft, powder(func(v url.Values) { v.Set("received_on", "2023-03-04") }))).want(t, http.StatusOK, `class="code"`)
		code := codeOn(slip.body)
		x.clock.pass(2 * 365 * 24 * time.Hour)
		mark()
		storetest.ConfirmClock(t, x.store, x.clock.Now())
		if n, err := x.store.ExpireCodes(t.Context(), lab.Operator("test"), 2024_12_01); err != nil || n != 0 {
			t.Errorf("%d codes ended, %v", n, err)
		}
		c.look(t, "en", code).want(t, http.StatusOK)
	})
}

// TestNothingIsGivenOutUnderAnotherRing: a code under it would open nothing once the
// right ring is back.
func TestNothingIsGivenOutUnderAnotherRing(t *testing.T) {
	eachSite(t, func(t *testing.T, x *site) {
		c := newCounter(t, x)
		_, given := c.handIn(t, "ketamine")
		path := filepath.Join(x.folder, "keys.json")
		right, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		other := filepath.Join(t.TempDir(), "keys.json")
		if _, err := keyring.Open(other, true); err != nil {
			t.Fatal(err)
		}
		if err := os.Rename(other, path); err != nil {
			t.Fatal(err)
		}
		foreign, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		c.look(t, "en", given.Print()).want(t, http.StatusServiceUnavailable)
		c.look(t, "en", lab.NewLookupCode().Print()).want(t, http.StatusServiceUnavailable)
		clerk := x.staff(t, storetest.Person(t, x.store, "clerk", 0, lab.Intake))
		draft := clerk.post("/counter/"+c.service.Code+"/new", nil).want(t, http.StatusSeeOther).header.Get("Location")
		clerk.post(draft, powder()).want(t, http.StatusServiceUnavailable)
		if now, err := os.ReadFile(path); err != nil || string(now) != string(foreign) {
			t.Error("the other ring was changed")
		}
		if err := os.WriteFile(path+".right", right, 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Rename(path+".right", path); err != nil {
			t.Fatal(err)
		}
		c.look(t, "en", given.Print()).want(t, http.StatusOK)
		clerk.follow(clerk.post(draft, powder())).want(t, http.StatusOK, `class="code"`)
	})
}

// TestAnOlderDatabaseBesideTheNewestRingSaysWhatOpensNothing: the codes of a month
// whose key has ended came back with the database, the key did not.
func TestAnOlderDatabaseBesideTheNewestRingSaysWhatOpensNothing(t *testing.T) {
	eachSite(t, func(t *testing.T, x *site) {
		c := newCounter(t, x)
		storetest.KeepMonths(t, x.store, 3)
		_, given := c.handIn(t, "ketamine", func(s *lab.Sample) { s.ReceivedOn = 2024_12_31 })
		c.handIn(t, "ketamine", func(s *lab.Sample) { s.ReceivedOn = 2025_02_28 })
		x.visitor(t).get("/readyz?verbose").want(t, http.StatusOK).lacks(t, "2024-12")
		id, _, err := x.keys.Month(2024_12_31)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := x.keys.Drop([]string{id}, 2025_03_03); err != nil {
			t.Fatal(err)
		}
		x.visitor(t).get("/readyz?verbose").want(t, http.StatusOK, "lookup codes of 2024-12 open nothing").lacks(t, "2025-02")
		c.look(t, "en", given.Print()).want(t, http.StatusNotFound)
	})
}
