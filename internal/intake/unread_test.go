package intake

import (
	"strings"
	"testing"
)

// A column that is not read, and that belongs to the findings that are, would take them along: the
// file is refused, and names it. What is left out knowingly stands in the mapping.
func TestColumnsOfFindingsThatAreNotRead(t *testing.T) {
	const header = "nr;in;sold as;form;region;price;quantity;why not;method;on;"
	const row = "1;02-03-2024;ketamine;poeder;Utrecht;;;;lc;05-03-2024;"
	strips := strings.NewReplacer(
		`layout = "rows"`, "layout = \"columns\"\ncolumns = [\"ketamine\", \"fentanyl\"]", `substance = "substance"`, `substance = { value = "{n}" }`,
		`amount = { column = "amount", unit = "%", values = { spoor = "trace", "n.d." = "not_detected" } }`, `detection = { column = "{n} (strip)", values = { pos = "indicated", neg = "not_detected" } }`,
		`basis = { column = "basis", values = { HCl = "hydrochloride" } }`, "", "uncertainty = \"±\"", "",
	).Replace(rowsMapping)
	without := func(mapping, heading string) string {
		return strings.Replace(mapping, "nothing = [", "ignored = [\""+heading+"\"]\nnothing = [", 1)
	}
	for name, test := range map[string]struct{ mapping, more, cells, refused, told string }{
		"a number more":                    {columnsMapping, "stof 1;gehalte 1;stof 2;gehalte 2;stof 3;gehalte 3", "ketamine;5;;;fentanyl;1", `"stof 3", "gehalte 3"`, ""},
		"a number more, without a word":    {columnsMapping, "stof 1;gehalte 1;stof 2;gehalte 2;stof 3;gehalte 3", "ketamine;5;;;;", "", ""},
		"a number more, left out":          {without(columnsMapping, "gehalte 3"), "stof 1;gehalte 1;stof 2;gehalte 2;stof 3;gehalte 3", "ketamine;5;;;fentanyl;1", `more: "stof 3";`, ""},
		"a number more, knowingly":         {without(columnsMapping, "Stof 3"), "stof 1;gehalte 1;stof 2;gehalte 2;stof 3", "ketamine;5;;;fentanyl", "", ""},
		"a substance more":                 {strips, "ketamine (strip);fentanyl (strip);PMMA (strip)", "pos;neg;pos", `"PMMA (strip)"`, ""},
		"a misspelled one":                 {strips, "ketamine (strip);fentanyl (strip);carfentanyl (strip)", "pos;neg;pos", `"carfentanyl (strip)"`, ""},
		"a substance more, knowingly":      {without(strips, "PMMA (strip)"), "ketamine (strip);fentanyl (strip);PMMA (strip)", "pos;neg;pos", "", ""},
		"made otherwise":                   {strips, "ketamine (strip);fentanyl (strip);PMMA", "pos;neg;pos", "", `"PMMA"`},
		"no substance":                     {strips, "ketamine (strip);fentanyl (strip);bench (strip);remarks", "pos;neg;7;dry", "", ""},
		"beside numbered ones":             {columnsMapping, "stof 1;gehalte 1;stof 2;gehalte 2;fentanyl (strip);remarks", "ketamine;5;;;pos;dry", "", `"fentanyl (strip)"`},
		"beside numbered ones, with units": {columnsMapping, "stof 1;gehalte 1;stof 2;gehalte 2;PMMA (%);cocaine HCl mg;weight mg", "ketamine;5;;;3;4;5", "", `"PMMA (%)", "cocaine HCl mg"`},
	} {
		plan, _, err := planOf(t, mustMapping(t, test.mapping), header+test.more+"\n"+row+test.cells+"\n")
		switch {
		case test.refused != "":
			if err == nil || !strings.Contains(err.Error(), test.refused) || !strings.Contains(err.Error(), "findings.ignored") {
				t.Errorf("%s: %v", name, err)
			}
		case err != nil:
			t.Errorf("%s: %v", name, err)
		default:
			notes := strings.Join(plan.Receipt.Files[0].Notes, "\n")
			if told := strings.Contains(notes, "columns that are named after substances and were not read: "+test.told); told != (test.told != "") || test.told == "" && strings.Contains(notes, "named after") {
				t.Errorf("%s: %q", name, notes)
			}
			if len(arrivalsOf(plan)) != 1 {
				t.Errorf("%s: %s", name, lines(plan))
			}
		}
	}
}

// Usual headings are no names of substances.
func TestUsualHeadingsAreNotTold(t *testing.T) {
	headings := "id;received;date;sold as;price;region;notes;method;form;colour;weight;amount;unit;result;remarks;opmerking;kleur;vorm;gewicht;prijs;logo;streek;" +
		"reden;naam;analyst;batch;run;day;time;status;comments;lab;aspect;pH;smell;taste;geur;smaak;barcode;operator;score;hit;library;match;RT;area;height;base;salt;zout;type;merk;brand;" +
		"concentration;purity;zuiverheid;%;mg;dose;dosis;effects;effecten;city;stad;postcode;age;leeftijd;gender;country;land;LOD;LOQ;ratio;internal standard;dilution;volume;solvent"
	plan, _, err := planOf(t, mustMapping(t, rowsMapping), strings.Join(rowsHeader, ";")+";"+strings.Join(unlike(strings.Split(headings, ";"), rowsHeader), ";")+"\n"+
		strings.TrimSuffix(line(cells{}), "\n")+strings.Repeat(";1", len(unlike(strings.Split(headings, ";"), rowsHeader)))+"\n")
	if err != nil {
		t.Fatal(err)
	}
	if notes := strings.Join(plan.Receipt.Files[0].Notes, "\n"); strings.Contains(notes, "named after") {
		t.Error(notes)
	}
}

// unlike are the texts that are none of others.
func unlike(texts, others []string) (rest []string) {
	for _, text := range texts {
		if !contains(others, text) {
			rest = append(rest, text)
		}
	}
	return rest
}
