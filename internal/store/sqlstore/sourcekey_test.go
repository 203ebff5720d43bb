package sqlstore

import (
	"database/sql"
	"path/filepath"
	"testing"

	_ "modernc.org/sqlite" // the driver

	"marquis/internal/lab"
)

// Where more is taken for one another than before, the keys that are recorded are written anew; of
// what was taken back, and of what people registered, there is none.
func TestKeysOfIDsAreWrittenAnew(t *testing.T) {
	db, err := sql.Open("sqlite", filepath.Join(t.TempDir(), "keys.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.ExecContext(t.Context(), `CREATE TABLE samples (service_id integer, source_ref text, source_key text, import_live boolean);
		INSERT INTO samples VALUES (1, 'A·4', 'a·4', true), (1, '1E5', '1e5', true), (1, '8031', '831', true), (2, 'A·4', 'a·4', false), (2, '', '', true)`); err != nil {
		t.Fatal(err)
	}
	tx, err := db.BeginTx(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := fillSourceKeys(t.Context(), tx); err != nil {
		t.Fatal(err)
	}
	if err := tx.Commit(); err != nil {
		t.Fatal(err)
	}
	for ref, want := range map[string]string{"A·4": lab.SourceKeyOf("a4"), "1E5": lab.SourceKeyOf("100000"), "8031": "831"} {
		var key string
		if err := db.QueryRowContext(t.Context(), "SELECT source_key FROM samples WHERE service_id = 1 AND source_ref = ?", ref).Scan(&key); err != nil || key != want {
			t.Errorf("%s has the key %q, want %q, %v", ref, key, want, err)
		}
	}
	var gone, registered string
	if err := db.QueryRowContext(t.Context(), "SELECT (SELECT source_key FROM samples WHERE service_id = 2 AND source_ref <> ''), (SELECT source_key FROM samples WHERE source_ref = '')").Scan(&gone, &registered); err != nil ||
		gone != "a·4" || registered != "" {
		t.Errorf("%q and %q, %v", gone, registered, err)
	}
}
