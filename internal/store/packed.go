package store

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"marquis/internal/lab"
)

// packed reads several columns of a row as one text with bars between the values, as
// the drivers take longer for a column than for what is in it. What the database is
// asked for and what is read of its answer both come from this list, so that its
// order does not matter. A value that is NULL, or more values than columns, is an
// error that names the column: nothing is read for another.
type packed[T any] []part[T]

// part is one column of a packed row.
type part[T any] struct {
	column string
	sql    string // its value, which holds no bar
	into   func(t *T, value string) error
}

const (
	bar = "|"
	// absent is read where a text is NULL. A number, truth value or day is empty then,
	// which it never is otherwise.
	absent = "\x1a"
)

func text[T any, S ~string](column string, at func(*T) *S) part[T] {
	return part[T]{column, "coalesce(" + column + ", '" + absent + "')", func(t *T, value string) error {
		if value == absent {
			return errNull
		}
		*at(t) = S(value)
		return nil
	}}
}

// id reads a key, which is never empty.
func id[T any](column string, at func(*T) *string) part[T] {
	return part[T]{column, column, func(t *T, value string) error {
		if *at(t) = value; value == "" {
			return errNull
		}
		return nil
	}}
}

func number[T any, N ~int | ~int32 | ~int64](column string, at func(*T) *N) part[T] {
	return part[T]{column, column, func(t *T, value string) error {
		n, err := strconv.ParseInt(value, 10, 64)
		*at(t) = N(n)
		if err != nil || int64(N(n)) != n {
			return notA("number", value)
		}
		return nil
	}}
}

// yes reads a truth value as either database writes it.
func yes[T any](column string, at func(*T) *bool) part[T] {
	return part[T]{column, column, func(t *T, value string) error {
		*at(t) = value == "1" || value == "t"
		if !*at(t) && value != "0" && value != "f" {
			return notA("truth value", value)
		}
		return nil
	}}
}

func day[T any](column string, at func(*T) *lab.Date) part[T] {
	return part[T]{column, column, func(t *T, value string) error {
		if value == "" {
			return errNull
		}
		return at(t).Scan(value)
	}}
}

// dayOrNone reads a day that may be NULL, zero where it is.
func dayOrNone[T any](column string, at func(*T) *lab.Date) part[T] {
	return part[T]{column, column, func(t *T, value string) error {
		if *at(t) = 0; value == "" {
			return nil
		}
		return at(t).Scan(value)
	}}
}

// of reads another value than that of the column alone. It must not be NULL.
func (p part[T]) of(sql string) part[T] {
	p.sql = sql
	return p
}

var errNull = errors.New("it is NULL")

func notA(kind, value string) error {
	if value == "" {
		return errNull
	}
	return fmt.Errorf("%q is not a %s", value, kind)
}

// sql is what the database is asked for.
func (p packed[T]) sql() string {
	values := make([]string, len(p))
	for i := range p {
		values[i] = p[i].sql
	}
	return strings.Join(values, ", '"+bar+"', ")
}

// pack is one column of the values of all lists.
func pack(values ...string) string {
	return "concat(" + strings.Join(values, ", '"+bar+"', ") + ")"
}

// take reads the values at the front of a text and returns what follows them.
func (p packed[T]) take(t *T, text string) (rest string, err error) {
	for i := range p {
		value, after, more := strings.Cut(text, bar)
		if err := p[i].into(t, value); err != nil {
			return "", fmt.Errorf("column %s: %w", p[i].column, err)
		}
		if !more && i < len(p)-1 {
			return "", fmt.Errorf("column %s: there is no value", p[i+1].column)
		}
		text = after
	}
	return text, nil
}

// read reads a text that has the values of the list and nothing else.
func (p packed[T]) read(t *T, text string) error {
	if n := strings.Count(text, bar) + 1; n > len(p) {
		return fmt.Errorf("%d values of %d columns: one of %s holds the sign %s", n, len(p), p.columns(), bar)
	}
	_, err := p.take(t, text)
	return err
}

func (p packed[T]) columns() string {
	names := make([]string, len(p))
	for i := range p {
		names[i] = p[i].column
	}
	return strings.Join(names, ", ")
}
