package storetest

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"iter"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
)

// Table is a table to copy, or the rows of it for which a condition holds.
type Table struct{ Name, Where string }

// Whole are the tables with these names, with all their rows.
func Whole(names ...string) []Table {
	tables := make([]Table, len(names))
	for i, name := range names {
		tables[i].Name = name
	}
	return tables
}

// chunkRows is how many rows are in memory at a time.
const chunkRows = 20_000

// Copy copies tables, parents first, into a registry of the same schema by the
// driver alone, in one transaction: on SQLite by prepared statements of many rows,
// on PostgreSQL by COPY. It returns the number of rows and the time that writing
// took. Reading, which goes on in between, is not in it.
func Copy(t testing.TB, kind string, from, to *sql.DB, tables []Table) (rows int, took time.Duration) {
	t.Helper()
	conn, err := to.Conn(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	timed := func(work func() error) {
		t.Helper()
		begun := time.Now()
		if err := work(); err != nil {
			t.Fatal(err)
		}
		took += time.Since(begun)
	}
	w := bulk{ctx: t.Context(), conn: conn, postgres: kind == "postgres"}
	timed(w.begin)
	for _, table := range tables {
		x := readTable(t, kind, from, table)
		for chunk := range x.chunks {
			rows += len(chunk)
			timed(func() error { return w.insert(table.Name, x.columns, chunk) })
		}
	}
	timed(w.commit)
	return rows, took
}

// Columns yields the columns of a table with their types in lower case.
func Columns(t testing.TB, kind string, pool *sql.DB, table string) iter.Seq2[string, string] {
	t.Helper()
	query := "SELECT name, lower(type) FROM pragma_table_info('" + table + "') ORDER BY cid"
	if kind == "postgres" {
		query = "SELECT column_name, udt_name FROM information_schema.columns WHERE table_name = '" + table + "' ORDER BY ordinal_position"
	}
	rows := Rows(t, pool, query, 2)
	return func(yield func(string, string) bool) {
		for _, row := range rows {
			if !yield(fmt.Sprint(row[0]), fmt.Sprint(row[1])) {
				return
			}
		}
	}
}

// Rows reads all rows of a query with so many columns.
func Rows(t testing.TB, pool *sql.DB, query string, columns int) (all [][]any) {
	t.Helper()
	for row := range plainRows(t, pool, query, columns) {
		all = append(all, row)
	}
	return all
}

// tableReader reads the rows of a table as its driver takes them back.
type tableReader struct {
	columns []string
	chunks  iter.Seq[[][]any]
}

func readTable(t testing.TB, kind string, from *sql.DB, table Table) tableReader {
	t.Helper()
	var x tableReader
	var list []string
	for name, column := range Columns(t, kind, from, table.Name) {
		x.columns = append(x.columns, name)
		if column == "date" && kind == "sqlite" {
			name = "CAST(" + name + " AS text)" // the driver would read it as something else
		}
		list = append(list, name)
	}
	query := "SELECT " + strings.Join(list, ", ") + " FROM " + table.Name
	if table.Where != "" {
		query += " WHERE " + table.Where
	}
	rows := plainRows(t, from, query, len(list))
	if kind == "postgres" {
		rows = nativeRows(t, from, query)
	}
	x.chunks = chunksOf(rows)
	return x
}

func chunksOf(rows iter.Seq[[]any]) iter.Seq[[][]any] {
	return func(yield func([][]any) bool) {
		var chunk [][]any
		for row := range rows {
			if chunk = append(chunk, row); len(chunk) < chunkRows {
				continue
			}
			if !yield(chunk) {
				return
			}
			chunk = nil
		}
		if len(chunk) > 0 {
			yield(chunk)
		}
	}
}

// plainRows reads rows through database/sql.
func plainRows(t testing.TB, pool *sql.DB, query string, columns int) iter.Seq[[]any] {
	t.Helper()
	return func(yield func([]any) bool) {
		rows, err := pool.QueryContext(t.Context(), query)
		if err != nil {
			t.Fatal(err)
		}
		defer rows.Close()
		for rows.Next() {
			row, into := make([]any, columns), make([]any, columns)
			for i := range row {
				into[i] = &row[i]
			}
			if err := rows.Scan(into...); err != nil {
				t.Fatal(err)
			}
			if !yield(row) {
				return
			}
		}
		if err := rows.Err(); err != nil {
			t.Fatal(err)
		}
	}
}

// nativeRows reads rows as pgx's own types.
func nativeRows(t testing.TB, pool *sql.DB, query string) iter.Seq[[]any] {
	t.Helper()
	return func(yield func([]any) bool) {
		conn, err := pool.Conn(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		err = native(conn, func(c *pgx.Conn) error {
			rows, err := c.Query(t.Context(), query)
			if err != nil {
				return err
			}
			defer rows.Close()
			for rows.Next() {
				row, err := rows.Values()
				if err != nil {
					return err
				}
				if !yield(row) {
					return nil
				}
			}
			return rows.Err()
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}

// native gives the work pgx's own connection.
func native(conn *sql.Conn, work func(*pgx.Conn) error) error {
	return conn.Raw(func(c any) error { return work(c.(*stdlib.Conn).Conn()) })
}

// bulk writes rows in one transaction, as fast as a driver does.
type bulk struct {
	ctx      context.Context
	conn     *sql.Conn
	postgres bool
}

func (w bulk) begin() error  { return w.run("BEGIN") }
func (w bulk) commit() error { return w.run("COMMIT") }

func (w bulk) run(statement string) error {
	_, err := w.conn.ExecContext(w.ctx, statement)
	return err
}

func (w bulk) insert(table string, columns []string, rows [][]any) error {
	if !w.postgres {
		return w.insertMany(table, columns, rows)
	}
	return native(w.conn, func(c *pgx.Conn) error {
		_, err := c.CopyFrom(w.ctx, pgx.Identifier{table}, columns, pgx.CopyFromRows(rows))
		return err
	})
}

// insertMany runs one prepared statement for many rows at a time.
func (w bulk) insertMany(table string, columns []string, all [][]any) error {
	const most = 900 // values in a statement
	each := max(1, most/len(columns))
	whole := len(all) / each * each
	for _, rows := range [][][]any{all[:whole], all[whole:]} {
		size := min(each, len(rows))
		if size == 0 {
			continue
		}
		one := "(" + strings.Repeat("?,", len(columns)-1) + "?)"
		statement, err := w.conn.PrepareContext(w.ctx, "INSERT INTO "+table+" ("+strings.Join(columns, ",")+") VALUES "+
			strings.TrimSuffix(strings.Repeat(one+",", size), ","))
		if err != nil {
			return err
		}
		for few := range slices.Chunk(rows, size) {
			if _, err := statement.ExecContext(w.ctx, slices.Concat(few...)...); err != nil {
				return errors.Join(err, statement.Close())
			}
		}
		if err := statement.Close(); err != nil {
			return err
		}
	}
	return nil
}
