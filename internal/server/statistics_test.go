package server_test

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"marquis/internal/lab"
	"marquis/internal/store/storetest"
)

func TestTheWorkbenchShowsWhatThePublicDoesNotSee(t *testing.T) {
	eachSite(t, func(t *testing.T, x *site) {
		small := fill(t, x, "GRO", 5, 4)
		utrecht := fill(t, x, "UTR", 1, 300)
		fill(t, x, "AMS", 2, 200)
		all := x.staff(t, storetest.Person(t, x.store, "coordinator", 0, lab.Coordinator))
		all.get("/statistics").want(t, http.StatusOK, small.Name, "not public: 1 to 4", "Turnaround", "Samples by month").lacks(t, "1–4 or hidden")
		all.get("/statistics?year=2023&service=UTR&product=ketamine").want(t, http.StatusOK, "Ketamine", "Outcomes", "Purity over the years")
		all.get("/statistics?expected=MDMA").want(t, http.StatusOK, "MDMA", "Dose")

		own := x.staff(t, storetest.Person(t, x.store, "analyst", utrecht.ID, lab.DataAnalyst))
		own.get("/statistics").want(t, http.StatusOK, utrecht.Name).lacks(t, small.Name, "all services")
		for _, other := range []string{"AMS", "all", "nonsense"} {
			own.get("/statistics?service="+other).want(t, http.StatusUnprocessableEntity, "Choose one of the list.")
			own.get("/statistics/tables/products.csv?service="+other).want(t, http.StatusUnprocessableEntity)
		}
	})
}

func TestTheWorkbenchSaysWhatIsWrong(t *testing.T) {
	x := oneSite(t)
	r := x.staff(t, storetest.Person(t, x.store, "analyst", 0, lab.DataAnalyst))
	r.get("/statistics").want(t, http.StatusOK, "There are no figures yet.")
	fill(t, x, "UTR", 1, 50)
	x.clock.pass(time.Second)
	r.get("/statistics?product=nonsense&year=2024").want(t, http.StatusUnprocessableEntity, `value="nonsense"`, "No product of the dictionary is called", `href="#field-product"`)
	r.get("/statistics?product=ketamine&expected=MDMA").want(t, http.StatusUnprocessableEntity, "not both")
	r.get("/statistics?year=1999").want(t, http.StatusUnprocessableEntity, "Choose one of the list.")
	r.lang = "nl"
	r.get("/statistics?product=nonsense").want(t, http.StatusUnprocessableEntity, "Geen product van het woordenboek heet")
}

func TestAnExportNeedsTheSecondFactorAndIsOnRecord(t *testing.T) {
	x := oneSite(t)
	utrecht := fill(t, x, "UTR", 1, 100)
	analyst := storetest.Person(t, x.store, "analyst", utrecht.ID, lab.DataAnalyst)
	x.signedIn(t, analyst, false).get("/statistics").want(t, http.StatusOK)
	x.signedIn(t, analyst, false).get("/statistics/tables/products.csv").leads(t, "/second-factor?next=%2Fstatistics%2Ftables%2Fproducts.csv")
	x.visitor(t).get("/statistics").leads(t, "/sign-in?next=%2Fstatistics")
	x.staff(t, storetest.Person(t, x.store, "intake", utrecht.ID, lab.Intake)).get("/statistics").want(t, http.StatusForbidden)

	r, before := x.staff(t, analyst), events(t, x)
	file := r.get("/statistics/tables/products.csv?year=2024&service=UTR").want(t, http.StatusOK, "product,share_n")
	if got := file.header.Get("Content-Disposition"); got != `attachment; filename="marquis-utr-2024-products.csv"` {
		t.Errorf("saved as %s", got)
	}
	r.get("/statistics/tables/all.csv?year=2024&product=ketamine").want(t, http.StatusOK, "year,scope,product")
	r.get("/statistics/tables/all.json?year=2024").want(t, http.StatusOK, `"registered"`)
	r.get("/statistics/tables/nonsense.csv").want(t, http.StatusNotFound)
	r.get("/statistics/tables/all.exe").want(t, http.StatusNotFound)
	if n := events(t, x) - before; n != 3 {
		t.Errorf("%d exports on record, want 3", n)
	}
}

// events counts what is on record.
func events(t testing.TB, x *site) int {
	t.Helper()
	n, err := x.store.VerifyAudit(t.Context(), lab.Operator("test"))
	if err != nil {
		t.Fatal(err)
	}
	return int(n)
}

// finishedReport waits for a report.
func finishedReport(t testing.TB, r *reader, address string) {
	t.Helper()
	for range 600 {
		var p struct {
			Done, Total int
			Text, Href  string
		}
		if err := json.Unmarshal([]byte(r.get(address+"/progress").want(t, http.StatusOK).body), &p); err != nil {
			t.Fatal(err)
		}
		if p.Href != "" {
			if p.Href != address || p.Text == "" {
				t.Fatalf("progress leads to %q: %q", p.Href, p.Text)
			}
			return
		}
		time.Sleep(50 * time.Millisecond)
	}
	t.Fatal("the report is never finished")
}

func TestAReportIsMadeAndFetchedOnce(t *testing.T) {
	eachSite(t, func(t *testing.T, x *site) {
		utrecht := fill(t, x, "UTR", 1, 100)
		fill(t, x, "AMS", 2, 50)
		analyst := storetest.Person(t, x.store, "analyst", utrecht.ID, lab.DataAnalyst)
		other := storetest.Person(t, x.store, "other", utrecht.ID, lab.DataAnalyst)
		x.signedIn(t, analyst, false).get("/reports").leads(t, "/second-factor?next=%2Freports")
		r, stranger := x.staff(t, analyst), x.staff(t, other)
		before := events(t, x)
		r.get("/reports").want(t, http.StatusOK, utrecht.Name, "2024").lacks(t, ">AMS<")
		r.post("/reports", url.Values{"year": {"1850"}, "language": {"xx"}, "service": {"all"}}).
			want(t, http.StatusUnprocessableEntity, "3 things to correct", "Choose one of the list.")

		answer := r.post("/reports", url.Values{"year": {"2024"}, "language": {"nl"}, "service": {"UTR"}}).want(t, http.StatusSeeOther)
		address := answer.header.Get("Location")
		finishedReport(t, r, address)
		r.get(address).want(t, http.StatusOK, "The report is ready.", address+"/file")
		for _, path := range []string{"", "/progress", "/file"} {
			stranger.get(address+path).want(t, http.StatusNotFound)
		}
		file := r.get(address+"/file").want(t, http.StatusOK)
		if !strings.HasPrefix(file.body, "PK") || file.header.Get("Content-Disposition") != `attachment; filename="marquis-2024-UTR-nl.xlsx"` {
			t.Errorf("%d bytes, %s", len(file.body), file.header.Get("Content-Disposition"))
		}
		r.get(address+"/file").want(t, http.StatusNotFound)
		r.get(address).want(t, http.StatusOK, "has been downloaded")
		if n := events(t, x) - before; n != 1 {
			t.Errorf("%d exports on record, want 1", n)
		}
		r.get("/reports/nonsense").want(t, http.StatusNotFound)
	})
}
