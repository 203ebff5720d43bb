package server

import (
	"net/url"
	"reflect"
	"slices"
	"testing"

	"marquis/internal/lab"
	"marquis/internal/locale"
	"marquis/internal/page"
)

// notOnTheForm are the fields of a sample that nobody types on the form by which it
// is described: other pages change them, or the program keeps them.
var notOnTheForm = []string{
	"service_id", "id", "version", "number_year", "number_running", "number_series", "visit_id", "received_basis", "collected_on", "decision", "disposal", "no_retest",
	"state", "state_reason", "stage", "held_since", "excluded", "source_ref", "source_key", "source_digest", "source_published_on", "import_id", "registered_by", "registered_at",
}

// fullFile is the file of a sample of which every field on the form holds something,
// no two the same.
func fullFile() *lab.File {
	f := &lab.File{Expected: []lab.Expected{{SubstanceID: 7}}}
	for i, x := range lab.SampleFields {
		if slices.Contains(notOnTheForm, x.Key) {
			continue
		}
		switch v := reflect.ValueOf(x.At(&f.Sample)).Elem(); {
		case x.Key == "product_id":
			v.SetInt(1)
		case v.Type() == reflect.TypeFor[lab.Date]():
			v.SetInt(int64(2025_01_01 + i))
		case v.Kind() == reflect.Slice:
			v.Set(reflect.ValueOf(lab.Codes{x.Key, "other"}))
		case v.Kind() == reflect.String:
			v.SetString("SAID OF " + x.Key)
		default:
			v.SetInt(int64(1000 + i))
		}
	}
	f.Sample.Price.Currency = "EUR"
	return f
}

func sampleWords(t *testing.T) naming {
	t.Helper()
	english, err := locale.New("en")
	if err != nil {
		t.Fatal(err)
	}
	substance := &lab.Substance{ID: 7, Name: "ketamine", Class: "other", Role: lab.RoleAdulterant, Active: true}
	product := &lab.Product{ID: 1, NameEN: "snow"}
	words, err := lab.NewDictionary([]lab.Class{{Code: "other", NameEN: "other"}}, []*lab.Substance{substance}, []*lab.Product{product}, nil)
	if err != nil {
		t.Fatal(err)
	}
	return naming{words: words, texts: english}
}

// typedAnew is what comes of a sample whose form is sent back as it was.
func typedAnew(t *testing.T, n naming, table sampleTable, f *lab.File) *lab.File {
	t.Helper()
	in := &sampleReader{Reader: &page.Reader{Typed: table.values(n, f)}, naming: n}
	again := &lab.File{}
	table.read(in, again)
	if len(in.Mistakes) > 0 {
		t.Fatal(in.Mistakes)
	}
	return again
}

// A form that is sent back as it was changes nothing, whatever is recorded; a table
// that lacks a line loses that field.
func TestEveryFieldOfASampleIsOnTheForm(t *testing.T) {
	n, full := sampleWords(t), fullFile()
	for _, x := range lab.SampleFields {
		if reflect.ValueOf(x.At(&full.Sample)).Elem().IsZero() != slices.Contains(notOnTheForm, x.Key) {
			t.Errorf("%s is not tried", x.Key)
		}
	}
	if lost := full.Differences(typedAnew(t, n, sampleFields, full)); len(lost) > 0 {
		t.Errorf("lost or changed: %v", lost)
	}
	for i, x := range sampleFields {
		without := slices.Delete(slices.Clone(sampleFields), i, i+1)
		if full.Differences(typedAnew(t, n, without, full)) == nil {
			t.Errorf("nothing is lost without %s", x.name)
		}
	}
}

// A form on which everything was emptied empties all that it asks.
func TestAnEmptyFormEmptiesASample(t *testing.T) {
	n, f := sampleWords(t), fullFile()
	sampleFields.read(&sampleReader{Reader: &page.Reader{Typed: url.Values{}}, naming: n}, f)
	if left := f.Differences(&lab.File{}); len(left) > 0 {
		t.Errorf("not emptied: %v", left)
	}
}

func TestFieldsOfASampleAreCalledByTheirColumns(t *testing.T) {
	for _, x := range sampleFields {
		known := slices.ContainsFunc(lab.SampleFields, func(f lab.SampleField) bool { return f.Key == x.name })
		if !known && x.name != "expected" {
			t.Errorf("a sample has no %s", x.name)
		}
	}
}
