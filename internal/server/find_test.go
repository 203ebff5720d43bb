package server_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"marquis/internal/lab"
	"marquis/internal/store"
	"marquis/internal/store/storetest"
)

// find types into the finder of the worklists.
func (r *reader) find(typed string) page {
	return r.post("/work/find", url.Values{"number": {typed}})
}

// receivedIn dates a sample to a year.
func receivedIn(year int) func(*lab.Sample) {
	return func(s *lab.Sample) {
		s.ReceivedOn = lab.DateOf(time.Date(year, time.February, 4, 0, 0, 0, 0, time.UTC), time.UTC)
	}
}

func TestASampleIsFoundByItsNumber(t *testing.T) {
	b := newBench(t, oneSite(t))
	address, _ := b.sample(t)
	for _, typed := range []string{"UTR-2025-00001", "utr-2025-1", " utr 2025 1 ", "UTR2025/0001", "1", "00001", "UTR 1", "utr1", "2025-1"} {
		b.analyst.find(typed).leads(t, address)
	}
	for typed, said := range map[string]string{
		"UTR-2025-2": "There is no sample UTR-2025-00002 among those that you may see. Near it there are:", "7": "There is no sample 2025-00007",
		"<b>": "There is no sample", "UTR-2025-0": "There is no sample", strings.Repeat("9", 300): "There is no sample", "AMS 1": "There is no sample AMS-2025-00001",
		"UTR-2019-1": "There is no sample UTR-2019-00001",
	} {
		b.analyst.find(typed).want(t, http.StatusUnprocessableEntity, said, `href="#field-number"`)
	}
	b.analyst.find("UTR-2025-2").want(t, http.StatusUnprocessableEntity, `href="`+address+`"`, `value="UTR-2025-2"`)
	b.elsewhere.find("UTR-2025-1").want(t, http.StatusUnprocessableEntity, "There is no sample").lacks(t, address)
	b.elsewhere.find("1").want(t, http.StatusUnprocessableEntity, "There is no sample").lacks(t, address)
}

func TestAFinderInWhichNothingWasTypedAsksForANumber(t *testing.T) {
	b := newBench(t, oneSite(t))
	for _, typed := range []string{"", "  "} {
		b.analyst.find(typed).want(t, http.StatusUnprocessableEntity, "Type a sample number, such as 26").lacks(t, "There is no sample")
	}
}

func TestANumberAloneMeansThisYears(t *testing.T) {
	eachSite(t, func(t *testing.T, x *site) {
		b := newBench(t, x)
		b.sample(t, receivedIn(2022))
		b.sample(t, receivedIn(2023))
		said := b.analyst.find("1").want(t, http.StatusUnprocessableEntity, "There is no sample 1 of 2025 yet.").body
		_, found, _ := strings.Cut(said, `<ul class="found">`)
		found, _, _ = strings.Cut(found, "</ul>")
		if !strings.Contains(found, "UTR-2023-00001") || strings.Contains(found, "UTR-2022-00001") {
			t.Errorf("the latest year is not what is offered: %s", found)
		}
		now, _ := b.sample(t)
		b.analyst.find("1").leads(t, now)
		b.analyst.find("2022-1").leads(t, "/samples/UTR-2022-00001")
	})
}

func TestANumberOfSeveralServicesIsChosen(t *testing.T) {
	b := newBench(t, oneSite(t))
	here, _ := b.sample(t)
	product := storetest.Product(t, b.words, "ketamine")
	other := must(b.store.Service(t.Context(), lab.Operator("test"), "AMS"))
	must(b.store.RegisterSample(t.Context(), b.actors["elsewhere"], store.Registration{
		File: lab.File{Sample: storetest.Sample(other.ID, product.ID), Expected: product.Expected()},
	}))
	everywhere := b.staff(t, storetest.Person(t, b.store, "everywhere", 0, lab.Laboratory))
	everywhere.find("1").want(t, http.StatusUnprocessableEntity, "Several samples have this number.", `href="`+here+`"`, `href="/samples/AMS-2025-00001"`)
	everywhere.find("AMS 1").leads(t, "/samples/AMS-2025-00001")
	b.analyst.find("1").leads(t, here)
}

// TestAVisitorsCodeIsNoSampleNumber: who holds the slip under the scanner is told so, and
// the code goes nowhere.
func TestAVisitorsCodeIsNoSampleNumber(t *testing.T) {
	b := newBench(t, oneSite(t))
	b.sample(t)
	code := lab.NewLookupCode().Print()
	plain := strings.ReplaceAll(code, "-", "")
	for _, typed := range []string{code, strings.ToLower(code), plain, "https://marquis.example/#" + code, code[:13]} {
		answer := b.analyst.find(typed).want(t, http.StatusUnprocessableEntity, "This is the visitor&#39;s code.", `name="number" value=""`)
		answer.lacks(t, code[:9], plain[:9], strings.ToLower(code)[:9])
	}
	if log := b.log.String(); strings.Contains(log, code[:9]) || strings.Contains(log, plain[:9]) {
		t.Errorf("the code is in the log: %s", log)
	}
	if remembered := must(b.store.Habits(t.Context(), b.actors["analyst"])); strings.Contains(remembered.Worklist, code[:4]) {
		t.Errorf("the code is remembered: %+v", remembered)
	}
}

// TestThisYearIsThatOfTheService: in the first hour of a year it is another than in UTC.
func TestThisYearIsThatOfTheService(t *testing.T) {
	b := newBench(t, oneSite(t))
	b.sample(t, receivedIn(2025))
	b.clock.pass(time.Date(2025, time.December, 31, 23, 30, 0, 0, time.UTC).Sub(b.clock.Now()))
	b.sample(t, receivedIn(2025))
	next, _ := b.sample(t, func(s *lab.Sample) { s.ReceivedOn = 2026_01_01 })
	b.staff(t, b.actors["analyst"]).find("1").leads(t, next)
}
