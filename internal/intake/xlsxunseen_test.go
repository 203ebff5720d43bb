package intake

import (
	"slices"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"
)

// A remark beside a cell may say what the cell does not: that it was the other vial. It is not
// read, and told.
func TestRemarksAreTold(t *testing.T) {
	remark := func(cells ...string) func(*excelize.File) error {
		return func(f *excelize.File) error {
			for _, at := range cells {
				if err := f.AddComment("Sheet1", excelize.Comment{Cell: at, Author: "x", Text: "the other vial"}); err != nil {
					return err
				}
			}
			return nil
		}
	}
	rows := [][]any{{"a title"}, {"number", "amount"}, {"s1", 1}, {"s2", 2.5}}
	for _, test := range []struct {
		cells []string
		want  []string
	}{
		{[]string{"B4", "A3", "B2"}, []string{"cells with a remark, which was not read: B2, A3, B4"}},
		{[]string{"A1", "C3", "A9"}, nil}, // of the title, beside the table and below it
		{nil, nil},
	} {
		table := mustReadBook(t, book(t, rows, remark(test.cells...)), Format{HeaderRow: 2})
		told := slices.DeleteFunc(table.Notes, func(note string) bool { return strings.HasPrefix(note, "rows above") })
		if !slices.Equal(told, test.want) {
			t.Errorf("remarks at %v: %q", test.cells, told)
		}
		if table.Rows[1].Cells[1] != "2.5" {
			t.Errorf("read %q", table.Rows[1].Cells)
		}
	}
}

// A conversation about a cell lies in a part of its own.
func TestConversationsAreTold(t *testing.T) {
	data := book(t, [][]any{{"number"}, {"s1"}}, func(f *excelize.File) error {
		return f.AddComment("Sheet1", excelize.Comment{Cell: "A2", Author: "x", Text: "y"})
	})
	data = rezip(t, data, "xl/worksheets/_rels/sheet1.xml.rels", func(part string) string {
		return strings.Replace(part, "relationships/comments", "relationships/threadedComment", 1)
	})
	data = rezip(t, data, "xl/comments1.xml", always(xmlHead+`<ThreadedComments xmlns="http://schemas.microsoft.com/office/spreadsheetml/2018/threadedcomments">`+
		`<threadedComment ref="A2" id="{1}"><text>which vial</text></threadedComment><threadedComment ref="A2" id="{2}"><text>the other</text></threadedComment></ThreadedComments>`))
	if table := mustReadBook(t, data, Format{}); !slices.Equal(table.Notes, []string{"cells with a remark, which was not read: A2"}) {
		t.Errorf("%q", table.Notes)
	}
}

// White letters are how people hide a row; on a colour they are how people mark one.
func TestWhiteLettersAreTold(t *testing.T) {
	white, black := &excelize.Font{Color: "FFFFFF"}, &excelize.Font{Color: "000000"}
	theme := 0
	fill := func(colour string) excelize.Fill {
		return excelize.Fill{Type: "pattern", Pattern: 1, Color: []string{colour}}
	}
	for name, test := range map[string]struct {
		style excelize.Style
		told  bool
	}{
		"white":               {excelize.Style{Font: white}, true},
		"white of the theme":  {excelize.Style{Font: &excelize.Font{ColorTheme: &theme}}, true},
		"white on white":      {excelize.Style{Font: white, Fill: fill("FFFFFF")}, true},
		"white on green":      {excelize.Style{Font: white, Fill: fill("217346")}, false},
		"black":               {excelize.Style{Font: black}, false},
		"nothing said":        {excelize.Style{NumFmt: 2}, false},
		"white shaded darker": {excelize.Style{Font: &excelize.Font{ColorTheme: &theme, ColorTint: -0.5}}, false},
	} {
		data := book(t, [][]any{{"number", "amount"}, {"s1", 1}, {"s2"}}, func(f *excelize.File) error {
			style, err := f.NewStyle(&test.style)
			if err != nil {
				return err
			}
			return f.SetCellStyle("Sheet1", "A1", "B3", style)
		})
		table := mustReadBook(t, data, Format{})
		want := []string{"cells in white letters, which nobody sees, are included: A2, B2, A3"}
		if !test.told {
			want = nil
		}
		if !slices.Equal(table.Notes, want) || len(table.Rows) != 2 {
			t.Errorf("%s: %q, %d rows", name, table.Notes, len(table.Rows))
		}
	}
}
