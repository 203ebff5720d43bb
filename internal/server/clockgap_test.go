package server_test

import (
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
		_, given := c.handIn(t, "ketamine", func(s *lab.Sample) { s.ReceivedOn = 2024_12_31 })
		all := storetest.Person(t, x.store, "all", 0, lab.Administrator)
		one := storetest.Person(t, x.store, "one", c.service.ID, lab.Administrator)
		mark := func() {
			t.Helper()
			if err := x.store.MarkClock(t.Context()); err != nil {
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
		x.visitor(t).get("/readyz?verbose").want(t, http.StatusOK, "not removed")
		x.staff(t, one).get("/staff").want(t, http.StatusOK).lacks(t, "has to be looked at")
		x.staff(t, one).get("/clock").want(t, http.StatusForbidden)
		x.staff(t, one).post("/clock", url.Values{"day": {"2025-04-12"}}).want(t, http.StatusForbidden)
		r.post("/clock", url.Values{"day": {"2025-03-03"}}).want(t, http.StatusConflict, "has jumped")
		r.post("/clock", url.Values{"day": {""}}).want(t, http.StatusConflict, "has jumped")
		if gaps, err := x.store.ClockGaps(t.Context()); err != nil || len(gaps) != 1 {
			t.Fatalf("gaps %+v, %v", gaps, err)
		}
		r.post("/clock", url.Values{"day": {"2025-04-12"}}).leads(t, "/clock?done=clock")
		r.get("/clock?done=clock").want(t, http.StatusOK, "within the hour", "has not jumped")
		if n, err := x.store.ExpireCodes(t.Context(), lab.Operator("test"), 2025_01_01); err != nil || n != 1 {
			t.Errorf("%d codes ended, %v", n, err)
		}
		c.look(t, "en", given.Print()).want(t, http.StatusNotFound)
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
		clerk.post(draft, powder()).want(t, http.StatusOK, `class="code"`)
	})
}
