package storetest

import (
	"database/sql"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	_ "github.com/jackc/pgx/v5/stdlib" // the driver pgx

	"marquis/internal/lab"
	"marquis/internal/store"
)

// HoldWriting keeps everybody else from writing to a registry, as another program
// would: that of the folder, or of the URL of PostgreSQL. What it returns lets them.
func HoldWriting(t testing.TB, place string) (release func()) {
	t.Helper()
	driver, source, lock := "sqlite", "file:"+filepath.Join(place, store.SQLiteFile)+"?_txlock=immediate", "SELECT 1"
	if strings.HasPrefix(place, "postgres") {
		driver, source, lock = "pgx", place, "LOCK TABLE samples, drafts, sessions, write_probe IN EXCLUSIVE MODE"
	}
	return hold(t, driver, source, lock)
}

// HoldAll keeps everybody else from writing to any table of a registry, as HoldWriting
// does of most.
func HoldAll(t testing.TB, place string) (release func()) {
	t.Helper()
	if !strings.HasPrefix(place, "postgres") {
		return HoldWriting(t, place) // the file is one
	}
	return hold(t, "pgx", place, `DO $$ DECLARE x text; BEGIN
  FOR x IN SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' AND has_table_privilege(oid, 'UPDATE') ORDER BY 1 LOOP EXECUTE format('LOCK TABLE %I IN EXCLUSIVE MODE', x); END LOOP;
END $$`)
}

// HoldTable keeps everybody else from a table of a registry on PostgreSQL, readers too.
func HoldTable(t testing.TB, url, table string) (release func()) {
	t.Helper()
	return hold(t, "pgx", url, "LOCK TABLE "+table+" IN ACCESS EXCLUSIVE MODE")
}

// hold begins a transaction with a statement, and ends it when it is told to.
func hold(t testing.TB, driver, source, statement string) (release func()) {
	t.Helper()
	pool, err := sql.Open(driver, source)
	if err != nil {
		t.Fatal(err)
	}
	tx, err := pool.BeginTx(t.Context(), nil)
	if err == nil {
		_, err = tx.ExecContext(t.Context(), statement)
	}
	if err != nil {
		t.Fatal(err)
	}
	release = sync.OnceFunc(func() {
		_ = tx.Rollback()
		_ = pool.Close()
	})
	t.Cleanup(release)
	return release
}

// NewRevision raises the revision of a year in a registry on PostgreSQL, as another
// program would.
func NewRevision(t testing.TB, url string, service lab.ServiceID, year int) {
	t.Helper()
	pool, err := sql.Open("pgx", url)
	if err != nil {
		t.Fatal(err)
	}
	defer pool.Close()
	_, err = pool.ExecContext(t.Context(), "INSERT INTO service_years (service_id, year, revision) VALUES ($1, $2, 1) "+
		"ON CONFLICT (service_id, year) DO UPDATE SET revision = service_years.revision + 1", service, year)
	if err != nil {
		t.Fatal(err)
	}
}
