package intake

import (
	"archive/zip"
	"bytes"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"
	"pgregory.net/rapid"
)

const sheetPart = "xl/worksheets/sheet1.xml"

func readBook(data []byte, format Format) (*Table, error) {
	return dutchTable(ReadTableFrom("samples.xlsx", bytes.NewReader(data), format, DefaultLimits()))
}

func mustReadBook(t *testing.T, data []byte, format Format) *Table {
	t.Helper()
	table, err := readBook(data, format)
	if err != nil {
		t.Fatal(err)
	}
	return table
}

type fataler interface {
	Helper()
	Fatal(args ...any)
}

// book makes a workbook of one sheet with the rows, and lets edit change it.
func book(t fataler, rows [][]any, edit func(*excelize.File) error) []byte {
	t.Helper()
	f := excelize.NewFile()
	defer f.Close()
	for i, row := range rows {
		if err := f.SetSheetRow("Sheet1", fmt.Sprintf("A%d", i+1), &row); err != nil {
			t.Fatal(err)
		}
	}
	if edit != nil {
		if err := edit(f); err != nil {
			t.Fatal(err)
		}
	}
	var buf bytes.Buffer
	if err := f.Write(&buf); err != nil {
		t.Fatal(err)
	}
	return buf.Bytes()
}

// goodBook has a header and four rows, the last of which begins with "last".
func goodBook(t fataler) []byte {
	t.Helper()
	return book(t, [][]any{{"number", "amount"}, {"s1", 1}, {"s2", 2.5}, {"s3", 3}, {"last", 4}}, nil)
}

// unzip returns the parts of a workbook in their order.
func unzip(t fataler, data []byte) (names []string, parts map[string]string) {
	t.Helper()
	zr, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		t.Fatal(err)
	}
	parts = make(map[string]string)
	for _, f := range zr.File {
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		names, parts[f.Name] = append(names, f.Name), string(text)
	}
	return names, parts
}

// rezip is a workbook with one part changed, or added.
func rezip(t fataler, data []byte, name string, change func(string) string) []byte {
	t.Helper()
	names, parts := unzip(t, data)
	if _, ok := parts[name]; !ok {
		names = append(names, name)
	}
	parts[name] = change(parts[name])
	var buf bytes.Buffer
	w := zip.NewWriter(&buf)
	for _, name := range names {
		part, err := w.Create(name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(part, parts[name]); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return buf.Bytes()
}

// replace is a change of the first occurrence, which must be there.
func replace(t fataler, before, after string) func(string) string {
	return func(text string) string {
		t.Helper()
		if !strings.Contains(text, before) {
			t.Fatal("there is no", before, "in", text)
		}
		return strings.Replace(text, before, after, 1)
	}
}

func always(text string) func(string) string { return func(string) string { return text } }

func TestReadWorkbook(t *testing.T) {
	tests := []struct {
		name   string
		rows   [][]any
		edit   func(*excelize.File) error
		format Format
		want   string
	}{
		{"text, numbers and booleans", [][]any{{"a", "b", "c"}, {"08031", 1.5, true}, {" x\u00a0", -2, false}}, nil, Format{}, `["a" "b" "c"] 2["08031" "1.5" "TRUE"] 3["x" "-2" "FALSE"]`},
		{"numbers as Excel shows them", [][]any{{"a", "b", "c"}, {0.1 + 0.2, 5e-7, 1e21}}, nil, Format{}, `["a" "b" "c"] 2["0.3" "0.0000005" "1000000000000000000000"]`},
		{"short rows", [][]any{{"a", "b", "c"}, {nil, 1}, {2}}, nil, Format{}, `["a" "b" "c"] 2["" "1" ""] 3["2" "" ""]`},
		{"blank rows are not rows", [][]any{{}, {"a", "b"}, {}, {" ", ""}, {1, 2}}, nil, Format{}, `["a" "b"] 5["1" "2"]`},
		{"cell without a header", [][]any{{"a", "b"}, {1, 2, 3}, {4, 5, " "}}, nil, Format{}, "[\"a\" \"b\"] 3[\"4\" \"5\"] !2 cell C2 has no header above it <1\t2\t3>"},
		{"several lines and composed", [][]any{{"a"}, {"x\r\ny"}, {"e\u0301"}}, nil, Format{}, `["a"] 2["x\ny"] 3["é"]`},
		{"header in row 3", [][]any{{"Report"}, {}, {"a", "b"}, {1, 2}}, nil, Format{HeaderRow: 3}, `["a" "b"] 4["1" "2"]`},
		{"merged title above the header", [][]any{{"Report", ""}, {"a", "b"}, {1, 2}}, func(f *excelize.File) error {
			return f.MergeCell("Sheet1", "A1", "B1")
		}, Format{HeaderRow: 2}, `["a" "b"] 3["1" "2"]`},
		{"formula above the header", [][]any{{"Report"}, {"a", "b"}, {1, 2}}, func(f *excelize.File) error {
			return f.SetCellFormula("Sheet1", "B1", "NOW()")
		}, Format{HeaderRow: 2}, `["a" "b"] 3["1" "2"]`},
		{"rich text", [][]any{{"a"}, {"x"}}, func(f *excelize.File) error {
			return f.SetCellRichText("Sheet1", "A2", []excelize.RichTextRun{{Text: "ket"}, {Text: "amine"}})
		}, Format{}, `["a"] 2["ketamine"]`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			table := mustReadBook(t, book(t, test.rows, test.edit), test.format)
			if got := flat(table); got != test.want || !table.Workbook || table.Sheet != "Sheet1" {
				t.Errorf("got  %s\nwant %s", got, test.want)
			}
		})
	}
}

func TestReadEditedWorkbook(t *testing.T) {
	tests := []struct {
		name, part    string
		before, after string
		want          string
	}{
		{"stored with 17 digits", sheetPart, `<v>2.5</v>`, `<v>79.299999999999997</v>`, `3["s2" "79.3"]`},
		{"exponent", sheetPart, `<v>2.5</v>`, `<v>5.0000000000000001E-3</v>`, `3["s2" "0.005"]`},
		{"no row and cell names", sheetPart, `<row r="3"><c r="A3" `, `<row><c `, `3["s2" "2.5"]`},
		{"text in the cell", sheetPart, `<c r="B3"><v>2.5</v></c>`, `<c r="B3" t="inlineStr"><is><t>a &lt; b</t></is></c>`, `3["s2" "a < b"]`},
		{"ISO date", sheetPart, `<c r="B3"><v>2.5</v></c>`, `<c r="B3" t="d"><v>2024-05-01T00:00:00</v></c>`, `3["s2" "2024-05-01"]`},
		{"error value", sheetPart, `<c r="B3"><v>2.5</v></c>`, `<c r="B3" t="e"><v>#N/A</v></c>`, `3["s2" "#N/A"]`},
		{"control character", "xl/sharedStrings.xml", `<t>s2</t>`, `<t>s_x0007_2</t>`, "!3 column A (1) holds the control character U+0007 <s\a2\t2.5>"},
		{"zero and empty values", sheetPart, `<c r="B3"><v>2.5</v></c>`, `<c r="B3" t="s"/><c r="C3" s="0"/>`, `3["s2" ""]`},
		{"hint for pronunciation", "xl/sharedStrings.xml", `<t>s2</t>`, `<t>s2</t><rPh sb="0" eb="1"><t>x</t></rPh>`, `3["s2" "2.5"]`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			data := rezip(t, goodBook(t), test.part, replace(t, test.before, test.after))
			if got := flat(mustReadBook(t, data, Format{})); !strings.Contains(got, test.want) || !strings.Contains(got, `"last"`) {
				t.Errorf("got  %s\nwant %s", got, test.want)
			}
		})
	}
}

func TestChooseSheet(t *testing.T) {
	data := book(t, [][]any{{"a"}, {1}}, func(f *excelize.File) error {
		for _, name := range []string{"May", "Old"} {
			if _, err := f.NewSheet(name); err != nil {
				return err
			}
		}
		if err := f.SetSheetRow("Old", "A1", &[]any{"old", "x"}); err != nil {
			return err
		}
		return f.SetSheetVisible("Old", false)
	})
	_, err := readBook(data, Format{})
	wantError(t, err, `samples.xlsx: name the sheet to read: the sheets are "Sheet1", "May", "Old" (hidden)`)
	_, err = readBook(data, Format{Sheet: "June"})
	wantError(t, err, `there is not one sheet "June"; the sheets are "Sheet1", "May", "Old" (hidden)`)
	_, err = readBook(data, Format{Sheet: "may"})
	wantError(t, err, `sheet "May": there is no header`)
	table := mustReadBook(t, data, Format{Sheet: "Old"})
	want := []string{`sheet "Sheet1" was not read`, `sheet "May" was not read`, `sheet "Old" is hidden and was read, as asked`}
	if table.Header[0] != "old" || !slices.Equal(table.Notes, want) {
		t.Errorf("got %q, %q", table.Header, table.Notes)
	}
}

func TestWorkbookNotes(t *testing.T) {
	rows := [][]any{{"Report"}, {"a", "b", "c"}, {1, 2, 3}, {4, 5, 6}, {7, 8, 9}, {}, {1, 2, 3}}
	data := book(t, rows, func(f *excelize.File) error {
		for _, row := range []int{1, 4, 5, 6, 7} {
			if err := f.SetRowVisible("Sheet1", row, false); err != nil {
				return err
			}
		}
		if err := f.SetColVisible("Sheet1", "B:H", false); err != nil {
			return err
		}
		date1904 := true
		return f.SetWorkbookProps(&excelize.WorkbookPropsOptions{Date1904: &date1904})
	})
	table := mustReadBook(t, data, Format{HeaderRow: 2})
	want := []string{"rows above the header in row 2 that were not read: 1", "hidden rows 4–5, 7 are included", "hidden columns B–C, of which what the mapping names is read"}
	if len(table.Rows) != 4 || !table.Date1904 || !slices.Equal(table.Notes, want) {
		t.Errorf("got %v, %q", table.Rows, table.Notes)
	}
}

// What has no height or no width is seen by nobody, and is told as what is hidden.
func TestRowsAndColumnsWithoutASize(t *testing.T) {
	const row = `<row r="%d"%s><c r="A%d"><v>%d</v></c></row>`
	sheet := `<cols><col min="1" max="1" width="0" customWidth="1"/></cols><sheetData><row r="1"><c r="A1" t="inlineStr"><is><t>x</t></is></c></row>` +
		fmt.Sprintf(row, 2, ` ht="0" customHeight="1"`, 2, 1) + fmt.Sprintf(row, 3, ` ht="12.75"`, 3, 2) + `</sheetData>`
	table := mustReadBook(t, rawBook(t, sheet, "0"), Format{})
	want := []string{"hidden rows 2 are included", "hidden columns A, of which what the mapping names is read"}
	if len(table.Rows) != 2 || !slices.Equal(table.Notes, want) {
		t.Errorf("got %v, %q", table.Rows, table.Notes)
	}
}

func TestAnyGridSurvivesWorkbook(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		grid := grids(4).Draw(t, "grid")
		data := book(t, nil, func(f *excelize.File) error {
			for i, row := range grid {
				if err := f.SetSheetRow("Sheet1", fmt.Sprintf("A%d", i+1), &row); err != nil {
					return err
				}
			}
			return nil
		})
		table, err := readBook(data, Format{})
		if err != nil {
			t.Fatal(err)
		}
		wantGrid(t, table, grid)
	})
}

func BenchmarkReadWorkbook(b *testing.B) {
	rows := [][]any{{"a", "b", "c", "d", "e", "f", "g", "h"}}
	for i := range 20_000 {
		rows = append(rows, []any{fmt.Sprintf("UTR-2024-%05d", i), 45_000 + i%365, "ketamine", "powder", 79.3, true, "", i})
	}
	data := book(b, rows, nil)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := readBook(data, Format{}); err != nil {
			b.Fatal(err)
		}
	}
}
