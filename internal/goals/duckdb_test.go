package goals

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

// duckDB is DuckDB's own copy of the facts of a data set.
type duckDB struct {
	program, file string
	samples       int64
}

// What DuckDB is asked for: the question of percentileSamples and percentileFindings
// in its own words.
const duckQuestion = `CREATE OR REPLACE TEMP TABLE samples_told AS SELECT year, product_id, count(*) AS n, count(*) FILTER (WHERE release = 'released'),
  count(*) FILTER (WHERE contains), count(*) FILTER (WHERE contains_main),
  count(*) FILTER (WHERE outcome = 'expected_only'), count(*) FILTER (WHERE outcome = 'expected_plus_adulterant'),
  count(*) FILTER (WHERE outcome = 'not_expected'),
  avg(unit_price) FILTER (WHERE NOT price_free AND price_currency = 'EUR'),
  stddev_samp(unit_price) FILTER (WHERE NOT price_free AND price_currency = 'EUR'),
  quantile_cont(unit_price, [0.25, 0.5, 0.75]) FILTER (WHERE NOT price_free AND price_currency = 'EUR')
FROM sample_facts WHERE counted GROUP BY year, product_id;
CREATE OR REPLACE TEMP TABLE findings_told AS SELECT year, product_id, form, substance_id, role, count(*) AS n, count(*) FILTER (WHERE base_known),
  avg(base) FILTER (WHERE base_known), stddev_samp(base) FILTER (WHERE base_known), min(base), max(base),
  quantile_cont(base, [0.05, 0.25, 0.5, 0.75, 0.95]) FILTER (WHERE base_known)
FROM finding_facts GROUP BY year, product_id, form, substance_id, role;
`

// duckColumns are the columns of the facts that the question is about, each with its
// type.
var duckColumns = map[string][]string{
	"sample_facts": {
		"year integer", "product_id integer", "counted boolean", "release varchar", "outcome varchar", "contains boolean",
		"contains_main boolean", "price_currency varchar", "price_free boolean", "unit_price bigint",
	},
	"finding_facts": {
		"year integer", "product_id integer", "form varchar", "substance_id integer", "role varchar", "base_known boolean", "base bigint",
	},
}

// newDuckDB copies the facts of a data set on PostgreSQL into DuckDB, where that is
// installed; nil where it is not.
func newDuckDB(t *testing.T, s *set) *duckDB {
	t.Helper()
	program, err := exec.LookPath("duckdb")
	if err != nil {
		return nil
	}
	folder := t.TempDir()
	d := &duckDB{program: program, file: filepath.Join(folder, "facts.duckdb")}
	for table, columns := range duckColumns {
		var names []string
		for _, column := range columns {
			name, _, _ := strings.Cut(column, " ")
			names = append(names, name)
		}
		rows := filepath.Join(folder, table+".csv")
		export(t, s, rows, fmt.Sprintf("COPY (SELECT %s FROM %s) TO STDOUT (FORMAT csv)", strings.Join(names, ", "), table))
		d.run(t, fmt.Sprintf("CREATE TABLE %[1]s (%[2]s);\nCOPY %[1]s FROM '%[3]s' (FORMAT csv, HEADER false);\n", table, strings.Join(columns, ", "), rows))
		if err := os.Remove(rows); err != nil {
			t.Fatal(err)
		}
	}
	d.samples = number(t, s.pool(t), "SELECT count(*) FROM sample_facts WHERE counted")
	return d
}

// export writes what PostgreSQL copies out into a file.
func export(t *testing.T, s *set, path, statement string) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), s.place.DatabaseURL)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(context.WithoutCancel(t.Context()))
	file, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := conn.PgConn().CopyTo(t.Context(), file, statement); err != nil {
		t.Fatalf("%s: %v", statement, err)
	}
	if err := file.Close(); err != nil {
		t.Fatal(err)
	}
}

func (d *duckDB) run(t *testing.T, script string) string {
	t.Helper()
	c := exec.CommandContext(t.Context(), d.program, "-csv", "-noheader", d.file)
	c.Stdin = strings.NewReader(script)
	return run(t, c)
}

// version is the version of DuckDB.
func (d *duckDB) version(t *testing.T) string {
	t.Helper()
	return strings.TrimSpace(run(t, exec.CommandContext(t.Context(), d.program, "--version")))
}

var duckTime = regexp.MustCompile(`(?m)^Run Time.*real\s+([0-9.]+)`)

// query asks the question twice and returns how long DuckDB took for it the second
// time, when it has the columns in memory.
func (d *duckDB) query(t *testing.T) time.Duration {
	t.Helper()
	out := d.run(t, duckQuestion+".timer on\n"+duckQuestion+".timer off\nSELECT sum(n) FROM samples_told;\n")
	var seconds float64
	times := duckTime.FindAllStringSubmatch(out, -1)
	for _, found := range times {
		s, err := strconv.ParseFloat(found[1], 64)
		if err != nil {
			t.Fatal(err)
		}
		seconds += s
	}
	lines := strings.Fields(out)
	if len(times) != 2 || len(lines) == 0 || lines[len(lines)-1] != strconv.FormatInt(d.samples, 10) {
		t.Fatalf("DuckDB does not tell two times and count %d samples:\n%s", d.samples, out)
	}
	return time.Duration(seconds * float64(time.Second))
}
