package server_test

import (
	"bytes"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"marquis/internal/lab"
	"marquis/internal/server"
	"marquis/internal/store/storetest"
)

// things are what the addresses of pages can name: for each parameter the value of
// something that is there, and then values of what is not, or is another's.
type things map[string][]string

// things makes one of each.
func (c *counter) things(t *testing.T, everybody lab.Actor, r *reader) things {
	t.Helper()
	sample, _ := c.handIn(t, "ketamine")
	analysis := c.analyse(t, sample, lab.GCMS, lab.HasFindings, c.found(t, "ketamine", lab.Identified, "", ""))
	other, _ := c.handIn(t, "cocaine")
	others := c.analyse(t, other, lab.GCMS, lab.HasFindings, c.found(t, "cocaine", lab.Identified, "", ""))
	number := func(x lab.Sample, service string) string {
		return lab.SampleNumber{Service: service, Year: int(x.NumberYear), Running: int(x.NumberRunning)}.String()
	}
	foreign := storetest.Service(t, c.store, "AMS")
	theirs := storetest.Person(t, c.store, "their-intake", foreign.ID, lab.Intake)
	draft, err := c.store.NewDraft(t.Context(), everybody, c.service.ID, "{}")
	if err != nil {
		t.Fatal(err)
	}
	foreignDraft, err := c.store.NewDraft(t.Context(), theirs, foreign.ID, "{}")
	if err != nil {
		t.Fatal(err)
	}
	slip := r.post("/samples/"+number(sample, c.service.Code)+"/code", url.Values{"reason": {"lost"}}).want(t, http.StatusSeeOther).header.Get("Location")
	given := codeOn(r.get(slip).body)
	const nobody = "0190aaaa-aaaa-7aaa-8aaa-aaaaaaaaaaaa"
	place, err := c.store.AddLocation(t.Context(), lab.Operator("test"), lab.Location{ServiceID: c.service.ID, Name: "Tent", Kind: "event"})
	if err != nil {
		t.Fatal(err)
	}
	_, err = c.store.ProposeSubstance(t.Context(), c.analyst, c.service.ID, lab.Proposal{Name: "zalpidone", Class: "stimulant", Why: "a library"})
	noError(t, err)
	_, err = c.store.ProposeProduct(t.Context(), c.intake, c.service.ID, lab.ProductProposal{ProductEntry: lab.ProductEntry{NameEN: "pink cloud", Unit: lab.Gram}, Why: "heard"})
	noError(t, err)
	return things{
		":entry":    {strconv.Itoa(lab.LocalEntries), "1", "99999999999", "nonsense", "-1", "0"},
		":service":  {c.service.Code, "AMS", "ZZZ", "%20"},
		":number":   {number(sample, c.service.Code), number(sample, "AMS"), number(sample, "ZZZ"), c.service.Code + "-2024-99999", "nonsense"},
		":analysis": {analysis.ID.String(), others.ID.String(), nobody, "nonsense"},
		":draft":    {draft.String(), foreignDraft.String(), nobody, "nonsense"},
		":location": {strconv.Itoa(int(place.ID)), "99999", "nonsense", "-1"},
		":user":     {"1", "99999", "nonsense", "-1"},
		":job":      {c.job(t, r), "nonsense"},
		":batch":    {c.sentFile(t, r), nobody, "nonsense"},
		":ticket":   {c.ticketOf(t, given), "over"},
		":slip":     {slip[strings.LastIndex(slip, "/")+1:], "over"},
		":year":     {"2024", "1999", "9999", "nonsense"},
		":product":  {"ketamine", "nonesuch", "%00"},
		":file":     {"products.csv", "none.csv", "products.exe"},
		":name":     {"none.css"},

		":method":     {strconv.Itoa(int(c.methods[lab.Strip].ID)), "1", "99999999999", "nonsense", "-1"},
		":laboratory": {"LAB1", "lab1", "NONE", "%00"},

		":upload": {nobody, "nonsense"}, ":part": {"1-0", "nonsense"}, ":mapping": {"unc-gcms.0", "unc-gcms.7", "none.0", "nonsense"}, ":import": {nobody, "nonsense"},
	}
}

func (c *counter) administrator(t *testing.T) *reader {
	t.Helper()
	return c.staff(t, storetest.Person(t, c.store, "administrator", 0, lab.Administrator))
}

// sentFile sends a file of an instrument and returns its id.
func (c *counter) sentFile(t *testing.T, r *reader) string {
	t.Helper()
	run := url.Values{"method": {strconv.Itoa(int(c.methods[lab.GCMS].ID))}, "performed_on": {"2025-03-03"}, "instrument": {"QP2020"}, "run": {"12"}}
	return strings.TrimPrefix(r.sendFile(t, run, "run.csv", []byte(plainHead)).want(t, http.StatusSeeOther).header.Get("Location"), "/batches/")
}

// job has a report made and returns its id.
func (c *counter) job(t *testing.T, r *reader) string {
	t.Helper()
	address := r.post("/reports", url.Values{"year": {"2025"}, "language": {"en"}, "service": {"all"}}).want(t, http.StatusSeeOther).header.Get("Location")
	for range 200 {
		if strings.Contains(r.get(address+"/progress").body, `"href"`) {
			return strings.TrimPrefix(address, "/reports/")
		}
		time.Sleep(50 * time.Millisecond)
	}
	t.Fatal("no report is made")
	return ""
}

// addresses are those of a route: first with all that is there, and then with one
// parameter after the other changed to what is not.
func (x things) addresses(t *testing.T, path string) (list []string) {
	t.Helper()
	fill := func(changed, value string) string {
		parts := strings.Split(path, "/")
		for i, part := range parts {
			switch {
			case part == changed:
				parts[i] = value
			case strings.HasPrefix(part, ":") && x[part] == nil:
				t.Fatalf("%s: nothing is known of %s", path, part)
			case strings.HasPrefix(part, ":"):
				parts[i] = x[part][0]
			}
		}
		return strings.Join(parts, "/")
	}
	list = []string{fill("", "")}
	for part := range strings.SplitSeq(path, "/") {
		if strings.HasPrefix(part, ":") {
			for _, value := range x[part][1:] {
				list = append(list, fill(part, value))
			}
		}
	}
	return list
}

// HEAD answers as GET does of every page that there is not, that is another's, or of
// which a part is not there.
func TestHeadersOfWhatIsNotThereSaySo(t *testing.T) {
	c := newCounter(t, oneSite(t))
	fill(t, c.site, "ROT", 1, 100)
	everybody := storetest.Person(t, c.store, "everybody", 0, lab.UserRoles[:6]...)
	x := c.things(t, everybody, c.staff(t, everybody))
	utr := []lab.UserRole{lab.Intake, lab.Laboratory, lab.Verifier, lab.Coordinator}
	readers := map[string]*reader{
		"a visitor": c.visitor(t), "all roles": c.staff(t, everybody), "an administrator": c.administrator(t),
		"one service": c.staff(t, storetest.Person(t, c.store, "utr", c.service.ID, utr...)), "no role": c.staff(t, storetest.Person(t, c.store, "none", 0)),
	}
	told := map[int]int{}
	for _, route := range server.Routes() {
		if route[0] != http.MethodGet {
			continue
		}
		for _, address := range x.addresses(t, route[1]) {
			for name, r := range readers {
				head := r.ask(http.MethodHead, address, nil)
				whole := r.ask(http.MethodGet, address, nil)
				told[whole.status]++
				if head.status != whole.status || head.body != "" {
					t.Errorf("%s: HEAD %s answers %d, GET %d", name, address, head.status, whole.status)
				}
				for _, header := range []string{"Content-Type", "Content-Disposition", "Location", "Allow", "Referrer-Policy"} {
					if head.header.Get(header) != whole.header.Get(header) {
						t.Errorf("%s: HEAD %s says %s %q, GET %q", name, address, header, head.header.Get(header), whole.header.Get(header))
					}
				}
			}
		}
	}
	if told[200] < 50 || told[404] < 200 || told[500] > 0 {
		t.Errorf("answers by status: %v", told)
	}
	file := "/reports/" + x[":job"][0] + "/file"
	for _, method := range []string{http.MethodHead, http.MethodGet} { // it was fetched above
		readers["all roles"].ask(method, file, nil).want(t, http.StatusNotFound)
	}
}

// More than a form holds is refused as that, wherever a form is sent to, and whatever
// it says of its length or its kind; and nothing is done.
func TestTooLargeAFormIsRefusedEverywhere(t *testing.T) {
	c := newCounter(t, oneSite(t))
	everybody := storetest.Person(t, c.store, "everybody", 0, lab.UserRoles[:6]...)
	staff, administrator := c.staff(t, everybody), c.administrator(t)
	x := c.things(t, everybody, staff)
	x[":question"] = []string{"0190aaaa-aaaa-7aaa-8aaa-aaaaaaaaaaaa"}
	before := events(t, c.site)
	const form = "application/x-www-form-urlencoded"
	tooMuch := "a=1&b=" + strings.Repeat("7", 1<<20)
	tried, first := 0, regexp.MustCompile(`^/(people|services|clock|methods|laboratories)\b`)
	for _, route := range server.Routes() {
		if route[0] != http.MethodPost || route[1] == "/imports/:service/files" { // which takes files
			continue
		}
		public := slices.Contains(server.PublicRoutes(), route)
		for kind, body := range map[string]io.Reader{
			form: strings.NewReader(tooMuch), form + " ": io.MultiReader(strings.NewReader(tooMuch)), // whose length is not said
			"multipart/form-data; boundary=x": strings.NewReader(tooMuch), "application/json": bytes.NewReader([]byte(tooMuch)),
		} {
			if route[1] == "/batches/new" && strings.HasPrefix(kind, "multipart") { // which takes a file
				continue
			}
			r, says := staff, []string{"too much for one form", "Nothing was changed"}
			switch {
			case public:
				r = c.visitor(t)
			case first.MatchString(route[1]):
				r = administrator
			}
			if public && route[1] != "/sign-in" {
				says = append(says, `href="tel:112"`)
			}
			request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, c.address.String()+x.addresses(t, route[1])[0], body)
			if err != nil {
				t.Fatal(err)
			}
			request.Header.Set("Content-Type", strings.TrimSpace(kind))
			request.Header.Set("Accept-Language", "en")
			t.Run(route[1]+" "+kind, func(t *testing.T) { r.do(request).want(t, http.StatusRequestEntityTooLarge, says...) })
			tried++
		}
	}
	if after := events(t, c.site); after != before {
		t.Errorf("%d events became %d", before, after)
	}
	if tried < 120 {
		t.Errorf("only %d requests", tried)
	}
	c.visitor(t).send(http.MethodPost, "/lookup", strings.NewReader(tooMuch[len("a=1&b="):])).want(t, http.StatusUnprocessableEntity) // as much as a form may hold
	c.visitor(t).post("/people", url.Values{"a": {tooMuch}}).want(t, http.StatusSeeOther)                                             // who may not is told that
	c.visitor(t).post("/nowhere", url.Values{"a": {tooMuch}}).want(t, http.StatusNotFound)
}
