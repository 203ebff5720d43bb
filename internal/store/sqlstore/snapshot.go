package sqlstore

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"

	"gorm.io/gorm"
)

// Column is a column of a table, and how its values are written as text, which is the
// same on both databases.
type Column struct {
	Name  string
	Key   int // its place in the primary key, from 1; 0 where it is not of it
	write form
}

// form is how values of a type are written.
type form string

// The forms of the types that the schema has.
const (
	asNumber  form = "number"  // digits, with a minus sign where it is below zero
	asTruth   form = "truth"   // t or f
	asText    form = "text"    // as it is
	asDay     form = "day"     // 2026-11-28
	asInstant form = "instant" // 2026-11-28T09:30:00.000000Z
	asID      form = "id"      // a UUID in small letters
)

// forms are the types of both databases, in small letters.
var forms = map[string]form{
	"integer": asNumber, "smallint": asNumber, "bigint": asNumber, "boolean": asTruth, "text": asText,
	"date": asDay, "timestamptz": asInstant, "timestamp with time zone": asInstant, "uuid": asID,
}

// Columns returns the columns of a table in the order in which it has them.
func columnsOf(tx *gorm.DB, d dialect, table string) ([]Column, error) {
	var rows []struct {
		Name, Type string
		Key        int
	}
	if err := tx.Raw(d.columns(), table).Scan(&rows).Error; err != nil {
		return nil, err
	}
	if len(rows) == 0 {
		return nil, fmt.Errorf("there is no table %s", table)
	}
	columns := make([]Column, len(rows))
	for i, r := range rows {
		write, ok := forms[r.Type]
		if !ok {
			return nil, fmt.Errorf("%s.%s is of the type %s, which cannot be written as text", table, r.Name, r.Type)
		}
		columns[i] = Column{r.Name, r.Key, write}
	}
	return columns, nil
}

// Snapshot reads whole tables as they were at one moment.
type Snapshot struct {
	Tx      *gorm.DB // in which everything is read
	dialect dialect
}

// ErrCitus means that what is asked for is not known to hold where a database is
// distributed over several machines.
var ErrCitus = errors.New("the database is distributed with Citus, of which a copy as of one moment is not proven yet; " +
	"use the backups of PostgreSQL itself")

// Snapshot runs read in one transaction that sees all tables as of one moment and
// writes nothing. On SQLite others go on writing meanwhile, and so they do on PostgreSQL.
// Where that is not proven it is refused, with ErrCitus.
func (d *DB) Snapshot(ctx context.Context, read func(Snapshot) error) error {
	return d.Moment(ctx, func(tx *gorm.DB) error {
		if err := d.dialect.oneMoment(tx); err != nil {
			return err
		}
		return read(Snapshot{tx, d.dialect})
	})
}

// Moment is like Snapshot, and refuses nothing: with Citus each node may show a moment of
// its own.
func (d *DB) Moment(ctx context.Context, read func(tx *gorm.DB) error) error {
	return Translate(d.Read.WithContext(ctx).Transaction(read, &sql.TxOptions{Isolation: d.dialect.isolation(), ReadOnly: d.file == nil}))
}

// oneMoment has nothing to refuse: who reads the file sees it as it was at the first
// statement.
func (sqliteDialect) oneMoment(*gorm.DB) error { return nil }

func (postgresDialect) oneMoment(tx *gorm.DB) error {
	var distributed bool
	err := tx.Raw("SELECT EXISTS (SELECT 1 FROM pg_extension WHERE extname = 'citus')").Scan(&distributed).Error
	if err == nil && distributed {
		return ErrCitus
	}
	return err
}

func (sqliteDialect) isolation() sql.IsolationLevel   { return sql.LevelDefault }
func (postgresDialect) isolation() sql.IsolationLevel { return sql.LevelRepeatableRead }

func (sqliteDialect) columns() string {
	return "SELECT name, lower(type) AS type, pk AS key FROM pragma_table_info(?) ORDER BY cid"
}

func (postgresDialect) columns() string {
	return "SELECT a.attname AS name, format_type(a.atttypid, a.atttypmod) AS type, coalesce(array_position(i.indkey::int2[], a.attnum) + 1, 0) AS key " +
		"FROM pg_attribute a LEFT JOIN pg_index i ON i.indrelid = a.attrelid AND i.indisprimary " +
		"WHERE a.attrelid = to_regclass(?) AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum"
}

// text is the SQL that writes a column in its form.
func (sqliteDialect) text(c Column) string {
	if c.write == asTruth {
		return "CASE " + c.Name + " WHEN 1 THEN 't' WHEN 0 THEN 'f' END"
	}
	return "CAST(" + c.Name + " AS text)" // days and instants are kept as text
}

func (postgresDialect) text(c Column) string {
	switch c.write {
	case asTruth:
		return "CASE WHEN " + c.Name + " THEN 't' WHEN NOT " + c.Name + " THEN 'f' END"
	case asDay:
		return "to_char(" + c.Name + ", 'YYYY-MM-DD')"
	case asInstant:
		return "to_char(" + c.Name + `, 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`
	case asText:
		return c.Name
	}
	return c.Name + "::text"
}

func (sqliteDialect) inByteOrder(name string) string   { return name }
func (postgresDialect) inByteOrder(name string) string { return name + ` COLLATE "C"` }

// Columns returns the columns of a table in the order in which it has them.
func (s Snapshot) Columns(table string) ([]Column, error) { return columnsOf(s.Tx, s.dialect, table) }

// keys are the columns of the primary key, in its order. A name alone would be that of
// what is written of the column.
func (s Snapshot) keys(columns []Column) (keys []string) {
	sorted := slices.DeleteFunc(slices.Clone(columns), func(c Column) bool { return c.Key == 0 })
	slices.SortFunc(sorted, func(a, b Column) int { return a.Key - b.Key })
	for _, c := range sorted {
		name := "t." + c.Name
		if c.write == asText {
			name = s.dialect.inByteOrder(name)
		}
		keys = append(keys, name)
	}
	return keys
}

// Rows hands over the rows of a table in the order of its primary key, texts by their
// bytes: for each column a text, or nil where it is NULL. A row is gone when the next one
// is handed over.
func (s Snapshot) Rows(table string, columns []Column, row func(values []*string) error) error {
	list := make([]string, len(columns))
	for i, c := range columns {
		list[i] = s.dialect.text(c)
	}
	rows, err := s.Tx.Raw("SELECT " + strings.Join(list, ", ") + " FROM " + table + " t ORDER BY " + strings.Join(s.keys(columns), ", ")).Rows()
	if err != nil {
		return err
	}
	defer rows.Close()
	found, into, values := make([]sql.NullString, len(columns)), make([]any, len(columns)), make([]*string, len(columns))
	for i := range found {
		into[i] = &found[i]
	}
	for rows.Next() {
		if err := rows.Scan(into...); err != nil {
			return err
		}
		for i := range found {
			if values[i] = nil; found[i].Valid {
				values[i] = &found[i].String
			}
		}
		if err := row(values); err != nil {
			return err
		}
	}
	return rows.Err()
}
