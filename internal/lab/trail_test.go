package lab_test

import (
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"marquis/internal/lab"
)

var update = flag.Bool("update", false, "add to the files of testdata")

// TestTheKeysOfTheTrailStay holds the keys of fields, and the names that they had,
// against a list that only grows: events keep both for good.
func TestTheKeysOfTheTrailStay(t *testing.T) {
	const path = "testdata/trail_keys.txt"
	text, err := os.ReadFile(path)
	if err != nil && !*update {
		t.Fatal(err)
	}
	kept, known := lines(string(text)), lab.TrailKeys()
	for name, key := range lab.OldTrailNames() {
		known = append(known, fmt.Sprintf("%s was %s", key, name))
	}
	for _, line := range kept {
		if !slices.Contains(known, line) {
			t.Errorf("%q is in events that stay, and no longer known", line)
		}
	}
	if *update && !t.Failed() {
		all := slices.Compact(slices.Sorted(slices.Values(append(kept, known...))))
		if err := os.WriteFile(path, []byte(strings.Join(all, "\n")+"\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		return
	}
	for _, line := range known {
		if !slices.Contains(kept, line) {
			t.Errorf("%q is new; add it with -update, and it stays", line)
		}
	}
}

func lines(text string) []string {
	return slices.DeleteFunc(strings.Split(text, "\n"), func(line string) bool { return line == "" })
}

// TestEventsOfTheFirstFormat: what the program of then wrote is read as it would be
// written today.
func TestEventsOfTheFirstFormat(t *testing.T) {
	for _, test := range []struct {
		action          lab.Action
		field, old, now string
		want            lab.Difference
	}{
		{"change sample", "WeightUG", "0", "350500", lab.Difference{Field: "weight_ug", Old: "0", New: "350500"}},
		{"change sample", "Colours", "[]", "[white off_white]", lab.Difference{Field: "colours", Old: "[]", New: `["white","off_white"]`}},
		{"change sample", "Expected", "[7]", "[7 opioid]", lab.Difference{Field: "expected", Old: "[7]", New: `[7,"opioid"]`}},
		{"change sample", "Logo", "", "[a b]", lab.Difference{Field: "logo", Old: `""`, New: `"[a b]"`}},
		{"change sample", "CollectedOn", "", "2026-11-08", lab.Difference{Field: "collected_on", Old: "null", New: `"2026-11-08"`}},
		{"change sample", "VisitID", lab.ID{}.String(), lab.ID{1}.String(), lab.Difference{Field: "visit_id", Old: "null", New: lab.ValueOf(lab.ID{1})}},
		{"verify analysis", "Reported", "false", "true", lab.Difference{Field: "reported", Old: "false", New: "true"}},
		{"enter analysis", "Findings.7.Amount.Scale", "", "ng", lab.Difference{Field: "findings.7.amount_scale", Old: `""`, New: `"ng"`}},
		{"add method", "Scope.7.LOD.Value", "0", "100", lab.Difference{Field: "scope.7.lod_value", Old: "0", New: "100"}},
		{"add method", "Kind", "", "uv", lab.Difference{Field: "kind", Old: `""`, New: `"uv"`}},
		{"publish result", "Kind", "", "confirmed", lab.Difference{Field: "publication.kind", Old: `""`, New: `"confirmed"`}},
		{"publish result", "State", "in_analysis", "completed", lab.Difference{Field: "state", Old: `"in_analysis"`, New: `"completed"`}},
		{"withdraw result", "Result.Methods", "[]", "[3 4]", lab.Difference{Field: "publication.result.methods", Old: "[]", New: "[3,4]"}},
		{"set memberships", "Memberships", "", "intake@1 verifier@2", lab.Difference{Field: "memberships", Old: "[]", New: `["intake@1","verifier@2"]`}},
		{"change sample", "NeverHeardOf", "", "x", lab.Difference{Field: "NeverHeardOf", Old: `""`, New: `"x"`}},
	} {
		written := []lab.Difference{{Field: test.field, Old: lab.ValueOf(test.old), New: lab.ValueOf(test.now)}}
		if got := lab.FirstFormat(test.action, written); len(got) != 1 || got[0] != test.want {
			t.Errorf("%s of %q is read as %+v, want %+v", test.field, test.action, got, test.want)
		}
	}
}

func TestValues(t *testing.T) {
	for _, test := range []struct {
		content any
		want    lab.Value
		said    string
	}{
		{"", `""`, ""},
		{"a < b & \"c\"\n", `"a < b & \"c\"\n"`, "a < b & \"c\"\n"},
		{"é\u2028", `"é\u2028"`, "é\u2028"},
		{int32(0), "0", "0"},
		{int64(350_500), "350500", "350500"},
		{true, "true", "true"},
		{lab.Codes(nil), "[]", "[]"},
		{lab.Codes{"white", "pink"}, `["white","pink"]`, `["white","pink"]`},
		{[]lab.Expected{{SubstanceID: 7}, {Class: "opioid"}}, `[7,"opioid"]`, `[7,"opioid"]`},
		{lab.Date(0), "null", ""},
		{lab.Date(2026_11_08), `"2026-11-08"`, "2026-11-08"},
		{lab.Instant{}, "null", ""},
		{lab.ID{}, "null", ""},
		{lab.Optional(0), "null", ""},
		{lab.Optional(3), "3", "3"},
		{lab.MassFraction, `"ppm"`, "ppm"},
	} {
		if got := lab.ValueOf(test.content); got != test.want || got.String() != test.said {
			t.Errorf("%#v is kept as %s and said as %q", test.content, got, got.String())
		}
	}
	if n := lab.Value("7").Number(); n != 7 {
		t.Errorf("7 is %d", n)
	}
	if list := lab.Value(`["a",1]`).List(); len(list) != 2 || list[0].Text() != "a" || list[1].Number() != 1 {
		t.Errorf("a list of %v", list)
	}
	if v := lab.Value(""); v.Text() != "" || v.Number() != 0 || v.True() || v.List() != nil {
		t.Error("what is not told says something")
	}
}
