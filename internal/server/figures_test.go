package server_test

import (
	"encoding/csv"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"marquis/internal/lab"
	"marquis/internal/locale"
	"marquis/internal/statistics"
	"marquis/internal/store"
	"marquis/internal/store/storetest"
)

// fill gives a service so many generated samples of 2023 and 2024.
func fill(t testing.TB, x *site, code string, seed uint64, n int) lab.Service {
	t.Helper()
	service := storetest.Service(t, x.store, code)
	d := storetest.AddMethods(t, x.store)
	batch := &store.ImportBatch{
		Import:  lab.Import{Key: lab.Key{ServiceID: service.ID}, Profile: "generated", Digest: code, Files: code},
		Samples: store.Arrivals(storetest.Generate(d, seed, n, 2023, 2024)),
	}
	if err := x.store.Import(t.Context(), lab.Operator("import"), d, batch, func(int) {}); err != nil {
		t.Fatal(err)
	}
	return service
}

// computed is the figures of all services, straight from the rows.
func computed(t testing.TB, x *site, year int, services ...lab.Service) *statistics.Year {
	t.Helper()
	d, err := x.store.Words(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	fold := statistics.NewFold(d)
	for _, s := range services {
		for row, err := range x.store.FactRows(t.Context(), lab.Program("test"), s.ID, year) {
			if err != nil {
				t.Fatal(err)
			}
			fold.Add(row)
		}
	}
	fold.Seal()
	return statistics.Compute(fold, d, statistics.Scope{Year: year, Currency: "EUR"})
}

func texts(t testing.TB, lang string) *locale.Locale {
	t.Helper()
	l, err := locale.New(lang)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func ketamineOf(t testing.TB, y *statistics.Year) *statistics.Entry {
	t.Helper()
	for i := range y.Products {
		if y.Products[i].Product == "ketamine" {
			return &y.Products[i]
		}
	}
	t.Fatal("no ketamine")
	return nil
}

func TestPageCSVAndJSONSayTheSame(t *testing.T) {
	eachSite(t, func(t *testing.T, x *site) {
		utrecht, amsterdam := fill(t, x, "UTR", 1, 700), fill(t, x, "AMS", 2, 500)
		e := ketamineOf(t, computed(t, x, 2024, utrecht, amsterdam))
		r := x.visitor(t)
		for _, lang := range []string{"en", "nl"} {
			l := texts(t, lang)
			r.lang = lang
			contains := l.Percent(*e.Contains.Any.Percent, 1)
			of := l.Text("page.figures.n_of_all", "N", l.Count(e.Contains.Any.N), "Of", l.Count(e.Contains.Any.Of))
			share := l.Text("page.figures.n_of_all", "N", l.Count(e.N), "Of", l.Count(e.Registered))
			r.get("/figures/2024/ketamine").want(t, http.StatusOK, contains, of, share, `<html lang="`+lang+`">`).
				lacks(t, "<no value>", "NaN", "%!")
		}
		rows, err := csv.NewReader(strings.NewReader(r.get("/figures/2024/ketamine/tables/contains.csv").want(t, http.StatusOK).body)).ReadAll()
		if err != nil || len(rows) != 3 {
			t.Fatalf("%d rows, %v", len(rows), err)
		}
		if rows[1][1] != strconv.Itoa(e.Contains.Any.N) || rows[1][2] != strconv.Itoa(e.Contains.Any.Of) {
			t.Errorf("CSV says %v, computed was %+v", rows[1], e.Contains.Any)
		}
		var table statistics.Table
		answer := r.get("/figures/2024/ketamine/tables/contains.json").want(t, http.StatusOK)
		if err := json.Unmarshal([]byte(answer.body), &table); err != nil {
			t.Fatal(err)
		}
		if c := table.Rows[0].Cells[1]; *c.N != e.Contains.Any.N || *c.Value != statistics.Round(*e.Contains.Any.Percent, 1) {
			t.Errorf("JSON says %d, %v", *c.N, *c.Value)
		}
		if got := answer.header.Get("Content-Disposition"); got != `attachment; filename="marquis-2024-ketamine-contains.json"` {
			t.Errorf("saved as %s", got)
		}
		if answer.header.Get("X-Content-Type-Options") != "nosniff" {
			t.Error("a browser may guess what the file is")
		}
	})
}

// link finds the addresses of a page.
var link = regexp.MustCompile(`href="(/figures[^"#]*)"`)

// publicPages are all pages and files of figures that can be reached by links.
func publicPages(t testing.TB, r *reader) map[string]string {
	t.Helper()
	pages, next := map[string]string{}, []string{"/figures"}
	for len(next) > 0 {
		address := next[0]
		next = next[1:]
		if _, seen := pages[address]; seen || strings.Contains(address, "lang=") {
			continue
		}
		pages[address] = readable(t, address, r.get(address).want(t, http.StatusOK).body)
		for _, m := range link.FindAllStringSubmatch(pages[address], -1) {
			next = append(next, m[1])
		}
	}
	return pages
}

func TestEveryLinkOfTheFiguresLeadsSomewhereAndHidesSmallServices(t *testing.T) {
	x := oneSite(t)
	small := fill(t, x, "GRO", 5, 4)
	utrecht, amsterdam := fill(t, x, "UTR", 1, 400), fill(t, x, "AMS", 2, 200)
	pages := publicPages(t, x.visitor(t))
	tables, pictures := 0, 0
	for address, body := range pages {
		switch {
		case strings.HasSuffix(address, ".svg"):
			pictures++
			decoder := xml.NewDecoder(strings.NewReader(body))
			for {
				if _, err := decoder.Token(); errors.Is(err, io.EOF) {
					break
				} else if err != nil {
					t.Errorf("%s is no XML: %v", address, err)
					break
				}
			}
		case strings.Contains(address, "/tables/"):
			tables++
		}
		for _, mark := range []string{string(statistics.Secondary), `"mark":`, "not public"} {
			if strings.Contains(body, mark) {
				t.Errorf("%s tells why a number is hidden", address)
			}
		}
	}
	if tables < 100 || pictures < 50 {
		t.Errorf("%d tables and %d pictures are linked", tables, pictures)
	}
	for _, year := range []int{2023, 2024} {
		y := computed(t, x, year, small)
		if y.Registered == 0 || y.Registered > 4 {
			t.Fatalf("the small service has %d samples in %d", y.Registered, year)
		}
		file := pages["/figures/"+strconv.Itoa(year)+"/tables/services.csv"]
		if !strings.Contains(file, small.Name+",suppressed,suppressed,suppressed") {
			t.Errorf("%d: the services are told as\n%s", year, file)
		}
		// It cannot be had from the total either: another is hidden with it.
		if strings.Count(file, "suppressed,suppressed,suppressed") < 2 {
			t.Errorf("%d: nothing covers the small service:\n%s", year, file)
		}
		all := computed(t, x, year, small, utrecht, amsterdam).Registered
		if !strings.Contains(file, strconv.Itoa(all)) {
			t.Errorf("%d: the country has %d samples:\n%s", year, all, file)
		}
		if page := pages["/figures/"+strconv.Itoa(year)]; !strings.Contains(page, "1–4 or hidden") {
			t.Errorf("%d: the page does not say that numbers are hidden", year)
		}
	}
}

func TestWhatHasNoFiguresLeadsToWhatHas(t *testing.T) {
	x := oneSite(t)
	fill(t, x, "UTR", 1, 400)
	r := x.visitor(t)
	for _, address := range []string{
		"/figures/2019", "/figures/02024", "/figures/x", "/figures/-1", "/figures/99999999999999999999", "/figures/2026", "/figures/9999",
		"/figures/2024/nonsense", "/figures/2024/Ketamine", "/figures/2019/ketamine", "/figures/products/nonsense",
		"/figures/2024/tables/nonsense.csv", "/figures/2024/tables/outcomes.csv", "/figures/2024/tables/products.xml", "/figures/2024/tables/products",
		"/figures/2024/ketamine/tables/products.csv", "/figures/2024/ketamine/tables/years.csv", "/figures/2024/ketamine/tables/trends.svg",
		"/figures/products/ketamine/tables/outcomes.json", "/figures/2025/tables/products.csv", "/figures/2025/ketamine/tables/price.json",
	} {
		r.get(address).want(t, http.StatusNotFound, "No figures here", `href="/figures/2024"`, `href="/figures/2023"`, `action="/figures/search"`).
			lacks(t, "work for", "administrator")
	}
	r.lang = "nl"
	r.get("/figures/2019").want(t, http.StatusNotFound, "Hier zijn geen cijfers")
}

func TestFiguresWithoutSamples(t *testing.T) {
	x := oneSite(t)
	r := x.visitor(t)
	r.get("/figures").want(t, http.StatusOK, "There are no figures yet.")
	r.get("/figures/search?product=ketamine").want(t, http.StatusOK, "no figures of a product called “ketamine”")
}

func TestSearchFindsAProductByAnyName(t *testing.T) {
	x := oneSite(t)
	fill(t, x, "UTR", 1, 300)
	r := x.visitor(t)
	r.get("/figures/search?product=Ketamine").leads(t, "/figures/products/ketamine")
	r.get("/figures/search?product=ketamine&lang=nl").leads(t, "/figures/products/ketamine?lang=nl")
	r.get("/figures/search?product=xtc").want(t, http.StatusOK, `href="/figures/products/ecstasy"`)
	r.get("/figures/search?product=").leads(t, "/figures")
	r.get("/figures/search?product="+strings.Repeat("x", 1000)).leads(t, "/figures")
	r.get("/figures/search?product=%3Cscript%3E").want(t, http.StatusOK, "“&lt;script&gt;”").lacks(t, "<script>")
}

// TestSearchIsNotFilledByWhatHasNoFigures: words that nobody handed anything in as come
// first by their names, and are of a year that is not over.
func TestSearchIsNotFilledByWhatHasNoFigures(t *testing.T) {
	x := oneSite(t)
	utrecht := fill(t, x, "UTR", 1, 300)
	r := x.visitor(t)
	before := r.get("/figures/search?product=mine").want(t, http.StatusOK, `href="/figures/products/ketamine"`).body
	d, err := x.store.Dictionary(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	batch := &store.ImportBatch{Import: lab.Import{Key: lab.Key{ServiceID: utrecht.ID}, Profile: "generated", Digest: "words", Files: "words"}}
	for i := range 30 {
		p, err := d.AddUnknownProduct("mine " + strconv.Itoa(i))
		if err != nil {
			t.Fatal(err)
		}
		batch.Products = append(batch.Products, p)
	}
	if err := x.store.Import(t.Context(), lab.Operator("import"), d, batch, func(int) {}); err != nil {
		t.Fatal(err)
	}
	x.clock.pass(2 * time.Second)
	if words, err := x.store.Words(t.Context()); err != nil || len(words.SearchProducts("mine", 1000)) < 30 {
		t.Fatalf("the words are not there: %v", err)
	}
	if after := r.get("/figures/search?product=mine").body; after != before {
		t.Errorf("the answer changed:\n%s", after)
	}
}

func TestARunningYearSaysWhenItComesAndNothingElse(t *testing.T) {
	x := oneSite(t)
	fill(t, x, "UTR", 1, 400)
	fill(t, x, "AMS", 2, 200)
	r := x.visitor(t)
	r.get("/figures/2024").want(t, http.StatusOK, "Samples by service")
	r.get("/figures").want(t, http.StatusOK, `href="/figures/2024"`, "The figures of 2025 come when that year is over, after 1 January 2026.").lacks(t, `href="/figures/2025"`)

	x.clock.pass(-100 * 24 * time.Hour) // back in 2024
	const not = "The figures of 2024 come when that year is over, after 1 January 2025."
	r.get("/figures").want(t, http.StatusOK, not, `href="/figures/2023"`, "Below is 2023").lacks(t, `href="/figures/2024"`)
	for _, address := range []string{"/figures/2024", "/figures/2024/ketamine", "/figures/2024/methoxetamine", "/figures/2024/nonsense"} {
		r.get(address).want(t, http.StatusOK, not, `href="/figures/2023"`, "Figures of 2024").lacks(t, "handed in in 2024", "CSV", "%")
	}
	some, none := r.get("/figures/2024/ketamine").body, r.get("/figures/2024/nonsense").body
	if strings.ReplaceAll(some, "2024/ketamine", "2024/nonsense") != none {
		t.Errorf("a year that is not over tells which products there are:\n%s\n%s", some, none)
	}
	r.get("/figures/products/ketamine").want(t, http.StatusOK, "2023").lacks(t, "2024")
	r.get("/figures/2024/tables/products.csv").want(t, http.StatusNotFound)
	r.lang = "nl"
	r.get("/figures/2024").want(t, http.StatusOK, "De cijfers van 2024 komen als dat jaar voorbij is, na 1 januari 2025.")
}

func TestAYearOfFewResultsTellsHowManyAndNothingElse(t *testing.T) {
	x := oneSite(t)
	utrecht := fill(t, x, "UTR", 1, 90)
	y := computed(t, x, 2024, utrecht)
	if y.Released == 0 || y.Released >= statistics.YearFrom {
		t.Fatalf("%d released", y.Released)
	}
	r := x.visitor(t)
	for address, body := range publicPages(t, r) {
		if strings.Contains(address, "/tables/") || strings.Contains(address, "/products/") || strings.Count(address, "/") > 2 {
			t.Errorf("%s is linked", address)
		}
		if strings.Contains(body, "ketamine") && address != "/figures" { // a hint of the search names it
			t.Errorf("%s names a product", address)
		}
	}
	r.get("/figures/2024").want(t, http.StatusOK, "Samples handed in in 2024: "+strconv.Itoa(y.Registered)+". Results released: "+strconv.Itoa(y.Released)+".",
		"Fewer than 50 results of 2024").lacks(t, "%", "Nothing to tell", "<table")
	for _, address := range []string{"/figures/2024/ketamine", "/figures/products/ketamine", "/figures/2024/tables/registered.csv", "/figures/2024/tables/registered.svg"} {
		r.get(address).want(t, http.StatusNotFound)
	}
	r.get("/figures/search?product=ketamine").want(t, http.StatusOK, "no figures of a product called")
}

func TestAProductLeadsWithMeanAndMedianOfTheLastClosedYear(t *testing.T) {
	x := oneSite(t)
	utrecht := fill(t, x, "UTR", 1, 1500)
	e := (&statistics.Source{Dictionary: &lab.Dictionary{}, Entries: []*statistics.Entry{ketamineOf(t, computed(t, x, 2024, utrecht))}, ClosedTo: 2024}).Told().Entries[0]
	all := e.Purity[slices.IndexFunc(e.Purity, func(c statistics.Content) bool { return c.Form == "powder+crystal" })]
	r := x.visitor(t)
	for _, address := range []string{"/figures/2024/ketamine", "/figures/products/ketamine"} {
		lead := r.get(address).want(t, http.StatusOK)
		want := fmt.Sprintf("In 2024 the mean content was %s%% ketamine and the median %s%% (powder and crystal, as base, n = %d).", shortest(*all.Mean), shortest(*all.Median), all.N)
		price := fmt.Sprintf("In 2024 the mean price was €\u00a0%s", shortest(*e.Price[0].Mean))
		if text := strings.ReplaceAll(lead.body, "\u202f", ""); !strings.Contains(text, want) || !strings.Contains(text, price) {
			t.Errorf("%s does not say %q and %q:\n%s", address, want, price, between(text, `class="lead"`, "<nav"))
		}
	}
}

func shortest(v float64) string { return strconv.FormatFloat(v, 'f', -1, 64) }

// between is what stands in a page between two texts.
func between(page, from, to string) string {
	_, after, _ := strings.Cut(page, from)
	before, _, _ := strings.Cut(after, to)
	return before
}

// TestPagesShowTheDigitsOfTheFiles: each number of a table's CSV stands in the page.
func TestPagesShowTheDigitsOfTheFiles(t *testing.T) {
	x := oneSite(t)
	fill(t, x, "UTR", 1, 1500)
	pages := publicPages(t, x.visitor(t))
	number := regexp.MustCompile(`^-?[0-9]+(\.[0-9]+)?$`)
	seen := 0
	for address, file := range pages {
		if !strings.HasSuffix(address, ".csv") {
			continue
		}
		base, key, _ := strings.Cut(strings.TrimSuffix(address, ".csv"), "/tables/")
		table := strings.ReplaceAll(between(pages[base], `id="`+key+`"`, "</section>"), ",", "")
		rows, err := csv.NewReader(strings.NewReader(file)).ReadAll()
		if err != nil {
			t.Fatal(err)
		}
		for _, row := range rows[1:] {
			for i, field := range row {
				if small := strings.Trim(field, "0.") == ""; !number.MatchString(field) || small {
					continue
				}
				seen++
				if !regexp.MustCompile(`(^|[^0-9.])` + regexp.QuoteMeta(field) + `([^0-9.]|\.[^0-9]|$)`).MatchString(table) {
					t.Fatalf("%s: %s %s is not in the page:\n%s", address, rows[0][i], field, table)
				}
			}
		}
	}
	if seen < 5000 {
		t.Errorf("%d numbers", seen)
	}
}

// releaseOne takes in a sample of 2024 with its result, released at once.
func releaseOne(t testing.TB, x *site, service lab.Service, seed uint64) {
	t.Helper()
	d, err := x.store.Words(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	code := "late" + strconv.FormatUint(seed, 10)
	arrivals := storetest.Generate(d, seed, 40, 2024, 2024)
	one := slices.IndexFunc(arrivals, func(a lab.Arrival) bool {
		return len(a.Evidence) > 0 && a.Sample.Channel == lab.FrontOfHouse && a.Sample.SourcePublishedOn != 0 && a.Sample.SourcePublishedOn < 2024_11_01
	})
	arrivals[one].Sample.SourceRef = code
	batch := &store.ImportBatch{
		Import:  lab.Import{Key: lab.Key{ServiceID: service.ID}, Profile: "generated", Digest: code, Files: code},
		Samples: store.Arrivals(arrivals[one : one+1]),
	}
	if err := x.store.Import(t.Context(), lab.Operator("import"), d, batch, func(int) {}); err != nil {
		t.Fatal(err)
	}
}

// crawl reads every public page and file of figures in both languages, those that are
// linked and those of every year and product, with its status and its tag.
func crawl(t testing.TB, x *site) map[string]string {
	t.Helper()
	seen := map[string]string{}
	words, err := x.store.Words(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, lang := range []string{"en", "nl"} {
		r := x.visitor(t)
		r.lang = lang
		addresses := slices.Collect(maps.Keys(publicPages(t, r)))
		for _, p := range []string{"ketamine", "methoxetamine"} {
			addresses = append(addresses, "/figures/search?product="+p, "/figures/products/"+p)
			for _, year := range []int{2024, 2025} {
				base := "/figures/" + strconv.Itoa(year)
				addresses = append(addresses, base, base+"/"+p)
				for _, ending := range []string{".csv", ".json", ".svg", ".xlsx"} {
					for _, key := range statistics.TableKeys() {
						addresses = append(addresses, base+"/tables/"+key+ending, base+"/"+p+"/tables/"+key+ending, "/figures/products/"+p+"/tables/"+key+ending)
					}
				}
			}
		}
		for _, address := range addresses {
			a := r.get(address)
			seen[lang+" "+address] = strconv.Itoa(a.status) + " " + a.header.Get("ETag") + "\n" + a.body
		}
	}
	if len(words.Products) == 0 || len(seen) < 1000 {
		t.Fatalf("%d addresses", len(seen))
	}
	return seen
}

// TestTwoLooksAtARunningYearFindNothing: one sample is released between them.
func TestTwoLooksAtARunningYearFindNothing(t *testing.T) {
	x := oneSite(t)
	utrecht := fill(t, x, "UTR", 1, 400)
	x.clock.pass(-100 * 24 * time.Hour) // in 2024
	before := crawl(t, x)
	had := computed(t, x, 2024, utrecht).Released
	releaseOne(t, x, utrecht, 7)
	x.clock.pass(2 * time.Second)
	if now := computed(t, x, 2024, utrecht).Released; now != had+1 {
		t.Fatalf("%d released, %d before", now, had)
	}
	after := crawl(t, x)
	for address, body := range before {
		if after[address] != body {
			t.Errorf("%s changed:\n%s\n%s", address, body, after[address])
		}
	}
	if len(after) != len(before) {
		t.Errorf("%d addresses, %d before", len(after), len(before))
	}
}

func TestAChangeShowsWithinASecond(t *testing.T) {
	eachSite(t, func(t *testing.T, x *site) {
		utrecht := fill(t, x, "UTR", 1, 100)
		r := x.visitor(t)
		before := r.get("/figures/2024")
		again := r.get("/figures/2024?utm=1&other=2")
		if again.body != before.body || again.header.Get("ETag") != before.header.Get("ETag") {
			t.Error("the same page is not the same")
		}
		intake := storetest.Person(t, x.store, "intake", utrecht.ID, lab.Intake)
		words, err := x.store.Words(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		p := storetest.Product(t, words, "ketamine")
		sample := storetest.Sample(utrecht.ID, p.ID, func(s *lab.Sample) { s.ReceivedOn = 2024_12_31 })
		if _, err := x.store.RegisterSample(t.Context(), intake, store.Registration{File: lab.File{Sample: sample, Expected: p.Expected()}}); err != nil {
			t.Fatal(err)
		}
		x.clock.pass(time.Second)
		n := computed(t, x, 2024, utrecht).Registered
		after := r.get("/figures/2024").want(t, http.StatusOK, "Samples handed in in 2024: "+texts(t, "en").Count(n))
		if after.body == before.body || after.header.Get("ETag") == before.header.Get("ETag") {
			t.Error("the page stays as it was")
		}
	})
}

func TestABrowserNeedNotFetchWhatItHas(t *testing.T) {
	x := oneSite(t)
	fill(t, x, "UTR", 1, 50)
	r := x.visitor(t)
	first := r.get("/figures").want(t, http.StatusOK)
	if len(first.header.Values("Set-Cookie")) > 0 || first.header.Get("Vary") != "Accept-Language, Cookie" {
		t.Errorf("headers %v", first.header)
	}
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, x.address.String()+"/figures", nil)
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Accept-Language", "en")
	request.Header.Set("If-None-Match", first.header.Get("ETag"))
	if again := r.do(request); again.status != http.StatusNotModified || again.body != "" {
		t.Errorf("status %d with %d bytes", again.status, len(again.body))
	}
	r.get("/figures?lang=nl").want(t, http.StatusOK, "Cijfers", `href="/figures/2024?lang=nl"`)
}
