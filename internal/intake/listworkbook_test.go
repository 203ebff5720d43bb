package intake

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"
)

// A workbook says the same as text: lists, and rows that continue the one above.
func TestListsInAWorkbook(t *testing.T) {
	f := excelize.NewFile()
	for i, row := range [][]any{
		{"nr", "in", "sold as", "form", "region", "price", "quantity", "why not", "substance", "method", "on", "amount", "basis", "±", "remarks"},
		{"A1", "02-03-2024", "ketamine", "poeder", "Utrecht", 25, 1, "", "heroin; caffeine", "lc", "05-03-2024", "30; 12,5", "", "", ""},
		{"", "", "", "", "", "", "", "", "MDMA", "lc", "05-03-2024", 7.5, "", "", ""},
	} {
		if err := f.SetSheetRow("Sheet1", fmt.Sprintf("A%d", i+1), &row); err != nil {
			t.Fatal(err)
		}
	}
	path := filepath.Join(t.TempDir(), "lists.xlsx")
	if err := f.SaveAs(path); err != nil {
		t.Fatal(err)
	}
	m := mustMapping(t, strings.Replace(listMapping, `layout = "rows"`, "layout = \"rows\"\ncontinued = true", 1))
	d := mustDictionary(t)
	plan, err := dutch(Read(m, []string{path}, Known{Dictionary: d, Today: today}, nil))
	if err != nil {
		t.Fatal(err)
	}
	if len(arrivalsOf(plan)) != 1 {
		t.Fatal(lines(plan))
	}
	if got := strings.Join(findingTexts(d, arrivalsOf(plan)[0]), ", "); got != "heroin quantified 30% unknown, caffeine quantified 12.5% unknown, MDMA quantified 7.5% unknown" {
		t.Errorf("%s\n%s", got, lines(plan))
	}
}
