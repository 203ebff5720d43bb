package goals

import (
	"context"
	"math/rand/v2"
	"net/http"
	"net/url"
	"regexp"
	"sync"
	"testing"
	"time"

	"marquis/internal/lab"
)

// staffAtWork is how many members of staff work at once.
const staffAtWork = 30

var draftAddress = regexp.MustCompile(`/drafts/([0-9a-f-]{36})$`)

// stopwatch gathers the times of steps that many take at once.
type stopwatch struct {
	mu   sync.Mutex
	took map[string][]time.Duration
}

func (w *stopwatch) note(step string, begun time.Time) {
	took := time.Since(begun)
	w.mu.Lock()
	defer w.mu.Unlock()
	w.took[step] = append(w.took[step], took)
}

// measureStaff lets many members of staff register samples, with a moment between
// steps, while visitors look up.
func (x *bench) measureStaff(t *testing.T, s *set, w *site, lookUps []codePage) {
	intake := person(t, w.store, "goals-counter", lab.Intake)
	readers := make([]*reader, staffAtWork)
	for i := range readers {
		readers[i] = w.staff(t, intake)
	}
	ctx, stop := context.WithTimeout(t.Context(), 3*load())
	defer stop()
	watch := &stopwatch{took: map[string][]time.Duration{}}
	begun := time.Now()
	var all sync.WaitGroup
	for _, r := range readers {
		all.Go(func() {
			for ctx.Err() == nil && r.registerOne(t, w.service.Code, watch) {
			}
		})
	}
	for i := range 4 {
		visitor := w.visitor(t)
		all.Go(func() {
			for n := i; ctx.Err() == nil; n++ {
				begun := time.Now()
				visitor.lookUp(t, lookUps[n%len(lookUps)].code)
				watch.note("look-up meanwhile", begun)
				time.Sleep(20 * time.Millisecond)
			}
		})
	}
	all.Wait()
	elapsed := time.Since(begun)
	for _, step := range []string{"new draft", "form", "save draft", "register", "look-up meanwhile"} {
		r := result{watch.took[step], elapsed}
		x.sheet.note("%s, %d staff at work: %s %.0f/s, p50 %s, p95 %s, p99 %s.", s.name(), staffAtWork, step, r.rate(), r.at(50), r.at(95), r.at(99))
	}
}

// registerOne registers one sample as a browser does, from the new draft to the
// slip, and tells whether that went well.
func (r *reader) registerOne(t *testing.T, service string, watch *stopwatch) bool {
	t.Helper()
	step := func(name string, do func() page) page {
		begun := time.Now()
		p := do()
		watch.note(name, begun)
		time.Sleep(time.Duration(100+rand.IntN(200)) * time.Millisecond)
		return p
	}
	p := step("new draft", func() page { return r.post(t, "/counter/"+service+"/new", nil).want(t, http.StatusSeeOther) })
	address := p.header.Get("Location")
	if !draftAddress.MatchString(address) {
		t.Errorf("a new draft leads to %q", address)
		return false
	}
	fields := url.Values{
		"product_id": {"ketamine"}, "form": {"powder"}, "received_on": {lab.DateOf(time.Now(), time.UTC).String()}, "channel": {"front_of_house"},
		"received_amount": {"0,2"}, "received_unit": {"g"}, "price_amount": {"25"}, "price_currency": {"EUR"}, "price_quantity": {"1"}, "price_unit": {"g"},
		"give_code": {"yes"}, "reasons": {"content"}, "location_id": {"1"},
	}
	step("form", func() page { return r.get(t, address).want(t, http.StatusOK) })
	step("save draft", func() page {
		p := r.post(t, address+"/save", fields)
		if p.status/100 != 2 {
			t.Errorf("a draft is not saved: status %d", p.status)
		}
		return p
	})
	return step("register", func() page {
		to := r.post(t, address, fields).want(t, http.StatusSeeOther).header.Get("Location")
		return r.get(t, to).want(t, http.StatusOK)
	}).status == http.StatusOK
}
