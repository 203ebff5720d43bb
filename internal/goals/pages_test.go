package goals

import (
	"cmp"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"testing"
	"time"

	"marquis/internal/lab"
	"marquis/internal/store"
)

// codes is how many different codes are looked up.
const codes = 400

// figuresPage is the page of figures that is asked for: of a product in a year.
const figuresPage = "/figures/2020/ketamine"

// measurePages measures the pages of a data set, as a server of its own serves them.
func (x *bench) measurePages(t *testing.T, s *set) {
	w := x.site(t, s)
	lookUps := w.lookUps(t)
	x.measureStatistics(t, s, w)
	x.measureLookUps(t, s, w, lookUps)
	x.measureLists(t, s, w)
	x.measureStaff(t, s, w, lookUps)
}

// comparison is a measurement of pages beside one of a bare handler.
type comparison struct {
	ratios       []float64
	pages, bares []result
}

// compare measures pages beside a bare handler that writes as many bytes, in turn,
// so that noise of the machine falls on both.
func compare(t *testing.T, w *site, requests []request, body []byte) comparison {
	t.Helper()
	bare := bareSite(t, body)
	defer bare.end(t)
	same := slices.Clone(requests)
	for i := range same {
		same[i].want = body
	}
	var c comparison
	for range rounds {
		pages, bares := hammer(t, w.address.Host, requests), hammer(t, bare.address.Host, same)
		c.pages, c.bares, c.ratios = append(c.pages, pages), append(c.bares, bares), append(c.ratios, pages.rate()/bares.rate())
	}
	return c
}

func (c comparison) String() string {
	rate := func(list []result) float64 {
		var rates []float64
		for _, r := range list {
			rates = append(rates, r.rate())
		}
		return median(rates)
	}
	return fmt.Sprintf("%.2f (%.0f/s, bare %.0f/s)", median(c.ratios), rate(c.pages), rate(c.bares))
}

// slowest is the 99th percentile of the times of pages.
func (c comparison) slowest() time.Duration {
	var times []time.Duration
	for _, r := range c.pages {
		times = append(times, r.at(99))
	}
	return median(times)
}

func (x *bench) measureStatistics(t *testing.T, s *set, w *site) {
	body := []byte(w.visitor(t).get(t, figuresPage).want(t, http.StatusOK).body)
	c := compare(t, w, []request{{pageRequest(figuresPage), body}}, body)
	x.sheet.set(statisticsPage, s.at, median(c.ratios), "%s", c)
	t.Logf("statistics page of %d bytes: %s, p99 %s", len(body), c, c.slowest())
}

// codePage is a lookup code and the page that it opens.
type codePage struct {
	code string
	page []byte
}

// lookUps gives released samples, of years back and of now, a code each, and reads
// what the codes open.
func (w *site) lookUps(t *testing.T) []codePage {
	t.Helper()
	staff := person(t, w.store, "goals-codes", lab.Intake, lab.Verifier)
	visitor := w.visitor(t)
	filter := store.WorkFilter{Service: w.service.ID, Stage: lab.StageReleased, Limit: store.WorkMost}
	var pages []codePage
	for len(pages) < codes {
		list, err := w.store.Worklist(t.Context(), staff, filter)
		if err != nil {
			t.Fatal(err)
		}
		for _, row := range list.Rows {
			code := w.newCode(t, staff, row.Sample.Key)
			body := visitor.lookUp(t, code).body
			pages = append(pages, codePage{code, []byte(body)})
		}
		if filter.After = list.Next; filter.After == "" {
			break
		}
	}
	if len(pages) == 0 {
		t.Fatal("no sample is released")
	}
	return pages
}

// newCode gives a sample another code.
func (w *site) newCode(t *testing.T, by lab.Actor, sample lab.Key) string {
	t.Helper()
	code := lab.NewLookupCode()
	hash, err := w.keys.Hash(code, lab.DateOf(time.Now(), time.UTC))
	if err != nil {
		t.Fatal(err)
	}
	if err := w.store.ReplaceCode(t.Context(), by, sample, store.CodeHash(hash), "measuring", nil); err != nil {
		t.Fatal(err)
	}
	return code.Print()
}

func (x *bench) measureLookUps(t *testing.T, s *set, w *site, pages []codePage) {
	requests := make([]request, len(pages))
	for i, p := range pages {
		requests[i] = request{formRequest("/lookup", url.Values{"code": {p.code}}), p.page}
	}
	bySize := slices.SortedFunc(slices.Values(pages), func(a, b codePage) int { return cmp.Compare(len(a.page), len(b.page)) })
	middle := bySize[len(bySize)/2].page
	c := compare(t, w, requests, middle)
	x.sheet.set(lookUp, s.at, median(c.ratios), "%s", c)
	slowest := milliseconds(c.slowest())
	x.sheet.set(lookUpSlowest, s.at, slowest, "%.1f ms", slowest)
	t.Logf("look-ups of %d codes, %d bytes in the middle: %s, p99 %s", len(pages), len(middle), c, c.slowest())
}

// measureLists measures worklists beside the same pages of the small data set.
func (x *bench) measureLists(t *testing.T, s *set, w *site) {
	few := x.site(t, x.few(t, s))
	defer few.end(t)
	at, fewAt := w.staff(t, person(t, w.store, "goals-lists", lab.Verifier)), few.staff(t, person(t, few.store, "goals-lists", lab.Verifier))
	worst, said := 0.0, ""
	for _, list := range w.lists(t) {
		var many, little []time.Duration
		for range rounds {
			many, little = append(many, readPage(t, at, list.address)), append(little, readPage(t, fewAt, list.address))
		}
		ratio := median(ratios(many, little))
		line := fmt.Sprintf("%.2f (%s: %.1f ms, %.1f ms)", ratio, list.name, milliseconds(median(many)), milliseconds(median(little)))
		t.Log("list page: ", line)
		if ratio > worst {
			worst, said = ratio, line
		}
	}
	x.sheet.set(listPage, s.at, worst, "%s", said)
}

// list is a worklist page that is measured.
type list struct{ name, address string }

// lists are the worklists of the busiest service that hold most, that of what is
// released, also from further back, and those of all services.
func (w *site) lists(t *testing.T) []list {
	t.Helper()
	counts, err := w.store.StageCounts(t.Context(), person(t, w.store, "goals-lists", lab.Verifier), w.service.ID)
	if err != nil {
		t.Fatal(err)
	}
	backlog := slices.DeleteFunc(slices.Clone(lab.Stages), lab.Stage.Done)
	slices.SortStableFunc(backlog, func(a, b lab.Stage) int { return cmp.Compare(counts[b].N, counts[a].N) })
	address := func(service string, stage lab.Stage, more string) string {
		return "/work?service=" + service + "&stage=" + string(stage) + more
	}
	return []list{
		{string(backlog[0]), address(w.service.Code, backlog[0], "")},
		{string(backlog[1]), address(w.service.Code, backlog[1], "")},
		{"released", address(w.service.Code, lab.StageReleased, "")},
		{"released in the middle", address(w.service.Code, lab.StageReleased, "&after=2019-06-30_ffffffff-ffff-ffff-ffff-ffffffffffff")},
		{"all", address(w.service.Code, "", "")},
		{"released in all services", address("", lab.StageReleased, "")},
	}
}

// readPage reads a page some times and returns the time in the middle.
func readPage(t *testing.T, r *reader, address string) time.Duration {
	t.Helper()
	const times = 30
	want := r.get(t, address).want(t, http.StatusOK).body
	took := make([]time.Duration, times)
	for i := range took {
		begun := time.Now()
		p := r.get(t, address).want(t, http.StatusOK)
		took[i] = time.Since(begun)
		if p.body != want {
			t.Errorf("%s is another page each time", address)
		}
	}
	return median(took)
}

// measureStart measures how long the program takes from its start, on data that are
// there, to its first answers.
func (x *bench) measureStart(t *testing.T, s *set) {
	const starts = 5
	var ready, home, figures []time.Duration
	for range starts {
		begun := time.Now()
		w := &site{process: x.serve(t, s)}
		visitor := w.visitor(t)
		visitor.get(t, "/").want(t, http.StatusOK)
		home = append(home, time.Since(begun))
		visitor.get(t, "/readyz").want(t, http.StatusOK)
		ready = append(ready, time.Since(begun))
		visitor.get(t, "/figures").want(t, http.StatusOK)
		figures = append(figures, time.Since(begun))
		w.end(t)
	}
	t.Logf("from the start to the look-up page %s, and /readyz %s, and /figures %s", median(home), median(ready), median(figures))
	x.sheet.set(firstAnswer, s.at, median(home).Seconds(), "%.2f s", median(home).Seconds())
	x.sheet.tell(firstFigures, s.at, "%.2f s", median(figures).Seconds())
}
