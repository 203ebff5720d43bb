package sqlstore

import (
	"context"
	"database/sql"
	"fmt"
	"regexp"
	"strings"

	"github.com/pressly/goose/v3"
)

// listChecksVersion is the migration that writes the checks of SQLite's tables without lists. For a
// list of three values and more SQLite makes a table of its own, and drops it, for each row that is
// written: a fifth of all that a load cost. A row of comparisons says the same.
const listChecksVersion = 45

// listChecks has nothing to do on PostgreSQL, which reads such a list once.
func listChecks(dialect string) *goose.Migration {
	run := func(context.Context, *sql.Tx) error { return nil }
	if dialect == "sqlite" {
		run = compareInChecks
	}
	return goose.NewGoMigration(listChecksVersion, &goose.GoFunc{RunTx: run}, nil)
}

// compareInChecks changes the text of the tables alone, as SQLite's manual says of changes that leave
// each row as it is (https://www.sqlite.org/lang_altertable.html#otheralter): what a table takes and
// what it refuses stays the same.
func compareInChecks(ctx context.Context, tx *sql.Tx) (err error) {
	tables, err := tablesWithLists(ctx, tx)
	if err != nil {
		return err
	}
	var version int64
	if err := tx.QueryRowContext(ctx, "PRAGMA schema_version").Scan(&version); err != nil {
		return err
	}
	if _, err := tx.ExecContext(ctx, "PRAGMA writable_schema = ON"); err != nil {
		return err
	}
	for name, text := range tables {
		if _, err := tx.ExecContext(ctx, "UPDATE sqlite_schema SET sql = ? WHERE type = 'table' AND name = ?", compared(text), name); err != nil {
			return err
		}
	}
	// Whoever has the file open reads the tables anew, and this connection too.
	if _, err := tx.ExecContext(ctx, fmt.Sprintf("PRAGMA schema_version = %d", version+1)); err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, "PRAGMA writable_schema = RESET")
	return err
}

// tablesWithLists are the texts of the tables of which a check has a list, by their name.
func tablesWithLists(ctx context.Context, tx *sql.Tx) (map[string]string, error) {
	rows, err := tx.QueryContext(ctx, "SELECT name, sql FROM sqlite_schema WHERE type = 'table' AND sql LIKE '%CHECK%'")
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	tables := map[string]string{}
	for rows.Next() {
		var name, text string
		if err := rows.Scan(&name, &text); err != nil {
			return nil, err
		}
		if compared(text) != text {
			tables[name] = text
		}
	}
	return tables, rows.Err()
}

// listed is a column in a list of texts; listedText is one of them.
var (
	listed     = regexp.MustCompile(`(\w+) IN \(((?:\s*'(?:[^']|'')*'\s*,?)+)\)`)
	listedText = regexp.MustCompile(`'(?:[^']|'')*'`)
)

// compared writes a table's text with comparisons where it had lists of three and more; SQLite compares
// two by itself.
func compared(text string) string {
	return listed.ReplaceAllStringFunc(text, func(check string) string {
		parts := listed.FindStringSubmatch(check)
		values := listedText.FindAllString(parts[2], -1)
		if len(values) < 3 || parts[1] == "NOT" {
			return check
		}
		for i, value := range values {
			values[i] = parts[1] + " = " + value
		}
		return "(" + strings.Join(values, " OR ") + ")"
	})
}
