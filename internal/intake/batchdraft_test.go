package intake

import (
	"reflect"
	"slices"
	"strings"
	"testing"

	"marquis/internal/lab/dictionary"
)

// TestAMappingOfAnInstrumentIsWrittenAsItIsRead: nothing of what it says is lost when a page writes it.
func TestAMappingOfAnInstrumentIsWrittenAsItIsRead(t *testing.T) {
	const text = `decimal = ","
[file]
sheet = "Blad 1"
header_row = 3
struck = "read"
[findings]
layout = "grid"
nothing = [""]
unidentified = ["peak"]
blank = ["QC*", "blanco"]
ignored = ["vial"]
[findings.fields]
sample = "name"
amount = { column = "{n} (%)", unit = "%", values = { "< LOQ" = "below_loq" } }
`
	m, err := ParseBatchMapping(text)
	if err != nil {
		t.Fatal(err)
	}
	again, err := ParseBatchMapping(m.Text())
	if err != nil {
		t.Fatalf("%v in\n%s", err, m.Text())
	}
	for _, x := range []*BatchMapping{m, again} { // how a text gives it
		for name, f := range x.Findings.Fields {
			f.given = nil
			x.Findings.Fields[name] = f
		}
	}
	if !reflect.DeepEqual(m, again) {
		t.Errorf("%+v\nis written as\n%s", m, m.Text())
	}
}

// TestWhatIsOpenInAMappingIsAskedAgain: a unit that nobody can guess is empty, and a text that is
// none is a mapping of nothing.
func TestWhatIsOpenInAMappingIsAskedAgain(t *testing.T) {
	m := DraftBatchMapping("decimal = \",\"\n[findings]\nlayout = \"grid\"\n[findings.fields]\nsample = \"\"\namount = { column = \"{n}\", unit = \"?\" }\n")
	if f := m.Findings.Fields["amount"]; m.Decimal != "," || m.Findings.Layout != "grid" || f.Column != "{n}" || f.Unit != "" {
		t.Errorf("%+v", m)
	}
	for _, text := range []string{"", "[findings", "x"} {
		if m := DraftBatchMapping(text); m.Findings.Layout != "rows" || len(m.Findings.Fields) > 0 {
			t.Errorf("%q: %+v", text, m)
		}
	}
}

// TestPatternsOfHeadings: what the headings of substances or samples have in common.
func TestPatternsOfHeadings(t *testing.T) {
	d, err := dictionary.Load()
	if err != nil {
		t.Fatal(err)
	}
	for head, want := range map[string][]string{
		"name,vial,MDMA (%),caffeine (%)": {"{n}", "{n} (%)"}, "name,MDMA,caffeine": {"{n}"}, "name,MDMA,MDMA ±,caffeine": {"{n}", "{n} ±"},
		"compound,UTR-2025-00001,UTR-2025-00002": {"{n}"}, "nr,stof,gehalte": nil,
	} {
		patterns, examples := peek(t, head+"\n"+strings.Repeat("1,", strings.Count(head, ","))+"1\n").Patterns(d)
		if !slices.Equal(patterns, want) {
			t.Errorf("%s: %q, by %v", head, patterns, examples)
		}
	}
}
