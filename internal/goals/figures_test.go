package goals

import (
	"context"
	"database/sql"
	"reflect"
	"runtime"
	"slices"
	"sync"
	"testing"
	"time"

	"marquis/internal/figures"
	"marquis/internal/lab"
	"marquis/internal/statistics"
	"marquis/internal/store"
	"marquis/internal/store/storetest"
)

// What an analyst would ask PostgreSQL for: of every year and product the counts,
// outcomes and prices, and of every substance and form in them the amounts.
const (
	percentileSamples = `SELECT year, product_id, count(*), count(*) FILTER (WHERE release = 'released'),
  count(*) FILTER (WHERE contains), count(*) FILTER (WHERE contains_main),
  count(*) FILTER (WHERE outcome = 'expected_only'), count(*) FILTER (WHERE outcome = 'expected_plus_adulterant'),
  count(*) FILTER (WHERE outcome = 'not_expected'),
  avg(unit_price) FILTER (WHERE NOT price_free AND price_currency = 'EUR'),
  stddev_samp(unit_price) FILTER (WHERE NOT price_free AND price_currency = 'EUR'),
  percentile_cont(ARRAY[0.25, 0.5, 0.75]) WITHIN GROUP (ORDER BY unit_price) FILTER (WHERE NOT price_free AND price_currency = 'EUR')
FROM sample_facts WHERE counted GROUP BY year, product_id`
	percentileFindings = `SELECT year, product_id, form, substance_id, role, count(*), count(*) FILTER (WHERE base_known),
  avg(base) FILTER (WHERE base_known), stddev_samp(base) FILTER (WHERE base_known), min(base), max(base),
  percentile_cont(ARRAY[0.05, 0.25, 0.5, 0.75, 0.95]) WITHIN GROUP (ORDER BY base) FILTER (WHERE base_known)
FROM finding_facts GROUP BY year, product_id, form, substance_id, role`
	percentileColumns = 12 // of each
)

// clock is a clock that a measurement moves, past the moment for which figures may
// be kept without asking the registry.
type clock struct {
	mu   sync.Mutex
	past time.Duration
}

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return time.Now().Add(c.past)
}

func (c *clock) pass(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.past += d
}

// source is a data set whose figures are measured.
type source struct {
	*set
	store  *store.Store
	clock  *clock
	kept   *figures.Source // has made all figures before
	staff  lab.Actor
	busy   lab.ServiceID
	trends []time.Duration // after one released change
	folds  []time.Duration // of all rows in memory
	all    []time.Duration // all years from rows
	rows   int
}

// measureFigures measures the figures on both databases in turn, so that what they
// are compared with is taken at the same time.
func (x *bench) measureFigures(t *testing.T, sets []*set) {
	var sources [2]*source
	for i, s := range sets {
		sources[i] = newSource(t, s)
	}
	postgres := sources[1]
	pool := postgres.pool(t)
	duck := newDuckDB(t, postgres.set)
	if duck != nil {
		x.sheet.about = append(x.sheet.about, "DuckDB "+duck.version(t)+", its own copy of the columns in a file.")
	}
	var percentile, duckDB []time.Duration
	for range rounds {
		for _, s := range sources {
			s.trends = append(s.trends, s.timeTrend(t))
			s.folds = append(s.folds, s.timeFold(t))
			took, registered := s.timeAllYears(t)
			s.all = append(s.all, took)
			if s != postgres {
				continue
			}
			took, counted := timePercentiles(t, pool)
			percentile = append(percentile, took)
			if counted != registered {
				t.Errorf("percentile_cont counts %d samples, the figures %d", counted, registered)
			}
		}
		if duck != nil {
			duckDB = append(duckDB, duck.query(t))
		}
	}
	for _, s := range sources {
		s.checkTrend(t)
		x.tellFigures(s, percentile, duckDB)
	}
}

func (x *bench) tellFigures(s *source, percentile, duckDB []time.Duration) {
	ratio := median(ratios(s.trends, s.folds))
	x.sheet.set(trendMemory, s.at, ratio, "%.3f (%.1f ms; fold of %d rows %.0f ms)", ratio, milliseconds(median(s.trends)), s.rows, milliseconds(median(s.folds)))
	ratio = median(ratios(s.all, percentile))
	x.sheet.set(allPercentile, s.at, ratio, "%.2f (%.0f ms; %.0f ms)", ratio, milliseconds(median(s.all)), milliseconds(median(percentile)))
	if duckDB == nil {
		x.sheet.tell(trendDuckDB, s.at, "DuckDB is not installed")
		x.sheet.tell(allDuckDB, s.at, "DuckDB is not installed")
		return
	}
	ratio = median(ratios(s.trends, duckDB))
	x.sheet.set(trendDuckDB, s.at, ratio, "%.3f (DuckDB %.0f ms)", ratio, milliseconds(median(duckDB)))
	ratio = median(ratios(s.all, duckDB))
	x.sheet.set(allDuckDB, s.at, ratio, "%.2f (DuckDB %.0f ms)", ratio, milliseconds(median(duckDB)))
}

func newSource(t *testing.T, s *set) *source {
	t.Helper()
	c := &clock{}
	registry := s.open(t, c.now)
	x := &source{
		set: s, store: registry, clock: c, kept: figures.New(registry, c.now, "EUR"), staff: person(t, registry, "goals-verifier", lab.Verifier),
		busy: busiest(t, s, registry).ID,
	}
	x.trend(t, x.kept) // makes all folds
	return x
}

// figuresOf are the figures of all services as they are now.
func figuresOf(t *testing.T, s *figures.Source) *figures.Set {
	t.Helper()
	set, err := s.Set(t.Context(), "")
	if err != nil {
		t.Fatal(err)
	}
	return set
}

// trend is the figures of ketamine in all years.
func (s *source) trend(t *testing.T, from *figures.Source) []*statistics.Entry {
	t.Helper()
	set := figuresOf(t, from)
	product := storetest.Product(t, set.Dictionary, "ketamine").ID
	entries, err := set.History(t.Context(), set.Years(), func(ctx context.Context, year int) (*statistics.Entry, error) {
		return set.Product(ctx, year, product)
	})
	if err != nil || len(entries) == 0 {
		t.Fatalf("%d years of ketamine, %v", len(entries), err)
	}
	return entries
}

// timeTrend withdraws a result of a busy year and returns how long the trend then
// takes.
func (s *source) timeTrend(t *testing.T) time.Duration {
	t.Helper()
	before := withdrawn(s.trend(t, s.kept))
	s.withdraw(t)
	s.clock.pass(2 * time.Second)
	runtime.GC()
	begun := time.Now()
	entries := s.trend(t, s.kept)
	took := time.Since(begun)
	if after := withdrawn(entries); after != before+1 {
		t.Errorf("the trend tells of %d withdrawn results, and before the last of %d", after, before)
	}
	return took
}

// withdrawn is the number of withdrawn results of all years.
func withdrawn(entries []*statistics.Entry) (n int) {
	for _, e := range entries {
		n += e.Withdrawn
	}
	return n
}

// withdraw withdraws the result of a released sample of ketamine of 2019.
func (s *source) withdraw(t *testing.T) {
	t.Helper()
	words, err := s.store.Words(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	before, err := lab.ParseDate("2020-01-01")
	if err != nil {
		t.Fatal(err)
	}
	filter := store.WorkFilter{
		Service: s.busy, Stage: lab.StageReleased, Product: storetest.Product(t, words, "ketamine").ID, ReceivedBefore: before, Limit: store.WorkMost,
	}
	list, err := s.store.Worklist(t.Context(), s.staff, filter)
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range list.Rows {
		if row.Published == lab.WithdrawnResult || !row.Sample.Counted() {
			continue
		}
		if _, err := s.store.WithdrawResult(t.Context(), s.staff, row.Sample.Key, row.Sample.Version, lab.Because("en", "measuring")); err != nil {
			t.Fatal(err)
		}
		return
	}
	t.Fatal("no ketamine of 2019 is released")
}

// timeFold returns how long it takes to fold all rows, a year at a time: read
// before, and forgotten after.
func (s *source) timeFold(t *testing.T) (took time.Duration) {
	t.Helper()
	set := figuresOf(t, s.kept)
	s.rows = 0
	for _, year := range set.Years() {
		var services [][]lab.FactRow
		for _, service := range set.Services {
			rows := s.read(t, service.ID, year)
			services, s.rows = append(services, rows), s.rows+len(rows)
		}
		runtime.GC()
		begun := time.Now()
		for _, rows := range services {
			fold := statistics.NewFold(set.Dictionary)
			for _, row := range rows {
				fold.Add(row)
			}
			fold.Seal()
		}
		took += time.Since(begun)
	}
	return took
}

func (s *source) read(t *testing.T, service lab.ServiceID, year int) []lab.FactRow {
	t.Helper()
	var rows []lab.FactRow
	for row, err := range s.store.FactRows(t.Context(), lab.Program("test"), service, year) {
		if err != nil {
			t.Fatal(err)
		}
		row.Findings = slices.Clone(row.Findings)
		rows = append(rows, row)
	}
	return rows
}

// timeAllYears returns how long all figures of all years take from the rows, with
// nothing kept from before, and how many samples they count.
func (s *source) timeAllYears(t *testing.T) (took time.Duration, registered int64) {
	t.Helper()
	runtime.GC()
	begun := time.Now()
	set := figuresOf(t, figures.New(s.store, s.clock.now, "EUR"))
	for _, year := range set.Years() {
		y, err := set.Year(t.Context(), year)
		if err != nil {
			t.Fatal(err)
		}
		registered += int64(y.Registered)
	}
	return time.Since(begun), registered
}

// checkTrend fails unless the trend is the one that is made from nothing.
func (s *source) checkTrend(t *testing.T) {
	t.Helper()
	kept, fresh := s.trend(t, s.kept), s.trend(t, figures.New(s.store, s.clock.now, "EUR"))
	if !reflect.DeepEqual(kept, fresh) {
		t.Errorf("%s: the trend after changes is another than the one made from nothing", s.name())
	}
}

// timePercentiles returns how long PostgreSQL takes for an analyst's question, and
// how many samples it counts.
func timePercentiles(t *testing.T, pool *sql.DB) (took time.Duration, counted int64) {
	t.Helper()
	if err := pool.PingContext(t.Context()); err != nil { // connects, the first time
		t.Fatal(err)
	}
	begun := time.Now()
	samples := storetest.Rows(t, pool, percentileSamples, percentileColumns)
	storetest.Rows(t, pool, percentileFindings, percentileColumns)
	took = time.Since(begun)
	for _, row := range samples {
		counted += row[2].(int64)
	}
	return took, counted
}
