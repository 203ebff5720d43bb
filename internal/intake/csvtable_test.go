package intake

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode"

	"golang.org/x/text/unicode/norm"
	"pgregory.net/rapid"

	"marquis/internal/realdata"
)

func readText(text string, format Format, limits Limits) (*Table, error) {
	return dutchTable(ReadTableFrom("samples.csv", strings.NewReader(text), format, limits))
}

func mustReadText(t *testing.T, text string, format Format) *Table {
	t.Helper()
	table, err := readText(text, format, DefaultLimits())
	if err != nil {
		t.Fatal(err)
	}
	return table
}

// flat writes a table on one line, to compare and to read in a failure.
func flat(t *Table) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%q", t.Header)
	for _, row := range t.Rows {
		fmt.Fprintf(&b, " %d%q", row.Number, row.Cells)
	}
	for _, bad := range t.Malformed {
		fmt.Fprintf(&b, " !%d %s <%s>", bad.Number, bad.Reason, bad.Text)
	}
	return b.String()
}

func TestReadCSV(t *testing.T) {
	tests := []struct {
		name, text string
		format     Format
		want       string
	}{
		{"comma", "a,b\n1,2\n", Format{}, `["a" "b"] 2["1" "2"]`},
		{"semicolon with decimal comma", "a;b\n1,5;2\n", Format{}, `["a" "b"] 2["1,5" "2"]`},
		{"tab", "a\tb\n1\t\n", Format{}, `["a" "b"] 2["1" ""]`},
		{"vertical bar as told", "a|b\n1|2\n", Format{Delimiter: '|'}, `["a" "b"] 2["1" "2"]`},
		{"delimiters inside quotes do not count", "\"a,b,c\";d\n1;2\n", Format{}, `["a,b,c" "d"] 2["1" "2"]`},
		{"byte order mark and CRLF", "\ufeffa,b\r\n1,2\r\n", Format{}, `["a" "b"] 2["1" "2"]`},
		{"no final newline", "a,b\n1,2", Format{}, `["a" "b"] 2["1" "2"]`},
		{"header only", "a,b\n", Format{}, `["a" "b"]`},
		{"one column", "a\n1\n\n2\n", Format{}, `["a"] 2["1"] 4["2"]`},
		{"blank rows are not rows", "\r\na,b\n\n,\n , \n1,2\n\n", Format{}, `["a" "b"] 6["1" "2"]`},
		{"several lines in a cell", "a,b\n\"x\r\ny\n\",1\n2,3\n", Format{}, `["a" "b"] 2["x\ny" "1"] 5["2" "3"]`},
		{"several lines in the header", "\"a\nb\",c\n1,2\n", Format{}, `["a\nb" "c"] 3["1" "2"]`},
		{"doubled quotes", "a,b\n\"say \"\"x\"\"\",2\n", Format{}, `["a" "b"] 2["say \"x\"" "2"]`},
		{"space before a quote", "a, \"b,c\"\n1, \"2,3\"\n", Format{Delimiter: ','}, `["a" "b,c"] 2["1" "2,3"]`},
		{"trimmed", " a ,b\u00a0\n\u00a01 \t,\u20032\n", Format{}, `["a" "b"] 2["1" "2"]`},
		{"leading zeros and verbatim numbers", "a,b\n08031,1.50\n", Format{}, `["a" "b"] 2["08031" "1.50"]`},
		{"composed", "e\u0301,b\nu\u0308,2\n", Format{}, `["é" "b"] 2["ü" "2"]`},
		{"too few and too many", "a,b\n1\n1,2,3\n4,5\n", Format{}, `["a" "b"] 4["4" "5"] !2 has 1 cells where the header has 2 <1> !3 has 3 cells where the header has 2 <1,2,3>`},
		{"cut off in the last line", "a,b\n1,2\n3", Format{}, `["a" "b"] 2["1" "2"] !3 has 1 cells where the header has 2; it is the last one, and its line does not end: the file may have been cut off, so that more is missing: fetch it from the source again <3>`},
		{"too many cells at the end are no cut", "a,b\n1,2\n3,4,5", Format{}, `["a" "b"] 2["1" "2"] !3 has 3 cells where the header has 2 <3,4,5>`},
		{"malformed text is verbatim", "a,b\n\n\"x, \"\"y\"\"\"\r\n", Format{}, `["a" "b"] !3 has 1 cells where the header has 2 <"x, ""y""">`},
		{"control character", "a,b\n1,x\ay\n", Format{}, "[\"a\" \"b\"] !2 column B (2) holds the control character U+0007 <1,x\ay>"},
		{"lone carriage return", "a,b\n1,x\ry\n", Format{}, "[\"a\" \"b\"] !2 column B (2) holds the control character U+000D <1,x\ry>"},
		{"windows-1252", "a,b\n\x80 5,caf\xe9\n", Format{Encoding: "windows-1252"}, `["a" "b"] 2["€ 5" "café"]`},
		{"header in line 3", "Report of \"May\"\n\na,b\n1,2\n", Format{HeaderRow: 3}, `["a" "b"] 4["1" "2"]`},
		{"Excel's separator line", "sep=;\r\na,b;c\r\n1;2\r\n", Format{}, `["a,b" "c"] 3["1" "2"]`},
		{"Excel's separator line in quotes", "\"sep=;\"\n\"a,b\";c\n1;2\n", Format{}, `["a,b" "c"] 3["1" "2"]`},
		{"separator line after a byte order mark", "\ufeffSEP=\t\r\na\tb\r\n1\t2\r\n", Format{}, `["a" "b"] 3["1" "2"]`},
		{"blank columns without heading", "a;b;;\n1;2;;\n;;;\n3;4; ;\n", Format{}, `["a" "b"] 2["1" "2"] 4["3" "4"]`},
		{"blank column between others", "a;;b\n1;;2\n", Format{}, `["a" "b"] 2["1" "2"]`},
		{"a row that is short of blank columns", "a;b;;\n1;2\n3;4;;\n", Format{}, `["a" "b"] 3["3" "4"] !2 has 2 cells where the header has 4 <1;2>`},
		{"old Macintosh", "a,b\r1,2\r\r\"3\",4\r", Format{}, `["a" "b"] 2["1" "2"] 4["3" "4"]`},
		{"old Macintosh, with a separator line", "sep=;\ra,b;c\r1;2\r", Format{}, `["a,b" "c"] 3["1" "2"]`},
		{"UTF-16", "\xff\xfea\x00;\x00\xe9\x00\n\x001\x00;\x00\xac\x20", Format{}, `["a" "é"] 2["1" "€"]`},
		{"UTF-16 with the greater byte first", "\xfe\xff\x00a\x00;\x00\xe9\x00\n\x001\x00;\x20\xac", Format{}, `["a" "é"] 2["1" "€"]`},
		{"UTF-16 as told", "\xff\xfea\x00\n\x001\x00", Format{Encoding: "UTF-16"}, `["a"] 2["1"]`},
		{"Excel's separator line is counted", "sep=;\na;b\n1;2\n", Format{HeaderRow: 2}, `["a" "b"] 3["1" "2"]`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if got := flat(mustReadText(t, test.text, test.format)); got != test.want {
				t.Errorf("got  %s\nwant %s", got, test.want)
			}
		})
	}
}

func TestReadCSVRefuses(t *testing.T) {
	utf16 := "\xff\xfea\x00,\x00b\x00"
	tests := []struct {
		name, text string
		format     Format
		want       string
	}{
		{"empty", "", Format{}, "the file is empty"},
		{"blank", "\n\r\n \n", Format{}, "the file is empty"},
		{"header beyond the end", "a,b\n", Format{HeaderRow: 9}, "header row is set too low"},
		{"negative header row", "a,b\n", Format{HeaderRow: -1}, "rows count from 1"},
		{"not UTF-8", "a,b\n1,ok\n2,caf\xe9\n", Format{}, `line 3: byte 0xE9 is not UTF-8; save the file as "CSV UTF-8", or set encoding: windows-1252`},
		{"cut off in a character", "a,b\n1,\xc3", Format{}, "line 2: byte 0xC3 is not UTF-8"},
		{"UTF-16 called windows-1252", utf16, Format{Encoding: "windows-1252"}, "the text is UTF-16, not windows-1252; remove the encoding setting"},
		{"UTF-16 without a mark", utf16[2:], Format{}, "the text is not UTF-16 with a byte order mark, or has lost it"},
		{"UTF-16 without a mark, as told", "a,b\n", Format{Encoding: "utf-16"}, "the text is not UTF-16 with a byte order mark, or has lost it"},
		{"UTF-16 cut off", "\xff\xfea\x00;", Format{}, "ends within a character"},
		{"UTF-16 with half a character", "\xff\xfea\x00\n\x00\x3d\xd8b\x00", Format{}, "line 2 of the text, which is UTF-16, holds a character that is not whole"},
		{"UTF-32", "\xff\xfe\x00\x00a\x00\x00\x00", Format{}, "which is UTF-16, holds a zero character"},
		{"zero byte", "a,b\n1,\x00\n", Format{Encoding: "windows-1252"}, "line 2 holds a zero byte"},
		{"UTF-8 called windows-1252", "a,b\n1,é\n", Format{Encoding: "windows-1252"}, "the text is UTF-8"},
		{"byte that windows-1252 lacks", "a,b\n\xe9,\x81\n", Format{Encoding: "windows-1252"}, "line 2 holds byte 0x81"},
		{"unknown encoding", "a,b\n", Format{Encoding: "latin-9"}, `encoding "latin-9" is not known`},
		{"unknown delimiter", "a,b\n", Format{Delimiter: 'x'}, "the delimiter 'x' is not known"},
		{"equally many delimiters", "a,b;c\n", Format{}, "set the delimiter"},
		{"quote not closed", "a,b\n1,\"x\n2,3\n", Format{}, "the row that starts on line 2, at line 3: a quotation mark is not closed"},
		{"cut off within quotes", "a,b\n1,x\n2,\"y", Format{}, "line 3: a quotation mark is not closed"},
		{"text after a quote", "a,b\n1,\"x\"y\n", Format{}, "line 2: a quotation mark is not closed, or text follows the closing one"},
		{"quote in a cell", "a,b\n1,2\n1,x\"y\n", Format{}, "line 3: a quotation mark stands inside a cell"},
		{"line is counted from the file's start", "title\n\na,b\n1,x\"y\n", Format{HeaderRow: 3}, "line 4: a quotation mark"},
		{"empty header", "a,,c\n1,,3\n1,2,3\n", Format{}, "row 3: the header of column B (2) is empty, but here is a cell in it; name the column or delete it"},
		{"no heading at all", ";;\n1;2;3\n", Format{Delimiter: ';'}, "there is no heading in the header row"},
		{"same header", "a,b, a\n1,2,3\n", Format{}, `columns A (1) and C (3) are both called "a"`},
		{"control character in the header", "a,b\x01c\n", Format{}, "the header of column B (2) holds the control character U+0001"},
		{"a sheet of a CSV file", "a,b\n", Format{Sheet: "x"}, "the file is not an Excel workbook"},
		{"long cell", "a,b\n1,2\n3," + strings.Repeat("é", 32_768) + "\n", Format{}, "line 3: column B (2) has more than 32767 characters"},
		{"many columns", "a,b\n1,2\n" + strings.Repeat(",", 500) + "\n", Format{}, "line 3: the row has more than 500 columns"},
		{"encrypted or old Excel", "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 and so on", Format{}, "save it without a password as .xlsx"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			_, err := readText(test.text, test.format, DefaultLimits())
			wantError(t, err, test.want)
			wantError(t, err, "samples.csv: ")
		})
	}
}

func wantError(t *testing.T, err error, want string) {
	t.Helper()
	if err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("got error %v, want one with %q", err, want)
	}
}

func TestCSVLimits(t *testing.T) {
	limits := DefaultLimits()
	limits.CSVRows, limits.CSVBytes, limits.CellCharacters = 2, 12, 3
	table, err := readText("a,b\n1,2\n3,ééé", Format{}, Limits{CSVBytes: 100, CSVRows: 2, CSVColumns: 2, CellCharacters: 3})
	if err != nil || len(table.Rows) != 2 {
		t.Errorf("at the limits: %v, %v", table, err)
	}
	_, err = readText("a\n1\n2\n3\n", Format{}, limits)
	wantError(t, err, "more than 2 rows")
	_, err = readText("a\n1\n2\n\n\n\n\n\n\n\n", Format{}, limits)
	wantError(t, err, "the file is larger than")
}

func TestCSVNotes(t *testing.T) {
	table := mustReadText(t, "title\na,b\n1,\"x\ny\nz\"\n2,\"x\ny\"\n", Format{HeaderRow: 2})
	want := []string{
		"lines above the header that were not read: 1",
		"rows that run over several lines: 2, the longest over lines 3–5; if that is wrong, a quotation mark is missing or too many",
	}
	if !slices.Equal(table.Notes, want) {
		t.Errorf("got %q", table.Notes)
	}
}

// grids draws grids of strings without control characters, at least one row
// and all rows equally wide.
func grids(maxColumns int) *rapid.Generator[[][]string] {
	letters := rapid.OneOf(
		rapid.RuneFrom([]rune(" ,;|\"'=\t\n\u00a0ée\u0301ü0")),
		rapid.Rune().Filter(func(r rune) bool { return !unicode.IsControl(r) }),
	)
	cell := rapid.StringOfN(letters, 0, 12, -1)
	return rapid.Custom(func(t *rapid.T) [][]string {
		columns := rapid.IntRange(1, maxColumns).Draw(t, "columns")
		header := make([]string, columns)
		for i := range header {
			header[i] = fmt.Sprintf("column %d", i)
		}
		row := rapid.SliceOfN(cell, columns, columns)
		return append([][]string{header}, rapid.SliceOfN(row, 0, 8).Draw(t, "rows")...)
	})
}

// expected is what should be read of the grid: cells trimmed and composed,
// without blank rows.
func expected(grid [][]string) [][]string {
	var rows [][]string
	for _, row := range grid {
		var clean []string
		for _, cell := range row {
			clean = append(clean, norm.NFC.String(strings.TrimSpace(cell)))
		}
		if strings.Join(clean, "") != "" {
			rows = append(rows, clean)
		}
	}
	return rows
}

func wantGrid(t *rapid.T, table *Table, grid [][]string) {
	got := [][]string{table.Header}
	for _, row := range table.Rows {
		got = append(got, row.Cells)
	}
	if want := expected(grid); !slices.EqualFunc(got, want, slices.Equal) || len(table.Malformed) > 0 {
		t.Fatalf("got  %q and malformed %v\nwant %q", got, table.Malformed, want)
	}
}

func TestAnyGridSurvivesCSV(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		grid := grids(5).Draw(t, "grid")
		comma := rapid.SampledFrom([]rune{',', ';', '\t'}).Draw(t, "comma")
		var format Format
		if len(grid[0]) == 1 || rapid.Bool().Draw(t, "told") {
			format.Delimiter = comma
		}
		var text bytes.Buffer
		w := csv.NewWriter(&text)
		w.Comma, w.UseCRLF = comma, rapid.Bool().Draw(t, "crlf")
		if err := w.WriteAll(grid); err != nil {
			t.Fatal(err)
		}
		table, err := ReadTableFrom("grid.csv", &text, format, DefaultLimits())
		if err != nil {
			t.Fatal(err)
		}
		wantGrid(t, table, grid)
	})
}

func FuzzReadCSV(f *testing.F) {
	for _, text := range []string{
		"a,b\n1,2\n", "\ufeffa;b\r\n1;\"x\r\ny\"\r\n", "a\tb\n1\n", "a,b\n\"1\n", "a,b\n1,\"x\"y\n",
		"sep=;\na;b\n", "a,b\n1,\xe9\n", "\xff\xfea\x00", "a,b\r1,2", "a, \"b\"\n \"\", \n", "a,b\n\r\r\n\x01,2",
	} {
		f.Add(text, byte(0), false)
	}
	f.Fuzz(func(t *testing.T, text string, comma byte, old bool) {
		format := Format{Delimiter: rune(comma)}
		if old {
			format.Encoding = "windows-1252"
		}
		table, err := readText(text, format, DefaultLimits())
		if err != nil {
			return
		}
		checkTable(t, table)
	})
}

// checkTable checks what every table promises.
func checkTable(t *testing.T, table *Table) {
	t.Helper()
	seen := make(map[string]bool)
	for _, name := range table.Header {
		if name == "" || seen[name] || strings.TrimSpace(name) != name {
			t.Errorf("header %q", table.Header)
		}
		seen[name] = true
	}
	last := 0
	for _, row := range table.Rows {
		if row.Number <= last || len(row.Cells) != len(table.Header) || strings.Join(row.Cells, "") == "" {
			t.Errorf("row %d after %d: %q", row.Number, last, row.Cells)
		}
		last = row.Number
	}
	for _, bad := range table.Malformed {
		if bad.Number < 1 || bad.Reason == "" || bad.Text == "" {
			t.Errorf("malformed %v", bad)
		}
	}
}

// TestReadPublishedFiles reads the real files, whose rows were counted by
// another program.
func TestReadPublishedFiles(t *testing.T) {
	folder := realdata.Path(t, "")
	tests := []struct {
		file          string
		rows, columns int
	}{
		{"unc/unc_PP_analysis_dataset.csv", 180, 83},
		{"unc/unc_PP_lab_detail.csv", 651, 56},
		{"unc/unc_gcms_2023-02.csv", 232, 7},
		{"unc/unc_chemdictionary.csv", 146, 17},
		{"nyc/data_counts_per_month.csv", 55, 2},
		{"nyc/data_fent_pos_by_substance_class.csv", 5, 4},
		{"nyc/data_multipanel_positivity.csv", 12, 8},
		{"nyc/data_total_samples.csv", 1, 2},
	}
	for _, test := range tests {
		table, err := readTable(filepath.Join(folder, filepath.FromSlash(test.file)))
		if err != nil {
			t.Error(err)
			continue
		}
		checkTable(t, table)
		if len(table.Rows) != test.rows || len(table.Header) != test.columns || len(table.Malformed) > 0 {
			t.Errorf("%s: %d rows of %d columns and %d malformed", test.file, len(table.Rows), len(table.Header), len(table.Malformed))
		}
	}
}

func BenchmarkReadCSV(b *testing.B) {
	text := "a,b,c,d,e,f,g,h,i,j,k,l,m,n,o\n" + strings.Repeat("UTR-2024-00017,2024-05-03,ketamine,powder,white,795000,exact,base,,,25.00,EUR,1,g,café\n", 1_000_000)
	b.SetBytes(int64(len(text)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := readText(text, Format{}, DefaultLimits()); err != nil {
			b.Fatal(err)
		}
	}
}

// A vertical bar is found out as the others are; two that are as many are not.
func TestABarDividesColumns(t *testing.T) {
	table := mustReadText(t, "id|received|sold as\n1|2,3|x\n", Format{})
	if table.Delimiter != "|" || len(table.Header) != 3 {
		t.Errorf("%q divides %q", table.Delimiter, table.Header)
	}
	_, err := readText("id|received;sold as\n", Format{}, DefaultLimits())
	wantError(t, err, "set the delimiter")
}

// A space that does not break, and what nobody sees, makes no other heading.
func TestHeadingsAreFoundAsTheyAreSeen(t *testing.T) {
	table := &Table{Header: []string{"id", "sold\u00a0as", "a b", "a\u00a0b"}}
	for heading, want := range map[string]int{"id": 0, "sold as": 1, "sold  as": 1, "a b": 2, "a\u00a0b": 3, "a  b": -1, "c": -1} {
		if at := table.column(heading); at != want {
			t.Errorf("%q stands at %d, want %d", heading, at, want)
		}
	}
}
