package server_test

import (
	"archive/zip"
	"encoding/csv"
	"encoding/xml"
	"net/http"
	"strconv"
	"strings"
	"testing"

	"marquis/internal/lab"
	"marquis/internal/store/storetest"
)

// sheetRows reads the one sheet of a workbook, a row without cells left out.
func sheetRows(t testing.TB, workbook string) (rows [][]string) {
	t.Helper()
	archive, err := zip.NewReader(strings.NewReader(workbook), int64(len(workbook)))
	if err != nil {
		t.Fatal(err)
	}
	read := func(name string, into any) {
		file, err := archive.Open(name)
		if err != nil {
			t.Fatal(err)
		}
		defer file.Close()
		if err := xml.NewDecoder(file).Decode(into); err != nil {
			t.Fatal(err)
		}
	}
	var texts struct {
		All []string `xml:"si>t"`
	}
	var sheet struct {
		Rows []struct {
			Cells []struct {
				Kind  string `xml:"t,attr"`
				Value string `xml:"v"`
			} `xml:"c"`
		} `xml:"sheetData>row"`
	}
	read("xl/sharedStrings.xml", &texts)
	read("xl/worksheets/sheet1.xml", &sheet)
	for _, row := range sheet.Rows {
		var cells []string
		for _, c := range row.Cells {
			text := c.Value
			if c.Kind == "s" {
				at, err := strconv.Atoi(text)
				if err != nil {
					t.Fatal(err)
				}
				text = texts.All[at]
			}
			cells = append(cells, text)
		}
		if len(cells) > 0 {
			rows = append(rows, cells)
		}
	}
	return rows
}

// readable is what a file says: of a workbook the texts of its cells.
func readable(t testing.TB, address, body string) string {
	t.Helper()
	if !strings.Contains(address, ".xlsx") {
		return body
	}
	var lines []string
	for _, row := range sheetRows(t, body) {
		lines = append(lines, strings.Join(row, "\t"))
	}
	return strings.Join(lines, "\n")
}

// TestAWorkbookOfATableSaysWhatItsCSVSays: the same numbers, with the words of the page.
func TestAWorkbookOfATableSaysWhatItsCSVSays(t *testing.T) {
	eachSite(t, func(t *testing.T, x *site) {
		fill(t, x, "UTR", 1, 700)
		r := x.visitor(t)
		for _, lang := range []string{"en", "nl"} {
			r.lang = lang
			l := texts(t, lang)
			for _, key := range []string{"contains", "outcomes", "purity"} {
				base := "/figures/2024/ketamine/tables/" + key
				lines, err := csv.NewReader(strings.NewReader(r.get(base+".csv").want(t, http.StatusOK).body)).ReadAll()
				if err != nil {
					t.Fatal(err)
				}
				answer := r.get(base+".xlsx").want(t, http.StatusOK)
				if got := answer.header.Get("Content-Disposition"); got != `attachment; filename="marquis-2024-ketamine-`+key+`.xlsx"` {
					t.Errorf("saved as %s", got)
				}
				rows := sheetRows(t, answer.body)
				if head := rows[0][0]; !strings.HasSuffix(head, ", 2024") || !strings.Contains(strings.ToLower(head), "ketamin") {
					t.Errorf("it is headed %q", head)
				}
				if text := readable(t, base+".xlsx", answer.body); !strings.Contains(text, l.Text("page.figures.caveat")) {
					t.Errorf("it does not say of what the samples are:\n%s", text)
				}
				table, below := rows[3:3+len(lines)], rows[3+len(lines):]
				if len(below) == 0 || !strings.Contains(below[0][0], ": ") {
					t.Errorf("%s: no definition below the table: %q", key, below)
				}
				for i := range lines[1:] {
					sameNumbers(t, lines[i+1], table[i+1])
				}
			}
		}
		r.get("/figures/2024/ketamine/tables/none.xlsx").want(t, http.StatusNotFound)
		r.get("/figures/2024/tables/contains.xlsx").want(t, http.StatusNotFound)
	})
}

// sameNumbers fails where a line of a CSV holds other numbers than the row of the workbook.
func sameNumbers(t *testing.T, line, row []string) {
	t.Helper()
	var have []string
	for _, text := range row[1:] {
		if text != "" {
			have = append(have, text)
		}
	}
	var want []string
	for _, text := range line[1:] {
		if text != "" {
			want = append(want, text)
		}
	}
	if len(have) != len(want) {
		t.Errorf("the CSV says %q, the workbook %q", line, row)
		return
	}
	for i := range want {
		w, err := strconv.ParseFloat(want[i], 64)
		h, failed := strconv.ParseFloat(have[i], 64)
		if err == nil && (failed != nil || h != w) || err != nil && failed == nil {
			t.Errorf("the CSV says %s, the workbook %s", want[i], have[i])
		}
	}
}

// TestStaffFetchFiguresForASpreadsheet: of one table, and all at once with what they count.
func TestStaffFetchFiguresForASpreadsheet(t *testing.T) {
	x := oneSite(t)
	utrecht := fill(t, x, "UTR", 1, 100)
	r, before := x.staff(t, storetest.Person(t, x.store, "analyst", utrecht.ID, lab.DataAnalyst)), events(t, x)
	r.lang = "nl"
	page := r.get("/statistics?year=2024&service=UTR").want(t, http.StatusOK, "Excel")
	for _, file := range []string{"all", "products"} {
		if !strings.Contains(page.body, "/statistics/tables/"+file+".xlsx?") {
			t.Errorf("the page does not lead to %s", file)
		}
	}
	lines, err := csv.NewReader(strings.NewReader(r.get("/statistics/tables/all.csv?year=2024&service=UTR").want(t, http.StatusOK).body)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	all := sheetRows(t, r.get("/statistics/tables/all.xlsx?year=2024&service=UTR").want(t, http.StatusOK).body)
	if head := all[0][0]; !strings.Contains(head, "2024") || !strings.Contains(head, "Service UTR") {
		t.Errorf("it is headed %q", head)
	}
	if len(all) < 3+len(lines) || len(lines) < 50 || all[3][0] != "year" {
		t.Fatalf("%d rows of %d lines: %q", len(all), len(lines), all[3])
	}
	for i, line := range lines[1:] {
		if row := all[4+i]; row[7] != line[7] || row[0] != line[0] || (row[8] != line[8] && len(line[8]) < 15) {
			t.Fatalf("line %d says %q, the workbook %q", i, line, row)
		}
	}
	r.get("/statistics/tables/products.xlsx?year=2024&service=UTR").want(t, http.StatusOK)
	if n := events(t, x) - before; n != 3 {
		t.Errorf("%d exports on record, want 3", n)
	}
}
