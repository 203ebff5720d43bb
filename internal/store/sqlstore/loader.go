package sqlstore

import (
	"context"
	"database/sql"
	"database/sql/driver"
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
	names := statement.Schema.DBNames
	columns := make([]column, len(names))
	for i, name := range names {
		field := statement.Schema.FieldsByDBName[name]
		columns[i] = column{field.StructField.Index, l.reader(field.FieldType)}
	}
	values := func(yield func([]any) bool) {
		line := make([]any, len(columns))
		for row := range rows {
			v := reflect.ValueOf(row).Elem()
			for i, c := range columns {
				line[i] = c.read(v.FieldByIndex(c.path))
			}
			if !yield(line) {
				return
			}
		}
	}
	if err := l.dialect.insert(l.ctx, l.conn, l.tx, statement.Schema.Table, names, values); err != nil {
		return fmt.Errorf("load %s: %w", statement.Schema.Table, err)
	}
	return nil
}

// column is where a record has the value of a column, and how it is read.
type column struct {
	path []int
	read func(reflect.Value) any
}

var valuer = reflect.TypeFor[driver.Valuer]()

// reader returns what turns the values of a type into those that the driver knows: what
// the domain writes in its own way, and the texts, whole numbers and truths of whatever
// name. It is asked once a load, since a load reads millions.
func (l Loader) reader(t reflect.Type) func(reflect.Value) any {
	if t.Implements(valuer) {
		return func(v reflect.Value) any { return l.dialect.plain(v.Addr().Interface().(driver.Valuer)) }
	}
	switch t.Kind() {
	case reflect.String:
		return func(v reflect.Value) any { return v.String() }
	case reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return func(v reflect.Value) any { return v.Int() }
	case reflect.Bool:
		return func(v reflect.Value) any { return v.Bool() }
	}
	return reflect.Value.Interface
}
