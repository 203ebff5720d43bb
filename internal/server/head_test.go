package server_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"marquis/internal/lab"
	"marquis/internal/server"
	"marquis/internal/store/storetest"
)

// everyPage is the address of every page, filled with what there is at the service.
func (c *counter) everyPage(t *testing.T, sample lab.Sample, ticket string) (public, staff []string) {
	t.Helper()
	number := lab.SampleNumber{Service: c.service.Code, Year: int(sample.NumberYear), Running: int(sample.NumberRunning)}.String()
	fill := strings.NewReplacer(":service", c.service.Code, ":number", number, ":year", "2024", ":user", "1", ":ticket", ticket, ":product", "ketamine", ":file", "products.csv")
	for _, r := range server.PublicRoutes() {
		if r[0] == http.MethodGet {
			public = append(public, fill.Replace(r[1]))
		}
	}
	for _, path := range server.RoutePaths() {
		if path = fill.Replace(path); !slices.Contains(public, path) && !slices.Contains(staff, path) {
			staff = append(staff, path)
		}
	}
	return public, staff
}

// ask asks for a page and reads what comes over the line, as it is.
func (r *reader) ask(method, path string, header map[string]string) page {
	r.t.Helper()
	request, err := http.NewRequestWithContext(r.t.Context(), method, r.site.address.String()+path, http.NoBody)
	if err != nil {
		r.t.Fatal(err)
	}
	request.Header.Set("Accept-Language", r.lang)
	request.Header.Set("Accept-Encoding", "identity") // else the client asks for gzip and hides that it came
	for name, value := range header {
		request.Header.Set(name, value)
	}
	return r.do(request)
}

// HEAD answers as GET does, without the body; OPTIONS says what there is.
func TestHeadersCanBeAskedForAlone(t *testing.T) {
	c := newCounter(t, oneSite(t))
	fill(t, c.site, "AMS", 1, 300)
	sample, given := c.handIn(t, "ketamine")
	c.analyse(t, sample, lab.GCMS, lab.HasFindings, c.found(t, "ketamine", lab.Identified, "", ""))
	c.release(t, sample, "")
	public, staff := c.everyPage(t, sample, c.ticketOf(t, given.Print()))
	public = append(public, "/nowhere", "/figures/1999", "/assets/none.css", "/?lang=nl", "/figures?lang=nl", "/result/over", "/%00")
	everybody := storetest.Person(t, c.store, "everybody", 0, lab.UserRoles[:6]...)
	for _, readers := range []struct {
		r     *reader
		paths []string
	}{{c.visitor(t), public}, {c.visitor(t), staff}, {c.staff(t, everybody), staff}} {
		for _, path := range readers.paths {
			for _, accepts := range []string{"identity", "gzip"} {
				header := map[string]string{"Accept-Encoding": accepts}
				checkHead(t, readers.r, path, header)
			}
		}
	}
	if n := strings.Count(c.log.String(), `"method":"HEAD","route":"/figures/:year"`); n == 0 {
		t.Error("the log does not tell HEAD")
	}
	if have := c.scrape(t)[`marquis_http_requests_total{method="HEAD",route="/",status="2xx"}`]; have == 0 {
		t.Error("the metrics do not tell HEAD")
	}
}

func checkHead(t *testing.T, r *reader, path string, header map[string]string) {
	t.Helper()
	head := r.ask(http.MethodHead, path, header)
	whole := r.ask(http.MethodGet, path, header)
	// What notes its reader is not read for its headers: they tell less.
	noted := strings.HasPrefix(path, "/samples/") && head.status == http.StatusOK || path == "/account/authenticator" // another secret each time
	if head.body != "" || head.status != whole.status && !noted {
		t.Errorf("HEAD %s: status %d, %d bytes; GET %d", path, head.status, len(head.body), whole.status)
	}
	for name, want := range whole.header {
		if have := head.header[name]; !slices.Equal(have, want) && name != "Date" && !(noted && name == "Content-Length") {
			t.Errorf("HEAD %s: %s is %q, of GET %q", path, name, have, want)
		}
	}
}

// Nothing that is noted of who reads or fetches something is noted of a HEAD, and
// nothing is used up.
func TestAskingForHeadersLeavesNoTrace(t *testing.T) {
	c := newCounter(t, oneSite(t))
	sample, _ := c.handIn(t, "ketamine")
	c.analyse(t, sample, lab.GCMS, lab.HasFindings, c.found(t, "ketamine", lab.Identified, "", ""))
	c.release(t, sample, "")
	_, staff := c.everyPage(t, sample, "x")
	r := c.staff(t, storetest.Person(t, c.store, "everybody", 0, lab.UserRoles[:6]...))
	before := events(t, c.site)
	for _, path := range append(staff, "/statistics/tables/all.csv") {
		r.ask(http.MethodHead, path, nil)
	}
	if after := events(t, c.site); after != before {
		t.Errorf("%d events became %d", before, after)
	}
	auditor := storetest.Person(t, c.store, "auditor", 0, lab.Coordinator)
	views, err := c.store.Views(t.Context(), auditor, sample.Key)
	if err != nil {
		t.Fatal(err)
	}
	for _, v := range views {
		if v.Name == "everybody" {
			t.Errorf("a HEAD is noted: %+v", v)
		}
	}
}

func TestOptionsSayWhatAnAddressKnows(t *testing.T) {
	x := oneSite(t)
	r := x.visitor(t)
	for path, allow := range map[string]string{
		"/": "GET, HEAD, OPTIONS", "/lookup": "GET, HEAD, POST, OPTIONS", "/result/x": "GET, HEAD, OPTIONS", "/sign-out": "POST, OPTIONS", "/livez": "GET, HEAD, OPTIONS",
		"/figures": "GET, HEAD, OPTIONS", "/work": "GET, HEAD, OPTIONS", "/samples/UTR-2024-00001/move": "POST, OPTIONS",
	} {
		p := r.send(http.MethodOptions, path, nil).want(t, http.StatusNoContent)
		if have := p.header.Get("Allow"); !sameMethods(have, allow) || p.body != "" {
			t.Errorf("OPTIONS %s allows %q", path, have)
		}
		p = r.send(http.MethodDelete, path, nil).want(t, http.StatusMethodNotAllowed)
		if have := p.header.Get("Allow"); !sameMethods(have, allow) {
			t.Errorf("DELETE %s allows %q", path, have)
		}
	}
	r.send(http.MethodOptions, "/nowhere", nil).want(t, http.StatusNotFound)
	r.send(http.MethodHead, "/sign-out", nil).want(t, http.StatusMethodNotAllowed)
}

func sameMethods(a, b string) bool {
	sorted := func(list string) []string { return slices.Sorted(slices.Values(strings.Split(list, ", "))) }
	return slices.Equal(sorted(a), sorted(b))
}

// Only what is the same for everybody is compressed, whatever is asked for.
func TestNothingThatSaysSomethingOfSomebodyIsCompressed(t *testing.T) {
	c := newCounter(t, oneSite(t))
	fill(t, c.site, "AMS", 1, 300)
	sample, given := c.handIn(t, "ketamine")
	c.analyse(t, sample, lab.GCMS, lab.HasFindings, c.found(t, "ketamine", lab.Identified, "", ""))
	c.release(t, sample, "")
	public, staff := c.everyPage(t, sample, c.ticketOf(t, given.Print()))
	everybody := storetest.Person(t, c.store, "everybody", 0, lab.UserRoles[:6]...)
	gzip := map[string]string{"Accept-Encoding": "gzip"}
	asset := ""
	for part := range strings.SplitSeq(c.visitor(t).get("/").body, `"`) {
		if strings.HasPrefix(part, "/assets/marquis.") {
			asset = part
		}
	}
	same := []string{asset, "/figures", "/figures/2024", "/figures/2024/ketamine", "/figures/products/ketamine", "/figures/2024/tables/products.csv"}
	for _, path := range same {
		zip, plain := c.visitor(t).ask(http.MethodGet, path, gzip), c.visitor(t).ask(http.MethodGet, path, nil)
		if zip.header.Get("Content-Encoding") != "gzip" || plain.header.Get("Content-Encoding") != "" || len(zip.body) >= len(plain.body) {
			t.Errorf("%s: %d bytes, compressed %d", path, len(plain.body), len(zip.body))
		}
		if vary := strings.Join(zip.header.Values("Vary"), ", "); !strings.Contains(vary, "Accept-Encoding") || vary != strings.Join(plain.header.Values("Vary"), ", ") {
			t.Errorf("%s: Vary %q", path, vary)
		}
		if tag := zip.header.Get("ETag"); tag != "" {
			if tag != plain.header.Get("ETag") || !strings.HasPrefix(tag, "W/") {
				t.Errorf("%s: tags %q and %q", path, tag, plain.header.Get("ETag"))
			}
			for _, accepts := range []string{"gzip", "identity"} {
				again := c.visitor(t).ask(http.MethodGet, path, map[string]string{"Accept-Encoding": accepts, "If-None-Match": `"x", ` + strings.TrimPrefix(tag, "W/")})
				again.want(t, http.StatusNotModified)
			}
		}
		refused := c.visitor(t).ask(http.MethodGet, path, map[string]string{"Accept-Encoding": "gzip;q=0, identity"})
		if refused.body != plain.body || refused.header.Get("Content-Encoding") != "" {
			t.Errorf("%s: gzip is sent to who refuses it", path)
		}
	}
	v, s := c.visitor(t), c.staff(t, everybody)
	tried := 0
	for _, r := range []*reader{v, s} {
		for _, path := range append(append(public, staff...), "/nowhere", "/result/over", "/figures/search?product=ketamine", "/statistics/tables/all.csv") {
			for _, method := range []string{http.MethodGet, http.MethodPost} {
				if method == http.MethodPost && path == "/sign-out" {
					continue
				}
				p := r.ask(method, path, gzip)
				tried++
				if coding := p.header.Get("Content-Encoding"); coding != "" && !strings.HasPrefix(path, "/figures") {
					t.Errorf("%s %s: compressed by %s", method, path, coding)
				}
			}
		}
	}
	if p := v.ask(http.MethodGet, "/figures/search?product=ketamine", gzip); p.header.Get("Content-Encoding") != "" {
		t.Error("what was searched for is compressed")
	}
	if tried < 200 {
		t.Errorf("only %d requests", tried)
	}
}
