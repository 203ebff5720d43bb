package sqlstore

import (
	"context"
	"database/sql"
	"fmt"
	"iter"
	"reflect"

	"gorm.io/gorm"
)

// Loader adds many rows of one model to its table within a transaction.
type Loader struct {
	ctx     context.Context
	tx      *gorm.DB
	conn    *sql.Conn
	dialect dialect
}

// TransactBulk is Transact for loads: the work gets a loader that uses the
// driver's fastest way on the transaction's own connection.
func (d *DB) TransactBulk(ctx context.Context, work func(tx *gorm.DB, l Loader) error) error {
	pool, err := d.Write.DB()
	if err != nil {
		return err
	}
	return d.inTurn(ctx, func(ctx context.Context, begin func(tx *gorm.DB) error) error {
		conn, err := pool.Conn(ctx)
		if err != nil {
			return err
		}
		defer conn.Close()
		db := d.Write.Session(&gorm.Session{NewDB: true, Context: ctx})
		db.Statement.ConnPool = conn
		return db.Transaction(func(tx *gorm.DB) error {
			if err := begin(tx); err != nil {
				return err
			}
			return work(tx, Loader{ctx: ctx, tx: tx, conn: conn, dialect: d.dialect})
		})
	})
}

// Load adds the rows. They are read while they are written, so that the caller
// may make them one by one.
func Load[T any](l Loader, rows iter.Seq[*T]) error {
	statement := &gorm.Statement{DB: l.tx}
	if err := statement.Parse(new(T)); err != nil {
		return err
	}
	columns := statement.Schema.DBNames
	paths := make([][]int, len(columns))
	for i, name := range columns {
		paths[i] = statement.Schema.FieldsByDBName[name].StructField.Index
	}
	values := func(yield func([]any) bool) {
		for row := range rows {
			v := reflect.ValueOf(row).Elem()
			line := make([]any, len(paths))
			for i, path := range paths {
				line[i] = l.dialect.plain(v.FieldByIndex(path).Interface())
			}
			if !yield(line) {
				return
			}
		}
	}
	if err := l.dialect.insert(l.ctx, l.conn, l.tx, statement.Schema.Table, columns, values); err != nil {
		return fmt.Errorf("load %s: %w", statement.Schema.Table, err)
	}
	return nil
}

// plainValue turns the texts and whole numbers of the domain, under whatever name,
// into those that drivers know; other values come back as they are.
func plainValue(v any) any {
	switch r := reflect.ValueOf(v); r.Kind() {
	case reflect.String:
		return r.String()
	case reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return r.Int()
	}
	return v
}
