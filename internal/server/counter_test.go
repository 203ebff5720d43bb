package server_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"marquis/internal/lab"
	"marquis/internal/store"
	"marquis/internal/store/storetest"
)

// desk is a counter with somebody at it.
type desk struct {
	*site
	t       *testing.T
	service lab.Service
	actor   lab.Actor
	clerk   *reader
}

func newDesk(t *testing.T, x *site) *desk {
	t.Helper()
	d := &desk{site: x, t: t, service: storetest.Service(t, x.store, "UTR")}
	d.actor = storetest.Person(t, x.store, "clerk", d.service.ID, lab.Intake)
	d.clerk = x.staff(t, d.actor)
	return d
}

func (d *desk) place(name string) lab.Location {
	d.t.Helper()
	l, err := d.store.AddLocation(d.t.Context(), lab.Operator("test"), lab.Location{ServiceID: d.service.ID, Name: name, Kind: "office"})
	if err != nil {
		d.t.Fatal(err)
	}
	return l
}

// begin begins a draft and returns its address.
func (d *desk) begin(by *reader) string {
	d.t.Helper()
	p := by.post("/counter/UTR/new", nil).want(d.t, http.StatusSeeOther)
	address := p.header.Get("Location")
	if !strings.HasPrefix(address, "/counter/UTR/drafts/") {
		d.t.Fatalf("a draft at %q", address)
	}
	return address
}

// powder is what somebody types of an ordinary powder.
func powder(edit ...func(url.Values)) url.Values {
	v := url.Values{
		"product_id": {"ketamine"}, "form": {"powder"}, "received_amount": {"0,3"}, "price_amount": {"25"}, "price_currency": {"EUR"},
		"price_quantity": {"1"}, "received_on": {"2025-03-03"}, "channel": {"front_of_house"}, "give_code": {"yes"},
	}
	for _, change := range edit {
		change(v)
	}
	return v
}

func with(name string, values ...string) func(url.Values) {
	return func(v url.Values) { v[name] = values }
}

var (
	codeForm   = regexp.MustCompile(`<strong class="code">([0-9A-Z-]{14})</strong>`)
	numberForm = regexp.MustCompile(`UTR-2025-\d{5}`)
)

// codeOn is the code on a slip, empty where the page has none.
func codeOn(body string) string {
	if m := codeForm.FindStringSubmatch(body); m != nil {
		return m[1]
	}
	return ""
}

// formOn is the id of the form by which samples are turned away.
func formOn(t *testing.T, p page) string {
	t.Helper()
	m := regexp.MustCompile(`name="form_id" value="([^"]+)"`).FindStringSubmatch(p.body)
	if m == nil {
		t.Fatalf("no form has an id:\n%s", p.body)
	}
	return m[1]
}

// register registers a sample and returns its number and code.
func (d *desk) register(by *reader, edit ...func(url.Values)) (number, code string) {
	d.t.Helper()
	p := by.follow(by.post(d.begin(by), powder(edit...))).want(d.t, http.StatusOK, "112", "0900-1995")
	return numberForm.FindString(p.body), codeOn(p.body)
}

// sample reads a sample by its number.
func (d *desk) sample(number string) (lab.Sample, []lab.Expected) {
	d.t.Helper()
	n, err := lab.ParseSampleNumber(number)
	if err != nil {
		d.t.Fatal(err)
	}
	key, err := d.store.FindSample(d.t.Context(), storetest.Reader, n)
	if err != nil {
		d.t.Fatal(err)
	}
	x, expected, err := d.store.Sample(d.t.Context(), storetest.Reader, key)
	if err != nil {
		d.t.Fatal(err)
	}
	return x, expected
}

// opens tells whether a code opens a sample.
func (d *desk) opens(code string) bool {
	d.t.Helper()
	parsed, err := lab.ParseLookupCode(code)
	if err != nil {
		d.t.Fatalf("the slip says %q: %v", code, err)
	}
	keyed, err := d.keys.Hashes(parsed, 0)
	if err != nil {
		d.t.Fatal(err)
	}
	var hashes []store.CodeHash
	for _, h := range keyed {
		hashes = append(hashes, store.CodeHash(h))
	}
	_, err = d.store.Opens(d.t.Context(), hashes)
	if err != nil && !errors.Is(err, lab.ErrNotFound) {
		d.t.Fatal(err)
	}
	return err == nil
}

func TestTheCounterAsksWhereOneStandsOnlyWhereThereIsAChoice(t *testing.T) {
	x := oneSite(t)
	d := newDesk(t, x)
	storetest.Service(t, x.store, "AMS")
	d.clerk.get("/counter").leads(t, "/counter/UTR")
	office := d.place("Office")
	d.clerk.get("/counter").leads(t, fmt.Sprintf("/counter/UTR?location=%d", office.ID))
	d.place("Festival")
	d.clerk.get("/counter").want(t, http.StatusOK, "Service UTR, Office", "Service UTR, Festival").lacks(t, "AMS")
	d.clerk.get(fmt.Sprintf("/counter/UTR?location=%d", office.ID)).want(t, http.StatusOK, `aria-current="page">Service UTR, Office`)

	both := x.staff(t, storetest.Person(t, x.store, "everywhere", 0, lab.Intake))
	both.get("/counter").want(t, http.StatusOK, "Service AMS", "Service UTR, Office")
}

func TestOnlyIntakeOfTheServiceIsAtItsCounter(t *testing.T) {
	x := oneSite(t)
	d := newDesk(t, x)
	draft := d.begin(d.clerk)
	number, _ := d.register(d.clerk)
	other := storetest.Service(t, x.store, "AMS")
	elsewhere := x.staff(t, storetest.Person(t, x.store, "elsewhere", other.ID, lab.Intake))
	analyst := x.staff(t, storetest.Person(t, x.store, "analyst", d.service.ID, lab.Laboratory))
	for _, path := range []string{"/counter/UTR", draft, "/samples/" + number + "/code", "/samples/" + number + "/description"} {
		elsewhere.get(path).want(t, http.StatusNotFound)
		analyst.get(path).want(t, http.StatusForbidden)
		x.visitor(t).get(path).leads(t, "/sign-in?next="+url.QueryEscape(path))
	}
	for _, path := range []string{"/counter/UTR/new", draft, draft + "/save", draft + "/drop", "/samples/" + number + "/code", "/samples/" + number + "/next"} {
		elsewhere.post(path, powder()).want(t, http.StatusNotFound)
		analyst.post(path, powder()).want(t, http.StatusForbidden)
		x.visitor(t).post(path, powder()).leads(t, "/sign-in")
	}
	elsewhere.get("/counter/NONE").want(t, http.StatusNotFound)
}

func TestTheDayShowsDraftsAndWhatWasReceived(t *testing.T) {
	eachSite(t, func(t *testing.T, x *site) {
		d := newDesk(t, x)
		d.clerk.get("/counter/UTR").want(t, http.StatusOK, "Nothing has been received today.", "3 March 2025").lacks(t, "Drafts")
		number, _ := d.register(d.clerk)
		d.register(d.clerk, with("received_on", "2025-03-02"))
		draft := d.begin(d.clerk)
		d.clerk.post(draft, url.Values{"product_id": {"tucibi"}, "form": {"powder"}, "keep": {"yes"}}).leads(t, "/counter/UTR")
		d.clerk.post(d.begin(d.clerk)+"/save", url.Values{"notes": {"only a note"}}).want(t, http.StatusNoContent)
		day := d.clerk.get("/counter/UTR").want(t, http.StatusOK, number, "ketamine", "powder", "registered", "tucibi, powder", "clerk", "product not typed yet")
		if n := strings.Count(day.body, `class="tag is-registered"`); n != 1 {
			t.Errorf("%d samples of today, want 1", n)
		}
		d.clerk.lang = "nl"
		d.clerk.get("/counter/UTR").want(t, http.StatusOK, "Balie van Service UTR", "Ontvangen op 3 maart 2025", "poeder", "product nog niet ingevuld")
	})
}

func TestSamplesTurnedAwayAreCounted(t *testing.T) {
	eachSite(t, func(t *testing.T, x *site) {
		d := newDesk(t, x)
		d.clerk.post("/counter/UTR/turned-away", url.Values{"turned_away": {"2"}}).leads(t, "/counter/UTR?done=turned-away")
		d.clerk.get("/counter/UTR?done=turned-away").want(t, http.StatusOK, "have been counted")
		once := url.Values{"turned_away": {"4"}, "form_id": {formOn(t, d.clerk.get("/counter/UTR"))}}
		for range 2 { // a double click
			d.clerk.post("/counter/UTR/turned-away", once).leads(t, "/counter/UTR?done=turned-away")
		}
		d.clerk.post("/counter/UTR/turned-away", url.Values{"turned_away": {"1"}, "form_id": {"nonsense"}}).want(t, http.StatusBadRequest)
		id, err := lab.ParseID(once.Get("form_id"))
		if err != nil {
			t.Fatal(err)
		}
		if visit, err := x.store.Visit(t.Context(), d.actor, lab.Key{ServiceID: d.service.ID, ID: id}); err != nil || visit.TurnedAway != 4 {
			t.Errorf("a double click made %+v, %v", visit, err)
		}

		number, _ := d.register(d.clerk)
		taken, _ := d.sample(number)
		d.clerk.post("/counter/UTR/turned-away", url.Values{"turned_away": {"3"}, "visit_id": {taken.VisitID.String()}}).want(t, http.StatusSeeOther)
		visit, err := x.store.Visit(t.Context(), d.actor, lab.Key{ServiceID: d.service.ID, ID: taken.VisitID})
		if err != nil || visit.Taken != 1 || visit.TurnedAway != 3 {
			t.Errorf("the visit has %+v, %v", visit, err)
		}
		for typed, says := range map[string]string{
			"":                        "Say how many samples were not taken",
			"0":                       "Say how many samples were not taken",
			"-1":                      "Say how many samples were not taken",
			"many":                    "&#34;many&#34; is not a whole number",
			"99999999999":             "is not a whole number",
			strings.Repeat("9", 1e5):  "is not a whole number",
			"2.5":                     "is not a whole number",
			"101":                     "Say how many samples were not taken",
			"\u0662":                  "is not a whole number",
			"1; DROP TABLE visits;--": "is not a whole number",
		} {
			d.clerk.post("/counter/UTR/turned-away", url.Values{"turned_away": {typed}}).
				want(t, http.StatusUnprocessableEntity, says, `href="#field-turned_away"`, `value="`+strings.ReplaceAll(typed, "'", "&#39;"))
		}
		d.clerk.post("/counter/UTR/turned-away", url.Values{"turned_away": {"1"}, "visit_id": {"nonsense"}}).want(t, http.StatusNotFound)
	})
}

// again sends a form until it is taken or refused: on a slow machine whoever waits for
// four seconds to save is told to come again.
func (d *desk) again(path string, form url.Values) page {
	for end := time.Now().Add(time.Minute); ; time.Sleep(100 * time.Millisecond) {
		p := d.clerk.post(path, form)
		if p.status != http.StatusServiceUnavailable || p.header.Get("Retry-After") == "" || time.Now().After(end) {
			return p
		}
	}
}

func TestFiftyReadersRegisterAtOnce(t *testing.T) {
	eachSite(t, func(t *testing.T, x *site) {
		d := newDesk(t, x)
		const readers = 50
		drafts := make([]string, readers)
		for i := range drafts {
			drafts[i] = d.begin(d.clerk)
		}
		numbers, codes := map[string]bool{}, map[string]bool{}
		var mu sync.Mutex
		atOnce(readers, func(i int) {
			p := d.clerk.follow(d.again(drafts[i], powder()))
			mu.Lock()
			defer mu.Unlock()
			if p.status != http.StatusOK {
				t.Errorf("status %d", p.status)
			}
			numbers[numberForm.FindString(p.body)], codes[codeOn(p.body)] = true, true
		})
		if len(numbers) != readers || len(codes) != readers {
			t.Errorf("%d numbers and %d codes", len(numbers), len(codes))
		}
		if left := strings.Count(d.clerk.get("/counter/UTR").body, "/drop"); left != 0 {
			t.Errorf("%d drafts are left", left)
		}
	})
}

func TestADraftSentFiftyTimesRegistersOnce(t *testing.T) {
	eachSite(t, func(t *testing.T, x *site) {
		d := newDesk(t, x)
		draft := d.begin(d.clerk)
		got := map[int]int{}
		var mu sync.Mutex
		atOnce(50, func(int) {
			p := d.again(draft, powder()) // each from a window of its own
			mu.Lock()
			defer mu.Unlock()
			got[p.status]++
			if p.status == http.StatusConflict && !strings.Contains(p.body, "This sample is UTR-2025-00001") {
				t.Errorf("the conflict page says: %s", p.body)
			}
		})
		if got[http.StatusSeeOther] != 1 || got[http.StatusConflict] != 49 {
			t.Errorf("answers: %v", got)
		}
		if n := strings.Count(d.clerk.get("/counter/UTR").body, "is-registered"); n != 1 {
			t.Errorf("%d samples", n)
		}
	})
}

// atOnce runs a step so many times side by side.
func atOnce(times int, step func(i int)) {
	var all sync.WaitGroup
	for i := range times {
		all.Go(func() { step(i) })
	}
	all.Wait()
}

func TestSuggestions(t *testing.T) {
	x := oneSite(t)
	d := newDesk(t, x)
	ask := func(lang, path string) []map[string]string {
		t.Helper()
		d.clerk.lang = lang
		p := d.clerk.get(path).want(t, http.StatusOK)
		if p.header.Get("Cache-Control") != "no-store" {
			t.Error("suggestions are kept by browsers")
		}
		var list []map[string]string
		if err := json.Unmarshal([]byte(p.body), &list); err != nil || list == nil {
			t.Fatalf("%s: %q, %v", path, p.body, err)
		}
		return list
	}
	for path, want := range map[string]string{
		"/suggest/products?q=keta":                  "ketamine",
		"/suggest/products?q=coca%C3%AFne":          "cocaine",
		"/suggest/products?q=poes":                  "3-MMC",
		"/suggest/products?q=XTC":                   "ecstasy",
		"/suggest/substances?q=cafe":                "caffeine",
		"/suggest/substances?q=ketamine%3B+levamis": "ketamine; levamisole",
	} {
		if list := ask("en", path); len(list) == 0 || list[0]["value"] != want {
			t.Errorf("%s: %v, want %s first", path, list, want)
		}
	}
	if list := ask("en", "/suggest/substances?q=2fdck"); list[0]["value"] != "2-fluoro-deschloroketamine" || list[0]["label"] != "2-fluoro-deschloroketamine (2-FDCK)" {
		t.Errorf("with a short name: %v", list)
	}
	if list := ask("nl", "/suggest/products?q=cocaine"); list[0]["value"] != "cocaïne" {
		t.Errorf("in Dutch: %v", list)
	}
	if list := ask("en", "/suggest/products?q=a"); len(list) != 8 {
		t.Errorf("%d suggestions", len(list))
	}
	for _, q := range []string{"", "%20", "zzzzzz", strings.Repeat("a", 5000), "%FF%FE"} {
		if list := ask("en", "/suggest/products?q="+q); len(list) != 0 {
			t.Errorf("%.20q suggests %v", q, list)
		}
	}
	x.staff(t, storetest.Person(t, x.store, "analyst", d.service.ID, lab.Laboratory)).get("/suggest/substances?q=ket").want(t, http.StatusOK)
	x.staff(t, storetest.Person(t, x.store, "people", d.service.ID, lab.Administrator)).get("/suggest/substances?q=ket").want(t, http.StatusForbidden)
	x.visitor(t).get("/suggest/products?q=ket").leads(t, "/sign-in?next=%2Fsuggest%2Fproducts%3Fq%3Dket")
}
