package intake

import (
	"fmt"
	"strings"
	"testing"
)

// samplesWith makes rows of different samples that differ in one column.
func samplesWith(column string, texts ...string) []cells {
	rows := make([]cells, len(texts))
	for i, text := range texts {
		rows[i] = cells{"nr": fmt.Sprintf("s%d", i+1)}
		rows[i][column] = text
		if column == "amount" {
			rows[i]["basis"] = "base"
		}
	}
	return rows
}

// Where some cells of a column contradict the way in which the others are read,
// nothing of the file is written.
func TestEvidenceAgainstAReading(t *testing.T) {
	tests := []struct {
		name, column string
		texts        []string
		want         []string // parts of the error
	}{
		{
			"day in the month's place", "in",
			[]string{"03-04-2024", "03-13-2024", "05-04-2024", "12-31-2023"},
			[]string{`file1.csv: the column "in": rows 3, 5 ("03-13-2024"): the day stands where DD-MM-YYYY has the month`, "nothing of the import was written"},
		},
		{"day in the month's place of the analysis", "on", []string{"05-03-2024", "03-13-2024"}, []string{`the column "on": row 3 ("03-13-2024")`}},
		{"many days in the month's place", "in", []string{"01-13-2024", "01-14-2024", "01-15-2024", "01-16-2024", "01-17-2024", "01-18-2024", "01-19-2024"}, []string{"rows 2, 3, 4, 5, 6 and 2 more"}},
		{"year of two digits", "in", []string{"02-03-2024", "02-03-24"}, []string{`row 3 ("02-03-24"): a day in another form than DD-MM-YYYY`}},
		{"days in two forms", "in", []string{"02-03-2024", "2024-03-02"}, []string{`row 3 ("2024-03-02"): a day in another form than DD-MM-YYYY`}},
		{"days with other signs and a time", "in", []string{"02-03-2024", "02/03/2024 00:00:00"}, []string{`row 3 ("02/03/2024 00:00:00"): a day in another form`}},
		{"days with the name of the month", "in", []string{"02-03-2024", "13 mrt 2024"}, []string{`row 3 ("13 mrt 2024"): a day in another form`}},
		{"days in place of amounts", "amount", []string{"79,5", "5-mei"}, []string{`the column "amount": row 3 ("5-mei"): dates, where numbers should be`}},
		{"a sign in an id", "nr", []string{"12(A)", "12©"}, []string{`row 3 ("12©"): a spreadsheet may have made the sign`}},
		{"both decimal marks", "price", []string{"25,50", "25.50", "12"}, []string{`the column "price": row 3 ("25.50"): the decimal mark is "," in the mapping`}},
		{"both decimal marks of amounts", "amount", []string{"79,5", "<0.5", "spoor"}, []string{`the column "amount": row 3 ("<0.5")`}},
		{"thousands", "price", []string{"0,50", "1.250"}, []string{`row 3 ("1.250")`}},
		{"power of ten", "nr", []string{"2,02E+17", "2,02E+17"}, []string{`rows 2, 3 ("2,02E+17"): a spreadsheet wrote a long number as a power of ten`, "Nobody can tell which sample that is"}},
		{"power of ten with a point", "nr", []string{"17", "2.02E+17"}, []string{`row 3 ("2.02E+17")`}},
		{"ids that end in zeros", "nr", []string{"202403150000000100", "202403150000000200", "202403150000000300"}, nil},
		{"ids that lost their end", "nr", []string{"202403150000001000", "202403150000002000"}, []string{"rows 2, 3", "more than 15 digits has lost its end"}},
		{"a day in place of an id", "nr", []string{"A-1", "1-mrt"}, []string{`row 3 ("1-mrt"): this is a date, which a spreadsheet may have made`}},
		{"an error in place of an id", "nr", []string{"A-1", "#N/B"}, []string{`row 3 ("#N/B"): this is an error of a spreadsheet`}},
		{"lost zeros", "nr", []string{"08031", "8032", "10001", "08033"}, []string{`row 3 ("8032"): ids of digits alone that are shorter than others, which begin with a zero (rows 2, 5 ("08031"))`, `say zeros = "kept"`}},
		{"zeros that were dropped", "nr", []string{"2024.1", "2024.9", "2024.11", "2024.12"}, []string{`rows 2, 3 ("2024.1"): ids with fewer digits behind the point than others (rows 4, 5 ("2024.11"))`, "a spreadsheet may have dropped it", `say zeros = "kept"`}},
		{"dropped zeros of ids with leading ones", "nr", []string{"2024,01", "2024,02", "2024,3"}, []string{`row 4 ("2024,3")`}},
		{"wrong encoding", "sold as", []string{"ketamine", "cocaÃ¯ne"}, []string{`the column "sold as": row 3 ("cocaÃ¯ne"): the text has signs of a wrong encoding`}},
		{"wrong encoding of a region", "region", []string{"FryslÃ¢n"}, []string{`the column "region": row 2 ("FryslÃ¢n")`}},
		{"characters that are lost", "substance", []string{"coca\ufffdne"}, []string{"signs of a wrong encoding"}},

		// What is no evidence.
		{"days up to the 12th", "in", []string{"03-02-2024", "05-01-2024"}, nil},
		{"a day that does not exist", "in", []string{"03-02-2024", "31-02-2024"}, nil},
		{"no day at all", "in", []string{"03-02-2024", "2-3-2024", "march", "45356", "032-02-2024", "03-02-2024 14:22"}, nil},
		{"neither day nor month", "in", []string{"03-02-2024", "13-13-2024"}, nil},
		{"the other mark alone", "price", []string{"25.50", "12.50"}, nil}, // each row is rejected
		{"one mark", "price", []string{"25,50", "12"}, nil},
		{"words for amounts", "amount", []string{"79,5", "spoor", "n.d.", "<LOQ"}, nil},
		{"ids of one length", "nr", []string{"08031", "10001", "00001"}, nil},
		{"ids without zeros", "nr", []string{"1", "10", "100"}, nil},
		{"ids that are longer than those with a zero", "nr", []string{"08031", "108031"}, nil},
		{"ids with letters", "nr", []string{"08031", "A1", "2E10"}, nil},
		{"a long id that ends in a zero", "nr", []string{"2024031500000010", "17"}, nil},
		{"zeros that were kept", "nr", []string{"2024.1", "2024.9", "2024.10", "2024.11"}, nil},
		{"as many digits behind the point", "nr", []string{"2024.1", "2024.2"}, nil},
		{"two points", "nr", []string{"2024.1.1", "2024.1.11", "A.1", "A.11"}, nil},
		{"accents", "sold as", []string{"cocaïne", "héroïne", "São Paulo ÃO"}, nil},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			plan, _, err := planOf(t, mustMapping(t, rowsMapping), file(samplesWith(test.column, test.texts...)...))
			if (err != nil) != (len(test.want) > 0) {
				t.Fatalf("got %v", err)
			}
			for _, want := range test.want {
				wantError(t, err, want)
			}
			if err == nil && len(arrivalsOf(plan)) == 0 && test.name != "the other mark alone" {
				t.Errorf("nothing is taken: %s", lines(plan))
			}
		})
	}
}

// Both files of a pair are weighed, and all that is wrong is told at once, each once.
func TestEvidenceOfTwoFiles(t *testing.T) {
	_, _, err := planOf(t, mustMapping(t, twoFiles),
		"nr,in,sold as\nA,2024-03-02,cocaÃ¯ne\n1-mrt,2024-03-03,MDMA\n", "sample,substance,on\nA,cocaÃ¯ne,2024-03-05\n3-mei,MDMA,2024-03-05\n")
	for _, want := range []string{`file1.csv: the column "nr": row 3`, `file1.csv: the column "sold as": row 2`, `file2.csv: the column "sample": row 3`, `file2.csv: the column "substance": row 2`} {
		wantError(t, err, want)
		if err != nil && strings.Count(err.Error(), want) != 1 {
			t.Errorf("%s is told twice in %v", want, err)
		}
	}
}

// Whoever knows that the ids are right says so.
func TestZerosAreKept(t *testing.T) {
	m := mustMapping(t, strings.Replace(rowsMapping, `id = "nr"`, `id = { column = "nr", zeros = "kept" }`, 1))
	plan, _ := mustPlan(t, m, file(samplesWith("nr", "08031", "8032")...))
	if len(arrivalsOf(plan)) != 2 {
		t.Errorf("got %s", lines(plan))
	}
	plan, _ = mustPlan(t, m, file(samplesWith("nr", "2024.1", "2024.11")...))
	if len(arrivalsOf(plan)) != 2 {
		t.Errorf("got %s", lines(plan))
	}
	_, err := parseMapping([]byte(strings.Replace(rowsMapping, `id = "nr"`, `id = { column = "nr", zeros = "lost" }`, 1)))
	wantError(t, err, `samples.id: Say zeros = "kept"`)
}

// What the mapping gives a meaning is no evidence: whoever wrote it has seen it.
func TestMappedTextIsNoEvidence(t *testing.T) {
	m := mustMapping(t, strings.Replace(rowsMapping, `substance = "substance"`, `substance = { column = "substance", values = { "cocaÃ¯ne" = "cocaine", "1-mrt" = "ketamine", "#N/B" = "ketamine" } }`, 1))
	plan, _ := mustPlan(t, m, file(samplesWith("substance", "cocaÃ¯ne", "1-mrt", "#N/B")...))
	if len(arrivalsOf(plan)) != 3 {
		t.Errorf("got %s", lines(plan))
	}
}

// What a spreadsheet made of a text rejects its sample, and no other.
func TestMadeBySpreadsheet(t *testing.T) {
	for column, text := range map[string]string{"substance": "1-mrt", "sold as": "01-03-2024", "region": "mrt-24", "amount": "#DEEL/0!", "in": "#####", "form": "#N/A"} {
		plan, _ := mustPlan(t, mustMapping(t, rowsMapping), file(samplesWith(column, text, harmless[column])...))
		field := map[string]string{"sold as": "sold_as", "in": "received_on"}[column]
		if field == "" {
			field = column
		}
		wantLine(t, plan, 2, Rejected, field, text, "")
		if len(arrivalsOf(plan)) != 1 {
			t.Errorf("%s %s: %s", column, text, lines(plan))
		}
	}
}

// bookOf is a workbook of the columns of rowsMapping with one of them told by the XML
// of its cells; style 2 is a date, 3 a percentage.
func bookOf(t *testing.T, column string, values ...func(at string) string) []byte {
	t.Helper()
	sheet := `<sheetData><row r="1">`
	for i, heading := range rowsHeader {
		sheet += cellXML(fmt.Sprintf("%c1", 'A'+i), "inlineStr", "0", heading)
	}
	sheet += `</row>`
	for n, value := range values {
		sheet += fmt.Sprintf(`<row r="%d">`, n+2)
		for i, heading := range rowsHeader {
			at := fmt.Sprintf("%c%d", 'A'+i, n+2)
			switch text := harmless[heading]; {
			case heading == column:
				sheet += value(at)
			case heading == "nr":
				sheet += cellXML(at, "inlineStr", "0", fmt.Sprintf("s%d", n+1))
			case text != "":
				sheet += cellXML(at, "inlineStr", "0", text)
			}
		}
		sheet += `</row>`
	}
	return rawBook(t, sheet+`</sheetData>`, "dd-mm-yyyy", "0.0%")
}

func asCell(kind, style, value string) func(at string) string {
	return func(at string) string { return cellXML(at, kind, style, value) }
}

// In a workbook the kinds of the cells bear evidence too.
func TestEvidenceOfWorkbook(t *testing.T) {
	type values []func(string) string
	m := mustMapping(t, rowsMapping)
	iso := mustMapping(t, strings.Replace(rowsMapping, `received_on = { column = "in", date = "DD-MM-YYYY" }`, `received_on = { column = "in", date = "YYYY-MM-DD" }`, 1))
	tests := []struct {
		name, column string
		mapping      *Mapping
		values       values
		want         string // part of the error, or empty
	}{
		{"dates and texts", "in", m, values{asCell("n", "2", "45356"), asCell("inlineStr", "0", "13-03-2024")}, `the column "in": row 2: dates, where other cells of the column are texts (row 3 ("13-03-2024"))`},
		{"dates and texts of another form", "in", iso, values{asCell("n", "2", "45356"), asCell("inlineStr", "0", "13/03/2024")}, `the column "in": row 3 ("13/03/2024"): a day in another form than YYYY-MM-DD`},
		{"dates alone", "in", m, values{asCell("n", "2", "45352"), asCell("d", "0", "2024-02-13")}, ""},
		{"dates up to the 12th, and texts in another column", "in", m, values{asCell("n", "2", "45352"), asCell("n", "2", "45327")}, `the column "in": rows 2, 3: dates, none of a day after the 12th, where the column "on" has texts (rows 2, 3`},
		{"dates with the year first, and texts in another column", "in", iso, values{asCell("n", "2", "45352"), asCell("n", "2", "45327")}, ""},
		{"dates and texts with the year first", "in", iso, values{asCell("n", "2", "45352"), asCell("inlineStr", "0", "2024-02-13")}, ""},
		{"dates among amounts", "amount", m, values{asCell("n", "0", "79.5"), asCell("n", "2", "45356")}, `the column "amount": row 3 ("2024-03-05"): dates, where numbers should be`},
		{"texts of the other mark among numbers", "amount", m, values{asCell("n", "0", "1250"), asCell("inlineStr", "0", "79.5")}, `the column "amount": row 3 ("79.5"): the decimal mark is ","`},
		{"texts of the mark among numbers", "amount", m, values{asCell("n", "0", "79.5"), asCell("inlineStr", "0", "12,5")}, ""},
		{"percent cells", "amount", m, values{asCell("n", "3", "0.795"), asCell("n", "0", "79.5")}, ""},
		{"percent cells and what may have been some", "amount", m, values{asCell("n", "3", "0.795"), asCell("n", "0", "0.8")}, `row 3 ("0,8"): plain numbers up to 1, where other cells are shown as percent (row 2)`},
		{"small numbers alone", "amount", m, values{asCell("n", "0", "0.8"), asCell("n", "0", "0.5")}, ""},
		{"a number of more than 15 digits", "nr", m, values{asCell("inlineStr", "0", "A-1"), asCell("n", "0", "2.0240315000000012E+17")}, `the column "nr": row 3 (`},
		{"a date in place of an id", "nr", m, values{asCell("inlineStr", "0", "A-1"), asCell("n", "2", "45352")}, `row 3 ("2024-03-01"): this is a date`},
		{"numbers beside texts with a zero", "nr", m, values{asCell("inlineStr", "0", "08031"), asCell("n", "0", "8032")}, `row 3 ("8032"): ids of digits alone that are shorter`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			plan, err := planOfBook(t, test.mapping, bookOf(t, test.column, test.values...))
			if test.want != "" {
				wantError(t, err, test.want)
			} else if err != nil || len(arrivalsOf(plan)) != len(test.values) {
				t.Errorf("got %v", err)
			}
		})
	}
}

// A sample is known again from the same workbook, and from one that shows its numbers
// otherwise it is not.
func TestFormatsAreRemembered(t *testing.T) {
	digest := func(value func(string) string) string {
		plan, err := planOfBook(t, mustMapping(t, rowsMapping), bookOf(t, "amount", value))
		if err != nil || len(arrivalsOf(plan)) != 1 {
			t.Fatalf("got %v %v", plan, err)
		}
		return arrivalsOf(plan)[0].Sample.SourceDigest
	}
	percent, plain := digest(asCell("n", "3", "0.795")), digest(asCell("n", "0", "0.795"))
	if percent == plain || plain != digest(asCell("n", "0", "0.795")) {
		t.Errorf("got %s and %s", percent, plain)
	}
}

// An error shows of a long cell no more than is needed to find it.
func TestEvidenceIsClipped(t *testing.T) {
	_, _, err := planOf(t, mustMapping(t, rowsMapping), file(samplesWith("sold as", "cocaÃ¯ne "+strings.Repeat("x", 100)+" secret")...))
	wantError(t, err, "…")
	if strings.Contains(err.Error(), "secret") {
		t.Errorf("got %v", err)
	}
}
