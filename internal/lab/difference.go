package lab

import (
	"database/sql/driver"
	"reflect"
	"strings"
	"sync"
	"unicode"
)

// Difference is one field in which two versions of a record differ. Field is its key:
// the name of its column, behind what it is of where that is a part of the record, as
// in "findings.7.amount_value". Keys outlive the names of Go: the trail keeps them.
type Difference struct {
	Field string `json:"field"`
	New   Value  `json:"new"`
	Old   Value  `json:"old"`
}

// Differences lists the fields in which two versions of a record of the same type
// differ, in the order of the fields. It is what a stale change is refused with,
// and what the audit event of a change says.
func Differences[T any](before, after T) []Difference {
	return differences("", reflect.ValueOf(before), reflect.ValueOf(after))
}

// CanonicalDifferences is CanonicalJSON of differences, which an import asks for of each result.
// Their values are canonical already.
func CanonicalDifferences(all []Difference) string {
	if all == nil {
		return "null"
	}
	var b strings.Builder
	for i, d := range all {
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteString(`{"field":` + string(ValueOf(d.Field)) + `,"new":` + d.New.told() + `,"old":` + d.Old.told() + `}`)
	}
	return "[" + b.String() + "]"
}

func differences(prefix string, before, after reflect.Value) []Difference {
	var found []Difference
	for i, field := range fieldsOf(before.Type()) {
		a, b := before.Field(i), after.Field(i)
		if field.group {
			found = append(found, differences(prefix+field.key, a, b)...)
			continue
		}
		if !sameContent(a, b) {
			found = append(found, Difference{Field: prefix + field.key, Old: ValueOf(a.Interface()), New: ValueOf(b.Interface())})
		}
	}
	return found
}

// sameContent tells whether a field holds the same; no list and an empty list say the same.
func sameContent(a, b reflect.Value) bool {
	switch a.Kind() {
	case reflect.String, reflect.Bool, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return a.Equal(b)
	case reflect.Slice:
		if a.Len() == 0 && b.Len() == 0 {
			return true
		}
	}
	return reflect.DeepEqual(a.Interface(), b.Interface())
}

// fieldKey is what the key of a field is, or what the keys of a group begin with.
type fieldKey struct {
	key   string
	group bool
}

// knownFields are the fields of each type of record that was asked for: an import asks for
// those of each result.
var knownFields sync.Map

func fieldsOf(record reflect.Type) []fieldKey {
	if known, ok := knownFields.Load(record); ok {
		return known.([]fieldKey)
	}
	fields := make([]fieldKey, record.NumField())
	for i := range fields {
		field := record.Field(i)
		if fields[i].group = isGroup(field.Type); fields[i].group {
			fields[i].key = groupPrefix(field)
		} else {
			fields[i].key = columnName(field.Name)
		}
	}
	knownFields.Store(record, fields)
	return fields
}

// Under puts what the fields are of before their keys.
func Under(part string, changes []Difference) []Difference {
	for i := range changes {
		changes[i].Field = part + "." + changes[i].Field
	}
	return changes
}

// FieldKeys are the keys of all fields of a record, in their order.
func FieldKeys(record any) []string { return fieldKeys("", reflect.TypeOf(record)) }

func fieldKeys(prefix string, record reflect.Type) []string {
	var keys []string
	for i, field := range fieldsOf(record) {
		if field.group {
			keys = append(keys, fieldKeys(prefix+field.key, record.Field(i).Type)...)
			continue
		}
		keys = append(keys, prefix+field.key)
	}
	return keys
}

// isGroup tells that a field is stored in several columns.
func isGroup(t reflect.Type) bool {
	return t.Kind() == reflect.Struct && t.NumField() > 0 && t.Field(0).IsExported() && !t.Implements(reflect.TypeFor[driver.Valuer]())
}

// groupPrefix begins the names of the columns of a group.
func groupPrefix(group reflect.StructField) string {
	if group.Anonymous {
		return ""
	}
	return columnName(group.Name) + "_"
}

// columnName is the name of the column of a field: WeightUG is in weight_ug. A test of
// the store holds it against those of the database.
func columnName(field string) string {
	var b strings.Builder
	letters := []rune(field)
	for i, c := range letters {
		endsWord := i > 0 && !unicode.IsUpper(letters[i-1])
		beginsWord := i > 0 && i+1 < len(letters) && unicode.IsLower(letters[i+1])
		if unicode.IsUpper(c) && (endsWord || beginsWord) {
			b.WriteByte('_')
		}
		b.WriteRune(unicode.ToLower(c))
	}
	return b.String()
}
