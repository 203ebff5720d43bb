package statistics

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"marquis/internal/lab"
)

// sourceOf splits the samples over services, as evenly as the weights say, and
// makes a source of them, with ketamine powder over two earlier years.
func sourceOf(t testing.TB, d *lab.Dictionary, samples []testSample, weights ...int) *Source {
	t.Helper()
	s := &Source{Dictionary: d, ClosedTo: 2020}
	var folds []*Fold
	rest := samples
	for i, n := range weights {
		n = min(n, len(rest))
		if i == len(weights)-1 {
			n = len(rest)
		}
		f := foldOf(d, rest[:n]...)
		rest = rest[n:]
		folds = append(folds, f)
		code := string(rune('A' + i))
		s.Services = append(s.Services, ServiceYear{
			Code: code, Name: "Service " + code, Year: Compute(f, d, Scope{Year: 2020, Services: []string{code}, Currency: "EUR"}),
		})
	}
	all := Merge(folds...)
	s.Year = Compute(all, d, testScope)
	for i, part := range [][]testSample{samples[len(samples)/3:], samples[len(samples)/4:]} {
		s.Entries = append(s.Entries, ComputeProduct(foldOf(d, part...), d, Scope{Year: 2018 + i, Currency: "EUR"}, ketamineProduct))
	}
	s.Entries = append(s.Entries, ComputeProduct(all, d, testScope, ketamineProduct))
	return s
}

func mustFind(t testing.TB, key string) *TableSpec {
	t.Helper()
	spec, err := FindTable(key)
	if err != nil {
		t.Fatal(err)
	}
	return spec
}

func publicTable(t testing.TB, key string, s *Source) *Table {
	t.Helper()
	table, err := mustFind(t, key).Public(s)
	if err != nil {
		t.Fatal(err)
	}
	return table
}

// at returns the cell of the row whose first label is name, in a column.
func (t *Table) at(tb testing.TB, name, column string) Cell {
	tb.Helper()
	at := slices.IndexFunc(t.Columns, func(c Column) bool { return c.Key == column })
	for _, row := range t.Rows {
		first := row.Cells[0]
		if at >= 0 && (first.Label != nil && (first.Label.String() == name) || first.Label == nil && strconv.Itoa(*first.N) == name) {
			return row.Cells[at]
		}
	}
	tb.Fatalf("%s has no %s of %s", t.Key, column, name)
	return Cell{}
}

func TestTableKeys(t *testing.T) {
	keys := TableKeys()
	if len(keys) != len(Tables) || len(slices.Compact(slices.Sorted(slices.Values(keys)))) != len(keys) {
		t.Errorf("keys: %v", keys)
	}
	if got := TableKeys(YearTable, ServiceTable); !slices.Equal(got, []string{"registered", "products", "found", "services"}) {
		t.Errorf("of a year: %v", got)
	}
	for _, key := range []string{"", "turnaround", "Outcomes", "outcomes ", "../outcomes", "regions"} {
		if _, err := FindTable(key); !errors.Is(err, lab.ErrNotFound) {
			t.Errorf("%q: %v", key, err)
		}
	}
	for _, spec := range Tables {
		if got := len(definitionsOf(spec.figures)); got != len(spec.figures) || got == 0 {
			t.Errorf("%s: %d definitions of %v", spec.Key, got, spec.figures)
		}
	}
}

func TestTablesAreWellFormed(t *testing.T) {
	d := testDictionary(t)
	for name, s := range map[string]*Source{
		"many":    sourceOf(t, d, randomSamples(d, 3, 3000), 40, 1500, 2, 700, 0),
		"enough":  sourceOf(t, d, randomSamples(d, 5, 120), 60, 60),
		"few":     sourceOf(t, d, randomSamples(d, 4, 12), 6, 6),
		"nothing": sourceOf(t, d, nil, 0, 0),
	} {
		told := s.Year.Released >= YearFrom
		for i := range Tables {
			for k, make := range []func(*Source) (*Table, error){Tables[i].Public, Tables[i].Staff} {
				table, err := make(s)
				if k == 0 && !told && errors.Is(err, lab.ErrNotFound) {
					continue
				}
				if err != nil || k == 0 && !told {
					t.Fatalf("%s, %s: %v", name, Tables[i].Key, err)
				}
				checkForm(t, table)
				checkJSON(t, table)
				checkCSV(t, table)
			}
		}
	}
}

func checkForm(t *testing.T, table *Table) {
	t.Helper()
	var columns []string
	for _, c := range table.Columns {
		columns = append(columns, c.Key)
		if c.Name.English == "" || c.Name.Dutch == "" {
			t.Errorf("%s, %s lacks a name", table.Key, c.Key)
		}
		if table.Scope == ServiceTable && (c.Key == "min" || c.Key == "max" || c.Kind == AmountKind) {
			t.Errorf("%s tells %s", table.Key, c.Key)
		}
	}
	slices.Sort(columns)
	if len(slices.Compact(slices.Clone(columns))) != len(columns) {
		t.Errorf("%s has a column twice: %v", table.Key, columns)
	}
	if table.Rows == nil || table.Year != 2020 || table.Title.Dutch == "" || (table.Product != nil) != (table.Scope == ProductTable || table.Scope == ProductYearsTable) {
		t.Errorf("%s: %+v", table.Key, table)
	}
	for _, row := range table.Rows {
		if len(row.Cells) != len(table.Columns) {
			t.Fatalf("%s: %d cells in %d columns", table.Key, len(row.Cells), len(table.Columns))
		}
		for i, c := range row.Cells {
			checkCell(t, table.Key, table.Columns[i], c)
		}
	}
}

func checkCell(t *testing.T, key string, column Column, c Cell) {
	t.Helper()
	holds := [5]bool{c.Label != nil, c.N != nil, c.Of != nil, c.Value != nil, c.CI95 != nil}
	want := map[Kind][5]bool{
		LabelKind: {true}, YearKind: {1: true}, CountKind: {1: true}, ShareKind: {1: true, 2: true, 3: true, 4: holds[4]},
		AmountKind: {3: true, 4: holds[4] && column.Interval},
	}[column.Kind]
	if c.State != Shown {
		want = [5]bool{}
	}
	if holds != want || c.State == "" {
		t.Errorf("%s, %s: %+v", key, column.Key, c)
	}
	if c.Label != nil && (c.Label.Name == Text{}) != (c.Label.Vocabulary != "") && c.Label.Code != Together {
		t.Errorf("%s, %s: %+v", key, column.Key, c.Label)
	}
}

func checkJSON(t *testing.T, table *Table) {
	t.Helper()
	var b bytes.Buffer
	if err := table.WriteJSON(&b); err != nil {
		t.Fatal(err)
	}
	in := json.NewDecoder(&b)
	in.DisallowUnknownFields()
	var got Table
	if err := in.Decode(&got); err != nil || !reflect.DeepEqual(&got, table) {
		t.Errorf("%s: read back %+v, %v", table.Key, got, err)
	}
}

// checkCSV reads every field back and holds it against the cell.
func checkCSV(t *testing.T, table *Table) {
	t.Helper()
	var b bytes.Buffer
	if err := table.WriteCSV(&b); err != nil {
		t.Fatal(err)
	}
	lines, err := csv.NewReader(&b).ReadAll()
	if err != nil || len(lines) != len(table.Rows)+1 {
		t.Fatalf("%s: %d lines, %v", table.Key, len(lines), err)
	}
	for i, row := range table.Rows {
		fields := lines[i+1]
		next := func() string {
			field := fields[0]
			fields = fields[1:]
			return field
		}
		for j, c := range row.Cells {
			var want []string
			number := func(v *float64) {
				want = append(want, "")
				if v != nil && table.Rounded && table.Columns[j].Kind == ShareKind {
					want[len(want)-1] = strconv.FormatFloat(*v, 'f', 1, 64)
				} else if v != nil {
					want[len(want)-1] = strconv.FormatFloat(*v, 'f', -1, 64)
				}
			}
			count := func(n *int) {
				want = append(want, "")
				if n != nil {
					want[len(want)-1] = strconv.Itoa(*n)
				}
			}
			switch column := table.Columns[j]; column.Kind {
			case LabelKind:
				want = []string{""}
				if c.Label != nil {
					want[0] = c.Label.String()
				}
			case ShareKind:
				count(c.N)
				count(c.Of)
				number(c.Value)
			case AmountKind:
				number(c.Value)
			default:
				count(c.N)
			}
			if table.Columns[j].Interval {
				var low, high *float64
				if c.CI95 != nil {
					low, high = &c.CI95[0], &c.CI95[1]
				}
				number(low)
				number(high)
			}
			for _, w := range want {
				if c.State == Suppressed || c.State == TooFew {
					w = string(c.State)
				}
				if got := next(); got != w {
					t.Fatalf("%s, row %d, %s: %q, want %q", table.Key, i, table.Columns[j].Key, got, w)
				}
			}
		}
		if len(fields) > 0 {
			t.Fatalf("%s, row %d: too many fields: %q", table.Key, i, fields)
		}
	}
}

// TestNationalTables counts again, sample by sample.
func TestNationalTables(t *testing.T) {
	d := testDictionary(t)
	rapid.Check(t, func(rt *rapid.T) {
		samples := enough(drawSamples(rt, d)...)
		s := sourceOf(t, d, samples, len(samples)/2, 0)
		count := func(match func(testSample) bool) int {
			n := 0
			for _, x := range samples {
				if x.class.Counted && match(x) {
					n++
				}
			}
			return n
		}
		released := func(x testSample) bool { return x.class.Release == lab.IsReleased }
		expect := func(key, row, column string, n, of int) {
			c := publicTable(t, key, s).at(t, row, column)
			if of == 0 && c.State == None {
				return
			}
			if c.State != Shown || *c.N != n || of >= 0 && *c.Of != of {
				rt.Fatalf("%s, %s, %s: %+v, want %d of %d", key, row, column, c, n, of)
			}
		}
		all, out := count(func(testSample) bool { return true }), count(released)
		expect("registered", "released", "samples", out, all)
		expect("registered", "withdrawn", "samples", count(func(x testSample) bool { return x.class.Release == lab.IsWithdrawn }), all)
		if all > 0 {
			expect("products", "All registered samples", "released", out, -1)
		}
		mine := func(x testSample) bool { return x.class.ProductID == ketamineProduct }
		tablet := func(x testSample) bool { return x.class.ProductID == ecstasyProduct && x.class.Form == lab.Tablet }
		if n := count(mine); n > 0 {
			expect("products", "ketamine powder", "share", n, all)
			tablets := count(tablet)
			if others := count(func(x testSample) bool { return x.class.ProductID == ecstasyProduct }) - tablets; !isFew(tablets) && !isFew(others) {
				expect("products", "ketamine powder", "share_without_ecstasy_tablets", n, all-tablets)
			} else if c := publicTable(t, "products", s).at(t, "ketamine powder", "share_without_ecstasy_tablets"); c.State != Suppressed {
				rt.Fatalf("%d tablets of ecstasy and %d others: %+v", tablets, others, c)
			}
		}
		caffeine := func(x testSample) bool {
			return released(x) && len(x.finding(func(c lab.FindingClass) bool { return c.SubstanceID == caffeineID })) > 0
		}
		if n := count(caffeine); n > 0 {
			expect("found", "caffeine", "found", n, out)
		}
		here := count(func(x testSample) bool { return mine(x) && released(x) })
		for _, o := range lab.OutcomeClasses {
			expect("outcomes", string(o), "samples", count(func(x testSample) bool { return mine(x) && released(x) && x.class.Outcome == o }), here)
		}
	})
}

// enough adds samples of nothing known, so that a year is told.
func enough(samples ...testSample) []testSample {
	return append(samples, times(YearFrom, func(s *testSample) { s.class.ProductID, s.class.Expected = unknownProduct, "" })...)
}

func must(table *Table, err error) func(testing.TB) *Table {
	return func(t testing.TB) *Table {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return table
	}
}

func TestPurityTable(t *testing.T) {
	d := testDictionary(t)
	samples := times(12, holds(ketamineID, 795_000))
	crystal := func(s *testSample) { s.class.Form = lab.Crystal }
	samples = append(samples, times(9, crystal, holds(ketamineID, 850_000))...)
	table := publicTable(t, "purity", sourceOf(t, d, enough(samples...), 10, 0))
	var got []string
	for _, row := range table.Rows {
		for i, key := range []string{"substance", "form", "n", "mean", "p5", "p75"} {
			at := slices.IndexFunc(table.Columns, func(c Column) bool { return c.Key == key })
			c := row.Cells[at]
			switch {
			case c.State != Shown:
				got = append(got, string(c.State))
			case i < 2:
				got = append(got, c.Label.String())
			case c.N != nil:
				got = append(got, strconv.Itoa(*c.N))
			default:
				got = append(got, number(c.Value))
			}
		}
	}
	// Of nine crystals nothing is told, nor of the powders, from which and from all
	// together they could be computed. Twenty-one samples give two digits, and no P5.
	want := "ketamine powder and crystal 21 82 too_few 85"
	if strings.Join(got, " ") != want {
		t.Errorf("got  %s\nwant %s", strings.Join(got, " "), want)
	}
	if name := table.Rows[0].Cells[0].Label.Name.Dutch; name != "ketamine" {
		t.Errorf("without a Dutch name of its own: %q", name)
	}
}

func TestYearsAndTrends(t *testing.T) {
	d := testDictionary(t)
	s := sourceOf(t, d, randomSamples(d, 5, 1200), 600, 0)
	years := publicTable(t, "years", s)
	var shares []SharePoint
	var medians []AmountPoint
	for _, e := range s.Entries {
		c := years.at(t, strconv.Itoa(e.Year), "share")
		if *c.N != e.N || *c.Of != e.Registered || *c.Value != Round(*e.Share.Percent, 1) || c.CI95[0] != Round(e.Share.CI95[0], 1) {
			t.Errorf("%d: %+v", e.Year, c)
		}
		shares = append(shares, SharePoint{e.Year, e.N, e.Registered})
		medians = append(medians, AmountPoint{e.Year, *roundedTo(e.Purity[0].Median, e.Purity[0].N, 1)})
	}
	trends := publicTable(t, "trends", s)
	if c, want := trends.at(t, "Share", "change"), TrendOfShares(shares); *c.Value != Round(*want.Change, 2) || c.CI95[1] != Round(want.CI95[1], 2) {
		t.Errorf("share: %+v, want %+v", c, want)
	}
	// The trend of amounts is that of the medians as they are told.
	if c, want := trends.at(t, "Purity", "change"), TrendOfAmounts(medians); *c.Value != Round(*want.Change, 2) || c.CI95 != nil {
		t.Errorf("purity: %+v, want %+v", c, want)
	}
	purity := publicTable(t, "purity_years", s)
	if got := *purity.Rows[0].Cells[0].N; got != 2018 || purity.Columns[0].Kind != YearKind {
		t.Errorf("the first row is of %d", got)
	}
	rows := 0
	for _, e := range s.Told().Entries {
		rows += len(e.Purity)
	}
	if n := len(purity.Rows); n != rows || n == 0 {
		t.Errorf("%d rows, want %d", n, rows)
	}
	s.Entries = s.Entries[:1]
	if c := publicTable(t, "trends", s).at(t, "Share", "change"); c.State != TooFew {
		t.Errorf("one year: %+v", c)
	}
}

// servicesLike makes a source of services with so many samples released and
// without a result.
func servicesLike(t testing.TB, rows ...parts) *Source {
	t.Helper()
	d := testDictionary(t)
	s := &Source{Dictionary: d, ClosedTo: 2020}
	var folds []*Fold
	for i, row := range rows {
		samples := append(times(row[0]), times(row[1], func(s *testSample) { s.class.Release, s.class.State = "", lab.InAnalysis })...)
		folds = append(folds, foldOf(d, samples...))
		code := string(rune('A' + i))
		s.Services = append(s.Services, ServiceYear{code, code, Compute(folds[i], d, Scope{Year: 2020, Services: []string{code}})})
	}
	s.Year = Compute(Merge(folds...), d, Scope{Year: 2020})
	return s
}

// csvText is the table as CSV without its header.
func csvText(t testing.TB, table *Table) string {
	t.Helper()
	var b bytes.Buffer
	if err := table.WriteCSV(&b); err != nil {
		t.Fatal(err)
	}
	_, rows, _ := strings.Cut(b.String(), "\n")
	return rows
}

func TestServices(t *testing.T) {
	s := servicesLike(t, parts{100, 20}, parts{2, 1}, parts{60, 3}, parts{30, 0}, parts{0, 0})
	want := "All registered samples,216,192,24\n" +
		"A,120,suppressed,suppressed\n" + // covers the parts of C
		"B,suppressed,suppressed,suppressed\n" +
		"C,63,suppressed,suppressed\n" +
		"D,suppressed,suppressed,suppressed\n" // covers B; E has no samples and is not named
	if got := csvText(t, publicTable(t, "services", s)); got != want {
		t.Errorf("public:\n%s", got)
	}
	staff := must(mustFind(t, "services").Staff(s))(t)
	if got := csvText(t, staff); !strings.Contains(got, "B,3,2,1\n") || strings.Contains(got, "suppressed") {
		t.Errorf("staff:\n%s", got)
	}
	for _, c := range []struct {
		service, column string
		want            Mark
	}{
		{"B", "registered", Small},
		{"D", "registered", Secondary},
		{"C", "no_result", Small},
		{"C", "released", Secondary},
		{"C", "registered", ""},
		{"E", "released", ""},
	} {
		if got := staff.at(t, c.service, c.column).Mark; got != c.want {
			t.Errorf("%s, %s: marked %q, want %q", c.service, c.column, got, c.want)
		}
	}
	s.ClosedTo = 2019
	if table, err := mustFind(t, "services").Public(s); !errors.Is(err, lab.ErrNotFound) || table != nil {
		t.Errorf("a running year: %v", err)
	}
}

// TestPublicServicesHoldNothingHidden: tables that differ only in what is hidden
// are published byte by byte the same.
func TestPublicServicesHoldNothingHidden(t *testing.T) {
	write := func(rows ...parts) string {
		var b bytes.Buffer
		if err := publicTable(t, "services", servicesLike(t, rows...)).WriteJSON(&b); err != nil {
			t.Fatal(err)
		}
		return b.String()
	}
	one := write(parts{100, 20}, parts{2, 1}, parts{60, 3}, parts{30, 0})
	if other := write(parts{101, 19}, parts{1, 0}, parts{59, 4}, parts{31, 1}); one != other {
		t.Errorf("%s\n%s", one, other)
	}
	if strings.Contains(one, `"mark"`) || strings.Contains(one, string(Secondary)) {
		t.Error(one)
	}
}

func TestTablesRefuse(t *testing.T) {
	d := testDictionary(t)
	whole := sourceOf(t, d, randomSamples(d, 3, 100), 50, 0)
	for _, c := range []struct {
		name, table string
		edit        func(*Source)
		want        string
	}{
		{"no year", "products", func(s *Source) { s.Year = nil }, "lacks the figures of its scope, year"},
		{"no entry", "purity", func(s *Source) { s.Entries = nil }, "lacks the figures of its scope, product"},
		{"an entry missing", "trends", func(s *Source) { s.Entries = []*Entry{nil, s.Entries[0]} }, "lacks"},
		{"no dictionary", "found", func(s *Source) { s.Dictionary = nil }, "lacks"},
		{"a service without its year", "services", func(s *Source) { s.Services = append(slices.Clone(s.Services), ServiceYear{}) }, "lacks"},
		{"a service left out", "services", func(s *Source) { s.Services = s.Services[:1] }, "do not add up"},
		{"figures of one service", "products", func(s *Source) { s.Year = s.Services[0].Year }, "figures of A alone are not public"},
		{"an entry of one service", "purity", func(s *Source) {
			s.Entries = []*Entry{ComputeProduct(foldOf(d), d, Scope{Year: 2020, Services: []string{"B", "A"}}, ketamineProduct)}
		}, "figures of A, B alone are not public"},
	} {
		s := *whole
		c.edit(&s)
		if table, err := mustFind(t, c.table).Public(&s); err == nil || table != nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v", c.name, err)
		}
	}
	s := *whole
	s.Year = s.Services[0].Year
	if _, err := mustFind(t, "products").Staff(&s); err != nil {
		t.Errorf("staff may see one service: %v", err)
	}
}

func TestTableNamesAreNoFormulas(t *testing.T) {
	d := testDictionary(t)
	d.Substances[caffeineID].Name = "=HYPERLINK(\"x\")"
	s := sourceOf(t, d, enough(newSample(holds(ketamineID, 1), holds(caffeineID, 1))), 1, 0)
	if got := csvText(t, publicTable(t, "adulterants", s)); !strings.Contains(got, `"'=HYPERLINK(""x"")",1,1,100.0,`) {
		t.Error(got)
	}
}

func TestTableCSVHeader(t *testing.T) {
	d := testDictionary(t)
	s := sourceOf(t, d, enough(times(3, holds(ketamineID, 1), paid(1))...), 3, 0)
	for key, want := range map[string]string{
		"contains":   "amount,contains_n,contains_of,contains (%),contains_ci95_low (%),contains_ci95_high (%)",
		"services":   "service,registered,released,no_result",
		"pure_price": "substance,n,mean (EUR),mean_ci95_low (EUR),mean_ci95_high (EUR),sd (EUR),median (EUR),p25 (EUR),p75 (EUR)",
	} {
		var b bytes.Buffer
		if err := publicTable(t, key, s).WriteCSV(&b); err != nil {
			t.Fatal(err)
		}
		if got, _, _ := strings.Cut(b.String(), "\n"); got != want {
			t.Errorf("%s: %s", key, got)
		}
	}
}
