package sqlstore

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"iter"
	"strings"

	"gorm.io/gorm"
)

type sqliteDialect struct{ folder string }

func (sqliteDialect) name() string { return "sqlite" }
func (sqliteDialect) lock() string { return "" }

// check has nothing to refuse: triggers keep the audit trail on SQLite.
func (sqliteDialect) check(context.Context, *gorm.DB) error { return nil }

// insert runs a prepared statement for one row at a time, on the driver itself. SQLite keeps
// a journal of a statement of many rows, so that it could take back that statement alone:
// each page that it touches is copied, on disk once they are sixteen.
func (sqliteDialect) insert(ctx context.Context, conn *sql.Conn, _ *gorm.DB, table string, columns []string, rows iter.Seq[[]any]) error {
	values := make([]driver.NamedValue, len(columns))
	err := conn.Raw(func(driverConn any) error {
		statement, err := driverConn.(driver.ConnPrepareContext).PrepareContext(ctx, insertOne(table, columns))
		if err != nil {
			return err
		}
		defer statement.Close()
		one := statement.(driver.StmtExecContext)
		for row := range rows {
			for i, v := range row {
				values[i] = driver.NamedValue{Ordinal: i + 1, Value: v}
			}
			if ctx.Err() != nil {
				return ctx.Err()
			}
			if _, err := one.ExecContext(context.WithoutCancel(ctx), values); err != nil { // it is over at once
				return err
			}
		}
		return nil
	})
	return sqliteDialector{}.Translate(err)
}

// insertOne is the statement that adds a row.
func insertOne(table string, columns []string) string {
	return "INSERT INTO " + table + " (" + strings.Join(columns, ",") + ") VALUES (" + strings.Repeat("?,", len(columns)-1) + "?)"
}

func (sqliteDialect) plain(v driver.Valuer) any {
	value, err := v.Value()
	if err != nil {
		return err // no driver takes an error: the insert fails and names it
	}
	return value
}
