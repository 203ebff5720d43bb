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

// insert runs one prepared statement for many rows at a time.
func (sqliteDialect) insert(ctx context.Context, _ *sql.Conn, tx *gorm.DB, table string, columns []string, rows iter.Seq[[]any]) error {
	const most = 900 // values in a statement
	width := max(1, most/len(columns)) * len(columns)
	var full *sql.Stmt // made when there are so many
	defer func() {
		if full != nil {
			_ = full.Close()
		}
	}()
	values := make([]any, 0, width)
	for row := range rows {
		values = append(values, row...)
		if len(values) < width {
			continue
		}
		if full == nil {
			var err error
			if full, err = prepareInsert(ctx, tx, table, columns, width); err != nil { //nolint:sqlclosecheck // it is closed above, after its last use in the loop
				return err
			}
		}
		if _, err := full.ExecContext(ctx, values...); err != nil {
			return sqliteDialector{}.Translate(err)
		}
		values = values[:0]
	}
	if len(values) == 0 {
		return nil
	}
	rest, err := prepareInsert(ctx, tx, table, columns, len(values))
	if err != nil {
		return err
	}
	defer rest.Close()
	if _, err = rest.ExecContext(ctx, values...); err != nil {
		return sqliteDialector{}.Translate(err)
	}
	return nil
}

// prepareInsert prepares a statement that takes so many values at once.
func prepareInsert(ctx context.Context, tx *gorm.DB, table string, columns []string, values int) (*sql.Stmt, error) {
	one := "(" + strings.Repeat("?,", len(columns)-1) + "?)"
	all := one + strings.Repeat(","+one, values/len(columns)-1)
	return tx.Statement.ConnPool.PrepareContext(ctx, "INSERT INTO "+table+" ("+strings.Join(columns, ",")+") VALUES "+all)
}

func (sqliteDialect) plain(v any) any {
	if valuer, ok := v.(driver.Valuer); ok {
		value, err := valuer.Value()
		if err != nil {
			return err // no driver takes an error: the insert fails and names it
		}
		return value
	}
	return plainValue(v)
}
