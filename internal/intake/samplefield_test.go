package intake

import (
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"

	"marquis/internal/lab"
)

// columnOf are the columns of fields that files call something else.
var columnOf = map[string]string{
	"id": "source_ref", "sold_as": "sold_as_text", "width": "width_um", "height": "height_um", "thickness": "thick_um", "weight": "weight_ug",
	"price": "price_amount", "not_analysed": "state_reason",
}

// notInFiles are the fields of a sample that no file tells of it: free text, what the
// service decides, what the program itself keeps, and what rows of findings tell.
var notInFiles = []string{
	"service_id", "id", "version", "number_year", "number_running", "number_series", "visit_id", "location_id", "stage", "held_since", "overruled", "notes", "import_id",
	"registered_by", "registered_at", "confirmed", "no_retest", "source_key", "source_published_on",
}

// cellOf is something that a file says in a field, no other field the same: a
// number, a day, a text, or the last codes of the vocabulary.
func cellOf(s spec) string {
	switch {
	case s.name == "price_currency":
		return "CHF"
	case s.kind == dateField:
		return fmt.Sprintf("2024-03-%02d", map[string]int{"received_on": 2, "collected_on": 1, "expected_ready_on": 9}[s.name])
	case s.kind == numberField:
		return fmt.Sprint(2 + slices.IndexFunc(sampleFields, func(f sampleField) bool { return f.name == s.name }))
	case s.kind == codeField:
		return s.vocabulary[len(s.vocabulary)-1]
	case s.kind == codesField:
		return strings.Join(s.vocabulary[len(s.vocabulary)-2:], "+")
	}
	return "said of " + s.name + " 1"
}

// recorded is how a value of a sample stands in a file.
func recorded(at any) string {
	switch v := reflect.ValueOf(at).Elem(); at := at.(type) {
	case *lab.Codes:
		return strings.Join(*at, "+")
	case *lab.Date:
		return at.String()
	default:
		if v.CanInt() {
			return fmt.Sprint(v.Int() / 1000)
		}
		return fmt.Sprint(v.Interface())
	}
}

// arrive imports a sample of which a file tells all the fields.
func arrive(t *testing.T, d *lab.Dictionary, fields []sampleField) (*lab.Sample, error) {
	t.Helper()
	mapping := "profile = \"all\"\ndecimal = \".\"\n[[file]]\nholds = \"both\"\n[findings]\nlayout = \"rows\"\n" +
		"[findings.fields]\nsubstance = \"substance\"\nperformed_on = \"performed_on\"\n" +
		"[method.default]\nkind = \"gc_ms\"\nlab = \"Test laboratory\"\nlevel = \"confirmatory\"\n[samples]\n"
	header, row := "substance,performed_on", ","
	for _, f := range fields {
		list := ""
		if f.kind == codesField {
			list = `, list = "+"`
		}
		mapping += fmt.Sprintf("%s = { column = %q%s }\n", f.name, f.name, list)
		header, row = header+","+f.name, row+","+cellOf(f.spec)
	}
	m, err := parseMapping([]byte(mapping))
	if err != nil {
		return nil, err
	}
	plan, err := planWith(t, m, Known{Dictionary: d, Today: today}, header+"\n"+row+"\n")
	if err != nil {
		return nil, err
	}
	if len(arrivalsOf(plan)) != 1 {
		return nil, errors.New("not accepted: " + lines(plan))
	}
	return &arrivalsOf(plan)[0].Sample, nil
}

// wrong are the fields of the sample that do not hold what the file tells, or are
// empty although a file should tell them.
func wrong(s *lab.Sample) []string {
	told := map[string]string{}
	for _, f := range sampleFields {
		column, renamed := columnOf[f.name]
		if !renamed {
			column = f.name
		}
		told[column] = cellOf(f.spec)
	}
	var keys []string
	for _, f := range lab.SampleFields {
		cell, inFile := told[f.Key]
		delete(told, f.Key)
		empty := reflect.ValueOf(f.At(s)).Elem().IsZero()
		if inFile && recorded(f.At(s)) != cell || empty && !slices.Contains(notInFiles, f.Key) {
			keys = append(keys, f.Key)
		}
	}
	return slices.AppendSeq(keys, maps.Keys(told))
}

// Each field of a sample comes from a file, and arrives where it belongs.
func TestFieldsOfSample(t *testing.T) {
	d := mustDictionary(t)
	s, err := arrive(t, d, sampleFields)
	if err != nil {
		t.Fatal(err)
	}
	if keys := wrong(s); len(keys) > 0 {
		t.Errorf("not as the file says: %v of %+v", keys, s)
	}
	if s.State != lab.NotAnalysed || s.ProductID == 0 {
		t.Errorf("state %s, product %d", s.State, s.ProductID)
	}
	for i := range sampleFields {
		if s, err := arrive(t, d, slices.Delete(slices.Clone(sampleFields), i, i+1)); err == nil && wrong(s) == nil {
			t.Errorf("nothing is wrong without %s", sampleFields[i].name)
		}
	}
}

// Texts are read in the other ways in which a mapping can say them, too.
func TestTextsThatAMappingSays(t *testing.T) {
	with := strings.Replace(rowsMapping, `price_currency = { value = "EUR" }`, `price_currency = { column = "why not", values = { "€" = "EUR" }, default = "CHF" }`, 1)
	with = strings.Replace(with, "not_analysed = \"why not\"\n", "", 1)
	for text, want := range map[string]string{"€": "EUR", "": "CHF", "USD": "USD"} {
		plan, _ := mustPlan(t, mustMapping(t, with), file(cells{"why not": text}))
		if len(arrivalsOf(plan)) != 1 || arrivalsOf(plan)[0].Sample.Price.Currency != want {
			t.Errorf("%q: %s", text, lines(plan))
		}
	}
}
