package intake

import (
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"

	"marquis/internal/lab"
)

// twoFiles reads samples from one file and findings from another.
const twoFiles = `
profile = "two"
[[file]]
holds = "samples"
[[file]]
holds = "findings"
[samples]
id = "nr"
received_on = "in"
sold_as = { column = "sold as", list = ";" }
form = { value = "powder" }
[findings]
layout = "rows"
[findings.fields]
sample = "sample"
substance = "substance"
performed_on = "on"
[method.default]
kind = "gc_ms"
lab = "Test laboratory"
level = "confirmatory"
`

func TestTwoFiles(t *testing.T) {
	plan, _ := mustPlan(t, mustMapping(t, twoFiles),
		"nr,in,sold as\n01,2024-03-02,ketamine\n13,2024-03-03,MDMA\n01,2024-03-02,ketamine\n02,2024-03-04,\n",
		"sample,substance,on\n13,MDMA,2024-03-05\n01,ketamine,2024-03-05\n01,ketamine,2024-03-05\n")
	if len(arrivalsOf(plan)) != 3 || arrivalsOf(plan)[0].Sample.SourceRef != "01" || len(arrivalsOf(plan)[0].Evidence[0].Findings) != 1 {
		t.Fatalf("got %+v", arrivalsOf(plan))
	}
	if s := arrivalsOf(plan)[2]; s.Sample.State != lab.Registered || len(s.Evidence) > 0 || s.Sample.SourcePublishedOn != 0 {
		t.Errorf("a sample without findings waits for them: %+v", s)
	}
	if want := []FileReceipt{
		{Name: "file1.csv", Read: 4, Accepted: 3, Merged: 1}, {Name: "file2.csv", Read: 3, Accepted: 2, Merged: 1},
	}; !sameCounts(plan.Receipt.Files, want) {
		t.Errorf("got %+v", plan.Receipt.Files)
	}
	wantLine(t, plan, 4, Merged, "", "row 2 of file1.csv", "It says the same as another row")
	wantLine(t, plan, 4, Merged, "", "row 3 of file2.csv", "It says the same as another row")
}

func sameCounts(got, want []FileReceipt) bool {
	return slices.EqualFunc(got, want, func(a, b FileReceipt) bool {
		return a.Name == b.Name && a.Read == b.Read && a.Accepted == b.Accepted && a.Merged == b.Merged && a.Rejected == b.Rejected
	})
}

func TestWrongNumberOfFiles(t *testing.T) {
	_, _, err := planOf(t, mustMapping(t, twoFiles), "nr\n")
	wantError(t, err, "profile two reads 2 files, not 1")
}

// All columns that are missing are named at once, and those that there are.
func TestMissingColumns(t *testing.T) {
	_, _, err := planOf(t, mustMapping(t, twoFiles), "nr,day\n1,x\n", "substance\nx\n")
	wantError(t, err, `file1.csv: missing of the columns that are read: "in" (samples.received_on), "sold as" (samples.sold_as); the file has nr, day`)
	wantError(t, err, `file2.csv: missing of the columns that are read: "on" (findings.fields.performed_on), "sample" (findings.fields.sample); the file has substance`)
}

func TestEmptyFiles(t *testing.T) {
	_, _, err := planOf(t, mustMapping(t, rowsMapping), "")
	wantError(t, err, "the file is empty")
}

func TestRepeatedRowsAreMerged(t *testing.T) {
	plan, _ := accept(t, cells{}, cells{"substance": "MDMA"}, cells{"remarks": "a column that is not read"}, cells{})
	if len(arrivalsOf(plan)) != 1 || len(arrivalsOf(plan)[0].Evidence[0].Findings) != 2 || plan.Receipt.Files[0].Merged != 2 {
		t.Errorf("got %+v", plan.Receipt)
	}
	wantLine(t, plan, 4, Merged, "", "row 2 of file1.csv", "in all columns that are read")
	wantLine(t, plan, 5, Merged, "", "row 2 of file1.csv", "")
}

func TestManyRowsOfOneSample(t *testing.T) {
	var rows []cells
	for i := range 3000 {
		rows = append(rows, cells{"on": "05-03-2024", "substance": []string{"ketamine", "MDMA"}[i%2], "method": strings.Repeat("x", i/2%50)})
	}
	plan, _ := accept(t, rows...)
	if f := plan.Receipt.Files[0]; f.Accepted != 2 || f.Merged != 2998 {
		t.Errorf("got %+v", f)
	}
}

func TestSampleDescribedOtherwise(t *testing.T) {
	plan, _ := mustPlan(t, mustMapping(t, rowsMapping), file(cells{}, cells{"substance": "MDMA", "form": "pil"}, cells{"nr": "2"}))
	wantLine(t, plan, 3, Rejected, "form", "pil", `The sample is described otherwise in row 2 of file1.csv: "poeder".`)
	wantLine(t, plan, 2, Rejected, "", "1", "The sample is rejected because of row 3 of file1.csv.")
	if len(arrivalsOf(plan)) != 1 {
		t.Errorf("the other sample is not touched: %s", lines(plan))
	}
	plan, _ = mustPlan(t, mustMapping(t, rowsMapping), file(cells{"price": ""}, cells{"substance": "MDMA", "price": "25"}))
	wantLine(t, plan, 3, Rejected, "price", "25", "The sample is described otherwise in row 2 of file1.csv: (empty).")
}

// Two times of one day are one day of receipt; two days are two.
func TestSampleDescribedAtTwoTimesOfADay(t *testing.T) {
	timed := mustMapping(t, strings.Replace(rowsMapping, `column = "in", date = "DD-MM-YYYY"`, `column = "in", date = "YYYY-MM-DD hh:mm"`, 1))
	for _, test := range []struct {
		second string
		taken  int
	}{{"2024-03-02 11:30", 1}, {"2024-03-02 09:00", 1}, {"2024-03-03 09:00", 0}, {"2024-03-02 ?", 0}, {"", 0}} {
		plan, _ := mustPlan(t, timed, file(cells{"in": "2024-03-02 09:00"}, cells{"substance": "MDMA", "in": test.second}))
		all := arrivalsOf(plan)
		if len(all) != test.taken || len(all) > 0 && all[0].Sample.ReceivedOn != 2024_03_02 {
			t.Errorf("%q: %d samples, %s", test.second, len(all), lines(plan))
		}
	}
}

// What is wrong in one row rejects all rows of its sample, and no other.
func TestRejectedRowRejectsItsSample(t *testing.T) {
	plan, _ := mustPlan(t, mustMapping(t, rowsMapping), file(
		cells{}, cells{"substance": "newstuff", "amount": "-1"}, cells{}, cells{"nr": "2"}))
	if want := []FileReceipt{{Name: "file1.csv", Read: 4, Accepted: 1, Rejected: 3}}; !sameCounts(plan.Receipt.Files, want) {
		t.Errorf("got %+v", plan.Receipt.Files)
	}
	for _, row := range []int{2, 4} {
		wantLine(t, plan, row, Rejected, "", "1", "The sample is rejected because of row 3 of file1.csv.")
	}
	wantLine(t, plan, 3, Rejected, "amount", "-1", "outside the possible range")
	if len(plan.Substances) > 0 {
		t.Error("the dictionary does not get substances of rejected samples")
	}
}

func TestAllMistakesOfARow(t *testing.T) {
	plan, _ := mustPlan(t, mustMapping(t, rowsMapping), file(cells{"in": "31-02-2024", "form": "blob", "price": "x", "on": "?", "amount": "y"}))
	for field, value := range map[string]string{"received_on": "31-02-2024", "form": "blob", "price": "x", "performed_on": "?", "amount": "y"} {
		wantLine(t, plan, 2, Rejected, field, value, "")
	}
}

// Rows that have too few or too many cells could hold a finding of any sample.
func TestMalformedRows(t *testing.T) {
	_, _, err := planOf(t, mustMapping(t, rowsMapping), file(cells{})+"1;2\n3\n")
	wantError(t, err, "file1.csv row 3: The row has 2 cells where the header has 15. Nobody can tell to which sample such a row belongs, so that its result would lack a finding: correct the file (2 such rows)")

	samples := "nr,in,sold as\n1,2024-03-02,ketamine\n2,secret\n3,2024-03-02,a\ab\n"
	plan, _ := mustPlan(t, mustMapping(t, twoFiles), samples, "sample,substance,on\n1,MDMA,2024-03-05\n")
	wantLine(t, plan, 3, Rejected, "", "", "The row has 2 cells where the header has 3.")
	wantLine(t, plan, 4, Rejected, "", "", "Column C (3) holds the control character U+0007.")
	_, _, err = planOf(t, mustMapping(t, twoFiles), samples, "sample,substance,on\n2,MDMA,2024-03-05\n")
	wantError(t, err, "file2.csv row 2: sample 2 has no row in file1.csv that can be read")
	if strings.Contains(lines(plan), "secret") {
		t.Error("nobody knows what stands in such a row; the receipt does not repeat it")
	}
}

func TestSoldAs(t *testing.T) {
	tests := []struct{ text, product, expected string }{
		{"ketamine", "ketamine", "ketamine"},
		{"Keta", "ketamine", "ketamine"},
		{"tucibi", "tucibi", "ketamine MDMA"},
		{"MDMA; ketamine", "tucibi", "ketamine MDMA"},
		{"fentanyl; xylazine", "fentanyl with xylazine", "fentanyl xylazine"},
		{"Xylazine;fentanyl;fentanyl", "fentanyl with xylazine", "fentanyl xylazine"},
		{"benzo", "benzodiazepine", "benzodiazepine"},
		{"", "unknown", ""},
		{"weet niet", "unknown", ""},
		{"?", "unknown", ""},
		{"blauwe maandag", "blauwe maandag", ""},
	}
	for _, test := range tests {
		a, d := acceptOne(t, cells{"sold as": test.text})
		var expected []string
		for _, e := range a.Expected {
			name := e.Class
			if s := d.Substances[lab.SubstanceID(e.SubstanceID)]; s != nil {
				name = s.Name
			}
			expected = append(expected, name)
		}
		slices.SortFunc(expected, func(a, b string) int { return strings.Compare(strings.ToLower(a), strings.ToLower(b)) })
		product := d.Products[a.Sample.ProductID].NameEN
		if product != test.product || strings.Join(expected, " ") != test.expected || a.Sample.SoldAsText != test.text {
			t.Errorf("%q: got %s, expecting %q, said %q", test.text, product, expected, a.Sample.SoldAsText)
		}
	}
}

// A set is one product, in whatever order it is told; so is one of which nobody
// knows what to expect.
func TestSetsInAnyOrder(t *testing.T) {
	plan, d := accept(t,
		cells{"nr": "1", "sold as": "cocaine; ketamine; MDMA"}, cells{"nr": "2", "sold as": "mdma;COCAINE; keta"},
		cells{"nr": "3", "sold as": "maandag; ketamine"}, cells{"nr": "4", "sold as": "Ketamine ; Maandag"})
	if len(plan.Products) != 2 || plan.Products[0].Reviewed || plan.Products[1].Reviewed {
		t.Fatalf("got %v", plan.Receipt.Products)
	}
	a := arrivalsOf(plan)
	if a[0].Sample.ProductID != a[1].Sample.ProductID || a[2].Sample.ProductID != a[3].Sample.ProductID || len(a[0].Expected) != 3 || len(a[2].Expected) != 0 {
		t.Errorf("got %+v", a)
	}
	if got := d.Products[a[2].Sample.ProductID].NameEN; got != "ketamine + maandag" {
		t.Errorf("got %q", got)
	}
}

func TestValuesOfSoldAs(t *testing.T) {
	m := mustMapping(t, strings.Replace(rowsMapping, `list = ";" }`, `list = ";", values = { "roze wolk" = "tucibi", "en meer" = "" } }`, 1))
	plan, d := mustPlan(t, m, file(cells{"sold as": "Roze Wolk; en meer"}))
	if got := d.Products[arrivalsOf(plan)[0].Sample.ProductID].NameEN; got != "tucibi" {
		t.Errorf("got %q", got)
	}
}

// Unknown substances are added once, unreviewed, and only those that an accepted
// sample holds.
func TestUnknownSubstances(t *testing.T) {
	plan, _ := accept(t, cells{"substance": "new  stuff"}, cells{"nr": "2", "substance": "New-Stuff"}, cells{"nr": "3", "sold as": "newstuff"})
	if len(plan.Substances) != 1 || plan.Substances[0].Name != "new stuff" || plan.Substances[0].Reviewed || plan.Substances[0].ID < lab.LocalEntries {
		t.Fatalf("got %+v", plan.Substances)
	}
	if f := arrivalsOf(plan)[1].Evidence[0].Findings[0]; f.ReportedAs != "New-Stuff" || f.SubstanceID != plan.Substances[0].ID {
		t.Errorf("got %+v", f)
	}
	if a := arrivalsOf(plan)[2]; len(a.Expected) > 0 {
		t.Error("what a finding of the same file adds is not known yet, whichever row comes first")
	}
	if !slices.Equal(plan.Receipt.Substances, []string{"new stuff"}) {
		t.Errorf("the receipt lists %v", plan.Receipt.Substances)
	}
}

func TestTooManyUnknownNames(t *testing.T) {
	var rows []cells
	for i := range maxNewEntries + 1 {
		rows = append(rows, cells{"substance": "remark number " + strings.Repeat("x", i%100) + string(rune('a'+i/100%26)) + string(rune('a'+i/2600))})
	}
	_, _, err := planOf(t, mustMapping(t, rowsMapping), file(rows...))
	wantError(t, err, "look whether the mapping reads the right columns")
}

func TestKnownSamples(t *testing.T) {
	m := mustMapping(t, rowsMapping)
	first, _ := mustPlan(t, m, file(cells{}, cells{"nr": "2"}))
	digests := map[string]string{}
	for _, a := range arrivalsOf(first) {
		digests[a.Sample.SourceRef] = a.Sample.SourceDigest
	}
	known := Known{Dictionary: mustDictionary(t), Recorded: recordedBy(digests), Today: today}
	plan, err := planWith(t, m, known, file(cells{"nr": "2", "amount": "5"}, cells{"remarks": "x"}, cells{"nr": "3"}))
	if err != nil {
		t.Fatal(err)
	}
	wantLine(t, plan, 2, Rejected, "id", "2", "The sample is recorded already, and the source now says otherwise of it")
	wantLine(t, plan, 3, Merged, "", "", "The sample is recorded already, and says the same.")
	if len(arrivalsOf(plan)) != 1 || arrivalsOf(plan)[0].Sample.SourceRef != "3" {
		t.Errorf("got %+v", arrivalsOf(plan))
	}
}

// What a source says of a sample stays the same when columns move or are added,
// and rows of findings change places.
func TestDigestOfSample(t *testing.T) {
	m := mustMapping(t, twoFiles)
	digest := func(samples, findings string) string {
		plan, _ := mustPlan(t, m, samples, findings)
		return arrivalsOf(plan)[0].Sample.SourceDigest
	}
	first := digest("nr,in,sold as\n1,2024-03-02,ketamine\n", "sample,substance,on\n1,MDMA,2024-03-05\n1,ketamine,2024-03-05\n")
	if moved := digest("new,sold as,in,nr\nx,ketamine,2024-03-02,1\n", "on,substance,sample\n2024-03-05,ketamine,1\n2024-03-05,MDMA,1\n"); moved != first {
		t.Error("moved columns and rows are no change")
	}
	for _, findings := range []string{"sample,substance,on\n1,MDMA,2024-03-05\n", "sample,substance,on\n1,MDMA,2024-03-05\n1,ketamine,2024-03-06\n"} {
		if digest("nr,in,sold as\n1,2024-03-02,ketamine\n", findings) == first {
			t.Error("another finding is a change")
		}
	}
}

func TestReadingTwiceSaysTheSame(t *testing.T) {
	text := file(cells{}, cells{"nr": "2", "substance": "newstuff"}, cells{"nr": "3", "sold as": "a; b"}, cells{"nr": "4", "on": "?"})
	a, _ := mustPlan(t, mustMapping(t, rowsMapping), text)
	b, _ := mustPlan(t, mustMapping(t, rowsMapping), text)
	if !reflect.DeepEqual(arrivalsOf(a), arrivalsOf(b)) {
		t.Errorf("got %+v and %+v", arrivalsOf(a), arrivalsOf(b))
	}
	a.planner, b.planner = nil, nil
	if !reflect.DeepEqual(a, b) {
		t.Errorf("got %+v and %+v", a, b)
	}
	other, _ := mustPlan(t, mustMapping(t, rowsMapping+"\n# remark\n"), text)
	if other.Digest == a.Digest {
		t.Error("another mapping is another import")
	}
}

func TestMethodThatDiffersInTheDictionary(t *testing.T) {
	d := mustDictionary(t)
	if _, _, err := d.AddMethod(lab.Method{Kind: lab.LCDAD, Lab: "Test laboratory", Level: lab.Preliminary, OpenScope: true}); err != nil {
		t.Fatal(err)
	}
	_, err := planWith(t, mustMapping(t, rowsMapping), Known{Dictionary: d, Today: today}, file(cells{}))
	wantError(t, err, "method.default of the mapping: method lc_dad  of Test laboratory stands in the dictionary with another level or scope")
}

func TestProgress(t *testing.T) {
	var told []int
	m, path := mustMapping(t, rowsMapping), t.TempDir()+"/many.csv"
	writeFile(t, path, manyRows(12_000)+line(cells{"nr": "x", "in": "x"}))
	if _, err := Read(m, []string{path}, Known{Dictionary: mustDictionary(t), Today: today}, func(done, of int) {
		if of != 12_001 {
			t.Errorf("got %d of %d", done, of)
		}
		told = append(told, done)
	}); err != nil {
		t.Fatal(err)
	}
	if !slices.IsSorted(told) || told[len(told)-1] != 12_001 {
		t.Errorf("got %v", told)
	}
}

// The id stands in every row and the description in the first alone: what is empty says nothing
// else. A row that describes a part does.
func TestTheDescriptionStandsInTheFirstRow(t *testing.T) {
	bare := cells{"in": "", "sold as": "", "form": "", "region": "", "price": "", "quantity": "", "why not": ""}
	other := maps.Clone(bare)
	bare["substance"], other["substance"] = "caffeine", "levamisole"
	plan, d := mustPlan(t, mustMapping(t, rowsMapping), file(cells{}, bare, other))
	all := arrivalsOf(plan)
	if len(all) != 1 {
		t.Fatal(lines(plan))
	}
	if got := strings.Join(findingTexts(d, all[0]), ", "); strings.Count(got, ",") != 2 || all[0].Sample.ReceivedOn == 0 {
		t.Errorf("%s, received on %s", got, all[0].Sample.ReceivedOn)
	}
	bare["form"] = "pil"
	plan, _ = mustPlan(t, mustMapping(t, rowsMapping), file(cells{}, bare))
	wantLine(t, plan, 3, Rejected, "received_on", "", "The sample is described otherwise in row 2")
}

// A title above the table is taken for its headings: the mapping can say where those stand.
func TestATitleIsNoHeading(t *testing.T) {
	_, err := planWith(t, mustMapping(t, rowsMapping), Known{Dictionary: mustDictionary(t), Today: today}, "Overzicht 2024\n"+file(cells{}))
	wantError(t, err, `one heading, "Overzicht 2024", stands above all rows`)
	wantError(t, err, "header_row")
	m := strings.Replace(rowsMapping, `holds = "both"`, "holds = \"both\"\nheader_row = 2", 1)
	if plan, _ := mustPlan(t, mustMapping(t, m), "Overzicht 2024\n"+file(cells{})); len(arrivalsOf(plan)) != 1 {
		t.Error(lines(plan))
	}
}

// A file of headings alone is most likely the wrong one, or a sheet that nobody filled in.
func TestHeadingsAlone(t *testing.T) {
	if _, _, err := planOf(t, mustMapping(t, rowsMapping), file()); err == nil || !strings.Contains(err.Error(), "file1.csv: nothing stands below the headings") {
		t.Errorf("got %v", err)
	}
	accept(t, cells{})
}
