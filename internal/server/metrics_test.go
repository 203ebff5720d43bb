package server_test

import (
	"fmt"
	"maps"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"marquis/internal/lab"
	"marquis/internal/server"
	"marquis/internal/store/storetest"
)

// metrics are the values of a scrape, by series as it is written.
type metrics map[string]float64

var (
	seriesForm = regexp.MustCompile(`^([a-z_]+)(?:\{(.*)\})? (\S+)$`)
	labelForm  = regexp.MustCompile(`([a-z_]+)="((?:[^"\\]|\\.)*)"(?:,|$)`)
)

// scrapeText is what Prometheus is told.
func (x *site) scrapeText(t testing.TB) string {
	t.Helper()
	answer := httptest.NewRecorder()
	x.web.Metrics().ServeHTTP(answer, httptest.NewRequest(http.MethodGet, "/metrics", http.NoBody))
	if answer.Code != http.StatusOK {
		t.Fatalf("status %d: %s", answer.Code, answer.Body)
	}
	return answer.Body.String()
}

func (x *site) scrape(t testing.TB) metrics {
	t.Helper()
	return readMetrics(t, x.scrapeText(t))
}

// counted returns when all requests are counted: an answer is read before it is.
func (x *site) counted(t testing.TB) {
	t.Helper()
	for range 200 {
		if x.scrape(t)["marquis_http_requests_in_flight"] == 0 {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Error("requests are still being answered")
}

func readMetrics(t testing.TB, text string) metrics {
	t.Helper()
	m := metrics{}
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		if strings.HasPrefix(line, "#") {
			continue
		}
		found := seriesForm.FindStringSubmatch(line)
		if found == nil {
			t.Fatalf("no series: %q", line)
		}
		value, err := strconv.ParseFloat(found[3], 64)
		if err != nil {
			t.Fatal(err)
		}
		m[strings.TrimSuffix(line, " "+found[3])] = value
	}
	return m
}

// since is what was counted after an earlier scrape, of one metric.
func (m metrics) since(before metrics, name string) metrics {
	counted := metrics{}
	for series, value := range m {
		if strings.HasPrefix(series, name) && value != before[series] {
			counted[series] = value - before[series]
		}
	}
	return counted
}

// checkLabels fails for every label that is not from a list that the program
// knows beforehand. Faults are pages that only a test has.
func checkLabels(t testing.TB, m metrics, faults ...string) {
	t.Helper()
	number := regexp.MustCompile(`^([0-9.e+-]+|\+Inf)$`).MatchString
	in := func(list ...string) func(string) bool {
		return func(value string) bool { return slices.Contains(list, value) }
	}
	known := map[string]func(string) bool{
		"route":  in(append(append(server.RoutePaths(), "none"), faults...)...),
		"method": in("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "other"),
		"status": in("2xx", "3xx", "4xx", "5xx"),
		"pool":   in("read", "write", "all"), "result": in("done", "failed"), "version": in(runtime.Version(), ""),
		"kind": in(server.LimitKinds()...), "le": number, "quantile": number,
	}
	for series := range m {
		_, labels, _ := strings.Cut(strings.TrimSuffix(series, "}"), "{")
		if rest := labelForm.ReplaceAllString(labels, ""); rest != "" {
			t.Errorf("%s: %q is no label", series, rest)
		}
		for _, label := range labelForm.FindAllStringSubmatch(labels, -1) {
			if good := known[label[1]]; good == nil || !good(label[2]) {
				t.Errorf("%s: the label %s is from no list", series, label[0])
			}
		}
	}
}

func TestMetricsCountRequestsByTheirRoute(t *testing.T) {
	x := oneSite(t)
	x.web.AddFault("/fault/panic", func(string) error { panic("fault") })
	before := x.scrape(t)
	v := x.visitor(t)
	v.get("/").want(t, http.StatusOK)
	v.get("/?year=2024").want(t, http.StatusOK)
	v.get("/lookup").want(t, http.StatusSeeOther)
	v.get("/samples/UTR-2024-00017").want(t, http.StatusSeeOther)
	v.get("/nowhere").want(t, http.StatusNotFound)
	v.send("BREW", "/", nil).want(t, http.StatusMethodNotAllowed)
	v.post("/fault/panic", nil).want(t, http.StatusInternalServerError)
	foreign := httptest.NewRequest(http.MethodPost, "/lookup", http.NoBody)
	foreign.Header.Set("Sec-Fetch-Site", "cross-site")
	x.web.Handler().ServeHTTP(httptest.NewRecorder(), foreign)

	after := x.scrape(t)
	want := metrics{
		`marquis_http_requests_total{method="GET",route="/",status="2xx"}`:                2,
		`marquis_http_requests_total{method="GET",route="/lookup",status="3xx"}`:          1,
		`marquis_http_requests_total{method="GET",route="/samples/:number",status="3xx"}`: 1,
		`marquis_http_requests_total{method="GET",route="none",status="4xx"}`:             1,
		`marquis_http_requests_total{method="other",route="none",status="4xx"}`:           1,
		`marquis_http_requests_total{method="POST",route="/fault/panic",status="5xx"}`:    1,
		`marquis_http_requests_total{method="POST",route="none",status="4xx"}`:            1, // from another site
	}
	if have := after.since(before, "marquis_http_requests_total"); !maps.Equal(have, want) {
		t.Errorf("counted %v, want %v", have, want)
	}
	if have := after.since(before, "marquis_http_panics_total"); have["marquis_http_panics_total"] != 1 {
		t.Errorf("counted %v, want one panic", have)
	}
	durations := after.since(before, "marquis_http_request_duration_seconds")
	if durations[`marquis_http_request_duration_seconds_count{route="/"}`] != 2 || durations[`marquis_http_request_duration_seconds_bucket{route="/",le="30"}`] != 2 ||
		durations[`marquis_http_request_duration_seconds_sum{route="/"}`] <= 0 {
		t.Errorf("durations %v", durations)
	}
	checkLabels(t, after, "/fault/panic")
}

func TestMetricsCountRequestsInFlight(t *testing.T) {
	x := oneSite(t)
	begun, end := make(chan struct{}), make(chan struct{})
	x.web.AddFault("/fault/slow", func(string) error {
		close(begun)
		<-end
		return nil
	})
	answered := make(chan page, 1)
	go func() { answered <- x.visitor(t).post("/fault/slow", nil) }()
	<-begun
	if n := x.scrape(t)["marquis_http_requests_in_flight"]; n != 1 {
		t.Errorf("%v in flight, want 1", n)
	}
	close(end)
	<-answered
	x.soon(t, "marquis_http_requests_in_flight", 0)
}

// soon waits for a value: a request is counted after its answer has been sent.
func (x *site) soon(t *testing.T, series string, want float64) {
	t.Helper()
	have := 0.0
	for range 200 {
		if have = x.scrape(t)[series]; have == want {
			return
		}
		time.Sleep(50 * time.Millisecond)
	}
	t.Errorf("%s is %v, want %v", series, have, want)
}

// Whoever tries out addresses must not fill the memory, nor leave them behind.
func TestNewAddressesAddNoSeries(t *testing.T) {
	x := oneSite(t)
	v := x.visitor(t)
	try := func(from, to int) {
		for i := from; i < to; i++ {
			word := fmt.Sprintf("w%d%s", i, lab.NewLookupCode().Print())
			v.get("/" + word)
			v.get("/assets/" + word)
			v.get("/figures/" + word + "?q=" + word)
			v.get("/samples/" + word + "/code")
			v.send(fmt.Sprintf("M%d", i), "/"+word, nil)
			v.post("/lookup", url.Values{"code": {word}})
			v.post("/"+word, url.Values{word: {word}})
		}
	}
	try(0, 1)
	few := slices.Sorted(maps.Keys(x.scrape(t)))
	try(1, 100)
	after := x.scrape(t)
	if many := slices.Sorted(maps.Keys(after)); !slices.Equal(few, many) {
		t.Errorf("%d series became %d", len(few), len(many))
	}
	checkLabels(t, after)
}

func TestThePublicHasNoMetricsAndTheOperatorNothingElse(t *testing.T) {
	x := oneSite(t)
	x.visitor(t).get("/metrics").want(t, http.StatusNotFound).lacks(t, "marquis_http", "go_info")
	for path, want := range map[string]int{"/metrics": 200, "/": 404, "/lookup": 404, "/livez": 404, "/metrics/x": 404, "/debug/pprof/": 404} {
		answer := httptest.NewRecorder()
		x.web.Metrics().ServeHTTP(answer, httptest.NewRequest(http.MethodGet, path, http.NoBody))
		if answer.Code != want {
			t.Errorf("%s: status %d, want %d", path, answer.Code, want)
		}
	}
	answer := httptest.NewRecorder()
	x.web.Metrics().ServeHTTP(answer, httptest.NewRequest(http.MethodPost, "/metrics", http.NoBody))
	if answer.Code != http.StatusMethodNotAllowed {
		t.Errorf("a form: status %d", answer.Code)
	}
}

// Nobody who sees the metrics can tell that a code that failed once worked.
func TestAWrongAndAnExpiredCodeCountAlike(t *testing.T) {
	eachSite(t, func(t *testing.T, x *site) {
		c := newCounter(t, x)
		_, code := c.handIn(t, "ketamine")
		x.clock.pass(200 * 24 * time.Hour)
		counted := func(code string) metrics {
			before := x.scrape(t)
			c.look(t, "en", code).want(t, http.StatusNotFound)
			x.counted(t)
			after := x.scrape(t)
			return after.since(before, "marquis_http_requests_total")
		}
		unknown, expired := counted(lab.NewLookupCode().Print()), counted(code.Print())
		if len(unknown) != 1 || !maps.Equal(unknown, expired) {
			t.Errorf("unknown %v, expired %v", unknown, expired)
		}
	})
}

func TestMetricsCountRefusedAttempts(t *testing.T) {
	x := oneSite(t)
	c := newCounter(t, x)
	refused := func(kind string, want float64) {
		t.Helper()
		if n, told := x.scrape(t)[`marquis_attempts_refused_total{kind="`+kind+`"}`]; n != want || !told {
			t.Errorf("%s: %v refused, want %v", kind, n, want)
		}
	}
	for range 10 {
		c.look(t, "en", lab.NewLookupCode().Print()).want(t, http.StatusNotFound)
	}
	refused("code", 0)
	c.look(t, "en", lab.NewLookupCode().Print()).want(t, http.StatusTooManyRequests)
	refused("code", 1)
	for range 6 {
		c.visitor(t).post("/sign-in", url.Values{"login": {"nobody"}, "password": {"wrong"}})
	}
	refused("password", 1)
	refused("code", 1)
	if n, told := x.scrape(t)["marquis_code_flood"]; n != 0 || !told {
		t.Errorf("a flood is told: %v", n)
	}
}

func TestMetricsCountSweeps(t *testing.T) {
	eachSite(t, func(t *testing.T, x *site) {
		c := newCounter(t, x)
		for range 3 {
			c.handIn(t, "ketamine")
		}
		for _, result := range []string{"done", "failed"} {
			if n, told := x.scrape(t)[`marquis_sweeps_total{result="`+result+`"}`]; n != 0 || !told {
				t.Errorf("%v sweeps %s before the first", n, result)
			}
		}
		x.clock.pass(200 * 24 * time.Hour)
		storetest.ConfirmClock(t, x.store, x.clock.Now())
		x.serve(t)
		x.soon(t, `marquis_sweeps_total{result="done"}`, 1)
		if n := x.scrape(t)["marquis_lookup_codes_expired_total"]; n != 3 {
			t.Errorf("%v codes expired, want 3", n)
		}
	})
}

func TestASweepThatFailsIsCounted(t *testing.T) {
	x := oneSite(t)
	if err := x.store.Close(); err != nil {
		t.Fatal(err)
	}
	x.serve(t)
	x.soon(t, `marquis_sweeps_total{result="failed"}`, 1)
	if m := x.scrape(t); m[`marquis_sweeps_total{result="done"}`] != 0 || m["marquis_lookup_codes_expired_total"] != 0 {
		t.Errorf("done %v", m.since(nil, "marquis_sweeps"))
	}
}

func TestMetricsTellHowTheDatabaseDoes(t *testing.T) {
	eachSite(t, func(t *testing.T, x *site) {
		m := x.scrape(t)
		if m["marquis_database_up"] != 1 || m["marquis_jobs_running"] != 0 {
			t.Errorf("%v", m.since(nil, "marquis_"))
		}
		pools := m.since(nil, "marquis_database_connections_max")
		for series, most := range pools {
			if open := m[strings.Replace(series, "_max", "", 1)]; open > most {
				t.Errorf("%s is %v, and %v are open", series, most, open)
			}
		}
		if len(pools) == 0 {
			t.Error("no pool is told of")
		}
		for _, series := range []string{"go_goroutines", "process_resident_memory_bytes"} {
			if m[series] == 0 && (runtime.GOOS == "linux" || series == "go_goroutines") {
				t.Errorf("%s is not told", series)
			}
		}
	})
}

func TestMetricsTellThatTheDatabaseIsAway(t *testing.T) {
	c, config := newCable(t)
	x := newSiteAt(t, config)
	up := func(want float64) {
		t.Helper()
		if have, told := x.scrape(t)["marquis_database_up"]; have != want || !told {
			t.Errorf("marquis_database_up is %v, want %v", have, want)
		}
	}
	up(1)
	c.pullOut()
	up(0)
	c.plugIn()
	up(1)
}

// A database that takes questions and never answers must not hold the metrics up.
func TestMetricsDoNotWaitForADatabaseThatHangs(t *testing.T) {
	c, config := newCable(t)
	x := newSiteAt(t, config)
	c.pullOut()
	silent, err := (&net.ListenConfig{}).Listen(t.Context(), "unix", filepath.Join(c.folder, socketName))
	if err != nil {
		t.Fatal(err)
	}
	defer silent.Close()
	begun := time.Now()
	if m := x.scrape(t); m["marquis_database_up"] != 0 || m["go_goroutines"] == 0 {
		t.Errorf("%v", m.since(nil, "marquis_database"))
	}
	if took := time.Since(begun); took > 5*time.Second {
		t.Errorf("it took %v", took)
	}
}
