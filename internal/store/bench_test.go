package store_test

import (
	"context"
	"database/sql"
	"errors"
	"flag"
	"fmt"
	"iter"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"

	"marquis/internal/lab"
	"marquis/internal/statistics"
	"marquis/internal/store"
	"marquis/internal/store/storetest"
)

var benchSamples = flag.Int("samples", 20_000, "samples in the benchmarks' registries")

// Years of the generated samples.
const (
	firstYear = 2013
	lastYear  = 2024
)

// kinds are the databases on which everything is measured.
var kinds = []string{"sqlite", "postgres"}

func newImport(digest string) lab.Import {
	return lab.Import{Profile: "generated", Digest: digest, Files: "none"}
}

func importInto(t testing.TB, s *store.Store, d *lab.Dictionary, service lab.ServiceID, digest string, arrivals []lab.Arrival) *store.ImportBatch {
	t.Helper()
	b := &store.ImportBatch{Import: newImport(digest), Samples: arrivals}
	b.Import.ServiceID = service
	if err := s.Import(t.Context(), lab.Operator("import"), d, b, func(int) {}); err != nil {
		t.Fatal(err)
	}
	return b
}

// importedTables are the tables that an import fills, parents first.
var importedTables = []string{
	"imports", "samples", "sample_expectations", "analyses", "findings", "publications", "sample_facts", "finding_facts",
}

// tableRows are rows of one table as its driver takes them.
type tableRows struct {
	table   string
	columns []string
	rows    [][]any
}

// BenchmarkImport measures Import, with validation, classification and audit,
// against the driver's own bulk insert of the very rows that it wrote, in one
// transaction on a registry of the same schema and settings: on SQLite prepared
// statements of many rows, on PostgreSQL COPY. The ratio is the speed of Import as
// a part of the driver's. The SQLite file is real and its writes are synchronous;
// the throwaway PostgreSQL runs with fsync=off.
func BenchmarkImport(b *testing.B) {
	for _, kind := range kinds {
		b.Run(kind, func(b *testing.B) {
			var ours, bare time.Duration
			for b.Loop() {
				b.StopTimer()
				s := storetest.Open(b, storetest.Config(b, kind))
				d, service := storetest.AddMethods(b, s), storetest.Service(b, s, "UTR")
				arrivals := storetest.Generate(d, 1, *benchSamples, firstYear, lastYear)
				b.StartTimer()
				start := time.Now()
				importInto(b, s, d, service.ID, "benchmark", arrivals)
				ours += time.Since(start)
				b.StopTimer()

				tables := readTables(b, s, kind)
				empty := storetest.Open(b, storetest.Config(b, kind))
				storetest.AddMethods(b, empty)
				storetest.Service(b, empty, "UTR")
				start = time.Now()
				bulkInsert(b, empty, kind, tables)
				bare += time.Since(start)
				b.StartTimer()
			}
			b.ReportMetric(float64(*benchSamples)*float64(b.N)/ours.Seconds(), "samples/s")
			b.ReportMetric(float64(*benchSamples)*float64(b.N)/bare.Seconds(), "driver-samples/s")
			b.ReportMetric(bare.Seconds()/ours.Seconds(), "ratio")
		})
	}
}

// readTables reads all rows that an import wrote.
func readTables(b *testing.B, s *store.Store, kind string) []tableRows {
	b.Helper()
	var tables []tableRows
	for _, table := range importedTables {
		x := tableRows{table: table}
		var list []string
		for name, column := range columnsOf(b, s, kind, table) {
			x.columns = append(x.columns, name)
			if column == "jsonb" || column == "date" && kind == "sqlite" {
				name = "CAST(" + name + " AS text)" // the driver would read it as something else
			}
			list = append(list, name)
		}
		query := "SELECT " + strings.Join(list, ", ") + " FROM " + table
		if kind == "postgres" {
			x.rows = nativeRows(b, s, query)
		} else {
			x.rows = sqlRows(b, s, query, len(list))
		}
		tables = append(tables, x)
	}
	return tables
}

// columnsOf yields the columns of a table with their types in lower case.
func columnsOf(t testing.TB, s *store.Store, kind, table string) iter.Seq2[string, string] {
	t.Helper()
	query := "SELECT name, lower(type) FROM pragma_table_info('" + table + "') ORDER BY cid"
	if kind == "postgres" {
		query = "SELECT column_name, udt_name FROM information_schema.columns WHERE table_name = '" + table + "' ORDER BY ordinal_position"
	}
	rows := sqlRows(t, s, query, 2)
	return func(yield func(string, string) bool) {
		for _, row := range rows {
			if !yield(fmt.Sprint(row[0]), fmt.Sprint(row[1])) {
				return
			}
		}
	}
}

// sqlRows reads rows through database/sql.
func sqlRows(t testing.TB, s *store.Store, query string, columns int) [][]any {
	t.Helper()
	rows, err := store.Pool(t, s).QueryContext(t.Context(), query)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	var all [][]any
	for rows.Next() {
		row, into := make([]any, columns), make([]any, columns)
		for i := range row {
			into[i] = &row[i]
		}
		if err := rows.Scan(into...); err != nil {
			t.Fatal(err)
		}
		all = append(all, row)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return all
}

// nativeRows reads rows as pgx's own types.
func nativeRows(t testing.TB, s *store.Store, query string) (all [][]any) {
	t.Helper()
	native(t, s, func(ctx context.Context, conn *pgx.Conn) error {
		rows, err := conn.Query(ctx, query)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			row, err := rows.Values()
			if err != nil {
				return err
			}
			all = append(all, row)
		}
		return rows.Err()
	})
	return all
}

// native gives the work pgx's own connection.
func native(t testing.TB, s *store.Store, work func(context.Context, *pgx.Conn) error) {
	t.Helper()
	conn, err := store.Pool(t, s).Conn(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	err = conn.Raw(func(c any) error { return work(t.Context(), c.(*stdlib.Conn).Conn()) })
	if err != nil {
		t.Fatal(err)
	}
}

// bulkInsert adds the rows by the driver alone.
func bulkInsert(b *testing.B, s *store.Store, kind string, tables []tableRows) {
	b.Helper()
	if kind == "postgres" {
		native(b, s, func(ctx context.Context, conn *pgx.Conn) error {
			tx, err := conn.Begin(ctx)
			if err != nil {
				return err
			}
			for _, x := range tables {
				if _, err := tx.CopyFrom(ctx, pgx.Identifier{x.table}, x.columns, pgx.CopyFromRows(x.rows)); err != nil {
					return err
				}
			}
			return tx.Commit(ctx)
		})
		return
	}
	tx, err := store.Pool(b, s).BeginTx(b.Context(), nil)
	if err != nil {
		b.Fatal(err)
	}
	for _, x := range tables {
		if err := multiRowInsert(b.Context(), tx, x); err != nil {
			b.Fatal(err)
		}
	}
	if err := tx.Commit(); err != nil {
		b.Fatal(err)
	}
}

// multiRowInsert runs one prepared statement for many rows at a time.
func multiRowInsert(ctx context.Context, tx *sql.Tx, x tableRows) error {
	const most = 900 // values in a statement
	each := max(1, most/len(x.columns))
	whole := len(x.rows) / each * each
	for _, rows := range [][][]any{x.rows[:whole], x.rows[whole:]} {
		size := min(each, len(rows))
		if size == 0 {
			continue
		}
		one := "(" + strings.Repeat("?,", len(x.columns)-1) + "?)"
		statement, err := tx.PrepareContext(ctx, "INSERT INTO "+x.table+" ("+strings.Join(x.columns, ",")+") VALUES "+
			strings.TrimSuffix(strings.Repeat(one+",", size), ","))
		if err != nil {
			return err
		}
		for few := range slices.Chunk(rows, size) {
			if _, err := statement.ExecContext(ctx, slices.Concat(few...)...); err != nil {
				return errors.Join(err, statement.Close())
			}
		}
		if err := statement.Close(); err != nil {
			return err
		}
	}
	return nil
}

// services is the number of services over which the samples of the benchmarks of
// reading are spread.
const services = 12

// country opens a registry with the benchmarks' samples spread over services and
// years.
func country(b *testing.B, kind string) (*store.Store, *lab.Dictionary) {
	b.Helper()
	s := storetest.Open(b, storetest.Config(b, kind))
	d, start := storetest.AddMethods(b, s), time.Now()
	for i := range services {
		service := storetest.Service(b, s, fmt.Sprintf("S%02d", i+1))
		importInto(b, s, d, service.ID, "benchmark", storetest.Generate(d, uint64(i), *benchSamples/services, firstYear, lastYear))
	}
	b.Logf("%s: made and imported %d samples in %s", kind, *benchSamples, time.Since(start).Round(time.Second))
	if kind == "postgres" {
		if err := store.Exec(s, "VACUUM ANALYZE"); err != nil {
			b.Fatal(err)
		}
	}
	return s, d
}

// readAll reads the facts of all services and years.
func readAll(b *testing.B, s *store.Store, each func(service lab.ServiceID, year int, rows iter.Seq2[lab.FactRow, error])) {
	b.Helper()
	for service := range services {
		for year := firstYear; year <= lastYear; year++ {
			id := lab.ServiceID(service + 1)
			each(id, year, s.FactRows(b.Context(), id, year))
		}
	}
}

// BenchmarkFacts measures reading and folding all facts, and all figures of all
// years from them with nothing cached; on PostgreSQL, for comparison, also the
// counts, means and quantiles of every year and product by percentile_cont over
// the same tables and indexes. It tells milliseconds a million samples. The
// throwaway PostgreSQL runs with fsync=off.
func BenchmarkFacts(b *testing.B) {
	for _, kind := range kinds {
		s, d := country(b, kind)
		perMillion := func(b *testing.B, n int) {
			b.ReportMetric(float64(b.Elapsed().Milliseconds())/float64(b.N)/float64(n)*1e6, "ms/million")
		}
		b.Run(kind+"/read", func(b *testing.B) {
			n := 0
			for b.Loop() {
				n = 0
				readAll(b, s, func(_ lab.ServiceID, _ int, rows iter.Seq2[lab.FactRow, error]) {
					for _, err := range rows {
						if err != nil {
							b.Fatal(err)
						}
						n++
					}
				})
			}
			perMillion(b, n)
		})
		b.Run(kind+"/figures", func(b *testing.B) {
			for b.Loop() {
				years := map[int][]*statistics.Fold{}
				readAll(b, s, func(_ lab.ServiceID, year int, rows iter.Seq2[lab.FactRow, error]) {
					years[year] = append(years[year], foldRows(b, d, rows))
				})
				for year, folds := range years {
					statistics.Compute(statistics.Merge(folds...), d, statistics.Scope{Year: year, Currency: "EUR"})
				}
			}
			perMillion(b, *benchSamples)
		})
		if kind != "postgres" {
			continue
		}
		b.Run(kind+"/percentile_cont", func(b *testing.B) {
			for b.Loop() {
				sqlRows(b, s, percentileSamples, 12)
				sqlRows(b, s, percentileFindings, 12)
			}
			perMillion(b, *benchSamples)
		})
	}
}

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
)

func foldRows(t testing.TB, d *lab.Dictionary, rows iter.Seq2[lab.FactRow, error]) *statistics.Fold {
	t.Helper()
	f := statistics.NewFold(d)
	for row, err := range rows {
		if err != nil {
			t.Fatal(err)
		}
		f.Add(row)
	}
	f.Seal()
	return f
}

// BenchmarkFactRows measures reading the facts of one service and year, as a page
// does after a change.
func BenchmarkFactRows(b *testing.B) {
	for _, kind := range kinds {
		s, d := country(b, kind)
		b.Run(kind, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				foldRows(b, d, s.FactRows(b.Context(), 1, lastYear))
			}
		})
	}
}

// BenchmarkWorklist measures a page of each worklist and the counts of all, in one
// service and in all. A page at a million samples should cost about what it costs
// at ten thousand: compare -samples 10000 with -samples 1000000.
func BenchmarkWorklist(b *testing.B) {
	for _, kind := range kinds {
		s, d := country(b, kind)
		by := storetest.Person(b, s, "worker", 0, lab.Laboratory)
		ketamine := storetest.Product(b, d, "ketamine").ID
		middle, _ := lab.ParseDate("2019-01-01")
		for _, page := range []struct {
			name   string
			filter store.WorkFilter
		}{
			{"to analyse", store.WorkFilter{Service: 1, Stage: lab.StageToAnalyse}},
			{"in analysis", store.WorkFilter{Service: 1, Stage: lab.StageInAnalysis}},
			{"to verify", store.WorkFilter{Service: 1, Stage: lab.StageToVerify}},
			{"released", store.WorkFilter{Service: 1, Stage: lab.StageReleased}},
			{"released, from the middle", store.WorkFilter{Service: 1, Stage: lab.StageReleased, ReceivedBefore: middle}},
			{"all", store.WorkFilter{Service: 1}},
			{"all of a product", store.WorkFilter{Service: 1, Product: ketamine}},
			{"released by a method", store.WorkFilter{Service: 1, Stage: lab.StageReleased, Method: slices.Min(slices.Collect(maps.Keys(d.Methods)))}},
			{"to analyse in all services", store.WorkFilter{Stage: lab.StageToAnalyse}},
			{"all in all services", store.WorkFilter{}},
		} {
			b.Run(kind+"/"+page.name, func(b *testing.B) {
				rows := 0
				for b.Loop() {
					work, err := s.Worklist(b.Context(), by, page.filter)
					if err != nil {
						b.Fatal(err)
					}
					rows = len(work.Rows)
				}
				b.ReportMetric(float64(rows), "rows") // few samples do not fill every list
			})
		}
		b.Run(kind+"/counts", func(b *testing.B) {
			for b.Loop() {
				if _, err := s.StageCounts(b.Context(), by, 1); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
