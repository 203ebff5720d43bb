package intake

import (
	"fmt"
	"strings"
	"testing"

	"marquis/internal/lab"
)

func TestHowASubstanceWasFound(t *testing.T) {
	tests := []struct {
		name string
		row  cells
		want string
	}{
		{"no amount", cells{}, "ketamine identified"},
		{"amount", cells{"amount": "79,5"}, "ketamine quantified 79.5% unknown"},
		{"amount as base", cells{"amount": "79,5", "basis": "Base"}, "ketamine quantified 79.5% base"},
		{"amount as found", cells{"amount": "79,5", "basis": "as found"}, "ketamine quantified 79.5% as_found"},
		{"amount as salt", cells{"amount": "98", "basis": "hcl"}, "ketamine quantified 98% hydrochloride"},
		{"below the limit", cells{"amount": "<0,5"}, "ketamine below_loq"},
		{"below the limit, with a space", cells{"amount": "< 0,5"}, "ketamine below_loq"},
		{"below an unnamed limit", cells{"amount": "<"}, "ketamine below_loq"},
		{"below LOQ", cells{"amount": "<LOQ"}, "ketamine below_loq"},
		{"trace", cells{"amount": "Spoor"}, "ketamine trace"},
		{"not detected", cells{"amount": "n.d."}, "ketamine not_detected"},
		{"Dutch name", cells{"substance": "cafeïne"}, "caffeine identified"},
		{"full width", cells{"substance": "ｋｅｔａｍｉｎｅ"}, "ketamine identified"},
		{"invisible character", cells{"substance": "keta\u200bmine"}, "ketamine identified"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			a, d := acceptOne(t, test.row)
			if got := strings.Join(findingTexts(d, a), ", "); got != test.want {
				t.Errorf("got %s, want %s", got, test.want)
			}
		})
	}
}

func TestRefusedFindings(t *testing.T) {
	tests := []struct {
		name                 string
		row                  cells
		field, value, reason string
	}{
		{"thousands mark", cells{"amount": "1.250"}, "amount", "1.250", `The decimal mark is ",", and marks between thousands are not read.`},
		{"negative", cells{"amount": "-5"}, "amount", "-5", "outside the possible range"},
		{"too much", cells{"amount": "101"}, "amount", "101", "outside the possible range"},
		{"huge", cells{"amount": "1e309"}, "amount", "1e309", "is not a number"},
		{"not a number", cells{"amount": "NaN"}, "amount", "NaN", "is not a number"},
		{"a word", cells{"amount": "veel"}, "amount", "veel", "is not a number"},
		{"zero", cells{"amount": "0"}, "amount", "0", "Zero is no amount of what was found"},
		{"less than zero", cells{"amount": "<0,0"}, "amount", "<0,0", "Nothing is less than zero"},
		{"less than nothing", cells{"amount": "<-5"}, "amount", "<-5", "Nothing is less than zero"},
		{"a decimal that was lost", cells{"amount": "79,"}, "amount", "79,", "nothing stands behind its decimal mark"},
		{"below the limit of detection", cells{"amount": "<LOD"}, "amount", "<LOD", "After < only a number or LOQ is understood"},
		{"more than the purest salt", cells{"amount": "95", "basis": "base"}, "amount", "95", "is more than the purest salt holds"},
		{"unknown salt", cells{"amount": "95", "basis": "tartrate"}, "basis", "tartrate", `"tartrate" is no basis for this substance`},
		{"uncertainty with the wrong mark", cells{"amount": "50", "±": "2.5"}, "uncertainty", "2.5", "The decimal mark"},
		{"uncertainty of nothing", cells{"±": "2,5"}, "uncertainty", "2,5", "There is an uncertainty but no amount."},
		{"an amount of nothing", cells{"substance": "nothing found", "amount": "5"}, "amount", "5", "There is an amount, and yet the row says that nothing was found"},
		{"less than an amount of nothing", cells{"substance": "nothing found", "amount": "<5"}, "amount", "<5", "There is an amount, and yet"},
		{"an amount of what is unclear", cells{"substance": "unclear", "amount": "5"}, "amount", "5", "There is an amount, and yet"},
		{"no substance", cells{"substance": "", "amount": "5"}, "amount", "5", "There is a number but no substance."},
		{"signs for a name", cells{"substance": "??"}, "substance", "??", "The row names no substance."},
		{"long name", cells{"substance": strings.Repeat("x", 32_000)}, "substance", strings.Repeat("x", maxShown) + "…", "The name is longer than 200 characters."},
		{"method that does not quantify", cells{"method": "strip", "amount": "5"}, "amount", "5", "The method does not measure amounts"},
		{"impossible day", cells{"on": "31-02-2024"}, "performed_on", "31-02-2024", "There is no such day."},
		{"before receipt", cells{"on": "01-03-2024"}, "performed_on", "01-03-2024", "2024-03-01 is before the sample was there, 2024-03-02."},
		{"in the future", cells{"on": "13-11-2025"}, "performed_on", "13-11-2025", "today at the latest"},
		{"no day", cells{"on": ""}, "performed_on", "", "Give the day of the analysis"},
		{"analysed without result", cells{"substance": ""}, "substance", "", `add "" to the mapping's findings.nothing`},
		{"not analysed, and yet found", cells{"why not": "capacity"}, "not_analysed", "capacity", "and yet something was found in it"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			plan, _ := mustPlan(t, mustMapping(t, rowsMapping), file(test.row))
			wantLine(t, plan, 2, Rejected, test.field, test.value, test.reason)
			if len(arrivalsOf(plan))+len(plan.Substances) > 0 {
				t.Errorf("got %+v", plan)
			}
		})
	}
}

// The row of the finding says what is wrong with it, not the first of the sample.
func TestMistakeStandsInItsRow(t *testing.T) {
	plan, _ := mustPlan(t, mustMapping(t, rowsMapping), file(cells{}, cells{"substance": "cocaine", "amount": "95", "basis": "base"}))
	wantLine(t, plan, 3, Rejected, "amount", "95", "is more than the purest salt holds")
	wantLine(t, plan, 2, Rejected, "", "1", "The sample is rejected because of row 3 of file1.csv.")
}

func TestUnknownMethodIsRefused(t *testing.T) {
	m := mustMapping(t, strings.Replace(rowsMapping, "[method.default]", `[method."LC-DAD"]`, 1))
	plan, _ := mustPlan(t, m, file(cells{"method": "NMR"}, cells{"nr": "2", "method": "lc-dad"}))
	wantLine(t, plan, 2, Rejected, "method", "NMR", `add [method."NMR"], or [method.default] for all others`)
	if len(arrivalsOf(plan)) != 1 {
		t.Error("capitals make no difference")
	}
}

func TestUncertainty(t *testing.T) {
	a, _ := acceptOne(t, cells{"amount": "79,5", "±": "2,1"})
	if f := a.Evidence[0].Findings[0]; f.Uncertainty != 21_000 {
		t.Errorf("got %d ppm", f.Uncertainty)
	}
}

func TestConclusions(t *testing.T) {
	for substance, want := range map[string]lab.Conclusion{
		"Nothing  found": lab.NothingSeen, "unclear": lab.Inconclusive, "ketamine": lab.HasFindings,
	} {
		a, _ := acceptOne(t, cells{"substance": substance})
		if got := a.Evidence[0].Analysis.Conclusion; got != want || (want == lab.HasFindings) != (len(a.Evidence[0].Findings) == 1) {
			t.Errorf("%s: got %s with %d findings", substance, got, len(a.Evidence[0].Findings))
		}
	}
	plan, _ := accept(t, cells{"substance": "nothing found"}, cells{"substance": "nothing found", "basis": "base"})
	wantLine(t, plan, 3, Merged, "", "row 2 of file1.csv", "Another row of the analysis says the same.")
	a, _ := acceptOne(t, cells{"amount": "n.d."}, cells{"substance": "MDMA", "amount": "n.d."})
	if got := a.Evidence[0].Analysis.Conclusion; got != lab.NothingSeen {
		t.Errorf("where nothing that was looked for is there, the conclusion is %s", got)
	}
	plan, _ = mustPlan(t, mustMapping(t, rowsMapping), file(cells{}, cells{"substance": "nothing found"}))
	wantLine(t, plan, 3, Rejected, "substance", "nothing found", "This row says nothing_detected, row 2 of file1.csv says findings of the same analysis.")
}

func TestSeveralMethods(t *testing.T) {
	a, d := acceptOne(t,
		cells{"method": "strip", "substance": "fentanyl", "on": "02-03-2024"}, cells{"amount": "50"}, cells{"substance": "MDMA"}, cells{"on": "06-03-2024"})
	var got []string
	for _, e := range a.Evidence {
		got = append(got, e.Analysis.PerformedOn.String()+" "+string(d.Methods[e.Analysis.MethodID].Kind)+" "+string(e.Analysis.Level))
	}
	if want := "2024-03-02 strip presumptive, 2024-03-05 lc_dad confirmatory, 2024-03-06 lc_dad confirmatory"; strings.Join(got, ", ") != want {
		t.Errorf("got %s", got)
	}
	if a.Sample.SourcePublishedOn != 2024_03_06 || a.Sample.State != lab.Completed {
		t.Errorf("published on %s, %s", a.Sample.SourcePublishedOn, a.Sample.State)
	}
}

// A source may report a substance under two names: what says more is kept.
func TestSameSubstanceTwice(t *testing.T) {
	tests := []struct {
		name   string
		a, b   cells
		want   string
		merged int // row
	}{
		{"same", cells{"substance": "caffeine"}, cells{"substance": "cafeïne"}, "caffeine identified", 3},
		{"trace first", cells{"substance": "caffeine", "amount": "spoor"}, cells{"substance": "cafeïne"}, "caffeine identified", 2},
		{"amount last", cells{"substance": "caffeine"}, cells{"substance": "cafeïne", "amount": "5"}, "caffeine quantified 5% unknown", 2},
		{"identified, and below the limit", cells{"substance": "caffeine"}, cells{"substance": "cafeïne", "amount": "<0,5"}, "caffeine identified", 3},
		{"same amount", cells{"substance": "caffeine", "amount": "5"}, cells{"substance": "cafeïne", "amount": "5"}, "caffeine quantified 5% unknown", 3},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			plan, d := accept(t, test.a, test.b)
			if got := strings.Join(findingTexts(d, arrivalsOf(plan)[0]), ", "); got != test.want {
				t.Errorf("got %s, want %s", got, test.want)
			}
			wantLine(t, plan, test.merged, Merged, "", map[int]string{2: "row 3 of file1.csv", 3: "row 2 of file1.csv"}[test.merged], "reports the same substance")
		})
	}
	plan, _ := mustPlan(t, mustMapping(t, rowsMapping), file(cells{"substance": "esketamine", "amount": "40"}, cells{"substance": "arketamine", "amount": "20"}))
	wantLine(t, plan, 3, Rejected, "amount", "20", `The same substance has another amount in row 2 of file1.csv, "esketamine".`)
}

func TestStereoOfName(t *testing.T) {
	a, _ := acceptOne(t, cells{"substance": "esketamine"})
	if f := a.Evidence[0].Findings[0]; f.Stereo != lab.StereoS || f.ReportedAs != "esketamine" {
		t.Errorf("got %+v", f)
	}
	a, _ = acceptOne(t, cells{"substance": "esketamine"}, cells{"substance": "arketamine"})
	if f := a.Evidence[0].Findings[0]; f.Stereo != "" {
		t.Errorf("both forms in unknown proportion are %q", f.Stereo)
	}
}

func TestPublishedOn(t *testing.T) {
	m := mustMapping(t, strings.Replace(rowsMapping, "performed_on =", "published_on = { column = \"remarks\", date = \"DD-MM-YYYY\" }\nperformed_on =", 1))
	plan, _ := mustPlan(t, m, file(cells{"remarks": "08-03-2024"}, cells{"nr": "2", "remarks": "01-03-2024"}, cells{"nr": "3", "remarks": "01-03-2026"}))
	if len(arrivalsOf(plan)) != 1 || arrivalsOf(plan)[0].Sample.SourcePublishedOn != 2024_03_08 {
		t.Errorf("got %+v", arrivalsOf(plan))
	}
	wantLine(t, plan, 3, Rejected, "published_on", "01-03-2024", "The result was not published between the analysis, 2024-03-05, and today.")
	wantLine(t, plan, 4, Rejected, "published_on", "01-03-2026", "The result was not published between")
}

// columnsMapping reads two findings in numbered columns of the sample's row.
var columnsMapping = strings.NewReplacer(
	`layout = "rows"`, "layout = \"columns\"\ncount = 2", `substance = "substance"`, `substance = "stof {n}"`,
	`column = "amount"`, `column = "gehalte {n}"`, `basis = { column = "basis", values = { HCl = "hydrochloride" } }`, "", "uncertainty = \"±\"", "",
).Replace(rowsMapping)

func TestNumberedColumns(t *testing.T) {
	const header = "nr;in;sold as;form;region;price;quantity;why not;method;on;stof 1;gehalte 1;stof 2;gehalte 2\n"
	tests := []struct{ name, cells, want, field, reason string }{
		{"two", "5-3;ketamine;50;MDMA;<5", "ketamine quantified 50% unknown, MDMA below_loq", "", ""},
		{"the second alone", "5-3;;;MDMA;5", "MDMA quantified 5% unknown", "", ""},
		{"nothing", "5-3;nothing found;;;", "", "", ""},
		{"waiting", ";;;;", "", "", ""},
		{"amount without substance", "5-3;MDMA;5;;7", "", "amount", "There is a number but no substance."},
		{"nothing said", "5-3;;;;", "", "substance", "The sample was analysed, but no substance stands in the row"},
		{"the same twice", "5-3;caffeine;;cafeïne;5", "caffeine quantified 5% unknown", "", ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			m := mustMapping(t, strings.ReplaceAll(columnsMapping, `column = "on", date = "DD-MM-YYYY"`, `column = "on", date = "D-M-YYYY"`))
			day := strings.Replace(test.cells, "5-3;", "5-3-2024;", 1)
			plan, d := mustPlan(t, m, header+"1;02-03-2024;ketamine;poeder;Utrecht;;;;lc;"+day+"\n")
			if test.field != "" {
				wantLine(t, plan, 2, Rejected, test.field, map[string]string{"amount": "7"}[test.field], test.reason)
				return
			}
			if len(arrivalsOf(plan)) != 1 {
				t.Fatal(lines(plan))
			}
			if got := strings.Join(findingTexts(d, arrivalsOf(plan)[0]), ", "); got != test.want {
				t.Errorf("got %s, want %s", got, test.want)
			}
			if twice := strings.Contains(strings.Join(plan.Receipt.Files[0].Notes, ""), "under two names in one row, which were merged: 1"); twice != (test.name == "the same twice") {
				t.Errorf("notes: %v", plan.Receipt.Files[0].Notes)
			}
		})
	}
}

// Two peaks that nobody could name are two, though the rows say the same, and a source that tells a
// third says otherwise of the sample.
func TestTwoRowsOfPeaksAreTwo(t *testing.T) {
	peak := cells{"substance": "unidentified substance"}
	two, d := acceptOne(t, cells{}, peak, peak, cells{})
	if got := strings.Join(findingTexts(d, two), ", "); got != "ketamine identified, unidentified substance unidentified" || two.Evidence[0].Findings[1].HowMany() != 2 {
		t.Errorf("got %s, %d", got, two.Evidence[0].Findings[1].HowMany())
	}
	three, _ := acceptOne(t, peak, cells{}, peak, peak)
	if three.Evidence[0].Findings[0].HowMany()+three.Evidence[0].Findings[1].HowMany() != 4 || three.Sample.SourceDigest == two.Sample.SourceDigest {
		t.Errorf("a third peak says the same as two: %+v", three.Evidence[0].Findings)
	}
	// Of two that are recorded, a file with a third says otherwise, and one with two the same.
	for _, c := range []struct {
		rows []cells
		says string
	}{{[]cells{peak, {}, peak}, recordedBefore.merged}, {[]cells{peak, peak, {}, peak}, saysOtherwise}, {[]cells{{}, peak}, saysOtherwise}} {
		known := Known{Dictionary: mustDictionary(t), Today: today, Recorded: recordedBy(map[string]string{"1": two.Sample.SourceDigest})}
		plan, err := planWith(t, mustMapping(t, rowsMapping), known, file(c.rows...))
		if err != nil || plan.Samples != 0 || !strings.Contains(lines(plan), c.says) {
			t.Errorf("%d rows: %v %s, want %q", len(c.rows), err, lines(plan), c.says)
		}
	}
	one, _ := acceptOne(t, cells{}, peak)
	if one.Sample.SourceDigest == two.Sample.SourceDigest {
		t.Error("one peak says the same as two")
	}
}

// An amount of which nobody knows what it counts compares with none: one is released, and the
// receipt says so in its own words.
func TestAmountsThatDoNotCompareAreTold(t *testing.T) {
	plan, _ := accept(t, cells{"amount": "70", "basis": "base"}, cells{"amount": "60", "on": "06-03-2024"})
	notes := strings.Join(plan.Receipt.Files[0].Notes, "\n")
	if !strings.Contains(notes, "amounts that cannot be compared with another of the same sample, which are not released: 1") || strings.Contains(notes, "overrules") {
		t.Errorf("notes: %s", notes)
	}
}

// detectionMapping tells how a substance was found in a column beside the amount.
const detectionMapping = rowsMapping + "\n[findings.fields.detection]\ncolumn = \"remarks\"\n" +
	`values = { ND = "not_detected", pos = "identified", strip = "indicated", spoor = "trace", "?" = "unidentified" }` + "\n"

// The column that says how a substance was found and the cell of its amount must agree: what is
// in the one and not in the other is nobody's to choose.
func TestTwoColumnsSayHowItWasFound(t *testing.T) {
	const wrong = "correct the one that is wrong"
	tests := []struct{ told, amount, want, reason string }{
		{"pos", "", "ketamine identified", ""},
		{"pos", "79,5", "ketamine quantified 79.5% unknown", ""},
		{"pos", "<0,5", "ketamine below_loq", ""},
		{"pos", "spoor", "ketamine trace", ""},
		{"spoor", "<LOQ", "ketamine trace", ""},
		{"ND", "", "ketamine not_detected", ""},
		{"ND", "n.d.", "ketamine not_detected", ""},
		{"ND", "0", "ketamine not_detected", ""},
		{"ND", "0,00", "ketamine not_detected", ""},
		{"ND", "<0,5", "ketamine not_detected", ""}, // less than could have been seen
		{"ND", "< 0,5 %", "ketamine not_detected", ""},
		{"", "n.d.", "ketamine not_detected", ""},
		{"pos", "n.d.", "", wrong},
		{"ND", "spoor", "", wrong},
		{"ND", "<LOQ", "", wrong},
		{"ND", "79,5", "", `It has an amount, although it was found as "not_detected"`},
		{"strip", "<LOQ", "", wrong},
		{"strip", "n.d.", "", wrong},
		{"?", "<0,5", "", wrong},
		{"spoor", "79,5", "", `It has an amount, although it was found as "trace"`},
	}
	for _, test := range tests {
		t.Run(test.told+" "+test.amount, func(t *testing.T) {
			plan, d := mustPlan(t, mustMapping(t, detectionMapping), file(cells{"remarks": test.told, "amount": test.amount}))
			if test.reason != "" {
				wantLine(t, plan, 2, Rejected, "amount", test.amount, test.reason)
				return
			}
			all := arrivalsOf(plan)
			if len(all) != 1 {
				t.Fatalf("got %v", lines(plan))
			}
			if got := strings.Join(findingTexts(d, all[0]), ", "); got != test.want {
				t.Errorf("got %s, want %s", got, test.want)
			}
		})
	}
}

// A substance that one cell finds and another of the same analysis denies is one or the other: by
// whatever names, in rows, in columns or in a list. Another form or salt of it may be absent, and so
// may what only the mapping takes for it; what was found is kept then, and told.
func TestFoundAndNotFoundOfOneSubstance(t *testing.T) {
	const note = "substances that were found by one name, and not by another of another form, salt or meaning, which count as found: 1"
	const wrong = "correct the one that is wrong"
	values := strings.Replace(detectionMapping, `substance = "substance"`, `substance = { column = "substance", values = { "fluor A" = "2-FMA", "fluor B" = "2-FMA" } }`, 1)
	list := strings.NewReplacer(`substance = "substance"`, `substance = { column = "substance", list = "/" }`, `column = "remarks"`, "column = \"remarks\"\nlist = \"/\"").Replace(detectionMapping)
	pair := func(one, told, other, otherTold string) string {
		return file(cells{"substance": one, "remarks": told}, cells{"substance": other, "remarks": otherTold})
	}
	for name, test := range map[string]struct {
		mapping, file string
		row           int    // that is rejected; 0 for none
		want          string // what is taken
	}{
		"one name":                  {detectionMapping, pair("MDMA", "pos", "MDMA", "ND"), 3, ""},
		"two names":                 {detectionMapping, pair("MDMA", "pos", "3,4-methylenedioxymethamphetamine", "ND"), 3, ""},
		"the denial first":          {detectionMapping, pair("3,4-MDMA", "ND", "MDMA", "pos"), 3, ""},
		"the Dutch name":            {detectionMapping, pair("cocaïne", "strip", "cocaine", "ND"), 3, ""},
		"in a list":                 {list, file(cells{"substance": "fentanyl/fentanyl", "remarks": "pos/ND"}), 2, ""},
		"in a list, two names":      {list, file(cells{"substance": "cocaïne/cocaine", "remarks": "ND/pos"}), 2, ""},
		"one translated, one name":  {values, pair("fluor A", "pos", "fluor A", "ND"), 3, ""},
		"another form":              {detectionMapping, pair("ketamine", "pos", "esketamine", "ND"), 0, "ketamine identified"},
		"another salt":              {detectionMapping, pair("cocaine base", "pos", "cocaine HCl", "ND"), 0, "cocaine identified"},
		"two of one meaning":        {values, pair("fluor A", "pos", "fluor B", "ND"), 0, "2-FMA identified"},
		"found twice":               {detectionMapping, pair("MDMA", "pos", "MDMA", "spoor"), 0, "MDMA identified"},
		"denied twice, in one list": {list, file(cells{"substance": "cocaïne/cocaine/ketamine", "remarks": "ND/ND/pos"}), 0, "cocaine not_detected, ketamine identified"},
	} {
		plan, d := mustPlan(t, mustMapping(t, test.mapping), test.file)
		if test.row > 0 {
			rejected := fmt.Sprintf("file1.csv:%d rejected detection", test.row)
			if all := lines(plan); len(arrivalsOf(plan)) > 0 || !strings.Contains(all, rejected) || !strings.Contains(all, wrong) {
				t.Errorf("%s: %s", name, all)
			}
			continue
		}
		all := arrivalsOf(plan)
		if len(all) != 1 || strings.Join(findingTexts(d, all[0]), ", ") != test.want {
			t.Errorf("%s: want %s\n%s", name, test.want, lines(plan))
			continue
		}
		told := strings.Contains(strings.Join(plan.Receipt.Files[0].Notes, "\n"), note)
		if other := strings.Contains(name, "another") || name == "two of one meaning"; told != other {
			t.Errorf("%s: told %v: %v", name, told, plan.Receipt.Files[0].Notes)
		}
	}
	// Two numbered columns.
	m := mustMapping(t, columnsMapping)
	const header = "nr;in;sold as;form;region;price;quantity;why not;method;on;stof 1;gehalte 1;stof 2;gehalte 2\n"
	plan, _ := mustPlan(t, m, header+"1;02-03-2024;ketamine;poeder;Utrecht;;;;lc;05-03-2024;cocaïne;5;cocaine;n.d.\n")
	wantLine(t, plan, 2, Rejected, "detection", "", wrong)
}

// A row that contradicts itself about a danger is not one that says that the danger was absent.
func TestWhatContradictsItselfDeniesNothing(t *testing.T) {
	for told, want := range map[howFound]int{{"pos", "n.d."}: 1, {"ND", "<LOQ"}: 1, {"ND", "79,5"}: 1, {"ND", "<0,5"}: 0, {"ND", ""}: 0} {
		plan, _ := mustPlan(t, mustMapping(t, detectionMapping), file(cells{"substance": "fentanyl", "remarks": told.told, "amount": told.amount, "on": "31-02-2024"}))
		if got := len(plan.Receipt.LeftOut.Dangers); got != want {
			t.Errorf("%+v: %d dangers are left out, want %d", told, got, want)
		}
	}
}

type howFound struct{ told, amount string }

// What stands behind a number is its unit, or refused.
func TestAUnitBehindTheNumber(t *testing.T) {
	for _, text := range []string{"79,5%", "79,5 %", "79,5 % w/w"} {
		a, d := acceptOne(t, cells{"amount": text, "±": "2,5 %"})
		if got := strings.Join(findingTexts(d, a), ", "); got != "ketamine quantified 79.5% unknown" {
			t.Errorf("%s: %s", text, got)
		}
	}
	for text, why := range map[string]string{
		"120 mg": `The cell says "mg" behind the number, and its unit is %`,
		"80 %?":  "This is not a number: write the number alone",
		"ca. 80": "This is not a number: write the number alone",
		"80-90":  "This is not a number: write the number alone",
		"80 ± 5": "This is not a number: write the number alone",
		">90":    "This is not a number: write the number alone",
		"n.b.":   "say in the mapping's values of amount what it means",
		"-":      "say in the mapping's values of amount what it means",
	} {
		plan, _ := mustPlan(t, mustMapping(t, rowsMapping), file(cells{"amount": text}))
		wantLine(t, plan, 2, Rejected, "amount", text, why)
	}
	ofAColumn := mustMapping(t, strings.Replace(rowsMapping, `amount = { column = "amount", unit = "%", `, `unit = "remarks"`+"\n"+`amount = { column = "amount", `, 1))
	plan, _ := mustPlan(t, ofAColumn, file(cells{"amount": "120 mg"}))
	wantLine(t, plan, 2, Rejected, "amount", "120 mg", "no unit stands in the row: write it in the column of the unit")
}

// Two rows of one analysis say of a substance that it is there and that it is not.
func TestFoundAndNotFoundContradictEachOther(t *testing.T) {
	for _, amounts := range [][2]string{{"n.d.", ""}, {"", "n.d."}, {"n.d.", "5"}} {
		plan, _ := mustPlan(t, mustMapping(t, rowsMapping), file(cells{"amount": amounts[0]}, cells{"amount": amounts[1]}))
		wantLine(t, plan, 3, Rejected, "detection", "", "The same substance of the same analysis is")
	}
}

// What was not analysed has no result, nor the result that nothing was found.
func TestNothingWasFoundInWhatWasNotAnalysed(t *testing.T) {
	plan, _ := mustPlan(t, mustMapping(t, rowsMapping), file(cells{"why not": "capacity", "substance": "nothing found"}))
	wantLine(t, plan, 2, Rejected, "not_analysed", "capacity", "the row tells that nothing was found")
}

// Of how a substance was found a default stands in for an empty cell, not for a word that nobody
// knows: "neg" is not found.
func TestADefaultOfTheDetectionIsForEmptyCells(t *testing.T) {
	m := strings.Replace(detectionMapping, `"?" = "unidentified" }`, `"?" = "unidentified" }`+"\ndefault = \"identified\"", 1)
	plan, d := mustPlan(t, mustMapping(t, m), file(cells{"remarks": "", "amount": ""}))
	if got := strings.Join(findingTexts(d, arrivalsOf(plan)[0]), ", "); got != "ketamine identified" {
		t.Errorf("got %s", got)
	}
	plan, _ = mustPlan(t, mustMapping(t, m), file(cells{"remarks": "neg", "amount": ""}))
	wantLine(t, plan, 2, Rejected, "detection", "neg", `"neg" is none of`)
}

// The name says one form of a substance, and the column of the form another.
func TestTheNameAndTheColumnSayAnotherForm(t *testing.T) {
	m := rowsMapping + "\n[findings.fields.stereo]\ncolumn = \"remarks\"\n"
	plan, _ := mustPlan(t, mustMapping(t, m), file(cells{"substance": "esketamine", "remarks": "R"}))
	wantLine(t, plan, 2, Rejected, "stereo", "R", `The name says "S" of its form`)
	plan, _ = mustPlan(t, mustMapping(t, m), file(cells{"substance": "esketamine", "remarks": "S"}, cells{"substance": "ketamine", "remarks": "R", "nr": "S2"}))
	if n := len(arrivalsOf(plan)); n != 2 {
		t.Errorf("%d samples: %s", n, lines(plan))
	}
}

// A unit that was filled down says nothing of a finding.
func TestAUnitAloneIsNoFinding(t *testing.T) {
	m := strings.Replace(rowsMapping, `uncertainty = "±"`, "uncertainty = \"±\"\nunit = \"remarks\"", 1)
	m = strings.Replace(m, `unit = "%", `, "", 1)
	plan, _ := mustPlan(t, mustMapping(t, m), file(cells{"amount": "5", "remarks": "%"}, cells{"nr": "", "in": "", "sold as": "", "form": "", "region": "", "price": "", "quantity": "", "substance": "", "method": "", "on": "", "amount": "", "basis": "", "±": "", "remarks": "%"}))
	wantLine(t, plan, 3, Rejected, "id", "", "The row does not say which sample it is.")
}

// stripsMapping is of a table with a column a substance, as of strips.
const stripsMapping = `
profile = "strips"
decimal = ","
[[file]]
holds = "both"
[samples]
id = "nr"
received_on = { column = "in", date = "DD-MM-YYYY" }
sold_as = "sold as"
form = { value = "powder" }
[findings]
layout = "columns"
columns = ["fentanyl", "nitazenes"]
[findings.fields]
substance = { value = "{n}" }
detection = { column = "{n} strip", values = { pos = "indicated", neg = "not_detected" } }
performed_on = { column = "on", date = "DD-MM-YYYY" }
[method.default]
kind = "strip"
lab = "Test laboratory"
level = "presumptive"
`

// A column a substance: an empty cell is no test of it, and never a finding.
func TestAColumnASubstance(t *testing.T) {
	const header = "nr;in;sold as;on;fentanyl strip;nitazenes strip\n"
	for row, want := range map[string]string{
		"S1;02-03-2024;heroin;05-03-2024;pos;neg": "fentanyl indicated, a nitazene, which one is not known not_detected",
		"S1;02-03-2024;heroin;05-03-2024;;pos":    "a nitazene, which one is not known indicated",
		"S1;02-03-2024;heroin;05-03-2024;neg;":    "fentanyl not_detected",
	} {
		plan, d := mustPlan(t, mustMapping(t, stripsMapping), header+row+"\n")
		all := arrivalsOf(plan)
		if len(all) != 1 {
			t.Errorf("%s: %s", row, lines(plan))
		} else if got := strings.Join(findingTexts(d, all[0]), ", "); got != want {
			t.Errorf("%s: %s, want %s", row, got, want)
		}
	}
	plan, _ := mustPlan(t, mustMapping(t, stripsMapping), header+"S1;02-03-2024;heroin;05-03-2024;;\nS2;02-03-2024;heroin;;;\nS3;02-03-2024;heroin;05-03-2024;?;\n")
	wantLine(t, plan, 2, Rejected, "substance", "", "no cell says of any substance whether it was found")
	wantLine(t, plan, 4, Rejected, "detection", "?", "is none of")
	if all := arrivalsOf(plan); len(all) != 1 || len(all[0].Evidence) != 0 {
		t.Errorf("what waits: %+v", all)
	}
	// A row that is rejected names the danger of the cell that says something, and no other.
	if dangers := plan.Receipt.LeftOut.Dangers; len(dangers) != 1 || dangers[0].Name != "fentanyl" || dangers[0].Row != 4 {
		t.Errorf("%+v", dangers)
	}
	_, err := parseMapping([]byte(strings.Replace(stripsMapping, `"{n} strip"`, `"strip"`, 1)))
	wantError(t, err, "each substance has columns of its own")
}
