package intake

import (
	"encoding/xml"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"marquis/internal/lab"
)

// rawBook makes a workbook of the XML of its sheet and of number formats and struck
// fonts: style 0 is general, 1 struck through, and 2 and on have the formats.
func rawBook(t fataler, sheet string, formats ...string) []byte {
	t.Helper()
	var numbers, cells strings.Builder
	for i, code := range formats {
		fmt.Fprintf(&numbers, `<numFmt numFmtId="%d" formatCode="`, 164+i)
		if err := xml.EscapeText(&numbers, []byte(code)); err != nil {
			t.Fatal(err)
		}
		numbers.WriteString(`"/>`)
		fmt.Fprintf(&cells, `<xf numFmtId="%d" fontId="0"/>`, 164+i)
	}
	styles := xmlHead + `<styleSheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><numFmts>` + numbers.String() +
		`</numFmts><fonts><font><sz val="11"/></font><font><strike/></font></fonts><fills><fill/></fills><borders><border/></borders><cellStyleXfs><xf/></cellStyleXfs>` +
		`<cellXfs><xf numFmtId="0" fontId="0"/><xf numFmtId="0" fontId="1"/>` + cells.String() + `</cellXfs>` +
		`<dxfs><dxf><font><strike/></font></dxf><dxf><numFmt numFmtId="9" formatCode="0%"/></dxf><dxf><font><b/></font></dxf></dxfs></styleSheet>`
	data := rezip(t, goodBook(t), "xl/styles.xml", always(styles))
	return rezip(t, data, sheetPart, always(xmlHead+`<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">`+sheet+`</worksheet>`))
}

// cellXML is a cell with a text of its own, or with a number.
func cellXML(at, kind, style, value string) string {
	if kind == "inlineStr" {
		return fmt.Sprintf(`<c r="%s" s="%s" t="inlineStr"><is><t>%s</t></is></c>`, at, style, value)
	}
	return fmt.Sprintf(`<c r="%s" s="%s" t="%s"><v>%s</v></c>`, at, style, kind, value)
}

// sheetOf is a sheet with a heading and one cell in each row.
func sheetOf(cells ...string) string {
	var b strings.Builder
	b.WriteString(`<sheetData><row r="1">` + cellXML("A1", "inlineStr", "0", "x") + `</row>`)
	for i, c := range cells {
		fmt.Fprintf(&b, `<row r="%d">%s</row>`, i+2, c)
	}
	return b.String() + `</sheetData>`
}

// inField reads the first cell of a table as a field of the kind, under a decimal
// comma and days such as 05/03/2024.
func inField(table *Table, k kind, unit string) (string, error) {
	f := Field{Column: "x", Unit: unit}
	switch k {
	case dateField:
		f.Date = "DD/MM/YYYY"
	case codeField:
		f.Values = map[string]string{"1": "round", "true": "oval", "n.d.": "heart"}
	}
	s := spec{"x", k, nil}
	if k == codeField {
		s.vocabulary = lab.Shapes
	}
	c := newColumn(f, s, ",")
	c.at, c.table = 0, table
	return c.says(table.Rows[0])
}

// What a cell means depends on what it holds, how it is shown, and what its field
// takes. The right answers were written before the program.
func TestWhatACellMeans(t *testing.T) {
	const (
		text, number, boolean, iso, wrong = "inlineStr", "n", "b", "d", "e"

		hidden    = "does not show"
		dated     = "this is a date, which a spreadsheet may have made of something else"
		noDate    = "the cell shows a number and no date"
		differ    = "a number that spreadsheets show differently"
		signs     = "writes signs about the digits"
		tooLong   = "more than 15 digits"
		timed     = "this is a date with a time, and the form DD/MM/YYYY names none"
		partly    = "does not show day, month and year"
		truth     = "true or false"
		anError   = "an error of a spreadsheet"
		notNumber = "the cell is a date, which a spreadsheet may have made of a number"
	)
	tests := []struct {
		holds, value, format string
		field                kind
		unit                 string
		want                 string // what is read, or a part of why it is refused
	}{
		// Percent cells: as their reader sees them, where the unit is %.
		{number, "0.795", "0.00%", amountField, "%", "79,5"},
		{number, "0.57", "0.0%", amountField, "%", "57"},
		{number, "0.57", "0 %", amountField, "%", "57"},
		{number, "0.00051", "0.000%", amountField, "%", "0,051"},
		{number, "1", "0%", amountField, "%", "100"},
		{number, "0.795", "0.00%", amountField, "mg", "the cell shows 79.5%, and its unit is mg"},
		{number, "0.795", "0.00%", numberField, "", "the cell shows 79.5%, and its unit is no %"},
		{number, "0.795", "0%", idField, "", differ},
		{number, "0.795", "0%", textField, "", differ},
		{number, "0.795", "0%", codeField, "", differ},
		{number, "0.795", "0%", dateField, "", noDate},
		{number, "0.00795", "0%%", amountField, "%", "and its unit is %"},
		{number, "0.001", "0%", amountField, "%", "the cell shows zero"},
		// A unit that is only written beside the number changes nothing, if it is the unit.
		{number, "79.5", `#,##0.00 "%"`, amountField, "%", "79,5"},
		{number, "79.5", `0.0\%`, amountField, "%", "79,5"},
		{number, "795", `0.0"‰"`, amountField, "%", `the cell shows "‰" beside the number, and its unit is %`},
		{number, "120", `0" mg"`, amountField, "mg", "120"},
		{number, "120", `0" MG"`, amountField, "mg", "120"},
		{number, "120", `0" mg"`, amountField, "%", `the cell shows "mg" beside the number, and its unit is %`},
		{number, "120", `0" µg"`, amountField, "mg", `the cell shows "µg" beside the number`},
		{number, "120", `General" mg"`, amountField, "%", `the cell shows "mg" beside the number`},
		{number, "0.5", `"<"0.0`, amountField, "%", `the cell shows "<" beside the number`},
		{number, "25", `"€" #,##0.00`, numberField, "EUR", "25"},
		{number, "25", `[$€-413] #,##0.00;[$€-413] -#,##0.00`, numberField, "EUR", "25"},
		{number, "12", `0\,0`, numberField, "EUR", signs},
		{number, "12", `0","0`, amountField, "mg", signs},
		{number, "12", `0\-0`, amountField, "mg", signs},
		{number, "5", `"-"0`, amountField, "mg", signs},
		{number, "5", `\-General`, amountField, "mg", signs},
		{number, "5", `(0)`, numberField, "EUR", signs},
		{number, "5", `","0`, amountField, "mg", signs},
		{number, "5", `0\-`, numberField, "EUR", signs},
		{number, "12", `0\ 0`, amountField, "mg", signs},
		{number, "12", `0"+"`, amountField, "mg", signs},
		{number, "12", `+0;-0`, amountField, "mg", "12"},
		{number, "1250", `# ##0`, amountField, "mg", "1250"},
		{number, "1250.5", `# ##0.00`, amountField, "mg", "1250,5"},
		{number, "25", `"€ "#,##0",-"`, numberField, "EUR", "25"},
		{number, "25", `#,##0_);(#,##0)`, numberField, "EUR", "25"},
		{number, "25", `_-* #,##0.00_-;-* #,##0.00_-;_-* "-"??_-`, numberField, "EUR", "25"},
		{number, "25", `"Fr. "0`, numberField, "CHF", "25"},
		{number, "5", `\-General`, textField, "", differ},
		{number, "25", `"$"#,##0.00`, numberField, "EUR", `the cell shows "$" beside the number, and its unit is EUR`},
		{number, "25", `#,##0.00 "EUR"`, numberField, "EUR", "25"},
		{number, "25", `"€" #,##0`, amountField, "%", `the cell shows "€" beside the number`},
		// Numbers.
		{number, "79.5", "General", amountField, "%", "79,5"},
		{number, "79.299999999999997", "General", amountField, "%", "79,3"},
		{number, "1250", "#,##0", amountField, "mg", "1250"},
		{number, "1250", "0.00E+00", amountField, "mg", "1250"},
		{number, "0.5", "# ?/?", amountField, "mg", "0,5"},
		{number, "1250000", "#,##0,", amountField, "mg", "in thousands"},
		{number, "0.04", "0.0", amountField, "%", "the cell shows zero"},
		{number, "0.04", "0.00", amountField, "%", "0,04"},
		{number, "-5", `#,##0;(#,##0)`, numberField, "", "-5"}, // which no number of a sample is
		{number, "79.5", ";;;", amountField, "%", hidden},
		{number, "0", "0;-0;;@", amountField, "%", hidden},
		{number, "0", `0;-0;"n.d."`, amountField, "%", "n.d."}, // for the mapping to say
		{number, "0.3", `[<1]"n.d.";0.0`, amountField, "%", "n.d."},
		{number, "3", `[<1]"n.d.";0.0`, amountField, "%", "3"},
		{number, "0.3", `[<=1]0.0%;0.0`, amountField, "%", "30"},
		{number, "30", `[<=1]0.0%;0.0`, amountField, "%", "30"},
		{number, "3", `[Red][>2]0" mg";0" g"`, amountField, "mg", "3"},
		{number, "1", `[Red][>2]0" mg";0" g"`, amountField, "mg", `the cell shows "g"`},
		{number, "0", "#", idField, "", hidden},
		{number, "0", "#.##", numberField, "EUR", hidden},
		{number, "0", "#,##0", numberField, "EUR", "0"},
		{number, "79.5", "**", amountField, "%", hidden},
		{number, "79.5", "@", amountField, "%", "79,5"},
		// Text is under the rules of CSV.
		{text, "1.250", "General", amountField, "µg", "1.250"}, // refused by its decimal mark, as in CSV
		{text, "79,5", "@", amountField, "%", "79,5"},
		{text, "79,5", `General;General;General;@" mg"`, amountField, "%", "another text than it holds"},
		{text, "ketamine", ";;;", nameField, "", hidden},
		{text, "ketamine", ";;;@", nameField, "", "ketamine"},
		{text, "ketamine", "0;-0;0; @ ", nameField, "", "ketamine"},
		{text, "ketamine", `0;-0;0;_(@_)`, nameField, "", "ketamine"},
		{text, "#N/A", "General", nameField, "", anError},
		{text, "#N/B", "General", amountField, "%", anError},
		{text, "########", "General", dateField, "", anError},
		{text, "2,02E+17", "General", idField, "", "as a power of ten"},
		{text, "2.02e+17", "@", textField, "", "as a power of ten"},
		{text, "2E10", "@", idField, "", "2E10"},
		{text, "1-mrt", "@", nameField, "", dated},
		{text, "3-May", "@", idField, "", dated},
		{text, "mrt-24", "@", textField, "", dated},
		{text, "01-03-2024", "@", nameField, "", dated},
		{text, "1-abc", "@", idField, "", "1-abc"},
		{text, "437-38-7", "@", nameField, "", "437-38-7"},
		// Numbers in ids and texts: what is shown is what counts.
		{number, "8031", "00000", idField, "", "08031"},
		{number, "8031", "General", idField, "", "8031"},
		{number, "8031", "@", idField, "", "8031"},
		{number, "8031", `"UTR-"00000`, idField, "", "UTR-08031"},
		{number, "12", `"#"0`, idField, "", "#12"},
		{number, "12", `"0"000`, idField, "", "0012"},
		{number, "12", `\@0\?`, idField, "", "@12?"},
		{number, "8031", "000-000", idField, "", "008-031"},
		{number, "123456", "000", idField, "", "123456"},
		{number, "-8031", "00000", idField, "", "-08031"},
		{number, "8031", "#,##0", idField, "", differ},
		{number, "8031", "0.00", idField, "", differ},
		{number, "8031", "0.00E+00", idField, "", differ},
		{number, "1.5", "General", idField, "", differ},
		{number, "8031", ";;;", idField, "", hidden},
		{number, "2.0240315000000012E+17", "General", idField, "", tooLong},
		{number, "2.0240315000000012E+17", "0", textField, "", tooLong},
		{number, "1000000000000000", "0", idField, "", tooLong},
		{number, "202403150000001", "General", idField, "", "202403150000001"},
		{number, "1.5", "General", textField, "", "1,5"},
		{number, "7", "000", textField, "", "007"},
		{number, "1", "General", codeField, "", "1"},
		{number, "0", `0;-0;"n.d."`, codeField, "", "n.d."},
		// Dates.
		{number, "45356", "dd/mm/yyyy", dateField, "", "05/03/2024"},
		{number, "45356", "m/d/yy", dateField, "", "05/03/2024"},
		{number, "45356", "[$-413]d mmmm yyyy;@", dateField, "", "05/03/2024"},
		{number, "45356", "yyyy-mm-dd hh:mm:ss", dateField, "", "05/03/2024"},
		{number, "45356.598611", "dd/mm/yyyy hh:mm", dateField, "", timed},
		{number, "45356.598611", "dd/mm/yyyy", dateField, "", timed},
		{number, "45356", "d-mmm", dateField, "", partly},
		{number, "45356", "mmm-yy", dateField, "", partly},
		{number, "45356.598611", "hh:mm", dateField, "", partly},
		{number, "45356", "General", dateField, "", noDate},
		{number, "45356", "0", dateField, "", noDate},
		{number, "20", "dd/mm/yyyy", dateField, "", "out of the range of dates"},
		{number, "700", "dd/mm/yyyy", dateField, "", "too long ago"},
		{iso, "2024-03-05", "General", dateField, "", "05/03/2024"},
		{iso, "2024-03-05T00:00:00", "dd/mm/yyyy", dateField, "", "05/03/2024"},
		{iso, "2024-03-05T14:22:00", "General", dateField, "", timed},
		{iso, "2024-03-04T23:00:00.000Z", "General", dateField, "", "that of Greenwich"},
		{iso, "2024-03-05T00:00:00.000Z", "General", dateField, "", "05/03/2024"},
		{iso, "14:22:00", "General", dateField, "", "is not the number of a date"},
		{text, "05/03/2024", "dd/mm/yyyy", dateField, "", "05/03/2024"},
		{number, "45356", "d-mmm", idField, "", dated},
		{number, "45356", "dd/mm/yyyy", textField, "", dated},
		{number, "45356", "d-mmm", nameField, "", dated},
		{number, "45356", "mmm-yy", setField, "", dated},
		{number, "45356", "d-mmm", codeField, "", dated},
		{number, "45356", "d-mmm", amountField, "%", notNumber},
		{number, "0.5", "hh:mm", numberField, "", notNumber},
		{iso, "2024-03-01", "General", nameField, "", dated},
		// Booleans and errors.
		{boolean, "1", "General", codeField, "", "TRUE"},
		{boolean, "1", "General", nameField, "", truth},
		{boolean, "0", "General", idField, "", truth},
		{boolean, "1", "General", amountField, "%", truth},
		{wrong, "#N/A", "General", amountField, "%", anError},
		{wrong, "#REF!", "General", idField, "", anError},
		{wrong, "#DIV/0!", "General", dateField, "", anError},
	}
	for _, test := range tests {
		name := fmt.Sprintf("%s %s as %s in %s %s", test.holds, test.value, test.format, test.field, test.unit)
		table := mustReadBook(t, rawBook(t, sheetOf(cellXML("A2", test.holds, "2", test.value)), test.format), Format{})
		got, err := inField(table, test.field, test.unit)
		switch refused := err != nil; {
		case refused && !strings.Contains(err.Error(), test.want):
			t.Errorf("%s: refused as %v, want %s", name, err, test.want)
		case !refused && got != test.want:
			t.Errorf("%s: got %q, want %s", name, got, test.want)
		case refused && got == "" && test.want != hidden:
			t.Errorf("%s: the receipt shows nothing of what is refused", name)
		}
	}
}

// A date with a time is read under a form that names the time, in a workbook as in
// CSV.
func TestDateTimesOfWorkbook(t *testing.T) {
	for form, want := range map[string]string{"DD/MM/YYYY hh:mm": "05/03/2024 14:22", "YYYY-MM-DDThh:mm:ss": "2024-03-05T14:22:00", "M/D/YY h:mm AM": "3/5/24 2:22 PM", "DD/MM/YYYY": ""} {
		for _, at := range []string{cellXML("A2", "n", "2", "45356.598611111"), cellXML("A2", "d", "0", "2024-03-05T14:22:00")} {
			table := mustReadBook(t, rawBook(t, sheetOf(at), "dd/mm/yyyy hh:mm"), Format{})
			c := newColumn(Field{Column: "x", Date: form}, spec{"x", dateField, nil}, ",")
			c.at, c.table = 0, table
			text, err := c.says(table.Rows[0])
			if (err != nil) != (want == "") || err == nil && text != want {
				t.Errorf("%s: got %q, %v", form, text, err)
			}
			if day, err := c.date(table.Rows[0]); (err != nil) != (want == "") || err == nil && day != 2024_03_05 {
				t.Errorf("%s: got %s, %v", form, day, err)
			}
		}
	}
}

// A year that two digits cannot tell is not written in two digits.
func TestYearsOfWorkbookInTwoDigits(t *testing.T) {
	table := mustReadBook(t, rawBook(t, sheetOf(cellXML("A2", "n", "2", "25000")), "dd/mm/yyyy"), Format{}) // 1968
	c := newColumn(Field{Column: "x", Date: "DD/MM/YY"}, spec{"x", dateField, nil}, ",")
	c.at, c.table = 0, table
	_, err := c.says(table.Rows[0])
	wantError(t, err, "the year of 1968-06-11 cannot be told in two digits")
}

// struckCells are the ways in which a cell can be struck through.
func TestStruckThrough(t *testing.T) {
	plain := cellXML("A2", "inlineStr", "0", "ketamine")
	inline := func(runs string) string { return `<c r="A2" t="inlineStr"><is>` + runs + `</is></c>` }
	condition := func(area, style string) string {
		return `<conditionalFormatting sqref="` + area + `"><cfRule type="expression" dxfId="` + style + `" priority="1"><formula>1</formula></cfRule></conditionalFormatting>`
	}
	tests := []struct {
		name, sheet string
		struck      bool
	}{
		{"plain", sheetOf(plain), false},
		{"the cell", sheetOf(cellXML("A2", "inlineStr", "1", "ketamine")), true},
		{"a number", sheetOf(cellXML("A2", "n", "1", "3")), true},
		{"a part of the text", sheetOf(inline(`<r><t>keta</t></r><r><rPr><strike/></rPr><t>mine</t></r>`)), true},
		{"nothing but a space", sheetOf(inline(`<r><t>ketamine</t></r><r><rPr><strike/></rPr><t xml:space="preserve"> </t></r>`)), false},
		{"lifted", sheetOf(inline(`<r><rPr><strike val="0"/></rPr><t>ketamine</t></r>`)), false},
		{"the run before", sheetOf(inline(`<r><rPr><strike/></rPr><t></t></r><r><rPr><b/></rPr><t>ketamine</t></r>`)), false},
		{"the row", strings.Replace(sheetOf(strings.Replace(plain, ` s="0"`, "", 1)), `<row r="2">`, `<row r="2" s="1" customFormat="1">`, 1), true},
		{"the row, but not the cell", strings.Replace(sheetOf(plain), `<row r="2">`, `<row r="2" s="1" customFormat="1">`, 1), false},
		{"the column", `<cols><col min="1" max="3" style="1"/></cols>` + sheetOf(strings.Replace(plain, ` s="0"`, "", 1)), true},
		{"another column", `<cols><col min="2" max="3" style="1"/></cols>` + sheetOf(strings.Replace(plain, ` s="0"`, "", 1)), false},
		{"under a condition", sheetOf(plain) + condition("A2:I50", "0"), true},
		{"under a condition of a column", sheetOf(plain) + condition("C1 $A:$A", "0"), true},
		{"elsewhere under a condition", sheetOf(plain) + condition("B2:I50", "0"), false},
		{"an empty neighbour under a condition", strings.Replace(sheetOf(strings.ReplaceAll(plain, "A2", "B2")), `</c></row>`, `</c>`+cellXML("B1", "inlineStr", "0", "y")+`</row>`, 1) + condition("A2", "0"), false},
		{"bold under a condition", sheetOf(plain) + condition("A2:I50", "2"), false},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			table := mustReadBook(t, rawBook(t, test.sheet), Format{})
			_, err := inField(table, nameField, "")
			if errors.Is(err, errStruck) != test.struck {
				t.Errorf("got %v", err)
			}
			if told := strings.Contains(strings.Join(table.Notes, "\n"), "struck through, at least in part or under a condition: A2"); told != test.struck {
				t.Errorf("the notes say %q", table.Notes)
			}
			table.Struck = "read"
			if text, err := inField(table, nameField, ""); err != nil || text != table.Rows[0].Cells[0] {
				t.Errorf("as the mapping says, it means nothing: %q %v", text, err)
			}
		})
	}
}

// What is raised is a power or the sign of a note: 7² is not 72, and 103¹ not sample 1031.
func TestRaisedText(t *testing.T) {
	for runs, raised := range map[string]bool{
		`<r><t>7</t></r><r><rPr><vertAlign val="superscript"/></rPr><t>2</t></r>`:  true,
		`<r><t>72</t></r><r><rPr><vertAlign val="superscript"/></rPr><t> </t></r>`: false,
		`<r><t>THC</t></r><r><rPr><vertAlign val="subscript"/></rPr><t>9</t></r>`:  false,
		`<r><rPr><vertAlign val="superscript"/></rPr><t></t></r><r><t>72</t></r>`:  false,
	} {
		table := mustReadBook(t, rawBook(t, sheetOf(`<c r="A2" t="inlineStr"><is>`+runs+`</is></c>`)), Format{})
		for _, field := range []kind{amountField, nameField, idField, dateField} {
			if _, err := inField(table, field, ""); errors.Is(err, errRaised) != raised {
				t.Errorf("%s in %s: %v", runs, field, err)
			}
		}
		if _, err := inField(table, textField, ""); err != nil {
			t.Errorf("%s in a free text: %v", runs, err)
		}
	}
	data := rezip(t, goodBook(t), "xl/sharedStrings.xml", replace(t, `<t>s2</t>`, `<r><t>s</t></r><r><rPr><vertAlign val="superscript"/></rPr><t>2</t></r>`))
	if table := mustReadBook(t, data, Format{}); !table.cells[table.Rows[1].Number][0].raised {
		t.Error("a raised part of a text that cells share is not seen")
	}
}

// What a formula made may be out of date: no field takes it, and where nobody reads it, it is
// nobody's concern.
func TestFormulas(t *testing.T) {
	data := rezip(t, goodBook(t), sheetPart, replace(t, `<c r="B3"><v>`, `<c r="B3"><f>1+1</f><v>`))
	table := mustReadBook(t, data, Format{})
	for _, field := range []kind{amountField, nameField, idField, textField} {
		c := newColumn(Field{}, spec{"", field, nil}, ".")
		c.at, c.table = 1, table
		if _, err := c.says(table.Rows[1]); !errors.Is(err, errFormula) {
			t.Errorf("%s takes it: %v", field, err)
		}
		c.at = 0
		if _, err := c.says(table.Rows[1]); err != nil {
			t.Errorf("%s of its neighbour: %v", field, err)
		}
	}
}

// Texts that cells share are struck through for all of them.
func TestStruckSharedText(t *testing.T) {
	data := rezip(t, goodBook(t), "xl/sharedStrings.xml", replace(t, `<t>s2</t>`, `<r><t>s</t></r><r><rPr><strike/></rPr><t>2</t></r>`))
	table := mustReadBook(t, data, Format{})
	if want := []string{"cells that are struck through, at least in part or under a condition: A3"}; !slices.Equal(table.Notes, want) || table.Rows[1].Cells[0] != "s2" {
		t.Errorf("got %q, %v", table.Notes, table.Rows)
	}
}

// A format that only some programs apply, or only under a condition, is not relied on.
func TestUnsureFormats(t *testing.T) {
	bare := `<c r="A2"><v>0.795</v></c>`
	for name, sheet := range map[string]string{
		"of the column": `<cols><col min="1" max="1" style="2"/></cols>` + sheetOf(bare),
		"of the row":    strings.Replace(sheetOf(bare), `<row r="2">`, `<row r="2" s="2" customFormat="1">`, 1),
		"conditional":   sheetOf(bare) + `<conditionalFormatting sqref="A2"><cfRule type="expression" dxfId="1" priority="1"/></conditionalFormatting>`,
	} {
		table := mustReadBook(t, rawBook(t, sheet, "0%"), Format{})
		if _, err := inField(table, amountField, "%"); !errors.Is(err, errUnsure) {
			t.Errorf("%s: got %v", name, err)
		}
	}
}

// A sheet is refused that names a style which the workbook does not have: nobody can
// tell how the cell is shown.
func TestUnknownStyle(t *testing.T) {
	_, err := readBook(rawBook(t, sheetOf(cellXML("A2", "n", "9", "0.795"))), Format{})
	wantError(t, err, `cell A2 has the style "9", which the workbook does not have`)
}

// Spreadsheets leave empty rows and cells behind, at whatever number.
func TestEmptyRowsAndCellsAreNothing(t *testing.T) {
	far := `<row r="60000" ht="12.8"/><row r="60001"><c r="A60001" s="2"/><c r="XFD60001" s="1"/></row><row r="1048576" ht="12.8"/></sheetData>`
	table := mustReadBook(t, rawBook(t, strings.Replace(sheetOf(cellXML("A2", "n", "0", "3")), `</sheetData>`, far, 1), "0%"), Format{})
	if got := flat(table); got != `["x"] 2["3"]` {
		t.Errorf("got %s", got)
	}
	filled := strings.Replace(far, `<c r="A60001" s="2"/>`, `<c r="A60001"><v>1</v></c>`, 1)
	_, err := readBook(rawBook(t, strings.Replace(sheetOf(cellXML("A2", "n", "0", "3")), `</sheetData>`, filled, 1), "0%"), Format{})
	wantError(t, err, "row 60001 is beyond the limit of 50000 rows")
	_, err = readBook(rawBook(t, strings.Replace(sheetOf(cellXML("A2", "n", "0", "3")), `</sheetData>`, `<row r="1048577"/></sheetData>`, 1)), Format{})
	wantError(t, err, "row 1048577 is beyond the limit")
}

// A column without a heading and without a cell is nothing, and its neighbours keep
// their formats.
func TestBlankColumnOfWorkbook(t *testing.T) {
	sheet := `<sheetData><row r="1">` + cellXML("A1", "inlineStr", "0", "a") + cellXML("C1", "inlineStr", "0", "x") + `</row><row r="2">` +
		cellXML("A2", "n", "0", "1") + `<c r="B2" s="2"/>` + cellXML("C2", "n", "2", "0.795") + `<c r="D2" s="2"/></row></sheetData>`
	table := mustReadBook(t, rawBook(t, sheet, "0.0%"), Format{})
	if got := flat(table); got != `["a" "x"] 2["1" "79.5%"]` {
		t.Errorf("got %s", got)
	}
	c := newColumn(Field{Column: "x", Unit: "%"}, spec{"amount", amountField, nil}, ",")
	c.at, c.table = 1, table
	if text, err := c.says(table.Rows[0]); err != nil || text != "79,5" {
		t.Errorf("got %q, %v", text, err)
	}
}

// Readers that know no fields see what a person sees, so that no number is taken for
// another one.
func TestShownWithoutFields(t *testing.T) {
	for _, test := range []struct{ value, format, want string }{
		{"0.795", "0.0%", "79.5%"},
		{"8031", "00000", "08031"},
		{"45356", "dd/mm/yyyy", "2024-03-05"},
		{"45356.5", "dd/mm/yyyy hh:mm", "2024-03-05 12:00:00"},
		{"1250", "#,##0", "1250"},
		{"0", `0;-0;"n.d."`, "n.d."},
		{"-3", "0", "-3"},
		{"2.50", "0.00", "2.50"},
	} {
		table := mustReadBook(t, rawBook(t, sheetOf(cellXML("A2", "n", "2", test.value)), test.format), Format{})
		if got := table.Rows[0].Cells[0]; got != test.want {
			t.Errorf("%s as %s: got %q, want %q", test.value, test.format, got, test.want)
		}
	}
}

// planOfBook reads a workbook under a mapping.
func planOfBook(t *testing.T, m *Mapping, data []byte) (*Plan, error) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "book.xlsx")
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
	return dutch(Read(m, []string{path}, Known{Dictionary: mustDictionary(t), Today: today}, nil))
}

// A formula that a spreadsheet has not reckoned, or that it reckoned to nothing, and an error
// without a word are no empty cells: an empty one can mean that nothing was found.
func TestFormulasWithoutAValue(t *testing.T) {
	const id = `<c r="A2" t="inlineStr"><is><t>P-1</t></is></c>`
	for cells, want := range map[string]error{
		id + `<c r="B2"><f>VLOOKUP(A2,C:D,2)</f></c>`:                errFormula,
		id + `<c r="B2"><f>VLOOKUP(A2,C:D,2)</f><v></v></c>`:         errFormula,
		id + `<c r="B2"><f>VLOOKUP(A2,C:D,2)</f><v/></c>`:            errFormula,
		id + `<c r="B2" t="str"><f>VLOOKUP(A2,C:D,2)</f><v></v></c>`: errFormula,
		id + `<c r="B2"><f t="shared" si="0"/></c>`:                  errFormula,
		id + `<c r="B2"><f t="array" ref="B2">A2</f></c>`:            errFormula,
		id + `<c r="B2" t="e"><v></v></c>`:                           errExcel,
		id + `<c r="B2" t="e"/>`:                                     errExcel,
		id + `<c r="B2"/>`:                                           nil,
		id + `<c r="B2" t="inlineStr"><is><t></t></is></c>`:          nil,
		`<c r="B2"><f>VLOOKUP(A2,C:D,2)</f></c>`:                     errFormula,
	} {
		table := mustReadBook(t, rawBook(t, pairSheet(`<row r="2">`+cells+`</row>`), "0"), Format{})
		if len(table.Rows) != 1 {
			t.Errorf("%s: %d rows", cells, len(table.Rows))
			continue
		}
		for _, field := range []kind{amountField, nameField, idField, textField, codeField, dateField} {
			c := newColumn(Field{}, spec{"", field, nil}, ".")
			c.at, c.table = 1, table
			if _, err := c.says(table.Rows[0]); !errors.Is(err, want) {
				t.Errorf("%s: %s says %v, want %v", cells, field, err, want)
			}
		}
	}
	// A form has formulas for rows that nobody filled in.
	form := pairSheet(`<row r="2"><c r="A2"><v>1</v></c></row><row r="3"><c r="B3" t="str"><f>IF(A3="","",A3)</f><v></v></c></row>`)
	if table := mustReadBook(t, rawBook(t, form, "0"), Format{}); len(table.Rows) != 1 {
		t.Errorf("a row of formulas that say nothing is a row: %v", table.Rows)
	}
}

// pairSheet is a sheet of two columns.
func pairSheet(rows string) string {
	return `<sheetData><row r="1"><c r="A1" t="inlineStr"><is><t>a</t></is></c><c r="B1" t="inlineStr"><is><t>b</t></is></c></row>` + rows + `</sheetData>`
}
