package reports

import (
	"bytes"
	"math"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"
)

// testSheet is a table with every kind of value, and texts that a spreadsheet could take for
// something else.
func testSheet() *Sheet {
	return &Sheet{
		Language: "nl", Name: "Wat er in zat: 1/2", Title: "Gehalte: ketamine, 2024", About: []string{"Monsters van bezoekers."}, Warning: "Synthetische gegevens",
		Columns: []SheetColumn{{Title: "Stof"}, {Title: "n", Number: true}, {Title: "Gehalte (%)", Number: true, Decimals: 1}, {Title: "Dosis (mg)", Number: true, Decimals: -1}, {Title: "Jaar", Number: true, Decimals: -1}},
		Rows: [][]any{
			{"cocaïne", 1234, 83.13253012048193, 0.125, 2024},
			{"=1+1", 22, 22.5, nil, 2024},
			{"1-5", 3, "te weinig (n < 5)", "te weinig (n < 5)", 2024},
		},
		Notes: []SheetNote{{"Gehalte", "Deel van het monster dat de stof is, als base."}, {"", "Intervallen zijn alsof."}},
	}
}

func writtenSheet(t *testing.T, s *Sheet) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := WriteSheet(&b, s); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestASheetKeepsNumbersAndTextsApart(t *testing.T) {
	file, err := excelize.OpenReader(bytes.NewReader(writtenSheet(t, testSheet())))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	name := "Wat er in zat- 1-2"
	if list := file.GetSheetList(); !slices.Equal(list, []string{name}) {
		t.Fatalf("the sheets are %q", list)
	}
	for at, want := range map[string]struct {
		value string
		kind  excelize.CellType
	}{
		"A1": {"Gehalte: ketamine, 2024", excelize.CellTypeSharedString}, "A2": {"Monsters van bezoekers.", excelize.CellTypeSharedString},
		"A3": {"Synthetische gegevens", excelize.CellTypeSharedString}, "C5": {"Gehalte (%)", excelize.CellTypeSharedString},
		"A6": {"cocaïne", excelize.CellTypeSharedString}, "B6": {"1234", excelize.CellTypeUnset}, "C6": {"83.13253012048193", excelize.CellTypeUnset},
		"A7": {"=1+1", excelize.CellTypeSharedString}, "A8": {"1-5", excelize.CellTypeSharedString}, "D7": {"", excelize.CellTypeUnset},
		"C8": {"te weinig (n < 5)", excelize.CellTypeSharedString}, "E8": {"2024", excelize.CellTypeUnset},
		"A10": {"Gehalte: Deel van het monster dat de stof is, als base.", excelize.CellTypeSharedString}, "A11": {"Intervallen zijn alsof.", excelize.CellTypeSharedString},
	} {
		value, err := file.GetCellValue(name, at, excelize.Options{RawCellValue: true})
		if err != nil {
			t.Fatal(err)
		}
		kind, err := file.GetCellType(name, at)
		if err != nil {
			t.Fatal(err)
		}
		if formula, _ := file.GetCellFormula(name, at); value != want.value || kind != want.kind || formula != "" {
			t.Errorf("%s holds %q of type %d (%s), want %q of type %d", at, value, kind, formula, want.value, want.kind)
		}
	}
}

// TestADutchSpreadsheetShowsASheetRight: it is opened where a comma is the decimal mark.
func TestADutchSpreadsheetShowsASheetRight(t *testing.T) {
	pages := printedPages(t, filepath.Join(officeOf(t, writtenSheet(t, testSheet()), "pdf", "nl-NL"), "annual.pdf"))
	if len(pages) != 1 {
		t.Fatalf("%d pages: %q", len(pages), pages)
	}
	words := strings.Join(strings.Fields(pages[0]), " ")
	for _, want := range []string{
		"cocaïne 1.234 83,1 0,125 2024", "=1+1 22 22,5 2024", "Gehalte: ketamine, 2024", "Monsters van bezoekers.", "Synthetische gegevens",
		"Gehalte: Deel van het monster dat de stof is, als base.", "Intervallen zijn alsof.", "Pagina 1 / 1",
	} {
		if !strings.Contains(words, want) {
			t.Errorf("%q is not to be read on\n%s", want, pages[0])
		}
	}
}

func TestASheetOfWhatAWorkbookCannotKeepIsRefused(t *testing.T) {
	for name, edit := range map[string]func(*Sheet){
		"a control character": func(s *Sheet) { s.Rows[0][0] = "a\x00b" },
		"no number":           func(s *Sheet) { s.Rows[0][2] = math.NaN() },
		"a strange value":     func(s *Sheet) { s.Rows[0][2] = true },
		"no language":         func(s *Sheet) { s.Language = "xx" },
		"too long a text":     func(s *Sheet) { s.Notes[0].Text = strings.Repeat("x", 40_000) },
	} {
		s, b := testSheet(), bytes.Buffer{}
		edit(s)
		if err := WriteSheet(&b, s); err == nil || b.Len() > 0 {
			t.Errorf("%s: %v, and %d bytes written", name, err, b.Len())
		}
	}
}
