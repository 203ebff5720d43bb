package lab_test

import (
	"reflect"
	"slices"
	"testing"

	"marquis/internal/lab"
)

// leaves calls with every field of a record, those of records within it one by one.
func leaves(v reflect.Value, each func(name string, field reflect.Value)) {
	for i := range v.NumField() {
		f := v.Type().Field(i)
		if f.Type.Kind() == reflect.Struct && f.Type.Field(0).IsExported() {
			leaves(v.Field(i), each)
		} else {
			each(f.Name, v.Field(i))
		}
	}
}

// fullSample is a sample of which no field is empty.
func fullSample() *lab.Sample {
	s := &lab.Sample{}
	leaves(reflect.ValueOf(s).Elem(), func(name string, f reflect.Value) {
		switch at := f.Addr().Interface().(type) {
		case *lab.ID:
			at[0] = 1
		case *lab.Instant:
			*at = noon
		case *lab.Codes:
			*at = lab.Codes{name}
		default:
			if f.Kind() == reflect.String {
				f.SetString(name)
			} else {
				f.SetInt(1)
			}
		}
	})
	return s
}

// pointers are the addresses of the sample's fields, by the table.
func pointers(s *lab.Sample, table []lab.SampleField) map[any]string {
	keys := map[any]string{}
	for _, f := range table {
		keys[f.At(s)] = f.Key
	}
	return keys
}

func TestEveryFieldOfASampleIsInTheTable(t *testing.T) {
	s := fullSample()
	keys := pointers(s, lab.SampleFields)
	fields := 0
	leaves(reflect.ValueOf(s).Elem(), func(name string, f reflect.Value) {
		fields++
		if keys[f.Addr().Interface()] == "" {
			t.Errorf("%s is not in the table", name)
		}
	})
	for i, key := range lab.FieldKeys(lab.Sample{}) {
		if i < len(lab.SampleFields) && lab.SampleFields[i].Key != key {
			t.Errorf("%s stands in the place of %s", lab.SampleFields[i].Key, key)
		}
	}
	if len(lab.SampleFields) != fields || len(keys) != fields {
		t.Errorf("%d lines for %d of %d fields", len(lab.SampleFields), len(keys), fields)
	}
}

// A field of which the table says nothing, or that it lacks, is hidden from the
// laboratory and not taken over by another sample.
func TestWhatIsNotNamedIsHiddenAndNotCopied(t *testing.T) {
	full := fullSample()
	for i, line := range lab.SampleFields {
		without := slices.Delete(slices.Clone(lab.SampleFields), i, i+1)
		for _, kept := range []lab.Sample{without.SeenInLaboratory(full), without.TakenOver(full)} {
			if !reflect.ValueOf(line.At(&kept)).Elem().IsZero() {
				t.Errorf("%s is kept although the table lacks it", line.Key)
			}
		}
	}
	hidden := []string{
		"price_amount", "price_currency", "price_quantity", "price_unit", "acquired_via", "acquired_context", "effects", "complaint", "overdose", "notes",
	}
	laboratory := full.SeenBy(lab.Actor{})
	wantKept(t, "the laboratory", laboratory, hidden)
	if laboratory.Logo == "" || laboratory.Form == "" || len(laboratory.Colours) == 0 || laboratory.WeightUG == 0 {
		t.Errorf("the laboratory gets only %+v", laboratory)
	}
}

// The next sample of a visit begins with what belongs to the visit, and takes the look of
// the one before over where somebody asks; nothing is of both. What was paid, how much
// there is, what it weighs and what the visitor told of that one goes to no other.
func TestWhatBelongsToTheVisitAndWhatToTheLook(t *testing.T) {
	full := fullSample()
	visit, look := full.OfVisit(), full.Look()
	var ofVisit, ofLook []string
	for _, line := range lab.SampleFields {
		if !reflect.ValueOf(line.At(&visit)).Elem().IsZero() {
			ofVisit = append(ofVisit, line.Key)
		}
		if !reflect.ValueOf(line.At(&look)).Elem().IsZero() {
			ofLook = append(ofLook, line.Key)
		}
	}
	if want := []string{"location_id", "received_on", "expected_ready_on", "channel", "acquired_via", "acquired_context", "region"}; !slices.Equal(ofVisit, want) {
		t.Errorf("of the visit: %q", ofVisit)
	}
	want := []string{"product_id", "sold_as_text", "form", "colours", "logo", "shape", "break_line", "width_um", "height_um", "thick_um"}
	if !slices.Equal(ofLook, want) {
		t.Errorf("of the look: %q", ofLook)
	}
}

// wantKept checks that the fields of the keys are empty.
func wantKept(t *testing.T, who string, kept lab.Sample, empty []string) {
	t.Helper()
	for _, line := range lab.SampleFields {
		if slices.Contains(empty, line.Key) && !reflect.ValueOf(line.At(&kept)).Elem().IsZero() {
			t.Errorf("%s gets %s", who, line.Key)
		}
	}
}

// cannotBeWrong are the fields that nobody types and no file tells; and the place,
// which is checked against those of the service, and the day of the source's result, which is
// checked with that.
var cannotBeWrong = []string{
	"service_id", "id", "version", "number_year", "number_running", "number_series", "visit_id", "location_id", "stage", "held_since", "source_key", "source_digest", "source_published_on", "import_id",
	"registered_by", "registered_at",
}

// A wrong value in any field is refused in that field: what is no code, cannot be
// printed, is less than nothing, or before and after all days.
func TestEveryFieldRefusesWhatIsWrong(t *testing.T) {
	for _, line := range lab.SampleFields {
		refused := false
		for _, day := range []lab.Date{1, 9999_12_31} {
			s := newSample(func(s *lab.Sample) { s.Price = lab.Price{Currency: "EUR", Quantity: 1000, Unit: lab.Gram} })
			spoil(line.At(s), day)
			refused = refused || slices.Contains(wrongFields(t, s.Check(today)), line.Key)
		}
		if refused == slices.Contains(cannotBeWrong, line.Key) {
			t.Errorf("%s: a wrong value is refused: %t", line.Key, refused)
		}
	}
}

func spoil(at any, day lab.Date) {
	switch v := reflect.ValueOf(at).Elem(); at := at.(type) {
	case *lab.Codes:
		*at = lab.Codes{"\x00"}
	case *lab.Date:
		*at = day
	default:
		if v.Kind() == reflect.String {
			v.SetString("\x00")
		} else if v.CanInt() {
			v.SetInt(-1)
		}
	}
}

func TestASampleReportsEveryMistakeAtOnce(t *testing.T) {
	s := newSample()
	for _, line := range lab.SampleFields {
		spoil(line.At(s), today+1)
	}
	s.ExpectedReadyOn, s.CollectedOn = today, today+2
	wrong := wrongFields(t, s.Check(today))
	for _, line := range lab.SampleFields {
		if slices.Contains(wrong, line.Key) == slices.Contains(cannotBeWrong, line.Key) {
			t.Errorf("%s is wrong: %t", line.Key, slices.Contains(wrong, line.Key))
		}
	}
}
