package intake

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"
)

// amounts are samples with these amounts.
func amounts(texts ...string) []cells {
	rows := samplesWith("amount", texts...)
	for i := range rows {
		rows[i]["price"], rows[i]["basis"] = "", ""
	}
	return rows
}

// A whole column of 0.795 for 79.5 % reads well and is wrong a hundred times over.
func TestPartsOfOneAreAsked(t *testing.T) {
	const asked = `nearly no amount in % is more than 1, so that they may be parts of one, 0.795 for 79.5 %`
	for _, c := range []struct {
		name  string
		texts []string
		asked bool
	}{
		{"five", []string{"0,795", "0,65", "1", "0,5", "0,7"}, true},
		{"one of many is told otherwise", []string{"0,795", "0,65", "1", "0,5", "0,7", "0,8", "0,81", "0,82", "0,83", "0,84", "80"}, true},
		{"four say nothing", []string{"0,795", "0,65", "1", "0,5"}, false},
		{"fentanyl, of which some is more", []string{"0,1", "0,4", "0,9", "0,3", "0,2", "1,1"}, false},
		{"words are no amounts", []string{"0,795", "0,65", "1", "0,5", "spoor", "n.d.", "<0,5", ""}, false},
	} {
		plan, _, err := planOf(t, mustMapping(t, rowsMapping), file(amounts(c.texts...)...))
		if c.asked != (err != nil && strings.Contains(err.Error(), asked) && strings.Contains(err.Error(), `the column "amount": rows 2, 3, 4, 5, 6`)) {
			t.Errorf("%s: %v", c.name, err)
		}
		if !c.asked && (err != nil || plan.Samples != len(c.texts)) {
			t.Errorf("%s: %v", c.name, err)
		}
	}
	tablets := strings.Replace(rowsMapping, `unit = "%"`, `unit = "mg"`, 1)
	rows := amounts("0,795", "0,65", "1", "0,5", "0,7")
	for i := range rows {
		rows[i]["form"] = "pil"
	}
	if _, _, err := planOf(t, mustMapping(t, tablets), file(rows...)); err != nil {
		t.Errorf("milligrams: %v", err)
	}
}

// The mapping says which it is.
func TestPartsOfOneAreReadAsTheMappingSays(t *testing.T) {
	texts := []string{"0,795", "0,65", "1", "0,5", "0,075"}
	for answer, want := range map[string]string{
		"none": "ketamine quantified 0.795% unknown, ketamine quantified 0.65% unknown, ketamine quantified 1% unknown, ketamine quantified 0.5% unknown, ketamine quantified 0.075% unknown",
		"read": "ketamine quantified 79.5% unknown, ketamine quantified 65% unknown, ketamine quantified 100% unknown, ketamine quantified 50% unknown, ketamine quantified 7.5% unknown",
	} {
		m := mustMapping(t, strings.Replace(rowsMapping, `unit = "%"`, `unit = "%", fractions = "`+answer+`"`, 1))
		plan, d := mustPlan(t, m, file(amounts(texts...)...))
		var got []string
		for _, a := range arrivalsOf(plan) {
			got = append(got, findingTexts(d, a)...)
		}
		if text := strings.Join(got, ", "); text != want {
			t.Errorf("%s: %s\n%s", answer, text, lines(plan))
		}
	}
	m := mustMapping(t, strings.Replace(rowsMapping, `unit = "%"`, `unit = "%", fractions = "read"`, 1))
	rows := amounts("0,795", "79,5")
	rows[0]["±"] = "0,02"
	plan, _ := mustPlan(t, m, file(rows...))
	if f := arrivalsOf(plan)[0].Evidence[0].Findings[0]; f.Uncertainty != 20_000 {
		t.Errorf("the uncertainty is %d ppm", f.Uncertainty)
	}
	wantLine(t, plan, 3, Rejected, "amount", "79,5", "outside the possible range")
	_, err := parseMapping([]byte(strings.Replace(rowsMapping, `unit = "%"`, `unit = "%", fractions = "perhaps"`, 1)))
	wantError(t, err, `findings.fields.amount: Say fractions = "read"`)
}

// A percent cell of a workbook is what it shows, whatever its neighbours are.
func TestPartsOfOneInAWorkbook(t *testing.T) {
	header := make([]any, len(rowsHeader))
	for i, heading := range rowsHeader {
		header[i] = heading
	}
	rows := [][]any{header}
	for i := range 6 {
		row := make([]any, len(rowsHeader))
		for j, heading := range rowsHeader {
			row[j] = harmless[heading]
			switch heading {
			case "nr":
				row[j] = string(rune('A' + i))
			case "amount":
				row[j] = 0.75
			case "price", "quantity":
				row[j] = ""
			}
		}
		rows = append(rows, row)
	}
	percent := func(f *excelize.File) error {
		style, err := f.NewStyle(&excelize.Style{NumFmt: 9})
		if err != nil {
			return err
		}
		return f.SetCellStyle(f.GetSheetName(0), "L2", "L3", style)
	}
	for name, c := range map[string]struct {
		fractions string
		set       func(*excelize.File) error
		want      string // an error, or all amounts
	}{
		"plain":                     {"", func(*excelize.File) error { return nil }, "nearly no amount in % is more than 1"},
		"plain, read":               {"read", func(*excelize.File) error { return nil }, ""},
		"some shown in %, not said": {"", percent, "plain numbers up to 1, where other cells are shown as percent"},
		"some shown in %, read":     {"read", percent, ""},
	} {
		path := filepath.Join(t.TempDir(), "a.xlsx")
		writeFile(t, path, string(book(t, rows, c.set)))
		text := rowsMapping
		if c.fractions != "" {
			text = strings.Replace(text, `unit = "%"`, `unit = "%", fractions = "`+c.fractions+`"`, 1)
		}
		d := mustDictionary(t)
		plan, err := dutch(Read(mustMapping(t, text), []string{path}, Known{Dictionary: d, Today: today}, nil))
		if c.want != "" {
			wantError(t, err, c.want)
			continue
		}
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		for _, a := range arrivalsOf(plan) {
			if got := strings.Join(findingTexts(d, a), ", "); got != "ketamine quantified 75% unknown" {
				t.Errorf("%s: %s", name, got)
			}
		}
		if plan.Samples != 6 {
			t.Errorf("%s: %s", name, lines(plan))
		}
	}
}

// A column of parts of one beside one that is shown as percent, or in the same column.
func TestAColumnOfPartsBesideOneOfPercent(t *testing.T) {
	for name, c := range map[string]struct {
		amount, error string // of each row, and ±
		asked         bool
	}{
		"the uncertainty is in parts":        {"79,5%;66%", "0,02;0,021", true},
		"both say percent":                   {"79,5%;66%", "2%;2,1%", false},
		"neither does":                       {"79,5;66", "0,02;0,021", false},
		"the uncertainty is more than one":   {"79,5%;66%", "2;0,5", false},
		"one amount is in parts":             {"79,5%;0,66", ";", true},
		"of what says percent some is small": {"79,5%;0,66%", ";", false},
	} {
		var rows []cells
		errors := strings.Split(c.error, ";")
		for i, text := range strings.Split(c.amount, ";") {
			rows = append(rows, amounts(text)[0])
			rows[i]["±"], rows[i]["nr"] = errors[i], "S"+text
		}
		_, _, err := planOf(t, mustMapping(t, rowsMapping), file(rows...))
		if asked := err != nil && strings.Contains(err.Error(), "they may mean percent too"); asked != c.asked || err != nil && !asked {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// One number in the column proves that its marks divide thousands.
func TestMarksBetweenThousandsAreProven(t *testing.T) {
	const proven = "marks between thousands, where other cells have the same mark before three digits"
	ppm := strings.Replace(rowsMapping, `unit = "%"`, `unit = "ppm"`, 1)
	for _, c := range []struct {
		texts []string
		asked bool
	}{
		{[]string{"980", "1,250", "12,500", "125,000,000"}, true},
		{[]string{"980", "1,250", "12,5"}, false},
	} {
		_, _, err := planOf(t, mustMapping(t, ppm), file(amounts(c.texts...)...))
		if asked := err != nil && strings.Contains(err.Error(), proven); asked != c.asked || err != nil && !asked {
			t.Errorf("%v: %v", c.texts, err)
		}
	}
}
