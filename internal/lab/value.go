package lab

import (
	"cmp"
	"database/sql/driver"
	"encoding"
	"encoding/json"
	"reflect"
	"strconv"
	"strings"
)

// Value is what stands in a field, as one JSON value: a text, a number, true or false,
// a list of these, or null where no day, moment or other record is named. An empty
// Value is one that is not told.
type Value string

// ValueOf returns the content of a field of a record.
func ValueOf(content any) Value {
	switch v := content.(type) {
	case []Expected:
		tokens := make([]any, len(v))
		for i, e := range v {
			tokens[i] = e.token()
		}
		content = tokens
	case driver.Valuer:
		if stored, err := v.Value(); err == nil && stored == nil {
			return "null"
		}
	}
	if v := reflect.ValueOf(content); v.Kind() == reflect.Slice && v.Len() == 0 {
		return "[]"
	}
	if value, ok := simpleValue(content); ok {
		return value
	}
	text, err := CanonicalJSON(content)
	if err != nil {
		return "" // no field of a record is like that
	}
	return Value(text)
}

// simpleValue writes a whole number, a truth, or a text in which nothing needs an escape, as
// CanonicalJSON does, which takes ten times as long.
func simpleValue(content any) (Value, bool) {
	switch content.(type) {
	case json.Marshaler, encoding.TextMarshaler:
		return "", false
	}
	switch v := reflect.ValueOf(content); v.Kind() {
	case reflect.Bool:
		return Value(strconv.FormatBool(v.Bool())), true
	case reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return Value(strconv.FormatInt(v.Int(), 10)), true
	case reflect.String:
		escapes := func(c rune) bool { return c < ' ' || c > '~' || c == '"' || c == '\\' }
		return Value(`"` + v.String() + `"`), strings.IndexFunc(v.String(), escapes) < 0
	}
	return "", false
}

// token is the number of the substance or the code of the class.
func (e Expected) token() any {
	if e.SubstanceID != 0 {
		return e.SubstanceID
	}
	return e.Class
}

// CanonicalJSON writes what is kept of a record for good: without spaces, the names in
// the order of the fields, each letter as itself. The same content has the same bytes.
func CanonicalJSON(content any) (string, error) {
	var b strings.Builder
	out := json.NewEncoder(&b)
	out.SetEscapeHTML(false)
	err := out.Encode(content)
	return strings.TrimSuffix(b.String(), "\n"), err
}

// Text returns a text, empty where the value is something else.
func (v Value) Text() string { return read[string](v) }

// Number returns a whole number, zero where the value is something else.
func (v Value) Number() int64 { return read[int64](v) }

// True tells that the value is true.
func (v Value) True() bool { return v == "true" }

// List returns the values of a list, none where the value is something else.
func (v Value) List() []Value { return read[[]Value](v) }

func read[T any](v Value) T {
	var content, none T
	if json.Unmarshal([]byte(v), &content) != nil {
		return none
	}
	return content
}

// String writes the value for people: a text without quotes, and nothing for null.
func (v Value) String() string {
	switch {
	case v == "null":
		return ""
	case strings.HasPrefix(string(v), `"`):
		return v.Text()
	}
	return string(v)
}

// MarshalJSON writes the value, null where it is not told.
func (v Value) MarshalJSON() ([]byte, error) { return []byte(v.told()), nil }

func (v Value) told() string { return string(cmp.Or(v, "null")) }

// UnmarshalJSON takes a value as it is.
func (v *Value) UnmarshalJSON(text []byte) error {
	*v = Value(text)
	return nil
}
