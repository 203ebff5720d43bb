package server_test

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"marquis/internal/lab"
	"marquis/internal/store/storetest"
)

// staffWords are of no use to the public.
var staffWords = []string{"dministrator", "our log", "do not work for", "Your account", "beheerder", "logboek", "niet voor werkt", "Uw account"}

// Whoever waits for a result and meets an error is told whom to call, and how else to
// get it, in words of their own.
func TestErrorsOfThePublicSpeakToThePublic(t *testing.T) {
	for lang, says := range map[string][]string{
		"en": {"read it out to you by phone", "In an emergency call"}, "nl": {"door de telefoon voorlezen", "Bel in geval van nood"},
	} {
		x := oneSite(t)
		x.web.AddFault("/fault/panic", func(string) error { panic("fault") })
		x.web.AddFault("/fault/error", func(string) error { return errors.New("fault") })
		x.web.AddFault("/fault/slow", func(string) error { return context.DeadlineExceeded })
		r := x.visitor(t)
		r.lang = lang
		check := func(status int, p page) {
			t.Helper()
			p.want(t, status, append(says, `href="tel:112"`, `href="tel:09001995"`, `lang="`+lang+`"`)...).lacks(t, staffWords...)
		}
		check(http.StatusBadRequest, r.send(http.MethodPost, "/lookup", strings.NewReader("code=%zz")))
		check(http.StatusForbidden, fromElsewhere(t, r))
		for _, path := range []string{"/nowhere", "/result/x", "/%00", "/assets/none.css", "/lookup/x", "/.well-known/security.txt"} {
			check(http.StatusNotFound, r.get(path))
		}
		for _, path := range []string{"/figures/1999", "/figures/2024/xtc", "/figures/2024/", "/figures/Ketamine/x/y", "/figures/2024/tables/none.csv"} {
			p := r.get(path)
			check(http.StatusNotFound, p)
			p.want(t, http.StatusNotFound, `<a href="/figures">`)
		}
		check(http.StatusMethodNotAllowed, r.send(http.MethodDelete, "/", nil))
		check(http.StatusUnprocessableEntity, r.post("/lookup", url.Values{"code": {"7K3M"}}))
		for range 10 {
			check(http.StatusNotFound, r.post("/lookup", url.Values{"code": {lab.NewLookupCode().Print()}}))
		}
		check(http.StatusTooManyRequests, r.post("/lookup", url.Values{"code": {lab.NewLookupCode().Print()}}))
		check(http.StatusInternalServerError, r.post("/fault/panic", nil))
		check(http.StatusInternalServerError, r.post("/fault/error", nil))
		check(http.StatusServiceUnavailable, r.post("/fault/slow", nil))
	}
}

func fromElsewhere(t *testing.T, r *reader) page {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, r.site.address.String()+"/lookup", http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Origin", "https://evil.example")
	request.Header.Set("Accept-Language", r.lang)
	return r.do(request)
}

// Staff are told what they can do about it, and not whom the public calls.
func TestErrorsOfStaffSpeakToStaff(t *testing.T) {
	x := oneSite(t)
	service := storetest.Service(t, x.store, "UTR")
	r := x.staff(t, storetest.Person(t, x.store, "intake", service.ID, lab.Intake))
	r.get("/samples/UTR-2024-00009").want(t, http.StatusNotFound, "a service that you do not work for").lacks(t, "tel:112")
	r.get("/people").want(t, http.StatusForbidden, "Your account has no role").lacks(t, "tel:112")
}
