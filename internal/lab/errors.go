package lab

import (
	"errors"
	"fmt"
	"io"
	"strings"
)

// Errors that callers act upon.
var (
	// ErrNotFound means that no such record exists, or that the asker may not know of it.
	ErrNotFound = errors.New("not found")
	// ErrConflict means that the record would break a uniqueness or reference rule.
	ErrConflict = errors.New("conflicts with what is already recorded")
	// ErrDoneAlready means that what was asked for was done before, by the same form that
	// was sent twice. Nothing was done again.
	ErrDoneAlready = fmt.Errorf("done already: %w", ErrConflict)
	// ErrUnavailable means that the database does not answer or cannot write. Nothing was
	// done; the same may succeed later.
	ErrUnavailable = errors.New("the database is not available")
)

// FieldError is one mistake in one field. Format and Args make the English
// sentence; Format is also the key under which a translation is found.
type FieldError struct {
	Field  string
	Format string
	Args   []any
}

// Message returns the English sentence.
func (e FieldError) Message() string { return sentenceOf(e.Format, e.Args) }

func sentenceOf(format string, args []any) string {
	told := make([]any, len(args))
	for i, arg := range args {
		told[i] = Told(arg, emptyWord)
	}
	return fmt.Sprintf(format, told...)
}

// emptyWord stands in a sentence where it would quote nothing.
const emptyWord = "(empty)"

// Told is what fills a sentence in: where that is an empty text that is quoted, the word for it.
func Told(arg any, word string) any {
	if arg == "" {
		return nothing(word)
	}
	return arg
}

// nothing is the word for an empty text.
type nothing string

// Format writes the word where a text is quoted, and nothing elsewhere.
func (n nothing) Format(to fmt.State, verb rune) {
	if verb == 'q' {
		_, _ = io.WriteString(to, string(n))
	}
}

// Quoted is a text in quotation marks, or the word for an empty one.
func Quoted(text string) string { return fmt.Sprintf("%q", Told(text, emptyWord)) }

// FieldErrors are all mistakes of one record, in the order of its fields.
type FieldErrors []FieldError

// Error joins the mistakes, each with the name of its field.
func (e FieldErrors) Error() string {
	parts := make([]string, len(e))
	for i, f := range e {
		parts[i] = f.Field + ": " + f.Message()
	}
	return strings.Join(parts, "; ")
}

// Check adds a mistake unless ok.
func (e *FieldErrors) Check(ok bool, field, format string, args ...any) {
	if !ok {
		*e = append(*e, FieldError{Field: field, Format: format, Args: args})
	}
}

// Err returns the mistakes as an error, or nil when there are none.
func (e FieldErrors) Err() error {
	if len(e) == 0 {
		return nil
	}
	return e
}

// StaleError refuses a change that was made to an older version of a record, so
// that nobody's work is lost. Changed lists the fields in which the refused change
// would make the record differ from what it is now: Old is what stands there now,
// written by somebody else meanwhile or as it always was, New what the change would
// put there. It is empty for a step that changes no described field.
type StaleError struct {
	Have, Want int32
	Changed    []Difference
}

// Error names the versions and the fields that differ.
func (e *StaleError) Error() string {
	fields := make([]string, len(e.Changed))
	for i, d := range e.Changed {
		fields[i] = fmt.Sprintf("%s (%s there, %s here)", d.Field, Quoted(d.Old.String()), Quoted(d.New.String()))
	}
	return fmt.Sprintf("the record has moved on to version %d while you changed version %d; it differs in: %s",
		e.Have, e.Want, strings.Join(fields, ", "))
}

// MoveError refuses a move of a sample, an analysis or a publication. Format is an
// English sentence that says what is missing or who can do it, and also the key
// under which a translation is found; Args fill it in.
type MoveError struct {
	What, From, To string
	Format         string
	Args           []any
	Who            []UserRole // who can do it; empty where nobody can
}

// Error says which move was refused, why, and who can do it.
func (e *MoveError) Error() string {
	text := e.What + " cannot go"
	if e.From != "" {
		text += fmt.Sprintf(" from %q", e.From)
	}
	if e.To != "" {
		text += fmt.Sprintf(" to %q", e.To)
	}
	text += ": " + sentenceOf(e.Format, e.Args)
	if len(e.Who) > 0 {
		text += " It can be done by: " + strings.Join(Vocabulary[UserRole](e.Who).Strings(), ", ") + "."
	}
	return text
}

// SampleError is what is wrong with one of several samples.
type SampleError struct {
	Key
	Number SampleNumber
	Err    error
}

// SampleErrors refuse a change of several samples at once, of which none was made.
type SampleErrors []SampleError

// Error names each sample by its number, and what is wrong with it.
func (e SampleErrors) Error() string {
	parts := make([]string, len(e))
	for i, x := range e {
		parts[i] = x.Number.String() + ": " + x.Err.Error()
	}
	return strings.Join(parts, "; ")
}
