package intake

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"marquis/internal/lab"
)

// rowsWith are good rows of samples, the first so many of which a change spoils.
func rowsWith(good, bad int, spoilt cells) []cells {
	var rows []cells
	for i := range good + bad {
		row := cells{"nr": fmt.Sprint("S", i)}
		if i < bad {
			maps.Copy(row, spoilt)
		}
		rows = append(rows, row)
	}
	return rows
}

// More than one in twenty samples, and three at least, is too much to leave out.
func TestTooMuchIsLeftOut(t *testing.T) {
	for _, test := range []struct {
		good, bad int
		tooMuch   bool
	}{
		{10, 0, false}, {0, 1, false}, {0, 2, false}, {0, 3, true}, {57, 3, false}, {56, 3, true}, {95, 5, false}, {94, 6, true},
	} {
		plan, _ := mustPlan(t, mustMapping(t, rowsMapping), file(rowsWith(test.good, test.bad, cells{"in": "?"})...))
		l := plan.Receipt.LeftOut
		if l.TooMuch() != test.tooMuch || l.Samples != test.bad || l.Of != test.good+test.bad || len(arrivalsOf(plan)) != test.good {
			t.Errorf("%d good, %d bad: %+v, too much %v", test.good, test.bad, l, l.TooMuch())
		}
		if (l.Text() != "") != test.tooMuch {
			t.Errorf("%d good, %d bad: %q", test.good, test.bad, l.Text())
		}
	}
	// It is samples that count, not rows.
	rows := append(rowsWith(60, 0, nil), cells{"nr": "S1", "substance": "caffeine", "amount": "?"}, cells{"nr": "S1", "substance": "MDMA"}, cells{"nr": "S1", "substance": "cocaine"}, cells{"nr": "S1", "substance": "2C-B"})
	plan, _ := mustPlan(t, mustMapping(t, rowsMapping), file(rows...))
	if l := plan.Receipt.LeftOut; l.Samples != 1 || l.TooMuch() {
		t.Errorf("%+v", l)
	}
}

// A danger that would be left out is one too many, by whatever it is called, also where
// another row of its sample is at fault.
func TestADangerIsNotLeftOut(t *testing.T) {
	for _, test := range []struct {
		name string
		rows []cells
		want string
	}{
		{"its own row", []cells{{"substance": "fentanyl", "on": "?"}}, "fentanyl: 1 row (first: row 2 of file1.csv)"},
		{"another row of its sample", []cells{{"substance": "Fentanyl HCl"}, {"in": "?"}}, "fentanyl: 1 row (first: row 2 of file1.csv)"},
		{"a salt", []cells{{"substance": "fentanyl citrate", "amount": "50", "basis": "base"}}, "fentanyl: 1 row"},
		{"a class", []cells{{"substance": "nitazenes", "amount": "5"}}, "nitazene"},
		{"an amount in the name", []cells{{"substance": "fentanyl 2 mg"}}, "fentanyl: 1 row"},
		{"several", []cells{{"substance": "cocaine; fentanyl"}}, "fentanyl: 1 row"},
		{"misspelled", []cells{{"substance": "fentanil"}}, "fentanyl"},
		{"two rows", []cells{{"substance": "fentanyl", "on": "?"}, {"nr": "2", "substance": "fentanyl", "on": "?"}}, "fentanyl: 2 rows (first: row 2 of file1.csv)"},
		{"no danger", []cells{{"substance": "caffeine", "on": "?"}}, ""},
		{"not there", []cells{{"substance": "fentanyl", "amount": "n.d.", "on": "?"}}, ""},
		{"not left out", []cells{{"substance": "fentanyl"}, {"nr": "2", "on": "?"}}, ""},
	} {
		plan, _ := mustPlan(t, mustMapping(t, rowsMapping), file(append(test.rows, rowsWith(3, 0, nil)...)...))
		l := plan.Receipt.LeftOut
		if l.TooMuch() != (test.want != "") || !strings.Contains(l.Text(), test.want) {
			t.Errorf("%s: %q, want %q", test.name, l.Text(), test.want)
		}
	}
	// By the name that the mapping gives it, in a list, and of a merged entry.
	m := mustMapping(t, strings.Replace(listMapping, `"other opioids" = "opioids"`, `fent = "fentanyl"`, 1))
	if plan, _ := mustPlan(t, m, file(cells{"substance": "caffeine; fent", "on": "?"})); !strings.Contains(plan.Receipt.LeftOut.Text(), "fentanyl: 1 row") {
		t.Errorf("%q", plan.Receipt.LeftOut.Text())
	}
	d := mergedDictionary(t, "caffeine", "fentanyl")
	plan, err := planWith(t, mustMapping(t, rowsMapping), Known{Dictionary: d, Today: today}, file(cells{"substance": "caffeine", "on": "?"}))
	if err != nil || !strings.Contains(plan.Receipt.LeftOut.Text(), "fentanyl: 1 row") {
		t.Errorf("%v: %q", err, plan.Receipt.LeftOut.Text())
	}
	// A row that cannot be taken apart may hold one.
	const header = "nr;in;sold as;form;region;price;quantity;why not;method;on;stof 1;gehalte 1;stof 2;gehalte 2\n"
	plan, _ = mustPlan(t, mustMapping(t, columnsMapping), header+"1;02-03-2024;ketamine;poeder;Utrecht;;;;lc;05-03-2024;MDMA;;fentanyl;;;;\n")
	if !strings.Contains(plan.Receipt.LeftOut.Text(), "fentanyl: 1 row") {
		t.Errorf("%q", plan.Receipt.LeftOut.Text())
	}
}

// mergedDictionary is the real one, in which one substance was merged into another.
func mergedDictionary(t *testing.T, name, into string) *lab.Dictionary {
	t.Helper()
	whole := mustDictionary(t)
	end, _, _ := whole.FindSubstance(into)
	var substances []*lab.Substance
	for _, s := range whole.Substances {
		if s.Name == name {
			merged := *s
			merged.MergedInto = lab.Optional(end.ID)
			s = &merged
		}
		substances = append(substances, s)
	}
	d, err := lab.NewDictionary(slices.Collect(maps.Values(whole.Classes)), substances, slices.Collect(maps.Values(whole.Products)), nil)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// Reasons come first, each once with the number of its rows, the most frequent first; rows
// of which another is at fault are a number.
func TestReasonsComeFirst(t *testing.T) {
	rows := rowsWith(0, 4, cells{"method": "strip", "amount": "5"})
	for i := range 3 {
		rows = append(rows, cells{"nr": fmt.Sprint("S", i), "substance": "caffeine"})
	}
	rows = append(rows, cells{"nr": "A", "on": "01-03-2024"}, cells{"nr": "B", "on": "29-02-2024"}, cells{"nr": "C", "form": "blob"})
	plan, _ := mustPlan(t, mustMapping(t, rowsMapping), file(rows...))
	var b bytes.Buffer
	if err := plan.Receipt.WriteText(&b); err != nil {
		t.Fatal(err)
	}
	const want = `Rows were rejected, for these reasons:
  4 rows: amount: The method does not measure amounts: leave the amount out, or choose another method. (first: row 2 of file1.csv)
`
	if !strings.HasPrefix(b.String(), want) {
		t.Errorf("got\n%s", b.String())
	}
	for _, line := range []string{
		"  2 rows: performed_on: … is before the sample was there, …. (first: row 9 of file1.csv)\n", "  1 row: form: \"blob\" is none of: ",
		"  and 3 rows with them: Another row of the sample is rejected.\n",
	} {
		if !strings.Contains(b.String(), line) {
			t.Errorf("no line %q in\n%s", line, b.String())
		}
	}
	if strings.Contains(b.String(), "because of row") {
		t.Errorf("a consequence is told as a reason:\n%s", b.String())
	}
	b.Reset()
	if err := plan.Receipt.WriteCSV(&b); err != nil {
		t.Fatal(err)
	}
	records, err := csv.NewReader(&b).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	first := slices.IndexFunc(records, func(r []string) bool { return r[2] == "reason" })
	if r := records[first]; r[1] != "2" || r[3] != "amount" || r[4] != "4" || !strings.HasPrefix(r[5], "The method does not measure amounts") {
		t.Errorf("got %q", r)
	}
	if row := slices.IndexFunc(records, func(r []string) bool { return r[2] == Rejected && r[1] != "" }); row < first {
		t.Errorf("row %d of the receipt is before reasons, %d", row, first)
	}
	if !strings.Contains(fmt.Sprint(records), "The sample is rejected because of row 2 of file1.csv.") {
		t.Error("the whole receipt has no consequences")
	}
	b.Reset()
	if err := plan.Receipt.WriteJSON(&b); err != nil {
		t.Fatal(err)
	}
	var told struct {
		Causes    []Cause
		Following int
		LeftOut   LeftOut `json:"left_out"`
		Lines     []Line
	}
	if err := json.Unmarshal(b.Bytes(), &told); err != nil || told.Following != 3 || told.LeftOut.Samples != 7 || told.Causes[0].Rows != 4 || len(told.Lines) != len(slices.Collect(plan.Receipt.Lines())) {
		t.Errorf("%v: %+v", err, told)
	}
	if bytes.Index(b.Bytes(), []byte(`"causes"`)) > bytes.Index(b.Bytes(), []byte(`"lines"`)) {
		t.Error("rows stand before reasons")
	}
}

// Words that tell who or where somebody is become no name of a dictionary that all share.
func TestWhatIsNoNameOfAProduct(t *testing.T) {
	for _, text := range []string{
		"snoep 06-12345678, Lange Dorpsstraat 5 Utrecht", "bel 0612345678", "roze wolk jan@example.org", "www.example.nl/x", "123456782 kuur", "@dealer", "3511 AB", lab.NewLookupCode().Print(), "=1+1 wolk",
	} {
		plan, _ := mustPlan(t, mustMapping(t, rowsMapping), file(cells{"sold as": text}))
		wantLine(t, plan, 2, Rejected, "sold_as", text, "")
		if len(arrivalsOf(plan))+len(plan.Products) > 0 {
			t.Errorf("%q is taken: %v", text, plan.Receipt.Products)
		}
	}
	plan, _ := accept(t, cells{"sold as": "roze wolk"}, cells{"nr": "3", "sold as": "M30; blauwe maandag"})
	if len(plan.Products) != 2 {
		t.Errorf("new %v", plan.Receipt.Products)
	}
}

// A row that is rejected for its name, and names a danger in whatever way, keeps the file back; one
// that says that it was not there does not.
func TestDangersInNamesThatAreNone(t *testing.T) {
	for name, want := range map[string]string{
		"fentanyl ⊖": "fentanyl", "† fentanyl": "fentanyl", "geen cocaïne maar fentanyl": "fentanyl", "fentanylachtig": "fentanyl", "metadona": "methadone", "propoxynitazene": "a nitazene, which one is not known",
		"fentanylvrij": "", "sin fentanilo": "", "Fentanyl nicht nachgewiesen": "", "Totaal": "",
	} {
		plan, _ := mustPlan(t, mustMapping(t, rowsMapping), file(cells{"substance": name}, cells{"nr": "2"}))
		var dangers []string
		for _, d := range plan.Receipt.LeftOut.Dangers {
			dangers = append(dangers, d.Name)
		}
		if slices.Contains(dangers, want) != (want != "") || want == "" && len(dangers) > 0 {
			t.Errorf("%q: %q, want %q", name, dangers, want)
		}
	}
}
