package store_test

import (
	"flag"
	"fmt"
	"iter"
	"maps"
	"slices"
	"testing"
	"time"

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

func importInto(t testing.TB, s *store.Store, d *lab.Dictionary, service lab.ServiceID, digest string, arrivals []lab.Arrival) {
	t.Helper()
	b := &store.ImportBatch{Import: newImport(digest), Samples: store.Arrivals(arrivals)}
	b.Import.ServiceID = service
	if err := s.Import(t.Context(), lab.Operator("import"), d, b, func(int) {}); err != nil {
		t.Fatal(err)
	}
}

// importedTables are the tables that an import fills, parents first.
var importedTables = storetest.Whole(
	"imports", "samples", "sample_expectations", "analyses", "findings", "publications", "sample_facts", "finding_facts",
)

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

				empty := storetest.Open(b, storetest.Config(b, kind))
				storetest.AddMethods(b, empty)
				storetest.Service(b, empty, "UTR")
				_, took := storetest.Copy(b, kind, store.Pool(b, s), store.Pool(b, empty), importedTables)
				bare += took
				b.StartTimer()
			}
			b.ReportMetric(float64(*benchSamples)*float64(b.N)/ours.Seconds(), "samples/s")
			b.ReportMetric(float64(*benchSamples)*float64(b.N)/bare.Seconds(), "driver-samples/s")
			b.ReportMetric(bare.Seconds()/ours.Seconds(), "ratio")
		})
	}
}

// columnsOf yields the columns of a table with their types in lower case.
func columnsOf(t testing.TB, s *store.Store, kind, table string) iter.Seq2[string, string] {
	t.Helper()
	return storetest.Columns(t, kind, store.Pool(t, s), table)
}

// sqlRows reads all rows of a query.
func sqlRows(t testing.TB, s *store.Store, query string, columns int) [][]any {
	t.Helper()
	return storetest.Rows(t, store.Pool(t, s), query, columns)
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
			each(id, year, s.FactRows(b.Context(), lab.Program("test"), id, year))
		}
	}
}

// BenchmarkFacts measures reading and folding all facts, and all figures of all
// years from them with nothing cached. It tells milliseconds a million samples. The
// throwaway PostgreSQL runs with fsync=off; internal/goals compares with what an
// analyst would ask the databases for.
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
	}
}

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
				foldRows(b, d, s.FactRows(b.Context(), lab.Program("test"), 1, lastYear))
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
