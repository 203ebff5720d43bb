package store_test

import (
	"bytes"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"
	"testing"

	"marquis/internal/lab"
	"marquis/internal/statistics"
	"marquis/internal/store"
	"marquis/internal/store/storetest"
)

// oracleYears are the years of the samples that the oracles look at.
var oracleYears = []int{2023, 2024}

// generatedCountry brings the same generated samples of two services into a
// registry and withdraws some results.
func generatedCountry(t testing.TB, s *store.Store) *lab.Dictionary {
	t.Helper()
	d := storetest.AddMethods(t, s)
	for i, code := range []string{"AMS", "UTR"} {
		service := storetest.Service(t, s, code)
		arrivals := storetest.Generate(d, uint64(i), 900, oracleYears[0], oracleYears[1])
		leaveDoubts(t, d, arrivals)
		importInto(t, s, d, service.ID, "generated", arrivals)
		verifier := storetest.Person(t, s, "verifier-"+strings.ToLower(code), service.ID, lab.Verifier)
		for j := 0; j < len(arrivals); j += 101 {
			x := &arrivals[j]
			if len(x.Evidence) == 0 {
				continue
			}
			if _, err := s.WithdrawResult(t.Context(), verifier, x.Sample.Key, x.Sample.Version, lab.Because("en", "exchanged")); err != nil {
				t.Fatal(err)
			}
		}
	}
	return d
}

// leaveDoubts gives some of the samples in which a GC-MS saw something a peak that nobody could
// name, and others something that is only indicated, or a trace of extreme danger.
func leaveDoubts(t testing.TB, d *lab.Dictionary, arrivals []lab.Arrival) {
	t.Helper()
	var unnamed lab.SubstanceID
	for id, s := range d.Substances {
		if s.Class == lab.UnidentifiedClass {
			unnamed = id
		}
	}
	doubts := []struct {
		every   int
		finding lab.Finding
	}{
		{11, lab.Finding{SubstanceID: storetest.Substance(t, d, "caffeine"), Detection: lab.Indicated}},
		{13, lab.Finding{SubstanceID: unnamed, Detection: lab.Unidentified}},
		{17, lab.Finding{SubstanceID: storetest.Substance(t, d, "isotonitazene"), Detection: lab.Trace}},
		{19, lab.Finding{SubstanceID: storetest.Substance(t, d, "metonitazene"), Detection: lab.Indicated}},
	}
	for i := range arrivals {
		for k := range arrivals[i].Evidence {
			e := &arrivals[i].Evidence[k]
			if len(e.Findings) == 0 || d.Methods[e.Analysis.MethodID].Kind != lab.GCMS {
				continue
			}
			for _, x := range doubts {
				has := slices.ContainsFunc(e.Findings, func(f lab.Finding) bool { return f.SubstanceID == x.finding.SubstanceID })
				if i%x.every == 0 && !has {
					e.Findings = append(e.Findings, x.finding)
				}
			}
		}
	}
}

func scopeOf(year int) statistics.Scope { return statistics.Scope{Year: year, Currency: "EUR"} }

// yearFold folds a year of all services.
func yearFold(t testing.TB, s *store.Store, d *lab.Dictionary, year int) *statistics.Fold {
	t.Helper()
	all, err := s.Services(t.Context(), lab.Operator("test"))
	if err != nil {
		t.Fatal(err)
	}
	var folds []*statistics.Fold
	for _, service := range all {
		folds = append(folds, foldRows(t, d, s.FactRows(t.Context(), lab.Program("test"), service.ID, year)))
	}
	return statistics.Merge(folds...)
}

func TestFigures(t *testing.T) {
	stores := map[string]*store.Store{}
	var d *lab.Dictionary
	for _, kind := range kinds {
		stores[kind] = storetest.Open(t, storetest.Config(t, kind))
		d = generatedCountry(t, stores[kind])
	}
	t.Run("are the same on both databases", func(t *testing.T) { sameFigures(t, stores, d) })
	t.Run("agree with plain SQL", func(t *testing.T) { plainSQL(t, stores["postgres"], d) })
}

// sameFigures compares all figures as JSON, to the last digit.
func sameFigures(t *testing.T, stores map[string]*store.Store, d *lab.Dictionary) {
	t.Helper()
	figures := map[string][]string{}
	for kind, s := range stores {
		for _, year := range append([]int{2001}, oracleYears...) {
			f := yearFold(t, s, d, year)
			var b bytes.Buffer
			write := func(err error) {
				if err != nil {
					t.Fatal(err)
				}
				figures[kind] = append(figures[kind], b.String())
				b.Reset()
			}
			write(statistics.Compute(f, d, scopeOf(year)).WriteJSON(&b))
			for _, id := range slices.Sorted(maps.Keys(d.Products)) {
				write(statistics.ComputeProduct(f, d, scopeOf(year), id).WriteJSON(&b))
			}
			for _, id := range slices.Sorted(maps.Keys(d.Substances)) {
				write(statistics.ComputeExpected(f, d, scopeOf(year), lab.Expected{SubstanceID: lab.Optional(id)}).WriteJSON(&b))
			}
			for _, class := range slices.Sorted(maps.Keys(d.Classes)) {
				write(statistics.ComputeExpected(f, d, scopeOf(year), lab.Expected{Class: class}).WriteJSON(&b))
			}
		}
	}
	a, b := figures["sqlite"], figures["postgres"]
	if len(a) != len(b) {
		t.Fatalf("%d and %d figures", len(a), len(b))
	}
	for i := range a {
		if a[i] != b[i] {
			t.Fatalf("SQLite:\n%s\nPostgreSQL:\n%s", a[i], b[i])
		}
	}
}

// analyst is what an analyst who knows the definitions, but none of the program,
// begins with: samples that are counted, what stands of what was found in them,
// and what of it is known as base. It reads no facts.
const analyst = `
WITH RECURSIVE latest AS (
  SELECT DISTINCT ON (service_id, sample_id) service_id, sample_id, kind, outcome
  FROM publications ORDER BY service_id, sample_id, version DESC
), first AS (
  SELECT service_id, sample_id, published_on FROM publications WHERE version = 1
), single AS ( -- products of which one substance is expected
  SELECT product_id, min(substance_id) AS expected FROM product_substances WHERE role = 'expected'
  GROUP BY product_id HAVING count(*) = 1 AND count(substance_id) = 1
), counted AS (
  SELECT s.*, extract(year FROM s.received_on)::int AS year FROM samples s
  WHERE s.channel = 'front_of_house' AND s.state <> 'rejected' AND s.excluded = ''
), analysed AS (
  SELECT a.service_id, a.id AS analysis_id, a.sample_id, a.conclusion, m.id AS method_id, m.kind, m.open_scope,
    array_position(ARRAY['presumptive', 'preliminary', 'confirmatory'], a.level) AS rank
  FROM analyses a JOIN methods m ON m.id = a.method_id WHERE a.state = 'verified'
), judged AS (
  SELECT service_id, sample_id, bool_and(kind = 'list_recognition') AS recognised,
    coalesce(max(rank) FILTER (WHERE conclusion <> 'inconclusive'), max(rank)) AS rank
  FROM analysed GROUP BY service_id, sample_id
), released AS (
  SELECT c.*, l.outcome, j.recognised, j.rank,
    j.rank >= 2 AND NOT j.recognised AND l.outcome NOT IN ('inconclusive', 'expectation_unknown') AND EXISTS (
      SELECT 1 FROM sample_expectations e WHERE e.service_id = c.service_id AND e.sample_id = c.id) AS identified
  FROM counted c
  JOIN latest l ON l.service_id = c.service_id AND l.sample_id = c.id AND l.kind <> 'withdrawn'
  JOIN judged j ON j.service_id = c.service_id AND j.sample_id = c.id
), found AS ( -- by what, and whether that is the weakest evidence
  SELECT f.*, a.rank, a.kind, a.kind IN ('list_recognition', 'reagent') AS weakest, own.lod_value, own.lod_scale
  FROM findings f JOIN analysed a ON a.service_id = f.service_id AND a.analysis_id = f.analysis_id
  LEFT JOIN method_scopes own ON own.method_id = a.method_id AND own.substance_id = f.substance_id
  WHERE f.detection NOT IN ('not_detected', 'unidentified')
), denied AS ( -- by a method whose list names it, in so many words or by silence
  SELECT f.id, b.kind, b.rank, o.lod_value, o.lod_scale
  FROM found f JOIN analysed b ON b.service_id = f.service_id AND b.sample_id = f.sample_id AND NOT b.open_scope
  JOIN method_scopes o ON o.method_id = b.method_id AND o.substance_id = f.substance_id
  LEFT JOIN findings g ON g.service_id = b.service_id AND g.analysis_id = b.analysis_id AND g.substance_id = f.substance_id
  WHERE g.detection = 'not_detected' OR g.id IS NULL AND b.conclusion <> 'inconclusive'
), kept AS ( -- and not overruled
  SELECT f.* FROM found f WHERE NOT EXISTS (
    SELECT 1 FROM denied x WHERE x.id = f.id AND x.kind NOT IN ('list_recognition', 'reagent') AND (
      f.weakest AND x.kind <> 'strip'
      OR NOT f.weakest AND x.rank > f.rank AND x.lod_value > 0 AND x.lod_scale = f.lod_scale AND x.lod_value <= f.lod_value))
), standing AS ( -- as the best that found it tells it
  SELECT f.* FROM kept f WHERE NOT EXISTS (
    SELECT 1 FROM kept g WHERE g.service_id = f.service_id AND g.sample_id = f.sample_id AND g.substance_id = f.substance_id
      AND (f.weakest AND NOT g.weakest OR f.weakest = g.weakest AND g.rank > f.rank))
), amounts AS ( -- quantified by the method that decides, as base where that is known
  SELECT r.year, r.product_id, r.form, f.substance_id, f.amount_scale, CASE
    WHEN f.basis = 'base' THEN f.amount_value::numeric
    WHEN f.basis = 'as_found' AND NOT EXISTS (SELECT 1 FROM substance_salts x WHERE x.substance_id = f.substance_id) THEN f.amount_value
    ELSE f.amount_value * salt.bases_per_salt * s.molar_mass / salt.molar_mass END AS base
  FROM released r
  JOIN single p ON p.product_id = r.product_id
  JOIN sample_expectations e ON e.service_id = r.service_id AND e.sample_id = r.id
  JOIN standing f ON f.service_id = r.service_id AND f.sample_id = r.id AND f.substance_id = e.substance_id AND f.rank = r.rank
  JOIN substances s ON s.id = f.substance_id
  LEFT JOIN substance_salts salt ON salt.substance_id = f.substance_id AND salt.salt = f.basis
  WHERE f.detection = 'quantified' AND NOT r.recognised
), told AS ( -- each substance once: what is not of the level of the result is only indicated, but a trace is a trace
  SELECT DISTINCT ON (r.service_id, r.id, f.substance_id) r.year, r.product_id, r.service_id, r.id, f.substance_id, CASE
    WHEN f.detection = 'trace' THEN 'trace'
    WHEN f.kind = 'reagent' OR f.kind = 'list_recognition' AND NOT r.recognised OR f.rank < r.rank THEN 'indicated'
    ELSE f.detection END AS detection
  FROM released r JOIN standing f ON f.service_id = r.service_id AND f.sample_id = r.id
  ORDER BY r.service_id, r.id, f.substance_id, array_position(ARRAY['quantified', 'identified', 'below_loq', 'trace', 'indicated'], f.detection)
), dangers AS ( -- a substance's own, else that of the nearest class above that has one
  SELECT id, class, danger FROM substances
  UNION ALL SELECT x.id, c.parent, c.danger FROM dangers x JOIN substance_classes c ON c.code = x.class WHERE x.danger = ''
), weighed AS ( -- what is above a trace, and what is in the sample for certain
  SELECT t.*, p.expected, t.detection IN ('quantified', 'identified', 'below_loq') AS above,
    t.detection IN ('quantified', 'identified', 'below_loq') OR t.detection = 'trace' AND t.substance_id IN (SELECT id FROM dangers WHERE danger = 'extreme') AS certain,
    t.substance_id <> p.expected AND coalesce(o.role, s.role) = 'adulterant' AS adulterant
  FROM told t JOIN single p ON p.product_id = t.product_id
  JOIN substances s ON s.id = t.substance_id
  LEFT JOIN product_substances o ON o.product_id = t.product_id AND o.substance_id = t.substance_id
), holding AS ( -- contain what was expected of them
  SELECT r.* FROM released r JOIN single p ON p.product_id = r.product_id
  WHERE r.identified AND EXISTS (
    SELECT 1 FROM standing f WHERE f.service_id = r.service_id AND f.sample_id = r.id AND f.substance_id = p.expected)
), tainted AS ( -- adulterants in them
  SELECT w.* FROM weighed w JOIN holding h ON h.service_id = w.service_id AND h.id = w.id WHERE w.adulterant
)
`

// questions are what the analyst asks: each gives rows of a key and numbers.
var questions = map[string]string{
	"share": `SELECT concat_ws('/', year, product_id), count(*), sum(count(*)) OVER (PARTITION BY year),
  100.0 * count(*) / sum(count(*)) OVER (PARTITION BY year) FROM counted GROUP BY year, product_id`,
	"released": `SELECT concat_ws('/', year, product_id), count(*), count(*) FILTER (WHERE outcome = 'expected_only'),
  count(*) FILTER (WHERE outcome = 'not_expected') FROM released GROUP BY year, product_id`,
	"contains": `SELECT concat_ws('/', r.year, r.product_id), (SELECT count(*) FROM holding h WHERE h.year = r.year AND h.product_id = r.product_id),
  count(*) FROM released r JOIN single p ON p.product_id = r.product_id WHERE r.identified GROUP BY r.year, r.product_id`,
	"purity": `SELECT concat_ws('/', year, product_id, substance_id), count(*), avg(base) / 10000, stddev_samp(base) / 10000,
  percentile_cont(0.5) WITHIN GROUP (ORDER BY base) / 10000, percentile_cont(0.25) WITHIN GROUP (ORDER BY base) / 10000,
  percentile_cont(0.75) WITHIN GROUP (ORDER BY base) / 10000, min(base) / 10000, max(base) / 10000
FROM amounts WHERE form IN ('powder', 'crystal') AND amount_scale = 'ppm' AND base IS NOT NULL GROUP BY year, product_id, substance_id`,
	"dose": `SELECT concat_ws('/', year, product_id, substance_id), count(*), avg(base) / 1e6, stddev_samp(base) / 1e6,
  percentile_cont(0.5) WITHIN GROUP (ORDER BY base) / 1e6, percentile_cont(0.25) WITHIN GROUP (ORDER BY base) / 1e6,
  percentile_cont(0.75) WITHIN GROUP (ORDER BY base) / 1e6, min(base) / 1e6, max(base) / 1e6
FROM amounts WHERE form = 'tablet' AND amount_scale = 'ng' AND base IS NOT NULL GROUP BY year, product_id, substance_id`,
	"price": `SELECT concat_ws('/', year, product_id, price_unit), count(*), avg(price_amount::numeric / price_quantity),
  stddev_samp(price_amount::numeric / price_quantity),
  percentile_cont(0.5) WITHIN GROUP (ORDER BY price_amount::numeric / price_quantity),
  percentile_cont(0.25) WITHIN GROUP (ORDER BY price_amount::numeric / price_quantity),
  percentile_cont(0.75) WITHIN GROUP (ORDER BY price_amount::numeric / price_quantity),
  min(price_amount::numeric / price_quantity), max(price_amount::numeric / price_quantity)
FROM released WHERE price_currency = 'EUR' AND price_amount > 0 AND acquired_via NOT IN ('gift', 'found') GROUP BY year, product_id, price_unit`,
	"turnaround": `SELECT concat_ws('/', r.year, r.product_id), count(*),
  percentile_cont(0.5) WITHIN GROUP (ORDER BY greatest(0, f.published_on - r.received_on))
FROM released r JOIN first f ON f.service_id = r.service_id AND f.sample_id = r.id GROUP BY r.year, r.product_id`,
	"unclear": `SELECT concat_ws('/', r.year, r.product_id), count(*), count(*) FILTER (WHERE
    EXISTS (SELECT 1 FROM sample_expectations e WHERE e.service_id = r.service_id AND e.sample_id = r.id)
    AND EXISTS (SELECT 1 FROM weighed w WHERE w.service_id = r.service_id AND w.id = r.id AND w.substance_id = w.expected AND w.certain)
    AND NOT EXISTS (SELECT 1 FROM weighed w WHERE w.service_id = r.service_id AND w.id = r.id AND w.adulterant AND w.certain)
    AND (EXISTS (SELECT 1 FROM weighed w WHERE w.service_id = r.service_id AND w.id = r.id AND w.adulterant) OR EXISTS (
      SELECT 1 FROM findings f JOIN analysed a ON a.service_id = f.service_id AND a.analysis_id = f.analysis_id
      WHERE a.service_id = r.service_id AND a.sample_id = r.id AND f.detection = 'unidentified')))
FROM released r JOIN single p ON p.product_id = r.product_id GROUP BY r.year, r.product_id`,
	"divided": `SELECT concat_ws('/', h.year, h.product_id), count(*),
  count(*) FILTER (WHERE EXISTS (SELECT 1 FROM tainted t WHERE t.service_id = h.service_id AND t.id = h.id AND t.above)),
  count(*) FILTER (WHERE EXISTS (SELECT 1 FROM tainted t WHERE t.service_id = h.service_id AND t.id = h.id)
    AND NOT EXISTS (SELECT 1 FROM tainted t WHERE t.service_id = h.service_id AND t.id = h.id AND t.above)),
  count(*) FILTER (WHERE NOT EXISTS (SELECT 1 FROM tainted t WHERE t.service_id = h.service_id AND t.id = h.id))
FROM holding h GROUP BY h.year, h.product_id`,
	"together": `SELECT concat_ws('/', a.year, a.product_id, a.substance_id, b.substance_id), count(*),
  (SELECT count(*) FROM holding h WHERE h.year = a.year AND h.product_id = a.product_id)
FROM tainted a JOIN tainted b ON b.service_id = a.service_id AND b.id = a.id AND b.substance_id > a.substance_id
WHERE a.above AND b.above GROUP BY a.year, a.product_id, a.substance_id, b.substance_id`,
	"substitutes": `SELECT concat_ws('/', w.year, w.product_id, w.substance_id), count(*) FILTER (WHERE w.above),
  count(*) FILTER (WHERE w.detection = 'trace'), count(*) FILTER (WHERE w.detection = 'indicated')
FROM weighed w JOIN released r ON r.service_id = w.service_id AND r.id = w.id
WHERE r.identified AND NOT EXISTS (SELECT 1 FROM holding h WHERE h.service_id = w.service_id AND h.id = w.id)
GROUP BY w.year, w.product_id, w.substance_id`,
	"adulterants": `SELECT concat_ws('/', t.year, t.product_id, t.substance_id), count(*) FILTER (WHERE t.above),
  count(*) FILTER (WHERE t.detection = 'trace'), count(*) FILTER (WHERE t.detection = 'indicated'), (
    SELECT count(*) FROM holding h WHERE h.year = t.year AND h.product_id = t.product_id AND (
      EXISTS (SELECT 1 FROM tainted x WHERE x.service_id = h.service_id AND x.id = h.id AND x.substance_id = t.substance_id)
      OR EXISTS (SELECT 1 FROM analysed a WHERE a.service_id = h.service_id AND a.sample_id = h.id AND (
        a.open_scope OR EXISTS (SELECT 1 FROM method_scopes o WHERE o.method_id = a.method_id AND o.substance_id = t.substance_id)))))
FROM tainted t GROUP BY t.year, t.product_id, t.substance_id`,
}

// answers are the same figures of the program, by question and key. A number that
// is not shown, as there are too few samples, is NaN.
func answers(years map[int]*statistics.Year, d *lab.Dictionary) map[string]map[string][]float64 {
	got := map[string]map[string][]float64{}
	put := func(question, key string, numbers ...float64) {
		if got[question] == nil {
			got[question] = map[string][]float64{}
		}
		got[question][key] = numbers
	}
	for year, y := range years {
		for i := range y.Products {
			e := &y.Products[i]
			key := fmt.Sprintf("%d/%d", year, e.ProductID)
			put("share", key, float64(e.Share.N), float64(e.Share.Of), shown(e.Share.Percent))
			if e.ReleasedN > 0 {
				put("released", key, float64(e.ReleasedN), float64(e.Outcomes[lab.ExpectedOnly]), float64(e.Outcomes[lab.NotExpected]))
				put("turnaround", key, float64(e.TurnaroundDays.N), shown(e.TurnaroundDays.Median))
			}
			for _, p := range e.Price {
				if p.Quantity == "all" {
					put("price", key+"/"+string(p.Unit), float64(p.N), shown(p.Mean), shown(p.SD), shown(p.Median), shown(p.P25), shown(p.P75), shown(p.Min), shown(p.Max))
				}
			}
			if set := d.Products[e.ProductID].Expected(); len(set) != 1 || set[0].SubstanceID == 0 {
				continue
			}
			if e.Contains.Any.Of > 0 {
				put("contains", key, float64(e.Contains.Any.N), float64(e.Contains.Any.Of))
			}
			if e.ReleasedN > 0 {
				put("unclear", key, float64(e.ReleasedN), float64(e.Outcomes[lab.ExpectedUnclear]))
			}
			if e.Contains.Any.N > 0 {
				put("divided", key, float64(e.Contains.Any.N), float64(e.AnyAdulterant.N), float64(e.OnlyTraces.N), float64(e.NoAdulterant.N))
			}
			content := func(question string, c statistics.Content) {
				if c.N > 0 {
					put(question, fmt.Sprint(key, "/", c.SubstanceID), float64(c.N), shown(c.Mean), shown(c.SD), shown(c.Median), shown(c.P25), shown(c.P75), shown(c.Min), shown(c.Max))
				}
			}
			for _, c := range e.Purity {
				if c.Form == "powder+crystal" {
					content("purity", c)
				}
			}
			for _, c := range e.Dose {
				if c.Form == string(lab.Tablet) {
					content("dose", c.Content)
				}
			}
			for _, a := range e.Adulterants {
				put("adulterants", fmt.Sprint(key, "/", a.SubstanceID), float64(a.N), float64(a.Trace), float64(a.Indicated), float64(a.Of))
			}
			for _, x := range e.Substitutes {
				put("substitutes", fmt.Sprint(key, "/", x.SubstanceID), float64(x.N), float64(x.Trace), float64(x.Indicated))
			}
			for _, p := range e.CoOccurrence {
				a, b := min(p.SubstanceIDs[0], p.SubstanceIDs[1]), max(p.SubstanceIDs[0], p.SubstanceIDs[1])
				put("together", fmt.Sprint(key, "/", a, "/", b), float64(p.N), float64(p.Of))
			}
		}
	}
	return got
}

func shown(v *float64) float64 {
	if v == nil {
		return math.NaN()
	}
	return *v
}

// plainSQL asks PostgreSQL for the figures in the words of the definitions, from
// samples, findings and publications.
func plainSQL(t *testing.T, s *store.Store, d *lab.Dictionary) {
	t.Helper()
	if err := store.Exec(s, "ANALYZE"); err != nil {
		t.Fatal(err)
	}
	years := map[int]*statistics.Year{}
	for _, year := range oracleYears {
		years[year] = statistics.Compute(yearFold(t, s, d, year), d, scopeOf(year))
	}
	got := answers(years, d)
	for question, statement := range questions {
		asked, compared := 0, 0
		for key, want := range ask(t, s, statement) {
			asked++
			have := got[question][key]
			if len(have) != len(want) {
				t.Errorf("%s of %s: SQL says %v, the program %v", question, key, want, have)
				continue
			}
			delete(got[question], key)
			for i := range want {
				hidden := math.IsNaN(have[i]) && want[0] < 10
				if hidden {
					continue
				}
				compared++
				if !(math.Abs(want[i]-have[i]) <= 1e-4+1e-9*math.Abs(want[i])) { // amounts and prices are rounded to their scale
					t.Errorf("%s of %s: SQL says %v, the program %v", question, key, want, have)
					break
				}
			}
		}
		for key, have := range got[question] {
			t.Errorf("%s of %s: the program says %v, SQL nothing", question, key, have)
		}
		if asked < 10 || compared < 40 {
			t.Errorf("%s: only %d rows with %d numbers", question, asked, compared)
		}
	}
}

// ask runs a question and returns its numbers by key.
func ask(t testing.TB, s *store.Store, statement string) map[string][]float64 {
	t.Helper()
	rows, err := store.Pool(t, s).QueryContext(t.Context(), analyst+statement)
	if err != nil {
		t.Fatalf("%v in %s", err, statement)
	}
	defer rows.Close()
	columns, err := rows.Columns()
	if err != nil {
		t.Fatal(err)
	}
	found := map[string][]float64{}
	for rows.Next() {
		var key string
		numbers := make([]*float64, len(columns)-1)
		into := []any{&key}
		for i := range numbers {
			into = append(into, &numbers[i])
		}
		if err := rows.Scan(into...); err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(key, "/") {
			t.Fatalf("key %q", key)
		}
		for _, n := range numbers {
			found[key] = append(found[key], shown(n))
		}
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return found
}
