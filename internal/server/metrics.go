package server

import (
	"context"
	"math"
	"net/http"
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"marquis/internal/lab"
	"marquis/internal/store"
)

// noRoute stands for every address that leads nowhere: what was typed is no label.
const noRoute = "none"

const (
	pingTime      = 2 * time.Second         // for the database to answer while metrics are told
	savingTime    = 4500 * time.Millisecond // and to be written: a write waits four seconds for its turn
	scrapesAtOnce = 4
)

// durations are the bounds of the histogram, in seconds.
var durations = []float64{.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 30}

// metrics are what the operator sees of the program: numbers, under labels from
// lists that the program knows beforehand. No label holds anything that was sent,
// nor whose sample, service or account it was about.
type metrics struct {
	registry     *prometheus.Registry
	requests     *prometheus.CounterVec   // by route, method and class of status
	duration     *prometheus.HistogramVec // by route
	inFlight     prometheus.Gauge
	panics       prometheus.Counter
	codesExpired prometheus.Counter
	clockJumped  prometheus.Gauge
	sweeps       *prometheus.CounterVec // by result
	refused      *prometheus.CounterVec // by kind of limit
}

// The results of a sweep.
const (
	sweepDone   = "done"
	sweepFailed = "failed"
)

func newMetrics(s *Server) *metrics {
	m := &metrics{
		registry: prometheus.NewRegistry(),
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "marquis_http_requests_total", Help: "Requests answered.",
		}, []string{"route", "method", "status"}),
		duration: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "marquis_http_request_duration_seconds", Help: "How long requests took.", Buckets: durations,
		}, []string{"route"}),
		inFlight: prometheus.NewGauge(prometheus.GaugeOpts{
			Name: "marquis_http_requests_in_flight", Help: "Requests that are being answered.",
		}),
		panics: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "marquis_http_panics_total", Help: "Requests that ended in a panic; the log says where.",
		}),
		codesExpired: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "marquis_lookup_codes_expired_total", Help: "Lookup codes removed because their time was over.",
		}),
		clockJumped: prometheus.NewGauge(prometheus.GaugeOpts{
			Name: "marquis_clock_jumped", Help: "1 while nothing is removed for its time being over, because the clock has jumped and nobody has confirmed it; else 0.",
		}),
		sweeps: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "marquis_sweeps_total", Help: "Times that what was over its time was removed.",
		}, []string{"result"}),
	}
	m.refused = prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "marquis_attempts_refused_total", Help: "Attempts and connections that went beyond a limit.",
	}, []string{"kind"})
	for _, l := range limits() {
		m.refused.WithLabelValues(l.kind)
	}
	for _, result := range []string{sweepDone, sweepFailed} {
		m.sweeps.WithLabelValues(result)
	}
	m.registry.MustRegister(
		m.requests, m.duration, m.inFlight, m.panics, m.codesExpired, m.clockJumped, m.sweeps, m.refused,
		prometheus.NewGaugeFunc(prometheus.GaugeOpts{
			Name: "marquis_code_flood", Help: "1 while everybody together types more wrong lookup codes than are answered, else 0.",
		}, func() float64 {
			if s.guesses.flooding() {
				return 1
			}
			return 0
		}),
		prometheus.NewGaugeFunc(prometheus.GaugeOpts{
			Name: "marquis_jobs_running", Help: "Reports that are being made.",
		}, func() float64 { return float64(s.jobs.Running()) }),
		prometheus.NewGaugeFunc(prometheus.GaugeOpts{
			Name: "marquis_build_info", Help: "Always 1.", ConstLabels: prometheus.Labels{"version": s.Program},
		}, func() float64 { return 1 }),
		databaseCollector{s.Store, s.Now},
		collectors.NewGoCollector(),
		collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}),
	)
	return m
}

// answered counts a request. Its route is empty where the address leads nowhere.
func (m *metrics) answered(route, method string, status int) {
	m.requests.WithLabelValues(orNone(route), method, statusClass(status)).Inc()
}

// took notes how long the answer to a request took.
func (m *metrics) took(route string, d time.Duration) {
	m.duration.WithLabelValues(orNone(route)).Observe(d.Seconds())
}

func orNone(route string) string {
	if route == "" {
		return noRoute
	}
	return route
}

// statusClass is 2xx, 3xx and so on.
func statusClass(status int) string { return strconv.Itoa(status/100) + "xx" }

// Metrics answers /metrics for Prometheus, and /readyz for the operator. It asks nobody
// who they are: serve it where only the operator's own programs come.
func (s *Server) Metrics() http.Handler {
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", promhttp.HandlerFor(s.metrics.registry, promhttp.HandlerOpts{MaxRequestsInFlight: scrapesAtOnce}))
	mux.HandleFunc("GET /readyz", s.serveUpkeep)
	return mux
}

// databaseCollector tells how the database does, when it is asked.
type databaseCollector struct {
	store *store.Store
	now   func() time.Time
}

var (
	writable        = prometheus.NewDesc("marquis_writable", "1 while something can be saved, else 0.", nil, nil)
	databaseUp      = prometheus.NewDesc("marquis_database_up", "1 while the database answers, else 0.", nil, nil)
	backupAge       = prometheus.NewDesc("marquis_backup_age_seconds", "Age of the newest backup that was made together with the key ring; +Inf where there is none.", nil, nil)
	provenAge       = prometheus.NewDesc("marquis_backup_proven_age_seconds", "Age of the newest such backup that was restored and verified; +Inf where there is none.", nil, nil)
	poolMost        = databaseDesc("connections_max", "Connections to the database that may be open.")
	poolOpen        = databaseDesc("connections", "Connections to the database that are open.")
	poolInUse       = databaseDesc("connections_in_use", "Connections to the database that are at work.")
	poolWaits       = databaseDesc("waits_total", "How often a connection was waited for.")
	poolWaitSeconds = databaseDesc("wait_seconds_total", "For how long connections were waited for.")
)

func databaseDesc(name, help string) *prometheus.Desc {
	return prometheus.NewDesc("marquis_database_"+name, help, []string{"pool"}, nil)
}

// Describe names what Collect tells.
func (databaseCollector) Describe(descs chan<- *prometheus.Desc) {
	for _, desc := range []*prometheus.Desc{writable, databaseUp, backupAge, provenAge, poolMost, poolOpen, poolInUse, poolWaits, poolWaitSeconds} {
		descs <- desc
	}
}

// oneIf is 1 where what is asked finds no error within the time, else 0.
func oneIf(ask func(context.Context) error, within time.Duration) float64 {
	ctx, cancel := context.WithTimeout(context.Background(), within)
	defer cancel()
	if ask(ctx) != nil {
		return 0
	}
	return 1
}

// collectBackups tells how old the newest backups are.
func (c databaseCollector) collectBackups(found chan<- prometheus.Metric) {
	ctx, cancel := context.WithTimeout(context.Background(), pingTime)
	defer cancel()
	last, err := c.store.LastBackups(ctx, keeper)
	if err != nil {
		return // the database does not answer, which is told
	}
	age := func(at lab.Instant) float64 {
		if at.IsZero() {
			return math.Inf(1)
		}
		return c.now().Sub(at.Time()).Seconds()
	}
	found <- prometheus.MustNewConstMetric(backupAge, prometheus.GaugeValue, age(last.MadeAt))
	found <- prometheus.MustNewConstMetric(provenAge, prometheus.GaugeValue, age(last.ProvenAt))
}

// Collect asks the database whether it answers and can be written, and counts its connections.
func (c databaseCollector) Collect(found chan<- prometheus.Metric) {
	gauge, counter := prometheus.GaugeValue, prometheus.CounterValue
	saving := make(chan float64, 1)
	go func() { saving <- oneIf(c.store.Writable, savingTime) }()
	up := oneIf(c.store.Ping, pingTime)
	found <- prometheus.MustNewConstMetric(databaseUp, gauge, up)
	if up == 1 {
		c.collectBackups(found)
	}
	found <- prometheus.MustNewConstMetric(writable, gauge, <-saving)
	for _, p := range c.store.PoolStats() {
		found <- prometheus.MustNewConstMetric(poolMost, gauge, float64(p.Most), p.Pool)
		found <- prometheus.MustNewConstMetric(poolOpen, gauge, float64(p.Open), p.Pool)
		found <- prometheus.MustNewConstMetric(poolInUse, gauge, float64(p.InUse), p.Pool)
		found <- prometheus.MustNewConstMetric(poolWaits, counter, float64(p.Waits), p.Pool)
		found <- prometheus.MustNewConstMetric(poolWaitSeconds, counter, p.Waited.Seconds(), p.Pool)
	}
}
