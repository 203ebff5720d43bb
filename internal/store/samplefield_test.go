package store_test

import (
	"reflect"
	"slices"
	"testing"

	"marquis/internal/lab"
	"marquis/internal/store"
	"marquis/internal/store/storetest"
)

// decided are the fields of a sample that registering it decides, whatever the
// counter says, and those that only an import or a later step fills.
var decided = []string{
	"id", "version", "number_year", "number_running", "number_series", "visit_id", "state", "state_reason", "stage", "held_since", "source_ref", "source_key", "source_digest", "source_published_on", "import_id",
	"registered_by", "registered_at", "confirmed",
}

// fillSample gives a sample something in every field that the counter may fill and
// that is still empty.
func fillSample(x *lab.Sample) {
	x.Price = lab.Price{Amount: 25_000, Currency: "EUR", Quantity: 1000, Unit: lab.Gram}
	x.CollectedOn, x.ExpectedReadyOn = x.ReceivedOn-1, x.ReceivedOn+1
	x.ReceivedUnit = lab.Gram
	for i, f := range lab.SampleFields {
		switch v := reflect.ValueOf(f.At(x)).Elem(); {
		case slices.Contains(decided, f.Key) || !v.IsZero():
		case v.Kind() == reflect.Slice:
			v.Set(reflect.ValueOf(lab.Codes(f.Holds.Codes[:2])))
		case f.Holds.Codes != nil:
			v.SetString(f.Holds.Codes[len(f.Holds.Codes)-1])
		case v.Kind() == reflect.String:
			v.SetString("★ Zoë\nof " + f.Key)
		default:
			v.SetInt(int64(1000 + i))
		}
	}
}

func TestEveryFieldOfASampleSurvives(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		b := newBench(t, s)
		office := addLocation(t, s, b.service.ID, "Office")
		full := storetest.Sample(b.service.ID, b.ketamine.ID, func(x *lab.Sample) { x.LocationID = office }, fillSample)
		x, err := s.RegisterSample(t.Context(), b.intake, store.Registration{File: lab.File{Sample: full, Expected: b.ketamine.Expected()}})
		if err != nil {
			t.Fatal(err)
		}
		read, expected, err := s.Sample(t.Context(), storetest.Reader, x.Key)
		if err != nil {
			t.Fatal(err)
		}
		if changes := lab.Differences(x, read); len(changes) > 0 {
			t.Errorf("written and read differ: %v", changes)
		}
		for _, f := range lab.SampleFields {
			given, kept := reflect.ValueOf(f.At(&full)).Elem(), reflect.ValueOf(f.At(&read)).Elem()
			if slices.Contains(decided, f.Key) {
				continue
			}
			if given.IsZero() || !reflect.DeepEqual(given.Interface(), kept.Interface()) {
				t.Errorf("%s was %v and is %v", f.Key, given, kept)
			}
		}
		if len(expected) != 1 || expected[0].SubstanceID != lab.Optional(b.ketamineID) {
			t.Errorf("expected %v", expected)
		}
	})
}

func TestFieldsOfASampleAreItsColumns(t *testing.T) {
	storetest.EachKind(t, func(t *testing.T, kind string) {
		s := storetest.Open(t, storetest.Config(t, kind))
		columns := map[string]bool{}
		for name := range storetest.Columns(t, kind, store.Pool(t, s), "samples") {
			columns[name] = true
		}
		for _, f := range lab.SampleFields {
			if !columns[f.Key] {
				t.Errorf("there is no column %s", f.Key)
			}
			delete(columns, f.Key)
		}
		for _, name := range store.BesideModel["samples"] {
			delete(columns, name)
		}
		if len(columns) > 0 {
			t.Errorf("columns that are no fields: %v", columns)
		}
	})
}
