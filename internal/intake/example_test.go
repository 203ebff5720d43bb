package intake

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"

	"marquis/internal/lab"
)

const (
	exampleMapping = "../../docs/import/voorbeeld.toml"
	exampleData    = "../../docs/import/voorbeeld-synthetisch.csv"
)

// readExample reads the documented example, from its CSV file or another one.
func readExample(t *testing.T, path string) (*Plan, *lab.Dictionary) {
	t.Helper()
	m, err := LoadMapping(exampleMapping)
	if err != nil {
		t.Fatal(err)
	}
	d := mustDictionary(t)
	plan, err := dutch(Read(m, []string{path}, Known{Dictionary: d, Today: today}, nil))
	if err != nil {
		t.Fatal(err)
	}
	return plan, d
}

// The example of the documentation is read by the documentation's own files.
func TestDocumentedExample(t *testing.T) {
	plan, d := readExample(t, exampleData)
	checkExample(t, plan, d)
}

// The same data are read from a workbook, in which dates are serial numbers and
// numbers are numbers.
func TestDocumentedExampleAsWorkbook(t *testing.T) {
	text, err := os.ReadFile(exampleData)
	if err != nil {
		t.Fatal(err)
	}
	table, err := ReadTableFrom("example.csv", bytes.NewReader(text), Format{}, DefaultLimits())
	if err != nil {
		t.Fatal(err)
	}
	header := make([]any, len(table.Header))
	for i, heading := range table.Header {
		header[i] = heading
	}
	rows := [][]any{header}
	for _, row := range table.Rows {
		var cells []any
		for _, cell := range row.Cells {
			if date, err := time.Parse("02-01-2006", cell); err == nil {
				cells = append(cells, date)
			} else if number, err := lab.ParseThousandths(cell); err == nil {
				cells = append(cells, float64(number)/1000)
			} else {
				cells = append(cells, cell)
			}
		}
		rows = append(rows, cells)
	}
	path := filepath.Join(t.TempDir(), "voorbeeld.xlsx")
	if err := os.WriteFile(path, book(t, rows, func(*excelize.File) error { return nil }), 0o600); err != nil {
		t.Fatal(err)
	}
	plan, d := readExample(t, path)
	checkExample(t, plan, d)
}

func checkExample(t *testing.T, plan *Plan, d *lab.Dictionary) {
	t.Helper()
	if total := plan.Receipt.Total(); total.Read != 12 || total.Accepted != 12 {
		t.Fatalf("got %+v\n%s", total, lines(plan))
	}
	if len(plan.Substances)+len(plan.Products) > 0 {
		t.Errorf("the dictionary lacks %v %v", plan.Receipt.Substances, plan.Receipt.Products)
	}
	for i, want := range []string{
		"MDMA quantified 152 mg base",
		"MDMA quantified 184 mg hydrochloride, caffeine quantified 13 mg base",
		"ketamine quantified 79.5% base",
		"ketamine quantified 98.2% hydrochloride",
		"cocaine quantified 68.9% base, levamisole below_loq, phenacetin trace",
		"amphetamine quantified 41% sulfate, caffeine quantified 35.2% base",
		"ketamine quantified 33.1% base, MDMA quantified 9.8% base, caffeine quantified 21% base",
		"2C-B quantified 14 mg hydrochloride",
		"",
		"3-CMC quantified 85% hydrochloride, 3-MMC not_detected",
		"",
		"",
	} {
		texts := findingTexts(d, arrivalsOf(plan)[i])
		for j, text := range texts { // a workbook does not keep final zeros: compare whole milligrams and tenths of per cent
			text = strings.NewReplacer("152.4 mg", "152 mg", "12.5 mg", "13 mg", ".0%", "%").Replace(text)
			texts[j] = text
		}
		if got := strings.Join(texts, ", "); got != want {
			t.Errorf("sample %d: got %s, want %s", i+1, got, want)
		}
	}
	tablet, nothing, incomplete, held, waiting := arrivalsOf(plan)[0], arrivalsOf(plan)[8], arrivalsOf(plan)[9], arrivalsOf(plan)[10], arrivalsOf(plan)[11]
	s := tablet.Sample
	if s.Form != lab.Tablet || s.Logo != "hartje" || s.WeightUG != 412_500 || s.Region != "Utrecht" ||
		(s.Price != lab.Price{Amount: 4000, Currency: "EUR", Quantity: 1000, Unit: lab.Piece}) || !slices.Equal(s.Reasons, lab.Codes{"purity"}) {
		t.Errorf("got %+v", s)
	}
	if d.Products[s.ProductID].NameEN != "ecstasy" || s.SoldAsText != "xtc" || tablet.Sample.SourcePublishedOn != 2024_01_12 {
		t.Errorf("got %+v", tablet)
	}
	if u := tablet.Evidence[0].Findings[0].Uncertainty; u != 7_600_000 {
		t.Errorf("the uncertainty is %d ng", u)
	}
	if c := nothing.Evidence[0].Analysis.Conclusion; c != lab.NothingSeen {
		t.Errorf("got %s where nothing was found", c)
	}
	if incomplete.Sample.Price.Recorded() || !strings.Contains(strings.Join(plan.Receipt.Files[0].Notes, " "), "left out: 1") {
		t.Errorf("a price for nobody knows how much is left out, and that is said: %+v %v", incomplete.Sample.Price, plan.Receipt.Files[0].Notes)
	}
	if held.Sample.State != lab.NotAnalysed || held.Sample.StateReason != "capacity" || waiting.Sample.State != lab.Registered {
		t.Errorf("got %s %s and %s", held.Sample.State, held.Sample.StateReason, waiting.Sample.State)
	}
}
