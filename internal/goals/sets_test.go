package goals

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	_ "github.com/jackc/pgx/v5/stdlib" // the driver "pgx" of database/sql

	"marquis/internal/store"
	"marquis/internal/store/storetest"
)

// kinds are the databases on which everything is measured.
var kinds = [2]string{"sqlite", "postgres"}

// set is a data set: a demo registry on one database.
type set struct {
	kind   string
	at     int    // of the kind in kinds
	folder string // of the key ring, and of SQLite's file
	place  store.Config
	made   record
}

// record is kept with a data set: how it was made. Seconds of the program and of the
// driver's bulk insert are in turn.
type record struct {
	Seconds, Driver []float64
	Samples         int
	Bytes           int64
	LeftOut         string // why there was no bulk insert
}

// recordName is the file of the record. It is written last: a folder without it is
// made anew.
const recordName = "goals.json"

func (s *set) keys() string { return filepath.Join(s.folder, "keys.json") }

// pool opens the database of the set by its driver, with the settings with which the
// program writes.
func (s *set) pool(t *testing.T) *sql.DB {
	t.Helper()
	driver, source := "pgx", s.place.DatabaseURL
	if source == "" {
		path, err := filepath.Abs(s.file())
		if err != nil {
			t.Fatal(err)
		}
		u := url.URL{Scheme: "file", Path: path, RawQuery: "_pragma=busy_timeout(10000)&_pragma=journal_mode(WAL)" +
			"&_pragma=synchronous(FULL)&_pragma=foreign_keys(1)&_pragma=secure_delete(1)&_pragma=cache_size(-65536)&_txlock=immediate"}
		driver, source = "sqlite", u.String()
	}
	pool, err := sql.Open(driver, source)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := pool.Close(); err != nil {
			t.Error(err)
		}
	})
	return pool
}

func (s *set) file() string { return filepath.Join(s.folder, "marquis.db") }

// open opens the registry of the set, beside any server on it.
func (s *set) open(t *testing.T, clock func() time.Time) *store.Store {
	t.Helper()
	return storetest.OpenAt(t, s.place, clock)
}

// number reads one number.
func number(t *testing.T, pool *sql.DB, query string) (n int64) {
	t.Helper()
	if err := pool.QueryRowContext(t.Context(), query).Scan(&n); err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	return n
}

// text reads one text.
func text(t *testing.T, pool *sql.DB, query string) (value string) {
	t.Helper()
	if err := pool.QueryRowContext(t.Context(), query).Scan(&value); err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	return value
}

// measureSetUp makes the data sets and tells how long it took.
func (x *bench) measureSetUp(t *testing.T) []*set {
	var sets []*set
	for _, kind := range kinds {
		s := x.find(t, kind, *scale)
		if s == nil {
			s = x.makeMeasured(t, kind)
		} else {
			x.sheet.note("The demo set-up on %s was measured when the data set was made, not in this run.", s.name())
		}
		sets = append(sets, s)
		seconds := median(s.made.Seconds)
		x.sheet.set(setUpTime, s.at, seconds, "%.1f s (%.0f samples/s)", seconds, float64(s.made.Samples)/seconds)
		x.sheet.readings[setUpTime][s.at].judged = *scale == 1
		if s.made.LeftOut != "" {
			x.sheet.tell(setUpRatio, s.at, "%s", s.made.LeftOut)
			continue
		}
		var speeds []float64
		for i, driver := range s.made.Driver {
			speeds = append(speeds, driver/s.made.Seconds[i])
		}
		x.sheet.set(setUpRatio, s.at, median(speeds), "%.2f (driver %.1f s)", median(speeds), median(s.made.Driver))
	}
	return sets
}

// name is the database as the sheet tells it.
func (s *set) name() string { return [2]string{"SQLite", "PostgreSQL"}[s.at] }

// place is where a data set of a scale lies, whether it was made or not.
func (x *bench) place(kind string, scale float64, part string) *set {
	name := kind + "-" + strconv.FormatFloat(scale, 'g', -1, 64) + part
	s := &set{kind: kind, at: slices.Index(kinds[:], kind), folder: filepath.Join(x.folder, name)}
	s.place.Folder = s.folder
	return s
}

// find returns the data set of an earlier run, nil where there is none.
func (x *bench) find(t *testing.T, kind string, scale float64) *set {
	t.Helper()
	s := x.place(kind, scale, "")
	text, err := os.ReadFile(filepath.Join(s.folder, recordName))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err == nil {
		err = json.Unmarshal(text, &s.made)
	}
	if err != nil {
		t.Fatal(err)
	}
	if kind == "postgres" {
		s.place.DatabaseURL = x.server.As(t, "postgres:///"+s.database(), "marquis")
	}
	return s
}

// database is the name of the set's database on PostgreSQL.
func (s *set) database() string {
	return strings.Map(func(r rune) rune {
		if r == '-' || r == '.' || r == '+' {
			return '_'
		}
		return r
	}, filepath.Base(s.folder))
}

// makeMeasured makes a data set and puts the making beside the driver's bulk insert
// of the same rows: several times in turn at the scale that the goal is about, and
// once where that would take hours or tell little. The first one made stays.
func (x *bench) makeMeasured(t *testing.T, kind string) *set {
	t.Helper()
	kept := x.place(kind, *scale, "")
	turns := rounds
	if *scale > 1 || *scale < 0.5 {
		turns = 1
	}
	for turn := range turns {
		t.Run(fmt.Sprintf("set-up/%s/%d", kind, turn+1), func(t *testing.T) {
			s := kept
			if turn > 0 {
				s = x.place(kind, *scale, "-again")
				t.Cleanup(func() { x.drop(t, s) })
			}
			kept.made.Seconds = append(kept.made.Seconds, x.makeDemo(t, s, *scale).Seconds())
			if kept.made.LeftOut = x.roomFor(t, s); kept.made.LeftOut == "" {
				kept.made.Driver = append(kept.made.Driver, x.bulkInsert(t, s).Seconds())
			}
			t.Logf("made in %.1f s, bulk insert %v s %s", kept.made.Seconds[turn], kept.made.Driver, kept.made.LeftOut)
		})
		if t.Failed() {
			t.FailNow()
		}
	}
	if len(kept.made.Seconds) == 0 {
		t.Fatalf("there is no data set of scale %v on %s yet, and this run leaves its making out", *scale, kept.name())
	}
	kept.save(t)
	return kept
}

// makeDemo makes a demo registry in a place that is emptied before, and returns how
// long the program took.
func (x *bench) makeDemo(t *testing.T, s *set, scale float64) time.Duration {
	t.Helper()
	x.drop(t, s)
	if err := os.MkdirAll(s.folder, 0o700); err != nil {
		t.Fatal(err)
	}
	if s.kind == "postgres" {
		x.admin(t, "CREATE DATABASE "+s.database()+" OWNER marquis")
		s.place.DatabaseURL = x.server.As(t, "postgres:///"+s.database(), "marquis")
	}
	begun := time.Now()
	run(t, x.command(t.Context(), s, "demo", "--no-serve", "--scale", strconv.FormatFloat(scale, 'g', -1, 64)))
	took := time.Since(begun)
	pool := s.pool(t)
	s.made.Samples = int(number(t, pool, "SELECT count(*) FROM samples"))
	if s.kind == "sqlite" {
		info, err := os.Stat(s.file())
		if err != nil {
			t.Fatal(err)
		}
		s.made.Bytes = info.Size()
		return took
	}
	// As autovacuum does within a minute.
	if _, err := pool.ExecContext(t.Context(), "VACUUM ANALYZE"); err != nil {
		t.Fatal(err)
	}
	x.admin(t, "CHECKPOINT")
	s.made.Bytes = number(t, pool, "SELECT pg_database_size(current_database())")
	return took
}

func (s *set) save(t *testing.T) {
	t.Helper()
	text, err := json.MarshalIndent(s.made, "", "\t")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(s.folder, recordName), append(text, '\n'), 0o600); err != nil {
		t.Fatal(err)
	}
}

// few returns the data set of about ten thousand samples, on the same database as
// another: that one, where it has no more.
func (x *bench) few(t *testing.T, than *set) *set {
	t.Helper()
	if *scale <= fewScale {
		return than
	}
	if s := x.find(t, than.kind, fewScale); s != nil {
		return s
	}
	s := x.place(than.kind, fewScale, "")
	took := x.makeDemo(t, s, fewScale)
	s.made.Seconds, s.made.LeftOut = []float64{took.Seconds()}, "not measured"
	s.save(t)
	return s
}

// drop removes whatever is at the place of a set.
func (x *bench) drop(t *testing.T, s *set) {
	t.Helper()
	if s.kind == "postgres" {
		x.admin(t, "DROP DATABASE IF EXISTS "+s.database()+" WITH (FORCE)")
	}
	if err := os.RemoveAll(s.folder); err != nil {
		t.Fatal(err)
	}
}

// admin runs a statement as the superuser. It works while a test is cleaned up.
func (x *bench) admin(t *testing.T, statement string) {
	t.Helper()
	ctx := context.WithoutCancel(t.Context())
	conn, err := pgx.Connect(ctx, x.server.Admin())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(ctx)
	if _, err := conn.Exec(ctx, statement); err != nil {
		t.Fatalf("%s: %v", statement, err)
	}
}

// roomFor says why there cannot be a second copy of a set; empty where there can.
func (x *bench) roomFor(t *testing.T, s *set) string {
	t.Helper()
	out := run(t, exec.CommandContext(t.Context(), "df", "-Pk", x.folder))
	fields := strings.Fields(out[strings.LastIndex(strings.TrimSpace(out), "\n")+1:])
	if len(fields) < 4 {
		t.Fatalf("df says %q", out)
	}
	free, err := strconv.ParseInt(fields[3], 10, 64)
	if err != nil {
		t.Fatal(err)
	}
	if free *= 1024; free < 3*s.made.Bytes { // the copy, and what was not yet written to its place
		return fmt.Sprintf("left out at this scale: %s of disk free, three times %s needed", size(free), size(s.made.Bytes))
	}
	return ""
}

func size(bytes int64) string {
	if bytes < 1<<30 {
		return fmt.Sprintf("%.0f MB", float64(bytes)/(1<<20))
	}
	return fmt.Sprintf("%.1f GB", float64(bytes)/(1<<30))
}

// notMigrated holds for what a database has of the trail before anything is added.
const notMigrated = "service_id > 0"

// demoTables are the tables that a demo fills, parents first.
var demoTables = append(storetest.Whole(
	"services", "locations", "users", "memberships", "methods", "method_scopes", "sessions", "invitations", "recovery_codes",
	"clock_marks", "clock_gaps", "code_keys",
	"imports", "visits", "drafts", "sample_counters", "samples", "sample_expectations", "lookup_codes", "analyses", "findings",
	"publications", "analysis_questions", "record_views", "read_outs", "service_years", "sample_facts", "finding_facts",
), storetest.Table{Name: "audit_heads", Where: notMigrated}, storetest.Table{Name: "audit_events", Where: notMigrated})

// bulkInsert copies all rows of a set into an empty registry by the driver alone.
func (x *bench) bulkInsert(t *testing.T, s *set) time.Duration {
	t.Helper()
	to := x.place(s.kind, *scale, "-bulk")
	x.drop(t, to)
	defer x.drop(t, to)
	if s.kind == "postgres" {
		x.admin(t, "CREATE DATABASE "+to.database()+" OWNER marquis")
		to.place.DatabaseURL = x.server.As(t, "postgres:///"+to.database(), "marquis")
	}
	if _, err := store.Migrate(t.Context(), to.place, time.Now); err != nil {
		t.Fatal(err)
	}
	source, target := s.pool(t), to.pool(t)
	_, took := storetest.Copy(t, s.kind, source, target, demoTables)
	checkCopy(t, s.kind, source, target)
	if err := target.Close(); err != nil {
		t.Fatal(err)
	}
	return took
}

// checkCopy fails where a table was not copied whole, or was forgotten.
func checkCopy(t *testing.T, kind string, source, target *sql.DB) {
	t.Helper()
	query := "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
	if kind == "postgres" {
		query = "SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'"
	}
	for _, row := range storetest.Rows(t, source, query, 1) {
		table := fmt.Sprint(row[0])
		where := ""
		switch table {
		case "settings":
			continue // says of the demo that it is synthetic
		case "audit_heads", "audit_events":
			where = " WHERE " + notMigrated
		}
		count := "SELECT count(*) FROM " + table + where
		if have, want := number(t, target, count), number(t, source, count); have != want {
			t.Errorf("%d of %d rows of %s were copied", have, want, table)
		}
	}
}
