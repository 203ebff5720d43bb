package lab_test

import (
	"testing"

	"marquis/internal/lab"
)

// What the trail says of each result of an import is written in a way of its own, byte for byte as
// any other record: marquis verify compares sums of it.
func TestDifferencesAreWrittenAsRecordsAre(t *testing.T) {
	leapDay, _ := lab.ParseDate("2024-02-29")
	result := &lab.Publication{Version: 2, Kind: lab.AmendedResult, PublishedOn: leapDay}
	result.Reason, result.ReasonLang = "\"gewogen\"\n<é & \u2028\\>", "nl"
	for name, told := range map[string][]lab.Difference{
		"a result":        result.ToldOf(`{"heading":"ja"}`),
		"none":            {},
		"nothing":         nil,
		"what is no text": {{Field: `a"b<é>`, New: "[1,2]"}, {Field: "b", Old: "null", New: `"x"`}},
	} {
		want, err := lab.CanonicalJSON(told)
		if err != nil {
			t.Fatal(err)
		}
		if got := lab.CanonicalDifferences(told); got != want {
			t.Errorf("%s: %s, want %s", name, got, want)
		}
	}
}
