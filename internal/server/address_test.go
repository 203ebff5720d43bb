package server_test

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"marquis/internal/lab"
	"marquis/internal/server"
	"marquis/internal/store/storetest"
)

var place = regexp.MustCompile(`:[a-z]+`)

// TestWhatIsNoAddressLeadsNowhere puts what a database cannot take, and what no part
// of an address is, into every part of every address.
func TestWhatIsNoAddressLeadsNowhere(t *testing.T) {
	eachSite(t, func(t *testing.T, x *site) {
		c := newCounter(t, x)
		sample, _ := c.handIn(t, "ketamine")
		number := lab.SampleNumber{Service: c.service.Code, Year: int(sample.NumberYear), Running: int(sample.NumberRunning)}.String()
		real := strings.NewReplacer(":service", c.service.Code, ":number", number, ":year", "2024", ":user", "1", ":draft", "1", ":analysis", sample.ID.String(), ":question", sample.ID.String())
		r := x.staff(t, storetest.Person(t, x.store, "everybody", 0, lab.UserRoles[:6]...))
		bad := []string{"%00", "%ff", "%c0%80", "%ed%a0%80", "%0d%0a", "%7f", "%c2%85", "x%00x", number + "%00", c.service.Code + "%ff"}
		odd := []string{
			strings.Repeat("a", 9000), "-1", "99999999999999999999", "2147483648", "%27%20OR%201=1", "%EF%BF%BF", "%2e%2e", "%2500",
			c.service.Code + "-2024-99999999999999999999", c.service.Code + "-99999-00001", "00000000-0000-0000-0000-000000000000",
		}
		tried := 0
		try := func(path string, want int) {
			t.Helper()
			for _, method := range []string{http.MethodGet, http.MethodPost} {
				p := r.send(method, path, nil)
				tried++
				if p.status >= 500 || want != 0 && p.status != want && p.status != http.StatusMethodNotAllowed {
					t.Errorf("%s %.80s: status %d, want %d", method, path, p.status, want)
				}
			}
		}
		for _, path := range server.RoutePaths() {
			if path == "/sign-out" {
				continue
			}
			for _, name := range place.FindAllString(path, -1) {
				for _, value := range bad {
					try(real.Replace(strings.Replace(path, name, value, 1)), http.StatusNotFound)
				}
				for _, value := range odd {
					try(real.Replace(strings.Replace(path, name, value, 1)), 0)
				}
			}
			if strings.HasPrefix(path, "/suggest/") {
				continue // answers whatever is being typed
			}
			for _, query := range []string{"q=%00", "%00=x", "lang=%ff", "service=%c0%80", "a=b&product=x%00y", "next=%00"} {
				try(real.Replace(path)+"?"+query, http.StatusNotFound)
			}
		}
		if tried < 1000 {
			t.Errorf("only %d requests", tried)
		}
		checkLogIsCalm(t, x)
	})
}

func checkLogIsCalm(t *testing.T, x *site) {
	t.Helper()
	for line := range strings.Lines(x.log.String()) {
		if strings.Contains(line, `"level":"ERROR"`) {
			t.Errorf("the log says %.300s", line)
		}
	}
}

// fields are names under which forms send something.
var fields = []string{
	"code", "login", "password", "again", "invitation", "name", "reason", "notes", "product_id", "sold_as_text", "form", "price", "region", "sealed", "old", "email", "time_zone", "currency",
	"location_id", "channel", "received_on", "expected", "method_id", "version", "answer", "text", "role", "short", "kind", "substance", "acquired_via", "to", "state", "sample", "number",
}

// Nor does a form break on what is no text.
func TestFormsWithBytesThatAreNoTextAreRefused(t *testing.T) {
	eachSite(t, func(t *testing.T, x *site) {
		c := newCounter(t, x)
		sample, _ := c.handIn(t, "ketamine")
		number := lab.SampleNumber{Service: c.service.Code, Year: int(sample.NumberYear), Running: int(sample.NumberRunning)}.String()
		r := x.staff(t, storetest.Person(t, x.store, "everybody", 0, lab.UserRoles[:6]...))
		draft := r.post("/counter/UTR/new", nil).want(t, http.StatusSeeOther).header.Get("Location")
		real := strings.NewReplacer(":service", c.service.Code, ":number", number, ":user", "1", "/counter/:service/drafts/:draft", draft, ":analysis", "new")
		for _, path := range server.RoutePaths() {
			if path == "/sign-out" {
				continue
			}
			for _, text := range []string{"a\x00b", "a\xffb", "\xc0\x80"} {
				form := url.Values{}
				for _, name := range fields {
					form.Set(name, text)
				}
				if p := r.post(real.Replace(path), form); p.status >= 500 {
					t.Errorf("POST %s with %q: status %d", path, text, p.status)
				}
			}
			for _, name := range fields {
				if p := r.post(real.Replace(path), url.Values{name: {"a\x00\xffb"}}); p.status >= 500 {
					t.Errorf("POST %s with %s: status %d", path, name, p.status)
				}
			}
		}
		checkLogIsCalm(t, x)
	})
}
