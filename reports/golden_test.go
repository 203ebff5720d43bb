package reports

import (
	"archive/zip"
	"bytes"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"
)

var update = flag.Bool("update", false, "write the golden files anew")

// goldenRows is how many of the sample rows the golden files hold.
const goldenRows = 16

// TestGolden compares the workbooks with files that a person can review: a line
// for each row as a reader sees it, and what else there is to each sheet.
func TestGolden(t *testing.T) {
	for _, language := range []string{"en", "nl"} {
		t.Run(language, func(t *testing.T) {
			a := testAnnual(t, language)
			a.Scope.Synthetic = language == "nl"
			got := describe(t, written(t, a))
			name := filepath.Join("testdata", "annual_"+language+".golden")
			if *update {
				if err := os.WriteFile(name, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			if got != string(want) {
				t.Errorf("the workbook differs from %s; if that is right, run go test ./reports -update and review the difference\n%s", name, firstDifference(got, string(want)))
			}
		})
	}
}

func firstDifference(got, want string) string {
	a, b := strings.Split(got, "\n"), strings.Split(want, "\n")
	for i := range min(len(a), len(b)) {
		if a[i] != b[i] {
			return fmt.Sprintf("line %d\n got %s\nwant %s", i+1, a[i], b[i])
		}
	}
	return fmt.Sprintf("%d lines, want %d", len(a), len(b))
}

// describe tells in lines what a workbook holds.
func describe(t *testing.T, workbook []byte) string {
	t.Helper()
	f, err := excelize.OpenReader(bytes.NewReader(workbook))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var b strings.Builder
	props, _ := f.GetDocProps()
	fmt.Fprintf(&b, "title %q subject %q creator %q created %s language %s\n", props.Title, props.Subject, props.Creator, props.Created, props.Language)
	for _, sheet := range f.GetSheetList() {
		fmt.Fprintf(&b, "\n%s\n", layout(t, f, sheet))
		rows, err := f.GetRows(sheet)
		if err != nil {
			t.Fatal(err)
		}
		for i, row := range rows {
			if slices.Contains([]string{"Samples", "Monsters"}, sheet) && i > firstRow+goldenRows {
				fmt.Fprintf(&b, "%s … %d rows in all\n", sheet, len(rows)-firstRow)
				break
			}
			if len(row) > 0 {
				fmt.Fprintf(&b, "%s!A%d %s\n", sheet, i+1, strings.Join(row, " | "))
			}
		}
	}
	b.WriteString("\n" + charts(t, workbook))
	return b.String()
}

// layout tells how a sheet looks on the screen and in print.
func layout(t *testing.T, f *excelize.File, sheet string) string {
	t.Helper()
	props, err := f.GetSheetProps(sheet)
	if err != nil {
		t.Fatal(err)
	}
	page, _ := f.GetPageLayout(sheet)
	panes, _ := f.GetPanes(sheet)
	header, _ := f.GetHeaderFooter(sheet)
	titles := ""
	for _, n := range f.GetDefinedName() {
		if n.Name == "_xlnm.Print_Titles" && n.Scope == sheet {
			titles = " repeats " + n.RefersTo
		}
	}
	tables, _ := f.GetTables(sheet)
	for _, table := range tables {
		titles += " table " + table.Name + " " + table.Range
	}
	width, _ := f.GetColWidth(sheet, "A")
	return fmt.Sprintf("== %s: tab %s, paper %d %s, fit %v to width, frozen %d rows %d columns, column A %.1f wide, header %q footer %q%s",
		sheet, *props.TabColorRGB, *page.Size, *page.Orientation, *props.FitToPage, panes.YSplit, panes.XSplit, width, header.OddHeader, header.OddFooter, titles)
}

var (
	altText = regexp.MustCompile(`descr="([^"]*)"`)
	series  = regexp.MustCompile(`<c:f>([^<]*)</c:f>|<f>([^<]*)</f>`)
)

// charts lists the alternative texts of the charts and the cells they show.
func charts(t *testing.T, workbook []byte) string {
	t.Helper()
	var b strings.Builder
	for _, name := range partNames(t, workbook) {
		text := part(t, workbook, name)
		switch {
		case strings.HasPrefix(name, "xl/drawings/drawing"):
			for _, m := range altText.FindAllStringSubmatch(text, -1) {
				fmt.Fprintf(&b, "%s: %s\n", name, m[1])
			}
		case strings.HasPrefix(name, "xl/charts/chart"):
			var refs []string
			for _, m := range series.FindAllStringSubmatch(text, -1) {
				refs = append(refs, m[1]+m[2])
			}
			fmt.Fprintf(&b, "%s: %s\n", name, strings.Join(refs, " "))
		}
	}
	return b.String()
}

func archive(t *testing.T, workbook []byte) *zip.Reader {
	t.Helper()
	z, err := zip.NewReader(bytes.NewReader(workbook), int64(len(workbook)))
	if err != nil {
		t.Fatal(err)
	}
	return z
}

func partNames(t *testing.T, workbook []byte) []string {
	t.Helper()
	var names []string
	for _, f := range archive(t, workbook).File {
		names = append(names, f.Name)
	}
	slices.Sort(names)
	return names
}

func part(t *testing.T, workbook []byte, name string) string {
	t.Helper()
	r, err := archive(t, workbook).Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	data, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}
