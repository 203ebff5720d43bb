package sqlstore

import (
	"fmt"
	"iter"
	"slices"
	"strconv"

	"marquis/internal/lab"
)

// Fill adds the rows of a table, which Snapshot.Rows has written, in the columns with
// these names. A value that is not of its column's type is an error that names row and
// column.
func (l Loader) Fill(table string, names []string, rows iter.Seq2[[]*string, error]) error {
	columns, err := columnsOf(l.tx, l.dialect, table)
	if err != nil {
		return err
	}
	own := make([]string, len(columns))
	for i, c := range columns {
		own[i] = c.Name
	}
	if !slices.Equal(own, names) {
		return fmt.Errorf("%s has the columns %v here, and %v there", table, own, names)
	}
	var failed error
	n := 0
	values := func(yield func([]any) bool) {
		for row, err := range rows {
			if n++; err != nil {
				failed = err
				return
			}
			line := make([]any, len(columns))
			for i, c := range columns {
				if line[i], failed = l.value(c, row[i]); failed != nil {
					failed = fmt.Errorf("%s, row %d, %s: %w", table, n, c.Name, failed)
					return
				}
			}
			if !yield(line) {
				return
			}
		}
	}
	err = l.dialect.insert(l.ctx, l.conn, l.tx, table, own, values)
	if failed != nil {
		return failed
	}
	if err != nil {
		return fmt.Errorf("%s: %w", table, err)
	}
	return nil
}

// value reads a value in the form of its column.
func (l Loader) value(c Column, text *string) (any, error) {
	if text == nil {
		return nil, nil
	}
	switch c.write {
	case asNumber:
		return strconv.ParseInt(*text, 10, 64)
	case asTruth:
		if *text != "t" && *text != "f" {
			return nil, fmt.Errorf("%q is not t or f", *text)
		}
		return *text == "t", nil
	case asDay:
		day, err := lab.ParseDate(*text)
		return l.dialect.plain(&day), err
	case asInstant:
		var at lab.Instant
		err := at.Scan(*text)
		return l.dialect.plain(&at), err
	case asID:
		id, err := lab.ParseID(*text)
		return l.dialect.plain(&id), err
	}
	return *text, nil
}
