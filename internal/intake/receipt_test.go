package intake

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"slices"
	"strings"
	"testing"
)

func TestReceiptAsText(t *testing.T) {
	plan, _ := mustPlan(t, mustMapping(t, twoFiles),
		"nr,in,sold as\n1,2024-03-02,maandag\n2,31-02-2024,MDMA\n1,2024-03-02,maandag\n",
		"sample,substance,on\n1,newstuff,2024-03-05\n")
	var b bytes.Buffer
	if err := plan.Receipt.WriteText(&b); err != nil {
		t.Fatal(err)
	}
	want := `Rows were rejected, for these reasons:
  1 row: received_on: This is not a date of the form YYYY-MM-DD. (first: row 3 of file1.csv)
file1.csv: 3 rows read = 1 accepted + 1 merged + 1 rejected
file2.csv: 1 rows read = 1 accepted + 0 merged + 0 rejected
together: 4 rows read = 2 accepted + 1 merged + 1 rejected
1 new samples with 1 findings
new substances, to be reviewed: newstuff
new products, to be reviewed: maandag
new methods: gc_ms of Test laboratory
1 merged, file1.csv: It says the same as another row, in all columns that are read.
file1.csv row 3 rejected: received_on "31-02-2024": This is not a date of the form YYYY-MM-DD.
`
	if b.String() != want {
		t.Errorf("got\n%s", b.String())
	}
	if s := plan.Receipt.Summary(); !strings.HasPrefix(s, "file1.csv (SHA-256 ") || strings.Count(s, "SHA-256") != 2 {
		t.Errorf("got %s", s)
	}
}

func TestReceiptOfManyRows(t *testing.T) {
	var rows []cells
	for i := range 100 {
		rows = append(rows, cells{"nr": fmt.Sprint(i), "in": "?"})
	}
	plan, _ := mustPlan(t, mustMapping(t, rowsMapping), file(rows...))
	var b bytes.Buffer
	if err := plan.Receipt.WriteText(&b); err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(b.String(), "Rows were rejected, for these reasons:\n  100 rows: received_on: This is not a date of the form DD-MM-YYYY. (first: row 2 of file1.csv)\n") {
		t.Errorf("the reason does not come first:\n%s", b.String())
	}
	if n := strings.Count(b.String(), "rejected: "); n != shownLines || !strings.Contains(b.String(), "… and 60 more; --receipt FILE.csv writes them all\n") {
		t.Errorf("got %d\n%s", n, b.String())
	}
}

// No text from a file becomes a formula in the receipt; a number stays one.
func TestReceiptAsCSV(t *testing.T) {
	for value, want := range map[string]string{
		`=HYPERLINK("http://x")`: `'=HYPERLINK("http://x")`, "+cmd|x": "'+cmd|x", "@SUM(A1)": "'@SUM(A1)", "-2+3": "'-2+3", "＝1+1": "'＝1+1",
		"-5": "-5", "-5,5": "-5,5", "+3": "+3", "x=1": "x=1", "--": "'--",
	} {
		plan, _ := mustPlan(t, mustMapping(t, rowsMapping), file(cells{"amount": value}))
		var b bytes.Buffer
		if err := plan.Receipt.WriteCSV(&b); err != nil {
			t.Fatal(err)
		}
		records, err := csv.NewReader(&b).ReadAll()
		if err != nil {
			t.Fatal(err)
		}
		if value == "+3" {
			continue // an amount like any other
		}
		last := records[len(records)-1]
		if last[0] != "file1.csv" || last[1] != "2" || last[2] != Rejected || last[3] != "amount" || last[4] != want {
			t.Errorf("%s: got %q", value, last)
		}
	}
}

// TestEveryTextOfAReceiptIsNoFormula: whichever column it stands in.
func TestEveryTextOfAReceiptIsNoFormula(t *testing.T) {
	for _, text := range []string{"=x", "+x", "-x", "@x", "\tx", "\rx", "\x00x", "＝x", "＋x", "－x", "＠x"} {
		r := Receipt{Files: []FileReceipt{{Name: text}}}
		r.lines.add(Line{File: text, Row: 2, Fate: Rejected, Field: text, Value: text, Reason: text})
		var b bytes.Buffer
		if err := r.WriteCSV(&b); err != nil {
			t.Fatal(err)
		}
		records, err := csv.NewReader(&b).ReadAll()
		if err != nil {
			t.Fatal(err)
		}
		want := "'" + text
		if got := records[len(records)-1]; !slices.Equal(got, []string{want, "2", Rejected, want, want, want}) {
			t.Errorf("%q: %q", text, got)
		}
		if got := records[1][0]; got != want {
			t.Errorf("the name of a file %q: %q", text, got)
		}
	}
}

func TestReceiptCountsInCSV(t *testing.T) {
	plan, _ := accept(t, cells{}, cells{})
	var b bytes.Buffer
	if err := plan.Receipt.WriteCSV(&b); err != nil {
		t.Fatal(err)
	}
	want := "file,row,fate,field,value,reason\nfile1.csv,,read,rows,2,\nfile1.csv,,accepted,rows,1,\nfile1.csv,,merged,rows,1,\nfile1.csv,,rejected,rows,0,\n" +
		"file1.csv,3,merged,,row 2 of file1.csv,\"It says the same as another row, in all columns that are read.\"\n"
	if b.String() != want {
		t.Errorf("got\n%s", b.String())
	}
}
