package server

import (
	"reflect"
	"slices"
	"testing"

	"marquis/internal/lab"
	"marquis/internal/locale"
)

// bookkeeping are the fields of records that staff are told of in other ways, or
// that only the program needs.
var bookkeeping = []string{
	"ServiceID", "ID", "Version", "SampleID", "AnalysisID", "SubstanceID", "NumberYear", "NumberRunning", "VisitID", "ReceivedBasis", "Stage",
	"SourceRef", "SourceDigest", "ImportID", "RegisteredBy", "RegisteredAt", "Level", "EnteredBy", "EnteredAt", "TouchedBy", "VerifiedBy",
	"VerifiedAt", "RetractedBy", "RetractedAt", "AskedBy", "AskedAt", "AnsweredBy", "AnsweredAt", "Price.Amount", "Amount.Value",
	"Amount.Scale", "Amount.Decimals",
}

// fieldsOf names the fields of a record as lab.Difference does.
func fieldsOf(t reflect.Type, prefix string) []string {
	var names []string
	for f := range fields(t) {
		if f.Type.Kind() == reflect.Struct && f.Type.NumField() > 0 && f.Type.Field(0).IsExported() {
			inner := prefix
			if !f.Anonymous {
				inner += f.Name + "."
			}
			names = append(names, fieldsOf(f.Type, inner)...)
			continue
		}
		names = append(names, prefix+f.Name)
	}
	return names
}

func fields(t reflect.Type) func(func(reflect.StructField) bool) {
	return func(yield func(reflect.StructField) bool) {
		for i := range t.NumField() {
			if !yield(t.Field(i)) {
				return
			}
		}
	}
}

func TestEveryFieldOfARecordHasAName(t *testing.T) {
	for _, record := range []any{lab.Sample{}, lab.Analysis{}, lab.Finding{}, lab.Question{}} {
		for _, name := range fieldsOf(reflect.TypeOf(record), "") {
			if _, ok := fieldNames[name]; !ok && !slices.Contains(bookkeeping, name) {
				t.Errorf("%T.%s has no name for readers", record, name)
			}
		}
	}
}

func TestChangesAreToldAsPeopleReadThem(t *testing.T) {
	dutch, err := locale.New("nl")
	if err != nil {
		t.Fatal(err)
	}
	ketamine := &lab.Substance{ID: 7, Name: "ketamine", NameNL: "ketamine", Class: "other", Role: lab.RoleAdulterant, Active: true}
	words, err := lab.NewDictionary([]lab.Class{{Code: "other", NameEN: "other"}}, []*lab.Substance{ketamine}, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	n := naming{words: words, texts: dutch, places: map[string]string{"3": "Kantoor"}}
	finding := lab.Finding{SubstanceID: 7, Amount: lab.Amount{Value: 795_000, Scale: lab.MassFraction, Decimals: 1}}
	for _, test := range []struct {
		change lab.Difference
		want   changeView
	}{
		{lab.Difference{Field: "Colours", Old: "[white off_white]", New: "[]"}, changeView{"Kleuren", "wit, gebroken wit", ""}},
		{lab.Difference{Field: "ReceivedOn", Old: "", New: "2025-02-03"}, changeView{"Ontvangen op", "", "3 februari 2025"}},
		{lab.Difference{Field: "WeightUG", Old: "0", New: "350500"}, changeView{"Gewicht", "", "350,5 mg"}},
		{lab.Difference{Field: "LocationID", Old: "0", New: "3"}, changeView{"Locatie", "", "Kantoor"}},
		{lab.Difference{Field: "State", Old: "entered", New: "verified"}, changeView{"Stand", "ingevoerd", "geverifieerd"}},
		{lab.Difference{Field: "State", Old: "registered", New: "rejected"}, changeView{"Stand", "geregistreerd", "geweigerd"}},
		{lab.Difference{Field: "Reported", Old: "false", New: "true"}, changeView{"Gerapporteerd onder gelijken", "nee", "ja"}},
		{lab.Difference{Field: "Expected", Old: "[]", New: "[7]"}, changeView{"Verwacht", "", "ketamine"}},
		{lab.Difference{Field: "Findings.7.Amount.Value", Old: "600000", New: "795000"}, changeView{"ketamine: Gehalte", "60,0%", "79,5%"}},
	} {
		got := n.changeViews([]lab.Difference{test.change}, []lab.Finding{finding})
		if len(got) != 1 || got[0] != test.want {
			t.Errorf("%+v is told as %+v, want %+v", test.change, got, test.want)
		}
	}
	whole := []lab.Difference{
		{Field: "Findings.7.Amount.Value", Old: "0", New: "120000000"},
		{Field: "Findings.7.Amount.Scale", New: "ng"},
		{Field: "Findings.7.Amount.Decimals", Old: "0", New: "1"},
		{Field: "Version", Old: "1", New: "2"},
	}
	if got := n.changeViews(whole, nil); len(got) != 1 || got[0].New != "120,0 mg" || got[0].Old != "" {
		t.Errorf("an amount that is new is told as %+v", got)
	}
}
