package sqlstore

import (
	"database/sql"
	"path/filepath"
	"strings"
	"testing"

	_ "modernc.org/sqlite" // the driver
)

// A table whose checks compare takes what it took with lists, refuses what it refused, and has its
// rows; whoever has the file open sees the new text.
func TestAChecksListIsCompared(t *testing.T) {
	db, err := sql.Open("sqlite", filepath.Join(t.TempDir(), "lists.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.ExecContext(t.Context(), `CREATE TABLE pills (
		form text NOT NULL CHECK (form IN ('powder', 'tablet',
			'it''s', 'x')), state text CHECK (state IN ('a', 'b', 'c')),
		pair text NOT NULL DEFAULT 'one' CHECK (pair IN ('one', 'two')), kind text NOT NULL DEFAULT 'd' CHECK (kind NOT IN ('a', 'b', 'c')),
		CHECK ((state IN ('a', 'b', 'c')) = (form <> 'x')));
		INSERT INTO pills (form, state) VALUES ('tablet', 'a')`); err != nil {
		t.Fatal(err)
	}
	other, err := db.Conn(t.Context()) // has read the tables
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	if _, err := other.ExecContext(t.Context(), "SELECT form FROM pills"); err != nil {
		t.Fatal(err)
	}
	tx, err := db.BeginTx(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := compareInChecks(t.Context(), tx); err != nil {
		t.Fatal(err)
	}
	if err := tx.Commit(); err != nil {
		t.Fatal(err)
	}
	var text, whole string
	if err := db.QueryRowContext(t.Context(), "SELECT sql, (SELECT group_concat(integrity_check) FROM pragma_integrity_check) FROM sqlite_schema WHERE name = 'pills'").Scan(&text, &whole); err != nil || whole != "ok" {
		t.Fatalf("%q, %v", whole, err)
	}
	if !strings.Contains(text, `CHECK ((form = 'powder' OR form = 'tablet' OR form = 'it''s' OR form = 'x'))`) ||
		!strings.Contains(text, "CHECK (pair IN ('one', 'two'))") || !strings.Contains(text, "CHECK (kind NOT IN ('a', 'b', 'c'))") {
		t.Errorf("the table is now\n%s", text)
	}
	for _, c := range []struct {
		values string
		taken  bool
	}{
		{"('powder', 'a', 'one', 'd')", true},
		{"('it''s', 'c', 'two', 'e')", true},
		{"('x', NULL, 'two', 'e')", true}, // what is not known is not refused, as ever
		{"('Powder', 'a', 'one', 'd')", false},
		{"('it', 'a', 'one', 'd')", false},
		{"('powder', 'd', 'one', 'd')", false},
		{"('x', 'a', 'one', 'd')", false},
		{"('powder', 'a', 'three', 'd')", false},
		{"('powder', 'a', 'one', 'b')", false},
	} {
		if _, err := other.ExecContext(t.Context(), "INSERT INTO pills VALUES "+c.values); (err == nil) != c.taken {
			t.Errorf("%s: %v", c.values, err)
		}
	}
	var rows int
	if err := db.QueryRowContext(t.Context(), "SELECT count(*) FROM pills").Scan(&rows); err != nil || rows != 4 {
		t.Errorf("%d rows, %v", rows, err)
	}
}
