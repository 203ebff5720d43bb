package storetest

import (
	"database/sql"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	_ "github.com/jackc/pgx/v5/stdlib" // the driver pgx

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
	pool, err := sql.Open(driver, source)
	if err != nil {
		t.Fatal(err)
	}
	tx, err := pool.BeginTx(t.Context(), nil)
	if err == nil {
		_, err = tx.ExecContext(t.Context(), lock)
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
