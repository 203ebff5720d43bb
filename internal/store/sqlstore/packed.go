package sqlstore

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"marquis/internal/lab"
)

// Packed reads several columns of a row as one text with bars between the values, as
// the drivers take longer for a column than for what is in it. What the database is
// asked for and what is read of its answer both come from this list, so that its
// order does not matter. A value that is NULL, or more values than columns, is an
// error that names the column: nothing is read for another.
type Packed[T any] []Part[T]

// Part is one column of a packed row.
type Part[T any] struct {
	column string
	sql    string // its value, which holds no bar
	into   func(t *T, value string) error
}

const (
	bar = "|"
	// Absent is read where a text is NULL. A number, truth value or day is empty then,
	// which it never is otherwise.
	Absent = "\x1a"
)

// Value reads, under the name of a column, the value that a piece of SQL has: it is
// never NULL and holds no bar.
func Value[T any](column, sql string, into func(t *T, value string) error) Part[T] {
	return Part[T]{column, sql, into}
}

// Text reads a text, under whatever name, that is not NULL.
func Text[T any, S ~string](column string, at func(*T) *S) Part[T] {
	return Part[T]{column, "coalesce(" + column + ", '" + Absent + "')", func(t *T, value string) error {
		if value == Absent {
			return ErrNull
		}
		*at(t) = S(value)
		return nil
	}}
}

// ID reads a key, which is never empty.
func ID[T any](column string, at func(*T) *string) Part[T] {
	return Part[T]{column, column, func(t *T, value string) error {
		if *at(t) = value; value == "" {
			return ErrNull
		}
		return nil
	}}
}

// Number reads a whole number that is not NULL and has room in its type.
func Number[T any, N ~int | ~int16 | ~int32 | ~int64](column string, at func(*T) *N) Part[T] {
	return Part[T]{column, column, func(t *T, value string) error {
		n, err := strconv.ParseInt(value, 10, 64)
		*at(t) = N(n)
		if err != nil || int64(N(n)) != n {
			return notA("number", value)
		}
		return nil
	}}
}

// Yes reads a truth value as either database writes it.
func Yes[T any](column string, at func(*T) *bool) Part[T] {
	return Part[T]{column, column, func(t *T, value string) error {
		*at(t) = value == "1" || value == "t"
		if !*at(t) && value != "0" && value != "f" {
			return notA("truth value", value)
		}
		return nil
	}}
}

// Day reads a day that is not NULL.
func Day[T any](column string, at func(*T) *lab.Date) Part[T] {
	return Part[T]{column, column, func(t *T, value string) error {
		if value == "" {
			return ErrNull
		}
		return at(t).Scan(value)
	}}
}

// DayOrNone reads a day that may be NULL, zero where it is.
func DayOrNone[T any](column string, at func(*T) *lab.Date) Part[T] {
	return Part[T]{column, column, func(t *T, value string) error {
		if *at(t) = 0; value == "" {
			return nil
		}
		return at(t).Scan(value)
	}}
}

// Of reads another value than that of the column alone. It must not be NULL.
func (p Part[T]) Of(sql string) Part[T] {
	p.sql = sql
	return p
}

// ErrNull means that a value is NULL where there must be one.
var ErrNull = errors.New("it is NULL")

func notA(kind, value string) error {
	if value == "" {
		return ErrNull
	}
	return fmt.Errorf("%q is not a %s", value, kind)
}

// SQL is what the database is asked for.
func (p Packed[T]) SQL() string {
	values := make([]string, len(p))
	for i := range p {
		values[i] = p[i].sql
	}
	return strings.Join(values, ", '"+bar+"', ")
}

// Pack is one column of the values of all lists.
func Pack(values ...string) string {
	return "concat(" + strings.Join(values, ", '"+bar+"', ") + ")"
}

// Take reads the values at the front of a text and returns what follows them.
func (p Packed[T]) Take(t *T, text string) (rest string, err error) {
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

// Read reads a text that has the values of the list and nothing else.
func (p Packed[T]) Read(t *T, text string) error {
	if n := strings.Count(text, bar) + 1; n > len(p) {
		return fmt.Errorf("%d values of %d columns: one of %s holds the sign %s", n, len(p), p.Columns(), bar)
	}
	_, err := p.Take(t, text)
	return err
}

// Columns are the names of the columns, with commas between them.
func (p Packed[T]) Columns() string {
	names := make([]string, len(p))
	for i := range p {
		names[i] = p[i].column
	}
	return strings.Join(names, ", ")
}
