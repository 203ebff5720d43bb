package storetest

import (
	"database/sql"
	"path/filepath"
	"testing"

	"marquis/internal/store"
)

// Pool opens the database of a registry past it, by the driver alone: to change what
// no registry does. The caller closes it.
func Pool(t testing.TB, c store.Config) *sql.DB {
	t.Helper()
	driver, source := "sqlite", "file:"+filepath.Join(c.Folder, store.SQLiteFile)+"?_pragma=busy_timeout(5000)"
	if c.DatabaseURL != "" {
		driver, source = "pgx", c.DatabaseURL
	}
	pool, err := sql.Open(driver, source)
	if err != nil {
		t.Fatal(err)
	}
	return pool
}
