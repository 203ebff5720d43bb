package sqlstore

import (
	"errors"
	"fmt"
	"strings"

	"gorm.io/gorm"
	"gorm.io/gorm/callbacks"
	"gorm.io/gorm/clause"
	"gorm.io/gorm/schema"
	modernc "modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

// sqliteDialector tells GORM how SQLite wants its statements, over modernc's driver.
// It does what this package asks of GORM and nothing else: there are no savepoints,
// since a unit of work is one transaction, and no schema is made from models.
type sqliteDialector struct{ pool gorm.ConnPool }

// Name returns the name of the dialect.
func (sqliteDialector) Name() string { return "sqlite" }

// Initialize gives GORM the pool and its own ways to make statements. Every id is
// given by the program, so that no statement returns one.
func (d sqliteDialector) Initialize(db *gorm.DB) error {
	db.ConnPool = d.pool
	callbacks.RegisterDefaultCallbacks(db, &callbacks.Config{})
	return nil
}

// BindVarTo writes the place of a value.
func (sqliteDialector) BindVarTo(writer clause.Writer, _ *gorm.Statement, _ any) {
	_ = writer.WriteByte('?')
}

// QuoteTo writes a name, or names with points between them. A name in double quotes
// would be a text to SQLite where there is no such column.
func (sqliteDialector) QuoteTo(writer clause.Writer, name string) {
	for i, part := range strings.Split(name, ".") {
		if i > 0 {
			_ = writer.WriteByte('.')
		}
		_, _ = writer.WriteString("`" + strings.ReplaceAll(part, "`", "``") + "`")
	}
}

// DefaultValueOf stands for a value that the database gives, among rows that have
// their own: of a number that is the primary key the next one.
func (sqliteDialector) DefaultValueOf(*schema.Field) clause.Expression {
	return clause.Expr{SQL: "NULL"}
}

// DataTypeOf is asked for by those who make tables from models, which nobody does.
func (sqliteDialector) DataTypeOf(field *schema.Field) string { return string(field.DataType) }

// Explain returns the statement without its values: they are for no log.
func (sqliteDialector) Explain(statement string, _ ...any) string { return statement }

// Migrator looks at tables, and changes none.
func (sqliteDialector) Migrator(db *gorm.DB) gorm.Migrator { return sqliteTables{db: db} }

// Translate turns what modernc's driver says of keys into GORM's errors.
func (sqliteDialector) Translate(err error) error {
	var known *modernc.Error
	if !errors.As(err, &known) {
		return err
	}
	switch known.Code() {
	case sqlite3.SQLITE_CONSTRAINT_UNIQUE, sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY:
		return fmt.Errorf("%w: %w", gorm.ErrDuplicatedKey, err)
	case sqlite3.SQLITE_CONSTRAINT_FOREIGNKEY:
		return fmt.Errorf("%w: %w", gorm.ErrForeignKeyViolated, err)
	}
	return err
}

// sqliteTables looks at the tables of a SQLite file. Of what else a migrator can do
// it has nothing: the schema lives in migrations/.
type sqliteTables struct {
	gorm.Migrator
	db *gorm.DB
}

// HasTable tells whether there is a table of the name.
func (t sqliteTables) HasTable(table any) bool {
	var n int
	err := t.db.Raw("SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name = ?", table).Scan(&n).Error
	return err == nil && n > 0
}

// AutoMigrate refuses to make tables from models.
func (sqliteTables) AutoMigrate(...any) error {
	return errors.New("the schema lives in migrations/")
}
