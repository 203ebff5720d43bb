package server_test

import (
	"encoding/csv"
	"encoding/json"
	"encoding/xml"
	"errors"
	"io"
	"net/http"
	"regexp"
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
		Samples: storetest.Generate(d, seed, n, 2023, 2024),
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
		for row, err := range x.store.FactRows(t.Context(), s.ID, year) {
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
		for _, lang := range locale.Languages {
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
		if c := table.Rows[0].Cells[1]; *c.N != e.Contains.Any.N || *c.Value != *e.Contains.Any.Percent {
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
		pages[address] = r.get(address).want(t, http.StatusOK).body
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

func TestWhatHasNoFiguresHasNoPage(t *testing.T) {
	x := oneSite(t)
	fill(t, x, "UTR", 1, 100)
	r := x.visitor(t)
	for _, address := range []string{
		"/figures/2019", "/figures/02024", "/figures/x", "/figures/-1", "/figures/99999999999999999999",
		"/figures/2024/nonsense", "/figures/2024/Ketamine", "/figures/2019/ketamine", "/figures/products/nonsense",
		"/figures/2024/tables/nonsense.csv", "/figures/2024/tables/outcomes.csv", "/figures/2024/tables/products.xml", "/figures/2024/tables/products",
		"/figures/2024/ketamine/tables/products.csv", "/figures/2024/ketamine/tables/years.csv", "/figures/2024/ketamine/tables/trends.svg",
		"/figures/products/ketamine/tables/outcomes.json",
	} {
		r.get(address).want(t, http.StatusNotFound)
	}
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

func TestARunningYearIsMarkedAndTellsNothingByService(t *testing.T) {
	x := oneSite(t)
	fill(t, x, "UTR", 1, 200)
	fill(t, x, "AMS", 2, 200)
	r := x.visitor(t)
	r.get("/figures/2024").want(t, http.StatusOK, "Samples by service").lacks(t, "is not complete")
	x.clock.pass(-100 * 24 * time.Hour) // back in 2024
	r.get("/figures/2024").want(t, http.StatusOK, "2024 is not complete").lacks(t, "Samples by service")
	r.get("/figures/2024/tables/services.csv").want(t, http.StatusNotFound)
	r.get("/figures/products/ketamine").want(t, http.StatusOK, "2024*", "2024 is not complete")
	file := r.get("/figures/2024/tables/products.csv").want(t, http.StatusOK)
	if got := file.header.Get("Content-Disposition"); !strings.Contains(got, "marquis-2024-incomplete-products.csv") {
		t.Errorf("saved as %s", got)
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
		if _, err := x.store.RegisterSample(t.Context(), intake, store.Registration{Sample: sample, Expected: p.Expected()}); err != nil {
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
