package intake

import (
	"archive/zip"
	"bytes"
	"compress/flate"
	"fmt"
	"io"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"
)

const xmlHead = `<?xml version="1.0" encoding="UTF-8"?>`

// malformation is a workbook that some reader takes for a shorter one.
type malformation struct {
	name, part    string
	before, after string
	want          string
}

func malformations() []malformation {
	const strings = "xl/sharedStrings.xml"
	return []malformation{
		{"sheet cut off", sheetPart, `<row r="4">`, "\x00cut", "the XML is damaged"},
		{"text -1", sheetPart, `<c r="A3" t="s"><v>3</v>`, `<c r="A3" t="s"><v>-1</v>`, `cell A3 refers to text "-1"`},
		{"text out of range", sheetPart, `<c r="A3" t="s"><v>3</v>`, `<c r="A3" t="s"><v>99</v>`, `cell A3 refers to text "99"`},
		{"undefined entity", strings, `<t>s2</t>`, `<t>s&eacute;</t>`, "the XML is damaged"},
		{"document type", sheetPart, `<worksheet`, `<!DOCTYPE x [<!ENTITY y "z">]><worksheet`, "a document type or entity is declared"},
		{"tags crossed", sheetPart, `<v>2.5</v></c>`, `<v>2.5</c></v>`, "the XML is damaged"},
		{"not UTF-8", strings, `<t>s2</t>`, "<t>s\xe9</t>", "is not UTF-8"},
		{"row twice", sheetPart, `<row r="4">`, `<row r="3">`, `row "3" follows row 3`},
		{"rows out of order", sheetPart, `<row r="3">`, `<row r="9">`, `row 9 holds a cell named "A3"`},
		{"row -1", sheetPart, `<row r="3">`, `<row r="-1">`, `row "-1" follows row 2`},
		{"row beyond Excel's last", sheetPart, `<row r="5">`, `<row r="2147483647">`, "row 2147483647 is beyond the limit of 50000 rows"},
		{"column XFD", sheetPart, `<c r="B3">`, `<c r="XFD3">`, "cell XFD3 is beyond the limit of 200 columns"},
	}
}

// apply applies the malformation; "\x00cut" stands for the end of the part.
func (m malformation) apply(t fataler) []byte {
	return rezip(t, goodBook(t), m.part, func(text string) string {
		text, _, _ = strings.Cut(replace(t, m.before, m.after)(text), "\x00cut")
		return text
	})
}

func TestMalformedWorkbooks(t *testing.T) {
	more := []malformation{
		{"cell twice", sheetPart, `<c r="B3">`, `<c r="A3">`, "cell A3 stands twice or out of order"},
		{"cell of another row", sheetPart, `<c r="B3">`, `<c r="B4">`, `row 3 holds a cell named "B4"`},
		{"cell without a name it could have", sheetPart, `<c r="B3">`, `<c r="3B">`, `row 3 holds a cell named "3B"`},
		{"two values", sheetPart, `<v>2.5</v>`, `<v>2.5</v><v>3</v>`, "cell B3 has two values"},
		{"name space on a name", sheetPart, `<c r="B3">`, `<c xmlns:q="q" q:r="F3" r="B3">`, "in a way that programs read differently"},
		{"attribute twice", sheetPart, `<c r="B3">`, `<c r="B3" r="C3">`, `has the attribute "r" twice`},
		{"formula in the header", sheetPart, `<c r="A1" t="s"><v>`, `<c r="A1" t="s"><f>"a"</f><v>`, `sheet "Sheet1": part "xl/worksheets/sheet1.xml": cell A1 holds a formula, where a heading should be`},
		{"text as a number", sheetPart, `<v>2.5</v>`, `<v>2,5</v>`, `cell B3 should hold a number but holds "2,5"`},
		{"infinite number", sheetPart, `<v>2.5</v>`, `<v>1e999</v>`, "cell B3 should hold a number"},
		{"unknown type", sheetPart, `<c r="B3">`, `<c r="B3" t="x">`, `cell B3 is of the unknown type "x"`},
		{"neither true nor false", sheetPart, `<c r="B3">`, `<c r="B3" t="b">`, "cell B3 should hold a boolean"},
		{"error in the header", sheetPart, `<c r="A1" t="s">`, `<c r="A1" t="e">`, "cell A1 holds the error 0"},
		{"more after the end", sheetPart, `</worksheet>`, `</worksheet><worksheet/>`, "stand outside the document"},
		{"text after the end", sheetPart, `</worksheet>`, `</worksheet>x`, "text stands outside the document"},
		{"rows where no rows are", sheetPart, `<sheetData>`, `<x><row r="9"><c r="A9"><v>1</v></c></row></x><sheetData>`, "two ways of reading"},
		{"encoding", sheetPart, `encoding="UTF-8"`, `encoding="UTF-16"`, "the XML is damaged"},
		{"fault in a part that is not read", "xl/styles.xml", `</styleSheet>`, ``, `part "xl/styles.xml": the XML is damaged`},
		{"texts elsewhere", "xl/_rels/workbook.xml.rels", `sharedStrings.xml`, `texts.xml`, `the texts are in the unusual part "xl/texts.xml"`},
		{"sheet elsewhere", "xl/_rels/workbook.xml.rels", `worksheets/sheet1.xml`, `worksheets/sheet2.xml`, `"xl/worksheets/sheet2.xml" is missing`},
		{"not a worksheet", "xl/_rels/workbook.xml.rels", `relationships/worksheet"`, `relationships/chartsheet"`, "is not a worksheet"},
		{"relationship twice", "xl/_rels/workbook.xml.rels", `</Relationships>`, `<Relationship Id="rId1"/></Relationships>`, "names \"rId1\" twice"},
		{"sheet named twice", "xl/workbook.xml", `</sheets>`, `<sheet name="sheet1" sheetId="2" r:id="rId1" state="visible"/></sheets>`, "name the sheet to read"},
	}
	for _, m := range append(malformations(), more...) {
		t.Run(m.name, func(t *testing.T) {
			_, err := readBook(m.apply(t), Format{})
			wantError(t, err, m.want)
			wantError(t, err, "samples.xlsx: ")
		})
	}
}

func TestWorkbookSettings(t *testing.T) {
	_, err := readBook(goodBook(t), Format{Delimiter: ';'})
	wantError(t, err, "remove the setting")
	_, err = readBook(goodBook(t), Format{HeaderRow: 40})
	wantError(t, err, "there is no header")
	_, err = readBook(book(t, [][]any{{"a", "", "b"}, {1, 2, 3}}, nil), Format{})
	wantError(t, err, "row 2: the header of column B (2) is empty, but here is a cell in it")
}

// archive makes a zip file of one part many times over, or of many parts.
func archive(t *testing.T, names []string, write func(io.Writer) error) []byte {
	t.Helper()
	var buf bytes.Buffer
	w := zip.NewWriter(&buf)
	w.RegisterCompressor(zip.Deflate, func(w io.Writer) (io.WriteCloser, error) {
		return flate.NewWriter(w, flate.BestSpeed)
	})
	for _, name := range names {
		part, err := w.Create(name)
		if err != nil {
			t.Fatal(err)
		}
		if err := write(part); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return buf.Bytes()
}

func zeros(n int64) func(io.Writer) error {
	return func(w io.Writer) error {
		block := make([]byte, 1<<20)
		for range n >> 20 {
			if _, err := w.Write(block); err != nil {
				return err
			}
		}
		return nil
	}
}

func nothing(io.Writer) error { return nil }

// emptyParts makes a zip file of n empty parts, as small as can be.
func emptyParts(t *testing.T, n int) []byte {
	t.Helper()
	var buf bytes.Buffer
	w := zip.NewWriter(&buf)
	for _, name := range manyNames(n) {
		if _, err := w.CreateRaw(&zip.FileHeader{Name: name}); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return buf.Bytes()
}

func manyNames(n int) []string {
	names := make([]string, n)
	for i := range names {
		names[i] = fmt.Sprintf("x%d", i)
	}
	return names
}

// lie makes every size in the zip file's directory claim to be small.
func lie(data []byte) []byte {
	for i := 0; ; {
		at := bytes.Index(data[i:], []byte("PK\x01\x02"))
		if at < 0 {
			return data
		}
		i += at + 4
		copy(data[i+20:], []byte{16, 0, 0, 0})
	}
}

func wideSheet(rows int) string {
	var b strings.Builder
	b.WriteString(xmlHead + `<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>`)
	for i := 1; i <= rows; i++ {
		fmt.Fprintf(&b, `<row r="%d"><c r="XFD%d"><v>1</v></c></row>`, i, i)
	}
	b.WriteString(`</sheetData></worksheet>`)
	return b.String()
}

func TestBombs(t *testing.T) {
	good := goodBook(t)
	tests := []struct {
		name string
		data []byte
		want string
	}{
		{"high ratio", archive(t, []string{"xl/media/image1.png"}, zeros(80<<20)), "makes the unpacked workbook too large"},
		{"high ratio in XML", archive(t, []string{"xl/workbook.xml"}, zeros(20<<20)), "makes the unpacked workbook too large"},
		{"high ratio that lies", lie(archive(t, []string{"xl/workbook.xml"}, zeros(20<<20))), "part \"xl/workbook.xml\""},
		{"many parts of middling size", archive(t, manyNames(17), zeros(4<<20)), "makes the unpacked workbook too large"},
		{"100 000 parts", emptyParts(t, 100_000), "has 100000 parts, more than 2000"},
		{"column XFD", rezip(t, good, sheetPart, always(wideSheet(2_000))), "cell XFD1 is beyond the limit"},
		{"row 2147483647", rezip(t, good, sheetPart, replace(t, `<row r="5">`, `<row r="2147483647">`)), "row 2147483647 is beyond"},
		{"entities", rezip(t, good, sheetPart, always(`<!DOCTYPE a [<!ENTITY b "`+strings.Repeat("c", 10_000)+`">]><worksheet>`+strings.Repeat("&b;", 100_000)+`</worksheet>`)), "a document type or entity is declared"},
		{"deep nesting", rezip(t, good, sheetPart, always("<worksheet>"+strings.Repeat("<a>", 1_000_000))), "nested too deeply"},
		{"many attributes", rezip(t, good, sheetPart, always("<worksheet "+strings.Repeat(`a="" `, 50_000)+"/>")), "too many attributes"},
		{"old or encrypted", []byte("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + strings.Repeat("\x00", 9<<20)), "encrypted or in the old .xls format"},
		{"macros", rezip(t, good, "xl/vbaProject.bin", always("x")), "holds macros"},
		{"macros elsewhere", rezip(t, good, "XL/sub/VBAProject.bin", always("x")), "holds macros"},
		{"larger than 10 MiB", append(bytes.Clone(good), make([]byte, 10<<20)...), "larger than 10 MiB"},
		{"path out of the folder", rezip(t, good, "../../evil.xml", always("<a/>")), "unsafe name"},
		{"path from the root", rezip(t, good, "/xl/evil.xml", always("<a/>")), "unsafe name"},
		{"path with a backslash", rezip(t, good, `xl\evil.xml`, always("<a/>")), "unsafe name"},
		{"same name in other letters", rezip(t, good, "XL/Workbook.xml", always("<a/>")), "two parts named"},
		{"cut off", good[:len(good)/2], "damaged or cut off"},
		{"wrong checksum", bytes.Replace(archive(t, []string{"a.xml"}, func(w io.Writer) error {
			_, err := io.WriteString(w, "<abc/>")
			return err
		}), []byte("PK\x07\x08"), []byte("PK\x07\x09"), 1), `part "a.xml" is damaged`},
		{"another kind of zip file", archive(t, []string{"content.xml"}, nothing), `part "_rels/.rels" is missing`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			start := time.Now()
			_, err := readBook(test.data, Format{})
			took := time.Since(start)
			runtime.ReadMemStats(&after)
			wantError(t, err, test.want)
			if used := after.TotalAlloc - before.TotalAlloc; used > 64<<20 {
				t.Errorf("allocated %d MiB", used>>20)
			}
			if took > 2*time.Second {
				t.Errorf("took %v", took)
			}
			t.Logf("%v, %d KiB, %v", took, (after.TotalAlloc-before.TotalAlloc)>>10, err)
		})
	}
}

// FuzzReadXLSX changes one part of a good workbook: changed bytes of the zip
// file itself would hardly ever pass its checksums.
func FuzzReadXLSX(f *testing.F) {
	parts := []string{sheetPart, "xl/sharedStrings.xml", "xl/workbook.xml", "xl/_rels/workbook.xml.rels", "_rels/.rels", "xl/styles.xml", "[Content_Types].xml"}
	good := goodBook(f)
	_, texts := unzip(f, good)
	for i, part := range parts {
		f.Add(byte(i), texts[part])
	}
	for _, m := range malformations() {
		_, texts := unzip(f, m.apply(f))
		for i, part := range parts {
			if part == m.part {
				f.Add(byte(i), texts[part])
			}
		}
	}
	f.Fuzz(func(t *testing.T, part byte, text string) {
		table, err := readBook(rezip(t, good, parts[int(part)%len(parts)], always(text)), Format{})
		if err != nil {
			return
		}
		checkTable(t, table)
	})
}

// TestCompareWithExcelize shows why the check exists: the library reads these
// workbooks without an error, and short.
func TestCompareWithExcelize(t *testing.T) {
	short := 0
	for _, m := range malformations() {
		if m.name == "row beyond Excel's last" {
			continue // GetRows makes a row for each number up to that one
		}
		f, err := excelize.OpenReader(bytes.NewReader(m.apply(t)))
		if err != nil {
			continue
		}
		rows, err := f.GetRows("Sheet1")
		if err == nil && len(rows) < 5 {
			short++
		}
		if err := f.Close(); err != nil {
			t.Error(err)
		}
	}
	if short == 0 {
		t.Error("excelize now refuses what it used to lose; the strict walk may have become needless")
	}
}
