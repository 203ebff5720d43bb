package server_test

import (
	"bufio"
	"context"
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"net/http/httptest"
	"net/textproto"
	"net/url"
	"os/exec"
	"regexp"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gin-gonic/gin"

	"marquis/internal/lab"
	"marquis/internal/store"
	"marquis/internal/store/storetest"
)

var (
	load        = flag.Bool("load", false, "measure the server under load (make load)")
	loadSamples = flag.Int("load-samples", 20_000, "samples in the registry")
	loadTime    = flag.Duration("load-time", 5*time.Second, "how long each measurement takes")
)

// The load that the goals are about.
const (
	loadConnections = 64
	loadCodes       = 500
	loadStaff       = 30
)

// TestLoad measures look-ups and the statistics page against a bare gin handler
// that writes the same bytes, and how long entry pages take while 30 members of
// staff work and visitors look up. It asserts that every answer is right; what it
// prints is for people to judge.
func TestLoad(t *testing.T) {
	if !*load {
		t.Skip("measures only with -load: make load")
	}
	debug.SetGCPercent(400) // as "marquis serve" does
	for _, kind := range []string{"sqlite", "postgres"} {
		t.Run(kind, func(t *testing.T) {
			x := newSite(t, kind)
			service := fillSite(t, x)
			codes := giveCodes(t, x, service)
			x.analyse(t)
			x.measurePages(t, codes)
			x.measureStaff(t, service, codes)
		})
	}
}

// fillSite loads generated samples of ten years.
func fillSite(t *testing.T, x *site) lab.Service {
	t.Helper()
	service := storetest.Service(t, x.store, "UTR")
	d := storetest.AddMethods(t, x.store)
	batch := &store.ImportBatch{
		Import:  lab.Import{Key: lab.Key{ServiceID: service.ID}, Profile: "generated", Digest: "load", Files: "load"},
		Samples: storetest.Generate(d, 1, *loadSamples, 2015, 2024),
	}
	if err := x.store.Import(t.Context(), lab.Operator("import"), d, batch, func(int) {}); err != nil {
		t.Fatal(err)
	}
	return service
}

// analyse has PostgreSQL count what its tables hold, as its autovacuum does within a
// minute of any bulk load.
func (x *site) analyse(t *testing.T) {
	t.Helper()
	if x.config.DatabaseURL == "" {
		return
	}
	if out, err := exec.CommandContext(t.Context(), "psql", x.config.DatabaseURL, "-c", "ANALYZE").CombinedOutput(); err != nil {
		t.Fatalf("psql: %v: %s", err, out)
	}
}

// giveCodes gives released samples a lookup code each.
func giveCodes(t *testing.T, x *site, service lab.Service) []string {
	t.Helper()
	intake := storetest.Person(t, x.store, "codes", service.ID, lab.Intake)
	reader := storetest.Person(t, x.store, "reader", service.ID, lab.Verifier)
	list, err := x.store.Worklist(t.Context(), reader, store.WorkFilter{Service: service.ID, Stage: lab.StageReleased, Limit: loadCodes})
	if err != nil {
		t.Fatal(err)
	}
	var codes []string
	for _, row := range list.Rows {
		code := lab.NewLookupCode()
		hash, err := x.keys.Hash(code, lab.DateOf(x.clock.Now(), time.UTC))
		if err != nil {
			t.Fatal(err)
		}
		if err := x.store.ReplaceCode(t.Context(), intake, row.Sample.Key, store.CodeHash(hash), "load test"); err != nil {
			t.Fatal(err)
		}
		codes = append(codes, code.Print())
	}
	if len(codes) == 0 {
		t.Fatal("no sample is released")
	}
	return codes
}

// measurePages compares pages with bare handlers that write the same bytes, in turn
// and three times, so that noise of the machine falls on both.
func (x *site) measurePages(t *testing.T, codes []string) {
	t.Helper()
	figuresAddress := "/figures/2020/ketamine"
	lookups := make([]string, len(codes))
	for i, code := range codes {
		lookups[i] = formRequest("/lookup", url.Values{"code": {code}}, "")
	}
	lookupBytes := x.visitor(t).post("/lookup", url.Values{"code": {codes[0]}}).want(t, http.StatusOK)
	figuresBytes := x.visitor(t).get(figuresAddress).want(t, http.StatusOK)
	for _, c := range []struct {
		name, goal string
		requests   []string
		body       string
	}{
		{"look-up by code", "≥ 0.25 SQLite, ≥ 0.18 PostgreSQL, p99 < 20 ms", lookups, lookupBytes.body},
		{"statistics page, nothing changed", "≥ 0.8", []string{pageRequest(figuresAddress)}, figuresBytes.body},
	} {
		bare := bareSite(t, c.body)
		var ratios []float64
		var pages, bares result
		for range 3 {
			pages = hammer(t, x.address.Host, c.requests)
			bares = hammer(t, bare, c.requests)
			ratios = append(ratios, pages.rate()/bares.rate())
		}
		slices.Sort(ratios)
		t.Logf("%-34s %7.0f /s, p50 %s, p99 %s; bare gin %7.0f /s, p99 %s; ratio %.2f (goal %s); %d bytes",
			c.name, pages.rate(), pages.at(50), pages.at(99), bares.rate(), bares.at(99), ratios[1], c.goal, len(c.body))
	}
}

// bareSite is a gin handler that does nothing but write the bytes.
func bareSite(t *testing.T, body string) string {
	t.Helper()
	engine := gin.New()
	answer := func(c *gin.Context) { c.Data(http.StatusOK, "text/html; charset=utf-8", []byte(body)) }
	engine.NoRoute(answer)
	server := httptest.NewServer(engine)
	t.Cleanup(server.Close)
	return strings.TrimPrefix(server.URL, "http://")
}

func pageRequest(path string) string {
	return "GET " + path + " HTTP/1.1\r\nHost: marquis\r\nAccept-Language: en\r\n\r\n"
}

func formRequest(path string, fields url.Values, cookie string) string {
	body := fields.Encode()
	return fmt.Sprintf("POST %s HTTP/1.1\r\nHost: marquis\r\nAccept-Language: en\r\n%sContent-Type: application/x-www-form-urlencoded\r\nContent-Length: %d\r\n\r\n%s",
		path, cookie, len(body), body)
}

// result is what a measurement took: the time of each answer.
type result struct {
	took    []time.Duration
	elapsed time.Duration
}

func (r result) rate() float64 { return float64(len(r.took)) / r.elapsed.Seconds() }

// at is the percentile of the times.
func (r result) at(percent int) time.Duration {
	if len(r.took) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(r.took))
	return sorted[min(len(sorted)*percent/100, len(sorted)-1)].Round(10 * time.Microsecond)
}

// hammer sends the requests over and over on 64 connections, each by a client that
// does as little as it can, because it shares the processors with the server.
func hammer(t *testing.T, host string, requests []string) result {
	t.Helper()
	ctx, stop := context.WithTimeout(t.Context(), *loadTime)
	defer stop()
	took := make([][]time.Duration, loadConnections)
	begun := time.Now()
	var all sync.WaitGroup
	for i := range loadConnections {
		all.Go(func() {
			var err error
			if took[i], err = hammerOne(ctx, host, requests, i); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	return result{slices.Concat(took...), time.Since(begun)}
}

func hammerOne(ctx context.Context, host string, requests []string, first int) ([]time.Duration, error) {
	connection, err := (&net.Dialer{}).DialContext(ctx, "tcp", host)
	if err != nil {
		return nil, err
	}
	defer connection.Close()
	in := bufio.NewReaderSize(connection, 64<<10)
	var took []time.Duration
	for i := first; ctx.Err() == nil; i++ {
		begun := time.Now()
		if _, err := io.WriteString(connection, requests[i%len(requests)]); err != nil {
			return took, err
		}
		if err := readOK(in); err != nil {
			return took, err
		}
		took = append(took, time.Since(begun))
	}
	return took, nil
}

// readOK reads an answer of the status 200 to its end.
func readOK(in *bufio.Reader) error {
	lines := textproto.NewReader(in)
	status, err := lines.ReadLine()
	if err != nil {
		return err
	}
	if !strings.HasPrefix(status, "HTTP/1.1 200") {
		return fmt.Errorf("answered %s", status)
	}
	length := -1
	for {
		line, err := lines.ReadLineBytes()
		if err != nil {
			return err
		}
		if len(line) == 0 {
			break
		}
		if rest, found := strings.CutPrefix(string(line), "Content-Length: "); found {
			if length, err = strconv.Atoi(rest); err != nil {
				return err
			}
		}
	}
	if length >= 0 {
		_, err = in.Discard(length)
		return err
	}
	return discardChunks(lines, in)
}

// discardChunks reads a body that comes in chunks.
func discardChunks(lines *textproto.Reader, in *bufio.Reader) error {
	for {
		line, err := lines.ReadLine()
		if err != nil {
			return err
		}
		size, err := strconv.ParseInt(line, 16, 64)
		if err != nil {
			return err
		}
		if _, err := in.Discard(int(size) + len("\r\n")); err != nil || size == 0 {
			return err
		}
	}
}

var draftAddress = regexp.MustCompile(`/drafts/([0-9a-f-]{36})$`)

// measureStaff lets 30 members of staff register samples, with a moment between
// steps, while visitors look up.
func (x *site) measureStaff(t *testing.T, service lab.Service, codes []string) {
	t.Helper()
	intake := storetest.Person(t, x.store, "counter", service.ID, lab.Intake)
	ctx, stop := context.WithTimeout(t.Context(), 3**loadTime)
	defer stop()
	var mu sync.Mutex
	took := map[string][]time.Duration{}
	note := func(step string, begun time.Time) {
		mu.Lock()
		defer mu.Unlock()
		took[step] = append(took[step], time.Since(begun))
	}
	var all sync.WaitGroup
	for range loadStaff {
		all.Go(func() {
			r := x.staff(t, intake)
			for ctx.Err() == nil {
				r.registerOne(t, service.Code, note)
			}
		})
	}
	for i := range 4 { // visitors
		all.Go(func() {
			r := x.visitor(t)
			for n := i; ctx.Err() == nil; n++ {
				begun := time.Now()
				r.post("/lookup", url.Values{"code": {codes[n%len(codes)]}}).want(t, http.StatusOK)
				note("look-up meanwhile", begun)
				time.Sleep(20 * time.Millisecond)
			}
		})
	}
	begun := time.Now()
	all.Wait()
	for _, step := range []string{"new draft", "form", "save draft", "register", "look-up meanwhile"} {
		r := result{took[step], time.Since(begun)}
		t.Logf("%d staff at work: %-18s %5.0f /s, p50 %s, p95 %s, p99 %s", loadStaff, step, r.rate(), r.at(50), r.at(95), r.at(99))
	}
}

// registerOne registers one sample as a browser does, from the new draft to the
// slip.
func (r *reader) registerOne(t *testing.T, service string, note func(string, time.Time)) {
	t.Helper()
	step := func(name string, do func() page) page {
		begun := time.Now()
		p := do()
		note(name, begun)
		time.Sleep(time.Duration(100+rand.IntN(200)) * time.Millisecond)
		return p
	}
	p := step("new draft", func() page { return r.post("/counter/"+service+"/new", nil).want(t, http.StatusSeeOther) })
	address := p.header.Get("Location")
	if !draftAddress.MatchString(address) {
		t.Fatalf("a new draft leads to %q", address)
	}
	fields := url.Values{
		"product_id": {"ketamine"}, "form": {"powder"}, "received_on": {lab.DateOf(r.site.clock.Now(), time.UTC).String()}, "channel": {"front_of_house"},
		"received_amount": {"0,2"}, "received_unit": {"g"}, "price_amount": {"25"}, "price_currency": {"EUR"}, "price_quantity": {"1"}, "price_unit": {"g"},
		"give_code": {"yes"}, "reasons": {"content"},
	}
	step("form", func() page { return r.get(address).want(t, http.StatusOK) })
	step("save draft", func() page {
		p := r.post(address+"/save", fields)
		if p.status/100 != 2 {
			t.Errorf("a draft is not saved: status %d", p.status)
		}
		return p
	})
	step("register", func() page { return r.post(address, fields).want(t, http.StatusOK) })
}
