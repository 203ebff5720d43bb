package intake

import (
	"fmt"
	"strings"
	"testing"
)

// tickedMapping reads the effects of a sample from three columns.
const tickedMapping = `
profile = "ticks"
[[file]]
holds = "both"
[samples]
id = "nr"
received_on = "in"
sold_as = { value = "ketamine" }
form = { value = "powder" }
[samples.effects.ticks]
"effects 1" = "nausea"
"effects 2" = "seizure"
"effects 3" = "skin"
[findings]
layout = "rows"
[findings.fields]
substance = { value = "ketamine" }
performed_on = "in"
[method.default]
kind = "gc_ms"
lab = "Test laboratory"
level = "confirmatory"
`

func TestTicks(t *testing.T) {
	m := mustMapping(t, tickedMapping)
	for cells, want := range map[string]string{
		"1,0,": "nausea", "x,X, x ": "nausea seizure skin", "ja,nee,Ja": "nausea skin", "TRUE,FALSE,": "nausea", "0,0,0": "", ",,": "", "1.0,0.0,1.0": "nausea skin", "Checked,Unchecked,✓": "nausea skin",
		"yes,no,y": "nausea skin", "waar,onwaar,n": "nausea",
	} {
		plan, _ := mustPlan(t, m, "nr,in,effects 1,effects 2,effects 3\nA,2024-03-05,"+cells+"\n")
		if len(arrivalsOf(plan)) != 1 || strings.Join(arrivalsOf(plan)[0].Sample.Effects, " ") != want {
			t.Errorf("%s: got %+v\n%s", cells, arrivalsOf(plan), lines(plan))
		}
	}
	for cells, wrong := range map[string]string{"1,perhaps,": "perhaps", "2,,": "2", "nausea,,": "nausea", "?,1,-": "?;-", "1,#N/A,": "#N/A"} {
		plan, _ := mustPlan(t, m, "nr,in,effects 1,effects 2,effects 3\nA,2024-03-05,"+cells+"\n")
		wantLine(t, plan, 2, Rejected, "effects", wrong, "")
		if len(arrivalsOf(plan)) > 0 {
			t.Errorf("%s: taken", cells)
		}
	}
	_, _, err := planOf(t, m, "nr,in,effects 1,effects 3\nA,2024-03-05,1,1\n")
	wantError(t, err, `missing of the columns that are read: "effects 2" (samples.effects)`)
}

// What a sample is known by changes with its ticks.
func TestTicksAreRemembered(t *testing.T) {
	m := mustMapping(t, tickedMapping)
	var digests []string
	for _, cells := range []string{"1,0,0", "0,1,0", "ja,,"} {
		plan, _ := mustPlan(t, m, "nr,in,effects 1,effects 2,effects 3\nA,2024-03-05,"+cells+"\n")
		digests = append(digests, arrivalsOf(plan)[0].Sample.SourceDigest)
	}
	if digests[0] == digests[1] || digests[0] != digests[2] {
		t.Errorf("got %q", digests)
	}
}

// The ticks of a workbook are numbers, booleans or texts.
func TestTicksOfWorkbook(t *testing.T) {
	row := `<row r="1">`
	for i, heading := range []string{"nr", "in", "effects 1", "effects 2", "effects 3"} {
		row += cellXML(fmt.Sprintf("%c1", 'A'+i), "inlineStr", "0", heading)
	}
	row += `</row><row r="2">` + cellXML("A2", "inlineStr", "0", "A") + cellXML("B2", "n", "2", "45356") +
		cellXML("C2", "b", "0", "1") + cellXML("D2", "n", "0", "0") + cellXML("E2", "n", "3", "1") + `</row>`
	plan, err := planOfBook(t, mustMapping(t, tickedMapping), rawBook(t, `<sheetData>`+row+`</sheetData>`, "yyyy-mm-dd", `"ja";;"nee"`))
	if err != nil {
		t.Fatal(err)
	}
	if len(arrivalsOf(plan)) != 1 || strings.Join(arrivalsOf(plan)[0].Sample.Effects, " ") != "nausea skin" {
		t.Errorf("got %+v\n%s", arrivalsOf(plan), lines(plan))
	}
}

func TestMistakesInTicks(t *testing.T) {
	for ticks, want := range map[string]string{
		`effects = { ticks = { "a" = "nose" } }`:                      `The code "nose" is not one of: normal`,
		`effects = { ticks = { } }`:                                   "Give either the column, or ticks",
		`effects = { ticks = "a" }`:                                   "The ticks are a table",
		`effects = { column = "a", ticks = { "a" = "nausea" } }`:      "Give either the column, or ticks",
		`effects = { ticks = { "a" = "nausea" }, default = "other" }`: "Ticks take no values, default or list.",
		`decision = { ticks = { "a" = "take" } }`:                     "It takes no ticks; it takes column, value, values, default, list.",
	} {
		text := strings.Replace(tickedMapping, "[samples.effects.ticks]\n\"effects 1\" = \"nausea\"\n\"effects 2\" = \"seizure\"\n\"effects 3\" = \"skin\"\n", ticks+"\n", 1)
		_, err := parseMapping([]byte(text))
		wantError(t, err, want)
	}
}
