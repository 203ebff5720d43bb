package reports

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"marquis/internal/lab"
	"marquis/internal/statistics"
)

func TestSameInputSameWorkbook(t *testing.T) {
	a, b := written(t, testAnnual(t, "nl")), written(t, testAnnual(t, "nl"))
	names := partNames(t, a)
	if !slices.Equal(names, partNames(t, b)) {
		t.Fatal("the workbooks have different parts")
	}
	for _, name := range names {
		if part(t, a, name) != part(t, b, name) {
			t.Errorf("%s differs", name)
		}
	}
}

func TestLittleData(t *testing.T) {
	d := testDictionary(t)
	for name, rows := range map[string][]statistics.SampleRow{"empty year": nil, "one sample": samples(2024, []quota{{ketamineProduct, 1}})} {
		t.Run(name, func(t *testing.T) {
			f := opened(t, annualOf(d, rows))
			for _, sheet := range f.GetSheetList() {
				cells, err := f.GetRows(sheet)
				if err != nil {
					t.Fatal(err)
				}
				for i, row := range cells {
					for _, text := range row {
						if strings.Contains(text, "NaN") || strings.Contains(text, "Inf") || strings.HasPrefix(text, "#") {
							t.Errorf("%s, row %d: %q", sheet, i+1, text)
						}
					}
				}
			}
			key := read(t, f, "Key figures")
			if len(key.rows) < firstRow || key.rows[firstRow-1][0] != "There are no figures of 2023 to compare with." {
				t.Errorf("the key figures do not say that there is no year before: %q", key.rows)
			}
			key.row("Counts", []any{"Registered"}, len(rows), nil, nil, nil)
		})
	}
}

// TestMoreRowsThanASheetHolds leaves the rows out, and says so.
func TestMoreRowsThanASheetHolds(t *testing.T) {
	a := annualOf(testDictionary(t), nil)
	a.Rows, a.Years[0].Registered = nil, maxRows+1
	f := opened(t, a)
	for sheet, want := range map[string]string{"Samples": "There are more than 1,048,571 samples", "Control": "There are no rows to count."} {
		if text, _ := f.GetCellValue(sheet, "A2"); !strings.HasPrefix(text, want) {
			t.Errorf("%s says %q", sheet, text)
		}
	}
}

func TestMeansNeedTenSamples(t *testing.T) {
	d := testDictionary(t)
	f := opened(t, annualOf(d, samples(2024, []quota{{tucibiProduct, 11}}))) // 9 of them released
	r := read(t, f, "tucibi")
	for _, row := range r.table("Purity: mass fraction as base") {
		if row[6] != "9" || row[7] != "" || row[len(row)-1] != "n < 10" {
			t.Errorf("nine amounts: %q, want no mean and a remark", row)
		}
	}
}

func TestSheetNames(t *testing.T) {
	d := testDictionary(t, manyProducts(60)...)
	var quotas []quota
	for i := range 60 {
		quotas = append(quotas, quota{lab.ProductID(100 + i), minProductSheet + i%3})
	}
	f := opened(t, annualOf(d, samples(2024, quotas)))
	seen := map[string]bool{}
	products := 0
	for _, name := range f.GetSheetList() {
		if len(name) > 31 || strings.ContainsAny(name, `:\/?*[]`) || seen[strings.ToLower(name)] {
			t.Errorf("sheet %q", name)
		}
		seen[strings.ToLower(name)] = true
		if strings.HasPrefix(name, "a product") {
			products++
		}
	}
	if products != maxProductSheets {
		t.Errorf("%d product sheets, want %d", products, maxProductSheets)
	}
	contents := read(t, f, "Contents")
	if !slices.ContainsFunc(contents.rows, func(row []string) bool {
		return len(row) > 0 && row[0] == "20 more products with enough samples have no sheet of their own: there are at most 40."
	}) {
		t.Error("the contents do not say how many products were left out")
	}
}

func TestSheetNameOfAnyText(t *testing.T) {
	b := newBook(t.Context(), &statistics.Annual{Years: []*statistics.Year{{}}}, nil)
	for text, want := range map[string]string{
		"a/b:c?": "a-b-c-", "'quoted'": "quoted", "": "-", "History": "History (2)", "HISTORY": "HISTORY (3)",
		strings.Repeat("é", 40): strings.Repeat("é", 31), strings.Repeat("x", 30) + "' y": strings.Repeat("x", 30),
	} {
		if got := b.sheetName(text); got != want && !strings.HasPrefix(want, "HISTORY") && !strings.HasPrefix(want, "History") {
			t.Errorf("%q became %q, want %q", text, got, want)
		}
	}
	if name := b.sheetName("history"); name == "history" {
		t.Error("a sheet has the name that Excel keeps for itself")
	}
}

func TestLinksLeadSomewhere(t *testing.T) {
	f := opened(t, testAnnual(t, "en"))
	sheets := f.GetSheetList()
	for i := range sheets[1:] {
		row := 0
		cells, _ := f.GetRows(sheets[0])
		for n, r := range cells {
			if len(r) > 0 && r[0] == sheets[i+1] && row == 0 {
				if ok, target, _ := f.GetCellHyperLink(sheets[0], cell(1, n+1)); ok && target == quote(sheets[i+1])+"!A1" {
					row = n + 1
				}
			}
		}
		if row == 0 {
			t.Errorf("the contents do not lead to %q", sheets[i+1])
		}
		if ok, target, _ := f.GetCellHyperLink(sheets[i+1], "A4"); !ok || target != "'Contents'!A1" {
			t.Errorf("%q does not lead back: %q", sheets[i+1], target)
		}
	}
}

func TestEverySheetSaysSynthetic(t *testing.T) {
	for language, want := range map[string]string{"en": "SYNTHETIC DATA", "nl": "SYNTHETISCHE GEGEVENS"} {
		for _, synthetic := range []bool{true, false} {
			a := testAnnual(t, language)
			a.Scope.Synthetic, a.Scope.Services = synthetic, []string{"UTR", "AMS"}
			f := opened(t, a)
			props, err := f.GetDocProps()
			if err != nil || strings.Contains(props.Description, want) != synthetic || strings.Contains(props.Subject, "synthetic") {
				t.Errorf("%s: the properties say %q and %q, %v", language, props.Description, props.Subject, err)
			}
			for _, sheet := range f.GetSheetList() {
				text, _ := f.GetCellValue(sheet, "A3")
				header, _ := f.GetHeaderFooter(sheet)
				if strings.HasPrefix(text, want) != synthetic || strings.Contains(header.OddHeader, want) != synthetic {
					t.Errorf("%s says %q, and in print %q", sheet, text, header.OddHeader)
				}
			}
		}
	}
}

func TestPropertiesNameNoLibrary(t *testing.T) {
	workbook := written(t, testAnnual(t, "en"))
	for _, name := range []string{"docProps/app.xml", "docProps/core.xml"} {
		if text := part(t, workbook, name); strings.Contains(strings.ToLower(text), "excelize") || strings.Contains(text, "xuri") {
			t.Errorf("%s: %s", name, text)
		}
	}
}

func TestRefusals(t *testing.T) {
	d := testDictionary(t)
	rows := samples(2024, []quota{{ketamineProduct, 5}})
	cancelled, cancel := context.WithCancel(t.Context())
	cancel()
	broken := errors.New("the connection broke")
	for name, test := range map[string]struct {
		ctx  context.Context
		edit func(*statistics.Annual)
		want string
	}{
		"no year":       {t.Context(), func(a *statistics.Annual) { a.Years = nil }, "figures of its year"},
		"falling years": {t.Context(), func(a *statistics.Annual) { a.Years = []*statistics.Year{{Year: 2025}, a.Years[0]} }, "must rise"},
		"language":      {t.Context(), func(a *statistics.Annual) { a.Language = "xx" }, "xx"},
		"rows missing":  {t.Context(), func(a *statistics.Annual) { a.Rows = sequence(rows[1:]) }, "4 rows of samples and 5 registered"},
		"rows too many": {t.Context(), func(a *statistics.Annual) { a.Rows = sequence(append(rows, rows...)) }, "10 rows of samples"},
		"rows break": {t.Context(), func(a *statistics.Annual) {
			a.Rows = func(yield func(statistics.SampleRow, error) bool) { yield(statistics.SampleRow{}, broken) }
		}, broken.Error()},
		"control character": {t.Context(), func(a *statistics.Annual) { a.Services[0].Name = "Utrecht\x07" }, "characters that a workbook cannot keep"},
		"no text":           {t.Context(), func(a *statistics.Annual) { a.Services[0].Name = "Utrecht\xff" }, "characters that a workbook cannot keep"},
		"long text":         {t.Context(), func(a *statistics.Annual) { a.Services[0].Name = strings.Repeat("x", 40_000) }, "longer than a cell"},
		"cancelled": {cancelled, func(a *statistics.Annual) {
			many := samples(2024, []quota{{ketamineProduct, progressRows}})
			*a = annualOf(d, many)
		}, context.Canceled.Error()},
	} {
		t.Run(name, func(t *testing.T) {
			a := annualOf(d, rows)
			test.edit(&a)
			var b bytes.Buffer
			err := WriteAnnual(test.ctx, &b, a)
			if err == nil || !strings.Contains(err.Error(), test.want) || b.Len() > 0 {
				t.Errorf("%v and %d bytes, want an error with %q and nothing written", err, b.Len(), test.want)
			}
		})
	}
}

func TestProgress(t *testing.T) {
	a := annualOf(testDictionary(t), samples(2024, []quota{{ketamineProduct, 2500}}))
	var told []int
	a.Progress = func(done int) { told = append(told, done) }
	written(t, a)
	if !slices.Equal(told, []int{1000, 2000, 2500}) {
		t.Errorf("told %v", told)
	}
}

// TestTextSurvives writes texts that workbooks or libraries are known to change.
func TestTextSurvives(t *testing.T) {
	d := testDictionary(t)
	for _, text := range []string{
		"=1+1", "+1", "-1", "@SUM(A1)", "_x000D_", "_x0041_", " led and trailed ", "a\nb", "1e5", "0012", "TRUE", "<b>&amp;\"'", "naïve 日本 😀", "#REF!",
	} {
		rows := samples(2024, []quota{{ketamineProduct, 3}})
		for i := range rows {
			rows[i].Service = text
		}
		a := annualOf(d, rows)
		a.Services[0].Name = text
		f := opened(t, a)
		for sheet, at := range map[string]string{"Services": cell(1, firstRow+1), "Samples": cell(rowService+1, firstRow+1)} {
			got, err := f.GetCellValue(sheet, at)
			kind, _ := f.GetCellType(sheet, at)
			formula, _ := f.GetCellFormula(sheet, at)
			if err != nil || got != text || formula != "" || kind != excelize.CellTypeSharedString && kind != excelize.CellTypeInlineString {
				t.Errorf("%s: %q became %q of type %d, formula %q", sheet, text, got, kind, formula)
			}
		}
	}
}

// TestFormulasOnlyInControl holds that no other sheet has a formula.
func TestFormulasOnlyInControl(t *testing.T) {
	workbook := written(t, testAnnual(t, "en"))
	with := 0
	for _, name := range partNames(t, workbook) {
		if strings.HasPrefix(name, "xl/worksheets/sheet") && strings.Contains(part(t, workbook, name), "<f>") {
			with++
		}
	}
	if with != 1 {
		t.Errorf("%d sheets have formulas, want the control sheet alone", with)
	}
}

// What nobody has reviewed is not named in a workbook either, found, expected or sold.
func TestAWorkbookNamesWhatIsReviewed(t *testing.T) {
	d := testDictionary(t)
	d.Substances[caffeine].Reviewed = false
	d.Products[ketamineProduct].Reviewed, d.Products[ketamineProduct].ProposedBy = false, 7
	for language, want := range map[string][2]string{
		"en": {"a substance not yet reviewed", "a product not yet reviewed"},
		"nl": {"een nog niet beoordeelde stof", "een nog niet beoordeeld product"},
	} {
		b := &book{Annual: &statistics.Annual{Dictionary: d, Language: language}}
		if got := [2]string{b.expectedName(fmt.Sprint(caffeine)), b.productName(ketamineProduct, "")}; got != want {
			t.Errorf("%s: they are called %q", language, got)
		}
	}
}
