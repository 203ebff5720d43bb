package intake

import (
	"bytes"
	"io"
	"testing"

	"github.com/xuri/excelize/v2"
)

// outlineFormat is how a file is probably read.
func outlineFormat(t *testing.T, data []byte) Format {
	t.Helper()
	o, err := OutlineOf(func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(data)), nil })
	if err != nil {
		t.Fatal(err)
	}
	return o.Format()
}

// TestTheRowOfTheHeadingsIsGuessed: the first row of texts that names every column below it.
func TestTheRowOfTheHeadingsIsGuessed(t *testing.T) {
	for name, c := range map[string]struct {
		text string
		row  int
	}{
		"in the first row":                {"nr;stof;gehalte\nA1;mdma;80\n", 0},
		"below a title and an empty line": {"Clinic, results;;\n\nnr;stof;gehalte\nA1;mdma;80\n", 3},
		"below a title of two cells":      {"Clinic;2024;\nnr;stof;gehalte\nA1;mdma;80\n", 2},
		"below figures":                   {"1;2;3\nnr;stof;gehalte\nA1;mdma;80\n", 2},
		"commas and tabs in cells":        {"made by us, for you\nnr,stof,gehalte\nA1,\"mdma, salt\",80\n", 2},
		"a column below has none":         {"nr;stof\nA1;mdma;80\n", 0},
		"nothing stands below":            {"nr;stof\n", 0},
		"an empty file":                   {"", 0},
	} {
		t.Run(name, func(t *testing.T) {
			if f := outlineFormat(t, []byte(c.text)); f.HeaderRow != c.row || f.Sheet != "" {
				t.Errorf("%+v, not row %d", f, c.row)
			}
		})
	}
}

// TestTheSheetIsGuessed: that with the most rows of those that people see; where there is one
// alone none is named, so that a mapping reads the next month's, too.
func TestTheSheetIsGuessed(t *testing.T) {
	results := [][]any{{"Results of the clinic"}, {}, {"nr", "stof", "gehalte"}, {"A1", "mdma", 80}, {"A2", "mdma", 75.5}}
	fill := func(f *excelize.File, sheet string, rows [][]any) error {
		if _, err := f.NewSheet(sheet); err != nil {
			return err
		}
		for i, row := range rows {
			at, _ := excelize.CoordinatesToCellName(1, i+1)
			if err := f.SetSheetRow(sheet, at, &row); err != nil {
				return err
			}
		}
		return nil
	}
	cover := [][]any{{"Clinic"}, {"made on", "2 January"}}
	for name, c := range map[string]struct {
		edit func(*excelize.File) error
		want Format
	}{
		"alone":          {func(*excelize.File) error { return nil }, Format{}},
		"behind a cover": {func(f *excelize.File) error { return fill(f, "Results", results) }, Format{Sheet: "Results", HeaderRow: 3}},
		"of the hidden one no": {func(f *excelize.File) error {
			if err := fill(f, "Results", results); err != nil {
				return err
			}
			return f.SetSheetVisible("Results", false)
		}, Format{}},
	} {
		t.Run(name, func(t *testing.T) {
			if f := outlineFormat(t, book(t, cover, c.edit)); f != c.want {
				t.Errorf("%+v, not %+v", f, c.want)
			}
		})
	}
}

// TestWhatIsNoWorkbookHasNoSheets: the reading says what is wrong with it.
func TestWhatIsNoWorkbookHasNoSheets(t *testing.T) {
	for _, data := range []string{"PK\x03\x04 no workbook", "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 old"} {
		if f := outlineFormat(t, []byte(data)); f != (Format{}) {
			t.Errorf("%q: %+v", data, f)
		}
	}
}
